"""The clock: years of virtual time with wrapping ticks, sources that lie, and whom it believes."""

import datetime
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain.brain import HOLDOVER, SYNCED, UNSET
from noctule.device import clock as clocks
from noctule.device import ds3231
from noctule.device.clock import CHIP, HAND, NTP, UNFIT, Clock
from noctule.device.events import CLOCK_BACK, CLOCK_DEAD, TIME_LOST, TIME_REFUSED, TIME_SET

from sim.runtimes import RuntimeMissingError, run_guest
from tests.device.twins import Bus, ClockChip

EPOCH = datetime.datetime(2000, 1, 1)
START = datetime.datetime(2026, 11, 23, 16)
# Seconds since 2000 leave 31 bits; NTP begins again; the last years.
STARTS = [
    START,
    datetime.datetime(2034, 1, 9, 12),
    datetime.datetime(2036, 2, 7, 5),
    datetime.datetime(2099, 12, 30),
]
TICKS = (1 << 30) - 1
HOUR = 3600
DAY = 86400
BACK = 1 << 29  # of an event's value: that less, back
YEAR = 365 * DAY


def days_and_seconds(when):
    ago = when - EPOCH
    return ago.days, ago.seconds


class Chip:
    """A battery clock as its driver shows it. `ahead`: seconds; `says`: what a reading finds."""

    def __init__(self, world, ahead=0, ppm=0, says=ds3231.OK):
        self.world, self.ahead, self.ppm, self.says = world, ahead, ppm, says
        self.day = self.second = 0
        self.set_at = world.microseconds
        self.reads = self.sets = 0

    @property
    def microseconds(self):
        since = self.world.microseconds - self.set_at
        return self.world.microseconds + round(self.ahead * 1000000) + since * self.ppm // 10**6

    def read(self):
        self.reads += 1
        if self.says == ds3231.OK:
            self.day, self.second = divmod(self.microseconds // 1000000, DAY)
            if not ds3231.EARLIEST <= self.day <= ds3231.LATEST:
                return ds3231.IMPLAUSIBLE
        return self.says

    def set(self, day, second):
        if self.says == ds3231.DEAD:
            return ds3231.DEAD
        self.sets += 1
        self.says = ds3231.OK
        self.set_at = self.world.microseconds
        self.ahead = day * DAY + second - self.set_at / 1000000
        return self.read()


class Server:
    """NTP as its client shows it. `ahead`: seconds, or a list of them for each answer in turn;
    None: no answer."""

    def __init__(self, world, ahead=0, every=6 * HOUR):
        self.world, self.ahead, self.every = world, ahead, every * 1000
        self.fresh = False
        self.day = self.second = self.millis = 0
        self.due = 3000
        self.answers = 0

    def poll(self, ticks):
        if self.world.ticks >= self.due:
            self.due = self.world.ticks + self.every
            ahead = self.ahead
            if isinstance(ahead, list):
                ahead = ahead[self.answers % len(ahead)]
            self.answers += 1
            if ahead is not None:
                ms = self.world.microseconds // 1000 + int(ahead * 1000)
                self.day, ms = divmod(ms, DAY * 1000)
                self.second, self.millis = divmod(ms, 1000)
                self.fresh = True
        return self.due - self.world.ticks

    def soon(self, ticks):
        self.due = self.world.ticks + 64000
        return 64000


class World:
    """True time, and a node in it whose crystal is fast by `fast` tenths of a ppm."""

    def __init__(self, start=START, fast=0, first=TICKS - 5000, chip=None, ntp=None, floor=None):
        self.zero = int((start - EPOCH).total_seconds()) * 1000000
        self.fast = fast
        self.first = first
        self.ticks = 0  # without the wrap
        self.events = []
        self.chip = None if chip is None else Chip(self, **chip)
        self.ntp = None if ntp is None else Server(self, **ntp)
        self.clock = Clock(self.chip, self.ntp, floor, lambda *event: self.events.append(event))

    @property
    def microseconds(self):
        return self.zero + self.ticks * 10**10 // (10**7 + self.fast)

    @property
    def wrapped(self):
        return self.first + self.ticks & TICKS

    def poll(self):
        wait = self.clock.poll(self.wrapped)
        assert 1 <= wait <= HOUR * 1000
        if self.clock.quality != UNSET:
            assert ds3231.EARLIEST <= self.clock.day <= ds3231.LATEST
        assert 0 <= self.clock.second < DAY and 0 <= self.clock.millis < 1000
        return wait

    def run(self, seconds):
        end = self.ticks + seconds * 1000
        while True:
            wait = self.poll()
            if self.ticks + wait > end:
                break
            self.ticks += wait
        self.ticks = end
        self.clock.now(self.wrapped)

    @property
    def error(self):
        """Seconds by which the node's clock is ahead."""
        it = self.clock
        said = (it.day * DAY + it.second) * 1000 + it.millis
        return (said - self.microseconds / 1000) / 1000

    @property
    def true(self):
        return divmod(self.microseconds // 1000000, DAY)


def ago(days, start=START):
    return days_and_seconds(start - datetime.timedelta(days=days))


def test_what_it_shares_with_the_driver():
    assert (ds3231.EARLIEST, ds3231.LATEST) == (clocks._EARLIEST, clocks._LATEST)
    assert ds3231.OK == 0 and UNFIT not in (ds3231.DEAD, ds3231.STOPPED, ds3231.IMPLAUSIBLE)


# Running by ticks.


@given(
    st.integers(-2000, 2000),
    st.integers(0, TICKS),
    st.lists(st.one_of(st.integers(0, 5000), st.integers(0, 6 * DAY * 1000)), max_size=200),
)
def test_ticks_make_a_calendar(drift, first, steps):
    """Exactly, whatever the drift and the calls: no fraction of a ms is lost."""
    it = Clock()
    assert it.set_by_hand(*days_and_seconds(START), first)
    it.drift = drift
    passed = 0
    for step in steps:
        passed += step
        it.now(first + passed & TICKS)
        exact = START + datetime.timedelta(milliseconds=passed + passed * drift // 10**7)
        found = EPOCH + datetime.timedelta(days=it.day, seconds=it.second, milliseconds=it.millis)
        assert found == exact


def test_a_year_of_holdover_hour_by_hour_is_the_drift_and_no_more():
    it = Clock()
    it.set_by_hand(*days_and_seconds(START), 7)
    it.drift = -1234
    for hour in range(1, 8761):
        assert 1 <= it.poll(7 + hour * 3600000 & TICKS) <= 3600000
    ms = 8760 * 3600000
    exact = START + datetime.timedelta(milliseconds=ms + ms * -1234 // 10**7)
    assert EPOCH + datetime.timedelta(it.day, it.second, 0, it.millis) == exact
    assert it.quality == HOLDOVER and abs(it.holdover_s - ms // 1000) < 4000


def test_ticks_out_of_order_do_not_turn_time_back():
    it = Clock()
    it.set_by_hand(9825, 100, 5000)
    it.now(9000)
    for earlier in (8999, 5000, 9000 - 59999 & TICKS, 9000):
        it.now(earlier)
        assert (it.second, it.millis) == (104, 0)
    it.now(9001)
    assert (it.second, it.millis) == (104, 1)


# The battery clock.


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("fast", [-1500, 0, 430])
def test_a_good_battery_clock_is_followed_for_months(start, fast):
    world = World(start, fast, chip={"ppm": 2})
    end = 50 if start.year == 2099 else 150  # the chip's calendar ends in February
    world.run(1)
    assert (world.clock.quality, world.clock.source) == (SYNCED, CHIP)
    errors = []
    for _ in range(end):
        world.run(DAY)
        errors.append(world.error)
        assert world.clock.quality == SYNCED and world.clock.holdover_s <= HOUR
    # Never farther than the chip's 2 ppm, its whole seconds and the step.
    assert max(map(abs, errors)) < 5 + end * DAY * 2e-6
    assert abs(world.clock.drift + fast - 20) < 15
    assert not world.events


def test_it_does_not_jitter_with_whole_seconds():
    """Polled at every phase of the chip's second, time goes on evenly."""
    world = World(fast=300, chip={})
    world.run(20 * DAY)
    assert abs(world.clock.drift + 300) < 20
    before = world.error
    for _ in range(2000):
        world.ticks += 3_600_013
        world.poll()
        assert abs(world.error - before) < 0.01
        before = world.error


def test_the_chip_dies_and_a_year_of_holdover_is_good_to_a_minute():
    world = World(fast=-870, chip={})
    world.run(60 * DAY)
    assert abs(world.clock.drift - 870) <= 10
    world.chip.says = ds3231.DEAD
    world.run(3 * HOUR)
    assert world.events == [(CLOCK_DEAD, ds3231.DEAD)] and world.clock.fault
    assert world.clock.quality == SYNCED
    world.run(DAY)
    assert world.clock.quality == HOLDOVER
    assert [code for code, _ in world.events] == [CLOCK_DEAD, TIME_LOST]
    assert 86400 <= world.events[1][1] < 90000
    world.run(364 * DAY)
    assert abs(world.error) < 60  # of 45 minutes that the crystal is off
    assert abs(world.clock.holdover_s - 365 * DAY) < 5 * HOUR
    assert len(world.events) == 2
    world.chip.says = ds3231.OK
    world.run(2 * DAY)
    assert world.clock.quality == SYNCED and abs(world.error) < 4
    assert [code for code, _ in world.events[2:]] in ([CLOCK_BACK], [TIME_SET, CLOCK_BACK])
    assert not world.clock.fault


@pytest.mark.parametrize("says", [ds3231.DEAD, ds3231.STOPPED, ds3231.IMPLAUSIBLE])
def test_a_chip_that_never_speaks_is_told_once(says):
    world = World(chip={"says": says})
    world.run(30 * DAY)
    assert world.clock.quality == UNSET and world.clock.chip_state == says
    assert sorted(world.events) == [(TIME_LOST, 0), (CLOCK_DEAD, says)]
    assert world.chip.reads < 30 * 24 + 10


def test_no_source_at_all_is_no_event():
    world = World()
    world.run(400 * DAY)
    assert world.clock.quality == UNSET and not world.events


def test_a_bus_that_hangs_and_comes_back():
    """With the driver and the chip's twin: ETIMEDOUT at every transfer."""
    chip = ClockChip()
    bus = Bus(chip=chip)
    driver = ds3231.Clock(bus)
    driver.set(*days_and_seconds(START))
    events = []
    it = Clock(driver, tell=lambda *event: events.append(event))
    ticks = TICKS - 100
    it.poll(ticks)
    assert it.quality == SYNCED
    bus.down = True
    for hour in range(50):
        ticks = ticks + 3600000 & TICKS
        chip.pass_seconds(3600)
        bus.down = 10 <= hour < 40
        it.poll(ticks)
        assert abs(it._ms_to(driver.day, driver.second, 0)) < 4000 or bus.down
    assert it.quality == SYNCED and it.day == days_and_seconds(START)[0] + 2
    assert [code for code, _ in events] == [CLOCK_DEAD, TIME_LOST]


def test_a_torn_reading_is_refused_and_read_again():
    world = World(chip={})
    world.run(5 * DAY)
    for torn in (3600, -3600, 86400, -30 * DAY, 300 * DAY, 60):
        world.chip.ahead = torn
        world.poll()
        world.ticks += 3600000
        world.poll()
        assert abs(world.error) < 1.5 and world.clock.chip_state == UNFIT
        world.chip.ahead = 0
        world.run(5)
        assert world.clock.chip_state == ds3231.OK and abs(world.error) < 1.5
    assert not world.events


def test_a_torn_reading_at_the_start_does_not_set_the_time():
    world = World(chip={"ahead": 3600})
    first = world.chip.read

    def torn():
        found = first()
        world.chip.ahead = 0
        return found

    world.chip.read = torn
    world.poll()
    assert world.clock.quality == UNSET
    world.run(5)
    assert world.clock.quality == SYNCED and abs(world.error) < 1.5


@pytest.mark.parametrize("ahead", [0, -3 * HOUR, 300 * DAY])
def test_a_chip_that_stands_still_is_not_believed_for_long(ahead):
    """Its oscillator is dead and its flag says nothing. NTP then finds its way."""
    world = World(chip={"ahead": ahead}, ntp=None, floor=ago(1))
    world.poll()
    frozen = world.chip.day, world.chip.second

    def read():
        world.chip.day, world.chip.second = frozen
        return ds3231.OK

    world.chip.read = read
    world.run(3)
    assert world.clock.quality == UNSET and world.clock.chip_state == UNFIT
    world.run(10 * HOUR)
    assert world.clock.quality == UNSET and world.clock.fault
    day, second = world.true
    assert world.clock.offer(NTP, day, second, 0, world.wrapped) == clocks.AGAIN
    world.run(70)
    assert world.clock.offer(NTP, day, second + 70, 0, world.wrapped) == clocks.TAKEN
    world.run(DAY)
    assert abs(world.error) < 2 and len(world.events) <= 3


def test_a_chip_that_stops_later_is_refused_and_time_goes_on():
    world = World(chip={})
    world.run(3 * DAY)
    world.chip.read = lambda: ds3231.OK
    world.run(3 * DAY)
    assert world.clock.quality == HOLDOVER and abs(world.error) < 2 and world.clock.fault


@pytest.mark.parametrize("ahead", [7200, -7200, 601, -90 * DAY])
def test_a_hand_on_the_chip_while_it_runs_is_refused_and_told_once(ahead):
    """mpremote rtc --set in local time, say: a crystal does not do that."""
    world = World(fast=200, chip={})
    world.run(40 * DAY)
    world.chip.ahead = ahead
    world.run(20 * DAY)
    assert abs(world.error) < 30 and world.clock.fault
    assert [code for code, _ in world.events] == [TIME_REFUSED, TIME_LOST]
    told = world.events[0][1]
    assert abs((BACK - told if told >= BACK else told) - ahead) < 6
    assert abs(world.clock.apart - ahead) < 30


def test_after_a_month_without_another_word_the_chip_is_believed():
    world = World(chip={}, floor=ago(2))
    world.run(3 * DAY)
    world.chip.ahead = 1800
    world.run(29 * DAY)
    assert abs(world.error) < 30
    world.run(2 * DAY)
    assert abs(world.error - 1800) < 30 and world.clock.quality == SYNCED
    assert (TIME_SET, 1800) in [(code, round(value, -1)) for code, value in world.events]


@pytest.mark.parametrize(
    ("ahead", "known", "taken"),
    [
        (0, True, True),
        (-DAY // 2, True, True),  # of the last save's grace
        (-3 * DAY, True, False),
        (399 * DAY, True, True),
        (402 * DAY, True, False),
        (-400 * DAY, True, False),
        (20 * YEAR, True, False),
        (20 * YEAR, False, True),  # nothing says that it is not so
        (-30 * YEAR, False, False),  # before this was written
        (80 * YEAR, False, False),
    ],
)
def test_what_a_chip_may_say_at_the_start(ahead, known, taken):
    world = World(chip={"ahead": ahead}, floor=days_and_seconds(START) if known else None)
    world.run(2 * HOUR)
    assert (world.clock.quality == SYNCED) is taken
    if not taken:
        assert world.clock.quality == UNSET and world.clock.fault
        assert {code for code, _ in world.events} <= {TIME_REFUSED, TIME_LOST, CLOCK_DEAD}


def test_the_last_save_s_grace_is_a_day_to_the_second():
    day, second = days_and_seconds(START)
    it = Clock(floor=(day, second))
    assert it._can_be(day - 1, second) and not it._can_be(day - 1, second - 1)
    assert it._can_be(day + 400, 86399) and not it._can_be(day + 401, 0)


# NTP.


@pytest.mark.parametrize("start", STARTS)
def test_ntp_alone_says_it_twice(start):
    world = World(start, fast=300, ntp={}, floor=ago(3, start))
    world.run(10)
    assert world.clock.quality == UNSET
    world.run(50)
    assert world.clock.quality == UNSET, "not before a minute has passed"
    world.run(10)
    assert (world.clock.quality, world.clock.source) == (SYNCED, NTP)
    world.run(40 * DAY)
    assert abs(world.error) < 2.5 and abs(world.clock.drift + 300) < 5
    assert not world.events


def test_a_node_that_knows_nothing_does_not_vouch_for_ntp_at_once():
    world = World(ntp={})
    world.run(100)
    assert world.clock.quality == HOLDOVER and abs(world.error) < 1
    # It asks once more in a minute: six hours later another answer would be as good.
    world.run(100)
    assert world.clock.quality == SYNCED


def test_ntp_without_a_chip_jumping_about_is_never_believed():
    lies = [0, 7200, -3600, 40 * DAY, 11, 3 * DAY, -600, 900]
    world = World(ntp={"ahead": lies}, floor=ago(30))
    world.run(30 * DAY)
    assert world.clock.quality == UNSET
    assert sorted(code for code, _ in world.events) == [TIME_REFUSED, TIME_LOST]


@pytest.mark.parametrize("ahead", [-200 * DAY, 500 * DAY, -26 * YEAR, 10 * YEAR])
def test_ntp_wrong_by_years_is_refused_by_what_was_saved(ahead):
    world = World(ntp={"ahead": ahead}, floor=ago(1))
    world.run(20 * DAY)
    assert world.clock.quality == UNSET
    assert sorted(code for code, _ in world.events) == [TIME_REFUSED, TIME_LOST]


@pytest.mark.parametrize("ahead", [605, -605, 7200, -7200, 400 * DAY, -10 * YEAR])
def test_ntp_against_a_good_chip_is_refused_however_often(ahead):
    world = World(fast=100, chip={}, ntp={"ahead": ahead, "every": 300}, floor=ago(1))
    world.run(90 * DAY)
    assert abs(world.error) < 5 and (world.clock.quality, world.clock.source) == (SYNCED, CHIP)
    ((code, value),) = world.events
    assert code == TIME_REFUSED and (value >= BACK) is (ahead < 0)
    clipped = max(-6200 * DAY, min(6200 * DAY, ahead))
    assert abs(value % BACK - abs(clipped)) <= DAY
    assert world.chip.sets == 0


def test_a_small_difference_corrects_clock_and_chip():
    world = World(chip={"ahead": -500}, ntp={})
    world.run(1)
    assert abs(world.error + 500) < 2
    world.run(10)
    assert abs(world.error) < 1 and world.chip.sets == 1 and abs(world.chip.ahead) < 1
    world.run(300 * DAY)
    assert world.chip.sets == 1 and abs(world.error) < 3
    assert world.events == [(TIME_SET, 500)]


def test_ntp_keeps_a_slow_chip_right_for_years():
    world = World(fast=-200, chip={"ppm": -5}, ntp={})
    for _ in range(40):
        world.run(20 * DAY)
        assert abs(world.error) < 4.5
    assert 20 < world.chip.sets < 800 * DAY * 5e-6 and not world.events
    assert abs(world.clock.drift - 150) < 45, "of the crystal against the chip, which is set often"


def test_a_chip_in_local_time_is_found_by_ntp_and_mended_by_hand():
    world = World(chip={"ahead": 7200}, ntp={}, floor=ago(1))
    world.run(10 * DAY)
    assert abs(world.error - 7200) < 3
    ((code, value),) = world.events
    assert code == TIME_REFUSED and abs(value - BACK - 7200) < 3
    assert world.clock.set_by_hand(*world.true, world.wrapped)
    assert abs(world.error) <= 1 and world.clock.source == HAND
    world.run(10 * DAY)
    assert abs(world.error) <= 3 and world.chip.sets >= 1
    assert [code for code, _ in world.events] == [TIME_REFUSED, TIME_SET]


def test_ntp_sets_a_new_chip_and_one_that_is_years_off():
    for chip in ({"says": ds3231.STOPPED}, {"ahead": -8 * YEAR}, {"ahead": 9 * YEAR}):
        world = World(chip=chip, ntp={}, floor=ago(2))
        world.run(10 * 60)
        assert world.clock.quality == SYNCED and abs(world.error) < 1.5
        assert world.clock.chip_state == ds3231.OK and abs(world.chip.ahead) < 1.5
        world.run(3 * DAY)
        assert not world.clock.fault and world.events[-1:] in ([], [(CLOCK_BACK, 0)])


def test_twice_within_a_minute_is_once():
    it = Clock(floor=ago(1))
    day, second = days_and_seconds(START)
    for wait, said in ((0, clocks.AGAIN), (59, clocks.AGAIN), (61, clocks.TAKEN)):
        assert it.offer(NTP, day, second + wait, 0, wait * 1000) == said


def test_ntp_is_judged_by_what_the_node_knew_last_not_when_it_started():
    """500 days after its start the chip dies; a month later NTP is all that there is."""
    world = World(fast=2000, chip={}, floor=ago(1))
    world.run(500 * DAY)
    world.chip.says = ds3231.DEAD
    world.clock.drift = 2000  # so that it is soon far off
    world.run(40 * DAY)
    assert abs(world.error) > 605
    day, second = world.true
    assert world.clock.offer(NTP, day, second, 0, world.wrapped) == clocks.AGAIN
    world.run(100)
    day, second = world.true
    assert world.clock.offer(NTP, day, second, 0, world.wrapped) == clocks.TAKEN
    assert abs(world.error) <= 1 and world.clock.quality == SYNCED


@pytest.mark.parametrize("part", [0.01, 0.49, 0.51, 0.99])
def test_the_chip_is_set_to_the_nearest_second(part):
    world = World(chip={"says": ds3231.STOPPED}, ntp={"ahead": part}, floor=ago(1))
    world.run(200)
    assert world.chip.sets == 1 and abs(world.chip.ahead - part) <= 0.502


def test_ntp_takes_the_node_s_side_against_a_chip_that_jumped():
    world = World(chip={}, ntp={})
    world.run(3 * DAY)
    world.chip.ahead = 7200
    world.run(DAY)
    assert abs(world.chip.ahead) < 2 and world.clock.chip_state == ds3231.OK
    assert abs(world.error) < 2


def test_ntp_that_lied_when_nobody_knew_better_is_put_right():
    """Nothing saved, no chip: two equal lies are believed, but not vouched for."""
    world = World(ntp={"ahead": 7200}, floor=None)
    world.run(120)
    assert world.clock.quality == HOLDOVER
    world.ntp.ahead = 0
    world.run(13 * HOUR)
    assert world.clock.quality == SYNCED or abs(world.error) < 2
    assert abs(world.error) < 2


def test_ntp_that_is_right_again_after_it_lied_is_told_of_seldom():
    world = World(chip={}, ntp={"ahead": [0, 0, 5000]})
    world.run(300 * DAY)
    assert abs(world.error) < 2
    assert len(world.events) == 1


# By hand.


def test_by_hand_goes_any_date_and_it_is_read_back():
    world = World(chip={"says": ds3231.STOPPED}, floor=ago(1))
    world.run(HOUR)
    assert world.clock.fault
    for when in (START, *STARTS, datetime.datetime(2026, 1, 1), datetime.datetime(2100, 2, 28)):
        assert world.clock.set_by_hand(*days_and_seconds(when), world.wrapped)
        assert (world.clock.day, world.clock.second) == days_and_seconds(when)
        assert world.clock.quality == SYNCED and world.clock.chip_state == ds3231.OK
        assert not world.clock.fault
    for day, second in ((9496, 0), (36584, 0), (0, 0), (10000, -1), (10000, 86400), (-5, 3)):
        assert not world.clock.set_by_hand(day, second, world.wrapped)
    assert world.clock.day == 36583
    world.chip.says = ds3231.DEAD
    assert world.clock.set_by_hand(*world.true, world.wrapped)
    assert world.clock.chip_state == ds3231.DEAD and world.clock.quality == SYNCED


# Everything at once.


def chaos(seed, days):
    """A year of anything: what is accepted is never a lie, and the log is not flooded."""
    rng = random.Random(seed)
    world = World(
        rng.choice(STARTS[:3]),
        rng.randint(-1000, 1000),
        rng.randrange(TICKS),
        chip={"ppm": rng.randint(-2, 2)} if rng.random() < 0.8 else None,
        ntp={"every": rng.choice([600, 6 * HOUR])} if rng.random() < 0.8 else None,
    )
    lies = [700, -700, 3600, -7200, 40 * DAY, -40 * DAY, 3 * YEAR, -30 * YEAR, 60 * YEAR]
    true_chip = 0
    world.run(DAY)
    silent = 0
    trusted = world.chip is not None or world.ntp is not None
    for age in range(days):
        chip, server = world.chip, world.ntp
        if chip is not None:
            if chip.says == ds3231.OK and abs(chip.ahead) < 5:
                true_chip = chip.ahead
            fate = rng.random()
            if fate < 0.7:
                chip.says, chip.ahead = ds3231.OK, true_chip
            elif fate < 0.85:
                chip.says, chip.ahead = ds3231.OK, rng.choice(lies)
            else:
                chip.says = rng.choice([ds3231.DEAD, ds3231.STOPPED, ds3231.IMPLAUSIBLE])
        if server is not None:
            fate = rng.random()
            if fate < 0.5:
                server.ahead = 0
            elif fate < 0.7:
                server.ahead = None
            elif fate < 0.85:
                server.ahead = rng.choice(lies)
            else:
                server.ahead = [rng.choice(lies) for _ in range(5)]
        world.run(DAY)
        silent = 0 if world.clock.quality == SYNCED else silent + 1
        if trusted and silent < 25:
            assert abs(world.error) < 60 + age * DAY * 2e-6
    codes = [code for code, _ in world.events]
    assert len(codes) < days
    return world


@pytest.mark.parametrize("seed", range(10))
def test_a_year_of_anything(seed):
    chaos(seed, 365)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1060))
def test_years_of_anything(seed):
    chaos(seed, 1500)


@settings(max_examples=200)
@given(
    st.one_of(st.none(), st.tuples(st.integers(0, 65535), st.integers(0, 86399))),
    st.lists(
        st.tuples(
            st.sampled_from([CHIP, NTP]),
            st.integers(-40000, 60000),
            st.integers(0, 86399),
            st.integers(0, 999),
            st.integers(0, 6 * DAY * 1000),
        ),
        max_size=30,
    ),
)
def test_no_offer_breaks_the_rules(floor, offers):
    """Of whatever day: what is taken lies where time can lie, and nothing overflows."""
    values = []
    it = Clock(floor=floor, tell=lambda code, value: values.append(value))
    ticks = 0
    for source, day, second, millis, step in offers:
        ticks = ticks + step & TICKS
        before = it.quality
        if it.offer(source, day, second, millis, ticks) == clocks.TAKEN and before == UNSET:
            assert ds3231.EARLIEST <= it.day <= ds3231.LATEST
            if floor and floor[0]:
                assert floor[0] - 1 <= it.day <= floor[0] + 400
        it.poll(ticks)
    assert all(0 <= value < 1 << 30 for value in values)


@pytest.mark.parametrize("runtime", ["micropython", "wasm32"])
def test_the_same_on_each_runtime_and_no_heap(runtime):
    """With NTP and the network; what runs all the time, with the heap locked."""
    guest = Path(__file__).with_name("guest_time.py")
    here = run_guest("cpython", guest).stdout
    try:
        there = run_guest(runtime, guest).stdout
    except RuntimeMissingError as missing:
        pytest.skip(str(missing))
    assert there == here and len(here.splitlines()) == 10
