"""An override: somebody's word, for a while. Every override expires.

The last one given wins. It ends at its expiry on the calendar or when its length has run out on
the uptime, whichever comes first: a clock that is set back cannot prolong it. Nor can resets
without a clock: what is left is saved every quarter of an hour, and a life that began with a saved
one counts each quarter of an hour before it is lived.
"""

from .almanac import DAY
from .const import const

NONE = const(0)
LEVEL = const(1)
PROGRAM = const(2)

DEFAULT_SECONDS = const(7200)  # uCIFI 3416/53 gives two hours as its example
LONGEST_SECONDS = const(2678400)  # 31 days
NO_DAY = const(0)
_SAVE_EVERY = const(900)  # seconds
_NEVER = const(0x3FFFFFFF)


class Override:
    def __init__(self) -> None:
        self.kind = NONE
        self.value = 0  # percent, or a program number
        self.ramp = 0  # ms
        self.until_day = NO_DAY  # expiry on the calendar, once the time is known
        self.until_second = 0
        self.until_s = 0  # expiry on the uptime
        self.saved_day = _NEVER  # when the state that was loaded was saved, if that is known
        self.saved_second = 0
        self._resumed = False
        self._ahead = 0  # seconds counted before they are lived, in what is saved
        self._counted_s = 0  # when what is left was saved last

    def give(self, kind: int, value: int, seconds: int, ramp: int, now_s: int) -> None:
        if seconds == 0:
            seconds = DEFAULT_SECONDS
        if seconds < 0 or seconds > LONGEST_SECONDS:
            raise ValueError("override seconds")
        self.kind = kind
        self.value = value
        self.ramp = ramp
        self.until_day = NO_DAY
        self.until_s = now_s + seconds
        self._resumed = False
        self._ahead = 0
        self._counted_s = now_s

    def resume(self, left: int, now_s: int) -> None:
        """Go on with one that was saved, with so many seconds left."""
        self.until_s = now_s + left
        self._resumed = True
        self._counted_s = now_s - _SAVE_EVERY

    def left(self, now_s: int) -> int:
        """Seconds that are left to whoever goes on with it after a reset."""
        left = self.until_s - now_s - self._ahead
        return left if left > 0 else 0

    def due(self, now_s: int) -> int:
        """Seconds until what is left should be saved; 0: now."""
        due = self._counted_s + _SAVE_EVERY - now_s
        if due > 0:
            return due
        self._counted_s = now_s
        if self._resumed:
            self._ahead = _SAVE_EVERY
        return 0

    def cancel(self) -> None:
        self.kind = NONE

    def running(self, day: int, second: int, known: bool, now_s: int) -> bool:
        """Does it still hold? If it has expired it is gone."""
        if self.kind == NONE:
            return False
        left = self.until_s - now_s
        if known and left > 0:
            if self.until_day == NO_DAY:
                self.until_day = day + (second + left) // DAY
                self.until_second = (second + left) % DAY
            elif self._resumed:
                # The calendar knows better than a count that went ahead, by what it went; unless
                # it shows a time before the save, as a clock that each reset sets back does.
                by_calendar = self.calendar_left(day, second)
                later = day > self.saved_day or (
                    day == self.saved_day and second > self.saved_second
                )
                self.saved_day = _NEVER  # asked once, with the first time that is known
                if later and left < by_calendar <= left + _SAVE_EVERY:
                    left = by_calendar
                    self.until_s = now_s + left
                if later:
                    self._resumed = False
                    self._ahead = 0
            if day > self.until_day or (day == self.until_day and second >= self.until_second):
                left = 0
        if left <= 0:
            self.kind = NONE
            return False
        return True

    def calendar_left(self, day: int, second: int) -> int:
        """Seconds until it expires on the calendar (while running, the time being known)."""
        days = self.until_day - day
        return days * DAY + self.until_second - second if days < 40 else 40 * DAY
