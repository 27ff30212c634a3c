"""PWM and analogue gear: the window of voltages, never dark by rounding, a relay for off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from noctule.device.pwm import Pwm, fitted, least_duty
from noctule.device.relay import Relay

from tests.device.helpers import gear
from tests.device.twins import OutputPin, PwmPin

FREQUENCIES = st.sampled_from([100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 40_000])
CHIPS = st.sampled_from([(80_000_000, 16), (80_000_000, 14), (60_000_000, 14), (96_000_000, 14)])


@given(
    FREQUENCIES, CHIPS, st.integers(1, 10000), st.integers(1, 100), st.integers(0, 65535),
    st.integers(0, 65535), st.booleans(),
)  # fmt: skip
def test_a_level_is_never_dark_by_rounding(freq, chip, command, minimum, low, high, invert):
    low, high = min(low, high), max(low, high)
    pin = PwmPin(65535, freq, *chip)
    Pwm(pin, minimum * 100, low, high, freq, invert).put(command)
    light = 1 - pin.duty if invert else pin.duty
    assert light > 0
    # And it is what was asked, within the timer's resolution.
    least = 100 * minimum
    share = 0 if command <= least else (command - least) / (10000 - least)
    share = 1 if command >= 10000 else share
    asked = max((low + (high - low) * share) / 65535, least_duty(freq) / 65536)
    assert abs(light - asked) <= 2 ** (1 - pin.bits)


@given(FREQUENCIES, CHIPS)
def test_the_least_duty_survives_every_chip(freq, chip):
    pin = PwmPin(least_duty(freq), freq, *chip)
    assert pin.duty > 0
    assert least_duty(freq) <= 64  # a thousandth


@given(st.integers(1, 100), st.data())
def test_more_is_never_less(minimum, data):
    low = data.draw(st.integers(0, 65535))
    high = data.draw(st.integers(low, 65535))
    pwm = Pwm(PwmPin(65535), minimum * 100, low, high, 1000, 0)
    duties = [pwm.duty(command) for command in range(1, 10001, 7)] + [pwm.duty(10000)]
    assert duties == sorted(duties) and duties[-1] == max(high, least_duty(1000))


def test_the_window_of_a_1_10_v_driver(board):
    wiring = {"kind": "1-10V", "pin": 25, "low": 1000, "high": 10000, "full": 12000}
    driver = fitted(wiring, gear(minimum=10))
    pin = board.pwms[25]
    assert pin.duty * 12 == pytest.approx(10, abs=0.01)  # lit, from the first moment
    for percent, volts in ((10, 1.0), (55, 5.5), (100, 10.0), (5, 1.0)):
        driver.put(percent * 100)
        assert pin.duty * 12 == pytest.approx(volts, abs=0.01)
    driver.put(0)
    assert pin.duty == 0  # 1-10 V gear stays at its minimum


def test_plain_pwm_is_the_command(board):
    driver = fitted({"kind": "pwm", "pin": 4, "freq": 5000}, gear(minimum=5))
    pin = board.pwms[4]
    assert pin.duty == 1.0
    for percent in (5, 10, 37, 100):
        driver.put(percent * 100)
        assert pin.duty == pytest.approx(percent / 100, abs=2**-12)


def test_inverted_pins_are_lit_by_low(board):
    driver = fitted({"kind": "pwm", "pin": 4, "invert": 1, "relay": 26}, gear())
    assert board.pwms[4].duty == 0.0 and board.pins[26].level == 0
    driver.put(2500)
    assert board.pwms[4].duty == pytest.approx(0.75, abs=0.001)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "0-10V"}, {"kind": "1-10V", "full": 12000, "low": 1000, "high": 12001},
        {"kind": "1-10V", "full": 12000, "low": 5000, "high": 1000},
        {"kind": "1-10V", "full": 12000, "low": -1, "high": 10000},
    ],
)  # fmt: skip
def test_windows_that_are_none_are_refused(board, wrong):
    with pytest.raises(ValueError):
        fitted({"pin": 4, **wrong}, gear())
    with pytest.raises(ValueError):
        fitted({"kind": "pwm", "pin": 4}, gear(curve=1))
    assert not board.pwms and not board.pins


def with_relay(delay):
    history: list[tuple[str, int]] = []
    pin, contact = PwmPin(65535, history=history), OutputPin(0, history)
    pwm = Pwm(pin, 1000, 6000, 60000, 1000, 0, Relay(contact, 0), delay)
    history.clear()
    return pwm, history


def test_off_is_the_least_level_then_the_relay_and_on_the_relay_first():
    pwm, history = with_relay(300)
    pwm.put(0)
    assert history == [("duty", 6000)]
    assert pwm.poll(1_073_741_700) == 300
    pwm.put(0)  # refreshed meanwhile
    assert pwm.poll(100) == 300 - 224 and len(history) == 1  # over the wrap of the ticks
    assert pwm.poll(176) > 1000
    assert history == [("duty", 6000), ("relay", 1)]
    pwm.put(0)
    assert history[2:] == [("relay", 1)]  # refreshed
    pwm.put(10000)
    assert history[3:] == [("relay", 0), ("duty", 60000)]


def test_light_again_before_the_relay_let_go():
    pwm, history = with_relay(300)
    pwm.put(0)
    pwm.poll(0)
    pwm.put(5000)
    for ticks in range(0, 1000, 50):
        pwm.poll(ticks)
    assert ("relay", 1) not in history and history[-1] == ("duty", pwm.duty(5000))


def test_a_relay_without_delay_lets_go_at_once():
    pwm, history = with_relay(0)
    pwm.put(0)
    pwm.poll(5)
    assert history == [("duty", 6000), ("relay", 1)]
