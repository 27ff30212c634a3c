"""`noctule trace`: a luminaire's night, line by line, on a runtime of one's choice."""

from __future__ import annotations

from pathlib import Path

import click

from sim import tracing
from sim.runtimes import RUNTIMES, GuestError, RuntimeMissingError
from tools.common import Day, lamp_index, open_site, site_argument, spoken
from tools.sim import _fault

_MONTH = 31  # nights


@click.command()
@site_argument
@click.option("--lamp", required=True, metavar="ID", help="The luminaire.")
@click.option("--night", required=True, type=Day(), help="The night that begins on this day.")
@click.option("--runtime", type=click.Choice(RUNTIMES), default="cpython", show_default=True)
@click.option("--seed", type=int, help="With this seed's people; without it nobody passes.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="LAMP:KIND@TIME[:BY]",
    help="A fault of that night or of the month before, as for `noctule sim` (repeatable).",
)
def trace(
    site: Path, lamp: str, night: int, runtime: str, seed: int | None, faults: tuple[str, ...]
) -> None:
    """Print a night's timeline, noon to noon, one line a change.

    \b
    2026-11-23T21:00:00.000Z 60 5000 program:point:0.0 synced
    UTC time, level %, ramp ms, reason (layer:why:detail), quality of the node's time.

    The three runtimes (CPython, MicroPython, 32-bit MicroPython) print the same bytes. Calls of
    the site file, events, and what a meter shows are part of the night. With a fault of an earlier
    night the first line is what was in force at noon.
    """
    made = open_site(site, "en")
    index = lamp_index(made, lamp, "en")
    befell = [_fault(made, text, "en", night - _MONTH, _MONTH + 1) for text in faults]
    for fault in befell:
        if fault.lamp == index and fault.kind in tracing.NOT_TRACED:
            raise click.BadParameter(
                f"{fault.kind} ne se trace pas"
                if spoken() == "fr"
                else f"{fault.kind} cannot be traced",
                param_hint="--fault",
            )
    try:
        click.echo(tracing.trace(made, lamp, night, runtime, seed, befell), nl=False)
    except RuntimeMissingError as error:
        raise click.ClickException(str(error)) from None
    except GuestError as error:
        raise click.ClickException(f"{error}\n{error.traceback}") from None
