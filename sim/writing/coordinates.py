"""Where the luminaires of a list stand: coordinate systems, degrees, metres on the ground."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sim.writing.cells import clean, number, plain, point_cell
from sim.writing.columns import columns_of
from sim.writing.table import InventoryError, Record, Table

WGS84: Final = 4326
_LAMBERT_93: Final = 2154


def parse_crs(text: str) -> int:
    """Read an EPSG number: ``EPSG:2154``, ``2154``, ``lambert-93``, ``CC47``. InventoryError."""
    name = re.sub(r"[^a-z0-9]", "", plain(text))
    if name in ("lambert93", "l93", "rgf93"):
        return _LAMBERT_93
    if name in ("wgs84", "degrees", "degres"):
        return WGS84
    if match := re.fullmatch(r"cc(4[2-9]|50)", name):
        return 3900 + int(match[1])
    if match := re.fullmatch(r"(?:epsg)?([0-9]{4,6})", name):
        return int(match[1])
    raise InventoryError("crs-unknown", got=clean(text, 40) or "-")


def guess_crs(pairs: Sequence[tuple[float, float]]) -> int:
    """Tell degrees, Lambert-93 and the nine conic zones of France apart by their numbers.

    Raises InventoryError where they are none of these. Over Corsica, Lambert-93 and the zone
    CC47 have the same numbers: Lambert-93 is the one in use there.
    """
    x = statistics.median(x for x, _ in pairs)
    y = statistics.median(y for _, y in pairs)
    if abs(x) <= 180 and abs(y) <= 90:
        return WGS84
    if 0 < x < 1_300_000 and 6_000_000 < y < 7_200_000:
        return _LAMBERT_93
    zone = round((y - 200_000) / 1_000_000)
    if 900_000 < x < 2_500_000 and 1 <= zone <= 9 and abs(y - 200_000 - zone * 1e6) < 180_000:
        return 3941 + zone
    raise InventoryError("crs-needed", x=f"{x:.12g}", y=f"{y:.12g}")


def places(
    table: Table, mapping: Mapping[str, str], crs: int | None
) -> tuple[list[tuple[float, float] | None], int | None]:
    """Give the (x, y) of each record in the file's own system, and its EPSG number if known."""

    def pair(record: Record, x: str, y: str) -> tuple[float, float] | None:
        east, north = number(record.cells.get(x, "")), number(record.cells.get(y, ""))
        return None if east is None or north is None else (east, north)

    metres = "x" in mapping and "y" in mapping
    # degrees are certain; X and Y only where their system is told
    if {"latitude", "longitude"} <= mapping.keys() and (not metres or crs in (None, WGS84)):
        lat, lon = mapping["latitude"], mapping["longitude"]
        return [pair(record, lon, lat) for record in table.records], crs
    if metres:
        return [pair(record, mapping["x"], mapping["y"]) for record in table.records], crs
    if "point" in mapping:
        cells = (record.cells.get(mapping["point"], "") for record in table.records)
        return [point_cell(cell) for cell in cells], crs
    if table.has_places:
        return [record.place for record in table.records], crs or table.crs
    raise InventoryError("no-position", known=columns_of(table))


_FRANCE: Final = ((41.0, 51.6), (-5.6, 10.0))  # latitudes, longitudes


def exchanged(table: Table, mapping: Mapping[str, str], crs: int | None) -> bool:
    """Whether latitude and longitude have probably changed places: as they are they lie off
    Somalia, and the other way round in France."""
    raw, crs = places(table, mapping, crs)
    pairs = [p for p in raw if p is not None and p != (0.0, 0.0)]
    if crs not in (None, WGS84) or not pairs:
        return False
    (south, north), (west, east) = _FRANCE
    return all(south <= x <= north and west <= y <= east for x, y in pairs)


def transformed(
    raw: Sequence[tuple[float, float] | None], crs: int
) -> list[tuple[float, float] | str]:
    """Give (longitude, latitude) in degrees, or the code of why there is none."""
    import pyproj  # a moment to import, and only here

    xs = [p[0] if p is not None else math.nan for p in raw]
    ys = [p[1] if p is not None else math.nan for p in raw]
    if crs != WGS84:
        try:
            change = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
            xs, ys = change.transform(xs, ys)
        except pyproj.exceptions.ProjError:
            raise InventoryError("crs-unknown", got=f"EPSG:{crs}") from None
    made: list[tuple[float, float] | str] = []
    for place, lon, lat in zip(raw, xs, ys, strict=True):
        if place is None or place == (0.0, 0.0):
            made.append("no-position")
        elif abs(lon) <= 180 and abs(lat) <= 90:
            made.append((lon, lat))
        else:
            made.append("bad-position")
    return made


def metres(
    degrees: Sequence[tuple[float, float] | None], latitude: float, longitude: float
) -> Iterator[tuple[float, float] | None]:
    """Give metres east and north of the origin: distances from it, and angles, are true."""
    import pyproj

    plane = pyproj.Proj(proj="aeqd", lat_0=latitude, lon_0=longitude, datum="WGS84")
    xs, ys = plane(
        [d[0] if d else math.nan for d in degrees], [d[1] if d else math.nan for d in degrees]
    )
    for degree, x, y in zip(degrees, xs, ys, strict=True):
        yield (x, y) if degree and math.isfinite(x) and math.isfinite(y) else None
