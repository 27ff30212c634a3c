"""From a finding to its correction, where there is one reading: a maker for each code."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from sim.site.document import Steps, lookup
from sim.site.findings import Finding
from sim.site.values import SOLAR_EVENTS, WEEKDAYS, At, Moment, parse_duration
from sim.site.zone import names as zone_names
from sim.writing.cells import plain
from sim.writing.corrections import Try, new_text, one_value, quoted, setting
from sim.writing.near import near
from sim.writing.syntax import FALSE, TRUE
from sim.writing.tokens import Tree

# --- keys, choices, weekdays ---------------------------------------------------------------------


def _unknown_key(finding: Finding, values: Any, tree: Tree) -> Try | None:
    """A misspelt key or table."""
    path = finding.path
    name = path[-1]
    table = lookup(values, path[:-1])
    if not isinstance(name, str) or not isinstance(table, Mapping) or name not in table:
        return None
    known = str(finding.params.get("known", "")).split(", ")
    right = near(name, known)
    nodes = tree.keys.get(path)
    if right is None or not nodes or right == name:
        return None
    held, other = table[name], table.get(right)
    merges: Steps = ()
    if right in table:
        if not (_is_tables(held) and _is_tables(other)):
            return None
        merges = (*path[:-1], right)

    def does(values: Any) -> None:
        for step in path[:-1]:
            values = values[step]
        moved = values.pop(name)
        values[right] = values[right] + moved if right in values else moved

    edits = tuple((*tree.span(node), right) for node in nodes)
    container = isinstance(held, (dict, list))
    return Try(finding, edits, does, (*path[:-1], right), container, merges)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(x, dict) for x in value)


_FRENCH_DAYS = dict(
    zip(("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"), WEEKDAYS,
        strict=True)
)  # fmt: skip


def choice(finding: Finding, values: Any, tree: Tree) -> Try | None:
    """A word of a list, in another case or misspelt."""
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    choices = re.findall(r'"([^"]+)"', str(finding.params.get("choices", "")))
    return new_text(finding, values, tree, near(old, choices))


def _weekday(finding: Finding, values: Any, tree: Tree) -> Try | None:
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    right = near(old, (*WEEKDAYS, *_FRENCH_DAYS))
    return new_text(finding, values, tree, _FRENCH_DAYS.get(right or "", right))


# --- moments, durations, dates -------------------------------------------------------------------

_FRENCH_EVENTS = {
    "coucher": "sunset",
    "coucher du soleil": "sunset",
    "coucher de soleil": "sunset",
    "lever": "sunrise",
    "lever du soleil": "sunrise",
    "lever de soleil": "sunrise",
    "minuit solaire": "solar midnight",
}
_HOURS = re.compile(r"\s*([0-9]{1,2})\s*[hH]\s*([0-9]{2})?\s*(?:m|mn|min)?\s*")
_MIDNIGHT = re.compile(r"\s*24:00(?::00)?\s*")
_SKY = re.compile(r"\s*([^\W\d][^\d+]*?)\s*(?:([+\u2212-])\s*([0-9].*?))?\s*")


def moment(text: str) -> str | None:
    """Give a moment of the night as it should be written, where there is one reading."""
    if len(text) > 100:
        return None
    if _MIDNIGHT.fullmatch(text):
        return "00:00"
    if match := _HOURS.fullmatch(text):
        hours, minutes = int(match[1]), int(match[2] or 0)
        if (hours, minutes) == (24, 0):
            hours = 0
        return f"{hours:02}:{minutes:02}" if hours < 24 and minutes < 60 else None
    match = _SKY.fullmatch(text)
    if match is None:
        return None
    words = " ".join(re.split(r"[\s_-]+", plain(match[1])))
    known = (*SOLAR_EVENTS, *_FRENCH_EVENTS)
    event = words if words in known else near(words, known)
    if event is None:
        return None
    event = _FRENCH_EVENTS.get(event, event)
    if match[3] is None:
        return event
    offset = match[3].strip()
    if parse_duration(offset) is None:
        mended = duration(offset)
        if mended is None:
            return None
        offset = mended
    return f"{event} {'+' if match[2] == '+' else '-'} {offset}"


def _moment(finding: Finding, values: Any, tree: Tree) -> Try | None:
    old = lookup(values, finding.path)
    return new_text(finding, values, tree, moment(old)) if isinstance(old, str) else None


_UNIT_WORDS = {
    word: unit
    for unit, words in {
        "h": "h hr hrs hour hours heure heures",
        "min": "min mins mn minute minutes",
        "s": "s sec secs second seconds seconde secondes",
        "ms": "ms millisecond milliseconds milliseconde millisecondes",
    }.items()
    for word in words.split()
}
_AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,3}))?\s*([a-z]*)\.?\s*")


def duration(text: str) -> str | None:
    """Give a duration as it should be written, where there is one reading."""
    if len(text) > 60:
        return None
    bare = plain(text).strip()
    sign = bare[0] if bare[:1] in ("+", "-") else ""
    rest, parts, before = bare.removeprefix(sign).strip(), [], ""
    while rest:
        match = _AMOUNT.match(rest)
        if match is None:
            return None
        whole, fraction, word = match.groups()
        if "," in match[0] and len(fraction or "") == 3:
            return None  # 1,500 may be one and a half, or fifteen hundred
        unit = _UNIT_WORDS.get(word)
        if unit is None and before == "h" and word in ("", "m"):
            # 1h30; a bare m, elsewhere, may be a metre or a month
            unit = "min" if word or (len(whole) == 2 and not fraction) else None
        if unit is None:
            return None
        parts.append(f"{whole}.{fraction} {unit}" if fraction else f"{whole} {unit}")
        before, rest = unit, rest[match.end() :]
    made = sign + " ".join(parts)
    return made if parts and parse_duration(made) is not None else None


def _duration(finding: Finding, values: Any, tree: Tree) -> Try | None:
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    # the offset of a moment is told by the same code
    new = moment(old) if re.match(r"\s*[^\W\d]", old) else duration(old)
    return new_text(finding, values, tree, new)


def _no_unit(finding: Finding, values: Any, tree: Tree) -> Try | None:
    """Nothing at all is nothing in any unit; of other numbers the unit is not certain."""
    old = lookup(values, finding.path)
    if isinstance(old, bool) or old != 0:
        return None
    return one_value(finding, tree, finding.path, old, '"0 s"', "0 s")


_DATE_YMD = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DATE_DMY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_DATE_YEARLY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})")


def date(text: str) -> str | None:
    """Give a date as it should be written, where there is one reading."""
    text = text.strip()
    year = ""
    if match := _DATE_YMD.fullmatch(text):
        year, month, day = match[1], int(match[2]), int(match[3])
    elif match := _DATE_DMY.fullmatch(text):
        year, pair = match[3], _month_and_day(int(match[1]), int(match[2]))
        if pair is None:
            return None
        month, day = pair
    elif match := _DATE_YEARLY.fullmatch(text):
        pair = _month_and_day(int(match[1]), int(match[2]))
        if pair is None:
            return None
        month, day = pair
    else:
        return None
    try:
        dt.date(int(year or 2000), month, day)
    except ValueError:
        return None
    return f"{year}-{month:02}-{day:02}".removeprefix("-")


def _month_and_day(one: int, other: int) -> tuple[int, int] | None:
    """Tell the month from the day where only one of two numbers can be the month."""
    if one == other or (one <= 12 < other):
        return one, other
    return (other, one) if other <= 12 < one else None


def _date(finding: Finding, values: Any, tree: Tree) -> Try | None:
    old = lookup(values, finding.path)
    return new_text(finding, values, tree, date(old)) if isinstance(old, str) else None


# --- numbers, texts, lists -----------------------------------------------------------------------

_DIGITS = re.compile(r"([+-]?)0*([0-9]+)(?:([.,])([0-9]+))?")


def _number(finding: Finding, values: Any, tree: Tree) -> Try | None:
    """A number in quotes, perhaps with a decimal comma or the key's own unit."""
    old = lookup(values, finding.path)
    if not isinstance(old, str) or len(old) > 40:
        return None
    text = old.strip()
    unit = str(finding.params.get("unit", "")).strip()
    if unit and text.lower().endswith(unit.lower()):
        text = text[: -len(unit)].rstrip()
    match = _DIGITS.fullmatch(text)
    if match is None:
        return None
    sign, whole, mark, part = match.groups()
    degrees = finding.path[-1] in ("latitude", "longitude")
    if mark == "," and len(part) == 3 and whole != "0" and not degrees:
        return None
    new = sign.replace("+", "") + whole + (f".{part}" if part else "")
    value = float(new) if part else int(new)
    return one_value(finding, tree, finding.path, old, new, value)


def _yes_or_no(finding: Finding, values: Any, tree: Tree) -> Try | None:
    old = lookup(values, finding.path)
    word = old.strip().lower() if isinstance(old, str) else ""
    if word not in TRUE | FALSE:
        return None
    value = word in TRUE
    return one_value(finding, tree, finding.path, old, "true" if value else "false", value)


def _to_text(finding: Finding, values: Any, tree: Tree) -> Try | None:
    """A number where a text is needed: the same figures, in quotes."""
    old = lookup(values, finding.path)
    node = tree.values.get(finding.path)
    if isinstance(old, bool) or not isinstance(old, (int, float)) or node is None:
        return None
    token = tree.token(node)
    if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", token):
        return None
    return one_value(finding, tree, finding.path, old, quoted(token), token)


def _list(finding: Finding, values: Any, tree: Tree) -> Try | None:
    """One item without its brackets, or ``[table]`` for ``[[table]]``."""
    path = finding.path
    return _in_brackets(finding, values, tree, path) if path else None


def _in_brackets(finding: Finding, values: Any, tree: Tree, path: Steps) -> Try | None:
    old = lookup(values, path)
    if old is None or isinstance(old, list):
        return None
    node = tree.values.get(path)
    if node is not None:
        token = tree.token(node)
        return one_value(finding, tree, path, old, f"[{token}]", [old])
    headers = tree.headers.get(path, [])
    if len(headers) != 1 or not isinstance(old, dict) or headers[0].type != "table":
        return None
    brackets = [child for child in headers[0].children if child.type in ("[", "]")]
    if len(brackets) != 2:
        return None
    edits = tuple((*tree.span(node), tree.token(node) * 2) for node in brackets)
    return Try(finding, edits, setting(path, [old]), path, container=True)


def _active(finding: Finding, values: Any, tree: Tree) -> Try | None:
    path = (*finding.path, "active")
    old = lookup(values, path)
    if isinstance(old, str) and plain(old).strip() == "always":
        return one_value(finding, tree, path, old, '"always"', "always")
    return _in_brackets(finding, values, tree, path) if isinstance(old, dict) else None


# --- names that refer to others ------------------------------------------------------------------


def _reference(finding: Finding, values: Any, tree: Tree) -> Try | None:
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    known = _names_of(str(finding.params.get("kind", "")), values)
    return new_text(finding, values, tree, near(old, known, own=True))


def _names_of(kind: str, values: Any) -> list[str]:
    """Give the names that something of a kind may have in this file."""
    held = lookup(values, (f"{kind}s",))
    if isinstance(held, Mapping):
        return [str(name) for name in held]
    if kind == "circuit":
        cabinets = lookup(values, ("cabinets",))
        held = [
            circuit
            for cabinet in (cabinets if isinstance(cabinets, list) else [])
            if isinstance(circuits := lookup(cabinet, ("circuits",)), list)
            for circuit in circuits
        ]
    if not isinstance(held, list):
        return []
    return [name for item in held if isinstance(name := lookup(item, ("id",)), str)]


def _zone(finding: Finding, values: Any, tree: Tree) -> Try | None:
    """A time zone in another case, or its city alone."""
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    wanted = re.sub(r"\s+", "_", old.strip()).lower()
    known = sorted(zone_names())
    whole = [name for name in known if name.lower() == wanted]
    city = [name for name in known if name.lower().rpartition("/")[2] == wanted]
    found = whole or [name for name in city if "/" in name]
    return new_text(finding, values, tree, found[0] if len(found) == 1 else None)


# --- the order of switch points ------------------------------------------------------------------


def _order(finding: Finding, values: Any, tree: Tree) -> Try | None:
    """Switch points on the clock, put in the order of the night."""
    path = finding.path[:-2]
    points = lookup(values, path)
    node = tree.values.get(path)
    if not isinstance(points, list) or node is None or node.type != "array":
        return None
    if any(child.type == "comment" for child in node.named_children):
        return None  # a comment would stay behind
    times: list[int] = []
    for point in points:
        at = _clock(lookup(point, ("at",)))
        if at is None or not at.is_clock:
            return None
        times.append(at.since_noon())
    if len(set(times)) != len(times):
        return None
    order = sorted(range(len(points)), key=times.__getitem__)
    nodes = [tree.values[(*path, i)] for i in range(len(points))]
    edits = tuple((*tree.span(nodes[slot]), tree.token(nodes[i])) for slot, i in enumerate(order))
    if any("\n" in new for _, _, new in edits):
        return None
    changed = tuple(
        edit for edit, i in zip(edits, range(len(edits)), strict=True) if order[i] != i
    )
    return Try(finding, changed, setting(path, [points[i] for i in order]), path, container=True)


def _clock(value: object) -> At | None:
    from pydantic import TypeAdapter, ValidationError

    try:
        at: At = TypeAdapter(Moment).validate_python(value)
    except ValidationError:
        return None
    return at


# --- which for which -----------------------------------------------------------------------------

MAKERS: Final[Mapping[str, Callable[[Finding, Any, Tree], Try | None]]] = {
    "unknown-key": _unknown_key,
    "bad-weekday": _weekday,
    "unknown-event": _moment,
    "not-a-moment": _moment,
    "no-such-time": _moment,
    "not-a-duration": _duration,
    "duration-without-unit": _no_unit,
    "not-a-date": _date,
    "no-such-date": _date,
    "not-a-number": _number,
    "not-a-bool": _yes_or_no,
    "not-text": _to_text,
    "id-not-text": _to_text,
    "not-a-list": _list,
    "active-shape": _active,
    "unknown-reference": _reference,
    "timezone-unknown": _zone,
    "points-order": _order,
}
