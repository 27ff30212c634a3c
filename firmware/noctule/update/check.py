"""What is sent, and whether it may be: signatures, numbers, and whom the node trusts.

A manifest or a key set is sent as what to keep of the one that is there, and what is new; it goes
into the idle slot, and counts for nothing until all here is satisfied.

Signatures are RSA with 3072 bits: `pow` is built in, and verifying takes a tenth of what Ed25519
takes in Python; it is in one piece, below a quarter of a second on an ESP32. The whole of the
padded digest (PKCS #1 v1.5, RFC 8017 section 9.2) is built and compared, nothing of it is parsed.
"""

import hashlib
import os
import sys
from io import BytesIO

from deflate import RAW, DeflateIO

from ..brain.const import const
from ..brain.state import get
from ..device.store import Copies
from .manifest import Manifest, RefusedError, digest_of
from .slots import floor, idle, other, there

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

KEYSET = b"NOCK"
KEY = const(384)  # bytes of a modulus, and of a signature
_KEYS = const(3)
_EXPONENT = const(65537)
_DIGEST_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
LONGEST_PATH = const(64)
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_/."
_MOST_FILES = const(200)
_LARGEST = const(1 << 20)
_OWN = {"boot.py": 8192, "config": 4000, "wiring": 1024}  # bytes at most, as in compose.py
_MOST = const(24000)  # bytes of a manifest


def trusted(files):
    """The key set that the node trusts, or None on a board that knows nobody yet."""
    return Copies(files, "keys", len(KEYSET) + 3 + _KEYS * KEY).load()


def key_number(keys) -> int:
    """The number of a key set; 0 for none."""
    return 0 if keys is None else get(keys, 4, 2)


def signed(keys, name, signature, digest) -> bool:
    """Is it a signature of `digest` by the trusted key that has this name?"""
    for i in range(keys[6]):
        modulus = keys[7 + i * KEY : 7 + (i + 1) * KEY]
        if hashlib.sha256(modulus).digest()[:4] == name:
            value = int.from_bytes(signature, "big")
            modulus = int.from_bytes(modulus, "big")
            if value >= modulus:
                return False
            found = pow(value, _EXPONENT, modulus).to_bytes(KEY, "big")
            return found == (
                b"\x00\x01" + b"\xff" * (KEY - 54) + b"\x00" + _DIGEST_INFO + digest
            )
    raise RefusedError("key")


def sound_keys(data) -> bool:
    """Is it a key set?"""
    return (
        len(data) > 7 and data[:4] == KEYSET and 0 < data[6] <= _KEYS
        and len(data) == 7 + data[6] * KEY
    )


class Receiver:
    """What is sent before its files: a manifest or a key set, and its signature.

    base: path of the manifest that it is told as changes of, or "". path: where it goes.
    """

    def __init__(self, base: str, path: str, most: int) -> None:
        self.path = path
        self.signature = bytearray()  # the key's name, then the signature
        self._room = most
        self._base = open(base, "rb") if base else None
        self._file = open(path, "wb")

    def take(self, data) -> None:
        """Steps: C n keep so many lines of the base, S n pass over them, L n bytes, Z n bytes
        deflated, G n bytes of the signature; each whole. RefusedError: nonsense, or too long."""
        at = 0
        end = len(data)
        while at + 1 < end:
            what = data[at]
            count = data[at + 1]
            at += 2
            if what == 67 or what == 83:
                if self._base is None:
                    raise RefusedError("manifest")
                for _ in range(count):
                    line = self._base.readline()
                    if what == 67:
                        self._write(line)
            elif what == 76 and at + count <= end:
                self._write(data[at : at + count])
                at += count
            elif what == 90 and at + count <= end:
                packed = DeflateIO(BytesIO(data[at : at + count]), RAW, 10)
                while True:
                    some = packed.read(128)
                    if not some:
                        break
                    self._write(some)
                at += count
            elif what == 71 and at + count <= end and len(self.signature) + count <= KEY + 4:
                self.signature.extend(data[at : at + count])
                at += count
            else:
                raise RefusedError("manifest")

    def stop(self) -> None:
        """Nothing more comes."""
        self._file.close()
        if self._base is not None:
            self._base.close()

    def _write(self, data) -> None:
        self._room -= len(data)
        if self._room < 0:
            raise RefusedError("manifest")
        self._file.write(data)

    def proven(self, keys) -> None:
        """RefusedError unless somebody whom the node trusts has signed it."""
        signature = self.signature
        if len(signature) != KEY + 4:
            raise RefusedError("signature")
        if not signed(keys, bytes(signature[:4]), signature[4:], digest_of(self.path)):
            raise RefusedError("signature")


def take_keys(files, path: str, received: "Receiver") -> None:
    """Trust a key set from now on. A board that knows nobody yet believes the first."""
    with open(path, "rb") as file:
        data = file.read(len(KEYSET) + 3 + _KEYS * KEY + 1)
    if not sound_keys(data):
        raise RefusedError("keys")
    before = trusted(files)
    if before is not None:
        if key_number(data) <= key_number(before):
            raise RefusedError("old", key_number(before))
        received.proven(before)
    if not there("/keep"):
        os.mkdir("/keep")
    if not Copies(files, "keys", len(data)).save_all(data):
        raise RefusedError("space")


def fits_board(manifest: Manifest, board: str) -> None:
    """RefusedError: it is for another board."""
    meant = manifest.field("board")
    if meant != board:
        raise RefusedError("board", meant)


def fits_runtime(manifest: Manifest) -> None:
    """RefusedError: this MicroPython cannot run it."""
    about: Any = sys.implementation
    mine = getattr(about, "_mpy", 0)
    wanted = manifest.field("mpy").split()
    if len(wanted) != 3:
        raise RefusedError("manifest")
    version, sub, arch = [int(word) for word in wanted]
    if version != mine & 255 or sub > mine >> 8 & 3 or arch != mine >> 10:
        raise RefusedError("mpy", " ".join(wanted))
    least = manifest.field("micropython").split()
    if len(least) != 2 or (int(least[0]), int(least[1])) > tuple(about[1][:2]):
        raise RefusedError("micropython", " ".join(least))


def fits_paths(manifest: Manifest, own: bool) -> None:
    """RefusedError: a file that may not be there, twice, or too large; or one that is missing."""
    seen: Any = [0, ""]  # how many, and the last

    def one(number, digest, size, path):
        if number >= _MOST_FILES or path <= seen[1] or not 0 <= size <= _LARGEST:
            raise RefusedError("path", path)
        seen[0] = number + 1
        seen[1] = path
        if own:
            good = size <= _OWN.get(path, -1)
        else:
            good = path == "main.py" or (
                path.endswith(".mpy") and (path == "trial.mpy" or path.startswith("noctule/"))
                and len(path) <= LONGEST_PATH and "//" not in path and path.count(".") == 1
            )
            for letter in path:
                good = good and letter in _LETTERS
        if not good:
            raise RefusedError("path", path)
    manifest.each(one)
    if seen[0] != 3 if own else seen[1] < "noctule/app.mpy":
        raise RefusedError("manifest")


def refuse(*words):
    """For whoever has no RefusedError of his own."""
    raise RefusedError(*words)


def begin(session, data):
    """Something comes: its kind, and the first bytes of the digest of what it changes."""
    kind = bytes(data[:1])
    base = bytes(data[1:9])
    if kind not in (b"c", b"n", b"k"):
        raise RefusedError("order")
    if session.left >= 0 and kind != b"k" and there("/" + other(session.slot) + "/manifest"):
        raise RefusedError("trial")
    folder = idle(session.slot)
    if not there(folder):
        os.mkdir(folder)
    old = ""
    if base:
        old = "/keep/manifest" if kind == b"n" else "/" + session.slot + "/manifest"
        if kind == b"k" or not there(old) or digest_of(old)[:8] != base:
            raise RefusedError("base")
    session.kind = kind
    session.coming = Receiver(old, folder + "/manifest.new", _MOST)


def prove(session, flags: bytes):
    """It has come: is it as it should be? RefusedError: no, and why; it is gone then."""
    received = session.coming
    if type(received) is not Receiver:
        raise RefusedError("order")
    session.stop()
    path = received.path
    try:
        if session.kind == b"k":
            take_keys(session.files, path, received)
            os.remove(path)
            return
        keys = trusted(session.files)
        if keys is None:
            raise RefusedError("nobody")
        received.proven(keys)
        manifest = Manifest(path)
        session.repair = False
        if session.kind == b"n":
            fits_node(session, manifest, flags)
        else:
            fits_code(session, manifest, flags)
        session.manifest = manifest
    except Exception:
        if there(path):
            os.remove(path)
        raise


def fits_node(session, manifest: Manifest, flags) -> None:
    """RefusedError: not this luminaire's files, or not newer. flags: as of v, in session.py."""
    anyone = b"i" in flags
    if manifest.field("noctule-node") != "1":
        raise RefusedError("manifest")
    fits_paths(manifest, True)
    least = 0
    if there("/keep/manifest"):
        known = Manifest("/keep/manifest")
        same = (
            manifest.field("node") == known.field("node")
            and manifest.field("site") == known.field("site")
        )
        if not same and not anyone:
            raise RefusedError("node", known.field("node"))
        if not anyone:
            fits_board(manifest, known.field("board"))
        if same:
            least = known.number("sequence")
            if _repair(session, flags, known, manifest):
                return
    if manifest.number("sequence") <= least:
        raise RefusedError("old", least)


def _repair(session, flags, known: Manifest, manifest: Manifest) -> bool:
    """Is it the very one that the node has, and to be put right?"""
    session.repair = b"r" in flags and known.digest() == manifest.digest()
    return session.repair


def fits_code(session, manifest: Manifest, flags) -> None:
    """RefusedError: not for this board, not for this MicroPython, or not newer."""
    if manifest.field("noctule-code") != "1":
        raise RefusedError("manifest")
    fits_paths(manifest, False)
    if there("/keep/manifest"):
        fits_board(manifest, Manifest("/keep/manifest").field("board"))
    fits_runtime(manifest)
    least = floor(session.files)
    path = "/" + session.slot + "/manifest"
    if there(path):
        known = Manifest(path)
        least = max(least, known.number("sequence"))
        if _repair(session, flags, known, manifest):
            return
    if manifest.number("sequence") <= least:
        raise RefusedError("old", least)
