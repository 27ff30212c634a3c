"""HLK-LD2410 radar (Hi-Link, serial protocol V1.02): a report each 100 ms."""

from collections.abc import Iterator
from random import Random

from sim.board.parts.uart import SerialDevice

__all__ = ["LD2410"]

_PERIOD_US = 100_000
_SECOND = 1_000_000
_HEAD, _TAIL = b"\xf4\xf3\xf2\xf1", b"\xf8\xf7\xf6\xf5"
_COMMAND, _COMMAND_END = b"\xfd\xfc\xfb\xfa", b"\x04\x03\x02\x01"
_MOVING, _STILL = 1, 2
_REACH_M = {_MOVING: 6.0, _STILL: 4.0}
_FLOOD = 2560  # bytes in 100 ms: the line is never quiet


class LD2410(SerialDevice):
    """A radar, and somebody in front of it.

    hold_s: for how long it says that somebody is there after it saw the last of them. Faults:
    `dead` (silence), `stuck` (the same report for ever), `garbage` (bytes without end), `half`
    (each report breaks off in the middle).
    """

    FAULTS = ("dead", "stuck", "garbage", "half")

    def __init__(
        self, *, tx: int, rx: int, baud: int = 256_000, hold_s: float = 5.0, seed: int = 0
    ) -> None:
        super().__init__(tx=tx, rx=rx, baud=baud)
        self.hold_s = hold_s
        self.engineering = False
        self.configuring = False
        self.commands: list[int] = []
        """Words of the commands that it was given."""
        self._random = Random(seed)
        self._metres: float | None = None
        self._speed = 0.0
        self._since_us = 0
        self._last: tuple[int, int, int] | None = None  # when it saw somebody, and the distances
        self._begun_us = 0
        self._answers: list[tuple[int, bytes]] = []
        self._stuck = b""
        self._powered = True

    # The world. To be called through `Parts`, which lets the UART take in what was said before.

    def person(self, metres: float, speed: float = 0.0) -> None:
        """Somebody is at a distance, and goes away (or comes: less than 0) at so many m/s."""
        self._since_us = self.host.now_us()
        self._metres, self._speed = metres, speed

    def nobody(self) -> None:
        """Nobody is there any more."""
        self._sees(self.host.now_us())
        self._metres = None

    def power(self, on: bool) -> None:
        self._powered = on
        self._begun_us = self.host.now_us()
        self.engineering = self.configuring = False
        self._last = None
        self._answers.clear()

    def changed(self) -> None:
        self._stuck = self.report(self.host.now_us())

    # The line.

    def says(self, since_us: int, until_us: int) -> Iterator[tuple[int, bytes]]:
        while self._answers and self._answers[0][0] <= until_us:
            yield self._answers.pop(0)
        if not self._powered or self.fault == "dead" or self.configuring:
            return
        late = since_us - self._begun_us
        at = self._begun_us + (late // _PERIOD_US + 1) * _PERIOD_US
        while at <= until_us:
            yield at, self._spoken(at)
            at += _PERIOD_US

    def _spoken(self, at_us: int) -> bytes:
        match self.fault:
            case "stuck":
                return self._stuck
            case "garbage":
                return self._random.randbytes(_FLOOD)
            case "half":
                report = self.report(at_us)
                return report[: self._random.randrange(1, len(report))]
        return self.report(at_us)

    def report(self, at_us: int) -> bytes:
        """What it says at an instant."""
        state, moving, still, strength = self._sees(at_us)
        body = bytes([2, 0xAA, state]) + moving.to_bytes(2, "little")
        body += bytes([strength if moving else 0]) + still.to_bytes(2, "little")
        body += bytes([strength if still else 0]) + max(moving, still).to_bytes(2, "little")
        if self.engineering:
            body = b"\x01" + body[1:] + b"\x08\x08" + bytes(range(18)) + b"\x00\x00"
        body += b"\x55\x00"
        return _HEAD + len(body).to_bytes(2, "little") + body + _TAIL

    def _sees(self, at_us: int) -> tuple[int, int, int, int]:
        """State, distance of somebody moving and of somebody still (cm), strength."""
        if self._metres is not None:
            metres = abs(self._metres + self._speed * (at_us - self._since_us) / _SECOND)
            state = _MOVING if self._speed else _STILL
            if metres <= _REACH_M[state]:
                cm = round(metres * 100)
                moving, still = (cm, 0) if state == _MOVING else (0, cm)
                self._last = (at_us, moving, still)
                return state, moving, still, max(1, min(100, int(100 - metres * 12)))
        if self._last is not None:
            seen_us, moving, still = self._last
            if at_us - seen_us < self.hold_s * _SECOND:
                return _STILL, moving, still, 0
        return 0, 0, 0, 0

    def hear(self, data: bytes) -> None:
        if self.fault == "dead" or not self._powered:
            return
        if data[:4] != _COMMAND or data[-4:] != _COMMAND_END or len(data) < 12:
            return
        if int.from_bytes(data[4:6], "little") + 10 != len(data):
            return
        word = int.from_bytes(data[6:8], "little")
        self.commands.append(word)
        done = self.configuring or word == 0xFF
        if word == 0xFF:
            self.configuring = True
        elif word == 0xFE:
            self.configuring = False
        elif word in (0x62, 0x63) and done:
            self.engineering = word == 0x62
        answer = (word | 0x100).to_bytes(2, "little") + (0 if done else 1).to_bytes(2, "little")
        if word == 0xFF:
            answer += b"\x01\x00\x40\x00"  # the protocol's version, and its buffer of 64 bytes
        size = len(answer).to_bytes(2, "little")
        at = self.host.now_us() + 2000
        self._answers.append((at, _COMMAND + size + answer + _COMMAND_END))
