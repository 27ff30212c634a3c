"""Pulses sent by the RMT, and levels sampled by the SPI: what a line on two pins sees of both.

ports/esp32/esp32_rmt.c over ESP-IDF's rmt_tx: a channel begins at a low level whatever its idle
level, which counts from the first pulses on; a new sequence waits for the end of the last.
"""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from sim.board.parts.part import Host, Part, RefusedError

__all__ = ["Line", "Pulses"]

_SECOND = 1_000_000
_NOT_FOUND = 261  # ESP_ERR_NOT_FOUND


@runtime_checkable
class Line(Protocol):
    """Something between a pin that sends and a pin that listens, such as a DALI bus."""

    tx: int
    rx: int

    def sent(self, start_us: int, pulses: Iterable[tuple[int, int]]) -> None:
        """The chip drives tx: levels, each for so many microseconds."""

    def samples(self, start_us: int, hz: int, size: int) -> bytes:
        """Levels of rx from an instant on, eight to a byte, the first on top."""


class Pulses:
    """The chip's RMT channels and what its SPI controllers read."""

    def __init__(self, host: Host, parts: dict[str, Part], channels: int) -> None:
        self._host = host
        self._parts = parts
        self._channels = channels
        self._ends: dict[int, int] = {}  # of each pin with a channel: when its last pulse ends

    def reset(self) -> None:
        """No channel is open any more."""
        self._ends.clear()

    def answer(self, words: list[str], data: bytes) -> tuple[str, bytes]:
        """One question."""
        what, *rest = words
        numbers = [int(word) for word in rest]
        match what:
            case "rmt.open":
                if numbers[0] not in self._ends and len(self._ends) >= self._channels:
                    raise RefusedError("OSError", f"-{_NOT_FOUND}")
                self._ends[numbers[0]] = 0
            case "rmt.close":
                self._ends.pop(numbers[0], None)
            case "rmt.left":
                return str(max(0, self._ends[numbers[0]] - self._host.now_us())), b""
            case "rmt.send":
                self._send(numbers[0], numbers[1], data)
            case "spi.read":
                return "", self._read(*numbers)
            case _:
                raise KeyError(what)
        return "", b""

    def _send(self, pin: int, hz: int, data: bytes) -> None:
        """Pulses of two bytes each: the level on top, then the duration in ticks of `hz`."""
        start = max(self._host.now_us(), self._ends[pin])
        pulses: list[tuple[int, int]] = []
        ticks = 0
        for i in range(0, len(data), 2):
            word = int.from_bytes(data[i : i + 2], "big")
            before = ticks * _SECOND // hz
            ticks += word & 0x7FFF
            pulses.append((word >> 15, ticks * _SECOND // hz - before))
        self._ends[pin] = start + ticks * _SECOND // hz
        for part in self._parts.values():
            if isinstance(part, Line) and part.tx == pin:
                part.sent(start, pulses)

    def _read(self, pin: int, hz: int, size: int) -> bytes:
        """What came up to now, in the time that so many bytes take."""
        start = self._host.now_us() - size * 8 * _SECOND // hz
        for part in self._parts.values():
            if isinstance(part, Line) and part.rx == pin:
                return part.samples(start, hz, size)
        return (b"\xff" if self._host.inputs.get(pin, 0) else b"\x00") * size
