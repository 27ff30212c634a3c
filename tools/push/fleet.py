"""Many boards: looked at side by side, then one first, and the others if it succeeds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from tools.push.visit import TroubleError

T = TypeVar("T")

MOST_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of one board: `value`, or `trouble`; neither: it was not touched."""

    port: str
    value: T | None = None
    trouble: TroubleError | None = None


class Fleet:
    """`stop` is set by whoever wants it to end."""

    def __init__(self) -> None:
        """Nothing runs."""
        self.stopped = threading.Event()

    def stop(self) -> bool:
        """Is it to end?"""
        return self.stopped.is_set()

    def each(
        self, ports: Sequence[str], do: Callable[[str], T], most_failures: int | None = None
    ) -> list[Outcome[T]]:
        """Do something with each board, side by side; after so many failures begin no more.

        Ctrl-C: those that run are told to end (`stop`), and waited for; what came of them is still
        told.
        """

        enough = threading.Event()

        def one(port: str) -> Outcome[T]:
            if self.stop() or enough.is_set():
                return Outcome(port)
            try:
                return Outcome(port, do(port))
            except TroubleError as trouble:
                return Outcome(port, trouble=trouble)
            except (ValueError, LookupError, OSError) as error:  # a node that says what it may not
                return Outcome(port, trouble=TroubleError("mute", port=port, said=repr(error)))

        failures = 0
        with ThreadPoolExecutor(max_workers=min(MOST_AT_ONCE, max(1, len(ports)))) as pool:
            running: set[Future[Outcome[T]]] = {pool.submit(one, port) for port in ports}
            futures = list(running)
            try:
                while running:
                    done, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                    failures += sum(each.result().trouble is not None for each in done)
                    if most_failures is not None and failures >= most_failures:
                        enough.set()
            except KeyboardInterrupt:
                self.stopped.set()
                wait(running)
            outcomes = {each.result().port: each.result() for each in futures}
        return [outcomes[port] for port in ports]
