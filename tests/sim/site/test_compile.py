"""What the compiler writes is what a node reads: everything that a site file may say."""

import datetime as dt
from pathlib import Path

import pytest
from noctule.brain.config import Config
from noctule.brain.dates import day_number
from noctule.brain.override import LEVEL, PROGRAM

from sim.site import Site, check, limits
from sim.site.check import load_site
from sim.site.compile import compile_site, power_table
from sim.site.document import parse
from sim.site.model import Driver
from sim.site.power import Power
from tests.sim.site.big import big_site
from tests.sim.site.test_rules import MINIMAL

MORE = """
[drivers.sodium]
power_w = 83
standby_w = 0.4
minimum_level = 100
warm_up = "4 min"
minimum_on = "10 min"
minimum_off = "3 min"
virtual_output = 80
clo = [[0, 80], [20000, 95], [50000, 100]]
power_tolerance_percent = 15
[contactors.box]
minimum_on = "5 min"
minimum_off = "6 min"
[ceilings.all-year]
level = 70
[ceilings.summer]
level = 30
from = "04-01"
to = "10-31"
windows = [{ from = "dusk", to = "dawn" }, { from = "22:00", to = "23:00" }]
[relights.one]
hours = { from = "23:00", to = "05:00" }
[relights.two]
hours = { from = "22:00", to = "sunrise" }
duration = "15 min"
level = 80
[programs.feast]
points = [{ at = "12:00", level = 90 }]
[scenes.f]
levels = { g = 40, h = 60 }
[[events]]
id = "works"
from = 2026-11-23
to = 2026-11-27
weekdays = ["monday", "friday"]
hours = { from = "21:00", to = "06:00" }
level = 80
ramp = "5 s"
luminaires = ["X1", "L1"]
[[events]]
id = "feast"
dates = ["07-14", 2026-08-15]
hours = { from = "sunset", to = "02:00" }
program = "feast"
circuits = ["A1"]
[[events]]
id = "scene"
from = "12-01"
to = "01-06"
hours = { from = "sunset", to = "23:00" }
scene = "f"
[[luminaires]]
id = "X1"
at_m = 50
count = 5
spacing_m = 10
circuit = "A1"
street = "s"
driver = "sodium"
contactor = "box"
calendar = "d"
photocell = "cell"
ceiling = "summer"
relight = "two"
groups = ["g", "h"]
meter = true
burning_hours = 12_345
[[luminaires]]
id = "X2"
at_m = 90
circuit = "A1"
street = "s"
driver = "led"
program = "p"
ceiling = "all-year"
relight = "one"
groups = ["g"]
[calendars.d]
default = "p"
[[calendars.d.rules]]
program = "q"
day = "morning"
holidays = ["public"]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    path = tmp_path_factory.mktemp("site") / "site.toml"
    path.write_text(MINIMAL + MORE, encoding="utf-8")
    return load_site(path)


def test_a_node_reads_all_of_it(site: Site) -> None:
    nodes = {node.luminaire.id: node for node in compile_site(site)}
    node = nodes["X1"]
    read = Config(node.config)
    lamp = read.luminaire
    assert (lamp.count, lamp.minimum) == (5, 100)
    assert (lamp.warm_up, lamp.minimum_on, lamp.minimum_off) == (240, 600, 360)
    # 12,340 h burnt: 80 + 15 * 12340 / 20000 = 89.25 %, of 80 %
    assert lamp.scale(0) == pytest.approx(7140, abs=2)
    assert lamp.scale(10_000 * 3600) < lamp.scale(100_000 * 3600) == 8000
    assert read.health is not None and read.presence is not None
    assert node.programs == ("p", "q", "feast") and len(read.programs) == 3
    assert node.events == ("works", "feast", "scene")

    night = day_number(2026, 7, 13)
    assert read.calendar.program(night) == 1  # the eve of 14 July
    assert read.calendar.program(day_number(2030, 4, 21)) == 1  # of Easter Monday
    assert read.calendar.program(night + 1) == 0

    ceiling = read.ceiling
    assert (ceiling.rule.program, len(ceiling.windows), ceiling.always) == (30, 2, False)
    assert ceiling.rule.matches(night) and not ceiling.rule.matches(day_number(2026, 11, 1))
    assert (read.relight.zone, read.relight.level, read.relight.seconds) == (1, 80, 900)

    works, feast, scene = read.events
    assert (works.kind, works.rule.program, works.ramp) == (LEVEL, 80, 5000)
    assert (feast.kind, feast.rule.program) == (PROGRAM, 2)
    assert (scene.kind, scene.rule.program) == (LEVEL, 60)  # the higher of its groups
    monday = day_number(2026, 11, 23)
    assert [works.rule.matches(monday + i) for i in range(-7, 6)] == [
        *[False] * 7,
        True,
        False,
        False,
        False,
        True,
        False,
    ]
    assert feast.rule.matches(night + 1) and feast.rule.matches(day_number(2027, 7, 14))
    assert not feast.rule.matches(day_number(2027, 8, 15))
    assert scene.rule.matches(day_number(2027, 1, 6)) and not scene.rule.matches(night)


def test_what_is_not_said_is_not_there(site: Site) -> None:
    nodes = {node.luminaire.id: node for node in compile_site(site)}
    read = Config(nodes["X2"].config)
    assert read.health is None
    assert read.ceiling.always
    assert read.relight.zone == 0 and read.relight.seconds == 360
    assert [event.rule.program for event in read.events] == [1, 40]
    read = Config(nodes["L1"].config)
    assert read.ceiling is None and read.relight is None
    assert read.luminaire.scale(0) == 10_000
    assert nodes["L1"].events == ("works", "feast")
    assert nodes["R01"].programs == ("p", "q", "feast")


def test_the_same_site_gives_the_same_bytes(site: Site) -> None:
    assert [n.digest for n in compile_site(site)] == [n.digest for n in compile_site(site)]


@pytest.mark.parametrize(
    ("points", "worst_w"),
    [
        ((), 0.05),
        (((10, 6.0), (50, 20.5)), 0.05),
        # as many corners as a node has room for
        (((5, 4.0), (10, 5.0), (20, 8.0), (40, 15.0), (60, 24.0), (80, 33.5)), 0.05),
        # thinned
        (tuple((3 * i, 1 + 42 * (3 * i / 100) ** 2) for i in range(1, 33)), 0.65),
        (((10.5, 6.0), (50.25, 20.5)), 0.2),
    ],
)
@pytest.mark.parametrize("count", [1, 5, 100])
def test_the_expected_power(
    points: tuple[tuple[float, float], ...], worst_w: float, count: int
) -> None:
    driver = Driver(power_w=43.0, power_points=points)
    off, table = power_table(driver, count)
    assert off == round((0.3 * count + 0.5) * 10)
    assert table[0][0] == 0 and table[-1] == (100, round((43 * count + 0.5) * 10))
    assert len(table) <= limits.POWER_POINTS_PER_NODE
    assert all(b[0] > a[0] and b[1] >= a[1] for a, b in zip(table, table[1:], strict=False))
    assert table[0][1] >= off
    power = Power(driver, count)
    for level in range(1, 101):
        left, right = next((a, b) for a, b in zip(table, table[1:], strict=False) if level <= b[0])
        share = (level - left[0]) / (right[0] - left[0])
        watts = (left[1] + (right[1] - left[1]) * share) / 10
        assert abs(watts - power.watts(level)) <= 0.06 + worst_w * count


def test_a_large_site(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    path.write_text(big_site(600), encoding="utf-8")
    report = check(path)
    assert report.site is not None
    assert {f.code for f in report.findings} == {
        "calendar-reach",
        "calendar-reach-public",
        "ceiling-below-fault",
    }
    nodes = compile_site(report.site)
    assert len(nodes) == 600
    for config in {node.config for node in nodes}:
        Config(config)


def test_targets_and_places(site: Site) -> None:
    names = [lamp.id for lamp in site.luminaires]
    works, feast, scene = site.events
    assert [names[i] for i in site.targets(works)] == ["L1", "X1"]
    assert len(site.targets(feast)) == len(names)
    assert [names[i] for i in site.targets(scene)] == ["X1", "X2"]
    lamp = site.luminaires[names.index("X1")]
    assert lamp.places_m == (30, 40, 50, 60, 70)
    assert site.event_level(feast, lamp) is None
    assert site.events_of[names.index("R01")] == (1,)


def test_calls_are_for_no_node(site: Site) -> None:
    call = '\n[[calls]]\nid = "k"\nkind = "override"\nat = 2026-11-25 02:40:00\nlevel = 5\n' + (
        'streets = ["s"]\n'
    )
    with_call = Site.model_validate(parse((MINIMAL + MORE + call).encode()).values)
    (made,) = with_call.calls
    assert (made.at, made.duration) == (dt.datetime(2026, 11, 25, 2, 40), 7_200_000)
    assert [n.digest for n in compile_site(with_call)] == [n.digest for n in compile_site(site)]
