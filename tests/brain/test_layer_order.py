"""The order of the layers, by what really happens to a node: who wins, the trace, the reason."""

from functools import cache
from itertools import combinations, product

import pytest
from noctule.brain.layers import (
    ALL_LIT,
    BY_EVENT,
    BY_EVENT_PROGRAM,
    BY_LEVEL,
    BY_PROGRAM,
    BY_REQUEST,
    CORRIDOR,
    FAULT_STATE,
    LAYERS,
    NO_POINT,
    OWN_SENSOR,
)
from noctule.brain.luminaire import FREE, STAYS_OFF, STAYS_ON

from tests.brain.helpers import (
    ALL_ON,
    CEILING,
    HOUR,
    MINUTE,
    OVERRIDE,
    POINT,
    PRESENCE,
    PROGRAM,
    RELIGHT,
    SECOND,
    SYNCED,
    TIME_UNKNOWN,
    UNSET,
    Lamp,
    at,
    small_node,
)

NIGHT = at("2026-11-22T22:00:00.400")
PROGRAM_LEVEL, FAULT_LEVEL = 50, 45
# Each as it is written in a configuration or done to a node; a low and a high level.
VOICES = {
    "presence": (PRESENCE, max, OWN_SENSOR, (40, 90)),
    "relight": (RELIGHT, max, BY_REQUEST, (35, 70)),
    "event": (OVERRIDE, None, BY_EVENT, (25, 85)),
    "event-program": (OVERRIDE, None, BY_EVENT_PROGRAM, (20, 95)),
    "override": (OVERRIDE, None, BY_LEVEL, (0, 65)),
    "override-program": (OVERRIDE, None, BY_PROGRAM, (20, 95)),
    "ceiling": (CEILING, min, CORRIDOR, (30, 80)),
    "all-on": (ALL_ON, None, ALL_LIT, (100, 100)),
}
DETAILS = {"event": NO_POINT, "event-program": 0, "override-program": 1 << 8}


@cache
def config(voices, high):
    """A node in which all of them can speak."""
    level = {name: VOICES[name][3][high] for name in VOICES}
    program = {
        "active": "always",
        "fault_state": FAULT_LEVEL,
        "points": [{"at": "12:00", "level": PROGRAM_LEVEL}],
        "presence": {"operation": "max", "level": level["presence"], "hold": "10 min"},
    }
    points = [{"at": "12:00", "level": level["event-program"]}]
    other = {"active": "always", "fault_state": FAULT_LEVEL, "points": points}
    hours = {"from": "20:00", "to": "06:00"}
    events = []
    if "event" in voices:
        events = [{"dates": ["11-22"], "hours": hours, "level": level["event"]}]
    elif "event-program" in voices:
        events = [{"dates": ["11-22"], "hours": hours, "program": "other"}]
    return small_node(
        {"street": program, "other": other},
        rules=[{"program": "other", "dates": ["07-14"]}],
        ceiling={"level": level["ceiling"]} if "ceiling" in voices else None,
        relight={"hours": hours, "level": level["relight"]},
        events=events,
    )


def speak(it, voices, high):
    """Done in an order that is not that of the layers: only that may count."""
    if "all-on" in voices:
        it.all_on()
    if "override" in voices:
        it.override_level(VOICES["override"][3][high])
    if "override-program" in voices:
        it.override_program(1)
    if "relight" in voices:
        assert it.relight()
    if "presence" in voices:
        it.sensor(True)
        it.run_to(it.t + SECOND)


def expected(voices, high, clock):
    """(level, decider, why, trace)"""
    level, decider, why = PROGRAM_LEVEL, PROGRAM, POINT
    if clock == UNSET:
        level, decider, why = FAULT_LEVEL, FAULT_STATE, TIME_UNKNOWN
        voices = [name for name in voices if not name.startswith("event")]
    if any(name.startswith("override") for name in voices):  # by hand: no event speaks then
        voices = [name for name in voices if not name.startswith("event")]
    after = [FAULT_LEVEL if clock == UNSET else 0, level]
    for layer in range(PRESENCE, LAYERS):
        for name in voices:
            own, make, reason, levels = VOICES[name]
            if own == layer:
                value = levels[high]
                if name == "override-program" and clock == UNSET:
                    value = FAULT_LEVEL
                made = make(level, value) if make else value
                if make is None or made != level:
                    level, decider, why = made, layer, (reason, name)
        after.append(level)
    return level, decider, why, after


def hold(voices, high, clock):
    it = Lamp(config(tuple(voices), high), NIGHT - HOUR, clock=clock).run_to(NIGHT)
    speak(it, voices, high)
    it.step()
    level, decider, why, after = expected(voices, high, clock)
    stack = it.brain.stack
    assert it.last.asked == level and stack.after == after, (voices, high)
    assert it.last.layer == decider, (voices, high)
    if isinstance(why, tuple):
        why, name = why
        detail = DETAILS.get(name, 0)
        if name == "override-program" and clock == UNSET:
            detail = 1 << 8 | NO_POINT
        assert it.last.detail == detail
    assert it.last.why == why, (voices, high)
    assert it.brain.level == it.brain.luminaire.attainable(level) and it.last.gear == FREE


def together(a, b):
    """The one voice of the override layer is by hand, or an event's: two by hand, or two events,
    are one after the other."""
    return a.split("-")[0] != b.split("-")[0] or {a, b} & {"presence", "ceiling"} or a == b


@pytest.mark.parametrize("clock", [SYNCED, UNSET])
@pytest.mark.parametrize(
    ("one", "other"), [pair for pair in combinations(VOICES, 2) if together(*pair)]
)
def test_pairwise(one, other, clock):
    for low_or_high in (0, 1):
        hold([one, other], low_or_high, clock)


@pytest.mark.parametrize("clock", [SYNCED, UNSET])
def test_all_that_can_speak_at_once(clock):
    choices = [
        ("", "presence"),
        ("", "relight"),
        ("", "event", "event-program"),
        ("", "override", "override-program"),
        ("", "ceiling"),
        ("", "all-on"),
    ]
    for chosen in product(*choices):
        for high in (0, 1):
            hold([name for name in chosen if name], high, clock)


# --- the same in sentences -----------------------------------------------------------------------

DIM = {"active": "always", "points": [{"at": "12:00", "level": 20}]}
HOURS = {"from": "20:00", "to": "06:00"}


def lamp(program=DIM, **more):
    return Lamp(small_node({"street": program}, **more), NIGHT - HOUR).run_to(NIGHT)


def test_a_ceiling_caps_presence_relight_override_and_event():
    walkers = {**DIM, "presence": {"operation": "add", "level": 60, "hold": "60 s"}}
    event = {"dates": ["11-22"], "hours": {"from": "23:30", "to": "06:00"}, "level": 90}
    it = lamp(walkers, ceiling={"level": 30}, relight={"hours": HOURS}, events=[event])
    capped = (30, CEILING, CORRIDOR, 0)
    assert it.last.word[:2] == (20, PROGRAM), "which the ceiling leaves alone"
    it.sensor(True)
    it.run_to(it.t + SECOND)
    assert it.last.word == capped and it.brain.stack.after[PRESENCE] == 80
    it.sensor(False)
    it.run_to(it.t + 2 * MINUTE)
    assert it.last.word[:2] == (20, PROGRAM)
    assert it.relight()
    assert it.last.word == capped and it.brain.stack.after[RELIGHT] == 100
    it.run_to(it.t + 6 * MINUTE)
    it.override_level(100, 60)
    assert it.last.word == capped and it.brain.stack.after[OVERRIDE] == 100
    it.override_level(10, 60)
    assert it.last.word == (10, OVERRIDE, BY_LEVEL, 0)
    it.run_to(at("2026-11-22T22:30"))
    assert it.last.word == capped and it.brain.stack.why[OVERRIDE] == BY_EVENT
    it.all_on()
    assert it.last.word == (100, ALL_ON, ALL_LIT, 0) and it.brain.stack.after[CEILING] == 30


def test_an_event_comes_back_when_the_hand_lets_go():
    it = lamp(events=[{"dates": ["11-22"], "hours": HOURS, "level": 90}])
    assert it.last.word == (90, OVERRIDE, BY_EVENT, NO_POINT)
    it.override_level(35, 600)
    assert it.last.word == (35, OVERRIDE, BY_LEVEL, 0)
    it.run_to(NIGHT + 10 * MINUTE)
    assert it.last.word == (90, OVERRIDE, BY_EVENT, NO_POINT)
    it.override_level(35, 7200)
    it.cancel()
    assert it.last.word == (90, OVERRIDE, BY_EVENT, NO_POINT), "nobody cancels an event by hand"


@pytest.mark.parametrize("level", [1, 19, 20, 21, 100])
def test_relight_never_lowers(level):
    it = lamp(relight={"hours": HOURS, "level": level})
    assert it.relight()
    assert it.brain.level == max(level, 20)
    assert it.last.layer == (RELIGHT if level > 20 else PROGRAM)


def test_an_override_is_above_a_relighting_even_when_it_is_darker():
    it = lamp(relight={"hours": HOURS})
    it.override_level(0)
    assert it.relight() and it.brain.level == 0
    it.cancel()
    assert it.last.word == (100, RELIGHT, BY_REQUEST, 0)


@pytest.mark.parametrize("what", ["override", "event", "relight", "all-on", "ceiling"])
def test_the_gear_stays_on_whatever_asks(what):
    """Nothing switches a lamp off within its minimum time, nothing on within its minimum off."""
    program = {"active": [{"from": "23:10", "to": "05:00"}]}
    event = {"dates": ["11-22"], "hours": {"from": "23:12", "to": "06:00"}, "level": 0}
    it = Lamp(
        small_node(
            {"street": program},
            driver={"minimum_on": "10 min", "minimum_off": "5 min"},
            relight={"hours": HOURS},
            ceiling={"level": 0, "windows": [{"from": "23:12", "to": "06:00"}]}
            if what == "ceiling" else None,
            events=[event] if what == "event" else [],
        ),
        NIGHT,
    ).run_to(at("2026-11-22T22:10"))
    assert it.brain.level == 100 and it.last.gear == FREE
    lit = it.t
    it.run_to(lit + 2 * MINUTE)
    if what in ("override", "relight", "all-on"):
        it.override_level(0, 7200)
    assert it.last.asked == 0 and it.brain.level == 100 and it.last.gear == STAYS_ON
    it.run_to(lit + 10 * MINUTE - SECOND)  # the uptime's seconds are not the night's
    assert it.brain.level == 100
    it.run_to(lit + 10 * MINUTE)
    assert it.lines[-1].t - lit in range(10 * MINUTE - SECOND + 1, 10 * MINUTE + 1)
    assert it.brain.level == 0 and it.last.gear == FREE
    dark = it.lines[-1].t
    it.run_to(dark + MINUTE)
    if what == "relight":
        it.cancel()
        assert it.relight()
    elif what in ("event", "ceiling", "all-on"):
        it.all_on()
    else:
        it.override_level(40)
    assert it.last.asked >= 40 and it.brain.level == 0 and it.last.gear == STAYS_OFF
    it.run_to(dark + 5 * MINUTE)
    assert it.brain.level >= 40 and it.last.gear == FREE
    assert it.lines[-1].t - dark in range(5 * MINUTE - SECOND, 5 * MINUTE + 1)


def test_the_ramp_is_that_of_who_comes_or_goes():
    it = lamp(
        {**DIM, "points": [{"at": "12:00", "level": 60, "ramp": "9 s"}]},
        relight={"hours": HOURS},
        ceiling={"level": 30, "windows": [{"from": "23:30", "to": "02:00"}]},
    )
    assert it.relight() and it.last.ramp == 1000
    it.run_to(NIGHT + 7 * MINUTE)
    assert (it.lines[-1].level, it.lines[-1].ramp) == (60, 5000)
    it.all_on()
    assert it.last.ramp == 0, "who searches needs light now"
    it.end_all_on()
    assert it.last.ramp == 0
    it.run_to(at("2026-11-22T22:30"))
    assert (it.lines[-1].word, it.lines[-1].ramp) == ((30, CEILING, CORRIDOR, 0), 5000)
    it.run_to(at("2026-11-23T01:00"))
    assert (it.lines[-1].level, it.lines[-1].ramp) == (60, 5000)
