"""Two site files side by side: what is written otherwise, and what that changes of the nights.

`changes` compares what the files say; `compare` runs the nights of both on the brain's own code
and adds up light and energy as the engine does. Without a seed nobody passes, and luminaires that
would do the same are run as one; with a seed each street is run with its people, street by street
(streets that share a section together), so that a street which nothing touches does not differ by
the luck of another's radio.

Light is counted in luminaire-hours at full light: a luminaire at 50 % for two hours gives one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from pydantic import BaseModel

from sim.engine import DAY_MS, Run, World
from sim.lamp import Lamp
from sim.quiet import alike, nobody, part_of
from sim.site.compile import known_time
from sim.site.model import Luminaire, Names, Site
from sim.site.values import WEEKDAYS
from sim.summary import iso_day
from sim.wording import LANGUAGES, Lang, Words, stretches

Json = dict[str, Any]

_HOUR_LEVEL = 3_600_000 * 100  # ms x percent in an hour at full light
_KWH = 3_600_000.0  # joules
_GROUPS_SHOWN = 20
_LONG_TEXT = 600
_NOISE_J = 1.0  # of rounding, in a night of one node
_DECIMALS = {"light_h": (1, 3), "energy_kwh": (1, 3), "cost_eur": (2, 2)}
"""Of the figures in words: so many, and so many at most where fewer show no difference."""

# ---- what is written


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an entry: `path` its keys, old and new its values. Of a list of entries only
    what goes and what comes."""

    path: tuple[str, ...]
    old: Any
    new: Any
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the site file. what: a key of KINDS; ids: its id, or those of the luminaires
    that change alike; kind: added, removed or changed."""

    what: str
    ids: tuple[str, ...]
    kind: str
    fields: tuple[FieldChange, ...] = ()


_DICTS = (
    ("driver", "drivers"),
    ("sensor", "sensors"),
    ("photocell", "photocells"),
    ("contactor", "contactors"),
    ("node", "nodes"),
    ("program", "programs"),
    ("calendar", "calendars"),
    ("ceiling", "ceilings"),
    ("relight", "relights"),
    ("scene", "scenes"),
)


def changes(old: Site, new: Site) -> list[Change]:
    """What the two files say otherwise, in the order of a site file."""
    found: list[Change] = []
    for what, name in (("site", "site"), ("energy", "energy")):
        found += _entry(what, "", getattr(old, name), getattr(new, name))
    for what, name in _DICTS:
        found += _entries(what, getattr(old, name), getattr(new, name))
    found += _entries("street", _by_id(old.streets), _by_id(new.streets))
    found += _entries("cabinet", _by_id(old.cabinets), _by_id(new.cabinets))
    found += _entries("circuit", _circuits(old), _circuits(new))
    found += _luminaires(old, new)
    found += _entries("event", _by_id(old.events), _by_id(new.events))
    found += _entries("call", _by_id(old.calls), _by_id(new.calls))
    found += _entry("strategies", "", old.strategies, new.strategies)
    return found


def _by_id(entries: Sequence[Any]) -> dict[str, Any]:
    return {entry.id: entry for entry in entries}


def _circuits(site: Site) -> dict[str, Any]:
    return {c.id: c for cabinet in site.cabinets for c in cabinet.circuits}


def _entries(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    found = [Change(what, (name,), "removed") for name in old if name not in new]
    for name, entry in new.items():
        if name in old:
            found += _entry(what, name, old[name], entry)
        else:
            found.append(Change(what, (name,), "added"))
    return found


def _entry(what: str, name: str, old: BaseModel, new: BaseModel) -> list[Change]:
    fields = tuple(_fields(old, new, ()))
    return [Change(what, (name,) if name else (), "changed", fields)] if fields else []


def _fields(old: BaseModel, new: BaseModel, path: tuple[str, ...]) -> list[FieldChange]:
    found: list[FieldChange] = []
    for name in type(new).model_fields:
        if name in ("id", "circuits"):  # circuits are entries of their own
            continue
        a, b = getattr(old, name), getattr(new, name)
        if a == b:
            continue
        here = (*path, name.rstrip("_"))
        if isinstance(a, BaseModel) and type(a) is type(b) and not isinstance(a, Names):
            found += _fields(a, b, here)
        elif isinstance(a, tuple) and isinstance(b, tuple) and type(a) is type(b) is tuple:
            found.append(_lists(here, a, b))
        else:
            found.append(FieldChange(here, a, b))
    return found


def _lists(path: tuple[str, ...], old: tuple[Any, ...], new: tuple[Any, ...]) -> FieldChange:
    """Of two lists what goes and what comes, where something stays."""
    match = SequenceMatcher(None, [repr(x) for x in old], [repr(x) for x in new], False)
    gone: list[Any] = []
    come: list[Any] = []
    for tag, a, a_end, b, b_end in match.get_opcodes():
        if tag != "equal":
            gone += old[a:a_end]
            come += new[b:b_end]
    if not all(isinstance(x, (BaseModel, str)) for x in (*gone, *come)) or (
        len(gone) == len(old) and len(come) == len(new)
    ):
        return FieldChange(path, old, new)
    return FieldChange(path, tuple(gone), tuple(come), True)


def _luminaires(old: Site, new: Site) -> list[Change]:
    before, after = _by_id(old.luminaires), _by_id(new.luminaires)
    found = []
    for kind, these, those in (("removed", before, after), ("added", after, before)):
        ids = tuple(name for name in these if name not in those)
        if ids:
            found.append(Change("luminaire", ids, kind))
    alike: dict[str, tuple[list[str], list[FieldChange]]] = {}
    for name, lamp in after.items():
        if name in before and lamp != before[name]:
            fields = _fields(before[name], lamp, ())
            alike.setdefault(repr(fields), ([], fields))[0].append(name)
    found += [
        Change("luminaire", tuple(ids), "changed", tuple(fields)) for ids, fields in alike.values()
    ]
    return found


# ---- what the nights do

Line = list[tuple[int, int, int]]
"""From an instant on: the level that the light goes to, and its ramp in ms."""
Runs = tuple[Literal["program", "calendar"], str] | None
"""What a luminaire runs, by its key; None where the luminaire is not there."""
_Pair = tuple[int | None, int | None]


@dataclass(slots=True)
class Sums:
    """Light in luminaire-hours at full light, energy in kWh, its cost: of the old site and of the
    new one."""

    light_h: tuple[float, float] = (0.0, 0.0)
    energy_kwh: tuple[float, float] = (0.0, 0.0)
    cost_eur: tuple[float, float] = (0.0, 0.0)

    @property
    def saved_kwh(self) -> float:
        """Energy that the new site uses less."""
        return self.energy_kwh[0] - self.energy_kwh[1]

    def add(self, other: Sums) -> None:
        for name in ("light_h", "energy_kwh", "cost_eur"):
            a, b = getattr(self, name), getattr(other, name)
            setattr(self, name, (a[0] + b[0], a[1] + b[1]))

    def to_json(self) -> Json:
        """Each as old, new, difference and percent of the old."""
        made = {}
        for name, digits in (("light_h", 2), ("energy_kwh", 3), ("cost_eur", 2)):
            a, b = getattr(self, name)
            made[name] = {
                "old": round(a, digits),
                "new": round(b, digits),
                "difference": round(b - a, digits),
                "percent": round(100 * (b - a) / a, 1) if a else None,
            }
        return made


@dataclass(slots=True)
class Group:
    """Luminaires of one street that change alike: their programs or calendars in the old and the
    new site (None: not there), the nights (sorted day numbers) whose light differs and those whose
    energy does, and the sums over all nights compared."""

    street: str
    old: Runs
    new: Runs
    lamps: list[str]
    light_nights: tuple[int, ...]
    energy_nights: tuple[int, ...]
    sums: Sums


@dataclass(slots=True)
class Comparison:
    """What `compare` found; `total` is over all luminaires."""

    old: Site
    new: Site
    first: int
    nights: int
    seed: int | None
    changes: list[Change]
    groups: list[Group]
    total: Sums

    @property
    def prices(self) -> tuple[float, float]:
        """What a kWh costs in the old site and in the new one, in EUR."""
        return self.old.energy.price_eur_per_kwh, self.new.energy.price_eur_per_kwh

    def by_price(self, groups: Sequence[Group]) -> bool:
        """Whether a difference in the cost of these is that of the price alone."""
        return self.prices[0] != self.prices[1] and not any(g.energy_nights for g in groups)

    @property
    def same(self) -> bool:
        """Whether the files say the same and their nights are the same."""
        return not self.changes and not self.groups

    @property
    def same_place(self) -> bool:
        """Whether the two are under the same sky and clock."""
        a, b = self.old.site, self.new.site
        return (a.latitude, a.longitude, a.timezone) == (b.latitude, b.longitude, b.timezone)

    @property
    def shared(self) -> int:
        """How many luminaires are in both."""
        return len({x.id for x in self.old.luminaires} & {x.id for x in self.new.luminaires})

    def to_json(self, lang: Lang) -> Json:
        """The documented, stable form; texts in one language."""
        words = _Both(self, lang)
        return {
            "format": 1,
            "same": self.same,
            "same_place": self.same_place,
            "from": iso_day(self.first),
            "nights": self.nights,
            "seed": self.seed,
            "lamps": {"old": len(self.old.luminaires), "new": len(self.new.luminaires)},
            "luminaires": {"old": _count(self.old), "new": _count(self.new)},
            "changes": [
                {
                    "what": change.what,
                    "ids": list(change.ids),
                    "change": change.kind,
                    "fields": [".".join(f.path) for f in change.fields],
                    "text": words.change(change),
                }
                for change in self.changes
            ],
            "differences": [
                {
                    "street": group.street,
                    "old": dict([group.old]) if group.old else None,
                    "new": dict([group.new]) if group.new else None,
                    "lamps": group.lamps,
                    "light_nights": words.nights_json(group.light_nights),
                    "energy_nights": words.nights_json(group.energy_nights),
                    **group.sums.to_json(),
                    "price_alone": self.by_price([group]),
                }
                for group in self.groups
            ],
            "total": {**self.total.to_json(), "price_alone": self.by_price(self.groups)},
        }


def compare(
    old: Site,
    new: Site,
    first: int,
    nights: int,
    seed: int | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Comparison:
    """Compare two sites over `nights` nights from that of day `first` on.

    With `seed` over that seed's people, else nobody passes. `progress` is called after each
    night.
    """
    a, b = _Half(old, first, seed), _Half(new, first, seed)
    pairs: dict[_Pair, list[str]] = {}
    for name in dict.fromkeys((*a.unit, *b.unit)):
        pairs.setdefault((a.unit.get(name), b.unit.get(name)), []).append(name)
    lit: dict[_Pair, list[int]] = {pair: [] for pair in pairs}
    used: dict[_Pair, list[int]] = {pair: [] for pair in pairs}
    for night in range(first, first + nights):
        a.night(night)
        b.night(night)
        for pair in pairs:
            i, j = pair
            if i is None or j is None or a.lines[i] != b.lines[j]:
                lit[pair].append(night)
            if i is None or j is None or abs(a.tonight_j[i] - b.tonight_j[j]) > _NOISE_J:
                used[pair].append(night)
        progress()
    total = Sums()
    groups: dict[tuple[Any, ...], Group] = {}
    before, after = _by_id(old.luminaires), _by_id(new.luminaires)
    for pair, names in pairs.items():
        for name in names:
            lamp = after.get(name) or before[name]
            sums = _sums(a, before.get(name), pair[0], b, after.get(name), pair[1])
            total.add(sums)
            if not lit[pair] and not used[pair]:
                continue
            of = _runs(before.get(name)), _runs(after.get(name))
            key = (lamp.street, *of, tuple(lit[pair]), tuple(used[pair]))
            if key not in groups:
                groups[key] = Group(lamp.street, *of, [], *key[3:], Sums())
            groups[key].lamps.append(name)
            groups[key].sums.add(sums)
    order = {x.id: i for i, x in enumerate((*old.luminaires, *new.luminaires))}
    found = sorted(groups.values(), key=lambda group: order[group.lamps[0]])
    return Comparison(old, new, first, nights, seed, changes(old, new), found, total)


def _count(site: Site, ids: Iterable[str] | None = None) -> int:
    """How many luminaires there are (behind these nodes)."""
    if ids is None:
        return sum(lamp.count for lamp in site.luminaires)
    lamps = _by_id(site.luminaires)
    return sum(lamps[name].count for name in ids)


def _runs(lamp: Luminaire | None) -> Runs:
    if lamp is None:
        return None
    return ("program", lamp.program) if lamp.program else ("calendar", str(lamp.calendar))


def _sums(
    a: _Half, old: Luminaire | None, i: int | None, b: _Half, new: Luminaire | None, j: int | None
) -> Sums:
    """What one node used in both sites; its light is that of all luminaires behind it."""
    (light, kwh), (new_light, new_kwh) = a.used(i), b.used(j)
    return Sums(
        (light * (old.count if old else 0), new_light * (new.count if new else 0)),
        (kwh, new_kwh),
        (kwh * a.site.energy.price_eur_per_kwh, new_kwh * b.site.energy.price_eur_per_kwh),
    )


class _Half:
    """One of the two sites, night by night, in units: luminaires that are run as one.

    unit: by luminaire id. lines, tonight_j: what each unit did last night; light (percent x ms),
    energy_j: in all nights.
    """

    def __init__(self, site: Site, first: int, seed: int | None) -> None:
        self.site = site
        self.unit: dict[str, int] = {}
        self.lamps: list[Lamp] = []
        self._times = known_time(site)
        self._parts: list[tuple[Run, World | None]] = []
        self._unit_of: dict[int, int] = {}  # by the identity of the lamp
        if seed is None:
            parts = [alike(site)]
        else:
            parts = [[[i] for i in part] for part in _neighbourhoods(site)]
        for groups in parts:
            part = part_of(site, [those[0] for those in groups])
            run = Run(part, seed or 0, first, watch=self._watch)
            self._parts.append((run, None if seed is None else World(part, seed)))
            for those, lamp in zip(groups, run.lamps, strict=True):
                if id(lamp) not in self._unit_of:
                    self._unit_of[id(lamp)] = len(self.lamps)
                    self.lamps.append(lamp)
                for i in those:
                    self.unit[site.luminaires[i].id] = self._unit_of[id(lamp)]
        self.lines: list[Line] = [[] for _ in self.lamps]
        self.tonight_j = [0.0] * len(self.lamps)

    def _watch(self, t: int, _: int, lamp: Lamp) -> None:
        line = self.lines[self._unit_of[id(lamp)]]
        if not line or line[-1][1] != lamp.to:
            line.append((t, lamp.to, lamp.segments[-1][3]))

    def night(self, night: int) -> None:
        """Run a night."""
        start = night * DAY_MS + self._times.start(night) * 1000
        for line in self.lines:
            t, level, ramp = line[-1] if line else (start, 0, 0)
            # Of the night before only the level stays, whenever and however it came.
            line[:] = [(t, level, ramp) if t + ramp > start else (start, level, 0)]
        before = [lamp.energy_j for lamp in self.lamps]
        for run, world in self._parts:
            run.night(nobody(run.site, night) if world is None else world.night(night))
        for unit, lamp in enumerate(self.lamps):
            self.tonight_j[unit] = lamp.energy_j - before[unit]

    def used(self, unit: int | None) -> tuple[float, float]:
        """Luminaire-hours at full light and kWh of one luminaire of a unit so far."""
        if unit is None:
            return 0.0, 0.0
        lamp = self.lamps[unit]
        return _light(lamp) / _HOUR_LEVEL, lamp.energy_j / _KWH


def _light(lamp: Lamp) -> int:
    """Percent x ms of light so far."""
    return sum(level * ms for level, ms in enumerate(lamp.level_ms) if ms)


def _neighbourhoods(site: Site) -> list[list[int]]:
    """Indices of luminaires by the streets that concern each other: those that share a
    section."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for lamp in site.luminaires:
        root[find("section " + lamp.section)] = find(lamp.street)
    parts: dict[str, list[int]] = {}
    for i, lamp in enumerate(site.luminaires):
        parts.setdefault(find(lamp.street), []).append(i)
    return list(parts.values())


# ---- in words

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "site": ("site", "site"),
    "energy": ("énergie", "energy"),
    "driver": ("appareillage", "gear"),
    "sensor": ("détecteur", "sensor"),
    "photocell": ("cellule", "photocell"),
    "contactor": ("contacteur", "contactor"),
    "node": ("nœud", "node"),
    "program": ("programme", "program"),
    "calendar": ("calendrier", "calendar"),
    "ceiling": ("trame noire", "ceiling"),
    "relight": ("rallumage à la demande", "relight on demand"),
    "scene": ("scène", "scene"),
    "street": ("rue", "street"),
    "cabinet": ("armoire", "cabinet"),
    "circuit": ("départ", "circuit"),
    "luminaire": ("points lumineux", "luminaires"),
    "event": ("événement", "event"),
    "call": ("appel", "call"),
    "strategies": ("stratégies comparées", "strategies compared"),
}


class _Both:
    """Both sites in one language."""

    def __init__(self, found: Comparison, lang: Lang) -> None:
        self._choose = LANGUAGES.index(lang)
        self.found = found
        self._old = Words(found.old, lang)
        self.words = Words(found.new, lang)

    def change(self, change: Change) -> str:
        """One change as a line."""
        say = self.words.say
        words = self._old if change.kind == "removed" else self.words
        text = KINDS[change.what][self._choose]
        if change.what == "luminaire":
            text += f" {words.lamps(change.ids)} ({_count(words.site, change.ids)})"
        elif change.ids:
            text += f" {self._name(words, change.what, change.ids[0])}"
        if change.kind != "changed":
            return say(f"diff.{change.kind}", what=text)
        fields = say("diff.and").join(self._field(field) for field in change.fields)
        return say("diff.changed", what=text, fields=fields)

    def _name(self, words: Words, what: str, key: str) -> str:
        site = words.site
        named: dict[str, Mapping[str, Any]] = {
            "program": site.programs,
            "relight": site.relights,
            "scene": site.scenes,
            "event": _by_id(site.events),
            "call": _by_id(site.calls),
            "street": _by_id(site.streets),
            "cabinet": _by_id(site.cabinets),
        }
        entry = named.get(what, {}).get(key)
        name = words.name(entry.name, key) if entry is not None else key
        quoted = words.say("diff.quoted", name=name)
        return quoted if name == key else f"{quoted} ({key})"

    def _field(self, found: FieldChange) -> str:
        say = self.words.say
        name = ", ".join(self.words.key(key) for key in found.path)
        key = found.path[-1]
        old, new = self._old.value(key, found.old), self.words.value(key, found.new)
        if found.listed:
            parts = [say("diff.gone", what=old)] if found.old else []
            parts += [say("diff.come", what=new)] if found.new else []
            return say("diff.field", name=name, what=", ".join(parts))
        if old == new or key == "path_m" or len(old) + len(new) > _LONG_TEXT or "\n" in old + new:
            # the name in the other language; a line on the ground; a description
            return say("diff.otherwise", name=name)
        return say("diff.field", name=name, what=say("diff.to", old=old, new=new))

    def runs(self, runs: Runs, old: bool = False) -> str:
        """A program or calendar that luminaires run."""
        if runs is None:
            return ""
        words = self._old if old else self.words
        what, key = runs
        name = words.program(key) if what == "program" else key
        return KINDS[what][self._choose] + " " + words.say("diff.quoted", name=name)

    def nights(self, nights: Sequence[int]) -> str:
        """Nights compared, as people say them."""
        return self.words.nights(nights, self.found.first, self.found.nights)

    def nights_json(self, nights: Sequence[int]) -> Json:
        """How many, and the stretches that they make: of every night, or of some weekdays."""
        found = stretches(nights, self.found.first, self.found.nights)
        return {
            "count": len(nights),
            "ranges": [
                {
                    "from": iso_day(one.first),
                    "to": iso_day(one.last),
                    "weekdays": [WEEKDAYS[day] for day in one.weekdays],
                }
                for one in found
            ],
            "text": self.nights(nights) if nights else "",
        }

    def sums(self, sums: Sums, groups: Sequence[Group]) -> list[str]:
        """Light, energy and cost of these groups, a line each."""
        say, number = self.words.say, self.words.number
        old_price, new_price = self.found.prices
        lines = []
        as_before = False  # the energy is
        for key, (digits, most) in _DECIMALS.items():
            a, b = getattr(sums, key)
            shown = digits
            while shown < most and round(a, shown) == round(b, shown):
                shown += 1  # not "as before" beside what follows from the difference
            same = round(a, shown) == round(b, shown)
            if key == "energy_kwh":
                as_before = same
            elif key == "cost_eur" and as_before and old_price == new_price:
                same = True  # less than a Wh may still round to another cent
            elif key == "cost_eur" and same:
                lines.append(say("diff.cost_eur.cent", new=number(b, digits)))
                continue
            if same:
                lines.append(say(f"diff.{key}.same", new=number(b, digits)))
                continue
            percent = round(100 * (b - a) / a, 1) if a else 0.0
            line = say(
                f"diff.{key}",
                old=number(a, shown),
                new=number(b, shown),
                by=number(b - a, shown, True),
                percent=say("diff.percent", n=number(percent, 1, True)) if percent else "",
            )
            if key == "cost_eur" and self.found.by_price(groups):
                prices = (self.words.short(price) for price in self.found.prices)
                line += say("diff.by-price", **dict(zip(("old", "new"), prices, strict=True)))
            lines.append(line)
        return lines


def text(found: Comparison, lang: Lang) -> str:
    """The comparison for people."""
    both = _Both(found, lang)
    words = both.words
    say = words.say
    lines = []
    if not found.same_place:
        lines.append(say("diff.elsewhere", old=found.old.site.name, new=found.new.site.name))
    if not found.shared:
        lines.append(say("diff.strangers"))
    if found.changes:
        lines.append(say("diff.written"))
        lines += [f"  {both.change(change)}" for change in found.changes]
    else:
        lines.append(say("diff.nothing-written"))
    people = say("diff.nobody") if found.seed is None else say("diff.people", seed=found.seed)
    when = say(
        "diff.when",
        nights=words.counted("nights", found.nights),
        first=words.night(found.first),
        people=people,
    )
    if not found.groups:
        lines += ["", say("diff.nothing", when=when)]
        if found.prices[0] != found.prices[1]:
            lines += _in_all(both)
        return "\n".join(lines) + "\n"
    lines += ["", say("diff.nights", when=when)]
    streets = {s.id: s.name for site in (found.old, found.new) for s in site.streets}
    most = found.groups
    if len(most) > _GROUPS_SHOWN:
        biggest = sorted(most, key=lambda group: -abs(group.sums.saved_kwh))[:_GROUPS_SHOWN]
        most = [group for group in most if any(group is one for one in biggest)]
    for group in most:
        lines.append(
            "  "
            + say(
                "diff.group",
                street=streets[group.street],
                lamps=words.lamps(group.lamps),
                count=_count(found.new if group.new else found.old, group.lamps),
                runs=_running(both, group),
            )
        )
        light, energy = group.light_nights, group.energy_nights
        for key, nights in (
            [("diff.light-nights", light)]
            if light == energy or not energy
            else [("diff.light-nights", light), ("diff.energy-nights", energy)]
        ):
            if nights:
                count = words.counted("nights", len(nights))
                line = say(key, nights=both.nights(nights), count=count)
                lines.append("    " + line)
        lines += [f"    {line}" for line in both.sums(group.sums, [group])]
    if len(most) < len(found.groups):
        lines.append("  " + words.counted("diff.more", len(found.groups) - len(most)))
    return "\n".join(lines + _in_all(both)) + "\n"


def _in_all(both: _Both) -> list[str]:
    found = both.found
    head = both.words.say("diff.total", old=_count(found.old), new=_count(found.new))
    return [f"  {head}", *(f"    {line}" for line in both.sums(found.total, found.groups))]


def _running(both: _Both, group: Group) -> str:
    say = both.words.say
    old, new = both.runs(group.old, True), both.runs(group.new)
    if group.old is None:
        return say("diff.new-lamp", new=new)
    if group.new is None:
        return say("diff.gone-lamp", old=old)
    return new if group.old == group.new else say("diff.to", old=old, new=new)
