"""Reading the values of a JSON file: each with its place, each fault told and not thrown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sim.exchange import words
from sim.exchange.words import Lang
from sim.site import limits
from sim.site.document import Steps, path_text, shown

Table = dict[str, Any]

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])")
_NOTES: Final = 200
_ITEMS: Final = 2_500  # of a list: more than a node could hold of anything


@dataclass(frozen=True, slots=True)
class ImportFinding:
    """Something that is refused, or said to whoever imports; `path` is its place in the JSON."""

    severity: Literal["error", "note"]
    code: str
    path: Steps
    params: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, lang: Lang = "en") -> str:
        """Say where, what is wrong, and the cure."""
        message, cure = words.refusal(self.code, self.params, lang)
        place = path_text(self.path)
        head = f"{place}{' : ' if lang == 'fr' else ': '}" if place else ""
        return f"{head}{message}. {cure}" if cure else f"{head}{message}."

    def line_text(self, file: str, lang: Lang = "en") -> str:
        """Say it in one line, with the file."""
        return f"{file}: {words.severity(self.severity, lang)}: {self.text(lang)}"


class Refused(Exception):  # noqa: N818 - several at once
    """What a site file cannot or will not say; `findings` has the notes as well."""

    def __init__(self, findings: Iterable[ImportFinding]) -> None:
        """Keep the findings."""
        self.findings = tuple(findings)
        super().__init__("\n".join(finding.text() for finding in self.findings))


class Values:
    """Collects `findings` while values are read: what is refused, and what is noted."""

    def __init__(self) -> None:
        """Begin with nothing found."""
        self.findings: list[ImportFinding] = []

    @property
    def refused(self) -> bool:
        """Whether anything has been refused."""
        return self.refused_since(0)

    def refused_since(self, number: int) -> bool:
        """Whether anything has been refused since there were so many findings."""
        return any(finding.severity == "error" for finding in self.findings[number:])

    def refuse(self, code: str, path: Steps, **params: str | int) -> None:
        """Add a refusal."""
        if len(self.findings) < limits.FINDINGS:
            self.findings.append(ImportFinding("error", code, path, params))

    def note(self, code: str, path: Steps, **params: str | int) -> None:
        """Add a note."""
        if len(self.findings) < _NOTES:
            self.findings.append(ImportFinding("note", code, path, params))

    # ---- values

    def table(self, value: object, path: Steps, known: Sequence[str]) -> Table | None:
        """Give an object; what is not among the known keys is noted."""
        if not isinstance(value, dict):
            self.refuse("not-object", path, got=shown(value))
            return None
        for key in value:
            if key not in known:
                self.note("not-read", (*path, key))
        return value

    def items(self, table: Table, key: str, path: Steps, required: bool) -> list[Any]:
        """Give a list; an empty one where it is missing, none, or longer than any of use."""
        if key not in table or (table[key] is None and not required):
            if required:
                self.refuse("missing", path, key=key)
            return []
        value = table[key]
        if not isinstance(value, list):
            self.refuse("not-list", (*path, key), got=shown(value))
            return []
        if len(value) > _ITEMS:
            self.refuse("list-too-long", (*path, key), most=_ITEMS)
            return []
        return value

    def word(self, table: Table, key: str, path: Steps, *choices: str) -> str | None:
        """Give a required text, one of some if given."""
        if key not in table:
            self.refuse("missing", path, key=key)
            return None
        value = table[key]
        if not isinstance(value, str) or not value:
            self.refuse("not-text", (*path, key), got=shown(value))
            return None
        if choices and value not in choices:
            self.refuse(
                "unknown-operation" if key == "operation" else "unknown-word",
                (*path, key),
                got=shown(value),
                choices=", ".join(choices),
            )
            return None
        return value

    def number(
        self, table: Table, key: str, path: Steps, low: float, high: float, step: float = 1
    ) -> float | None:
        """Give a required number in a range, a multiple of `step`."""
        if key not in table:
            self.refuse("missing", path, key=key)
            return None
        value = table[key]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.refuse("not-number", (*path, key), got=shown(value))
            return None
        if not low <= value <= high:
            self.refuse("range", (*path, key), got=shown(value), low=f"{low:g}", high=f"{high:g}")
            return None
        steps = value / step
        if abs(steps - round(steps)) > 1e-6:
            self.refuse("step", (*path, key), got=shown(value), step=f"{step:g}")
            return None
        return round(steps) * step

    def whole(self, table: Table, key: str, path: Steps, low: int, high: int) -> int | None:
        """Give a required whole number in a range."""
        value = self.number(table, key, path, low, high)
        return None if value is None else round(value)

    def clock(self, table: Table, key: str, path: Steps) -> int | None:
        """Give a required time of day, in seconds after midnight."""
        text = self.word(table, key, path)
        if text is None:
            return None
        match = _CLOCK.fullmatch(text)
        if match is None:
            self.refuse("not-a-time", (*path, key), got=shown(text))
            return None
        hours, minutes, seconds = map(int, match.groups())
        return hours * 3600 + minutes * 60 + seconds
