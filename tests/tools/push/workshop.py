"""Keys for tests: made once a run, since one takes half a second."""

from __future__ import annotations

from functools import cache
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tools.cli import main
from tools.push import home, keys
from tools.push.keys import Key, Keys

VILLAGE = Path(__file__).parents[3] / "sim" / "demo" / "village.toml"
_make = Key.made


@cache
def key(number: int) -> Key:
    """The key of that number, the same for the whole run."""
    return _make()


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """New keys are those of this run, from the first on."""
    numbers = count()
    monkeypatch.setattr(Key, "made", lambda: key(next(numbers)))


def settle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workshop of its own in a folder, without keys yet and without a passphrase."""
    monkeypatch.setenv(home.HOME, str(folder))
    monkeypatch.delenv(keys.PASSPHRASE, raising=False)
    quick(monkeypatch)
    return folder


def made_keys(folder: Path) -> Keys:
    """First keys, the spare beside."""
    return Keys.new(folder)


def noctule(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])
