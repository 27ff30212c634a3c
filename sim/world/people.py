"""Walkers, cyclists and cars that move along streets, and the sensors that see them.

People are drawn per street, kind and night, and know nothing of lighting: with the same seed the
same people walk, whichever luminaires and sensors stand there, so that strategies can be
compared over the same passages. Arrivals are Poisson within each local hour. Each enters at one
end of its street, chosen at random, and goes to the other at its own steady speed.

What a sensor misses or invents is drawn per luminaire and night, so that adding one does not
change what the others see.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sim.world.counts import hourly_rates

if TYPE_CHECKING:
    from sim.site.model import Site, Street, Traffic

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(2000, 1, 1)
_MS = timedelta(milliseconds=1)
_HOUR_MS = 3_600_000
_QUARTER_MS = 900_000

SPEEDS_M_S = {"walker": (1.1, 1.6), "cyclist": (3.5, 6.0)}
"""Slowest and fastest, uniform between. A car goes at 0.6 to 1.0 of the street's limit."""
DEFAULT_LIMIT_KMH = 50.0
FALSE_DETECTION_MS = 2000
LONE_ZONE_M = 15.0
"""Half the zone of a luminaire that is alone on its street."""


# ---------------------------------------------------------------------------- nights and hours


def night_bounds(zone: ZoneInfo, night: int) -> tuple[int, int]:
    """The night's first moment and the next night's: local noon to local noon, in t."""
    day = _FIRST_DAY + timedelta(days=night)
    noons = (datetime.combine(d, time(12), zone) for d in (day, day + timedelta(days=1)))
    start, end = ((noon - _EPOCH) // _MS for noon in noons)
    return start, end


def night_hours(zone: ZoneInfo, night: int) -> list[tuple[int, int, int]]:
    """The night in pieces of one local hour each: (from, to, hour of the local clock).

    Usually 24 of them. When clocks go back, the piece of the repeated hour is twice as long;
    when they go forward, the skipped hour has none.
    """
    start, end = night_bounds(zone, night)
    if end - start == 24 * _HOUR_MS:
        return [
            (start + i * _HOUR_MS, start + (i + 1) * _HOUR_MS, (12 + i) % 24) for i in range(24)
        ]
    pieces: list[tuple[int, int, int]] = []
    for at in range(start, end, _QUARTER_MS):  # no zone changes its clock at less than this
        hour = (_EPOCH + at * _MS).astimezone(zone).hour
        if pieces and pieces[-1][2] == hour:
            pieces[-1] = (pieces[-1][0], at + _QUARTER_MS, hour)
        else:
            pieces.append((at, at + _QUARTER_MS, hour))
    return pieces


# ------------------------------------------------------------------------------------- arrivals


@lru_cache(maxsize=1024)
def _exp(x: float) -> float:
    """exp(x) to 12 significant digits: the last ones may differ between machines."""
    return float(f"{math.exp(x):.11e}")


def poisson(mean: float, draw: Callable[[], float]) -> int:
    """A Poisson number with this mean, by Knuth's product of uniform draws.

    In steps of at most 50, since exp(-mean) underflows: sums of Poisson numbers are Poisson.
    """
    count = 0
    while mean > 50.0:
        count += poisson(50.0, draw)
        mean -= 50.0
    limit = _exp(-mean)
    product = draw()
    while product > limit:
        count += 1
        product *= draw()
    return count


def traffic_rates(traffic: Traffic) -> tuple[float, ...]:
    """Expected arrivals in each local hour (24 numbers) of one line of a street's traffic."""
    if traffic.hours is not None:
        return traffic.hours
    if traffic.per_hour is not None:
        return (traffic.per_hour,) * 24
    return hourly_rates(traffic.per_night or 0.0, traffic.shape)


# ------------------------------------------------------------------------- people on the street


@dataclass(slots=True, frozen=True)
class Passage:
    """One person or vehicle that goes along a whole street."""

    start: int
    """When it enters, at its end of the street; milliseconds since 2000."""
    speed: float
    """Metres a second."""
    backwards: bool
    """From the far end of the street's path to its beginning."""
    street: int
    """Index in `site.streets`."""
    kind: str
    """walker, cyclist or car."""


class Detection(NamedTuple):
    """A sensor's output, active from t_on to t_off (milliseconds since 2000)."""

    t_on: int
    t_off: int
    luminaire: int
    """Index in `site.luminaires`."""
    fast: bool
    """A vehicle is in it, and the sensor tells (`speed_known`)."""


Crossing = tuple[int, int, int]
"""Somebody in a luminaire's zone: t_in, t_out (milliseconds since 2000), and the index of the
passage among those that were asked about."""


def position_time(passage: Passage, street_length: float, at_m: float) -> int:
    """When the passage is `at_m` metres from the beginning of the street's path."""
    way = street_length - at_m if passage.backwards else at_m
    return passage.start + int(way * (1000.0 / passage.speed) + 0.5)


def path_length(path_m: Sequence[Sequence[float]]) -> float:
    """Length in metres of a polyline of (east, north) points."""
    length = 0.0
    for (x0, y0), (x1, y1) in zip(path_m, path_m[1:], strict=False):
        length += math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
    return length


class _Stretch(NamedTuple):
    """A part of a street as seen from both ends: metres to go in, and to be out again."""

    forth_in: float
    forth_out: float
    back_in: float
    back_out: float


class _Sensor(NamedTuple):
    luminaire: int
    name: str
    street: int
    stretch: _Stretch
    missed: float  # share
    false_per_ms: float
    speed_known: bool


class _Flow(NamedTuple):
    """One kind of traffic on one street."""

    street: int
    seed_tail: str
    kind: str
    rates: tuple[float, ...]  # a local hour
    slowest: float  # m/s
    spread: float  # m/s


# Passages as the inner loops want them: start, milliseconds a metre, index, is it a car.
_Mover = tuple[int, float, int, bool]


class Crowd:
    """The streets of a site, ready for its people: geometry and rates worked out once.

    Keeps nothing from night to night, so nights can be asked in any order.
    """

    def __init__(self, site: Site) -> None:
        self._zone = ZoneInfo(site.site.timezone)
        self.street_lengths = [path_length(street.path_m) for street in site.streets]
        """Metres, by index of `site.streets`."""
        self._flows = [flow for i, s in enumerate(site.streets) for flow in _flows(i, s)]
        street_of = {street.id: index for index, street in enumerate(site.streets)}
        self._sensors: list[_Sensor] = []
        for index, luminaire in enumerate(site.luminaires):
            street = street_of[luminaire.street]
            if luminaire.sensor is None:
                continue
            sensor = site.sensors[luminaire.sensor]
            at, reach = luminaire.at_m, sensor.range_m
            stretch = self._stretch(street, at - reach, at + reach)
            self._sensors.append(
                _Sensor(
                    index,
                    luminaire.id,
                    street,
                    stretch,
                    sensor.missed_percent / 100.0,
                    sensor.false_per_hour / _HOUR_MS,
                    sensor.speed_known,
                )
            )
        self.more_places: list[int] = []
        """Whose (index in `site.luminaires`) the places beyond each node's first one are."""
        places = [(street_of[x.street], x.places_m[0]) for x in site.luminaires]
        for index, luminaire in enumerate(site.luminaires):
            for at in luminaire.places_m[1:]:
                self.more_places.append(index)
                places.append((street_of[luminaire.street], at))
        self._zones = [
            (street, self._stretch(street, *zone))
            for (street, _), zone in zip(places, _zones(places), strict=True)
        ]

    def _stretch(self, street: int, low: float, high: float) -> _Stretch:
        length = self.street_lengths[street]
        low, high = max(0.0, low), min(length, high)
        return _Stretch(low, high, length - high, length - low)

    def zone_m(self, luminaire: int) -> tuple[float, float]:
        """The zone of a luminaire, metres along its street: from, to; of a node whose luminaires
        stand on poles of their own, that of the first.

        Half way to the next luminaire of the same street on either side; where there is none
        on one side, as far as on the other; 15 m either side of one alone; never beyond the
        street's ends. Luminaires at the same place share one zone.
        """
        stretch = self._zones[luminaire][1]
        return stretch.forth_in, stretch.forth_out

    def passages(self, night: int, seed: int) -> list[Passage]:
        """Everyone who enters a street in the night, sorted by start, then street."""
        pieces = night_hours(self._zone, night)
        everyone: list[Passage] = []
        for street, tail, kind, rates, slowest, spread in self._flows:
            draw = Random(f"{seed}/{night}/{tail}").random
            for start, end, hour in pieces:
                width = end - start
                rate = rates[hour]
                if width != _HOUR_MS:
                    rate = rate * width / _HOUR_MS
                for _ in range(poisson(rate, draw)):
                    at = start + int(draw() * width)
                    speed = slowest + draw() * spread
                    everyone.append(Passage(at, speed, draw() < 0.5, street, kind))
        everyone.sort(key=attrgetter("start", "street"))
        return everyone

    def _movers(
        self, passages: Sequence[Passage], dusk: int | None = None, dawn: int | None = None
    ) -> list[tuple[list[_Mover], list[_Mover]]]:
        """By street: those who go forth, those who come back; those who are on it between dusk
        and dawn, if these are given."""
        sorted_out: list[tuple[list[_Mover], list[_Mover]]] = [
            ([], []) for _ in self.street_lengths
        ]
        for index, p in enumerate(passages):
            if dusk is not None and (
                p.start + self.street_lengths[p.street] * (1000.0 / p.speed) + 1 < dusk
            ):
                continue
            if dawn is not None and p.start >= dawn:
                continue
            mover = (p.start, 1000.0 / p.speed, index, p.kind == "car")
            sorted_out[p.street][p.backwards].append(mover)
        return sorted_out

    def detections(self, passages: Sequence[Passage], night: int, seed: int) -> list[Detection]:
        """What the sensors of the site report, sorted by t_on, for one night's passages.

        A sensor is active while somebody is within `range_m` of it along its street, but for
        the passages it misses, and for two seconds at each false detection (Poisson, over the
        whole noon-to-noon night). What overlaps or touches is one detection. With `speed_known`
        a detection that a vehicle joins is cut in two where it joins: slow before, fast from
        there on; the two touch, and the sensor's output stays active across the cut.
        """
        start, end = night_bounds(self._zone, night)
        movers = self._movers(passages)
        found: list[Detection] = []
        for index, name, street, stretch, missed, false_per_ms, speed_known in self._sensors:
            forth_in, forth_out, back_in, back_out = stretch
            if forth_in > forth_out:
                continue
            draw = Random(f"{seed}/{night}/{name}/sensor").random
            forth, back = movers[street]
            spans = [
                (at + int(forth_in * k + 0.5), at + int(forth_out * k + 0.5), car)
                for at, k, _, car in forth
                if draw() >= missed
            ]
            spans += [
                (at + int(back_in * k + 0.5), at + int(back_out * k + 0.5), car)
                for at, k, _, car in back
                if draw() >= missed
            ]
            for _ in range(poisson(false_per_ms * (end - start), draw)):
                at = start + int(draw() * (end - start))
                spans.append((at, at + FALSE_DETECTION_MS, False))
            if not spans:
                continue
            spans.sort()
            on, off, fast = spans[0]
            fast = fast and speed_known
            for next_on, next_off, car in spans:
                if next_on > off:
                    found.append(Detection(on, off, index, fast))
                    on, off, fast = next_on, next_off, car and speed_known
                    continue
                if car and speed_known and not fast:
                    if next_on > on:
                        found.append(Detection(on, next_on, index, False))
                        on = next_on
                    fast = True
                if next_off > off:
                    off = next_off
            found.append(Detection(on, off, index, fast))
        found.sort()
        return found

    def crossings(
        self, passages: Sequence[Passage], dusk: int | None = None, dawn: int | None = None
    ) -> list[list[Crossing]]:
        """For each luminaire (by index), who is in its zone (`zone_m`) when, sorted by t_in; then
        for each of `more_places`, in their order. With dusk and dawn (t), those who come after
        the one and are gone before the other."""
        movers = self._movers(passages, dusk, dawn)
        result: list[list[Crossing]] = []
        for street, (forth_in, forth_out, back_in, back_out) in self._zones:
            if forth_in > forth_out:
                result.append([])
                continue
            forth, back = movers[street]
            those: list[Crossing] = [
                (at + int(forth_in * k + 0.5), at + int(forth_out * k + 0.5), i)
                for at, k, i, _ in forth
            ]
            those += [
                (at + int(back_in * k + 0.5), at + int(back_out * k + 0.5), i)
                for at, k, i, _ in back
            ]
            if dusk is not None and dawn is not None:
                those = [c for c in those if c[0] >= dusk and c[1] < dawn]
            those.sort()
            result.append(those)
        return result

    def longest(self, passages: Sequence[Passage]) -> list[int]:
        """Ms that none of the `crossings` of these passages takes longer than, by its index."""
        slowest = [0.0] * len(self.street_lengths)  # ms a metre
        for p in passages:
            if slowest[p.street] * p.speed < 1000.0:
                slowest[p.street] = 1000.0 / p.speed
        return [
            int((stretch.forth_out - stretch.forth_in) * slowest[street]) + 2
            for street, stretch in self._zones
        ]


def _flows(index: int, street: Street) -> list[_Flow]:
    flows: list[_Flow] = []
    seen: dict[str, int] = {}
    for traffic in street.traffic:
        kind = traffic.kind
        if kind == "car":
            limit = (street.speed_limit_kmh or DEFAULT_LIMIT_KMH) / 3.6
            slowest, fastest = 0.6 * limit, limit
        else:
            slowest, fastest = SPEEDS_M_S[kind]
        # A second line of the same kind on one street must not walk in the steps of the first.
        seen[kind] = seen.get(kind, 0) + 1
        tail = f"{street.id}/{kind}" + (f"/{seen[kind]}" if seen[kind] > 1 else "")
        flows.append(_Flow(index, tail, kind, traffic_rates(traffic), slowest, fastest - slowest))
    return flows


def _zones(places: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
    """For each place (street, metres along it): from and to, before the street's ends clip it."""
    on_street: dict[int, list[float]] = {}
    for street, at in sorted(set(places)):
        on_street.setdefault(street, []).append(at)
    found = []
    for street, at in places:
        others = on_street[street]
        k = bisect_left(others, at)
        before = others[k - 1] if k else None
        after = others[k + 1] if k + 1 < len(others) else None
        if before is None and after is None:
            zone = at - LONE_ZONE_M, at + LONE_ZONE_M
        elif before is None:
            assert after is not None
            zone = at - (after - at) / 2.0, (at + after) / 2.0
        elif after is None:
            zone = (before + at) / 2.0, at + (at - before) / 2.0
        else:
            zone = (before + at) / 2.0, (at + after) / 2.0
        found.append(zone)
    return found


# --------------------------------------------------------- the same, for those who ask only once


def passages(site: Site, night: int, seed: int) -> list[Passage]:
    """`Crowd.passages` of a site asked about once."""
    return Crowd(site).passages(night, seed)


def detections(
    site: Site, night_passages: Sequence[Passage], night: int, seed: int
) -> list[Detection]:
    """`Crowd.detections` of a site asked about once."""
    return Crowd(site).detections(night_passages, night, seed)


def crossings(site: Site, night_passages: Sequence[Passage]) -> list[list[Crossing]]:
    """`Crowd.crossings` of a site asked about once."""
    return Crowd(site).crossings(night_passages)
