"""The report's charts: Altair describes them, vl-convert draws them, as SVG that stands inline.

Static SVG needs no script, prints, and is small. Colours are written as those of the light theme;
the style sheet turns each of them into its dark one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

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

Align = Literal["left", "center", "right"]

_WIDTH = 380
_HOUR_MS = 3_600_000
_KINDS = ("walker", "cyclist", "car")

alt.data_transformers.disable_max_rows()


class Canvas:
    """What the charts of one night share: the stretch of time that they show.

    start, end: t, ms since 2000 UTC, whole hours from the night's local noon.
    """

    def __init__(self, speech: Speech, sun: Sun, start: int, end: int) -> None:
        self.speech = speech
        self.sun = sun
        self.start = start
        self.end = end

    def hour(self, t: int) -> float:
        """Hours from the left."""
        return round((t - self.start) / _HOUR_MS, 5)

    def clipped(self, a: int, b: int) -> tuple[float, float]:
        """A stretch of time in hours from the left, within what is shown."""
        return self.hour(max(a, self.start)), self.hour(min(b, self.end))

    def axis(self) -> alt.X:
        """The axis of local time: a label every two or three hours of the clock on the wall."""
        span = (self.end - self.start) // _HOUR_MS
        every = 2 if span <= 18 else 3
        labels: dict[str, str] = {}
        for t in range(self.start, self.end + 1, _HOUR_MS // 4):
            at = self.speech.local(t)
            if at.minute == 0 and at.hour % every == 0:
                labels[f"{self.hour(t):g}"] = f"{at:%H:%M}"
        return alt.X(
            "x:Q",
            scale=alt.Scale(domain=[0, self.hour(self.end)], nice=False),
            axis=alt.Axis(
                values=[float(x) for x in labels],
                labelExpr=f"({json.dumps(labels)})[format(datum.value, '~g')]",
                title=None,
                grid=False,
                labelFlush=True,
            ),
        )

    def background(self, low: float, high: float) -> list[alt.Chart]:
        """The stretch with the sun down, and when it sets and rises, in words above."""
        layers = []
        sun, speech = self.sun, self.speech
        if sun.dark is not None:
            left, right = self.clipped(*sun.dark)
            layers.append(
                _chart([{"x": left, "x2": right, "y": low, "y2": high}])
                .mark_rect(color=NIGHT)
                .encode(self.axis(), x2="x2:Q", y=_level(low, high), y2="y2:Q")
            )
        marks: list[tuple[float, str, Align]] = []
        if sun.sunset is not None and self.start <= sun.sunset <= self.end:
            text = speech.say("profiles.sunset", time=speech.clock(sun.sunset, seconds=False))
            marks.append((self.hour(sun.sunset), text, "left"))
        if sun.sunrise is not None and self.start <= sun.sunrise <= self.end:
            text = speech.say("profiles.sunrise", time=speech.clock(sun.sunrise, seconds=False))
            marks.append((self.hour(sun.sunrise), text, "right"))
        if sun.sunset is None and sun.sunrise is None:
            key = "profiles.no-sun-up" if sun.stays_up else "profiles.no-sun-down"
            marks.append((0.0, speech.say(key), "left"))
        crowded = len(marks) == 2 and marks[1][0] - marks[0][0] < self.hour(self.end) / 2
        for n, (x, text, align) in enumerate(marks):
            if crowded:  # a short night: the words go outwards
                align = "left" if n else "right"
            if x:
                layers.append(
                    _chart([{"x": x}])
                    .mark_rule(color=QUIET, strokeDash=[3, 3])
                    .encode(self.axis(), y=alt.datum(low), y2=alt.datum(high))
                )
            layers.append(_text(x, high, text, self.axis(), align=align, dy=-7, color=QUIET))
        return layers


def profile(canvas: Canvas, made: Profile, key: str, title: str, desc: str) -> Markup:
    """A program's night."""
    speech = canvas.speech
    low = -26.0 if made.cuts else 0.0
    layers = canvas.background(low, 100.0)
    layers.append(_light(canvas, made.line, low))
    for cut in made.cuts:
        left, right = canvas.clipped(*cut)
        if left >= right:
            continue
        layers.append(
            _chart([{"x": left, "x2": right, "y": -24, "y2": -6}])
            .mark_rect(color=NO_MAINS)
            .encode(canvas.axis(), x2="x2:Q", y=_level(low, 100.0), y2="y2:Q")
        )
        text = speech.say("profiles.no-mains")
        if (right - left) / canvas.hour(canvas.end) * _WIDTH > 7 * len(text):
            layers.append(
                _text((left + right) / 2, -15, text, canvas.axis(), align="center", color=INK)
            )
    return _svg(layers, key, title, desc, 118 if made.cuts else 100)


def real_night(canvas: Canvas, made: RealNight, key: str, title: str, desc: str) -> Markup:
    """One luminaire's night, with who crossed its zone."""
    kinds = [kind for kind in _KINDS if any(k == kind for _, k in made.passages)]
    low = -8.0 - 20.0 * len(kinds)
    layers = canvas.background(low, 100.0)
    layers.append(_light(canvas, made.line, low))
    for row, kind in enumerate(kinds):
        y = -18.0 - 20.0 * row
        ticks = [{"x": canvas.hour(t), "y": y} for t, k in made.passages if k == kind]
        layers.append(
            _chart(ticks)
            .mark_tick(orient="vertical", color=PEOPLE, thickness=1, size=9)
            .encode(canvas.axis(), y=_level(low, 100.0))
        )
    axis = {str(-18 - 20 * row): canvas.speech.say(f"kind.{k}") for row, k in enumerate(kinds)}
    return _svg(layers, key, title, desc, 110 + 18 * len(kinds), 800, axis)


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
    rows = [
        {"name": name(which), "value": value or 0.0, "text": show(value), "which": which}
        for which, value in values
    ]
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, domain=False, labelLimit=150))
    # Room on the right for the figure at the end of the longest bar.
    x = alt.X(
        "value:Q", scale=alt.Scale(domain=[0, (most or 1.0) * 1.32], nice=False), axis=None
    )
    colours = [STRATEGIES.get(which, QUIET) for which, _ in values]
    bar = (
        _chart(rows)
        .mark_bar(size=16)
        .encode(
            x,
            y,
            color=alt.Color(
                "which:N",
                scale=alt.Scale(domain=[which for which, _ in values], range=colours),
                legend=None,
            ),
        )
    )
    words = (
        _chart(rows)
        .mark_text(align="left", dx=5, color=INK, fontWeight="bold")
        .encode(x, y, text="text:N")
    )
    return _svg([bar, words], key, title, desc, 26 * len(rows) + 8)


def dots(
    rows: Sequence[tuple[str, str, float]],
    names: Mapping[str, str],
    streets: Sequence[str],
    axis_labels: Mapping[float, str],
    key: str,
    title: str,
    desc: str,
) -> Markup:
    """A figure for each street and strategy: (street, strategy, value); shapes tell too."""
    used = [which for which in names if any(w == which for _, w, _ in rows)]
    data = [{"street": s, "which": names[w], "value": v} for s, w, v in rows]
    domain = [names[which] for which in used]
    labels = {f"{value:g}": text for value, text in axis_labels.items()}
    x = alt.X(
        "value:Q",
        scale=alt.Scale(domain=[0, max(axis_labels)], nice=False),
        axis=alt.Axis(
            values=list(axis_labels),
            labelExpr=f"({json.dumps(labels)})[format(datum.value, '~g')]",
            title=None,
        ),
    )
    y = alt.Y(
        "street:N",
        sort=list(streets),
        axis=alt.Axis(title=None, labelLimit=150, grid=True, ticks=False, domain=False),
    )
    legend = alt.Legend(title=None, orient="top", columns=2, labelLimit=200, symbolSize=70)
    marks = (
        _chart(data)
        .mark_point(filled=True, size=62, opacity=1)
        .encode(
            x,
            y,
            color=alt.Color(
                "which:N",
                scale=alt.Scale(domain=domain, range=[STRATEGIES.get(w, QUIET) for w in used]),
                legend=legend,
            ),
            shape=alt.Shape(
                "which:N",
                scale=alt.Scale(domain=domain, range=[SHAPES.get(w, "cross") for w in used]),
                legend=legend,
            ),
        )
    )
    return _svg([marks], key, title, desc, 26 * len(streets) + 10)


# ---- parts


def _chart(values: Sequence[Mapping[str, object]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[dict(value) for value in values]))


def _level(low: float, high: float) -> alt.Y:
    return alt.Y("y:Q", scale=alt.Scale(domain=[low, high], nice=False))


def _light(canvas: Canvas, line: Line, low: float) -> alt.Chart:
    """The area under a light's level, and its edge."""
    corners = [
        {"x": canvas.hour(t), "y": round(level, 2), "zero": 0.0}
        for t, level in clipped(line, canvas.start, canvas.end)
    ]
    return (
        _chart(corners)
        .mark_area(
            color=LIGHT, opacity=1, line={"color": EDGE, "strokeWidth": 1.3}, interpolate="linear"
        )
        .encode(canvas.axis(), y=_level(low, 100.0), y2="zero:Q")
    )


def _text(
    x: float, y: float, text: str, axis: alt.X, *, align: Align, color: str, dy: float = 0
) -> alt.Chart:
    return (
        _chart([{"x": x, "y": y, "text": text}])
        .mark_text(align=align, baseline="middle", dy=dy, color=color, fontSize=11)
        .encode(axis, y="y:Q", text="text:N")
    )


def _svg(
    layers: Sequence[alt.Chart],
    key: str,
    title: str,
    desc: str,
    height: int,
    width: int = _WIDTH,
    rows: Mapping[str, str] | None = None,
) -> Markup:
    """Draw it. rows: names of rows below a level axis, by their y; None: not such an axis."""
    chart: Any = alt.layer(*layers).properties(
        width=width, height=height
    )
    chart = chart.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    spec: dict[str, Any] = (
        chart.configure(
            font="sans-serif", aria=False, background="transparent", padding={
                "left": 2, "right": 4, "top": 4, "bottom": 2
            }
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
        .configure_legend(labelColor=INK, labelFontSize=12)
        .to_dict()
    )
    _level_axis(spec, rows)
    return _inline(vl_convert.vegalite_to_svg(spec), key, title, desc)


def _level_axis(spec: dict[str, Any], rows: Mapping[str, str] | None) -> None:
    """Give the axis of levels its labels: 0, 50 and 100, then what stands below nought."""
    for layer in spec["layer"]:
        y = layer["encoding"].get("y", {})
        if y.get("field") != "y":
            continue
        labels = {"0": "0", "50": "50", "100": "100 %", **(rows or {})}
        y["axis"] = {
            "values": [float(value) for value in labels],
            "labelExpr": f"({json.dumps(labels)})[format(datum.value, '~g')]",
            "title": None,
            "grid": False,
            "domain": False,
        }


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
