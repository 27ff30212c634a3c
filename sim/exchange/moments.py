"""Moments of a site file in the terms of models that know the clock, sunset and sunrise only."""

from __future__ import annotations

from sim.exchange.timing import DAY_S, Year, half, noon_clock
from sim.exchange.unsaid import Losses
from sim.site.document import Steps
from sim.site.values import At


class Moments:
    """Gives the nearest moment that such a model can say, and tells the losses of the rest."""

    def __init__(self, year: Year, losses: Losses) -> None:
        """`year` is that of the site."""
        self._year = year
        self._losses = losses

    def point(self, at: At, path: Steps) -> At:
        """Give a clock time, or whole minutes about sunset or sunrise: the nearest on average."""
        event = half(at)
        if at.is_clock or (event == at.event and at.seconds % 60 == 0):
            return at
        if event is None:
            least, mean, most = self._year.clocks(at)
            wrong = _minutes(max(most - mean, mean - least))
            self._losses.add("solar-midnight", path, at=str(at), minutes=wrong)
            return noon_clock(min(round(mean / 60) * 60, DAY_S - 60))
        if event == at.event:
            self._losses.add("whole-minutes", path, at=str(at))
            return At(event, round(at.seconds / 60) * 60)
        least, mean, most = self._year.offsets(at, event)
        wrong = _minutes(max(most - mean, mean - least))
        self._losses.add("twilight", path, at=str(at), event=event, minutes=wrong)
        return At(event, round(mean / 60) * 60)

    def end(self, at: At, path: Steps, early: bool) -> At:
        """Give an end of an active period, on the side of more light (`early`: its start)."""
        event = half(at)
        if at.is_clock or (event == at.event and at.seconds % 60 == 0):
            return at
        if event is None:
            least, _, most = self._year.clocks(at)
            self._losses.add("solar-midnight", path, at=str(at), minutes=_minutes(most - least))
            return noon_clock(min(_side(least, most, early), DAY_S - 60))
        if event == at.event:
            self._losses.add("whole-minutes", path, at=str(at))
            return At(event, _side(at.seconds, at.seconds, early))
        least, _, most = self._year.offsets(at, event)
        self._losses.add("twilight", path, at=str(at), event=event, minutes=_minutes(most - least))
        return At(event, _side(least, most, early))


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)


def _side(least: int, most: int, early: bool) -> int:
    """Whole minutes, in seconds, on the outer side."""
    return least // 60 * 60 if early else _minutes(most) * 60
