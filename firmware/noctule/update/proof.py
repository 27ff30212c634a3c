"""Whether what has come is as it should be: signed by whom the node trusts, and for this node."""

import os

from .flash import there
from .session import part


def do(session, flags: bytes) -> None:
    """v: it is what is being sent, then; a key set is trusted from now on. RefusedError: no, and
    why; it is not kept."""
    steps = session.folder + "/.part"
    good = False
    try:
        signature = part("receive").received(session, steps)
        part("trust").prove(session, signature)
        signature = None
        session.live()
        if session.kind != b"k":
            part("check").fits(session, flags)
            good = True
        session.live()
    finally:
        os.remove(steps)
        if not good and there(session.path):
            os.remove(session.path)
