"""`micropython` as the ESP32 port has it: what the unix port lacks, and the Ctrl-C that is off."""

import micropython as _unix
from micropython import *  # noqa: F403
from wire import ask


def kbd_intr(char):
    """-1 also says that what follows on the serial line is bytes, not text."""
    ask("binary %d" % (char < 0))
    _unix.kbd_intr(char)


def alloc_emergency_exception_buf(size):
    """Nothing to do: no interrupt runs Python here."""
