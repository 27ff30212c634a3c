"""Presence: more light while somebody is there, and for a hold time after.

Level-based: `here(now)` says whether somebody is, from one instant until which light is held.
Presence never lowers a level: its operations are Max and Add.

Time is the brain's own: whole seconds and milliseconds since it started, which never wrap.
"""

from .const import const

# Why a luminaire is raised.
NOBODY = const(0)
OWN = const(1)  # its own sensor
NEIGHBOUR = const(2)  # a neighbour's, within reach
VEHICLE = const(3)  # a vehicle in its section

_DEAD_AFTER = const(200)  # messages of the next poles: two of them send one each, a passage
LONG = const(3600000)  # ms: an hour, the longest the brain sleeps


class Settings:
    """A program's presence.

    operation: layers.MAX or layers.ADD. level, idle: percent; inside the windows the level is at
    least `idle` with nobody there. hold: seconds. up, down: ramps in ms. hops: poles either side
    whose detections count; reach: metres within which they do; vehicles: a vehicle's detection
    counts in the whole section. windows: tuple of Span; none = the whole night.
    """

    def __init__(
        self, operation: int, level: int, idle: int, hold: int, up: int, down: int, hops: int,
        reach: int, vehicles: bool, windows: tuple,
    ) -> None:
        self.operation = operation
        self.level = level
        self.idle = idle
        self.hold = hold
        self.up = up
        self.down = down
        self.hops = hops
        self.reach = reach
        self.vehicles = vehicles
        self.windows = windows


class Presence:
    """One luminaire's. debounce: ms a sensor must stay active to count. stuck_after: seconds of
    uninterrupted activity after which it is reported stuck; a stuck sensor keeps the light up
    unless `ignore_stuck`: light is the safe side. fitted: there is a sensor."""

    def __init__(self, debounce: int, stuck_after: int, ignore_stuck: bool, fitted: bool) -> None:
        self._fitted = fitted
        # Messages of the next poles since the own sensor saw anybody: who passes them passes here.
        self.unseen = 0
        self._debounce = debounce
        self._stuck_after = stuck_after
        self._ignore_stuck = ignore_stuck
        self.hold = 1  # seconds; set by the brain from tonight's program
        self.why = NOBODY
        self.detail = 0  # hops, when a neighbour's
        self.stuck = False
        self.sleep = LONG  # ms for which what `here` said holds
        self.announce = False  # a new detection of its own sensor: tell the others, then clear
        self.active = False  # the sensor's raw level
        self._seen = False  # it has been active long enough to count
        self._since_s = self._since_ms = 0  # of the raw level
        self._until_s = self._until_ms = 0  # end of the hold
        self._told_s = 0  # when the others were told last

    def sensor(self, active: bool, now_s: int, now_ms: int) -> int:
        """The own sensor's level. Returns the ms after which the brain should step: 0 = now."""
        if active == self.active:
            return LONG
        if active:
            self.active = True
            self._since_s = now_s
            self._since_ms = now_ms
            return self._debounce
        known = self._seen
        self.here(now_s, now_ms)  # the step that was due may be late: lose no detection
        believed = self._seen and not (self.stuck and self._ignore_stuck)
        self.active = self._seen = self.stuck = False
        if not believed:
            return LONG
        return self.hold * 1000 if known else 0

    def heard(self, why: int, hops: int, now_s: int, now_ms: int) -> int:
        """A detection by another, already found to count. Returns as `sensor`."""
        if hops == 1 and self.unseen < 255:
            self.unseen += 1
        left = self._until_s - now_s
        held = left > 0 or (left == 0 and self._until_ms > now_ms)
        self._until_s = now_s + self.hold
        self._until_ms = now_ms
        if held:
            return self.hold * 1000
        self.why = why
        self.detail = hops
        return 0

    def dead(self) -> bool:
        """Has the sensor missed so many that it must be dead? One without neighbours, or far from
        them, is not judged."""
        return self._fitted and self.unseen >= _DEAD_AFTER

    def _extend(self, now_s: int, now_ms: int) -> None:
        self._until_s = now_s + self.hold
        self._until_ms = now_ms

    def _held(self, now_s: int, now_ms: int) -> bool:
        """Does a hold run? Sets `sleep` to what is left of it."""
        left = self._until_s - now_s
        if left > 0 or (left == 0 and self._until_ms > now_ms):
            self.sleep = left * 1000 + self._until_ms - now_ms if left <= 3600 else LONG
            return True
        self.sleep = LONG
        return False

    def here(self, now_s: int, now_ms: int) -> bool:
        """Is somebody there, as far as one knows? Sets `sleep`: ms for which the answer holds."""
        if self.active:
            since = now_s - self._since_s  # may be months: few seconds are counted in ms
            later = now_ms - self._since_ms
            if not self._seen:
                pending = self._debounce - since * 1000 - later if since < 60 else 0
                if pending > 0:
                    held = self._held(now_s, now_ms)
                    if not held:
                        self.why = NOBODY
                    elif self.sleep < pending:
                        return True
                    self.sleep = pending
                    return held
                self._seen = True
                self.unseen = 0
                self.announce = True
                self._told_s = now_s
            left = self._stuck_after - since
            if not self.stuck and (left < 0 or (left == 0 and later >= 0)):
                self.stuck = True
                if self._ignore_stuck and self.why == OWN and self._held(now_s, now_ms):
                    # It was believed until it was stuck, whenever it was asked last.
                    self._until_s = self._since_s + self._stuck_after + self.hold
                    self._until_ms = self._since_ms
            if not (self.stuck and self._ignore_stuck):
                self.why = OWN
                self._extend(now_s, now_ms)
                if self.stuck:
                    self.sleep = LONG
                    return True
                # Who stands still must not go dark next door: say it again within the hold.
                again = self._told_s + (self.hold + 1) // 2 - now_s
                if again <= 0:
                    self.announce = True
                    self._told_s = now_s
                    again = (self.hold + 1) // 2
                again = _ms(again)
                left = _ms(left) - later
                self.sleep = again if again < left else left
                return True
        if self._held(now_s, now_ms):
            return True
        self.why = NOBODY
        return False

    def left(self, now_s: int) -> int:
        """Seconds of hold left, 0 = none: what outlives a reset."""
        if self._seen:
            return self.hold
        left = self._until_s - now_s
        return left + 1 if left > 0 else 0

    def resume(self, left: int, why: int, now_s: int) -> None:
        """Go on with a hold that ran before a reset."""
        self._until_s = now_s + left
        self._until_ms = 0
        self.why = why


def _ms(seconds: int) -> int:
    return seconds * 1000 if seconds < 3600 else LONG
