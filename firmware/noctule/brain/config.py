"""A node's configuration: the bytes it loads, and what they mean.

    0-3    "NOC1": the layout's version
    4-5    length of the body
    6-...  the body, below
    then   SHA-256 of all before it (whoever has hashlib checks it before `decode`)

Numbers are little-endian: u8, u16, s24 (signed). A *time* is u8 event (almanac), s24 seconds: a
local clock time, or an offset.

    place    s24 latitude, s24 longitude (e4 degrees), s24 standard, s24 summer (seconds east),
             2 x (u8 month, u8 week, u8 weekday, s24 local second): summer time's start and end
    circuit  u8 1 = switched, s24 seconds of the cut in the night (86400: nothing is to be told
             from its mains), u8 1 = evening the longer part
    lamp     u8 luminaires, u8 minimum %, u8 1 = can switch off, u8 curve, u16 section
    sensor   u16 debounce ms, u16 stuck after s, u8 1 = ignored when stuck
    programs u8 how many, each: u8 fault state %, u16 on lux, u16 off lux,
             u8 periods, each: u8 flags, time, time, u16 window s
             u8 points, each: time, u8 level %, u16 ramp 0.1 s
             u8 presence (0 or 1); if 1: u8 operation, u8 level, u8 idle, u16 hold s,
             u16 up 0.1 s, u16 down 0.1 s, u8 hops, u16 reach m, u8 1 = vehicles by section,
             u8 windows, each: time, time
    calendar u8 default program, u8 rules, each: u8 program, u8 flags, u8 weekdays,
             u8 occurrences; if HAS_SPAN: u16, u16; if HAS_DATES: u8 how many, each u16

Every number is checked: a configuration that decodes cannot trip the brain later.
"""

from .almanac import DAY, LOCAL, SUNRISE
from .calendar import DATED, HAS_DATES, HAS_SPAN, LAST, MORNING, Calendar, Rule
from .const import const
from .layers import ADD, MAX
from .luminaire import DALI, Luminaire
from .midnight import Nights
from .presence import Presence, Settings
from .program import ALWAYS, MAX_PERIODS, MAX_POINTS, PHOTOCELL, Period, Point, Program, Span
from .zone import Zone

MAGIC = b"NOC1"
_HEAD = const(6)
DIGEST = const(32)
MAX_WINDOWS = const(4)


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
        self.luminaire = Luminaire(count, minimum, can_switch_off, read.u8(0, DALI))
        self.section = read.u16(0, 65535)
        debounce = read.u16(0, 10000)
        stuck_after = read.u16(1, 65535)
        self.presence = Presence(debounce, stuck_after, read.u8(0, 1) == 1)
        count = read.u8(1, 255)
        self.programs = tuple([_program(read) for _ in range(count)])
        self.calendar = _calendar(read, count - 1)
        read.end()


def _turn(read: _Reader) -> tuple:
    return (read.u8(1, 12), read.u8(1, 5), read.u8(0, 6), read.s24(-604800, 604800))


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
    windows = tuple([read.span() for _ in range(read.u8(0, MAX_WINDOWS))])
    return Settings(operation, level, idle, hold, up, down, hops, reach, vehicles, windows)


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
        first = read.u16(33, 65535)
        final = read.u16(33, 65535)
        if (first < DATED) != (final < DATED):
            raise ConfigError("span")
    dates: tuple = ()
    if flags & HAS_DATES:
        dates = tuple([read.u16(33, 65535) for _ in range(read.u8(1, 255))])
    return Rule(program, flags, weekdays, occurrences, first, final, dates)
