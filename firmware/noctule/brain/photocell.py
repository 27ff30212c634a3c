"""The photocell: dark or light, with hysteresis, or dead, or stuck."""

from .const import const

DEAD = const(-1)  # instead of lux: the sensor gives no answer
STUCK_AFTER = const(1800)  # seconds
_NO = const(-1)
_SILENT = const(-2)


class Photocell:
    """Until a first sample outside its band, an unknown state counts as dark.

    stuck: it says light in deep night, or dark by full day, and has for half an hour. The sun
    stands in for it, until it is seen to say the other thing.
    """

    def __init__(self) -> None:
        self.dark = True
        self.dead = False
        self.stuck = False
        self._doubted_s = _SILENT  # uptime since which it contradicts the sun
        self._stuck_at = False  # what it says while stuck

    def watch(self, day: bool, now_s: int) -> bool:
        """It is surely day, or surely night. Returns whether `stuck` has changed."""
        if self._doubted_s == _SILENT:
            return False  # no sample yet
        if self.stuck:
            if self.dark == self._stuck_at or self.dark == day:
                return False
            self.stuck = False
            self._doubted_s = _NO
            return True
        if self.dead or self.dark != day:
            self._doubted_s = _NO
        elif self._doubted_s < 0:
            self._doubted_s = now_s
        elif now_s - self._doubted_s >= STUCK_AFTER:
            self.stuck = True
            self._stuck_at = self.dark
            return True
        return False

    def doubted(self) -> bool:
        """Should it be watched more closely?"""
        return self._doubted_s >= 0 and not self.stuck

    def sample(self, lux: int, on_lux: int, off_lux: int) -> bool:
        """Take a sample in lux, or DEAD. Returns whether anything changed."""
        dark, dead = self.dark, self.dead
        if self._doubted_s == _SILENT:
            self._doubted_s = _NO
        self.dead = lux < 0
        if not self.dead:
            if lux < on_lux:
                self.dark = True
            elif lux > off_lux:
                self.dark = False
        return self.dark != dark or self.dead != dead
