"""The command line as people use it: outputs, exit codes, languages, bad input."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click import ClickException
from click.testing import CliRunner, Result

from sim.engine import FAULTS
from sim.strategies import NAMES, STRATEGIES
from tools.cli import COMMANDS, main
from tools.common import write_text

VILLAGE = "sim/demo/village.toml"


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


# ---- sun


def test_sun_json_has_the_documented_keys_in_utc() -> None:
    result = run(
        "sun", "--lat", "47.517", "--lon", "5.108", "--from", "2026-06-20", "--days", "2", "--json"
    )
    assert result.exit_code == 0
    nights = json.loads(result.output)
    assert [night["date"] for night in nights] == ["2026-06-20", "2026-06-21"]
    assert set(nights[0]) == {
        "date", "sunrise", "sunset", "civil_dawn", "civil_dusk", "nautical_dawn",
        "nautical_dusk", "astronomical_dawn", "astronomical_dusk", "solar_midnight",
    }  # fmt: skip
    for name, value in nights[0].items():
        if name != "date":
            assert re.fullmatch(r"2026-06-2[01]T\d\d:\d\d:\d\dZ", value)
    assert nights[0]["sunset"].startswith("2026-06-20T19:4")
    assert nights[0]["sunrise"].startswith("2026-06-21T03:4")


def test_sun_of_the_polar_night_and_day_is_null() -> None:
    for day, missing in (("2026-12-21", "sunset"), ("2026-06-21", "sunrise")):
        result = run("sun", "--lat", "70", "--lon", "25", "--from", day, "--json")
        night = json.loads(result.output)[0]
        assert night[missing] is None
        assert night["solar_midnight"] is not None


@pytest.mark.parametrize(
    "args",
    [
        ("--lat", "91", "--lon", "0", "--from", "2026-01-01"),
        ("--lat", "nan", "--lon", "0", "--from", "2026-01-01"),
        ("--lat", "0", "--lon", "inf", "--from", "2026-01-01"),
        ("--lat", "0", "--lon", "0", "--from", "2026-02-30"),
        ("--lat", "0", "--lon", "0", "--from", "1899-01-01"),
        ("--lat", "0", "--lon", "0", "--from", "2099-12-01", "--days", "400"),
        ("--lat", "0", "--lon", "0", "--from", "2026-01-01", "--days", "0"),
        ("--lat", "0"),
    ],
)
def test_sun_refuses_with_usage(args: tuple[str, ...]) -> None:
    result = run("sun", *args)
    assert result.exit_code == 2
    assert "Error" in result.output


# ---- the group


def test_every_command_helps_itself() -> None:
    listed = run("--help").output
    for command in COMMANDS:
        assert f"\n  {command} " in listed
        assert "Usage:" in run(command, "--help").output


# ---- check


def test_check_of_the_village_in_both_languages() -> None:
    assert "62 luminaires" in run("check", VILLAGE, "--lang", "en").output
    assert "62 points lumineux" in run("check", VILLAGE, "--lang", "fr").output


def test_check_of_a_broken_site_names_line_and_cure(tmp_path: Path) -> None:
    text = Path(VILLAGE).read_text(encoding="utf-8").replace('hold = "60 s"', "hold = 60")
    broken = tmp_path / "broken.toml"
    broken.write_text(text, encoding="utf-8")
    line = text[: text.index("hold = 60")].count("\n") + 1
    result = run("check", str(broken), "--lang", "en")
    assert result.exit_code == 1
    assert f"{broken}:{line}:" in result.output
    found = json.loads(run("check", str(broken), "--json").output)
    assert found["valid"] is False
    assert found["findings"][0]["line"] == line
    assert found["findings"][0]["cure"]


@pytest.mark.parametrize("command", [["check"], ["sim"], ["why", "--lamp", "A", "--at", "x"]])
def test_a_missing_file_is_a_finding_not_a_traceback(command: list[str]) -> None:
    result = CliRunner().invoke(main, [command[0], "nowhere.toml", *command[1:]])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "nowhere.toml:1:1" in result.output


# ---- why


@pytest.mark.parametrize(
    ("lamp", "when", "french", "english"),
    [
        ("M05", "2026-11-24 02:10", "palier « 22:00 → 60 % »", 'switch point "22:00 → 60 %"'),
        ("M05", "2026-11-23 18:00", "avant le premier palier", "before the night's first"),
        ("C02", "2026-11-24 02:10", "coucher–01:00", "sunset–01:00"),
        ("M05", "2026-11-24 12:00", "pas de tension", "no mains"),
        ("H1", "2026-11-24 02:10", "coupé de 23:00 à 05:00", "cut from 23:00 to 05:00"),
        ("R03", "2026-07-24 02:10", "trame noire", "dark season"),
        ("S03", "2026-11-28 04:45", "04:30 → 100 %", "04:30 → 100 %"),
        ("S03", "2026-11-27 04:45", "minuit solaire → 40 %", "solar midnight → 40 %"),
    ],
)
def test_why_in_both_languages(lamp: str, when: str, french: str, english: str) -> None:
    for lang, expected in (("fr", french), ("en", english)):
        result = run("why", VILLAGE, "--lamp", lamp, "--at", when, "--lang", lang)
        assert result.exit_code == 0
        assert expected in result.output


def test_why_with_people_finds_a_passage_and_says_it() -> None:
    """Some instant of a night with people has a lamp raised by presence, own or neighbour's."""
    texts = [
        run("why", VILLAGE, "--lamp", "E08", "--at", f"2026-11-23 22:{minute:02}", "--seed", "1",
            "--lang", "en").output
        for minute in range(0, 60, 6)
    ]  # fmt: skip
    assert any("passage seen by" in text for text in texts)
    assert any("at 10 %" in text for text in texts)


def test_why_json_is_stable() -> None:
    answer = json.loads(
        run("why", VILLAGE, "--lamp", "E05", "--at", "2026-11-24T01:10:00Z", "--json").output
    )
    assert answer["level"] == 10
    assert answer["clock"] == "synced"
    assert [layer["layer"] for layer in answer["layers"]] == ["presence", "program"]
    assert answer["layers"][0]["why"] == "idle"


@pytest.mark.parametrize(
    "when", ["", "yesterday", "2026-13-01 00:00", "2026-03-29 02:10", "1950-01-01 00:00"]
)
def test_why_refuses_no_time(when: str) -> None:
    assert run("why", VILLAGE, "--lamp", "E05", "--at", when).exit_code == 2


def test_why_suggests_a_lamp() -> None:
    result = run("why", VILLAGE, "--lamp", "E5", "--at", "2026-11-24 02:10", "--lang", "en")
    assert result.exit_code == 2
    assert "E05" in result.output


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    result = run("why", VILLAGE, "--lamp", "M05", "--at", "2026-10-25 02:30", "--lang", "en")
    assert result.exit_code == 0
    assert "twice" in result.output
    assert "UTC+02:00" in result.output
    second = run("why", VILLAGE, "--lamp", "M05", "--at", "2026-10-25T02:30+01:00", "--lang", "en")
    assert "UTC+01:00" in second.output


# ---- trace


def test_trace_prints_the_documented_grammar() -> None:
    result = run("trace", VILLAGE, "--lamp", "E05", "--night", "2026-11-23", "--seed", "1")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert len(lines) > 10
    grammar = re.compile(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\d|[1-9]\d|100) \d+ "
        r"([a-z-]+:[a-z-]+(:\d+(\.(\d+|-))?)?) (unset|virtual|holdover|synced|-)"
    )
    assert all(grammar.fullmatch(line) for line in lines)
    assert lines == sorted(lines)


# ---- sim


def test_sim_writes_figures_and_prints_a_table(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "summary.json"
    result = run(
        "sim", VILLAGE, "--from", "2026-11-23", "--nights", "1", "--json", str(target),
        "--lang", "fr",
    )  # fmt: skip
    assert result.exit_code == 0
    assert "extinction nocturne" in result.output.lower()
    summary = json.loads(target.read_text(encoding="utf-8"))
    assert summary["lamps"] == 62
    assert summary["nights"] == 1
    assert summary["nodes"] == 58
    assert set(summary["strategies"]) == set(STRATEGIES)
    assert [path.name for path in target.parent.iterdir()] == ["summary.json"]


def test_sim_prints_json_alone_to_a_dash() -> None:
    result = run(
        "sim", VILLAGE, "--from", "2026-11-23", "--nights", "1", "--strategy", "site",
        "--json", "-",
    )  # fmt: skip
    assert json.loads(result.output)["faults"] == []


def test_sim_one_strategy_and_a_fault() -> None:
    result = run(
        "sim", VILLAGE, "--from", "2026-11-23", "--nights", "1", "--strategy", "site",
        "--fault", "E05:sensor-stuck@2026-11-23 22:00",
        "--fault", "M01:clock-wrong@2026-11-23 22:00:-2 h",
    )  # fmt: skip
    assert result.exit_code == 0
    assert any(name in result.output for name in NAMES["site"].values())


@pytest.mark.parametrize(
    "fault", ["E05", "E05:nonsense@2026-11-23 22:00", f"Z9:{FAULTS[0]}@2026-11-23 22:00",
              f"E05:{FAULTS[0]}@when", "E05:clock-wrong@2026-11-23 22:00:soon"],
)  # fmt: skip
def test_sim_refuses_a_fault_it_does_not_understand(fault: str) -> None:
    result = run("sim", VILLAGE, "--nights", "1", "--fault", fault)
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "fault", ["E05:mains-cut@2020-11-24 22:00:30 min", "E05:mains-cut@2026-11-23 22:00:-30 min",
              "M01:sensor-stuck@2026-11-23 22:00", "M01:photocell-dead@2026-11-23 22:00"],
)  # fmt: skip
def test_sim_refuses_a_fault_that_cannot_happen(fault: str) -> None:
    result = run("sim", VILLAGE, "--from", "2026-11-23", "--nights", "1", "--fault", fault)
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "when", ["0001-01-01 00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:00-14:00"]
)
def test_the_ends_of_time(when: str) -> None:
    assert run("why", VILLAGE, "--lamp", "E05", "--at", when).exit_code == 2


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    write_text(target, "before")

    def fail(*_: object) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ClickException, match="no room"):
        write_text(target, "half")
    assert target.read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("option", ["--json", "--report"])
def test_an_output_that_cannot_be_written_is_said_before_the_work(option: str) -> None:
    result = run("sim", VILLAGE, "--nights", "3000", option, "/proc/nowhere/x")
    assert result.exit_code == 1
    assert "cannot be written" in result.output


def test_sim_says_when_a_file_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    result = run(
        "sim", VILLAGE, "--from", "2026-11-23", "--nights", "1", "--strategy", "site",
        "--json", str(blocked / "x.json"),
    )  # fmt: skip
    assert result.exit_code == 1
    assert "cannot be written" in result.output


def test_help_of_every_command() -> None:
    assert run("--help").exit_code == 0
    for name in main.commands:
        result = run(name, "--help")
        assert result.exit_code == 0
        assert len(result.output) > 200
