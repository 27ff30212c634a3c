"""`noctule build`: a site's nodes in one signed bundle, for whoever goes to the street with it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from sim.site.model import Luminaire, Site
from tools.boards import WIFI_KEY, board_faults, check_name, wifi_key
from tools.common import (
    Lang,
    check_outputs,
    check_writable,
    lamp_index,
    lang_option,
    only_site,
    open_site,
    optional_site_argument,
)
from tools.keys import passphrase
from tools.push.bundle import Bundle, Signed, build, code_target, node_target
from tools.push.home import TextError
from tools.push.keys import Keys
from tools.push.ledger import Ledger

BUNDLES: Final = Path("build/bundles")

TEXTS: Final[dict[str, dict[Lang, str]]] = {
    "fault": {"fr": "{lamps} : {fault}", "en": "{lamps}: {fault}"},
    "code": {
        "fr": "code pour {name} : n° {sequence} ({state}), version {version}, {files} fichiers, "
        "{size} octets",
        "en": "code for {name}: no. {sequence} ({state}), version {version}, {files} files, "
        "{size} bytes",
    },
    "node": {
        "fr": "{name} ({board}) : n° {sequence} ({state}), {files} fichiers, {size} octets",
        "en": "{name} ({board}): no. {sequence} ({state}), {files} files, {size} bytes",
    },
    "new": {"fr": "nouveau", "en": "new"},
    "as-before": {"fr": "comme avant", "en": "as before"},
    "written": {
        "fr": "{path} : {nodes} nœuds, {size} Kio, signé par {signer} (jeu de clés n° {number})",
        "en": "{path}: {nodes} nodes, {size} KiB, signed by {signer} (key set {number})",
    },
    "secret": {
        "fr": "Ce lot contient la clé du Wi-Fi : ne le laissez pas traîner.",
        "en": "This bundle holds the Wi-Fi key: do not leave it lying about.",
    },
}


@click.command("build")
@optional_site_argument
@click.option("--lamp", "lamps", multiple=True, help="A luminaire's id, as often as wanted [all].")
@click.option("--board", help="The board, in the place of the site's: a folder of boards/.")
@click.option(
    "--wifi-key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"A file with the Wi-Fi key; without it, the variable {WIFI_KEY}.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Where the bundle is written [{BUNDLES}/SITE.noctule].",
)
@click.option("--reissue", is_flag=True, help="Give new numbers, whether or not anything changed.")
@click.option(
    "--above", type=click.IntRange(0), default=0, metavar="N", help="Give numbers above N."
)
@lang_option
def build_(
    site: Path | None,
    lamps: tuple[str, ...],
    board: str | None,
    wifi_key_file: Path | None,
    output: Path | None,
    reissue: bool,
    above: int,
    lang: Lang,
) -> None:
    """Make a signed bundle of a site's nodes: their code, configurations and wiring.

    The same input gives the same bundle, to the byte. What is new since the last one gets a
    higher number; nodes take nothing older than what they have. SITE may be left out where the
    folder has one site file only.
    """

    def say(key: str, **params: object) -> None:
        click.echo(TEXTS[key][lang].format(**params))

    path = site or only_site("build", lang)
    made = open_site(path, lang)
    check_name(board, lang)
    chosen = [made.luminaires[lamp_index(made, lamp, lang)] for lamp in lamps]
    chosen = chosen or list(made.luminaires)
    check_boards(made, chosen, board, lang)
    key = wifi_key(made, chosen, board, wifi_key_file, lang)
    output = output or BUNDLES / f"{path.stem}.noctule"
    check_outputs([path], [output], lang)
    check_writable(output)
    try:
        bundle = build(
            made,
            Keys(passphrase=passphrase(lang)),
            Ledger(),
            lamps=[lamp.id for lamp in chosen],
            board=board,
            wifi_key=key,
            reissue=reissue,
            above=above,
        )
        bundle.write(output)
    except TextError as error:
        raise click.ClickException(error.text(lang)) from None
    except ValueError as error:  # more than a node has room for
        raise click.ClickException(str(error)) from None
    for name, signed in bundle.codes.items():
        fresh = code_target(name) in bundle.fresh
        say("code", **_about(bundle, name, signed, fresh, lang))
    for name, signed in bundle.nodes.items():
        fresh = node_target(bundle.site, name) in bundle.fresh
        say("node", **_about(bundle, name, signed, fresh, lang))
    say(
        "written",
        path=output,
        nodes=len(bundle.nodes),
        size=-(-output.stat().st_size // 1024),
        signer=next(iter(bundle.nodes.values())).key.hex(),
        number=bundle.keysets[-1].number,
    )
    if key and any(b'"kind":"wifi"' in data for data in bundle.files.values()):
        say("secret")


def _about(
    bundle: Bundle, name: str, signed: Signed, fresh: bool, lang: Lang
) -> dict[str, object]:
    made = signed.manifest
    return {
        "name": name,
        "board": made.board,
        "sequence": made.sequence,
        "state": TEXTS["new" if fresh else "as-before"][lang],
        "version": made.version,
        "files": len(made.files),
        "size": sum(file.size for file in made.files),
    }


def check_boards(site: Site, lamps: list[Luminaire], board: str | None, lang: Lang) -> None:
    """Say what boards and pins cannot do, each once with its luminaires; then end."""
    found: dict[str, list[str]] = {}
    for lamp in lamps:
        for fault in board_faults(site, lamp, board, lang):
            found.setdefault(fault, []).append(lamp.id)
    for fault, ids in found.items():
        click.echo(TEXTS["fault"][lang].format(lamps=", ".join(ids), fault=fault))
    if found:
        raise SystemExit(1)
