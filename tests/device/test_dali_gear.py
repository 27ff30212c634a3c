"""The gear on DALI against gear with physics: light first, fail-safe kept, energy, and trouble."""

from pathlib import Path
from random import Random

import dali.gear.general
import dali.gear.led  # noqa: F401
import pytest
from dali.command import Command
from dali.frame import ForwardFrame
from noctule.brain.luminaire import DALI, LINEAR
from noctule.device import dali as ours
from noctule.device import dali_gear as module
from noctule.device.output import Output

from sim.board.parts.dali import light_of
from tests.device.dali_bench import TICKS, Bench, lamp
from tests.device.helpers import gear as luminaire
from tests.device.helpers import same_on

MINUTE = 60_000
HOUR = 60 * MINUTE


def set_up(*gear, memory=False, **kind):
    bench = Bench(*(gear or (lamp(memory),)), **kind)
    it = bench.gear()
    bench.run(it, 10_000)
    return bench, it, bench.bus.gear[0]


def levels(bench, since=0):
    """The levels that were sent, as arc power levels."""
    return [
        254 if frame & 0x1FF == 0x105 else 0 if frame & 0x1FF == 0x100 else frame & 255
        for us, frame in bench.bus.frames
        if us >= since and frame is not None and frame >> 8 < 0xA0
        and (not frame >> 8 & 1 or frame & 255 in (0x00, 0x05))
    ]  # fmt: skip


def well_said(bench):
    """All frames are ones that python-dali knows, as often and as far apart as they must be."""
    kind = 0
    before = None
    frames = list(bench.bus.frames)
    while frames:
        us, frame = frames.pop(0)
        assert frame is not None
        theirs = Command.from_frame(ForwardFrame(16, frame), devicetype=kind)
        assert type(theirs) is not Command and "Unknown" not in type(theirs).__name__, theirs
        kind = frame & 255 if frame >> 8 == module._ENABLE_TYPE else 0
        gap = us - 14_178 - before if before is not None else 10**6
        assert gap >= 19_500
        before = us
        if theirs.sendtwice:
            again, same = frames.pop(0)
            assert same == frame and 13_500 <= again - 14_178 - us <= 75_000
            before = again


# The start.


def test_light_comes_first_and_then_the_gear_is_set_up():
    bench, it, gear = set_up(lamp(level=20, power_on=100, failure=255, fade_time=7))
    first = Command.from_frame(ForwardFrame(16, bench.frames[0]))
    assert str(first).startswith("RecallMaxLevel") and bench.bus.frames[0][0] < 50_000
    assert gear.level_at(bench.us) == 254
    assert (gear.power_on, gear.failure, gear.fade_time) == (254, 254, 0)
    assert it.fault == 0 and (it.least, it.most) == (1, 254)
    well_said(bench)


def test_what_the_gear_has_already_is_not_written_again():
    bench, it, gear = set_up(lamp(power_on=100, failure=255, curve=1))
    assert gear.writes == 3 and gear.curve == 0
    again = bench.gear()
    bench.run(again, 3 * HOUR)
    assert gear.writes == 3 and again.fault == 0


@pytest.mark.parametrize("at_ms", range(100, 2000, 50))
def test_a_level_that_breaks_into_the_set_up_leaves_nothing_undone(at_ms):
    gear = lamp(False, failure=255, power_on=40, fade_time=7, extended_fade=0x11)
    bench = Bench(gear)
    it = bench.gear()
    bench.run(it, at_ms)
    it.put(120)
    bench.run(it, 4 * MINUTE)
    assert (gear.failure, gear.power_on) == (254, 254)
    assert (gear.fade_time, gear.extended_fade) == (0, 0)
    assert gear.level_at(bench.us) == 120 and it.fault == 0
    well_said(bench)


@pytest.mark.parametrize("curve, linear", [(1, 0), (0, 1)])
def test_the_curve_is_what_the_commands_mean(curve, linear):
    gear = lamp(False, curve=curve)
    bench = Bench(gear)
    it = bench.gear(linear=linear, safe=10000 if linear else 254)
    bench.run(it, 10_000)
    assert gear.curve == linear and it.fault == 0 and gear.failure == 254
    for command, arc in ((10000, 254), (5000, 127), (100, 3), (1, 1), (0, 0)):
        it.put(command if linear else arc)
        bench.run(it, 1000)
        assert gear.level_at(bench.us) == arc


def test_a_curve_that_stays_wrong_is_a_fault():
    gear = lamp(False, curve=1)
    gear.deaf_to = lambda frame: frame & 0x1FF == 0x1E3
    _, it, _ = set_up(gear)
    assert it.fault == module._CURVE


def test_energy_and_hours():
    bench, it, _ = set_up(memory=True)
    assert (it.power, it.wh, it.lamp_s, it.gear_s) == (389, 119304, 1_800_000, 2_000_000)
    bench.bus.gear[0].banks[202] |= dict(enumerate(b"\xff\0\0\0\x12\x35\0", 4))
    bench.run(it, HOUR + 4 * MINUTE)
    assert it.wh == 0x123500 // 10
    well_said(bench)


def test_gear_without_memory_is_not_asked_for_it_for_ever():
    bench, it, _ = set_up()
    assert (it.power, it.wh, it.lamp_s, it.gear_s) == (-1, -1, -1, -1) and it.fault == 0
    count = len(bench.frames)
    bench.run(it, HOUR)
    per_check = (len(bench.frames) - count) / 20
    assert per_check <= 6


# Levels.


def test_a_level_goes_out_at_once_and_within_100_ms_in_a_conversation():
    bench = Bench(lamp())
    it = bench.gear()
    chance = Random(3)
    worst = 0
    bench.run(it, 300)  # the first conversation is under way
    for i in range(60):
        it.put(200 - i)
        begun = bench.us
        bench.run(it, 300, until=lambda: levels(bench)[-1] == 200 - i)  # noqa: B023
        worst = max(worst, bench.bus.frames[-1][0] - begun)
        bench.run(it, 205 + chance.randrange(100))
    assert worst <= 100_000
    bench.run(it, 10_000)
    it.put(17)
    begun = bench.us
    bench.run(it, 100)
    assert bench.bus.frames[-1][0] - begun <= 15_000
    well_said(bench)


def node(bench, it, minimum=1, curve=DALI):
    return Output(it, luminaire(minimum=minimum, curve=curve))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_asked_the_gear_ends_there(seed):
    chance = Random(seed)
    gear = lamp()
    start = chance.choice((0, chance.randrange(TICKS), TICKS - 100_000))
    bench = Bench(gear, start=start * 1000, late=lambda wait: chance.choice((0, 0, 1, 3, 30)))
    output = node(bench, bench.gear())
    for _ in range(8):
        level, ramp = chance.randrange(101), chance.choice((0, 700, 5000, 20_000, 120_000))
        output.go(level, ramp, bench.us // 1000 & TICKS)
        bench.run(output, chance.randrange(150_000))
    bench.run(output, 4 * MINUTE)
    assert gear.level_at(bench.us) == luminaire(curve=DALI).command(level)
    bench.run(output, 4 * MINUTE)
    assert (gear.power_on, gear.failure, gear.fade_time) == (254, 254, 0)
    assert gear.writes <= 2
    well_said(bench)


def test_a_ramp_goes_in_steps_one_way_and_writes_nothing():
    bench, it, gear = set_up(memory=True)
    output = node(bench, it)
    for level, ramp, down in ((10, 5000, True), (100, 1000, False), (30, 9999, True)):
        begun = bench.us
        writes = gear.writes
        output.go(level, ramp, bench.us // 1000)
        bench.run(output, ramp + 100)
        sent = levels(bench, begun)
        assert sent == sorted(sent, reverse=down) and len(sent) >= 20
        assert sent[-1] == gear.level_at(bench.us) == luminaire(curve=DALI).command(level)
        assert gear.writes == writes and bench.us - begun <= (ramp + 150) * 1000
    well_said(bench)


def test_a_long_ramp_is_the_gear_s_and_its_fade_time_is_put_back():
    bench, it, gear = set_up()
    output = node(bench, it)
    begun = bench.us
    output.go(10, 45_000, bench.us // 1000)
    bench.run(output, 22_000)
    half = gear.level_at(bench.us)
    assert 205 <= half <= 219 and len(levels(bench, begun)) == 1 and gear.fade_time == 13
    bench.run(output, 32_000)
    assert gear.level_at(bench.us) == 170 and gear.fade_time == 0 and gear.writes == 2
    # The next one comes too soon for the gear's memory: in steps.
    begun = bench.us
    output.go(100, 45_000, bench.us // 1000)
    bench.run(output, 46_000)
    assert gear.level_at(bench.us) == 254 and gear.writes == 2 and len(levels(bench, begun)) > 60
    bench.run(output, 2 * HOUR)
    output.go(10, 45_000, bench.us // 1000)
    bench.run(output, 60_000)
    assert gear.writes == 4 and gear.level_at(bench.us) == 170
    well_said(bench)


@pytest.mark.parametrize("to, at_once", [(100, True), (0, True), (40, False)])
def test_a_fade_that_is_cut(to, at_once):
    bench, it, gear = set_up()
    output = node(bench, it)
    output.go(10, 60_000, bench.us // 1000)
    bench.run(output, 20_000)
    output.go(to, 0, bench.us // 1000)
    bench.run(output, 60 if at_once else 200)
    assert gear.level_at(bench.us) == luminaire(curve=DALI).command(to)
    bench.run(output, 5 * MINUTE)
    assert gear.level_at(bench.us) == luminaire(curve=DALI).command(to)
    # Known again, and the fade time with it.
    output.go(25, 0, bench.us // 1000)
    bench.run(output, 300)
    assert gear.level_at(bench.us) == luminaire(curve=DALI).command(25) and gear.fade_time == 0


def test_the_gear_s_fade_may_outlast_the_ramp():
    bench, it, gear = set_up()
    output = node(bench, it)
    output.go(10, 10_000, bench.us // 1000)  # the nearest fade is 11.3 s
    bench.run(output, 10_300)
    assert output.settled and 172 <= gear.level_at(bench.us) <= 182
    bench.run(output, 1500)
    assert gear.level_at(bench.us) == 170


def test_a_ramp_is_smooth_though_a_check_is_due():
    bench, it, gear = set_up(memory=True)
    output = node(bench, it)
    bench.run(output, 3 * MINUTE - 7500)
    begun = bench.us
    output.go(10, 2500, bench.us // 1000)
    bench.run(output, 20_000)
    status = ours.command(0, module._QUERY_STATUS)
    times = [us for us, frame in bench.bus.frames if us > begun and frame >> 8 == 0]
    ramp = [us for us in times if us <= begun + 2_500_000]
    assert len(ramp) >= 55 and max(b - a for a, b in zip(ramp, ramp[1:], strict=False)) <= 60_000
    checked = [us for us, frame in bench.bus.frames if us > begun and frame == status]
    assert begun + 2_500_000 < checked[0] < begun + 10_000_000


class Running(type(lamp())):
    """Its power rises with each frame that it hears: no two looks at it are of one instant."""

    def hear(self, frame, us):
        self.seen.append(self.seen[-1] + 201)
        self.banks[202] |= dict(enumerate(b"\0" + self.seen[-1].to_bytes(4, "big"), 0x0B))
        return super().hear(frame, us)


def test_a_reading_with_levels_in_between_is_of_one_instant():
    gear = lamp()
    gear.__class__, gear.seen = Running, [0]
    bench = Bench(gear)
    it = bench.gear()
    chance = Random(4)
    found = set()
    for i in range(120):
        bench.run(it, 4 * MINUTE, until=lambda: bench.frames[-1:] == [0xC3CA])
        for k in range(4):
            bench.run(it, chance.randrange(20, 600))
            it.put(100 + i + k)
            found.add(it.power)
        bench.run(it, 4000)
        found.add(it.power)
    assert len(found) > 60 and found - {-1} <= {10 * value for value in gear.seen}


# Trouble.


@pytest.mark.parametrize("at_ms", range(300, 1600, 20))
def test_a_fade_time_never_gets_among_what_is_being_written(at_ms):
    """Both go by DTR0. The gear's fade time is in doubt here while its fail-safe is written."""
    gear = lamp(False, failure=255, power_on=40)
    gear.deaf_to = lambda frame: frame == ours.command(0, module._QUERY_FADE)
    bench = Bench(gear)
    it = bench.gear()
    it._gear_code = 5
    bench.run(it, at_ms)
    it.put(120)
    for _ in range(200):
        bench.run(it, 20)
        assert gear.failure in (255, 254) and gear.power_on in (40, 254)
    bench.run(it, 10_000)
    assert (gear.failure, gear.power_on) == (254, 254) and it.fault == 0


def test_gear_that_falls_silent_is_a_fault_and_still_told_its_level():
    bench, it, gear = set_up(memory=True)
    output = node(bench, it)
    output.go(40, 0, bench.us // 1000)
    bench.run(output, 1000)
    gear.dead = True
    begun = bench.us
    bench.run(output, 4 * MINUTE)
    assert it.fault == module._SILENT and output.fault and it.power == -1
    assert levels(bench, begun).count(220) >= 20  # every 10 s
    # Another one is put in its place: it is set up.
    gear.dead = False
    gear.failure, gear.power_on, gear.level = 255, 30, 254
    gear.power_up(bench.us)
    bench.run(output, 11_000)
    assert gear.level_at(bench.us) == 220
    bench.run(output, 4 * MINUTE)
    assert it.fault == 0 and (gear.failure, gear.power_on) == (254, 254)
    assert it.power == 389


def test_faults_that_the_gear_tells():
    bench, it, gear = set_up()
    gear.lamp_failed = True
    bench.run(it, 4 * MINUTE)
    assert it.fault == module._LAMP
    gear.gear_failed = True
    bench.run(it, 4 * MINUTE)
    assert it.fault == module._LAMP | module._GEAR
    gear.lamp_failed = gear.gear_failed = False
    bench.run(it, 4 * MINUTE)
    assert it.fault == 0


def test_a_level_that_went_astray_is_put_right():
    bench, it, gear = set_up()
    it.put(200)
    bench.run(it, 1000)
    gear._go(20, bench.us, 0)
    bench.run(it, 4 * MINUTE)
    assert gear.level_at(bench.us) == 200 and it.corrected == 1 and it.fault == 0
    gear.deaf_to = lambda frame: not frame & 0x100  # takes no level any more
    gear._go(20, bench.us, 0)
    bench.run(it, 7 * MINUTE)
    assert it.fault == module._ELSEWHERE
    gear.deaf_to = lambda frame: False
    bench.run(it, 7 * MINUTE)
    assert it.fault == 0 and gear.level_at(bench.us) == 200


def test_the_gear_s_own_limits_are_not_taken_for_a_fault():
    bench, it, gear = set_up(lamp(minimum=85, physical_minimum=85, maximum=240))
    assert (it.least, it.most) == (85, 240)
    for level in (1, 254, 0, 120):
        it.put(level)
        bench.run(it, 7 * MINUTE)
    assert it.corrected == 0 and it.fault == 0


def test_fail_safe_that_cannot_be_written_is_a_fault_and_tried_again():
    gear = lamp(failure=255)
    gear.deaf_to = lambda frame: frame & 0x1FF == 0x12C
    bench, it, _ = set_up(gear)
    assert it.fault == module._UNSAFE
    gear.deaf_to = lambda frame: False
    bench.run(it, HOUR + 10 * MINUTE)
    assert it.fault == 0 and gear.failure == 254


def test_two_gear_by_broadcast_light_alike_but_cannot_be_read():
    one, two = lamp(failure=254), lamp(failure=255, reply_us=5900, address=1)
    bench = Bench(one, two)
    it = bench.gear(ours.BROADCAST)
    bench.run(it, 60_000)
    it.put(170)
    bench.run(it, 1000)
    assert one.level_at(bench.us) == two.level_at(bench.us) == 170
    assert it.fault & module._UNSAFE


def test_late_polls_lose_answers_and_ask_again_twice_at_most():
    bench, it, gear = set_up()
    bench.late = lambda wait: 6 if wait == 12 else 0  # each time somebody else was busy
    count = len(bench.frames)
    bench.run(it, 4 * MINUTE)
    assert it.fault == 0  # nobody listened: that is not the gear's silence
    asked = bench.frames[count:]
    assert asked.count(ours.command(0, module._QUERY_STATUS)) in (3, 6)
    assert gear.level_at(bench.us) == 254


def test_a_second_that_would_come_too_late_begins_anew():
    bench = Bench(lamp(failure=255, power_on=7))
    bench.late = lambda wait: 200 if wait == 29 and len(bench.frames) % 3 else 0
    it = bench.gear()
    bench.run(it, 60_000)
    assert bench.bus.gear[0].failure == bench.bus.gear[0].power_on == 254 and it.fault == 0


def test_a_bus_that_fails_is_light_by_the_gear_s_own_fail_safe():
    bench, it, gear = set_up()
    it.put(100)
    bench.run(it, 1000)
    bench.bus.fault = "shorted"
    gear.lose_bus(bench.us + 500_000)
    bench.run(it, 4 * MINUTE)
    assert it.fault == module._SILENT | module._BUS and gear.level_at(bench.us) == 254
    bench.bus.fault = None
    it.put(100)
    bench.run(it, 4 * MINUTE)
    assert it.fault == 0 and gear.level_at(bench.us) == 100


@pytest.mark.parametrize("seed", range(12))
def test_lost_frames_never_leave_another_fail_safe(seed):
    """Whatever is lost on the way: what the gear keeps is what it had, or what it should have."""
    lose_and_look(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 500))
def test_lost_frames_never_leave_another_fail_safe_at_length(seed):
    lose_and_look(seed)


def lose_and_look(seed):
    chance = Random(seed)
    failure, power_on = chance.randrange(256), chance.randrange(256)
    lost = set(chance.sample(range(120), chance.randrange(1, 40)))
    gear = lamp(False, failure=failure, power_on=power_on, fade_time=3, extended_fade=0x22)
    heard = iter(range(10**9))
    gear.deaf_to = lambda frame: next(heard) in lost
    bench = Bench(gear)
    output = node(bench, bench.gear())
    for level in (30, 80, 10, 0, 60):
        bench.run(output, 900)
        output.go(level, 400, bench.us // 1000)
    bench.run(output, 20_000)
    assert gear.failure in (failure, 254) and gear.power_on in (power_on, 254)
    bench.run(output, 80 * MINUTE)
    assert (gear.failure, gear.power_on) == (254, 254)
    assert (gear.fade_time, gear.extended_fade) == (0, 0)
    assert gear.level_at(bench.us) == luminaire(curve=DALI).command(60)


@pytest.mark.parametrize("quarters", [6, pytest.param(160, marks=pytest.mark.long)])
def test_noise_on_the_line_does_no_harm(quarters):
    bench, it, gear = set_up(memory=True)
    output = node(bench, it)
    bench.bus.fault = "noise"
    chance = Random(11)
    for _ in range(quarters):
        percent = chance.randrange(101)
        output.go(percent, chance.choice((0, 1000, 30_000)), bench.us // 1000 & TICKS)
        bench.run(output, 15 * MINUTE)
        assert gear.level_at(bench.us) == luminaire(curve=DALI).command(percent)
    assert (gear.failure, gear.power_on) == (254, 254) and it.fault & module._DISTURBED
    bench.bus.fault = None
    bench.run(output, 2 * HOUR)
    assert it.fault == 0 and it.power == 389
    well_said(bench)


def test_a_night_of_frames():
    """A night as the program and some walkers make it: each frame, its twin and its distance, and
    what it cost the gear's memory."""
    bench, it, gear = set_up(memory=True)
    output = node(bench, it, minimum=5)
    chance = Random(8)
    dark = 0
    for hour in range(14):
        output.go((100, 50, 20, 5)[hour % 4], (5000, 60_000)[hour % 2], bench.us // 1000)
        bench.run(output, 20 * MINUTE)
        for _ in range(4):
            output.go(100, 1000, bench.us // 1000)
            bench.run(output, chance.randrange(20_000, 60_000))
            output.go((100, 50, 20, 5)[hour % 4], 5000, bench.us // 1000)
            bench.run(output, 8 * MINUTE)
            dark += light_of(gear.level_at(bench.us)) < 4.9
    assert not dark and it.fault == 0 and it.corrected == 0
    assert gear.writes <= 14 and bench.blocked <= 25_000
    well_said(bench)


def test_by_the_wiring(board, monkeypatch):
    import sys
    from types import SimpleNamespace

    bench = Bench(lamp(address=5, level=10), start=7_000_000)
    monkeypatch.setattr(module, "line", lambda wiring: bench.line)
    clock = SimpleNamespace(
        ticks_ms=lambda: bench.us // 1000, ticks_us=lambda: bench.us, sleep_ms=lambda ms: None
    )
    monkeypatch.setitem(sys.modules, "time", clock)
    wiring = {"kind": "dali", "tx": 17, "rx": 16, "address": 5, "safe": 50}
    it = module.fitted(wiring, luminaire(curve=DALI))
    assert bench.bus.gear[0].level_at(bench.us + 20_000) == 254  # told before anything polls
    bench.run(it, 10_000)
    assert bench.bus.gear[0].failure == 229 and it.fault == 0
    it = module.fitted({"tx": 17, "rx": 16, "address": -1}, luminaire(curve=LINEAR))
    bench.run(it, 10_000)
    assert bench.bus.gear[0].curve == 1 and bench.bus.gear[0].failure == 254


@pytest.mark.parametrize("runtime", ["micropython", "wasm32"])
def test_the_same_on_each_runtime_and_no_heap_in_steady_state(runtime):
    same_on(runtime, Path(__file__).with_name("guest_dali.py"))
