"""What the workshop remembers of its pushes: a line each, and the manifests that nodes have."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from tools.push.bundle import Bundle
from tools.push.client import Held
from tools.push.home import alone, home, make_folder, put

_NAME = "pushes.jsonl"
_MANIFESTS = "manifests"


def keep(entries: list[dict[str, Any]]) -> None:
    """Write down what came of a push, a line for each board. Raises HomeError."""
    with alone(home()), (home() / _NAME).open("a", encoding="utf-8") as file:
        for entry in entries:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def remember(bundle: Bundle) -> None:
    """Keep a bundle's manifests, so that the next push need only send what changes."""
    folder = make_folder(home() / _MANIFESTS)
    for signed in (*bundle.codes.values(), *bundle.nodes.values()):
        path = folder / signed.manifest.digest[:8].hex()
        if not path.exists():
            put(path, signed.text)


class Known:
    """Texts of manifests that nodes may have."""

    def text(self, held: Held | None) -> bytes | None:
        """That of one that a node has, or None."""
        if held is not None:
            with suppress(OSError):
                return (home() / _MANIFESTS / held.digest.hex()).read_bytes()
        return None
