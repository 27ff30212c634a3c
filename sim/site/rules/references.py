"""Names that must exist, and be given once; over the raw values, whatever their shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.site import limits
from sim.site.document import Steps, lookup, shown
from sim.site.findings import Findings, suggest
from sim.site.model import TARGETS

TABLE_OF = {
    "driver": "drivers",
    "sensor": "sensors",
    "photocell": "photocells",
    "program": "programs",
    "calendar": "calendars",
    "contactor": "contactors",
    "ceiling": "ceilings",
    "relight": "relights",
    "scene": "scenes",
    "node": "nodes",
}


def tables(values: object, name: str) -> Mapping[str, Any]:
    """Give what should be tables by name; nothing where it is not."""
    found = lookup(values, (name,))
    return found if isinstance(found, Mapping) else {}


def lists(values: object, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give the tables of what should be a list of them, and their places in it."""
    found = lookup(values, (name,))
    if isinstance(found, list):
        for index, item in enumerate(found):
            if isinstance(item, Mapping):
                yield index, item


def references(values: Mapping[str, Any], found: Findings) -> None:
    """Prove that names exist and ids are given once, over the raw values."""
    known: dict[str, dict[str, Steps]] = {
        kind: {name: (table, name) for name in tables(values, table)}
        for kind, table in TABLE_OF.items()
    }
    for kind in ("street", "cabinet", "circuit", "luminaire", "group", "event", "call"):
        known[kind] = {}

    def give(kind: str, name: object, path: Steps) -> None:
        if not isinstance(name, str):
            return
        if name in known[kind] and found.full:
            found.count("error")
        elif name in known[kind]:
            first, _ = found.document.position(known[kind][name])
            found.add("error", "duplicate-id", path, kind=kind, id=name[:40], first_line=first)
        else:
            known[kind][name] = path

    for i, street in lists(values, "streets"):
        give("street", street.get("id"), ("streets", i, "id"))
    for i, cabinet in lists(values, "cabinets"):
        give("cabinet", cabinet.get("id"), ("cabinets", i, "id"))
        for j, circuit in lists(cabinet, "circuits"):
            give("circuit", circuit.get("id"), ("cabinets", i, "circuits", j, "id"))
    for i, lamp in lists(values, "luminaires"):
        give("luminaire", lamp.get("id"), ("luminaires", i, "id"))
    made = 0
    for kind in ("event", "call"):
        for i, aimed in lists(values, f"{kind}s"):
            give(kind, aimed.get("id"), (f"{kind}s", i, "id"))
    for table in ("luminaires", "rows"):
        for i, lamp in lists(values, table):
            for group in _names_in(lamp, "groups"):
                known["group"].setdefault(group, (table, i, "groups"))
    for i, row in lists(values, "rows"):
        name, count = row.get("id"), row.get("count")
        if not isinstance(name, str) or not isinstance(count, int) or isinstance(count, bool):
            continue
        if not 1 <= count <= limits.LUMINAIRES_PER_ROW or made > limits.LUMINAIRES:
            continue
        made += count
        digits = 2 if count <= 99 else 3
        for number in range(1, count + 1):
            give("luminaire", f"{name}{number:0{digits}}", ("rows", i, "id"))

    def ask(kind: str, name: object, path: Steps) -> None:
        if not isinstance(name, str) or name in known[kind]:
            return
        if found.full:
            found.count("error")
            return
        names_ = sorted(known[kind])
        shown_names = ", ".join(names_[:12]) + (", ..." if len(names_) > 12 else "")
        params: dict[str, Any] = {
            "kind": kind,
            "name": shown(name)[1:-1],
            "known": shown_names or "-",
        }
        suggest(params, name, names_)
        found.add("error", "unknown-reference", path, **params)

    for table in ("luminaires", "rows"):
        for i, lamp in lists(values, table):
            for name in (
                "circuit",
                "street",
                "driver",
                "program",
                "calendar",
                "sensor",
                "photocell",
                "contactor",
                "ceiling",
                "relight",
                "node",
            ):
                ask(name, lamp.get(name), (table, i, name))
            ask("program", lamp.get("today"), (table, i, "today"))
    for name, calendar in tables(values, "calendars").items():
        if isinstance(calendar, Mapping):
            ask("program", calendar.get("default"), ("calendars", name, "default"))
            for i, rule in lists(calendar, "rules"):
                ask("program", rule.get("program"), ("calendars", name, "rules", i, "program"))
    for name, scene in tables(values, "scenes").items():
        for group in tables(scene, "levels"):
            ask("group", group, ("scenes", name, "levels", group))
    for table in ("events", "calls"):
        for i, aimed in lists(values, table):
            for kind in ("program", "scene", "relight"):
                ask(kind, aimed.get(kind), (table, i, kind))
            for targets in TARGETS:
                for j, name in enumerate(_names_in(aimed, targets)):
                    ask(targets.removesuffix("s"), name, (table, i, targets, j))


def _names_in(values: Mapping[str, Any], name: str) -> Iterator[str]:
    """The texts of a list that should be one."""
    found = values.get(name)
    if isinstance(found, list):
        yield from (item if isinstance(item, str) else "" for item in found)
