"""What is the node's own: its configuration, its wiring, and boot.py with its safe light.

They belong together, and are changed together: what has come lies in /next until all of it is
there (own.py); then one rename says that it counts, and whoever comes next finishes the work, the
PC's request or the start after a power cut (settle.py).
"""

import os

from noctule.brain.const import const
from noctule.device.store import Copies, Files

from .change import put, remove
from .flash import holds, there
from .manifest import Manifest

_NEXT = const("/next")
_CONFIG = const(4000)  # bytes at most, as in compose.py
_WIRING = const(1024)
_LEARNT = const(("state", "counts"))  # of its nights and hours, by whoever the node was before


def finish(live=None) -> None:
    """Put in place what counts, if there is anything. Done again after a power cut. live(): called
    between two files."""
    if not there(_NEXT + "/manifest"):
        return
    manifest = Manifest(_NEXT + "/manifest")
    files = Files("/keep/")
    if not there("/keep"):
        os.mkdir("/keep")
    if _moved(manifest):
        for name in _LEARNT:
            for copy in ("0", "1"):
                if there("/keep/" + name + "." + copy):
                    os.remove("/keep/" + name + "." + copy)

    def take(number, digest, size, path):
        if live is not None:
            live()
        if holds(_NEXT + "/" + path, digest):
            with open(_NEXT + "/" + path, "rb") as file:
                data = file.read()
            if path == "boot.py":
                put("/boot.py", data)
                _keep_lit(data)
            elif not Copies(files, path, _WIRING if path == "wiring" else _CONFIG).save_all(data):
                raise OSError(28)

    manifest.each(take)
    with open(_NEXT + "/manifest", "rb") as file:
        put("/keep/manifest", file.read())
    remove(_NEXT + "/manifest")
    remove(_NEXT)


def _keep_lit(data: bytes) -> None:
    """The safe light for images with frozen code, whose _boot.py asks NVS."""
    try:
        from esp32 import NVS

        for line in data.split(b"\n"):
            if line.startswith(b"LIT = "):
                kept = NVS("noctule")
                kept.set_blob("lit", bytes([one for pair in eval(line[6:]) for one in pair]))
                kept.commit()
    except (ImportError, OSError) as error:  # the stock _boot.py has no use for it
        print("NVS", error)


def _moved(manifest: Manifest) -> bool:
    """Is it another luminaire's node now?"""
    before = Manifest("/keep/manifest")
    return there("/keep/manifest") and (
        before.field("node") != manifest.field("node")
        or before.field("site") != manifest.field("site")
    )
