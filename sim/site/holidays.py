"""French public and school holidays: the dates of the names in a site file's calendar rules.

Public ones come from the package `jours-feries-france`, whose zones `holiday_zone` names; school
ones from `vacances-scolaires-france`, for the zones A, B and C of metropolitan France (Corsica and
overseas have calendars of their own, which it does not know). `resolved` turns a rule that asks
for them into rules of plain dates, from `FIRST` to where the sources end (`reach`): the same dates
whatever today is.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from functools import cache
from typing import Final, NamedTuple

from jours_feries_france import JoursFeries
from vacances_scolaires_france import SchoolHolidayDates

from sim.site import limits
from sim.site.model import Place, Rule, Site
from sim.site.values import ALL, PUBLIC, Day

FIRST: Final = dt.date(2024, 1, 1)
PUBLIC_UNTIL: Final = dt.date(2045, 12, 31)  # computed, so that the end is a choice

_PUBLIC: Final = {
    "1er janvier": "new-year",
    "Vendredi saint": "good-friday",
    "Lundi de Pâques": "easter-monday",
    "1er mai": "labour-day",
    "8 mai": "victory-day",
    "Ascension": "ascension",
    "Lundi de Pentecôte": "whit-monday",
    "14 juillet": "bastille-day",
    "Assomption": "assumption",
    "Toussaint": "all-saints",
    "11 novembre": "armistice",
    "Jour de Noël": "christmas",
    "2ème jour de Noël": "saint-stephen",
    "Abolition de l'esclavage": "abolition-of-slavery",
}
_SCHOOL: Final = {
    "Vacances de la Toussaint": "autumn",
    "Vacances de Noël": "christmas",
    "Vacances d'hiver": "winter",
    "Vacances de printemps": "spring",
    "Pont de l'Ascension": "ascension",
    "Vacances d'été": "summer",
}
_DAY: Final = dt.timedelta(days=1)
_SPAN_DAYS: Final = 4  # from so many days on a span is shorter than its dates


class Reach(NamedTuple):
    """The last day that is known, of each source that a site asks; None where it asks none."""

    public: dt.date | None
    school: dt.date | None


def reach(site: Site) -> Reach:
    """How far ahead the calendars of a site are known.

    Public holidays on the same day every year have no end: only movable ones do.
    """
    public = school = None
    for calendar in site.calendars.values():
        for rule in calendar.rules:
            if rule.holidays and any(day.year for day in public_days(rule, site.site)):
                public = PUBLIC_UNTIL
            if rule.school_holidays and site.site.school_zone is not None:
                school = school_until(site.site.school_zone)
    return Reach(public, school)


def resolved(rule: Rule, place: Place) -> tuple[Rule, ...]:
    """Give the rules of plain dates that a rule stands for, in order of their dates.

    A rule that asks for no holiday stands for itself; one whose holidays never come, for none.
    """
    if rule.holidays is None and rule.school_holidays is None:
        return (rule,)
    if rule.school_holidays is None:
        days = public_days(rule, place)
        if rule.dates is not None:
            pairs = ((one, two) for one in rule.dates for two in days)
            days = tuple(dict.fromkeys(day for one, two in pairs for day in _both(one, two)))
        return (_plain(rule, rule.from_, rule.to, days),) if days else ()
    found = _school_days(rule, place)
    if rule.holidays is not None:
        found &= _dated(public_days(rule, place))
    if rule.dates is not None:
        found &= _dated(rule.dates)
    if rule.from_ is not None and rule.to is not None:
        found = {day for day in found if _within(day, rule.from_, rule.to)}
    rules, single = [], []
    for first, last in _runs(found):
        if (last - first).days + 1 >= _SPAN_DAYS:
            rules.append(_plain(rule, _day(first), _day(last), None))
        else:
            single += [_day(first + i * _DAY) for i in range((last - first).days + 1)]
    most = limits.DATES_PER_NODE_RULE
    for start in range(0, len(single), most):
        rules.append(_plain(rule, None, None, tuple(single[start : start + most])))
    return tuple(rules)


def public_days(rule: Rule, place: Place) -> tuple[Day, ...]:
    """Days of the public holidays that a rule names: those of every year, then movable ones."""
    known = _public(place.holiday_zone)
    names = known if PUBLIC in (rule.holidays or ()) else dict.fromkeys(rule.holidays or ())
    days = [day for name in names for day in known.get(name, ())]
    return tuple(sorted(days, key=lambda day: (day.year or 0, day.month, day.day)))


def known_in(zone: str) -> tuple[str, ...]:
    """Names of the public holidays of a zone."""
    return tuple(_public(zone))


def school_until(zone: str) -> dt.date:
    """The last day of school holidays that the source has for a zone."""
    return max(max(days) for days in _school(zone).values())


@cache
def _public(zone: str) -> dict[str, tuple[Day, ...]]:
    """Days by name: one yearly day, or a dated one each year where it moves."""
    (name,) = (known for known in JoursFeries.ZONES if _slug(known) == zone)
    years = range(FIRST.year, PUBLIC_UNTIL.year + 1)
    by_name: dict[str, list[dt.date]] = {}
    for year in years:
        for french, date in JoursFeries.for_year(year, name).items():
            by_name.setdefault(_PUBLIC[french], []).append(date)
    return {
        name: (Day(None, dates[0].month, dates[0].day),)
        if len({(date.month, date.day) for date in dates}) == 1 and len(dates) == len(years)
        else tuple(map(_day, dates))
        for name, dates in by_name.items()
    }


@cache
def _source() -> SchoolHolidayDates:
    return SchoolHolidayDates()


@cache
def _school(zone: str) -> dict[str, frozenset[dt.date]]:
    """Days of school holidays by name."""
    found: dict[str, set[dt.date]] = {}
    source = _source()
    for year in range(FIRST.year, source.max_year + 1):
        for date, row in source.holidays_for_year_and_zone(year, zone).items():
            found.setdefault(_SCHOOL[row["nom_vacances"]], set()).add(date)
    return {name: frozenset(dates) for name, dates in found.items()}


def _school_days(rule: Rule, place: Place) -> set[dt.date]:
    if place.school_zone is None:  # the check has said so
        return set()
    known = _school(place.school_zone)
    names = rule.school_holidays or ()
    return set().union(*(days for name, days in known.items() if ALL in names or name in names))


def _slug(zone: str) -> str:
    """Write a zone as in a site file: lower case, hyphens, no accents."""
    plain = unicodedata.normalize("NFD", zone).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "-")


def _plain(rule: Rule, first: Day | None, last: Day | None, dates: tuple[Day, ...] | None) -> Rule:
    """The same rule by dates alone; it may have more of them than a site file's."""
    by_dates = {"from_": first, "to": last, "dates": dates}
    return rule.model_copy(update={"holidays": None, "school_holidays": None, **by_dates})


def _day(date: dt.date) -> Day:
    return Day(date.year, date.month, date.day)


def _dated(days: tuple[Day, ...]) -> set[dt.date]:
    """Every date of the days, over the years of the sources."""
    found = set()
    for day in days:
        years = range(FIRST.year, PUBLIC_UNTIL.year + 1) if day.year is None else (day.year,)
        for year in years:
            try:
                found.add(dt.date(year, day.month, day.day))
            except ValueError:  # 29 February
                continue
    return found


def _both(one: Day, two: Day) -> tuple[Day, ...]:
    """The day that two days have in common."""
    if one[1:] != two[1:] or (one.year and two.year and one.year != two.year):
        return ()
    return (Day(one.year or two.year, one.month, one.day),)


def _within(date: dt.date, first: Day, last: Day) -> bool:
    if first.year is not None:
        return first <= _day(date) <= last
    at = (date.month, date.day)
    if first[1:] <= last[1:]:
        return first[1:] <= at <= last[1:]
    return at >= first[1:] or at <= last[1:]  # the span wraps New Year


def _runs(dates: set[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """First and last of each run of days that follow one another."""
    runs: list[tuple[dt.date, dt.date]] = []
    for date in sorted(dates):
        if runs and runs[-1][1] + _DAY == date:
            runs[-1] = runs[-1][0], date
        else:
            runs.append((date, date))
    return runs
