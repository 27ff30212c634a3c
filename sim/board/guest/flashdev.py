"""The flash as a block device: read from the image file, written and erased by the PC side.

So the PC side has every write in order, and may take the power away in the middle of one.
"""

from wire import ask

_BLOCK = 4096


class Flash:
    """What `esp32.Partition` offers a file system: the block protocol, simple and extended."""

    def __init__(self, path, size):
        # Unbuffered, opened before "/" becomes the flash: stays open for the guest's life.
        self._image = open(path, "rb")
        self._blocks = size // _BLOCK

    def readblocks(self, block, buf, offset=0):
        """Fill the buffer."""
        self._image.seek(block * _BLOCK + offset)
        self._image.readinto(buf)

    def writeblocks(self, block, buf, offset=None):
        """Program; without an offset the blocks are erased first (esp32_partition.c)."""
        if offset is None:
            for each in range(len(buf) // _BLOCK):
                ask("flash.erase %d" % (block + each))
            offset = 0
        ask("flash.write %d" % (block * _BLOCK + offset), buf)

    def ioctl(self, op, arg):
        """Counts of blocks and bytes, and erasing."""
        if op == 4:
            return self._blocks
        if op == 5:
            return _BLOCK
        if op == 6:
            ask("flash.erase %d" % arg)
            return 0
