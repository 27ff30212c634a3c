"""Why a luminaire is at its level at an instant: the answer to the mayor's call.

`explain` runs the luminaire's own brain to that instant, with what was asked by hand, what
residents asked and what is broken, and reads its trace; the sentences are made here, in French
and English, from the site's own names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from noctule.brain import layers
from noctule.brain.almanac import NEVER
from noctule.brain.config import Config
from noctule.brain.luminaire import FREE, STAYS_ON
from noctule.brain.override import NO_DAY, Override

from sim import health
from sim.engine import BOOT_MS, DAY_MS, Fault, NightWorld, Run, World
from sim.lamp import Lamp
from sim.quiet import Change, alike, change_of, nobody, part_of
from sim.runtimes.timeline import LAYERS, QUALITY, WHY
from sim.site.compile import EVENTS, Node, known_time, night_of
from sim.site.holidays import resolved
from sim.site.model import ActivePeriod, Call, Site, Window
from sim.summary import iso_day
from sim.wording import Lang, Words

__all__ = ["Answer", "Lang", "Layer", "explain", "explain_street"]

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_NIGHTS_ON = 2
"""How many nights from the instant on are looked at for the next change, as the world goes on."""
_YEAR = 366
"""How many are where it does not come so soon, on sound luminaires."""
_LAST_NIGHT = 36_521
"""The almanac's last."""
_PASSAGES_SHOWN = 8

_OPERATIONS = {
    layers.SET: "Set",
    layers.MIN: "Min",
    layers.MAX: "Max",
    layers.ADD: "Add",
    layers.SUB: "Sub",
    layers.MUL: "Mul",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer's word: `name` as in the timeline's grammar, its operation and value, the level
    above it; `text` for people."""

    name: str
    operation: str
    value: int
    why: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The program that the calendar gives the night of day `night`: by its rule `number` (from 1
    on), None by default; `text` for people."""

    calendar: str
    night: int
    program: str
    number: int | None
    text: str

    def to_json(self) -> dict[str, object]:
        return {
            "calendar": self.calendar,
            "night": iso_day(self.night),
            "program": self.program,
            "number": self.number,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence, and what it stands on.

    level: what the node sends; asked: what its layers ask; light: what the luminaire gives (in a
    fault, not the level); output: percent of the gear's output that this takes; lamps: ids of the
    luminaires that it holds for; clock: the node's quality of time; layers: those that spoke,
    highest first; until: the next change of level with nobody passing; last_passage (of the
    simulated people that night, under any of the luminaires; last_passages: under each) and
    last_request: before the instant. All times in ms since 2000, None where there is none; faults:
    reported ones, and since when if that was seen; rule: why this program, where a calendar gives
    it and the node knows the date.
    """

    sentence: str
    level: int
    asked: int
    clock: str
    clock_text: str
    layers: tuple[Layer, ...]
    lamps: tuple[str, ...] = ()
    light: int = 0
    output: int = 0
    order: str | None = None
    until: int | None = None
    last_passage: int | None = None
    last_request: int | None = None
    faults: tuple[tuple[str, int | None], ...] = ()
    rule: Choice | None = None
    last_passages: Mapping[str, int | None] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The documented, stable form."""
        return {
            "sentence": self.sentence,
            "level": self.level,
            "asked": self.asked,
            "light": self.light,
            "output": self.output,
            "clock": self.clock,
            "order": self.order,
            "until": _iso(self.until),
            "last_passage": _iso(self.last_passage),
            "last_passages": {name: _iso(t) for name, t in self.last_passages.items()},
            "last_request": _iso(self.last_request),
            "rule": self.rule.to_json() if self.rule else None,
            "faults": [{"fault": name, "since": _iso(since)} for name, since in self.faults],
            "layers": [
                {
                    "layer": layer.name,
                    "operation": layer.operation,
                    "value": layer.value,
                    "why": layer.why,
                    "level": layer.level,
                    "text": layer.text,
                }
                for layer in self.layers
            ],
        }


def work(site: Site, t: int, faults: Sequence[Fault]) -> int:
    """How often `explain` and `explain_street` call `progress`."""
    night = night_of(site, t)
    return 2 * (night - min([night] + [night_of(site, fault.t) for fault in faults]) + 1)


def _no_progress() -> None:
    pass


def explain(
    site: Site,
    lamp: str,
    t: int,
    lang: Lang,
    seed: int | None = None,
    faults: Sequence[Fault] = (),
    progress: Callable[[], None] = _no_progress,
) -> Answer:
    """Why the luminaire with id `lamp` is at its level at `t` (ms since 2000, UTC).

    With `seed`, over that night's simulated people and their requests for light; else nobody
    passes. The site's calls and `faults`, none after `t`, are replayed. `progress` is called
    after each night that is run to get there.
    """
    index = [x.id for x in site.luminaires].index(lamp)
    moment = _Moment(site, [index], t, seed, faults, progress)
    said = _Said(moment, index, lang)
    return said.answer([said])


def explain_street(
    site: Site,
    street: str,
    t: int,
    lang: Lang,
    seed: int | None = None,
    faults: Sequence[Fault] = (),
    progress: Callable[[], None] = _no_progress,
) -> list[Answer]:
    """`explain` for all luminaires of the street with that id: one answer for those of which the
    same is to be said, in the site's order."""
    indices = [i for i, x in enumerate(site.luminaires) if x.street == street]
    moment = _Moment(site, indices, t, seed, faults, progress)
    groups: dict[tuple[object, ...], list[_Said]] = {}
    for index in indices:
        said = _Said(moment, index, lang)
        groups.setdefault(said.key(), []).append(said)
    return [group[0].answer(group) for group in groups.values()]


def _iso(t: int | None) -> str | None:
    if t is None:
        return None
    moment = _EPOCH + timedelta(milliseconds=t)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Moment:
    """The luminaires `indices` of a site at `t`: their nodes as they are then, what led there,
    and what comes next. By the site's index: node, lamp; switched (the last time the light came
    or went), next (the next change of level, and what makes it)."""

    def __init__(
        self,
        site: Site,
        indices: Sequence[int],
        t: int,
        seed: int | None,
        faults: Sequence[Fault],
        progress: Callable[[], None],
    ) -> None:
        self.site = site
        self.t = t
        self.seed = seed
        self.night = night_of(site, t)
        self.times = known_time(site)
        words = Words(site, "en")
        calls = [(words.instant(call.at), call) for call in site.calls]
        # With people every node may hear every other; without, each is alone.
        chosen = list(range(len(site.luminaires))) if seed is not None else list(indices)
        self._part = site if seed is not None else part_of(site, chosen)
        self._of = {index: i for i, index in enumerate(chosen)}
        self._world = World(site, seed) if seed is not None else None
        self._faults = [
            replace(fault, lamp=self._of[fault.lamp]) for fault in faults if fault.lamp in self._of
        ]
        # What is broken may have been so for nights; calls of earlier nights the run knows.
        self._first = min([self.night] + [night_of(site, fault.t) for fault in faults])
        self._calls = [(at, call, frozenset(site.targets(call))) for at, call in calls]
        self.switched: dict[int, int] = {}
        self.next: dict[int, Change] = {}
        self._progress = progress
        self._tonight: NightWorld | None = None
        self.run = self._to_the_instant()
        self._go_on(set(indices))
        self._far_off([i for i in indices if i not in self.next])

    def node(self, index: int) -> Node:
        return self.run.nodes[self._of[index]]

    def lamp(self, index: int) -> Lamp:
        return self.run.lamps[self._of[index]]

    def place(self, index: int) -> int:
        """Index of a luminaire in `run`."""
        return self._of[index]

    def crossings(self, index: int) -> list[tuple[int, int, int]]:
        """Who crosses the zones of a node's luminaires that night: t_in, t_out, who."""
        if self._tonight is None or self._world is None:
            return []
        places = [index]
        beyond = len(self.site.luminaires)
        for k, of in enumerate(self._world.crowd.more_places):
            if of == index:
                places.append(beyond + k)
        return sorted(one for place in places for one in self._tonight.crossings[place])

    def _night(self, night: int) -> NightWorld:
        if night == self.night and self._tonight is not None:
            return self._tonight
        return self._world.night(night) if self._world else nobody(self._part, night)

    def _to_the_instant(self) -> Run:
        lit: dict[int, bool] = {}
        back = {i: index for index, i in self._of.items()}

        def watch(t: int, i: int, lamp: Lamp) -> None:
            if lit.get(i) != (lamp.asked > 0):
                lit[i] = lamp.asked > 0
                self.switched[back[i]] = t

        run = Run(self._part, self.seed or 0, self._first, self._faults, watch=watch, meters=True)
        for night in range(self._first, self.night):
            run.night(self._night(night))
            self._progress()
        self._tonight = whole = self._night(self.night)
        run.night(replace(whole, end=self.t + 1, edges=[e for e in whole.edges if e[0] <= self.t]))
        self._progress()
        return run

    def call(self, kind: str, index: int, t: int) -> tuple[int, Call] | None:
        """The last call of a kind to a luminaire up to `t`, and when it was."""
        found = [
            (at, call)
            for at, call, lamps in self._calls
            if at <= t and call.kind == kind and index in lamps
        ]
        return max(found, key=lambda one: one[0], default=None)

    def _go_on(self, wanted: set[int]) -> None:
        """From the instant on nobody comes: the next change of each luminaire."""
        of = {self._of[index]: index for index in wanted}
        now = {i: self.run.lamps[i].asked for i in of}

        def watch(t: int, i: int, lamp: Lamp) -> None:
            if t > self.t and i in of and of[i] not in self.next and lamp.asked != now[i]:
                self.next[of[i]] = change_of(t, lamp)

        run = Run(self._part, self.seed or 0, self._first, self._faults, watch=watch)
        for night in range(self._first, self.night):
            run.night(self._night(night))
            self._progress()
        run.night(_nobody_after(self._night(self.night), self.t))
        for night in range(self.night + 1, self.night + _NIGHTS_ON):
            if len(self.next) == len(of):
                break
            run.night(nobody(self._part, night))
        self._progress()

    def _far_off(self, wanted: Sequence[int]) -> None:
        """The next change of those that stay as they are for some nights: of sound ones by a run
        of their own, in which one stands for all that do the same."""
        ill = {fault.lamp for fault in self._faults}
        wanted = [index for index in wanted if self._of[index] not in ill]
        if not wanted:
            return
        those = [[wanted[k] for k in same] for same in alike(part_of(self.site, wanted))]
        part = part_of(self.site, [same[0] for same in those])
        found: dict[int, Change] = {}
        first = self.night + _NIGHTS_ON - 1  # known to bring no change
        begins = (first + 1) * DAY_MS + self.times.start(first + 1) * 1000
        now = [self.lamp(same[0]).asked for same in those]

        def watch(t: int, i: int, lamp: Lamp) -> None:
            if t >= begins and i not in found and lamp.asked != now[i]:
                found[i] = change_of(t, lamp)

        run = Run(part, self.seed or 0, first, watch=watch)
        for night in range(first, min(self.night + _YEAR, _LAST_NIGHT) + 1):
            run.night(nobody(part, night))
            if len(found) == len(those):
                break
        for i, change in found.items():
            self.next.update(dict.fromkeys(those[i], change))


def _nobody_after(world: NightWorld, t: int) -> NightWorld:
    """A night whose people are gone after `t`: sensors see off whom they see then."""
    edges = []
    sees: set[int] = set()
    for edge in world.edges:
        if edge[0] <= t:
            (sees.add if edge[1] else sees.discard)(edge[2])
        elif edge[1] or edge[2] not in sees:
            continue
        else:
            sees.discard(edge[2])
        edges.append(edge)
    return replace(world, edges=edges, requests=[one for one in world.requests if one[0] <= t])


@dataclass(slots=True)
class _Facts:
    """What is to be said of one luminaire, in words."""

    state: tuple[str, int]
    why: str = ""
    order: str | None = None
    more: str = ""
    level: int = 0
    asked: int = 0
    light: int = 0
    output: int = 0
    to: int = 0
    clock: str = "off"
    rule: Choice | None = None
    layers: list[Layer] = field(default_factory=list)


class _Said:
    """One luminaire at the moment, in one language."""

    def __init__(self, moment: _Moment, index: int, lang: Lang) -> None:
        self._moment = moment
        self._index = index
        self._site = moment.site
        self._x = moment.site.luminaires[index]
        self._node = moment.node(index)
        self._lamp = moment.lamp(index)
        self._t = moment.t
        self.words = Words(moment.site, lang)
        change = moment.next.get(index)
        self._until = change.t if change else None
        self._request = self._last_request()
        self._faults = self._reported()
        self._facts = self._find()

    # ---- the answer

    def key(self) -> tuple[object, ...]:
        """The same for luminaires of which the same is to be said."""
        facts = self._facts
        said = tuple(layer.text for layer in facts.layers)
        return (
            facts.state, facts.why, facts.more, facts.clock, said, self._until, self._ending(),
            self._request, self._faults, facts.light, facts.rule,
        )  # fmt: skip

    def answer(self, group: Sequence[_Said]) -> Answer:
        """The answer for this one and those others of which the same is to be said."""
        facts = self._facts
        words, say = self.words, self.words.say
        ids = tuple(one._x.id for one in group)
        state, level = facts.state
        if state == "say.off" and len(ids) > 1:
            state = "say.off.many"
        sentence = say(
            "say.head",
            date=words.date(self._t),
            time=words.time(self._t),
            lamp=words.lamps(ids),
            street=self._site.street(self._x.street).name,
            state=say(state, level=level),
            why=facts.why,
        )
        sentence += facts.more
        passages: dict[str, int | None] = {}
        if self._moment.seed is not None:
            passages, text = self._passages(group)
            sentence += text
        sentence += self._ending()
        return Answer(
            sentence,
            facts.level,
            facts.asked,
            facts.clock,
            say(f"clock.{facts.clock}"),
            tuple(facts.layers),
            ids,
            facts.light,
            facts.output,
            facts.order,
            self._until,
            max((at for at in passages.values() if at is not None), default=None),
            self._request,
            self._faults,
            facts.rule,
            passages,
        )

    def _ending(self) -> str:
        """Until when it stays so, and unless what."""
        words, brain, until = self.words, self._lamp.brain, self._until
        if until is None:
            return ""
        begins = self._begins()
        if brain is None:
            key = "say.until-anyway"
        elif begins:
            key = "say.until-begins"
        elif self._asked_for():
            if until == self._word_ends():
                return ""  # its word has said so
            key = "say.until-asked"
        elif brain.stack.decider == layers.PRESENCE and self._stuck():
            key = "say.until-stuck"
        else:
            key = "say.until"
        return words.say_time(key, until, self._t, what=begins)

    def _asked_for(self) -> bool:
        """Is the level what somebody asked for, or an event, so that passages change nothing?"""
        brain: Any = self._lamp.brain
        stack = brain.stack
        if stack.decider == layers.CEILING:
            return bool(stack.why[layers.OVERRIDE])
        return stack.decider in (layers.RELIGHT, layers.OVERRIDE, layers.ALL_ON)

    def _word_ends(self) -> int | None:
        """When what the deciding layer was asked for ends, as its word says."""
        brain: Any = self._lamp.brain
        why = brain.stack.why[brain.stack.decider]
        return self._ends(self._word(why)) if why in _GIVEN else None

    def _begins(self) -> str:
        """The event or call that makes the next change, by name; nothing where none begins."""
        change = self._moment.next.get(self._index)
        if change is None or change.gear != FREE:
            return ""
        brain = self._lamp.brain
        if change.why in (layers.BY_EVENT, layers.BY_EVENT_PROGRAM):
            now = -1
            if brain is not None and brain.stack.why[layers.OVERRIDE] == change.why:
                now = brain.stack.detail[layers.OVERRIDE]
            if change.detail == now:
                return ""
            name = self._node.events[change.detail >> 8]
            return self.words.event(next(e for e in self._site.events if e.id == name))
        kind = _CALLS.get(change.why)
        call = self._moment.call(kind, self._index, change.t) if kind else None
        return self.words.event(call[1]) if call is not None and call[0] > self._t else ""

    def _stuck(self) -> bool:
        """Is it known that the own sensor, which keeps the light up, is stuck?"""
        brain = self._lamp.brain
        return (
            brain is not None
            and brain.presence.stuck
            and brain.stack.why[layers.PRESENCE] == layers.OWN_SENSOR
        )

    def _passages(self, group: Sequence[_Said]) -> tuple[dict[str, int | None], str]:
        """When somebody last entered the zone of each of them, and the words for it."""
        words = self.words
        last: dict[str, int | None] = {}
        here: list[str] = []
        for one in group:
            name = one._x.id
            last[name] = None
            for t_in, t_out, _ in self._moment.crossings(one._index):
                if t_in > self._t:
                    break
                last[name] = t_in
                if self._t < t_out and name not in here:
                    here.append(name)
        if len(here) == len(group):
            return last, words.say("say.passing")
        gone: dict[int, list[str]] = {}
        for name, at in last.items():
            if at is not None and name not in here:
                gone.setdefault(at, []).append(name)
        never = [name for name, at in last.items() if at is None]
        if len(never) == len(group):
            return last, words.say("say.no-passage")
        if len(gone) == 1 and not never and not here:
            return last, words.say("say.last-passage", time=words.time(next(iter(gone))))
        text = words.say("say.passing-at", lamps=words.lamps(here)) if here else ""
        latest = sorted(gone, reverse=True)[:_PASSAGES_SHOWN]
        parts = [words.say("part.passage", lamps=words.lamps(gone[at]), time=words.time(at))
                 for at in latest]  # fmt: skip
        left = sum(len(names) for at, names in gone.items() if at not in latest)
        if left:
            parts.append(words.counted("passages.before", left))
        if never:
            parts.append(words.say("part.no-passage", lamps=words.lamps(never)))
        return last, text + (words.say("say.passages", passages=", ".join(parts)) if parts else "")

    # ---- finding out

    def _find(self) -> _Facts:
        lamp, say = self._lamp, self.words.say
        to = round(lamp.to)
        facts = _Facts(
            ("say.at" if to else "say.off", to), light=round(lamp.level(self._t)), to=to
        )
        brain = lamp.brain
        if brain is None:
            facts.level = facts.asked = facts.output = 100 if lamp.powered else 0
            facts.why, facts.order = self._without_brain()
        else:
            stack = brain.stack
            facts.clock = QUALITY[brain.quality]
            facts.level, facts.asked, facts.output = brain.level, stack.level, brain.output
            for layer in range(layers.LAYERS - 1, -1, -1):
                if stack.why[layer]:
                    facts.layers.append(
                        Layer(
                            LAYERS[layer],
                            _OPERATIONS[stack.operation[layer]],
                            stack.value[layer],
                            WHY[stack.why[layer]],
                            stack.after[layer],
                            self._layer(layer),
                        )
                    )
            decider = stack.decider
            facts.why, facts.order = self._why(decider)
            facts.rule = self._rule()
            if lamp.broken and to != brain.level:
                facts.why = say("why.broken", level=brain.level, why=facts.why)
                self._until = None  # of what it should do
            facts.more += self._gear(facts)
            if brain.quality == QUALITY.index("virtual"):
                facts.more += say("say.virtual")
            if lamp.clock:
                facts.more += say("say.wrong-clock", by=self.words.duration(lamp.clock))
        facts.more += self._residents(facts)
        if self._faults:
            said = brain is not None and brain.stack.decider == layers.PRESENCE and self._stuck()
            parts = [
                self._fault(name, since)
                for name, since in self._faults
                if not (said and since and name == "sensor-stuck")
            ]
            if parts:
                facts.more += say("say.reported", faults=self.words.listed(parts))
        return facts

    def _layer(self, layer: int) -> str:
        """A layer's word as a line, with the layer's name before it."""
        name, why = self.words.say(f"layer.{LAYERS[layer]}"), self._why(layer)[0]
        return why if why.startswith(name) else self.words.say("layer", layer=name, why=why)

    def _fault(self, name: str, since: int | None) -> str:
        text = health.words(name, self.words.lang)
        if since is None:
            return text
        return self.words.say("say.since", fault=text, time=self.words.moment(since))

    def _without_brain(self) -> tuple[str, str | None]:
        say, words, lamp = self.words.say, self.words, self._lamp
        if lamp.powered:
            return say("why.booting"), None
        if lamp.cut:
            return say("why.outage"), None
        cabinet = self._site.cabinet_of(self._x.circuit)
        circuit = self._site.circuit(self._x.circuit)
        facts = {
            "armoire": cabinet.name,
            "circuit": circuit.id,
            "order": words.order(circuit.order),
        }
        gap = self._gap(circuit.mains, cabinet.clock_error)
        if gap is None:
            text = say("why.mains-off", mains=words.spans(circuit.mains), **facts)
        else:
            text = say("why.mains-cut", from_=gap[0], to=gap[1], **facts)
        return text, circuit.order

    def _gap(
        self, spans: Sequence[Window | ActivePeriod], clock_error: int = 0
    ) -> tuple[str, str] | None:
        """The end of one span and the beginning of the next, where the instant lies between two
        of them in one night."""
        at = (self._t + clock_error) // 1000 - self._moment.night * 86_400
        before, after = NEVER, None
        words = "", ""
        for span in spans:
            on, off = (
                self._moment.times.at(self._moment.night, EVENTS[end.event], end.seconds)
                for end in (span.from_, span.to)
            )
            if on <= NEVER or off <= NEVER:
                return None
            if on <= at < off:
                return None
            if off <= at and off > before:
                before, words = off, (self.words.at(span.to), words[1])
            if on > at and (after is None or on < after):
                after, words = on, (words[0], self.words.at(span.from_))
        return words if before > NEVER and after is not None else None

    def _within(self, span: Window) -> bool:
        """Is the instant in a span of its night?"""
        at = self._t // 1000 - self._moment.night * 86_400
        on, off = (
            self._moment.times.at(self._moment.night, EVENTS[end.event], end.seconds)
            for end in (span.from_, span.to)
        )
        return bool(NEVER < on <= at < off)

    def _why(self, layer: int) -> tuple[str, str | None]:
        """What a layer says, and the order behind it."""
        brain = self._lamp.brain
        assert brain is not None
        stack, words, site = brain.stack, self.words, self._site
        why, detail = stack.why[layer], stack.detail[layer]
        key = f"why.{WHY[why]}"
        facts: dict[str, object] = {"value": stack.value[layer]}
        order: str | None = None
        if why in _OF_PROGRAM:
            number = detail >> 8
            programs = self._node.programs
            name = programs[number] if number < len(programs) else programs[0]
            program = site.programs[name]
            facts["program"] = words.program(name)
            order = program.order
            rule = self._rule() if layer == layers.PROGRAM else None
            facts["rule"] = words.say("part.rule", rule=rule.text) if rule is not None else ""
            if why in (layers.POINT, layers.BEFORE_FIRST):
                if detail & 255 == layers.NO_POINT:
                    key = "why.no-points"
                else:
                    facts["at"] = words.point_at(program.points[detail & 255])
            elif why == layers.INACTIVE:
                gap = self._gap(program.active) if not program.uses_photocell else None
                facts["periods"] = words.spans(program.active)
                if gap is not None:
                    key = "why.cut"
                    facts["from_"], facts["to"] = gap
        elif why in (layers.OWN_SENSOR, layers.BY_NEIGHBOUR, layers.BY_VEHICLE):
            holds = [p.hold for n in self._node.programs if (p := site.programs[n].presence)]
            facts["hold"] = words.duration(max(holds))
            if self._stuck():
                key = "why.stuck"
                since = dict(self._faults).get("sensor-stuck")
                facts["since"] = (
                    words.say("part.reported", time=words.moment(since)) if since else ""
                )
            facts["poles"] = words.counted("poles", detail)
        elif why in (layers.BY_EVENT, layers.BY_EVENT_PROGRAM):
            event = next(e for e in site.events if e.id == self._node.events[detail >> 8])
            order = event.order
            facts["event"] = words.event(event)
            facts["from_"], facts["to"] = words.at(event.hours.from_), words.at(event.hours.to)
            facts["when"] = words.when(event)
            if event.scene is not None:
                key = "why.event-scene"
                facts["scene"] = words.name(site.scenes[event.scene].name, event.scene)
            elif event.program is not None:
                facts["program"] = words.program(event.program)
        elif why == layers.CORRIDOR:
            assert self._x.ceiling is not None
            ceiling = site.ceilings[self._x.ceiling]
            order = ceiling.order
            parts = [words.spans(ceiling.windows)] if ceiling.windows else []
            if ceiling.from_ and ceiling.to:
                parts.insert(0, words.days(ceiling.from_, ceiling.to))
            facts["ceiling"] = self._x.ceiling
            facts["when"] = words.say("part.when", when=", ".join(parts)) if parts else ""
        if why in _GIVEN:
            facts |= self._given(why)
        facts["order"] = words.order(order)
        return words.say(key, **facts), order

    def _given(self, why: int) -> dict[str, object]:
        """Who gave a word for a while, when and until when."""
        words = self.words
        kind, word = _CALLS.get(why, "override"), self._word(why)
        facts: dict[str, object] = {"name": "", "asked": "", "until": ""}
        until = self._ends(word)
        if until is not None:
            facts["until"] = words.say_time("part.until", until, self._t)
        if kind == "relight":
            zone = self._x.relight
            if zone is not None:
                facts["name"] = words.name(self._site.relights[zone].name, zone)
            if self._request is not None:
                facts["asked"] = words.say("part.asked", time=words.time(self._request))
            return facts
        call = self._moment.call(kind, self._index, self._t)
        if call is not None:
            at, found = call
            facts["name"] = words.say("part.name", name=words.event(found))
            facts["asked"] = words.say_time("part.asked", at, self._t)
        return facts

    def _word(self, why: int) -> Override:
        brain: Any = self._lamp.brain
        word: Override = brain.override
        if why == layers.BY_REQUEST:
            word = brain.relit
        elif why == layers.ALL_LIT:
            word = brain.everything
        return word

    def _ends(self, word: Override) -> int | None:
        """When a word that was given for a while ends, on the calendar."""
        if word.until_day == NO_DAY:
            return None
        return int(word.until_day * DAY_MS + word.until_second * 1000)

    def _rule(self) -> Choice | None:
        """Why the calendar gives the program that the program layer speaks of, if one does."""
        brain, key = self._lamp.brain, self._x.calendar
        assert brain is not None
        why, detail = brain.stack.why[layers.PROGRAM], brain.stack.detail[layers.PROGRAM]
        if key is None or why not in _OF_CALENDAR or brain.quality < QUALITY.index("holdover"):
            return None
        name = self._node.programs[detail >> 8]
        night = self._moment.night
        if self._lamp.clock:
            night = night_of(self._site, self._t + self._lamp.clock)
        if why == layers.BEFORE_FIRST:
            night -= 1
        calendar = self._site.calendars[key]
        rules = Config(self._node.config).calendar.rules
        found = next((i for i, one in enumerate(rules) if one.matches(night)), None)
        # A node has holidays as dates: some rules of its own for one of the file.
        of = [k for k, r in enumerate(calendar.rules) for _ in resolved(r, self._site.site)]
        number = None if found is None else of[found]
        rule = None if number is None else calendar.rules[number]
        if name != (rule.program if rule is not None else calendar.default):
            return None  # a period of the night before or after that reaches over noon
        text = self.words.why_rule(key, rule, night)
        return Choice(key, night, name, None if number is None else number + 1, text)

    # ---- the sentences after the first

    def _gear(self, facts: _Facts) -> str:
        """Where the light is not what the layers ask, or the output not the level."""
        brain: Any = self._lamp.brain
        words, lamp = self.words, self._lamp
        driver = self._site.drivers[self._x.driver]
        contactor = self._site.contactors[self._x.contactor] if self._x.contactor else None
        text = ""
        since = self._moment.switched.get(self._index, self._t)
        if brain.gear != FREE:
            name = "minimum_on" if brain.gear == STAYS_ON else "minimum_off"
            least = max(getattr(driver, name), getattr(contactor, name) if contactor else 0)
            if lamp.boots and since == lamp.booted - BOOT_MS:
                since = lamp.booted
            held = words.say(
                "why.stays-on" if brain.gear == STAYS_ON else "why.stays-off",
                least=words.duration(least),
                time=words.time(since + least),
            )
            facts.why = words.say("why.held", held=held, asked=facts.asked, why=facts.why)
        elif facts.asked != facts.level:
            text += words.say("say.minimum", asked=facts.asked, level=facts.level)
        if facts.to and driver.warm_up and self._t < since + driver.warm_up:
            full = words.time(since + driver.warm_up)
            text += words.say("say.warming", light=facts.light, time=full)
        if facts.output != facts.level and facts.to:
            parts = []
            if driver.virtual_output < 100:
                parts.append(words.say("say.virtual-output", percent=driver.virtual_output))
            if driver.clo:
                hours = words.number(self._x.burning_hours)
                parts.append(words.say("say.clo", hours=hours))
            if parts:
                text += words.say("say.output", output=facts.output, parts=", ".join(parts))
        return text

    def _residents(self, facts: _Facts) -> str:
        """Who may ask for light, and who did."""
        words, zone = self.words, self._x.relight
        if zone is None:
            return ""
        relight = self._site.relights[zone]
        lit = any(layer.why == "request" for layer in facts.layers)
        text = ""
        if self._request is not None and not lit:
            text += words.say("say.last-request", time=words.time(self._request))
        if self._lamp.powered and facts.level < relight.level and self._within(relight.hours):
            text += words.say(
                "say.may-ask",
                name=words.name(relight.name, zone),
                from_=words.at(relight.hours.from_),
                to=words.at(relight.hours.to),
                duration=words.duration(relight.duration),
            )
        return text

    def _last_request(self) -> int | None:
        """When somebody of its zone last asked for light, that night."""
        zone = self._x.relight
        start = self._moment.night * DAY_MS + self._moment.times.start(self._moment.night) * 1000
        asked = [
            request.t
            for request in self._moment.run.requests
            if request.taken and request.zone == zone and start <= request.t <= self._t
        ]
        return max(asked, default=None)

    def _reported(self) -> tuple[tuple[str, int | None], ...]:
        """What the node reports now, each with when it began to."""
        place = self._moment.place(self._index)
        since: dict[int, int | None] = {
            report.fault: report.t if report.begins else None
            for report in self._moment.run.reports
            if report.lamp == place
        }
        brain = self._lamp.brain
        bits = self._lamp.faults if brain is None else brain.faults()
        return tuple(
            (name, since.get(bit)) for bit, name in health.FAULT_NAMES.items() if bits & bit
        )


_OF_PROGRAM = (
    layers.POINT,
    layers.BEFORE_FIRST,
    layers.INACTIVE,
    layers.BY_PROGRAM,
)
_OF_CALENDAR = (layers.POINT, layers.BEFORE_FIRST, layers.INACTIVE, layers.DAYLIGHT)
_CALLS = {
    layers.BY_LEVEL: "override",
    layers.BY_REQUEST: "relight",
    layers.ALL_LIT: "all-on",
}
_GIVEN = (layers.BY_LEVEL, layers.BY_PROGRAM, layers.BY_REQUEST, layers.ALL_LIT)
