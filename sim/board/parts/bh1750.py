"""BH1750 light sensor (ROHM, 2009.04 Rev.B): a measurement takes its time."""

from collections.abc import Callable

from sim.board.parts.i2c import Device

__all__ = ["BH1750"]

_DEFAULT_TIME = 69
_MODES = {0x10: 1, 0x11: 2, 0x13: 1, 0x20: 1, 0x21: 2, 0x23: 1}  # opcode: counts' gain
_LOW = 3  # in the last two bits: 4 lx resolution, 16 ms instead of 120


class BH1750(Device):
    """lux: a number, or a function of the world's time in us. A measurement takes the longest
    that the sheet allows, 180 ms. Faults: `stuck` shows for ever what it showed last."""

    FAULTS = ("dead", "hanging", "stuck")

    def __init__(self, lux: float | Callable[[int], float] = 0.0, address: int = 0x23) -> None:
        super().__init__(address)
        self.lux = lux
        self._on = False
        self._time = _DEFAULT_TIME
        self._mode = 0
        self._due_us = 0
        self._count = 0

    def power(self, on: bool) -> None:
        self._on, self._time, self._mode, self._count = False, _DEFAULT_TIME, 0, 0

    def write(self, data: bytes) -> None:
        self._measure()
        code = data[0]  # one instruction a transfer; the sheet has no meaning for more
        if code == 0x00:
            self._on, self._mode = False, 0
        elif code == 0x01:
            self._on = True
        elif code == 0x07 and self._on:
            self._count = 0
        elif code & 0xF8 == 0x40:
            self._time = self._time & 0x1F | (code & 7) << 5
        elif code & 0xE0 == 0x60:
            self._time = self._time & 0xE0 | code & 0x1F
        elif code in _MODES and self._on:
            self._mode = code
            self._due_us = self.host.now_us() + self._takes_us()

    def read(self, count: int) -> bytes:
        self._measure()
        return (self._count.to_bytes(2, "big") * count)[:count]

    def _takes_us(self) -> int:
        longest_ms = 24 if self._mode & 3 == _LOW else 180
        return longest_ms * 1000 * self._time // _DEFAULT_TIME

    def _measure(self) -> None:
        """See whether a measurement has ended meanwhile; of several, the last."""
        now = self.host.now_us()
        if not self._mode or now < self._due_us:
            return
        takes = self._takes_us()
        ended = self._due_us + (now - self._due_us) // takes * takes
        if self._mode >= 0x20:
            ended = self._due_us
        if self.fault != "stuck":
            lux = self.lux(ended) if callable(self.lux) else self.lux
            counts = int(lux * 1.2 * _MODES[self._mode] * self._time / _DEFAULT_TIME)
            step = 4 if self._mode & 3 == _LOW else 1
            self._count = min(65535, max(0, counts)) // step * step
        if self._mode >= 0x20:  # once, then power down
            self._on, self._mode = False, 0
        else:
            self._due_us = ended + takes
