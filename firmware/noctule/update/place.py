"""What is the node's own: its configuration, its wiring, and boot.py with its safe light.

They belong together, and are changed together: what has come lies in /next until all of it is
there; then one rename says that it counts, and whoever comes next finishes the work, the PC's
request or the start after a power cut (settle.py).
"""

import os
from hashlib import sha256

from noctule.brain.const import const
from noctule.device.store import Copies, Files

from .manifest import Manifest, RefusedError, holds
from .slots import idle, put, remove, there

_NEXT = const("/next")
_CONFIG = const(4000)  # bytes at most, as in compose.py
_WIRING = const(1024)
_SPARE = const(16)  # blocks: all files anew, and as many again
_LEARNT = const(("state", "counts"))  # of its nights and hours, by whoever the node was before


def prepare(session) -> bytearray:
    """p: which files have to travel, a bit each: those that are neither in /next nor in use.
    RefusedError: no space for them and their copies, of which some might then be lacking."""
    if there(_NEXT + "/manifest"):
        finish()  # what counts already is not to be mixed with this
        session.anew = True
    _check_space()
    bits = bytearray(1)
    live = session.live

    def take(number, digest, size, path):
        live()
        if not holds(_NEXT + "/" + path, digest) and not _in_use(path, digest):
            bits[0] |= 1 << number

    session.manifest.each(take)
    session.prepared = _NEXT
    return bits


def _check_space() -> None:
    space = os.statvfs("/")
    if space[3] < _SPARE:
        raise RefusedError("space", _SPARE * space[0])


def _in_use(path: str, digest: str) -> bool:
    """Does the node use a file that hashes so?"""
    if path == "boot.py":
        return holds("/boot.py", digest)
    data = Copies(Files("/keep/"), path, _CONFIG).load()
    return data is not None and sha256(data).digest().hex() == digest


def _commit(path: str) -> None:
    """All of a manifest counts from here on. RefusedError: a file is missing; nothing counts
    then."""

    def take(number, digest, size, path):
        if not holds(_NEXT + "/" + path, digest):
            if not _in_use(path, digest):
                raise RefusedError("file", path)
            if there(_NEXT + "/" + path):
                remove(_NEXT + "/" + path)  # of a push that came to nothing

    Manifest(path).each(take)
    if not there(_NEXT):
        os.mkdir(_NEXT)
    with open(path, "rb") as file:
        put(_NEXT + "/manifest", file.read())


def finish() -> None:
    """Put in place what counts, if there is anything. Done again after a power cut."""
    if not there(_NEXT + "/manifest"):
        return
    manifest = Manifest(_NEXT + "/manifest")
    files = Files("/keep/")
    if not there("/keep"):
        os.mkdir("/keep")
    if _moved(manifest):
        for name in _LEARNT:
            for copy in ("0", "1"):
                if there("/keep/" + name + "." + copy):
                    os.remove("/keep/" + name + "." + copy)

    def take(number, digest, size, path):
        if holds(_NEXT + "/" + path, digest):
            with open(_NEXT + "/" + path, "rb") as file:
                data = file.read()
            if path == "boot.py":
                put("/boot.py", data)
                _keep_lit(data)
            elif not Copies(files, path, _WIRING if path == "wiring" else _CONFIG).save_all(data):
                raise OSError(28)

    manifest.each(take)
    with open(_NEXT + "/manifest", "rb") as file:
        put("/keep/manifest", file.read())
    remove(_NEXT + "/manifest")
    remove(_NEXT)


def _keep_lit(data: bytes) -> None:
    """The safe light for images with frozen code, whose _boot.py asks NVS."""
    try:
        from esp32 import NVS

        for line in data.split(b"\n"):
            if line.startswith(b"LIT = "):
                kept = NVS("noctule")
                kept.set_blob("lit", bytes([one for pair in eval(line[6:]) for one in pair]))
                kept.commit()
    except (ImportError, OSError) as error:  # the stock _boot.py has no use for it
        print("NVS", error)


def _moved(manifest: Manifest) -> bool:
    """Is it another luminaire's node now?"""
    before = Manifest("/keep/manifest")
    return there("/keep/manifest") and (
        before.field("node") != manifest.field("node")
        or before.field("site") != manifest.field("site")
    )


def _check_config() -> None:
    """RefusedError: the code that runs here would not take a configuration that has come, and the
    node be lit all day."""
    try:
        from noctule.brain.config import Config
    except ImportError:
        return  # no code of ours runs here
    with open(_NEXT + "/config", "rb") as file:
        data = file.read()
    try:
        Config(data)
    except Exception:
        raise RefusedError("config")


def change(session) -> bytes:
    """c: it counts, and the node goes by it. r: once it has started anew."""

    def check(number, digest, size, path):
        if path == "config" and holds(_NEXT + "/" + path, digest):
            _check_config()

    session.manifest.each(check)
    wiring = Copies(session.files, "wiring", _WIRING)
    before = wiring.load()
    _check_space()
    _commit(idle(session.slot) + "/manifest.new")
    anew, session.anew = session.anew, True  # from here on it counts: a start goes on with it
    finish()
    node = session.node
    if node is None or wiring.load() != before:
        return b"r"
    from .resume import take

    if not take(node, Copies(session.files, "config", _CONFIG).load()):
        return b"r"
    session.anew = anew
    return b"r" if anew else b""
