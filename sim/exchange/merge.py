"""Puts imported programs and calendars into a site file, and leaves the rest of it as it is.

A management system gives back all that it was given, in its own terms: `changed` finds what is
new in it, so that a rule by the names of holidays is not replaced by its own dates.
"""

from __future__ import annotations

import tomllib
from collections import Counter

import tree_sitter
import tree_sitter_toml

from sim.exchange import talq
from sim.exchange.keeping import Keeping
from sim.exchange.retouch import comments, retouched
from sim.exchange.talq_import import Imported, ImportFinding, Refused
from sim.exchange.timing import Year
from sim.site.model import Site

_KINDS = ("programs", "calendars")


def changed(imported: Imported, site: Site) -> Imported:
    """Give what differs from the site's own programs and calendars.

    A program that does keeps what the model has no word for (its sun, name, order, fault state,
    neighbours and idle level of its presence); notes say so, and what of it is lost.
    """
    try:
        own = talq.import_(talq.export(site).data, site)
    except Refused:  # the site itself has something that TALQ would take otherwise
        own = Imported({}, {})
    keeping = Keeping(Year(site))
    programs = {}
    for key, table in imported.programs.items():
        if own.programs.get(key) == table:
            continue
        programs[key] = table
        if key in site.programs:
            programs[key] = keeping.program(key, table, site.programs[key])
    calendars = {
        key: table for key, table in imported.calendars.items() if own.calendars.get(key) != table
    }
    notes = [*imported.notes, *keeping.notes]
    for key, table in calendars.items():
        rules = site.calendars[key].rules if key in site.calendars else ()
        if rules and not table.get("rules"):
            notes.append(_note("rules-gone", key=key, count=len(rules)))
        elif any(rule.holidays or rule.school_holidays or rule.day == "morning" for rule in rules):
            notes.append(_note("rules-by-dates", key=key))
    same = len(imported.programs) + len(imported.calendars) - len(programs) - len(calendars)
    if same:
        notes.append(_note("unchanged", count=same))
    return Imported(programs, calendars, tuple(notes))


def _note(code: str, **params: str | int) -> ImportFinding:
    return ImportFinding("note", code, (), params)


def merged(text: str, imported: Imported) -> str:
    """Give the text of a site file (valid TOML) with the imported tables in the place of those of
    the same key, and new ones at its end.

    Lines that say the same keep their layout and comments; `lost_comments` tells of the others.
    Raises Refused where a key is written in a form that cannot be replaced.
    """
    wanted: dict[tuple[str, str], str] = {}
    for key, table in imported.programs.items():
        wanted["programs", key] = Imported({key: table}, {}).toml()
    for key, table in imported.calendars.items():
        wanted["calendars", key] = Imported({}, {key: table}).toml()
    if not wanted:
        return text
    data = text.encode()
    regions = _regions(data, set(wanted))
    rest = _without(data, regions)
    left = tomllib.loads(rest.decode())
    refused = [
        ImportFinding("error", "merge-elsewhere", (kind, key), {"kind": kind, "key": key})
        for kind, key in wanted
        if key in left.get(kind, {})
    ]
    if refused:
        raise Refused(refused)
    made = bytearray()
    at = 0
    done: set[tuple[str, str]] = set()
    for start, end, name in regions:
        made += data[at:start]
        if name in done:
            made = bytearray(made.rstrip(b" \t\r\n") + b"\n")  # one of its tables, further down
        else:
            made += retouched(data[start:end].decode(), wanted[name]).encode()
        done.add(name)
        at = end
    made += data[at:]
    new = [part for name, part in wanted.items() if name not in done]
    if not new:
        return made.decode()
    return made.decode().rstrip("\n") + "\n\n" + "\n".join(new)


def lost_comments(before: str, after: str) -> tuple[ImportFinding, ...]:
    """Name the tables of programs and calendars that had comments which are no more."""
    old, new = _comments(before.encode()), _comments(after.encode())
    return tuple(
        _note("comments-lost", table=".".join(name), comments=" ; ".join(sorted(gone)))
        for name, found in old.items()
        if (gone := found - new.get(name, Counter()))
    )


def _comments(data: bytes) -> dict[tuple[str, str], Counter[str]]:
    """Comments within the tables of each program and calendar."""
    names = {(key[0], key[1]) for _, _, key in _tables(data) if key[0] in _KINDS and len(key) > 1}
    found: dict[tuple[str, str], Counter[str]] = {}
    for start, end, name in _regions(data, names):
        found.setdefault(name, Counter()).update(comments(data[start:end].decode()))
    return found


def _regions(data: bytes, names: set[tuple[str, str]]) -> list[tuple[int, int, tuple[str, str]]]:
    """Start and end of the tables of some programs and calendars; those of one that follow each
    other are one region, with what lies between."""
    made: list[tuple[int, int, tuple[str, str]]] = []
    before: tuple[str, ...] = ()
    for start, end, key in _tables(data):
        if len(key) > 1 and (key[0], key[1]) in names:
            if before == key[:2]:
                made[-1] = (made[-1][0], end, made[-1][2])
            else:
                made.append((start, end, (key[0], key[1])))
        before = key[:2]
    return made


def _without(data: bytes, regions: list[tuple[int, int, tuple[str, str]]]) -> bytes:
    left = bytearray()
    at = 0
    for start, end, _ in regions:
        left += data[at:start]
        at = end
    return bytes(left + data[at:])


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
