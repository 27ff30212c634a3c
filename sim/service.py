"""The service that a street's light gives to those who pass.

A *passage* here is one person crossing one luminaire's zone in the night (sunset to sunrise).
It is *met* when the level reaches the street's asked level while the person is in the zone; the
*wait* is from entering the zone until then; it is *dark* when the light is off as the person is
half way through.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import itemgetter

from sim.lamp import Segment

Crossing = tuple[int, int, int]
"""Who crosses a luminaire's zone: t_in, t_out, who."""

_WAIT_STEP_MS = 100
_start = itemgetter(0)


class Service:
    """Counts, and waits in steps of 0.1 s: memory does not grow with the nights."""

    def __init__(self) -> None:
        self.passages = 0
        self.met = 0
        self.dark = 0
        self.waits: dict[int, int] = {}

    def add(self, other: Service) -> None:
        self.passages += other.passages
        self.met += other.met
        self.dark += other.dark
        for wait, count in other.waits.items():
            self.waits[wait] = self.waits.get(wait, 0) + count

    def to_json(self) -> dict[str, object]:
        """passages; met and dark as counts and percent; wait in seconds over the met ones."""
        return {
            "passages": self.passages,
            "met": self.met,
            "met_percent": _percent(self.met, self.passages),
            "dark": self.dark,
            "dark_percent": _percent(self.dark, self.passages),
            "wait_mean_s": self._mean(),
            "wait_p95_s": self._quantile(95),
            "wait_max_s": self._quantile(100),
        }

    def _mean(self) -> float | None:
        if not self.met:
            return None
        total = sum(wait * count for wait, count in self.waits.items())
        return round(total * _WAIT_STEP_MS / 1000 / self.met, 3)

    def _quantile(self, percent: int) -> float | None:
        if not self.met:
            return None
        need = -(-self.met * percent // 100) - (self.met - sum(self.waits.values()))
        if need <= 0:
            return 0.0
        for wait in sorted(self.waits):
            need -= self.waits[wait]
            if need <= 0:
                return round(wait * _WAIT_STEP_MS / 1000, 1)
        return 0.0

    def serve(
        self,
        segments: Sequence[Segment],
        crossings: Sequence[Crossing],
        asked: int,
        dusk: int,
        dawn: int,
        longest: int | None = None,
    ) -> None:
        """Count the crossings (t_in, t_out, who), sorted, of one luminaire over one night.

        segments: its line, sorted; dusk, dawn: the t between which light is of use; longest: ms
        that none of the crossings exceeds, if known.
        """
        if dusk >= dawn:
            return
        first = bisect_left(crossings, (dusk,))
        last = len(crossings)
        if longest is None:
            longest = max((t_out - t_in for t_in, t_out, _ in crossings), default=0)
        last = bisect_left(crossings, (dawn - longest,), first)
        late = [crossing for crossing in crossings[last:] if crossing[1] < dawn]
        if 4 * len(segments) > last - first:
            self._one_by_one(segments, 0, [*crossings[first:last], *late], asked)
            return
        # Where the light holds still, those who come and go within are alike.
        at = first
        for j, (start, _, to, ramp) in enumerate(segments):
            until = segments[j + 1][0] if j + 1 < len(segments) else dawn + longest
            still = bisect_left(crossings, (start + ramp,), at, last)
            edge = bisect_left(crossings, (until - longest,), still, last)
            if still > at:
                self._one_by_one(segments, max(0, j - 1), crossings[at:still], asked)
            count = edge - still
            if count > 0:
                self.passages += count
                if to >= asked:
                    self.met += count
                if to == 0:
                    self.dark += count
            at = max(still, edge)
        self._one_by_one(segments, max(0, len(segments) - 1), crossings[at:last], asked)
        self._one_by_one(segments, 0, late, asked)

    def _one_by_one(
        self, segments: Sequence[Segment], j: int, crossings: Sequence[Crossing], asked: int
    ) -> None:
        """Count crossings, from segment j on."""
        count = len(segments)
        for t_in, t_out, _ in crossings:
            self.passages += 1
            while j + 1 < count and segments[j + 1][0] <= t_in:
                j += 1
            if _level(segments[j], t_in) >= asked:
                self.met += 1
            else:
                wait = _reached(segments, j, asked, t_in, t_out)
                if wait is not None:
                    self.met += 1
                    step = -(-wait // _WAIT_STEP_MS)
                    self.waits[step] = self.waits.get(step, 0) + 1
            middle = (t_in + t_out) // 2
            k = j
            if k + 1 < count and segments[k + 1][0] <= middle:
                k = bisect_right(segments, middle, key=_start) - 1
            if segments[k][2] == 0 and _level(segments[k], middle) <= 0:
                self.dark += 1


def _level(segment: Segment, t: int) -> float:
    start, level, to, ramp = segment
    if t >= start + ramp:
        return to
    return level + (to - level) * (t - start) / ramp


def _reached(segments: Sequence[Segment], j: int, asked: int, t_in: int, t_out: int) -> int | None:
    """Ms after t_in at which the level first reaches what is asked, within t_out."""
    while j < len(segments) and segments[j][0] <= t_out:
        start, level, to, ramp = segments[j]
        if to >= asked:
            at = start
            if level < asked and ramp:
                at += int(ramp * (asked - level) / (to - level)) + 1
            end = segments[j + 1][0] if j + 1 < len(segments) else t_out + 1
            if at < end and at <= t_out:
                return max(0, at - t_in)
        j += 1
    return None


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None
