"""A technician's console on the serial line, which is also MicroPython's own: see `help` there.

The line is silent until somebody presses Enter. Ctrl-C is MicroPython's: it stops the node. What
the commands do is in commands.py, loaded when one is typed and dropped a minute after the last:
memory is scarce and technicians are rare. Loading is the one thing here that takes longer than
a few milliseconds.
"""

import gc
import sys

from noctule.brain.const import const
from noctule.device.events import FAILED, SERIAL

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

# The commands, in English and in French, in the order of commands.py.
NAMES = (
    "status etat why pourquoi faults defauts log journal time heure identify reperer level niveau "
    "all-on tout-allumer cancel annuler sensors capteurs trace trace lang langue reboot "
    "redemarrer help aide"
)
PROMPT = b"noctule> "

_TICKS = const(0x3FFFFFFF)
_LINE = const(80)  # bytes
_TAKE = const(32)  # bytes a poll: 1600 a second at most, whatever comes
_PIECE = const(96)  # bytes a poll: the port's queue for sending holds 128, and waits when full
_BUSY = const(20)  # ms; at 115200 baud a piece takes 9
_LIVE = const(100)
_IDLE = const(200)
_AWAKE = const(10000)  # ms after a key in which the next is looked for soon
_FORGET = const(60000)
_ASLEEP = const(600000)
_WAITING = const(16)  # lines of trace

_BACKSPACE = const(8)
_LF = const(10)
_CR = const(13)
_ESCAPE = const(27)
_DELETE = const(127)
_E = const(101)


class Console:
    """node: see app.py. read(buffer): takes bytes that are there, says how many, never waits.
    write(bytes): as they are, line ends included; may wait for as long as 96 bytes take.

    lang: "fr" or "en". tracing: changes are printed. since_day, since_ms: when the brain last
    changed anything (day 0: not since the start).
    """

    def __init__(self, node, read, write) -> None:
        self.node = node
        self.lang = "fr" if node.wiring.get("lang") == "fr" else "en"
        self.tracing = False
        self.since_day = self.since_ms = 0
        self.polls = 0
        self._read = read
        self._write = write
        self._in = bytearray(_TAKE)
        self._count = self._at = 0  # of what was read, and what of it has been taken
        self._line = bytearray(_LINE)
        self._length = 0  # _LINE + 1: too long
        self._last = 0  # the byte before, or _ESCAPE within a key's sequence
        self._out = b""
        self._sent = 0  # bytes of it
        self._fresh = True  # the cursor is at the beginning of a line
        self._awake = False  # somebody has pressed Enter
        self._running: Any = None  # the command that prints
        self._live = False  # it shows what changes: a key ends it
        self._typed = 0  # tick of the last key or command
        self._loaded = False
        self._trace: Any = None  # the module, while tracing
        self._lines: list = []  # of trace, to be printed
        self._lost = 0

    # ---- the task

    def poll(self, ticks: int) -> int:
        self.polls = self.polls + 1 & _TICKS
        return self._poll(ticks)

    def _poll(self, ticks: int) -> int:
        """Take what was typed, go on printing. Allocates nothing while nobody is there."""
        if self._sent < len(self._out):
            self._send()
            return _BUSY
        if self._lines or self._lost:
            self._print_trace()
            return _BUSY
        if self._running is None or self._live:
            if self._at == self._count:
                self._at = 0
                self._count = self._read(self._in) or 0
            if self._at < self._count:
                self._typed = ticks
                self._take_all()
                return _BUSY
        if self._running is not None:
            self._typed = ticks
            return self._go_on()
        quiet = ticks - self._typed & _TICKS
        if self._awake and quiet >= _ASLEEP:
            self._awake = False
            self._length = 0
        if self._loaded and quiet >= _FORGET:
            self._forget()
        return _BUSY if self._awake and quiet < _AWAKE else _IDLE

    def changed(self, day: int, ms: int) -> None:
        """The brain has just stepped and `changed`, at an instant. For the control task: allocates
        nothing unless somebody is tracing."""
        self.since_day = day
        self.since_ms = ms
        if self.tracing:
            self._note(self._trace.change(self.node.brain, day, ms))

    def found(self, day: int, ms: int) -> None:
        """A sample of the meter has changed what the brain's `faults()` are."""
        if self.tracing:
            self._note(self._trace.faults(self.node.brain, day, ms))

    def trace(self, on: bool) -> None:
        """Print each change as a line of trace.py, or no more."""
        self._trace = None
        if on:
            from . import trace

            self._trace = trace
        self.tracing = on

    # ---- what is typed

    def _take_all(self) -> None:
        if self._running is not None:
            # A key ends what is shown live; not the second half of the CR LF that began it.
            first = self._in[self._at]
            self._at = self._count
            if first == _LF and self._last == _CR:
                self._last = 0
                return
            self._running = None
            self._live = False
            self._end()
        while self._at < self._count and self._running is None:
            byte = self._in[self._at]
            self._at += 1
            self._take(byte)

    def _take(self, byte: int) -> None:
        last = self._last
        if last == _ESCAPE:
            # An arrow or the like: ESC [ 1 ; 5 A. It ends with a letter or ~.
            if byte >= 64 and byte != 91 and byte != 79 or byte < 32:
                self._last = 0
            if byte >= 32:
                return
        self._last = byte
        if byte == _CR or (byte == _LF and last != _CR):
            self._enter()
        elif byte == _BACKSPACE or byte == _DELETE:
            if 0 < self._length <= _LINE:
                self._length -= 1
                self._echo(b"\b \b")
        elif 32 <= byte < 127:
            self._put(byte)
        elif last == 0xC3 and 0xA8 <= byte <= 0xAA:
            self._put(_E)  # e with an accent, in UTF-8: names are typed with or without

    def _put(self, byte: int) -> None:
        if self._length < _LINE:
            self._line[self._length] = byte
            self._length += 1
            self._echo(bytes((byte,)))
        else:
            self._length = _LINE + 1

    def _echo(self, text: bytes) -> None:
        if self._awake:
            self._out += text
            self._fresh = False

    def _enter(self) -> None:
        length = self._length
        self._length = 0
        if self._awake:
            self._out += b"\r\n"
            self._fresh = True
        if length > _LINE:
            self._say("? line too long, ligne trop longue: > %d" % _LINE)
        else:
            self._command(str(self._line[:length], "ascii").lower().split())
        self._awake = True
        if self._running is None:
            self._end()

    def _command(self, words: list) -> None:
        if not words:
            return
        names = NAMES.split()
        if words[0] not in names:
            # The first line may be anything that a plug being put in looks like.
            if self._awake:
                self._say("? help, aide")
            return
        try:
            from . import commands

            self._loaded = True
            self._running = commands.run(self, names.index(words[0]) >> 1, words[1:])
        except Exception as error:
            self._failed(error)

    # ---- what is printed

    def _go_on(self) -> int:
        """The command's next line. None from it: nothing new just now."""
        try:
            text = next(self._running, "")
        except Exception as error:
            self._failed(error)
            text = ""
        if text is None:
            self._live = True
            return _LIVE
        if text:
            self._say(text)
        else:
            self._running = None
            self._live = False
            self._end()
        return _BUSY

    def _say(self, text: str) -> None:
        if not self._fresh:
            self._out += b"\r\n"
        self._out += text.encode() + b"\r\n"
        self._fresh = True

    def _end(self) -> None:
        if self._awake:
            self._out += PROMPT
            self._fresh = False

    def _send(self) -> None:
        end = self._sent + _PIECE
        self._write(self._out[self._sent : end])
        if end < len(self._out):
            self._sent = end
        else:
            self._out = b""
            self._sent = 0

    def _failed(self, error) -> None:
        """A command failed: the technician is told, and so is the log."""
        self._say("! %s %s" % (type(error).__name__, error))
        self.node.tell(FAILED, SERIAL)

    def _note(self, line: str) -> None:
        if len(self._lines) < _WAITING:
            self._lines.append(line)
        elif self._lost < 9999:
            self._lost += 1

    def _print_trace(self) -> None:
        if self._lines:
            self._say(self._lines.pop(0))
        else:
            self._say("# %d" % self._lost)  # lines that came too fast to be printed
            self._lost = 0

    def _forget(self) -> None:
        """Give back the memory of what is loaded for commands."""
        self._loaded = False
        here = __name__.rpartition(".")[0]
        package = sys.modules[here]
        for name in ("commands", "words_en", "words_fr", "trace"):
            module = sys.modules.get(here + "." + name)
            if module is not None and module is not self._trace:
                del sys.modules[here + "." + name]
                delattr(package, name)
        gc.collect()
