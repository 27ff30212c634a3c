"""`noctule schema`: the JSON Schema of a site file, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from sim.site import schema as site_schema
from tools.common import check_writable, write_text


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; without it, standard output.",
)
def schema(output: Path | None) -> None:
    """Write the JSON Schema of a site file, so that editors complete and check it.

    A site file names it in its first line:

    \b
    #:schema noctule.schema.json
    """
    text = site_schema.text()
    if output is None:
        click.echo(text, nl=False)
        return
    check_writable(output)
    write_text(output, text)
