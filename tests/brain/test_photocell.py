"""Dark or light, with hysteresis, or dead."""

from hypothesis import given
from hypothesis import strategies as st
from noctule.brain.photocell import DEAD, Photocell

ON, OFF = 20, 30


def test_unknown_counts_as_dark_inside_the_band():
    cell = Photocell()
    assert cell.dark and not cell.dead
    for lux in (ON, 25, OFF):
        assert not cell.sample(lux, ON, OFF)
        assert cell.dark


def test_the_band_is_open_at_both_ends():
    cell = Photocell()
    assert cell.sample(OFF + 1, ON, OFF) and not cell.dark
    assert not cell.sample(ON, ON, OFF) and not cell.dark
    assert cell.sample(ON - 1, ON, OFF) and cell.dark
    assert not cell.sample(OFF, ON, OFF) and cell.dark


def test_a_dead_cell_keeps_what_it_knew_and_comes_back():
    cell = Photocell()
    cell.sample(500, ON, OFF)
    assert cell.sample(DEAD, ON, OFF) and cell.dead and not cell.dark
    assert not cell.sample(DEAD, ON, OFF)
    assert cell.sample(25, ON, OFF) and not cell.dead and not cell.dark
    assert cell.sample(DEAD, ON, OFF)
    assert cell.sample(0, ON, OFF) and not cell.dead and cell.dark


@given(
    st.integers(0, 60), st.integers(0, 60), st.lists(st.integers(-1, 80), max_size=40)
)
def test_the_last_sample_outside_the_band_decides(a, b, samples):
    on_lux, off_lux = min(a, b), max(a, b)
    cell = Photocell()
    for i, lux in enumerate(samples):
        before = cell.dark, cell.dead
        changed = cell.sample(lux, on_lux, off_lux)
        assert changed == (before != (cell.dark, cell.dead))
        outside = [x for x in samples[: i + 1] if x >= 0 and not on_lux <= x <= off_lux]
        assert cell.dark == (not outside or outside[-1] < on_lux)
        assert cell.dead == (lux < 0)
