"""Presence: what sensors and neighbours raise, to the millisecond, and never lower."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain.layers import BY_NEIGHBOUR, BY_VEHICLE, IDLE, OWN_SENSOR, POINT

from tests.brain import helpers
from tests.brain.helpers import HOUR, MINUTE, PRESENCE, PROGRAM, SECOND, Lamp, at, small_node

NIGHT = at("2026-11-22T22:00:00.250")  # its milliseconds are none of the node's own seconds


def node(program=None, sensor=None, **presence):
    """A node that asks for 20 % the whole day, and its presence."""
    settings = {"operation": "max", "level": 80, "hold": "60 s", **presence}
    made = {"active": "always", "points": [{"at": "12:00", "level": 20}], **(program or {})}
    return small_node(
        {"estate": {**made, "presence": settings}},
        sensor={"debounce": "0.2 s", "stuck_after": "30 min", **(sensor or {})},
    )


def lamp(t=NIGHT, program=None, sensor=None, **presence):
    """It has run for some odd time."""
    return Lamp(node(program, sensor, **presence), t - 777_123).run_to(t)


def test_own_sensor_raises_after_debounce_and_holds_to_the_millisecond():
    it = lamp(ramp_up="0.5 s", ramp_down="4 s")
    assert it.brain.level == 20
    it.sensor(True)
    it.run_to(NIGHT + 4321)
    it.sensor(False)
    it.run_to(NIGHT + HOUR)
    raised, lowered = it.lines[-2:]
    assert (raised.t, *raised.word, raised.ramp) == (
        NIGHT + 200, 80, PRESENCE, OWN_SENSOR, 0, 500,
    )
    assert (lowered.t, lowered.level, lowered.layer, lowered.why, lowered.ramp) == (
        NIGHT + 4321 + 60_000, 20, PROGRAM, POINT, 4000,
    )


@pytest.mark.parametrize(("active", "seen"), [(1, False), (199, False), (200, True), (201, True)])
def test_debounce_is_exact(active, seen):
    it = lamp()
    it.sensor(True)
    it.run_to(NIGHT + active)
    it.sensor(False)
    it.run_to(NIGHT + MINUTE - 1)
    assert it.brain.level == (80 if seen else 20)
    assert it.announced == ([NIGHT + 200] if seen else [])


def test_a_runtime_that_is_late_misses_nobody():
    """The sensor's edges are told in time, the step for the debounce is not."""
    it = lamp()
    brain = it.brain
    brain.sensor(True, it.ticks & helpers.TICKS)
    due = brain.sensor(False, (it.ticks + 900) & helpers.TICKS)
    assert due == 0
    it._move(NIGHT + 900)
    assert it.step().word == (80, PRESENCE, OWN_SENSOR, 0)
    assert it.announced == [NIGHT + 900]
    it.run_to(NIGHT + HOUR)
    assert it.lines[-1].t == NIGHT + 900 + 60_000


def test_no_debounce_is_at_once():
    it = lamp(sensor={"debounce": "0 s"})
    it.sensor(True)
    assert (it.lines[-1].t, it.brain.level) == (NIGHT, 80)


def test_a_chattering_contact_never_counts():
    it = lamp()
    before = len(it.lines)
    for i in range(2000):
        it.run_to(NIGHT + 150 * i)
        it.sensor(i % 2 == 0)
    it.run_to(NIGHT + 10 * MINUTE)
    assert len(it.lines) == before and not it.announced


def test_retrigger_extends_and_says_nothing_new():
    it = lamp()
    for second in (0, 30, 80, 139):
        it.run_to(NIGHT + second * SECOND)
        it.sensor(True)
        it.run_to(NIGHT + second * SECOND + 500)
        it.sensor(False)
    it.run_to(NIGHT + HOUR)
    assert [t - NIGHT for t, _ in it.levels(NIGHT + 1)] == [200, 139_500 + 60_000]


def test_light_stays_as_long_as_somebody_does_and_neighbours_are_told_again():
    it = lamp()
    it.sensor(True)
    it.run_to(NIGHT + 10 * MINUTE)
    assert it.brain.level == 80 and len(it.lines) == 2
    # Within every hold the neighbours hear of it again, or they would go dark.
    gaps = [b - a for a, b in zip(it.announced, it.announced[1:], strict=False)]
    assert it.announced[0] == NIGHT + 200 and len(gaps) > 15
    assert all(20 * SECOND <= gap < 60 * SECOND for gap in gaps)


def test_stuck_lit():
    it = lamp(sensor={"when_stuck": "lit"})
    it.sensor(True)
    it.run_to(NIGHT + 30 * MINUTE - SECOND)
    assert not it.brain.faults()
    it.run_to(NIGHT + 31 * MINUTE)
    assert it.brain.faults() == 2 and it.brain.level == 80
    told = len(it.announced)
    it.run_to(NIGHT + 6 * HOUR)
    assert it.brain.level == 80 and it.brain.faults() == 2
    assert len(it.announced) == told, "a stuck sensor does not wake the neighbours all night"
    it.sensor(False)
    it.run_to(NIGHT + 6 * HOUR + 60_000 - 1)
    assert it.brain.level == 80
    it.run_to(NIGHT + 6 * HOUR + 60_000)
    assert it.brain.level == 20 and it.brain.faults() == 0


@pytest.mark.parametrize("every", [None, 7_001, 59_999])
def test_stuck_ignored_goes_out_at_one_instant_however_often_it_is_asked(every):
    it = lamp(sensor={"when_stuck": "ignored"})
    it.sensor(True)
    if every:
        for t in range(NIGHT, NIGHT + 32 * MINUTE, every):
            it.at(t)
    it.run_to(NIGHT + HOUR)
    assert it.brain.level == 20 and it.brain.faults() == 2
    assert it.lines[-1].t == NIGHT + 30 * MINUTE + 60_000
    # It comes back to life without a flash, and works again.
    it.sensor(False)
    it.run_to(NIGHT + 2 * HOUR)
    assert it.lines[-1].t == NIGHT + 31 * MINUTE and it.brain.faults() == 0
    it.sensor(True)
    it.run_to(it.t + 200)
    assert it.brain.level == 80


def test_a_neighbour_raises_where_the_own_sensor_is_stuck_and_ignored():
    it = lamp(sensor={"when_stuck": "ignored"}, neighbours=2)
    it.sensor(True)
    it.run_to(NIGHT + HOUR)
    it.heard(hops=2)
    assert it.lines[-1].word == (80, PRESENCE, BY_NEIGHBOUR, 2)
    assert it.lines[-1].t == NIGHT + HOUR
    it.run_to(NIGHT + 2 * HOUR)
    assert it.lines[-1].t == NIGHT + HOUR + 60_000 and it.brain.level == 20


def test_a_sensor_stuck_for_a_year_stays_within_small_integers():
    """Over the wrap of the ticks, and in a season without presence."""
    quiet = {"active": "always", "points": [{"at": "12:00", "level": 20}]}
    presence = {"operation": "max", "level": 80, "hold": "60 s"}
    config = small_node(
        {"quiet": quiet, "lively": {**quiet, "presence": presence}},
        rules=[{"program": "lively", "from": "09-01", "to": "09-30"}],
    )
    it = Lamp(config, at("2026-01-01T12:00"))
    it.run_to(at("2026-01-01T22:00"))
    it.sensor(True)
    it.run_to(at("2026-08-31T22:00"))
    assert it.brain.level == 20
    it.run_to(at("2026-09-01T22:00"))
    assert it.brain.level == 80 and it.brain.faults() == 2
    numbers = [v for v in vars(it.brain.presence).values() if isinstance(v, int)]
    assert all(abs(v) < 2**30 for v in numbers)


# --- others --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "told", "why", "detail"),
    [
        ({"neighbours": 2}, {"hops": 1}, BY_NEIGHBOUR, 1),
        ({"neighbours": 2}, {"hops": 2, "section": 9}, BY_NEIGHBOUR, 2),
        ({"neighbours": 2}, {"hops": 3, "distance": 1}, None, 0),
        ({"neighbours": 0}, {"hops": 1, "distance": 0}, None, 0),
        ({"reach_m": 60}, {"hops": 9, "distance": 60}, BY_NEIGHBOUR, 9),
        ({"reach_m": 60}, {"hops": 1, "distance": 61}, None, 0),
        ({"vehicles": "section"}, {"hops": 30, "distance": 900, "fast": True}, BY_VEHICLE, 0),
        ({"vehicles": "section"}, {"hops": 30, "distance": 900}, None, 0),
        ({"vehicles": "section"}, {"hops": 30, "fast": True, "section": 1}, None, 0),
        ({"vehicles": "neighbours"}, {"hops": 30, "fast": True}, None, 0),
        (
            {"vehicles": "neighbours", "neighbours": 1},
            {"hops": 1, "fast": True},
            BY_NEIGHBOUR,
            1,
        ),
    ],
)
def test_who_counts(settings, told, why, detail):
    it = lamp(**settings)
    it.run_to(NIGHT + 11)
    it.heard(**told)
    if why is None:
        assert it.brain.level == 20 and len(it.lines) == 1
        return
    assert (it.lines[-1].t, *it.lines[-1].word) == (NIGHT + 11, 80, PRESENCE, why, detail)
    it.run_to(NIGHT + HOUR)
    assert it.levels(NIGHT)[-1] == (NIGHT + 11 + 60_000, 20)
    assert not it.announced, "what was heard is not told on: it would go round for ever"


def test_heard_again_holds_longer_and_own_sensor_takes_over():
    it = lamp(neighbours=1)
    it.heard()
    it.run_to(NIGHT + 40 * SECOND)
    it.heard()
    it.run_to(NIGHT + 90 * SECOND)
    it.sensor(True)
    it.run_to(NIGHT + 91 * SECOND)
    it.sensor(False)
    it.run_to(NIGHT + HOUR)
    assert [(x.t - NIGHT, x.level, x.why) for x in it.lines[1:]] == [
        (0, 80, BY_NEIGHBOUR),
        (90_200, 80, OWN_SENSOR),
        (151_000, 20, POINT),
    ]


# --- windows, idle, clamps, day ------------------------------------------------------------------


def test_windows_and_idle():
    it = lamp(
        at("2026-11-22T20:00"),
        program={"points": [{"at": "12:00", "level": 5}]},
        windows=[{"from": "22:00", "to": "02:00"}, {"from": "05:00", "to": "05:30"}],
        idle=10,
    )
    it.sensor(True)
    it.run_to(at("2026-11-22T20:01"))
    assert it.brain.level == 5 and not it.announced  # outside of its windows
    it.sensor(False)
    it.run_to(at("2026-11-22T20:59:30"))
    it.sensor(True)
    it.run_to(at("2026-11-22T20:59:50"))
    it.sensor(False)
    it.run_to(at("2026-11-23T12:00"))
    hm = [(helpers.utc(x.t)[11:19], x.level, x.why) for x in it.lines[1:]]
    assert hm == [
        ("21:00:00", 80, OWN_SENSOR),  # whose hold still runs when the window opens
        ("21:00:50", 10, IDLE),
        ("01:00:00", 5, POINT),
        ("04:00:00", 10, IDLE),
        ("04:30:00", 5, POINT),
    ]


def test_idle_does_not_lower_and_add_clamps():
    points = [("12:00", 50), ("23:30", 0), ("00:30", 70)]
    points = [{"at": clock, "level": level} for clock, level in points]
    it = lamp(program={"points": points}, operation="add", level=40, idle=10)
    assert it.brain.level == 50
    it.sensor(True)
    assert it.at(NIGHT + MINUTE) == 90
    assert it.at(at("2026-11-22T22:40")) == 40  # on 0 %
    assert it.at(at("2026-11-22T23:40")) == 100  # 110 % is not to be had
    it.sensor(False)
    assert it.at(at("2026-11-22T23:50")) == 70
    it = lamp(program={"points": points}, operation="max", level=30, idle=10)
    it.sensor(True)
    assert it.at(NIGHT + MINUTE) == 50
    it.sensor(False)
    assert it.at(at("2026-11-22T22:40")) == 10


@pytest.mark.parametrize(
    ("operation", "level", "points", "somebody"),
    [("max", 5, 0, 30), ("add", 20, 0, 30), ("add", 20, 15, 35), ("add", 20, 40, 60)],
)
def test_who_comes_finds_no_less_light_than_nobody_does(operation, level, points, somebody):
    it = lamp(
        program={"points": [{"at": "12:00", "level": points}]}, operation=operation, level=level,
        idle=30,
    )
    assert it.brain.level == max(30, points)
    it.sensor(True)
    it.run_to(NIGHT + MINUTE)
    assert it.brain.level == somebody and it.lines[-1].why == OWN_SENSOR


def test_nothing_by_day():
    it = lamp(
        at("2026-11-22T12:00"), program={"active": [{"from": "sunset", "to": "sunrise"}]}, idle=10,
        neighbours=2,
    )
    assert it.brain.level == 0
    it.sensor(True)
    it.heard()
    it.run_to(at("2026-11-22T12:05"))
    assert it.brain.level == 0 and not it.announced
    # Whoever is still there at sunset is seen.
    it.run_to(at("2026-11-22T15:00"))
    it.sensor(False)
    it.run_to(at("2026-11-22T15:55"))
    it.sensor(True)
    it.run_to(at("2026-11-22T16:10"))
    it.heard()
    assert it.brain.level == 80 and it.announced
    assert all(t >= at("2026-11-22T15:56:34") for t in it.announced)


def test_unknown_time_keeps_presence():
    it = Lamp(
        node({"fault_state": 30}, neighbours=1, idle=40), NIGHT, clock=helpers.UNSET
    ).run_to(NIGHT + MINUTE)
    assert it.brain.level == 40
    it.heard()
    assert it.brain.level == 80
    it.run_to(NIGHT + 3 * MINUTE)
    assert it.lines[-1].t == NIGHT + 2 * MINUTE and it.brain.level == 40


# --- wake-ups ------------------------------------------------------------------------------------

@pytest.mark.parametrize("before", [1, 999, 1000, 3_599_998, 3_599_999, 3_600_000])
@pytest.mark.parametrize(
    ("what", "clock", "was", "then"),
    [
        ("point", helpers.SYNCED, 20, 30),
        ("hold", helpers.SYNCED, 80, 20),
        ("hold", helpers.UNSET, 80, 25),
        ("override", helpers.SYNCED, 55, 20),
        ("override", helpers.UNSET, 55, 25),
        ("override by program", helpers.SYNCED, 20, 30),
    ],
)
def test_woken_to_the_millisecond(before, what, clock, was, then):
    """However long before a change it is asked last."""
    edge = at("2026-11-23T01:00")
    points = [{"at": "12:00", "level": 20}, {"at": "02:00", "level": 30}]
    program = {"points": points[: 2 if then == 30 else 1], "fault_state": 25}
    it = Lamp(node(program, hold="2 h"), edge - 4 * HOUR, clock=clock)
    it.run_to(edge - 2 * HOUR - SECOND)
    if what == "hold":
        it.sensor(True)
    it.run_to(edge - 2 * HOUR)
    if what == "hold":
        it.sensor(False)
    elif what == "override":
        it.override_level(55, 7200)
    elif what == "override by program":
        it.override_program(0, 86_400)
    it.run_to(edge - before)
    it.step()
    assert it.due <= edge
    assert it.run_to(edge - 1).brain.level == was
    assert it.run_to(edge).brain.level == then


_acts = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 3000), st.integers(0, 200_000), st.integers(0, 6 * HOUR)),
        st.sampled_from(("on", "off", "near", "far", "car")),
    ),
    max_size=25,
)


def act(it, what):
    if what in ("on", "off"):
        it.sensor(what == "on")
    else:
        it.heard(hops=1 if what == "near" else 20, distance=1000, fast=what == "car")


@settings(max_examples=60)
@given(helpers.nodes(presence=True), helpers.instants(), _acts, st.data())
def test_a_step_before_the_wake_up_changes_nothing(site, t, acts, data):
    """Level and reason are the same whether or not it is asked in between; so are the instants
    at which they change."""
    config = small_node(**site)
    asked, left = Lamp(config, t), Lamp(config, t)
    for wait, what in acts:
        t += wait
        for _ in range(data.draw(st.integers(0, 3))):
            asked.at(data.draw(st.integers(asked.t, t)))
        asked.run_to(t)
        left.run_to(t)
        act(asked, what)
        act(left, what)
    t += HOUR
    asked.at(data.draw(st.integers(asked.t, t)))
    assert asked.run_to(t).lines == left.run_to(t).lines


@settings(max_examples=60)
@given(helpers.nodes(presence=True), helpers.instants(), _acts)
def test_presence_never_lowers(site, t, acts):
    config = small_node(**site)
    with_it, without = Lamp(config, t), Lamp(config, t)
    strongest = 0
    for wait, what in acts:
        t += wait
        for it in (with_it, without):
            it.run_to(t)
        act(with_it, what)
        assert with_it.step().asked >= without.step().asked
        layers = with_it.brain.stack
        assert layers.after[PRESENCE] >= layers.after[PROGRAM]
        strongest = max(strongest, with_it.brain.level)
    assert 0 <= strongest <= 100
