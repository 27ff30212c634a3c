"""Small sites, and a runtime that steps a brain from wake-up to wake-up on a clock of the test's.

Time `t` is milliseconds since 2000-01-01 UTC; a node's ticks are the low 30 bits of its own count.
"""

import calendar
import datetime as dt
from dataclasses import dataclass, field

from hypothesis import strategies as st
from noctule.brain import HOLDOVER, SYNCED, UNSET, VIRTUAL, Brain
from noctule.brain.layers import (
    ALL_ON,
    BEFORE_FIRST,
    CEILING,
    DAYLIGHT,
    FORCED_RUN,
    INACTIVE,
    OVERRIDE,
    POINT,
    POWER_UP,
    PRESENCE,
    PROGRAM,
    RELIGHT,
    TIME_UNKNOWN,
)
from noctule.brain.state import SIZE

from sim.site.compile import compile_site
from sim.site.model import Site

__all__ = [
    "ALL_ON", "BEFORE_FIRST", "CEILING", "DAYLIGHT", "FORCED_RUN", "HOLDOVER", "INACTIVE",
    "OVERRIDE", "POINT", "POWER_UP", "PRESENCE", "PROGRAM", "RELIGHT", "SYNCED", "TIME_UNKNOWN",
    "UNSET", "VIRTUAL",
]

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TICKS = 0x3FFFFFFF
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

IS_SUR_TILLE = (47.517, 5.108, "Europe/Paris")
PLACES = (
    IS_SUR_TILLE,
    (40.71, -74.01, "America/New_York"),
    (-33.87, 151.21, "Australia/Sydney"),
    (-33.45, -70.67, "America/Santiago"),
    (27.72, 85.32, "Asia/Kathmandu"),
    (64.15, -21.94, "Atlantic/Reykjavik"),
    (69.65, 18.96, "Europe/Oslo"),  # polar day and night
    (-43.95, -176.56, "Pacific/Chatham"),  # 12:45 and 13:45 east of UTC, west of the date line
    (1.87, -157.43, "Pacific/Kiritimati"),
    (53.35, -6.26, "Europe/Dublin"),
)


def at(text):
    """Milliseconds since 2000 of a UTC time such as "2026-10-24T21:30"."""
    since = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) - EPOCH
    return round(since.total_seconds() * 1000)


def utc(t):
    """The reverse, for messages."""
    return (EPOCH + dt.timedelta(milliseconds=t)).isoformat(timespec="milliseconds")


def small_site(
    programs,
    *,
    rules=(),
    supply="permanent",
    mains=None,
    place=IS_SUR_TILLE,
    sensor=None,
    driver=None,
    contactor=None,
    ceiling=None,
    relight=None,
    zone=0,
    events=(),
    scenes=None,
    meter=False,
    burning_hours=0,
    count=1,
):
    """A site of one luminaire. programs: name to table, the first is the default; rules: of its
    calendar; sensor (False: none), driver: tables without what they do not ask about.

    contactor, ceiling, relight: tables; zone: the number of its relight zone. events: tables
    without id, of the luminaire unless they name a scene. It is in the groups "centre" and "old".
    """
    first = next(iter(programs))
    events = [
        {"id": f"event-{i}", **({} if "scene" in event else {"luminaires": ["L"]}), **event}
        for i, event in enumerate(events)
    ]
    zones = [f"zone-{i}" for i in range(zone + 1)] if relight else []
    photocell = any(
        "photocell" in period
        for program in programs.values()
        if isinstance(program.get("active"), list)
        for period in program["active"]
    )
    data = {
        "site": dict(
            zip(("name", "latitude", "longitude", "timezone"), ("Site", *place), strict=True)
        ),
        "energy": {
            "price_eur_per_kwh": 0.2,
            "price_date": "2026-02-01",
            "price_source": "assumption",
            "co2_g_per_kwh": 30.0,
            "co2_year": 2024,
            "co2_source": "assumption",
        },
        "drivers": {"led": {"power_w": 43.0, **(driver or {})}},
        "sensors": {"pir": {"range_m": 8.0, **(sensor or {})}},
        "photocells": {"cell": {}},
        "contactors": {"box": contactor} if contactor else {},
        "ceilings": {"corridor": ceiling} if ceiling else {},
        "relights": {name: relight for name in zones},
        "scenes": scenes or {},
        "events": events,
        "programs": programs,
        "calendars": {"calendar": {"default": first, "rules": list(rules)}},
        "streets": [
            {"id": "street", "name": "Street", "path_m": [[0, 0], [100, 0]], "asked_level": 50}
        ],
        "cabinets": [
            {
                "id": "A",
                "name": "A",
                "circuits": [
                    {"id": "A1", "supply": supply, **({"mains": mains} if mains else {})}
                ],
            }
        ],
        "luminaires": [
            {
                "id": "L",
                "circuit": "A1",
                "street": "street",
                "at_m": 10.0,
                "driver": "led",
                "calendar": "calendar",
                "groups": ["centre", "old"],
                "meter": meter,
                "burning_hours": burning_hours,
                "count": count,
                **({} if sensor is False else {"sensor": "pir"}),
                **({"photocell": "cell"} if photocell else {}),
                **({"contactor": "box"} if contactor else {}),
                **({"ceiling": "corridor"} if ceiling else {}),
                **({"relight": zones[-1]} if zones else {}),
            }
        ],
    }
    return Site.model_validate(data)


def small_node(*args, **more):
    """The configuration of the luminaire of `small_site`."""
    return compile_site(small_site(*args, **more))[0].config


@dataclass(frozen=True)
class Line:
    """What a step made of it."""

    t: int
    level: int
    ramp: int
    layer: int
    why: int
    detail: int
    quality: int
    gear: int
    asked: int

    @property
    def word(self):
        """Level and reason: what two nodes agree on, whenever they were asked."""
        return self.level, self.layer, self.why, self.detail

    @property
    def said(self):
        """The same of what is asked of the gear, whose minimum times may hold another."""
        return self.asked, self.layer, self.why, self.detail


@dataclass
class Lamp:
    """A node: its configuration, its time, its ticks, its clock, and the brain that runs on it.

    clock: quality of its time; clock_error: ms by which its clock is ahead. quick=False forgets
    before every step what earlier ones worked out.
    """

    config: bytes
    t: int
    clock: int = SYNCED
    clock_error: int = 0
    power_on: bool = False
    saved: bytearray | None = None
    ticks: int = 0  # what it counts at `t`
    quick: bool = True
    saves: bool = True  # False: storage that forgets
    sleeps: bool = False  # True: for as long as it was told last; else woken for all it was told
    lines: list = field(default_factory=list)
    announced: list = field(default_factory=list)
    steps: int = 0
    due: int = 0
    on: bool = True

    def __post_init__(self):
        self.boot()

    def boot(self):
        """Start a brain now, as `power_on` and `saved` say; it is stepped when time moves on."""
        self.brain = Brain(self.config)
        self.on = True
        if self.saved is None:
            self.saved = bytearray(SIZE)
        self.taken = self.brain.start(self.ticks & TICKS, self.power_on, bytes(self.saved))
        self.due = self.t

    def power_up(self, clock=None):
        """Boot as after a loss of mains."""
        self.power_on = True
        if clock is not None:
            self.clock = clock
        self.boot()

    def reset(self):
        """Boot as after a watchdog's reset."""
        self.power_on = False
        self.boot()

    def cut(self):
        """Lose mains: nothing is asked until it boots again."""
        self.on = False

    def _move(self, t):
        self.ticks += t - self.t
        self.t = t

    def step(self):
        """Ask the brain now."""
        if not self.quick:
            self.brain.forget()
            self.brain.stack.evaluate()
        told = self.t + self.clock_error
        if self.clock == UNSET:
            told = 987654321  # must not matter
        brain = self.brain
        sleep = brain.step(
            told // DAY, told % DAY // 1000, told % 1000, self.ticks & TICKS, self.clock
        )
        assert 1 <= sleep <= HOUR, sleep
        self.steps += 1
        self.due = self.t + sleep
        if brain.announced():
            self.announced.append(self.t)
        self._keep()
        stack = brain.stack
        layer = stack.decider
        line = Line(
            self.t, brain.level, brain.ramp, layer, stack.why[layer], stack.detail[layer],
            brain.quality, brain.gear, stack.level,
        )
        if brain.changed:
            self.lines.append(line)
        else:
            assert not self.lines or line.word == self.lines[-1].word
        self.last = line
        return line

    def run_to(self, t):
        """Step at every wake-up up to and including `t`; time is then `t`. Returns itself."""
        while self.on and self.due <= t:
            self._move(max(self.due, self.t))
            self.step()
        self._move(t)
        return self

    def at(self, t):
        """Run to `t` and ask then: the level."""
        self.run_to(t)
        return self.step().level

    def _told(self, due):
        """The brain asks for its next step `due` ms from now, in place of any before."""
        self.due = self.t + due
        if due == 0:
            self.run_to(self.t)

    def sensor(self, active):
        """The own sensor's level, now."""
        self._told(self.brain.sensor(active, self.ticks & TICKS))

    def heard(self, section=0, hops=1, distance=25, fast=False):
        """Another luminaire's detection, now."""
        self._told(self.brain.heard(section, hops, distance, fast, self.ticks & TICKS))

    def light(self, lux):
        """A sample of the photocell, now."""
        self._told(self.brain.light(lux, self.ticks & TICKS))

    def override_level(self, level, seconds=7200, ramp=0):
        self.brain.override_level(level, seconds, ramp, self.ticks & TICKS)
        self._told(0)

    def override_program(self, program, seconds=7200):
        self.brain.override_program(program, seconds, self.ticks & TICKS)
        self._told(0)

    def cancel(self):
        self.brain.cancel_override()
        self._told(0)

    def relight(self, zone=0):
        """Somebody asks for light in a zone. Returns whether it was taken."""
        due = self.brain.relight(zone, self.ticks & TICKS)
        self._told(due)
        return due == 0

    def all_on(self, seconds=0):
        self.brain.all_on(seconds, self.ticks & TICKS)
        self._told(0)

    def end_all_on(self):
        self.brain.end_all_on()
        self._told(0)

    def meter(self, power):
        """A sample of the power in 0.1 W, now. Returns ms until the next is wanted."""
        wait = self.brain.metered(power, self.ticks & TICKS)
        assert wait > 0
        self._keep()
        return wait

    def _keep(self):
        if self.brain.unsaved:
            if self.saves:
                self.brain.save(self.saved)
            else:
                self.brain.unsaved = False

    def levels(self, since=0):
        """(t, level) of every change since then."""
        return [(line.t, line.level) for line in self.lines if line.t >= since]


# All that a node can have besides its programs; one that only events name is `other`.
FULL = {
    "ceiling": {
        "level": 30,
        "from": "10-01",
        "to": "07-15",
        "windows": [
            {"from": f"{h % 24:02}:10", "to": f"{h % 24:02}:50"} for h in (19, 20, 21, 26)
        ],
    },
    "relight": {"hours": {"from": "22:00", "to": "dawn"}},
    "zone": 1,
    "events": [
        {
            "from": "01-01",
            "to": "12-31",
            "weekdays": ["monday", "thursday", "friday", "saturday", "sunday"],
            "hours": {"from": f"{(18 + i // 2) % 24:02}:{i % 2 * 30:02}", "to": "dawn"},
            **({"level": 5 * i} if i % 3 else {"program": "other"}),
        }
        for i in range(15, -1, -1)
    ],
    "meter": True,
    "driver": {"virtual_output": 80, "clo": [[0, 60], [10, 70], [20, 80], [50_000, 100]]},
    "count": 9,
}


# --- random sites --------------------------------------------------------------------------------

_EVENTS = ("sunset", "sunrise", "dusk", "dawn", "nautical dusk", "nautical dawn", "solar midnight")
_EVENING = ("sunset", "dusk", "nautical dusk")
_MORNING = ("sunrise", "dawn", "nautical dawn")
levels = st.one_of(st.sampled_from((0, 10, 50, 100)), st.integers(0, 100))
ramps = st.integers(0, 100).map(lambda tenths: f"{tenths / 10} s")


def clocks(first=0, last=1439):
    """Times on the clock on the wall, between two minutes of the day."""
    return st.one_of(
        st.integers(first, last).map(lambda m: f"{m // 60:02}:{m % 60:02}"),
        st.integers(first * 60, last * 60 + 59).map(
            lambda s: f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"
        ),
    )


def moments(events=_EVENTS, first=0, last=1439):
    """Clock times, and solar events with offsets of up to three hours."""
    solar = st.tuples(st.sampled_from(events), st.sampled_from("+-"), st.integers(0, 180)).map(
        lambda x: f"{x[0]} {x[1]} {x[2]} min" if x[2] else x[0]
    )
    return st.one_of(clocks(first, last), solar)


def spans():
    """From some moment of the evening to one of the morning, or any two that come in order."""
    in_order = st.tuples(st.integers(0, 1438), st.integers(1, 1439)).map(
        lambda x: tuple(f"{(m + 720) // 60 % 24:02}:{m % 60:02}" for m in (min(x), max(x)))
    ).filter(lambda x: x[0] != x[1])
    return st.one_of(
        st.tuples(moments(_EVENING, 14 * 60, 23 * 60), moments(_MORNING, 60, 10 * 60)), in_order
    ).map(lambda x: {"from": x[0], "to": x[1]})


@st.composite
def presences(draw):
    made = {
        "operation": draw(st.sampled_from(("max", "add"))),
        "level": draw(levels),
        "idle": draw(levels),
        "hold": f"{draw(st.integers(1, 300))} s",
        "ramp_up": draw(ramps),
        "ramp_down": draw(ramps),
        "neighbours": draw(st.integers(0, 3)),
        "reach_m": draw(st.sampled_from((0, 30, 60))),
        "vehicles": draw(st.sampled_from(("neighbours", "section"))),
    }
    windows = draw(st.lists(spans(), max_size=2))
    return {**made, "windows": windows} if windows else made


@st.composite
def programs(draw, photocell=False, presence=None):
    """A program's table. photocell: its periods have one; presence: whether it may have it."""
    made = {
        "points": [
            {"at": a, "level": draw(levels), "ramp": draw(ramps)}
            for a in draw(st.lists(moments(), max_size=5))
        ],
        "fault_state": draw(levels),
    }
    if photocell:
        period = draw(spans())
        cell = {"on_lux": 20, "off_lux": 40}
        if draw(st.booleans()):
            cell["window"] = f"{draw(st.integers(5, 90))} min"
        made["active"] = [{**period, "photocell": cell}]
    else:
        made["active"] = draw(
            st.one_of(
                st.just("always"),
                st.just([{"from": "sunset", "to": "sunrise"}]),
                st.lists(spans(), min_size=1, max_size=3),
            )
        )
    if presence and draw(st.booleans()):
        made["presence"] = draw(presences())
    return made


_dates = st.tuples(st.integers(1, 12), st.integers(1, 28)).map(lambda x: f"{x[0]:02}-{x[1]:02}")


@st.composite
def _rule(draw, names):
    made = {
        "program": draw(st.sampled_from(names)),
        "day": draw(st.sampled_from(("evening", "morning"))),
    }
    if draw(st.booleans()):
        days = [name.lower() for name in calendar.day_name]
        made["weekdays"] = draw(st.lists(st.sampled_from(days), min_size=1, unique=True))
        if draw(st.booleans()):
            made["occurrences"] = draw(
                st.lists(st.sampled_from([1, 2, 3, 4, 5, "last"]), min_size=1, unique=True)
            )
    kind = draw(st.sampled_from(("span", "dates", "any")))
    if kind == "span":
        made["from"], made["to"] = draw(_dates), draw(_dates)
    elif kind == "dates":
        made["dates"] = draw(st.lists(_dates, min_size=1, max_size=4))
    return made


@st.composite
def _ceiling(draw):
    made = {"level": draw(levels)}
    if draw(st.booleans()):
        made["from"], made["to"] = draw(_dates), draw(_dates)
    windows = draw(st.lists(spans(), max_size=2))
    return {**made, "windows": windows} if windows else made


@st.composite
def _relight(draw):
    return {
        "hours": draw(spans()),
        "duration": f"{draw(st.integers(240, 900))} s",
        "level": draw(st.sampled_from((1, 60, 100))),
    }


@st.composite
def _event(draw, names):
    made = {"hours": draw(spans()), "ramp": draw(ramps)}
    if draw(st.booleans()):
        made["from"], made["to"] = draw(st.sampled_from((("01-01", "12-31"), ("10-20", "04-10"))))
        if draw(st.booleans()):
            days = [name.lower() for name in calendar.day_name]
            made["weekdays"] = draw(st.lists(st.sampled_from(days), min_size=2, unique=True))
    else:
        made["dates"] = draw(st.lists(_dates, min_size=1, max_size=4))
    if draw(st.booleans()):
        return {**made, "level": draw(levels)}
    return {**made, "program": draw(st.sampled_from(names))}


@st.composite
def _trade(draw, names):
    """The layers besides program, presence and override, a meter and more of the gear."""
    made = {}
    if draw(st.booleans()):
        made["ceiling"] = draw(_ceiling())
    if draw(st.booleans()):
        made["relight"] = draw(_relight())
        made["zone"] = draw(st.sampled_from((0, 0, 1)))
    made["events"] = draw(st.lists(_event(names), max_size=3))
    made["meter"] = draw(st.booleans())
    made["count"] = draw(st.sampled_from((1, 1, 2, 9)))
    return made


_rests = st.sampled_from(("0 s", "0 s", "30 s", "7 min", "2 h"))


@st.composite
def _gear(draw):
    """Of the driver: what makes its output another than the level, and its minimum times."""
    made = {"virtual_output": draw(st.sampled_from((100, 80, 30)))}
    if draw(st.booleans()):
        made["clo"] = [[0, 60], [20_000, 90], [50_000, 100]]
    if draw(st.booleans()):
        made["minimum_on"], made["minimum_off"] = draw(_rests), draw(_rests)
        made["warm_up"] = "5 min"
    return made


@st.composite
def nodes(
    draw, supply=None, photocell=False, presence=None, most=3, place=None, trade=True, gear=True
):
    """Arguments of `small_node` for random programs, a calendar, a place and its zone.

    trade: also a ceiling, a relight zone, events and a meter; gear: its times and its output.
    """
    names = [f"p{i}" for i in range(draw(st.integers(1, most)))]
    asked = [*names, "asked"] if trade else names  # the last is for events only
    return {
        "programs": {name: draw(programs(photocell, presence)) for name in asked},
        **(draw(_trade(asked)) if trade else {}),
        "rules": draw(st.lists(_rule(names), max_size=3)) if len(names) > 1 else (),
        "supply": supply or draw(st.sampled_from(("permanent", "switched"))),
        "place": place or draw(st.sampled_from(PLACES)),
        "driver": {
            "minimum_level": draw(st.sampled_from((1, 10, 30))),
            "can_switch_off": draw(st.booleans()),
            **(draw(_gear()) if gear else {}),
        },
        "sensor": {
            "debounce": f"{draw(st.sampled_from((0, 200, 2000)))} ms",
            "stuck_after": f"{draw(st.sampled_from((1, 5, 30)))} min",
            "when_stuck": draw(st.sampled_from(("lit", "ignored"))),
        },
    }


def instants(first="2025-01-01", last="2037-12-31"):
    """Random instants, half of them within two days of a change of clocks, or of New Year..."""
    special = st.sampled_from(
        [
            at(day)
            for day in (
                "2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04",
                "2026-12-31", "2028-02-29", "2034-01-10", "2035-06-21",
            )
        ]
    )
    return st.one_of(
        st.integers(at(first), at(last)),
        st.tuples(special, st.integers(-2 * DAY, 2 * DAY)).map(sum),
    )
