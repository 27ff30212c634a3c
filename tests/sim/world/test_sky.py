"""Light from the sky."""

from datetime import UTC, datetime, timedelta

import pytest
from astral import Observer, sun

from sim.world.sky import (
    CLEAR_SKY_LUX,
    CLOUD_FACTOR,
    OKTA_SHARES,
    clear_sky_lux,
    cloud_of_night,
    elevation,
    illuminance,
)

HERE = (47.517, 5.108)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def test_reference_points():
    # Commonly printed figures, each from another source than the table's.
    assert 400 <= clear_sky_lux(-0.833) <= 500  # sunrise and sunset: about 400 lx
    assert clear_sky_lux(-6.0) == pytest.approx(3.4, abs=0.1)
    assert clear_sky_lux(-12.0) == pytest.approx(0.008, abs=0.0005)
    assert clear_sky_lux(-40.0) == pytest.approx(0.002)
    assert 100_000 <= clear_sky_lux(66.0) <= 130_000  # a summer noon


def test_table_lies_on_the_published_curve():
    """Janiczek and DeYoung's cubics in x = elevation / 90, for log10 of lux."""
    curve = [
        (20, (3.74, 3.97, -4.07, 1.47)),
        (5, (3.05, 13.28, -45.98, 64.33)),
        (-0.8, (2.88, 22.26, -207.64, 1034.30)),
        (-5, (2.88, 21.81, -258.11, -858.36)),
        (-12, (2.70, 12.17, -431.69, -1899.83)),
        (-18, (13.84, 262.72, 1447.42, 2797.93)),
    ]
    for degrees, lux in CLEAR_SKY_LUX:
        a, b, c, d = next(cubic for low, cubic in curve if degrees >= low)
        x = degrees / 90
        assert lux == pytest.approx(10 ** (a + b * x + c * x * x + d * x**3), rel=0.015)


def test_rises_with_elevation():
    values = [clear_sky_lux(i / 100) for i in range(-2000, 9001)]
    assert all(a <= b for a, b in zip(values, values[1:], strict=False))
    for okta in range(9):
        whole = [round(value * CLOUD_FACTOR[okta]) for value in values]
        assert all(a <= b for a, b in zip(whole, whole[1:], strict=False))


def test_cloud_takes_light_away():
    assert CLOUD_FACTOR[0] == 1.0
    assert CLOUD_FACTOR[8] == 0.25
    assert all(a > b for a, b in zip(CLOUD_FACTOR, CLOUD_FACTOR[1:], strict=False))


@pytest.mark.parametrize("place", [HERE, (-35.0, 174.8), (66.0, -150.0), (0.0, 0.0), (89.0, 10.0)])
def test_elevation_is_astrals(place):
    observer = Observer(*place)
    for minutes in range(0, 40 * 525_600, 10_007 * 7):
        when = EPOCH + timedelta(minutes=minutes)
        expected = sun.elevation(observer, when, with_refraction=False)
        assert elevation(*place, minutes * 60_000) == pytest.approx(expected, abs=2e-4)


def test_an_evening_gets_dark_and_a_noon_is_bright():
    sunset = sun.sunset(Observer(*HERE), datetime(2026, 3, 20).date())
    t = round((sunset - EPOCH) / timedelta(milliseconds=1))
    evening = [illuminance(*HERE, t + minute * 60_000, 0) for minute in range(-60, 61)]
    assert all(a >= b for a, b in zip(evening, evening[1:], strict=False))
    assert 350 <= evening[60] <= 550
    assert evening[-1] == 0
    assert illuminance(*HERE, t - 6 * 3_600_000, 0) > 50_000
    assert illuminance(*HERE, t - 6 * 3_600_000, 8) > 12_000
    assert illuminance(*HERE, t, 8) == pytest.approx(evening[60] / 4, abs=1)


def test_cloud_is_the_same_for_the_same_night_and_spread_as_said():
    nights = [cloud_of_night(3, night) for night in range(4000)]
    assert nights == [cloud_of_night(3, night) for night in range(4000)]
    assert nights != [cloud_of_night(4, night) for night in range(4000)]
    assert sum(OKTA_SHARES) == 100
    for okta, share in enumerate(OKTA_SHARES):
        expected = 40 * share
        assert abs(nights.count(okta) - expected) < 4 * expected**0.5


def test_pinned():
    """Plain numbers, so that a machine or a Python that differs is noticed."""
    t = 9_575 * 86_400_000 + 18 * 3_600_000
    assert [illuminance(*HERE, t + i * 600_000, 3) for i in range(4)] == PINNED
    assert [cloud_of_night(1, night) for night in range(10)] == PINNED_CLOUD


PINNED = [159, 34, 6, 1]
PINNED_CLOUD = [8, 2, 8, 8, 1, 7, 7, 0, 8, 6]
