"""How much heap the updater takes above the node that runs: a node is composed on a flash in
memory, and a whole session of recorded frames goes through it. Run by benching.py as
`guest_memory.py FOLDER`; prints a line of JSON."""

import asyncio  # noqa: F401 - for /tasks
import gc
import json
import os
import sys

import micropython
import vfs


class Memory:
    """A block device."""

    def __init__(self, blocks):
        self.data = bytearray(b"\xff" * (blocks * 4096))

    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = memoryview(self.data)[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        self.data[at : at + len(buffer)] = buffer

    def ioctl(self, what, number):
        return {4: len(self.data) // 4096, 5: 4096, 6: 0}.get(what)


class Watchdog:
    def __init__(self, timeout=0):
        pass

    def feed(self):
        pass


def copy(source, goal):
    for name, kind, *_ in os.ilistdir(source):
        if kind == 0x4000:
            os.mkdir(goal + name)
            copy(source + name + "/", goal + name + "/")
        else:
            with open(source + name, "rb") as old, open(goal + name, "wb") as new:
                new.write(old.read())


flash = Memory(400)
vfs.VfsLfs2.mkfs(flash)
system = vfs.VfsLfs2(flash)
vfs.mount(system, "/x")
copy(sys.argv[1] + "/", "/x/")
vfs.umount("/x")
vfs.umount("/")
vfs.mount(system, "/")
sys.path[:] = ["/a", "", ".frozen"]
os.chdir("/")

import machine  # noqa: E402 - the bare one, on that flash

machine.WDT = Watchdog

from noctule import app  # noqa: E402

app.begin(Watchdog(), lambda *marked: None, (0, 1, 255, 0))
with open("/sizes") as file:
    sizes = json.load(file)
frames = open("/frames", "rb")
done = [0, 0]
refused = []
peaks = {}
letter = ["session"]


def wait(ms):
    return done[0] < len(sizes)


def read(buffer):
    if not done[1]:
        done[1] = sizes[done[0]]
    count = frames.readinto(memoryview(buffer)[: min(len(buffer), done[1])])
    done[1] -= count
    if not done[1]:
        letter[0] = letters[done[0]]
        done[0] += 1
    return count


def write(data):
    if data[3] == 101:
        refused.append(str(data[4:-4], "utf-8"))
    look()


def look():
    gc.collect()
    used = gc.mem_alloc() - before
    if used > peaks.get(letter[0], 0):
        peaks[letter[0]] = used


# What a board has anyway, and this port has not.
import esp32  # noqa: E402, F401
from noctule.brain import calendar  # noqa: E402
from noctule.link import serial  # noqa: E402

with open("/boot.py") as file:
    compile(file.read(), "boot.py", "exec")
with open("/letters") as file:
    letters = json.load(file)
serial.serial = lambda: (read, write, wait)
Calendar = calendar.Calendar


def amid(default, rules):
    """As the reader of a configuration has nearly made all of it."""
    look()
    return Calendar(default, rules)


calendar.Calendar = amid
with open("/tasks") as file:
    exec(file.read())
micropython.qstr_info()
gc.collect()
before = gc.mem_alloc()
from noctule.update import session as update  # noqa: E402


class Session(update.Session):
    def live(self):
        super().live()
        look()


update.Session = Session
try:
    update.serve()
except SystemExit:  # the node starts anew
    pass
micropython.qstr_info()
print(json.dumps([peaks, refused]))
