"""The outputs on the virtual board: real MicroPython, the port's PWM, RMT and SPI, and gear."""

from pathlib import Path

import pytest
from noctule.device import dali

from sim.board import Board, Clock
from sim.board.parts.dali import DaliBus, Gear
from tests.device.dali_bench import lamp
from tests.sim.board.driving import put, run

FIRMWARE = Path(__file__).parents[2] / "firmware"
MODULES = ("brain/const", "brain/luminaire", "device/output")
SECOND = 1_000_000
MAIN = """\
import time
from noctule.brain.luminaire import Luminaire
from noctule.device.output import Output, driver
luminaire = Luminaire(1, 10, True, {curve}, 100, 0, 0, 0, 0, ())
gear = driver({wiring}, luminaire)
output = Output(gear, luminaire)
def until(ms):
    while time.ticks_diff(ms, time.ticks_ms()) > 0:
        wait = output.poll(time.ticks_ms())
        time.sleep_ms(min(wait, max(1, time.ticks_diff(ms, time.ticks_ms()))))
until(5000)
output.go(10, 1000, time.ticks_ms())
until(8000)
output.go(100, 0, time.ticks_ms())
until(9000)
output.go(0, 0, time.ticks_ms())
until(12000)
print("fault", gear.fault, getattr(gear, "power", 0))
"""


@pytest.fixture
def node(tmp_path):
    """Makes a board, held at its power-up, that runs MAIN with a wiring."""
    boards = []

    def make(wiring, curve, modules, part=None):
        path = tmp_path / "flash.img"
        with Board(path, size=512 << 10) as plain:
            run(plain, "import os\nfor d in ('', '/brain', '/device'): os.mkdir('/noctule' + d)")
            for module in (*MODULES, *modules):
                name = f"noctule/{module}.py"
                put(plain, "/" + name, (FIRMWARE / name).read_text("utf-8"))
            put(plain, "/main.py", MAIN.format(wiring=wiring, curve=curve))
        board = Board(path, size=512 << 10, heap=1 << 20, clock=Clock.JUMP, hold=True)
        if part is not None:
            board.parts.plug("dali", part)
        board.start()
        boards.append(board)
        return board

    yield make
    for board in boards:
        board.stop()
        assert board.error is None and not board.crashes


def test_dali(node):
    bus = DaliBus(tx=25, rx=26, invert_tx=True, invert_rx=True)
    gear: Gear = bus.add(lamp(address=3, level=20, failure=255))
    wiring = {"kind": "dali", "tx": 25, "rx": 26, "invert_tx": 1, "invert_rx": 1, "address": 3}
    modules = ("device/dali", "device/dali_line", "device/dali_gear")
    board = node(wiring, 1, modules, bus)
    board.run_until(SECOND // 2)
    assert gear.level_at(board.chip.now_us()) == 254
    assert bus.frames[0][1] == dali.command(dali.short(3), 5)  # RECALL MAX LEVEL
    board.run_until(5 * SECOND)
    assert gear.failure == 254
    levels = []
    for ms in range(5000, 8000, 100):
        board.run_until(ms * 1000)
        levels.append(gear.level_at(ms * 1000))
    assert levels == sorted(levels, reverse=True) and levels[-1] == 170 and len(set(levels)) > 8
    board.run_until(8 * SECOND + 100_000)
    assert gear.level_at(board.chip.now_us()) == 254
    board.run_until(lambda b: b.prompts)
    assert gear.level == 0
    assert "fault 0 389" in [line for _, line in board.serial.lines()]


def test_1_10_v_with_a_relay(node):
    wiring = {
        "kind": "1-10V", "pin": 25, "relay": 26, "relay_delay": 500, "low": 1000, "high": 10000,
        "full": 12000,
    }  # fmt: skip
    board = node(wiring, 0, ("device/pwm", "device/relay"))
    board.run_until(lambda b: b.prompts)
    volts = [
        (edge.at_us, edge.level * 12 / 65535)
        for edge in board.edges if edge.pin == 25 and edge.level is not None
    ]  # fmt: skip
    relay = [(edge.at_us, edge.level) for edge in board.edges if edge.pin == 26]
    assert volts[0][1] == pytest.approx(10, abs=0.01)  # from the first moment
    ramp = [volt for at, volt in volts if 5_000_000 <= at <= 7_900_000]
    assert ramp == sorted(ramp, reverse=True) and ramp[-1] == pytest.approx(1, abs=0.01)
    assert {volt < 0.99 for at, volt in volts if at < 12_000_000} == {False}  # never below
    # Off: the least level at 9 s, the relay half a second later.
    assert [level for _, level in relay if level] == [65535]
    off = next(at for at, level in relay if level)
    assert 9_500_000 <= off <= 9_600_000
