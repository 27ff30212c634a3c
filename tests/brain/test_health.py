"""Is the luminaire well? Faults found from samples of a meter with 5 % of noise, and none found
in lamps that are well.

How soon: a lamp out, a power too high or too low, a day burner: in the first night (or day) that
has them; cycling: within three nights. Of several luminaires behind one output one can be told
out of up to nine; that all of them draw too little looks like some that are out.
"""

import random

import pytest
from noctule.brain.faults import (
    CYCLING,
    DAY_BURNER,
    LAMP_OUT,
    METERED,
    POWER_HIGH,
    POWER_LOW,
)
from noctule.brain.health import MOST, OFTEN, SELDOM, Health

from sim.site.compile import power_table
from sim.site.model import Driver
from sim.site.power import Power
from tests.brain.helpers import DAY, HOUR, MINUTE, SECOND, SYNCED, UNSET, Lamp, at, small_node

LED = Driver(power_w=43.0)
SMALL = Driver(power_w=7.0)
SODIUM = Driver(power_w=83.0, standby_w=0.0, minimum_level=100)
NOISE = 0.05
NIGHT = 14 * 60  # minutes of light, from 17:00 to 7:00


def health(driver, count, tolerance=20, kind=Health):
    off, points = power_table(driver, count)
    return kind(tolerance, off, tuple(x for point in points for x in point), count)


# --- what a meter sees: power in W of (minute, output), by what is broken ------------------------


def well(driver, count):
    power = Power(driver, count)
    return lambda minute, output: power.watts(output)


def out(driver, count, lost=1):
    """Some of them draw nothing at all."""
    left = Power(driver, count - lost) if count > lost else None
    return lambda minute, output: left.watts(output) if left else driver.node_w


def scaled(driver, count, factor):
    """The light costs more, or less, than it should."""
    power = Power(driver, count)
    off = power.watts(0)
    return lambda minute, output: off + (power.watts(output) - off) * factor


def burner(driver, count, burning=1):
    """Some of them burn by day, too."""
    power = Power(driver, count)
    more = (driver.power_w - driver.standby_w) * burning
    return lambda minute, output: power.watts(output) + (more if output == 0 else 0)


def cycling(driver, count, on, off, seed):
    """All dark and back, over and over; no two spells alike."""
    power, rnd = Power(driver, count), random.Random(seed)
    dark, t = set(), 0.0
    while t < 40 * 1440:
        t += on * rnd.uniform(0.6, 1.4)
        spell = off * rnd.uniform(0.6, 1.4)
        dark |= set(range(round(t), round(t + spell)))
        t += spell
    return lambda minute, output: power.watts(0 if minute % (40 * 1440) in dark else output)


def night(output):
    """From 17:00 to 7:00."""
    return lambda minute: output if not 7 <= minute // 60 % 24 < 17 else 0


def watch(it, days, outputs, watts, seed, start=12 * 60):
    """Sample as the brain wants it, from noon: [(minute, faults)] of each change."""
    rnd = random.Random(seed)
    minute, end, told = start, start + days * 1440, []
    faults = it.faults
    while minute < end:
        output = outputs(minute)
        power = watts(minute, output) * 10 * (1 + rnd.gauss(0, NOISE))
        wait = it.sample(round(max(0, power)), output)
        assert wait in (SELDOM, OFTEN)
        if it.faults != faults:
            faults = it.faults
            told.append((minute, faults))
        minute += wait // MINUTE
    return told


# --- each fault is found, for what it is ---------------------------------------------------------

# what is broken: how, of how many luminaires, which fault, in how many nights
BROKEN = [
    *(("out", count, 1, LAMP_OUT, 1) for count in (1, 2, 5, 9)),
    *(("out", count, lost, LAMP_OUT, 1) for count, lost in (
        (2, 2), (3, 2), (4, 3), (5, 4), (5, 5), (8, 6), (9, 3), (20, 5))),
    *(("high", count, 1.5, POWER_HIGH, 1) for count in (1, 2, 5, 9)),
    ("low", 1, 0.5, POWER_LOW, 1),
    *(("burner", count, 1, DAY_BURNER, 1) for count in (1, 2, 5, 9)),
    ("burner", 9, 9, DAY_BURNER, 1),
    *(("cycling", count, (12, 4), CYCLING, 3) for count in (1, 2, 5, 9)),
]  # fmt: skip
HOW = {"out": out, "high": scaled, "low": scaled, "burner": burner}
GEAR = [("led at 100 %", LED, 100), ("led at 30 %", LED, 30), ("sodium", SODIUM, 100)]


def broken(driver, how, count, more, seed):
    if how == "cycling":
        return cycling(driver, count, *more, seed)
    return HOW[how](driver, count, more)


@pytest.mark.parametrize(("gear", "driver", "output"), GEAR, ids=[x[0] for x in GEAR])
@pytest.mark.parametrize(
    ("how", "count", "more", "fault", "nights"),
    BROKEN,
    ids=[f"{x[0]}-{x[1]}-{x[2]}" for x in BROKEN],
)
def test_a_fault_is_found_for_what_it_is_and_told_once(
    gear, driver, output, how, count, more, fault, nights
):
    """In time, not taken for another, kept through the day as well as the night."""
    for seed in range(6):
        it = health(driver, count)
        told = watch(it, nights, night(output), broken(driver, how, count, more, seed), seed)
        assert told and told[0][1] == fault, (gear, seed, told)
        if how == "cycling":
            continue
        found, _ = told[0]
        begin = 12 * 60 if fault == DAY_BURNER else 17 * 60
        assert found <= begin + NIGHT - 2 * 60
        told += watch(it, 6, night(output), broken(driver, how, count, more, seed), seed + 100)
        assert len(told) == 1, (gear, seed, told)


def test_in_the_first_hour_where_it_is_plain():
    for count in (1, 2, 5):
        it = health(LED, count)
        (found, fault), *rest = watch(it, 1, night(100), out(LED, count, 1), 1)
        assert fault == LAMP_OUT and found < 17 * 60 + 40 and not rest


@pytest.mark.parametrize("output", [5, 10, 50])
def test_faults_are_not_confused_when_dimmed(output):
    """Lamps out of a group, and a single one, at any output; a day burner needs no light."""
    for count, lost in ((1, 1), (2, 1), (4, 1), (4, 3), (6, 5), (9, 2)):
        for seed in range(5):
            it = health(LED, count)
            told = watch(it, 3, night(output), out(LED, count, lost), seed)
            assert [fault for _, fault in told] == [LAMP_OUT], (count, lost, seed, told)


@pytest.mark.parametrize("how", ["out", "high", "low", "burner"])
@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_it_clears_after_the_repair(how, count):
    """In the first night (or day) after it, and without another word."""
    more = {"out": 1, "high": 1.5, "low": 0.5, "burner": 1}[how]
    for seed in range(5):
        it = health(LED, count)
        watch(it, 2, night(100), broken(LED, how, count, more, seed), seed)
        assert it.faults
        told = watch(it, 1, night(100), well(LED, count), seed)
        assert [fault for _, fault in told] == [0]


def test_a_cycling_lamp_is_believed_to_be_well_after_two_nights():
    for seed in range(5):
        it = health(LED, 1)
        watch(it, 4, night(100), cycling(LED, 1, 12, 4, seed), seed)
        assert it.faults == CYCLING
        told = watch(it, 3, night(100), well(LED, 1), seed, start=17 * 60)
        assert [fault for _, fault in told] == [0]
        assert told[0][0] > 17 * 60 + NIGHT // 2, "not at once: it may come back"


def test_a_lamp_that_cycled_and_died_is_out():
    it = health(SODIUM, 1)
    watch(it, 4, night(100), cycling(SODIUM, 1, 12, 4, 3), 3)
    assert it.faults == CYCLING
    told = watch(it, 4, night(100), out(SODIUM, 1), 3)
    assert [fault for _, fault in told] == [LAMP_OUT]


def test_a_day_burner_may_also_be_out_or_draw_too_much():
    """What is judged while lit and while off are apart."""
    it = health(LED, 1)
    by_night, by_day = scaled(LED, 1, 1.5), burner(LED, 1)
    watch(it, 2, night(100), lambda t, o: by_night(t, o) if o else by_day(t, o), 1)
    assert it.faults == POWER_HIGH | DAY_BURNER
    told = watch(it, 2, night(100), burner(LED, 1), 2)
    assert it.faults == DAY_BURNER and len(told) == 1
    watch(it, 1, night(100), well(LED, 1), 3)
    assert it.faults == 0


# --- and nothing is found that is not there ------------------------------------------------------


def faultless(days, counts, outputs, drivers):
    for driver in drivers:
        for count in counts:
            for output in outputs:
                seed = f"{driver.power_w} {count} {output}"
                assert not watch(
                    health(driver, count), days, night(output), well(driver, count), seed
                ), seed


def mixed(minute):
    """Steps, presence: another output at each sample, more or less."""
    rnd = random.Random(minute)
    hour = minute // 60 % 24
    return 0 if 7 <= hour < 17 else rnd.choice((5, 10, 30, 60, 100))


def test_no_false_alarm_in_a_month():
    faultless(30, (1, 2, 3, 5, 9, 20), (5, 20, 100), (LED, SMALL))
    for count in (1, 9):
        assert not watch(health(LED, count), 60, mixed, well(LED, count), count)


@pytest.mark.long
def test_no_false_alarm_in_a_year():
    faultless(365, range(1, 21), (5, 10, 20, 40, 60, 80, 100), (LED, SMALL, Driver(power_w=15.0)))
    faultless(365, range(1, 21), (100,), (SODIUM,))
    for count in range(1, 21):
        assert not watch(health(LED, count), 365, mixed, well(LED, count), count)


@pytest.mark.parametrize("count", [1, 9])
def test_a_lamp_that_is_well_is_asked_seldom(count):
    """A sample each half hour; in doubt, now and then, one a minute."""
    rnd, it, power = random.Random(5), health(LED, count), Power(LED, count)
    full = power.watts(100) * 10
    waits = [it.sample(round(full * rnd.gauss(1, NOISE)), 100) for _ in range(2000)]
    assert waits.count(OFTEN) < 600 and it.faults == 0


def test_noise_over_the_doubled_tolerance_is_seen():
    """It can fail: a meter with 30 % of noise does raise alarms."""
    rnd, it = random.Random(7), health(LED, 1)
    power = Power(LED, 1).watts(100) * 10
    seen = set()
    for _ in range(20_000):
        it.sample(max(0, round(power * rnd.gauss(1, 0.3))), 100)
        seen.add(it.faults)
    assert seen > {0}


# --- expected power ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 7, 100])
def test_expected_power_is_the_simulator_s(count):
    for driver in (LED, SMALL, SODIUM, Driver(power_w=40, power_points=[[10, 7], [50, 21.5]])):
        it, power = health(driver, count), Power(driver, count)
        for output in range(101):
            assert abs(it.expected(output) - power.watts(output) * 10) <= 2
        assert [it.expected(x) for x in range(101)] == sorted(it.expected(x) for x in range(101))


def test_sums_and_thresholds_stay_small_ints(meter):
    """With the largest powers and tolerance that a configuration holds, any sample, any output."""
    kind = meter.modules["health"].Health
    rnd = random.Random(31)
    for count in (1, 2, 255):
        for off, points in (
            (0, (0, 0, 100, MOST)),
            (MOST, (0, MOST, 100, MOST)),
            (0, (0, MOST, 50, MOST, 100, MOST)),
            (999_999, (0, 999_999, 1, MOST, 100, MOST)),
        ):
            for tolerance in (1, 100):
                it = kind(tolerance, off, points, count)
                for power in (0, 1, MOST, 2**30 - 1, -(2**30), -1):
                    for output in (0, 1, 50, 99, 100):
                        for _ in range(70):
                            it.sample(power, output)
                for _ in range(3000):
                    it.sample(rnd.randrange(2**30), rnd.choice((0, 1, 100)))


# --- in the brain --------------------------------------------------------------------------------

STREET = {"points": [{"at": "12:00", "level": 100}, {"at": "22:00", "level": 60, "ramp": "60 s"}]}
WATTS = Power(LED, 1)


def node(**more):
    return small_node({"street": STREET}, driver={"power_w": 43.0}, meter=True, **more)


class Metered:
    """A lamp whose meter is read as the brain wants it."""

    def __init__(self, config, t, watts=WATTS.watts, **more):
        self.it, self.watts, self.told = Lamp(config, t, **more), watts, []
        self.random = random.Random(t)
        self.it.step()
        self.due = t

    def run_to(self, t):
        it = self.it
        while self.due <= t:
            it.run_to(self.due)
            self.sample()
        it.run_to(t)
        return self

    def sample(self):
        it, before = self.it, self.it.brain.faults()
        power = round(max(0, self.watts(it.brain.output) * 10 * self.random.gauss(1, NOISE)))
        self.due = it.t + it.meter(power)
        if it.brain.faults() != before:
            self.told.append((it.t, it.brain.faults()))


def test_a_night_in_the_brain():
    it = Metered(node(), at("2026-11-22T12:00")).run_to(at("2026-11-25T12:00"))
    assert not it.told
    it.watts = lambda output: 0.5
    it.run_to(at("2026-11-26T12:00"))
    (found, faults), *rest = it.told
    assert faults == LAMP_OUT and not rest
    assert at("2026-11-25T16:00") < found < at("2026-11-25T17:00")
    it.watts = WATTS.watts
    it.run_to(at("2026-11-26T15:00"))
    assert it.it.brain.faults() == LAMP_OUT, "kept through the day"
    it.run_to(at("2026-11-26T17:00"))
    assert it.it.brain.faults() == 0


@pytest.mark.parametrize("power_on", [True, False])
@pytest.mark.parametrize("clock", [SYNCED, UNSET])
def test_what_was_found_outlives_a_reset(power_on, clock):
    it = Metered(node(), at("2026-11-22T18:00"), lambda output: 0.5)
    it.run_to(at("2026-11-22T20:00"))
    lamp = it.it
    assert lamp.brain.faults() == LAMP_OUT and not lamp.brain.unsaved
    lamp.power_on, lamp.clock = power_on, clock
    lamp.boot()
    lamp.step()
    assert lamp.brain.faults() & METERED == LAMP_OUT
    it.told.clear()
    it.run_to(at("2026-11-23T04:00"))
    assert not it.told, "and is not told again"


def test_a_node_without_a_meter_judges_nothing():
    config = small_node({"street": STREET})
    it = Lamp(config, at("2026-11-22T22:00"))
    it.step()
    assert [it.meter(0) for _ in range(50)] == [HOUR] * 50 and it.brain.faults() == 0
    # Nor takes the faults of one that had one.
    had = Metered(node(), at("2026-11-22T18:00"), lambda output: 0.5)
    had.run_to(at("2026-11-22T20:00"))
    other = Lamp(config, had.it.t, saved=had.it.saved)
    assert other.taken and other.step() and other.brain.faults() == 0


def test_unsteady_moments_are_not_judged():
    """A ramp, a lamp that warms up, and 20 s after: samples then are worth nothing, and the brain
    says when the next one is."""
    driver = {"power_w": 43.0, "warm_up": "5 min"}
    config = small_node({"street": STREET}, driver=driver, meter=True)
    it = Lamp(config, at("2026-11-22T22:00") - 345)
    it.step()
    begin = it.t
    waits = []
    while it.t < begin + 320 * SECOND:
        waits.append((it.t, it.meter(0)))
        it.run_to(it.t + 5 * SECOND)
    assert it.brain.faults() == 0
    assert all(t + wait <= begin + 321 * SECOND for t, wait in waits)
    # Now it counts; then a ramp of a minute.
    for _ in range(8):
        it.run_to(it.t + MINUTE)
        it.meter(round(WATTS.watts(it.brain.output) * 10))
    it.override_level(50, 7200, 60_000)
    for _ in range(15):
        assert 0 < it.meter(0) <= 80 * SECOND
        it.run_to(it.t + 5 * SECOND)
    assert it.brain.faults() == 0
    it.run_to(it.t + 6 * SECOND)
    for _ in range(8):
        it.meter(0)
        it.run_to(it.t + MINUTE)
    assert it.brain.faults() == LAMP_OUT


def test_a_lamp_held_by_its_gear_is_judged_by_what_it_does():
    """Not by what is asked."""
    driver = {"power_w": 43.0, "minimum_on": "2 h"}
    it = Metered(
        small_node({"street": STREET}, driver=driver, meter=True), at("2026-11-22T18:00")
    )
    it.it.override_level(0, 90 * 60)
    assert it.it.brain.level == 100
    it.run_to(at("2026-11-22T19:25"))
    assert not it.told


def test_constant_light_and_virtual_output_are_expected_too():
    driver = {"power_w": 43.0, "virtual_output": 70, "clo": [[0, 60], [50_000, 100]]}
    it = Metered(
        small_node({"street": STREET}, driver=driver, meter=True), at("2026-11-22T12:00")
    ).run_to(at("2026-11-24T12:00"))
    assert not it.told
    it.watts = lambda output: WATTS.watts(100 if output else 0)  # as if it had neither
    it.run_to(at("2026-11-25T12:00"))
    assert [faults for _, faults in it.told] == [POWER_HIGH]


def test_presence_over_a_night_raises_no_alarm():
    """Another output every few minutes, and samples in between."""
    program = {
        **STREET, "presence": {"operation": "max", "level": 100, "idle": 10, "hold": "60 s"},
        "points": [{"at": "12:00", "level": 10}],
    }  # fmt: skip
    config = small_node({"street": program}, driver={"power_w": 43.0}, meter=True)
    it = Metered(config, at("2026-11-22T12:00"))
    rnd = random.Random(3)
    for _ in range(600):
        it.run_to(it.it.t + rnd.randrange(10 * MINUTE))
        it.it.sensor(True)
        it.run_to(it.it.t + rnd.randrange(MINUTE))
        it.it.sensor(False)
    assert it.it.t > at("2026-11-22T12:00") + 2 * DAY and not it.told
