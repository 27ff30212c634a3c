"""The page: everything that the template prints, put into words in each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.engine import BOOT_MS, RADIO_HOP_MS, RADIO_LOSS
from sim.report import charts
from sim.report.figures import (
    BANDS,
    Added,
    HandCheck,
    Json,
    added,
    bands,
    expected,
    hand_check,
    other_than_site,
    strategies,
    uses_counts,
)
from sim.report.profiles import FirstNight, Profile, RealNight, profiles, window_of
from sim.report.speech import Speech, digits_for
from sim.report.tonight import CabinetNight, Group, Row, Sun, Tonight, names_of
from sim.report.words import LANGUAGES, WORDS
from sim.site.model import Circuit, Program, Site
from sim.world.counts import CREDIT
from sim.world.people import SPEEDS_M_S
from sim.world.power import START_SHARE

_HERE = Path(__file__).parent
_STREETS_DRAWN = 20
_REAL_NIGHTS = 3
_PROGRAMS_DRAWN = 24

# What each colour of the charts becomes on a dark page.
_DARK = {
    charts.INK: "#e8edf3",
    charts.QUIET: "#a9b4c2",
    charts.GRID: "#303b48",
    charts.NIGHT: "#222e3d",
    charts.LIGHT: "#d9ab2b",
    charts.EDGE: "#ffdf8a",
    charts.NO_MAINS: "#4a5563",
    charts.PEOPLE: "#8cc4f5",
    charts.STRATEGIES["site"]: "#5cb3f0",
    charts.STRATEGIES["today"]: "#f0a04b",
    charts.STRATEGIES["always_on"]: "#a7b0bd",
    charts.STRATEGIES["switch_off"]: "#c49af0",
}


def html(site: Site, summary: Json, first: int, seed: int) -> str:
    """The report as one HTML document.

    summary: of `sim.summary`, with any of its strategies; first: day number of the first night;
    seed: the run's. The first night is run once more, for its details.
    """
    facts = Facts(site, summary, first, seed)
    pages = [Page(Speech(lang, site), facts) for lang in LANGUAGES]
    opens = site.site.language
    speech = next(page.s for page in pages if page.s.lang == opens)
    jinja = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = jinja.get_template("report.html.j2").render(
        site=site,
        opens=opens,
        title=speech.say("title", site=site.site.name),
        css=Markup(_style()),
        pages=[page.content() for page in pages],
        faults=summary.get("faults", ()),
    )
    return text.strip() + "\n"


def _style() -> str:
    css = (_HERE / "report.css").read_text(encoding="utf-8")
    signs = "\n".join(
        f".sign-{name} {{ color: {colour}; }}" for name, colour in charts.STRATEGIES.items()
    )
    rules = "\n".join(
        f"  .sign-{name} {{ color: {_DARK[colour]}; }}"
        for name, colour in charts.STRATEGIES.items()
    )
    rules += "\n" + "\n".join(
        f'  svg [fill="{light}"] {{ fill: {dark}; }} svg [stroke="{light}"] {{ stroke: {dark}; }}'
        for light, dark in _DARK.items()
    )
    return css.replace("/* signs */", signs, 1).replace("/* dark */", rules, 1)


class Facts:
    """What both languages say: worked out once."""

    def __init__(self, site: Site, summary: Json, first: int, seed: int) -> None:
        self.site = site
        self.summary = summary
        self.first = first
        self.seed = seed
        self.names = strategies(summary)
        self.tonight = Tonight(site, first)
        self.cabinets: list[CabinetNight] = self.tonight.cabinets()
        self.profiles: list[Profile] = profiles(self.tonight)[:_PROGRAMS_DRAWN]
        self.hand: HandCheck | None = hand_check(site, summary)
        self.added: list[Added] | None = added(site, summary, first)
        watched = [
            profile.program
            for profile in self.profiles
            if profile.where and site.programs[profile.program].presence
        ]
        self.real: list[RealNight] = []
        self.dark_light: dict[str, float] = {}
        by_presence = [one.street.id for one in self.added or () if one.presence and one.longer]
        if watched or by_presence:
            night = FirstNight(site, first, seed)
            for program in list(dict.fromkeys(watched))[:_REAL_NIGHTS]:
                real = night.real_night(self.tonight, program)
                if real is not None:
                    self.real.append(real)
            for street in by_presence:
                self.dark_light[street] = night.light_where_dark(self.tonight, street)
        lines = [p.line for p in self.profiles] + [r.line for r in self.real]
        self.window = window_of(self.tonight.sun, lines)


class Page:
    """The report in one language."""

    def __init__(self, speech: Speech, facts: Facts) -> None:
        self.s = speech
        self._facts = facts
        self._site = facts.site
        self._entries: Mapping[str, Json] = facts.summary["strategies"]

    def content(self) -> dict[str, object]:
        """What the template asks for, section by section."""
        return {
            "s": self.s,
            "period": self._period(),
            "size": self._size(),
            "short": self._short(),
            "adds": self._adds(),
            "tonight": self._tonight(),
            "profiles": list(self._profiles()),
            "real": list(self._real()),
            "compare": self._compare(),
            "hand": self._hand(),
            "assume": self._assume(),
        }

    # ---- head and summary

    def _period(self) -> str:
        first, nights = self._facts.first, self._facts.summary["nights"]
        return self.s.say(
            "period",
            nights=self.s.count("nights", nights),
            first=self.s.date(first),
            last=self.s.date(first + nights),
        )

    def _size(self) -> str:
        s, summary = self.s, self._facts.summary
        parts = [s.count("luminaires", summary["luminaires"])]
        if summary["lamps"] != summary["luminaires"]:
            parts.append(s.count("outputs", summary["lamps"]))
        parts += [
            s.count("streets", len(self._site.streets)),
            s.count("cabinets", len(self._site.cabinets)),
            s.say("seed", seed=self._facts.seed),
        ]
        return " · ".join(parts)

    def _strategy(self, name: str) -> str:
        key = f"strategy.{name}"
        return self.s.say(key) if key in WORDS else name

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
        return {"intro": intro, "tiles": tiles}

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
            tonight = self._facts.dark_light.get(one.street.id, 0.0)
            if tonight >= 0.005:
                yield s.say("adds.tonight", kwh=s.unit(tonight, "kWh", 2))
            if one.light < 0:
                yield s.say("adds.offset")
        else:
            yield s.say("adds.brighter")
        if one.met_before is not None and one.met_before != one.met_after:
            before, after = s.percent(one.met_before, 2), s.percent(one.met_after, 2)
            yield s.say("adds.service", before=before, after=after)

    # ---- tonight

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
            "presence": self._presence(program),
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

    # ---- profiles

    def _canvas(self) -> charts.Canvas:
        return charts.Canvas(self.s, self._facts.tonight.sun, *self._facts.window)

    def _program_name(self, key: str) -> str:
        return self.s.name(self._site.programs[key].name, key)

    def _profiles(self) -> Iterator[dict[str, object]]:
        s, canvas = self.s, self._canvas()
        for n, made in enumerate(self._facts.profiles):
            name = self._program_name(made.program)
            if made.where:
                about = s.say("profiles.tonight", where=", ".join(made.where))
            else:
                about = s.say("profiles.today" if made.today else "profiles.not-tonight")
            if made.circuit:
                about += " · " + s.say("circuit", id=made.circuit)
            steps = [
                s.say(
                    "profiles.change",
                    time=s.clock(t),
                    level=s.percent(level) if level else s.say("off"),
                )
                for t, level in made.steps
            ]
            desc = ", ".join(steps) or s.say("profiles.never")
            title = s.say("profiles.svg", name=name)
            svg = charts.profile(canvas, made, f"p{n}-{s.lang}", title, desc)
            yield {"name": name, "about": about, "svg": svg}

    def _real(self) -> Iterator[dict[str, object]]:
        s, canvas = self.s, self._canvas()
        for n, made in enumerate(self._facts.real):
            desc = s.say(
                "real.desc",
                rises=s.count("rises", made.rises),
                passages=s.count("passages", len(made.passages)),
                hours=s.hours(made.raised_ms),
            )
            title = s.say("real.svg", lamp=made.lamp.id)
            yield {
                "name": s.say(
                    "real",
                    lamp=made.lamp.id,
                    street=self._site.street(made.lamp.street).name,
                ),
                "about": s.say("real.how", lamp=made.lamp.id, seed=self._facts.seed),
                "svg": charts.real_night(canvas, made, f"r{n}-{s.lang}", title, desc),
                "desc": desc,
            }

    # ---- energy and service

    def _compare(self) -> dict[str, object]:
        s, names = self.s, self._facts.names
        window = s.windows([self._site.strategies.switch_off])
        about = []
        for name in names:
            key = f"about.{name}"
            if key in WORDS:
                about.append((self._strategy(name), s.say(key, window=window)))
        return {
            "about": about,
            "charts": self._strategy_charts(),
            "tables": [
                self._by_strategy(),
                self._levels(),
                self._energy_by_street(),
                self._service_by_street(),
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
                (name, charts.SIGNS.get(name, "✚"), self._strategy(name)) for name in names
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

    def _service_by_street(self) -> dict[str, object]:
        s, names, entries = self.s, self._facts.names, self._entries

        def cells(parts: Mapping[str, Json], asked: str) -> list[str]:
            services = [parts[name]["service"] for name in names]
            row = [asked, s.number(max((x["passages"] for x in services), default=0))]
            for service in services:
                row += [s.percent(service[f"{key}_percent"], 2) for key in ("met", "dark")]
            return row

        def of(street: str) -> dict[str, Json]:
            return {name: entries[name]["streets"][street] for name in names}

        return {
            "caption": s.say("table.service-streets"),
            "first": s.say("street"),
            "columns": [s.say("asked"), s.say("passages")],
            "pairs": [self._strategy(name) for name in names],
            "pair": [s.say("met.short"), s.say("dark.short")],
            "rows": [
                (x.name, cells(of(x.id), s.percent(x.asked_level))) for x in self._site.streets
            ],
            "total": cells(entries, s.say("none")),
            "charts": [],
            "legend": [],
            "note": "",
        }

    # ---- by hand

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

    # ---- assumptions

    def _watts(self, watts: float) -> str:
        return self.s.short(watts) + "\N{NO-BREAK SPACE}W"

    def _assume(self) -> dict[str, object]:
        s, site = self.s, self._site
        energy = site.energy
        kinds = [
            kind
            for kind in ("walker", "cyclist", "car")
            if any(kind in expected(street) for street in site.streets)
        ]
        people = []
        for street in site.streets:
            mean = expected(street)
            cells = [s.number(mean[k]) if k in mean else s.say("none") for k in kinds]
            people.append((street.name, cells))
        gear = []
        for name, driver in site.drivers.items():
            points = ", ".join(
                s.say("gear.point", level=s.share(level), watts=self._watts(watts))
                for level, watts in driver.power_points
            )
            if driver.minimum_level == 100:
                points = s.say("gear.no-dimming")
            gear.append(
                (
                    name,
                    [
                        self._watts(driver.power_w),
                        points or s.say("gear.no-points", share=s.percent(100 * START_SHARE)),
                        self._watts(driver.standby_w),
                        self._watts(driver.node_w),
                        s.percent(driver.minimum_level),
                    ],
                )
            )

        def speed(kind: str) -> str:
            low, high = SPEEDS_M_S[kind]
            return f"{s.short(low)}\N{EN DASH}{s.short(high)}\N{NO-BREAK SPACE}m/s"

        used = {lamp.sensor for lamp in site.luminaires}
        return {
            "energy": [
                s.say(
                    "assume.price",
                    price=s.price(),
                    date=s.calendar_date(energy.price_date),
                    source=energy.price_source,
                ),
                s.say(
                    "assume.co2",
                    co2=f"{s.short(energy.co2_g_per_kwh)}\N{NO-BREAK SPACE}g/kWh",
                    year=energy.co2_year,
                    source=energy.co2_source,
                ),
            ],
            "gear_columns": [
                s.say(f"gear.{key}")
                for key in ("full", "points", "standby", "node", "minimum")
            ],
            "gear": gear,
            "traffic": s.say("assume.traffic", seed=self._facts.seed),
            "counts": CREDIT if uses_counts(site) else "",
            "kinds": [s.say(f"kind.{kind}") for kind in kinds],
            "people": people,
            "speeds": s.say(
                "assume.speeds",
                walker=speed("walker"),
                cyclist=speed("cyclist"),
                car=f"60\N{EN DASH}{s.percent(100)}",
            ),
            "sensors": [
                s.say(
                    "assume.sensor",
                    name=name,
                    range=f"{s.short(sensor.range_m)}\N{NO-BREAK SPACE}m",
                    missed=s.share(sensor.missed_percent),
                    false=s.short(sensor.false_per_hour),
                )
                for name, sensor in site.sensors.items()
                if name in used
            ],
            "nodes": [
                s.say("assume.boot", boot=s.duration(BOOT_MS)),
                s.say(
                    "assume.radio",
                    delay=s.unit(RADIO_HOP_MS, "ms"),
                    loss=s.percent(100 * RADIO_LOSS),
                ),
                s.say(
                    "assume.sun",
                    latitude=self._degrees(site.site.latitude),
                    longitude=self._degrees(site.site.longitude),
                ),
            ],
        }

    def _degrees(self, value: float) -> str:
        return self.s.short(value) + "°"


def _step(least: float) -> float:
    """The next of 1, 2, 5, 10 ... that is not less."""
    scale = 1.0
    while scale > least:
        scale /= 10
    while scale * 10 <= least:
        scale *= 10
    return next(scale * k for k in (1, 2, 5, 10) if scale * k >= least)
