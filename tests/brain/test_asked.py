"""What is asked by hand: light in a zone, and all on. Each ends by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain import Brain
from noctule.brain.brain import ALL_ON_LONGEST
from noctule.brain.layers import ALL_LIT, BY_REQUEST, QUIET
from noctule.brain.override import NONE

from tests.brain import helpers
from tests.brain.helpers import (
    ALL_ON,
    DAY,
    HOUR,
    MINUTE,
    PROGRAM,
    RELIGHT,
    SECOND,
    SYNCED,
    UNSET,
    Lamp,
    at,
    small_node,
)

NIGHT = at("2026-11-22T23:00:00.400")  # midnight, local
CUT = {"active": [{"from": "sunset", "to": "22:30"}, {"from": "05:00", "to": "sunrise"}]}
ZONE = {"hours": {"from": "22:30", "to": "05:00"}, "duration": "6 min"}
CONFIG = small_node({"hamlet": {**CUT, "fault_state": 30}}, relight=ZONE, zone=1)
ASK = {
    "relight": (lambda it: it.relight(1), RELIGHT, BY_REQUEST, 6 * MINUTE),
    "all-on": (lambda it: it.all_on(), ALL_ON, ALL_LIT, 30 * MINUTE),
}
both = pytest.mark.parametrize("what", sorted(ASK))


def lamp(t=NIGHT, config=CONFIG, **more):
    return Lamp(config, t - 333_777, **more).run_to(t)


def ask(it, what):
    ASK[what][0](it)


def end_of(it, what, since):
    """The first line after an instant on which it has ended."""
    return next(line.t for line in it.lines if line.t > since and line.why != ASK[what][2])


# --- both ----------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("clock", [SYNCED, UNSET])
@pytest.mark.parametrize("phase", [0, 250, 999])
def test_its_length_is_exact(what, clock, phase):
    """To the second of the uptime, and the node is woken for it."""
    _, layer, why, length = ASK[what]
    it = lamp(NIGHT + phase, clock=clock)
    start = it.t
    ask(it, what)
    assert it.last.word == (100, layer, why, 0)
    it.run_to(start + HOUR)
    assert start + length - SECOND < end_of(it, what, start) <= start + length
    assert it.brain.level == (0 if clock == SYNCED else 30)


@both
def test_asking_again_starts_it_anew(what):
    _, _, why, length = ASK[what]
    it = lamp()
    for _ in range(10):
        ask(it, what)
        it.run_to(it.t + length - MINUTE)
        assert it.last.why == why
    last = it.t - length + MINUTE
    it.run_to(it.t + HOUR)
    assert last + length - SECOND < end_of(it, what, last) <= last + length


@both
@pytest.mark.parametrize("clock", [SYNCED, UNSET])
@pytest.mark.parametrize("power_on", [True, False])
def test_it_outlives_a_reset(what, clock, power_on):
    _, layer, why, length = ASK[what]
    it = lamp(clock=clock)
    ask(it, what)
    it.run_to(NIGHT + MINUTE)
    it.power_on = power_on
    it.boot()
    assert it.taken
    assert it.step().word == (100, layer, why, 0)
    it.run_to(NIGHT + HOUR)
    end = end_of(it, what, NIGHT + MINUTE)
    if clock == SYNCED:
        assert NIGHT + length - SECOND < end <= NIGHT + length + SECOND
    else:  # what is left was saved as it began
        assert end <= NIGHT + length + MINUTE + SECOND
    assert it.last.layer not in (RELIGHT, ALL_ON)


@both
@pytest.mark.parametrize("every", [50 * SECOND, 4 * MINUTE, 14 * MINUTE])
@pytest.mark.parametrize("power_on", [True, False])
@pytest.mark.parametrize("clock", [SYNCED, UNSET])
def test_resets_do_not_prolong_it(what, every, power_on, clock):
    """One life may begin with what was saved; from then on each counts a quarter of an hour."""
    word = "relit" if what == "relight" else "everything"
    length = ASK[what][3]
    it = lamp(clock=clock)
    ask(it, what)
    while getattr(it.brain, word).kind != NONE:
        if it.due > it.t + every:
            it.run_to(it.t + every)
            it.power_on = power_on
            it.boot()
        it.run_to(it.due)
        assert it.t <= NIGHT + length + (SECOND if clock == SYNCED else 15 * MINUTE)


@both
def test_a_reset_when_it_is_over_brings_nothing_back(what):
    it = lamp()
    ask(it, what)
    it.run_to(NIGHT + 31 * MINUTE)
    assert it.last.layer == PROGRAM
    for power_on in (False, True):
        it.power_on = power_on
        it.boot()
        assert it.step().level == 0
    # Nor after a cut, when the time is known again.
    ask(it, what)
    it.cut()
    it.run_to(it.t + HOUR)
    it.power_up(SYNCED)
    assert it.step().level == 0


@both
@pytest.mark.parametrize("error", [-30 * DAY, -HOUR, -MINUTE, 0])
def test_a_clock_that_is_set_back_does_not_prolong_it(what, error):
    it = lamp()
    ask(it, what)
    it.run_to(NIGHT + MINUTE)
    it.clock_error = error
    it.step()
    it.run_to(NIGHT + ASK[what][3])
    assert it.brain.relit.kind == it.brain.everything.kind == NONE


@settings(max_examples=20)
@given(
    helpers.nodes(presence=True),
    helpers.instants(),
    st.lists(
        st.tuples(
            st.integers(0, 2 * HOUR),
            st.sampled_from(("relight", "all-on", "end", "reset", "off and on", "blind", "seen")),
            st.sampled_from((1, 60, 1800, 5000, 43_200)),
        ),
        min_size=1,
        max_size=10,
    ),
)
def test_none_outlives_its_expiry(site, t, acts):
    """Where the time is known it is exact; else but for what a life counted and did not save."""
    it = Lamp(small_node(**site), t)
    ends = {"relit": t, "everything": t}
    requests = it.brain._requests
    late = SECOND
    for wait, what, seconds in acts:
        it.run_to(it.t + wait)
        if what == "relight":
            zone = requests.zone if requests else 0
            if it.relight(zone):
                assert requests is not None
                ends["relit"] = it.t + requests.seconds * SECOND
        elif what == "all-on":
            it.all_on(seconds)
            ends["everything"] = it.t + seconds * SECOND
            assert it.brain.stack.level == 100 and it.last.why == ALL_LIT
        elif what == "end":
            it.end_all_on()
            ends["everything"] = it.t
        elif what == "reset":
            it.reset()
        elif what == "off and on":
            it.cut()
            it.run_to(it.t + 7 * MINUTE)
            it.power_up()
            late += 7 * MINUTE if it.clock == UNSET else 0
        else:
            it.clock = UNSET if what == "blind" else SYNCED
            late += 15 * MINUTE if what == "blind" else 0
        it.step()
        for name, end in ends.items():
            held = getattr(it.brain, name).kind != NONE
            assert not held or it.t < end + late
        assert (it.brain.stack.why[ALL_ON] == ALL_LIT) == (it.brain.everything.kind != NONE)
    it.run_to(max(it.t, *ends.values()) + late)
    assert it.brain.relit.kind == it.brain.everything.kind == NONE
    assert it.last.layer != ALL_ON and it.last.layer != RELIGHT


# --- light on demand -----------------------------------------------------------------------------


def test_requests_of_another_zone_are_not_its():
    it = lamp()
    for zone in (0, 2, 255):
        assert not it.relight(zone)
    assert it.brain.level == 0
    assert not lamp(config=small_node({"hamlet": CUT})).relight(0), "nor of any, without a zone"


@pytest.mark.parametrize(
    ("t", "taken"),
    [
        ("2026-11-22T21:29:59.999", False),
        ("2026-11-22T21:30", True),
        ("2026-11-23T03:59:59.999", True),
        ("2026-11-23T04:00", False),
        ("2026-11-23T12:00", False),
    ],
)
def test_outside_the_hours_nothing_is_taken(t, taken):
    it = lamp(at(t))
    assert it.relight(1) == taken
    assert (it.brain.stack.why[RELIGHT] == BY_REQUEST) == taken
    assert (it.brain.relit.kind != NONE) == taken


def test_one_that_is_taken_runs_to_its_end_over_the_hours():
    it = lamp(at("2026-11-23T03:58"))
    assert it.relight(1)
    it.run_to(at("2026-11-23T04:03:58"))
    assert it.brain.stack.why[RELIGHT] == BY_REQUEST
    it.run_to(at("2026-11-23T04:04"))
    assert it.brain.stack.why[RELIGHT] == QUIET


def test_hours_by_the_sun():
    zone = {"hours": {"from": "dusk + 1 h", "to": "dawn - 30 min"}, "duration": "4 min"}
    config = small_node({"hamlet": CUT}, relight=zone)
    # Dusk in Is-sur-Tille that day is about 17:24, dawn about 7:20.
    for t, taken in (("17:15", False), ("17:45", True), ("05:30", True), ("05:58", False)):
        day = "2026-11-22" if t > "12" else "2026-11-23"
        assert lamp(at(f"{day}T{t}"), config).relight() == taken, t


@pytest.mark.parametrize("t", ["2026-11-22T13:00", "2026-11-22T23:00"])
def test_while_the_time_is_not_known_every_request_is_taken(t):
    it = lamp(at(t), clock=UNSET)
    assert it.relight(1) and it.last.word == (100, RELIGHT, BY_REQUEST, 0)


@pytest.mark.parametrize(("duration", "seconds"), [("4 min", 240), ("15 min", 900)])
def test_as_long_as_the_zone_says(duration, seconds):
    zone = {**ZONE, "duration": duration, "level": 70}
    it = lamp(config=small_node({"hamlet": CUT}, relight=zone))
    assert it.relight() and it.brain.level == 70
    it.run_to(NIGHT + (seconds - 1) * SECOND)
    assert it.brain.level == 70
    it.run_to(NIGHT + seconds * SECOND)
    assert it.brain.level == 0 and it.last.ramp == 5000


def test_a_state_of_a_node_with_a_zone_is_nothing_to_one_without():
    it = lamp()
    assert it.relight(1)
    other = Lamp(small_node({"hamlet": CUT}), it.t, saved=it.saved)
    assert other.taken and other.step().level == 0
    assert other.brain.relit.kind == NONE


# --- all on --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [1, 59, 3600, 7201, ALL_ON_LONGEST])
def test_as_long_as_it_is_asked_for(seconds):
    it = lamp()
    it.all_on(seconds)
    it.run_to(NIGHT + (seconds - 1) * SECOND)
    assert it.last.why == ALL_LIT and it.brain.level == 100
    it.run_to(NIGHT + seconds * SECOND)
    assert it.last.why != ALL_LIT and it.brain.everything.kind == NONE


def test_twelve_hours_at_most():
    brain = Brain(CONFIG)
    brain.start(0, False, None)
    for seconds in (-1, ALL_ON_LONGEST + 1, 10**6):
        with pytest.raises(ValueError, match="all-on"):
            brain.all_on(seconds, 0)
    assert brain.everything.kind == NONE and ALL_ON_LONGEST == 12 * 3600


def test_it_can_be_ended_and_ending_nothing_is_nothing():
    it = lamp()
    it.all_on(ALL_ON_LONGEST)
    it.run_to(NIGHT + HOUR)
    it.end_all_on()
    assert it.brain.level == 0 and it.last.layer == PROGRAM
    it.reset()
    assert it.step().level == 0
    it.end_all_on()
    assert it.step().level == 0


def test_a_shorter_renewal_counts():
    it = lamp()
    it.all_on(ALL_ON_LONGEST)
    it.all_on(60)
    it.run_to(NIGHT + MINUTE)
    assert it.brain.level == 0


def test_what_was_below_goes_on_below():
    it = lamp()
    it.override_level(20, 3600)
    assert it.relight(1)
    it.all_on(1200)
    it.run_to(NIGHT + 20 * MINUTE)
    assert it.brain.level == 20
    it.run_to(NIGHT + HOUR)
    assert it.brain.level == 0
