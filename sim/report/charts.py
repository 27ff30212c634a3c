"""The report's charts: Altair describes them, vl-convert draws them, as SVG that stands inline.

Static SVG needs no script, prints, and is small. Colours are written as those of the light theme;
the style sheet turns each of them into its dark one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any, Final

import altair as alt
import vl_convert
from markupsafe import Markup, escape

from sim.report.profiles import Line, Profile, RealNight, clipped
from sim.report.speech import Speech
from sim.report.tonight import Sun

INK: Final = "#1b2430"
QUIET: Final = "#56616f"
GRID: Final = "#d8dee6"
NIGHT: Final = "#e6ebf4"
LIGHT: Final = "#f5c945"
EDGE: Final = "#8a5a00"
NO_MAINS: Final = "#c3c9d2"
PEOPLE: Final = "#1f5f99"
STRATEGIES: Final[Mapping[str, str]] = {
    "site": "#0b6bb0",
    "today": "#b3560b",
    "always_on": "#6a7280",
    "switch_off": "#7a3fa8",
}
SHAPES: Final[Mapping[str, str]] = {
    "site": "circle",
    "today": "diamond",
    "always_on": "square",
    "switch_off": "triangle-up",
}
COLOURS: Final = (INK, QUIET, GRID, NIGHT, LIGHT, EDGE, NO_MAINS, PEOPLE, *STRATEGIES.values())

Spec = dict[str, Any]
Rows = list[dict[str, object]]

SIGNS: Final[Mapping[str, str]] = {
    "site": "●",
    "today": "◆",
    "always_on": "■",
    "switch_off": "▲",
}
"""The shapes as characters, for a legend in the page."""

_WIDTH = 380
_WIDE = 800
_HOUR_MS = 3_600_000
_KINDS = ("walker", "cyclist", "car")


class Canvas:
    """What the charts of one night share: the stretch of time that they show.

    start, end: t, ms since 2000 UTC, whole hours from the night's local noon.
    """

    def __init__(self, speech: Speech, sun: Sun, start: int, end: int) -> None:
        self.speech = speech
        self.sun = sun
        self.start = start
        self.end = end
        self.width = self.hour(end)

    def hour(self, t: int) -> float:
        """Hours from the left."""
        return round((t - self.start) / _HOUR_MS, 5)

    def stretch(self, a: int, b: int) -> tuple[float, float] | None:
        """A stretch of time in hours from the left, as far as it is shown."""
        left, right = self.hour(max(a, self.start)), self.hour(min(b, self.end))
        return (left, right) if left < right else None

    def hours(self) -> dict[float, str]:
        """Labels for every so many hours on the wall, by hours from the left."""
        every = 2 if self.width <= 18 else 3 if self.width <= 20 else 4
        labels = {}
        for t in range(self.start, self.end + 1, _HOUR_MS // 4):
            at = self.speech.local(t)
            if at.minute == 0 and at.hour % every == 0:
                labels[self.hour(t)] = f"{at:%H:%M}"
        return labels

    def sky(self, low: float, high: float) -> dict[str, Rows]:
        """The stretch with the sun down, and when it sets and rises, in words above."""
        sun, speech = self.sun, self.speech
        dark = self.stretch(*sun.dark) if sun.dark else None
        night: Rows = [{"x": dark[0], "x2": dark[1], "y": low, "y2": high}] if dark else []
        marks = []
        for key, t in (("sunset", sun.sunset), ("sunrise", sun.sunrise)):
            if t is not None and self.start <= t <= self.end:
                text = speech.say(f"profiles.{key}", time=speech.clock(t, seconds=False))
                marks.append((self.hour(t), text))
        edges: Rows = [{"x": x, "y": low, "y2": high} for x, _ in marks]
        if sun.sunset is None and sun.sunrise is None:
            key = "profiles.no-sun-up" if sun.stays_up else "profiles.no-sun-down"
            marks.append((0.0, speech.say(key)))
        words: Rows = [{"x": x, "y": high, "text": text} for x, text in marks]
        # The words stand within the night, or outside of a short one.
        if len(marks) == 2 and marks[1][0] - marks[0][0] < 0.55 * self.width:
            words.reverse()
        return {"night": night, "edges": edges, "from-here": words[:1], "up-to-here": words[1:]}


def profile(canvas: Canvas, made: Profile, key: str, title: str, desc: str) -> Markup:
    """A program's night."""
    low = -26.0 if made.cuts else 0.0
    text = canvas.speech.say("profiles.no-mains")
    cuts: Rows = []
    for a, b in made.cuts:
        if shown := canvas.stretch(a, b):
            left, right = shown
            fits = (right - left) / canvas.width * _WIDTH > 7 * len(text)
            cuts.append(
                {
                    "x": left, "x2": right, "y": -24, "y2": -6,
                    "middle": (left + right) / 2, "text": text if fits else "",
                }
            )
    light = _corners(canvas, made.line)
    data = {**canvas.sky(low, 100.0), "light": light, "cuts": cuts, "people": []}
    spec = _night(canvas, data, low, {}, _WIDTH, 118 if made.cuts else 100)
    return _svg(spec, key, title, desc)


def real_night(canvas: Canvas, made: RealNight, key: str, title: str, desc: str) -> Markup:
    """One luminaire's night, with who crossed its zone."""
    kinds = [kind for kind in _KINDS if any(k == kind for _, k in made.passages)]
    low = -8.0 - 20.0 * len(kinds)
    row = {kind: -18.0 - 20.0 * n for n, kind in enumerate(kinds)}
    people: Rows = [{"x": canvas.hour(t), "y": row[kind]} for t, kind in made.passages]
    light = _corners(canvas, made.line)
    data = {**canvas.sky(low, 100.0), "light": light, "cuts": [], "people": people}
    names = {row[kind]: canvas.speech.say(f"kind.{kind}") for kind in kinds}
    spec = _night(canvas, data, low, names, _WIDE, 110 + 18 * len(kinds))
    return _svg(spec, key, title, desc)


def bars(
    values: Sequence[tuple[str, float | None]],
    name: Callable[[str], str],
    show: Callable[[float | None], str],
    most: float,
    key: str,
    title: str,
    desc: str,
) -> Markup:
    """A bar for each strategy, with its figure in words; `most` is the full width."""
    spec = deepcopy(_bars())
    spec["datasets"] = {
        "bars": [
            {
                "name": name(which),
                "value": value or 0.0,
                "text": show(value),
                "colour": STRATEGIES.get(which, QUIET),
            }
            for which, value in values
        ]
    }
    # Room on the right for the figure at the end of the longest bar.
    _first(spec, "x")["scale"] = {"domain": [0, (most or 1.0) * 1.35], "nice": False}
    spec |= {"width": _WIDTH, "height": 26 * len(values) + 8}
    return _svg(spec, key, title, desc)


def dots(
    rows: Sequence[tuple[str, str, float]],
    names: Mapping[str, str],
    streets: Sequence[str],
    labels: Mapping[float, str],
    key: str,
    title: str,
    desc: str,
) -> Markup:
    """A figure for each street and strategy: (street, strategy, value); shapes tell too."""
    spec = deepcopy(_dots())
    spec["datasets"] = {
        "dots": [{"street": s, "which": names[w], "value": v} for s, w, v in rows]
    }
    used = [which for which in names if any(w == which for _, w, _ in rows)]
    domain = [names[which] for which in used]
    _first(spec, "x").update(
        scale={"domain": [0, max(labels)], "nice": False}, axis=_axis(labels, grid=True)
    )
    _first(spec, "y")["sort"] = list(streets)
    _first(spec, "yOffset")["sort"] = domain
    for channel, look in (("color", STRATEGIES), ("shape", SHAPES)):
        default = QUIET if channel == "color" else "cross"
        _first(spec, channel)["scale"] = {
            "domain": domain, "range": [look.get(which, default) for which in used]
        }
    spec |= {"width": _WIDTH, "height": (10 * len(used) + 8) * len(streets)}
    return _svg(spec, key, title, desc)


# ---- parts


def _corners(canvas: Canvas, line: Line) -> Rows:
    return [
        {"x": canvas.hour(t), "y": round(level, 2), "zero": 0}
        for t, level in clipped(line, canvas.start, canvas.end)
    ]


def _axis(labels: Mapping[float, str], **more: object) -> Spec:
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


def _first(spec: Spec, channel: str) -> Spec:
    """A channel's encoding in the first layer: it sets scale and axis for all of them."""
    found: Spec = spec["layer"][0]["encoding"][channel]
    return found


def _night(
    canvas: Canvas,
    data: Mapping[str, Rows],
    low: float,
    rows: Mapping[float, str],
    width: int,
    height: int,
) -> Spec:
    """A chart of level against time; rows: names on the axis of levels, below nought."""
    spec = deepcopy(_night_template())
    spec["datasets"] = data
    _first(spec, "x").update(
        scale={"domain": [0, canvas.width], "nice": False},
        axis=_axis(canvas.hours(), labelFlush=True),
    )
    _first(spec, "y").update(
        scale={"domain": [low, 100], "nice": False},
        axis=_axis(
            {0: "0", 50: "50", 100: canvas.speech.percent(100), **rows}, domain=False
        ),
    )
    return spec | {"width": width, "height": height}


# Altair checks and copies much, so that a chart is described once and its data come later.


@cache
def _night_template() -> Spec:
    x, y, x2, y2 = alt.X("x:Q", title=None), alt.Y("y:Q", title=None), alt.X2("x2"), alt.Y2("y2")
    text = {"baseline": "middle", "dy": -7, "color": QUIET, "fontSize": 11}
    return _described(
        _of("night").mark_rect(color=NIGHT).encode(x, y, x2, y2),
        _of("edges").mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x, y, y2),
        _of("from-here").mark_text(align="left", **text).encode(x, y, text="text:N"),
        _of("up-to-here").mark_text(align="right", **text).encode(x, y, text="text:N"),
        _of("light")
        .mark_area(color=LIGHT, opacity=1, line={"color": EDGE, "strokeWidth": 1.3})
        .encode(x, y, y2=alt.Y2("zero")),
        _of("cuts").mark_rect(color=NO_MAINS).encode(x, y, x2, y2),
        _of("cuts")
        .mark_text(baseline="middle", dy=-9, color=INK, fontSize=11)
        .encode(x=alt.X("middle:Q", title=None), y=y, text="text:N"),
        _of("people")
        .mark_tick(orient="vertical", color=PEOPLE, thickness=1, size=9, opacity=1)
        .encode(x, y),
    )


@cache
def _bars() -> Spec:
    x = alt.X("value:Q", axis=None)
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, domain=False, labelLimit=150))
    return _described(
        _of("bars").mark_bar(size=16).encode(x, y, color=alt.Color("colour:N", scale=None)),
        _of("bars")
        .mark_text(align="left", dx=5, color=INK, fontWeight="bold", fontSize=12)
        .encode(x, y, text="text:N"),
    )


@cache
def _dots() -> Spec:
    axis = alt.Axis(title=None, labelLimit=150, grid=True, ticks=False, domain=False)
    return _described(
        _of("dots")
        .mark_point(filled=True, size=62, opacity=1)
        .encode(
            x=alt.X("value:Q", title=None),
            y=alt.Y("street:N", axis=axis),
            color=alt.Color("which:N", legend=None),
            shape=alt.Shape("which:N", legend=None),
            # Side by side: equal figures must not hide one another.
            yOffset=alt.YOffset("which:N"),
        ),
    )


def _of(name: str) -> Any:
    """A chart of the data of that name."""
    return alt.Chart(alt.NamedData(name=name))


def _described(*layers: Any) -> Spec:
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


def _svg(spec: Spec, key: str, title: str, desc: str) -> Markup:
    return _inline(vl_convert.vegalite_to_svg(spec), key, title, desc)


_ROOT = re.compile(r'<svg[^>]*?width="([0-9.]+)"[^>]*?viewBox="([^"]*)"[^>]*>')
_NOISE = re.compile(
    r' (?:aria-[a-z]+|role|class|pointer-events|font-family|stroke-miterlimit)="[^"]*"'
    r'| opacity="1"| fill-opacity="1"| font-weight="normal"'
)
_EMPTY = re.compile(
    r'<path[^>]* d=""[^>]*/>|<path[^>]*d="M0,0h0v0h0Z"[^>]*/>|<rect[^>]*"transparent"/>|<g></g>'
)
_TAG = re.compile(r"<[^>]*>")
_FRACTION = re.compile(r"(\.[0-9]{2})[0-9]+")


def _plain(tag: re.Match[str]) -> str:
    """A tag without what a page does not need. Only tags: the text between is people's own."""
    text = _FRACTION.sub(r"\1", _NOISE.sub("", tag[0]))
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
