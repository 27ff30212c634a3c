"""A street over one night: the light along it, and everybody who goes along."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from sim.lamp import Segment
from sim.report.raster import BY_DAY

_COLUMNS = 1200
_ROWS = 96
_start = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody's way along a street: from one position (m) at `start` to another at `end`."""

    kind: str
    start: int
    end: int
    from_m: float
    to_m: float


@dataclass(frozen=True, slots=True)
class StreetNight:
    """A street through a night. lamps: (position in m, its light), by position; dark: from when
    to when the sun is down; requests: when residents ask for light there."""

    street: int
    length_m: float
    lamps: Sequence[tuple[float, Sequence[Segment]]]
    ways: Sequence[Way]
    dark: tuple[int, int]
    requests: Sequence[int]

    def rows(self, start: int, end: int) -> list[bytes]:
        """The light of a stretch of time as a picture: the street's end at the top."""
        instants = [start + (end - start) * (2 * k + 1) // (2 * _COLUMNS) for k in range(_COLUMNS)]
        lines = [self._line(segments, instants) for _, segments in self.lamps]
        places = [at for at, _ in self.lamps]
        found = []
        for row in range(_ROWS):
            at = self.length_m * (_ROWS - row - 0.5) / _ROWS
            nearest = min(range(len(places)), key=lambda k: abs(places[k] - at))
            found.append(lines[nearest])
        return found

    def _line(self, segments: Sequence[Segment], instants: Sequence[int]) -> bytes:
        made = bytearray()
        for t in instants:
            level = level_at(segments, t)
            by_day = level <= 0 and not self.dark[0] <= t < self.dark[1]
            made.append(BY_DAY if by_day else max(1, round(level)) if level > 0 else 0)
        return bytes(made)


def level_at(segments: Sequence[Segment], t: int) -> float:
    """The level, percent, of a light at `t`; off before its first segment."""
    k = bisect_right(segments, t, key=_start) - 1
    if k < 0:
        return 0.0
    since, was, to, ramp = segments[k]
    return to if t >= since + ramp else was + (to - was) * (t - since) / ramp


def liveliest(made: StreetNight) -> tuple[int, int] | None:
    """The hour of the dark, from a full or half hour on, in which the street's light answers most
    to people; where it never does, that with most people; None where nobody comes."""
    hour = 3_600_000
    start, end = made.dark
    best: tuple[float, int] | None = None
    changes = [t for _, segments in made.lamps for t, _, _, _ in segments]
    for t in range(-(-start // (hour // 2)) * (hour // 2), end - hour + 1, hour // 2):
        there = sum(way.start < t + hour and way.end > t for way in made.ways)
        if not there:
            continue
        score = 10.0 * sum(t <= change < t + hour for change in changes) + there
        if best is None or score > best[0]:
            best = (score, t)
    return (best[1], best[1] + hour) if best else None
