"""What is said of a wrong use, in both languages."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from tools.cli import main
from tools.spoken import foretold, spoken

VILLAGE = "sim/demo/village.toml"


def said(*args: str) -> str:
    foretold(list(args))  # as the command's entry does
    result = CliRunner().invoke(main, args)
    assert result.exit_code in (0, 2), result.output
    return result.stderr


@pytest.mark.parametrize(
    ("args", "fr", "en"),
    [
        (("sim",), "Il manque l'argument 'SITE'", "Missing argument 'SITE'"),
        (("nope",), "pas de commande 'nope'", "No such command 'nope'"),
        (("check", "a", "b"), "Un argument de trop (b)", "Got unexpected extra argument (b)"),
        (("sim", VILLAGE, "--none"), "pas d'option '--none'", "No such option '--none'"),
        (("sim", VILLAGE, "--nights", "x"), "n'est pas un nombre", "is not a valid integer"),
        (("sim", VILLAGE, "--nights", "0"), "0 n'est pas dans", "0 is not in the range"),
        (("sim", VILLAGE, "--strategy", "x"), "'x' n'est pas un de", "'x' is not one of"),
        (("sim", VILLAGE, "--from", "x"), "n'est pas une date", "is no date"),
        (("sim", VILLAGE, "--from", "1999-01-01"), "est hors de", "is outside"),
        (("sim", VILLAGE, "--from", "2099-12-27"), "au-delà", "beyond"),
        (("check", VILLAGE, "--dry-run"), "va avec --fix", "goes with --fix"),
        (("new", "none.toml", "--crs", "x", "--yes"), "va avec --from", "goes with --from"),
        (("new", "none.toml", "--yes"), "--yes demande --latitude", "--yes needs --latitude"),
        (
            ("why", VILLAGE, "--lamp", "H1", "--at", "2026-10-25 02:30"),
            "arrive deux fois",
            "happens twice",
        ),
        (
            ("why", VILLAGE, "--lamp", "H1", "--at", "2026-03-29 02:30"),
            "n'existe pas",
            "does not exist",
        ),
        (("why", VILLAGE, "--lamp", "H1", "--at", "x"), "n'est pas une heure", "is no time"),
        (
            ("sim", VILLAGE, "--fault", "M01:mains-cut@2026-11-27 21:45:00"),
            "sans secondes, vient BY",
            "no seconds, comes BY",
        ),
    ],
)
def test_wrong_use_is_told_in_the_language_of_the_answer(
    args: tuple[str, ...], fr: str, en: str
) -> None:
    french, english = said(*args, "--lang", "fr"), said(*args, "--lang=en")
    assert fr in french and en not in french
    assert en in english and fr not in english


def test_the_environment_speaks_where_no_option_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, lang in (("fr_FR.UTF-8", "fr"), ("C.UTF-8", "en")):
        monkeypatch.setenv("LC_ALL", value)
        foretold([])
        assert spoken() == lang
        assert ("Erreur" in said("sim")) == (lang == "fr")


def test_click_still_has_the_texts_that_are_translated() -> None:
    """A new click that words them otherwise would speak English: this tells."""
    from pathlib import Path

    from tools.spoken import _CLICK

    folder = Path(click.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    for text in _CLICK:
        assert repr(text)[1:-1].replace("'", "'") in source or text in source, text
