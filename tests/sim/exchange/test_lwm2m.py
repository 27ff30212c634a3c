"""The uCIFI objects: valid by their XML, in what they say and in the texts inside."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.exchange import grammar, lwm2m
from sim.exchange.grammar import GrammarError, RunCondition
from sim.exchange.unsaid import Exported
from sim.site import load_site
from sim.site.values import LOCAL, At
from tests.sim.exchange.schemas import lwm2m_errors
from tests.sim.exchange.sites import random_site
from tests.sim.exchange.test_talq import site_with

VILLAGE = Path("sim/demo/village.toml")


@pytest.fixture(scope="module")
def village() -> Exported:
    return lwm2m.export(load_site(VILLAGE))


def objects_of(text: str, calendars: str = "", lamp: str = 'program = "p"') -> dict[str, Any]:
    (device,) = lwm2m.export(site_with(text, calendars, lamp)).data["devices"]
    assert device["luminaires"] == ["L1"]
    objects: dict[str, Any] = device["objects"]
    return objects


# ---- by the objects' definitions


def test_the_village_is_valid_by_the_definitions(village: Exported) -> None:
    site = load_site(VILLAGE)
    lamps = [name for device in village.data["devices"] for name in device["luminaires"]]
    assert sorted(lamps) == sorted(lamp.id for lamp in site.luminaires)
    for device in village.data["devices"]:
        assert lwm2m_errors(device["objects"]) == []


def test_random_sites_are_valid_by_the_definitions() -> None:
    for seed in range(15):
        for device in lwm2m.export(random_site(seed)[1]).data["devices"]:
            assert lwm2m_errors(device["objects"]) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("3416", "0", "4"), 130),
        (("3416", "0", "36"), "40"),
        (("3416", "0", "30"), 1),
        (("3416", "0", "13"), 0),
        (("3416", "0", "999"), 0),
        (("3416", "0", "16"), 0),
        (("3452", "0", "4"), None),
        (("3454", "0", "4"), "22:00"),
        (("3457", "1"), {}),
        (("9999",), {}),
    ],
)
def test_the_validation_catches(village: Exported, path: tuple[str, ...], value: Any) -> None:
    objects = copy.deepcopy(village.data["devices"][0]["objects"])
    assert lwm2m_errors(objects) == []
    inner = objects
    for step in path[:-1]:
        inner = inner[step]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    assert lwm2m_errors(objects) != []


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(";") if part]


def check_texts(objects: dict[str, Any]) -> None:
    """Every text inside reads back, arrays have one length, and references lead somewhere."""
    filters = len(objects.get("3456", {}))
    for function in objects["3454"].values():
        for condition in function.get("1", {}).values():
            assert str(grammar.parse_run_condition(condition)) == condition
        times = grammar.parse_times(function["4"]["0"])
        assert len(grammar.parse_levels(function["5"]["0"])) == len(times)
        if "9" in function:
            assert len(function["9"]["0"].split(";")) == len(times)
            assert all(n < filters for n in numbers(function["9"]["0"]))
        if "7" in function:
            conditions = function["7"]["0"].split(";")
            for condition in conditions:
                assert condition[0] + condition[-1] == "()"
                grammar.parse_run_condition(condition[1:-1])
            assert len(grammar.parse_levels(function["8"]["0"])) == len(conditions)
            assert all(n < filters for n in numbers(function["10"]["0"]))
    for rule in objects.get("3453", {}).values():
        assert set(rule.get("2", {})) == set(rule.get("3", {}))
        if "4" in rule:
            grammar.parse_date_rule(rule["4"])
    priorities = [scheduler["2"] for scheduler in objects["3452"].values()]
    assert priorities == sorted(set(priorities))
    for scheduler in objects["3452"].values():
        assert str(scheduler["4"]) in objects["3454"]
        for rule in scheduler.get("3", {}).values():
            assert str(rule) in objects["3453"]
    assert len(objects["3416"]["0"]["13"]) == len(objects["3452"]) == len(objects["3458"])


def test_texts_and_references(village: Exported) -> None:
    for device in village.data["devices"]:
        check_texts(device["objects"])
    for seed in range(15):
        for device in lwm2m.export(random_site(seed)[1]).data["devices"]:
            check_texts(device["objects"])


# ---- what is said


def test_a_program_with_a_cut_and_ramps() -> None:
    objects = objects_of("""[programs.p]
active = [{ from = "sunset - 10 min", to = "23:00" }, { from = "05:00", to = "sunrise" }]
points = [{ at = "sunset + 30 min", level = 80 }, { at = "22:00", level = 60, ramp = "5 s" }]
""")
    (function,) = objects["3454"].values()
    assert function == {
        "0": "p",
        "1": {"0": "S-10~23:00", "1": "05:00~R"},
        "4": {"0": "S+30;22:00"},
        "5": {"0": "80;60"},
        "9": {"0": ";0"},
    }
    assert objects["3456"] == {"0": {"0": 1, "1": 5.0, "2": 1}}


def test_presence_is_compounded_over_its_program() -> None:
    objects = objects_of("""[programs.p]
[programs.p.presence]
operation = "max"
level = 90
idle = 20
hold = "45 s"
windows = [{ from = "22:00", to = "05:00" }]
""")
    program, presence = objects["3452"].values()
    assert (program["2"], program["8"]) == (10_000, True)
    assert (presence["2"], presence["8"], presence["5"]) == (10_001, False, {"0": "</3455/0/0>"})
    function = objects["3454"]["1"]
    assert (function["4"]["0"], function["5"]["0"]) == ("12:00;22:00;05:00", "0;20;0")
    assert (function["7"]["0"], function["8"]["0"]) == ("(22:00~05:00,1)", "90")
    assert objects["3455"]["0"]["5903"] == 45_000
    assert [one["0"] for one in objects["3456"].values()] == [3, 3]


def test_rules_have_priority_in_their_order() -> None:
    objects = objects_of(
        "[programs.p]\n[programs.q]",
        '[calendars.c]\ndefault = "p"\n'
        '[[calendars.c.rules]]\nprogram = "q"\nfrom = "11-30"\nto = "01-07"\n'
        '[[calendars.c.rules]]\nprogram = "p"\nday = "morning"\nweekdays = ["monday", "saturday"]',
        'calendar = "c"',
    )
    schedulers = list(objects["3452"].values())
    assert [(one["0"], one["2"]) for one in schedulers] == [("q", 10), ("p", 20), ("p", 10_000)]
    first, second = objects["3453"].values()
    assert (first["1"], first["2"], first["3"]) == (
        1, {"0": "--11-30", "1": "--01-01"}, {"0": "--12-31", "1": "--01-07"},
    )  # fmt: skip
    assert second["4"] == "* * 5,7"


def test_a_photocell_says_when() -> None:
    objects = objects_of(
        """[programs.p]
active = [{ from = "sunset", to = "sunrise", photocell = """
        """{ on_lux = 20, off_lux = 30, window = "45 min" } }]"""
    )
    assert objects["3454"]["0"]["1"] == {"0": "S+45~R-45", "1": "S-45~R+45,1"}
    assert objects["3419"] == {"0": {"1": 20, "2": 30}}
    assert objects["3452"]["0"]["5"] == {"0": "</3419/0/3>"}


# ---- the texts' own grammar


MOMENTS = st.one_of(
    st.integers(0, 86_399).map(lambda seconds: At(LOCAL, seconds)),
    st.tuples(st.sampled_from(["sunset", "sunrise"]), st.integers(-720, 720)).map(
        lambda pair: At(pair[0], pair[1] * 60)
    ),
)


@given(st.lists(MOMENTS, min_size=1, max_size=24))
def test_time_arrays_read_back(moments: list[At]) -> None:
    assert grammar.parse_times(grammar.times(moments)) == moments


@given(MOMENTS | st.none(), MOMENTS, st.lists(st.sampled_from(["1", "5~10", "~20"]), max_size=3))
def test_run_conditions_read_back(start: At | None, end: At, sensors: list[str]) -> None:
    condition = RunCondition(start, end, tuple(sensors))
    assert grammar.parse_run_condition(str(condition)) == condition


@given(st.sets(st.integers(0, 6)))
def test_date_rules_read_back(weekdays: set[int]) -> None:
    found = grammar.parse_date_rule(grammar.date_rule(tuple(sorted(weekdays))))
    assert found == (
        frozenset(range(1, 32)), frozenset(range(1, 13)), frozenset(weekdays or range(7)),
    )  # fmt: skip


def test_the_texts_of_the_objects_own_descriptions_are_read() -> None:
    assert grammar.parse_run_condition("18:00~04:00") == RunCondition(
        At(LOCAL, 64_800), At(LOCAL, 14_400)
    )
    assert grammar.parse_run_condition("S~R") == RunCondition(At("sunset", 0), At("sunrise", 0))
    assert grammar.parse_times("22:00;S+30;R-20") == [
        At(LOCAL, 79_200), At("sunset", 1_800), At("sunrise", -1_200),
    ]  # fmt: skip
    assert grammar.parse_levels("10;50;24") == [10, 50, 24]
    assert grammar.parse_date_rule("1-10 * *")[0] == frozenset(range(1, 11))
    assert grammar.parse_date_rule("* * 6,7")[2] == {5, 6}
    assert grammar.parse_date_rule("* * 0")[2] == {6}


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (grammar.parse_moment, "24:00"),
        (grammar.parse_moment, "S+"),
        (grammar.parse_moment, "T+30"),
        (grammar.parse_run_condition, "S"),
        (grammar.parse_run_condition, "~"),
        (grammar.parse_run_condition, "S~R,"),
        (grammar.parse_levels, "10;130"),
        (grammar.parse_levels, "10;"),
        (grammar.parse_levels, "-1"),
        (grammar.parse_date_rule, "* *"),
        (grammar.parse_date_rule, "0 * *"),
        (grammar.parse_date_rule, "* 13 *"),
        (grammar.parse_date_rule, "10-1 * *"),
        (grammar.parse_date_rule, "* * L"),
        (grammar.moment, At("dusk", 0)),
        (grammar.moment, At("sunset", 30)),
    ],
)
def test_other_texts_are_refused(read: Any, text: Any) -> None:
    with pytest.raises(GrammarError):
        read(text)


def test_what_the_objects_cannot_say_is_listed() -> None:
    exported = lwm2m.export(
        site_with("""[programs.p]
points = [{ at = "22:00:30", level = 60 }, { at = "solar midnight", level = 40 }]
""")
    )
    assert {one.code for one in exported.unsaid if one.places[0][0] == "programs"} == {
        "seconds", "solar-midnight",
    }  # fmt: skip
