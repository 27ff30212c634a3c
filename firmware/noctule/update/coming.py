"""A manifest, a key set or a file, as it comes: packed, into a file of the idle slot or of /next
that counts for nothing yet (receive.py, inflate.py)."""

import os

from noctule.brain.const import const

from . import RefusedError
from .flash import digest_of, there

_MOST = const(25000)  # bytes that tell of a manifest and its signature


class Coming:
    """`size` bytes at most. They lie in `path`."""

    def __init__(self, path: str, size: int) -> None:
        self._room = size
        self._file = open(path, "wb")

    def take(self, data) -> None:
        """Some of them. RefusedError: more than were said."""
        self._room -= len(data)
        if self._room < 0:
            raise RefusedError("long")
        self._file.write(data)

    def stop(self) -> None:
        """Nothing more comes."""
        self._file.close()


def begin_manifest(session, data) -> None:
    """m: its kind, and the first bytes of the digest of what it is told as changes of.
    RefusedError: that is not here, or none is taken now."""
    kind = bytes(data[:1])
    base = bytes(data[1:9])
    if kind not in (b"c", b"n", b"k"):
        raise RefusedError("order")
    folder = session.folder
    if session.left >= 0 and kind != b"k" and there(folder + "/manifest"):
        raise RefusedError("trial")
    if not there(folder):
        os.mkdir(folder)
    session.base = ""
    if base:
        old = "/keep/manifest" if kind == b"n" else "/" + session.slot + "/manifest"
        if kind == b"k" or not there(old) or digest_of(old)[:8] != base:
            raise RefusedError("base")
        session.base = old
    session.kind = kind
    session.path = folder + "/manifest.new"
    session.coming = Coming(folder + "/.part", _MOST)


def begin_file(session, data) -> None:
    """f: which one, and how many bytes. RefusedError: there is none, or it is longer than it can
    be."""
    from .manifest import Manifest

    session.stop()
    folder = session.prepared
    count = int.from_bytes(data[1:4], "little")
    digest, size, path = Manifest(session.manifest).file(data[0])
    if count > size + (size >> 3) + 64:
        raise RefusedError("long")
    if not there(folder):
        os.mkdir(folder)
    session.file = (data[0], digest, size, path)
    session.coming = Coming(folder + "/.part", count)
