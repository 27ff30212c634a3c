"""The virtual board's serial line and flash, driven by unmodified mpremote."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from sim.board import Board, BoardError, Cause, Clock, Cut, Flash
from sim.board.flash import BLOCK, Operation, images
from tests.sim.board.driving import Typist, booted, mpremote, put, run

SIZE = 256 << 10


@pytest.fixture(scope="module", params=[Clock.REAL, Clock.JUMP], ids=["real", "jump"])
def board(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("board") / "flash.img"
    with Board(path, size=SIZE, clock=request.param) as made:
        made.wait(lambda b: b.prompts)
        yield made
        assert made.error is None
        assert not made.crashes


def test_eval_exec_and_run(board, tmp_path):
    assert mpremote(board, "eval", "6 * 7") == "42\n"
    assert mpremote(board, "exec", "print('a'); print('b')") == "a\nb\n"
    script = tmp_path / "script.py"
    script.write_text("print('run as', __name__)\n")
    assert mpremote(board, "run", script).strip() == "run as __main__"
    with pytest.raises(subprocess.CalledProcessError) as failed:
        mpremote(board, "exec", "1 / 0")
    assert "ZeroDivisionError" in failed.value.stdout


def test_long_code_goes_by_flow_control(board, tmp_path):
    """Raw-paste mode: many windows of bytes, far more than the serial line's buffer."""
    script = tmp_path / "long.py"
    script.write_text("n = 0\n" + "n += 1  # one of many lines\n" * 1000 + "print(n)\n")
    assert mpremote(board, "run", script).strip() == "1000"


def test_files(board, tmp_path):
    folder = tmp_path / "lib"
    folder.mkdir()
    data = bytes(range(256)) * 9
    (folder / "one.bin").write_bytes(data)
    (folder / "two.py").write_text("WORD = 'two'\n")
    mpremote(board, "fs", "cp", "-r", folder, ":")
    assert "one.bin" in mpremote(board, "fs", "ls", ":lib")
    assert mpremote(board, "fs", "cat", ":lib/two.py") == "WORD = 'two'\n"
    mpremote(board, "fs", "cp", ":lib/one.bin", tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == data
    assert mpremote(board, "exec", "import two; print(two.WORD)") == "two\n"
    mpremote(board, "fs", "rm", "-r", ":lib")
    assert "lib" not in mpremote(board, "fs", "ls")


def test_mount(board, tmp_path):
    """The PC's files over the serial line, bytes of Ctrl-C and line ends among them."""
    (tmp_path / "here.py").write_text("print('from the PC')\n")
    data = bytes(range(256))
    (tmp_path / "data.bin").write_bytes(data)
    out = mpremote(
        board, "mount", tmp_path, "exec", "import here; print(list(open('data.bin', 'rb').read()))"
    )
    assert "from the PC" in out
    assert out.splitlines()[-1] == str(list(data))


def test_a_file_left_open_on_a_mount_is_forgotten(board, tmp_path):
    """Closing it would ask the PC, which is gone: the soft reset must not wait for that."""
    (tmp_path / "data.txt").write_text("mounted")
    assert mpremote(board, "mount", tmp_path, "exec", "left = open('data.txt')") == (
        f"Local directory {tmp_path} is mounted at /remote\n"
    )
    assert run(board, "print('left' in globals())") == ["False"]


def test_reset_from_mpremote(board):
    """`mpremote reset`: a hard reset some 50 ms later, which boots anew."""
    starts = len(board.starts)
    mpremote(board, "reset")
    board.wait(lambda b: Cause.HARD in b.starts[starts:])
    ask = "import machine; print(machine.reset_cause())"
    assert mpremote(board, "resume", "exec", ask) == "2\n"


def test_repl(board):
    """`mpremote repl` on a terminal of its own: a line, its answer, and Ctrl-] to leave."""
    with Typist(board) as typist:
        typist.wait_for(">>> ")
        typist.type("6 * 7\r")
        typist.wait_for("42\r\n>>> ")
        typist.type("while True: pass\r\n\r\n")
        typist.type("\x03")
        typist.wait_for("KeyboardInterrupt")
        typist.type("\x1d")
        assert typist.ended()


def test_soft_reset_runs_boot_but_not_main_in_raw_mode(board):
    """docs/reference/reset_boot.rst; ports/esp32/main.c: main.py only at the friendly prompt."""
    put(board, "boot.py", "print('in', 'boot'); B = 1")
    put(board, "main.py", "print('in', 'main'); M = 1")
    try:
        out = mpremote(board, "soft-reset", "exec", "print('B' in globals(), 'M' in globals())")
        assert out.splitlines()[-1] == "True False"
        assert board.chip.cause == Cause.SOFT
    finally:
        run(board, "import os; os.remove('main.py')")
        put(board, "boot.py", "# nothing")


def test_ctrl_c_into_a_running_main(board):
    """mpremote's first bytes are a Ctrl-C, and main.py runs: asleep, busy, or in asyncio."""
    for loop in (
        "import time\nwhile True: time.sleep_ms(5)",
        "while True: pass",
        "import asyncio\nasync def f():\n while True: await asyncio.sleep_ms(5)\nasyncio.run(f())",
    ):
        put(board, "main.py", f"import machine\nmachine.Pin(2, machine.Pin.OUT, value=1)\n{loop}")
        try:
            board.press_reset()
            board.wait(lambda b: b.chip.level(2))
            assert mpremote(board, "eval", "1 + 1") == "2\n"
        finally:
            run(board, "import os; os.remove('main.py')")


def test_a_ctrl_c_that_waits_is_a_byte_once_it_is_off(board, monkeypatch):
    """Typed while main.py is busy, which then wants bytes; time goes on after it."""
    monkeypatch.setattr("sim.board.board._GRACE_S", 60)  # it waits until main.py asks something
    main = """
import machine, micropython, sys, time
machine.Pin(2, machine.Pin.OUT, value=1)
for _ in range(2000000): pass
micropython.kbd_intr(-1)
got = sys.stdin.buffer.read(1)
micropython.kbd_intr(3)
time.sleep(1)
print("got", got)
"""
    put(board, "main.py", main)
    try:
        board.press_reset()
        board.wait(lambda b: b.chip.level(2))
        board.type("\x03")
        board.wait(lambda b: "got b'\\x03'" in b.serial.text())
    finally:
        monkeypatch.undo()
        run(board, "import os; os.remove('main.py')")


def test_two_boards_side_by_side(board, tmp_path):
    with Board(tmp_path / "other.img", size=SIZE) as other:
        assert other.port != board.port
        ask = "import machine; print(machine.unique_id())"
        assert run(board, ask) != run(other, ask)
        with pytest.raises(BoardError, match="another board"):
            Board(tmp_path / "other.img")


@pytest.mark.parametrize("size", [1, BLOCK, 25_000, 2 * BLOCK + 1])
def test_a_file_that_is_no_image_is_left_alone(tmp_path, size):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"x" * size)
    for _ in range(2):  # nor is it left locked
        with pytest.raises(BoardError, match=f"not a flash image: it has {size} bytes"):
            Board(path)
    assert path.read_bytes() == b"x" * size


def test_resets_in_the_midst_of_starting(tmp_path):
    """A guest that was killed while it connected must not be taken for the next one."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        for pause_ms in range(0, 120, 8):
            threading.Event().wait(pause_ms / 1000)
            made.press_reset()
        assert run(made, "print('alive')") == ["alive"]
        assert made.error is None
        assert not made.crashes


def test_the_flash_outlives_the_board(tmp_path):
    path = tmp_path / "flash.img"
    with Board(path, size=SIZE) as made:
        put(made, "kept.txt", "kept")
    with Board(path) as made:
        assert mpremote(made, "fs", "cat", ":kept.txt") == "kept"


REPLACE = """\
with open('new', 'w') as f:
    f.write('{0}' * 3000)
import os
os.rename('new', 'data')
"""


def test_a_power_cut_in_each_write_leaves_the_old_or_the_new(tmp_path):
    """Written anew and renamed: whatever the cut, one of the two is there. Real guests mount."""
    path = tmp_path / "flash.img"
    with Board(path, size=64 << 10) as made:
        run(made, REPLACE.format("a"))
        start = made.flash.image()
        first = len(made.flash.operations)
        run(made, REPLACE.format("b"))
        operations = made.flash.operations[first:]
        end = made.flash.image()
    every = list(images(start, operations))
    assert every[-1][1] == end
    assert len(every) == 2 * len(operations) + 1
    seen = set()
    step = max(1, len(every) // 6)
    for _, image in [*every[::step], every[-1]]:
        path.write_bytes(image)
        with Board(path) as made:
            seen.update(run(made, "d = open('data').read(); print(len(d), *set(d))"))
    assert seen == {"3000 a", "3000 b"}


def test_the_power_goes_in_the_middle_of_a_write(tmp_path):
    with Board(tmp_path / "flash.img", size=64 << 10) as made:
        run(made, REPLACE.format("a"))
        with made.lock:
            made.flash.cut = Cut(len(made.flash.operations) + 2, done=7)
        talk = subprocess.Popen(
            [sys.executable, "-m", "mpremote", "connect", made.port, "exec", REPLACE.format("b")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            made.wait(lambda b: not b.powered)
        finally:
            talk.kill()
            talk.wait()
        made.power_on()
        assert mpremote(made, "eval", "set(open('data').read())") == "{'a'}\n"
        assert made.starts[-2] == Cause.POWER_ON


def test_programming_only_clears_bits(tmp_path):
    flash = Flash(tmp_path / "flash.img", 2 * BLOCK)
    flash.write(BLOCK, b"\xf0")
    flash.write(BLOCK, b"\x3c")
    assert flash.image()[BLOCK] == 0x30
    flash.erase(1)
    assert flash.image() == b"\xff" * 2 * BLOCK
    assert flash.operations[0] == Operation(BLOCK, b"\xf0")
    flash.close()


def test_a_filesystem_that_cannot_be_mounted(tmp_path):
    """inisetup.py: stock MicroPython says so for ever, and runs no project code."""
    path = tmp_path / "flash.img"
    path.write_bytes(b"\x55" * (64 << 10))
    with Board(path) as made:
        assert b"corrupted" in booted(made, b"corrupted")
        assert made.prompts == 0


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_the_command(tmp_path, kind):
    """The port comes first, the link leads to it, and Ctrl-C leaves nothing behind."""
    command = "from tools.board import board; board()"
    link = tmp_path / "boards" / "north"
    run = subprocess.Popen(
        [sys.executable, "-c", command, "north", "--link", link],
        stdout=subprocess.PIPE,
        text=True,
    )
    guard = threading.Timer(10, run.kill)
    guard.start()
    try:
        port = run.stdout.readline().strip()
        assert port.startswith("/dev/pts/")
        assert str(link) in run.stdout.readline()
        assert os.readlink(link) == port
        done = subprocess.run(
            [sys.executable, "-m", "mpremote", "connect", port, "eval", "3 * 3"],
            capture_output=True,
            text=True,
            timeout=10,
        )
        assert done.stdout == "9\n"
        run.send_signal(kind)
        assert run.wait(10) == 0
    finally:
        guard.cancel()
        run.kill()
        run.wait()
        run.stdout.close()
    assert not link.is_symlink()
