"""The `sensors` task: presence by contact and by radar, light, power; and what the brain hears."""

import importlib
import time

import pytest
from noctule.brain.photocell import DEAD
from noctule.device.bl0937 import Meter
from noctule.device.events import METER_MAD, SENSOR_SILENT
from noctule.device.ld2410 import Radar
from noctule.device.ldr import Ldr
from noctule.device.sensors import Sensors

TICKS = 0x3FFFFFFF
NOBODY = bytes.fromhex("f4f3f2f1 0d00 02aa 00 0000 00 0000 00 0000 5500 f8f7f6f5")
SOMEBODY = bytes.fromhex("f4f3f2f1 0d00 02aa 01 6400 3c 0000 00 6400 5500 f8f7f6f5")


class Brain:
    """Writes down what it is told."""

    output = 100

    def __init__(self):
        self.told = []
        self.bits = 0

    def sensor(self, active, ticks):
        self.told.append(("sensor", active, ticks))
        return 20 if active else 5000

    def light(self, lux, ticks):
        self.told.append(("light", lux, ticks))
        return 0

    def metered(self, power, ticks):
        self.told.append(("power", power, ticks))
        self.bits |= 32 if power < 100 else 0
        return 1000

    def faults(self):
        return self.bits


class Clock:
    day, second, millis = 9800, 10, 5

    def now(self, ticks):
        self.ticks = ticks


class Output:
    settled = True


class Pin:
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self, level=0):
        self.level = level

    def irq(self, handler, trigger):
        assert trigger == 3
        self.handler = handler

    def value(self):
        return self.level

    def set(self, level, interrupt=True):
        self.level = level
        if interrupt:
            self.handler(self)


class Flag:
    sets = 0

    def set(self):
        self.sets += 1


@pytest.fixture
def pir(monkeypatch):
    """The module, with a clock of ours: `pir.now` is the tick."""
    monkeypatch.setattr(time, "ticks_ms", lambda: 0, raising=False)
    module = importlib.import_module("noctule.device.pir")
    module.now = 0
    monkeypatch.setattr(module, "ticks_ms", lambda: module.now)
    return module


def made(**parts):
    brain, due = Brain(), []
    return Sensors(brain, Clock(), due.append, Output(), **parts), brain, due


def test_an_edge_is_told_with_the_tick_at_which_it_was(pir):
    pin, flag = Pin(), Flag()
    sensors, brain, due = made(presence=pir.Pir(pin, False, flag))
    assert sensors.poll(0) == 1000 and not brain.told
    pir.now = 1234
    pin.set(1)
    assert flag.sets == 1
    pir.now = 1300
    pin.set(0)
    sensors.poll(1310)
    assert brain.told == [("sensor", True, 1234), ("sensor", False, 1300)]
    assert due == [20, 5000] and not sensors.active


def test_active_low(pir):
    pin = Pin(1)
    sensors, brain, _ = made(presence=pir.Pir(pin, True))
    sensors.poll(0)
    assert not brain.told
    pin.set(0)
    sensors.poll(10)
    assert [active for _, active, _ in brain.told] == [True]


def test_a_lost_edge_is_made_good(pir):
    pin = Pin()
    sensors, brain, _ = made(presence=pir.Pir(pin))
    pin.set(1, interrupt=False)
    pir.now = 500
    sensors.poll(500)
    assert brain.told == [("sensor", True, 500)]
    # Present at the start, before anything moved.
    sensors, brain, _ = made(presence=pir.Pir(Pin(1)))
    sensors.poll(0)
    assert brain.told == [("sensor", True, 500)]


def test_chattering_loses_edges_but_never_the_level(pir):
    pin = Pin()
    presence = pir.Pir(pin)
    sensors, brain, _ = made(presence=presence)
    for i in range(1001):
        pir.now = i
        pin.set(1 - i % 2)
    sensors.poll(2000)
    assert presence.lost > 900 and brain.told[-1][1] is True and sensors.active
    assert [active for _, active, _ in brain.told] == [i % 2 == 0 for i in range(len(brain.told))]


def test_a_restless_contact_is_somebody_until_it_has_been_calm(pir):
    pin = Pin()
    sensors, brain, _ = made(presence=pir.Pir(pin))
    for second in range(200):
        for edge in range(6):
            pir.now = second * 1000 + edge * 100
            if second < 120:
                pin.set(edge % 2)
            sensors.poll(pir.now)
        silent = sensors.faults == SENSOR_SILENT
        assert silent == (60 <= second < 180), second
        assert sensors.active or not silent
    assert brain.told[-1][1] is (pin.level == 1)


class Uart:
    def __init__(self):
        self.waiting = b""
        self.written = b""

    def write(self, data):
        self.written += data

    def readinto(self, buffer):
        part, self.waiting = self.waiting[: len(buffer)], self.waiting[len(buffer) :]
        buffer[: len(part)] = part
        return len(part) or None


def test_radar_sees_and_a_silent_radar_is_somebody():
    uart = Uart()
    sensors, brain, _ = made(presence=Radar(uart))
    start = TICKS - 500  # over the wrap of the ticks
    seen = []
    for i in range(100):
        if i < 30:
            uart.waiting += NOBODY
        elif i < 40:
            uart.waiting += SOMEBODY
        elif i < 50 or i >= 90:
            uart.waiting += NOBODY
        assert sensors.poll(start + i * 100 & TICKS) == 100
        seen.append((sensors.active, sensors.faults))
    assert seen[29] == (False, 0) and seen[30] == (True, 0) and seen[40] == (False, 0)
    assert seen[69] == (False, 0)  # two seconds may pass
    assert seen[71] == seen[89] == (True, SENSOR_SILENT)
    assert seen[90] == (False, 0)
    assert len(brain.told) == 4


class Cell:
    wait_ms = 180

    def __init__(self):
        self.there = True
        self.lux = 50
        self.started = 0

    def start(self):
        self.started += 1
        return self.there

    def read(self):
        return self.lux if self.there else DEAD


def test_light_once_a_minute_and_dead_when_it_does_not_answer():
    cell = Cell()
    sensors, brain, due = made(cell=cell)
    ticks, polls = 0, 0
    while ticks < 600000:
        cell.there = ticks < 300000
        ticks += sensors.poll(ticks)
        polls += 1
    assert [lux for _, lux, _ in brain.told] == [50] * 5 + [DEAD] * 5
    assert cell.started == 10 and polls < 25 and due == [0] * 10


@pytest.mark.parametrize("points", [[[5, 1]], [[5, 1], [5, 2]], [[9, 1], [5, 2]]])
def test_no_such_ldr(points):
    with pytest.raises(ValueError):
        Ldr(None, points)


def test_ldr_by_its_table_and_a_broken_wire():
    class Adc:
        def read_u16(self):
            return self.reading

    adc = Adc()
    ldr = Ldr(adc, [[1000, 0], [2000, 10], [60000, 10000]])
    for reading, lux in (
        (999, DEAD),
        (1000, 0),
        (1500, 5),
        (2000, 10),
        (31000, 5005),
        (60000, 10000),
        (60001, DEAD),
    ):
        adc.reading = reading
        assert ldr.start() and ldr.read() == lux


class Counter:
    count = 0

    def value(self):
        return self.count


def test_power_is_told_and_a_fault_found_by_it():
    meter = Meter(17244)
    meter.counter = Counter()
    found = []
    sensors, brain, _ = made(meter=meter)
    sensors.found = lambda day, ms: found.append((day, ms))
    for ticks in range(0, 600000, 1000):
        sensors.poll(ticks)
        meter.counter.count += 29 if ticks < 300000 else 0  # 50 W, then none
    told = [power for what, power, _ in brain.told]
    assert told[0] == 500 and told[-1] == 0
    assert found == [(9800, 10005)]


def test_a_change_of_light_is_not_measured_across():
    meter = Meter(17244)
    meter.counter = Counter()
    sensors, brain, _ = made(meter=meter)
    for ticks in range(0, 400000, 1000):
        brain.output = 100 if ticks < 200000 else 10
        sensors.poll(ticks)
        meter.counter.count += 30 if ticks < 200000 else 3
    told = {power for what, power, _ in brain.told}
    assert told == {517, 52}


def test_more_pulses_than_power():
    meter = Meter(17244)
    meter.counter = Counter()
    sensors, brain, _ = made(meter=meter)
    for ticks in range(0, 60000, 1000):
        sensors.poll(ticks)
        meter.counter.count += 5000
    assert sensors.faults == METER_MAD and not brain.told
