"""A presence sensor that is a contact: PIR, or what else has an output high while it sees one.

Edges are taken by interrupt with their tick, since the tasks may be busy for some ms; the level
is read as well at every poll, so that a lost interrupt (the port's queue of soft interrupts holds
8) is made good. The brain debounces. A contact that opens and closes all the time, as with a
loose wire, is taken for somebody there, as a radar that says nothing is.
"""

from time import ticks_ms

from noctule.brain.const import const

_RING = const(16)
_LOOK = const(1000)  # ms: makes good a lost edge
_TICKS = const(0x3FFFFFFF)
_MINUTE = const(60000)  # ms
# Edges in a minute: a sensor of movement holds its output for 2 s and more, and so gives 60.
_CHATTERING = const(240)


class Pir:
    """pin: machine.Pin, an input. active_low: it pulls down. flag: with `set`, what wakes the task
    that polls (asyncio.ThreadSafeFlag: nothing else ends the loop's wait from an interrupt).

    active: as last taken, since tick. lost: edges that found no room; the level is read as well.
    silent: it says nothing, since it chattered in the last minute. One that is broken cannot be
    told from one that sees nobody.
    """

    def __init__(self, pin, active_low: bool = False, flag=None) -> None:
        self.active = False
        self.silent = False
        self.tick = 0
        self.lost = 0
        self._count = 0  # edges in this minute
        self._since = -1
        self._pin = pin
        self._low = active_low
        self._flag = flag
        self._edges = [0] * _RING  # ticks
        self._levels = bytearray(_RING)
        self._put = self._got = 0
        pin.irq(self._edge, pin.IRQ_RISING | pin.IRQ_FALLING)

    def look(self, ticks: int) -> int:
        """Does it chatter? `next` has all the rest. Returns ms until the level is read again."""
        if self._since < 0 or ticks - self._since & _TICKS >= _MINUTE:
            self.silent = self._count >= _CHATTERING
            self._count = 0
            self._since = ticks
        return _LOOK

    def next(self) -> bool:
        """Is there another change of level? Then `active` and `tick` tell it."""
        if self.silent:
            self._got = self._put
            if self.active:
                return False
            self.active = True
            self.tick = ticks_ms()  # type: ignore[assignment, unused-ignore]
            return True
        while self._got != self._put:
            i = self._got
            self._got = (i + 1) % _RING
            if self._levels[i] != self.active:
                self.active = not self.active
                self.tick = self._edges[i]
                return True
        if self._now() != self.active:
            self.active = not self.active
            self.tick = ticks_ms()  # type: ignore[assignment, unused-ignore]
            return True
        return False

    def _now(self) -> int:
        return self._pin.value() ^ 1 if self._low else self._pin.value()

    def _edge(self, pin) -> None:
        """The interrupt: soft on this port, so it may allocate, but does not."""
        self._count += 1
        i = self._put
        after = (i + 1) % _RING
        if after == self._got:
            if self.lost < 65535:
                self.lost += 1  # the level itself is read at the next poll
        else:
            self._edges[i] = ticks_ms()  # type: ignore[call-overload, unused-ignore]
            self._levels[i] = self._now()
            self._put = after
        if self._flag is not None:
            self._flag.set()


def of(fitted, flag) -> Pir:
    """From its wiring: pin, invert."""
    from machine import Pin

    return Pir(Pin(fitted["pin"], Pin.IN), fitted.get("invert", 0) == 1, flag)
