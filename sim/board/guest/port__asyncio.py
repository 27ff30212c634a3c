"""The tasks and queues of `asyncio` in Python, so that they keep to the port's wrapping ticks.

The unix port's own, in C, read the host's clock. This is what asyncio/core.py asks of them:
a task has `coro`, `data` (what to throw into it; or the queue or task it waits for), `state`
(True: running; a queue of those who wait for it, or a function; None: done; False: done and
somebody asked) and `ph_key`, the tick at which it is due.
"""

from time import ticks_diff, ticks_ms


def _core():
    """The module that runs tasks; it imports this one."""
    import asyncio.core

    return asyncio.core


class TaskQueue:
    """Tasks in the order in which they are due; of two at once, the first pushed is first."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        """The next task, or None."""
        return self._tasks[0] if self._tasks else None

    def push(self, task, key=None):
        """Add a task, due at a tick (now)."""
        task.data = None
        task.ph_key = key = ticks_ms() if key is None else key
        tasks = self._tasks
        place = len(tasks)
        while place and ticks_diff(tasks[place - 1].ph_key, key) > 0:
            place -= 1
        tasks.insert(place, task)

    def pop(self):
        """Take the next task."""
        return self._tasks.pop(0)

    def remove(self, task):
        """Take a task out."""
        self._tasks.remove(task)


class Task:
    """A coroutine that the loop runs, and that others can wait for."""

    def __init__(self, coro, globals=None):
        self.coro = coro
        self.data = None
        self.state = True
        self.ph_key = 0

    def __iter__(self):
        if not self.state:
            self.state = False
        elif self.state is True:
            self.state = TaskQueue()
        elif not isinstance(self.state, TaskQueue):
            raise RuntimeError("can't wait")
        return self

    def __next__(self):
        if self.state:
            waiting = _core().cur_task
            self.state.push(waiting)
            waiting.data = self
        elif self.data is None:
            raise StopIteration
        else:
            raise self.data

    def done(self):
        """Whether it has ended."""
        return not self.state

    def cancel(self):
        """Throw CancelledError into it, or into what it waits for; False if it has ended."""
        core = _core()
        if self.done():
            return False
        if self is core.cur_task:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task.data, Task):
            task = task.data
        if hasattr(task.data, "remove"):  # it waits in the queue of an event or a lock
            task.data.remove(task)
            core._task_queue.push(task)
        elif ticks_diff(task.ph_key, ticks_ms()) > 0:
            core._task_queue.remove(task)
            core._task_queue.push(task)
        task.data = core.CancelledError
        return True
