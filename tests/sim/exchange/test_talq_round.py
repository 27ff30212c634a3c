"""Programs and calendars to TALQ and back: the same nights, or the list says why not."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from noctule.brain.dates import day_number

from sim.exchange import talq
from sim.exchange.merge import merged
from sim.exchange.unsaid import Unsaid
from sim.site import load_site
from tests.sim.exchange.sites import nights_of, random_site, site_of

VILLAGE = Path("sim/demo/village.toml")

# what the list has to say of a program or a calendar whose nights are others afterwards
CHANGES_NIGHTS = {
    "whole-minutes", "twilight", "solar-midnight", "solar-order", "period", "photocell-ends",
    "presence-windows", "idle",
}  # fmt: skip


def touched(unsaid: tuple[Unsaid, ...], codes: set[str], kind: str = "programs") -> set[str]:
    """Keys of the programs or calendars that the list is about."""
    return {
        str(place[1])
        for one in unsaid
        if one.code in codes
        for place in one.places
        if place[0] == kind
    }


def nights_to_look_at(rng: random.Random) -> list[int]:
    edges = [(2, 28), (2, 29), (3, 1), (12, 31), (1, 1), (6, 21), (12, 21), (3, 28), (10, 30)]
    found = [day_number(2028, *rng.choice(edges)) for _ in range(2)]
    return found + [day_number(2024, 1, 2) + rng.randrange(8000) for _ in range(4)]


def round_trip(seed: int) -> tuple[int, int]:
    """(luminaires that could be compared, those that the list excuses)."""
    text, site = random_site(seed)
    exported = talq.export(site)
    data = json.loads(json.dumps(exported.data))
    listed = touched(exported.unsaid, CHANGES_NIGHTS)
    try:
        imported = talq.import_(data, site)
    except talq.Refused as refused:
        # what it exports it reads again, but for what the list has told
        blamed = {"programs": touched(exported.unsaid, {"solar-order"})}
        blamed["calendars"] = touched(exported.unsaid, {"dates-until"}, "calendars")
        for finding in refused.findings:
            if finding.severity == "error":
                kind, index = finding.path[:2]
                key = exported.data[str(kind)][index]["id"]
                assert key in blamed["programs" if kind == "controlPrograms" else "calendars"]
                assert kind == "controlPrograms" or finding.code in ("too-many", "list-too-long")
        for kind, keys in (("controlPrograms", "programs"), ("calendars", "calendars")):
            data[kind] = [one for one in data[kind] if one["id"] not in blamed[keys]]
        imported = talq.import_(data, site)
    again = site_of(merged(text, imported))
    assert again is not None
    nights = nights_to_look_at(random.Random(f"nights/{seed}"))
    compared = excused = 0
    for lamp in site.luminaires:
        if listed & set(site.programs_of(lamp)):
            excused += 1
            continue
        before = nights_of(site, lamp.id, nights)
        after = nights_of(again, lamp.id, nights)
        assert after == before, (seed, lamp.id, text, imported.toml())
        compared += 1
    return compared, excused


def test_the_village_comes_back_over_a_year() -> None:
    site = load_site(VILLAGE)
    exported = talq.export(site)
    imported = talq.import_(json.loads(json.dumps(exported.data)), site)
    again = site_of(merged(VILLAGE.read_text(encoding="utf-8"), imported))
    assert again is not None
    listed = touched(exported.unsaid, CHANGES_NIGHTS)
    lamps = {(lamp.program, lamp.calendar): lamp for lamp in site.luminaires}.values()
    nights = [day_number(2026, 1, 1) + 5 * i for i in range(73)]
    nights += [day_number(2026, 3, 28), day_number(2026, 10, 24), day_number(2026, 12, 31)]
    compared = 0
    for lamp in lamps:
        if not listed & set(site.programs_of(lamp)):
            assert nights_of(again, lamp.id, nights) == nights_of(site, lamp.id, nights)
            compared += 1
    assert compared >= len(lamps) - 2  # the square's solar midnight, the river's twilight


def test_sixty_random_sites_come_back_with_the_same_nights() -> None:
    totals = [round_trip(seed) for seed in range(60)]
    assert sum(compared for compared, _ in totals) > 2 * sum(excused for _, excused in totals)


@pytest.mark.long
def test_a_thousand_random_sites_come_back_with_the_same_nights() -> None:
    totals = [round_trip(seed) for seed in range(1000)]
    assert sum(compared for compared, _ in totals) > 2 * sum(excused for _, excused in totals)
