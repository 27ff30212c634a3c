"""What a reviewer broke, and what holds since."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sim.board import Board, Clock
from sim.board.image import write_image
from tests.app.watched import EVENING, MINUTE, Watched
from tests.update import stand
from tests.update.stand import LAMP, code, on_flash, own, push, slot_of, small
from tools.push.line import RefusedError

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
