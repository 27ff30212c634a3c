"""The language that a command answers in, for what click itself says as well.

click passes its texts through `gettext`; there is no catalogue of its own. `_CLICK` is a small
one, for what is said of a wrong use; help texts stay in English.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, Literal, get_args

import click
import click.core
import click.exceptions
import click.parser
import click.termui
import click.types

Lang = Literal["fr", "en"]

_said: list[Lang] = []  # the language of the command that runs, once it is known


def default_lang() -> Lang:
    """French where the environment speaks it, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def spoken() -> Lang:
    """Give the language of the command that runs."""
    return _said[-1] if _said else default_lang()


def speaks(ctx: click.Context | None, param: click.Parameter | None, lang: Lang) -> Lang:
    """Answer in a language from now on (a callback of `--lang`)."""
    _said[:] = [lang]
    return lang


def foretold(arguments: list[str]) -> None:
    """Find the language in the arguments, for what is wrong before they are read."""
    _said.clear()
    for i, word in enumerate(arguments):
        lang = word.removeprefix("--lang=")
        if word == "--lang" and i + 1 < len(arguments):
            lang = arguments[i + 1]
        for known in get_args(Lang):
            if lang == known and word.startswith("--lang"):
                _said[:] = [known]


_CLICK: Final[Mapping[str, str]] = {
    "Error: {message}": "Erreur : {message}",
    "Error: invalid input": "Erreur : saisie refusée",
    "Try '{command} {option}' for help.": "Pour l'aide : {command} {option}",
    "Invalid value: {message}": "Valeur refusée : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur refusée pour {param_hint} : {message}",
    "Missing argument": "Il manque l'argument",
    "Missing option": "Il manque l'option",
    "Missing parameter": "Il manque le paramètre",
    "Missing command.": "Il manque la commande.",
    "Choose from:\n\t{choices}": "Au choix :\n\t{choices}",
    "No such option {name!r}.": "Il n'y a pas d'option {name!r}.",
    "No such command {name!r}.": "Il n'y a pas de commande {name!r}.",
    "Did you mean {possibility}?": "Peut-être {possibility} ?",
    "(Did you mean one of: {possibilities}?)": "(Peut-être : {possibilities} ?)",
    "Option {name!r} does not take a value.": "L'option {name!r} ne prend pas de valeur.",
    "Option {name!r} requires an argument.": "L'option {name!r} demande une valeur.",
    "Got unexpected extra argument ({args})": "Un argument de trop ({args})",
    "Got unexpected extra arguments ({args})": "Des arguments de trop ({args})",
    "{value!r} is not {choice}.": "{value!r} n'est pas {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} n'est pas un de {choices}.",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre.",
    "{value} is not in the range {range}.": "{value} n'est pas dans {range}.",
    "Aborted!": "Abandonné.",
}


def translated(message: str) -> str:
    """Give a text of click in the language that is spoken."""
    return _CLICK.get(message, message) if spoken() == "fr" else message


def _counted(one: str, several: str, count: int) -> str:
    return translated(one if count == 1 else several)


for _module in (click.core, click.exceptions, click.parser, click.termui, click.types):
    vars(_module).update(_=translated, ngettext=_counted)
