"""The JSON Schema of a site file: fresh, in both languages, and of one mind with the check."""

import copy
import datetime as dt
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator
from pydantic import BaseModel, ValidationError

from sim.site import model, schema
from sim.site.model import Site
from tests.sim.site.test_compile import MORE
from tests.sim.site.test_rules import MINIMAL
from tests.sim.site.test_village import VILLAGE
from tests.texts import edited
from tools.schema import schema as command

SCHEMA = schema.json_schema()


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    Draft7Validator.check_schema(SCHEMA)
    return Draft7Validator(SCHEMA)


def plain(value: object) -> Any:
    """A TOML value as an editor has it: dates and times as they are written."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return value


def test_the_file_is_fresh() -> None:
    """Else: `noctule schema --output sim/site/noctule.schema.json`."""
    assert schema.FILE.read_text(encoding="utf-8") == schema.text()


def test_the_command(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(command, []).output == schema.text()
    path = tmp_path / "new" / "s.json"
    assert runner.invoke(command, ["--output", str(path)]).exit_code == 0
    assert path.read_text(encoding="utf-8") == schema.text()
    result = runner.invoke(command, ["--output", "/dev/null/s.json"])
    assert result.exit_code == 1 and "Traceback" not in result.output


@pytest.mark.parametrize("text", [VILLAGE.read_text(encoding="utf-8"), MINIMAL + MORE])
def test_good_sites(validator: Draft7Validator, text: str) -> None:
    values = plain(tomllib.loads(text))
    assert [error.message for error in validator.iter_errors(values)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('warm_up = "4 min"', "warm_up = 4"),
        ('warm_up = "4 min"', 'warm_up = "4"'),
        ('kind = "all-on"', 'kind = "all-off"'),
        ('school_zone = "A"', 'school_zone = "D"'),
        ('holiday_zone = "metropole"', 'holiday_zone = "Métropole"'),
        ('order = "arrêté n° 2026-118"', "order = 2026"),
        ("minimum_level = 100", "minimum_level = 101"),
        ('holidays = ["public"]\n\n', 'holidays = "public"\n\n'),
        ("at_m = 105", ""),
        ("[ceilings.river]", "[ceiling.river]"),
        ("requests_per_night = [14, ", "requests_per_night = ["),
        ("levels = { centre = 80", "levels = { centre = 800"),
        ("at = 2026-11-25T02:40:00", 'at = "2:40"'),
    ],
)
def test_bad_sites(validator: Draft7Validator, old: str, new: str) -> None:
    text = edited(VILLAGE.read_text(encoding="utf-8"), (old, new))
    values = plain(tomllib.loads(text))
    assert list(validator.iter_errors(values))


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, (dict, list)):
            yield from _leaves(inner, (*path, key))


ODD: list[Any] = [
    -1, 0, 7, 101, 0.5, True, "", "x", "22:00", "sunset + 5 min", "5 s", "12-24", "2026-12-24",
    [], {}, ["public"], [1, 2], "A", 10**9,
]  # fmt: skip


def test_what_the_schema_refuses_the_model_refuses() -> None:
    """An editor never marks what is right. (The model sees more: the check has the last word.)"""
    validator = Draft7Validator(SCHEMA)
    rng = random.Random("noctule schema")
    village = tomllib.loads(VILLAGE.read_text(encoding="utf-8"))
    places = list(_leaves(village))
    refused = seen = 0
    for _ in range(250):
        path = rng.choice(places)
        values = copy.deepcopy(village)
        inner = values
        for step in path[:-1]:
            inner = inner[step]
        what = rng.randrange(3)
        if what == 0:
            del inner[path[-1]]
        elif what == 1:
            inner[path[-1]] = rng.choice(ODD)
        elif isinstance(inner, dict):
            inner[rng.choice(["level", "id", "from", "strange", "name"])] = rng.choice(ODD)
        if next(validator.iter_errors(plain(values)), None) is None:
            seen += 1
            continue
        refused += 1
        with pytest.raises(ValidationError):
            Site.model_validate(values)
    assert refused > 80 and seen > 40


def _models() -> Iterator[type[BaseModel]]:
    for value in vars(model).values():
        if isinstance(value, type) and issubclass(value, BaseModel) and value is not BaseModel:
            yield value


def test_every_key_is_said_in_both_languages() -> None:
    count = 0
    used = set()
    for made in _models():
        if made.__name__.startswith("_"):
            continue
        for name, field in made.model_fields.items():
            key = field.alias or name
            french, english = schema.said(made.__name__, key)
            assert french.strip() and english.strip()
            own = f"{made.__name__}.{key}"
            used.add(own if own in schema._SAID else key)
            count += 1
    assert count > 150
    assert used == set(schema._SAID)  # no word is left over


def test_every_key_of_the_file_is_in_the_schema() -> None:
    def walk(one: Any) -> Iterator[str]:
        if isinstance(one, dict):
            for name, inner in one.get("properties", {}).items():
                assert inner["title"] == name
                assert len(inner["description"].split("\n")) == 2
                yield name
            for inner in one.values():
                yield from walk(inner)
        elif isinstance(one, list):
            for inner in one:
                yield from walk(inner)

    keys = set(walk(SCHEMA))
    for made in _models():
        for name, field in made.model_fields.items():
            assert (field.alias or name) in keys or made.__name__.startswith("_")
    assert "$ref" not in schema.text() and "$defs" not in schema.text()
