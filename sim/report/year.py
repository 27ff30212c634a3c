"""A year of a site, night by night: what its programs, calendars and events make of each night.

Luminaires that do the same all year are drawn once. Nobody passes in these nights, but residents
ask for light where they may: it is the year as it is commanded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from noctule.brain.almanac import NEVER, NEVER_BELOW, SUNRISE, SUNSET
from noctule.brain.layers import BY_EVENT, BY_EVENT_PROGRAM, OVERRIDE

from sim.engine import DAY_MS, NightWorld, Run, World
from sim.lamp import Lamp, Segment
from sim.report.raster import BY_DAY
from sim.site.compile import known_time
from sim.site.model import Site
from sim.world.people import Crossing

NIGHTS = 365
STEP_MIN = 5
_DAY_MIN = 1440
_MOST = 12
_EPOCH = dt.date(2000, 1, 1)
_ZERO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Kind:
    """Luminaires (indices) that do the same in every night; circuit: if it is switched; events,
    calls: by number in the site, those about them; relight: their zone."""

    lamps: tuple[int, ...]
    program: str | None
    calendar: str | None
    circuit: str | None
    events: tuple[int, ...]
    calls: tuple[int, ...]
    relight: str | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A kind's year. rows: from the top, a byte a night (percent, or `raster.BY_DAY`)."""

    kind: Kind
    rows: list[bytes]


@dataclass(frozen=True, slots=True)
class Year:
    """The nights of days first .. first + nights - 1.

    top, bottom: minutes after noon on the wall that the pictures show. sunset, sunrise: minutes
    after noon, by night; None where it does not happen. events: by number, the nights (from the
    first) in which they speak. left_out: kinds that are not drawn.
    """

    first: int
    nights: int
    top: int
    bottom: int
    sunset: list[int | None]
    sunrise: list[int | None]
    pictures: list[Picture]
    events: dict[int, list[int]]
    left_out: int

    def date(self, night: int) -> dt.date:
        """The date of the evening of a night, counted from the first."""
        return _EPOCH + dt.timedelta(days=self.first + night)


def kinds(site: Site) -> list[Kind]:
    """Luminaires that do the same all year put together, in the order of the site file."""
    called: dict[int, list[int]] = {}
    for number, call in enumerate(site.calls):
        for i in site.targets(call):
            called.setdefault(i, []).append(number)
    found: dict[tuple[object, ...], list[int]] = {}
    for i, lamp in enumerate(site.luminaires):
        driver = site.drivers[lamp.driver]
        key = (
            lamp.program,
            lamp.calendar,
            lamp.circuit if site.circuit(lamp.circuit).switched else None,
            site.events_of[i],
            tuple(called.get(i, ())),
            lamp.relight,
            lamp.photocell,
            lamp.ceiling,
            lamp.contactor,
            driver.minimum_level,
            driver.can_switch_off,
            driver.minimum_on,
            driver.minimum_off,
        )
        found.setdefault(key, []).append(i)
    return [Kind(tuple(lamps), *key[:6]) for key, lamps in found.items()]  # type: ignore[arg-type]


def year(site: Site, first: int, seed: int, nights: int = NIGHTS) -> Year:
    """The year from the night of day `first` on; seed: of who asks for light, and of the sky."""
    groups = kinds(site)
    drawn = sorted(groups, key=lambda kind: -len(kind.lamps))[:_MOST]
    drawn.sort(key=groups.index)
    segments, events = _run(site, [kind.lamps[0] for kind in drawn], first, nights, seed)
    columns: list[list[bytes]] = [[] for _ in drawn]
    sunset: list[int | None] = []
    sunrise: list[int | None] = []
    for n, (instants, down, up, sun) in enumerate(_walls(site, first, nights)):
        sunset.append(sun[0])
        sunrise.append(sun[1])
        for lines, made in zip(segments, columns, strict=True):
            made.append(_column(lines[n], instants, down, up))
    top, bottom = _shown(columns)
    pictures = [
        Picture(kind, [bytes(column[row] for column in nights_of) for row in range(top, bottom)])
        for kind, nights_of in zip(drawn, columns, strict=True)
    ]
    return Year(
        first, nights, top * STEP_MIN, bottom * STEP_MIN, sunset, sunrise, pictures, events,
        len(groups) - len(drawn),
    )  # fmt: skip


def _run(
    site: Site, lamps: list[int], first: int, nights: int, seed: int
) -> tuple[list[list[list[Segment]]], dict[int, list[int]]]:
    """The lines of some luminaires' light, night by night, each beginning with what was before;
    and the nights of each event, by number."""
    fields = {name: getattr(site, name) for name in type(site).model_fields}
    few = tuple(site.luminaires[i] for i in lamps)
    small = type(site).model_construct(**{**fields, "written_luminaires": few, "rows": ()})
    times = known_time(site)
    found: list[list[list[Segment]]] = [[] for _ in few]
    spoken: dict[int, set[int]] = {}

    def watch(t: int, index: int, lamp: Lamp) -> None:
        found[index][-1].append(lamp.segments[-1])
        stack = lamp.brain.stack if lamp.brain is not None else None
        if stack is not None and stack.why[OVERRIDE] in (BY_EVENT, BY_EVENT_PROGRAM):
            number = site.events_of[lamps[index]][stack.detail[OVERRIDE] >> 8]
            spoken.setdefault(number, set()).add(len(found[index]) - 1)

    run = Run(small, seed, first, watch=watch)
    world = World(site, seed)
    zones = any(lamp.relight for lamp in few)
    nobody: list[list[Crossing]] = [[] for lamp in few for _ in lamp.places_m]
    for night in range(first, first + nights):
        start = night * DAY_MS + times.start(night) * 1000
        end = night * DAY_MS + times.end(night) * 1000
        for lines, lamp in zip(found, run.lamps, strict=True):
            lines.append([lamp.segments[-1]])
        asked = world.requests(night) if zones else []
        run.night(NightWorld(night, start, end, start, end, (), nobody, requests=asked))
    return found, {number: sorted(those) for number, those in spoken.items()}


_Wall = tuple[list[int], int, int, tuple[int | None, int | None]]


def _walls(site: Site, first: int, nights: int) -> Iterator[_Wall]:
    """Of each night: the instants (t) of the points of a column by the clock on the wall, from
    when to when the sun is down, and the minutes on the wall of sunset and sunrise."""
    zone = ZoneInfo(site.site.timezone)
    times = known_time(site)
    for night in range(first, first + nights):
        base = night * DAY_MS
        start, end = base + times.start(night) * 1000, base + times.end(night) * 1000
        noon = dt.datetime.combine(_EPOCH + dt.timedelta(days=night), dt.time(12))
        steps = range(0, _DAY_MIN, STEP_MIN)
        # To the middle of the point.
        if end - start == DAY_MS:
            instants = [start + (minute * 2 + STEP_MIN) * 30_000 for minute in steps]
        else:
            walls = (noon + dt.timedelta(minutes=minute + STEP_MIN / 2) for minute in steps)
            instants = [(w.replace(tzinfo=zone) - _ZERO) // dt.timedelta(milliseconds=1)
                        for w in walls]
        sunset, sunrise = (times.at(night, event, 0) for event in (SUNSET, SUNRISE))
        if NEVER_BELOW in (sunset, sunrise):
            down = up = start
        else:
            down = base + sunset * 1000 if sunset > NEVER else start
            up = base + sunrise * 1000 if sunrise > NEVER else end

        def wall(second: int, base: int = base, noon: dt.datetime = noon) -> int | None:
            if second <= NEVER:
                return None
            at = (_ZERO + dt.timedelta(milliseconds=base + second * 1000)).astimezone(zone)
            return round((at.replace(tzinfo=None) - noon) / dt.timedelta(minutes=1))

        yield instants, down, up, (wall(sunset), wall(sunrise))


def _column(lines: list[Segment], instants: list[int], down: int, up: int) -> bytes:
    """The levels at some instants, in order."""
    made = bytearray()
    k = 0
    for t in instants:
        while k + 1 < len(lines) and lines[k + 1][0] <= t:
            k += 1
        since, was, to, ramp = lines[k]
        level = to if t >= since + ramp else was + (to - was) * (t - since) / ramp
        dark = level <= 0 and not down <= t < up
        # The least light is told from none.
        made.append(BY_DAY if dark else max(1, round(level)) if level > 0 else 0)
    return bytes(made)


def _shown(columns: list[list[bytes]]) -> tuple[int, int]:
    """The rows with anything in them, in whole hours; all where there is nothing."""
    hour = 60 // STEP_MIN
    rows = range(_DAY_MIN // STEP_MIN)
    used = [row for row in rows if any(c[row] != BY_DAY for made in columns for c in made)]
    if not used:
        return 0, len(rows)
    return used[0] // hour * hour, min(len(rows), -(-(used[-1] + 1) // hour) * hour)
