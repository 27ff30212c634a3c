"""A push in the middle of a night: what the light does before, during and after, against what the
program asks; and what a schedule change leaves alone."""

from __future__ import annotations

import time

from sim.board.chip import Cause
from tests.app.node import SECOND
from tests.app.watched import EVENING, MINUTE, Watched
from tests.update.stand import LAMP, OWN, code, config_of, on_flash, own, push, send, visit

OLD = code(1)


def node(folder, **more):
    return Watched(folder, LAMP, EVENING, wifi_key="key", edit=on_flash(OLD, own(1)), **more)


def timeline(seen, since):
    """(seconds since, percent) at each change."""
    told = []
    for us, light in seen.light:
        if us >= since and (not told or told[-1][1] != light):
            told.append(((us - since) / SECOND, light))
    return told


def test_new_code_by_night(tmp_path):
    """Full light while Ctrl-C stops the node, then by the program; full while it boots."""
    with node(tmp_path) as seen:
        seen.run(6 * MINUTE)  # past the switch point: dimmed
        before = seen.output()
        assert before < 50
        at = seen.board.chip.now_us()
        starts = len(seen.board.starts)
        push(seen.board, code=code(2), base=OLD)
        seen.board.wait(lambda b: len(b.starts) > starts)
        booted = seen.board.chip.now_us()
        seen.run(MINUTE)
        assert seen.output() == before
    seen.enough()
    steps = timeline(seen, at)
    print("|", "  ".join(f"{s:.2f} s {light:.0f} %" for s, light in steps[:12]))
    levels = {light for _, light in steps}
    assert levels <= {before, 100.0} or all(before <= light <= 100 for light in levels)
    # While the updater works the light follows the program: it is not full all along.
    during = [light for us, light in seen.light if at + SECOND < us < booted - SECOND // 2]
    assert not during or min(during) == before
    assert seen.board.starts[1:] == [Cause.HARD]


def test_a_schedule_change_restarts_nothing(tmp_path):
    """Another luminaire's programs, in the middle of the night."""
    with node(tmp_path) as seen:
        seen.run(6 * MINUTE)
        seen.ask("level 25 60", 8)
        held = seen.output()
        assert held > 20
        up = seen.board.chip.now_us()
        changed = own(2, config=config_of("S01"))
        began = time.monotonic()
        assert not push(seen.board, own=changed)
        print(f"| schedule change: {time.monotonic() - began:.2f} s")
        seen.run(MINUTE)
        # The word by hand outlives it, the uptime too.
        assert seen.output() == held
        seen.ask("cancel", 5)
        seen.run(MINUTE)
        assert len(seen.board.starts) == 1
        with visit(seen.board.port) as client:
            hello = client.hello()
            client.end(restart=False)
        assert hello.own.sequence == 2 and hello.up >= 7 and hello.runs
        assert seen.board.chip.now_us() > up
    seen.enough()


def test_other_wiring_starts_anew(tmp_path):
    with node(tmp_path) as seen:
        seen.run(MINUTE)
        starts = len(seen.board.starts)
        assert push(seen.board, own=own(2, change=lambda text: text.replace(b'"fr"', b'"en"')))
        seen.board.wait(lambda b: len(b.starts) > starts)
        seen.run(MINUTE)
        assert "node     R03" in seen.ask("status")
    seen.enough()


def test_a_start_waits_while_somebody_is_lit(tmp_path):
    with node(tmp_path) as seen:
        seen.run(6 * MINUTE)
        board = seen.board
        idle = seen.output()
        with board.lock:
            board.parts["presence"].presence(True)
        seen.run(2 * SECOND)
        assert seen.output() > idle
        starts = len(board.starts)
        push(board, code=code(2), base=OLD)
        time.sleep(1.0)  # real: the prompt's time
        assert len(board.starts) == starts
        with board.lock:
            board.parts["presence"].presence(False)
            board.chip.at(board.chip.now_us(), lambda: None)
        board.wait(lambda b: len(b.starts) > starts, timeout_s=90)
        seen.run(MINUTE)
    seen.enough()


def test_a_line_that_falls_silent_ends_in_the_node(tmp_path):
    with node(tmp_path) as seen:
        seen.run(6 * MINUTE)
        starts = len(seen.board.starts)
        with visit(seen.board.port) as client:
            send(client, OWN, own(2, config=config_of("S01")))
        seen.board.wait(lambda b: len(b.starts) > starts, timeout_s=30)
        seen.run(MINUTE)
        assert seen.output() < 50
    seen.enough()
