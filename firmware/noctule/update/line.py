"""Frames on the serial line: a request, its answer, and no second request before that.

    A5, length of the payload, number, kind, payload (240 bytes at most), CRC-32 of all but A5

The number rises by one with each request; an answer has its request's. Who gets no answer sends
the same request again, and one that was answered before is answered alike: nothing is done twice.
A frame and what an ESP32 keeps for a program that does not listen just now are the same size
(260 bytes, ports/esp32/uart.c), so that nothing is lost while flash is being erased.
"""

from binascii import crc32
from time import ticks_diff, ticks_ms

from noctule.brain.const import const

MOST = const(240)
_START = const(0xA5)
_HEAD = const(4)
_QUIET = const(60)  # ms without a byte: whatever was being sent has ended
_SPOILT = const(110)  # n: a frame came spoilt, send it again


class Line:
    """read, write, wait: as of link/serial.py. live(): called again and again; what goes on
    meanwhile.

    kind, payload, number: of the last request.
    """

    def __init__(self, read, write, wait, live) -> None:
        self.kind = 0
        self.payload = b""
        self._read = read
        self._write = write
        self._wait = wait
        self._live = live
        self._in = memoryview(bytearray(_HEAD + MOST + 4))
        self.number = 0
        self._out = b""  # the answer

    def request(self, wait_ms: int) -> bool:
        """Wait for the next request; False: none in so many ms."""
        began = ticks_ms()
        frame = self._in
        have = 0  # bytes of a frame; -1: it is spoilt, and so is all that comes until it is quiet
        while ticks_diff(ticks_ms(), began) < wait_ms:
            self._live()
            if not self._wait(_QUIET if have else 20):
                if have:
                    self._write(self.frame(_SPOILT, b""))
                have = 0
            elif have < 0:
                self._read(frame)
            else:
                whole = _HEAD + frame[1] + 4 if have > 1 else 2
                have += self._read(frame[have:whole])
                if frame[0] != _START or (have > 1 and frame[1] > MOST):
                    have = -1
                elif have == whole > 2:
                    end = whole - 4
                    if crc32(frame[1:end]) != int.from_bytes(frame[end:whole], "little"):
                        have = -1
                    elif self._taken(end):
                        return True
                    else:
                        have = 0
        return False

    def answer(self, kind: int, payload) -> None:
        """Answer the request, with as much as goes into a frame."""
        self._out = self.frame(kind, payload[:MOST])
        self._write(self._out)

    def _taken(self, end: int) -> bool:
        """Whether it is a new request."""
        frame = self._in
        if frame[2] == self.number:
            self._write(self._out)
            return False
        self.number = frame[2]
        self._out = b""
        self.kind = frame[3]
        self.payload = frame[_HEAD:end]
        return True

    def frame(self, kind: int, payload):
        """Of an answer."""
        end = _HEAD + len(payload)
        frame = bytearray(end + 4)
        frame[0] = _START
        frame[1] = end - _HEAD
        frame[2] = self.number
        frame[3] = kind
        frame[_HEAD:end] = payload
        frame[end:] = crc32(memoryview(frame)[1:end]).to_bytes(4, "little")
        return frame
