"""Why a luminaire is at its level at an instant: the answer to the mayor's call.

`explain` runs the luminaire's own brain to that instant and reads its trace; the sentences are
made here, in French and English, from the site's own names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from noctule.brain import layers

from sim.engine import DAY_MS, NightWorld, Run, World
from sim.quiet import quiet_night
from sim.runtimes.timeline import LAYERS, QUALITY, WHY
from sim.site.compile import known_time, night_of
from sim.site.model import ActivePeriod, At, Luminaire, Site, Window

Lang = Literal["fr", "en"]

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_OPERATIONS = {layers.SET: "Set", layers.MIN: "Min", layers.MAX: "Max", layers.ADD: "Add"}

_LAYERS = {
    "fr": (
        "état de repli", "programme", "présence", "rallumage à la demande", "forçage",
        "plafond", "tout allumé",
    ),
    "en": (
        "fault state", "program", "presence", "relight on demand", "override", "ceiling", "all on",
    ),
}  # fmt: skip

_WHY = {
    layers.TIME_UNKNOWN: (
        "l'heure n'est pas connue : état de repli",
        "the time is not known: fault state",
    ),
    layers.POINT: (
        "palier « {at} » du programme « {program} »",
        'switch point "{at}" of the program "{program}"',
    ),
    layers.BEFORE_FIRST: (
        "avant le premier palier de la nuit : ce sur quoi finit la nuit d'avant, "
        "palier « {at} » du programme « {program} »",
        "before the night's first switch point: what the previous night ends with, "
        'switch point "{at}" of the program "{program}"',
    ),
    layers.INACTIVE: (
        "hors des périodes actives du programme « {program} » ({periods})",
        'outside the active periods of the program "{program}" ({periods})',
    ),
    layers.DAYLIGHT: ("la cellule dit qu'il fait jour", "the photocell says it is light"),
    layers.FORCED_RUN: (
        "marche forcée : le départ est sous tension de jour (maintenance)",
        "forced run: the circuit has mains by day (maintenance)",
    ),
    layers.POWER_UP: (
        "la tension vient de revenir, de jour : plein éclairage pendant dix minutes",
        "mains has just returned, by day: full light for ten minutes",
    ),
    layers.IDLE: ("niveau de veille, personne", "idle level, nobody there"),
    layers.OWN_SENSOR: (
        "passage vu par son détecteur, ou temporisation de {hold} s en cours",
        "passage seen by its own sensor, or its hold time of {hold} s running",
    ),
    layers.BY_NEIGHBOUR: (
        "passage vu par un voisin (à {hops} mât(s)), ou temporisation de {hold} s en cours",
        "passage seen by a neighbour ({hops} pole(s) away), or its hold time of {hold} s running",
    ),
    layers.BY_VEHICLE: (
        "véhicule dans le tronçon, ou temporisation de {hold} s en cours",
        "vehicle in the section, or its hold time of {hold} s running",
    ),
    layers.BY_LEVEL: ("forçage", "override"),
    layers.BY_PROGRAM: (
        "forçage du programme « {program} »",
        'override by the program "{program}"',
    ),
}
_NO_POINTS = (
    "programme « {program} », sans palier : 100 % pendant ses périodes actives",
    'program "{program}", without switch points: 100 % in its active periods',
)
_MAINS_OFF = (
    "{armoire}, départ {circuit} : pas de tension, coupée par l'horloge de l'armoire ({mains})",
    "{armoire}, circuit {circuit}: no mains, cut by the cabinet's clock ({mains})",
)
_BOOTING = (
    "la tension vient de revenir, le nœud démarre : le driver donne son plein éclairage",
    "mains has just returned, the node is booting: the driver gives its full light",
)
_HEAD = (
    "{date} à {time} : {lamp}, {street}, {state}. Pourquoi : {why}.",
    "{date}, {time}: {lamp}, {street}, {state}. Why: {why}.",
)
_STATE = (("éteint", "à {level} %"), ("off", "at {level} %"))
_UNTIL = (
    " Sans passage ni forçage, jusqu'à {time}.",
    " With no passage and no override, until {time}.",
)
_MINIMUM = (
    " Demandé : {asked} % ; l'appareillage ne descend pas sous {level} %.",
    " Asked: {asked} %; the gear does not go below {level} %.",
)
_EVENTS = {
    "local": "",
    "sunset": "coucher",
    "sunrise": "lever",
    "dusk": "crépuscule",
    "dawn": "aube",
    "nautical dusk": "crépuscule nautique",
    "nautical dawn": "aube nautique",
    "solar midnight": "minuit solaire",
}
_CLOCK = {
    "off": ("hors tension", "no mains"),
    "unset": ("heure inconnue", "time not known"),
    "virtual": ("minuit virtuel", "virtual midnight"),
    "holdover": ("réserve de marche", "holdover"),
    "synced": ("à l'heure", "synchronised"),
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
class Answer:
    """The sentence; the layers that spoke, highest first; clock: the node's quality of time."""

    sentence: str
    level: int
    asked: int
    clock: str
    clock_text: str
    layers: tuple[Layer, ...]

    def to_json(self) -> dict[str, object]:
        """The documented, stable form."""
        return {
            "sentence": self.sentence,
            "level": self.level,
            "asked": self.asked,
            "clock": self.clock,
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


def explain(site: Site, lamp: str, t: int, lang: Lang, seed: int | None = None) -> Answer:
    """Why the luminaire with id `lamp` is at its level at `t` (ms since 2000, UTC).

    With `seed`, over that night's simulated people; else nobody passes.
    """
    index = [x.id for x in site.luminaires].index(lamp)
    night = night_of(site, t)
    times = known_time(site)
    start = night * DAY_MS + times.start(night) * 1000
    # The stretch from noon to the instant, as a night of its own.
    if seed is None:
        world = NightWorld(night, start, t + 1, start, start, [], [[] for _ in site.luminaires])
    else:
        whole = World(site, seed).night(night)
        edges = [edge for edge in whole.edges if edge[0] <= t]
        world = NightWorld(night, start, t + 1, start, start, edges, [[] for _ in site.luminaires])
    run = Run(site, seed or 0, night)
    run.night(world)
    node, made = run.nodes[index], run.lamps[index]
    choose = 0 if lang == "fr" else 1
    x = site.luminaires[index]
    words = _Words(site, x, lang)
    spoken: list[Layer] = []
    clock = "off"
    if made.brain is None:
        level = asked = 100 if made.powered else 0
        why = (_BOOTING if made.powered else _MAINS_OFF)[choose].format(**words.circuit())
    else:
        brain, stack = made.brain, made.brain.stack
        clock = QUALITY[brain.quality]
        level, asked = brain.level, stack.level
        for layer in range(layers.LAYERS - 1, -1, -1):
            if stack.why[layer]:
                spoken.append(
                    Layer(
                        LAYERS[layer],
                        _OPERATIONS[stack.operation[layer]],
                        stack.value[layer],
                        WHY[stack.why[layer]],
                        stack.after[layer],
                        f"{_LAYERS[lang][layer]}{' : ' if lang == 'fr' else ': '}"
                        + words.why(stack.why[layer], stack.detail[layer], node.programs),
                    )
                )
        decider = stack.decider
        why = words.why(stack.why[decider], stack.detail[decider], node.programs)
    state = _STATE[choose][1 if level else 0].format(level=level)
    street = next(street.name for street in site.streets if street.id == x.street)
    sentence = _HEAD[choose].format(
        date=words.date(t), time=words.time(t), lamp=lamp, street=street, state=state, why=why
    )
    if asked != level:
        sentence += _MINIMUM[choose].format(asked=asked, level=level)
    for n in (night, night + 1):
        later = [c.t for c in quiet_night(site, n)[index] if c.t > t and c.level != level]
        if later:
            sentence += _UNTIL[choose].format(time=words.time(later[0]))
            break
    return Answer(sentence, level, asked, clock, _CLOCK[clock][choose], tuple(spoken))


class _Words:
    """A luminaire's facts as words of one language."""

    def __init__(self, site: Site, lamp: Luminaire, lang: Lang) -> None:
        self._site = site
        self._lamp = lamp
        self._lang = lang
        self._zone = ZoneInfo(site.site.timezone)
        self._choose = 0 if lang == "fr" else 1

    def _local(self, t: int) -> datetime:
        return (EPOCH + timedelta(milliseconds=t)).astimezone(self._zone)

    def date(self, t: int) -> str:
        return format_date(self._local(t), "full", locale=self._lang)

    def time(self, t: int) -> str:
        local = self._local(t)
        text = format_time(local, "HH:mm:ss" if local.second else "HH:mm", locale=self._lang)
        if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
            return text
        return f"{text} (UTC{local:%z})"  # an hour that comes twice

    def circuit(self) -> dict[str, str]:
        for cabinet in self._site.cabinets:
            for circuit in cabinet.circuits:
                if circuit.id == self._lamp.circuit:
                    mains = self.spans(circuit.mains)
                    return {"armoire": cabinet.name, "circuit": circuit.id, "mains": mains}
        raise KeyError(self._lamp.circuit)

    def at(self, at: At) -> str:
        """A moment of a site file: 22:00, sunset + 10 min."""
        text = str(at)
        return text.replace(at.event, _EVENTS[at.event]) if self._lang == "fr" else text

    def spans(self, spans: Iterable[Window | ActivePeriod]) -> str:
        """from–to, from–to."""
        return ", ".join(f"{self.at(span.from_)}–{self.at(span.to)}" for span in spans)

    def program(self, name: str) -> str:
        names = self._site.programs[name].name
        return names.text(self._lang) if names else name

    def why(self, why: int, detail: int, programs: tuple[str, ...]) -> str:
        template = _WHY[why][self._choose]
        name = programs[detail >> 8] if detail >> 8 < len(programs) else programs[0]
        program = self._site.programs[name]
        facts: dict[str, object] = {"program": self.program(name)}
        number = detail & 255
        if why in (layers.POINT, layers.BEFORE_FIRST):
            if number == layers.NO_POINT:
                template = _NO_POINTS[self._choose]
            else:
                facts["at"] = (
                    f"{self.at(program.points[number].at)} → {program.points[number].level} %"
                )
        elif why == layers.INACTIVE:
            facts["periods"] = self.spans(program.active)
        elif why in (layers.OWN_SENSOR, layers.BY_NEIGHBOUR, layers.BY_VEHICLE):
            holds = [p.hold for n in programs if (p := self._site.programs[n].presence)]
            facts["hold"] = max(holds) // 1000
            facts["hops"] = detail
        return template.format(**facts)
