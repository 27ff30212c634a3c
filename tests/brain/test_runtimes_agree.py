"""One brain, three bodies: the same timeline, to the byte, on each runtime."""

import random
import re
import tomllib
from pathlib import Path

import pytest
from noctule.brain.almanac import SUNRISE, SUNSET

from sim.runtimes import RUNTIMES, RuntimeMissingError, run_guest
from sim.site import load_site
from sim.site.compile import compile_site, known_time
from sim.world.mains import mains
from tests.brain.helpers import DAY, FULL, HOUR, MINUTE, SECOND, at, small_node, small_site

VILLAGE = Path(__file__).parents[2] / "sim" / "demo" / "village.toml"
NIGHTS = {
    "summer time begins": "2026-03-28",
    "summer time ends": "2026-10-24",
    "New Year": "2026-12-31",
    "29 February": "2028-02-29",
    "after small integers": "2035-08-14",
}

CELL = {
    "points": [{"at": "22:00", "level": 60, "ramp": "5 s"}, {"at": "05:00", "level": 90}],
    "active": [
        {
            "from": "sunset",
            "to": "sunrise",
            "photocell": {"on_lux": 20, "off_lux": 30, "window": "45 min"},
        }
    ],
}
LUX = {"on_lux": 20, "off_lux": 30}
ALONE = {**CELL, "active": [{"from": "20:00", "to": "06:00", "photocell": LUX}]}
SOUTH = {
    "points": [
        {"at": "dusk + 20 min", "level": 80, "ramp": "1.5 s"},
        {"at": "solar midnight - 90 min", "level": 35},
        {"at": "nautical dawn", "level": 70},
    ],
    "presence": {
        "operation": "add",
        "level": 30,
        "idle": 40,
        "hold": "45 s",
        "neighbours": 1,
        "vehicles": "section",
        "windows": [{"from": "23:00", "to": "dawn"}],
    },
}


class Story:
    """What happens to a node: events of `play`, in time relative to `start`."""

    def __init__(self, name, config, start, length=26 * HOUR):
        self.name, self.config, self.start, self.length = name, config, start, length
        self.events = [(0, "clock", 3)]
        self.random = random.Random(name)

    def add(self, t, *what):
        if self.start <= t < self.start + self.length:
            self.events.append((t - self.start, *what))
        return self

    def between(self, first, last):
        return self.start + int((first + self.random.random() * (last - first)) * HOUR)

    def people(self, count=25):
        """Own detections, neighbours' and vehicles'."""
        t = self.start
        while (t := t + int(self.random.expovariate(1) * self.length / count)) < (
            self.start + self.length - HOUR
        ):
            kind = self.random.randrange(4)
            if kind < 2:
                self.add(t, "sensor", 1).add(t + self.random.randrange(50, 90_000), "sensor", 0)
                t += 2 * MINUTE
            else:
                hops = self.random.randrange(1, 4)
                self.add(t, "heard", self.random.randrange(8), hops, 25 * hops, kind - 2)
        return self

    def overrides(self, programs):
        t = self.between(7, 12)
        self.add(t, "level", self.random.randrange(101), 3000, 700)
        self.add(t + 40 * MINUTE + 123, "program", programs - 1, 9000)
        self.add(t + 3 * HOUR, "cancel").add(t + 4 * HOUR, "level", 5, 7200, 0)
        return self

    def asks(self, zone=0):
        """For light in a zone, again and again, and all on for a while."""
        for _ in range(8):
            t = self.between(8, 18)
            again = t + self.random.randrange(5 * MINUTE)
            self.add(t, "relight", zone).add(again, "relight", zone)
        self.add(self.between(2, 20), "relight", zone + 1)
        t = self.between(6, 14)
        self.add(t, "all-on", 0).add(t + 20 * MINUTE + 77, "all-on", 900)
        t = self.between(15, 20)
        return self.add(t, "all-on", 43_200).add(t + self.random.randrange(HOUR), "end-all-on")

    def metered(self, *watts):
        """A sample every minute: each power for a few hours, and noise."""
        for t in range(self.start, self.start + self.length, MINUTE):
            power = watts[(t - self.start) // (5 * HOUR) % len(watts)]
            noise = self.random.gauss(1, 0.05)
            self.add(t + 31_009, "meter", round(power * 10 * noise))
        return self

    def clock_lost(self):
        t = self.between(9, 15)
        self.add(t, "clock", 0).add(t + self.random.randrange(4 * HOUR), "clock", 2)
        return self

    def outages(self):
        """Mains goes and comes back, by night and by day; the node boots and has no clock yet."""
        for t in (self.between(8, 16), self.start + 25 * HOUR):
            back = t + self.random.randrange(SECOND, 20 * MINUTE)
            self.supply([(self.start, t), (back, self.start + self.length)])
        return self

    def supply(self, stretches, clock=3):
        for on, off in stretches:
            if on > self.start:
                self.add(on, "mains", 2).add(on + 1700, "mains", 1)
                if clock:
                    self.add(on + 9_000, "clock", clock)
            self.add(off, "mains", 0)
        return self

    def sky(self, times):
        """Samples every five minutes; dusk is a storm's, and the cell dies for an hour."""
        night = (self.start + HOUR) // DAY
        dead = self.between(11, 13)
        for t in range(self.start, self.start + self.length, 5 * MINUTE):
            second = t // 1000 - night * 86_400
            dark = times.at(night, SUNSET, -1800) <= second < times.at(night, SUNRISE, 600)
            lux = 5 if dark else self.random.choice((26, 400))
            self.add(t + 77, "lux", -1 if dead <= t < dead + HOUR else lux)
        return self

    def job(self):
        events = tuple(sorted(self.events, key=lambda event: event[0]))
        return (
            self.name, self.config, self.start // DAY, self.start % DAY, self.length, events,
        )


def stories():
    site = load_site(VILLAGE)
    times = known_time(site)
    kinds = {}
    for node in compile_site(site):
        kinds.setdefault(node.luminaire.id.rstrip("0123456789"), node)
    assert len(kinds) == 7
    with open(VILLAGE, "rb") as file:
        programs = tomllib.load(file)["programs"]
    for night, date in NIGHTS.items():
        start = at(f"{date}T10:30:00.345")
        for kind, node in kinds.items():
            story = Story(f"{kind}, {night}", node.config, start).people()
            circuit = site.circuit(node.luminaire.circuit)
            if circuit.switched:
                error = site.cabinet_of(circuit.id).clock_error
                days = range(start // DAY - 1, start // DAY + 2)
                found = [stretch for d in days for stretch in mains(circuit, error, times, d)]
                if night == "New Year":
                    found.append((start + HOUR, start + HOUR + 20 * MINUTE))  # forced run
                story.supply(sorted(found))
                story.events[0] = (0, "mains", 0)
            elif night != "New Year":
                story.outages()
            if night != "29 February":
                story.overrides(len(node.programs))
            if night != "summer time begins":
                story.clock_lost()
            yield story.asks()
        for name, program in programs.items():
            story = Story(f"{name}, {night}", small_node({name: program}), start)
            yield story.people(40).overrides(1)
        for name, program in (("cell", CELL), ("cell alone", ALONE)):
            story = Story(f"{name}, {night}", small_node({"cell": program}), start)
            yield story.sky(times).clock_lost().outages()
    # With every layer and all of the gear, and a meter that sees it go wrong.
    hours = {"from": "22:00", "to": "05:00"}
    sodium = small_node(
        {"hamlet": {"active": [{"from": "sunset", "to": "23:00"}], "fault_state": 0}},
        driver={
            "power_w": 83.0, "warm_up": "5 min", "minimum_on": "10 min", "minimum_off": "3 min",
        },
        contactor={"minimum_on": "20 min"},
        relight={"hours": hours, "duration": "4 min"},
        meter=True,
    )  # fmt: skip
    full = small_node(
        {"p": {"presence": SOUTH["presence"], "points": CELL["points"]}, "other": ALONE}, **FULL
    )
    for night, date in NIGHTS.items():
        start = at(f"{date}T10:30:00.345")
        story = Story(f"sodium, {night}", sodium, start, 30 * HOUR).asks().overrides(1)
        yield story.metered(84, 0.5, 130, 40).outages()
        story = Story(f"everything, {night}", full, start, 30 * HOUR).people(20).asks(1)
        yield story.metered(390, 290, 12, 520, 150).sky(times).clock_lost()
    south = {"place": (-43.95, -176.56, "Pacific/Chatham")}
    for date in ("2026-04-04", "2026-09-26", "2035-12-20"):
        start = at(f"{date}T00:00")
        story = Story(f"south, {date}", small_node({"south": SOUTH}, **south), start).people(40)
        yield story.clock_lost()
    # Nine nights on a switched circuit without any clock: virtual midnight, over a year's end.
    switched = small_site({"street": CELL | {"active": "always"}}, supply="switched")
    start = at("2026-12-27T11:00")
    story = Story("no clock", compile_site(switched)[0].config, start, 9 * DAY)
    found = [
        s
        for night in range(start // DAY, start // DAY + 9)
        for s in mains(switched.cabinets[0].circuits[0], 0, known_time(switched), night)
    ]
    story.events = [(0, "mains", 0)]
    yield story.supply(found, clock=0)
    # Over the wrap of the ticks, every 12.4 days.
    yield Story("ticks wrap", kinds["E"].config, at("2026-11-01T11:00"), 14 * DAY).people(60)


def timelines(text):
    found, lines = {}, []
    for line in text.splitlines():
        if line.startswith("# "):
            lines = found.setdefault(line[2:], [])
        else:
            lines.append(line)
    return found


@pytest.fixture(scope="module")
def jobs():
    return tuple(story.job() for story in stories())


@pytest.fixture(scope="module")
def reference(jobs):
    return timelines(run_guest("cpython", "batch", jobs).stdout)


@pytest.mark.parametrize("runtime", [x for x in RUNTIMES if x != "cpython"])
def test_the_same_bytes(runtime, jobs, reference):
    try:
        text = run_guest(runtime, "batch", jobs).stdout
    except RuntimeMissingError as missing:
        pytest.skip(f"no {runtime} here: {missing}")
    found = timelines(text)
    assert list(found) == list(reference) == [job[0] for job in jobs]
    for name, lines in reference.items():
        for ours, theirs in zip(lines, found[name], strict=False):
            assert theirs == ours, name
        assert len(lines) == len(found[name]), name


def test_the_stories_tell_everything(reference):
    """Every reason, every quality and every layer that has a voice stands in some line."""
    lines = [line.split() for told in reference.values() for line in told]
    grammar = re.compile(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d{1,3} \d+ "
        r"([a-z-]+:[a-z-]+(:\d+(\.(\d+|-))?)?|faults:\d+) "
        r"(unset|virtual|holdover|synced|-)"
    )
    for told in reference.values():
        assert told and all(grammar.fullmatch(line) for line in told)
        assert [line.split()[0] for line in told] == sorted(line.split()[0] for line in told)
    seen = {":".join(line[3].split(":")[:2]) for line in lines}
    assert seen >= {
        "mains:off", "mains:on", "fault-state:time-unknown", "program:point",
        "program:before-first", "program:inactive", "program:daylight", "program:forced-run",
        "program:power-up", "presence:idle", "presence:own-sensor", "presence:neighbour",
        "presence:vehicle", "override:level", "override:program", "override:event",
        "override:event-program", "relight:request", "ceiling:corridor", "all-on:all-lit",
        "gear:stays-on", "gear:stays-off",
    }
    bits = {int(line[3][7:]) for line in lines if line[3].startswith("faults:")}
    for bit in (32, 64, 256, 512):  # out, a day burner, too much, too little
        assert any(found & bit == bit for found in bits), bit
    assert {line[4] for line in lines} == {"unset", "virtual", "holdover", "synced", "-"}
    assert len(lines) > 1000
