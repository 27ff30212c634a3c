"""Reading a list of luminaires, CSV or GeoJSON, into a `Table`, whatever columns it has."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sim.site import limits
from sim.writing.cells import clean, number
from sim.writing.table import InventoryError, Record, Skip, Table

BYTES: Final = 256 * 1024 * 1024
COLUMNS: Final = 500

_OTHERS: Final = (
    (b"PK\x03\x04", "XLSX / ZIP"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x00\x00\x27\x0a", "SHP"),
    (b"SQLite format 3", "GeoPackage"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "GZIP"),
)


def read(path: Path) -> Table:
    """Read a CSV or GeoJSON file. Raises InventoryError."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InventoryError("unreadable", reason=reason) from None
    return parse(data)


def parse(data: bytes) -> Table:
    """Read the bytes of a CSV or GeoJSON file. Raises InventoryError."""
    if len(data) > BYTES:
        raise InventoryError("too-large", most=BYTES // (1024 * 1024))
    for start, kind in _OTHERS:
        if data.startswith(start):
            raise InventoryError("other-format", kind=kind)
    text, encoding = _decoded(data)
    head = text[:1000].lstrip()
    if not head:
        if text.strip():
            text = text.strip()
            head = text[:1]
        else:
            raise InventoryError("empty")
    if head[0] in "{[":
        return _geojson(text, encoding)
    if head[0] == "<":
        raise InventoryError("other-format", kind="XML / KML")
    return _csv(text, encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    """Decode: by the byte order mark, else UTF-8, else Windows-1252 as spreadsheets write."""
    for mark, name in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            return data.decode("utf-16", errors="replace"), name
    if data[:4096].count(0):
        raise InventoryError("binary")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "Windows-1252"


# --- CSV -----------------------------------------------------------------------------------------


def _csv(text: str, encoding: str) -> Table:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip(" \t;,|")), "")
    bare = re.sub(r'"(?:[^"]|"")*"', "", first)
    delimiter = max(";,\t|", key=bare.count)
    # sep=; is how spreadsheets are told; it is no line of titles
    told = re.fullmatch(r"sep=([;,|:\t])", first.strip(" "))
    if told:
        delimiter = told[1]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: list[str] = []
    records: list[Record] = []
    skipped: list[Skip] = []
    line = 1
    try:
        for row in reader:
            where, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in row) or (told and not columns and len(row) < 3):
                if told and any(cell.strip() for cell in row):
                    told = None
                continue
            if not columns:
                columns = _titles(row)
                continue
            while len(row) > len(columns) and not row[-1].strip():
                row.pop()
            if len(row) > len(columns):
                skipped.append(Skip(where, "fields", {"got": len(row), "want": len(columns)}))
                continue
            cells = {name: clean(cell) for name, cell in zip(columns, row, strict=False)}
            records.append(Record(where, cells))
            if len(records) > limits.LUMINAIRES:
                raise InventoryError("too-many", most=limits.LUMINAIRES)
    except csv.Error:
        raise InventoryError("csv", line=line) from None
    if not records:
        raise InventoryError("no-record")
    return Table("csv", encoding, delimiter, tuple(columns), tuple(records), tuple(skipped))


def _titles(row: Sequence[str]) -> list[str]:
    names = [clean(cell, 60) for cell in row]
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS:
        raise InventoryError("too-many-columns", most=COLUMNS)
    filled = [name for name in names if name]
    if len(filled) < 2 or all(number(name) is not None for name in filled):
        raise InventoryError("no-header")
    return _distinct(names)


def _distinct(names: Iterable[str]) -> list[str]:
    given: dict[str, None] = {}
    for i, name in enumerate(names, 1):
        name = name or f"#{i}"
        tried, again = name, 2
        while tried in given:
            tried, again = f"{name} ({again})", again + 1
        given[tried] = None
    return list(given)


# --- GeoJSON -------------------------------------------------------------------------------------


def _geojson(text: str, encoding: str) -> Table:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InventoryError("json", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise InventoryError("json-deep") from None
    except ValueError:
        raise InventoryError("json-number") from None
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        features = value.get("features")
    elif isinstance(value, dict) and value.get("type") == "Feature":
        features = [value]
    else:
        features = value
    if not isinstance(features, list) or not any(_is_feature(x) for x in features):
        if isinstance(features, list) and not features:
            raise InventoryError("no-record")
        raise InventoryError("not-geojson")
    columns: dict[str, None] = {}
    records: list[Record] = []
    skipped: list[Skip] = []
    for where, feature in enumerate(features, 1):
        if not _is_feature(feature):
            skipped.append(Skip(where, "not-a-feature"))
            continue
        places, kind = _points(feature.get("geometry"))
        if kind:
            skipped.append(Skip(where, "not-a-point", {"kind": kind}))
            continue
        properties = feature.get("properties")
        cells = {
            clean(name, 60): _cell(cell)
            for name, cell in (properties.items() if isinstance(properties, dict) else ())
            if clean(name, 60)
        }
        if "id" in feature and "id" not in cells:
            cells["id"] = clean(feature["id"])
        for name in cells:
            columns[name] = None
        if len(columns) > COLUMNS:
            raise InventoryError("too-many-columns", most=COLUMNS)
        for place in places or [None]:
            records.append(Record(where, cells, place))
        if len(records) > limits.LUMINAIRES:
            raise InventoryError("too-many", most=limits.LUMINAIRES)
    if not records:
        kinds = [str(skip.params["kind"]) for skip in skipped if skip.code == "not-a-point"]
        raise InventoryError("no-points", kind=kinds[0]) if kinds else InventoryError("no-record")
    crs = _crs_member(value.get("crs")) if isinstance(value, dict) else None
    return Table("geojson", encoding, "", tuple(columns), tuple(records), tuple(skipped), crs)


def _cell(value: object) -> str:
    """Give a property as text; a geo point of open data portals as ``latitude, longitude``."""
    if isinstance(value, dict):
        lat, lon = value.get("lat"), value.get("lon")
        return f"{clean(lat)}, {clean(lon)}" if lat is not None and lon is not None else ""
    if isinstance(value, list):
        return ", ".join(clean(x, 40) for x in value[:4])
    return clean(value)


def _is_feature(value: object) -> bool:
    return isinstance(value, dict) and value.get("type") == "Feature"


def _points(geometry: object) -> tuple[list[tuple[float, float] | None], str]:
    """Give the points of a geometry, or the name of what it is instead."""
    if not isinstance(geometry, dict):
        return [], ""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return [_pair(coordinates)], ""
    if kind == "MultiPoint":
        return [_pair(x) for x in coordinates] if isinstance(coordinates, list) else [], ""
    return [], clean(kind, 30) or "?"


def _pair(value: object) -> tuple[float, float] | None:
    if isinstance(value, list) and len(value) >= 2:
        x, y = value[0], value[1]
        if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (x, y)):
            try:
                return float(x), float(y)
            except OverflowError:
                return math.inf, math.inf
    return None


def _crs_member(value: object) -> int | None:
    """Read the EPSG number of the ``crs`` member that older GeoJSON has."""
    properties = value.get("properties") if isinstance(value, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    match = re.search(r"EPSG:+(?:[0-9.]*:)?([0-9]{4,6})$", name) if isinstance(name, str) else None
    return int(match[1]) if match else None
