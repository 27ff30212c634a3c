"""BL0937 mains meter: active power and energy from the pulses of its CF pin.

Each pulse is the same energy (Belling, BL0937 data sheet: F = 1721506 * V(V) * V(I) / Vref^2,
Vref = 1.218 V): with the usual shunt of 1 mOhm and divider of 1:2001 it is 1.7244 J, some 35
pulses a second at 60 W. Whoever owns the pin counts them, in hardware or in an interrupt; here is
the arithmetic, in small integers, right over any wrap of the counter and of the ticks.
"""

from noctule.brain.const import const

_TICKS = const(0x3FFFFFFF)  # ticks_ms wraps at 2 ** 30
_SHORTEST = const(8000)  # ms of a window
_ENOUGH = const(64)  # pulses after which a window may end
_LONGEST = const(60000)  # ms after which it ends
_WH = const(36000000)  # a watt-hour, in 0.1 mJ
_AT_ONCE = const(1000000000)  # 0.1 mJ that can be added without leaving small integers
_LATE = const(100000000)  # ms, likewise


def pulse_energy(shunt_uohm: int, divider: int) -> int:
    """Energy of one pulse in 0.1 mJ, for a shunt in micro-ohms and a divider of 1:`divider`. A
    meter that was calibrated has its own number instead."""
    # 1.218 ** 2 / 1721506 V^2 s is 8617.6 of these for 1 micro-ohm and 1:1.
    return (86176 * divider + 5 * shunt_uohm) // (10 * shunt_uohm)


class Meter:
    """pulse: energy of one, in 0.1 mJ (1 to 1000000). most: 0.1 W above which the input must be
    chattering. mask: of the counter, a power of two less one. ValueError: no such pulse.

    power: 0.1 W in the last window, -1 before the first. wh, rest: energy so far in Wh, and what
    is beyond in 0.1 mJ: both can be set from what was saved. chattering: in the last window there
    were more pulses than there can be power; they are not counted.
    """

    def __init__(self, pulse: int, most: int = 80000, mask: int = _TICKS) -> None:
        if pulse < 1 or pulse > 1000000:
            raise ValueError("pulse")
        self.power = -1
        self.wh = 0
        self.rest = 0
        self.chattering = False
        self._pulse = pulse
        self._most = most
        self._mask = mask
        self._begun = False
        self._cut = False
        self.counter = None
        self._count = 0
        self._ticks = 0

    def restart(self) -> None:
        """The output changes: with the next `update` the window ends, for the energy only, and a
        new one begins."""
        self._cut = True

    def update(self, count: int, ticks: int) -> bool:
        """The counter stands at `count` at `ticks` (ms). Call it every second or so, at least
        once a wrap of either. Returns whether a window has ended: `power` is new. A window takes
        8 s, or up to a minute where pulses are few. Allocates nothing."""
        ms = ticks - self._ticks & _TICKS
        pulses = count - self._count & self._mask
        cut = self._cut
        if self._begun and not cut and ms < _LONGEST and (ms < _SHORTEST or pulses < _ENOUGH):
            return False
        self._count = count
        self._ticks = ticks
        self._cut = False
        if not self._begun:
            self._begun = True
            return False
        # In small integers: a long window is judged by its halves, or quarters, ...
        fits = _AT_ONCE // self._pulse
        n, t = pulses, ms
        while n > fits or t > _LATE:
            n >>= 1
            t >>= 1
        power = (n * self._pulse + t // 2) // t if t else 0
        self.chattering = power > self._most or (pulses > 1 and not t)
        if self.chattering:
            return False
        while pulses > 0:
            n = pulses if pulses < fits else fits
            pulses -= n
            rest = self.rest + n * self._pulse
            self.wh += rest // _WH
            self.rest = rest % _WH
        if cut:
            return False
        self.power = power
        return True


def of(fitted) -> Meter:
    """From its wiring: pin, and the energy of a pulse. `counter` counts its pulses."""
    from machine import Pin

    from .pulses import of as count

    meter = Meter(fitted["pulse"])
    meter.counter = count(Pin(fitted["pin"], Pin.IN))
    return meter
