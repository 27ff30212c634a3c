"""How flash wears: bytes and erases a day, by file, and the years that it lasts.

From what was done to a `Flash` (`board.flash.operations`). A block of NOR flash stands some
100,000 erases; the one that was erased most often is taken to go on at that rate for ever. But
littlefs moves a folder's own two blocks after 100 erases (block_cycles, extmod/vfs_lfsx.c), and
takes other blocks in turn: measured over a few days, the years come out too few.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.board.flash import BLOCK, Operation

__all__ = ["CYCLES", "Wear", "by_file", "wear_of", "years"]

CYCLES = 100_000
"""Erases that a block stands, by the data sheets of the flash chips on ESP32 modules."""

_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Wear:
    """What was done to the flash."""

    writes: int
    """Program operations."""
    bytes: int
    """Programmed."""
    erases: int
    """Of blocks of 4 KiB."""
    worst: int
    """Erases of the block that was erased most often."""
    blocks: int
    """How many were erased at all."""


def wear_of(operations: Iterable[Operation]) -> Wear:
    """Count operations."""
    erases: Counter[int] = Counter()
    writes = written = 0
    for operation in operations:
        if operation.data is None:
            erases[operation.address // BLOCK] += 1
        else:
            writes += 1
            written += operation.length
    worst = max(erases.values(), default=0)
    return Wear(writes, written, erases.total(), worst, len(erases))


def by_file(operations: Sequence[Operation], firsts: Sequence[tuple[int, str]]) -> dict[str, Wear]:
    """Count operations by file. `firsts`: number of the first operation of each write, rising, and
    the file that it goes to; what comes before the first is under ""."""
    marks = [(0, ""), *firsts, (len(operations), "")]
    own: dict[str, list[Operation]] = {}
    for (first, name), (end, _) in zip(marks, marks[1:], strict=False):
        own.setdefault(name, []).extend(operations[first:end])
    return {name: wear_of(some) for name, some in own.items() if some}


def years(worst: int, days: float, cycles: int = CYCLES) -> float:
    """Until a block has that many erases, if it had `worst` of them in so many days."""
    return cycles / worst * days / _YEAR if worst else float("inf")
