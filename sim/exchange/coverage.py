"""What the exports say alike of a site file's fields, and what none of them can say.

Each export has a table of its own (`Coverage`), made of these and of what it says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Coverage = Mapping[str, str]
"""From the pattern of a field (``programs.*.order``; a shorter one is about all that begins with
it) to the code of the reason why a model cannot say it; `SAID` where it can."""

SAID: Final = ""


def of_luminaires(codes: Mapping[str, str]) -> dict[str, str]:
    """Give the lines of keys that luminaires and rows share."""
    return {
        f"{lit}.*.{name}": code for lit in ("luminaires", "rows") for name, code in codes.items()
    }


EVERYWHERE: Final[Coverage] = {
    "site.holiday_zone": SAID,
    "site.school_zone": SAID,
    "site.language": "site",
    "site.description": "site",
    "energy": "simulation",
    "programs": SAID,
    "programs.*.order": "order",
    "calendars": SAID,
    "contactors.*": "minimum-times",
    "nodes.*": "wiring",
    "ceilings.*": "ceiling",
    "relights.*": "relight",
    "streets.*.asked_level": "simulation",
    "streets.*.speed_limit_kmh": "simulation",
    "streets.*.traffic": "simulation",
    "calls.*": "call",
    "strategies": "simulation",
    **of_luminaires(
        {
            "section": "neighbours",
            "today": "simulation",
            "today_power_w": "simulation",
            "contactor": "minimum-times",
            "ceiling": "ceiling",
            "relight": "relight",
            "meter": "meter",
            "node": "wiring",
        }
    ),
}
"""Of every model."""

OF_CONTROL: Final[Coverage] = {
    "drivers": SAID,
    "drivers.*.standby_w": "standby",
    "drivers.*.node_w": "standby",
    "drivers.*.can_switch_off": "cannot-switch-off",
    "drivers.*.power_points": "power-curve",
    "drivers.*.minimum_on": "minimum-times",
    "drivers.*.control": "wiring",
    "drivers.*.relay": "wiring",
    "drivers.*.volts": "wiring",
    "drivers.*.pwm_hz": "wiring",
    "drivers.*.dali_address": "wiring",
    "sensors": SAID,
    "sensors.*.range_m": "simulation",
    "sensors.*.missed_percent": "simulation",
    "sensors.*.false_per_hour": "simulation",
    "sensors.*.speed_known": "sensor",
    "sensors.*.stuck_after": "sensor",
    "sensors.*.when_stuck": "sensor",
    "sensors.*.kind": "wiring",
    "photocells": SAID,
    "photocells.*.name": "name",
    "photocells.*.kind": "wiring",
    "photocells.*.address": "wiring",
    "photocells.*.points": "wiring",
    "programs.*.name": "name",
    "programs.*.fault_state": "fault-state",
    "programs.*.presence.neighbours": "neighbours",
    "programs.*.presence.reach_m": "neighbours",
    "programs.*.presence.vehicles": "neighbours",
}
"""Of the models that control a luminaire: TALQ, and uCIFI/LwM2M."""
