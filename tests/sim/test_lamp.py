"""Lamps that are not as plain as a LED at full output: closed forms."""

from __future__ import annotations

import pytest
from noctule.brain.dates import day_number

from sim.engine import BOOT_MS, DAY_MS, Fault, Run, World
from sim.lamp import TOO_HIGH, TOO_LOW, Lamp
from sim.site.model import Driver
from sim.site.power import Power
from sim.summary import simulate
from tests.sim.sites import lamp, site, street, switched

NIGHT = day_number(2026, 11, 23)
HOUR = 3_600_000
SODIUM = {"power_w": 83.0, "standby_w": 0.0, "node_w": 0.0, "minimum_level": 100}


def one_night(made, **options) -> Run:
    run = Run(made, 1, NIGHT, **options)
    run.night(World(made, 1).night(NIGHT))
    return run


# ---- warm-up


def test_light_rises_while_the_power_is_full_at_once() -> None:
    made = site(
        drivers={"d": {**SODIUM, "warm_up": "6 min"}},
        programs={"p": {"active": [{"from": "20:00", "to": "06:00"}]}},
    )
    seen = []
    run = one_night(made, watch=lambda t, i, it: seen.append(it.segments[-1]))
    on = (NIGHT * 24 + 19) * HOUR
    assert [s for s in seen if s[2] == 100] == [(on, 0.0, 100, 360_000)]
    assert run.lamps[0].energy_j == pytest.approx(10 * 3600 * 83.0, rel=1e-12)
    assert run.lamps[0].level_ms[100] == 10 * HOUR


def test_a_warm_up_goes_on_when_the_level_changes_and_begins_again_after_dark() -> None:
    power = Power(Driver(power_w=100, standby_w=0, node_w=0, power_points=((50, 50),)))
    made = Lamp(b"", power, 0, warm_up=100_000)
    made.begin(0, True)
    made.line(0, 100, 0)
    assert made.level(50_000) == 50
    made.line(50_000, 60, 0)  # the node dims while it warms up: there when it would have been
    assert made.level(75_000) == pytest.approx(55)
    assert made.level(100_000) == made.level(200_000) == 60
    made.line(200_000, 100, 0)  # warm
    assert made.level(200_000) == 100
    made.mains(300_000, False)
    made.mains(301_000, True)
    assert made.level(351_000) == 50
    made.account(401_000)
    # 50 s at 100 W, 150 s at 60 W (of 50 % = 50 W), 100 s at 100 W, dark, 100 s at 100 W.
    assert made.energy_j == pytest.approx(50 * 100 + 150 * 60 + 100 * 100 + 100 * 100)


def test_who_passes_a_lamp_that_warms_up_waits() -> None:
    made = site(
        drivers={"d": {**SODIUM, "warm_up": "10 min"}},
        programs={"p": {"active": [{"from": "20:00", "to": "06:00"}]}},
        streets=[street([{"kind": "walker", "per_hour": 120}])],
    )
    quick = simulate(site(**{**_tables(made), "drivers": {"d": SODIUM}}), NIGHT, 1, 1, ("site",))
    slow = simulate(made, NIGHT, 1, 1, ("site",))
    a, b = (x["strategies"]["site"]["service"] for x in (quick, slow))
    assert a["passages"] == b["passages"]
    # Half the light, which is asked, after five minutes.
    assert a["met"] - b["met"] == pytest.approx(120 * 5 / 60, abs=8)


def _tables(made) -> dict:
    return {"programs": made.programs, "streets": made.streets}


# ---- virtual output and constant light output


def test_a_virtual_output_draws_less_for_the_same_light() -> None:
    made = site(
        drivers={"d": {"power_w": 100, "standby_w": 0, "node_w": 0, "power_points": [[50, 40]],
                       "virtual_output": 80}},
        programs={"p": {"active": [{"from": "20:00", "to": "06:00"}],
                        "points": [{"at": "20:00", "level": 100}, {"at": "00:00", "level": 50}]}},
    )  # fmt: skip
    run = one_night(made)
    # 80 % of the output: 40 + 30 * 60 / 50 W; 40 %: on the line from the start at 0 %, 40 W at 50.
    at_40 = Power(made.drivers["d"]).watts(40)
    assert run.lamps[0].energy_j == pytest.approx(3600 * (4 * 76.0 + 6 * at_40), rel=1e-9)
    assert run.lamps[0].level_ms[100] == 4 * HOUR
    assert run.lamps[0].level_ms[50] == 6 * HOUR


def test_constant_light_output_follows_the_hours_burnt() -> None:
    """From 80 % of the output to 100 % in a hundred hours, ten hours a night: each night's output
    is that of the hours burnt by its noon."""
    made = site(
        drivers={"d": {"power_w": 100, "standby_w": 0, "node_w": 0, "power_points": [[50, 50]],
                       "clo": [[0, 80], [100, 100]]}},
        programs={"p": {"active": [{"from": "20:00", "to": "06:00"}]}},
        luminaires=[lamp(burning_hours=20)],
    )  # fmt: skip
    run, world = Run(made, 1, NIGHT), World(made, 1)
    before = 0.0
    for k in range(10):
        run.night(world.night(NIGHT + k))
        drawn = (run.lamps[0].energy_j - before) / 36_000
        before = run.lamps[0].energy_j
        # The gear takes whole percents.
        assert drawn == pytest.approx(min(100, 84 + 2 * k), abs=0.51)
    assert run.lamps[0].level_ms[100] == 100 * HOUR


# ---- broken gear


def drawn(kind: str, **more) -> tuple[Run, Run]:
    """A night lit for 16 hours, longer than it is dark: sound, and with a fault from 13:00 on."""
    made = site(
        programs={"p": {"active": [{"from": "16:30", "to": "08:30"}]}},
        luminaires=[lamp(**more)],
        streets=[street([{"kind": "walker", "per_hour": 10}])],
    )
    return one_night(made), one_night(made, faults=[Fault(0, kind, NIGHT * DAY_MS + 12 * HOUR)])


NODE, STANDBY = 0.5, 0.3


def test_a_lamp_that_is_out_draws_its_standby() -> None:
    well, ill = drawn("lamp-out")
    assert ill.lamps[0].energy_j == pytest.approx(24 * 3600 * (NODE + STANDBY), rel=1e-9)
    assert ill.lamps[0].level_ms[0] == 24 * HOUR
    assert well.service[0].dark == 0 and well.service[0].met > 50
    assert ill.service[0].dark == ill.service[0].passages and ill.service[0].met == 0


def test_one_of_four_out() -> None:
    well, ill = drawn("lamp-out", count=4)
    lost = 16 * 3600 * (43.0 - STANDBY)
    assert well.lamps[0].energy_j - ill.lamps[0].energy_j == pytest.approx(lost, rel=1e-9)
    assert ill.service[0].dark == 0  # all on one pole


def test_one_of_four_out_on_poles_of_their_own() -> None:
    well, ill = drawn("lamp-out", count=4, spacing_m=40)
    assert well.service[0].passages == ill.service[0].passages
    each = well.service[0].passages / 4
    assert ill.service[0].dark == pytest.approx(each, abs=2)
    assert ill.service[0].met == pytest.approx(3 * each, abs=2)


def test_a_day_burner_burns_day_and_night() -> None:
    _, ill = drawn("day-burner")
    start = 12 * HOUR - 11 * HOUR  # from one to the next noon, local
    assert ill.lamps[0].level_ms[100] == 24 * HOUR - start
    assert ill.lamps[0].energy_j == pytest.approx(
        (23 * 3600) * (43.0 + NODE) + 3600 * (NODE + STANDBY), rel=1e-9
    )


def test_gear_that_draws_too_much_and_too_little() -> None:
    lit, dark = 16 * 3600, 8 * 3600 * (NODE + STANDBY)
    _, high = drawn("power-high")
    assert high.lamps[0].energy_j == pytest.approx(lit * (43 * TOO_HIGH + NODE) + dark, rel=1e-9)
    assert high.lamps[0].level_ms[100] == 16 * HOUR
    _, low = drawn("power-low")
    assert low.lamps[0].energy_j == pytest.approx(lit * (43 * TOO_LOW + NODE) + dark, rel=1e-9)
    assert low.lamps[0].level_ms[65] == 16 * HOUR


def test_a_lamp_that_cycles_is_out_a_quarter_of_the_time_while_on() -> None:
    _, ill = drawn("cycling")
    it = ill.lamps[0]
    out = 16 * HOUR - it.level_ms[100]
    assert 0.15 < out / (16 * HOUR) < 0.35
    lit = it.level_ms[100] / 1000
    assert it.energy_j == pytest.approx(
        lit * (43 + NODE) + (86_400 - lit) * (NODE + STANDBY), rel=1e-9
    )
    again = drawn("cycling")[1].lamps[0]
    assert again.energy_j == it.energy_j


def test_nothing_burns_without_mains() -> None:
    made = site(cabinets=switched(("20:00", "21:00")))
    run = one_night(made, faults=[Fault(0, "day-burner", NIGHT * DAY_MS + 12 * HOUR)])
    assert run.lamps[0].energy_j == pytest.approx(3600 * 43.5, rel=1e-6)
    assert run.lamps[0].level_ms[100] == HOUR
    assert run.lamps[0].boots == 1 and BOOT_MS < HOUR
