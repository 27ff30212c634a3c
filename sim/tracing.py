"""What happens to one luminaire in one night, as events for `sim.runtimes.timeline`."""

from __future__ import annotations

from sim.engine import BOOT_MS, DAY_MS, HEARD, LUX, MAINS, SENSOR, NightWorld, Run, World
from sim.runtimes import run_guest, timeline
from sim.site.compile import known_time
from sim.site.model import Site

Event = tuple[int | str, ...]

_SYNCED = 3


def events(site: Site, lamp: str, night: int, seed: int | None) -> tuple[int, int, list[Event]]:
    """(start in t, length in ms, events) of a luminaire's night; people only with a seed."""
    index = [x.id for x in site.luminaires].index(lamp)
    if seed is None:
        times = known_time(site)
        start = night * DAY_MS + times.start(night) * 1000
        end = night * DAY_MS + times.end(night) * 1000
        world = NightWorld(night, start, end, start, end, [], [[] for _ in site.luminaires])
    else:
        world = World(site, seed).night(night)
        start, end = world.start, world.end
    circuits = {c.id: c for cabinet in site.cabinets for c in cabinet.circuits}
    switched = circuits[site.luminaires[index].circuit].switched
    found: list[Event] = []

    def tell(t: int, what: str, *args: int) -> None:
        found.append((t - start, what, *args))

    def hear(t: int, who: int, event: tuple[int, ...]) -> None:
        if who != index:
            return
        if event[0] == MAINS:
            tell(t, timeline.MAINS, 2 * event[1])
            if event[1]:
                tell(t + BOOT_MS, timeline.MAINS, 1)
                tell(t + BOOT_MS, timeline.CLOCK, _SYNCED)
        elif event[0] == SENSOR:
            tell(t, timeline.SENSOR, event[1])
        elif event[0] == HEARD:
            tell(t, timeline.HEARD, *event[1:])
        elif event[0] == LUX:
            tell(t, timeline.LUX, event[1])

    if switched:
        tell(start, timeline.MAINS, 0)
    else:
        tell(start, timeline.CLOCK, _SYNCED)
    run = Run(site, seed or 0, night, hear=hear)
    run.night(world)
    found.sort(key=lambda event: event[0])
    return start, end - start, found


def trace(site: Site, lamp: str, night: int, runtime: str, seed: int | None = None) -> str:
    """The timeline of a luminaire's night, as printed by a runtime (see sim.runtimes)."""
    start, length, happened = events(site, lamp, night, seed)
    run = Run(site, 0, night)
    node = next(node for node in run.nodes if node.luminaire.id == lamp)
    args = (node.config, start // DAY_MS, start % DAY_MS, length, happened)
    return run_guest(runtime, "trace", args).stdout
