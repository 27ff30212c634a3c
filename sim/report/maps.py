"""The site from above: its plan, and its light at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import altair as alt
from markupsafe import Markup

from sim.report.drawing import (
    BROKEN,
    CASING,
    CHALK,
    CIRCUITS,
    INK,
    QUIET,
    ROAD,
    SKY,
    STREET,
    WAYS,
    Rows,
    Spec,
    broken,
    described,
    encoding,
    of,
    svg,
)
from sim.report.plan import Plan, Point
from sim.report.raster import colour
from sim.report.speech import Speech

_RINGS = ((30, 0.10), (19, 0.16), (11, 0.30))
"""A glow: points across at full light, and how much of it one sees."""
_GLOWING = 2000
"""Of more luminaires the dots are enough."""
_LEVELS = (0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)


def site_plan(
    speech: Speech, made: Plan, circuits: Sequence[int], key: str, title: str, desc: str
) -> Markup:
    """Streets as lines, luminaires as dots. circuits: each luminaire's, by number."""
    data = _ground(speech, made)
    places: list[list[Point]] = [[] for _ in CIRCUITS]
    for at, i in zip(made.lamps, made.of, strict=True):
        places[circuits[i] % len(CIRCUITS)].append(at)
    data |= {f"circuit-{number}": _dots(those) for number, those in enumerate(places)}
    return _drawn(_plan_template(), made, data, key, title, desc)


def moment(
    speech: Speech,
    made: Plan,
    levels: Sequence[float],
    people: Sequence[tuple[str, Point]],
    key: str,
    title: str,
    desc: str,
) -> Markup:
    """The light of each luminaire (percent), and people by kind, on the plan at night."""
    data = _ground(speech, made)
    data["sky"] = [{"x": 0, "y": 0, "x2": made.width, "y2": made.height}]
    places: dict[int, list[Point]] = {level: [] for level in _LEVELS}
    for at, i in zip(made.lamps, made.of, strict=True):
        places[_nearest(levels[i])].append(at)
    data |= {f"lamp-{level}": _dots(those) for level, those in places.items()}
    few = len(made.lamps) <= _GLOWING
    data |= {f"glow-{level}": _dots(those if few else ()) for level, those in places.items()}
    for kind in WAYS:
        data[kind] = [{"x": x, "y": y} for k, (x, y) in people if k == kind]
    return _drawn(_moment_template(), made, data, key, title, desc)


def _nearest(level: float) -> int:
    """The step of _LEVELS for a level; what is lit at all is never off."""
    return min(_LEVELS[1:], key=lambda step: abs(step - level)) if level > 0 else 0


# ---- parts


@cache
def _plan_template() -> Spec:
    lamps = [_line(f"circuit-{n}", ink, 8.0, "round") for n, ink in enumerate(CIRCUITS)]
    streets, *rest = _ground_layers(STREET, 3.0, INK, QUIET)
    return described(streets, *lamps, *rest)


@cache
def _moment_template() -> Spec:
    x, y = alt.X("x:Q", axis=None), alt.Y("y:Q", axis=None)
    streets, *rest = _ground_layers(ROAD, 5.0, CHALK, CHALK)
    glows = [
        _line(
            f"glow-{level}", colour(level), across * (0.35 + 0.65 * level / 100), "round", share
        )
        for across, share in _RINGS
        for level in _LEVELS[1:]
    ]
    lamps = [_line(f"lamp-{level}", colour(level), 5.0, "round") for level in _LEVELS[1:]]
    people = [
        of(kind)
        .mark_point(
            shape=shape, filled=True, fill=ink, stroke=CASING, strokeWidth=1.5, size=70, opacity=1
        )
        .encode(x, y)
        for (kind, ink), shape in zip(
            WAYS.items(), ("circle", "diamond", "square"), strict=True
        )
    ]
    return described(
        of("sky").mark_rect(color=SKY, cornerRadius=6).encode(x, y, alt.X2("x2"), alt.Y2("y2")),
        streets,
        *glows,
        _line("lamp-0", CHALK, 5.6, "round"),
        _line("lamp-0", SKY, 4.0, "round"),
        *lamps,
        *people,
        *rest,
    )


def _ground(speech: Speech, made: Plan) -> dict[str, Rows]:
    """The data of streets, names, the scale and what is cut out."""
    metres = next((m for m in (1000, 500, 200, 100, 50, 20, 10) if m * made.scale <= 120), 5)
    low = made.height - 8.0
    end = 10 + metres * made.scale
    return {
        "streets": broken(made.streets),
        "names": [_text(x.at, x.text) for x in made.labels if not x.small],
        "ids": [_text(x.at, x.text) for x in made.labels if x.small],
        "gaps": broken((gap.a, gap.b) for gap in made.gaps),
        "cut": [
            _text(
                ((gap.a[0] + gap.b[0]) / 2, (gap.a[1] + gap.b[1]) / 2),
                "≈\N{NO-BREAK SPACE}" + speech.unit(round(gap.metres, -1), "m"),
            )
            for gap in made.gaps
        ],
        "scale": broken([[(10.0, low - 4), (10.0, low), (end, low), (end, low - 4)]]),
        "marks": [
            _text(((10 + end) / 2, low - 8), speech.unit(metres, "m")),
            _text((made.width - 12.0, 16.0), speech.say("plan.north")),
        ],
    }


def _text(at: Point, text: str) -> dict[str, object]:
    return {"x": round(at[0], 1), "y": round(at[1], 1), "text": text}


def _ground_layers(road: str, width: float, ink: str, quiet: str) -> list[Any]:
    """The layers of these data, streets first."""
    x, y = alt.X("x:Q", axis=None), alt.Y("y:Q", axis=None)
    text = {"baseline": "middle", "align": "center"}
    return [
        _line("streets", road, width, "round"),
        _line("gaps", quiet, 1.0, "butt", dash=[4, 4]),
        of("cut")
        .mark_text(color=quiet, fontSize=12, align="left", dx=5, baseline="middle")
        .encode(x, y, text="text:N"),
        _line("scale", quiet, 1.2, "butt"),
        of("marks").mark_text(color=quiet, fontSize=12, **text).encode(x, y, text="text:N"),
        of("ids").mark_text(color=quiet, fontSize=11, **text).encode(x, y, text="text:N"),
        of("names")
        .mark_text(color=ink, fontSize=12.5, fontWeight="bold", **text)
        .encode(x, y, text="text:N"),
    ]


def _line(
    name: str,
    ink: str,
    width: float,
    cap: str,
    opacity: float = 1.0,
    dash: Sequence[int] = (),
) -> Any:
    more: dict[str, object] = {"strokeDash": list(dash)} if dash else {}
    return (
        of(name)
        .mark_line(
            color=ink, strokeWidth=round(width, 1), strokeCap=cap, strokeJoin="round",
            opacity=opacity, **BROKEN, **more,
        )
        .encode(alt.X("x:Q", axis=None), alt.Y("y:Q", axis=None))
    )  # fmt: skip


def _dots(places: Iterable[Point]) -> Rows:
    """Places as lines of no length, which a round cap makes a dot: all in one path."""
    return broken((at, at) for at in places)


def _drawn(
    template: Spec, made: Plan, data: Mapping[str, Rows], key: str, title: str, desc: str
) -> Markup:
    spec = deepcopy(template)
    spec["datasets"] = data
    for channel, domain in (("x", [0, made.width]), ("y", [made.height, 0])):
        encoding(spec, channel)["scale"] = {"domain": domain, "nice": False, "zero": False}
    return svg(spec | {"width": made.width, "height": made.height}, key, title, desc)
