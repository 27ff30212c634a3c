"""What the model says of a shape that does not fit, as findings."""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.site import words
from sim.site.compile import EVENTS
from sim.site.document import Steps, lookup, path_text, shown
from sim.site.findings import Findings, suggest
from sim.site.model import Site
from sim.site.rules.references import TABLE_OF
from sim.site.values import WEEKDAYS

_EXAMPLES = {
    "site": '[site] name = "..."',
    "energy": "[energy] price_eur_per_kwh = 0.2",
    "drivers": "[drivers.led-43]",
    "programs": "[programs.main-street]",
    "streets": "[[streets]]",
    "cabinets": "[[cabinets]]",
    "circuits": "[[cabinets.circuits]]",
    "name": 'name = "Grande Rue"',
    "latitude": "latitude = 47.517",
    "longitude": "longitude = 5.108",
    "timezone": 'timezone = "Europe/Paris"',
    "price_eur_per_kwh": "price_eur_per_kwh = 0.20",
    "price_date": "price_date = 2026-02-01",
    "price_source": 'price_source = "assumption"',
    "co2_g_per_kwh": "co2_g_per_kwh = 30",
    "co2_year": "co2_year = 2024",
    "co2_source": 'co2_source = "assumption"',
    "power_w": "power_w = 43.0",
    "range_m": "range_m = 8.0",
    "from": 'from = "22:00"',
    "to": 'to = "05:30"',
    "on_lux": "on_lux = 20",
    "off_lux": "off_lux = 30",
    "at": 'at = "22:00"',
    "level": "level = 60",
    "operation": 'operation = "max"',
    "hold": 'hold = "60 s"',
    "program": 'program = "main-street"',
    "default": 'default = "main-street"',
    "id": 'id = "A1"',
    "path_m": "path_m = [[0, 0], [520, 0]]",
    "asked_level": "asked_level = 50",
    "kind": 'kind = "walker"',
    "supply": 'supply = "permanent"',
    "circuit": 'circuit = "A1"',
    "street": 'street = "grande-rue"',
    "driver": 'driver = "led-43"',
    "at_m": "at_m = 12.0",
    "board": 'board = "esp32_devkitc"',
    "levels": "levels = { centre = 100 }",
    "hours": 'hours = { from = "21:00", to = "06:00" }',
    "count": "count = 8",
    "start_m": "start_m = 10",
    "spacing_m": "spacing_m = 29",
    "fr": 'fr = "..."',
    "en": 'en = "..."',
}


def tell_shapes(errors: ValidationError, values: object, found: Findings) -> None:
    for error in errors.errors(include_url=False, include_input=False):
        if found.full:
            found.count("error")
            continue
        # pydantic marks an error in a dict's key so
        loc: Steps = tuple(step for step in error["loc"] if step != "[key]")
        kind = error["type"]
        context: dict[str, Any] = dict(error.get("ctx", {}))
        in_key = len(loc) != len(error["loc"])
        if kind == "missing":
            name = str(loc[-1])
            example = _EXAMPLES.get(name, f"{name} = ...")
            found.add("error", "missing-key", loc, key=name, example=example)
        elif kind == "extra_forbidden":
            known = _keys_at(loc[:-1])
            name = shown(str(loc[-1]))[1:-1]
            params: dict[str, Any] = {"key": name, "known": ", ".join(known)}
            suggest(params, str(loc[-1]), known)
            found.add("error", "unknown-key", loc, at_key=True, **params)
        elif kind in ("tuple_type", "list_type"):
            found.add("error", "not-a-list", loc, got=shown(lookup(values, loc)))
        elif kind in ("dict_type", "model_type", "model_attributes_type"):
            got, place = shown(lookup(values, loc)), path_text(loc) or "site"
            found.add("error", "not-a-table", loc, got=got, place=place)
        elif kind == "too_short":
            written = lookup(values, loc)
            if isinstance(written, (list, dict)) and len(written) >= context["min_length"]:
                continue  # enough of them, and what is wrong with them has been said
            found.add(
                "error",
                "too-few",
                loc,
                actual=context["actual_length"],
                least=context["min_length"],
            )
        elif kind == "too_long":
            most = context["max_length"]
            actual = lookup(values, loc)
            length = len(actual) if isinstance(actual, (list, dict)) else most + 1
            found.add("error", "too-many", loc, actual=length, most=most)
        elif kind in words.CODES:
            word = str(context.pop("word", ""))
            if kind == "unknown-event":
                suggest(context, word, tuple(name for name in EVENTS if name != "local"))
            elif kind == "bad-weekday":
                suggest(context, word.lower(), WEEKDAYS)
            elif kind in ("bad-choice", "presence-operation"):
                choices = str(context.get("choices", "")).replace('"', "").split(", ")
                suggest(context, word.lower(), choices)
            found.add("error", kind, loc, at_key=in_key, **context)
        else:
            found.add("error", "invalid", loc, detail=str(error["msg"])[:100])


@cache
def _inner(annotation: Any) -> Any:
    """What an annotation holds: the model, or ('dict' | 'tuple', what they hold)."""
    origin = get_origin(annotation)
    args = get_args(annotation)
    if origin is Annotated:
        return _inner(args[0])
    if origin in (Union, types.UnionType):
        return next((inner for arg in args if (inner := _inner(arg)) is not None), None)
    if origin is dict:
        return _inner(args[1])
    if origin is tuple:
        return _inner(args[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _keys_at(path: Steps) -> tuple[str, ...]:
    """The names that may stand in the table at a path."""
    model: Any = Site
    tables = set(TABLE_OF.values())
    skip = False
    for depth, step in enumerate(path):
        if isinstance(step, int) or skip:
            skip = False
            continue
        found = next((f for n, f in model.model_fields.items() if (f.alias or n) == step), None)
        model = _inner(found.annotation) if found is not None else None
        if model is None:
            return ()
        skip = depth == 0 and step in tables
    return tuple(f.alias or name for name, f in model.model_fields.items())
