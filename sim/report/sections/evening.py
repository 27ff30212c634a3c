"""Tonight's times, by cabinet, circuit and street."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.report.days import call_night, spans
from sim.report.sections.section import Section
from sim.report.tonight import Group, Row, Sun, names_of
from sim.report.words import WORDS
from sim.site.model import Circuit, Event, Program


class Evening(Section):
    """Tonight."""

    def content(self) -> dict[str, object]:
        """What the template asks for."""
        return {"tonight": self._tonight(), "dated": list(self._dated()), "asked": self._asked()}


    def _tonight(self) -> dict[str, object]:
        s, facts = self.s, self._facts
        sun = facts.tonight.sun
        says = ""
        if sun.sunset is None and sun.sunrise is None:
            says = s.say("sun.stays-up" if sun.stays_up else "sun.stays-down")
        return {
            "date": s.say(
                "tonight.date",
                evening=s.date(facts.first),
                morning=s.date(facts.first + 1),
                zone=self._site.site.timezone,
            ),
            "by_cell": any(
                self._site.programs[name].uses_photocell for name in facts.tonight.program
            ),
            "sun_says": says,
            "sun": self._sun(sun),
            "cabinets": [
                {
                    "name": night.cabinet.name,
                    "groups": [
                        self._group(group, of.circuit, night.cabinet.clock_error)
                        for of in night.circuits
                        for group in of.groups
                    ],
                }
                for night in facts.cabinets
            ],
        }

    def _sun(self, sun: Sun) -> list[tuple[str, str]]:
        s = self.s
        found = [
            (s.say(f"sun.{name}"), s.say("sun.never") if t is None else s.clock(t))
            for name, t in (
                ("sunset", sun.sunset),
                ("dusk", sun.dusk),
                ("solar-midnight", sun.midnight),
                ("dawn", sun.dawn),
                ("sunrise", sun.sunrise),
            )
        ]
        if sun.sunset is not None and sun.sunrise is not None:
            found.append((s.say("sun.length"), s.hours(sun.sunrise - sun.sunset)))
        return found

    def _supply(self, circuit: Circuit, clock_error: int) -> str:
        s = self.s
        if not circuit.switched:
            return s.say("supply.permanent")
        text = s.say("supply.switched", windows=s.windows(circuit.mains))
        if clock_error:
            key = "clock.slow" if clock_error < 0 else "clock.fast"
            text += ", " + s.say(key, by=s.duration(abs(clock_error)))
        return text

    def _group(self, group: Group, circuit: Circuit, clock_error: int) -> dict[str, object]:
        s = self.s
        program = self._site.programs[group.program]
        return {
            "street": group.street.name,
            "circuit": f"{s.say('circuit', id=circuit.id)}, {self._supply(circuit, clock_error)}",
            "size": s.count("luminaires", sum(lamp.count for lamp in group.lamps)),
            "lamps": names_of(group.lamps),
            "program": s.say("program", name=s.name(program.name, group.program)),
            "rows": [self._row(row) for row in group.rows],
            "nothing": s.say("cut-all-night" if circuit.switched else "dark-all-night"),
            "notes": [
                note
                for note in (
                    self._presence(program), self._ceiling(group), self._relight(group)
                )
                if note
            ],
        }

    def _row(self, row: Row) -> dict[str, object]:
        s = self.s
        return {
            "time": s.clock(row.t),
            "percent": row.level,
            "level": s.percent(row.level) if row.level else s.say("off"),
            "ramp": s.say("in", time=s.duration(row.ramp)) if row.ramp else "",
            "reason": self._reason(row),
        }

    def _reason(self, row: Row) -> str:
        s, at = self.s, row.moment
        if row.event is not None:
            event = self._site.events[row.event]
            name = s.name(event.name, event.id)
            if event.order:
                return s.say("why.event-order", name=name, order=event.order)
            return s.say(row.key, name=name)
        if row.key in ("why.on", "why.off", "why.point") and at is not None and at.is_clock:
            return s.say(row.key + "-clock")
        if "{moment}" not in WORDS[row.key]["en"]:
            return s.say(row.key)
        if at is None:
            return s.say(row.key + "-plain")
        return s.say(row.key, moment=s.moment(at))

    def _presence(self, program: Program) -> str:
        s, made = self.s, program.presence
        if made is None:
            return ""
        text = s.say(
            f"presence.{made.operation}",
            windows=s.windows(made.windows) if made.windows else s.say("presence.always"),
            level=s.percent(made.level),
            idle=s.percent(made.idle),
            hold=s.duration(made.hold),
            up=s.duration(made.ramp_up),
            down=s.duration(made.ramp_down),
        )
        if made.neighbours:
            text += ", " + s.count("presence.neighbours", made.neighbours)
        if made.reach_m:
            text += ", " + s.say("presence.reach", metres=s.unit(made.reach_m, "m"))
        if made.vehicles == "section":
            text += "; " if s.lang == "en" else " ; "
            text += s.say("presence.section")
        return text + "."

    def _ceiling(self, group: Group) -> str:
        s, name = self.s, group.lamps[0].ceiling
        if name is None:
            return ""
        made = self._site.ceilings[name]
        when = s.windows(made.windows) if made.windows else s.say("presence.always")
        if made.from_ is not None and made.to is not None:
            when += ", " + s.say("from-to", start=s.day(made.from_), end=s.day(made.to))
        else:
            when += ", " + s.say("ceiling.always")
        if made.order:
            when += ", " + s.say("ceiling.order", order=made.order)
        return s.say("ceiling.is", level=s.percent(made.level), when=when) + "."

    def _relight(self, group: Group) -> str:
        s, name = self.s, group.lamps[0].relight
        if name is None:
            return ""
        made = self._site.relights[name]
        return s.say(
            "relight.may",
            window=s.windows([made.hours]),
            level=s.percent(made.level),
            lasts=s.duration(made.duration),
        )

    # ---- what is dated

    def _dated(self) -> Iterator[tuple[str, list[str]]]:
        """Events and calls of the run's nights: when, and what, where, light, by whom."""
        s, facts, site = self.s, self._facts, self._site
        nights, base = facts.summary["nights"], facts.first
        for number, event in enumerate(site.events):
            those = [n for n in facts.year.events.get(number, ()) if n < nights]
            if not those:
                continue
            dates = ", ".join(s.nights(base + a, base + b) for a, b in spans(those))
            yield (
                s.say("dated.evenings", dates=dates, window=s.windows([event.hours])),
                [
                    s.name(event.name, event.id),
                    self._where(site.targets(event)),
                    self._light(event),
                    event.order or s.say("none"),
                ],
            )
        for call in site.calls:
            if not 0 <= call_night(call.at) - base < nights:
                continue
            lasts = call.duration
            if call.relight is not None:
                lasts = site.relights[call.relight].duration
            full = site.relights[call.relight].level if call.relight else 100
            yield (
                s.say(
                    "dated.call",
                    date=s.calendar_date(call.at.date()),
                    time=f"{call.at:%H:%M}",
                    lasts=s.duration(lasts or 0),
                ),
                [
                    s.name(call.name, s.say(f"call.{call.kind}")),
                    self._where(site.targets(call)),
                    s.percent(full if call.level is None else call.level),
                    s.say("dated.by-call"),
                ],
            )

    def _where(self, lamps: Sequence[int]) -> str:
        site = self._site
        names = dict.fromkeys(site.street(site.luminaires[i].street).name for i in lamps)
        return ", ".join(names)

    def _light(self, event: Event) -> str:
        s = self.s
        if event.scene is not None:
            scene = self._site.scenes[event.scene]
            return s.say("dated.scene", name=s.name(scene.name, event.scene))
        if event.program is not None:
            return s.say("program", name=self._program_name(event.program))
        return s.percent(event.level)

    def _asked(self) -> list[str]:
        """Who asked for light, zone by zone."""
        s, entry = self.s, self._entries.get("site", {})
        return [
            s.say(
                "relight.asked",
                zone=s.name(self._site.relights[zone].name, zone),
                n=s.number(counts["requests"]),
                taken=s.number(counts["taken"]),
            )
            for zone, counts in entry.get("relights", {}).items()
            if zone in self._site.relights
        ]
