"""One way of a serial line: how many bytes have come over by now."""

import time

__all__ = ["Pace"]

_PIECE = 16
"""Bytes that are worth waking up for, where more are on their way: 1.4 ms at 115,200 baud."""
_LATE_S = 0.01
"""Lateness that is made up for. More is lost: bytes must not come in a burst that no line has."""
_BITS = 10
"""Bits of a byte on the line: start, eight, stop."""


class Pace:
    """Reckons in real time. Bytes wait at the sender's end, and each takes its time to go."""

    def __init__(self, baud: int | None) -> None:
        """`baud`: bits a second; None: all goes at once. ValueError: less than 1."""
        if baud is not None and baud < 1:
            raise ValueError("a serial line has at least 1 baud")
        self._byte_s = _BITS / baud if baud else 0.0
        self._since: float | None = None
        """When the next byte's start bit went, as `time.monotonic`; None: nothing was waiting."""

    def due(self, waiting: int) -> int:
        """How many of the bytes that wait have come over by now."""
        if not waiting or not self._byte_s:
            self._since = None
            return waiting
        now = time.monotonic()
        if self._since is None:
            self._since = now
        late = _LATE_S + _PIECE * self._byte_s
        self._since = max(self._since, now - late)
        return min(waiting, int((now - self._since) / self._byte_s))

    def went(self, count: int) -> None:
        """So many of those that were due have been passed on."""
        if self._since is not None:
            self._since += count * self._byte_s

    def wait_s(self, waiting: int) -> float:
        """Seconds until it is worth passing on what waits; 0: now."""
        missing = min(waiting, _PIECE) - self.due(waiting)
        if self._since is None or missing <= 0:
            return 0.0
        return max(0.0, self._since + min(waiting, _PIECE) * self._byte_s - time.monotonic())
