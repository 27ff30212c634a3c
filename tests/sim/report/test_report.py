"""The report: its figures are the summary's, it stands alone, and it bears odd sites."""

import re

import pytest

from sim.report import charts, html
from sim.report.page import _DARK
from tests.sim.report.conftest import day

STRATEGY_NAMES = {
    "fr": ("Programmes du site", "Aujourd'hui", "Allumé toute la nuit", "Extinction nocturne"),
    "en": ("Site's programs", "Today", "On all night", "Night switch-off"),
}


def sound(text, read):
    """What holds for every report. Returns it taken apart."""
    page = read(text)
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    ids = set(page.ids)
    for tag, attrs in page.tags:
        for name in ("aria-labelledby", "for"):
            assert set((attrs.get(name) or "").split()) <= ids
        if tag == "a":
            assert attrs["href"].removeprefix("#") in ids
        if tag == "th":
            assert attrs["scope"] in ("col", "colgroup", "row")
        if tag == "svg":
            assert attrs["role"] == "img" and len(attrs["aria-labelledby"].split()) == 2
        assert tag not in ("script", "link", "iframe", "img", "object", "image", "use")
        assert not [name for name in attrs if name.startswith("on") or name in ("src", "srcset")]
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") and tags.count("svg") == tags.count("desc")
    assert not re.search(r"https?:|//|url\(|@import|NaN|undefined|None|Infinity", text)
    assert {"fr", "en"} <= page.text.keys()
    return page


# ---- the demo village


def test_the_demo_report_is_sound(demo, read):
    summary, text = demo
    page = sound(text, read)
    assert len(text.encode()) < 1_500_000
    for lang in ("fr", "en"):
        assert "Val-Noctule" in page.text[lang]
    assert "62 points lumineux" in page.text["fr"].replace("\u00a0", " ")
    assert "lundi 23 novembre 2026" in page.text["fr"]
    assert "Monday 23 November 2026" in page.text["en"]
    assert "Auckland" in page.text["fr"] and "Auckland" in page.text["en"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_figures_by_strategy_are_the_summarys(demo, read, as_number, lang):
    summary, text = demo
    tables = read(text).tables[lang]
    caption = {"fr": "Énergie et service de chaque", "en": "Energy and service of each"}[lang]
    rows = next(rows for name, rows in tables.items() if name.startswith(caption))
    assert [row[0] for row in rows[1:]] == list(STRATEGY_NAMES[lang])
    for row, name in zip(rows[1:], charts.STRATEGIES, strict=True):
        entry = summary["strategies"][name]
        service = entry["service"]
        told = [as_number(cell, lang) if cell != "–" else None for cell in row[1:]]
        assert told[0] == pytest.approx(entry["energy_kwh"], abs=0.0051)
        assert told[1] == entry["cost_eur"]
        assert told[2] == pytest.approx(entry["co2_kg"], abs=0.0051)
        assert told[3] == (None if name == "today" else entry["vs_today_percent"])
        assert told[4] == (None if name == "always_on" else entry["vs_always_on_percent"])
        assert told[5] == service["met_percent"]
        assert told[6] == service["dark_percent"]
        assert told[7] == service["wait_mean_s"]
        assert told[8] == service["wait_p95_s"]
        assert told[9] == service["wait_max_s"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_figures_by_street_are_the_summarys(demo, village, read, as_number, lang):
    summary, text = demo
    tables = read(text).tables[lang]
    energy = tables[{"fr": "Énergie par rue, en kWh", "en": "Energy by street, in kWh"}[lang]]
    caption = {
        "fr": "Passages bien éclairés et passages dans le noir par rue, en %",
        "en": "Passages met, and passages in the dark, by street, in %",
    }
    service = tables[caption[lang]]
    names = list(charts.STRATEGIES)
    for place, street in enumerate([*village.streets, None]):
        parts = [
            summary["strategies"][n]["streets"][street.id] if street else summary["strategies"][n]
            for n in names
        ]
        row = [as_number(cell, lang) for cell in energy[place + 1][1:]]
        assert row[0] == sum(street is None or x.street == street.id for x in village.luminaires)
        assert row[1:5] == [pytest.approx(p["energy_kwh"], abs=0.0051) for p in parts]
        assert row[5] == parts[0]["vs_today_percent"]
        row = service[place + 2][3:]  # two rows of heads
        told = [as_number(cell, lang) for cell in row]
        assert told[0::2] == [p["service"]["met_percent"] for p in parts]
        assert told[1::2] == [p["service"]["dark_percent"] for p in parts]


def test_french_writes_decimals_with_a_comma(demo, read):
    for rows in read(demo[1]).tables["fr"].values():
        for row in rows:
            assert not [cell for cell in row if re.search(r"\d\.\d", cell)]


def test_the_line_checked_by_hand_is_right(demo, as_number):
    _, text = demo
    lines = re.findall(r'<p class="hand">(.*?)</p>', text)
    for lang, line in zip(("fr", "en"), lines, strict=True):
        factors = re.findall(r"<span>(.*?)</span>", line)
        count, watts = (as_number(part, lang) for part in factors[0].split("×"))
        hours, kwh = as_number(factors[1], lang), as_number(factors[2], lang)
        assert (count, watts) == (18, 43)
        assert count * watts * hours / 1000 == pytest.approx(kwh, abs=0.001)


def test_tonights_times_are_local_and_by_cabinet(demo, read):
    page = read(demo[1])
    rows = next(r for c, r in page.tables["fr"].items() if c.startswith("Grande Rue"))
    assert [row[0] for row in rows[1:]] == ["16:55:44", "22:00", "05:30", "07:57:09"]
    assert rows[2][1].startswith("60") and "palier" in rows[2][2]
    assert rows[4][1] == "éteint" and "lever du soleil" in rows[4][2]
    rows = next(r for c, r in page.tables["en"].items() if c.startswith("Hameau"))
    # The cabinet's clock is 90 s slow.
    assert [row[0] for row in rows[1:]] == ["16:57:14", "23:01:30", "05:01:30", "07:58:39"]
    assert "mains off by the cabinet (23:00)" in rows[2][2]
    caption = next(c for c in page.tables["en"] if c.startswith("Hameau"))
    assert "the cabinet's clock is 1 min 30 s slow" in caption.replace("\u00a0", " ")


def test_the_same_input_gives_the_same_bytes(small, report):
    assert report(small())[1] == report(small())[1]


def test_where_energy_is_added_says_of_what(demo, read):
    summary, text = demo
    english = " ".join(read(text).text["en"].split())
    assert summary["strategies"]["site"]["adds_energy"] == ["church", "estate", "hamlet"]
    part = english[english.index("Where the site uses more") : english.index("Night of")]
    church, estate = part.index("Parvis"), part.index("Lotissement")
    assert "only the nodes and the drivers' standby" in part[church:estate]
    assert "presence lights it there" in part[estate:]
    assert "in the hours cut today, light adds" in part[estate:]


# ---- odd sites

PRESENCE = {
    "p": {
        "points": [{"at": "sunset", "level": 10}],
        "presence": {"operation": "add", "level": 90, "hold": "60 s", "neighbours": 1},
    }
}
TRAFFIC = [{"kind": "walker", "per_hour": 4.0}]


def street(**more):
    return {"id": "s", "name": "Rue", "path_m": [[0, 0], [100, 0]], "asked_level": 50, **more}


POLAR = {"latitude": 69.6, "longitude": 18.9, "timezone": "Europe/Oslo"}
TWICE = [{"at": "02:30", "level": 50}, {"at": "05:00", "level": 100}]
CELL = {"active": [{"photocell": {"on_lux": 20, "off_lux": 30}}]}
ODD = {
    "one-lamp-nobody": ({}, "2026-11-23"),
    "french": ({"place": {"language": "fr"}}, "2026-11-23"),
    "polar-day": ({"place": POLAR}, "2026-06-21"),
    "polar-night": ({"place": POLAR}, "2026-12-21"),
    "clocks-back": ({"programs": {"p": {"points": TWICE}}}, "2026-10-24"),
    "clocks-forward": ({}, "2026-03-28"),
    "always": ({"programs": {"p": {"active": "always"}}}, "2026-06-21"),
    "never": ({"programs": {"p": {"points": [{"at": "12:00", "level": 0}]}}}, "2026-11-23"),
    "photocell": ({"programs": {"p": CELL}, "lamp": {"photocell": "cell"}}, "2026-11-23"),
    "presence": (
        {
            "programs": PRESENCE,
            "lamp": {"sensor": "pir", "count": 3},
            "streets": [street(traffic=TRAFFIC)],
        },
        "2026-11-23",
    ),
    "presence-in-polar-day": (
        {
            "place": POLAR,
            "programs": PRESENCE,
            "lamp": {"sensor": "pir"},
            "streets": [street(traffic=TRAFFIC)],
        },
        "2026-06-21",
    ),
    "no-mains": (
        {
            "cabinets": [
                {
                    "id": "A",
                    "name": "A",
                    "clock_error": "30 s",
                    "circuits": [
                        {
                            "id": "A1",
                            "supply": "switched",
                            "mains": [{"from": "sunset", "to": "sunset + 1 h"}],
                        }
                    ],
                }
            ]
        },
        "2026-11-23",
    ),
    "empty-street": (
        {"streets": [street(), street(id="t", name="Vide")]},
        "2026-11-23",
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_site_has_a_sound_report(name, small, report, read):
    parts, date = ODD[name]
    _, text = report(small(**parts), date)
    page = sound(text, read)
    english = " ".join(page.text["en"].split())
    if name == "polar-day":
        assert "The sun does not set" in english
    elif name == "polar-night":
        assert "polar night" in english
    elif name == "clocks-back":
        times = next(r for c, r in page.tables["en"].items() if c.startswith("Rue"))
        assert any("(UTC+" in row[0] for row in times)
    elif name == "photocell":
        assert "depend on the weather" in english and "dark by the photocell" in english
    elif name == "never":
        assert "Off all night." in english
    elif name == "presence":
        assert "90% more when somebody passes" in english and "One real simulated night" in english


@pytest.mark.parametrize(
    "strategies", [("site",), ("site", "always_on"), ("always_on", "switch_off"), ("today",)]
)
def test_strategies_may_be_left_out(strategies, small, report, read):
    _, text = report(small(), strategies=strategies)
    english = " ".join(sound(text, read).text["en"].split())
    assert ("were not simulated here" in english) == ("site" not in strategies)
    assert ("nothing was simulated to compare" in english) == (strategies == ("site",))


def test_what_people_wrote_stays_text(small, report, read):
    evil = "<script>alert('x')</script> &amp; \"q\" id=1.23456"
    names = {"fr": evil, "en": evil}
    parts = {
        "place": {"name": evil, "description": evil},
        "streets": [street(name=evil)],
        "programs": {"p": {"name": names}},
        "cabinets": [{"id": "A", "name": evil, "circuits": [{"id": "A1", "supply": "permanent"}]}],
    }
    _, text = report(small(**parts))
    page = read(text)
    assert page.faults == []
    assert not [tag for tag, _ in page.tags if tag == "script"]
    assert page.text["fr"].count(evil) >= 5


# ---- the file


def test_it_opens_in_the_sites_language(small, report):
    for language in ("fr", "en"):
        site = small(place={"language": language})
        text = report(site, strategies=("site",))[1]
        assert f'<html lang="{language}">' in text
        assert re.search(rf'id="in-{language}" checked', text)
        assert text.count(" checked>") == 1


# ---- colours


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_a_chart_has_its_dark_one(demo):
    assert set(charts.COLOURS) == set(_DARK)
    drawn = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{3,6})"', demo[1]))
    assert drawn <= set(charts.COLOURS)


def test_contrast_is_enough_in_light_and_dark(demo):
    themes = re.findall(r":root \{(.*?)\}", demo[1], re.S)
    assert len(themes) == 2
    for dark, css in enumerate(themes):
        colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", css))
        shown = {c: _DARK[c] if dark else c for c in charts.COLOURS}
        for back in ("paper", "card"):
            for ink in ("ink", "quiet", "accent"):
                assert contrast(colour[ink], colour[back]) >= 4.5, (dark, ink, back)
            for graphic in (charts.EDGE, charts.PEOPLE, *charts.STRATEGIES.values()):
                assert contrast(shown[graphic], colour[back]) >= 3, (dark, graphic, back)
            for text in (charts.INK, charts.QUIET):
                assert contrast(shown[text], colour[back]) >= 4.5, (dark, text, back)
        assert contrast(colour["ink"], colour["warn"]) >= 4.5
        assert contrast(shown[charts.INK], shown[charts.NO_MAINS]) >= 4.5


def test_faults_that_were_asked_for_are_named(small, report):
    site = small()
    summary, text = report(site, strategies=("site",))
    assert "sensor-stuck" not in text
    summary = {**summary, "faults": [{"lamp": "L1", "kind": "sensor-stuck", "at": "2026-11-23"}]}
    assert html(site, summary, day("2026-11-23"), 1).count("L1 : sensor-stuck, 2026-11-23") == 2
