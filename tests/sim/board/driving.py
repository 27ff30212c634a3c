"""Driving a virtual board in tests: mpremote as it is, and the bare serial line."""

import os
import pty
import select
import subprocess
import sys
import time

from mpremote.transport_serial import SerialTransport


def mpremote(board, *words):
    """Run mpremote on the board's serial line; what it printed. CalledProcessError if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", board.port, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return done.stdout


def run(board, code, *, soft_reset=True):
    """Run code as `mpremote exec` does, without a process of its own; what it printed, by line."""
    line = SerialTransport(board.port, timeout=10)
    try:
        line.enter_raw_repl(soft_reset)
        out = line.exec(code)
        line.exit_raw_repl()
        line.read_until(1, b">>> ")  # else what is typed here reaches the program that is next
    finally:
        line.close()
    return out.decode().splitlines()


def put(board, name, text):
    """Write a file on the board."""
    run(board, f"with open({name!r}, 'w') as f: f.write({text!r})", soft_reset=False)


def booted(board, until, typed=b"", after=b"", timeout_s=10.0):
    """Type, and hear what comes over the serial line, up to `until` after `after`."""
    line = os.open(board.port, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(line, typed)
        heard = b""
        end = time.monotonic() + timeout_s
        while until not in heard.partition(after)[2] if after else until not in heard:
            ready, _, _ = select.select([line], [], [], max(0, end - time.monotonic()))
            assert ready, heard
            heard += os.read(line, 4096)
        return heard
    finally:
        os.close(line)


class Typist:
    """Somebody at `mpremote repl`, on a terminal."""

    def __init__(self, board):
        self._port = board.port
        self.heard = ""

    def __enter__(self):
        self._line, other = pty.openpty()
        command = [sys.executable, "-m", "mpremote", "connect", self._port, "repl"]
        self._run = subprocess.Popen(command, stdin=other, stdout=other, stderr=other)
        os.close(other)
        self.wait_for("Use Ctrl-] or Ctrl-x to exit this shell")
        self.type("\r")
        return self

    def __exit__(self, *_):
        self._run.kill()
        self._run.wait()
        os.close(self._line)

    def type(self, text):
        os.write(self._line, text.encode())

    def wait_for(self, text, timeout_s=10.0):
        """Hear on until this was said, after what was waited for before."""
        end = time.monotonic() + timeout_s
        while text not in self.heard:
            ready, _, _ = select.select([self._line], [], [], max(0, end - time.monotonic()))
            assert ready, self.heard
            self.heard += os.read(self._line, 4096).decode()
        self.heard = self.heard.partition(text)[2]

    def ended(self):
        """Whether mpremote ends by itself."""
        return self._run.wait(10) == 0
