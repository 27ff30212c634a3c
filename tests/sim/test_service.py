"""Service by hand: a line of light, somebody who passes, what they got."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from sim.lamp import Segment
from sim.service import Service

# At 0 s dark; at 100 s up to 100 % in 10 s; at 200 s down to 10 % in 10 s.
LINE = [(0, 0.0, 0, 0), (100_000, 0.0, 100, 10_000), (200_000, 100.0, 10, 10_000)]


def serve(*crossings: tuple[int, int], asked: int = 50) -> Service:
    service = Service()
    service.serve(LINE, [(a, b, 0) for a, b in crossings], asked, 0, 1_000_000)
    return service


@pytest.mark.parametrize(
    ("t_in", "t_out", "met", "wait_s", "dark"),
    [
        (120_000, 130_000, 1, 0.0, 0),  # already lit
        (90_000, 99_000, 0, None, 1),  # gone before
        (95_000, 110_000, 1, 10.1, 0),  # 5 s of dark, 5 s of ramp to 50 %, rounded up to 0.1 s
        (95_000, 104_000, 0, None, 1),  # left before the ramp got there; dark half way
        (103_000, 120_000, 1, 2.1, 0),  # entered on the ramp
        (300_000, 310_000, 0, None, 0),  # 10 %: not met, not dark
        (204_000, 212_000, 1, 0.0, 0),  # entered at 64 % on the way down
    ],
)
def test_one_crossing(t_in: int, t_out: int, met: int, wait_s: float | None, dark: int) -> None:
    figures = serve((t_in, t_out)).to_json()
    assert figures["met"] == met
    assert figures["dark"] == dark
    assert figures["wait_max_s"] == wait_s


def test_only_the_night_counts_and_sums_add_up() -> None:
    service = Service()
    service.serve(LINE, [(95_000, 110_000, 1), (120_000, 130_000, 0)], 50, 100_000, 1_000_000)
    assert service.passages == 1
    both = serve((95_000, 110_000))
    both.add(service)
    assert (both.passages, both.met, both.dark) == (2, 2, 0)
    assert both.to_json()["wait_mean_s"] == pytest.approx(10.1 / 2, abs=0.001)
    assert both.to_json()["wait_p95_s"] == 10.1


def _plainly(
    segments: Sequence[Segment], crossings: Sequence[tuple[int, int, int]], asked: int,
    dusk: int, dawn: int,
) -> Service:
    """Crossing by crossing."""
    service = Service()
    for crossing in crossings:
        if crossing[0] >= dusk and crossing[1] < dawn:
            service._one_by_one(segments, 0, [crossing], asked)
    return service


def test_many_at_once_are_counted_as_one_by_one() -> None:
    draw = Random("service")
    for _ in range(400):
        t, level = 0, 0.0
        line: list[Segment] = [(0, 0.0, 0, 0)]
        for _ in range(draw.randrange(6)):
            t += draw.randrange(1, 400_000)
            start, level, to, ramp = line[-1]
            if ramp and t < start + ramp:
                level += (to - level) * (t - start) / ramp
            else:
                level = to
            line.append((t, level, draw.choice((0, 10, 50, 100)), draw.choice((0, 0, 5_000))))
        crossings = []
        for who in range(draw.randrange(120)):
            t_in = draw.randrange(1_000_000)
            crossings.append((t_in, t_in + draw.randrange(1, 40_000), who))
        crossings.sort()
        dusk, dawn = sorted(draw.randrange(1_000_000) for _ in range(2))
        asked = draw.choice((0, 10, 40, 100))
        service = Service()
        service.serve(line, crossings, asked, dusk, dawn, draw.choice((None, 40_000, 90_000)))
        plain = _plainly(line, crossings, asked, dusk, dawn)
        assert service.to_json() == plain.to_json()
        assert service.waits == plain.waits


def test_nobody() -> None:
    figures = Service().to_json()
    assert figures["passages"] == 0
    assert figures["met_percent"] is None
    assert figures["wait_mean_s"] is None
