"""The demo village is fine, is what it says it is, and no mutation of it trips the checker."""

import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from noctule.brain.config import Config

import sim
from sim.site import Site, check, load_site
from sim.site.check import check_document
from sim.site.compile import compile_site
from sim.site.document import DocumentError, parse
from sim.site.words import LANGUAGES

VILLAGE = Path(sim.__file__).parent / "demo" / "village.toml"


@pytest.fixture(scope="module")
def village() -> Site:
    return load_site(VILLAGE)


def test_the_village_has_no_finding() -> None:
    assert [f.line_text() for f in check(VILLAGE).findings] == []


def test_its_luminaires(village: Site) -> None:
    assert len(village.luminaires) == 62
    assert len(village.cabinets) == 3
    counts = Counter(
        (lamp.street, village.drivers[lamp.driver].power_w) for lamp in village.luminaires
    )
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
            for lamps in [sorted(x.at_m for x in village.luminaires if x.street == street.id)]
            for a, b in zip(lamps, lamps[1:], strict=False)
        }
        for street in village.streets
    }
    assert (gaps["main-street"], gaps["estate"], gaps["river"]) == ({29}, {25}, {18.5})


def test_its_programs(village: Site) -> None:
    estate = village.programs["estate"].presence
    assert estate is not None
    assert (estate.idle, estate.neighbours, estate.operation) == (10, 2, "max")
    assert all(lamp.sensor == "pir" for lamp in village.luminaires if lamp.street == "estate")
    assert {lamp.today for lamp in village.luminaires if lamp.street == "estate"} == {"cut-23-5"}
    church = village.programs["church"]
    assert [str(period.to) for period in church.active] == ["01:00"]
    assert church.fault_state == 0
    hamlet = village.circuit("C1")
    assert {lamp.circuit for lamp in village.luminaires if lamp.street == "hamlet"} == {"C1"}
    assert hamlet.switched
    assert [(str(w.from_), str(w.to)) for w in hamlet.mains] == [
        ("sunset", "23:00"),
        ("05:00", "sunrise"),
    ]
    (market,) = village.calendars["square"].rules
    assert (market.day, market.weekdays) == ("morning", ("saturday",))
    assert village.cabinet_of("C1").clock_error == -90_000


def test_a_site_is_frozen(village: Site) -> None:
    with pytest.raises(ValueError, match="frozen"):
        village.site.name = "x"  # type: ignore[misc]


def test_a_schema_of_the_file(village: Site) -> None:
    schema = Site.model_json_schema()
    assert set(tomllib.loads(VILLAGE.read_text(encoding="utf-8"))) <= set(schema["properties"])
    assert "from" in schema["$defs"]["Window"]["properties"]


def test_what_was_read_can_be_written_and_read_again(village: Site) -> None:
    """Moments and dates dump as they are written in a file."""
    dumped = village.model_dump(by_alias=True)
    assert dumped["cabinets"][2]["circuits"][0]["mains"][0] == {"from": "sunset", "to": "23:00"}
    assert dumped["calendars"]["river"]["rules"][0]["from"] == "04-01"


# --- mutations ----------------------------------------------------------------------------------

ODD = [
    b"nan", b"-inf", b"1e999", b"-1", b"0", b"true", b'""', b"[]", b"{}", b'"22:00"', b'"sunset"',
    b'"sunset - 3 h"', b'"1 h 1 h"', b"99999999999999999999", b"2026-02-30", b"2026-12-24",
    b'"\\ud800"', b'"\\u0000"', b"[[[[]]]]", b"{ a.b.c = 1 }", b"'" * 3, b"\xff\xfe", b"\x00",
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
