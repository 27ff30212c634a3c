"""Virtual midnight: the time of the night from the lengths of the last ones."""

import math

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from noctule.brain.almanac import SOLAR_MIDNIGHT, SUNRISE, SUNSET
from noctule.brain.midnight import KEPT, NO_MIDDLE, SAVE_EVERY, Nights

from sim.site.compile import _cut, known_time
from sim.site.model import Circuit
from sim.world.mains import mains
from tests.brain import helpers
from tests.brain.helpers import (
    DAY,
    HOUR,
    MINUTE,
    PROGRAM,
    SECOND,
    SYNCED,
    TIME_UNKNOWN,
    UNSET,
    VIRTUAL,
    Lamp,
    at,
    small_node,
    small_site,
)

BOUND = 1800  # seconds by which it may be wrong, as the brain has it
STREET = {
    "points": [
        {"at": "22:00", "level": 60},
        {"at": "solar midnight + 1 h", "level": 30},
        {"at": "05:30", "level": 100},
        {"at": "sunrise - 10 min", "level": 80},
    ],
    "fault_state": 100,
}
CUT = [{"from": "sunset", "to": "23:00"}, {"from": "05:00", "to": "sunrise"}]
CHANGES = (at("2026-03-28") // DAY, at("2026-10-24") // DAY)  # nights that clocks change in


# --- the lengths ---------------------------------------------------------------------------------


def told(lengths, cut=0, evening_longer=True, now=100_000):
    """What `Nights` makes of these lengths in minutes, oldest first: (length, age) in seconds."""
    nights = Nights(cut, evening_longer)
    for minutes in lengths:
        nights.end(minutes)
    nights.begin(now, True)
    return nights.length, now - nights.began_s


@pytest.mark.parametrize(
    ("lengths", "length"),
    [
        ([], 0),
        ([700], 0),
        ([700, 704], 0),
        ([700, 704, 708], 704),
        ([720, 700, 704, 708], 704),
        ([700, 700, 730], 710),
        ([700, 700, 731], 0),  # they do not agree
        ([685, 716, 700], 0),
        ([700, 14, 704, 3, 708], 704),  # glitches are no periods
        ([700, 15, 704, 708], 0),  # this was one
        ([700, 704, 1201], 0),  # a forced run of days is no night
        ([1200, 1200, 1200], 1200),
        ([700, 704, 1201, 708], 0),
        ([700, 704, 1201, 708, 710, 712], 710),
        ([20, 25, 30], 0),  # clouds
        ([179, 179, 179], 0),
        ([180, 180, 180], 180),
    ],
)
def test_three_nights_that_agree(lengths, length):
    assert told(lengths) == (length * 60, 0)


EVENING, MORNING, OFF = 370, 205, 6 * 3600
WHOLE = (EVENING + MORNING) * 60 + OFF


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([EVENING, MORNING] * 2 + [EVENING], (0, 0)),
        ([EVENING, MORNING] * 3, (WHOLE, 0)),
        ([EVENING, MORNING] * 3 + [EVENING], (WHOLE, EVENING * 60 + OFF)),
        ([MORNING, EVENING] * 3, (WHOLE, EVENING * 60 + OFF)),
        ([EVENING, MORNING] * 2 + [EVENING - 31, MORNING], (0, 0)),
        ([EVENING, MORNING] * 2 + [100, EVENING - 100, MORNING], (0, 0)),
        ([EVENING, MORNING] * 2 + [14, EVENING, 7, MORNING], (WHOLE, 0)),
        ([200, 230] * 3, (0, 0)),  # too alike to tell one from the other
        ([EVENING, MORNING] * 2 + [EVENING + MORNING + 360] + [EVENING, MORNING] * 2, (0, 0)),
        ([EVENING, MORNING] + [1300] + [EVENING, MORNING] * 3, (WHOLE, 0)),
    ],
)
def test_two_periods_a_night(lengths, expected):
    assert told(lengths, OFF) == expected


def test_a_night_that_a_glitch_cut_or_a_reset_is_not_told_by():
    nights = Nights(0, True)
    for _ in range(3):
        assert nights.end(700)
    assert not nights.end(7)
    nights.begin(50, False)
    assert nights.length == 0 and nights.running == 0
    nights.begin(50, True)
    assert nights.length == 42_000
    nights.running = 120
    nights.resume(10)
    assert nights.length == 0
    nights.tick(10)
    assert nights.running == 127, "half a quarter of an hour went unsaved, on average"


def test_no_middle_tells_nothing():
    assert told([700] * 3, NO_MIDDLE) == (0, 0)
    assert told([EVENING, MORNING] * 3, NO_MIDDLE) == (0, 0)


@given(st.lists(st.integers(0, 3000), max_size=40), st.sampled_from((0, OFF, NO_MIDDLE)))
def test_any_lengths(lengths, cut):
    length, age = told(lengths, cut)
    assert length % 60 == 0 or cut
    assert 0 <= age <= length <= 3 * 86_400
    kept = [x for x in lengths if x >= 15][-KEPT:]
    if len(kept) < (3 if not cut else KEPT):
        assert length == 0


def test_a_run_of_days_is_saved_no_more_often():
    nights = Nights(0, True)
    nights.begin(0, True)
    saves = [t for t in range(0, 10 * 86_400, 60) if nights.tick(t)]
    assert saves[0] == 900 and len(saves) == 2 * 1200 // SAVE_EVERY
    assert 1 <= nights.wake(10 * 86_400) <= 900


# --- which cabinets ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("windows", "cut"),
    [
        ([("sunset", "sunrise")], (0, False)),
        ([("dusk", "dawn")], (0, False)),
        ([("sunset - 10 min", "sunrise + 10 min")], (0, False)),
        ([("sunset", "23:00"), ("05:00", "sunrise")], (6 * 3600, True)),
        ([("sunset", "23:00")], (NO_MIDDLE, False)),  # the evening's half
        ([("18:00", "06:30")], (NO_MIDDLE, False)),
        ([("sunset", "22:00"), ("04:00", "sunrise")], (NO_MIDDLE, False)),  # which is longer?
        ([("sunset", "22:00"), ("23:00", "03:00"), ("05:00", "sunrise")], (NO_MIDDLE, False)),
        ([("sunset", "dawn - 4 h"), ("05:00", "sunrise")], (NO_MIDDLE, False)),
    ],
)
def test_which_cabinets_tell_the_time(windows, cut):
    site = small_site({"street": {}})
    windows = [{"from": a, "to": b} for a, b in windows]
    circuit = Circuit.model_validate({"id": "A1", "supply": "switched", "mains": windows})
    assert _cut(circuit, known_time(site)) == cut


# --- a year on a switched circuit, with no clock at all ------------------------------------------


def nights_of(site, first, count):
    """(night, its stretches of mains) for `count` nights from day `first` on."""
    times = known_time(site)
    circuit = site.cabinets[0].circuits[0]
    for night in range(first, first + count):
        yield night, mains(circuit, 0, times, night)


def play_year(program, cut=None, first="2026-01-01", count=365, place=helpers.IS_SUR_TILLE):
    """Run a node without a clock, boot by boot, beside one that knows the time and never sleeps.
    Yields (night, stretch, node at its first step, reference, times)."""
    site = small_site({"street": program}, supply="switched", mains=cut, place=place)
    config = small_node({"street": program}, supply="switched", mains=cut, place=place)
    times = known_time(site)
    begin = at(first + "T12:00")
    it = Lamp(config, begin, clock=UNSET)
    truth = Lamp(config, begin)
    it.cut()
    for night, stretches in nights_of(site, begin // DAY, count):
        for stretch in stretches:
            it.run_to(stretch[0])
            it.power_up()
            yield night, stretch, it, truth, times
            it.run_to(stretch[1])
            it.cut()


def errors(it, night, times):
    """Seconds by which the node's sunset, sunrise, solar midnight and clock are late."""
    nights = it.brain._nights
    began = it.t // 1000 + nights.began_s - it.brain._now_s - night * 86_400
    middle = began + nights.length // 2
    clock = 86_400 - round(helpers.IS_SUR_TILLE[1] * 240)  # mean midnight: 00:00 by the longitude
    return (
        began - times.at(night, SUNSET, 0),
        began + nights.length - times.at(night, SUNRISE, 0),
        middle - times.at(night, SOLAR_MIDNIGHT, 0),
        middle - clock,
    )


@pytest.mark.parametrize("cut", [None, CUT])
def test_the_error_over_a_year_at_is_sur_tille(cut, record_property):
    worst, known, count = [0] * 4, 0, 0
    for night, _, it, _, times in play_year(STREET, cut):
        it.step()
        count += 1
        if it.brain.quality == VIRTUAL and night not in CHANGES:
            known += 1
            worst = [max(a, abs(b)) for a, b in zip(worst, errors(it, night, times), strict=True)]
    record_property("worst_error_s", worst)
    print(f"worst error, s: sunset, sunrise, solar midnight, clock: {worst}; {known} of {count}")
    assert max(worst) < BOUND
    # The middle follows the sun to a few minutes; a clock follows it to the equation of time.
    assert worst[2] < 9 * 60 and worst[3] < 24 * 60
    assert known >= (count - 5 if cut is None else 0.8 * count)


@pytest.mark.parametrize("cut", [None, CUT])
def test_never_less_light_than_at_the_true_time(cut):
    """Over a year, summer time included: whatever the error, light is the safe side."""
    darker = lit = saved = 0
    for _, (on, off), it, truth, _ in play_year(STREET, cut):
        for t in range(on, off, 10 * MINUTE):
            level, own = it.at(t), truth.at(t)
            lit += 1
            saved += level < 100
            darker += level < own
            if it.brain.quality == UNSET:
                assert level == STREET["fault_state"]
    assert not darker
    assert saved > 0.1 * lit or cut, "it does dim, or it were no use"


@pytest.mark.parametrize("first", ["2026-03-20", "2026-10-16"])
@pytest.mark.parametrize("at_dawn", ["sunrise - 30 min", "06:15"])
def test_the_morning_after_a_change_of_clocks(first, at_dawn):
    """The cabinet, which goes by the clock, comes back an hour off what the node expects."""
    program = {"points": [{"at": "22:00", "level": 100}, {"at": at_dawn, "level": 40}]}
    virtual = 0
    for night, (on, off), it, truth, _ in play_year(program, CUT, first, 12):
        for t in range(on, off, 5 * MINUTE):
            assert it.at(t) >= truth.at(t), (helpers.utc(t), it.last, truth.last)
            virtual += it.brain.quality == VIRTUAL and night in CHANGES and t > on + HOUR
    assert virtual


@settings(phases=(Phase.explicit, Phase.generate))
@given(
    helpers.nodes(supply="switched", most=1),
    st.sampled_from(["2026-01-05", "2026-03-20", "2026-06-10", "2026-10-15", "2035-12-20"]),
    st.sampled_from([None, CUT]),
    st.data(),
)
def test_never_less_light_whatever_the_program(site, first, cut, data):
    program = site["programs"]["p0"]
    places = [x for x in helpers.PLACES if abs(x[0]) < 60]
    place = data.draw(st.sampled_from(places))
    night = None
    for night, (on, off), it, truth, _ in play_year(program, cut, first, 9, place):
        if night < at(first) // DAY + 3:
            continue
        for _ in range(4):
            t = data.draw(st.integers(max(on, it.t), off - 1))
            level, own = it.at(t), truth.at(t)
            if it.brain.quality == VIRTUAL:
                assert it.last.layer == PROGRAM
                assert level >= own, (helpers.utc(t), it.last, truth.last)
            else:
                assert it.last.why == TIME_UNKNOWN
    assert night is not None


def test_the_reason_says_virtual_and_three_nights_are_needed():
    quality, why = [], []
    for _, _, it, _, _ in play_year(STREET, count=6):
        it.step()
        quality.append(it.brain.quality)
        why.append(it.last.why)
        assert it.brain.faults() & 1
    assert quality == [UNSET] * 3 + [VIRTUAL] * 3
    assert why[:3] == [TIME_UNKNOWN] * 3 and TIME_UNKNOWN not in why[3:]


def test_the_clock_comes_back():
    for night, (on, _), it, truth, _ in play_year(STREET, count=6):
        if night == at("2026-01-06") // DAY:
            assert it.at(on + HOUR) and it.brain.quality == VIRTUAL
            it.clock = SYNCED
            truth.run_to(it.t)
            assert it.step().word == truth.step().word
            assert it.brain.quality == SYNCED
            it.clock = UNSET
            it.step()
            assert it.brain.quality == VIRTUAL


@pytest.mark.parametrize(
    ("after", "known"),
    [
        (5 * MINUTE, UNSET),  # shorter than a period: it counts as one, whose begin is not sure
        (14 * MINUTE, UNSET),
        (3 * HOUR, UNSET),  # a period: the nights no longer agree
    ],
)
def test_a_glitch_costs_a_night(after, known):
    seen = []
    for night, (on, _), it, _, _ in play_year(STREET, count=10):
        if night == at("2026-01-05") // DAY:
            it.run_to(on + after)
            it.power_up()
            it.run_to(on + after + HOUR)
            assert it.brain.quality == known and it.brain.level == 100
        else:
            it.step()
            seen.append(it.brain.quality)
    assert seen[:4] == [UNSET] * 3 + [VIRTUAL]
    assert seen[4:] == ([VIRTUAL] * 5 if after < HOUR else [UNSET] * 3 + [VIRTUAL] * 2)


def test_a_flapping_contactor_is_no_clock():
    """Every twelve minutes all evening: each period is too short to count."""
    for night, (on, off), it, _, _ in play_year(STREET, count=8):
        if night == at("2026-01-06") // DAY:
            for t in range(on, off, 12 * MINUTE):
                it.run_to(t)
                it.power_up()
                it.run_to(t + 11 * MINUTE)
                assert it.brain.quality == UNSET and it.brain.level == 100


def test_a_reset_without_a_clock_is_the_fault_state_for_the_rest_of_the_night():
    for night, (on, off), it, _, _ in play_year(STREET, count=8):
        it.run_to(on + 4 * HOUR)
        if night == at("2026-01-06") // DAY:
            assert it.brain.quality == VIRTUAL
            it.reset()
            it.run_to(off)
            assert it.brain.quality == UNSET and it.brain.level == 100
        if night >= at("2026-01-07") // DAY:
            assert it.brain.quality == VIRTUAL, "and the night still counts"


def test_mains_for_days():
    """The cabinet forgot to cut: after the longest night it knows nothing."""
    it = None
    for _, (on, _), it, _, _ in play_year(STREET, count=5):
        it.run_to(on + HOUR)
    assert it.brain.quality == VIRTUAL
    it.power_up()
    it.run_to(it.t + DAY)
    assert it.brain.quality == UNSET and it.brain.level == 100
    it.run_to(it.t + 5 * DAY)
    it.power_up()
    it.run_to(it.t + HOUR)
    assert it.brain.quality == UNSET


# --- a permanent circuit, by its photocell -------------------------------------------------------

CELL = {
    **STREET,
    "active": [
        {"from": "sunset", "to": "sunrise", "photocell": {"on_lux": 20, "off_lux": 40}}
    ],
}


def sky(it, times, until):
    """Run under a sky that is dark from sunset to sunrise, a sample every five minutes."""
    while it.t < until:
        it.run_to(min(it.t + 5 * MINUTE, until))
        night = (it.t - 12 * HOUR) // DAY
        second = it.t // 1000 - night * 86_400
        dark = times.at(night, SUNSET, 0) <= second < times.at(night, SUNRISE, 0)
        it.light(2 if dark else 5000)


@pytest.fixture
def cell():
    site = small_site({"cell": CELL})
    begin = at("2026-11-01T12:00")
    it = Lamp(small_node({"cell": CELL}), begin, clock=UNSET)
    truth = Lamp(small_node({"cell": CELL}), begin)
    return it, truth, known_time(site)


def test_photocell_on_a_permanent_circuit(cell):
    it, truth, times = cell
    qualities = []
    for night in range(6):
        for x in cell[:2]:
            sky(x, times, at("2026-11-01T15:00") + night * DAY)
        assert it.brain.level == 0 and it.last.why == helpers.DAYLIGHT
        for hour in range(18, 31):
            t = at("2026-11-01T00:00") + night * DAY + hour * HOUR
            for x in cell[:2]:
                sky(x, times, t)
            assert it.brain.level >= truth.brain.level > 0
            if hour == 24:
                qualities.append(it.brain.quality)
                assert it.brain.level == (100 if night < 3 else 60)
    assert qualities == [UNSET] * 3 + [VIRTUAL] * 3


@pytest.mark.parametrize("what", ["reset", "outage", "dead cell", "dead cell by day"])
def test_dark_that_was_found_tells_nothing(cell, what):
    """After a start in the night, or when a dead cell comes back to life, nobody knows how long
    it has been dark."""
    it, _, times = cell
    sky(it, times, at("2026-11-05T23:00"))
    assert it.brain.quality == VIRTUAL and it.brain.level == 60
    if what == "reset":
        it.reset()
    elif what == "outage":
        it.cut()
        it.run_to(it.t + HOUR)
        it.power_up()
    elif what == "dead cell":
        it.light(-1)
        assert it.brain.faults() & 4
    else:
        sky(it, times, at("2026-11-06T14:00"))
        it.light(-1)
        it.run_to(at("2026-11-06T23:00"))
    it.run_to(it.t + 30 * MINUTE)
    sky(it, times, it.t + 30 * MINUTE)
    assert it.brain.quality == UNSET and it.brain.level == 100
    sky(it, times, it.t // DAY * DAY + DAY + 20 * HOUR)
    assert it.brain.quality == VIRTUAL


def test_daytime_power_up_without_a_clock(cell):
    it, _, times = cell
    sky(it, times, at("2026-11-02T10:00"))
    it.cut()
    it.run_to(it.t + HOUR)
    it.power_up()
    begin = it.t
    it.light(9000)
    assert it.brain.level == 100 and it.last.why == helpers.POWER_UP
    it.run_to(begin + 10 * MINUTE - 1)
    assert it.brain.level == 100
    it.run_to(begin + 10 * MINUTE)
    assert it.brain.level == 0 and it.last.why == helpers.DAYLIGHT
    it.reset()
    it.light(9000)
    assert it.brain.level == 0, "a watchdog's reset is nobody on the ladder"


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=5, max_size=60))
def test_clouds_are_no_nights(spells):
    it = Lamp(small_node({"cell": CELL}), at("2026-11-01T12:00"), clock=UNSET)
    for dark, light in spells:
        it.light(1)
        it.run_to(it.t + dark * MINUTE)
        assert it.brain.quality == UNSET
        it.light(9000)
        it.run_to(it.t + light * MINUTE)


def test_the_equation_of_time_is_within_the_bound():
    """16.4 minutes at most; with the nights' lag and grain at 47 degrees the error stays below."""
    lag = 2 * 3.6 / 2  # two nights old, 3.6 minutes a night, half of it at the middle
    grain = (SAVE_EVERY + 1) / 2
    assert math.ceil((16.4 + lag + grain) * 60) < BOUND
    assert SECOND * BOUND == 30 * MINUTE
