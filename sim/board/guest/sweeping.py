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
_HEAD = "<IIB"  # address, bytes, whether it is an erase


class _Overlaid:
    """An image as a block device; what is written to it is kept apart, and forgotten with it."""

    def __init__(self, image):
        self._image = memoryview(image)
        self._blocks = len(image) // _BLOCK
        self._written = {}

    def _block(self, block):
        """A block's bytes, to be written to."""
        own = self._written.get(block)
        if own is None:
            start = block * _BLOCK
            own = self._written[block] = bytearray(self._image[start : start + _BLOCK])
        return own

    def readblocks(self, block, buf, offset=0):
        """Fill the buffer: within one block, as littlefs asks."""
        own = self._written.get(block)
        start = offset if own is not None else block * _BLOCK + offset
        buf[:] = (self._image if own is None else own)[start : start + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        """Program: bits are only cleared."""
        own = self._block(block)
        for at in range(len(buf)):
            own[offset + at] &= buf[at]

    def ioctl(self, op, arg):
        """Counts of blocks and bytes, and erasing."""
        if op == 4:
            return self._blocks
        if op == 5:
            return _BLOCK
        if op == 6:
            self._written[arg] = bytearray(b"\xff" * _BLOCK)
            return 0


def _told(error):
    text = io.StringIO()
    sys.print_exception(error, text)
    return text.getvalue().strip()


def _checked(image, check):
    """What the check says of an image, or what went wrong: (text, error)."""
    flash = _Overlaid(image)
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


def _apply(image, address, length, data, done):
    """Do the first `done` bytes of an operation; return what was there."""
    before = bytes(image[address : address + length])
    if data is None:
        image[address : address + done] = b"\xff" * done
    else:
        for at in range(done):
            image[address + at] &= data[at]
    return before


def main(script, start, operations, torn, every, paths):
    """Print a line of JSON for each image: [operation, bytes done, text, error]."""
    space = {"__name__": "check"}
    with open(script) as file:
        source = file.read()
    with open(start, "rb") as file:
        image = bytearray(file.read())
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
                print(json.dumps((number, done) + _checked(image, check)))
                image[address : address + length] = before
        _apply(image, address, length, data, length)
        number += 1
    print(json.dumps((number, 0) + _checked(image, check)))
