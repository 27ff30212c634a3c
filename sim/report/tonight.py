"""One night of a site as a technician reads it: who changes to what, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noctule.brain.almanac import DAWN, DUSK, NEVER, NEVER_BELOW, SOLAR_MIDNIGHT, SUNRISE, SUNSET
from noctule.brain.config import Config
from noctule.brain.layers import (
    ALL_LIT,
    BEFORE_FIRST,
    BY_EVENT,
    BY_EVENT_PROGRAM,
    BY_LEVEL,
    BY_PROGRAM,
    BY_REQUEST,
    CORRIDOR,
    DAYLIGHT,
    FORCED_RUN,
    IDLE,
    INACTIVE,
    NO_POINT,
    POINT,
    POWER_UP,
    TIME_UNKNOWN,
)

from sim.engine import BOOT_MS, DAY_MS
from sim.quiet import Change, quiet_night
from sim.site.compile import EVENTS, Node, compile_site, known_time
from sim.site.model import Cabinet, Circuit, Luminaire, Site, Street
from sim.site.values import At

_PLAIN = {
    BEFORE_FIRST: "why.before-first",
    TIME_UNKNOWN: "why.time-unknown",
    FORCED_RUN: "why.forced-run",
    POWER_UP: "why.power-up",
    IDLE: "why.idle",
    BY_LEVEL: "why.override",
    BY_PROGRAM: "why.override",
    BY_REQUEST: "why.by-request",
    CORRIDOR: "why.corridor",
    ALL_LIT: "why.all-lit",
}


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun of one night: each t (ms since 2000 UTC), None where it does not happen.

    start, end: local noon to local noon. dusk and dawn are the civil ones. stays_up: there is no
    sunset because it does not go down.
    """

    start: int
    end: int
    sunset: int | None
    dusk: int | None
    midnight: int | None
    dawn: int | None
    sunrise: int | None
    stays_up: bool

    @property
    def dark(self) -> tuple[int, int] | None:
        """From when to when the sun is down; None if it stays up."""
        if self.sunset is None and self.sunrise is None:
            return None if self.stays_up else (self.start, self.end)
        return (
            self.start if self.sunset is None else self.sunset,
            self.end if self.sunrise is None else self.sunrise,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """From `t` on `level` percent, reached in `ramp` ms. `key` is a key of the catalogue;
    `moment` or `event` (by number in the site) what it speaks of, if anything."""

    t: int
    level: int
    ramp: int
    key: str
    moment: At | None = None
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Luminaires of one street that do the same in the night; `program` is a key."""

    street: Street
    lamps: tuple[Luminaire, ...]
    program: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class CircuitNight:
    """A circuit, and what hangs on it."""

    circuit: Circuit
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class CabinetNight:
    """A cabinet and its circuits that light something."""

    cabinet: Cabinet
    circuits: tuple[CircuitNight, ...]


class Tonight:
    """The quiet night of day `night`: its sun, and each luminaire's changes.

    changes: those of `sim.quiet`, luminaire by luminaire; program: each one's tonight.
    """

    def __init__(self, site: Site, night: int) -> None:
        self.site = site
        self.night = night
        self.times = known_time(site)
        self.nodes = compile_site(site)
        self.changes = quiet_night(site, night)
        # Nodes that may run the same programs have the same calendar.
        tonight: dict[tuple[str | None, str | None], str] = {}
        for node in self.nodes:
            lamp = node.luminaire
            tonight.setdefault((lamp.program, lamp.calendar), _program(node, night))
        self.program = [tonight[x.program, x.calendar] for x in site.luminaires]
        self.sun = self._sun()

    def _sun(self) -> Sun:
        base = self.night * DAY_MS

        def t(event: int) -> int | None:
            at = self.times.at(self.night, event, 0)
            return None if at <= NEVER else int(base + at * 1000)

        return Sun(
            base + self.times.start(self.night) * 1000,
            base + self.times.end(self.night) * 1000,
            t(SUNSET),
            t(DUSK),
            t(SOLAR_MIDNIGHT),
            t(DAWN),
            t(SUNRISE),
            self.times.at(self.night, SUNSET, 0) == NEVER_BELOW,
        )

    def cabinets(self) -> list[CabinetNight]:
        """Groups by cabinet, circuit and street, in the site file's order."""
        order = {street.id: i for i, street in enumerate(self.site.streets)}
        found: dict[str, dict[tuple[str, str, tuple[Row, ...]], list[Luminaire]]] = {}
        known: dict[tuple[object, ...], tuple[Row, ...]] = {}
        for i, lamp in enumerate(self.site.luminaires):
            key = (lamp.circuit, self.program[i], lamp.calendar, *self.changes[i])
            if key not in known:
                known[key] = tuple(self.rows(i))
            of_circuit = found.setdefault(lamp.circuit, {})
            of_circuit.setdefault((lamp.street, self.program[i], known[key]), []).append(lamp)
        nights = []
        for cabinet in self.site.cabinets:
            circuits = []
            for circuit in cabinet.circuits:
                groups = [
                    Group(self.site.street(street), tuple(lamps), program, rows)
                    for (street, program, rows), lamps in found.get(circuit.id, {}).items()
                ]
                groups.sort(key=lambda group: order[group.street.id])
                if groups:
                    circuits.append(CircuitNight(circuit, tuple(groups)))
            if circuits:
                nights.append(CabinetNight(cabinet, tuple(circuits)))
        return nights

    def rows(self, index: int) -> list[Row]:
        """The changes of a luminaire that one sees, with their reasons."""
        lamp = self.site.luminaires[index]
        circuit = self.site.circuit(lamp.circuit)
        error = self.site.cabinet_of(lamp.circuit).clock_error
        found: list[Row] = []
        level = 0
        mains_at = None
        for change in self.changes[index]:
            if change.layer < 0:
                mains_at = change.t if change.level else None
                edges = [w.from_ if change.level else w.to for w in circuit.mains]
                moment = self._matching(edges, change.t + error)
                key = "why.mains-on" if change.level else "why.mains-off"
                row = Row(change.t, change.level, 0, key, moment)
            elif change.level == level:
                continue  # nothing to be seen
            elif mains_at is not None and change.t <= mains_at + BOOT_MS:
                row = self._row(change, index, False)
            else:
                row = self._row(change, index, level == 0)
            found.append(row)
            level = change.level
        return found

    def _row(self, change: Change, index: int, was_dark: bool) -> Row:
        if change.why in (BY_EVENT, BY_EVENT_PROGRAM):
            event = self.site.events_of[index][change.detail >> 8]
            return Row(change.t, change.level, change.ramp, "why.event", event=event)
        names = self.nodes[index].programs
        program = self.site.programs[names[min(change.detail >> 8, len(names) - 1)]]
        tonight = self.site.programs[self.program[index]]
        number = change.detail & 255
        key, moment = _PLAIN.get(change.why, "why.else"), None
        if change.why == INACTIVE:
            key = "why.off"
            moment = self._matching((p.to for p in tonight.active), change.t)
        elif change.why == DAYLIGHT:
            key = "why.cell-off"
        elif change.why in (POINT, BEFORE_FIRST) and was_dark:
            moment = self._matching((p.from_ for p in tonight.active), change.t)
            by_cell = moment is None and tonight.uses_photocell
            key = "why.cell-on" if by_cell else "why.on"
            if moment is None and change.why == POINT and number != NO_POINT and not by_cell:
                key, moment = "why.point", program.points[number].at
        elif change.why == POINT and number != NO_POINT:
            key, moment = "why.point", program.points[number].at
        return Row(change.t, change.level, change.ramp, key, moment)

    def _matching(self, moments: Iterable[At], t: int) -> At | None:
        """The one of the moments that falls on `t` (to the second)."""
        listed = list(moments)
        for night in (self.night, self.night - 1, self.night + 1):
            for at in listed:
                second = self.times.at(night, EVENTS[at.event], at.seconds)
                if second > NEVER and abs(night * DAY_MS + second * 1000 - t) < 1000:
                    return at
        return None


def _program(node: Node, night: int) -> str:
    """The program that a node's calendar gives the night."""
    return node.programs[Config(node.config).calendar.program(night)]


def names_of(lamps: Iterable[Luminaire]) -> str:
    """Luminaires shortly: ``M01–M18``, ``A, B, K01–K04``; stretches in the order given."""
    runs: list[list[str]] = []
    for lamp in lamps:
        if runs and _follows(runs[-1][-1], lamp.id):
            runs[-1].append(lamp.id)
        else:
            runs.append([lamp.id])
    parts = [
        run[0] if len(run) == 1 else f"{run[0]}, {run[1]}" if len(run) == 2 else
        f"{run[0]}\N{EN DASH}{run[-1]}"
        for run in runs
    ]
    shown = 12
    return ", ".join(parts[:shown]) + ("…" if len(parts) > shown else "")


def _follows(one: str, other: str) -> bool:
    stem = one.rstrip("0123456789")
    digits = one[len(stem) :]
    return bool(digits) and other == f"{stem}{int(digits) + 1:0{len(digits)}}"


