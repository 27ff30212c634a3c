"""The node and its serial line: listened to, given to the updater, and taken up again.

Apart from app.py, since only a start and an update need it: it is forgotten after.
"""

import asyncio
import gc
import sys

from noctule import app
from noctule.device import events


def listen(node) -> None:
    """To technicians on the serial line."""
    from noctule.link.console import Console
    from noctule.link.serial import serial

    read, write, _ = serial()
    node.console = console = Console(node, read, write)
    node.tasks[events.SERIAL].part = console
    node.control.watch = console.changed
    node.sensors.found = console.found


def hush(node) -> None:
    """Somebody else has the serial line, and needs the memory, also that of the tasks, whose loop
    has ended. `ready` is the end of it."""
    _new_loop(node)
    node.console = node.tasks[events.SERIAL].part = None
    node.control.watch = node.sensors.found = None
    for name in ("commands", "words_en", "words_fr", "trace", "console"):
        app.forget("noctule.link." + name)


def ready(node, watchdog) -> None:
    """To go on, in a new loop, as if nobody had interrupted it. The updater is forgotten."""
    for name in list(sys.modules):
        if name.startswith("noctule.update."):
            app.forget(name)
    gc.collect()
    _new_loop(node)
    node.guard.again(watchdog)
    node.control.anew()
    if node.console is None:
        listen(node)


def _new_loop(node) -> None:
    """Nobody sleeps in the one that somebody has interrupted."""
    asyncio.new_event_loop()
    for task in node.tasks:
        task.alarm.anew()
