"""The node's updater as source, for a board on which nothing of ours runs.

The same modules as on a node, as source without comments, each put where an import finds it.
"""

from __future__ import annotations

import ast
import hashlib
import zlib
from functools import cache
from typing import Final

from sim.site.tree import FIRMWARE

MODULES: Final = (
    "noctule.brain.const",
    "noctule.brain.state",
    "noctule.device.store",
    "noctule.link.serial",
    "noctule.update",
    "noctule.update.session",
    "noctule.update.flash",
    "noctule.update.change",
    "noctule.update.floor",
    "noctule.update.manifest",
    "noctule.update.slots",
    "noctule.update.line",
    "noctule.update.tell",
    "noctule.update.coming",
    "noctule.update.receive",
    "noctule.update.trust",
    "noctule.update.proof",
    "noctule.update.check",
    "noctule.update.prepare",
    "noctule.update.place",
    "noctule.update.own",
    "noctule.update.inflate",
    "noctule.update.switch",
    "noctule.update.back",
    "noctule.update.leave",
    "noctule.update.requests",
    "noctule.update.accept",
    "noctule.update.commit",
    "noctule.update.begin",
)
_UNUSED = ("Counters", "Log", "_sequence")
"""Of `store`: nothing to do with updates."""
_PACKAGES = ("noctule", "noctule.brain", "noctule.device", "noctule.link")
MOUNTED: Final = b"""\
import os
print("mounted" if os.statvfs("/")[0] else "none")
"""
"""Is there a file system? Where it cannot be mounted, stock MicroPython has none (inisetup.py),
and blocks of no size (extmod/vfs.c)."""
MAKE: Final = b"""\
import os,vfs
if os.statvfs("/")[0]:raise ValueError
from flashbdev import bdev
vfs.VfsLfs2.mkfs(bdev)
vfs.mount(vfs.VfsLfs2(bdev),"/")
print("mounted")
"""
FIRST: Final = b"""\
import sys,io,deflate,hashlib,gc
def m(name,source):
 space={"__name__":name}
 exec(source,space)
 sys.modules[name]=type("m",(),space)
while 1:
 print("go")
 n,z,h=sys.stdin.readline().split()
 if n==".":break
 t=sys.stdin.buffer.read(int(z))
 if hashlib.sha256(t).digest()[:8].hex()==h:
  t=t.replace(b"\\x1bC",b"\\x03").replace(b"\\x1b[",b"\\x1b")
  m(n,deflate.DeflateIO(io.BytesIO(t),deflate.RAW,13).read())
 else:print("no")
 del t
 gc.collect()
del m
sys.modules["noctule.update.session"].serve()
"""
"""What takes the modules, one after the other, each with its digest, and then serves."""


@cache
def pieces() -> tuple[bytes, ...]:
    """What is to be sent at each "go" of FIRST: a line, and a module, deflated. No Ctrl-C is in
    it: at a board that waits for what was lost that must still be one."""
    found = []
    for name in (*_PACKAGES, *MODULES):
        source = b"" if name in _PACKAGES else _short(name).encode()
        packer = zlib.compressobj(9, zlib.DEFLATED, -13, 9)
        text = packer.compress(source) + packer.flush()
        text = text.replace(b"\x1b", b"\x1b[").replace(b"\x03", b"\x1bC")
        digest = hashlib.sha256(text).digest()[:8].hex()
        found.append(f"{name} {len(text)} {digest}\n".encode() + text)
    return (*found, b". 0 0\n")


def _short(name: str) -> str:
    """A module's source without comments and docstrings."""
    path = FIRMWARE.joinpath(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if getattr(node, "name", "") not in _UNUSED]
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            body = node.body
            if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
                node.body = body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
    text = ast.unparse(tree)
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(_indent(line) for line in lines) + "\n"


def _indent(line: str) -> str:
    bare = line.lstrip(" ")
    return " " * ((len(line) - len(bare)) // 4) + bare
