"""The demo village is fine, is what it says it is, and no mutation of it trips the checker."""

import datetime as dt
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from noctule.brain.config import Config
from noctule.brain.dates import day_number

import sim
from sim.site import Site, check, load_site, schema
from sim.site.check import check_document
from sim.site.compile import compile_site
from sim.site.document import DocumentError, parse
from sim.site.holidays import reach
from sim.site.words import LANGUAGES

VILLAGE = Path(sim.__file__).parent / "demo" / "village.toml"


@pytest.fixture(scope="module")
def village() -> Site:
    return load_site(VILLAGE)


def test_the_village_has_no_finding_but_how_far_its_calendars_reach() -> None:
    report = check(VILLAGE)
    assert [(f.code, f.params["date"]) for f in report.findings] == [
        ("calendar-reach-public", "2045-12-31"),
        ("calendar-reach", "2028-08-31"),
    ]
    assert report.site is not None
    assert reach(report.site) == (dt.date(2045, 12, 31), dt.date(2028, 8, 31))


def test_it_names_its_schema() -> None:
    first = VILLAGE.read_text(encoding="utf-8").splitlines()[0]
    name = first.removeprefix("#:schema ")
    assert (VILLAGE.parent / name).resolve() == schema.FILE


def test_its_luminaires(village: Site) -> None:
    assert sum(lamp.count for lamp in village.luminaires) == 62
    assert len(village.luminaires) == 58
    assert len(village.cabinets) == 3
    counts: Counter[tuple[str, float]] = Counter()
    for lamp in village.luminaires:
        counts[lamp.street, village.drivers[lamp.driver].power_w] += lamp.count
    assert counts == {
        ("main-street", 43): 18,
        ("square", 33): 8,
        ("church", 30): 4,
        ("estate", 22): 16,
        ("school", 33): 4,
        ("river", 15): 7,
        ("hamlet", 83): 5,
    }
    gaps = {
        street.id: {
            round(b - a, 3)
            for places in [
                sorted(
                    at for x in village.luminaires if x.street == street.id for at in x.places_m
                )
            ]
            for a, b in zip(places, places[1:], strict=False)
        }
        for street in village.streets
    }
    assert (gaps["main-street"], gaps["estate"], gaps["river"]) == ({29}, {25}, {18.5})
    assert gaps["hamlet"] == {45}


def test_its_programs(village: Site) -> None:
    estate = village.programs["estate"].presence
    assert estate is not None
    assert (estate.idle, estate.neighbours, estate.operation) == (10, 2, "max")
    assert all(lamp.sensor == "pir" for lamp in village.luminaires if lamp.street == "estate")
    assert {lamp.today for lamp in village.luminaires if lamp.street == "estate"} == {"cut-23-5"}
    church = village.programs["church"]
    assert [str(period.to) for period in church.active] == ["01:00"]
    assert church.fault_state == 0
    market, eve = village.calendars["square"].rules
    assert (market.day, market.weekdays) == ("morning", ("saturday",))
    assert (eve.day, eve.holidays) == ("morning", ("public",))
    assert village.circuit("A1").switched
    assert village.cabinet_of("A1").clock_error == -90_000


def test_its_hamlet(village: Site) -> None:
    (lamp,) = (lamp for lamp in village.luminaires if lamp.street == "hamlet")
    assert (lamp.count, lamp.at_m, lamp.contactor) == (5, 105, "hamlet-box")
    assert not village.circuit(lamp.circuit).switched
    program = village.programs[str(lamp.program)]
    assert program.order is not None
    assert [(str(p.from_), str(p.to)) for p in program.active] == [
        ("sunset", "23:00"),
        ("05:00", "sunrise"),
    ]
    relight = village.relights[str(lamp.relight)]
    assert relight.duration == 360_000
    assert (relight.requests_per_night[6], relight.requests_per_night[0]) == (3, 14)


def test_its_nights(village: Site) -> None:
    """Which program each calendar gives, with holidays worked out."""
    nodes = {node.luminaire.id: node for node in compile_site(village)}

    def program(lamp: str, year: int, month: int, day: int) -> str:
        node = nodes[lamp]
        return node.programs[Config(node.config).calendar.program(day_number(year, month, day))]

    assert program("K01", 2026, 11, 22) == "school"  # before a Monday
    assert program("K01", 2026, 11, 27) == "school-closed"  # before a Saturday
    assert program("K01", 2026, 12, 18) == "school-closed"  # Christmas holidays, from Saturday
    assert program("K01", 2027, 1, 3) == "school"  # before the first Monday
    assert program("K01", 2026, 11, 10) == "school-closed"  # before 11 November
    assert program("K01", 2027, 5, 16) == "school-closed"  # before Whit Monday
    assert program("K01", 2027, 5, 6) == "school-closed"  # the Friday after Ascension
    assert program("K01", 2027, 5, 10) == "school"
    assert program("S01", 2026, 11, 27) == "market"
    assert program("S01", 2026, 12, 24) == "eve"
    assert program("S01", 2026, 4, 5) == "eve"  # before Easter Monday
    assert program("S01", 2026, 4, 6) == "square"
    assert program("R01", 2026, 4, 1) == "river-dark"
    assert program("R01", 2026, 11, 1) == "river"


def test_its_events_and_calls(village: Site) -> None:
    works, christmas = village.events
    assert works.order is not None
    assert dt.date(2026, 11, 23) <= dt.date(*works.from_) <= dt.date(2026, 11, 29)
    assert {village.luminaires[i].street for i in village.targets(works)} == {"main-street"}
    for i in village.targets(christmas):
        lamp = village.luminaires[i]
        level = village.event_level(christmas, lamp)
        assert level == (100 if lamp.street == "church" else 80)
    fire = village.calls[0]
    assert (fire.kind, fire.duration, str(fire.at)) == ("all-on", 2_700_000, "2026-11-25 02:40:00")
    assert {village.luminaires[i].street for i in village.targets(fire)} == {"estate", "river"}
    assert [village.luminaires[i].id for i in village.targets(village.calls[1])] == ["H1"]
    nodes = {node.luminaire.id: node for node in compile_site(village)}
    assert nodes["M01"].events == ("works-2026-11", "christmas")
    assert nodes["H1"].events == ()


def test_it_uses_all_of_the_model(village: Site) -> None:
    """Every table of a site file, but photocells, and every key of the gear."""
    given = village.model_fields_set
    assert {name for name in Site.model_fields if name not in given} == {"photocells"}
    drivers = set().union(*(driver.model_fields_set for driver in village.drivers.values()))
    assert set(type(village.drivers["led-43"]).model_fields) - drivers <= {
        "node_w",
        "can_switch_off",
        # how it is commanded: tests/sim/site/test_wiring.py
        "control",
        "relay",
        "volts",
        "pwm_hz",
        "dali_address",
    }
    assert all(lamp.meter for lamp in village.luminaires)


def test_a_site_is_frozen(village: Site) -> None:
    with pytest.raises(ValueError, match="frozen"):
        village.site.name = "x"  # type: ignore[misc]


def test_what_was_read_can_be_written_and_read_again(village: Site) -> None:
    """Moments and dates dump as they are written in a file."""
    dumped = village.model_dump(by_alias=True)
    assert dumped["cabinets"][0]["circuits"][0]["mains"][0] == {"from": "sunset", "to": "sunrise"}
    assert dumped["calendars"]["river"]["rules"][0]["from"] == "04-01"


# --- mutations ----------------------------------------------------------------------------------

ODD = [
    b"nan", b"-inf", b"1e999", b"-1", b"0", b"true", b'""', b"[]", b"{}", b'"22:00"', b'"sunset"',
    b'"sunset - 3 h"', b'"1 h 1 h"', b"99999999999999999999", b"2026-02-30", b"2026-12-24",
    b'"\\ud800"', b'"\\u0000"', b"[[[[]]]]", b"{ a.b.c = 1 }", b"'" * 3, b"\xff\xfe", b"\x00",
    b'"6 min"', b'["public"]', b'["all"]', b"2026-11-25T02:40:00", b'["centre"]', b'"04-01"',
    b"[[0, 80], [10, 100]]", b"scene", b"level", b"\n[[events]]\n", b"\n[[calls]]\n",
    b"[", b"}", b"=", b"\n[site]\n", b"\n[[rows]]\n", b"#", b"\r", b"22:00", b"1_000", b"0x10",
]  # fmt: skip
TOKEN = re.compile(rb'"[^"\n]*"|[A-Za-z_][\w-]*|[0-9][0-9.:-]*|[\[\]{}=,]+')


def _flip(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _cut(data: bytearray, rng: random.Random) -> bytearray:
    return data[: rng.randrange(len(data))]


def _lines(data: bytearray, rng: random.Random) -> bytearray:
    lines = data.split(b"\n")
    for _ in range(rng.randint(1, 4)):
        at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
        what = rng.randrange(3)
        if what == 0 and len(lines) > 1:
            del lines[at]
        elif what == 1:
            lines.insert(to % len(lines), lines[at % len(lines)])
        else:
            to %= len(lines)
            at %= len(lines)
            lines[at], lines[to] = lines[to], lines[at]
    return bytearray(b"\n").join(lines)


def _tokens(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.randint(1, 4)):
        tokens = list(TOKEN.finditer(data))
        if not tokens:
            break
        one = rng.choice(tokens)
        other = rng.choice(ODD) if rng.random() < 0.5 else rng.choice(tokens)[0]
        data[one.start() : one.end()] = other
    return data


def _swap(data: bytearray, rng: random.Random) -> bytearray:
    one, two = sorted(rng.sample(list(TOKEN.finditer(data)), 2), key=lambda m: m.start())
    first, second = bytes(one[0]), bytes(two[0])
    data[two.start() : two.end()] = first
    data[one.start() : one.end()] = second
    return data


def _numbers(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.randint(1, 3)):
        numbers = list(re.finditer(rb"\d+", data))
        one = rng.choice(numbers)
        digits = str(rng.choice([0, 1, 7, 60, 99, 100, 101, 255, 1000, 10**6, 2**31, 10**20]))
        data[one.start() : one.end()] = digits.encode()
    return data


def _repeat(data: bytearray, rng: random.Random) -> bytearray:
    at = rng.randrange(len(data))
    return data[:at] + data[at : at + rng.randint(1, 40)] * rng.randint(2, 2000) + data[at:]


MUTATIONS: list[Callable[[bytearray, random.Random], bytearray]] = [
    _flip, _cut, _lines, _tokens, _swap, _numbers, _repeat,
]  # fmt: skip


def _mutated(number: int) -> bytes:
    rng = random.Random(f"noctule/{number}")
    data = bytearray(VILLAGE.read_bytes())
    for _ in range(rng.choice([1, 1, 2])):
        data = rng.choice(MUTATIONS)(data, rng)
        if len(data) < 100:
            break
    return bytes(data)


def _hold(number: int) -> str:
    """Check one mutation; gives what came of it."""
    data = _mutated(number)
    try:
        document = parse(data)
    except DocumentError as error:
        assert error.line >= 1 and error.column >= 1
        return "unreadable"
    report = check_document(document, "site.toml")
    lines = data.count(b"\n") + 1
    for finding in report.findings:
        assert 1 <= finding.line <= lines and finding.column >= 1, (number, finding)
        assert finding.code not in ("internal", "invalid"), (number, finding)
        for lang in LANGUAGES:
            assert finding.message(lang) and finding.cure(lang), (number, finding)
        finding.to_json()
    assert (report.site is None) == bool(report.errors), number
    if report.site is None:
        return "refused"
    # what is valid compiles, to what a node accepts
    for config in {node.config for node in compile_site(report.site)}:
        Config(config)
    return "valid"


def _hold_all(numbers: range) -> None:
    came = Counter(_hold(number) for number in numbers)
    # each outcome is common enough that the mutations reach every layer
    assert all(came[kind] > len(numbers) // 20 for kind in ("unreadable", "refused", "valid")), (
        came
    )


def test_mutations() -> None:
    _hold_all(range(600))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_many_mutations(part: int) -> None:
    _hold_all(range(1000 * part, 1000 * (part + 1)))
