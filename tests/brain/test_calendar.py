"""Which program a night gets, against a calendar of Python dates."""

import calendar as python_calendar
import datetime as dt

from hypothesis import example, given
from hypothesis import strategies as st
from noctule.brain.config import _calendar, _Reader

from sim.site.compile import _rule, sealed
from sim.site.model import Rule
from sim.site.values import WEEKDAYS

FIRST = dt.date(2000, 1, 1)
NAMES = tuple(f"program-{i}" for i in range(4))
LEAP_YEAR = [dt.date(2000, 1, 1) + dt.timedelta(days=i) for i in range(366)]
YEAR = [(date.month, date.day) for date in LEAP_YEAR]

yearly = st.sampled_from(YEAR).map(lambda md: f"{md[0]:02}-{md[1]:02}")
# Dates close together, so that they meet the nights that are asked for.
full = st.dates(dt.date(2025, 12, 1), dt.date(2028, 3, 10))
day = st.one_of(yearly, full)
nights = st.one_of(full, st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))


@st.composite
def rules(draw) -> dict:
    """A rule as the site file has it."""
    rule: dict = {"program": draw(st.sampled_from(NAMES))}
    if draw(st.booleans()):
        rule["day"] = draw(st.sampled_from(["evening", "morning"]))
    if draw(st.booleans()):
        rule["weekdays"] = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4))
        if draw(st.booleans()):
            which = st.sampled_from([1, 2, 3, 4, 5, "last"])
            rule["occurrences"] = draw(st.lists(which, min_size=1, max_size=3))
    kind = draw(st.sampled_from(["none", "yearly", "full", "dates"]))
    if kind == "yearly":
        rule["from"], rule["to"] = draw(yearly), draw(yearly)
    elif kind == "full":
        rule["from"], rule["to"] = sorted((draw(full), draw(full)))
    elif kind == "dates":
        rule["dates"] = draw(st.lists(day, min_size=1, max_size=5))
    return rule


def holds(rule: dict, night: dt.date) -> bool:
    """Does the rule name this night? Slow, and obviously right."""
    date = night + dt.timedelta(days=1) if rule.get("day") == "morning" else night
    month_day = (date.month, date.day)
    if "weekdays" in rule and WEEKDAYS[date.weekday()] not in rule["weekdays"]:
        return False
    if "occurrences" in rule:
        # All the days of this month that are the same weekday, in order.
        days = [
            week[date.weekday()]
            for week in python_calendar.monthcalendar(date.year, date.month)
            if week[date.weekday()]
        ]
        place = days.index(date.day) + 1
        if not (
            place in rule["occurrences"]
            or ("last" in rule["occurrences"] and place == len(days))
        ):
            return False
    if "from" in rule:
        first, last = rule["from"], rule["to"]
        if isinstance(first, str):
            # Walk the year from the first day to the last, over New Year if need be.
            at = YEAR.index((int(first[:2]), int(first[3:])))
            end = (int(last[:2]), int(last[3:]))
            inside = [YEAR[at]]
            while inside[-1] != end:
                at = (at + 1) % 366
                inside.append(YEAR[at])
            if month_day not in inside:
                return False
        elif not first <= date <= last:
            return False
    if "dates" in rule:
        yearly_ones = [(int(x[:2]), int(x[3:])) for x in rule["dates"] if isinstance(x, str)]
        if month_day not in yearly_ones and date not in rule["dates"]:
            return False
    return True


def compiled(written: list[dict]):
    """The brain's calendar, through the bytes of a configuration. Program 0 is the default's."""
    body = bytearray([0, len(written)])
    for rule in written:
        made = Rule.model_validate(rule)
        body += _rule(made, 1 + NAMES.index(made.program))
    reader = _Reader(sealed(bytes(body)))
    made = _calendar(reader, len(NAMES))
    reader.end()
    return made


def number(night: dt.date) -> int:
    return (night - FIRST).days


def expected(written: list[dict], night: dt.date) -> int:
    for rule in written:
        if holds(rule, night):
            return 1 + NAMES.index(rule["program"])
    return 0


@given(st.lists(rules(), max_size=6), st.lists(nights, min_size=1, max_size=20))
@example([{"program": NAMES[0], "from": "02-29", "to": "02-29"}], [dt.date(2028, 2, 29)])
@example([{"program": NAMES[0], "from": "03-01", "to": "02-28"}], [dt.date(2028, 2, 29)])
def test_rules(written, asked):
    made = compiled(written)
    for night in asked:
        assert made.program(number(night)) == expected(written, night), night


@given(rules())
def test_one_rule_over_three_years(rule):
    made = compiled([rule])
    for i in range(0, 3 * 366, 5):
        night = dt.date(2026, 1, 1) + dt.timedelta(days=i)
        assert made.program(number(night)) == expected([rule], night), night


def every_night(rule: dict, first: dt.date, last: dt.date) -> list[dt.date]:
    made = compiled([rule | {"program": NAMES[0]}])
    days = (first + dt.timedelta(days=i) for i in range((last - first).days + 1))
    return [night for night in days if made.program(number(night)) == 1]


def test_new_year_is_wrapped():
    found = every_night({"from": "12-30", "to": "01-02"}, dt.date(2026, 6, 1), dt.date(2027, 6, 1))
    assert [str(x)[5:] for x in found] == ["12-30", "12-31", "01-01", "01-02"]


def test_the_29th_of_february():
    whole = dt.date(2024, 1, 1), dt.date(2032, 12, 31)
    leap_days = [dt.date(year, 2, 29) for year in (2024, 2028, 2032)]
    assert every_night({"dates": ["02-29"]}, *whole) == leap_days
    assert every_night({"dates": [dt.date(2028, 2, 29)]}, *whole) == leap_days[1:2]
    assert every_night({"dates": ["02-29"], "day": "morning"}, *whole) == [
        date - dt.timedelta(days=1) for date in leap_days
    ]
    # Through the end of February: 1461 days are four Februaries and a leap day.
    four_years = dt.date(2025, 1, 1), dt.date(2028, 12, 31)
    found = every_night({"from": "02-01", "to": "02-29"}, *four_years)
    assert len(found) == 28 * 4 + 1


def test_saturdays_market_belongs_to_fridays_night():
    found = every_night(
        {"weekdays": ["saturday"], "day": "morning"}, dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    )
    assert len(found) == 52 and {night.weekday() for night in found} == {4}


def test_a_morning_over_new_year():
    night = dt.date(2026, 12, 31)
    assert every_night({"dates": ["01-01"], "day": "morning"}, night, night) == [night]
    assert every_night({"dates": [dt.date(2027, 1, 1)], "day": "morning"}, night, night) == [night]
    assert every_night({"dates": ["01-01"]}, night, night) == []


def test_the_last_is_the_fourth_or_the_fifth():
    year = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    last = every_night({"weekdays": ["sunday"], "occurrences": ["last"]}, *year)
    assert len(last) == 12
    fifth = every_night({"weekdays": ["sunday"], "occurrences": [5]}, *year)
    assert set(fifth) < set(last)
    fourth = every_night({"weekdays": ["sunday"], "occurrences": [4]}, *year)
    assert set(last) - set(fifth) < set(fourth)


def test_the_first_that_matches_wins():
    made = compiled(
        [
            {"program": NAMES[2], "dates": ["12-24"]},
            {"program": NAMES[1], "from": "12-01", "to": "12-31"},
            {"program": NAMES[0]},
            {"program": NAMES[3]},
        ]
    )
    asked = [dt.date(2026, 12, 24), dt.date(2026, 12, 25), dt.date(2026, 11, 1)]
    assert [made.program(number(night)) for night in asked] == [3, 2, 1]
