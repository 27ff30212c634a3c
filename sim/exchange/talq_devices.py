"""The devices, groups and overrides of the TALQ export (see `sim.exchange.talq`)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final

from noctule.brain.almanac import NEVER
from noctule.brain.dates import day_number

from sim.exchange import place
from sim.exchange.unsaid import Losses
from sim.site.compile import EVENTS, known_time
from sim.site.document import Steps
from sim.site.model import Event, Luminaire, Site
from sim.site.values import WEEKDAYS

OWNER: Final = "noctule"
_LAMP, _CABINET = "noctule-lamp", "noctule-cabinet"
_EVENT_NIGHTS = 400


def command(level: int, up: int = 0, down: int | None = None) -> dict[str, Any]:
    """Give a CommandBase; ramps in ms."""
    made: dict[str, Any] = {"state": {"name": "LevelState", "value": level}}
    if up or down is not None:
        made["rampToLevelTime"] = up / 1000
    if down is not None:
        made["rampFromLevelTime"] = down / 1000
    return made


def _attribute(kind: str, value: object) -> dict[str, Any]:
    return {"type": f"Attribute{kind}", "value": value}


class Devices:
    """Says lamp types, cabinets, lamps, groups, and events as overrides.

    `alone` are the calendars of programs that luminaires run without one, by the program.
    """

    def __init__(self, site: Site, alone: Mapping[str, str], losses: Losses) -> None:
        """Lay out where the luminaires are, and which belong together."""
        self.site = site
        self.alone = alone
        self.losses = losses
        self.positions = {lamp.id: place.position(site, lamp) for lamp in site.luminaires}
        # addresses of the luminaires of each group, by the group's
        self.members: dict[str, list[str]] = {}
        for lamp in site.luminaires:
            names = [f"group:{name}" for name in dict.fromkeys(lamp.groups)]
            for name in (*names, f"circuit:{lamp.circuit}", f"street:{lamp.street}"):
                self.members.setdefault(name, []).append(str(_address(site, "lamp", lamp.id)))

    def all(self) -> dict[str, list[dict[str, Any]]]:
        """Give everything, under the names of its kinds."""
        return {
            "lampTypes": [self._lamp_type(key) for key in self.site.drivers],
            "deviceClasses": _classes(max(len(one.circuits) for one in self.site.cabinets)),
            "devices": self._devices(),
            "groups": self._groups(),
            "overrideCommands": self._overrides(),
        }

    def _lamp_type(self, key: str) -> dict[str, Any]:
        driver = self.site.drivers[key]
        dali = driver.curve == "dali"
        other = "Switch" if driver.minimum_level == 100 else "Other"
        made: dict[str, Any] = {
            "address": str(_address(self.site, "driver", key)),
            "name": key,
            "controlType": "DALI" if dali else other,
            "wattage": driver.power_w,
            "minLightOutput": driver.minimum_level,
            "virtualLightOutput": driver.virtual_output,
            "lampPowerTolerance": round(driver.power_w * driver.power_tolerance_percent / 100, 3),
        }
        if driver.warm_up:
            made["warmUpTime"] = driver.warm_up // 1000
        if driver.minimum_off:
            made["coolDownTime"] = driver.minimum_off // 1000
        if driver.clo:
            made["cloType"] = "controller"
            made["lumenDepreciationCurve"] = {
                "entries": [
                    {"operatingHours": hours, "percentage": level} for hours, level in driver.clo
                ]
            }
        return made

    def _devices(self) -> list[dict[str, Any]]:
        site = self.site
        behind: dict[str, int] = {}
        for lamp in site.luminaires:
            behind[lamp.circuit] = behind.get(lamp.circuit, 0) + lamp.count
        made = []
        for cabinet in site.cabinets:
            functions = [
                {
                    "id": "basic",
                    "type": "BasicFunction",
                    "displayName": _attribute("String", cabinet.name),
                    "assetId": _attribute("String", cabinet.id),
                },
                {
                    "id": "time",
                    "type": "TimeFunction",
                    "timeZone": _attribute("String", site.site.timezone),
                },
            ]
            for n, circuit in enumerate(cabinet.circuits, 1):
                functions.append(
                    {
                        "id": f"segment{n}",
                        "type": "SegmentMonitorFunction",
                        "segmentReference": _attribute("String", circuit.id),
                        "numberOfLoads": _attribute("Integer", behind.get(circuit.id, 0)),
                    }
                )
            made.append(
                {
                    "address": str(_address(site, "cabinet", cabinet.id)),
                    "name": cabinet.name,
                    "class": _CABINET,
                    "functions": functions,
                }
            )
        made += [self._lamp(lamp) for lamp in site.luminaires]
        return made

    def _lamp(self, lamp: Luminaire) -> dict[str, Any]:
        site = self.site
        lamp_type = _attribute("String", str(_address(site, "driver", lamp.driver)))
        longitude, latitude = self.positions[lamp.id]
        calendar = lamp.calendar or self.alone[str(lamp.program)]
        fault = max(site.programs[name].fault_state for name in site.programs_of(lamp))
        functions: list[dict[str, Any]] = [
            {
                "id": "basic",
                "type": "BasicFunction",
                "displayName": _attribute("String", lamp.id),
                "assetId": _attribute("String", lamp.pole),
            },
            {
                "id": "location",
                "type": "LocationSensorFunction",
                "expectedLocation": _attribute(
                    "Location", {"latitude": latitude, "longitude": longitude}
                ),
            },
            {
                "id": "lamp",
                "type": "LampActuatorFunction",
                "lampTypeId": lamp_type,
                "cloEnabled": _attribute("Boolean", bool(site.drivers[lamp.driver].clo)),
                "defaultLightState": _attribute(
                    "LevelState", {"name": "LevelState", "value": fault}
                ),
                "calendarID": _attribute("String", calendar),
            },
            {
                "id": "monitor",
                "type": "LampMonitorFunction",
                "lampTypeId": lamp_type,
                "actuatorReference": _attribute("String", "lamp"),
                "numberOfLamps": _attribute("Integer", lamp.count),
                "operatingHours": _attribute("Float", lamp.burning_hours),
            },
        ]
        if lamp.sensor is not None:
            functions.append({"id": "presence", "type": "PresenceSensorFunction"})
        if lamp.photocell is not None:
            functions.append({"id": "photocell", "type": "LightSensorFunction"})
        return {
            "address": str(_address(site, "lamp", lamp.id)),
            "name": lamp.id,
            "class": _LAMP,
            "functions": functions,
        }

    def _groups(self) -> list[dict[str, Any]]:
        return [
            {
                "address": name,
                "ownerCMS": OWNER,
                "purpose": "override",
                "members": [{"resource": "devices", "address": address} for address in addresses],
            }
            for name, addresses in sorted(self.members.items())
        ]

    # ---- works and events

    def _overrides(self) -> list[dict[str, Any]]:
        made = []
        for i, event in enumerate(self.site.events):
            path: Steps = ("events", i)
            if event.program is not None:
                self.losses.add("event-program", (*path, "program"))
                continue
            nights = _nights_of(event)
            if nights is None:
                self.losses.add("event-dates", path, most=_EVENT_NIGHTS)
                continue
            levels = [(event.level, self._aimed(event))]
            if event.scene is not None:
                scene = self.site.scenes[event.scene].levels
                # of two groups the higher level counts: it comes last, and the last one wins
                levels = [
                    (level, [{"resource": "groups", "address": f"group:{name}"}])
                    for name, level in sorted(scene.items(), key=lambda pair: (pair[1], pair[0]))
                    if f"group:{name}" in self.members
                ]
            for night in nights:
                hours = self._hours(event, night)
                for level, addresses in levels:
                    assert level is not None  # a scene's, or the event's own
                    if hours is None or not addresses:
                        continue
                    target = {
                        **command(level, event.ramp),
                        "reason": "override",
                        "cmsRefId": event.id,
                        "start": hours[0],
                        "expiration": hours[1],
                    }
                    made.append({"addresses": addresses, "targetCommand": target})
        return made

    def _aimed(self, event: Event) -> list[dict[str, str]]:
        groups = [
            *(f"group:{name}" for name in event.groups),
            *(f"street:{name}" for name in event.streets),
            *(f"circuit:{name}" for name in event.circuits),
        ]
        found = [
            {"resource": "groups", "address": name} for name in groups if name in self.members
        ]
        for name in event.luminaires:
            address = str(_address(self.site, "lamp", name))
            found.append({"resource": "devices", "address": address})
        return found

    def _hours(self, event: Event, night: int) -> tuple[str, str] | None:
        times = known_time(self.site)
        ends = []
        for at in (event.hours.from_, event.hours.to):
            instant = times.at(night, EVENTS[at.event], at.seconds)
            if instant <= NEVER:
                return None
            when = dt.datetime(2000, 1, 1) + dt.timedelta(days=night, seconds=instant)
            ends.append(when.isoformat() + "Z")
        return (ends[0], ends[1]) if ends[0] < ends[1] else None


def _nights_of(event: Event) -> list[int] | None:
    """Day numbers of an event's evenings; None where they have no end, or are too many."""
    days: set[dt.date] = set()
    spans = [(event.from_, event.to)] if event.from_ else [(d, d) for d in event.dates or ()]
    for first, last in spans:
        assert first is not None and last is not None
        if first.year is None or last.year is None:
            return None
        start = dt.date(first.year, first.month, first.day)
        end = dt.date(last.year, last.month, last.day)
        if (end - start).days >= 10 * _EVENT_NIGHTS:
            return None
        days.update(start + dt.timedelta(days=i) for i in range((end - start).days + 1))
    wanted = [
        day for day in sorted(days)
        if not event.weekdays or WEEKDAYS[day.weekday()] in event.weekdays
    ]  # fmt: skip
    if len(wanted) > _EVENT_NIGHTS:
        return None
    return [day_number(day.year, day.month, day.day) for day in wanted]


def _address(site: Site, kind: str, name: str) -> uuid.UUID:
    """Give the address of a thing of a site: the same one on every export."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:noctule:{site.site.name}:{kind}:{name}")


def _classes(segments: int) -> list[dict[str, Any]]:
    segment = ("SegmentMonitorFunction", "segmentReference", "numberOfLoads")
    used: dict[str, dict[str, tuple[str, ...]]] = {
        _CABINET: {
            "basic": ("BasicFunction", "displayName", "assetId"),
            "time": ("TimeFunction", "timeZone"),
            **{f"segment{n}": segment for n in range(1, segments + 1)},
        },
        _LAMP: {
            "basic": ("BasicFunction", "displayName", "assetId"),
            "location": ("LocationSensorFunction", "expectedLocation"),
            "lamp": (
                "LampActuatorFunction", "lampTypeId", "cloEnabled", "defaultLightState",
                "calendarID",
            ),
            "monitor": (
                "LampMonitorFunction", "lampTypeId", "actuatorReference", "numberOfLamps",
                "operatingHours",
            ),
            "presence": ("PresenceSensorFunction",),
            "photocell": ("LightSensorFunction",),
        },
    }  # fmt: skip
    return [
        {
            "name": name,
            "functions": [
                {
                    "functionId": function,
                    "type": kind,
                    "attributes": [{"name": attribute} for attribute in attributes],
                }
                for function, (kind, *attributes) in functions.items()
            ],
        }
        for name, functions in used.items()
    ]
