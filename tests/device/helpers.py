"""Small things that the tests of the outputs share."""

import pytest
from noctule.brain.luminaire import LINEAR, Luminaire

from sim.runtimes import RuntimeMissingError, run_guest

TICKS = 1 << 30


def gear(minimum=1, curve=LINEAR, can_switch_off=True):
    return Luminaire(1, minimum, can_switch_off, curve, 100, 0, 0, 0, 0, ())


def add(ticks, ms):
    """As time.ticks_add on a board."""
    return (ticks + ms) % TICKS


def same_on(runtime, guest):
    """A guest prints there what it prints on CPython."""
    here = run_guest("cpython", guest).stdout
    try:
        there = run_guest(runtime, guest).stdout
    except RuntimeMissingError as missing:
        pytest.skip(str(missing))
    assert there == here and len(here.splitlines()) > 1
