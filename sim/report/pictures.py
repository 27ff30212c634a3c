"""Light as colour: a year night by night, and a street through a night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

import altair as alt
from markupsafe import Markup

from sim.report.charts import WIDE, WIDTH, Canvas
from sim.report.drawing import (
    ALARM,
    BROKEN,
    CASING,
    PEOPLE,
    QUIET,
    STREET,
    WAYS,
    Rows,
    Spec,
    axis,
    broken,
    described,
    encoding,
    of,
    svg,
)
from sim.report.raster import png
from sim.report.speech import Speech
from sim.report.street import StreetNight
from sim.report.year import Picture, Year

_HOUR_PX = 8
_STRIP_PX = 12
_STRIPS: Mapping[str, str] = {
    "weekends": STREET,
    "holidays": PEOPLE,
    "school": QUIET,
    "events": ALARM,
    "calls": ALARM,
}


@dataclass(frozen=True, slots=True)
class Strip:
    """A row above a year's picture: `key` as in _STRIPS; spans: nights, from and up to."""

    key: str
    spans: Sequence[tuple[int, int]]


def year(
    speech: Speech,
    made: Year,
    picture: Picture,
    strips: Sequence[Strip],
    key: str,
    title: str,
    desc: str,
) -> Markup:
    """A kind's year: a column a night, from left to right, its evening at the top."""
    top, bottom = made.top / 60, made.bottom / 60
    row = _STRIP_PX / _HOUR_PX
    at = {strip.key: round(top - row * (n + 0.6), 3) for n, strip in enumerate(strips)}
    spec = deepcopy(_year_template())
    spec["datasets"] = {
        "picture": [
            {"x": 0, "x2": made.nights, "y": top, "y2": bottom, "url": png(picture.rows)}
        ],
        **{
            strip.key: broken(((a, at[strip.key]), (b, at[strip.key])) for a, b in strip.spans)
            for strip in strips
        },
        **{key: [] for key in _STRIPS if key not in at},
        "sun": _sun(made, made.sunset) + _sun(made, made.sunrise),
    }
    hours = {
        float(hour): f"{(12 + hour) % 24:02}:00" for hour in range(24) if top + 1 <= hour <= bottom
    }
    few = {hour: text for hour, text in hours.items() if hour % 4 == 0}
    names = {at[strip.key]: speech.say(f"year.{strip.key}") for strip in strips}
    encoding(spec, "x").update(
        scale={"domain": [0, made.nights], "nice": False}, axis=axis(_months(speech, made))
    )
    encoding(spec, "y").update(
        scale={"domain": [bottom, top - row * len(strips)], "nice": False, "zero": False},
        axis=axis({**few, **names}, domain=False, ticks=False),
    )
    height = (bottom - top) * _HOUR_PX + _STRIP_PX * len(strips)
    return svg(spec | {"width": WIDTH, "height": height}, key, title, desc)


def _months(speech: Speech, made: Year) -> dict[float, str]:
    """Every other month, at its first night."""
    found = {}
    for night in range(made.nights):
        date = made.date(night)
        if date.day == 1 and (date.month % 2 or made.nights < 100):
            found[float(night)] = speech.calendar_date(date, "LLL")
    return found


def _sun(made: Year, minutes: Sequence[int | None]) -> Rows:
    """Sunset or sunrise through the year: a point a week, and both sides of a jump."""
    rows: Rows = []
    for night, minute in enumerate(minutes):
        near = [m for m in minutes[max(0, night - 1) : night + 2] if m is not None]
        jump = max(near, default=0) - min(near, default=0) > 30
        if minute is None or minute > made.bottom or minute < made.top:
            rows.append({"x": None, "y": None})
        elif night % 7 == 0 or jump or night == made.nights - 1:
            rows.append({"x": night + 0.5, "y": round(minute / 60, 2)})
    return [*rows, {"x": None, "y": None}]


def street(
    canvas: Canvas, made: StreetNight, wide: bool, key: str, title: str, desc: str
) -> Markup:
    """A street through the canvas's stretch of time: position upwards, people as lines."""
    length = made.length_m
    spec = deepcopy(_street_template(1.6 if wide else 0.7, 1.4 if wide else 0.6))
    ways = {kind: _ways(canvas, made, kind) for kind in WAYS}
    spec["datasets"] = {
        "picture": [
            {
                "x": 0, "x2": canvas.width, "y": length, "y2": 0,
                "url": png(made.rows(canvas.start, canvas.end)),
            }
        ],
        **ways,
        "asked": [
            {"x": canvas.hour(t), "y": 0.0, "y2": length}
            for t in made.requests
            if canvas.start <= t < canvas.end
        ],
    }  # fmt: skip
    encoding(spec, "x").update(
        scale={"domain": [0, canvas.width], "nice": False},
        axis=axis(canvas.hours(), labelFlush=True),
    )
    step = next(s for s in (25, 50, 100, 250, 500, 1000, 5000, 10_000) if length / s <= 5)
    metres = {float(m): canvas.speech.unit(m, "m") for m in range(0, int(length) + 1, step)}
    encoding(spec, "y").update(
        scale={"domain": [0, length], "nice": False}, axis=axis(metres, domain=False)
    )
    return svg(spec | {"width": WIDE, "height": 190}, key, title, desc)


def _ways(canvas: Canvas, made: StreetNight, kind: str) -> Rows:
    lines = []
    for way in made.ways:
        if way.kind != kind or way.end <= canvas.start or way.start >= canvas.end:
            continue
        # Only what is shown: a drawing is not cut at its edges.
        ends = []
        for t in (max(way.start, canvas.start), min(way.end, canvas.end)):
            share = (t - way.start) / (way.end - way.start)
            ends.append((canvas.hour(t), round(way.from_m + (way.to_m - way.from_m) * share, 1)))
        lines.append(ends)
    return broken(lines)


@cache
def _year_template() -> Spec:
    x, y = alt.X("x:Q", title=None), alt.Y("y:Q", title=None)
    x2, y2 = alt.X2("x2"), alt.Y2("y2")
    return described(
        of("picture").mark_image(aspect=False).encode(x, y, x2, y2, url="url:N"),
        of("sun")
        .mark_line(color=QUIET, strokeWidth=1, **BROKEN)
        .encode(x, y),
        *(
            of(name)
            .mark_line(color=colour, strokeWidth=7, **BROKEN)
            .encode(x, y)
            for name, colour in _STRIPS.items()
        ),
    )


@cache
def _street_template(width: float, casing: float) -> Spec:
    x, y = alt.X("x:Q", title=None), alt.Y("y:Q", title=None)
    x2, y2 = alt.X2("x2"), alt.Y2("y2")
    lines = []
    for kind, colour in WAYS.items():
        dash = {"strokeDash": [5, 3]} if kind == "cyclist" else {}
        for ink, more, style in ((CASING, casing, {}), (colour, 0.0, dash)):
            mark = of(kind).mark_line(color=ink, strokeWidth=width + more, **BROKEN, **style)
            lines.append(mark.encode(x, y))
    return described(
        of("picture").mark_image(aspect=False).encode(x, y, x2, y2, url="url:N"),
        *lines,
        of("asked").mark_rule(color="#ffffff", strokeWidth=2).encode(x, y, y2),
    )
