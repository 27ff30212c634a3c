"""From metres along a street to degrees on the globe."""

from __future__ import annotations

import math

from sim.site.model import Luminaire, Site

_A = 6_378_137.0  # WGS 84: semi-major axis, metres
_E2 = 6.694379990141e-3  # and the first eccentricity, squared


def along(path: tuple[tuple[float, float], ...], at_m: float) -> tuple[float, float]:
    """Point of a path (metres east and north) so many metres from its start, or its end."""
    left = at_m
    for (x0, y0), (x1, y1) in zip(path, path[1:], strict=False):
        length = math.hypot(x1 - x0, y1 - y0)
        if left <= length and length:
            share = left / length
            return x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        left -= length
    return path[-1]


def degrees(site: Site, east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a point so many metres east and north of the site's origin.

    On the ellipsoid's tangent plane: within a metre over a few kilometres.
    """
    latitude = math.radians(site.site.latitude)
    root = math.sqrt(1 - _E2 * math.sin(latitude) ** 2)
    meridian = _A * (1 - _E2) / root**3
    # at the poles a degree of longitude is nothing: any stands for all
    parallel = max(_A * math.cos(latitude) / root, 1.0)
    longitude = site.site.longitude + math.degrees(east / parallel)
    return (
        round((longitude + 180) % 360 - 180, 7),
        round(min(90.0, max(-90.0, site.site.latitude + math.degrees(north / meridian))), 7),
    )


def position(site: Site, lamp: Luminaire) -> tuple[float, float]:
    """Longitude and latitude of a luminaire."""
    return degrees(site, *along(site.street(lamp.street).path_m, lamp.at_m))


def middle(places: list[tuple[float, float]]) -> tuple[float, float]:
    """Middle of some positions."""
    return (
        round(sum(x for x, _ in places) / len(places), 7),
        round(sum(y for _, y in places) / len(places), 7),
    )
