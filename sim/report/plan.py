"""A site laid out on paper: where its streets, luminaires and names stand, in points of a drawing.

Empty country between parts of a site is shortened, and said to be; names go where they cover
least.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.site.model import Site

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_WIDTH = 790.0
_TALLEST = 620.0
_MARGIN = 26.0
_EMPTY = 0.12
"""An empty strip of at least this share of the site is shortened,"""
_LEFT = 0.05
"""to this share."""
_LETTER, _LINE = 6.4, 13.0
_STREETS_NAMED = 60
_LAMPS_NAMED = 40


@dataclass(frozen=True, slots=True)
class Label:
    """A text with its middle at `at`; small: a luminaire's id, else a street's name."""

    text: str
    at: Point
    small: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty country cut out of the plan: a line across it, and how many metres it stands for."""

    a: Point
    b: Point
    metres: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything in points from the top left; streets and lamps in the site file's order.

    scale: points to a metre. lamps: every place of light; of: which luminaire (index) has it.
    """

    width: float
    height: float
    scale: float
    streets: list[list[Point]]
    lamps: list[Point]
    of: list[int]
    labels: list[Label]
    gaps: list[Gap]
    _x: _Squeeze
    _y: _Squeeze
    _site: Site

    def along(self, street: int, metres: float) -> Point:
        """The place so many metres along a street."""
        return self._place(_along(self._site.streets[street].path_m, metres))

    def _place(self, at: Point) -> Point:
        return (
            round(_MARGIN + self._x(at[0]) * self.scale, 1),
            round(self.height - _MARGIN - self._y(at[1]) * self.scale, 1),
        )


def plan(site: Site) -> Plan:
    """The site on a plan, north up."""
    paths = [street.path_m for street in site.streets]
    spans = [[(min(v), max(v)) for v in zip(*path, strict=True)] for path in paths]
    size = max(
        max(s[axis][1] for s in spans) - min(s[axis][0] for s in spans) for axis in (0, 1)
    )
    x, y = (_Squeeze([s[axis] for s in spans], size) for axis in (0, 1))
    wide, high = max(x.length, 1.0), max(y.length, 1.0)
    scale = min((_WIDTH - 2 * _MARGIN) / wide, (_TALLEST - 2 * _MARGIN) / high)
    height = round(max(90.0, high * scale + 2 * _MARGIN), 1)
    made = Plan(_WIDTH, height, scale, [], [], [], [], [], x, y, site)
    index = {street.id: k for k, street in enumerate(site.streets)}
    made.streets.extend([made._place(at) for at in path] for path in paths)
    for i, lamp in enumerate(site.luminaires):
        for at in lamp.places_m:
            made.lamps.append(made.along(index[lamp.street], at))
            made.of.append(i)
    for start, end, metres in x.cuts:
        middle = round(_MARGIN + (start + end) / 2 * scale, 1)
        made.gaps.append(Gap((middle, 6.0), (middle, made.height - 6.0), metres))
    for start, end, metres in y.cuts:
        middle = round(made.height - _MARGIN - (start + end) / 2 * scale, 1)
        made.gaps.append(Gap((6.0, middle), (made.width - 6.0, middle), metres))
    made.labels.extend(_labels(site, made, index))
    return made


class _Squeeze:
    """Metres along one axis to metres on the plan, with long empty strips shortened."""

    def __init__(self, spans: Iterable[tuple[float, float]], size: float) -> None:
        self._pieces: list[tuple[float, float, float, float]] = []
        self.cuts: list[tuple[float, float, float]] = []
        at = 0.0
        end: float | None = None
        for low, high in sorted(spans):
            if end is not None and low > end:
                left = low - end
                if left > _EMPTY * size:
                    left = _LEFT * size
                    self.cuts.append((at, at + left, low - end))
                self._pieces.append((end, low, at, at + left))
                at += left
            start = low if end is None else max(low, end)
            if high > start or end is None:
                self._pieces.append((start, high, at, at + high - start))
                at += high - start
                end = high
        self.length = at

    def __call__(self, metres: float) -> float:
        for low, high, a, b in self._pieces:
            if metres <= high:
                return a + (b - a) * (metres - low) / (high - low) if high > low else a
        return self.length


def _along(path: Sequence[Point], metres: float) -> Point:
    for a, b in zip(path, path[1:], strict=False):
        length = math.dist(a, b)
        if metres <= length and length > 0:
            share = max(0.0, metres / length)
            return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        metres -= length
    return path[-1]


# ---- names


def _labels(site: Site, made: Plan, index: dict[str, int]) -> list[Label]:
    """Names of streets, and ids of their first and last luminaires, where they cover least."""
    taken: list[tuple[Box, float]] = [
        ((x - 5, y - 5, x + 5, y + 5), 3.0) for x, y in made.lamps[:2000]
    ]
    for path in made.streets[:500]:
        for a, b in zip(path, path[1:], strict=False):
            steps = max(1, int(math.dist(a, b) / 8))
            for k in range(steps + 1):
                x, y = (a[i] + (b[i] - a[i]) * k / steps for i in (0, 1))
                taken.append(((x - 2, y - 2, x + 2, y + 2), 1.0))
    for gap in made.gaps:
        box = (gap.a[0] - 12, gap.a[1], gap.b[0] + 12, gap.b[1])
        taken.append((box, 3.0))
    taken.append(((0, made.height - 30, 150, made.height), 4.0))  # the scale
    found = []
    for k, street in enumerate(site.streets[:_STREETS_NAMED]):
        near = [made.along(k, street.length_m * f) for f in (0.5, 0.3, 0.7, 0.1, 0.9)]
        found.append(_put(street.name, near, made, taken, False))
    if len(site.streets) <= _LAMPS_NAMED:
        ends: dict[str, list[int]] = {}
        for i, lamp in enumerate(site.luminaires):
            ends.setdefault(lamp.street, []).append(i)
        for lamps in ends.values():
            lamps.sort(key=lambda i: site.luminaires[i].at_m)
            for i in dict.fromkeys((lamps[0], lamps[-1])):
                at = [made.along(index[site.luminaires[i].street], site.luminaires[i].at_m)]
                found.append(_put(site.luminaires[i].id, at, made, taken, True))
    return found


def _put(
    text: str, near: Sequence[Point], made: Plan, taken: list[tuple[Box, float]], small: bool
) -> Label:
    wide, high = _LETTER * len(text) * (0.92 if small else 1.0), _LINE
    best: tuple[float, Point] | None = None
    for order, (x, y) in enumerate(near):
        away = 10.0
        for turn, (dx, dy) in enumerate(
            (
                (0.0, -away - high / 2), (0.0, away + high / 2),
                (away + wide / 2, 0.0), (-away - wide / 2, 0.0),
                (away + wide / 2, -away), (-away - wide / 2, -away),
                (away + wide / 2, away), (-away - wide / 2, away),
            )
        ):  # fmt: skip
            at = (x + dx, y + dy)
            box = (at[0] - wide / 2, at[1] - high / 2, at[0] + wide / 2, at[1] + high / 2)
            out = max(0.0, 2 - box[0], 2 - box[1], box[2] - made.width + 2,
                      box[3] - made.height + 2)
            cost = order * 0.3 + turn * 0.2 + out * 20
            cost += sum(weight for other, weight in taken if _touch(box, other))
            if best is None or cost < best[0]:
                best = (cost, at)
    assert best is not None
    at = best[1]
    taken.append(
        ((at[0] - wide / 2, at[1] - high / 2, at[0] + wide / 2, at[1] + high / 2), 12.0)
    )
    return Label(text, (round(at[0], 1), round(at[1], 1)), small)


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
