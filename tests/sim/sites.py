"""Small sites for the engine's tests: one street, plain defaults, tables replaced by name."""

from __future__ import annotations

from typing import Any

from sim.site.model import Site


def lamp(id: str = "L", at_m: float = 100, **more: Any) -> dict[str, Any]:
    """A luminaire of the street `s`."""
    return {
        "id": id, "circuit": "c", "street": "s", "at_m": at_m, "driver": "d", "program": "p",
        **more,
    }  # fmt: skip


def street(traffic: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """The street `s`, 200 m long."""
    return {
        "id": "s", "name": "S", "path_m": [[0, 0], [200, 0]], "asked_level": 50,
        "traffic": traffic or [], **more,
    }  # fmt: skip


def switched(*hours: tuple[str, str]) -> list[dict[str, Any]]:
    """A cabinet whose circuit `c` has mains in these hours."""
    mains = [{"from": a, "to": b} for a, b in hours]
    circuit = {"id": "c", "supply": "switched", "mains": mains}
    return [{"id": "A", "name": "A", "circuits": [circuit]}]


def site(**changes: Any) -> Site:
    """One street of 200 m, one luminaire in its middle."""
    tables: dict[str, Any] = {
        "site": {"name": "T", "latitude": 47.5, "longitude": 5.1, "timezone": "Europe/Paris"},
        "energy": {
            "price_eur_per_kwh": 0.2, "price_date": "2026-01-01", "price_source": "test",
            "co2_g_per_kwh": 30, "co2_year": 2024, "co2_source": "test",
        },
        "drivers": {"d": {"power_w": 43.0, "power_points": [[10, 6.0], [50, 20.5]]}},
        "programs": {"p": {}},
        "streets": [street()],
        "cabinets": [
            {"id": "A", "name": "A", "circuits": [{"id": "c", "supply": "permanent"}]}
        ],
        "luminaires": [lamp()],
    }  # fmt: skip
    return Site.model_validate({**tables, **changes})
