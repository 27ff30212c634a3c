"""The console on a real serial line: MicroPython's own, on a pseudo-terminal."""

import os
import pty
import select
import subprocess
import tty
from pathlib import Path

import pytest

from sim.runtimes import RuntimeMissingError, micropython_command

HERE = Path(__file__).parent
FIRMWARE = HERE.parents[1] / "firmware"
PATIENCE_S = 30


def until(line, end):
    """What comes, up to `end`."""
    found = b""
    while not found.endswith(end):
        ready, _, _ = select.select([line], [], [], PATIENCE_S)
        assert ready, found
        found += os.read(line, 4096)
    return found


def test_on_micropythons_own_line():
    try:
        command = micropython_command()
    except RuntimeMissingError as missing:
        pytest.skip(str(missing))
    line, end = pty.openpty()
    tty.setraw(end)
    paths = f"import sys; sys.path[:] = [{str(FIRMWARE)!r}, {str(HERE)!r}]; "
    process = subprocess.Popen(
        [*command, "-c", paths + "from guest_serial import main; main()"], stdin=end, stdout=end
    )
    try:
        os.write(line, b"\r")
        assert until(line, b"noctule> ") == b"noctule> "
        os.write(line, b"lang\x7fg\r")
        assert until(line, b"noctule> ") == "lang\b \bg\r\nfrançais\r\nnoctule> ".encode()
        # More than a poll takes at once.
        os.write(line, b"x" * 79 + b"\rlang en\r")
        assert until(line, b"English\r\nnoctule> ").startswith(b"x" * 79 + b"\r\n? help, aide\r\n")
        os.write(line, b"help\r")
        assert until(line, b"noctule> ").count(b"\r\n") == 1 + 14 + 3
        os.write(line, b"reboot\r")
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(line)
        os.close(end)
