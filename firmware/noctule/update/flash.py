"""Files in flash: what is there, and whether it hashes as it should."""

import hashlib
import os

from noctule.brain.const import const

_PIECE = const(256)


def there(name: str) -> bool:
    """Is there a file or folder of that name?"""
    try:
        os.stat(name)
        return True
    except OSError:
        return False


def made(folder: str, path: str) -> str:
    """The name of a file in a folder; the folders between are made."""
    at = path.find("/")
    while at >= 0:
        between = folder + "/" + path[:at]
        if not there(between):
            os.mkdir(between)
        at = path.find("/", at + 1)
    return folder + "/" + path


def digest_of(path: str, live=None) -> bytes:
    """SHA-256 of a file. OSError: it is not there. live(): called again and again."""
    found = hashlib.sha256()
    piece = bytearray(_PIECE)
    view = memoryview(piece)
    with open(path, "rb") as file:
        while True:
            size = file.readinto(piece)
            if not size:
                return found.digest()
            found.update(view[:size])
            if live is not None:
                live()


def holds(path: str, digest: str, live=None) -> bool:
    """Is there a file whose SHA-256 is that, in hexadecimal?"""
    try:
        return digest_of(path, live).hex() == digest
    except OSError:
        return False
