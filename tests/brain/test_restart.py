"""After an interruption a node agrees with one that never stopped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain.layers import OWN_SENSOR
from noctule.brain.luminaire import FREE

from sim.site.compile import known_time
from sim.world.mains import mains
from tests.brain import helpers
from tests.brain.helpers import (
    CEILING,
    DAY,
    DAYLIGHT,
    FORCED_RUN,
    HOUR,
    INACTIVE,
    MINUTE,
    POWER_UP,
    PRESENCE,
    PROGRAM,
    SECOND,
    SYNCED,
    UNSET,
    Lamp,
    at,
    small_node,
    small_site,
)

LADDER = 10 * MINUTE
later = st.lists(st.integers(0, 40 * HOUR), max_size=6).map(sorted)
outages = st.one_of(st.just(0), st.integers(1, 5 * MINUTE), st.integers(0, 3 * DAY))


@settings(max_examples=60)
@given(
    helpers.nodes(presence=True),
    helpers.instants(),
    st.integers(0, 30 * HOUR),
    outages,
    st.integers(0, 40 * MINUTE),
    st.booleans(),
    later,
)
def test_program_and_calendar_at_once(site, t, ran, off, blind, power_on, checks):
    """As soon as the restarted one has the time, whether or not its state was saved."""
    config = small_node(**site)
    never, one = Lamp(config, t), Lamp(config, t)
    one.run_to(t + ran)
    if off:
        one.cut()
    one.run_to(t + ran + off)
    one.power_on, one.clock = power_on, UNSET
    one.boot()
    booted = one.t
    one.run_to(booted + blind)
    one.clock = SYNCED
    for check in [0, *checks]:
        check += booted + blind
        for it in (one, never):
            it.at(check)
        said = one.brain.stack.why[PROGRAM], never.brain.stack.why[PROGRAM]
        if power_on and said == (POWER_UP, INACTIVE) and check < booted + LADDER:
            # Whoever stands on the ladder sees that it lives, if nothing above has its say.
            assert one.brain.stack.after[PROGRAM] == 100
            if never.last.layer == PROGRAM:
                assert one.last.layer == (CEILING if one.last.asked < 100 else PROGRAM)
        else:
            assert one.last.said == never.last.said
            if one.last.gear == never.last.gear == FREE:
                assert one.last.word == never.last.word


@settings(max_examples=50)
@given(
    helpers.nodes(presence=True),
    helpers.instants(),
    st.lists(
        st.tuples(
            st.integers(0, 20 * HOUR),
            st.one_of(st.integers(-5000, 5000), st.integers(-9 * DAY, 9 * DAY)),
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_a_clock_that_is_set_agrees_at_once(site, t, sets):
    config = small_node(**site)
    it = Lamp(config, t)
    for wait, error in sets:
        it.run_to(it.t + wait)
        it.clock_error = error
        fresh = Lamp(config, it.t + error)
        assert it.step().said == fresh.step().said
        # And it is woken for what comes, on the new time.
        it.run_to(it.t + 5 * HOUR)
        fresh.run_to(it.t + error)
        assert it.last.asked == fresh.last.asked
        if it.last.gear == fresh.last.gear == FREE:
            assert it.brain.level == fresh.brain.level


@settings(max_examples=40)
@given(
    helpers.nodes(presence=True),
    helpers.instants(),
    st.integers(0, helpers.TICKS),
    st.lists(st.tuples(st.integers(0, 5 * HOUR), st.booleans()), max_size=12),
)
def test_ticks_wrap_anywhere(site, t, ticks, acts):
    config = small_node(**site)
    one, other = Lamp(config, t), Lamp(config, t, ticks=ticks)
    for it in (one, other):
        now = t
        for wait, active in acts:
            now += wait
            it.run_to(now)
            it.sensor(active)
        it.run_to(t + 14 * DAY)
    assert one.lines == other.lines and one.steps == other.steps


# --- mains ---------------------------------------------------------------------------------------

STREET = {"points": [{"at": "22:00", "level": 60}, {"at": "05:30", "level": 100}]}
CASES = [
    # cut, back, level and reason at once, level a quarter of an hour later
    ("day/day", "2026-11-22T10:00", "2026-11-22T11:30", 100, POWER_UP, 0),
    ("day/night", "2026-11-22T10:00", "2026-11-22T22:30", 60, helpers.POINT, 60),
    ("night/night", "2026-11-22T20:00", "2026-11-22T22:30", 60, helpers.POINT, 60),
    ("night/evening", "2026-11-22T18:00", "2026-11-22T19:30", 100, helpers.BEFORE_FIRST, 100),
    ("night/day", "2026-11-22T20:00", "2026-11-23T09:00", 100, POWER_UP, 0),
    ("day to the next", "2026-11-22T10:00", "2026-11-26T10:00", 100, POWER_UP, 0),
]


@pytest.mark.parametrize(("case", "cut", "back", "level", "why", "after"), CASES)
@pytest.mark.parametrize("saves", [True, False])
def test_outages_of_a_permanent_circuit(case, cut, back, level, why, after, saves):
    it = Lamp(small_node({"street": STREET}), at(cut) - 50 * HOUR, saves=saves).run_to(at(cut))
    it.cut()
    it.run_to(at(back))
    it.power_up()
    it.step()
    assert (it.last.level, it.last.why, it.last.ramp) == (level, why, 0)
    it.run_to(at(back) + LADDER - 1)
    assert it.last.why == why
    it.run_to(at(back) + LADDER)
    assert it.brain.level == after
    if why == POWER_UP:
        assert it.lines[-1].t == at(back) + LADDER and it.last.why == INACTIVE


@pytest.mark.parametrize(("case", "cut", "back", "level", "why", "after"), CASES)
def test_a_reset_is_nobody_on_the_ladder(case, cut, back, level, why, after):
    it = Lamp(small_node({"street": STREET}), at(cut)).run_to(at(back))
    it.reset()
    assert it.step().level == after


@pytest.mark.parametrize(("case", "cut", "back", "level", "why", "after"), CASES)
def test_outages_of_a_switched_circuit(case, cut, back, level, why, after):
    """Mains present is the order to light: by day it is the cabinet's forced run."""
    it = Lamp(small_node({"street": STREET}, supply="switched"), at(cut)).run_to(at(cut) + 1)
    it.cut()
    it.run_to(at(back))
    it.power_up()
    it.step()
    by_day = why == POWER_UP
    assert it.last.level == (100 if by_day else level)
    assert it.last.why == (FORCED_RUN if by_day else why)
    if by_day:  # as long as it lasts: until the evening, and it is not cut short
        evening = at(back[:10] + "T15:30")
        for t in range(it.t, evening, 20 * MINUTE):
            assert it.at(t) == 100
            assert it.last.why in (FORCED_RUN, helpers.BEFORE_FIRST)


@settings(max_examples=40)
@given(helpers.nodes(supply="switched", presence=True), helpers.instants(), later)
def test_mains_on_a_switched_circuit_is_never_without_light_but_by_its_points(site, t, checks):
    """Its program's active periods do not count there; a switch point at 0 % does."""
    it = Lamp(small_node(**site), t, power_on=True)
    lowest = min(
        (p["level"] for program in site["programs"].values() for p in program["points"]),
        default=100,
    )
    for check in checks:
        it.at(t + check)
        stack = it.brain.stack
        assert stack.why[PROGRAM] not in (INACTIVE, DAYLIGHT, POWER_UP)
        assert stack.after[PROGRAM] >= min(lowest, 100)
        if it.last.why == FORCED_RUN:
            assert it.brain.level == 100


# --- what was asked by hand ----------------------------------------------------------------------

asked = st.tuples(
    st.integers(0, 3 * HOUR),
    st.sampled_from(("relight", "all_on", "override_level", "end_all_on", "cancel")),
    st.sampled_from((1, 600, 5000, 43_200)),
)


@settings(max_examples=30)
@given(
    helpers.nodes(),
    helpers.instants(),
    st.lists(asked, min_size=1, max_size=5),
    st.integers(0, 2 * HOUR),
    outages,
    st.booleans(),
    later,
)
def test_what_was_asked_by_hand_goes_on(site, t, acts, ran, off, power_on, checks):
    """With a clock, as if nothing had happened, to the second of the uptime."""
    config = small_node(**site)
    never, one = Lamp(config, t), Lamp(config, t)
    ends = []
    for wait, what, seconds in acts:
        t += wait
        for it in (never, one):
            it.run_to(t)
            if what == "relight":
                if it.relight(site.get("zone", 0)):
                    ends.append(t + it.brain._requests.seconds * SECOND)
            elif what == "override_level":
                it.override_level(35, seconds)
                ends.append(t + seconds * SECOND)
            elif what == "all_on":
                it.all_on(seconds)
                ends.append(t + seconds * SECOND)
            else:
                getattr(it, what)()
    one.run_to(t + ran)
    if off:
        one.cut()
    one.run_to(t + ran + off)
    one.power_on = power_on
    one.boot()
    booted = one.t
    for check in [0, *checks, *(end - booted for end in ends)]:
        now = booted + check + SECOND  # the uptime's seconds are not the calendar's
        if now < one.t:
            continue
        for it in (one, never):
            it.at(now)
        if any(abs(now - end) < SECOND for end in ends):
            continue
        ours, theirs = one.brain.stack, never.brain.stack
        assert ours.why[helpers.RELIGHT :] == theirs.why[helpers.RELIGHT :]
        assert ours.detail[helpers.RELIGHT :] == theirs.detail[helpers.RELIGHT :]
        if ours.why[PROGRAM] != POWER_UP:
            assert one.last.said == never.last.said


# --- presence ------------------------------------------------------------------------------------

LIVELY = {
    "active": "always",
    "points": [{"at": "12:00", "level": 20}],
    "presence": {"operation": "max", "level": 90, "hold": "90 s", "neighbours": 1},
}
HOLD = 90 * SECOND


@given(
    st.integers(0, 100_000),
    st.integers(0, 200_000),
    st.integers(0, 100_000),
    st.booleans(),
    st.sampled_from((helpers.SYNCED, UNSET)),
    st.booleans(),
)
def test_presence_within_its_hold(stays, cut, off, power_on, clock, saves):
    """From the restart on two nodes differ for a hold at most; where the state was saved just
    before, a hold goes on: it ends no sooner than it would have, and at most two seconds later."""
    config = small_node({"lively": LIVELY | {"fault_state": 20}})
    t = at("2026-11-22T22:00:00.123")
    never, one = (Lamp(config, t, clock=clock) for _ in range(2))
    for it in (never, one):
        it.run_to(t)
        it.sensor(True)
    left = min(stays, cut)
    for it in (never, one):
        it.run_to(t + left)
        it.sensor(False)
        it.run_to(t + cut)
    if saves:
        one.step()
        one.brain.save(one.saved)
    one.power_on = power_on
    one.boot()  # at once: what was lit stays lit, as far as anyone saw
    one.step()
    if saves and never.brain.level == 90:
        assert one.last.word == (90, PRESENCE, OWN_SENSOR, 0)
        ends = [
            next(x.t for x in it.lines if x.t > t + left and x.level == 20)
            for it in (never.run_to(t + cut + 2 * HOLD), one.run_to(t + cut + 2 * HOLD))
        ]
        assert 0 <= ends[1] - ends[0] <= 2 * SECOND  # saved in whole seconds, rounded up
    for it in (never, one):
        it.run_to(t + cut + HOLD + SECOND + off)
        it.step()
    assert one.last.word == never.last.word


@given(st.integers(0, 300_000), st.integers(0, 400_000))
def test_a_detection_after_the_restart_is_like_any(cut, wait):
    config = small_node({"lively": LIVELY})
    t = at("2026-11-22T22:00")
    never, one = Lamp(config, t), Lamp(config, t)
    one.run_to(t + cut)
    one.reset()
    for it in (never, one):
        it.run_to(t + cut + wait)
        it.heard(hops=1)
        it.run_to(it.t + HOUR)
    assert one.lines[-2:] == never.lines[-2:]


# --- photocell -----------------------------------------------------------------------------------


@given(
    helpers.nodes(supply="permanent", photocell=True, most=1),
    helpers.instants(),
    st.lists(st.sampled_from((0, 19, 20, 30, 40, 41, 9000)), min_size=1, max_size=8),
    st.lists(st.integers(20, 40), max_size=4),
    st.sampled_from((0, 41)),
    st.booleans(),
)
def test_photocell_at_the_first_sample_outside_its_band(site, t, before, band, sure, power_on):
    config = small_node(**site)
    never, one = Lamp(config, t), Lamp(config, t)
    for it in (never, one):
        for lux in before:
            it.run_to(it.t + MINUTE)
            it.light(lux)
    one.power_on = power_on
    one.boot()
    booted = one.t
    dark = Lamp(config, one.t)  # one that never saw light
    dark.step()
    for it in (never, one, dark):
        it.run_to(booted + LADDER)
        it.step()
    assert one.last.word == dark.last.word, "unknown counts as dark"
    for lux in band:
        for it in (never, one, dark):
            it.run_to(it.t + MINUTE)
            it.light(lux)
            it.step()
        assert one.last.word == dark.last.word, "inside the band nothing is learnt"
        assert one.last.level >= never.last.level or one.last.why != never.last.why
    for it in (never, one):
        it.run_to(it.t + MINUTE)
        it.light(sure)
        it.step()
    assert one.last.word == never.last.word


# --- for years -----------------------------------------------------------------------------------


def years(first, count, place, program, windows, rules=()):
    """A node that boots with the mains, every evening and after every cut, against one that
    never slept; every minute of light is compared, by their lines."""
    args = ({"street": program} if "points" in program else program,)
    more = {"supply": "switched", "mains": windows, "place": place, "rules": rules}
    site, config = small_site(*args, **more), small_node(*args, **more)
    times = known_time(site)
    circuit = site.cabinets[0].circuits[0]
    begin = at(f"{first}-01-01T12:00") // DAY
    never = Lamp(config, begin * DAY)
    one = Lamp(config, begin * DAY, power_on=True)
    one.cut()
    boots = lines = 0
    for night in range(begin, begin + round(365.25 * count)):
        for on, off in mains(circuit, 0, times, night):
            one.run_to(on)
            never.run_to(on)
            one.lines.clear()
            never.lines[:-1] = []
            one.clock = UNSET
            one.power_up()
            boots += 1
            one.run_to(on + 4 * SECOND)
            one.clock = SYNCED
            one.step()
            never.run_to(one.t)
            never.step()
            assert one.last.word == never.last.word, helpers.utc(on)
            one.lines.clear()
            never.lines.clear()
            one.run_to(off)
            never.run_to(off)
            assert one.lines == never.lines, helpers.utc(on)
            lines += len(one.lines)
            one.cut()
    # Counted with every boot, and saved: what the brain saw of its mains, to 16 minutes a boot.
    assert one.taken and one.brain.burning_s > 0
    return boots, lines, one, never


RULES = [
    {"program": "market", "day": "morning", "weekdays": ["saturday"], "occurrences": [1, "last"]},
    {"program": "dark", "from": "12-20", "to": "01-04"},
]
CALENDAR = {
    "square": {
        "points": [
            {"at": "22:30", "level": 60, "ramp": "5 s"},
            {"at": "solar midnight", "level": 40},
            {"at": "05:30", "level": 100},
        ]
    },
    "market": {"points": [{"at": "23:00", "level": 50}, {"at": "04:30", "level": 100}]},
    "dark": {"points": [{"at": "dusk + 5 h", "level": 10}, {"at": "dawn - 1 h", "level": 70}]},
}
CUT = [{"from": "sunset", "to": "23:00"}, {"from": "05:00", "to": "sunrise"}]


@pytest.mark.parametrize(
    ("place", "windows"),
    [
        (helpers.IS_SUR_TILLE, None),
        (helpers.IS_SUR_TILLE, CUT),
        ((-33.87, 151.21, "Australia/Sydney"), CUT),
    ],
)
def test_boots_every_evening_for_two_years(place, windows):
    boots, lines, _, _ = years(2033, 2, place, CALENDAR, windows, RULES)
    assert boots >= 2 * 365 * (2 if windows else 1) and lines > boots // 2


@pytest.mark.long
@pytest.mark.parametrize("place", helpers.PLACES)
@pytest.mark.parametrize("windows", [None, CUT])
def test_boots_every_evening_for_ten_years(place, windows):
    boots, lines, _, _ = years(2026, 10, place, CALENDAR, windows, RULES)
    assert boots > 2000 and lines > 1000


def test_burning_hours_outlive_boots():
    """On a permanent circuit too, to an hour each."""
    config = small_node({"street": STREET})
    it = Lamp(config, at("2026-11-01T12:00"))
    for night in range(10):
        it.run_to(at("2026-11-02T05:00") + night * DAY)
        it.power_up()
        it.run_to(at("2026-11-02T11:00") + night * DAY)
    lit = sum(
        (b.t - a.t) // 1000
        for a, b in zip(it.lines, [*it.lines[1:], it.last], strict=True)
        if a.level
    )
    assert lit - 20 * 3600 < it.brain.burning_s <= lit
    assert it.brain.burning_s > 0.85 * lit
