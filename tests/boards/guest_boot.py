"""boards/_boot.py on real MicroPython, over a block device in memory: `main(path, case)`.

Prints, start by start: pins set, whether "/flash" is mounted, the count in NVS, and what is there.
"""

import sys

try:
    import vfs
except ImportError:
    import os as vfs

BLOCK = 4096
BLOCKS = 32


class Flash:
    """NOR flash; `deaf`: so many mounts' first reads fail."""

    def __init__(self):
        self.image = bytearray(b"\xff" * (BLOCK * BLOCKS))
        self.deaf = 0
        self.formats = 0

    def readblocks(self, block, buffer, offset=0):
        if self.deaf:
            self.deaf -= 1
            raise OSError(5)
        at = block * BLOCK + offset
        buffer[:] = self.image[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * BLOCK + offset
        for i in range(len(buffer)):
            self.image[at + i] &= buffer[i]

    def ioctl(self, operation, argument):
        if operation == 4:
            return BLOCKS
        if operation == 5:
            return BLOCK
        if operation == 6:
            at = argument * BLOCK
            self.image[at : at + BLOCK] = b"\xff" * BLOCK
        return 0


KEPT = {}
PINS = []
SLEEPS = []


class NVS:
    def __init__(self, space):
        self.space = space

    def get_i32(self, key):
        if key not in KEPT:
            raise OSError(-4354)
        return KEPT[key]

    def set_i32(self, key, value):
        KEPT[key] = value

    def get_blob(self, key, buffer):
        data = self.get_i32(key)
        buffer[: len(data)] = data
        return len(data)

    def commit(self):
        pass


class Pin:
    OUT = 3

    def __init__(self, number, mode, value):
        PINS.append((number, mode, value))


class Module:
    pass


def stub(name, **values):
    made = Module()
    for key in values:
        setattr(made, key, values[key])
    sys.modules[name] = made


class Vfs:
    """`vfs`, mounting at /flash: what the PC's own files are at stays."""

    VfsLfs2 = vfs.VfsLfs2
    kept = []

    @staticmethod
    def mount(made, where):
        Vfs.kept.append(made)  # never collected: it holds the device
        vfs.mount(made, "/flash")


def mounted():
    try:
        import os

        return sorted(os.listdir("/flash"))
    except OSError:
        return None


def start(source):
    """One start of the chip. Returns what a test looks at."""
    PINS[:] = []
    try:  # noqa: SIM105 - contextlib is not MicroPython's
        vfs.umount("/flash")
    except OSError:
        pass
    exec(source, {"__name__": "_boot"})
    print(PINS, mounted(), KEPT.get("unmounted"))


def main(path, case):
    with open(path) as file:
        source = file.read()
    flash = Flash()
    stub("flashbdev", bdev=flash)
    stub("esp32", NVS=NVS)
    stub("machine", Pin=Pin)
    stub("vfs", mount=Vfs.mount, VfsLfs2=Vfs.VfsLfs2)
    clock = Module()
    clock.sleep_ms = SLEEPS.append
    sys.modules["time"] = clock
    KEPT["lit"] = bytes([25, 1, 26, 0])
    if case == "blank":
        start(source)
        start(source)
        return
    vfs.VfsLfs2.mkfs(flash)
    start(source)
    with open("/flash/kept.txt", "w") as file:
        file.write("good")
    if case == "garbage":
        for i in range(len(flash.image)):
            flash.image[i] = (i * 7919 + (i >> 8) * 31) & 0xFF
        for _ in range(4):
            start(source)
        with open("/flash/new.txt", "w") as file:
            file.write("written again")
        start(source)
    elif case == "deaf twice":
        for _ in range(2):
            flash.deaf = 1000
            start(source)
        flash.deaf = 0
        start(source)
        flash.deaf = 1000  # another two: they are not in a row with the first
        start(source)
        start(source)
        flash.deaf = 0
        start(source)
    elif case == "deaf once":
        flash.deaf = 1
        start(source)
    elif case == "nvs full":

        def full(self, key, value):
            raise OSError(-4357)

        NVS.set_i32 = full
        flash.deaf = 1000
        start(source)
    elif case == "no light":
        del KEPT["lit"]
        start(source)
