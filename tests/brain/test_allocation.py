"""The control path allocates nothing, on 32 bits, with the heap locked."""

import tomllib
from pathlib import Path
from textwrap import dedent

import pytest
from noctule.brain import Brain
from noctule.brain.faults import DAY_BURNER, LAMP_OUT, PHOTOCELL_DEAD, POWER_HIGH
from noctule.brain.layers import ALL_LIT, BY_EVENT, BY_EVENT_PROGRAM, BY_REQUEST, CORRIDOR

from sim import runtimes
from sim.runtimes import RuntimeMissingError, run_guest
from sim.runtimes.fuel import fuel_per_step
from sim.runtimes.guest_alloc import (
    ASKS,
    LOSES_CLOCK,
    METER,
    NO_CLOCK,
    OVERRIDES,
    SKY,
    STUCK,
    make,
)
from sim.site import load_site
from sim.site.compile import compile_site
from tests.brain.helpers import DAY, FULL, UNSET, Lamp, at, small_node
from tests.brain.test_runtimes_agree import ALONE, CELL, SOUTH, VILLAGE

SEASONS = ("03-27", "06-20", "09-25", "10-23", "12-30")
ALL = OVERRIDES | LOSES_CLOCK | SKY | ASKS | METER
PRESENCE = {"operation": "add", "level": 40, "idle": 10, "hold": "60 s", "neighbours": 2}


def configs():
    """The demo village's luminaires and each of its programs by itself; what it has none of."""
    found = {}
    for node in compile_site(load_site(VILLAGE)):
        found.setdefault("lamp " + node.luminaire.id.rstrip("0123456789"), node.config)
    with open(VILLAGE, "rb") as file:
        programs = tomllib.load(file)["programs"]
    for name, program in programs.items():
        found[name] = small_node({name: program})
    for name in ("full-night", "square", "estate"):
        found[name + ", switched"] = small_node({name: programs[name]}, supply="switched")
    found["photocell"] = small_node({"cell": CELL})
    found["photocell alone, presence"] = small_node(
        {"cell": {**ALONE, "presence": PRESENCE}}, sensor={"stuck_after": "5 min"}
    )
    found["ignored when stuck"] = small_node(
        {"estate": {**programs["estate"], "active": "always"}},
        sensor={"when_stuck": "ignored", "stuck_after": "1 min", "debounce": "2 s"},
    )
    found["south"] = small_node({"south": SOUTH}, place=(-43.95, -176.56, "Pacific/Chatham"))
    found["polar"] = small_node({"north": programs["square"]}, place=(69.65, 18.96, "Europe/Oslo"))
    full = [{"at": f"{h % 24:02}:00", "level": h * 2} for h in range(12, 36)]
    cell = {"photocell": {"on_lux": 20, "off_lux": 30, "window": "1 h"}}
    found["as much as there can be"] = small_node(
        {
            "full": {
                "points": full,
                "active": [
                    {"from": "sunset", "to": "22:00", **cell},
                    {"from": "22:30", "to": "01:00", **cell},
                    {"from": "02:00", "to": "04:00", **cell},
                    {"from": "05:00", "to": "sunrise", **cell},
                ],
                "presence": {
                    **PRESENCE,
                    "windows": [{"from": f"{h}:00", "to": f"{h}:40"} for h in (19, 20, 21, 22)],
                },
            },
            "other": {"active": [{"from": "dusk", "to": "02:00", **cell}], "points": full[:9]},
        },
        **FULL,
    )
    found["sodium"] = small_node(
        {"hamlet": {"active": [{"from": "sunset", "to": "23:00"}]}},
        driver={
            "power_w": 83.0, "warm_up": "5 min", "minimum_on": "10 min", "minimum_off": "3 min",
        },
        contactor={"minimum_on": "20 min"},
        relight={"hours": {"from": "23:00", "to": "05:00"}, "duration": "4 min"},
        meter=True,
    )  # fmt: skip
    return found


def saved_nights(lengths=(700, 702, 704)):
    """The state of a node that had three nights and no clock."""
    config = small_node({"street": {}}, supply="switched")
    it = Lamp(config, at("2026-11-01T16:00"), clock=UNSET)
    for minutes in lengths:
        it.power_up()
        it.run_to(it.t + minutes * 60_000)
        it.cut()
        it.run_to(it.t + DAY - minutes * 60_000)
    return bytes(it.saved)


def jobs(days, nights, people, every=0):
    """A job a configuration and season, with everything that can happen to a node."""
    found = []
    for name, config in configs().items():
        for day in days:
            label = f"{name.replace(' ', '-')}/{day}"
            found.append((label, config, b"", day, nights, people, ALL, every))
    return found


def walk(found):
    try:
        text = run_guest("wasm32", "alloc", found, heap=512 << 20).stdout
    except RuntimeMissingError as missing:
        pytest.skip(f"no wasm32 here: {missing}")
    assert "ALLOCATES" not in text, text[text.index("ALLOCATES") - 80 :][:2000]
    counts = dict(line.split() for line in text.splitlines())
    assert list(counts) == [job[0] for job in found]
    return {name: int(count) for name, count in counts.items()}


def test_a_night_of_every_program_in_every_season():
    days = [at(f"2026-{day}") // DAY for day in SEASONS] + [at("2035-10-23") // DAY]
    counts = walk(jobs(days, nights=2, people=30))
    assert all(count > 60 for count in counts.values())


def test_virtual_midnight():
    saved = saved_nights()
    found = [
        (name.replace(" ", "-"), config, saved, at("2026-11-10") // DAY, 1, 30, flags, 60_000)
        for name, config in configs().items()
        for flags in (NO_CLOCK, NO_CLOCK | SKY | OVERRIDES | ASKS | METER)
        if flags == NO_CLOCK or not name.endswith("switched")
    ]
    found = [(f"{job[0]}/{i}", *job[1:]) for i, job in enumerate(found)]
    assert all(count >= 1440 for count in walk(found).values())
    # It was virtual midnight that was walked through.
    config = small_node({"street": {}}, supply="switched")
    it = Lamp(config, at("2026-11-10"), clock=UNSET, power_on=True, saved=bytearray(saved))
    it.step()
    assert it.brain.quality == 1


def test_a_sensor_stuck_for_longer_than_milliseconds_count():
    """Found by a program with presence after two weeks of one without."""
    quiet = {"active": "always"}
    found = []
    for when in ("lit", "ignored"):
        config = small_node(
            {"quiet": quiet, "lively": {**quiet, "presence": PRESENCE}},
            rules=[{"program": "lively", "from": "11-15", "to": "12-31"}],
            sensor={"when_stuck": when},
        )
        found.append((when, config, b"", at("2026-11-01") // DAY, 20, 4, STUCK, 0))
    assert all(count > 20 * 24 for count in walk(found).values())


@pytest.mark.long
@pytest.mark.parametrize(("year", "every"), [(2026, 0), (2026, 60_000), (2035, 0)])
def test_a_year(year, every):
    """Of every wake-up that is asked for, with 60 passages a night; and one step a minute too."""
    found = jobs([at(f"{year}-01-01") // DAY], 366, 60, every)
    assert all(count > 366 * (1440 if every else 50) for count in walk(found).values())


class Kept(Brain):
    """A brain of which one sees who speaks."""

    said: set = set()
    found = 0

    def step(self, day, second, millis, ticks, quality):
        wait = super().step(day, second, millis, ticks, quality)
        Kept.said |= {(layer, why) for layer, why in enumerate(self.stack.why) if why}
        Kept.found |= self.faults()
        return wait


def test_it_walks_through_all_of_it():
    """What the guest does to a node with everything makes every layer speak, and finds faults."""
    config = configs()["as much as there can be"]
    walk = make(("all", config, b"", at("2026-11-20") // DAY, 12, 30, ALL, 0), Kept)
    walk.go()
    assert {layer for layer, _ in Kept.said} == set(range(7))
    whys = {why for _, why in Kept.said}
    assert {BY_REQUEST, BY_EVENT, BY_EVENT_PROGRAM, CORRIDOR, ALL_LIT} <= whys
    assert Kept.found & PHOTOCELL_DEAD
    assert Kept.found & (LAMP_OUT | POWER_HIGH | DAY_BURNER) and walk.steps > 500


@pytest.mark.parametrize(
    ("slip", "where"),
    [
        ("self.seen = day * 109000", None),
        ("self.seen = [day]", "step"),
        ("self.seen = day * 110000", "step"),  # more than 31 bits
        ("self.seen = divmod(second, 60)", "step"),
        ("if self.level: self.seen = second / 2", "step"),
    ],
)
def test_it_can_fail(slip, where, tmp_path):
    """A brain that allocates is caught, and the place is named."""
    guest = tmp_path / "guest_slip.py"
    guest.write_text(
        dedent("""
        import sys
        sys.path.insert(0, {folder!r})
        from guest_alloc import run
        from noctule.brain import Brain

        class Slip(Brain):
            def __init__(self, config):
                Brain.__init__(self, config)
                self.seen = 0

            def step(self, day, second, millis, ticks, quality):
                {slip}
                return Brain.step(self, day, second, millis, ticks, quality)

        def main(job):
            print(run(job, Slip))
        """).format(folder="/guest", slip=slip)
    )
    beside = Path(runtimes.__file__).parent / "guest_alloc.py"
    (tmp_path / "guest_alloc.py").write_text(beside.read_text())
    day = at("2026-11-10") // DAY
    job = ("slip", small_node({"street": {}}), b"", day, 1, 0, 0, 0)
    text = run_guest("wasm32", guest, [job]).stdout
    if where is None:
        assert text.endswith("True\n") and "ALLOCATES" not in text
        return
    assert f"slip ALLOCATES in {where} on day {day}" in text
    assert 'guest_slip.py", line' in text and text.endswith("False\n")


def test_fuel_of_a_step():
    """In `make bench`; here only that it is measured, and that quiet steps are the cheap ones."""
    config = small_node({"street": {"points": [{"at": "22:00", "level": 60}]}})
    day = at("2026-11-10") // DAY
    asked = fuel_per_step(config, day=day)
    quiet = fuel_per_step(config, day=day, nights=1, every=60_000)
    print(f"fuel a step: {asked.fuel:.0f} at wake-ups, {quiet.fuel:.0f} each minute")
    print(f"and the runtime around it: {quiet.around:.0f}")
    assert 1000 < quiet.fuel < asked.fuel and quiet.steps > 1440 > asked.steps
