"""What a node's output draws, against the gear's output, and the energy of a ramp.

Levels are percent of the gear's output, 0 to 100 (also fractions, within a ramp): those of light,
unless a virtual output or a constant light output makes a difference of the two. Power is in
watts, energy in joules, times in milliseconds. All of it with mains present: a node without mains
draws nothing, and that is for the caller to know.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.site.model import Driver

START_SHARE = 0.05
"""Share of its rated power that a driver draws just above off, when its file gives no points."""


class Power:
    """The power of one node: `count` luminaires on one output, and the node itself.

    With the light off, each luminaire draws its driver's standby. Above off, power follows
    straight lines through the driver's `power_points` to its rated power at 100 %. Where the
    first line starts, just above off, is an assumption: 5 % of rated power when the driver
    gives no points, else the line through the two lowest points drawn on down; never less than
    standby. The node's own `node_w` is drawn once in either case.

    `power_w` replaces the rated power of one luminaire (other gear on the same pole, today's
    lamps): the whole curve above off is scaled to it; standby and node stay.

    standby_w, node_w: what one luminaire draws with its light off, and the node itself.
    """

    __slots__ = ("_levels", "_means", "_off", "_watts", "_whole", "node_w", "standby_w")

    def __init__(self, driver: Driver, count: int = 1, power_w: float | None = None) -> None:
        rated = driver.power_w if power_w is None else power_w
        scale = rated / driver.power_w
        levels = [0.0]
        each = [0.0]  # W of one luminaire at these levels; the first is set below
        for level, watts in driver.power_points:
            levels.append(level)
            each.append(watts * scale)
        levels.append(100.0)
        each.append(rated)
        if len(levels) > 2:
            slope = (each[2] - each[1]) / (levels[2] - levels[1])
            each[0] = each[1] - slope * levels[1]
        else:
            each[0] = START_SHARE * rated
        each[0] = max(each[0], driver.standby_w)
        self.standby_w = driver.standby_w
        self.node_w = driver.node_w
        self._levels = levels
        self._watts = [watts * count + driver.node_w for watts in each]
        self._off = driver.standby_w * count + driver.node_w
        # Nearly every question is about a whole level.
        self._means: dict[tuple[int, int], float] = {}
        self._whole = [self._off, *(self._line(float(level)) for level in range(1, 101))]

    def _line(self, level: float) -> float:
        """Watts on the curve above off; at 0 its start, just above off."""
        levels, watts = self._levels, self._watts
        right = bisect_right(levels, level, 1, len(levels) - 1)
        part = (level - levels[right - 1]) / (levels[right] - levels[right - 1])
        return watts[right - 1] + (watts[right] - watts[right - 1]) * part

    def watts(self, level: float) -> float:
        """Power drawn at a level that is held. Raises ValueError outside 0..100."""
        if not 0 <= level <= 100:
            raise ValueError(f"level {level} is outside 0..100 %")
        whole = int(level)
        return self._whole[whole] if whole == level else self._line(level)

    def ramp_energy_j(self, level_from: float, level_to: float, ms: float) -> float:
        """Energy of a straight line in level that takes `ms`: the exact integral.

        Equal levels are a held level. A ramp that begins or ends at 0 counts as on all through:
        it leaves off at once, and is off from its end.
        """
        if type(level_from) is int and type(level_to) is int:
            # Between whole levels there are few different ramps, and many of each.
            mean = self._means.get((level_from, level_to))
            if mean is None:
                mean = self._mean(level_from, level_to)
                self._means[level_from, level_to] = mean
        else:
            mean = self._mean(level_from, level_to)
        return mean * ms / 1000.0

    def _mean(self, level_from: float, level_to: float) -> float:
        """Mean power along a straight line in level."""
        low, high = (level_from, level_to) if level_from <= level_to else (level_to, level_from)
        if low == high:
            return self.watts(low)
        if not 0 <= low <= high <= 100:
            raise ValueError(f"levels {level_from}, {level_to} are outside 0..100 %")
        levels, watts = self._levels, self._watts
        # Corner by corner: a trapezium is exact under a straight line, and no large numbers
        # are subtracted from one another.
        at, drawn, area = low, self._line(low), 0.0
        for corner in range(bisect_right(levels, low), len(levels)):
            if levels[corner] >= high:
                break
            area += (levels[corner] - at) * (drawn + watts[corner])
            at, drawn = levels[corner], watts[corner]
        area += (high - at) * (drawn + self._line(high))
        return area / (high - low) / 2.0
