"""The PC's end of the frames of `noctule.update.line`: each request is sent until it is answered.

Whatever carries bytes will do (`Carrier`): a serial line now, a network one day. What comes and
is no frame is passed over: prints, noise, the answers to requests that were given up.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Final, Protocol

START: Final = 0xA5
MOST: Final = 240
"""Bytes of payload in a frame."""
HEAD: Final = 4
ANSWER_S: Final = 1.5
"""Without a word for so long, the request is sent again: a frame takes 25 ms at 115,200 baud."""
TRIES: Final = 8
_LONGEST_S = 900.0  # while the node says that it is still at it


class Carrier(Protocol):
    """Bytes to and fro."""

    def write(self, data: bytes) -> None:
        """Send them."""

    def read(self, timeout_s: float) -> bytes:
        """What has come, at least a byte unless that long none came."""


class LineError(Exception):
    """The node does not answer; `said` is what else came."""

    def __init__(self, said: bytes = b"") -> None:
        """Keep it."""
        super().__init__(said)
        self.said = said


class RefusedError(Exception):
    """The node says no: `words`, the first of which names why."""

    def __init__(self, words: list[str]) -> None:
        """Keep them."""
        super().__init__(" ".join(words))
        self.words = words


def frame(number: int, kind: bytes, payload: bytes = b"") -> bytes:
    """A frame; at most MOST bytes of payload."""
    if len(payload) > MOST:
        raise ValueError(f"{len(payload)} bytes in a frame")
    body = bytes((len(payload), number)) + kind + payload
    return bytes((START,)) + body + zlib.crc32(body).to_bytes(4, "little")


class Frames:
    """Finds frames in what comes."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._kept = bytearray()

    def add(self, data: bytes) -> list[tuple[int, bytes, bytes]]:
        """(number, kind, payload) of each frame that is whole now."""
        kept = self._kept
        kept += data
        found = []
        at = 0
        while True:
            at = kept.find(START, at)
            if at < 0:
                kept.clear()
                break
            if len(kept) - at < HEAD:
                del kept[:at]
                break
            size = kept[at + 1]
            end = at + HEAD + size + 4
            if size > MOST:
                at += 1
                continue
            if len(kept) < end:
                # It may be no frame: what follows in it is looked at when more has come.
                inner = self._inner(at + 1)
                if inner is None:
                    del kept[:at]
                    break
                at = inner
                continue
            body = bytes(kept[at + 1 : end - 4])
            if zlib.crc32(body).to_bytes(4, "little") == kept[end - 4 : end]:
                found.append((body[1], body[2:3], body[3:]))
                at = end
            else:
                at += 1
        return found

    def _inner(self, at: int) -> int | None:
        """Where a whole, sound frame lies from `at` on; None: there is none."""
        kept = self._kept
        while (at := kept.find(START, at)) >= 0:
            if len(kept) - at >= HEAD:
                end = at + HEAD + kept[at + 1] + 4
                if kept[at + 1] <= MOST and len(kept) >= end:
                    body = bytes(kept[at + 1 : end - 4])
                    if zlib.crc32(body).to_bytes(4, "little") == kept[end - 4 : end]:
                        return at
            at += 1
        return None


class Line:
    """Requests over a carrier."""

    def __init__(
        self, carrier: Carrier, answer_s: float = ANSWER_S, stop: Callable[[], bool] | None = None
    ) -> None:
        """`stop`: asked between two tries; True gives up (LineError)."""
        self._carrier = carrier
        self._answer_s = answer_s
        self._stop = stop
        self._frames = Frames()
        self._number = 0
        self.sent_again = 0
        """Requests that were sent more than once, counted each time."""

    def ask(self, kind: bytes, payload: bytes = b"", tries: int = TRIES) -> bytes:
        """The answer to a request. RefusedError; LineError."""
        self._number = self._number % 255 + 1
        request = frame(self._number, kind, payload)
        said = bytearray()
        began = time.monotonic()
        for attempt in range(tries):
            if self._stop is not None and self._stop():
                break
            self.sent_again += attempt > 0
            self._carrier.write(request)
            end = time.monotonic() + self._answer_s
            while (left := end - time.monotonic()) > 0:
                data = self._carrier.read(left)
                said += data
                again = False
                for number, answer, body in self._frames.add(data):
                    if answer == b"n":
                        again = True
                    if number != self._number:
                        continue
                    if answer == b"k":
                        return body
                    if answer == b"e":
                        raise RefusedError(body.decode(errors="replace").split())
                    if answer == b"w" and time.monotonic() - began < _LONGEST_S:
                        end = time.monotonic() + self._answer_s
                if again:
                    break
                if said.endswith(b"\x04>"):
                    raise LineError(bytes(said))  # the prompt: nobody serves any more
        raise LineError(bytes(said[-2000:]))

    def last(self, kind: bytes) -> None:
        """One more request, whatever `stop` says: tried once."""
        self._stop = None
        self.ask(kind, tries=1)
