"""Where a push gets its bundle: from a file that was built, or from a site, built now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tools.boards import wifi_key
from tools.build import check_boards
from tools.common import Lang, lamp_index, open_site
from tools.keys import passphrase
from tools.push.bundle import Bundle, build
from tools.push.home import TextError
from tools.push.keys import Keys
from tools.push.ledger import Ledger

SUFFIX = ".noctule"


def bundle_for(
    path: Path,
    lamps: Sequence[str],
    board: str | None,
    wifi_key_file: Path | None,
    lang: Lang,
    *,
    keeps: bool = True,
    all_known: bool = False,
) -> Bundle:
    """The bundle of these luminaires. `keeps`: the numbers that they get are given from then on.
    `all_known`: one that the site has not is an error. Raises click's errors."""
    try:
        if path.suffix == SUFFIX:
            return Bundle.read(path)
        site = open_site(path, lang)
        known = {lamp.id for lamp in site.luminaires}
        # A board may be another site's: the plan says so.
        chosen = [
            site.luminaires[lamp_index(site, lamp, lang)]
            for lamp in lamps
            if all_known or lamp in known
        ]
        if not chosen:
            return Bundle(site.site.name, {}, {}, [], {})
        check_boards(site, chosen, board, lang)
        key = wifi_key(site, chosen, board, wifi_key_file, lang)
        keys = Keys(passphrase=passphrase(lang))
        ids = [lamp.id for lamp in chosen]
        return build(site, keys, Ledger(keeps=keeps), lamps=ids, board=board, wifi_key=key)
    except TextError as error:
        raise click.ClickException(error.text(lang)) from None
    except ValueError as error:  # more than a node has room for
        raise click.ClickException(str(error)) from None
