"""`make bench`: what it costs, side by side with the alternative where there is one.

Prints a table and leaves build/bench.json: one entry a figure with name, value, unit and how it
was measured. Timings are of this machine, one process on one core; instructions (`fuel`) are
counted by the 32-bit MicroPython build and are the same everywhere.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas
from noctule.brain import almanac
from noctule.brain.dates import day_number
from pvlib import solarposition

from sim.board import Board, Clock
from sim.engine import Run, World
from sim.report import html
from sim.runtimes import RuntimeMissingError, guest_alloc, run_guest
from sim.runtimes.fuel import fuel_per_step
from sim.runtimes.memory32 import demo_nodes, node_memory
from sim.site import load_site
from sim.site.compile import compile_site
from sim.site.model import Site
from sim.strategies import STRATEGIES, variant
from sim.summary import simulate
from tests.app.node import Node
from tests.app.wearing import STORES, live
from tests.sim.site.big import big_site
from tests.update import benching

NIGHT = day_number(2026, 11, 23)
VILLAGE = Path("sim/demo/village.toml")
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


def busy_site(lamps: int) -> Site:
    """Streets of 16 luminaires with sensors and two neighbours, and 60 walkers in the dark hours
    of each: every luminaire sees 60 passages a night."""
    streets = lamps // 16
    return Site.model_validate(
        {
            "site": {"name": "B", "latitude": 47.5, "longitude": 5.1, "timezone": "Europe/Paris"},
            "energy": {
                "price_eur_per_kwh": 0.2, "price_date": "2026-01-01", "price_source": "bench",
                "co2_g_per_kwh": 30, "co2_year": 2024, "co2_source": "bench",
            },
            "drivers": {"d": {"power_w": 22.0}},
            "sensors": {"pir": {"range_m": 8.0, "missed_percent": 2, "false_per_hour": 0.02}},
            "programs": {
                "p": {
                    "points": [
                        {"at": "21:30", "level": 10, "ramp": "10 s"},
                        {"at": "06:00", "level": 100, "ramp": "10 s"},
                    ],
                    "presence": {
                        "operation": "max", "level": 100, "idle": 10, "hold": "60 s",
                        "neighbours": 2,
                    },
                }
            },
            "streets": [
                {
                    "id": f"s{i}", "name": f"S{i}", "path_m": [[0, 0], [400, 0]],
                    "asked_level": 50,
                    "traffic": [{"kind": "walker", "per_hour": 4.0}],
                }
                for i in range(streets)
            ],
            "cabinets": [
                {"id": "A", "name": "A", "circuits": [{"id": "c", "supply": "permanent"}]}
            ],
            "rows": [
                {
                    "id": f"R{i}-", "count": 16, "start_m": 12, "spacing_m": 25, "circuit": "c",
                    "street": f"s{i}", "driver": "d", "program": "p", "sensor": "pir",
                }
                for i in range(streets)
            ],
        }
    )  # fmt: skip


class Bench:
    """Collects figures: name, value, unit, how measured."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def add(self, name: str, value: float, unit: str, how: str) -> None:
        value = float(f"{value:.4g}")
        self.entries.append({"name": name, "value": value, "unit": unit, "how": how})
        print(f"{name:44} {value:>12,.10g} {unit:22} {how}", flush=True)


def nights_per_second(lamps: int, nights: int, strategies: tuple[str, ...]) -> tuple[float, Run]:
    """Lamp-nights a second of processor time, and the last run."""
    site = busy_site(lamps)
    world = World(site, 1)
    variants = [variant(site, name) for name in strategies]
    runs = [Run(made.site, 1, NIGHT) for made in variants]
    worlds = [World(made.site, 1) if made.own_world else None for made in variants]
    start = time.process_time()
    for night in range(NIGHT, NIGHT + nights):
        happens = world.night(night)
        for run, own in zip(runs, worlds, strict=True):
            run.night(own.night(night, like=happens) if own else happens)
    return lamps * nights / (time.process_time() - start), runs[0]


def simulator(bench: Bench) -> None:
    how = "busy street, 60 passages a night a luminaire, presence; best of 3 runs, one core"
    best = max((nights_per_second(64, 5, ("site",)) for _ in range(3)), key=lambda x: x[0])
    speed, run = best
    bench.add("sim.lamp_nights_per_second", speed, "lamp-nights/s", how)
    crossings = sum(service.passages for service in run.service) / (64 * 5)
    bench.add(
        "sim.passages_per_lamp_night", crossings, "passages", "counted in that run, dark hours"
    )
    bench.add("sim.steps_per_lamp_night", run.steps / (64 * 5), "steps", "counted in that run")
    twice = max(nights_per_second(128, 5, ("site",))[0] for _ in range(2))
    bench.add("sim.lamp_nights_per_second.twice", twice, "lamp-nights/s", "twice the luminaires")
    every = max(nights_per_second(64, 3, STRATEGIES)[0] for _ in range(2))
    bench.add(
        "sim.lamp_nights_per_second.all_strategies", every, "lamp-nights/s", "with all strategies"
    )
    world = World(busy_site(64), 1)
    start = time.process_time()
    for night in range(NIGHT, NIGHT + 5):
        world.night(night)
    share = (time.process_time() - start) / (64 * 5) * speed
    bench.add("sim.share.world", 100 * share, "%", "people, detections, crossings")
    step_us = brain_microseconds()
    bench.add(
        "brain.step_microseconds", step_us, "us", "CPython, 60 passages a night, mean of a step"
    )
    brain = step_us * 1e-6 * run.steps / (64 * 5) * speed
    bench.add("sim.share.brain_steps", 100 * brain, "%", "that many steps at that cost")
    bench.add("sim.share.rest", 100 * (1 - share - brain), "%", "events, light, energy, service")


def health(bench: Bench) -> None:
    """What meters and the search for faults cost."""
    site = load_site(VILLAGE)
    world = World(site, 1)
    nights = [world.night(night) for night in range(NIGHT, NIGHT + 10)]
    cost = []
    for meters in (False, True):
        best = 1e9
        for _ in range(3):
            run = Run(site, 1, NIGHT, meters=meters, twins=False)
            start = time.process_time()
            for night in nights:
                run.night(night)
            best = min(best, time.process_time() - start)
        cost.append(best)
    bench.add(
        "sim.health_cost", 100 * (cost[1] / cost[0] - 1), "%",
        "a sample each half hour of every node of the demo village, 10 nights, best of 3",
    )  # fmt: skip


def village(bench: Bench, nights: int) -> None:
    """The demo village under every strategy, and its report, as `noctule sim --report` does."""
    site = load_site(VILLAGE)
    first = day_number(2026, 7, 1)
    spent = dict.fromkeys(STRATEGIES, 0.0)
    turns = itertools.cycle(STRATEGIES)
    before = start = time.process_time()

    def progress() -> None:
        nonlocal before
        now = time.process_time()
        spent[next(turns)] += now - before
        before = now

    summary = simulate(site, first, nights, 1, progress=progress)
    whole = time.process_time() - start
    how = f"demo village, {nights} nights, one core"
    for name, seconds in spent.items():
        more = ", the people of the night with it" if name == "site" else ""
        bench.add(f"village.seconds.{name}", seconds, "s", how + more)
    bench.add("village.seconds", whole, "s", f"{how}, all strategies")
    start = time.process_time()
    page = html(site, summary, first, 1)
    bench.add("village.report_seconds", time.process_time() - start, "s", f"{how}: its report")
    bench.add("village.report_bytes", len(page.encode()), "bytes", "that report")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES
    bench.add("village.peak_memory", peak / 1e6, "MB", "of this whole process until then")


def large(bench: Bench, count: int = 27_000) -> None:
    """A large site in a process of its own: how long it takes to check and compile."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "site.toml"
        path.write_text(big_site(count), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", LARGE, str(path)], capture_output=True, text=True, check=True
        )
    check, compiled, peak = (float(text) for text in done.stdout.split())
    how = f"{count} luminaires, each a table of its own, one core"
    bench.add("site.check_seconds", check, "s", how)
    bench.add("site.compile_seconds", compiled, "s", how)
    bench.add("site.peak_memory", peak * _MAXRSS_BYTES / 1e6, "MB", "of that process")


LARGE = """
import resource, sys, time
from pathlib import Path
from sim.site import load_site
from sim.site.compile import compile_site
start = time.process_time()
site = load_site(Path(sys.argv[1]))
checked = time.process_time()
compile_site(site)
print(checked - start, time.process_time() - checked)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def brain_microseconds() -> float:
    """A step's time on CPython, with 60 passages a night; what the brain is told between two
    steps is counted in, and the small loop around it."""
    config = compile_site(busy_site(16))[0].config
    best = 1e9
    for _ in range(5):
        walk = guest_alloc.make(("bench", config, b"", NIGHT, 30, 60, 0, 0))
        start = time.process_time()
        walk.go()
        best = min(best, (time.process_time() - start) / walk.steps)
    return best * 1e6


def instructions(bench: Bench, sun_moon: Path | None) -> None:
    """Counted on the 32-bit build."""
    config = compile_site(busy_site(16))[0].config
    how = "wasm instructions, 32-bit MicroPython, mean of"
    for name, options in (
        ("brain.fuel_per_step.asked", {}),
        ("brain.fuel_per_step.60_passages", {"people": 60}),
        ("brain.fuel_per_step.each_minute", {"every": 60_000}),
    ):
        cost = fuel_per_step(config, day=NIGHT, **options)
        bench.add(name, cost.fuel, "fuel", f"{how} {cost.steps} steps")
    ours = per_time("sun", (NIGHT,))
    bench.add("almanac.fuel_per_day", ours, "fuel", "one day's sunset and sunrise, same build")
    if sun_moon is None:
        print("almanac against sun_moon.py: not measured (name a copy with --sun-moon FILE)")
        return
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sun_moon, Path(folder) / "sun_moon.py")
        guest = Path(folder) / "guest_other.py"
        guest.write_text(OTHER_ALMANAC, encoding="utf-8")
        for moon, name in ((0, "sun_only"), (1, "with_moon")):
            other = per_time(guest, (NIGHT, moon))
            how = "ratio of fuel, sun_moon.py to ours, same build (its floats are native there)"
            bench.add(f"almanac.sun_moon_to_ours.{name}", other / ours, "x", how)


# The best MicroPython library for the sun: sun_moon.py of peterhinch/micropython-samples.
OTHER_ALMANAC = """
from sun_moon import RiSet

def main(day, moon, times):
    r = RiSet(47.517, 5.108)
    for i in range(times):
        r.mjd = 51544 + day + i
        r.rise_set(True, False)
        if moon:
            r.rise_set(False, False)
"""


def per_time(guest: str | Path, args: tuple[Any, ...]) -> float:
    """Fuel of one more time, by the difference of two runs."""
    few, many = 20, 120
    fuel = [run_guest("wasm32", guest, (*args, times)).fuel or 0 for times in (few, many)]
    return (fuel[1] - fuel[0]) / (many - few)


def memory(bench: Bench) -> None:
    """A node of each kind of output on 32 bits, module by module."""
    how = "32-bit MicroPython, .mpy imported, after collection"
    for lamp, config, wiring in demo_nodes():
        kind = wiring["output"]["kind"]
        try:
            weighed = node_memory(Path("build"), config, wiring)
        except RuntimeMissingError as error:
            print(f"memory: not measured: {error}")
            return
        for name, size in weighed.modules.items():
            bench.add(f"memory.{kind}.{name}", size, "bytes", how)
        bench.add(f"memory.{kind}.node", weighed.node, "bytes", f"{lamp}'s node made of them")
        bench.add(f"memory.{kind}.brain", weighed.brain, "bytes", "of the brain; limit 40,960")
        bench.add(f"memory.{kind}.total", weighed.total, "bytes", "that stay; limit 98,304")


def presence(bench: Bench, times: int = 12) -> None:
    """From the sensor's edge to the first change of duty, in real time on the virtual board, while
    its console is kept busy. The PC's own load counts in."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site.toml"
        text = VILLAGE.read_text("utf-8")
        site.write_text(re.sub(r'hold = "[^"]+"', 'hold = "1 s"', text), encoding="utf-8")
        begins = datetime.datetime(2026, 11, 23, 20, 40, tzinfo=datetime.UTC)
        with Node(Path(folder), "R03", begins, site=site, clock=Clock.REAL) as node:
            board = node.board
            board.wait(lambda board: len(board.chip.edges) > 1, 20)
            quiet(board, 3)
            took = []
            for _ in range(times):
                board.type("\r\nlog 40\r\nstatus\r\nwhy\r\n")
                with board.lock:
                    at = board.chip.now_us()
                    board.parts["presence"].presence(True)
                board.wait(lambda board, at=at: board.chip.edges[-1].at_us > at)
                with board.lock:
                    changes = (edge.at_us - at for edge in board.chip.edges)
                    took.append(next(us for us in changes if us > 0) / 1000)
                    board.parts["presence"].presence(False)
                    lit = len(board.chip.edges)
                # Until the hold is over, and the light back: two ramps.
                board.wait(lambda board, lit=lit: len(board.chip.edges) > lit + 20, 20)
                quiet(board)
    took.sort()
    how = f"virtual board in real time, console busy, {times} times; the debounce is 20 ms of it"
    bench.add("presence.edge_to_duty_median", took[times // 2], "ms", how)
    bench.add("presence.edge_to_duty_worst", took[-1], "ms", f"{how}; limit 50")


def quiet(board: Board, seconds: float = 0.5) -> None:
    """Wait until the light has been still for so long."""
    count = -1
    while count != len(board.edges):
        count = len(board.edges)
        time.sleep(seconds)


def wear(bench: Bench, days: int = 100) -> None:
    """What the nodes' records cost the flash, beside the same records, written as often, each kept
    as one JSON file that is rewritten: on littlefs too, and on FAT, which rewrites in place."""
    for supply, restless, some in (
        ("permanent", False, days),
        ("switched", False, days),
        ("permanent", True, days // 10),
        ("switched", True, days // 10),
    ):
        for store in STORES:
            try:
                life = live(supply, some, restless=restless, store=store)
            except RuntimeMissingError as error:
                print(f"wear: not measured: {error}")
                return
            name = f"wear.{supply}{'.restless' * restless}.{store.replace(' ', '_')}"
            how = f"{some} days of the brain and its keeper" + ", all chatters" * restless
            files = ", ".join(f"{x} {y[1] / some:.0f}" for x, y in life.files.items())
            bench.add(f"{name}.bytes_a_day", life.bytes / some, "bytes/day", f"{how}: {files}")
            files = ", ".join(f"{x} {y[2] / some:.1f}" for x, y in life.files.items())
            bench.add(f"{name}.erases_a_day", sum(life.erases) / some, "erases/day", files)
            how = f"until 100,000 erases of a block; had {max(life.erases)} at most"
            bench.add(f"{name}.years", life.years, "years", how)


def altitude_errors(latitude: float, longitude: float, nights: Iterable[int]) -> list[float]:
    """Degrees by which the sun's true altitude is off at each instant the almanac gives."""
    altitudes = {1: -0.8333, 2: -6, 3: -12, 4: -18, 6: -18, 7: -12, 8: -6, 9: -0.8333}
    made = almanac.Almanac(round(latitude * 10_000), round(longitude * 10_000))
    instants, asked = [], []
    for night in nights:
        for event, altitude in altitudes.items():
            at = made.event(night, event)
            if at > almanac.NEVER:
                instants.append(946_684_800 + night * 86_400 + at)
                asked.append(altitude)
    times = pandas.to_datetime(instants, unit="s", utc=True)
    found = solarposition.spa_python(times, latitude, longitude, delta_t=None)["elevation"]
    return [float(error) for error in found.to_numpy() - asked]


def sun(bench: Bench) -> None:
    """Altitude error at the almanac's own instants, by NREL SPA."""
    worst = max(
        abs(error)
        for latitude in range(-66, 67, 12)
        for error in altitude_errors(latitude, 5.1, range(8766, 16801, 37))
    )
    bench.add(
        "almanac.worst_altitude_error", worst, "degrees",
        "pvlib SPA, latitudes -66 to 66, 2024 to 2045, all events; the tests ask 0.03",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"))
    parser.add_argument(
        "--nights", type=int, default=365, help="of the demo village [default: a year]"
    )
    parser.add_argument("--sun-moon", type=Path, help="a copy of sun_moon.py to measure beside")
    parts: dict[str, Callable[[Bench], None]] = {
        "simulator": simulator,
        "health": health,
        "large": large,
        "village": lambda bench: village(bench, args.nights),
        "instructions": lambda bench: instructions(bench, args.sun_moon),
        "sun": sun,
        "memory": memory,
        "presence": presence,
        "wear": wear,
        "push": benching.wire,
        "signatures": benching.signatures,
        "updater": benching.updater,
        "parallel": benching.parallel,
    }
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts))
    args = parser.parse_args()
    bench = Bench()
    for name in args.only:
        parts[name](bench)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(bench.entries, indent=2) + "\n", encoding="utf-8")
    print(f"left {args.json}")


if __name__ == "__main__":
    main()
