"""The `health` task: the watchdog is fed only while every task that matters reports in time.

A task dies in asyncio without a word, and a luminaire must not stay as it was then (Coldcard's
important tasks are the model). A task that never yields starves this one too: then it is the
watchdog that bites.
"""

from noctule.brain.const import const

from .events import NOBODY

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

_TICKS = const(0x3FFFFFFF)
_HALF = const(0x20000000)
_PERIOD = const(2000)  # ms
_LATE = const(8000)  # ms after its own word that a task may report: well below the watchdog's 20 s
_PROVEN = const(1)  # minutes after which a boot has come to something


# Why a run ended, as in boot.py.
DIED = const(0)
ASKED = const(1)
FAILED = const(2)
SILENT = const(3)
PROMPT = const(4)
LEFT_SAFE = const(5)

SAFE_AFTER = const(5)  # boots in a row that came to nothing, until safe mode


class SilentError(Exception):
    """A task that matters has not reported."""


class Guard:
    """watchdog: with `feed`. tasks: each with number, vital, alarm (`due`: the tick by which it
    should report again). mark(failed, why, task, minutes): for RTC memory. failed: boots in a row
    that came to nothing, safe: so many that this is safe mode.

    minutes: since the start.
    """

    def __init__(self, watchdog, mark, failed: int, safe: bool = False) -> None:
        self.tasks: Any = ()
        self.minutes = 0
        self.watchdog = watchdog
        self._mark = mark
        self._safe = safe
        self._failed = failed + 1
        self._ms = 0
        self._ticks = -1

    def poll(self, ticks: int) -> int:
        for task in self.tasks:
            if task.vital and _LATE < (ticks - task.alarm.due & _TICKS) < _HALF:
                self.ended(SILENT, task.number)
                raise SilentError(task.number)
        self.watchdog.feed()
        if self._ticks >= 0:
            self._ms += ticks - self._ticks & _TICKS
        self._ticks = ticks
        if self._ms >= 60000:
            self._ms -= 60000
            self._minute()
        return _PERIOD

    def ended(self, why: int, task: int = NOBODY) -> None:
        """Remember why this run ends."""
        self._mark(0 if why == ASKED else self._failed, why, task, self.minutes)

    def again(self, watchdog) -> None:
        """The run goes on after somebody had stopped it at the prompt."""
        self.watchdog = watchdog
        self._ticks = -1
        self._mark(self._failed, DIED, NOBODY, self.minutes)

    def left_safe(self) -> None:
        """Safe mode is over: tried again, and back after one more boot that comes to nothing."""
        self._mark(SAFE_AFTER - 1, LEFT_SAFE, NOBODY, self.minutes)

    def _minute(self) -> None:
        self.minutes += 1
        if self.minutes >= _PROVEN and not self._safe:
            self._failed = 1
            if self.minutes == _PROVEN or self.minutes & 15 == 0:
                self._mark(0, DIED, NOBODY, self.minutes)
