"""The engine against closed forms, against the timeline's own player, and against itself."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest
from noctule.brain.dates import day_number
from noctule.brain.luminaire import STAYS_ON

from sim import engine
from sim.engine import ALL_ON, BOOT_MS, DAY_MS, OVERRIDE, RELIGHT, Fault, Run, World
from sim.lamp import Lamp
from sim.quiet import change_of
from sim.runtimes import timeline
from sim.site import load_site
from sim.site.model import Site
from sim.summary import simulate
from sim.tracing import trace
from tests.sim.sites import lamp, site, street, switched

VILLAGE = "sim/demo/village.toml"
NIGHT = day_number(2026, 11, 23)


@pytest.fixture(scope="module")
def village() -> Site:
    return load_site(VILLAGE)


# ---- physics


@pytest.mark.parametrize(("per_hour", "hold"), [(5, 60), (10, 60), (20, 60), (40, 30)])
def test_time_at_high_level_is_that_of_poisson_arrivals(per_hour: int, hold: int) -> None:
    """1 - exp(-rate * hold): the reference's section 3. Within four standard errors, themselves
    estimated from the nights, and small enough for the comparison to mean something."""
    made = site(
        sensors={"pir": {"range_m": 0.1, "debounce": "0 s"}},
        programs={
            "p": {
                "active": "always",
                "points": [{"at": "12:00", "level": 10}],
                "presence": {
                    "operation": "max", "level": 100, "hold": f"{hold} s",
                    "ramp_up": "0 s", "ramp_down": "0 s",
                },
            }
        },
        streets=[
            {
                "id": "s", "name": "S", "path_m": [[0, 0], [200, 0]], "asked_level": 50,
                "traffic": [{"kind": "walker", "per_hour": per_hour}],
            }
        ],
        luminaires=[
            {
                "id": "L", "circuit": "c", "street": "s", "at_m": 100, "driver": "d",
                "program": "p", "sensor": "pir",
            }
        ],
    )  # fmt: skip
    nights = 60
    world, run = World(made, 7), Run(made, 7, NIGHT)
    shares, before = [], 0
    for night in range(NIGHT, NIGHT + nights):
        run.night(world.night(night))
        high = run.lamps[0].level_ms[100]
        shares.append((high - before) / DAY_MS)
        before = high
    seen = 2 * 0.1 * statistics.fmean(1 / v for v in (1.1, 1.35, 1.6))  # s in the sensor's range
    expected = 1 - math.exp(-per_hour / 3600 * (hold + seen))
    error = statistics.stdev(shares) / math.sqrt(nights)
    assert error < 0.04 * expected
    assert abs(statistics.fmean(shares) - expected) < 4 * error


def test_energy_of_a_fixed_program_is_its_closed_form() -> None:
    made = site(
        programs={
            "p": {
                "active": [{"from": "20:00", "to": "06:00"}],
                "points": [{"at": "20:00", "level": 100}, {"at": "22:00", "level": 60}],
            }
        }
    )
    nights = 5
    summary = simulate(made, NIGHT, nights, 1, ("site",))
    # 60 % lies between 50 % = 20.5 W and 100 % = 43 W: 25 W. Standby 0.3 W, the node 0.5 W.
    wh = nights * (2 * 43.0 + 8 * 25.0 + 14 * 0.3 + 24 * 0.5)
    assert summary["strategies"]["site"]["energy_kwh"] == pytest.approx(wh / 1000, rel=1e-3)
    assert summary["strategies"]["site"]["cost_eur"] == pytest.approx(wh / 1000 * 0.2, abs=0.005)


def test_energy_of_a_ramp() -> None:
    made = site(
        programs={
            "p": {
                "active": "always",
                "points": [
                    {"at": "12:00", "level": 0},
                    {"at": "20:00", "level": 100, "ramp": "10 min"},
                ],
            }
        },
        drivers={"d": {"power_w": 100, "standby_w": 0, "node_w": 0, "power_points": [[50, 50]]}},
    )
    run = Run(made, 1, NIGHT)
    run.night(World(made, 1).night(NIGHT))
    # A straight line from 0 to 100 W over ten minutes, then 100 W until noon.
    expected = 600 * 50 + (16 * 3600 - 600) * 100
    assert run.lamps[0].energy_j == pytest.approx(expected, rel=1e-3)


# ---- agreement


@pytest.mark.parametrize("lamp", ["M04", "S03", "E07", "K01", "R02", "H1"])
@pytest.mark.parametrize("night", [NIGHT + 4, day_number(2026, 3, 28)])
def test_the_engine_draws_the_line_that_the_timeline_prints(
    village: Site, lamp: str, night: int
) -> None:
    index = [x.id for x in village.luminaires].index(lamp)
    lines = []

    def watch(t: int, i: int, made: Lamp) -> None:
        if i != index:
            return
        change = change_of(t, made)
        head = f"{timeline.stamp(t // DAY_MS, t % DAY_MS)} {change.level} {change.ramp} "
        if change.layer < 0:
            lines.append(head + f"mains:{'on' if change.level else 'off'} -")
        else:
            why = timeline.reason(change.layer, change.why, change.detail)
            if made.brain.gear:
                why = f"gear:stays-{'on' if made.brain.gear == STAYS_ON else 'off'}"
            lines.append(head + f"{why} {timeline.QUALITY[change.quality]}")

    run = Run(village, 3, night, watch=watch)
    run.night(World(village, 3).night(night))
    printed = trace(village, lamp, night, "cpython", 3).splitlines()
    if lamp in ("M04", "K01"):
        assert printed.pop(0).endswith("mains:off -")
    assert lines == printed
    assert len(lines) >= 3


def test_same_seed_same_result_other_seed_other_people(village: Site) -> None:
    first = simulate(village, NIGHT, 2, 5, ("site",))
    assert simulate(village, NIGHT, 2, 5, ("site",)) == first
    other = simulate(village, NIGHT, 2, 6, ("site",))
    assert other["strategies"] != first["strategies"]


def test_nights_in_one_run_are_the_nights_one_by_one(village: Site) -> None:
    """A node that runs on agrees with the same node met later: nothing is remembered wrongly."""
    whole = Run(village, 1, NIGHT)
    world = World(village, 1)
    for night in (NIGHT, NIGHT + 1):
        whole.night(world.night(night))
    before = [lamp.energy_j for lamp in whole.lamps]
    whole.night(world.night(NIGHT + 2))
    alone = Run(village, 1, NIGHT + 2)
    alone.night(world.night(NIGHT + 2))
    fixed = [i for i, x in enumerate(village.luminaires) if x.sensor is None]
    for i in fixed:
        assert whole.lamps[i].energy_j - before[i] == pytest.approx(
            alone.lamps[i].energy_j, rel=1e-9
        )


# ---- the world around the node


def test_a_switched_circuit_boots_its_nodes_and_the_driver_lights_first() -> None:
    seen: list[tuple[int, int, bool]] = []

    def watch(t: int, i: int, lamp: Lamp) -> None:
        seen.append((t, lamp.to, lamp.brain is not None))

    cabinet = switched(("sunset", "23:00"), ("05:00", "sunrise"))[0]
    made = site(cabinets=[{**cabinet, "clock_error": "-90 s"}])
    run = Run(made, 1, NIGHT, watch=watch)
    run.night(World(made, 1).night(NIGHT))
    assert run.lamps[0].boots == 2
    assert [level for _, level, _ in seen] == [100, 100, 0, 100, 100, 0]
    assert seen[1][0] - seen[0][0] == BOOT_MS
    assert not seen[0][2] and seen[1][2]
    # The cabinet's clock is 90 s slow: it cuts 90 s after 23:00 and relights 90 s after 5:00.
    midnight = (NIGHT + 1) * DAY_MS - 3_600_000
    assert seen[2][0] == midnight - 3_600_000 + 90_000
    assert seen[3][0] == midnight + 5 * 3_600_000 + 90_000
    assert run.lamps[0].level_ms[0] > 6 * 3_600_000


def test_no_mains_no_energy() -> None:
    made = site(
        cabinets=[
            {
                "id": "A", "name": "A",
                "circuits": [
                    {
                        "id": "c", "supply": "switched",
                        "mains": [{"from": "20:00", "to": "21:00"}],
                    }
                ],
            }
        ],
    )  # fmt: skip
    run = Run(made, 1, NIGHT)
    run.night(World(made, 1).night(NIGHT))
    assert run.lamps[0].energy_j == pytest.approx(3600 * 43.5, rel=1e-6)


def test_faults_on_demand(village: Site) -> None:
    ids = [x.id for x in village.luminaires]
    at = NIGHT * DAY_MS + 22 * 3_600_000
    m, e, dead = ids.index("M03"), ids.index("E05"), ids.index("E09")
    faults = (
        Fault(m, "clock-lost", at),
        Fault(e, "sensor-stuck", at),
        Fault(dead, "sensor-dead", at),
    )
    runs = {}
    for name, those in (("well", ()), ("ill", faults)):
        run = Run(village, 1, NIGHT, those)
        run.night(World(village, 1).night(NIGHT))
        runs[name] = run.lamps
    # Light is the safe side: no clock, and it stays at its fault state; stuck, and it stays lit.
    for i in (m, e):
        assert runs["ill"][i].level_ms[100] > runs["well"][i].level_ms[100]
    # A dead sensor's neighbours still raise it.
    assert runs["ill"][dead].level_ms[100] > 0
    quiet = ids.index("M10")
    assert runs["ill"][quiet].level_ms == runs["well"][quiet].level_ms


def test_a_cut_of_mains_is_dark_and_then_the_node_agrees_again(village: Site) -> None:
    index = [x.id for x in village.luminaires].index("M03")
    at = NIGHT * DAY_MS + 22 * 3_600_000
    fault = Fault(index, "mains-cut", at, 1_800_000)
    cut, whole = Run(village, 1, NIGHT, [fault]), Run(village, 1, NIGHT)
    world = World(village, 1).night(NIGHT)
    for run in (cut, whole):
        run.night(world)
    ill, well = cut.lamps[index], whole.lamps[index]
    assert ill.boots == 2
    assert ill.level_ms[0] == well.level_ms[0] + 1_800_000
    # Full light while it boots, then the program's 60 % again.
    assert ill.level_ms[60] == well.level_ms[60] - 1_800_000 - BOOT_MS


@pytest.mark.parametrize(
    ("hour", "full_ms"),
    [(3, 0), (14, 600_000)],  # at 3:00 the church stays dark; at 14:00 the ladder sees it lit
)
def test_full_light_after_a_cut_is_for_the_day(village: Site, hour: int, full_ms: int) -> None:
    index = [x.id for x in village.luminaires].index("C01")
    local = (NIGHT + (1 if hour < 12 else 0)) * DAY_MS + (hour - 1) * 3_600_000
    runs = [
        Run(village, 1, NIGHT, faults)
        for faults in ((), (Fault(index, "mains-cut", local, 60_000),))
    ]
    world = World(village, 1).night(NIGHT)
    for run in runs:
        run.night(world)
    more = [run.lamps[index].level_ms[100] for run in runs]
    assert more[1] - more[0] == full_ms + BOOT_MS  # the driver's own light while it boots


def test_nobody_needs_light_on_a_polar_day(village: Site) -> None:
    place = village.site.model_copy(
        update={"latitude": 69.65, "longitude": 18.95, "timezone": "Europe/Oslo"}
    )
    fields = {name: getattr(village, name) for name in Site.model_fields}
    north = Site.model_construct(**{**fields, "site": place})
    service = simulate(north, day_number(2026, 6, 21), 1, 1, ("site",))["strategies"]["site"]
    assert service["service"]["passages"] == 0
    winter = simulate(north, day_number(2026, 12, 21), 1, 1, ("site",))["strategies"]["site"]
    assert winter["service"]["passages"] > 1000


# ---- what was asked by hand


CALLS = [
    {"id": "fire", "kind": "all-on", "at": "2026-11-24T02:00:00", "duration": "45 min",
     "luminaires": ["L"]},
    {"id": "feast", "kind": "override", "at": "2026-11-24T21:00:00", "duration": "26 h",
     "level": 20, "luminaires": ["L"]},
    {"id": "asks", "kind": "relight", "at": "2026-11-26T00:30:00", "relight": "z"},
]  # fmt: skip


def called(calls: list[dict[str, Any]]) -> Site:
    return site(
        programs={"p": {"active": [{"from": "20:00", "to": "23:00"}]}},
        relights={"z": {"hours": {"from": "23:00", "to": "05:00"}, "duration": "4 min"}},
        luminaires=[lamp(relight="z")],
        calls=calls,
    )


def test_calls_are_replayed() -> None:
    made = called(CALLS)
    told: list[tuple[int, tuple[int, ...]]] = []
    run = Run(made, 1, NIGHT, hear=lambda t, i, what: told.append((t, what)))
    hours = []
    world = World(made, 1)
    for night in range(NIGHT, NIGHT + 3):
        before = list(run.lamps[0].level_ms)
        run.night(world.night(night))
        hours.append([a - b for a, b in zip(run.lamps[0].level_ms, before, strict=True)])
    at = [(NIGHT + 1) * DAY_MS + h * 3_600_000 for h in (1, 20)]
    assert told == [
        (at[0], (ALL_ON, 2_700)),
        (at[1], (OVERRIDE, 20, 93_600, 0)),
        ((NIGHT + 2) * DAY_MS + 23 * 3_600_000 + 1_800_000, (RELIGHT, 0)),
    ]
    assert hours[0][100] == 3 * 3_600_000 + 2_700_000
    assert hours[1][100] == 3_600_000 and hours[1][20] == 15 * 3_600_000
    assert hours[2][20] == 11 * 3_600_000 and hours[2][100] == 240_000
    assert [(r.zone, r.taken) for r in run.requests] == [("z", True)]


def test_a_call_that_still_lasts_when_the_run_begins_is_told_at_once() -> None:
    made = called(CALLS)
    run = Run(made, 1, NIGHT + 2)
    run.night(World(made, 1).night(NIGHT + 2))
    assert run.lamps[0].level_ms[20] == 11 * 3_600_000
    made = site(cabinets=switched(("20:00", "23:00")), calls=CALLS[1:2])
    run = Run(made, 1, NIGHT + 2)
    run.night(World(made, 1).night(NIGHT + 2))
    assert run.lamps[0].level_ms[20] == 3 * 3_600_000 - BOOT_MS


def test_a_node_without_mains_hears_no_call() -> None:
    call = {**CALLS[0], "at": "2026-11-23T19:00:00"}
    made = site(cabinets=switched(("20:00", "21:00")), calls=[call])
    run = Run(made, 1, NIGHT)
    run.night(World(made, 1).night(NIGHT))
    assert run.lamps[0].level_ms[100] == 3_600_000


def test_leaving_out_early_saves_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A presence street on a cabinet that cuts twice a night: what its nodes have saved when mains
    goes is the same as if they had saved each time."""
    made = site(
        cabinets=switched(("sunset", "22:10"), ("04:50", "sunrise")),
        sensors={"pir": {"range_m": 8}},
        programs={
            "p": {"presence": {"operation": "max", "level": 100, "hold": "90 s", "neighbours": 1}}
        },
        streets=[street([{"kind": "walker", "per_hour": 12}])],
        luminaires=[lamp(f"L{i}", 20 + 30 * i, sensor="pir") for i in range(4)],
    )
    states = []
    for ms in (engine._SAVES_MS, 1 << 60):
        monkeypatch.setattr(engine, "_SAVES_MS", ms)
        seen: list[tuple[int, int, bytes]] = []

        def watch(t: int, i: int, it: Lamp, seen: list[Any] = seen) -> None:
            if not it.powered:
                seen.append((t, i, bytes(it.saved)))

        run, world = Run(made, 1, NIGHT, watch=watch), World(made, 1)
        for night in range(NIGHT, NIGHT + 5):
            run.night(world.night(night))
        states.append(seen)
    assert len(states[0]) == 4 * 2 * 5
    assert states[0] == states[1]


def test_memory_does_not_grow_with_the_nights() -> None:
    made = load_site(VILLAGE)
    world, run = World(made, 1), Run(made, 1, NIGHT)
    sizes = []
    for night in range(NIGHT, NIGHT + 6):
        run.night(world.night(night))
        sizes.append(
            len(run._heap)
            + sum(len(lamp.segments) for lamp in run.lamps)
            + sum(len(service.waits) for service in run.service)
        )
    assert max(sizes[3:]) <= sizes[1] + 120  # bins of waits fill up; nothing is kept a night
