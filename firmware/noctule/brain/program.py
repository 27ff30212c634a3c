"""Programs: what a luminaire is asked to do over a night, whoever passes.

A program has active periods, outside which the luminaire is off, and switch points, each of which
lasts until the next. `Night` lays the programs that the calendar gives around one night out as
instants; from then on "what should be now?" is a look at two short lists.
"""

from .almanac import DAY, LOCAL, NEVER, NEVER_ABOVE, SOLAR_MIDNIGHT, SUNRISE, SUNSET, Almanac
from .const import const
from .presence import Settings
from .zone import NOON, Zone

# Kinds of window in a night.
ACTIVE = const(0)  # the luminaire is on
BY_PHOTOCELL = const(1)  # it is on while the photocell says dark
NO_PHOTOCELL = const(2)  # it is on if the photocell is dead
PRESENCE = const(3)  # presence may raise the level
CEILING = const(4)  # a dark corridor's
RELIGHT = const(5)  # requests for light are taken
EVENT = const(6)  # and above: the event of that number - 6

UNBOUNDED = const(65535)  # a photocell's window: it alone decides
ALWAYS = const(1)  # flags of a period
PHOTOCELL = const(2)

MAX_POINTS = const(24)
MAX_PERIODS = const(4)
MAX_WINDOWS = const(4)
MAX_EVENTS = const(16)
# 3 nights x 4 periods x 3 kinds, 4 of presence, 4 of a ceiling, one of relighting, the events.
_WINDOWS = const(61)

# A switched circuit's cabinet may cut in and out up to this long before sunset and after sunrise;
# mains outside of that is its forced run. Cabinets run on twilight or on clocks minutes wrong.
_SWITCHING_MARGIN = const(3600)


class Span:
    """From one time to another: each (event, seconds): LOCAL and a clock time, or an offset."""

    def __init__(self, start: int, start_s: int, end: int, end_s: int) -> None:
        self.start = start
        self.start_s = start_s
        self.end = end
        self.end_s = end_s


class Period:
    """An active period. flags: ALWAYS, PHOTOCELL. window: seconds either side of the span's solar
    ends in which a photocell may decide, or UNBOUNDED."""

    def __init__(self, flags: int, span: Span, window: int) -> None:
        self.flags = flags
        self.span = span
        self.window = window


class Point:
    """A switch point. time as in Span; level in percent; ramp in ms."""

    def __init__(self, event: int, seconds: int, level: int, ramp: int) -> None:
        self.event = event
        self.seconds = seconds
        self.level = level
        self.ramp = ramp


class Program:
    """periods: tuple of Period; points: tuple of Point; fault_state: percent, what to do when it
    cannot know; on_lux, off_lux: photocell thresholds; presence: its Settings, or None.
    """

    def __init__(
        self, fault_state: int, on_lux: int, off_lux: int, periods: tuple, points: tuple,
        presence: Settings | None,
    ) -> None:
        self.fault_state = fault_state
        self.on_lux = on_lux
        self.off_lux = off_lux
        self.periods = periods
        self.points = points
        self.presence = presence


class Times:
    """What turns the times of a program into instants of a night: seconds on one axis. dated: the
    date is known, so that what goes by dates can be laid out."""

    dated = True

    def start(self, night: int) -> int:
        """Local noon at which the night begins."""
        raise NotImplementedError

    def end(self, night: int) -> int:
        """Local noon at which it ends."""
        raise NotImplementedError

    def at(self, night: int, event: int, seconds: int) -> int:
        """Instant of a clock time or of a solar event and an offset; NEVER_BELOW or NEVER_ABOVE
        where the sun does not do it."""
        raise NotImplementedError


class KnownTime(Times):
    """Instants by the calendar, the zone and the sun, in seconds after 00:00 UTC of the night's
    evening."""

    def __init__(self, zone: Zone, almanac: Almanac, longitude: int) -> None:
        self._zone = zone
        self._almanac = almanac
        # Near the date line the sun's day and the clock's have different UTC days.
        self._shift = (longitude * 24 // 1000 - zone.standard + DAY // 2) // DAY

    def start(self, night: int) -> int:
        return self._zone.noon(night)

    def end(self, night: int) -> int:
        return DAY + self._zone.noon(night + 1)

    def at(self, night: int, event: int, seconds: int) -> int:
        if event == LOCAL:
            return self._zone.instant(night, seconds if seconds >= NOON else seconds + DAY)
        found = self._almanac.event(night + self._shift, event)
        return found + self._shift * DAY + seconds if found > NEVER else found


    def daylight(self, night: int, instant: int) -> int:
        """Seconds of daylight left at an instant of a night; 0 while the sun is down."""
        sunset = self.at(night, SUNSET, 0)
        if sunset <= NEVER:
            until = self.start(night) if sunset == NEVER_ABOVE else self.end(night)
        else:
            until = sunset
        if instant < until:
            return until - instant
        sunrise = self.at(night, SUNRISE, 0)
        return self.end(night) - instant if NEVER < sunrise <= instant else 0


class VirtualTime(Times):
    """Instants by virtual midnight: seconds after this night began, as far as one can tell.

    The night's middle is taken for solar midnight. The date is not known and so neither is
    summer time: clock times are those of the zone's standard time.
    """

    dated = False

    def __init__(self, zone: Zone, longitude: int) -> None:
        # Between noon and noon: near the date line the sun's day and the clock's differ.
        ahead = zone.standard - longitude * 24 // 1000
        self._clock_at_middle = DAY // 2 + (ahead + DAY // 2) % DAY
        self.length = 0

    def start(self, night: int) -> int:
        return self.length // 2 - DAY // 2

    def end(self, night: int) -> int:
        return self.length // 2 + DAY // 2

    def at(self, night: int, event: int, seconds: int) -> int:
        if event == LOCAL:
            if seconds < NOON:
                seconds += DAY
            return self.length // 2 + seconds - self._clock_at_middle
        if event == SOLAR_MIDNIGHT:
            return self.length // 2 + seconds
        return seconds + self.length if event > SOLAR_MIDNIGHT else seconds


class Night:
    """One night laid out, and the stretch of it that was looked at last.

    `plan()` fills it, `look()` finds the stretch around an instant and sets:
    since, until -- the stretch: what follows holds for since <= instant < until
    active       -- in an active period whatever the photocell says
    by_photocell -- in a period that the photocell decides
    no_photocell -- in a period that stands in for a dead photocell
    presence     -- inside the windows of presence
    capped       -- inside those of the ceiling
    relight      -- requests for light are taken
    event        -- the first event that holds, -1 = none
    point        -- the switch point in force: its place in `level`, `ramp`, `program`, `number`
                    (number -1: a program without points, 100 %); point 0 stands for the time
                    before the night's first point.

    ceiling, requests, events: a dated.Ceiling, a dated.Relight (either may be None) and a tuple of
    dated.Event, which are laid out besides the program when the date is known.
    """

    def __init__(self, ceiling=None, requests=None, events: tuple = ()) -> None:
        self._ceiling = ceiling
        self._requests = requests
        self._events = events
        self.start = self.end = 0
        self.since = self.until = 0
        self.active = self.by_photocell = self.no_photocell = self.presence = False
        self.capped = self.relight = False
        self.event = -1
        self.tonight = 0  # number of the night's program
        self.point = 0
        self.points = 0
        self.at = [0] * (MAX_POINTS + 1)
        self.level = [0] * (MAX_POINTS + 1)
        self.ramp = [0] * (MAX_POINTS + 1)
        self.program = [0] * (MAX_POINTS + 1)
        self.number = [0] * (MAX_POINTS + 1)
        self._windows = 0
        self._kind = [0] * _WINDOWS
        self._on = [0] * _WINDOWS
        self._off = [0] * _WINDOWS
        # How far the time may be wrong: `look` answers for every instant from `early` seconds
        # before to `late` seconds after, and takes the most light among them.
        self.early = 0
        self.late = 0

    def plan(
        self, times: Times, night: int, programs: tuple, before: int, tonight: int, after: int,
        switched: bool,
    ) -> None:
        """Lay out `night`, whose program is number `tonight` of `programs`, and those of the
        nights either side `before` and `after`."""
        self.start = times.start(night)
        self.end = times.end(night)
        self.since = self.until = self.start
        self.tonight = tonight
        self._plan_points(times, night, programs, before, tonight)
        self._windows = 0
        if switched:
            # Mains present is the active period; by day it is the cabinet's forced run.
            self._open(
                ACTIVE,
                times.at(night, SUNSET, -_SWITCHING_MARGIN),
                times.at(night, SUNRISE, _SWITCHING_MARGIN),
                self.start, self.end,
            )
        else:
            # A period may reach over noon (an offset, or the sun of high latitudes), so that the
            # neighbouring nights count as well.
            for period in programs[before].periods:
                self._plan_period(times, night, -1, period)
            for period in programs[tonight].periods:
                self._plan_period(times, night, 0, period)
            for period in programs[after].periods:
                self._plan_period(times, night, 1, period)
        presence = programs[tonight].presence
        if presence is not None:
            self._plan_windows(times, night, PRESENCE, presence.windows)
        if times.dated:
            self._plan_dated(times, night)

    def _plan_windows(self, times: Times, night: int, kind: int, windows: tuple) -> None:
        """Spans of the night; none = all of it."""
        for span in windows:
            self._plan_span(times, night, kind, span)
        if not windows:
            self._open(kind, self.start, self.end, self.start, self.end)

    def _plan_span(self, times: Times, night: int, kind: int, span: Span) -> None:
        on = times.at(night, span.start, span.start_s)
        off = times.at(night, span.end, span.end_s)
        self._open(kind, on, off, self.start, self.end)

    def _plan_dated(self, times: Times, night: int) -> None:
        ceiling = self._ceiling
        if ceiling is not None and ceiling.rule.matches(night):
            self._plan_windows(times, night, CEILING, ceiling.windows)
        if self._requests is not None:
            self._plan_span(times, night, RELIGHT, self._requests.hours)
        events = self._events
        for i in range(len(events)):
            if events[i].rule.matches(night):
                self._plan_span(times, night, EVENT + i, events[i].hours)

    def _plan_points(
        self, times: Times, night: int, programs: tuple, last: int, tonight: int
    ) -> None:
        # Before the first point: what the previous night's program ends with.
        number = -1
        latest = 0
        points = programs[last].points
        for i in range(len(points)):
            instant = times.at(night - 1, points[i].event, points[i].seconds)
            if instant > NEVER and instant < times.end(night - 1):
                if number < 0 or instant >= latest:
                    number, latest = i, instant
        self.at[0] = self.start
        self.level[0] = points[number].level if number >= 0 else 100
        self.ramp[0] = points[number].ramp if number >= 0 else 0
        self.program[0] = last
        self.number[0] = number
        self.points = 1
        points = programs[tonight].points
        if not points:  # full light, whatever went before
            self.level[0] = 100
            self.ramp[0] = 0
            self.program[0] = tonight
            self.number[0] = -1
        for i in range(len(points)):
            instant = times.at(night, points[i].event, points[i].seconds)
            if instant <= NEVER or instant >= self.end:
                continue
            place = self.points
            while place > 1 and self.at[place - 1] > instant:
                self.at[place] = self.at[place - 1]
                self.level[place] = self.level[place - 1]
                self.ramp[place] = self.ramp[place - 1]
                self.number[place] = self.number[place - 1]
                place -= 1
            self.at[place] = instant
            self.level[place] = points[i].level
            self.ramp[place] = points[i].ramp
            self.number[place] = i
            self.program[self.points] = tonight
            self.points += 1
        if self.early:
            self._doubt_order(points)

    def _doubt_order(self, points: tuple) -> None:
        """Where the time is a guess, of two points that go by different events and lie close
        either may come last: the one with more light is taken."""
        for i in range(2, self.points):
            event = points[self.number[i]].event
            for j in range(i - 1, 0, -1):
                if self.at[i] - self.at[j] > self.early + self.late:
                    break
                if self.level[j] > self.level[i] and points[self.number[j]].event != event:
                    self._put(i, j)
        last = self.points - 1
        if self.level[last] > self.level[0]:
            self._put(0, last)  # what the night before ended with, likewise

    def _put(self, to: int, which: int) -> None:
        self.level[to] = self.level[which]
        self.ramp[to] = self.ramp[which]
        self.number[to] = self.number[which]

    def _plan_period(self, times: Times, night: int, step: int, period: Period) -> None:
        night += step
        shift = step * DAY
        start = times.start(night) + shift
        end = times.end(night) + shift
        kind = BY_PHOTOCELL if period.flags & PHOTOCELL else ACTIVE
        if period.flags & ALWAYS:
            self._open(kind, start, end, start, end)
            return
        span = period.span
        on = times.at(night, span.start, span.start_s)
        off = times.at(night, span.end, span.end_s)
        if on > NEVER:
            on += shift
        if off > NEVER:
            off += shift
        if kind == ACTIVE:
            self._open(ACTIVE, on, off, start, end)
            return
        self._open(NO_PHOTOCELL, on, off, start, end)
        if period.window == UNBOUNDED:
            self._open(BY_PHOTOCELL, start, end, start, end)
        elif on <= NEVER or off <= NEVER or on < off:
            # The window is about the sun: an end that the clock sets stays where it is.
            early = 0 if span.start == LOCAL else period.window
            late = 0 if span.end == LOCAL else period.window
            self._open(ACTIVE, _moved(on, early), _moved(off, -late), start, end)
            self._open(BY_PHOTOCELL, _moved(on, -early), _moved(off, late), start, end)

    def _open(self, kind: int, on: int, off: int, start: int, end: int) -> None:
        """Add a window. An edge the sun never makes: no window if it stays up, else the night's
        own start or end. What lies outside this night is left out."""
        if on <= NEVER:
            if on != NEVER_ABOVE:
                return
            on = start
        if off <= NEVER:
            if off != NEVER_ABOVE:
                return
            off = end
        if on < off and on < self.end and off > self.start:
            i = self._windows
            self._kind[i] = kind
            self._on[i] = on
            self._off[i] = off
            self._windows = i + 1

    def look(self, instant: int) -> None:
        """Find the stretch of the night around an instant (start <= instant < end)."""
        early, late = self.early, self.late
        first = instant - early
        last = instant + late
        self.since = self.start
        self.until = self.end
        at = self.at
        point = -1
        for i in range(self.points):
            edge = at[i]
            self._edge(edge - late, instant)
            self._edge(edge + early, instant)
            if edge <= last and (i + 1 == self.points or at[i + 1] > first):
                if point < 0 or not early or self.level[i] > self.level[point]:
                    point = i
        self.point = point
        self.active = self.by_photocell = self.no_photocell = self.presence = False
        self.capped = self.relight = False
        self.event = -1
        for i in range(self._windows):
            on, off = self._on[i], self._off[i]
            self._edge(on - late, instant)
            self._edge(off + early, instant)
            if on <= last and off > first:
                kind = self._kind[i]
                if kind == ACTIVE:
                    self.active = True
                elif kind == BY_PHOTOCELL:
                    self.by_photocell = True
                elif kind == NO_PHOTOCELL:
                    self.no_photocell = True
                elif kind == PRESENCE:
                    self.presence = True
                elif kind == CEILING:
                    self.capped = True
                elif kind == RELIGHT:
                    self.relight = True
                elif self.event < 0:
                    self.event = kind - EVENT

    def _edge(self, edge: int, instant: int) -> None:
        if edge <= instant:
            if edge > self.since:
                self.since = edge
        elif edge < self.until:
            self.until = edge


def _moved(instant: int, seconds: int) -> int:
    return instant + seconds if instant > NEVER else instant
