"""What the report works out by itself: lines of light, reasons, what is added and by what."""

import pytest

from sim.engine import DAY_MS
from sim.quiet import Change, quiet_night
from sim.report.figures import added, hand_check
from sim.report.profiles import FirstNight, clipped, dark_stretches, line_of, profiles, window_of
from sim.report.speech import digits_for
from sim.report.tonight import Tonight, names_of
from sim.site.power import Power
from sim.strategies import variant
from tests.sim.report.conftest import day

FIRST = day("2026-11-23")


def test_a_line_has_the_corners_of_its_ramps():
    line = line_of([(100, 100, 10), (105, 0, 0), (200, 60, 50)], 0, 220)
    assert line == [(0, 0.0), (100, 0.0), (105, 50.0), (105, 0), (200, 0), (220, 24.0)]
    assert clipped(line, 50, 102) == [(50, 0.0), (100, 0.0), (102, 20.0)]
    assert clipped(line, 210, 215) == [(210, 12.0), (215, 18.0)]


def test_dark_is_what_is_off_and_inside():
    def change(t, level, ramp=0):
        return Change(t, level, ramp, 1, 2, 0, 3)

    changes = [change(10, 100), change(50, 0, 5), change(80, 60), change(95, 0)]
    assert dark_stretches(changes, 0, 100) == [(0, 10), (55, 80), (95, 100)]
    assert dark_stretches(changes, 20, 60) == [(55, 60)]
    assert dark_stretches([], 3, 9) == [(3, 9)]


def test_luminaires_are_named_by_stretches(village):
    lamps = [lamp for lamp in village.luminaires if lamp.id.startswith("M")]
    assert names_of(lamps[:18]) == "M01–M18"
    assert names_of([lamps[0], lamps[1], lamps[3], *lamps[5:9]]) == "M01, M02, M04, M06–M09"


def test_each_program_has_its_night(village):
    tonight = Tonight(village, FIRST)
    drawn = profiles(tonight)
    found = {(p.program, p.circuit) for p in drawn}
    assert found == {
        ("cut-23-5", None), ("main-street", "A1"), ("square", None), ("market", None),
        ("eve", None), ("church", None), ("estate", None), ("school", "A1"),
        ("school-closed", "A1"), ("river", None), ("river-dark", None), ("full-night", "A1"),
    }  # fmt: skip
    by_name = {p.program: p for p in drawn}
    assert by_name["market"].where == () and not by_name["market"].today
    assert by_name["full-night"].today
    assert [level for _, level in by_name["market"].steps] == [100, 60, 40, 100, 0]
    assert by_name["river-dark"].steps == []
    cuts = by_name["main-street"].cuts
    assert len(cuts) == 2  # before and after the night
    start, end = window_of(tonight.sun, [p.line for p in drawn])
    assert (start - FIRST * DAY_MS) / 3_600_000 == 14  # 15:00 in Paris
    assert (end - start) / 3_600_000 == 18


def test_the_window_of_a_night_without_light_or_dark_is_the_whole(small):
    site = small(place={"latitude": 69.6, "longitude": 18.9, "timezone": "Europe/Oslo"})
    tonight = Tonight(site, day("2026-06-21"))
    assert tonight.sun.dark is None
    assert window_of(tonight.sun, []) == (tonight.sun.start, tonight.sun.end)


def test_the_watched_night_is_the_runs(village, demo):
    """Energy of the first night's segments, and of one of the two nights in the summary."""
    night = FirstNight(village, FIRST, 1)
    tonight = Tonight(village, FIRST)
    real = night.real_night(tonight, "estate")
    assert real is not None and real.lamp.id == "E09"
    assert 5 < real.rises < len(real.passages)
    assert {kind for _, kind in real.passages} == {"walker", "cyclist", "car"}
    # Each rise is held for a minute at the least.
    assert real.rises * 60_000 < real.raised_ms < 3 * 3_600_000
    kwh = night.light_where_dark(tonight, "estate")
    # Six hours cut: at the least the idle level, at the most full light, for all sixteen.
    driver = village.drivers["led-22"].model_copy(update={"node_w": 0.0})
    low, high = (16 * 6 * Power(driver).watts(level) / 1000 for level in (10, 100))
    assert low < kwh < high
    assert night.light_where_dark(tonight, "main-street") == 0.0


def test_what_is_added_is_light_and_gear(village, demo):
    summary, _ = demo
    found = {one.street.id: one for one in added(village, summary, FIRST)}
    assert list(found) == ["church", "estate", "hamlet"]
    for one in found.values():
        assert one.light + one.gear == pytest.approx(one.after - one.before)
    church, estate, hamlet = found.values()
    assert church.light_only_rounds and not church.longer
    # Residents asked for light in the cut.
    counts = summary["strategies"]["site"]["relights"]["hamlet"]
    assert hamlet.relit == counts["taken"] > 10 and hamlet.longer
    assert hamlet.light > 0.5
    # Four nodes of 0.5 W for two days, and 0.3 W of standby while off.
    hours = summary["strategies"]["site"]["streets"]["church"]["lamp_hours_at_level"]
    assert church.gear == pytest.approx((4 * 0.5 * 48 + 0.3 * hours["0"]) / 1000, abs=1e-4)
    assert estate.longer and estate.presence
    assert estate.hours == pytest.approx(12, abs=0.1)  # twice six hours cut


def test_nothing_is_said_of_what_was_not_simulated(village, demo):
    summary, _ = demo
    few = {**summary, "strategies": {"site": summary["strategies"]["site"]}}
    assert added(village, few, FIRST) is None
    assert hand_check(village, few) is None


def test_a_street_of_two_wattages_is_not_checked_by_hand(small, report):
    lamps = [
        {"id": f"L{n}", "at_m": 10 * n, "street": "s", "circuit": "A1", "driver": driver,
         "program": "p"}
        for n, driver in ((1, "led"), (2, "big"))
    ]
    site = small(drivers={"led": {"power_w": 40.0}, "big": {"power_w": 80.0}}, luminaires=lamps)
    summary, text = report(site)
    assert hand_check(site, summary) is None
    assert "there is no line to" in " ".join(text.split())


def test_todays_own_watts_count(small, report):
    programs = {
        "p": {"points": [{"at": "22:00", "level": 50}]},
        "full": {},
    }
    lamp = {"today": "full", "today_power_w": 90.0, "count": 2}
    site = small(programs=programs, lamp=lamp)
    summary, _ = report(site, strategies=("site", "today"))
    made = hand_check(site, summary)
    assert made is not None and made.strategy == "today"
    assert (made.count, made.watts) == (2, 90.0)
    assert made.count * made.watts * made.hours / 1000 == pytest.approx(made.kwh, abs=0.001)


def test_the_cut_of_today_is_dark(village):
    tonight = Tonight(village, FIRST)
    changes = quiet_night(variant(village, "today").site, FIRST)
    index = next(i for i, lamp in enumerate(village.luminaires) if lamp.id == "E01")
    (dark,) = dark_stretches(changes[index], *tonight.sun.dark)
    assert dark[1] - dark[0] == 6 * 3_600_000


def test_columns_show_three_figures():
    assert [digits_for([x]) for x in (228.9, 12.3, 1.0, 0.5, 0.0)] == [1, 2, 2, 3, 3]
