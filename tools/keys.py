"""`noctule keys`: the workshop's keys, and whom its nodes trust."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from tools.common import Lang, lang_option
from tools.push.home import TextError, home
from tools.push.keys import Keys, Passphrase, from_environment

F = TypeVar("F", bound=Callable[..., Any])

TEXTS: Final[dict[str, dict[Lang, str]]] = {
    "ask": {
        "fr": "Phrase de passe de {name}",
        "en": "Passphrase of {name}",
    },
    "ask-new": {
        "fr": "Phrase de passe des nouvelles clés (vide : sans)",
        "en": "Passphrase of the new keys (empty: none)",
    },
    "set": {
        "fr": "jeu de clés n° {number}, dans {folder} :",
        "en": "key set {number}, in {folder}:",
    },
    "signs": {
        "fr": "  {id}  signe : {file}",
        "en": "  {id}  signs: {file}",
    },
    "spare": {
        "fr": "  {id}  de rechange : {file}",
        "en": "  {id}  spare: {file}",
    },
    "elsewhere": {
        "fr": "gardée ailleurs",
        "en": "kept elsewhere",
    },
    "missing": {
        "fr": "La clé qui signe n'est pas dans ce dossier.",
        "en": "The signing key is not in this folder.",
    },
    "before": {
        "fr": "jeu n° {number} : {ids}",
        "en": "set {number}: {ids}",
    },
    "move": {
        "fr": "Portez {file} hors ligne (une clé USB dans une armoire) et ôtez-la d'ici : elle "
        "remplace la clé qui signe si celle-ci est perdue ou volée. Si les deux sont perdues, il "
        "faut aller à chaque nœud.",
        "en": "Take {file} offline (a USB stick in a cupboard) and away from here: it takes the "
        "place of the signing key should that be lost or stolen. With both lost, somebody has to "
        "go to every node.",
    },
    "alone": {
        "fr": "Il n'y a plus de clé de rechange : faites-en une, noctule keys rotate --spare "
        "FICHIER.",
        "en": "There is no spare key left: make one, noctule keys rotate --spare FILE.",
    },
    "copy": {
        "fr": "Gardez une copie de {folder} : sans ces clés, plus rien n'est envoyé aux nœuds.",
        "en": "Keep a copy of {folder}: without these keys nothing is sent to the nodes any more.",
    },
    "carry": {
        "fr": "Les nœuds l'apprennent du prochain lot : noctule build, puis l'envoi.",
        "en": "Nodes learn it from the next bundle: noctule build, then the push.",
    },
    "plain": {
        "fr": "Ces clés sont sans phrase de passe : qui lit leurs fichiers peut signer.",
        "en": "These keys have no passphrase: whoever reads their files can sign.",
    },
}


def passphrase(lang: Lang) -> Passphrase:
    """Who is asked for a key's passphrase: the environment, else whoever sits at the terminal."""

    def asked(name: str) -> str | None:
        word = from_environment(name)
        if word is None and sys.stdin.isatty():
            text = TEXTS["ask"][lang].format(name=name)
            word = click.prompt(text, hide_input=True, default="", show_default=False, err=True)
        return word or None

    return asked


def _new_passphrase(lang: Lang) -> str | None:
    """The passphrase that new keys get, or None."""
    word = from_environment("")
    if word is None and sys.stdin.isatty():
        word = click.prompt(
            TEXTS["ask-new"][lang],
            hide_input=True,
            confirmation_prompt=True,
            default="",
            show_default=False,
            err=True,
        )
    return word or None


spare_option = click.option(
    "--spare",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the new spare key is written, to be kept offline.",
)
with_option = click.option(
    "--with",
    "signer",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The key that signs the new set, for example the spare, in place of the signing key.",
)


@click.group()
def keys() -> None:
    """Keys that sign what nodes take: make, show, change, revoke.

    They are in the workshop's folder, that of the variable NOCTULE_HOME, else ~/.noctule. Their
    passphrase, if they have one, is asked for, or is in the variable NOCTULE_KEY_PASSPHRASE.
    """


@keys.command()
@spare_option
@lang_option
def new(spare: Path | None, lang: Lang) -> None:
    """Make the first keys: one that signs, and a spare one.

    Nodes believe the first workshop that comes to them. Without --spare the spare key is put
    beside the other.
    """
    try:
        made = Keys.new(spare=spare, encrypted=_first_passphrase(lang))
    except TextError as error:
        raise click.ClickException(error.text(lang)) from None
    _tell(made, lang)
    click.echo(TEXTS["copy"][lang].format(folder=home()))


def _first_passphrase(lang: Lang) -> str | None:
    word = _new_passphrase(lang)
    if word is None:
        click.echo(TEXTS["plain"][lang])
    return word


@keys.command()
@lang_option
def show(lang: Lang) -> None:
    """Say which keys there are, and which signs."""
    try:
        made = Keys()
    except TextError as error:
        raise click.ClickException(error.text(lang)) from None
    _tell(made, lang)
    for older in reversed(made.sets[:-1]):
        ids = ", ".join(one.hex() for one in older.ids)
        click.echo(TEXTS["before"][lang].format(number=older.number, ids=ids))


@keys.command()
@with_option
@spare_option
@lang_option
def rotate(signer: Path | None, spare: Path | None, lang: Lang) -> None:
    """Make a new signing key in place of the old, which signs that nodes trust the new one.

    With --spare there is a new spare key too, in place of the old.
    """
    _change(lambda made, word: made.rotate(signer=signer, spare=spare, encrypted=word), lang)


@keys.command()
@click.argument("key", metavar="ID")
@with_option
@spare_option
@lang_option
def revoke(key: str, signer: Path | None, spare: Path | None, lang: Lang) -> None:
    """Have nodes no longer trust a key: its ID is what `noctule keys show` says.

    If it is the signing key, a new one is made, and the spare has to sign that: --with FILE.
    """
    _change(lambda made, word: made.revoke(key, signer=signer, spare=spare, encrypted=word), lang)


def _change(change: Callable[[Keys, str | None], Keys], lang: Lang) -> None:
    try:
        made = change(Keys(passphrase=passphrase(lang)), _new_passphrase(lang))
    except TextError as error:
        raise click.ClickException(error.text(lang)) from None
    _tell(made, lang)
    click.echo(TEXTS["carry"][lang])


def _tell(made: Keys, lang: Lang) -> None:
    """The newest set, and what is to be done about it."""

    def say(key: str, **params: object) -> None:
        click.echo(TEXTS[key][lang].format(**params))

    say("set", number=made.newest.number, folder=made.folder)
    for one in made.newest.ids:
        file = made.file_of(one)
        name = TEXTS["elsewhere"][lang] if file is None else file.name
        say("signs" if one == made.signing else "spare", id=one.hex(), file=name)
    if made.signing is None:
        say("missing")
    if len(made.newest.ids) == 1:
        say("alone")
    for one in made.newest.ids:
        file = made.file_of(one)
        if one != made.signing and file is not None:
            say("move", file=file)
