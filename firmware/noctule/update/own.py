"""The node's own files as they come: its configuration, its wiring and boot.py (place.py)."""

import os
from hashlib import sha256

from noctule.brain.const import const
from noctule.device.store import Copies, Files

from . import RefusedError
from .change import put, remove
from .flash import holds, there
from .manifest import Manifest

_NEXT = const("/next")
_CONFIG = const(4000)  # bytes at most, as in compose.py
_WIRING = const(1024)
_SPARE = const(16)  # blocks: all files anew, and as many again


def do(session, data) -> bytearray:
    """p: which files have to travel, a bit each: those that are neither in /next nor in use.
    RefusedError: no space for them and their copies, of which some might then be lacking."""
    if there(_NEXT + "/manifest"):
        from .place import finish

        finish(session.live)  # what counts already is not to be mixed with this
        session.anew = True
    _check_space()
    bits = bytearray(1)
    live = session.live

    def take(number, digest, size, path):
        live()
        if not holds(_NEXT + "/" + path, digest) and not _in_use(path, digest):
            bits[0] |= 1 << number

    Manifest(session.manifest).each(take)
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


def commit(path: str) -> None:
    """All of a manifest counts from here on. RefusedError: a file is missing; nothing counts
    then."""
    from .place import finish  # noqa: F401 - whatever does not load, before anything counts

    _check_space()

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


def change(session):
    """Put in place what counts. The configuration, if the node can go by it as it runs; else
    None."""
    from .place import finish

    files = Files("/keep/")
    wiring = Copies(files, "wiring", _WIRING)
    before = wiring.load()
    finish(session.live)
    if session.node is None or wiring.load() != before:
        return None
    return Copies(files, "config", _CONFIG).load()
