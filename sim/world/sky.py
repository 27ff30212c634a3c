"""Light from the sky: illuminance outdoors from the sun's elevation, twilight and cloud.

The clear sky is that of Janiczek and DeYoung, "Computer Programs for Sun and Moon Illuminance",
U.S. Naval Observatory Circular 171 (1987): its fitted curve (also in Seidelmann, "Explanatory
Supplement to the Astronomical Almanac", 1992), read at the elevations of the table below and
rounded to three figures. It meets the figures commonly printed: about 400 lx at sunrise and
sunset (Wikipedia "Lux"; American Meteorological Society, Glossary, "civil twilight": 585 to
410 lx), 3.4 lx at -6 degrees, 0.008 lx at -12 degrees (AMS, "nautical twilight"), and on down to
the 0.002 lx of airglow and stars. No moon, no lamp light, no horizon of houses and trees.

Cloud is one okta number a night. What comes through is 1 - 0.75 (N/8)^3.4 of the clear sky:
Kasten and Czeplak, "Solar and terrestrial radiation dependent on the amount and type of cloud",
Solar Energy 24 (1980) 177-189, measured at Hamburg by day on global radiation, where it did not
depend on the sun's elevation. That it also holds for light, and in twilight, is an assumption; a
dark overcast passes less (a tenth in USNO Circular 171) than its quarter.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import lru_cache
from random import Random

from astral.sun import eq_of_time, sun_declination

_HOUR_MS = 3_600_000

CLEAR_SKY_LUX = (
    (-15.0, 0.002),
    (-14.0, 0.00292),
    (-13.0, 0.00456),
    (-12.0, 0.0081),
    (-11.0, 0.0171),
    (-10.0, 0.0421),
    (-9.0, 0.116),
    (-8.0, 0.348),
    (-7.0, 1.09),
    (-6.0, 3.41),
    (-5.0, 10.4),
    (-4.0, 29.9),
    (-3.0, 79.1),
    (-2.0, 189.0),
    (-1.0, 405.0),
    (0.0, 759.0),
    (1.0, 1270.0),
    (2.0, 1920.0),
    (3.0, 2690.0),
    (5.0, 4520.0),
    (7.5, 7490.0),
    (10.0, 11100.0),
    (15.0, 19200.0),
    (20.0, 27300.0),
    (30.0, 46300.0),
    (40.0, 67500.0),
    (50.0, 87400.0),
    (60.0, 103000.0),
    (75.0, 118000.0),
    (90.0, 129000.0),
)
"""Geometric elevation of the sun's centre (degrees), illuminance on level ground (lux)."""

_ELEVATIONS = [elevation for elevation, _ in CLEAR_SKY_LUX]
_LOG_LUX = [round(math.log10(lux), 12) for _, lux in CLEAR_SKY_LUX]

OKTA_SHARES = (10, 8, 6, 6, 6, 8, 12, 20, 24)
"""Nights in a hundred with 0..8 oktas. An assumption: skies are mostly clear or mostly covered,
five oktas in the mean. It is the weather of no particular place."""


@lru_cache(maxsize=64)
def _sun(hour: int) -> tuple[float, float]:
    """Declination (degrees) and equation of time (minutes) at an hour since 2000 UTC."""
    century = (hour / 24.0 - 0.5) / 36525.0  # Julian centuries since 2000-01-01 12:00
    return sun_declination(century), eq_of_time(century)


def elevation(latitude: float, longitude: float, t: int) -> float:
    """Geometric elevation of the sun's centre in degrees, no refraction; rounded to 1e-9.

    Declination and the equation of time are astral's (after NOAA), asked once an hour and
    straight between (less than 0.0001 degree beside asking each time). Latitude and longitude
    in degrees, north and east positive; t in milliseconds since 2000.
    """
    hour, rest = divmod(t, _HOUR_MS)
    part = rest / _HOUR_MS
    declination, equation = _sun(hour)
    declination_next, equation_next = _sun(hour + 1)
    declination = math.radians(declination + (declination_next - declination) * part)
    equation += (equation_next - equation) * part
    # Hours since 2000 UTC are whole days at UTC midnight: 15 degrees an hour.
    hour_angle = math.radians((hour % 24 + part) * 15.0 + equation / 4.0 + longitude - 180.0)
    north = math.radians(latitude)
    sine = math.sin(north) * math.sin(declination) + math.cos(north) * math.cos(
        declination
    ) * math.cos(hour_angle)
    return round(math.degrees(math.asin(max(-1.0, min(1.0, sine)))), 9)


def clear_sky_lux(elevation_deg: float) -> float:
    """Illuminance of a clear sky, straight in its logarithm between the table's points.

    It rises with elevation everywhere, and is level below -15 and above 90 degrees.
    """
    if elevation_deg <= _ELEVATIONS[0]:
        return CLEAR_SKY_LUX[0][1]
    if elevation_deg >= _ELEVATIONS[-1]:
        return CLEAR_SKY_LUX[-1][1]
    right = bisect_right(_ELEVATIONS, elevation_deg)
    left = right - 1
    part = (elevation_deg - _ELEVATIONS[left]) / (_ELEVATIONS[right] - _ELEVATIONS[left])
    return math.pow(10.0, _LOG_LUX[left] + (_LOG_LUX[right] - _LOG_LUX[left]) * part)


def _through(okta: int) -> float:
    return round(1.0 - 0.75 * math.pow(okta / 8.0, 3.4), 12)


CLOUD_FACTOR = tuple(_through(okta) for okta in range(9))
"""Share of the clear sky's light under 0..8 oktas of cloud."""


def illuminance(latitude: float, longitude: float, t: int, cloud: int) -> int:
    """Light from the sky on level ground at t, in whole lux, under `cloud` oktas (0..8)."""
    lux = clear_sky_lux(elevation(latitude, longitude, t)) * CLOUD_FACTOR[cloud]
    return int(round(lux, 6) + 0.5)


def cloud_of_night(seed: int, night: int) -> int:
    """The night's cloud in oktas, 0..8, the same all night (`OKTA_SHARES`)."""
    left = Random(f"{seed}/{night}/cloud").random() * 100.0
    for okta, share in enumerate(OKTA_SHARES):
        left -= share
        if left < 0.0:
            return okta
    return 8
