"""The node's time, in UTC: what it is, how good it is, and whom to believe.

Between its sources it runs by ticks, corrected by the drift of the crystal. The sources: the
DS3231 with its battery, NTP, and a technician by hand. A time is (day number since 2000-01-01,
second of the day, ms): seconds since 2000 leave small integers in January 2034.

Whom to believe. A street would rather be some minutes wrong for long than an hour at once:

- A clock that was confirmed within a month is itself the best witness: a crystal that is off by
  200 ppm loses 9 minutes in it. What differs by more than 10 minutes is refused, however often
  it is said, and reported.
- The battery clock (2 ppm) cannot jump between two readings: what does not fit the ticks is a
  torn reading, or a hand on the chip; it is read again soon, and refused while it does not fit.
  One that stands still is found 2 s after the start.
- With no such witness, a time must be one that can be: not before this was written, not before
  the node last saved its state (a day's grace) and not 400 days after; then the battery clock is
  believed, and NTP when it has said the same twice, a minute or more apart. A node that never
  saved anything cannot judge NTP: its time counts as holdover until a later answer agrees.
- By hand goes everything that is a date.

A battery clock set to local time is plausible, and only NTP can find it: refused, reported. The
ESP32's own RTC is no source: it starts at 2000 with every loss of power, and what mpremote puts
there is a PC's local time.
"""

from noctule.brain.brain import HOLDOVER, SYNCED, UNSET
from noctule.brain.const import const

from .events import CLOCK_BACK, CLOCK_DEAD, TIME_LOST, TIME_REFUSED, TIME_SET

# Sources.
CHIP = const(1)
NTP = const(2)
HAND = const(3)

# What `offer` says to a time.
REFUSED = const(0)
TAKEN = const(1)
AGAIN = const(2)  # say it once more, in a minute

# Beside what ds3231 finds: it answers well, and is not believed.
UNFIT = const(4)

_EARLIEST = const(9497)  # of ds3231, which is not loaded where there is none
_LATEST = const(36583)
_TICKS = const(0x3FFFFFFF)
_OUT_OF_ORDER = const(0x3FFFFFFF - 60000)  # ms; of ticks that came before those of last time
_DAY_MS = const(86400000)
_HOUR_MS = const(3600000)
_FAR = const(536870911)  # ms: more than five days
_LIMIT = const(600000)  # ms by which a source may differ from a clock that is good
_FIT = const(4000)  # ms, of the battery clock: two of them, its whole seconds, an hour's drift
_STEP = const(2000)  # ms: less is a matter of the drift, or the clock would jitter
_TOLD = const(10000)  # ms: steps that are worth an event
_SAME = const(5000)  # ms by which two answers of NTP may differ, hours of drift between them
_APART_S = const(60)
_SYNCED_S = const(86400)
_GOOD_S = const(2592000)  # 30 days
_PATIENCE_S = const(600)  # after a start, until the lack of any time is an event
_YEAR = const(400)  # days
_STANDS = const(1500)  # ms in which the second must have changed
_PROOF_MS = const(2000)
_FAILS = const(3)  # readings in a row, after which the battery clock is reported
_GOOD_READS = const(24)  # in a row, a day of them, after which it is reported back
_GOOD_ANSWERS = const(4)  # of NTP, likewise
_MOST_DRIFT = const(2000)  # 0.1 ppm
_LONGEST_WINDOW = const(16)  # days


class Clock:
    """chip: ds3231.Clock or None; ntp: ntp.Ntp or None; floor: (day, second) at which the brain's
    state was last saved (its bytes 34-38), or None; tell: called with (code of events, value).

    day, second, millis: the time at the last `now` or `poll`; before it is known, since the
    start. quality: UNSET, HOLDOVER or SYNCED, of the brain. source: who confirmed it last.
    holdover_s: since then. drift: of the crystal, 0.1 ppm that are added to the ticks.
    chip_state: what the chip said last (of ds3231, or UNFIT). fault: the chip is reported dead.
    disputed: not 0: NTP was refused, and has not agreed so often since. apart: seconds by which
    the last refused time was ahead, clipped to 6200 days.
    """

    def __init__(self, chip=None, ntp=None, floor=None, tell=None) -> None:
        self.day = self.second = self.millis = 0
        self.quality = UNSET
        self.source = 0
        self.holdover_s = 0
        self.drift = 0
        self.chip_state = 0
        self.fault = False
        self.disputed = self.apart = 0
        self._chip = chip
        self._ntp = ntp
        self._tell = _nobody if tell is None else tell
        self._floor_day = 0 if floor is None else floor[0]
        self._floor_second = 0 if floor is None else floor[1]
        self._ticks = -1
        self._part = 0  # of a millisecond, 1e-7
        self._sure = False  # somebody has vouched for the time
        self._lost = False  # the lack of a source is reported
        self._day = self._second = 0  # when it was confirmed
        # The battery clock.
        self._read_at = 0  # ticks
        self._read_day = self._read_second = 0
        self._pause = 0  # ms
        self._fails = 0
        self._reads = 0  # good ones, until it is reported back
        self._proof = False  # its next reading proves the first
        # An answer of NTP that waits for a second: by how much it is ahead, and since when.
        self._waits = False
        self._ahead_day = self._ahead_ms = 0
        self._since_day = self._since_second = 0
        # The window over which drift is measured.
        self._witness = 0
        self._error = 0  # ms by which the witness was ahead as it began
        self._window = 1  # days
        self._from_day = self._from_second = 0

    def now(self, ticks: int) -> None:
        """Bring day, second and millis up to `ticks`. Call it at least every 6 days (`poll`
        does). Allocates nothing."""
        if self._ticks < 0:
            self._ticks = ticks
        passed = ticks - self._ticks & _TICKS
        if passed > _OUT_OF_ORDER:
            return
        self._ticks = ticks
        # Exact, whatever the calls: what is less than a ms is carried on.
        drift = passed // 100000 * self.drift  # 0.01 ms
        part = self._part + passed % 100000 * self.drift + drift % 100 * 100000
        self._part = part % 10000000
        self._add(passed + drift // 100 + part // 10000000)

    def poll(self, ticks: int) -> int:
        """Read the battery clock if it is time, hear NTP. Returns ms until the next."""
        self.now(ticks)
        wait = _HOUR_MS
        if self._chip is not None:
            wait = self._pause - (ticks - self._read_at & _TICKS)
            if wait <= 0:
                self._read(ticks)
                wait = self._pause
        ntp = self._ntp
        if ntp is not None:
            left = ntp.poll(ticks)
            if ntp.fresh:
                ntp.fresh = False
                said = self.offer(NTP, ntp.day, ntp.second, ntp.millis, ticks)
                # Taken by a node that cannot judge it yet: soon vouched for, and not in six
                # hours, when another answer would be as good.
                if said == AGAIN or (said == TAKEN and not self._sure):
                    left = ntp.soon(ticks)
            if left < wait:
                wait = left
        self._age()
        return wait

    def set_by_hand(self, day: int, second: int, ticks: int) -> bool:
        """A technician's time. Also puts it on the battery clock (see `chip_state`) and lets go
        of what was refused before. False: it is no time that can be."""
        self.now(ticks)
        if day < _EARLIEST or day > _LATEST or second < 0 or second > 86399:
            return False
        self._note(day, second)
        self._event(TIME_SET, self.apart if self.quality != UNSET else 0)
        self.disputed = 0
        self._sure = True
        self._set(HAND, day, second, 0)
        if self.fault and not self._fails:
            self._reads = 0
            self._back()
        return True

    def offer(self, source: int, day: int, second: int, millis: int, ticks: int) -> int:
        """CHIP or NTP say that at `ticks` it was this. Returns TAKEN, REFUSED or AGAIN."""
        self.now(ticks)
        ms = self._ms_to(day, second, millis)
        limit = _FIT + self.holdover_s // 5 if source == CHIP else _LIMIT  # 200 ppm
        if self.quality != UNSET and -limit <= ms <= limit:
            self._agree(source, ms)
            return TAKEN
        good = self._sure and self.holdover_s < _GOOD_S
        if good or not self._can_be(day, second):
            self._note(day, second)
            if source == NTP:
                self._refuse_answer()
            return REFUSED
        if source == NTP:
            if not self._said_before(day, second, millis):
                return AGAIN
            self._sure = self._floor_day > 0
        else:
            self._sure = True
        self._note(day, second)
        known = self.quality != UNSET
        if known or self._lost:
            self._event(TIME_SET, self.apart if known else 0)
        self._set(source, day, second, millis)
        return TAKEN

    # ---- the time

    def _add(self, ms: int) -> None:
        ms += self.millis
        self.millis = ms % 1000
        second = self.second + ms // 1000
        self.second = second % 86400
        self.day += second // 86400

    def _ms_to(self, day: int, second: int, millis: int) -> int:
        """By how much a time is ahead."""
        days = day - self.day
        if days > 5 or days < -5:
            return _FAR if days > 0 else -_FAR
        return days * _DAY_MS + (second - self.second) * 1000 + millis - self.millis

    def _seconds_since(self, day: int, second: int) -> int:
        return (self.day - day) * 86400 + self.second - second

    def _set(self, source: int, day: int, second: int, millis: int) -> None:
        self.day = day
        self.second = second
        self.millis = millis
        self._part = 0
        self._waits = False
        self._witness = 0
        self._confirm(source)
        if source != CHIP:
            self._write()

    def _agree(self, source: int, ms: int) -> None:
        self._measure(source, ms)
        stepped = ms > _STEP or ms < -_STEP
        if stepped:
            self._add(ms)
            self._error -= ms
            if ms > _TOLD or ms < -_TOLD:
                self._event(TIME_SET, ms // 1000)
        self._sure = True
        self._confirm(source)
        # A node that ran for years is not judged by what it knew when it started.
        self._floor_day = self.day
        self._floor_second = self.second
        if source == NTP:
            if self.disputed:
                self.disputed -= 1
            if stepped or self._fails:
                self._write()

    def _confirm(self, source: int) -> None:
        self.source = source
        self.holdover_s = 0
        self.quality = SYNCED if self._sure else HOLDOVER
        self._day = self.day
        self._second = self.second
        if self._sure:
            self._lost = False

    def _age(self) -> None:
        """Quality goes with time."""
        if self.quality != UNSET:
            self.holdover_s = self._seconds_since(self._day, self._second)
            if self.quality == SYNCED and self.holdover_s >= _SYNCED_S:
                self.quality = HOLDOVER
                self._lose()
        elif self.day or self.second >= _PATIENCE_S:
            self._lose()

    def _lose(self) -> None:
        # A node that was built without a clock lives by virtual midnight: nothing is lost.
        if not self._lost and (self._chip is not None or self._ntp is not None):
            self._lost = True
            self._tell(TIME_LOST, self.holdover_s)

    # ---- whom to believe

    def _can_be(self, day: int, second: int) -> bool:
        if day < _EARLIEST or day > _LATEST:
            return False
        after = day - self._floor_day
        if not self._floor_day or 0 <= after <= _YEAR:
            return True
        return after == -1 and second >= self._floor_second

    def _said_before(self, day: int, second: int, millis: int) -> bool:
        """Has NTP said the same a minute ago or more? If not, this is what it has said."""
        days = day - self.day
        ms = (second - self.second) * 1000 + millis - self.millis
        if self._waits:
            more = days - self._ahead_day
            off = more * _DAY_MS + ms - self._ahead_ms if -3 < more < 3 else _FAR
            if -_SAME <= off <= _SAME:
                return self._seconds_since(self._since_day, self._since_second) >= _APART_S
            self._note(day, second)
            self._refuse_answer()
        self._waits = True
        self._ahead_day = days
        self._ahead_ms = ms
        self._since_day = self.day
        self._since_second = self.second
        return False

    def _note(self, day: int, second: int) -> None:
        days = day - self.day
        days = 6200 if days > 6200 else -6200 if days < -6200 else days
        self.apart = days * 86400 + second - self.second

    def _refuse_answer(self) -> None:
        if not self.disputed:
            self._event(TIME_REFUSED, self.apart)
        self.disputed = _GOOD_ANSWERS

    def _event(self, code: int, seconds: int) -> None:
        self._tell(code, seconds if seconds >= 0 else -seconds | 1 << 29)

    # ---- the battery clock

    def _read(self, ticks: int) -> None:
        chip = self._chip
        passed = ticks - self._read_at & _TICKS
        self._read_at = ticks
        found = chip.read()
        day, second = chip.day, chip.second
        same = day == self._read_day and second == self._read_second
        if not found and same and passed > _STANDS:
            found = UNFIT  # it stands still
        self._read_day = day
        self._read_second = second
        first = not found and self.quality == UNSET
        if first:
            # There is nothing yet that a torn reading would not fit: it must say so twice.
            found = chip.read()
            if not found and (day != chip.day or chip.second - second > 2 or chip.second < second):
                found = UNFIT
        if not found and self.offer(CHIP, chip.day, chip.second, 0, ticks) != TAKEN:
            found = UNFIT
        if self._proof and found == UNFIT:
            self.quality = UNSET
            self._sure = False
        # All that the time rests on: two seconds later it must have gone on. Until then nothing is
        # forgiven, so that a chip that fails each proof is asked ever more seldom.
        self._proof = first and not found
        if self._proof:
            self._pause = _PROOF_MS
        else:
            self._heard(found)
        if not found and self._reads:
            self._reads -= 1
            if not self._reads:
                self._back()

    def _heard(self, found: int) -> None:
        self.chip_state = found
        if not found:
            self._fails = 0
            self._pause = _HOUR_MS
            return
        if self._fails < 6:
            self._fails += 1
        self._pause = 1000 << 2 * self._fails if self._fails < 6 else _HOUR_MS
        if self._fails >= _FAILS:
            self._reads = _GOOD_READS
            if not self.fault:
                self.fault = True
                if found == UNFIT:
                    self._event(TIME_REFUSED, self.apart)
                else:
                    self._tell(CLOCK_DEAD, found)

    def _back(self) -> None:
        self.fault = False
        self._tell(CLOCK_BACK, 0)

    def _write(self) -> None:
        """Put the time on the chip, to the nearest second."""
        if self._chip is None:
            return
        self._witness = 0
        second = self.second + (self.millis >= 500)
        day = self.day + second // 86400
        self._heard(self._chip.set(day, second % 86400))

    # ---- drift

    def _measure(self, source: int, error: int) -> None:
        """The source is `error` ms ahead. The first window is a day; each of the next is twice as
        long and begins where it began, so that whole seconds matter less and less: 12 ppm after a
        day, 1 ppm after 16, and 16 days are the window from then on."""
        if source == NTP and self._chip is not None and not self._fails:
            return  # the chip is always there, and as good
        drifted = error - self._error
        if source != self._witness or not -_LIMIT < drifted < _LIMIT:
            self._witness = source
        else:
            age = self._seconds_since(self._from_day, self._from_second)
            if age < self._window * 86400:
                return
            drift = self.drift + drifted * 1000 // (age // 10)
            drift = _MOST_DRIFT if drift > _MOST_DRIFT else drift
            self.drift = -_MOST_DRIFT if drift < -_MOST_DRIFT else drift
            if self._window < _LONGEST_WINDOW:
                self._window *= 2
                self._error = error
                return
        self._error = error
        self._from_day = self.day
        self._from_second = self.second


def _nobody(code: int, value: int) -> None:
    pass
