"""`noctule why`: why a luminaire is at its level."""

from __future__ import annotations

import difflib
import unicodedata
from pathlib import Path

import click

from sim.explain import Answer, explain, explain_street, work
from sim.site.compile import night_of
from sim.site.model import Site
from sim.wording import Words
from tools.common import (
    Lang,
    dump_json,
    instant,
    lamp_index,
    lang_option,
    open_site,
    site_argument,
)
from tools.sim import _fault, _Progress

_YEAR = 366


@click.command()
@site_argument
@click.option("--lamp", metavar="ID", help="The luminaire.")
@click.option("--street", metavar="NAME", help="All luminaires of a street, by its name or id.")
@click.option("--at", "when", required=True, metavar="TIME", help='"2026-11-24 02:10", local.')
@click.option("--seed", type=int, help="With this seed's people; without it nobody passes.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="LAMP:KIND@TIME[:BY]",
    help="A fault that happened before, within a year, as for `noctule sim` (repeatable).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@lang_option
def why(
    site: Path,
    lamp: str | None,
    street: str | None,
    when: str,
    seed: int | None,
    faults: tuple[str, ...],
    as_json: bool,
    lang: Lang,
) -> None:
    """Say in a sentence why a luminaire is at its level at an instant, past or future.

    Then the layers that spoke, highest first: what each says, and the level after it. Of a street
    (--street) the luminaires of which the same is to be said are answered together.

    What the site file says was asked by hand (its calls) is taken into account. With --seed so are
    that seed's people, and the last of them to pass is named.
    """
    made = open_site(site, lang)
    if (lamp is None) == (street is None):
        raise click.UsageError(
            "donnez --lamp ou --street, l'un des deux"
            if lang == "fr"
            else "give one of --lamp and --street"
        )
    t = instant(when, made.site.timezone, "--at")
    night = night_of(made, t)
    befell = [_fault(made, text, lang, night - _YEAR, 2 * _YEAR) for text in faults]
    if any(fault.t > t for fault in befell):
        raise click.BadParameter(
            "une panne d'après --at n'explique rien"
            if lang == "fr"
            else "a fault after --at explains nothing",
            param_hint="--fault",
        )
    progress = _Progress(work(made, t, befell))
    if lamp is not None:
        _lamp(made, lamp, lang)
        with progress as step:
            answer = explain(made, lamp, t, lang, seed, befell, step)
        if as_json:
            click.echo(dump_json({"format": 1, "lamp": lamp, **answer.to_json()}), nl=False)
        else:
            _print(answer, Words(made, lang))
        return
    assert street is not None
    name = _street(made, street, lang)
    with progress as step:
        answers = explain_street(made, name, t, lang, seed, befell, step)
    if as_json:
        those = [{"lamps": list(answer.lamps), **answer.to_json()} for answer in answers]
        click.echo(dump_json({"format": 1, "street": name, "answers": those}), nl=False)
        return
    for answer in answers:
        _print(answer, Words(made, lang))


def _print(answer: Answer, words: Words) -> None:
    click.echo(answer.sentence)
    does = [
        words.say(f"operation.{layer.operation.lower()}", value=layer.value)
        for layer in answer.layers
    ]
    width = max(map(len, does), default=0)
    for layer, what in zip(answer.layers, does, strict=True):
        click.echo(f"  {layer.level:3} %  {what:{width}}  {layer.text}")
    click.echo("  " + words.say("clock", clock=answer.clock_text))


def _lamp(site: Site, text: str, lang: Lang) -> None:
    """Refuse an id that is no luminaire's: first of all with the one that is written otherwise."""
    ids = [x.id for x in site.luminaires]
    same = [name for name in ids if name.casefold() == text.casefold()]
    if text not in ids and same:
        raise click.BadParameter(
            f"pas de point lumineux « {text} » dans ce site ; peut-être {same[0]} ?"
            if lang == "fr"
            else f'no luminaire "{text}" in this site; did you mean {same[0]}?',
            param_hint="--lamp",
        )
    lamp_index(site, text, lang)


def _street(site: Site, text: str, lang: Lang) -> str:
    """Id of the street that is meant: by its id, its name, or a part that only it has, whatever
    the case and accents; unknown: usage error with the nearest names."""
    lit = {x.street for x in site.luminaires}
    streets = [street for street in site.streets if street.id in lit]
    wanted = _plain(text)
    for exact in (
        [street.id for street in streets if street.id == text],
        [street.id for street in streets if wanted in (_plain(street.id), _plain(street.name))],
        [street.id for street in streets if wanted and wanted in _plain(street.name)],
    ):
        if len(exact) == 1:
            return exact[0]
    names = {_plain(street.name): street.name for street in streets}
    near = [name for plain, name in names.items() if wanted and wanted in plain]
    near = near or [names[k] for k in difflib.get_close_matches(wanted, names, 3, 0.4)]
    shown = ", ".join(near[:5] or list(names.values())[:5])
    raise click.BadParameter(
        f"quelle rue éclairée, « {text} » ? Par exemple : {shown}"
        if lang == "fr"
        else f'which lit street is "{text}"? For example: {shown}',
        param_hint="--street",
    )


def _plain(text: str) -> str:
    """Lower case, without accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in split if not unicodedata.combining(c)).split())
