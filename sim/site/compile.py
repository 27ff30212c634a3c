"""From a site to the configuration of each node: the bytes that `noctule.brain.config` decodes.

The layout is documented there. The same site gives the same bytes.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from noctule.brain import calendar as rules
from noctule.brain import config, layers, luminaire, override, program
from noctule.brain.almanac import (
    DAWN,
    DUSK,
    LOCAL,
    NAUTICAL_DAWN,
    NAUTICAL_DUSK,
    NEVER,
    SOLAR_MIDNIGHT,
    SUNRISE,
    SUNSET,
    Almanac,
)
from noctule.brain.dates import day_number
from noctule.brain.midnight import NO_MIDDLE
from noctule.brain.program import KnownTime
from noctule.brain.zone import Zone

from sim.site import limits
from sim.site.holidays import resolved
from sim.site.model import (
    Ceiling,
    Circuit,
    Contactor,
    Driver,
    Event,
    Luminaire,
    Presence,
    Program,
    Relight,
    Rule,
    Sensor,
    Site,
    Window,
)
from sim.site.power import Power
from sim.site.values import WEEKDAYS, At, Day
from sim.site.zone import yearly_rule

EVENTS = {
    "local": LOCAL,
    "sunset": SUNSET,
    "dusk": DUSK,
    "nautical dusk": NAUTICAL_DUSK,
    "solar midnight": SOLAR_MIDNIGHT,
    "nautical dawn": NAUTICAL_DAWN,
    "dawn": DAWN,
    "sunrise": SUNRISE,
}
# What a node's own reckoning of the night leaves room for (see `noctule.brain.midnight`).
_OFF_MIDDLE_S = 600  # by which the middle of the mains may lie off solar midnight
_ALIKE_S = 900  # evening and morning so alike that the node never tells them apart


@dataclass(frozen=True, slots=True)
class Node:
    """One node: its luminaire, its configuration, and the names behind the numbers in it.

    `programs` are the calendar's first, then those that only events ask; `events` their ids.
    """

    luminaire: Luminaire
    config: bytes
    programs: tuple[str, ...]
    section: int
    events: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the configuration, as it stands at its end, in hexadecimal."""
        return self.config[-config.DIGEST :].hex()


class _Writer(bytearray):
    def u8(self, *values: int) -> None:
        self.extend(values)

    def u16(self, *values: int) -> None:
        for value in values:
            self.extend(value.to_bytes(2, "little"))

    def s24(self, *values: int) -> None:
        for value in values:
            self.extend(value.to_bytes(3, "little", signed=True))

    def at(self, at: At) -> None:
        self.u8(EVENTS[at.event])
        self.s24(at.seconds)

    def window(self, window: Window) -> None:
        self.at(window.from_)
        self.at(window.to)

    def ramp(self, ms: int) -> None:
        self.u16(ms // 100)


def compile_site(site: Site) -> list[Node]:
    """The nodes of a site that has been checked, in the order of its luminaires."""
    place = _place(site)
    sections = {
        name: i for i, name in enumerate(dict.fromkeys(x.section for x in site.luminaires))
    }
    times = known_time(site)
    circuits = {
        circuit.id: _circuit(circuit, times)
        for cabinet in site.cabinets
        for circuit in cabinet.circuits
    }
    zones = {name: i for i, name in enumerate(site.relights)}
    parts = _Parts(site)
    nodes = []
    for i, lamp in enumerate(site.luminaires):
        events = tuple(site.events[number] for number in site.events_of[i])
        names = _program_names(site, lamp, events)
        body = _Writer(place)
        body += circuits[lamp.circuit]
        body += parts.lamp(lamp, sections[lamp.section])
        body += parts.meter(lamp)
        body += _sensor(site.sensors[lamp.sensor] if lamp.sensor else None)
        body += parts.programs(lamp, names)
        body += _ceiling(site.ceilings[lamp.ceiling] if lamp.ceiling else None)
        if lamp.relight is None:
            body.u8(0)
        else:
            body += _relight(site.relights[lamp.relight], zones[lamp.relight])
        body.u8(len(events))
        for event in events:
            body += _event(event, site.event_level(event, lamp), names)
        ids = tuple(event.id for event in events)
        nodes.append(Node(lamp, sealed(bytes(body)), names, sections[lamp.section], ids))
    return nodes


class _Parts:
    """The parts that many luminaires share, made once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lamps: dict[tuple[object, ...], bytes] = {}
        self._meters: dict[tuple[str, int], bytes] = {}
        self._programs: dict[tuple[object, ...], bytes] = {}

    def lamp(self, lamp: Luminaire, section: int) -> bytes:
        key = (lamp.driver, lamp.contactor, lamp.count, lamp.burning_hours, section)
        if key not in self._lamps:
            contactor = self._site.contactors[lamp.contactor] if lamp.contactor else Contactor()
            driver = self._site.drivers[lamp.driver]
            self._lamps[key] = _luminaire(lamp, driver, contactor, section)
        return self._lamps[key]

    def meter(self, lamp: Luminaire) -> bytes:
        if not lamp.meter:
            return bytes(1)
        key = (lamp.driver, lamp.count)
        if key not in self._meters:
            self._meters[key] = _meter(self._site.drivers[lamp.driver], lamp.count)
        return self._meters[key]

    def programs(self, lamp: Luminaire, names: tuple[str, ...]) -> bytes:
        key = (lamp.calendar, names)
        if key not in self._programs:
            self._programs[key] = _programs(self._site, lamp, names)
        return self._programs[key]


def sealed(body: bytes) -> bytes:
    """A body with its head and digest: a configuration file."""
    whole = config.MAGIC + len(body).to_bytes(2, "little") + body
    return whole + hashlib.sha256(whole).digest()


@lru_cache(maxsize=64)
def _zone_of(name: str) -> Zone:
    rule = yearly_rule(name)
    summer = rule.std_offset_s if rule.dst_offset_s is None else rule.dst_offset_s
    return Zone(rule.std_offset_s, summer, *_turns(name))


def _turns(name: str) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
    """Start and end of summer time; POSIX counts weekdays from Sunday, the brain from Monday."""
    rule = yearly_rule(name)
    if rule.dst_offset_s is None or rule.start is None or rule.end is None:
        return (1, 1, 0, 0), (1, 1, 0, 0)
    (m0, w0, d0, s0), (m1, w1, d1, s1) = rule.start, rule.end
    return (m0, w0, (d0 - 1) % 7, s0), (m1, w1, (d1 - 1) % 7, s1)


def zone_of(site: Site) -> Zone:
    """The brain's own local time of a site."""
    return _zone_of(site.site.timezone)


def almanac_of(site: Site) -> Almanac:
    """The brain's own almanac of a site."""
    return Almanac(_e4(site.site.latitude), _e4(site.site.longitude))


def known_time(site: Site) -> KnownTime:
    """What turns the times of a site file into instants."""
    return KnownTime(zone_of(site), almanac_of(site), _e4(site.site.longitude))


def night_of(site: Site, t: int) -> int:
    """Number of the night, local noon to local noon, that an instant (ms since 2000) is in."""
    times = known_time(site)
    night = t // 86_400_000
    second = t // 1000
    while second < night * 86_400 + times.start(night):
        night -= 1
    while second >= night * 86_400 + times.end(night):
        night += 1
    return night


def _e4(degrees: float) -> int:
    return round(degrees * 10_000)


def _place(site: Site) -> bytes:
    out = _Writer()
    zone = zone_of(site)
    out.s24(_e4(site.site.latitude), _e4(site.site.longitude), zone.standard, zone.summer)
    for month, week, weekday, second in _turns(site.site.timezone):
        out.u8(month, week, weekday)
        out.s24(second)
    return bytes(out)


def _circuit(circuit: Circuit, times: KnownTime) -> bytes:
    out = _Writer()
    out.u8(int(circuit.switched))
    cut, evening_longer = (0, False) if not circuit.switched else _cut(circuit, times)
    out.s24(cut)
    out.u8(int(evening_longer))
    return bytes(out)


def _cut(circuit: Circuit, times: KnownTime) -> tuple[int, bool]:
    """Seconds for which the cabinet cuts in the night (0: it does not), and whether the evening's
    mains last longer than the morning's.

    NO_MIDDLE where the length of its mains does not tell the middle of the night the year round:
    off in one half of it, cut more than once, or with now the evening and now the morning longer.
    """
    nothing = (NO_MIDDLE, False)
    if len(circuit.mains) > 2:
        return nothing
    cuts, longer = [], []
    for month in range(1, 13):
        night = day_number(2026, month, 15)
        periods = sorted(
            (
                times.at(night, EVENTS[window.from_.event], window.from_.seconds),
                times.at(night, EVENTS[window.to.event], window.to.seconds),
            )
            for window in circuit.mains
        )
        if min(map(min, periods)) <= NEVER:
            continue
        (on, cut), (back, off) = periods[0], periods[-1]
        if abs((on + off) // 2 - times.at(night, SOLAR_MIDNIGHT, 0)) > _OFF_MIDDLE_S:
            return nothing
        cuts.append(back - cut if len(periods) == 2 else 0)
        longer.append((cut - on) - (off - back))
    if not cuts or max(cuts) - min(cuts) > 2 * _OFF_MIDDLE_S:
        return nothing
    if max(cuts) <= 0:
        return 0, False
    if min(cuts) <= 0 or min(longer) < -_ALIKE_S and max(longer) > _ALIKE_S:
        return nothing
    return sum(cuts) // len(cuts), sum(longer) > 0


def _luminaire(lamp: Luminaire, driver: Driver, contactor: Contactor, section: int) -> bytes:
    curve = luminaire.DALI if driver.curve == "dali" else luminaire.LINEAR
    out = _Writer()
    out.u8(lamp.count, driver.minimum_level, int(driver.can_switch_off), curve)
    out.u16(section)
    out.u8(driver.virtual_output)
    out.u16(
        driver.warm_up // 1000,
        max(driver.minimum_on, contactor.minimum_on) // 1000,
        max(driver.minimum_off, contactor.minimum_off) // 1000,
        lamp.burning_hours // 10,
    )
    out.u8(len(driver.clo))
    for hours, share in driver.clo:
        out.u16(hours // 10)
        out.u8(share)
    return bytes(out)


def power_table(driver: Driver, count: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Power that `count` luminaires behind one output should draw, with their node, in 0.1 W.

    Gives that of off, and points (output %, power) from just above off (0) to 100 %, straight
    lines between: few enough for a node, chosen so that the largest error is small. Where the
    driver has no more points than that, and at whole percents, there is no error.
    """
    power = Power(driver, count)
    # the curve starts just above off
    watts = [power.watts(math.ulp(0.0)), *(power.watts(float(level)) for level in range(1, 101))]
    chosen = [0, 100]
    while len(chosen) < limits.POWER_POINTS_PER_NODE:
        worst, error = 0, 0.0
        for left, right in pairwise(chosen):
            slope = (watts[right] - watts[left]) / (right - left)
            for level in range(left + 1, right):
                off = abs(watts[level] - watts[left] - slope * (level - left))
                if off > error:
                    worst, error = level, off
        if error < 0.05:  # finer than a node counts
            break
        chosen = sorted([*chosen, worst])
    return round(power.watts(0) * 10), tuple((at, round(watts[at] * 10)) for at in chosen)


def _meter(driver: Driver, count: int) -> bytes:
    out = _Writer()
    off, points = power_table(driver, count)
    out.u8(1, driver.power_tolerance_percent)
    out.s24(off)
    out.u8(len(points))
    for level, power in points:
        out.u8(level)
        out.s24(power)
    return bytes(out)


def _sensor(sensor: Sensor | None) -> bytes:
    out = _Writer()
    there = 0 if sensor is None else 2
    if sensor is None:
        sensor = Sensor(range_m=1)
    out.u16(min(sensor.debounce, 10_000), min(-(-sensor.stuck_after // 1000), 65_535))
    out.u8(there | int(sensor.when_stuck == "ignored"))
    return bytes(out)


def _program_names(site: Site, lamp: Luminaire, events: tuple[Event, ...]) -> tuple[str, ...]:
    """The calendar's programs, then those that only events ask."""
    asked = (event.program for event in events if event.program is not None)
    return tuple(dict.fromkeys((*site.programs_of(lamp), *asked)))


def calendar_rules(site: Site, key: str) -> tuple[Rule, ...]:
    """The rules of a calendar as a node has them, by dates alone."""
    return tuple(
        plain for rule in site.calendars[key].rules for plain in resolved(rule, site.site)
    )


def _programs(site: Site, lamp: Luminaire, names: tuple[str, ...]) -> bytes:
    """The programs that a luminaire may run, and its calendar."""
    out = _Writer()
    out.u8(len(names))
    for name in names:
        out += _program(site.programs[name])
    # the check: a program or a calendar
    found = calendar_rules(site, lamp.calendar) if lamp.calendar is not None else ()
    out.u8(0, len(found))
    for rule in found:
        out += _rule(rule, names.index(rule.program))
    return bytes(out)


def _ceiling(ceiling: Ceiling | None) -> bytes:
    out = _Writer()
    if ceiling is None:
        return bytes(1)
    span = (ceiling.from_, ceiling.to) if ceiling.from_ and ceiling.to else ()
    out.u8(1, ceiling.level, int(bool(span)))
    out.u16(*(_date(day) for day in span))
    out.u8(len(ceiling.windows))
    for window in ceiling.windows:
        out.window(window)
    return bytes(out)


def _relight(relight: Relight, zone: int) -> bytes:
    out = _Writer()
    out.u8(1, zone, relight.level)
    out.u16(relight.duration // 1000)
    out.window(relight.hours)
    return bytes(out)


def _event(event: Event, level: int | None, names: tuple[str, ...]) -> bytes:
    number = level if level is not None else names.index(str(event.program))
    evenings = Rule.model_construct(
        program=event.id,
        day="evening",
        weekdays=event.weekdays,
        from_=event.from_,
        to=event.to,
        dates=event.dates,
    )
    out = _Writer(_rule(evenings, number))
    out.u8(override.LEVEL if level is not None else override.PROGRAM)
    out.ramp(event.ramp)
    out.window(event.hours)
    return bytes(out)


def _program(made: Program) -> bytes:
    out = _Writer()
    cells = [period.photocell for period in made.active if period.photocell]
    on_lux, off_lux = (cells[0].on_lux, cells[0].off_lux) if cells else (0, 0)
    out.u8(made.fault_state)
    out.u16(on_lux, off_lux)
    if made.always:
        out.u8(1, program.ALWAYS)
        out.at(At("local", 0))
        out.at(At("local", 0))
        out.u16(0)
    else:
        out.u8(len(made.active))
    for period in made.active:
        cell = period.photocell
        out.u8(program.PHOTOCELL if cell else 0)
        out.at(period.from_)
        out.at(period.to)
        out.u16(
            0 if not cell else program.UNBOUNDED if cell.window is None else cell.window // 1000
        )
    out.u8(len(made.points))
    for point in made.points:
        out.at(point.at)
        out.u8(point.level)
        out.ramp(point.ramp)
    out.u8(int(made.presence is not None))
    if made.presence is not None:
        out += _presence(made.presence)
    return bytes(out)


def _presence(presence: Presence) -> bytes:
    out = _Writer()
    operation = layers.ADD if presence.operation == "add" else layers.MAX
    out.u8(operation, presence.level, presence.idle)
    out.u16(-(-presence.hold // 1000))
    out.ramp(presence.ramp_up)
    out.ramp(presence.ramp_down)
    out.u8(presence.neighbours)
    out.u16(round(presence.reach_m))
    out.u8(int(presence.vehicles == "section"), len(presence.windows))
    for window in presence.windows:
        out.window(window)
    return bytes(out)


def _rule(rule: Rule, number: int) -> bytes:
    out = _Writer()
    flags = rules.MORNING if rule.day == "morning" else 0
    span = (rule.from_, rule.to) if rule.from_ and rule.to else ()
    dates = rule.dates or ()
    flags |= rules.HAS_SPAN if span else 0
    flags |= rules.HAS_DATES if dates else 0
    weekdays = sum(1 << WEEKDAYS.index(day) for day in set(rule.weekdays or ()))
    occurrences = sum(
        rules.LAST if which == "last" else 1 << (which - 1)
        for which in set(rule.occurrences or ())
    )
    out.u8(number, flags, weekdays, occurrences)
    out.u16(*(_date(day) for day in span))
    if dates:
        out.u8(len(dates))
        out.u16(*(_date(day) for day in dates))
    return bytes(out)


def _date(day: Day) -> int:
    if day.year is None:
        return day.month * 32 + day.day
    return int(rules.DATED + day_number(day.year, day.month, day.day))
