"""Twenty years of a node that is never switched off: ticks wrap every 12.4 days, clocks change
twice a year, seconds since 2000 leave small integers in 2034, the crystal is 40 ppm fast.

The control task, the clock and the output as on a board, polled when they ask to be; beside them
at every hour a brain that has just started and is told the true time.
"""

import datetime
from pathlib import Path

import pytest
from noctule.brain.brain import SYNCED, Brain
from noctule.device.clock import Clock
from noctule.device.control import Control
from noctule.device.output import Output

from sim.site.check import load_site
from sim.site.compile import compile_site
from tests.device.helpers import TICKS

VILLAGE = Path(__file__).parents[2] / "sim" / "demo" / "village.toml"
DAY_MS = 86_400_000
FIRST = (datetime.date(2026, 11, 23) - datetime.date(2000, 1, 1)).days


class Chip:
    """A battery clock that is right."""

    day = second = 0

    def __init__(self):
        self.ms = 0

    def read(self):
        self.day = FIRST + self.ms // DAY_MS
        self.second = self.ms // 1000 % 86400
        return 0

    def set(self, day, second):
        raise AssertionError("nobody sets it")


class Driver:
    fault = fades = False

    def put(self, command):
        self.command = command

    def poll(self, ticks):
        return 3_600_000


def fresh(config, ms):
    brain = Brain(config)
    brain.start(0, False, None)
    brain.step(FIRST + ms // DAY_MS, ms // 1000 % 86400, ms % 1000, 0, SYNCED)
    return brain


def run(config, days, start_ticks):
    """Poll until the days are over; returns hours at each level, and the day the run ended."""
    chip, told = Chip(), []
    clock = Clock(chip, None, None, lambda code, value: told.append((code, value)))
    brain = Brain(config)
    driver = Driver()
    output = Output(driver, brain.luminaire)
    control = Control(brain, clock, output, lambda ms: None, lambda ms: None)
    hours: dict[int, int] = {}

    def ticks(ms):
        return (start_ticks + ms + ms * 40 // 1_000_000) % TICKS

    clock.poll(ticks(0))
    brain.start(ticks(0), False, None)
    due = {control: 0, clock: 0}
    now = hour = 0
    while now < days * DAY_MS:
        part = min(due, key=due.get)
        now = due[part]
        while hour < now:
            # The hours between two polls: the light is what a brain that just started would say.
            wanted = fresh(config, hour)
            if wanted.level != brain.level:
                # It may be at a switch point, to the second, and a clock may be two seconds off.
                early, late = fresh(config, hour - 3000), fresh(config, hour + 3000)
                assert brain.level in (early.level, late.level), (FIRST, hour)
            hours[brain.level] = hours.get(brain.level, 0) + 1
            hour += 3_600_000
        chip.ms = now
        due[part] = now + part.poll(ticks(now))
        output.poll(ticks(now + 700_000))
        # The time it goes by is never two seconds from the true one, and a bit for the reading.
        clock.now(ticks(now))
        off = (clock.day - FIRST) * DAY_MS + clock.second * 1000 + clock.millis - now
        assert -3000 <= off <= 3000, (now, off)
    assert told == [] and brain.faults() == 0
    return hours


def node(lamp):
    return next(
        node.config for node in compile_site(load_site(VILLAGE)) if node.luminaire.id == lamp
    )


@pytest.mark.parametrize("start", [0, TICKS - 5000])
def test_a_year(start):
    hours = run(node("E05"), 370, start)
    assert hours[0] > 4000 and len(hours) > 1


@pytest.mark.long
@pytest.mark.parametrize("lamp", ["E05", "M03", "C02"])
def test_twenty_years(lamp):
    hours = run(node(lamp), 20 * 366, TICKS - 100_000_000)
    assert sum(hours.values()) > 20 * 365 * 24
