"""`noctule provision`, `noctule recover`: a board becomes a luminaire's node, whatever is on it.

Both send the updater as source, each piece hashed before it is run: they need nothing of ours on
the board, only MicroPython.
"""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from sim.site.boards import load
from tools.common import Lang, lang_option
from tools.push import record
from tools.push.bundle import Bundle
from tools.push.client import Hello
from tools.push.home import TextError
from tools.push.plan import Plan, plan, weight
from tools.push.source import bundle_for
from tools.push.visit import TroubleError, carry_out, has_files, look, make_files, visit
from tools.push.words import PLANS, said
from tools.push_ import chosen_ports

_SITE = click.argument("site", metavar="SITE", type=click.Path(exists=True, path_type=Path))
_PORT = click.option("--port", help="The board's serial port [the only USB one].")
_BOARD = click.option("--board", help="The board, in the place of the site's.")
_KEY = click.option(
    "--wifi-key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the Wi-Fi key.",
)


@click.command()
@_SITE
@click.option("--lamp", required=True, metavar="ID", help="The luminaire.")
@_PORT
@_BOARD
@_KEY
@click.option("--dry-run", is_flag=True, help="Ask the board what it is; write nothing.")
@lang_option
def provision(
    site: Path,
    lamp: str,
    port: str | None,
    board: str | None,
    wifi_key_file: Path | None,
    dry_run: bool,
    lang: Lang,
) -> None:
    """Make a board with stock MicroPython the node of a luminaire: its first contact.

    It gets the public keys that it will trust, its identity, configuration and wiring, then the
    code; it is lit from its first file on. A board that was another luminaire's node becomes this
    one's, and forgets what it had learnt.
    """
    _onto(site, lamp, port, board, wifi_key_file, dry_run, lang)


@click.command()
@_SITE
@click.option("--lamp", metavar="ID", help="The luminaire [the one that the board was].")
@_PORT
@_BOARD
@_KEY
@click.option("--dry-run", is_flag=True, help="Ask the board what it is; write nothing.")
@lang_option
def recover(
    site: Path,
    lamp: str | None,
    port: str | None,
    board: str | None,
    wifi_key_file: Path | None,
    dry_run: bool,
    lang: Lang,
) -> None:
    """Bring a node back, in any state that still has MicroPython: code that does not run, files
    that are missing, an updater that does not load.

    What the node has learnt and counted stays, if it is the same luminaire's.
    """
    _onto(site, lamp, port, board, wifi_key_file, dry_run, lang)


def _onto(
    site: Path,
    lamp: str | None,
    port: str | None,
    board: str | None,
    wifi_key_file: Path | None,
    dry_run: bool,
    lang: Lang,
) -> None:
    console = Console(highlight=False, soft_wrap=True, markup=False)
    where = chosen_ports([port] if port else [], False, lang)[0]
    try:
        if not has_files(where):
            console.print(said("format", lang, port=where))
            if dry_run:
                console.print(said("dry", lang))
                return
            make_files(where)
        hello = _hello(where, dry_run)
        name = lamp or hello.node
        bundle = bundle_for(
            site, [name] if name else [], board, wifi_key_file, lang,
            keeps=not dry_run, all_known=lamp is not None,
        )  # fmt: skip
        made = plan(hello, bundle, "all", name or None)
        refusal = made.refusal or _unasked(hello, bundle, name, lamp, board)
        if refusal:
            key, params = refusal
            raise click.ClickException(f"{where}: {PLANS[key][lang].format(**params)}")
        _check(made, hello, where, bundle.nodes[name].manifest.board)
        if hello.node and (hello.node, hello.site) != (name, bundle.site):
            console.print(said("was", lang, node=hello.node, site=hello.site))
        console.print(said("is", lang, port=where, node=name, board=made.hello.machine))
        if dry_run:
            console.print(said("dry", lang))
            return
        record.remember(bundle)
        known = record.Known()
        total = sum(weight(each, bundle, None) for each in (made.own, made.code) if each) or 1
        with Progress(console=console, disable=not console.is_terminal) as bars:
            task = bars.add_task(f"{where} {name}", total=total)
            carry_out(
                where, made, bundle, known, lambda size: bars.advance(task, size), plain=True
            )
            bars.update(task, completed=total)
        console.print(said("runs", lang, node=name, port=where))
    except TextError as trouble:
        raise click.ClickException(trouble.text(lang)) from None


def _hello(port: str, gently: bool) -> Hello:
    """What the board says of itself. `gently`: by its own updater, if that answers, since each
    start takes one from a trial."""
    if gently:
        try:
            return look(port)
        except TroubleError:
            pass  # it has none that works
    with visit(port, plain=True) as (_, client):
        hello = client.hello()
        client.end(restart=True)
        return hello


def _unasked(
    hello: Hello, bundle: Bundle, name: str, lamp: str | None, board: str | None
) -> tuple[str, dict[str, str]] | None:
    """Why a board is not made what nobody has said that it should be: (key of PLANS, its
    parameters)."""
    if lamp is None and hello.site and hello.site != bundle.site:
        return "other-site", {"node": hello.node, "site": hello.site}
    meant = bundle.nodes[name].manifest.board
    if board is None and hello.board and hello.board != meant:
        return "other-board", {"board": hello.board, "meant": meant}
    return None


def _check(made: Plan, hello: Hello, port: str, board: str) -> None:
    """Raises TroubleError: the chip is another board's."""
    kind = load(board)
    if not kind.machine.search(hello.machine):
        raise TroubleError("wrong-board", port=port, machine=hello.machine, board=kind.title)
