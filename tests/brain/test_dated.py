"""What goes by dates and hours besides the programs: ceilings and events, against an oracle that
reads the site file; nights of all sorts, and the exact millisecond."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain.almanac import NEVER_ABOVE, NEVER_BELOW
from noctule.brain.layers import (
    BY_EVENT,
    BY_EVENT_PROGRAM,
    BY_LEVEL,
    CORRIDOR,
    NO_POINT,
    QUIET,
)

from sim.site.compile import EVENTS, known_time, night_of
from tests.brain import helpers
from tests.brain.helpers import (
    CEILING,
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
    small_site,
)

ALWAYS = {"active": "always", "points": [{"at": "12:00", "level": 60}]}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def node(program=ALWAYS, **more):
    return small_node({"street": program}, **more)


def holds(made, spans, times, t):
    """Does a ceiling or an event hold at `t`? made: its dates, as the site model has them."""
    night = t // DAY
    while t // 1000 < night * 86_400 + times.start(night):
        night -= 1
    while t // 1000 >= night * 86_400 + times.end(night):
        night += 1
    evening = dt.date(2000, 1, 1) + dt.timedelta(days=night)

    def key(day):  # a yearly date or a full one, and the evening in the same terms
        return (day.month, day.day) if day.year is None else (day.year, day.month, day.day)

    def same(day):
        return (evening.month, evening.day) if day.year is None else (
            evening.year, evening.month, evening.day,
        )  # fmt: skip

    weekdays = getattr(made, "weekdays", None)
    if weekdays and WEEKDAYS[evening.weekday()] not in weekdays:
        return False
    if made.from_ is not None:
        first, last, is_ = key(made.from_), key(made.to), same(made.from_)
        inside = first <= is_ <= last if first <= last else is_ >= first or is_ <= last
        if not inside:
            return False
    dates = getattr(made, "dates", None)
    if dates and not any(key(day) == same(day) for day in dates):
        return False
    second = t // 1000 - night * 86_400

    def instant(moment, otherwise):
        found = times.at(night, EVENTS[moment.event], moment.seconds)
        if found == NEVER_BELOW:
            return None
        return otherwise if found == NEVER_ABOVE else found

    for span in spans:
        on = instant(span.from_, times.start(night))
        off = instant(span.to, times.end(night))
        if on is not None and off is not None and on <= second < off:
            return True
    return not spans



# --- ceilings ------------------------------------------------------------------------------------


@given(
    helpers.nodes(supply="permanent", gear=False),
    helpers.instants(),
    st.lists(st.integers(0, 60 * DAY), min_size=1, max_size=8).map(sorted),
)
@settings(max_examples=30)
def test_ceilings_and_events_as_they_are_written(site, t, later):
    """The first event that holds, and the ceiling, at any instant of any night and place."""
    made, config = small_site(**site), small_node(**site)
    times = known_time(made)
    ceiling = made.ceilings.get("corridor")
    it = Lamp(config, t)
    for wait in later:
        it.at(t + wait)
        stack = it.brain.stack
        if ceiling is not None:
            held = holds(ceiling, ceiling.windows, times, it.t)
            assert (stack.why[CEILING] == CORRIDOR) == held
            assert not held or stack.value[CEILING] == ceiling.level
        else:
            assert stack.why[CEILING] == QUIET
        for number, event in enumerate(made.events):
            if holds(event, (event.hours,), times, it.t):
                why = BY_EVENT if event.program is None else BY_EVENT_PROGRAM
                assert (stack.why[OVERRIDE], stack.detail[OVERRIDE] >> 8) == (why, number)
                if event.program is None:
                    assert stack.value[OVERRIDE] == event.level
                break
        else:
            assert stack.why[OVERRIDE] == QUIET


@pytest.mark.parametrize(
    ("first", "last", "capped", "free"),
    [
        ("11-15", "02-10", ("2026-11-15", "2026-12-31", "2027-01-01", "2027-02-10"),
         ("2026-11-14", "2027-02-11", "2026-07-01")),
        ("04-01", "10-31", ("2027-04-01", "2027-07-14", "2027-10-31"),
         ("2027-03-31", "2027-11-01", "2027-12-31")),
        ("02-29", "02-29", ("2028-02-29",), ("2028-02-28", "2028-03-01", "2027-02-28")),
        (dt.date(2026, 12, 30), dt.date(2027, 1, 2), ("2026-12-30", "2026-12-31", "2027-01-02"),
         ("2026-12-29", "2027-01-03", "2027-12-31", "2025-12-31")),
    ],
)  # fmt: skip
def test_a_ceiling_by_dates_is_of_whole_nights(first, last, capped, free):
    """Those of its evenings, noon to noon: over New Year too."""
    config = node(ceiling={"level": 30, "from": first, "to": last})
    for nights, level in ((capped, 30), (free, 60)):
        for night in nights:
            for hour in (13, 23, 25, 34):
                it = Lamp(config, at(night) + (hour - 1) * HOUR)
                assert it.step().level == level, (night, hour)


def test_a_ceiling_by_the_sun():
    windows = [{"from": "dusk", "to": "23:00"}, {"from": "04:00", "to": "dawn"}]
    it = Lamp(node(ceiling={"level": 30, "windows": windows}), at("2026-11-22T12:00"))
    it.run_to(at("2026-11-23T11:00"))
    site = small_site({"street": ALWAYS})
    times, night = known_time(site), night_of(site, it.t) - 1
    edges = [
        times.at(night, EVENTS["dusk"], 0), times.at(night, 0, 23 * 3600),
        times.at(night, 0, 4 * 3600), times.at(night, EVENTS["dawn"], 0),
    ]  # fmt: skip
    assert it.levels()[1:] == [
        ((night * 86_400 + edge) * 1000, level)
        for edge, level in zip(edges, (30, 60, 30, 60), strict=True)
    ]
    assert [line.ramp for line in it.lines[1:]] == [5000] * 4


def test_both_dates_and_hours_must_hold():
    made = {"level": 30, "from": "11-22", "to": "11-22"}
    config = node(ceiling={**made, "windows": [{"from": "22:00", "to": "06:00"}]})
    it = Lamp(config, at("2026-11-21T12:00")).run_to(at("2026-11-24T11:00"))
    assert it.levels()[1:] == [(at("2026-11-22T21:00"), 30), (at("2026-11-23T05:00"), 60)]


@pytest.mark.parametrize("clock", [UNSET, helpers.SYNCED])
@pytest.mark.parametrize("hour", [3, 13, 23])
def test_one_that_always_holds_needs_no_clock(clock, hour):
    it = Lamp(node(ceiling={"level": 30}), at("2026-11-22") + hour * HOUR, clock=clock)
    assert it.step().word == (30, CEILING, CORRIDOR, 0)


@pytest.mark.parametrize(
    "made",
    [
        {"level": 0, "from": "01-01", "to": "12-31"},
        {"level": 0, "windows": [{"from": "dusk", "to": "dawn"}]},
    ],
)
def test_one_by_the_date_or_the_hour_is_silent_without_a_clock(made):
    """Light is the safe side."""
    it = Lamp(node(ceiling=made), at("2026-11-22T22:00"))
    assert it.step().level == 0
    it.clock = UNSET
    assert it.step().level == 100 and it.brain.stack.why[CEILING] == QUIET
    it.clock = helpers.HOLDOVER
    assert it.step().level == 0


def test_a_ceiling_never_raises():
    it = Lamp(node(ceiling={"level": 80}), at("2026-11-22T22:00"))
    assert it.step().word[:2] == (60, PROGRAM)


# --- events --------------------------------------------------------------------------------------

WORKS = {
    "from": dt.date(2026, 11, 30),
    "to": dt.date(2026, 12, 4),
    "hours": {"from": "21:00", "to": "06:00"},
    "level": 100,
    "ramp": "5 s",
}


def test_five_nights_of_works():
    it = Lamp(node(events=[WORKS]), at("2026-11-29T12:00") + 345).run_to(at("2026-12-07T12:00"))
    wanted = []
    for night in range(5):
        begin = at("2026-11-30T20:00") + night * DAY
        wanted += [(begin, 100), (begin + 9 * HOUR, 60)]
    assert it.levels()[1:] == wanted, "to the millisecond, at the end too"
    assert [line.ramp for line in it.lines[1:]] == [5000] * 10
    reasons = {line.word[1:] for line in it.lines[1:]}
    assert (OVERRIDE, BY_EVENT, NO_POINT) in reasons and len(reasons) == 2


@pytest.mark.parametrize("phase", [0, 1, 345, 999])
def test_a_wake_up_at_the_very_end(phase):
    it = Lamp(node(events=[WORKS]), at("2026-12-01T03:12") + phase)
    assert it.step().level == 100
    it.run_to(at("2026-12-01T05:00") - 1)
    assert it.brain.level == 100
    it.run_to(at("2026-12-01T05:00"))
    assert it.brain.level == 60 and it.lines[-1].t == at("2026-12-01T05:00")


def test_recurring_by_weekdays_and_every_year():
    event = {
        "from": "11-20", "to": "01-10", "weekdays": ["friday", "saturday"],
        "hours": {"from": "18:00", "to": "01:30"}, "level": 90,
    }  # fmt: skip
    config = node(events=[event])
    for year in (2026, 2029, 2034):
        it = Lamp(config, at(f"{year}-11-15T12:00"))
        for day in range(70):
            t = at(f"{year}-11-15T23:50") + day * DAY  # 0:50 in the morning, local
            evening = dt.date(year, 11, 15) + dt.timedelta(days=day)
            inside = (evening.month, evening.day) >= (11, 20) or evening.month == 1 and (
                evening.day <= 10
            )
            assert it.at(t) == (90 if inside and evening.weekday() in (4, 5) else 60), evening


def test_by_explicit_dates():
    event = {
        "dates": ["12-24", dt.date(2027, 2, 8)], "hours": {"from": "20:00", "to": "23:00"},
        "level": 5,
    }  # fmt: skip
    config = node(events=[event])
    for date, level in (
        ("2026-12-24", 5), ("2030-12-24", 5), ("2027-02-08", 5), ("2028-02-08", 60),
        ("2026-12-25", 60),
    ):  # fmt: skip
        assert Lamp(config, at(f"{date}T20:30")).step().level == level


def test_an_event_may_ask_a_program():
    """It runs that program, the points with their ramps and the active periods, within its
    hours; what it does in the rest of the night is another's."""
    feast = {
        "active": [{"from": "18:00", "to": "02:00"}],
        "points": [{"at": "20:00", "level": 80, "ramp": "3 s"}, {"at": "23:00", "level": 40}],
    }
    event = {"dates": ["11-22"], "hours": {"from": "19:00", "to": "03:00"}, "program": "feast"}
    config = small_node({"street": ALWAYS, "feast": feast}, events=[event])
    it = Lamp(config, at("2026-11-22T12:00")).run_to(at("2026-11-23T11:00"))
    assert [(line.t, line.level, line.ramp) for line in it.lines[1:]] == [
        (at("2026-11-22T18:00"), 40, 0),  # what it ended with the night before
        (at("2026-11-22T19:00"), 80, 3000),
        (at("2026-11-22T22:00"), 40, 0),
        (at("2026-11-23T01:00"), 0, 0),
        (at("2026-11-23T02:00"), 60, 0),
    ]
    assert {line.word[1:3] for line in it.lines[1:-1]} == {(OVERRIDE, BY_EVENT_PROGRAM)}
    assert [line.detail for line in it.lines[1:5]] == [1, 0, 1, NO_POINT]


def test_a_program_that_only_an_event_names_is_not_of_the_calendar():
    """Its fault state is not asked without a date."""
    dark = {**ALWAYS, "fault_state": 20}
    event = {"dates": ["11-22"], "hours": {"from": "19:00", "to": "03:00"}, "program": "bright"}
    config = small_node({"street": dark, "bright": {"fault_state": 100}}, events=[event])
    assert Lamp(config, at("2026-11-22T22:00"), clock=UNSET).step().level == 20


def test_the_first_that_holds_wins():
    hours = {"from": "20:00", "to": "06:00"}
    events = [
        {"dates": ["11-22"], "hours": {"from": "22:00", "to": "23:00"}, "level": 10},
        {"dates": ["11-22"], "hours": hours, "level": 20},
        {"from": "01-01", "to": "12-31", "hours": hours, "level": 30},
    ]
    it = Lamp(node(events=events), at("2026-11-21T12:00")).run_to(at("2026-11-23T12:00"))
    assert [(line.t, line.level, line.detail >> 8) for line in it.lines[1:]] == [
        (at("2026-11-21T19:00"), 30, 2),
        (at("2026-11-22T05:00"), 60, 0),
        (at("2026-11-22T19:00"), 20, 1),
        (at("2026-11-22T21:00"), 10, 0),
        (at("2026-11-22T22:00"), 20, 1),
        (at("2026-11-23T05:00"), 60, 0),
    ]


def test_sixteen_of_them_in_a_full_night():
    """As much as can be laid out: four photocell periods, of three nights, the windows of
    presence and of a ceiling, relighting, sixteen events."""
    cell = {"photocell": {"on_lux": 20, "off_lux": 40, "window": "45 min"}}
    spans = [("sunset", "20:00"), ("20:10", "00:00"), ("00:10", "04:00"), ("04:10", "sunrise")]
    quarter = [{"from": f"{h}:00", "to": f"{h}:30"} for h in (20, 21, 22, 23)]
    program = {
        "active": [{"from": a, "to": b, **cell} for a, b in spans],
        "points": [{"at": "12:00", "level": 50}],
        "presence": {"operation": "max", "level": 70, "hold": "60 s", "windows": quarter},
    }
    events = [
        {
            "from": "01-01", "to": "12-31", "level": 10 + i,
            "hours": {"from": f"{(18 + i // 2) % 24:02}:{i % 2 * 30:02}", "to": "06:00"},
        }
        for i in range(16)
    ]  # fmt: skip
    it = Lamp(
        node(
            program, events=events[::-1], relight={"hours": {"from": "19:00", "to": "05:00"}},
            ceiling={"level": 90, "windows": quarter},
        ),
        at("2026-11-22T12:00"),
    )  # fmt: skip
    it.light(0)
    it.run_to(at("2026-11-23T11:00"))
    told = [(line.t, line.level) for line in it.lines if line.why == BY_EVENT]
    assert told == [(at("2026-11-22T17:00") + i * 30 * MINUTE, 10 + i) for i in range(16)]
    assert it.brain._tonight._windows > 30


@pytest.mark.parametrize(
    ("evening", "off"), [("2027-03-27", "2027-03-28T04:00"), ("2026-10-24", "2026-10-25T05:00")]
)
@pytest.mark.parametrize(("clock", "jump"), [("02:30", True), ("06:00", False)])
def test_in_the_nights_when_clocks_change(evening, off, clock, jump):
    """By the clock on the wall; 2:30 does not come, or comes twice and counts the first time."""
    event = {"dates": [evening[5:]], "hours": {"from": "21:00", "to": clock}, "level": 95}
    it = Lamp(node(events=[event]), at(f"{evening}T12:00")).run_to(at(f"{evening}T12:00") + DAY)
    spring = evening.startswith("2027")
    begin = at(f"{evening}T20:00") if spring else at(f"{evening}T19:00")
    end = at(off)
    if jump:
        end = at("2027-03-28T01:00") if spring else at("2026-10-25T00:30")
    assert it.levels()[1:] == [(begin, 95), (end, 60)]


def test_a_scene_gives_each_its_own():
    event = {"dates": ["11-22"], "hours": {"from": "20:00", "to": "23:00"}, "scene": "feast"}
    for levels, level in (({"centre": 70}, 70), ({"centre": 30, "old": 85}, 85)):
        config = node(events=[event], scenes={"feast": {"levels": levels}})
        it = Lamp(config, at("2026-11-22T21:00"))
        assert it.step().word == (level, OVERRIDE, BY_EVENT, NO_POINT)


def test_an_event_is_silent_without_a_clock():
    it = Lamp(node(events=[{**WORKS, "level": 0}]), at("2026-12-01T01:00"))
    assert it.step().level == 0
    it.clock = UNSET
    assert it.step().level == 100 and it.brain.stack.why[OVERRIDE] == QUIET
    it.override_level(35)
    assert it.last.word == (35, OVERRIDE, BY_LEVEL, 0)
    it.cancel()
    it.clock = helpers.SYNCED
    assert it.step().level == 0


def test_an_event_outlives_a_reset_and_a_cut():
    it = Lamp(node(events=[WORKS]), at("2026-12-01T01:00"))
    it.step()
    it.reset()
    assert it.step().level == 100
    it.cut()
    it.run_to(at("2026-12-01T21:00"))
    it.power_up(clock=helpers.SYNCED)
    assert it.step().word == (100, OVERRIDE, BY_EVENT, NO_POINT)
    it.cut()
    it.run_to(at("2026-12-02T05:00") + 10 * SECOND)
    it.power_up()
    assert it.step().word[:2] == (60, PROGRAM)
