"""A file that has travelled: it comes deflated, with a window of 1 KiB, is inflated, and is read
back and hashed before it counts."""

import os

from deflate import RAW, DeflateIO

from noctule.brain.const import const

from .flash import RefusedError, holds, made, there

_PIECE = const(256)
_WINDOW = const(10)  # 2 ** 10 bytes


def end(session, number: int) -> None:
    """e: it has come. RefusedError: it is another than said, or not what the manifest says, or a
    boot.py that does not compile, which would be a start in the dark; it is not kept."""
    part = session.prepared + "/.part"
    said, digest, size, path = session.file
    goal = made(session.prepared, path)
    live = session.live
    good = False
    try:
        good = (
            said == number and _inflate(part, goal, size, live) and holds(goal, digest, live)
            and (path != "boot.py" or _compiles(goal))
        )
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


def _compiles(path: str) -> bool:
    with open(path, "rb") as file:
        try:
            compile(file.read(), path, "exec")
            return True
        except SyntaxError:
            return False
