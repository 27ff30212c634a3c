"""The node's own files count from here on."""

from .session import drop, part


def do(session, data) -> bytes:
    """c: they do, all of them or none; r: the node has to start anew for it. RefusedError: one is
    missing, or the code does not take the configuration."""
    path = session.manifest
    part("accept").accept(path)
    session.live()
    part("own").commit(path)
    anew = session.anew
    session.anew = True  # whatever comes now: a start goes on with it
    config = part("own").change(session)
    session.live()
    if config is not None:
        drop(())
        if part("take").take(session.node, config):
            session.anew = anew
    return b"r" if session.anew else b""
