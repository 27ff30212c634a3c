"""Days, dates and local time, against Python's datetime and zoneinfo."""

import datetime as dt
import io
import random
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from noctule.brain import dates
from noctule.brain.zone import Zone

from sim.site.compile import _zone_of
from sim.site.zone import ZoneError, names, tzif, yearly_rule

DAY = 86_400
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
FIRST_DAY = dt.date(2000, 1, 1)

ZONES = (
    "Europe/Paris",
    "Europe/Dublin",  # its law calls the winter's time the exception
    "Europe/London",
    "Europe/Chisinau",  # changes at 2:00 and 3:00 local, not at 1:00 UTC
    "Atlantic/Azores",  # changes across midnight
    "America/New_York",
    "America/St_Johns",  # half an hour
    "America/Nuuk",  # changes on Saturday evening
    "America/Santiago",  # south; changes at midnight
    "America/Adak",
    "Asia/Jerusalem",  # from a Friday
    "Asia/Beirut",  # changes at midnight
    "Asia/Kolkata",  # no summer time
    "Australia/Lord_Howe",  # south; half an hour of summer time
    "Australia/Sydney",
    "Pacific/Auckland",
    "Pacific/Chatham",  # 12:45 and 13:45
    "Pacific/Kiritimati",
    "Antarctica/Troll",  # two hours of summer time
    "Africa/Cairo",  # starts on a Friday, ends on a Thursday at midnight
    "UTC",
)


@lru_cache(maxsize=1000)
def oracle(name: str) -> ZoneInfo:
    """The zone by the same data that the site's rule is made from."""
    return ZoneInfo.from_file(io.BytesIO(tzif(name)), key=name)


def offset(name: str, second: int) -> int:
    """Seconds east of UTC at a second since 2000."""
    at = EPOCH + dt.timedelta(seconds=second)
    return round(at.astimezone(oracle(name)).utcoffset().total_seconds())


def day_of(year: int, month: int, day: int) -> int:
    return (dt.date(year, month, day) - FIRST_DAY).days


@lru_cache(maxsize=10_000)
def changes(name: str, year: int) -> list[int]:
    """Seconds since 2000 at which the clocks of a zone change in a UTC year, by bisection."""
    found = []
    first = day_of(year, 1, 1) * DAY
    for week in range(53):
        low = first + week * 7 * DAY
        high = min(low + 7 * DAY, day_of(year + 1, 1, 1) * DAY)
        if offset(name, low) == offset(name, high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if offset(name, middle) == offset(name, low):
                low = middle
            else:
                high = middle
        found.append(high)
    return found


def brain_offset(zone: Zone, second: int) -> int:
    return zone.offset(second // DAY, second % DAY)


def test_dates():
    """Every day from 2000 to 2150."""
    date = dt.date(2000, 1, 1)
    day = 0
    while date.year <= 2150:
        assert dates.day_number(date.year, date.month, date.day) == day
        assert dates.year_of(day) == date.year
        assert dates.month_day(day, date.year) == date.month * 32 + date.day
        assert dates.weekday(day) == date.weekday()
        date += dt.timedelta(days=1)
        day += 1


def test_dates_before_2000():
    """The night of New Year 2000 asks about the year before."""
    for day in range(-400, 0):
        date = FIRST_DAY + dt.timedelta(days=day)
        assert dates.year_of(day) == date.year
        assert dates.month_day(day, date.year) == date.month * 32 + date.day
        assert dates.weekday(day) == date.weekday()


def test_month_lengths():
    for year in range(1999, 2151):
        for month in range(1, 13):
            after = dt.date(year + month // 12, month % 12 + 1, 1)
            assert dates.month_length(year, month) == (after - dt.date(year, month, 1)).days


def _offsets(name: str, seed: str, years, samples: int) -> None:
    zone = _zone_of(name)
    rnd = random.Random(f"{name} {seed}")
    for year in years:
        first, last = day_of(year, 1, 1) * DAY, day_of(year + 1, 1, 1) * DAY
        at = [first, last - 1]
        at += [first + int(rnd.random() * (last - first)) for _ in range(samples)]
        for change in changes(name, year):
            at += [change + off for off in (-86_400, -3601, -1, 0, 1, 3600, 86_400)]
        for second in at:
            assert brain_offset(zone, second) == offset(name, second), (name, second)
            # The same instant, told from a day or two away.
            for away in (-2, -1, 1, 2):
                got = zone.offset(second // DAY + away, second % DAY - away * DAY)
                assert got == offset(name, second)


@pytest.mark.parametrize("name", ZONES)
def test_offset(name):
    _offsets(name, "quick", (2025, 2026, 2028, 2035, 2038, 2099), 40)


@pytest.mark.long
@pytest.mark.parametrize("name", ZONES)
def test_offset_of_every_year(name):
    _offsets(name, "long", range(2025, 2100), 300)


@pytest.mark.long
def test_offset_of_every_zone():
    """Every zone that the compiler takes; it refuses but a few."""
    refused = []
    for name in sorted(names()):
        try:
            yearly_rule(name)
        except ZoneError:
            refused.append(name)
            continue
        _offsets(name, "all", (2026, 2035), 20)
    print(f"{len(names()) - len(refused)} zones; refused: {', '.join(refused)}")
    assert len(refused) < 20


@pytest.mark.parametrize("name", ZONES)
def test_noon(name):
    zone = _zone_of(name)
    for day in range(day_of(2026, 1, 1), day_of(2029, 1, 1), 3):
        date = FIRST_DAY + dt.timedelta(days=day)
        noon = dt.datetime(date.year, date.month, date.day, 12, tzinfo=oracle(name))
        assert day * DAY + zone.noon(day) == round((noon - EPOCH).total_seconds())


def wall_clocks(name: str, night: int) -> tuple[int, np.ndarray]:
    """Begin of a night and what the clock on the wall has reached in each of its seconds, both
    in seconds after 00:00 of its evening: UTC the one, local and counted on the other."""
    zone = oracle(name)
    date = FIRST_DAY + dt.timedelta(days=night)
    noons = [
        round((dt.datetime(d.year, d.month, d.day, 12, tzinfo=zone) - EPOCH).total_seconds())
        for d in (date, date + dt.timedelta(days=1))
    ]
    begin, end = (noon - night * DAY for noon in noons)
    assert {change % 900 for year in (2026, 2035) for change in changes(name, year)} <= {0}
    quarters = [offset(name, night * DAY + second) for second in range(begin, end, 900)]
    wall = np.arange(begin, end) + np.repeat(quarters, 900)
    return begin, np.maximum.accumulate(wall)


def _instants(name: str, nights, step: int) -> int:
    """Each clock time of each night: the first second at which the wall reads it or later."""
    zone = _zone_of(name)
    odd = 0
    for night in nights:
        begin, reached = wall_clocks(name, night)
        clocks = np.arange(12 * 3600, 36 * 3600, step)
        wanted = begin + np.searchsorted(reached, clocks)
        got = [zone.instant(night, int(clock)) for clock in clocks]
        assert got == wanted.tolist(), (name, night)
        odd += len(reached) != DAY
    return odd


def nights_of_change(name: str, years) -> list[int]:
    found = []
    for year in years:
        for change in changes(name, year):
            night = (change + offset(name, change - 1) - 43_200) // DAY
            found += [night - 1, night, night + 1]
    return found


@pytest.mark.parametrize("name", ZONES)
def test_instants_of_a_night(name):
    """Skipped and repeated hours included, at every five minutes."""
    nights = nights_of_change(name, (2026, 2035))
    ordinary = [(2026, 1, 15), (2026, 7, 15), (2028, 2, 28), (2034, 12, 31)]
    assert _instants(name, nights + [day_of(*date) for date in ordinary], 300) == len(nights) // 3


@pytest.mark.long
@pytest.mark.parametrize("name", ZONES)
def test_instants_of_every_change(name):
    nights = nights_of_change(name, range(2025, 2061))
    assert _instants(name, nights, 60) == len(nights) // 3


def test_the_hour_that_comes_twice_and_the_one_that_does_not():
    """Paris: the definition, by hand."""
    zone = _zone_of("Europe/Paris")
    hour = 3600
    spring, autumn = day_of(2026, 3, 28), day_of(2026, 10, 24)
    # 2:30 is skipped: it happens at the jump, 1:00 UTC. 3:00 is that jump.
    assert zone.instant(spring, 26 * hour + 1800) == DAY + hour
    assert zone.instant(spring, 27 * hour) == DAY + hour
    assert zone.instant(spring, 26 * hour - 60) == DAY + hour - 60
    # 2:30 comes twice, at 0:30 and 1:30 UTC: the first counts. 3:00 comes once, at 2:00 UTC.
    assert zone.instant(autumn, 26 * hour + 1800) == DAY + 1800
    assert zone.instant(autumn, 27 * hour) == DAY + 2 * hour


@given(
    st.integers(-50_400, 50_400), st.integers(day_of(2025, 1, 1), day_of(2099, 12, 31)),
    st.integers(0, DAY - 1),
)
def test_without_summer_time(standard, day, second):
    zone = Zone(standard, standard, (1, 1, 0, 0), (1, 1, 0, 0))
    assert zone.offset(day, second) == standard
    assert zone.noon(day) == 43_200 - standard
    assert zone.instant(day, 43_200 + second) == 43_200 + second - standard
