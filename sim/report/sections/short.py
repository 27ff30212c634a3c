"""What the report begins with: the figures in short, and where more energy is used."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.figures import Added, Json, other_than_site
from sim.report.sections.section import Section
from sim.report.speech import digits_for
from sim.summary import WITH_FAULTS

_YEAR = 365


class Short(Section):
    """The head of the page."""

    def content(self) -> dict[str, object]:
        """What the template asks for."""
        return {
            "period": self._period(),
            "size": self._size(),
            "short": self._short(),
            "adds": self._adds(),
            "faultless": self.s.say("short.faultless")
            if WITH_FAULTS in self._facts.summary
            else "",
        }

    def _period(self) -> str:
        first, nights = self._facts.first, self._facts.summary["nights"]
        text = self.s.say(
            "period",
            nights=self.s.count("nights", nights),
            first=self.s.date(first),
            last=self.s.date(first + nights),
        )
        if nights > 1:
            text += ". " + self.s.say("period.pictures", date=self._night())
        return text

    def _size(self) -> str:
        s, summary = self.s, self._facts.summary
        parts = [s.count("luminaires", summary["luminaires"])]
        if summary["nodes"] != summary["luminaires"]:
            parts.append(s.count("outputs", summary["nodes"]))
        parts += [
            s.count("streets", len(self._site.streets)),
            s.count("cabinets", len(self._site.cabinets)),
            s.say("seed", seed=self._facts.seed),
        ]
        return " · ".join(parts)

    def _short(self) -> dict[str, object]:
        s, entry = self.s, self._entries.get("site")
        if entry is None:
            return {"intro": s.say("short.no-site"), "tiles": []}
        against = other_than_site(self._facts.names)
        other = None if against is None else self._entries[against]
        intro = (
            s.say("short.alone")
            if against is None
            else s.say("short.versus", other=self._strategy(against))
        )
        digits = digits_for(e["energy_kwh"] for e in self._entries.values())
        kilos = digits_for(e["co2_kg"] for e in self._entries.values())

        def energy(e: Json) -> str:
            return s.unit(e["energy_kwh"], "kWh", digits)

        def co2(e: Json) -> str:
            return s.unit(e["co2_kg"], "kg", kilos)

        def instead(shown: str) -> list[str]:
            return [] if shown == s.say("none") else [s.say("instead", value=shown)]

        tiles: list[dict[str, object]] = [
            {
                "name": s.say("energy"),
                "value": energy(entry),
                "lines": []
                if other is None
                else [*instead(energy(other)), self._change(entry, other)],
            },
            {
                "name": s.say("cost"),
                "value": s.euros(entry["cost_eur"]),
                "lines": [] if other is None else instead(s.euros(other["cost_eur"])),
            },
            {
                "name": s.say("co2"),
                "value": co2(entry),
                "lines": [] if other is None else instead(co2(other)),
            },
        ]
        for key in ("met", "dark"):
            tiles.append(
                {
                    "name": s.say(key),
                    "value": s.percent(entry["service"][f"{key}_percent"], 2),
                    "lines": []
                    if other is None
                    else instead(s.percent(other["service"][f"{key}_percent"], 2)),
                }
            )
        service = entry["service"]
        lines = []
        if service["wait_mean_s"] is not None:
            mean = s.seconds(service["wait_mean_s"], 3)
            lines.append(s.say("mean-wait", mean=mean, p95=s.seconds(service["wait_p95_s"])))
        if other is not None:
            lines += instead(s.seconds(other["service"]["wait_max_s"]))
        tiles.append(
            {"name": s.say("wait"), "value": s.seconds(service["wait_max_s"]), "lines": lines}
        )
        partial = self._facts.summary["nights"] < _YEAR
        return {"intro": intro, "tiles": tiles, "partial": partial}

    def _change(self, entry: Json, other: Json) -> str:
        base = other["energy_kwh"]
        if not base:
            return ""
        percent = round(100 * (entry["energy_kwh"] - base) / base, 1)
        if not percent:
            return self.s.say("same")
        shown = self.s.percent(abs(percent), 1)
        return self.s.say("less" if percent < 0 else "more", value=shown)

    def _adds(self) -> list[dict[str, object]] | None:
        if self._facts.added is None:
            return None
        s = self.s

        digits = 2 if all(one.extra >= 0.05 for one in self._facts.added) else 3

        def kwh(value: float, signed: bool = True) -> str:
            return s.unit(value, "kWh", digits, signed)

        return [
            {
                "street": one.street.name,
                "value": kwh(one.extra),
                "lines": [
                    s.say(
                        "adds.after", after=kwh(one.after, False), before=kwh(one.before, False)
                    ),
                    s.say("adds.parts", light=kwh(one.light), gear=kwh(one.gear)),
                    " ".join(self._why_added(one)),
                ],
            }
            for one in self._facts.added
        ]

    def _why_added(self, one: Added) -> Iterator[str]:
        s = self.s
        if one.light_only_rounds and not one.longer:
            yield s.say("adds.gear-only")
            return
        if one.longer:
            key = "adds.presence" if one.presence else "adds.longer"
            yield s.say(key, hours=s.unit(one.hours, "h", 1))
            if one.relit:
                yield s.say("adds.relight", n=s.number(one.relit))
            tonight = self._facts.dark_light.get(one.street.id, 0.0)
            if tonight >= 0.005:
                yield s.say(
                    "adds.tonight", date=self._night(), kwh=s.unit(tonight, "kWh", 2)
                )
            if one.light < 0:
                yield s.say("adds.offset")
        else:
            yield s.say("adds.brighter")
        if one.met_before is not None and one.met_before != one.met_after:
            before, after = s.percent(one.met_before, 2), s.percent(one.met_after, 2)
            yield s.say("adds.service", before=before, after=after)
