"""What a run of nights used and gave: the figures of `noctule sim`, as plain JSON values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from noctule.brain.dates import month_day, year_of

from sim.engine import DAY_MS, Fault, Run, World
from sim.service import Service
from sim.site.model import Site
from sim.strategies import STRATEGIES, variant

Json = dict[str, Any]

_KWH = 3_600_000.0  # joules


def simulate(
    site: Site,
    first: int,
    nights: int,
    seed: int,
    strategies: Sequence[str] = STRATEGIES,
    faults: Sequence[Fault] = (),
    progress: Callable[[], None] = lambda: None,
) -> Json:
    """Run `nights` nights from that of day `first` under each strategy, over the same passages.

    `faults` befall the `site` strategy. `progress` is called after each night of each strategy.
    Returns the summary (see the README for its keys).
    """
    world = World(site, seed)
    runs = {}
    for name in strategies:
        made = variant(site, name)
        own = faults if name == "site" else ()
        runs[name] = Run(made.site, seed, first, own, power_w=made.power_w)
    for night in range(first, first + nights):
        happens = world.night(night)
        for run in runs.values():
            run.night(happens)
            progress()
    summary = summarise(site, runs, first, nights, seed)
    summary["faults"] = [
        {
            "lamp": site.luminaires[fault.lamp].id,
            "kind": fault.kind,
            "at": f"{iso_day(fault.t // DAY_MS)}T{_clock(fault.t % DAY_MS)}Z",
        }
        for fault in faults
    ]
    return summary


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
        "lamps": len(site.luminaires),
        "luminaires": sum(lamp.count for lamp in site.luminaires),
        "strategies": figures,
    }


def iso_day(day: int) -> str:
    """A day number as YYYY-MM-DD."""
    year = year_of(day)
    date = month_day(day, year)
    return f"{year:04}-{date >> 5:02}-{date & 31:02}"


def _clock(ms: int) -> str:
    second = ms // 1000
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _figures(site: Site, run: Run) -> Json:
    streets: Json = {}
    service = Service()
    for index, street in enumerate(site.streets):
        mine = [i for i, where in enumerate(run.street_of) if where == index]
        streets[street.id] = {
            **_energy(site, run, mine),
            "lamps": len(mine),
            "service": run.service[index].to_json(),
        }
        service.add(run.service[index])
    return {
        **_energy(site, run, range(len(run.lamps))),
        "service": service.to_json(),
        "streets": streets,
    }


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
