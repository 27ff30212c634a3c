"""What the gear can do with a level."""

import pytest
from noctule.brain.luminaire import DALI, LINEAR, Luminaire


def dali_percent(arc: int) -> float:
    """Light in percent of a DALI arc power level 1..254 (IEC 62386-102, logarithmic)."""
    return 10 ** ((arc - 1) / (253 / 3) - 1)


def test_dali_by_its_formula():
    gear = Luminaire(1, 1, True, DALI)
    assert (dali_percent(1), dali_percent(254)) == (0.1, 100)
    assert gear.command(0) == 0
    for level in range(1, 101):
        nearest = min(range(1, 255), key=lambda arc, p=level: abs(dali_percent(arc) - p))
        assert gear.command(level) == nearest
    # A step of the curve is 2.8 % of the light: never further off than half of one.
    assert all(abs(dali_percent(gear.command(p)) / p - 1) < 0.0143 for p in range(1, 101))


def test_linear():
    gear = Luminaire(1, 1, True, LINEAR)
    assert [gear.command(level) for level in (0, 1, 50, 100)] == [0, 100, 5000, 10000]


@pytest.mark.parametrize("minimum", [0, 1, 10, 37, 100])
@pytest.mark.parametrize("can_switch_off", [True, False])
def test_attainable(minimum, can_switch_off):
    gear = Luminaire(1, minimum, can_switch_off, LINEAR)
    for level in range(101):
        got = gear.attainable(level)
        if level == 0:
            assert got == (0 if can_switch_off else minimum)
        else:
            assert got == max(level, minimum)
        assert gear.attainable(got) == got  # what can be had is what one gets
        assert got >= level  # light is the safe side


@pytest.mark.parametrize("curve", [LINEAR, DALI])
def test_commands_rise(curve):
    gear = Luminaire(1, 1, True, curve)
    commands = [gear.command(level) for level in range(101)]
    assert commands == sorted(commands)
    assert commands[0] == 0 < commands[1]
