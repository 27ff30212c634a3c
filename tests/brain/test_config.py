"""A node's configuration: what the compiler writes is what the brain reads, and nothing else trips
it: bytes that decode give a brain that runs."""

import datetime as dt
import hashlib
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain import SYNCED, UNSET, Brain, override
from noctule.brain import calendar as rules
from noctule.brain.config import DIGEST, MAGIC, Config, ConfigError
from noctule.brain.layers import ADD, MAX
from noctule.brain.luminaire import DALI, LINEAR
from noctule.brain.program import ALWAYS, PHOTOCELL, UNBOUNDED
from noctule.brain.state import SIZE

from sim.site import load_site
from sim.site.compile import EVENTS, calendar_rules, compile_site, sealed
from sim.site.model import Rule, Site
from sim.site.power import Power
from sim.site.values import WEEKDAYS
from sim.site.zone import yearly_rule
from tests.brain.helpers import nodes, small_site

VILLAGE = load_site(Path(__file__).parents[2] / "sim" / "demo" / "village.toml")
HEAD = 6
DAY = 86_400


# --- round trips


def same_time(event: int, seconds: int, at) -> None:
    assert (event, seconds) == (EVENTS[at.event], at.seconds)


def same_span(span, window) -> None:
    same_time(span.start, span.start_s, window.from_)
    same_time(span.end, span.end_s, window.to)


def same_program(read, written) -> None:
    assert read.fault_state == written.fault_state
    assert [(p.level, p.ramp) for p in read.points] == [(p.level, p.ramp) for p in written.points]
    for point, at in zip(read.points, (p.at for p in written.points), strict=True):
        same_time(point.event, point.seconds, at)
    if written.always:
        assert [period.flags for period in read.periods] == [ALWAYS]
    else:
        cells = [period.photocell for period in written.active]
        for period, active in zip(read.periods, written.active, strict=True):
            same_span(period.span, active)
            cell = active.photocell
            assert period.flags == (PHOTOCELL if cell else 0)
            window = UNBOUNDED if cell and cell.window is None else 0
            assert period.window == (cell.window // 1000 if cell and cell.window else window)
        lux = [(cell.on_lux, cell.off_lux) for cell in cells if cell] or [(0, 0)]
        assert (read.on_lux, read.off_lux) == lux[0]
    presence = written.presence
    if presence is None:
        assert read.presence is None
        return
    made = read.presence
    assert made.operation == {"max": MAX, "add": ADD}[presence.operation]
    assert (made.level, made.idle) == (presence.level, presence.idle)
    assert (made.hold * 1000, made.up, made.down) == (
        presence.hold, presence.ramp_up, presence.ramp_down,
    )  # fmt: skip
    assert (made.hops, made.reach) == (presence.neighbours, presence.reach_m)
    assert made.vehicles == (presence.vehicles == "section")
    for span, window in zip(made.windows, presence.windows, strict=True):
        same_span(span, window)


def date_of(number: int) -> str:
    if number < rules.DATED:
        return f"{number >> 5:02}-{number & 31:02}"
    return str(dt.date(2000, 1, 1) + dt.timedelta(days=number - rules.DATED))


def same_rule(read, written, names: tuple[str, ...]) -> None:
    assert names[read.program] == written.program
    assert bool(read.flags & rules.MORNING) == (written.day == "morning")
    days = {day for i, day in enumerate(WEEKDAYS) if read.weekdays >> i & 1}
    assert days == set(written.weekdays or ())
    which = {i + 1 for i in range(5) if read.occurrences >> i & 1}
    if read.occurrences & rules.LAST:
        which.add("last")
    assert which == set(written.occurrences or ())
    assert bool(read.flags & rules.HAS_SPAN) == (written.from_ is not None)
    if written.from_ is not None:
        assert [date_of(read.first), date_of(read.last)] == [str(written.from_), str(written.to)]
    assert [date_of(x) for x in read.dates] == [str(x) for x in written.dates or ()]


def same_node(site: Site, node) -> None:
    """What the brain reads is what the site says."""
    read, lamp = Config(node.config), node.luminaire
    assert (read.latitude, read.longitude) == (
        round(site.site.latitude * 1e4), round(site.site.longitude * 1e4),
    )  # fmt: skip
    zone = yearly_rule(site.site.timezone)
    assert read.zone.standard == zone.std_offset_s
    assert read.zone.summer == (zone.dst_offset_s or zone.std_offset_s)
    assert read.switched == site.circuit(lamp.circuit).switched
    driver = site.drivers[lamp.driver]
    gear = read.luminaire
    assert (gear.count, gear.minimum) == (lamp.count, driver.minimum_level)
    assert gear.can_switch_off == driver.can_switch_off
    assert gear.curve == {"linear": LINEAR, "dali": DALI}[driver.curve]
    assert read.section == node.section
    if lamp.sensor:
        sensor, own = site.sensors[lamp.sensor], read.presence
        assert own._debounce == sensor.debounce
        assert own._stuck_after * 1000 == sensor.stuck_after
        assert own._ignore_stuck == (sensor.when_stuck == "ignored")
    assert len(read.programs) == len(node.programs)
    for program, name in zip(read.programs, node.programs, strict=True):
        same_program(program, site.programs[name])
    written = calendar_rules(site, lamp.calendar) if lamp.calendar else ()
    assert read.calendar.default == 0
    for rule, said in zip(read.calendar.rules, written, strict=True):
        same_rule(rule, said, node.programs)
    # Those that only an event names come after those of the calendar.
    assert node.programs[: len(site.programs_of(lamp))] == site.programs_of(lamp)
    same_gear(site, lamp, read)
    same_ceiling(read.ceiling, site.ceilings[lamp.ceiling] if lamp.ceiling else None)
    same_relight(site, lamp, read.relight)
    assert len(read.events) == len(node.events)
    for event, id in zip(read.events, node.events, strict=True):
        same_event(event, next(x for x in site.events if x.id == id), site, node)


def same_gear(site: Site, lamp, read) -> None:
    driver, gear = site.drivers[lamp.driver], read.luminaire
    box = site.contactors[lamp.contactor] if lamp.contactor else None
    assert gear.warm_up * 1000 == driver.warm_up
    assert gear.minimum_on * 1000 == max(driver.minimum_on, box.minimum_on if box else 0)
    assert gear.minimum_off * 1000 == max(driver.minimum_off, box.minimum_off if box else 0)
    share = driver.clo[0][1] if driver.clo else 100
    for hours, of in driver.clo:
        share = of if hours <= lamp.burning_hours else share
    if lamp.burning_hours in [hours for hours, _ in driver.clo] or not driver.clo:
        assert gear.scale(0) == driver.virtual_output * share
    health = read.health
    assert (health is not None) == lamp.meter
    if health is None:
        return
    power = Power(driver, lamp.count)
    assert health.expected(0) == round(power.watts(0) * 10)
    for output in range(1, 101):
        # A node has few points of the curve; whole tenths of a watt; rounded down.
        off = abs(health.expected(output) - power.watts(output) * 10)
        assert off <= 2 or (len(driver.power_points) > 6 and off < 0.02 * power.watts(100) * 10)


def same_ceiling(read, written) -> None:
    assert (read is None) == (written is None)
    if read is None:
        return
    assert read.rule.program == written.level
    assert read.always == (written.from_ is None and not written.windows)
    assert bool(read.rule.flags) == (written.from_ is not None)
    if written.from_ is not None:
        span = [date_of(read.rule.first), date_of(read.rule.last)]
        assert span == [str(written.from_), str(written.to)]
    for window, said in zip(read.windows, written.windows, strict=True):
        same_span(window, said)


def same_relight(site: Site, lamp, read) -> None:
    assert (read is None) == (lamp.relight is None)
    if read is None:
        return
    zone = site.relights[lamp.relight]
    assert list(site.relights)[read.zone] == lamp.relight
    assert (read.level, read.seconds * 1000) == (zone.level, zone.duration)
    same_span(read.hours, zone.hours)


def same_event(read, written, site: Site, node) -> None:
    level = site.event_level(written, node.luminaire)
    if level is None:
        assert read.kind == override.PROGRAM
        assert node.programs[read.rule.program] == written.program
    else:
        assert (read.kind, read.rule.program) == (override.LEVEL, level)
    assert read.ramp == written.ramp
    same_span(read.hours, written.hours)
    evening = Rule.model_construct(
        program="x",
        day="evening",
        weekdays=written.weekdays,
        from_=written.from_,
        to=written.to,
        dates=written.dates,
    )
    same_rule(read.rule, evening, ("x",) * 256)


@pytest.mark.parametrize("name", ["VILLAGE", "RICH", "TRADE"])
def test_round_trip(name):
    site = globals()[name]
    for node in compile_site(site):
        same_node(site, node)


@given(st.one_of(nodes(presence=True), nodes(photocell=True)))
@settings(max_examples=60)
def test_random_programs(what):
    site = small_site(**what)
    for node in compile_site(site):
        same_node(site, node)


def test_the_head_and_the_digest():
    for node in compile_site(VILLAGE):
        config = node.config
        assert config[:4] == MAGIC
        assert len(config) == HEAD + int.from_bytes(config[4:6], "little") + DIGEST
        assert config[-DIGEST:] == hashlib.sha256(config[:-DIGEST]).digest()


def test_the_same_site_gives_the_same_bytes():
    again = load_site(Path(__file__).parents[2] / "sim" / "demo" / "village.toml")
    assert [n.config for n in compile_site(again)] == [n.config for n in compile_site(VILLAGE)]


# --- bad bytes

RICH = small_site(
    {
        "p0": {
            "active": [
                {"from": "sunset", "to": "01:00", "photocell": {"on_lux": 20, "off_lux": 30}},
                {
                    "from": "dusk - 10 min",
                    "to": "dawn",
                    "photocell": {"on_lux": 20, "off_lux": 30, "window": "45 min"},
                },
            ],
            "points": [
                {"at": "sunset - 2 h", "level": 80},
                {"at": "22:00", "level": 40, "ramp": "5 s"},
                {"at": "solar midnight + 2 h", "level": 0},
            ],
            "presence": {
                "operation": "add",
                "level": 60,
                "idle": 10,
                "hold": "60 s",
                "neighbours": 2,
                "reach_m": 60,
                "vehicles": "section",
                "windows": [{"from": "22:00", "to": "05:00"}, {"from": "05:30", "to": "sunrise"}],
            },
        },
        "p1": {"active": "always", "points": [{"at": "03:00", "level": 5}], "fault_state": 0},
        "p2": {"points": []},
    },
    rules=[
        {"program": "p1", "day": "morning", "weekdays": ["saturday"], "occurrences": [1, "last"]},
        {"program": "p2", "from": "12-20", "to": "01-04"},
        {"program": "p1", "from": dt.date(2026, 7, 1), "to": dt.date(2026, 8, 31)},
        {"program": "p2", "dates": ["07-14", dt.date(2026, 12, 24)]},
    ],
)
# All that a node can have besides its programs.
TRADE = small_site(
    {
        "p0": {"points": [{"at": "22:00", "level": 40}], "fault_state": 60},
        "p1": {"active": "always", "points": [{"at": "01:00", "level": 5}]},
    },
    driver={
        "power_points": [[5, 4], [20, 10.5], [40, 18], [60, 25.7], [80, 34]],
        "warm_up": "5 min",
        "minimum_on": "10 min",
        "minimum_off": "3 min",
        "virtual_output": 80,
        "clo": [[0, 80], [5_000, 85], [20_000, 95], [50_000, 100]],
        "power_tolerance_percent": 15,
    },
    contactor={"minimum_on": "5 min", "minimum_off": "4 min"},
    ceiling={
        "level": 30,
        "from": "10-01",
        "to": "04-30",
        "windows": [{"from": "22:00", "to": "01:00"}, {"from": "dawn - 2 h", "to": "dawn"}],
    },
    relight={"hours": {"from": "22:00", "to": "dawn"}, "duration": "8 min", "level": 90},
    zone=2,
    events=[
        {
            "from": dt.date(2026, 11, 30),
            "to": dt.date(2026, 12, 4),
            "hours": {"from": "21:00", "to": "06:00"},
            "level": 100,
            "ramp": "5 s",
        },
        {
            "dates": ["12-24", dt.date(2027, 2, 8)],
            "hours": {"from": "dusk", "to": "23:59"},
            "program": "p1",
        },
        {
            "from": "11-20",
            "to": "01-10",
            "weekdays": ["saturday", "sunday"],
            "hours": {"from": "18:00", "to": "01:00"},
            "scene": "feast",
        },
    ],
    scenes={"feast": {"levels": {"centre": 70, "old": 45}}},
    meter=True,
    burning_hours=20_000,
    count=9,
)


def valid() -> list[bytes]:
    sites = (VILLAGE, RICH, TRADE)
    return sorted({node.config for site in sites for node in compile_site(site)})


def refused(data: bytes) -> bool:
    try:
        Config(data)
    except ConfigError:
        return True
    return False


def test_a_short_one_is_refused():
    for config in valid():
        assert not refused(config)
        for length in range(len(config)):
            assert refused(config[:length])
        body = config[HEAD:-DIGEST]
        for length in range(len(body)):  # with a head and digest that fit
            assert refused(sealed(body[:length]))


def test_a_long_one_is_refused():
    for config in valid():
        assert refused(config + b"\0")
        assert refused(sealed(config[HEAD:-DIGEST] + b"\0"))


def test_another_layout_is_refused():
    config = valid()[0]
    assert refused(b"NOC1" + config[4:])
    assert refused(b"")
    assert refused(bytes(200))


@pytest.mark.parametrize("count", [0, 255])
def test_what_would_be_no_program(count):
    site = compile_site(VILLAGE)[0]
    body = bytearray(site.config[HEAD:-DIGEST])
    at = body.index(bytes([1, 100]), 20)  # one program, its fault state
    body[at] = count
    assert refused(sealed(bytes(body)))


def mutated(rnd: random.Random, base: list[bytes]) -> bytes:
    """A valid body with something done to it, and a head and digest that fit."""
    body = bytearray(rnd.choice(base)[HEAD:-DIGEST])
    for _ in range(rnd.choice((1, 1, 1, 2, 3, 8))):
        at = rnd.randrange(len(body))
        kind = rnd.randrange(6)
        if kind == 0:
            body[at] ^= 1 << rnd.randrange(8)
        elif kind == 1:
            body[at] = rnd.choice((0, 1, 2, 3, 12, 31, 59, 100, 101, 127, 128, 254, 255))
        elif kind == 2:
            body[at] = rnd.randrange(256)
        elif kind == 3 and len(body) > 40:
            del body[at : at + rnd.randint(1, 4)]
        elif kind == 4:
            body[at:at] = bytes(rnd.randrange(256) for _ in range(rnd.randint(1, 4)))
        else:
            other = rnd.choice(base)[HEAD:-DIGEST]
            size = rnd.randint(1, 12)
            start = rnd.randrange(len(other))
            body[at : at + size] = other[start : start + size]
    return sealed(bytes(body))


def run_a_night(config: bytes, rnd: random.Random, kind: type[Brain] = Brain) -> int:
    """Run a day and a night, first without a clock, with all that can happen; count the steps."""
    brain = kind(config)
    state = bytearray(SIZE)
    ticks = rnd.randrange(2**30)
    brain.start(ticks, rnd.random() < 0.5, None)
    t = (9_500 + rnd.randrange(27_000)) * DAY * 1000 + rnd.randrange(DAY * 1000)
    end = t + 25 * 3_600_000
    known = t + 1_800_000
    steps = 0
    while t < end:
        quality = SYNCED if t >= known else UNSET
        sleep = brain.step(
            t // (DAY * 1000), t % (DAY * 1000) // 1000, t % 1000, ticks & 0x3FFFFFFF, quality
        )
        steps += 1
        assert 1 <= sleep <= 3_600_000
        assert 0 <= brain.level <= 100
        assert 0 <= brain.output <= 100 and (brain.output > 0) == (brain.level > 0)
        assert 0 <= brain.luminaire.command(brain.output) <= 10_000
        if brain.unsaved:
            brain.save(state)
        passed = min(sleep, rnd.randint(1, 3_600_000)) if steps < 300 else sleep
        t, ticks = t + passed, ticks + passed
        due = ticks & 0x3FFFFFFF
        act = rnd.randrange(16)
        if act == 0:
            brain.sensor(rnd.random() < 0.5, due)
        elif act == 1:
            fast = rnd.random() < 0.5
            brain.heard(rnd.randrange(3), rnd.randrange(4), rnd.randrange(90), fast, due)
        elif act == 2:
            brain.light(rnd.choice((-1, 0, 25, 1000)), due)
        elif act == 3:
            brain.override_level(rnd.randrange(101), rnd.randint(1, 9_000), 5_000, due)
        elif act == 4:
            brain.override_program(rnd.randrange(len(brain._programs)), 7_200, due)
        elif act == 5:
            brain.announced()
        elif act == 6:
            brain.relight(rnd.randrange(3), due)
        elif act == 7:
            brain.all_on(rnd.choice((0, 60, 43_200)), due)
        elif act == 8:
            brain.end_all_on()
        elif act < 12:
            power = rnd.choice((0, 9, 430, 2**24, -5, rnd.randrange(5000)))
            assert 1 <= brain.metered(power, due) <= 3_600_000
        assert 0 <= brain.faults() < 1024
    return steps


def mutations(count: int, seed: str) -> tuple[int, int]:
    rnd = random.Random(seed)
    base = valid()
    taken = most = 0
    for i in range(count):
        data = mutated(rnd, base)
        try:
            Config(data)
        except ConfigError:
            continue
        taken += 1
        steps = run_a_night(data, random.Random(f"{seed} {i}"))
        most = max(most, steps)
        assert steps < 3_000, (i, data)
    print(f"{count} mutated configurations: {taken} taken and run, at most {most} steps a night")
    return taken, most


def test_mutated():
    taken, _ = mutations(2_000, "quick")
    assert 200 < taken < 2_000


@pytest.mark.long
def test_mutated_often():
    mutations(20_000, "long")


def every_byte(values, config: bytes, seed: str, step: int = 1) -> tuple[int, int]:
    """Each byte of a body put to other values: a refusal, or a brain that runs a night."""
    body = config[HEAD:-DIGEST]
    taken = refusals = 0
    for at in range(0, len(body), step):
        for value in values:
            if body[at] == value:
                continue
            data = sealed(body[:at] + bytes([value]) + body[at + 1 :])
            if refused(data):
                refusals += 1
                continue
            taken += 1
            run_a_night(data, random.Random(f"{seed} {at} {value}"))
    return taken, refusals


def test_every_byte_of_the_new_sections():
    config = compile_site(TRADE)[0].config
    taken, refusals = every_byte((1, 255), config, "quick")
    assert taken > 100 and refusals > 100


@pytest.mark.long
@pytest.mark.parametrize("site", [RICH, TRADE], ids=["RICH", "TRADE"])
def test_every_byte_of_a_rich_node(site):
    config = compile_site(site)[0].config
    values = {*range(0, 256, 6), 1, 2, 3, 100, 101, 127, 128, 254, 255}
    taken, refusals = every_byte(sorted(values), config, "long")
    assert taken > 2_000 and refusals > 2_000


@given(st.binary(max_size=400))
def test_any_bytes(data):
    """Whatever follows the head: a configuration or a refusal, no other error."""
    refused(data)
    refused(sealed(data))


def test_every_intermediate_is_a_small_int(meter):
    """The whole brain, to 2099, over what decodes: nothing leaves 31 bits."""
    rnd = random.Random("small ints")
    base, kind = valid(), meter.modules["brain"].Brain
    ready = base + [data for data in (mutated(rnd, base) for _ in range(300)) if not refused(data)]
    for data in ready:
        run_a_night(data, rnd, kind)
