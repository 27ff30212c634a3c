"""The watchdog is fed while, and only while, every vital task reports in time."""

from types import SimpleNamespace

import pytest
from noctule.device.events import NOBODY
from noctule.device.guard import (
    ASKED,
    DIED,
    FAILED,
    LEFT_SAFE,
    SAFE_AFTER,
    SILENT,
    Guard,
    SilentError,
)

TICKS = 0x3FFFFFFF


class Watchdog:
    fed = 0

    def feed(self):
        self.fed += 1


class Task:
    def __init__(self, number, vital, due):
        self.number, self.vital, self.alarm = number, vital, SimpleNamespace(due=due)


class Marks(list):
    def __call__(self, *mark):
        self.append(mark)


def made(failed=0, safe=False):
    dog, marks = Watchdog(), Marks()
    return Guard(dog, marks, failed, safe), dog, marks


@pytest.mark.parametrize("start", [0, 5000, TICKS - 3000])
def test_fed_until_a_vital_task_is_silent(start):
    guard, dog, marks = made()
    guard.tasks = (Task(0, True, start + 3600000 & TICKS), Task(2, True, start + 1000 & TICKS))
    ticks = start
    while (ticks - start & TICKS) <= 9000:
        assert guard.poll(ticks) == 2000
        ticks = ticks + 2000 & TICKS
    assert dog.fed == 5 and not marks
    with pytest.raises(SilentError):
        guard.poll(ticks)
    assert dog.fed == 5 and marks == [(1, SILENT, 2, 0)]


def test_a_task_that_does_not_matter_may_be_silent():
    guard, dog, marks = made()
    guard.tasks = (Task(6, False, 0),)
    for ticks in range(0, 60000, 2000):
        guard.poll(ticks)
    assert dog.fed == 30 and not marks


def test_a_boot_has_come_to_something_after_a_minute_and_says_so_seldom():
    guard, _, marks = made(failed=3)
    for ticks in range(0, 58001, 2000):
        guard.poll(ticks)
    assert not marks
    guard.ended(FAILED, 2)
    assert marks == [(4, FAILED, 2, 0)]
    for ticks in range(60000, 24 * 3600 * 1000, 2000):
        guard.poll(ticks)
    assert marks[1] == (0, DIED, NOBODY, 1)
    assert len(marks) == 2 + 24 * 60 // 16 - 1  # RTC memory is no flash, yet there is no need
    guard.ended(FAILED, 0)
    assert marks[-1][:3] == (1, FAILED, 0)  # the first in a row again
    guard.ended(ASKED)
    assert marks[-1][:2] == (0, ASKED)


def test_safe_mode_proves_nothing_and_leaves_one_try():
    guard, _, marks = made(failed=SAFE_AFTER, safe=True)
    for ticks in range(0, 600001, 2000):
        guard.poll(ticks)
    assert not marks and guard.minutes == 10
    guard.left_safe()
    assert marks == [(SAFE_AFTER - 1, LEFT_SAFE, NOBODY, 10)]
