"""Sensors that are dead or stuck: found, told, and light stays the safe side."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain.almanac import NAUTICAL_DAWN, NAUTICAL_DUSK, SUNRISE, SUNSET
from noctule.brain.faults import PHOTOCELL_DEAD, PHOTOCELL_STUCK, SENSOR_DEAD, SENSOR_STUCK, TIME
from noctule.brain.photocell import DEAD, STUCK_AFTER

from sim.site.compile import known_time
from tests.brain import helpers
from tests.brain.helpers import (
    DAY,
    HOLDOVER,
    HOUR,
    MINUTE,
    SECOND,
    SYNCED,
    UNSET,
    Lamp,
    at,
    small_node,
    small_site,
)

LIVELY = {
    "active": "always",
    "points": [{"at": "12:00", "level": 20}],
    "presence": {"operation": "max", "level": 90, "hold": "30 s", "neighbours": 1},
}
NIGHT = at("2026-11-22T20:00")


def lamp(**more):
    it = Lamp(small_node({"lively": LIVELY}, **more), NIGHT)
    it.step()
    return it


def passages(it, count, seen=False, hops=1):
    """People walk by: each next pole says so, and the own sensor, if it sees."""
    for _ in range(count):
        it.heard(hops=hops)
        if seen:
            it.sensor(True)
            it.run_to(it.t + 2 * SECOND)
            it.sensor(False)
        it.run_to(it.t + 2 * MINUTE)
        it.heard(hops=hops)
        it.run_to(it.t + 2 * MINUTE)


# --- the presence sensor -------------------------------------------------------------------------


def test_a_dead_sensor_is_told_after_two_hundred_messages_of_its_neighbours():
    it = lamp()
    passages(it, 99)
    assert it.brain.faults() == 0
    passages(it, 1)
    assert it.brain.faults() == SENSOR_DEAD
    it.sensor(True)
    it.run_to(it.t + SECOND)
    assert it.brain.faults() == 0, "it lives"


def test_one_that_sees_now_and_then_is_not_dead():
    it = lamp()
    for _ in range(20):
        passages(it, 90)
        passages(it, 1, seen=True)
        assert it.brain.faults() == 0


def test_a_glitch_shorter_than_the_debounce_is_no_sign_of_life():
    it = lamp(sensor={"debounce": "500 ms"})
    passages(it, 120)
    it.sensor(True)
    it.run_to(it.t + 100)
    it.sensor(False)
    it.run_to(it.t + MINUTE)
    assert it.brain.faults() == SENSOR_DEAD


def test_those_from_further_off_do_not_count():
    """They may turn off before they pass here."""
    program = {**LIVELY, "presence": {**LIVELY["presence"], "neighbours": 3}}
    it = Lamp(small_node({"lively": program}), NIGHT)
    it.step()
    passages(it, 400, hops=2)
    assert it.brain.faults() == 0


def test_without_a_sensor_none_is_missed():
    it = lamp(sensor=False)
    passages(it, 400)
    assert it.brain.faults() == 0 and it.brain.presence.unseen >= 200


@pytest.mark.parametrize("power_on", [True, False])
def test_what_was_missed_outlives_a_reset(power_on):
    it = lamp()
    passages(it, 60)
    it.brain.save(it.saved)
    it.power_on = power_on
    it.boot()
    it.step()
    passages(it, 41)
    assert it.brain.faults() == SENSOR_DEAD
    it.brain.save(it.saved)
    it.boot()
    it.step()
    assert it.brain.faults() == SENSOR_DEAD


def test_many_more_messages_change_nothing():
    it = lamp()
    passages(it, 600)
    it.brain.save(it.saved)
    assert it.brain.faults() == SENSOR_DEAD and it.saved[55] == 255


@pytest.mark.parametrize("when", ["lit", "ignored"])
def test_a_stuck_sensor_is_told_and_is_not_dead(when):
    it = lamp(sensor={"stuck_after": "5 min", "when_stuck": when})
    passages(it, 150)
    it.sensor(True)
    it.run_to(it.t + 5 * MINUTE + SECOND)
    assert it.brain.faults() == SENSOR_STUCK
    passages(it, 150)
    assert it.brain.faults() == SENSOR_STUCK
    it.run_to(it.t + HOUR)
    assert it.brain.level == (90 if when == "lit" else 20)
    it.sensor(False)
    it.run_to(it.t + HOUR)
    assert it.brain.faults() in (0, SENSOR_DEAD)


def test_light_stays_with_a_dead_sensor():
    """The neighbours' word is as good."""
    it = lamp()
    passages(it, 150)
    it.heard(hops=1)
    assert it.brain.level == 90 and it.brain.faults() == SENSOR_DEAD


# --- the photocell -------------------------------------------------------------------------------

CELL = {"on_lux": 20, "off_lux": 40}
PLAIN = {"points": [{"at": "12:00", "level": 70}], "active": [{"from": "sunset", "to": "sunrise"}]}
BY_CELL = {
    "unbounded": {**PLAIN, "active": [{"from": "sunset", "to": "sunrise", "photocell": CELL}]},
    "window": {
        **PLAIN,
        "active": [{"from": "sunset", "to": "sunrise", "photocell": {**CELL, "window": "45 min"}}],
    },
}
LIGHT, DARK = 9000, 1
STUCK_S = STUCK_AFTER + 2 * 3600  # found within: the brain may sleep an hour, twice


class Sky:
    """A node under a sky of its own; the cell says what `says` makes of it."""

    def __init__(self, kind, t, place=helpers.IS_SUR_TILLE, **more):
        site = {"programs": {"cell": BY_CELL[kind]}, "place": place}
        self.it = Lamp(small_node(**site), t, **more)
        self.sun = Lamp(small_node({"plain": PLAIN}, place=place), t)
        self.times = known_time(small_site(**site))
        self.says = lambda lux: lux

    def second(self, t, event, offset=0):
        """When the sun does something in the night that `t` is in."""
        night = self.night(t)
        return (night * 86_400 + self.times.at(night, event, offset)) * 1000

    def night(self, t):
        night = t // DAY - 1
        while t // 1000 >= night * 86_400 + self.times.end(night):
            night += 1
        return night

    def dark(self, t):
        return self.second(t, SUNSET, 300) <= t < self.second(t, SUNRISE, -300)

    def run_to(self, t, each=None):
        it = self.it
        while it.t < t:
            now = min(it.t + 5 * MINUTE, t)
            it.run_to(now)
            self.sun.run_to(now)
            it.light(self.says(DARK if self.dark(now) else LIGHT))
            self.sun.step()
            if each:
                each(self)
        return self

    def lit_by_the_sun(self):
        return self.sun.last.level


def stuck(sky):
    return bool(sky.it.brain.faults() & PHOTOCELL_STUCK)


@pytest.mark.parametrize("kind", sorted(BY_CELL))
def test_one_that_always_says_light_is_found_at_night_and_the_sun_stands_in(kind):
    sky = Sky(kind, at("2026-11-22T13:00"))
    sky.says = lambda lux: LIGHT
    dusk = sky.second(at("2026-11-22T20:00"), NAUTICAL_DUSK)
    sky.run_to(dusk)
    assert not stuck(sky) and (kind == "window" or sky.it.brain.level == 0)
    sky.run_to(dusk + STUCK_S * SECOND)
    assert stuck(sky)

    def same(sky):
        assert stuck(sky) and sky.it.last.level == sky.lit_by_the_sun()

    sky.run_to(at("2026-11-25T13:00"), same)


@pytest.mark.parametrize("kind", sorted(BY_CELL))
def test_one_that_always_says_dark_is_found_by_day(kind):
    """Its light by day ends; at night nothing is missing at any time."""
    sky = Sky(kind, at("2026-11-22T20:00"))
    sky.says = lambda lux: DARK

    def lit(sky):
        assert sky.it.last.level >= sky.lit_by_the_sun()

    sky.run_to(at("2026-11-23T08:30"), lit)
    assert not stuck(sky)
    sunrise = sky.second(at("2026-11-23T08:00"), SUNRISE)
    sky.run_to(sunrise + (7200 + STUCK_S) * SECOND, lit)
    assert stuck(sky) and sky.it.brain.level == 0

    def same(sky):
        assert stuck(sky) and sky.it.last.level == sky.lit_by_the_sun()

    sky.run_to(at("2026-11-25T13:00"), same)


@pytest.mark.parametrize("always", [LIGHT, DARK])
@pytest.mark.parametrize("kind", sorted(BY_CELL))
def test_it_is_believed_again_when_it_is_seen_to_change(kind, always):
    sky = Sky(kind, at("2026-11-22T13:00"))
    sky.says = lambda lux: always
    sky.run_to(at("2026-11-24T13:00"))
    assert stuck(sky)
    sky.says = lambda lux: lux
    sky.run_to(at("2026-11-25T14:00"))
    assert not stuck(sky)
    # It decides again: a storm's dusk half an hour before sunset.
    sky.says = lambda lux: DARK
    sky.run_to(at("2026-11-25T15:15"))
    assert sky.it.brain.level == 70 and not stuck(sky)


def test_it_is_not_believed_when_it_lies_the_other_way():
    """Light all night, and then dark by full day."""
    sky = Sky("unbounded", at("2026-11-22T13:00"))
    sky.says = lambda lux: LIGHT
    sky.run_to(at("2026-11-23T11:30"))
    assert stuck(sky)
    sky.says = lambda lux: LIGHT + DARK - lux
    sky.run_to(at("2026-11-24T11:30"), lambda sky: stuck(sky) or pytest.fail(str(sky.it.t)))
    assert sky.it.brain.level == 0


@pytest.mark.parametrize("kind", sorted(BY_CELL))
@pytest.mark.parametrize("place", [p for p in helpers.PLACES if abs(p[0]) < 65])
def test_a_cell_that_is_well_is_never_taken_for_stuck(kind, place):
    """Through the year; storms by day and the moon by night."""
    for month in range(1, 13, 2):
        sky = Sky(kind, at(f"2026-{month:02}-20T00:00"), place)
        storms = iter(range(10**6))
        sky.says = lambda lux, storms=storms: 5 if next(storms) % 40 < 4 else lux
        sky.run_to(sky.it.t + 2 * DAY, lambda sky: not stuck(sky) or pytest.fail(str(sky.it.t)))


def test_a_dead_cell_is_dead_and_not_stuck():
    sky = Sky("unbounded", at("2026-11-22T20:00"))
    sky.says = lambda lux: DEAD
    sky.run_to(at("2026-11-24T13:00"))
    assert sky.it.brain.faults() == PHOTOCELL_DEAD and not sky.it.brain.photocell.stuck
    assert sky.it.last.level == sky.lit_by_the_sun()
    sky.says = lambda lux: lux
    sky.run_to(at("2026-11-24T20:00"))
    assert sky.it.brain.faults() == 0


def test_without_a_single_sample_nothing_is_known_of_it():
    it = Lamp(small_node({"cell": BY_CELL["unbounded"]}), at("2026-11-22T20:00"))
    it.run_to(at("2026-11-24T13:00"))
    assert it.brain.faults() == 0


@pytest.mark.parametrize("clock", [SYNCED, HOLDOVER, UNSET])
def test_one_known_to_lie_does_not_darken_a_node_that_loses_the_time(clock):
    """It says light, at night, and is known to be stuck: no reason to go dark."""
    sky = Sky("unbounded", at("2026-11-22T13:00"))
    sky.says = lambda lux: LIGHT
    sky.run_to(at("2026-11-22T22:00"))
    assert stuck(sky) and sky.it.brain.level == 70
    sky.it.clock = clock
    sky.it.step()
    sky.run_to(at("2026-11-22T23:00"))
    assert sky.it.brain.level >= 70
    assert sky.it.brain.faults() & TIME == (TIME if clock == UNSET else 0)


@settings(max_examples=25)
@given(
    st.sampled_from(sorted(BY_CELL)),
    st.sampled_from([p for p in helpers.PLACES if abs(p[0]) < 60]),
    helpers.instants(),
    st.lists(st.tuples(st.integers(0, 20 * HOUR), st.sampled_from("ldwx")), max_size=4),
)
def test_never_darker_than_the_program_once_it_is_known(kind, place, t, acts):
    """Whatever the cell says and when: while it is reported stuck or dead the node has the light
    of a program that goes by the sun alone; a cell that says dark never takes light away."""
    sky = Sky(kind, t, place)

    def lit(sky):
        nautical = [sky.second(sky.it.t, event) for event in (NAUTICAL_DUSK, NAUTICAL_DAWN)]
        level = sky.it.last.level
        if sky.it.brain.faults() & (PHOTOCELL_DEAD | PHOTOCELL_STUCK):
            assert level == sky.lit_by_the_sun()
        elif sky.it.brain.photocell.dark:
            assert level >= sky.lit_by_the_sun()
        elif nautical[0] + STUCK_S * SECOND <= sky.it.t < nautical[1]:
            # Light in the middle of the night, and not found out: it has just begun to say so.
            assert level or sky.it.t - said[0] <= STUCK_S * SECOND

    said = [t]
    for wait, what in [*acts, (30 * HOUR, "w")]:
        sky.run_to(sky.it.t + wait, lit)
        said[0] = sky.it.t
        sky.says = {
            "l": lambda lux: LIGHT, "d": lambda lux: DARK, "w": lambda lux: lux,
            "x": lambda lux: DEAD,
        }[what]  # fmt: skip
