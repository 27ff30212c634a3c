"""Reads calendars of the TALQ data model: their rules by evenings, as a site file says them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Final

from sim.exchange.talq_values import Table, Values
from sim.site import limits
from sim.site.document import Steps, shown
from sim.site.model import Site
from sim.site.values import WEEKDAYS, Day

_FULL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEARLY = re.compile(r"--([0-9]{2})-([0-9]{2})")
_MONTHLY = re.compile(r"---([0-9]{2})")
_DATES: Final = 20_000  # of a file
_YEARS: Final = 20  # that a list of dates is written out for


class Calendars(Values):
    """Reads calendars; `site` is one whose programs they may name, or None."""

    def __init__(self, site: Site | None) -> None:
        """Know the site."""
        super().__init__()
        self.site = site
        self._items = 0  # of all lists of dates

    def calendar(self, item: object, path: Steps, programs: dict[str, str]) -> Table | None:
        """Give a calendar; `programs` are the keys of the file's programs by their ids."""
        table = self.table(item, path, ("id", "ownerCMS", "rules", "defaultProgram"))
        if table is None:
            return None
        default = None
        if table.get("defaultProgram") in (None, ""):
            self.refuse("no-default", path)
        else:
            default = self._named(table, "defaultProgram", path, programs)
        rules: list[Table] = []
        for i, one in enumerate(self.items(table, "rules", path, required=False)):
            rules += self._rule(one, (*path, "rules", i), programs)
            if len(rules) > 100 * limits.RULES_PER_CALENDAR:
                break  # it is refused below
        made_of = rules
        rules = _joined(made_of, 1)
        if len(rules) > limits.RULES_PER_CALENDAR:
            rules = _joined(made_of, 7)
        if len(rules) > limits.RULES_PER_CALENDAR:
            at = (*path, "rules")
            self.refuse("too-many", at, what="rules", most=limits.RULES_PER_CALENDAR)
        used = {default, *(rule["program"] for rule in rules)}
        if len(used) > limits.PROGRAMS_PER_CALENDAR:
            self.refuse(
                "too-many", path, what="programs of a calendar", most=limits.PROGRAMS_PER_CALENDAR
            )
        made: Table = {"default": default}
        if rules:
            made["rules"] = rules
        return made

    def _named(self, table: Table, key: str, path: Steps, programs: dict[str, str]) -> str | None:
        """Give the key of the program that a calendar names."""
        name = self.word(table, key, path)
        if name is None:
            return None
        if name in programs:
            return programs[name]
        if self.site is not None and name in self.site.programs:
            return name
        self.refuse("unknown-program", (*path, key), got=shown(name))
        return None

    def _rule(self, item: object, path: Steps, programs: dict[str, str]) -> list[Table]:
        table = self.table(item, path, ("startDate", "endDate", "condition", "program"))
        if table is None:
            return []
        program = self._named(table, "program", path, programs)
        span, good = self._dates_between(table, path)
        condition = table.get("condition")
        made: list[Table] | None = [_spanned(span)]
        if condition is not None:
            at = (*path, "condition")
            inner = self.table(condition, at, ("type", "days", "occurrences", "dates"))
            kind = None if inner is None else self.word(inner, "type", at, "ccDate", "ccDay")
            if inner is None or kind is None:
                return []
            if kind == "ccDay":
                days = self._days(inner, at)
                made = None if days is None else [{**days, **_spanned(span)}]
            else:
                made = self._dates(inner, span, at)
        if program is None or not good or made is None:
            return []
        return [{"program": program, **one} for one in made]

    def _dates_between(self, table: Table, path: Steps) -> tuple[tuple[Day, Day] | None, bool]:
        """Give first and last date of a rule, and whether they could be read."""
        ends: dict[str, Day | None] = {}
        for key in ("startDate", "endDate"):
            ends[key] = None
            if table.get(key) is not None:
                text = self.word(table, key, path)
                day = None if text is None else self._day(text, (*path, key))
                if day is None:
                    return None, False
                ends[key] = day
        first, last = ends["startDate"], ends["endDate"]
        if first is None and last is None:
            return None, True
        if first is None:
            assert last is not None
            first = Day(None, 1, 1) if last.year is None else Day(limits.FIRST_YEAR, 1, 1)
        if last is None:
            last = Day(None, 12, 31) if first.year is None else Day(limits.LAST_YEAR, 12, 31)
        if (first.year is None) != (last.year is None):
            self.refuse("mixed-span", path, start=str(first), end=str(last))
            return None, False
        if first.year is not None and last < first:
            self.refuse("span-order", path, start=str(first), end=str(last))
            return None, False
        return (first, last), True

    def _day(self, text: str, path: Steps) -> Day | None:
        full, yearly = _FULL.fullmatch(text), _YEARLY.fullmatch(text)
        if full is not None:
            day = Day(int(full[1]), int(full[2]), int(full[3]))
            if not limits.FIRST_YEAR <= int(full[1]) <= limits.LAST_YEAR:
                self.refuse(
                    "year", path, got=shown(text), first=limits.FIRST_YEAR, last=limits.LAST_YEAR
                )
                return None
        elif yearly is not None:
            day = Day(None, int(yearly[1]), int(yearly[2]))
        else:
            self.refuse("not-a-date", path, got=shown(text))
            return None
        if not 1 <= day.month <= 12 or not 1 <= day.day <= _length(day.month, day.year):
            self.refuse("no-such-date", path, got=shown(text))
            return None
        return day

    def _days(self, table: Table, path: Steps) -> Table | None:
        days: set[int] = set()
        before = len(self.findings)
        for i, item in enumerate(self.items(table, "days", path, required=True)):
            at = (*path, "days", i)
            one = self.table(item, at, ("start", "end"))
            if one is None:
                continue
            start = self.whole(one, "start", at, 1, 7)
            end = start if one.get("end") is None else self.whole(one, "end", at, 1, 7)
            if start is None or end is None:
                continue
            if end < start:
                self.refuse("days-order", at, start=start, end=end)
            days.update(range(start, end + 1))
        which: list[int | str] = []
        for i, item in enumerate(self.items(table, "occurrences", path, required=False)):
            if item not in ("1", "2", "3", "4", "5", "L"):
                self.refuse("occurrence", (*path, "occurrences", i), got=shown(item))
            elif (found := "last" if item == "L" else int(item)) not in which:
                which.append(found)
        if self.refused_since(before):
            return None
        if not days:
            self.refuse("no-days", (*path, "days"))
            return None
        made: Table = {"weekdays": [WEEKDAYS[day - 1] for day in sorted(days)]}
        if which:
            made["occurrences"] = which
        return made

    def _dates(
        self, table: Table, span: tuple[Day, Day] | None, path: Steps
    ) -> list[Table] | None:
        """Give the rules for a list of yearly and monthly dates, within a span."""
        wanted: set[tuple[int, int]] = set()
        items = self.items(table, "dates", path, required=True)
        self._items += len(items)
        if self._items > _DATES:
            self.refuse("list-too-long", (*path, "dates"), most=_DATES)
            return None
        before = len(self.findings)
        for i, item in enumerate(items):
            at = (*path, "dates", i)
            one = self.table(item, at, ("start", "end"))
            if one is None:
                continue
            found = self._yearly(one, at)
            if found is not None:
                wanted |= found
        if self.refused_since(before):
            return None
        if not wanted:
            self.refuse("no-days", (*path, "dates"))
            return None
        if span is not None and span[0].year is not None:
            return self._of_years(wanted, span, path)
        if span is not None:
            first, last = span[0][1:], span[1][1:]
            wanted = {
                day for day in wanted
                if (first <= day <= last if first <= last else day >= first or day <= last)
            }  # fmt: skip
            if not wanted:
                self.refuse("no-days", (*path, "dates"))
                return None
        return _yearly_rules(wanted)

    def _yearly(self, table: Table, path: Steps) -> set[tuple[int, int]] | None:
        """Give (month, day) of every day that an item means."""
        ends: list[tuple[int, int]] = []
        for key in ("start", "end"):
            if key == "end" and table.get(key) is None:
                ends.append(ends[0])
                continue
            text = self.word(table, key, path)
            if text is None:
                return None
            monthly = _MONTHLY.fullmatch(text)
            if monthly is not None and 1 <= int(monthly[1]) <= 31:
                ends.append((0, int(monthly[1])))
                continue
            if _YEARLY.fullmatch(text) is None:
                self.refuse("not-a-yearly-date", (*path, key), got=shown(text))
                return None
            day = self._day(text, (*path, key))
            if day is None:
                return None
            ends.append((day.month, day.day))
        (first, last) = ends
        if (first[0] == 0) != (last[0] == 0) or last < first:
            self.refuse("dates-order", path, start=table["start"], end=table.get("end", ""))
            return None
        if first[0] == 0:
            return {
                (month, day)
                for month in range(1, 13)
                for day in range(first[1], min(last[1], _length(month, None)) + 1)
            }
        return set(_ALL_DAYS[bisect_left(_ALL_DAYS, first) : bisect_right(_ALL_DAYS, last)])

    def _of_years(
        self, wanted: set[tuple[int, int]], span: tuple[Day, Day], path: Steps
    ) -> list[Table] | None:
        """Give dated rules: a site file has no dates of every year within a span of years."""
        first, last = span
        assert first.year is not None and last.year is not None
        if last.year - first.year >= _YEARS:
            self.refuse("dates-within-years", path, most=_YEARS)
            return None
        runs: list[list[Day]] = []
        after = None
        for year in range(first.year, last.year + 1):
            for month, day in _ALL_DAYS:
                if day > _length(month, year):
                    continue
                date = Day(year, month, day)
                if (month, day) in wanted and first <= date <= last:
                    if runs and after == date:
                        runs[-1][1] = date
                    else:
                        runs.append([date, date])
                    after = _next(date)
        if not runs:
            self.refuse("no-days", (*path, "dates"))
            return None
        return [_spanned((a, b)) for a, b in runs]


_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ALL_DAYS = tuple(
    (month, day) for month, length in enumerate(_LENGTHS, 1) for day in range(1, length + 1)
)


def _length(month: int, year: int | None) -> int:
    if month == 2 and year is not None and (year % 4 or year % 100 == 0 and year % 400):
        return 28
    return _LENGTHS[month - 1]


def _next(day: Day) -> Day:
    year, month, number = day
    if number < _length(month, year):
        return Day(year, month, number + 1)
    if month < 12:
        return Day(year, month + 1, 1)
    return Day(None if year is None else year + 1, 1, 1)


def _spanned(span: tuple[Day, Day] | None) -> Table:
    return {} if span is None else {"from": str(span[0]), "to": str(span[1])}


def _yearly_rules(days: set[tuple[int, int]]) -> list[Table]:
    """Give the fewest rules for days of every year: spans for runs of days, dates for the rest."""
    if len(days) == len(_ALL_DAYS):
        return [{}]
    runs: list[list[Day]] = []
    for month, day in sorted(days):
        date = Day(None, month, day)
        if runs and _next(runs[-1][1]) == date:
            runs[-1][1] = date
        else:
            runs.append([date, date])
    return [_spanned((a, b)) for a, b in runs]


def _joined(rules: list[Table], longest: int) -> list[Table]:
    """Join rules of single dates, or of spans of so many days, that follow each other for one
    program."""
    made: list[Table] = []
    for rule in rules:
        days = _dates_of(rule, longest)
        if not days:
            made.append(rule)
        for day in days:
            last = made[-1] if made else {}
            if (
                set(last) == {"program", "dates"}
                and last["program"] == rule["program"]
                and len(last["dates"]) < limits.DATES_PER_RULE
            ):
                last["dates"].append(day)
            else:
                made.append({"program": rule["program"], "dates": [day]})
    return made


def _dates_of(rule: Table, longest: int) -> list[str]:
    """Dates that a rule stands for; none where it is no span, or a longer one."""
    if set(rule) != {"program", "from", "to"}:
        return []
    first, last = (Day(*_numbers(rule[key])) for key in ("from", "to"))
    found = [first]
    while found[-1] != last and len(found) < longest:
        found.append(_next(found[-1]))
    return [str(day) for day in found] if found[-1] == last else []


def _numbers(text: str) -> tuple[int | None, int, int]:
    """Read a date as `Day` writes it."""
    *year, month, day = (int(part) for part in text.split("-"))
    return (year[0] if year else None), month, day
