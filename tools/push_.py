"""`noctule push`: an update for one board, or a bench full of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tools.common import Lang, lang_option, only_site
from tools.push import record
from tools.push.bundle import Bundle
from tools.push.client import Held, Hello
from tools.push.fleet import Fleet, Outcome
from tools.push.home import TextError
from tools.push.plan import Parts, Plan, now, plan, weight
from tools.push.source import bundle_for
from tools.push.transport import ports as found_ports
from tools.push.visit import Done, carry_out, look
from tools.push.words import PLANS, said

_FAILURES = 2


def chosen_ports(named: Sequence[str], every: bool, lang: Lang) -> list[str]:
    """The ports that were asked for, or the only one that there is."""
    if named:
        return list(dict.fromkeys(named))
    found = found_ports()
    if not found:
        raise click.UsageError(said("no-ports", lang))
    if len(found) > 1 and not every:
        raise click.UsageError(said("several-ports", lang, ports=", ".join(found)))
    return found


@click.command()
@click.argument(
    "site", metavar="[SITE]", required=False, type=click.Path(exists=True, path_type=Path)
)
@click.option("--port", "ports", multiple=True, help="A serial port; as often as wanted.")
@click.option("--all", "every", is_flag=True, help="Every board on a USB port.")
@click.option(
    "--lamp", "lamps", multiple=True, metavar="ID", help="Only the node of this luminaire."
)
@click.option("--code", "only", flag_value="code", help="Only the code.")
@click.option("--config", "only", flag_value="config", help="Only configurations and wiring.")
@click.option("--board", help="The board, in the place of the site's: a folder of boards/.")
@click.option(
    "--wifi-key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the Wi-Fi key.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be sent; send nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--max-failures",
    type=click.IntRange(1),
    default=_FAILURES,
    show_default=True,
    help="After so many failures no more boards are begun.",
)
@lang_option
def push(
    site: Path | None,
    ports: tuple[str, ...],
    every: bool,
    lamps: tuple[str, ...],
    only: Parts | None,
    board: str | None,
    wifi_key_file: Path | None,
    dry_run: bool,
    yes: bool,
    max_failures: int,
    lang: Lang,
) -> None:
    """Update nodes over their serial lines: what differs of code and configuration.

    SITE is a site file, or a bundle of `noctule build` (which needs no key to be pushed); it may
    be left out where the folder has one site file only. Each
    board says who it is, and gets what its luminaire has in the site; one first, then the others
    side by side. The street stays lit by its programs meanwhile. Whatever is unplugged when, a
    node runs the old or the new, and the next push goes on from there; new code is on trial, and
    goes back by itself if it does not do well.
    """
    site = site or only_site("push", lang)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    fleet = Fleet()
    looked = fleet.each(chosen_ports(ports, every, lang), look)
    nodes = [one.value.node for one in looked if one.value is not None and one.value.node]
    bundle = bundle_for(site, nodes, board, wifi_key_file, lang, keeps=not dry_run)
    plans = {
        one.port: plan(one.value, bundle, only or "all")
        for one in looked
        if one.value is not None and (not lamps or one.value.node in lamps)
    }
    for lamp in lamps:
        if lamp not in nodes:
            raise click.UsageError(said("lamp-absent", lang, lamp=lamp))
    _show(console, looked, plans, bundle, lang)
    troubled = [one for one in looked if one.trouble is not None]
    refused = [port for port, made in plans.items() if made.refusal]
    todo = [port for port, made in plans.items() if not made.nothing and not made.refusal]
    if dry_run or not todo:
        if dry_run:
            console.print(said("dry", lang))
        raise SystemExit(1 if troubled or refused else 0)
    if not yes and not click.confirm(said("ask", lang, count=len(todo)), default=False):
        console.print(said("dry", lang))
        raise SystemExit(1)
    try:
        record.remember(bundle)
    except TextError as error:
        raise click.ClickException(error.text(lang)) from None
    outcomes = _carry_out(console, fleet, todo, plans, bundle, max_failures, lang)
    _table(console, outcomes, plans, lang)
    try:
        record.keep([_entry(one, plans[one.port], bundle) for one in outcomes])
    except TextError as error:
        raise click.ClickException(error.text(lang)) from None
    failed = [one for one in outcomes if one.value is None]
    raise SystemExit(1 if failed or troubled or refused else 0)


def _show(
    console: Console,
    looked: Sequence[Outcome[Hello]],
    plans: dict[str, Plan],
    bundle: Bundle,
    lang: Lang,
) -> None:
    """Who is there, and what would change."""
    known = record.Known()
    for one in looked:
        if one.trouble is not None:
            console.print(f"{one.port}: {one.trouble.text(lang)}")
            continue
        made = plans.get(one.port)
        if made is None:
            continue
        hello = made.hello
        console.print(
            said("is", lang, port=one.port, node=hello.node or "?", board=hello.board or "?")
        )
        if made.refusal:
            key, params = made.refusal
            console.print(f"  {PLANS[key][lang].format(**params)}")
        elif made.nothing:
            console.print(f"  {said('nothing', lang)}")
        if made.keysets:
            console.print(f"  {said('keys', lang, count=len(made.keysets))}")
        if made.own:
            files = ", ".join(file.path for file in made.own.manifest.files)
            old, new = _number(hello.own), made.own.manifest.sequence
            console.print(f"  {said('own', lang, old=old, new=new, files=files)}")
        if made.code:
            there = known.text(hello.code)
            size = -(-weight(made.code, bundle, there) // 1024)
            old = _version(hello.code.version, hello.code.sequence, lang) if hello.code else "-"
            meant = made.code.manifest
            new_ = _version(meant.version, meant.sequence, lang)
            console.print(f"  {said('code', lang, old=old, new=new_, size=size)}")


def _version(version: str, sequence: int, lang: Lang) -> str:
    return f"{version} ({'n°' if lang == 'fr' else 'no.'} {sequence})"


def _number(held: Held | None) -> str:
    return "-" if held is None else str(held.sequence)


def _carry_out(
    console: Console,
    fleet: Fleet,
    todo: Sequence[str],
    plans: dict[str, Plan],
    bundle: Bundle,
    max_failures: int,
    lang: Lang,
) -> list[Outcome[Done]]:
    """One first, then the rest."""
    known = record.Known()
    bars = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(), console=console, disable=not sys.stdout.isatty(),
    )  # fmt: skip
    lock = threading.Lock()

    def one(port: str) -> Done:
        made = plans[port]
        total = 1
        for signed, held in ((made.own, made.hello.own), (made.code, made.hello.code)):
            if signed is not None:
                total += weight(signed, bundle, known.text(held))
        with lock:
            task = bars.add_task(f"{port} {made.node}", total=total)
        done = carry_out(
            port, made, bundle, known, lambda size: bars.advance(task, size), stop=fleet.stop
        )
        bars.update(task, completed=total)
        console.print(f"{port} {made.node}: {_what(done, lang)}")
        return done

    with bars:
        first, rest = todo[:1], list(todo[1:])
        if rest:
            console.print(said("first", lang, port=first[0]))
        outcomes = fleet.each(first, one)
        if rest and (outcomes[0].value is None or fleet.stop()):
            outcomes += [Outcome(port) for port in rest]
        elif rest:
            outcomes += fleet.each(rest, one, max_failures)
    left = sum(each.value is None and each.trouble is None for each in outcomes)
    if left:
        failures = sum(each.trouble is not None for each in outcomes)
        console.print(said("too-many", lang, count=failures, left=left))
    return outcomes


def _what(done: Done, lang: Lang) -> str:
    key = "done-trial" if done.trial else "done-start" if done.started else "done-config"
    return said(key, lang)


def _table(
    console: Console, outcomes: Sequence[Outcome[Done]], plans: dict[str, Plan], lang: Lang
) -> None:
    table = Table(title=said("result", lang), show_lines=False)
    for head in ("port", "", said("result", lang), "o" if lang == "fr" else "B", "s"):
        table.add_column(head)
    for one in outcomes:
        node = plans[one.port].node
        if one.value is not None:
            sent = str(one.value.sent + one.value.received)
            table.add_row(one.port, node, _what(one.value, lang), sent, f"{one.value.seconds:.1f}")
        else:
            text = one.trouble.text(lang) if one.trouble is not None else said("untouched", lang)
            table.add_row(one.port, node, text, "", "")
    console.print(table)


def _entry(one: Outcome[Done], made: Plan, bundle: Bundle) -> dict[str, object]:
    """A line of the record."""
    return {
        "at": now().isoformat(timespec="seconds"),
        "site": bundle.site,
        "node": made.node,
        "port": one.port,
        "own": made.own and made.own.manifest.sequence,
        "code": made.code and made.code.manifest.sequence,
        "done": one.value is not None,
        "trouble": one.trouble and one.trouble.text("en"),
        "bytes": one.value and one.value.sent + one.value.received,
        "seconds": one.value and round(one.value.seconds, 1),
    }
