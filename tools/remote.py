"""A board on a serial line, by mpremote as it is: one process for each call of `Remote`."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

Trouble = Literal["no-port", "no-serial", "busy", "silent", "gone", "failed"]
SILENCE_S: Final = 30.0
"""After so long without a word mpremote waits for a board that has gone: a file takes a few
seconds, resetting and reading all of them back some more."""


class RemoteError(Exception):
    """What went wrong on the line: `kind`, and what mpremote said of it."""

    def __init__(self, kind: Trouble, said: str) -> None:
        """Keep both."""
        super().__init__(said)
        self.kind: Trouble = kind


class Remote:
    """The board on `port`. The first call resets its interpreter; later ones go on with it."""

    def __init__(self, port: str) -> None:
        """Connect to nothing yet."""
        self._port = port
        self._connected = False
        self.reached = False
        """Whether anything was sent to the board."""
        self.written = False
        """Whether anything may have been written to its flash."""

    def run(self, code: str, restart: bool = False) -> str:
        """What code prints on the board; it is reset afterwards if asked. Raises RemoteError."""
        return self._call(["exec", code, *(["+", "reset"] if restart else [])], None)

    def copy(
        self,
        first: str,
        groups: Sequence[tuple[Sequence[Path], str]],
        told: Callable[[Path], None],
    ) -> None:
        """Run code, then copy files into folders of the board, which must be there; those that are
        there already, byte for byte, are left. `told` is called as each begins. Raises
        RemoteError."""
        words = ["exec", first]
        for paths, folder in groups:
            words += ["+", "fs", "cp", *map(str, paths), f":{folder}/"]

        def heard(line: str) -> None:
            if line.startswith("cp "):
                told(Path(line[3 : line.rindex(" :")]))

        self.written = True
        self._call(words, heard)

    def _call(self, words: Sequence[str], heard: Callable[[str], None] | None) -> str:
        if self._port.startswith("/") and not os.path.exists(self._port):
            raise RemoteError("no-port", "")
        resume = ["resume"] if self._connected else []
        command = [sys.executable, "-u", "-m", "mpremote", "connect", self._port, *resume, *words]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stdout is not None
        lines = []
        try:
            while line := _line(process):
                lines.append(line)
                if heard is not None:
                    heard(line.rstrip("\n"))
            status = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            process.stdout.close()
        said = "".join(lines)
        if status:
            kind = _kind(said, status)
            if kind == "busy":
                kind = _why_not(self._port)
            self.reached |= kind in ("silent", "failed")
            gone = kind == "silent" and self._connected
            raise RemoteError("gone" if gone else kind, said.strip())
        self._connected = self.reached = True
        return said


def _line(process: subprocess.Popen[str]) -> str:
    """The next line of what a process prints, "" at its end: which comes if it is silent."""
    assert process.stdout is not None
    late = threading.Timer(SILENCE_S, process.kill)
    late.start()
    try:
        return process.stdout.readline()
    finally:
        late.cancel()


def _kind(said: str, status: int) -> Trouble:
    if "failed to access" in said:
        return "busy"
    if "could not enter raw repl" in said or status < 0:
        return "silent"
    return "failed"


def _why_not(port: str) -> Trouble:
    """Why a port does not open."""
    if os.name != "posix":
        return "busy"
    if not os.path.exists(port):
        return "no-port"
    try:
        file = os.open(port, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return "busy"
    try:
        return "busy" if os.isatty(file) else "no-serial"
    finally:
        os.close(file)
