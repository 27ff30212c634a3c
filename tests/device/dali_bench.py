"""A DALI line of the firmware on a simulated bus: RMT and SPI as the port has them, and time."""

from types import SimpleNamespace

from noctule.device import dali
from noctule.device.dali_gear import DaliGear
from noctule.device.dali_line import Line

from sim.board.parts.dali import DaliBus

TICKS = 0x3FFFFFFF


class Bench:
    """start: us since the chip's start, for ticks that wrap. late(ms wanted) -> ms too late."""

    def __init__(self, *gear, start=0, invert_tx=1, invert_rx=1, late=lambda wait: 0, seed=0):
        self.bus = DaliBus(
            tx=17, rx=16, invert_tx=bool(invert_tx), invert_rx=bool(invert_rx), seed=seed
        )
        for each in gear:
            self.bus.add(each)
        self.us = start
        self.late = late
        self.blocked = 0  # the longest poll, us
        self.reads = 0
        self.busy_until = 0
        # esp32.RMT and machine.SPI
        rmt, spi = SimpleNamespace(write_pulses=self._write), SimpleNamespace(readinto=self._read)
        self.line = Line(rmt, spi, lambda: self.us & TICKS, invert_tx, invert_rx)

    def _write(self, duration, data):
        # A port's list or tuple, 1 to 32767 each (esp32_rmt.c); it waits for the one before.
        assert type(data) is list and len(data) == 34 and 1 <= duration <= 32767
        assert self.us >= self.busy_until, "would have waited"
        self.busy_until = self.us + duration * len(data)
        self.bus.sent(self.us, [(level, duration) for level in data])

    def _read(self, buffer):
        buffer[:] = self.bus.samples(self.us, 100_000, len(buffer))
        self.us += len(buffer) * 80
        self.reads += 1

    def gear(self, address=0, linear=0, safe=254):
        it = DaliGear(self.line, address, linear, safe)
        it._due = self.us // 1000 & TICKS  # the factory polls at once; here it is the run
        return it

    def run(self, part, ms, until=lambda: False):
        """Poll it when it wants, for so long; virtual time goes on by itself."""
        end = self.us + ms * 1000
        while self.us < end and not until():
            before = self.us
            wait = part.poll(self.us // 1000 & TICKS)
            assert wait >= 1
            self.blocked = max(self.blocked, self.us - before)
            self.us = min(end, self.us + wait * 1000 + int(self.late(wait) * 1000))

    def ask(self, frame):
        """A question by hand."""
        self.line.send(frame)
        self.us += 12_000
        answer = self.line.answer() if self.line.listen() else None
        self.us += 35_000
        return answer

    @property
    def frames(self):
        return [frame for _, frame in self.bus.frames]


def lamp(memory=True, **kind):
    """A Gear with the memory of D4i, or without: 38.9 W, 119304 Wh, 500 h."""
    from sim.board.parts.dali import Gear

    gear = Gear(**kind)
    if memory:
        gear.banks[202] = {2: 255} | dict(enumerate(b"\xff\0\0\0\x12\x34\x56", 4))
        gear.banks[202] |= dict(enumerate(b"\xff\0\0\x01\x85", 0x0B))
        gear.banks[205] = {2: 255} | dict(enumerate((2_000_000).to_bytes(4, "big"), 4))
        gear.banks[206] = {2: 255} | dict(enumerate((1_800_000).to_bytes(4, "big"), 0x0E))
    return gear


__all__ = ["TICKS", "Bench", "dali", "lamp"]
