"""A node's nights with nothing but its brain and its flash, much faster than on the virtual board:
real littlefs on blocks whose erases are counted.

`main(config, days, supply, restless, store)` prints JSON: "files" by name (writes, bytes
programmed, erases), "starts" of the node, "bytes", and "erases" of each block.
"""

import json
import os

import vfs
from noctule import app, compose
from noctule.device import events
from noctule.device.store import Files

NOCTULE, JSON, JSON_FAT = "noctule", "JSON on littlefs", "JSON on FAT"

BLOCK = 4096
BLOCKS = 512
CODE = 64  # files of firmware, a block or so each: they lie still, and level nothing
MINUTE = 60000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TICKS = 0x3FFFFFFF
FIRST = 9823  # 2026-11-23
# From midnight UTC. The cabinet of a switched circuit cuts in the night; a loose contact is mains
# that come each minute, for ten hours.
MAINS = {
    "switched": [(5 * HOUR, 7 * HOUR), (16 * HOUR, 22 * HOUR)],
    "loose contact": [(m * MINUTE, m * MINUTE + 50000) for m in range(600)],
}

now = 0  # ms since FIRST


class Flash:
    """A block device. Without an offset it erases by itself (esp32_partition.c), as FAT needs."""

    def __init__(self):
        self.image = bytearray(b"\xff" * (BLOCK * BLOCKS))
        self.erases = [0] * BLOCKS
        self.bytes = 0

    def readblocks(self, block, buffer, offset=0):
        at = block * BLOCK + offset
        buffer[:] = memoryview(self.image)[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            for i in range(len(buffer) // BLOCK):
                self.erases[block + i] += 1
            offset = 0
        at = block * BLOCK + offset
        self.image[at : at + len(buffer)] = buffer
        self.bytes += len(buffer)

    def ioctl(self, operation, argument):
        if operation == 4:
            return BLOCKS
        if operation == 5:
            return BLOCK
        if operation == 6:
            self.erases[argument] += 1
        return 0


class Costs:
    """Counts what is written, by file."""

    def __init__(self, flash):
        self.flash = flash
        self.files = {}
        self.writes = 0

    def add(self, name, write, *args):
        flash = self.flash
        self.writes += 1
        size, erases = flash.bytes, sum(flash.erases)
        try:
            return write(*args)
        finally:
            kind = name.split(".")[0]
            was = self.files.get(kind, (0, 0, 0))
            self.files[kind] = (
                was[0] + 1,
                was[1] + flash.bytes - size,
                was[2] + sum(flash.erases) - erases,
            )


class Counted(Files):
    """The node's own files."""

    costs = None

    def replace(self, name, data):
        self.costs.add(name, super().replace, name, data)

    def write_at(self, name, at, data):
        self.costs.add(name, super().write_at, name, at, data)


class JsonCopies:
    """The naive way: one file, rewritten as JSON."""

    bad = 0

    def __init__(self, files, name, most):
        self._file = "/n/keep/" + name + ".json"
        self._name = name

    def load(self):
        return bytes(read(self._file, [])) or None

    def save(self, data):
        Counted.costs.add(self._name, write, self._file, list(data))
        return True


class JsonLog:
    """Likewise, with as many events as the log keeps."""

    lost = 0

    def __init__(self, files):
        self._events = read("/n/keep/log.json", [])

    def add(self, code, value, day, second):
        self._events = self._events[-255:] + [[code, value, day, second]]
        Counted.costs.add("log", write, "/n/keep/log.json", self._events)
        return True


def read(name, other):
    try:
        with open(name) as file:
            return json.load(file)
    except OSError:
        return other


def write(name, what):
    with open(name, "w") as file:
        json.dump(what, file)


class Chip:
    """A battery clock that is right."""

    day = second = 0

    def read(self):
        self.day = FIRST + now // DAY
        self.second = now // 1000 % 86400
        return 0

    def set(self, day, second):
        return True


def run(config, until, restless, power_on):
    """One life of a node, until the mains fail."""
    global now
    node = compose.composed(Counted("/n/keep/"), config, {"clock": {}}, False, power_on)
    node.tell(events.START, 1 << 8)
    node.counters.add(events.STARTS, 1)
    control = clock = keeper = minute = now
    while now < until:
        ticks = now & TICKS
        if now >= clock:
            clock = now + node.clock.poll(ticks)
        if now >= control:
            control = now + node.control.poll(ticks)
            keeper = now
        if now >= minute:
            minute = now + MINUTE
            if restless:
                node.sensors.faults ^= events.METER_MAD
                node.brain.override_level(50, 7200, 0, ticks)
                control = now
            node.notice()
            keeper = now
        if now >= keeper:
            writes = Counted.costs.writes
            node.keeper.poll(ticks)
            # What wakes it comes each minute, or from the control.
            wait = 10000 if node.brain.unsaved else MINUTE
            keeper = now + (1000 if Counted.costs.writes != writes else wait)
        now = min(minute, clock, control, keeper, until)
    return node


def main(config, days, supply, restless, store):
    global now
    flash = Flash()
    make = vfs.VfsFat if store == JSON_FAT else vfs.VfsLfs2
    make.mkfs(flash)
    kept = [make(flash)]  # never collected: they hold the device
    vfs.mount(kept[0], "/n")
    os.mkdir("/n/a")
    os.mkdir("/n/keep")
    for i in range(CODE):
        with open("/n/a/" + str(i), "w") as file:
            file.write("x" * 3000)
    for name, size in (("config", 300), ("wiring", 450)):
        for i in range(2):
            with open("/n/keep/" + name + str(i), "w") as file:
                file.write("x" * size)
    Counted.costs = Costs(flash)
    flash.bytes = 0
    flash.erases = [0] * BLOCKS
    app.ticks_ms = compose.ticks_ms = lambda: now & TICKS
    compose._chip = lambda node, fitted: Chip()
    if store != NOCTULE:
        compose.Copies, compose.Log = JsonCopies, JsonLog
    starts = 0
    if supply == "permanent":
        run(config, days * DAY, restless, True)
        starts = 1
    else:
        for day in range(days):
            for on, off in MAINS[supply]:
                now = day * DAY + on
                vfs.umount("/n")
                kept.append(make(flash))
                vfs.mount(kept[-1], "/n")
                run(config, day * DAY + off, restless, True)
                starts += 1
    print(
        json.dumps(
            {
                "files": Counted.costs.files,
                "starts": starts,
                "bytes": flash.bytes,
                "erases": flash.erases,
            }
        )
    )
