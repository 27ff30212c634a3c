"""The NGSI-LD entities: valid by the Smart Data Models' schemas, and linked to each other."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest

from sim.exchange import ngsi_ld, place
from sim.exchange.unsaid import Exported
from sim.site import load_site
from tests.sim.exchange.schemas import entity_errors
from tests.sim.exchange.sites import random_site
from tests.sim.exchange.test_talq import site_with

VILLAGE = Path("sim/demo/village.toml")


@pytest.fixture(scope="module")
def village() -> Exported:
    return ngsi_ld.export(load_site(VILLAGE))


def group_of(programs: str, calendars: str = "", lamp: str = 'program = "p"') -> dict[str, Any]:
    entities = ngsi_ld.export(site_with(programs, calendars, lamp)).data["entities"]
    return next(one for one in entities if "activeProgramId" in one)


def test_the_village_is_valid_by_the_schemas(village: Exported) -> None:
    kinds = {entity["type"] for entity in village.data["entities"]}
    assert kinds == {"Streetlight", "StreetlightGroup", "StreetlightControlCabinet"}
    for entity in village.data["entities"]:
        assert entity_errors(entity) == []


def test_random_sites_are_valid_by_the_schemas() -> None:
    for seed in range(15):
        for entity in ngsi_ld.export(random_site(seed)[1]).data["entities"]:
            assert entity_errors(entity) == []


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("Streetlight", "status", "fine"),
        ("Streetlight", "status", None),
        ("Streetlight", "location", {"type": "Point", "coordinates": [200, 0]}),
        ("Streetlight", "powerRating", "40"),
        ("Streetlight", "level", 60),
        ("StreetlightGroup", "switchingMode", ["night-DIM"]),
        ("StreetlightGroup", "switchingOnHours", [{"from": "--01-01"}]),
        ("StreetlightControlCabinet", "workingMode", None),
        ("StreetlightControlCabinet", "refStreetlightGroup", []),
    ],
)
def test_the_validation_catches(village: Exported, kind: str, key: str, value: Any) -> None:
    entity = copy.deepcopy(next(x for x in village.data["entities"] if x["type"] == kind))
    assert entity_errors(entity) == []
    if value is None:
        del entity[key]
    else:
        entity[key] = value
    assert entity_errors(entity) != []


def test_relationships_lead_somewhere(village: Exported) -> None:
    entities = village.data["entities"]
    known = {entity["id"] for entity in entities}
    assert len(known) == len(entities)
    for entity in entities:
        for key, value in entity.items():
            if key.startswith("ref"):
                assert set(value if isinstance(value, list) else [value]) <= known
    lamps = [one["id"] for one in entities if one["type"] == "Streetlight"]
    alike = [one for one in entities if "activeProgramId" in one]
    assert sorted(x for group in alike for x in group["refStreetlight"]) == sorted(lamps)


def test_hours_are_those_of_the_active_periods() -> None:
    group = group_of("""[programs.p]
active = [{ from = "sunset + 20 min", to = "23:00" }, { from = "05:00", to = "sunrise - 1 h" }]
points = [{ at = "22:00", level = 40 }]""")
    assert [one["hours"] for one in group["switchingOnHours"]] == [
        "(sunset+00:20)-23:00,05:00-(sunrise-01:00)"
    ]
    assert group["switchingMode"] == ["night-LOW"]


def test_a_dark_season_is_off() -> None:
    group = group_of(
        '[programs.p]\n[programs.dark]\npoints = [{ at = "12:00", level = 0 }]',
        '[calendars.c]\ndefault = "p"\n[[calendars.c.rules]]\nprogram = "dark"\n'
        'from = "04-01"\nto = "10-31"',
        'calendar = "c"',
    )
    assert [(one["from"], one["to"], one["hours"]) for one in group["switchingOnHours"]] == [
        ("--04-01", "--10-31", "off"),
        ("--01-01", "--12-31", "sunset-sunrise"),
    ]


def test_places_are_right_to_a_metre_over_kilometres() -> None:
    """Against the arc of the meridian and the parallel's radius on WGS 84, at a few latitudes."""
    for seed in range(30):
        _, site = random_site(seed)
        latitude = math.radians(site.site.latitude)
        for east, north in ((1000.0, 0.0), (0.0, 1000.0), (-3000.0, 2000.0)):
            longitude, there = place.degrees(site, east, north)
            # Bowring's short series of a degree's lengths
            degree_north = (
                111_132.954 - 559.822 * math.cos(2 * latitude) + 1.175 * math.cos(4 * latitude)
            )
            degree_east = 111_412.84 * math.cos(latitude) - 93.5 * math.cos(3 * latitude)
            assert (there - site.site.latitude) * degree_north == pytest.approx(north, abs=1)
            assert (longitude - site.site.longitude) * degree_east == pytest.approx(east, abs=1)


def test_along_a_path() -> None:
    path = ((0.0, 0.0), (0.0, 0.0), (10.0, 0.0), (10.0, 10.0))
    assert place.along(path, 4) == (4, 0)
    assert place.along(path, 15) == (10, 5)
    assert place.along(path, 99) == (10, 10)


def test_an_empty_cabinet_is_left_out_and_listed() -> None:
    site = site_with("[programs.p]")
    text = site.model_dump(mode="python", by_alias=True)
    text["cabinets"] = [
        *text["cabinets"],
        {"id": "B", "name": "B", "circuits": [{"id": "B1", "supply": "permanent"}]},
    ]
    site = site.model_copy(
        update={"cabinets": (*site.cabinets, site.cabinets[0].model_copy(update={
            "id": "B", "circuits": (site.cabinets[0].circuits[0].model_copy(update={"id": "B1"}),),
        }))}
    )  # fmt: skip
    exported = ngsi_ld.export(site)
    cabinets = [one["id"] for one in exported.data["entities"] if one["type"].endswith("Cabinet")]
    assert cabinets == ["urn:ngsi-ld:StreetlightControlCabinet:Essai:A"]
    (listed,) = (one for one in exported.unsaid if one.code == "cabinet-alone")
    assert listed.places == (("cabinets", 1),)
