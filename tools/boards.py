"""What is asked before a node's files are made: its board, whether its pins do, the Wi-Fi key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from sim.site import words
from sim.site.boards import BoardError, load, names, with_ethernet
from sim.site.model import Luminaire, Site
from sim.site.wiring import NoBoardError, hardware, pin_faults
from tools.spoken import Lang

WIFI_KEY: Final = "NOCTULE_WIFI_KEY"

TEXTS: Final[dict[str, dict[Lang, str]]] = {
    "board-unknown": {
        "fr": "pas de carte « {board} » ; il y a : {known}",
        "en": 'no board "{board}"; there are: {known}',
    },
    "board-missing": {
        "fr": "le site ne dit pas de quelle carte est fait {lamp} : donnez --board, ou [nodes] "
        "dans le site",
        "en": "the site does not say which board {lamp} is made of: give --board, or [nodes] in "
        "the site",
    },
    "key-missing": {
        "fr": "{lamp} a du Wi-Fi : donnez sa clé par --wifi-key-file FICHIER, ou par la variable "
        f"{WIFI_KEY} (vide : réseau ouvert)",
        "en": "{lamp} has Wi-Fi: give its key by --wifi-key-file FILE, or by the variable "
        f"{WIFI_KEY} (empty: an open network)",
    },
}


def check_name(board: str | None, lang: Lang) -> None:
    """Refuse a board that is none."""
    if board is not None and board not in names():
        text = TEXTS["board-unknown"][lang].format(board=board, known=", ".join(names()))
        raise click.BadParameter(text, param_hint="--board")


def board_faults(site: Site, lamp: Luminaire, board: str | None, lang: Lang) -> Iterator[str]:
    """What of a luminaire's board or pins cannot do what is asked, as texts for people.

    `board` takes the place of the site's. Raises click's errors where no board is said, and where
    its file will not do.
    """
    try:
        node = hardware(site, lamp, board)
    except NoBoardError:
        raise click.UsageError(TEXTS["board-missing"][lang].format(lamp=lamp.id)) from None
    try:
        made = load(node.board)
    except BoardError as error:
        raise click.ClickException(error.text(lang)) from None
    found = [(fault.code, fault.params) for fault in pin_faults(site, lamp, node, made)]
    if node.network == "ethernet" and made.ethernet is None:
        found.append(("no-ethernet", {"board": node.board, "known": with_ethernet()}))
    for code, params in found:
        cure = words.sentence(words.cure(code, params, lang))
        yield f"{words.message(code, params, lang)}. {cure}"


def wifi_key(
    site: Site, lamps: list[Luminaire], board: str | None, file: Path | None, lang: Lang
) -> str | None:
    """The Wi-Fi key of a file, or of the environment. Raises click.UsageError: there is none, and
    one of the luminaires needs it."""
    if file is not None:
        return file.read_text(encoding="utf-8").strip("\r\n")
    key = os.environ.get(WIFI_KEY)
    if key is None:
        for lamp in lamps:
            if hardware(site, lamp, board).network == "wifi":
                raise click.UsageError(TEXTS["key-missing"][lang].format(lamp=lamp.id))
    return key
