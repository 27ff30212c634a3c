"""The parts by themselves: the firmware's own drivers talk to them through the guest's buses."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from noctule.device import bh1750, bl0937, ds3231, ld2410

from sim.board.parts import (
    BH1750,
    DS3231,
    KINDS,
    LD2410,
    Bus,
    Lamp,
    Level,
    Meter,
    Parts,
    Pir,
    ldr,
)  # fmt: skip
from tests.sim.board.hosts import Bench, guest

NOW = datetime(2026, 11, 23, 17, 4, 5, tzinfo=UTC)
SECOND = 1_000_000
HOUR = 3600 * SECOND
ENODEV, ETIMEDOUT = 19, 116


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def parts(bench):
    return Parts(bench)


def i2c(bench, parts, **devices):
    """A bus with devices, and the program's I2C on it."""
    parts.plug("bus", Bus(scl=22, sda=21))
    for name, device in devices.items():
        parts.plug(name, device, on="bus")
    return guest(bench, "buses").I2C(0, scl=22, sda=21, freq=100_000)


def seconds(clock):
    return clock.day * 86400 + clock.second


def utc(clock):
    return datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds(clock))


# Names.


def test_names_and_addresses_are_taken_once(bench, parts):
    i2c(bench, parts, rtc=DS3231())
    with pytest.raises(ValueError, match="rtc"):
        parts.plug("rtc", Pir(27))
    with pytest.raises(ValueError, match="0x68"):
        parts.plug("other", DS3231(), on="bus")
    with pytest.raises(ValueError, match="needs a bus"):
        parts.plug("light", BH1750())
    with pytest.raises(ValueError, match="'dead'.*none of.*hanging"):
        parts["bus"].fail("dead")


# I2C.


def test_who_answers_on_the_bus(bench, parts):
    bus = i2c(bench, parts, rtc=DS3231(), light=BH1750())
    assert bus.scan() == [0x23, 0x68]
    parts["rtc"].fail("dead")
    assert bus.scan() == [0x23]
    with pytest.raises(OSError) as silent:
        bus.readfrom(0x68, 1)
    assert silent.value.args == (ENODEV,)
    parts["rtc"].mend()
    assert bus.scan() == [0x23, 0x68]


def test_a_bus_on_other_pins_is_silent(bench, parts):
    i2c(bench, parts, rtc=DS3231())
    with pytest.raises(OSError) as silent:
        guest(bench, "buses").I2C(0, scl=18, sda=19).writeto(0x68, b"\0")
    assert silent.value.args == (ENODEV,)


@pytest.mark.parametrize("name", ["rtc", "bus"])
def test_a_hanging_bus_takes_the_ports_timeout(bench, parts, name):
    bus = i2c(bench, parts, rtc=DS3231(), light=BH1750())
    parts[name].fail("hanging")
    before = bench.us
    with pytest.raises(OSError) as hung:
        bus.readfrom(0x23, 2)
    assert hung.value.args == (ETIMEDOUT,)
    assert bench.us - before == 50_000
    assert bus.scan() == []


def test_a_transfer_takes_its_time_on_the_wire(bench, parts):
    bus = i2c(bench, parts, rtc=DS3231(NOW))
    before = bench.us
    bus.readfrom_mem(0x68, 0, 19)
    assert bench.us - before == (2 + 1 + 19) * 9 * 10  # two addresses, a register, 19 bytes


# DS3231.


def test_the_clock_keeps_time(bench, parts):
    clock = ds3231.Clock(i2c(bench, parts, rtc=DS3231(NOW)))
    assert clock.read() == ds3231.OK
    assert utc(clock) == NOW
    bench.spend(30 * 24 * HOUR)
    assert clock.read() == ds3231.OK
    assert utc(clock) == NOW + timedelta(days=30)


@pytest.mark.parametrize("ppm", [-40.0, 0.0, 3.5, 100.0])
def test_the_clock_drifts(bench, parts, ppm):
    clock = ds3231.Clock(i2c(bench, parts, rtc=DS3231(NOW, ppm=ppm)))
    bench.spend(100 * 24 * HOUR)
    assert clock.read() == ds3231.OK
    gained = (utc(clock) - NOW - timedelta(days=100)).total_seconds()
    assert gained == pytest.approx(8.64 * ppm, abs=1)


def test_a_new_clock_says_so_until_it_is_set(bench, parts):
    rtc = DS3231()
    clock = ds3231.Clock(i2c(bench, parts, rtc=rtc))
    assert clock.read() == ds3231.STOPPED
    day = (NOW.date() - datetime(2000, 1, 1).date()).days
    assert clock.set(day, 17 * 3600) == ds3231.OK
    assert not rtc.stopped
    assert rtc.sets == 1
    assert rtc.now().replace(microsecond=0) == NOW.replace(minute=0, second=0)


def test_the_battery_keeps_it_over_a_power_cut(bench, parts):
    clock = ds3231.Clock(i2c(bench, parts, rtc=DS3231(NOW)))
    bench.power(False)
    bench.spend(10 * HOUR)
    bench.power(True)
    assert clock.read() == ds3231.OK
    assert utc(clock) == NOW + timedelta(hours=10)


def test_without_a_battery_it_begins_anew_and_says_so(bench, parts):
    clock = ds3231.Clock(i2c(bench, parts, rtc=DS3231(NOW, battery=False)))
    bench.power(False)
    bench.power(True)
    assert clock.read() == ds3231.STOPPED
    assert parts["rtc"].now().year == 2000


def test_a_clock_wrong_by_years(bench, parts):
    rtc = DS3231(NOW)
    clock = ds3231.Clock(i2c(bench, parts, rtc=rtc))
    rtc.shift(3 * 365 * 86400)
    assert clock.read() == ds3231.OK
    assert utc(clock) - NOW == timedelta(days=3 * 365)
    rtc.shift(-20 * 365 * 86400)
    assert clock.read() == ds3231.IMPLAUSIBLE


def test_a_stuck_clock_stands_and_goes_on_when_mended(bench, parts):
    rtc = DS3231(NOW)
    clock = ds3231.Clock(i2c(bench, parts, rtc=rtc))
    bench.spend(HOUR)
    rtc.fail("stuck")
    bench.spend(HOUR)
    assert clock.read() == ds3231.OK
    assert utc(clock) == NOW + timedelta(hours=1)
    rtc.mend()
    bench.spend(HOUR)
    assert clock.read() == ds3231.OK
    assert utc(clock) == NOW + timedelta(hours=2)


def test_a_clock_of_ones_is_not_believed(bench, parts):
    rtc = DS3231(NOW)
    clock = ds3231.Clock(i2c(bench, parts, rtc=rtc))
    rtc.fail("garbage")
    assert clock.read() != ds3231.OK


def test_registers_as_in_the_sheet(bench, parts):
    rtc = DS3231(datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC))
    bus = i2c(bench, parts, rtc=rtc)
    assert bus.readfrom_mem(0x68, 0, 7) == bytes.fromhex("595923 04 311299".replace(" ", ""))
    bench.spend(SECOND)
    assert bus.readfrom_mem(0x68, 0, 7) == bytes.fromhex("000000 05 018100".replace(" ", ""))
    assert bus.readfrom_mem(0x68, 0x11, 2) == b"\x0c\x40"  # 12.25 degrees
    # Twelve hours, weekdays of one's own, and the pointer that goes round.
    bus.writeto_mem(0x68, 0, bytes.fromhex("0000720123112600"[:14]))
    assert rtc.now().hour == 12 or rtc.now().hour == 0
    assert bus.readfrom_mem(0x68, 2, 1)[0] & 0x40
    bus.writeto(0x68, b"\x12")
    assert bus.readfrom(0x68, 2)[1:] == bus.readfrom_mem(0x68, 0, 1)


def test_the_stop_flag_is_only_cleared(bench, parts):
    bus = i2c(bench, parts, rtc=DS3231())
    assert bus.readfrom_mem(0x68, 0x0F, 1)[0] & 0x80
    bus.writeto_mem(0x68, 0x0F, b"\x00")
    bus.writeto_mem(0x68, 0x0F, b"\x80")
    assert not bus.readfrom_mem(0x68, 0x0F, 1)[0] & 0x80


def test_any_bytes_do_the_clock_no_harm(bench, parts):
    bus = i2c(bench, parts, rtc=DS3231(NOW))
    random = Random(1)
    for _ in range(2000):
        bus.writeto(0x68, random.randbytes(random.randrange(1, 25)))
        assert len(bus.readfrom(0x68, 19)) == 19
        bench.spend(random.randrange(3 * HOUR))


# BH1750.


def test_light_is_measured_after_its_time(bench, parts):
    parts_light = BH1750(120.0)
    light = bh1750.Light(i2c(bench, parts, light=parts_light))
    assert light.start()
    bench.spend(light.wait_ms * 1000)
    assert light.read() == 120
    parts_light.lux = 7.5
    assert light.start()
    bench.spend(10_000)
    assert light.read() == 120  # too early: the old one
    bench.spend(200_000)
    assert light.start()
    bench.spend(light.wait_ms * 1000)
    assert light.read() == 8
    assert light.tenths == pytest.approx(75, abs=8)


@pytest.mark.parametrize("lux", [0.0, 0.9, 3.0, 50.0, 54_000.0, 100_000.0])
def test_light_that_the_driver_understands(bench, parts, lux):
    light = bh1750.Light(i2c(bench, parts, light=BH1750(lux)))
    light.start()
    bench.spend(light.wait_ms * 1000)
    assert light.read() == pytest.approx(min(lux, 54_612), abs=1)


def test_light_by_the_worlds_time(bench, parts):
    light = bh1750.Light(i2c(bench, parts, light=BH1750(lambda us: us / SECOND)))
    for wanted in (60, 3600):
        bench.spend(wanted * SECOND - bench.us)
        light.start()
        bench.spend(light.wait_ms * 1000)
        assert light.read() == pytest.approx(wanted, abs=1)


def test_stuck_light_and_lost_power(bench, parts):
    sensor = BH1750(500.0)
    light = bh1750.Light(i2c(bench, parts, light=sensor))
    light.start()
    bench.spend(light.wait_ms * 1000)
    assert light.read() == 500
    sensor.fail("stuck")
    sensor.lux = 2.0
    light.start()
    bench.spend(light.wait_ms * 1000)
    assert light.read() == 500
    sensor.mend()
    bench.power(False)
    bench.power(True)
    light.start()
    bench.spend(light.wait_ms * 1000)
    assert light.read() == 2


# Pins.


def test_presence_holds_and_ends(bench, parts):
    pir = Pir(27, hold_ms=2500)
    parts.plug("pir", pir)
    bench.spend(SECOND)
    pir.presence(True)
    bench.spend(SECOND)
    pir.presence(False)
    bench.spend(10 * SECOND)
    assert bench.drives == [(0, 27, 0), (SECOND, 27, 1), (2 * SECOND + 2_500_000, 27, 0)]


def test_presence_again_within_the_hold(bench, parts):
    pir = Pir(27, inverted=True, hold_ms=2500)
    parts.plug("pir", pir)
    pir.presence(True)
    pir.presence(False)
    bench.spend(SECOND)
    pir.presence(True)
    bench.spend(10 * SECOND)
    assert bench.drives == [(0, 27, 1), (0, 27, 0)]


def test_chattering_dead_and_stuck(bench, parts):
    pir = Pir(27, chatter_ms=20)
    parts.plug("pir", pir)
    pir.fail("chattering")
    bench.spend(SECOND)
    assert pir.edges == 51
    pir.fail("stuck")
    level = bench.inputs[27]
    pir.presence(True)
    bench.spend(SECOND)
    assert bench.inputs[27] == level
    assert pir.edges == 51
    pir.fail("dead")
    assert bench.inputs[27] == 0
    pir.mend()
    assert bench.inputs[27] == 1


def test_an_analogue_level(bench, parts):
    level = Level(34, ldr([(1000, 0.0), (30_000, 50.0), (60_000, 500.0)], lambda us: us / SECOND))
    parts.plug("ldr", level)
    adc = guest(bench, "buses").ADC(34)
    assert adc.read_u16() == 1000
    bench.spend(25 * SECOND)
    assert adc.read_u16() == 15_500
    level.fail("stuck")
    bench.spend(1000 * SECOND)
    assert adc.read_u16() == 15_500
    level.mend()
    assert adc.read_u16() == 60_000
    level.fail("dead")
    assert adc.read() == 0
    with pytest.raises(ValueError, match="invalid pin"):
        guest(bench, "buses").ADC(5)


# The meter.


@pytest.mark.parametrize("edges", [False, True])
def test_pulses_follow_the_output(bench, parts, edges):
    meter = Meter(4, Lamp(dim=25, relay=26, full_w=60.0, idle_w=1.0).watts, edges=edges)
    parts.plug("meter", meter)
    counter = guest(bench, "buses").Counter(0, 4)
    bench.put(26, 65535)
    for level, watts in ((65535, 60.0), (0, 1.0), (32768, 30.5)):
        bench.put(25, level)
        before = meter.joules, counter.value(), len(bench.drives)
        bench.spend(1000 * SECOND)
        joules = meter.joules - before[0]
        assert joules == pytest.approx(watts * 1000, rel=1e-3)
        assert (counter.value() - before[1]) == pytest.approx(joules / 1.7244, abs=1.1)
        if edges:
            rises = sum(value for _, pin, value in bench.drives[before[2] :])
            assert rises == pytest.approx(joules / 1.7244, abs=1.1)
    bench.put(26, 0)
    before = counter.value()
    bench.spend(HOUR)
    assert counter.value() == before


def test_the_drivers_arithmetic_finds_the_power(bench, parts):
    parts.plug("meter", Meter(4, Lamp(dim=25, full_w=60.0).watts))
    counter = guest(bench, "buses").Counter(0, 4)
    meter = bl0937.Meter(bl0937.pulse_energy(1000, 2001))
    bench.put(25, 65535)
    for _ in range(120):
        meter.update(counter.value(), bench.us // 1000 % (1 << 30))
        bench.spend(SECOND)
    assert meter.power == pytest.approx(600, abs=12)


def test_a_dead_meter_and_a_noisy_one(bench, parts):
    meter = Meter(4, Lamp(full_w=60.0).watts)
    parts.plug("meter", meter)
    bench.spend(100 * SECOND)
    before = meter.pulses
    meter.fail("dead")
    bench.spend(100 * SECOND)
    assert meter.pulses == before
    meter.fail("flood")
    bench.spend(10 * SECOND)
    assert meter.pulses - before == pytest.approx(20_000, abs=2)
    bench.power(False)
    before = meter.pulses
    bench.spend(10 * SECOND)
    assert meter.pulses == before
    assert meter.joules == pytest.approx(210 * 60, rel=1e-6)


def test_a_counter_is_one_for_each_unit(bench, parts):
    parts.plug("meter", Meter(4, Lamp(full_w=1724.4).watts))
    machine = guest(bench, "buses")
    counter = machine.Counter(0, 4)
    bench.spend(SECOND // 100 * 101)
    assert counter.value() == 1010
    assert machine.Counter(0) is counter
    assert machine.Counter(0).value(5) == 1010
    assert counter.value() == 5
    counter.init(4, edge=machine.Counter.RISING | machine.Counter.FALLING)
    bench.spend(SECOND // 100 * 101)
    assert counter.value() == pytest.approx(2020, abs=2)
    counter.deinit()
    with pytest.raises(RuntimeError):
        counter.value()


# The radar.


def radar_on(bench, parts, **more):
    radar = LD2410(tx=17, rx=16, **more)
    parts.plug("radar", radar)
    uart = guest(bench, "buses").UART(1, baudrate=256_000, tx=17, rx=16, timeout=0)
    return radar, uart, ld2410.Radar(uart)


def polled(bench, driver, ms):
    reports = 0
    for _ in range(ms // 50):
        bench.spend(50_000)
        reports += driver.poll()
    return reports


def test_the_radar_reports_ten_times_a_second(bench, parts):
    radar, _, driver = radar_on(bench, parts)
    assert polled(bench, driver, 10_000) == pytest.approx(100, abs=1)
    assert driver.state == 0
    parts["radar"].person(3.2, speed=-0.5)
    polled(bench, driver, 1000)
    assert driver.state == ld2410.MOVING
    assert driver.moving_cm == pytest.approx(270, abs=10)
    parts["radar"].person(2.0)
    polled(bench, driver, 1000)
    assert (driver.state, driver.still_cm) == (ld2410.STILL, 200)
    parts["radar"].nobody()
    polled(bench, driver, 4000)
    assert driver.state == ld2410.STILL  # it holds
    polled(bench, driver, 2000)
    assert driver.state == 0
    assert driver.spoilt == 0


def test_a_radar_is_told_to_be_brief(bench, parts):
    radar, _, driver = radar_on(bench, parts)
    radar.engineering = True
    polled(bench, driver, 1000)
    driver.end_engineering()
    polled(bench, driver, 1000)
    assert radar.commands == [0xFF, 0x63, 0xFE]
    assert not radar.engineering
    assert not radar.configuring


@pytest.mark.parametrize("fault", ["dead", "stuck", "garbage", "half"])
def test_a_broken_radar(bench, parts, fault):
    radar, uart, driver = radar_on(bench, parts)
    parts["radar"].person(3.0)
    polled(bench, driver, 1000)
    parts["radar"].fail(fault)
    bench.spend(200_000)
    while uart.any():
        uart.read()
    before = driver.reports
    parts["radar"].nobody()
    polled(bench, driver, 10_000)
    if fault == "stuck":
        assert driver.reports - before == pytest.approx(100, abs=2)
        assert driver.state == ld2410.STILL
    else:
        assert driver.reports == before
    parts["radar"].mend()
    polled(bench, driver, 10_000)
    assert driver.state == 0


def test_the_buffer_overflows_and_keeps_the_oldest(bench, parts):
    radar, uart, driver = radar_on(bench, parts)
    bench.spend(HOUR)
    assert uart.any() == 256
    assert uart.read(4) == b"\xf4\xf3\xf2\xf1"
    reports = polled(bench, driver, 5000)
    assert reports > 50
    small = guest(bench, "buses").UART(1, tx=17, rx=16, baudrate=256_000, rxbuf=512)
    bench.spend(HOUR)
    assert small.any() == 512


def test_bytes_arrive_at_their_speed(bench, parts):
    radar = LD2410(tx=17, rx=16, baud=9600)
    parts.plug("radar", radar)
    uart = guest(bench, "buses").UART(1, baudrate=9600, tx=17, rx=16)
    bench.spend(100_000 + 5 * 10 * SECOND // 9600 + 10)
    assert uart.any() == 5
    bench.spend(20 * 10 * SECOND // 9600)
    assert uart.any() == 23


def test_another_speed_is_noise_and_other_pins_are_silence(bench, parts):
    parts.plug("radar", LD2410(tx=17, rx=16))
    machine = guest(bench, "buses")
    wrong = machine.UART(1, baudrate=115_200, tx=17, rx=16)
    driver = ld2410.Radar(wrong)
    assert polled(bench, driver, 5000) == 0
    assert driver.spoilt
    swapped = machine.UART(2, baudrate=256_000, tx=16, rx=17)
    bench.spend(SECOND)
    assert swapped.read() is None
    assert swapped.readinto(bytearray(4)) is None


def test_what_the_uart_gives(bench, parts):
    radar, uart, _ = radar_on(bench, parts)
    assert uart.read() is None
    assert uart.read(0) == b""
    bench.spend(110_000)
    buffer = bytearray(10)
    assert uart.readinto(buffer, 4) == 4
    assert buffer == b"\xf4\xf3\xf2\xf1" + bytes(6)
    assert uart.write("abc") == 3
    uart.init(timeout=30)
    before = bench.us
    assert uart.read(1) is None
    assert bench.us - before == 30_000
    with pytest.raises(ValueError, match="UART"):
        guest(bench, "buses").UART(3)


def test_a_long_night_of_reports_costs_little(bench, parts):
    """Reports that nobody reads are not made."""
    radar, uart, _ = radar_on(bench, parts)
    made = []
    report = radar.report
    radar.report = lambda at: made.append(at) or report(at)
    bench.spend(12 * HOUR)
    uart.any()
    assert len(made) < 20


def test_other_chips_have_less(bench):
    parts = Parts(bench, KINDS["esp32c3"])
    machine = guest(bench, "buses")
    with pytest.raises(ValueError, match="I2C"):
        machine.I2C(1)
    with pytest.raises(ValueError, match="UART"):
        machine.UART(2)
    with pytest.raises(ValueError, match="invalid pin"):
        machine.ADC(34)
    assert list(parts) == []


def test_any_bytes_do_the_others_no_harm(bench, parts):
    """Garbage from the program, on I2C and UART, for a long time."""
    bus = i2c(bench, parts, light=BH1750(10.0))
    radar, uart, driver = radar_on(bench, parts)
    random = Random(2)
    for _ in range(3000):
        bus.writeto(0x23, random.randbytes(random.randrange(1, 4)))
        assert len(bus.readfrom(0x23, 2)) == 2
        command = random.randbytes(random.randrange(30))
        if random.random() < 0.5:
            word = random.choice((0xFF, 0xFE, 0x62, 0x63, 0xA3)).to_bytes(2, "little")
            command = b"\xfd\xfc\xfb\xfa\x02\x00" + word + b"\x04\x03\x02\x01"
        uart.write(command)
        driver.poll()
        bench.spend(random.randrange(200_000))
    driver.end_engineering()
    assert polled(bench, driver, 2000) > 10
    light = bh1750.Light(bus)
    light.start()
    bench.spend(light.wait_ms * 1000)
    assert light.read() == 10
