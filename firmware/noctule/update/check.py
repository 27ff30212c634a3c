"""Whether a manifest that is signed is for this node: its board, its MicroPython, its luminaire,
a higher number than what runs, and files only where files may be.
"""

import sys

from noctule.brain.const import const

from . import RefusedError
from .flash import there
from .floor import floor
from .manifest import Manifest

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

_LONGEST = const(64)
_LETTERS = const(b"abcdefghijklmnopqrstuvwxyz0123456789_/.")
_MOST_FILES = const(200)
_LARGEST = const(1 << 20)


def fits(session, flags: bytes) -> None:
    """v: is it as it should be? It is what is being sent, then. RefusedError: no, and why."""
    manifest = Manifest(session.path)
    session.repair = False
    if session.kind == b"n":
        _fits_node(session, manifest, flags)
    else:
        _fits_code(session, manifest, flags)
    session.manifest = session.path


def _fits_board(manifest: Manifest, board: str) -> None:
    """RefusedError: it is for another board."""
    meant = manifest.field("board")
    if meant != board:
        raise RefusedError("board", meant)


def _fits_paths(manifest: Manifest, own: bool) -> None:
    """RefusedError: a file that may not be there, twice, or too large; or one that is missing."""
    seen: Any = [0, ""]  # how many, and the last

    def take(number, digest, size, path):
        if number >= _MOST_FILES or path <= seen[1] or not 0 <= size <= _LARGEST:
            raise RefusedError("path", path)
        seen[0] = number + 1
        seen[1] = path
        if own:
            # bytes at most, as in compose.py
            good = size <= {"boot.py": 8192, "config": 4000, "wiring": 1024}.get(path, -1)
        else:
            good = path == "main.py" or (
                path.endswith(".mpy") and (path == "trial.mpy" or path.startswith("noctule/"))
                and len(path) <= _LONGEST and "//" not in path and path.count(".") == 1
            )
            for letter in path.encode():
                good = good and letter in _LETTERS
        if not good:
            raise RefusedError("path", path)
    manifest.each(take)
    if seen[0] != 3 if own else not manifest.has("main.py") or seen[1] < "noctule/app.mpy":
        raise RefusedError("manifest")


def _fits_node(session, manifest: Manifest, flags) -> None:
    """RefusedError: not this luminaire's files, or not newer. flags: as of v, in requests.py."""
    anyone = b"i" in flags
    if manifest.field("noctule-node") != "1":
        raise RefusedError("manifest")
    _fits_paths(manifest, True)
    least = 0
    if there("/keep/manifest"):
        known = Manifest("/keep/manifest")
        same = (
            manifest.field("node") == known.field("node")
            and manifest.field("site") == known.field("site")
        )
        if not same and not anyone:
            raise RefusedError("node", known.field("node"))
        if not anyone:
            _fits_board(manifest, known.field("board"))
        if same:
            least = known.number("sequence")
            if _repair(session, flags, known, manifest):
                return
    if manifest.number("sequence") <= least:
        raise RefusedError("old", least)


def _repair(session, flags, known: Manifest, manifest: Manifest) -> bool:
    """Is it the very one that the node has, and to be put right?"""
    session.repair = b"r" in flags and known.digest() == manifest.digest()
    return session.repair


def _fits_code(session, manifest: Manifest, flags) -> None:
    """RefusedError: not for this board, not for this MicroPython, or not newer."""
    if manifest.field("noctule-code") != "1":
        raise RefusedError("manifest")
    _fits_paths(manifest, False)
    if there("/keep/manifest"):
        _fits_board(manifest, Manifest("/keep/manifest").field("board"))
    about: Any = sys.implementation
    mine = getattr(about, "_mpy", 0)
    wanted = manifest.field("mpy").split()
    if len(wanted) != 3:
        raise RefusedError("manifest")
    version, sub, arch = [int(word) for word in wanted]
    if version != mine & 255 or sub > mine >> 8 & 3 or arch != mine >> 10 & 15:
        raise RefusedError("mpy", " ".join(wanted))
    wanted = manifest.field("micropython").split()
    if len(wanted) != 2 or (int(wanted[0]), int(wanted[1])) > tuple(about[1][:2]):
        raise RefusedError("micropython", " ".join(wanted))
    least = floor(session.files)
    path = "/" + session.slot + "/manifest"
    if there(path):
        known = Manifest(path)
        least = max(least, known.number("sequence"))
        if _repair(session, flags, known, manifest):
            return
    if manifest.number("sequence") <= least:
        raise RefusedError("old", least)
