"""What a check finds: one `Finding`, a `Report` of them, and what collects them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sim.site import limits, words
from sim.site.document import Document, Steps, path_text
from sim.site.model import Site
from sim.site.words import Lang

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a site file.

    `line` and `column` count from 1; `path` is the place in the file's tree; `code` and `params`
    make the text, in any language of `sim.site.words`.
    """

    severity: Severity
    code: str
    file: str
    line: int
    column: int
    path: Steps = ()
    params: Mapping[str, str | int | float] = field(default_factory=dict)

    def message(self, lang: Lang = "en") -> str:
        """Say what is wrong."""
        return words.message(self.code, self.params, lang)

    def cure(self, lang: Lang = "en") -> str:
        """Say what would be right."""
        return words.cure(self.code, self.params, lang)

    def text(self, lang: Lang = "en") -> str:
        """Say what is wrong, where in the tree, and what would be right."""
        place = path_text(self.path)
        colon = " : " if lang == "fr" else ": "
        head = f"{place}{colon}" if place else ""
        message, cure = self.message(lang), self.cure(lang)
        return f"{head}{message}. {words.sentence(cure)}"

    def line_text(self, lang: Lang = "en") -> str:
        """Give the finding as one line, ``file:line:column: severity: text``, as compilers do."""
        severity = words.severity(self.severity, lang)
        return f"{self.file}:{self.line}:{self.column}: {severity}: {self.text(lang)}"

    def to_json(self, lang: Lang = "en") -> dict[str, str | int]:
        """Give the documented, stable form."""
        return {
            "severity": self.severity,
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": path_text(self.path),
            "message": self.message(lang),
            "cure": self.cure(lang),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `site` is None when there is any error."""

    file: str
    site: Site | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the file unusable."""
        return tuple(f for f in self.findings if f.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that a site can run with."""
        return tuple(f for f in self.findings if f.severity == "warning")


class SiteErrors(Exception):  # noqa: N818 - several at once
    """A site file with errors; `findings` has them, and the warnings too."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Keep the findings."""
        self.findings = tuple(findings)
        super().__init__("\n".join(finding.line_text() for finding in self.findings))


class Findings:
    """Collects findings, and finds their places at the end, when there are any."""

    def __init__(self, document: Document, file: str) -> None:
        self.document = document
        self.file = file
        self.has_errors = False
        self._made: list[tuple[Severity, str, Steps, bool, dict[str, str | int | float]]] = []
        self._seen: set[tuple[str, Steps, tuple[str, ...]]] = set()
        self._left = 0
        self._left_errors = False

    @property
    def full(self) -> bool:
        """Whether more findings are only counted, so that their texts need no work."""
        return len(self._made) >= limits.FINDINGS

    def count(self, severity: Severity) -> None:
        """Count one that is not told."""
        self._left += 1
        self._left_errors |= severity == "error"
        self.has_errors |= severity == "error"

    def add(
        self,
        severity: Severity,
        code: str,
        path: Steps,
        /,
        *,
        at_key: bool = False,
        **params: str | int | float,
    ) -> None:
        """Add one, unless it says what another says already."""
        mark = (code, path, tuple(str(value) for value in params.values()))
        if mark in self._seen:
            return
        if self.full:
            self.count(severity)
            return
        self.has_errors |= severity == "error"
        self._seen.add(mark)
        self._made.append((severity, code, path, at_key, params))

    def sorted(self) -> tuple[Finding, ...]:
        """All of them in the order of the file."""
        findings = []
        for severity, code, path, key, params in self._made:
            line, column = self.document.position(path, key=key)
            findings.append(Finding(severity, code, self.file, line, column, path, params))
        findings.sort(key=lambda f: (f.line, f.column))
        if self._left:
            last = findings[-1]
            findings.append(
                Finding(
                    "error" if self._left_errors else "warning",
                    "too-many-findings",
                    self.file,
                    last.line,
                    last.column,
                    (),
                    {"count": self._left},
                )
            )
        return tuple(findings)


def suggest(params: dict[str, Any], word: str, known: Iterable[str]) -> None:
    """Add the near name that was probably meant."""
    near = difflib.get_close_matches(word[:64], list(known)[:2000], 1, 0.6) if word else []
    if near:
        params["suggestion"] = near[0]
