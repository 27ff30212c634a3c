"""From a site to the configuration of each node: the bytes that `noctule.brain.config` decodes.

The layout is documented there. The same site gives the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from noctule.brain import calendar as rules
from noctule.brain import config, layers, luminaire, program
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

from sim.site.model import (
    WEEKDAYS,
    At,
    Circuit,
    Day,
    Driver,
    Luminaire,
    Presence,
    Program,
    Rule,
    Sensor,
    Site,
    Window,
)
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
    """One node: its luminaire, its configuration, and the names behind the numbers in it."""

    luminaire: Luminaire
    config: bytes
    programs: tuple[str, ...]
    section: int

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
    programs: dict[tuple[str | None, str | None], tuple[bytes, tuple[str, ...]]] = {}
    nodes = []
    for lamp in site.luminaires:
        key = (lamp.program, lamp.calendar)
        if key not in programs:
            programs[key] = _programs(site, lamp)
        body = _Writer(place)
        body += circuits[lamp.circuit]
        body += _luminaire(lamp, site.drivers[lamp.driver])
        body.u16(sections[lamp.section])
        body += _sensor(site.sensors[lamp.sensor] if lamp.sensor else None)
        body += programs[key][0]
        nodes.append(Node(lamp, sealed(bytes(body)), programs[key][1], sections[lamp.section]))
    return nodes


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


def _luminaire(lamp: Luminaire, driver: Driver) -> bytes:
    curve = luminaire.DALI if driver.curve == "dali" else luminaire.LINEAR
    return bytes((lamp.count, driver.minimum_level, int(driver.can_switch_off), curve))


def _sensor(sensor: Sensor | None) -> bytes:
    out = _Writer()
    if sensor is None:
        sensor = Sensor(range_m=1)
    out.u16(min(sensor.debounce, 10_000), min(-(-sensor.stuck_after // 1000), 65_535))
    out.u8(int(sensor.when_stuck == "ignored"))
    return bytes(out)


def _programs(site: Site, lamp: Luminaire) -> tuple[bytes, tuple[str, ...]]:
    """The programs that a luminaire may run, and its calendar."""
    if lamp.calendar is not None:
        calendar = site.calendars[lamp.calendar]
        names = calendar.programs
        found = calendar.rules
    else:
        assert lamp.program is not None  # the check: one of the two
        names = (lamp.program,)
        found = ()
    out = _Writer()
    out.u8(len(names))
    for name in names:
        out += _program(site.programs[name])
    out.u8(0, len(found))
    for rule in found:
        out += _rule(rule, names.index(rule.program))
    return bytes(out), names


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
