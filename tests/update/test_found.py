"""What a reviewer broke, and what holds since."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from mpremote.transport import TransportError
from noctule.device.store import Files
from noctule.update import trust

from sim.board import Board, Clock, sweep
from sim.board.image import write_image
from tests.app.watched import EVENING, MINUTE, Watched
from tests.update import stand
from tests.update.stand import (
    LAMP,
    code,
    keyset,
    on_flash,
    own,
    push,
    signer,
    slot_of,
    small,
)  # fmt: skip
from tests.update.wire import BadLine
from tools.push.line import LineError, RefusedError
from tools.push.transport import PortError
from tools.push.visit import TroubleError, has_files, make_files

FIRMWARE = Path(__file__).parents[2] / "firmware"
OLD = code(1)


def node(folder, **more):
    return Watched(
        folder, LAMP, EVENING, wifi_key="key", edit=on_flash(OLD, own(1)), patience_s=3, **more
    )


def test_code_that_was_taken_back_is_not_gone_back_to(tmp_path):
    bad = code(2, lambda path, text: text + b"\n1 / 0\n" if path == "noctule/app.py" else text)
    with node(tmp_path) as seen:
        seen.run(MINUTE)
        board = seen.board
        push(board, code=bad, base=OLD)
        board.wait(lambda b: len(b.starts) > 1)
        seen.run(2 * MINUTE)
        assert slot_of(board) == "a!s"
        with stand.visit(board.port) as client:
            client.hello()
            with pytest.raises(RefusedError) as caught:
                client.back()
            client.end(restart=False)
        assert caught.value.words == ["nothing"] and slot_of(board) == "a!s"


def test_a_rollback_of_confirmed_code_is_a_trial_too(tmp_path):
    with node(tmp_path) as seen:
        seen.run(MINUTE)
        board = seen.board
        push(board, code=code(2), base=OLD)
        board.wait(lambda b: len(b.starts) > 1)
        seen.run(32 * MINUTE)
        assert slot_of(board) == "b"
        with stand.visit(board.port) as client:
            client.hello()
            client.back()
            client.end(restart=True)
        board.wait(lambda b: len(b.starts) > 2)
        seen.run(2 * MINUTE)
        assert slot_of(board) == "a3"
        # The code that was left is not taken again under its number.
        seen.run(31 * MINUTE)
        assert slot_of(board) == "a"
        with stand.visit(board.port) as client:
            assert client.hello().floor == 2
            client.end(restart=False)


@pytest.mark.parametrize("part", ["begin", "requests", "leave"])
def test_a_session_whose_part_does_not_load_ends_in_a_start(part, tmp_path):
    """Not at the prompt, where it would be lit as it happened to be for ten minutes."""
    broken = code(
        1, lambda path, text: text + (b"\n1 / 0\n" if path == f"noctule/update/{part}.py" else b"")
    )
    edit = on_flash(broken, own(1))
    with Watched(tmp_path, LAMP, EVENING, wifi_key="key", edit=edit, patience_s=3) as seen:
        seen.run(MINUTE)
        board = seen.board
        with contextlib.suppress(LineError, TransportError, PortError), stand.visit(
            board.port
        ) as client:
            client.end(restart=True)
        board.wait(lambda b: len(b.starts) > 1)
        assert "ZeroDivisionError" in board.serial.text()
        seen.run(MINUTE)
        assert len(board.starts) == 2


def test_visits_neither_end_a_trial_nor_make_it_last(tmp_path):
    with node(tmp_path) as seen:
        seen.run(MINUTE)
        board = seen.board
        push(board, code=code(2), base=OLD)
        board.wait(lambda b: len(b.starts) > 1)
        for _ in range(12):
            seen.run(3 * MINUTE - 1_000_000)
            with stand.visit(board.port) as client:
                client.hello()
                client.end(restart=False)
        assert slot_of(board) == "b"
        assert len(board.starts) == 2
    seen.enough()


def test_a_session_over_the_end_of_a_minute(tmp_path):
    """Time is twenty times as fast: three of its minutes pass while the PC only asks who it is."""
    with node(tmp_path, clock=Clock.named("20")) as seen:
        board = seen.board
        time.sleep(1)
        push(board, code=code(2), base=OLD)
        board.wait(lambda b: len(b.starts) > 1)
        time.sleep(2)
        with stand.visit(board.port) as client:
            end = time.monotonic() + 9
            while time.monotonic() < end:
                assert client.hello().left >= 0
                time.sleep(0.1)
            client.end(restart=False)
        time.sleep(1)
        assert len(board.starts) == 2 and slot_of(board) == "b3"
        board.type("\rstatus\r")
        board.wait(lambda b: "emplacement b" in b.serial.text())


def test_a_configuration_that_the_code_does_not_read(tmp_path):
    with node(tmp_path) as seen:
        seen.run(MINUTE)
        strange = own(2, config=b"NOC9" + stand.config_of("S01")[4:])
        with pytest.raises(RefusedError) as caught:
            push(seen.board, own=strange)
        assert caught.value.words == ["config"]


@pytest.mark.parametrize("only", ["a", "b"])
@pytest.mark.parametrize(
    "said", [b"", b"\xff\xfe\xfd", b"b", b"b9", b"b0", b"b2", b"a!", b"a!\xff", b"zz", b"a1", None]
)
def test_a_pointer_that_is_nonsense(said, only, tmp_path: Path):
    """Code that is there runs, whatever the pointer says."""
    tree = tmp_path / "tree"
    stand.tree(tree, small(1), own(1))
    if only == "b":
        (tree / "a").rename(tree / "b")
    if said is None:
        (tree / "slot").unlink()
    else:
        (tree / "slot").write_bytes(said)
    write_image(tree, tmp_path / "flash.img")
    with Board(tmp_path / "flash.img") as board:
        board.wait(lambda b: "up 1" in b.serial.text(), timeout_s=20)
        with stand.visit(board.port) as client:
            assert client.hello().text
            client.end(restart=False)


def test_a_switch_ends_in_a_start_however_the_session_ends(tmp_path):
    """Else a node under mains for ever has a trial that never begins, and takes no update."""
    with node(tmp_path) as seen:
        seen.run(MINUTE)
        board = seen.board
        with stand.visit(board.port) as client:
            client.hello()
            stand.send(client, stand.CODE, code(2), OLD)
            client.switch(0)
            client.end(restart=False)
        board.wait(lambda b: len(b.starts) > 1, timeout_s=20)
        seen.run(2 * MINUTE)
        assert slot_of(board) == "b3"


def test_a_schedule_after_new_wiring_is_a_start_too(tmp_path):
    """What restarts nothing by itself takes no start away from what does."""
    with node(tmp_path) as seen:
        seen.run(MINUTE)
        board = seen.board
        other = {"change": lambda text: text + b" "}
        with stand.visit(board.port) as client:
            client.hello()
            stand.send(client, stand.OWN, own(2, **other))
            assert client.commit()
            stand.send(client, stand.OWN, own(3, config=stand.config_of("S01"), **other))
            assert client.commit()
            client.end(restart=False)
        board.wait(lambda b: len(b.starts) > 1, timeout_s=20)


def test_a_rollback_while_somebody_is_lit(tmp_path):
    """The start waits for him, and the judge of the trial does not take the rollback back."""
    late = EVENING + timedelta(minutes=6)  # the program has dimmed
    with Watched(
        tmp_path, LAMP, late, wifi_key="key", edit=on_flash(OLD, own(1)), patience_s=3,
        clock=Clock.named("20"),
    ) as seen:  # fmt: skip
        board = seen.board
        time.sleep(0.6)
        push(board, code=code(2), base=OLD)
        board.wait(lambda b: len(b.starts) > 1)
        time.sleep(0.6)
        with board.lock:
            board.parts["presence"].presence(True)
        time.sleep(0.6)
        starts = len(board.starts)
        with stand.visit(board.port) as client:
            client.hello()
            client.back()
            with contextlib.suppress(LineError):  # no answer before nobody is there
                client.end(restart=True)
            for _ in range(12):  # minutes of the node's
                time.sleep(0.25)
                assert slot_of(board) == "a!r"
        with board.lock:
            board.parts["presence"].presence(False)
        board.wait(lambda b: len(b.starts) > starts, timeout_s=60)
        time.sleep(0.5)
        assert slot_of(board) == "a!r"


@pytest.mark.parametrize("fault", ["garbled", "lost"])
def test_a_file_system_is_made_only_where_there_is_none(fault, tmp_path):
    """Whatever the line does to the answer, and whoever asks for a new one all the same."""
    stand.write(tmp_path / "tree", tmp_path / "flash.img", small(1), own(1))

    def spoilt(direction: str, before: int, data: bytes) -> bytes:
        return data.replace(b"mounted", b"mounued" if fault == "garbled" else b"")

    with Board(tmp_path / "flash.img") as board:
        board.wait(lambda b: "up 1" in b.serial.text(), timeout_s=20)
        with BadLine(board.port, fault=spoilt) as line, pytest.raises(TroubleError):
            has_files(line.port)
        with pytest.raises(TroubleError):
            make_files(board.port)
        assert has_files(board.port) and slot_of(board) == "a"


ASIDE = """
import os, sys
sys.path.insert(0, "/a")
from noctule.update import own
from noctule.update.manifest import Manifest
class Session:
    def live(self):
        pass
def check(root):
    session = Session()
    session.manifest = "/keep/manifest"
    own.do(session, b"")
    return "next" in os.listdir("/"), Manifest("/keep/manifest").number("sequence")
"""


def test_what_counts_already_is_finished_before_more_comes(tmp_path):
    """So that files of two pushes are never mixed."""
    tree = tmp_path / "tree"
    stand.tree(tree, small(1), own(1))
    pending = own(6, config=stand.config_of("S01"))
    (tree / "next").mkdir()
    (tree / "next" / "manifest").write_bytes(pending.text)
    (tree / "next" / "config").write_bytes(pending.files["config"])
    (tree / "next" / "wiring").write_bytes(b"of nobody's")  # not the manifest's: stays out
    write_image(tree, tmp_path / "flash.img")
    guest = ASIDE.replace("/a", f"/pc{FIRMWARE}")
    (found,) = sweep((tmp_path / "flash.img").read_bytes(), [], guest)
    assert (found.text, found.error) == ("(False, 6)", None)


NO_MEMORY = """
import sys
sys.path.insert(0, "/a")
from binascii import crc32
from noctule.update import requests
from noctule.update.session import Session

def asked(number, kind):
    body = bytes((0, number, ord(kind)))
    return b"\\xa5" + body + crc32(body).to_bytes(4, "little")

came = asked(1, "b") + asked(2, "x")
said = []

def read(buffer):
    global came
    count = min(len(buffer), len(came))
    buffer[:count] = came[:count]
    came = came[count:]
    return count

class Line(requests.Line):
    def frame(self, kind, payload):
        if kind == ord("w"):
            raise MemoryError
        return super().frame(kind, payload)

def check(root):
    requests.serial = lambda: (read, said.append, lambda ms: len(came) > 0)
    requests.Line = Line
    session = Session(None, None, said.append)
    requests.listen(session)
    return [bytes(frame[3:-4]) for frame in said], session.todo, session.word, session.ended
"""


def test_what_is_refused_before_it_is_done_is_not_done_later(tmp_path):
    """There is no memory for the frame that says that it is being done."""
    stand.tree(tmp_path / "tree", small(1), own(1))
    write_image(tmp_path / "tree", tmp_path / "flash.img")
    guest = NO_MEMORY.replace("/a", f"/pc{FIRMWARE}")
    (found,) = sweep((tmp_path / "flash.img").read_bytes(), [], guest)
    assert (found.text, found.error) == (
        "([b'eerror MemoryError', b'k'], '', b'', 'resume')", None
    )  # fmt: skip


def test_the_session_knows_which_code_runs(tmp_path):
    """Where the small file names a slot without code, boot.py runs the other."""
    tree = tmp_path / "tree"
    stand.tree(tree, small(1), own(1))
    (tree / "slot").write_bytes(b"b2")
    write_image(tree, tmp_path / "flash.img")
    guest = "import sys\nsys.path.insert(0, '/a')\ndef check(root):\n"
    guest += "    from noctule.update.slots import pointer\n    return pointer()\n"
    (found,) = sweep((tmp_path / "flash.img").read_bytes(), [], guest)
    assert (found.text, found.error) == ("('a', -1, '')", None)


def test_a_smaller_key_set_counts_from_its_first_copy_on(tmp_path, monkeypatch):
    """A key is revoked while the flash is nearly full: the old set is believed no more."""

    class Full(Files):
        """One more write, and there is no room."""

        room = 3

        def replace(self, name: str, data: bytes) -> None:
            self.room -= 1
            if self.room < 0:
                raise OSError(28)
            super().replace(name, data)

    files = Full(f"{tmp_path}/")
    monkeypatch.setattr(trust, "there", lambda name: True)
    who, other = signer(), signer(1)
    sets = keyset(1, who, other), keyset(2, who)
    assert len(sets[1]) < len(sets[0])
    for number, sent in enumerate(sets):
        path = tmp_path / f"sent{number}"
        path.write_bytes(sent)
        session = SimpleNamespace(kind=b"k", files=files, path=str(path), live=int)
        trust.prove(session, who.name + who.sign(sent))
        assert trust.trusted(files) == sent
    assert files.room < 0
