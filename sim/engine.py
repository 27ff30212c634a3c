"""The engine: the nights of a site, event by event, on the brain's own code.

One `Run` is one strategy. Nights are given one after the other; within a night the engine goes
from event to event in order of time: what sensors see, what neighbours hear, what residents and
the mairie ask for, mains that comes and goes, samples of the meters, and the wake-ups that the
brains asked for. Nothing is kept from night to night but the nodes themselves, their sums, what
they reported and what was asked of them.

Luminaires that cannot differ (one configuration, one circuit, nothing that they alone see) are
*twins*: one brain runs for all of them. The figures are those of running each, to the last bit.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from zoneinfo import ZoneInfo

from noctule.brain import Brain
from noctule.brain.almanac import NEVER, NEVER_BELOW, SUNRISE, SUNSET
from noctule.brain.dates import month_day, year_of

from sim.lamp import Lamp
from sim.service import Service
from sim.site.compile import EVENTS, Node, almanac_of, compile_site, known_time
from sim.site.model import Call, Site
from sim.site.power import Power
from sim.world.mains import mains
from sim.world.people import Crossing, Crowd, Passage, poisson
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
METER_NOISE = 0.05
"""Standard deviation of a measured power, as a share of it: an assumption."""
_SKY_STEP_MS = 60_000
_INSPECT_MS = 1_800_000
# A node on a switched circuit saves its state each quarter of an hour. Only the last save before
# mains goes is ever read: those long before it are left out.
_SAVES_MS = 7_200_000
_MARGIN_MS = 3_600_000  # people are followed this long before sunset and after sunrise
# A discharge lamp at the end of its life: minutes that it burns, and that it needs to cool.
_BURNS_MIN = (6.0, 15.0)
_COOLS_MIN = (2.0, 5.0)
NEVER_MS = 1 << 62
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

# What happens to a node: the first of an event's numbers. Then, as a `Hearer` is told: HEARD
# section, hops, metres, 1 = a vehicle; MAINS and SENSOR 1 or 0; LUX lux; METER 0.1 W; RELIGHT
# zone; ALL_ON seconds; OVERRIDE level, seconds, ramp in ms.
(
    HEARD, MAINS, BOOT, LUX, FAULT, SENSOR, RETURN, METER, INSPECT, CYCLE, RELIGHT, ALL_ON,
    OVERRIDE,
) = range(13)  # fmt: skip

FAULTS = (
    "clock-lost",
    "clock-wrong",
    "sensor-dead",
    "sensor-stuck",
    "photocell-dead",
    "photocell-stuck",
    "mains-cut",
    "lamp-out",
    "day-burner",
    "cycling",
    "power-high",
    "power-low",
)
GEAR_FAULTS = ("lamp-out", "day-burner", "cycling", "power-high", "power-low")
"""Those of the luminaire itself, whatever its node does.

lamp-out: one luminaire behind the output is dark and draws its standby. day-burner: a welded
relay, full light and power whatever is asked, while there is mains. cycling: one lamp at the end
of its life goes out after 6 to 15 minutes and strikes again after 2 to 5. power-high: 40 % more
than it should be, the light stays. power-low: 35 % less, of the light too.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault on demand: of luminaire `lamp` (index), from `t` on. ms: by how much the clock is
    wrong, or for how long mains is cut."""

    lamp: int
    kind: str
    t: int
    ms: int = 3_600_000


@dataclass(frozen=True, slots=True)
class Report:
    """At `t` the node of luminaire `lamp` (index) began, or ceased, to report a fault: a bit of
    `Brain.faults()`."""

    t: int
    lamp: int
    fault: int
    begins: bool


@dataclass(slots=True)
class Request:
    """At `t` a resident asked for light in a zone. taken: by at least one of its nodes, that is
    within its hours and with mains present."""

    t: int
    zone: str
    taken: bool = False


@dataclass(frozen=True, slots=True)
class NightWorld:
    """What happens outside the nodes in one night.

    edges: what sensors see, (t, active, luminaire, fast), sorted. crossings: by luminaire, those
    between dusk and dawn who cross its zone; then by each of `Crowd.more_places`. longest: ms that
    none of these exceeds, by the same index. requests: (t, zone), sorted.
    """

    night: int
    start: int
    end: int
    dusk: int
    dawn: int
    edges: Sequence[tuple[int, int, int, bool]]
    crossings: Sequence[Sequence[Crossing]]
    passages: Sequence[Passage] = ()
    longest: Sequence[int] = ()
    requests: Sequence[tuple[int, str]] = ()


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

    def night(
        self, night: int, detections: bool = True, like: NightWorld | None = None
    ) -> NightWorld:
        """The night that begins at local noon of day `night`.

        detections: whether somebody asks what sensors see. like: the same night of another world
        with the same streets, whose people are taken: what differs is who sees them, and who asks
        for light.
        """
        base = night * DAY_MS
        if like is None:
            start = base + self._times.start(night) * 1000
            end = base + self._times.end(night) * 1000
            sunset = self._times.at(night, SUNSET, 0)
            sunrise = self._times.at(night, SUNRISE, 0)
            dusk = base + sunset * 1000 if sunset > NEVER else start
            dawn = base + sunrise * 1000 if sunrise > NEVER else end
            if NEVER_BELOW in (sunset, sunrise):  # polar day: nobody needs light
                dawn = dusk
            passages: Sequence[Passage] = self.crowd.passages(night, self.seed)
            if not self._by_day:
                early, late = dusk - _MARGIN_MS, dawn + _MARGIN_MS
                passages = [p for p in passages if early <= p.start < late]
            crossings: Sequence[Sequence[Crossing]] = self.crowd.crossings(passages, dusk, dawn)
            longest: Sequence[int] = self.crowd.longest(passages)
        else:
            start, end, dusk, dawn = like.start, like.end, like.dusk, like.dawn
            passages, crossings, longest = like.passages, like.crossings, like.longest
        edges: list[tuple[int, int, int, bool]] = []
        if detections:
            seen = self.crowd.detections(passages, night, self.seed)
            edges = [(t_on, 1, lamp, fast) for t_on, _, lamp, fast in seen]
            edges += [(t_off, 0, lamp, fast) for _, t_off, lamp, fast in seen]
            edges.sort()
        return NightWorld(
            night, start, end, dusk, dawn, edges, crossings, passages, longest,
            self.requests(night),
        )  # fmt: skip

    def requests(self, night: int) -> list[tuple[int, str]]:
        """Who asks for light on demand: Poisson, evenly over the hours of the zone."""
        base = night * DAY_MS
        month = month_day(night, year_of(night)) >> 5
        found = []
        for name, relight in self.site.relights.items():
            mean = relight.requests_per_night[month - 1]
            if not mean:
                continue
            first, last = relight.hours.from_, relight.hours.to
            start = self._times.at(night, EVENTS[first.event], first.seconds)
            end = self._times.at(night, EVENTS[last.event], last.seconds)
            if start <= NEVER or end <= start:
                continue
            draw = Random(f"{self.seed}/{night}/relight/{name}").random
            for _ in range(poisson(mean, draw)):
                found.append((base + start * 1000 + int(draw() * (end - start) * 1000), name))
        found.sort()
        return found


Watcher = Callable[[int, int, Lamp], None]
"""Called with (t, index, lamp) after each change of a luminaire's light."""


Hearer = Callable[[int, int, tuple[int, ...]], None]
"""Called with (t, index, event) for each thing a node is told, as `HEARD`... above name them."""


class Run:
    """One strategy of a site, from noon of day `first` on.

    lamps: by index of `site.luminaires`; twins are one and the same. reports: what the nodes
    reported, in order; requests: who asked for light on demand.
    """

    def __init__(
        self,
        site: Site,
        seed: int,
        first: int,
        faults: Sequence[Fault] = (),
        watch: Watcher | None = None,
        hear: Hearer | None = None,
        power_w: Mapping[str, float] | None = None,
        meters: bool = False,
        meter_noise: float = METER_NOISE,
        twins: bool = True,
    ) -> None:
        """power_w: watts at 100 % of one luminaire, by luminaire id, where not its driver's.
        meters: nodes that have one are given samples of their power, and all are asked for their
        faults; meter_noise: standard deviation of a sample, as a share of it. twins: False runs
        each luminaire by itself, with the same result."""
        self.site = site
        self._power_w = power_w or {}
        self.seed = seed
        self.nodes: list[Node] = compile_site(site)
        self.faults = sorted(faults, key=lambda fault: fault.t)
        self.reports: list[Report] = []
        self.requests: list[Request] = []
        self._watch = watch
        self._hear = hear
        self._meters = meters
        self._meter_noise = meter_noise
        self._times = known_time(site)
        self._almanac = almanac_of(site)
        self._turn = itertools.count().__next__  # of two events at one instant, the earlier told
        self._heap: list[tuple[int, int, int, tuple[int, ...] | None]] = []
        self._dead: set[int] = set()  # luminaires whose sensor is dead or stuck
        self._blind: dict[int, int] = {}  # whose photocell is dead (-1) or stuck: lux it gives
        self._cycles: dict[int, Callable[[], float]] = {}  # tonight's chance of those that cycle
        self._circuits = {
            circuit.id: (circuit, cabinet.clock_error)
            for cabinet in site.cabinets
            for circuit in cabinet.circuits
        }
        self._street = {street.id: i for i, street in enumerate(site.streets)}
        self.asked = [site.streets[self._street[x.street]].asked_level for x in site.luminaires]
        self.street_of = [self._street[x.street] for x in site.luminaires]
        self.service = [Service() for _ in site.streets]
        start = first * DAY_MS + self._times.start(first) * 1000
        self._calls = _calls(site)
        self._earlier = [call for call in self._calls if call.t < start < call.end]
        cells = [
            i
            for i, x in enumerate(site.luminaires)
            if x.photocell
            and any(site.programs[name].uses_photocell for name in self.nodes[i].programs)
        ]
        self._ill = {fault.lamp for fault in self.faults}
        self._members = self._twins(set(cells), twins)  # who stand for whom
        self._leaders = sorted(self._members)
        leads = {j: i for i, those in self._members.items() for j in those}
        powers: dict[tuple[str, int, float | None], Power] = {}
        made = {i: self._lamp(self.nodes[i], powers) for i in self._leaders}
        self.lamps = [made[leads[i]] for i in range(len(self.nodes))]
        self._cells = [i for i in cells if i in self._members]
        self._zones: dict[str, list[int]] = {}
        for i in self._leaders:
            if zone := site.luminaires[i].relight:
                self._zones.setdefault(zone, []).append(i)
        self._zone_number = {name: i for i, name in enumerate(site.relights)}
        # Whose the places beyond each node's first are, and whether it is the node's last.
        self._more = [
            (i, k == len(x.places_m) - 1)
            for i, x in enumerate(site.luminaires)
            for k in range(1, len(x.places_m))
        ]
        self._scaled = {
            i
            for i in self._leaders
            if (driver := site.drivers[site.luminaires[i].driver]).virtual_output < 100
            or driver.clo
        }
        self._wire()
        self.steps = 0
        for i in self._leaders:
            lamp = self.lamps[i]
            switched = self._circuits[site.luminaires[i].circuit][0].switched
            lamp.fed = not switched
            if i in self._ill:
                lamp.saves_from = start
            lamp.begin(start, not switched)
            if not switched:
                self._boot(lamp, i, start, False)
        if meters:
            self._later(start + _INSPECT_MS, -1, (INSPECT,))

    # ---- setting up

    def _twins(self, cells: set[int], merge: bool) -> dict[int, list[int]]:
        """Which luminaires run as one: the first of each group -> the group."""
        called: dict[int, tuple[int, ...]] = {}
        for k, call in enumerate(self._calls):
            for i in call.lamps:
                called[i] = (*called.get(i, ()), k)
        groups: dict[tuple[object, ...], list[int]] = {}
        for i, x in enumerate(self.site.luminaires):
            node = self.nodes[i]
            key: tuple[object, ...] = (i,)
            alone = (
                not merge
                or i in self._ill
                or (self._meters and x.meter)
                or any(self.site.programs[name].presence for name in node.programs)
            )
            if not alone:
                key = (
                    node.config, x.circuit, x.driver, self._power_w.get(x.id), x.relight,
                    i in cells, called.get(i),
                )  # fmt: skip
            groups.setdefault(key, []).append(i)
        return {those[0]: those for those in groups.values()}

    def _lamp(self, node: Node, powers: dict[tuple[str, int, float | None], Power]) -> Lamp:
        x = node.luminaire
        driver = self.site.drivers[x.driver]
        key = (x.driver, x.count, self._power_w.get(x.id))
        if key not in powers:
            powers[key] = Power(driver, *key[1:])
        lamp = Lamp(node.config, powers[key], node.section, x.count, driver.warm_up)
        lamp.hears = any(self.site.programs[name].presence for name in node.programs)
        lamp.metered = self._meters and x.meter
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
        brain = lamp.brain = Brain(lamp.config, self._almanac)
        brain.start(t & TICKS, power_on, bytes(lamp.saved))
        lamp.boots += 1
        lamp.booted = t
        self._wake(lamp, i, t)
        if i in self._scaled:
            self._set_outputs(lamp, t)
        if lamp.metered:
            # Nodes do not all measure at once.
            draw = Random(f"{self.seed}/{self.site.luminaires[i].id}/meter").random
            lamp.next_sample = t + 1_000 + int(draw() * _INSPECT_MS)
            self._later(lamp.next_sample, i, (METER,))
        if lamp.boots == 1:
            for call in self._earlier:
                if i in call.lamps and t < call.end:
                    self._later(t, i, call.what(t))

    def _set_outputs(self, lamp: Lamp, t: int) -> None:
        """What the gear gives for each level, at the hours that the lamps have burnt by now."""
        brain = lamp.brain
        if brain is not None:
            output = brain.luminaire.output
            lamp.set_outputs(t, [output(level, brain.burning_s) for level in range(101)])

    def _wake(self, lamp: Lamp, i: int, t: int) -> None:
        """A step is due at t; what was due before is forgotten."""
        lamp.wake = lamp.entry = t
        heappush(self._heap, (t, self._turn(), i, None))

    def _later(self, t: int, i: int, what: tuple[int, ...]) -> None:
        heappush(self._heap, (t, self._turn(), i, what))

    # ---- a night

    def night(self, world: NightWorld) -> None:
        """Run one night; call with consecutive ones."""
        heap, lamps, dead, hear = self._heap, self.lamps, self._dead, self._hear
        turn = self._turn
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
                    if t != lamp.entry or lamp.brain is None:
                        continue
                    lamp.entry = NEVER_MS
                    if t < lamp.wake:  # it was put off meanwhile
                        lamp.entry = lamp.wake
                        heappush(heap, (lamp.wake, turn(), i, None))
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
                brain = lamp.brain
                if brain is None or i in dead:
                    continue
                lamp.fast = fast
                due = brain.sensor(active == 1, t & TICKS)
                if hear is not None:
                    hear(t, i, (SENSOR, active))
                if due:
                    lamp.wake = wake = t + due
                    if wake < lamp.entry:
                        lamp.entry = wake
                        heappush(heap, (wake, turn(), i, None))
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
            if wake < lamp.entry:
                lamp.entry = wake
                heappush(heap, (wake, turn(), i, None))
            if brain.changed:
                if brain.level != lamp.asked:
                    lamp.line(t, brain.level, brain.ramp)
                if self._watch is not None:
                    for j in self._members[i]:
                        self._watch(t, j, lamp)
            if brain.presence.announce:
                brain.announced()
                fast = lamp.fast
                for hops in lamp.recipients:
                    if hops < FAR or fast:
                        delay = RADIO_HOP_MS * (hops if hops < FAR else 3)
                        heappush(heap, (t + delay, turn(), i, (HEARD, hops, int(fast))))
            if brain.unsaved:
                if t >= lamp.saves_from:
                    brain.save(lamp.saved)
                else:  # nobody will read it
                    brain.unsaved = False
        self.steps += steps
        self._account(world)

    def _prepare(self, world: NightWorld) -> None:
        """Put the night's mains, sky, calls, requests and faults among the events."""
        site, night = self.site, world.night
        mains_of: dict[str, list[tuple[int, int]]] = {}
        for i in self._leaders:
            circuit, error = self._circuits[site.luminaires[i].circuit]
            if not circuit.switched:
                continue
            if circuit.id not in mains_of:
                mains_of[circuit.id] = mains(circuit, error, self._times, night)
            for on, off in mains_of[circuit.id]:
                self._later(on, i, (MAINS, 1, off))
                self._later(off, i, (MAINS, 0))
        if self._cells:
            place = site.site
            cloud = cloud_of_night(self.seed, night)
            for t in range(world.start, world.end, _SKY_STEP_MS):
                lux = illuminance(place.latitude, place.longitude, t, cloud)
                for i in self._cells:
                    self._later(t, i, (LUX, min(lux, 65_535)))
        for i in self._leaders:
            if self.lamps[i].metered:
                name = site.luminaires[i].id
                self.lamps[i].noise = Random(f"{self.seed}/{night}/{name}/meter").random
        for i in self._cycles:
            self._cycles[i] = self._cycle_of(i, night)
        for call in self._calls:
            if world.start <= call.t < world.end:
                if call.zone is not None:
                    self._ask(call.t, call.zone)
                for i in sorted(call.lamps):
                    if i in self._members:
                        self._later(call.t, i, call.what(call.t))
        for t, zone in world.requests:
            if zone in self._zone_number:  # else it is of another strategy
                self._ask(t, zone)
        while self.faults and self.faults[0].t < world.end:
            fault = self.faults.pop(0)
            self._later(fault.t, fault.lamp, (FAULT, FAULTS.index(fault.kind), fault.ms, night))

    def _ask(self, t: int, zone: str) -> None:
        """A resident asks for light: every node of the zone is told."""
        self.requests.append(Request(t, zone))
        for i in self._zones.get(zone, ()):
            self._later(t, i, (RELIGHT, self._zone_number[zone], len(self.requests) - 1))

    def _cycle_of(self, i: int, night: int) -> Callable[[], float]:
        return Random(f"{self.seed}/{night}/{self.site.luminaires[i].id}/cycling").random

    def _deliver(
        self, sender: Lamp, t: int, hops: int, fast: bool, radio: Callable[[], float]
    ) -> None:
        """A detection reaches those so many poles away (FAR: the rest of the section)."""
        ticks = t & TICKS
        section, lamps, hear = sender.section, self.lamps, self._hear
        heap, turn = self._heap, self._turn
        for j, metres in sender.recipients[hops]:
            lamp = lamps[j]
            brain = lamp.brain
            if brain is None or radio() < RADIO_LOSS:
                continue
            wake = lamp.wake = t + brain.heard(section, hops, metres, fast, ticks)
            if wake < lamp.entry:
                lamp.entry = wake
                heappush(heap, (wake, turn(), j, None))
            if hear is not None:
                hear(t, j, (HEARD, section, hops, metres, int(fast)))

    def _happen(self, lamp: Lamp, i: int, t: int, what: tuple[int, ...]) -> bool:
        """One event for one luminaire. Returns whether its brain should step now."""
        kind = what[0]
        brain = lamp.brain
        if kind == METER:
            if t == lamp.next_sample and brain is not None:
                self._measure(lamp, brain, i, t)
        elif kind == MAINS:
            lamp.fed = what[1] == 1
            if lamp.fed and i not in self._ill:
                lamp.saves_from = what[2] - _SAVES_MS
            self._mains(lamp, i, t)
        elif kind == RETURN:
            lamp.cut = False
            self._mains(lamp, i, t)
        elif kind == BOOT:
            if lamp.powered and brain is None:
                self._boot(lamp, i, t, True)
        elif kind == INSPECT:
            for j in self._leaders:
                if not self.lamps[j].metered:
                    self._inspect(self.lamps[j], j, t)
            self._later(t + _INSPECT_MS, -1, what)
        elif kind == CYCLE:
            self._cycle(lamp, i, t)
        elif kind == FAULT:
            return self._befall(lamp, i, t, FAULTS[what[1]], what[2], what[3])
        elif brain is None:
            pass
        elif kind == LUX:
            lux = self._blind.get(i, what[1])
            self._tell(t, i, (LUX, lux))
            return self._due(lamp, i, t, brain.light(lux, t & TICKS))
        elif kind == RELIGHT:
            self._tell(t, i, what[:2])
            due = brain.relight(what[1], t & TICKS)
            if due == 0:
                self.requests[what[2]].taken = True
            return self._due(lamp, i, t, due)
        elif kind == ALL_ON:
            self._tell(t, i, what)
            brain.all_on(what[1], t & TICKS)
            return True
        elif kind == OVERRIDE:
            self._tell(t, i, what)
            brain.override_level(what[1], what[2], what[3], t & TICKS)
            return True
        return False

    def _due(self, lamp: Lamp, i: int, t: int, due: int) -> bool:
        """The brain wants its next step in `due` ms. Returns whether that is now."""
        if due:
            lamp.wake = t + due
            if lamp.wake < lamp.entry:
                self._wake(lamp, i, lamp.wake)
        return due == 0

    def _tell(self, t: int, i: int, event: tuple[int, ...]) -> None:
        if self._hear is not None:
            for j in self._members[i]:
                self._hear(t, j, event)

    def _measure(self, lamp: Lamp, brain: Brain, i: int, t: int) -> None:
        """A sample of the node's meter, when it has asked for one."""
        noise = 1.0
        if self._meter_noise:
            draw = lamp.noise
            far = math.sqrt(-2.0 * math.log(1.0 - draw())) * math.cos(2.0 * math.pi * draw())
            noise += self._meter_noise * round(far, 9)
        power = max(0, int(lamp.watts(t) * noise * 10.0 + 0.5))
        self._tell(t, i, (METER, power))
        lamp.next_sample = t + brain.metered(power, t & TICKS)
        self._later(lamp.next_sample, i, (METER,))
        self._inspect(lamp, i, t)

    def _inspect(self, lamp: Lamp, i: int, t: int) -> None:
        """Ask a node for its faults; what is new becomes a report. Until a node has been told the
        time it has none to tell: a cold start is no fault."""
        brain = lamp.brain
        if brain is None or t <= lamp.booted:
            return
        faults = brain.faults()
        if faults == lamp.faults:
            return
        for bit in range(16):
            fault = 1 << bit
            if (faults ^ lamp.faults) & fault:
                for j in self._members[i]:
                    self.reports.append(Report(t, j, fault, faults & fault > 0))
        lamp.faults = faults

    def _befall(self, lamp: Lamp, i: int, t: int, name: str, ms: int, night: int) -> bool:
        """A fault on demand. Returns whether the brain should step now."""
        if name == "mains-cut":
            lamp.cut = True
            self._mains(lamp, i, t)
            self._later(t + ms, i, (RETURN,))
            return False
        if name in GEAR_FAULTS:
            lamp.broken.add(name)
            if name == "cycling":
                self._cycles[i] = self._cycle_of(i, night)
                self._later(t, i, (CYCLE,))
            elif name == "lamp-out":
                lamp.broken.add("out")
            lamp.change(t)
            if self._watch is not None:
                self._watch(t, i, lamp)
            return False
        if name == "clock-lost":
            lamp.quality = 0
        elif name == "clock-wrong":
            lamp.clock = ms
        elif name == "photocell-dead":
            self._blind[i] = -1
        elif name == "photocell-stuck":
            place = self.site.site
            cloud = cloud_of_night(self.seed, night)
            self._blind[i] = min(illuminance(place.latitude, place.longitude, t, cloud), 65_535)
        else:
            self._dead.add(i)
            if lamp.brain is not None:
                lamp.brain.sensor(name == "sensor-stuck", t & TICKS)
        return lamp.brain is not None

    def _cycle(self, lamp: Lamp, i: int, t: int) -> None:
        """A lamp at the end of its life goes out, or strikes again; off, it rests."""
        was = "out" in lamp.broken
        out = not was and lamp.powered and lamp.asked > 0
        low, high = _COOLS_MIN if out else _BURNS_MIN
        minutes = low + (high - low) * self._cycles[i]()
        if not (lamp.powered and lamp.asked):
            minutes = 1.0
        if was != out:
            lamp.broken.symmetric_difference_update(("out",))
            lamp.change(t)
            if self._watch is not None:
                self._watch(t, i, lamp)
        self._later(t + int(minutes * 60_000), i, (CYCLE,))

    def _mains(self, lamp: Lamp, i: int, t: int) -> None:
        """Mains comes or goes, if that is news: the circuit is fed and the luminaire not cut."""
        powered = lamp.fed and not lamp.cut
        if powered == lamp.powered:
            return
        self._tell(t, i, (MAINS, int(powered)))
        lamp.mains(t, powered)
        lamp.brain = None
        if powered:
            self._later(t + BOOT_MS, i, (BOOT,))
        if self._watch is not None:
            for j in self._members[i]:
                self._watch(t, j, lamp)

    def _account(self, world: NightWorld) -> None:
        for i in self._leaders:
            self.lamps[i].account(world.end)
        dusk, dawn = world.dusk, world.dawn
        for i, crossings in enumerate(world.crossings[: len(self.lamps)]):
            if crossings:
                longest = world.longest[i] if world.longest else None
                self.service[self.street_of[i]].serve(
                    self.lamps[i].segments, crossings, self.asked[i], dusk, dawn, longest
                )
        for (i, last), crossings in zip(
            self._more, world.crossings[len(self.lamps) :], strict=False
        ):
            lamp = self.lamps[i]
            segments = lamp.one_out if last and lamp.one_out else lamp.segments
            self.service[self.street_of[i]].serve(segments, crossings, self.asked[i], dusk, dawn)
        for i in self._leaders:
            lamp = self.lamps[i]
            lamp.forget()
            if i in self._scaled:
                self._set_outputs(lamp, world.end)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of the site file as the engine gives it: to whom (luminaire indices) or which zone,
    from t to end."""

    call: Call
    t: int
    end: int
    lamps: frozenset[int]
    zone: str | None

    def what(self, t: int) -> tuple[int, ...]:
        """The event, with what is left of it at t."""
        seconds = -(-(self.end - t) // 1000)
        if self.call.kind == "all-on":
            return ALL_ON, seconds
        return OVERRIDE, self.call.level or 0, seconds, 0


def _calls(site: Site) -> list[_Call]:
    """The site's calls in order of time. A local time that comes twice is the first one."""
    zone = ZoneInfo(site.site.timezone)
    found = []
    for call in site.calls:
        t = (call.at.replace(tzinfo=zone) - _EPOCH) // dt.timedelta(milliseconds=1)
        relight = call.relight if call.kind == "relight" else None
        lamps = frozenset(site.targets(call)) if relight is None else frozenset[int]()
        found.append(_Call(call, t, t + (call.duration or 0), lamps, relight))
    found.sort(key=lambda call: call.t)
    return found
