"""The texts inside uCIFI's scheduling objects (3453, 3454): times, run conditions, dates.

    moment         hh:mm, hh:mm:ss, S, S+30 (after sunset), R-20 (before sunrise); minutes
    run condition  <time>[,<sensor>...]: time a~b, a~ or ~b; sensor a value, or a range of them
    time array     22:00;S+30;R-20
    output array   60;100;50
    filter array   0;;1   instances of 3456, empty: the function's own
    date rule      dom month dow: * or 1-10 or 6,7; of the week 0 and 7 are Sunday

Each reads back what it writes; text that is none raises `GrammarError`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sim.site.values import LOCAL, At

_MOMENT = re.compile(
    r"(?:([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?|([SR])(?:([+-])([0-9]{1,4}))?)"
)
_EVENTS = {"S": "sunset", "R": "sunrise"}
_LETTERS = {event: letter for letter, event in _EVENTS.items()}
_ITEM = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")


class GrammarError(ValueError):
    """A text that the grammar does not have."""


@dataclass(frozen=True, slots=True)
class RunCondition:
    """When a function runs: from a moment to a moment (None: open), and while sensors say so."""

    start: At | None
    end: At | None
    sensors: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write it."""
        ends = "~".join("" if at is None else moment(at) for at in (self.start, self.end))
        return ",".join([ends, *self.sensors])


def moment(at: At) -> str:
    """Write a clock time, or whole minutes about sunset or sunrise. Raises GrammarError."""
    if at.is_clock:
        text = f"{at.seconds // 3600:02}:{at.seconds // 60 % 60:02}"
        return text + (f":{at.seconds % 60:02}" if at.seconds % 60 else "")
    letter = _LETTERS.get(at.event)
    if letter is None or at.seconds % 60:
        raise GrammarError(str(at))
    return f"{letter}{at.seconds // 60:+}" if at.seconds else letter


def parse_moment(text: str) -> At:
    """Read a moment."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise GrammarError(text)
    if match[4] is None:
        return At(LOCAL, int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0))
    minutes = int(match[6] or 0)
    return At(_EVENTS[match[4]], minutes * (-60 if match[5] == "-" else 60))


def parse_run_condition(text: str) -> RunCondition:
    """Read a run condition."""
    time, *sensors = (part.strip() for part in text.split(","))
    ends = time.split("~")
    if len(ends) != 2 or not any(ends) or not all(sensors):
        raise GrammarError(text)
    start, end = (parse_moment(one) if one else None for one in ends)
    return RunCondition(start, end, tuple(sensors))


def times(moments: list[At]) -> str:
    """Write a time array."""
    return ";".join(moment(at) for at in moments)


def parse_times(text: str) -> list[At]:
    """Read a time array."""
    return [parse_moment(part) for part in text.split(";")]


def levels(outputs: list[int]) -> str:
    """Write an output array of levels."""
    return ";".join(str(level) for level in outputs)


def parse_levels(text: str) -> list[int]:
    """Read an output array of levels, 0 to 100."""
    found = []
    for part in text.split(";"):
        if not part.strip().isascii() or not part.strip().isdigit() or int(part) > 100:
            raise GrammarError(text)
        found.append(int(part))
    return found


def date_rule(weekdays: tuple[int, ...]) -> str:
    """Write a date rule for some days of the week (Monday 0; none: any)."""
    return f"* * {','.join(str(day + 1) for day in weekdays) or '*'}"


def parse_date_rule(text: str) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Read a date rule: days of the month, months, and days of the week (Monday 0)."""
    fields = text.split()
    if len(fields) != 3:
        raise GrammarError(text)
    days, months, weekdays = (
        _numbers(field, low, high)
        for field, low, high in zip(fields, (1, 1, 0), (31, 12, 7), strict=True)
    )
    return days, months, frozenset((day - 1) % 7 for day in weekdays)


def _numbers(field: str, low: int, high: int) -> frozenset[int]:
    if field == "*":
        return frozenset(range(low, high + 1))
    found: set[int] = set()
    for item in field.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise GrammarError(field)
        first, last = int(match[1]), int(match[2] or match[1])
        if not low <= first <= last <= high:
            raise GrammarError(field)
        found.update(range(first, last + 1))
    return frozenset(found)
