"""`noctule sim`: strategies by name, faults on demand and what is said of them."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

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
                "M01, coupure de tension, 2026-11-23 23:00 : personne ne peut le savoir",
                "sont comparées sans les pannes", "Programmes du site", "  avec les pannes",
                "Fausses alarmes : 0. Et sans les pannes : 0."]),
        ("en", ["E05, lamp out, 2026-11-23 22:00: reported as \"lamp out\" after",
                "M01, mains cut, 2026-11-23 23:00: nobody can tell",
                "are compared without the faults", "Site's programs", "  with the faults",
                "False alarms: 0. And without the faults: 0."]),
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


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_output_that_is_read_or_written_twice_is_refused(tmp_path: Path, lang: str) -> None:
    site = tmp_path / "village.toml"
    site.write_text(Path(VILLAGE).read_text(encoding="utf-8"), encoding="utf-8")
    before = site.read_bytes()
    link = tmp_path / "link.toml"
    link.symlink_to(site)
    both = tmp_path / "r.html"
    twice = f"{tmp_path}/../{tmp_path.name}/r.html"
    for outputs in (
        ("--json", str(both), "--report", twice), ("--json", str(site)), ("--report", str(link)),
    ):  # fmt: skip
        args = ["sim", str(site), *NIGHT, "--strategies", "today", *outputs, "--lang", lang]
        result = CliRunner().invoke(main, args)
        assert result.exit_code == 2
        assert {"fr": "Rien n'a été changé", "en": "Nothing was changed"}[lang] in " ".join(
            result.output.split()
        )
        assert site.read_bytes() == before and not both.exists()


@pytest.mark.parametrize(
    ("args", "french", "english"),
    [
        (("--at", "2026-11-24 06:10"), "--report", "--report"),
        (("--complaint", "H1@2026-11-24 02:10"), "--report", "--report"),
        (("--at", "2026-11-28 06:10", "--report"), "nuits simulées", "simulated nights"),
        (("--complaint", "H1", "--report"), "POINT@HEURE", "LAMP@TIME"),
        (("--complaint", "Z9@2026-11-24 02:10", "--report"), "Z9", "Z9"),
    ],
)
def test_what_the_report_cannot_show_is_refused(
    tmp_path: Path, args: tuple[str, ...], french: str, english: str
) -> None:
    made = tmp_path / "r.html"
    for lang, said in (("fr", french), ("en", english)):
        more = (str(made),) if args[-1] == "--report" else ()
        result = run(*NIGHT, "--strategies", "today", *args, *more, "--lang", lang)
        assert result.exit_code == 2 and said in " ".join(result.output.split())
        assert not made.exists()


def test_the_report_and_the_command_tell_the_same_minutes(tmp_path: Path) -> None:
    made = tmp_path / "r.html"
    result = run(
        *NIGHT, "--strategies", "site", "--lang", "en", "--report", str(made),
        "--fault", "E05:lamp-out@2026-11-23 22:00", "--fault", "M01:lamp-out@2026-11-23 21:00",
        "--at", "2026-11-24 06:10", "--complaint", "H1@2026-11-24 02:10",
    )  # fmt: skip
    told = re.findall(r'"lamp out" after (.*) \((.*)\)', result.output)
    assert len(told) == 2
    text = made.read_text(encoding="utf-8").replace("\u00a0", " ")
    for delay, when in told:
        at = dt.datetime.fromisoformat(when)
        assert f"on {at.day} Nov, {at:%H:%M}, after {delay}" in text
    assert "Tuesday 24 November 2026, 06:10, as simulated" in text
    assert "--lamp H1 --at &#34;2026-11-24 02:10&#34;" in text
