"""What a luminaire gives, from the levels of the pins that command its gear."""

from collections.abc import Mapping
from typing import Any

from sim.board.parts.part import Host

__all__ = ["output_of"]

_FULL = 65535


def output_of(output: Mapping[str, Any], minimum: float, host: Host) -> float:
    """Percent of the gear's output: `output` is the wiring's, not of DALI; `minimum` the gear's
    least. Pins that nobody drives leave the light full, and a contact at rest."""
    level = host.level(output["pin"])
    if output["kind"] == "relay":
        return 100.0 if _closed(level, output.get("invert", 1)) else 0.0
    if "relay" in output and not _closed(host.level(output["relay"]), output["relay_invert"]):
        return 0.0
    if level is None:
        return 100.0
    if output.get("invert", 0):
        level = _FULL - level
    if not level:
        return 0.0
    share = level / _FULL
    if "full" not in output:
        return max(minimum, 100 * share)
    low: float = output["low"] / output["full"]
    high: float = output["high"] / output["full"]
    above = (share - low) / (high - low or 1)
    return min(100.0, max(minimum, minimum + (100 - minimum) * above))


def _closed(level: int | None, inverted: int) -> bool:
    return level is None or bool(level) != bool(inverted)
