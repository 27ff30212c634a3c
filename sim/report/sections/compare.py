"""Energy and service of each strategy, side by side, and a line to check by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report import charts
from sim.report.drawing import SIGNS
from sim.report.figures import BANDS, Json, bands
from sim.report.sections.section import Section
from sim.report.speech import digits_for
from sim.report.words import WORDS

_STREETS_DRAWN = 20


class Compare(Section):
    """The strategies."""

    def content(self) -> dict[str, object]:
        """What the template asks for."""
        return {"compare": self._compare(), "hand": self._hand()}


    def _compare(self) -> dict[str, object]:
        s, names = self.s, self._facts.names
        told = self._site.strategies
        windows = {
            "window": s.windows([told.switch_off]),
            "dimming": s.windows([told.dimming]),
            "dimmed": s.percent(told.dimming.level),
            "idle": s.percent(told.presence.idle),
            "raised": s.percent(told.presence.level),
            "relight": s.windows([told.relight]),
            "lasts": s.duration(told.relight.duration),
        }
        about = []
        for name in names:
            key = f"about.{name}"
            if key in WORDS:
                about.append((self._strategy(name), s.say(key, **windows)))
        return {
            "about": about,
            "charts": self._strategy_charts(),
            "tables": [
                self._by_strategy(),
                self._levels(),
                self._energy_by_street(),
                self._service_by_street("met"),
                self._service_by_street("dark"),
            ],
        }

    def _strategy_charts(self) -> list[dict[str, object]]:
        s, names, entries = self.s, self._facts.names, self._entries
        digits = digits_for(e["energy_kwh"] for e in entries.values())

        def kwh(value: float | None) -> str:
            return s.unit(value or 0.0, "kWh", digits)

        def percent(value: float | None) -> str:
            return s.percent(value, 2)

        energy = [(name, entries[name]["energy_kwh"]) for name in names]
        met = [(name, entries[name]["service"]["met_percent"]) for name in names]
        dark = [(name, entries[name]["service"]["dark_percent"]) for name in names]
        darkest = max((value or 0.0 for _, value in dark), default=0.0)
        most = max((value for _, value in energy), default=0.0)
        return [
            self._bars("energy", energy, kwh, most),
            self._bars("met", met, percent, 100.0),
            self._bars("dark", dark, percent, max(20.0, darkest)),
        ]

    def _bars(
        self, key: str, values: Sequence[tuple[str, float | None]], show: Any, most: float
    ) -> dict[str, object]:
        title = self.s.say(f"chart.{key}")
        desc = self.s.say("chart.as-table")
        svg = charts.bars(
            values, self._strategy, show, most, f"{key}-{self.s.lang}-chart", title, desc
        )
        return {"name": title, "svg": svg}

    def _by_strategy(self) -> dict[str, object]:
        s, names, entries = self.s, self._facts.names, self._entries
        digits = digits_for(e["energy_kwh"] for e in entries.values())
        kilos = digits_for(e["co2_kg"] for e in entries.values())
        bases = [name for name in ("today", "always_on") if name in names]
        rows = []
        for name in names:
            entry = entries[name]
            service = entry["service"]
            rows.append(
                (
                    self._strategy(name),
                    [
                        s.unit(entry["energy_kwh"], "kWh", digits),
                        s.euros(entry["cost_eur"]),
                        s.unit(entry["co2_kg"], "kg", kilos),
                        *(
                            s.say("none")
                            if name == base
                            else s.percent(entry.get(f"vs_{base}_percent"), 1, True)
                            for base in bases
                        ),
                        s.percent(service["met_percent"], 2),
                        s.percent(service["dark_percent"], 2),
                        s.seconds(service["wait_mean_s"], 3),
                        s.seconds(service["wait_p95_s"]),
                        s.seconds(service["wait_max_s"]),
                    ],
                )
            )
        count = max((entries[name]["service"]["passages"] for name in names), default=0)
        return {
            "caption": s.say("table.strategies"),
            "first": s.say("strategy"),
            "columns": [
                s.say("energy"),
                s.say("cost"),
                s.say("co2"),
                *(s.say("table.vs", other=self._strategy(base)) for base in bases),
                s.say("met"),
                s.say("dark"),
                s.say("table.mean"),
                s.say("table.p95"),
                s.say("table.max"),
            ],
            "rows": rows,
            "total": [],
            "charts": [],
            "legend": [],
            "note": s.say("table.passages", n=s.count("passages", count)),
        }

    def _levels(self) -> dict[str, object]:
        s = self.s
        hours = {name: bands(self._entries[name]) for name in self._facts.names}
        used = [k for k in range(len(BANDS)) if any(row[k] for row in hours.values())]
        columns = [
            s.say("off")
            if high == 0
            else s.percent(high)
            if low == high
            else s.say("table.band", low=s.number(low), high=s.percent(high))
            for low, high in (BANDS[k] for k in used)
        ]
        rows = [
            (self._strategy(name), [s.unit(row[k], "h") for k in used])
            for name, row in hours.items()
        ]
        return {
            "caption": s.say("table.levels"),
            "first": s.say("strategy"),
            "columns": columns,
            "rows": rows,
            "total": [],
            "charts": [],
            "legend": [],
            "note": "",
        }

    def _energy_by_street(self) -> dict[str, object]:
        s, names, entries = self.s, self._facts.names, self._entries
        versus = "today" in names and "site" in names

        def cells(parts: Mapping[str, Json], count: int) -> list[str]:
            row = [s.number(count), *(s.number(parts[n]["energy_kwh"], 2) for n in names)]
            if versus:
                row.append(s.percent(parts["site"].get("vs_today_percent"), 1, True))
            return row

        def of(street: str) -> dict[str, Json]:
            return {name: entries[name]["streets"][street] for name in names}

        lamps = {x.id: 0 for x in self._site.streets}
        for lamp in self._site.luminaires:
            lamps[lamp.street] += 1
        columns = [s.say("nodes"), *(self._strategy(name) for name in names)]
        if versus:
            columns.append(s.say("table.vs", other=self._strategy("today")))
        return {
            "caption": s.say("table.energy-streets"),
            "first": s.say("street"),
            "columns": columns,
            "rows": [(x.name, cells(of(x.id), lamps[x.id])) for x in self._site.streets],
            "total": cells(entries, len(self._site.luminaires)),
            "charts": self._street_charts(),
            "legend": [
                (name, SIGNS.get(name, "◀"), self._strategy(name)) for name in names
            ],
            "note": "",
        }

    def _street_charts(self) -> list[dict[str, object]]:
        s, names, entries = self.s, self._facts.names, self._entries
        streets = list(self._site.streets)
        about = ""
        if len(streets) > _STREETS_DRAWN:
            streets.sort(
                key=lambda x: -max(entries[n]["streets"][x.id]["energy_kwh"] for n in names)
            )
            del streets[_STREETS_DRAWN:]
            about = s.say("chart.first", n=s.number(_STREETS_DRAWN))
        labels = self._distinct([x.name for x in streets])
        energy, met = [], []
        for x, label in zip(streets, labels, strict=True):
            for name in names:
                part = entries[name]["streets"][x.id]
                energy.append((label, name, part["energy_kwh"]))
                if part["service"]["met_percent"] is not None:
                    met.append((label, name, part["service"]["met_percent"]))
        most = max((value for *_, value in energy), default=0.0) or 1.0
        step = _step(most / 3.5)
        ends = [step * k for k in range(int(most / step) + 2)]
        digits = 0 if step >= 1 else 2
        kwh = {value: s.number(value, digits) for value in ends[:-1]}
        kwh[ends[-1]] = s.unit(ends[-1], "kWh", digits)
        percents = {float(v): s.number(v) for v in (0, 25, 50, 75)} | {100.0: s.percent(100)}
        found: list[dict[str, object]] = []
        for key, rows, axis in (("streets-energy", energy, kwh), ("streets-met", met, percents)):
            title = s.say(f"chart.{key}")
            desc = s.say("chart.as-table")
            if rows:
                svg = charts.dots(
                    rows,
                    {name: self._strategy(name) for name in names},
                    labels,
                    axis,
                    f"{key}-{s.lang}",
                    title,
                    desc,
                )
                found.append({"name": title, "about": about, "svg": svg})
        return found

    @staticmethod
    def _distinct(labels: Sequence[str]) -> list[str]:
        """The labels, with a number behind those that would be taken for another."""
        seen: dict[str, int] = {}
        found = []
        for label in labels:
            seen[label] = seen.get(label, 0) + 1
            found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
        return found

    def _service_by_street(self, key: str) -> dict[str, object]:
        """key: met or dark."""
        s, names, entries = self.s, self._facts.names, self._entries

        def cells(parts: Mapping[str, Json], asked: str) -> list[str]:
            services = [parts[name]["service"] for name in names]
            count = s.number(max((x["passages"] for x in services), default=0))
            return [asked, count, *(s.percent(x[f"{key}_percent"], 2) for x in services)]

        def of(street: str) -> dict[str, Json]:
            return {name: entries[name]["streets"][street] for name in names}

        return {
            "caption": s.say(f"table.{key}-streets"),
            "first": s.say("street"),
            "columns": [
                s.say("asked"), s.say("passages"), *(self._strategy(name) for name in names)
            ],
            "rows": [
                (x.name, cells(of(x.id), s.percent(x.asked_level))) for x in self._site.streets
            ],
            "total": cells(entries, s.say("none")),
            "charts": [],
            "legend": [],
            "note": "",
        }  # fmt: skip

    def _hand(self) -> dict[str, object] | None:
        s, made = self.s, self._facts.hand
        if made is None:
            return None
        nights = self._facts.summary["nights"]
        hours = s.unit(made.hours, "h", 3)
        lines = [
            s.say(
                "hand.hours",
                hours=hours,
                nights=s.count("nights", nights),
                mean=s.unit(made.hours / nights, "h", 3),
            )
        ]
        sun = self._facts.tonight.sun
        if made.strategy == "always_on" and sun.sunset is not None and sun.sunrise is not None:
            lines.append(
                s.say(
                    "hand.first",
                    date=self._night(),
                    sunset=s.clock(sun.sunset),
                    sunrise=s.clock(sun.sunrise),
                    length=s.hours(sun.sunrise - sun.sunset),
                )
            )
        lines.append(s.say("hand.cost", price=s.price(), cost=s.euros(made.cost)))
        return {
            "intro": s.say(
                "hand.intro", street=made.street.name, strategy=self._strategy(made.strategy)
            ),
            "line": [
                f"{s.number(made.count)} × {self._watts(made.watts)}",
                f"× {hours}",
                f"= {s.unit(made.kwh, 'kWh', 3)}",
            ],
            "lines": lines,
        }



def _step(least: float) -> float:
    """The next of 1, 2, 5, 10 ... that is not less."""
    scale = 1.0
    while scale > least:
        scale /= 10
    while scale * 10 <= least:
        scale *= 10
    return next(scale * k for k in (1, 2, 5, 10) if scale * k >= least)
