"""To NGSI-LD entities of the Smart Data Models: Streetlight, StreetlightGroup and
StreetlightControlCabinet.

`export` gives

    format    1
    model     "NGSI-LD"
    entities  a list of entities, in the key-values (simplified) representation

Key-values, and not the normalized form, because the models' schemas describe them, and since a
context broker takes and gives both: what can be checked here is what is sent. A relationship is
the URN of its entity, as the models' own examples have it. URNs are made of the site's name and
of the ids: urn:ngsi-ld:Streetlight:Val-Noctule:M01.

A group is what is switched alike: the luminaires of one circuit with one program or calendar
(its `activeProgramId`, and its hours); each group of the site file is one as well. Positions are
those along the street, a group's are its luminaires', a cabinet's is their middle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from sim.exchange import place
from sim.exchange.coverage import EVERYWHERE, SAID, Coverage, of_luminaires
from sim.exchange.nights import evenings
from sim.exchange.talq import date
from sim.exchange.unsaid import Exported, Losses
from sim.site.document import Steps
from sim.site.model import Luminaire, Program, Site
from sim.site.values import At, Day

__all__ = ["COVERAGE", "MODEL", "export"]

MODEL: Final = "NGSI-LD"
CONTEXT: Final = (
    "https://raw.githubusercontent.com/smart-data-models/dataModel.Streetlighting/master/"
    "context.jsonld",
    "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
)

COVERAGE: Final[Coverage] = {
    **EVERYWHERE,
    "site.name": SAID,
    "site.latitude": SAID,
    "site.longitude": SAID,
    "site.timezone": "site",
    "drivers.*": "gear",
    "drivers.*.power_w": SAID,
    "sensors.*": "presence",
    "photocells.*": "photocell",
    "programs.*.name": SAID,
    "programs.*.points": "levels",
    "programs.*.fault_state": "no-fault-state",
    "programs.*.presence": "presence",
    "scenes.*": "no-scenes",
    "streets": SAID,
    "cabinets": SAID,
    "cabinets.*.clock_error": "simulation",
    "cabinets.*.circuits.*.supply": SAID,
    "cabinets.*.circuits.*.mains": "switched",
    "cabinets.*.circuits.*.order": "order",
    "events.*": "event",
    "luminaires": SAID,
    "rows": SAID,
    **of_luminaires(
        {
            "sensor": "presence",
            "photocell": "photocell",
            "burning_hours": "gear",
        }
    ),
    "luminaires.*.count": "count",
    "luminaires.*.spacing_m": "spacing",
}
"""What of a site file the entities can say; some of it only at times, which `export` finds out."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_NEAREST = {"nautical dusk": "dusk", "nautical dawn": "dawn"}


def export(site: Site) -> Exported:
    """Say a site as entities, and what these cannot say."""
    return _Export(site).all()


class _Export:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.losses = Losses(MODEL)
        self.area = _UNSAFE.sub("-", site.site.name).strip("-") or "site"
        self.positions = {lamp.id: place.position(site, lamp) for lamp in site.luminaires}

    def all(self) -> Exported:
        site = self.site
        self.losses.cover(site, COVERAGE)
        self.losses.add("status", ("luminaires",))
        alike: dict[tuple[str, str], list[Luminaire]] = {}
        named: dict[str, list[Luminaire]] = {}
        for lamp, path in zip(site.luminaires, site.luminaire_paths, strict=True):
            alike.setdefault((lamp.circuit, lamp.calendar or str(lamp.program)), []).append(lamp)
            for name in dict.fromkeys(lamp.groups):
                named.setdefault(name, []).append(lamp)
            if lamp.groups:
                self.losses.add("one-group", (*path, "groups"))
        entities = [self._lamp(lamp) for lamp in site.luminaires]
        entities += [self._alike(circuit, key, lamps) for (circuit, key), lamps in alike.items()]
        entities += [self._group(f"group:{name}", lamps, name) for name, lamps in named.items()]
        entities += self._cabinets(alike)
        return Exported({"format": 1, "model": MODEL, "entities": entities}, self.losses.listed())

    def _urn(self, kind: str, name: str) -> str:
        return f"urn:ngsi-ld:{kind}:{self.area}:{name}"

    # ---- luminaires

    def _lamp(self, lamp: Luminaire) -> dict[str, Any]:
        driver = self.site.drivers[lamp.driver]
        return {
            "@context": list(CONTEXT),
            "id": self._urn("Streetlight", lamp.id),
            "type": "Streetlight",
            "name": lamp.id,
            "location": {"type": "Point", "coordinates": list(self.positions[lamp.id])},
            "areaServed": self.site.street(lamp.street).name,
            "status": "ok",
            "circuit": lamp.circuit,
            "streetPoleNum": lamp.pole,
            "controllingMethod": "individual",
            "powerRating": driver.power_w,
            "refStreetlightGroup": self._urn("StreetlightGroup", _alike(lamp)),
            "refStreetlightControlCabinet": self._urn(
                "StreetlightControlCabinet", self.site.cabinet_of(lamp.circuit).id
            ),
        }

    # ---- groups

    def _group(self, name: str, lamps: Sequence[Luminaire], shown: str) -> dict[str, Any]:
        return {
            "@context": list(CONTEXT),
            "id": self._urn("StreetlightGroup", name),
            "type": "StreetlightGroup",
            "name": shown,
            "location": {
                "type": "MultiPoint",
                "coordinates": [list(self.positions[lamp.id]) for lamp in lamps],
            },
            "refStreetlight": [self._urn("Streetlight", lamp.id) for lamp in lamps],
        }

    def _alike(self, circuit: str, key: str, lamps: Sequence[Luminaire]) -> dict[str, Any]:
        lamp = lamps[0]
        cabinet = self.site.cabinet_of(circuit).id
        if lamp.calendar is not None:
            hours = self._calendar(lamp.calendar)
            programs = self.site.calendars[lamp.calendar].programs
        else:
            hours = self._program(key, Day(None, 1, 1), Day(None, 12, 31))
            programs = (key,)
        return {
            **self._group(_alike(lamp), lamps, f"{circuit}, {key}"),
            "circuitId": circuit,
            "refStreetlightControlCabinet": self._urn("StreetlightControlCabinet", cabinet),
            "activeProgramId": key,
            "switchingMode": self._modes(programs),
            "switchingOnHours": hours,
        }

    def _modes(self, programs: Sequence[str]) -> list[str]:
        """What the group is switched to, over all its programs."""
        found = set()
        for name in programs:
            program = self.site.programs[name]
            levels = {point.level for point in program.points} or {100}
            if program.always:
                found.add("always-ON")
            if any(level == 100 for level in levels):
                found.add("night-ON")
            if any(0 < level < 100 for level in levels):
                found.add("night-LOW")
            if 0 in levels:
                found.add("night-OFF")
        return sorted(found)

    def _calendar(self, key: str) -> list[dict[str, Any]]:
        calendar = self.site.calendars[key]
        made = []
        for i, rule in enumerate(calendar.rules):
            for found in evenings(rule, self.site.site, occurrences=False):
                if found.reckoned or found.weekdays or not found.spans:
                    self.losses.add("rule", ("calendars", key, "rules", i))
                    break
                for first, last in found.spans:
                    made += self._program(rule.program, first, last)
        return made + self._program(calendar.default, Day(None, 1, 1), Day(None, 12, 31))

    def _program(self, key: str, first: Day, last: Day) -> list[dict[str, Any]]:
        """Give the hours of a program between two evenings; none where it is never lit."""
        program = self.site.programs[key]
        if all(point.level == 0 for point in program.points) and program.points:
            hours = "off"
        else:
            hours = ",".join(self._hours(key, program)) or "00:00-24:00"
        shown = program.name.text(self.site.site.language) if program.name else key
        return [{"from": date(first), "to": date(last), "hours": hours, "description": shown}]

    def _hours(self, key: str, program: Program) -> list[str]:
        """Active periods in the style of OpenStreetMap's opening hours."""
        made = []
        for i, period in enumerate(program.active):
            path: Steps = ("programs", key, "active", i)
            if period.photocell is not None:
                self.losses.add("photocell", path)
            made.append(f"{self._at(period.from_, path)}-{self._at(period.to, path)}")
        return made

    def _at(self, at: At, path: Steps) -> str:
        if at.is_clock:
            if at.seconds % 60:
                self.losses.add("seconds", path, at=str(at))
            return f"{at.seconds // 3600:02}:{at.seconds // 60 % 60:02}"
        if at.event == "solar midnight":
            self.losses.add("hours", path, at=str(at))
            return "00:00"
        event = _NEAREST.get(at.event, at.event)
        if event != at.event or at.seconds % 60:
            self.losses.add("hours", path, at=str(at))
        if not at.seconds:
            return event
        minutes = abs(at.seconds) // 60
        return f"({event}{'-' if at.seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02})"

    # ---- cabinets

    def _cabinets(self, alike: dict[tuple[str, str], list[Luminaire]]) -> list[dict[str, Any]]:
        made = []
        fed: dict[str, list[tuple[str, Luminaire]]] = {}  # a group's name and each of its lamps
        for lamps in alike.values():
            cabinet_id = self.site.cabinet_of(lamps[0].circuit).id
            fed.setdefault(cabinet_id, []).extend((_alike(lamp), lamp) for lamp in lamps)
        for i, cabinet in enumerate(self.site.cabinets):
            members = fed.get(cabinet.id, [])
            if not members:
                self.losses.add("cabinet-alone", ("cabinets", i))
                continue
            self.losses.add("cabinet-place", ("cabinets", i))
            features = ["individualControl"]
            if any(
                not (window.from_.is_clock and window.to.is_clock)
                for circuit in cabinet.circuits
                if circuit.switched
                for window in circuit.mains
            ):
                features.append("astronomicalClock")
            middle = place.middle([self.positions[lamp.id] for _, lamp in members])
            made.append(
                {
                    "@context": list(CONTEXT),
                    "id": self._urn("StreetlightControlCabinet", cabinet.id),
                    "type": "StreetlightControlCabinet",
                    "name": cabinet.name,
                    "location": {"type": "Point", "coordinates": list(middle)},
                    "features": features,
                    "workingMode": "automatic",
                    "refStreetlightGroup": [
                        self._urn("StreetlightGroup", name)
                        for name in dict.fromkeys(name for name, _ in members)
                    ],
                }
            )
        return made


def _alike(lamp: Luminaire) -> str:
    """Name of the group of those that are switched like a luminaire."""
    kind = "calendar" if lamp.calendar else "program"
    return f"{lamp.circuit}:{kind}:{lamp.calendar or lamp.program}"
