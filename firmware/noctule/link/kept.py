"""What a node has kept in its flash, for the prompt when no node runs: no brain, no pins."""

import json

from noctule.brain.const import const
from noctule.brain.faults import METERED
from noctule.brain.state import SIZE, get, sound
from noctule.device import events
from noctule.device.store import Copies, Counters, Files, Log

from . import commands

_CONFIG = const(4000)  # bytes at most
_WIRING = const(1024)


class Kept:
    """What of a console and its node commands.py asks of `log` and `faults`. folder: of the
    files."""

    tracing = False
    since_day = since_ms = 0
    version = "?"  # that of app.py, which is more than is needed here
    slot = __file__[1:2]  # "/a/noctule/link/kept.mpy"

    def __init__(self, folder: str = "/keep/") -> None:
        self.node = self
        self._folder = folder
        files = Files(folder)
        self.log = Log(files)
        self.counters = Counters(Copies(files, "counts", 4 * events.COUNTERS), events.COUNTERS)
        self.counters.load()
        self._faults = 0
        configs = Copies(files, "config", _CONFIG)
        if configs.load() is None:
            self._faults |= events.CONFIG_LOST
        wirings = Copies(files, "wiring", _WIRING)
        raw = wirings.load()
        self.wiring: dict = {}
        try:
            self.wiring = json.loads(raw or b"")
        except ValueError:
            self._faults |= events.WIRING_LOST
        if configs.bad or wirings.bad:
            self._faults |= events.CONFIG_COPY
        self.saved = Copies(files, "state", SIZE).load()
        if self.saved is not None and sound(self.saved):
            self._faults |= get(self.saved, 56, 2) & METERED
        else:
            self.saved = None
        self.lang = "fr" if self.wiring.get("lang") == "fr" else "en"

    def faults(self) -> int:
        """Bits, as far as files show them."""
        return self._faults

    def status(self, words):
        """Lines, as of the command."""
        yield words.NODE % (self.wiring.get("node", "?"), self.wiring.get("site", "?"))
        yield commands.board(words, self)
        when = words.NOT_KNOWN
        if self.saved is not None and get(self.saved, 34, 2):
            when = commands.instant(get(self.saved, 34, 2), get(self.saved, 36, 3))
        yield words.SAVED % when
        for line in commands.counted(words, self.counters.values):
            yield line
        for line in commands.faulty(words, self._faults):
            yield line
        if Files(self._folder).read("crash.txt", 1):
            yield words.CRASHED
