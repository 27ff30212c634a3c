"""What a node would get of a bundle, from what it says of itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from tools.push.bundle import Bundle, Signed
from tools.push.client import Hello, packed
from tools.push.keys import KeySet

Parts = Literal["all", "code", "config"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent. `own`, `code`: None where the node has it already, or is not to get it.
    `keysets`: those that it lacks, in order. `refusal`: why nothing can be, a key of TEXTS and its
    parameters."""

    node: str
    hello: Hello
    keysets: tuple[KeySet, ...] = ()
    own: Signed | None = None
    code: Signed | None = None
    refusal: tuple[str, dict[str, str]] | None = None

    @property
    def nothing(self) -> bool:
        """There is nothing to be done."""
        return not (self.keysets or self.own or self.code or self.refusal)


def plan(hello: Hello, bundle: Bundle, parts: Parts = "all", node: str | None = None) -> Plan:
    """`node`: the luminaire that the board is to become, whatever it says that it has; None: the
    one that it is, and only what it lacks."""
    name = node or hello.node
    if not name:
        return Plan("", hello, refusal=("nobody-yet", {}))
    own = bundle.nodes.get(name)
    if own is None or (node is None and hello.site != own.manifest.site):
        known = ", ".join(sorted(bundle.nodes)[:8])
        return Plan(
            name, hello,
            refusal=("not-in-bundle", {"node": name, "site": hello.site, "known": known}),
        )  # fmt: skip
    board = own.manifest.board
    if hello.board and node is None and hello.board != board:
        return Plan(name, hello, refusal=("board", {"board": hello.board, "meant": board}))
    code = bundle.codes.get(board)
    if parts != "config" and code is None:
        return Plan(name, hello, refusal=("no-code", {"board": board}))
    send_own = parts != "code" and (bool(node) or not _same(hello.own, own))
    send_code = (
        code is not None and parts != "config" and (bool(node) or not _same(hello.code, code))
    )
    if hello.left >= 0 and not node and (send_own or send_code):
        return Plan(name, hello, refusal=("trial", {}))
    return Plan(
        name,
        hello,
        keysets=tuple(keyset for keyset in bundle.keysets if keyset.number > hello.keys),
        own=own if send_own else None,
        code=code if send_code else None,
    )


def _same(held: object, signed: Signed) -> bool:
    digest = getattr(held, "digest", b"")
    return bool(digest) and signed.manifest.digest.startswith(digest)


def weight(signed: Signed, bundle: Bundle, there: bytes | None) -> int:
    """Bytes of files that travel, deflated. `there`: text of the manifest that the node has, or
    None: it is not known here, and all may have to."""
    has = (
        set()
        if there is None
        else {line.split()[1] for line in there.split(b"\n") if line.startswith(b"file ")}
    )
    return sum(
        len(packed(bundle.files[file.sha]))
        for file in signed.manifest.files
        if file.sha.encode() not in has
    )


def now() -> dt.datetime:
    """The PC's time."""
    return dt.datetime.now(dt.UTC)
