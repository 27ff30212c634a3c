"""To the outdoor-lighting objects of uCIFI in OMA LwM2M: 3416, 3419 and 3452 to 3458.

The objects are those of one device, and each luminaire's node is one. `export` gives

    format   1
    model    "uCIFI/LwM2M"
    devices  a list; luminaires whose nodes hold the same objects share an entry
        luminaires  their ids
        objects     {object id: {instance id: {resource id: value}}}, keys as text; a resource of
                    several instances is {instance id: value}

Object by object:

    3416  the lamp; `Command` and `Dimming level` are those of a node that has just started
    3419  the photocell, where there is one: its thresholds
    3452  schedulers: one a rule, the first wins (the lower priority number), the default last; a
          program with presence takes two, the second compounded over the first
    3453  calendar rules, of type 1: nights from noon to noon
    3454  functions: two a program with presence
    3455  hold (busy to clear) and debounce (clear to busy) of the presence sensor, 3302/0
    3456  how an output is applied: set, max or add, with its ramp
    3457  what of all that is used, and the node's limits
    3458  a monitor a scheduler, as before the first evaluation: inactive

`sim.exchange.grammar` has the texts inside.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sim.exchange.coverage import EVERYWHERE, OF_CONTROL, SAID, Coverage, of_luminaires
from sim.exchange.grammar import RunCondition, date_rule, levels, times
from sim.exchange.moments import Moments
from sim.exchange.nights import UNTIL, Evenings, evenings
from sim.exchange.talq import carried, date
from sim.exchange.timing import Year
from sim.exchange.unsaid import Exported, Losses
from sim.site import limits
from sim.site.document import Steps
from sim.site.model import ActivePeriod, Driver, Luminaire, Program, Site
from sim.site.power import Power
from sim.site.values import LOCAL, At

__all__ = ["COVERAGE", "MODEL", "export"]

MODEL: Final = "uCIFI/LwM2M"

COVERAGE: Final[Coverage] = {
    **EVERYWHERE,
    **OF_CONTROL,
    "site.name": "site",
    "site.latitude": "place",
    "site.longitude": "place",
    "site.timezone": "place",
    "drivers.*.warm_up": "gear",
    "drivers.*.minimum_off": "minimum-times",
    "drivers.*.clo": "clo",
    "drivers.*.power_tolerance_percent": "gear",
    "scenes.*": "no-scenes",
    "streets.*": "no-streets",
    "cabinets.*": "cabinet",
    "events.*": "event",
    **of_luminaires(
        {
            "id": SAID,
            "circuit": "cabinet",
            "street": "place",
            "driver": SAID,
            "program": SAID,
            "calendar": SAID,
            "sensor": SAID,
            "photocell": SAID,
            "groups": "groups",
            "burning_hours": SAID,
            "spacing_m": "place",
        }
    ),
    "luminaires.*.at_m": "place",
    "luminaires.*.pole": "place",
    "luminaires.*.count": "count",
    "rows.*.count": SAID,
    "rows.*.start_m": "place",
}
"""What of a site file the objects can say; some of it only at times, which `export` finds out."""

_DEFAULT_PRIORITY = 10_000
_OVERRIDE_S = 7_200  # a manual override's default length
_MEMORY = 65_536  # bytes: more than a node's configuration can have
# astronomical events, multi sensor inputs, filters in and out, calendar, compound operations,
# seconds, off when inactive
_CAPABILITIES = sum(1 << bit for bit in (0, 2, 3, 4, 5, 6, 7, 9))
_SET, _MAX, _ADD = 1, 3, 4
_LINEAR = 1
_LAMP, _CELL, _PRESENCE = "</3416/0>", "</3419/0/3>", "</3302/0/5500>"
_YES = "1"  # what a photocell says of darkness, and a presence sensor of somebody
_NOON, _MIDNIGHT = At(LOCAL, 43_200), At(LOCAL, 0)
_ALL_DAY = (RunCondition(_NOON, _MIDNIGHT, (_YES,)), RunCondition(_MIDNIGHT, _NOON, (_YES,)))

Resources = dict[str, Any]
Objects = dict[str, dict[str, Resources]]


def export(site: Site) -> Exported:
    """Say the nodes of a site as objects, and what these cannot say."""
    return _Export(site).all()


class _Export:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.losses = Losses(MODEL)
        self.moments = Moments(Year(site), self.losses)

    def all(self) -> Exported:
        self.losses.cover(self.site, COVERAGE)
        for i, cabinet in enumerate(self.site.cabinets):
            for j, circuit in enumerate(cabinet.circuits):
                if circuit.switched:
                    self.losses.add("switched", ("cabinets", i, "circuits", j))
        schedules: dict[tuple[object, ...], Objects] = {}
        devices: dict[str, dict[str, Any]] = {}
        for lamp in self.site.luminaires:
            key = (lamp.program, lamp.calendar, lamp.sensor, lamp.photocell)
            if key not in schedules:
                schedules[key] = self._schedule(lamp)
            schedule = schedules[key]
            lamps = {"0": self._lamp(lamp, len(schedule["3452"]))}
            objects = {"3416": lamps, **schedule}
            entry = devices.setdefault(
                json.dumps([lamps, list(map(str, key))]), {"luminaires": [], "objects": objects}
            )
            entry["luminaires"].append(lamp.id)
        data = {"format": 1, "model": MODEL, "devices": list(devices.values())}
        return Exported(data, self.losses.listed())

    # ---- the lamp

    def _lamp(self, lamp: Luminaire, schedulers: int) -> Resources:
        driver = self.site.drivers[lamp.driver]
        path: Steps = ("drivers", lamp.driver)
        fault = max(self.site.programs[name].fault_state for name in self.site.programs_of(lamp))
        watts = (driver.power_w, self._least_power(driver))
        if watts[0] != round(watts[0]):
            self.losses.add("whole-watts", (*path, "power_w"))
        return {
            "1": 100,
            "3": 100,
            "4": fault,
            "13": {str(i): i for i in range(schedulers)},
            "15": lamp.burning_hours,
            "29": True,
            "30": bool(driver.clo),
            "35": {"0": _control_type(driver)},
            "36": round(watts[0]),
            "37": driver.minimum_level,
            "38": round(watts[1]),
            "41": driver.virtual_output,
            "49": 0,
            "50": 0,
            "51": 0,
            "53": _OVERRIDE_S,
        }

    def _least_power(self, driver: Driver) -> float:
        """Watts of one luminaire at its minimum level, without the node."""
        return Power(driver, 1).watts(driver.minimum_level) - driver.node_w

    # ---- programs

    def _schedule(self, lamp: Luminaire) -> Objects:
        site = self.site
        names = site.programs_of(lamp)
        made: Objects = {str(number): {} for number in range(3452, 3459)}
        functions: dict[str, tuple[int, int | None]] = {}
        cells: set[tuple[int, int]] = set()
        for name in names:
            program = site.programs[name]
            cells |= {
                (p.photocell.on_lux, p.photocell.off_lux) for p in program.active if p.photocell
            }
            functions[name] = self._functions(name, program, lamp, made)
        if cells:
            if len(cells) > 1:
                self.losses.add("photocell-thresholds", self._where(lamp))
            on, off = max(cells)
            made["3419"] = {"0": {"1": on, "2": off}}
        if lamp.calendar is None:
            self._scheduler(names[0], functions[names[0]], lamp, _DEFAULT_PRIORITY, None, made)
        else:
            calendar = site.calendars[lamp.calendar]
            for i, rule in enumerate(calendar.rules):
                found = evenings(rule, site.site, occurrences=False)
                if any(one.reckoned for one in found):
                    at = ("calendars", lamp.calendar, "rules", i)
                    self.losses.add("dates-until", at, year=UNTIL.year)
                rules = [self._rule(lamp.calendar, one, made) for one in found]
                if rules:
                    priority = 10 * (i + 1)
                    self._scheduler(
                        rule.program, functions[rule.program], lamp, priority, rules, made
                    )
            self._scheduler(
                calendar.default, functions[calendar.default], lamp, _DEFAULT_PRIORITY, None, made
            )
        for number, scheduler in made["3452"].items():
            made["3458"][number] = {"0": scheduler["0"], "1": 1, "2": 0}
        made["3457"] = {"0": self._manager(made)}
        return {number: instances for number, instances in sorted(made.items()) if instances}

    def _where(self, lamp: Luminaire) -> Steps:
        return ("calendars", lamp.calendar) if lamp.calendar else ("programs", str(lamp.program))

    def _functions(
        self, name: str, program: Program, lamp: Luminaire, made: Objects
    ) -> tuple[int, int | None]:
        """Add a program's function and that of its presence; gives their instances."""
        path: Steps = ("programs", name)
        conditions = self._conditions(program, path)
        points = [
            (self.moments.point(point.at, (*path, "points", i, "at")), point.level, point.ramp)
            for i, point in enumerate(program.points)
        ] or [(_NOON, 100, 0)]
        for i, (at, _, _) in enumerate(points):
            if at.is_clock and at.seconds % 60:
                self.losses.add("seconds", (*path, "points", i, "at"), at=str(at))
        at_noon = any(at.is_clock and not at.since_noon() for at, _, _ in points)
        mixed = any(
            name in calendar.programs and len(calendar.programs) > 1
            for calendar in self.site.calendars.values()
        )
        if mixed and not at_noon and carried(self.site, name) is None:
            self.losses.add("carried", (*path, "points"))
        function: Resources = {"0": name}
        if conditions:
            function["1"] = dict(enumerate_text(conditions))
        function["4"] = {"0": times([at for at, _, _ in points])}
        function["5"] = {"0": levels([level for _, level, _ in points])}
        if any(ramp for _, _, ramp in points):
            filters = [str(_filter(made, _SET, ramp)) if ramp else "" for _, _, ramp in points]
            function["9"] = {"0": ";".join(filters)}
        number = _new(made["3454"], function)
        presence = program.presence
        if presence is None or (lamp.sensor is None and not presence.idle):
            return number, None
        return number, self._presence(name, program, lamp, conditions, made)

    def _conditions(self, program: Program, path: Steps) -> list[str]:
        found: list[RunCondition] = []
        for i, period in enumerate(program.active):
            found += self._run(period, (*path, "active", i))
        return [str(condition) for condition in found]

    def _run(self, period: ActivePeriod, path: Steps) -> list[RunCondition]:
        start = self.moments.end(period.from_, path, early=True)
        end = self.moments.end(period.to, path, early=False)
        cell = period.photocell
        if cell is None:
            return [RunCondition(start, end)]
        self.losses.add("photocell-fallback", path)
        if cell.window is None:
            return list(_ALL_DAY)
        if cell.window % 60_000:
            self.losses.add("whole-minutes", path, at=f"± {cell.window // 1000} s")
        window = cell.window // 60_000 * 60
        return [
            RunCondition(_moved(start, window), _moved(end, -window)),
            RunCondition(_moved(start, -window), _moved(end, window), (_YES,)),
        ]

    def _presence(
        self, name: str, program: Program, lamp: Luminaire, conditions: list[str], made: Objects
    ) -> int:
        presence = program.presence
        assert presence is not None
        path: Steps = ("programs", name, "presence")
        if presence.operation == "add" and presence.idle:
            self.losses.add("idle", (*path, "idle"))
        at = [_NOON]
        idle = [presence.idle]
        ranges = list(_ALL_DAY)
        if presence.windows:
            at, idle, ranges = [_NOON], [0], []
            for i, window in enumerate(presence.windows):
                start = self.moments.end(window.from_, (*path, "windows", i), early=True)
                end = self.moments.end(window.to, (*path, "windows", i), early=False)
                at += [start, end]
                idle += [presence.idle, 0]
                ranges.append(RunCondition(start, end, (_YES,)))
        operation = _ADD if presence.operation == "add" else _MAX
        quiet = _filter(made, _MAX, presence.ramp_down)
        function: Resources = {"0": f"{name}, presence"}
        if conditions:
            function["1"] = dict(enumerate_text(conditions))
        function["4"] = {"0": times(at)}
        function["5"] = {"0": levels(idle)}
        function["9"] = {"0": ";".join([str(quiet)] * len(at))}
        if lamp.sensor is not None:  # without one there is the idle level alone
            raised = _filter(made, operation, presence.ramp_up)
            function["7"] = {"0": ";".join(f"({condition})" for condition in ranges)}
            function["8"] = {"0": levels([presence.level] * len(ranges))}
            function["10"] = {"0": ";".join([str(raised)] * len(ranges))}
        return _new(made["3454"], function)

    def _scheduler(
        self, program: str, functions: tuple[int, int | None], lamp: Luminaire, priority: int,
        rules: list[int] | None, made: Objects,
    ) -> None:  # fmt: skip
        plain, presence = functions
        shared: Resources = {"1": True}
        if rules is not None:
            shared["3"] = dict(enumerate_text(rules))
        outputs: Resources = {"6": {"0": _LAMP}, "7": {"0": "1"}}
        by_cell = self.site.programs[program].uses_photocell
        first: Resources = {"0": program, **shared, "2": priority, "4": plain}
        if by_cell:
            first["5"] = {"0": _CELL}
        # what is compounded goes on to the next number; what is not ends there
        first |= {**outputs, "8": presence is not None, "9": True}
        _new(made["3452"], first)
        if presence is None:
            return
        settings = self.site.programs[program].presence
        assert settings is not None
        second: Resources = {
            "0": f"{program}, presence", **shared, "2": priority + 1, "4": presence, **outputs,
            "8": False,
        }  # fmt: skip
        if lamp.sensor is not None:
            sensor = _input(settings.hold, self.site.sensors[lamp.sensor].debounce, made)
            second["5"] = {"0": f"</3455/{sensor}/0>"}
        _new(made["3452"], second)

    # ---- calendars

    def _rule(self, calendar: str, found: Evenings, made: Objects) -> int:
        rule: Resources = {"0": calendar, "1": 1}
        if found.spans:
            rule["2"] = dict(enumerate_text(date(first) for first, _ in found.spans))
            rule["3"] = dict(enumerate_text(date(last) for _, last in found.spans))
        if found.weekdays:
            rule["4"] = date_rule(found.weekdays)
        return _new(made["3453"], rule)

    def _manager(self, made: Objects) -> Resources:
        rules = limits.RULES_PER_NODE
        return {
            "0": 2 * (rules + 1),
            "1": len(made["3452"]),
            "2": 2 * limits.PROGRAMS_PER_CALENDAR,
            "3": len(made["3454"]),
            "4": rules,
            "5": len(made["3453"]),
            "6": 1,
            "9": _MEMORY,
            "11": 0,
            "13": _CAPABILITIES,
        }


def enumerate_text(values: Any) -> list[tuple[str, Any]]:
    """Number values from 0, as keys of a resource of several instances."""
    return [(str(i), value) for i, value in enumerate(values)]


def _new(instances: dict[str, Resources], resources: Resources) -> int:
    number = len(instances)
    instances[str(number)] = resources
    return number


def _filter(made: Objects, operation: int, ramp: int) -> int:
    """Instance of 3456 for an operation and a ramp in ms."""
    wanted: Resources = {"0": operation, "1": ramp / 1000, "2": _LINEAR if ramp else 0}
    for number, known in made["3456"].items():
        if known == wanted:
            return int(number)
    return _new(made["3456"], wanted)


def _input(hold: int, debounce: int, made: Objects) -> int:
    """Instance of 3455 for the presence sensor; ms."""
    wanted: Resources = {"1": {"0": _PRESENCE}, "5903": hold, "5904": debounce}
    for number, known in made["3455"].items():
        if known == wanted:
            return int(number)
    return _new(made["3455"], wanted)


def _moved(at: At, seconds: int) -> At:
    """Move a solar moment; an end that the clock sets stays where it is."""
    return at if at.is_clock else At(at.event, at.seconds + seconds)


def _control_type(driver: Driver) -> int:
    """0: not dimmed; 7: DALI, LED gear; 13: another way."""
    if driver.minimum_level == 100:
        return 0
    return 7 if driver.curve == "dali" else 13
