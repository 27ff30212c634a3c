"""What a PC asks over the serial line.

Requests: a letter, and what follows it. The answer is k and what there is to know, or e and why
not: a word of TEXTS (tools/push), and what goes with it.

    h AT           who are you: lines of "name value", from there on (u16)
    m K [digest]   what follows is a manifest (K: c code, n node's own) or key set (k), told as
                   changes of the one with that digest (8 bytes), or from nothing
    d ...          steps of it, or bytes of a file
    v [flags]      is it as it should be; i: the node may become another luminaire's; r: it may be
                   what the node has already, which is to be repaired
    p              which of its files have to travel: a bit each
    f N SIZE       file N comes, deflated, so many bytes (u8, u24)
    e N            it has come
    c              the node's own files count from here on; the answer says if it has to start anew
    w LIT          the slot counts, on trial: u16 minutes of mains until it must have been lit
    b              back to the other slot
    t DAY SECOND   the time (u16, u24)
    g AT PATH      bytes of a file of its own, from there on (u24)
    x HOW          that is all; r: start anew, as after w, b, and a c that says so in any case
"""

import gc
import sys

from noctule.brain.const import const
from noctule.link.serial import serial

from . import RefusedError
from .line import Line
from .session import part, why

_SILENCE = const(10000)  # ms without a request: the PC is gone
# Requests and answers, by their letters.
_HELLO = const(104)
_MANIFEST = const(109)
_DATA = const(100)
_PROVE = const(118)
_PREPARE = const(112)
_FILE = const(102)
_END = const(101)
_COMMIT = const(99)
_SWITCH = const(119)
_BACK = const(98)
_TIME = const(116)
_GET = const(103)
_ALL = const(120)
_OK = const(107)
_NO = const(101)
_WORKING = const(119)


def listen(session) -> None:
    """Answer requests, until one is to be done without this module (`session.todo`), that was all,
    or nothing more comes."""
    try:
        read, write, wait = serial()
        line = Line(read, write, wait, session.live)
        if session.todo:  # it has been done
            session.todo = ""
            session.word = b""
            line.number = session.number
            line.answer(session.answer[0], session.answer[1])
        while not session.ended:
            if not line.request(_SILENCE):
                session.ended = "silent"
                break
            try:
                module = todo(session, line.kind)
                if module:
                    session.stop()
                    session.number = line.number
                    session.data = bytes(line.payload)
                    session.word = line.frame(_WORKING, b"")
                    session.todo = module  # the last that may fail is done: it is not refused now
                    return
                line.answer(_OK, request(session, line.kind, line.payload) or b"")
            except Exception as error:
                session.word = b""
                session.stop()
                line.answer(_NO, why(error))
            gc.collect()
        session.stop()
    except Exception as error:  # of the node's parts, or a fault here: start anew
        sys.print_exception(error)
        session.todo = ""
        session.word = b""
        session.ended = "fault"


def request(session, kind: int, data):
    """One of those that are done here: what to answer, or None. RefusedError."""
    if kind == _DATA and session.coming is not None:
        return session.coming.take(data)
    if kind == _MANIFEST:
        session.again()
        return part("coming").begin_manifest(session, data)
    if kind == _FILE and session.prepared is not None:
        return part("coming").begin_file(session, data)
    if kind in (_HELLO, _TIME, _GET):
        return part("tell").tell(session, kind, data)
    if kind == _ALL:
        session.ended = "start" if session.anew or bytes(data) == b"r" else "resume"
        return None
    raise RefusedError("order")


def todo(session, kind: int) -> str:
    """The module that does it, if it is one of those that need memory, and its time has come; or
    ""."""
    if kind == _BACK:
        return "back"
    if session.manifest is None:
        return "proof" if kind == _PROVE and session.coming is not None else ""
    own = session.kind == b"n"
    if kind == _PREPARE:
        return "own" if own else "prepare"
    if kind == _END and session.coming is not None:
        return "inflate"
    if kind == _COMMIT and own:
        return "commit"
    return "switch" if kind == _SWITCH and not own else ""
