"""`noctule diff`: what is said of two site files, and that its figures are the engine's."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sim.compare import changes, compare
from sim.compare import text as in_words
from sim.engine import DAY_MS, NightWorld, Run
from sim.site import Site, load_site
from sim.site.compile import known_time
from sim.summary import simulate
from tests.sim.sites import lamp, site, street
from tools.diff import diff

VILLAGE = Path("sim/demo/village.toml")
FIRST = "2026-11-23"  # a Monday


def night(text: str) -> int:
    return (dt.date.fromisoformat(text) - dt.date(2000, 1, 1)).days


def run(old: Path, new: Path, *args: str) -> Result:
    return CliRunner().invoke(
        diff, [str(old), str(new), "--from", FIRST, *args], catch_exceptions=False
    )


@pytest.fixture(scope="module")
def village() -> Site:
    return load_site(VILLAGE)


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The village with another estate, and a market on Wednesdays too."""
    text = VILLAGE.read_text(encoding="utf-8")
    text = text.replace('{ at = "21:30", level = 10', '{ at = "22:00", level = 20', 1)
    text = text.replace('weekdays = ["saturday"]', 'weekdays = ["wednesday", "saturday"]', 1)
    path = tmp_path / "new.toml"
    path.write_text(text, encoding="utf-8")
    return path


# ---- the command


def test_the_same_file_twice() -> None:
    for lang, expected in (("fr", "disent la même chose"), ("en", "say the same")):
        result = run(VILLAGE, VILLAGE, "--nights", "3", "--lang", lang)
        assert result.exit_code == 0
        assert expected in result.output
    answer = json.loads(run(VILLAGE, VILLAGE, "--nights", "3", "--json").output)
    assert answer["same"] is True and answer["changes"] == [] and answer["differences"] == []


def test_what_changed_where_when_and_how_much(changed: Path) -> None:
    result = run(VILLAGE, changed, "--nights", "28", "--lang", "fr")
    assert result.exit_code == 1
    assert "programme « Lotissement » (estate) : paliers sans 21:30 → 10 %" in result.output
    assert "plus 22:00 → 20 %" in result.output
    assert "chaque mardi" in result.output
    result = run(VILLAGE, changed, "--nights", "28", "--lang", "en")
    assert 'program "Estate" (estate): switch points without 21:30 → 10 %' in result.output
    assert re.search(r"other light: every Tuesday \(4 nights\)", result.output)
    assert "Lotissement des Noyers, E01 to E16 (16): program" in result.output


def test_the_json_has_the_documented_keys(changed: Path) -> None:
    answer = json.loads(run(VILLAGE, changed, "--nights", "28", "--json").output)
    assert set(answer) == {
        "format", "old", "new", "same", "same_place", "from", "nights", "seed", "lamps",
        "luminaires", "changes", "differences", "total",
    }  # fmt: skip
    assert answer["format"] == 1 and answer["from"] == FIRST and answer["seed"] is None
    assert set(answer["changes"][0]) == {"what", "ids", "change", "fields", "text"}
    assert ["estate"] in [change["ids"] for change in answer["changes"]]
    by_street = {group["street"]: group for group in answer["differences"]}
    assert set(by_street) == {"estate", "square"}
    square = by_street["square"]
    assert set(square) == {
        "street", "old", "new", "lamps", "light_nights", "energy_nights", "light_h", "energy_kwh",
        "cost_eur", "price_alone",
    }  # fmt: skip
    assert square["old"] == {"calendar": "square"}
    assert square["lamps"] == [f"S0{n}" for n in range(1, 9)]
    assert square["light_nights"]["count"] == 4
    assert square["light_nights"]["ranges"] == [
        {"from": FIRST, "to": "2026-12-20", "weekdays": ["tuesday"]}
    ]
    kwh = square["energy_kwh"]
    assert kwh["difference"] == pytest.approx(kwh["new"] - kwh["old"], abs=0.002)
    assert kwh["difference"] > 0 and square["light_h"]["percent"] > 0
    parts = sum(group["energy_kwh"]["difference"] for group in answer["differences"])
    assert answer["total"]["energy_kwh"]["difference"] == pytest.approx(parts, abs=0.005)


def test_with_people(changed: Path) -> None:
    args = ("--nights", "2", "--seed", "1", "--json")
    answer = json.loads(run(VILLAGE, changed, *args).output)
    assert answer["seed"] == 1
    assert {group["street"] for group in answer["differences"]} == {"estate", "square"}
    assert json.loads(run(VILLAGE, changed, *args).output) == answer


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_bad_files_and_bad_usage(tmp_path: Path, lang: str) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[site]\nname = 3\n", encoding="utf-8")
    for old, new in ((VILLAGE, broken), (broken, VILLAGE), (VILLAGE, tmp_path / "none.toml")):
        result = run(old, new, "--lang", lang)
        assert result.exit_code == 1
        assert ".toml:" in result.output and "Traceback" not in result.output
    assert run(VILLAGE, VILLAGE, "--nights", "0").exit_code == 2
    late = CliRunner().invoke(diff, [str(VILLAGE), str(VILLAGE), "--from", "2099-12-01"])
    assert late.exit_code == 2


# ---- what is written


def told(old: Site, new: Site, lang: Any = "fr", nights: int = 1) -> str:
    return in_words(compare(old, new, night(FIRST), nights), lang)


def test_luminaires_that_come_and_go() -> None:
    old = site(luminaires=[lamp("A", 50), lamp("B", 100)])
    new = site(luminaires=[lamp("B", 100), lamp("C", 150, count=3)])
    fr, en = told(old, new), told(old, new, "en")
    assert "- points lumineux A (1)" in fr and "+ points lumineux C (3)" in fr
    assert "- luminaires A (1)" in en and "+ luminaires C (3)" in en
    assert "A (1) : supprimé, programme « p »" in fr and "C (3): new" in en
    assert "En tout (2 ⇒ 4 points lumineux)" in fr
    found = compare(old, new, night(FIRST), 1)
    gone, come = found.groups
    assert gone.sums.light_h[1] == 0 and come.sums.light_h[0] == 0
    assert come.sums.light_h[1] == pytest.approx(3 * gone.sums.light_h[0], rel=1e-6)


def test_words_without_light() -> None:
    new = site(programs={"p": {"name": "Nuit", "order": "arrêté n° 3"}})
    text = told(site(), new)
    assert "décision rien ⇒ arrêté n° 3" in text
    assert "ni la lumière ni l'énergie ne changent" in text
    assert not compare(site(), new, night(FIRST), 1).same


def test_another_place() -> None:
    other = {"name": "U", "latitude": 43.3, "longitude": 5.4, "timezone": "Europe/Paris"}
    new = site(site=other, luminaires=[lamp("Z")])
    fr, en = told(site(), new), told(site(), new, "en")
    assert "Ce ne sont pas les mêmes lieux" in fr and "aucun point lumineux en commun" in fr
    assert "not the same place" in en and "share no luminaire" in en


def test_gear_that_changes_energy_and_not_light() -> None:
    new = site(drivers={"d": {"power_w": 30.0}})
    found = compare(site(), new, night(FIRST), 3)
    assert found.groups[0].light_nights == ()
    assert len(found.groups[0].energy_nights) == 3
    assert "autre énergie : toutes les nuits (3 nuits)" in in_words(found, "fr")
    assert "comme avant" in in_words(found, "fr")


def test_a_price_changes_the_cost_alone() -> None:
    old = site()
    new = old.model_copy(
        update={"energy": old.energy.model_copy(update={"price_eur_per_kwh": 0.4})}
    )
    found = compare(old, new, night(FIRST), 2)
    assert found.groups == [] and not found.same
    assert found.total.cost_eur[1] == pytest.approx(2 * found.total.cost_eur[0])
    fr, en = in_words(found, "fr"), in_words(found, "en")
    assert "ni la lumière ni l'énergie ne changent" in fr
    assert re.search(
        r"coût [0-9],\d\d ⇒ .* ; [+]100,0 %\), par le seul prix du kWh \(0,2 ⇒ 0,4 ", fr
    )
    assert "by the price of a kWh alone (0.2 ⇒ 0.4 EUR)" in en
    assert found.to_json("en")["total"]["price_alone"] is True


def test_a_price_and_a_lamp_change_the_cost_together() -> None:
    energy = site().energy.model_copy(update={"price_eur_per_kwh": 0.4})
    lamps = [lamp("A", 50), lamp("B", 100, driver="e")]
    drivers = {"d": {"power_w": 43.0}, "e": {"power_w": 20.0}}
    old = site(luminaires=lamps, drivers=drivers)
    new = site(luminaires=lamps, drivers={**drivers, "e": {"power_w": 30.0}})
    found = compare(old, new.model_copy(update={"energy": energy}), night(FIRST), 2)
    assert "seul prix" not in in_words(found, "fr")
    assert found.to_json("fr")["total"]["price_alone"] is False


def test_nothing_is_as_before_beside_what_follows_from_its_change() -> None:
    old = site()
    for watts in (43.001, 43.005, 43.01, 43.1, 44.0):
        found = compare(old, site(drivers={"d": {"power_w": watts}}), night(FIRST), 1)
        energy, cost = in_words(found, "fr").splitlines()[-2:]
        if "comme avant" in energy:
            assert "comme avant" in cost
        else:
            assert "comme avant" not in cost
            assert "⇒" in cost or "à moins d'un centime près" in cost


def test_every_table_is_compared(village: Site) -> None:
    """Whatever is taken out of the village, it is said."""
    empty = {
        name: type(getattr(village, name))()
        for name in (
            "calendars",
            "ceilings",
            "contactors",
            "events",
            "calls",
            "scenes",
            "relights",
        )
    }
    new = village.model_copy(update=empty)
    removed = {change.what for change in changes(village, new) if change.kind == "removed"}
    assert removed == {
        "calendar", "ceiling", "contactor", "event", "call", "scene", "relight",
    }  # fmt: skip
    assert {c.kind for c in changes(new, village)} == {"added"}
    assert changes(village, village) == []


# ---- the nights


def quiet(made: Site, first: int, nights: int) -> Run:
    """The whole site, each luminaire by itself, nobody passing."""
    times = known_time(made)
    run = Run(made, 0, first, twins=False)
    for n in range(first, first + nights):
        start, end = (n * DAY_MS + f(n) * 1000 for f in (times.start, times.end))
        nobody: list[list[tuple[int, int, int]]] = [[] for _ in made.luminaires]
        run.night(NightWorld(n, start, end, start, end, [], nobody))
    return run


def test_the_figures_are_those_of_every_luminaire_run_by_itself(
    village: Site, changed: Path
) -> None:
    first, nights = night("2026-11-24"), 3  # with works, a fire call and a relighting
    new = load_site(changed)
    found = compare(village, new, first, nights)
    for side, made in enumerate((village, new)):
        lamps = quiet(made, first, nights).lamps
        kwh = sum(one.energy_j for one in lamps) / 3.6e6
        light = sum(
            x.count * sum(level * ms for level, ms in enumerate(one.level_ms)) / 3.6e8
            for x, one in zip(made.luminaires, lamps, strict=True)
        )
        assert found.total.energy_kwh[side] == pytest.approx(kwh, rel=1e-9)
        assert found.total.light_h[side] == pytest.approx(light, rel=1e-9)


def test_with_people_a_site_without_sensors_uses_what_sim_says() -> None:
    old = site(streets=[street([{"kind": "walker", "per_hour": 3}])])
    new = old.model_copy(update={"strategies": old.strategies})
    found = compare(old, new, night(FIRST), 2, 4)
    summary = simulate(old, night(FIRST), 2, 4, ["site"])
    kwh = summary["strategies"]["site"]["energy_kwh"]
    assert found.total.energy_kwh == pytest.approx((kwh, kwh), abs=0.001)


def in_village(tmp_path: Path, before: str, after: str) -> Site:
    text = VILLAGE.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "new.toml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return load_site(path)


def test_a_ceiling_changes_no_night_that_is_dark_in_both(village: Site, tmp_path: Path) -> None:
    new = in_village(tmp_path, "\nlevel = 30\n", "\nlevel = 20\n")
    first = night("2027-03-20")
    (group,) = compare(village, new, first, 30).groups
    assert group.light_nights == tuple(range(first, night("2027-04-01")))
    assert group.light_nights == group.energy_nights


def test_a_season_that_ends_a_day_earlier_changes_one_night(village: Site, tmp_path: Path) -> None:
    new = in_village(tmp_path, 'to = "10-31"', 'to = "10-30"')
    (group,) = compare(village, new, night("2027-10-25"), 14).groups
    assert group.light_nights == group.energy_nights == (night("2027-10-31"),)


@pytest.mark.parametrize("ramp", ["0 s", "9 min"])
def test_how_the_last_level_came_is_of_its_night_alone(ramp: str) -> None:
    def made(at: str) -> Site:
        points = [{"at": "22:00", "level": 40}, {"at": at, "level": 100, "ramp": ramp}]
        calendar = {"default": "q", "rules": [{"program": "p", "dates": ["2026-11-25"]}]}
        plain = {"points": [{"at": "12:00", "level": 100}]}
        programs = {
            "p": {"active": "always", "points": points},
            "q": {**plain, "active": "always"},
        }
        lamps = [lamp(calendar="c")]
        del lamps[0]["program"]
        return site(programs=programs, calendars={"c": calendar}, luminaires=lamps)

    (group,) = compare(made("04:00"), made("05:00"), night(FIRST), 7).groups
    assert group.light_nights == (night("2026-11-25"),)


def test_an_event_is_found_on_its_nights_alone() -> None:
    event = {"id": "x", "from": "2026-11-30", "to": "2026-12-04", "level": 20,
             "hours": {"from": "21:00", "to": "06:00"}, "streets": ["s"]}  # fmt: skip
    found = compare(site(), site(events=[event]), night(FIRST), 30)
    (group,) = found.groups
    assert group.light_nights == tuple(range(night("2026-11-30"), night("2026-12-05")))
    assert "du 30 novembre au 4 décembre 2026 (5 nuits)" in in_words(found, "fr")
    assert group.sums.saved_kwh > 0


def test_an_override_that_reaches_into_the_first_night() -> None:
    call = {"id": "x", "kind": "override", "level": 0, "at": "2026-11-21T18:00:00",
            "duration": "56 h", "luminaires": ["L"]}  # fmt: skip
    found = compare(site(), site(calls=[call]), night(FIRST), 3)
    assert found.groups[0].light_nights == (night(FIRST),)


def test_many_groups_are_shown_by_what_they_change() -> None:
    def many(level: int) -> Site:
        programs = {f"p{i}": {"points": [{"at": "12:00", "level": 40 + (i + 1) * level}]}
                    for i in range(25)}  # fmt: skip
        lamps = [lamp(f"L{i}", 5 + i * 7, program=f"p{i}") for i in range(25)]
        return site(programs=programs, luminaires=lamps)

    found = compare(many(0), many(2), night(FIRST), 2)
    assert len(found.groups) == 25
    text = in_words(found, "en")
    assert "and 5 more groups" in text
    assert "L24" in text and "L0 (1)" not in text
    assert len(found.to_json("en")["differences"]) == 25
