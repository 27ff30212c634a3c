"""What the gear makes of a level: minimum times, the first word, contactors, and the output that
light takes as a lamp ages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain.config import Config
from noctule.brain.luminaire import FREE, STAYS_OFF, STAYS_ON

from tests.brain import helpers
from tests.brain.helpers import (
    DAY,
    FORCED_RUN,
    HOUR,
    MINUTE,
    SECOND,
    SYNCED,
    UNSET,
    Lamp,
    at,
    small_node,
)

NIGHT = at("2026-11-22T22:00")
STREET = {"active": [{"from": "sunset", "to": "23:30"}, {"from": "05:00", "to": "sunrise"}]}
SODIUM = {"warm_up": "5 min", "minimum_on": "10 min", "minimum_off": "3 min"}


def lamp(t=NIGHT, program=STREET, driver=SODIUM, **more):
    clock = more.pop("clock", SYNCED)
    power_on = more.pop("power_on", False)
    config = small_node({"street": program}, driver=driver, **more)
    return Lamp(config, t, clock=clock, power_on=power_on)


# --- minimum times -------------------------------------------------------------------------------


def switchings(it):
    """(t, lit) of each."""
    found, lit = [], None
    for line in it.lines:
        if lit is not None and lit != (line.level > 0):
            found.append((line.t, line.level > 0))
        lit = line.level > 0
    return found


@given(
    st.lists(st.tuples(st.integers(0, 20 * MINUTE), st.booleans()), min_size=1, max_size=30),
    st.sampled_from((0, 1, 45, 180, 3600, 64_800)),
    st.sampled_from((0, 1, 45, 180, 3600, 64_800)),
    st.integers(0, 999),
)
@settings(max_examples=60)
def test_it_rests_and_then_does_what_is_asked(acts, minimum_on, minimum_off, phase):
    """Between two switchings lies the minimum time, to the second that the uptime counts in; and
    a lamp that is held does as asked as soon as it may."""
    driver = {"minimum_on": f"{minimum_on} s", "minimum_off": f"{minimum_off} s"}
    it = lamp(NIGHT + phase, {"active": "always"}, driver)
    it.step()
    for wait, on in acts:
        it.run_to(it.t + wait)
        it.override_level(100 if on else 0, 20_000)
        assert (it.last.gear == FREE) == ((it.last.level > 0) == on)
    for (before, lit), (t, _) in zip(switchings(it), switchings(it)[1:], strict=False):
        assert t - before > (minimum_on if lit else minimum_off) * SECOND - SECOND
    held = it.last.gear
    if held != FREE:
        # The first word is a switching as well: what was before it is not known.
        changed = switchings(it)[-1][0] if switchings(it) else NIGHT + phase
        least = (minimum_on if held == STAYS_ON else minimum_off) * SECOND
        it.override_level(it.last.asked, 90_000)  # the same word, for long enough
        it.run_to(changed + least)
        assert it.last.gear == FREE and it.last.level == it.last.asked
        assert switchings(it)[-1][0] > changed + least - SECOND


@pytest.mark.parametrize("level", [10, 55, 99])
def test_dimming_is_no_switching(level):
    it = lamp()
    it.step()
    it.override_level(level)
    assert it.brain.level == level and it.last.gear == FREE
    it.override_level(100)
    assert it.brain.level == 100 and it.last.gear == FREE


def test_it_never_waits_without_minimum_times():
    it = lamp(driver={"warm_up": "5 min"})
    it.step()
    for i in range(10):
        it.override_level(i % 2 * 100)
        assert it.brain.level == i % 2 * 100 and it.last.gear == FREE


def test_what_is_held_says_so_once():
    it = lamp(at("2026-11-22T22:25"), power_on=True)
    it.step()
    assert it.last.gear == FREE
    it.run_to(at("2026-11-22T22:34"))
    assert [(line.t, line.level, line.gear) for line in it.lines[1:]] == [
        (at("2026-11-22T22:30"), 100, STAYS_ON)
    ]
    it.run_to(at("2026-11-22T22:40"))
    assert (it.lines[-1].t, it.lines[-1].level, it.lines[-1].gear) == (
        at("2026-11-22T22:35"), 0, FREE,
    )  # fmt: skip


def test_a_contactor_has_its_own_times_and_the_longer_counts():
    box = {"minimum_on": "15 min", "minimum_off": "1 min"}
    gear = Config(small_node({"street": STREET}, driver=SODIUM, contactor=box)).luminaire
    assert (gear.minimum_on, gear.minimum_off, gear.warm_up) == (900, 180, 300)
    gear = Config(small_node({"street": STREET}, contactor=box)).luminaire
    assert (gear.minimum_on, gear.minimum_off) == (900, 60)
    it = lamp(driver={}, contactor=box)
    it.step()
    it.run_to(it.t + 15 * MINUTE)
    it.override_level(0)
    assert it.brain.level == 0
    it.cancel()
    assert it.brain.level == 0 and it.last.gear == STAYS_OFF
    it.run_to(it.t + MINUTE)
    assert it.brain.level == 100
    it.override_level(0)
    it.run_to(it.t + 15 * MINUTE - SECOND)
    assert it.brain.level == 100 and it.last.gear == STAYS_ON
    it.run_to(it.t + SECOND)
    assert it.brain.level == 0


# --- the first word ------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", [SYNCED, UNSET])
def test_after_power_on_it_is_lit_and_stays_so(clock):
    """Mains gives full light before the node has booted: that was a switching."""
    it = lamp(at("2026-11-23T00:30"), {**STREET, "fault_state": 0}, power_on=True, clock=clock)
    it.step()
    assert (it.last.asked, it.brain.level, it.last.gear) == (0, 100, STAYS_ON)
    assert it.last.ramp == 0 and it.brain.output == 100
    it.run_to(it.t + 10 * MINUTE - SECOND)
    assert it.brain.level == 100
    it.run_to(it.t + SECOND)
    assert it.brain.level == 0 and it.last.gear == FREE


def test_after_power_on_it_dims_at_once():
    program = {"active": "always", "points": [{"at": "12:00", "level": 40}]}
    it = lamp(program=program, power_on=True)
    assert it.step().level == 40 and it.last.gear == FREE and it.last.ramp == 0


def test_without_minimum_times_the_first_word_after_power_on_is_the_program_s():
    it = lamp(at("2026-11-23T00:30"), driver={}, power_on=True)
    assert it.step().level == 0 and it.last.gear == FREE


@pytest.mark.parametrize("t", ["2026-11-22T22:00", "2026-11-23T00:30"])
def test_after_a_watchdog_reset_the_first_word_is_done_at_once(t):
    """What the lamp did before is not known; and light must not wait."""
    it = lamp(at(t))
    asked = it.step().asked
    it.override_level(100 - asked)
    it.reset()
    it.brain.cancel_override()
    assert it.step().level == asked and it.last.gear == FREE and it.last.ramp == 0


def test_on_a_switched_circuit_every_evening():
    """The cabinet lights it; that the program asks nothing yet does not switch it off."""
    dark = {"points": [{"at": "12:00", "level": 0}, {"at": "18:00", "level": 100}]}
    it = lamp(at("2026-11-22T16:45"), dark, supply="switched", power_on=True)
    it.step()
    assert it.last.gear == STAYS_ON and it.brain.level == 100
    it.run_to(at("2026-11-22T16:55"))
    assert it.brain.level == 0
    it.run_to(at("2026-11-22T17:00"))
    assert it.brain.level == 100
    it.cut()
    it.run_to(at("2026-11-23T12:00"))
    it.power_up()
    it.step()
    assert it.last.why == FORCED_RUN and it.brain.level == 100


# --- never dark by it ----------------------------------------------------------------------------


@settings(max_examples=15)
@given(
    helpers.nodes(presence=True, gear=False),
    helpers.instants(),
    st.sampled_from((30, 180, 3600)),
    st.sampled_from((30, 600, 7200)),
    st.lists(st.tuples(st.integers(0, 6 * HOUR), st.integers(0, 100)), min_size=1, max_size=12),
)
def test_never_dark_beyond_the_minimum_off_time(site, t, minimum_off, minimum_on, acts):
    """Against the same node with gear that may be switched at will."""
    times = {"minimum_on": f"{minimum_on} s", "minimum_off": f"{minimum_off} s"}
    rests = small_node(**{**site, "driver": {**site["driver"], **times}})
    it, free = Lamp(rests, t), Lamp(small_node(**site), t)
    lit = t
    for wait, level in acts:
        t += wait
        for x in (it, free):
            x.run_to(t)
            x.override_level(level, 3000)
        assert it.last.said == free.last.said
        if it.brain.level:
            lit = it.t
        if it.brain.level < free.brain.level:
            assert it.last.gear == STAYS_OFF and it.t - lit < minimum_off * SECOND
    # Each darkness of a lamp that is asked for light ends in time.
    lines = [*it.lines, it.last]
    for line in lines:
        if line.gear == STAYS_OFF:
            before = [x.t for x in lines if x.t <= line.t and x.level == 0 and x.gear == FREE]
            after = [x for x in lines if x.t > line.t and x.gear != STAYS_OFF]
            if after and before:
                assert after[0].t - before[-1] <= minimum_off * SECOND


# --- output --------------------------------------------------------------------------------------

CLO = [[0, 80], [5_000, 85], [20_000, 95], [50_000, 100]]


@given(
    st.sampled_from((100, 80, 51, 30, 1)),
    st.sampled_from(((), CLO, [[0, 1], [199_990, 100]], [[0, 100]])),
    st.sampled_from((0, 10, 12_000, 60_000, 200_000)),
    st.sampled_from((1, 10, 30)),
)
def test_output_rises_with_light_and_with_age(virtual, clo, burnt, minimum):
    """Monotone in both, never off while there is light, never more than the gear has."""
    driver = {"virtual_output": virtual, "clo": clo, "minimum_level": minimum}
    config = small_node({"street": STREET}, driver=driver, burning_hours=burnt)
    gear = Config(config).luminaire
    before = [0] * 101
    for hours in (0, 1, 100, 4_999, 5_000, 20_000, 49_999, 50_000, 200_000, 298_000):
        outputs = [gear.output(gear.attainable(level), hours * 3600) for level in range(101)]
        assert outputs == sorted(outputs) and outputs[0] == 0
        assert all(minimum <= x <= 100 for x in outputs[1:])
        assert all(now >= then for now, then in zip(outputs, before, strict=True))
        assert outputs[100] in (max(minimum, (gear.scale(hours * 3600) + 50) // 100), minimum)
        before = outputs
    assert gear.scale(0) <= virtual * 100
    if not clo or burnt >= 200_000:
        assert gear.scale(0) == virtual * 100


def test_the_output_that_the_brain_tells_has_the_hours_of_this_node_in_it():
    """Percent of light stays what it was; the output for it grows, over resets too."""
    driver = {"virtual_output": 90, "clo": [[0, 50], [100, 100]]}
    program = {"active": "always", "points": [{"at": "12:00", "level": 100}]}
    it = lamp(at("2026-11-01T12:00"), program, driver)
    it.step()
    assert (it.brain.level, it.brain.output) == (100, 45)
    outputs = []
    for day in range(6):
        it.run_to(at("2026-11-02T00:00") + day * DAY)
        it.reset()
        it.step()
        assert it.brain.level == 100
        outputs.append(it.brain.output)
    # 12 h, then a day each, to the ten hours that the hours are counted in; at last all of it.
    assert outputs == sorted(outputs) and outputs[0] in (49, 50) and outputs[-1] == 90
    it.override_level(50)
    assert (it.brain.level, it.brain.output) == (50, 45)


def test_constant_light_grows_while_nothing_else_changes():
    """A lamp that burns at one level for weeks: no line says so, the output is right all the
    same."""
    driver = {"clo": [[0, 50], [100, 100]]}
    program = {"active": "always", "points": [{"at": "12:00", "level": 100}]}
    it = lamp(at("2026-11-01T12:00"), program, driver)
    it.run_to(at("2026-11-15T12:00"))
    it.step()
    assert it.brain.luminaire.scale(it.brain.burning_s) == 10_000
    assert it.brain.output == 100


@pytest.mark.parametrize("hours", [0, 30_000])
def test_no_word_of_any_layer_depends_on_the_age(hours):
    """Level and reason, over a night, are those of a lamp without constant light output."""
    program = {"points": [{"at": "22:00", "level": 60}, {"at": "05:00", "level": 100}]}
    made = small_node({"s": program}, driver={"clo": CLO, "virtual_output": 70},
                      burning_hours=hours)  # fmt: skip
    it = Lamp(made, NIGHT).run_to(NIGHT + DAY)
    plain = Lamp(small_node({"s": program}), NIGHT).run_to(NIGHT + DAY)
    assert it.lines == plain.lines
