"""Which of the two slots of code runs, and on what terms: one small file, changed by one rename.

/slot   "a"     a runs, and is to stay
        "b2"    b is on trial, with two starts left; a is kept
        "a!d"   a runs again: the trial of b has ended, d says why

boot.py reads it first thing and counts the starts of a trial; trial.py confirms, or ends it.
Why a trial ended: s starts that came to nothing, h not healthy, m memory, d dark, u the updater
does not load, r asked for.
"""

import os

from noctule.brain.const import const
from noctule.brain.state import get
from noctule.brain.state import put as put_number
from noctule.device.store import Copies

_POINTER = const("/slot")
_APP = const("/noctule/app.mpy")
STARTS = "3"


def put(name: str, data) -> None:
    """Make `data` all that a file holds, in one step: by what is there if power fails, it held the
    old or the new."""
    with open(name + ".new", "wb") as file:
        file.write(data)
    os.rename(name + ".new", name)


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


def point(slot: str, terms: str = "") -> None:
    """Have a slot run from the next start on. terms: as after the slot's letter in the file."""
    put(_POINTER, (slot + terms).encode())


def there(name: str) -> bool:
    """Is there a file or folder of that name?"""
    try:
        os.stat(name)
        return True
    except OSError:
        return False


def made(folder: str, path: str) -> str:
    """The name of a file in a folder; the folders between are made."""
    at = path.find("/")
    while at >= 0:
        between = folder + "/" + path[:at]
        if not there(between):
            os.mkdir(between)
        at = path.find("/", at + 1)
    return folder + "/" + path


def remove(name: str) -> None:
    """Remove a file, or a folder with all that is in it. OSError: it is not there."""
    if os.stat(name)[0] & 0x4000:
        for entry in [found[0] for found in os.ilistdir(name)]:
            remove(name + "/" + entry)
        os.rmdir(name)
    else:
        os.remove(name)


def floor(files) -> int:
    """The highest number of code that ran here confirmed and was left for an older one."""
    raw = Copies(files, "floor", 4).load()
    return 0 if raw is None else get(raw, 0, 4)


def raise_floor(files, sequence: int) -> None:
    """No older code from now on, whatever runs."""
    if sequence > floor(files):
        raw = bytearray(4)
        put_number(raw, 0, 4, sequence)
        Copies(files, "floor", 4).save(raw)
