"""What keeps a file from being read at all: its encoding, and TOML that is not TOML."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sim.site.document import DocumentError, parse
from sim.writing.corrections import Change, finding_of

_SYNTAX_STEPS: Final = 200
_LINE_MOST: Final = 2000  # characters of a line that is looked into

# --- the encoding --------------------------------------------------------------------------------

# What French, and its neighbours, write: other characters would mean another encoding.
_WESTERN = re.compile(
    "[\n\r\t -~\u00a0-\u00ff\u0152\u0153\u0178\u20ac\u2013\u2014\u2018\u2019\u201c\u201d\u2026]*"
)
_UTF8_PAIR = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def in_utf8(data: bytes, file: str) -> tuple[bytes, list[Change]]:
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
    return text.encode(), [Change(finding_of(found, file), name, "UTF-8")]


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
TRUE = frozenset(("true", "yes", "oui", "vrai"))
FALSE = frozenset(("false", "no", "non", "faux"))


def in_toml(data: bytes, file: str, changes: list[Change]) -> bytes:
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
        changes.append(Change(finding_of(found, file), line.strip(), mended.strip()))
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
        if text.lower() not in TRUE | FALSE and _WORD.fullmatch(text) and '"' not in rest[:1]:
            return f'{line[:start]}"{text}"{rest}'
    return None
