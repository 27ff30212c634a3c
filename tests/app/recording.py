"""A node that says what it writes to its flash, and the record of it: writes and operations."""

import re
from bisect import bisect
from dataclasses import dataclass, field
from pathlib import Path

from noctule.device.store import Log

from sim.board.flash import Operation
from tests.app.node import Node
from tests.device.twins import Disk, Write, apply

# On the node: each write is told on the serial line before it is done.
TELLING = """\
import noctule.compose
from noctule.device.store import Files

class Telling(Files):
    def replace(self, name, data):
        print("#writes replace", name, 0, data.hex())
        super().replace(name, data)

    def write_at(self, name, at, data):
        print("#writes write_at", name, at, data.hex())
        super().write_at(name, at, data)

noctule.compose.Files = Telling
"""
_WRITE = re.compile(r"#writes (\w+) (\S+) (\d+) ([0-9a-f]*)\r\n")


@dataclass
class Record:
    """`start`: the flash's image. `writes`: (number of its first operation, (kind, file, place,
    data)) each. `files`: what was in /keep at the start."""

    start: bytes
    files: dict[str, bytes]
    operations: list[Operation] = field(default_factory=list)
    writes: list[tuple[int, Write]] = field(default_factory=list)

    def models(self) -> list[dict[str, bytes]]:
        """What is in /keep before each write; last, after all of them."""
        files = dict(self.files)
        found = [dict(files)]
        for _, write in self.writes:
            apply(files, write)
            found.append(dict(files))
        return found

    def names(self) -> list[str]:
        """The file of each write."""
        return [name for _, (_, name, _, _) in self.writes]

    def write_of(self, operation: int) -> int:
        """Number of the write that an operation belongs to; -1: before the first."""
        return bisect([first for first, _ in self.writes], operation) - 1


def files_of(folder: Path) -> dict[str, bytes]:
    """A folder's files by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def tell(folder: Path) -> None:
    """Have a node's tree tell what it writes."""
    (folder / "telling.py").write_text(TELLING)
    main = (folder / "main.py").read_text()
    assert main.count("    from noctule.app import run\n") == 1
    run = "    import telling\n    from noctule.app import run\n"
    (folder / "main.py").write_text(main.replace("    from noctule.app import run\n", run))


def fill_log(folder: Path, count: int) -> None:
    """A log with so many events: how it goes round is seen in one night."""
    disk = Disk()
    log = Log(disk)
    for number in range(count):
        log.add(200, number, 9000, number)
    for name, data in disk.files.items():
        (folder / "keep" / name).write_bytes(data)


def writes_in(text: str) -> list[Write]:
    """The writes that are told in what a node printed."""
    return [_write(found) for found in _WRITE.finditer(text)]


def _write(found: re.Match[str]) -> Write:
    kind, name, at, data = found.groups()
    return kind, name, int(at), bytes.fromhex(data)


class Recorder:
    """Follows a node from before its start; `record()` when it has run."""

    def __init__(self, node: Node, folder: Path) -> None:
        self._board = board = node.board
        self._record = Record(board.flash.image(), files_of(folder / "tree" / "keep"))
        self._text = ""
        self._ends: list[int] = []  # of the pieces of text
        self._numbers: list[int] = []  # operations done when each piece came
        add = board.serial.add

        def watched(at_us: int, text: bytes) -> None:
            # A piece of text comes before the answer to the question that follows it.
            self._text += text.decode("utf-8", "replace")
            self._ends.append(len(self._text))
            self._numbers.append(len(board.flash.operations))
            add(at_us, text)

        board.serial.add = watched

    def record(self) -> Record:
        record = self._record
        record.operations = list(self._board.flash.operations)
        for found in _WRITE.finditer(self._text):
            first = self._numbers[bisect(self._ends, found.start())]
            record.writes.append((first, _write(found)))
        return record
