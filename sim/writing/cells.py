"""What a cell of a list says: numbers, watts, kinds of lamps and points as people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Final

from sim.site import limits


def clean(value: object, most: int = limits.TEXT_LENGTH) -> str:
    """Give any value as one line of printable text, at most so many characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = f"{value:.12g}" if math.isfinite(value) else ""
    elif isinstance(value, int):
        text = str(value) if abs(value) < 10**18 else ""
    elif isinstance(value, str):
        text = value
    else:
        return ""
    text = text[: most * 4]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:most].rstrip()


def plain(text: str) -> str:
    """Give a text in lower case without accents."""
    text = text.lower().replace("\u0153", "oe").replace("\u00e6", "ae").replace("\u00b0", " ")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def commonest(values: Iterable[str]) -> str:
    """Give the commonest text that is not empty, or nothing."""
    counts: Counter[str] = Counter(value for value in values if value)
    return counts.most_common(1)[0][0] if counts else ""


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")


def number(text: str) -> float | None:
    """Read a number as people write them: ``43``, ``43,5``, ``6 712 345,2``, ``1,234.5``."""
    text = text.strip().replace("\u2212", "-")
    text = re.sub(r"(?<=[0-9])[ '](?=[0-9]{3}(?![0-9]))", "", text)
    if "," in text:
        if text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        elif text.rfind(",") > text.rfind("."):
            text = text.replace(".", "").replace(",", ".")
        else:
            text = text.replace(",", "")
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


_WATTS = re.compile(
    r"(?:([0-9]{1,2})\s*[xX\u00d7*]\s*)?([0-9][0-9 ]*(?:[.,][0-9]+)?)\s*(?:[wW].*)?"
)


def watts(text: str) -> float | None:
    """Read a power: ``70``, ``70 W``, ``2x36``; None when it is missing or not plausible."""
    match = _WATTS.fullmatch(text.strip())
    value = number(match[2]) if match else None
    if match is None or value is None:
        return None
    value *= int(match[1] or 1)
    return round(value, 1) if 0.5 <= value <= 3000 else None


_KINDS: Final = (
    ("led", r"led|leds|diode\w*"),
    ("sodium", r"sodium|shp|hps|nav|son|sbp|lps|sap|st|sdt|shpi?\w*|nah\w*"),
    ("mercury", r"mercure|mercury|bf|hg|hql|hpl|hpm|vm|vapeur|ballons?|fluoballon"),
    ("halide", r"iodures?|iodure\w*|im|mh|hqi|hci|cdm\w*|cpo|cosmo\w*|cosmopolis|halide|mhl|hit"),
    ("fluorescent", r"fluo\w*|tubes?|tl|t5|t8|compacte?s?|lfc|cfl|pll?|plc|lbc"),
    ("halogen", r"halogenes?|halogen|incandescen\w*|hal"),
)
_KIND = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


@cache
def lamp_kind(text: str) -> str:
    """Give the kind of a lamp: a name of `_KINDS`, or nothing where the text does not say."""
    tokens = re.split(r"[^a-z]+", plain(text))
    for kind, pattern in _KIND:
        if any(pattern.fullmatch(token) for token in tokens if token):
            return kind
    return ""


_REMOVED = re.compile(
    r"(?<!non )(?<!pas )(?<!not )\b(?:(?:depose|supprime|enleve|abandonne|detruit)e?s?|removed|"
    r"decommissioned|demolished|dismantled)\b"
)
_OUT = re.compile(
    r"\b(?:hors[ -]?(?:service|usage|d[ ']usage)|hs|en panne|out of (?:service|order))\b"
)


@cache
def is_removed(text: str) -> bool:
    """Whether the state of a luminaire says that it is there no more."""
    return bool(_REMOVED.search(plain(text)))


@cache
def is_out(text: str) -> bool:
    """Whether the state of a luminaire says that it stands there and does not work."""
    return bool(_OUT.search(plain(text)))


_WKT = re.compile(
    r"(?:SRID=[0-9]+;)?\s*POINT\s*Z?M?\s*\(\s*(\S+)\s+([^\s)]+)[^)]*\)", re.IGNORECASE
)


def point_cell(text: str) -> tuple[float, float] | None:
    """Read a point in a cell, as (x, y): ``latitude, longitude``, or well-known text."""
    if match := _WKT.fullmatch(text):
        x, y = number(match[1]), number(match[2])
    else:
        parts = re.split(r"\s*[;,]\s*|\s+", text.strip("[]() "))
        if len(parts) != 2:
            return None
        y, x = number(parts[0]), number(parts[1])
    return None if x is None or y is None else (x, y)
