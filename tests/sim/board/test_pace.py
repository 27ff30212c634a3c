"""A serial line with a speed: how long bytes take, and what is lost where nobody reads."""

import os
import threading
import time
from types import SimpleNamespace

import pytest
from mpremote.transport_serial import SerialTransport

from sim.board import Board, Clock, pace
from tests.sim.board.driving import mpremote, run

SIZE = 64 << 10
BAUD = 115200
RING = 259  # ports/esp32/uart.c, stdin_ringbuf: 260 bytes, of which one stays free


@pytest.fixture
def now(monkeypatch):
    """The clock that a pace reckons with, turned by hand."""
    clock = SimpleNamespace(s=100.0)
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: clock.s))
    return clock


def test_bytes_take_their_time(now):
    line = pace.Pace(10_000)  # a byte takes a millisecond
    assert line.due(50) == 0
    assert line.wait_s(50) == pytest.approx(0.016)
    assert line.wait_s(3) == pytest.approx(0.003)
    now.s += 0.0105
    assert line.due(50) == 10
    assert line.due(4) == 4
    line.went(10)
    assert line.due(40) == 0
    now.s += 0.0006  # what was begun goes on
    assert line.due(40) == 1
    assert line.wait_s(40) == pytest.approx(0.0149)


def test_a_line_that_was_idle_or_late_does_not_burst(now):
    line = pace.Pace(BAUD)
    assert line.due(0) == 0
    now.s += 5
    assert line.due(500) == 0
    now.s += 5
    assert 100 < line.due(500) < 150
    assert line.wait_s(500) == 0


def test_a_line_without_speed():
    line = pace.Pace(None)
    assert line.due(5000) == 5000
    assert line.wait_s(5000) == 0
    with pytest.raises(ValueError, match="baud"):
        pace.Pace(0)


@pytest.fixture(scope="module", params=[Clock.REAL, Clock.JUMP], ids=["real", "jump"])
def board(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("pace") / "flash.img"
    with Board(path, size=SIZE, clock=request.param, baud=BAUD) as made:
        made.wait(lambda b: b.prompts)
        yield made
        assert made.error is None
        assert not made.crashes


class Program:
    """A program that runs, started as mpremote does; once it has said "go", the line is its."""

    def __init__(self, board, code):
        self._board, self._code = board, code

    def __enter__(self):
        self._line = SerialTransport(self._board.port, timeout=10)
        self._line.enter_raw_repl(True)
        self._line.exec_raw_no_follow("import sys, time\nsys.stdout.write('go')\n" + self._code)
        self.hear(b"go")
        return self

    def __exit__(self, *_):
        self._line.close()

    def hear(self, until):
        heard = self._line.read_until(1, until)
        assert heard.endswith(until), heard
        return heard

    def write(self, data):
        self._line.serial.write(data)


def test_towards_the_node_it_takes_its_time(board):
    """Bytes of every kind, as many as the program can take: none is lost."""
    data = os.urandom(8000)
    code = "import micropython\nmicropython.kbd_intr(-1)\nb = bytearray(64)\nn = s = 0\n"
    code += "while n < 8000:\n m = sys.stdin.buffer.readinto(b)\n n += m\n s += sum(b[:m])\n"
    code += "micropython.kbd_intr(3)\nprint('sum', s)"
    with Program(board, code) as program:
        received, lost, begun = board.received, board.overrun, time.monotonic()
        writer = threading.Thread(target=program.write, args=(data,))
        writer.start()
        heard = program.hear(b"\x04")
        took = time.monotonic() - begun
        writer.join()
    assert (board.received - received, board.overrun - lost) == (8000, 0)
    assert f"sum {sum(data)}".encode() in heard
    assert 0.98 < took / (8000 * 10 / BAUD) < 1.3


def test_towards_the_pc_it_takes_its_time(board):
    with Program(board, "sys.stdin.read(1)\nprint('x' * 8000 + '!')") as program:
        sent, begun = board.sent, time.monotonic()
        program.write(b"\r")
        program.hear(b"!")
        took = time.monotonic() - begun
        board.wait(lambda b: b.sent - sent >= 8001)
    assert 0.98 < took / (8001 * 10 / BAUD) < 1.3


def test_flow_control_loses_nothing(board, tmp_path):
    """py/repl raw-paste: its window of 256 bytes fits the buffer."""
    script = tmp_path / "long.py"
    script.write_text("n = 0\n" + "n += 1  # one of many lines\n" * 200 + "print(n)\n")
    lost, begun = board.overrun, time.monotonic()
    assert mpremote(board, "run", script).strip() == "200"
    assert time.monotonic() - begun > script.stat().st_size * 10 / BAUD
    assert board.overrun == lost


def test_what_nobody_reads_is_lost(board):
    """ports/esp32/uart.c: once its buffer is full, what comes is dropped; what was first stays."""
    code = "t = time.ticks_ms()\nwhile time.ticks_diff(time.ticks_ms(), t) < 400: pass\n"
    code += f"got = sys.stdin.read({RING})\nprint(got[:3], got[-3:], sys.stdin.read(4))"
    with Program(board, code) as program:
        received, lost = board.received, board.overrun
        program.write(b"abc" + b"z" * (RING - 6) + b"xyz" + b"?" * 241)
        board.wait(lambda b: b.received - received == 500)
        assert board.overrun - lost == 241
        time.sleep(0.5)
        program.write(b"more")
        assert b"abc xyz more" in program.hear(b"\x04")
        assert board.overrun - lost == 241


def test_ctrl_c_comes_through_a_full_buffer(board):
    """ports/esp32/uart.c: it is taken where it arrives, and never enters the buffer."""
    with Program(board, "while True: time.sleep_ms(5)") as program:
        received, lost = board.received, board.overrun
        program.write(b"z" * 400 + b"\x03")
        program.hear(b"KeyboardInterrupt")
    assert board.received - received == 401
    assert board.overrun - lost == 400 - RING


def test_what_is_typed_by_hand_is_not_paced(board):
    """`Board.type` is nobody's line."""
    with Program(board, "print(len(sys.stdin.read(2000)))") as program:
        received, lost = board.received, board.overrun
        board.type("y" * 2000)
        assert b"2000" in program.hear(b"\x04")
    assert (board.received, board.overrun) == (received, lost)


def test_a_line_without_speed_counts_too(tmp_path):
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        made.wait(lambda b: b.prompts)
        assert (made.received, made.sent) == (0, 0)  # nobody listened
        run(made, "print('x' * 5000)")
        assert made.sent > 5000
        assert len("print('x' * 5000)") < made.received < 100
        with Program(made, "time.sleep_ms(300)\nprint(len(sys.stdin.read(3000)))") as program:
            program.write(b"z" * 3000)
            assert b"3000" in program.hear(b"\x04")
        assert made.overrun == 0


def test_a_speed_that_is_none(tmp_path):
    with pytest.raises(ValueError, match="baud"):
        Board(tmp_path / "flash.img", size=SIZE, baud=0)
