"""Back to the slot that ran before."""

from . import RefusedError
from .flash import there
from .floor import raise_floor
from .manifest import Manifest
from .slots import other
from .switch import STARTS, begin_trial, point, put_main, whole


def do(session, data) -> None:
    """b: to the other slot, whose files must all be there. It was left for a reason, or never ran:
    so it is on trial then, unless it is the kept one of a trial that this ends."""
    slot = other(session.slot)
    folder = "/" + slot
    if not there(folder + "/manifest") or (session.left < 0 and session.why):
        raise RefusedError("nothing")
    whole(folder, Manifest(folder + "/manifest"), session.live)
    if session.left < 0:
        raise_floor(session.files, Manifest("/" + session.slot + "/manifest").number("sequence"))
        begin_trial(0, session.node)
        point(slot, STARTS)
    else:
        put_main(folder)
        point(slot, "!r")
    session.anew = True
    session.again()
