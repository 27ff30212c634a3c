"""The luminaires of a list that a commune or its syndicate has.

`lamps` gives them, of a `Table` and what its columns are, and tells of every line that it leaves
aside. Whatever cannot be used raises `InventoryError`, and nothing else is raised.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sim.site import limits
from sim.site.words import Lang
from sim.writing.cells import is_removed, lamp_kind, number, watts
from sim.writing.coordinates import guess_crs, metres, places, transformed
from sim.writing.table import SKIPS, InventoryError, Record, Skip, Table

FAR_M: Final = 50_000.0
"""A luminaire further than this from the middle of the others is taken for a fault of typing."""


@dataclass(slots=True)
class Lamp:
    """A luminaire of the list: metres east and north of the origin; empty texts are unknown."""

    where: int
    east: float
    north: float
    id: str = ""
    street: str = ""
    commune: str = ""
    cabinet: str = ""
    circuit: str = ""
    pole: str = ""
    kind: str = ""
    power_w: float | None = None
    count: int = 1
    power_text: str = ""
    """What the list says where it is no power that can be used."""
    count_text: str = ""
    """What the list says where it is no number of luminaires behind one output."""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The luminaires of a list, around an origin in degrees."""

    latitude: float
    longitude: float
    crs: int
    lamps: tuple[Lamp, ...]
    skipped: tuple[Skip, ...]
    exchanged: bool = False
    """Whether latitude and longitude had changed places in the list."""


def lamps(
    table: Table, mapping: Mapping[str, str], crs: int | None = None, exchange: bool = False
) -> Inventory:
    """Give the luminaires, in metres around the middle of them. Raises InventoryError.

    `crs` is the EPSG number of their coordinates; without it the file's own, or what their
    numbers look like. `exchange`: latitude and longitude have changed places.
    """
    raw, crs = places(table, mapping, crs)
    if exchange:
        raw = [None if pair is None else (pair[1], pair[0]) for pair in raw]
    usable = [p for p in raw if p is not None and all(map(math.isfinite, p)) and p != (0.0, 0.0)]
    if not usable:
        raise InventoryError("nowhere")
    if crs is None:
        crs = guess_crs(usable)
    degrees = transformed(raw, crs)
    good = [d for d in degrees if isinstance(d, tuple)]
    if not good:
        raise InventoryError("nowhere")
    longitude = round(statistics.median(lon for lon, _ in good), 5)
    latitude = round(statistics.median(lat for _, lat in good), 5)
    ground = metres([d if isinstance(d, tuple) else None for d in degrees], latitude, longitude)
    made: list[Lamp] = []
    skipped = list(table.skipped)
    seen: dict[tuple[object, ...], int] = {}
    for record, degree, place in zip(table.records, degrees, ground, strict=True):
        if place is None:
            code = degree if isinstance(degree, str) else "bad-position"
            skipped.append(Skip(record.where, code))
            continue
        distance = math.hypot(*place)
        if not distance <= FAR_M:
            skipped.append(Skip(record.where, "far", {"km": round(distance / 1000)}))
            continue
        lamp = _lamp(record, mapping, place)
        if is_removed(lamp.state):
            skipped.append(Skip(record.where, "removed", {"state": lamp.state[:40]}))
            continue
        mark = (round(place[0], 1), round(place[1], 1), *sorted(record.cells.items()))
        if lamp.id and mark in seen:
            skipped.append(Skip(record.where, "twice", {"first": seen[mark]}))
            continue
        seen[mark] = record.where
        made.append(lamp)
    if not made:
        raise InventoryError("nowhere")
    skipped.sort(key=lambda skip: skip.where)
    return Inventory(latitude, longitude, crs, tuple(made), tuple(skipped), exchange)


_NUMBER_IN_STREET = re.compile(
    r"[0-9]{1,5}\s*(?:bis|ter|quater|[a-d])?\s*,?\s+(?=(?:rue|avenue|av|boulevard|bd|chemin|ch|"
    r"chem|impasse|imp|place|pl|route|rte|allees?|ruelle|quai|cours|lotissement|lot|hameau|"
    r"square|sentier|passage|cite|cit\u00e9|residence|r\u00e9sidence|all\u00e9es?|voie|mail|rond|"
    r"esplanade)\b)",
    re.IGNORECASE,
)


def _lamp(record: Record, mapping: Mapping[str, str], place: tuple[float, float]) -> Lamp:
    def cell(role: str) -> str:
        value = record.cells.get(mapping.get(role, ""), "")
        return "" if value.lower() in _NOTHING else value

    lamp = Lamp(record.where, *place)
    lamp.id, lamp.commune, lamp.pole = cell("id"), cell("commune"), cell("pole")
    lamp.street = _NUMBER_IN_STREET.sub("", cell("street"), count=1).strip(" ,;-")
    lamp.cabinet, lamp.circuit = cell("cabinet"), cell("circuit")
    text = cell("lamp")
    lamp.kind = lamp_kind(text) if text else ""
    lamp.power_w = watts(cell("power"))
    lamp.power_text = cell("power")[:20] if lamp.power_w is None else ""
    if text := cell("count"):
        count = number(text) or 0
        good = 1 <= count <= limits.LUMINAIRES_BEHIND_ONE_OUTPUT
        lamp.count = round(count) if good else 1
        lamp.count_text = "" if good else text[:20]
    lamp.state = cell("state")
    return lamp


_NOTHING: Final = frozenset(
    ("", "-", "--", "?", "null", "none", "nan", "n/a", "na", "nc", "n.c.", "nr", "inconnu",
     "inconnue", "non renseigne", "non renseign\u00e9", "non renseign\u00e9e", "unknown", "#n/a")
)  # fmt: skip


def said(skips: Sequence[Skip], table: Table, lang: Lang, most: int = 20) -> list[str]:
    """Say which lines were left aside and why; after so many, how many more."""
    lines = [
        f"{table.place_word(skip.where, lang)}: {_skip_text(skip, table, lang)}".replace(
            ": ", " : " if lang == "fr" else ": ", 1
        )
        for skip in skips[:most]
    ]
    if len(skips) > most:
        rest = len(skips) - most
        lines.append(f"... et {rest} de plus" if lang == "fr" else f"... and {rest} more")
    return lines


def _skip_text(skip: Skip, table: Table, lang: Lang) -> str:
    if skip.code != "twice":
        return skip.text(lang)
    params: dict[str, Any] = {"first": table.place_word(int(skip.params["first"]), lang)}
    return SKIPS[skip.code][lang].format_map(params)
