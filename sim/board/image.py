"""A flash image that holds a tree of files, as an installer's copying would leave it.

Made by littlefs itself, in real MicroPython, without a serial line: in about a second.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from sim.board.flash import BLOCK, SIZE
from sim.runtimes import micropython_command

__all__ = ["write_image"]

_GUEST = Path(__file__).parent / "guest" / "fill.py"


def write_image(folder: Path, image: Path, size: int = SIZE) -> None:
    """Write an image of `size` bytes whose root holds what is in `folder`. RuntimeError: it does
    not fit, with what the interpreter said."""
    blocks = str(size // BLOCK)
    command = [*micropython_command(), "-X", f"heapsize={4 * size + (8 << 20)}"]
    done = subprocess.run(
        [*command, str(_GUEST), str(folder.resolve()), str(image.resolve()), blocks],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
