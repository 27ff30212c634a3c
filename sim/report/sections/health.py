"""Faults: what failed, what the luminaires did, and when it was reported."""

from __future__ import annotations

from collections.abc import Iterator

from sim.health import delay_text, unseen_words, words
from sim.report import charts
from sim.report.incidents import DRAWN, Incident
from sim.report.sections.section import Section
from sim.report.speech import digits_for
from sim.summary import WITH_FAULTS

_LISTED = 40


class Health(Section):
    """Faults and reports."""

    def content(self) -> dict[str, object]:
        """What the template asks for."""
        s, facts = self.s, self._facts
        said = facts.reports
        nights = s.count("nights", facts.summary["nights"])
        false = [report for report in said or () if not report.asked]
        count = facts.summary.get("false_alarms")
        if said is None:
            alarms = s.say("health.not-simulated")
        else:
            n = len(false) if count is None else count
            alarms = s.say("health.alarms", n=s.number(n), nights=nights)
            without = facts.summary["strategies"].get("site", {}).get("false_alarms")
            if WITH_FAULTS in facts.summary and without is not None:
                alarms += " " + s.say("health.alarms-without", n=s.number(without))
        return {
            "health": {
                "intro": s.say("health.how") if facts.incidents else s.say("health.none"),
                "cost": self._cost(),
                "alarms": alarms,
                "columns": [s.say(f"health.{key}") for key in ("what", "since", "did", "said")],
                "rows": [
                    (self._lamp(one.lamp.id), [
                        self._fault(one.kind), s.moment_of(one.t), self._did(one),
                        self._said(one),
                    ])
                    for one in facts.incidents
                ],
                "charts": list(self._charts()),
                "false_columns": [s.say("health.what"), s.say("health.since"), s.say("health.to")],
                "false": [
                    (self._lamp(r.lamp), [
                        self._fault(r.fault), s.moment_of(r.t),
                        s.say("health.lasts") if r.until is None else s.moment_of(r.until),
                    ])
                    for r in false[:_LISTED]
                ],
                "more": s.say("health.more", n=s.number(len(false) - _LISTED))
                if len(false) > _LISTED
                else "",
            }
        }  # fmt: skip

    def _cost(self) -> str:
        """What the faults added to the site's figures, or took from them."""
        s, entry = self.s, self._facts.summary.get(WITH_FAULTS)
        mine = self._entries.get("site")
        if entry is None or mine is None:
            return ""
        added, service = entry["added"], entry["service"]
        digits = max(2, digits_for([entry["energy_kwh"]]))
        text = s.say(
            "health.cost",
            added=s.unit(added["energy_kwh"], "kWh", digits, True),
            kwh=s.unit(entry["energy_kwh"], "kWh", digits),
            before=s.unit(mine["energy_kwh"], "kWh", digits),
        )
        if service["met_percent"] is not None:
            text += " " + s.say(
                "health.cost-met",
                met=s.percent(service["met_percent"], 2),
                before=s.percent(mine["service"]["met_percent"], 2),
            )
        return text

    def _lamp(self, lamp: str) -> str:
        street = next((x.street for x in self._site.luminaires if x.id == lamp), None)
        return lamp if street is None else f"{lamp}, {self._site.street(street).name}"

    def _fault(self, kind: str) -> str:
        return words(kind, self.s.lang)

    def _did(self, one: Incident) -> str:
        s = self.s
        if one.level is None or one.sound_level is None:
            return s.say("health.not-drawn", n=s.number(DRAWN))
        if abs(one.level - one.sound_level) < 0.5:
            return s.say("health.same", level=s.percent(one.level))
        return s.say(
            "health.instead", level=s.percent(one.level), sound=s.percent(one.sound_level)
        )

    def _said(self, one: Incident) -> str:
        s, said = self.s, one.reported
        if self._facts.reports is None:
            return s.say("none")
        if said is None:
            return unseen_words(one.unseen, s.lang)
        name, t = said
        delay = s.duration_of(delay_text(t - one.t))
        text = s.say("health.after", fault=self._fault(name), time=s.moment_of(t), delay=delay)
        also = dict.fromkeys(
            r.fault
            for r in self._facts.reports
            if r.asked and r.lamp == one.lamp.id and r.fault != name and r.t >= one.t
        )
        if also:
            names = ", ".join(self._fault(fault) for fault in also)
            text += " ; " * (s.lang == "fr") + "; " * (s.lang == "en")
            text += s.say("health.also", faults=names)
        return text

    def _charts(self) -> Iterator[dict[str, object]]:
        s, facts = self.s, self._facts
        for n, one in enumerate(facts.incidents):
            if one.night is None or one.line is None or one.sound is None:
                continue
            name = s.say("health.night", lamp=one.lamp.id, fault=self._fault(one.kind))
            svg = charts.incident(s, one, f"f{n}-{s.lang}", name, self._did(one))
            yield {"name": name, "about": s.say("health.chart"), "svg": svg}
