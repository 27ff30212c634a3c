"""`noctule build`, and the texts of what a workshop does."""

from __future__ import annotations

import json
import shutil
import string
from pathlib import Path

import pytest

from tests.sim.site.test_rules import MINIMAL, node
from tests.texts import edited
from tests.tools.push.workshop import VILLAGE, key, noctule, settle
from tools import boards, build, keys
from tools.push import bundle, home, ledger
from tools.push import keys as push_keys
from tools.push.bundle import Bundle
from tools.push.keys import Keys


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = settle(tmp_path / "workshop", monkeypatch)
    Keys.new()
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize("module", [boards, build, keys, home, push_keys, ledger, bundle])
def test_every_text_has_both_languages_and_the_same_places(module) -> None:
    for texts in module.TEXTS.values():
        places = [
            {name for _, name, _, _ in string.Formatter().parse(texts[lang]) if name}
            for lang in ("fr", "en")
        ]
        assert places[0] == places[1]


def test_a_bundle_is_built(workshop: Path, tmp_path: Path) -> None:
    words = ("build", VILLAGE, "--lamp", "R03", "--lamp", "E05", "--board", "virtual")
    first = noctule(*words, "--lang", "en")
    assert first.exit_code == 0, first.output
    path = tmp_path / "build" / "bundles" / "village.noctule"
    made = Bundle.read(path)
    assert list(made.nodes) == ["E05", "R03"] and list(made.codes) == ["virtual"]
    assert "code for virtual: no. 2 (new), version " in first.output
    assert "R03 (virtual): no. 2 (new), 3 files, " in first.output
    assert f"signed by {key(0).id.hex()} (key set 1)" in first.output
    assert "Wi-Fi" not in first.output
    data = path.read_bytes()
    second = noctule(*words, "--output", tmp_path / "again.noctule", "--lang", "fr")
    assert "n° 2 (comme avant)" in second.output and "nouveau" not in second.output
    assert (tmp_path / "again.noctule").read_bytes() == data
    third = noctule(*words, "--reissue", "--lang", "fr")
    assert "n° 3 (nouveau)" in third.output
    fourth = noctule(*words, "--above", 10, "--lang", "fr")
    assert "n° 11 (nouveau)" in fourth.output
    assert Bundle.read(path).nodes["E05"].manifest.sequence == 11


def test_without_keys_nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = settle(tmp_path / "workshop", monkeypatch)
    for lang, text in (("fr", "pas encore de clés"), ("en", "no keys")):
        result = noctule("build", VILLAGE, "--output", tmp_path / "x.noctule", "--lang", lang)
        assert result.exit_code == 1 and text in result.output and "keys new" in result.output
    assert not (tmp_path / "x.noctule").exists() and not (folder / "ledger.json").exists()


def test_the_site_of_the_folder(workshop: Path, tmp_path: Path) -> None:
    none = noctule("build", "--lang", "fr")
    assert none.exit_code == 2 and "aucun fichier .toml" in none.output
    shutil.copy(VILLAGE, tmp_path / "village.toml")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    one = noctule("build", "--lamp", "E05", "--lang", "en")
    assert one.exit_code == 0, one.output
    shutil.copy(VILLAGE, tmp_path / "other.toml")
    two = noctule("build", "--lang", "en")
    assert two.exit_code == 2 and "other.toml, village.toml" in two.output


@pytest.mark.parametrize(
    ("words", "french", "english"),
    [
        (["--lamp", "E5"], "pas de point lumineux", "no luminaire"),
        (["--board", "uno"], "pas de carte", 'no board "uno"'),
        (["--output", VILLAGE], "ne sera pas écrit", "will not be written"),
    ],
)
def test_what_is_wrong_is_said(
    workshop: Path, words: list[str], french: str, english: str
) -> None:
    for lang, text in (("fr", french), ("en", english)):
        result = noctule("build", VILLAGE, *words, "--lang", lang)
        assert result.exit_code and text in result.output, result.output
        assert "Traceback" not in result.output
    assert not (workshop / "ledger.json").exists()


def test_pins_that_cannot(workshop: Path, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    made = edited(MINIMAL, node('network = "ethernet"', board="olimex_esp32_poe"))
    path.write_text(made, encoding="utf-8")
    result = noctule("build", path, "--board", "esp32_devkitc", "--lang", "en")
    assert result.exit_code == 1 and "L1, R01" in result.output and "olimex" in result.output
    path.write_text(MINIMAL, encoding="utf-8")
    result = noctule("build", path, "--lang", "en")
    assert result.exit_code == 2 and "does not say which board L1" in result.output


def test_the_wifi_key(workshop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "site.toml"
    made = edited(MINIMAL, node('network = "wifi"', 'ssid = "rue"'))
    path.write_text(made, encoding="utf-8")
    monkeypatch.delenv(boards.WIFI_KEY, raising=False)
    refused = noctule("build", path, "--lang", "fr")
    assert refused.exit_code == 2 and boards.WIFI_KEY in refused.output
    (tmp_path / "key").write_text("martre\n")
    built = noctule("build", path, "--wifi-key-file", tmp_path / "key", "--lang", "en")
    assert built.exit_code == 0 and "holds the Wi-Fi key" in built.output, built.output
    read = Bundle.read(tmp_path / "build" / "bundles" / "site.noctule")
    wiring = json.loads(read.files[read.nodes["L1"].manifest.files[2].sha])
    assert wiring["network"]["key"] == "martre"


def test_a_name_of_more_than_a_line(workshop: Path, tmp_path: Path) -> None:
    """What a site file may have as a name, a manifest has on a line."""
    path = tmp_path / "site.toml"
    name = "\\tRue\\u00a0des \\n 40 noms, de la commune voisine, et la suite"
    made = edited(MINIMAL, node(), ('name = "Essai"', f'name = "{name}"'))
    path.write_text(made, encoding="utf-8")
    result = noctule("build", path, "--lang", "en")
    assert result.exit_code == 0, result.output
    read = Bundle.read(tmp_path / "build" / "bundles" / "site.noctule")
    assert read.site == "Rue des 40 noms, de la commune voisine," and len(read.site) <= 40
    wiring = json.loads(read.files[read.nodes["L1"].manifest.files[2].sha])
    assert wiring["site"] == read.site
