"""One board's visit: connect, look, send, hear it run again; what goes wrong is a TroubleError."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from noctule.device.store import Copies

from sim.site.manifest import OWN_FILES
from tools.push import bare
from tools.push.bundle import Bundle, Signed
from tools.push.client import CODE, KEYS, OWN, Client, Hello, Read
from tools.push.home import TextError
from tools.push.line import Line, LineError, RefusedError
from tools.push.lit import lit_within
from tools.push.plan import Plan, now
from tools.push.record import Known
from tools.push.transport import PortError, Wire
from tools.push.words import TROUBLES

CONSOLE: Final = b"noctule> "
PROMPT: Final = b">>> "
_LOOK_S: Final = 10.0
"""To ask how much is free of a large flash, all of its directories are read (littlefs)."""
_FORMAT_S: Final = 60.0
"""For as long as a large flash takes to be erased."""
_START_S: Final = 45.0
_QUIET_S: Final = 660.0
"""A start may be put off for ten minutes, while somebody is lit by it (`update.leave`)."""

Told = Callable[[int], None]


class TroubleError(TextError):
    """What ended a visit."""

    texts = TROUBLES


def refusal(words: list[str], port: str) -> TroubleError:
    """What a node's refusal means."""
    key = f"refused-{words[0] if words else ''}"
    what = " ".join(words[1:])
    if key not in TROUBLES:
        key, what = "refused-other", " ".join(words)
    return TroubleError(key, port=port, what=what)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. `started`: the node has started anew. Bytes are those on the wire."""

    started: bool
    trial: bool
    sent: int
    received: int
    seconds: float


@contextlib.contextmanager
def visit(
    port: str, *, plain: bool = False, stop: Callable[[], bool] | None = None
) -> Iterator[tuple[Wire, Client]]:
    """The node on a port, stopped and listening: by its own updater, or (`plain`) by one that it
    is sent. Raises TroubleError, also for what goes wrong inside.

    A node that hears nothing more starts anew after ten seconds.
    """
    try:
        with Wire(port) as wire:
            wire.prompt(anew=plain)
            if plain:
                wire.load(bare.FIRST, bare.pieces())
            else:
                wire.serve()
            client = Client(Line(wire, stop=stop))
            try:
                yield wire, client
            except (RefusedError, LineError, TroubleError):
                with contextlib.suppress(RefusedError, LineError):
                    client.line.last(b"x")  # it goes on, now rather than after ten seconds
                raise
    except PortError as error:
        raise TroubleError(error.kind, port=port, said=error.args[0]) from None
    except LineError as error:
        if stop is not None and stop():
            raise TroubleError("stopped", port=port) from None
        said = error.said.decode(errors="replace")
        if "ImportError" in said or "no module named" in said:
            raise TroubleError("no-updater", port=port) from None
        raise TroubleError("mute", port=port, said=said[-400:].strip()) from None
    except RefusedError as error:
        raise refusal(error.words, port) from None


def has_files(port: str) -> bool:
    """Does the board have a file system? TroubleError, also where the answer is not to be
    understood."""
    said = _answer(port, bare.MOUNTED, _LOOK_S)
    if said not in ("mounted", "none"):
        raise TroubleError("gone", port=port)
    return said == "mounted"


def make_files(port: str) -> None:
    """A new file system, for a board that has none; the board itself refuses otherwise.
    TroubleError."""
    if _answer(port, bare.MAKE, _FORMAT_S) != "mounted":
        raise TroubleError("gone", port=port)


def _answer(port: str, program: bytes, within_s: float) -> str:
    """The line that a program prints."""
    try:
        with Wire(port) as wire:
            wire.prompt()
            return wire.answer(program, within_s).partition(b"\r\n")[0].decode(errors="replace")
    except PortError as error:
        raise TroubleError(error.kind, port=port, said=error.args[0]) from None


def look(port: str) -> Hello:
    """What the node on a port says of itself; it goes on as it was. TroubleError."""
    with visit(port) as (_, client):
        hello = client.hello()
        client.end(restart=not hello.runs)
        return hello


def carry_out(
    port: str,
    plan: Plan,
    bundle: Bundle,
    known: Known,
    told: Told,
    *,
    plain: bool = False,
    stop: Callable[[], bool] | None = None,
) -> Done:
    """Send what a plan says. `known`: manifests that it may have, so that only changes need
    travel. `told`: called with bytes of files, deflated, as they go. TroubleError; the node goes
    on as it was then, or as the new one."""
    began = time.monotonic()
    with visit(port, plain=plain, stop=stop) as (wire, client):
        hello = client.hello()
        for data, key, signature in plan.keysets:
            client.prove(KEYS, data, key, signature)
        restart = not hello.runs
        if plain and hello.left >= 0:
            with contextlib.suppress(RefusedError):  # nothing to go back to: repaired, then
                client.back()
        if plan.own is not None:
            base = known.text(hello.own)
            _send(client, OWN, plan.own, bundle, base, told, plain=plain)
            restart |= client.commit()
        if plan.code is not None:
            base = known.text(hello.code)
            _send(client, CODE, plan.code, bundle, base, told, plain=plain)
            client.switch(lit_within(_config(client, plan, hello, bundle), now()))
            restart = True
        client.end(restart)
        if restart:
            _hear(wire, port)
        return Done(
            restart, plan.code is not None and not plain, wire.sent, wire.received,
            time.monotonic() - began,
        )  # fmt: skip


def _config(client: Client, plan: Plan, hello: Hello, bundle: Bundle) -> bytes:
    """The configuration that the node goes by: its own, where it is not sent the bundle's."""
    meant = bundle.nodes[plan.node].manifest
    held = hello.own
    if plan.own is None and (held is None or not meant.digest.startswith(held.digest)):
        copies = {f"config.{i}": client.read(f"/keep/config.{i}") for i in range(2)}
        kept = Copies(Read(copies), "config", OWN_FILES["config"]).load()
        if kept is not None:
            return bytes(kept)
    return bundle.files[next(file.sha for file in meant.files if file.path == "config")]


def _send(
    client: Client,
    kind: bytes,
    signed: Signed,
    bundle: Bundle,
    base: bytes | None,
    told: Told,
    *,
    plain: bool,
) -> None:
    client.prove(kind, signed.text, signed.key, signed.signature, base or b"", plain, plain)
    for number in client.missing():
        client.file(number, bundle.files[signed.manifest.files[number].sha], told)


def _hear(wire: Wire, port: str) -> None:
    """Wait until the node runs. TroubleError: MicroPython's prompt came instead, or nothing."""
    end = time.monotonic() + _QUIET_S
    heard = b""
    silent_since = time.monotonic()
    while time.monotonic() < end:
        some = wire.hear(CONSOLE, 1.0)
        if some.strip(b"\r\n"):
            silent_since = time.monotonic()
        heard = (heard + some)[-4000:]
        if CONSOLE in heard:
            return
        if PROMPT in heard.rpartition(b"raw REPL")[2]:
            raise TroubleError(
                "not-running", port=port, said=heard.decode(errors="replace")[-800:]
            )
        if time.monotonic() - silent_since > _START_S:
            break
    raise TroubleError("not-heard", port=port)
