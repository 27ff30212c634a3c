"""The brain of a luminaire: how bright, why, and when it wants to be asked again.

It never reads a clock, a pin, a file or a socket. The runtime around it calls `start` once,
tells it what sensors see and what others say (`sensor`, `heard`, `light`, `override_...`), and
calls `step` when the wake-up is due that it asked for last: `step` and each of those that answer
with a number of ms name the next, in place of any before. After a step it puts `output` and `ramp`
on the driver, sends a detection on if `announced()`, and saves the state if `unsaved`.
"""

from . import state
from .almanac import DAY, NAUTICAL_DAWN, NAUTICAL_DUSK, NEVER, SUNRISE, SUNSET, Almanac
from .const import const
from .faults import METERED, PHOTOCELL_DEAD, PHOTOCELL_STUCK, SENSOR_DEAD, SENSOR_STUCK, TIME
from .layers import (
    ALL_LIT,
    ALL_ON,
    BEFORE_FIRST,
    BY_EVENT,
    BY_EVENT_PROGRAM,
    BY_LEVEL,
    BY_NEIGHBOUR,
    BY_PROGRAM,
    BY_REQUEST,
    BY_VEHICLE,
    CEILING,
    CORRIDOR,
    DAYLIGHT,
    FAULT_STATE,
    FORCED_RUN,
    IDLE,
    INACTIVE,
    MAX,
    MIN,
    NO_POINT,
    OVERRIDE,
    OWN_SENSOR,
    POINT,
    POWER_UP,
    PRESENCE,
    PROGRAM,
    RELIGHT,
    SET,
    TIME_UNKNOWN,
    Stack,
)
from .luminaire import FREE, STAYS_OFF, STAYS_ON
from .midnight import KEPT
from .override import LEVEL, NONE, Override
from .override import PROGRAM as BY_OTHER_PROGRAM
from .photocell import STUCK_AFTER, Photocell
from .presence import NEIGHBOUR, NOBODY, OWN, VEHICLE, Settings
from .program import KnownTime, Night, Program, VirtualTime
from .zone import NOON

# Quality of time, as the runtime knows it; the brain adds VIRTUAL.
UNSET = const(0)
VIRTUAL = const(1)  # by virtual midnight
HOLDOVER = const(2)  # a clock that was right once and has run by itself since
SYNCED = const(3)

TICKS = const(0x3FFFFFFF)  # ticks_ms of an ESP32 wraps here
LONGEST_SLEEP = const(3600000)  # ms
_JITTER = const(60000)  # ms by which what a runtime tells may come out of order
_RELIGHT_UP = const(1000)  # ms
_FADE = const(5000)  # ms, of a ceiling, and down from a relighting
_ALL_ON_S = const(1800)  # all-on ends by itself after half an hour
ALL_ON_LONGEST = const(43200)
_SETTLED_S = const(20)  # after a change of light, until its power is worth measuring
_DEEP_S = const(7200)  # after sunrise and before sunset: surely day
_LADDER_S = const(600)  # a daytime power-up shows the lamp lit for ten minutes
# Virtual midnight may be wrong by the equation of time (16 min), the lag of the nights behind
# the season and the grain of their lengths.
_VIRTUAL_ERROR_S = const(1800)
# Instead of the day of a night laid out: none, or the one by virtual midnight.
_NO_DAY = const(-30000)
_VIRTUAL_DAY = const(-30001)
_LONG_AGO = const(-65536)  # longer than any minimum time of the gear
# Instead of why somebody is there: presence does not count now, or has yet to speak.
_NOT_NOW = const(-1)
_ANEW = const(-2)


class Brain:
    """config: bytes of a node's configuration, digest already checked. almanac: one to share
    between luminaires of a site, else its own.

    After `step`: level (percent of light), output (percent of the gear's, for it), ramp (ms),
    changed (level, decider or reason is new), stack (the trace), gear (FREE, or why the level is
    not the stack's), quality (of time), unsaved (the state has changed: save it).
    """

    def __init__(self, config: bytes, almanac: Almanac | None = None) -> None:
        # Needed while a node is composed, and no longer: a board may then forget the module.
        from .config import Config

        made = Config(config)
        self._zone = made.zone
        self._programs = made.programs
        # Without a date any of the programs may be tonight's: light is the safe side.
        self._fault_state = 0
        self._by_photocell: Program | None = None  # the first that asks a photocell
        self._calendar = made.calendar
        self._nightly = made.calendar.programs()  # the rest are for events
        for number in range(self._nightly):
            program = made.programs[number]
            if program.fault_state > self._fault_state:
                self._fault_state = program.fault_state
            if program.off_lux and self._by_photocell is None:
                self._by_photocell = program
        self._ceiling = made.ceiling
        self._requests = made.relight
        self._events = made.events
        self._switched = made.switched
        self._section = made.section
        self._nights = made.nights
        self.luminaire = made.luminaire
        self.health = made.health
        self.presence = made.presence
        if almanac is None:
            almanac = Almanac(made.latitude, made.longitude)
        self._known = KnownTime(made.zone, almanac, made.longitude)
        self._virtual = VirtualTime(made.zone, made.longitude)
        self._tonight = Night(made.ceiling, made.relight, made.events)
        self._tonight_day = _NO_DAY
        self._tonight_program = made.calendar.default
        self._forced = Night()  # the night by a program that an override names
        self._forced_day = _NO_DAY
        self._forced_program = 0
        # Words that are given for a while, one a layer.
        self.override = Override()
        self.relit = Override()
        self.everything = Override()  # all on
        self._words = True  # one of them, or an event, holds or may
        self._event = -1  # the event that holds, by the date
        self._takes_requests = True
        self.gear = FREE
        self.output = 0
        self._switched_s = _LONG_AGO  # when the light went on or off
        self._steady_s = 0  # when its power will be worth measuring
        self.photocell = Photocell()
        self.stack = Stack()
        self.level = 0
        self.ramp = 0
        self.changed = False
        self.unsaved = False
        self.quality = UNSET
        self.burning_s = self._burning_saved = self._scaled_s = 0
        self._now_s = 0  # uptime
        self._now_ms = 0
        self._ticks = 0
        self._day = self._second = 0  # the time, when it was last known; day 0 = it never was
        # The next steps that presence wants, and all the rest: uptime, the ms beyond 1000 too.
        self._due_s = self._due_ms = 0
        self._rest_s = self._rest_ms = 0
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
        if power_on and (self.luminaire.minimum_on or self.luminaire.minimum_off):
            self.level = 100  # by the gear itself, until the node has booted
            self._switched_s = 0
        taken = False
        if saved is not None and state.sound(saved):
            self._load(saved)
            taken = True
        self.output = self.luminaire.output(self.level, self.burning_s)
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
        """The own sensor's level. Returns ms until the next step (0: now)."""
        self._advance(ticks)
        due = self.presence.sensor(active, self._now_s, self._now_ms)
        return self._told(due, not active and due < LONGEST_SLEEP)

    def heard(self, section: int, hops: int, distance: int, fast: bool, ticks: int) -> int:
        """A detection by another luminaire: its section, how many poles and metres away, and
        whether it was a vehicle. Returns ms until the next step (0: now)."""
        self._advance(ticks)
        settings = self._programs[self._tonight_program].presence
        if settings is None:
            return self._left()
        if fast and settings.vehicles and section == self._section:
            why = VEHICLE
        elif hops <= settings.hops or (settings.reach and distance <= settings.reach):
            why = NEIGHBOUR
        else:
            return self._left()
        due = self.presence.heard(why, hops, self._now_s, self._now_ms)
        return self._told(due, not self.presence.active)

    def light(self, lux: int, ticks: int) -> int:
        """A sample of the photocell in lux, or photocell.DEAD. Returns as `sensor`."""
        self._advance(ticks)
        program = self._programs[self._tonight_program]
        if not program.off_lux:
            if self._by_photocell is None:
                return self._left()
            program = self._by_photocell  # so that the cell is known when its night comes
        photocell = self.photocell
        dusk = not (photocell.dark or photocell.dead)
        if not photocell.sample(lux, program.on_lux, program.off_lux):
            return self._left()
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
        self._words = True
        self.override.give(LEVEL, level, seconds, ramp, self._now_s)
        self.unsaved = True

    def override_program(self, program: int, seconds: int, ticks: int) -> None:
        """Run another program of the configuration for some seconds (0: the default). Step at once
        after."""
        if not 0 <= program < len(self._programs):
            raise ValueError("override program")
        self._advance(ticks)
        self._words = True
        self.override.give(BY_OTHER_PROGRAM, program, seconds, 0, self._now_s)
        self._forced_day = _NO_DAY
        self.unsaved = True

    def cancel_override(self) -> None:
        """End the override. Step at once after."""
        self.override.cancel()
        self.unsaved = True

    def relight(self, zone: int, ticks: int) -> int:
        """Somebody asks for light in a zone. Returns ms until the next step (0: it is given)."""
        self._advance(ticks)
        requests = self._requests
        if requests is None or requests.zone != zone or not self._takes_requests:
            left = self._left()
            return left if left > 0 else 1
        self._words = True
        self.relit.give(LEVEL, requests.level, requests.seconds, 0, self._now_s)
        self.unsaved = True
        return 0

    def all_on(self, seconds: int, ticks: int) -> None:
        """Full light, above everything, for some seconds (0: half an hour); again to renew it.
        Step at once after."""
        if not 0 <= seconds <= ALL_ON_LONGEST:
            raise ValueError("all-on seconds")
        self._advance(ticks)
        self._words = True
        self.everything.give(LEVEL, 100, seconds if seconds else _ALL_ON_S, 0, self._now_s)
        self.unsaved = True

    def end_all_on(self) -> None:
        """End it. Step at once after."""
        self.everything.cancel()
        self.unsaved = True

    def metered(self, power: int, ticks: int) -> int:
        """A sample of the power drawn, in 0.1 W. Returns ms until the next is of use."""
        self._advance(ticks)
        if self.health is None:
            return LONGEST_SLEEP
        unsteady = self._steady_s - self._now_s
        if unsteady > 0:
            return unsteady * 1000 if unsteady < 3600 else LONGEST_SLEEP
        faults = self.health.faults
        wait = self.health.sample(power, self.output)
        if self.health.faults != faults:
            self.unsaved = True
        return wait

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
        presence = LONGEST_SLEEP
        if self._settings is not None:
            presence = self._ask_presence(self._settings)
        if self._words:
            sleep = _sooner(sleep, self._ask_words(day, second, millis, quality != UNSET))
        if self._nights.running >= 0:
            # The lengths of nights are for a day without a clock.
            if self._nights.tick(self._now_s):
                self.unsaved = True
            if self._switched:
                sleep = _sooner(sleep, self._nights.wake(self._now_s) * 1000 - self._now_ms)
        if self.burning_s - self._burning_saved >= 3600:
            self.unsaved = True
        if self.burning_s - self._scaled_s >= 3600:  # constant light output rises with the hours
            self._scaled_s = self.burning_s
            self.output = self.luminaire.output(self.level, self.burning_s)
        self.changed = False
        if not self.stack.settled or self.gear:
            self._settle()
            if self.gear:
                left = self._switched_s - self._now_s + (
                    self.luminaire.minimum_on if self.level else self.luminaire.minimum_off
                )
                if left <= 3600:
                    sleep = _sooner(sleep, left * 1000 - self._now_ms)
        self._due_s = self._rest_s = self._now_s
        self._due_ms = self._now_ms + presence
        self._rest_ms = self._now_ms + sleep
        sleep = _sooner(sleep, presence)
        return sleep if sleep > 0 else 1

    def _told(self, due: int, only: bool) -> int:
        """Presence now wants a step in `due` ms; only: and at no moment that it named before.
        Returns ms until the next step."""
        due += self._now_ms
        if only or due < (self._due_s - self._now_s) * 1000 + self._due_ms:
            self._due_s = self._now_s
            self._due_ms = due
        return self._left()

    def _left(self) -> int:
        """ms until the step that was asked for last."""
        due = (self._due_s - self._now_s) * 1000 + self._due_ms
        rest = (self._rest_s - self._now_s) * 1000 + self._rest_ms
        left = _sooner(due, rest) - self._now_ms
        return left if left > 0 else 0

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
            self._lit = self._say_program(tonight)
            self._windows = tonight.presence
            self._event = tonight.event
            if tonight.event >= 0:
                self._words = True
            self._takes_requests = tonight.relight
            self._say_ceiling(tonight.capped)
            self._settings = self._programs[self._tonight_program].presence
            if self._settings is None:
                self.stack.hush(PRESENCE)
            self._asked = _ANEW
            self._said = True
        left = tonight.until - instant
        sleep = left * 1000 - millis if left <= 3600 else LONGEST_SLEEP
        if self._by_photocell is not None:
            sleep = _sooner(sleep, self._watch_photocell(instant))
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
        # What goes by the date has nothing to say; who asks for light gets it.
        self._event = -1
        self._takes_requests = True
        self._say_ceiling(self._ceiling is not None and self._ceiling.always)
        if program.off_lux and not self._switched and not (photocell.dark or self._blind()):
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
                self._lit = self._say_program(night)
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

    def _say_ceiling(self, capped: bool) -> None:
        if capped and self._ceiling is not None:
            # Who walks under a ceiling waits for light no longer than elsewhere.
            settings = self._programs[self._tonight_program].presence
            up = _FADE if settings is None else settings.up
            level = self._ceiling.rule.program
            self.stack.say(CEILING, MIN, level, CORRIDOR, 0, up, _FADE)
        else:
            self.stack.hush(CEILING)

    def _ask_words(self, day: int, second: int, millis: int, known: bool) -> int:
        """What was asked for a while, by somebody or by the date."""
        stack = self.stack
        sleep = self._ask_override(day, second, millis, known)
        held = self._runs(self.relit, day, second, millis, known)
        if held:
            stack.say(RELIGHT, MAX, self.relit.value, BY_REQUEST, 0, _RELIGHT_UP, _FADE)
            sleep = _sooner(sleep, held)
        else:
            stack.hush(RELIGHT)
        held = self._runs(self.everything, day, second, millis, known)
        if held:
            stack.say(ALL_ON, SET, 100, ALL_LIT, 0, 0, 0)
            sleep = _sooner(sleep, held)
        else:
            stack.hush(ALL_ON)
        why = stack.why
        self._words = why[RELIGHT] + why[OVERRIDE] + why[ALL_ON] > 0
        return sleep

    def _ask_override(self, day: int, second: int, millis: int, known: bool) -> int:
        """An override by hand, else an event by its date."""
        override = self.override
        stack = self.stack
        sleep = self._runs(override, day, second, millis, known)
        if sleep:
            if override.kind == LEVEL:
                stack.say(OVERRIDE, SET, override.value, BY_LEVEL, 0, override.ramp, override.ramp)
            elif known:
                forced = self._say_forced(override.value, BY_PROGRAM, day, second, millis)
                sleep = _sooner(sleep, forced)
            else:
                fault = self._programs[override.value].fault_state
                stack.say(OVERRIDE, SET, fault, BY_PROGRAM, override.value << 8 | NO_POINT, 0, 0)
            return sleep
        number = self._event
        if number < 0:
            stack.hush(OVERRIDE)
            return LONGEST_SLEEP
        event = self._events[number]
        what = event.rule.program
        if event.kind != LEVEL:
            return self._say_forced(what, BY_EVENT_PROGRAM, day, second, millis)
        stack.say(OVERRIDE, SET, what, BY_EVENT, number << 8 | NO_POINT, event.ramp, event.ramp)
        return LONGEST_SLEEP

    def _runs(self, word: Override, day: int, second: int, millis: int, known: bool) -> int:
        """ms after which to ask again about a word that was given for a while; 0: it does not
        hold (any more)."""
        if word.kind == NONE:
            return 0
        if not word.running(day, second, known, self._now_s):
            self.unsaved = True
            return 0
        left = word.due(self._now_s)
        if not left:
            self.unsaved = True
            left = word.due(self._now_s)
        sleep = _sooner(LONGEST_SLEEP, left * 1000 - self._now_ms)
        left = word.until_s - self._now_s
        if left <= 3600:
            sleep = _sooner(sleep, left * 1000 - self._now_ms)
        if known:
            left = word.calendar_left(day, second)
            if left <= 3600:
                sleep = _sooner(sleep, left * 1000 - millis)
        return sleep

    def _settle(self) -> None:
        """Level and ramp from what the layers say and the gear can do."""
        stack = self.stack
        held = self.gear
        level = self._switch(self.luminaire.attainable(stack.evaluate()))
        decider = stack.decider
        why = stack.why[decider]
        detail = stack.detail[decider]
        if (
            level == self.level and decider == self._decider and why == self._why
            and detail == self._detail and held == self.gear
        ):
            return
        # The ramp is that of the highest layer that came or went; none for the first word.
        layer = decider if decider > self._decider else self._decider
        if not self._why or level == self.level:
            self.ramp = 0
        else:
            self.ramp = stack.up[layer] if level > self.level else stack.down[layer]
        if level != self.level:
            self._steady_s = self._now_s + self.ramp // 1000 + _SETTLED_S
            if not self.level or not level:
                self._switched_s = self._now_s
                if level:
                    self._steady_s += self.luminaire.warm_up
            self.level = level
            self.output = self.luminaire.output(level, self.burning_s)
        self._decider = decider
        self._why = why
        self._detail = detail
        self.changed = True

    def _switch(self, level: int) -> int:
        """A lamp or a contactor that was just switched is left alone for its minimum time."""
        self.gear = FREE
        lit = self.level > 0
        if lit != (level > 0):
            gear = self.luminaire
            least = gear.minimum_on if lit else gear.minimum_off
            if self._now_s - self._switched_s < least:
                self.gear = STAYS_ON if lit else STAYS_OFF
                return self.level
        return level

    def faults(self) -> int:
        """Faults found: bits of `faults`."""
        faults = self.health.faults if self.health is not None else 0
        if self.quality < HOLDOVER:
            faults |= TIME
        if self.presence.stuck:
            faults |= SENSOR_STUCK
        elif self.presence.dead():
            faults |= SENSOR_DEAD
        if self.photocell.dead:
            faults |= PHOTOCELL_DEAD
        elif self.photocell.stuck:
            faults |= PHOTOCELL_STUCK
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
        last = self._nightly - 1
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

    def _say_program(self, night: Night) -> bool:
        """What a night's program asks now. Returns whether it lights (an active period)."""
        if self._lights(night):
            point = night.point
            number = night.number[point]
            ramp = night.ramp[point]
            detail = night.program[point] << 8 | (number if number >= 0 else NO_POINT)
            why = POINT if point else BEFORE_FIRST
            self.stack.say(PROGRAM, SET, night.level[point], why, detail, ramp, ramp)
            return True
        if self._switched:
            self.stack.say(PROGRAM, SET, 100, FORCED_RUN, 0, 0, 0)
        elif self._ladder(night):
            self.stack.say(PROGRAM, SET, 100, POWER_UP, 0, 0, 0)
        else:
            by_cell = night.by_photocell and not self._blind()
            detail = night.tonight << 8 | NO_POINT
            self.stack.say(PROGRAM, SET, 0, DAYLIGHT if by_cell else INACTIVE, detail, 0, 0)
        return False

    def _ladder(self, night: Night) -> bool:
        """Has mains just returned, by day? Whoever stands on the ladder is to see it lit."""
        if not self._power_on or self._now_s >= _LADDER_S or self._tonight_day == _VIRTUAL_DAY:
            return False
        return self._known.daylight(self._tonight_day, self._instant) > 0

    def _lights(self, night: Night) -> bool:
        """Is it in an active period, at the instant looked at?"""
        return night.active or (
            night.no_photocell if self._blind() else night.by_photocell and self.photocell.dark
        )

    def _blind(self) -> bool:
        """Is the photocell of no use?"""
        return self.photocell.dead or self.photocell.stuck

    def _watch_photocell(self, instant: int) -> int:
        """Hold the photocell against the sun, where the sun leaves no doubt. Returns ms after
        which to do it again."""
        known, night, photocell = self._known, self._tonight_day, self.photocell
        on = known.at(night, SUNSET, -_DEEP_S)
        off = known.at(night, SUNRISE, _DEEP_S)
        dusk = known.at(night, NAUTICAL_DUSK, 0)
        dawn = known.at(night, NAUTICAL_DAWN, 0)
        day = (NEVER < on and instant < on) or NEVER < off <= instant
        if day or (NEVER < dusk <= instant < dawn):
            if photocell.watch(day, self._now_s):
                self._said = False
                return 1
            if photocell.doubted():
                return STUCK_AFTER * 1000
        return LONGEST_SLEEP

    def _say_forced(self, program: int, why: int, day: int, second: int, millis: int) -> int:
        """A program by override, laid out like a night of its own."""
        forced = self._forced
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
        detail = (program if why == BY_PROGRAM else self._event) << 8
        if self._lights(forced):
            point = forced.point
            number = forced.number[point]
            ramp = forced.ramp[point]
            detail |= number if number >= 0 else NO_POINT
            self.stack.say(OVERRIDE, SET, forced.level[point], why, detail, ramp, ramp)
        else:
            value = 100 if self._switched else 0
            self.stack.say(OVERRIDE, SET, value, why, detail | NO_POINT, 0, 0)
        left = forced.until - instant
        return left * 1000 - millis if left <= 3600 else LONGEST_SLEEP

    def forget(self) -> None:
        """Drop what earlier steps worked out: the next one is evaluated plainly, from nothing.
        For tests that hold the quick evaluation against the plain one."""
        self._tonight_day = self._forced_day = _NO_DAY
        self._said = self.stack.settled = False
        self._words = True
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
        self._save_word(override, buffer, 5)
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
        self._save_word(self.relit, buffer, 39)
        self._save_word(self.everything, buffer, 47)
        buffer[55] = self.presence.unseen
        if self.health is not None:
            state.put(buffer, 56, 2, self.health.faults)
        state.seal(buffer)
        self.unsaved = False

    def _save_word(self, word: Override, buffer: bytearray, at: int) -> None:
        if word.kind != NONE:
            state.put(buffer, at, 2, word.until_day)
            state.put(buffer, at + 2, 3, word.until_second)
            state.put(buffer, at + 5, 3, word.left(self._now_s))

    def _load(self, buffer: bytes | bytearray) -> None:
        kind = buffer[1]
        value = buffer[2]
        if (kind == LEVEL and value <= 100) or (
            kind == BY_OTHER_PROGRAM and value < len(self._programs)
        ):
            self.override.ramp = state.get(buffer, 3, 2) * 100
            self._load_word(self.override, kind, value, buffer, 5)
        if self._requests is not None:
            self._load_word(self.relit, LEVEL, self._requests.level, buffer, 39)
        self._load_word(self.everything, LEVEL, 100, buffer, 47)
        self.burning_s = self._burning_saved = state.get(buffer, 13, 4)
        left = state.get(buffer, 17, 2)
        if left and buffer[19] <= VEHICLE:
            self.presence.resume(left, buffer[19], self._now_s)
        nights = self._nights
        for i in range(KEPT):
            nights.lengths[i] = state.get(buffer, 20 + 2 * i, 2)
        nights.running = state.get(buffer, 32, 2) - 1
        self.presence.unseen = buffer[55]
        if self.health is not None:
            self.health.faults = state.get(buffer, 56, 2) & METERED

    def _load_word(
        self, word: Override, kind: int, value: int, buffer: bytes | bytearray, at: int
    ) -> None:
        left = state.get(buffer, at + 5, 3)
        if not left:
            return
        word.kind = kind
        word.value = value
        word.until_day = state.get(buffer, at, 2)
        word.until_second = state.get(buffer, at + 2, 3)
        word.resume(left, self._now_s)
        if state.get(buffer, 34, 2):
            word.saved_day = state.get(buffer, 34, 2)
            word.saved_second = state.get(buffer, 36, 3)


def _sooner(a: int, b: int) -> int:
    return a if a < b else b
