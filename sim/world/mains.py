"""Cabinets: when the mains of a switched circuit is present."""

from __future__ import annotations

from noctule.brain.almanac import DAY, NEVER, NEVER_ABOVE
from noctule.brain.program import KnownTime

from sim.site.compile import EVENTS
from sim.site.model import Circuit

_DAY_MS = DAY * 1000


def mains(
    circuit: Circuit, clock_error: int, times: KnownTime, night: int
) -> list[tuple[int, int]]:
    """The stretches of a night in which a switched circuit has mains: (on, off) in t, sorted.

    clock_error: ms by which the cabinet's own clock is ahead. An edge that the sun does not make
    that night: no mains if it stays up, else from or to local noon.
    """
    base = night * _DAY_MS
    found = []
    for window in circuit.mains:
        on = times.at(night, EVENTS[window.from_.event], window.from_.seconds)
        off = times.at(night, EVENTS[window.to.event], window.to.seconds)
        if (on <= NEVER and on != NEVER_ABOVE) or (off <= NEVER and off != NEVER_ABOVE):
            continue
        on = times.start(night) if on <= NEVER else on
        off = times.end(night) if off <= NEVER else off
        if on < off:
            found.append((base + on * 1000 - clock_error, base + off * 1000 - clock_error))
    found.sort()
    merged: list[tuple[int, int]] = []
    for on, off in found:
        if merged and on <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(off, merged[-1][1]))
        else:
            merged.append((on, off))
    return merged
