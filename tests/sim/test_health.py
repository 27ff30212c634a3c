"""What nodes report: each fault within the nights that are promised, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from noctule.brain.dates import day_number

from sim.engine import DAY_MS, FAULTS, GEAR_FAULTS, Fault, Report, Run, World
from sim.health import (
    FAULT_NAMES,
    PROMISED_NIGHTS,
    REPORTED_AS,
    UNSEEN,
    WORDS,
    delay_text,
    detected,
    stretches,
    to_minute,
    unseen_words,
    words,
)
from sim.site import load_site
from sim.site.model import Site
from sim.summary import simulate
from tests.sim.sites import lamp, site, street, switched

VILLAGE = "sim/demo/village.toml"
HOUR = 3_600_000
SEASONS = [day_number(2026, month, 9) for month in (1, 4, 7, 10)]
SODIUM = {"power_w": 83, "standby_w": 0, "minimum_level": 100, "warm_up": "4 min",
          "minimum_on": "5 min", "minimum_off": "3 min"}  # fmt: skip
PRESENCE = {"operation": "max", "level": 100, "idle": 10, "hold": "60 s", "neighbours": 1}


@pytest.fixture(scope="module")
def village() -> Site:
    return load_site(VILLAGE)


def street_of(kind: str = "led", cabinets: list[dict[str, Any]] | None = None) -> Site:
    """Five nodes, of which the middle one will be ill: dimmed LED, sodium off at night, four LED
    behind an output, or LED with sensors and a photocell."""
    drivers = {
        "led": {"power_w": 43, "power_points": [[10, 6], [50, 20.5]], "virtual_output": 85,
                "clo": [[0, 90], [50_000, 100]]},
        "sodium": SODIUM,
        "four": {"power_w": 22, "curve": "dali"},
        "sensor": {"power_w": 43},
    }  # fmt: skip
    programs = {
        "led": {"points": [{"at": "22:00", "level": 60, "ramp": "5 s"},
                           {"at": "05:30", "level": 100, "ramp": "5 s"}]},
        "sodium": {"active": [{"from": "sunset", "to": "01:30"},
                              {"from": "04:30", "to": "sunrise"}]},
        "four": {"points": [{"at": "22:00", "level": 50}]},
        "sensor": {
            "active": [{"from": "sunset", "to": "sunrise",
                        "photocell": {"on_lux": 20, "off_lux": 30, "window": "1 h"}}],
            "points": [{"at": "21:30", "level": 10}, {"at": "06:00", "level": 100}],
            "presence": PRESENCE,
        },
    }  # fmt: skip
    more: dict[str, Any] = {"meter": True}
    if kind == "four":
        more |= {"count": 4, "spacing_m": 5}
    if kind == "sensor":
        more |= {"sensor": "pir", "photocell": "cell"}
    tables: dict[str, Any] = {"cabinets": cabinets} if cabinets else {}
    return site(
        drivers={"d": drivers[kind]},
        programs={"p": programs[kind]},
        sensors={"pir": {"range_m": 8, "missed_percent": 2, "false_per_hour": 0.02}},
        photocells={"cell": {}},
        streets=[street([{"kind": "walker", "per_night": 100}])],
        luminaires=[lamp(f"L{i}", 20 + 35 * i, **more) for i in range(5)],
        **tables,
    )


CASES = [
    *((kind, "led") for kind in GEAR_FAULTS),
    *((kind, "four") for kind in ("lamp-out", "day-burner", "power-high")),
    *((kind, "sodium") for kind in GEAR_FAULTS),
    *((kind, "sensor") for kind in REPORTED_AS if kind != "day-burner"),
]


@pytest.mark.parametrize("night", SEASONS)
@pytest.mark.parametrize(("kind", "gear"), CASES)
def test_each_fault_is_reported_within_the_nights_promised(
    kind: str, gear: str, night: int
) -> None:
    made = street_of(gear)
    nights = PROMISED_NIGHTS[kind]
    # One whole night before it, so that the node has a past.
    fault = Fault(2, kind, (night + 1) * DAY_MS + 14 * HOUR)
    run = Run(made, night, night, [fault], meters=True)
    world = World(made, night)
    for n in range(night, night + nights + 1):
        run.night(world.night(n))
    found = stretches(run.reports, [fault])
    seen = detected(fault, found)
    assert seen is not None and seen.begins >= fault.t
    assert seen.fault == REPORTED_AS[kind]
    assert not [stretch for stretch in found if stretch.cause is None]


def test_too_little_power_of_several_is_told_as_one_that_is_out() -> None:
    fault = Fault(2, "power-low", SEASONS[0] * DAY_MS + 20 * HOUR)
    made = street_of("four")
    run = Run(made, 1, SEASONS[0], [fault], meters=True)
    run.night(World(made, 1).night(SEASONS[0]))
    found = stretches(run.reports, [fault])
    seen = detected(fault, found)
    assert seen is not None and FAULT_NAMES[seen.fault] == "lamp-out"
    assert all(stretch.cause is fault for stretch in found)


@pytest.mark.parametrize("night", SEASONS)
def test_no_false_alarm_in_any_season(village: Site, night: int) -> None:
    summary = simulate(village, night, 6, 2, ("site",))
    assert summary["health"] == []
    assert summary["false_alarms"] == 0


@pytest.mark.long
def test_no_false_alarm_over_a_faultless_year(village: Site) -> None:
    summary = simulate(village, day_number(2026, 1, 1), 365, 1, ("site",))
    assert summary["health"] == []
    assert summary["false_alarms"] == 0


@pytest.mark.parametrize("gear", ["led", "sodium", "four", "sensor"])
def test_the_street_of_these_tests_is_well_without_faults(gear: str) -> None:
    for night in SEASONS:
        made = street_of(gear)
        run, world = Run(made, 5, night, meters=True), World(made, 5)
        for n in range(night, night + 5):
            run.night(world.night(n))
        assert run.reports == []


def test_a_noisier_meter_alarms_sooner_or_later() -> None:
    """So that the tests above could have failed."""
    made = street_of("led")
    summary = simulate(made, SEASONS[0], 4, 1, ("site",), meter_noise=0.8)
    assert summary["false_alarms"] > 0
    assert any(not entry["asked"] for entry in summary["health"])


def test_cold_starts_of_a_switched_circuit_are_no_alarm() -> None:
    cabinets = switched(("sunset", "23:00"), ("05:00", "sunrise"))
    made = street_of("led", cabinets)
    run, world = Run(made, 1, SEASONS[0], meters=True), World(made, 1)
    for night in range(SEASONS[0], SEASONS[0] + 3):
        run.night(world.night(night))
    assert run.lamps[0].boots == 6
    assert run.reports == []


def test_a_fault_outlives_the_cuts_of_a_switched_circuit() -> None:
    cabinets = switched(("sunset", "23:00"), ("05:00", "sunrise"))
    made = street_of("led", cabinets)
    fault = Fault(2, "lamp-out", SEASONS[0] * DAY_MS + 18 * HOUR)
    run, world = Run(made, 1, SEASONS[0], [fault], meters=True), World(made, 1)
    for night in range(SEASONS[0], SEASONS[0] + 3):
        run.night(world.night(night))
    assert [(r.lamp, FAULT_NAMES[r.fault], r.begins) for r in run.reports] == [
        (2, "lamp-out", True)
    ]


def test_a_node_without_a_meter_reports_what_it_can() -> None:
    made = street_of("sensor")
    lamps = [x.model_copy(update={"meter": False}) for x in made.luminaires]
    made = made.model_copy(update={"written_luminaires": tuple(lamps)})
    made.__dict__.pop("luminaires", None)
    t = SEASONS[0] * DAY_MS + 20 * HOUR
    faults = [Fault(1, "sensor-stuck", t), Fault(2, "lamp-out", t), Fault(3, "clock-lost", t)]
    run = Run(made, 1, SEASONS[0], faults, meters=True)
    run.night(World(made, 1).night(SEASONS[0]))
    found = stretches(run.reports, faults)
    assert [detected(fault, found) is not None for fault in faults] == [True, False, True]


def test_the_summary_says_what_was_asked_and_what_was_found() -> None:
    made = street_of("led")
    t = SEASONS[0] * DAY_MS + 20 * HOUR
    faults = [Fault(2, "lamp-out", t), Fault(1, "mains-cut", t, HOUR)]
    summary = simulate(made, SEASONS[0], 2, 1, ("site", "today"), faults)
    out, cut = summary["faults"]
    assert (out["lamp"], out["kind"], out["at"]) == ("L2", "lamp-out", "2026-01-09T20:00:00Z")
    assert out["detected"]["fault"] == "lamp-out"
    assert 0 < out["detected"]["after_h"] < 1
    assert cut["detected"] is None
    (entry,) = summary["health"]
    assert entry == {
        "lamp": "L2", "fault": "lamp-out", "from": out["detected"]["at"], "to": None,
        "asked": True,
    }  # fmt: skip
    assert summary["false_alarms"] == 0
    assert simulate(made, SEASONS[0], 2, 1, ("site", "today"), faults) == summary
    assert "health" not in simulate(made, SEASONS[0], 1, 1, ("today",))


def test_reports_are_matched_to_the_faults_that_explain_them() -> None:
    names = {name: bit for bit, name in FAULT_NAMES.items()}
    faults = [Fault(0, "cycling", 1_000)]
    reports = [
        Report(500, 0, names["lamp-out"], True),
        Report(900, 0, names["lamp-out"], False),
        Report(2_000, 0, names["lamp-out"], True),
        Report(3_000, 1, names["cycling"], True),
        Report(4_000, 0, names["lamp-out"], False),
        Report(4_000, 0, names["cycling"], True),
    ]
    found = stretches(reports, faults)
    assert [(s.begins, s.ends, s.cause is not None) for s in found] == [
        (500, 900, False), (2_000, 4_000, True), (3_000, None, False), (4_000, None, True),
    ]  # fmt: skip
    first = detected(faults[0], found)
    assert first is not None and first.begins == 4_000


def test_no_draw_of_a_meter_depends_on_the_other_luminaires() -> None:
    made = street_of("led")
    alone = made.model_copy(update={"written_luminaires": made.luminaires[2:3]})
    alone.__dict__.pop("luminaires", None)
    heard: list[list[Any]] = [[], []]
    for k, (it, index) in enumerate(((made, 2), (alone, 0))):
        def hear(t: int, i: int, what: tuple[int, ...], k: int = k, index: int = index) -> None:
            if i == index:
                heard[k].append((t, what))

        run = Run(it, 1, SEASONS[0], meters=True, hear=hear)
        run.night(World(it, 1).night(SEASONS[0]))
    assert heard[0] == heard[1]
    assert len(heard[0]) > 20


def test_names() -> None:
    assert set(REPORTED_AS) | {"clock-wrong", "mains-cut"} == set(FAULTS)
    assert set(PROMISED_NIGHTS) == set(REPORTED_AS)
    assert set(REPORTED_AS.values()) == set(FAULT_NAMES)
    for name in (*FAULTS, *FAULT_NAMES.values()):
        assert words(name, "fr") and words(name, "en") and len(WORDS[name]) == 2


def test_strategies_are_compared_without_the_faults() -> None:
    made = street_of("led")
    t = SEASONS[0] * DAY_MS + 12 * HOUR
    faults = [Fault(2, "day-burner", t), Fault(1, "mains-cut", t + 8 * HOUR, HOUR)]
    told = ("site", "today")
    summary = simulate(made, SEASONS[0], 2, 1, told, faults)
    without = simulate(made, SEASONS[0], 2, 1, told)
    assert summary["strategies"] == without["strategies"]
    assert "with_faults" not in without and without["false_alarms"] == 0
    burnt, mine = summary["with_faults"], summary["strategies"]["site"]
    added = burnt["added"]["energy_kwh"]
    assert added > 0.1
    assert added == pytest.approx(burnt["energy_kwh"] - mine["energy_kwh"])
    assert burnt["vs_today_percent"] > mine["vs_today_percent"]
    assert burnt["health"] == summary["health"] != [] == mine["health"]
    assert burnt["false_alarms"] == summary["false_alarms"] == mine["false_alarms"] == 0
    assert [fault["by_ms"] for fault in summary["faults"]] == [None, HOUR]


def test_a_false_alarm_is_counted_in_both_runs() -> None:
    fault = Fault(0, "lamp-out", SEASONS[0] * DAY_MS + 20 * HOUR)
    summary = simulate(
        street_of("led"), SEASONS[0], 3, 1, ("site",), [fault], meter_noise=0.8
    )  # fmt: skip
    assert summary["strategies"]["site"]["false_alarms"] > 0
    assert summary["false_alarms"] == summary["with_faults"]["false_alarms"] > 0


def test_why_a_fault_was_not_reported() -> None:
    t = SEASONS[0] * DAY_MS + 20 * HOUR

    def why(made: Site, kind: str, at: int = t, nights: int = 2) -> str | None:
        asked = [Fault(2, kind, at)]
        (told,) = simulate(made, SEASONS[0], nights, 1, ("site",), asked)["faults"]
        unseen: str | None = told["unseen"]
        assert (unseen is None) == (told["detected"] is not None)
        return unseen

    made = street_of("led")
    assert why(made, "lamp-out") is None
    assert why(made, "clock-wrong") == "unknowable"
    assert why(made, "cycling", t + 11 * HOUR, 1) == "too-soon"
    blind = street_of("sensor")
    plain = {"points": [{"at": "21:30", "level": 0}], "active": [{"from": "01:00", "to": "02:00"}]}
    changes = {"programs": {"p": type(blind.programs["p"]).model_validate(plain)}}
    dark = blind.model_copy(update=changes)
    assert why(dark, "sensor-stuck", nights=3) == "no-presence"
    assert why(dark, "photocell-dead", nights=3) == "no-photocell"
    assert why(dark, "lamp-out", nights=3) == "not-lit"
    lamps = [x.model_copy(update={"meter": False}) for x in made.luminaires]
    poor = made.model_copy(update={"written_luminaires": tuple(lamps)})
    poor.__dict__.pop("luminaires", None)
    assert why(poor, "lamp-out") == "no-meter"
    cut = street_of("four", switched(("sunset", "sunrise")))
    cut = cut.model_copy(update={"programs": {"p": type(cut.programs["p"])()}})
    assert why(cut, "day-burner") == "never-off"
    for code in UNSEEN:
        assert unseen_words(code, "fr") and unseen_words(code, "en")


def test_instants_and_delays_are_told_to_the_nearest_minute() -> None:
    assert [to_minute(ms) for ms in (29_999, 30_000, 89_999)] == [0, 60_000, 60_000]
    assert delay_text(35_999) == "35 s" and delay_text(90_000) == "2 min"
    assert delay_text(HOUR + 29_000) == "1 h"
