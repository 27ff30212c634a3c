"""The supervisor: a guest process, its serial line, and what makes it start, stop and die.

The guest's standard input and output are pipes; the serial line is a pseudo-terminal whose other
end mpremote opens. A pipe and not a second terminal, since the unix port throws away what waits
on a terminal at every change between prompt and program. Ctrl-C is a signal while a program runs
with Ctrl-C enabled (the guest then catches SIGINT, which the kernel tells), else a byte.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from sim.board.chip import Cause, Chip, Edge
from sim.board.clock import Clock
from sim.board.flash import Flash, PowerCutError
from sim.board.parts import KINDS, Parts
from sim.board.serial import Serial
from sim.runtimes import micropython_command

__all__ = ["HEAP", "Board", "BoardError"]

HEAP = 256 << 10
"""Bytes of heap for the node: an ESP32's 56 KiB, which double on demand (mpconfigport.h,
GC_SPLIT_HEAP_AUTO), times 1.43 for 64-bit objects, are 160 KiB. 96 KiB more, since the doubles'
names make the table of names grow once more, to 1,280 entries in one piece: with 160 a node
starts, and has no room for the commands of its console."""

_DOUBLES = 60 << 10
"""Bytes of heap that the doubles of modules take besides."""

_GUEST = Path(__file__).resolve().parent / "guest"
_RAW = b"raw REPL; CTRL-B to exit\r\n>"
_FRIENDLY = b'Type "help()" for more information.\r\n>>> '
_REBOOT = b"MPY: soft reboot\r\n"
_LINE_END = re.compile(rb"(?<!\r)\n")
_TURN_S = 0.02
_GRACE_S = 0.1
_LOOK_S = 0.01
"""Who waits for the board is told of most things; this often it looks by itself."""
_BACKLOG = 16 << 10
_FOR_EVER_US = 1 << 60
# What guest/wire.py says of questions and answers.
_QUESTION = struct.Struct("<Iqq")
_ANSWER = struct.Struct("<IqqI")
_USUAL = 96


class BoardError(Exception):
    """The board cannot run: the message says why."""


class Board:
    """A board on a serial line. `with Board(path) as board:` runs it in a thread of its own.

    What follows may be called from any thread; `chip` and `flash` are to be changed only under
    `lock`, or before the start.
    """

    def __init__(
        self,
        flash: Path,
        *,
        size: int = 2 << 20,
        heap: int = HEAP,
        clock: Clock = Clock.REAL,
        ticks_start_ms: int = 0,
        hold: bool = False,
        patience_s: float = 20.0,
        kind: str = "esp32",
    ) -> None:
        """A board on an image, made (`size` bytes) if it is not there.

        `ticks_start_ms`: the ticks at each start of the chip. `hold`: see `hold`. `patience_s`:
        where time jumps, an armed watchdog bites after so many real seconds without a sign of
        life as well. `kind`: of chip, of `parts.KINDS`. BoardError: another board runs on this
        image, or the file is none.
        """
        self.lock = threading.Condition()
        digest = hashlib.sha256(str(flash.resolve()).encode()).digest()
        self.clock = clock
        self.chip = Chip(digest[:6], ticks_start_ms, clock, KINDS[kind])
        self.chip.tell = self._tell
        self.parts = Parts(self.chip, self.chip.kind)
        """What is plugged into it."""
        try:
            self.flash = Flash(flash, size, self.chip.now_us)
        except BlockingIOError:
            raise BoardError(f"{flash}: another board runs on this image") from None
        except ValueError as error:
            raise BoardError(f"{flash}: {error}") from None
        self.serial = Serial()
        """What the node wrote, whether or not somebody had the serial line open."""
        self.starts: list[Cause] = []
        """Why each start of the interpreter happened."""
        self.prompts = 0
        """How often boot.py and main.py had ended, and the prompt came."""
        self.crashes: list[int] = []
        """Signals that the interpreter died of by itself: a fault of the double."""
        self.powered = False
        self.error: str | None = None
        self._heap = heap
        self._patience_s = patience_s
        self._guest: subprocess.Popen[bytes] | None = None
        self._listener: socket.socket | None = None
        self._wire: socket.socket | None = None
        self._events: socket.socket | None = None
        self._raw = False
        self._thread: threading.Thread | None = None
        # Where time jumps: the wait that the guest is in (number of its question, end), whether
        # something has happened that ends it, the instant that time may not pass, and what is to
        # be so for time to stop.
        self._waiting: tuple[int, int] | None = None
        self._happened = False
        self._limit_us: int | None = 0 if hold else None
        self._until: Callable[[Board], bool] | None = None
        self._watchers = 0

    # The serial line and the thread.

    def start(self) -> str:
        """Make the serial line, switch on, and return the line's path."""
        self._closing = contextlib.ExitStack()
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        # Held open by nobody but the PC: what is sent while nobody listens is lost, as on a wire.
        os.close(slave)
        os.set_blocking(self._master, False)
        self._closing.callback(os.close, self._master)
        self._folder = self._closing.enter_context(
            tempfile.TemporaryDirectory(prefix="noctule-board-")
        )
        self._nudge_out, self._nudge_in = os.pipe()
        os.set_blocking(self._nudge_in, False)
        self._closing.callback(os.close, self._nudge_out)
        self._closing.callback(os.close, self._nudge_in)
        self._stop = False
        with self.lock:
            self._spawn_fresh(power=True)
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)
        self._thread.start()
        return self.port

    def stop(self) -> None:
        """Switch off and give everything back."""
        if self._thread is None:
            return
        self._stop = True
        self._nudge()
        self._thread.join()
        self._thread = None
        self._kill()
        self._closing.close()
        self.flash.close()

    def __enter__(self) -> "Board":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # What a hand can do.

    def power_off(self) -> None:
        """Take the power away, whatever is going on."""
        with self.lock:
            self._dark()

    def power_on(self) -> None:
        """Give it back (after `power_off`, or a cut in the flash)."""
        with self.lock:
            if not self.powered:
                self._spawn_fresh(power=True)
        self._nudge()

    def press_reset(self) -> None:
        """The EN button: as good as a power-up, RTC memory is lost too."""
        with self.lock:
            self._spawn_fresh(power=True)
        self._nudge()

    def power_glitch(self) -> None:
        """A brown-out: looks like a power-up (modmachine.c), but RTC and its memory live on."""
        with self.lock:
            if self.powered:
                self._spawn_fresh(Cause.POWER_ON)
        self._nudge()

    def drive(self, pin: int, value: int) -> None:
        """Put a level on an input: 0 or 1, or 0 to 65535 where an ADC reads. Edges interrupt."""
        with self.lock:
            if self.chip.drive(pin, value):
                self.chip.interrupt(pin)

    def type(self, text: str) -> None:
        """Type on the serial line, as a PC would that has it open (which need not be)."""
        with self.lock:
            if self._guest is not None:
                self._typed.extend(text.encode())
                self._type()
        self._nudge()

    # What a test can see and steer.

    @property
    def edges(self) -> list[Edge]:
        """Every change of level of a pin that the node drives, so far."""
        with self.lock:
            return list(self.chip.edges)

    def hold(self) -> None:
        """Let no time pass from now on, but in `run_until`. Only where the clock jumps.

        Neither the prompt nor what is run from it is held: its time is real.
        """
        with self.lock:
            self._limit_us = self.chip.now_us()

    def release(self) -> None:
        """Let time pass again."""
        with self.lock:
            self._limit_us = None
        self._nudge()

    def run_until(
        self, there: "int | Callable[[Board], bool]", real_timeout_s: float = 60.0
    ) -> None:
        """Let time pass up to an instant of `chip.now_us`, or until something is so.

        Where the clock jumps, time is held from then on: the node has done all that it does at
        that instant, and waits. What is then driven, typed or plugged happens at it. TimeoutError
        after so many real seconds; BoardError if the board is broken.
        """
        end = time.monotonic() + real_timeout_s
        jumps = self.clock.jumps
        with self.lock:
            if callable(there):
                self._until, self._limit_us = there, None
            else:
                self._until, self._limit_us = None, there if jumps else None
            self._look()
            self._nudge()
            try:
                while not self._arrived(there):
                    if self.error is not None:
                        raise BoardError(self.error)
                    left = end - time.monotonic()
                    if left <= 0 and callable(there) and self._until is None:
                        return  # it is so, and the node does not wait
                    if left <= 0:
                        raise TimeoutError(f"the board did not get there: {self._where()}")
                    self.lock.wait(min(left, _LOOK_S))
            finally:
                self._until = None
                if jumps:
                    self._limit_us = self.chip.now_us()

    def wait(self, until: "Callable[[Board], bool]", timeout_s: float = 10.0) -> None:
        """Wait for something to be so. TimeoutError if it does not come; BoardError if broken."""
        end = time.monotonic() + timeout_s
        with self.lock:
            self._watchers += 1
            try:
                while not until(self):
                    if self.error is not None:
                        raise BoardError(self.error)
                    left = end - time.monotonic()
                    if left <= 0:
                        raise TimeoutError(f"the board did not get there: {self._where()}")
                    self.lock.wait(min(left, _LOOK_S))
            finally:
                self._watchers -= 1

    def _arrived(self, there: "int | Callable[[Board], bool]") -> bool:
        if callable(there):
            if self._until is not None:
                return False
        elif self.chip.now_us() < there:
            return False
        # Whatever there is to do at this instant is done.
        if not self.clock.jumps or self._guest is None or self.chip.time.rate:
            return True
        if self._happened or self._interrupt_since is not None:
            return False
        return self._waiting is not None and not self._over()

    def _look(self) -> None:
        """If it is so what `run_until` waits for, time stops."""
        if self._until is not None and self._until(self):
            self._until, self._limit_us = None, self.chip.now_us()
            self.lock.notify_all()

    def _over(self) -> bool:
        return self._waiting is not None and 0 <= self._waiting[1] <= self.chip.now_us()

    def _where(self) -> str:
        """Where the board is, for a message."""
        if self._guest is None:
            return "it is off"
        at = f"{self.chip.now_us() / 1e6:.3f} s"
        if self.chip.time.rate and self.clock.jumps:
            return f"it is at its prompt, where time is real, at {at}"
        doing = "waits" if self._waiting else "runs"
        return f"it {doing} at {at}, started {len(self.starts)} times; {self.serial.text()[-300:]}"

    def _nudge(self) -> None:
        """Have the board's thread look again."""
        if self._thread is not None and self._thread is not threading.current_thread():
            with contextlib.suppress(BlockingIOError):  # it has been told often enough
                os.write(self._nudge_in, b".")

    def _tell(self, key: str) -> None:
        """Bring a handler's key to the guest, and end its wait; the lock is held."""
        if self._events is not None:
            # For a program that never waits: as many as the socket holds, the oldest.
            with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                self._events.send(key.encode())
                self._happened = True
                self._nudge()

    # Starting and ending guests; the lock is held.

    def _spawn_fresh(self, cause: Cause = Cause.POWER_ON, *, power: bool = False) -> None:
        """Start the chip anew, at the friendly prompt."""
        self._kill()
        if not self.powered:
            self.chip.mains(True)
        if power:
            self.chip.power_on()
        else:
            self.chip.reset(cause)
        self.powered = True
        self._raw = False
        self.serial.end_line(self.chip.now_us())
        self._spawn()

    def _spawn(self) -> None:
        self.chip.time.run_at(0 if self.clock.jumps else self.clock.rate)
        # A line of its own for each guest: what another one left in the queue cannot be taken
        # for this one's.
        address = f"{self._folder}/{len(self.starts)}"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(address)
        self._listener.listen()
        self._listener.setblocking(False)
        code = f"import sys; sys.path[:] = [{str(_GUEST)!r}]\nimport start\n"
        code += f"start.main({address!r}, {str(self.flash.path.resolve())!r})"
        command = [
            *micropython_command(),
            "-X",
            f"heapsize={self._heap + _DOUBLES}",
            "-i",
            "-c",
            code,
        ]
        self._guest = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            # Apart from the terminal: a Ctrl-C meant for the command does not reach it.
            start_new_session=True,
            env={**os.environ, "TZ": "UTC", "MICROPYPATH": ".frozen"},
        )
        assert self._guest.stdin is not None and self._guest.stdout is not None
        self._stdin, self._stdout = self._guest.stdin.fileno(), self._guest.stdout.fileno()
        os.set_blocking(self._stdin, False)
        os.set_blocking(self._stdout, False)
        with contextlib.suppress(PermissionError):  # beyond what a user may have: a smaller one
            fcntl.fcntl(self._stdin, fcntl.F_SETPIPE_SZ, 1 << 20)
        self._heard_at = time.monotonic()
        self._booted = self._hiding = self._leaving = self._binary = False
        self._typed: deque[int] = deque()
        self._interrupt_since: float | None = None
        self._tail = b""
        self.starts.append(self.chip.cause)
        self.lock.notify_all()

    def _kill(self) -> None:
        guest, self._guest = self._guest, None
        if guest is None:
            return
        guest.kill()
        guest.wait()
        assert guest.stdin is not None and guest.stdout is not None
        guest.stdin.close()
        guest.stdout.close()
        for line in (self._listener, self._wire, self._events):
            if line is not None:
                line.close()
        self._listener = self._wire = self._events = None
        self._waiting = None
        self._happened = False

    def _dark(self) -> None:
        self._kill()
        if self.clock.jumps:
            self.chip.time.run_at(0)
        self.powered = False
        self.chip.power_on()  # nothing is remembered, and pins float from now on
        self.chip.mains(False)
        self.lock.notify_all()

    def _ended(self, guest: subprocess.Popen[bytes]) -> None:
        """The interpreter ended by itself: a soft reset, or it died."""
        status = guest.wait()
        self._drain()
        greeted = self._wire is not None
        raw = self._raw
        self._kill()
        if not greeted:
            self.error = f"the interpreter did not start (status {status})"
            self.powered = False
            self.lock.notify_all()
        elif status < 0:
            self.crashes.append(-status)
            self._spawn_fresh(Cause.HARD)  # a panic: modmachine.c has no cause of its own for it
        else:
            self._send(_REBOOT)
            self.chip.soft_reset()
            self._raw = raw
            self._spawn()

    # The loop.

    def _run(self) -> None:
        self._sending = bytearray()
        try:
            while not self._stop:
                ready = self._select()
                with self.lock:
                    wire = self._turn(ready)
                if wire is not None and self.clock.jumps:
                    self._answer_many(wire)
        except Exception as error:  # a fault here must not look like a slow board
            with self.lock:
                self.error = f"{type(error).__name__}: {error}"
                self.lock.notify_all()
            raise

    def _select(self) -> set[int]:
        """Wait for something to do; what can be read."""
        reads = [self._nudge_out]
        with self.lock:
            if self._guest is not None:
                if self._listener is not None:
                    reads.append(self._listener.fileno())
                if len(self._sending) < _BACKLOG:
                    reads.append(self._stdout)
                if self._wire is not None:
                    reads.append(self._wire.fileno())
            self._listened = not self._hung_up()
            if self._listened and not self._typed:
                reads.append(self._master)
            writes = [self._master] if self._sending and self._listened else []
            wait = 0.001 if self._interrupt_since is not None else _TURN_S
            next_us, rate = self.chip.next_us(), self.chip.time.rate
            if next_us is not None and rate:
                ahead = (next_us - self.chip.now_us()) / rate / 1e6
                wait = min(wait, max(0.0, ahead))
        try:
            done, _, _ = select.select(reads, writes, [], wait)
        except OSError as error:
            if error.errno != errno.EBADF:  # another thread has taken the power away meanwhile
                raise
            return set()
        except ValueError:
            return set()
        return set(done)

    def _turn(self, ready: set[int]) -> socket.socket | None:
        """Do what there is to do; the line on which a question was answered.

        `ready` may be out of date, since the lock was free meanwhile: nothing here blocks.
        """
        if self._nudge_out in ready:
            os.read(self._nudge_out, 4096)
        if self._listener is not None and self._listener.fileno() in ready:
            self._accept(self._listener)
        guest = self._guest
        if guest is None:
            self._read_line()
            self._typed.clear()
            self._pass_unpowered()
            return None
        if self.chip.time.rate:
            self._due()
        elif self._stuck():
            self._spawn_fresh(Cause.WATCHDOG)
        if self._guest is not guest:
            return None
        if self._stdout in ready:
            self._drain(once=True)
        self._look()
        wire = self._wire
        asked = wire is not None and wire.fileno() in ready and self._serve(wire)
        if self._guest is not guest:
            return None
        self._read_line()
        self._type()
        self._flush()
        if self._waiting is not None:
            self._pass_waiting()
        if self._guest is guest and guest.poll() is not None:
            self._ended(guest)
        return wire if asked else None

    def _accept(self, listener: socket.socket) -> None:
        """Take the guest's two lines: the one for questions comes first."""
        with contextlib.suppress(BlockingIOError):
            line, _ = listener.accept()
            line.setblocking(False)
            if self._wire is None:
                self._wire = line
            else:
                self._events = line
                listener.close()
                self._listener = None

    def _answer_many(self, wire: socket.socket) -> None:
        """Answer question after question, for a turn's time: a guest that jumps asks many."""
        poll = select.poll()
        poll.register(wire, select.POLLIN)
        end = time.monotonic() + _TURN_S
        while time.monotonic() < end and poll.poll(1):
            with self.lock:
                if self._wire is not wire or self._stop or not self._serve(wire):
                    return

    # Time.

    def _due(self) -> None:
        """Do what is due now: the watchdog, and what `chip.at` was told."""
        if self.chip.overdue():
            self._spawn_fresh(Cause.WATCHDOG)
        else:
            self.chip.time.run_due()

    def _pass_to(self, us: int) -> None:
        """Let time pass to an instant at which the guest is already, with what was due."""
        guest = self._guest
        while (at := self.chip.next_us()) is not None and at <= us:
            self.chip.time.reach(at)
            self._due()
            if self._guest is not guest:
                return
        self.chip.time.reach(us)

    def _pass_waiting(self) -> None:
        """Where time jumps: let it pass while the guest waits, and tell it when that is over."""
        time_ = self.chip.time
        while self._waiting is not None and self._interrupt_since is None:
            self._look()
            number, end = self._waiting
            if self._happened or self._over():
                self._waiting = None
                happened, self._happened = self._happened, False
                self._reply(number, str(int(happened)))
                return
            goal = self.chip.next_us()
            if end >= 0:
                goal = end if goal is None else min(goal, end)
            limit = None if time_.rate else self._limit_us
            if limit is not None and (goal is None or goal > limit):
                time_.reach(limit)
                self.lock.notify_all()
                return
            if goal is None:
                return  # only something typed or driven can end it
            time_.reach(goal)
            self._due()

    def _pass_unpowered(self) -> None:
        """Without power: real time does what is due; jumping time goes to it."""
        time_ = self.chip.time
        while self._guest is None:
            goal = self.chip.next_us()
            if not time_.rate:
                limit = self._limit_us
                if limit is not None and (goal is None or goal > limit):
                    time_.reach(limit)
                    self.lock.notify_all()
                elif goal is not None:
                    time_.reach(goal)
            self._look()
            if goal is None or goal > time_.now_us():
                return
            time_.run_due()

    def _stuck(self) -> bool:
        """Where time stands unless the guest waits: whether an armed watchdog bites anyway."""
        if self.chip.deadline is None or self._waiting is not None:
            return False
        return time.monotonic() - self._heard_at > self._patience_s

    def _quiet_until(self) -> int:
        """Up to when (exclusive) the guest may wait without asking."""
        if self._happened:
            return -1
        if self._until is not None:
            return self.chip.now_us()
        quiet = self.chip.next_us()
        if self._limit_us is not None:
            quiet = self._limit_us + 1 if quiet is None else min(quiet, self._limit_us + 1)
        return _FOR_EVER_US if quiet is None else quiet

    def _hung_up(self) -> bool:
        """Whether nobody has the serial line open (and nothing that was sent is left to read)."""
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        events = poll.poll(0)
        return bool(events) and events[0][1] & (select.POLLHUP | select.POLLIN) == select.POLLHUP

    # From the PC to the guest.

    def _read_line(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            self._typed.extend(os.read(self._master, 4096))

    def _type(self) -> None:
        """Hand on what was typed, once the node listens; Ctrl-C waits for a good moment."""
        if not self._booted or self._hiding or self._leaving:
            return
        while self._typed:
            # Where the program has turned Ctrl-C off (kbd_intr), it is a byte as any other.
            if self._typed[0] == 3 and not self._binary and not self._interrupt():
                return
            text = bytearray()
            while self._typed and (self._binary or self._typed[0] != 3):
                text.append(self._typed.popleft())
            if text:
                left = self._hand_in(text)
                self._happened = self.clock.jumps
                if left:
                    self._typed.extendleft(reversed(left))
                    return

    def _hand_in(self, text: bytes | bytearray) -> bytes | bytearray:
        """Write to the guest's standard input; what it has no room for."""
        try:
            return text[os.write(self._stdin, text) :]
        except BlockingIOError:
            return text
        except BrokenPipeError:  # it has just ended
            return b""

    def _interrupt(self) -> bool:
        """Deliver the Ctrl-C that is next: True when that is done.

        The unix port raises KeyboardInterrupt from within the signal, wherever it is; a board
        does between two bytecodes. So it is sent while the guest sleeps, or waits for an answer
        (`_serve`), unless it never does.
        """
        assert self._guest is not None
        now = time.monotonic()
        if self._interrupt_since is None:
            self._interrupt_since = now
        asleep, catches = _state(self._guest.pid)
        asking = self._wire is not None and select.select([self._wire], [], [], 0)[0]
        if (not asleep or asking) and now - self._interrupt_since < _GRACE_S:
            return False
        self._interrupt_since = None
        self._typed.popleft()
        if catches:
            os.kill(self._guest.pid, signal.SIGINT)
            self._waiting = None  # it gives up what it waits for: no time passes by that
        else:
            self._hand_in(b"\x03")
        return True

    # From the guest to the PC.

    def _drain(self, *, once: bool = False) -> None:
        """Hand on what the guest has written."""
        while True:
            try:
                text = os.read(self._stdout, 4096)
            except BlockingIOError:
                return
            if not text:
                return
            self._heard(text)
            if once:
                return

    def _heard(self, text: bytes) -> None:
        if self._leaving:
            return
        if self._hiding:
            # After a soft reset in raw mode the board stays in it; the unix port has to be told.
            self._tail += text
            at = self._tail.find(_RAW)
            if at < 0:
                return
            text, self._hiding = self._tail[at:], False
            self._tail = b""
        seen = self._tail + text
        raw, friendly = seen.rfind(_RAW), seen.rfind(_FRIENDLY)
        if raw != friendly:
            self._raw = raw > friendly
        before = b"\r" if self._tail.endswith(b"\r") else b""
        self._tail = seen[-len(_FRIENDLY) :]
        if not self._binary:
            # The port turns \n into \r\n for everything printed (mp_hal_stdout_tx_strn_cooked).
            text = _LINE_END.sub(b"\r\n", before + text)[len(before) :]
        self._send(text)

    def _send(self, text: bytes) -> None:
        self.serial.add(self.chip.now_us(), text)
        self._sending += text
        self._flush()

    def _flush(self) -> None:
        if self._hung_up():
            self._sending.clear()
        while self._sending:
            try:
                sent = os.write(self._master, self._sending)
            except BlockingIOError:
                return
            del self._sending[:sent]

    def _serve(self, wire: socket.socket) -> bool:
        """Answer one question, if there is one."""
        try:
            question = wire.recv(16384)
        except (BlockingIOError, ConnectionResetError):
            return False
        if not question:
            return False
        self._heard_at = time.monotonic()
        self._waiting = None  # given up, if there was one
        # The times may hold any byte, the words no line end.
        end = question.find(b"\n", _QUESTION.size)
        head, data = (question, b"") if end < 0 else (question[:end], question[end + 1 :])
        number, now, fed = _QUESTION.unpack_from(head)
        words = head[_QUESTION.size :].decode().split(" ")
        if fed >= 0:
            self.chip.feed(fed)
        if not self.chip.time.rate:
            if len(self._sending) < _BACKLOG:
                self._drain(once=True)  # what was printed before time passed
            self._pass_to(now)
            if self._wire is not wire:
                return False
        if words[0] == "wait":
            self._waiting = number, int(words[1])
            self._pass_waiting()
            return True
        try:
            text, answer = self._answer(words, data)
        except PowerCutError:
            self._dark()
            return False
        if self._interrupt_since is not None and not words[0].startswith("flash."):
            for _ in range(20):  # it has asked, and is about to wait
                asleep, catches = _state(self._guest.pid) if self._guest else (False, False)
                if asleep and catches and self._interrupt():
                    return True
        if self._wire is wire:
            self._reply(number, text, answer)
        if self._watchers:
            self.lock.notify_all()
        return True

    def _reply(self, number: int, text: str, data: bytes = b"") -> None:
        assert self._wire is not None
        times = self.chip.time.offset, self._quiet_until()
        answer = _ANSWER.pack(number, *times, self.chip.changes & 0xFFFFFFFF) + text.encode()
        if data:
            answer += b"\n" + data
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if len(answer) > _USUAL:
                self._wire.send(b"+%d" % len(answer))
            self._wire.send(answer)

    def _answer(self, words: list[str], data: bytes) -> tuple[str, bytes]:
        match words[0]:
            case "hello":
                return f"{self.flash.size} {int(not self._raw)}", b""
            case "boot":
                self._booted = True
            case "prompt":
                self._drain()
                self.prompts += 1
                if self.clock.jumps:
                    self.chip.time.run_at(self.clock.rate)
                if self._raw:
                    self._hiding, self._tail = True, b""
                    self._hand_in(b"\x01")
            case "exit":  # boot.py or main.py left: the unix port would stay at its prompt
                self._drain()
                self._leaving = True
                self._hand_in(b"\x04")
            case "reset":
                self._drain()
                self._spawn_fresh(Cause.HARD)
            case "binary":
                self._drain()
                self._binary = words[1] == "1"
                self._interrupt_since = None  # a Ctrl-C that waits is a byte now, or waits anew
            case "flash.write":
                self.flash.write(int(words[1]), data)
            case "flash.erase":
                self.flash.erase(int(words[1]))
            case _:
                return self.chip.answer(words, data)
        return "", b""


def _state(pid: int) -> tuple[bool, bool]:
    """Whether a process sleeps, and whether it catches SIGINT."""
    asleep = catches = False
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "State":
            asleep = value.strip().startswith("S")
        elif name == "SigCgt":
            catches = bool(int(value, 16) >> (signal.SIGINT - 1) & 1)
    return asleep, catches
