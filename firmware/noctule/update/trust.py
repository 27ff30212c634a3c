"""Whom the node trusts, and whether what was sent is signed by them.

Signatures are RSA with 3072 bits: `pow` is built in, and verifying takes a tenth of what Ed25519
takes in Python; it is in one piece, below a quarter of a second on an ESP32. The whole of the
padded digest (PKCS #1 v1.5, RFC 8017 section 9.2) is built and compared, nothing of it is parsed.
"""

import hashlib
import os

from noctule.brain.const import const
from noctule.brain.state import get
from noctule.device.store import Copies

from . import RefusedError
from .flash import digest_of, there

_KEYSET = const(b"NOCK")
_KEY = const(384)  # bytes of a modulus, and of a signature
_KEYS = const(3)
_MOST = const(1159)  # bytes of a key set: 7, and the keys
_EXPONENT = const(65537)
_DIGEST_INFO = const(
    b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
)


def trusted(files):
    """The key set that the node trusts, or None on a board that knows nobody yet."""
    return _kept(files).load()


def _kept(files) -> Copies:
    return Copies(files, "keys", _MOST)


def modulus_for(keys, signature) -> int:
    """Of the trusted key that a signature names. RefusedError: it is none, or names no such."""
    if len(signature) != _KEY + 4:
        raise RefusedError("signature")
    name = bytes(signature[:4])
    for i in range(keys[6]):
        found = keys[7 + i * _KEY : 7 + (i + 1) * _KEY]
        if hashlib.sha256(found).digest()[:4] == name:
            return int.from_bytes(found, "big")
    raise RefusedError("key")


def signed(modulus: int, signature, digest) -> bool:
    """Is it a signature of `digest` by the key of this modulus?"""
    value = int.from_bytes(signature, "big")
    if value >= modulus:
        return False
    found = pow(value, _EXPONENT, modulus).to_bytes(_KEY, "big")
    return found == b"\x00\x01" + b"\xff" * (_KEY - 54) + b"\x00" + _DIGEST_INFO + digest


def sound_keys(data) -> bool:
    """Is it a key set?"""
    return (
        len(data) > 7 and data[:4] == _KEYSET and 0 < data[6] <= _KEYS
        and len(data) == 7 + data[6] * _KEY
    )


def _check(path: str, signature, modulus: int, live) -> None:
    """RefusedError: the key has not signed it."""
    if not signed(modulus, signature[4:], digest_of(path, live)):
        raise RefusedError("signature")


def _take_keys(files, path: str, signature, live) -> None:
    """Trust a key set from now on. A board that knows nobody yet believes the first."""
    with open(path, "rb") as file:
        data = file.read(_MOST + 1)
    if not sound_keys(data):
        raise RefusedError("keys")
    before = trusted(files)
    if before is not None:
        least = get(before, 4, 2)
        if get(data, 4, 2) <= least:
            raise RefusedError("old", least)
        _check(path, signature, modulus_for(before, signature), live)
    if not there("/keep"):
        os.mkdir("/keep")
    if not _kept(files).save_all(data) or trusted(files) != data:
        raise RefusedError("space")


def prove(session, signature) -> None:
    """v: it has come: who says so? A key set is trusted from now on. RefusedError: nobody whom the
    node trusts."""
    if session.kind == b"k":
        _take_keys(session.files, session.path, signature, session.live)
        return
    keys = trusted(session.files)
    if keys is None:
        raise RefusedError("nobody")
    modulus = modulus_for(keys, signature)
    keys = None  # give up to three keys' memory back, before a power of one is taken
    _check(session.path, signature, modulus, session.live)
