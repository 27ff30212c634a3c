"""The board's time: real, so many times as fast, or jumping over all waits; and what is due."""

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["Clock", "Due", "Time", "real_us"]


@dataclass(frozen=True, slots=True)
class Clock:
    """How virtual time passes: `Clock.REAL`, `Clock.times(60)` or `Clock.JUMP`.

    Jumping: while boot.py and main.py run, time passes only where they wait, and then all at
    once; at the prompt it passes by itself as well, as real time does.
    """

    rate: int
    """Virtual microseconds to a real one, where time passes by itself."""
    jumps: bool = False

    REAL: ClassVar["Clock"]
    JUMP: ClassVar["Clock"]

    @classmethod
    def times(cls, rate: int) -> "Clock":
        """So many times as fast as real time. ValueError: less than once."""
        if rate < 1:
            raise ValueError("a clock runs at 1 times real time or faster")
        return cls(rate)

    @classmethod
    def named(cls, text: str) -> "Clock":
        """The clock of a command line: "real", "jump" or a whole number. ValueError: none."""
        if text == "real":
            return cls.REAL
        if text == "jump":
            return cls.JUMP
        return cls.times(int(text))


Clock.REAL = Clock(1)
Clock.JUMP = Clock(1, jumps=True)


@dataclass(slots=True)
class Due:
    """Something that is to happen at an instant."""

    at_us: int
    call: Callable[[], object] | None

    def cancel(self) -> None:
        """It shall not happen."""
        self.call = None


class Time:
    """Virtual microseconds since the board was made: never back, over resets and power cuts."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rate = 0 if clock.jumps else clock.rate
        """Virtual microseconds to a real one, now."""
        self.offset = -self.rate * real_us()
        """now = rate x real_us() + offset: the guest reckons so too."""
        self._due: list[tuple[int, int, Due]] = []
        self._order = itertools.count()

    def now_us(self) -> int:
        """Now."""
        return self.rate * real_us() + self.offset if self.rate else self.offset

    def run_at(self, rate: int) -> None:
        """From now on time passes at another rate."""
        now = self.now_us()
        self.rate = rate
        self.offset = now - rate * real_us()

    def reach(self, us: int) -> None:
        """Jump to an instant, if it is not past."""
        ahead = us - self.now_us()
        if ahead > 0:
            self.offset += ahead

    def at(self, us: int, call: Callable[[], object]) -> Due:
        """Have something called at an instant; one that is past means the next occasion."""
        due = Due(us, call)
        heapq.heappush(self._due, (us, next(self._order), due))
        return due

    def next_us(self) -> int | None:
        """The instant of what is due next."""
        while self._due and self._due[0][2].call is None:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def run_due(self) -> None:
        """Call what is due by now, in order; what was asked for first is first."""
        while (at := self.next_us()) is not None and at <= self.now_us():
            call = heapq.heappop(self._due)[2].call
            if call is not None:
                call()


def real_us() -> int:
    """The host's clock that the guest's `ticks_us` reads too."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
