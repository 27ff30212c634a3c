"""A node that runs: the tasks that poll its parts. compose.py puts it together.

Each part is polled: `poll(ticks)` does what is due and says in how many ms it wants to be asked
again. So no part waits for another, each is tested without a clock, and how long one keeps the
others waiting is known (`Task.longest`).

    run(watchdog, mark, before)    what main.py calls; it ends by an exception, or never
"""

import asyncio
import gc
import sys
from time import sleep_ms, ticks_diff, ticks_ms

from noctule.brain.const import const
from noctule.device import events
from noctule.device.alarm import Alarm
from noctule.device.guard import ASKED, FAILED, SilentError

_COLLECT_MIN = const(10)
_SAFE_MIN = const(10)  # minutes of safe mode until another try
TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

VERSION = "0.1.0"
node: "Any" = None  # the one that runs, or ran until somebody stopped it: for the prompt

_HOUR = const(3600000)
_AGAIN = const(60000)  # ms until a part that failed and is not vital is asked again
_LAST_POLLS = const(20)  # of the output, half a second: a question to DALI gear, and the level
_FRAME = const(30)  # ms


class Task:
    """A part that is polled. vital: the node ends without it. longest: ms of its longest poll.
    failures: so far."""

    def __init__(self, number: int, part, alarm=None) -> None:
        self.number = number
        self.part = part
        self.vital = False
        self.alarm = Alarm() if alarm is None else alarm
        self.longest = 0
        self.failures = 0


class Node:
    """files: store.Files. wiring: what is on which pin. safe: no sensors and no network. Its parts
    are given to it by compose.py, and its guard and console too."""

    brain: "Any"
    output: "Any"
    log: "Any"
    counters: "Any"
    i2c: "Any"
    clock: "Any"
    sensors: "Any"
    control: "Any"
    guard: "Any"
    console: "Any"

    def __init__(self, files, wiring, safe: bool) -> None:
        self.files = files
        self.wiring = wiring
        self.safe = safe
        self.version = VERSION
        self.slot = __file__[1:2]  # "/a/noctule/app.mpy"; of frozen code ".frozen/..."
        self.keeper: Any = None
        self.network = None
        self.tasks: Any = ()
        self.alarm = Alarm()  # of control; the others likewise
        self.output_alarm = Alarm()
        self.sensors_alarm = Alarm()
        self.keep_alarm = Alarm()
        self.edges = asyncio.ThreadSafeFlag()  # set by an interrupt
        self._own = 0
        self._told = 0

    def tell(self, code: int, value: int) -> None:
        """Write an event into the log, soon."""
        if self.keeper is not None:
            self.keeper.tell(code, value)

    def faults(self) -> int:
        """Bits: the brain's (brain/faults.py), and the node's own (device/events.py)."""
        faults = self.brain.faults() | self._own | self.keeper.faults | self.sensors.faults
        if self.output.fault:
            faults |= events.OUTPUT
        if self.clock.fault:
            faults |= events.CLOCK_FAULT
        if self.clock.disputed:
            faults |= events.TIME_DISPUTED
        return faults

    def wrong_key(self) -> None:
        """The network refuses the key."""
        self.tell(events.WRONG_KEY, 0)

    def own(self, bits: int) -> None:
        """A fault that the node has found in itself, for as long as it runs."""
        self._own |= bits

    def notice(self) -> None:
        """Write into the log which faults came and went since the last time."""
        faults = self.faults()
        if faults != self._told:
            came = faults & ~self._told
            gone = self._told & ~faults
            self._told = faults
            if came:
                self.tell(events.FAULT, came)
            if gone:
                self.tell(events.MENDED, gone)

    def ticks(self) -> int:
        """Now."""
        return ticks_ms()  # type: ignore[return-value]

    def free(self) -> int:
        """Bytes of heap, once what is not used has been given back."""
        gc.collect()
        return gc.mem_free()

    def minutes(self) -> int:
        """Since the start."""
        return self.guard.minutes

    def act(self) -> None:
        """Have the brain asked at once, after it was told something."""
        self.alarm.set(0)

    def reboot(self) -> None:
        """Start anew, in full light until then."""
        self.guard.ended(ASKED)
        self.output.safe()
        self.keeper.now()
        _reset()


class Health:
    """The guard, and once a minute what the node notices of itself."""

    def __init__(self, node) -> None:
        self._node = node
        self._guard = node.guard
        self._minutes = -1

    def poll(self, ticks: int) -> int:
        wait = self._guard.poll(ticks)
        minutes = self._guard.minutes
        if minutes != self._minutes:
            self._minutes = minutes
            self._node.notice()
            if minutes % _COLLECT_MIN == 0:
                # At a moment of its own choosing, not amid a ramp when the heap is full.
                gc.collect()
            if self._node.safe and minutes >= _SAFE_MIN:
                self._guard.left_safe()
                _reset()
        return wait


class Time:
    """The clock, and the network that it asks."""

    def __init__(self, clock, network, act) -> None:
        self._clock = clock
        self._network = network
        self._act = act

    def poll(self, ticks: int) -> int:
        wait = self._clock.poll(ticks)
        self._act()  # it may have been set
        if self._network is not None:
            left = self._network.poll(ticks)
            if left < wait:
                wait = left
        return wait


async def _turn(task, failed) -> None:
    """Poll a part for ever. failed(task, error): told of what it raises."""
    while True:
        began = ticks_ms()
        try:
            wait = task.part.poll(began)
        except Exception as error:
            task.failures += 1
            failed(task, error)
            wait = _AGAIN
        now = ticks_ms()
        took = ticks_diff(now, began)
        if took > task.longest:
            task.longest = took
        if wait < 1:
            wait = 1
        elif wait > _HOUR:
            wait = _HOUR  # the guard waits as long as a part asks for
        await task.alarm.wait(wait)


async def _wake(flag, alarm) -> None:
    """Have the sensors looked at when an interrupt has said so."""
    while True:
        await flag.wait()
        alarm.set(0)


def run(watchdog, mark, before) -> None:
    """Run the node until somebody interrupts it, or something fails.

    watchdog: armed. mark(failed, why, task, minutes): what RTC memory keeps over a reset.
    before: (boots in a row that came to nothing, why the run before ended, its task, its minutes).
    """
    begin(watchdog, mark, before)
    go()


def go() -> None:
    """Run the tasks of the node, as `run` does."""
    try:
        asyncio.run(_End(node).wait())
    finally:
        _leave_lit(node.output)
        node.keeper.now()  # a technician's last word outlives the stop that he asked for


def begin(watchdog, mark, before) -> None:
    """Make the node, as `run` does, and forget what was needed only for that."""
    global node
    from .compose import begun

    node = begun(watchdog, mark, before)
    del begun
    forget("noctule.compose")
    gc.collect()
    gc.threshold(-1)  # main.py's; from here on it is collected when there is time


def _leave_lit(output) -> None:
    """Whoever stopped the node, and for whatever: in full light, and DALI gear told of it."""
    output.safe()
    try:
        for _ in range(_LAST_POLLS):
            wait = output.poll(ticks_ms())
            if wait > _FRAME:
                break
            sleep_ms(wait)
    except Exception as error:  # the driver itself may be why it ended
        sys.print_exception(error)


class _End:
    """What ends a run: the failure of a vital task."""

    def __init__(self, node) -> None:
        self._node = node
        self._error = None
        self._alarm = Alarm()

    async def wait(self) -> None:
        """Run the tasks; raises what a vital one raised."""
        for task in self._node.tasks:
            asyncio.create_task(_turn(task, self.failed))
        asyncio.create_task(_wake(self._node.edges, self._node.sensors_alarm))
        while self._error is None:
            await self._alarm.wait(_HOUR)
        raise self._error

    def failed(self, task, error) -> None:
        """A part raised."""
        gc.collect()
        sys.print_exception(error)
        node = self._node
        node.own(events.TASK_FAILED)
        node.tell(events.FAILED, task.number)
        if task.vital:
            if not isinstance(error, SilentError):
                node.guard.ended(FAILED, task.number)
            self._error = error
            node.output.safe()
            node.keeper.now()
            self._alarm.set(0)


def _reset() -> None:
    from machine import reset

    reset()


def forget(name: str) -> None:
    """Give a module's memory back."""
    if name in sys.modules:
        del sys.modules[name]
        package, _, leaf = name.rpartition(".")
        delattr(sys.modules[package], leaf)
