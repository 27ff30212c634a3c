"""What kind of day each night of a year begins on: weekends, public holidays, school holidays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sim.report.year import Kind, Year
from sim.site.holidays import resolved
from sim.site.model import Rule, Site
from sim.site.values import Day

Spans = list[tuple[int, int]]
"""Nights counted from the first: from, and up to."""


def weekends(year: Year) -> Spans:
    """Saturdays and Sundays."""
    return spans(n for n in range(year.nights) if year.date(n).weekday() >= 5)


def public_holidays(site: Site, year: Year) -> Spans:
    """The public holidays of the site's zone."""
    return _of(site, year, holidays=("public",))


def school_holidays(site: Site, year: Year) -> Spans:
    """The school holidays of the site's zone, as far as they are known; none without a zone."""
    return _of(site, year, school_holidays=("all",)) if site.site.school_zone else []


def works(kind: Kind, year: Year) -> Spans:
    """The nights in which an event speaks to luminaires."""
    return spans({n for number in kind.events for n in year.events.get(number, ())})


def calls(site: Site, kind: Kind, year: Year) -> Spans:
    """The nights in which somebody asked for something by hand."""
    nights = (call_night(site.calls[number].at) - year.first for number in kind.calls)
    return spans(n for n in nights if 0 <= n < year.nights)


def call_night(at: dt.datetime) -> int:
    """The day number of the night that a local instant belongs to, noon to noon."""
    return (at - dt.timedelta(hours=12) - dt.datetime(2000, 1, 1)).days


def spans(nights: Iterable[int]) -> Spans:
    """Nights as stretches."""
    found: Spans = []
    for night in sorted(set(nights)):
        if found and found[-1][1] == night:
            found[-1] = (found[-1][0], night + 1)
        else:
            found.append((night, night + 1))
    return found


def _of(site: Site, year: Year, **names: Sequence[str]) -> Spans:
    asked = Rule.model_validate({"program": "p", **names})
    rules = resolved(asked, site.site)
    return spans(
        n for n in range(year.nights) if any(_holds(rule, year.date(n)) for rule in rules)
    )


def _holds(rule: Rule, date: dt.date) -> bool:
    if rule.from_ is not None and rule.to is not None:
        first, last = rule.from_, rule.to
        if first.year is not None:
            return tuple(first) <= (date.year, date.month, date.day) <= tuple(last)
        day, low, high = (date.month, date.day), tuple(first[1:]), tuple(last[1:])
        return low <= day <= high if low <= high else not high < day < low
    return any(_same(day, date) for day in rule.dates or ())


def _same(day: Day, date: dt.date) -> bool:
    return day.year in (None, date.year) and (day.month, day.day) == (date.month, date.day)
