"""Virtual midnight: where in the night one is, from how long the last nights were.

A node that cannot know the time still knows how long its mains (switched circuit) or the dark
(photocell) lasted. The middle of a night as long as the last ones is taken for solar midnight, as
drivers with AstroDIM and the like do. Where the cabinet cuts in the night there are two periods a
night, and the length of the cut is known from the site file.

Three nights that agree are needed, as in the trade; until then it says nothing.
"""

from .const import const

KEPT = const(6)  # periods: three nights of two
_SHORTEST = const(15)  # minutes: shorter is a glitch, not a period
_LONGEST = const(1200)
_NIGHT = const(180)  # shorter is a cloud before a photocell, or too white to matter
_AGREE = const(30)  # minutes by which three nights may differ; at 47 degrees 4 a night is much
NO_MIDDLE = const(86400)  # instead of a cut: this cabinet's mains do not lie about midnight
SAVE_EVERY = const(15)  # minutes: mains goes without notice, so a period is saved as it runs


class Nights:
    """cut: seconds for which the cabinet cuts in the night, 0 = one period a night, or NO_MIDDLE.
    evening_longer: the evening's period is the longer of the two."""

    def __init__(self, cut: int, evening_longer: bool) -> None:
        self.cut = cut
        self._evening_longer = evening_longer
        self.lengths = [0] * KEPT  # minutes, latest first; 0 = none
        self.running = -1  # minutes of the period that runs; -1 = none
        self._since_s = 0
        self.length = 0  # seconds of the night as expected; 0 = not known
        self.began_s = 0  # on the uptime, when this night began

    def begin(self, now_s: int, sure: bool) -> None:
        """A period begins. sure: or it may have begun before, and a glitch cut it."""
        self.running = 0
        self._since_s = now_s
        self.length = 0
        if sure:
            self._expect()

    def resume(self, now_s: int) -> None:
        """The period that was saved goes on (a reset without a loss of mains). How long it has
        run is known to a quarter of an hour, too little to tell the time of the night by."""
        if self.running >= 0:
            self._since_s = now_s - (self.running + SAVE_EVERY // 2) * 60
            self.length = 0

    def tick(self, now_s: int) -> bool:
        """Count; returns whether the count should be saved."""
        if self.running < 0:
            return False
        minutes = (now_s - self._since_s) // 60
        if minutes > 2 * _LONGEST:
            minutes = 2 * _LONGEST
        due = minutes // SAVE_EVERY > self.running // SAVE_EVERY
        self.running = minutes
        return due

    def wake(self, now_s: int) -> int:
        """Seconds until the count should be saved next."""
        return SAVE_EVERY * 60 - (now_s - self._since_s) % (SAVE_EVERY * 60)

    def end(self, minutes: int) -> bool:
        """A period has ended after so many minutes. Returns whether it was more than a glitch."""
        self.running = -1
        if minutes < _SHORTEST:
            return False
        if minutes > _LONGEST:  # not a night: a forced run of days, or no cabinet clock
            minutes = 0
        for i in range(KEPT - 1, 0, -1):
            self.lengths[i] = self.lengths[i - 1]
        self.lengths[0] = minutes
        return True

    def _expect(self) -> None:
        self.began_s = self._since_s
        if self.cut == NO_MIDDLE:
            return
        if not self.cut:
            mean = self._mean(0, 1)
            if mean >= _NIGHT:
                self.length = mean * 60
            return
        # Of two periods a night, this one is of the same sort as the last but one.
        this = self._mean(1, 2)
        other = self._mean(0, 2)
        if this and other and abs(this - other) > _AGREE:
            self.length = (this + other) * 60 + self.cut
            if (this > other) != self._evening_longer:  # a morning
                self.began_s = self._since_s - other * 60 - self.cut

    def _mean(self, first: int, step: int) -> int:
        """Mean of three periods in minutes, or 0 where they do not agree."""
        a = self.lengths[first]
        b = self.lengths[first + step]
        c = self.lengths[first + 2 * step]
        if not (a and b and c):
            return 0
        if abs(a - b) > _AGREE or abs(b - c) > _AGREE or abs(a - c) > _AGREE:
            return 0
        return (a + b + c) // 3
