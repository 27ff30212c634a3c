"""Strategies: the same people, other light; and what each of them means."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from noctule.brain.dates import day_number

from sim.engine import Run, World
from sim.site import load_site
from sim.site.model import Site
from sim.strategies import NAMES, STRATEGIES, variant
from sim.summary import simulate
from tests.sim.sites import lamp, site, street, switched

VILLAGE = "sim/demo/village.toml"
NIGHT = day_number(2026, 11, 23)
HOUR = 3_600_000


@pytest.fixture(scope="module")
def village() -> Site:
    return load_site(VILLAGE)


@pytest.fixture(scope="module")
def two_nights(village: Site) -> dict[str, Any]:
    return simulate(village, NIGHT, 2, 1)


def test_strategies_share_the_passages_and_differ_in_light(
    village: Site, two_nights: dict[str, Any]
) -> None:
    figures = two_nights["strategies"]
    assert tuple(figures) == STRATEGIES
    assert len({entry["service"]["passages"] for entry in figures.values()}) == 1
    assert len({entry["energy_kwh"] for entry in figures.values()}) == len(STRATEGIES)
    assert figures["always_on"]["service"]["met_percent"] == 100
    assert figures["always_on"]["service"]["dark"] == 0
    for name in ("switch_off", "relight"):
        assert figures[name]["service"]["dark_percent"] > 5
        assert figures[name]["energy_kwh"] < figures["always_on"]["energy_kwh"]
    assert figures["presence"]["service"]["met_percent"] > 98
    assert figures["dimming"]["service"]["dark"] == 0
    assert figures["always_on"]["vs_always_on_percent"] == 0
    assert figures["today"]["vs_today_percent"] == 0
    # Presence in an estate that was simply cut adds energy, and it is said.
    assert "estate" in figures["site"]["adds_energy"]
    for entry in figures.values():
        total = sum(part["energy_kwh"] for part in entry["streets"].values())
        assert total == pytest.approx(entry["energy_kwh"], abs=0.01)
        hours = entry["lamp_hours_at_level"]
        assert sum(hours.values()) == pytest.approx(len(village.luminaires) * 48, abs=0.1)


@pytest.mark.parametrize("alone", STRATEGIES)
def test_no_strategy_changes_another(
    village: Site, two_nights: dict[str, Any], alone: str
) -> None:
    mine = simulate(village, NIGHT, 2, 1, (alone,))["strategies"][alone]
    beside = two_nights["strategies"][alone]
    for key in ("energy_kwh", "service", "lamp_hours_at_level"):
        assert mine[key] == beside[key]


def test_every_strategy_has_a_name_in_both_languages() -> None:
    assert set(NAMES) == set(STRATEGIES)
    for names in NAMES.values():
        assert names["fr"] != names["en"]


def test_today_runs_what_the_file_says_and_at_its_power() -> None:
    made = site(
        programs={"p": {"points": [{"at": "12:00", "level": 50}]}, "old": {}},
        luminaires=[lamp(today="old", today_power_w=86)],
        drivers={"d": {"power_w": 43, "virtual_output": 50}},
    )
    figures = simulate(made, NIGHT, 1, 1)["strategies"]
    # The other gear has no virtual output: 86 W are 86 W.
    lit = figures["today"]["lamp_hours_at_level"]["100"]
    assert figures["today"]["energy_kwh"] == pytest.approx(lit * 0.086, rel=1e-3)
    assert variant(made, "today").power_w == {"L": 86}


def walkers(**more: Any) -> Site:
    return site(
        streets=[street([{"kind": "walker", "per_hour": 6}])],
        luminaires=[lamp(f"L{i}", 20 + 40 * i, **more) for i in range(5)],
    )


def test_dimming_is_one_level_between_its_hours() -> None:
    made = site(strategies={"dimming": {"from": "22:00", "to": "06:00", "level": 30}})
    hours = simulate(made, NIGHT, 1, 1, ("dimming",))["strategies"]["dimming"]
    assert hours["lamp_hours_at_level"]["30"] == 8


def test_presence_gives_everybody_a_sensor_and_is_charged_for_its_nodes() -> None:
    made = walkers()
    entry = simulate(made, NIGHT, 1, 1, ("presence", "always_on"))["strategies"]
    presence = entry["presence"]
    assert presence["service"]["met_percent"] > 90
    hours = presence["lamp_hours_at_level"]
    assert hours["10"] > hours["100"] > 1
    # Day and night: the node's 0.5 W, and the driver's standby of 0.3 W while off.
    run = Run(variant(made, "presence").site, 1, NIGHT)
    world = World(made, 1).night(NIGHT, detections=False)
    run.night(world)
    off = run.lamps[0].level_ms[0] / 1000
    at_10 = 86_400 - off
    assert run.lamps[0].energy_j == pytest.approx(off * 0.8 + at_10 * 6.5, rel=1e-6)


def test_presence_leaves_a_cabinet_that_cuts_by_day() -> None:
    made = site(cabinets=switched(("sunset", "23:00"), ("05:00", "sunrise")))
    for name in ("presence", "relight"):
        run = Run(variant(made, name).site, 1, NIGHT)
        run.night(World(made, 1).night(NIGHT, detections=False))
        assert run.lamps[0].boots == 1
        assert not run.lamps[0].powered
    run = Run(variant(made, "always_on").site, 1, NIGHT)
    assert run.lamps[0].powered


def test_relight_lights_a_street_where_somebody_asks() -> None:
    made = site(strategies={"relight": {"from": "22:00", "to": "06:00", "requests_per_night": 2}})
    other = variant(made, "relight").site
    run, world = Run(other, 1, NIGHT), World(other, 1)
    for night in range(NIGHT, NIGHT + 20):
        run.night(world.night(night))
    assert 20 < len(run.requests) < 65
    assert all(request.taken and request.zone == "s" for request in run.requests)
    always = Run(variant(made, "switch_off").site, 1, NIGHT)
    hours = run.lamps[0].level_ms
    assert hours[100] > 0 and always.lamps[0].asked == 0
    # Six minutes each, but for those asked again meanwhile; the rest of the eight hours it is off.
    lit = len(run.requests) * 360_000
    dark = 20 * 8 * HOUR - (sum(hours) - hours[0] - hours[100])
    assert hours[0] == pytest.approx(20 * 24 * HOUR - hours[100])
    evening = hours[100] - lit
    assert evening < 20 * 8 * HOUR and dark > 0


def test_more_streets_than_zones_share_them() -> None:
    count = 600
    made = site(
        streets=[street(id=f"s{i}") for i in range(count)],
        luminaires=[lamp(f"L{i}", 100, street=f"s{i}") for i in range(count)],
    )
    zones = variant(made, "relight").site
    assert len(zones.relights) == 200
    assert len({x.relight for x in zones.luminaires}) == 200
    Run(zones, 1, NIGHT)


def test_baselines_leave_out_what_only_the_site_asks_for() -> None:
    made = site(
        ceilings={"c": {"level": 20}},
        relights={"z": {"hours": {"from": "18:00", "to": "23:00"}, "requests_per_night": 9}},
        luminaires=[lamp(ceiling="c", relight="z")],
        events=[
            {
                "id": "e", "dates": ["11-23"], "hours": {"from": "20:00", "to": "22:00"},
                "level": 0, "luminaires": ["L"],
            }
        ],
        calls=[
            {
                "id": "o", "kind": "override", "at": "2026-11-23T22:00:00", "level": 0,
                "luminaires": ["L"],
            }
        ],
    )  # fmt: skip
    figures = simulate(made, NIGHT, 1, 1)["strategies"]
    assert "100" not in figures["site"]["lamp_hours_at_level"]
    assert "relights" in figures["site"]
    for name in ("today", "always_on"):
        assert set(figures[name]["lamp_hours_at_level"]) == {"0", "100"}
        assert "relights" not in figures[name]
    assert set(figures["relight"]["relights"]) <= {"s"}


# ---- light on demand


def test_requests_follow_the_months() -> None:
    rates = [14, 14, 11, 8, 5, 4, 3, 4, 6, 9, 12, 14]
    made = site(
        relights={"z": {"hours": {"from": "23:00", "to": "05:00"}, "requests_per_night": rates}},
        luminaires=[lamp(relight="z")],
    )
    world = World(made, 3)
    for month, rate in enumerate(rates, 1):
        first = day_number(2026, month, 1)
        nights = 28
        found = [r for n in range(first, first + nights) for r in world.requests(n)]
        expected = rate * nights
        assert abs(len(found) - expected) < 4 * math.sqrt(expected)
    for n in (NIGHT, day_number(2026, 10, 24), day_number(2026, 3, 28)):
        start, end = world._times.at(n, 0, 23 * 3600), world._times.at(n, 0, 5 * 3600)
        for t, zone in world.requests(n):
            assert zone == "z" and start <= t // 1000 - n * 86_400 < end


def test_requests_are_evenly_spread_and_the_same_for_the_same_seed() -> None:
    hours = {"from": "23:00", "to": "05:00"}
    made = site(
        relights={"z": {"hours": hours, "requests_per_night": 40}}, luminaires=[lamp(relight="z")]
    )
    world = World(made, 3)
    quarters = [0] * 4
    for night in range(NIGHT, NIGHT + 20):
        for t, _ in world.requests(night):
            quarters[(t - night * 86_400_000 - 22 * HOUR) * 4 // (6 * HOUR)] += 1
    expected = sum(quarters) / 4
    assert sum((n - expected) ** 2 / expected for n in quarters) < 16.3
    assert world.requests(NIGHT) == World(made, 3).requests(NIGHT)
    assert world.requests(NIGHT) != World(made, 4).requests(NIGHT)


def test_who_asks_outside_the_hours_is_not_taken() -> None:
    made = site(
        programs={"p": {"active": [{"from": "sunset", "to": "22:00"}]}},
        relights={"z": {"hours": {"from": "23:00", "to": "05:00"}}},
        luminaires=[lamp(relight="z")],
    )
    world = World(made, 1).night(NIGHT)
    local = NIGHT * 24 * HOUR - HOUR
    world = replace(world, requests=[(local + int(h * HOUR), "z") for h in (22.5, 24, 30.5)])
    run = Run(made, 1, NIGHT)
    run.night(world)
    assert [request.taken for request in run.requests] == [False, True, False]
    plain = Run(made, 1, NIGHT)
    plain.night(replace(world, requests=[]))
    assert run.lamps[0].level_ms[100] - plain.lamps[0].level_ms[100] == 360_000


# ---- twins


def tell(made: Site, twins: bool, **options: Any) -> tuple[str, list[Any], Run]:
    """All that a run says of its luminaires, one by one."""
    seen: list[list[Any]] = [[] for _ in made.luminaires]

    def watch(t: int, i: int, it: Any) -> None:
        seen[i].append((t, it.to, it.segments[-1]))

    run = Run(made, 1, NIGHT, watch=watch, twins=twins, **options)
    world = World(made, 1)
    for night in range(NIGHT, NIGHT + 2):
        run.night(world.night(night))
    sums = [
        (it.energy_j.hex(), it.level_ms, it.boots, it.saved.hex() if it.brain is None else "")
        for it in run.lamps
    ]
    service = [(s.passages, s.met, s.dark, sorted(s.waits.items())) for s in run.service]
    requests = [(r.t, r.zone, r.taken) for r in run.requests]
    return json.dumps((sums, service, requests)), seen, run


@pytest.mark.parametrize("name", STRATEGIES)
def test_twins_are_each_by_itself(village: Site, name: str) -> None:
    made = variant(village, name).site
    together, seen, run = tell(made, True)
    apart, plainly, plain = tell(made, False)
    assert together == apart
    assert seen == plainly
    assert len(set(map(id, plain.lamps))) == len(made.luminaires)
    if name != "presence":
        assert len(set(map(id, run.lamps))) < len(made.luminaires) / 2
    assert run.steps < plain.steps or name == "presence"


def test_who_is_ill_called_or_metered_has_no_twin(village: Site) -> None:
    from sim.engine import Fault

    ids = [x.id for x in village.luminaires]
    fault = Fault(ids.index("M03"), "lamp-out", NIGHT * 86_400_000 + 20 * HOUR)
    run = Run(village, 1, NIGHT, [fault])
    assert [run.lamps.count(run.lamps[ids.index(x)]) for x in ("M03", "M04")] == [1, 17]
    metered = Run(village, 1, NIGHT, meters=True)
    assert all(
        metered.lamps.count(metered.lamps[i]) == 1
        for i, x in enumerate(village.luminaires)
        if x.meter
    )
    called = site(
        luminaires=[lamp(f"L{i}", 20.0 * i) for i in range(4)],
        calls=[{"id": "c", "kind": "all-on", "at": "2026-11-24T02:00:00", "luminaires": ["L2"]}],
    )
    run = Run(called, 1, NIGHT)
    assert run.lamps[0] is run.lamps[1] is run.lamps[3] is not run.lamps[2]
    assert tell(called, True)[0] == tell(called, False)[0]
