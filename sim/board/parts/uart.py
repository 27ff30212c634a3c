"""A serial line into a UART of the chip: bytes arrive at their speed, and wait in its buffer.

ports/esp32/machine_uart.c: 256 bytes of buffer unless told. What comes when it is full is lost
(the driver stops emptying the hardware's own 128 bytes, which overflow and are thrown away).
"""

from collections.abc import Iterator
from random import Random

from sim.board.parts.part import Part

__all__ = ["SerialDevice", "Uart"]

_SECOND = 1_000_000
_BITS = 10  # a byte with its start and stop bits


class SerialDevice(Part):
    """Something that talks on a serial line.

    tx, rx: the pins of the chip, as its program names them. baud: the device's own speed; a
    program that listens at another hears noise.
    """

    def __init__(self, *, tx: int, rx: int, baud: int) -> None:
        super().__init__()
        self.tx, self.rx, self.baud = tx, rx, baud

    def says(self, since_us: int, until_us: int) -> Iterator[tuple[int, bytes]]:
        """What it has begun to say after one instant and up to another, each with its instant.
        It may be asked for less than all of it: what nobody has room for is not made."""
        raise NotImplementedError

    def hear(self, data: bytes) -> None:
        """It is told something, at its own speed."""


class Uart:
    """One UART of the chip, as its program has opened it; `device` is what is on its pins."""

    def __init__(self, device: SerialDevice | None, baud: int, size: int, now_us: int) -> None:
        self.device = device
        self.baud = baud
        self.size = size
        self.lost = 0
        """Pieces that began when there was no room."""
        self._held = bytearray()
        self._coming: list[tuple[int, bytes]] = []
        self._asked_us = now_us
        self._noise = Random(baud)

    def any(self, now_us: int) -> int:
        """How many bytes wait."""
        self.listen(now_us)
        return len(self._held)

    def read(self, count: int, now_us: int) -> bytes:
        """Take at most so many."""
        self.listen(now_us)
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def write(self, data: bytes, now_us: int) -> None:
        """Send."""
        if self.device is not None:
            self.listen(now_us)
            self.device.hear(self._blurred(data))

    def listen(self, now_us: int) -> None:
        """Take in what has come by now. To be called before the device changes its mind, too."""
        if self.device is None:
            return
        self._arrive(now_us)
        for at_us, data in self.device.says(self._asked_us, now_us):
            if len(self._held) >= self.size:
                self.lost += 1
                break  # all that comes later is lost as well, but for the last
            self._coming.append((at_us, self._blurred(data)))
            self._arrive(now_us)
        self._asked_us = now_us

    def _arrive(self, now_us: int) -> None:
        left: list[tuple[int, bytes]] = []
        for at_us, data in self._coming:
            come = min(len(data), (now_us - at_us) * self.baud // (_BITS * _SECOND))
            self._held += data[:come]
            if come < len(data):
                left.append((at_us + come * _BITS * _SECOND // self.baud, data[come:]))
        self._coming = left
        del self._held[self.size :]

    def _blurred(self, data: bytes) -> bytes:
        """As one hears it who listens at another speed."""
        if self.device is None or abs(self.device.baud - self.baud) * 25 <= self.baud:
            return data
        return self._noise.randbytes(len(data))
