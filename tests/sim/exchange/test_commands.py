"""`noctule export` and `noctule import` as people use them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.exchange.words import THEIRS
from sim.site import load_site
from tests.sim.exchange.test_talq_import import MINIMAL, calendar, presence, program
from tools.export import export
from tools.import_ import import_

VILLAGE = "sim/demo/village.toml"


def run(command: object, *args: str) -> Result:
    return CliRunner().invoke(command, args, catch_exceptions=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["talq", "lwm2m", "ngsi-ld"])
def test_export_gives_json_and_the_list(form: str, tmp_path: Path) -> None:
    result = run(export, form, VILLAGE, "--lang", "en", "--theirs")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert data["format"] == 1
    assert "does not say of this site:" in result.stderr
    for text in THEIRS[form].values():
        assert text["en"] in result.stderr
    target, unsaid = tmp_path / "site.json", tmp_path / "unsaid.json"
    french = run(
        export, form, VILLAGE, "--output", str(target), "--unsaid", str(unsaid), "--lang", "fr"
    )
    assert french.exit_code == 0
    assert french.stdout == ""
    assert json.loads(target.read_text(encoding="utf-8")) == data
    listed = json.loads(unsaid.read_text(encoding="utf-8"))
    assert listed["format"] == 1
    assert len(listed["unsaid"]) == french.stderr.count("\n- ")


def test_export_refuses_a_bad_site_and_a_bad_place(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[site]\n", encoding="utf-8")
    assert run(export, "talq", str(bad)).exit_code == 1
    assert run(export, "talq", VILLAGE, "--output", str(tmp_path)).exit_code == 1
    assert run(export, "dali", VILLAGE).exit_code == 2


def test_what_is_exported_can_be_imported_into_its_site(tmp_path: Path) -> None:
    data, out = tmp_path / "village.json", tmp_path / "village.toml"
    assert run(export, "talq", VILLAGE, "--output", str(data)).exit_code == 0
    result = run(import_, "talq", str(data), "--into", VILLAGE, "--output", str(out))
    assert result.exit_code == 0, result.output
    # nothing has changed, and so the file has not
    assert out.read_text(encoding="utf-8") == Path(VILLAGE).read_text(encoding="utf-8")


def test_only_what_a_system_changed_is_replaced(tmp_path: Path) -> None:
    data, out = tmp_path / "village.json", tmp_path / "village.toml"
    assert run(export, "talq", VILLAGE, "--output", str(data)).exit_code == 0
    values = json.loads(data.read_text(encoding="utf-8"))
    (estate,) = (one for one in values["controlPrograms"] if one["id"] == "estate")
    estate["fixedTimeControls"][0]["command"]["state"]["value"] = 90
    data.write_text(json.dumps(values), encoding="utf-8")
    result = run(
        import_, "talq", str(data), "--into", VILLAGE, "--output", str(out), "--lang", "en"
    )
    assert result.exit_code == 0, result.output
    assert "keeps from the site" in result.stderr
    before, after = load_site(VILLAGE), load_site(out)
    assert after.calendars == before.calendars
    assert after.luminaires == before.luminaires
    differ = [key for key in before.programs if after.programs[key] != before.programs[key]]
    assert differ == ["estate"]
    old, new = before.programs["estate"], after.programs["estate"]
    assert sorted(p.level for p in new.points) != sorted(p.level for p in old.points)
    assert new.model_copy(update={"points": old.points}) == old


def test_import_gives_a_fragment_or_a_site(tmp_path: Path) -> None:
    file, site = tmp_path / "cms.json", tmp_path / "site.toml"
    file.write_text(json.dumps([program(), calendar({"program": "p"})]), encoding="utf-8")
    site.write_text(MINIMAL, encoding="utf-8")
    result = run(import_, "talq", str(file))
    assert result.exit_code == 0
    assert result.stdout.startswith("[programs.p]\n")
    whole = run(import_, "talq", str(file), "--into", str(site))
    assert whole.exit_code == 0
    assert "[site]" in whole.stdout and "[calendars.c]" in whole.stdout
    assert site.read_text(encoding="utf-8") == MINIMAL


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_refusals_go_to_stderr_and_nothing_is_written(tmp_path: Path, lang: str) -> None:
    file, out = tmp_path / "cms.json", tmp_path / "out.toml"
    file.write_text(json.dumps([program(dynamicControls=[presence("Min")])]), encoding="utf-8")
    result = run(import_, "talq", str(file), "--output", str(out), "--lang", lang)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert ("refusé" if lang == "fr" else "refused") in result.stderr
    assert not out.exists()


def test_a_merge_that_breaks_the_site_is_told_and_not_written(tmp_path: Path) -> None:
    """A luminaire's driver cannot do what an imported program asks, or a name is unknown."""
    file, site, out = tmp_path / "cms.json", tmp_path / "site.toml", tmp_path / "out.toml"
    text = MINIMAL.replace("[programs.p] # en ville", "[photocells.cell]\n[programs.p]")
    site.write_text(text, encoding="utf-8")
    cells = [
        {"name": "SensorActivePeriod", "sensor": {}, "onLevel": on, "offLevel": 30}
        for on in (5, 9)
    ]
    file.write_text(json.dumps([program(activePeriods=cells)]), encoding="utf-8")
    result = run(import_, "talq", str(file), "--into", str(site), "--output", str(out))
    assert result.exit_code == 1
    assert "out.toml:" in result.stderr
    assert not out.exists()


def test_no_output_is_an_input(tmp_path: Path) -> None:
    site, data = tmp_path / "site.toml", tmp_path / "site.json"
    site.write_text(MINIMAL, encoding="utf-8")
    link = tmp_path / "link.toml"
    link.symlink_to(site)
    for target in (site, link):
        result = run(export, "talq", str(site), "--output", str(target), "--lang", "fr")
        assert result.exit_code == 2
        assert "ne sera pas écrit" in result.stderr
        assert run(export, "talq", str(site), "--unsaid", str(target)).exit_code == 2
    both = ("--output", str(data), "--unsaid", str(data))
    assert run(export, "talq", str(site), *both).exit_code == 2
    assert site.read_text(encoding="utf-8") == MINIMAL and not data.exists()
    data.write_text(json.dumps([program()]), encoding="utf-8")
    before = data.read_bytes()
    assert run(import_, "talq", str(data), "--output", str(data)).exit_code == 2
    assert data.read_bytes() == before


def test_a_site_that_is_imported_into_itself_is_kept(tmp_path: Path) -> None:
    site, data = tmp_path / "site.toml", tmp_path / "site.json"
    site.write_text(MINIMAL, encoding="utf-8")
    data.write_text(json.dumps([program()]), encoding="utf-8")
    args = ("talq", str(data), "--into", str(site), "--output", str(site))
    result = run(import_, *args)
    assert result.exit_code == 0, result.output
    assert "site.toml.bak" in result.stderr
    assert (tmp_path / "site.toml.bak").read_text(encoding="utf-8") == MINIMAL
    assert site.read_text(encoding="utf-8") != MINIMAL
    # nothing changes any more: nothing is written
    assert run(import_, *args).exit_code == 0
    assert not (tmp_path / "site.toml.bak2").exists()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert run(import_, "talq", str(tmp_path / "none.json")).exit_code == 1
    assert run(import_, "talq", str(tmp_path)).exit_code == 1
    secret = tmp_path / "secret.json"
    secret.write_text("[]", encoding="utf-8")
    secret.chmod(0)
    if not os.access(secret, os.R_OK):
        assert run(import_, "talq", str(secret)).exit_code == 1
    assert run(import_, "lwm2m", VILLAGE).exit_code == 2
    assert run(import_, "talq", VILLAGE).exit_code == 1
