"""What the node wrote on its serial line, and when: kept for tests, whoever listens."""

from collections import deque

__all__ = ["Serial"]


class Serial:
    """The latest that was written, in pieces with their virtual instants.

    A piece's instant is exact for `print` where time jumps (the guest waits for it to be taken),
    else as late as the PC side comes to read it.
    """

    def __init__(self, most: int = 1 << 20) -> None:
        self.most = most
        """Bytes kept."""
        self._pieces: deque[tuple[int, bytes]] = deque()
        self._kept = 0

    def add(self, at_us: int, piece: bytes) -> None:
        """Keep a piece; forget the oldest if that is too much."""
        self._pieces.append((at_us, piece))
        self._kept += len(piece)
        while self._kept > self.most and len(self._pieces) > 1:
            self._kept -= len(self._pieces.popleft()[1])

    def end_line(self, at_us: int) -> None:
        """What follows begins a line: the chip starts anew."""
        if self._pieces and not self._pieces[-1][1].endswith(b"\n"):
            self.add(at_us, b"\n")

    def text(self, since_us: int = 0) -> str:
        """All that was written since an instant."""
        said = b"".join(piece for at_us, piece in self._pieces if at_us >= since_us)
        return said.decode(errors="replace")

    def lines(self, since_us: int = 0) -> list[tuple[int, str]]:
        """The lines that have ended, each with the instant of its first piece."""
        lines = []
        begun: int | None = None
        line = b""
        for at_us, piece in self._pieces:
            for part in piece.splitlines(keepends=True):
                begun = at_us if begun is None else begun
                line += part
                if line.endswith(b"\n"):
                    lines.append((begun, line.rstrip(b"\r\n").decode(errors="replace")))
                    begun, line = None, b""
        return [item for item in lines if item[0] >= since_us]

    def clear(self) -> None:
        """Forget all."""
        self._pieces.clear()
        self._kept = 0
