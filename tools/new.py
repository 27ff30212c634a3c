"""`noctule new`: a first site file, from a few questions or from a list of luminaires."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from sim.site import limits, schema
from sim.site.check import check_document
from sim.site.document import parse
from sim.site.zone import ZoneError, yearly_rule
from sim.writing.answers import Answers, Cut, parse_cut
from sim.writing.cells import clean, commonest
from sim.writing.cells import number as read_number
from sim.writing.columns import ROLES, checked_mapping, propose
from sim.writing.coordinates import exchanged, parse_crs
from sim.writing.draft import LAMPS, DraftError, from_answers, from_inventory
from sim.writing.inventory import lamps
from sim.writing.reading import read
from sim.writing.table import InventoryError, Table
from tools.common import Lang, check_writable, default_lang, lang_option, write_text

_SCHEMA: Final = schema.FILE.name
_NONE: Final = "-"
_POWER: Final = {"led": 43.0, "sodium": 83.0}
_POSITIONS: Final = ("latitude", "longitude", "x", "y", "point")

TEXTS: Final[dict[str, dict[Lang, str]]] = {
    "name": {"fr": "Nom du site", "en": "Name of the site"},
    "latitude": {
        "fr": "Latitude, degrés (par exemple 47.517)",
        "en": "Latitude, degrees (for example 47.517)",
    },
    "longitude": {
        "fr": "Longitude, degrés, ouest négatif (par exemple 5.108)",
        "en": "Longitude, degrees, west negative (for example 5.108)",
    },
    "timezone": {"fr": "Fuseau horaire", "en": "Time zone"},
    "street": {"fr": "Nom de la rue", "en": "Name of the street"},
    "luminaires": {"fr": "Combien de points lumineux", "en": "How many luminaires"},
    "lamp": {"fr": "Type de lampe", "en": "Type of lamp"},
    "power": {"fr": "Watts d'un luminaire", "en": "Watts of one luminaire"},
    "spacing": {"fr": "Mètres d'un mât au suivant", "en": "Metres from pole to pole"},
    "cut": {
        "fr": "Coupure de nuit aujourd'hui (23:00-05:00, - pour aucune)",
        "en": "Cut at night today (23:00-05:00, - for none)",
    },
    "supply": {
        "fr": "Qui coupe : l'armoire (switched), ou rien, la tension reste (permanent)",
        "en": "Who cuts: the cabinet (switched), or nobody, mains stay (permanent)",
    },
    "not-a-number": {
        "fr": "{got} : un nombre de {low} à {high}",
        "en": "{got}: a number from {low} to {high}",
    },
    "empty": {"fr": "le texte est vide : {got}", "en": "the text is empty: {got}"},
    "not-a-zone": {
        "fr": "{got} : un fuseau à règle annuelle, par exemple Europe/Paris",
        "en": "{got}: a time zone with a yearly rule, for example Europe/Paris",
    },
    "not-hours": {
        "fr": "{got} : écrivez 23:00-05:00, d'un midi au suivant",
        "en": "{got}: write 23:00-05:00, between one noon and the next",
    },
    "columns": {
        "fr": "{count} lignes, {kind}, {encoding}. Ce que disent les colonnes :",
        "en": "{count} lines, {kind}, {encoding}. What the columns say:",
    },
    "unused": {"fr": "non employées : {names}", "en": "not used: {names}"},
    "geometry": {"fr": "la géométrie", "en": "the geometry"},
    "right": {"fr": "Est-ce juste ?", "en": "Is that right?"},
    "exchanged": {
        "fr": "Latitude et longitude semblent échangées : tels quels, ces points sont au large "
        "de la Somalie, et en France dans l'autre sens. Les échanger ?",
        "en": "Latitude and longitude seem to have changed places: as they are, these points lie "
        "off Somalia, and in France the other way round. Exchange them?",
    },
    "choose": {
        "fr": "Colonne pour chaque rôle (- pour aucune) :",
        "en": "A column for each role (- for none):",
    },
    "yes-or-no": {"fr": "répondez o ou n", "en": "answer y or n"},
    "goes-with": {"fr": "{one} va avec --from", "en": "{one} goes with --from"},
    "not-with": {"fr": "{one} ne va pas avec --from", "en": "{one} does not go with --from"},
    "yes-needs": {"fr": "--yes demande {one}", "en": "--yes needs {one}"},
    "role-column": {
        "fr": "« {one} » : écrivez RÔLE=COLONNE",
        "en": "{one}: write ROLE=COLUMN",
    },
    "exists": {
        "fr": "{file} existe déjà : choisissez un autre nom, ou --force pour le remplacer.",
        "en": "{file} exists already: choose another name, or --force to replace it.",
    },
    "same": {
        "fr": "{file} est la liste elle-même.",
        "en": "{file} is the list itself.",
    },
    "faulty": {
        "fr": "ce site aurait des erreurs, rien n'a été écrit :",
        "en": "this site would have errors, nothing was written:",
    },
    "written": {
        "fr": "{file} : {count} points lumineux, {streets} rue(s), {cabinets} armoire(s).",
        "en": "{file}: {count} luminaires, {streets} street(s), {cabinets} cabinet(s).",
    },
    "schema-kept": {
        "fr": "{file} existait déjà et a été gardé.",
        "en": "{file} existed already and was kept.",
    },
    "assumed": {"fr": "Pas dit par la liste :", "en": "Not said by the list:"},
    "skipped": {"fr": "Laissé de côté :", "en": "Left aside:"},
    "next": {
        "fr": "Relisez-le, puis : noctule check {file}",
        "en": "Read it through, then: noctule check {file}",
    },
}


class _Told:
    """A parameter's type that says what is wrong in the language of the answer."""

    def __init__(self, lang: Lang | None = None) -> None:
        self.lang: Lang = lang or default_lang()

    def say(self, key: str, got: object, **params: str) -> str:
        return TEXTS[key][self.lang].format(got=repr(clean(str(got), 60)), **params)


class _Number(_Told, click.ParamType[float]):
    """A finite number in a range (above its low end, where `above`); a decimal comma will do."""

    name = "number"

    def __init__(
        self, low: float, high: float, *, above: bool = False, lang: Lang | None = None
    ) -> None:
        super().__init__(lang)
        self._low, self._high, self._above = low, high, above

    def told_in(self, lang: Lang) -> _Number:
        """Give the same in a language."""
        return _Number(self._low, self._high, above=self._above, lang=lang)

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> float:
        number = float(value) if isinstance(value, (int, float)) else read_number(str(value))
        if number is None or not self._low <= number <= self._high or not math.isfinite(number):
            number = None
        if number is None or (self._above and number == self._low):
            low, high = f"{self._low:g}", f"{self._high:g}"
            self.fail(self.say("not-a-number", value, low=low, high=high), param, ctx)
        return number


class _Line(_Told, click.ParamType[str]):
    """A line of text that is not empty."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> str:
        text = clean(str(value))
        if not text:
            self.fail(self.say("empty", value), param, ctx)
        return text


class _Zone(_Told, click.ParamType[str]):
    """An IANA time zone that a node can follow."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> str:
        text = str(value).strip()
        try:
            yearly_rule(text)
        except ZoneError:
            self.fail(self.say("not-a-zone", text), param, ctx)
        return text


class _Cut(_Told, click.ParamType[Any]):
    """``23:00-05:00``, or - for none."""

    name = "hours"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Any:
        if isinstance(value, Cut) or value == _NONE:
            return value
        cut = parse_cut(str(value))
        if cut is None:
            self.fail(self.say("not-hours", value), param, ctx)
        return cut


_LATITUDE = _Number(-90, 90)
_LONGITUDE = _Number(-180, 180)
_WATTS = _Number(0, limits.POWER_MAX_W, above=True)
_SPACING = _Number(limits.SPACING_MIN_M, limits.SPACING_MAX_M)
_COUNT = click.IntRange(1, 5000)
_SUPPLY = click.Choice(["permanent", "switched"])


@click.command()
@click.argument("file", default="site.toml", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    help="A list of luminaires: CSV, or GeoJSON.",
)
@click.option("--name", type=_Line(), help="Of the site.")
@click.option("--latitude", type=_LATITUDE, help="Degrees north.")
@click.option("--longitude", type=_LONGITUDE, help="Degrees east.")
@click.option("--timezone", type=_Zone(), help="[default: Europe/Paris]")
@click.option("--street", type=_Line(), help="Name of the street.")
@click.option("--luminaires", type=_COUNT, help="How many [default: 20].")
@click.option("--lamp", type=click.Choice(LAMPS), help="Type of lamp [default: led].")
@click.option("--power", type=_WATTS, help="Watts of one luminaire [default: 43].")
@click.option("--spacing", type=_SPACING, help="Metres from pole to pole [default: 30].")
@click.option("--cut", type=_Cut(), help="Hours without light today: 23:00-05:00, or -.")
@click.option("--supply", type=_SUPPLY, help="Whether cabinets cut [default: permanent].")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="ROLE=COLUMN",
    help=f"With --from: what a column is (repeatable); - for none. Roles: {', '.join(ROLES)}.",
)
@click.option("--crs", help="With --from: coordinate system, as EPSG:2154 [default: by itself].")
@click.option("--schema/--no-schema", "with_schema", default=True, help=f"Write {_SCHEMA} beside.")
@click.option("--yes", is_flag=True, help="Ask nothing: take what is proposed.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@lang_option
def new(
    file: Path,
    source: Path | None,
    maps: tuple[str, ...],
    crs: str | None,
    with_schema: bool,
    yes: bool,
    force: bool,
    lang: Lang,
    **given: Any,
) -> None:
    """Write a first site file, with comments, that `noctule check` accepts.

    \b
    noctule new village.toml                       a few questions
    noctule new village.toml --from lampes.csv     or a list of luminaires
    noctule new village.toml --from lampes.csv --map street=voie --map power=puis_w --yes

    Every question has an option; --yes takes the default of the others. FILE is written at the
    end, whole or not at all.
    """
    if file.exists() and not force:
        raise click.ClickException(TEXTS["exists"][lang].format(file=file))
    if file.parent.is_dir():
        check_writable(file)
    ask = _Asker(given, yes, lang)
    notes: dict[str, list[str]] = {}
    try:
        if source is None:
            for option, value in (("--map", maps), ("--crs", crs)):
                if value:
                    raise click.UsageError(TEXTS["goes-with"][lang].format(one=option))
            text = _asked(ask, file, with_schema, lang)
        else:
            for name in ("latitude", "longitude", "street", "luminaires", "spacing"):
                if given[name] is not None:
                    raise click.UsageError(TEXTS["not-with"][lang].format(one=f"--{name}"))
            if file.exists() and source.exists() and file.samefile(source):
                raise click.ClickException(TEXTS["same"][lang].format(file=file))
            text, notes = _listed(ask, file, source, maps, crs, with_schema, lang)
    except InventoryError as error:
        raise click.ClickException(f"{source}: {error.text(lang)}") from None
    except DraftError as error:
        raise click.ClickException(error.text(lang)) from None
    _write(file, text, with_schema, force, lang, notes)


class _Asker:
    """Gives what an option says, else asks, else (``--yes``) takes the default."""

    def __init__(self, given: dict[str, Any], yes: bool, lang: Lang) -> None:
        self.given = given
        self.yes = yes
        self._lang = lang

    def __call__(self, name: str, default: Any, kind: Any) -> Any:
        value = self.given[name]
        if value is not None:
            return value
        if not self.yes:
            return click.prompt(TEXTS[name][self._lang], default=default, type=kind)
        if default is None:
            raise click.UsageError(TEXTS["yes-needs"][self._lang].format(one=f"--{name}"))
        return default


def _cut(ask: _Asker, lang: Lang) -> dict[str, Any]:
    cut = ask("cut", _NONE, _Cut(lang))
    cut = cut if isinstance(cut, Cut) else None
    return {"cut": cut, "supply": ask("supply", "permanent", _SUPPLY) if cut else "permanent"}


def _asked(ask: _Asker, file: Path, with_schema: bool, lang: Lang) -> str:
    name = ask("name", "Mon village" if lang == "fr" else "My village", _Line(lang))
    latitude = ask("latitude", None, _LATITUDE.told_in(lang))
    longitude = ask("longitude", None, _LONGITUDE.told_in(lang))
    timezone = ask("timezone", "Europe/Paris", _Zone(lang))
    street = ask("street", "Grande Rue" if lang == "fr" else "Main street", _Line(lang))
    luminaires = ask("luminaires", 20, _COUNT)
    lamp = ask("lamp", "led", click.Choice(LAMPS))
    answers = Answers(
        name=name,
        latitude=latitude,
        longitude=longitude,
        timezone=timezone,
        street=street,
        luminaires=luminaires,
        lamp=lamp,
        power_w=ask("power", _POWER.get(lamp, 70.0), _WATTS.told_in(lang)),
        spacing_m=ask("spacing", 30.0, _SPACING.told_in(lang)),
        **_cut(ask, lang),
        schema=_SCHEMA if with_schema else "",
        file=file.name,
    )
    return from_answers(answers, lang)


def _listed(
    ask: _Asker,
    file: Path,
    source: Path,
    maps: tuple[str, ...],
    crs: str | None,
    with_schema: bool,
    lang: Lang,
) -> tuple[str, dict[str, list[str]]]:
    table = read(source)
    system = parse_crs(crs) if crs is not None else None
    mapping = _mapping(table, maps, ask.yes, lang)
    zone = ask.given["timezone"] or "Europe/Paris"
    exchange = (
        zone.startswith("Europe/")
        and exchanged(table, mapping, system)
        and (ask.yes or _confirmed(TEXTS["exchanged"][lang], lang))
    )
    inventory = lamps(table, mapping, system, exchange)
    name = commonest(lamp.commune for lamp in inventory.lamps) or clean(source.stem)
    answers = Answers(
        name=ask("name", name or "Site", _Line(lang)),
        latitude=inventory.latitude,
        longitude=inventory.longitude,
        timezone=ask("timezone", "Europe/Paris", _Zone(lang)),
        lamp=ask.given["lamp"] or "led",
        power_w=ask.given["power"] or _POWER["led"],
        **_cut(ask, lang),
        schema=_SCHEMA if with_schema else "",
        file=file.name,
    )
    text, notes = from_inventory(inventory, table, mapping, answers, lang, source.name)
    return text, {"assumed": notes.assumed, "skipped": notes.skipped}


def _mapping(table: Table, maps: tuple[str, ...], yes: bool, lang: Lang) -> dict[str, str]:
    """Propose what the columns are, and let it be changed."""
    told: dict[str, str] = {}
    for text in maps:
        role, equals, column = text.partition("=")
        if not equals:
            raise click.BadParameter(
                TEXTS["role-column"][lang].format(one=text), param_hint="--map"
            )
        told[role.strip()] = column.strip()
    named = checked_mapping(table, {r: c for r, c in told.items() if c != _NONE})
    for role in told:
        if role not in ROLES:
            checked_mapping(table, {role: ""})
    mapping = {r: c for r, c in propose(table).items() if c not in named.values()}
    if any(role in named for role in _POSITIONS):
        mapping = {r: c for r, c in mapping.items() if r not in _POSITIONS}
    mapping = {r: c for r, c in {**mapping, **named}.items() if told.get(r) != _NONE}
    while True:
        mapping = {role: mapping[role] for role in ROLES if role in mapping}
        _show(table, mapping, lang)
        if yes or _confirmed(TEXTS["right"][lang], lang):
            return mapping
        click.echo(TEXTS["choose"][lang])
        chosen: dict[str, str] = {}
        for role in ROLES:
            column = click.prompt(
                f"  {role}, {ROLES[role][lang]}",
                default=mapping.get(role, _NONE),
                value_proc=_column(table, role, lang),
            )
            if column != _NONE:
                chosen[role] = column
        mapping = chosen


_YES: Final = ("", "o", "oui", "y", "yes")
_NO: Final = ("n", "non", "no")


def _confirmed(question: str, lang: Lang) -> bool:
    """Ask: o, oui, y, yes, or nothing; n, non, no."""

    def answer(text: str) -> bool:
        said = text.strip().lower()
        if said not in _YES + _NO:
            raise click.BadParameter(TEXTS["yes-or-no"][lang])
        return said in _YES

    keys = "O/n" if lang == "fr" else "Y/n"
    told: bool = click.prompt(
        f"{question} [{keys}]", default="", show_default=False, value_proc=answer
    )
    return told


def _column(table: Table, role: str, lang: Lang) -> Callable[[str], str]:
    def proven(text: str) -> str:
        if text.strip() == _NONE:
            return _NONE
        try:
            return checked_mapping(table, {role: text.strip()})[role]
        except InventoryError as error:
            raise click.BadParameter(error.text(lang)) from None

    return proven


def _show(table: Table, mapping: dict[str, str], lang: Lang) -> None:
    kind = "CSV" if table.kind == "csv" else "GeoJSON"
    encoding = table.encoding + (f' "{table.delimiter}"' if table.delimiter.strip() else "")
    count = len(table.records)
    click.echo(TEXTS["columns"][lang].format(count=count, kind=kind, encoding=encoding))
    rows = [(role, column, table.examples(column)) for role, column in mapping.items()]
    if table.has_places and not any(role in mapping for role in _POSITIONS):
        rows.append(("x, y", f"({TEXTS['geometry'][lang]})", ()))
    wide = max((len(role) for role, _, _ in rows), default=0)
    broad = max((len(column) for _, column, _ in rows), default=0)
    for role, column, examples in rows:
        shown = ", ".join(f'"{value}"' for value in examples)
        click.echo(f"  {role:{wide}}  {column:{broad}}  {shown}".rstrip())
    unused = [column for column in table.columns if column not in mapping.values()]
    if unused:
        names = ", ".join(unused[:20]) + (", ..." if len(unused) > 20 else "")
        click.echo("  " + TEXTS["unused"][lang].format(names=names))


def _write(
    file: Path, text: str, with_schema: bool, force: bool, lang: Lang, notes: dict[str, list[str]]
) -> None:
    """Prove the text, write it and the schema beside it, and say what there is to know."""
    report = check_document(parse(text.encode()), str(file))
    site = report.site
    if site is None:
        for finding in report.findings:
            click.echo(finding.line_text(lang), err=True)
        raise click.ClickException(TEXTS["faulty"][lang])
    if with_schema:
        beside = file.parent / _SCHEMA
        made = schema.text()
        if not beside.exists() or force:
            write_text(beside, made)
        elif beside.read_bytes() != made.encode():
            click.echo(TEXTS["schema-kept"][lang].format(file=beside))
    write_text(file, text)
    total = sum(lamp.count for lamp in site.luminaires)
    counts = {"streets": len(site.streets), "cabinets": len(site.cabinets)}
    click.echo(TEXTS["written"][lang].format(file=file, count=total, **counts))
    for title, lines in notes.items():
        if lines:
            click.echo(TEXTS[title][lang])
            for line in lines:
                click.echo(f"  {line}")
    for finding in report.warnings:
        click.echo(finding.line_text(lang))
    click.echo(TEXTS["next"][lang].format(file=file))
