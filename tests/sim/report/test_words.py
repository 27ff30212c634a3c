"""The catalogue: every word in both languages, with the same gaps to fill, and each one said."""

import re
import string
from collections import Counter
from pathlib import Path

import pytest

import sim.report
from sim.report import html
from sim.report.speech import Speech
from sim.report.words import LANGUAGES, WORDS
from sim.site.values import SOLAR_EVENTS, At
from tests.sim.report.conftest import day

SOURCES = [
    path
    for path in sorted(Path(sim.report.__file__).parent.rglob("*"))
    if path.suffix in (".py", ".j2") and path.name != "words.py"
]


def gaps(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_key_speaks_both_languages():
    for key, words in WORDS.items():
        assert set(words) == set(LANGUAGES), key
        assert all(text.strip() for text in words.values()), key
        assert gaps(words["fr"]) == gaps(words["en"]), key


def test_a_count_has_both_its_forms():
    for key in WORDS:
        stem, _, form = key.rpartition(".")
        if form in ("one", "other"):
            assert {f"{stem}.one", f"{stem}.other"} <= WORDS.keys()


def test_no_key_is_unused():
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    said = set(re.findall(r"""["']([a-z0-9][a-z0-9._-]*)["']""", source))
    # Keys that are put together: f"sun.{name}", "limits." + key, key + "-plain".
    stems = set(re.findall(r"""["']([a-z]+(?:\.[a-z]+)*\.)(?:\{|["'] \+)""", source))
    ends = set(re.findall(r"""\+ ["'](-[a-z]+)["']""", source))
    for key in WORDS:
        stem = re.sub(r"\.(one|other)$", "", key)
        for end in ends:
            stem = stem.removesuffix(end) if stem.removesuffix(end) in said else stem
        made = stem[: stem.index(".") + 1] if "." in stem else stem
        assert stem in said or made in stems, key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_solar_event_has_a_name(lang, small):
    speech = Speech(lang, small())
    for event in SOLAR_EVENTS:
        assert speech.moment(At(event, 5400)).endswith("+\u00a01\u00a0h\u00a030\u00a0min")


def test_numbers_are_those_of_the_language(small):
    fr, en = (Speech(lang, small()) for lang in LANGUAGES)
    assert fr.unit(1234.5, "kWh", 1) == "1\u202f234,5\u00a0kWh"
    assert en.unit(1234.5, "kWh", 1) == "1,234.5\u00a0kWh"
    assert fr.percent(-16.25, 1, True) == "\N{MINUS SIGN}16,2\u202f%"
    assert en.percent(0.6, 1, True) == "+0.6%"
    assert en.percent(-0.001, 1, True) == "0.0%"
    assert fr.percent(None) == en.seconds(None) == "–"
    assert fr.euros(31.98) == "31,98\u00a0€" and en.euros(31.98) == "€31.98"
    assert en.price() == "€0.20/kWh"
    assert fr.count("nights", 1) == "1\u00a0nuit" and fr.count("nights", 0) == "0\u00a0nuit"
    assert en.count("nights", 0) == "0\u00a0nights"


def test_dates_and_times_are_local(small):
    fr, en = (Speech(lang, small()) for lang in LANGUAGES)
    assert fr.date(9823) == "lundi 23 novembre 2026"
    assert en.date(9823) == "Monday 23 November 2026"
    assert fr.date(day_of_first := 9862) == "vendredi 1er janvier 2027", day_of_first
    noon = 9823 * 86_400_000 + 11 * 3_600_000
    assert fr.clock(noon) == "12:00"
    assert fr.clock(noon + 59_000) == "12:00:59"
    assert fr.clock(noon + 59_000, seconds=False) == "12:01"


def test_an_hour_that_comes_twice_says_which(small):
    en = Speech("en", small())
    first = 9794 * 86_400_000 + 1_800_000  # 25 October 2026, 00:30 UTC
    assert en.clock(first) == "02:30\u00a0(UTC+2)"
    assert en.clock(first + 3_600_000) == "02:30\u00a0(UTC+1)"
    assert en.clock(first + 7_200_000) == "03:30"


def test_both_languages_say_the_same_things(village, demo, monkeypatch):
    """Each label of the page is said as often in one language as in the other, and counted."""
    said = {lang: Counter() for lang in LANGUAGES}
    say = Speech.say

    def count(self, key, **params):
        said[self.lang][re.sub(r"\.(one|other)$", "", key)] += 1
        return say(self, key, **params)

    monkeypatch.setattr(Speech, "say", count)
    html(village, demo[0], day("2026-11-23"), 1)
    assert said["fr"].pop("title") == 1  # of the file, in the site's language
    assert said["fr"] == said["en"]
    assert len(said["fr"]) > 200 and said["fr"].total() > 600


def test_templates_have_no_words_of_their_own():
    for path in SOURCES:
        if path.suffix == ".j2":
            text = re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text(encoding="utf-8"), flags=re.S)
            text = re.sub(r"<!?[^<>]*>", "", text)
            assert not re.search(r"[^\W\d_]", text), path.name


def test_neither_language_speaks_the_other(demo, read):
    text = {lang: " ".join(words.split()) for lang, words in read(demo[1]).text.items()}
    for key, words in WORDS.items():
        if key == "language" or min(len(words["fr"]), len(words["en"])) < 12:
            continue
        for lang, other in (("fr", "en"), ("en", "fr")):
            if words[lang] != words[other] and not gaps(words[lang]):
                assert words[lang] not in text[other], key
