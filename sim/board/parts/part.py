"""What parts share: the chip on which they hang, their power, and how they break."""

from collections.abc import Callable
from typing import ClassVar, Protocol

__all__ = ["Answer", "Due", "Host", "Part", "RefusedError"]


class Due(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """See that it does not."""


Answer = Callable[[list[str], bytes], tuple[str, bytes]]


class Host(Protocol):
    """The chip, as parts see it."""

    inputs: dict[int, int]
    """What the world puts on pins: 0 or 1, and 0 to 65535 on those read by an ADC."""
    watchers: list[Callable[[], None]]
    """Called after an output's level has changed."""
    on_power: list[Callable[[bool], None]]
    """Called when mains have gone (False) or come."""
    on_reset: list[Callable[[bool], None]]
    """Called when the chip begins anew, or (True) only the program: a soft reset."""

    def now_us(self) -> int:
        """Virtual microseconds since the board was started: they go on without power, too."""

    def at(self, us: int, call: Callable[[], object]) -> Due:
        """Call at an instant of `now_us`."""

    def plug(self, word: str, answer: Answer) -> None:
        """Have a part answer the program's questions that begin with a word."""

    def drive(self, pin: int, value: int) -> bool:
        """Put a level on an input; whether the program wants to hear of that edge."""

    def interrupt(self, key: str | int) -> None:
        """Tell the program that something has happened outside: a handler's key, or a pin."""

    def level(self, pin: int) -> int | None:
        """What the chip drives on a pin, 0 to 65535; None: nothing."""


class RefusedError(Exception):
    """The port raises: the name of its exception, and what it is given."""

    def __init__(self, kind: str, what: str | int) -> None:
        super().__init__(f"{kind} {what}")


class Part:
    """Something plugged in. What changes it is to be called under the board's lock."""

    FAULTS: ClassVar[tuple[str, ...]] = ()
    """The ways in which it breaks, for `fail`."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self._host: Host | None = None

    def plug(self, host: Host) -> None:
        """Connect it to a chip; `Parts.plug` does."""
        self._host = host

    @property
    def host(self) -> Host:
        """The chip. RuntimeError: it is not plugged in."""
        if self._host is None:
            raise RuntimeError(f"this {type(self).__name__} is not plugged in")
        return self._host

    def now_us(self) -> int:
        """The world's clock; 0 before it is plugged in."""
        return self._host.now_us() if self._host is not None else 0

    def fail(self, fault: str) -> None:
        """Break it in one of `FAULTS`. ValueError: it does not break in this way."""
        if fault not in self.FAULTS:
            raise ValueError(f"{fault!r} is none of {', '.join(self.FAULTS) or 'no faults'}")
        self.fault = fault
        self.changed()

    def mend(self) -> None:
        """Make it well."""
        self.fault = None
        self.changed()

    def drive(self, pin: int, value: int) -> None:
        """Put a level on an input of the chip."""
        if self.host.drive(pin, value):
            self.host.interrupt(pin)

    def changed(self) -> None:
        """It was broken or mended."""

    def power(self, on: bool) -> None:
        """Mains come or go, for the part as for the chip."""

    def reset(self, soft: bool) -> None:
        """The chip begins anew, or only the program: the part keeps its power."""

    def output_changed(self) -> None:
        """Some output of the chip has another level than before."""
