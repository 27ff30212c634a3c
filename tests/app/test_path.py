"""The control path allocates nothing: from the sensor's edge to the duty, a day and a night."""

import datetime
from pathlib import Path

import pytest

from sim.runtimes import RuntimeMissingError, run_guest
from sim.site.check import load_site
from sim.site.compile import compile_site
from tests.app.node import EPOCH, VILLAGE

GUEST = Path(__file__).with_name("guest_path.py")


@pytest.mark.parametrize("date", [datetime.date(2026, 11, 23), datetime.date(2035, 6, 21)])
def test_nothing_is_allocated_and_all_runtimes_agree(date):
    config = next(
        node.config for node in compile_site(load_site(VILLAGE)) if node.luminaire.id == "R03"
    )
    day = (date - EPOCH.date()).days
    told = run_guest("cpython", GUEST, (config, day)).stdout
    polls, changes, puts = (int(part.split()[1]) for part in told.split(", "))
    assert polls > 80_000 and changes >= 4 and puts > 8_600
    for runtime in ("micropython", "wasm32"):
        try:
            assert run_guest(runtime, GUEST, (config, day)).stdout == told
        except RuntimeMissingError as missing:
            pytest.skip(str(missing))


def test_the_lock_is_felt(tmp_path):
    """A driver that allocates is caught."""
    guest = tmp_path / "guest_path.py"
    source = GUEST.read_text("utf-8")
    guest.write_text(source.replace("        self.puts += 1", "        self.puts += len([duty])"))
    config = compile_site(load_site(VILLAGE))[20].config
    with pytest.raises(Exception, match="MemoryError"):
        run_guest("micropython", guest, (config, 9823))
