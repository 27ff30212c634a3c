"""Days on end: no reset that nobody asked for, no growth of what is in memory, no fault."""

import datetime
import re

import pytest

from sim import tracing
from sim.runtimes import timeline
from tests.app.node import DAY, EPOCH, SECOND, Node, night_of

FIRST = night_of(2026, 11, 23)


def live(folder, lamp, quarters):
    """Run a node with its street's people, for quarters of days from 11:00 on; free bytes after a
    collection, each six hours."""
    begins = EPOCH + datetime.timedelta(days=FIRST, hours=11)
    free = []
    with Node(folder, lamp, begins) as node:
        board = node.board
        see = board.parts["presence"].presence
        for night in range(FIRST, FIRST + (quarters + 3) // 4):
            start, _, happened = tracing.events(node.site, lamp, night, seed=3)
            since = start - (FIRST * 24 + 11) * 3_600_000
            for ms, what, *more in happened:
                if what == timeline.SENSOR:
                    board.chip.at((since + ms) * 1000, lambda on=more[0]: see(on == 1))
        for quarter in range(1, quarters + 1):
            board.run_until(quarter * DAY // 4 - 60 * SECOND, real_timeout_s=200)
            said = node.ask("status")
            assert said.endswith("aucun"), said
            assert "redémarrages subis 0" in said, said
            free.append(int(re.search(r"mémoire +(\d+)", said)[1]))
            longest = int(said.partition("tour le plus long ")[2].split()[0])
        assert board.starts == [1] and not board.crashes and board.prompts == 0
        log = node.ask("log 40", 30)
        assert "échec" not in log and "prise" not in log, log
    return free, longest


@pytest.mark.parametrize(
    "quarters",
    [pytest.param(2), pytest.param(28, marks=pytest.mark.long)],
    ids=["an-evening", "a-week"],
)
def test_days_on_end(quarters, tmp_path):
    free, longest = live(tmp_path, "R03", quarters)
    # What the first hours load once and keep (words that were interned) is not growth.
    assert free[0] - free[-1] <= 512, free
    print(f"free memory each six hours: {free}; longest poll {longest} ms")


@pytest.mark.long
def test_a_month_does_not_grow(tmp_path):
    free, _ = live(tmp_path, "R05", 4 * 31)
    assert free[1] - free[-1] <= 512, free
