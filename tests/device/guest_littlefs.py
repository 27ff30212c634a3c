"""A node's writing on real littlefs, power cut at every write and erase of the flash.

`main(steps)`: writes, keeps a record of what the flash was told; then builds each prefix of it,
and torn forms of the next write or erase, mounts and looks. Prints `IMAGES BAD`, bytes programmed
and erases a step, and what was bad.
"""

import os

try:
    import vfs
except ImportError:
    vfs = os

from noctule.brain.state import SIZE
from noctule.device.store import Copies, Counters, Files, Log

BLOCK = 4096
BLOCKS = 32


class Flash:
    """NOR flash as a block device: erased to ones, written by clearing bits."""

    def __init__(self):
        self.image = bytearray(b"\xff" * (BLOCK * BLOCKS))
        self.record = None

    def readblocks(self, block, buffer, offset=0):
        at = block * BLOCK + offset
        buffer[:] = self.image[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * BLOCK + offset
        if self.record is not None:
            self.record.append((at, bytes(buffer)))
        self.put(at, buffer)

    def put(self, at, data):
        image = self.image
        for i in range(len(data)):
            image[at + i] &= data[i]

    def erase(self, at, size):
        self.image[at : at + size] = b"\xff" * size

    def ioctl(self, operation, argument):
        if operation == 4:
            return BLOCKS
        if operation == 5:
            return BLOCK
        if operation == 6:
            if self.record is not None:
                self.record.append((argument * BLOCK, None))
            self.erase(argument * BLOCK, BLOCK)
        return 0


class Life:
    def __init__(self):
        self.files = Files("/flash/")
        self.config = Copies(self.files, "config", 2000)
        self.state = Copies(self.files, "state", SIZE)
        self.counters = Counters(Copies(self.files, "counters", 64), 3)
        self.log = Log(self.files, "log", 3, 8)

    def found(self):
        config, state = self.config.load(), self.state.load()
        energy = self.counters.values[0] if self.counters.load() else 0
        return config, state, energy, [event[1] for event in self.log.last(99)]


def main(steps):
    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    begun = bytes(flash.image)
    kept = [vfs.VfsLfs2(flash)]  # never collected: they hold the device
    vfs.mount(kept[0], "/flash")
    flash.record = []
    life = Life()
    config = state = None
    energy = 0
    ends = []  # (length of the record, what is kept from then on)
    for step in range(steps):
        if step % 16 == 0:
            config = bytes([step]) * 1500
            life.config.save_all(config)
        elif step % 4 == 1:
            state = bytes([step]) * SIZE
            life.state.save(state)
        elif step % 4 == 2:
            life.counters.add(0, 5)
            life.counters.save()
            energy += 5
        else:
            life.log.add(1, step, 9825, step)
        ends.append((len(flash.record), (config, state, energy, life.log.last(16))))
    record = flash.record
    flash.record = None
    vfs.umount("/flash")
    images = bad = 0
    faults = []
    previous = (None, None, 0, [])
    place = 0
    whole = bytearray(begun)
    for number in range(len(record) + 1):
        while place < len(ends) and ends[place][0] <= number:
            previous = ends[place][1]
            place += 1
        coming = ends[place][1] if place < len(ends) else previous
        forms = 1
        if number < len(record):
            forms = 4
        for form in range(forms):
            flash.image[:] = whole
            if form:
                at, data = record[number]
                if data is None:  # an erase that was cut
                    if form == 1:
                        flash.erase(at, BLOCK // 2)
                    elif form == 2:
                        flash.erase(at + BLOCK // 2, BLOCK // 2)
                    else:
                        for i in range(at, at + BLOCK, 3):
                            flash.image[i] |= 0x5A
                else:
                    size = (len(data) // 2, len(data) - 1, 1)[form - 1]
                    flash.put(at, data[:size])
                    if form == 2:
                        flash.put(at + size, b"\x5a")
            images += 1
            wrong = look(flash, kept, previous, coming)
            if wrong:
                bad += 1
                faults.append((number, form, wrong))
        if number < len(record):
            at, data = record[number]
            flash.image[:] = whole
            if data is None:
                flash.erase(at, BLOCK)
            else:
                flash.put(at, data)
            whole[:] = flash.image
    erases = len([1 for _, data in record if data is None])
    written = sum([len(data) for _, data in record if data is not None])
    print(
        images,
        bad,
        "images, bad;",
        written // steps,
        "bytes a step;",
        erases,
        "erases",
        faults[:20],
    )


def look(flash, kept, previous, coming):
    try:
        kept.append(vfs.VfsLfs2(flash))
        vfs.mount(kept[-1], "/flash")
    except OSError as error:
        return "does not mount: " + str(error)
    try:
        life = Life()
        config, state, energy, events = life.found()
        if config != previous[0] and config != coming[0]:
            return "configuration"
        if state != previous[1] and state != coming[1]:
            return "state"
        if energy != previous[2] and energy != coming[2]:
            return "counters"
        was = [event[1] for event in previous[3]]
        new = [event[1] for event in coming[3]]
        if events[:16] != was and events[:16] != new:
            return "log"
        # And it goes on from there.
        if not life.state.save(b"z" * SIZE) or Life().found()[1] != b"z" * SIZE:
            return "cannot be written again"
        if not life.log.add(9, 77, 0, 0) or Life().log.last(1)[0][1] != 77:
            return "no event can be added"
    finally:
        vfs.umount("/flash")
    return ""
