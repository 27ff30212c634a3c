"""A task's sleep that others can shorten or lengthen, and that allocates nothing.

asyncio's own means allocate at each use: `wait_for_ms` makes a task, `Event` a queue. This does
what `asyncio.sleep_ms` and `Task.cancel` do with the loop's queue of tasks
(extmod/asyncio/core.py, task.py): a task lies in it under the tick at which it is due.
"""

from asyncio import core  # type: ignore[attr-defined]
from time import ticks_add, ticks_ms


class Alarm:
    """One task's: `await alarm.wait(ms)`. Longer than 2 ** 29 - 1 ms is more than asyncio can.

    due: the tick at which the sleeper is to wake, as last said.
    """

    def __init__(self) -> None:
        self.due = ticks_ms()
        self._task = None  # who sleeps
        self._ms = -1  # for how long it is about to; -1: it is about to wake up
        self._end = StopIteration()

    def anew(self) -> None:
        """Nobody sleeps: the loop in which somebody did has ended."""
        self.due = ticks_ms()
        self._task = None
        self._ms = -1

    def wait(self, ms: int):
        """Sleep for so long."""
        self._ms = ms
        return self

    def set(self, ms: int) -> None:
        """Let the sleeper wake in so many ms from now, whatever it was told; nobody sleeps: it is
        awake, and asks anew before it sleeps again."""
        task = self._task
        if task is not None:
            queue = core._task_queue
            queue.remove(task)
            self.due = ticks_add(ticks_ms(), ms)
            queue.push(task, self.due)

    def __iter__(self):
        return self

    __await__ = __iter__

    def __next__(self) -> None:
        ms = self._ms
        if ms >= 0:
            self._ms = -1
            self._task = core.cur_task
            self.due = ticks_add(ticks_ms(), ms)
            core._task_queue.push(core.cur_task, self.due)
            return
        self._task = None
        # As SingletonGenerator does: a traceback would grow at each use.
        self._end.__traceback__ = None
        raise self._end
