"""The demo's evening, as `noctule board --site ... --scenario sim/demo/evening.toml` plays it."""

import datetime
from pathlib import Path

from sim.board import Board, Clock
from sim.board.image import write_image
from sim.board.scenario import load
from sim.site.check import load_site
from sim.site.tree import build_tree
from tests.app.node import HOUR, VILLAGE

EVENING = VILLAGE.with_name("evening.toml")


def test_an_evening_of_the_demo(tmp_path: Path) -> None:
    tree = build_tree(load_site(VILLAGE), "R03", tmp_path / "tree", "virtual")
    write_image(tree.folder, tmp_path / "flash.img")
    played = load(EVENING)
    assert played.start == datetime.datetime.fromisoformat("2026-11-23T21:40:00+01:00")
    board = Board(tmp_path / "flash.img", clock=Clock.JUMP, hold=True)
    played.plug(board, tree.wiring)
    with board:
        board.run_until(int(1.5 * HOUR), real_timeout_s=60)
        levels = {edge.level for edge in board.edges if edge.pin == tree.wiring["output"]["pin"]}
        board.type("\r\nlog 40\r\n")
        board.run_until(board.chip.now_us() + 20_000_000, real_timeout_s=60)
        said = board.serial.text()
    assert len(board.starts) == 2 and not board.crashes  # mains failed once
    assert len(levels) > 20  # ramps up and down for who passes
    assert "horloge à pile" in said
