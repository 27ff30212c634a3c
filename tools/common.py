"""What the commands share: sites, languages, dates, files."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import click
from noctule.brain.dates import day_number

from sim.site import Site, SiteErrors, load_site

Lang = Literal["fr", "en"]
F = TypeVar("F", bound=Callable[..., Any])

FIRST, LAST = dt.date(2000, 1, 3), dt.date(2099, 12, 28)
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def default_lang() -> Lang:
    """French where the environment speaks it, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def lang_option(function: F) -> F:
    """`--lang fr|en`."""
    return click.option(
        "--lang",
        type=click.Choice(["fr", "en"]),
        default=default_lang,
        help="Language of the answer [default: that of the environment].",
    )(function)


site_argument = click.argument("site", metavar="SITE", type=click.Path(path_type=Path))


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
            self.fail(f"{value!r} is no date: write it as 2026-11-23", param, ctx)
        if not FIRST <= day <= LAST:
            self.fail(f"{day} is outside {FIRST} to {LAST}", param, ctx)
        return int(day_number(day.year, day.month, day.day))


def check_span(first: int, nights: int, hint: str) -> None:
    """Refuse nights beyond the almanac's century."""
    if first + nights - 1 > day_number(LAST.year, LAST.month, LAST.day):
        raise click.BadParameter(f"the nights go beyond {LAST}", param_hint=hint)


def instant(text: str, timezone: str, hint: str) -> int:
    """Milliseconds since 2000 of an instant: local time of the site, or with Z or an offset."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no time: write it as 2026-11-24 02:10 (local), or with an offset as "
            "2026-11-24T02:10+01:00",
            param_hint=hint,
        ) from None
    if not FIRST.year <= moment.year <= LAST.year:
        raise click.BadParameter(f"{text} is outside {FIRST} to {LAST}", param_hint=hint)
    if moment.tzinfo is None:
        zone = ZoneInfo(timezone)
        local = moment.replace(tzinfo=zone)
        if local.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != moment:
            raise click.BadParameter(
                f"{text} does not exist in {timezone}: clocks go forward over it", param_hint=hint
            )
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            click.echo(
                f"{text} happens twice in {timezone}; the first is meant "
                "(name the other with its offset)",
                err=True,
            )
        moment = local
    if not FIRST <= moment.astimezone(dt.UTC).date() <= LAST:
        raise click.BadParameter(f"{text} is outside {FIRST} to {LAST}", param_hint=hint)
    return (moment - EPOCH) // dt.timedelta(milliseconds=1)


def check_writable(path: Path) -> None:
    """Say at once, before long work, that a file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
    if path.is_dir():
        raise click.ClickException(f"{path} cannot be written: it is a folder")


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
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None


def dump_json(value: object) -> str:
    """JSON as all commands print it."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
