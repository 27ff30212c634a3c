"""Parts on single pins: a movement sensor, and an analogue level such as a photocell's."""

from collections.abc import Callable, Sequence

from sim.board.parts.part import Due, Host, Part

__all__ = ["Level", "Pir"]


class Pir(Part):
    """A movement sensor with a logic output: high while it sees somebody, and `hold_ms` after.

    Faults: `dead` (it sees nobody), `stuck` (it stays as it is), `chattering` (it toggles each
    `chatter_ms`).
    """

    FAULTS = ("dead", "stuck", "chattering")

    def __init__(
        self, pin: int, *, inverted: bool = False, hold_ms: int = 0, chatter_ms: int = 20
    ) -> None:
        super().__init__()
        self.pin = pin
        self.inverted = inverted
        self.hold_ms = hold_ms
        self.chatter_ms = chatter_ms
        self.present = False
        self.output = False
        self.edges = 0
        """How often its output has changed."""
        self._due: Due | None = None

    def plug(self, host: Host) -> None:
        super().plug(host)
        self.drive(self.pin, int(self.output != self.inverted))

    def presence(self, present: bool) -> None:
        """Somebody comes, or nobody is there any more."""
        self.present = present
        self._settle()

    def changed(self) -> None:
        self._settle()

    def _settle(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self.fault == "chattering":
            self._chatter()
        elif self.fault == "dead":
            self._put(False)
        elif self.fault is None:
            if not self.present and self.output and self.hold_ms:
                self._due = self._after(self.hold_ms, lambda: self._put(False))
            else:
                self._put(self.present)

    def _chatter(self) -> None:
        self._put(not self.output)
        self._due = self._after(self.chatter_ms, self._chatter)

    def _after(self, ms: int, call: Callable[[], None]) -> Due:
        return self.host.at(self.host.now_us() + ms * 1000, call)

    def _put(self, output: bool) -> None:
        if output != self.output:
            self.output = output
            self.edges += 1
            self.drive(self.pin, int(output != self.inverted))


class Level(Part):
    """A voltage on an ADC's pin, as `read_u16` has it. Faults: `dead` (0), `stuck`.

    level: a number, or a function of the world's time in us.
    """

    FAULTS = ("dead", "stuck")

    def __init__(self, pin: int, level: int | Callable[[int], int] = 0) -> None:
        super().__init__()
        self.pin = pin
        self.level = level
        self._last = 0

    def set(self, level: int | Callable[[int], int]) -> None:
        """Put another one there."""
        self.level = level

    def read_u16(self) -> int:
        """What an ADC finds."""
        if self.fault == "dead":
            return 0
        if self.fault is None:
            now = self.level(self.host.now_us()) if callable(self.level) else self.level
            self._last = max(0, min(65535, now))
        return self._last


def ldr(points: Sequence[tuple[int, float]], lux: Callable[[int], float]) -> Callable[[int], int]:
    """The level of a photoresistor with a table (raw, lux), rising in lux, at a light that is a
    function of the world's time: for `Level`."""
    by_lux = sorted((each, raw) for raw, each in points)

    def level(us: int) -> int:
        light = lux(us)
        below = by_lux[0]
        for above in by_lux:
            if light <= above[0]:
                span = above[0] - below[0]
                share = (light - below[0]) / span if span else 1.0
                return round(below[1] + share * (above[1] - below[1]))
            below = above
        return below[1]

    return level
