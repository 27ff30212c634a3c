"""A night in which nobody passes: what the programs alone do, luminaire by luminaire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.engine import DAY_MS, NightWorld, Run
from sim.lamp import Lamp
from sim.site.compile import known_time
from sim.site.model import Luminaire, Site


@dataclass(frozen=True, slots=True)
class Change:
    """From `t` on (ms since 2000 UTC) the light goes to `level` percent in `ramp` ms.

    layer, why, detail: numbers of `noctule.brain.layers`, the deciding layer's word; layer -1:
    mains came (the driver's own full light while the node boots) or went. gear: of
    `noctule.brain.luminaire`, not FREE where its minimum times keep the level.
    """

    t: int
    level: int
    ramp: int
    layer: int
    why: int
    detail: int
    quality: int
    gear: int = 0


def change_of(t: int, lamp: Lamp) -> Change:
    """The change that a luminaire has just made."""
    brain = lamp.brain
    if brain is None:
        return Change(t, lamp.to, 0, -1, 0, 0, 0)
    decider = brain.stack.decider
    return Change(
        t,
        brain.level,
        brain.ramp,
        decider,
        brain.stack.why[decider],
        brain.stack.detail[decider],
        brain.quality,
        brain.gear,
    )


def quiet_night(site: Site, night: int) -> list[list[Change]]:
    """The changes of each luminaire (in the site's order) in the night of day `night`."""
    found: list[list[Change]] = [[] for _ in site.luminaires]

    def watch(t: int, index: int, lamp: Lamp) -> None:
        found[index].append(change_of(t, lamp))

    run = Run(site, 0, night, watch=watch)
    run.night(nobody(site, night))
    return found


def nobody(site: Site, night: int) -> NightWorld:
    """A night without people."""
    times = known_time(site)
    start = night * DAY_MS + times.start(night) * 1000
    end = night * DAY_MS + times.end(night) * 1000
    return NightWorld(night, start, end, start, end, [], [[] for _ in site.luminaires])


def part_of(site: Site, lamps: Sequence[int]) -> Site:
    """The site with only these of its luminaires (indices), in that order, and their streets."""
    chosen = tuple(site.luminaires[i] for i in lamps)
    names = {lamp.street for lamp in chosen}
    fields = {name: getattr(site, name) for name in type(site).model_fields}
    fields |= {
        "written_luminaires": chosen,
        "rows": (),
        "streets": tuple(street for street in site.streets if street.id in names),
    }
    return Site.model_construct(**fields)  # shares nothing worked out from the whole


_NO_MATTER = frozenset(
    {
        "id",
        "at_m",
        "spacing_m",
        "pole",
        "street",
        "section",
        "groups",
        "today",
        "today_power_w",
        "node",
    }
)
"""Fields of a luminaire that do not matter to its light while nobody passes."""


def alike(site: Site) -> list[list[int]]:
    """Luminaires (indices) by those that do the same while nobody passes."""
    names = [name for name in Luminaire.model_fields if name not in _NO_MATTER]
    circuits = {
        c.id: (c.supply, c.mains, cabinet.clock_error)
        for cabinet in site.cabinets
        for c in cabinet.circuits
    }
    called: list[list[int]] = [[] for _ in site.luminaires]
    for number, call in enumerate(site.calls):
        for i in site.targets(call):
            called[i].append(number)
    found: dict[tuple[Any, ...], list[int]] = {}
    for i, lamp in enumerate(site.luminaires):
        key = (
            *(circuits[lamp.circuit] if n == "circuit" else getattr(lamp, n) for n in names),
            tuple((n, site.event_level(site.events[n], lamp)) for n in site.events_of[i]),
            tuple(called[i]),
        )
        found.setdefault(key, []).append(i)
    return list(found.values())
