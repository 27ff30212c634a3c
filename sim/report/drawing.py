"""What every drawing of the report shares: colours, axes, and SVG that stands inline.

Altair describes a drawing, vl-convert draws it, once. Static SVG needs no script, prints, and is
small. Colours are written as those of the light theme; the style sheet turns each of them into
its dark one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import altair as alt
import vl_convert
from markupsafe import Markup, escape

INK: Final = "#1b2430"
QUIET: Final = "#56616f"
GRID: Final = "#d8dee6"
NIGHT: Final = "#e6ebf4"
LIGHT: Final = "#f5c945"
EDGE: Final = "#8a5a00"
NO_MAINS: Final = "#c3c9d2"
PEOPLE: Final = "#1f5f99"
STREET: Final = "#9aa5b3"
ALARM: Final = "#b3261e"
"""Works and events, calls, and faults."""

STRATEGIES: Final[Mapping[str, str]] = {
    "site": "#0b6bb0",
    "today": "#b3560b",
    "always_on": "#6a7280",
    "switch_off": "#7a3fa8",
    "dimming": "#0a756c",
    "presence": "#4b7a0c",
    "relight": "#bb1f5f",
}
SHAPES: Final[Mapping[str, str]] = {
    "site": "circle",
    "today": "diamond",
    "always_on": "square",
    "switch_off": "triangle-up",
    "dimming": "triangle-down",
    "presence": "cross",
    "relight": "triangle-right",
}
SIGNS: Final[Mapping[str, str]] = {
    "site": "●",
    "today": "◆",
    "always_on": "■",
    "switch_off": "▲",
    "dimming": "▼",
    "presence": "✚",
    "relight": "▶",
}
"""The shapes as characters, for a legend in the page."""

CIRCUITS: Final = (
    "#0b6bb0", "#b3560b", "#7a3fa8", "#4b7a0c", "#bb1f5f", "#0a756c", "#8a5a00", "#6a7280",
)  # fmt: skip
"""Colours of circuits on the plan, round and round; the legend and labels name them too."""

DARK: Final[Mapping[str, str]] = {
    INK: "#e8edf3",
    QUIET: "#a9b4c2",
    GRID: "#303b48",
    NIGHT: "#222e3d",
    LIGHT: "#d9ab2b",
    EDGE: "#ffdf8a",
    NO_MAINS: "#4a5563",
    PEOPLE: "#8cc4f5",
    STREET: "#66727f",
    ALARM: "#ff8a80",
    STRATEGIES["site"]: "#5cb3f0",
    STRATEGIES["today"]: "#f0a04b",
    STRATEGIES["always_on"]: "#a7b0bd",
    STRATEGIES["switch_off"]: "#c49af0",
    STRATEGIES["dimming"]: "#4fd1c5",
    STRATEGIES["presence"]: "#a3d65c",
    STRATEGIES["relight"]: "#f78bb8",
}
"""What each colour of the drawings becomes on a dark page."""

# A picture of the night is dark by day too: these are the same on any page.
SKY: Final = "#121a2b"
ROAD: Final = "#3c4a66"
CASING: Final = "#0b101a"
WAYS: Final[Mapping[str, str]] = {
    "walker": "#ffffff",
    "cyclist": "#7fe8b4",
    "car": "#8fc7ff",
}
CHALK: Final = "#e8edf3"
FIXED: Final = frozenset((SKY, ROAD, CASING, CHALK, *WAYS.values()))

Spec = dict[str, Any]
Rows = list[dict[str, object]]

def axis(labels: Mapping[float, str], **more: object) -> Spec:
    """An axis with these labels at these values, in words that the chart need not make."""
    # Keys as the expression's language writes its numbers.
    listed = json.dumps({repr(v).removesuffix(".0"): text for v, text in labels.items()})
    return {
        "values": list(labels),
        "labelExpr": f"({listed})[datum.value]",
        "tickCount": len(labels),  # or else Vega leaves some of them out
        "labelOverlap": False,
        "title": None,
        "grid": False,
        **more,
    }


def encoding(spec: Spec, channel: str) -> Spec:
    """A channel's encoding in the first layer: it sets scale and axis for all of them."""
    found: Spec = spec["layer"][0]["encoding"][channel]
    return found


def of(name: str) -> Any:
    """A chart of the data of that name."""
    return alt.Chart(alt.NamedData(name=name))


BROKEN: Final[Mapping[str, Any]] = {"order": False, "invalid": "break-paths-show-path-domains"}
"""How a line mark draws such data."""


def broken(lines: Iterable[Iterable[tuple[float, float]]]) -> Rows:
    """Lines as the data of one line with breaks, which makes one short path."""
    rows: Rows = []
    for line in lines:
        rows += [{"x": x, "y": y} for x, y in line]
        rows.append({"x": None, "y": None})
    return rows


def described(*layers: Any) -> Spec:
    """Layers as one drawing; its data come later, for Altair checks and copies much."""
    chart: Any = alt.layer(*layers).properties(
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    )
    spec: Spec = (
        chart.configure(
            font="sans-serif",
            aria=False,
            background="transparent",
            padding={"left": 2, "right": 4, "top": 4, "bottom": 2},
        )
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            labelFontSize=12,
            gridColor=GRID,
            domainColor=QUIET,
            tickColor=QUIET,
            tickSize=4,
        )
        .to_dict()
    )
    return spec


def svg(spec: Spec, key: str, title: str, desc: str) -> Markup:
    """A drawing as an element of the page. key: of this drawing alone; title, desc: its name and
    what it shows, for those who do not see it."""
    return _inline(_document(json.dumps(spec)), key, title, desc)


@lru_cache(maxsize=16)
def _document(spec: str) -> str:
    """The SVG; a drawing without words is the same in both languages."""
    return str(vl_convert.vegalite_to_svg(spec))


_ROOT = re.compile(r'<svg[^>]*?width="([0-9.]+)"[^>]*?viewBox="([^"]*)"[^>]*>')
_NOISE = re.compile(
    r' (?:aria-[a-z]+|role|class|pointer-events|font-family|stroke-miterlimit)="[^"]*"'
    r'| opacity="1"| fill-opacity="1"| font-weight="normal"'
)
_EMPTY = re.compile(
    r'<path[^>]* d=""[^>]*/>|<path[^>]*d="M0,0h0v0h0Z"[^>]*/>|<rect[^>]*"transparent"/>|<g></g>'
)
_TAG = re.compile(r"<[^>]*>")
_DOT = re.compile(r"M([-0-9.]+,[-0-9.]+)L\1(?=[M\"])")
_FRACTION = re.compile(r"(\.[0-9]{2})[0-9]+")


def _plain(tag: re.Match[str]) -> str:
    """A tag without what a page does not need. Only tags: the text between is people's own."""
    text = tag[0].replace("xlink:href=", "href=")
    if "href=" in text:  # a picture: its letters are not numbers
        return _NOISE.sub("", text)
    text = _FRACTION.sub(r"\1", _NOISE.sub("", text))
    text = _DOT.sub(r"M\1h0", text)
    if " id=" in text or "url(" in text:
        raise ValueError("a chart that refers to itself cannot stand twice in a page")
    return text


def _inline(svg: str, key: str, title: str, desc: str) -> Markup:
    """An SVG document as an element of a page: named, without what a page does not need."""
    head = _ROOT.search(svg)
    assert head is not None, "vl-convert gives width before viewBox"
    body = _TAG.sub(_plain, svg[head.end() :])
    before = ""
    while before != body:
        before, body = body, _EMPTY.sub("", body)
    return Markup(
        f'<svg role="img" aria-labelledby="{key}-t {key}-d" viewBox="{head[2]}" '
        f'style="max-width:{float(head[1]) * 1.35:.0f}px">'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(desc)}</desc>'
    ) + Markup(body)
