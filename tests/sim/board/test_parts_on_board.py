"""The firmware's drivers on real MicroPython, with all the parts plugged in, while time jumps."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sim.board import Board, Clock
from sim.board.image import write_image
from sim.board.parts import (
    BH1750,
    DS3231,
    LD2410,
    AccessPoint,
    Bus,
    Lamp,
    Level,
    Meter,
    NtpServer,
    Pir,
)

FIRMWARE = Path(__file__).resolve().parents[3] / "firmware" / "noctule"
MODULES = (
    "brain/const", "brain/dates", "device/bh1750", "device/bl0937", "device/ds3231",
    "device/ld2410", "device/ntp",
)  # fmt: skip
SIZE = 512 << 10
SECOND = 1_000_000
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
MAIN = """\
import time, random, network, socket
from machine import ADC, I2C, PWM, UART, Counter, Pin
from noctule.device import bh1750, bl0937, ds3231, ld2410, ntp

bus = I2C(0, scl=Pin(22), sda=Pin(21), freq=100000)
clock = ds3231.Clock(bus)
light = bh1750.Light(bus)
radar = ld2410.Radar(UART(1, baudrate=ld2410.BAUD, tx=17, rx=16, timeout=0))
counter = Counter(0, Pin(4))
meter = bl0937.Meter(17244)
ldr = ADC(Pin(34))
lamp = PWM(Pin(25), freq=1000, duty_u16=65535)
w = network.WLAN()
w.active(True)
w.connect("noctule", "secret")
client = ntp.Ntp(socket, ["192.0.2.1"], lambda n: bytes(n), 0)
edges = []
pir = Pin(27, Pin.IN)
pir.irq(lambda pin: edges.append((pin.value(), time.ticks_ms())), 3)

def tell():
    light.start()
    time.sleep_ms(light.wait_ms)
    print(
        time.ticks_ms() // 1000, "rtc", clock.read(), clock.day, clock.second, "lux", light.read(),
        "ldr", ldr.read_u16(), "radar", radar.state, radar.detection_cm, radar.reports,
        "w", meter.power, "pir", edges, "ntp", client.fresh, client.second,
    )
    edges.clear()

for i in range(1, 4801):
    time.sleep_ms(50)
    radar.poll()
    if i % 20 == 0:
        client.poll(time.ticks_ms())
        meter.update(counter.value(), time.ticks_ms())
    if i == 2400:
        lamp.duty_u16(32768)
    if i % 1200 == 0:
        tell()
print("done")
"""


@pytest.fixture
def board(tmp_path):
    root = tmp_path / "root"
    for module in MODULES:
        there = root / "noctule" / f"{module}.py"
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(FIRMWARE / f"{module}.py", there)
    (root / "main.py").write_text(MAIN)
    write_image(root, tmp_path / "flash.img", SIZE)
    made = Board(tmp_path / "flash.img", clock=Clock.JUMP, hold=True, heap=1 << 20)
    parts = made.parts
    parts.plug("i2c", Bus(scl=22, sda=21))
    parts.plug("rtc", DS3231(NOW, ppm=20.0), on="i2c")
    parts.plug("light", BH1750(lambda us: us / SECOND), on="i2c")
    parts.plug("ldr", Level(34, lambda us: 1000 + us // SECOND))
    parts.plug("pir", Pir(27))
    parts.plug("radar", LD2410(tx=17, rx=16))
    parts.plug("meter", Meter(4, Lamp(dim=25, full_w=60.0).watts))
    parts.plug("wifi", AccessPoint("noctule", "secret"))
    parts.plug("ntp", NtpServer("192.0.2.1", NOW))
    with made:
        yield made
        assert made.error is None
        assert not made.crashes


def told(board, number):
    lines = [line for line in board.serial.text().splitlines() if " rtc " in line]
    words = lines[number].split(" ", 1)
    return int(words[0]), words[1]


def test_all_sensors_at_once(board):
    """Four minutes: each minute the program tells what it finds."""
    parts = board.parts
    board.run_until(70 * SECOND)
    with board.lock:
        parts["pir"].presence(True)
        parts["radar"].person(2.5)
    board.run_until(72 * SECOND)
    with board.lock:
        parts["pir"].presence(False)
    board.run_until(130 * SECOND)
    with board.lock:
        parts["rtc"].fail("hanging")
        parts["radar"].fail("garbage")
        parts["ldr"].fail("dead")
    board.run_until(190 * SECOND)
    with board.lock:
        for name in ("rtc", "radar", "ldr"):
            parts[name].mend()
        parts["radar"].nobody()
    board.run_until(lambda b: "done" in b.serial.text())
    day = (NOW.date() - datetime(2000, 1, 1).date()).days
    seconds, text = told(board, 0)
    assert seconds == 60
    assert f"rtc 0 {day} {17 * 3600 + 60} lux 60 ldr 1060 radar 0 0 " in text
    assert "pir [] ntp True" in text
    seconds, text = told(board, 1)
    assert "radar 2 250 " in text
    assert "pir [(1, 70000), (0, 72000)]" in text
    watts = int(text.split(" w ")[1].split()[0])
    assert watts == pytest.approx(600, abs=12)
    _, text = told(board, 2)
    assert "rtc 1 " in text and "lux -1 ldr 0 radar 2 250 " in text
    watts = int(text.split(" w ")[1].split()[0])
    assert watts == pytest.approx(302, abs=8)
    seconds, text = told(board, 3)
    shown = NOW + timedelta(seconds=seconds)
    assert f"rtc 0 {day} {shown.hour * 3600 + shown.minute * 60 + shown.second} " in text
    assert "radar 0 0 " in text
    assert parts["meter"].joules == pytest.approx(120 * 60 + 120 * 30.25, rel=0.02)


COUNTING = """\
import time
from machine import Pin
count = 0
def up(pin):
    global count
    count += 1
pin = Pin(4, Pin.IN)
pin.irq(up, Pin.IRQ_RISING)
time.sleep(60)
print("counted", count)
time.sleep(60)
"""


def test_pulses_without_a_counter(tmp_path):
    """The C3 has none: its program counts the edges of the pin."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.py").write_text(COUNTING)
    write_image(root, tmp_path / "flash.img", SIZE)
    board = Board(tmp_path / "flash.img", clock=Clock.JUMP, hold=True, kind="esp32c3")
    board.parts.plug("meter", Meter(4, Lamp(full_w=60.0).watts, edges=True))
    with board:
        board.run_until(61 * SECOND)
        text = board.serial.text()
    assert int(text.split("counted ")[1].split()[0]) == pytest.approx(3600 / 1.7244, abs=1)
