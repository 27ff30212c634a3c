"""Faults: what failed, what the luminaires did, and when it was reported."""

from __future__ import annotations

from collections.abc import Iterator

from sim.health import PROMISED_NIGHTS, words
from sim.report import charts
from sim.report.incidents import Incident
from sim.report.sections.section import Section

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
        return {
            "health": {
                "intro": s.say("health.how") if facts.incidents else s.say("health.none"),
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

    def _lamp(self, lamp: str) -> str:
        street = next((x.street for x in self._site.luminaires if x.id == lamp), None)
        return lamp if street is None else f"{lamp}, {self._site.street(street).name}"

    def _fault(self, kind: str) -> str:
        return words(kind, self.s.lang)

    def _did(self, one: Incident) -> str:
        s = self.s
        if one.level is None or one.sound_level is None:
            return s.say("none")
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
            return s.say("health.silent" if one.kind in PROMISED_NIGHTS else "health.unseen")
        name, t = said
        ms = t - one.t
        delay = s.duration(ms // 1000 * 1000) if ms < 60_000 else s.hours(ms)
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
