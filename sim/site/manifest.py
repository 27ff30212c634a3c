"""Manifests: what code, or a node's own files, consist of.

The text that is signed, and that a node keeps (`noctule.update.manifest`):

    noctule-code 1                  noctule-node 1
    version 0.1.0                   site Val-Noctule
    sequence 12                     node E05
    board esp32_devkitc             board esp32_devkitc
    mpy 6 3 10                      sequence 4
    micropython 1 28                file SHA256 SIZE boot.py
    file SHA256 SIZE main.py        file SHA256 SIZE config
    file SHA256 SIZE noctule/...    file SHA256 SIZE wiring

There is one way to write a manifest: what `parse` takes is what `code_text` and `node_text` give,
to the byte.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sim.site.limits import ID_PATTERN

Kind = Literal["code", "node"]

MOST_BYTES: Final = 24_000
"""Of a manifest: what a node takes (`noctule.update.check`). So are the limits below."""
MOST_FILES: Final = 200
LARGEST_FILE: Final = 1 << 20
LONGEST_PATH: Final = 64
LAST_SEQUENCE: Final = 999_999_999
OWN_FILES: Final[Mapping[str, int]] = {"boot.py": 8192, "config": 4000, "wiring": 1024}
"""A node's own files, and how many bytes each may have."""
NAME_LENGTH: Final = 40
"""Characters of a site's name that a node knows."""

_NUMBER = "(0|[1-9][0-9]{0,8})"
_LINES: Final[Mapping[Kind, Sequence[tuple[str, str]]]] = {
    "code": (
        ("noctule-code", "(1)"),
        ("version", r"([0-9A-Za-z][0-9A-Za-z.+-]{0,31})"),
        ("sequence", "([1-9][0-9]{0,8})"),
        ("board", f"({ID_PATTERN})"),
        ("mpy", f"{_NUMBER} {_NUMBER} {_NUMBER}"),
        ("micropython", f"{_NUMBER} {_NUMBER}"),
    ),
    "node": (
        ("noctule-node", "(1)"),
        ("site", f"(.{{1,{NAME_LENGTH}}})"),
        ("node", f"({ID_PATTERN})"),
        ("board", f"({ID_PATTERN})"),
        ("sequence", "([1-9][0-9]{0,8})"),
    ),
}
_FILE = re.compile(rf"file ([0-9a-f]{{64}}) {_NUMBER} ([a-z0-9_/.]{{1,{LONGEST_PATH}}})")
_CODE_PATH = re.compile(r"main\.py|trial\.mpy|noctule(/[a-z0-9_]+)+\.mpy")
_CODE_NEEDS: Final = ("main.py", "noctule/app.mpy")


class ManifestError(Exception):
    """No manifest: `line` is the number of the first that is wrong, from 1; 0 for the whole."""

    def __init__(self, line: int, said: str) -> None:
        """Keep where, and what is there."""
        super().__init__(f"line {line}: {said}" if line else said)
        self.line = line
        self.said = said


@dataclass(frozen=True, slots=True)
class File:
    """A file: `sha` its SHA-256 in hexadecimal, `size` in bytes."""

    sha: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says. Of code: `version`, `mpy` (version, sub-version, architecture: what
    bytecode it is), `micropython` (the oldest). Of a node's own files: `site`, `node`."""

    text: bytes
    kind: Kind
    sequence: int
    board: str
    files: tuple[File, ...]
    version: str = ""
    mpy: tuple[int, ...] = ()
    micropython: tuple[int, ...] = ()
    site: str = ""
    node: str = ""

    @property
    def digest(self) -> bytes:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text).digest()

    @property
    def content(self) -> str:
        """SHA-256, hexadecimal, of the text without its sequence: same things have the same."""
        return content(self.text)


def content(text: bytes) -> str:
    """`Manifest.content` of a text."""
    lines = text.splitlines(keepends=True)
    kept = b"".join(line for line in lines if not line.startswith(b"sequence "))
    return hashlib.sha256(kept).hexdigest()


def code_text(
    files: Mapping[str, bytes],
    *,
    version: str,
    sequence: int,
    board: str,
    mpy: Sequence[int],
    micropython: Sequence[int],
) -> bytes:
    """The manifest of a board's code. Raises ManifestError where a node would not take it."""
    mpy_text, runtime = (" ".join(map(str, numbers)) for numbers in (mpy, micropython))
    return _proven(
        f"noctule-code 1\nversion {version}\nsequence {sequence}\nboard {board}\n"
        f"mpy {mpy_text}\nmicropython {runtime}\n{_file_lines(files)}"
    )


def node_text(
    files: Mapping[str, bytes], *, site: str, node: str, board: str, sequence: int
) -> bytes:
    """The manifest of a node's own files. `site`: its name as in the wiring. ManifestError."""
    return _proven(
        f"noctule-node 1\nsite {site}\nnode {node}\nboard {board}\nsequence {sequence}\n"
        f"{_file_lines(files)}"
    )


def _file_lines(files: Mapping[str, bytes]) -> str:
    return "".join(
        f"file {hashlib.sha256(files[path]).hexdigest()} {len(files[path])} {path}\n"
        for path in sorted(files)
    )


def _proven(text: str) -> bytes:
    return parse(text.encode()).text


def parse(text: bytes) -> Manifest:
    """Read a manifest. Raises ManifestError: nothing else than what is written above."""
    if len(text) > MOST_BYTES:
        raise ManifestError(0, f"{len(text)} > {MOST_BYTES}")
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError:
        raise ManifestError(0, "UTF-8") from None
    if lines.pop() != "":
        raise ManifestError(len(lines) + 1, "...")
    kind: Kind = "node" if lines and lines[0].startswith("noctule-node") else "code"
    said: dict[str, tuple[str, ...]] = {}
    head = _LINES[kind]
    for number, (name, pattern) in enumerate(head, 1):
        line = lines[number - 1] if number <= len(lines) else ""
        found = re.fullmatch(f"{name} {pattern}", line)
        if found is None:
            raise ManifestError(number, _short(line))
        said[name] = found.groups()
    site = said.get("site", ("",))[0]
    if site != " ".join(site.split()) or any(unicodedata.category(c) == "Cc" for c in site):
        raise ManifestError(2, _short(site))
    return Manifest(
        text,
        kind,
        int(said["sequence"][0]),
        said["board"][0],
        _files(kind, lines[len(head) :], len(head) + 1),
        said.get("version", ("",))[0],
        tuple(map(int, said.get("mpy", ()))),
        tuple(map(int, said.get("micropython", ()))),
        site,
        said.get("node", ("",))[0],
    )


def _files(kind: Kind, lines: Sequence[str], first: int) -> tuple[File, ...]:
    """The files of the lines from `first` on: sorted, each once, all that have to be there."""
    files: list[File] = []
    for number, line in enumerate(lines, first):
        found = _FILE.fullmatch(line)
        if found is None:
            raise ManifestError(number, _short(line))
        sha, size, path = found.groups()
        file = File(sha, int(size), path)
        most = OWN_FILES.get(path, -1)
        if kind == "code":
            most = LARGEST_FILE if _CODE_PATH.fullmatch(path) else -1
        if file.size > most or len(files) == MOST_FILES or (files and path <= files[-1].path):
            raise ManifestError(number, _short(line))
        files.append(file)
    there = {file.path for file in files}
    needed = _CODE_NEEDS if kind == "code" else tuple(OWN_FILES)
    missing = [path for path in needed if path not in there]
    if missing:
        raise ManifestError(first + len(files), f"- {', '.join(missing)}")
    return tuple(files)


def _short(line: str) -> str:
    return ascii(line)[1:-1][:60]
