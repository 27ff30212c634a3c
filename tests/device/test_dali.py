"""DALI against python-dali, a real bus, and gear with physics."""

import re
import zipfile
from array import array
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import dali.gear.general as general
import dali.gear.led as led
import pytest
from dali.address import GearBroadcast, GearShort
from dali.command import Command
from dali.frame import ForwardFrame
from dali.memory import diagnostics, energy
from dali.memory.location import FlagValue
from hypothesis import given
from hypothesis import strategies as st
from noctule.device import dali as ours
from noctule.device import dali_gear

from tests.device.twins import WireGear

CAPTURE = Path(__file__).parents[3] / "shared/data/captures/dali_query_ballast.sr"

# Opcodes are private constants where they are used; MicroPython keeps none of their names.
OPCODES = {
    name: value
    for module in (ours, dali_gear)
    for name, value in vars(module).items()
    if re.match("_?(QUERY|SET_|DTR|WRITE|RECALL|ENABLE|READ|SELECT|OFF$)", name)
}
ADDRESSES = [
    *((ours.short(n), GearShort(n)) for n in range(64)),
    (ours.BROADCAST, GearBroadcast()),
]
# What we call it, and what python-dali does.
COMMANDS = {
    "_OFF": general.Off, "_RECALL_MAX": general.RecallMaxLevel,
    "_SET_FAILURE_LEVEL": general.SetSystemFailureLevel,
    "_SET_POWER_ON_LEVEL": general.SetPowerOnLevel, "_SET_FADE_TIME": general.SetFadeTime,
    "_SET_EXTENDED_FADE": general.SetExtendedFadeTime,
    "_ENABLE_WRITE_MEMORY": general.EnableWriteMemory, "_QUERY_STATUS": general.QueryStatus,
    "_QUERY_DTR0": general.QueryContentDTR0, "_QUERY_DTR1": general.QueryContentDTR1,
    "_QUERY_DEVICE_TYPE": general.QueryDeviceType, "_QUERY_LEVEL": general.QueryActualLevel,
    "_QUERY_MAX_LEVEL": general.QueryMaxLevel, "_QUERY_MIN_LEVEL": general.QueryMinLevel,
    "_QUERY_POWER_ON_LEVEL": general.QueryPowerOnLevel,
    "_QUERY_FAILURE_LEVEL": general.QuerySystemFailureLevel,
    "_QUERY_FADE": general.QueryFadeTimeFadeRate,
    "_QUERY_EXTENDED_FADE": general.QueryExtendedFadeTime,
    "_READ_MEMORY": general.ReadMemoryLocation,
    "_SELECT_CURVE": led.SelectDimmingCurve, "_QUERY_CURVE": led.QueryDimmingCurve,
    "_QUERY_EXTENDED_VERSION": led.QueryExtendedVersionNumber,
}  # fmt: skip
SPECIALS = {
    "DTR0": general.DTR0, "_DTR1": general.DTR1,
    "_WRITE_MEMORY_SILENT": general.WriteMemoryLocationNoReply,
}  # fmt: skip
# First bytes of commands that the node does not send: how they are sent is compared below, of any
# frame.
UNSENT = {"_QUERY_SHORT", "_WRITE_MEMORY"}


def same(frame, theirs):
    assert frame == theirs.frame.as_integer, str(theirs)
    kind = theirs.devicetype
    assert ours.twice(frame, kind) == theirs.sendtwice, str(theirs)
    assert ours.answered(frame, kind) == (theirs.response is not None), str(theirs)


def test_every_command_to_every_address():
    for byte, address in ADDRESSES:
        for name, theirs in COMMANDS.items():
            same(ours.command(byte, OPCODES[name]), theirs(address))
        for level in range(256):
            same(byte << 8 | level, general.DAPC(address, level))


def test_every_special_command():
    for name, theirs in SPECIALS.items():
        for n in range(256):
            same(OPCODES[name] | n, theirs(n))
    same(OPCODES["_ENABLE_LED"], general.EnableDeviceType(6))
    assert OPCODES["_ENABLE_TYPE"] == OPCODES["_ENABLE_LED"] >> 8


def test_no_opcode_is_left_out_of_the_comparison():
    assert OPCODES.keys() == {*COMMANDS, *SPECIALS, "_ENABLE_LED", "_ENABLE_TYPE", *UNSENT}


@given(st.integers(0, 0xFFFF))
def test_twice_and_answered_of_any_frame(frame):
    theirs = Command.from_frame(ForwardFrame(16, frame))
    if "Unknown" not in type(theirs).__name__ and type(theirs) is not Command:
        assert ours.twice(frame) == theirs.sendtwice
        assert ours.answered(frame) == (theirs.response is not None)


@pytest.mark.parametrize("wrong", [-1, 64])
def test_no_short_address(wrong):
    with pytest.raises(ValueError):
        ours.short(wrong)


# The wire.


def halves_of(value, bits):
    """By the standard, as text of half bits, low 0, high 1."""
    return "01" + "".join("01" if value >> i & 1 else "10" for i in range(bits - 1, -1, -1))


def encoded(value, bits):
    """In runs, low first; the last high is one with the idle bus."""
    halves = halves_of(value, bits).rstrip("1")
    return [417 if len(list(same)) == 1 else 833 for _, same in groupby(halves)]


def decoded(runs, decoder=None):
    """What a decoder makes of runs that begin low, followed by a quiet bus: [(bits, value)]."""
    decoder = decoder or ours.Decoder()
    found = []
    for i, us in enumerate([*runs, 20_000] if len(runs) % 2 else runs):
        bits = decoder.feed(i % 2, us)
        if bits:
            found.append((bits, decoder.value if bits > 0 else None))
    return found


@given(st.sampled_from([8, 16, 24]), st.integers(0, 2**24 - 1))
def test_what_is_sent_by_the_standard_is_received(bits, value):
    value &= (1 << bits) - 1
    assert decoded(encoded(value, bits)) == [(bits, value)]


def test_every_answer_and_every_dapc_frame():
    for value in range(256):
        assert decoded(encoded(value, 8)) == [(8, value)]
        assert decoded(encoded(0xFE00 | value, 16)) == [(16, 0xFE00 | value)]


@given(
    st.integers(0, 0xFFFF),
    st.sampled_from([(375, 458, 750, 917), (333, 500, 667, 1000)]),  # version 1, DALI-2
    st.data(),
)
def test_all_that_a_receiver_must_take(value, limits, data):
    """Each run anywhere within the tolerances of version 1 (10 %) and of DALI-2 receivers."""
    one, most_one, two, most_two = limits
    runs = [
        data.draw(st.integers(one, most_one) if us < 600 else st.integers(two, most_two))
        for us in encoded(value, 16)
    ]
    assert decoded(runs) == [(16, value)]


@pytest.mark.parametrize("skew", range(-80, 81, 10))
def test_lows_and_highs_of_unlike_length(skew):
    """Slow edges and optocouplers: what they add to lows they take off highs."""
    for value in (0x0191, 0xFE00, 0xFFFF, 0x0000, 0xA55A):
        runs = [us + (-skew if i % 2 else skew) for i, us in enumerate(encoded(value, 16))]
        assert decoded(runs) == [(16, value)]


@pytest.mark.parametrize("bits", [1, 2, 7, 9, 15, 17, 20, 23])
def test_frames_of_no_length_that_is_used(bits):
    assert decoded(encoded(1, bits)) == [(ours.GARBLED, None)]


def test_spoilt_frames_are_garbled_and_the_next_one_is_read():
    decoder = ours.Decoder()
    good = encoded(0x0191, 16)
    for i in range(len(good)):
        for us in (0, 20, 299, 1101, 2000, 500_000):
            if i % 2 and us >= ours.STOP:
                continue
            spoilt = [*good[:i], us, *good[i + 1 :]]
            assert decoded(spoilt, decoder) == [(ours.GARBLED, None)], (i, us)
            assert decoded(good, decoder) == [(16, 0x0191)]
        # A frame that breaks off is not taken for a whole one.
        if i % 2:
            broken = decoded(good[:i], decoder)
            assert broken == [(ours.GARBLED, None)] or broken == [(8, 0x01)]
    assert decoder.errors > 100


def test_two_who_answer_at_once():
    """Gear of unlike speed: what is low for either is low. A yes of several, and no value."""
    one, other = WireGear(skew=0), WireGear(skew=60)
    garbled = 0
    for a, b in ((0x0F, 0xF0), (0x81, 0x7E), (0x00, 0xFF)):
        line = [0] * 9000
        for runs, late in ((one.say(a), 0), (other.say(b), 150)):
            at = late
            for i, us in enumerate(runs):
                if not i % 2:
                    line[at : at + us] = [1] * us
                at += us
        runs = [len(list(group)) for _, group in groupby(line)]
        garbled += decoded(runs[:-1])[0][0] == ours.GARBLED
    assert garbled == 3


def test_the_quiet_bus_may_be_told_more_than_once():
    decoder = ours.Decoder()
    runs = encoded(0xA1, 8)
    for i, us in enumerate(runs):
        assert decoder.feed(i % 2, us) == 0
    assert decoder.feed(1, ours.STOP) == 8 and decoder.value == 0xA1
    assert decoder.feed(1, 4800) == 0 and decoder.feed(1, 10**8) == 0
    assert decoded(encoded(0x42, 8), decoder) == [(8, 0x42)]


@given(st.lists(st.tuples(st.booleans(), st.integers(-5, 2**30 - 1)), max_size=300))
def test_garbage_does_no_harm(noise):
    decoder = ours.Decoder()
    for high, us in noise:
        assert decoder.feed(int(high), us) in (0, 8, 16, 24, ours.GARBLED)
        assert 0 <= decoder.value < 2**24
    decoder.feed(1, ours.STOP)
    assert decoded(encoded(0x0191, 16), decoder) == [(16, 0x0191)]


def test_garbage_for_a_long_time():
    """Many runs of noise: nothing grows, errors stay counted, good frames are read after."""
    import random

    chance = random.Random(7)
    decoder = ours.Decoder()
    for i in range(200_000):
        decoder.feed(i & 1, chance.choice((chance.randrange(3000), 417, 833)))
    assert 1000 < decoder.errors <= 65535
    decoder.errors = 65535
    decoder.feed(0, 5)
    decoder.feed(1, ours.STOP)
    assert decoder.errors == 65535
    assert decoded(encoded(0x0191, 16), decoder) == [(16, 0x0191)]


def test_a_real_bus():
    """RAKO RSR-DALI asks a ballast: 9 questions, 9 answers (sigrok-dumps, public domain)."""
    if not CAPTURE.is_file():
        pytest.skip("no ../shared/data/captures: the recording of a real bus is not here")
    with zipfile.ZipFile(CAPTURE) as file:
        samples = array("H", file.read("logic-1-1"))
    runs = [(level, len(list(group)) * 10) for level, group in groupby(x & 1 for x in samples)]
    decoder = ours.Decoder()
    found = []
    for level, us in runs:
        if us >= ours.STOP:
            gap = us
        bits = decoder.feed(level, us)
        if bits:
            found.append((bits, decoder.value, gap))
    names = {
        0x0191: "QueryControlGearPresent", 0x01C0: "QueryGroupsZeroToSeven",
        0x01C1: "QueryGroupsEightToFifteen", 0x01A3: "QueryPowerOnLevel",
        0x01A4: "QuerySystemFailureLevel", 0x01A5: "QueryFadeTimeFadeRate",
        0x01A1: "QueryMaxLevel", 0x01A2: "QueryMinLevel", 0x0199: "QueryDeviceType",
    }  # fmt: skip
    answers = [0xFF, 0x03, 0x00, 0xFE, 0xFE, 0x41, 0xFE, 0x01, 0x06]
    assert [(bits, value) for bits, value, _ in found[0::2]] == [(16, frame) for frame in names]
    assert [(bits, value) for bits, value, _ in found[1::2]] == [(8, byte) for byte in answers]
    for frame in names:
        assert type(Command.from_frame(ForwardFrame(16, frame))).__name__ == names[frame]
        assert ours.answered(frame) and not ours.twice(frame)
    # The gap before an answer is the high that ended its question.
    assert all(2400 <= gap <= 12400 for _, _, gap in found[0::2])
    assert {4700 <= gap <= 4850 for _, _, gap in found[0::2]} == {True}
    assert decoder.errors == 0


# Fades.


def test_fade_codes():
    for code in range(16):
        seconds = 0.5 * 2 ** (code / 2) if code else 0
        assert abs(ours.fade_ms(code) - seconds * 1000) <= 0.5 + 1e-9
        assert ours.fade_code(ours.fade_ms(code)) == code
    for ms in range(0, 100_000, 37):
        code = ours.fade_code(ms)
        assert all(
            abs(ours.fade_ms(code) - ms) <= abs(ours.fade_ms(other) - ms) for other in range(16)
        )


# Memory.

PLACES = (
    energy.ActivePower, energy.ActiveEnergy, diagnostics.LightSourceOnTime,
    diagnostics.ControlGearOperatingTime,
)  # fmt: skip
POWER, ENERGY, _, GEAR_HOURS = dali_gear._PLACES


def test_places_in_memory():
    for place, theirs in zip(dali_gear._PLACES, PLACES, strict=True):
        addresses = [location.address for location in theirs.locations]
        assert addresses == list(range(addresses[0], addresses[0] + len(addresses)))
        assert place == (theirs.bank.address, addresses[0], len(addresses))


@given(st.integers(0, 255), st.binary(min_size=6, max_size=6))
def test_energy_as_python_dali_reads_it(power, digits):
    raw = bytes([power]) + digits
    theirs = energy.ActiveEnergy.check_raw(raw)
    mine = ours.scaled(raw, 0)
    if theirs is FlagValue.Invalid:  # no MASK there by the standard; it can mean nothing else
        masked = digits == b"\xff" * 6 and not 6 < power < 250
        assert mine == (ours._NEVER if masked else ours._WRONG)
    elif theirs is FlagValue.TMASK:
        assert mine == ours._NOT_NOW
    else:
        assert mine == int(energy.ActiveEnergy.raw_to_value(raw))
        assert ours.scaled(raw, 1) == int(energy.ActiveEnergy.raw_to_value(raw) * 10)


def test_masked_values():
    for power in (0, 6, 250, 255):
        assert ours.scaled(bytes([power]) + b"\xff" * 4, 1) == ours._NEVER
        assert ours.scaled(bytes([power]) + b"\xff" * 3 + b"\xfe", 1) == ours._NOT_NOW
    assert ours.scaled(b"\x07\0\0\0\0", 1) == ours.scaled(b"\xf9\0\0\0\0", 1) == ours._WRONG
    assert ours.scaled(b"\xff\x00\x00\x01\x85", 1) == 389  # 38.9 W
    assert ours.number(b"\xff\xff") == ours._NEVER and ours.number(b"\xff\xfe") == ours._NOT_NOW
    assert ours.number(b"\xfe\xff") == 0xFEFF and ours.number(b"\xff\xfd") == 0xFFFD
    assert ours.number(b"\xff") == ours._NEVER and ours.number(b"\xfe") == ours._NOT_NOW
    raw = diagnostics.ControlGearExternalSupplyVoltage.raw_to_value(b"\x09\x06")
    assert raw == Decimal("231.0") and ours.number(b"\x09\x06") == 2310


def talk(conversation, *gear, lost=frozenset()):
    """Hold a conversation over the wire. `lost`: numbers of the questions that get lost."""
    frames = []
    answer = None
    try:
        while True:
            frame = conversation.send(answer)
            frames.append(frame)
            answer = ours.SILENCE
            for _ in range(2 if ours.twice(frame) else 1):
                if len(frames) - 1 in lost:
                    continue
                heard = [each.hear_runs(encoded(frame, 16)) for each in gear]
                heard = [runs for runs in heard if runs]
                if heard:
                    bits, value = decoded(heard[0])[0]
                    assert len(heard) == 1 and bits == 8 and ours.answered(frame)
                    answer = value
    except StopIteration as end:
        return end.value, frames


def test_memory_is_read_from_gear():
    gear = WireGear(address=5)
    gear.banks[202] = {0: 15, 2: 255, 3: 1} | dict(enumerate(b"\xff\0\0\0\x12\x34\x56", 4))
    gear.banks[202] |= dict(enumerate(b"\xff\0\0\x01\x85", 0x0B))
    other = WireGear(address=6)
    raw, frames = talk(ours.read_memory(ours.short(5), ENERGY), gear, other)
    assert ours.scaled(raw, 0) == 0x123456 // 10
    assert all("Unknown" not in type(Command.from_frame(ForwardFrame(16, f))).__name__
               for f in frames)  # fmt: skip
    raw, _ = talk(ours.read_memory(ours.short(5), POWER), gear, other)
    assert ours.scaled(raw, 1) == 389
    assert talk(ours.read_memory(ours.short(5), GEAR_HOURS), gear)[0] is None
    assert talk(ours.read_memory(ours.short(9), ENERGY), gear)[0] is None


def test_a_reading_is_of_one_instant():
    gear = WireGear(address=0)
    gear.banks[202] = {2: 255} | dict(enumerate(b"\0\0\0\0\0\0\xff", 4))

    class Counting(WireGear):
        def hear_runs(self, runs):
            answer = super().hear_runs(runs)
            value = int.from_bytes(bytes(self.banks[202][i] for i in range(5, 11)), "big") + 1
            self.banks[202] |= dict(enumerate(value.to_bytes(6, "big"), 5))
            return answer

    gear.__class__ = Counting
    raw, _ = talk(ours.read_memory(0, ENERGY), gear)
    assert 0xFF <= ours.scaled(raw, 0) < 0xFF + 8  # and not 0x1ff or 0


def test_a_lost_question_never_gives_a_wrong_reading():
    for lost in range(15):
        gear = WireGear(address=0)
        gear.dtr = [0x77, 205, 0]
        gear.banks[202] = {2: 255} | dict(enumerate(b"\0\1\2\3\4\5\6", 4))
        gear.banks[205] = {i: 9 for i in range(255)}
        raw, _ = talk(ours.read_memory(0, ENERGY), gear, lost={lost})
        assert raw is None or raw == b"\0\1\2\3\4\5\6", lost


def test_the_levels_of_fail_safe_are_written_and_read_back():
    gear = WireGear(address=3)
    for setting, query, field in (
        (dali_gear._SET_FAILURE_LEVEL, dali_gear._QUERY_FAILURE_LEVEL, "failure"),
        (dali_gear._SET_POWER_ON_LEVEL, dali_gear._QUERY_POWER_ON_LEVEL, "power_on"),
    ):
        writes = gear.writes
        assert talk(ours.set_and_check(ours.short(3), setting, query, 229), gear)[0]
        assert getattr(gear, field) == 229 and gear.writes == writes + 1
        _, frames = talk(ours.set_and_check(ours.short(3), setting, query, 229), gear)
        assert gear.writes == writes + 1 and len(frames) == 1  # written once only
    failure = dali_gear._SET_FAILURE_LEVEL, dali_gear._QUERY_FAILURE_LEVEL
    assert not talk(ours.set_and_check(0, *failure, 1))[0]
    for lost in range(5):
        gear.failure = 254
        done, _ = talk(
            ours.set_and_check(6, *failure, 100),
            gear, lost={lost},
        )  # fmt: skip
        assert gear.failure in (254, 100) and (not done or gear.failure == 100), lost


def test_fade_and_failure_of_simulated_gear():
    gear = WireGear(address=0)
    gear.hear_runs(encoded(ours.DTR0 | 4, 16))
    for _ in range(2):
        gear.hear_runs(encoded(ours.command(0, dali_gear._SET_FADE_TIME), 16))
    gear.hear_runs(encoded(170, 16))
    gear.pass_ms(1000)
    assert 170 < gear.level < 254  # half of the two seconds of code 4
    gear.pass_ms(1001)
    assert gear.level == 170 and 9.9 < gear.light < 10.3
    gear.lose_bus(gear._us)
    assert gear.level == 254
