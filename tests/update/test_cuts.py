"""Power fails at any write or erase of an update: the node starts, lights, is exactly the old or
exactly the new one, and takes the next push.

Each kind of update is done once on the virtual board by mpremote's own transport; what it did to
the flash is the record. Every prefix of it, and torn forms of the next operation, is an image that
a cut could have left: real littlefs mounts it, boot.py runs, the firmware composes its node.
`pytest -rP -m "" tests/update/test_cuts.py | grep '^|'` prints the counts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.board import Board, Clock, sweep
from sim.board.flash import Operation
from sim.board.image import write_image
from tests.app.node import MINUTE
from tests.update import stand
from tests.update.stand import CODE, KEYS, OWN, Sent, code, keyset, own, push, send, signer
from tools.push import bare
from tools.push.client import Client, joined, literal, packed, steps
from tools.push.line import Line
from tools.push.transport import Wire

FIRMWARE = Path(__file__).parents[2] / "firmware"
TORN = (0.0, 0.5)
OLD = code(1)
OWN_OLD = own(1)
SEED = 5
NEXT = ("main.py", "noctule/app.py", "noctule/update/line.py")


@dataclass
class Record:
    start: bytes
    operations: list[Operation]


def changed(*names: str, sequence: int = 2) -> Sent:
    """Other code: these modules differ; none named: all."""
    line = f"\n_N = {sequence}\n".encode()
    return code(
        sequence, lambda path, source: source + line if not names or path in names else source
    )


@pytest.fixture(scope="module")
def flash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image of a node that runs the first code."""
    folder = tmp_path_factory.mktemp("first")
    stand.write(folder / "tree", folder / "flash.img", OLD, OWN_OLD)
    return folder / "flash.img"


def recorded(folder: Path, start: bytes | None, do: Callable[[Board], None]) -> Record:
    """What an update does to a flash."""
    path = folder / "flash.img"
    if start is not None:
        path.write_bytes(start)
    with Board(path, clock=Clock.JUMP, hold=True) as board:
        if start is None:
            board.wait(lambda b: b.prompts >= 1)
        else:
            board.run_until(MINUTE // 2)
        begin = len(board.flash.operations)
        image = board.flash.image()
        do(board)
        return Record(image, list(board.flash.operations[begin:]))


def left_by(record: Record, cut: int, share: float) -> bytes:
    """The image after so many operations, and that share of the next one."""
    image = bytearray(record.start)
    for operation in record.operations[:cut]:
        operation.apply(image)
    torn = record.operations[cut]
    torn.apply(image, int(torn.length * share))
    return bytes(image)


def lives(board: Board, minutes: float = 1.5) -> None:
    """After a push: the node starts, and goes on."""
    board.wait(lambda b: b.starts[-1] == 2, timeout_s=20)
    board.run_until(board.chip.now_us() + int(minutes * MINUTE), 120)


def pushes(**what):
    def do(board: Board) -> None:
        if push(board, **what):
            lives(board)

    return do


def provision(board: Board) -> None:
    with Wire(board.port) as wire:
        wire.prompt(anew=True)
        wire.load(bare.FIRST, bare.pieces())
        client = Client(Line(wire))
        client.prove(KEYS, keyset(1, signer()), b"", b"")
        send(client, OWN, OWN_OLD, anyone=True)
        client.commit()
        send(client, CODE, OLD)
        client.switch(0)
        client.end(True)
    lives(board)


def confirmation(board: Board) -> None:
    push(board, code=changed("noctule/app.py"), base=OLD, lit_within=0)
    lives(board, 33)
    assert stand.slot_of(board) == "b"


def taken_back(board: Board) -> None:
    bad = code(
        2, lambda path, source: source + b"\n1 / 0\n" if path == "noctule/app.py" else source
    )
    push(board, code=bad, base=OLD)
    board.wait(lambda b: b.starts[-1] == 2, timeout_s=20)
    board.run_until(board.chip.now_us() + 2 * MINUTE, 120)
    assert stand.slot_of(board) == "a!s"


def back(board: Board) -> None:
    push(board, code=changed("noctule/app.py"), base=OLD)
    lives(board)
    with stand.visit(board.port) as client:
        client.back()
        client.end(True)
    board.wait(lambda b: len(b.starts) > 2, timeout_s=20)
    board.run_until(board.chip.now_us() + MINUTE, 120)
    assert stand.slot_of(board) == "a!r"


KINDS: dict[str, Callable[[Board], None]] = {
    "first provisioning": provision,
    "full update": pushes(code=changed(), base=OLD),
    "one file": pushes(code=changed("noctule/app.py"), base=OLD),
    "configuration": pushes(own=own(2, config=stand.config_of("S01"))),
    "boot.py, wiring and configuration": pushes(
        own=own(
            2, config=stand.config_of("S01"), boot=lambda text: text + b"# another\n",
            change=lambda text: text.replace(b'"fr"', b'"en"'),
        )
    ),
    "main.py and the updater": pushes(
        code=changed(
            "main.py", "trial.py", "noctule/update/session.py", "noctule/update/requests.py"
        ),
        base=OLD,
    ),
    "confirmation": confirmation,
    "taken back by itself": taken_back,
    "taken back by hand": back,
}  # fmt: skip


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Requests and files of the push that comes after, for the guest."""
    folder = tmp_path_factory.mktemp("next")
    who = signer()

    def before(kind: bytes, text: bytes, flags: bytes = b"") -> list[tuple[str, str]]:
        data = joined([*steps(text, b""), *literal(b"G", who.name + who.sign(text))])
        asked = [("m", kind.hex()), *(("d", one.hex()) for one in data), ("v", flags.hex())]
        return asked

    kinds = []
    kinds.append(("k", before(KEYS, keyset(1, who)), [], []))
    for kind, sent, after in (
        (OWN, own(99), [("c", "")]),
        (CODE, changed(*NEXT, sequence=99), [("w", "0000")]),
    ):
        names = []
        for number, path in enumerate(sorted(sent.files)):
            names.append(f"{kind.decode()}{number}")
            (folder / names[-1]).write_bytes(packed(sent.files[path]))
        kinds.append((kind.decode(), before(kind, sent.text), names, after))
    (folder / "requests.json").write_text(json.dumps(kinds))
    return folder


def swept(record: Record, following: Path, every: int):
    guest = Path(__file__).with_name("guest_cut.py").read_text()
    guest = guest.replace('"/pc/next"', repr(f"/pc{following}"))
    return sweep(
        record.start, record.operations, guest, torn=TORN, every=every, paths=[FIRMWARE]
    )


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_leaves_the_old_one_or_the_new(kind, whole, flash, following, tmp_path):
    bare_board = kind == "first provisioning"
    record = recorded(tmp_path, None if bare_board else flash.read_bytes(), KINDS[kind])
    every = 1 if whole else max(1, len(record.operations) // 5)
    told: list[str] = []
    count = 0
    for image in swept(record, following, every):
        assert image.error is None, (image.cut, image.error)
        count += 1
        if not told or told[-1] != image.text:
            told.append(image.text)
    # From the old one to the new one (and back, where it is taken back), and nothing between.
    print(f"| {kind} | {len(record.operations)} writes and erases | {count} images | {told} |")
    allowed = 3 if kind.startswith("taken back") else 2
    assert len(told) <= allowed and len(set(told)) <= 2


def test_code_that_nothing_points_to_yet(following, tmp_path):
    """A first provisioning, cut between its two last renames: the next push starts the node."""
    stand.tree(tmp_path / "tree", OLD, OWN_OLD)
    (tmp_path / "tree" / "slot").unlink()
    (tmp_path / "tree" / "main.py").unlink()
    write_image(tmp_path / "tree", tmp_path / "flash.img")
    (image,) = swept(Record((tmp_path / "flash.img").read_bytes(), []), following, 1)
    assert (image.text, image.error) == ("- - -", None)


@pytest.mark.parametrize("cuts", [5, pytest.param(50, marks=pytest.mark.long)])
def test_the_next_push_by_mpremote_takes(cuts, flash, tmp_path):
    """On boards whose power failed for real, at sampled points of a whole update."""
    kinds = ["full update", "one file", "boot.py, wiring and configuration"]
    dice = random.Random(SEED)
    records = {
        kind: recorded(tmp_path / str(i), flash.read_bytes(), KINDS[kind])
        for i, kind in enumerate(kinds)
        if (tmp_path / str(i)).mkdir() is None
    }
    for number in range(cuts):
        record = records[kinds[number % len(kinds)]]
        cut, share = dice.randrange(len(record.operations)), dice.choice(TORN)
        path = tmp_path / f"{number}.img"
        path.write_bytes(left_by(record, cut, share))
        with Board(path) as board:
            board.wait(lambda b: "noctule" in b.serial.text() or b.chip.deadline is not None)
            for attempt in (own(99), code(99)):
                with stand.visit(board.port) as client:
                    hello = client.hello()
                    assert hello.code is not None, cut
                    if hello.left >= 0:
                        client.back()
                    kind = OWN if attempt.text.startswith(b"noctule-node") else CODE
                    send(client, kind, attempt)
                    restart = client.commit() if kind == OWN else not client.switch(0)
                    starts = len(board.starts)
                    client.end(restart)
                if restart:
                    board.wait(lambda b, past=starts: len(b.starts) > past, timeout_s=20)
                    board.wait(lambda b: b.chip.deadline is not None, timeout_s=20)
        path.unlink()
