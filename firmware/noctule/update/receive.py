"""What comes before the files: a manifest or a key set, and its signature.

It is told as what to keep of the one that is there, and what is new; it goes into the idle slot,
and counts for nothing until trust.py and check.py are satisfied.
"""

import os
from io import BytesIO

from deflate import RAW, DeflateIO

from noctule.brain.const import const

from .flash import RefusedError, digest_of, there

_SIGNATURE = const(388)  # bytes: the key's name, and what it says
_MOST = const(24000)  # bytes of a manifest


class Receiver:
    """before: path of the manifest that it is told as changes of, or "". path: where it goes.
    signature: where that goes: the key's name, then what it says."""

    def __init__(self, before: str, path: str, signature: bytearray) -> None:
        self._signature = signature
        self._room = _MOST
        self._before = open(before, "rb") if before else None
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
                if self._before is None:
                    raise RefusedError("manifest")
                for _ in range(count):
                    line = self._before.readline()
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
            elif what == 71 and at + count <= end and len(self._signature) + count <= _SIGNATURE:
                self._signature.extend(data[at : at + count])
                at += count
            else:
                raise RefusedError("manifest")

    def stop(self) -> None:
        """Nothing more comes."""
        self._file.close()
        if self._before is not None:
            self._before.close()

    def _write(self, data) -> None:
        self._room -= len(data)
        if self._room < 0:
            raise RefusedError("manifest")
        self._file.write(data)


def begin(session, data):
    """Something comes: its kind, and the first bytes of the digest of what it changes."""
    kind = bytes(data[:1])
    base = bytes(data[1:9])
    if kind not in (b"c", b"n", b"k"):
        raise RefusedError("order")
    folder = session.folder
    if session.left >= 0 and kind != b"k" and there(folder + "/manifest"):
        raise RefusedError("trial")
    if not there(folder):
        os.mkdir(folder)
    old = ""
    if base:
        old = "/keep/manifest" if kind == b"n" else "/" + session.slot + "/manifest"
        if kind == b"k" or not there(old) or digest_of(old)[:8] != base:
            raise RefusedError("base")
    session.kind = kind
    session.path = folder + "/manifest.new"
    session.signature = bytearray()
    session.coming = Receiver(old, session.path, session.signature)
