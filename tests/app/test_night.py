"""Nights on the virtual board, line by line the simulator's."""

import datetime

import pytest

from sim import tracing
from sim.runtimes import timeline
from sim.site.check import load_site
from tests.app.node import EPOCH, SECOND, VILLAGE, Node, night_of

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
BOOT_MS = 3  # the battery clock is read first, which takes its time on the wire
DALI_MS = 20  # and a DALI line is brought to rest before that: the node's clock is as late
FROM_MS = 20_000  # by then somebody has typed `trace on`


def simulated(config, start, length, events):
    """The lines that the simulator prints, from FROM_MS on."""
    lines: list[str] = []
    timeline.play(config, start // DAY_MS, start % DAY_MS, length, events, lines.append)
    at = start + FROM_MS
    return [line for line in lines if line >= timeline.stamp(at // DAY_MS, at % DAY_MS)]


@pytest.mark.parametrize(
    ("lamp", "night", "ticks", "since", "until"),
    [
        pytest.param("R03", night_of(2026, 11, 23), 0, 0, 24, marks=pytest.mark.long),
        # Clocks go back; ticks wrap.
        ("R05", night_of(2026, 10, 24), (1 << 30) - 3_600_000, 0, 24),
        # Clocks go on; a DALI gear.
        ("E05", night_of(2027, 3, 27), 0, 9, 15),
        pytest.param("E05", night_of(2027, 3, 27), 0, 0, 24, marks=pytest.mark.long),
        # Seconds since 2000 leave small integers.
        pytest.param("C02", night_of(2034, 1, 9), 0, 0, 24, marks=pytest.mark.long),
    ],
)
def test_a_night_is_the_simulators_to_the_byte(lamp, night, ticks, since, until, tmp_path):
    """The whole of it, or some of its hours, at whose beginning mains come."""
    site = load_site(VILLAGE)
    start, length, happened = tracing.events(site, lamp, night, seed=7)
    skipped = since * HOUR_MS
    start, length = start + skipped, min(length, until * HOUR_MS) - skipped
    happened = [(ms - skipped, *what) for ms, *what in happened if 0 <= ms - skipped < length]
    mine = [(BOOT_MS, timeline.MAINS, 1), (BOOT_MS, timeline.CLOCK, 3)]
    late = DALI_MS if lamp == "E05" else 0
    seen = [event for event in happened if event[1] == timeline.SENSOR]
    mine += [(ms - late, what, level) for ms, what, level in seen]
    begins = EPOCH + datetime.timedelta(milliseconds=start)
    with Node(tmp_path, lamp, begins, ticks_start_ms=ticks) as node:
        board = node.board
        for ms, _, level in seen:
            see = board.parts["presence"].presence
            board.chip.at(ms * 1000, lambda see=see, level=level: see(level == 1))
        board.type("\r\n")
        node.run(SECOND)
        board.type("trace on\r\n")
        board.run_until(length * 1000, real_timeout_s=100)
        assert node.changes() == simulated(node.config, start, length, mine)
        assert len(node.changes()) > 2
        assert board.starts == [1] and not board.crashes and board.prompts == 0
        status = node.ask("status")
    assert "défauts  aucun" in status and "redémarrages subis 0" in status
