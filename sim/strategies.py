"""Other ways to light the same site, over the same passages.

- `site`: the programs of the site file, on Noctule nodes.
- `today`: what the site file says it runs today (`today`, `today_power_w`), without nodes.
- `always_on`: full light from sunset to sunrise, without nodes.
- `switch_off`: the same, off between the hours of `[strategies]`, without nodes.

Without nodes the cabinet cuts mains by day: no standby and no node power is counted there, which
is to the disadvantage of `site`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.site.model import Program, Site

STRATEGIES = ("site", "today", "always_on", "switch_off")


@dataclass(frozen=True, slots=True)
class Variant:
    """A site as a strategy would have it; power_w: watts at 100 % of one luminaire, by its id,
    where other gear is in use."""

    site: Site
    power_w: dict[str, float] = field(default_factory=dict)


def variant(site: Site, strategy: str) -> Variant:
    """The site under one of STRATEGIES."""
    if strategy == "site":
        return Variant(site)
    drivers = {
        name: driver.model_copy(update={"standby_w": 0.0, "node_w": 0.0})
        for name, driver in site.drivers.items()
    }
    if strategy == "today":
        lamps = tuple(
            lamp.model_copy(update={"program": lamp.today, "calendar": None})
            if lamp.today
            else lamp
            for lamp in site.luminaires
        )
        power = {lamp.id: lamp.today_power_w for lamp in lamps if lamp.today_power_w is not None}
        return Variant(_with(site, drivers=drivers, written_luminaires=lamps, rows=()), power)
    if strategy == "always_on":
        program = Program()
    elif strategy == "switch_off":
        off = site.strategies.switch_off
        program = Program.model_validate(
            {
                "active": [
                    {"from": "sunset", "to": str(off.from_)},
                    {"from": str(off.to), "to": "sunrise"},
                ]
            }
        )
    else:
        raise ValueError(f"no strategy {strategy!r}: there are {', '.join(STRATEGIES)}")
    lamps = tuple(
        lamp.model_copy(update={"program": strategy, "calendar": None}) for lamp in site.luminaires
    )
    cabinets = tuple(
        cabinet.model_copy(
            update={
                "circuits": tuple(
                    circuit.model_copy(update={"supply": "permanent"})
                    for circuit in cabinet.circuits
                )
            }
        )
        for cabinet in site.cabinets
    )
    return Variant(
        _with(
            site,
            drivers=drivers,
            written_luminaires=lamps,
            rows=(),
            cabinets=cabinets,
            programs={strategy: program},
            calendars={},
        )
    )


def _with(site: Site, **changes: object) -> Site:
    """A changed copy that shares nothing worked out from the old one."""
    fields = {name: getattr(site, name) for name in type(site).model_fields}
    return type(site).model_construct(**{**fields, **changes})
