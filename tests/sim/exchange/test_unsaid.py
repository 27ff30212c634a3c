"""Nothing is left out in silence: each field has its line, each text its two languages."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from sim.exchange import lwm2m, ngsi_ld, talq, words
from sim.exchange.unsaid import covered
from sim.site import load_site
from sim.site.model import Names, Site
from tests.sim.exchange.sites import random_site

MODELS = (talq, lwm2m, ngsi_ld)
SOURCES = [path for path in Path("sim/exchange").glob("*.py") if path.name != "words.py"]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def fields(model: type[BaseModel], pattern: str = "") -> Iterator[str]:
    """Pattern of every field that a site file may have."""
    for name, info in model.model_fields.items():
        path = f"{pattern}.{info.alias or name}" if pattern else info.alias or name
        inner = [one for one in models_in(info.annotation) if one is not Names]
        if not inner:
            yield path
        for one in inner:
            many = "dict" in str(info.annotation) or "tuple" in str(info.annotation)
            yield from fields(one, f"{path}.*" if many else path)


FIELDS = sorted(set(fields(Site)))


def test_the_fields_are_found() -> None:
    assert len(FIELDS) > 150
    for known in (
        "programs.*.presence.windows.*.from", "luminaires.*.section", "energy.co2_year",
        "cabinets.*.circuits.*.mains.*.to", "strategies.relight.duration", "events.*.ramp",
    ):  # fmt: skip
        assert known in FIELDS


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.MODEL)
def test_every_field_is_said_or_has_its_reason(model: ModuleType) -> None:
    for pattern in FIELDS:
        _, code = covered(pattern, model.COVERAGE)
        assert code == "" or code in words.UNSAID, pattern


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.MODEL)
def test_the_table_has_no_line_for_nothing(model: ModuleType) -> None:
    known = {
        ".".join(pattern.split(".")[:n])
        for pattern in FIELDS
        for n in range(1, 1 + len(pattern.split(".")))
    }
    assert set(model.COVERAGE) <= known


def test_every_reason_is_used() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    for code in words.UNSAID:
        assert f'"{code}"' in text, code


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_both_languages() -> None:
    count = 0
    for catalogue in (words.UNSAID, words.SEVERITIES, *words.THEIRS.values()):
        for code, texts in catalogue.items():
            assert set(texts) == set(words.LANGUAGES), code
            assert texts["fr"] != texts["en"]
            assert placeholders(texts["fr"]) == placeholders(texts["en"]), code
            count += 2
    for code, refusals in words.REFUSALS.items():
        assert set(refusals) == set(words.LANGUAGES), code
        for one, other in zip(refusals["fr"], refusals["en"], strict=True):
            assert bool(one) == bool(other)
            assert placeholders(one) == placeholders(other), code
            count += 2
    assert set(words.THEIRS) == {"talq", "lwm2m", "ngsi-ld"}
    assert count > 300


def test_no_word_claims_an_assessment() -> None:
    text = " ".join(
        path.read_text(encoding="utf-8").lower()
        for path in [*SOURCES, Path("sim/exchange/words.py")]
    )
    assert not re.search(r"certifi|complian|conforme|homologu", text)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.MODEL)
def test_every_entry_is_a_sentence_with_its_place(model: ModuleType) -> None:
    for site in [load_site("sim/demo/village.toml")] + [random_site(i)[1] for i in range(20)]:
        for entry in model.export(site).unsaid:
            assert entry.places
            for lang in words.LANGUAGES:
                line = entry.line(lang)
                assert "{" not in line and "\n" not in line
                found = entry.to_json(lang)
                assert found["text"] and len(found["places"]) == len(entry.places)
            for place in entry.places:
                inner: Any = site
                for step in place:
                    if isinstance(step, int) or isinstance(inner, dict):
                        inner = inner[step]
                    else:
                        # a field's name in the file is not always its attribute's
                        inner = getattr(
                            inner,
                            {"from": "from_", "luminaires": "written_luminaires"}.get(step, step),
                        )
