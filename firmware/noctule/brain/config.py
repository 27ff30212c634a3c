"""A node's configuration: the bytes it loads, and what they mean.

    0-3    "NOC2": the layout's version
    4-5    length of the body
    6-...  the body, below
    then   SHA-256 of all before it (whoever has hashlib checks it before `decode`)

Numbers are little-endian: u8, u16, s24 (signed). A *time* is u8 event (almanac), s24 seconds: a
local clock time, or an offset.

    place    s24 latitude, s24 longitude (e4 degrees), s24 standard, s24 summer (seconds east),
             2 x (u8 month, u8 week, u8 weekday, s24 local second): summer time's start and end
    circuit  u8 1 = switched, s24 seconds of the cut in the night (86400: nothing is to be told
             from its mains), u8 1 = evening the longer part
    lamp     u8 luminaires, u8 minimum %, u8 1 = can switch off, u8 curve, u16 section,
             u8 virtual output %, u16 warm-up s, u16 minimum on s, u16 minimum off s, u16 hours
             burnt before in tens, u8 points of CLO, each: u16 hours in tens, u8 %
    meter    u8 (0 or 1); if 1: u8 tolerance %, s24 power off,
             u8 points, each: u8 output %, s24 power; in 0.1 W of all that is behind the output
    sensor   u16 debounce ms, u16 stuck after s, u8 1 = ignored when stuck + 2 = there is one
    programs u8 how many (those of the calendar first), each: u8 fault state %, u16 on lux,
             u16 off lux, u8 periods, each: u8 flags, time, time, u16 window s
             u8 points, each: time, u8 level %, u16 ramp 0.1 s
             u8 presence (0 or 1); if 1: u8 operation, u8 level, u8 idle, u16 hold s,
             u16 up 0.1 s, u16 down 0.1 s, u8 hops, u16 reach m, u8 1 = vehicles by section,
             u8 windows, each: time, time
    calendar u8 default program, u8 rules, each: u8 program, u8 flags, u8 weekdays,
             u8 occurrences; if HAS_SPAN: u16, u16; if HAS_DATES: u8 how many, each u16
    ceiling  u8 (0 or 1); if 1: u8 level %, u8 1 = has a span; if so: u16, u16;
             u8 windows, each: time, time
    relight  u8 (0 or 1); if 1: u8 zone, u8 level %, u16 seconds, time, time
    events   u8 how many, each: a rule (u8 level % or program for its program), u8 kind,
             u16 ramp 0.1 s, time, time

Every number is checked: a configuration that decodes cannot trip the brain later.
"""

from .almanac import DAY, LOCAL, SUNRISE
from .calendar import DATED, HAS_DATES, HAS_SPAN, LAST, MORNING, Calendar, Rule
from .const import const
from .dated import Ceiling, Event, Relight
from .layers import ADD, MAX
from .luminaire import DALI, Luminaire
from .midnight import Nights
from .override import LEVEL
from .override import PROGRAM as BY_PROGRAM
from .presence import Presence, Settings
from .program import (
    ALWAYS,
    MAX_EVENTS,
    MAX_PERIODS,
    MAX_POINTS,
    MAX_WINDOWS,
    PHOTOCELL,
    Period,
    Point,
    Program,
    Span,
)
from .zone import Zone

MAGIC = b"NOC2"
_HEAD = const(6)
DIGEST = const(32)
_MAX_CURVE = const(8)  # points of CLO, or of power


class ConfigError(ValueError):
    """The bytes are no configuration of this version."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = _HEAD
        self._end = _HEAD + (data[4] | data[5] << 8)

    def u8(self, least: int, most: int) -> int:
        if self._at >= self._end:
            raise ConfigError("short")
        value = self._data[self._at]
        self._at += 1
        return _within(value, least, most)

    def u16(self, least: int, most: int) -> int:
        return _within(self.u8(0, 255) | self.u8(0, 255) << 8, least, most)

    def s24(self, least: int, most: int) -> int:
        value = self.u8(0, 255) | self.u8(0, 255) << 8 | self.u8(0, 255) << 16
        return _within(value - (1 << 24) if value >> 23 else value, least, most)

    def ramp(self) -> int:
        return self.u16(0, 6000) * 100

    def span(self) -> Span:
        start = self.u8(LOCAL, SUNRISE)
        start_s = self._seconds(start)
        end = self.u8(LOCAL, SUNRISE)
        return Span(start, start_s, end, self._seconds(end))

    def _seconds(self, event: int) -> int:
        return self.s24(0, DAY - 1) if event == LOCAL else self.s24(-43200, 43200)

    def windows(self) -> tuple:
        return tuple([self.span() for _ in range(self.u8(0, MAX_WINDOWS))])

    def point(self) -> Point:
        event = self.u8(LOCAL, SUNRISE)
        seconds = self._seconds(event)
        return Point(event, seconds, self.u8(0, 100), self.ramp())

    def end(self) -> None:
        if self._at != self._end:
            raise ConfigError("long")


def _within(value: int, least: int, most: int) -> int:
    if least <= value <= most:
        return value
    raise ConfigError("value")


class Config:
    """The parts a brain is made of. longitude: e4 degrees; section: a number."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEAD or data[:4] != MAGIC:
            raise ConfigError("magic")
        read = _Reader(data)
        if len(data) != _HEAD + (data[4] | data[5] << 8) + DIGEST:
            raise ConfigError("length")
        self.latitude = read.s24(-900000, 900000)
        self.longitude = read.s24(-1800000, 1800000)
        standard = read.s24(-50400, 54000)
        summer = read.s24(standard, 54000)
        self.zone = Zone(standard, summer, _turn(read), _turn(read))
        self.switched = read.u8(0, 1) == 1
        cut = read.s24(0, DAY)
        self.nights = Nights(cut, read.u8(0, 1) == 1)
        count = read.u8(1, 255)
        minimum = read.u8(0, 100)
        can_switch_off = read.u8(0, 1) == 1
        curve = read.u8(0, DALI)
        self.section = read.u16(0, 65535)
        self.luminaire = Luminaire(
            count, minimum, can_switch_off, curve, read.u8(1, 100), read.u16(0, 65535),
            read.u16(0, 65535), read.u16(0, 65535), read.u16(0, 20000), _clo(read),
        )
        self.health = _health(read, count) if read.u8(0, 1) else None
        debounce = read.u16(0, 10000)
        stuck_after = read.u16(1, 65535)
        flags = read.u8(0, 3)
        self.presence = Presence(debounce, stuck_after, flags & 1 == 1, flags & 2 == 2)
        last = read.u8(1, 255) - 1
        self.programs = tuple([_program(read) for _ in range(last + 1)])
        self.calendar = _calendar(read, last)
        self.ceiling = _ceiling(read) if read.u8(0, 1) else None
        self.relight = _relight(read) if read.u8(0, 1) else None
        self.events = tuple([_event(read, last) for _ in range(read.u8(0, MAX_EVENTS))])
        read.end()


def _turn(read: _Reader) -> tuple:
    return (read.u8(1, 12), read.u8(1, 5), read.u8(0, 6), read.s24(-604800, 604800))


def _clo(read: _Reader) -> tuple:
    """Hours rise from 0, and the last share is all of the output."""
    points: list = []
    least = most = 0
    for _ in range(read.u8(0, _MAX_CURVE)):
        points.append(read.u16(least, most))
        points.append(read.u8(1, 100))
        least, most = points[-2] + 1, 20000
    if points and points[-1] != 100:
        raise ConfigError("clo")
    return tuple(points)


def _health(read: _Reader, count: int):
    from .health import MOST, Health  # only where there is a meter

    tolerance = read.u8(1, 100)
    off = read.s24(0, MOST)
    points: list = []
    least = most = 0
    for _ in range(read.u8(2, _MAX_CURVE)):
        points.append(read.u8(least, most))
        points.append(read.s24(points[-2] if most else off, MOST))
        least, most = points[-2] + 1, 100
    if points[-2] != 100:
        raise ConfigError("power")
    return Health(tolerance, off, tuple(points), count)


def _program(read: _Reader) -> Program:
    fault_state = read.u8(0, 100)
    on_lux = read.u16(0, 65535)
    off_lux = read.u16(on_lux, 65535)
    periods = tuple([_period(read) for _ in range(read.u8(0, MAX_PERIODS))])
    points = tuple([read.point() for _ in range(read.u8(0, MAX_POINTS))])
    presence = _settings(read) if read.u8(0, 1) else None
    return Program(fault_state, on_lux, off_lux, periods, points, presence)


def _period(read: _Reader) -> Period:
    flags = read.u8(0, ALWAYS | PHOTOCELL)
    span = read.span()
    return Period(flags, span, read.u16(0, 65535))


def _settings(read: _Reader) -> Settings:
    operation = read.u8(MAX, ADD)
    level = read.u8(0, 100)
    idle = read.u8(0, 100)
    hold = read.u16(1, 7200)
    up = read.ramp()
    down = read.ramp()
    hops = read.u8(0, 255)
    reach = read.u16(0, 65535)
    vehicles = read.u8(0, 1) == 1
    return Settings(
        operation, level, idle, hold, up, down, hops, reach, vehicles, read.windows()
    )


def _calendar(read: _Reader, last: int) -> Calendar:
    default = read.u8(0, last)
    return Calendar(default, tuple([_rule(read, last) for _ in range(read.u8(0, 255))]))


def _rule(read: _Reader, last: int) -> Rule:
    program = read.u8(0, last)
    flags = read.u8(0, MORNING | HAS_SPAN | HAS_DATES)
    weekdays = read.u8(0, 127)
    occurrences = read.u8(0, 2 * LAST - 1)
    first = final = 0
    if flags & HAS_SPAN:
        first, final = _span(read)
    dates: tuple = ()
    if flags & HAS_DATES:
        dates = tuple([read.u16(33, 65535) for _ in range(read.u8(1, 255))])
    return Rule(program, flags, weekdays, occurrences, first, final, dates)


def _span(read: _Reader) -> tuple:
    first = read.u16(33, 65535)
    final = read.u16(33, 65535)
    if (first < DATED) != (final < DATED):
        raise ConfigError("span")
    return first, final


def _ceiling(read: _Reader) -> Ceiling:
    level = read.u8(0, 100)
    flags = HAS_SPAN if read.u8(0, 1) else 0
    first = final = 0
    if flags:
        first, final = _span(read)
    return Ceiling(Rule(level, flags, 0, 0, first, final, ()), read.windows())


def _relight(read: _Reader) -> Relight:
    zone = read.u8(0, 255)
    level = read.u8(1, 100)
    return Relight(zone, level, read.u16(240, 900), read.span())


def _event(read: _Reader, last: int) -> Event:
    rule = _rule(read, 100 if last < 100 else last)
    kind = read.u8(LEVEL, BY_PROGRAM)
    if rule.program > (100 if kind == LEVEL else last):
        raise ConfigError("value")
    return Event(rule, kind, read.ramp(), read.span())
