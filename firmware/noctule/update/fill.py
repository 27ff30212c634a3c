"""A file that travels, into the folder that is prepared: it comes deflated, with a window of
1 KiB, is inflated, and is read back and hashed before it counts."""

import os

from deflate import RAW, DeflateIO

from noctule.brain.const import const

from .manifest import RefusedError, holds
from .slots import made, there

_PIECE = const(512)
_WINDOW = const(10)  # 2 ** 10 bytes


class Coming:
    """A file that comes, deflated: `size` bytes. It lies in `path` until it is whole."""

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self._room = size
        self._file = open(path, "wb")

    def take(self, data) -> None:
        """Bytes of it. RefusedError: more than were said."""
        self._room -= len(data)
        if self._room < 0:
            raise RefusedError("long")
        self._file.write(data)

    def stop(self) -> None:
        """Nothing more comes."""
        self._file.close()


def begin(session, data) -> None:
    """f: a file comes, of so many deflated bytes. RefusedError: nothing is prepared for it, or it
    is longer than it can be."""
    folder = session.prepared
    if folder is None:
        raise RefusedError("order")
    session.stop()
    count = int.from_bytes(data[1:4], "little")
    size = session.manifest.file(data[0])[1]
    if count > size + (size >> 3) + 64:
        raise RefusedError("long")
    if not there(folder):
        os.mkdir(folder)
    session.coming = Coming(folder + "/.part", count)


def end(session, data) -> None:
    """e: it has come: that file of the manifest. RefusedError: it is not what the manifest says,
    or a boot.py that does not compile, which would be a start in the dark; it is not kept."""
    coming = session.coming
    if type(coming) is not Coming:
        raise RefusedError("order")
    session.stop()
    digest, size, path = session.manifest.file(data[0])
    goal = made(session.prepared, path)
    live = session.live
    good = False
    try:
        good = (
            _inflate(coming.path, goal, size, live) and holds(goal, digest, live)
            and (path != "boot.py" or _compiles(goal))
        )
    finally:
        os.remove(coming.path)
        if not good and there(goal):
            os.remove(goal)
    if not good:
        raise RefusedError("file", path)


def _inflate(source: str, goal: str, size: int, live) -> bool:
    """Whether that many bytes came of it, and no more."""
    piece = bytearray(_PIECE)
    view = memoryview(piece)
    with open(source, "rb") as packed, open(goal, "wb") as file:
        inflated = DeflateIO(packed, RAW, _WINDOW)
        try:
            while True:
                count = inflated.readinto(piece)
                if not count:
                    return size == 0
                size -= count
                if size < 0:
                    return False
                file.write(view[:count])
                live()
        except (OSError, EOFError) as error:
            if error.args and error.args[0] == 28:  # ENOSPC
                raise
            return False  # not deflated, or cut short


def _compiles(path: str) -> bool:
    with open(path, "rb") as file:
        try:
            compile(file.read(), path, "exec")
            return True
        except SyntaxError:
            return False
