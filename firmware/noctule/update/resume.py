"""The node and its serial line: listened to, given to the updater, and taken up again.

Apart from app.py, since only a start and an update need it: it is forgotten after.
"""

import asyncio
import gc
import sys

from noctule import app
from noctule.brain.state import SIZE
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
    """Somebody else has the serial line, and needs the memory; `listen` ends it."""
    node.console = node.tasks[events.SERIAL].part = None
    node.control.watch = node.sensors.found = None
    for name in ("commands", "words_en", "words_fr", "trace", "console"):
        app.forget("noctule.link." + name)


def take(node, config) -> bool:
    """Have it go by another configuration from now on, with what the brain's state keeps, as after
    a reset that took no time. False: it has to start anew for it."""
    brain = node.brain
    saved = bytearray(SIZE)
    brain.save(saved)
    try:
        brain.__init__(config)
    except ValueError as error:  # the brain is as it was
        sys.print_exception(error)
        return False
    app.forget("noctule.brain.config")
    brain.start(node.ticks(), False, saved)
    node.tell(events.CONFIGURED, 0)
    brain.sensor(node.sensors.active, node.ticks())
    node.control.anew()
    node.act()
    return node.output.follow(brain.luminaire)


def ready(node, watchdog) -> None:
    """To go on, in a new loop, as if nobody had interrupted it. The updater is forgotten."""
    for name in list(sys.modules):
        if name.startswith("noctule.update."):
            app.forget(name)
    gc.collect()
    asyncio.new_event_loop()
    for task in node.tasks:
        task.alarm.anew()
    node.guard.again(watchdog)
    node.control.anew()
    if node.console is None:
        listen(node)
