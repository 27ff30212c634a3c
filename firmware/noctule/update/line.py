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
_PAUSE = const(700)  # ms between two words that work is going on
_SPOILT = const(110)  # n: a frame came spoilt, send it again
_WORKING = const(119)  # w: it takes longer


class Line:
    """read, write, wait: as of link/serial.py. live(): called again and again; what goes on
    meanwhile.

    kind, payload: of the last request. garbage: bytes so far that were no frame.
    """

    def __init__(self, read, write, wait, live) -> None:
        self.kind = 0
        self.payload = b""
        self.garbage = 0
        self._read = read
        self._write = write
        self._wait = wait
        self._live = live
        self._in = bytearray(_HEAD + MOST + 4)
        self._number = 0  # of the request that was answered last, or is being
        self._out = b""  # the answer
        self._told = ticks_ms()  # when the PC last heard of the node

    def request(self, wait_ms: int) -> bool:
        """Wait for the next request; False: none in so many ms."""
        began = ticks_ms()
        frame = memoryview(self._in)
        have = 0
        spoilt = False
        while ticks_diff(ticks_ms(), began) < wait_ms:
            self._live()
            if not self._wait(_QUIET if have or spoilt else 20):
                if have or spoilt:
                    self._send(_SPOILT, b"")
                have = 0
                spoilt = False
                continue
            if spoilt:  # all that comes until it is quiet
                self.garbage += self._read(frame)
                continue
            whole = _HEAD + frame[1] + 4 if have > 1 else 2
            have += self._read(frame[have:whole])
            if frame[0] != _START or (have > 1 and frame[1] > MOST):
                spoilt = True
            elif have == whole > 2:
                if not self._sound(whole):
                    spoilt = True
                elif self._taken(whole):
                    return True
                else:
                    have = 0
            if spoilt:
                self.garbage += have
                have = 0
        return False

    def answer(self, kind: int, payload=b"") -> None:
        """Answer the request."""
        self._out = self._frame(kind, payload)
        self._told = ticks_ms()
        self._write(self._out)

    def working(self) -> None:
        """Let the PC know now and then that its request is being worked on."""
        now = ticks_ms()
        if ticks_diff(now, self._told) >= _PAUSE:
            self._told = now
            self._send(_WORKING, b"")

    def _sound(self, size: int) -> bool:
        sent = int.from_bytes(self._in[size - 4 : size], "little")
        return crc32(memoryview(self._in)[1 : size - 4]) & 0xFFFFFFFF == sent

    def _taken(self, size: int) -> bool:
        """Whether it is a new request."""
        number = self._in[2]
        if number == self._number:
            if self._out:
                self._write(self._out)
            return False
        self._number = number
        self._out = b""
        self._told = ticks_ms()
        self.kind = self._in[3]
        self.payload = memoryview(self._in)[_HEAD : size - 4]
        return True

    def _frame(self, kind: int, payload) -> bytearray:
        size = len(payload)
        frame = bytearray(_HEAD + size + 4)
        frame[0] = _START
        frame[1] = size
        frame[2] = self._number
        frame[3] = kind
        frame[_HEAD : _HEAD + size] = payload
        check = crc32(memoryview(frame)[1 : _HEAD + size]) & 0xFFFFFFFF
        frame[_HEAD + size :] = check.to_bytes(4, "little")
        return frame

    def _send(self, kind: int, payload) -> None:
        self._write(self._frame(kind, payload))
