"""What a run of nights used and gave: the figures of `noctule sim`, as plain JSON values."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from noctule.brain.dates import month_day, year_of

from sim.engine import DAY_MS, METER_NOISE, Fault, Run, World
from sim.health import FAULT_NAMES, Stretch, detected, stretches, unseen
from sim.lamp import Lamp
from sim.service import Service
from sim.site.model import Site
from sim.strategies import STRATEGIES, variant

Json = dict[str, Any]

WITH_FAULTS = "with_faults"
"""The key of the site's run with its faults."""
TIMED_FAULTS = ("clock-wrong", "mains-cut")
"""Faults that have an amount of time."""
_KWH = 3_600_000.0  # joules


def simulate(
    site: Site,
    first: int,
    nights: int,
    seed: int,
    strategies: Sequence[str] = STRATEGIES,
    faults: Sequence[Fault] = (),
    progress: Callable[[], None] = lambda: None,
    meter_noise: float = METER_NOISE,
) -> Json:
    """Run `nights` nights from that of day `first` under each strategy, over the same passages.

    Strategies are compared without `faults`: with any, and `site` among the strategies, the site
    is run once more with them. `progress` is called after each night of each run (`runs_of`).
    meter_noise: standard deviation of a measured power, as a share of it.
    Returns the summary (see the README for its keys).
    """
    world = World(site, seed)
    own: dict[str, World] = {}
    runs = {}
    ill = {fault.lamp for fault in faults}
    asked: dict[int, list[tuple[int, int, bool]]] = {i: [] for i in ill}

    def watch(t: int, index: int, lamp: Lamp) -> None:
        if index in ill:
            asked[index].append((t, lamp.asked, lamp.powered))

    for name in strategies:
        made = variant(site, name)
        if made.own_world:
            own[name] = World(made.site, seed)
        mine = name == "site"
        runs[name] = Run(
            made.site, seed, first, power_w=made.power_w, meters=mine, meter_noise=meter_noise,
            watch=watch if mine and ill else None,
        )  # fmt: skip
    all_runs = dict(runs)
    if len(runs_of(strategies, faults)) > len(runs):
        all_runs[WITH_FAULTS] = Run(
            site, seed, first, faults, meters=True, meter_noise=meter_noise
        )  # fmt: skip
    span = range(first, first + nights)
    with _without_collector():
        _nights(all_runs, world, own, span, progress)
    summary = summarise(site, runs, first, nights, seed)
    summary["faults"] = []
    if "site" not in runs:
        return summary
    mine = summary["strategies"]["site"]
    mine |= _health(site, stretches(runs["site"].reports, ()))
    told = mine
    if WITH_FAULTS in all_runs:
        faulty = all_runs[WITH_FAULTS]
        found = stretches(faulty.reports, faults)
        summary["faults"] = [
            _fault(site, fault, found, lambda f: unseen(site, faulty.nodes[f.lamp], f, span,
                                                        asked[f.lamp]))
            for fault in faults
        ]  # fmt: skip
        told = summary[WITH_FAULTS] = {
            **_with_faults(site, faulty, summary["strategies"]),
            **_health(site, found),
        }
    summary["health"] = told["health"]
    summary["false_alarms"] = told["false_alarms"]
    return summary


def runs_of(strategies: Sequence[str], faults: Sequence[Fault]) -> list[str]:
    """What `simulate` runs: the strategies, and the site with its faults where there are any."""
    more = [WITH_FAULTS] if faults and "site" in strategies else []
    return [*strategies, *more]


def _with_faults(site: Site, run: Run, others: Json) -> Json:
    """The figures of the site with its faults, and what is more than without (`added`)."""
    entry = _figures(site, run)
    mine = others["site"]
    for other in ("today", "always_on"):
        if other in others:
            _compare(entry, others[other], f"vs_{other}_percent")
    added = {
        key: round(entry[key] - mine[key], digits)
        for key, digits in (("energy_kwh", 3), ("cost_eur", 2), ("co2_kg", 3))
    }
    for key in ("met_percent", "dark_percent"):
        now, before = entry["service"][key], mine["service"][key]
        added[key] = None if now is None or before is None else round(now - before, 2)
    return {**entry, "added": added}


def _health(site: Site, found: Sequence[Stretch]) -> Json:
    """What was reported in a run, and how much of it nobody had asked for."""
    return {
        "health": [
            {
                "lamp": site.luminaires[stretch.lamp].id,
                "fault": FAULT_NAMES[stretch.fault],
                "from": _instant(stretch.begins),
                "to": None if stretch.ends is None else _instant(stretch.ends),
                "asked": stretch.cause is not None,
            }
            for stretch in found
        ],
        "false_alarms": sum(stretch.cause is None for stretch in found),
    }


def _nights(
    runs: dict[str, Run],
    world: World,
    own: dict[str, World],
    nights: range,
    progress: Callable[[], None],
) -> None:
    """Run nights, each under every strategy; own: the worlds of those with sensors or zones of
    their own."""
    listens = {name: any(lamp.hears for lamp in run.lamps) for name, run in runs.items()}
    seen = any(listens[name] for name in runs if name not in own)
    for night in nights:
        shared = world.night(night, seen)
        for name, run in runs.items():
            happens = own[name].night(night, listens[name], shared) if name in own else shared
            run.night(happens)
            progress()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nights make no cycles of references, and very many small things for the collector to look
    at: it takes a tenth of the time and finds nothing."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _fault(
    site: Site, fault: Fault, found: Sequence[Stretch], why: Callable[[Fault], str]
) -> Json:
    """A fault on demand, and when it was first reported by its name, or else why it was not."""
    seen = detected(fault, found)
    since = max(seen.begins, fault.t) if seen else 0
    return {
        "lamp": site.luminaires[fault.lamp].id,
        "kind": fault.kind,
        "at": _instant(fault.t),
        "by_ms": fault.ms if fault.kind in TIMED_FAULTS else None,
        "detected": {
            "fault": FAULT_NAMES[seen.fault],
            "at": _instant(since),
            "after_h": round((since - fault.t) / 3_600_000, 2),
        }
        if seen
        else None,
        "unseen": None if seen else why(fault),
    }


def summarise(site: Site, runs: dict[str, Run], first: int, nights: int, seed: int) -> Json:
    """The summary of finished runs."""
    figures = {name: _figures(site, run) for name, run in runs.items()}
    for name, entry in figures.items():
        for other in ("today", "always_on"):
            if other in figures:
                _compare(entry, figures[other], f"vs_{other}_percent")
                for street, part in entry["streets"].items():
                    _compare(part, figures[other]["streets"][street], f"vs_{other}_percent")
        if "today" in figures:
            today = figures["today"]["streets"]
            entry["adds_energy"] = [
                street
                for street, part in entry["streets"].items()
                if name != "today" and part["energy_kwh"] > today[street]["energy_kwh"] * 1.001
            ]
    return {
        "format": 1,
        "site": site.site.name,
        "from": iso_day(first),
        "nights": nights,
        "seed": seed,
        "lamps": sum(lamp.count for lamp in site.luminaires),
        "nodes": len(site.luminaires),
        "luminaires": sum(lamp.count for lamp in site.luminaires),
        "strategies": figures,
    }


def iso_day(day: int) -> str:
    """A day number as YYYY-MM-DD."""
    year = year_of(day)
    date = month_day(day, year)
    return f"{year:04}-{date >> 5:02}-{date & 31:02}"


def _instant(t: int) -> str:
    day, ms = divmod(t, DAY_MS)
    second = ms // 1000
    return f"{iso_day(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def _figures(site: Site, run: Run) -> Json:
    streets: Json = {}
    service = Service()
    for index, street in enumerate(site.streets):
        mine = [i for i, where in enumerate(run.street_of) if where == index]
        streets[street.id] = {
            **_energy(site, run, mine),
            "lamps": sum(site.luminaires[i].count for i in mine),
            "nodes": len(mine),
            "service": run.service[index].to_json(),
        }
        service.add(run.service[index])
    figures = {
        **_energy(site, run, range(len(run.lamps))),
        "service": service.to_json(),
        "streets": streets,
    }
    if run.requests:
        relights: dict[str, dict[str, int]] = {}
        for request in run.requests:
            counts = relights.setdefault(request.zone, {"requests": 0, "taken": 0})
            counts["requests"] += 1
            counts["taken"] += request.taken
        figures["relights"] = dict(sorted(relights.items()))
    return figures


def _energy(site: Site, run: Run, lamps: Sequence[int]) -> Json:
    kwh = sum(run.lamps[i].energy_j for i in lamps) / _KWH
    hours = [0] * 101
    for i in lamps:
        for level, ms in enumerate(run.lamps[i].level_ms):
            hours[level] += ms
    return {
        "energy_kwh": round(kwh, 3),
        "cost_eur": round(kwh * site.energy.price_eur_per_kwh, 2),
        "co2_kg": round(kwh * site.energy.co2_g_per_kwh / 1000, 3),
        "lamp_hours_at_level": {
            str(level): round(ms / 3_600_000, 2) for level, ms in enumerate(hours) if ms
        },
    }


def _compare(entry: Json, other: Json, key: str) -> None:
    base = other["energy_kwh"]
    entry[key] = round(100 * (entry["energy_kwh"] - base) / base, 1) if base else None
