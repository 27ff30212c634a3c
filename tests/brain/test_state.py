"""What outlives a reset: the buffer and its check."""

import binascii
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from noctule.brain import SYNCED, Brain, state
from noctule.brain.state import SIZE, VERSION

from sim.site import load_site
from sim.site.compile import compile_site

DAY, SECOND = 9_700, 72_000  # an evening in July 2026


VILLAGE = Path(__file__).parents[2] / "sim" / "demo" / "village.toml"
CONFIGS = {node.luminaire.id: node.config for node in compile_site(load_site(VILLAGE))}
# One of each sort.
LAMPS = tuple({name.rstrip("0123456789"): name for name in CONFIGS}.values())


@given(st.binary(max_size=80))
def test_the_check_is_crc_16_ccitt(data):
    assert state.check(data, len(data)) == binascii.crc_hqx(data, 0xFFFF)


@given(st.integers(0, SIZE - 4), st.sampled_from([1, 2, 3, 4]), st.integers(0, 2**30 - 1))
def test_numbers(at, size, value):
    value &= (1 << 8 * size) - 1
    buffer = bytearray(b"\xaa" * SIZE)
    state.put(buffer, at, size, value)
    assert bytes(buffer[at : at + size]) == value.to_bytes(size, "little")
    assert set(buffer[:at] + buffer[at + size :]) <= {0xAA}
    assert state.get(buffer, at, size) == value


def test_four_bytes_stay_a_small_int():
    assert state.get(b"\xff\xff\xff\xff", 0, 4) == 2**30 - 1


def _rich(config: bytes) -> Brain:
    """A brain with everything that is saved."""
    brain = Brain(config)
    brain.start(0, False, None)
    brain.step(DAY, SECOND, 0, 0, SYNCED)
    brain.sensor(True, 1_000)
    brain.step(DAY, SECOND + 2, 0, 2_000, SYNCED)
    brain.sensor(False, 3_000)
    brain.override_level(42, 5_400, 2_500, 3_500)
    brain.step(DAY, SECOND + 4, 0, 4_000, SYNCED)
    brain.step(DAY, SECOND + 24, 0, 24_000, SYNCED)
    return brain


def _saved(brain: Brain) -> bytearray:
    buffer = bytearray(SIZE)
    brain.save(buffer)
    return buffer


def test_any_flipped_bit_is_refused():
    buffer = _saved(_rich(CONFIGS["E01"]))
    assert state.sound(buffer)
    for bit in range(8 * SIZE):
        flipped = bytearray(buffer)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not state.sound(flipped), bit
        assert not Brain(CONFIGS["E01"]).start(0, False, flipped)


def test_two_flipped_bits_are_refused():
    buffer = _saved(_rich(CONFIGS["E01"]))
    rnd = random.Random(2)
    for _ in range(2_000):
        flipped = bytearray(buffer)
        for bit in rnd.sample(range(8 * SIZE), 2):
            flipped[bit // 8] ^= 1 << bit % 8
        assert not state.sound(flipped)


def test_what_is_no_state_is_refused():
    short = _saved(_rich(CONFIGS["E01"]))[1:]
    for bad in (b"", bytes(SIZE), b"\xff" * SIZE, bytes(SIZE - 1), short):
        assert not state.sound(bad)
        assert not Brain(CONFIGS["E01"]).start(0, False, bad)
    other = bytearray(SIZE)
    other[0] = VERSION + 1
    state.put(other, SIZE - 2, 2, binascii.crc_hqx(other[: SIZE - 2], 0xFFFF))
    assert not state.sound(other)


def test_the_layout():
    """The bytes, as they are documented."""
    brain = _rich(CONFIGS["E01"])
    assert brain.unsaved
    buffer = _saved(brain)
    assert not brain.unsaved
    assert buffer[0] == VERSION
    assert buffer[1:3] == bytes([1, 42])
    assert int.from_bytes(buffer[3:5], "little") == 25
    assert int.from_bytes(buffer[5:7], "little") == DAY
    assert int.from_bytes(buffer[7:10], "little") == SECOND + 4 + 5_399
    assert int.from_bytes(buffer[10:13], "little") == 5_400 - 21
    assert int.from_bytes(buffer[13:17], "little") == brain.burning_s == 24
    assert int.from_bytes(buffer[17:19], "little") in range(60 - 21, 60 - 19)
    assert int.from_bytes(buffer[34:36], "little") == DAY
    assert SECOND <= int.from_bytes(buffer[36:39], "little") <= SECOND + 60
    assert buffer[39:62] == bytes(23)
    assert int.from_bytes(buffer[62:64], "little") == binascii.crc_hqx(buffer[:62], 0xFFFF)


@pytest.mark.parametrize("lamp", LAMPS)
def test_round_trip(lamp):
    first = _saved(_rich(CONFIGS[lamp]))
    again = Brain(CONFIGS[lamp])
    assert again.start(500_000_000, False, bytes(first))
    second = _saved(again)
    assert first[:17] == second[:17]
    # A hold is saved in whole seconds, rounded up: it may be one longer, never shorter.
    left, kept = (int.from_bytes(x[17:19], "little") for x in (first, second))
    assert left <= kept <= left + 1
    assert first[19:34] == second[19:34]


@given(st.data())
def test_any_sound_state_runs(data):
    """Whatever the bytes, if the check is right the brain takes them and steps."""
    config = data.draw(st.sampled_from([CONFIGS[lamp] for lamp in LAMPS]))
    buffer = bytearray(data.draw(st.binary(min_size=SIZE, max_size=SIZE)))
    if data.draw(st.booleans()):
        buffer[1] %= 4
    state.seal(buffer)
    brain = Brain(config)
    assert brain.start(7, data.draw(st.booleans()), buffer)
    ticks = 7
    quality = data.draw(st.sampled_from([0, 2, 3]))
    for _ in range(30):
        sleep = brain.step(DAY, SECOND, 0, ticks, quality)
        assert 1 <= sleep <= 3_600_000 and 0 <= brain.level <= 100
        ticks = (ticks + sleep) & 0x3FFFFFFF
    brain.save(buffer)
    assert state.sound(buffer)
