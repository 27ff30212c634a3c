"""The flash: an image file, every write and erase in order, and power that fails in one of them.

NOR flash: erasing sets a block of 4096 bytes to ones, programming only clears bits.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["BLOCK", "SIZE", "Cut", "Flash", "Operation", "images"]

BLOCK = 4096
SIZE = 2 << 20
"""The file system of a stock board with 4 MiB of flash."""
_LEAST = 2 * BLOCK
"""littlefs keeps its root in two blocks."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One write of bytes, or (`data` is None) one erase of a block."""

    address: int
    data: bytes | None = None
    at_us: int = field(default=0, compare=False)
    """Virtual microseconds since the board was made."""

    @property
    def length(self) -> int:
        """How many bytes it changes."""
        return BLOCK if self.data is None else len(self.data)

    def apply(self, image: bytearray, done: int | None = None) -> None:
        """Change an image; with `done`, only that many of the bytes, as when power is lost."""
        length = self.length if done is None else min(done, self.length)
        span = slice(self.address, self.address + length)
        if self.data is None:
            image[span] = b"\xff" * length
        else:
            new = int.from_bytes(image[span], "big") & int.from_bytes(self.data[:length], "big")
            image[span] = new.to_bytes(length, "big")


@dataclass(frozen=True, slots=True)
class Cut:
    """Power fails in the operation of this number (counted from 0), after `done` of its bytes."""

    operation: int
    done: int = 0


class PowerCutError(Exception):
    """The power is gone; whoever asked gets no answer."""


class Flash:
    """An image file. `operations` is all that was done to it since it was opened."""

    def __init__(
        self, path: Path, size: int = SIZE, now_us: Callable[[], int] = lambda: 0
    ) -> None:
        """Open the image, or make a blank one where there is no file, or an empty one.

        BlockingIOError: another board has it. ValueError: the file is no image; it is left alone.
        """
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(self._file)
        except BlockingIOError:
            os.close(self._file)
            raise
        self._now_us = now_us
        self.path = path
        self.size = os.fstat(self._file).st_size
        if self.size and (self.size < _LEAST or self.size % BLOCK):
            os.close(self._file)
            raise ValueError(
                f"not a flash image: it has {self.size} bytes, an image has a multiple of "
                f"{BLOCK}, {_LEAST} or more. Name another file, or one that is not there yet"
            )
        if self.size == 0:
            self.size = size
            for start in range(0, size, BLOCK):
                os.pwrite(self._file, b"\xff" * BLOCK, start)
        self.operations: list[Operation] = []
        self.cut: Cut | None = None

    def write(self, address: int, data: bytes) -> None:
        """Program bytes."""
        self._do(Operation(address, bytes(data), self._now_us()))

    def erase(self, block: int) -> None:
        """Set a block to ones."""
        self._do(Operation(block * BLOCK, None, self._now_us()))

    def image(self) -> bytes:
        """All of it, as it is now."""
        return os.pread(self._file, self.size, 0)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _do(self, operation: Operation) -> None:
        if operation.address + operation.length > self.size:
            raise ValueError("beyond the end of the flash")
        cut = self.cut
        done = None
        if cut is not None and len(self.operations) >= cut.operation:
            done = cut.done
        part = bytearray(os.pread(self._file, operation.length, operation.address))
        Operation(0, operation.data).apply(part, done)
        os.pwrite(self._file, part, operation.address)
        if done is not None:
            self.cut = None
            raise PowerCutError
        self.operations.append(operation)


def _lock(file: int) -> None:
    """Take the image for this board. BlockingIOError: another one has it.

    One that was let go may be held for some milliseconds more, by a process just being started.
    """
    for _ in range(25):
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def images(
    start: bytes, operations: Sequence[Operation], torn: Sequence[float] = (0.0, 0.5)
) -> Iterator[tuple[Cut, bytes]]:
    """Every image that a power cut could have left, with the cut; last, the one without a cut.

    `torn` says how much of the cut operation was done, as shares of its bytes. A cut before the
    first byte is the cut after the operation before.
    """
    image = bytearray(start)
    for number, operation in enumerate(operations):
        for share in torn:
            done = int(operation.length * share)
            variant = bytearray(image)
            operation.apply(variant, done)
            yield Cut(number, done), bytes(variant)
        operation.apply(image)
    yield Cut(len(operations)), bytes(image)
