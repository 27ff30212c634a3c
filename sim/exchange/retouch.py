"""Writes tables of TOML anew; lines that say the same are left alone, with their comments."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

import tree_sitter
import tree_sitter_toml

from sim.exchange import toml


@dataclass(frozen=True, slots=True)
class _Part:
    """Some whole lines: what they say, and the lines, with comments and blank lines before."""

    sense: str
    name: str
    lines: tuple[str, ...]


def retouched(old: str, new: str) -> str:
    """Give `new` with the lines of `old` where both say the same; both begin with a header."""
    return "".join(_joined(_parts(old), _parts(new)))


def comments(text: str) -> list[str]:
    """Give the comments of a text."""
    return [(node.text or b"").decode() for node in _walk(_root(text.encode()), "comment")]


def _joined(old: Sequence[_Part], new: Sequence[_Part]) -> list[str]:
    made: list[str] = []
    matcher = difflib.SequenceMatcher(
        None, [part.sense for part in old], [part.sense for part in new], autojunk=False
    )
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            made += [line for part in old[a:b] for line in part.lines]
            continue
        gone = {part.name: part for part in old[a:b] if part.name}
        for part in new[c:d]:
            if part.name in gone:
                before = gone.pop(part.name).lines
                lines = _opened(part) if len(before) > 1 else part.lines
                made += _joined(_lines(before), _lines(lines))
            else:
                made += part.lines
    return made


def _parts(text: str) -> list[_Part]:
    """Cut a text into its headers and pairs."""
    data = text.encode()
    lines = text.splitlines(keepends=True)
    made: list[_Part] = []
    at = 0
    for node in _root(data).named_children:
        if node.type == "comment":
            continue
        inner = [node] if node.type == "pair" else node.named_children
        for child in inner:
            if child.type == "comment":
                continue
            code = (child.text or b"").decode()
            pair = child.type == "pair"
            end = child.end_point[0] + 1
            head = "" if pair else ("[[]]" if node.type == "table_array_element" else "[]")
            name = code.split("=")[0].strip() if pair else ""
            sense = _sense(code) if pair else head + _sense(f"{code} = 0")
            made.append(_Part(sense, name, _ended(lines[at:end])))
            at = end
    return made


def _opened(part: _Part) -> tuple[str, ...]:
    """Give a list that stands in one line with a line for each item, as the old one may have."""
    value = tomllib.loads("".join(part.lines))[part.name]
    if len(part.lines) > 1 or not isinstance(value, list):
        return part.lines
    items = (f"  {toml.value(item)},\n" for item in value)
    return (f"{part.name} = [\n", *items, "]\n")


def _lines(lines: Sequence[str]) -> list[_Part]:
    """Cut a pair of several lines into these; comments stay with the line that follows."""
    made: list[_Part] = []
    held: list[str] = []
    for line in lines:
        code = _code(line)
        held.append(line)
        if code:
            made.append(_Part(_sense(code), "", tuple(held)))
            held = []
    return made


def _code(line: str) -> str:
    """Give a line without its comment; a ``#`` in a string is none."""
    quote = ""
    for i, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote and line[i - 1] != "\\" else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "#":
            return line[:i].strip()
    return line.strip()


def _sense(code: str) -> str:
    """Give what a line or a pair says, whatever its layout."""
    for text in (code, f"x = [{code}]"):
        try:
            return json.dumps(tomllib.loads(text), default=str, sort_keys=True)
        except tomllib.TOMLDecodeError:
            continue
    return " ".join(code.split()).replace(" =", "=").replace("= ", "=")


def _ended(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line if line.endswith("\n") else line + "\n" for line in lines)


def _root(data: bytes) -> tree_sitter.Node:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    return parser.parse(data).root_node


def _walk(node: tree_sitter.Node, kind: str) -> list[tree_sitter.Node]:
    if node.type == kind:
        return [node]
    return [found for child in node.named_children for found in _walk(child, kind)]
