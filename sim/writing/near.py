"""The one known name that a misspelt one must mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sim.writing.cells import plain

_NEAR_MOST: Final = 3000  # names among which a misspelt one is looked for


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
