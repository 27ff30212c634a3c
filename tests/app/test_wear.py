"""Flash wear: years until a block has had 100,000 erases, at the rate of the one that has most."""

import datetime

import pytest

from sim.board.flash import BLOCK, Operation
from sim.board.wear import Wear, by_file, wear_of, years
from tests.app.node import HOUR, Node
from tests.app.recording import Recorder, tell
from tests.app.wearing import live

LEAST_YEARS = 20
EVENING = datetime.datetime(2026, 11, 23, 16, 0, tzinfo=datetime.UTC)


def test_counting():
    operations = [Operation(0, None), Operation(0, b"ab"), Operation(2, b"c")]
    operations += [Operation(BLOCK, None), Operation(BLOCK, b"def"), Operation(BLOCK, None)]
    assert wear_of(operations) == Wear(writes=3, bytes=6, erases=3, worst=2, blocks=2)
    assert by_file(operations, [(1, "log"), (3, "state"), (5, "log")]) == {
        "": Wear(writes=0, bytes=0, erases=1, worst=1, blocks=1),
        "log": Wear(writes=2, bytes=3, erases=1, worst=1, blocks=1),
        "state": Wear(writes=1, bytes=3, erases=1, worst=1, blocks=1),
    }
    assert wear_of([]).worst == 0 and years(0, 1) == float("inf")
    assert round(years(100, 36525)) == 100_000


@pytest.mark.parametrize(
    ("supply", "days", "restless"),
    [
        ("permanent", 30, False),
        ("switched", 20, False),
        ("permanent", 3, True),
        ("switched", 3, True),
        pytest.param("permanent", 365, False, marks=pytest.mark.long),
        pytest.param("switched", 365, False, marks=pytest.mark.long),
        pytest.param("permanent", 40, True, marks=pytest.mark.long),
        pytest.param("switched", 60, True, marks=pytest.mark.long),
        pytest.param("loose contact", 2, False, marks=pytest.mark.long),
    ],
)
def test_flash_lasts(supply, days, restless):
    """730 boots a year on the switched circuit; restless: everything chatters each minute."""
    life = live(supply, days, restless=restless)
    starts = {"permanent": 1, "switched": 2 * days, "loose contact": 600 * days}
    assert life.starts == starts[supply]
    print(
        f"{supply}{', restless' if restless else ''}, {days} days: {life.bytes / days:.0f} bytes "
        f"and {sum(life.erases) / days:.1f} erases a day, at most {max(life.erases)} of a block: "
        f"{life.years:.0f} years"
    )
    # A loose contact is 600 starts a day: 20 years of them would be a node that nobody looked at.
    # Each start's first free block is found from somewhere at random (lfs_mount in lfs2.c), and so
    # the block behind the code, which lies still, has more than its share.
    assert life.years > (2 if supply == "loose contact" else LEAST_YEARS)
    # The keeper's own bounds, each with what a start brings.
    writes = {name: cost[0] for name, cost in life.files.items()}
    assert writes["state"] <= 289 * days + life.starts
    assert writes.get("counts", 0) <= 97 * days
    assert writes["log"] <= 48 * days + 24 * life.starts
    if restless:
        assert writes["log"] > 40 * days and writes["state"] > 90 * days
    # A folder wanders on after 100 erases, so that no block stays the one that has most.
    # (Where it goes differs from run to run: littlefs dates files by the PC's clock.)
    assert max(life.erases) <= 200


@pytest.mark.parametrize("hours", [3, pytest.param(15, marks=pytest.mark.long)])
def test_an_evening_on_the_board_is_as_reckoned(hours, tmp_path):
    """What the guest's lives rest on, against the whole firmware on the virtual board."""
    with Node(tmp_path, "M03", EVENING, edit=tell) as node:
        recorder = Recorder(node, tmp_path)
        for _ in range(hours):
            node.run(HOUR, 60)
        record = recorder.record()
    firsts = [(first, write[1].partition(".")[0]) for first, write in record.writes]
    costs = by_file(record.operations, firsts)
    print(*(f"{name}: {cost}" for name, cost in costs.items()), sep="\n")
    whole = wear_of(record.operations)
    assert sum(cost.bytes for cost in costs.values()) == whole.bytes
    assert sum(cost.erases for cost in costs.values()) == whole.erases
    assert years(max(1, whole.worst), hours / 24) > LEAST_YEARS
    reckoned = live("switched", 4).files
    for name in ("state", "counts"):
        written, size, _ = reckoned[name]
        mine = [own for _, own in firsts].count(name)
        assert costs[name].bytes / mine == pytest.approx(size / written, rel=0.25)
