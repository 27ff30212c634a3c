"""`noctule why`: why a luminaire is at its level."""

from __future__ import annotations

from pathlib import Path

import click

from sim.explain import explain
from tools.common import (
    Lang,
    dump_json,
    instant,
    lamp_index,
    lang_option,
    open_site,
    site_argument,
)


@click.command()
@site_argument
@click.option("--lamp", required=True, metavar="ID", help="The luminaire.")
@click.option("--at", "when", required=True, metavar="TIME", help='"2026-11-24 02:10", local.')
@click.option("--seed", type=int, help="With this seed's people; without it nobody passes.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@lang_option
def why(site: Path, lamp: str, when: str, seed: int | None, as_json: bool, lang: Lang) -> None:
    """Say in a sentence why a luminaire is at its level at an instant, past or future.

    Then the layers that spoke, highest first: what each says, and the level after it.
    """
    made = open_site(site, lang)
    lamp_index(made, lamp, lang)
    answer = explain(made, lamp, instant(when, made.site.timezone, "--at"), lang, seed)
    if as_json:
        click.echo(dump_json({"format": 1, "lamp": lamp, **answer.to_json()}), nl=False)
        return
    click.echo(answer.sentence)
    for layer in answer.layers:
        click.echo(f"  {layer.level:3} %  {layer.operation} {layer.value} %  {layer.text}")
    label = "horloge du nœud :" if lang == "fr" else "the node's clock:"
    click.echo(f"  {label} {answer.clock_text}")
