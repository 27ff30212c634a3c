"""What a program that comes back from TALQ keeps of the site's own: its sun, its words.

TALQ knows sunset and sunrise only, so that an export says "solar midnight" by the clock and "dusk"
by minutes after sunset. What comes back where the export put it is the site's own moment still.
"""

from __future__ import annotations

from typing import Any

from sim.exchange.moments import Moments
from sim.exchange.talq_values import ImportFinding, Table
from sim.exchange.timing import Year
from sim.exchange.unsaid import Losses
from sim.site.document import Steps, path_text
from sim.site.model import ActivePeriod, Names, Presence, Program, SwitchPoint
from sim.site.values import At, duration_text

_NOON = "12:00"  # where an export puts a first point that nobody sees begin


class Keeping:
    """Gives back to programs what TALQ has no word for; `notes` has what it could not."""

    def __init__(self, year: Year) -> None:
        """`year` is that of the site."""
        self._year = year
        self._moments = Moments(year, Losses(""))  # the losses were told at the export
        self.notes: list[ImportFinding] = []

    def program(self, key: str, table: Table, program: Program) -> Table:
        """Give a program's table with what only the site says of it."""
        kept: Table = {}
        if isinstance(name := program.name, Names):
            kept["name"] = name.fr if name.fr == name.en else {"fr": name.fr, "en": name.en}
        if program.order is not None:
            kept["order"] = program.order
        made = kept | {k: item for k, item in table.items() if k != "name" or "name" not in kept}
        if program.fault_state != 100:
            kept["fault_state"] = made["fault_state"] = program.fault_state
        names = list(kept)
        names += self._points(key, made, program)
        names += self._active(key, made, program)
        if "presence" in table and program.presence is not None:
            made["presence"], more = _presence(table["presence"], program.presence)
            names += [f"presence.{field}" for field in more]
        if names:
            self._note("kept", key=key, kept=", ".join(names))
        return made

    def _note(self, code: str, **params: str | int) -> None:
        self.notes.append(ImportFinding("note", code, (), params))

    # ---- switch points

    def _points(self, key: str, made: Table, program: Program) -> list[str]:
        points: list[Table] = [dict(point) for point in made.get("points", ())]
        kept: list[str] = []
        free = set(range(len(points)))
        for i, own in enumerate(program.points):
            said = self._moments.point(own.at, ())
            if own.at.is_clock:
                free -= {j for j in free if points[j]["at"] == str(own.at)}
                continue
            place = path_text(("points", i))
            found = [j for j in free if points[j]["at"] in (str(said), str(own.at))]
            found = found or [
                j for j in free if points[j]["at"] == _NOON and _rest(points[j], own)
            ]
            if found:
                j = found[0]
                free.discard(j)
                if points[j]["at"] != str(own.at):
                    points[j]["at"] = str(own.at)
                    kept.append(f"{place}.at")
                continue
            if said == own.at:
                continue  # the model has a word for it: it has been changed there
            near = sorted(
                (apart, j) for j in free if (apart := self._apart(points[j], own.at, said)) >= 0
            )
            if not near:
                self._note("sun-gone", key=key, place=place, before=_shown(own))
                continue
            agreeing = [(apart, j) for apart, j in near if _rest(points[j], own)]
            j = (agreeing or near)[0][1]
            free.discard(j)
            if agreeing and not self._others_within(points, j, own.at):
                self._note(
                    "sun-kept", key=key, place=place, at=str(own.at), got=points[j]["at"],
                    said=str(said),
                )  # fmt: skip
                points[j]["at"] = str(own.at)
            else:
                after = f"{points[j]['at']}, {points[j]['level']} %"
                self._note("sun-lost", key=key, place=place, before=_shown(own), after=after)
        if kept or points != made.get("points", []):
            made["points"] = points
        return kept

    def _apart(self, point: Table, at: At, said: At) -> int:
        """How far a point lies from what an export said, or -1: farther than it may be wrong."""
        got = _moment(point)
        if got.event != said.event:
            return -1
        if said.is_clock:
            least, mean, most = self._year.clocks(at)
            apart = abs(got.since_noon() - said.since_noon())
        else:
            least, mean, most = self._year.offsets(at, said.event)
            apart = abs(got.seconds - said.seconds)
        return apart if apart <= max(most - mean, mean - least) else -1

    def _others_within(self, points: list[Table], j: int, at: At) -> bool:
        """Whether another point lies where the sun's may come: their order would vary."""
        least, _, most = self._year.clocks(at)
        others = (_moment(point) for i, point in enumerate(points) if i != j)
        return any(other.is_clock and least <= other.since_noon() <= most for other in others)

    # ---- active periods

    def _active(self, key: str, made: Table, program: Program) -> list[str]:
        """Put the ends that an export moved back where they were; tell what is written anew."""
        got = made.get("active", [{"from": "sunset", "to": "sunrise"}])
        own = sorted(program.active, key=lambda period: period.photocell is None)
        if not any(
            _foreign(p.from_) or _foreign(p.to) or p.from_.is_clock != p.to.is_clock for p in own
        ):
            return []  # the model says them as they are
        before = _periods(own)
        kept: list[str] = []
        if isinstance(got, list) and len(got) == len(own):
            active = []
            for i, (period, mine) in enumerate(zip(got, own, strict=True)):
                ends = self._ends(mine, ("active", i))
                changed = dict(period)
                for name, (end, said) in ends.items():
                    if period[name] == str(said) and period[name] != str(end):
                        changed[name] = str(end)
                        kept.append(path_text(("active", i)) + f".{name}")
                active.append(changed)
            made["active"] = got = active
        after = got if isinstance(got, str) else ", ".join(f"{p['from']} - {p['to']}" for p in got)
        if before != after:
            self._note("periods", key=key, before=before, after=after)
        return kept

    def _ends(self, period: ActivePeriod, path: Steps) -> dict[str, tuple[At, At]]:
        """Give the ends of a period, each with what an export says."""
        return {
            "from": (period.from_, self._moments.end(period.from_, path, early=True)),
            "to": (period.to, self._moments.end(period.to, path, early=False)),
        }


def _moment(point: Table) -> At:
    return SwitchPoint.model_validate(point).at


def _foreign(at: At) -> bool:
    """Whether TALQ has no word for a moment."""
    return not at.is_clock and (at.event not in ("sunset", "sunrise") or at.seconds % 60 != 0)


def _periods(periods: list[ActivePeriod]) -> str:
    return ", ".join(f"{period.from_} - {period.to}" for period in periods) or "always"


def _rest(point: Table, own: SwitchPoint) -> bool:
    """Whether level and ramp are the site's own."""
    ramp = duration_text(own.ramp) if own.ramp else None
    return point["level"] == own.level and point.get("ramp") == ramp


def _shown(point: SwitchPoint) -> str:
    return f"{point.at}, {point.level} %"


def _presence(table: Table, own: Presence) -> tuple[Table, list[str]]:
    more: dict[str, Any] = {
        field: getattr(own, field)
        for field in ("idle", "neighbours", "reach_m", "vehicles")
        if getattr(own, field) != Presence.model_fields[field].default
    }
    windows = own.windows
    solar = not all(one.from_.is_clock and one.to.is_clock for one in windows)
    if solar and "windows" not in table:  # an export says the whole night
        more["windows"] = [{"from": str(one.from_), "to": str(one.to)} for one in windows]
    made = table | more
    order = [*Presence.model_fields, *made]
    return {key: made[key] for key in sorted(made, key=order.index)}, list(more)
