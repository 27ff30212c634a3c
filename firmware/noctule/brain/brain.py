"""The brain of a luminaire: how bright, why, and when it wants to be asked again.

It never reads a clock, a pin, a file or a socket. The runtime around it calls `start` once,
tells it what sensors see and what others say (`sensor`, `heard`, `light`, `override_...`), and
calls `step` when those answer 0, and whenever the wake-up that `step` asked for is due. After a
step it puts `level` and `ramp` on the output, sends a detection on if `announced()`, and saves
the state if `unsaved`.
"""

from . import state
from .almanac import DAY, Almanac
from .config import Config
from .const import const
from .layers import (
    BEFORE_FIRST,
    BY_LEVEL,
    BY_NEIGHBOUR,
    BY_PROGRAM,
    BY_VEHICLE,
    DAYLIGHT,
    FAULT_STATE,
    FORCED_RUN,
    IDLE,
    INACTIVE,
    MAX,
    NO_POINT,
    OVERRIDE,
    OWN_SENSOR,
    POINT,
    POWER_UP,
    PRESENCE,
    PROGRAM,
    SET,
    TIME_UNKNOWN,
    Stack,
)
from .midnight import KEPT
from .override import LEVEL, NONE, Override
from .override import PROGRAM as BY_OTHER_PROGRAM
from .photocell import Photocell
from .presence import NEIGHBOUR, NOBODY, OWN, VEHICLE, Settings
from .program import KnownTime, Night, Program, VirtualTime
from .zone import NOON

# Quality of time, as the runtime knows it; the brain adds VIRTUAL.
UNSET = const(0)
VIRTUAL = const(1)  # by virtual midnight
HOLDOVER = const(2)  # a clock that was right once and has run by itself since
SYNCED = const(3)

# Faults the brain finds (bits of `faults`).
FAULT_TIME = const(1)
FAULT_SENSOR = const(2)
FAULT_PHOTOCELL = const(4)

TICKS = const(0x3FFFFFFF)  # ticks_ms of an ESP32 wraps here
LONGEST_SLEEP = const(3600000)  # ms
_JITTER = const(60000)  # ms by which what a runtime tells may come out of order
_LADDER_S = const(600)  # a daytime power-up shows the lamp lit for ten minutes
# Virtual midnight may be wrong by the equation of time (16 min), the lag of the nights behind
# the season and the grain of their lengths.
_VIRTUAL_ERROR_S = const(1800)
# Instead of the day of a night laid out: none, or the one by virtual midnight.
_NO_DAY = const(-30000)
_VIRTUAL_DAY = const(-30001)
# Instead of why somebody is there: presence does not count now, or has yet to speak.
_NOT_NOW = const(-1)
_ANEW = const(-2)


class Brain:
    """config: bytes of a node's configuration, digest already checked. almanac: one to share
    between luminaires of a site, else its own.

    After `step`: level (percent of light), ramp (ms), changed (level, decider or reason is new),
    stack (the trace), quality (of time), unsaved (the state has changed: save it).
    """

    def __init__(self, config: bytes, almanac: Almanac | None = None) -> None:
        made = Config(config)
        self._zone = made.zone
        self._programs = made.programs
        # Without a date any of the programs may be tonight's: light is the safe side.
        self._fault_state = 0
        self._by_photocell: Program | None = None  # the first that asks a photocell
        for program in made.programs:
            if program.fault_state > self._fault_state:
                self._fault_state = program.fault_state
            if program.off_lux and self._by_photocell is None:
                self._by_photocell = program
        self._calendar = made.calendar
        self._switched = made.switched
        self._section = made.section
        self._nights = made.nights
        self.luminaire = made.luminaire
        self.presence = made.presence
        if almanac is None:
            almanac = Almanac(made.latitude, made.longitude)
        self._known = KnownTime(made.zone, almanac, made.longitude)
        self._virtual = VirtualTime(made.zone, made.longitude)
        self._tonight = Night()
        self._tonight_day = _NO_DAY
        self._tonight_program = made.calendar.default
        self._forced = Night()  # the night by a program that an override names
        self._forced_day = _NO_DAY
        self._forced_program = 0
        self.override = Override()
        self.photocell = Photocell()
        self.stack = Stack()
        self.level = 0
        self.ramp = 0
        self.changed = False
        self.unsaved = False
        self.quality = UNSET
        self.burning_s = self._burning_saved = 0
        self._now_s = 0  # uptime
        self._now_ms = 0
        self._ticks = 0
        self._day = self._second = 0  # the time, when it was last known; day 0 = it never was
        self._power_on = False
        self._settings: Settings | None = None  # of tonight's presence
        self._said = False  # the program has spoken for the stretch of night that was looked at
        self._instant = 0  # seconds into tonight, when the program spoke last
        self._asked = _ANEW  # what presence has said: why << 8 | hops, or one of the three
        self._lit = False  # it lights: an active period
        self._windows = False  # presence may raise it
        self._decider = FAULT_STATE
        self._why = 0
        self._detail = 0

    # ---- what the runtime tells

    def start(self, ticks: int, power_on: bool, saved: bytes | bytearray | None) -> bool:
        """Begin. power_on: after a loss of mains, not after another reset. saved: the state, or
        None. Returns whether the state was taken."""
        self._ticks = ticks
        self._power_on = power_on
        taken = False
        if saved is not None and state.sound(saved):
            self._load(saved)
            taken = True
        if self._switched:
            if power_on or self._nights.running < 0:
                sure = True
                if self._nights.running >= 0:
                    # Saved every quarter of an hour: on average half of one went unsaved.
                    sure = self._nights.end(self._nights.running + 7)
                self._nights.begin(self._now_s, sure)
                self.unsaved = True
            else:
                self._nights.resume(self._now_s)
        else:
            self._nights.running = -1  # what was dark before the reset is not known now
        return taken

    def sensor(self, active: bool, ticks: int) -> int:
        """The own sensor's level. Returns ms after which to step (0: now)."""
        self._advance(ticks)
        return self.presence.sensor(active, self._now_s, self._now_ms)

    def heard(self, section: int, hops: int, distance: int, fast: bool, ticks: int) -> int:
        """A detection by another luminaire: its section, how many poles and metres away, and
        whether it was a vehicle. Returns ms after which to step (0: now)."""
        settings = self._programs[self._tonight_program].presence
        if settings is None:
            return LONGEST_SLEEP
        if fast and settings.vehicles and section == self._section:
            why = VEHICLE
        elif hops <= settings.hops or (settings.reach and distance <= settings.reach):
            why = NEIGHBOUR
        else:
            return LONGEST_SLEEP
        self._advance(ticks)
        return self.presence.heard(why, hops, self._now_s, self._now_ms)

    def light(self, lux: int, ticks: int) -> int:
        """A sample of the photocell in lux, or photocell.DEAD. Returns as `sensor`."""
        self._advance(ticks)
        program = self._programs[self._tonight_program]
        if not program.off_lux:
            if self._by_photocell is None:
                return LONGEST_SLEEP
            program = self._by_photocell  # so that the cell is known when its night comes
        photocell = self.photocell
        dusk = not (photocell.dark or photocell.dead)
        if not photocell.sample(lux, program.on_lux, program.off_lux):
            return LONGEST_SLEEP
        self._said = False
        if self._tonight_day == _VIRTUAL_DAY:
            self._tonight_day = _NO_DAY
        nights = self._nights
        if photocell.dead:
            nights.running = -1
        elif not self._switched:
            # From dusk to dawn. The dark that a start or a cell come back to life finds began
            # nobody knows when.
            if photocell.dark:
                if dusk:
                    nights.begin(self._now_s, True)
            elif nights.running >= 0:
                nights.tick(self._now_s)
                nights.end(nights.running)
                self.unsaved = True
        return 0

    def override_level(self, level: int, seconds: int, ramp: int, ticks: int) -> None:
        """Hold a level (percent) for some seconds (0: the default, two hours); ramp in ms. Step at
        once after."""
        if not 0 <= level <= 100:
            raise ValueError("override level")
        self._advance(ticks)
        self.override.give(LEVEL, level, seconds, ramp, self._now_s)
        self.unsaved = True

    def override_program(self, program: int, seconds: int, ticks: int) -> None:
        """Run another program of the configuration for some seconds (0: the default). Step at once
        after."""
        if not 0 <= program < len(self._programs):
            raise ValueError("override program")
        self._advance(ticks)
        self.override.give(BY_OTHER_PROGRAM, program, seconds, 0, self._now_s)
        self._forced_day = _NO_DAY
        self.unsaved = True

    def cancel_override(self) -> None:
        """End the override. Step at once after."""
        self.override.cancel()
        self.unsaved = True

    def announced(self) -> bool:
        """Was there a new detection of the own sensor to send on? Asking clears it."""
        announce = self.presence.announce
        self.presence.announce = False
        return announce

    # ---- the question

    def step(self, day: int, second: int, millis: int, ticks: int, quality: int) -> int:
        """What should the level be now?

        day: days since 2000-01-01 UTC; second, millis: of that day (ignored while quality is
        UNSET); ticks: wrapping milliseconds; quality: UNSET, HOLDOVER or SYNCED.
        Returns ms until the brain wants to be asked again, 1 to LONGEST_SLEEP.
        """
        self._advance(ticks)
        if quality == UNSET:
            sleep = self._ask_without_time()
        else:
            sleep = self._ask_program(day, second, millis)
            self.quality = quality
            self._day = day
            self._second = second
        if self._settings is not None:
            sleep = _sooner(sleep, self._ask_presence(self._settings))
        if self.override.kind != NONE or self.stack.why[OVERRIDE]:
            sleep = _sooner(sleep, self._ask_override(day, second, millis, quality != UNSET))
        if self._nights.running >= 0:
            # The lengths of nights are for a day without a clock.
            if self._nights.tick(self._now_s):
                self.unsaved = True
            if self._switched:
                sleep = _sooner(sleep, self._nights.wake(self._now_s) * 1000 - self._now_ms)
        if self.burning_s - self._burning_saved >= 3600:
            self.unsaved = True
        self.changed = False
        if not self.stack.settled:
            self._settle()
        return sleep if sleep > 0 else 1

    # ---- the layers, each giving ms after which it may say something else

    def _ask_program(self, day: int, second: int, millis: int) -> int:
        """The program, by the time. Within a stretch of the night it says the same."""
        tonight = self._tonight
        passed = day - self._tonight_day
        instant = passed * DAY + second if -3 < passed < 3 else tonight.end
        if not (self._said and tonight.since <= instant < tonight.until):
            if not tonight.start <= instant < tonight.end:
                instant = self._plan(day, second)
            if not tonight.since <= instant < tonight.until:
                tonight.look(instant)
            self.stack.hush(FAULT_STATE)
            self._instant = instant
            self._lit = self._say_program(tonight, PROGRAM)
            self._windows = tonight.presence
            self._settings = self._programs[self._tonight_program].presence
            if self._settings is None:
                self.stack.hush(PRESENCE)
            self._asked = _ANEW
            self._said = True
        left = tonight.until - instant
        sleep = left * 1000 - millis if left <= 3600 else LONGEST_SLEEP
        if self.stack.why[PROGRAM] == POWER_UP:
            self._said = False  # it ends by itself
            sleep = _sooner(sleep, (_LADDER_S - self._now_s) * 1000 - self._now_ms)
            left = self._known.daylight(self._tonight_day, instant)
            if left < _LADDER_S:
                sleep = _sooner(sleep, left * 1000 - millis)
        return sleep

    def _ask_without_time(self) -> int:
        """What to do while the time is not known: light of day, virtual midnight, fault state."""
        stack = self.stack
        photocell = self.photocell
        night = self._tonight
        nights = self._nights
        self._said = False
        self._asked = _ANEW
        self._tonight_program = self._calendar.default
        program = self._programs[self._tonight_program]
        self._settings = program.presence
        if self._settings is None:
            stack.hush(PRESENCE)
        self.quality = UNSET
        self._windows = True
        if program.off_lux and not self._switched and not (photocell.dark or photocell.dead):
            self._tonight_day = _NO_DAY
            stack.hush(FAULT_STATE)
            self._lit = False
            if self._power_on and self._now_s < _LADDER_S:
                stack.say(PROGRAM, SET, 100, POWER_UP, 0, 0, 0)
                return (_LADDER_S - self._now_s) * 1000 - self._now_ms
            stack.say(PROGRAM, SET, 0, DAYLIGHT, NO_POINT, 0, 0)
            return LONGEST_SLEEP
        if nights.length and nights.running >= 0:
            instant = self._now_s - nights.began_s
            if instant < nights.length // 2 + DAY // 2:
                if (
                    self._tonight_day != _VIRTUAL_DAY or self._virtual.length != nights.length
                    or not night.since <= instant < night.until
                ):
                    self._plan_virtual(nights.length, instant)
                stack.hush(FAULT_STATE)
                self.quality = VIRTUAL
                self._lit = self._say_program(night, PROGRAM)
                self._windows = night.presence
                left = night.until - instant
                return left * 1000 - self._now_ms if left <= 3600 else LONGEST_SLEEP
        self._tonight_day = _NO_DAY
        stack.say(FAULT_STATE, SET, self._fault_state, TIME_UNKNOWN, 0, 0, 0)
        stack.hush(PROGRAM)
        self._lit = True
        return LONGEST_SLEEP

    def _ask_presence(self, settings: Settings) -> int:
        presence = self.presence
        presence.hold = settings.hold
        here = presence.here(self._now_s, self._now_ms)
        if not (self._lit and self._windows):
            presence.announce = False
            asked = _NOT_NOW
        elif here:
            asked = presence.why << 8 | presence.detail
        else:
            asked = NOBODY
        if asked != self._asked:
            self._asked = asked
            self._say_presence(settings, asked)
        return presence.sleep

    def _say_presence(self, settings: Settings, asked: int) -> None:
        stack = self.stack
        if asked == _NOT_NOW or (asked == NOBODY and not settings.idle):
            stack.hush(PRESENCE)
            return
        operation = MAX
        value = settings.idle
        why = IDLE
        detail = 0
        if asked != NOBODY:
            below = stack.value[PROGRAM] if stack.why[PROGRAM] else stack.value[FAULT_STATE]
            raised = settings.level if settings.operation == MAX else below + settings.level
            if raised >= value:  # else who comes finds no less light than nobody does
                operation = settings.operation
                value = settings.level
            if asked >> 8 == OWN:
                why = OWN_SENSOR
            elif asked >> 8 == VEHICLE:
                why = BY_VEHICLE
            else:
                why = BY_NEIGHBOUR
                detail = asked & 255
        stack.say(PRESENCE, operation, value, why, detail, settings.up, settings.down)

    def _ask_override(self, day: int, second: int, millis: int, known: bool) -> int:
        override = self.override
        stack = self.stack
        if not override.running(day, second, known, self._now_s):
            self.unsaved = True
            stack.hush(OVERRIDE)
            return LONGEST_SLEEP
        sleep = LONGEST_SLEEP
        if override.kind == LEVEL:
            stack.say(OVERRIDE, SET, override.value, BY_LEVEL, 0, override.ramp, override.ramp)
        elif known:
            sleep = self._say_forced(day, second, millis)
        else:
            fault = self._programs[override.value].fault_state
            stack.say(OVERRIDE, SET, fault, BY_PROGRAM, override.value << 8 | NO_POINT, 0, 0)
        left = override.due(self._now_s)
        if not left:
            self.unsaved = True
            left = override.due(self._now_s)
        sleep = _sooner(sleep, left * 1000 - self._now_ms)
        left = override.until_s - self._now_s
        if left <= 3600:
            sleep = _sooner(sleep, left * 1000 - self._now_ms)
        if known:
            left = override.calendar_left(day, second)
            if left <= 3600:
                sleep = _sooner(sleep, left * 1000 - millis)
        return sleep

    def _settle(self) -> None:
        """Level and ramp from what the layers say."""
        stack = self.stack
        level = self.luminaire.attainable(stack.evaluate())
        decider = stack.decider
        why = stack.why[decider]
        detail = stack.detail[decider]
        if (
            level == self.level and decider == self._decider and why == self._why
            and detail == self._detail
        ):
            return
        # The ramp is that of the highest layer that came or went; none for the first word.
        layer = decider if decider > self._decider else self._decider
        if not self._why or level == self.level:
            self.ramp = 0
        else:
            self.ramp = stack.up[layer] if level > self.level else stack.down[layer]
        self.level = level
        self._decider = decider
        self._why = why
        self._detail = detail
        self.changed = True

    def faults(self) -> int:
        """Faults found: bits FAULT_..."""
        faults = 0
        if self.quality < HOLDOVER:
            faults |= FAULT_TIME
        if self.presence.stuck:
            faults |= FAULT_SENSOR
        if self.photocell.dead:
            faults |= FAULT_PHOTOCELL
        return faults

    def _advance(self, ticks: int) -> None:
        """Move the uptime on, and the burning hours with it."""
        passed = (ticks - self._ticks) & TICKS
        if passed > TICKS >> 1:  # ticks went back: not six days passed
            if passed < TICKS - _JITTER:  # and not a runtime's jitter: go on from there
                self._ticks = ticks
            return
        self._ticks = ticks
        passed += self._now_ms
        if passed < 1000:
            self._now_ms = passed
            return
        seconds = passed // 1000
        self._now_ms = passed - seconds * 1000
        self._now_s += seconds
        if self.level:
            self.burning_s += seconds

    def _plan(self, day: int, second: int) -> int:
        """Lay out the night that an instant belongs to; returns the instant in it."""
        night = self._night_of(day, second)
        calendar = self._calendar
        tonight = self._tonight
        self._tonight_day = night
        self._tonight_program = calendar.program(night)
        tonight.early = tonight.late = 0
        tonight.plan(
            self._known, night, self._programs, calendar.program(night - 1),
            self._tonight_program, calendar.program(night + 1), self._switched,
        )
        return (day - night) * DAY + second

    def _plan_virtual(self, length: int, instant: int) -> None:
        """Lay out a night of `length` seconds around an instant. Its date is not known, and so
        nor are its program and the one before: of all that the calendar may give, the one with
        the most light is taken."""
        self._tonight_day = _VIRTUAL_DAY
        self._virtual.length = length
        night = self._tonight
        # A clock on summer time reads an hour more than standard time does; and the morning after
        # a change of clocks, a cabinet that cuts in the night is an hour off what is expected.
        summer = self._zone.summer - self._zone.standard
        night.early = _VIRTUAL_ERROR_S + (summer if self._nights.cut else 0)
        night.late = _VIRTUAL_ERROR_S + summer
        last = len(self._programs) - 1
        before = 0
        for number in range(last + 1):
            self._plan_as(night, number, before)
            before = night.level[0]
        until = night.end
        best = most = -1
        for number in range(last + 1):
            self._plan_as(night, number, before)
            night.look(instant)
            if night.until < until:
                until = night.until
            light = night.level[night.point] if self._lights(night) else 0
            if light > most or (light == most and number == self._calendar.default):
                most = light
                best = number
        if best != last:
            self._plan_as(night, best, before)
            night.look(instant)
        night.since = instant
        night.until = until

    def _plan_as(self, night: Night, number: int, before: int) -> None:
        """Lay out a night of an unknown date as program `number`'s, that begins with at least the
        level `before`."""
        night.plan(self._virtual, 0, self._programs, number, number, number, self._switched)
        if night.level[0] < before:
            night.level[0] = before

    def _night_of(self, day: int, second: int) -> int:
        """The night, noon to noon, that an instant belongs to."""
        local = second + self._zone.offset(day, second)
        return day + (local - NOON) // DAY

    def _say_program(self, night: Night, layer: int) -> bool:
        """What a night's program asks now. Returns whether it lights (an active period)."""
        if self._lights(night):
            point = night.point
            number = night.number[point]
            ramp = night.ramp[point]
            if layer == PROGRAM:
                why = POINT if point else BEFORE_FIRST
            else:
                why = BY_PROGRAM
            detail = night.program[point] << 8 | (number if number >= 0 else NO_POINT)
            self.stack.say(layer, SET, night.level[point], why, detail, ramp, ramp)
            return True
        detail = night.tonight << 8 | NO_POINT
        if layer != PROGRAM:
            value = 100 if self._switched else 0
            self.stack.say(layer, SET, value, BY_PROGRAM, detail, 0, 0)
        elif self._switched:
            self.stack.say(layer, SET, 100, FORCED_RUN, 0, 0, 0)
        elif self._ladder(night):
            self.stack.say(layer, SET, 100, POWER_UP, 0, 0, 0)
        else:
            why = DAYLIGHT if night.by_photocell and not self.photocell.dead else INACTIVE
            self.stack.say(layer, SET, 0, why, detail, 0, 0)
        return False

    def _ladder(self, night: Night) -> bool:
        """Has mains just returned, by day? Whoever stands on the ladder is to see it lit."""
        if not self._power_on or self._now_s >= _LADDER_S or self._tonight_day == _VIRTUAL_DAY:
            return False
        return self._known.daylight(self._tonight_day, self._instant) > 0

    def _lights(self, night: Night) -> bool:
        """Is it in an active period, at the instant looked at?"""
        photocell = self.photocell
        return night.active or (
            night.no_photocell if photocell.dead else night.by_photocell and photocell.dark
        )

    def _say_forced(self, day: int, second: int, millis: int) -> int:
        """An override by program, laid out like a night of its own."""
        forced = self._forced
        program = self.override.value
        night = self._night_of(day, second)
        instant = (day - night) * DAY + second
        if night != self._forced_day or program != self._forced_program:
            self._forced_day = night
            self._forced_program = program
            forced.plan(
                self._known, night, self._programs, program, program, program, self._switched
            )
            forced.look(instant)
        elif not forced.since <= instant < forced.until:
            forced.look(instant)
        self._say_program(forced, OVERRIDE)
        left = forced.until - instant
        return left * 1000 - millis if left <= 3600 else LONGEST_SLEEP

    def forget(self) -> None:
        """Drop what earlier steps worked out: the next one is evaluated plainly, from nothing.
        For tests that hold the quick evaluation against the plain one."""
        self._tonight_day = self._forced_day = _NO_DAY
        self._said = self.stack.settled = False
        self._asked = _ANEW

    # ---- what outlives a reset

    def save(self, buffer: bytearray) -> None:
        """Write the state into a buffer of state.SIZE bytes; clears `unsaved`."""
        for i in range(state.SIZE):
            buffer[i] = 0
        override = self.override
        buffer[1] = override.kind
        if override.kind != NONE:
            buffer[2] = override.value
            state.put(buffer, 3, 2, override.ramp // 100)
            state.put(buffer, 5, 2, override.until_day)
            state.put(buffer, 7, 3, override.until_second)
            state.put(buffer, 10, 3, override.left(self._now_s))
        state.put(buffer, 13, 4, self.burning_s)
        self._burning_saved = self.burning_s
        left = self.presence.left(self._now_s)
        state.put(buffer, 17, 2, left)
        if left:
            buffer[19] = self.presence.why
        state.put(buffer, 34, 2, self._day)
        state.put(buffer, 36, 3, self._second)
        nights = self._nights
        for i in range(KEPT):
            state.put(buffer, 20 + 2 * i, 2, nights.lengths[i])
        state.put(buffer, 32, 2, nights.running + 1)
        state.seal(buffer)
        self.unsaved = False

    def _load(self, buffer: bytes | bytearray) -> None:
        override = self.override
        kind = buffer[1]
        value = buffer[2]
        if (kind == LEVEL and value <= 100) or (
            kind == BY_OTHER_PROGRAM and value < len(self._programs)
        ):
            override.kind = kind
            override.value = value
            override.ramp = state.get(buffer, 3, 2) * 100
            override.until_day = state.get(buffer, 5, 2)
            override.until_second = state.get(buffer, 7, 3)
            override.resume(state.get(buffer, 10, 3), self._now_s)
            if state.get(buffer, 34, 2):
                override.saved_day = state.get(buffer, 34, 2)
                override.saved_second = state.get(buffer, 36, 3)
        self.burning_s = self._burning_saved = state.get(buffer, 13, 4)
        left = state.get(buffer, 17, 2)
        if left and buffer[19] <= VEHICLE:
            self.presence.resume(left, buffer[19], self._now_s)
        nights = self._nights
        for i in range(KEPT):
            nights.lengths[i] = state.get(buffer, 20 + 2 * i, 2)
        nights.running = state.get(buffer, 32, 2) - 1


def _sooner(a: int, b: int) -> int:
    return a if a < b else b
