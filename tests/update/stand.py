"""Updates for tests: signed code and nodes' files, boards that have them, and pushes by mpremote's
own transport."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from noctule.device.store import Copies, Files

from sim.board import Board, sweep
from sim.board.image import write_image
from sim.site import load_site
from sim.site.compile import compile_site
from sim.site.tree import FIRMWARE, _boot, _bytecode, firmware_files
from sim.site.wiring import lit, packed, wiring
from tools.push.client import CODE, KEYS, OWN, Client
from tools.push.line import Line
from tools.push.transport import Wire

VILLAGE = Path(__file__).parents[2] / "sim" / "demo" / "village.toml"
LAMP = "R03"
Edit = Callable[[str, bytes], bytes]


class Signer:
    """Who signs: a key of 3072 bits, made for the test run."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 3072)
        self.modulus = self._key.public_key().public_numbers().n.to_bytes(384, "big")
        self.name = hashlib.sha256(self.modulus).digest()[:4]

    def sign(self, text: bytes) -> bytes:
        return self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())


@cache
def signer(which: int = 0) -> Signer:
    return Signer()


def keyset(number: int, *who: Signer) -> bytes:
    """What a node trusts."""
    moduli = b"".join(one.modulus for one in who)
    return b"NOCK" + number.to_bytes(2, "little") + bytes((len(who),)) + moduli


@dataclass(frozen=True)
class Sent:
    """A manifest, and its files by path."""

    text: bytes
    files: dict[str, bytes]

    def file(self, number: int) -> bytes:
        return self.files[sorted(self.files)[number]]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text).hexdigest()


def manifest(head: str, files: dict[str, bytes]) -> bytes:
    lines = [
        f"file {hashlib.sha256(files[path]).hexdigest()} {len(files[path])} {path}\n"
        for path in sorted(files)
    ]
    return (head + "".join(lines)).encode()


def code_head(sequence: int, board: str = "virtual", mpy: str = "6 3 2") -> str:
    return (
        f"noctule-code 1\nversion 0.1.0\nsequence {sequence}\nboard {board}\nmpy {mpy}\n"
        "micropython 1 28\n"
    )


def code(sequence: int, edit: Edit = lambda name, source: source, **head: str) -> Sent:
    """The firmware, with some of its modules edited: edit("noctule/app.py", source)."""
    files = {"main.py": edit("main.py", (FIRMWARE / "main.py").read_bytes())}
    sources = (("trial.py", FIRMWARE / "trial.py"), *firmware_files())
    for name, path in sources:
        files[name[:-3] + ".mpy"] = _bytecode(edit(name, path.read_bytes()), name)
    return Sent(manifest(code_head(sequence, **head), files), files)


def small(sequence: int, *, part: int = 1, **more: bytes) -> Sent:
    """A firmware of some modules that only says that it runs, with the real updater: what is
    copied matters, not what it does."""
    real = {
        name: path.read_bytes()
        for name, path in firmware_files()
        if name.startswith("noctule/update/")
        or name in (
            "noctule/brain/const.py", "noctule/brain/state.py", "noctule/device/store.py",
            "noctule/link/serial.py",
        )
    }  # fmt: skip
    sources = {
        **real,
        "noctule/__init__.py": b"",
        "noctule/brain/__init__.py": b"",
        "noctule/device/__init__.py": b"",
        "noctule/link/__init__.py": b"",
        "noctule/app.py": _APP,
        "noctule/part.py": f"NAME = {part}\n".encode(),
        "trial.py": (FIRMWARE / "trial.py").read_bytes(),
        **more,
    }
    files = {name[:-3] + ".mpy": _bytecode(source, name) for name, source in sources.items()}
    files["main.py"] = (FIRMWARE / "main.py").read_bytes()
    return Sent(manifest(code_head(sequence), files), files)


_APP = b"""\
from . import part
import time
def run(watchdog, mark, before):
    from .update.settle import settled
    settled(__file__[1:2])
    print("up", part.NAME)
    while True:
        watchdog.feed()
        time.sleep_ms(100)
        print("noctule> ")
"""


@cache
def _site():
    return load_site(VILLAGE)


def own(
    sequence: int,
    lamp: str = LAMP,
    *,
    board: str = "virtual",
    config: bytes | None = None,
    boot: Callable[[bytes], bytes] = lambda text: text,
    change: Callable[[bytes], bytes] = lambda text: text,
) -> Sent:
    """A node's own files. `config`: in the place of the site's; `boot`, `change`: edit boot.py and
    the wiring."""
    site = _site()
    luminaire = next(one for one in site.luminaires if one.id == lamp)
    made = wiring(site, luminaire, "virtual", "key")
    if config is None:
        config = next(node.config for node in compile_site(site) if node.luminaire.id == lamp)
    files = {
        "boot.py": boot(_boot(lit(site, luminaire, made))),
        "config": config,
        "wiring": change(packed(made)),
    }
    head = (
        f"noctule-node 1\nsite {made['site']}\nnode {lamp}\nboard {board}\nsequence {sequence}\n"
    )
    return Sent(manifest(head, files), files)


def config_of(lamp: str) -> bytes:
    """A luminaire's configuration."""
    return next(node.config for node in compile_site(_site()) if node.luminaire.id == lamp)


def write(folder: Path, image: Path, code: Sent, own: Sent) -> None:
    """A flash image as a push would leave it on a new board."""
    tree(folder, code, own)
    write_image(folder, image)


def tree(folder: Path, code: Sent, own: Sent) -> None:
    """What is on the flash then."""
    for path, data in code.files.items():
        _put(folder / "a" / path, data)
    _put(folder / "a" / "manifest", code.text)
    _put(folder / "main.py", code.files["main.py"])
    _put(folder / "boot.py", own.files["boot.py"])
    _put(folder / "slot", b"a")
    _put(folder / "keep" / "manifest", own.text)
    kept = Files(f"{folder}/keep/")
    for name, data in (
        ("config", own.files["config"]),
        ("wiring", own.files["wiring"]),
        ("keys", keyset(1, signer())),
    ):
        assert Copies(kept, name, 4000).save_all(data)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@contextmanager
def visit(port: str, **more) -> Iterator[Client]:
    """The node's updater, listening."""
    with Wire(port) as wire:
        wire.prompt()
        wire.serve()
        yield Client(Line(wire, **more))


def send(client: Client, kind: bytes, what: Sent, base: Sent | None = None, **more) -> list[str]:
    """Send it up to the switch; paths of files that travelled."""
    who = signer()
    text = b"" if base is None else base.text
    client.prove(kind, what.text, who.name, who.sign(what.text), text, **more)
    missing = client.missing()
    for number in missing:
        client.file(number, what.file(number))
    return [sorted(what.files)[number] for number in missing]


def push(
    board: Board,
    *,
    code: Sent | None = None,
    own: Sent | None = None,
    base: Sent | None = None,
    lit_within: int = 0,
) -> bool:
    """All that a push does to one node that runs; whether it starts anew."""
    with visit(board.port) as client:
        client.hello()
        restart = False
        if own is not None:
            send(client, OWN, own)
            restart |= client.commit()
        if code is not None:
            send(client, CODE, code, base)
            client.switch(lit_within)
            restart = True
        client.end(restart)
    return restart


__all__ = [
    "CODE", "KEYS", "LAMP", "OWN", "Sent", "Signer", "code", "code_head", "config_of", "keyset",
    "manifest", "own", "push", "send", "signer", "small", "visit", "write",
]  # fmt: skip


def on_flash(code: Sent, own: Sent) -> Callable[[Path], None]:
    """For `tests.app.node.Node`'s edit: this code and these files, as a push would leave them."""

    def edit(folder: Path) -> None:
        shutil.rmtree(folder)
        tree(folder, code, own)

    return edit


def slot_of(board: Board) -> str:
    """The pointer in the flash of a board, whatever it is doing."""
    check = "def check(root):\n    with open('/slot') as file:\n        return file.read()\n"
    found = list(sweep(board.flash.path.read_bytes(), [], check))
    return str(found[-1].text)
