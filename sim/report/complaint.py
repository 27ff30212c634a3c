"""A call to the town hall, such as this site may get: a luminaire that is dark, and who passed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sim.report.profiles import FirstNight
from sim.report.street import level_at
from sim.report.tonight import Tonight
from sim.site.model import Luminaire, Site

_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_MS = dt.timedelta(milliseconds=1)
_MINUTE = 60_000
_EVERY = 10 * _MINUTE
_PASSED = 100 * _MINUTE
_HOUR_OF_CALLS = 2 * 60 + 10  # ten past two
_STREETS = 200


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody asks about the luminaire at `t` (ms since 2000 UTC)."""

    lamp: Luminaire
    t: int


def complaint(site: Site, tonight: Tonight, night: FirstNight) -> Complaint | None:
    """The instant of the first night that one would be asked about; None if all is lit.

    Best: off where an order says so, in the small hours, with somebody who passed not long ago.
    """
    if tonight.sun.dark is None:
        return None
    start, end = tonight.sun.dark
    zone = ZoneInfo(site.site.timezone)
    best: tuple[float, Complaint] | None = None
    for index in _middles(site):
        lamp = site.luminaires[index]
        programs = (site.programs[name] for name in site.programs_of(lamp))
        ordered = site.circuit(lamp.circuit).order or any(p.order for p in programs)
        outs = [t_out for _, t_out, _ in night.crossings(index)]
        for t in range(-(-start // _EVERY) * _EVERY, end, _EVERY):
            level = level_at(night.segments[index], t)
            if level >= 50:
                continue
            at = (_EPOCH + t * _MS).astimezone(zone)
            away = abs((at.hour * 60 + at.minute - _HOUR_OF_CALLS + 720) % 1440 - 720)
            passed = any(t - _PASSED <= out < t - 5 * _MINUTE for out in outs)
            cost = away / 60 + level / 10 + 5 * (not ordered) + 4 * (not passed)
            if best is None or cost < best[0]:
                best = (cost, Complaint(lamp, t))
    return best[1] if best else None


def _middles(site: Site) -> list[int]:
    """The luminaire in the middle of each street and circuit."""
    found: dict[tuple[str, str], list[int]] = {}
    for i, lamp in enumerate(site.luminaires):
        found.setdefault((lamp.street, lamp.circuit), []).append(i)
    return [
        sorted(lamps, key=lambda i: site.luminaires[i].at_m)[len(lamps) // 2]
        for lamps in list(found.values())[:_STREETS]
    ]
