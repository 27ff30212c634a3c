"""The nights of a year at a site: how solar events and clock times lie among each other.

A model that knows fewer events than a site file, or another order among them, can say the same
only where the sun and the clock agree the year round. That is looked up here, by the brain's own
almanac, over every night of a leap year.
"""

from __future__ import annotations

from typing import Final

from noctule.brain.almanac import NEVER
from noctule.brain.dates import day_number

from sim.site.compile import EVENTS, known_time
from sim.site.model import Site
from sim.site.values import LOCAL, At

NIGHTS: Final = tuple(range(day_number(2028, 1, 1), day_number(2029, 1, 1)))
DAY_S: Final = 86_400
SPARE_S: Final = 300
"""From year to year the sun's times drift by two minutes; so much is left between two of them."""

_EVENING = {"sunset", "dusk", "nautical dusk"}
_MORNING = {"sunrise", "dawn", "nautical dawn"}


class Year:
    """Instants of moments, in seconds after local noon, for each of `NIGHTS`; None: not then."""

    def __init__(self, site: Site) -> None:
        """Know where the site lies."""
        self._times = known_time(site)
        self._noons: list[tuple[int, int]] = []  # of each night, its start and end
        self._events: dict[str, list[int]] = {}
        self._known: dict[At, list[int | None]] = {}

    def instants(self, at: At) -> list[int | None]:
        """Seconds after the night's noon, night by night."""
        if at not in self._known:
            times = self._times
            if not self._noons:
                self._noons = [(times.start(night), times.end(night)) for night in NIGHTS]
            if at.is_clock:
                found = [times.at(night, EVENTS[at.event], at.seconds) for night in NIGHTS]
            else:
                if at.event not in self._events:
                    event = EVENTS[at.event]
                    self._events[at.event] = [times.at(night, event, 0) for night in NIGHTS]
                found = [
                    instant + at.seconds if instant > NEVER else instant
                    for instant in self._events[at.event]
                ]
            self._known[at] = [
                instant - start if NEVER < instant < end else None
                for instant, (start, end) in zip(found, self._noons, strict=True)
            ]
        return self._known[at]

    def precedes(self, one: At, two: At) -> bool:
        """Whether `one` comes before `two` in every night that has both, with time to spare."""
        return self._least_between(one, two, SPARE_S)

    def not_after(self, one: At, two: At) -> bool:
        """Whether `one` never comes after `two`."""
        if one.event == two.event and not one.is_clock:
            return one.seconds <= two.seconds
        return self._least_between(one, two, 0)

    def _least_between(self, one: At, two: At, least: int) -> bool:
        return all(
            b - a >= least
            for a, b in zip(self.instants(one), self.instants(two), strict=True)
            if a is not None and b is not None
        )

    def offsets(self, at: At, event: str) -> tuple[int, int, int]:
        """How far a moment lies after a solar event: least, mean and most, in seconds."""
        apart = [
            a - b
            for a, b in zip(self.instants(at), self.instants(At(event, 0)), strict=True)
            if a is not None and b is not None
        ] or [0]
        return min(apart), round(sum(apart) / len(apart)), max(apart)

    def clocks(self, at: At) -> tuple[int, int, int]:
        """Seconds after noon at which a moment comes: least, mean and most."""
        found = [instant for instant in self.instants(at) if instant is not None] or [DAY_S // 2]
        return min(found), round(sum(found) / len(found)), max(found)


def noon_clock(since_noon: int) -> At:
    """Give the clock time so many seconds after noon (below a day)."""
    return At(LOCAL, (since_noon + DAY_S // 2) % DAY_S)


def half(at: At) -> str | None:
    """Give the event of TALQ and uCIFI that stands for a solar one: sunset or sunrise.

    None for solar midnight, which neither half of the night can claim.
    """
    return "sunset" if at.event in _EVENING else "sunrise" if at.event in _MORNING else None
