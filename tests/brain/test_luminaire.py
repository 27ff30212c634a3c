"""What the gear can do with a level."""

import pytest
from noctule.brain.luminaire import DALI, LINEAR, Luminaire


def luminaire(minimum=1, can_switch_off=True, curve=LINEAR, virtual_output=100, burnt=0, clo=()):
    return Luminaire(1, minimum, can_switch_off, curve, virtual_output, 0, 0, 0, burnt, clo)


def dali_percent(arc: int) -> float:
    """Light in percent of a DALI arc power level 1..254 (IEC 62386-102, logarithmic)."""
    return 10 ** ((arc - 1) / (253 / 3) - 1)


def test_dali_by_its_formula():
    gear = luminaire(curve=DALI)
    assert (dali_percent(1), dali_percent(254)) == (0.1, 100)
    assert gear.command(0) == 0
    for level in range(1, 101):
        nearest = min(range(1, 255), key=lambda arc, p=level: abs(dali_percent(arc) - p))
        assert gear.command(level) == nearest
    # A step of the curve is 2.8 % of the light: never further off than half of one.
    assert all(abs(dali_percent(gear.command(p)) / p - 1) < 0.0143 for p in range(1, 101))


def test_linear():
    gear = luminaire()
    assert [gear.command(level) for level in (0, 1, 50, 100)] == [0, 100, 5000, 10000]


@pytest.mark.parametrize("minimum", [0, 1, 10, 37, 100])
@pytest.mark.parametrize("can_switch_off", [True, False])
def test_attainable(minimum, can_switch_off):
    gear = luminaire(minimum, can_switch_off)
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
    gear = luminaire(curve=curve)
    commands = [gear.command(level) for level in range(101)]
    assert commands == sorted(commands)
    assert commands[0] == 0 < commands[1]


TEN_THOUSAND_HOURS = 10_000 * 3600


@pytest.mark.parametrize(
    ("hours", "percent"), [(0, 80), (5_000, 85), (7_500, 87.5), (20_000, 100), (90_000, 100)]
)
def test_constant_light_output_rises_with_the_burning_hours(hours, percent):
    # TALQ's own example: 0 h 80 %, 5000 h 85 %, 10000 h 90 %, 20000 h 100 %.
    gear = luminaire(clo=(0, 80, 500, 85, 1000, 90, 2000, 100))
    assert gear.scale(hours * 3600) == percent * 100


def test_hours_burnt_before_the_node_count():
    clo = (0, 80, 2000, 100)
    assert luminaire(burnt=1000, clo=clo).scale(0) == luminaire(clo=clo).scale(TEN_THOUSAND_HOURS)


def test_virtual_output_scales_every_level():
    gear = luminaire(minimum=10, virtual_output=80)
    assert [gear.output(level, 0) for level in (0, 10, 50, 100)] == [0, 10, 40, 80]
    assert luminaire(virtual_output=50, clo=(0, 80, 2000, 100)).output(100, 0) == 40


def test_output_is_never_off_while_there_is_light():
    gear = luminaire(minimum=1, virtual_output=1)
    assert all(gear.output(level, 0) >= 1 for level in range(1, 101))


def test_the_numbers_stay_small(meter):
    module = meter.load("luminaire") if "luminaire" not in meter.modules else None
    made = (module or meter.modules["luminaire"]).Luminaire(
        255, 1, True, DALI, 100, 65535, 65535, 65535, 20000, (0, 1, 19999, 100)
    )
    for burning_s in (0, 3600, 2**30 - 1):
        for level in range(101):
            assert 0 <= made.output(level, burning_s) <= 100
