"""Sites and reports for the report's tests, and what reads a page back."""

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sim.report import html
from sim.site import Site, load_site
from sim.summary import simulate

ROOT = Path(__file__).resolve().parents[3]
VOID = {"meta", "input", "br"}


def day(text):
    return (dt.date.fromisoformat(text) - dt.date(2000, 1, 1)).days


class Page(HTMLParser):
    """An HTML file taken apart: `faults` in its tags, `ids`, and what stands in which article.

    tables: by language, caption -> rows of cells (the head first). text: by language.
    """

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.faults = []
        self.tags = []
        self.ids = []
        self.tables = {}
        self.text = {}
        self._open = []
        self._lang = "-"
        self._rows = None
        self._cell = None
        self._caption = ""
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.faults.append(f"an attribute twice in <{tag}>")
        if "id" in names:
            self.ids.append(dict(attrs)["id"])
        if tag not in VOID:
            self._open.append(tag)
        if tag == "article":
            self._lang = dict(attrs)["lang"]
        elif tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = ""

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")
        if tag in ("td", "th"):
            self._rows[-1].append(self._cell.strip())
            self._cell = None
        elif tag == "table":
            caption = " ".join(self._caption.split())
            self.tables.setdefault(self._lang, {})[caption] = self._rows

    def handle_data(self, data):
        self.text[self._lang] = self.text.get(self._lang, "") + data
        if "caption" in self._open:
            self._caption += data
        elif self._cell is not None:
            self._cell += data


def number(cell, lang):
    """The first number of a cell."""
    text = re.sub("[\u00a0\u202f ]", "", cell).replace("\N{MINUS SIGN}", "-")
    text = text.replace(",", "." if lang == "fr" else "")
    match = re.search(r"-?[0-9]+(?:\.[0-9]+)?", text)
    assert match, cell
    return float(match[0])


class Small:
    """A site of one street, one cabinet and as few luminaires as wanted."""

    @staticmethod
    def site(**more):
        """top-level tables replace the plain ones; `place` changes [site]."""
        place = {
            "name": "Essai",
            "latitude": 47.5,
            "longitude": 5.1,
            "timezone": "Europe/Paris",
            "language": "en",
            **more.pop("place", {}),
        }
        lamp = {
            "id": "L1",
            "at_m": 10,
            "street": "s",
            "circuit": "A1",
            "driver": "led",
            "program": "p",
            **more.pop("lamp", {}),
        }
        plain = {
            "site": place,
            "energy": {
                "price_eur_per_kwh": 0.2,
                "price_date": "2026-02-01",
                "price_source": "assumption",
                "co2_g_per_kwh": 30.0,
                "co2_year": 2024,
                "co2_source": "assumption",
            },
            "drivers": {"led": {"power_w": 40.0}},
            "programs": {"p": {"points": [{"at": "22:00", "level": 50, "ramp": "5 s"}]}},
            "sensors": {"pir": {"range_m": 8.0}},
            "photocells": {"cell": {}},
            "streets": [
                {"id": "s", "name": "Rue", "path_m": [[0, 0], [100, 0]], "asked_level": 50}
            ],
            "cabinets": [
                {"id": "A", "name": "A", "circuits": [{"id": "A1", "supply": "permanent"}]}
            ],
            "luminaires": [lamp],
        }
        return Site.model_validate({**plain, **more})


@pytest.fixture(scope="session")
def small():
    return Small.site


@pytest.fixture(scope="session")
def report():
    """(site, date, nights, strategies) -> (summary, HTML)."""

    def make(site, date="2026-11-23", nights=1, **more):
        summary = simulate(site, day(date), nights, 1, **more)
        return summary, html(site, summary, day(date), 1)

    return make


@pytest.fixture(scope="session")
def village():
    return load_site(ROOT / "sim/demo/village.toml")


@pytest.fixture(scope="session")
def demo(village, report):
    """The demo village over two nights: (summary, HTML)."""
    return report(village, nights=2)


@pytest.fixture(scope="session")
def read():
    return Page


@pytest.fixture(scope="session")
def as_number():
    return number
