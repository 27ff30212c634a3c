"""What both languages of the report say: worked out once."""

from __future__ import annotations

from sim.report.complaint import Complaint, complaint
from sim.report.figures import Added, HandCheck, Json, added, hand_check, strategies
from sim.report.incidents import Incident, Report, incidents, reports
from sim.report.plan import Plan, plan
from sim.report.profiles import FirstNight, Profile, RealNight, profiles, window_of
from sim.report.street import StreetNight, level_at, liveliest
from sim.report.tonight import CabinetNight, Tonight
from sim.report.year import Year, year
from sim.site.compile import night_of
from sim.site.model import Site

_REAL_NIGHTS = 3
_PROGRAMS_DRAWN = 24


class Facts:
    """The summary, the first night run once more for its details, and a quiet year."""

    def __init__(
        self,
        site: Site,
        summary: Json,
        first: int,
        seed: int,
        at: int | None = None,
        asked: tuple[int, int] | None = None,
    ) -> None:
        self.site = site
        self.summary = summary
        self.first = first
        self.seed = seed
        self.names = strategies(summary)
        self.plan: Plan = plan(site)
        self.tonight = Tonight(site, first)
        self.cabinets: list[CabinetNight] = self.tonight.cabinets()
        self.profiles: list[Profile] = profiles(self.tonight)[:_PROGRAMS_DRAWN]
        self.hand: HandCheck | None = hand_check(site, summary)
        self.added: list[Added] | None = added(site, summary, first)
        self.night = FirstNight(site, first, seed)
        self.complaint: Complaint | None = (
            complaint(site, self.tonight, self.night)
            if asked is None
            else Complaint(site.luminaires[asked[0]], asked[1])
        )
        self.real = self._real_nights()
        self.dark_light = {
            one.street.id: self.night.light_where_dark(self.tonight, one.street.id)
            for one in self.added or ()
            if one.presence and one.longer
        }
        lines = [p.line for p in self.profiles] + [r.line for r in self.real]
        self.window = window_of(self.tonight.sun, lines)
        self.street: StreetNight | None = self._street()
        self.lively = liveliest(self.street) if self.street else None
        self.moment = self._moment() if at is None else at
        self.moment_night = self._night_of(self.moment)
        self.year: Year = year(site, first, seed)
        self.reports: list[Report] | None = reports(summary)
        self.incidents: list[Incident] = incidents(site, summary, first, seed)

    def _night_of(self, t: int | None) -> FirstNight:
        """The night with its people that an instant belongs to."""
        night = self.first if t is None else night_of(self.site, t)
        if night == self.first:
            return self.night
        return FirstNight(self.site, night, self.seed, self.first)

    def _real_nights(self) -> list[RealNight]:
        watched = dict.fromkeys(
            profile.program
            for profile in self.profiles
            if profile.where and self.site.programs[profile.program].presence
        )
        nights = [self.night.real_night(self.tonight, p) for p in list(watched)[:_REAL_NIGHTS]]
        return [night for night in nights if night is not None]

    def _street(self) -> StreetNight | None:
        """The street where light follows people; else one where residents may ask for it; else
        the one with most people. None where nobody passes a luminaire."""
        of: dict[str, list[int]] = {}
        for i, lamp in enumerate(self.site.luminaires):
            of.setdefault(lamp.street, []).append(i)
        best: tuple[tuple[bool, bool, int], int] | None = None
        for k, street in enumerate(self.site.streets):
            lamps = of.get(street.id, ())
            if not lamps or not street.traffic:
                continue
            lit = any(self.site.programs[self.tonight.program[i]].presence for i in lamps)
            asks = any(self.site.luminaires[i].relight for i in lamps)
            seen = sum(len(self.night.crossings(i)) for i in lamps)
            if best is None or (lit, asks, seen) > best[0]:
                best = ((lit, asks, seen), k)
        return self.night.street(best[1]) if best else None

    def _moment(self) -> int | None:
        """An instant of that street's liveliest hour with many on their way."""
        if self.street is None or self.lively is None:
            return None
        start, end = self.lively
        instants = [
            (max(way.start, start) + min(way.end, end)) // 2
            for way in self.street.ways
            if way.start < end and way.end > start
        ]
        return max(instants, key=self._liveliness, default=None)

    def _liveliness(self, t: int) -> tuple[int, int, int]:
        """How much there is to see at `t`: lit beside dim in that street, then people."""
        assert self.street is not None
        levels = [level_at(segments, t) for _, segments in self.street.lamps]
        bright = sum(level > 50 for level in levels)
        return min(bright, len(levels) - bright), len(self.night.people(t)), -t
