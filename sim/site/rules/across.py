"""The rules across a site whose parts are right: those of its nights, and of its places."""

from __future__ import annotations

import datetime as dt

from noctule.brain.almanac import NEVER
from noctule.brain.dates import day_number

from sim.site import limits
from sim.site.compile import EVENTS, known_time
from sim.site.document import Steps
from sim.site.findings import Findings
from sim.site.model import Luminaire, Row, Site
from sim.site.rules.by_date import SAMPLES, calls, events, holiday_rules, relights
from sim.site.rules.gear import ceilings, gear, written
from sim.site.rules.nodes import nodes
from sim.site.rules.parts import empty_code
from sim.site.rules.presence import presences
from sim.site.rules.references import TABLE_OF
from sim.site.values import At


def across(site: Site, found: Findings) -> None:
    """Check everything that a site's parts must agree on."""
    sections = len({lamp.section for lamp in site.luminaires})
    if sections > limits.SECTIONS:
        found.add("error", "too-many-sections", (), count=sections, most=limits.SECTIONS)
    _year(site, found)
    _carried_over(site, found)
    _positions(site, found)
    gear(site, found)
    ceilings(site, found)
    nodes(site, found)
    holiday_rules(site, found)
    relights(site, found)
    events(site, found)
    calls(site, found)
    presences(site, found)
    _unused(site, found)


# --- the nights ----------------------------------------------------------------------------------

_CROSSING_S = 120
_SOLSTICES = (day_number(2026, 6, 15), day_number(2026, 12, 15))


def _year(site: Site, found: Findings) -> None:
    """Rules about solar events, over the nights of a year, by the brain's own sun and clock."""
    times = known_time(site)
    known: dict[At, list[int]] = {}

    def instants(at: At) -> list[int]:
        if at not in known:
            event = EVENTS[at.event]
            known[at] = [times.at(night, event, at.seconds) for night in SAMPLES]
        return known[at]

    def span(from_: At, to: At, path: Steps) -> None:
        if from_.is_clock and to.is_clock:
            return  # proven by the clock alone
        pairs = zip(instants(from_), instants(to), strict=True)
        if not any(min(on, off) <= NEVER or on < off for on, off in pairs):
            found.add("error", empty_code(path), path, start=str(from_), end=str(to))

    for name, program in site.programs.items():
        path: Steps = ("programs", name)
        for i, period in enumerate(program.active):
            span(period.from_, period.to, (*path, "active", i))
        for i, window in enumerate(program.presence.windows if program.presence else ()):
            span(window.from_, window.to, (*path, "presence", "windows", i))
        if all(point.at.is_clock for point in program.points):
            continue
        for i, (one, two) in enumerate(zip(program.points, program.points[1:], strict=False), 1):
            if one.at.is_clock and two.at.is_clock:
                continue
            for night, first, second in zip(
                SAMPLES, instants(one.at), instants(two.at), strict=True
            ):
                if second > NEVER and first - second > _CROSSING_S:
                    month, day = _month_day(night)
                    found.add(
                        "warning",
                        "points-cross",
                        (*path, "points", i, "at"),
                        at=str(two.at),
                        before=str(one.at),
                        date=f"{month:02}-{day:02}",
                    )
                    break
    for c, cabinet in enumerate(site.cabinets):
        for j, circuit in enumerate(cabinet.circuits):
            for k, window in enumerate(circuit.mains):
                span(window.from_, window.to, ("cabinets", c, "circuits", j, "mains", k))
    for name, ceiling in site.ceilings.items():
        for i, window in enumerate(ceiling.windows):
            span(window.from_, window.to, ("ceilings", name, "windows", i))
    for name, relight in site.relights.items():
        span(relight.hours.from_, relight.hours.to, ("relights", name, "hours"))
    for i, event in enumerate(site.events):
        span(event.hours.from_, event.hours.to, ("events", i, "hours"))
    for name in ("switch_off", "dimming", "relight"):
        window = getattr(site.strategies, name)
        span(window.from_, window.to, ("strategies", name))


def _carried_over(site: Site, found: Findings) -> None:
    """Before a night's first switch point the level is the one that the night before ends with.

    Between two programs of a calendar that may be a lower one than its author thought of.
    """
    times = known_time(site)
    known: dict[str, list[list[tuple[int, int]]]] = {}

    def laid_out(name: str) -> list[list[tuple[int, int]]]:
        """For each solstice, (instant, place) of the points that the night has, in its order."""
        if name not in known:
            points = site.programs[name].points
            known[name] = [
                sorted(
                    (instant, i)
                    for i, point in enumerate(points)
                    for instant in [times.at(night, EVENTS[point.at.event], point.at.seconds)]
                    if NEVER < instant < times.end(night)
                )
                for night in _SOLSTICES
            ]
        return known[name]

    def last_level(name: str, sample: int) -> int:
        night = laid_out(name)[sample]
        return site.programs[name].points[night[-1][1]].level if night else 100

    def dark_before(name: str, sample: int, first: int) -> bool:
        """Whether no active period begins before the first point: nobody sees what is before."""
        program, night = site.programs[name], _SOLSTICES[sample]
        starts = [
            times.at(night, EVENTS[period.from_.event], period.from_.seconds)
            for period in program.active
        ]
        return bool(starts) and min(starts) >= first and not program.uses_photocell

    # there the mains are the active period, by the clock of the cabinet
    switched = {
        lamp.calendar for _, lamp, _ in written(site) if site.circuit(lamp.circuit).switched
    }
    for key, calendar in site.calendars.items():
        for name in calendar.programs:
            points = site.programs[name].points
            if any(point.at.is_clock and point.at.since_noon() == 0 for point in points):
                continue
            for sample in range(len(_SOLSTICES)):
                night = laid_out(name)[sample]
                if not night or (key not in switched and dark_before(name, sample, night[0][0])):
                    continue
                own = last_level(name, sample)
                level, other = min(
                    ((last_level(other, sample), other) for other in calendar.programs),
                    key=lambda ends: ends[0],
                )
                if level < own:
                    found.add(
                        "warning",
                        "carried-over",
                        ("programs", name, "points"),
                        program=name,
                        other=other,
                        level=level,
                        at=str(points[night[0][1]].at),
                        own=own,
                    )
                    break


def _month_day(night: int) -> tuple[int, int]:
    date = dt.date(2000, 1, 1) + dt.timedelta(days=night)
    return date.month, date.day


# --- places, and what is used --------------------------------------------------------------------


def _positions(site: Site, found: Findings) -> None:
    for path, lamp, reach in written(site):
        street = site.street(lamp.street)
        if reach > street.length_m + 0.01:
            name, key = lamp.id, "at_m"
            if isinstance(lamp, Row):
                name, key = f"{lamp.id}{lamp.count:02}", "count"
            elif lamp.spacing_m is not None:
                key = "spacing_m"
            found.add(
                "error",
                "beyond-street",
                (*path, key),
                id=name,
                at_m=round(reach, 1),
                street=street.id,
                length_m=round(street.length_m, 1),
            )
        elif isinstance(lamp, Luminaire) and lamp.places_m[0] < 0:
            found.add(
                "error",
                "beyond-street",
                (*path, "spacing_m"),
                id=lamp.id,
                at_m=round(lamp.places_m[0], 1),
                street=street.id,
                length_m=round(street.length_m, 1),
            )


_OF_A_LUMINAIRE = (
    "driver",
    "sensor",
    "photocell",
    "calendar",
    "street",
    "circuit",
    "program",
    "contactor",
    "ceiling",
    "node",
)


def _unused(site: Site, found: Findings) -> None:
    used: dict[str, set[str | None]] = {kind: set() for kind in (*TABLE_OF, "street", "circuit")}
    for _, lamp, _ in written(site):
        for kind in _OF_A_LUMINAIRE:
            used[kind].add(getattr(lamp, kind))
        used["program"].add(lamp.today)
    for calendar in site.calendars.values():
        used["program"].update(calendar.programs)
    for event in site.events:
        used["program"].add(event.program)
        used["scene"].add(event.scene)
    for kind, table in TABLE_OF.items():
        if kind == "relight":
            continue  # has words of its own
        if kind == "node" and len(site.nodes) == 1:
            continue  # everybody's
        for name in getattr(site, table):
            if name not in used[kind]:
                found.add("warning", "unused", (table, name), kind=kind, name=name)
    for i, street in enumerate(site.streets):
        if street.id not in used["street"]:
            found.add("warning", "unused", ("streets", i), kind="street", name=street.id)
    for i, cabinet in enumerate(site.cabinets):
        for j, circuit in enumerate(cabinet.circuits):
            if circuit.id not in used["circuit"]:
                found.add(
                    "warning",
                    "unused",
                    ("cabinets", i, "circuits", j),
                    kind="circuit",
                    name=circuit.id,
                )
