"""What a node does not take: forged, altered, cut short, replayed, of another board, of too many
bytes, with paths that lead elsewhere. Each gets its reason, and changes nothing but the idle slot.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import pytest

from sim.board import Board, sweep
from tests.update.stand import (
    CODE,
    KEYS,
    OWN,
    Sent,
    code_head,
    keyset,
    manifest,
    on_flash,
    own,
    signer,
    small,
    visit,
)
from tools.push.client import joined, literal, packed, steps
from tools.push.line import MOST, RefusedError

OLD, OWNED = small(5), own(5)

LISTED = """
import os, hashlib
def check(root):
    found = []
    def walk(path):
        for name, kind, *_ in os.ilistdir(path or "/"):
            if name == "pc":
                continue
            if kind == 0x4000:
                walk(path + "/" + name)
            else:
                with open(path + "/" + name, "rb") as file:
                    digest = hashlib.sha256(file.read()).digest()[:6].hex()
                found.append(path + "/" + name + " " + digest)
    walk("")
    return "\\n".join(sorted(found))
"""


def listed(board: Board) -> set[str]:
    """Every file of the flash but those of the idle slot."""
    text = list(sweep(board.flash.path.read_bytes(), [], LISTED))[-1].text
    return {line for line in text.splitlines() if not line.startswith("/b/")}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One board for all: nothing that is refused changes it."""
    folder = tmp_path_factory.mktemp("refused")
    (folder / "tree").mkdir()
    on_flash(OLD, OWNED)(folder / "tree")
    from sim.board.image import write_image

    write_image(folder / "tree", folder / "flash.img")
    with Board(folder / "flash.img") as made:
        made.wait(lambda b: "up 1" in b.serial.text())
        yield made


def leave(board: Board, client) -> None:
    """The node starts anew."""
    _started(board, lambda: client.end(restart=True))


def reset(board: Board) -> None:
    _started(board, board.press_reset)


def _started(board: Board, start) -> None:
    """It runs when this ends: Ctrl-C amid boot.py would find no code."""
    before = board.serial.text().count("noctule> ")
    start()
    board.wait(lambda b: b.serial.text().count("noctule> ") > before)


def refusal(board: Board, do) -> list[str]:
    """What the node says to it; it is as before then."""
    before = listed(board)
    with visit(board.port) as client:
        client.hello()
        with pytest.raises(RefusedError) as caught:
            do(client)
        hello = client.hello()
        leave(board, client)
    assert listed(board) == before
    assert hello.code.sequence == 5 and hello.slot == "a" and hello.left == -1
    return caught.value.words


def prove(kind: bytes, sent: Sent, sign=None, name=None):
    who = signer()
    signature = who.sign(sent.text) if sign is None else sign(sent.text)

    def do(client):
        client.prove(kind, sent.text, name or who.name, signature)

    return do


def altered(text: bytes, *pairs: tuple[bytes, bytes]) -> Sent:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return Sent(text, {})


NEXT, NEXT_OWN = small(6), own(6)
FILE = b"file " + hashlib.sha256(b"x").hexdigest().encode()


def with_file(path: str, size: int = 1) -> Sent:
    lines = NEXT.text.decode().splitlines(keepends=True)
    head = [line for line in lines if not line.startswith("file ")]
    files = [line for line in lines if line.startswith("file ")]
    files.append(f"{FILE.decode()} {size} {path}\n")
    files.sort(key=lambda line: line.split()[3])
    return Sent("".join(head + files).encode(), {})


def told(*steps: bytes):
    """A manifest of code, told by these."""

    def do(client):
        client.line.ask(b"m", CODE)
        for step in steps:
            client.line.ask(b"d", step)
        client.line.ask(b"v")

    return do


def _after_a_refusal(client):
    """All of it is there, and too much after it, which ended what was coming."""
    client.line.ask(b"m", CODE)
    proof = literal(b"G", signer().name + signer().sign(NEXT.text))
    for data in joined([*steps(NEXT.text, b""), *proof]):
        client.line.ask(b"d", data)
    with pytest.raises(RefusedError):
        for data in literal(b"L", bytes(238)) * 110:
            client.line.ask(b"d", data)
    client.line.ask(b"v")


BAD = {
    # what: (how, the reason that is given)
    "unsigned": (prove(CODE, NEXT, sign=lambda text: b""), "signature"),
    "signed with zeros": (prove(CODE, NEXT, sign=lambda text: bytes(384)), "signature"),
    "signed with ones": (prove(CODE, NEXT, sign=lambda text: b"\xff" * 384), "signature"),
    "signed by a stranger": (
        prove(CODE, NEXT, sign=lambda text: signer(1).sign(text), name=None), "signature",
    ),
    "signed by a stranger, who says so": (
        lambda client: client.prove(
            CODE, NEXT.text, signer(1).name, signer(1).sign(NEXT.text)
        ), "key",
    ),
    "altered after signing": (
        prove(CODE, altered(NEXT.text, (b"sequence 6", b"sequence 9")),
              sign=lambda text: signer().sign(NEXT.text)), "signature",
    ),
    "cut short": (
        prove(CODE, Sent(NEXT.text[:-40], {}), sign=lambda text: signer().sign(NEXT.text)),
        "signature",
    ),
    "replayed": (prove(CODE, OLD), "old"),
    "downgraded": (prove(CODE, small(4)), "old"),
    "own files replayed": (prove(OWN, own(5)), "old"),
    "of another board": (
        prove(CODE, altered(NEXT.text, (b"board virtual", b"board esp32c3_devkitm"))), "board",
    ),
    "own files of another board": (prove(OWN, own(6, board="esp32_devkitc")), "board"),
    "of another luminaire": (prove(OWN, own(6, "E05")), "node"),
    "of another architecture": (
        prove(CODE, altered(NEXT.text, (b"mpy 6 3 2", b"mpy 6 3 11"))), "mpy",
    ),
    "of another bytecode": (prove(CODE, altered(NEXT.text, (b"mpy 6 3 2", b"mpy 7 3 2"))), "mpy"),
    "for a newer MicroPython": (
        prove(CODE, altered(NEXT.text, (b"micropython 1 28", b"micropython 9 0"))), "micropython",
    ),
    "own files as code": (prove(CODE, NEXT_OWN), "manifest"),
    "code as own files": (prove(OWN, NEXT), "manifest"),
    "no manifest": (prove(CODE, Sent(b"\n" * 40, {})), "manifest"),
    "empty": (prove(CODE, Sent(b"", {})), "manifest"),
    "no base for the steps": (lambda client: client.line.ask(b"m", b"c" + bytes(8)), "base"),
    "steps that are none": (told(b"Q\x01"), "manifest"),
    "half a step": (told(b"L"), "manifest"),
    "a step that says too much": (told(b"L\x09ab"), "manifest"),
    "lines of nothing": (told(b"C\x01"), "manifest"),
    "a manifest that inflates for ever": (
        told(*literal(b"Z", packed(bytes(200_000)))), "manifest",
    ),
    "keys by nobody": (
        lambda client: client.prove(KEYS, keyset(2, signer(1)), b"", b""), "signature",
    ),
    "keys by a stranger": (
        lambda client: client.prove(
            KEYS, keyset(2, signer(1)), signer(1).name, signer(1).sign(keyset(2, signer(1)))
        ), "key",
    ),
    "old keys": (
        lambda client: client.prove(
            KEYS, keyset(1, signer(1)), signer().name, signer().sign(keyset(1, signer(1)))
        ), "old",
    ),
    "keys that are none": (
        lambda client: client.prove(KEYS, b"NOCK" + bytes(9), signer().name, bytes(384)), "keys",
    ),
    "files without a manifest": (lambda client: client.line.ask(b"p"), "order"),
    "a switch without a manifest": (lambda client: client.line.ask(b"w", bytes(2)), "order"),
    "bytes that nobody asked for": (lambda client: client.line.ask(b"d", b"xyz"), "order"),
    "a request that is none": (lambda client: client.line.ask(b"!", b""), "order"),
    "a file that is not for telling": (lambda client: client.read("/keep/wiring.0"), "path"),
    "a path that leads out": (lambda client: client.read("/keep/log./../../boot.py"), "path"),
    "nothing to go back to": (lambda client: client.back(), "nothing"),
    "too long": (told(*literal(b"L", bytes(238)) * 110), "long"),
    **{
        f"a file {path!r}": (prove(CODE, with_file(path)), "path")
        for path in (
            "../boot.py", "/boot.py", "boot.py", "noctule/../../boot.mpy", "noctule//x.mpy",
            "noctule/x.py", "slot", "noctule/" + "x" * 80 + ".mpy", "noctule/X.mpy", "manifest",
            "noctule/x.mpy.mpy", "keep/config.0",
        )
    },
    "a huge file": (prove(CODE, with_file("noctule/x.mpy", 1 << 21)), "path"),
    "a file of negative size": (
        prove(CODE, altered(NEXT.text, (b" trial.mpy", b" -1 trial.mpy"))), "manifest",
    ),
    "proven after a refusal": (_after_a_refusal, "order"),
    "more than there is room for": (
        lambda client: [
            prove(CODE, with_file("noctule/x.mpy", 1 << 20))(client),
            client.line.ask(b"p"),
        ], "space",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_with_its_reason(what, board):
    do, reason = BAD[what]
    assert refusal(board, do)[0] == reason


def test_a_file_that_is_not_what_was_signed(board):
    """Cut short, another one, with bytes after its end, a bomb: none is kept."""
    other = small(6, part=2)

    def do(client):
        prove(CODE, other)(client)
        missing = client.missing()
        number = missing[0]
        dice = random.Random(1)
        for data in (b"", b"x", other.file(number) + b"x", other.file(number)[:-1], bytes(1 << 19),
                     dice.randbytes(3000)):  # fmt: skip
            with pytest.raises(RefusedError):
                client.file(number, data)
            assert client.missing() == missing
        with pytest.raises(RefusedError):
            client.line.ask(b"f", bytes((number,)) + (10).to_bytes(3, "little"))
            client.line.ask(b"d", bytes(11))
        client.switch(0)

    assert refusal(board, do)[0] == "file"


def test_own_files_where_the_flash_is_full(board):
    from tests.sim.board.driving import run

    def prepared(client):
        prove(OWN, NEXT_OWN)(client)
        client.missing()

    fill = "import os\nwith open('/big', 'wb') as f:\n"
    run(board, fill + " for _ in range(os.statvfs('/')[3] - 12): f.write(bytes(4096))")
    reset(board)
    assert refusal(board, prepared)[0] == "space"
    run(board, "import os\nos.remove('/big')")
    reset(board)


@pytest.mark.parametrize("seed", range(4))
def test_garbage_of_all_kinds(seed, board):
    """Requests of any bytes: an answer each, and nothing changed."""
    dice = random.Random(seed)
    before = listed(board)
    with visit(board.port) as client:
        for _ in range(150):
            kind = bytes((dice.choice(b"hmdvpfecwbtg!?\x00\xff"),))
            size = dice.choice((0, 1, 2, 3, 9, 40, MOST))
            try:
                client.line.ask(kind, dice.randbytes(size))
            except RefusedError as error:
                assert error.words
        leave(board, client)
    assert listed(board) == before


def test_the_same_is_taken_when_nothing_is_wrong(board):
    """So that none of the refusals is for a reason of the test's own."""
    with visit(board.port) as client:
        prove(CODE, NEXT)(client)
        for number in client.missing():
            client.file(number, NEXT.file(number))
        prove(OWN, NEXT_OWN)(client)
        assert manifest(code_head(6), NEXT.files) == NEXT.text
        leave(board, client)
