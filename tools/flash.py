"""`noctule flash`: put a luminaire's node on a board that has stock MicroPython.

What is new goes beside what is there, and is compared with what was sent; only then it takes its
place, in a moment. So a board that is cut off from the PC or from power at any point is lit, and
starts as it did before, or as the new node.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import serial  # type: ignore[import-untyped]
from noctule.device.store import Copies

from sim.site import words
from sim.site.boards import Board, BoardError, load, names, readable, with_ethernet
from sim.site.model import Luminaire, Site
from sim.site.tree import SLOT, Tree, build_tree
from sim.site.wiring import MOST_BYTES, NoBoardError, hardware, pin_faults
from tools.common import Lang, lamp_index, lang_option, open_site, site_argument
from tools.remote import Remote, RemoteError

OLDEST: Final = (1, 28)
"""The oldest MicroPython that the firmware is for."""
WIFI_KEY: Final = "NOCTULE_WIFI_KEY"
_STARTED: Final = b"noctule> "
_PROMPT: Final = b">>> "
_START_S: Final = 45.0
_NEW = ".new"

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
    "port-missing": {
        "fr": "donnez --port (par exemple /dev/ttyUSB0), ou --out, ou --dry-run",
        "en": "give --port (for example /dev/ttyUSB0), or --out, or --dry-run",
    },
    "key-missing": {
        "fr": "ce nœud a du Wi-Fi : donnez sa clé par --wifi-key-file FICHIER, ou par la variable "
        f"{WIFI_KEY} (vide : réseau ouvert)",
        "en": "this node has Wi-Fi: give its key by --wifi-key-file FILE, or by the variable "
        f"{WIFI_KEY} (empty: an open network)",
    },
    "out-full": {
        "fr": "{folder} n'est pas vide",
        "en": "{folder} is not empty",
    },
    "no-port": {"fr": "il n'y a pas de port {port}", "en": "there is no port {port}"},
    "no-serial": {
        "fr": "{port} n'est pas un port série",
        "en": "{port} is no serial port",
    },
    "busy": {
        "fr": "le port {port} ne s'ouvre pas : un autre programme le tient, ou l'accès est refusé",
        "en": "the port {port} does not open: another program has it, or access is refused",
    },
    "silent": {
        "fr": "pas de MicroPython qui réponde sur {port}. Un autre programme parle peut-être sur "
        "ce port : fermez-le et réessayez. Sinon, mettez d'abord sur la carte l'image de "
        "micropython.org (1.28 ou plus), par esptool.",
        "en": "no MicroPython answers on {port}. Another program may be talking on this port: "
        "close it and try again. Else put the image of micropython.org (1.28 or newer) on the "
        "board first, by esptool.",
    },
    "gone": {
        "fr": "la carte sur {port} ne répond plus",
        "en": "the board on {port} no longer answers",
    },
    "failed": {"fr": "{port} : {said}", "en": "{port}: {said}"},
    "untouched": {
        "fr": "La carte n'a pas été touchée.",
        "en": "The board was not touched.",
    },
    "unwritten": {
        "fr": "Rien n'a été écrit : la carte démarre comme avant.",
        "en": "Nothing was written: the board starts as before.",
    },
    "cut": {
        "fr": "Le nœud démarre comme avant, ou déjà comme le nouveau. Relancez la commande.",
        "en": "The node starts as before, or as the new one already. Run the command again.",
    },
    "wrong-chip": {
        "fr": "la carte sur {port} dit « {machine} », ce n'est pas une {board}. {cure}",
        "en": 'the board on {port} says "{machine}", which is not {board}. {cure}',
    },
    "looks-like": {
        "fr": "Cela ressemble à {chip} : donnez {options}, ou branchez l'autre carte.",
        "en": "It looks like {chip}: give {options}, or plug in the other board.",
    },
    "looks-like-none": {
        "fr": "Aucune carte connue ne dit cela ; il y a : {known}.",
        "en": "No known board says that; there are: {known}.",
    },
    "too-old": {
        "fr": "MicroPython {version} : il faut 1.28 ou plus",
        "en": "MicroPython {version}: 1.28 or newer is needed",
    },
    "no-room": {
        "fr": "il reste {free} Kio sur la carte, il en faut {needed}",
        "en": "{free} KiB are left on the board, {needed} are needed",
    },
    "differs": {
        "fr": "relu autrement qu'écrit : {files}",
        "en": "read back other than written: {files}",
    },
    "is": {
        "fr": "{port} : {machine}, MicroPython {version}",
        "en": "{port}: {machine}, MicroPython {version}",
    },
    "node": {
        "fr": "{lamp} sur {board} : {count} fichiers, {data} octets ({size} Kio de flash, en "
        "blocs) ; lumière sûre : {lit}",
        "en": "{lamp} on {board}: {count} files, {data} bytes ({size} KiB of flash, in blocks); "
        "safe light: {lit}",
    },
    "was": {
        "fr": "ce nœud était {node} ({site}) : son état et ses compteurs sont effacés",
        "en": "this node was {node} ({site}): its state and counters are erased",
    },
    "copied": {
        "fr": "[{number}/{count}] {name}",
        "en": "[{number}/{count}] {name}",
    },
    "checked": {
        "fr": "{count} fichiers relus, tous justes ; mis en place",
        "en": "{count} files read back, all right; put in place",
    },
    "runs": {"fr": "{lamp} tourne.", "en": "{lamp} runs."},
    "stopped": {
        "fr": "{lamp} est en place, mais le nœud ne tourne pas :\n{said}",
        "en": "{lamp} is in place, but the node does not run:\n{said}",
    },
    "mute": {
        "fr": "{lamp} est en place, mais le nœud n'a rien dit en {seconds} s",
        "en": "{lamp} is in place, but the node said nothing in {seconds} s",
    },
    "written": {"fr": "écrit dans {folder}", "en": "written to {folder}"},
    "dry": {"fr": "rien n'a été écrit.", "en": "nothing was written."},
}


class _FlashError(Exception):
    """What keeps a node from its board: a key of TEXTS and its parameters."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


@click.command()
@site_argument
@click.option("--lamp", required=True, help="The luminaire's id.")
@click.option("--port", help="The board's serial port, for example /dev/ttyUSB0.")
@click.option("--board", help="The board, in the place of the site's: a folder of boards/.")
@click.option(
    "--wifi-key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"A file with the Wi-Fi key; without it, the variable {WIFI_KEY}.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the node's files into a folder, and to no board.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@lang_option
def flash(
    site: Path,
    lamp: str,
    port: str | None,
    board: str | None,
    wifi_key_file: Path | None,
    out: Path | None,
    dry_run: bool,
    lang: Lang,
) -> None:
    """Put a luminaire's node on a board with stock MicroPython.

    Compiles the firmware, the luminaire's configuration and wiring, copies them with mpremote,
    reads all of it back, puts it in place, restarts the board and waits until the node runs. The
    light is full meanwhile. What the board's former node, if it was another luminaire's, had
    learnt of its nights and counted is erased.

    With --dry-run and a port, the board is asked what it is, and nothing is written.
    """

    def say(key: str, **params: object) -> None:
        click.echo(TEXTS[key][lang].format(**params))

    made = open_site(site, lang)
    luminaire = made.luminaires[lamp_index(made, lamp, lang)]
    _check_board(made, luminaire, board, lang)
    if port is None and out is None and not dry_run:
        raise click.UsageError(TEXTS["port-missing"][lang])
    key = os.environ.get(WIFI_KEY)
    if wifi_key_file is not None:
        key = wifi_key_file.read_text(encoding="utf-8").strip("\r\n")
    if key is None and hardware(made, luminaire, board).network == "wifi":
        raise click.UsageError(TEXTS["key-missing"][lang])
    with tempfile.TemporaryDirectory(prefix="noctule-") as folder:
        if out is not None and not dry_run:
            if out.exists() and any(out.iterdir()):
                raise click.UsageError(TEXTS["out-full"][lang].format(folder=out))
            tree = build_tree(made, lamp, out, board, key)
        else:
            tree = build_tree(made, lamp, Path(folder), board, key)
        say(
            "node",
            lamp=lamp,
            board=tree.board.title,
            count=len(tree.files),
            data=sum((tree.folder / name).stat().st_size for name in tree.files),
            size=-(-_room(tree) // 1024),
            lit=", ".join(f"{pin}={level}" for pin, level in tree.lit),
        )
        if port is not None and out is None:
            remote = Remote(port)
            try:
                _put(tree, port, remote, dry_run, lang)
            except _FlashError as error:
                raise click.ClickException(_said(error, lang)) from None
            except RemoteError as error:
                text = TEXTS[error.kind][lang].format(port=port, said=error.args[0])
                left = "cut" if remote.written else "unwritten"
                left = left if remote.reached else "untouched"
                raise click.ClickException(f"{text}\n{TEXTS[left][lang]}") from None
    if dry_run:
        say("dry")
    elif out is not None:
        say("written", folder=out)


def _said(error: _FlashError, lang: Lang) -> str:
    return TEXTS[error.key][lang].format(**error.params)


def _check_board(site: Site, lamp: Luminaire, name: str | None, lang: Lang) -> None:
    """Refuse a board that is none, that is not said, or whose pins cannot do what is asked."""
    if name is not None and name not in names():
        text = TEXTS["board-unknown"][lang].format(board=name, known=", ".join(names()))
        raise click.BadParameter(text, param_hint="--board")
    try:
        node = hardware(site, lamp, name)
    except NoBoardError:
        raise click.UsageError(TEXTS["board-missing"][lang].format(lamp=lamp.id)) from None
    try:
        made = load(node.board)
    except BoardError as error:
        raise click.ClickException(error.text(lang)) from None
    faults = pin_faults(site, lamp, node, made)
    for fault in faults:
        message = words.message(fault.code, fault.params, lang)
        click.echo(f"{message}. {words.sentence(words.cure(fault.code, fault.params, lang))}")
    if node.network == "ethernet" and made.ethernet is None:
        params = {"board": node.board, "known": with_ethernet()}
        click.echo(
            f"{words.message('no-ethernet', params, lang)}. "
            f"{words.sentence(words.cure('no-ethernet', params, lang))}"
        )
        raise SystemExit(1)
    if faults:
        raise SystemExit(1)


# --- what the board is asked ---------------------------------------------------------------------

_ASK = """
import sys, os, json
def _read(name):
    try:
        with open(name, "rb") as file:
            return file.read({most}).hex()
    except OSError:
        return None
_about = sys.implementation
_space = os.statvfs("/")
try:
    os.stat("/main.py")
    _slot = _read("/slot") or "61"
except OSError:
    _slot = ""
print(json.dumps([_about[0], list(_about[1][:3]), getattr(_about, "_machine", ""),
    _space[0] * _space[3], _space[0], _slot,
    [_read("/keep/wiring.0"), _read("/keep/wiring.1")]]))
"""

_FOLDERS = """
import os
def _clear(path):
    for name, kind, *_ in list(os.ilistdir(path)):
        if kind == 0x4000:
            _clear(path + "/" + name)
            os.rmdir(path + "/" + name)
        else:
            os.remove(path + "/" + name)
for _path in {folders}:
    try:
        os.mkdir(_path)
    except OSError:
        if _path in {clear}:
            _clear(_path)
"""

_HASHES = """
import hashlib, json
_found = []
for _path in {paths}:
    _hash = hashlib.sha256()
    with open(_path, "rb") as _file:
        while True:
            _piece = _file.read(512)
            if not _piece:
                break
            _hash.update(_piece)
    _found.append(_hash.digest().hex())
print(json.dumps(_found))
"""

# What belongs to another luminaire goes first: a node without it only begins to learn anew.
_PLACE = """
import os
for _path in {gone}:
    try:
        os.remove(_path)
    except OSError:
        pass
for _path in {paths}:
    os.rename(_path + "{new}", _path)
try:
    from esp32 import NVS
    _kept = NVS("noctule")
    _kept.set_blob("lit", bytes({lit}))
    _kept.commit()
except Exception as _error:
    print("NVS:", _error)
"""

_LEARNT = ("state", "counts")
"""Copies of what a node has learnt of its nights, and counted."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a board says of itself: `free` and `block` in bytes; `slot` of the code that it runs,
    "" for none; `wiring` of the node it was, or None."""

    version: tuple[int, ...]
    machine: str
    free: int
    block: int
    slot: str
    wiring: Mapping[str, Any] | None


class _Held:
    """Files that were read from a board, as `noctule.device.store` wants them."""

    def __init__(self, files: Mapping[str, bytes | None]) -> None:
        self._files = files

    def read(self, name: str, most: int) -> bytes | None:
        return self._files[name]


def _ask(remote: Remote) -> _Found:
    said = remote.run(_ASK.format(most=MOST_BYTES + 64))
    try:
        name, version, machine, free, block, slot, copies = json.loads(said.splitlines()[-1])
    except (ValueError, IndexError):
        raise RemoteError("failed", said.strip()[-400:]) from None
    if name != "micropython":
        raise RemoteError("silent", str(name))
    held = {f"wiring.{i}": copy and bytes.fromhex(copy) for i, copy in enumerate(copies)}
    raw = Copies(_Held(held), "wiring", MOST_BYTES).load()
    try:
        wiring = None if raw is None else dict(json.loads(raw))
    except (ValueError, TypeError):
        wiring = {}
    running = bytes.fromhex(slot).decode(errors="replace")
    return _Found(tuple(version), str(machine), free, block, running, wiring)


def _room(tree: Tree, block: int = 4096) -> int:
    """Bytes of flash that a tree takes at most: whole blocks, and two a folder."""
    folders = {str(Path(name).parent) for name in tree.files}
    sizes = sum(-(-(tree.folder / name).stat().st_size // block) for name in tree.files)
    return (sizes + 2 * len(folders)) * block


# --- putting it there ----------------------------------------------------------------------------


def _put(tree: Tree, port: str, remote: Remote, dry_run: bool, lang: Lang) -> None:
    """Copy a tree, read it back, put it in place, restart, and hear the node."""

    def say(key: str, **params: object) -> None:
        click.echo(TEXTS[key][lang].format(**params))

    lamp = tree.wiring["node"]
    found = _ask(remote)
    say("is", port=port, machine=found.machine, version=".".join(map(str, found.version)))
    _check_found(found, tree, port, lang)
    own = (tree.wiring["node"], tree.wiring["site"])
    moved = (
        found.wiring is not None and (found.wiring.get("node"), found.wiring.get("site")) != own
    )
    if moved and found.wiring is not None:
        say("was", node=found.wiring.get("node", "?"), site=found.wiring.get("site", "?"))
    if dry_run:
        return
    # never over the code that runs
    slot = "b" if found.slot == SLOT else SLOT
    plan = _plan(tree, slot)
    numbers = iter(range(1, len(plan) + 1))

    def told(path: str) -> None:
        say("copied", number=next(numbers), count=len(tree.files), name=path)

    if not found.slot:
        # nothing runs there: lit from the first moment on
        _send(remote, plan[:1], slot, told)
        remote.run(_place(tree, plan[:1], ()))
        plan = plan[1:]
    _send(remote, plan, slot, told)
    differing = _differing(remote, plan)
    if differing:
        raise _FlashError("differs", files=", ".join(differing[:5]))
    gone = [f"/keep/{name}.{copy}" for name in _LEARNT for copy in (0, 1)] if moved else []
    remote.run(_place(tree, plan, gone), restart=True)
    say("checked", count=len(tree.files))
    _hear(port, lamp)
    say("runs", lamp=lamp)


def _check_found(found: _Found, tree: Tree, port: str, lang: Lang) -> None:
    if not tree.board.machine.search(found.machine):
        cure = _looks_like(found.machine, lang)
        title = tree.board.title
        raise _FlashError("wrong-chip", port=port, machine=found.machine, board=title, cure=cure)
    if found.version[:2] < OLDEST:
        raise _FlashError("too-old", version=".".join(map(str, found.version)))
    needed = _room(tree, found.block)
    if found.free < needed:
        raise _FlashError("no-room", free=found.free // 1024, needed=-(-needed // 1024))


def _looks_like(machine: str, lang: Lang) -> str:
    """Which of the known boards says so of itself, and how to ask for it."""
    like = [board for board in readable() if board.machine.search(machine)]
    if not like:
        return TEXTS["looks-like-none"][lang].format(known=", ".join(names()))
    options = f" {'ou' if lang == 'fr' else 'or'} ".join(f"--board {board.name}" for board in like)
    return TEXTS["looks-like"][lang].format(chip=_chip(like[0]), options=options)


def _chip(board: Board) -> str:
    """What a board is by what it says: its chip, or the virtual board, which says none."""
    return board.title if board.name == "virtual" else board.chip.name


@dataclass(frozen=True, slots=True)
class _Step:
    """A file: where it goes, for good, and what it holds; `beside` that until all is there."""

    path: str
    data: bytes
    beside: bool

    @property
    def sent_to(self) -> str:
        return self.path + _NEW * self.beside


def _plan(tree: Tree, slot: str) -> list[_Step]:
    """Where each file goes: code into the slot that does not run, the rest beside its place."""
    steps = []
    for name in tree.files:
        code = name.startswith(f"{SLOT}/")
        path = f"/{slot}/{name[2:]}" if code else f"/{name}"
        data = slot.encode() if name == "slot" else (tree.folder / name).read_bytes()
        steps.append(_Step(path, data, not code))
    return steps


def _folders(plan: Sequence[_Step], slot: str) -> str:
    folders = {str(parent) for step in plan for parent in Path(step.path).parents} - {"/"}
    return _FOLDERS.format(folders=sorted(folders), clear=[f"/{slot}"])


def _send(remote: Remote, plan: Sequence[_Step], slot: str, told: Callable[[str], None]) -> None:
    """Copy files, a folder at a time. mpremote names a copy as its source is named."""
    with tempfile.TemporaryDirectory(prefix="noctule-") as staging:
        groups: dict[str, list[Path]] = {}
        source: dict[Path, str] = {}
        for step in plan:
            goal = Path(step.sent_to)
            path = Path(staging) / str(goal).lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(step.data)
            groups.setdefault(str(goal.parent).rstrip("/"), []).append(path)
            source[path] = step.path
        remote.copy(
            _folders(plan, slot),
            [(paths, folder) for folder, paths in groups.items()],
            lambda path: told(source[path]),
        )


def _differing(remote: Remote, plan: Sequence[_Step]) -> list[str]:
    """The files that the board does not hold as they were sent."""
    said = remote.run(_HASHES.format(paths=[step.sent_to for step in plan]))
    try:
        found = json.loads(said.splitlines()[-1])
    except (ValueError, IndexError):
        raise RemoteError("failed", said.strip()[-400:]) from None
    sent = [hashlib.sha256(step.data).hexdigest() for step in plan]
    return [
        step.path for step, here, there in zip(plan, sent, found, strict=True) if here != there
    ]


def _place(tree: Tree, plan: Sequence[_Step], gone: Sequence[str]) -> str:
    lit = [value for pair in tree.lit for value in pair]
    paths = [step.path for step in plan if step.beside]
    return _PLACE.format(gone=list(gone), paths=paths, new=_NEW, lit=lit)


def _hear(port: str, lamp: str) -> None:
    """Wait for the node's console. Raises _FlashError where MicroPython's prompt comes instead."""
    heard = b""
    end = time.monotonic() + _START_S
    try:
        line = serial.Serial(port, 115200, timeout=0.5)
    except (OSError, serial.SerialException):
        raise _FlashError("mute", lamp=lamp, seconds=0) from None
    with line:
        while time.monotonic() < end:
            line.write(b"\r")
            heard += line.read(4096)
            if _STARTED in heard:
                return
            if _PROMPT in heard:
                said = heard.decode(errors="replace").strip()
                raise _FlashError("stopped", lamp=lamp, said=said[-1500:])
    raise _FlashError("mute", lamp=lamp, seconds=int(_START_S))
