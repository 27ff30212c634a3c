"""The models' own schemas, read from the shared data; tests are skipped where that is absent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DATA = Path("../shared/data")


def need(name: str) -> Path:
    """A file or folder of the shared data."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not here: the model's own schema cannot be asked")
    return path


# ---- TALQ


@cache
def _talq() -> tuple[dict[str, Any], Registry[Any]]:
    path = need("talq/talq-data-model-2-7-1.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    registry: Registry[Any] = Registry().with_resource(
        "urn:talq", Resource(contents=document, specification=DRAFT202012)
    )
    return document["components"]["schemas"], registry


def _properties(name: str) -> set[str]:
    """Names of all that a schema of the model may hold."""
    schemas, _ = _talq()
    found: set[str] = set()
    stack = [schemas[name]]
    while stack:
        schema = stack.pop()
        found |= set(schema.get("properties", {}))
        stack += schema.get("allOf", [])
        if "$ref" in schema:
            stack.append(schemas[schema["$ref"].rpartition("/")[2]])
    return found


def talq_errors(item: object, name: str) -> list[str]:
    """What is wrong with an object of the model, the real kinds of its parts resolved.

    Where the model says State, Attribute, Function, ActivePeriod, Condition or ControlEffect, its
    discriminator names the schema that counts: without that a level of 130 would pass. A key that
    the schema does not have is an error here.
    """
    schemas, registry = _talq()
    found = []
    validator = Draft202012Validator(
        {"$ref": f"urn:talq#/components/schemas/{name}"},
        registry=registry,
        format_checker=FormatChecker(),
    )
    for error in validator.iter_errors(item):
        found.append(f"{name}: {error.json_path}: {error.message}")
    if isinstance(item, dict):
        found += [f"{name}: no {key}" for key in item if key not in _properties(name)]
        for part in item.values():
            for kind, inner in _discriminated(part):
                if kind in schemas:
                    found += talq_errors(inner, kind)
                else:
                    found.append(f"{name}: no kind {kind}")
    return found


def _discriminated(item: object) -> Iterator[tuple[str, object]]:
    """The nearest parts that say what they are."""
    if isinstance(item, list):
        for one in item:
            yield from _discriminated(one)
    elif isinstance(item, dict):
        for key in ("name", "type"):
            kind = item.get(key)
            if "functionId" in item or not isinstance(kind, str):
                continue  # it describes a kind, and is none of it
            ends = ("State", "ActivePeriod", "ControlEffect", "Function")
            if kind in ("ccDate", "ccDay") or (
                kind[:1].isupper() and (kind.endswith(ends) or kind.startswith("Attribute"))
            ):
                yield kind, item
                return
        for one in item.values():
            yield from _discriminated(one)


# ---- LwM2M


@cache
def lwm2m_object(number: str) -> dict[str, Any]:
    """An object's definition: multiple, mandatory, resources by id."""
    tree = ElementTree.parse(need("lwm2m") / f"{number}.xml")
    definition = tree.getroot().find("Object")
    assert definition is not None
    resources = {}
    for item in definition.findall("Resources/Item"):
        resources[item.get("ID")] = {
            key: (item.findtext(tag) or "").strip()
            for key, tag in (
                ("name", "Name"), ("operations", "Operations"), ("type", "Type"),
                ("multiple", "MultipleInstances"), ("mandatory", "Mandatory"),
                ("range", "RangeEnumeration"),
            )
        }  # fmt: skip
    return {
        "multiple": definition.findtext("MultipleInstances") == "Multiple",
        "resources": resources,
    }


_TYPES: dict[str, tuple[type, ...]] = {
    "Integer": (int,), "Time": (int,), "Float": (int, float), "String": (str,), "Boolean": (bool,),
}  # fmt: skip


def lwm2m_errors(objects: dict[str, Any]) -> list[str]:
    """What is wrong with the objects of a device."""
    need("lwm2m")
    found = []
    for number, instances in objects.items():
        if not (DATA / "lwm2m" / f"{number}.xml").exists():
            found.append(f"no object {number}")
            continue
        definition = lwm2m_object(number)
        if not definition["multiple"] and set(instances) != {"0"}:
            found.append(f"{number}: single")
        for instance, resources in instances.items():
            at = f"{number}/{instance}"
            for key, known in definition["resources"].items():
                if known["mandatory"] == "Mandatory" and key not in resources:
                    found.append(f"{at}/{key}: {known['name']} is mandatory")
            for key, value in resources.items():
                if key not in definition["resources"]:
                    found.append(f"{at}/{key}: no such resource")
                else:
                    found += _resource_errors(f"{at}/{key}", value, definition["resources"][key])
    return found


def _resource_errors(at: str, value: object, known: dict[str, str]) -> list[str]:
    values = [value]
    if known["multiple"] == "Multiple":
        if not isinstance(value, dict) or list(value) != [str(i) for i in range(len(value))]:
            return [f"{at}: wants instances"]
        values = list(value.values())
    if known["operations"] == "E":
        return [f"{at}: can only be executed"]
    found = []
    for one in values:
        kinds = _TYPES[known["type"]]
        if not isinstance(one, kinds) or (isinstance(one, bool) and bool not in kinds):
            found.append(f"{at}: {one!r} is no {known['type']}")
        elif ".." in known["range"]:
            low, _, high = known["range"].partition("..")
            if not float(low) <= float(one) <= float(high):  # type: ignore[arg-type]
                found.append(f"{at}: {one!r} is not within {known['range']}")
    return found


# ---- Smart Data Models

_COMMON = "https://smart-data-models.github.io/data-models/common-schema.json"
# what the models take from the common schema, as far as these tests need it
_STUB = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": _COMMON,
    "definitions": {
        "GSMA-Commons": {
            "properties": {
                "id": {"type": "string", "pattern": "^urn:ngsi-ld:[A-Za-z]+:[^\\s]+$"},
                "name": {"type": "string"},
            }
        },
        "Location-Commons": {
            "properties": {
                "areaServed": {"type": "string"},
                "location": {
                    "oneOf": [
                        {
                            "required": ["type", "coordinates"],
                            "properties": {
                                "type": {"const": "Point"},
                                "coordinates": {"$ref": "#/definitions/position"},
                            },
                        },
                        {
                            "required": ["type", "coordinates"],
                            "properties": {
                                "type": {"const": "MultiPoint"},
                                "coordinates": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {"$ref": "#/definitions/position"},
                                },
                            },
                        },
                    ]
                },
            }
        },
        "PhysicalObject-Commons": {},
        "dateYearLess": {"pattern": "^--(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"},
        "position": {
            "type": "array",
            "prefixItems": [
                {"type": "number", "minimum": -180, "maximum": 180},
                {"type": "number", "minimum": -90, "maximum": 90},
            ],
            "minItems": 2,
            "maxItems": 2,
        },
    },
}


@cache
def _entity_validator(kind: str) -> Draft202012Validator:
    path = need("smart-data-models") / kind / "schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    registry: Registry[Any] = Registry().with_resource(
        _COMMON, Resource(contents=_STUB, specification=DRAFT202012)
    )
    return Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())


@cache
def _entity_keys(kind: str) -> frozenset[str]:
    schema = json.loads(
        (need("smart-data-models") / kind / "schema.json").read_text(encoding="utf-8")
    )
    known = {"@context", "id", "name", "location", "areaServed"}
    for part in schema["allOf"]:
        known |= set(part.get("properties", {}))
    return frozenset(known)


def entity_errors(entity: dict[str, Any]) -> list[str]:
    """What is wrong with an entity; a key that its model does not have is an error."""
    kind = str(entity.get("type"))
    found = [error.message for error in _entity_validator(kind).iter_errors(entity)]
    return found + [f"no {key}" for key in entity if key not in _entity_keys(kind)]
