"""The faults that nodes report, in the trade's words, and what reports which fault on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from noctule.brain import faults as bits
from noctule.brain.config import Config

from sim.engine import GEAR_FAULTS, Fault, Report
from sim.site.compile import Node, night_of
from sim.site.model import Site
from sim.site.values import duration_text

FAULT_NAMES = {
    bits.TIME: "time-unknown",
    bits.SENSOR_STUCK: "sensor-stuck",
    bits.SENSOR_DEAD: "sensor-dead",
    bits.PHOTOCELL_DEAD: "photocell-dead",
    bits.PHOTOCELL_STUCK: "photocell-stuck",
    bits.LAMP_OUT: "lamp-out",
    bits.DAY_BURNER: "day-burner",
    bits.CYCLING: "cycling",
    bits.POWER_HIGH: "power-high",
    bits.POWER_LOW: "power-low",
}
"""What a node can report: a bit of `Brain.faults()` -> its name."""

WORDS = {
    "time-unknown": ("heure inconnue", "time not known"),
    "sensor-stuck": ("détecteur bloqué", "sensor stuck"),
    "sensor-dead": ("détecteur muet", "sensor dead"),
    "photocell-dead": ("cellule en panne", "photocell dead"),
    "photocell-stuck": ("cellule figée", "photocell stuck"),
    "lamp-out": ("lampe en panne", "lamp out"),
    "day-burner": ("allumé de jour", "day burner"),
    "cycling": ("cyclage", "cycling"),
    "power-high": ("puissance trop haute", "power too high"),
    "power-low": ("puissance trop basse", "power too low"),
    # Faults on demand that no node can name.
    "clock-lost": ("heure perdue", "clock lost"),
    "clock-wrong": ("horloge fausse", "clock wrong"),
    "mains-cut": ("coupure de tension", "mains cut"),
}
"""Names of faults, reported and on demand, in French and English."""

REPORTED_AS = {
    "clock-lost": bits.TIME,
    "sensor-dead": bits.SENSOR_DEAD,
    "sensor-stuck": bits.SENSOR_STUCK,
    "photocell-dead": bits.PHOTOCELL_DEAD,
    "photocell-stuck": bits.PHOTOCELL_STUCK,
    "lamp-out": bits.LAMP_OUT,
    "day-burner": bits.DAY_BURNER,
    "cycling": bits.CYCLING,
    "power-high": bits.POWER_HIGH,
    "power-low": bits.POWER_LOW,
}
"""What should be reported of a fault on demand. Not here: a clock that is wrong, which its node
believes, and mains that is cut, which leaves nobody to report it."""

_ALSO = {
    # A cell that knows better than the clock.
    "clock-wrong": bits.PHOTOCELL_STUCK,
    # Lit as asked, but not dimmed.
    "day-burner": bits.POWER_HIGH,
    # Before it has been seen to come back.
    "cycling": bits.LAMP_OUT | bits.POWER_LOW,
    # Of many behind one output, one that is out and all that are weak look alike.
    "lamp-out": bits.POWER_LOW,
    "power-low": bits.LAMP_OUT,
}

PROMISED_NIGHTS = {
    "clock-lost": 1,
    "sensor-stuck": 1,
    "sensor-dead": 7,
    "photocell-dead": 1,
    "photocell-stuck": 1,
    "lamp-out": 1,
    "day-burner": 1,
    "cycling": 3,
    "power-high": 1,
    "power-low": 1,
}
"""Nights, noon to noon and counted from the fault on, within which it is reported.

The promise holds with 5 % of noise in the meter, on a node

- that has a meter, for the faults of the luminaire. Its power is compared while lit, so that a
  lamp which is not lit cannot be found out; a day burner is found where it should be off while its
  circuit has mains; too much or too little power where 5 W or more should be drawn for an hour on
  end, since a small meter's grain is half a watt. Of n luminaires behind one output, one that is
  out is told up to n = 9, and too little power is told as a lamp that is out;
- whose next poles see at least fifty people a night in its hours of presence, for a dead sensor;
- that is lit for five hours a night or more, for a lamp that cycles: what is lit for two takes a
  week or more;
- for a photocell that is stuck, where it shows what cannot be: light in the deep of the night, or
  dark by full day.
"""


UNSEEN: Mapping[str, tuple[str, str]] = {
    "unknowable": (
        "personne ne peut le savoir, ni le nœud ni son compteur",
        "nobody can tell, neither the node nor its meter",
    ),
    "no-meter": (
        "ne pouvait pas se voir, ce nœud n'a pas de compteur",
        "could not be seen, this node has no meter",
    ),
    "not-lit": (
        "ne pouvait pas se voir, le point lumineux n'avait pas à être allumé depuis",
        "could not be seen, the luminaire was not to be lit since",
    ),
    "never-off": (
        "ne pouvait pas se voir, le point lumineux n'avait pas à être éteint sous tension depuis",
        "could not be seen, the luminaire was not to be off with mains present since",
    ),
    "no-presence": (
        "ne pouvait pas se voir, aucun programme de ces nuits n'écoute le détecteur",
        "could not be seen, no program of these nights listens to the sensor",
    ),
    "no-photocell": (
        "ne pouvait pas se voir, aucun programme de ces nuits n'écoute la cellule",
        "could not be seen, no program of these nights listens to the photocell",
    ),
    "few-people": (
        "ne pouvait pas se voir, trop peu de gens passent ses voisins, ou il n'en a pas",
        "could not be seen, too few people pass its neighbours, or it has none",
    ),
    "too-soon": (
        "pas signalé, mais ces nuits finissent avant le délai promis",
        "not reported, but these nights end before the time promised",
    ),
    "silent": ("pas signalé dans ces nuits", "not reported in these nights"),
}
"""Why a fault on demand was not reported, in French and English."""


def words(name: str, lang: str) -> str:
    """A fault, reported or on demand, in ``fr`` or ``en``."""
    return WORDS[name][0 if lang == "fr" else 1]


def unseen_words(code: str, lang: str) -> str:
    """Why a fault was not reported, in ``fr`` or ``en``."""
    return UNSEEN[code][0 if lang == "fr" else 1]


def to_minute(t: int) -> int:
    """An instant or a length of time (ms), to the nearest minute: as people are told it."""
    return (t + 30_000) // 60_000 * 60_000


def delay_text(ms: int) -> str:
    """How long until a report: ``1 h 5 min``, with seconds only below a minute."""
    return duration_text(ms // 1000 * 1000 if ms < 60_000 else to_minute(ms))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A fault as reported by the node of luminaire `lamp` (index): from, to (t; None: still at the
    end), and the fault on demand that explains it, if one does."""

    lamp: int
    fault: int
    begins: int
    ends: int | None
    cause: Fault | None


def stretches(reports: Sequence[Report], faults: Sequence[Fault]) -> list[Stretch]:
    """What was reported, in order of its beginning, against what was asked for."""
    found: list[Stretch] = []
    running: dict[tuple[int, int], int] = {}
    for report in reports:
        key = (report.lamp, report.fault)
        if report.begins:
            running[key] = len(found)
            cause = next((f for f in faults if explains(f, report)), None)
            found.append(Stretch(report.lamp, report.fault, report.t, None, cause))
        elif key in running:
            k = running.pop(key)
            begun = found[k]
            found[k] = Stretch(begun.lamp, begun.fault, begun.begins, report.t, begun.cause)
    return found


def explains(fault: Fault, report: Report) -> bool:
    """Whether a report is due to that fault on demand."""
    expected = REPORTED_AS.get(fault.kind, 0) | _ALSO.get(fault.kind, 0)
    return (
        report.lamp == fault.lamp and report.t >= fault.t and bool(report.fault & expected)
    )


def detected(fault: Fault, found: Sequence[Stretch]) -> Stretch | None:
    """The first report of a fault on demand: by its own name, else by one that it also explains;
    None if there is none."""
    own = REPORTED_AS.get(fault.kind, 0)
    for expected in (own, own | _ALSO.get(fault.kind, 0)):
        for stretch in found:
            if (
                stretch.lamp == fault.lamp
                and stretch.fault & expected
                and (stretch.begins >= fault.t or stretch.ends is None or stretch.ends > fault.t)
            ):
                return stretch
    return None


def unseen(
    site: Site, node: Node, fault: Fault, nights: range, asked: Sequence[tuple[int, int, bool]]
) -> str:
    """Why nobody reported a fault on demand: a key of UNSEEN.

    nights: day numbers of those simulated. asked: what its luminaire does without the fault, in
    order: from t on at a level, and whether it has mains.
    """
    kind, t = fault.kind, fault.t
    if kind not in REPORTED_AS:
        return "unknowable"
    if kind in GEAR_FAULTS and not node.luminaire.meter:
        return "no-meter"
    rest = range(night_of(site, t), nights.stop)
    since = [*[one for one in asked if one[0] <= t][-1:], *[one for one in asked if one[0] > t]]
    calendar = Config(node.config).calendar
    programs = [site.programs[node.programs[calendar.program(night)]] for night in rest]
    if kind == "day-burner":
        if not any(mains and not level for _, level, mains in since):
            return "never-off"
    elif kind in GEAR_FAULTS:
        if not any(mains and level for _, level, mains in since):
            return "not-lit"
    elif kind.startswith("sensor") and not any(program.presence for program in programs):
        return "no-presence"
    elif kind.startswith("photocell") and not any(program.uses_photocell for program in programs):
        return "no-photocell"
    if len(rest) <= PROMISED_NIGHTS[kind]:
        return "too-soon"
    return "few-people" if kind == "sensor-dead" else "silent"
