"""A file that travels, as it comes: deflated, into the folder that is prepared (inflate.py)."""

import os

from .flash import RefusedError, there
from .manifest import Manifest


class Coming:
    """A file that comes, deflated: `size` bytes. It lies in `path` until it is whole."""

    def __init__(self, path: str, size: int) -> None:
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
    digest, size, path = Manifest(session.manifest).file(data[0])
    if count > size + (size >> 3) + 64:
        raise RefusedError("long")
    if not there(folder):
        os.mkdir(folder)
    session.file = (data[0], digest, size, path)
    session.coming = Coming(folder + "/.part", count)
