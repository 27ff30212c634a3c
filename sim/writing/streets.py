"""The line of a street: `fit` lays it through luminaires, and says how far along each stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.site import limits

Point = tuple[float, float]

_WIDTH_M = 24.0  # a street with luminaires on both sides, and a little bend
_TOGETHER_M = 15.0  # luminaires this near are one place of the line: both sides of a street
_BEND_M = 4.0  # finer bends are left out of the line
_STUB_M = 15.0  # either side of a lone luminaire
GAP_M = 150.0  # a wider gap parts luminaires that have no street's name
_LONGEST_M = 20_000.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A line through luminaires: its corners, and (index of the luminaire, metres along)."""

    path: tuple[Point, ...]
    places: tuple[tuple[int, float], ...]


def fit(points: Sequence[Point], gap_m: float | None = None) -> list[Fitted]:
    """Lay lines through luminaires on the ground, metres.

    Straight where they stand within a street's width of their axis; else from place to nearest
    place. One line, or several where it would be longer than any street, or where `gap_m` is
    exceeded. A line begins at the end where the list begins. Corners are rounded to 0.1 m, and
    no luminaire stands beyond the end.
    """
    return [_as_listed(piece) for piece in _lines(points, gap_m)]


def _as_listed(piece: Fitted) -> Fitted:
    length = _length(piece.path)
    _, at_first = min(piece.places)
    if at_first <= length / 2:
        return piece
    end = math.floor(length * 10) / 10
    places = tuple((i, min(max(round(length - at, 1), 0.0), end)) for i, at in piece.places[::-1])
    return Fitted(piece.path[::-1], places)


def _lines(points: Sequence[Point], gap_m: float | None) -> list[Fitted]:
    if not points:
        return []
    order, along, across = _axis(points)
    length = along[order[-1]] - along[order[0]]
    widest = max((along[b] - along[a] for a, b in zip(order, order[1:], strict=False)), default=0)
    if (
        max(across) - min(across) <= _WIDTH_M
        and length <= _LONGEST_M
        and (gap_m is None or widest <= gap_m)
    ):
        return [_straight(points)]
    spots = _together(points)
    centres = [
        (sum(points[i][0] for i in spot) / len(spot), sum(points[i][1] for i in spot) / len(spot))
        for spot in spots
    ]
    chain = _chain(centres)
    pieces: list[list[int]] = []
    run = math.inf
    for before, spot in zip([-1, *chain], chain, strict=False):
        step = math.dist(centres[before], centres[spot]) if before >= 0 else math.inf
        if run + step > _LONGEST_M or (gap_m is not None and step > gap_m):
            pieces.append([])
            run = step = 0.0
        run += step
        pieces[-1].append(spot)
    made = []
    for piece in pieces:
        if len(piece) < len(chain):
            members = [i for spot in piece for i in spots[spot]]
            _, _, side = _axis([points[i] for i in members])
            if max(side) - min(side) <= _WIDTH_M:
                straight = _straight([points[i] for i in members])
                places = tuple((members[i], at) for i, at in straight.places)
                made.append(Fitted(straight.path, places))
                continue
        made.append(_bent(points, spots, centres, piece))
    return made


# --- a straight street ---------------------------------------------------------------------------


def _axis(points: Sequence[Point]) -> tuple[list[int], list[float], list[float]]:
    """Give the order along the principal axis, and the metres along and across it."""
    x0 = sum(x for x, _ in points) / len(points)
    y0 = sum(y for _, y in points) / len(points)
    xx = sum((x - x0) ** 2 for x, _ in points)
    yy = sum((y - y0) ** 2 for _, y in points)
    xy = sum((x - x0) * (y - y0) for x, y in points)
    angle = math.atan2(2 * xy, xx - yy) / 2
    c, s = math.cos(angle), math.sin(angle)
    along = [(x - x0) * c + (y - y0) * s for x, y in points]
    across = [(y - y0) * c - (x - x0) * s for x, y in points]
    return sorted(range(len(points)), key=along.__getitem__), along, across


def _straight(points: Sequence[Point]) -> Fitted:
    """Lay one straight line along the axis, through the middle of the width."""
    order, along, across = _axis(points)
    first, last = order[0], order[-1]
    low, high = along[first], along[last]
    x0 = sum(x for x, _ in points) / len(points)
    y0 = sum(y for _, y in points) / len(points)
    middle = (max(across) + min(across)) / 2
    if high - low < 1.0:
        low, high = (low + high) / 2 - _STUB_M, (low + high) / 2 + _STUB_M
        c, s = 1.0, 0.0  # any direction will do: to the east
        along = [x - x0 for x, _ in points]
        middle = 0.0
    else:
        # the axis again, from two luminaires: their along and across are a turn of x and y
        dx, dy = points[last][0] - points[first][0], points[last][1] - points[first][1]
        da, db = along[last] - along[first], across[last] - across[first]
        scale = da * da + db * db
        c, s = (dx * da + dy * db) / scale, (dy * da - dx * db) / scale

    def place(t: float) -> Point:
        return round(x0 + t * c - middle * s, 1), round(y0 + t * s + middle * c, 1)

    path = (place(low), place(high))
    end = math.floor(math.dist(*path) * 10) / 10
    return Fitted(path, tuple((i, min(max(round(along[i] - low, 1), 0.0), end)) for i in order))


# --- the order of places along a street ----------------------------------------------------------


def _together(points: Sequence[Point]) -> list[list[int]]:
    """Group the luminaires that stand at one place of a street, both sides of it."""
    spots: list[list[int]] = []
    cells: dict[tuple[int, int], list[int]] = {}
    for i, (x, y) in enumerate(points):
        column, row = int(x // _TOGETHER_M), int(y // _TOGETHER_M)
        near = [
            spot
            for a in (-1, 0, 1)
            for b in (-1, 0, 1)
            for spot in cells.get((column + a, row + b), ())
            if math.dist(points[spots[spot][0]], (x, y)) <= _TOGETHER_M
        ]
        if near:
            best = min(near, key=lambda spot: math.dist(points[spots[spot][0]], (x, y)))
            spots[best].append(i)
        else:
            cells.setdefault((column, row), []).append(len(spots))
            spots.append([i])
    return spots


def _chain(points: Sequence[Point]) -> list[int]:
    """Order places along a street: the shorter of the axis and of nearest to nearest."""
    order, along, _ = _axis(points)
    if len(points) < 3:
        return order
    chains = [order]
    for start in (order[0], order[-1]):
        chains.append(_nearest_chain(points, start))
    best = min(chains, key=lambda chain: _length([points[i] for i in chain]))
    return _uncrossed(points, best) if len(points) <= 120 else best


def _length(points: Sequence[Point]) -> float:
    return sum(map(math.dist, points, points[1:]))


_CELL_M = 60.0
_SCANS = 50


def _nearest_chain(points: Sequence[Point], start: int) -> list[int]:
    cells: dict[tuple[int, int], set[int]] = {}
    for i, (x, y) in enumerate(points):
        cells.setdefault((int(x // _CELL_M), int(y // _CELL_M)), set()).add(i)

    def take(i: int) -> None:
        key = (int(points[i][0] // _CELL_M), int(points[i][1] // _CELL_M))
        cells[key].discard(i)
        if not cells[key]:
            del cells[key]

    chain = [start]
    scans = 0
    take(start)
    while cells:
        here = points[chain[-1]]
        column, row = int(here[0] // _CELL_M), int(here[1] // _CELL_M)
        near: Iterable[int] = ()
        for ring in range(1, 6):  # a square of cells; what it holds may hide no nearer one
            if near := [
                i
                for a in range(-ring, ring + 1)
                for b in range(-ring, ring + 1)
                for i in cells.get((column + a, row + b), ())
                if math.dist(points[i], here) <= ring * _CELL_M
            ]:
                break
        else:
            scans += 1
            if scans > _SCANS:  # scattered over a county: no street, and no order to be found
                left = {i for held in cells.values() for i in held}
                return chain + [i for i in _axis(points)[0] if i in left]
            near = (i for held in cells.values() for i in held)
        chain.append(min(near, key=lambda i: (math.dist(points[i], here), i)))
        take(chain[-1])
    return chain


def _uncrossed(points: Sequence[Point], chain: list[int]) -> list[int]:
    """Turn stretches round as long as that makes the line shorter."""
    chain = list(chain)
    for _ in range(20):
        shorter = False
        for i in range(len(chain) - 1):
            for j in range(i + 1, len(chain)):
                one, two = chain[i], chain[j]
                gain = 0.0
                if i:
                    before = points[chain[i - 1]]
                    gain += math.dist(before, points[one]) - math.dist(before, points[two])
                if j + 1 < len(chain):
                    after = points[chain[j + 1]]
                    gain += math.dist(points[two], after) - math.dist(points[one], after)
                if gain > 0.01:
                    chain[i : j + 1] = chain[i : j + 1][::-1]
                    shorter = True
        if not shorter:
            break
    return chain


# --- a street with bends -------------------------------------------------------------------------


def _bent(
    points: Sequence[Point],
    spots: Sequence[Sequence[int]],
    centres: Sequence[Point],
    chain: Sequence[int],
) -> Fitted:
    """Lay a line from place to place, without its smallest bends."""
    if len(chain) == 1:
        members = list(spots[chain[0]])
        straight = _straight([points[i] for i in members])
        return Fitted(straight.path, tuple((members[i], at) for i, at in straight.places))
    line = _smoothed([centres[spot] for spot in chain])
    bend = _BEND_M
    kept = _simplified(line, bend)
    while len(kept) > limits.PATH_POINTS:
        bend *= 2
        kept = _simplified(line, bend)
    path = [(round(line[k][0], 1), round(line[k][1], 1)) for k in kept]
    sums = [0.0]
    for a, b in zip(path, path[1:], strict=False):
        sums.append(sums[-1] + math.dist(a, b))
    end = math.floor(sums[-1] * 10) / 10
    places: list[tuple[int, float]] = []
    segment = 0
    for k, spot in enumerate(chain):
        while segment + 2 < len(kept) and kept[segment + 1] < k:
            segment += 1
        near = [segment]
        if kept[segment + 1] == k and segment + 2 < len(kept):
            near.append(segment + 1)
        for i in spots[spot]:
            _, at = min(_projected(points[i], path[n], path[n + 1], sums[n]) for n in near)
            places.append((i, min(max(round(at, 1), 0.0), end)))
    places.sort(key=lambda place: place[1])
    return Fitted(tuple(path), tuple(places))


def _smoothed(line: Sequence[Point]) -> list[Point]:
    """Bring a line that goes from side to side of a street to its middle; the ends stay."""
    inner = [
        ((a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4)
        for a, b, c in zip(line, line[1:], line[2:], strict=False)
    ]
    return [line[0], *inner, line[-1]]


def _projected(point: Point, a: Point, b: Point, start: float) -> tuple[float, float]:
    """Give the distance from a segment, and how far along the line its nearest place is."""
    length = math.dist(a, b)
    if not length:
        return math.dist(point, a), start
    u = (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])
    u = min(max(u / (length * length), 0.0), 1.0)
    foot = (a[0] + u * (b[0] - a[0]), a[1] + u * (b[1] - a[1]))
    return math.dist(point, foot), start + u * length


def _simplified(line: Sequence[Point], bend: float) -> list[int]:
    """Give the indexes of the corners that keep the line within `bend` metres of all others."""
    kept = {0, len(line) - 1}
    stack = [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        far, furthest = max(
            (_projected(line[k], line[first], line[last], 0.0)[0], k)
            for k in range(first + 1, last)
        )
        if far > bend:
            kept.add(furthest)
            stack += [(first, furthest), (furthest, last)]
    return sorted(kept)
