"""`noctule why` and `noctule trace` as people use them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sim.runtimes import RUNTIMES
from tools.trace import trace
from tools.why import why

VILLAGE = "sim/demo/village.toml"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def ask(*args: str) -> Result:
    return CliRunner().invoke(why, [VILLAGE, *args], catch_exceptions=False)


@pytest.mark.parametrize(
    ("lamp", "when", "french", "english"),
    [
        ("H1", "2026-11-24 02:10", "coupé de 23:00 à 05:00", "cut from 23:00 to 05:00"),
        ("H1", "2026-11-24 02:10", "selon arrêté n° 2022-031", "as decided by arrêté n° 2022-031"),
        ("H1", "2026-11-26 00:37", "rallumage à la demande", "relight on demand by a resident"),
        ("E05", "2026-11-25 02:45", "(« Intervention des pompiers »)", '("Fire brigade")'),
        ("M05", "2026-11-24 23:30", "« Travaux, Grande Rue »", '"Works, main street"'),
        ("S01", "2026-12-24 23:00", "scène « Noël »", 'scene "Christmas"'),
    ],
)
def test_the_villages_calls_events_and_orders(
    lamp: str, when: str, french: str, english: str
) -> None:
    for lang, expected in (("fr", french), ("en", english)):
        result = ask("--lamp", lamp, "--at", when, "--lang", lang)
        assert result.exit_code == 0
        assert expected in result.output.splitlines()[0]


def test_the_json_of_a_lamp_has_the_documented_keys() -> None:
    answer = json.loads(ask("--lamp", "E05", "--at", "2026-11-24T01:10:00Z", "--json").output)
    assert set(answer) == {
        "format", "lamp", "sentence", "level", "asked", "light", "output", "clock", "order",
        "until", "last_passage", "last_passages", "last_request", "rule", "faults", "layers",
    }  # fmt: skip
    assert answer["format"] == 1
    assert TIME.fullmatch(answer["until"])
    assert answer["last_passage"] is None and answer["faults"] == []
    assert set(answer["layers"][0]) == {"layer", "operation", "value", "why", "level", "text"}


@pytest.mark.parametrize("text", ["Lotissement des Noyers", "estate", "noyers", "LOTISSEMENT"])
def test_a_street_by_its_name(text: str) -> None:
    result = ask("--street", text, "--at", "2026-11-24 02:10", "--json")
    answer = json.loads(result.output)
    assert answer["street"] == "estate"
    lamps = [name for one in answer["answers"] for name in one["lamps"]]
    assert sorted(lamps) == [f"E{n:02}" for n in range(1, 17)]


def test_accents_do_not_matter() -> None:
    result = ask("--street", "rue de l'ecole", "--at", "2026-11-24 02:10", "--lang", "fr")
    assert "Rue de l'École" in result.output


@pytest.mark.parametrize(
    "args",
    [
        ["--street", "nowhere at all"],
        ["--street", "rue"],
        ["--street", ""],
        [],
        ["--lamp", "E05", "--street", "estate"],
        ["--lamp", "Z9"],
        ["--lamp", "E05", "--fault", "E05:lamp-out@2026-11-24 02:11"],
        ["--lamp", "E05", "--fault", "E05:lamp-out@2024-11-24 02:11"],
        ["--lamp", "E05", "--fault", "E05:gremlins@2026-11-23 02:11"],
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_wrong_usage_is_said(args: list[str], lang: str) -> None:
    result = ask(*args, "--at", "2026-11-24 02:10", "--lang", lang)
    assert result.exit_code == 2
    assert ("Erreur" if lang == "fr" else "Error") in result.output


def test_which_of_two_streets() -> None:
    result = ask("--street", "rue", "--at", "2026-11-24 02:10", "--lang", "fr")
    assert "Grande Rue" in result.output and "Rue de l'École" in result.output


def test_a_fault_on_demand() -> None:
    args = ["--lamp", "E05", "--at", "2026-11-25 02:10", "--lang", "en"]
    result = ask(*args, "--fault", "E05:lamp-out@2026-11-24 22:00")
    assert result.exit_code == 0
    assert "broken; should be at 10 %" in result.output
    assert "Reported: lamp out" in result.output


def test_with_people_the_last_passage_is_named() -> None:
    args = ["--lamp", "E05", "--at", "2026-11-24 02:10", "--seed", "1"]
    assert re.search(r"Dernier passage à \d\d:\d\d", ask(*args, "--lang", "fr").output)
    assert re.search(r"Last passage at \d\d:\d\d", ask(*args, "--lang", "en").output)


def test_what_each_layer_does_is_in_the_language() -> None:
    args = ["--lamp", "R01", "--at", "2026-11-24 02:10"]
    french, english = (ask(*args, "--lang", lang).output for lang in ("fr", "en"))
    assert "  au plus 30 %   plafond : " in french and "  au moins 10 %  présence : " in french
    assert "  impose 10 %    programme : " in french
    assert "  at most 30 %   ceiling: " in english and "  sets 10 %      program: " in english


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_lamp_in_the_wrong_case_is_suggested_first(lang: str) -> None:
    result = ask("--lamp", "m01", "--at", "2026-11-24 02:10", "--lang", lang)
    assert result.exit_code == 2
    assert re.search(r"(peut-être|did you mean) M01 ?[?]", result.output)


def test_an_old_fault_has_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []

    class Bar:
        def __init__(self, length: int) -> None:
            steps.append(length)

        def __enter__(self) -> Any:
            return lambda: steps.append(1)

        def __exit__(self, *error: object) -> None:
            pass

    monkeypatch.setattr("tools.why._Progress", Bar)
    for which in (["--lamp", "E05"], ["--street", "estate"]):
        steps.clear()
        fault = ["--fault", "E05:lamp-out@2026-11-10 22:00"]
        assert ask(*which, "--at", "2026-11-24 02:10", *fault).exit_code == 0
        assert steps[0] == len(steps) - 1 == 2 * 14


# ---- trace

NIGHTS = [
    ("E05", "2026-11-24", "all-on:all-lit", ["--seed", "1"]),
    ("H1", "2026-11-25", "relight:request", ["--seed", "1"]),
    ("M01", "2026-11-24", "override:event:0.-", []),
    ("M01", "2026-11-24", "faults:32", ["--fault", "M01:lamp-out@2026-11-24 22:00"]),
    ("M01", "2026-11-26", "virtual", ["--fault", "M01:clock-lost@2026-11-22 22:00"]),
    ("E02", "2026-11-24", "own-sensor", ["--fault", "E02:sensor-stuck@2026-11-24 22:00"]),
]


@pytest.mark.parametrize(("lamp", "night", "holds", "more"), NIGHTS)
def test_three_runtimes_print_the_same_night(
    lamp: str, night: str, holds: str, more: list[str]
) -> None:
    """With calls, requests for light, events, meters and faults."""
    texts = []
    for runtime in RUNTIMES:
        args = [VILLAGE, "--lamp", lamp, "--night", night, "--runtime", runtime, *more]
        result = CliRunner().invoke(trace, args, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        texts.append(result.output)
    assert holds in texts[0]
    assert texts[0] == texts[1] == texts[2]
    lines = texts[0].splitlines()
    assert lines == sorted(lines)


def test_with_an_earlier_fault_the_first_line_is_what_held_at_noon() -> None:
    for lamp, more in (("M01", 6), ("H1", 1)):
        args = [VILLAGE, "--lamp", lamp, "--night", "2026-11-26"]
        args += ["--fault", f"{lamp}:clock-lost@2026-11-22 22:00"]
        lines = CliRunner().invoke(trace, args, catch_exceptions=False).output.splitlines()
        assert len(lines) == more
        assert lines[0] < "2026-11-26T11:00"
        assert all(line > "2026-11-26T11:00" for line in lines[1:])


def test_a_wrong_clock_cannot_be_traced() -> None:
    args = [VILLAGE, "--lamp", "H1", "--night", "2026-11-26"]
    result = CliRunner().invoke(
        trace, [*args, "--fault", "H1:clock-wrong@2026-11-26 22:00:1 h"], catch_exceptions=False
    )
    assert result.exit_code == 2
    assert "cannot be traced" in result.output


def test_the_trace_is_what_the_engine_did() -> None:
    """Levels of a night with people, calls and a fault, from the trace and from the engine."""
    import datetime as dt

    from sim.engine import Run, World
    from sim.runtimes.timeline import stamp
    from sim.site import load_site

    made = load_site(Path(VILLAGE))
    night = (dt.date(2026, 11, 24) - dt.date(2000, 1, 1)).days
    index = [x.id for x in made.luminaires].index("E05")
    seen: list[tuple[str, int]] = []
    run = Run(
        made, 1, night, meters=True,
        watch=lambda t, i, lamp: seen.append((stamp(t // 86_400_000, t % 86_400_000), lamp.asked))
        if i == index else None,
    )  # fmt: skip
    run.night(World(made, 1).night(night))
    args = [VILLAGE, "--lamp", "E05", "--night", "2026-11-24", "--seed", "1"]
    lines = CliRunner().invoke(trace, args, catch_exceptions=False).output.splitlines()
    assert [(line.split()[0], int(line.split()[1])) for line in lines] == seen
