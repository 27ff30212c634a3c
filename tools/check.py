"""`noctule check`: every fault of a site file, with its place and its cure."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final

import click

from sim.site import Report
from sim.site import check as check_site
from sim.site.document import DocumentError, parse
from sim.writing.corrections import Change
from sim.writing.fix import fix
from tools.common import Lang, backup, dump_json, lang_option, site_argument, write_text

TEXTS: Final[dict[str, dict[Lang, str]]] = {
    "fixed": {"fr": "corrigé", "en": "fixed"},
    "would": {"fr": "à corriger", "en": "would be fixed"},
    "backup": {
        "fr": "{count} correction(s) ; l'original est gardé : {file}",
        "en": "{count} correction(s); the original is kept: {file}",
    },
    "dry": {
        "fr": "{count} correction(s) possible(s) ; rien n'a été écrit.",
        "en": "{count} correction(s) possible; nothing was written.",
    },
    "nothing": {
        "fr": "rien à corriger sans risque.",
        "en": "nothing that can be corrected safely.",
    },
}


@click.command()
@site_argument
@click.option("--fix", "fixes", is_flag=True, help="Correct what has only one reading.")
@click.option("--dry-run", is_flag=True, help="With --fix: show it, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@lang_option
def check(site: Path, fixes: bool, dry_run: bool, as_json: bool, lang: Lang) -> None:
    """Check a site file.

    Prints every finding as FILE:LINE:COLUMN with what is wrong and what would be right. Exit code
    1 when there are errors; warnings alone leave it at 0.

    With --fix, what can only be meant one way is corrected in its place: misspelt keys and words,
    "22h30", "10 minutes", a number in quotes, a missing quote... Comments and layout stay, figures
    are never changed, nothing is deleted, and what is not certain is left with its finding. It
    shows what it changed and keeps the original as SITE.bak (or .bak2, ...). A file without
    errors is left as it is. With --dry-run the findings are those that would be left, and the exit
    code is 1 when there is something to correct.
    """
    if dry_run and not fixes:
        raise click.UsageError(
            "--dry-run va avec --fix" if lang == "fr" else "--dry-run goes with --fix"
        )
    changes: tuple[Change, ...] = ()
    kept: Path | None = None
    if fixes:
        report, changes, diff, kept = _fixed(site, dry_run)
    else:
        report, diff = check_site(site), []
    errors, warnings = len(report.errors), len(report.warnings)
    if as_json:
        answer: dict[str, object] = {
            "format": 1,
            "file": report.file,
            "valid": report.site is not None,
            "errors": errors,
            "warnings": warnings,
            "findings": [finding.to_json(lang) for finding in report.findings],
        }
        if fixes:
            answer["fixed"] = [
                {**change.finding.to_json(lang), "before": change.before, "after": change.after}
                for change in changes
            ]
            answer["written"] = kept is not None
        click.echo(dump_json(answer), nl=False)
    else:
        if fixes:
            _print_changes(changes, diff, kept, lang)
        for finding in report.findings:
            click.echo(finding.line_text(lang))
        if report.site is not None:
            count = sum(lamp.count for lamp in report.site.luminaires)
            click.echo(
                f"{site} : bon, {count} points lumineux, {warnings} avertissement(s)."
                if lang == "fr"
                else f"{site}: fine, {count} luminaires, {warnings} warning(s)."
            )
        else:
            click.echo(
                f"{site} : {errors} erreur(s), {warnings} avertissement(s)."
                if lang == "fr"
                else f"{site}: {errors} error(s), {warnings} warning(s)."
            )
    if report.site is None or (dry_run and changes):
        raise SystemExit(1)


def _fixed(site: Path, dry_run: bool) -> tuple[Report, tuple[Change, ...], list[str], Path | None]:
    """Correct the file in its place: the report afterwards, what changed, and the backup."""
    try:
        before = site.read_bytes()
    except (OSError, ValueError):
        return check_site(site), (), [], None  # says it in its own words
    made = fix(before, str(site))
    if not made.changes:
        return made.report, (), [], None
    diff = list(
        difflib.unified_diff(
            _lines(before), _lines(made.data), str(site), str(site), n=0, lineterm=""
        )
    )
    if dry_run:
        return made.report, made.changes, diff, None
    kept = backup(site, before)
    # a link stays one: what it names is rewritten
    write_text(site.resolve(), made.data.decode())
    return made.report, made.changes, diff, kept


def _lines(data: bytes) -> list[str]:
    try:
        parse(data)
    except DocumentError as error:
        if error.code == "utf-16":
            return data.decode("utf-16", errors="replace").splitlines()
    try:
        return data.decode().splitlines()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace").splitlines()


def _print_changes(
    changes: tuple[Change, ...], diff: list[str], kept: Path | None, lang: Lang
) -> None:
    if not changes:
        click.echo(TEXTS["nothing"][lang])
        return
    done = TEXTS["would" if kept is None else "fixed"][lang]
    colon = " :" if lang == "fr" else ":"
    for change in changes:
        found = change.finding
        click.echo(
            f"{found.file}:{found.line}:{found.column}: {done}{colon} "
            f"{found.message(lang)}{colon} {change.before} → {change.after}"
        )
    for line in diff:
        click.echo(line)
    text = TEXTS["dry" if kept is None else "backup"][lang]
    click.echo(text.format(count=len(changes), file=kept))
