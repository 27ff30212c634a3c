"""`noctule import`: programs and calendars of a management system, for a site file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from sim.exchange import talq
from sim.exchange.merge import changed, lost_comments, merged
from sim.exchange.talq_import import MOST_BYTES
from sim.site.check import check_document
from sim.site.document import parse
from tools.common import (
    Lang,
    backup,
    check_outputs,
    check_writable,
    lang_option,
    open_site,
    write_text,
)

_BACKUP: Final[dict[Lang, str]] = {
    "fr": "l'original est gardé : {file}",
    "en": "the original is kept: {file}",
}


@click.command(name="import")
@click.argument("form", metavar="talq", type=click.Choice(["talq"]))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    help="A site file: give the whole of it, with what has changed replaced.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Write the TOML to a file.")
@lang_option
def import_(form: str, file: Path, into: Path | None, output: Path | None, lang: Lang) -> None:
    """Import control programs and calendars of the TALQ 2.7.1 data model (JSON).

    Gives them as TOML, to standard output or to a file; with --into a whole site file, checked.
    With --output the same as --into, the site is replaced, and kept as SITE.bak.
    What a site cannot say is refused, with its place in the JSON and the cure: exit code 1, and
    nothing is written. Notes go to standard error.
    """
    site = None if into is None else open_site(into, lang)
    if output is not None:
        check_outputs([file], [output], lang)
        check_writable(output)
    try:
        imported = talq.import_(talq.load(_bytes(file, lang)), site)
        if site is not None:
            imported = changed(imported, site)
        _tell(imported.notes, file, lang)
        text = imported.toml()
        if into is not None:
            own = _text(into)
            text = merged(own, imported)
            _tell(lost_comments(own, text), file, lang)
    except talq.Refused as refused:
        _tell(refused.findings, file, lang)
        raise SystemExit(1) from None
    if into is not None:
        report = check_document(parse(text.encode()), str(output or into))
        if report.site is None:
            for finding in report.errors:
                click.echo(finding.line_text(lang), err=True)
            raise SystemExit(1)
    if output is None:
        click.echo(text, nl=False)
        return
    if into is not None and output.exists() and output.samefile(into):
        if text == _text(into):
            return
        kept = backup(into, into.read_bytes())
        click.echo(_BACKUP[lang].format(file=kept), err=True)
        output = into.resolve()  # a link stays one
    write_text(output, text)


def _bytes(file: Path, lang: Lang) -> bytes:
    """The file, or one byte more than is read; what cannot be read is said, exit code 1."""
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        text = "ne peut pas être lu" if lang == "fr" else "cannot be read"
        click.echo(f"{file}: {text} ({why})", err=True)
        raise SystemExit(1) from None


def _text(site: Path) -> str:
    """The text of a site file that has just been proven, with the line ends of this system."""
    try:
        return site.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{site}: {error}") from None


def _tell(findings: tuple[talq.ImportFinding, ...], file: Path, lang: Lang) -> None:
    for finding in findings:
        click.echo(finding.line_text(str(file), lang), err=True)
