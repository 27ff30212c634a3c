"""Power against level, and the energy of ramps in closed form."""

import random

import pytest

from sim.site.model import Driver
from sim.site.power import Power

POINTS = [(10.0, 6.5), (50.0, 21.0)]


def driver(power_w=43.0, **more):
    return Driver.model_validate({"power_w": power_w, **more})


def test_held_levels():
    power = Power(driver(), count=1)
    assert power.watts(0) == pytest.approx(0.3 + 0.5)
    assert power.watts(100) == pytest.approx(43.0 + 0.5)
    # From 5 % of rated power just above off, straight to 100 %.
    assert power.watts(60) == pytest.approx(43.0 * (0.05 + 0.95 * 0.6) + 0.5)


def test_points_and_the_line_below_the_first():
    power = Power(driver(node_w=0.0, power_points=POINTS))
    assert power.watts(10) == pytest.approx(6.5)
    assert power.watts(50) == pytest.approx(21.0)
    assert power.watts(30) == pytest.approx(13.75)
    assert power.watts(75) == pytest.approx(32.0)
    assert power.watts(2) == pytest.approx(6.5 - 8 * 14.5 / 40)


def test_one_point_is_drawn_on_from_full_power():
    power = Power(driver(power_w=40.0, node_w=0.0, power_points=[(50.0, 22.0)]))
    assert power.watts(25) == pytest.approx(13.0)


def test_never_below_standby():
    steep = driver(power_w=40.0, standby_w=1.0, node_w=0.0, power_points=[(50.0, 10.0)])
    power = Power(steep)
    assert power.watts(25) == pytest.approx(5.5)  # the line starts at 1 W, not at -20 W
    assert power.watts(1) > 1.0


def test_several_luminaires_share_one_node():
    power = Power(driver(), count=3)
    assert power.watts(0) == pytest.approx(3 * 0.3 + 0.5)
    assert power.watts(100) == pytest.approx(3 * 43.0 + 0.5)


def test_other_gear_scales_the_curve():
    power = Power(driver(power_points=POINTS), power_w=86.0)
    assert power.watts(0) == pytest.approx(0.8)
    assert power.watts(10) == pytest.approx(13.5)
    assert power.watts(100) == pytest.approx(86.5)


def test_a_night_by_hand():
    """18 x 43 W for 10 hours is 7.74 kWh, and 18 nodes of 0.5 W are 0.09 kWh."""
    power = Power(driver())
    joules = 18 * power.ramp_energy_j(100, 100, 10 * 3_600_000)
    assert joules / 3.6e6 == pytest.approx(7.74 + 0.09, rel=1e-12)


def test_ramp_on_one_line_is_the_mean_of_its_ends():
    power = Power(driver(power_points=POINTS))
    middle = (power.watts(60) + power.watts(90)) / 2
    assert power.ramp_energy_j(60, 90, 5000) == pytest.approx(middle * 5, rel=1e-12)
    assert power.ramp_energy_j(90, 60, 5000) == pytest.approx(middle * 5, rel=1e-12)


def test_ramp_over_corners_in_closed_form():
    power = Power(driver(standby_w=0.3, node_w=0.0, power_points=POINTS))
    start = 6.5 - 14.5 / 4
    area = 10 * (start + 6.5) / 2 + 40 * (6.5 + 21) / 2 + 50 * (21 + 43) / 2
    assert power.ramp_energy_j(0, 100, 100_000) == pytest.approx(area, rel=1e-12)


def test_ramp_from_off_is_on_at_once_and_held_off_is_standby():
    power = Power(driver())
    assert power.ramp_energy_j(0, 0, 1000) == pytest.approx(0.8)
    assert power.ramp_energy_j(0, 1e-9, 1000) == pytest.approx(0.05 * 43 + 0.5)


@pytest.mark.parametrize("points", [(), POINTS, [(33.0, 30.0)], [(1.0, 4.0), (2.0, 9.0)]])
def test_ramps_against_numeric_integration(points):
    power = Power(driver(power_points=points), count=2)
    rnd = random.Random(7)
    for _ in range(30):
        low, high = sorted((100 * rnd.random(), 100 * rnd.random()))
        # Simpson on pieces that end at the corners: exact but for rounding, another way round.
        corners = [low, *(p for p, _ in points if low < p < high), high]
        mean = 0.0
        for a, b in zip(corners, corners[1:], strict=False):
            steps = 50
            width = (b - a) / steps
            for i in range(steps):
                x = a + i * width
                values = power.watts(x), power.watts(x + width / 2), power.watts(x + width)
                mean += (values[0] + 4 * values[1] + values[2]) / 6 * width
        expected = mean / (high - low) * 7.5
        assert power.ramp_energy_j(low, high, 7500) == pytest.approx(expected, rel=1e-9)
        assert power.ramp_energy_j(high, low, 7500) == pytest.approx(expected, rel=1e-9)


def test_a_ramp_in_two_parts_is_the_same():
    power = Power(driver(power_points=POINTS))
    whole = power.ramp_energy_j(5, 95, 9000)
    parts = power.ramp_energy_j(5, 41, 3600) + power.ramp_energy_j(41, 95, 5400)
    assert parts == pytest.approx(whole, rel=1e-12)


def test_tiny_ramps_keep_their_accuracy():
    power = Power(driver(power_points=POINTS))
    energy = power.ramp_energy_j(77.0, 77.0 + 1e-9, 1000)
    assert energy == pytest.approx(power.watts(77), rel=1e-9)


def test_levels_outside_are_refused():
    power = Power(driver())
    for level in (-1, 100.5):
        with pytest.raises(ValueError, match="outside"):
            power.watts(level)
        with pytest.raises(ValueError, match="outside"):
            power.ramp_energy_j(50, level, 1000)
