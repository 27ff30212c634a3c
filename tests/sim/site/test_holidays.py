"""Holidays by name become dates: the right ones, the same whatever today is."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.site import holidays
from sim.site.model import Place, Rule
from sim.site.values import HOLIDAY_ZONES, PUBLIC_HOLIDAYS, SCHOOL_HOLIDAYS, Day

DAY = dt.timedelta(days=1)


def place(zone: str = "metropole", school: str | None = "A") -> Place:
    where = {"name": "x", "latitude": 47, "longitude": 5, "timezone": "Europe/Paris"}
    school_zone = {} if school is None else {"school_zone": school}
    return Place.model_validate({**where, "holiday_zone": zone, **school_zone})


def rule(**keys: object) -> Rule:
    return Rule.model_validate({"program": "p", **{k.rstrip("_"): v for k, v in keys.items()}})


def dates_of(rules: tuple[Rule, ...], year: int) -> set[str]:
    """Every date of a year that one of some plain rules has."""
    found = set()
    date = dt.date(year, 1, 1)
    while date.year == year:
        if any(_matches(one, date) for one in rules):
            found.add(f"{date:%m-%d}")
        date += DAY
    return found


def _matches(one: Rule, date: dt.date) -> bool:
    at = Day(date.year, date.month, date.day)
    assert one.holidays is None and one.school_holidays is None
    if one.dates is not None and not {at, Day(None, *at[1:])} & set(one.dates):
        return False
    if one.from_ is None or one.to is None:
        return True
    if one.from_.year is not None:
        return one.from_ <= at <= one.to
    if one.from_[1:] <= one.to[1:]:
        return one.from_[1:] <= at[1:] <= one.to[1:]
    return at[1:] >= one.from_[1:] or at[1:] <= one.to[1:]


METROPOLE_2026 = {
    "01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11",
    "12-25",
}  # fmt: skip


def test_public_holidays() -> None:
    (plain,) = holidays.resolved(rule(holidays=["public"]), place())
    assert dates_of((plain,), 2026) == METROPOLE_2026
    yearly = [day for day in plain.dates or () if day.year is None]
    assert len(yearly) == 8
    # the three that follow Easter, 2024 to 2045
    assert len(plain.dates or ()) == 8 + 3 * 22
    (alsace,) = holidays.resolved(rule(holidays=["public"]), place("alsace-moselle"))
    assert dates_of((alsace,), 2026) == METROPOLE_2026 | {"04-03", "12-26"}
    (reunion,) = holidays.resolved(rule(holidays=["public"]), place("la-reunion"))
    assert dates_of((reunion,), 2026) == METROPOLE_2026 | {"12-20"}


def test_holidays_by_name() -> None:
    (plain,) = holidays.resolved(rule(holidays=["ascension", "christmas"]), place())
    assert dates_of((plain,), 2027) == {"05-06", "12-25"}
    assert holidays.resolved(rule(holidays=["good-friday"]), place()) == ()


@pytest.mark.parametrize("zone", HOLIDAY_ZONES)
def test_every_zone_has_names_that_the_file_knows(zone: str) -> None:
    known = holidays.known_in(zone)
    assert set(known) <= set(PUBLIC_HOLIDAYS)
    assert len(known) >= 11


def test_every_name_is_known_somewhere() -> None:
    known = {name for zone in HOLIDAY_ZONES for name in holidays.known_in(zone)}
    assert known == set(PUBLIC_HOLIDAYS)
    names = {
        name
        for name in SCHOOL_HOLIDAYS
        if holidays.resolved(rule(school_holidays=[name]), place())
    }
    assert names == set(SCHOOL_HOLIDAYS)


def test_school_holidays() -> None:
    """Of zone A, as the ministry published them: first and last days."""
    rules = holidays.resolved(rule(school_holidays=["all"], weekdays=["monday"]), place())
    assert all(one.weekdays == ("monday",) for one in rules)
    found = dates_of(rules, 2026)
    for first, last in (("02-07", "02-22"), ("04-04", "04-19"), ("10-17", "11-01")):
        assert {first, last} <= found
    for outside in ("02-06", "02-23", "04-03", "04-20", "10-16", "11-02", "12-18"):
        assert outside not in found
    winter = holidays.resolved(rule(school_holidays=["winter"]), place())
    assert min(dates_of(winter, 2026)) == "02-07" and max(dates_of(winter, 2026)) == "02-22"
    other = holidays.resolved(rule(school_holidays=["winter"]), place(school="B"))
    assert min(dates_of(other, 2026)) == "02-14"


def test_the_reach() -> None:
    assert {zone: str(holidays.school_until(zone)) for zone in "ABC"} == dict.fromkeys(
        "ABC", "2028-08-31"
    )


def test_conditions_hold_together() -> None:
    some = rule(school_holidays=["all"], holidays=["public"])
    found = dates_of(holidays.resolved(some, place()), 2026)
    assert found == {"01-01", "04-06", "07-14", "08-15", "11-01", "12-25"}
    some = rule(school_holidays=["all"], from_="12-20", to="01-02")
    found = dates_of(holidays.resolved(some, place()), 2026)
    assert found == {"01-01", "01-02", *(f"12-{day}" for day in range(20, 32))}
    some = rule(holidays=["public"], from_="05-01", to="05-31")
    found = dates_of(holidays.resolved(some, place()), 2026)
    assert found == {"05-01", "05-08", "05-14", "05-25"}
    some = rule(holidays=["public"], dates=["12-25", "2026-05-14", "2027-05-14", "12-26"])
    (plain,) = holidays.resolved(some, place())
    assert set(plain.dates or ()) == {Day(None, 12, 25), Day(2026, 5, 14)}
    some = rule(school_holidays=["all"], dates=["02-29", "2026-02-10"])
    found = dates_of(holidays.resolved(some, place()), 2026)
    assert found == {"02-10"}


def test_a_rule_without_holidays_stands_for_itself() -> None:
    plain = rule(dates=["12-24"])
    assert holidays.resolved(plain, place()) == (plain,)


YEARLY = st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31)).map(lambda day: f"{day:%m-%d}")


@given(
    st.sets(st.sampled_from(SCHOOL_HOLIDAYS), min_size=1),
    st.sets(st.sampled_from(PUBLIC_HOLIDAYS)),
    st.one_of(st.none(), st.tuples(YEARLY, YEARLY)),
    st.sampled_from("ABC"),
    st.integers(2024, 2028),
)
def test_what_is_asked_together_is_what_each_has(
    school: set[str], public: set[str], span: tuple[str, str] | None, zone: str, year: int
) -> None:
    where = place("alsace-moselle", zone)
    keys: dict[str, object] = {"school_holidays": sorted(school)}
    each = dates_of(holidays.resolved(rule(**keys), where), year)
    if public:
        keys["holidays"] = sorted(public)
        each &= dates_of(holidays.resolved(rule(holidays=sorted(public)), where), year)
    if span is not None:
        keys["from_"], keys["to"] = span
        each &= dates_of((rule(from_=span[0], to=span[1]),), year)
    rules = holidays.resolved(rule(**keys), where)
    assert dates_of(rules, year) == each
    assert all(len(one.dates or ()) <= 255 for one in rules)
