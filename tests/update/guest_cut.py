"""What a node makes of a flash that a power cut has left: it starts as it would, and takes the
next push. `check` is for `sim.board.sweep`; NEXT is set by the test: see `test_cuts.py`."""

import hashlib
import json
import os
import sys

NEXT = "/pc/next"
_KEPT = "binascii", "hashlib", "io", "json", "os", "sys", "deflate", "struct", "vfs", "time", "gc"


class _Machine:
    """As far as boot.py, main.py and a node without parts need it."""

    PWRON_RESET = 1

    class Pin:
        OUT = 3
        lit = []

        def __init__(self, pin, mode, value=None):
            _Machine.Pin.lit.append((pin, value))

    class WDT:
        def __init__(self, timeout=0):
            pass

        def feed(self):
            pass

    class RTC:
        kept = b""

        def memory(self, data=None):
            if data is None:
                return _Machine.RTC.kept
            _Machine.RTC.kept = data

    @staticmethod
    def reset_cause():
        return 1

    @staticmethod
    def reset():
        raise SystemExit


def _exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def _start():
    """As from power to the app: its slot, and that code; None: a board on which nothing runs."""
    for name in list(sys.modules):
        if name not in _KEPT and name not in ("check", "sweeping", "__main__"):
            del sys.modules[name]
    sys.path[:] = [path for path in sys.path if path not in ("/a", "/b")]
    machine = type("machine", (), dict(vars_of(_Machine)))
    sys.modules["machine"] = machine
    _Machine.Pin.lit = []
    if not _exists("/boot.py"):
        return None
    with open("/boot.py") as file:
        if "LIT" not in file.read():
            return None  # the port's own
    space = {"__name__": "__main__"}
    with open("/boot.py") as file:
        exec(file.read(), space)
    if not _Machine.Pin.lit:
        raise ValueError("boot.py lights nothing")
    if not _exists("/main.py") or not _exists("/" + space["SLOT"] + "/manifest"):
        return None
    with open("/main.py") as file:
        compile(file.read(), "main.py", "exec")
    return space["SLOT"]


def vars_of(kind):
    return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("__")}


def _run(slot):
    """What the app does as it starts; it lights, or says why not."""
    from noctule import compose

    for _ in range(2):
        try:
            compose._settled()
            break
        except SystemExit:  # main.py was the other slot's: started anew
            slot = _start()
            from noctule import compose
    files = compose.Files("/keep/")
    config, wiring, spoilt = compose.kept(files)
    if config is None or wiring is None:
        raise ValueError("no configuration")
    node = compose.composed(files, config, {}, False, True)
    node.brain.step(9823, 68400, 0, 0, 3)  # 2026-11-23, 19:00 UTC
    if not node.brain.output:
        raise ValueError("dark")
    return slot, config, wiring


def _digest(path):
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            some = file.read(4096)
            if not some:
                return found.digest().hex()
            found.update(some)


def _whole(slot):
    """The version that runs: every file as its manifest says."""
    with open("/" + slot + "/manifest") as file:
        for line in file:
            if line.startswith("file "):
                _, digest, _, path = line.split()
                if _digest("/" + slot + "/" + path) != digest:
                    raise ValueError(path + " is not of this version")
    if _digest("/main.py") != _digest("/" + slot + "/main.py"):
        raise ValueError("main.py of another version")
    return _digest("/" + slot + "/manifest")[:16]


def _push():
    """The next push, code and own files: what the PC would ask, asked of the session itself."""
    from noctule.update import requests
    from noctule.update.session import Session, part
    from noctule.update.trust import trusted

    session = Session(None, None, None)

    def ask(kind, payload=b""):
        todo = requests.todo(session, ord(kind))
        if not todo:
            return requests.request(session, ord(kind), payload)
        session.stop()
        return part(todo).do(session, payload)

    if session.left >= 0:
        ask("b")
    with open(NEXT + "/requests.json") as file:
        kinds = json.load(file)
    for kind, before, files, after in kinds:
        if kind == "k" and trusted(session.files) is not None:
            continue
        for name, payload in before:
            ask(name, bytes.fromhex(payload))
        if kind == "k":
            continue
        bits = ask("p")
        for number in range(len(files)):
            if bits[number >> 3] >> (number & 7) & 1:
                with open(NEXT + "/" + files[number], "rb") as file:
                    data = file.read()
                ask("f", bytes((number,)) + len(data).to_bytes(3, "little"))
                for at in range(0, len(data), 240):
                    ask("d", data[at : at + 240])
                ask("e", bytes((number,)))
        for name, payload in after:
            ask(name, bytes.fromhex(payload))


def _up():
    """What runs, once it does: main.py starts code that crashes anew, and boot.py counts."""
    for _ in range(5):
        slot = _start()
        try:
            return slot and _run(slot)
        except ZeroDivisionError:  # only the code that is to be taken back by itself
            if not _trial():
                raise
    raise ValueError("it crashes for ever")


def _trial():
    with open("/slot") as file:
        return file.read()[1:2] in ("0", "1", "2", "3")


def check(root):
    up = _up()
    if up is None:
        # Not to rely on what there is of code: the PC sends the updater (tools/push/bare).
        sys.path[:] = [path for path in sys.path if path not in ("/a", "/b")]
        told = "- - -"
    else:
        slot, config, wiring = up
        told = "%s %s %s" % (
            _whole(slot), hashlib.sha256(config).digest()[:6].hex(),
            hashlib.sha256(json.dumps(wiring).encode()).digest()[:6].hex(),
        )
    _push()
    slot = _start()
    if slot is None:
        raise ValueError("the next push came to nothing")
    slot, _, _ = _run(slot)
    with open("/" + slot + "/manifest") as file:
        if "sequence 99\n" not in file.read():
            raise ValueError("the next push does not run")
    _whole(slot)
    return told
