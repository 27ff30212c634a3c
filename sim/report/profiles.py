"""The level of light through one night: of each program, and of one luminaire with its people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.engine import NightWorld, Run, World
from sim.lamp import Lamp, Segment
from sim.quiet import Change, quiet_night
from sim.report.street import StreetNight, Way, level_at
from sim.report.tonight import Sun, Tonight
from sim.site.model import Luminaire, Site
from sim.site.power import Power
from sim.strategies import variant
from sim.world.mains import mains
from sim.world.people import position_time

_BEFORE = 4  # nights that nodes have lived through: they learn from three
Line = list[tuple[int, float]]
"""Corners of the level (percent) against t (ms since 2000 UTC), in order of time."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A program's quiet night. where: the streets that run it, empty if none does tonight; today:
    it stands here only as what runs today. steps: the instants from which it goes to a level.
    cuts: stretches without mains. circuit: the id of the switched circuit, if it is one."""

    program: str
    where: tuple[str, ...]
    today: bool
    line: Line
    steps: list[tuple[int, int]]
    cuts: list[tuple[int, int]]
    circuit: str | None


@dataclass(frozen=True, slots=True)
class RealNight:
    """One luminaire's night in the simulation. passages: when somebody is in the middle of its
    zone, and of which kind. rises: how often presence starts to raise it. raised_ms: how long it
    is above what the program alone would give. Both while the sun is down."""

    program: str
    lamp: Luminaire
    line: Line
    passages: list[tuple[int, str]]
    rises: int
    raised_ms: int


def profiles(tonight: Tonight) -> list[Profile]:
    """Each program of the site file that a luminaire may run or runs today, in its order."""
    site = tonight.site
    running: dict[tuple[str, str | None], list[int]] = {}
    may: dict[str, int] = {}
    for i, lamp in enumerate(site.luminaires):
        switched = lamp.circuit if site.circuit(lamp.circuit).switched else None
        running.setdefault((tonight.program[i], switched), []).append(i)
        for name in site.programs_of(lamp):
            may.setdefault(name, i)
    of_today: dict[str, int] = {}
    for i, lamp in enumerate(site.luminaires):
        if lamp.today and lamp.today not in may:
            of_today.setdefault(lamp.today, i)
    on_now = {name for name, _ in running}
    others = [(name, i) for name, i in may.items() if name not in on_now]
    others += of_today.items()
    drawn = _as_if(site, tonight.night, others)
    order = list(site.programs)
    found = []
    for (name, switched), indices in running.items():
        where = dict.fromkeys(site.street(site.luminaires[i].street).name for i in indices)
        found.append(
            _profile(tonight, name, tuple(where), False, tonight.changes[indices[0]], switched)
        )
    for name, i in others:
        lamp = site.luminaires[i]
        switched = lamp.circuit if site.circuit(lamp.circuit).switched else None
        found.append(_profile(tonight, name, (), name in of_today, drawn[name], switched))
    found.sort(key=lambda p: (not p.where, p.today, order.index(p.program)))
    return found


def _as_if(site: Site, night: int, wanted: Sequence[tuple[str, int]]) -> dict[str, list[Change]]:
    """The quiet night of luminaires, one for each program, that would run it tonight."""
    if not wanted:
        return {}
    lamps = tuple(
        site.luminaires[i].model_copy(update={"program": name, "calendar": None})
        for name, i in wanted
    )
    fields = {name: getattr(site, name) for name in type(site).model_fields}
    small = type(site).model_construct(**{**fields, "written_luminaires": lamps, "rows": ()})
    changes = quiet_night(small, night)
    return {name: changes[k] for k, (name, _) in enumerate(wanted)}


def _profile(
    tonight: Tonight,
    name: str,
    where: tuple[str, ...],
    today: bool,
    changes: list[Change],
    switched: str | None,
) -> Profile:
    sun = tonight.sun
    pieces = [(c.t, c.level, c.ramp) for c in changes]
    steps: list[tuple[int, int]] = []
    for t, level, _ in pieces:
        if level != (steps[-1][1] if steps else 0):
            steps.append((t, level))
    cuts = []
    if switched:
        error = tonight.site.cabinet_of(switched).clock_error
        at = sun.start
        live = mains(tonight.site.circuit(switched), error, tonight.times, tonight.night)
        for on, off in [*live, (sun.end, sun.end)]:
            if on > at:
                cuts.append((at, on))
            at = off
    return Profile(
        name, where, today, line_of(pieces, sun.start, sun.end), steps, cuts, switched
    )


def line_of(pieces: Iterable[tuple[int, int, int]], start: int, end: int) -> Line:
    """The corners of a light that goes from each t to a level in a ramp (ms); dark before."""
    line: Line = [(start, 0.0)]
    since, was, to, ramp = start, 0.0, 0, 0

    def level(t: int) -> float:
        return to if t >= since + ramp else was + (to - was) * (t - since) / ramp

    for t, next_to, next_ramp in pieces:
        if ramp and since + ramp < t:
            line.append((since + ramp, to))
        now = level(t)
        line.append((t, now))
        if not next_ramp:
            line.append((t, next_to))
        since, was, to, ramp = t, now, next_to, next_ramp
    if ramp and since + ramp < end:
        line.append((since + ramp, to))
    line.append((end, level(end)))
    return line


def clipped(line: Line, start: int, end: int) -> Line:
    """The part of a line from start to end."""
    inside = [(t, value) for t, value in line if start <= t <= end]
    return [(start, _level(line, start)), *inside, (end, _level(line, end))]


def _level(line: Line, t: float) -> float:
    """The level of a line at `t`; at a jump the one before it."""
    for (a, low), (b, high) in zip(line, line[1:], strict=False):
        if a <= t <= b and a < b:
            return low + (high - low) * (t - a) / (b - a)
    return line[0][1] if t < line[0][0] else line[-1][1]


def mean_level(line: Line, start: int, end: int) -> float:
    """The mean level of a line from start to end."""
    area = 0.0
    shown = clipped(line, start, end)
    for (a, low), (b, high) in zip(shown, shown[1:], strict=False):
        area += (low + high) / 2 * (b - a)
    return area / (end - start) if end > start else 0.0


class FirstNight:
    """The first night of the site's programs with its people, exactly as the run has it; or a
    later one, on nodes that have lived through the few nights before.

    segments: of each luminaire, as in `sim.lamp`.
    """

    def __init__(self, site: Site, night: int, seed: int, since: int | None = None) -> None:
        """since: the run's first night, where it is not this one."""
        self.site = site
        world = World(site, seed)
        self.world: NightWorld = world.night(night)
        self._today: list[list[Change]] | None = None
        self.segments: list[list[Segment]] = [[] for _ in site.luminaires]

        def watch(t: int, index: int, lamp: Lamp) -> None:
            self.segments[index].append(lamp.segments[-1])

        begin = night if since is None else max(since, night - _BEFORE)
        run = Run(site, seed, begin, watch=watch)
        for earlier in range(begin, night):
            run.night(world.night(earlier))
            self.segments = [[lamp.segments[-1]] for lamp in run.lamps]
        run.night(self.world)

    def real_night(self, tonight: Tonight, program: str) -> RealNight | None:
        """The night of the luminaire in the middle of the first street that runs the program."""
        of_it = [
            lamp
            for lamp, name in zip(self.site.luminaires, tonight.program, strict=True)
            if name == program
        ]
        those = sorted(
            (lamp for lamp in of_it if lamp.street == of_it[0].street), key=lambda lamp: lamp.at_m
        )
        presence = self.site.programs[program].presence
        if not those or presence is None:
            return None
        lamp = those[len(those) // 2]
        index = next(i for i, other in enumerate(self.site.luminaires) if other.id == lamp.id)
        segments = self.segments[index]
        world = self.world
        passages = [
            ((t_in + t_out) // 2, kind)
            for t_in, t_out, kind in self.crossings(index)
            if t_in >= world.dusk and t_out < world.dawn
        ]
        quiet = [(c.t, c.level, c.ramp) for c in tonight.changes[index]]
        alone = line_of(quiet, world.start, world.end)
        stretches = _raised(segments, alone, world.dusk, world.dawn)
        pieces = [(t, to, ramp) for t, _, to, ramp in segments]
        line = line_of(pieces, world.start, world.end)
        raised = sum(end - start for start, end in stretches)
        return RealNight(program, lamp, line, passages, len(stretches), raised)

    def crossings(self, index: int) -> list[tuple[int, int, str]]:
        """Who crosses a luminaire's zone in the dark: from, to, and of which kind; in order."""
        passages = self.world.passages
        return [(a, b, passages[who].kind) for a, b, who in self.world.crossings[index]]

    def levels(self, t: int) -> list[float]:
        """The level of each luminaire at `t`, percent."""
        return [level_at(segments, t) for segments in self.segments]

    def people(self, t: int) -> list[tuple[str, int, float]]:
        """Who is where at `t`: kind, street (index), metres along it."""
        found = []
        for way, street in self._ways():
            if way.start <= t < way.end:
                share = (t - way.start) / (way.end - way.start)
                found.append((way.kind, street, way.from_m + (way.to_m - way.from_m) * share))
        return found

    def street(self, index: int) -> StreetNight:
        """One of the site's streets, by its place in the file."""
        street = self.site.streets[index]
        lamps = sorted(
            (
                (at, self.segments[i])
                for i, lamp in enumerate(self.site.luminaires)
                if lamp.street == street.id
                for at in lamp.places_m
            ),
            key=lambda lamp: lamp[0],
        )
        return StreetNight(
            index,
            street.length_m,
            lamps,
            [way for way, where in self._ways() if where == index],
            (self.world.dusk, self.world.dawn),
            [
                t
                for t, zone in self.world.requests
                if zone in {lamp.relight for lamp in self.site.luminaires
                            if lamp.street == street.id}
            ],
        )

    def _ways(self) -> list[tuple[Way, int]]:
        found = []
        for p in self.world.passages:
            length = self.site.streets[p.street].length_m
            ends = (length, 0.0) if p.backwards else (0.0, length)
            end = position_time(p, length, ends[1])
            if p.start < end:
                found.append((Way(p.kind, p.start, end, *ends), p.street))
        return found

    def light_where_dark(self, tonight: Tonight, street: str) -> float:
        """kWh of light that the first night's run puts into a street in the hours, sunset to
        sunrise, in which today's way leaves its luminaire dark.

        Light: what a node's output draws above off, without the node.
        """
        if tonight.sun.dark is None:
            return 0.0
        if self._today is None:
            self._today = quiet_night(variant(self.site, "today").site, tonight.night)
        joules = 0.0
        for i, lamp in enumerate(self.site.luminaires):
            if lamp.street != street:
                continue
            driver = self.site.drivers[lamp.driver].model_copy(update={"node_w": 0.0})
            power = Power(driver, lamp.count)
            for start, end in dark_stretches(self._today[i], *tonight.sun.dark):
                joules += _light_j(self.segments[i], power, start, end)
        return joules / 3_600_000


def dark_stretches(changes: Sequence[Change], start: int, end: int) -> list[tuple[int, int]]:
    """When, within start..end, a light is off: sent to 0 and there."""
    found = []
    dark_since: int | None = start
    for change in changes:
        if change.level == 0 and dark_since is None:
            dark_since = change.t + change.ramp
        elif change.level > 0:
            if dark_since is not None:
                found.append((dark_since, change.t))
            dark_since = None
    if dark_since is not None:
        found.append((dark_since, end))
    clipped = [(max(a, start), min(b, end)) for a, b in found]
    return [(a, b) for a, b in clipped if a < b]


def _pieces(
    segments: Sequence[Segment], start: int, end: int
) -> Iterable[tuple[int, int, float, float]]:
    """The straight pieces of a light within start..end: from, to, level then, level there."""
    for k, (t, level, to, ramp) in enumerate(segments):
        until = segments[k + 1][0] if k + 1 < len(segments) else end
        corner = min(t + ramp, until)
        reached = level + (to - level) * (corner - t) / ramp if ramp else to
        for a, b, from_level, to_level in ((t, corner, level, reached), (corner, until, to, to)):
            left, right = max(a, start), min(b, end)
            if left >= right:
                continue
            slope = (to_level - from_level) / (b - a)
            yield left, right, from_level + slope * (left - a), from_level + slope * (right - a)


def _light_j(segments: Sequence[Segment], power: Power, start: int, end: int) -> float:
    joules = 0.0
    for a, b, low, high in _pieces(segments, start, end):
        if low > 0 or high > 0:
            joules += power.ramp_energy_j(low, high, b - a)
    return joules


def _raised(
    segments: Sequence[Segment], alone: Line, start: int, end: int
) -> list[tuple[int, int]]:
    """When, within start..end, a light is above `alone`, its night without anybody."""
    bends = sorted({t for t, _ in alone if start <= t <= end})
    found: list[tuple[int, int]] = []
    for a, b, low, high in _pieces(segments, start, end):
        cuts = [a, *(t for t in bends if a < t < b), b]
        for left, right in zip(cuts, cuts[1:], strict=False):
            middle = (left + right) / 2
            level = low + (high - low) * (middle - a) / (b - a)
            if level <= _level(alone, middle) + 1e-6:
                continue
            if found and found[-1][1] == left:
                found[-1] = (found[-1][0], right)
            else:
                found.append((left, right))
    return found


def window_of(sun: Sun, lines: Iterable[Line]) -> tuple[int, int]:
    """What the charts show: the dark and all light, with an hour on either side, in whole hours
    from noon; the whole of it where there is neither."""
    hour = 3_600_000
    start, end = sun.dark or (sun.end, sun.start)
    for line in lines:
        lit = [k for k, (_, level) in enumerate(line) if level > 0]
        if lit:
            start = min(start, line[max(0, lit[0] - 1)][0])
            end = max(end, line[min(len(line) - 1, lit[-1] + 1)][0])
    if start >= end:
        return sun.start, sun.end
    first = (start - sun.start) // hour * hour - hour
    last = -(-(end - sun.start) // hour) * hour + hour
    return max(sun.start, sun.start + first), min(sun.end, sun.start + last)
