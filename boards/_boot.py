# Instead of the port's own _boot.py, in images with frozen code: the light first, then the file
# system, and never an end without a node. The port's, where it cannot mount, prints for ever and
# runs no code of ours (ports/esp32/modules/inisetup.py).
#
# A file system that does not mount may be whole, and only its reading troubled: so it is tried
# three times, and left alone on two starts. On the third start in a row it is made anew: a node
# lit all the time by its frozen code is worth more than data that cannot be read. How often it
# did not mount is in NVS, and so are the pins of the safe light, by `noctule provision`.
import gc
import time

import vfs
from esp32 import NVS
from flashbdev import bdev
from machine import Pin

_TRIES = 3
_STARTS = 3


def _light(kept):
    """Pins and levels of the safe light, as in boot.py's LIT; none: the gear's own state holds."""
    pins = bytearray(16)
    try:
        length = kept.get_blob("lit", pins)
    except OSError:
        return 0  # never flashed
    for i in range(0, length - 1, 2):
        Pin(pins[i], Pin.OUT, value=pins[i + 1])
    return length


def _mounted():
    for _attempt in range(_TRIES):
        try:
            vfs.mount(vfs.VfsLfs2(bdev), "/")
            return True
        except OSError as error:
            print("noctule: no file system:", error)
        time.sleep_ms(200)
    return False


def _blank():
    """Nothing was ever written: both superblocks are erased."""
    block = bytearray(bdev.ioctl(5, 0))
    for number in range(2):
        bdev.readblocks(number, block)
        for byte in block:
            if byte != 0xFF:
                return False
    return True


def _missed(kept):
    """How many starts in a row did not mount, this one too."""
    try:
        count = kept.get_i32("unmounted")
    except OSError:
        count = 0
    count = count + 1 if 0 <= count < 1000 else 1
    _count(kept, count)
    return count


def _count(kept, count):
    kept.set_i32("unmounted", count)
    kept.commit()


def _start():
    kept = NVS("noctule")
    _light(kept)
    if not bdev:
        return
    if not _mounted():
        count = _missed(kept)
        if count < _STARTS and not _blank():
            print("noctule: without a file system, start", count)
            return
        print("noctule: making a new file system")
        vfs.VfsLfs2.mkfs(bdev)
        if not _mounted():
            return
    try:
        if kept.get_i32("unmounted"):
            _count(kept, 0)
    except OSError:
        pass  # it never failed


try:
    _start()
except Exception as _error:  # whatever it was: the node comes after this
    print("noctule: _boot:", repr(_error))
gc.collect()
