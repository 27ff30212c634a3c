"""What is written, when, and how often at most."""

from noctule.brain.state import SIZE, seal, sound
from noctule.device import events
from noctule.device.keeper import Keeper
from noctule.device.store import Copies, Counters, Log

from tests.device.twins import Disk

DAY = 86400


class Clock:
    def __init__(self, day=9800, quality=3):
        self.day, self.second, self.quality = day, 0, quality


class Brain:
    def __init__(self):
        self.unsaved = False
        self.burning_s = 1000
        self.saves = 0

    def save(self, buffer):
        buffer[:] = bytes(SIZE)
        seal(buffer)
        self.unsaved = False
        self.saves += 1


class Meter:
    wh = 0


def made(disk=None, **more):
    disk = Disk() if disk is None else disk
    brain, clock, woken = Brain(), Clock(**more), []
    counters = Counters(Copies(disk, "counts", 4 * events.COUNTERS), events.COUNTERS)
    states = Copies(disk, "state", SIZE)
    keeper = Keeper(Log(disk), states, counters, clock, brain, woken.append, Meter())
    return keeper, disk, brain, clock


def run(keeper, seconds, start=0, each=lambda second: None):
    for second in range(start, start + seconds):
        each(second)
        assert keeper.poll(second * 1000 & 0x3FFFFFFF) in (1000, 10000)


def test_an_event_has_the_time_at_which_it_was_told():
    keeper, _, _, clock = made()
    clock.second = 100
    keeper.tell(events.FAULT, 5)
    clock.second = 200
    run(keeper, 1)
    assert keeper.log.last(5) == [(events.FAULT, 5, 9800, 100)]
    keeper, _, _, _ = made(quality=0)
    run(keeper, 31)
    keeper.tell(events.FAULT, 5)
    run(keeper, 1, 31)
    assert keeper.log.last(5) == [(events.FAULT, 5, 0, 30)]  # since the start


def test_a_flood_of_events_is_bounded_and_counted():
    keeper, disk, _, _ = made()

    def chatter(second):
        keeper.tell(events.FAULT, second)

    run(keeper, DAY, each=chatter)
    before = len(disk.record)
    run(keeper, DAY, DAY, each=chatter)
    logged = [write for write in disk.record[before:] if write[1].startswith("log")]
    assert 40 <= len(logged) <= 49
    run(keeper, DAY, 2 * DAY)  # calm: the last ones, and how many are missing
    told = keeper.log.last(200)
    assert told[0][0] == events.UNWRITTEN and {code for code, *_ in told[1:]} == {events.FAULT}
    assert told[0][1] + len(told) - 1 == 2 * DAY


def test_the_state_is_saved_at_once_and_then_seldom():
    keeper, disk, brain, _ = made()
    brain.unsaved = True
    run(keeper, 1)
    assert brain.saves == 1 and sound(Copies(disk, "state", SIZE).load())

    def unsaved(second):
        brain.unsaved = True

    run(keeper, 3600, 1, unsaved)
    assert brain.saves == 4 + 12


def test_counters_are_saved_each_quarter_and_before_a_reset():
    keeper, disk, brain, _ = made()
    keeper._meter.wh = 70

    def burn(second):
        brain.burning_s += 1

    run(keeper, 59, each=burn)
    assert not disk.files
    run(keeper, 3, 59, burn)
    assert len(disk.record) == 1  # a start of a minute counts
    run(keeper, 3600, 62, burn)
    assert len(disk.record) == 5
    again = Counters(Copies(disk, "counts", 4 * events.COUNTERS), events.COUNTERS)
    again.load()
    assert again.values[events.BURNING_S] == 3661 and again.values[events.ENERGY_WH] == 70
    keeper.tell(events.START, 1)
    brain.burning_s += 9
    keeper.now()
    again.load()
    assert again.values[events.BURNING_S] == 3671
    assert keeper.log.last(1)[0][0] == events.START


def test_a_flash_that_takes_nothing_is_a_fault_until_it_does():
    keeper, disk, _, _ = made()
    disk.full = True
    keeper.tell(events.START, 1)
    run(keeper, 1)
    assert keeper.faults == events.STORAGE
    disk.full = False
    keeper.tell(events.START, 2)
    run(keeper, 1, 1)
    assert keeper.faults == 0 and keeper.log.last(3) == [(events.START, 2, 9800, 0)]
