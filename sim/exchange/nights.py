"""A calendar's rules by evenings and plain dates, as the models of the trade know them.

A site file asks about mornings, holidays by name and the n-th weekday of a month. TALQ and uCIFI
know dates (of one year or of every year), weekdays, and TALQ their occurrence in the month; a day
of theirs is the night of its evening. What has no such form is reckoned into dates until
`UNTIL`, and `Evenings.reckoned` says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from sim.site import holidays
from sim.site.model import Place, Rule
from sim.site.values import WEEKDAYS, Day

FIRST: Final = holidays.FIRST
UNTIL: Final = holidays.PUBLIC_UNTIL
_DAY: Final = dt.timedelta(days=1)

Span = tuple[Day, Day]


@dataclass(frozen=True, slots=True)
class Evenings:
    """Nights by their evening; all the conditions must hold.

    `spans` are first and last evenings, of one kind (yearly or dated), none over New Year; empty:
    any. `weekdays` count from Monday, 0; empty: any. `occurrences` are of the weekday in its
    month, 1..5 or "last". `reckoned`: these are dates of what was not one, until `UNTIL`.
    """

    program: str
    spans: tuple[Span, ...] = ()
    weekdays: tuple[int, ...] = ()
    occurrences: tuple[int | Literal["last"], ...] = ()
    reckoned: bool = False


def evenings(rule: Rule, place: Place, occurrences: bool) -> list[Evenings]:
    """Give what a rule means by evenings, in order; `occurrences`: whether these can be said."""
    found = []
    named = rule.holidays is not None or rule.school_holidays is not None
    for plain in holidays.resolved(rule, place):
        made = _plain(plain, occurrences, named)
        if made.spans or not made.reckoned:  # one that never comes asks for nothing
            found.append(made)
    return found


def _plain(rule: Rule, occurrences: bool, named: bool) -> Evenings:
    weekdays = tuple(sorted({WEEKDAYS.index(day) for day in rule.weekdays or ()}))
    which = tuple(dict.fromkeys(rule.occurrences or ()))
    if {1, 2, 3, 4, 5} <= set(which):
        which = ()
    shift = int(rule.day == "morning")
    if which and (shift or not occurrences):
        return _reckoned(rule)
    spans: list[Span] = []
    asked = [(rule.from_, rule.to)] if rule.from_ else [(day, day) for day in rule.dates or ()]
    for first, last in asked:
        assert first is not None and last is not None  # both or none
        if shift:
            if first.year is None and _leap_matters(first, last):
                return _reckoned(rule)
            first, last = _evening_before(first), _evening_before(last)
        if first.year is None and last < first:  # over New Year
            spans += [(first, Day(None, 12, 31)), (Day(None, 1, 1), last)]
        else:
            spans.append((first, last))
    weekdays = tuple(sorted((day - shift) % 7 for day in weekdays))
    dated = any(first.year for first, _ in spans)
    return Evenings(rule.program, tuple(spans), weekdays, which, named and dated)


def _leap_matters(first: Day, last: Day) -> bool:
    """Whether the evenings before yearly mornings differ between leap years and others."""
    if first == last:
        return first[1:] in ((3, 1), (2, 29))
    return first[1:] == (3, 1) or last[1:] == (2, 29)


def _evening_before(day: Day) -> Day:
    """Give the evening of a morning, as an end of a span."""
    if day.year is None:
        if day[1:] == (3, 1):  # the last evening of February, if it has a 29th or not
            return Day(None, 2, 29)
        date = dt.date(2000, day.month, day.day) - _DAY
        return Day(None, date.month, date.day)
    date = dt.date(day.year, day.month, day.day) - _DAY
    return Day(date.year, date.month, date.day)


def _reckoned(rule: Rule) -> Evenings:
    shift = int(rule.day == "morning") * _DAY
    runs: list[list[dt.date]] = []
    day = FIRST
    while day <= UNTIL:
        if matches(rule, day + shift):
            if runs and runs[-1][1] + _DAY == day:
                runs[-1][1] = day
            else:
                runs.append([day, day])
        day += _DAY
    spans = tuple((Day(a.year, a.month, a.day), Day(b.year, b.month, b.day)) for a, b in runs)
    return Evenings(rule.program, spans, reckoned=True)


def matches(rule: Rule, date: dt.date) -> bool:
    """Whether a rule without holidays is about a date, whichever of evening and morning."""
    if rule.weekdays and WEEKDAYS[date.weekday()] not in rule.weekdays:
        return False
    if rule.occurrences:
        last = (date + 7 * _DAY).month != date.month
        if (date.day - 1) // 7 + 1 not in rule.occurrences and not (
            last and "last" in rule.occurrences
        ):
            return False
    if rule.from_ and rule.to:
        if rule.from_.year is not None:
            at: tuple[int, ...] = (date.year, date.month, date.day)
            return tuple(rule.from_) <= at <= tuple(rule.to)
        at, first, last_ = (date.month, date.day), rule.from_[1:], rule.to[1:]
        return first <= at <= last_ if first <= last_ else at >= first or at <= last_
    if rule.dates:
        return any(
            (day.month, day.day) == (date.month, date.day) and day.year in (None, date.year)
            for day in rule.dates
        )
    return True
