"""Numbers of manifests: they rise, and the same content keeps its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sim.site.manifest import LAST_SEQUENCE
from tools.push.home import HomeError
from tools.push.ledger import FIRST, Issued, Ledger, LedgerError


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "workshop" / "ledger.json")


def test_numbers_begin_above_what_flash_writes(ledger: Ledger) -> None:
    assert FIRST > 1
    assert ledger.number("code virtual", "aa") == FIRST
    assert ledger.number("node Val/E05", "aa") == FIRST  # each target has its own


def test_the_same_content_keeps_its_number(ledger: Ledger) -> None:
    assert [ledger.number("t", digest) for digest in ("a", "a", "b", "b")] == [2, 2, 3, 3]


def test_old_content_that_comes_back_gets_a_new_number(ledger: Ledger) -> None:
    assert [ledger.number("t", digest) for digest in ("a", "b", "a", "a")] == [2, 3, 4, 4]


def test_a_number_is_given_anew_when_asked_for(ledger: Ledger) -> None:
    assert ledger.number("t", "a") == 2
    assert ledger.number("t", "a", reissue=True) == 3
    assert ledger.number("t", "a") == 3


def test_a_number_is_above_what_is_asked_for(ledger: Ledger) -> None:
    assert ledger.number("t", "a", above=40) == 41
    assert ledger.number("t", "a", above=40) == 41  # it is already
    assert ledger.number("t", "a", above=41) == 42
    assert ledger.number("t", "b", above=7) == 43


def test_several_at_once_say_which_are_new(ledger: Ledger) -> None:
    ledger.number("x", "a")
    assert ledger.numbers({"x": "a", "y": "a"}) == {"x": Issued(2, False), "y": Issued(2, True)}


def test_another_ledger_of_the_file_goes_on(ledger: Ledger) -> None:
    ledger.number("t", "a")
    assert Ledger(ledger.path).number("t", "b") == 3
    held = json.loads(ledger.path.read_text())
    assert held == {"t": [{"sequence": 2, "digest": "a"}, {"sequence": 3, "digest": "b"}]}


def test_what_is_as_before_writes_nothing(ledger: Ledger) -> None:
    ledger.number("t", "a")
    before = ledger.path.stat()
    ledger.number("t", "a")
    after = ledger.path.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"t": 3}', '{"t": [3]}', '{"t": [{}]}', '{"t": [{"sequence": 2}]}',
        '{"t": [{"sequence": "2", "digest": "a"}]}', '{"t": [{"sequence": true, "digest": "a"}]}',
        '{"t": [{"sequence": 0, "digest": "a"}]}', '{"t": [{"sequence": 2, "digest": 5}]}',
        '{"t": [{"sequence": 2, "digest": "a", "x": 1}]}', "[" * 100_000, "\udcff",
    ],
)  # fmt: skip
def test_a_damaged_ledger_gives_no_number(ledger: Ledger, text: str) -> None:
    """It would give numbers again that nodes have."""
    ledger.path.parent.mkdir()
    ledger.path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(LedgerError) as caught:
        ledger.number("t", "a")
    assert str(ledger.path) in caught.value.text("fr") and "--above" in caught.value.text("en")
    assert ledger.path.read_bytes() == text.encode(errors="surrogateescape")


def test_numbers_end(ledger: Ledger) -> None:
    ledger.number("t", "a", above=LAST_SEQUENCE - 1)
    with pytest.raises(LedgerError, match="no number above"):
        ledger.numbers({"u": "a", "t": "b"})
    assert "u" not in json.loads(ledger.path.read_text())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="cannot be written"):
        Ledger(tmp_path / "file" / "ledger.json").number("t", "a")


def test_two_at_once_give_no_number_twice(ledger: Ledger) -> None:
    code = (
        "import sys; from pathlib import Path; from tools.push.ledger import Ledger\n"
        "for i in range(20): Ledger(Path(sys.argv[1])).number('t', sys.argv[2] + str(i))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(ledger.path), name]) for name in "ab"
    ]
    assert [one.wait() for one in running] == [0, 0]
    numbers = [entry["sequence"] for entry in json.loads(ledger.path.read_text())["t"]]
    assert numbers == list(range(2, 42))
    assert not [path for path in ledger.path.parent.iterdir() if path.suffix == ".tmp"]
