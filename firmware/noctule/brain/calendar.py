"""Which program a night gets: ordered rules, the first that matches wins.

A rule names a program and conditions that must all hold. It asks about the night's evening, or
about the morning the night ends on: a market that sets up on Saturday at 4:30 is a rule for
Saturday *mornings*, and so belongs to Friday's night.
"""

from .const import const
from .dates import month_day, month_length, weekday, year_of

# Flags of a rule.
MORNING = const(1)
HAS_SPAN = const(2)
HAS_DATES = const(4)

DATED = const(512)  # a date below this is month * 32 + day, every year; above, DATED + day number
LAST = const(32)  # bit of `occurrences`: the last such weekday of its month; bits 0..4 the n-th


class Rule:
    """One rule, as decoded from the configuration.

    weekdays: bits, 1 = Monday ... 64 = Sunday; 0 = any. occurrences: bits, 1 = first ... 16 =
    fifth, LAST; 0 = any. first, last: a span of dates; dates: explicit ones; each either
    month * 32 + day (every year) or DATED + day number.
    """

    def __init__(
        self, program: int, flags: int, weekdays: int, occurrences: int, first: int, last: int,
        dates: tuple,
    ) -> None:
        self.program = program
        self.flags = flags
        self.weekdays = weekdays
        self.occurrences = occurrences
        self.first = first
        self.last = last
        self.dates = dates

    def matches(self, night: int) -> bool:
        day = night + 1 if self.flags & MORNING else night
        if self.weekdays and not self.weekdays >> weekday(day) & 1:
            return False
        year = year_of(day)
        date = month_day(day, year)
        if self.occurrences:
            of_month = date & 31
            bits = 1 << (of_month - 1) // 7
            if of_month + 7 > month_length(year, date >> 5):
                bits |= LAST
            if not self.occurrences & bits:
                return False
        day += DATED
        if self.flags & HAS_SPAN:
            first, last = self.first, self.last
            at = date if first < DATED else day
            if first <= last:
                if not first <= at <= last:
                    return False
            elif last < at < first:  # the span wraps New Year
                return False
        if self.flags & HAS_DATES:
            for at in self.dates:
                if at == date or at == day:
                    return True
            return False
        return True


class Calendar:
    """rules: tuple of Rule, first match wins; default: program number of all other nights."""

    def __init__(self, default: int, rules: tuple) -> None:
        self.default = default
        self.rules = rules

    def programs(self) -> int:
        """How many programs it may give: 0 to this, less one."""
        last = self.default
        for rule in self.rules:
            if rule.program > last:
                last = rule.program
        return last + 1

    def program(self, night: int) -> int:
        """Program number of a night."""
        for rule in self.rules:
            if rule.matches(night):
                return rule.program
        return self.default
