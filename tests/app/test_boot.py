"""What may befall a node itself: spoilt files, a full flash, tasks that fail, die or never yield,
brown-outs, no memory, somebody at the prompt. There is always the light that its program asks,
or more; what happened is in the log; and it comes back.

`test_faults.py` says how to print the table.
"""

import json
import random

import pytest
from noctule.brain.faults import PHOTOCELL_DEAD
from noctule.device import events, guard
from noctule.device.events import (
    CONFIG_COPY,
    CONFIG_LOST,
    ENDED,
    FAILED,
    SAFE,
    SAFE_MODE,
    START,
    STORAGE,
    TASK_FAILED,
    WIRING_LOST,
    WIRING_WRONG,
)
from noctule.device.store import Copies, Files

from sim.board.chip import Cause
from sim.site.check import load_site
from tests.app.node import HOUR, VILLAGE
from tests.app.watched import EVENING, MINUTE, SECOND, SITE, Watched, mostly_long, sabotage
from tests.sim.board.driving import run as at_prompt

SITES = {VILLAGE: load_site(VILLAGE), SITE: load_site(SITE)}
POWER_ON, HARD, WATCHDOG = Cause.POWER_ON, Cause.HARD, Cause.WATCHDOG
WATCHDOG_S = 20
PROMPT_US = 600 * SECOND  # of the watchdog at a prompt

TASKS = {
    "control": "noctule.device.control:Control.poll",
    "output": "noctule.device.output:Output.poll",
    "sensors": "noctule.device.sensors:Sensors.poll",
    "time": "noctule.app:Time.poll",
    "health": "noctule.app:Health.poll",
    "log": "noctule.device.keeper:Keeper.poll",
    "serial": "noctule.link.console:Console.poll",
}
NUMBER = {name: number for number, name in enumerate(TASKS)}
# When it is asked next, it is to fail: control at the switch point, the clock's at the start.
FROM_MS = {task: 8 * 60_000 for task in TASKS} | {"control": 4 * 60_000, "time": 0}
VITAL = ("control", "output", "sensors", "health")


def node(folder, lamp="cell", *, site=SITE, **more):
    return Watched(folder, lamp, more.pop("begins", EVENING), site=SITES[site], **more)


def village(folder, lamp, **more):
    return node(folder, lamp, site=VILLAGE, **more)


def darkest(seen):
    return min(light for _, light in seen.light)


def left_alone(seen):
    """Ten minutes at the prompt, where time is real, are cut short: the watchdog bites."""
    board = seen.board
    with board.lock:
        assert board.chip.timeout_us == PROMPT_US
        assert board.chip.deadline <= board.chip.now_us() + PROMPT_US
        board.chip.deadline = board.chip.now_us()
    starts = len(board.starts)
    board.wait(lambda b: len(b.starts) > starts)


# --- What it keeps -------------------------------------------------------------------------------


def spoil(*names):
    def edit(folder):
        for name in names:
            path = folder / "keep" / name
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 0x10
            path.write_bytes(data)

    return edit


def good(seen, name):
    """How many copies of it check."""
    kept = seen.kept()

    class Read:
        def read(self, file, most):
            return kept.get(file)

    copies = Copies(Read(), name, 4000)
    copies.load()
    return copies.good


@pytest.mark.parametrize("what", ["config", "wiring"])
@pytest.mark.parametrize("copy", mostly_long([0, 1], 1))
def test_one_copy_is_spoilt(what, copy, tmp_path):
    with node(tmp_path, edit=spoil(f"{what}.{copy}")) as seen:
        seen.run(8 * MINUTE)
    seen.told(f"{what}.{copy} spoilt")
    seen.enough()
    assert seen.output() == pytest.approx(20, abs=0.5)
    assert seen.faults() == CONFIG_COPY and good(seen, what) == 2


@pytest.mark.parametrize(("lamp", "site"), [("cell", SITE), ("E05", VILLAGE)])
@pytest.mark.parametrize(
    ("what", "expected"), [("config", CONFIG_LOST), ("wiring", WIRING_LOST)]
)
def test_both_copies_are_spoilt(what, expected, lamp, site, tmp_path):
    with node(tmp_path, lamp, site=site, edit=spoil(f"{what}.0", f"{what}.1")) as seen:
        seen.run(8 * MINUTE)
    seen.told(f"{what} spoilt, {lamp}")
    seen.enough()
    assert darkest(seen) == 100
    assert seen.faults() & expected and seen.board.starts == [POWER_ON]


@pytest.mark.parametrize("what", mostly_long(["config", "wiring"], "wiring"))
def test_both_copies_are_gone(what, tmp_path):
    def edit(folder):
        for copy in "01":
            (folder / "keep" / f"{what}.{copy}").unlink()

    with node(tmp_path, edit=edit) as seen:
        seen.run(8 * MINUTE)
    seen.told(f"{what} gone")
    seen.enough()
    assert darkest(seen) == 100
    assert seen.faults() & (CONFIG_LOST if what == "config" else WIRING_LOST)


def rewired(change):
    def edit(folder):
        copies = Copies(Files(f"{folder}/keep/"), "wiring", 1024)
        wiring = json.loads(copies.load())
        assert copies.save_all(json.dumps(change(wiring)).encode())

    return edit


def part(**parts):
    return lambda wiring: {**wiring, **parts}


NONSENSE = {
    "presence on pin 99": part(presence={"kind": "pir", "pin": 99}),
    "presence of no kind": part(presence={"kind": "laser", "pin": 27}),
    "presence a number": part(presence=3),
    "light of no kind": part(light={"kind": "moon", "pin": 34}),
    "bus on pins that are not": part(i2c={"id": 7, "sda": 98, "scl": 99, "freq": 100000}),
    "meter on pin 99": part(meter={"kind": "bl0937", "pin": 99, "pulse": 17244}),
    "meter without pulses": part(meter={"kind": "bl0937", "pin": 4, "pulse": 0}),
    "network of no kind": part(network={"kind": "pigeon"}),
    "NTP by name": part(ntp=["pool.example"]),
    "output of no kind": part(output={"kind": "laser", "pin": 25}),
    "output on an input": part(output={"kind": "pwm", "pin": 35}),
    "a list": lambda wiring: [1, 2],
    "a number": lambda wiring: 3,
}


@pytest.mark.parametrize(
    "name", mostly_long(NONSENSE, "presence of no kind", "output of no kind", "a list")
)
def test_wiring_that_cannot_be(name, tmp_path):
    with node(tmp_path, edit=rewired(NONSENSE[name])) as seen:
        seen.run(8 * MINUTE)
        light = seen.board.chip.level(25), seen.board.chip.level(26)
    seen.told(f"wiring: {name}")
    if "output" in name or name.startswith("a "):
        assert light == (65535, 0)  # as boot.py set them: full light, the relay at rest
    elif name.startswith(("presence", "bus")):
        assert seen.light[-1][1] == 100  # nobody is seen, which is not nobody there; no time
    else:
        assert seen.light[-1][1] == pytest.approx(20, abs=0.5)
    seen.enough()
    assert seen.faults() & (WIRING_LOST if name.startswith("a ") else WIRING_WRONG)
    assert seen.board.starts == [POWER_ON]


def test_a_configuration_that_is_not_its_own(tmp_path):
    """Its copies check, what is in them does not."""

    def edit(folder):
        copies = Copies(Files(f"{folder}/keep/"), "config", 4000)
        config = bytearray(copies.load())
        config[40] ^= 1
        assert copies.save_all(config)

    with node(tmp_path, edit=edit) as seen:
        seen.run(8 * MINUTE)
    seen.told("configuration of another digest")
    seen.enough()
    assert darkest(seen) == 100 and seen.faults() & CONFIG_LOST


@pytest.mark.parametrize("seed", mostly_long(range(3), 0))
def test_garbage_in_state_counters_and_log(seed, tmp_path):
    def edit(folder):
        dice = random.Random(seed)
        for name in [f"{kept}.{i}" for kept in ("state", "counts", "log") for i in range(4)]:
            (folder / "keep" / name).write_bytes(dice.randbytes(dice.choice((0, 1, 17, 64, 3000))))

    with node(tmp_path, edit=edit) as seen:
        seen.run(8 * MINUTE)
        with seen.board.lock:
            seen.board.parts["light"].fail("dead")
        seen.run(2 * MINUTE)
    seen.told("garbage in state, counters and log")
    seen.enough()
    assert seen.light[-1][1] == pytest.approx(20, abs=0.5)
    assert seen.board.starts == [POWER_ON]
    assert {START, events.FAULT} <= seen.codes()


@pytest.mark.parametrize("name", mostly_long(["state.0", "log.0", "counts.0"], "log.0"))
def test_a_folder_where_a_file_should_be(name, tmp_path):
    with node(tmp_path, edit=lambda folder: (folder / "keep" / name).mkdir()) as seen:
        seen.run(8 * MINUTE)
    seen.told(f"{name} is a folder")
    seen.enough()
    assert seen.light[-1][1] == pytest.approx(20, abs=0.5)
    assert seen.board.starts == [POWER_ON]


FULL = """
def fill():
    number = 0
    for size in (65536, 4096, 4096, 512, 512, 64, 64, 512):
        try:
            while number < 2000:
                number += 1
                with open("/" + str(number), "wb") as file:
                    for _ in range(0, size, 64):
                        file.write(bytes(64))
        except OSError:
            pass
"""


def test_flash_is_full(tmp_path):
    """What cannot be written is a fault, and no more. Small files still find room, mostly."""

    def edit(folder):
        sabotage("noctule.device.control:Control.poll", "fill")(folder)
        path = folder / "a" / "sabotage.py"
        path.write_text(FULL + path.read_text())

    with node(tmp_path, edit=edit) as seen:
        seen.run(8 * MINUTE)
        for _ in range(6):
            for fail in (True, False):
                with seen.board.lock:
                    cell = seen.board.parts["light"]
                    cell.fail("dead") if fail else cell.mend()
                seen.run(3 * MINUTE)
        said = seen.ask("faults")
    seen.told("flash full")
    seen.enough()
    assert seen.light[-1][1] == pytest.approx(20, abs=0.5)
    assert seen.board.starts == [POWER_ON]
    came = [value for code, value in seen.events() if code == events.FAULT]
    assert "flash" in said or came.count(PHOTOCELL_DEAD) == 6 or STORAGE & seen.faults()


# --- Tasks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "lamp", "site"),
    [(task, "cell", SITE) for task in TASKS] + [("output", "E05", VILLAGE)],
)
def test_an_exception(task, lamp, site, tmp_path):
    edit = sabotage(TASKS[task], "fail", from_ms=FROM_MS[task])
    with node(tmp_path, lamp, site=site, edit=edit) as seen:
        seen.run(10 * MINUTE)
        dimmed = seen.output()
    seen.told(f"exception in {task}, {lamp}")
    seen.enough()
    assert dimmed == pytest.approx(20 if lamp == "cell" else 10, abs=0.5)
    assert (FAILED, NUMBER[task]) in seen.events()
    if task in VITAL:
        assert seen.board.starts == [POWER_ON, HARD]
        assert (ENDED, guard.FAILED << 8 | NUMBER[task]) in seen.events()
        assert b"sabotage" in seen.kept()["crash.txt"]
    else:
        assert seen.board.starts == [POWER_ON] and seen.faults() & TASK_FAILED


@pytest.mark.parametrize("task", TASKS)
def test_a_task_that_dies_without_a_word(task, tmp_path):
    """It is missed a moment after it should have reported; of the guard itself by the watchdog."""
    edit = sabotage(TASKS[task], "end", from_ms=FROM_MS[task])
    with node(tmp_path, edit=edit) as seen:
        seen.run(10 * MINUTE)
        dimmed = seen.output()
    seen.told(f"{task} dies")
    seen.enough()
    assert dimmed == pytest.approx(20, abs=0.5)
    if task == "health":
        assert seen.board.starts == [POWER_ON, WATCHDOG]
        assert (ENDED, guard.DIED << 8 | events.NOBODY) in seen.events()
    elif task in VITAL:
        assert seen.board.starts == [POWER_ON, HARD]
        assert (ENDED, guard.SILENT << 8 | NUMBER[task]) in seen.events()
    else:
        assert seen.board.starts == [POWER_ON]


@pytest.mark.parametrize("task", ["time", "log", "serial"])
def test_a_task_that_is_not_vital_fails_always(task, tmp_path):
    edit = sabotage(TASKS[task], "fail", always=True)
    with node(tmp_path, edit=edit) as seen:
        seen.run(16 * MINUTE)
        said = seen.ask("faults") if task != "serial" else "a task has failed"
        failures = seen.board.serial.text().count("RuntimeError: sabotage")
    seen.told(f"{task} fails always")
    seen.enough()
    assert seen.light[-1][1] == pytest.approx(20, abs=0.5)
    assert seen.board.starts == [POWER_ON] and 15 <= failures <= 18
    assert "a task has failed" in said
    if task != "log":
        assert seen.faults() == TASK_FAILED


def test_safe_mode_and_out_of_it(tmp_path):
    """The sensor's driver fails in every run for 15 minutes: after five boots the node runs
    without it, as if somebody were there; it tries again each ten minutes, and once that works
    is as before."""
    where = "noctule.device.pir:Pir.look"
    edit = sabotage(where, "fail", always="__import__('time').time() < 15 * 60")
    with node(tmp_path, edit=edit) as seen:
        seen.run(9 * MINUTE)
        assert seen.board.starts == [POWER_ON] + [HARD] * 5
        assert seen.output() == 100
        status = seen.ask("status")
        seen.run(9 * MINUTE)  # one more try, in vain
        assert seen.board.starts == [POWER_ON] + [HARD] * 7
        assert seen.output() == 100
        seen.run(12 * MINUTE)
        assert seen.board.starts == [POWER_ON] + [HARD] * 8
        dimmed = seen.output()
    seen.told("sensor's driver fails always")
    seen.enough()
    assert "safe mode" in status
    assert dimmed == pytest.approx(20, abs=0.5)
    assert [value for code, value in seen.events() if code == SAFE_MODE] == [5, 5]
    assert seen.faults() & SAFE
    assert (ENDED, guard.FAILED << 8 | NUMBER["sensors"]) in seen.events()


@pytest.mark.parametrize("lamp", mostly_long(["cell", "E05"], "E05"))
@pytest.mark.parametrize("task", mostly_long(["sensors", "output", "control"], "output"))
def test_not_even_safe_mode_runs(task, lamp, tmp_path):
    """Full light and the prompt; the watchdog tries again."""
    site = SITE if lamp == "cell" else VILLAGE
    edit = sabotage(TASKS[task], "fail", from_ms=FROM_MS[task], always=True)
    runs = [POWER_ON] + [HARD] * 6  # the first had proved itself
    with node(tmp_path, lamp, site=site, edit=edit) as seen:
        seen.board.run_until(lambda board: board.prompts == 1, 20)
        assert seen.board.starts == runs
        assert seen.output() == 100
        left_alone(seen)
        seen.board.run_until(lambda board: board.prompts == 2, 20)
        assert seen.output() == 100
        assert seen.board.starts == [*runs, WATCHDOG]
    seen.told(f"{task} fails always, {lamp}")
    seen.enough()
    assert SAFE_MODE in seen.codes()
    assert (ENDED, guard.FAILED << 8 | NUMBER[task]) in seen.events()


def test_code_that_cannot_be_imported(tmp_path):
    with node(tmp_path, edit=lambda f: (f / "a/noctule/app.mpy").write_bytes(b"M\x06")) as seen:
        seen.board.run_until(lambda board: board.prompts == 1, 20)
        assert seen.output() == 100
        left_alone(seen)
    assert darkest(seen) == 100
    seen.told("app.mpy spoilt")
    assert "ValueError" in seen.kept()["crash.txt"].decode()


# --- The watchdog --------------------------------------------------------------------------------


@pytest.mark.parametrize(("lamp", "site"), [("cell", SITE), ("E05", VILLAGE)])
@pytest.mark.parametrize("task", mostly_long(["sensors", "serial"], "serial"))
def test_a_task_that_never_yields(task, lamp, site, tmp_path):
    """It dies dimmed, and again in each run after: in full light within a minute, by hardware."""
    dies = 8 * MINUTE
    edit = sabotage(TASKS[task], "hold", from_ms=dies // 1000, always=True)
    with node(tmp_path, lamp, site=site, edit=edit) as seen:
        seen.run(10 * MINUTE)
    seen.told(f"{task} never yields, {lamp}")
    seen.enough()
    assert seen.board.starts[:3] == [POWER_ON, WATCHDOG, WATCHDOG]
    back = next(us for us, light in seen.light if us > dies + SECOND and light == 100)
    print(f"| {lamp} dies dimmed | full light {(back - dies) / SECOND:.1f} s after | |")
    assert back - dies <= 60 * SECOND


def test_a_task_that_spins(tmp_path):
    """It does not even wait: the watchdog of the board bites in real time."""
    edit = sabotage(TASKS["serial"], "spin", from_ms=8 * 60_000)
    with node(tmp_path, edit=edit, patience_s=1.0) as seen:
        seen.run(12 * MINUTE)
        dimmed = seen.output()
    seen.told("serial spins")
    seen.enough()
    assert dimmed == pytest.approx(20, abs=0.5)
    assert seen.board.starts == [POWER_ON, WATCHDOG]
    assert (ENDED, guard.DIED << 8 | events.NOBODY) in seen.events()


# --- Mains ---------------------------------------------------------------------------------------


def unchanged(seen):
    """As if nothing had happened: no boot failed, no run ended by itself."""
    assert {value for code, value in seen.events() if code == START} == {POWER_ON << 8}
    assert not seen.codes() & {ENDED, SAFE_MODE, FAILED}
    assert set(seen.board.starts) == {POWER_ON} and not seen.board.prompts


@pytest.mark.parametrize("how", ["brown-out", "EN", "mains"])
def test_many_in_a_row(how, tmp_path):
    """At all moments: in the middle of a boot, too, and with anything in RTC memory."""
    with node(tmp_path) as seen:
        board = seen.board
        dice = random.Random(how)
        seen.run(8 * MINUTE)
        for _ in range(16):
            seen.run(dice.choice((0, 1, 1000, 2_000_000, 70_000_000)))
            if how == "brown-out":
                with board.lock:
                    if dice.random() < 0.5:
                        board.chip.rtc_memory = dice.randbytes(6)
                board.power_glitch()
            elif how == "EN":
                board.press_reset()
            else:
                board.power_off()
                seen.run(SECOND)
                board.power_on()
        seen.run(3 * MINUTE)
        dimmed = seen.output()
    seen.told(f"16 of {how}")
    seen.enough()
    assert dimmed == pytest.approx(20, abs=0.5) and len(board.starts) == 17
    unchanged(seen)


@pytest.mark.parametrize("times", [20, pytest.param(730, marks=pytest.mark.long)])
def test_power_ups_of_a_switched_circuit(times, tmp_path):
    """On at dusk, off at dawn, now and then for a second: each evening is like the first."""
    with village(tmp_path, "M03", begins=EVENING) as seen:
        light = set()
        for _ in range(times):
            seen.run(20 * SECOND)
            light.add(seen.output())
            seen.board.power_off()
            seen.run(24 * HOUR - 20 * SECOND)
            seen.board.power_on()
        seen.run(70 * SECOND)
        light.add(seen.output())
        faults = seen.ask("defauts")
    print(f"| {times} power-ups | {faults} |")
    # In summer this hour of UTC comes after a switch point.
    assert len(light) == (1 if times < 100 else 2) and len(seen.board.starts) == times + 1
    unchanged(seen)


def test_a_cut_each_night(tmp_path):
    """An hour of light, and mains gone for as long as it takes; dimmed at 21:30 each night."""
    with node(tmp_path) as seen:
        for _ in range(3):
            seen.run(15 * MINUTE)
            assert seen.output() == pytest.approx(20, abs=0.5)
            seen.board.power_off()
            seen.run(24 * HOUR - 15 * MINUTE)
            seen.board.power_on()
        seen.run(MINUTE)
    seen.told("mains cut each night")
    seen.enough()
    unchanged(seen)


# --- Memory --------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["sensors", "serial"])
def test_no_memory_is_left(task, tmp_path):
    """Of a task that can be spared: the light does without. Else it ends in a reset; where even
    that finds no memory (the double's, for its question), in one by the watchdog."""
    edit = sabotage(TASKS[task], "eat", from_ms=8 * 60_000)
    with node(tmp_path, edit=edit, heap=400 << 10) as seen:
        board = seen.board
        board.run_until(lambda b: b.prompts > 0 or b.chip.now_us() >= 10 * MINUTE, 20)
        if board.prompts:
            with board.lock:
                assert board.chip.deadline <= board.chip.now_us() + WATCHDOG_S * SECOND
                board.chip.deadline = board.chip.now_us()
            board.wait(lambda b: len(b.starts) == 2)
        seen.run(2 * MINUTE)
        assert seen.output() == pytest.approx(20, abs=0.5)
        with board.lock:
            board.parts["presence"].presence(True)
        seen.run(5 * SECOND)
        assert seen.output() == 100
    seen.told(f"{task} eats the heap")
    seen.enough()
    assert seen.codes() & {FAILED, ENDED}
    # While the console holds all there is, a vital task may ask for some: then that resets.
    assert len(board.starts) <= 2 if task == "serial" else len(board.starts) == 2


@pytest.mark.parametrize("kib", [90, 110])
def test_a_heap_that_is_too_small(kib, tmp_path):
    """Whatever comes of it, there is light."""
    with node(tmp_path, heap=kib << 10) as seen:
        seen.board.run_until(lambda b: b.prompts == 1 or b.chip.now_us() > 3 * MINUTE, 30)
        light = seen.output()
    print(f"| heap of {kib} KiB | {light} % | {len(seen.board.starts)} starts |")
    assert light == 100 and not seen.board.crashes


# --- The prompt ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lamp", ["cell", "E05", "R03"])
def test_somebody_stops_it_and_goes_away(lamp, tmp_path):
    """Full light at the prompt; ten minutes later it runs again."""
    site = SITE if lamp == "cell" else VILLAGE
    with node(tmp_path, lamp, site=site) as seen:
        seen.run(8 * MINUTE)
        dimmed = seen.output()
        assert dimmed < 25
        seen.board.type("\x03")
        seen.board.wait(lambda board: board.prompts == 1)
        assert seen.output() == 100
        left_alone(seen)
        seen.run(2 * MINUTE)
        assert seen.output() == dimmed
    seen.told(f"Ctrl-C, {lamp}")
    seen.enough()
    assert seen.board.starts == [POWER_ON, WATCHDOG]
    assert (ENDED, 4 << 8 | events.NOBODY) in seen.events()


def test_soft_reset_into_the_raw_prompt(tmp_path):
    """As mpremote does: boot.py runs, and main.py does not."""
    with node(tmp_path) as seen:
        seen.run(8 * MINUTE)
        assert at_prompt(seen.board, "print(1 + 1)") == ["2"]
        assert seen.output() == 100
        left_alone(seen)
        since = seen.board.chip.now_us()
        seen.run(2 * MINUTE)
        assert seen.output() == pytest.approx(20, abs=0.5)
    seen.told("soft reset by mpremote", since)  # before boot.py, PWM pins are low
    seen.enough(since)
