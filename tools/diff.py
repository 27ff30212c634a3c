"""`noctule diff`: what changes from a site file to another."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.compare import compare, text
from tools.common import Day, Lang, check_span, dump_json, lang_option, open_site
from tools.sim import _Progress


@click.command()
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option("--from", "first", type=Day(), help="First night, YYYY-MM-DD [default: tonight].")
@click.option("--nights", default=365, show_default=True, type=click.IntRange(1, 3660))
@click.option("--seed", type=int, help="With this seed's people; without it nobody passes.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@lang_option
def diff(
    old: Path,
    new: Path,
    first: int | None,
    nights: int,
    seed: int | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Say what changes from one site file to another: in words, in light, in kWh.

    First what is written otherwise; then, over the nights compared, which luminaires change, on
    which nights, by how much light (luminaire-hours at full light), energy and cost.

    Exit code 0: no difference; 1: they differ (or a file has errors, said on standard error).
    """
    sites = [open_site(path, lang) for path in (old, new)]
    if first is None:
        first = int(time.time() // 86400) - 10957
    check_span(first, nights, "--nights")
    with _Progress(nights) as progress:
        found = compare(sites[0], sites[1], first, nights, seed, progress)
    if as_json:
        made = {"format": 1, "old": str(old), "new": str(new), **found.to_json(lang)}
        click.echo(dump_json(made), nl=False)
    else:
        click.echo(text(found, lang), nl=False)
    raise SystemExit(0 if found.same else 1)
