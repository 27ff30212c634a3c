"""`noctule board`: a virtual board on a serial line, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click

from sim.board import Board, BoardError, Clock
from sim.board.image import write_image
from sim.board.parts.fitting import fit
from sim.site.power import Power
from sim.site.tree import build_tree
from sim.site.wiring import Wiring, wiring
from tools.common import lamp_index, open_site, spoken

_NOTE = "mpremote connect {port}     ({link} -> {port}); Ctrl-C switches the board off"
_BOARD = "virtual"
_WIFI_KEY = "virtual"  # what the virtual access point takes


class _ClockType(click.ParamType[Clock]):
    name = "real|N|jump"

    def convert(
        self, value: str | Clock, param: click.Parameter | None, ctx: click.Context | None
    ) -> Clock:
        if isinstance(value, Clock):
            return value
        try:
            return Clock.named(value)
        except ValueError:
            self.fail(f"{value!r} is neither real, nor jump, nor how many times real time")


class _Fitted(NamedTuple):
    """A node's wiring; the least percentage of its luminaire's output, and what that draws."""

    wiring: Wiring
    minimum: float
    power: Callable[[float], float]


def _node(site: Path, lamp: str, flash: Path) -> _Fitted:
    """What hangs on a luminaire's node, whose files are put on a flash that is not there yet."""
    lang = spoken()
    made = open_site(site, lang)
    lamp_index(made, lamp, lang)
    luminaire = next(one for one in made.luminaires if one.id == lamp)
    if not flash.exists():
        with tempfile.TemporaryDirectory(prefix="noctule-") as folder:
            build_tree(made, lamp, Path(folder) / "tree", _BOARD, wifi_key=_WIFI_KEY)
            write_image(Path(folder) / "tree", flash)
    driver = made.drivers[luminaire.driver]
    power = Power(driver, luminaire.count)
    fitted = wiring(made, luminaire, _BOARD, wifi_key=_WIFI_KEY)
    return _Fitted(fitted, driver.minimum_level, power.watts)


def _made(
    flash: Path, clock: Clock | None, scenario: Path | None, fitted: _Fitted | None
) -> Board:
    """The board, with what hangs on it. ClickException: the cure is in the text."""
    from sim.board.scenario import ScenarioError, load  # has pydantic with it: half a second

    try:
        if scenario is not None:
            played = load(scenario)
            board = Board(flash, clock=clock or played.clock, kind=played.kind)
            if fitted is None:
                played.plug(board)
            else:
                played.plug(board, *fitted)
            return board
        board = Board(flash, clock=clock or Clock.REAL)
        if fitted is not None:
            now = datetime.now(UTC)
            fit(board.parts, fitted.wiring, now, minimum=fitted.minimum, power=fitted.power)
    except (BoardError, ScenarioError) as error:
        raise click.ClickException(str(error)) from None
    return board


@click.command()
@click.argument("name", default="board")
@click.option(
    "--clock",
    type=_ClockType(),
    help="How time passes: as it does (unless the scenario says), N times as fast, or jumping "
    "over all waits.",
)
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file: what hangs on the board, and what happens when (sim/board/scenario.py).",
)
@click.option(
    "--site",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A site file, with --lamp: the board is that luminaire's node, ready to run, with its "
    "sensors, clock and gear on it.",
)
@click.option("--lamp", metavar="ID", help="The luminaire.")
@click.option(
    "--flash",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The flash's image, made if it is not there [default: build/boards/NAME.img].",
)
@click.option(
    "--link",
    type=click.Path(path_type=Path),
    help="The stable name of the serial line [default: build/boards/NAME].",
)
def board(
    name: str,
    clock: Clock | None,
    scenario: Path | None,
    site: Path | None,
    lamp: str | None,
    flash: Path | None,
    link: Path | None,
) -> None:
    """Run the virtual board NAME: real MicroPython that mpremote drives (Linux).

    The serial line's path is printed first. mpremote knows such lines by their own path only,
    so, in another terminal:

    \b
    noctule board north --site sim/demo/village.toml --lamp R03
    mpremote connect $(readlink build/boards/north) repl
    mpremote connect $(readlink build/boards/north) fs ls

    Several boards run side by side, each with its own NAME. The flash stays in its file: the
    next run boots what the last one left. Jumping, a program that waits runs through the years
    as fast as the PC can; the prompt is in real time.
    """
    if sys.platform != "linux":
        raise click.ClickException("the virtual board runs on Linux only")
    link = link or Path("build/boards") / name
    flash = flash or link.with_name(link.name + ".img")
    for path in (link, flash):
        path.parent.mkdir(parents=True, exist_ok=True)
    if (site is None) != (lamp is None):
        raise click.UsageError("--site and --lamp go together")
    if link.exists() and not link.is_symlink():
        raise click.ClickException(f"{link} is a file of its own: name another --link")
    stopped = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, lambda *_: stopped.set())
    fitted = None if site is None or lamp is None else _node(site, lamp, flash)
    with _made(flash, clock, scenario, fitted) as made:
        click.echo(made.port)
        fresh = link.with_name(f".{link.name}.{os.getpid()}")
        fresh.symlink_to(made.port)
        fresh.replace(link)
        click.echo(_NOTE.format(port=made.port, link=link))
        try:
            while not stopped.wait(0.2):
                if made.error is not None:
                    raise click.ClickException(made.error)
        finally:
            if link.is_symlink() and os.readlink(link) == made.port:
                link.unlink()
