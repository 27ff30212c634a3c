"""The idle slot: what of it is there already, what has to travel, and the switch to it.

A file that the running slot has too is copied from there; the others come deflated (a window of
1 KiB), are inflated into place, read back and hashed. So whatever ended the push before, the next
one goes on from there: only files count that hash as the manifest says.
"""

import os

from deflate import RAW, DeflateIO

from ..brain.const import const
from .manifest import Manifest, RefusedError, digest_of
from .settle import begin_trial
from .slots import STARTS, idle, other, point, put, raise_floor, remove, there

_PIECE = const(512)
_BITS = const(25)  # bytes: a bit for each file that there may be
_WINDOW = const(10)  # 2 ** 10 bytes
_PART = "/.part"
_SPARE = const(8)  # blocks that stay free, for what a node writes by itself


class Fill:
    """folder: of the idle slot; from_: of the running one, or "". manifest: Manifest. live(): what
    goes on meanwhile."""

    def __init__(self, folder: str, from_: str, manifest, live) -> None:
        self._folder = folder
        self._from = from_
        self._manifest = manifest
        self._live = live
        self._room = 0
        self._file = None

    def prepare(self) -> bytearray:
        """Which files have to travel: a bit each, in the manifest's order. What else is in the
        slot goes, and it is no slot to go back to from here on. RefusedError: no space; nothing
        has been changed."""
        self._check_space()
        folder = self._folder
        if there(folder + "/manifest"):
            os.remove(folder + "/manifest")
        self._clear(folder, "")
        bits = bytearray(_BITS)

        def one(number, digest, size, path):
            self._live()
            if not self._is(folder + "/" + path, digest):
                if self._from and self._is(self._from + "/" + path, digest):
                    self._copy(self._from + "/" + path, self._made(path))
                    if not self._is(folder + "/" + path, digest):
                        raise OSError(5)
                else:
                    bits[number >> 3] |= 1 << (number & 7)

        self._manifest.each(one)
        return bits

    def begin(self, size: int) -> None:
        """A file comes, of so many deflated bytes."""
        self.stop()
        self._room = size
        self._file = open(self._folder + _PART, "wb")

    def take(self, data) -> None:
        """Bytes of it. RefusedError: more than were said."""
        self._room -= len(data)
        if self._file is None or self._room < 0:
            raise RefusedError("long")
        self._file.write(data)

    def stop(self) -> None:
        """Nothing more of it comes."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def end(self, number: int) -> None:
        """It has come: that file of the manifest. RefusedError: it is not what the manifest says,
        and is not kept."""
        self.stop()
        digest, size, path = self._manifest.file(number)
        goal = self._made(path)
        good = False
        try:
            good = self._inflate(goal, size) and self._is(goal, digest)
        finally:
            os.remove(self._folder + _PART)
            if not good and there(goal):
                os.remove(goal)
        if not good:
            raise RefusedError("file", path)

    def whole(self) -> None:
        """RefusedError: a file is not there as the manifest says."""

        def one(number, digest, size, path):
            if not self._is(self._folder + "/" + path, digest):
                raise RefusedError("file", path)

        self._manifest.each(one)

    def _inflate(self, goal: str, size: int) -> bool:
        """Whether that many bytes came of it, and no more."""
        piece = bytearray(_PIECE)
        view = memoryview(piece)
        with open(self._folder + _PART, "rb") as packed, open(goal, "wb") as file:
            source = DeflateIO(packed, RAW, _WINDOW)
            try:
                while True:
                    count = source.readinto(piece)
                    if not count:
                        return size == 0
                    size -= count
                    if size < 0:
                        return False
                    file.write(view[:count])
                    self._live()
            except (OSError, EOFError) as error:
                if error.args and error.args[0] == 28:  # ENOSPC
                    raise
                return False  # not deflated, or cut short

    def _copy(self, source: str, goal: str) -> None:
        piece = bytearray(_PIECE)
        view = memoryview(piece)
        with open(source, "rb") as old, open(goal, "wb") as new:
            while True:
                count = old.readinto(piece)
                if not count:
                    return
                new.write(view[:count])
                self._live()

    def _is(self, path: str, digest: str) -> bool:
        try:
            return digest_of(path, self._live).hex() == digest
        except OSError:
            return False

    def _made(self, path: str) -> str:
        """Where a file goes; its folders are made."""
        at = path.find("/")
        while at >= 0:
            folder = self._folder + "/" + path[:at]
            if not there(folder):
                os.mkdir(folder)
            at = path.find("/", at + 1)
        return self._folder + "/" + path

    def _clear(self, folder: str, inside: str) -> None:
        """Remove what the manifest does not name."""
        for entry in [found[0] for found in os.ilistdir(folder)]:
            path = inside + entry
            if path == "manifest.new":
                continue
            if os.stat(folder + "/" + entry)[0] & 0x4000:
                if self._manifest.has(path + "/"):
                    self._clear(folder + "/" + entry, path + "/")
                    continue
            elif self._manifest.has(path):
                continue
            remove(folder + "/" + entry)

    def _check_space(self) -> None:
        """What the slot holds will be free; an old file is, once the new one is there."""
        space = os.statvfs("/")
        block = space[0]
        blocks = [0, 0]  # of all, and of the largest

        def one(number, digest, size, path):
            count = -(-size // block)
            blocks[0] += count
            if count > blocks[1]:
                blocks[1] = count

        self._manifest.each(one)
        needed, largest = blocks
        have = space[3] + _blocks(self._folder, block)
        if needed + 2 * largest + _SPARE > have:
            raise RefusedError("space", (needed + 2 * largest + _SPARE) * block)


def _blocks(folder: str, block: int) -> int:
    count = 0
    for found in os.ilistdir(folder):
        if found[1] & 0x4000:
            count += _blocks(folder + "/" + found[0], block)
        else:
            count += os.stat(folder + "/" + found[0])[6] // block
    return count


def request(session, name: str, data) -> bytes:
    """p f e w, of session.py."""
    fill = session.work
    if fill is None:
        folder = "/" + session.slot
        fill = session.work = Fill(
            idle(session.slot), folder if there(folder) else "", session.manifest, session.live
        )
    if name == "p":
        return fill.prepare()
    if name == "f":
        fill.begin(int.from_bytes(data[1:4], "little"))
        session.coming = fill
    elif name == "e":
        session.coming = None
        fill.end(data[0])
    elif name == "w":
        fill.whole()
        _switch(session, idle(session.slot), int.from_bytes(data[:2], "little"))
    else:
        raise RefusedError("order")
    return b""


def _switch(session, folder: str, lit_within: int) -> None:
    """The idle slot runs from the next start on: on trial, unless there is none to go back to."""
    terms = STARTS
    running = "/" + session.slot
    try:
        if session.repair or not there(running + "/manifest"):
            terms = ""
        else:
            Fill(running, "", Manifest(running + "/manifest"), session.live).whole()
    except RefusedError:
        terms = ""  # what runs, or does not, is nothing to go back to
    if terms:
        begin_trial(lit_within, session.faults())
    os.rename(folder + "/manifest.new", folder + "/manifest")
    if not terms and there(folder + "/main.py"):
        with open(folder + "/main.py", "rb") as file:
            put("/main.py", file.read())  # nothing that runs here would do it
    point(folder[1:], terms)
    session.again()


def back(session) -> None:
    """b: to the other slot, whose files must all be there. It was left for a reason, or never ran:
    so it is on trial then, unless it is the kept one of a trial that this ends."""
    slot = other(session.slot)
    folder = "/" + slot
    if not there(folder + "/manifest") or (session.left < 0 and session.why):
        raise RefusedError("nothing")
    Fill(folder, "", Manifest(folder + "/manifest"), session.live).whole()
    if session.left < 0:
        raise_floor(session.files, Manifest("/" + session.slot + "/manifest").number("sequence"))
        begin_trial(0, session.faults())
        point(slot, STARTS)
    else:
        with open(folder + "/main.py", "rb") as file:
            put("/main.py", file.read())
        point(slot, "!r")
    session.again()
