"""A correction: a `Change` that was made, or a `Try` that is to be proven."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.site.document import DocumentError, Steps, lookup
from sim.site.findings import Finding
from sim.writing.tokens import Tree


@dataclass(frozen=True, slots=True)
class Change:
    """A correction: what was found, and the text before and after it."""

    finding: Finding
    before: str
    after: str


def finding_of(error: DocumentError, file: str) -> Finding:
    """Tell of what keeps a file from being read, as a finding."""
    return Finding("error", error.code, file, error.line, error.column, (), error.params)


@dataclass(frozen=True, slots=True)
class Try:
    """A correction to be proven: its edits of the text, and what it does to the values.

    `place` is where no error may be afterwards (nor, of a single value, under it).
    """

    finding: Finding
    edits: tuple[tuple[int, int, str], ...]
    does: Callable[[Any], None]
    place: Steps
    container: bool = False
    merges: Steps = ()


def setting(path: Steps, value: object) -> Callable[[Any], None]:
    """Give what sets one place of the values."""

    def does(values: Any) -> None:
        for step in path[:-1]:
            values = values[step]
        values[path[-1]] = value

    return does


def one_value(
    finding: Finding, tree: Tree, path: Steps, old: object, new: str, value: object
) -> Try | None:
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
    return Try(finding, ((*tree.span(node), new),), setting(path, value), path, container)


def quoted(text: str) -> str:
    """Write a text as TOML does."""
    return json.dumps(text, ensure_ascii=False)


def new_text(finding: Finding, values: Any, tree: Tree, new: str | None) -> Try | None:
    """Replace a text by another one, where there is one."""
    old = lookup(values, finding.path)
    if new is None or new == old:
        return None
    return one_value(finding, tree, finding.path, old, quoted(new), new)
