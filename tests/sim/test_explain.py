"""The answer to the mayor's call: each layer's word in both languages, what is replayed, and that
the answer is what the simulator's lamps do."""

from __future__ import annotations

import datetime as dt
import inspect
import random
import re
import string
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from sim import compare, explain, wording
from sim.engine import DAY_MS, Fault, NightWorld, Run, World
from sim.explain import Answer, explain_street
from sim.explain import explain as why
from sim.runtimes import timeline
from sim.site import Site, load_site, model, values
from sim.site.compile import known_time, night_of
from sim.wording import FIELDS, LANGUAGES, PHRASES, Stretch, Words, stretches
from tests.sim.sites import lamp, site, street, switched

VILLAGE = "sim/demo/village.toml"
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
CUT = {
    "active": [{"from": "sunset", "to": "23:00"}, {"from": "05:00", "to": "sunrise"}],
    "order": "arrêté n° 2026-41",
}
DIM = {"points": [{"at": "22:00", "level": 60}, {"at": "05:30", "level": 100}]}


def at(text: str) -> int:
    """ms since 2000 of a local time in France."""
    return Words(site(), "en").instant(dt.datetime.fromisoformat(text))


def night(text: str) -> int:
    return (dt.date.fromisoformat(text) - dt.date(2000, 1, 1)).days


def both(made: Site, when: str, *args: Any, id: str = "L") -> tuple[Answer, Answer]:
    """The answer in French and in English."""
    fr, en = (why(made, id, at(when), lang, *args) for lang in LANGUAGES)
    assert (fr.level, fr.until, fr.clock) == (en.level, en.until, en.clock)
    return fr, en


@pytest.fixture(scope="module")
def village() -> Site:
    return load_site(Path(VILLAGE))


# ---- the catalogue


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_phrase_and_every_key_exists_in_both_languages() -> None:
    for key, phrase in PHRASES.items():
        assert len(phrase) == len(LANGUAGES) and all(text.strip() for text in phrase), key
        assert gaps(phrase[0]) == gaps(phrase[1]), key
    for key, names in (*FIELDS.items(), *compare.KINDS.items()):
        assert len(names) == len(LANGUAGES) and all(names), key


def test_every_phrase_is_said_and_everything_said_is_a_phrase() -> None:
    modules = (wording, explain, compare)
    source = "".join(inspect.getsource(module) for module in modules).split("FIELDS:")[1]
    source += Path("tools/why.py").read_text(encoding="utf-8")
    said = set(re.findall(r'"([a-z][a-z_-]*(?:[.][a-z_-]+)*)"', source))
    said |= {f"why.{name}" for name in timeline.WHY[1:]}
    said |= {f"layer.{name}" for name in timeline.LAYERS}
    said |= {f"event.{name}" for name in values.SOLAR_EVENTS}
    said |= {f"clock.{name}" for name in (*timeline.QUALITY, "off")}
    said |= {f"diff.{name}" for name in ("added", "removed")}
    said |= {f"diff.{name}{end}" for name in ("light_h", "energy_kwh", "cost_eur")
             for end in ("", ".same")}  # fmt: skip
    counted = ("nights", "poles", "nights.more", "lamps.more", "diff.more", "passages.before")
    said |= {f"{name}.{form}" for name in counted for form in ("one", "other")}
    said -= {"diff.more"}
    said |= {f"operation.{name.lower()}" for name in explain._OPERATIONS.values()}
    said |= {f"holiday.{name}" for name in values.PUBLIC_HOLIDAYS}
    said |= {f"school.{name}" for name in values.SCHOOL_HOLIDAYS}
    for key in PHRASES:
        assert key in said or key.removesuffix("-on") in said, key
    stems = ("why.", "say.", "part.", "diff.", "layer.", "clock.", "rule.", "event.")
    for key in said:
        assert key in PHRASES or not key.startswith(stems), key


def test_every_field_of_a_site_file_has_a_name() -> None:
    models = [x for _, x in inspect.getmembers(model, inspect.isclass) if issubclass(x, BaseModel)]
    fields = {
        name.rstrip("_")
        for one in models
        if one is not model.Site and one is not model.Names
        for name in one.model_fields
    }
    assert fields <= set(FIELDS)
    assert {name for name in FIELDS if name not in fields} == set()


# ---- each word


def test_cut_by_its_program_and_its_order_as_a_mayor_hears_it() -> None:
    fr, en = both(site(programs={"p": CUT}), "2027-01-12T02:10")
    assert fr.sentence == (
        "mardi 12 janvier 2027 à 02:10 : L, S, éteint. Pourquoi : coupé de 23:00 à 05:00 par le "
        "programme « p », selon arrêté n° 2026-41. Sans passage ni forçage, jusqu'à 05:00."
    )
    assert en.sentence == (
        "Tuesday 12 January 2027, 02:10: L, S, off. Why: cut from 23:00 to 05:00 by the program "
        '"p", as decided by arrêté n° 2026-41. With no passage and no override, until 05:00.'
    )
    assert fr.order == "arrêté n° 2026-41"
    assert fr.until == at("2027-01-12T05:00")


def test_by_day_it_is_outside_the_periods_and_not_cut() -> None:
    fr, en = both(site(programs={"p": CUT}), "2027-01-12T14:00")
    assert (
        "hors des périodes actives du programme « p » (coucher–23:00, 05:00–lever)" in fr.sentence
    )
    assert "outside the active periods" in en.sentence


def test_cut_by_the_cabinet() -> None:
    cabinets = switched(("sunset", "23:00"), ("05:00", "sunrise"))
    cabinets[0]["circuits"][0]["order"] = "arrêté n° 7"
    made = site(cabinets=cabinets)
    fr, en = both(made, "2027-01-12T02:10")
    assert "pas de tension, coupée de 23:00 à 05:00 par l'horloge de l'armoire (A, départ c)" in (
        fr.sentence
    )
    assert "no mains, cut from 23:00 to 05:00" in en.sentence
    assert "as decided by arrêté n° 7" in en.sentence
    assert fr.clock == "off" and fr.layers == ()
    day = both(made, "2027-01-12T14:00")[1]
    assert "mains sunset–23:00, 05:00–sunrise" in day.sentence


RELIGHT = {"hours": {"from": "23:00", "to": "05:00"}, "name": {"fr": "Hameau", "en": "Hamlet"}}


def on_demand(**more: Any) -> Site:
    calls = [{"id": "x", "kind": "relight", "at": "2026-11-25T01:00:00", "relight": "z"}]
    return site(
        programs={"p": CUT}, relights={"z": RELIGHT}, calls=calls,
        luminaires=[lamp(relight="z")], **more,
    )  # fmt: skip


def test_relight_on_demand_says_who_may_ask_and_until_when() -> None:
    made = on_demand()
    fr, en = both(made, "2026-11-25T01:03")
    assert fr.level == 100
    assert "par un habitant (Hameau), demandé à 01:00, jusqu'à 01:06" in fr.sentence
    assert "by a resident (Hamlet), asked at 01:00, until 01:06" in en.sentence
    assert fr.layers[0].why == "request" and fr.last_request == at("2026-11-25T01:00")
    before, after = both(made, "2026-11-25T00:59")[1], both(made, "2026-11-25T01:07")[1]
    assert (
        "Residents (Hamlet) may ask for light from 23:00 to 05:00, for 6 min." in before.sentence
    )
    assert before.last_request is None and before.until == at("2026-11-25T01:00")
    assert after.level == 0 and "Light was last asked for at 01:00." in after.sentence
    evening = both(made, "2026-11-25T20:00")[1]
    assert "may ask" not in evening.sentence and evening.last_request is None


def test_a_request_outside_the_hours_is_none() -> None:
    made = on_demand()
    calls = [made.calls[0].model_copy(update={"at": dt.datetime(2026, 11, 24, 22, 30)})]
    made = made.model_copy(update={"calls": tuple(calls)})
    assert both(made, "2026-11-24T22:40")[0].last_request is None


EVENT = {
    "id": "works", "name": {"fr": "Travaux", "en": "Works"}, "order": "arrêté n° 118",
    "from": "2026-11-30", "to": "2026-12-04", "hours": {"from": "21:00", "to": "06:00"},
}  # fmt: skip


def test_an_event_cites_its_order_and_its_nights() -> None:
    made = site(programs={"p": DIM}, events=[{**EVENT, "level": 100, "streets": ["s"]}])
    fr, en = both(made, "2026-12-02T02:10")
    assert "« Travaux », de 21:00 à 06:00, du 30 novembre au 4 décembre 2026" in fr.sentence
    assert "selon arrêté n° 118" in fr.sentence
    assert '"Works", 21:00 to 06:00, 30 November to 4 December 2026' in en.sentence
    assert en.order == "arrêté n° 118" and en.level == 100
    assert [layer.name for layer in en.layers] == ["override", "program"]


def test_an_event_by_program_and_by_scene() -> None:
    programs = {"p": DIM, "feast": {"points": [{"at": "12:00", "level": 80}]}}
    made = site(programs=programs, events=[{**EVENT, "program": "feast", "groups": ["g"]}],
                luminaires=[lamp(groups=["g"])])  # fmt: skip
    fr, en = both(made, "2026-12-02T02:10")
    assert fr.level == 80 and "programme « feast » pour « Travaux »" in fr.sentence
    made = site(programs=programs, events=[{**EVENT, "scene": "sc"}], luminaires=[
        lamp(groups=["g"])], scenes={"sc": {"levels": {"g": 35}, "name": "Noël"}})  # fmt: skip
    fr, en = both(made, "2026-12-02T02:10")
    assert fr.level == 35 and "scène « Noël » pour « Travaux »" in fr.sentence
    assert 'scene "Noël" for "Works"' in en.sentence


def corridor(**more: Any) -> Site:
    ceiling = {"level": 30, "from": "04-01", "to": "10-31", "order": "arrêté n° 7"}
    return site(programs={"p": DIM}, ceilings={"river": ceiling},
                luminaires=[lamp(ceiling="river")], **more)  # fmt: skip


def test_a_ceiling_caps_and_cites() -> None:
    fr, en = both(corridor(), "2026-07-14T23:30")
    assert fr.level == 30
    assert "trame noire « river » : pas plus de 30 %, du 1er avril au 31 octobre" in fr.sentence
    assert "1 April to 31 October, as decided by arrêté n° 7" in en.sentence


def test_all_on_is_above_the_ceiling_and_ends() -> None:
    calls = [{"id": "fire", "kind": "all-on", "at": "2026-07-14T23:00:00", "streets": ["s"]}]
    fr, en = both(corridor(calls=calls), "2026-07-14T23:15")
    assert fr.level == 100 and fr.until == at("2026-07-14T23:30")
    assert "tout allumé, demandé à 23:00 (« fire »), jusqu'à 23:30" in fr.sentence
    assert [layer.name for layer in en.layers] == ["all-on", "ceiling", "program"]
    assert both(corridor(calls=calls), "2026-07-14T23:31")[0].level == 30


@pytest.mark.parametrize("made", ["permanent", "switched"])
def test_what_was_asked_for_before_noon_or_days_ago_still_counts(made: str) -> None:
    call = {"id": "c", "kind": "override", "level": 40, "at": "2026-11-20T18:00:00",
            "duration": "240 h", "luminaires": ["L"], "name": "Essai"}  # fmt: skip
    late = {"id": "d", "kind": "all-on", "at": "2026-11-24T11:30:00", "duration": "12 h",
            "luminaires": ["L"]}  # fmt: skip
    more = {"cabinets": switched(("12:00", "11:59"))} if made == "switched" else {}
    fr, en = both(site(calls=[call, late], **more), "2026-11-24T23:45")
    assert fr.level == 40
    assert (
        "demandé le 20 novembre 2026 à 18:00 (« Essai »), jusqu'au 30 novembre 2026 à 18:00"
        in (fr.sentence)
    )
    assert "asked on 20 November 2026 at 18:00" in en.sentence
    if made == "permanent":
        during = both(site(calls=[call, late]), "2026-11-24T23:15")[0]
        assert during.level == 100 and during.layers[0].why == "all-lit"


def sodium(**more: Any) -> Site:
    driver = {"power_w": 83, "minimum_level": 100, "warm_up": "4 min", "minimum_on": "10 min",
              "minimum_off": "3 min"}  # fmt: skip
    call = {"id": "c", "kind": "override", "level": 100, "at": "2026-11-25T01:00:00",
            "duration": "4 min", "luminaires": ["L"]}  # fmt: skip
    again = {**call, "id": "d", "at": "2026-11-25T01:11:00"}
    return site(programs={"p": CUT}, drivers={"d": driver}, calls=[call, again], **more)


def test_gear_that_is_not_switched_often_says_so_with_the_time_left() -> None:
    fr, en = both(sodium(), "2026-11-25T01:06")
    assert fr.level == 100 and fr.asked == 0
    assert (
        "Pourquoi : allumé depuis peu : l'appareillage le reste au moins 10 min, jusqu'à 01:10 ; "
        "demandé : 0 % (coupé de 23:00 à 05:00" in fr.sentence
    )
    assert fr.until == at("2026-11-25T01:10")
    fr, en = both(sodium(), "2026-11-25T01:11:30")
    assert en.level == 0 and en.asked == 100
    assert "the gear stays off for at least 3 min, until 01:13" in en.sentence
    assert en.until == at("2026-11-25T01:13")


def test_a_lamp_that_warms_up_says_so_and_gives_what_it_gives() -> None:
    fr, en = both(sodium(), "2026-11-25T01:02")
    assert "50 % pour l'instant, pleine lumière à 01:04" in fr.sentence
    assert "50 % for now, full light at 01:04" in en.sentence
    assert (fr.level, fr.light) == (100, 50) and en.to_json()["light"] == 50
    assert both(sodium(), "2026-11-25T01:00:00")[0].light == 0
    assert both(sodium(), "2026-11-25T01:04:30")[0].light == 100


def test_the_output_that_the_light_takes() -> None:
    driver = {"power_w": 43, "virtual_output": 80, "clo": [[0, 90], [50000, 100]]}
    fr, en = both(site(drivers={"d": driver}), "2026-11-25T01:00")
    assert fr.level == 100 and fr.output == 72
    assert "72 % de son flux (flux virtuel 80 %, flux constant à 0 h" in fr.sentence
    assert "72 % of its output" in en.sentence


def test_a_minimum_level_is_the_gears() -> None:
    driver = {"power_w": 43, "minimum_level": 25}
    program = {"points": [{"at": "12:00", "level": 10}]}
    fr, en = both(site(drivers={"d": driver}, programs={"p": program}), "2026-11-25T01:00")
    assert (fr.level, fr.asked) == (25, 10)
    assert "ne descend pas sous 25 %" in fr.sentence and "does not go below 25 %" in en.sentence


# ---- until when, unless what


def end(answer: Answer) -> str:
    """The last sentence."""
    return re.split(r"[.] (?=[A-Z])", answer.sentence)[-1]


def test_on_a_circuit_without_mains_neither_passage_nor_override_helps() -> None:
    fr, en = both(site(cabinets=switched(("sunset", "23:00"))), "2027-01-12T02:10")
    assert end(fr).startswith("Cela dure jusqu'à 17:")
    assert end(en).startswith("This lasts until 17:")


def test_in_an_event_or_an_override_passages_change_nothing() -> None:
    made = site(programs={"p": DIM}, events=[{**EVENT, "level": 20, "streets": ["s"]}])
    before, during = both(made, "2026-11-30T20:30"), both(made, "2026-12-02T02:10")
    assert end(before[0]) == "Cela dure jusqu'à 21:00 au plus : alors commence « Travaux »."
    assert end(before[1]) == 'This lasts until 21:00 at most, when "Works" begins.'
    assert end(during[0]) == "Sauf autre demande, jusqu'à 06:00."
    assert end(during[1]) == "Unless something else is asked for, until 06:00."


def test_before_and_during_a_call() -> None:
    call = {"id": "c", "kind": "override", "level": 40, "at": "2026-11-24T23:00:00",
            "duration": "2 h", "luminaires": ["L"], "name": "Essai {x}"}  # fmt: skip
    made = site(calls=[call])
    fr, en = both(made, "2026-11-24T22:30")
    assert end(fr) == "Cela dure jusqu'à 23:00 au plus : alors commence « Essai {x} »."
    assert end(en) == 'This lasts until 23:00 at most, when "Essai {x}" begins.'
    fr, en = both(made, "2026-11-24T23:30")
    assert fr.sentence.count("01:00") == 1  # its word has said so
    assert "Sans" not in fr.sentence and "With no" not in en.sentence
    after = both(made, "2026-11-25T01:30")[0]
    assert end(after).startswith("Sans passage ni forçage, jusqu'à 07:")


def test_a_stuck_sensor_holds_the_light_and_says_so() -> None:
    program = {"points": [{"at": "12:00", "level": 10}], "presence": PRESENCE}
    made = site(programs={"p": program}, sensors={"pir": {"range_m": 8}},
                luminaires=[lamp(sensor="pir")])  # fmt: skip
    broken = [fault("sensor-stuck", "2026-11-24T22:00")]
    fr, en = both(made, "2026-11-25T02:15", None, broken)
    assert "son détecteur est bloqué, signalé depuis le 24 novembre 2026 à 23:" in fr.sentence
    assert "its own sensor is stuck, reported since 24 November 2026 at 23:" in en.sentence
    assert end(fr).startswith("Sans réparation ni forçage, jusqu'à 07:")
    assert end(en).startswith("With no repair and no override, until 07:")
    assert "Signalé" not in fr.sentence and [name for name, _ in fr.faults] == ["sensor-stuck"]
    unknown = both(made, "2026-11-24T22:05", None, broken)[1]
    assert "passage seen by its own sensor" in unknown.sentence


def test_a_change_on_another_day_has_its_date() -> None:
    fr, en = both(site(programs={"p": CUT}), "2026-11-24T23:30")
    assert end(fr) == "Sans passage ni forçage, jusqu'à 05:00."
    fr, en = both(
        site(
            programs={
                "p": {
                    "active": "always",
                    "points": [{"at": "12:00", "level": 50}, {"at": "11:00", "level": 70}],
                }
            }
        ),
        "2026-11-24T13:00",
    )
    assert end(fr) == "Sans passage ni forçage, jusqu'au 25 novembre 2026 à 11:00."
    assert end(en) == "With no passage and no override, until 25 November 2026 at 11:00."


def test_in_the_dark_season_the_next_change_is_months_off(village: Site) -> None:
    for seed in (None, 1):
        answer = why(village, "R01", at("2027-05-12T02:10"), "fr", seed)
        assert end(answer).startswith("Sans passage ni forçage, jusqu'au 1er novembre 2027 à 17:")
        assert answer.until is not None
        found = why(village, "R01", answer.until, "fr", seed).level
        assert why(village, "R01", answer.until - 1, "fr", seed).level == 0 < found


def test_what_never_changes_has_no_until() -> None:
    never = {"active": "always", "points": [{"at": "12:00", "level": 50}]}
    fr, _ = both(site(programs={"p": never}), "2026-11-24T23:30")
    assert fr.until is None and "jusqu'" not in fr.sentence


# ---- why this program


@pytest.mark.parametrize(
    ("id", "when", "number", "program", "french", "english"),
    [
        ("S01", "2026-12-25T02:30", 2, "eve", "Noël, jour férié, le matin du 25 décembre",
         "Christmas Day, a public holiday, on the morning of 25 December"),
        ("S01", "2026-11-28T05:30", 1, "market", "samedi, le matin du 28 novembre",
         "Saturday, on the morning of 28 November"),
        ("S01", "2026-11-24T23:30", None, "square", "par défaut", "by default"),
        ("R01", "2027-05-12T02:10", 1, "river-dark", "du 1er avril au 31 octobre",
         "1 April to 31 October"),
        ("K01", "2026-12-29T02:10", 2, "school-closed", "vacances scolaires (Noël, zone A)",
         "school holidays (Christmas, zone A)"),
        ("K01", "2027-03-30T02:10", 3, "school", "mardi", "Tuesday"),
        ("K01", "2027-03-29T02:10", 1, "school-closed", "lundi de Pâques, jour férié",
         "Easter Monday, a public holiday"),
        ("K01", "2027-05-06T02:10", 1, "school-closed", "Ascension, jour férié",
         "Ascension Day, a public holiday"),
    ],
)  # fmt: skip
def test_why_this_program_tonight(
    village: Site, id: str, when: str, number: int | None, program: str, french: str, english: str
) -> None:
    fr, en = both(village, when, id=id)
    assert fr.rule is not None and (fr.rule.number, fr.rule.program) == (number, program)
    assert french in fr.rule.text and english in en.sentence
    assert fr.rule.text in fr.layers[-1].text and fr.rule.text in fr.sentence
    assert en.to_json()["rule"] == {
        "calendar": fr.rule.calendar, "program": program, "number": number,
        "night": str((EPOCH + dt.timedelta(days=fr.rule.night)).date()),
        "text": en.rule.text if en.rule else None,
    }  # fmt: skip


def test_before_the_first_point_the_rule_is_that_of_the_night_before(village: Site) -> None:
    answer = both(village, "2026-12-25T20:00", id="S01")[0]
    assert answer.rule is not None and answer.rule.night == night("2026-12-24")
    assert answer.rule.program == "eve"


def test_no_rule_without_a_calendar_or_a_date(village: Site) -> None:
    assert both(village, "2026-11-24T02:10", id="E05")[0].rule is None
    index = [x.id for x in village.luminaires].index("S01")
    lost = [Fault(index, "clock-lost", at("2026-11-22T20:00"))]
    assert both(village, "2026-11-23T02:10", None, lost, id="S01")[0].rule is None


# ---- faults


def fault(kind: str, when: str, ms: int = 3_600_000) -> Fault:
    return Fault(0, kind, at(when), ms)


def test_a_fault_that_its_meter_found_is_in_the_answer() -> None:
    made = site(programs={"p": DIM}, luminaires=[lamp(meter=True)])
    broken = [fault("lamp-out", "2026-11-24T20:00")]
    fr, en = both(made, "2026-11-25T02:10", None, broken)
    assert fr.level == 60 and fr.light == 0
    assert "éteint. Pourquoi : en panne ; devrait être à 60 %" in fr.sentence
    assert [name for name, _ in fr.faults] == ["lamp-out"]
    since = fr.faults[0][1]
    assert since is not None and at("2026-11-24T20:00") < since < at("2026-11-24T21:30")
    assert "Reported: lamp out (since 24 November 2026 at 2" in en.sentence
    later = both(made, "2026-11-28T02:10", None, broken)[0]
    assert [name for name, _ in later.faults] == ["lamp-out"]


def test_a_day_burner() -> None:
    made = site(programs={"p": CUT}, luminaires=[lamp(meter=True)])
    fr, en = both(made, "2026-11-25T14:00", None, [fault("day-burner", "2026-11-24T20:00")])
    assert fr.light == 100 and fr.level == 0
    assert "at 100 %. Why: broken; should be at 0 % (outside the active" in en.sentence
    assert [name for name, _ in fr.faults] == ["day-burner"]


def test_a_lost_clock_is_the_fault_state_then_virtual_midnight() -> None:
    made = site(programs={"p": DIM}, cabinets=switched(("sunset", "sunrise")))
    lost = [fault("clock-lost", "2026-11-20T20:00")]
    fr, en = both(made, "2026-11-21T02:10", None, lost)
    assert fr.clock == "unset" and "état de repli" in fr.sentence
    assert "Reported: time not known" in en.sentence
    fr, en = both(made, "2026-11-26T02:10", None, lost)
    assert fr.clock == "virtual" and "compte par minuit virtuel" in fr.sentence
    assert "goes by virtual midnight" in en.sentence
    assert fr.level == 60


def test_a_wrong_clock_and_an_outage() -> None:
    made = site(programs={"p": DIM})
    fr, en = both(
        made, "2026-11-24T23:00", None, [fault("clock-wrong", "2026-11-24T20:00", -7_200_000)]
    )
    assert fr.level == 100 and "fausse de -2 h" in fr.sentence and "by -2 h" in en.sentence
    cut = [fault("mains-cut", "2026-11-24T22:30", 3_600_000)]
    fr, en = both(made, "2026-11-24T23:00", None, cut)
    assert "panne de secteur" in fr.sentence and "an outage" in en.sentence
    assert fr.until == at("2026-11-24T23:30")


# ---- people


PRESENCE = {"operation": "max", "level": 100, "idle": 10, "hold": "60 s", "neighbours": 1}


def lively() -> Site:
    program = {"points": [{"at": "12:00", "level": 10}], "presence": PRESENCE}
    return site(
        programs={"p": program}, sensors={"pir": {"range_m": 8}},
        streets=[street([{"kind": "walker", "per_hour": 6}])],
        luminaires=[lamp(id, at_m, sensor="pir") for id, at_m in (("A", 50), ("L", 100))],
    )  # fmt: skip


def test_the_last_passage_is_that_of_the_simulated_people() -> None:
    made = lively()
    world = World(made, 3).night(night("2026-11-24"))
    entries = [t_in for t_in, _, _ in world.crossings[1]]
    assert len(entries) > 10
    for t in range(entries[3], entries[8], 240_000):
        answer = why(made, "L", t, "en", 3)
        last = max(x for x in entries if x <= t)
        assert answer.last_passage == last
        here = any(a <= t < b for a, b, _ in world.crossings[1])
        time = Words(made, "en").time(last)
        assert ("Somebody is passing now." if here else f"Last passage at {time}.") in (
            answer.sentence
        )


def test_a_passage_under_any_luminaire_of_a_node_counts() -> None:
    people = [street([{"kind": "walker", "per_hour": 6}])]
    made = site(streets=people, luminaires=[lamp(at_m=100, count=3, spacing_m=40)])
    world = World(made, 3).night(night("2026-11-24"))
    entries = sorted(t_in for zone in world.crossings for t_in, _, _ in zone)
    assert len(world.crossings) == 3
    t = entries[20] + 1
    assert why(made, "L", t, "en", 3).last_passage == entries[20]


def test_without_a_seed_no_word_of_passages() -> None:
    fr, en = both(lively(), "2026-11-25T02:10")
    assert fr.last_passage is None
    assert "assage " not in fr.sentence.replace("Sans passage", "")
    assert "10 %" in en.sentence


def test_before_anybody_came() -> None:
    made = lively().model_copy(update={"streets": (street_without_people(),)})
    fr, en = both(made, "2026-11-25T02:10", 1)
    assert "Personne n'est passé cette nuit." in fr.sentence
    assert "Nobody has passed this night." in en.sentence


def street_without_people() -> model.Street:
    return model.Street.model_validate(street())


def test_a_passage_in_progress_ends_with_its_hold() -> None:
    made = lively()
    world = World(made, 3).night(night("2026-11-24"))
    seen = [t for t, active, i, _ in world.edges if active and i == 1 and t > world.dusk]
    raised = seen[5] + 2000
    answer = why(made, "L", raised, "en", 3)
    assert answer.level == 100 and "passage seen by" in answer.sentence
    assert answer.until is not None and answer.until - raised < 90_000


# ---- the answer is what the lamps do


def test_answers_agree_with_the_engine_at_random_instants(village: Site) -> None:
    """Whatever the instant: the level is that of a whole run of the village, and it holds until
    the next change that the answer names."""
    first, nights = night("2026-11-23"), 4
    lines: list[list[tuple[int, int]]] = [[] for _ in village.luminaires]
    run = Run(
        village, 0, first,
        watch=lambda t, i, lamp: lines[i].append((t, lamp.asked)),
    )  # fmt: skip
    times = known_time(village)
    for n in range(first, first + nights):
        start, end = (n * DAY_MS + f(n) * 1000 for f in (times.start, times.end))
        run.night(NightWorld(n, start, end, start, end, [], [[] for _ in lines]))
    draw = random.Random(7)
    begin = first * DAY_MS + times.start(first) * 1000
    for _ in range(30):
        t = begin + draw.randrange((nights - 2) * DAY_MS)
        i = draw.randrange(len(village.luminaires))
        answer = why(village, village.luminaires[i].id, t, "fr")
        levels = [level for when, level in lines[i] if when <= t]
        assert answer.level == (levels[-1] if levels else 0)
        after = next(
            (when for when, level in lines[i] if when > t and level != answer.level), None
        )
        if after is not None and night_of(village, after) <= night_of(village, t) + 1:
            assert answer.until == after


def test_a_street_is_answered_by_groups_that_hold_all_of_it(village: Site) -> None:
    t = at("2026-11-25T02:10")
    answers = explain_street(village, "main-street", t, "fr")
    found = [name for answer in answers for name in answer.lamps]
    assert sorted(found) == [x.id for x in village.luminaires if x.street == "main-street"]
    for answer in answers:
        one = why(village, answer.lamps[0], t, "fr")
        assert one.to_json()["layers"] == answer.to_json()["layers"]
        assert one.level == answer.level
    assert answers[0].sentence.startswith("mercredi 25 novembre 2026 à 02:10 : M01 à M18, Grande")


def test_of_a_street_each_has_its_own_last_passage(village: Site) -> None:
    t = at("2026-11-23T22:50")
    for lang in LANGUAGES:
        for answer in explain_street(village, "estate", t, lang, 1):
            assert set(answer.last_passages) == set(answer.lamps)
            for name in answer.lamps:
                own = why(village, name, t, lang, 1)
                assert own.last_passage == answer.last_passages[name]
                time = Words(village, lang).time(own.last_passage or 0)
                passing = "Quelqu'un" in own.sentence or "Somebody" in own.sentence
                assert own.last_passage is None or passing or time in answer.sentence
    pair = next(a for a in explain_street(village, "estate", t, "fr", 1) if "E05" in a.lamps)
    assert pair.lamps == ("E05", "E09")
    assert "Derniers passages : E09 à 22:49:50, E05 à 22:44:13." in pair.sentence
    assert len(set(pair.last_passages.values())) == 2


def test_the_answer_is_the_same_again(village: Site) -> None:
    t = at("2026-11-24T23:10")
    assert why(village, "E05", t, "fr", 1) == why(village, "E05", t, "fr", 1)


# ---- lists in words


FIRST = night("2026-11-23")  # a Monday


@pytest.mark.parametrize(
    ("nights", "french", "english"),
    [
        (range(28), "toutes les nuits", "every night"),
        (range(4, 28, 7), "chaque vendredi", "every Friday"),
        (range(7, 12), "du 30 novembre au 4 décembre 2026", "30 November to 4 December 2026"),
        ([2], "le 25 novembre 2026", "25 November 2026"),
        ([0, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 17, 21, 22, 23, 24], "du lundi au jeudi",
         "Monday to Thursday"),
        ([5, 12, 19, 26, 6, 13, 20, 27], "chaque samedi et dimanche",
         "every Saturday and Sunday"),
        ([8], "le 1er décembre 2026", "1 December 2026"),
    ],
)  # fmt: skip
def test_nights_as_people_say_them(nights: Any, french: str, english: str) -> None:
    wanted = sorted(FIRST + n for n in nights)
    assert Words(site(), "fr").nights(wanted, FIRST, 28) == french
    assert Words(site(), "en").nights(wanted, FIRST, 28) == english


def test_stretches_hold_just_the_nights() -> None:
    draw = random.Random(5)
    for _ in range(200):
        count = draw.randrange(1, 120)
        weekdays = set(draw.sample(range(7), draw.randrange(8)))
        holiday = range(draw.randrange(count), draw.randrange(count + 14))
        nights = [
            FIRST + n for n in range(count)
            if (n % 7 in weekdays) != (draw.random() < 0.02) or n in holiday
        ]  # fmt: skip
        found: set[int] = set()
        for one in stretches(nights, FIRST, count):
            days = range(one.first, one.last + 1)
            found |= {d for d in days if not one.weekdays or (d + 5) % 7 in one.weekdays}
        assert found == set(nights)
    assert stretches([], FIRST, 5) == []
    assert stretches([FIRST], FIRST, 5) == [Stretch(FIRST, FIRST)]


def test_the_first_of_a_month_and_one_of_something() -> None:
    fr, en = Words(site(), "fr"), Words(site(), "en")
    assert fr.date(at("2027-01-01T02:00")) == "vendredi 1er janvier 2027"
    assert fr.date(at("2027-01-11T02:00")) == "lundi 11 janvier 2027"
    assert en.date(at("2027-01-01T02:00")) == "Friday 1 January 2027"
    assert [fr.counted("nights", n) for n in (0, 1, 2)] == ["0 nuit", "1 nuit", "2 nuits"]
    assert [en.counted("nights", n) for n in (0, 1, 2)] == ["0 nights", "1 night", "2 nights"]
    assert fr.lamps(list("ACEGIKMOQ")).endswith("O, 1 autre")


def test_an_hour_that_comes_twice_has_its_offset() -> None:
    t = at("2026-10-25T02:15")
    words = Words(site(), "fr")
    assert words.time(t) == "02:15 (UTC+02:00)"
    assert words.time(t + 3_600_000) == "02:15 (UTC+01:00)"


def test_ids_in_runs() -> None:
    words = Words(site(), "fr")
    assert words.lamps(["E01", "E02", "E03", "S07"]) == "E01 à E03, S07"
    assert words.lamps(["L98", "L99", "L100"]) == "L98 à L100"
    assert words.lamps([f"{c}1" for c in "ABCDEFGHIJ"], 8).endswith("H1, 2 autres")
    assert words.lamps(["a", "b"]) == "a, b"
