"""`noctule export`: a site in the terms of a management system, and what these cannot say."""

from __future__ import annotations

from pathlib import Path

import click

from sim.exchange import lwm2m, ngsi_ld, talq
from sim.exchange.unsaid import Exported
from sim.exchange.words import THEIRS
from sim.site.model import Site
from tools.common import (
    Lang,
    check_outputs,
    check_writable,
    dump_json,
    lang_option,
    open_site,
    site_argument,
    write_text,
)

FORMATS = {"talq": talq, "lwm2m": lwm2m, "ngsi-ld": ngsi_ld}
_HEADS = {
    "unsaid": {
        "fr": "Ce que {model} ne dit pas de ce site :",
        "en": "What {model} does not say of this site:",
    },
    "theirs": {
        "fr": "Ce que {model} sait dire et qu'un site Noctule ne dit pas :",
        "en": "What {model} can say and a Noctule site cannot:",
    },
}


@click.command()
@click.argument("form", metavar="talq|lwm2m|ngsi-ld", type=click.Choice(list(FORMATS)))
@site_argument
@click.option("--output", type=click.Path(path_type=Path), help="Write the JSON to a file.")
@click.option(
    "--unsaid",
    "unsaid_file",
    type=click.Path(path_type=Path),
    help="Write the list of what is not said as JSON.",
)
@click.option("--theirs", is_flag=True, help="List what that model says and a site cannot, too.")
@lang_option
def export(
    form: str, site: Path, output: Path | None, unsaid_file: Path | None, theirs: bool, lang: Lang
) -> None:
    """Export a site: TALQ 2.7.1 data model, uCIFI/LwM2M objects, or NGSI-LD entities.

    The JSON goes to standard output or to a file; what the model cannot say of the site is listed
    on standard error, with the places in the site file.
    """
    made = open_site(site, lang)
    outputs = [path for path in (output, unsaid_file) if path is not None]
    check_outputs([site], outputs, lang)
    for path in outputs:
        check_writable(path)
    exported = _export(form, made)
    model = FORMATS[form].MODEL
    if output is None:
        click.echo(dump_json(exported.data), nl=False)
    else:
        write_text(output, dump_json(exported.data))
    if unsaid_file is not None:
        listed = {
            "format": 1,
            "model": model,
            "unsaid": [one.to_json(lang) for one in exported.unsaid],
        }
        write_text(unsaid_file, dump_json(listed))
    if exported.unsaid:
        click.echo(_HEADS["unsaid"][lang].format(model=model), err=True)
    for one in exported.unsaid:
        click.echo(f"- {one.line(lang)}", err=True)
    if theirs:
        click.echo(_HEADS["theirs"][lang].format(model=model), err=True)
        for text in THEIRS[form].values():
            click.echo(f"- {text[lang]}", err=True)


def _export(form: str, site: Site) -> Exported:
    """Run the export of that name."""
    if form == "talq":
        return talq.export(site)
    return lwm2m.export(site) if form == "lwm2m" else ngsi_ld.export(site)
