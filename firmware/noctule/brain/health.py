"""Is the luminaire well? Measured against expected power.

A sample each half hour; one that does not fit is followed by one a minute, and their sum is
judged, so that a noisy meter raises no alarm. What is judged while lit and what while off are
apart: a lamp that is out stays reported through the day.
"""

from .const import const
from .faults import CYCLING, DAY_BURNER, LAMP_OUT, POWER_HIGH, POWER_LOW

_LIT = const(928)  # those judged while lit

SELDOM = const(1800000)  # ms between samples when all is well
OFTEN = const(60000)  # in doubt
_ENOUGH = const(8)  # samples to judge by: a meter's noise of 5 % is 1.8 % in their mean
_LONG = const(60)  # samples after which a lamp that comes and goes is left to the next doubt
_CYCLES = const(4)  # out, back, out, back
_WELL = const(32)  # samples in a row that agree, lit, after which a lamp no longer cycles
MOST = const(1000000)  # 0.1 W: sums of samples times a percentage still are small integers
_MARGIN = const(5)  # 0.1 W: the grain of small meters


class Health:
    """tolerance: percent by which power may be off; off: power when off; points: flat tuple of
    (output %, power)... from 0 to 100 %; powers in 0.1 W of all that is behind the output, the
    node's own included; count: luminaires behind it."""

    def __init__(self, tolerance: int, off: int, points: tuple, count: int) -> None:
        self.faults = 0
        self._tolerance = tolerance
        self._off = off
        self._points = points
        self._count = count
        self._lit = False
        self._samples = 0  # of a doubt; 0 = none
        self._measured = self._wanted = 0  # their sums
        self._glows = False
        self._changes = 0  # from glowing to dark and back, in a doubt
        self._well = 0  # samples in a row that were good (below 0: bad), while cycling

    def expected(self, output: int) -> int:
        """Power in 0.1 W at an output in percent."""
        if output == 0:
            return self._off
        points = self._points
        i = 2
        while points[i] < output:
            i += 2
        rise = points[i + 1] - points[i - 1]
        return points[i - 1] + rise * (output - points[i - 2]) // (points[i] - points[i - 2])

    def sample(self, power: int, output: int) -> int:
        """Judge a sample of power (0.1 W) at a steady output. Returns ms until the next."""
        power = 0 if power < 0 else MOST if power > MOST else power
        lit = output > 0
        wanted = self.expected(output)
        if lit != self._lit:
            self._lit = lit
            self._samples = 0
        glows = self._glow(power, wanted)
        if not self._samples:
            found = self._verdict(power, wanted, 1)
            if self._agrees(found, lit):
                return SELDOM
            self._well = self._measured = self._wanted = self._changes = 0
        elif glows != self._glows:
            self._changes += 1
        self._glows = glows
        self._samples += 1
        self._measured += power
        self._wanted += wanted
        if self._samples < _ENOUGH:
            return OFTEN
        if lit and self._changes:
            if self._changes >= _CYCLES:
                self.faults = self.faults & ~_LIT | CYCLING
            elif self._samples < _LONG:
                return OFTEN
        else:
            found = self._verdict(self._measured, self._wanted, self._samples)
            if not lit:
                self.faults = self.faults & ~DAY_BURNER | found
            else:
                self.faults = self.faults & ~_LIT | found
        self._samples = 0
        return SELDOM

    def _glow(self, power: int, wanted: int) -> bool:
        """Is there light, by the power? From a quarter to three quarters it is what it was, so
        that a group of which some are out does not seem to come and go; nor does gear whose
        standby is most of its power."""
        light = wanted - self._off
        glow = (power - self._off) * 4
        if not self._samples:
            return glow > light * 2
        if light * 2 > wanted:
            if glow > light * 3:
                return True
            if glow < light:
                return False
        return self._glows

    def _agrees(self, found: int, lit: bool) -> bool:
        """Does a single sample say nothing new?"""
        if not lit:
            return found == self.faults & DAY_BURNER
        if self.faults & CYCLING:
            well = self._well
            if found:
                well = well - 1 if well < 0 else -1
            else:
                well = well + 1 if well > 0 else 1
            self._well = well
            if well >= _WELL or well <= -_WELL:  # mended, or dead
                self.faults = self.faults & ~_LIT | found
            return True
        return found == self.faults & _LIT

    def _verdict(self, measured: int, wanted: int, samples: int) -> int:
        """What `samples` samples say, from the sums of what was measured and expected."""
        off = self._off * samples
        if not self._lit:
            lamp = (self._points[-1] - self._off) // self._count * samples
            return DAY_BURNER if (measured - off) * 4 > lamp else 0
        missing = wanted - measured
        share = (wanted - off) // self._count  # of one luminaire
        # What was told is taken back for good reason only, lest it come and go near its limit.
        told = self.faults & LAMP_OUT
        quarters = 3 if self._count == 1 else 2
        if told:
            quarters -= 1
        # Of many, one is lost in the noise: a tenth of all can be told.
        if missing * 4 > share * quarters and (told or missing * 10 > wanted):
            return LAMP_OUT
        margin = wanted * self._tolerance // 100 + _MARGIN * samples
        if self.faults & (POWER_LOW | POWER_HIGH):
            margin -= margin // 4
        return POWER_LOW if missing > margin else POWER_HIGH if -missing > margin else 0
