"""One luminaire in the simulation: its node, the line its light draws, and what that uses.

What is *asked* for is one thing, what the light does another, and what is drawn a third. They
part where a discharge lamp warms up, where the gear's output is not its light (virtual output,
constant light output), and where something is broken.
"""

from __future__ import annotations

from collections.abc import Callable

from noctule.brain import Brain
from noctule.brain.state import SIZE

from sim.site.power import Power

Segment = tuple[int, float, int, int]
"""From an instant `t` on: level then (percent), level gone to, ramp in ms."""

TOO_HIGH = 1.40
"""Share of its power that gear draws which fails upwards: the light stays, the rest is heat."""
TOO_LOW = 0.65
"""Share of its power, and of its light, that is left of gear that fails downwards."""


def _even() -> float:
    return 0.5


class Lamp:
    """A luminaire's brain and light. Levels are percent of light; `line` is called with each
    change, in order of time; energy and hours grow with `account`.

    count: luminaires behind the output. warm_up: ms that they need, after being off, for their
    full light; the power is full at once.

    asked: the level that the node asks for; to: that which the light goes to. outputs: the gear's
    output in percent for each level asked for, or None where the two are one. broken: what is
    wrong with it, of `sim.engine.FAULTS`.
    """

    __slots__ = (
        "brain", "config", "power", "powered", "wake", "entry", "saved", "clock", "quality",
        "fast", "segments", "one_out", "energy_j", "level_ms", "recipients", "section", "hears",
        "asked", "to", "boots", "fed", "cut", "saves_from", "count", "warm_up", "outputs",
        "broken", "metered", "noise", "next_sample", "faults", "booted",
        "_at", "_start", "_from", "_ramp", "_watts", "_warm",
        "_draws_at", "_draws_until", "_draws_from", "_draws_to",
    )  # fmt: skip

    def __init__(
        self, config: bytes, power: Power, section: int, count: int = 1, warm_up: int = 0
    ) -> None:
        self.config = config
        self.power = power
        self.section = section
        self.count = count
        self.warm_up = warm_up
        self.outputs: list[int] | None = None
        self.brain: Brain | None = None
        self.saves_from = 1 << 62  # t from which on its saved state may be needed
        self.fed = True  # the circuit has mains
        self.cut = False  # a fault: this luminaire has none all the same
        self.powered = True
        self.wake = 0  # when its brain wants to be asked
        self.entry = 0  # when the engine looks at it next: not later
        self.saved = bytearray(SIZE)
        self.clock = 0  # ms by which the node's clock is wrong
        self.quality = 3
        self.fast = False  # the latest detection was a vehicle
        self.hears = False  # detections are of use to it
        # By hops: who hears its detections, each (index, metres).
        self.recipients: dict[int, list[tuple[int, int]]] = {}
        self.segments: list[Segment] = []
        # The line of the one luminaire that is out, where others behind the output still light.
        self.one_out: list[Segment] = []
        self.energy_j = 0.0
        self.level_ms = [0] * 101
        self.boots = 0
        self.booted = 0
        self.broken: set[str] = set()
        self.metered = False
        self.noise: Callable[[], float] = _even  # tonight's chance, of its meter
        self.next_sample = 0
        self.faults = 0  # bits that the node reported last
        self.asked = 0
        self._at = self._start = self._ramp = self.to = 0
        self._from: float = 0
        self._warm = 0  # until when it warms up
        self._watts = 0.0
        # The line of the gear's output, where it is still going somewhere.
        self._draws_at = self._draws_until = 0
        self._draws_from: float = 0
        self._draws_to = 0

    def begin(self, t: int, powered: bool) -> None:
        """The line begins, dark."""
        self._at = self._start = self._draws_at = self._draws_until = t
        self.powered = powered
        self._watts = self.power.watts(0) if powered else 0.0
        self.segments = [(t, 0.0, 0, 0)]

    def level(self, t: int) -> float:
        """The level of the light at `t`, not before the last change."""
        if t >= self._start + self._ramp:
            return self.to
        return self._from + (self.to - self._from) * (t - self._start) / self._ramp

    def line(self, t: int, level: int, ramp: int) -> None:
        """From `t` on the node asks for `level` in `ramp` ms."""
        self.asked = level
        if self.warm_up or self.broken:
            self._troubled_line(t, level, ramp)
            return
        self.account(t)
        self._from = self.to if t >= self._start + self._ramp else self.level(t)
        self._start = t
        self.to = level
        self._ramp = ramp
        self.segments.append((t, self._from, level, ramp))
        output = level if self.outputs is None else self.outputs[level]
        self._draws_from = self._draws_to if t >= self._draws_until else self._drawn(t)
        self._draws_at = t
        self._draws_until = t + ramp
        self._draws_to = output
        self._watts = self.power.watts(output) if self.powered else 0.0

    def _troubled_line(self, t: int, level: int, ramp: int) -> None:
        """The line of lamps that warm up, or that something is wrong with."""
        self.account(t)
        burns = "day-burner" in self.broken and self.powered
        if burns:  # the relay is welded
            level, ramp = 100, 0
        out = "out" in self.broken
        now = self.level(t)
        drawn = self._drawn(t)
        light = level
        if out and self.count == 1:
            light = ramp = 0
            now = 0.0
        elif "power-low" in self.broken:
            light = round(level * TOO_LOW)
        output = level if self.outputs is None or burns else self.outputs[level]
        draws_ramp = ramp
        if self.warm_up:
            if light and now <= 0.0:
                self._warm = t + self.warm_up
            if light and t < self._warm:
                ramp = max(ramp, self._warm - t)
                draws_ramp = 0
        self._from = now
        self._start = t
        self.to = light
        self._ramp = ramp
        self.segments.append((t, now, light, ramp))
        if self.count > 1 and self.broken:
            self._one_out(t, out, light, ramp)
        if out and self.count == 1:
            output = 0
        self._draws_from = drawn if draws_ramp else output
        self._draws_at = t
        self._draws_until = t + draws_ramp
        self._draws_to = output
        self._watts = self.watts(t + draws_ramp)

    def _one_out(self, t: int, out: bool, light: int, ramp: int) -> None:
        """The line of the one luminaire that is out at times, beside the others'."""
        if not self.one_out:
            self.one_out = self.segments[:-1]
        start, level, to, took = self.one_out[-1]
        done = (t - start) / took if took else 1.0
        now = level + (to - level) * min(1.0, done)
        if now <= 0.0 and self.warm_up:
            ramp = max(ramp, self.warm_up)
        self.one_out.append((t, 0.0, 0, 0) if out else (t, now, light, ramp))

    def change(self, t: int) -> None:
        """Something was broken or mended: the light is what it is now, without a ramp."""
        self.line(t, self.asked, 0)

    def mains(self, t: int, powered: bool) -> None:
        """Mains comes (the driver's own full light, until the node has booted) or goes."""
        self.account(t)
        self.powered = powered
        self.outputs = None  # it is the node that scales
        self.line(t, 100 if powered else 0, 0)

    def set_outputs(self, t: int, outputs: list[int] | None) -> None:
        """From `t` on the gear's output for each level is another one."""
        if outputs == self.outputs:
            return
        self.account(t)
        self.outputs = outputs
        if self._draws_to and "day-burner" not in self.broken:
            self._draws_from = self._drawn(t)
            self._draws_at = t
            self._draws_until = max(t, self._draws_until)
            self._draws_to = self.asked if outputs is None else outputs[self.asked]
            self._watts = self.watts(self._draws_until)

    def _drawn(self, t: int) -> float:
        """The gear's output at `t`, in percent."""
        until = self._draws_until
        if t >= until:
            return self._draws_to
        part = (t - self._draws_at) / (until - self._draws_at)
        return self._draws_from + (self._draws_to - self._draws_from) * part

    def watts(self, t: int) -> float:
        """What is drawn at `t`, not before the last change."""
        if not self.powered:
            return 0.0
        watts = self.power.watts(self._drawn(t))
        if self.broken and (self._draws_to or t < self._draws_until):
            gain, more = self._broken_power()
            watts = watts * gain + more
        return watts

    def _broken_power(self) -> tuple[float, float]:
        """What is drawn while lit, with what is broken: a share of the sound power, and watts."""
        gain, more = 1.0, 0.0
        power = self.power
        if "power-high" in self.broken or "power-low" in self.broken:
            gain = TOO_HIGH if "power-high" in self.broken else TOO_LOW
            more = power.node_w * (1.0 - gain)
        if "out" in self.broken and self.count > 1:
            # One draws what it does when it is off; the node as before.
            share = (self.count - 1) / self.count
            more = power.node_w + power.standby_w - power.node_w * gain * share
            gain *= share
        return gain, more

    def account(self, t: int) -> None:
        """Energy and hours up to `t`."""
        at = self._at
        if t <= at:
            return
        self._at = t
        self.level_ms[self.to] += t - at
        end = self._draws_until
        if at < end:
            part = t if t < end else end
            low = self._draws_from if at == self._draws_at else self._drawn(at)
            high = self._draws_to if part == end else self._drawn(part)
            joules = self.power.ramp_energy_j(low, high, part - at)
            if self.broken:
                gain, more = self._broken_power()
                joules = joules * gain + more * (part - at) / 1000
            self.energy_j += joules
            at = part
        self.energy_j += self._watts * (t - at) / 1000

    def forget(self) -> None:
        """Keep only the last segment: what was before has been accounted for."""
        del self.segments[:-1]
        del self.one_out[:-1]
