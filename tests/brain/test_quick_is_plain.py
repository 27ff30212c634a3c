"""The quick evaluation, which remembers, against the plain one, which works all out afresh."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.brain import helpers
from tests.brain.helpers import DAY, HOLDOVER, MINUTE, SYNCED, UNSET, Lamp, small_node

waits = st.one_of(
    st.integers(0, 2000), st.integers(0, 5 * MINUTE), st.integers(0, 3 * DAY), st.just(60_000)
)
acts = st.one_of(
    st.tuples(st.just("step")),
    st.tuples(st.just("sensor"), st.booleans()),
    st.tuples(
        st.just("heard"), st.integers(0, 1), st.integers(0, 5), st.integers(0, 90), st.booleans()
    ),
    st.tuples(st.just("light"), st.sampled_from((-1, 0, 19, 20, 30, 40, 41, 5000))),
    st.tuples(
        st.just("override_level"), helpers.levels, st.integers(1, 90_000), st.just(500)
    ),
    st.tuples(st.just("override_program"), st.just(0), st.integers(1, 90_000)),
    st.tuples(st.just("cancel")),
    st.tuples(st.just("relight"), st.sampled_from((0, 0, 0, 1))),
    st.tuples(st.just("all_on"), st.sampled_from((0, 1, 5000, 43_200))),
    st.tuples(st.just("end_all_on")),
    st.tuples(st.just("meter"), st.sampled_from((0, 8, 9, 200, 438, 3000))),
    st.tuples(st.just("clock"), st.sampled_from((UNSET, HOLDOVER, SYNCED))),
    st.tuples(st.just("set"), st.sampled_from((-5 * DAY, -MINUTE, 0, 1, 7 * MINUTE, 3 * DAY))),
    st.tuples(st.just("reset")),
    st.tuples(st.just("power_up")),
)


def do(it, act):
    """One thing that happens to a node, now."""
    what, *more = act
    if what == "clock":
        it.clock = more[0]
        it.step()
    elif what == "set":
        it.clock_error = more[0]
        it.step()
    elif what == "heard":
        section, hops, distance, fast = more
        it.heard(section, hops, distance, fast)
    else:
        getattr(it, what)(*more)
    return it


@given(
    st.booleans().flatmap(lambda cell: helpers.nodes(photocell=cell, presence=True)),
    helpers.instants(),
    st.lists(st.tuples(waits, acts), max_size=30),
    st.sampled_from((UNSET, SYNCED)),
)
def test_quick_is_plain(site, t, acts, clock):
    """The same lines (instant, level, ramp, reason, quality), the same wake-ups, the same trace,
    the same detections sent on, and the same saved state."""
    config = small_node(**site)
    quick, plain = Lamp(config, t, clock=clock), Lamp(config, t, clock=clock, quick=False)
    for wait, act in acts:
        t += wait
        for it in (quick, plain):
            do(it.run_to(t), act)
        assert quick.due == plain.due, act
        assert quick.steps == plain.steps
        assert quick.brain.faults() == plain.brain.faults()
        assert quick.brain.output == plain.brain.output
        for name in ("why", "after", "level", "decider"):
            assert getattr(quick.brain.stack, name) == getattr(plain.brain.stack, name)
    assert quick.lines == plain.lines
    assert quick.announced == plain.announced
    assert quick.saved == plain.saved
    assert quick.brain.burning_s == plain.brain.burning_s


@settings(max_examples=40)
@given(
    st.booleans().flatmap(lambda cell: helpers.nodes(photocell=cell, presence=True)),
    helpers.instants(),
    st.lists(st.tuples(waits, acts), max_size=30),
    st.sampled_from((UNSET, SYNCED)),
)
def test_it_may_sleep_for_as_long_as_it_was_told_last(site, t, acts, clock):
    """What `sensor` and the like answer stands for all that was answered before: a wake-up that a
    passage has put off is not needed."""
    config = small_node(**site)
    sleeper = Lamp(config, t, clock=clock, sleeps=True)
    woken = Lamp(config, t, clock=clock)
    for wait, act in acts:
        t += wait
        for it in (sleeper, woken):
            do(it.run_to(t), act)
    for it in (sleeper, woken):
        it.run_to(t + DAY)
    assert sleeper.lines == woken.lines
    assert sleeper.announced == woken.announced
    assert sleeper.steps <= woken.steps


def test_presence_of_another_program_or_point_is_said():
    """Nobody comes, and yet what presence says changes: at noon, and with the level below it."""
    presence = {"operation": "add", "level": 30, "idle": 25, "hold": "600 s"}
    points = [{"at": "12:00", "level": 0}, {"at": "22:00", "level": 10}]
    made = {"active": "always", "points": points, "presence": presence}
    other = {**made, "presence": {**presence, "idle": 55, "operation": "max", "level": 70}}
    third = {**made, "presence": {**presence, "level": 5, "vehicles": "section", "ramp_up": "3 s"}}
    config = small_node(
        {"a": made, "b": other, "c": third},
        rules=[
            {"program": "b", "weekdays": ["tuesday", "friday"]},
            {"program": "c", "weekdays": ["thursday"]},
        ],
    )
    t = helpers.at("2026-11-22T10:59")
    quick, plain = Lamp(config, t), Lamp(config, t, quick=False)
    for it in (quick, plain):
        for hour in range(0, 8 * 24, 5):
            it.run_to(t + hour * 60 * MINUTE)
            it.heard(hops=1, fast=True)
            it.sensor(hour % 2 == 0)
    assert quick.lines == plain.lines
    assert {25, 40, 55, 70} <= {line.level for line in plain.lines}


def test_it_would_be_seen():
    """A brain that forgets to look again when the photocell speaks is told apart."""
    cell = {"photocell": {"on_lux": 9, "off_lux": 20}}
    config = small_node({"cell": {"active": [{"from": "sunset", "to": "sunrise", **cell}]}})
    t = helpers.at("2026-11-22T12:00")
    quick, plain = Lamp(config, t), Lamp(config, t, quick=False)
    for it in (quick, plain):
        it.step()
        it.brain.light(5000, it.ticks & helpers.TICKS)
    quick.brain._said = True  # what `light` clears
    assert quick.step().level == 100 and plain.step().level == 0
