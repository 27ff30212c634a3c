"""Power cuts at every write: what the sweep finds, and that it finds what is broken."""

import pytest

from sim.board import Board, Cut, Found, SweepError, sweep
from sim.board.flash import images
from tests.sim.board.driving import run

SIZE = 64 << 10
WRITTEN = "with open('data', 'w') as f: f.write('{0}' * 3000)"
RENAMED = "with open('new', 'w') as f: f.write('{0}' * 3000)\nimport os\nos.rename('new', 'data')"
REMOVED_FIRST = (
    "with open('new', 'w') as f: f.write('{0}' * 3000)\n"
    "import os\nos.remove('data')\nos.rename('new', 'data')"
)
CHECK = """\
def check(root):
    try:
        with open(root + "data") as file:
            text = file.read()
    except OSError:
        return "none"
    with open(root + "scratch", "w") as file:
        file.write("the next image does not have it")
    return "%d %s" % (len(text), "".join(sorted(set(text))))
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """For each way of writing: the image before, the operations, the image after."""
    result = {}
    for number, code in enumerate((WRITTEN, RENAMED, REMOVED_FIRST)):
        path = tmp_path_factory.mktemp("sweep") / f"{number}.img"
        with Board(path, size=SIZE) as board:
            run(board, WRITTEN.format("a"))
            start = board.flash.image()
            first = len(board.flash.operations)
            run(board, code.format("b"))
            result[code] = start, board.flash.operations[first:], board.flash.image()
    return result


@pytest.mark.parametrize("code", [WRITTEN, RENAMED])
def test_littlefs_keeps_the_old_or_the_new(recorded, code):
    """lib/littlefs DESIGN.md: a file changes at its close, a rename is atomic."""
    start, operations, _ = recorded[code]
    found = list(sweep(start, operations, CHECK, torn=(0.0, 0.3, 0.7)))
    assert len(found) == 3 * len(operations) + 1 > 30
    assert {each.text for each in found} == {"3000 a", "3000 b"}
    assert not any(each.error for each in found)
    assert (found[0].text, found[-1].text) == ("3000 a", "3000 b")
    assert [each.cut for each in found[:4]] == [
        Cut(0, 0),
        Cut(0, int(operations[0].length * 0.3)),
        Cut(0, int(operations[0].length * 0.7)),
        Cut(1, 0),
    ]


def test_a_file_removed_before_its_successor_is_in_place_is_missed(recorded):
    start, operations, _ = recorded[REMOVED_FIRST]
    assert "none" in {each.text for each in sweep(start, operations, CHECK)}


def test_the_images_are_those_that_a_cut_leaves(recorded):
    """The guest rebuilds them as `flash.images` does: by what the check reads of the raw flash."""
    start, operations, end = recorded[RENAMED]
    check = "import hashlib, sweeping\ndef check(root): return '-'"
    assert [each.cut for each in sweep(start, operations, check)] == [
        cut for cut, _ in images(start, operations)
    ]
    assert list(images(start, operations))[-1][1] == end


def test_some_only(recorded):
    start, operations, _ = recorded[WRITTEN]
    found = list(sweep(start, operations, CHECK, every=5))
    assert {each.cut.operation % 5 for each in found[:-1]} == {0}
    assert found[-1].text == "3000 b"


def test_what_cannot_be_mounted_and_what_raises(recorded):
    start, operations, _ = recorded[WRITTEN]
    (blank,) = sweep(b"\x55" * SIZE, [], CHECK)
    assert blank.text is None
    assert "cannot be mounted" in blank.error
    (raised,) = sweep(start, [], "def check(root): 1 / 0")
    assert "ZeroDivisionError" in raised.error
    with pytest.raises(SweepError, match="SyntaxError"):
        list(sweep(start, operations, "def check(root) 1"))


def test_modules_of_the_pc(recorded, tmp_path):
    start, _, _ = recorded[WRITTEN]
    (tmp_path / "helping.py").write_text("WORD = 'from the PC'")
    check = "import helping\ndef check(root): return helping.WORD"
    (found,) = sweep(start, [], check, paths=[tmp_path])
    assert found == Found(Cut(0), "from the PC", None)
