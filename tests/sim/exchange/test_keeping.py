"""What a site keeps when TALQ gives it back: its sun, layout and comments; what is told."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.exchange import talq
from sim.exchange.merge import changed, lost_comments, merged
from sim.exchange.retouch import comments, retouched
from sim.exchange.talq_import import Imported
from sim.exchange.words import LANGUAGES
from sim.site import Site, load_site

VILLAGE = Path("sim/demo/village.toml")
TEXT = VILLAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def exported() -> dict[str, Any]:
    return talq.export(load_site(VILLAGE)).data


def back(data: dict[str, Any], site: Site | None = None) -> Imported:
    site = site or load_site(VILLAGE)
    return changed(talq.import_(data, site), site)


def edit(
    data: dict[str, Any],
    key: str,
    change: Callable[[Any], object],
    kind: str = "controlPrograms",
) -> dict[str, Any]:
    """A copy with a change to one program or calendar."""
    data = copy.deepcopy(data)
    for one in data[kind]:
        if one["id"] == key:
            change(one)
    return data


def told(imported: Imported, code: str) -> list[str]:
    found = [note for note in imported.notes if note.code == code]
    assert all(note.text(lang) for note in found for lang in LANGUAGES)
    return [note.text() for note in found]


def level(program: Any, start: str, value: int, to: str | None = None) -> None:
    (one,) = (x for x in program["fixedTimeControls"] if x["startTime"] == start)
    one["command"]["state"]["value"] = value
    one["startTime"] = to or start
    program["fixedTimeControls"].sort(key=lambda x: x["startTime"])


def ats(imported: Imported, key: str) -> list[tuple[str, int]]:
    return [(point["at"], point["level"]) for point in imported.programs[key]["points"]]


def test_another_version_of_the_site_keeps_its_sun(
    exported: dict[str, Any], tmp_path: Path
) -> None:
    old = '{ at = "22:30", level = 60, ramp = "5 s" },'
    new = '{ at = "22:15", level = 70, ramp = "5 s" },'
    assert TEXT.count(old) == 2
    file = tmp_path / "v2.toml"
    file.write_text(TEXT.replace(old, new), encoding="utf-8")
    made = back(exported, load_site(file))
    assert set(made.programs) == {"square", "market"}
    # TALQ's figures, the site's sun, and its text in its place
    assert merged(file.read_text(encoding="utf-8"), made) == TEXT
    assert len(told(made, "kept")) == 2
    assert all("points[2].at" in text for text in told(made, "kept"))


def test_a_moment_where_the_export_put_it_is_the_suns_whatever_its_level(
    exported: dict[str, Any],
) -> None:
    made = back(edit(exported, "square", lambda x: level(x, "01:15:00", 35)))
    assert ats(made, "square")[1] == ("solar midnight", 35)


def test_a_moment_near_it_is_the_suns_when_the_rest_agrees(exported: dict[str, Any]) -> None:
    made = back(edit(exported, "square", lambda x: level(x, "01:15:00", 40, "01:20:00")))
    assert ats(made, "square")[1] == ("solar midnight", 40)
    (text,) = told(made, "sun-kept")
    assert "square" in text and "points[2]" in text and "01:20" in text and "01:15" in text
    made = back(edit(exported, "square", lambda x: level(x, "01:15:00", 35, "01:20:00")))
    assert ats(made, "square")[1] == ("01:20", 35)
    (text,) = told(made, "sun-lost")
    for word in ("square", "points[2]", "solar midnight, 40 %", "01:20, 35 %"):
        assert word in text
    # beyond what the export may be wrong by
    made = back(edit(exported, "square", lambda x: level(x, "01:15:00", 40, "03:00:00")))
    assert ats(made, "square")[1] == ("03:00", 40)
    assert "points[2]" in told(made, "sun-gone")[0]


def test_twilights_of_active_periods_stay(exported: dict[str, Any]) -> None:
    def longer(program: Any) -> None:
        program["dynamicControls"][0]["effect"]["holdTime"] += 5

    made = back(edit(exported, "river", longer))
    own = tomllib.loads(TEXT)["programs"]["river"]
    assert made.programs["river"]["active"] == own["active"]
    assert "active[1].from" in told(made, "kept")[0]

    def moved(program: Any) -> None:
        program["activePeriods"][0]["sunsetOffset"] += 10

    made = back(edit(exported, "river", moved))
    assert made.programs["river"]["active"][0]["from"] == "sunset + 40 min"
    assert made.programs["river"]["active"][0]["to"] == "dawn"
    assert '"dusk - dawn" becomes "sunset + 40 min - dawn"' in told(made, "periods")[0]


def test_always_active_is_told(exported: dict[str, Any]) -> None:
    made = back(edit(exported, "square", lambda x: x.update(activePeriods=[])))
    assert made.programs["square"]["active"] == "always"
    (text,) = told(made, "always")
    assert "square" in text and "noon" in text
    assert told(back(exported), "always") == []


def test_rules_that_go_are_told(exported: dict[str, Any]) -> None:
    made = back(edit(exported, "square", lambda x: x.update(rules=[]), "calendars"))
    assert made.calendars["square"] == {"default": "square"}
    assert "2 rule(s)" in told(made, "rules-gone")[0]
    made = back(edit(exported, "school", lambda x: x["rules"].pop(), "calendars"))
    assert "school" in told(made, "rules-by-dates")[0]


def test_comments_that_go_are_told(exported: dict[str, Any]) -> None:
    made = back(edit(exported, "square", lambda x: x.update(rules=[]), "calendars"))
    after = merged(TEXT, made)
    (note,) = lost_comments(TEXT, after)
    assert note.params["table"] == "calendars.square"
    assert "Friday's night" in str(note.params["comments"])
    assert lost_comments(TEXT, TEXT) == ()
    # in its place: what stood after it still does
    assert after.index("[calendars.square]") < after.index("[calendars.school]")


OLD = """\
[programs.p]   # a name # of it
# about the level
name   =   "a # b"
points = [
  { at = "22:00", level = 60 },  # late
  # the night
  { at = "05:30", level = 100 },
]

# somebody's
[programs.p.presence]
hold = "60 s"  # a minute
"""


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (("", ""), []),
        (("60 }", "50 }"), ["# late"]),
        (("100 }", "90 }"), ["# the night"]),
        (("60 s", "70 s"), ["# a minute"]),
        (("name   =   ", "nom = "), ["# about the level"]),
    ],
)
def test_lines_that_say_the_same_stay_as_they_are(
    change: tuple[str, str], gone: list[str]
) -> None:
    values = tomllib.loads(OLD.replace(*change))["programs"]["p"]
    new = Imported({"p": values}, {}).toml()
    made = retouched(OLD, new)
    assert tomllib.loads(made) == {"programs": {"p": values}}
    assert [x for x in comments(OLD) if x not in comments(made)] == gone
    kept = [line for line in OLD.splitlines() if line in made.splitlines()]
    assert len(kept) >= len(OLD.splitlines()) - 2
