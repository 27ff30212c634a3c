"""A chip without a board: a clock that only goes when told, for parts by themselves."""

import heapq
import importlib.util
import itertools
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

from sim.board.parts.part import RefusedError

GUEST = Path(__file__).resolve().parents[3] / "sim" / "board" / "guest"


class Bench:
    """What parts want of a chip (`sim.board.parts.Host`)."""

    def __init__(self):
        self.us = 0
        self.inputs = {}
        self.levels = {}
        self.drives = []
        self.watchers, self.on_power, self.on_reset = [], [], []
        self.interrupts = []
        self.handlers = {}
        self._plugs = {}
        self._due = []
        self._order = itertools.count()

    def now_us(self):
        return self.us

    def at(self, us, call):
        due = SimpleNamespace(us=max(us, self.us), call=call, off=False)
        due.cancel = lambda: setattr(due, "off", True)
        heapq.heappush(self._due, (due.us, next(self._order), due))
        return due

    def plug(self, word, answer):
        self._plugs[word] = answer

    def drive(self, pin, value):
        self.drives.append((self.us, pin, value))
        self.inputs[pin] = value
        return False

    def interrupt(self, key):
        self.interrupts.append((self.us, key))
        self.handlers.get(key, int)()

    def level(self, pin):
        return self.levels.get(pin)

    def ask(self, words, data=b""):
        try:
            return self._plugs[words.partition(".")[0]](words.split(" "), bytes(data))
        except RefusedError as refused:
            return f"!{refused}", b""

    # By hand.

    def put(self, pin, level):
        self.levels[pin] = level
        for watcher in self.watchers:
            watcher()

    def power(self, on):
        for call in self.on_power:
            call(on)

    def reset(self, soft=False):
        for call in self.on_reset:
            call(soft)

    def spend(self, us):
        """Time goes by, and what is due happens."""
        end = self.us + us
        while self._due and self._due[0][0] <= end:
            at, _, due = heapq.heappop(self._due)
            if not due.off:
                self.us = max(self.us, at)
                due.call()
        self.us = end

    def wait(self, us):
        self.spend(us)
        return False


def guest(bench, name):
    """A module of the guest's, run here, asking a bench."""
    doubles = {
        "buses": {} if name == "buses" else vars(guest(bench, "buses")),
        "wire": {"ask": bench.ask, "wait": bench.wait, "handlers": bench.handlers},
        "clock": {"now": bench.now_us},
        "time": {
            "sleep_ms": lambda ms: bench.spend(ms * 1000), "sleep_us": bench.spend,
            "ticks_ms": lambda: bench.us // 1000 % (1 << 30),
        },
    }  # fmt: skip
    before = {each: sys.modules.get(each) for each in doubles}
    try:
        for each, names in doubles.items():
            sys.modules[each] = ModuleType(each)
            vars(sys.modules[each]).update(names)
        spec = importlib.util.spec_from_file_location("guest_" + name, GUEST / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for each, was in before.items():
            if was is None:
                del sys.modules[each]
            else:
                sys.modules[each] = was
    return module
