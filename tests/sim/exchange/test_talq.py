"""The TALQ export: valid by the model's own schema, and its corners."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sim.exchange import talq
from sim.exchange.unsaid import Exported
from sim.site import load_site
from sim.site.model import Site
from tests.sim.exchange.schemas import talq_errors
from tests.sim.exchange.sites import random_site, site_of
from tests.texts import CABINET, ENERGY, PLACE, STREET, lamp_at

VILLAGE = Path("sim/demo/village.toml")
KINDS = {
    "controlPrograms": "ControlProgramOne",
    "calendars": "Calendar",
    "lampTypes": "LampType",
    "deviceClasses": "DeviceClass",
    "devices": "Device",
    "groups": "Group",
    "overrideCommands": "OverrideCommand",
}


@pytest.fixture(scope="module")
def village() -> Exported:
    return talq.export(load_site(VILLAGE))


def export_errors(data: dict[str, Any]) -> list[str]:
    assert set(data) == {"format", "model", "controlService", *KINDS}
    found = talq_errors(data["controlService"], "ControlService")
    for key, kind in KINDS.items():
        for item in data[key]:
            found += talq_errors(item, kind)
    return found


def site_with(programs: str, calendars: str = "", lamp: str = 'program = "p"') -> Site:
    site = site_of(f"""
{PLACE}
school_zone = "A"
{ENERGY}
[drivers.led]
power_w = 40
[sensors.pir]
range_m = 8
[photocells.cell]
{programs}
{calendars}
{STREET}
{CABINET}
{lamp_at(50)}
groups = ["g"]
photocell = "cell"
sensor = "pir"
{lamp}
""")
    assert site is not None
    return site


def program_of(text: str, **more: str) -> tuple[dict[str, Any], set[str]]:
    """The exported program p, and the codes of what it could not say."""
    exported = talq.export(site_with(f"[programs.p]\n{text}", **more))
    codes = {
        one.code for one in exported.unsaid if any(p[:2] == ("programs", "p") for p in one.places)
    }
    return exported.data["controlPrograms"][0], codes


def fixed_of(program: dict[str, Any]) -> list[tuple[str, int]]:
    return [
        (one["startTime"], one["command"]["state"]["value"])
        for one in program["fixedTimeControls"]
    ]


# ---- by the model's schema


def test_the_village_is_valid_by_the_models_schema(village: Exported) -> None:
    assert export_errors(village.data) == []


def test_random_sites_are_valid_by_the_models_schema() -> None:
    for seed in range(15):
        assert export_errors(talq.export(random_site(seed)[1]).data) == []


def break_level(program: dict[str, Any]) -> None:
    program["fixedTimeControls"][0]["command"]["state"]["value"] = 130


def break_periods(program: dict[str, Any]) -> None:
    del program["activePeriods"]


def break_operation(program: dict[str, Any]) -> None:
    program["dynamicControls"][0]["effect"]["operation"] = "Raise"


@pytest.mark.parametrize("spoil", [break_level, break_periods, break_operation])
def test_the_validation_catches(village: Exported, spoil: Any) -> None:
    program = copy.deepcopy(
        next(one for one in village.data["controlPrograms"] if "dynamicControls" in one)
    )
    assert talq_errors(program, "ControlProgramOne") == []
    spoil(program)
    assert talq_errors(program, "ControlProgramOne") != []


def test_references_lead_somewhere(village: Exported) -> None:
    data = village.data
    programs = {one["id"] for one in data["controlPrograms"]}
    calendars = {one["id"] for one in data["calendars"]}
    types = {one["address"] for one in data["lampTypes"]}
    devices = {one["address"] for one in data["devices"]}
    groups = {one["address"] for one in data["groups"]}
    classes = {one["name"]: one for one in data["deviceClasses"]}
    assert len(devices) == len(data["devices"])
    assert len(calendars) == len(data["calendars"])
    for calendar in data["calendars"]:
        assert {calendar["defaultProgram"], *(r["program"] for r in calendar["rules"])} <= programs
    for device in data["devices"]:
        known = {f["functionId"]: f for f in classes[device["class"]]["functions"]}
        for function in device["functions"]:
            assert function["type"] == known[function["id"]]["type"]
            named = {one["name"] for one in known[function["id"]]["attributes"]}
            assert set(function) - {"id", "type"} <= named
            if function["type"] == "LampActuatorFunction":
                assert function["calendarID"]["value"] in calendars
                assert function["lampTypeId"]["value"] in types
    for group in data["groups"]:
        assert {member["address"] for member in group["members"]} <= devices
    for command in data["overrideCommands"]:
        assert {one["address"] for one in command["addresses"]} <= devices | groups


def test_the_same_site_gives_the_same_export(village: Exported) -> None:
    again = talq.export(load_site(VILLAGE))
    assert again == village


# ---- programs


def test_fixed_controls_rise_from_midnight() -> None:
    program, codes = program_of("""points = [
        { at = "22:00", level = 60, ramp = "5 s" }, { at = "05:30", level = 100 } ]""")
    assert fixed_of(program) == [("05:30:00", 100), ("22:00:00", 60)]
    assert program["fixedTimeControls"][1]["command"]["rampToLevelTime"] == 5
    assert program["activePeriods"] == [
        {"name": "AstroClockActivePeriod", "sunsetOffset": 0, "sunriseOffset": 0}
    ]
    assert codes == set()


def test_a_program_without_points_says_its_level() -> None:
    # left empty it would end the night before's level instead
    assert fixed_of(program_of("")[0]) == [("12:00:00", 100)]


def test_always_is_an_empty_list_of_periods() -> None:
    assert program_of('active = "always"')[0]["activePeriods"] == []


def test_periods_from_the_sun_to_the_clock_become_darkness_by_fixed_controls() -> None:
    program, codes = program_of("""active = [{ from = "sunset", to = "23:00" },
        { from = "05:00", to = "sunrise" }]""")
    assert len(program["activePeriods"]) == 1
    assert fixed_of(program) == [("05:00:00", 100), ("12:00:00", 100), ("23:00:00", 0)]
    assert codes == set()


def test_presence_stays_out_of_such_darkness() -> None:
    program, _ = program_of("""active = [{ from = "sunset", to = "23:00" },
        { from = "05:00", to = "sunrise" }]
        [programs.p.presence]
        operation = "max"
        level = 100
        hold = "60 s" """)
    assert [one["period"] for one in program["dynamicControls"]] == [
        {"startTime": "12:00:00", "endTime": "23:00:00"},
        {"startTime": "05:00:00", "endTime": "11:59:59"},
    ]


def test_a_solar_point_that_nobody_sees_the_time_before_counts_from_noon() -> None:
    program, codes = program_of("""points = [ { at = "sunset", level = 90 },
        { at = "22:00", level = 60 } ]""")
    assert fixed_of(program) == [("12:00:00", 90), ("22:00:00", 60)]
    assert "astroClockTimeControls" not in program
    assert codes == set()


def test_solar_points_become_astro_clock_controls() -> None:
    program, codes = program_of("""points = [ { at = "sunset + 1 h", level = 60, ramp = "5 s" },
        { at = "sunrise - 30 min", level = 100 } ]""")
    assert [
        (one["solarEventType"], one["offset"], one["operation"])
        for one in program["astroClockTimeControls"]
    ] == [("sunset", 60, "Set"), ("sunrise", -30, "Set")]
    assert program["fixedTimeControls"] == []
    assert codes == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('points = [{ at = "solar midnight", level = 40 }]', "solar-midnight"),
        ('points = [{ at = "dusk", level = 40 }]', "twilight"),
        ('points = [{ at = "sunset + 90 s", level = 40 }]', "whole-minutes"),
        (
            'points = [{ at = "22:00", level = 40 }, { at = "sunset + 2 h", level = 60 }]',
            "solar-order",
        ),
        ('active = [{ from = "dusk", to = "dawn" }]', "twilight"),
        ('active = [{ from = "sunrise", to = "sunrise + 2 h" }]', "period"),
        ('active = [{ from = "solar midnight", to = "05:00" }]', "period"),
        (
            'active = [{ from = "sunset", to = "sunrise", photocell = '
            "{ on_lux = 20, off_lux = 30 } }]",
            "photocell-fallback",
        ),
        (
            'active = [{ from = "20:00", to = "06:00", photocell = '
            '{ on_lux = 20, off_lux = 30, window = "45 min" } }]',
            "photocell-ends photocell-fallback",
        ),
        ("fault_state = 0", "fault-state"),
        ('name = "Nom"', "name"),
        ('order = "arrêté"', "order"),
    ],
)
def test_what_a_program_cannot_say_is_listed(text: str, code: str) -> None:
    assert program_of(text)[1] == set(code.split())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("neighbours = 2", "neighbours"),
        ("reach_m = 40", "neighbours"),
        ("idle = 10", ""),
        ("idle = 60", "idle"),
        ('windows = [{ from = "sunset + 2 h", to = "05:00" }]', "presence-windows"),
    ],
)
def test_what_presence_cannot_say_is_listed(text: str, code: str) -> None:
    _, codes = program_of(f"""points = [{{ at = "12:00", level = 40 }}]
[programs.p.presence]
operation = "max"
level = 100
hold = "60 s"
{text}
""")
    assert codes == ({code} if code else set())


def test_twilight_periods_are_said_on_the_side_of_more_light() -> None:
    program, _ = program_of('active = [{ from = "dusk", to = "dawn" }]')
    (period,) = program["activePeriods"]
    # civil twilight lasts half an hour to forty minutes here
    assert 28 <= period["sunsetOffset"] <= 33
    assert -33 <= period["sunriseOffset"] <= -28


def test_a_photocell_with_a_window_is_bounded_by_the_sun() -> None:
    cell = '{ on_lux = 20, off_lux = 30, window = "45 min" }'
    program, codes = program_of(
        f'active = [{{ from = "sunset + 10 min", to = "sunrise", photocell = {cell} }}]'
    )
    assert program["activePeriods"] == [
        {
            "name": "AstroAndSensorActivePeriod", "sensor": {}, "onLevel": 20, "offLevel": 30,
            "sunsetOffset": 55, "pcActiveBeforeSunset": 35,
            "sunriseOffset": 45, "pcActiveBeforeSunrise": 45,
        }
    ]  # fmt: skip
    assert codes == {"photocell-fallback"}  # the hours of a dead one


# ---- calendars


def rules_of(text: str) -> list[dict[str, Any]]:
    site = site_with(
        "[programs.p]\n[programs.q]",
        f'[calendars.c]\ndefault = "p"\n[[calendars.c.rules]]\nprogram = "q"\n{text}',
        'calendar = "c"',
    )
    calendar = next(one for one in talq.export(site).data["calendars"] if one["id"] == "c")
    for rule in calendar["rules"]:
        assert rule["program"] == "q"
    return [{k: v for k, v in rule.items() if k != "program"} for rule in calendar["rules"]]


def test_a_span_over_new_year_is_split() -> None:
    assert rules_of('from = "11-30"\nto = "01-07"') == [
        {"startDate": "--11-30", "endDate": "--12-31"},
        {"startDate": "--01-01", "endDate": "--01-07"},
    ]


def test_a_saturday_morning_is_fridays_night() -> None:
    assert rules_of('day = "morning"\nweekdays = ["saturday"]') == [
        {"condition": {"type": "ccDay", "days": [{"start": 5}]}}
    ]


def test_new_years_morning_is_the_last_evening() -> None:
    assert rules_of('day = "morning"\ndates = ["01-01", 2028-03-01]') == [
        {"condition": {"type": "ccDate", "dates": [{"start": "--12-31"}]}},
        {"startDate": "2028-02-29", "endDate": "2028-02-29"},
    ]


def test_occurrences_and_spans_keep_their_condition() -> None:
    text = 'weekdays = ["friday"]\noccurrences = [1, "last"]\nfrom = 2026-03-01\nto = 2026-10-31'
    assert rules_of(text) == [
        {
            "startDate": "2026-03-01",
            "endDate": "2026-10-31",
            "condition": {"type": "ccDay", "days": [{"start": 5}], "occurrences": ["1", "L"]},
        }
    ]


def test_holidays_are_dates_until_the_sources_end() -> None:
    rules = rules_of('holidays = ["easter-monday", "christmas"]')
    assert rules[0] == {"condition": {"type": "ccDate", "dates": [{"start": "--12-25"}]}}
    assert rules[1] == {"startDate": "2024-04-01", "endDate": "2024-04-01"}
    assert rules[-1]["startDate"].startswith("2045-")


def test_the_first_of_march_depends_on_the_year() -> None:
    starts = {rule["startDate"] for rule in rules_of('day = "morning"\ndates = ["03-01"]')}
    assert {"2024-02-29", "2025-02-28", "2028-02-29"} <= starts


def test_program_and_calendar_names_do_not_meet() -> None:
    site = site_with(
        '[programs.p]\n[programs.q]\npoints = [{ at = "12:00", level = 50 }]',
        '[calendars.p]\ndefault = "q"',
        'program = "p"\n[[luminaires]]\nid = "L2"\ncircuit = "A1"\nstreet = "s"\nat_m = 60\n'
        'driver = "led"\ncalendar = "p"',
    )
    data = talq.export(site).data
    assert {one["id"]: one["defaultProgram"] for one in data["calendars"]} == {
        "p": "q",
        "p-2": "p",
    }


# ---- works and events


def test_dated_events_become_overrides_that_expire() -> None:
    exported = talq.export(load_site(VILLAGE))
    commands = exported.data["overrideCommands"]
    assert commands
    for command in commands:
        target = command["targetCommand"]
        start, end = (dt.datetime.fromisoformat(target[key]) for key in ("start", "expiration"))
        assert dt.timedelta(0) < end - start < dt.timedelta(days=1)


def test_an_event_says_each_of_its_nights() -> None:
    site = site_with(
        "[programs.p]",
        """[[events]]
id = "works"
from = 2026-10-22
to = 2026-10-26
weekdays = ["thursday", "friday", "monday"]
hours = { from = "21:00", to = "06:00" }
level = 100
ramp = "5 s"
groups = ["g"]
luminaires = ["L1"]
[[events]]
id = "yearly"
dates = ["07-14"]
hours = { from = "21:00", to = "06:00" }
level = 100
groups = ["g"]
""",
    )
    exported = talq.export(site)
    commands = exported.data["overrideCommands"]
    assert [
        (one["targetCommand"]["start"], one["targetCommand"]["expiration"]) for one in commands
    ] == [
        ("2026-10-22T19:00:00Z", "2026-10-23T04:00:00Z"),
        ("2026-10-23T19:00:00Z", "2026-10-24T04:00:00Z"),
        ("2026-10-26T20:00:00Z", "2026-10-27T05:00:00Z"),  # clocks went back
    ]
    assert [one["resource"] for one in commands[0]["addresses"]] == ["groups", "devices"]
    (listed,) = (one for one in exported.unsaid if one.code == "event-dates")
    assert listed.places == (("events", 1),)


def test_positions_lie_along_the_street() -> None:
    data = talq.export(site_with("[programs.p]")).data
    lamp = next(one for one in data["devices"] if one["name"] == "L1")
    where = next(f for f in lamp["functions"] if f["type"] == "LocationSensorFunction")
    # 50 m along (0, 0) to (60, 80): 30 m east, 40 m north
    place = where["expectedLocation"]["value"]
    assert (place["latitude"] - 47.517) * 111_180 == pytest.approx(40, abs=0.1)
    assert (place["longitude"] - 5.108) * 75_260 == pytest.approx(30, abs=0.2)
