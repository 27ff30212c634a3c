"""A serial line between the PC and a board that has a speed, and on which things go wrong."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable

TO_NODE, TO_PC = "to node", "to PC"
Fault = Callable[[str, int, bytes], bytes | None]
"""Given the direction, how many bytes went before, and the bytes: what goes on; None: cut."""


class BadLine:
    """`port` is where the PC connects. `baud`: bytes go at a tenth of it a second, each way; None:
    as fast as they come. `passed`: bytes so far, each way; `log`: what they were; `ahead`: the
    most that ever went to the node without a byte from it."""

    def __init__(self, port: str, *, baud: int | None = None, fault: Fault | None = None) -> None:
        self.passed = {TO_NODE: 0, TO_PC: 0}
        self.log = {TO_NODE: bytearray(), TO_PC: bytearray()}
        self.cut = False
        self.ahead = self._unanswered = 0
        self._rate = None if baud is None else baud / 10
        self._fault = fault
        self._board = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._master, self._slave = pty.openpty()
        for line in (self._board, self._slave):
            tty.setraw(line)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._stop = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> BadLine:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self._thread.join()
        for line in (self._board, self._master, self._slave):
            os.close(line)

    @property
    def total(self) -> int:
        """Bytes both ways."""
        return sum(self.passed.values())

    def _run(self) -> None:
        ways = {TO_NODE: (self._master, self._board), TO_PC: (self._board, self._master)}
        free = dict.fromkeys(ways, time.monotonic())
        while not self._stop:
            now = time.monotonic()
            ready = [way for way in ways if self._rate is None or free[way] <= now]
            # Until a way is free again that is not, at the latest.
            wait = min([0.02, *(free[way] - now for way in ways if way not in ready)])
            reads, _, _ = select.select([ways[way][0] for way in ready], [], [], max(0.0, wait))
            for way in ready:
                source, goal = ways[way]
                if source not in reads:
                    continue
                # Some milliseconds' worth at a time, as USB adapters have it.
                most = 4096 if self._rate is None else max(1, round(self._rate / 100))
                with contextlib.suppress(OSError):
                    self._pass(way, os.read(source, most), goal)
                if self._rate is not None:
                    gone = self._last / self._rate
                    free[way] = max(free[way], now - 0.01) + gone

    _last = 0

    def _pass(self, way: str, data: bytes, goal: int) -> None:
        self._last = len(data)
        if self._fault is not None and not self.cut:
            changed = self._fault(way, self.passed[way], data)
            if changed is None:
                self.cut = True
            else:
                data = changed
        self.passed[way] += self._last
        self._unanswered = self._unanswered + self._last if way == TO_NODE else 0
        self.ahead = max(self.ahead, self._unanswered)
        if self.cut:
            return
        self.log[way] += data
        while data and not self._stop:
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(goal, data) :]
            if data:
                time.sleep(0.001)
