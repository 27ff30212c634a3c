"""What a PC asks of a node: requests of `noctule.update.requests`, in words of Python."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from tools.push.line import MOST, Line, RefusedError

CODE: Final = b"c"
OWN: Final = b"n"
KEYS: Final = b"k"


@dataclass(frozen=True, slots=True)
class Held:
    """A manifest that a node has: its number, the first 8 bytes of its digest, its version."""

    sequence: int
    digest: bytes
    version: str = ""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a node says of itself; None or "" where there is no node, or it does not run.

    `mpy`: sys.implementation._mpy. `left`: starts left of a trial, -1: none is under way. `why`: a
    letter of `noctule.update.slots`, after a trial that was taken back. `free`, `block`: bytes of
    flash. `time`: quality, day, second. `light`: percent of light, and of output.
    """

    machine: str
    runtime: tuple[int, ...]
    mpy: int
    slot: str
    left: int
    why: str
    code: Held | None
    own: Held | None
    floor: int
    keys: int
    free: int
    block: int
    node: str = ""
    site: str = ""
    board: str = ""
    up: int | None = None
    time: tuple[int, ...] | None = None
    faults: int | None = None
    light: tuple[int, ...] | None = None
    memory: int | None = None
    text: str = field(default="", repr=False)

    @property
    def runs(self) -> bool:
        """Is a node in memory, stopped for this?"""
        return self.up is not None


def _held(words: str) -> Held | None:
    number, digest, *version = words.split()
    return None if digest == "-" else Held(int(number), bytes.fromhex(digest), *version[:1])


def _hello(text: str) -> Hello:
    said = dict(line.partition(" ")[::2] for line in text.splitlines())

    def numbers(name: str) -> tuple[int, ...] | None:
        return tuple(map(int, said[name].split())) if name in said else None

    def number(name: str) -> int | None:
        return int(said[name]) if name in said else None

    runtime, _, mpy = said["runtime"].partition(" mpy ")
    slot, left, *why = said["slot"].split()
    free, block = said["free"].split()
    return Hello(
        machine=said["machine"],
        runtime=tuple(map(int, runtime.split("."))),
        mpy=int(mpy),
        slot=slot,
        left=int(left),
        why=why[0] if why else "",
        code=_held(said["code"]),
        own=_held(said["own"]),
        floor=int(said["floor"]),
        keys=int(said["keys"]),
        free=int(free),
        block=int(block),
        node=said.get("node", ""),
        site=said.get("site", ""),
        board=said.get("board", ""),
        up=number("up"),
        time=numbers("time"),
        faults=number("faults"),
        light=numbers("light"),
        memory=number("memory"),
        text=text,
    )


def packed(data: bytes) -> bytes:
    """Deflated for a window of 1 KiB, without head and tail."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -10, 9)
    return packer.compress(data) + packer.flush()


def steps(text: bytes, base: bytes) -> list[bytes]:
    """How a manifest comes out of another: what fits into a frame each (`update.receive`)."""
    old, new = base.splitlines(keepends=True), text.splitlines(keepends=True)
    made: list[bytes] = []
    for what, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what == "equal":
            made += _counted(b"C", b - a)
        else:
            made += _counted(b"S", b - a)
            made += _text(new[c:d])
    return made


def _text(lines: Sequence[bytes]) -> list[bytes]:
    """Lines as steps, deflated by as many as a step holds; one that does not fit goes as it is."""
    made: list[bytes] = []
    some = b""
    for line in lines:
        if len(packed(some + line)) > MOST - 2:
            made += _literal(some)
            some = b""
        some += line
    return made + _literal(some)


def _literal(data: bytes) -> list[bytes]:
    short = packed(data)
    return literal(b"Z", short) if len(short) <= MOST - 2 else literal(b"L", data)


def _counted(letter: bytes, count: int) -> list[bytes]:
    return [letter + bytes((min(255, count - at),)) for at in range(0, count, 255)]


def literal(letter: bytes, data: bytes) -> list[bytes]:
    """Bytes as steps."""
    most = MOST - 2
    pieces = [data[at : at + most] for at in range(0, len(data), most)]
    return [letter + bytes((len(piece),)) + piece for piece in pieces]


def joined(parts: Sequence[bytes]) -> list[bytes]:
    """Steps, as many as fit in each frame."""
    frames: list[bytes] = []
    for part in parts:
        if frames and len(frames[-1]) + len(part) <= MOST:
            frames[-1] += part
        else:
            frames.append(part)
    return frames


class Read:
    """Files that were read from a node, as `noctule.device.store` wants them."""

    def __init__(self, files: dict[str, bytes | None]) -> None:
        """Files by name; None: it is not there."""
        self._files = files

    def read(self, name: str, most: int) -> bytes | None:
        """At most so many bytes of one."""
        data = self._files.get(name)
        return None if data is None else data[:most]


class Client:
    """The node at the other end of a line."""

    def __init__(self, line: Line) -> None:
        """Nothing is asked yet."""
        self.line = line

    def hello(self) -> Hello:
        """Who it is."""
        text = b""
        while True:
            part = self.line.ask(b"h", len(text).to_bytes(2, "little"))
            text += part
            if len(part) < MOST:
                return _hello(text.decode())

    def prove(
        self,
        kind: bytes,
        text: bytes,
        key: bytes,
        signature: bytes,
        base: bytes = b"",
        anyone: bool = False,
        repair: bool = False,
    ) -> None:
        """Send a manifest or key set, as changes of the one that the node has (`base`: b"": it has
        none that is known here). `anyone`: the node may become another luminaire's; `repair`: it
        may be the very one that it has. RefusedError."""
        name = hashlib.sha256(base).digest()[:8] if base else b""
        try:
            self.line.ask(b"m", kind + name)
        except RefusedError as error:
            if error.words[:1] != ["base"] or not base:
                raise
            base = b""
            self.line.ask(b"m", kind)
        for data in joined([*steps(text, base), *literal(b"G", key + signature)]):
            self.line.ask(b"d", data)
        self.line.ask(b"v", b"i" * anyone + b"r" * repair)

    def missing(self) -> list[int]:
        """Which files of the manifest have to travel, by their places in it."""
        bits = self.line.ask(b"p")
        return [i for i in range(8 * len(bits)) if bits[i >> 3] >> (i & 7) & 1]

    def file(self, number: int, data: bytes, told: Callable[[int], None] | None = None) -> None:
        """Send a file; `told` is called with each piece's bytes of it, deflated."""
        body = packed(data)
        for attempt in range(3):
            self.line.ask(b"f", bytes((number,)) + len(body).to_bytes(3, "little"))
            try:
                for at in range(0, len(body), MOST):
                    self.line.ask(b"d", body[at : at + MOST])
                    if told is not None:
                        told(min(MOST, len(body) - at))
                self.line.ask(b"e", bytes((number,)))
                return
            except RefusedError as error:
                if error.words[:1] != ["file"] or attempt == 2:
                    raise

    def commit(self) -> bool:
        """The node's own files count; whether it has to start anew for it."""
        return self.line.ask(b"c") == b"r"

    def switch(self, lit_within: int) -> None:
        """The code counts from the next start on, on trial; it must have lit within so many
        minutes of mains (0: it need not)."""
        self.line.ask(b"w", lit_within.to_bytes(2, "little"))

    def back(self) -> None:
        """To the other slot, from the next start on."""
        self.line.ask(b"b")

    def set_time(self, day: int, second: int) -> None:
        """The time: day number since 2000, second of the day, UTC."""
        self.line.ask(b"t", day.to_bytes(2, "little") + second.to_bytes(3, "little"))

    def read(self, path: str) -> bytes | None:
        """A file of the node's that it tells; None: it is not there."""
        data = b""
        while True:
            try:
                part = self.line.ask(b"g", len(data).to_bytes(3, "little") + path.encode())
            except RefusedError as error:
                if error.words[:1] == ["nothing"]:
                    return None
                raise
            data += part
            if len(part) < MOST:
                return data

    def end(self, restart: bool) -> None:
        """That was all: the node goes on, or starts anew when nobody is there whom it lights."""
        self.line.ask(b"x", b"r" if restart else b"")
