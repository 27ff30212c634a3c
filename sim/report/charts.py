"""The report's charts: a night as a line of levels, and figures side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache

import altair as alt
from markupsafe import Markup

from sim.report.drawing import (
    ALARM,
    BROKEN,
    EDGE,
    INK,
    LIGHT,
    NIGHT,
    NO_MAINS,
    PEOPLE,
    QUIET,
    SHAPES,
    STRATEGIES,
    Rows,
    Spec,
    axis,
    described,
    encoding,
    of,
    svg,
)
from sim.report.incidents import Incident
from sim.report.profiles import Line, Profile, RealNight, clipped, window_of
from sim.report.speech import Speech
from sim.report.tonight import Sun

WIDTH = 380
WIDE = 800
_HOUR_MS = 3_600_000
_MINUTE_MS = 60_000
_LABELS = ((2, 10), (18, 120), (20, 180), (100, 240))
"""Up to so many hours, a label every so many minutes."""
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
        minutes = next(m for hours, m in _LABELS if self.width <= hours)
        labels = {}
        for t in range(self.start, self.end + 1, min(minutes, 15) * _MINUTE_MS):
            at = self.speech.local(t)
            if (at.hour * 60 + at.minute) % minutes == 0:
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
            fits = (right - left) / canvas.width * WIDTH > 7 * len(text)
            cuts.append(
                {
                    "x": left, "x2": right, "y": -24, "y2": -6,
                    "middle": (left + right) / 2, "text": text if fits else "",
                }
            )
    light = _corners(canvas, made.line)
    data = {**canvas.sky(low, 100.0), "light": light, "cuts": cuts}
    spec = _night(canvas, data, low, {}, WIDTH, 118 if made.cuts else 100)
    return svg(spec, key, title, desc)


def real_night(canvas: Canvas, made: RealNight, key: str, title: str, desc: str) -> Markup:
    """One luminaire's night, with who crossed its zone."""
    kinds = [kind for kind in _KINDS if any(k == kind for _, k in made.passages)]
    low = -8.0 - 20.0 * len(kinds)
    row = {kind: -18.0 - 20.0 * n for n, kind in enumerate(kinds)}
    people: Rows = [{"x": canvas.hour(t), "y": row[kind]} for t, kind in made.passages]
    light = _corners(canvas, made.line)
    data = {**canvas.sky(low, 100.0), "light": light, "people": people}
    names = {row[kind]: canvas.speech.say(f"kind.{kind}") for kind in kinds}
    spec = _night(canvas, data, low, names, WIDE, 110 + 18 * len(kinds))
    return svg(spec, key, title, desc)


def incident(speech: Speech, made: Incident, key: str, title: str, desc: str) -> Markup:
    """A luminaire's night with a fault (the area), and as it would have been (the line)."""
    world, line, sound = made.night, made.line, made.sound
    assert world is not None and line is not None and sound is not None
    sun = Sun(world.start, world.end, world.dusk, None, None, None, world.dawn, False)
    start, end = window_of(sun, [line, sound])
    canvas = Canvas(speech, sun, min(start, made.t), end)
    data: dict[str, Rows] = {
        **canvas.sky(0.0, 100.0),
        "light": _corners(canvas, line),
        "sound": _corners(canvas, sound),
        "mark": [{"x": canvas.hour(made.t), "y": 0, "y2": 100}],
    }
    spec = _night(canvas, data, 0.0, {}, WIDTH, 110)
    return svg(spec, key, title, desc)


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
    encoding(spec, "x")["scale"] = {"domain": [0, (most or 1.0) * 1.35], "nice": False}
    spec |= {"width": WIDTH, "height": 26 * len(values) + 8}
    return svg(spec, key, title, desc)


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
    encoding(spec, "x").update(
        scale={"domain": [0, max(labels)], "nice": False}, axis=axis(labels, grid=True)
    )
    encoding(spec, "y")["sort"] = list(streets)
    encoding(spec, "yOffset")["sort"] = domain
    for channel, look in (("color", STRATEGIES), ("shape", SHAPES)):
        default = QUIET if channel == "color" else "triangle-left"
        encoding(spec, channel)["scale"] = {
            "domain": domain, "range": [look.get(which, default) for which in used]
        }
    spec |= {"width": WIDTH, "height": (10 * len(used) + 8) * len(streets)}
    return svg(spec, key, title, desc)


# ---- parts


def _corners(canvas: Canvas, line: Line) -> Rows:
    return [
        {"x": canvas.hour(t), "y": round(level, 2), "zero": 0}
        for t, level in clipped(line, canvas.start, canvas.end)
    ]


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
    spec["datasets"] = {"cuts": [], "people": [], "sound": [], "mark": [], **data}
    encoding(spec, "x").update(
        scale={"domain": [0, canvas.width], "nice": False},
        axis=axis(canvas.hours(), labelFlush=True),
    )
    encoding(spec, "y").update(
        scale={"domain": [low, 100], "nice": False},
        axis=axis(
            {0: "0", 50: "50", 100: canvas.speech.percent(100), **rows}, domain=False
        ),
    )
    return spec | {"width": width, "height": height}


# Altair checks and copies much, so that a chart is described once and its data come later.


@cache
def _night_template() -> Spec:
    x, y, x2, y2 = alt.X("x:Q", title=None), alt.Y("y:Q", title=None), alt.X2("x2"), alt.Y2("y2")
    text = {"baseline": "middle", "dy": -7, "color": QUIET, "fontSize": 11}
    return described(
        of("night").mark_rect(color=NIGHT).encode(x, y, x2, y2),
        of("edges").mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x, y, y2),
        of("from-here").mark_text(align="left", **text).encode(x, y, text="text:N"),
        of("up-to-here").mark_text(align="right", **text).encode(x, y, text="text:N"),
        of("light")
        .mark_area(color=LIGHT, opacity=1, line={"color": EDGE, "strokeWidth": 1.3})
        .encode(x, y, y2=alt.Y2("zero")),
        of("cuts").mark_rect(color=NO_MAINS).encode(x, y, x2, y2),
        of("cuts")
        .mark_text(baseline="middle", dy=-9, color=INK, fontSize=11)
        .encode(x=alt.X("middle:Q", title=None), y=y, text="text:N"),
        of("sound")
        .mark_line(color=INK, strokeWidth=1.4, strokeDash=[4, 3], **BROKEN)
        .encode(x, y),
        of("mark").mark_rule(color=ALARM, strokeWidth=2).encode(x, y, y2),
        of("people")
        .mark_tick(orient="vertical", color=PEOPLE, thickness=1, size=9, opacity=1)
        .encode(x, y),
    )


@cache
def _bars() -> Spec:
    x = alt.X("value:Q", axis=None)
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, domain=False, labelLimit=150))
    return described(
        of("bars").mark_bar(size=16).encode(x, y, color=alt.Color("colour:N", scale=None)),
        of("bars")
        .mark_text(align="left", dx=5, color=INK, fontWeight="bold", fontSize=12)
        .encode(x, y, text="text:N"),
    )


@cache
def _dots() -> Spec:
    axis = alt.Axis(title=None, labelLimit=150, grid=True, ticks=False, domain=False)
    return described(
        of("dots")
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
