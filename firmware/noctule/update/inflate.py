"""A file that has travelled: it comes deflated, with a window of 1 KiB, is inflated, and is read
back and hashed before it counts."""

import os

from deflate import RAW, DeflateIO

from noctule.brain.const import const

from . import RefusedError
from .flash import holds, made, there

_PIECE = const(128)
_WINDOW = const(10)  # 2 ** 10 bytes


def do(session, data) -> None:
    """e: it has come. RefusedError: it is another than said, or not what the manifest says; it is
    not kept."""
    part = session.prepared + "/.part"
    number, digest, size, path = session.file
    goal = made(session.prepared, path)
    live = session.live
    good = False
    try:
        good = data[0] == number and _inflate(part, goal, size, live) and holds(goal, digest, live)
    finally:
        os.remove(part)
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
