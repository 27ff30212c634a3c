"""The one owner of what lights: ramps, refreshing, blinking; a driver below it moves the pins.

A driver is built giving full light. It has
    put(command)        this from now on: LINEAR 0 to 10000, DALI an arc power level; 0 is dark
    poll(ticks) -> ms   its own work, and until when that can wait
    fault               0 or False: none
    fades               whether it may be asked to `fade(command, ms) -> bool` by itself; False
                        from it: not this one, do it in steps
"""

from noctule.brain.const import const

_TICKS = const(0x3FFFFFFF)  # ticks_ms wraps at 2 ** 30
_EARLIER = const(0x20000000)  # a difference from here on: the other one was the later
_STEP = const(40)  # ms: 25 steps a second are seen as one movement
_FITS = const(100000)  # ms: times 10000 still a small integer
# Klipper's rule: an output that nobody refreshes is suspect. A pin or gear that lost what it was
# told, by a spike on the mains, has it back after so long.
_REFRESH = const(10000)
_BLINK = const(1000)
_LONGEST_IDENTIFY = const(600000)


def driver(wiring, luminaire):
    """The driver for the wiring's "output"; only its own module is loaded. Lights at once.
    ValueError: no such kind."""
    kind = wiring["kind"]
    if kind == "pwm" or kind == "0-10V" or kind == "1-10V":
        from . import pwm

        return pwm.fitted(wiring, luminaire)
    if kind == "relay":
        from . import relay

        return relay.fitted(wiring, luminaire)
    if kind == "dali":
        from . import dali_gear

        return dali_gear.fitted(wiring, luminaire)
    raise ValueError(kind)


class Output:
    """driver: as above. luminaire: the brain's, for its curve and its minimum.

    asked: percent of the gear's output that is to be. command: what the driver holds now.
    settled: it is there, and nothing blinks.
    """

    def __init__(self, driver, luminaire) -> None:
        self.asked = 100
        self.command = luminaire.command(100)
        self._driver = driver
        self._luminaire = luminaire
        self._least = luminaire.command(luminaire.minimum)
        self._start = self._end = self.command
        self._begun = 0
        self._ramp = 0  # ms; 0: none is under way
        self._by_gear = False
        self._identify = 0  # ms; 0: not now
        self._refreshed = 0

    def follow(self, luminaire) -> bool:
        """Go by another luminaire of the brain's from now on; False: its driver would have to be
        made anew, and nothing has been changed."""
        mine = self._luminaire
        if luminaire.curve != mine.curve or luminaire.minimum != mine.minimum:
            return False
        self._luminaire = luminaire
        return True

    @property
    def settled(self) -> bool:
        return not self._ramp and not self._identify

    @property
    def fault(self) -> bool:
        return bool(self._driver.fault)

    @property
    def output(self) -> int:
        """Percent of the gear's output now, in a ramp too."""
        if self._luminaire.command(self.asked) == self.command:
            return self.asked
        percent = 0
        while percent < 100 and self._luminaire.command(percent) < self.command:
            percent += 1
        return percent

    def go(self, output: int, ramp: int, ticks: int) -> None:
        """To an output of 0 to 100 % in `ramp` ms, from what there is now; 0: at once. While it
        blinks this is remembered. Asked for what is on its way already, it keeps to the ramp
        that is sooner there. Allocates nothing."""
        output = 0 if output < 0 else 100 if output > 100 else output
        if output == self.asked and self._ramp and ramp >= self._ramp - self._since(ticks):
            return
        self.asked = output
        if not self._identify:
            self._head(self._luminaire.command(output), ramp, ticks)

    def safe(self) -> None:
        """Full light at once, whatever was asked: for the guard, when nobody is left to ask."""
        self.asked = 100
        self._identify = 0
        self._head(self._luminaire.command(100), 0, 0)

    def identify(self, ms: int, ticks: int) -> None:
        """Blink for so long (at most 10 minutes; 0: no more), so that it is found on the street.

        A second of full light, a second of what is asked: never darker than that, since people
        walk and drive below. Only above half, where nobody would see the difference, the second
        is one of the minimum: too short for eyes to get used to it and for anyone to get far. By
        day it is the minimum too, never off: relays and discharge lamps are not for blinking.
        What can only be switched stays on."""
        self._identify = ms if ms < _LONGEST_IDENTIFY else _LONGEST_IDENTIFY
        self._begun = ticks
        self._ramp = 0
        if ms <= 0:
            self._still(ticks)

    def poll(self, ticks: int) -> int:
        """Do what is due. Returns the ms until it wants to be called again. Allocates nothing."""
        wait = _REFRESH
        if self._identify:
            wait = self._blink(ticks)
        elif self._ramp:
            wait = self._step(ticks)
        since = ticks - self._refreshed & _TICKS
        if since >= _REFRESH and not self._by_gear:
            self._refreshed = ticks
            self._driver.put(self.command)
            since = 0
        if since < _REFRESH and _REFRESH - since < wait:
            wait = _REFRESH - since
        due = self._driver.poll(ticks)
        return due if due < wait else wait

    def _since(self, ticks: int) -> int:
        passed = ticks - self._begun & _TICKS
        return passed if passed < _EARLIER else 0

    def _head(self, command: int, ramp: int, ticks: int) -> None:
        self._start = self.command
        self._end = command
        self._begun = ticks
        self._ramp = ramp if command != self.command and ramp > 0 else 0
        if not self._ramp:
            self._put(command)
            return
        fading = self._by_gear
        self._by_gear = bool(self._driver.fades and self._driver.fade(command, ramp))
        if fading and not self._by_gear:
            self._driver.put(self.command)  # the fade under way would go on

    def _put(self, command: int) -> None:
        if command != self.command or self._by_gear:
            self._by_gear = False
            self.command = command
            self._driver.put(command)

    def _step(self, ticks: int) -> int:
        passed, ramp = self._since(ticks), self._ramp
        if passed >= ramp:
            self._ramp = 0
            self._by_gear = False
            self.command = self._end
            self._refreshed = ticks - _REFRESH & _TICKS  # the driver hears of it in any case
            return _REFRESH
        # The middle of the step: so the stairs lie on the line, and the first comes at once.
        passed += _STEP >> 1
        if passed > ramp:
            passed = ramp
        while ramp > _FITS:
            ramp >>= 1
            passed >>= 1
        start, end = self._start, self._end
        command = start + (end - start) * passed // ramp
        # Between dark and the minimum there is nothing: a ramp begins or ends with a step there.
        least = self._least
        if command < least and (not start or not end):
            most = start if start > end else end
            command = least if least < most else most
        if self._by_gear:
            self.command = command
        else:
            self._put(command)
        return _STEP

    def _blink(self, ticks: int) -> int:
        passed = self._since(ticks)
        if passed >= self._identify:
            self._still(ticks)
            return _REFRESH
        level = 100
        if passed // _BLINK & 1:
            level = self.asked
            if not 0 < level <= 50:
                level = self._luminaire.minimum
        self._put(self._luminaire.command(level))
        return _BLINK - passed % _BLINK

    def _still(self, ticks: int) -> None:
        self._identify = 0
        self._head(self._luminaire.command(self.asked), 0, ticks)
