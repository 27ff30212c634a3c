"""At a start: what a power cut left half done is finished, each slot brings its own main.py, and
how a trial ended is told once.
"""

from noctule.brain.const import const

from .change import put, remove
from .flash import there
from .slots import pointer

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
