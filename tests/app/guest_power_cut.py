"""What a node finds on its flash, and that it goes on from there.

`kept` runs on both sides: on the PC over what the node said that it wrote, in MicroPython over
what littlefs makes of an image. `check` is for `sim.board.sweep`.
"""

import hashlib

from noctule.brain.state import SIZE, sound
from noctule.device import events
from noctule.device.store import Copies, Counters, Files, Log

LOST = events.CONFIG_COPY | events.CONFIG_LOST | events.WIRING_WRONG | events.STORAGE
MARK = 0x2AAAAAAA


def kept(files):
    """What the firmware's own code loads: digests of configuration and wiring, the state, the
    counters, how many events and their digest, in one line."""
    return loaded(files)[0]


def loaded(files):
    """(what `kept` says, the events from the newest on)"""
    told = []
    for name, most in (("config", 4000), ("wiring", 1024)):  # compose.py
        data = Copies(files, name, most).load()
        told.append("-" if data is None else short(data))
    state = Copies(files, "state", SIZE).load()
    told.append("-" if state is None else state.hex())
    counters = Counters(Copies(files, "counts", 4 * events.COUNTERS), events.COUNTERS)
    counters.load()
    told.append(",".join([str(value) for value in counters.values]))
    log = list(Log(files).back())
    told.append(str(len(log)) + ":" + short(str(log).encode()))
    return " ".join(told), log


def short(data):
    return hashlib.sha256(data).digest()[:8].hex()


def check(root):
    """What there is; raises if no node can be made of it, or it cannot go on from there."""
    from noctule import compose

    files = Files(root + "keep/")
    found, before = loaded(files)
    config, wiring, spoilt = compose.kept(files)
    if config is None or wiring is None or spoilt:
        raise ValueError("configuration or wiring: " + found)
    # Without its parts, whose pins are not here: of the wiring it matters that it was read.
    node = compose.composed(files, config, {}, False, True)
    node.counters.add(events.STARTS, 1)
    starts = node.counters.values[events.STARTS]
    node.tell(events.START, MARK)
    node.keeper.now()
    if node.faults() & LOST or node.log.lost:
        raise ValueError("faults: " + hex(node.faults()))
    after = Log(files).last(20)
    if after[0][:2] != (events.START, MARK) or after[1:] != before[:19]:
        raise ValueError("the log does not go on")
    if not sound(Copies(files, "state", SIZE).load() or b""):
        raise ValueError("no state")
    counters = Counters(Copies(files, "counts", 4 * events.COUNTERS), events.COUNTERS)
    if not counters.load() or counters.values[events.STARTS] != starts:
        raise ValueError("no counters")
    return found
