"""Power fails at any write or erase of the flash: the node boots, and has lost at most what was
being written.

A night on the virtual board is recorded: what the firmware writes, and what littlefs makes of it.
Each prefix of the operations, and torn forms of the next one, is an image that a power cut could
have left; real littlefs mounts it, and the firmware's own code reads it.
"""

import datetime
import random
from collections import Counter
from pathlib import Path

import pytest
from noctule.brain.brain import SYNCED, Brain
from noctule.brain.faults import METERED
from noctule.brain.state import get
from noctule.device import events
from noctule.device.store import Copies

from sim.board import sweep
from sim.board.flash import images
from sim.site.check import load_site
from sim.site.compile import compile_site
from tests.app import guest_power_cut
from tests.app.node import EPOCH, FULL, MINUTE, SECOND, VILLAGE, Node
from tests.app.recording import Recorder, files_of, fill_log, tell, writes_in
from tests.device.twins import Disk

FIRMWARE = Path(__file__).parents[2] / "firmware"
EVENING = datetime.datetime(2026, 11, 23, 16, 0, tzinfo=datetime.UTC)
TORN = (0.0, 0.5, 0.99999)  # the last: all but a byte
LOGGED = 252  # events there already: four more, and the oldest make room
SEED = 20261123


def watts(share):
    """A lamp that takes so much of its power from now on."""
    return lambda node: setattr(node, "health", share)


def fail(part, fault):
    return lambda node: node.board.parts[part].fail(fault)


def mend(part):
    return lambda node: node.board.parts[part].mend()


def ask(command):
    return lambda node: node.ask(command)


def mains(on):
    return lambda node: node.board.power_on() if on else node.board.power_off()


def flood(minute):
    """A fault that comes and goes: the meter's line picks up pulses, for some minutes."""
    return (minute, fail("meter", "flood")), (minute + 3, mend("meter"))


# What happens at which minute, beside passages.
PERMANENT = (
    (5, ask("identify 20")),
    *flood(8),
    (16, ask("level 50 30")),
    *flood(20),
    (25, fail("presence", "chattering")),
    (26, mend("presence")),
    (28, ask("time 2026-11-23t16:28:30z")),
    (30, watts(0.0)),
    (55, ask("cancel")),
    *flood(58),
    (80, watts(1.0)),
    *flood(90),
    (100, ask("all-on 5")),
    *flood(110),
)
SWITCHED = (
    (5, ask("level 70 20")),
    *flood(10),
    (20, watts(0.0)),
    *flood(30),
    (50, mains(False)),
    (55, mains(True)),
    *flood(60),
    (70, ask("identify 5")),
    (80, watts(1.0)),
    *flood(90),
    (100, mains(False)),
    (101, mains(True)),
    *flood(110),
)
NIGHTS = {"permanent": ("R03", PERMANENT), "switched": ("M03", SWITCHED)}


def live(folder, supply, hours):
    """A node's evening, or night; what happens in its first two hours happens again in each two
    that follow, and somebody passes by now and then."""
    lamp, happens = NIGHTS[supply]
    chance = random.Random(SEED)

    def edit(tree):
        tell(tree)
        fill_log(tree, LOGGED)

    with Node(folder, lamp, EVENING, edit=edit) as node:
        board = node.board
        recorder = Recorder(node, folder)
        if "presence" in node.wiring:
            see = board.parts["presence"].presence
            at = 0
            while at < hours * 60 * MINUTE:
                at += chance.randrange(4 * MINUTE, 20 * MINUTE)
                board.chip.at(at, lambda: see(True))
                board.chip.at(at + 6 * SECOND, lambda: see(False))
        for turn in range(-(-hours // 2)):
            for minute, what in (*happens, (120, None)):
                at = (turn * 120 + minute) * MINUTE
                if board.chip.now_us() < at:
                    board.run_until(at, real_timeout_s=60)
                if what is not None and at < hours * 60 * MINUTE:
                    what(node)
        record = recorder.record()
        assert not board.crashes and board.prompts == 0
        assert "Traceback" not in board.serial.text()
        assert set(board.starts) == {1}
    return record


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Nights by supply and hours, each lived once."""
    lived = {}

    def night(supply, hours):
        if (supply, hours) not in lived:
            lived[supply, hours] = live(tmp_path_factory.mktemp(supply), supply, hours)
        return lived[supply, hours]

    return night


def swept(record):
    """Mount and check every image; how many were as before and as after the write that was cut,
    and which answers there were. Any other answer fails."""
    check = (FIRMWARE.parent / "tests" / "app" / "guest_power_cut.py").read_text()
    expected = [guest_power_cut.kept(Disk(files)) for files in record.models()]
    found = Counter()
    answers = []
    for image in sweep(record.start, record.operations, check, torn=TORN, paths=[FIRMWARE]):
        assert image.error is None, (image.cut, image.error)
        write = record.write_of(image.cut.operation)
        if image.cut.operation == len(record.operations):
            assert image.text == expected[-1]
        if image.text == expected[write]:
            found["before"] += 1
        else:
            assert image.text == expected[write + 1], (image.cut, record.writes[write])
            found["after"] += 1
        if answers[-1:] != [image.text]:
            answers.append(image.text)
    assert sum(found.values()) == len(TORN) * len(record.operations) + 1
    # From each to the next, and never back.
    assert len(answers) == len(set(answers))
    return found, answers


def told(name, record, found):
    print(
        f"{name}: {len(record.writes)} writes, {len(record.operations)} cut points, "
        f"{sum(found.values())} images mounted: {found['before']} as before the write that was "
        f"cut, {found['after']} as after it, 0 otherwise"
    )


@pytest.mark.parametrize("hours", [2, pytest.param(15, marks=pytest.mark.long)])
@pytest.mark.parametrize("supply", NIGHTS)
def test_a_cut_in_a_night_costs_at_most_what_was_being_written(supply, hours, nights):
    record = nights(supply, hours)
    written = Counter(name.partition(".")[0] for name in record.names())
    assert written["log"] > 10 and written["state"] > 10
    assert written["counts"] > 4
    assert "log.0" in record.names()  # the oldest events have made room
    found, answers = swept(record)
    told(f"{supply}, {hours} h", record, found)
    # Each write is seen, and configuration and wiring stay as they are.
    assert len(answers) == len(record.writes) + 1
    assert len({tuple(answer.split()[:2]) for answer in answers}) == 1


PUSH = """\
import telling
from noctule.compose import Files
from noctule.device.store import Copies

def read(name):
    with open(name, "rb") as file:
        return file.read()

files = Files("/keep/")
print("pushed", Copies(files, "config", 4000).save_all(read("/new.config")),
      Copies(files, "wiring", 1024).save_all(read("/new.wiring")))
"""


def test_a_cut_in_writing_a_configuration_leaves_the_old_one_or_the_new(tmp_path):
    """As `noctule push` will have it done at the prompt: copy after copy."""
    config = next(
        node.config for node in compile_site(load_site(VILLAGE)) if node.luminaire.id == "S01"
    )

    def edit(folder):
        tell(folder)
        (folder / "new.config").write_bytes(config)
        wiring = Copies(Disk(files_of(folder / "keep")), "wiring", 1024).load()
        (folder / "new.wiring").write_bytes(wiring.replace(b'"fr"', b'"en"'))
        (folder / "main.py").write_text(PUSH)

    with Node(tmp_path, "R03", EVENING, edit=edit) as node:
        recorder = Recorder(node, tmp_path)
        node.board.wait(lambda board: board.prompts == 1)
        assert "pushed True True" in node.board.serial.text()
        record = recorder.record()
    assert sorted(record.names()) == ["config.0", "config.1", "wiring.0", "wiring.1"]
    found, answers = swept(record)
    told("configuration and wiring", record, found)
    old, new = answers[0].split(), answers[-1].split()
    assert old[0] != new[0] and old[1] != new[1] and old[2:] == new[2:]
    assert [answer.split()[:2] for answer in answers] == [old[:2], [new[0], old[1]], new[:2]]


@pytest.mark.parametrize("cuts", [4, pytest.param(25, marks=pytest.mark.long)])
def test_a_board_boots_on_what_a_cut_left_and_goes_on(cuts, nights, tmp_path):
    """One board in one night: mains come back each time to what another cut left."""
    record = nights("permanent", 2)
    # One at a time, since all of them together are some 700 MB.
    count = sum(1 for _ in images(record.start, record.operations, TORN))
    chosen = set(random.Random(SEED).sample(range(count), cuts))
    # The evening of the record is over, and what was asked for by hand then.
    with Node(tmp_path, "R03", EVENING + datetime.timedelta(hours=3)) as node:
        board = node.board
        pin = node.wiring["output"]["pin"]
        for number, (cut, image) in enumerate(images(record.start, record.operations, TORN)):
            if number not in chosen:
                continue
            board.power_off()
            node.run(MINUTE, 30)
            (tmp_path / "flash.img").write_bytes(image)
            since = board.chip.now_us()
            board.power_on()
            node.run(15 * MINUTE, 30)
            # Full from the first instant, and then what the program says.
            first = next(edge for edge in board.edges if edge.at_us >= since and edge.pin == pin)
            assert (first.at_us - since, first.level) == (0, FULL)
            now = node.begins + datetime.timedelta(microseconds=board.chip.now_us()) - EPOCH
            brain = Brain(node.config)
            brain.start(0, True, None)
            brain.step(now.days, now.seconds, 0, 0, SYNCED)
            assert abs(node.output() - brain.output) < 1 and brain.output < 100
            # The log goes on where it was, with nothing but the start and the watched lamp.
            said = board.serial.text(since)
            assert "Traceback" not in said
            added = [write for write in writes_in(said) if write[1].startswith("log.")]
            write = record.write_of(cut.operation)
            before = LOGGED + sum(name.startswith("log.") for name in record.names()[:write])
            sequence = get(added[0][3], 0, 3)
            assert before <= sequence <= before + 1
            assert [get(event[3], 0, 3) for event in added] == list(
                range(sequence, sequence + len(added))
            )
            assert added[0][3][8] == events.START
            for event in added[1:]:
                assert event[3][8] in (events.FAULT, events.MENDED)
                assert get(event[3], 9, 4) & ~METERED == 0
        assert set(board.starts) == {1} and len(board.starts) == cuts + 1
        assert board.prompts == 0 and not board.crashes
