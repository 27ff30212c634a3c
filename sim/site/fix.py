"""Correct a site file where only one reading is possible, and touch nothing else of it.

`fix` takes the findings of `sim.site.check` one by one. A correction replaces single tokens of
the text, so that comments, layout and line ends stay; it is made only where the file then says
exactly what it said, but for the corrected values, and where the corrected place has no other
error. It never deletes anything, never changes a figure, and leaves a file without errors as it
is, to the byte. What is not certain is left, with its finding.

What is corrected:

- encoding: Windows-1252 and UTF-16 become UTF-8;
- TOML: hours and words without quotes, typographic quotes and spaces, a decimal comma, ``:``
  for ``=``;
- names of keys, tables, choices, weekdays (French ones too), events of the sky, time zones, and
  names that refer to others: other case, or one near name with the same figures;
- times ``22h30``, ``24:00``; durations ``10 minutes``, ``1h30``, ``1,5 h``; dates that have one
  reading, ``24/12``;
- a number or a yes in quotes, a name that is a number, a list of one without its brackets;
- switch points that are not in the order of the night.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import tree_sitter
import tree_sitter_toml

from sim.site.check import Finding, Report, check_document
from sim.site.document import Document, DocumentError, Step, lookup, parse
from sim.site.inventory import plain
from sim.site.model import SOLAR_EVENTS, WEEKDAYS, At, Moment, parse_duration
from sim.site.zone import names as zone_names

Path_ = tuple[Step, ...]
_ROUNDS: Final = 20  # each corrects as many as a report tells of
_SYNTAX_STEPS: Final = 200
_LINE_MOST: Final = 2000  # characters of a line that is looked into
_NEAR_MOST: Final = 3000  # names among which a misspelt one is looked for


@dataclass(frozen=True, slots=True)
class Change:
    """A correction: what was found, and the text before and after it."""

    finding: Finding
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """What came of a file: its new bytes, the corrections, and the report of the new bytes."""

    data: bytes
    changes: tuple[Change, ...]
    report: Report


def fix(data: bytes, file: str) -> Fixed:
    """Correct what is certain in the bytes of a site file. Never raises."""
    mended, changes = _encoding(data, file)
    mended = _syntax(mended, file, changes)
    try:
        parse(mended)
    except DocumentError as error:
        report = Report(file, None, (_finding(error, file),))
    else:
        mended, report = _shapes(mended, file, changes)
    return Fixed(mended if changes else data, tuple(changes), report)


def _finding(error: DocumentError, file: str) -> Finding:
    return Finding("error", error.code, file, error.line, error.column, (), error.params)


# --- the encoding --------------------------------------------------------------------------------

_BOM = b"\xef\xbb\xbf"
# What French, and its neighbours, write: other characters would mean another encoding.
_WESTERN = re.compile(
    "[\n\r\t -~\u00a0-\u00ff\u0152\u0153\u0178\u20ac\u2013\u2014\u2018\u2019\u201c\u201d\u2026]*"
)
_UTF8_PAIR = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def _encoding(data: bytes, file: str) -> tuple[bytes, list[Change]]:
    """Give the bytes in UTF-8, where it is certain what they were in."""
    try:
        parse(data)
        return data, []
    except DocumentError as error:
        found = error
    text: str | None = None
    name = "UTF-16"
    if found.code == "utf-16":
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            return data, []
    elif found.code == "not-utf-8" and not _UTF8_PAIR.search(data):
        name = "Windows-1252"
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return data, []
        if not _WESTERN.fullmatch(text):
            text = None
    if text is None:
        return data, []
    return text.encode(), [Change(_finding(found, file), name, "UTF-8")]


# --- TOML ----------------------------------------------------------------------------------------

_SEGMENT = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|#.*|[^"'#]+|.""")
_ODD_SPACE = re.compile("[\u00a0\u2007\u2009\u202f\u3000]")
_NO_WIDTH = re.compile("[\u200b\u2060\ufeff]")
_QUOTED = re.compile(
    '[\u201c\u201d\u201e\u00ab]\\s*([^\u201c\u201d\u201e\u00ab\u00bb"\\\\]*?)\\s*[\u201d\u201c\u00bb]'
)
_COMMA = re.compile(r"(\s*([A-Za-z0-9_-]+)\s*=\s*[+-]?)([0-9]+),([0-9]+)(\s*(?:#.*)?)")
_BARE_TEXT = re.compile(r"(?<==)(\s*)([0-9]{1,2}(?::[0-9]{2}|[hH](?:[0-9]{2})?))(?![:\w.+-])")
_INNER_COLON = re.compile(r"([{,]\s*[A-Za-z0-9_-]+)\s*:(?=\s|$)")
_COLON = re.compile(r"(\s*[A-Za-z0-9_-]+)\s*:\s*(?=[\"'\[{0-9+tf-])(.*)")
_WORD = re.compile(r"[^\W\d_](?:[\w./ +:'-]*\w)?")
_TRUE = frozenset(("true", "yes", "oui", "vrai"))
_FALSE = frozenset(("false", "no", "non", "faux"))


def _syntax(data: bytes, file: str, changes: list[Change]) -> bytes:
    """Correct what keeps the file from being TOML, as long as each step gets further."""
    for _ in range(_SYNTAX_STEPS):
        try:
            parse(data)
            return data
        except DocumentError as error:
            found = error
        if not found.code.startswith("toml"):
            return data
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return data
        lines = text.split("\n")
        if found.line > len(lines):
            return data
        line = lines[found.line - 1].removesuffix("\r")
        mended = _mended_line(line, found)
        if mended is None or mended == line:
            return data
        end = "\r" if lines[found.line - 1].endswith("\r") else ""
        lines[found.line - 1] = mended + end
        tried = "\n".join(lines).encode()
        try:
            parse(tried)
        except DocumentError as error:
            if (error.line, error.column) <= (found.line, found.column):
                return data
            if error.line == found.line and not _more(found, error):
                return data
        changes.append(Change(_finding(found, file), line.strip(), mended.strip()))
        data = tried
    return data


def _more(found: DocumentError, error: DocumentError) -> bool:
    """Whether the next error of the same line is one that can be corrected in its turn."""
    return error.code in ("toml-time", "toml-quotes", "toml-value", "toml-newline", "toml-date")


def _mended_line(line: str, found: DocumentError) -> str | None:
    """Give the line with its first fault of typing corrected, or None."""
    if len(line) > _LINE_MOST:
        return None

    def outside(change: Callable[[str], str]) -> str:
        """Change what is neither in quotes nor a comment."""
        return "".join(
            segment if segment[:1] in ("'", '"', "#") else change(segment)
            for segment in _SEGMENT.findall(line)
        )

    if not _QUOTED.search(line):
        spaced = outside(lambda text: _NO_WIDTH.sub("", _ODD_SPACE.sub(" ", text)))
        if spaced != line:
            return spaced
    quoted = outside(lambda text: _BARE_TEXT.sub(r'\1"\2"', text))
    if quoted != line:
        return quoted
    if '"' not in line and "'" not in line.split("=", 1)[0] and _QUOTED.search(line):
        return _QUOTED.sub(r'"\1"', line)
    if found.code == "toml-equals":
        if match := _COLON.fullmatch(line):
            return f"{match[1]} = {match[2]}"
        return outside(lambda text: _INNER_COLON.sub(r"\1 =", text))
    if found.code == "toml-newline" and (match := _COMMA.fullmatch(line)):
        degrees = match[2] in ("latitude", "longitude")
        # 1,500 may be one and a half, or fifteen hundred
        if len(match[4]) != 3 or match[3] == "0" or degrees:
            return f"{match[1]}{match[3]}.{match[4]}{match[5]}"
    start = found.column - 1
    if found.code == "toml-quotes":
        alone = re.fullmatch(r"\s*[A-Za-z0-9_-]+\s*=\s*", line[:start])
        word = re.match(r"[^#]*" if alone else r"[^#,}\]]*", line[start:])
        text = word[0].rstrip() if word else ""
        rest = line[start + len(text) :]
        if text.lower() in ("true", "false"):
            return line[:start] + text.lower() + rest
        if text.lower() not in _TRUE | _FALSE and _WORD.fullmatch(text) and '"' not in rest[:1]:
            return f'{line[:start]}"{text}"{rest}'
    return None


# --- the text's tokens ---------------------------------------------------------------------------


class _Tree:
    """Where each key and value of a text is written."""

    def __init__(self, text: str) -> None:
        """`text` is valid TOML, with ``\\n`` or ``\\r\\n`` line ends and no byte order mark."""
        self.text = text
        data = text.replace("\r\n", "\n").encode()
        self._bytes = data.split(b"\n")
        self._starts = [0]
        for line in text.split("\n")[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.keys: dict[Path_, list[tree_sitter.Node]] = {}
        self.values: dict[Path_, tree_sitter.Node] = {}
        self.headers: dict[Path_, list[tree_sitter.Node]] = {}
        # nodes live as long as their tree
        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
        self._tree = parser.parse(data)
        self._index(self._tree.root_node)

    def span(self, node: tree_sitter.Node) -> tuple[int, int]:
        """Give where a node's text begins and ends."""
        return self._offset(node.start_point), self._offset(node.end_point)

    def token(self, node: tree_sitter.Node) -> str:
        """Give a node's text."""
        start, end = self.span(node)
        return self.text[start:end]

    def _offset(self, point: tuple[int, int]) -> int:
        row, column = point
        before = self._bytes[row][:column] if row < len(self._bytes) else b""
        return self._starts[min(row, len(self._starts) - 1)] + len(before.decode(errors="replace"))

    def _index(self, root: tree_sitter.Node) -> None:
        counts: dict[Path_, int] = {}
        stack: list[tuple[tree_sitter.Node, Path_]] = []
        for node in root.named_children:
            if node.type == "pair":
                self._pair(node, (), stack)
                continue
            if node.type not in ("table", "table_array_element"):
                continue
            children = [child for child in node.named_children if child.type != "comment"]
            leaves = _leaves(children[0])
            path: Path_ = ()
            for i, leaf in enumerate(leaves):
                path += (_name(leaf),)
                self.keys.setdefault(path, []).append(leaf)
                if i < len(leaves) - 1 and path in counts:
                    path += (counts[path] - 1,)
            self.headers.setdefault(path, []).append(node)
            if node.type == "table_array_element":
                counts[path] = counts.get(path, 0) + 1
                path += (counts[path] - 1,)
            for pair in children[1:]:
                if pair.type == "pair":
                    self._pair(pair, path, stack)
        while stack:
            node, path = stack.pop()
            inner = [child for child in node.named_children if child.type != "comment"]
            if node.type == "array":
                for i, child in enumerate(inner):
                    self.values[(*path, i)] = child
                    stack.append((child, (*path, i)))
            elif node.type == "inline_table":
                for pair in inner:
                    if pair.type == "pair":
                        self._pair(pair, path, stack)

    def _pair(
        self, node: tree_sitter.Node, path: Path_, stack: list[tuple[tree_sitter.Node, Path_]]
    ) -> None:
        key, *_, value = (child for child in node.named_children if child.type != "comment")
        for leaf in _leaves(key):
            path += (_name(leaf),)
            self.keys.setdefault(path, []).append(leaf)
        self.values[path] = value
        stack.append((value, path))


def _leaves(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """Give the parts of a key, in order."""
    found: list[tree_sitter.Node] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "dotted_key":
            stack.extend(reversed(current.named_children))
        else:
            found.append(current)
    return found


def _name(node: tree_sitter.Node) -> str:
    text = (node.text or b"").decode(errors="replace")
    if node.type != "quoted_key":
        return text
    try:
        return str(tomllib.loads(f"k = {text}")["k"])
    except (tomllib.TOMLDecodeError, KeyError):
        return text[1:-1]


# --- shapes and names ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Try:
    """A correction to be proven: its edits of the text, and what it does to the values.

    `place` is where no error may be afterwards (nor, of a single value, under it).
    """

    finding: Finding
    edits: tuple[tuple[int, int, str], ...]
    does: Callable[[Any], None]
    place: Path_
    container: bool = False
    merges: Path_ = ()


def _shapes(data: bytes, file: str, changes: list[Change]) -> tuple[bytes, Report]:
    """Correct findings, round by round: what one correction uncovers may be correctable too."""
    bom = data.startswith(_BOM)
    text = data.removeprefix(_BOM).decode()
    document = parse(data)
    report = check_document(document, file)
    for _ in range(_ROUNDS):
        if not report.errors:
            break
        tries = _tries(report, document, _Tree(text))
        proven = _proven(tries, text, document, file)
        if proven is None:
            break
        made, document, report = proven
        for attempt in made:
            start, end, after = attempt.edits[0]
            changes.append(Change(attempt.finding, text[start:end], after))
        text = _edited(text, made)
    return (_BOM if bom else b"") + text.encode(), report


def _tries(report: Report, document: Document, tree: _Tree) -> list[_Try]:
    tries: list[_Try] = []
    taken: set[int] = set()
    for finding in _all(report, document, tree):
        maker = _MAKERS.get(finding.code)
        if maker is None and "choices" in finding.params:
            maker = _choice
        attempt = maker(finding, document.values, tree) if maker is not None else None
        if attempt is None or any(start in taken for start, _, _ in attempt.edits):
            continue
        if attempt.merges:
            # indexes move: by itself, once nothing else is left to do
            if not tries:
                return [attempt]
            continue
        taken.update(start for start, _, _ in attempt.edits)
        tries.append(attempt)
    return tries


def _all(report: Report, document: Document, tree: _Tree) -> Iterable[Finding]:
    """Give the errors told, and those that a full report no longer tells of.

    What is wrong in one luminaire is wrong in the next that has the same key and value.
    """
    yield from report.errors
    if not any(finding.code == "too-many-findings" for finding in report.findings):
        return
    alike: dict[Path_, list[Path_]] = {}
    for path in tree.keys:
        alike.setdefault(_shape(path), []).append(path)
    told = {finding.path for finding in report.errors}
    done: set[tuple[str, Path_, str]] = set()
    for finding in report.errors:
        value = repr(lookup(document.values, finding.path))
        shape = _shape(finding.path)
        mark = (finding.code, shape, "" if finding.code == "unknown-key" else value)
        if mark in done or finding.code not in _MAKERS and "choices" not in finding.params:
            continue
        done.add(mark)
        for path in alike.get(shape, ()):
            if path in told:
                continue
            if finding.code != "unknown-key" and repr(lookup(document.values, path)) != value:
                continue
            line, column = document.position(path, key=finding.code == "unknown-key")
            yield replace(finding, path=path, line=line, column=column)


def _shape(path: Path_) -> Path_:
    """Give a path with every index as 0."""
    return tuple(0 if isinstance(step, int) else step for step in path)


def _proven(
    tries: list[_Try], text: str, document: Document, file: str
) -> tuple[list[_Try], Document, Report] | None:
    """Make the corrections that hold: the others are left out, and it is tried again."""
    tries = list(tries)
    while tries:
        after = _as_expected(_edited(text, tries), document, tries)
        if after is None:
            alone = [
                attempt
                for attempt in tries[:50]
                if _as_expected(_edited(text, [attempt]), document, [attempt]) is not None
            ]
            tries = alone if len(alone) < len(tries) else alone[:1]
            continue
        report = check_document(after, file)
        if any(error.code == "internal" for error in report.errors):
            return None
        kept = _sound(tries, report.errors)
        if len(kept) == len(tries):
            return tries, after, report
        tries = kept
    return None


def _sound(tries: Iterable[_Try], errors: Iterable[Finding]) -> list[_Try]:
    """Give the corrections at whose place nothing else is wrong."""
    places = {error.path for error in errors}
    above = {path[:length] for path in places for length in range(len(path) + 1)}
    return [
        attempt
        for attempt in tries
        if not (
            {attempt.place, (*attempt.place, 0)} & places
            if attempt.container
            else attempt.place in above
        )
    ]


def _edited(text: str, tries: Iterable[_Try]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(edit for attempt in tries for edit in attempt.edits):
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))


def _as_expected(text: str, document: Document, tries: Iterable[_Try]) -> Document | None:
    """Read the corrected text; None unless it says what it said, but for the corrections."""
    try:
        after = parse(text.encode())
    except DocumentError:
        return None
    expected = copy.deepcopy(document.values)
    got = after.values
    # the deepest first: a name that changes above would hide them
    for attempt in sorted(tries, key=lambda attempt: -len(attempt.finding.path)):
        attempt.does(expected)
        if attempt.merges:
            got = copy.deepcopy(got)
            for values in (expected, got):
                held = lookup(values, attempt.merges)
                if isinstance(held, list):
                    held.sort(key=repr)
    return after if repr(got) == repr(expected) or got == expected else None


def _set(path: Path_, value: object) -> Callable[[Any], None]:
    def does(values: Any) -> None:
        for step in path[:-1]:
            values = values[step]
        values[path[-1]] = value

    return does


def _one(
    finding: Finding, tree: _Tree, path: Path_, old: object, new: str, value: object
) -> _Try | None:
    """Replace the token of one value."""
    node = tree.values.get(path)
    if node is None:
        return None
    token = tree.token(node)
    try:
        if "\n" in token or tomllib.loads(f"v = {token}")["v"] != old:
            return None
        if repr(tomllib.loads(f"v = {new}")["v"]) != repr(value):
            return None
    except (tomllib.TOMLDecodeError, KeyError, ValueError, RecursionError):
        return None
    container = isinstance(old, dict)
    return _Try(finding, ((*tree.span(node), new),), _set(path, value), path, container)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _replace_text(finding: Finding, values: Any, tree: _Tree, new: str | None) -> _Try | None:
    old = lookup(values, finding.path)
    if new is None or new == old:
        return None
    return _one(finding, tree, finding.path, old, _quoted(new), new)


# --- near names ----------------------------------------------------------------------------------


def near(word: str, known: Iterable[str], *, own: bool = False) -> str | None:
    """Give the one known name that a word must mean, or None.

    The same but for case, accents and separators; else one letter wrong, missing, too many or
    two swapped (two such faults in eight letters or more), with the same figures and the same
    unit. None where two names are near. Names that people gave (`own`) are often near one
    another on purpose: there one fault at most, and inside the word.
    """
    known = list(dict.fromkeys(known))
    bare = _bare(word)
    if not bare:
        return None
    same = [name for name in known if _bare(name) == bare]
    if not same and not own:  # one for many, and the reverse
        plural = (f"{bare}s", bare.removesuffix("s"))
        same = [n for n in known if _bare(n) in plural and _marks(n) == _marks(word)]
    if same:
        return same[0] if len(same) == 1 else None
    if len(bare) < (6 if own else 4) or len(known) > _NEAR_MOST or len(bare) > 64:
        return None
    most = 1 if len(bare) < 8 or own else 2
    marks = _marks(word)
    found = [
        name
        for name in known
        if abs(len(other := _bare(name)) - len(bare)) <= most
        and _faults(bare, other, most) <= most
    ]
    if len(found) != 1 or _marks(found[0]) != marks:
        return None
    if own and (_bare(found[0])[0], _bare(found[0])[-1]) != (bare[0], bare[-1]):
        return None
    return found[0]


_UNITS = frozenset(
    ("w", "kw", "kwh", "m", "km", "cm", "mm", "kmh", "lux", "s", "ms", "min", "h", "g")
)


def _marks(name: str) -> tuple[str, ...]:
    """Give what tells one name from its like: figures, lone letters, the unit at the end."""
    parts = re.split(r"[^a-z0-9]+", plain(name))
    lone = [part for part in parts if len(part) == 1 or part.isdigit()]
    unit = parts[-1] if parts[-1] in _UNITS else ""
    return (re.sub(r"\D", "", plain(name)), *lone, unit)


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", plain(name))


def _faults(one: str, other: str, most: int) -> int:
    """Count the faults of typing between two words (optimal string alignment), up to `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


# --- makers: a finding's correction, or None -----------------------------------------------------


def _unknown_key(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
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
    merges: Path_ = ()
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
    return _Try(finding, edits, does, (*path[:-1], right), container, merges)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(x, dict) for x in value)


_FRENCH_DAYS = dict(
    zip(("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"), WEEKDAYS,
        strict=True)
)  # fmt: skip


def _choice(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    """A word of a list, in another case or misspelt."""
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    choices = re.findall(r'"([^"]+)"', str(finding.params.get("choices", "")))
    return _replace_text(finding, values, tree, near(old, choices))


def _weekday(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    right = near(old, (*WEEKDAYS, *_FRENCH_DAYS))
    return _replace_text(finding, values, tree, _FRENCH_DAYS.get(right or "", right))


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


def _moment(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    old = lookup(values, finding.path)
    return _replace_text(finding, values, tree, moment(old)) if isinstance(old, str) else None


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


def _duration(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    # the offset of a moment is told by the same code
    new = moment(old) if re.match(r"\s*[^\W\d]", old) else duration(old)
    return _replace_text(finding, values, tree, new)


def _no_unit(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    """Nothing at all is nothing in any unit; of other numbers the unit is not certain."""
    old = lookup(values, finding.path)
    if isinstance(old, bool) or old != 0:
        return None
    return _one(finding, tree, finding.path, old, '"0 s"', "0 s")


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


def _date(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    old = lookup(values, finding.path)
    return _replace_text(finding, values, tree, date(old)) if isinstance(old, str) else None


_DIGITS = re.compile(r"([+-]?)0*([0-9]+)(?:([.,])([0-9]+))?")


def _number(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
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
    return _one(finding, tree, finding.path, old, new, value)


def _yes_or_no(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    old = lookup(values, finding.path)
    word = old.strip().lower() if isinstance(old, str) else ""
    if word not in _TRUE | _FALSE:
        return None
    value = word in _TRUE
    return _one(finding, tree, finding.path, old, "true" if value else "false", value)


def _to_text(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    """A number where a text is needed: the same figures, in quotes."""
    old = lookup(values, finding.path)
    node = tree.values.get(finding.path)
    if isinstance(old, bool) or not isinstance(old, (int, float)) or node is None:
        return None
    token = tree.token(node)
    if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", token):
        return None
    return _one(finding, tree, finding.path, old, _quoted(token), token)


def _list(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    """One item without its brackets, or ``[table]`` for ``[[table]]``."""
    path = finding.path
    return _in_brackets(finding, values, tree, path) if path else None


def _in_brackets(finding: Finding, values: Any, tree: _Tree, path: Path_) -> _Try | None:
    old = lookup(values, path)
    if old is None or isinstance(old, list):
        return None
    node = tree.values.get(path)
    if node is not None:
        token = tree.token(node)
        return _one(finding, tree, path, old, f"[{token}]", [old])
    headers = tree.headers.get(path, [])
    if len(headers) != 1 or not isinstance(old, dict) or headers[0].type != "table":
        return None
    brackets = [child for child in headers[0].children if child.type in ("[", "]")]
    if len(brackets) != 2:
        return None
    edits = tuple((*tree.span(node), tree.token(node) * 2) for node in brackets)
    return _Try(finding, edits, _set(path, [old]), path, container=True)


def _active(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    path = (*finding.path, "active")
    old = lookup(values, path)
    if isinstance(old, str) and plain(old).strip() == "always":
        return _one(finding, tree, path, old, '"always"', "always")
    return _in_brackets(finding, values, tree, path) if isinstance(old, dict) else None


def _reference(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    known = _names_of(str(finding.params.get("kind", "")), values)
    return _replace_text(finding, values, tree, near(old, known, own=True))


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


def _zone(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
    """A time zone in another case, or its city alone."""
    old = lookup(values, finding.path)
    if not isinstance(old, str):
        return None
    wanted = re.sub(r"\s+", "_", old.strip()).lower()
    known = sorted(zone_names())
    whole = [name for name in known if name.lower() == wanted]
    city = [name for name in known if name.lower().rpartition("/")[2] == wanted]
    found = whole or [name for name in city if "/" in name]
    return _replace_text(finding, values, tree, found[0] if len(found) == 1 else None)


def _order(finding: Finding, values: Any, tree: _Tree) -> _Try | None:
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
    return _Try(finding, changed, _set(path, [points[i] for i in order]), path, container=True)


def _clock(value: object) -> At | None:
    from pydantic import TypeAdapter, ValidationError

    try:
        at: At = TypeAdapter(Moment).validate_python(value)
    except ValidationError:
        return None
    return at


_MAKERS: Final[Mapping[str, Callable[[Finding, Any, _Tree], _Try | None]]] = {
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
