"""A manifest or a key set, and its signature, put together from what has come.

It is told in steps, as what to keep of the one that is there, and what is new: a letter, a number
n, and what goes with them. C: keep n lines of the base; S: pass over them; L: n bytes; Z: n bytes
that are deflated; G: n bytes of the signature. It goes into the idle slot, and counts for nothing
until trust.py and check.py are satisfied.
"""

from io import BytesIO

from deflate import RAW, DeflateIO

from noctule.brain.const import const

from . import RefusedError

_SIGNATURE = const(388)  # bytes: the key's name, and what it says
_MOST = const(24000)  # bytes of a manifest
_PIECE = const(128)
_WINDOW = const(10)  # 2 ** 10 bytes
_KEEP = const(67)
_PASS = const(83)
_BYTES = const(76)
_DEFLATED = const(90)
_SIGNED = const(71)


def received(session, path: str) -> bytearray:
    """path: of the steps. The manifest is in `session.path` then. Returns the signature: the key's
    name, and what it says. RefusedError: nonsense, or too long."""
    signature = bytearray()
    before = None
    try:
        if session.base:
            before = open(session.base, "rb")
        with open(path, "rb") as steps, open(session.path, "wb") as goal:
            while True:
                session.live()
                head = steps.read(2)
                if not head:
                    return signature
                what = head[0]
                count = head[-1]
                if len(head) == 2 and before is not None and (what == _KEEP or what == _PASS):
                    for _ in range(count):
                        line = before.readline()
                        if what == _KEEP:
                            _put(goal, line)
                    continue
                data = steps.read(count)
                if len(head) < 2 or len(data) < count:
                    raise RefusedError("manifest")
                if what == _BYTES:
                    _put(goal, data)
                elif what == _DEFLATED:
                    _inflate(goal, data, session.live)
                elif what == _SIGNED and len(signature) + count <= _SIGNATURE:
                    signature.extend(data)
                else:
                    raise RefusedError("manifest")
    finally:
        if before is not None:
            before.close()


def _inflate(goal, data, live) -> None:
    packed = DeflateIO(BytesIO(data), RAW, _WINDOW)
    while True:
        some = packed.read(_PIECE)
        if not some:
            return
        _put(goal, some)
        live()


def _put(goal, data) -> None:
    if goal.tell() + len(data) > _MOST:
        raise RefusedError("manifest")
    goal.write(data)
