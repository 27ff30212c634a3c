"""Reads control programs and calendars of the TALQ data model (see `sim.exchange.talq`).

`load` reads a file's bytes, `import_` gives what a site file says of them, or raises `Refused`
with everything that a site file cannot or will not say: each with its place in the JSON, what is
wrong and the cure. Nothing is left out in silence: what is not read is in `Imported.notes`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ValidationError

from sim.exchange import toml
from sim.exchange.talq_calendars import Calendars
from sim.exchange.talq_values import ImportFinding, Refused, Table
from sim.exchange.timing import SPARE_S, Year
from sim.site import limits
from sim.site.document import Steps, shown
from sim.site.model import Calendar, Program, Site
from sim.site.values import LOCAL, At, duration_text

__all__ = ["MOST_BYTES", "ImportFinding", "Imported", "Refused", "import_", "load"]

_ID = re.compile(limits.ID_PATTERN)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NOON: Final = 43_200
MOST_BYTES: Final = 64 * 1024 * 1024  # of a file: that of a large city, all its devices in it

_PROGRAMS = ("controlPrograms", "control-programs", "programs")
_CALENDARS = ("calendars",)
_OVERRIDES = ("overrideCommands", "override-commands", "overrides")
_SERVICES = ("controlService", "control-service")
# what an export holds besides, and a site file has of its own
_OTHERS = ("format", "model", "lampTypes", "deviceClasses", "devices", "groups")


@dataclass(frozen=True, slots=True)
class Imported:
    """Programs and calendars as tables of a site file, by their keys, and what to know of them."""

    programs: dict[str, Table]
    calendars: dict[str, Table]
    notes: tuple[ImportFinding, ...] = ()

    def toml(self) -> str:
        """Write them as a part of a site file."""
        parts = []
        for key, program in self.programs.items():
            own = {name: item for name, item in program.items() if name != "presence"}
            parts.append(toml.table(f"[programs.{_key(key)}]", own))
            if "presence" in program:
                parts.append(toml.table(f"[programs.{_key(key)}.presence]", program["presence"]))
        for key, calendar in self.calendars.items():
            parts.append(toml.table(f"[calendars.{_key(key)}]", {"default": calendar["default"]}))
            for rule in calendar.get("rules", ()):
                parts.append(toml.table(f"[[calendars.{_key(key)}.rules]]", rule))
        return "\n".join(parts)


def _key(key: str) -> str:
    """Write a key of a table's header."""
    return key if "." not in key else toml.text(key)


def load(data: bytes) -> object:
    """Read the bytes of a JSON file. Raises Refused."""

    def refuse(code: str, **params: str | int) -> Refused:
        return Refused([ImportFinding("error", code, (), params)])

    def constant(name: str) -> None:
        raise refuse("json-number", got=name)

    if len(data) > MOST_BYTES:
        raise refuse("file-too-large", most=MOST_BYTES // (1024 * 1024))
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=constant)
    except UnicodeDecodeError as error:
        raise refuse("not-utf-8", byte=error.start + 1) from None
    except json.JSONDecodeError as error:
        raise refuse("not-json", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise refuse("too-deep") from None
    except ValueError:  # a number of thousands of digits
        raise refuse("json-number", got="...") from None


def import_(data: object, site: Site | None = None) -> Imported:
    """Give programs and calendars of what `load` read. Raises Refused.

    With a site, solar and clock times of one program are weighed at its place, and calendars may
    name its programs.
    """
    reader = _Reader(site)
    made = reader.read(data)
    if reader.refused:
        raise Refused(reader.findings)
    return Imported(*made, tuple(reader.findings))


@dataclass(slots=True)
class _Control:
    """A level asked for at a time; ramps in ms, None where not given."""

    at: At
    level: int
    up: int | None
    path: Steps


class _Reader(Calendars):
    """Reads the whole: calendars as its base does, and programs."""

    def __init__(self, site: Site | None) -> None:
        super().__init__(site)
        self._year = Year(site) if site is not None else None
        self._highest = 0

    # ---- the whole

    def read(self, data: object) -> tuple[dict[str, Table], dict[str, Table]]:
        programs, calendars = self._parts(data)
        if not programs and not calendars and not self.findings:
            self.refuse("nothing", ())
        for name, items in (("control programs", programs), ("calendars", calendars)):
            if len(items) > limits.TABLE_ENTRIES:
                self.refuse("too-many", (), what=name, most=limits.TABLE_ENTRIES)
                return {}, {}
        self._highest = _highest_level(item for item, _ in programs)
        made: dict[str, Table] = {}
        ids: dict[str, str] = {}
        for item, path in programs:
            name, key = self._id(item, path, ids)
            program = self._program(item, path)
            if key is not None and program is not None:
                made[key] = {"name": name} | program if name != key else program
                own = self.site.programs.get(key) if self.site is not None else None
                if not item["activePeriods"] and (own is None or own.active):
                    self.note("always", path, key=key)
        programs_by_id = ids
        made_calendars: dict[str, Table] = {}
        ids = {}
        for item, path in calendars:
            name, key = self._id(item, path, ids)
            calendar = self.calendar(item, path, programs_by_id)
            if key is None or calendar is None:
                continue
            if self.site is not None and _one_program(key, calendar, self.site):
                self.note("one-program", path, key=key)
                continue
            made_calendars[key] = calendar
        if not self.refused:
            self._prove(made, made_calendars)
        return made, made_calendars

    def _parts(self, data: object) -> tuple[list[tuple[Any, Steps]], list[tuple[Any, Steps]]]:
        """Give programs and calendars with their places, however they are put together."""
        programs: list[tuple[Any, Steps]] = []
        calendars: list[tuple[Any, Steps]] = []
        if isinstance(data, list):
            for i, item in enumerate(data):
                (calendars if _is_calendar(item) else programs).append((item, (i,)))
        elif isinstance(data, dict) and ("activePeriods" in data or "type" in data):
            programs.append((data, ()))
        elif isinstance(data, dict) and _is_calendar(data):
            calendars.append((data, ()))
        elif isinstance(data, dict):
            for keys, found in ((_PROGRAMS, programs), (_CALENDARS, calendars)):
                for key in keys:
                    items = self.items(data, key, (), required=False)
                    found += [(item, (key, i)) for i, item in enumerate(items)]
            for key in _OVERRIDES:
                self._overrides(self.items(data, key, (), required=False), (key,))
            self._day_offset(data, [item for item, _ in calendars])
            known = (*_PROGRAMS, *_CALENDARS, *_OVERRIDES, *_SERVICES, *_OTHERS)
            self.table(data, (), known)
        else:
            self.refuse("not-object", (), got=shown(data))
        return programs, calendars

    def _day_offset(self, data: Table, calendars: list[Any]) -> None:
        ruled = any(isinstance(one, dict) and one.get("rules") for one in calendars)
        for key in _SERVICES:
            service = data.get(key)
            if isinstance(service, dict) and "dayOffset" in service:
                offset = service["dayOffset"]
                if offset == 12 and not isinstance(offset, bool):
                    return
                if ruled or offset != 0:
                    self.refuse("day-offset", (key, "dayOffset"), got=shown(offset))
                return
        if ruled:
            self.note("day-offset-unsaid", _CALENDARS)

    def _overrides(self, items: list[Any], path: Steps) -> None:
        for i, item in enumerate(items):
            command = item.get("targetCommand") if isinstance(item, dict) else None
            if not isinstance(command, dict):
                self.note("not-read", (*path, i))
            elif not isinstance(command.get("expiration"), str):
                self.refuse("endless-override", (*path, i, "targetCommand"))
            else:
                self.note("override", (*path, i))

    def _id(self, item: object, path: Steps, ids: dict[str, str]) -> tuple[str, str | None]:
        """Give the id as it is and as a key of a site file, and remember it."""
        if not isinstance(item, dict):
            return "", None  # it is told where it is read
        name = self.word(item, "id", path)
        if name is None:
            return "", None
        if name in ids:
            self.refuse("twice", (*path, "id"), got=shown(name))
            return name, None
        key = name
        if not _ID.fullmatch(name):
            plain = name.replace("-", "") if _UUID.fullmatch(name) else name
            plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).lstrip("_.-")[: limits.ID_LENGTH]
            key = plain or "imported"
        number, taken, start = 1, set(ids.values()), key
        while key in taken:
            number += 1
            key = start[: limits.ID_LENGTH - len(str(number)) - 1] + f"-{number}"
        if key != name:
            self.note("renamed", (*path, "id"), got=shown(name), key=key)
        ids[name] = key
        return "".join(c if c.isprintable() else "-" for c in name)[: limits.TEXT_LENGTH], key

    # ---- programs

    def _program(self, item: object, path: Steps) -> Table | None:
        known = (
            "type", "id", "ownerCMS", "activePeriods", "fixedTimeControls",
            "astroClockTimeControls", "dynamicControls",
        )  # fmt: skip
        table = self.table(item, path, known)
        if table is None:
            return None
        before = len(self.findings)
        self.word(table, "type", path, "ControlProgramOne")
        made: Table = {}
        active = self._active(table, path)
        if active != [{"from": "sunset", "to": "sunrise"}]:
            made["active"] = active
        points = self._points(table, path)
        if len(points) > limits.POINTS_PER_PROGRAM:
            self.refuse("too-many", path, what="switch points", most=limits.POINTS_PER_PROGRAM)
        if points != [{"at": "12:00", "level": 100}]:  # all night at 100 % needs no word
            made["points"] = points
        presence = self._presence(table, path)
        if presence is not None:
            made["presence"] = presence
        if self.refused_since(before):
            return None
        return made

    def _active(self, table: Table, path: Steps) -> str | list[Table]:
        made: list[Table] = []
        always = False
        items = self.items(table, "activePeriods", path, required=True)
        for i, item in enumerate(items):
            found = self._period(item, (*path, "activePeriods", i))
            if found == "always":
                always = True
            elif isinstance(found, dict):
                made.append(found)
        if not items or always:
            return "always"
        if len(made) > limits.ACTIVE_PERIODS:
            at = (*path, "activePeriods")
            self.refuse("too-many", at, what="active periods", most=limits.ACTIVE_PERIODS)
        return made

    def _period(self, item: object, path: Steps) -> Table | Literal["always"] | None:
        known = (
            "name", "startTime", "endTime", "sunsetOffset", "sunriseOffset", "sensor", "onLevel",
            "offLevel", "pcActiveBeforeSunset", "pcActiveBeforeSunrise", "reference", "operator",
            "state",
        )  # fmt: skip
        table = self.table(item, path, known)
        if table is None:
            return None
        name = self.word(
            table, "name", path, "AbsoluteActivePeriod", "AstroClockActivePeriod",
            "SensorActivePeriod", "AstroAndSensorActivePeriod", "ValueActivePeriod",
        )  # fmt: skip
        if name == "ValueActivePeriod":
            self.refuse("value-period", path)
            return None
        if name == "AbsoluteActivePeriod":
            span = self._span(table, path)
            return "always" if span == "always" else span
        if name == "AstroClockActivePeriod":
            start = self._minutes(table, "sunsetOffset", path)
            end = self._minutes(table, "sunriseOffset", path)
            if start is None or end is None:
                return None
            return {"from": str(At("sunset", start)), "to": str(At("sunrise", end))}
        if name is not None:
            return self._by_cell(table, path, bounded=name == "AstroAndSensorActivePeriod")
        return None

    def _span(self, table: Table, path: Steps) -> Table | Literal["always"] | None:
        start = self.clock(table, "startTime", path)
        end = self.clock(table, "endTime", path)
        if start is None or end is None:
            return None
        if start == end:
            return "always"
        if (start - _NOON) % 86_400 > (end - _NOON) % 86_400:
            self.refuse("across-noon", path, start=str(At(LOCAL, start)), end=str(At(LOCAL, end)))
            return None
        return {"from": str(At(LOCAL, start)), "to": str(At(LOCAL, end))}

    def _minutes(self, table: Table, key: str, path: Steps) -> int | None:
        """Give a required offset in seconds."""
        most = limits.OFFSET_MAX_S // 60
        minutes = self.whole(table, key, path, -most, most)
        return None if minutes is None else minutes * 60

    def _by_cell(self, table: Table, path: Steps, bounded: bool) -> Table | None:
        if "sensor" in table:
            sensor = self.table(table["sensor"], (*path, "sensor"), ("sensorAddresses",))
            if sensor is not None and sensor.get("sensorAddresses"):
                self.note("sensor-named", (*path, "sensor"))
        else:
            self.refuse("missing", path, key="sensor")
        on = self.whole(table, "onLevel", path, 0, limits.LUX_MAX)
        off = self.whole(table, "offLevel", path, 0, limits.LUX_MAX)
        cell: Table = {"on_lux": on, "off_lux": off}
        start, end = At("sunset", 0), At("sunrise", 0)
        if on is not None and off is not None and on >= off:
            self.refuse("lux-order", path, on=on, off=off)
        if bounded:
            so = self._minutes(table, "sunsetOffset", path)
            before = self._minutes(table, "pcActiveBeforeSunset", path)
            ro = self._minutes(table, "sunriseOffset", path)
            until = self._minutes(table, "pcActiveBeforeSunrise", path)
            if so is None or before is None or ro is None or until is None:
                return None
            if so + before != ro + until:
                self.refuse(
                    "cell-windows", path, evening=(so + before) // 60, morning=(ro + until) // 60
                )
                return None
            window = (so + before) // 2  # whole minutes, so that halves are whole seconds
            if not 60 <= window <= limits.PHOTOCELL_WINDOW_MAX_MS // 1000:
                self.refuse("cell-window", path, minutes=window * 2 // 60)
                return None
            start, end = At("sunset", so - window), At("sunrise", ro - window)
            cell["window"] = duration_text(window * 1000)
        if on is None or off is None:
            return None
        return {"from": str(start), "to": str(end), "photocell": cell}

    def _command(self, item: object, path: Steps) -> tuple[int, int | None, int | None] | None:
        """Give level, ramp to and ramp from (ms)."""
        table = self.table(item, path, ("state", "rampToLevelTime", "rampFromLevelTime"))
        if table is None:
            return None
        if "state" not in table:
            self.refuse("missing", path, key="state")
            return None
        at = (*path, "state")
        state = self.table(table["state"], at, ("name", "value"))
        if state is None:
            return None
        name = self.word(state, "name", at)
        if name is None:
            return None
        if name != "LevelState":
            self.refuse("not-a-level", (*at, "name"), got=shown(name))
            return None
        level = self.whole(state, "value", at, 0, 100)
        ramps: list[int | None] = []
        for key in ("rampToLevelTime", "rampFromLevelTime"):
            ramp = None
            if table.get(key) is not None:
                most = limits.RAMP_MAX_MS / 1000
                ramp = self.number(table, key, path, 0, most, limits.RAMP_STEP_MS / 1000)
            ramps.append(None if ramp is None else round(ramp * 1000))
        return None if level is None else (level, ramps[0], ramps[1])

    def _points(self, table: Table, path: Steps) -> list[Table]:
        fixed: list[_Control] = []
        before = -1
        for i, item in enumerate(self.items(table, "fixedTimeControls", path, required=True)):
            at = (*path, "fixedTimeControls", i)
            one = self.table(item, at, ("startTime", "command"))
            if one is None:
                continue
            start = self.clock(one, "startTime", at)
            found = self._in_control(one, at)
            if start is None:
                continue
            if start <= before:
                self.refuse("fixed-order", (*at, "startTime"), got=shown(one["startTime"]))
            before = start
            if found is not None:
                fixed.append(_Control(At(LOCAL, start), found[0], found[1], at))
        solar: list[_Control] = []
        seen: set[At] = set()
        items = self.items(table, "astroClockTimeControls", path, required=False)
        for i, item in enumerate(items):
            at = (*path, "astroClockTimeControls", i)
            known = ("offset", "solarEventType", "operation", "command")
            one = self.table(item, at, known)
            if one is None:
                continue
            offset = self._minutes(one, "offset", at)
            event = self.word(one, "solarEventType", at, "sunset", "sunrise")
            operation = self._operation(one, at)
            found = self._in_control(one, at)
            if operation not in (None, "Set"):
                self.refuse("solar-operation", (*at, "operation"), got=operation or "")
            if offset is None or event is None or found is None:
                continue
            moment = At(event, offset)
            if moment in seen:
                self.refuse("solar-twice", at, at=str(moment))
            seen.add(moment)
            solar.append(_Control(moment, found[0], found[1], at))
        if not table.get("fixedTimeControls") and not items:
            self.refuse("no-control", path)
        fixed.sort(key=lambda control: control.at.since_noon())
        if solar and fixed:
            fixed = self._before_the_sun(fixed, solar)
        return [_point(control) for control in (*fixed, *solar)]

    def _operation(self, table: Table, path: Steps) -> str | None:
        return self.word(table, "operation", path, "Set", "Max", "Min", "Add", "Sub", "Mul")

    def _in_control(self, table: Table, path: Steps) -> tuple[int, int | None, int | None] | None:
        if "command" not in table:
            self.refuse("missing", path, key="command")
            return None
        return self._command(table["command"], (*path, "command"))

    def _before_the_sun(self, fixed: list[_Control], solar: list[_Control]) -> list[_Control]:
        """Leave out the fixed controls that lie under a solar one every night.

        Refuses where that depends on the season.
        """
        kept = []
        for control in fixed:
            if control.at.since_noon() == 0:
                kept.append(control)
                continue
            if self._year is None:
                self.refuse("order-unknown", control.path, at=str(control.at))
                continue
            mine = self._year.instants(control.at)
            first = [
                min((s for s in night if s is not None), default=None)
                for night in zip(*(self._year.instants(one.at) for one in solar), strict=True)
            ]
            pairs = [
                (a, b) for a, b in zip(mine, first, strict=True) if a is not None and b is not None
            ]
            if all(a + SPARE_S <= b for a, b in pairs):
                kept.append(control)
            elif all(a >= b + SPARE_S for a, b in pairs):
                self.note("under-the-sun", control.path, at=str(control.at))
            else:
                self.refuse("order-varies", control.path, at=str(control.at))
        return kept

    # ---- presence

    def _presence(self, table: Table, path: Steps) -> Table | None:
        made: Table | None = None
        windows: list[Table] = []
        whole = False
        for i, item in enumerate(self.items(table, "dynamicControls", path, required=False)):
            at = (*path, "dynamicControls", i)
            one = self.table(item, at, ("period", "effect"))
            if one is None:
                continue
            if "effect" not in one:
                self.refuse("missing", at, key="effect")
                continue
            effect = self._effect(one["effect"], (*at, "effect"))
            if one.get("period") is None:
                whole = True
            else:
                period = self.table(one["period"], (*at, "period"), ("startTime", "endTime"))
                span = None if period is None else self._span(period, (*at, "period"))
                if span == "always":
                    whole = True
                elif span is not None:
                    windows.append(span)
            if effect is None:
                continue
            if made is not None and made != effect:
                self.refuse("presences-differ", at)
            made = effect
        if made is None:
            return None
        if len(windows) > limits.PRESENCE_WINDOWS and not whole:
            at = (*path, "dynamicControls")
            self.refuse(
                "too-many", at, what="periods of dynamic controls", most=limits.PRESENCE_WINDOWS
            )
        return made if whole or not windows else {**made, "windows": windows}

    def _effect(self, item: object, path: Steps) -> Table | None:
        known = ("type", "source", "operation", "holdTime", "command")
        table = self.table(item, path, known)
        if table is None:
            return None
        kind = self.word(table, "type", path, "FixedControlEffect", "ExternalControlEffect")
        if kind == "ExternalControlEffect":
            self.refuse("external-effect", path)
            return None
        self._source(table, path)
        operation = self._operation(table, path)
        if "holdTime" not in table:
            self.refuse("no-hold", path)
        low, high = limits.HOLD_MIN_MS // 1000, limits.HOLD_MAX_MS // 1000
        hold = self.whole(table, "holdTime", path, low, high) if "holdTime" in table else None
        found = self._in_control(table, path)
        if operation is None or hold is None or found is None or kind is None:
            return None
        level, up, down = found
        if operation in ("Min", "Sub", "Mul") or (operation == "Set" and level < self._highest):
            self.refuse(
                "presence-lowers", (*path, "operation"), got=operation, level=level,
                highest=self._highest,
            )  # fmt: skip
            return None
        if operation == "Set":
            self.note("set-as-max", (*path, "operation"), level=level)
        made: Table = {
            "operation": "add" if operation == "Add" else "max",
            "level": level,
            "hold": duration_text(hold * 1000),
        }
        if up is not None:
            made["ramp_up"] = duration_text(up)
        if down is not None:
            made["ramp_down"] = duration_text(down)
        return made

    def _source(self, table: Table, path: Steps) -> None:
        if "source" not in table:
            self.refuse("missing", path, key="source")
            return
        source = self.table(table["source"], (*path, "source"), ("sensor",))
        if source is None or source.get("sensor") is None:
            return
        at = (*path, "source", "sensor")
        sensor = self.table(source["sensor"], at, ("sensorAddresses",))
        if sensor is not None and sensor.get("sensorAddresses"):
            self.note("sensor-named", at)

    # ---- at the end

    def _prove(self, programs: dict[str, Table], calendars: dict[str, Table]) -> None:
        """Hold what was made against the site file's own model."""
        for kind, model, made in (
            ("controlPrograms", Program, programs),
            ("calendars", Calendar, calendars),
        ):
            for i, table in enumerate(made.values()):
                try:
                    model.model_validate(table)
                except ValidationError as errors:
                    self.refuse("beyond", (kind, i), detail=errors.errors()[0]["type"])


def _is_calendar(item: object) -> bool:
    return isinstance(item, dict) and ("defaultProgram" in item or "rules" in item)


def _one_program(key: str, calendar: Table, site: Site) -> bool:
    """Whether a calendar does no more than name the program of the same key, and the site has
    none of that name: there luminaires name programs themselves."""
    return calendar == {"default": key} and key not in site.calendars


def _highest_level(programs: Iterable[object]) -> int:
    """Highest level of any control of some programs."""
    highest = 0
    for program in programs:
        for key in ("fixedTimeControls", "astroClockTimeControls"):
            controls = program.get(key) if isinstance(program, dict) else None
            for control in controls if isinstance(controls, list) else ():
                found: object = control
                for step in ("command", "state", "value"):
                    found = found.get(step) if isinstance(found, dict) else None
                if isinstance(found, (int, float)) and math.isfinite(found):
                    highest = max(highest, int(min(found, 100)))
    return highest


def _point(control: _Control) -> Table:
    made: Table = {"at": str(control.at), "level": control.level}
    if control.up:
        made["ramp"] = duration_text(control.up)
    return made
