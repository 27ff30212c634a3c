"""What goes by the date and by the hours of a night: holidays, relights, events, calls."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

from noctule.brain.almanac import NEVER
from noctule.brain.dates import day_number

from sim.site import holidays, limits
from sim.site.compile import EVENTS, known_time
from sim.site.document import Steps
from sim.site.findings import Findings
from sim.site.model import Circuit, Contactor, Event, Site, Window
from sim.site.rules.gear import level_of, levels_of, written
from sim.site.values import PUBLIC, SUNRISE, SUNSET, WEEKDAYS, At, duration_text

SAMPLES = [day_number(2026, 1, 1) + 10 * i for i in range(37)]  # nights through a year


class _Hours:
    """When a window of the night is, by the brain's own sun and clock."""

    def __init__(self, site: Site) -> None:
        self._times = known_time(site)
        self._known: dict[tuple[int, At], int] = {}

    def instant(self, night: int, at: At) -> int:
        """Seconds, on the brain's axis; NEVER or less when the sun does not do it."""
        if (night, at) not in self._known:
            self._known[night, at] = self._times.at(night, EVENTS[at.event], at.seconds)
        return self._known[night, at]

    def span(self, night: int, window: Window) -> tuple[int, int]:
        """Its beginning and end; at the poles an end may be missing, and then it is empty."""
        on, off = self.instant(night, window.from_), self.instant(night, window.to)
        return (on, off) if min(on, off) > NEVER else (0, 0)

    def by_day(self, night: int, window: Window) -> bool:
        """Whether it reaches well into the day."""
        on, off = self.span(night, window)
        sunset, sunrise = self.span(night, _SUN_TO_SUN)
        return (
            sunset < sunrise
            and on < off
            and (on < sunset - _BY_DAY_S or off > sunrise + _BY_DAY_S)
        )

    def unfed(self, night: int, window: Window, circuit: Circuit) -> bool:
        """Whether the cabinet cuts the mains for a while of its dark part."""
        if not circuit.switched:
            return False
        on, off = self.span(night, window)
        sunset, sunrise = self.span(night, _SUN_TO_SUN)
        at, end = max(on, sunset), min(off, sunrise)
        for start, stop in sorted(self.span(night, mains) for mains in circuit.mains):
            if start > at + _UNFED_S:
                break
            at = max(at, stop)
        return end - at > _UNFED_S


_SUN_TO_SUN = Window.model_validate({"from": str(SUNSET), "to": str(SUNRISE)})

_BY_DAY_S = 1800  # before sunset or after sunrise: that much more is a mistake
_UNFED_S = 900  # without mains, a cabinet's clock aside

# --- holidays ------------------------------------------------------------------------------------


def holiday_rules(site: Site, found: Findings) -> None:
    """Calendar rules that ask for holidays: whether they come, and how far they are known."""
    place = site.site
    told: set[str] = set()
    for key, calendar in site.calendars.items():
        count = 0
        for i, rule in enumerate(calendar.rules):
            path: Steps = ("calendars", key, "rules", i)
            if rule.school_holidays and place.school_zone is None:
                found.add("error", "no-school-zone", (*path, "school_holidays"))
                continue
            plain = holidays.resolved(rule, place)
            count += len(plain)
            known = holidays.known_in(place.holiday_zone)
            strange = [n for n in rule.holidays or () if n != PUBLIC and n not in known]
            for name in strange:
                found.add(
                    "warning",
                    "holiday-not-here",
                    (*path, "holidays"),
                    name=name,
                    zone=place.holiday_zone,
                    known=", ".join(known),
                )
            if not plain and not strange:
                found.add("warning", "rule-never", path)
            if rule.school_holidays and place.school_zone and "school" not in told:
                told.add("school")
                found.add(
                    "warning",
                    "calendar-reach",
                    (*path, "school_holidays"),
                    zone=place.school_zone,
                    date=holidays.school_until(place.school_zone).isoformat(),
                )
            moves = rule.holidays and any(d.year for d in holidays.public_days(rule, place))
            if moves and "public" not in told:
                told.add("public")
                date = holidays.PUBLIC_UNTIL.isoformat()
                found.add("warning", "calendar-reach-public", (*path, "holidays"), date=date)
        if count > limits.RULES_PER_NODE:
            found.add(
                "error",
                "too-many-rules",
                ("calendars", key),
                count=count,
                most=limits.RULES_PER_NODE,
            )


# --- relights ------------------------------------------------------------------------------------

_WARM_MS = 60_000  # of full light that a relight should leave at the least


def relights(site: Site, found: Findings) -> None:
    """Light on demand: whether there is anybody, mains, and a lamp that is up to it."""
    hours = _Hours(site)
    used = set()
    unfed: dict[tuple[str, str], bool] = {}
    for path, lamp, _ in written(site):
        if lamp.relight is None:
            continue
        used.add(lamp.relight)
        relight, circuit = site.relights[lamp.relight], site.circuit(lamp.circuit)
        key = (lamp.relight, lamp.circuit)
        if key not in unfed:
            unfed[key] = any(hours.unfed(night, relight.hours, circuit) for night in SAMPLES)
        if unfed[key]:
            found.add(
                "error",
                "relight-unfed",
                (*path, "relight"),
                circuit=circuit.id,
                start=str(relight.hours.from_),
                end=str(relight.hours.to),
            )
        driver = site.drivers[lamp.driver]
        where: Steps = ("relights", lamp.relight)
        level_of(driver, lamp.driver, relight.level, where, found)
        duration = duration_text(relight.duration)
        contactor = site.contactors[lamp.contactor] if lamp.contactor else Contactor()
        minimum = max(driver.minimum_on, contactor.minimum_on)
        if driver.warm_up and relight.duration < driver.warm_up + _WARM_MS:
            found.add(
                "warning",
                "relight-cold",
                where,
                driver=lamp.driver,
                duration=duration,
                warm_up=duration_text(driver.warm_up),
                most=duration_text(limits.RELIGHT_MAX_MS),
            )
        elif relight.duration < minimum:
            found.add(
                "warning",
                "relight-short",
                where,
                id=lamp.id,
                duration=duration,
                minimum=duration_text(minimum),
            )
    for name in site.relights:
        if name not in used:
            found.add("warning", "relight-empty", ("relights", name), name=name)


# --- events and calls ----------------------------------------------------------------------------

_NIGHTS = 16  # of an event that are looked at


def _nights_of(event: Event, years: range) -> set[int]:
    """The nights of an event; those of every year over the years given."""
    weekdays = {WEEKDAYS.index(day) for day in event.weekdays or WEEKDAYS}
    spans = [(day, day) for day in event.dates or ()]
    if event.from_ and event.to:
        spans.append((event.from_, event.to))
    nights: set[int] = set()
    for first, last in spans:
        for year in years if first.year is None else (first.year,):
            start = day_number(first.year or year, first.month, first.day)
            over = int(last.year is None and last[1:] < first[1:])  # New Year
            end = day_number((last.year or year) + over, last.month, last.day)
            # day 0, 1 January 2000, was a Saturday
            nights.update(n for n in range(start, end + 1) if (n + 5) % 7 in weekdays)
    return nights


def events(site: Site, found: Findings) -> None:
    """Works and events: whom they reach, when, and what their luminaires can do of it."""
    most = max(site.events_of, key=len, default=())
    if len(most) > limits.EVENTS_PER_NODE:
        found.add(
            "error",
            "too-many-events",
            ("events", most[limits.EVENTS_PER_NODE]),
            id=site.luminaires[site.events_of.index(most)].id,
            count=len(most),
            most=limits.EVENTS_PER_NODE,
        )
        return
    hours = _Hours(site)
    years = range(2026, 2030)  # of those that come every year
    nights = [_nights_of(event, years) for event in site.events]
    for i, event in enumerate(site.events):
        path: Steps = ("events", i)
        targets = site.targets(event)
        if not targets:
            found.add("warning", "aims-at-none", path, id=event.id)
            continue
        if not nights[i]:
            found.add("warning", "rule-never", path)
            continue
        ordered = sorted(nights[i])
        some = ordered[:: -(-len(ordered) // _NIGHTS)] + ordered[-1:]
        levels = {site.event_level(event, site.luminaires[j]) for j in targets}
        lights = event.program is None and levels != {0}
        by_day = next((n for n in some if lights and hours.by_day(n, event.hours)), None)
        if by_day is not None:
            found.add(
                "warning",
                "event-by-day",
                (*path, "hours"),
                id=event.id,
                start=str(event.hours.from_),
                end=str(event.hours.to),
                date=_date_of(by_day),
            )
        fed: set[str] = set()
        gear: set[tuple[object, ...]] = set()
        for j in targets:
            lamp = site.luminaires[j]
            if lights and lamp.circuit not in fed:
                fed.add(lamp.circuit)
                circuit = site.circuit(lamp.circuit)
                if any(hours.unfed(night, event.hours, circuit) for night in some):
                    found.add("warning", "event-unfed", path, id=event.id, circuit=lamp.circuit)
            level = site.event_level(event, lamp)
            kind = (lamp.driver, level, lamp.photocell is None, lamp.circuit)
            if kind in gear:
                continue
            gear.add(kind)
            if level is not None:
                where: Steps = ("scenes", event.scene) if event.scene else (*path, "level")
                level_of(site.drivers[lamp.driver], lamp.driver, level, where, found)
                continue
            program = site.programs[str(event.program)]
            needs = program.uses_photocell and not site.circuit(lamp.circuit).switched
            if needs and lamp.photocell is None:
                found.add(
                    "error",
                    "photocell-missing",
                    (*path, "program"),
                    id=lamp.id,
                    program=str(event.program),
                )
            named: Steps = ("programs", str(event.program))
            levels_of(site.drivers[lamp.driver], lamp.driver, program, named, found)
    _events_together(site, hours, nights, found)


def _events_together(site: Site, hours: _Hours, nights: list[set[int]], found: Findings) -> None:
    """Events that one luminaire has: not two at once."""
    told: set[tuple[int, int]] = set()
    for numbers, lamp in dict(
        (numbers, lamp)
        for numbers, lamp in zip(reversed(site.events_of), reversed(site.luminaires), strict=True)
        if len(numbers) > 1
    ).items():
        for one, two in combinations(numbers, 2):
            if (one, two) in told:
                continue
            told.add((one, two))
            common = sorted(nights[one] & nights[two])
            for night in (*common[:1], *common[len(common) // 2 :][:1], *common[-1:]):
                on, off = hours.span(night, site.events[one].hours)
                begin, end = hours.span(night, site.events[two].hours)
                if max(on, begin) < min(off, end):
                    found.add(
                        "warning",
                        "events-overlap",
                        ("events", two),
                        id=site.events[one].id,
                        other=site.events[two].id,
                        lamp=lamp.id,
                        date=_date_of(night),
                    )
                    break


def calls(site: Site, found: Findings) -> None:
    """What was asked by hand."""
    hours = _Hours(site)
    for i, call in enumerate(site.calls):
        path: Steps = ("calls", i)
        if not site.targets(call) and call.relight is None:
            found.add("warning", "aims-at-none", path, id=call.id)
        if call.relight is None:
            continue
        window = site.relights[call.relight].hours
        second = call.at.hour * 3600 + call.at.minute * 60 + call.at.second
        day = day_number(call.at.year, call.at.month, call.at.day)
        night = day - (second < 43_200)
        on, off = hours.span(night, window)
        if not on <= hours.instant(night, At("local", second)) < off:
            found.add(
                "warning",
                "call-refused",
                (*path, "at"),
                id=call.id,
                name=call.relight,
                start=str(window.from_),
                end=str(window.to),
            )


def _date_of(night: int) -> str:
    return (dt.date(2000, 1, 1) + dt.timedelta(days=night)).isoformat()
