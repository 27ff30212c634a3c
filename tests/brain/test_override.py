"""Overrides: somebody's word, for a while; the last one given wins, and every one expires."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain import Brain
from noctule.brain.layers import BY_LEVEL, BY_PROGRAM, TIME_UNKNOWN
from noctule.brain.luminaire import FREE
from noctule.brain.override import DEFAULT_SECONDS, LEVEL, LONGEST_SECONDS, NONE
from noctule.brain.state import SIZE

from tests.brain import helpers
from tests.brain.helpers import (
    DAY,
    HOUR,
    MINUTE,
    OVERRIDE,
    PROGRAM,
    SECOND,
    UNSET,
    Lamp,
    at,
    small_node,
)

NIGHT = at("2026-11-22T22:00:00.400")
PROGRAMS = {
    "street": {"points": [{"at": "12:00", "level": 60}], "fault_state": 80},
    "dark": {"active": [{"from": "sunset", "to": "23:30"}], "fault_state": 5},
    "busy": {
        "points": [
            {"at": "21:00", "level": 30},
            {"at": "01:00", "level": 10, "ramp": "7 s"},
            {"at": "06:00", "level": 40},
        ]
    },
}
RULES = [{"program": name, "dates": ["2000-01-01"]} for name in PROGRAMS]
CONFIG = small_node(PROGRAMS, rules=RULES)


def lamp(t=NIGHT, config=CONFIG, **more):
    return Lamp(config, t - 333_777, **more).run_to(t)


def test_two_hours_unless_said_otherwise():
    it = lamp()
    it.override_level(25, 0)
    it.run_to(NIGHT + 2 * HOUR - 2 * SECOND)
    assert it.brain.level == 25 and DEFAULT_SECONDS == 7200
    it.run_to(NIGHT + 2 * HOUR)
    assert it.brain.level == 60


def test_a_level_with_its_ramp_and_its_end():
    it = lamp()
    it.override_level(25, 1800, 3000)
    assert (it.lines[-1].t, *it.lines[-1].word, it.lines[-1].ramp) == (
        NIGHT, 25, OVERRIDE, BY_LEVEL, 0, 3000,
    )
    it.run_to(NIGHT + HOUR)
    last = it.lines[-1]
    assert last.level == 60 and last.layer == PROGRAM and last.ramp == 3000
    assert NIGHT + 1799 * SECOND < last.t <= NIGHT + 1800 * SECOND
    assert it.brain.override.kind == NONE


def test_the_last_one_wins_and_can_be_cancelled():
    it = lamp()
    it.override_level(25, 7200)
    it.override_level(90, 600)
    assert it.brain.level == 90
    it.run_to(NIGHT + 11 * MINUTE)
    assert it.brain.level == 60, "the earlier one does not come back"
    it.override_level(0)
    assert it.brain.level == 0
    it.cancel()
    assert it.brain.level == 60 and it.brain.override.kind == NONE
    it.cancel()
    assert it.brain.level == 60


@pytest.mark.parametrize("day", ["2026-11-22T13:00", "2026-11-23T02:00"])
def test_it_goes_before_everything_by_day_and_by_night(day):
    presence = {"operation": "max", "level": 100, "hold": "60 s"}
    config = small_node({"p": {"points": [{"at": "12:00", "level": 20}], "presence": presence}})
    it = lamp(at(day), config)
    it.override_level(35)
    it.sensor(True)
    it.run_to(it.t + 10 * MINUTE)
    assert it.brain.level == 35
    it.run_to(it.t + 2 * HOUR)
    assert it.brain.level == (0 if "13:" in day else 100)


def test_what_is_no_override():
    brain = Brain(CONFIG)
    brain.start(0, False, None)
    for level, seconds in ((-1, 60), (101, 60), (50, -5), (50, LONGEST_SECONDS + 1)):
        with pytest.raises(ValueError, match="override"):
            brain.override_level(level, seconds, 0, 0)
    for program, seconds in ((3, 60), (-1, 60), (0, -1)):
        with pytest.raises(ValueError, match="override"):
            brain.override_program(program, seconds, 0)
    assert brain.override.kind == NONE


# --- expiry --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [1, 59, 3599, 3600, 3601, 7200, DAY // 1000, 13 * DAY // 1000])
@pytest.mark.parametrize("clock", [UNSET, helpers.SYNCED])
@pytest.mark.parametrize("phase", [0, 250, 999])
def test_expiry_is_woken_for(seconds, clock, phase):
    """Within the last second of its length, over the wrap of the ticks too, never after it."""
    it = lamp(NIGHT + phase, clock=clock)
    start = it.t
    it.override_level(33, seconds)
    it.run_to(start + seconds * SECOND + HOUR)
    ended = it.lines[-1] if it.lines[-1].level != 33 else it.lines[-2]
    ended = next(x for x in it.lines if x.t > start and x.level != 33)
    assert start + (seconds - 1) * SECOND < ended.t <= start + seconds * SECOND
    assert it.brain.override.kind == NONE


@pytest.mark.parametrize("error", [-30 * DAY, -HOUR, -MINUTE, 0])
def test_a_clock_that_is_set_back_does_not_prolong_it(error):
    it = lamp()
    it.override_level(33, 3600)
    it.run_to(NIGHT + 10 * MINUTE)
    it.clock_error = error
    it.step()
    it.run_to(NIGHT + HOUR)
    assert it.brain.override.kind == NONE


def test_a_clock_that_was_far_ahead_does_not_prolong_it():
    it = lamp(clock_error=300 * DAY)
    it.override_level(33, 3600)
    it.run_to(NIGHT + 10 * MINUTE)
    it.clock_error = 0
    it.step()
    assert it.brain.level == 33
    it.run_to(NIGHT + HOUR)
    assert it.brain.override.kind == NONE


def test_a_clock_set_forward_past_the_expiry_ends_it():
    it = lamp()
    it.override_level(33, 3600)
    it.clock_error = 2 * HOUR
    it.step()
    assert it.brain.level == 60


def test_given_while_the_time_is_not_known():
    it = lamp(clock=UNSET)
    assert it.brain.level == 100 and it.lines[-1].why == TIME_UNKNOWN
    it.override_level(33, 3600)
    it.run_to(NIGHT + 20 * MINUTE)
    it.clock = helpers.SYNCED
    assert it.step().level == 33
    it.clock = UNSET
    it.run_to(NIGHT + HOUR - 2 * SECOND)
    assert it.brain.level == 33
    it.run_to(NIGHT + HOUR)
    assert it.brain.level == 100


# --- saved ---------------------------------------------------------------------------------------


@given(
    seconds=st.integers(2, 40_000),
    lived=st.integers(0, 50_000_000),
    off=st.integers(0, 50_000_000),
    blind=st.integers(0, 900_000),
    power_on=st.booleans(),
)
def test_saved_and_loaded_the_calendar_decides(seconds, lived, off, blind, power_on):
    """Whatever passed without mains counts, once the time is known."""
    it, never = lamp(), lamp()
    for x in (it, never):
        x.override_level(33, seconds, 2500)
        x.run_to(NIGHT + lived)
    it.cut()
    it.run_to(NIGHT + lived + off)
    it.power_on, it.clock = power_on, UNSET
    it.boot()
    assert it.taken
    it.run_to(it.t + blind)
    it.clock = helpers.SYNCED
    it.step()
    never.run_to(it.t)
    never.step()
    left = NIGHT + seconds * SECOND - it.t
    if not 0 < left <= SECOND:  # the uptime's seconds are not the calendar's
        assert (it.last.layer == OVERRIDE) == (never.last.layer == OVERRIDE) == (left > 0)
        assert it.last.word == never.last.word or not left > 0
    it.run_to(it.t + max(left, 0))
    assert it.brain.override.kind == NONE


def test_saved_and_loaded_without_a_clock():
    it = lamp(clock=UNSET)
    it.override_level(33, 7200)
    it.run_to(NIGHT + HOUR)
    it.cut()
    it.run_to(NIGHT + 5 * HOUR)
    it.power_up()
    it.step()
    assert it.brain.level == 33, "it cannot know how long mains was off"
    it.run_to(NIGHT + 6 * HOUR + 15 * MINUTE)
    assert it.brain.level == 100, "but it does know that it ran for an hour before"


@pytest.mark.parametrize("power_on", [True, False])
@pytest.mark.parametrize("seconds", [7200, 3 * 86_400])
def test_resets_with_a_clock_neither_prolong_nor_shorten_it(seconds, power_on):
    it = lamp()
    it.override_level(33, seconds)
    end = it.t + seconds * SECOND
    for _ in range(5):
        it.run_to(it.t + 20 * MINUTE)
        it.power_on = power_on
        it.boot()
        assert it.step().level == 33
    it.run_to(end - 2 * SECOND)
    assert it.brain.level == 33
    it.run_to(end + SECOND)
    assert it.brain.override.kind == NONE


@pytest.mark.parametrize("every", [MINUTE, 14 * MINUTE, 16 * MINUTE, 50 * MINUTE])
@pytest.mark.parametrize("power_on", [True, False])
def test_resets_without_a_clock_do_not_prolong_it(every, power_on):
    """A node that keeps resetting counts every quarter of an hour of its life."""
    it = lamp(clock=UNSET)
    it.override_level(33, 7200)
    while it.brain.override.kind != NONE:
        if it.due > it.t + every:
            it.run_to(it.t + every)
            it.power_on = power_on
            it.boot()
        it.run_to(it.due)
        assert it.t <= NIGHT + 2 * HOUR + 15 * MINUTE


def test_a_clock_that_stops_at_every_reset_does_not_prolong_it():
    """Its battery is dead: each time it starts from the time it was last set to."""
    it = lamp()
    it.override_level(33, 7200)
    for _ in range(200):
        it.run_to(it.t + 10 * MINUTE)
        it.clock_error -= 10 * MINUTE
        it.power_up()
        it.step()
    assert it.brain.override.kind == NONE


@given(st.binary(min_size=SIZE, max_size=SIZE), st.integers(0, SIZE - 1), st.integers(1, 255))
def test_a_state_that_does_not_check_is_left_out(noise, place, flip):
    it = lamp()
    it.override_level(33, 7200)
    spoilt = bytearray(it.saved)
    spoilt[place] ^= flip
    for saved in (spoilt, bytearray(noise)):
        other = Lamp(CONFIG, NIGHT, saved=bytearray(saved))
        assert not other.taken
        assert other.step().word == lamp().step().word


def test_a_state_of_another_configuration_names_no_program_that_is_not_there():
    it = lamp()
    it.override_program(2, 7200)
    other = Lamp(small_node({"street": PROGRAMS["street"]}), NIGHT, saved=it.saved)
    assert other.taken and other.brain.override.kind == NONE
    assert other.step().level == 60


# --- by program ----------------------------------------------------------------------------------


def test_by_program_runs_that_program():
    it = lamp(at("2026-11-22T19:30"))
    it.override_program(2, 14 * 3600)
    it.run_to(at("2026-11-23T11:00"))
    own = Lamp(small_node({"busy": PROGRAMS["busy"]}), at("2026-11-22T19:30"))
    own.run_to(at("2026-11-23T09:30"))
    seen = [(x.t, x.level, x.ramp) for x in it.lines if x.layer == OVERRIDE]
    assert seen[0][:2] == (at("2026-11-22T19:30"), 40)  # what it ended with the night before
    assert seen[1:] == [(x.t, x.level, x.ramp) for x in own.lines[1:]]
    assert {x.why for x in it.lines if x.layer == OVERRIDE} == {BY_PROGRAM}
    assert it.lines[-1].layer == PROGRAM
    assert 0 <= at("2026-11-23T09:30") - it.lines[-1].t < SECOND


def test_by_program_is_off_outside_its_active_periods():
    it = lamp()
    it.override_program(1)
    assert it.lines[-1].word == (100, OVERRIDE, BY_PROGRAM, 1 << 8 | 255)
    it.run_to(at("2026-11-22T22:30"))
    assert it.lines[-1].word == (0, OVERRIDE, BY_PROGRAM, 1 << 8 | 255)


def test_by_program_on_a_switched_circuit_keeps_mains_the_active_period():
    it = lamp(config=small_node(PROGRAMS, rules=RULES, supply="switched"))
    it.override_program(1, 86400)
    assert it.at(at("2026-11-23T02:00")) == 100
    it.override_program(2, 86400)
    assert it.at(at("2026-11-23T02:00")) == 10
    assert it.at(at("2026-11-23T12:00")) == 100  # forced run


def test_by_program_while_the_time_is_not_known_is_its_fault_state():
    it = lamp(clock=UNSET)
    it.override_program(1)
    assert it.lines[-1].word == (5, OVERRIDE, BY_PROGRAM, 1 << 8 | 255)
    it.clock = helpers.SYNCED
    assert it.step().level == 100


def test_by_program_outlives_a_reset():
    it = lamp()
    it.override_program(2, 12 * 3600)
    it.run_to(at("2026-11-23T03:00"))
    assert it.brain.level == 10
    it.reset()
    assert it.step().word == (10, OVERRIDE, BY_PROGRAM, 2 << 8 | 1)
    it.run_to(at("2026-11-23T12:00"))
    assert [(x.t, x.level) for x in it.lines if x.layer == OVERRIDE][-2] == (
        at("2026-11-23T05:00"), 40,
    )
    assert it.brain.override.kind == NONE and it.brain.level == 0


@settings(max_examples=60)
@given(
    helpers.nodes(presence=True),
    helpers.instants(),
    st.lists(
        st.tuples(
            st.integers(0, 3 * HOUR),
            st.sampled_from(("level", "program", "cancel")),
            st.integers(0, 100),
            st.integers(1, 20_000),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_what_was_given_last_is_what_runs(site, t, acts):
    config = small_node(**site)
    it = Lamp(config, t)
    until, value = t, None
    programs = len(it.brain._programs)
    for wait, what, number, seconds in acts:
        t += wait
        it.run_to(t)
        if what == "level":
            it.override_level(number, seconds)
        elif what == "program":
            it.override_program(number % programs, seconds)
        else:
            it.cancel()
        value = number if what == "level" else None
        until = t if what == "cancel" else t + seconds * SECOND
        for later in (0, 1, seconds * SECOND // 2, seconds * SECOND):
            if it.t <= t + later:
                it.at(t + later)
                stack, held = it.brain.stack, it.brain.override.kind
                # Above it there is a ceiling; an event speaks when nobody does.
                assert stack.decider >= OVERRIDE or held == NONE
                assert (stack.why[OVERRIDE] in (BY_LEVEL, BY_PROGRAM)) == (held != NONE)
                assert it.t < until or held == NONE
                if value is not None and it.t < until - SECOND:
                    assert held == LEVEL and stack.after[OVERRIDE] == value
                    if stack.decider == OVERRIDE and it.brain.gear == FREE:
                        assert it.brain.level == it.brain.luminaire.attainable(value)
        t = it.t
