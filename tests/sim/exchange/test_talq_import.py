"""What the TALQ import takes, what it refuses and why, and that no file trips it."""

from __future__ import annotations

import copy
import json
import random
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.exchange import talq
from sim.exchange.merge import merged
from sim.exchange.words import LANGUAGES, REFUSALS
from sim.site import load_site
from tests.sim.exchange.sites import random_site, site_of
from tests.sim.exchange.test_talq import site_with
from tests.texts import CABINET, ENERGY, PLACE, STREET, lamp_at

VILLAGE = Path("sim/demo/village.toml")


def command(level: object = 60, **ramps: float) -> dict[str, Any]:
    return {"state": {"name": "LevelState", "value": level}, **ramps}


def fixed(at: str, level: object = 60, **ramps: float) -> dict[str, Any]:
    return {"startTime": at, "command": command(level, **ramps)}


def astro(event: str, offset: int, level: int, operation: str = "Set") -> dict[str, Any]:
    return {
        "offset": offset, "solarEventType": event, "operation": operation,
        "command": command(level),
    }  # fmt: skip


NIGHT = {"name": "AstroClockActivePeriod", "sunsetOffset": 0, "sunriseOffset": 0}


def program(**parts: Any) -> dict[str, Any]:
    return {
        "type": "ControlProgramOne",
        "id": "p",
        "ownerCMS": "cms",
        "activePeriods": [NIGHT],
        "fixedTimeControls": [fixed("05:30:00", 100), fixed("22:00:00", 60)],
    } | parts


def presence(operation: str = "Max", level: int = 100, **parts: Any) -> dict[str, Any]:
    return {
        "effect": {
            "type": "FixedControlEffect",
            "source": {"sensor": {}},
            "operation": operation,
            "holdTime": 60,
            "command": command(level, rampToLevelTime=1, rampFromLevelTime=5),
        }
        | parts
    }


def calendar(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"id": "c", "ownerCMS": "cms", "defaultProgram": "p", "rules": list(rules)}


def of_program(**parts: Any) -> dict[str, Any]:
    return talq.import_([program(**parts)]).programs["p"]


def of_rules(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    made = talq.import_([program(), calendar(*({"program": "p"} | rule for rule in rules))])
    site = site_with("[programs.p]")
    assert site_of(merged(MINIMAL, made)) is not None, (made.toml(), site)
    return [
        {key: value for key, value in rule.items() if key != "program"}
        for rule in made.calendars["c"].get("rules", [])
    ]


def refusal(data: object) -> str:
    with pytest.raises(talq.Refused) as refused:
        talq.import_(data)
    (found,) = {f.code for f in refused.value.findings if f.severity == "error"}
    return found


MINIMAL = f"""
{PLACE}{ENERGY}\
[drivers.led]
power_w = 40
# le programme de toujours
[programs.p] # en ville
name = "Ville"
points = [{{ at = "23:00", level = 40 }}]
[programs.p.presence]
operation = "max"
level = 100
hold = "60 s"
# les rues
{STREET}{CABINET}{lamp_at(50)}\
program = "p"
"""


# ---- what is taken


def test_a_program_reads_as_a_technician_would_write_it() -> None:
    made = talq.import_([program(dynamicControls=[presence()])])
    assert made.toml() == (
        '[programs.p]\npoints = [{ at = "22:00", level = 60 }, { at = "05:30", level = 100 }]\n'
        '\n[programs.p.presence]\noperation = "max"\nlevel = 100\nhold = "1 min"\n'
        'ramp_up = "1 s"\nramp_down = "5 s"\n'
    )


def test_active_periods() -> None:
    def active(*periods: dict[str, Any]) -> Any:
        return of_program(activePeriods=list(periods)).get("active")

    absolute = {"name": "AbsoluteActivePeriod", "startTime": "20:00:00", "endTime": "06:00:00"}
    assert active(absolute) == [{"from": "20:00", "to": "06:00"}]
    assert active() == "always"
    assert active(absolute | {"endTime": "20:00:00"}) == "always"
    offset = {"name": "AstroClockActivePeriod", "sunsetOffset": 20, "sunriseOffset": -15}
    assert active(offset) == [{"from": "sunset + 20 min", "to": "sunrise - 15 min"}]
    cell = {"name": "SensorActivePeriod", "sensor": {}, "onLevel": 20, "offLevel": 30.0}
    assert active(cell) == [
        {"from": "sunset", "to": "sunrise", "photocell": {"on_lux": 20, "off_lux": 30}}
    ]
    both = {
        **cell, "name": "AstroAndSensorActivePeriod", "sunsetOffset": 55, "sunriseOffset": 45,
        "pcActiveBeforeSunset": 35, "pcActiveBeforeSunrise": 45,
    }  # fmt: skip
    assert active(both) == [
        {
            "from": "sunset + 10 min", "to": "sunrise",
            "photocell": {"on_lux": 20, "off_lux": 30, "window": "45 min"},
        }
    ]  # fmt: skip


def test_a_set_that_lowers_nothing_is_taken_as_max() -> None:
    made = talq.import_([program(dynamicControls=[presence("Set", 100)])])
    assert made.programs["p"]["presence"]["operation"] == "max"
    assert [note.code for note in made.notes] == ["set-as-max"]


def test_periods_of_one_effect_become_windows() -> None:
    one = presence() | {"period": {"startTime": "21:00:00", "endTime": "23:00:00"}}
    two = presence() | {"period": {"startTime": "05:00:00", "endTime": "06:00:00"}}
    found = of_program(dynamicControls=[one, two])["presence"]["windows"]
    assert found == [{"from": "21:00", "to": "23:00"}, {"from": "05:00", "to": "06:00"}]
    full = presence() | {"period": {"startTime": "00:00:00", "endTime": "00:00:00"}}
    assert "windows" not in of_program(dynamicControls=[one, full])["presence"]


def test_fixed_controls_under_the_sun() -> None:
    """After a solar control a fixed one waits until noon: known for sure at a place."""
    site = site_with("[programs.p]")
    solar = [astro("sunset", 30, 60), astro("sunrise", -30, 90)]
    made = talq.import_(
        [program(fixedTimeControls=[fixed("02:00:00", 50), fixed("13:00:00", 100)],
                 astroClockTimeControls=solar)],
        site,
    )  # fmt: skip
    assert made.programs["p"]["points"] == [
        {"at": "13:00", "level": 100},
        {"at": "sunset + 30 min", "level": 60},
        {"at": "sunrise - 30 min", "level": 90},
    ]
    assert [note.code for note in made.notes] == ["under-the-sun"]
    assert refusal([program(astroClockTimeControls=solar)]) == "order-unknown"
    with pytest.raises(talq.Refused) as refused:
        talq.import_(
            [program(fixedTimeControls=[fixed("20:00:00")], astroClockTimeControls=solar)], site
        )
    assert refused.value.findings[0].code == "order-varies"


def test_calendar_rules() -> None:
    days = {"type": "ccDay", "days": [{"start": 1, "end": 3}, {"start": 6}]}
    assert of_rules({"condition": days}) == [
        {"weekdays": ["monday", "tuesday", "wednesday", "saturday"]}
    ]
    second = {"type": "ccDay", "days": [{"start": 1}], "occurrences": ["2", "L"]}
    assert of_rules({"condition": second}) == [
        {"weekdays": ["monday"], "occurrences": [2, "last"]}
    ]
    assert of_rules({"startDate": "--11-30", "endDate": "--01-07"}) == [
        {"from": "11-30", "to": "01-07"}
    ]
    assert of_rules({"startDate": "2026-11-30"}) == [{"from": "2026-11-30", "to": "2099-12-31"}]
    assert of_rules({"endDate": "--03-31"}) == [{"from": "01-01", "to": "03-31"}]


def test_dates_of_every_year_and_of_every_month() -> None:
    def dates(*items: dict[str, str], **more: str) -> list[dict[str, Any]]:
        return of_rules({"condition": {"type": "ccDate", "dates": list(items)}} | more)

    assert dates({"start": "--12-24"}, {"start": "--07-14"}) == [{"dates": ["07-14", "12-24"]}]
    assert dates({"start": "--12-20", "end": "--12-31"}) == [{"from": "12-20", "to": "12-31"}]
    (monthly,) = dates({"start": "---31"})
    assert monthly == {"dates": ["01-31", "03-31", "05-31", "07-31", "08-31", "10-31", "12-31"]}
    # a range of days over the year, within a season
    assert dates({"start": "---01", "end": "---10"}, startDate="--03-05", endDate="--04-30") == [
        {"from": "03-05", "to": "03-10"},
        {"from": "04-01", "to": "04-10"},
    ]
    # dates of every year, within two years
    assert dates({"start": "--02-29"}, startDate="2027-01-01", endDate="2028-12-31") == [
        {"dates": ["2028-02-29"]}
    ]


def test_ids_become_keys() -> None:
    uid = "4EB333B9-53C7-4CDC-BF9A-36FA7C6D53E6"
    made = talq.import_(
        [
            program(id=uid),
            program(id="Rue de l'École"),
            program(id="a/b"),
            program(id="a b"),
            calendar({"program": "a b"}) | {"defaultProgram": uid},
        ]
    )
    assert list(made.programs) == [uid.replace("-", ""), "Rue-de-l-cole", "a-b", "a-b-2"]
    assert made.programs["Rue-de-l-cole"]["name"] == "Rue de l'École"
    assert made.calendars["c"]["default"] == uid.replace("-", "")
    assert made.calendars["c"]["rules"] == [{"program": "a-b-2"}]
    assert site_of(merged(MINIMAL, made)) is not None


def test_what_is_not_read_is_noted() -> None:
    made = talq.import_([program(vendor=1, dynamicControl=[])])
    assert [(note.code, note.path) for note in made.notes] == [
        ("not-read", (0, "vendor")),
        ("not-read", (0, "dynamicControl")),
    ]
    named = {"source": {"sensor": {"sensorAddresses": ["x"]}}}
    made = talq.import_([program(dynamicControls=[presence(**named)])])
    assert [note.code for note in made.notes] == ["sensor-named"]


# ---- what is refused


SPAN = {"name": "AbsoluteActivePeriod", "startTime": "08:00:00", "endTime": "20:00:00"}
CELL = {"name": "SensorActivePeriod", "sensor": {}, "onLevel": 20, "offLevel": 30}
BOTH = CELL | {
    "name": "AstroAndSensorActivePeriod", "sunsetOffset": 55, "sunriseOffset": 45,
    "pcActiveBeforeSunset": 35, "pcActiveBeforeSunrise": 10,
}  # fmt: skip
OVERRIDE = {"targetCommand": command(100), "addresses": []}
DATES = {"type": "ccDate", "dates": [{"start": "--12-24", "end": "--01-02"}]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        # levels, periods and operations: what the schema's validation has to catch as well
        ([program(fixedTimeControls=[fixed("22:00:00", 130)])], "range"),
        ([program(fixedTimeControls=[fixed("22:00:00", 50.5)])], "step"),
        ([program(fixedTimeControls=[fixed("22:00:00", True)])], "not-number"),
        ([{k: v for k, v in program().items() if k != "activePeriods"}], "missing"),
        ([program(dynamicControls=[presence("Raise")])], "unknown-operation"),
        ([program(fixedTimeControls=[], astroClockTimeControls=[astro("sunset", 0, 1, "max")])],
         "unknown-operation"),
        # presence that lowers
        ([program(dynamicControls=[presence("Set", 30)])], "presence-lowers"),
        ([program(dynamicControls=[presence("Min")])], "presence-lowers"),
        ([program(dynamicControls=[presence("Sub", 10)])], "presence-lowers"),
        ([program(dynamicControls=[presence("Mul")])], "presence-lowers"),
        ([program(dynamicControls=[presence(), presence(level=80)])], "presences-differ"),
        ([program(dynamicControls=[presence(type="ExternalControlEffect")])], "external-effect"),
        ([program(dynamicControls=[presence(holdTime=0)])], "range"),
        ([program(dynamicControls=[{"period": {}}])], "missing"),
        # active periods
        ([program(activePeriods=[SPAN])], "across-noon"),
        ([program(activePeriods=[{"name": "ValueActivePeriod"}])], "value-period"),
        ([program(activePeriods=[{k: CELL[k] for k in ("name", "onLevel", "offLevel")}])],
         "missing"),
        ([program(activePeriods=[CELL | {"onLevel": 1, "offLevel": 0}])], "lux-order"),
        ([program(activePeriods=[BOTH])], "cell-windows"),
        ([program(activePeriods=[BOTH | {"pcActiveBeforeSunset": -55,
                                         "pcActiveBeforeSunrise": -45}])], "cell-window"),
        ([program(activePeriods=[SPAN | {"startTime": "8:00"}])], "not-a-time"),
        ([program(activePeriods=[program()["activePeriods"][0]] * 5)], "too-many"),
        # switch points
        ([program(fixedTimeControls=[fixed("22:00:00"), fixed("22:00:00")])], "fixed-order"),
        ([program(fixedTimeControls=[])], "no-control"),
        ([program(fixedTimeControls=[fixed(f"{h:02}:{m}:00") for h in range(13)
                                     for m in ("00", "30")])], "too-many"),
        ([program(fixedTimeControls=[], astroClockTimeControls=[astro("sunset", 0, 9, "Max")])],
         "solar-operation"),
        ([program(fixedTimeControls=[], astroClockTimeControls=[astro("sunset", 0, 9)] * 2)],
         "solar-twice"),
        ([program(fixedTimeControls=[fixed("22:00:00", rampToLevelTime=0.05)])], "step"),
        ([program(fixedTimeControls=[{"startTime": "22:00:00", "command": {
            "state": {"name": "RGBState"}}}])], "not-a-level"),
        # calendars
        ([program(), calendar({"program": "q"})], "unknown-program"),
        ([program(), {"id": "c", "rules": []}], "no-default"),
        ([program(), calendar({"program": "p", "condition": DATES})], "dates-order"),
        ([program(), calendar({"program": "p", "condition": {"type": "ccDay", "days": [
            {"start": 5, "end": 2}]}})], "days-order"),
        ([program(), calendar({"program": "p", "condition": {"type": "ccDay", "days": []}})],
         "no-days"),
        ([program(), calendar({"program": "p", "condition": {"type": "ccDay", "days": [
            {"start": 1}], "occurrences": ["6"]}})], "occurrence"),
        ([program(), calendar({"program": "p", "condition": {"type": "ccMoon"}})],
         "unknown-word"),
        ([program(), calendar({"program": "p", "startDate": "2027-01-01",
                               "endDate": "2026-01-01"})], "span-order"),
        ([program(), calendar({"program": "p", "startDate": "2027-01-01",
                               "endDate": "--01-02"})], "mixed-span"),
        ([program(), calendar({"program": "p", "startDate": "2027-02-29"})], "no-such-date"),
        ([program(), calendar({"program": "p", "startDate": "1950-01-01"})], "year"),
        ([program(), calendar({"program": "p", "startDate": "1/1/2027"})], "not-a-date"),
        ([program(), calendar({"program": "p", "startDate": "2000-01-01", "endDate": "2099-01-01",
          "condition": {"type": "ccDate", "dates": [{"start": "--01-01"}]}})],
         "dates-within-years"),
        ([program(), calendar({"program": "p", "condition": {"type": "ccDate", "dates": [
            {"start": "2027-01-01"}]}})], "not-a-yearly-date"),
        ([program(), calendar(*[{"program": "p", "startDate": f"2027-01-{d:02}",
                                 "endDate": f"2027-02-{e:02}"} for d in range(1, 9)
                                for e in range(1, 10)])], "too-many"),
        ({"controlPrograms": [program()], "calendars": [calendar({"program": "p"})],
          "controlService": {"dayOffset": 0}}, "day-offset"),
        # the rest
        ({"controlPrograms": [program()], "overrideCommands": [OVERRIDE]}, "endless-override"),
        ([program(), program()], "twice"),
        ([program(id="")], "not-text"),
        ([program(fixedTimeControls=[fixed("22:00:00")] * 3000)], "list-too-long"),
        ([], "nothing"),
        ({}, "nothing"),
        (12, "not-object"),
        ([None], "not-object"),
        ({"calendars": 3}, "not-list"),
    ],
)  # fmt: skip
def test_refusals_name_the_fault(data: object, code: str) -> None:
    assert refusal(data) == code


def test_a_missing_hold_time_is_refused() -> None:
    one = presence()
    del one["effect"]["holdTime"]
    assert refusal([program(dynamicControls=[one])]) == "no-hold"


def test_a_refusal_gives_place_fault_and_cure_in_both_languages() -> None:
    data = {"controlPrograms": [program(), program(id="q", dynamicControls=[presence("Min")])]}
    with pytest.raises(talq.Refused) as refused:
        talq.import_(data)
    (finding,) = refused.value.findings
    assert finding.line_text("x.json", "en") == (
        "x.json: refused: controlPrograms[2].dynamicControls[1].effect.operation: with Min and "
        "100 % presence could lower the light (up to 100 % asked for). Presence only adds: take "
        "Max or Add."
    )
    assert finding.line_text("x.json", "fr").startswith("x.json: refusé: controlPrograms[2]")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a": ', "not-json"),
        (b"\xff\xfe", "not-utf-8"),
        (b'[{"a": NaN}]', "json-number"),
        (b"[" * 200_000, "too-deep"),
        (b"[1" + b"0" * 10_000 + b"]", "json-number"),
        (b" " * (64 * 1024 * 1024 + 1), "file-too-large"),
        (b"", "not-json"),
    ],
)
def test_files_that_are_none(data: bytes, code: str) -> None:
    with pytest.raises(talq.Refused) as refused:
        talq.load(data)
    assert [finding.code for finding in refused.value.findings] == [code]


# ---- into a site


def test_merging_replaces_what_has_the_same_key_and_keeps_the_rest() -> None:
    made = talq.import_([program(), calendar({"program": "p"})])
    text = merged(MINIMAL, made)
    values = tomllib.loads(text)
    assert values["programs"]["p"] == {
        "points": [{"at": "22:00", "level": 60}, {"at": "05:30", "level": 100}]
    }
    assert values["calendars"]["c"]["default"] == "p"
    assert "# le programme de toujours" in text and "# les rues" in text
    assert site_of(text) is not None
    # and once more: nothing piles up
    assert merged(text, made) == text


def test_merging_refuses_what_it_cannot_replace() -> None:
    with pytest.raises(talq.Refused) as refused:
        merged("programs.p.points = []\n", talq.import_([program()]))
    assert refused.value.findings[0].code == "merge-elsewhere"


def test_a_calendar_may_name_a_program_of_the_site() -> None:
    made = talq.import_([calendar() | {"defaultProgram": "p"}], site_with("[programs.p]"))
    assert made.calendars == {"c": {"default": "p"}}


# ---- ten thousand spoilt files


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items: list[tuple[Any, Any]] = []
    if isinstance(value, (dict, list)):
        items = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, inner in items:
        found += _places(inner, (*path, key))
    return found


_WORSE = (
    None, True, -1, 130, 1e308, 10**30, 0.05, "", "x", "22:00:00", "--02-30", "2026-13-01", [], {},
    [[]], {"name": "LevelState"}, "é" * 5000, "\u0000", "\ud800", ["--12-24"], {"start": 8}, "Min",
)  # fmt: skip


def spoil(data: Any, rng: random.Random) -> bytes:
    """A file with a few faults in its values or its bytes."""
    data = copy.deepcopy(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        places = _places(data)
        if not places:
            break
        *way, last = rng.choice(places)
        inner = data
        for step in way:
            inner = inner[step]
        kind = rng.random()
        if kind < 0.5:
            inner[last] = copy.deepcopy(rng.choice(_WORSE))
        elif kind < 0.7:
            del inner[last]
        elif kind < 0.85 and isinstance(inner, list):
            inner.insert(rng.randrange(len(inner) + 1), copy.deepcopy(inner[last]))
        elif isinstance(inner, dict):
            inner[str(last) + rng.choice(["s", " ", "X"])] = inner.pop(last)
    text = json.dumps(data).encode()
    if rng.random() < 0.15:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice([b"", b"{", b'"', b"\x00", b"\xff", b"1e"]) + text[at + 1 :]
    return text


def spoilt(count: int, seed: str) -> None:
    rng = random.Random(seed)
    village = load_site(VILLAGE)
    bases = [(json.loads(json.dumps(talq.export(village).data)), village)]
    for key in ("devices", "deviceClasses", "groups", "lampTypes"):
        bases[0][0][key] = bases[0][0][key][:1]
    for one in bases[0][0]["calendars"]:
        one["rules"] = one["rules"][:6]
    for seed_of_site in range(12):
        site = random_site(seed_of_site)[1]
        bases.append((talq.export(site).data, site))
    refused = taken = 0
    for _ in range(count):
        data, site = rng.choice(bases)
        raw = spoil(data, rng)
        place = rng.choice([None, site])
        try:
            made = talq.import_(talq.load(raw), place)
        except talq.Refused as error:
            refused += 1
            for finding in error.findings:
                assert finding.code != "beyond", finding.path
                for lang in LANGUAGES:
                    text = finding.line_text("file.json", lang)
                    assert not re.search(r"\{[a-z_]+\}", text)
                    assert len(text) < 2_000 and text.isprintable(), text
        else:
            taken += 1
            assert isinstance(tomllib.loads(made.toml()), dict)
    assert refused > count // 4 and taken > count // 10


def test_spoilt_files_are_refused_in_words() -> None:
    spoilt(500, "quick")


@pytest.mark.long
def test_ten_thousand_spoilt_files_are_refused_in_words() -> None:
    spoilt(10_000, "long")


def test_every_refusal_can_happen() -> None:
    """None is left over in the catalogue (but the last resort)."""
    tests = (Path(__file__), Path(__file__).with_name("test_keeping.py"))
    here = "".join(path.read_text(encoding="utf-8") for path in tests)
    source = "".join(
        Path(f"sim/exchange/{name}.py").read_text(encoding="utf-8")
        for name in ("talq_import", "talq_calendars", "talq_values", "merge", "keeping")
    )
    for code in REFUSALS:
        assert f'"{code}"' in source, code
    untested = {code for code in REFUSALS if f'"{code}"' not in here}
    assert untested <= {
        "beyond", "renamed", "override", "day-offset-unsaid", "one-program", "unchanged", "kept",
        "comments-lost",
    }  # fmt: skip
