"""The `log` task: what must outlive a reset goes to flash from here, and nowhere else.

Writing halts everything for as long as the flash erases (about 80 ms now and then, micropython
issue 3782), so that others only say what there is to write: `tell` an event, `brain.unsaved`.
How often is bounded, since flash wears: one state in five minutes, the counters each
quarter of an hour, and so many events a day, whatever chatters.
"""

from noctule.brain.const import const
from noctule.brain.state import SIZE

from .events import BURNING_S, ENERGY_WH, STORAGE, UNWRITTEN

_TICKS = const(0x3FFFFFFF)
_RING = const(16)
_SOON = const(1000)  # ms, between two things to write
_IDLE = const(10000)
_STATE_EVERY = const(300)  # s between two states, but for a few at once: words by hand
_STATES = const(4)
_COUNTERS_EVERY = const(900)  # what a loss of mains costs is half of it
_COUNTERS_FIRST = const(60)
_EVENTS_A_DAY = const(48)
_BURST = const(24)


class Keeper:
    """log, states, counters: of store.py; clock, brain, meter: what is kept. wake(ms): shortens
    the task's sleep.

    faults: STORAGE or 0. Call `now` before a reset that was asked for.
    """

    def __init__(self, log, states, counters, clock, brain, wake, meter=None) -> None:
        self.faults = 0
        self.log = log
        self.counters = counters
        self._states = states
        self._clock = clock
        self._brain = brain
        self._wake = wake
        self._meter = meter
        self._buffer = bytearray(SIZE)
        self._codes = bytearray(_RING)
        self._values = [0] * _RING
        self._days = [0] * _RING
        self._seconds = [0] * _RING
        self._put = self._got = 0
        self._unwritten = 0
        self._allowed = _BURST
        self._ticks = -1
        self._ms = 0
        self._now_s = 0  # uptime
        self._states_allowed = _STATES
        self._state_s = 0
        self._counters_s = _COUNTERS_FIRST - _COUNTERS_EVERY  # a short run counts as a start
        self._more_s = 0
        self._burning_s = brain.burning_s
        self._wh = 0

    def tell(self, code: int, value: int) -> None:
        """An event, to be written soon: codes of events.py."""
        after = (self._put + 1) % _RING
        if after == self._got:
            self._unwritten += 1
            return
        i = self._put
        self._codes[i] = code
        self._values[i] = value
        self._days[i] = self._clock.day if self._clock.quality else 0
        self._seconds[i] = self._clock.second if self._clock.quality else self._now_s
        self._put = after
        self._wake(0)

    def poll(self, ticks: int) -> int:
        """Write at most one thing."""
        if self._ticks >= 0:
            self._ms += ticks - self._ticks & _TICKS
            self._now_s += self._ms // 1000
            self._ms %= 1000
        self._ticks = ticks
        if self._now_s - self._more_s >= 86400 // _EVENTS_A_DAY:
            self._more_s = self._now_s
            if self._allowed < _BURST:
                self._allowed += 1
        if self._now_s - self._state_s >= _STATE_EVERY:
            self._state_s = self._now_s
            if self._states_allowed < _STATES:
                self._states_allowed += 1
        if self._brain.unsaved and self._states_allowed:
            self._states_allowed -= 1
            self._save_state()
        elif self._now_s - self._counters_s >= _COUNTERS_EVERY:
            self._save_counters()
        elif self._allowed and (self._got != self._put or self._unwritten):
            self._write_event()
        else:
            return _IDLE
        return _SOON

    def now(self) -> None:
        """Write all that waits."""
        self._save_state()
        self._save_counters()
        while self._got != self._put and self._allowed:
            self._write_event()

    def _save_state(self) -> None:
        self._brain.save(self._buffer)
        self._wrote(self._states.save(self._buffer))

    def _save_counters(self) -> None:
        self._counters_s = self._now_s
        burning = self._brain.burning_s
        self.counters.add(BURNING_S, burning - self._burning_s)
        self._burning_s = burning
        if self._meter is not None:
            self.counters.add(ENERGY_WH, self._meter.wh - self._wh)
            self._wh = self._meter.wh
        self._wrote(self.counters.save())

    def _write_event(self) -> None:
        self._allowed -= 1
        i = self._got
        if i != self._put:
            self._got = (i + 1) % _RING
            self._wrote(
                self.log.add(self._codes[i], self._values[i], self._days[i], self._seconds[i])
            )
            return
        clock = self._clock
        day = clock.day if clock.quality else 0
        second = clock.second if day else self._now_s
        self._wrote(self.log.add(UNWRITTEN, self._unwritten, day, second))
        self._unwritten = 0

    def _wrote(self, done: bool) -> None:
        if done:
            self.faults = 0
        else:
            self.faults = STORAGE
