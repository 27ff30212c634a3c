"""A TOML file: its values, and where each of them is written.

`read` gives a `Document` or raises `DocumentError`. Values come from the standard library's
parser; places in the text come from a second, tolerant one (tree-sitter), which runs only when
somebody asks for a place, that is when there is something to say about the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tree_sitter
import tree_sitter_toml

from sim.site import limits

Step = str | int
Steps = tuple[Step, ...]
Where = tuple[int, int]
"""Line and column, both from 1; columns count characters."""

_LANGUAGE: tree_sitter.Language | None = None
_BOM = b"\xef\xbb\xbf"


class DocumentError(Exception):
    """A file that cannot be read as TOML.

    `code` is one of `sim.site.words`; `line` and `column` count from 1.
    """

    def __init__(self, code: str, where: Where = (1, 1), **params: str | int) -> None:
        """Keep what a finding is made of."""
        super().__init__(code)
        self.code = code
        self.line, self.column = where
        self.params = params


@dataclass(slots=True)
class _Table:
    """A table of the text: the node of its header (None for the root) and of its pairs."""

    header: tree_sitter.Node | None
    body: tree_sitter.Node | None


class Document:
    """The values of a TOML file and the places they are written at."""

    def __init__(self, text: str, values: dict[str, Any]) -> None:
        """`text` has no byte order mark and is valid TOML with the given values."""
        self._text = text
        self.values = values
        self._tables: dict[Steps, _Table] | None = None
        self._lines: list[bytes] = []
        self._found: dict[Steps, tuple[Where, Where]] = {}
        self._pairs: dict[int, _Pairs] = {}

    def position(self, path: Steps, *, key: bool = False) -> Where:
        """Line and column of the value at `path`, or of its key, or of its nearest parent.

        `path` is made of keys and list indexes: ``("programs", "p", "points", 2, "level")``.
        """
        if path not in self._found:
            try:
                self._found[path] = self._find(path)
            except RecursionError:  # pragma: no cover - a belt to the braces
                self._found[path] = ((1, 1), (1, 1))
        return self._found[path][0 if key else 1]

    def _find(self, path: Steps) -> tuple[Where, Where]:
        if self._tables is None:
            data = self._text.encode()
            # the same line ends for both parsers, whatever the editor
            self._lines = data.split(b"\n")
            self._tables = _index(_parser().parse(data).root_node)
        best: tuple[int, tree_sitter.Node | None, tree_sitter.Node | None] = (0, None, None)
        for length in range(len(path), -1, -1):
            if length <= best[0] and best[1] is not None:
                break  # nothing shorter can match deeper
            table = self._tables.get(path[:length])
            if table is None:
                continue
            depth, key, value = length, table.header, table.header
            if length < len(path) and table.body is not None:
                more, inner_key, inner_value = self._descend(table.body, path[length:])
                if more:
                    depth, key, value = length + more, inner_key, inner_value
            if key is not None and (depth > best[0] or best[1] is None):
                best = (depth, key, value)
        _, key_node, value_node = best
        if key_node is None or value_node is None:
            return (1, 1), (1, 1)
        return self._where(key_node), self._where(value_node)

    def _descend(
        self, body: tree_sitter.Node, path: Steps
    ) -> tuple[int, tree_sitter.Node, tree_sitter.Node]:
        """Follow `path` inside a table, an inline table or an array, as far as it goes.

        Gives how many steps were found, and the nodes of the last one's key and value.
        """
        found, key, value = 0, body, body
        while found < len(path):
            pairs = self._pairs.get(value.id)
            if pairs is None:
                pairs = self._pairs[value.id] = _pairs(value)
            for length in range(len(path), found, -1):
                inner = pairs.get(path[found:length])
                if inner is not None:
                    found, key, value = length, *inner
                    break
            else:
                break
        return found, key, value

    def _where(self, node: tree_sitter.Node) -> Where:
        row, column = node.start_point
        before = self._lines[row][:column] if row < len(self._lines) else b""
        return row + 1, len(before.decode(errors="replace")) + 1


def _parser() -> tree_sitter.Parser:
    global _LANGUAGE
    if _LANGUAGE is None:
        _LANGUAGE = tree_sitter.Language(tree_sitter_toml.language())
    return tree_sitter.Parser(_LANGUAGE)


def _children(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Give the named children but comments, in one pass (indexing each would be quadratic)."""
    return (child for child in node.named_children if child.type != "comment")


def _key_parts(node: tree_sitter.Node) -> tuple[str, ...]:
    """Give the parts of a bare, quoted or dotted key."""
    parts: list[str] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "dotted_key":
            stack.extend(reversed(current.named_children))
            continue
        text = (current.text or b"").decode(errors="replace")
        if current.type == "quoted_key":
            text = _unquoted(text)
        parts.append(text)
    return tuple(parts)


def _unquoted(text: str) -> str:
    if "\\" not in text or text.startswith("'"):
        return text[1:-1]
    try:
        return str(tomllib.loads(f"k = {text}")["k"])
    except (tomllib.TOMLDecodeError, KeyError):
        return text[1:-1]


def _index(root: tree_sitter.Node) -> dict[Steps, _Table]:
    """Every table of the text by its full path; parents that have no header of their own too."""
    tables: dict[Steps, _Table] = {(): _Table(None, root)}
    counts: dict[Steps, int] = {}  # of arrays of tables
    for node in _children(root):
        if node.type not in ("table", "table_array_element"):
            continue
        header = next(_children(node), None)
        if header is None:
            continue
        path: Steps = ()
        parts = _key_parts(header)
        for part in parts[:-1]:
            path += (part,)
            if path in counts:
                path += (counts[path] - 1,)
            tables.setdefault(path, _Table(header, None))
        path += (parts[-1],)
        if node.type == "table_array_element":
            counts[path] = counts.get(path, 0) + 1
            tables.setdefault(path, _Table(header, None))
            path += (counts[path] - 1,)
        before = tables.get(path)
        if before is None or before.body is None:
            tables[path] = _Table(header, node)
    return tables


_Pairs = dict[Steps, tuple[tree_sitter.Node, tree_sitter.Node]]


def _pairs(value: tree_sitter.Node) -> _Pairs:
    """Give the key and value nodes of what a table or an array holds, by key or index."""
    pairs: _Pairs = {}
    if value.type == "array":
        for index, child in enumerate(_children(value)):
            pairs[(index,)] = child, child
    elif value.type in ("document", "table", "table_array_element", "inline_table"):
        for pair in _children(value):
            nodes = list(_children(pair)) if pair.type == "pair" else []
            if nodes:
                parts = _key_parts(nodes[0])
                for length in range(1, len(parts)):  # the tables that a dotted key implies
                    pairs.setdefault(parts[:length], (nodes[0], nodes[0]))
                pairs[parts] = nodes[0], nodes[-1]
    return pairs


# --- reading -------------------------------------------------------------------------------------

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SYNTAX = (
    ("Expected '=' after a key", "toml-equals"),
    ("Cannot overwrite a value", "toml-twice"),
    ("Cannot declare", "toml-twice-table"),
    ("Cannot mutate immutable namespace", "toml-twice-table"),
    ("Cannot redefine namespace", "toml-twice-table"),
    ("Cannot add to array", "toml-twice-table"),
    ("Cannot overwrite", "toml-twice"),
    ("Duplicate inline table key", "toml-twice"),
    ("Invalid value", "toml-value"),
    ("Invalid initial character for a key part", "toml-key"),
    ("Invalid statement", "toml-key"),
    ("Unclosed array", "toml-array"),
    ("Unclosed inline table", "toml-inline"),
    ("Unterminated string", "toml-string"),
    ("Illegal character", "toml-character"),
    ("Found invalid character", "toml-character"),
    ("Unescaped '\\' in a string", "toml-backslash"),
    ("Invalid hex value", "toml-backslash"),
    ("Escaped character is not", "toml-backslash"),
    ("Expected ']' at the end of a table declaration", "toml-header"),
    ("Expected ']]' at the end of an array declaration", "toml-header"),
    ("Expected newline or end of document after a statement", "toml-newline"),
    ("Invalid date or datetime", "toml-date"),
)
_UNQUOTED = re.compile(r"""=\s*(?![\s"'\[{+\-0-9]|true\b|false\b|inf\b|nan\b)(\S[^#,}\]]*)""")
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\]|\\.)*+"|'[^']*+')"""
_LONG_KEY = re.compile(
    rf"(?<![A-Za-z0-9_-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{limits.KEY_PARTS},}}"
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BARE_TIME = re.compile(r"=\s*([0-9]{1,2}:[0-9]{2})(?!:)")


def read(path: str | Path) -> Document:
    """Read a TOML file. Raises DocumentError, and nothing else, whatever the file is."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(limits.FILE_BYTES + 1)
    except FileNotFoundError:
        raise DocumentError("file-missing", file=str(path)) from None
    except IsADirectoryError:
        raise DocumentError("file-directory", file=str(path)) from None
    except PermissionError:
        raise DocumentError("file-forbidden", file=str(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError("file-unreadable", file=str(path), reason=reason) from None
    return parse(data)


def parse(data: bytes) -> Document:
    """Read the bytes of a TOML file. Raises DocumentError."""
    if len(data) > limits.FILE_BYTES:
        raise DocumentError("file-too-large", most=limits.FILE_BYTES // (1024 * 1024))
    data = data.removeprefix(_BOM)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        code = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "not-utf-8"
        raise DocumentError(
            code, _place(data, error.start), byte=f"{data[error.start]:02X}"
        ) from None
    text = text.replace("\r\n", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") >= limits.KEY_PARTS and (key := _LONG_KEY.search(line)):
            raise DocumentError("key-too-long", (number, key.start() + 1), most=limits.KEY_PARTS)
    try:
        return Document(text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text) from None
    except RecursionError:
        raise DocumentError("too-deep", _deepest(text)) from None
    except ValueError:  # an integer of thousands of digits
        match = re.search(r"[0-9_]{400,}", text)
        where = _place(text.encode(), len(text[: match.start()].encode()) if match else 0)
        raise DocumentError("number-too-long", where) from None


def _place(data: bytes, offset: int) -> Where:
    start = data.rfind(b"\n", 0, offset) + 1
    before = data[start:offset].decode(errors="replace")
    return data.count(b"\n", 0, offset) + 1, len(before) + 1


def _deepest(text: str) -> Where:
    """Give the first place where brackets nest deeper than any site's."""
    depth = 0
    for match in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if match[0] in "[{" else max(0, depth - 1)
        if depth == 32:
            return _place(text[: match.end()].encode(), len(text[: match.start()].encode()))
    return 1, 1


def _syntax_error(message: str, text: str) -> DocumentError:
    lines = text.split("\n")
    place = _PLACE.search(message)
    if place is not None and place[1]:
        where = int(place[1]), int(place[2])
    else:  # the end of the text: the last line that has something
        last = len(text.rstrip().split("\n"))
        where = last, len(lines[last - 1]) + 1
    detail = message[: place.start()] if place else message
    code = next((code for start, code in _SYNTAX if detail.startswith(start)), "toml")
    line = lines[where[0] - 1] if where[0] <= len(lines) else ""
    params: dict[str, str | int] = {"detail": detail[:100]}
    if code in ("toml-value", "toml-newline", "toml-date"):
        if time := _BARE_TIME.search(line):
            return DocumentError("toml-time", (where[0], time.start(1) + 1), got=time[1])
        if (word := _UNQUOTED.search(line)) and code == "toml-value":
            got = word[1].strip()[:40]
            return DocumentError("toml-quotes", (where[0], word.start(1) + 1), got=got)
    return DocumentError(code, where, **params)


def path_text(path: Steps) -> str:
    """Write a path for people: ``programs.p.points[3].level`` (indexes count from 1)."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step + 1}]"
            continue
        bare = len(step) <= 60 and _BARE.fullmatch(step)
        text += ("." if text else "") + (step if bare else shown(step))
    return text


def shown(value: object) -> str:
    """Show a value of any input, shortly and on one line, for a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value if len(value) <= 60 else value[:57] + "..."
        return (
            '"'
            + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
            + '"'
        )
    if isinstance(value, Mapping):
        return "{...}" if value else "{}"
    if isinstance(value, (list, tuple)):
        return "[...]" if value else "[]"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else "..."
    return str(value)[:60]


def lookup(values: object, path: Steps) -> object:
    """Give the value at a path, None when there is none."""
    for step in path:
        if isinstance(step, str) and isinstance(values, Mapping):
            values = values.get(step)
        elif isinstance(step, int) and isinstance(values, (list, tuple)) and step < len(values):
            values = values[step]
        else:
            return None
    return values
