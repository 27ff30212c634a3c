"""The compiled-in configuration is what its site file compiles to, and means light, always."""

from pathlib import Path

import pytest
from noctule.brain.brain import SYNCED, UNSET, Brain
from noctule.default import CONFIG

from sim.site.check import load_site
from sim.site.compile import compile_site

SITE = Path(__file__).with_name("default.toml")


def test_it_is_what_the_site_file_says():
    assert [node.config for node in compile_site(load_site(SITE))] == [CONFIG]


@pytest.mark.parametrize("quality", [UNSET, SYNCED])
@pytest.mark.parametrize("power_on", [False, True])
def test_lit_at_any_time(quality, power_on):
    brain = Brain(CONFIG)
    brain.start(0, power_on, None)
    for i in range(0, 400 * 24):
        day, hour = 9500 + i // 24, i % 24
        brain.step(day, hour * 3600, 0, i * 3600000 & 0x3FFFFFFF, quality)
        assert brain.output == 100
