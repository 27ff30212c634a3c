"""The yearly rule of a zone, against zoneinfo day by day."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest

from sim.site import zone
from sim.site.zone import YearlyRule, ZoneError, parse_footer, yearly_rule

ZONES = [
    "Europe/Paris",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Chisinau",
    "America/New_York",
    "America/St_Johns",
    "America/Miquelon",
    "America/Martinique",
    "America/Guadeloupe",
    "America/Cayenne",
    "America/Santiago",
    "America/Nuuk",
    "America/Asuncion",
    "Indian/Reunion",
    "Indian/Mayotte",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Marquesas",
    "Pacific/Wallis",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Asia/Kathmandu",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Africa/Cairo",
    "Antarctica/Troll",
    "Etc/GMT+12",
    "UTC",
]


def follows(name: str, first: int, last: int) -> bool:
    """Whether the rule gives zoneinfo's offset at every noon, and around every change it tells."""
    known = ZoneInfo.from_file(io.BytesIO(zone.tzif(name)))
    rule = yearly_rule(name)
    moments = [
        int(dt.datetime(first, 1, 1, 12, tzinfo=dt.UTC).timestamp()) + 86_400 * day
        for day in range((dt.date(last + 1, 1, 1) - dt.date(first, 1, 1)).days)
    ]
    for year in range(first, last + 1):
        for when, _ in rule.transitions(year):
            moments += [when - 1, when, when + 1]
    for moment in moments:
        offset = dt.datetime.fromtimestamp(moment, known).utcoffset()
        assert offset is not None
        if offset != dt.timedelta(seconds=rule.offset(moment)):
            return False
    return True


@pytest.mark.parametrize("name", ZONES)
def test_the_rule_is_what_zoneinfo_says(name: str) -> None:
    assert follows(name, 2025, 2050)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(zone.names()))
def test_every_zone_is_right_or_refused(name: str) -> None:
    try:
        yearly_rule(name)
    except ZoneError:
        return
    assert follows(name, 2025, 2099)


def test_most_zones_have_a_rule() -> None:
    refused = set()
    for name in zone.names():
        try:
            yearly_rule(name)
        except ZoneError as error:
            refused.add(name)
            assert error.code in ("timezone-no-rule", "timezone-changed")
    assert "Asia/Gaza" in refused  # by the moon
    assert len(refused) < 25
    assert not any(name.startswith("Europe/") for name in refused)


def test_footers() -> None:
    paris = YearlyRule(3600, 7200, (3, 5, 0, 7200), (10, 5, 0, 10_800))
    assert parse_footer("CET-1CEST,M3.5.0,M10.5.0/3") == paris
    assert parse_footer("<-03>3") == YearlyRule(-10_800, None, None, None)
    assert parse_footer("<+0545>-5:45") == YearlyRule(20_700, None, None, None)
    # Dublin's law has a standard time in summer; the clocks are London's
    assert parse_footer("IST-1GMT0,M10.5.0,M3.5.0/1") == YearlyRule(
        0, 3600, (3, 5, 0, 3600), (10, 5, 0, 7200)
    )
    lord_howe = parse_footer("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")
    assert lord_howe == YearlyRule(37_800, 39_600, (10, 1, 0, 7200), (4, 1, 0, 7200))
    nuuk = parse_footer("<-02>2<-01>,M3.5.0/-1,M10.5.0/0")
    assert nuuk == YearlyRule(-7200, -3600, (3, 5, 0, -3600), (10, 5, 0, 0))
    for text in ("", "CET", "CET-1CEST", "CET-1CEST,J60,J300", "CET-1CEST,M13.1.0,M10.5.0"):
        assert parse_footer(text) is None


@pytest.mark.parametrize(
    "name", ["", "Europe", "/etc/passwd", "..", "europe/paris", "Europe/Paris\0"]
)
def test_unknown_names(name: str) -> None:
    with pytest.raises(ZoneError) as raised:
        yearly_rule(name)
    assert raised.value.code == "timezone-unknown"


def test_a_zone_that_changed_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up zone goes an hour east for good."""
    unix = int(dt.datetime(2027, 6, 1, tzinfo=dt.UTC).timestamp())
    monkeypatch.setattr(zone, "tzif", lambda name: b"")
    monkeypatch.setattr(zone, "_read", lambda data: ([(0, 3600), (unix, 7200)], "XXX-2"))
    with pytest.raises(ZoneError) as raised:
        yearly_rule("Test/Changed")
    assert raised.value.code == "timezone-changed"
    assert raised.value.params["year"] == 2027
    yearly_rule.cache_clear()
