"""What a PC asks over the serial line, and the node that goes on meanwhile.

    import noctule.update.session as u;u.serve();del u;again()

is all that is typed in the clear, at the prompt that Ctrl-C gives; from there on all is frames
(line.py). While it works the luminaire follows its program: the parts of the node that stand still
at a prompt are polled here, and the watchdog is fed by that. Then `again` (main.py) has the node
go on as if nothing had been, or it starts anew, once nobody is there whom it lights.

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
import os
import sys
from time import ticks_add, ticks_diff, ticks_ms

from noctule.brain.const import const
from noctule.device.store import Files

from .flash import RefusedError
from .line import MOST

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

_SILENCE = const(10000)  # ms without a request: the PC is gone
_TURN = const(25)  # ms between two looks at the node
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
_ENOSPC = const(28)
_HERE = const("noctule.update.")
_STAY = const(("noctule.update.session", "noctule.update.line", "noctule.update.flash"))


def forget(name: str) -> None:
    """Give a module's memory back."""
    if name in sys.modules:
        del sys.modules[name]
        package, _, leaf = name.rpartition(".")
        if package in sys.modules and hasattr(sys.modules[package], leaf):
            delattr(sys.modules[package], leaf)


class Going:
    """The node meanwhile: what of it must not stand still. node: None, or app.py's."""

    def __init__(self, node, watchdog) -> None:
        self.node = node
        self._watchdog = watchdog
        self._at = ticks_ms()
        self._parts: Any = ()
        self._due = [self._at] * 4
        if node is not None:
            self._parts = (node.sensors, node.clock, node.control, node.output)
            node.control.anew()  # the light is full since Ctrl-C

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


class Session:
    """line: Line. going: Going.

    files: of /keep. slot, left, why: of the pointer. folder: of the idle slot. kind, path,
    signature: of what is being sent, the file and the proof. manifest: its path, once it is
    proven. prepared: the folder for its files, or None. file: the one that comes, or came: number,
    digest, size, path. coming: takes bytes, and stops. repair: it may be what is there already.
    said: what hello says. anew: what has been done needs a start. ended: how the session did.
    """

    kind: bytes
    path: str
    repair: bool
    file: "Any"

    def __init__(self, line, going) -> None:
        self.files = Files("/keep/")
        self.node = going.node
        self.anew = False
        self.ended = ""
        self.coming: Any = None
        self._line = line
        self._going = going
        self.again()

    def again(self) -> None:
        """Nothing is being sent; the pointer may have changed."""
        self.stop()
        slots = self.part("slots")
        self.signature: Any = None
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
        """What goes on amid long work."""
        self._going.live()
        self._line.working()

    def run(self) -> None:
        """Answer requests until that is all, or nothing more comes."""
        line = self._line
        try:
            while not self.ended:
                if not line.request(_SILENCE):
                    self.ended = "silent"
                    break
                try:
                    answer = self._do(line.kind, line.payload) or b""
                    line.answer(_OK, answer)
                except Exception as error:
                    self._refuse(error)
                gc.collect()
            self.stop()
        except Exception as error:  # of the node's parts, or a fault here: start anew
            sys.print_exception(error)
            self.ended = "fault"

    def part(self, name: str):
        """A module that is needed now. Where it was not in memory yet, the others go."""
        if _HERE + name not in sys.modules:
            drop()
            gc.collect()
            __import__(_HERE + name)
        return sys.modules[_HERE + name]

    def _do(self, kind: int, data):
        part = self.part
        if kind == _DATA and self.coming is not None:
            return self.coming.take(data)
        if kind == _MANIFEST:
            self.again()
            return part("receive").begin(self, data)
        if kind == _PROVE and self.signature is not None and self.coming is not None:
            return self._prove(bytes(data))
        if self.manifest is not None:
            own = self.kind == b"n"
            if kind == _PREPARE:
                return part("own" if own else "prepare").prepare(self)
            if kind == _FILE:
                return part("fill").begin(self, data)
            if kind == _END and self.coming is not None:
                self.stop()
                return part("inflate").end(self, data[0])
            if kind == _COMMIT and own:
                return self._commit()
            if kind == _SWITCH and not own:
                part("switch").switch(self, data)
                return self.again()
        if kind == _BACK:
            part("back").back(self)
            return self.again()
        if kind in (_HELLO, _TIME, _GET):
            return part("tell").tell(self, kind, data)
        if kind == _ALL:
            self.ended = "start" if self.anew or bytes(data) == b"r" else "resume"
            return b""
        raise RefusedError("order")

    def _prove(self, flags: bytes) -> None:
        self.stop()
        signature = self.signature
        self.signature = None
        good = False
        try:
            self.part("trust").prove(self, signature)
            if self.kind != b"k":
                self.part("check").fits(self, flags)
                good = True
        finally:
            if not good:
                os.remove(self.path)

    def _commit(self) -> bytes:
        anew = self.anew
        self.part("accept").accept(self)
        config = self.part("own").change(self)
        if config is not None and self.part("resume").take(self.node, config):
            self.anew = anew
        return b"r" if self.anew else b""

    def _refuse(self, error) -> None:
        words = error.args
        if isinstance(error, OSError) and words[:1] == (_ENOSPC,):
            words = ("space",)
        elif not isinstance(error, RefusedError):
            words = ("error", type(error).__name__) + words
        self.stop()
        self._line.answer(_NO, " ".join([str(one) for one in words]).encode()[:MOST])


def drop() -> None:
    """Forget all of the updater but what a session needs all the time."""
    for name in list(sys.modules):
        if name.startswith(_HERE) and name not in _STAY:
            forget(name)


def loads() -> None:
    """Load each part, for trial.py, also of other versions: whichever cannot be loaded raises."""
    from . import loads

    loads.loads()


def serve() -> None:
    """Answer a PC, until it says that this was all; then return, so that the node goes on. If it
    falls silent, or wants it so, the node starts anew; also where a part cannot be loaded."""
    from micropython import kbd_intr

    try:
        from .begin import begun

        session = begun()
        del begun
        session.run()
        if session.ended != "resume" or session.node is None:
            session.part("leave").leave(session)
    except Exception as error:
        from machine import reset

        sys.print_exception(error)
        reset()
    finally:
        kbd_intr(3)
