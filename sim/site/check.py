"""Check a site file: `check` gives a `Report` for any input, `load_site` a proven `Site`.

The shape is proven by `sim.site.model`; here are the rules that look across it. When a part has
the wrong shape, the rules still run over the parts that have the right one, so that a technician
sees as much as possible at once.
"""

from __future__ import annotations

import datetime as dt
import difflib
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from noctule.brain.almanac import NEVER
from noctule.brain.dates import day_number
from pydantic import BaseModel, ValidationError

from sim.site import holidays, limits, words
from sim.site.compile import EVENTS, known_time
from sim.site.document import Document, DocumentError, Step, lookup, path_text, read, shown
from sim.site.model import (
    PUBLIC,
    SUNRISE,
    SUNSET,
    TARGETS,
    WEEKDAYS,
    At,
    Cabinet,
    Calendar,
    Ceiling,
    Circuit,
    Contactor,
    Driver,
    Event,
    Luminaire,
    Place,
    Presence,
    Program,
    Relight,
    Row,
    Site,
    Strategies,
    Street,
    Window,
    duration_text,
)
from sim.site.words import Lang
from sim.site.zone import ZoneError, names, yearly_rule

Path_ = tuple[Step, ...]
_Model = TypeVar("_Model", bound=BaseModel)
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a site file.

    `line` and `column` count from 1; `path` is the place in the file's tree; `code` and `params`
    make the text, in any language of `sim.site.words`.
    """

    severity: Severity
    code: str
    file: str
    line: int
    column: int
    path: Path_ = ()
    params: Mapping[str, str | int | float] = field(default_factory=dict)

    def message(self, lang: Lang = "en") -> str:
        """Say what is wrong."""
        return words.message(self.code, self.params, lang)

    def cure(self, lang: Lang = "en") -> str:
        """Say what would be right."""
        return words.cure(self.code, self.params, lang)

    def text(self, lang: Lang = "en") -> str:
        """Say what is wrong, where in the tree, and what would be right."""
        place = path_text(self.path)
        colon = " : " if lang == "fr" else ": "
        head = f"{place}{colon}" if place else ""
        message, cure = self.message(lang), self.cure(lang)
        return f"{head}{message}. {words.sentence(cure)}"

    def line_text(self, lang: Lang = "en") -> str:
        """Give the finding as one line, ``file:line:column: severity: text``, as compilers do."""
        severity = words.severity(self.severity, lang)
        return f"{self.file}:{self.line}:{self.column}: {severity}: {self.text(lang)}"

    def to_json(self, lang: Lang = "en") -> dict[str, str | int]:
        """Give the documented, stable form."""
        return {
            "severity": self.severity,
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": path_text(self.path),
            "message": self.message(lang),
            "cure": self.cure(lang),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `site` is None when there is any error."""

    file: str
    site: Site | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the file unusable."""
        return tuple(f for f in self.findings if f.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that a site can run with."""
        return tuple(f for f in self.findings if f.severity == "warning")


class SiteErrors(Exception):  # noqa: N818 - several at once
    """A site file with errors; `findings` has them, and the warnings too."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Keep the findings."""
        self.findings = tuple(findings)
        super().__init__("\n".join(finding.line_text() for finding in self.findings))


def load_site(path: str | Path) -> Site:
    """Read a proven site. Raises SiteErrors."""
    report = check(path)
    if report.site is None:
        raise SiteErrors(report.findings)
    return report.site


def check(path: str | Path) -> Report:
    """Check a site file. Never raises, whatever the file is."""
    file = str(path)
    try:
        document = read(path)
    except DocumentError as error:
        finding = Finding("error", error.code, file, error.line, error.column, (), error.params)
        return Report(file, None, (finding,))
    return check_document(document, file)


def check_document(document: Document, file: str) -> Report:
    """Check a TOML document that has been read."""
    found = _Findings(document, file)
    site: Site | None = None
    try:
        try:
            site = Site.model_validate(document.values)
        except ValidationError as errors:
            _tell_shapes(errors, document.values, found)
        _references(document.values, found)
        _Parts(document.values, site, found).check()
        if site is not None and not found.has_errors:
            _across(site, found)
    except Exception as error:  # a technician never sees a traceback; a test looks for these
        found.add("error", "internal", (), detail=f"{type(error).__name__}")
    findings = found.sorted()
    if any(f.severity == "error" for f in findings):
        site = None
    return Report(file, site, findings)


class _Findings:
    """Collects findings, and finds their places at the end, when there are any."""

    def __init__(self, document: Document, file: str) -> None:
        self.document = document
        self.file = file
        self.has_errors = False
        self._made: list[tuple[Severity, str, Path_, bool, dict[str, str | int | float]]] = []
        self._seen: set[tuple[str, Path_, tuple[str, ...]]] = set()
        self._left = 0
        self._left_errors = False

    @property
    def full(self) -> bool:
        """Whether more findings are only counted, so that their texts need no work."""
        return len(self._made) >= limits.FINDINGS

    def count(self, severity: Severity) -> None:
        """Count one that is not told."""
        self._left += 1
        self._left_errors |= severity == "error"
        self.has_errors |= severity == "error"

    def add(
        self,
        severity: Severity,
        code: str,
        path: Path_,
        /,
        *,
        at_key: bool = False,
        **params: str | int | float,
    ) -> None:
        """Add one, unless it says what another says already."""
        mark = (code, path, tuple(str(value) for value in params.values()))
        if mark in self._seen:
            return
        if self.full:
            self.count(severity)
            return
        self.has_errors |= severity == "error"
        self._seen.add(mark)
        self._made.append((severity, code, path, at_key, params))

    def sorted(self) -> tuple[Finding, ...]:
        """All of them in the order of the file."""
        findings = []
        for severity, code, path, key, params in self._made:
            line, column = self.document.position(path, key=key)
            findings.append(Finding(severity, code, self.file, line, column, path, params))
        findings.sort(key=lambda f: (f.line, f.column))
        if self._left:
            last = findings[-1]
            findings.append(
                Finding(
                    "error" if self._left_errors else "warning",
                    "too-many-findings",
                    self.file,
                    last.line,
                    last.column,
                    (),
                    {"count": self._left},
                )
            )
        return tuple(findings)


# --- shapes --------------------------------------------------------------------------------------

_EXAMPLES = {
    "site": '[site] name = "..."',
    "energy": "[energy] price_eur_per_kwh = 0.2",
    "drivers": "[drivers.led-43]",
    "programs": "[programs.main-street]",
    "streets": "[[streets]]",
    "cabinets": "[[cabinets]]",
    "circuits": "[[cabinets.circuits]]",
    "name": 'name = "Grande Rue"',
    "latitude": "latitude = 47.517",
    "longitude": "longitude = 5.108",
    "timezone": 'timezone = "Europe/Paris"',
    "price_eur_per_kwh": "price_eur_per_kwh = 0.20",
    "price_date": "price_date = 2026-02-01",
    "price_source": 'price_source = "assumption"',
    "co2_g_per_kwh": "co2_g_per_kwh = 30",
    "co2_year": "co2_year = 2024",
    "co2_source": 'co2_source = "assumption"',
    "power_w": "power_w = 43.0",
    "range_m": "range_m = 8.0",
    "from": 'from = "22:00"',
    "to": 'to = "05:30"',
    "on_lux": "on_lux = 20",
    "off_lux": "off_lux = 30",
    "at": 'at = "22:00"',
    "level": "level = 60",
    "operation": 'operation = "max"',
    "hold": 'hold = "60 s"',
    "program": 'program = "main-street"',
    "default": 'default = "main-street"',
    "id": 'id = "A1"',
    "path_m": "path_m = [[0, 0], [520, 0]]",
    "asked_level": "asked_level = 50",
    "kind": 'kind = "walker"',
    "supply": 'supply = "permanent"',
    "circuit": 'circuit = "A1"',
    "street": 'street = "grande-rue"',
    "driver": 'driver = "led-43"',
    "at_m": "at_m = 12.0",
    "levels": "levels = { centre = 100 }",
    "hours": 'hours = { from = "21:00", to = "06:00" }',
    "count": "count = 8",
    "start_m": "start_m = 10",
    "spacing_m": "spacing_m = 29",
    "fr": 'fr = "..."',
    "en": 'en = "..."',
}


def _tell_shapes(errors: ValidationError, values: object, found: _Findings) -> None:
    for error in errors.errors(include_url=False, include_input=False):
        if found.full:
            found.count("error")
            continue
        # pydantic marks an error in a dict's key so
        loc: Path_ = tuple(step for step in error["loc"] if step != "[key]")
        kind = error["type"]
        context: dict[str, Any] = dict(error.get("ctx", {}))
        in_key = len(loc) != len(error["loc"])
        if kind == "missing":
            name = str(loc[-1])
            example = _EXAMPLES.get(name, f"{name} = ...")
            found.add("error", "missing-key", loc, key=name, example=example)
        elif kind == "extra_forbidden":
            known = _keys_at(loc[:-1])
            name = shown(str(loc[-1]))[1:-1]
            params: dict[str, Any] = {"key": name, "known": ", ".join(known)}
            _suggest(params, str(loc[-1]), known)
            found.add("error", "unknown-key", loc, at_key=True, **params)
        elif kind in ("tuple_type", "list_type"):
            found.add("error", "not-a-list", loc, got=shown(lookup(values, loc)))
        elif kind in ("dict_type", "model_type", "model_attributes_type"):
            got, place = shown(lookup(values, loc)), path_text(loc) or "site"
            found.add("error", "not-a-table", loc, got=got, place=place)
        elif kind == "too_short":
            found.add(
                "error",
                "too-few",
                loc,
                actual=context["actual_length"],
                least=context["min_length"],
            )
        elif kind == "too_long":
            most = context["max_length"]
            actual = lookup(values, loc)
            length = len(actual) if isinstance(actual, (list, dict)) else most + 1
            found.add("error", "too-many", loc, actual=length, most=most)
        elif kind in words.CODES:
            word = str(context.pop("word", ""))
            if kind == "unknown-event":
                _suggest(context, word, tuple(name for name in EVENTS if name != "local"))
            elif kind == "bad-weekday":
                _suggest(context, word.lower(), WEEKDAYS)
            elif kind in ("bad-choice", "presence-operation"):
                choices = str(context.get("choices", "")).replace('"', "").split(", ")
                _suggest(context, word.lower(), choices)
            found.add("error", kind, loc, at_key=in_key, **context)
        else:
            found.add("error", "invalid", loc, detail=str(error["msg"])[:100])


def _suggest(params: dict[str, Any], word: str, known: Iterable[str]) -> None:
    """Add the near name that was probably meant."""
    near = difflib.get_close_matches(word[:64], list(known)[:2000], 1, 0.6) if word else []
    if near:
        params["suggestion"] = near[0]


@cache
def _inner(annotation: Any) -> Any:
    """What an annotation holds: the model, or ('dict' | 'tuple', what they hold)."""
    origin = get_origin(annotation)
    args = get_args(annotation)
    if origin is Annotated:
        return _inner(args[0])
    if origin in (Union, types.UnionType):
        return next((inner for arg in args if (inner := _inner(arg)) is not None), None)
    if origin is dict:
        return _inner(args[1])
    if origin is tuple:
        return _inner(args[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _keys_at(path: Path_) -> tuple[str, ...]:
    """The names that may stand in the table at a path."""
    model: Any = Site
    tables = set(_TABLE_OF.values())
    skip = False
    for depth, step in enumerate(path):
        if isinstance(step, int) or skip:
            skip = False
            continue
        found = next((f for n, f in model.model_fields.items() if (f.alias or n) == step), None)
        model = _inner(found.annotation) if found is not None else None
        if model is None:
            return ()
        skip = depth == 0 and step in tables
    return tuple(f.alias or name for name, f in model.model_fields.items())


# --- names that must exist, and be given once ----------------------------------------------------


def _tables(values: object, name: str) -> Mapping[str, Any]:
    found = lookup(values, (name,))
    return found if isinstance(found, Mapping) else {}


def _lists(values: object, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    found = lookup(values, (name,))
    if isinstance(found, list):
        for index, item in enumerate(found):
            if isinstance(item, Mapping):
                yield index, item


def _references(values: Mapping[str, Any], found: _Findings) -> None:
    """Prove that names exist and ids are given once, over the raw values."""
    known: dict[str, dict[str, Path_]] = {
        kind: {name: (table, name) for name in _tables(values, table)}
        for kind, table in _TABLE_OF.items()
    }
    for kind in ("street", "cabinet", "circuit", "luminaire", "group", "event", "call"):
        known[kind] = {}

    def give(kind: str, name: object, path: Path_) -> None:
        if not isinstance(name, str):
            return
        if name in known[kind] and found.full:
            found.count("error")
        elif name in known[kind]:
            first, _ = found.document.position(known[kind][name])
            found.add("error", "duplicate-id", path, kind=kind, id=name[:40], first_line=first)
        else:
            known[kind][name] = path

    for i, street in _lists(values, "streets"):
        give("street", street.get("id"), ("streets", i, "id"))
    for i, cabinet in _lists(values, "cabinets"):
        give("cabinet", cabinet.get("id"), ("cabinets", i, "id"))
        for j, circuit in _lists(cabinet, "circuits"):
            give("circuit", circuit.get("id"), ("cabinets", i, "circuits", j, "id"))
    for i, lamp in _lists(values, "luminaires"):
        give("luminaire", lamp.get("id"), ("luminaires", i, "id"))
    made = 0
    for kind in ("event", "call"):
        for i, aimed in _lists(values, f"{kind}s"):
            give(kind, aimed.get("id"), (f"{kind}s", i, "id"))
    for table in ("luminaires", "rows"):
        for i, lamp in _lists(values, table):
            for group in _names_in(lamp, "groups"):
                known["group"].setdefault(group, (table, i, "groups"))
    for i, row in _lists(values, "rows"):
        name, count = row.get("id"), row.get("count")
        if not isinstance(name, str) or not isinstance(count, int) or isinstance(count, bool):
            continue
        if not 1 <= count <= limits.LUMINAIRES_PER_ROW or made > limits.LUMINAIRES:
            continue
        made += count
        digits = 2 if count <= 99 else 3
        for number in range(1, count + 1):
            give("luminaire", f"{name}{number:0{digits}}", ("rows", i, "id"))

    def ask(kind: str, name: object, path: Path_) -> None:
        if not isinstance(name, str) or name in known[kind]:
            return
        if found.full:
            found.count("error")
            return
        names_ = sorted(known[kind])
        shown_names = ", ".join(names_[:12]) + (", ..." if len(names_) > 12 else "")
        params: dict[str, Any] = {
            "kind": kind,
            "name": shown(name)[1:-1],
            "known": shown_names or "-",
        }
        _suggest(params, name, names_)
        found.add("error", "unknown-reference", path, **params)

    for table in ("luminaires", "rows"):
        for i, lamp in _lists(values, table):
            for name in (
                "circuit",
                "street",
                "driver",
                "program",
                "calendar",
                "sensor",
                "photocell",
                "contactor",
                "ceiling",
                "relight",
            ):
                ask(name, lamp.get(name), (table, i, name))
            ask("program", lamp.get("today"), (table, i, "today"))
    for name, calendar in _tables(values, "calendars").items():
        if isinstance(calendar, Mapping):
            ask("program", calendar.get("default"), ("calendars", name, "default"))
            for i, rule in _lists(calendar, "rules"):
                ask("program", rule.get("program"), ("calendars", name, "rules", i, "program"))
    for name, scene in _tables(values, "scenes").items():
        for group in _tables(scene, "levels"):
            ask("group", group, ("scenes", name, "levels", group))
    for table in ("events", "calls"):
        for i, aimed in _lists(values, table):
            for kind in ("program", "scene", "relight"):
                ask(kind, aimed.get(kind), (table, i, kind))
            for targets in TARGETS:
                for j, name in enumerate(_names_in(aimed, targets)):
                    ask(targets.removesuffix("s"), name, (table, i, targets, j))


def _names_in(values: Mapping[str, Any], name: str) -> Iterator[str]:
    """The texts of a list that should be one."""
    found = values.get(name)
    if isinstance(found, list):
        yield from (item if isinstance(item, str) else "" for item in found)


_TABLE_OF = {
    "driver": "drivers",
    "sensor": "sensors",
    "photocell": "photocells",
    "program": "programs",
    "calendar": "calendars",
    "contactor": "contactors",
    "ceiling": "ceilings",
    "relight": "relights",
    "scene": "scenes",
}


# --- rules of one part ---------------------------------------------------------------------------


class _Parts:
    """The rules of one part: of the whole site, or of the parts that have the right shape."""

    def __init__(self, values: Mapping[str, Any], site: Site | None, found: _Findings) -> None:
        self._values = values
        self._site = site
        self._found = found

    def check(self) -> None:
        """Check every part that has the right shape."""
        if self._site is not None:
            site = self._site
            self._place(site.site)
            for name, program in site.programs.items():
                self._program(name, program)
            for name, calendar in site.calendars.items():
                self._calendar(name, calendar)
            for i, cabinet in enumerate(site.cabinets):
                self._cabinet(i, cabinet)
            for name, ceiling in site.ceilings.items():
                self._ceiling(name, ceiling)
            for name, relight in site.relights.items():
                self._hours(relight.hours, ("relights", name, "hours"))
            for i, event in enumerate(site.events):
                self._hours(event.hours, ("events", i, "hours"))
            self._strategies(site.strategies)
            return
        values = self._values
        if (place := _shaped(Place, lookup(values, ("site",)))) is not None:
            self._place(place)
        for name, table in _tables(values, "programs").items():
            if (shaped_program := _shaped(Program, table)) is not None:
                self._program(name, shaped_program)
        for name, table in _tables(values, "calendars").items():
            if (shaped_calendar := _shaped(Calendar, table)) is not None:
                self._calendar(name, shaped_calendar)
        for i, item in _lists(values, "cabinets"):
            if (shaped_cabinet := _shaped(Cabinet, item)) is not None:
                self._cabinet(i, shaped_cabinet)
        for name, table in _tables(values, "ceilings").items():
            if (shaped_ceiling := _shaped(Ceiling, table)) is not None:
                self._ceiling(name, shaped_ceiling)
        for name, table in _tables(values, "relights").items():
            if (shaped_relight := _shaped(Relight, table)) is not None:
                self._hours(shaped_relight.hours, ("relights", name, "hours"))
        for i, item in _lists(values, "events"):
            if (shaped_event := _shaped(Event, item)) is not None:
                self._hours(shaped_event.hours, ("events", i, "hours"))
        if (strategies := _shaped(Strategies, lookup(values, ("strategies",)))) is not None:
            self._strategies(strategies)

    def _place(self, place: Place) -> None:
        path: Path_ = ("site", "timezone")
        try:
            rule = yearly_rule(place.timezone)
        except ZoneError as error:
            params: dict[str, Any] = {**error.params, "got": shown(place.timezone)}
            if error.code == "timezone-unknown":
                _suggest_zone(params, place.timezone)
            self._found.add("error", error.code, path, **params)
            return
        # The sun's time and the clock's differ by 3 h at most, in the west of China.
        off = (place.longitude / 15 - rule.std_offset_s / 3600 + 12) % 24 - 12
        if abs(off) > 4:
            self._found.add(
                "warning",
                "timezone-far",
                path,
                got=shown(place.timezone),
                longitude=place.longitude,
            )

    def _program(self, name: str, program: Program) -> None:
        path: Path_ = ("programs", name)
        for i, period in enumerate(program.active):
            self._span(period.from_, period.to, (*path, "active", i))
        lux = {(p.photocell.on_lux, p.photocell.off_lux) for p in program.active if p.photocell}
        if len(lux) > 1:
            self._found.add("error", "lux-differ", (*path, "active"))
        self._points(program, path)
        if (presence := program.presence) is not None:
            for i, window in enumerate(presence.windows):
                self._span(window.from_, window.to, (*path, "presence", "windows", i))
            self._presence(program, presence, (*path, "presence"))

    def _points(self, program: Program, path: Path_) -> None:
        seen: set[At] = set()
        before: At | None = None
        for i, point in enumerate(program.points):
            place = (*path, "points", i, "at")
            if point.at in seen:
                self._found.add("error", "same-moment", place, at=str(point.at))
            elif point.at.is_clock:
                if before is not None and point.at.since_noon() < before.since_noon():
                    self._found.add(
                        "error", "points-order", place, at=str(point.at), before=str(before)
                    )
                before = point.at
            seen.add(point.at)

    def _presence(self, program: Program, presence: Presence, path: Path_) -> None:
        lowest = min((point.level for point in program.points), default=100)
        if presence.level <= presence.idle:
            self._found.add(
                "warning",
                "presence-no-raise",
                (*path, "level"),
                level=presence.level,
                idle=presence.idle,
            )
        elif presence.operation == "max" and presence.level <= lowest:
            self._found.add(
                "warning",
                "presence-never-acts",
                (*path, "level"),
                level=presence.level,
                lowest=lowest,
            )

    def _span(self, from_: At, to: At, path: Path_) -> None:
        if to.is_clock and to.since_noon() == 0:
            code = "mains-end-at-noon" if _of_mains(path) else "ends-at-noon"
            self._found.add("error", code, (*path, "to"), start=str(from_))
        elif from_ == to:
            self._found.add("error", _empty(path), path, start=str(from_), end=str(to))
        elif from_.is_clock and to.is_clock and from_.since_noon() > to.since_noon():
            self._found.add("error", "across-noon", path, start=str(from_), end=str(to))

    def _calendar(self, name: str, calendar: Calendar) -> None:
        path: Path_ = ("calendars", name)
        if len(calendar.programs) > limits.PROGRAMS_PER_CALENDAR:
            self._found.add(
                "error",
                "too-many-programs",
                path,
                count=len(calendar.programs),
                most=limits.PROGRAMS_PER_CALENDAR,
            )
        first_always = 0
        for i, rule in enumerate(calendar.rules, 1):
            if first_always:
                self._found.add(
                    "warning", "rule-hidden", (*path, "rules", i - 1), number=first_always
                )
            elif not (
                rule.weekdays or rule.from_ or rule.dates or rule.holidays or rule.school_holidays
            ):
                first_always = i

    def _cabinet(self, index: int, cabinet: Cabinet) -> None:
        for j, circuit in enumerate(cabinet.circuits):
            for k, window in enumerate(circuit.mains):
                path: Path_ = ("cabinets", index, "circuits", j, "mains", k)
                self._span(window.from_, window.to, path)

    def _ceiling(self, name: str, ceiling: Ceiling) -> None:
        for i, window in enumerate(ceiling.windows):
            self._hours(window, ("ceilings", name, "windows", i))

    def _hours(self, window: Window, path: Path_) -> None:
        self._span(window.from_, window.to, path)

    def _strategies(self, strategies: Strategies) -> None:
        for name in ("switch_off", "dimming", "relight"):
            self._hours(getattr(strategies, name), ("strategies", name))
        presence = strategies.presence
        if presence.level <= presence.idle:
            self._found.add(
                "warning",
                "presence-no-raise",
                ("strategies", "presence"),
                level=presence.level,
                idle=presence.idle,
            )


def _of_mains(path: Path_) -> bool:
    """Whether a period is of a circuit's mains: those have no ``active = "always"``."""
    return path[0] == "cabinets"


def _empty(path: Path_) -> str:
    return "mains-empty" if _of_mains(path) else "empty-period"


def _shaped(model: type[_Model], value: object) -> _Model | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def _suggest_zone(params: dict[str, Any], name: str) -> None:
    """Find the zone meant by a name: a city alone is enough."""
    wanted = name[:64].strip().replace(" ", "_").lower()
    known = sorted(names())
    for zone in known:
        if wanted in (zone.lower(), zone.lower().rpartition("/")[2]):
            params["suggestion"] = zone
            return
    by_lower = {zone.lower(): zone for zone in known}
    near = difflib.get_close_matches(wanted, by_lower, 1, 0.7)
    if near:
        params["suggestion"] = by_lower[near[0]]


# --- rules across the site -----------------------------------------------------------------------


def _across(site: Site, found: _Findings) -> None:
    sections = len({lamp.section for lamp in site.luminaires})
    if sections > limits.SECTIONS:
        found.add("error", "too-many-sections", (), count=sections, most=limits.SECTIONS)
    _year(site, found)
    _carried_over(site, found)
    _positions(site, found)
    _gear(site, found)
    _ceilings(site, found)
    _holidays(site, found)
    _relights(site, found)
    _events(site, found)
    _calls(site, found)
    _presences(site, found)
    _unused(site, found)


_SAMPLES = [day_number(2026, 1, 1) + 10 * i for i in range(37)]  # nights through a year
_CROSSING_S = 120


def _year(site: Site, found: _Findings) -> None:
    """Rules about solar events, over the nights of a year, by the brain's own sun and clock."""
    times = known_time(site)
    known: dict[At, list[int]] = {}

    def instants(at: At) -> list[int]:
        if at not in known:
            event = EVENTS[at.event]
            known[at] = [times.at(night, event, at.seconds) for night in _SAMPLES]
        return known[at]

    def span(from_: At, to: At, path: Path_) -> None:
        if from_.is_clock and to.is_clock:
            return  # proven by the clock alone
        pairs = zip(instants(from_), instants(to), strict=True)
        if not any(min(on, off) <= NEVER or on < off for on, off in pairs):
            found.add("error", _empty(path), path, start=str(from_), end=str(to))

    for name, program in site.programs.items():
        path: Path_ = ("programs", name)
        for i, period in enumerate(program.active):
            span(period.from_, period.to, (*path, "active", i))
        for i, window in enumerate(program.presence.windows if program.presence else ()):
            span(window.from_, window.to, (*path, "presence", "windows", i))
        if all(point.at.is_clock for point in program.points):
            continue
        for i, (one, two) in enumerate(zip(program.points, program.points[1:], strict=False), 1):
            if one.at.is_clock and two.at.is_clock:
                continue
            for night, first, second in zip(
                _SAMPLES, instants(one.at), instants(two.at), strict=True
            ):
                if second > NEVER and first - second > _CROSSING_S:
                    month, day = _month_day(night)
                    found.add(
                        "warning",
                        "points-cross",
                        (*path, "points", i, "at"),
                        at=str(two.at),
                        before=str(one.at),
                        date=f"{month:02}-{day:02}",
                    )
                    break
    for c, cabinet in enumerate(site.cabinets):
        for j, circuit in enumerate(cabinet.circuits):
            for k, window in enumerate(circuit.mains):
                span(window.from_, window.to, ("cabinets", c, "circuits", j, "mains", k))
    for name, ceiling in site.ceilings.items():
        for i, window in enumerate(ceiling.windows):
            span(window.from_, window.to, ("ceilings", name, "windows", i))
    for name, relight in site.relights.items():
        span(relight.hours.from_, relight.hours.to, ("relights", name, "hours"))
    for i, event in enumerate(site.events):
        span(event.hours.from_, event.hours.to, ("events", i, "hours"))
    for name in ("switch_off", "dimming", "relight"):
        window = getattr(site.strategies, name)
        span(window.from_, window.to, ("strategies", name))


_SUN_TO_SUN = Window.model_validate({"from": str(SUNSET), "to": str(SUNRISE)})
_SOLSTICES = (day_number(2026, 6, 15), day_number(2026, 12, 15))


def _carried_over(site: Site, found: _Findings) -> None:
    """Before a night's first switch point the level is the one that the night before ends with.

    Between two programs of a calendar that may be a lower one than its author thought of.
    """
    times = known_time(site)
    known: dict[str, list[list[tuple[int, int]]]] = {}

    def laid_out(name: str) -> list[list[tuple[int, int]]]:
        """For each solstice, (instant, place) of the points that the night has, in its order."""
        if name not in known:
            points = site.programs[name].points
            known[name] = [
                sorted(
                    (instant, i)
                    for i, point in enumerate(points)
                    for instant in [times.at(night, EVENTS[point.at.event], point.at.seconds)]
                    if NEVER < instant < times.end(night)
                )
                for night in _SOLSTICES
            ]
        return known[name]

    def last_level(name: str, sample: int) -> int:
        night = laid_out(name)[sample]
        return site.programs[name].points[night[-1][1]].level if night else 100

    def dark_before(name: str, sample: int, first: int) -> bool:
        """Whether no active period begins before the first point: nobody sees what is before."""
        program, night = site.programs[name], _SOLSTICES[sample]
        starts = [
            times.at(night, EVENTS[period.from_.event], period.from_.seconds)
            for period in program.active
        ]
        return bool(starts) and min(starts) >= first and not program.uses_photocell

    # there the mains are the active period, by the clock of the cabinet
    switched = {
        lamp.calendar for _, lamp, _ in _written(site) if site.circuit(lamp.circuit).switched
    }
    for key, calendar in site.calendars.items():
        for name in calendar.programs:
            points = site.programs[name].points
            if any(point.at.is_clock and point.at.since_noon() == 0 for point in points):
                continue
            for sample in range(len(_SOLSTICES)):
                night = laid_out(name)[sample]
                if not night or (key not in switched and dark_before(name, sample, night[0][0])):
                    continue
                own = last_level(name, sample)
                level, other = min(
                    ((last_level(other, sample), other) for other in calendar.programs),
                    key=lambda ends: ends[0],
                )
                if level < own:
                    found.add(
                        "warning",
                        "carried-over",
                        ("programs", name, "points"),
                        program=name,
                        other=other,
                        level=level,
                        at=str(points[night[0][1]].at),
                        own=own,
                    )
                    break


def _month_day(night: int) -> tuple[int, int]:
    date = dt.date(2000, 1, 1) + dt.timedelta(days=night)
    return date.month, date.day


def _written(site: Site) -> Iterator[tuple[Path_, Luminaire | Row, float]]:
    """Each luminaire or row as written, and how far along its street it reaches."""
    for i, lamp in enumerate(site.written_luminaires):
        yield ("luminaires", i), lamp, lamp.at_m if lamp.count == 1 else lamp.places_m[-1]
    for i, row in enumerate(site.rows):
        yield ("rows", i), row, row.start_m + (row.count - 1) * row.spacing_m


def _positions(site: Site, found: _Findings) -> None:
    for path, lamp, reach in _written(site):
        street = site.street(lamp.street)
        if reach > street.length_m + 0.01:
            name, key = lamp.id, "at_m"
            if isinstance(lamp, Row):
                name, key = f"{lamp.id}{lamp.count:02}", "count"
            elif lamp.spacing_m is not None:
                key = "spacing_m"
            found.add(
                "error",
                "beyond-street",
                (*path, key),
                id=name,
                at_m=round(reach, 1),
                street=street.id,
                length_m=round(street.length_m, 1),
            )
        elif isinstance(lamp, Luminaire) and lamp.places_m[0] < 0:
            found.add(
                "error",
                "beyond-street",
                (*path, "spacing_m"),
                id=lamp.id,
                at_m=round(lamp.places_m[0], 1),
                street=street.id,
                length_m=round(street.length_m, 1),
            )


def _levels(program: Program, path: Path_) -> Iterator[tuple[int, Path_]]:
    """Every level that a program asks for, and where it is written."""
    for i, point in enumerate(program.points):
        yield point.level, (*path, "points", i, "level")
    yield program.fault_state, (*path, "fault_state")
    if program.presence is not None:
        yield program.presence.level, (*path, "presence", "level")
        yield program.presence.idle, (*path, "presence", "idle")


def _is_road(street: Street) -> bool:
    """Whether vehicles drive there, so that it should not go dark on a fault."""
    cars = any(traffic.kind == "car" for traffic in street.traffic)
    return cars or street.speed_limit_kmh is not None


def _gear(site: Site, found: _Findings) -> None:
    """Rules about what a luminaire is made of and what its programs ask of it."""
    for path, lamp, _ in _written(site):
        driver = site.drivers[lamp.driver]
        circuit = site.circuit(lamp.circuit)
        programs = [(name, site.programs[name]) for name in _programs_of(site, lamp)]
        # what it runs today is simulated too, on the same pole
        today = [(lamp.today, site.programs[lamp.today])] if lamp.today is not None else []
        uses = [name for name, program in programs + today if program.uses_photocell]
        if uses and lamp.photocell is None and not circuit.switched:
            found.add("error", "photocell-missing", path, id=lamp.id, program=uses[0])
        elif lamp.photocell is not None and not uses:
            found.add("warning", "photocell-idle", (*path, "photocell"), id=lamp.id)
        if lamp.sensor is not None and not any(program.presence for _, program in programs):
            found.add(
                "warning", "sensor-idle", (*path, "sensor"), id=lamp.id, program=programs[0][0]
            )
        for name, program in programs:
            where: Path_ = ("programs", name)
            if circuit.switched and "active" in program.model_fields_set:
                found.add(
                    "warning",
                    "active-ignored",
                    (*where, "active"),
                    circuit=circuit.id,
                    program=name,
                )
            if program.fault_state == 0 and _is_road(site.street(lamp.street)):
                found.add(
                    "warning",
                    "fault-dark",
                    (*where, "fault_state"),
                    program=name,
                    street=lamp.street,
                )
            _levels_of(driver, lamp.driver, program, where, found)
        if lamp.sensor is not None or any(program.presence for _, program in programs):
            _discharge(driver, lamp, programs, path, found)
        if lamp.meter:
            behind = 1 if isinstance(lamp, Row) else lamp.count
            watts = driver.power_w * behind + driver.standby_w * behind + driver.node_w
            if watts > limits.POWER_METERED_MAX_W:
                found.add(
                    "error",
                    "power-too-large",
                    (*path, "meter"),
                    id=lamp.id,
                    watts=f"{watts:.0f}",
                    most=f"{limits.POWER_METERED_MAX_W:.0f}",
                )
    for name, driver in site.drivers.items():
        share = driver.clo[0][1] if driver.clo else 100
        if driver.virtual_output * share < driver.minimum_level * 100:
            found.add(
                "warning",
                "output-below-minimum",
                ("drivers", name),
                driver=name,
                output=round(driver.virtual_output * share / 100, 1),
                minimum=driver.minimum_level,
            )


def _discharge(
    driver: Driver,
    lamp: Luminaire | Row,
    programs: list[tuple[str, Program]],
    path: Path_,
    found: _Findings,
) -> None:
    """A lamp that must warm up, or burn or rest for a time, does not follow passages."""
    if not (driver.minimum_on or driver.minimum_off or driver.warm_up):
        return
    for name, program in programs:
        if program.presence is not None:
            found.add(
                "warning", "discharge-presence", path, id=lamp.id, driver=lamp.driver, program=name
            )
            return


def _ceilings(site: Site, found: _Findings) -> None:
    """A dark corridor against what else is asked of its luminaires."""
    for _, lamp, _ in _written(site):
        if lamp.ceiling is None:
            continue
        ceiling, street = site.ceilings[lamp.ceiling], site.street(lamp.street)
        where: Path_ = ("ceilings", lamp.ceiling, "level")
        name, level = lamp.ceiling, ceiling.level
        if ceiling.level < street.asked_level:
            found.add(
                "warning",
                "ceiling-below-asked",
                where,
                name=name,
                level=level,
                street=street.id,
                asked=street.asked_level,
            )
        always = ceiling.from_ is None and not ceiling.windows  # holds without a clock, too
        for program in () if always else _programs_of(site, lamp):
            fault = site.programs[program].fault_state
            if fault > ceiling.level:
                found.add(
                    "warning",
                    "ceiling-below-fault",
                    where,
                    name=name,
                    level=level,
                    program=program,
                    fault=fault,
                )
        _level_of(site.drivers[lamp.driver], lamp.driver, ceiling.level, where, found)


def _level_of(driver: Driver, name: str, level: int, path: Path_, found: _Findings) -> None:
    """Whether a driver can give a level that something else than a program asks."""
    minimum = driver.minimum_level
    if 0 < level < minimum:
        found.add("warning", "below-minimum", path, level=level, driver=name, minimum=minimum)
    elif level == 0 and not driver.can_switch_off:
        found.add("warning", "cannot-switch-off", path, driver=name, minimum=minimum)


# --- by date -------------------------------------------------------------------------------------

_BY_DAY_S = 1800  # before sunset or after sunrise: that much more is a mistake
_NIGHTS = 16  # of an event that are looked at
_UNFED_S = 900  # without mains, a cabinet's clock aside


def _holidays(site: Site, found: _Findings) -> None:
    """Calendar rules that ask for holidays: whether they come, and how far they are known."""
    place = site.site
    told: set[str] = set()
    for key, calendar in site.calendars.items():
        count = 0
        for i, rule in enumerate(calendar.rules):
            path: Path_ = ("calendars", key, "rules", i)
            if rule.school_holidays and place.school_zone is None:
                found.add("error", "no-school-zone", (*path, "school_holidays"))
                continue
            plain = holidays.resolved(rule, place)
            count += len(plain)
            known = holidays.known_in(place.holiday_zone)
            strange = [n for n in rule.holidays or () if n != PUBLIC and n not in known]
            for name in strange:
                found.add(
                    "warning",
                    "holiday-not-here",
                    (*path, "holidays"),
                    name=name,
                    zone=place.holiday_zone,
                    known=", ".join(known),
                )
            if not plain and not strange:
                found.add("warning", "rule-never", path)
            if rule.school_holidays and place.school_zone and "school" not in told:
                told.add("school")
                found.add(
                    "warning",
                    "calendar-reach",
                    (*path, "school_holidays"),
                    zone=place.school_zone,
                    date=holidays.school_until(place.school_zone).isoformat(),
                )
            moves = rule.holidays and any(d.year for d in holidays.public_days(rule, place))
            if moves and "public" not in told:
                told.add("public")
                date = holidays.PUBLIC_UNTIL.isoformat()
                found.add("warning", "calendar-reach-public", (*path, "holidays"), date=date)
        if count > limits.RULES_PER_NODE:
            found.add(
                "error",
                "too-many-rules",
                ("calendars", key),
                count=count,
                most=limits.RULES_PER_NODE,
            )


class _Hours:
    """When a window of the night is, by the brain's own sun and clock."""

    def __init__(self, site: Site) -> None:
        self._times = known_time(site)
        self._known: dict[tuple[int, At], int] = {}

    def instant(self, night: int, at: At) -> int:
        """Seconds, on the brain's axis; NEVER or less when the sun does not do it."""
        if (night, at) not in self._known:
            self._known[night, at] = self._times.at(night, EVENTS[at.event], at.seconds)
        return self._known[night, at]

    def span(self, night: int, window: Window) -> tuple[int, int]:
        """Its beginning and end; at the poles an end may be missing, and then it is empty."""
        on, off = self.instant(night, window.from_), self.instant(night, window.to)
        return (on, off) if min(on, off) > NEVER else (0, 0)

    def by_day(self, night: int, window: Window) -> bool:
        """Whether it reaches well into the day."""
        on, off = self.span(night, window)
        sunset, sunrise = self.span(night, _SUN_TO_SUN)
        return (
            sunset < sunrise
            and on < off
            and (on < sunset - _BY_DAY_S or off > sunrise + _BY_DAY_S)
        )

    def unfed(self, night: int, window: Window, circuit: Circuit) -> bool:
        """Whether the cabinet cuts the mains for a while of its dark part."""
        if not circuit.switched:
            return False
        on, off = self.span(night, window)
        sunset, sunrise = self.span(night, _SUN_TO_SUN)
        at, end = max(on, sunset), min(off, sunrise)
        for start, stop in sorted(self.span(night, mains) for mains in circuit.mains):
            if start > at + _UNFED_S:
                break
            at = max(at, stop)
        return end - at > _UNFED_S


def _relights(site: Site, found: _Findings) -> None:
    """Light on demand: whether there is anybody, mains, and a lamp that is up to it."""
    hours = _Hours(site)
    used = set()
    unfed: dict[tuple[str, str], bool] = {}
    for path, lamp, _ in _written(site):
        if lamp.relight is None:
            continue
        used.add(lamp.relight)
        relight, circuit = site.relights[lamp.relight], site.circuit(lamp.circuit)
        key = (lamp.relight, lamp.circuit)
        if key not in unfed:
            unfed[key] = any(hours.unfed(night, relight.hours, circuit) for night in _SAMPLES)
        if unfed[key]:
            found.add(
                "error",
                "relight-unfed",
                (*path, "relight"),
                circuit=circuit.id,
                start=str(relight.hours.from_),
                end=str(relight.hours.to),
            )
        driver = site.drivers[lamp.driver]
        where: Path_ = ("relights", lamp.relight)
        _level_of(driver, lamp.driver, relight.level, where, found)
        duration = duration_text(relight.duration)
        contactor = site.contactors[lamp.contactor] if lamp.contactor else Contactor()
        minimum = max(driver.minimum_on, contactor.minimum_on)
        if driver.warm_up and relight.duration < driver.warm_up + _WARM_MS:
            found.add(
                "warning",
                "relight-cold",
                where,
                driver=lamp.driver,
                duration=duration,
                warm_up=duration_text(driver.warm_up),
                most=duration_text(limits.RELIGHT_MAX_MS),
            )
        elif relight.duration < minimum:
            found.add(
                "warning",
                "relight-short",
                where,
                id=lamp.id,
                duration=duration,
                minimum=duration_text(minimum),
            )
    for name in site.relights:
        if name not in used:
            found.add("warning", "relight-empty", ("relights", name), name=name)


_WARM_MS = 60_000  # of full light that a relight should leave at the least


def _nights_of(event: Event, years: range) -> set[int]:
    """The nights of an event; those of every year over the years given."""
    weekdays = {WEEKDAYS.index(day) for day in event.weekdays or WEEKDAYS}
    spans = [(day, day) for day in event.dates or ()]
    if event.from_ and event.to:
        spans.append((event.from_, event.to))
    nights: set[int] = set()
    for first, last in spans:
        for year in years if first.year is None else (first.year,):
            start = day_number(first.year or year, first.month, first.day)
            over = int(last.year is None and last[1:] < first[1:])  # New Year
            end = day_number((last.year or year) + over, last.month, last.day)
            # day 0, 1 January 2000, was a Saturday
            nights.update(n for n in range(start, end + 1) if (n + 5) % 7 in weekdays)
    return nights


def _events(site: Site, found: _Findings) -> None:
    """Works and events: whom they reach, when, and what their luminaires can do of it."""
    most = max(site.events_of, key=len, default=())
    if len(most) > limits.EVENTS_PER_NODE:
        found.add(
            "error",
            "too-many-events",
            ("events", most[limits.EVENTS_PER_NODE]),
            id=site.luminaires[site.events_of.index(most)].id,
            count=len(most),
            most=limits.EVENTS_PER_NODE,
        )
        return
    hours = _Hours(site)
    years = range(2026, 2030)  # of those that come every year
    nights = [_nights_of(event, years) for event in site.events]
    for i, event in enumerate(site.events):
        path: Path_ = ("events", i)
        targets = site.targets(event)
        if not targets:
            found.add("warning", "aims-at-none", path, id=event.id)
            continue
        if not nights[i]:
            found.add("warning", "rule-never", path)
            continue
        ordered = sorted(nights[i])
        some = ordered[:: -(-len(ordered) // _NIGHTS)] + ordered[-1:]
        levels = {site.event_level(event, site.luminaires[j]) for j in targets}
        lights = event.program is None and levels != {0}
        by_day = next((n for n in some if lights and hours.by_day(n, event.hours)), None)
        if by_day is not None:
            found.add(
                "warning",
                "event-by-day",
                (*path, "hours"),
                id=event.id,
                start=str(event.hours.from_),
                end=str(event.hours.to),
                date=_date_of(by_day),
            )
        fed: set[str] = set()
        gear: set[tuple[object, ...]] = set()
        for j in targets:
            lamp = site.luminaires[j]
            if lights and lamp.circuit not in fed:
                fed.add(lamp.circuit)
                circuit = site.circuit(lamp.circuit)
                if any(hours.unfed(night, event.hours, circuit) for night in some):
                    found.add("warning", "event-unfed", path, id=event.id, circuit=lamp.circuit)
            level = site.event_level(event, lamp)
            kind = (lamp.driver, level, lamp.photocell is None, lamp.circuit)
            if kind in gear:
                continue
            gear.add(kind)
            if level is not None:
                where: Path_ = ("scenes", event.scene) if event.scene else (*path, "level")
                _level_of(site.drivers[lamp.driver], lamp.driver, level, where, found)
                continue
            program = site.programs[str(event.program)]
            needs = program.uses_photocell and not site.circuit(lamp.circuit).switched
            if needs and lamp.photocell is None:
                found.add(
                    "error",
                    "photocell-missing",
                    (*path, "program"),
                    id=lamp.id,
                    program=str(event.program),
                )
            named: Path_ = ("programs", str(event.program))
            _levels_of(site.drivers[lamp.driver], lamp.driver, program, named, found)
    _events_together(site, hours, nights, found)


def _events_together(site: Site, hours: _Hours, nights: list[set[int]], found: _Findings) -> None:
    """Events that one luminaire has: not two at once."""
    told: set[tuple[int, int]] = set()
    for numbers, lamp in dict(
        (numbers, lamp)
        for numbers, lamp in zip(reversed(site.events_of), reversed(site.luminaires), strict=True)
        if len(numbers) > 1
    ).items():
        for one, two in combinations(numbers, 2):
            if (one, two) in told:
                continue
            told.add((one, two))
            common = sorted(nights[one] & nights[two])
            for night in (*common[:1], *common[len(common) // 2 :][:1], *common[-1:]):
                on, off = hours.span(night, site.events[one].hours)
                begin, end = hours.span(night, site.events[two].hours)
                if max(on, begin) < min(off, end):
                    found.add(
                        "warning",
                        "events-overlap",
                        ("events", two),
                        id=site.events[one].id,
                        other=site.events[two].id,
                        lamp=lamp.id,
                        date=_date_of(night),
                    )
                    break


def _calls(site: Site, found: _Findings) -> None:
    """What was asked by hand."""
    hours = _Hours(site)
    for i, call in enumerate(site.calls):
        path: Path_ = ("calls", i)
        if not site.targets(call) and call.relight is None:
            found.add("warning", "aims-at-none", path, id=call.id)
        if call.relight is None:
            continue
        window = site.relights[call.relight].hours
        second = call.at.hour * 3600 + call.at.minute * 60 + call.at.second
        day = day_number(call.at.year, call.at.month, call.at.day)
        night = day - (second < 43_200)
        on, off = hours.span(night, window)
        if not on <= hours.instant(night, At("local", second)) < off:
            found.add(
                "warning",
                "call-refused",
                (*path, "at"),
                id=call.id,
                name=call.relight,
                start=str(window.from_),
                end=str(window.to),
            )


def _date_of(night: int) -> str:
    return (dt.date(2000, 1, 1) + dt.timedelta(days=night)).isoformat()


def _levels_of(driver: Driver, name: str, program: Program, path: Path_, found: _Findings) -> None:
    minimum = driver.minimum_level
    for level, where in _levels(program, path):
        if 0 < level < minimum:
            found.add("warning", "below-minimum", where, level=level, driver=name, minimum=minimum)
        elif level == 0 and where[2] == "points" and not driver.can_switch_off:
            found.add("warning", "cannot-switch-off", where, driver=name, minimum=minimum)


def _programs_of(site: Site, lamp: Luminaire | Row) -> tuple[str, ...]:
    if lamp.program is not None:
        return (lamp.program,)
    return site.calendars[str(lamp.calendar)].programs


# Deceleration on a wet road, and the driver's reaction.
_BRAKING_M_S2 = 3.5
_REACTION_S = 1.0


def stopping_distance_m(speed_kmh: float) -> float:
    """Metres to a stop: v t + v^2 / 2a, with 1 s of reaction and 3.5 m/s2 on a wet road."""
    speed = speed_kmh / 3.6
    return speed * _REACTION_S + speed * speed / (2 * _BRAKING_M_S2)


def _presences(site: Site, found: _Findings) -> None:
    """Rules about who raises whom."""
    settings: dict[str, tuple[Presence, ...]] = {}
    streets: dict[str, list[tuple[float, str, Luminaire, Path_]]] = {}
    sections: dict[str, list[Luminaire]] = {}
    for lamp, path in zip(site.luminaires, site.luminaire_paths, strict=True):
        key = lamp.program or f" {lamp.calendar}"
        if key not in settings:
            programs = (site.programs[name] for name in site.programs_of(lamp))
            settings[key] = tuple(p.presence for p in programs if p.presence is not None)
        streets.setdefault(lamp.street, []).append((lamp.at_m, lamp.pole, lamp, path))
        sections.setdefault(lamp.section, []).append(lamp)
    if not any(settings.values()):
        return
    raised: set[str] = set()  # sections in which a sensor could raise all
    told: set[str] = set()
    for name, lamps in sections.items():
        by_section = any(
            presence.vehicles == "section"
            for lamp in lamps
            for presence in settings[lamp.program or f" {lamp.calendar}"]
        )
        if by_section and any(lamp.sensor for lamp in lamps):
            raised.add(name)
            if not any(lamp.sensor and site.sensors[lamp.sensor].speed_known for lamp in lamps):
                told.add(name)
    paths = dict(zip((lamp.id for lamp in site.luminaires), site.luminaire_paths, strict=True))
    for name in told:
        lamp = sections[name][0]
        program = site.programs_of(lamp)[0]
        found.add(
            "warning",
            "section-no-radar",
            ("programs", program, "presence", "vehicles"),
            section=name,
        )
    for name in raised:
        _section_length(site, sections[name], paths[sections[name][0].id], found)
    for on_street in streets.values():
        _reached(on_street, settings, raised, found)


def _section_length(site: Site, lamps: list[Luminaire], path: Path_, found: _Findings) -> None:
    """The light must be up further ahead of a vehicle than it needs to stop."""
    street = site.street(lamps[0].street)
    places = [lamp.at_m for lamp in lamps if lamp.street == street.id]
    length = max(places) - min(places)
    speed = street.speed_limit_kmh or 50.0
    if length < (stop := stopping_distance_m(speed)):
        found.add(
            "warning",
            "section-short",
            path,
            section=lamps[0].section,
            length_m=round(length, 1),
            speed_kmh=speed,
            stop_m=float(round(stop)),
        )


def _reached(
    lamps: list[tuple[float, str, Luminaire, Path_]],
    settings: Mapping[str, tuple[Presence, ...]],
    raised: set[str],
    found: _Findings,
) -> None:
    """Find the luminaires of one street that no detection ever reaches."""
    lamps = sorted(lamps, key=lambda item: item[:2])
    hop = -1
    hops = []
    for i, (_, pole, _, _) in enumerate(lamps):
        hop += i == 0 or pole != lamps[i - 1][1]
        hops.append(hop)
    near: list[list[int]] = [[] for _ in lamps]  # the nearest sensors either side
    for order in (range(len(lamps)), range(len(lamps) - 1, -1, -1)):
        last = -1
        for i in order:
            if lamps[i][2].sensor is not None:
                last = i
            if last >= 0:
                near[i].append(last)
    told: set[Path_] = set()
    for i, (at_m, _, lamp, path) in enumerate(lamps):
        presences = settings[lamp.program or f" {lamp.calendar}"]
        if not presences or lamp.sensor is not None or lamp.section in raised:
            continue
        within = any(
            abs(hops[i] - hops[j]) <= presence.neighbours
            or abs(at_m - lamps[j][0]) <= presence.reach_m
            for presence in presences
            for j in near[i]
        )
        if not within and path not in told:
            told.add(path)  # a row of them is one finding
            found.add(
                "warning",
                "presence-unreachable",
                path,
                id=lamp.id,
                program=lamp.program or str(lamp.calendar),
            )


_OF_A_LUMINAIRE = (
    "driver",
    "sensor",
    "photocell",
    "calendar",
    "street",
    "circuit",
    "program",
    "contactor",
    "ceiling",
)


def _unused(site: Site, found: _Findings) -> None:
    used: dict[str, set[str | None]] = {kind: set() for kind in (*_TABLE_OF, "street", "circuit")}
    for _, lamp, _ in _written(site):
        for kind in _OF_A_LUMINAIRE:
            used[kind].add(getattr(lamp, kind))
        used["program"].add(lamp.today)
    for calendar in site.calendars.values():
        used["program"].update(calendar.programs)
    for event in site.events:
        used["program"].add(event.program)
        used["scene"].add(event.scene)
    for kind, table in _TABLE_OF.items():
        if kind == "relight":
            continue  # has words of its own
        for name in getattr(site, table):
            if name not in used[kind]:
                found.add("warning", "unused", (table, name), kind=kind, name=name)
    for i, street in enumerate(site.streets):
        if street.id not in used["street"]:
            found.add("warning", "unused", ("streets", i), kind="street", name=street.id)
    for i, cabinet in enumerate(site.cabinets):
        for j, circuit in enumerate(cabinet.circuits):
            if circuit.id not in used["circuit"]:
                found.add(
                    "warning",
                    "unused",
                    ("cabinets", i, "circuits", j),
                    kind="circuit",
                    name=circuit.id,
                )
