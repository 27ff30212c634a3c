"""Who raises whom: sections against stopping distances, and luminaires out of every reach."""

from __future__ import annotations

from collections.abc import Mapping

from sim.site.document import Steps
from sim.site.findings import Findings
from sim.site.model import Luminaire, Presence, Site

# Deceleration on a wet road, and the driver's reaction.
_BRAKING_M_S2 = 3.5
_REACTION_S = 1.0


def stopping_distance_m(speed_kmh: float) -> float:
    """Metres to a stop: v t + v^2 / 2a, with 1 s of reaction and 3.5 m/s2 on a wet road."""
    speed = speed_kmh / 3.6
    return speed * _REACTION_S + speed * speed / (2 * _BRAKING_M_S2)


def presences(site: Site, found: Findings) -> None:
    """Rules about who raises whom."""
    settings: dict[str, tuple[Presence, ...]] = {}
    streets: dict[str, list[tuple[float, str, Luminaire, Steps]]] = {}
    sections: dict[str, list[Luminaire]] = {}
    for lamp, path in zip(site.luminaires, site.luminaire_paths, strict=True):
        key = lamp.program or f" {lamp.calendar}"
        if key not in settings:
            programs = (site.programs[name] for name in site.programs_of(lamp))
            settings[key] = tuple(p.presence for p in programs if p.presence is not None)
        streets.setdefault(lamp.street, []).append((lamp.at_m, lamp.pole, lamp, path))
        sections.setdefault(lamp.section, []).append(lamp)
    if not any(settings.values()):
        return
    raised: set[str] = set()  # sections in which a sensor could raise all
    told: set[str] = set()
    for name, lamps in sections.items():
        by_section = any(
            presence.vehicles == "section"
            for lamp in lamps
            for presence in settings[lamp.program or f" {lamp.calendar}"]
        )
        if by_section and any(lamp.sensor for lamp in lamps):
            raised.add(name)
            if not any(lamp.sensor and site.sensors[lamp.sensor].speed_known for lamp in lamps):
                told.add(name)
    paths = dict(zip((lamp.id for lamp in site.luminaires), site.luminaire_paths, strict=True))
    for name in told:
        lamp = sections[name][0]
        program = site.programs_of(lamp)[0]
        found.add(
            "warning",
            "section-no-radar",
            ("programs", program, "presence", "vehicles"),
            section=name,
        )
    for name in raised:
        _section_length(site, sections[name], paths[sections[name][0].id], found)
    for on_street in streets.values():
        _reached(on_street, settings, raised, found)


def _section_length(site: Site, lamps: list[Luminaire], path: Steps, found: Findings) -> None:
    """The light must be up further ahead of a vehicle than it needs to stop."""
    street = site.street(lamps[0].street)
    places = [lamp.at_m for lamp in lamps if lamp.street == street.id]
    length = max(places) - min(places)
    speed = street.speed_limit_kmh or 50.0
    if length < (stop := stopping_distance_m(speed)):
        found.add(
            "warning",
            "section-short",
            path,
            section=lamps[0].section,
            length_m=round(length, 1),
            speed_kmh=speed,
            stop_m=float(round(stop)),
        )


def _reached(
    lamps: list[tuple[float, str, Luminaire, Steps]],
    settings: Mapping[str, tuple[Presence, ...]],
    raised: set[str],
    found: Findings,
) -> None:
    """Find the luminaires of one street that no detection ever reaches."""
    lamps = sorted(lamps, key=lambda item: item[:2])
    hop = -1
    hops = []
    for i, (_, pole, _, _) in enumerate(lamps):
        hop += i == 0 or pole != lamps[i - 1][1]
        hops.append(hop)
    near: list[list[int]] = [[] for _ in lamps]  # the nearest sensors either side
    for order in (range(len(lamps)), range(len(lamps) - 1, -1, -1)):
        last = -1
        for i in order:
            if lamps[i][2].sensor is not None:
                last = i
            if last >= 0:
                near[i].append(last)
    told: set[Steps] = set()
    for i, (at_m, _, lamp, path) in enumerate(lamps):
        presences = settings[lamp.program or f" {lamp.calendar}"]
        if not presences or lamp.sensor is not None or lamp.section in raised:
            continue
        within = any(
            abs(hops[i] - hops[j]) <= presence.neighbours
            or abs(at_m - lamps[j][0]) <= presence.reach_m
            for presence in presences
            for j in near[i]
        )
        if not within and path not in told:
            told.add(path)  # a row of them is one finding
            found.add(
                "warning",
                "presence-unreachable",
                path,
                id=lamp.id,
                program=lamp.program or str(lamp.calendar),
            )
