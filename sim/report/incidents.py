"""Faults on demand: what the luminaire did in that night, and what it would have done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sim.engine import FAULTS, Fault, NightWorld, Run, World
from sim.health import REPORTED_AS
from sim.lamp import Lamp, Segment
from sim.report.figures import Json
from sim.report.profiles import Line, line_of, mean_level
from sim.site.compile import night_of
from sim.site.model import Luminaire, Site

DRAWN = 6
"""So many faults are run again, for their night."""
_BEFORE = 4
"""Nights that nodes have lived through before one is looked at: they learn from three."""
_BY_MS = 3_600_000  # how wrong a clock is, or how long a cut, where the summary does not say
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What a node said of itself, from `t` until `until` (None: to the end)."""

    lamp: str
    fault: str
    t: int
    until: int | None
    asked: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """A fault on demand. reported: by which name, and when; None if it never was. night: its noon
    to noon, as `sim.engine` has it, and with and without: the light of that night; all None where
    it was not run again. level, sound_level: the mean levels (percent) from the fault to sunrise,
    with and without it. unseen: why nobody reported it, of `sim.health.UNSEEN`."""

    lamp: Luminaire
    kind: str
    t: int
    reported: tuple[str, int] | None
    night: NightWorld | None = None
    line: Line | None = None
    sound: Line | None = None
    level: float | None = None
    sound_level: float | None = None
    unseen: str = "silent"


def instant(text: str) -> int:
    """Ms since 2000 UTC of an instant of the summary: ``2026-11-24T22:00:00Z``."""
    at = dt.datetime.fromisoformat(text)
    return (at - _EPOCH) // dt.timedelta(milliseconds=1)


def reports(summary: Json) -> list[Report] | None:
    """What nodes reported; None if the summary does not tell."""
    if "health" not in summary:
        return None
    return [
        Report(
            entry["lamp"],
            entry["fault"],
            instant(entry["from"]),
            None if entry["to"] is None else instant(entry["to"]),
            entry["asked"],
        )
        for entry in summary["health"]
    ]


def incidents(site: Site, summary: Json, first: int, seed: int) -> list[Incident]:
    """The faults of a summary, in order of time; the first few with their night's light."""
    lamps = {lamp.id: i for i, lamp in enumerate(site.luminaires)}
    known = []
    for entry in summary.get("faults", ()):
        if entry["lamp"] in lamps and entry["kind"] in FAULTS:
            ms = entry.get("by_ms")
            fault = Fault(
                lamps[entry["lamp"]], entry["kind"], instant(entry["at"]),
                _BY_MS if ms is None else ms,
            )  # fmt: skip
            known.append((fault, entry.get("detected"), entry.get("unseen")))
    known.sort(key=lambda one: one[0].t)
    asked = [fault for fault, _, _ in known]
    world = World(site, seed)
    found = []
    for n, (fault, seen, why) in enumerate(known):
        if why is None:
            why = "silent" if fault.kind in REPORTED_AS else "unknowable"
        lamp = site.luminaires[fault.lamp]
        reported = (seen["fault"], instant(seen["at"])) if seen else None
        made = Incident(lamp, fault.kind, fault.t, reported, unseen=why)
        if n < DRAWN:
            night = night_of(site, fault.t)
            begin = max(first, night - _BEFORE)
            nights = [world.night(n) for n in range(begin, night + 1)]
            those = [f for f in asked if f.lamp == fault.lamp and f.t <= fault.t]
            line = _line(site, seed, begin, nights, fault.lamp, those)
            sound = _line(site, seed, begin, nights, fault.lamp, ())
            until = nights[-1].dawn if nights[-1].dawn > fault.t else nights[-1].end
            made = Incident(
                lamp, fault.kind, fault.t, reported, nights[-1], line, sound,
                mean_level(line, fault.t, until), mean_level(sound, fault.t, until), why,
            )  # fmt: skip
        found.append(made)
    return found


def _line(
    site: Site,
    seed: int,
    begin: int,
    nights: Sequence[NightWorld],
    index: int,
    faults: Sequence[Fault],
) -> Line:
    """The last night's light of a luminaire."""
    segments: list[Segment] = []

    def watch(t: int, which: int, lamp: Lamp) -> None:
        if which == index:
            segments.append(lamp.segments[-1])

    run = Run(site, seed, begin, [f for f in faults if f.t >= nights[0].start], watch=watch)
    for night in nights:
        run.night(night)
    last = nights[-1]
    before = [s for s in segments if s[0] < last.start]
    pieces = [(t, to, ramp) for t, _, to, ramp in segments if t >= last.start]
    was = before[-1][2] if before else 0
    return line_of([(last.start, was, 0), *pieces], last.start, last.end)
