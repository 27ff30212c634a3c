"""From one slot to the other, on trial.

The record of a trial, /keep/trial, numbers little-endian; trial.py goes on with it:
    0-1  minutes of mains so far        2-3  of them healthy      4-5  of them lit
    6-7  minutes of mains until it must have been lit; 0: it need not
    8-11 faults that there were before it                         12   crashes
"""

import os

from noctule.brain.const import const
from noctule.brain.state import put as put_number

from . import RefusedError
from .change import put
from .flash import holds, there
from .manifest import Manifest

_RECORD = const("/keep/trial")
STARTS = "3"


def whole(folder: str, manifest: Manifest, live) -> None:
    """RefusedError: a file is not in a slot as the manifest says."""

    def take(number, digest, size, path):
        if not holds(folder + "/" + path, digest, live):
            raise RefusedError("file", path)

    manifest.each(take)


def point(slot: str, terms: str) -> None:
    """Have a slot run from the next start on. terms: as after the slot's letter (slots.py)."""
    put("/slot", (slot + terms).encode())


def put_main(folder: str) -> None:
    """A slot's main.py, for the next start."""
    with open(folder + "/main.py", "rb") as file:
        put("/main.py", file.read())


def begin_trial(minutes: int, node) -> None:
    """What is known before the first start of a trial."""
    record = bytearray(13)
    put_number(record, 6, 2, minutes)
    put_number(record, 8, 4, 0 if node is None else node.faults())
    put(_RECORD, record)


def do(session, data) -> None:
    """w: the idle slot runs from the next start on: on trial, unless there is none to go back
    to."""
    folder = session.folder
    whole(folder, Manifest(session.manifest), session.live)
    terms = STARTS
    running = "/" + session.slot
    try:
        if session.repair or not there(running + "/manifest"):
            terms = ""
        else:
            whole(running, Manifest(running + "/manifest"), session.live)
    except RefusedError:
        terms = ""  # what runs, or does not, is nothing to go back to
    if terms:
        begin_trial(int.from_bytes(data[:2], "little"), session.node)
    os.rename(folder + "/manifest.new", folder + "/manifest")
    if not (terms and there("/main.py")):
        put_main(folder)  # nothing that runs here would do it
    point(folder[1:], terms)
    session.anew = True
    session.again()
