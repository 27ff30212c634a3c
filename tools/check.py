"""`noctule check`: every fault of a site file, with its place and its cure."""

from __future__ import annotations

from pathlib import Path

import click

from sim.site import check as check_site
from tools.common import Lang, dump_json, lang_option, site_argument


@click.command()
@site_argument
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@lang_option
def check(site: Path, as_json: bool, lang: Lang) -> None:
    """Check a site file.

    Prints every finding as FILE:LINE:COLUMN with what is wrong and what would be right. Exit code
    1 when there are errors; warnings alone leave it at 0.
    """
    report = check_site(site)
    errors, warnings = len(report.errors), len(report.warnings)
    if as_json:
        click.echo(
            dump_json(
                {
                    "format": 1,
                    "file": report.file,
                    "valid": report.site is not None,
                    "errors": errors,
                    "warnings": warnings,
                    "findings": [finding.to_json(lang) for finding in report.findings],
                }
            ),
            nl=False,
        )
    else:
        for finding in report.findings:
            click.echo(finding.line_text(lang))
        if report.site is not None:
            count = len(report.site.luminaires)
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
    if report.site is None:
        raise SystemExit(1)
