"""Local time: a zone's yearly rule, and what a clock on the wall means in a night.

A rule is what the POSIX TZ string of a zone says: an offset, and for summer time another one,
each beginning in a week of a month at a local second. Compiled from the IANA name on a PC.

A night runs from local noon to local noon. Its instants are seconds after 00:00 UTC of its
evening's day, and may be negative or above 86400.
"""

from .almanac import DAY
from .const import const
from .dates import day_number, month_length, weekday, year_of

NOON = const(43200)


class Zone:
    """standard, summer: seconds east of UTC (equal when the zone has no summer time).

    starts, ends: (month, week 1..5 with 5 = last, weekday 0 = Monday, second of the local day)
    at which summer time begins and ends.
    """

    def __init__(self, standard: int, summer: int, starts: tuple, ends: tuple) -> None:
        self.standard = standard
        self.summer = summer
        self._starts = starts
        self._ends = ends
        self._year = 0
        # Day and second (UTC) at which summer time begins and ends in the year `_year`.
        self._start_day = self._start_second = self._end_day = self._end_second = 0

    def _turn(self, year: int, rule: tuple) -> int:
        """Day on which a rule falls."""
        month, week, wanted, _ = rule
        day = day_number(year, month, 1)
        day += (wanted - weekday(day)) % 7 + (week - 1) * 7
        return day if day < day_number(year, month, 1) + month_length(year, month) else day - 7

    def _know(self, year: int) -> None:
        if year != self._year:
            self._year = year
            # The local second of a change is told by the clock that runs until then.
            self._start_day = self._turn(year, self._starts)
            self._start_second = self._starts[3] - self.standard
            self._end_day = self._turn(year, self._ends)
            self._end_second = self._ends[3] - self.summer

    def offset(self, day: int, second: int) -> int:
        """Seconds east of UTC at an instant; `second` may lie outside the day by a day or two."""
        if self.standard == self.summer:
            return self.standard
        self._know(year_of(day + (second + self.standard) // DAY))
        after_start = (day - self._start_day) * DAY + second >= self._start_second
        after_end = (day - self._end_day) * DAY + second >= self._end_second
        if self._start_day < self._end_day:  # north: summer time lies inside the year
            summer = after_start and not after_end
        else:
            summer = after_start or not after_end
        return self.summer if summer else self.standard

    def noon(self, day: int) -> int:
        """Local noon of a day: seconds after 00:00 UTC of that day."""
        return NOON - self.offset(day, NOON - self.standard)

    def instant(self, night: int, clock: int) -> int:
        """First instant of a night at which the clock on the wall reads `clock` or later.

        clock: seconds, NOON <= clock < NOON + DAY, those after midnight counted on. An hour that
        comes twice counts the first time; a time that is skipped happens at the jump.
        """
        before = self.offset(night, self.noon(night))
        after = self.offset(night + 1, self.noon(night + 1))
        early = clock - before
        if before == after:
            return early
        # The one change of this night.
        self._know(year_of(night + 1))
        if after == self.summer:
            change = (self._start_day - night) * DAY + self._start_second
        else:
            change = (self._end_day - night) * DAY + self._end_second
        if early < change:
            return early
        late = clock - after
        return late if late > change else change
