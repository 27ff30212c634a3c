"""What a node says of itself to a PC, and the few other things that it is asked for."""

import gc
import os
import sys

from noctule.brain.const import const
from noctule.brain.state import get
from noctule.device.store import Copies

from . import RefusedError
from .flash import there
from .floor import floor
from .line import MOST
from .manifest import Manifest

_HELLO = const(104)  # as in requests.py
_TIME = const(116)
TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any


def tell(session, kind: int, data) -> bytes:
    """h, t and g."""
    if kind == _HELLO:
        return _hello(session, data)
    if kind == _TIME:
        return _set_time(session.node, data)
    return _piece(data)


def _hello(session, data) -> bytes:
    """A part of: lines of "name value". Manifests go by the first 8 bytes of their digests."""
    at = data[0] | data[1] << 8
    if not at or not session.said:
        session.said = _said(session, session.node)
    return session.said[at : at + MOST]


def _said(session, node) -> bytes:
    about: Any = sys.implementation
    files = session.files
    keys = Copies(files, "keys", 1200).load()
    space = os.statvfs("/")
    # Long texts, since each short one is a name that the node keeps for ever.
    said = (
        "noctule 1\nmachine %s\nruntime %d.%d mpy %d\nslot %s %d %s\ncode %s\nown %s\nfloor %d\n"
        "keys %d\nfree %d %d"
    ) % (
        getattr(about, "_machine", "?"), about[1][0], about[1][1], getattr(about, "_mpy", 0),
        session.slot, session.left, session.why, _of("/" + session.slot + "/manifest"),
        _of("/keep/manifest"), floor(files), 0 if keys is None else get(keys, 4, 2),
        space[3] * space[0], space[0],
    )
    if there("/keep/manifest"):
        its = Manifest("/keep/manifest")
        said += "\nnode %s\nsite %s\nboard %s" % (
            its.field("node"), its.field("site"), its.field("board")
        )
    if node is not None:
        clock = node.clock
        clock.now(node.ticks())
        gc.collect()
        said += "\nup %d\ntime %d %d %d\nfaults %d\nlight %d %d\nmemory %d" % (
            node.minutes(), clock.quality, clock.day, clock.second, node.faults(),
            node.brain.level, node.output.output, gc.mem_free(),
        )
    return said.encode()


def _of(path: str) -> str:
    if not there(path):
        return "0 -"
    manifest = Manifest(path)
    return "%d %s %s" % (
        manifest.number("sequence"), manifest.digest()[:8].hex(), manifest.field("version") or "-"
    )


def _set_time(node, data) -> bytes:
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


def _piece(data) -> bytes:
    """Bytes of a file. RefusedError: not one that is for telling."""
    path = str(data[3:], "utf-8")
    if path not in ("/a/manifest", "/b/manifest", "/keep/manifest", "/keep/crash.txt") and not (
        path.startswith(("/keep/log.", "/keep/config.")) and path[-2] == "."
    ):
        raise RefusedError("path", path)
    if not there(path):
        raise RefusedError("nothing")
    with open(path, "rb") as file:
        file.seek(int.from_bytes(data[:3], "little"))
        return file.read(MOST)
