"""What the chip does from reset to prompt: mount the flash, `boot.py`, then `main.py`.

Order, and when `main.py` is left out: ports/esp32/main.c and modules/_boot.py, inisetup.py.
"""

import builtins
import os
import sys

import clock
import vfs
from flashdev import Flash
from wire import ask, connect, sleep, tell_now

# In this order: those that others import come first.
_DOUBLES = (
    "errno", "time", "select", "machine", "micropython", "esp32", "_asyncio", "network", "socket",
)
_HIDDEN = ("start", "wire", "clock", "flashdev", "buses", "rmt")


def _tell_time():
    """Learn how time passes, and where the chip's clocks began."""
    told = [int(word) for word in ask("clock")[0].split()]
    clock.jumps, clock.rate, clock.ticks_base, clock.rtc_base = told


def _modules():
    """Put the doubles in place of the unix port's modules: `sys.modules` is asked first."""
    for name in _DOUBLES:
        __import__("port_" + name)
        sys.modules[name] = sys.modules.pop("port_" + name)
    for name in _HIDDEN:
        sys.modules.pop(name, None)


def _mount(path, size):
    """Mount the flash at "/"; format it if its first sector is blank; if it is spoilt say so until
    Ctrl-C, and go on without."""
    flash = Flash(path, size)
    sys.modules["flashbdev"] = type("flashbdev", (), {"bdev": flash})
    first = bytearray(4096)
    flash.readblocks(0, first)
    vfs.umount("/")
    fresh = first == b"\xff" * 4096
    if fresh:
        vfs.VfsLfs2.mkfs(flash)
    try:
        vfs.mount(vfs.VfsLfs2(flash), "/")
    except OSError:
        ask("boot")  # what is typed arrives from here on
        try:
            while True:
                print("The filesystem appears to be corrupted.")
                sleep(3000000)
        except KeyboardInterrupt as error:
            sys.print_exception(error)
    if fresh:
        with open("boot.py", "w") as file:
            file.write("# Runs on every boot.\n")


def _finalise():
    """Close at a soft reset what was left open, as `gc_sweep_all` does (ports/esp32/main.c).

    Open files are kept track of, since here a collected one cannot be closed: its block device is
    Python, and the heap is locked then.
    """
    opened = []
    real = builtins.open

    def is_open(file):
        try:
            file.tell()
        except (OSError, ValueError):
            return False
        return True

    def remembered(name, mode="r", *args, **more):
        file = real(name, mode, *args, **more)
        # Not those only read, since that is for nothing; nor those of `mpremote mount` (no tell):
        # closing one asks the PC, which is gone by then.
        if ("r" not in mode or "+" in mode) and hasattr(file, "tell"):
            for place in range(len(opened) - 1, -1, -1):
                if not is_open(opened[place]):
                    opened.pop(place)
            opened.append(file)
        return file

    def close():
        for file in opened:
            file.close()

    builtins.open = remembered
    sys.atexit(close)


def _date_prints():
    """Have what is printed taken at its instant: the PC side knows it before, and is asked
    before the next wait."""
    real = builtins.print

    def dated(*args, **more):
        tell_now()
        real(*args, **more)
        clock.quiet_until = min(clock.quiet_until, clock.offset)

    builtins.print = dated


def _run(name, main):
    """Run a file of the flash as the prompt would; False if it raised."""
    try:
        os.stat(name)
    except OSError:
        return True
    try:
        execfile(name, main)  # noqa: F821
    except SystemExit:
        raise
    except BaseException as error:
        sys.print_exception(error)
        return False
    return True


def main(socket, image):
    """Boot. The interpreter goes on to its prompt."""
    import __main__

    connect(socket)
    size, friendly = [int(word) for word in ask("hello")[0].split()]
    _tell_time()
    _modules()
    _mount(image, size)
    sys.path[:] = ["", ".frozen", "/lib"]
    sys.argv[:] = []
    _finalise()
    if clock.jumps:
        _date_prints()
    space = __main__.__dict__
    for name in ("sys", "start"):
        space.pop(name, None)
    ask("boot")
    try:
        if _run("boot.py", space) and friendly:
            _run("main.py", space)
    except SystemExit:
        ask("exit")
    else:
        ask("prompt")
        _tell_time()
