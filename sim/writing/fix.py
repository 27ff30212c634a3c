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
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sim.site.check import check_document
from sim.site.document import Document, DocumentError, Steps, lookup, parse
from sim.site.findings import Finding, Report
from sim.writing.corrections import Change, Try, finding_of
from sim.writing.makers import MAKERS, choice
from sim.writing.syntax import in_toml, in_utf8
from sim.writing.tokens import Tree

_ROUNDS: Final = 20  # each corrects as many as a report tells of


@dataclass(frozen=True, slots=True)
class Fixed:
    """What came of a file: its new bytes, the corrections, and the report of the new bytes."""

    data: bytes
    changes: tuple[Change, ...]
    report: Report


def fix(data: bytes, file: str) -> Fixed:
    """Correct what is certain in the bytes of a site file. Never raises."""
    mended, changes = in_utf8(data, file)
    mended = in_toml(mended, file, changes)
    try:
        parse(mended)
    except DocumentError as error:
        report = Report(file, None, (finding_of(error, file),))
    else:
        mended, report = _shapes(mended, file, changes)
    return Fixed(mended if changes else data, tuple(changes), report)


_BOM = b"\xef\xbb\xbf"


def _shapes(data: bytes, file: str, changes: list[Change]) -> tuple[bytes, Report]:
    """Correct findings, round by round: what one correction uncovers may be correctable too."""
    bom = data.startswith(_BOM)
    text = data.removeprefix(_BOM).decode()
    document = parse(data)
    report = check_document(document, file)
    for _ in range(_ROUNDS):
        if not report.errors:
            break
        tries = _tries(report, document, Tree(text))
        proven = _proven(tries, text, document, file)
        if proven is None:
            break
        made, document, report = proven
        for attempt in made:
            start, end, after = attempt.edits[0]
            changes.append(Change(attempt.finding, text[start:end], after))
        text = _edited(text, made)
    return (_BOM if bom else b"") + text.encode(), report


def _tries(report: Report, document: Document, tree: Tree) -> list[Try]:
    tries: list[Try] = []
    taken: set[int] = set()
    for finding in _all(report, document, tree):
        maker = MAKERS.get(finding.code)
        if maker is None and "choices" in finding.params:
            maker = choice
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


def _all(report: Report, document: Document, tree: Tree) -> Iterable[Finding]:
    """Give the errors told, and those that a full report no longer tells of.

    What is wrong in one luminaire is wrong in the next that has the same key and value.
    """
    yield from report.errors
    if not any(finding.code == "too-many-findings" for finding in report.findings):
        return
    alike: dict[Steps, list[Steps]] = {}
    for path in tree.keys:
        alike.setdefault(_shape(path), []).append(path)
    told = {finding.path for finding in report.errors}
    done: set[tuple[str, Steps, str]] = set()
    for finding in report.errors:
        value = repr(lookup(document.values, finding.path))
        shape = _shape(finding.path)
        mark = (finding.code, shape, "" if finding.code == "unknown-key" else value)
        if mark in done or finding.code not in MAKERS and "choices" not in finding.params:
            continue
        done.add(mark)
        for path in alike.get(shape, ()):
            if path in told:
                continue
            if finding.code != "unknown-key" and repr(lookup(document.values, path)) != value:
                continue
            line, column = document.position(path, key=finding.code == "unknown-key")
            yield replace(finding, path=path, line=line, column=column)


def _shape(path: Steps) -> Steps:
    """Give a path with every index as 0."""
    return tuple(0 if isinstance(step, int) else step for step in path)


def _proven(
    tries: list[Try], text: str, document: Document, file: str
) -> tuple[list[Try], Document, Report] | None:
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


def _sound(tries: Iterable[Try], errors: Iterable[Finding]) -> list[Try]:
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


def _edited(text: str, tries: Iterable[Try]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(edit for attempt in tries for edit in attempt.edits):
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))


def _as_expected(text: str, document: Document, tries: Iterable[Try]) -> Document | None:
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
