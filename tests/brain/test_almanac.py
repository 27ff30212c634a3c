"""The almanac against NREL's Solar Position Algorithm (pvlib), which computes in floats.

The altitude is SPA's without refraction, seen from the ground. Each measured error is printed
(`pytest -rP`).
"""

import random
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from noctule.brain import almanac
from noctule.brain.almanac import (
    ASTRONOMICAL_DAWN,
    ASTRONOMICAL_DUSK,
    DAWN,
    DUSK,
    NAUTICAL_DAWN,
    NAUTICAL_DUSK,
    NEVER,
    NEVER_ABOVE,
    NEVER_BELOW,
    SOLAR_MIDNIGHT,
    SUNRISE,
    SUNSET,
    Almanac,
)
from noctule.brain.dates import day_number
from noctule.brain.trig import ONE
from pvlib import spa

ALTITUDES = {
    SUNSET: -0.8333, DUSK: -6, NAUTICAL_DUSK: -12, ASTRONOMICAL_DUSK: -18,
    ASTRONOMICAL_DAWN: -18, NAUTICAL_DAWN: -12, DAWN: -6, SUNRISE: -0.8333,
}  # fmt: skip
EPOCH = 946_684_800  # Unix time of 2000-01-01
FIRST, LAST = day_number(2024, 1, 1), day_number(2045, 12, 31)
ALLOWED = 0.03  # degrees
GRAZING = 0.05


def position(unix, latitude, longitude, sidereal=False):
    """SPA's altitude in degrees; or sidereal time, right ascension and declination."""
    year = 1970 + unix / (365.2425 * 86_400)
    delta_t = spa.calculate_deltat(np.floor(year), np.floor(year % 1 * 12) + 1)
    found = spa.solar_position_numpy(
        unix, latitude, longitude, 0, 1013.25, 12, delta_t, 0.5667, 1, sst=sidereal
    )
    return found if sidereal else found[3]


Place = tuple[int, int, int]  # latitude, longitude in e4, night


def places(seed: str, count: int, low: float, high: float, first=FIRST, last=LAST) -> list[Place]:
    rnd = random.Random(seed)
    return [
        (
            round((low + (high - low) * rnd.random()) * 10_000),
            round((rnd.random() * 360 - 180) * 10_000),
            first + int(rnd.random() * (last + 1 - first)),
        )
        for _ in range(count)
    ]


def events(where: Iterable[Place]) -> np.ndarray:
    """Rows of latitude, longitude, night, kind, instant, for every kind of event."""
    rows = []
    book, of = None, None
    for latitude, longitude, night in where:
        if of != (latitude, longitude):
            of = latitude, longitude
            book = Almanac(latitude, longitude)
        rows += [
            (latitude, longitude, night, kind, book.event(night, kind))
            for kind in range(SUNSET, SUNRISE + 1)
        ]
    return np.array(rows)


def unix_of(rows: np.ndarray) -> np.ndarray:
    return rows[:, 2] * 86_400.0 + rows[:, 4] + EPOCH


def errors(rows: np.ndarray) -> np.ndarray:
    """By how many degrees the true altitude differs at each event that happens."""
    rows = rows[(rows[:, 4] > NEVER) & (rows[:, 3] != SOLAR_MIDNIGHT)]
    wanted = np.array([ALTITUDES.get(kind, 0.0) for kind in range(SUNRISE + 1)])[rows[:, 3]]
    return position(unix_of(rows), rows[:, 0] / 1e4, rows[:, 1] / 1e4) - wanted


def report(what: str, found: np.ndarray, unit: str) -> float:
    worst = float(np.abs(found).max())
    print(
        f"{what}: {len(found)} compared, worst {worst:.4f} {unit}, "
        f"root mean square {np.sqrt((found**2).mean()):.4f} {unit}"
    )
    return worst


def midnight_errors(rows: np.ndarray) -> np.ndarray:
    """Seconds by which each solar midnight misses the lower transit."""
    rows = rows[rows[:, 3] == SOLAR_MIDNIGHT]
    sidereal, ascension, _ = position(unix_of(rows), rows[:, 0] / 1e4, rows[:, 1] / 1e4, True)
    return ((sidereal + rows[:, 1] / 1e4 - ascension) % 360 - 180) * 240


def test_the_suns_place():
    """Declination, and the equation of time as the hour angle at mean midnight, at any instant."""
    rnd = random.Random("place")
    sun = almanac.Sun()
    rows = []
    for _ in range(10_000):
        day, second = rnd.randint(FIRST, LAST), rnd.randint(-86_400, 2 * 86_400)
        sun.place(day, second)
        rows.append((day * 86_400.0 + second + EPOCH, sun.sin_declination, sun.equation))
    unix, sine, equation = np.array(rows).T
    sidereal, ascension, declination = position(unix, 0, 0, sidereal=True)
    ahead = (sidereal - ascension - unix / 240 + 360) % 360 - 180
    off = np.degrees(np.arcsin(sine / ONE)) - declination
    assert report("declination", off, "degrees") < 0.008
    assert abs(off.mean()) < 0.0015
    off = equation / 1e4 - ahead
    assert report("equation of time", off, "degrees") < 0.013
    assert abs(off.mean()) < 0.004


def test_altitude_at_each_event():
    rows = events(places("altitude", 2_500, -66, 66))
    found = errors(rows)
    assert len(found) > 15_000
    assert report("altitude at events, latitudes -66 to 66", found, "degrees") < ALLOWED


def test_altitude_at_the_corners():
    """Solstices, equinoxes, New Year and 29 February; the equator, the circles, the date line."""
    days = [
        day_number(year, month, day)
        for year in (2024, 2028, 2034, 2045)
        for month, day in ((1, 1), (2, 29), (3, 20), (6, 21), (9, 22), (12, 21), (12, 31))
        if (month, day) != (2, 29) or year % 4 == 0
    ]
    rows = events(
        (latitude * 10_000, longitude * 10_000, day)
        for latitude in (-66, -45, 0, 23, 47, 60, 66)
        for longitude in (-180, -90, 0, 5, 180)
        for day in days
    )
    assert report("altitude at the corners", errors(rows), "degrees") < ALLOWED
    assert report("solar midnight at the corners", midnight_errors(rows), "s") < 6


@pytest.mark.long
def test_altitude_at_each_event_every_day():
    worst = 0.0
    for latitude in range(-66, 67, 4):
        rnd = random.Random(latitude)
        longitude = round((rnd.random() * 360 - 180) * 10_000)
        rows = events((latitude * 10_000, longitude, day) for day in range(FIRST, LAST + 1))
        worst = max(worst, report(f"latitude {latitude}", errors(rows), "degrees"))
    print(f"worst {worst:.4f} degrees")
    assert worst < ALLOWED


@pytest.mark.long
def test_altitude_over_the_century():
    first, last = day_number(2000, 1, 1), day_number(2099, 12, 31)
    rows = events(places("century", 60_000, -66, 66, first, last))
    assert report("altitude at events, 2000 to 2099", errors(rows), "degrees") < ALLOWED


def test_altitude_beyond_the_circles():
    """Not asked for, but an event that is reported there is one."""
    where = places("north", 900, 66, 89) + places("south", 900, -89, -66)
    assert report("altitude beyond the circles, to 89", errors(events(where)), "degrees") < ALLOWED


def half_nights(where: list[Place]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest altitude of each place's two halves of the night, as SPA has them:
    arrays (place, half), the halves noon to solar midnight to noon."""
    latitude, longitude, night = np.array(where, dtype=float).T
    latitude, longitude = latitude / 1e4, longitude / 1e4
    start = EPOCH + night * 86_400 + 43_200 - longitude * 240
    turns = []
    for half in range(3):  # mean noon, midnight and noon, moved to the true ones
        mean = start + half * 43_200
        sidereal, ascension, _ = position(mean, latitude, longitude, True)
        ahead = (sidereal + longitude - ascension - half * 180 + 180) % 360 - 180
        turns.append(mean - ahead * 240)

    def sampled(begin: np.ndarray, end: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        grid = begin[:, None] + (end - begin)[:, None] * np.linspace(0, 1, count)
        flat = grid.ravel()
        seen = position(flat, np.repeat(latitude, count), np.repeat(longitude, count))
        return grid, seen.reshape(grid.shape)

    lowest, highest = [], []
    for half in range(2):
        grid, seen = sampled(turns[half], turns[half + 1], 25)
        for which, into in ((seen.argmin(axis=1), lowest), (seen.argmax(axis=1), highest)):
            row = np.arange(len(where))
            near = sampled(
                grid[row, np.maximum(which - 1, 0)], grid[row, np.minimum(which + 1, 24)], 7
            )[1]
            into.append(near.min(axis=1) if into is lowest else near.max(axis=1))
    return np.array(lowest).T, np.array(highest).T


def happenings(where: list[Place]) -> tuple[int, list[str]]:
    """How often an event happens or not beyond doubt, and where the almanac has it wrong."""
    lowest, highest = half_nights(where)
    clear, wrong = 0, []
    rows = events(where)
    rows = rows[rows[:, 3] != SOLAR_MIDNIGHT].reshape(len(where), 8, 5)
    for i, place in enumerate(where):
        for *_, kind, got in rows[i].tolist():
            half = int(kind > SOLAR_MIDNIGHT)
            low = lowest[i, half] - ALTITUDES[kind]
            high = highest[i, half] - ALTITUDES[kind]
            if min(abs(low), abs(high)) < GRAZING:
                continue
            clear += 1
            right = NEVER_BELOW if low > 0 else NEVER_ABOVE if high < 0 else None
            if (got if got <= NEVER else None) != right:
                wrong.append(f"{place} kind {kind}: {got}, from {low:+.3f} to {high:+.3f}")
    return clear, wrong


@pytest.mark.parametrize("south", [False, True])
def test_whether_an_event_happens(south):
    where = places(f"circles {south}", 700, 60, 89.95)
    clear, wrong = happenings([(-x if south else x, y, n) for x, y, n in where])
    assert not wrong, "\n".join(wrong)
    assert clear > 5_000
    print(f"{clear} events beyond doubt")


@pytest.mark.long
@pytest.mark.parametrize("south", [False, True])
def test_whether_an_event_happens_everywhere(south):
    total = 0
    for part in range(20):
        where = places(f"everywhere {south} {part}", 2_500, 60, 89.95)
        clear, wrong = happenings([(-x if south else x, y, n) for x, y, n in where])
        assert not wrong, "\n".join(wrong)
        total += clear
    print(f"{total} events beyond doubt")


def test_at_the_poles_nothing_ever_happens():
    """Within 0.05 degrees of a pole the sun goes with the season, not with the hour: what is
    reported there is polar day and polar night, and at the pole itself nothing else."""
    for pole in (900_000, -900_000):
        for longitude in (-1_800_000, 0, 1_800_000):
            book = Almanac(pole, longitude)
            for night in range(FIRST, FIRST + 366, 5):
                for kind in ALTITUDES:
                    assert book.event(night, kind) in (NEVER_BELOW, NEVER_ABOVE)
                assert book.event(night, SOLAR_MIDNIGHT) > NEVER
    summer, winter = day_number(2026, 6, 21), day_number(2026, 12, 21)
    assert Almanac(900_000, 0).event(summer, SUNSET) == NEVER_BELOW
    assert Almanac(900_000, 0).event(winter, SUNSET) == NEVER_ABOVE
    assert Almanac(-900_000, 0).event(winter, SUNSET) == NEVER_BELOW
    assert Almanac(-900_000, 0).event(summer, SUNSET) == NEVER_ABOVE


def test_solar_midnight():
    rows = events(places("midnight", 2_500, -89, 89))
    assert report("solar midnight", midnight_errors(rows), "s") < 6


def test_the_order_of_a_night():
    order = list(range(SUNSET, SUNRISE + 1))
    for place in places("order", 1_500, -66, 66) + places("polar", 500, 66, 89):
        rows = events([place])
        instants = dict(zip(rows[:, 3].tolist(), rows[:, 4].tolist(), strict=True))
        assert list(instants) == order
        happen = [instants[kind] for kind in order if instants[kind] > NEVER]
        assert happen == sorted(set(happen)), place
        # What goes on below goes through what is above, and the two halves mirror each other.
        evening = [instants[kind] for kind in (SUNSET, DUSK, NAUTICAL_DUSK, ASTRONOMICAL_DUSK)]
        kinds = [0 if x > NEVER else x for x in evening]
        assert kinds == sorted(kinds, key=[NEVER_ABOVE, 0, NEVER_BELOW].index), place


def test_the_date_line():
    """At 180 degrees either way it is the same sun, a day of UTC apart."""
    for latitude in (-450_000, 0, 475_170):
        east, west = Almanac(latitude, 1_800_000), Almanac(latitude, -1_800_000)
        for night in range(FIRST, FIRST + 800, 7):
            for kind in range(SUNSET, SUNRISE + 1):
                a, b = east.event(night + 1, kind) + 86_400, west.event(night, kind)
                assert abs(a - b) <= 2


PLACES = st.tuples(st.integers(-900_000, 900_000), st.integers(-1_800_000, 1_800_000))


@given(
    PLACES, st.lists(st.tuples(st.integers(9_490, 9_500), st.integers(1, 9)), max_size=40)
)
def test_what_it_keeps_is_what_it_would_compute(place, asked):
    kept = Almanac(*place)
    for night, kind in asked:
        assert kept.event(night, kind) == Almanac(*place).event(night, kind)


def test_every_intermediate_is_a_small_int(meter):
    """2000 to 2099, on a 32-bit MicroPython: nothing leaves 31 bits."""
    meter.reset()
    measured = meter.modules["almanac"].Almanac
    rnd = random.Random("small ints")
    first, last = day_number(2000, 1, 1), day_number(2099, 12, 31)
    days = [first, first - 1, last, last + 1] + [rnd.randint(first, last) for _ in range(250)]
    for day in days:
        for latitude in (-900_000, 900_000, rnd.randint(-900_000, 900_000)):
            longitude = rnd.choice((-1_800_000, 1_800_000, rnd.randint(-1_800_000, 1_800_000)))
            book, plain = measured(latitude, longitude), Almanac(latitude, longitude)
            for kind in range(SUNSET, SUNRISE + 1):
                assert book.event(day, kind) == plain.event(day, kind)
    print(f"largest intermediate: {meter.largest} of {2**30 - 1}")
    assert meter.largest > 2**29  # it is measured: two sines nearly fill the word


@pytest.mark.long
def test_every_intermediate_of_every_day_is_a_small_int(meter):
    sun = meter.modules["almanac"].Sun()
    for day in range(day_number(2000, 1, 1), day_number(2100, 1, 1)):
        for second in (-172_800, 0, 64_800, 345_600):
            sun.place(day, second)


def test_the_altitudes():
    assert [x / 10_000 for x in almanac._ALTITUDE] == [
        ALTITUDES.get(kind, 0) for kind in range(SUNRISE + 1)
    ]
