"""Puts imported programs and calendars into a site file, and leaves the rest of it as it is.

A management system gives back all that it was given, in its own terms: `changed` finds what is
new in it, so that a rule by the names of holidays is not replaced by its own dates.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import tree_sitter
import tree_sitter_toml

from sim.exchange import talq
from sim.exchange.talq_import import Imported, ImportFinding, Refused
from sim.exchange.talq_values import Table
from sim.site.model import Names, Presence, Program, Site

_KINDS = ("programs", "calendars")


def changed(imported: Imported, site: Site) -> Imported:
    """Give what differs from the site's own programs and calendars.

    A program that does keeps what the model has no word for (name, order, fault state,
    neighbours and idle level of its presence); a note says so.
    """
    try:
        own = talq.import_(talq.export(site).data, site)
    except Refused:  # the site itself has something that TALQ would take otherwise
        own = Imported({}, {})
    notes = list(imported.notes)
    programs = {}
    for key, table in imported.programs.items():
        if own.programs.get(key) == table:
            continue
        programs[key] = table
        if key in site.programs:
            programs[key], kept = _keeping(table, site.programs[key])
            if kept:
                params = {"key": key, "kept": ", ".join(kept)}
                notes.append(ImportFinding("note", "kept", (), params))
    calendars = {
        key: table for key, table in imported.calendars.items() if own.calendars.get(key) != table
    }
    same = len(imported.programs) + len(imported.calendars) - len(programs) - len(calendars)
    if same:
        notes.append(ImportFinding("note", "unchanged", (), {"count": same}))
    return Imported(programs, calendars, tuple(notes))


def _keeping(table: Table, program: Program) -> tuple[Table, list[str]]:
    """Give a program's table with what only the site says of it, and the names of that."""
    kept: Table = {}
    if isinstance(name := program.name, Names):
        kept["name"] = name.fr if name.fr == name.en else {"fr": name.fr, "en": name.en}
    if program.order is not None:
        kept["order"] = program.order
    made = kept | {key: item for key, item in table.items() if key != "name" or "name" not in kept}
    if program.fault_state != 100:
        kept["fault_state"] = made["fault_state"] = program.fault_state
    names = list(kept)
    if "presence" in table and program.presence is not None:
        more = {
            field: getattr(program.presence, field)
            for field in ("idle", "neighbours", "reach_m", "vehicles")
            if getattr(program.presence, field) != Presence.model_fields[field].default
        }
        made["presence"] = table["presence"] | more
        names += [f"presence.{field}" for field in more]
    return made, names


def merged(text: str, imported: Imported) -> str:
    """Give the text of a site file (valid TOML) with the imported tables in the place of those of
    the same key, and new ones at its end.

    Raises Refused where a key is written in a form that cannot be replaced.
    """
    if not imported.programs and not imported.calendars:
        return text
    wanted: Mapping[str, Mapping[str, object]] = {
        "programs": imported.programs,
        "calendars": imported.calendars,
    }
    data = text.encode()
    kept = bytearray()
    at = 0
    for start, end, key in _tables(data):
        if key[0] in _KINDS and len(key) > 1 and key[1] in wanted[key[0]]:
            kept += data[at:start]
            at = end
    kept += data[at:]
    rest = kept.decode()
    left = tomllib.loads(rest)
    refused = [
        ImportFinding("error", "merge-elsewhere", (kind, key), {"kind": kind, "key": key})
        for kind in _KINDS
        for key in wanted[kind]
        if key in left.get(kind, {})
    ]
    if refused:
        raise Refused(refused)
    return rest.rstrip("\n") + "\n\n" + imported.toml()


def _tables(data: bytes) -> list[tuple[int, int, tuple[str, ...]]]:
    """Start and end of each table with a header, and its key.

    A table ends with its last pair: comments after it belong to what follows.
    """
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    found = []
    for node in parser.parse(data).root_node.named_children:
        if node.type not in ("table", "table_array_element"):
            continue
        children = [child for child in node.named_children if child.type != "comment"]
        last = children[-1]
        end = data.find(b"\n", last.end_byte)
        found.append(
            (node.start_byte, len(data) if end < 0 else end + 1, _key(children[0].text or b""))
        )
    return found


def _key(header: bytes) -> tuple[str, ...]:
    """Parts of a table's key, as TOML reads them."""
    parts: list[str] = []
    inner: object = tomllib.loads(f"[{header.decode()}]")
    while isinstance(inner, dict) and inner:
        ((name, inner),) = inner.items()
        parts.append(name)
    return tuple(parts)
