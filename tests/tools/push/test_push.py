"""The installer's commands, each as it is typed, on virtual boards by mpremote's own transport:
from a bare board to a lit luminaire, the update of a street, and what to do when it goes wrong.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import string
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.board import Board
from sim.board.chip import FULL
from tests.update.stand import slot_of
from tools.cli import main
from tools.push import words
from tools.push.home import HOME

VILLAGE = Path("sim/demo/village.toml")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workshop with keys."""
    folder = tmp_path_factory.mktemp("home")
    before = os.environ.get(HOME)
    os.environ[HOME] = str(folder)
    assert CliRunner().invoke(main, ["keys", "new", "--lang", "en"]).exit_code == 0
    yield folder
    if before is None:
        del os.environ[HOME]
    else:
        os.environ[HOME] = before


@pytest.fixture(scope="module")
def bundle(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """R03 and S01 of the village, for virtual boards."""
    path = tmp_path_factory.mktemp("bundle") / "village.noctule"
    said = noctule(
        "build", VILLAGE, "--board", "virtual", "--lamp", "R03", "--lamp", "S01", "--output", path
    )
    assert said.exit_code == 0, said.output
    return path


def noctule(*typed: object, lang: str = "en", **more: object) -> Result:
    arguments = [*map(str, typed), "--lang", lang]
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "200"}, **more)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    """One with stock MicroPython."""
    with Board(tmp_path / "flash.img") as made:
        made.wait(lambda b: b.prompts >= 1)
        yield made


def provisioned(board: Board, bundle: Path, lamp: str = "R03") -> None:
    said = noctule("provision", bundle, "--lamp", lamp, "--port", board.port)
    assert said.exit_code == 0 and f"{lamp} runs on {board.port}." in said.output, said.output


def edited(tmp_path: Path) -> Path:
    """The village with another level by night."""
    path = tmp_path / "village.toml"
    text = VILLAGE.read_text(encoding="utf-8")
    assert "level = 40" in text
    path.write_text(text.replace("level = 40", "level = 41").replace("level = 30,", "level = 31,"))
    return path


def test_from_a_bare_board_to_a_lit_luminaire(bundle, board):
    provisioned(board, bundle)
    assert slot_of(board) == "a"
    with board.lock:
        assert board.chip.level(25) == FULL or board.chip.level(25) > 0
        assert board.chip.nvs  # the safe light, for images with frozen code
    for lang, texts in (
        ("en", ("node       R03, Val-Noctule", "no. 2, slot a; confirmed", "key")),
        ("fr", ("nœud       R03, Val-Noctule", "n° 2, emplacement a ; confirmé", "clés")),
    ):
        said = noctule("status", "--port", board.port, lang=lang)
        assert said.exit_code == 0
        assert all(text in said.output for text in texts), said.output
    said = noctule("push", bundle, "--port", board.port)
    assert said.exit_code == 0 and "nothing to do, it has all of it" in said.output
    starts = len(board.starts)
    said = noctule("time", "--port", board.port, "--set")
    assert said.exit_code == 0 and "synchronised" in said.output
    for _ in range(20):  # the node writes an event a second
        said = noctule("log", "--port", board.port, lang="fr")
        if "heure réglée" in said.output:
            break
    assert "heure réglée" in said.output and "démarrage" in said.output
    assert len(board.starts) == starts  # nothing of this restarts a node


def test_a_schedule_change_by_push(home, bundle, board, tmp_path):
    provisioned(board, bundle)
    site = edited(tmp_path)
    starts = len(board.starts)
    dry = noctule("push", site, "--port", board.port, "--board", "virtual", "--dry-run")
    assert dry.exit_code == 0 and "Nothing was sent." in dry.output
    no = noctule("push", site, "--port", board.port, "--board", "virtual", input="n\n")
    assert no.exit_code == 1 and "Send to 1 board(s)?" in no.output
    said = noctule("push", site, "--port", board.port, "--board", "virtual", "--config", "--yes",
                   lang="fr")  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "configuration : n° " in said.output and "à jour, sans redémarrer" in said.output
    assert len(board.starts) == starts
    entries = [json.loads(line) for line in (home / "pushes.jsonl").read_text().splitlines()]
    assert entries[-1]["node"] == "R03" and entries[-1]["done"] and entries[-1]["bytes"] < 5000


def test_a_street_one_board_first(home, bundle, tmp_path):
    """New code for two nodes, a trial that is taken back by hand; a third board is nobody's."""
    boards = [Board(tmp_path / f"{i}.img") for i in range(3)]
    try:
        for made in boards:
            made.start()
        provisioned(boards[0], bundle, "R03")
        provisioned(boards[1], bundle, "S01")
        ports = [word for made in boards for word in ("--port", made.port)]
        again = tmp_path / "again.noctule"
        made = noctule("build", VILLAGE, "--board", "virtual", "--lamp", "R03", "--lamp", "S01",
                       "--output", again, "--reissue")  # fmt: skip
        assert made.exit_code == 0
        said = noctule("push", again, *ports, "--code", "--yes")
        assert said.exit_code == 1, said.output  # the third one
        assert f"{boards[0].port} first, the others if it succeeds" in said.output
        assert said.output.count("up to date, on trial") >= 2
        assert "no software of a Noctule node" in said.output
        for made_ in boards[:2]:
            assert slot_of(made_)[:1] == "b"
        said = noctule("push", again, *ports[:2], "--yes")
        assert said.exit_code == 1 and "a trial is under way" in said.output
        said = noctule("status", *ports[:2], lang="fr")
        assert "à l'essai, encore" in said.output
        said = noctule("rollback", "--port", boards[0].port)
        assert said.exit_code == 0
        boards[0].wait(lambda b: slot_of(b) == "a!r")
        time.sleep(1)
        said = noctule("status", *ports[:2])
        assert "the next one was taken back: asked for" in said.output
    finally:
        for made in boards:
            made.stop()


RUIN = {
    "its code is gone": "import os\nfor f in os.listdir('/a/noctule/brain'):\n"
    "    os.remove('/a/noctule/brain/' + f)",
    "its updater is gone": "import os\nos.remove('/a/noctule/update/session.mpy')",
    "main.py is nonsense": "with open('/main.py', 'w') as f: f.write('1 /')",
    "boot.py is nonsense": "with open('/boot.py', 'w') as f: f.write('1 /')",
    "its manifests are gone": "import os\nos.remove('/a/manifest')\nos.remove('/keep/manifest')",
    "its configuration is gone": "import os\nfor f in ('config.0', 'config.1', 'wiring.0', "
    "'wiring.1'):\n    os.remove('/keep/' + f)",
    "all of it is gone": "import os\ndef gone(p):\n    for n, k, *_ in list(os.ilistdir(p)):\n"
    "        if k == 0x4000:\n            gone(p + n + '/')\n            os.rmdir(p + n)\n"
    "        else:\n            os.remove(p + n)\ngone('/')",
}


@pytest.mark.parametrize("what", RUIN)
def test_recover(what, bundle, board):
    from tests.sim.board.driving import run

    provisioned(board, bundle)
    run(board, RUIN[what])
    board.press_reset()
    time.sleep(0.5)
    said = noctule("recover", bundle, "--lamp", "R03", "--port", board.port)
    assert said.exit_code == 0 and "R03 runs on" in said.output, said.output
    said = noctule("status", "--port", board.port)
    assert "node       R03" in said.output and "up " in said.output, said.output
    assert "lost" not in said.output


def test_what_nobody_has_said_is_asked(home, bundle, board, tmp_path):
    """Another site's file, another board: said, before anything is changed."""
    provisioned(board, bundle)
    own = slot_of(board)
    other = tmp_path / "other.toml"
    text = VILLAGE.read_text(encoding="utf-8")
    assert text.count('"Val-Noctule"') == 1
    other.write_text(text.replace('"Val-Noctule"', '"Ailleurs"'), encoding="utf-8")
    ledger = (home / "ledger.json").read_bytes()
    to = ("--port", board.port)
    for typed, says in (
        (("recover", other, "--board", "virtual"), "R03 of another site (Val-Noctule)"),
        (("recover", VILLAGE), "was virtual, where the site wants"),
        (("provision", VILLAGE, "--lamp", "Z99"), "Z99"),
    ):
        said = noctule(*typed, *to, "--dry-run")
        assert said.exit_code and says in said.output, said.output
        assert "Traceback" not in said.output
    assert (home / "ledger.json").read_bytes() == ledger and slot_of(board) == own
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME, "/proc/none")
        said = noctule("provision", VILLAGE, "--lamp", "R03", "--board", "virtual", *to)
    assert said.exit_code == 1 and isinstance(said.exception, SystemExit), said.exception
    assert "/proc/none" in said.output


def test_the_only_site_of_a_folder_need_not_be_named(home, tmp_path, monkeypatch):
    village = VILLAGE.absolute()
    monkeypatch.chdir(tmp_path)
    command = ("push", "--port", "/dev/none", "--dry-run")
    assert "noctule push SITE. There are here: no .toml files" in noctule(*command).stderr
    shutil.copy(village, tmp_path / "one.toml")
    said = noctule(*command).output
    assert "say which site" not in said and "/dev/none" in said
    shutil.copy(village, tmp_path / "two.toml")
    said = noctule(*command)
    assert said.exit_code == 2 and "one.toml, two.toml" in said.stderr


def test_a_dry_run_takes_nothing_from_a_trial(home, bundle, board, tmp_path):
    provisioned(board, bundle)
    again = tmp_path / "again.noctule"
    words_ = ("--board", "virtual", "--lamp", "R03", "--output", again, "--reissue")
    assert noctule("build", VILLAGE, *words_).exit_code == 0
    assert noctule("push", again, "--port", board.port, "--code", "--yes").exit_code == 0
    before, starts = slot_of(board), len(board.starts)
    assert before[0] == "b" and before[1] in "123"
    for command in ("recover", "provision"):
        said = noctule(command, again, "--lamp", "R03", "--port", board.port, "--dry-run")
        assert said.exit_code == 0 and "Nothing was sent." in said.output, said.output
    assert (slot_of(board), len(board.starts)) == (before, starts)


def test_recover_where_the_file_system_is_gone(bundle, tmp_path):
    path = tmp_path / "flash.img"
    path.write_bytes(b"\x55" * (2 << 20))
    with Board(path) as board:
        board.wait(lambda b: "corrupted" in b.serial.text())
        typed = ("recover", bundle, "--lamp", "R03", "--port", board.port)
        said = noctule(*typed, "--dry-run", lang="fr")
        assert said.exit_code == 0 and "pas de système de fichiers" in said.output, said.output
        assert path.read_bytes() == b"\x55" * (2 << 20)
        said = noctule(*typed)
        assert said.exit_code == 0 and "R03 runs on" in said.output, said.output
        said = noctule("status", "--port", board.port)
        assert "node       R03" in said.output and "up " in said.output, said.output


def test_ctrl_c_leaves_a_node_that_goes_on(home, bundle, board, tmp_path, monkeypatch):
    provisioned(board, bundle)
    again = tmp_path / "again.noctule"
    words_ = ("--board", "virtual", "--lamp", "R03", "--output", again, "--reissue")
    assert noctule("build", VILLAGE, *words_).exit_code == 0
    from tools.push import client

    real = client.Client.missing

    def missing(self):
        os.kill(os.getpid(), 2)
        while not self.line._stop():  # as soon as it is heard of
            time.sleep(0.01)
        return real(self)

    monkeypatch.setattr(client.Client, "missing", missing)
    # Whoever runs the tests in the background has it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    said = noctule("push", again, "--port", board.port, "--yes")
    signal.signal(signal.SIGINT, before)
    assert said.exit_code == 1 and "stopped; the node on" in said.output, said.output
    monkeypatch.undo()
    assert slot_of(board) == "a"
    os.environ[HOME] = str(home)
    said = noctule("push", again, "--port", board.port, "--yes")
    assert said.exit_code == 0 and "on trial" in said.output, said.output


@pytest.mark.parametrize(
    ("typed", "french", "english"),
    [
        (["push", "{b}", "--port", "/dev/pts/none"], "pas de port", "there is no port"),
        (["push", "{b}", "--port", "/"], "pas un port série", "is no serial port"),
        (["push", "{b}"], "aucune carte", "no board found"),
        (["push", "README.md", "--port", "/"], "il manque le signe =", "="),
        (["status", "--port", "/dev/pts/none"], "pas de port", "there is no port"),
        (["log", "--port", "/dev/pts/none"], "pas de port", "there is no port"),
        (["time", "--port", "/dev/pts/none"], "pas de port", "there is no port"),
        (["rollback", "--port", "/dev/pts/none"], "pas de port", "there is no port"),
        (["recover", "{b}", "--port", "/dev/pts/none"], "pas de port", "there is no port"),
        (["provision", "{b}", "--lamp", "X", "--port", "/dev/pts/none"], "pas de port", "no port"),
    ],
)
def test_what_is_wrong_is_said(typed, french, english, bundle):
    for lang, text in (("fr", french), ("en", english)):
        said = noctule(*[word.format(b=bundle) for word in typed], lang=lang)
        assert said.exit_code and text in said.output, said.output
        assert "Traceback" not in said.output


def test_every_text_has_both_languages_and_the_same_places():
    for texts in (words.TROUBLES, words.PLANS, words.SAYS, words.WHY_BACK):
        for key, text in texts.items():
            places = [
                {name for _, name, _, _ in string.Formatter().parse(text[lang]) if name}
                for lang in ("fr", "en")
            ]
            assert places[0] == places[1], key
