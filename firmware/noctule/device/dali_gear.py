"""A luminaire's gear on DALI: told its level, kept at its fail-safe, asked how it is.

What comes first is light: a level goes out before all else, and again every 10 s with the
output's refresh. Between levels, a conversation that never ends keeps house: at the start, and
when gear is back that was silent, it writes what the gear does when the bus or the mains fail and
reads it back; every 3 minutes it asks for status, level and power, hourly for the energy.

A driver that powers its own D4i bus does not see its node die: the bus stays up, and the last
level stays, dark or not. Against that stand the watchdog and boot, which bring full light within
a minute, and nothing else: the system-failure level counts where the bus's power fails with its
node, and the power-on level where mains fail. A relay, if fitted, switches the gear's mains.

Ramps go in steps (the output's), for the fade time lies in memory that wears: two writes for each
passer-by. Only long ones are left to the gear, at most one in two hours: 88,000 writes in twenty
years of nights of 12 hours.
"""

from noctule.brain.const import const

from . import dali
from .dali_line import LATE, line

_TICKS = const(0x3FFFFFFF)
_EARLIER = const(0x20000000)
_CHECK = const(180000)  # ms between checks
_HOURLY = const(20)  # checks
_TRIES = const(3)
_SHORTEST = const(10000)  # ms of a fade by the gear; by fade code 15 at most 90510
_LONGEST = const(90510)
_FADES = const(7200000)  # ms from one to the next
_SET = const(1000)  # ms after a level in which the gear need not have it
_AFTER = const(2000)  # ms that a fade may take longer
_IDLE = const(5000)
_LED = const(6)  # device type
_SEVERAL = const(255)  # as a device type

# Bits of `fault`.
_SILENT = const(1)  # no answer to three questions
_LAMP = const(2)  # the gear says so
_GEAR = const(4)
_UNSAFE = const(8)  # the levels of fail-safe could not be written, or not be read
_ELSEWHERE = const(16)  # twice at another level than told
_CURVE = const(32)  # not the curve that it should have, and will not take it
_DISTURBED = const(64)  # answers that make no sense: noise, or several gear
_BUS = const(128)  # beside SILENT: the bus is low all the time

# From when a frame began, in ms: to the second of two, and to any other. From its last edge to
# the next question it is 19.5 ms, DALI-2's lowest priority, which leaves room for other
# controllers; the second of a frame sent twice goes after the shortest pause, 13.5 ms.
_FREE = const(35)
_AGAIN = const(29)
_AGAIN_BY = const(90)
_LISTEN = const(12)  # to where an answer may begin, see dali_line
_ASKED = const(57)  # to the next frame after the last and longest answer

# Opcodes, and the bits of an answer to _QUERY_STATUS.
_OFF = const(0x00)
_RECALL_MAX = const(0x05)
_SET_FAILURE_LEVEL = const(0x2C)
_SET_POWER_ON_LEVEL = const(0x2D)
_SET_FADE_TIME = const(0x2E)
_SET_EXTENDED_FADE = const(0x30)
_QUERY_STATUS = const(0x90)
_QUERY_DEVICE_TYPE = const(0x99)
_QUERY_LEVEL = const(0xA0)
_QUERY_MAX_LEVEL = const(0xA1)
_QUERY_MIN_LEVEL = const(0xA2)
_QUERY_POWER_ON_LEVEL = const(0xA3)
_QUERY_FAILURE_LEVEL = const(0xA4)
_QUERY_FADE = const(0xA5)  # time * 16 + rate
_QUERY_EXTENDED_FADE = const(0xA8)
# Of LED gear, each right after the special command ENABLE DEVICE TYPE.
_ENABLE_TYPE = const(0xC1)  # its first byte
_ENABLE_LED = const(0xC106)
_SELECT_CURVE = const(0xE3)  # DTR0: 0 logarithmic, 1 linear
_QUERY_CURVE = const(0xEE)
_GEAR_FAILED = const(1)
_LAMP_FAILED = const(2)

# What is being done on the bus.
_NOTHING = const(0)
_TWICE = const(1)
_ASKING = const(2)
_HEARD = const(3)

# In memory: power in W and energy in Wh, both scaled; seconds lit, and run.
_PLACES = ((202, 0x0B, 5), (202, 0x04, 7), (206, 0x0E, 4), (205, 0x04, 4))


class DaliGear:
    """line: a Line. address: address byte (dali.short; dali.BROADCAST where there is one gear, for
    answers of several cannot be read). linear: commands are 0 to 10000 and the gear's curve is to
    be linear; or else arc levels and the standard's curve. safe: command of its fail-safe.

    fault: bits above; 0: none. power: 0.1 W; wh: energy so far; lamp_s, gear_s: seconds lit, and
    run; each -1 where the gear does not tell (D4i does). corrected: levels that had to be said
    again, up to 65535. least, most: arc levels between which the gear keeps itself.
    """

    fades = True

    def __init__(self, line, address: int, linear: int, safe: int) -> None:
        self.fault = 0
        self.corrected = 0
        self.least = 1
        self.most = 254
        self.power = self.wh = self.lamp_s = self.gear_s = -1
        self._line = line
        self._address = address
        self._linear = linear
        self._safe = self._arc(safe)
        self._level = 254  # asked
        self._pending = True  # and to be sent
        self._level_at = 0  # when it was sent
        self._code = 0  # of the fade to it; 0: at once
        self._gear_code = 0  # the fade time that the gear has
        self._dtr = -1  # the fade time that waits in its DTR0
        self._may_fade = True
        self._faded_at = 0
        # The bus.
        self._doing = _NOTHING
        self._frame = 0
        self._sent = 0
        self._due = 0
        self._ticks = 0
        self._type = 0  # named by ENABLE_TYPE for the next frame
        # The conversation.
        self._answer = dali.SILENCE
        self._typed = 0
        self._resting = False
        self._known = False  # the gear is set up
        self._has = 15  # which of _PLACES
        self._begin()

    def _begin(self) -> None:
        """A new conversation, with its first question."""
        self._talk = self._housekeeping()
        self._question = next(self._talk)
        self._tries = 0
        self._again = True

    # What the output asks.

    def put(self, command: int) -> None:
        """Allocates nothing. Of a level to which it fades already it makes nothing."""
        level = self._arc(command)
        if not self._code or level != self._level:
            self._level = level
            self._code = 0
            self._pending = True

    def fade(self, command: int, ms: int) -> bool:
        """Have the gear do a long ramp, if it may. Allocates nothing."""
        recent = not self._may_fade and self._ticks - self._faded_at & _TICKS < _FADES
        if ms < _SHORTEST or ms > _LONGEST or recent or not (self._known and self._resting):
            return False
        self._may_fade = False
        self._faded_at = self._ticks
        self._level = self._arc(command)
        self._code = dali.fade_code(ms)
        self._pending = True
        return True

    def _arc(self, command: int) -> int:
        if not self._linear:
            return command
        level = (command * 254 + 5000) // 10000
        return 1 if command and not level else level

    # The bus.

    def poll(self, ticks: int) -> int:
        """Send or hear what is due: 25 ms after a question, else no time. Allocates nothing but
        while the gear is set up and its memory read, every 3 minutes if it has any."""
        early = self._due - ticks & _TICKS
        if 0 < early < _EARLIER:
            return early
        self._ticks = self._due = ticks
        doing = self._doing
        self._doing = _NOTHING
        if doing == _ASKING and self._line.listen():
            self._doing = _HEARD
        elif doing == _ASKING:
            self._take(LATE)
        elif doing == _HEARD:
            self._take(self._line.answer())
        elif doing == _TWICE:
            if ticks - self._sent & _TICKS > _AGAIN_BY:
                self._doing = _TWICE  # too late for the second: this is the first again
            self._say(_FREE if self._doing == _NOTHING else _AGAIN)
        elif not self._next():
            return 1 if self._pending else _IDLE
        early = self._due - ticks & _TICKS
        return early if 0 < early < _EARLIER else 1

    def _next(self) -> bool:
        """The bus is free: send a level, or what the conversation wants. Whether there was any."""
        if self._pending and not self._type:
            if self._needs_fade_time() and not self._resting:
                # DTR0 is in use: what was being written must begin anew.
                self._begin()
                self._resting = True
            self._send(self._light())
            return True
        if not self._again:
            self._tries = 0
            self._question = self._talk.send(self._answer)
            self._answer = dali.SILENCE
            if not self._question:
                return False
        self._again = False
        self._resting = False
        self._dtr = -1
        self._typed = self._type
        self._send(self._question)
        return True

    def _needs_fade_time(self) -> bool:
        return self._code != self._gear_code and (self._code > 0 or 0 < self._level < 254)

    def _light(self) -> int:
        """The next frame on the way to the level."""
        address, level, code = self._address, self._level, self._code
        if self._needs_fade_time():
            if self._dtr != code:
                self._dtr = code
                return dali.DTR0 | code
            self._dtr = -1
            self._gear_code = code
            return dali.command(address, _SET_FADE_TIME)
        self._pending = False
        self._level_at = self._ticks
        if not code and level == 254:
            return dali.command(address, _RECALL_MAX)  # at once, whatever the fade time
        if not code and not level:
            return dali.command(address, _OFF)
        return address << 8 | level

    def _send(self, frame: int) -> None:
        kind = self._type
        self._type = frame & 255 if frame >> 8 == _ENABLE_TYPE else 0
        self._frame = frame
        if dali.answered(frame, kind):
            self._doing = _ASKING
            self._say(_LISTEN)
        elif dali.twice(frame, kind):
            self._doing = _TWICE
            self._say(_AGAIN)
        else:
            self._say(_FREE)

    def _say(self, wait: int) -> None:
        self._sent = self._ticks
        self._due = _after(self._ticks, wait)
        try:
            self._line.send(self._frame)
        except OSError:
            self.fault |= _SILENT

    def _take(self, answer: int) -> None:
        self._due = _after(self._sent, _ASKED)
        self._answer = answer
        # One that ENABLE_TYPE went before would be another question without it. Memory may have
        # moved on to the next location: that shows at the end (dali.read_memory).
        if answer < 0 and self._tries < _TRIES - 1 and not self._typed:
            self._tries += 1
            self._again = True

    # The conversation: yields frames, or 0 for nothing now.

    def _housekeeping(self):
        checks = 0
        wrong = 0
        while True:
            status = yield dali.command(self._address, _QUERY_STATUS)
            if status == dali.SILENCE:
                self.fault = self.fault & _UNSAFE | _SILENT | (_BUS if self._line.down else 0)
                self.power = -1
                self._known = False
            elif status != LATE:
                fault = self.fault & (_UNSAFE | _ELSEWHERE | _CURVE)
                if status < 0:
                    fault |= _DISTURBED
                else:
                    fault |= _LAMP if status & _LAMP_FAILED else 0
                    fault |= _GEAR if status & _GEAR_FAILED else 0
                self.fault = fault
                if not self._code:
                    # No fade times but in a fade. Written, they are read back at the next check.
                    fade = yield dali.command(self._address, _QUERY_FADE)
                    if fade > 15:
                        self._gear_code = fade >> 4
                        yield dali.DTR0 | 0
                        yield dali.command(self._address, _SET_FADE_TIME)
                        self._gear_code = 0
                    extended = yield dali.command(self._address, _QUERY_EXTENDED_FADE)
                    if extended > 0:
                        yield dali.DTR0 | 0
                        yield dali.command(self._address, _SET_EXTENDED_FADE)
                if not self._known:
                    yield from self._set_up()
                    self._known = True
                    checks = wrong = 0
                level = yield dali.command(self._address, _QUERY_LEVEL)
                if not self._level_due(level):
                    wrong = 0
                    self.fault &= ~_ELSEWHERE
                elif wrong:
                    self.fault |= _ELSEWHERE
                else:
                    wrong = 1
                if not checks:
                    self._has = 15
                for i in range(4):
                    if self._has >> i & 1 and (not i or not checks):
                        yield from self._read(i)
                checks += 1
                if checks == _HOURLY:
                    checks = 0
                    if self.fault & (_UNSAFE | _CURVE):
                        self._known = False
            begun = self._ticks
            self._resting = True
            while self._ticks - begun & _TICKS < _CHECK:
                yield 0
                code = self._code
                if (
                    code and not self._pending
                    and self._ticks - self._level_at & _TICKS > dali.fade_ms(code) + _AFTER
                ):  # fmt: skip
                    # It is over: back to no fade time, and the level once more.
                    self._code = 0
                    self._pending = True

    def _level_due(self, level: int) -> bool:
        """Has the gear another level than told? Then it is told again."""
        settled = self._ticks - self._level_at & _TICKS > _SET
        if level < 0 or level > 254 or self._pending or self._code or not settled:
            return False
        asked = self._level
        if asked:
            asked = self.most if asked > self.most else asked
            asked = self.least if asked < self.least else asked
        if level == asked:
            return False
        self._pending = True
        if self.corrected < 65535:
            self.corrected += 1
        return True

    def _set_up(self):
        address, safe = self._address, self._safe
        failure = yield from dali.set_and_check(
            address, _SET_FAILURE_LEVEL, _QUERY_FAILURE_LEVEL, safe
        )
        power_on = yield from dali.set_and_check(
            address, _SET_POWER_ON_LEVEL, _QUERY_POWER_ON_LEVEL, safe
        )
        least = yield dali.command(address, _QUERY_MIN_LEVEL)
        most = yield dali.command(address, _QUERY_MAX_LEVEL)
        self.least = least if least > 0 else 1
        self.most = most if most > 0 else 254
        curve = yield from self._curve()
        self.fault = (
            self.fault & ~(_UNSAFE | _CURVE)
            | (0 if failure and power_on else _UNSAFE) | (0 if curve else _CURVE)
        )  # fmt: skip
        self._pending = True

    def _curve(self):
        """Has it the curve that it should have, then or now? Other than LED gear has but one."""
        kind = yield dali.command(self._address, _QUERY_DEVICE_TYPE)
        if kind != _LED and kind != _SEVERAL:
            return not self._linear
        query = dali.command(self._address, _QUERY_CURVE)
        yield _ENABLE_LED
        curve = yield query
        if curve >= 0 and curve != self._linear:
            yield dali.DTR0 | self._linear
            yield _ENABLE_LED
            yield dali.command(self._address, _SELECT_CURVE)
            yield _ENABLE_LED
            curve = yield query
        return curve == self._linear or (curve < 0 and not self._linear)

    def _read(self, i: int):
        """Read one of _PLACES. What could not be read is tried again after an hour."""
        for _ in range(2):
            raw = yield from dali.read_memory(self._address, _PLACES[i])
            if raw is not None:
                break
        else:
            self._has &= ~(1 << i)
            if not i:
                self.power = -1
            return
        if i == 0:
            self.power = dali.scaled(raw, 1)
        elif i == 1:
            self.wh = dali.scaled(raw, 0)
        elif i == 2:
            self.lamp_s = dali.number(raw)
        else:
            self.gear_s = dali.number(raw)


def _after(ticks: int, ms: int) -> int:
    """As time.ticks_add, without leaving small integers."""
    return ticks - _TICKS + (ms - 1) & _TICKS


def fitted(wiring, luminaire) -> DaliGear:
    """By the wiring: those of dali_line.line; "address": 0 to 63, -1: all; "safe": percent of its
    fail-safe, 100 if not given. It is told to light at once."""
    from time import sleep_ms, ticks_ms

    address = wiring.get("address", -1)
    address = dali.BROADCAST if address < 0 else dali.short(address)
    safe = luminaire.command(wiring.get("safe", 100))
    gear = DaliGear(line(wiring), address, 0 if luminaire.curve else 1, safe)
    sleep_ms(20)  # nobody knows what was on the bus before: as after any frame
    gear.poll(ticks_ms())  # type: ignore[arg-type]
    return gear
