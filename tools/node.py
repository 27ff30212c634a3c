"""What is asked of a node over its serial line: `noctule status`, `log`, `time`, `rollback`.

The node stands still while it answers, lit by its program, and goes on as if nothing had been.
"""

from __future__ import annotations

import datetime as dt

import click
from noctule.brain.dates import day_number, month_day, year_of
from noctule.device.store import Log
from noctule.link import commands, words_en, words_fr

from tools.common import Lang, lang_option
from tools.push.client import Hello, Read
from tools.push.fleet import Fleet
from tools.push.visit import TroubleError, look, visit
from tools.push.words import WHY_BACK, said
from tools.push_ import chosen_ports

_WORDS = {"fr": words_fr, "en": words_en}
_PORTS = click.option("--port", "ports", multiple=True, help="A serial port [the only USB one].")
_ALL = click.option("--all", "every", is_flag=True, help="Every board on a USB port.")


@click.command()
@_PORTS
@_ALL
@lang_option
def status(ports: tuple[str, ...], every: bool, lang: Lang) -> None:
    """Say what nodes are and how they are: code, trial, configuration, clock, faults."""
    failed = False
    for one in Fleet().each(chosen_ports(ports, every, lang), look):
        click.echo(one.port)
        if one.value is not None:
            for line in _lines(one.value, lang):
                click.echo(f"  {line}")
        elif one.trouble is not None:
            failed = True
            click.echo(f"  {one.trouble.text(lang)}")
    raise SystemExit(int(failed))


def _lines(hello: Hello, lang: Lang) -> list[str]:
    terms = said("confirmed", lang)
    if hello.left >= 0:
        terms = said("on-trial", lang, left=hello.left)
    elif hello.why:
        terms = said("taken-back", lang, why=WHY_BACK[hello.why][lang])
    runtime = ".".join(map(str, hello.runtime))
    lines = [
        said("st-node", lang, node=hello.node or "?", site=hello.site or "?"),
        said(
            "st-board", lang, board=hello.board or "?", machine=hello.machine, runtime=runtime
        ),
        said(
            "st-code", lang,
            version=hello.code.version if hello.code else "-",
            number=hello.code.sequence if hello.code else "-",
            slot=hello.slot, terms=terms,
        ),
        said("st-own", lang, number=hello.own.sequence if hello.own else "-"),
        said("st-keys", lang, number=hello.keys),
        said("st-flash", lang, free=hello.free // 1024),
    ]  # fmt: skip
    if not hello.runs or hello.time is None or hello.light is None:
        return [*lines, said("st-idle", lang)]
    quality, day, second = hello.time
    words = _WORDS[lang]
    clock = said("unknown-time", lang)
    if quality:
        clock = f"{_instant(day, second)}, {words.QUALITY[quality]}"
    faults = [text for bit, text in enumerate(words.FAULTS) if (hello.faults or 0) >> bit & 1] or [
        said("none", lang)
    ]
    return [
        *lines,
        said("st-up", lang, minutes=hello.up),
        said("st-time", lang, time=clock),
        said("st-light", lang, level=hello.light[0], output=hello.light[1]),
        said("st-memory", lang, free=hello.memory),
        *(said("st-faults", lang, faults=text) for text in faults),
    ]


def _instant(day: int, second: int) -> str:
    date = month_day(day, year_of(day))
    return (
        f"{year_of(day):04}-{date >> 5:02}-{date & 31:02}"
        f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
    )


def _port(port: str | None, lang: Lang) -> str:
    return chosen_ports([port] if port else [], False, lang)[0]


@click.command()
@click.option("--port", help="The serial port [the only USB one].")
@click.option("--count", type=click.IntRange(1, 256), default=40, show_default=True)
@click.option("--crash", is_flag=True, help="The last exception that ended a run, too.")
@lang_option
def log(port: str | None, count: int, crash: bool, lang: Lang) -> None:
    """Print a node's last events, newest first."""
    where = _port(port, lang)
    try:
        with visit(where) as (_, client):
            hello = client.hello()
            files = {f"log.{i}": client.read(f"/keep/log.{i}") for i in range(4)}
            last = client.read("/keep/crash.txt") if crash else None
            client.end(restart=not hello.runs)
    except TroubleError as trouble:
        raise click.ClickException(trouble.text(lang)) from None
    events = Log(Read(files)).last(count)
    for code, value, day, second in events:
        when = _instant(day, second) if day else said("start-plus", lang, seconds=second)
        click.echo(f"{when}  {commands.event_words(_WORDS[lang], code, value)}")
    if not events:
        click.echo(said("no-events", lang))
    if last:
        click.echo(last.decode(errors="replace"))


@click.command("time")
@click.option("--port", help="The serial port [the only USB one].")
@click.option("--set", "set_", is_flag=True, help="Set it by this PC's clock (UTC).")
@lang_option
def time_(port: str | None, set_: bool, lang: Lang) -> None:
    """Say a node's time, or set it by this PC's clock."""
    where = _port(port, lang)
    try:
        with visit(where) as (_, client):
            hello = client.hello()
            if set_:
                now = dt.datetime.now(dt.UTC)
                second = now.hour * 3600 + now.minute * 60 + now.second
                client.set_time(day_number(now.year, now.month, now.day), second)
                hello = client.hello()
            client.end(restart=not hello.runs)
    except TroubleError as trouble:
        raise click.ClickException(trouble.text(lang)) from None
    if hello.time is None:
        raise click.ClickException(TroubleError("no-node", port=where).text(lang))
    quality, day, second = hello.time
    clock = said("unknown-time", lang)
    if quality:
        clock = f"{_instant(day, second)}, {_WORDS[lang].QUALITY[quality]}"
    click.echo(said("time-set", lang, port=where, time=clock))


@click.command()
@click.option("--port", help="The serial port [the only USB one].")
@lang_option
def rollback(port: str | None, lang: Lang) -> None:
    """Have a node go back to the code in its other slot: the kept one of a trial, or the one
    before. Confirmed code that is left so is not taken again under its number."""
    where = _port(port, lang)
    try:
        with visit(where) as (_, client):
            client.hello()
            client.back()
            client.end(restart=True)
    except TroubleError as trouble:
        raise click.ClickException(trouble.text(lang)) from None
    click.echo(said("back", lang, port=where))
