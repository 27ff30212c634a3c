"""From one slot to the other."""

import os

from .manifest import Manifest, RefusedError, holds
from .settle import begin_trial
from .slots import STARTS, idle, other, point, put, raise_floor, there


def whole(folder: str, manifest, live) -> None:
    """RefusedError: a file is not in a slot as the manifest says."""

    def take(number, digest, size, path):
        if not holds(folder + "/" + path, digest, live):
            raise RefusedError("file", path)

    manifest.each(take)


def switch(session, minutes: int) -> None:
    """w: the idle slot runs from the next start on: on trial, unless there is none to go back
    to. minutes: of mains until it must have been lit."""
    folder = idle(session.slot)
    whole(folder, session.manifest, session.live)
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
        begin_trial(minutes, session.faults())
    os.rename(folder + "/manifest.new", folder + "/manifest")
    if not (terms and there("/main.py")):
        with open(folder + "/main.py", "rb") as file:
            put("/main.py", file.read())  # nothing that runs here would do it
    point(folder[1:], terms)
    session.anew = True
    session.again()


def back(session) -> None:
    """b: to the other slot, whose files must all be there. It was left for a reason, or never ran:
    so it is on trial then, unless it is the kept one of a trial that this ends."""
    slot = other(session.slot)
    folder = "/" + slot
    if not there(folder + "/manifest") or (session.left < 0 and session.why):
        raise RefusedError("nothing")
    whole(folder, Manifest(folder + "/manifest"), session.live)
    if session.left < 0:
        raise_floor(session.files, Manifest("/" + session.slot + "/manifest").number("sequence"))
        begin_trial(0, session.faults())
        point(slot, STARTS)
    else:
        with open(folder + "/main.py", "rb") as file:
            put("/main.py", file.read())
        point(slot, "!r")
    session.anew = True
    session.again()
