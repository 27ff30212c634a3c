"""For `make bench`: what a push puts on the wire and how long it takes, beside mpremote's copying
of the same files to the same kind of board, at 115,200 baud; and eight boards side by side."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ed25519

from sim.board import Board
from sim.runtimes import RuntimeMissingError, micropython_command, run_guest
from sim.runtimes.memory32 import TASKS, update_memory
from tests.update import stand
from tests.update.stand import CODE, KEYS, OWN, Sent, code, config_of, keyset, own, send, signer
from tests.update.wire import BadLine
from tools.push import bare
from tools.push.client import Client, joined, literal, packed, steps
from tools.push.line import MOST, Line, frame
from tools.push.transport import Wire

BAUD = 115200
BARE = Path(__file__).parents[2] / "sim" / "runtimes" / "bare"


class Bench(Protocol):
    """What collects figures."""

    def add(self, name: str, value: float, unit: str, how: str) -> None:
        """One."""


def measured(board: Board, do: Callable[[str], None]) -> tuple[int, float]:
    """Bytes both ways, and seconds."""
    with BadLine(board.port, baud=BAUD) as line:
        began = time.monotonic()
        do(line.port)
        return line.total, time.monotonic() - began


def provision(first: Sent, its: Sent) -> Callable[[str], None]:
    """All that a new board gets."""

    def do(port: str) -> None:
        with Wire(port) as wire:
            wire.prompt(anew=True)
            wire.load(bare.FIRST, bare.pieces())
            client = Client(Line(wire))
            client.hello()
            client.prove(KEYS, keyset(1, signer()), b"", b"")
            send(client, OWN, its, anyone=True)
            client.commit()
            send(client, CODE, first)
            client.switch(0)
            client.end(True)

    return do


def update(
    new: Sent | None = None, old: Sent | None = None, its: Sent | None = None,
    known: Sent | None = None,
) -> Callable[[str], None]:  # fmt: skip
    """A push to a node that runs; of nothing: only a look."""

    def do(port: str) -> None:
        with stand.visit(port) as client:
            client.hello()
            if its is not None:
                send(client, OWN, its, known)
                client.commit()
            if new is not None:
                send(client, CODE, new, old)
                client.switch(0)
            client.end(new is not None)

    return do


def copied(tree: Path) -> Callable[[str], None]:
    """mpremote's own copying."""

    def do(port: str) -> None:
        command = [sys.executable, "-m", "mpremote", "connect", port, "fs", "cp", "-r"]
        subprocess.run([*command, f"{tree}/.", ":"], check=True, capture_output=True)

    return do


def wire(bench: Bench) -> None:
    """Bytes and seconds, ours and mpremote's."""
    with tempfile.TemporaryDirectory(prefix="noctule-") as name:
        folder = Path(name)
        old, its = code(1), own(1)
        new = code(
            2,
            lambda path, source: source.replace(b"const(10)", b"const(11)", 1)
            if path == "noctule/app.py"
            else source,
        )
        size = sum(map(len, old.files.values()))
        for path, data in old.files.items():
            (folder / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "tree" / path).write_bytes(data)
        how = f"{len(old.files)} files, {size} bytes, 115,200 baud, virtual board"
        with Board(folder / "theirs.img") as board:
            board.wait(lambda b: b.prompts > 0)
            theirs, their_s = measured(board, copied(folder / "tree"))
            again, again_s = measured(board, copied(folder / "tree"))
        with Board(folder / "ours.img") as board:
            board.wait(lambda b: b.prompts > 0)
            ours, our_s = measured(board, provision(old, its))
            board.wait(lambda b: len(b.starts) > 1)
            time.sleep(3)  # it starts
            nothing, nothing_s = measured(board, update())
            changed = own(2, config=config_of("S01"))
            schedule, schedule_s = measured(board, update(its=changed, known=its))
            one, one_s = measured(board, update(new, old))
        bench.add("push.mpremote_cp_bytes", theirs, "bytes", f"mpremote fs cp -r: {how}")
        bench.add("push.mpremote_cp_seconds", their_s, "s", "the same")
        bench.add("push.first_bytes", ours, "bytes", "ours, with the updater, keys, own files")
        bench.add("push.first_seconds", our_s, "s", "the same")
        bench.add("push.first_ratio", ours / theirs, "of mpremote's bytes", "asked: at most 0.4")
        bench.add("push.mpremote_again_bytes", again, "bytes", "mpremote fs cp -r, all unchanged")
        bench.add("push.mpremote_again_seconds", again_s, "s", "the same")
        bench.add("push.nothing_bytes", nothing, "bytes", "ours, nothing changed: at most 1024")
        bench.add("push.nothing_seconds", nothing_s, "s", "the same")
        deflated = len(packed(new.files["noctule/app.mpy"]))
        bench.add("push.one_module_bytes", one, "bytes", f"one module, {deflated} bytes deflated")
        bench.add(
            "push.one_module_limit", 1.3 * deflated + 2048, "bytes", "asked: 1.3 times it + 2 KiB"
        )
        bench.add("push.one_module_seconds", one_s, "s", "the same push")
        bench.add("push.schedule_bytes", schedule, "bytes", "another luminaire's programs")
        bench.add("push.schedule_seconds", schedule_s, "s", "asked: under 1 s; no restart")


def _board(image: Path, told: Connection) -> None:
    """A board and its line, in a process of their own, until something is said."""
    with Board(image) as board:
        board.wait(lambda b: "noctule" in b.serial.text() or b.chip.deadline is not None)
        with BadLine(board.port, baud=BAUD) as line:
            told.send(line.port)
            told.recv()


def parallel(bench: Bench, boards: int = 8) -> None:
    """A whole update of each of some boards alone, and of as many side by side."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="noctule-") as name:
        folder = Path(name)
        old = code(1)
        new = code(2, lambda path, source: source + b"\n_N = 1\n")
        stand.write(folder / "tree", folder / "first.img", old, own(1))
        ends = []
        for number in range(boards + 2):
            path = folder / f"{number}.img"
            shutil.copy(folder / "first.img", path)
            mine, its = spawn.Pipe()
            spawn.Process(target=_board, args=(path, its), daemon=True).start()
            ends.append(mine)
        ports = [end.recv() for end in ends]
        time.sleep(5)  # they start, all at once

        def one(port: str) -> float:
            began = time.monotonic()
            update(new, old)(port)
            return time.monotonic() - began

        alone = max(one(port) for port in ports[boards:])
        began = time.monotonic()
        with ThreadPoolExecutor(boards) as pool:
            each = list(pool.map(one, ports[:boards]))
        together = time.monotonic() - began
        for end in ends:
            end.send(None)
        bench.add("push.alone_seconds", alone, "s", "one whole update at 115,200 baud; of two")
        bench.add("push.parallel_seconds", together, "s", f"{boards} boards, side by side")
        bench.add("push.parallel_slowest", max(each), "s", "the slowest of them")
        bench.add("push.parallel_ratio", together / alone, "of one alone", "asked: at most 1.3")


def signatures(bench: Bench) -> None:
    """Instructions of one verification, on the 32-bit build."""
    text = b"a manifest"
    digest = hashlib.sha256(text).digest()
    guest = Path(__file__).with_name("guest_signature.py")
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    signature = private.sign(text)
    hashed = hashlib.sha512(signature[:32] + public + text).digest()
    who = signer()
    fuel = {}
    for kind, args in (
        ("none", (b"", b"", b"")),
        ("rsa", (who.modulus, who.sign(text), digest)),
        ("ed25519", (public, signature, hashed)),
    ):
        for spoilt in (False, True) if kind != "none" else (False,):
            key, data, last = args
            if spoilt:
                last = bytes((last[0] ^ 1,)) + last[1:]
            done = run_guest("wasm32", guest, (kind, key, data, last), heap=64 << 20)
            assert done.stdout.strip() == str(not spoilt), (kind, done.stdout)
            fuel[kind] = done.fuel or 0
    ours, theirs = fuel["rsa"] - fuel["none"], fuel["ed25519"] - fuel["none"]
    how = "wasm instructions, 32-bit MicroPython"
    bench.add("push.verify_rsa3072_fuel", ours, "fuel", f"as a node does it, {how}")
    bench.add("push.verify_ed25519_fuel", theirs, "fuel", f"in Python, SHA-512 not counted, {how}")
    bench.add("push.verify_ed25519_to_rsa", theirs / ours, "x", "ratio of the two")


def _session(
    kind: bytes, sent: Sent, paths: Sequence[str], last: bytes
) -> Iterator[tuple[bytes, bytes]]:
    """The requests of a push, with those of its files: letters, and what follows them."""
    who = signer()
    yield b"h", bytes(2)
    yield b"m", kind
    proof = literal(b"G", who.name + who.sign(sent.text))
    for data in joined([*steps(sent.text, b""), *proof]):
        yield b"d", data
    yield b"v", b""
    yield b"p", b""
    for path in paths:
        number = sorted(sent.files).index(path)
        body = packed(sent.file(number))
        yield b"f", bytes((number,)) + len(body).to_bytes(3, "little")
        for at in range(0, len(body), MOST):
            yield b"d", body[at : at + MOST]
        yield b"e", bytes((number,))
    yield last, bytes(2)


def updater(bench: Bench) -> None:
    """Heap above the running node, whole pushes through it: live memory, on both builds."""
    # Programs of about the same size, so that the node has about the same after them.
    its = own(2, config=config_of("M01"), boot=lambda text: text + b"# another\n")
    brain = ("noctule/brain/brain.mpy",)
    power = _power()
    bench.add("push.heap_power", power, "bytes", "that `pow` takes besides what it is given")
    for name, kind, sent64, sent32, paths, last in (
        ("code", CODE, code(2), code(2, mpy="6 3 0"), brain, b"w"),
        ("own", OWN, its, its, ("boot.py", "config"), b"c"),
    ):
        peaks, names = _live64(list(_session(kind, sent64, paths, last)))
        when = max(peaks, key=lambda letter: peaks[letter])
        how = f"most, in request {when}, 64-bit MicroPython; asked: 16384"
        bench.add(f"push.heap64_{name}", peaks[when], "bytes", how)
        how = f"new ones, after {names[0]}; the table of names grows at 1270"
        bench.add(f"push.names_{name}", names[1] - names[0], "names", how)
        try:
            held = _live32(list(_session(kind, sent32, paths, last)), power)
        except RuntimeMissingError as error:
            print(f"push.heap32_{name} not measured: {error}")
            continue
        most = max(held, key=lambda does: held[does])
        how = f"most, as it {most.rpartition('_')[2]}, 32-bit MicroPython; asked: 8192"
        bench.add(f"push.heap32_{name}", held[most], "bytes", how)
        for does, size in held.items():
            bench.add(f"push.heap32_{name}.{does}", size, "bytes", "of that, then")


_POWER = """
import gc
m = int.from_bytes(bytes([i * 37 + 11 & 255 | 1 for i in range(384)]), "big")
v = m // 3 + 12345
room = bytearray(%d)
kept = [None] * 400
n = 0
for size in (16384, 4096, 1024, 256, 64, 32):
    while n < 400:
        try:
            kept[n] = bytearray(size)
        except MemoryError:
            break
        n += 1
room = None
gc.collect()
free = gc.mem_free()
pow(v, 65537, m)
print("enough", free)
"""


def _power() -> int:
    """Bytes that raising to a power takes for a signature, by filling a heap until it fails. Whole
    numbers have as many bytes on 32 bits."""
    command = [*micropython_command(), "-X", "heapsize=64K", "-c"]
    for room in range(1000, 10_000, 100):
        call = [*command, _POWER % room]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.stdout.startswith("enough"):
            return int(done.stdout.split()[1])
        assert "MemoryError" in done.stderr + done.stdout, done.stderr
    raise AssertionError("more than 10 KB")


def _live64(requests: Sequence[tuple[bytes, bytes]]) -> tuple[dict[str, int], list[int]]:
    """Most bytes in use by request, and the names before and after."""
    requests = [*requests, (b"x", b"r")]
    frames = [frame(number % 255 + 1, *each) for number, each in enumerate(requests)]
    with tempfile.TemporaryDirectory(prefix="noctule-") as name:
        folder = Path(name) / "flash"
        stand.tree(folder, code(1), own(1))
        for path in BARE.glob("*.py"):
            shutil.copy(path, folder)
        (folder / "frames").write_bytes(b"".join(frames))
        (folder / "sizes").write_text(json.dumps([len(one) for one in frames]))
        (folder / "letters").write_text(json.dumps([kind.decode() for kind, _ in requests]))
        (folder / "tasks").write_text(TASKS)
        guest = Path(__file__).with_name("guest_memory.py")
        command = [*micropython_command(), "-X", "heapsize=8M", str(guest), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("[{")]
    peaks, refused = json.loads(lines[-1])
    assert not refused and requests[-1][0].decode() in peaks, (refused, peaks)
    return peaks, [int(count) for count in re.findall(r"n_qstr=(\d+)", done.stdout)]


# Python for a node on 32 bits, where the port collects between steps only: so what a request holds
# while it is done is held by steps of its own, and given back by the next.
_LISTEN = """\
requests = update.part("requests")
line = requests.Line(int, int, int, int)
"""
_LEAVE = """\
del requests, line
update.drop(("noctule.update.flash",))
todo = update.part(session.todo)
"""
_DONE = """\
todo.do(session, session.data)
session.todo = ""
del todo
"""
_AMID = {
    "v": {
        "receives": """\
part = update.part("receive")
steps = open(session.folder + "/.part", "rb")
goal = open(session.path, "wb")
signature = bytearray(388)
data = bytes(240)
packed = part.DeflateIO(part.BytesIO(data), part.RAW, 10)
some = bytes(128)
""",
        "multiplies": """\
steps.close()
goal.close()
del steps, goal, data, packed, some
signature = part.received(session, session.folder + "/.part")
part = update.part("trust")
modulus = part.modulus_for(part.trusted(session.files), signature)
value = int.from_bytes(signature, "big")
room = bytearray(POWER)
""",
        "checks": """\
del value, room, modulus
part = update.part("check")
manifest = part.Manifest(session.path)
known = part.Manifest("/keep/manifest")
file = open(session.path, "rb")
""",
        "": """\
file.close()
del part, manifest, known, file, signature
todo = update.part(session.todo)
""",
    },
    "p": {
        "copies": """\
manifest = todo.Manifest(session.manifest)
file = open(session.manifest, "rb")
old = open("/slot", "rb")
new = open("/new", "wb")
piece = bytearray(256)
view = memoryview(piece)
bits = bytearray(25)
""",
        "": """\
file.close()
old.close()
new.close()
del manifest, file, old, new, piece, view, bits
""",
    },
    "e": {
        "inflates": """\
packed = open(session.prepared + "/.part", "rb")
new = open("/new", "wb")
inflated = todo.DeflateIO(packed, todo.RAW, 10)
piece = bytearray(128)
view = memoryview(piece)
inflated.readinto(piece)
""",
        "": "packed.close(); new.close()\ndel packed, new, inflated, piece, view",
    },
    "w": {
        "hashes": """\
manifest = todo.Manifest(session.manifest)
file = open(session.manifest, "rb")
new = open("/slot", "rb")
digest = hashlib.sha256()
piece = bytearray(256)
""",
        "": "file.close(); new.close()\ndel manifest, file, new, digest, piece",
    },
    "c": {
        "reads": """\
part = update.part("accept")
from noctule.brain.config import Config
assert part._has_come(session.manifest)
data = open("/next/config", "rb").read()
config = Config(data)
""",
        "places": """\
del Config, data, config
app.forget("noctule.brain.config")
part = update.part("own")
part.commit(session.manifest)
config = part.change(session)
""",
        "takes": """\
update.drop(())
part = update.part("take")
from noctule.brain.config import Config
made = Config(config)
""",
        "": """\
del Config, made
assert part.take(session.node, config)
del config, part, todo
session.todo = ""
""",
    },
}


def _live32(requests: Sequence[tuple[bytes, bytes]], power: int) -> dict[str, int]:
    """Most bytes in use by what is being done: a letter of a request, and what it does. power:
    bytes that `pow` takes."""
    with tempfile.TemporaryDirectory(prefix="noctule-") as name:
        folder = Path(name) / "flash"
        stand.tree(folder, code(1), own(1))
        files = {
            "/" + path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()
        }
    steps = [("listens", _LISTEN)]
    for kind, payload in requests:
        letter = kind.decode()
        if letter not in _AMID:
            steps.append(("listens", f"requests.request(session, {kind[0]}, {payload!r})"))
        else:
            ask = f"session.data = {payload!r}\nsession.todo = requests.todo(session, {kind[0]})"
            steps.append(("listens", ask + "\nsession.stop()"))
            steps.append((letter, _LEAVE))
            for does, text in _AMID[letter].items():
                steps.append((f"{letter}_{does}" if does else letter, text))
            if letter != "c":
                steps.append((letter, _DONE))
            steps.append(("listens", _LISTEN))
    texts = [text.replace("POWER", str(power)) for _, text in steps]
    used = update_memory(Path("build"), files, texts)
    most: dict[str, int] = {"begins": used[0]}
    for (does, _), size in zip(steps, used[1:], strict=True):
        most[does] = max(size, most.get(does, 0))
    return most
