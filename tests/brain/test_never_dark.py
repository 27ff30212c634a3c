"""Never dark by fault: light is the safe side, whatever breaks."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from noctule.brain import brain
from noctule.brain.almanac import SUNRISE, SUNSET
from noctule.brain.layers import BY_LEVEL, FAULT_STATE, PROGRAM, TIME_UNKNOWN
from noctule.brain.luminaire import STAYS_OFF
from noctule.brain.override import NONE
from noctule.brain.photocell import DEAD
from noctule.brain.state import SIZE

from sim.site.compile import known_time
from sim.world.mains import mains
from tests.brain import helpers
from tests.brain.helpers import (
    DAY,
    HOLDOVER,
    HOUR,
    MINUTE,
    SECOND,
    SYNCED,
    UNSET,
    VIRTUAL,
    Lamp,
    at,
    small_node,
    small_site,
)

# What breaks: (ms after the one before, what, argument).
faults = st.lists(
    st.tuples(
        st.one_of(*(st.integers(0, most) for most in (10 * SECOND, 20 * MINUTE, 9 * HOUR))),
        st.one_of(
            st.tuples(st.just("clock"), st.sampled_from((UNSET, HOLDOVER, SYNCED))),
            st.tuples(st.just("reset"), st.sampled_from(("kept", "lost", "spoilt"))),
            st.tuples(st.just("outage"), st.sampled_from(("kept", "lost", "spoilt"))),
            st.tuples(st.just("storage"), st.booleans()),
            st.tuples(st.just("sensor"), st.sampled_from(("on", "off", "chatter"))),
            st.tuples(st.just("radio"), st.integers(1, 40)),
            st.tuples(st.just("ticks back"), st.integers(1, 2**29 - 1)),
            st.tuples(st.just("cell"), st.sampled_from(("dead", "alive", "chatter"))),
        ),
    ),
    max_size=16,
)


CUT = [{"from": "sunset", "to": "23:00"}, {"from": "05:00", "to": "sunrise"}]


class Broken:
    """A node to which faults happen, and one that knows the time and has none."""

    def __init__(self, site, t, faults, until):
        self.times = known_time(small_site(**site))
        config = small_node(**site)
        first = next(iter(site["programs"]))
        self.it, self.truth = Lamp(config, t), Lamp(config, t)
        self.switched = site["supply"] == "switched"
        self.cell = any("photocell" in p for p in site["programs"][first]["active"])
        self.alive = True
        # Without a date any program of the calendar may be tonight's.
        used = {first, *(rule["program"] for rule in site["rules"])}
        self.fault_state = max(site["programs"][name]["fault_state"] for name in used)
        gear = self.it.brain.luminaire
        # Ticks that go back stand still, for a step at most.
        self.rest = gear.minimum_off * SECOND
        self.rest += HOUR * sum(what == "ticks back" for _, (what, _) in faults)
        self.lit = t
        self.acts = []
        for wait, (what, more) in faults:
            t += wait
            self.acts.append((t, what, more))
        self.until = until
        self.seed = 7
        self.mains = []
        if self.switched:
            circuit = small_site(**site).cabinets[0].circuits[0]
            for night in range(self.it.t // DAY - 1, until // DAY + 2):
                self.mains += mains(circuit, 0, self.times, night)

    def dark(self):
        """The sky, a little lighter than the almanac thinks, so that it is never the sharper."""
        night = (self.it.t + 12 * HOUR) // DAY
        for n in (night - 1, night, night - 2):
            second = (self.it.t - n * DAY) // 1000
            on, off = (self.times.at(n, SUNSET, 150), self.times.at(n, SUNRISE, -150))
            if on < off and on <= second < off:
                return True
        return False

    def sample(self):
        if not self.cell:
            return
        lux = 1 if self.dark() else 9000
        self.truth.light(lux)
        if self.it.on:
            self.it.light(lux if self.alive else DEAD)

    def everywhere(self, t):
        self.it.run_to(t)
        self.truth.run_to(t)

    def strike(self, what, more):
        it = self.it
        if what == "clock":
            it.clock = more
            it.due = it.t
        elif what in ("reset", "outage"):
            if what == "outage":
                it.cut()
                self.everywhere(it.t + 7 * MINUTE)
                it.power_on = True
                self.lit = it.t  # by the gear itself, until the node has booted
            else:
                it.power_on = False
            if more == "lost":
                it.saved = bytearray(SIZE)
            elif more == "spoilt":
                it.saved[it.t % SIZE] ^= 0x5A
            it.boot()
            self.sample()
        elif what == "storage":
            it.saves = more
        elif what == "sensor":
            if more == "chatter":
                for i in range(40):
                    self.everywhere(it.t + 10 + i * 37 % 900)
                    it.sensor(i % 2 == 0)
            else:
                it.sensor(more == "on")
        elif what == "radio":
            for i in range(more):
                it.heard(i % 3, i % 7, 25 * i, i % 2 == 0)
        elif what == "ticks back":
            it.ticks -= more
            it.due = it.t
        else:
            for i in range(1 if more != "chatter" else 20):
                self.alive = more == "alive" or (more == "chatter" and i % 2 == 1)
                self.sample()

    def run(self):
        """Yields at every act, sample and wake-up: both nodes have been asked then."""
        step = 5 * MINUTE if self.cell else HOUR
        acts = list(self.acts)
        supply = [edge for stretch in self.mains for edge in ((stretch[0], 1), (stretch[1], 0))]
        supply = [edge for edge in supply if edge[0] > self.it.t]
        if self.switched and supply and supply[0][1] == 1:
            self.it.cut()
        while self.it.t < self.until:
            t = min(
                [self.it.t + step, self.until]
                + [x.due for x in (self.it, self.truth) if x.on and x.due > self.it.t]
                + [x[0] for x in acts[:1] if x[0] >= self.it.t]
                + [x[0] for x in supply[:1]]
            )
            self.everywhere(t)
            if supply and supply[0][0] <= t:
                if supply.pop(0)[1]:
                    self.it.power_up()
                    self.lit = self.it.t
                else:
                    self.it.cut()
            while acts and acts[0][0] <= self.it.t:
                _, what, more = acts.pop(0)
                if self.it.on or what in ("clock", "storage"):
                    self.strike(what, more)
            self.sample()
            self.truth.step()
            if self.it.on:
                self.it.step()
                yield self


def never_dark(site, t, faults, days):
    broken = Broken(site, t, faults, t + days * DAY)
    seen = set()
    for b in broken.run():
        it = b.it
        known = it.clock != UNSET
        # What a node asks for at the true time, with no fault; never less than the gear's. What
        # goes by the date, and raises, cannot be told without one.
        own = b.truth.last.asked
        least = own if known else min(own, b.truth.brain.stack.after[PROGRAM], b.fault_state)
        if it.last.level:
            b.lit = it.t
        if it.last.gear == STAYS_OFF:  # a hot lamp does not restrike
            assert it.t - b.lit <= b.rest
        else:
            assert it.last.level >= it.brain.luminaire.attainable(least), (
                helpers.utc(it.t), it.last, own, b.fault_state,
            )
        seen.add(it.last.quality)
        if it.last.quality == UNSET and it.last.why == TIME_UNKNOWN:
            assert it.brain.stack.after[FAULT_STATE] == b.fault_state
    return seen


# Presence is of the luminaire with faults; what it is held against has the program's own level.
@settings(phases=(Phase.explicit, Phase.generate), max_examples=60)
@given(helpers.nodes(supply="permanent", presence=True), helpers.instants(), faults)
def test_on_a_permanent_circuit(site, t, faults):
    never_dark(site, t, faults, 3)


@settings(phases=(Phase.explicit, Phase.generate), max_examples=30)
@given(
    helpers.nodes(supply="switched", presence=True),
    helpers.instants(),
    faults,
    st.sampled_from([x for x in helpers.PLACES if abs(x[0]) < 60]),
    st.sampled_from([None, CUT]),
    st.booleans(),
)
def test_on_a_switched_circuit(site, t, faults, place, windows, blind):
    if blind:  # all the time, and so by virtual midnight after three nights
        faults = [(0, ("clock", UNSET)), *(x for x in faults if x[1][0] != "clock")]
    never_dark({**site, "place": place, "mains": windows}, t, faults, 8)


@pytest.mark.long
@settings(phases=(Phase.explicit, Phase.generate), max_examples=1500)
@given(
    st.sampled_from(("permanent", "switched")).flatmap(
        lambda supply: helpers.nodes(supply=supply, presence=True)
    ),
    helpers.instants(),
    faults,
    st.sampled_from([x for x in helpers.PLACES if abs(x[0]) < 60]),
)
def test_on_any_circuit_for_long(site, t, faults, place):
    never_dark({**site, "place": place}, t, faults, 12)


CELL_PERIODS = (
    {"from": "sunset", "to": "sunrise", "photocell": {"on_lux": 20, "off_lux": 40}},
    {
        "from": "sunset",
        "to": "sunrise",
        "photocell": {"on_lux": 20, "off_lux": 40, "window": "45 min"},
    },
)


@settings(phases=(Phase.explicit, Phase.generate), max_examples=40)
@given(
    helpers.nodes(supply="permanent", presence=True, most=1),
    helpers.instants(),
    faults,
    st.sampled_from(CELL_PERIODS),
    st.sampled_from([x for x in helpers.PLACES if abs(x[0]) < 60]),
)
def test_by_a_photocell(site, t, faults, period, place):
    program = {**site["programs"]["p0"], "active": [period]}
    made = {**site["programs"], "p0": program}
    never_dark({**site, "programs": made, "place": place}, t, faults, 3)


@pytest.mark.parametrize("lux", [0, 30, 9000, DEAD])
def test_a_photocell_that_lies_is_bounded_by_its_window(lux):
    program = {"points": [{"at": "12:00", "level": 70}], "active": [CELL_PERIODS[1]]}
    it = Lamp(small_node({"cell": program}), at("2026-11-22T12:00"))
    while it.t < at("2026-11-23T12:00"):
        it.light(lux)
        level = it.at(it.t + 5 * MINUTE)
        if at("2026-11-22T16:45") <= it.t < at("2026-11-23T06:08"):
            assert level == 70
        elif not at("2026-11-22T15:10") <= it.t < at("2026-11-23T07:42"):
            assert level == 0


# --- what faults never do ------------------------------------------------------------------------


@given(
    st.integers(0, 100), st.integers(0, 100), helpers.instants(), st.integers(0, 40 * HOUR),
    st.sampled_from(("permanent", "switched")),
)
def test_no_time_and_not_enough_nights_is_the_fault_state_exactly(fault, level, t, wait, supply):
    program = {"fault_state": fault, "points": [{"at": "12:00", "level": level}]}
    it = Lamp(small_node({"p": program}, supply=supply), t, clock=UNSET, power_on=True)
    for later in (0, 1, wait):
        it.at(t + later)
        expected = fault if fault else 0
        assert it.last.word == (expected, FAULT_STATE, TIME_UNKNOWN, 0)
        assert it.last.quality == UNSET and it.brain.faults() & 1


@settings(phases=(Phase.explicit, Phase.generate), max_examples=50)
@given(
    helpers.nodes(presence=True),
    helpers.instants(),
    faults,
    st.integers(1, 30_000),
    st.integers(0, 100),
)
def test_no_override_outlives_its_expiry(site, t, faults, seconds, level):
    """Where the time is known it is exact; where it is not, mains off does not count, nor more
    than a quarter of an hour that storage did not keep; ticks that go back stand still at most."""
    broken = Broken({**site, "supply": "permanent"}, t, faults, t + 3 * DAY)
    it = broken.it
    it.step()
    it.override_level(level, seconds)
    blind = 15 * MINUTE + sum(7 * MINUTE for _, what, _ in broken.acts if what == "outage")
    blind += sum(MINUTE for _, what, _ in broken.acts if what == "ticks back")
    broken_storage = any(what == "storage" and not more for _, what, more in broken.acts)
    known_from_here = all(what != "clock" or more != UNSET for _, what, more in broken.acts)
    for _ in broken.run():
        ran_out = it.t - t - seconds * SECOND
        if ran_out >= (0 if known_from_here else blind) and not broken_storage:
            assert it.brain.override.kind == NONE and it.last.why != BY_LEVEL
        if it.clock != UNSET and known_from_here and ran_out >= 0:
            assert it.brain.override.kind == NONE


@pytest.mark.parametrize("clock", [UNSET, SYNCED])
def test_storage_that_forgets_loses_the_override_and_nothing_else(clock):
    it = Lamp(small_node({"p": {"fault_state": 80}}), at("2026-11-22T22:00"), clock=clock)
    it.saves = False
    it.step()
    it.override_level(5, 7200)
    it.reset()
    assert it.step().level == (80 if clock == UNSET else 100)


def test_ticks_that_go_back_hold_nothing_for_days():
    presence = {"operation": "max", "level": 90, "hold": "60 s"}
    program = {"active": "always", "points": [{"at": "12:00", "level": 20}], "presence": presence}
    it = Lamp(small_node({"p": program}), at("2026-11-22T22:00")).run_to(at("2026-11-23T22:00"))
    it.sensor(True)
    it.run_to(it.t + SECOND)
    it.sensor(False)
    it.ticks -= 20 * HOUR
    it.run_to(it.t + 3 * MINUTE)
    assert it.brain.level == 20
    # A runtime that tells things a little out of order loses no time by it.
    it.sensor(True)
    it.run_to(it.t + SECOND)
    begin = it.t
    it.sensor(False)
    for _ in range(5):
        it.brain.heard(9, 9, 999, False, (it.ticks - 30_000) & helpers.TICKS)
    it.run_to(it.t + HOUR)
    assert it.lines[-1].t == begin + 60 * SECOND and it.brain.level == 20


def test_it_would_be_seen(monkeypatch):
    """Virtual midnight is used; a node that took its guess for the time would be caught."""
    site = {
        "programs": {
            "p0": {
                "points": [{"at": "22:00", "level": 10}, {"at": "05:00", "level": 100}],
                "active": [{"from": "sunset", "to": "sunrise"}],
                "fault_state": 100,
            }
        },
        "supply": "switched",
        "rules": (),
    }
    t = at("2027-02-05T12:00")
    lost = [(SECOND, ("clock", UNSET))]
    assert VIRTUAL in never_dark(site, t, lost, 8)
    monkeypatch.setattr(brain, "_VIRTUAL_ERROR_S", 1)
    monkeypatch.setattr(brain.Brain, "__init__", _without_summer(brain.Brain.__init__))
    with pytest.raises(AssertionError):
        never_dark(site, t, lost, 8)


def _without_summer(init):
    def made(self, config):
        init(self, config)
        self._zone.summer = self._zone.standard

    return made
