"""A board's serial line, by mpremote's own transport: all that Noctule knows of its Python API,
which is not stable (mpremote/transport_serial.py says so), is in this file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import serial  # type: ignore[import-untyped]
from mpremote import transport_serial  # type: ignore[import-untyped]
from mpremote.transport import TransportError  # type: ignore[import-untyped]
from serial.tools import list_ports  # type: ignore[import-untyped]

BAUD: Final = 115200
SERVE: Final = "import noctule.update.session as u;u.serve();del u;again()"
"""All that is sent to a node in the clear."""
_LOADER = (
    "import sys,hashlib as h;print('go');s=sys.stdin.buffer.read({size});"
    "exec(s if h.sha256(s).digest()[:8]=={digest!r}else'raise ValueError(1)',{{'__name__':'u'}})"
)
_PROMPT_S = 4.0
_PROMPTS = 4
_TURN_S = 0.02
_QUIET_TURNS = 3
_RAW = b"raw REPL; CTRL-B to exit\r\n"

# What it would print goes into our messages instead.
transport_serial.print = lambda *words, **more: None


class PortError(Exception):
    """No way to a board: `kind` is no-port, no-serial, busy, silent or gone."""

    def __init__(self, kind: str, said: str = "") -> None:
        """Keep both."""
        super().__init__(said)
        self.kind = kind


def ports() -> list[str]:
    """Serial ports that a board may be on: those of USB adapters and chips."""
    return sorted(port.device for port in list_ports.comports() if port.vid is not None)


@contextlib.contextmanager
def _troubles(kind: str) -> Iterator[None]:
    try:
        yield
    except (TransportError, OSError, serial.SerialException) as error:
        raise PortError(kind, str(error)) from None


class Wire:
    """The line to the board on `port`, open; a `tools.push.line.Carrier`."""

    def __init__(self, port: str, baud: int = BAUD) -> None:
        """Open it. PortError."""
        self.port = port
        self.sent = self.received = 0
        """Bytes, once frames go."""
        if port.startswith("/") and not os.path.exists(port):
            raise PortError("no-port")
        try:
            self._transport: Any = transport_serial.SerialTransport(port, baud, timeout=_TURN_S)
        except (TransportError, OSError) as error:
            raise PortError(_why_not(port), str(error)) from None
        self._serial = self._transport.serial

    def close(self) -> None:
        """Let go of it."""
        with contextlib.suppress(OSError, serial.SerialException):
            self._transport.close()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def prompt(self, anew: bool = False) -> None:
        """Stop whatever runs, and have MicroPython's raw prompt; `anew`: with nothing in memory
        but what boot.py leaves there. PortError: none comes."""
        for attempt in range(_PROMPTS):
            try:
                self._transport.enter_raw_repl(soft_reset=anew, timeout_overall=_PROMPT_S)
                self._ask_again()
                return
            except TransportError:
                # Somebody may serve frames, and hears of no Ctrl-C: silence ends that.
                time.sleep(2.0 * (attempt > 0))
            except (OSError, serial.SerialException) as error:
                raise PortError("gone", str(error)) from None
        raise PortError("silent")

    def _ask_again(self) -> None:
        """Ask for the prompt once more when all is quiet: what was asked for before, by whoever
        gave up, may be answered late, and would be taken for the answer to what follows."""
        quiet, end = 0, time.monotonic() + _PROMPT_S
        while quiet < _QUIET_TURNS and time.monotonic() < end:
            quiet = 0 if self._serial.read(max(1, self._serial.in_waiting)) else quiet + 1
        self._serial.write(b"\r\x01")
        heard = self._transport.read_until(1, _RAW, timeout=1)
        if not heard.endswith(_RAW):
            raise TransportError(f"heard {heard!r}")

    def serve(self) -> None:
        """Have the node's own updater listen."""
        with _troubles("gone"):
            self._execute(SERVE)

    def load(self, first: bytes, pieces: Sequence[bytes]) -> None:
        """Run a program if it comes as it was sent, and give it a piece at each "go"; again, if it
        says "no". No byte of it is a Ctrl-C. PortError."""
        with _troubles("gone"):
            self._begin(first)
            self._hear(_PROMPT_S)
            for piece in pieces:
                for _ in range(_PROMPTS):
                    self.write(piece)
                    if piece is pieces[-1] or self._hear(_PROMPT_S):
                        break
                else:
                    raise TransportError("spoilt each time")

    def answer(self, program: bytes, within_s: float) -> bytes:
        """What a program prints, which is run if it comes as it was sent. PortError."""
        with _troubles("gone"):
            self._begin(program)
            heard = self.hear(b"\x04", within_s, b"")
            if b"Traceback" in heard:
                raise TransportError(f"heard {heard!r}")
            return heard

    def interrupt(self) -> None:
        """Ctrl-C, for a program that waits for what was lost."""
        with _troubles("gone"):
            self._serial.write(b"\x03\x03")

    def _begin(self, program: bytes) -> None:
        """Have it run, if it comes as it was sent."""
        digest = hashlib.sha256(program).digest()[:8]
        self._execute(_LOADER.format(size=len(program), digest=digest))
        self._hear(_PROMPT_S)
        self.write(program)

    def _execute(self, code: str) -> None:
        self._transport.use_raw_paste = False  # a short line needs no windows
        self._serial.timeout = _PROMPT_S
        try:
            self._transport.exec_raw_no_follow(code)
        finally:
            self._serial.timeout = _TURN_S

    def _hear(self, timeout_s: float) -> bool:
        """Wait for "go"; False: a "no" came before it."""
        heard = b""
        end = time.monotonic() + timeout_s
        while not heard.endswith(b"go\r\n"):
            if time.monotonic() > end or b"Traceback" in heard:
                raise TransportError(f"heard {heard!r}")
            heard += self.read(_TURN_S)
        return b"no\r\n" not in heard

    def write(self, data: bytes) -> None:
        """Send bytes. PortError."""
        with _troubles("gone"):
            self._serial.write(data)
        self.sent += len(data)

    def read(self, timeout_s: float) -> bytes:
        """What has come, at least a byte unless that long none came. PortError."""
        end = time.monotonic() + timeout_s
        with _troubles("gone"):
            while True:
                data: bytes = self._serial.read(max(1, self._serial.in_waiting))
                if data or time.monotonic() > end:
                    self.received += len(data)
                    return data

    def hear(self, word: bytes, timeout_s: float, typed: bytes = b"\r") -> bytes:
        """What comes until a word does, while something is typed each second; all that came, the
        word or not. PortError."""
        heard = b""
        end = time.monotonic() + timeout_s
        while word not in heard and time.monotonic() < end:
            self.write(typed)
            turn = time.monotonic() + 0.5
            while word not in heard and time.monotonic() < turn:
                heard += self.read(0.1)
        return heard


def _why_not(port: str) -> str:
    """Why a port does not open."""
    if sys.platform == "win32":
        return "busy"
    try:
        file = os.open(port, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except FileNotFoundError:
        return "no-port"
    except OSError:
        return "busy"
    try:
        return "busy" if os.isatty(file) else "no-serial"
    finally:
        os.close(file)
