# What goes into a node's own MicroPython image, for every board: see README.md. (A manifest of
# MicroPython's, docs/reference/manifest.rst; paths are relative to this file.)
# ruff: noqa: F821 - the names are the build's

# All of the port's modules but its _boot.py, which is replaced.
freeze(
    "$(PORT_DIR)/modules",
    ("apa106.py", "espnow.py", "flashbdev.py", "inisetup.py", "machine.py"),
)
include("$(MPY_DIR)/extmod/asyncio")

module("_boot.py")
# A frozen boot.py and main.py go before those of the file system (shared/runtime/pyexec.c); code
# in the file system's slots goes before the frozen.
module("boot.py", base_path="../firmware")
module("main.py", base_path="../firmware")
package("noctule", base_path="../firmware")
