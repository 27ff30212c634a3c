"""The report: its figures are the summary's, it stands alone, and it bears odd sites."""

import re

import pytest

from sim.engine import DAY_MS, Fault
from sim.report import drawing, html, raster
from sim.summary import simulate
from tests.sim.report.conftest import day

STRATEGY_NAMES = {
    "fr": (
        "Programmes du site", "Aujourd'hui", "Allumé toute la nuit", "Extinction nocturne",
        "Abaissement fixe", "Présence partout", "Rallumage à la demande",
    ),
    "en": (
        "Site's programs", "Today", "On all night", "Night switch-off", "Fixed dimming",
        "Presence everywhere", "Relight on demand",
    ),
}  # fmt: skip
SECTIONS = (
    "short", "village", "tonight", "compare", "hand", "question", "profiles", "year", "street",
    "health", "assumptions",
)  # fmt: skip


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
        if tag == "image":
            assert attrs["href"].startswith("data:image/png;base64,")
        assert tag not in ("script", "link", "iframe", "img", "object", "use")
        assert not [name for name in attrs if name.startswith("on") or name in ("src", "srcset")]
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") and tags.count("svg") == tags.count("desc")
    plain = re.sub(r'"data:image/png;base64,[A-Za-z0-9+/=]*"', '""', text)
    assert not re.search(r"https?:|//|url\(|@import|NaN|undefined|None|Infinity", plain)
    assert _headings(page) == []
    assert {"fr", "en"} <= page.text.keys()
    return page


def _headings(page):
    """Headings that skip a level: one h1 an article, then none deeper than one more."""
    faults, level = [], 0
    for tag, _ in page.tags:
        if tag == "article":
            level = 0
        elif re.fullmatch("h[1-6]", tag):
            deep = int(tag[1])
            if deep > level + 1 or (deep == 1 and level):
                faults.append(f"{tag} after h{level}")
            level = deep
    return faults


# ---- the demo village


def test_the_demo_report_is_sound(demo, read):
    summary, text = demo
    page = sound(text, read)
    assert len(text.encode()) < 1_000_000  # a year's pictures are in it
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
    for row, name in zip(rows[1:], drawing.STRATEGIES, strict=True):
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
        "met": {
            "fr": "Passages bien éclairés par rue, en %",
            "en": "Passages met by street, in %",
        },
        "dark": {
            "fr": "Passages dans le noir par rue, en %",
            "en": "Passages in the dark by street, in %",
        },
    }
    names = list(drawing.STRATEGIES)
    for place, street in enumerate([*village.streets, None]):
        parts = [
            summary["strategies"][n]["streets"][street.id] if street else summary["strategies"][n]
            for n in names
        ]
        row = [as_number(cell, lang) for cell in energy[place + 1][1:]]
        assert row[0] == sum(street is None or x.street == street.id for x in village.luminaires)
        assert row[1:-1] == [pytest.approx(p["energy_kwh"], abs=0.0051) for p in parts]
        assert row[-1] == parts[0]["vs_today_percent"]
        for key, words in caption.items():
            told = [as_number(cell, lang) for cell in tables[words[lang]][place + 1][3:]]
            assert told == [p["service"][f"{key}_percent"] for p in parts]


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
        assert (count, watts) in {(16, 22), (8, 33)}
        assert count * watts * hours / 1000 == pytest.approx(kwh, abs=0.001)


def test_tonights_times_are_local_and_by_cabinet(demo, read):
    page = read(demo[1])
    rows = next(r for c, r in page.tables["fr"].items() if c.startswith("Place du Marché"))
    assert [row[0] for row in rows[1:]] == [
        "16:55:44", "22:30", "00:26:07", "05:30", "07:57:09",
    ]  # fmt: skip
    assert rows[2][1].startswith("60") and "palier" in rows[2][2]
    assert rows[5][1] == "éteint" and "lever du soleil" in rows[5][2]
    rows = next(r for c, r in page.tables["en"].items() if c.startswith("Grande Rue"))
    # The cabinet's clock is 90 s slow.
    assert [row[0] for row in rows[1:]] == ["16:57:14", "22:00", "05:30", "07:58:39"]
    assert "mains off by the cabinet (sunrise)" in rows[4][2]
    caption = next(c for c in page.tables["en"] if c.startswith("Grande Rue"))
    assert "the cabinet's clock is 1 min 30 s slow" in caption.replace("\u00a0", " ")
    english = " ".join(page.text["en"].replace("\u00a0", " ").split())
    assert "Light on demand 23:00 → 05:00: 100% for 6 min." in english
    assert "Dark corridor: never more than 30%, civil dusk → civil dawn, all year" in english


def test_what_is_dated_is_seen(demo, village, read):
    """Works and calls of the run: in tonight's table and in the year."""
    page = read(demo[1])
    rows = page.tables["fr"]["Travaux, événements et appels de ces nuits"][1:]
    assert rows[0] == [
        "24 novembre 2026, 21:00 → 06:00", "Travaux, Grande Rue", "Grande Rue", "100\u202f%",
        "arrêté n° 2026-118",
    ]  # fmt: skip
    assert [row[1] for row in rows] == ["Travaux, Grande Rue", "Intervention des pompiers"]
    assert rows[1][2] == "Lotissement des Noyers, Chemin de la rivière"
    english = " ".join(page.text["en"].replace("\u00a0", " ").split())
    assert "Christmas lights: 12 December 2026 → 2 January 2027" in english
    counts = demo[0]["strategies"]["site"]["relights"]["hamlet"]
    assert f"Charmes hamlet: {counts['requests']}, of which {counts['taken']} within" in english


def test_works_are_the_reason_on_their_night(village, read):
    summary = simulate(village, day("2026-11-24"), 1, 1, ("site",))
    page = sound(html(village, summary, day("2026-11-24"), 1), read)
    rows = next(r for c, r in page.tables["en"].items() if c.startswith("Grande Rue"))
    assert not [row for row in rows[1:] if row[1].startswith("60")]  # it stays at 100 %
    rows = next(r for c, r in page.tables["en"].items() if c.startswith("Lotissement"))
    assert [row[2] for row in rows if row[0] == "02:40"] == ["all on, by a call"]


def test_every_section_is_there(demo, read):
    page = read(demo[1])
    for lang in ("fr", "en"):
        assert [i for i in page.ids if i in {f"{key}-{lang}" for key in SECTIONS}] == [
            f"{key}-{lang}" for key in SECTIONS
        ]


def test_the_same_input_gives_the_same_bytes(small, report):
    assert report(small())[1] == report(small())[1]


def test_where_energy_is_added_says_of_what(demo, read):
    summary, text = demo
    english = " ".join(read(text).text["en"].split())
    assert summary["strategies"]["site"]["adds_energy"] == ["church", "estate", "hamlet"]
    part = english[english.rindex("Where the site uses more") : english.index("Node-hours at")]
    church, estate = part.index("Parvis"), part.index("Lotissement")
    assert "because residents asked" in part[part.index("Hameau") :]
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


def test_every_colour_of_a_drawing_has_its_dark_one(demo):
    drawn = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{3,6})"', demo[1]))
    light = {raster.colour(level) for level in range(101)}
    assert drawn <= set(drawing.DARK) | drawing.FIXED | light
    assert set(drawing.STRATEGIES.values()) | set(drawing.CIRCUITS) <= set(drawing.DARK)


def test_levels_rise_in_brightness():
    bright = [luminance(raster.colour(level)) for level in range(101)]
    assert bright == sorted(bright)
    steps = [raster.colour(level) for level in (0, 10, 25, 50, 75, 100)]
    assert all(contrast(a, b) > 1.12 for a, b in zip(steps, steps[1:], strict=False))
    assert contrast(steps[0], steps[-1]) > 7


def test_contrast_is_enough_in_light_and_dark(demo):
    themes = re.findall(r":root \{(.*?)\}", demo[1], re.S)
    assert len(themes) == 2
    for dark, css in enumerate(themes):
        colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", css))
        shown = {c: d if dark else c for c, d in drawing.DARK.items()}
        for back in ("paper", "card"):
            for ink in ("ink", "quiet", "accent"):
                assert contrast(colour[ink], colour[back]) >= 4.5, (dark, ink, back)
            inks = (*drawing.STRATEGIES.values(), *drawing.CIRCUITS)
            for graphic in (drawing.EDGE, drawing.PEOPLE, drawing.ALARM, *inks):
                assert contrast(shown[graphic], colour[back]) >= 3, (dark, graphic, back)
            for text in (drawing.INK, drawing.QUIET):
                assert contrast(shown[text], colour[back]) >= 4.5, (dark, text, back)
            assert contrast(shown[drawing.STREET], colour[back]) >= 2
        assert contrast(colour["ink"], colour["warn"]) >= 4.5
        assert contrast(shown[drawing.INK], shown[drawing.NO_MAINS]) >= 4.5
        for ink in (drawing.CHALK, *drawing.WAYS.values()):
            assert contrast(ink, drawing.SKY) >= 4.5


# ---- faults


def test_without_faults_only_false_alarms_are_counted(small, report):
    summary, text = report(small(), strategies=("site",))
    assert "was not asked for any fault" in text and "False alarms in 1\u00a0night: 0." in text
    older = {key: value for key, value in summary.items() if key != "health"}
    assert "Reports of faults were not simulated." in html(small(), older, day("2026-11-23"), 1)


def test_a_fault_is_told_with_what_it_did_and_when_it_was_reported(small, read):
    site = small()
    t = DAY_MS * day("2026-11-23") + 20 * 3_600_000
    faults = [Fault(0, "clock-lost", t), Fault(0, "mains-cut", t + 3_600_000, 1_800_000)]
    summary = simulate(site, day("2026-11-23"), 1, 1, ("site",), faults)
    page = sound(html(site, summary, day("2026-11-23"), 1), read)
    (lost, cut) = page.tables["en"]["Faults and reports"][1:]
    assert lost[:3] == ["L1, Rue", "clock lost", "23\u00a0Nov,\u00a021:00"]
    # Its fault state is full light, where the program has 50 %.
    assert lost[3].startswith("100% of light on average, instead of")
    told = summary["faults"][0]["detected"]
    assert told is not None and lost[4].startswith("“time not known”, on 23")
    assert cut[4] == "nobody can tell, neither the node nor its meter"
    english = " ".join(page.text["en"].replace("\u00a0", " ").split())
    added = summary["with_faults"]["added"]["energy_kwh"]
    assert added and f"({added:+.3f} kWh); the other chapters" in english.replace("\u2212", "-")
    assert "Strategies are compared without the faults that this simulation" in english
    assert "False alarms in 1 night: 0. And without the faults: 0." in english
    assert "L1: clock lost" in page.text["en"] and "L1 : heure perdue" in page.text["fr"].replace(
        "\u00a0", " "
    )


def test_a_false_alarm_is_listed(small, report, read):
    site = small()
    summary, _ = report(site, strategies=("site",))
    alarm = {
        "lamp": "L1", "fault": "sensor-stuck", "from": "2026-11-23T21:00:00Z", "to": None,
        "asked": False,
    }  # fmt: skip
    summary = {**summary, "health": [alarm], "false_alarms": 1}
    page = sound(html(site, summary, day("2026-11-23"), 1), read)
    rows = page.tables["en"]["Reported without a fault (false alarms)"]
    assert rows[1][:2] == ["L1, Rue", "sensor stuck"] and rows[1][3] == "the end"


def test_beyond_six_faults_the_table_says_that_they_are_not_run_again(small, read):
    site = small()
    t = DAY_MS * day("2026-11-23") + 20 * 3_600_000
    faults = [Fault(0, "mains-cut", t + n * 1_200_000, 600_000) for n in range(7)]
    summary = simulate(site, day("2026-11-23"), 1, 1, ("site",), faults)
    page = sound(html(site, summary, day("2026-11-23"), 1), read)
    rows = page.tables["en"]["Faults and reports"][1:]
    assert [row[3] for row in rows][-1] == "not run again, only the first 6 faults are"
    assert all("of light on average" in row[3] or "the same light" in row[3] for row in rows[:-1])


# ---- what was chosen


def test_the_moment_and_the_complaint_may_be_chosen(village, demo, read):
    first = day("2026-11-23")
    t = (first + 2) * DAY_MS + 5 * 3_600_000  # 06:00 on the 25th: the second night
    hamlet = next(i for i, x in enumerate(village.luminaires) if x.id == "H1")
    page = sound(html(village, demo[0], first, 1, t, (hamlet, t - 13 * 3_600_000)), read)
    english = " ".join(page.text["en"].replace("\u00a0", " ").split())
    assert "Wednesday 25 November 2026, 06:00, as simulated" in english
    assert "--lamp H1 --at \"2026-11-24 17:00\"" in english
    assert "Hameau des Charmes: it was lit. Why?" in english


def test_what_is_of_one_night_has_its_date(demo, read):
    for lang, date in (("fr", "lundi 23 novembre 2026"), ("en", "Monday 23 November 2026")):
        text = " ".join(read(demo[1]).text[lang].replace("\u00a0", " ").split())
        for words in {
            "fr": ("une nuit montre la première, celle du ", "La seule nuit du ",
                   "pendant la nuit du ", "La première nuit, celle du "),
            "en": ("What shows one night shows the first, that of ", "On the one night of ",
                   "through the night of ", "The first night, that of "),
        }[lang]:  # fmt: skip
            assert words + date in text
