"""Format a littlefs in memory, copy a folder of the host into it, and write the image: runs in
MicroPython as `fill.py FOLDER IMAGE BLOCKS`."""

import os
import sys

import vfs

_BLOCK = 4096


class Memory:
    """A block device."""

    def __init__(self, blocks):
        self.data = bytearray(b"\xff" * (blocks * _BLOCK))

    def readblocks(self, block, buffer, offset=0):
        at = block * _BLOCK + offset
        buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        at = block * _BLOCK + (offset or 0)
        self.data[at : at + len(buffer)] = buffer

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.data) // _BLOCK
        if op == 5:
            return _BLOCK
        if op == 6:
            at = arg * _BLOCK
            self.data[at : at + _BLOCK] = b"\xff" * _BLOCK
            return 0


def copy(source, target):
    for name, kind, *_ in sorted(os.ilistdir(source)):
        if kind == 0x4000:
            os.mkdir(target + name)
            copy(source + name + "/", target + name + "/")
        else:
            with open(source + name, "rb") as file:
                data = file.read()
            with open(target + name, "wb") as file:
                file.write(data)


folder, image, blocks = sys.argv[1:]
memory = Memory(int(blocks))
vfs.VfsLfs2.mkfs(memory)
vfs.mount(vfs.VfsLfs2(memory), "/image")
copy(folder + "/", "/image/")
vfs.umount("/image")
with open(image, "wb") as file:
    file.write(memory.data)
