"""DALI's two wires: what RMT is given, what the sampled answers become, and being late."""

import zipfile
from array import array
from itertools import groupby
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.device import dali
from noctule.device import dali_line as module
from noctule.device.dali_line import Line

from sim.board.parts.dali import Gear
from tests.device.dali_bench import TICKS, Bench
from tests.device.test_dali import CAPTURE, encoded

LEVEL = dali.command(0, 0xA0)  # QUERY ACTUAL LEVEL


@given(st.integers(0, 0xFFFF), st.booleans())
def test_a_frame_is_the_standard_s(frame, inverted):
    pulses = []
    rmt = SimpleNamespace(write_pulses=lambda us, levels: pulses.append((us, list(levels))))
    Line(rmt, None, lambda: 0, inverted, 0).send(frame)
    ((us, levels),) = pulses
    runs = [(high, us * len(list(same))) for high, same in groupby(x ^ inverted for x in levels)]
    expected = encoded(frame, 16)
    count = len(expected)
    if runs[-1][0]:
        runs.pop()  # the last high is one with the idle bus
    assert [high for high, _ in runs] == [i % 2 for i in range(count)]
    assert [abs(us - asked) <= 1 for (_, us), asked in zip(runs, expected, strict=False)] == (
        [True] * count
    )


@pytest.mark.parametrize("invert_tx", [0, 1])
@pytest.mark.parametrize("invert_rx", [0, 1])
def test_every_answer(invert_tx, invert_rx):
    for byte in range(256):
        gear = Gear()
        gear.dtr[0] = byte
        bench = Bench(gear, invert_tx=invert_tx, invert_rx=invert_rx)
        assert bench.ask(dali.command(0, dali._QUERY_DTR0)) == byte
        assert bench.frames == [dali.command(0, dali._QUERY_DTR0)]
        assert bench.ask(dali.command(2, dali._QUERY_DTR0)) == dali.SILENCE


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 255), st.integers(module._REPLY_FROM, module._REPLY_BY), st.integers(-60, 80),
    st.integers(11_000, 16_000), st.integers(0, TICKS), st.integers(0, 0xFFFF),
)  # fmt: skip
def test_an_answer_in_its_time_is_heard_whenever_listening_began(
    byte, delay, skew, begin, start, question
):
    """delay: from the question's last edge, which may be half a bit before its end."""
    bench = Bench(start=start)
    rest = 417 if question & 1 else 0
    gear = Gear(reply_us=delay - rest, skew_us=skew)
    gear.hear = lambda frame, us: byte  # type: ignore[method-assign]
    bench.bus.add(gear)
    bench.line.send(question)
    bench.us += begin
    assert bench.line.listen()
    assert bench.line.answer() == byte


def test_too_late_is_no_answer():
    bench = Bench(Gear())
    for late, heard in ((16_000, True), (16_001, False), (30_000, False), (10**6, False)):
        bench.line.send(LEVEL)
        begun = bench.us
        bench.us += late
        assert bench.line.listen() is heard
        assert heard or bench.us == begun + late  # and nobody waited
        bench.us += 50_000


def test_listening_takes_25_ms_and_not_more():
    bench = Bench(Gear())
    bench.line.send(LEVEL)
    bench.us += 12_000
    begun = bench.us
    bench.line.listen()
    assert bench.us - begun <= 25_000


def test_several_who_answer_at_once():
    for one, other in ((0x0F, 0xF0), (0x00, 0xFF)):
        a, b = Gear(), Gear(reply_us=5650, skew_us=60)
        a.dtr[0], b.dtr[0] = one, other
        assert Bench(a, b).ask(dali.command(254, dali._QUERY_DTR0)) == dali.GARBLED


def test_a_bus_without_power_or_shorted_is_seen():
    bench = Bench(Gear())
    bench.bus.fault = "shorted"
    assert bench.ask(LEVEL) == dali.SILENCE and bench.line.down
    bench.bus.fault = "cut"
    assert bench.ask(LEVEL) == dali.SILENCE and not bench.line.down
    bench.bus.fault = None
    assert bench.ask(LEVEL) == 254 and not bench.line.down


def test_another_s_frame_is_no_answer():
    bench = Bench()
    bench.line.send(LEVEL)
    bench.us += 12_000
    runs = encoded(0x0191, 16)
    bench.bus.sent(bench.us + 6000, [(1 - i % 2, us) for i, us in enumerate(runs)])
    bench.line.listen()
    assert bench.line.answer() == dali.GARBLED


def test_noise_for_a_long_time():
    """An hour of questions and noise: always an answer of some kind, and then a right one."""
    bench = Bench(Gear(), seed=5)
    chance = Random(5)
    bench.bus.fault = "noise"
    for i in range(300):
        if i % 3 == 0:  # edges as they might come, and not only hiss
            size = 312
            noise = bytearray()
            while len(noise) < size:
                noise += bytes([chance.choice((0, 255))]) * chance.randrange(1, 12)
            bench._read = lambda buffer, noise=noise: buffer.__setitem__(
                slice(None), noise[: len(buffer)]
            )
            bench.line._spi.readinto = bench._read
        bench.line.send(LEVEL)
        bench.us += 12_000
        assert bench.line.listen()
        assert bench.line.answer() in range(-2, 256)
        bench.us += 60_000
    del bench._read
    bench.line._spi.readinto = bench._read
    bench.bus.fault = None
    assert bench.ask(LEVEL) == 254


def test_a_real_bus_by_the_sampler():
    """The recording of a ballast has the sampler's very rate: its 9 answers, as the SPI reads."""
    if not CAPTURE.is_file():
        pytest.skip("no ../shared/data/captures: the recording of a real bus is not here")
    with zipfile.ZipFile(CAPTURE) as file:
        line = [x & 1 for x in array("H", file.read("logic-1-1"))]
    starts = []
    at = 0
    for high, group in groupby(line):
        length = len(list(group))
        if high and length > 1500 and at + length < len(line):
            starts.append(at + length)  # a quiet bus, then a question
        at += length
    now = 0

    def read(buffer):
        bits = "".join(map(str, line[now // 10 : now // 10 + len(buffer) * 8]))
        buffer[:] = int(bits.ljust(len(buffer) * 8, "1"), 2).to_bytes(len(buffer), "big")

    rmt, spi = SimpleNamespace(write_pulses=lambda *_: None), SimpleNamespace(readinto=read)
    found = []
    for start in starts:
        now = start * 10
        it = Line(rmt, spi, lambda: now, 0, 0)  # noqa: B023
        it.send(0)
        now += 12 * 1000
        assert it.listen()
        found.append(it.answer())
    assert found == [0xFF, 0x03, 0x00, 0xFE, 0xFE, 0x41, 0xFE, 0x01, 0x06]


def test_the_factory(board, monkeypatch):
    import sys
    from types import ModuleType

    made = {}

    class RMT:
        def __init__(self, channel, *, pin, clock_div, idle_level):
            made["rmt"] = (channel, pin, clock_div, idle_level)

        def write_pulses(self, duration, data):
            made.setdefault("pulses", []).append((duration, list(data)))

    class SPI:
        def __init__(self, number, *, baudrate, sck, mosi, miso):
            made["spi"] = (number, baudrate, sck, mosi, miso)

    esp32 = ModuleType("esp32")
    esp32.RMT = RMT
    board.machine.SPI = SPI
    monkeypatch.setitem(sys.modules, "esp32", esp32)
    clock = SimpleNamespace(ticks_us=lambda: 0)
    monkeypatch.setitem(sys.modules, "time", clock)
    module.line({"tx": 17, "rx": 16, "invert_tx": 1, "invert_rx": 1})
    assert made["rmt"] == (0, 17, 80, 0) and made["pulses"] == [(417, [0, 0])]
    assert made["spi"] == (1, 100_000, None, None, 16)
    module.line({"tx": 17, "rx": 16, "spi": 2})
    assert made["rmt"][3] == 1 and made["pulses"][-1] == (417, [1, 1]) and made["spi"][0] == 2
