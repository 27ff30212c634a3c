"""Other ways to light the same site, over the same passages.

- `site`: the programs of the site file, on Noctule nodes.
- `today`: what the site file says it runs today (`today`, `today_power_w`), without nodes.
- `always_on`: full light from sunset to sunrise, without nodes.
- `switch_off`: the same, off between the hours of `[strategies]`, without nodes.
- `dimming`: the same, at one lower level between its hours. Without nodes: drivers that dim at
  fixed hours by themselves are on sale, and are set before they are mounted.
- `presence`: at its idle level from sunset to sunrise, raised where somebody passes. With nodes,
  which must hear of one another; each has a sensor of its own, with range `range_m`, that misses
  2 % of those who pass and reports nobody 0.02 times an hour (assumptions).
- `relight`: off between its hours, lit for a while where a resident asks. With nodes, which alone
  know who asked; each street is a zone (at most 256 of them: of more streets, neighbours share).

What holds for all but `site`: works, events, scenes, calls, ceilings, zones of light on demand and
contactors of the site file are left out; gear, gear's limits (what cannot dim does not), virtual
output, constant light output, warm-up and burning hours are the site's. Where `today_power_w` says
that other gear hangs there today, its output is its light.

Without nodes the cabinet cuts mains by day: no standby and no node power is counted there, which
is to the disadvantage of `site`. With nodes, standby and nodes are counted as for `site`: a
circuit that the site file calls permanent has mains day and night, one that it calls switched has
mains from sunset to sunrise, by its cabinet's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.site.model import Program, Relight, Sensor, Site, Window, window
from sim.site.values import SUNRISE, SUNSET, duration_text

STRATEGIES = ("site", "today", "always_on", "switch_off", "dimming", "presence", "relight")

NAMES = {
    "site": {"fr": "Programmes du site", "en": "Site's programs"},
    "today": {"fr": "Aujourd'hui", "en": "Today"},
    "always_on": {"fr": "Allumé toute la nuit", "en": "On all night"},
    "switch_off": {"fr": "Extinction nocturne", "en": "Night switch-off"},
    "dimming": {"fr": "Abaissement fixe", "en": "Fixed dimming"},
    "presence": {"fr": "Présence partout", "en": "Presence everywhere"},
    "relight": {"fr": "Rallumage à la demande", "en": "Relight on demand"},
}
"""What people call them, on the command line and in the report."""

MISSED_PERCENT = 2.0
FALSE_PER_HOUR = 0.02
"""Of the sensors of `presence`: assumptions."""
_ZONES = 256  # a node counts them in one byte


@dataclass(frozen=True, slots=True)
class Variant:
    """A site as a strategy would have it. power_w: watts at 100 % of one luminaire, by its id,
    where other gear is in use. own_world: its sensors or its zones of light on demand are not the
    site's."""

    site: Site
    power_w: dict[str, float] = field(default_factory=dict)
    own_world: bool = False


def variant(site: Site, strategy: str) -> Variant:
    """The site under one of STRATEGIES."""
    if strategy == "site":
        return Variant(site)
    if strategy == "today":
        return _today(site)
    if strategy == "presence":
        return _presence(site)
    if strategy == "relight":
        return _relight(site)
    programs = {
        "always_on": lambda: Program(),
        "switch_off": lambda: _two_halves(site.strategies.switch_off),
        "dimming": lambda: _between(site.strategies.dimming, site.strategies.dimming.level),
    }
    if strategy not in programs:
        raise ValueError(f"no strategy {strategy!r}: there are {', '.join(STRATEGIES)}")
    return Variant(_uniform(site, strategy, programs[strategy](), nodes=False))


def _today(site: Site) -> Variant:
    drivers = {
        name: driver.model_copy(update={"standby_w": 0.0, "node_w": 0.0})
        for name, driver in site.drivers.items()
    }
    lamps = []
    power: dict[str, float] = {}
    for lamp in site.luminaires:
        changes: dict[str, object] = dict(_NONE_OF_IT)
        if lamp.today:
            changes |= {"program": lamp.today, "calendar": None}
        if lamp.today_power_w is not None:
            power[lamp.id] = lamp.today_power_w
            other = f"{lamp.driver}/today"  # no key of a site file
            drivers[other] = drivers[lamp.driver].model_copy(
                update={
                    "virtual_output": 100, "clo": (), "warm_up": 0, "minimum_on": 0,
                    "minimum_off": 0,
                }
            )  # fmt: skip
            changes["driver"] = other
        lamps.append(lamp.model_copy(update=changes))
    return Variant(_with(site, drivers=drivers, written_luminaires=tuple(lamps)), power)


def _presence(site: Site) -> Variant:
    asked = site.strategies.presence
    program = Program.model_validate(
        {
            "points": [{"at": "12:00", "level": asked.idle}],
            "presence": {
                "operation": "max", "level": asked.level, "idle": asked.idle,
                "hold": duration_text(asked.hold), "neighbours": asked.neighbours,
            },
        }
    )  # fmt: skip
    sensor = Sensor(
        range_m=asked.range_m, missed_percent=MISSED_PERCENT, false_per_hour=FALSE_PER_HOUR
    )
    made = _uniform(site, "presence", program, nodes=True)
    lamps = tuple(
        lamp.model_copy(update={"sensor": "presence", "section": lamp.street})
        for lamp in made.luminaires
    )
    made = _with(made, written_luminaires=lamps, sensors={"presence": sensor})
    return Variant(made, own_world=True)


def _relight(site: Site) -> Variant:
    asked = site.strategies.relight
    used = {lamp.street for lamp in site.luminaires}
    streets = [street for street in site.streets if street.id in used]
    share = max(1, -(-len(streets) // _ZONES))
    zone_of = {street.id: streets[i // share * share].id for i, street in enumerate(streets)}
    zones = {
        street.id: Relight.model_validate(
            {
                "name": street.name,
                "hours": {"from": str(asked.from_), "to": str(asked.to)},
                "duration": duration_text(asked.duration),
                "requests_per_night": asked.requests_per_night,
            }
        )
        for street in streets
        if zone_of[street.id] == street.id
    }
    made = _uniform(site, "relight", _between(asked, 0), nodes=True)
    lamps = tuple(
        lamp.model_copy(update={"relight": zone_of[lamp.street]}) for lamp in made.luminaires
    )
    return Variant(_with(made, written_luminaires=lamps, relights=zones), own_world=True)


# What only `site` has.
_NONE_OF_IT: dict[str, object] = {
    "ceiling": None, "relight": None, "contactor": None, "meter": False,
}  # fmt: skip


def _uniform(site: Site, name: str, program: Program, nodes: bool) -> Site:
    """Every luminaire under one program, by night; with nodes, or without."""
    lamps = tuple(
        lamp.model_copy(
            update={
                **_NONE_OF_IT, "program": name, "calendar": None, "sensor": None,
                "photocell": None, "section": name,
            }
        )
        for lamp in site.luminaires
    )  # fmt: skip
    drivers = site.drivers
    if not nodes:
        drivers = {
            key: driver.model_copy(update={"standby_w": 0.0, "node_w": 0.0})
            for key, driver in site.drivers.items()
        }
    mains = {"mains": (window(SUNSET, SUNRISE),)} if nodes else {"supply": "permanent"}
    cabinets = tuple(
        cabinet.model_copy(
            update={
                "circuits": tuple(
                    circuit.model_copy(update=mains if circuit.switched else {})
                    for circuit in cabinet.circuits
                )
            }
        )
        for cabinet in site.cabinets
    )
    return _with(
        site,
        drivers=drivers,
        written_luminaires=lamps,
        cabinets=cabinets,
        programs={name: program},
        calendars={},
    )


def _two_halves(off: Window) -> Program:
    """Sunset to sunrise, but for the hours that it is off."""
    return Program.model_validate(
        {
            "active": [
                {"from": "sunset", "to": str(off.from_)},
                {"from": str(off.to), "to": "sunrise"},
            ]
        }
    )


def _between(hours: Window, level: int) -> Program:
    """Full light from sunset to sunrise, but for the hours at a level."""
    return Program.model_validate(
        {
            "points": [
                {"at": "12:00", "level": 100},
                {"at": str(hours.from_), "level": level},
                {"at": str(hours.to), "level": 100},
            ]
        }
    )


def _with(site: Site, **changes: object) -> Site:
    """A changed copy that shares nothing worked out from the old one; no rows, and nothing asked
    for by hand or by events, for those are the site's own."""
    fields = {name: getattr(site, name) for name in type(site).model_fields}
    without: dict[str, object] = {"rows": (), "events": (), "calls": (), "scenes": {}}
    if "relights" not in changes:
        without["relights"] = {}
    return type(site).model_construct(**{**fields, **without, **changes})
