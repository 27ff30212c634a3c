"""A session begins: the node makes way on the serial line, and goes on."""

import sys

from micropython import kbd_intr

from noctule.link.serial import serial

from .session import Session


def begun() -> Session:
    """It, with Ctrl-C a byte like any other until it has ended."""
    node = getattr(sys.modules.get("noctule.app"), "node", None)
    if node is None:
        from machine import WDT

        watchdog = WDT(timeout=20000)  # a board that is left in the middle starts by itself
    else:
        from .resume import hush

        watchdog = node.guard.watchdog
        hush(node)
    session = Session(node, watchdog, serial()[1])
    kbd_intr(-1)
    return session
