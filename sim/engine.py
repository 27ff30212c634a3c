"""The engine: the nights of a site, event by event, on the brain's own code.

One `Run` is one strategy. Nights are given one after the other; within a night the engine goes
from event to event in order of time: what sensors see, what neighbours hear, mains that comes and
goes, and the wake-ups that the brains asked for. Nothing is kept from night to night but the
nodes themselves and their sums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from noctule.brain import Brain
from noctule.brain.almanac import NEVER, NEVER_BELOW, SUNRISE, SUNSET

from sim.lamp import Lamp
from sim.service import Service
from sim.site.compile import Node, almanac_of, compile_site, known_time
from sim.site.model import Site
from sim.world.mains import mains
from sim.world.people import Crossing, Crowd, Detection
from sim.world.power import Power
from sim.world.sky import cloud_of_night, illuminance

DAY_MS = 86_400_000
TICKS = 0x3FFFFFFF
BOOT_MS = 2_000
"""From mains to the node's first word; until then the driver gives full light."""
RADIO_HOP_MS = 20
"""Delay of a detection, each pole it travels."""
FAR = 255
"""Hops of the rest of a section, which only a vehicle concerns; taken as three hops of delay."""
RADIO_LOSS = 0.01
"""Share of messages lost: an assumption, as the delay is."""
_SKY_STEP_MS = 60_000
_MARGIN_MS = 3_600_000  # people are followed this long before sunset and after sunrise

# What happens to a node: the first of an event's numbers.
HEARD, MAINS, BOOT, LUX, FAULT, SENSOR, RETURN = range(7)

FAULTS = (
    "clock-lost",
    "clock-wrong",
    "sensor-dead",
    "sensor-stuck",
    "photocell-dead",
    "mains-cut",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault on demand: of luminaire `lamp` (index), from `t` on. ms: by how much the clock is
    wrong, or for how long mains is cut."""

    lamp: int
    kind: str
    t: int
    ms: int = 3_600_000


@dataclass(frozen=True, slots=True)
class NightWorld:
    """What happens outside the nodes in one night, the same for every strategy."""

    night: int
    start: int
    end: int
    dusk: int
    dawn: int
    edges: list[tuple[int, int, int, bool]]  # t, active, luminaire, fast
    crossings: list[list[Crossing]]


class World:
    """The people and the sky of a site, night by night."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.seed = seed
        self.crowd = Crowd(site)
        self._times = known_time(site)
        # By day nobody needs light, unless a program may raise it then.
        self._by_day = any(
            program.presence and (program.always or any(p.from_.is_clock for p in program.active))
            for program in site.programs.values()
        )

    def night(self, night: int, detections: bool = True) -> NightWorld:
        """The night that begins at local noon of day `night`."""
        base = night * DAY_MS
        start = base + self._times.start(night) * 1000
        end = base + self._times.end(night) * 1000
        sunset = self._times.at(night, SUNSET, 0)
        sunrise = self._times.at(night, SUNRISE, 0)
        dusk = base + sunset * 1000 if sunset > NEVER else start
        dawn = base + sunrise * 1000 if sunrise > NEVER else end
        if NEVER_BELOW in (sunset, sunrise):  # polar day: nobody needs light
            dawn = dusk
        passages = self.crowd.passages(night, self.seed)
        if not self._by_day:
            early, late = dusk - _MARGIN_MS, dawn + _MARGIN_MS
            passages = [p for p in passages if early <= p.start < late]
        found: Sequence[Detection] = (
            self.crowd.detections(passages, night, self.seed) if detections else ()
        )
        edges = []
        for t_on, t_off, lamp, fast in found:
            edges.append((t_on, 1, lamp, fast))
            edges.append((t_off, 0, lamp, fast))
        edges.sort()
        return NightWorld(
            night,
            start,
            end,
            dusk,
            dawn,
            edges,
            self.crowd.crossings(passages),
        )


Watcher = Callable[[int, int, Lamp], None]
"""Called with (t, index, lamp) after each change of a luminaire's light."""


Hearer = Callable[[int, int, tuple[int, ...]], None]
"""Called with (t, index, event) for each thing a node is told, as `HEARD`... below name them."""


class Run:
    """One strategy of a site, from noon of day `first` on."""

    def __init__(
        self,
        site: Site,
        seed: int,
        first: int,
        faults: Sequence[Fault] = (),
        watch: Watcher | None = None,
        hear: Hearer | None = None,
        power_w: Mapping[str, float] | None = None,
    ) -> None:
        """power_w: watts at 100 % of one luminaire, by luminaire id, where not its driver's."""
        self.site = site
        self._power_w = power_w or {}
        self.seed = seed
        self.nodes: list[Node] = compile_site(site)
        self.faults = sorted(faults, key=lambda fault: fault.t)
        self._watch = watch
        self._hear = hear
        self._times = known_time(site)
        self._almanac = almanac_of(site)
        self._seq = 0
        self._heap: list[tuple[int, int, int, tuple[int, ...] | None]] = []
        self._dead: set[int] = set()  # luminaires whose sensor is dead or stuck
        self._blind: set[int] = set()  # whose photocell is dead
        self._circuits = {
            circuit.id: (circuit, cabinet.clock_error)
            for cabinet in site.cabinets
            for circuit in cabinet.circuits
        }
        self._street = {street.id: i for i, street in enumerate(site.streets)}
        self.asked = [site.streets[self._street[x.street]].asked_level for x in site.luminaires]
        self.street_of = [self._street[x.street] for x in site.luminaires]
        self.service = [Service() for _ in site.streets]
        self.lamps = [self._lamp(node) for node in self.nodes]
        self._cells = [
            i
            for i, x in enumerate(site.luminaires)
            if x.photocell
            and any(site.programs[name].uses_photocell for name in self.nodes[i].programs)
        ]
        self._wire()
        self.steps = 0
        start = first * DAY_MS + self._times.start(first) * 1000
        for i, x in enumerate(site.luminaires):
            lamp = self.lamps[i]
            switched = self._circuits[x.circuit][0].switched
            lamp.fed = not switched
            lamp.may_restart = switched or any(fault.lamp == i for fault in self.faults)
            lamp.begin(start, not switched)
            if not switched:
                self._boot(lamp, i, start, False)

    # ---- setting up

    def _lamp(self, node: Node) -> Lamp:
        x = node.luminaire
        driver = self.site.drivers[x.driver]
        lamp = Lamp(node.config, Power(driver, x.count, self._power_w.get(x.id)), node.section)
        lamp.hears = any(self.site.programs[name].presence for name in node.programs)
        return lamp

    def _wire(self) -> None:
        """Who hears whom: poles are counted along the street."""
        site = self.site
        presences = [
            [p for name in node.programs if (p := site.programs[name].presence)]
            for node in self.nodes
        ]
        along: dict[str, list[int]] = {}
        by_section: dict[int, list[int]] = {}
        for i, x in enumerate(site.luminaires):
            along.setdefault(x.street, []).append(i)
            if any(p.vehicles == "section" for p in presences[i]):
                by_section.setdefault(self.lamps[i].section, []).append(i)
        for indices in along.values():
            places = [site.luminaires[i].at_m for i in indices]
            pole = {at: k for k, at in enumerate(sorted(set(places)))}
            for i, here in zip(indices, places, strict=True):
                if not presences[i]:
                    continue
                hops = max(p.neighbours for p in presences[i])
                reach = max(p.reach_m for p in presences[i])
                for j, there in zip(indices, places, strict=True):
                    if i == j or site.luminaires[j].sensor is None:
                        continue
                    far = abs(pole[there] - pole[here])
                    metres = abs(there - here)
                    if far <= hops or (reach and metres <= reach):
                        self.lamps[j].recipients.setdefault(far, []).append((i, int(metres)))
        for j, x in enumerate(site.luminaires):
            if x.sensor is not None and site.sensors[x.sensor].speed_known:
                lamp = self.lamps[j]
                near = {i for group in lamp.recipients.values() for i, _ in group} | {j}
                far_off = [(i, 65_535) for i in by_section.get(lamp.section, ()) if i not in near]
                if far_off:
                    lamp.recipients[FAR] = far_off

    def _boot(self, lamp: Lamp, i: int, t: int, power_on: bool) -> None:
        lamp.brain = Brain(lamp.config, self._almanac)
        lamp.brain.start(t & TICKS, power_on, bytes(lamp.saved))
        lamp.boots += 1
        self._wake(lamp, i, t)

    def _wake(self, lamp: Lamp, i: int, t: int) -> None:
        lamp.wake = t
        self._seq += 1
        heappush(self._heap, (t, self._seq, i, None))

    def _later(self, t: int, i: int, what: tuple[int, ...]) -> None:
        self._seq += 1
        heappush(self._heap, (t, self._seq, i, what))

    # ---- a night

    def night(self, world: NightWorld) -> None:
        """Run one night; call with consecutive ones."""
        heap, lamps = self._heap, self.lamps
        self._prepare(world)
        radio = Random(f"{self.seed}/{world.night}/radio").random
        edges = [edge for edge in world.edges if lamps[edge[2]].hears]
        edges.append((world.end, 2, -1, False))
        at = steps = 0
        next_edge = edges[0][0]
        # Small numbers are quick: times of day are counted from this night's first midnight.
        first = world.night
        base = first * DAY_MS
        while True:
            if heap and heap[0][0] < next_edge:
                t, _, i, what = heappop(heap)
                lamp = lamps[i]
                if what is None:
                    if t != lamp.wake or lamp.brain is None:
                        continue
                elif what[0] == HEARD:
                    self._deliver(lamp, t, what[1], what[2] == 1, radio)
                    continue
                elif not self._happen(lamp, i, t, what):
                    continue
            else:
                t, active, i, fast = edges[at]
                if active == 2:
                    break
                at += 1
                next_edge = edges[at][0]
                lamp = lamps[i]
                if lamp.brain is None or i in self._dead:
                    continue
                lamp.fast = fast
                due = lamp.brain.sensor(active == 1, t & TICKS)
                if self._hear is not None:
                    self._hear(t, i, (SENSOR, active))
                if due:
                    if t + due < lamp.wake:
                        self._wake(lamp, i, t + due)
                    continue
            # A step is due.
            brain = lamp.brain
            assert brain is not None
            ms = t - base + lamp.clock
            day = first
            while ms >= DAY_MS:
                ms -= DAY_MS
                day += 1
            while ms < 0:
                ms += DAY_MS
                day -= 1
            second = ms // 1000
            steps += 1
            wake = t + brain.step(day, second, ms - second * 1000, t & TICKS, lamp.quality)
            lamp.wake = wake
            self._seq = seq = self._seq + 1
            heappush(heap, (wake, seq, i, None))
            if brain.changed:
                if brain.level != lamp.to:
                    lamp.line(t, brain.level, brain.ramp)
                if self._watch is not None:
                    self._watch(t, i, lamp)
            if brain.presence.announce:
                brain.announced()
                fast = lamp.fast
                for hops in lamp.recipients:
                    if hops < FAR or fast:
                        delay = RADIO_HOP_MS * (hops if hops < FAR else 3)
                        self._later(t + delay, i, (HEARD, hops, int(fast)))
            if brain.unsaved:
                if lamp.may_restart:
                    brain.save(lamp.saved)
                else:  # nobody will read it
                    brain.unsaved = False
        self.steps += steps
        self._account(world)

    def _prepare(self, world: NightWorld) -> None:
        """Put the night's mains, sky and faults among the events."""
        mains_of: dict[str, list[tuple[int, int]]] = {}
        for i, x in enumerate(self.site.luminaires):
            circuit, error = self._circuits[x.circuit]
            if not circuit.switched:
                continue
            if circuit.id not in mains_of:
                mains_of[circuit.id] = mains(circuit, error, self._times, world.night)
            for on, off in mains_of[circuit.id]:
                self._later(on, i, (MAINS, 1))
                self._later(off, i, (MAINS, 0))
        if self._cells:
            place = self.site.site
            cloud = cloud_of_night(self.seed, world.night)
            for t in range(world.start, world.end, _SKY_STEP_MS):
                lux = illuminance(place.latitude, place.longitude, t, cloud)
                for i in self._cells:
                    self._later(t, i, (LUX, min(lux, 65_535)))
        while self.faults and self.faults[0].t < world.end:
            fault = self.faults.pop(0)
            self._later(fault.t, fault.lamp, (FAULT, FAULTS.index(fault.kind), fault.ms))

    def _deliver(
        self, sender: Lamp, t: int, hops: int, fast: bool, radio: Callable[[], float]
    ) -> None:
        """A detection reaches those so many poles away (FAR: the rest of the section)."""
        ticks = t & TICKS
        section = sender.section
        for j, metres in sender.recipients[hops]:
            lamp = self.lamps[j]
            if lamp.brain is None or radio() < RADIO_LOSS:
                continue
            due = lamp.brain.heard(section, hops, metres, fast, ticks)
            if t + due < lamp.wake:
                self._wake(lamp, j, t + due)
            if self._hear is not None:
                self._hear(t, j, (HEARD, section, hops, metres, int(fast)))

    def _happen(self, lamp: Lamp, i: int, t: int, what: tuple[int, ...]) -> bool:
        """One event for one luminaire. Returns whether its brain should step now."""
        kind = what[0]
        if kind == MAINS:
            lamp.fed = what[1] == 1
            self._mains(lamp, i, t)
            return False
        if kind == RETURN:
            lamp.cut = False
            self._mains(lamp, i, t)
            return False
        if kind == BOOT:
            if lamp.powered and lamp.brain is None:
                self._boot(lamp, i, t, True)
            return False
        if kind == LUX:
            if lamp.brain is None:
                return False
            lux = -1 if i in self._blind else what[1]
            if self._hear is not None:
                self._hear(t, i, (LUX, lux))
            return bool(lamp.brain.light(lux, t & TICKS) == 0)
        name = FAULTS[what[1]]
        if name == "mains-cut":
            lamp.cut = True
            self._mains(lamp, i, t)
            self._later(t + what[2], i, (RETURN,))
            return False
        if name == "clock-lost":
            lamp.quality = 0
        elif name == "clock-wrong":
            lamp.clock = what[2]
        elif name == "photocell-dead":
            self._blind.add(i)
        else:
            self._dead.add(i)
            if lamp.brain is not None:
                lamp.brain.sensor(name == "sensor-stuck", t & TICKS)
        return lamp.brain is not None

    def _mains(self, lamp: Lamp, i: int, t: int) -> None:
        """Mains comes or goes, if that is news: the circuit is fed and the luminaire not cut."""
        powered = lamp.fed and not lamp.cut
        if powered == lamp.powered:
            return
        if self._hear is not None:
            self._hear(t, i, (MAINS, int(powered)))
        lamp.mains(t, powered)
        lamp.brain = None
        if powered:
            self._later(t + BOOT_MS, i, (BOOT,))
        if self._watch is not None:
            self._watch(t, i, lamp)

    def _account(self, world: NightWorld) -> None:
        for i, lamp in enumerate(self.lamps):
            lamp.account(world.end)
            self.service[self.street_of[i]].serve(
                lamp.segments, world.crossings[i], self.asked[i], world.dusk, world.dawn
            )
            lamp.forget()
