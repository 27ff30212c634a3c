"""The idle slot, made ready: what of the new code is there already, and what has to travel.

A file that the running slot has too is copied from there. So whatever ended the push before, the
next one goes on from there: only files count that hash as the manifest says.
"""

import os

from noctule.brain.const import const

from . import RefusedError
from .change import remove
from .flash import holds, made, there
from .manifest import Manifest

_PIECE = const(256)
_BITS = const(25)  # bytes: a bit for each file that there may be
_SPARE = const(8)  # blocks that stay free, for what a node writes by itself


def do(session, data) -> bytearray:
    """p: which files have to travel, a bit each, in the manifest's order. What else is in the slot
    goes, and it is no slot to go back to from here on. RefusedError: no space; nothing has been
    changed."""
    manifest = Manifest(session.manifest)
    live = session.live
    folder = session.folder
    running = "/" + session.slot
    _check_space(manifest, folder)
    if there(folder + "/manifest"):
        os.remove(folder + "/manifest")
    _clear(manifest, folder, "")
    bits = bytearray(_BITS)

    def take(number, digest, size, path):
        live()
        goal = folder + "/" + path
        if not holds(goal, digest, live):
            if running != folder and holds(running + "/" + path, digest, live):
                _copy(running + "/" + path, made(folder, path), live)
                if not holds(goal, digest, live):
                    raise OSError(5)
            else:
                bits[number >> 3] |= 1 << (number & 7)

    manifest.each(take)
    session.prepared = folder
    return bits


def _copy(source: str, goal: str, live) -> None:
    piece = bytearray(_PIECE)
    view = memoryview(piece)
    with open(source, "rb") as old, open(goal, "wb") as new:
        while True:
            count = old.readinto(piece)
            if not count:
                return
            new.write(view[:count])
            live()


def _clear(manifest, folder: str, inside: str) -> None:
    """Remove what the manifest does not name."""
    for entry in [found[0] for found in os.ilistdir(folder)]:
        path = inside + entry
        if path == "manifest.new":
            continue
        if os.stat(folder + "/" + entry)[0] & 0x4000:
            if manifest.has(path + "/"):
                _clear(manifest, folder + "/" + entry, path + "/")
                continue
        elif manifest.has(path):
            continue
        remove(folder + "/" + entry)


def _check_space(manifest, folder: str) -> None:
    """What the slot holds will be free; an old file is, once the new one is there."""
    space = os.statvfs("/")
    block = space[0]
    blocks = [0, 0]  # of all, and of the largest

    def take(number, digest, size, path):
        count = -(-size // block)
        blocks[0] += count
        if count > blocks[1]:
            blocks[1] = count

    manifest.each(take)
    needed, largest = blocks
    if needed + 2 * largest + _SPARE > space[3] + _blocks(folder, block):
        raise RefusedError("space", (needed + 2 * largest + _SPARE) * block)


def _blocks(folder: str, block: int) -> int:
    count = 0
    for found in os.ilistdir(folder):
        if found[1] & 0x4000:
            count += _blocks(folder + "/" + found[0], block)
        else:
            count += os.stat(folder + "/" + found[0])[6] // block
    return count
