"""The faults that nodes report, in the trade's words, and what reports which fault on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from noctule.brain import faults as bits

from sim.engine import Fault, Report

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


def words(name: str, lang: str) -> str:
    """A fault, reported or on demand, in ``fr`` or ``en``."""
    return WORDS[name][0 if lang == "fr" else 1]


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
