"""A PC's session over the serial line, and the node that goes on meanwhile.

    import noctule.update.session as u;u.serve();del u;again()

is all that is typed in the clear, at the prompt that Ctrl-C gives; from there on all is frames
(line.py). While it works the luminaire follows its program: the parts of the node that stand still
at a prompt are polled here, and the watchdog is fed by that. Then `again` (main.py) has the node
go on as if nothing had been, or it starts anew, once nobody is there whom it lights.
"""

import gc
import sys
from time import ticks_add, ticks_diff, ticks_ms

from noctule.brain.const import const
from noctule.device.store import Files

from . import RefusedError

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

_ENOSPC = const(28)
_TURN = const(25)  # ms between two looks at the node
_PAUSE = const(700)  # ms between two words that a request is being done
_OK = const(107)  # as in requests.py
_NO = const(101)
_HERE = const("noctule.update.")
_SELF = const("noctule.update.session")
_FLASH = const(("noctule.update.flash",))
_LISTEN = const(("noctule.update.requests", "noctule.update.line", "noctule.update.flash"))


def why(error) -> bytes:
    """What a PC is told of it."""
    words = error.args
    if isinstance(error, OSError) and words[:1] == (_ENOSPC,):
        words = ("space",)
    elif not isinstance(error, RefusedError):
        words = ("error", type(error).__name__) + words
    return " ".join([str(one) for one in words]).encode()


class Session:
    """What a PC has sent so far, and the node that goes on meanwhile.

    node: None, or app.py's. watchdog: to be fed. write: to the PC.

    files: of /keep. slot, left, why: of the pointer. folder: of the idle slot. kind, path: of what
    is being sent, c, n or k (requests.py), and the file with it. base: what it is told as changes
    of, or "". manifest: its path, once it is proven. prepared: the folder for its files, or None.
    file: the one that comes, or came: number, digest, size, path. coming: takes bytes, and stops.
    repair: it may be what is there already. anew: what has been done needs a start. said: what
    hello says. ended: how the session did.

    todo, data: the module for a request that is to be done without those who listen, and what
    came with it. number, answer: of that request, and what is to be told of it. word: a frame,
    that it is being done; told: when it was said.
    """

    kind: bytes
    path: str
    base: str
    repair: bool
    file: "Any"

    def __init__(self, node, watchdog, write) -> None:
        self.node = node
        self.files = Files("/keep/")
        self.anew = False
        self.ended = self.todo = ""
        self.word = b""
        self.number = 0
        self.coming: Any = None
        self.answer: Any = None
        self._watchdog = watchdog
        self._write = write
        self.told = self._at = ticks_ms()
        self._parts: Any = ()
        self._due = [self._at] * 4
        if node is not None:
            self._parts = (node.sensors, node.clock, node.control, node.output)
            node.control.anew()  # the light is full since Ctrl-C
        self.again()

    def again(self) -> None:
        """Nothing is being sent; the pointer may have changed."""
        self.stop()
        slots = part("slots")
        self.manifest: Any = None
        self.prepared: Any = None
        self.said = b""
        self.slot, self.left, self.why = slots.pointer()
        self.folder = slots.idle(self.slot)

    def stop(self) -> None:
        """What was coming ends."""
        if self.coming is not None:
            self.coming.stop()
            self.coming = None

    def live(self) -> None:
        """Poll what is due. Called again and again, at most a fraction of a second apart."""
        now = ticks_ms()
        if ticks_diff(now, self._at) < 0:
            return
        self._at = ticks_add(now, _TURN)
        for i in range(len(self._parts)):
            if ticks_diff(now, self._due[i]) >= 0 or i > 1:
                self._due[i] = ticks_add(now, self._parts[i].poll(now))
        if self._watchdog is not None:
            self._watchdog.feed()
        if self.word and ticks_diff(now, self.told) >= _PAUSE:
            self.told = now
            self._write(self.word)


def serve() -> None:
    """Answer a PC, until it says that this was all; then return, so that the node goes on. If it
    falls silent, or wants it so, the node starts anew; also where what listens cannot be
    loaded."""
    from micropython import kbd_intr

    session = None
    try:
        session = part("begin").begun()
        while not session.ended:
            _listen(session)
            if session.todo:
                _do(session)
        if session.ended != "resume" or session.node is None:
            part("leave").leave(session)
    except Exception as error:
        from machine import reset

        sys.print_exception(error)
        try:
            if session is not None and session.node is not None:
                session.node.reboot()
        finally:
            reset()
    finally:
        kbd_intr(3)


def loads() -> None:
    """Load each part, for trial.py, also of other versions: whichever cannot be loaded raises."""
    from . import loads

    loads.loads()


# Functions of their own, whose ends give back what they held.


def _listen(session) -> None:
    part("requests").listen(session)


def _do(session) -> None:
    """What is to be done without those who listen."""
    if session.node is not None:
        drop(_FLASH)
    session.told = ticks_ms()
    try:
        session.answer = _OK, part(session.todo).do(session, session.data) or b""
    except Exception as error:
        session.answer = _NO, why(error)


def part(name: str):
    """A module that is needed now. Where it was not in memory yet, the others go, but for those
    that listen."""
    if _HERE + name not in sys.modules:
        drop(_LISTEN)
        gc.collect()
        __import__(_HERE + name)
    return sys.modules[_HERE + name]


def drop(stay) -> None:
    """Forget all of the updater but this module, and those."""
    for name in list(sys.modules):
        if name.startswith(_HERE) and name != _SELF and name not in stay:
            forget(name)


def forget(name: str) -> None:
    """Give a module's memory back."""
    if name in sys.modules:
        del sys.modules[name]
        package, _, leaf = name.rpartition(".")
        if package in sys.modules and hasattr(sys.modules[package], leaf):
            delattr(sys.modules[package], leaf)
