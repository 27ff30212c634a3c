"""A node whose light is watched at every change, beside what its program asks by the true time.

    with Watched(folder, "R03", evening) as node:
        node.run(20 * MINUTE)
    node.short()       the least that the light was above what was asked, in percent
    node.events()      what the node wrote into its log
"""

import datetime
import itertools
from pathlib import Path

import pytest
from noctule.brain.brain import SYNCED, Brain
from noctule.device import events
from noctule.device.store import Log

from sim.board import sweep
from tests.app.node import EPOCH, MINUTE, SECOND, Node

SITE = Path(__file__).with_name("faults.toml")
EVENING = datetime.datetime(2026, 11, 23, 20, 25, tzinfo=datetime.UTC)
"""21:25 in the village: five minutes before its programs dim."""

_DAY_MS = 86_400_000
_TICKS = 0x3FFFFFFF
_BY_GEAR = 0.2
"""Percent by which a DALI level may miss what is asked: arc power levels have steps."""

# Run by main.py before the node: makes a part's poll misbehave, from an instant of its chip on.
_SABOTAGE = """
from asyncio import CancelledError
from machine import PWRON_RESET, reset_cause
from time import sleep_ms, ticks_ms


def spoil(kind, method, from_ms, do, always):
    real = getattr(kind, method)
    begun = []

    def spoilt(self, *rest):
        first = reset_cause() == PWRON_RESET
        if always(begun) if callable(always) else always and not first or (
            first and ticks_ms() >= from_ms and (always or not begun)
        ):
            begun.append(1)
            do()
        return real(self, *rest)

    setattr(kind, method, spoilt)


def fail():
    raise RuntimeError("sabotage")


def end():
    raise CancelledError  # ends the task, and nobody hears of it


def hold():
    while True:
        sleep_ms(100)  # waits, and yields to nobody


def spin():
    while True:
        pass


hoard = []


def eat():
    while True:
        hoard.append(bytearray(200))


"""


def sabotage(where: str, do: str, *, from_ms: int = 0, always: bool | str = False):
    """What changes a node's files so that a method, "module:Class.method", does that before its
    own work: once, in the first run after a power-up; `always`: each time from then on, and at
    once in the runs that follow; as text: whenever this expression is so. do: fail, end, hold,
    spin, eat."""
    module, _, name = where.partition(":")
    kind, _, method = name.rpartition(".")

    def edit(folder: Path) -> None:
        when = f"lambda begun: {always}" if isinstance(always, str) else str(always)
        line = f"from {module} import {kind}\nspoil({kind}, {method!r}, {from_ms}, {do}, {when})"
        (folder / "a" / "sabotage.py").write_text(_SABOTAGE + line + "\n")
        main = (folder / "main.py").read_text()
        run = "    from noctule.app import run\n"
        assert main.count(run) == 1
        (folder / "main.py").write_text(main.replace(run, run + "    import sabotage\n"))

    return edit


def mostly_long(values, *quick):
    """Parameters of a test; those that `quick` names (or the first of a tuple) are of the quick
    form too."""
    every = [value if isinstance(value, tuple) else (value,) for value in values]
    assert {value[0] for value in every} >= set(quick)
    return [
        pytest.param(*value, marks=[] if value[0] in quick else pytest.mark.long)
        for value in every
    ]


class Watched(Node):
    """As Node; `light` is what was given when, (us, percent), from the start on."""

    def __enter__(self) -> "Watched":
        self.light: list[tuple[int, float]] = []
        chip = self.board.chip
        chip.watchers.append(self._look)
        if self.bus is not None:
            hear = self.bus.gear[0].hear

            def heard(frame, us):
                answer = hear(frame, us)
                chip.at(us, self._look)
                return answer

            self.bus.gear[0].hear = heard
        self._tick()
        super().__enter__()
        return self

    def __exit__(self, *error) -> None:
        super().__exit__(*error)
        if error[0] is None:
            self._kept = self._read()

    def run(self, us: int, real_timeout_s: float = 60.0) -> None:
        super().run(us, real_timeout_s)

    def _look(self) -> None:
        if self.board.powered:
            self.light.append((self.board.chip.now_us(), self.output()))

    def _tick(self) -> None:
        self._look()
        self.board.chip.at(self.board.chip.now_us() + SECOND, self._tick)

    # What was asked.

    def asked(self, until_us: int, lux: int = 0) -> list[tuple[int, float]]:
        """What the program asks by the true time, with nobody there: (from when, percent)."""
        brain = Brain(self.config)
        brain.start(0, False, None)
        begin = round((self.begins - EPOCH) / datetime.timedelta(milliseconds=1))
        asked: list[tuple[int, float]] = []
        ms = 0
        while ms * 1000 <= until_us:
            day, at = divmod(begin + ms, _DAY_MS)
            brain.light(lux, ms & _TICKS)
            wait = brain.step(day, at // 1000, at % 1000, ms & _TICKS, SYNCED)
            if not asked or asked[-1][1] != brain.output:
                asked.append((ms * 1000, brain.output))
            ms += min(wait, 60_000)
        return asked

    def short(self, since_us: int = 0, lux: int = 0) -> float:
        """The least that the light was above what was asked, in percent; below 0: too little.

        What lasts no time is no light: a pin that a reset lets go of and boot.py takes again.
        """
        seen = [(us, light) for us, light in self.light if us >= since_us]
        asked = self.asked(seen[-1][0], lux)
        least = 100.0
        i = 0
        for (us, light), (after, _) in itertools.pairwise([*seen, (1 << 62, 0.0)]):
            if after == us:
                continue
            while i + 1 < len(asked) and asked[i + 1][0] <= us:
                i += 1
            least = min(least, light - asked[i][1])
        return least

    def enough(self, since_us: int = 0, lux: int = 0) -> None:
        """At no instant was there less light than asked."""
        assert self.short(since_us, lux) >= -_BY_GEAR

    # What it kept.

    def _read(self) -> dict[str, bytes]:
        source = (
            "import os\n"
            "def check(root):\n"
            "    found = []\n"
            "    for name in os.listdir(root + 'keep'):\n"
            "        if os.stat(root + 'keep/' + name)[0] & 0x4000:\n"
            "            continue\n"
            "        with open(root + 'keep/' + name, 'rb') as file:\n"
            "            found.append(name + ' ' + file.read().hex())\n"
            "    return '\\n'.join(found)\n"
        )
        found = list(sweep(self.board.flash.path.read_bytes(), [], source))
        assert found[-1].text is not None, found[-1].error
        pairs = (line.partition(" ") for line in found[-1].text.splitlines())
        return {name: bytes.fromhex(data) for name, _, data in pairs}

    def kept(self) -> dict[str, bytes]:
        """Names and bytes of what is in /keep, after the board was stopped."""
        return self._kept

    def events(self) -> list[tuple[int, int]]:
        """Code and value of each event of the log, from the oldest on."""
        return [(code, value) for code, value, _, _ in Log(_Kept(self._kept)).back()][::-1]

    def codes(self) -> set[int]:
        """Codes of the log."""
        return {code for code, _ in self.events()}

    def faults(self) -> int:
        """Bits of all faults that were ever reported."""
        bits = 0
        for code, value in self.events():
            if code == events.FAULT:
                bits |= value
        return bits

    def told(self, fault: str, since_us: int = 0) -> None:
        """Print a line of the table (`pytest -rP`)."""
        names = {
            value: name
            for name, value in vars(events).items()
            if name.isupper() and 1 <= value <= 18 and name in _CODES
        }
        seen = [names[code] for code in sorted(self.codes() - {events.START})]
        bits = [_BITS[bit] for bit in range(22) if self.faults() >> bit & 1]
        least = self.short(since_us)
        print(f"| {fault} | {least:+.1f} % | {', '.join(seen)} | {', '.join(bits)} |")


class _Kept:
    """Files in memory, for Log."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def read(self, name: str, most: int) -> bytes | None:
        data = self._files.get(name)
        return None if data is None else data[:most]


_CODES = (
    "START", "ENDED", "FAULT", "MENDED", "TIME_SET", "TIME_REFUSED", "TIME_LOST", "CLOCK_DEAD",
    "CLOCK_BACK", "FAILED", "SAFE_MODE", "COMMAND", "UNWRITTEN", "LEVEL", "WRONG_KEY",
    "UPDATED", "TAKEN_BACK", "CONFIGURED",
)  # fmt: skip
_BITS = (
    "time", "sensor stuck", "photocell dead", "sensor dead", "photocell stuck", "lamp out",
    "day burner", "cycling", "power high", "power low", "clock", "config copy", "config lost",
    "wiring lost", "storage", "output", "sensor silent", "meter mad", "task failed", "safe",
    "wiring wrong", "time disputed",
)  # fmt: skip

__all__ = ["EVENING", "MINUTE", "SECOND", "SITE", "Watched", "mostly_long", "sabotage"]
