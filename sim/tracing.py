"""What happens to one luminaire in one night, as events for `sim.runtimes.timeline`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.engine import (
    ALL_ON,
    BOOT_MS,
    DAY_MS,
    HEARD,
    LUX,
    MAINS,
    METER,
    OVERRIDE,
    RELIGHT,
    SENSOR,
    Fault,
    Run,
    World,
)
from sim.quiet import nobody, part_of
from sim.runtimes import run_guest, timeline
from sim.site.compile import compile_site, known_time, night_of
from sim.site.model import Site

Event = tuple[int | str, ...]

NOT_TRACED = ("clock-wrong",)
"""Faults that no event of a timeline stands for."""

_UNSET, _SYNCED = 0, 3
_NAMES = {
    SENSOR: timeline.SENSOR,
    HEARD: timeline.HEARD,
    LUX: timeline.LUX,
    METER: timeline.METER,
    RELIGHT: timeline.RELIGHT,
    ALL_ON: timeline.ALL_ON,
    OVERRIDE: timeline.LEVEL,
}


def events(
    site: Site, lamp: str, night: int, seed: int | None, faults: Sequence[Fault] = ()
) -> tuple[int, int, list[Event]]:
    """(start in t, length in ms, events) of a luminaire's night; people, and their requests for
    light, only with a seed. With faults it begins with the night of the first."""
    index = [x.id for x in site.luminaires].index(lamp)
    times = known_time(site)
    mine = [fault for fault in faults if fault.lamp == index]
    first = min([night, *(night_of(site, fault.t) for fault in mine)])
    start = first * DAY_MS + times.start(first) * 1000
    end = night * DAY_MS + times.end(night) * 1000
    lost = min((fault.t for fault in mine if fault.kind == "clock-lost"), default=end)
    found: list[Event] = []

    def tell(t: int, what: str, *args: int) -> None:
        found.append((t - start, what, *args))

    def hear(t: int, i: int, event: tuple[int, ...]) -> None:
        if i != who:
            return
        if event[0] == MAINS:
            tell(t, timeline.MAINS, 2 * event[1])
            if event[1]:
                booted = t + BOOT_MS
                tell(booted, timeline.MAINS, 1)
                tell(booted, timeline.CLOCK, _SYNCED if booted < lost else _UNSET)
        elif event[0] in _NAMES:
            tell(t, _NAMES[event[0]], *event[1:])

    if site.circuit(site.luminaires[index].circuit).switched:
        tell(start, timeline.MAINS, 0)
    else:
        tell(start, timeline.CLOCK, _SYNCED)
    for fault in mine:
        if fault.kind == "clock-lost":
            tell(fault.t, timeline.CLOCK, _UNSET)
        elif fault.kind in ("sensor-stuck", "sensor-dead"):
            tell(fault.t, timeline.SENSOR, int(fault.kind == "sensor-stuck"))
    # With people every node may hear every other; without, each is alone.
    world = None if seed is None else World(site, seed)
    part = site if world else part_of(site, [index])
    who = index if world else 0
    if not world:
        faults = [replace(fault, lamp=0) for fault in mine]
    run = Run(part, seed or 0, first, faults, hear=hear, meters=True)
    for n in range(first, night + 1):
        run.night(world.night(n) if world else nobody(part, n))
    found.sort(key=lambda event: event[0])
    return start, end - start, [event for event in found if int(event[0]) < end - start]


def trace(
    site: Site,
    lamp: str,
    night: int,
    runtime: str,
    seed: int | None = None,
    faults: Sequence[Fault] = (),
) -> str:
    """The timeline of a luminaire's night, as printed by a runtime (see sim.runtimes). With faults
    of earlier nights its first line is the last before the night."""
    start, length, happened = events(site, lamp, night, seed, faults)
    node = next(node for node in compile_site(site) if node.luminaire.id == lamp)
    args = (node.config, start // DAY_MS, start % DAY_MS, length, happened)
    lines = run_guest(runtime, "trace", args).stdout.splitlines(keepends=True)
    noon = night * DAY_MS + known_time(site).start(night) * 1000
    stamp = timeline.stamp(noon // DAY_MS, noon % DAY_MS)
    earlier = sum(line < stamp for line in lines)
    return "".join(lines[max(0, earlier - 1) :])
