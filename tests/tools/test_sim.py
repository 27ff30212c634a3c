"""`noctule sim`: strategies by name, faults on demand and what is said of them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from sim.engine import FAULTS
from sim.health import WORDS
from sim.strategies import NAMES, STRATEGIES
from tools.cli import main

VILLAGE = "sim/demo/village.toml"
NIGHT = ("--from", "2026-11-23", "--nights", "1")


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["sim", VILLAGE, *args], catch_exceptions=False)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_strategies_are_listed_in_their_own_order(lang: str) -> None:
    result = run(*NIGHT, "--strategies", "relight, always_on,today", "--lang", lang)
    assert result.exit_code == 0
    names = [NAMES[name][lang] for name in ("today", "always_on", "relight")]
    at = [result.output.index("\n" + name) for name in names]
    assert at == sorted(at)
    assert NAMES["presence"][lang] not in result.output


def test_both_ways_to_name_strategies_add_up() -> None:
    result = run(*NIGHT, "--strategies", "today", "--strategy", "switch_off", "--json", "-")
    assert set(json.loads(result.output)["strategies"]) == {"today", "switch_off"}


@pytest.mark.parametrize("listed", ["", ",", "today,nonsense", "presense"])
def test_an_unknown_strategy_is_refused(listed: str) -> None:
    for lang in ("fr", "en"):
        result = run(*NIGHT, "--strategies", listed, "--lang", lang)
        assert result.exit_code == 2
        assert all(name in result.output for name in STRATEGIES)


@pytest.mark.parametrize(
    ("fault", "french", "english"),
    [
        ("E05:nonsense@2026-11-23 22:00", "écrivez", "write it as"),
        ("E05:mains-cut@2026-11-23 22:00:soon", "durée", "duration"),
        ("E05:lamp-out@2026-11-28 22:00", "nuits simulées", "simulated nights"),
        ("M01:photocell-stuck@2026-11-23 22:00", "M01 n'en a pas", "M01 has none"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_in_both_languages(
    fault: str, french: str, english: str
) -> None:
    for lang, said in (("fr", french), ("en", english)):
        result = run(*NIGHT, "--fault", fault, "--lang", lang)
        assert result.exit_code == 2
        assert said in " ".join(result.output.split())


def test_a_fault_without_its_strategy_is_refused() -> None:
    fault = ("--fault", "E05:lamp-out@2026-11-23 22:00")
    assert run(*NIGHT, "--strategies", "today", *fault).exit_code == 2


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", ["E05, lampe en panne, 2026-11-23 22:00 : signalé par « lampe en panne »",
                "M01, coupure de tension, 2026-11-23 23:00 : non signalé",
                "Fausses alarmes : 0."]),
        ("en", ["E05, lamp out, 2026-11-23 22:00: reported as \"lamp out\" after",
                "M01, mains cut, 2026-11-23 23:00: not reported", "False alarms: 0."]),
    ],
)  # fmt: skip
def test_what_failed_and_what_was_reported(lang: str, said: list[str]) -> None:
    result = run(
        *NIGHT, "--strategies", "site", "--lang", lang,
        "--fault", "E05:lamp-out@2026-11-23 22:00",
        "--fault", "M01:mains-cut@2026-11-23 23:00:10 min",
    )  # fmt: skip
    assert result.exit_code == 0
    for text in said:
        assert text in result.output


def test_every_kind_of_fault_is_told_by_the_help() -> None:
    text = "".join(CliRunner().invoke(main, ["sim", "--help"]).output.split())
    for kind in FAULTS:
        assert kind in text
        assert kind in WORDS
