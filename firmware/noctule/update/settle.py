"""At a start: what a power cut left half done is finished, each slot brings its own main.py, and
how a trial ended is told once.

The record of a trial, /keep/trial, numbers little-endian; trial.py goes on with it:
    0-1  minutes of mains so far        2-3  of them healthy      4-5  of them lit
    6-7  minutes of mains until it must have been lit; 0: it need not
    8-11 faults that there were before it                         12   crashes
"""

from noctule.brain.const import const
from noctule.brain.state import put as put_number

from .slots import pointer, put, remove, there

_RECORD = const("/keep/trial")


def settled(slot: str) -> str:
    """Do it. slot: the one that runs. Why the trial of the other has ended, if that is news, else
    "". OSError: the flash does not take it."""
    if there("/next/manifest"):
        from .place import finish

        finish()
    now, left, why = pointer()
    if own_main(slot) and left >= 0:
        from machine import reset

        import __main__  # type: ignore[import-not-found]

        if hasattr(__main__, "mark"):
            __main__.mark(0, __main__.ASKED)
        reset()  # on trial it begins with its own
    if left < 0 and now == slot and there(_RECORD):
        remove(_RECORD)
        return why
    return ""


def begin_trial(minutes: int, faults: int) -> None:
    """What is known before the first start of a trial."""
    record = bytearray(13)
    put_number(record, 6, 2, minutes)
    put_number(record, 8, 4, faults)
    put(_RECORD, record)


def own_main(slot: str) -> bool:
    """The code that runs brings the main.py that it is made for, for the next start. Whether it
    was another."""
    path = "/" + slot + "/main.py"
    if there(path):
        with open(path, "rb") as file:
            data = file.read()
        if there("/main.py"):
            with open("/main.py", "rb") as file:
                if file.read() == data:
                    return False
        put("/main.py", data)
        return True
    return False
