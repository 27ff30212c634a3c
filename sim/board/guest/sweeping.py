"""Mounts every image that a power cut could have left, one after another, in one interpreter.

Run by sim/board/sweep.py: `main` rebuilds the images from the first one and the operations, so
that each costs its mount and its check alone.
"""

import io
import json
import struct
import sys

import vfs

_BLOCK = 4096
_ERASED = b"\xff" * _BLOCK
_HEAD = "<IIB"  # address, bytes, whether it is an erase


def _program(image, start, data):
    """Clear the bits that the data has clear: flash knows no other way to write."""
    end = start + len(data)
    if image[start:end] == _ERASED[: len(data)]:
        image[start:end] = data
    else:
        for at in range(start, end):
            image[at] &= data[at - start]


class _Flash:
    """An image as a block device that goes back to what it was."""

    def __init__(self, image):
        self._image = image
        self._view = memoryview(image)
        self._before = {}

    def _keep(self, block):
        if block not in self._before:
            start = block * _BLOCK
            self._before[block] = self._image[start : start + _BLOCK]

    def undo(self):
        """Forget what has been written to it."""
        for block, data in self._before.items():
            self._image[block * _BLOCK : (block + 1) * _BLOCK] = data
        self._before.clear()

    def readblocks(self, block, buf, offset=0):
        """Fill the buffer: within one block, as littlefs asks."""
        start = block * _BLOCK + offset
        buf[:] = self._view[start : start + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        """Program: bits are only cleared."""
        self._keep(block)
        _program(self._image, block * _BLOCK + offset, buf)

    def ioctl(self, op, arg):
        """Counts of blocks and bytes, and erasing."""
        if op == 4:
            return len(self._image) // _BLOCK
        if op == 5:
            return _BLOCK
        if op == 6:
            self._keep(arg)
            self._image[arg * _BLOCK : (arg + 1) * _BLOCK] = _ERASED
            return 0


def _told(error):
    text = io.StringIO()
    sys.print_exception(error, text)
    return text.getvalue().strip()


def _checked(flash, check):
    """What the check says of an image, or what went wrong: (text, error)."""
    try:
        vfs.mount(vfs.VfsLfs2(flash), "/")
    except OSError as error:
        return None, "cannot be mounted: %r" % error
    try:
        return str(check("/")), None
    except Exception as error:
        return None, _told(error)
    finally:
        vfs.umount("/")
        flash.undo()  # mounting alone writes nothing


def _apply(image, address, length, data, done):
    """Do the first `done` bytes of an operation; return what was there."""
    before = bytes(image[address : address + length])
    if data is None:
        image[address : address + done] = b"\xff" * done
    else:
        _program(image, address, data[:done])
    return before


def main(script, start, operations, torn, every, paths):
    """Print a line of JSON for each image: [operation, bytes done, text, error]."""
    space = {"__name__": "check"}
    with open(script) as file:
        source = file.read()
    with open(start, "rb") as file:
        image = bytearray(file.read())
    flash = _Flash(image)
    # The check finds the flash at "/" as a node does, and the PC's modules below "/pc".
    steps = open(operations, "rb")
    vfs.umount("/")
    vfs.mount(vfs.VfsPosix(), "/pc")
    sys.path[:] = ["", ".frozen"] + ["/pc" + path for path in paths]
    exec(compile(source, script, "exec"), space)
    check = space["check"]
    number = 0
    size = struct.calcsize(_HEAD)
    while True:
        head = steps.read(size)
        if not head:
            break
        address, length, erase = struct.unpack(_HEAD, head)
        data = None if erase else steps.read(length)
        if number % every == 0:
            for share in torn:
                done = int(length * share)
                before = _apply(image, address, length, data, done)
                print(json.dumps((number, done) + _checked(flash, check)))
                image[address : address + length] = before
        _apply(image, address, length, data, length)
        number += 1
    print(json.dumps((number, 0) + _checked(flash, check)))
