"""Power cuts, all of them: every image that one could have left is mounted and checked.

Record what a board does to its flash (`board.flash.operations`), with the image it began with;
`sweep` rebuilds what each cut would leave, torn writes too, and runs a check in real MicroPython
on each: some milliseconds an image, since all are mounted in one process.
"""

import json
import os
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.board.flash import Cut, Operation
from sim.runtimes import micropython_command

__all__ = ["Found", "SweepError", "sweep"]

_GUEST = Path(__file__).resolve().parent / "guest"
_HEAP = 64 << 20


class SweepError(Exception):
    """The check cannot run at all: what the interpreter said."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the check said of the image that a cut leaves."""

    cut: Cut
    text: str | None
    """What `check` returned, as text; None if there is an `error`."""
    error: str | None
    """The traceback of what it raised, or that the image cannot be mounted."""


def sweep(
    start: bytes,
    operations: Sequence[Operation],
    check: str,
    *,
    torn: Sequence[float] = (0.0, 0.5),
    every: int = 1,
    paths: Sequence[Path] = (),
) -> Iterator[Found]:
    """Run a check on each image that a power cut could have left; last, on the one without a cut.

    `check`: MicroPython source with a function `check(root)`, called with the flash mounted at
    `root` ("/", as on a node); what it returns is `Found.text`. It may write: each image is its
    own. Files are to be closed by `with`. `paths`: folders of the PC to import from. `torn`: how
    much of the cut operation was done, as shares of its bytes. `every`: look at each so many-th
    operation only. SweepError: the check's own fault.
    """
    with tempfile.TemporaryDirectory(prefix="noctule-sweep-") as name:
        folder = Path(name)
        (folder / "check.py").write_text(check)
        (folder / "start.img").write_bytes(start)
        with open(folder / "operations", "wb") as file:
            for each in operations:
                file.write(struct.pack("<IIB", each.address, each.length, each.data is None))
                file.write(each.data or b"")
        given = (
            str(folder / "check.py"),
            str(folder / "start.img"),
            str(folder / "operations"),
            tuple(torn),
            every,
            [str(path.resolve()) for path in paths],
        )
        code = f"import sys; sys.path[:] = [{str(_GUEST)!r}]\nimport sweeping\n"
        code += f"sweeping.main(*{given!r})"
        with subprocess.Popen(
            [*micropython_command(), "-X", f"heapsize={_HEAP}", "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "TZ": "UTC"},
        ) as guest:
            assert guest.stdout is not None
            try:
                yield from _found(guest.stdout, len(operations))
            finally:
                guest.kill()


def _found(lines: Iterator[str], operations: int) -> Iterator[Found]:
    """The answers; what else is printed is told if they end too early."""
    said: list[str] = []
    for line in lines:
        try:
            number, done, text, error = json.loads(line)
        except (TypeError, ValueError):
            said.append(line)
            continue
        yield Found(Cut(number, done), text, error)
        if number == operations:
            return
    raise SweepError("".join(said).strip() or "the interpreter ended without a word")
