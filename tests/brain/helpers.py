"""Small sites, and a runtime that steps a brain from wake-up to wake-up on a clock of the test's.

Time `t` is milliseconds since 2000-01-01 UTC; a node's ticks are the low 30 bits of its own count.
"""

import calendar
import datetime as dt
from dataclasses import dataclass, field

from hypothesis import strategies as st
from noctule.brain import HOLDOVER, SYNCED, UNSET, VIRTUAL, Brain
from noctule.brain.layers import (
    BEFORE_FIRST,
    DAYLIGHT,
    FORCED_RUN,
    INACTIVE,
    OVERRIDE,
    POINT,
    POWER_UP,
    PRESENCE,
    PROGRAM,
    TIME_UNKNOWN,
)
from noctule.brain.state import SIZE

from sim.site.compile import compile_site
from sim.site.model import Site

__all__ = [
    "BEFORE_FIRST", "DAYLIGHT", "FORCED_RUN", "HOLDOVER", "INACTIVE", "OVERRIDE", "POINT",
    "POWER_UP", "PRESENCE", "PROGRAM", "SYNCED", "TIME_UNKNOWN", "UNSET", "VIRTUAL",
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
):
    """A site of one luminaire. programs: name to table, the first is the default; rules: of its
    calendar; sensor, driver: tables without what they do not ask about."""
    first = next(iter(programs))
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
                "sensor": "pir",
                **({"photocell": "cell"} if photocell else {}),
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

    @property
    def word(self):
        """Level and reason: what two nodes agree on, whenever they were asked."""
        return self.level, self.layer, self.why, self.detail


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
        if brain.unsaved:
            if self.saves:
                brain.save(self.saved)
            else:
                brain.unsaved = False
        stack = brain.stack
        layer = stack.decider
        line = Line(
            self.t, brain.level, brain.ramp, layer, stack.why[layer], stack.detail[layer],
            brain.quality,
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
        """The brain asks for a step `due` ms from now."""
        if self.t + due < self.due:
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

    def levels(self, since=0):
        """(t, level) of every change since then."""
        return [(line.t, line.level) for line in self.lines if line.t >= since]


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
    dates = st.tuples(st.integers(1, 12), st.integers(1, 28)).map(lambda x: f"{x[0]:02}-{x[1]:02}")
    kind = draw(st.sampled_from(("span", "dates", "any")))
    if kind == "span":
        made["from"], made["to"] = draw(dates), draw(dates)
    elif kind == "dates":
        made["dates"] = draw(st.lists(dates, min_size=1, max_size=4))
    return made


@st.composite
def nodes(draw, supply=None, photocell=False, presence=None, most=3, place=None):
    """Arguments of `small_node` for random programs, a calendar, a place and its zone."""
    names = [f"p{i}" for i in range(draw(st.integers(1, most)))]
    return {
        "programs": {name: draw(programs(photocell, presence)) for name in names},
        "rules": draw(st.lists(_rule(names), max_size=3)) if len(names) > 1 else (),
        "supply": supply or draw(st.sampled_from(("permanent", "switched"))),
        "place": place or draw(st.sampled_from(PLACES)),
        "driver": {
            "minimum_level": draw(st.sampled_from((1, 10, 30))),
            "can_switch_off": draw(st.booleans()),
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
