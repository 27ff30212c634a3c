"""Sensors, clock and meter: their data sheets' examples, twins with physics, and garbage."""

import datetime
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from noctule.device import bh1750, bl0937, ds3231, ld2410

from tests.device.twins import Bus, ClockChip, LightChip, MeterPulses, RadarPort

# The radar. Reports as printed in Hi-Link's "Serial communication protocol" V1.02, 2.3.2.
BASIC = bytes.fromhex("F4F3F2F1 0D00 02AA 02 5100 00 0000 3B 0000 5500 F8F7F6F5")
ENGINEERING = bytes.fromhex(
    "F4F3F2F1 2300 01AA 03 1E00 3C 0000 39 0000 08 08 3C2205030304030605 0000391013060608"
    "04 0305 5500 F8F7F6F5"
)


class Line:
    """A UART that has these bytes, in pieces of `piece`."""

    def __init__(self, data=b"", piece=64):
        self.data, self.piece = bytearray(data), piece

    def readinto(self, buffer):
        count = min(len(buffer), len(self.data), self.piece)
        buffer[:count] = self.data[:count]
        del self.data[:count]
        return count or None


def heard(radar, line):
    found = 0
    while line.data:
        found += radar.poll()
    return found


@pytest.mark.parametrize("piece", [1, 2, 5, 7, 23, 64])
def test_the_radar_s_printed_reports(piece):
    line = Line(BASIC, piece)
    radar = ld2410.Radar(line)
    assert heard(radar, line) == 1
    assert (radar.state, radar.moving_cm, radar.moving_energy) == (ld2410.STILL, 81, 0)
    assert (radar.still_cm, radar.still_energy, radar.detection_cm) == (0, 59, 0)
    line.data += ENGINEERING + BASIC
    assert heard(radar, line) == 2 and radar.reports == 3 and radar.spoilt == 0
    line.data += ENGINEERING
    assert heard(radar, line) == 1
    assert radar.state == ld2410.MOVING | ld2410.STILL
    assert (radar.moving_cm, radar.moving_energy, radar.still_energy) == (30, 60, 57)


@given(st.binary(max_size=80), st.binary(max_size=80), st.integers(1, 64))
def test_the_radar_finds_its_way_back(before, between, piece):
    """After any garbage two good reports are enough: the second, at the latest, is read."""
    line = Line(before + BASIC + BASIC + between + BASIC + BASIC, piece)
    radar = ld2410.Radar(line)
    assert heard(radar, line) >= 2
    assert (radar.state, radar.moving_cm, radar.still_energy) == (2, 81, 59)


@given(st.integers(0, len(BASIC) - 1), st.integers(0, 255))
def test_a_report_cut_or_with_a_byte_changed(at, byte):
    line = Line(BASIC[:at] + BASIC)
    radar = ld2410.Radar(line)
    assert heard(radar, line) == 1, "a report that breaks off costs no other"
    changed = bytearray(BASIC)
    changed[at] = byte
    line = Line(bytes(changed) + BASIC)
    radar = ld2410.Radar(line)
    assert heard(radar, line) in (1, 2)
    assert (radar.state, radar.moving_cm, radar.still_energy) == (2, 81, 59)


def test_reports_that_cannot_be():
    for at, byte in (
        (8, 4),
        (10, 0x40),
        (13, 0xFF),
        (16, 5),
        (11, 101),
        (14, 255),
        (6, 1),
        (7, 0),
    ):
        changed = bytearray(BASIC)
        changed[at] = byte
        line = Line(changed)
        radar = ld2410.Radar(line)
        assert heard(radar, line) == 0 and radar.reports == 0 and radar.state == 0, at


def test_the_radar_in_garbage_for_a_long_time():
    chance = random.Random(1)
    line = Line()
    radar = ld2410.Radar(line)
    pieces = [BASIC[:9], BASIC[4:], b"\xf4\xf3\xf2\xf1\x23\x00", b"\xf4" * 30, ENGINEERING[:-2]]
    for _ in range(1500):
        line.data += chance.choice([chance.randbytes(chance.randrange(200)), *pieces])
        heard(radar, line)
        assert radar._count < 64
    assert radar.spoilt > 3000
    line.data += BASIC * 3
    assert heard(radar, line) >= 2 and radar.state == 2


def test_somebody_walks_past_the_radar():
    port = RadarPort()
    radar = ld2410.Radar(port)
    port.engineering = True
    port.metres, port.speed = -20.0, 1.4
    seen = []
    for step in range(600):
        if step == 20:
            radar.end_engineering()
            assert not port.engineering and not port.configuring
            assert port.acknowledged == [0xFF, 0x63, 0xFE]
        port.pass_ms(50)
        radar.poll()
        if radar.state & ld2410.MOVING:
            seen.append(port.metres)
            assert abs(radar.moving_cm - abs(port.metres) * 100) < 15
    assert -6.1 < seen[0] < -5.7 and 5.7 < seen[-1] < 6.1
    assert radar.state == 0 and 295 <= radar.reports <= 301
    before = radar.reports
    for _ in range(20):
        radar.poll()
    assert radar.reports == before  # dead: it stands still


# The clock.

EPOCH = datetime.datetime(2000, 1, 1)


def clock(**options):
    chip = ClockChip(**options)
    return chip, ds3231.Clock(Bus(chip=chip))


def said(it):
    return EPOCH + datetime.timedelta(days=it.day, seconds=it.second)


def tell(it, when):
    ago = when - EPOCH
    return it.set(ago.days, ago.seconds)


def test_a_new_clock_is_not_believed_until_it_is_set():
    chip, it = clock()
    assert it.read() == ds3231.STOPPED and (it.day, it.second) == (0, 0)
    assert tell(it, datetime.datetime(2026, 11, 23, 17, 5, 9)) == ds3231.OK
    # 17:05:09, Monday (1), 23 November 26: the sheet's figure 1.
    assert chip.registers[:7] == bytes.fromhex("09 05 17 01 23 11 26")
    assert chip.registers[0x0F] & 0x80 == 0 and chip.registers[0x0F] & 8
    chip.pass_seconds(60)
    assert it.read() == ds3231.OK and said(it) == datetime.datetime(2026, 11, 23, 17, 6, 9)
    assert it.quarters == 101  # 25.25 degrees
    chip.registers[0x11], chip.registers[0x12] = 0xE6, 0xC0
    assert it.read() == ds3231.OK and it.quarters == -101


def test_turns_of_days_months_and_years():
    chip, it = clock()
    turns = [
        datetime.datetime(2026, 12, 31, 23, 59, 58), datetime.datetime(2028, 2, 28, 23, 59, 58),
        datetime.datetime(2028, 2, 29, 23, 59, 58), datetime.datetime(2034, 1, 9, 13, 37, 3),
        datetime.datetime(2038, 1, 19, 3, 14, 6), datetime.datetime(2099, 12, 31, 23, 59, 58),
    ]  # fmt: skip
    for when in turns:
        assert tell(it, when) == ds3231.OK
        for seconds in range(1, 5):
            chip.pass_seconds(1)
            assert it.read() == ds3231.OK
            assert said(it) == when + datetime.timedelta(seconds=seconds)
    assert chip.registers[5] & 0x80  # the century that it toggled itself
    assert tell(it, datetime.datetime(2100, 2, 28, 23, 59, 58)) == ds3231.OK
    chip.pass_seconds(3)  # the chip says 29 February 2100, which is no day
    assert it.read() == ds3231.IMPLAUSIBLE


def test_every_day_that_it_can_have():
    _, it = clock()
    for day in range(ds3231.EARLIEST, ds3231.LATEST + 1, 11):
        assert it.set(day, day * 7919 % 86400) == ds3231.OK
        assert (it.day, it.second) == (day, day * 7919 % 86400)


def test_days_that_a_month_does_not_have():
    chip, it = clock()
    assert tell(it, datetime.datetime(2027, 6, 30)) == ds3231.OK
    for month, date in ((0x06, 0x31), (0x02, 0x29), (0x02, 0x30), (0x11, 0x31), (0x13, 0x01)):
        chip.registers[4:6] = bytes([date, month])
        assert it.read() == ds3231.IMPLAUSIBLE
    chip.registers[4:7] = b"\x29\x02\x28"
    assert it.read() == ds3231.OK and said(it) == datetime.datetime(2028, 2, 29)


def test_hours_in_the_other_form():
    chip, it = clock()
    assert tell(it, datetime.datetime(2026, 11, 23, 0, 30)) == ds3231.OK
    # Bit 6: 12 hours, bit 5: PM.
    for byte, hour in ((0x52, 0), (0x41, 1), (0x51, 11), (0x72, 12), (0x61, 13), (0x71, 23)):
        chip.registers[2] = byte
        assert it.read() == ds3231.OK and it.second == hour * 3600 + 1800
    for byte in (0x40, 0x53, 0x5A, 0x24, 0x3A, 0xC1, 0x2A):
        chip.registers[2] = byte
        assert it.read() == ds3231.IMPLAUSIBLE


def test_a_battery_that_is_empty_and_a_bus_that_hangs():
    chip, it = clock()
    when = datetime.datetime(2027, 5, 1, 3)
    assert tell(it, when) == ds3231.OK
    chip.power(False)
    chip.pass_seconds(3600)
    assert it.read() == ds3231.OK and said(it).hour == 4
    chip.registers[0x0E] |= 0x80  # set to stand still without mains: `set` undoes that
    assert tell(it, when) == ds3231.OK and not chip.registers[0x0E] & 0x80
    chip.battery = False
    chip.power(False)
    assert it.read() == ds3231.STOPPED and said(it) == when
    chip.dead = True
    assert it.read() == ds3231.DEAD and tell(it, when) == ds3231.DEAD
    assert ds3231.Clock(Bus()).read() == ds3231.DEAD


@pytest.mark.parametrize(
    ("day", "second"),
    [(ds3231.EARLIEST - 1, 0), (ds3231.LATEST + 1, 0), (10000, -1), (10000, 86400), (0, 0)],
)
def test_times_that_it_is_not_set_to(day, second):
    chip, it = clock()
    before = bytes(chip.registers)
    assert it.set(day, second) == ds3231.IMPLAUSIBLE and chip.registers == before


@given(st.binary(min_size=19, max_size=19))
def test_the_clock_with_any_registers(registers):
    chip, it = clock()
    chip.registers[:] = registers
    found = it.read()
    assert found in (ds3231.OK, ds3231.STOPPED, ds3231.IMPLAUSIBLE)
    if found == ds3231.OK:
        assert ds3231.EARLIEST <= it.day <= ds3231.LATEST and 0 <= it.second < 86400
    else:
        assert (it.day, it.second) == (0, 0)


def test_setting_it_is_cut_between_two_transfers():
    """A new clock says that it stands still until all of it is set."""
    for transfers in range(12):
        chip, it = clock()
        bus = it._i2c
        left = iter(range(transfers))
        reach = bus._chip

        def cut(address, left=left, reach=reach):
            if next(left, None) is None:
                raise OSError(110)
            return reach(address)

        bus._chip = cut
        found = tell(it, datetime.datetime(2027, 1, 1))
        bus._chip = reach
        assert found == ds3231.DEAD or found == ds3231.OK and transfers > 4
        after = it.read()
        assert after == ds3231.STOPPED or said(it) == datetime.datetime(2027, 1, 1)
    assert found == ds3231.OK


def test_a_clock_that_does_not_take_the_time_is_found():
    class Stuck(ClockChip):
        def write(self, data):
            super().write(data[:1])

    chip = Stuck()
    chip.registers[0x0F] = 0
    chip.registers[:7] = bytes.fromhex("09 05 17 01 23 11 26")
    it = ds3231.Clock(Bus(chip=chip))
    assert tell(it, datetime.datetime(2027, 1, 1)) == ds3231.IMPLAUSIBLE
    assert tell(it, datetime.datetime(2026, 11, 24)) == ds3231.IMPLAUSIBLE
    for byte in (0x00, 0xFF):
        chip.registers[:] = bytes([byte]) * 19
        assert it.read() in (ds3231.STOPPED, ds3231.IMPLAUSIBLE)


def test_drift_is_what_the_chip_has():
    chip, it = clock(ppm=20.0)
    when = datetime.datetime(2027, 5, 1)
    assert tell(it, when) == ds3231.OK
    chip.pass_seconds(86400)
    assert it.read() == ds3231.OK
    assert said(it) == when + datetime.timedelta(days=1, seconds=1)


# The light sensor.


def lux_of(chip, **options):
    it = bh1750.Light(Bus(chip=chip), **options)
    assert it.start()
    chip.pass_ms(it.wait_ms)
    return it.read(), it


def test_the_light_sensor_s_printed_example():
    """High byte 1000_0011, low byte 1001_0000: 28067 lx (technical note, I2C bus access)."""
    chip = LightChip()
    it = bh1750.Light(Bus(chip=chip))
    assert it.start() and it.wait_ms == 181
    chip.value = 0b1000_0011_1001_0000
    assert it.read() == 28067 and it.tenths == 280667


@pytest.mark.parametrize("mode", [bh1750.HIGH, bh1750.HIGH_2, bh1750.LOW])
@pytest.mark.parametrize("time", [31, 69, 138, 254])
def test_lux_in_every_mode(mode, time):
    for lux in (0, 0.6, 1, 3, 10, 19.5, 20, 30, 400, 4000, 7000):
        chip = LightChip(lux)
        found, it = lux_of(chip, mode=mode, time=time)
        count = 69 / time / 1.2 / (2 if mode == bh1750.HIGH_2 else 1)
        step = count * (4 if mode == bh1750.LOW else 1)
        assert lux - step - 0.51 <= found <= lux + 0.51, (lux, found)
        assert abs(it.tenths / 10 - found) <= 0.51
        assert chip.time == time and not chip.on  # it sleeps
    worst, it = lux_of(LightChip(1e9), mode=mode, time=time)
    assert worst > 0 and it.tenths < 2**30


@given(st.integers(0, 65535), st.integers(31, 254), st.sampled_from([0x20, 0x21, 0x23]))
def test_lux_is_rounded(value, time, mode):
    chip = LightChip()
    it = bh1750.Light(Bus(chip=chip), mode=mode, time=time)
    it.start()
    chip.value = value
    exact = value / 1.2 * 69 / time / (2 if mode == 0x21 else 1)
    assert abs(it.read() - exact) <= 0.5 + 1e-6
    assert abs(it.tenths - exact * 10) <= 0.5 + 1e-5
    assert value * 6900 + time * 24 < 2**30


def test_a_light_sensor_that_is_dead_or_lost_its_power():
    chip = LightChip(500)
    bus = Bus(chip=chip)
    it = bh1750.Light(bus)
    assert it.read() == bh1750.DEAD  # never started
    chip.dead = True
    assert not it.start() and it.read() == bh1750.DEAD
    chip.dead = False
    assert it.start()
    bus.down = True
    assert it.read() == bh1750.DEAD and it.read() == bh1750.DEAD
    bus.down = False
    chip.lose_power()
    assert it.start()
    chip.pass_ms(it.wait_ms)
    assert it.read() == 500
    assert it.read() == bh1750.DEAD  # the same value is not given twice


@pytest.mark.parametrize("options", [{"mode": 0x22}, {"mode": 0x10}, {"time": 30}, {"time": 255}])
def test_light_sensors_that_there_are_none_of(options):
    with pytest.raises(ValueError):
        bh1750.Light(Bus(), **options)


# The meter.


def test_energy_of_a_pulse():
    """By the data sheet: F = 1721506 * V(V) * V(I) / Vref ** 2."""
    for shunt, divider in ((1000, 2001), (1000, 1981), (2000, 2351), (500, 1001)):
        joules = 1.218**2 / 1721506 / (shunt / 1e6) * divider
        assert abs(bl0937.pulse_energy(shunt, divider) - joules * 1e4) <= 0.51
    assert bl0937.pulse_energy(1000, 2001) == 17244
    # 60 W at 230 V, 1 mOhm, 1:2001: about 35 pulses a second.
    assert round(1721506 * (230 / 2001) * (60 / 230 / 1000) / 1.218**2) == 35


def run(meter, pulses, seconds, ticks=0, every=1000):
    windows = 0
    for _ in range(int(seconds * 1000 // every)):
        pulses.pass_ms(every)
        ticks = ticks + every & 0x3FFFFFFF
        windows += meter.update(pulses.count, ticks)
    return windows, ticks


@pytest.mark.parametrize("watts", [0, 0.3, 1, 5, 20, 38.9, 60, 150, 1000, 7000])
@pytest.mark.parametrize("start", [0, 2**30 - 5000])
def test_power_and_energy(watts, start):
    pulses = MeterPulses()
    meter = bl0937.Meter(bl0937.pulse_energy(1000, 2001), mask=0xFFFF)
    meter.update(pulses.count, start)
    assert meter.power == -1
    pulses.watts = watts
    windows, _ = run(meter, pulses, 7200, start)
    assert 119 <= windows <= 900
    grain = max(0.05, 1.7244 / 8 if watts > 13 else 1.7244 * watts / 64, 1.7244 / 60)
    assert abs(meter.power / 10 - watts) <= grain + watts * 1e-3 + 0.05
    assert not meter.chattering
    assert abs(meter.wh + meter.rest / 36e6 - pulses.joules / 3600) < max(0.06, watts / 400)


def test_a_change_of_output_does_not_blur_the_power():
    pulses = MeterPulses()
    meter = bl0937.Meter(17244, mask=0xFFFF)
    meter.update(0, 0)
    pulses.watts = 100
    _, ticks = run(meter, pulses, 60)
    run(meter, pulses, 4, ticks)
    meter.restart()
    pulses.watts = 30
    powers = set()
    for second in range(65, 100):
        pulses.pass_ms(1000)
        if meter.update(pulses.count, second * 1000):
            powers.add(meter.power)
    assert powers and all(295 <= power <= 320 for power in powers), powers
    assert abs(meter.wh * 3600 + meter.rest / 1e4 - pulses.joules) < 70  # but for the last window


def test_the_counter_and_the_ticks_wrap():
    meter = bl0937.Meter(17244, mask=0x7FFF)
    meter.update(0x7FF0, 2**30 - 4000)
    assert meter.update(0x7FF0 + 280 & 0x7FFF, 4000)
    assert meter.power == (280 * 17244 + 4000) // 8000
    meter = bl0937.Meter(17244)
    meter.update(2**30 - 100, 5)
    assert meter.update(180, 8005) and meter.power == (280 * 17244 + 4000) // 8000


def test_a_chattering_input_is_said_and_not_counted():
    meter = bl0937.Meter(17244)
    meter.update(0, 0)
    assert not meter.update(1_000_000, 8000)
    assert meter.chattering and (meter.wh, meter.rest, meter.power) == (0, 0, -1)
    assert meter.update(1_000_280, 16_000) and not meter.chattering and meter.power == 604
    assert meter.wh == 0 and meter.rest == 280 * 17244
    meter.restart()
    assert not meter.update(5_000_000, 16_000) and meter.chattering  # in no time at all


@given(
    st.integers(1, 1_000_000), st.integers(0, 100_000),
    st.lists(
        st.tuples(st.integers(0, 2**30 - 1), st.integers(0, 2**30 - 1), st.booleans()), max_size=20
    ),
)  # fmt: skip
def test_any_counts_at_any_ticks(pulse, most, told):
    meter = bl0937.Meter(pulse, most)
    for count, ticks, cut in told:
        if cut:
            meter.restart()
        meter.update(count, ticks)
        assert -1 <= meter.power <= most and 0 <= meter.rest < 36_000_000
        assert 0 <= meter.wh < 2**30 * pulse
    with pytest.raises(ValueError):
        bl0937.Meter(0)


def test_a_late_update_still_is_right():
    meter = bl0937.Meter(17244)
    meter.update(0, 0)
    assert meter.update(35 * 86400, 86_400_000)
    assert meter.power == (35 * 17244 + 500) // 1000
    assert meter.wh == 35 * 86400 * 17244 // 36_000_000
