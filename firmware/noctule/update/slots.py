"""Which of the two slots of code runs, and on what terms: one small file, changed by one rename.

/slot   "a"     a runs, and is to stay
        "b2"    b is on trial, with two starts left; a is kept
        "a!d"   a runs again: the trial of b has ended, d says why

boot.py reads it first thing and counts the starts of a trial; trial.py confirms, or ends it.
Why a trial ended: s starts that came to nothing, h not healthy, m memory, d dark, u the updater
does not load, r asked for.
"""

from noctule.brain.const import const

from .flash import there

_POINTER = const("/slot")
_APP = const("/noctule/app.mpy")


def pointer():
    """(slot, starts left or -1, why the other's trial ended or "")."""
    try:
        with open(_POINTER, "rb") as file:
            said = file.read(3)
    except OSError:
        said = b"a"
    slot = "b" if said[:1] == b"b" else "a"
    # As boot.py has it: code that is there goes before code that is not.
    if not there("/" + slot + _APP) and there("/" + other(slot) + _APP):
        return other(slot), -1, ""
    second = said[1:2]
    if second == b"!" and said[2:] in (b"s", b"h", b"m", b"d", b"u", b"r"):
        return slot, -1, chr(said[2])
    return slot, second[0] - 48 if second in (b"0", b"1", b"2", b"3") else -1, ""


def other(slot: str) -> str:
    return "a" if slot == "b" else "b"


def idle(slot: str) -> str:
    """Folder of the slot that code goes into. On a board without any it is a."""
    return "/" + other(slot) if there("/slot") or there("/a/manifest") else "/a"
