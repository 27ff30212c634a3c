"""A time zone as the yearly rule that a node can hold, from its IANA name.

The rule is the POSIX footer of the zone's TZif file (RFC 8536, RFC 9636), as the `tzdata` package
has it. It is proven against the file's own list of transitions from `SINCE` on: a zone whose
clocks do not follow one yearly rule (Africa/Casablanca, by the moon) is refused.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
import struct
from dataclasses import dataclass
from importlib import resources

SINCE = 2025
"""The first year whose clocks the rule must give."""

Change = tuple[int, int, int, int]
"""Month 1..12, week 1..5 (5: the last), weekday 0 (Sunday)..6, second of the day local (the clock
before the change; may lie outside 0..86399 when the rule says so)."""


class ZoneError(Exception):
    """A zone that a node cannot hold: `code` and `params` are those of a finding."""

    def __init__(self, code: str, **params: str | int) -> None:
        """Keep what a finding is made of."""
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """Seconds east of UTC of the standard time and, when there is one, of the summer time.

    `start` is when summer time begins, `end` when it ends; both None without summer time.
    Standard time is the one with the smaller offset, also where the law says the reverse (Dublin).
    """

    std_offset_s: int
    dst_offset_s: int | None
    start: Change | None
    end: Change | None

    def transitions(self, year: int) -> list[tuple[int, int]]:
        """Unix time of the year's changes and the offset from then on, in order of time."""
        if self.dst_offset_s is None or self.start is None or self.end is None:
            return []
        return sorted(
            (
                (_instant(year, self.start, self.std_offset_s), self.dst_offset_s),
                (_instant(year, self.end, self.dst_offset_s), self.std_offset_s),
            )
        )

    def offset(self, unix: int) -> int:
        """Seconds east of UTC at a Unix time."""
        year = dt.datetime.fromtimestamp(unix, dt.UTC).year
        offset = self.std_offset_s
        for when, after in self.transitions(year - 1) + self.transitions(year):
            if when <= unix:
                offset = after
        return offset


def _instant(year: int, change: Change, offset_before: int) -> int:
    month, week, weekday, second = change
    first = dt.date(year, month, 1)
    day = 1 + (weekday - (first.weekday() + 1)) % 7 + 7 * (week - 1)
    while day > calendar.monthrange(year, month)[1]:
        day -= 7
    days = (dt.date(year, month, day) - dt.date(1970, 1, 1)).days
    return days * 86_400 + second - offset_before


_NAME = r"(?:<[A-Za-z0-9+-]+>|[A-Za-z]{3,})"
_TIME = r"[+-]?\d{1,3}(?::\d{2}){0,2}"
_CHANGE = rf"M\d{{1,2}}\.\d\.\d(?:/{_TIME})?"
_FOOTER = re.compile(
    rf"{_NAME}(?P<std>{_TIME})(?:{_NAME}(?P<dst>{_TIME})?,(?P<start>{_CHANGE}),(?P<end>{_CHANGE}))?"
)


def parse_footer(text: str) -> YearlyRule | None:
    """Read a POSIX TZ string such as ``CET-1CEST,M3.5.0,M10.5.0/3``; None without M rules."""
    match = _FOOTER.fullmatch(text)
    if match is None:
        return None
    std = -_seconds(match["std"])  # POSIX counts west of Greenwich
    if match["start"] is None:
        return YearlyRule(std, None, None, None)
    dst = -_seconds(match["dst"]) if match["dst"] else std + 3600
    start, end = _change(match["start"]), _change(match["end"])
    if start is None or end is None:
        return None
    if dst < std:  # negative summer time: the same clocks, told the usual way round
        return YearlyRule(dst, std, end, start)
    return YearlyRule(std, dst, start, end)


def _seconds(text: str) -> int:
    sign = -1 if text[0] == "-" else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def _change(text: str) -> Change | None:
    day, _, time = text[1:].partition("/")
    month, week, weekday = (int(part) for part in day.split("."))
    if not (1 <= month <= 12 and 1 <= week <= 5 and weekday <= 6):
        return None
    return month, week, weekday, _seconds(time) if time else 7200


@functools.cache
def names() -> frozenset[str]:
    """Every IANA name that the `tzdata` package knows."""
    text = (resources.files("tzdata") / "zones").read_text(encoding="utf-8")
    return frozenset(text.split())


def tzif(name: str) -> bytes:
    """Give the TZif file of a zone. Raises ZoneError for an unknown name."""
    if name not in names():
        raise ZoneError("timezone-unknown", got=name)
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


@functools.lru_cache(maxsize=64)
def yearly_rule(name: str) -> YearlyRule:
    """Give the yearly rule of a zone. Raises ZoneError when it is unknown or has none."""
    transitions, footer = _read(tzif(name))
    rule = parse_footer(footer)
    if rule is None:
        raise ZoneError("timezone-no-rule", got=name)
    since = int(dt.datetime(SINCE, 1, 1, tzinfo=dt.UTC).timestamp())
    listed = [(when, offset) for when, offset in transitions if when >= since]
    before = [offset for when, offset in transitions if when < since]
    # After the file's last transition its footer is the law, so this comparison is exact.
    last_year = dt.datetime.fromtimestamp(listed[-1][0], dt.UTC).year if listed else SINCE
    told = [pair for year in range(SINCE, last_year + 1) for pair in rule.transitions(year)]
    if listed:
        told = [pair for pair in told if since <= pair[0] <= listed[-1][0]]
        if told != listed:
            # One change of the rule, or dates without any rule?
            year = max(
                dt.datetime.fromtimestamp(when, dt.UTC).year for when, _ in set(told) ^ set(listed)
            )
            if year > SINCE + 5:
                raise ZoneError("timezone-no-rule", got=name)
            raise ZoneError("timezone-changed", got=name, year=year, since=SINCE)
    if listed and before and before[-1] != rule.offset(since):
        raise ZoneError("timezone-changed", got=name, year=SINCE, since=SINCE)
    return rule


def _read(data: bytes) -> tuple[list[tuple[int, int]], str]:
    """Give the real changes (Unix time, offset from then on) and the footer of a TZif file."""
    header = struct.Struct(">4s1s15x6l")
    magic, version, isut, isstd, leap, times, types, chars = header.unpack_from(data)
    if magic != b"TZif" or version < b"2":
        raise ZoneError("timezone-unknown", got="")
    # the first block has 32-bit times: skip to the second
    at = header.size + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    _, _, isut, isstd, leap, times, types, chars = header.unpack_from(data, at)
    at += header.size
    when = struct.unpack_from(f">{times}q", data, at)
    kinds = struct.unpack_from(f">{times}B", data, at + times * 8)
    at += times * 9
    offsets = [struct.unpack_from(">l", data, at + 6 * i)[0] for i in range(types)]
    at += types * 6 + chars + leap * 12 + isstd + isut
    changes: list[tuple[int, int]] = []
    offset = offsets[0] if offsets else 0
    for moment, kind in zip(when, kinds, strict=True):
        if offsets[kind] != offset:
            offset = offsets[kind]
            changes.append((moment, offset))
    return changes, data[at:].decode("ascii").strip("\n")
