"""What the commands share: sites, languages, dates, files."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from noctule.brain.dates import day_number

from sim.site import Site, SiteErrors, load_site
from tools.spoken import Lang, default_lang, speaks, spoken

__all__ = [
    "Day",
    "Lang",
    "backup",
    "check_outputs",
    "check_span",
    "check_writable",
    "default_lang",
    "dump_json",
    "instant",
    "lamp_index",
    "lang_option",
    "only_site",
    "open_site",
    "optional_site_argument",
    "site_argument",
    "spoken",
    "write_text",
]

F = TypeVar("F", bound=Callable[..., Any])

FIRST, LAST = dt.date(2000, 1, 3), dt.date(2099, 12, 28)
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def lang_option(function: F) -> F:
    """`--lang fr|en`."""
    return click.option(
        "--lang",
        type=click.Choice(["fr", "en"]),
        default=default_lang,
        is_eager=True,  # so that what is said of the other options is said in it
        callback=speaks,
        help="Language of the answer [default: that of the environment].",
    )(function)


site_argument = click.argument("site", metavar="SITE", type=click.Path(path_type=Path))
optional_site_argument = click.argument(
    "site", metavar="[SITE]", required=False, type=click.Path(path_type=Path)
)


def only_site(command: str, lang: Lang) -> Path:
    """The site file of the folder that one is in; none, or several: usage error."""
    found = sorted(path for path in Path().glob("*.toml") if _is_site(path))
    if len(found) == 1:
        return found[0]
    known = ", ".join(map(str, found))
    if lang == "fr":
        known = known or "aucun fichier .toml"
        said = f"dites de quel site : noctule {command} SITE. Il y a ici : {known}"
    else:
        known = known or "no .toml files"
        said = f"say which site: noctule {command} SITE. There are here: {known}"
    raise click.UsageError(said)


def _is_site(path: Path) -> bool:
    """Whether it looks like one: other files end in .toml too."""
    try:
        return "\n[site]" in "\n" + path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def open_site(path: Path, lang: Lang) -> Site:
    """A proven site, or its findings on stderr and exit code 1."""
    try:
        return load_site(path)
    except SiteErrors as errors:
        for finding in errors.findings:
            click.echo(finding.line_text(lang), err=True)
        raise SystemExit(1) from None


def lamp_index(site: Site, lamp: str, lang: Lang, hint: str = "--lamp") -> int:
    """Index of a luminaire by its id; unknown: usage error with the nearest ids."""
    ids = [x.id for x in site.luminaires]
    if lamp in ids:
        return ids.index(lamp)
    near = ", ".join(difflib.get_close_matches(lamp, ids, 3, 0.3) or ids[:3])
    raise click.BadParameter(
        f"pas de point lumineux « {lamp} » dans ce site ; par exemple : {near}"
        if lang == "fr"
        else f'no luminaire "{lamp}" in this site; for example: {near}',
        param_hint=hint,
    )


class Day(click.ParamType[int]):
    """YYYY-MM-DD, as a day number since 2000-01-01."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: Any) -> int:
        """Parse."""
        if isinstance(value, int):
            return value
        try:
            day = dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(
                f"« {value} » n'est pas une date : écrivez 2026-11-23"
                if spoken() == "fr"
                else f"{value!r} is no date: write it as 2026-11-23",
                param,
                ctx,
            )
        if not FIRST <= day <= LAST:
            self.fail(_outside(day), param, ctx)
        return int(day_number(day.year, day.month, day.day))


def _outside(what: object) -> str:
    if spoken() == "fr":
        return f"{what} est hors de {FIRST} à {LAST}"
    return f"{what} is outside {FIRST} to {LAST}"


def check_span(first: int, nights: int, hint: str) -> None:
    """Refuse nights beyond the almanac's century."""
    if first + nights - 1 > day_number(LAST.year, LAST.month, LAST.day):
        raise click.BadParameter(
            f"les nuits vont au-delà du {LAST}"
            if spoken() == "fr"
            else f"the nights go beyond {LAST}",
            param_hint=hint,
        )


def instant(text: str, timezone: str, hint: str) -> int:
    """Milliseconds since 2000 of an instant: local time of the site, or with Z or an offset."""
    fr = spoken() == "fr"
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"« {text} » n'est pas une heure : écrivez 2026-11-24 02:10 (heure locale), ou avec "
            "un décalage, 2026-11-24T02:10+01:00"
            if fr
            else f"{text!r} is no time: write it as 2026-11-24 02:10 (local), or with an offset "
            "as 2026-11-24T02:10+01:00",
            param_hint=hint,
        ) from None
    if not FIRST.year <= moment.year <= LAST.year:
        raise click.BadParameter(_outside(text), param_hint=hint)
    if moment.tzinfo is None:
        zone = ZoneInfo(timezone)
        local = moment.replace(tzinfo=zone)
        if local.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != moment:
            raise click.BadParameter(
                f"{text} n'existe pas ({timezone}) : on avance d'une heure"
                if fr
                else f"{text} does not exist in {timezone}: clocks go forward over it",
                param_hint=hint,
            )
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            click.echo(
                f"{text} arrive deux fois ({timezone}) ; c'est la première qui est prise "
                "(l'autre se nomme par son décalage)"
                if fr
                else f"{text} happens twice in {timezone}; the first is meant "
                "(name the other with its offset)",
                err=True,
            )
        moment = local
    if not FIRST <= moment.astimezone(dt.UTC).date() <= LAST:
        raise click.BadParameter(_outside(text), param_hint=hint)
    return (moment - EPOCH) // dt.timedelta(milliseconds=1)


def check_outputs(inputs: Sequence[Path], outputs: Sequence[Path], lang: Lang) -> None:
    """Refuse, before anything is written, an output that is also an input or another output."""
    known = list(inputs)
    for path in outputs:
        if any(_same_file(path, other) for other in known):
            fr = lang == "fr"
            if any(_same_file(path, other) for other in inputs):
                why = "c'est le fichier lu" if fr else "it is the file that is read"
            else:
                why = "deux sorties y iraient" if fr else "two outputs would go there"
            raise click.UsageError(
                f"{path} ne sera pas écrit : {why} ; donnez un autre nom. Rien n'a été changé."
                if fr
                else f"{path} will not be written: {why}; give another name. Nothing was changed."
            )
        known.append(path)


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there yet
        return one.resolve() == other.resolve()


def check_writable(path: Path) -> None:
    """Say at once, before long work, that a file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _unwritable(path, error.strerror) from None
    if path.is_dir():
        raise _unwritable(path, "c'est un dossier" if spoken() == "fr" else "it is a folder")


def write_text(path: Path, text: str) -> None:
    """Write a whole file or nothing: beside it first, then in its place."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise _unwritable(path, error.strerror) from None


def backup(site: Path, data: bytes) -> Path:
    """Keep the original beside the file, under a name that is free."""
    for number in range(1, 1000):
        kept = site.with_name(f"{site.name}.bak{number if number > 1 else ''}")
        try:
            with kept.open("xb") as file:
                file.write(data)
            return kept
        except FileExistsError:
            continue
        except OSError as error:
            raise _unwritable(kept, error.strerror) from None
    raise click.ClickException(
        f"{site}.bak ... .bak999 existent tous : supprimez-en"
        if spoken() == "fr"
        else f"{site}.bak ... .bak999 all exist: remove some"
    )


def _unwritable(path: Path, reason: str | None) -> click.ClickException:
    return click.ClickException(
        f"{path} ne peut pas être écrit : {reason}"
        if spoken() == "fr"
        else f"{path} cannot be written: {reason}"
    )


def dump_json(value: object) -> str:
    """JSON as all commands print it."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
