"""A mains meter's pulses (BL0937, CF pin): so much energy each, from what the luminaire takes."""

from collections.abc import Callable

from sim.board.parts.part import Due, Host, Part

__all__ = ["Lamp", "Meter"]

_SECOND = 1_000_000
_FULL = 65535


class Lamp:
    """What a driver takes from the mains, from the levels of the pins that steer it.

    dim: pin of the duty, or None; full_at: share of the duty at which its light is full (0-10 V
    from an amplifier for 12 V: 10/12); inverted: a low duty gives light. relay: pin that switches
    its mains, or None; relay_inverted: a low pin closes it, as the coil of a contact that is
    closed at rest. Pins that nobody drives leave the light full, and the contact at rest.
    """

    def __init__(
        self,
        *,
        dim: int | None = None,
        relay: int | None = None,
        full_w: float = 60.0,
        idle_w: float = 0.5,
        full_at: float = 1.0,
        inverted: bool = False,
        relay_inverted: bool = False,
    ) -> None:
        self.dim, self.relay = dim, relay
        self.full_w, self.idle_w = full_w, idle_w
        self.full_at = full_at
        self.inverted, self.relay_inverted = inverted, relay_inverted

    def watts(self, host: Host) -> float:
        """Power now."""
        if not self._closed(host):
            return 0.0
        level = None if self.dim is None else host.level(self.dim)
        share = 1.0
        if level is not None:
            duty = level / _FULL
            share = min(1.0, (1.0 - duty if self.inverted else duty) / self.full_at)
        return self.idle_w + (self.full_w - self.idle_w) * share

    def _closed(self, host: Host) -> bool:
        if self.relay is None:
            return True
        level = host.level(self.relay)
        if level is None:
            return self.relay_inverted
        return bool(level) != self.relay_inverted


class Meter(Part):
    """Pulses on a pin, each `pulse_uj` of energy, 1.7244 J unless told (1 mOhm and 1:2001).

    watts: of what hangs behind it. smooth: it changes by itself as well, as gear that fades does,
    and is taken to change evenly between two looks. edges: whether the pin itself is to toggle,
    for a program that counts by interrupts; a hardware counter needs none. Faults: `dead` (no
    pulses), `flood` (2000 a second: a wire that picks up noise).
    """

    FAULTS = ("dead", "flood")

    def __init__(
        self,
        pin: int,
        watts: Callable[[Host], float],
        *,
        pulse_uj: int = 1_724_400,
        edges: bool = False,
        smooth: bool = False,
    ) -> None:
        super().__init__()
        self.pin = pin
        self.smooth = smooth
        self.share = 1.0
        """Of what the model says, what the lamp takes: less when it ages, 0 when it is dark."""
        self.pulse_uj = pulse_uj
        self.edges = edges
        self._model = watts
        self._watts = 0.0
        self._uj = 0.0
        self._joules = 0.0
        self._pulses = 0
        self._since_us = 0
        self._powered = True
        self._due: Due | None = None
        self._high = False

    def plug(self, host: Host) -> None:
        super().plug(host)
        self._since_us = host.now_us()
        self.output_changed()

    @property
    def joules(self) -> float:
        """What has gone through it; faults take nothing away."""
        self._count()
        return self._joules

    @property
    def pulses(self) -> int:
        """How many pulses it has given."""
        self._count()
        return self._pulses

    def output_changed(self) -> None:
        self._count()
        self._watts = self._now()
        self._wait()

    def changed(self) -> None:
        self.output_changed()

    def fail(self, fault: str) -> None:
        self._count()
        super().fail(fault)

    def mend(self) -> None:
        self._count()
        super().mend()

    def power(self, on: bool) -> None:
        self._count()
        self._powered = on
        self.output_changed()

    def set_share(self, share: float) -> None:
        """Have the lamp take another share of its power from now on."""
        self._count()
        self.share = share
        self.output_changed()

    def _now(self) -> float:
        return self._model(self.host) * self.share if self._powered else 0.0

    def _rate(self, watts: float) -> float:
        """Microjoules of pulses a microsecond, which is watts as the meter has them."""
        if not self._powered or self.fault == "dead":
            return 0.0
        return self.pulse_uj * 2000 / _SECOND if self.fault == "flood" else watts

    def _count(self) -> None:
        now = self.host.now_us()
        passed, self._since_us = now - self._since_us, now
        watts = self._watts
        if self.smooth:
            self._watts = self._now()
            watts = (watts + self._watts) / 2
        self._joules += watts * passed / _SECOND
        self._uj += self._rate(watts) * passed
        if self._uj >= self.pulse_uj:
            more = int(self._uj // self.pulse_uj)
            self._pulses += more
            self._uj -= more * self.pulse_uj

    def _wait(self) -> None:
        """Have the pin toggle at half the period of the pulses, if it is to toggle at all."""
        if not self.edges:
            return
        if self._due is not None:
            self._due.cancel()
            self._due = None
        rate = self._rate(self._watts)
        if rate <= 0:
            return
        period_us = self.pulse_uj / rate
        if self._high:
            wait = min(38_000, period_us / 2)  # CF stays high for 38 ms, or half of a short period
        else:
            wait = max(1, (self.pulse_uj - self._uj) / rate)
        self._due = self.host.at(self.host.now_us() + max(1, int(wait)), self._toggle)

    def _toggle(self) -> None:
        before = self._pulses
        self._count()
        if self._high:
            self._high = False
            self.drive(self.pin, 0)
        elif self._pulses > before:
            self._high = True
            self.drive(self.pin, 1)
        self._wait()
