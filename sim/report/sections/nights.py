"""The night of each program, one real night, the year, and a street."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report import charts, days, pictures
from sim.report.raster import colour
from sim.report.sections.section import Section
from sim.report.street import StreetNight
from sim.report.year import Kind

_SCALE = (0, 10, 25, 50, 75, 100)


class Nights(Section):
    """Light against time."""

    def content(self) -> dict[str, object]:
        """What the template asks for."""
        return {
            "profiles": list(self._profiles()),
            "profiles_how": self.s.say("profiles.how", date=self._night()),
            "real": list(self._real()),
            "year": self._year(),
            "street": self._street(),
        }


    def _canvas(self) -> charts.Canvas:
        return charts.Canvas(self.s, self._facts.tonight.sun, *self._facts.window)

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
            title = s.say("real.svg", lamp=made.lamp.id, date=self._night())
            yield {
                "name": s.say(
                    "real",
                    lamp=made.lamp.id,
                    street=self._site.street(made.lamp.street).name,
                ),
                "about": s.say(
                    "real.how", lamp=made.lamp.id, seed=self._facts.seed, date=self._night()
                ),
                "svg": charts.real_night(canvas, made, f"r{n}-{s.lang}", title, desc),
                "desc": desc,
            }

    # ---- the year

    def _year(self) -> dict[str, object]:
        s, site, year = self.s, self._site, self._facts.year
        common = [
            pictures.Strip("weekends", days.weekends(year)),
            pictures.Strip("holidays", days.public_holidays(site, year)),
        ]
        if site.site.school_zone:
            common.append(pictures.Strip("school", days.school_holidays(site, year)))
        charts_made = []
        for n, picture in enumerate(year.pictures):
            kind = picture.kind
            strips = list(common)
            if kind.events:
                strips.append(pictures.Strip("events", days.works(kind, year)))
            if kind.calls:
                strips.append(pictures.Strip("calls", days.calls(site, kind, year)))
            name, where = self._kind_name(kind), self._where(kind)
            lines = [*self._dated(kind), *([s.say("year.requests")] if kind.relight else ())]
            charts_made.append(
                {
                    "name": name,
                    "about": where,
                    "svg": pictures.year(
                        s, year, picture, strips, f"y{n}-{s.lang}",
                        s.say("year.svg", name=name), ". ".join([where, *lines]),
                    ),
                    "lines": lines,
                }
            )  # fmt: skip
        return {
            "about": s.say(
                "year.about",
                first=s.date(year.first, "long"),
                last=s.date(year.first + year.nights, "long"),
            ),
            "how": s.say("year.how"),
            "charts": charts_made,
            "scale": self._scale(),
            "more": s.say("year.more", n=s.number(year.left_out)) if year.left_out else "",
        }

    def _scale(self) -> list[tuple[str, str]]:
        s = self.s
        return [(colour(x), s.percent(x) if x else s.say("off")) for x in _SCALE]

    def _kind_name(self, kind: Kind) -> str:
        if kind.program is not None:
            return self._program_name(kind.program)
        calendar = self._site.calendars[str(kind.calendar)]
        names = [self._program_name(name) for name in calendar.programs]
        return self.s.say("year.calendar", name=str(kind.calendar), programs=" / ".join(names))

    def _where(self, kind: Kind) -> str:
        site = self._site
        streets = dict.fromkeys(site.street(site.luminaires[i].street).name for i in kind.lamps)
        text = ", ".join(streets)
        if kind.circuit:
            text += " · " + self.s.say("circuit", id=kind.circuit)
        return text

    def _dated(self, kind: Kind) -> Iterator[str]:
        """Works, events and calls of a kind, in words."""
        s, year = self.s, self._facts.year
        for number in kind.events:
            nights = year.events.get(number)
            if not nights:
                continue
            event = self._site.events[number]
            those = days.spans(year.first + n for n in nights)
            dates = ", ".join(s.nights(a, b) for a, b in those)
            text = s.say("year.event", name=s.name(event.name, event.id), dates=dates)
            yield text + (f" ({event.order})" if event.order else "")
        for number in kind.calls:
            call = self._site.calls[number]
            if 0 <= days.call_night(call.at) - year.first < year.nights:
                yield s.say(
                    "year.event",
                    name=s.name(call.name, s.say(f"call.{call.kind}")),
                    dates=s.calendar_date(call.at.date()) + f" {call.at:%H:%M}",
                )

    # ---- a street

    def _street(self) -> dict[str, object] | None:
        s, facts = self.s, self._facts
        made = facts.street
        if made is None:
            return None
        name = self._site.streets[made.street].name
        sun = facts.tonight.sun
        hour_ms = 3_600_000
        start = made.dark[0] // hour_ms * hour_ms
        end = -(-made.dark[1] // hour_ms) * hour_ms
        if start >= end:
            start, end = sun.start, sun.end
        canvases = [("street.night", charts.Canvas(s, sun, start, end), False)]
        if facts.lively is not None:
            hour = charts.Canvas(s, sun, *facts.lively)
            canvases.append(("street.hour", hour, True))
        return {
            "how": s.say(
                "street.how", street=name, length=s.unit(made.length_m, "m"), date=self._night()
            ),
            "charts": [
                {
                    "name": s.say(
                        key, street=name, start=s.clock(canvas.start), end=s.clock(canvas.end)
                    ),
                    "svg": pictures.street(
                        canvas, made, wide, f"{key.replace('.', '-')}-{s.lang}",
                        s.say("street.svg", street=name), self._passing(made, canvas),
                    ),
                }
                for key, canvas, wide in canvases
            ],
            "ways": [(kind, s.say(f"kind.{kind}")) for kind in ("walker", "cyclist", "car")],
            "scale": self._scale(),
        }  # fmt: skip

    def _passing(self, made: StreetNight, canvas: charts.Canvas) -> str:
        s = self.s
        counts = {
            kind: sum(
                way.kind == kind and way.start < canvas.end and way.end > canvas.start
                for way in made.ways
            )
            for kind in ("walker", "cyclist", "car")
        }
        return ", ".join(
            s.say("moment.there", kind=s.say(f"kind.{kind}"), n=s.number(n))
            for kind, n in counts.items()
        )
