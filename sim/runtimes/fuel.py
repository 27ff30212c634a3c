"""What a step of the brain costs: fuel, the instructions that 32-bit MicroPython executes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sim.runtimes import run_guest


@dataclass(frozen=True, slots=True)
class Cost:
    """Fuel of one step, the mean of `steps`; `around`: of the loop that steps it, not counted in.

    Where people pass, what the brain is told between two steps is counted in.
    """

    fuel: float
    steps: int
    around: float


def fuel_per_step(
    config: bytes, *, day: int, nights: int = 4, people: int = 0, flags: int = 0, every: int = 0
) -> Cost:
    """Cost of a step from midnight UTC of `day` on: of two runs of which one is `nights` longer.

    people pass a night; flags are those of `guest_alloc`; every: a step every so many ms too.
    """
    around = _around()
    fuel, steps = _more(config, day, nights, people, flags, every, False)
    return Cost(fuel / steps - around, steps, around)


@lru_cache(maxsize=1)
def _around() -> float:
    fuel, steps = _more(b"", 0, 4, 0, 0, 60_000, True)
    return fuel / steps


def _more(
    config: bytes, day: int, nights: int, people: int, flags: int, every: int, nobody: bool
) -> tuple[int, int]:
    """Fuel and steps that `nights` nights take above the first."""
    fuel, steps = [], []
    for length in (1, 1 + nights):
        job = ("fuel", config, b"", day, length, people, flags, every)
        done = run_guest("wasm32", "fuel", [job, nobody])
        assert done.fuel is not None
        fuel.append(done.fuel)
        steps.append(int(done.stdout))
    return fuel[1] - fuel[0], steps[1] - steps[0]
