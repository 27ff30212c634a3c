"""The owner of the light: ramps as properties, blinking, refreshing, the safe level."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain.luminaire import DALI, LINEAR
from noctule.device import output as module
from noctule.device.output import Output

from tests.device.helpers import TICKS, add, gear, same_on

PERCENT = st.integers(0, 100)
RAMPS = st.one_of(st.sampled_from([0, 1, 39, 40, 41]), st.integers(0, 3_600_000))
STARTS = st.one_of(st.integers(0, TICKS - 1), st.integers(TICKS - 5000, TICKS - 1))
CURVES = st.sampled_from([LINEAR, DALI])


class Driver:
    """Keeps what it was told, by the time of the last poll."""

    fault = 0

    def __init__(self, fades=False, takes=True):
        self.fades, self.takes = fades, takes
        self.told = []
        self.faded = []
        self.now = 0
        self.wait = 60000

    def put(self, command):
        self.told.append((self.now, command))

    def fade(self, command, ms):
        self.faded.append((command, ms))
        return self.takes

    def poll(self, ticks):
        return self.wait


class Bench:
    """An output whose polls come when it wants them, or `late` ms after."""

    def __init__(self, start=0, late=0, driver=None, **kind):
        self.driver = driver or Driver()
        self.gear = gear(**kind)
        self.output = Output(self.driver, self.gear)
        self.start, self.ms, self.late = start, 0, late

    @property
    def ticks(self):
        return add(self.start, self.ms)

    def go(self, output, ramp):
        self.driver.now = self.ms
        self.output.go(output, ramp, self.ticks)

    def run(self, ms):
        """Poll for so long; returns [(ms, command)] of each poll."""
        end = self.ms + ms
        seen = []
        while self.ms <= end:
            self.driver.now = self.ms
            wait = self.output.poll(self.ticks)
            seen.append((self.ms, self.output.command))
            assert wait >= 1
            self.ms += wait + self.late
        self.ms = end
        return seen


@settings(max_examples=200, deadline=None)
@given(PERCENT, PERCENT, RAMPS, STARTS, CURVES, st.integers(1, 40), st.integers(0, 90))
def test_a_ramp_is_between_its_ends_and_one_way_and_exact(
    first, second, ramp, start, curve, minimum, late
):
    first, second = (0 if p == 0 else max(minimum, p) for p in (first, second))
    bench = Bench(start, max(late, ramp // 500), minimum=minimum, curve=curve)
    bench.run(100)
    bench.go(first, 0)
    begin, end = bench.output.command, bench.gear.command(second)
    assert begin == bench.gear.command(first)
    bench.go(second, ramp)
    at = bench.ms
    seen = bench.run(ramp + 2 * bench.late + 80)
    levels = [command for _, command in seen]
    assert levels == sorted(levels, reverse=end < begin)
    assert {min(begin, end) <= level <= max(begin, end) for level in levels} == {True}
    assert levels[-1] == end == bench.output.command and bench.output.settled
    # Nothing lies between dark and the least level, and it keeps to the line.
    least = bench.gear.command(minimum)
    for ms, level in seen:
        assert level == 0 or level >= least
        if ms - at < ramp:
            middle = min(ms - at + 20, ramp)  # of the step of 40 ms
            line = begin + (end - begin) * middle / ramp
            assert abs(level - line) <= 1 + abs(end - begin) / 1000 or level == least
        else:
            assert level == end
    told = [command for _, command in bench.driver.told]
    assert not told or told[-1] == end


@given(PERCENT, st.integers(1, 20_000), STARTS, st.integers(0, 20_000), PERCENT, CURVES)
@settings(deadline=None)
def test_a_ramp_that_is_cut_goes_on_from_where_it_is(to, ramp, start, cut, then, curve):
    bench = Bench(start, curve=curve)
    bench.go(to, ramp)
    bench.run(cut)
    held = bench.output.command
    bench.go(then, 5000)
    assert bench.output.command == held  # no jump
    low, high = sorted((held, bench.gear.command(then)))
    levels = [command for _, command in bench.run(30_000)]
    assert low <= min(levels) and max(levels) <= high
    assert levels[-1] == bench.gear.command(then)


def test_steps_come_every_40_ms_and_at_once_is_at_once():
    bench = Bench()
    bench.go(20, 0)
    assert bench.driver.told == [(0, 2000)]
    bench.go(100, 2000)
    seen = bench.run(2000)
    assert [ms for ms, _ in seen] == list(range(0, 2001, 40))
    assert bench.driver.told[-1] == (2000, 10000)


def test_a_poll_that_was_overtaken_by_go_does_no_harm():
    """The task read its ticks, then the control task asked: the poll comes from before."""
    bench = Bench(start=1000)
    bench.go(0, 10_000)
    assert bench.output.poll(998) >= 1
    assert bench.output.command == 9980 and not bench.output.settled  # its first step


def test_asked_again_for_the_same_it_keeps_to_its_ramp():
    bench = Bench()
    bench.go(20, 10_000)
    for _ in range(9):
        bench.run(1000)
        bench.go(20, 10_000)  # each step of the brain may say so
    bench.run(1000)
    assert bench.output.settled and bench.output.command == 2000
    bench.go(100, 60_000)
    bench.run(1000)
    bench.go(100, 1000)  # somebody came: sooner
    bench.run(1000)
    assert bench.output.command == 10000


def test_out_of_range_is_brought_into_it():
    bench = Bench()
    bench.go(250, 0)
    assert bench.output.command == 10000
    bench.go(-3, 0)
    assert bench.output.command == 0


def test_what_it_gives_now_in_percent():
    for curve in (LINEAR, DALI):
        bench = Bench(curve=curve)
        for percent in range(101):
            bench.go(percent, 0)
            assert bench.gear.command(bench.output.output) == bench.output.command
            assert abs(bench.output.output - percent) <= 1
    bench = Bench()
    bench.go(0, 1000)
    bench.run(500)
    assert 45 <= bench.output.output <= 55


def test_the_driver_is_refreshed_every_10_s():
    bench = Bench(start=TICKS - 30_000)
    bench.go(40, 0)
    bench.run(100_000)
    times = [ms for ms, command in bench.driver.told[1:] if command == 4000]
    gaps = {b - a for a, b in zip(times, times[1:], strict=False)}
    assert len(times) == 11 or len(times) == 10
    assert gaps == {10_000}


def test_the_driver_is_polled_when_it_wants():
    bench = Bench()
    bench.driver.wait = 7
    assert bench.output.poll(0) == 7


def test_safe_is_full_at_once_whatever_goes_on():
    for what in ("ramp", "blink", "dark"):
        bench = Bench()
        bench.go(0 if what == "dark" else 10, 0)
        if what == "ramp":
            bench.go(20, 5000)
        if what == "blink":
            bench.output.identify(9000, bench.ticks)
        bench.run(1500)
        bench.output.safe()
        assert bench.output.command == 10000 and bench.output.settled
        assert bench.driver.told[-1][1] == 10000
        assert {command for _, command in bench.run(20_000)} == {10000}


# Blinking.


@pytest.mark.parametrize(
    "asked, low", [(0, 5), (5, 5), (30, 30), (50, 50), (51, 5), (80, 5), (100, 5)]
)
def test_blinking_is_full_and_what_is_asked_and_never_dark(asked, low):
    bench = Bench(start=TICKS - 2500, minimum=5)
    bench.go(asked, 0)
    bench.output.identify(6000, bench.ticks)
    assert not bench.output.settled
    seen = bench.run(5999)
    assert [ms for ms, _ in seen] == list(range(0, 6000, 1000))
    assert [command for _, command in seen] == [10000, low * 100] * 3
    bench.run(2)
    assert bench.output.command == asked * 100 and bench.output.settled


def test_darker_than_asked_for_one_second_at_most():
    bench = Bench(minimum=1, late=30)
    bench.output.identify(60_000, 0)
    below = 0
    before = None
    for ms, command in bench.run(60_000):
        if before is not None and before[1] < 10000:
            below = max(below, ms - before[0])
        before = (ms, command)
    assert 0 < below <= 1060


def test_what_is_asked_while_it_blinks_is_remembered():
    bench = Bench()
    bench.output.identify(3000, 0)
    bench.run(500)
    bench.go(30, 5000)
    bench.run(3000)
    assert bench.output.command == 3000 and bench.output.settled


def test_blinking_ends_when_told_and_after_10_minutes_at_most():
    bench = Bench()
    bench.go(30, 0)
    bench.output.identify(10**9, 0)
    bench.run(599_000)
    assert not bench.output.settled
    bench.run(2000)
    assert bench.output.settled
    bench.output.identify(60_000, bench.ticks)
    bench.run(1)
    bench.output.identify(0, bench.ticks)
    assert bench.output.settled and bench.output.command == 3000


def test_what_can_only_be_switched_does_not_blink():
    bench = Bench(minimum=100)
    bench.go(0, 0)
    bench.go(100, 0)
    bench.driver.told.clear()
    bench.output.identify(10_000, 0)
    assert {command for _, command in bench.run(9000)} == {10000}


# Gear that fades by itself.


def test_gear_that_fades_is_told_once_and_the_end_is_put():
    bench = Bench(driver=Driver(fades=True), curve=DALI)
    bench.run(100)
    bench.driver.told.clear()
    bench.go(10, 30_000)
    bench.run(29_000)
    assert bench.driver.faded == [(170, 30_000)] and bench.driver.told == []
    assert 170 < bench.output.command < 254
    bench.run(1100)
    assert [command for _, command in bench.driver.told] == [170] and bench.output.settled


def test_a_fade_that_is_cut_by_a_level():
    bench = Bench(driver=Driver(fades=True), curve=DALI)
    bench.go(10, 30_000)
    bench.run(10_000)
    bench.go(100, 0)
    assert bench.driver.told[-1][1] == 254
    # Also where it would seem to be there already.
    bench.go(10, 30_000)
    bench.go(100, 0)
    assert len(bench.driver.told) >= 2 and bench.driver.told[-1][1] == 254


def test_a_fade_that_is_cut_by_steps_is_stopped():
    bench = Bench(driver=Driver(fades=True), curve=DALI)
    bench.go(10, 30_000)
    bench.run(10_000)
    held = bench.output.command
    bench.driver.takes = False
    bench.go(100, 500_000)
    assert bench.driver.told[-1][1] == held


def test_gear_that_will_not_fade_now_gets_steps():
    bench = Bench(driver=Driver(fades=True, takes=False))
    bench.go(0, 1000)
    bench.run(1000)
    assert len(bench.driver.told) > 20


def test_kinds(board):
    for wiring in (
        {"kind": "pwm", "pin": 4}, {"kind": "relay", "pin": 5},
        {"kind": "0-10V", "pin": 6, "low": 0, "high": 10000, "full": 10000},
    ):  # fmt: skip
        output = Output(module.driver(wiring, gear()), gear())
        output.go(30, 0, 0)
        assert not output.fault
    assert board.pwms[4].duty == pytest.approx(0.3, abs=0.001) and board.pins[5].level == 0
    with pytest.raises(ValueError):
        module.driver({"kind": "lantern"}, gear())


@pytest.mark.parametrize("runtime", ["micropython", "wasm32"])
def test_the_same_on_each_runtime_and_no_heap(runtime):
    """The guest locks the heap: on 32 bits a number beyond small integers is on it, too."""
    same_on(runtime, Path(__file__).with_name("guest_output.py"))
