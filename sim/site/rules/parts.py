"""The rules of one part, which need nothing of the rest of the site."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.site import limits
from sim.site.document import Steps, lookup, shown
from sim.site.findings import Findings
from sim.site.model import (
    Cabinet,
    Calendar,
    Ceiling,
    Event,
    Place,
    Presence,
    Program,
    Relight,
    Site,
    Strategies,
    Window,
)
from sim.site.rules.references import lists, tables
from sim.site.values import At
from sim.site.zone import ZoneError, names, yearly_rule

_Model = TypeVar("_Model", bound=BaseModel)


class Parts:
    """The rules of one part: of the whole site, or of the parts that have the right shape."""

    def __init__(self, values: Mapping[str, Any], site: Site | None, found: Findings) -> None:
        self._values = values
        self._site = site
        self._found = found

    def check(self) -> None:
        """Check every part that has the right shape."""
        if self._site is not None:
            site = self._site
            self._place(site.site)
            for name, program in site.programs.items():
                self._program(name, program)
            for name, calendar in site.calendars.items():
                self._calendar(name, calendar)
            for i, cabinet in enumerate(site.cabinets):
                self._cabinet(i, cabinet)
            for name, ceiling in site.ceilings.items():
                self._ceiling(name, ceiling)
            for name, relight in site.relights.items():
                self._hours(relight.hours, ("relights", name, "hours"))
            for i, event in enumerate(site.events):
                self._hours(event.hours, ("events", i, "hours"))
            self._strategies(site.strategies)
            return
        values = self._values
        if (place := _shaped(Place, lookup(values, ("site",)))) is not None:
            self._place(place)
        for name, table in tables(values, "programs").items():
            if (shaped_program := _shaped(Program, table)) is not None:
                self._program(name, shaped_program)
        for name, table in tables(values, "calendars").items():
            if (shaped_calendar := _shaped(Calendar, table)) is not None:
                self._calendar(name, shaped_calendar)
        for i, item in lists(values, "cabinets"):
            if (shaped_cabinet := _shaped(Cabinet, item)) is not None:
                self._cabinet(i, shaped_cabinet)
        for name, table in tables(values, "ceilings").items():
            if (shaped_ceiling := _shaped(Ceiling, table)) is not None:
                self._ceiling(name, shaped_ceiling)
        for name, table in tables(values, "relights").items():
            if (shaped_relight := _shaped(Relight, table)) is not None:
                self._hours(shaped_relight.hours, ("relights", name, "hours"))
        for i, item in lists(values, "events"):
            if (shaped_event := _shaped(Event, item)) is not None:
                self._hours(shaped_event.hours, ("events", i, "hours"))
        if (strategies := _shaped(Strategies, lookup(values, ("strategies",)))) is not None:
            self._strategies(strategies)

    def _place(self, place: Place) -> None:
        path: Steps = ("site", "timezone")
        try:
            rule = yearly_rule(place.timezone)
        except ZoneError as error:
            params: dict[str, Any] = {**error.params, "got": shown(place.timezone)}
            if error.code == "timezone-unknown":
                _suggest_zone(params, place.timezone)
            self._found.add("error", error.code, path, **params)
            return
        # The sun's time and the clock's differ by 3 h at most, in the west of China.
        off = (place.longitude / 15 - rule.std_offset_s / 3600 + 12) % 24 - 12
        if abs(off) > 4:
            self._found.add(
                "warning",
                "timezone-far",
                path,
                got=shown(place.timezone),
                longitude=place.longitude,
            )

    def _program(self, name: str, program: Program) -> None:
        path: Steps = ("programs", name)
        for i, period in enumerate(program.active):
            self._span(period.from_, period.to, (*path, "active", i))
        lux = {(p.photocell.on_lux, p.photocell.off_lux) for p in program.active if p.photocell}
        if len(lux) > 1:
            self._found.add("error", "lux-differ", (*path, "active"))
        self._points(program, path)
        if (presence := program.presence) is not None:
            for i, window in enumerate(presence.windows):
                self._span(window.from_, window.to, (*path, "presence", "windows", i))
            self._presence(program, presence, (*path, "presence"))

    def _points(self, program: Program, path: Steps) -> None:
        seen: set[At] = set()
        before: At | None = None
        for i, point in enumerate(program.points):
            place = (*path, "points", i, "at")
            if point.at in seen:
                self._found.add("error", "same-moment", place, at=str(point.at))
            elif point.at.is_clock:
                if before is not None and point.at.since_noon() < before.since_noon():
                    self._found.add(
                        "error", "points-order", place, at=str(point.at), before=str(before)
                    )
                before = point.at
            seen.add(point.at)

    def _presence(self, program: Program, presence: Presence, path: Steps) -> None:
        lowest = min((point.level for point in program.points), default=100)
        if presence.level <= presence.idle:
            self._found.add(
                "warning",
                "presence-no-raise",
                (*path, "level"),
                level=presence.level,
                idle=presence.idle,
            )
        elif presence.operation == "max" and presence.level <= lowest:
            self._found.add(
                "warning",
                "presence-never-acts",
                (*path, "level"),
                level=presence.level,
                lowest=lowest,
            )

    def _span(self, from_: At, to: At, path: Steps) -> None:
        if to.is_clock and to.since_noon() == 0:
            code = "mains-end-at-noon" if _of_mains(path) else "ends-at-noon"
            self._found.add("error", code, (*path, "to"), start=str(from_))
        elif from_ == to:
            self._found.add("error", empty_code(path), path, start=str(from_), end=str(to))
        elif from_.is_clock and to.is_clock and from_.since_noon() > to.since_noon():
            self._found.add("error", "across-noon", path, start=str(from_), end=str(to))

    def _calendar(self, name: str, calendar: Calendar) -> None:
        path: Steps = ("calendars", name)
        if len(calendar.programs) > limits.PROGRAMS_PER_CALENDAR:
            self._found.add(
                "error",
                "too-many-programs",
                path,
                count=len(calendar.programs),
                most=limits.PROGRAMS_PER_CALENDAR,
            )
        first_always = 0
        for i, rule in enumerate(calendar.rules, 1):
            if first_always:
                self._found.add(
                    "warning", "rule-hidden", (*path, "rules", i - 1), number=first_always
                )
            elif not (
                rule.weekdays or rule.from_ or rule.dates or rule.holidays or rule.school_holidays
            ):
                first_always = i

    def _cabinet(self, index: int, cabinet: Cabinet) -> None:
        for j, circuit in enumerate(cabinet.circuits):
            for k, window in enumerate(circuit.mains):
                path: Steps = ("cabinets", index, "circuits", j, "mains", k)
                self._span(window.from_, window.to, path)

    def _ceiling(self, name: str, ceiling: Ceiling) -> None:
        for i, window in enumerate(ceiling.windows):
            self._hours(window, ("ceilings", name, "windows", i))

    def _hours(self, window: Window, path: Steps) -> None:
        self._span(window.from_, window.to, path)

    def _strategies(self, strategies: Strategies) -> None:
        for name in ("switch_off", "dimming", "relight"):
            self._hours(getattr(strategies, name), ("strategies", name))
        presence = strategies.presence
        if presence.level <= presence.idle:
            self._found.add(
                "warning",
                "presence-no-raise",
                ("strategies", "presence"),
                level=presence.level,
                idle=presence.idle,
            )


def _of_mains(path: Steps) -> bool:
    """Whether a period is of a circuit's mains: those have no ``active = "always"``."""
    return path[0] == "cabinets"


def empty_code(path: Steps) -> str:
    """Give the code of a period that is empty."""
    return "mains-empty" if _of_mains(path) else "empty-period"


def _shaped(model: type[_Model], value: object) -> _Model | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def _suggest_zone(params: dict[str, Any], name: str) -> None:
    """Find the zone meant by a name: a city alone is enough."""
    wanted = name[:64].strip().replace(" ", "_").lower()
    known = sorted(names())
    for zone in known:
        if wanted in (zone.lower(), zone.lower().rpartition("/")[2]):
            params["suggestion"] = zone
            return
    by_lower = {zone.lower(): zone for zone in known}
    near = difflib.get_close_matches(wanted, by_lower, 1, 0.7)
    if near:
        params["suggestion"] = by_lower[near[0]]
