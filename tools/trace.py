"""`noctule trace`: a luminaire's night, line by line, on a runtime of one's choice."""

from __future__ import annotations

from pathlib import Path

import click

from sim import tracing
from sim.runtimes import RUNTIMES, GuestError, RuntimeMissingError
from tools.common import Day, lamp_index, open_site, site_argument


@click.command()
@site_argument
@click.option("--lamp", required=True, metavar="ID", help="The luminaire.")
@click.option("--night", required=True, type=Day(), help="The night that begins on this day.")
@click.option("--runtime", type=click.Choice(RUNTIMES), default="cpython", show_default=True)
@click.option("--seed", type=int, help="With this seed's people; without it nobody passes.")
def trace(site: Path, lamp: str, night: int, runtime: str, seed: int | None) -> None:
    """Print a night's timeline, noon to noon, one line a change.

    \b
    2026-11-23T21:00:00.000Z 60 5000 program:point:0.0 synced
    UTC time, level %, ramp ms, reason (layer:why:detail), quality of the node's time.

    The three runtimes (CPython, MicroPython, 32-bit MicroPython) print the same bytes.
    """
    made = open_site(site, "en")
    lamp_index(made, lamp, "en")
    try:
        click.echo(tracing.trace(made, lamp, night, runtime, seed), nl=False)
    except RuntimeMissingError as error:
        raise click.ClickException(str(error)) from None
    except GuestError as error:
        raise click.ClickException(f"{error}\n{error.traceback}") from None
