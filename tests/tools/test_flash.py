"""`noctule flash`: real mpremote and the virtual board, which is real MicroPython and littlefs.

Most of it with a firmware of three modules that only says that it runs: what is copied matters
here, not what it does.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial
from click.testing import CliRunner, Result
from noctule.device.store import Copies

from sim.board import Board
from sim.board.chip import FULL
from sim.board.flash import Cut
from sim.site import load_site, tree
from sim.site.boards import BoardError, names
from tests.sim.board.driving import run as run_on
from tests.sim.site.test_rules import CELL, MINIMAL, node
from tests.texts import edited
from tools import flash, remote
from tools.cli import main
from tools.remote import _kind

VILLAGE = "sim/demo/village.toml"
LIGHT = 25  # the virtual board's output

APP = """\
from . import part
import time
def run(watchdog, mark, before):
    print("up", part.NAME)
    while True:
        watchdog.feed()
        time.sleep_ms(100)
        print("noctule> ")
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A firmware of three modules, with the real boot.py and main.py."""
    made = tmp_path / "firmware"
    (made / "noctule").mkdir(parents=True)
    for name in ("boot.py", "main.py"):
        (made / name).write_bytes((tree.FIRMWARE / name).read_bytes())
    (made / "noctule" / "__init__.py").write_text("")
    (made / "noctule" / "part.py").write_text("NAME = 1\n")
    (made / "noctule" / "app.py").write_text(APP)
    monkeypatch.setattr(tree, "FIRMWARE", made)
    return made


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path / "flash.img") as made:
        made.wait(lambda b: b.prompts >= 1)
        yield made


def noctule(*words: object) -> Result:
    return CliRunner().invoke(main, ["flash", *map(str, words)])


def put(made: Board, lamp: str, *more: str) -> Result:
    words = (VILLAGE, "--lamp", lamp, "--board", "virtual", "--port", made.port, "--lang", "en")
    return noctule(*words, *more)


def listed(made: Board) -> list[str]:
    """Every file on the board; its node is stopped for it."""
    code = """
import os
def walk(path):
    for name, kind, *_ in os.ilistdir(path or "/"):
        if kind == 0x4000:
            walk(path + "/" + name)
        else:
            print(path + "/" + name)
walk("")
"""
    return sorted(run_on(made, code))


def lit(made: Board) -> bool:
    with made.lock:
        return made.chip.level(LIGHT) == FULL


# --- without a board -----------------------------------------------------------------------------


def test_out_writes_the_tree(tmp_path: Path) -> None:
    out = tmp_path / "tree"
    result = noctule(VILLAGE, "--lamp", "M01", "--out", out, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "M01 on ESP32-DevKitC V4: " in result.output and "safe light: 25=1" in result.output
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    assert f" files, {size} bytes (" in result.output
    assert " KiB of flash, in blocks)" in result.output
    assert (out / "main.py").is_file() and (out / "a" / "noctule" / "app.mpy").is_file()
    again = noctule(VILLAGE, "--lamp", "M01", "--out", out, "--lang", "fr")
    assert again.exit_code == 2 and "n'est pas vide" in again.output


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "tree"
    result = noctule(VILLAGE, "--lamp", "M01", "--out", out, "--dry-run", "--lang", "fr")
    assert result.exit_code == 0 and "rien n'a été écrit" in result.output
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "french", "english"),
    [
        (["--lamp", "E5", "--dry-run"], "pas de point lumineux", "no luminaire"),
        (["--lamp", "E05", "--board", "uno", "--dry-run"], "pas de carte", 'no board "uno"'),
        (["--lamp", "E05"], "donnez --port", "give --port"),
        (["--lamp", "E05", "--port", "/dev/pts/none"], "pas de port", "there is no port"),
        (["--lamp", "E05", "--port", "/dev/pts/none"], "pas été touchée", "was not touched"),
        (["--lamp", "E05", "--port", "/"], "pas un port série", "/ is no serial port"),
        (["--lamp", "E05", "--port", VILLAGE], "pas un port série", "is no serial port"),
        (["--lamp", "E05", "--port", "no/port"], "pas de port", "there is no port"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], french: str, english: str) -> None:
    for lang, text in (("fr", french), ("en", english)):
        result = noctule(VILLAGE, *words, "--lang", lang)
        assert result.exit_code and text in result.output, result.output
        assert "Traceback" not in result.output and "as the new one" not in result.output
    assert ", ".join(names()) in noctule(VILLAGE, "--lamp", "E05", "--board", "uno").output


def test_every_text_has_both_languages_and_the_same_places() -> None:
    import string

    for texts in flash.TEXTS.values():
        places = [
            {name for _, name, _, _ in string.Formatter().parse(texts[lang]) if name}
            for lang in ("fr", "en")
        ]
        assert places[0] == places[1]


def written(tmp_path: Path, *edits: tuple[str, str]) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(edited(MINIMAL, *edits), encoding="utf-8")
    return path


def test_a_site_that_names_no_board(tmp_path: Path) -> None:
    site = written(tmp_path)
    for lang, text in (("fr", "ne dit pas de quelle carte"), ("en", "does not say which board")):
        result = noctule(site, "--lamp", "L1", "--dry-run", "--lang", lang)
        assert result.exit_code == 2 and text in result.output


def test_a_board_asked_for_whose_pins_cannot(tmp_path: Path) -> None:
    """The site is right for its own board; what another lacks is said with its cure."""
    site = written(tmp_path, node('network = "ethernet"', board="olimex_esp32_poe"))
    for lang, text in (("fr", "n'a pas d'Ethernet"), ("en", "has no Ethernet")):
        result = noctule(
            site, "--lamp", "L1", "--board", "esp32_devkitc", "--dry-run", "--lang", lang
        )
        assert result.exit_code == 1 and text in result.output and "olimex" in result.output


def test_the_wifi_key_comes_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = written(tmp_path, node('network = "wifi"', 'ssid = "rue"'))
    monkeypatch.delenv(flash.WIFI_KEY, raising=False)
    words = (site, "--lamp", "L1", "--lang", "en")
    result = noctule(*words, "--dry-run")
    assert result.exit_code == 2 and flash.WIFI_KEY in result.output
    key = tmp_path / "key"
    key.write_text("from a file\n")
    assert not noctule(*words, "--out", tmp_path / "x", "--wifi-key-file", key).exit_code
    monkeypatch.setenv(flash.WIFI_KEY, "from the environment")
    assert not noctule(*words, "--out", tmp_path / "y").exit_code
    for folder, expected in (("x", "from a file"), ("y", "from the environment")):
        data = (tmp_path / folder / "keep" / "wiring.1").read_bytes()
        assert json.loads(data[6:-8])["network"]["key"] == expected


@pytest.mark.parametrize(
    ("said", "status", "kind"),
    [
        ("mpremote: failed to access /dev/ttyUSB0 (it may be in use by another...)", 1, "busy"),
        ("mpremote: could not enter raw repl", 1, "silent"),
        ("", -9, "silent"),
        ("Traceback ... OSError: 28", 1, "failed"),
    ],
)  # fmt: skip
def test_what_mpremote_says_is_told_apart(said: str, status: int, kind: str) -> None:
    assert _kind(said, status) == kind


# --- on the virtual board ------------------------------------------------------------------------


def test_a_fresh_board_becomes_a_node(small: Path, board: Board) -> None:
    result = put(board, "M01")
    assert result.exit_code == 0, result.output
    assert "[1/10] /boot.py" in result.output and "[10/10] /main.py" in result.output
    assert "10 files read back" in result.output and result.output.endswith("M01 runs.\n")
    assert lit(board)
    assert board.chip.nvs[("noctule/lit", "blob")] == bytes([25, 1])
    assert listed(board) == sorted(
        [
            "/boot.py", "/main.py", "/slot", "/a/noctule/__init__.mpy", "/a/noctule/app.mpy",
            "/a/noctule/part.mpy", "/keep/config.0", "/keep/config.1", "/keep/wiring.0",
            "/keep/wiring.1",
        ]
    )  # fmt: skip


def test_a_node_that_runs_goes_to_the_other_slot_and_back(small: Path, board: Board) -> None:
    assert put(board, "M01").exit_code == 0
    run_on(board, "open('/keep/state.0', 'w').close(); open('/keep/log.0', 'w').close()")
    (small / "noctule" / "part.py").write_text("NAME = 2\n")
    (small / "noctule" / "more.py").write_text("")
    result = put(board, "M01")
    assert result.exit_code == 0 and "erased" not in result.output, result.output
    there = listed(board)
    assert {"/a/noctule/part.mpy", "/b/noctule/part.mpy", "/b/noctule/more.mpy"} <= set(there)
    assert not [name for name in there if name.endswith(".new")]
    # its own: what it has learnt stays
    assert {"/keep/state.0", "/keep/log.0"} <= set(there)
    assert run_on(board, "print(open('/slot').read())") == ["b"]
    (small / "noctule" / "more.py").unlink()
    # another luminaire's: what the former had learnt goes, the log stays
    result = put(board, "M02")
    assert result.exit_code == 0 and "was M01 (Val-Noctule)" in result.output, result.output
    there = listed(board)
    assert "/keep/state.0" not in there and "/keep/log.0" in there
    assert "/a/noctule/more.mpy" not in there
    assert run_on(board, "print(open('/slot').read())") == ["a"]
    said = run_on(board, "import noctule.part; print(noctule.part.NAME)")
    assert said == ["2"]


@pytest.mark.parametrize(
    ("change", "english"),
    [
        ("chip", 'says "linux'),
        ("chip", "--board virtual"),
        ("old", "1.28 or newer is needed"),
        ("room", "KiB are left on the board"),
    ],
)
def test_a_board_that_will_not_do(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, english: str
) -> None:
    if change == "old":
        monkeypatch.setattr(flash, "OLDEST", (9, 0))
    size = (48 << 10) if change == "room" else (1 << 20)
    name = "esp32_devkitc" if change == "chip" else "virtual"
    with Board(tmp_path / "flash.img", size=size) as made:
        made.wait(lambda b: b.prompts >= 1)
        before = listed(made)
        result = noctule(
            VILLAGE, "--lamp", "M01", "--board", name, "--port", made.port, "--lang", "en"
        )
        assert result.exit_code == 1 and english in result.output, result.output
        assert listed(made) == before


def test_a_dry_run_asks_the_board_and_writes_nothing(small: Path, board: Board) -> None:
    before = listed(board)
    result = put(board, "M01", "--dry-run")
    assert result.exit_code == 0 and "MicroPython 1." in result.output
    assert listed(board) == before


def test_a_port_that_another_program_has(small: Path, board: Board) -> None:
    with serial.Serial(board.port, exclusive=True):
        result = put(board, "M01")
    assert result.exit_code == 1 and "another program has it" in result.output
    assert "was not touched" in result.output


def test_what_a_board_of_another_kind_looks_like() -> None:
    said = flash._looks_like("ESP32C3 module with ESP32C3", "en")
    assert "esp32c3: give --board esp32c3_devkitm," in said
    said = flash._looks_like("Generic ESP32 module with ESP32", "fr")
    assert "--board esp32_devkitc ou --board olimex_esp32_poe" in said
    assert ", ".join(names()) in flash._looks_like("Raspberry Pi Pico with RP2040", "en")


def test_a_line_that_fails_before_anything_is_written(
    small: Path, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = listed(board)
    monkeypatch.setattr(flash, "_ASK", "print('no answer to that')")
    result = put(board, "M01")
    assert result.exit_code == 1 and "Nothing was written" in result.output, result.output
    assert listed(board) == before


def test_a_board_whose_file_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise BoardError("board-key-missing", Path(name) / "board.toml", key="title")

    monkeypatch.setattr(flash, "load", broken)
    site = written(tmp_path)
    for lang, text in (("fr", "il manque title"), ("en", "has no title")):
        words = ("--lamp", "L1", "--board", "virtual", "--dry-run", "--lang", lang)
        result = noctule(site, *words)
        assert result.exit_code == 1 and text in result.output, result.output


@pytest.mark.long
def test_a_line_where_nobody_answers(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SILENCE_S", 4.0)
    master, slave = pty.openpty()
    try:
        result = noctule(
            VILLAGE, "--lamp", "M01", "--board", "virtual", "--port", os.ttyname(slave),
            "--lang", "fr",
        )  # fmt: skip
    finally:
        os.close(master)
        os.close(slave)
    assert result.exit_code == 1 and "pas de MicroPython" in result.output
    assert "Un autre programme" in result.output and "Rien n'a été écrit" in result.output


def test_what_is_read_back_other_than_written_is_not_put_in_place(
    small: Path, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = flash.Remote.copy

    def spoilt(self: Any, first: str, groups: Any, told: Any) -> None:
        real(self, first, groups, told)
        if len(groups) > 1:
            self.run("with open('/a/noctule/part.mpy', 'r+b') as f:\n f.write(b'x')")

    monkeypatch.setattr(flash.Remote, "copy", spoilt)
    result = put(board, "M01")
    assert result.exit_code == 1 and "/a/noctule/part.mpy" in result.output
    assert "/main.py" not in listed(board)


def test_a_node_that_does_not_run_is_told(small: Path, board: Board) -> None:
    (small / "main.py").write_text("raise ValueError('no lamp here')\n")
    result = put(board, "M01")
    assert result.exit_code == 1 and "does not run" in result.output
    assert "no lamp here" in result.output


def wiring_on(made: Board) -> dict[str, Any]:
    """The wiring that the board's own two copies give."""
    said = run_on(
        made,
        "for i in (0, 1):\n with open('/keep/wiring.%d' % i, 'rb') as f: print(f.read().hex())",
    )
    held = {f"wiring.{i}": bytes.fromhex(line) for i, line in enumerate(said)}
    found: dict[str, Any] = json.loads(Copies(flash._Held(held), "wiring", 1024).load())
    return found


def _cut_while_flashing(made: Board, lamp: str, at: int) -> bool:
    """Flash, and lose power at an operation of the flash counted from here; whether it was cut."""
    with made.lock:
        made.flash.cut = Cut(len(made.flash.operations) + at, 7)
    with _watched(made):
        result = put(made, lamp)
    cut = not made.powered
    with made.lock:
        made.flash.cut = None
    assert cut or result.exit_code == 0, result.output
    assert not cut or result.exit_code == 1, result.output
    made.serial.clear()
    made.power_on()
    return cut


@contextmanager
def _watched(made: Board) -> Iterator[None]:
    """End mpremote as soon as the board has lost its power: it would wait, silent, for long."""
    begun: list[subprocess.Popen[str]] = []

    def popen(*args: Any, **more: Any) -> subprocess.Popen[str]:
        begun.append(subprocess.Popen(*args, **more))
        return begun[-1]

    done = threading.Event()

    def watch() -> None:
        made.wait(lambda b: not b.powered or done.is_set(), timeout_s=120)
        if not done.is_set():
            begun[-1].kill()

    watcher = threading.Thread(target=watch)
    watcher.start()
    names = ("PIPE", "STDOUT", "DEVNULL")
    double = SimpleNamespace(Popen=popen, **{name: getattr(subprocess, name) for name in names})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote, "subprocess", double)
        yield
    done.set()
    with made.lock:
        made.lock.notify_all()
    watcher.join()


def _runs(made: Board, timeout_s: float = 10.0) -> bool:
    """Whether the node says so after a start."""
    begun = time.monotonic()
    while time.monotonic() - begun < timeout_s:
        if "noctule> " in made.serial.text():
            return True
        time.sleep(0.05)
    return False


def _cuts(made: Board, points: list[int]) -> int:
    """Cut the power while a node becomes another one, at each point: it always runs, and is lit.
    Returns how many cuts fell into the work."""
    lamps = ["M01", "M02"]
    assert put(made, lamps[0]).exit_code == 0
    cuts = 0
    for at in points:
        cuts += _cut_while_flashing(made, lamps[1], at)
        assert _runs(made), at
        assert lit(made), at
        assert wiring_on(made)["node"] in lamps
        lamps.reverse()
    return cuts


def test_power_cut_while_a_node_becomes_another(small: Path, board: Board) -> None:
    assert _cuts(board, [3, 45]) >= 1


@pytest.mark.long
def test_power_cut_at_many_points(small: Path, board: Board) -> None:
    assert _cuts(board, list(range(0, 66, 2))) > 25


@pytest.mark.parametrize(
    "points", [[20], pytest.param([1, 4, 8, 12, 16, 24, 28], marks=pytest.mark.long)]
)
def test_power_cut_on_a_fresh_board_then_again(
    small: Path, board: Board, points: list[int]
) -> None:
    """Lit as soon as boot.py is there, and the next try succeeds."""
    for at in points:
        assert _cut_while_flashing(board, "M01", at)
        board.wait(lambda b: ">>> " in b.serial.text())
        there = listed(board)
        assert "/boot.py" in there and "/main.py" not in there
        if run_on(board, "print('LIT = ((25' in open('/boot.py').read())") == ["True"]:
            assert lit(board)
    result = put(board, "M01")
    assert result.exit_code == 0 and result.output.endswith("M01 runs.\n"), result.output


@pytest.mark.long
def test_the_real_firmware_runs(tmp_path: Path) -> None:
    with Board(tmp_path / "flash.img", heap=512 << 10) as made:
        made.wait(lambda b: b.prompts >= 1)
        result = put(made, "E05")
        assert result.exit_code == 0 and result.output.endswith("E05 runs.\n"), result.output
        assert lit(made) and load_site(Path(VILLAGE))
        assert CELL not in result.output
