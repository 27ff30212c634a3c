"""One luminaire in the simulation: its node, the line its light draws, and what that uses."""

from __future__ import annotations

from noctule.brain import Brain
from noctule.brain.state import SIZE

from sim.world.power import Power

Segment = tuple[int, float, int, int]
"""From an instant `t` on: level then (percent), level gone to, ramp in ms."""


class Lamp:
    """A luminaire's brain and light. Levels are percent of light; `line` is called with each
    change, in order of time; energy and hours grow with `account`."""

    __slots__ = (
        "brain", "config", "power", "powered", "wake", "saved", "clock", "quality", "fast",
        "segments", "energy_j", "level_ms", "recipients", "section", "hears", "_at", "_start",
        "_from", "to", "_ramp", "_watts", "boots", "fed", "cut",
        "may_restart",
    )

    def __init__(self, config: bytes, power: Power, section: int) -> None:
        self.config = config
        self.power = power
        self.section = section
        self.brain: Brain | None = None
        self.may_restart = False  # it can lose its mains, and then needs its saved state
        self.fed = True  # the circuit has mains
        self.cut = False  # a fault: this luminaire has none all the same
        self.powered = True
        self.wake = 0
        self.saved = bytearray(SIZE)
        self.clock = 0  # ms by which the node's clock is wrong
        self.quality = 3
        self.fast = False  # the latest detection was a vehicle
        self.hears = False  # detections are of use to it
        # By hops: who hears its detections, each (index, metres).
        self.recipients: dict[int, list[tuple[int, int]]] = {}
        self.segments: list[Segment] = []
        self.energy_j = 0.0
        self.level_ms = [0] * 101
        self.boots = 0
        self._at = self._start = self._ramp = self.to = 0
        self._from: float = 0
        self._watts = 0.0

    def begin(self, t: int, powered: bool) -> None:
        """The line begins, dark."""
        self._at = self._start = t
        self.powered = powered
        self._watts = self.power.watts(0) if powered else 0.0
        self.segments = [(t, 0.0, 0, 0)]

    def level(self, t: int) -> float:
        """The level at `t`, not before the last change."""
        if t >= self._start + self._ramp:
            return self.to
        return self._from + (self.to - self._from) * (t - self._start) / self._ramp

    def line(self, t: int, level: int, ramp: int) -> None:
        """From `t` on the light goes to `level` in `ramp` ms."""
        self.account(t)
        self._from = self.to if t >= self._start + self._ramp else self.level(t)
        self._start = t
        self.to = level
        self._ramp = ramp
        self._watts = self.power.watts(level) if self.powered else 0.0
        self.segments.append((t, self._from, level, ramp))

    def mains(self, t: int, powered: bool) -> None:
        """Mains comes (the driver's own full light, until the node has booted) or goes."""
        self.account(t)
        self.powered = powered
        self.line(t, 100 if powered else 0, 0)

    def account(self, t: int) -> None:
        """Energy and hours up to `t`."""
        at = self._at
        if t <= at:
            return
        self._at = t
        if not self.powered:
            self.level_ms[0] += t - at
            return
        self.level_ms[self.to] += t - at
        end = self._start + self._ramp
        if at < end:
            part = t if t < end else end
            low = self._from if at == self._start else self.level(at)
            high = self.to if part == end else self.level(part)
            self.energy_j += self.power.ramp_energy_j(low, high, part - at)
            at = part
        self.energy_j += self._watts * (t - at) / 1000

    def forget(self) -> None:
        """Keep only the last segment: what was before has been accounted for."""
        del self.segments[:-1]
