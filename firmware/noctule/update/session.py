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
import sys
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

from noctule.brain.const import const
from noctule.device.store import Files

from .line import MOST, Line
from .slots import pointer, remove, there

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

_SILENCE = const(10000)  # ms without a request: the PC is gone
_TURN = const(25)  # ms between two looks at the node
_QUIET_MIN = const(10)  # minutes at most that a start is put off because somebody is there
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
_PARTS = const(("receive", "trust", "check", "prepare", "fill", "switch", "place", "tell"))
_PRESENCE = const(2)  # brain/layers.py
_PRESENT = const((9, 10, 11))  # why it holds the light up


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

    def busy(self) -> bool:
        """Does presence hold the light up?"""
        node = self.node
        if node is None:
            return False
        stack = node.brain.stack
        return stack.why[_PRESENCE] in _PRESENT and (
            stack.after[_PRESENCE] > stack.after[_PRESENCE - 1]
        )


class Session:
    """line: Line. going: Going.

    files: of /keep. slot, left, why: of the pointer. kind, manifest: of what is being sent, once
    it is proven. coming: takes bytes, and stops. prepared: the folder for its files, or None.
    said: what hello says. anew: what has been done needs a start.
    """

    def __init__(self, line, going) -> None:
        self.files = Files("/keep/")
        self.node = going.node
        self.kind = b""
        self.repair = False
        self.anew = False
        self.manifest: Any = None
        self.coming: Any = None
        self.prepared: Any = None
        self.said = b""
        self.ended = ""
        self._line = line
        self._going = going
        self.again()

    def again(self) -> None:
        """Nothing is being sent; the pointer may have changed."""
        self.stop()
        self.manifest = self.prepared = None
        self.said = b""
        self.slot, self.left, self.why = pointer()

    def stop(self) -> None:
        """What was coming ends."""
        if self.coming is not None:
            self.coming.stop()
            self.coming = None

    def live(self) -> None:
        """What goes on amid long work."""
        self._going.live()
        self._line.working()

    def faults(self) -> int:
        return 0 if self.node is None else self.node.faults()

    def run(self) -> None:
        """Answer requests until that is all, or nothing more comes."""
        line = self._line
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
        _drop("")

    def _do(self, kind: int, data):
        if kind == _DATA and self.coming is not None:
            return self.coming.take(data)
        if kind == _HELLO:
            return self._part("tell").hello(self, self.node, data[0] | data[1] << 8, MOST)
        if kind == _MANIFEST:
            self.again()
            return self._part("receive").begin(self, data)
        if kind == _PROVE:
            return self._prove(bytes(data))
        if self.manifest is not None:
            own = self.kind == b"n"
            if kind == _PREPARE:
                return self._part("place" if own else "prepare").prepare(self)
            if kind == _FILE:
                return self._part("fill").begin(self, data)
            if kind == _END:
                return self._part("fill").end(self, data)
            if kind == _COMMIT and own:
                return self._part("place").change(self)
            if kind == _SWITCH and not own:
                return self._part("switch").switch(self, int.from_bytes(data[:2], "little"))
        if kind == _BACK:
            return self._part("switch").back(self)
        if kind == _TIME:
            return self._part("tell").set_time(self.node, data)
        if kind == _GET:
            at = int.from_bytes(data[:3], "little")
            return self._part("tell").piece(at, str(data[3:], "utf-8"), MOST)
        if kind == _ALL:
            self.ended = "start" if self.anew or bytes(data) == b"r" else "resume"
            return b""
        return self._part("tell").refuse("order")

    def _prove(self, flags: bytes) -> None:
        coming = self.coming
        try:
            path = self._part("trust").prove(self)
            if path:
                self._part("check").fits(self, path, flags)
        except Exception:
            if coming is not None and there(coming.path):
                remove(coming.path)
            raise

    def _part(self, name: str):
        """A module that a request needs; the others go."""
        if _HERE + name not in sys.modules:
            _drop(name)
            gc.collect()
            __import__(_HERE + name)
        return sys.modules[_HERE + name]

    def _refuse(self, error) -> None:
        if type(error).__name__ == "RefusedError":
            words = [str(one) for one in error.args]
        elif isinstance(error, OSError) and error.args and error.args[0] == _ENOSPC:
            words = ["space"]
        else:
            words = ["error", type(error).__name__] + [str(one) for one in error.args]
        self.stop()
        self._line.answer(_NO, " ".join(words).encode()[:MOST])


def _drop(name: str) -> None:
    """Forget the parts but this one."""
    for part in _PARTS:
        if part != name:
            forget(_HERE + part)


def loads() -> None:
    """Load each part, for trial.py: whichever cannot be loaded raises."""
    for part in _PARTS:
        __import__(_HERE + part)
        forget(_HERE + part)


def wait_for_quiet(going, line) -> None:
    """Not while somebody is lit by it, and not for ever either."""
    began = ticks_ms()
    while going.busy() and ticks_diff(ticks_ms(), began) < _QUIET_MIN * 60000:
        going.live()
        line.working()
        sleep_ms(_TURN)


def serve() -> None:
    """Answer a PC, until it says that this was all; then return, so that the node goes on. If it
    falls silent, or wants it so, the node starts anew."""
    from micropython import kbd_intr

    from noctule.link.serial import serial

    app = sys.modules.get("noctule.app")
    node = getattr(app, "node", None)
    if node is None:
        from machine import WDT

        watchdog = WDT(timeout=20000)  # a board that is left in the middle starts by itself
    else:
        watchdog = node.guard.watchdog
        from .resume import hush

        hush(node)
        forget(_HERE + "resume")
    going = Going(node, watchdog)
    read, write, wait = serial()
    line = Line(read, write, wait, going.live)
    session = Session(line, going)
    kbd_intr(-1)
    try:
        try:
            session.run()
        except Exception as error:  # of the node's parts, or a fault here: start anew
            sys.print_exception(error)
            session.ended = "fault"
        if session.ended != "resume" or node is None:
            wait_for_quiet(going, line)
            if node is not None:
                node.reboot()
            from machine import reset

            reset()
    finally:
        kbd_intr(3)
        for name in ("session", "line", "slots", "settle", "manifest", "resume"):
            forget(_HERE + name)
        forget(_HERE[:-1])
        gc.collect()
