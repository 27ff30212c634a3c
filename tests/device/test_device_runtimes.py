"""The device layer's leaves on each interpreter: the same answers, and no heap where it is locked.

Locking catches what leaves small integers as well: on 32 bits a larger number is on the heap.
"""

import re
from pathlib import Path

import pytest

from sim.runtimes import RuntimeMissingError, run_guest

GUEST = Path(__file__).with_name("guest_device.py")
DEVICE = Path(__file__).parents[2] / "firmware" / "noctule" / "device"


@pytest.mark.parametrize("runtime", ["micropython", "wasm32"])
def test_the_same_on_each_runtime(runtime):
    here = run_guest("cpython", GUEST).stdout
    try:
        there = run_guest(runtime, GUEST).stdout
    except RuntimeMissingError as missing:
        pytest.skip(str(missing))
    assert there == here and len(here.splitlines()) > 8


def test_leaves_import_no_hardware():
    for source in DEVICE.glob("*.py"):
        # Factories import it where they use it.
        text = source.read_text("utf-8")
        found = re.search(r"^(import|from) (machine|esp32|network)", text, re.M)
        assert not found, source.name
