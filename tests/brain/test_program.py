"""A night's plan against a slow and plain model of what the site file says.

The model works on seconds since 2000 UTC, with Python's datetimes and zoneinfo, and lays nothing
out: it asks each program again at each instant. Of the brain it uses the almanac only, which has
tests of its own.
"""

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain import SYNCED, Brain
from noctule.brain.almanac import (
    DAWN,
    DUSK,
    NAUTICAL_DAWN,
    NAUTICAL_DUSK,
    NEVER,
    NEVER_BELOW,
    SOLAR_MIDNIGHT,
    SUNRISE,
    SUNSET,
    Almanac,
)
from noctule.brain.config import Config
from noctule.brain.layers import (
    BEFORE_FIRST,
    DAYLIGHT,
    FORCED_RUN,
    INACTIVE,
    NO_POINT,
    POINT,
    PROGRAM,
)
from noctule.brain.program import KnownTime, Night

from sim.site.compile import compile_site
from sim.site.model import Site
from sim.site.values import At

DAY = 86_400
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
EVENTS = {
    "sunset": SUNSET,
    "dusk": DUSK,
    "nautical dusk": NAUTICAL_DUSK,
    "solar midnight": SOLAR_MIDNIGHT,
    "nautical dawn": NAUTICAL_DAWN,
    "dawn": DAWN,
    "sunrise": SUNRISE,
}
PLACES = (
    (47.517, 5.108, "Europe/Paris"),
    (60.17, 24.94, "Europe/Helsinki"),
    (64.15, -21.94, "Atlantic/Reykjavik"),  # the sun's noon is at 13:28
    (66.5, 25.73, "Europe/Helsinki"),  # the circle
    (68.0, 14.0, "Europe/Oslo"),
    (69.65, 18.96, "Europe/Oslo"),
    (64.5, -165.41, "America/Nome"),  # the sun's noon is at 14:00 in summer time
    (52.88, 173.19, "America/Adak"),  # west by the clock, east by the sun
    (39.47, 75.99, "Asia/Shanghai"),  # three hours off the sun
    (-33.87, 151.21, "Australia/Sydney"),
    (-31.55, 159.08, "Australia/Lord_Howe"),
    (-33.45, -70.67, "America/Santiago"),
    (-43.95, -176.56, "Pacific/Chatham"),
    (1.87, -157.43, "Pacific/Kiritimati"),  # a day ahead of the sun
    (-67.6, 62.87, "Antarctica/Mawson"),
    (-72.01, 2.53, "Antarctica/Troll"),
    (78.22, 15.65, "Arctic/Longyearbyen"),
)
DARK, LIGHT, DEAD = 0, 1000, -1
BELOW, ABOVE = "stays below", "stays above"


def second_of(when: dt.datetime) -> int:
    return round((when - EPOCH).total_seconds())


@dataclass(frozen=True)
class State:
    """What holds at an instant: level, reason and detail with the photocell so; presence."""

    dark: tuple[int, int, int]
    light: tuple[int, int, int]
    dead: tuple[int, int, int]
    presence: bool


class Model:
    """The site's programs, by the book. plan: program number (the brain's) of each night."""

    def __init__(self, site: Site, plan: dict[int, int]) -> None:
        place = site.site
        self.zone = ZoneInfo(place.timezone)
        self.almanac = Almanac(round(place.latitude * 1e4), round(place.longitude * 1e4))
        lamp = site.luminaires[0]
        self.programs = [site.programs[name] for name in site.programs_of(lamp)]
        self.switched = site.circuit(lamp.circuit).switched
        self.plan = plan
        # It asks the same over and over.
        self.noon = cache(self.noon)
        self.at = cache(self.at)
        self.points = cache(self.points)
        self.presence = cache(self.presence)
        self.lit = cache(self.lit)

    def offset(self, second: int) -> int:
        when = EPOCH + dt.timedelta(seconds=second)
        return round(when.astimezone(self.zone).utcoffset().total_seconds())

    def noon(self, night: int) -> int:
        """The local noon at which a night begins."""
        date = EPOCH.date() + dt.timedelta(days=night)
        return second_of(dt.datetime(date.year, date.month, date.day, 12, tzinfo=self.zone))

    def night(self, second: int) -> int:
        """The night that an instant belongs to."""
        night = second // DAY
        return next(n for n in range(night + 1, night - 3, -1) if self.noon(n) <= second)

    def program(self, night: int):
        return self.programs[self.plan.get(night, 0)]

    def at(self, night: int, at: At) -> int | str:
        """When a moment of a night is."""
        begin, end = self.noon(night), self.noon(night + 1)
        if at.event == "local":
            clock = at.seconds if at.seconds >= DAY // 2 else at.seconds + DAY
            # The first second at which the wall reads it or later. It is one of these, or the
            # change of clocks itself.
            offsets = {self.offset(begin), self.offset(end)}
            found = [night * DAY + clock - offset for offset in offsets]
            low, high = begin, end
            while len(offsets) > 1 and high - low > 1:
                middle = (low + high) // 2
                if self.offset(middle) == self.offset(begin):
                    low = middle
                else:
                    high = middle
            found.append(high)
            return min(
                x for x in found if begin <= x <= end and x + self.offset(x) >= night * DAY + clock
            )
        # The sun's night whose midnight is the nearest to the clock's.
        middle = (begin + end) // 2
        nearest = min(
            range(night - 2, night + 3),
            key=lambda n: abs(n * DAY + self.almanac.event(n, SOLAR_MIDNIGHT) - middle),
        )
        found = self.almanac.event(nearest, EVENTS[at.event])
        if found <= NEVER:
            return ABOVE if found == NEVER_BELOW else BELOW
        return nearest * DAY + found + at.seconds

    def edges(self, night: int, from_: At, to: At, window: int = 0) -> tuple[int, int] | None:
        """A span of a night, longer by `window` at those ends that the sun sets. The sun stays
        up: none; it stays down: the night's own end."""
        on, off = self.at(night, from_), self.at(night, to)
        if ABOVE in (on, off) or (BELOW not in (on, off) and on >= off):
            return None
        on = self.noon(night) if on == BELOW else on - window * (not from_.is_clock)
        off = self.noon(night + 1) if off == BELOW else off + window * (not to.is_clock)
        return (on, off) if on < off else None

    def points(self, night: int) -> list[tuple[int, int]]:
        """Instants of a night's switch points that come before its end, in order of time; of two
        at the same instant the one written later counts."""
        found = []
        for i, point in enumerate(self.program(night).points):
            instant = self.at(night, point.at)
            if not isinstance(instant, str) and instant < self.noon(night + 1):
                found.append((instant, i))
        return sorted(found)

    def in_force(self, second: int) -> tuple[int, int, int, int]:
        """Level, ramp, why and detail of the switch point in force."""
        night = self.night(second)
        if not self.program(night).points:
            return 100, 0, BEFORE_FIRST, self.plan.get(night, 0) << 8 | NO_POINT
        for of, points in (
            (night, [p for p in self.points(night) if p[0] <= second]),
            (night - 1, self.points(night - 1)),
        ):
            number = self.plan.get(of, 0)
            why = POINT if of == night else BEFORE_FIRST
            if points:
                point = self.programs[number].points[points[-1][1]]
                return point.level, point.ramp, why, number << 8 | points[-1][1]
        return 100, 0, BEFORE_FIRST, number << 8 | NO_POINT

    def lit(self, second: int) -> tuple[bool, bool, bool, bool]:
        """Is it on when dark, light, the photocell dead; and does a living photocell decide?"""
        night = self.night(second)
        if self.switched:
            # Mains from an hour before sunset to an hour after sunrise is the night's.
            span = self.edges(night, At("sunset", -3600), At("sunrise", 3600))
            on = span is not None and span[0] <= second < span[1]
            return on, on, on, False
        always = dark = dead = decides = False
        for of in (night - 1, night, night + 1):
            program = self.program(of)
            whole = self.noon(of) <= second < self.noon(of + 1)
            if program.always and whole:
                always = True
            for period in program.active:
                span = self.edges(of, period.from_, period.to)
                inside = span is not None and span[0] <= second < span[1]
                cell = period.photocell
                if cell is None:
                    always = always or inside
                    continue
                dead = dead or inside
                if cell.window is None:
                    dark = decides = dark or whole
                else:
                    window = cell.window // 1000
                    sure = self.edges(of, period.from_, period.to, -window)
                    span = self.edges(of, period.from_, period.to, window)
                    always = always or (sure is not None and sure[0] <= second < sure[1])
                    if span is not None and span[0] <= second < span[1]:
                        dark = decides = True
        return always or dark, always, always or dead, decides and not always

    def presence(self, second: int) -> bool:
        night = self.night(second)
        presence = self.program(night).presence
        if presence is None:
            return False
        spans = [self.edges(night, w.from_, w.to) for w in presence.windows]
        return not spans or any(span and span[0] <= second < span[1] for span in spans)

    def state(self, second: int) -> State:
        level, _, why, detail = self.in_force(second)
        dark, light, dead, decides = self.lit(second)
        night = self.night(second)
        off = (0, INACTIVE, self._last(night))
        if self.switched:
            off = (100, FORCED_RUN, 0)
        by_light = (0, DAYLIGHT, off[2]) if decides else off
        on = level, why, detail
        return State(
            on if dark else by_light,
            on if light else by_light,
            on if dead else off,
            self.presence(second),
        )

    def _last(self, night: int) -> int:
        """An unlit program's detail names the night's program."""
        return self.plan.get(night, 0) << 8 | NO_POINT

    def instants(self, night: int) -> list[int]:
        """Every instant of a night at which something may change."""
        found = {self.noon(night), self.noon(night + 1)}
        found |= {max(instant, self.noon(night)) for instant, _ in self.points(night)}
        spans = [(night, At("sunset", -3600), At("sunrise", 3600), 0)] * self.switched
        for of in (night - 1, night, night + 1):
            for period in self.program(of).active:
                window = (period.photocell and period.photocell.window or 0) // 1000
                spans.append((of, period.from_, period.to, window))
            presence = self.program(of).presence
            if presence is not None:
                spans += [(of, w.from_, w.to, 0) for w in presence.windows]
        for of, from_, to, window in spans:
            for wide in (-window, 0, window):
                found |= set(self.edges(of, from_, to, wide) or ())
        return sorted(x for x in found if self.noon(night) <= x <= self.noon(night + 1))


# --- random programs

offsets = st.one_of(st.just(0), st.integers(-3 * 60, 3 * 60), st.integers(-12 * 60, 12 * 60))
clocks = st.one_of(
    st.integers(0, 287).map(lambda n: n * 300),
    st.integers(0, 11).map(lambda n: n * 1800),  # the hours at which clocks change
    st.integers(0, DAY - 1),
)


def written(event: str, minutes: int) -> str:
    if not minutes:
        return event
    return f"{event} {'+' if minutes > 0 else '-'} {abs(minutes)} min"


moments = st.one_of(
    clocks.map(lambda s: f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"),
    st.builds(written, st.sampled_from(sorted(EVENTS)), offsets),
)
spans = st.builds(lambda a, b: {"from": a, "to": b}, moments, moments)
night_spans = st.one_of(spans, st.just({"from": "sunset", "to": "sunrise"}))
points = st.builds(
    lambda at, level, ramp: {"at": at, "level": level, "ramp": f"{ramp} s"},
    moments, st.integers(0, 100), st.integers(0, 60),
)  # fmt: skip


@st.composite
def periods(draw, photocells: bool) -> dict:
    made = dict(draw(night_spans))
    if photocells and draw(st.booleans()):
        made["photocell"] = {"on_lux": 20, "off_lux": 30}
        if draw(st.booleans()):
            made["photocell"]["window"] = f"{draw(st.integers(1, 180))} min"
    return made


@st.composite
def programs(draw, photocells: bool, cell_sure: bool = False) -> dict:
    made: dict = {"points": draw(st.lists(points, max_size=6))}
    if not cell_sure and draw(st.integers(0, 5)) == 0:
        made["active"] = "always"
    else:
        made["active"] = draw(st.lists(periods(photocells), min_size=1, max_size=4))
    if cell_sure:
        made["active"][0].setdefault("photocell", {"on_lux": 20, "off_lux": 30})
    if draw(st.booleans()):
        made["presence"] = {"operation": "max", "level": 90, "hold": "30 s"}
        windows = draw(st.lists(spans, max_size=3))
        if windows:
            made["presence"]["windows"] = windows
    return made


def build(place, made: list[dict], plan: dict[int, int], switched: bool) -> Site:
    """A site of one luminaire whose calendar gives each night its program."""
    latitude, longitude, zone = place
    rules = [
        {"program": f"p{number}", "dates": [EPOCH.date() + dt.timedelta(days=night)]}
        for night, number in sorted(plan.items())
    ]
    # So that the brain's numbers are these, whichever the plan uses.
    rules += [{"program": f"p{i}", "dates": [dt.date(2099, 1, 1)]} for i in range(len(made))]
    numbers = list(dict.fromkeys([0, *(plan[night] for night in sorted(plan)), *range(len(made))]))
    assert len(numbers) == len(made)
    return Site.model_validate(
        {
            "site": {
                "name": "x", "latitude": latitude, "longitude": longitude, "timezone": zone,
            },
            "energy": {
                "price_eur_per_kwh": 0.2, "price_date": "2026-02-01", "price_source": "x",
                "co2_g_per_kwh": 30, "co2_year": 2024, "co2_source": "x",
            },
            "drivers": {"d": {"power_w": 10}},
            "programs": {f"p{i}": program for i, program in enumerate(made)},
            "calendars": {"c": {"default": "p0", "rules": rules}},
            "streets": [{"id": "s", "name": "s", "path_m": [[0, 0], [1, 0]], "asked_level": 50}],
            "cabinets": [
                {
                    "id": "A", "name": "A",
                    "circuits": [
                        {"id": "A1", "supply": "switched" if switched else "permanent"}
                    ],
                }
            ],
            "luminaires": [
                {
                    "id": "l", "circuit": "A1", "street": "s", "at_m": 0, "driver": "d",
                    "calendar": "c", "photocell": None,
                }
            ],
        }
    )  # fmt: skip


@dataclass(frozen=True)
class Case:
    place: tuple[float, float, str]
    programs: list[dict]
    programs_of: dict[int, int]
    night: int
    switched: bool
    config: bytes = field(repr=False)
    model: Model = field(repr=False)

    def plan(self) -> Night:
        """The night as the brain lays it out."""
        made = Config(self.config)
        almanac = Almanac(made.latitude, made.longitude)
        night = Night()
        night.plan(
            KnownTime(made.zone, almanac, made.longitude), self.night, made.programs,
            made.calendar.program(self.night - 1), made.calendar.program(self.night),
            made.calendar.program(self.night + 1), made.switched,
        )  # fmt: skip
        return night


def case_of(place, made, plan, night, switched=False) -> Case:
    site = build(place, made, plan, switched)
    names = site.programs_of(site.luminaires[0])
    order = {night: names.index(f"p{number}") for night, number in plan.items()}
    config = compile_site(site)[0].config
    return Case(place, made, plan, night, switched, config, Model(site, order))


def day_of(text: str) -> int:
    return (dt.date.fromisoformat(text) - EPOCH.date()).days


SPECIAL = [
    day_of(text)
    for text in (
        "2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-04-04", "2026-10-03",
        "2026-12-31", "2028-02-28", "2026-06-21", "2026-12-21", "2034-01-09", "2035-03-24",
    )
]  # fmt: skip
nights = st.one_of(
    st.sampled_from(SPECIAL), st.integers(day_of("2025-01-02"), day_of("2045-12-31"))
)


@st.composite
def cases(draw, places=PLACES, photocells=False, cell_sure=False, switched=False) -> Case:
    made = draw(st.lists(programs(photocells, cell_sure), min_size=1, max_size=3))
    night = draw(nights)
    plan = {night + i: draw(st.integers(0, len(made) - 1)) for i in range(-2, 4)}
    return case_of(draw(st.sampled_from(places)), made, plan, night, switched)


def asked_instants(model: Model, night: int, spread: int) -> list[int]:
    """Each edge, the second before, the second after; and some between."""
    edges = model.instants(night)
    begin, end = edges[0], edges[-1]
    found = {x + off for x in edges for off in (-1, 0, 1)}
    found |= {begin + (end - begin) * (2 * i + 1) // (2 * spread) for i in range(spread)}
    return sorted(x for x in found if begin <= x < end)


def check_plan(case: Case) -> None:
    """Every stretch of the night as it was laid out."""
    model, plan, zero = case.model, case.plan(), case.night * DAY
    noons = model.noon(case.night), model.noon(case.night + 1)
    assert (plan.start + zero, plan.end + zero) == noons
    edges = model.instants(case.night)
    for second in asked_instants(model, case.night, 5):
        plan.look(second - zero)
        level, ramp, why, detail = model.in_force(second)
        number = plan.number[plan.point]
        got = plan.program[plan.point] << 8 | (number if number >= 0 else NO_POINT)
        assert (plan.level[plan.point], plan.ramp[plan.point], got) == (level, ramp, detail)
        assert (plan.point > 0) == (why == POINT)
        dark, light, dead, _ = model.lit(second)
        assert (plan.active or plan.by_photocell, plan.active) == (dark, light)
        assert (plan.active or plan.no_photocell) == dead
        assert plan.presence == model.presence(second)
        # The stretch: it holds this instant; nothing changes in it, and something may at its end.
        since, until = plan.since + zero, plan.until + zero
        assert since <= second < until
        assert since in edges and until in edges
        here = model.state(second)
        for edge in edges:
            if since <= edge < until:
                assert model.state(edge) == here, (edge, since, until)
        assert model.state(until - 1) == here


def word(brain: Brain) -> tuple[int, int, int]:
    stack = brain.stack
    return stack.after[PROGRAM], stack.why[PROGRAM], stack.detail[PROGRAM]


def check_steps(case: Case, lux: int) -> None:
    """What `step` answers at any instant of three nights, in any order."""
    model = case.model
    brain = Brain(case.config)
    brain.start(0, False, None)
    asked = [
        second
        for night in (case.night, case.night + 1, case.night - 1)
        for second in asked_instants(model, night, 3)
    ]
    # Forwards, then hopping about: no answer hangs on the one before.
    asked += asked[::7] + asked[::-5]
    for ticks, second in enumerate(asked):
        brain.step(second // DAY, second % DAY, 0, ticks, SYNCED)
        brain.light(lux, ticks)
        sleep = brain.step(second // DAY, second % DAY, 0, ticks, SYNCED)
        state = model.state(second)
        wanted = state.dead if lux == DEAD else state.dark if lux == DARK else state.light
        assert word(brain) == wanted, second
        assert brain.level == wanted[0]
        assert 1 <= sleep <= 3_600_000


def check_wakes(case: Case) -> None:
    """Stepped only when it asks for it, a night is as the model says at every instant."""
    model = case.model
    brain = Brain(case.config)
    brain.start(0, False, None)
    begin, end = model.noon(case.night) * 1000 + 250, model.noon(case.night + 1) * 1000
    line, t = [], begin
    while t < end:
        sleep = brain.step(t // (DAY * 1000), t // 1000 % DAY, t % 1000, t & 0x3FFFFFFF, SYNCED)
        line.append((t, word(brain)))
        t += sleep
    edges = model.instants(case.night)
    # At its edges and hourly; on a switched circuit the night's length is saved every quarter.
    assert len(line) <= len(edges) + 26 + case.switched * 100
    for second in asked_instants(model, case.night, 5):
        if second * 1000 >= begin:
            said = next(what for t, what in reversed(line) if t <= second * 1000)
            assert said == model.state(second).dark, second


def several(what, count: int):
    """A property over so many random cases."""
    return lambda test: settings(max_examples=count)(given(what)(test))


anything = st.one_of(cases(), cases(photocells=True), cases(switched=True))


@several(cases(), 200)
def test_the_plan(case):
    check_plan(case)


@several(cases(photocells=True), 120)
def test_the_plan_with_photocells(case):
    check_plan(case)


@several(cases(switched=True), 30)
def test_the_plan_on_a_switched_circuit(case):
    check_plan(case)


@several(cases(), 60)
def test_steps(case):
    check_steps(case, DARK)


@pytest.mark.parametrize("lux", [DARK, LIGHT, DEAD])
def test_steps_with_a_photocell(lux):
    @several(cases(cell_sure=True), 15)
    def check(case):
        check_steps(case, lux)

    check()


@several(cases(switched=True), 15)
def test_steps_on_a_switched_circuit(case):
    check_steps(case, DARK)


@several(anything, 120)
def test_wakes(case):
    check_wakes(case)


@pytest.mark.long
@several(anything, 3_000)
def test_many_plans(case):
    check_plan(case)


@pytest.mark.long
@several(st.one_of(cases(), cases(switched=True)), 700)
def test_many_steps(case):
    check_steps(case, DARK)


@pytest.mark.long
@pytest.mark.parametrize("lux", [DARK, LIGHT, DEAD])
def test_many_steps_with_a_photocell(lux):
    @several(cases(cell_sure=True), 300)
    def check(case):
        check_steps(case, lux)

    check()


@pytest.mark.long
@several(anything, 2_000)
def test_many_wakes(case):
    check_wakes(case)


# --- by hand

PARIS, TROMSO = PLACES[0], (69.65, 18.96, "Europe/Oslo")


def plain(program: dict, night: str, place=PARIS) -> Case:
    """A case of one program, checked against the model as well."""
    case = case_of(place, [program], {}, day_of(night))
    check_plan(case)
    check_steps(case, DARK)
    check_wakes(case)
    return case


def levels(case: Case) -> list[tuple[str, int]]:
    """The changes of the night's level in UTC, from noon on."""
    model, found = case.model, []
    brain = Brain(case.config)
    brain.start(0, False, None)
    for second in model.instants(case.night)[:-1]:
        brain.step(second // DAY, second % DAY, 0, 0, SYNCED)
        if not found or found[-1][1] != brain.level:
            found.append((f"{EPOCH + dt.timedelta(seconds=second):%d %H:%M:%S}", brain.level))
    return found


def test_a_night_by_hand():
    case = plain(
        {
            "active": [{"from": "18:00", "to": "07:00"}],
            "points": [{"at": "22:00", "level": 60}, {"at": "05:30", "level": 100}],
        },
        "2026-11-22",
    )
    assert levels(case) == [
        ("22 11:00:00", 0), ("22 17:00:00", 100), ("22 21:00:00", 60), ("23 04:30:00", 100),
        ("23 06:00:00", 0),
    ]  # fmt: skip


def test_the_hour_skipped_and_the_hour_repeated():
    times = ("01:30", 10), ("02:30", 20), ("03:30", 30)
    program = {"active": "always", "points": [{"at": at, "level": x} for at, x in times]}
    assert levels(plain(program, "2026-03-28"))[1:] == [
        ("29 00:30:00", 10), ("29 01:00:00", 20), ("29 01:30:00", 30),
    ]  # fmt: skip
    assert levels(plain(program, "2026-10-24"))[1:] == [
        ("24 23:30:00", 10), ("25 00:30:00", 20), ("25 02:30:00", 30),
    ]  # fmt: skip


def test_of_two_at_the_same_instant_the_later_written_counts():
    program: dict = {"active": "always"}
    program["points"] = [{"at": "22:00", "level": level} for level in (10, 90, 40)]
    assert levels(plain(program, "2026-11-22"))[-1] == ("22 11:00:00", 40)
    program["points"] = [{"at": "20:00", "level": 5}, *program["points"]]
    assert levels(plain(program, "2026-11-22"))[-1] == ("22 21:00:00", 40)
    # In the hour that is skipped two different times are the same instant.
    times = ("20:00", 5), ("02:10", 10), ("02:50", 70)
    program["points"] = [{"at": at, "level": x} for at, x in times]
    assert levels(plain(program, "2026-03-28"))[-1] == ("29 01:00:00", 70)


def test_before_the_first_point_it_is_what_last_night_ended_with():
    night = day_of("2026-11-22")
    times = ("22:00", 5), ("20:00", 9)
    first = {"active": "always", "points": [{"at": at, "level": x} for at, x in times]}
    second = {"active": "always", "points": [{"at": "20:00", "level": 50}]}
    case = case_of(PARIS, [first, second], {night - 1: 0, night: 1, night + 1: 0}, night)
    check_plan(case)
    check_steps(case, DARK)
    assert levels(case) == [("22 11:00:00", 5), ("22 19:00:00", 50)]


def test_points_before_noon_keep_their_order():
    """In winter both are before noon: the one that came later is in force."""
    points = [{"at": "sunset - 6 h", "level": 50}, {"at": "sunset - 8 h", "level": 20}]
    case = plain({"active": "always", "points": points}, "2026-12-21")
    assert levels(case) == [("21 11:00:00", 50)]


def test_a_period_reaches_over_noon():
    case = plain({"active": [{"from": "sunset", "to": "sunrise + 6 h"}]}, "2026-12-21")
    assert levels(case)[0] == ("21 11:00:00", 100)
    assert levels(case)[-1][1] == 100


def test_polar_night_is_a_night_and_polar_day_is_none():
    dusk_to_dawn = {"active": [{"from": "sunset", "to": "sunrise"}]}
    assert levels(plain(dusk_to_dawn, "2026-12-21", TROMSO)) == [("21 11:00:00", 100)]
    assert levels(plain(dusk_to_dawn, "2026-06-21", TROMSO)) == [("21 10:00:00", 0)]
    until_one = {"active": [{"from": "sunset", "to": "01:00"}]}
    assert levels(plain(until_one, "2026-12-21", TROMSO)) == [
        ("21 11:00:00", 100), ("22 00:00:00", 0),
    ]  # fmt: skip
    # Where the sun does not rise again there is no morning to switch off at.
    mornings = {"active": [{"from": "05:00", "to": "sunrise"}]}
    assert levels(plain(mornings, "2026-12-21", TROMSO)) == [
        ("21 11:00:00", 0), ("22 04:00:00", 100),
    ]  # fmt: skip
    assert levels(plain(mornings, "2026-06-21", TROMSO)) == [("21 10:00:00", 0)]


def test_white_nights_have_sunset_but_no_nautical_dusk():
    points = [{"at": "sunset", "level": 80}, {"at": "nautical dusk", "level": 20}]
    case = plain({"points": points}, "2026-06-10", (60.17, 24.94, "Europe/Helsinki"))
    assert [level for _, level in levels(case)] == [0, 80, 0]
