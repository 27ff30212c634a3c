"""What the pictures show: the year, a street, the plan, a moment, a complaint."""

import base64
import datetime as dt
import io

import pytest
from PIL import Image

from sim.explain import explain
from sim.lamp import Segment
from sim.report import days, maps, raster
from sim.report.complaint import complaint
from sim.report.facts import Facts
from sim.report.plan import plan
from sim.report.profiles import FirstNight, mean_level
from sim.report.speech import Speech
from sim.report.street import StreetNight, Way, level_at, liveliest
from sim.report.tonight import Tonight
from sim.report.year import STEP_MIN, kinds, year
from tests.sim.report.conftest import day

FIRST = day("2026-11-23")


def picture(url):
    head, data = url.split(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_picture_holds_its_levels():
    rows = [bytes([0, 50, 100]), bytes([raster.BY_DAY, 1, 99])]
    image = picture(raster.png(rows))
    assert image.size == (3, 2)
    pixels = image.convert("RGBA")
    for y, row in enumerate(rows):
        for x, level in enumerate(row):
            *rgb, alpha = pixels.getpixel((x, y))
            if level == raster.BY_DAY:
                assert alpha == 0
            else:
                assert alpha == 255
                assert "#{:02x}{:02x}{:02x}".format(*rgb) == raster.colour(level)
    assert raster.png(rows) == raster.png(rows)


# ---- the year


@pytest.fixture(scope="module")
def whole(village):
    return year(village, FIRST, 1)


def of(whole, village, lamp):
    index = next(i for i, x in enumerate(village.luminaires) if x.id == lamp)
    return next(p for p in whole.pictures if index in p.kind.lamps)


def at(whole, made, date, clock):
    """The level of a picture in the night of a date, at a time on the wall."""
    night = (dt.date.fromisoformat(date) - whole.date(0)).days
    hours, minutes = map(int, clock.split(":"))
    since_noon = (hours * 60 + minutes - 720) % 1440
    return made.rows[(since_noon - whole.top) // STEP_MIN][night]


def test_luminaires_that_do_the_same_are_drawn_once(village, whole):
    groups = kinds(village)
    together = sorted(i for kind in groups for i in kind.lamps)
    assert together == list(range(len(village.luminaires)))
    assert len(whole.pictures) == len(groups) == 7 and not whole.left_out
    assert {len(row) for made in whole.pictures for row in made.rows} == {365}


def test_the_year_is_by_the_clock_on_the_wall(village, whole):
    square = of(whole, village, "S01")
    dark = raster.BY_DAY
    for date in ("2026-12-02", "2027-06-02", "2027-03-27", "2027-10-30"):
        # 22:30 and 05:30, before and after clocks change.
        assert at(whole, square, date, "22:28") == 100
        assert at(whole, square, date, "22:33") == 60
        assert at(whole, square, date, "05:28") == 40
    assert at(whole, square, "2026-12-02", "16:10") == dark
    # Sunset jumps with the clock.
    jump = (dt.date(2027, 3, 28) - whole.date(0)).days
    assert 55 < whole.sunset[jump] - whole.sunset[jump - 1] < 65


def test_dates_are_seen_in_the_year(village, whole):
    works = of(whole, village, "M01")
    assert at(whole, works, "2026-11-24", "23:00") == 100
    assert at(whole, works, "2026-11-25", "23:00") == 60
    assert at(whole, works, "2026-12-20", "23:00") == 80  # Christmas lights
    assert whole.events == {0: [1], 1: list(range(19, 41))}
    estate = of(whole, village, "E01")
    assert at(whole, estate, "2026-11-24", "02:50") == 100  # the fire brigade
    assert at(whole, estate, "2026-11-24", "03:40") == 10
    river = of(whole, village, "R01")
    assert at(whole, river, "2027-03-31", "23:00") == 10
    assert at(whole, river, "2027-04-01", "23:00") == 0
    hamlet = of(whole, village, "H1")
    night = [at(whole, hamlet, "2026-12-02", f"{h:02}:{m:02}") for h in range(5)
             for m in range(1, 60, STEP_MIN)]
    assert 0 in night and max(night) == 100  # off, but where residents ask


def test_days_of_a_calendar(village, whole):
    weekends = days.weekends(whole)
    assert all(whole.date(a).weekday() == 5 for a, _ in weekends)
    public = {whole.date(a) for a, _ in days.public_holidays(village, whole)}
    assert dt.date(2026, 12, 25) in public and dt.date(2027, 7, 14) in public
    assert dt.date(2027, 3, 29) in public  # Easter Monday
    assert len(public) == 11
    school = days.school_holidays(village, whole)
    christmas = [(whole.date(a), whole.date(b)) for a, b in school][0]
    assert christmas[0] <= dt.date(2026, 12, 21) and christmas[1] >= dt.date(2027, 1, 3)
    assert days.call_night(dt.datetime(2026, 11, 25, 2, 40)) == day("2026-11-24")
    assert days.call_night(dt.datetime(2026, 11, 25, 12, 0)) == day("2026-11-25")
    assert days.spans([5, 1, 2, 3, 9]) == [(1, 4), (5, 6), (9, 10)]


# ---- a street, a moment


def test_light_at_an_instant():
    line: list[Segment] = [(0, 0.0, 0, 0), (100, 0.0, 80, 40), (200, 80.0, 10, 0)]
    assert [level_at(line, t) for t in (-5, 50, 100, 120, 140, 199, 200)] == [
        0, 0, 0, 40, 80, 80, 10,
    ]  # fmt: skip


def test_a_street_is_drawn_from_its_beginning_up():
    lamps = [(10.0, [(0, 100.0, 100, 0)]), (90.0, [(0, 0.0, 0, 0), (500, 0.0, 60, 0)])]
    made = StreetNight(0, 100.0, lamps, [], (100, 1000), ())
    rows = made.rows(0, 1000)
    assert set(rows[-1]) == {100}  # near the beginning
    assert set(rows[0]) == {raster.BY_DAY, 0, 60}
    assert rows[0][0] == raster.BY_DAY and rows[0][len(rows[0]) // 4] == 0 and rows[0][-1] == 60


def test_the_liveliest_hour_is_where_light_answers():
    hour = 3_600_000
    ways = [Way("walker", t, t + 60_000, 0.0, 50.0) for t in (hour * 5 // 4, hour * 21 // 4)]
    line = [(0, 10.0, 10, 0), (hour * 21 // 4, 10.0, 100, 0)]
    made = StreetNight(0, 50.0, [(0.0, line)], ways, (0, 10 * hour), ())
    assert liveliest(made) == (hour * 9 // 2, hour * 11 // 2)
    nobody = StreetNight(0, 50.0, [(0.0, line)], [], (0, 10 * hour), ())
    assert liveliest(nobody) is None


def test_people_and_light_of_a_moment_are_the_runs(village, demo):
    summary, _ = demo
    facts = Facts(village, summary, FIRST, 1)
    assert facts.street is not None and facts.moment is not None
    assert village.streets[facts.street.street].id == "estate"
    start, end = facts.lively
    assert start <= facts.moment < end
    levels = facts.night.levels(facts.moment)
    estate = [
        level for level, x in zip(levels, village.luminaires, strict=True) if x.street == "estate"
    ]
    assert min(estate) < 50 < max(estate)
    for kind, street, metres in facts.night.people(facts.moment):
        assert kind in ("walker", "cyclist", "car")
        assert 0 <= metres <= village.streets[street].length_m


def test_a_mean_level():
    line = [(0, 0.0), (100, 0.0), (100, 100.0), (200, 100.0), (300, 0.0)]
    assert mean_level(line, 0, 200) == 50
    assert mean_level(line, 200, 300) == 50
    assert mean_level(line, 300, 300) == 0


# ---- the plan


def test_the_plan_keeps_its_scale_and_says_what_it_cuts(village):
    made = plan(village)
    assert len(made.lamps) == len(made.of) == 62  # five behind the hamlet's node
    for x, y in made.lamps:
        assert 0 < x < made.width and 0 < y < made.height
    main = [at for at, i in zip(made.lamps, made.of, strict=True)
            if village.luminaires[i].street == "main-street"]
    assert main[-1][0] - main[0][0] == pytest.approx(17 * 29 * made.scale, abs=0.2)
    (gap,) = made.gaps
    assert gap.metres == 1600 - 710 and gap.a[0] == gap.b[0]
    # North is up.
    assert made.streets[3][2][1] < made.streets[3][0][1]


def test_names_on_the_plan_do_not_lie_on_each_other(village):
    made = plan(village)
    names = [label for label in made.labels if not label.small]
    assert {label.text for label in names} == {street.name for street in village.streets}
    boxes = []
    for label in made.labels:
        half = 3.0 * len(label.text)
        x, y = label.at
        assert half - 6 <= x <= made.width - half + 6 and 5 < y < made.height - 5
        boxes.append((x - half, y - 5, x + half, y + 5))
    for n, a in enumerate(boxes):
        for b in boxes[:n]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def test_a_plan_of_a_single_straight_street(small):
    made = plan(small())
    assert made.gaps == [] and made.height == 90
    assert made.lamps == [made.along(0, 10)]


def test_a_plan_of_many_luminaires_stays_small(small):
    rows = [
        {
            "id": f"R{n}_", "count": 250, "start_m": 0, "spacing_m": 4, "circuit": "A1",
            "street": f"s{n}", "driver": "led", "program": "p",
        }
        for n in range(40)
    ]  # fmt: skip
    streets = [
        {"id": f"s{n}", "name": f"Rue {n}", "path_m": [[0, 50 * n], [1000, 50 * n]],
         "asked_level": 50}
        for n in range(40)
    ]  # fmt: skip
    site = small(rows=rows, streets=streets, luminaires=[])
    made = plan(site)
    assert len(made.lamps) == 10_000 and len(made.labels) == 40 * 3
    speech = Speech("fr", site)
    assert len(maps.site_plan(speech, made, [0] * 10_000, "k", "t", "d")) < 200_000
    assert len(maps.moment(speech, made, [50.0] * 10_000, [], "m", "t", "d")) < 200_000


# ---- the complaint


def test_the_complaint_is_about_a_dark_lamp_that_somebody_passed(village):
    tonight, night = Tonight(village, FIRST), FirstNight(village, FIRST, 1)
    asked = complaint(village, tonight, night)
    assert asked is not None
    index = [x.id for x in village.luminaires].index(asked.lamp.id)
    passed = [t_out for _, t_out, _ in night.crossings(index) if t_out < asked.t]
    assert passed and asked.t - passed[-1] < 2 * 3_600_000
    assert tonight.sun.dark[0] < asked.t < tonight.sun.dark[1]
    answer = explain(village, asked.lamp.id, asked.t, "fr", 1)
    assert answer.level == 0 and "arrêté n° 2022-031" in answer.sentence


def test_no_complaint_where_all_is_lit(small):
    site = small(programs={"p": {}})
    assert complaint(site, Tonight(site, FIRST), FirstNight(site, FIRST, 1)) is None


def test_the_page_answers_it(demo, village, read):
    text = " ".join(read(demo[1]).text["en"].replace("\u00a0", " ").split())
    tonight, night = Tonight(village, FIRST), FirstNight(village, FIRST, 1)
    asked = complaint(village, tonight, night)
    answer = explain(village, asked.lamp.id, asked.t, "en", 1)
    assert " ".join(answer.sentence.replace("\u00a0", " ").split()) in text
    assert f"noctule why SITE --lamp {asked.lamp.id} --at" in text
