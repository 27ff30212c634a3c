# The light comes first: nothing before it can fail. Pins and levels that give the safe light, as
# full duty is a level; `noctule build` writes this node's into this line.
LIT = ()

from machine import RTC, WDT, Pin

for _pin, _level in LIT:  # type: ignore[var-annotated]
    Pin(_pin, Pin.OUT, value=_level)

# At a prompt nobody feeds it: ten minutes suffice for an installer's copying, and then the node
# is back by itself. main.py, which runs in this same namespace, makes it short.
WDT(timeout=600000)

import os
import sys

# What RTC memory keeps over a reset: "N", boots in a row that came to nothing, the same inverted,
# why the run ended, its task, its length in minutes. Mains coming back begins at none: a node
# on a switched circuit boots every evening.
DIED = 0  # watchdog, panic, or brown-out: whoever died could not say
ASKED = 1
FAILED = 2  # an exception
SILENT = 3  # a task did not report in time
PROMPT = 4  # somebody at the serial line stopped it
LEFT_SAFE = 5  # safe mode is over: another try


def mark(failed, why, task=255, minutes=0):
    """Remember over a reset how this run went so far."""
    count = min(failed, 255)
    RTC().memory(bytes((78, count, 255 - count, why, task, min(minutes, 255))))


def marked():
    """(boots that came to nothing, why, task, minutes) of the run before."""
    kept = RTC().memory()
    if len(kept) != 6 or kept[0] != 78 or kept[1] + kept[2] != 255:
        return 0, ASKED, 255, 0
    return kept[1], kept[3], kept[4], kept[5]


def put(name, data):
    """Make that all a file holds, in one step."""
    with open(name + ".new", "wb") as file:
        file.write(data)
    os.rename(name + ".new", name)


# Two slots of code; which one is in a small file, so that one rename switches (update/slots.py).
try:
    with open("/slot", "rb") as _file:
        _slot = _file.read(3)
except OSError:
    _slot = b"a"
SLOT = "b" if _slot[:1] == b"b" else "a"
KEPT = "a" if SLOT == "b" else "b"
# New code is on trial: how many starts it has left. None, or no room to count them: the kept code
# runs again, with its main.py, if there is any.
TRIAL = _slot[1:2] in (b"0", b"1", b"2", b"3")
if TRIAL:
    try:
        TRIAL = _slot[1:2] != b"0"
        if TRIAL:
            put("/slot", (SLOT + "012"[_slot[1] - 49]).encode())
        else:
            with open("/" + KEPT + "/main.py", "rb") as _file:
                put("/main.py", _file.read())
            put("/slot", (KEPT + "!s").encode())
            mark(0, ASKED)
            SLOT = KEPT
    except OSError:
        TRIAL = False
        SLOT, KEPT = KEPT, SLOT


def has_code(slot):
    """Is there an app in that slot? (Frozen code is in neither.)"""
    try:
        os.stat("/" + slot + "/noctule/app.mpy")
        return True
    except OSError:
        return False


# Whatever the small file says: code that is there goes before code that is not.
if not has_code(SLOT) and has_code(KEPT):
    SLOT = KEPT
    TRIAL = False
sys.path.insert(0, "/" + SLOT)
