"""The `sensors` task: what is seen, heard by the brain.

A presence sensor has `look(ticks)` (ms until it wants to be looked at again) and `next()`: is
there another change of level, then in `active` and `tick`; `silent`: it says nothing. A light
sensor has `start`, `wait_ms` and `read` (lux or DEAD). The meter is bl0937.Meter with a counter.
"""

from noctule.brain.const import const

from .events import METER_MAD, SENSOR_SILENT

_TICKS = const(0x3FFFFFFF)
_IDLE = const(60000)  # ms
_LIGHT = const(60000)
_METER = const(10000)


class Sensors:
    """brain: told. clock, output: the node's. due(ms): called when the brain's next step changes.
    presence, cell, meter: or None.

    found: called as found(day, ms of the day) when the meter has changed what faults are known, or
    None. active: somebody is there. lux: last reading (-2: none yet). faults: bits of events.py.
    """

    def __init__(self, brain, clock, due, output, presence=None, cell=None, meter=None) -> None:
        self.presence = presence
        self.meter = meter
        self.active = False
        self.lux = -2
        self.faults = 0
        self.found = None
        self._brain = brain
        self._clock = clock
        self._due = due
        self._output = output
        self._metered = -1  # the output whose power is being measured
        self._cell = cell
        # When they were looked at last, and for how many ms that does.
        self._lit_at = self._light_wait = 0
        self._metered_at = self._meter_wait = 0
        self._measuring = False

    def poll(self, ticks: int) -> int:
        wait = _IDLE
        presence = self.presence
        if presence is not None:
            wait = presence.look(ticks)
            while presence.next():
                self.active = presence.active
                self._due(self._brain.sensor(presence.active, presence.tick))
            if presence.silent:
                self.faults |= SENSOR_SILENT
            else:
                self.faults &= ~SENSOR_SILENT
        if self._cell is not None:
            wait = _sooner(wait, self._ask_cell(ticks))
        if self.meter is not None:
            wait = _sooner(wait, self._ask_meter(ticks))
        return wait

    def _ask_cell(self, ticks: int) -> int:
        """Start a measurement, or take it. Returns ms until the next thing to do."""
        left = self._light_wait - (ticks - self._lit_at & _TICKS)
        if left > 0:
            return left
        cell = self._cell
        self._lit_at = ticks
        if not self._measuring and cell.start():
            self._measuring = True
            self._light_wait = cell.wait_ms
            return cell.wait_ms
        self.lux = cell.read()
        self._measuring = False
        self._light_wait = _LIGHT
        self._due(self._brain.light(self.lux, ticks))
        return _LIGHT

    def _ask_meter(self, ticks: int) -> int:
        left = self._meter_wait - (ticks - self._metered_at & _TICKS)
        if left > 0:
            return left
        self._metered_at = ticks
        self._meter_wait = _METER
        meter = self.meter
        if self._metered != self._brain.output or not self._output.settled:
            self._metered = self._brain.output
            meter.restart()
        if meter.update(meter.counter.value(), ticks):
            self._judge(meter.power, ticks)
        if meter.chattering:
            self.faults |= METER_MAD
        else:
            self.faults &= ~METER_MAD
        return _METER

    def _judge(self, power: int, ticks: int) -> None:
        brain = self._brain
        before = brain.faults()
        brain.metered(power, ticks)
        if self.found is not None and brain.faults() != before:
            clock = self._clock
            clock.now(ticks)
            self.found(clock.day, clock.second * 1000 + clock.millis)


def _sooner(a: int, b: int) -> int:
    return a if a < b else b
