"""To and from the data model of the TALQ Smart City Protocol, 2.7.1.

`export` gives one JSON object of the model's own objects, under the names of their kinds:

    format            1
    model             "TALQ 2.7.1"
    controlService    what of programs and calendars is used here; dayOffset 12, noon to noon
    controlPrograms   ControlProgramOne, one a program of the site file
    calendars         Calendar, one a calendar; and one of the same name for each program that
                      luminaires run without a calendar (a lamp knows calendars only)
    lampTypes         LampType, one a driver
    deviceClasses     DeviceClass, of lamps and of cabinets
    devices           Device, one a cabinet and one a luminaire; the address is a UUID made of the
                      site's name and of the id
    groups            Group, one a group (group:X), a circuit (circuit:X) and a street (street:X)
    overrideCommands  OverrideCommand, one a night of a dated event; each expires

How the model is read here, where its words leave room:

- A program's value is its fixed time control in force, and over it, with the operation Set, the
  latest astro clock control since noon; a fixed time control later in the night stays under that
  one until the next noon.
- Before a night's first control the value is the last one of the night before.
- An AstroAndSensorActivePeriod is active whatever the sensor says from sunset + sunsetOffset to
  sunrise - pcActiveBeforeSunrise; the sensor decides from sunset - pcActiveBeforeSunset on, and
  until sunrise + sunriseOffset.

A site file's active periods from the sun to the clock ("sunset" to "23:00") have no like: the
luminaire is then active from sunset to sunrise and fixed time controls ask 0 % in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from sim.exchange.coverage import EVERYWHERE, OF_CONTROL, SAID, Coverage
from sim.exchange.moments import Moments
from sim.exchange.nights import UNTIL, Evenings, evenings
from sim.exchange.talq_devices import OWNER, Devices, command
from sim.exchange.talq_import import Imported, ImportFinding, Refused, import_, load
from sim.exchange.timing import DAY_S, Year, noon_clock
from sim.exchange.unsaid import Exported, Losses
from sim.site import limits
from sim.site.document import Steps
from sim.site.model import ActivePeriod, Program, Rule, Site
from sim.site.values import SUNRISE, SUNSET, At, Day

__all__ = [
    "COVERAGE",
    "MODEL",
    "ImportFinding",
    "Imported",
    "Refused",
    "export",
    "import_",
    "load",
]

MODEL: Final = "TALQ 2.7.1"
_TRAIL_S = DAY_S - 60  # 11:59, when the night's last word can be said without being seen

COVERAGE: Final[Coverage] = {
    **EVERYWHERE,
    **OF_CONTROL,
    "site.name": SAID,
    "site.latitude": SAID,
    "site.longitude": SAID,
    "site.timezone": SAID,
    "sensors.*.debounce": "sensor",
    "scenes.*": "scene",
    "streets.*.name": "street",
    "streets.*.id": SAID,
    "streets.*.path_m": SAID,
    "cabinets": SAID,
    "cabinets.*.clock_error": "simulation",
    "cabinets.*.circuits.*.supply": SAID,
    "cabinets.*.circuits.*.mains": SAID,
    "cabinets.*.circuits.*.order": "order",
    "luminaires": SAID,
    "rows": SAID,
    "events": SAID,
    "events.*.name": "name",
    "events.*.order": "order",
    "luminaires.*.spacing_m": "spacing",
}
"""What of a site file the model can say; some of it only at times, which `export` finds out."""


def export(site: Site) -> Exported:
    """Say a site in the model's terms, and what it cannot say."""
    return _Export(site).all()


def clock(seconds: int) -> str:
    """Write seconds after midnight as hh:mm:ss."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def date(day: Day) -> str:
    """Write a date as yyyy-mm-dd, or --mm-dd of every year."""
    yearly = f"{day.month:02}-{day.day:02}"
    return f"--{yearly}" if day.year is None else f"{day.year:04}-{yearly}"


@dataclass(slots=True)
class _Laid:
    """A program as the model knows it, before it is written."""

    active: list[dict[str, Any]] = field(default_factory=list)
    fixed: dict[int, tuple[int, int]] = field(default_factory=dict)  # after noon: level, ramp
    solar: list[dict[str, Any]] = field(default_factory=list)
    lit: list[tuple[int, int]] | None = None  # where the clock lets it be lit; None: everywhere


@dataclass(frozen=True, slots=True)
class _Period:
    """An active period without photocell, its events those of the model (offsets in minutes)."""

    from_: At
    to: At

    @property
    def kind(self) -> str:
        """Two letters: sun or clock, sun or clock; ``?`` where the model has no such end."""
        start = "c" if self.from_.is_clock else "s" if self.from_.event == "sunset" else "?"
        end = "c" if self.to.is_clock else "s" if self.to.event == "sunrise" else "?"
        return start + end


def carried(site: Site, key: str) -> tuple[int, int] | None:
    """Level and ramp that every night before one of a program ends with, None where they differ:
    those of all the programs of its calendars."""
    programs = {key}
    for calendar in site.calendars.values():
        if key in calendar.programs:
            programs.update(calendar.programs)
    found = {_last(site.programs[name]) for name in programs}
    return found.pop() if len(found) == 1 else None


def _last(program: Program) -> tuple[int, int] | None:
    """Level and ramp that a night of a program ends with; None where nights differ."""
    if not program.points:
        return 100, 0
    if not all(point.at.is_clock for point in program.points):
        return None
    last = max(program.points, key=lambda point: point.at.since_noon())
    return last.level, last.ramp


class _Export:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.year = Year(site)
        self.losses = Losses(MODEL)
        self.moments = Moments(self.year, self.losses)
        # calendars for the programs that luminaires run without one
        self.alone: dict[str, str] = {}
        for lamp in site.luminaires:
            if lamp.program is not None and lamp.program not in self.alone:
                taken = {*site.calendars, *self.alone.values()}
                self.alone[lamp.program] = _free(lamp.program, taken)

    def all(self) -> Exported:
        site = self.site
        self.losses.cover(site, COVERAGE)
        programs = [self._program(key, one) for key, one in site.programs.items()]
        calendars = self._calendars()
        for i, cabinet in enumerate(site.cabinets):
            for j, circuit in enumerate(cabinet.circuits):
                if circuit.switched:
                    self.losses.add("switched", ("cabinets", i, "circuits", j))
        data = {
            "format": 1,
            "model": MODEL,
            "controlService": _service(),
            "controlPrograms": programs,
            "calendars": calendars,
            **Devices(site, self.alone, self.losses).all(),
        }
        return Exported(data, self.losses.listed())

    # ---- programs

    def _program(self, key: str, program: Program) -> dict[str, Any]:
        path: Steps = ("programs", key)
        laid = _Laid()
        points = self._points(key, program, laid, path)
        self._active(key, program, laid, points, path)
        made: dict[str, Any] = {
            "type": "ControlProgramOne",
            "id": key,
            "ownerCMS": OWNER,
            "activePeriods": laid.active,
            "fixedTimeControls": [
                {"startTime": clock(at), "command": command(level, ramp)}
                for at, (level, ramp) in sorted(
                    ((after + DAY_S // 2) % DAY_S, control)
                    for after, control in laid.fixed.items()
                )
            ],
        }
        if laid.solar:
            made["astroClockTimeControls"] = laid.solar
        if program.presence is not None:
            made["dynamicControls"] = self._presence(key, program, laid, path)
        return made

    def _points(self, key: str, program: Program, laid: _Laid, path: Steps) -> bool:
        """Lay out the switch points; gives whether only clock times are among them."""
        if not program.points:
            laid.fixed[0] = (100, 0)
            return True
        solar: list[tuple[At, int, int]] = []
        for i, point in enumerate(program.points):
            at = self.moments.point(point.at, (*path, "points", i, "at"))
            if at.is_clock:
                laid.fixed[at.since_noon()] = (point.level, point.ramp)
            else:
                solar.append((at, point.level, point.ramp))
        if solar and laid.fixed:
            first = solar[0][0]
            others = [at for at, _, _ in solar[1:]] + [noon_clock(s) for s in laid.fixed]
            if all(self.year.precedes(first, at) for at in others) and self._unseen(
                program, first
            ):
                # nobody sees it before: the same light from noon on
                laid.fixed[0] = solar.pop(0)[1:]
        if solar and not all(
            self.year.precedes(noon_clock(s), at) for s in laid.fixed for at, _, _ in solar
        ):
            self.losses.add("solar-order", (*path, "points"))
        for at, level, ramp in solar:
            laid.solar.append(
                {
                    "offset": at.seconds // 60,
                    "solarEventType": at.event,
                    "operation": "Set",
                    "command": command(level, ramp),
                }
            )
        return not solar

    def _unseen(self, program: Program, at: At) -> bool:
        """Whether a program is never active between noon and a moment."""
        return bool(program.active) and all(
            period.photocell is None and self.year.not_after(at, period.from_)
            for period in program.active
        )

    def _active(
        self, key: str, program: Program, laid: _Laid, clock_only: bool, path: Steps
    ) -> None:
        cells = False
        periods: list[_Period] = []
        for i, period in enumerate(program.active):
            at = (*path, "active", i)
            if period.photocell is not None:
                cells = True
                laid.active.append(self._by_cell(period, at))
            else:
                periods.append(
                    _Period(
                        self._end(period.from_, at, early=True),
                        self._end(period.to, at, early=False),
                    )
                )
        kinds = {period.kind for period in periods}
        if kinds <= {"ss", "cc"}:
            laid.active += [_written(period) for period in periods]
            return
        hull = None if cells or not clock_only else self._cut(periods)
        if hull is not None and self._dark_by_clock(key, program, laid, periods, hull, path):
            laid.active.append(_written(hull))
            laid.active += [_written(period) for period in periods if period.kind == "cc"]
            return
        laid.lit = None
        self.losses.add("period", (*path, "active"))
        laid.active.append(_written(_Period(SUNSET, SUNRISE)))

    def _end(self, at: At, path: Steps, early: bool) -> At:
        """Give an end of an active period in the model's terms, or as it is if it has none."""
        return at if at.event == "solar midnight" else self.moments.end(at, path, early)

    def _by_cell(self, period: ActivePeriod, path: Steps) -> dict[str, Any]:
        cell = period.photocell
        assert cell is not None
        levels = {"onLevel": cell.on_lux, "offLevel": cell.off_lux}
        self.losses.add("photocell-fallback", path)
        if cell.window is None:
            return {"name": "SensorActivePeriod", "sensor": {}, **levels}
        start, end = period.from_, period.to
        window = cell.window // 1000
        minutes = [
            start.seconds + window, window - start.seconds, end.seconds + window,
            window - end.seconds,
        ]  # fmt: skip
        if start.event != "sunset" or end.event != "sunrise":
            self.losses.add("photocell-ends", path)
            minutes = [window, window, window, window]
        if any(seconds % 60 for seconds in minutes):
            self.losses.add("whole-minutes", path, at=f"{start} - {end}")
        return {
            "name": "AstroAndSensorActivePeriod",
            "sensor": {},
            "sunsetOffset": minutes[0] // 60,
            "pcActiveBeforeSunset": -(-minutes[1] // 60),
            "sunriseOffset": -(-minutes[2] // 60),
            "pcActiveBeforeSunrise": minutes[3] // 60,
            **levels,
        }

    def _cut(self, periods: list[_Period]) -> _Period | None:
        """Give the period from sunset to sunrise within which clocks cut, or None."""
        starts = {p.from_ for p in periods if p.kind in ("ss", "sc")} or {SUNSET}
        ends = {p.to for p in periods if p.kind in ("ss", "cs")} or {SUNRISE}
        if len(starts) > 1 or len(ends) > 1 or any("?" in p.kind for p in periods):
            return None
        hull = _Period(starts.pop(), ends.pop())
        for period in periods:
            if period.kind == "sc" and not self.year.not_after(period.to, hull.to):
                return None
            if period.kind == "cs" and not self.year.not_after(hull.from_, period.from_):
                return None
        return hull if self.year.not_after(hull.to, noon_clock(_TRAIL_S)) else None

    def _dark_by_clock(
        self, key: str, program: Program, laid: _Laid, periods: list[_Period], hull: _Period,
        path: Steps,
    ) -> bool:  # fmt: skip
        """Ask 0 % of fixed time controls where the clock ends the active periods.

        False where the level after such a stretch is another program's: the model has no word
        for it.
        """
        lit = _union(
            (
                p.from_.since_noon() if p.from_.is_clock else 0,
                p.to.since_noon() if p.to.is_clock else DAY_S,
            )
            for p in periods
        )
        points = sorted(laid.fixed.items())
        before = carried(self.site, key)
        fixed: dict[int, tuple[int, int]] = {}
        now: tuple[int, int] | None = None  # what the controls ask for; None: the same as before
        for at in sorted({0, *laid.fixed, *(edge for span in lit for edge in span)} - {DAY_S}):
            past = [control for when, control in points if when <= at]
            asked = past[-1] if past else before
            dark = not any(start <= at < end for start, end in lit)
            if dark:
                asked = (0, 0)
            elif at == 0 and not past:
                continue
            if asked is None:
                return False
            if asked != now or (at in laid.fixed and not dark):
                fixed[at] = now = asked
        if now != points[-1][1]:
            if max(fixed) >= _TRAIL_S:
                return False
            fixed[_TRAIL_S] = points[-1][1]
        laid.fixed, laid.lit = fixed, lit
        return True

    def _presence(
        self, key: str, program: Program, laid: _Laid, path: Steps
    ) -> list[dict[str, Any]]:
        presence = program.presence
        assert presence is not None
        path = (*path, "presence")
        if presence.idle > self._lowest(key):
            self.losses.add("idle", (*path, "idle"))
        effect = {
            "type": "FixedControlEffect",
            "source": {"sensor": {}},
            "operation": presence.operation.capitalize(),
            "holdTime": presence.hold // 1000,
            "command": command(presence.level, presence.ramp_up, presence.ramp_down),
        }
        asked: list[tuple[int, int]] | None = None
        if presence.windows:
            if all(w.from_.is_clock and w.to.is_clock for w in presence.windows):
                asked = [(w.from_.since_noon(), w.to.since_noon()) for w in presence.windows]
            else:
                self.losses.add("presence-windows", (*path, "windows"))
        if laid.lit is not None:
            # where the clock has made it dark, presence may not light it
            asked = _common(asked or [(0, DAY_S)], laid.lit)
        if asked is None or asked == [(0, DAY_S)]:
            return [{"effect": effect}]
        return [
            {
                "period": {
                    "startTime": clock(noon_clock(start).seconds),
                    "endTime": clock(noon_clock(min(end, DAY_S - 1)).seconds),
                },
                "effect": effect,
            }
            for start, end in asked
        ]

    def _lowest(self, key: str) -> int:
        """Lowest level that a night of a program may ask, the carried one among them."""
        program = self.site.programs[key]
        names = {key}
        if not any(point.at.is_clock and not point.at.since_noon() for point in program.points):
            for calendar in self.site.calendars.values():
                if key in calendar.programs:
                    names.update(calendar.programs)
        return min(
            (point.level for name in names for point in self.site.programs[name].points),
            default=100,
        )

    # ---- calendars

    def _calendars(self) -> list[dict[str, Any]]:
        made = []
        for key, calendar in self.site.calendars.items():
            rules: list[dict[str, Any]] = []
            for i, rule in enumerate(calendar.rules):
                rules += self._rule(rule, ("calendars", key, "rules", i))
            made.append(
                {"id": key, "ownerCMS": OWNER, "rules": rules, "defaultProgram": calendar.default}
            )
        for program, name in self.alone.items():
            made.append({"id": name, "ownerCMS": OWNER, "rules": [], "defaultProgram": program})
        return made

    def _rule(self, rule: Rule, path: Steps) -> list[dict[str, Any]]:
        made = []
        for found in evenings(rule, self.site.site, occurrences=True):
            if found.reckoned:
                self.losses.add("dates-until", path, year=UNTIL.year)
            made += _rules(found)
        return made


def _service() -> dict[str, Any]:
    """Give what of programs and calendars a node knows."""
    return {
        "name": "ControlService",
        "supportedTypes": [
            "AbsoluteActivePeriod",
            "AstroClockActivePeriod",
            "SensorActivePeriod",
            "AstroAndSensorActivePeriod",
            "AstroClockTimeControl",
            "DynamicControl",
            "FixedControlEffect",
            "ccDate",
            "ccDay",
        ],
        "maxProgramsPerCalendar": limits.PROGRAMS_PER_CALENDAR,
        "maxSwitchPointsPerProgram": limits.POINTS_PER_PROGRAM,
        "maxActivePeriodsPerProgram": limits.ACTIVE_PERIODS,
        "dayOffset": 12,
        "ccDateSupport": "full",
        "ccDaySupport": "full",
        "programSecondsSupported": True,
        "maxNumberOfLumenDepreciationCurveItems": limits.CLO_POINTS,
    }


def _written(period: _Period) -> dict[str, Any]:
    """Write an active period whose ends are both the sun's or both the clock's."""
    if period.kind == "cc":
        return {
            "name": "AbsoluteActivePeriod",
            "startTime": clock(period.from_.seconds),
            "endTime": clock(period.to.seconds),
        }
    return {
        "name": "AstroClockActivePeriod",
        "sunsetOffset": period.from_.seconds // 60,
        "sunriseOffset": period.to.seconds // 60,
    }


def _union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that meet or overlap, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        elif start < end:
            joined.append((start, end))
    return joined


def _common(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give what two lists of spans have in common."""
    return _union((max(a, c), min(b, d)) for a, b in one for c, d in two if max(a, c) < min(b, d))


def _rules(found: Evenings) -> list[dict[str, Any]]:
    condition: dict[str, Any] | None = None
    if found.weekdays:
        condition = {"type": "ccDay", "days": [{"start": day + 1} for day in found.weekdays]}
        if found.occurrences:
            condition["occurrences"] = [
                "L" if which == "last" else str(which) for which in found.occurrences
            ]
    end: dict[str, Any] = {"condition": condition} if condition else {}
    end["program"] = found.program
    if not found.spans:
        return [end]
    made: list[dict[str, Any]] = []
    spans = list(found.spans)
    yearly = [first for first, last in spans if first == last and first.year is None]
    if condition is None and yearly:
        dates = {"type": "ccDate", "dates": [{"start": date(day)} for day in yearly]}
        made.append({"condition": dates, **end})
        spans = [(first, last) for first, last in spans if first != last or first.year]
    made += [{"startDate": date(first), "endDate": date(last), **end} for first, last in spans]
    return made


def _free(name: str, taken: set[str]) -> str:
    """Give a name that nobody has, the nearest to `name`."""
    found, number = name, 1
    while found in taken:
        number += 1
        end = f"-{number}"
        found = name[: limits.ID_LENGTH - len(end)] + end
    return found
