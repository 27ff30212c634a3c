"""What is the node's own: its configuration, its wiring, and boot.py with its safe light.

They belong together, and are changed together: what has come lies in /next until all of it is
there; then one rename says that it counts, and whoever comes next finishes the work, the PC's
request or the start after a power cut (settle.py).
"""

import os
from io import BytesIO

from deflate import RAW, DeflateIO

from ..brain.const import const
from ..device.store import Copies, Files
from .manifest import Manifest, RefusedError, digest_of
from .slots import idle, put, remove, there

NEXT = "/next"
_LARGEST = const(8192)  # bytes, deflated
_CONFIG = const(4000)  # as in compose.py
_WIRING = const(1024)
_LEARNT = ("state", "counts")  # of its nights and hours, by whoever the node was before


def stage(path: str, data, digest: str) -> None:
    """Keep a file that has come. RefusedError: it is not what the manifest says, or a boot.py that
    does not compile, which would be a start in the dark."""
    if path == "boot.py":
        try:
            compile(data, path, "exec")
        except SyntaxError:
            raise RefusedError("file", path)
    if not there(NEXT):
        os.mkdir(NEXT)
    with open(NEXT + "/" + path, "wb") as file:
        file.write(data)
    if not _staged(path, digest):
        remove(NEXT + "/" + path)
        raise RefusedError("file", path)


def missing(manifest: Manifest, live) -> bytearray:
    """Which files have to travel, a bit each: those that are neither staged nor in use."""
    bits = bytearray(1)

    def one(number, digest, size, path):
        live()
        if not _staged(path, digest) and _in_use(path, digest) is None:
            bits[0] |= 1 << number

    manifest.each(one)
    return bits


def _staged(path: str, digest: str) -> bool:
    try:
        return digest_of(NEXT + "/" + path).hex() == digest
    except OSError:
        return False


def _in_use(path: str, digest: str):
    """The bytes that the node uses, if they hash so, else None."""
    if path == "boot.py":
        data = None
        if there("/boot.py"):
            with open("/boot.py", "rb") as file:
                data = file.read()
    else:
        data = Copies(Files("/keep/"), path, _CONFIG).load()
    if data is not None:
        from hashlib import sha256

        if sha256(data).digest().hex() == digest:
            return data
    return None


def commit(manifest_path: str) -> None:
    """All of it counts from here on. RefusedError: a file is missing; nothing counts then."""

    def one(number, digest, size, path):
        if not _staged(path, digest):
            if _in_use(path, digest) is None:
                raise RefusedError("file", path)
            if there(NEXT + "/" + path):
                remove(NEXT + "/" + path)  # of a push that came to nothing

    Manifest(manifest_path).each(one)
    if not there(NEXT):
        os.mkdir(NEXT)
    with open(manifest_path, "rb") as file:
        put(NEXT + "/manifest", file.read())


def finish() -> bool:
    """Put in place what counts; whether there was anything. Done again after a power cut."""
    if not there(NEXT + "/manifest"):
        return False
    manifest = Manifest(NEXT + "/manifest")
    files = Files("/keep/")
    if not there("/keep"):
        os.mkdir("/keep")
    if _moved(manifest):
        for name in _LEARNT:
            for copy in ("0", "1"):
                if there("/keep/" + name + "." + copy):
                    os.remove("/keep/" + name + "." + copy)

    def one(number, digest, size, path):
        if there(NEXT + "/" + path):
            with open(NEXT + "/" + path, "rb") as file:
                data = file.read()
            if path == "boot.py":
                put("/boot.py", data)
                _keep_lit(data)
            elif not Copies(files, path, size).save_all(data):
                raise OSError(28)

    manifest.each(one)
    with open(NEXT + "/manifest", "rb") as file:
        put("/keep/manifest", file.read())
    remove(NEXT + "/manifest")
    remove(NEXT)
    return True


def _keep_lit(boot: bytes) -> None:
    """The safe light for images with frozen code, whose _boot.py asks NVS."""
    try:
        from esp32 import NVS

        for line in boot.split(b"\n"):
            if line.startswith(b"LIT = "):
                kept = NVS("noctule")
                kept.set_blob("lit", bytes([one for pair in eval(line[6:]) for one in pair]))
                kept.commit()
    except (ImportError, OSError) as error:  # the stock _boot.py has no use for it
        print("NVS:", error)


def _moved(manifest: Manifest) -> bool:
    """Is it another luminaire's node now?"""
    before = Manifest("/keep/manifest")
    return there("/keep/manifest") and (
        before.field("node") != manifest.field("node")
        or before.field("site") != manifest.field("site")
    )


def request(session, name: str, data) -> bytes:
    """p f e c, of session.py."""
    manifest = session.manifest
    if name == "p":
        return missing(manifest, session.live)
    if name == "f":
        session.coming = Coming(int.from_bytes(data[1:4], "little"))
    elif name == "e":
        coming = session.coming
        if type(coming) is not Coming:
            raise RefusedError("order")
        session.coming = None
        _arrived(manifest, data[0], coming.data)
    elif name == "c":
        return _change(session)
    else:
        raise RefusedError("order")
    return b""


class Coming:
    """A file that comes, deflated: `size` bytes."""

    def __init__(self, size: int) -> None:
        if size > _LARGEST:
            raise RefusedError("long")
        self.data = bytearray()
        self._room = size

    def take(self, data) -> None:
        self._room -= len(data)
        if self._room < 0:
            raise RefusedError("long")
        self.data.extend(data)

    def stop(self) -> None:
        """Nothing more comes."""


def _arrived(manifest: Manifest, number: int, packed) -> None:
    digest, size, path = manifest.file(number)
    try:
        data = DeflateIO(BytesIO(packed), RAW, 10).read(size + 1)
    except (OSError, EOFError):
        data = b""
    stage(path, data, digest)


def _check_config() -> None:
    """RefusedError: the code that runs here would not take a configuration that has come, and the
    node be lit all day."""
    try:
        from ..brain.config import Config
    except ImportError:
        return  # no code of ours runs here
    with open(NEXT + "/config", "rb") as file:
        data = file.read()
    try:
        Config(data)
    except Exception:
        raise RefusedError("config")


def _change(session) -> bytes:
    """c: it counts, and the node goes by it. r: once it has started anew."""

    def one(number, digest, size, path):
        if path == "config" and _staged(path, digest):
            _check_config()

    session.manifest.each(one)
    wiring = Copies(session.files, "wiring", _WIRING)
    before = wiring.load()
    commit(idle(session.slot) + "/manifest.new")
    finish()
    node = session.node
    if node is None or wiring.load() != before:
        return b"r"
    from .resume import take

    return b"" if take(node, Copies(session.files, "config", _CONFIG).load()) else b"r"
