"""What a node says of itself to a PC, and the few other things that it is asked for."""

import gc
import os
import sys

from ..brain.state import get
from ..device.store import Copies
from .manifest import Manifest, RefusedError
from .slots import floor, there

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any


def hello(session, node, at: int, most: int) -> bytes:
    """A part of: lines of "name value". Manifests go by the first 8 bytes of their digests."""
    if not at or not session.said:
        session.said = _said(session, node)
    return session.said[at : at + most]


def _said(session, node) -> bytes:
    about: Any = sys.implementation
    files = session.files
    keys = Copies(files, "keys", 1200).load()
    space = os.statvfs("/")
    said = [
        "noctule 1",
        "machine " + getattr(about, "_machine", "?"),
        "runtime %d.%d mpy %d" % (about[1][0], about[1][1], getattr(about, "_mpy", 0)),
        "slot %s %d %s" % (session.slot, session.left, session.why),
        "code " + _of("/" + session.slot + "/manifest"),
        "own " + _of("/keep/manifest"),
        "floor %d" % floor(files),
        "keys %d" % (0 if keys is None else get(keys, 4, 2)),
        "free %d %d" % (space[3] * space[0], space[0]),
    ]
    manifest = Manifest("/keep/manifest")
    if there("/keep/manifest"):
        said.append("node " + manifest.field("node"))
        said.append("site " + manifest.field("site"))
        said.append("board " + manifest.field("board"))
    if node is not None:
        clock = node.clock
        clock.now(node.ticks())
        said.append("up %d" % node.minutes())
        said.append("time %d %d %d" % (clock.quality, clock.day, clock.second))
        said.append("faults %d" % node.faults())
        said.append("light %d %d" % (node.brain.level, node.output.output))
        gc.collect()
        said.append("memory %d" % gc.mem_free())
    return "\n".join(said).encode()


def _of(path: str) -> str:
    if not there(path):
        return "0 -"
    manifest = Manifest(path)
    return "%d %s %s" % (
        manifest.number("sequence"), manifest.digest()[:8].hex(), manifest.field("version") or "-"
    )


def set_time(node, data) -> bytes:
    """By a PC, whose clock the technician vouches for. RefusedError: no node, or a time that
    cannot be."""
    day = int.from_bytes(data[:2], "little")
    second = int.from_bytes(data[2:5], "little")
    if node is None:
        raise RefusedError("nobody-runs")
    if not node.clock.set_by_hand(day, second, node.ticks()):
        raise RefusedError("time")
    node.act()
    return b""


def piece(at: int, path: str, most: int) -> bytes:
    """Bytes of a file from `at` on. RefusedError: not one that is for telling."""
    if path not in ("/a/manifest", "/b/manifest", "/keep/manifest", "/keep/crash.txt") and not (
        path.startswith("/keep/log.") and len(path) == 11
    ):
        raise RefusedError("path", path)
    if not there(path):
        raise RefusedError("nothing")
    with open(path, "rb") as file:
        file.seek(at)
        return file.read(most)
