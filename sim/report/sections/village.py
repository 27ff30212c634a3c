"""The village from above: its plan, and its light at one moment."""

from __future__ import annotations

from sim.report import maps
from sim.report.drawing import CIRCUITS
from sim.report.sections.section import Section

_STREETS_LISTED = 60


class Village(Section):
    """The plan."""

    def content(self) -> dict[str, object]:
        """What the template asks for."""
        return {"village": self._plan(), "moment": self._moment()}

    def _plan(self) -> dict[str, object]:
        s, site = self.s, self._site
        streets: dict[str, dict[str, int]] = {}
        for lamp in site.luminaires:
            of = streets.setdefault(lamp.circuit, {})
            of[lamp.street] = of.get(lamp.street, 0) + lamp.count
        legend = []
        number: dict[str, int] = {}
        for cabinet in site.cabinets:
            for circuit in cabinet.circuits:
                if circuit.id not in streets:
                    continue
                number[circuit.id] = len(number)
                legend.append(
                    (
                        number[circuit.id] % len(CIRCUITS),
                        s.say("plan.circuit", id=circuit.id, cabinet=cabinet.name),
                        ", ".join(
                            s.say(
                                "plan.street",
                                street=site.street(street).name,
                                n=s.count("luminaires", count),
                            )
                            for street, count in streets[circuit.id].items()
                        ),
                    )
                )
        name = s.say("plan.svg", site=site.site.name)
        svg = maps.site_plan(
            s,
            self._facts.plan,
            [number[lamp.circuit] for lamp in site.luminaires],
            f"plan-{s.lang}",
            name,
            s.say("plan.desc"),
        )
        return {
            "name": name,
            "svg": svg,
            "legend": legend,
            "about": s.say("plan.about")
            + (" " + s.say("plan.cut") if self._facts.plan.gaps else ""),
        }

    def _moment(self) -> dict[str, object] | None:
        s, facts = self.s, self._facts
        t = facts.moment
        if t is None:
            return None
        levels = facts.moment_night.levels(t)
        people = facts.moment_night.people(t)
        time = s.clock(t)
        of: dict[str, list[float]] = {}
        for level, lamp in zip(levels, self._site.luminaires, strict=True):
            of.setdefault(lamp.street, []).append(level)
        by_street = []
        for street in self._site.streets[:_STREETS_LISTED]:
            if those := of.get(street.id):
                low, high = round(min(those)), round(max(those))
                shown = (
                    s.say("off")
                    if high == 0
                    else s.percent(high)
                    if low == high
                    else s.say("table.band", low=s.number(low), high=s.percent(high))
                )
                by_street.append(s.say("moment.street", street=street.name, level=shown))
        kinds = {kind: sum(k == kind for k, _, _ in people) for kind, _, _ in people}
        there = ", ".join(
            s.say("moment.there", kind=s.say(f"kind.{kind}"), n=s.number(n))
            for kind, n in kinds.items()
        )
        svg = maps.moment(
            s,
            facts.plan,
            levels,
            [(kind, facts.plan.along(street, metres)) for kind, street, metres in people],
            f"moment-{s.lang}",
            s.say("moment.svg", time=time),
            " ; ".join(by_street) if s.lang == "fr" else "; ".join(by_street),
        )
        return {
            "name": s.say("moment", time=time),
            "about": s.say(
                "moment.about",
                date=s.calendar_date(s.local(t).date(), "full"),
                time=time,
                there=there or s.say("moment.nobody"),
            ),
            "by_street": by_street,
            "svg": svg,
        }
