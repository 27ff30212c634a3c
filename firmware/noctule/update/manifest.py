"""A manifest: what code, or a node's own files, consist of.

Text, a line a thing ("board esp32_devkitc"), a line a file ("file SHA256 SIZE PATH"). It lies in
a file and is read a line at a time, since it may be longer than there is memory.
"""

from noctule.brain.const import const

from . import RefusedError
from .flash import digest_of

_LARGEST = const(1 << 20)  # bytes of a file


class Manifest:
    """path: of the file with its text."""

    def __init__(self, path: str) -> None:
        self._path = path

    def field(self, name: str) -> str:
        """What a line says; "" where there is none."""
        with open(self._path, "rb") as file:
            for raw in file:
                line = raw.decode()
                if line.startswith(name + " "):
                    return line[len(name) + 1 :].strip()
        return ""

    def number(self, name: str) -> int:
        text = self.field(name)
        return int(text) if text.isdigit() and len(text) < 10 else -1

    def each(self, take):
        """Call take(number, digest, size, path) for each file, until it returns something; that,
        or None. RefusedError: a line is none.

        Not a generator: one that is left in its middle keeps its file open, and whoever closes it
        is the collector, amid anything.
        """
        number = 0
        with open(self._path, "rb") as file:
            for raw in file:
                if raw.startswith(b"file "):
                    digest, size, path = _parsed(raw)
                    found = take(number, digest, size, path)
                    if found is not None:
                        return found
                    number += 1
        return None

    def file(self, number: int):
        """(digest, size, path) of a file. RefusedError: there is none."""
        with open(self._path, "rb") as file:
            for raw in file:
                if raw.startswith(b"file "):
                    if number == 0:
                        return _parsed(raw)
                    number -= 1
        raise RefusedError("file")

    def has(self, path: str) -> bool:
        """Is there a file of that path, or, if it ends with a slash, one in that folder?"""
        end = (" " + path if path.endswith("/") else " " + path + "\n").encode()
        with open(self._path, "rb") as file:
            for raw in file:
                if raw.startswith(b"file ") and end in raw:
                    return True
        return False

    def digest(self) -> bytes:
        return digest_of(self._path)


def _parsed(line: bytes):
    words = line.decode().split()
    if len(words) != 4 or len(words[1]) != 64 or not words[2].isdigit():
        raise RefusedError("manifest")
    size = int(words[2]) if len(words[2]) < 8 else _LARGEST + 1
    return words[1], size, words[3]
