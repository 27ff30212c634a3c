"""Sines and roots in whole numbers, against the floats of a PC."""

import math

import pytest
from noctule.brain import trig
from noctule.brain.trig import ONE

LAST_DIGIT = 1e4 / ONE * 180 / math.pi
"""What a step of 1 / ONE radian is in e4: 17.5."""


def _sine_error(step: int) -> float:
    return max(
        abs(trig.sine(angle) - ONE * math.sin(math.radians(angle / 10_000)))
        for angle in range(-3_600_000, 7_200_000, step)
    )


def test_the_table_is_the_sine():
    assert len(trig._SINE) == 91
    for degree, value in enumerate(trig._SINE):
        exact = ONE * math.sin(math.radians(degree))
        # 30 degrees are half of an odd number: either neighbour is as near.
        assert abs(value - exact) <= 0.5 + 1e-9, degree


def test_a_product_of_two_sines_is_small():
    assert ONE * ONE + 16383 < 2**30


def test_sine():
    assert _sine_error(37) < 2


@pytest.mark.long
def test_sine_everywhere():
    assert _sine_error(1) < 2


def test_sine_at_the_quarters():
    assert [trig.sine(q * 900_000) for q in range(-4, 5)] == [0, ONE, 0, -ONE] * 2 + [0]
    assert [trig.cosine(q * 900_000) for q in range(-4, 5)] == [ONE, 0, -ONE, 0] * 2 + [ONE]


def test_sine_never_leaves_its_range():
    assert all(-ONE <= trig.sine(angle) <= ONE for angle in range(0, trig.TURN, 19))
    near = [quarter + off for quarter in (900_000, 2_700_000) for off in range(-12_000, 12_000)]
    assert all(-ONE <= trig.sine(angle) <= ONE for angle in near)


def test_cosine_is_a_sine_a_quarter_on():
    for angle in range(-3_600_000, 3_600_000, 997):
        exact = ONE * math.cos(math.radians(angle / 10_000))
        assert abs(trig.cosine(angle) - exact) < 2


def test_arcsine_of_every_fraction():
    for fraction in range(-ONE, ONE + 1):
        exact = math.degrees(math.asin(fraction / ONE)) * 10_000
        assert abs(trig.arcsine(fraction) - exact) < 5 * LAST_DIGIT, fraction
        exact = math.degrees(math.acos(fraction / ONE)) * 10_000
        assert abs(trig.arccosine(fraction) - exact) < 5 * LAST_DIGIT, fraction


def test_arcsine_at_its_ends():
    assert [trig.arcsine(f) for f in (-ONE, 0, ONE)] == [-900_000, 0, 900_000]
    assert [trig.arccosine(f) for f in (-ONE, 0, ONE)] == [1_800_000, 900_000, 0]


def test_other_side():
    for fraction in range(-ONE, ONE + 1):
        assert trig.other_side(fraction) == math.isqrt(ONE * ONE - fraction * fraction)


def _roots(step: int) -> None:
    for value in range(0, 2**30, step):
        assert trig.root(value) == math.isqrt(value)


def test_root():
    for whole in range(2**15):
        for value in (whole * whole - 1, whole * whole, whole * whole + 1):
            if 0 <= value < 2**30:
                assert trig.root(value) == math.isqrt(value)
    assert trig.root(2**30 - 1) == 2**15 - 1


@pytest.mark.long
def test_root_of_many():
    _roots(97)


def test_product_rounds():
    for a in range(-ONE, ONE + 1, 1_021):
        for b in range(-ONE, ONE + 1, 787):
            assert abs(trig.product(a, b) - a * b / ONE) <= 0.5 + 1e-9
