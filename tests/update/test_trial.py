"""New code on trial: what is wrong with it sends it back by itself, in time; what is right with it
stays. On the virtual board, with the whole node, pushed over its serial line.

`pytest -rP -m "" tests/update/test_trial.py | grep '^|'` prints the table.
"""

from __future__ import annotations

import re

import pytest
from noctule.device import events

from sim.site.tree import FIRMWARE
from tests.app.watched import EVENING, MINUTE, SECOND, Watched, mostly_long
from tests.update.stand import LAMP, code, on_flash, own, push
from tests.update.stand import slot_of as slot

OLD = code(1)


def node(folder, **more):
    """A node that runs the first code, in the evening."""
    return Watched(
        folder, LAMP, EVENING, wifi_key="key", edit=on_flash(OLD, own(1)), patience_s=3, **more
    )


def update(seen, new, lit_within=0):
    """Push, a minute after mains came; the instant at which the new code starts."""
    seen.run(MINUTE)
    board = seen.board
    starts = len(board.starts)
    push(board, code=new, base=OLD, lit_within=lit_within)
    board.wait(lambda b: len(b.starts) > starts)
    return board.chip.now_us()


def changed(name, old, new):
    """The next code, with one module changed."""

    def edit(path, source):
        if path != name:
            return source
        assert source.count(old) == 1, (name, old)
        return source.replace(old, new)

    return code(2, edit)


def added(name, text):
    return code(2, lambda path, source: source + text if path == name else source)


HEALTH = "noctule/app.py", b"        wait = self._guard.poll(ticks)\n"  # each two seconds
CONTROL = (
    "noctule/device/control.py", b"        brain = self._brain\n        clock = self._clock\n"
)  # fmt: skip
HOARD = b"""
import gc
_hoard = []
def _fill(left):
    gc.collect()
    while gc.mem_free() > left:
        _hoard.append(bytearray(256))
"""

FAULTY = {
    # what: (the code, minutes of mains within which it must be gone, why it is)
    "does not import": (lambda: added("noctule/app.py", b"\nraise ValueError(1)\n"), 1, "s"),
    "a module is missing": (lambda: added("noctule/app.py", b"\nimport nothing\n"), 1, "s"),
    "crashes at once": (
        lambda: changed(*CONTROL, b"        raise ValueError(1)\n" + CONTROL[1]), 2, "s",
    ),
    "crashes after two minutes": (
        lambda: changed(
            *HEALTH, b"        if ticks > 120000:\n            raise ValueError(1)\n" + HEALTH[1]
        ), 12, "s",
    ),
    "hangs": (
        lambda: changed(*HEALTH, b"        while ticks > 5000:\n            pass\n" + HEALTH[1]),
        12, "s",
    ),
    "takes all memory": (
        lambda: changed(
            *HEALTH,
            b"        if ticks > 9000:\n            self.x = [[0] * 999 for _ in range(9999)]\n"
            + HEALTH[1],
        ), 12, "s",
    ),
    "leaves no memory": (
        lambda: code(2, lambda path, source: (
            source + HOARD if path == CONTROL[0] else source.replace(
                b"        wait = self._guard.poll(ticks)\n",
                b"        wait = self._guard.poll(ticks)\n"
                b"        from .device.control import _fill\n        _fill(5400)\n",
            ) if path == "noctule/app.py" else source
        )), 6, "m",
    ),
    "never lights": (
        lambda: code(2, lambda path, source: source.replace(b"_driver.put(", b"_driver.put(0 * ")
                     if path == "noctule/device/output.py" else source), 4, "d",
    ),
    "is dark, and says that it is not": (
        lambda: changed(
            "noctule/device/pwm.py", b"    def _duty(self, duty: int) -> None:\n",
            b"    def _duty(self, duty: int) -> None:\n        duty = 0\n",
        ), 4, "d",
    ),
    "asks for no light": (
        lambda: changed(
            "noctule/device/control.py", b"            self._output.go(brain.output,",
            b"            self._output.go(0,",
        ), 17, "d",
    ),
    "does not take the configuration": (
        lambda: changed(
            "noctule/compose.py", b"            return Brain(config)\n",
            b"            raise ValueError(1)\n",
        ), 5, "h",
    ),
    "its driver does not answer": (
        lambda: changed(
            "noctule/device/output.py", b"        return bool(self._driver.fault)\n",
            b"        return True\n",
        ), 5, "h",
    ),
    "does not listen": (
        lambda: changed(
            "noctule/link/console.py", b"        self.polls = self.polls + 1 & _TICKS\n", b"",
        ), 5, "h",
    ),
    "only feeds the watchdog": (
        lambda: changed(
            "noctule/app.py", b"    begin(watchdog, mark, before)\n    go()\n",
            b"    while True:\n        watchdog.feed()\n        sleep_ms(1000)\n",
        ), 5, "h",
    ),
    "takes no more updates": (
        lambda: added("noctule/update/session.py", b"\nraise ValueError(1)\n"), 6, "u",
    ),
    "a part of its updater does not load": (
        lambda: added("noctule/update/coming.py", b"\nraise ValueError(1)\n"), 6, "u",
    ),
    "what a part needs does not load": (
        lambda: added("noctule/update/place.py", b"\nraise ValueError(1)\n"), 6, "u",
    ),
}  # fmt: skip


def test_a_trial_looks_at_every_part_of_the_updater():
    """A module that is new in the folder is known to loads.py, or comes with all that are."""
    with_all = {
        "__init__", "session", "line", "flash", "loads", "manifest", "change", "slots", "floor",
    }  # fmt: skip
    folder = FIRMWARE / "noctule" / "update"
    named = re.findall(r'"(\w+)"', (folder / "loads.py").read_text(encoding="utf-8"))
    assert {path.stem for path in folder.glob("*.py")} == with_all | set(named)


def test_the_code_before_asks_the_new_session_by_a_name_that_stays():
    """trial.py of the kept slot calls it of the new one: renamed, no good code would be confirmed
    any more on a node that has the code before."""
    asked = (FIRMWARE / "trial.py").read_text(encoding="utf-8")
    assert '"noctule.update.session"' in asked and "sys.modules[session].loads()" in asked
    session = (FIRMWARE / "noctule" / "update" / "session.py").read_text(encoding="utf-8")
    assert "\ndef loads() -> None:\n" in session


def test_what_ends_a_trial_fits_into_what_is_kept_for_it():
    """trial.py, _RESERVE: the kept code's main.py, which is read whole, and a file."""
    assert (FIRMWARE / "main.py").stat().st_size <= 4096


@pytest.mark.parametrize(
    "what",
    mostly_long(
        FAULTY, "does not import", "crashes after two minutes", "never lights",
        "only feeds the watchdog",
    ),
)  # fmt: skip
def test_it_goes_by_itself(what, tmp_path):
    made, minutes, why = FAULTY[what]
    with node(tmp_path) as seen:
        new = made()
        at = update(seen, new, lit_within=15)
        while slot(seen.board) != f"a!{why}":
            assert seen.board.chip.now_us() < at + minutes * MINUTE, slot(seen.board)
            seen.run(MINUTE // 4, 120)
        took = (seen.board.chip.now_us() - at) / MINUTE
        seen.run(3 * MINUTE)
        assert slot(seen.board) == f"a!{why}"
        assert "emplacement a" in seen.ask("status")
        assert seen.board.prompts == 1  # the push's
    assert (events.TAKEN_BACK, ord(why)) in seen.events()
    print(f"| {what} | {took:.1f} min | {why} | {seen.short(at):+.1f} % |")


def test_what_is_right_stays_after_half_an_hour_of_mains(tmp_path):
    new = code(2)
    with node(tmp_path) as seen:
        update(seen, new, lit_within=15)
        seen.run(20 * MINUTE)
        assert slot(seen.board) == "b3"
        seen.run(12 * MINUTE)
        assert slot(seen.board) == "b"
    seen.enough()
    assert (events.UPDATED, 0) in seen.events()
    assert len(seen.board.starts) == 2


def test_it_may_take_several_evenings(tmp_path):
    new = code(2)
    with node(tmp_path) as seen:
        update(seen, new, lit_within=15)
        for evening in range(3):
            seen.run(12 * MINUTE)
            assert slot(seen.board) == ("b3" if evening < 2 else "b")
            seen.board.power_off()
            seen.run(10 * MINUTE)
            seen.board.power_on()
    assert slot(seen.board) == "b"


def test_a_main_py_that_does_not_run(tmp_path):
    """The prompt comes, the light is full; ten minutes later the watchdog tries again, and the
    third time boot.py has had enough."""
    bad = code(2, lambda path, source: b"1 / 0\n" if path == "main.py" else source)
    with node(tmp_path) as seen:
        board = seen.board
        update(seen, bad)
        prompts = 1  # the push's
        for _ in range(2):
            board.release()
            board.wait(lambda b, past=prompts: b.prompts > past)
            prompts = board.prompts
            with board.lock:  # ten minutes at the prompt, where time is real, are cut short
                assert board.chip.timeout_us == 600 * SECOND
                starts = len(board.starts)
                board.chip.deadline = board.chip.now_us()
            board.wait(lambda b, past=starts: len(b.starts) > past)
        board.hold()
        seen.run(2 * MINUTE)
        assert slot(board) == "a!s"
        assert "emplacement a" in seen.ask("status")
    seen.enough()
