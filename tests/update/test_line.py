"""The serial line is cut, delayed, garbled, flooded: in every state of the protocol, and anywhere.

Whatever comes of that push: the node runs what it ran or what it was sent, each whole, and takes
the next push. Time goes five times as fast on the board as here.
"""

from __future__ import annotations

import random
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from mpremote.transport import TransportError

from sim.board import Board, Clock
from tests.update import stand
from tests.update.stand import CODE, OWN, own, send, slot_of, small
from tests.update.test_refused import listed
from tests.update.wire import TO_NODE, TO_PC, BadLine, Fault
from tools.push.client import Client
from tools.push.line import HEAD, START, Frames, Line, LineError, RefusedError
from tools.push.transport import PortError, Wire

OLD, NEW, LATER = small(1), small(2, part=2), small(99, part=3)
OWN_OLD, OWN_NEW = own(1), own(2, config=stand.config_of("S01"))
KINDS = ("cut", "lost", "garbled", "flooded", "delayed")
FAST = Clock.named("5")


@pytest.fixture(scope="module")
def flash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("line")
    stand.write(folder / "tree", folder / "flash.img", OLD, OWN_OLD)
    return folder / "flash.img"


def whole_push(port: str) -> None:
    """Code and own files, by mpremote's transport."""
    with Wire(port) as wire:
        wire.prompt()
        wire.serve()
        client = Client(Line(wire, answer_s=0.5))
        client.hello()
        send(client, OWN, OWN_NEW)
        client.commit()
        send(client, CODE, NEW, OLD)
        client.switch(0)
        client.end(True)


def fault(kind: str, way: str, at: int, dice: random.Random) -> Fault:
    """Once, at a byte of one direction."""
    done = []

    def change(direction: str, before: int, data: bytes) -> bytes | None:
        here = at - before
        if done or direction != way or not 0 <= here < len(data):
            return data
        done.append(1)
        head, rest = data[:here], data[here:]
        match kind:
            case "cut":
                return None
            case "lost":
                return head + rest[dice.randrange(1, 20) :]
            case "garbled":
                spoilt = bytearray(rest[:12])
                for _ in range(3):
                    spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
                return head + bytes(spoilt) + rest[12:]
            case "flooded":
                return head + dice.randbytes(600).replace(b"\x03", b"\xa5") + rest
        time.sleep(0.7)
        return data

    return change


def runs(board: Board) -> bool:
    """Has the node not been stopped, or does it run again? At a prompt where nobody served ten
    minutes of watchdog, in full light, are cut short."""
    text = board.serial.text()
    if board.chip.timeout_us == 600_000_000 and len(board.starts) == 1:
        assert "Stopped; light full" in text
        board.chip.deadline = board.chip.now_us()
    stopped = text.rfind("Stopped; light full")
    return "noctule> " in text[max(stopped, 0) :].rpartition("up ")[2] and (
        stopped < 0 or len(board.starts) > 1
    )


def run(flash: Path, tmp_path: Path, kind: str, way: str, at: int, seed: int) -> str:
    """What the push came to, and that the node is well."""
    path = tmp_path / f"{seed}.img"
    shutil.copy(flash, path)
    with Board(path, clock=FAST) as board:
        board.wait(lambda b: "up 1" in b.serial.text())
        with BadLine(board.port, fault=fault(kind, way, at, random.Random(seed))) as line:
            try:
                whole_push(line.port)
                came = "done"
            except (LineError, PortError, RefusedError, TransportError) as error:
                came = type(error).__name__
        # By itself: within ten of its seconds of silence, and a start.
        board.wait(runs, timeout_s=30)
        slot = slot_of(board)
        assert slot in ("a", "b2", "b3"), slot
        files = listed(board)
        assert not [name for name in files if name.startswith("/next/manifest")]
        # The next push goes through.
        with stand.visit(board.port) as client:
            hello = client.hello()
            assert hello.code.digest.hex() == (OLD if slot == "a" else NEW).digest[:16]
            assert hello.own.digest.hex() in (OWN_OLD.digest[:16], OWN_NEW.digest[:16])
            if hello.left >= 0:
                client.back()
            send(client, CODE, LATER)
            client.switch(0)
            client.end(True)
        assert not board.crashes
    path.unlink()
    return came


@dataclass(frozen=True)
class Clean:
    """A push on which nothing goes wrong. states: a byte amid the first frame of each kind, both
    ways, and of what comes before the frames. length: bytes to the node. ahead: of BadLine."""

    states: dict[str, tuple[str, int]]
    length: int
    ahead: int


def watched(flash: Path, tmp_path: Path) -> Clean:
    shutil.copy(flash, tmp_path / "clean.img")
    with Board(tmp_path / "clean.img", clock=FAST) as board:
        board.wait(lambda b: "up 1" in b.serial.text())
        with BadLine(board.port) as line:
            whole_push(line.port)
            time.sleep(0.1)
            logs = {way: bytes(log) for way, log in line.log.items()}
    found: dict[str, tuple[str, int]] = {"the prompt": (TO_NODE, 3), "its answer": (TO_PC, 40)}
    for way, log in logs.items():
        at = 0
        while (at := log.find(START, at)) >= 0:
            size = log[at + 1] if at + 1 < len(log) else 255
            frames = Frames().add(log[at : at + HEAD + size + 4])
            if frames:
                number, kind, _ = frames[0]
                name = kind.decode() if way == TO_NODE else f"answer {kind.decode()} to {number}"
                found.setdefault(f"{way} {name}", (way, at + 3))
                at += HEAD + size + 4
            else:
                at += 1
    return Clean(found, len(logs[TO_NODE]), line.ahead)


@pytest.fixture(scope="module")
def clean(flash: Path, tmp_path_factory: pytest.TempPathFactory) -> Clean:
    return watched(flash, tmp_path_factory.mktemp("clean"))


def test_nothing_overruns_the_node(clean: Clean) -> None:
    """An ESP32 keeps 259 bytes for a program that does not listen just now (its ring of 260,
    ports/esp32/uart.c), as while flash is erased: never more than that is sent unanswered."""
    assert 100 < clean.ahead <= 259


def test_every_state_is_there(clean: Clean) -> None:
    requests = {name.rpartition(" ")[2] for name in clean.states if name.startswith(TO_NODE)}
    assert requests == set("hmdvpfecwx")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)])
def test_in_every_state(whole, kind, flash, clean, tmp_path):
    """In one of them each in the quick form."""
    came = []
    names = list(clean.states)
    chosen = names if whole else [random.Random(kind).choice(names)]
    for number, name in enumerate(chosen):
        way, at = clean.states[name]
        came.append(run(flash, tmp_path, kind, way, at, number))
    print(f"| {kind} | {len(came)} states | {came.count('done')} pushes went through |")
    if whole and kind != "cut":
        assert came.count("done") > len(came) // 2


@pytest.mark.long
@pytest.mark.parametrize("part", range(1, 51))
def test_anywhere(part, flash, clean, tmp_path):
    """Ten places each."""
    dice = random.Random(part)
    came = {}
    for number in range(10):
        kind = KINDS[number % len(KINDS)]
        way = dice.choice((TO_NODE, TO_NODE, TO_PC))
        at = dice.randrange(clean.length if way == TO_NODE else clean.length // 10)
        came[f"{kind} {way} {at}"] = run(flash, tmp_path, kind, way, at, number)
    done = list(came.values()).count("done")
    print(f"| anywhere, {part} | {done} of {len(came)} went through |")
