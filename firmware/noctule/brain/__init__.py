"""The brain: the decision "how bright, and why", in plain Python that imports nothing but itself.

The same files run on an ESP32, on MicroPython on a PC and on CPython in the simulator, and give
the same timeline to the byte. Whole numbers only; `Brain.step` allocates nothing.

    brain.py      the decision; read this first
    layers.py     the stack of layers and its trace
    program.py    active periods and switch points, laid out over one night
    presence.py   sensors, neighbours, hold time
    override.py   somebody's word, for a while: overrides, relighting, all-on
    dated.py      what goes by date besides programs: ceilings, relighting hours, events
    photocell.py  dark or light
    midnight.py   virtual midnight, for a node without a clock
    calendar.py   which program a night gets
    zone.py       local time, nights from noon to noon; dates.py: days and dates
    almanac.py    sunset and sunrise; trig.py: sines in whole numbers
    luminaire.py  what the gear can do with a level
    health.py     is it well, by measured power; faults.py: what can be reported
    config.py     the bytes a node loads; state.py: the bytes that outlive a reset
"""

from .brain import HOLDOVER, SYNCED, UNSET, VIRTUAL, Brain

__all__ = ["HOLDOVER", "SYNCED", "UNSET", "VIRTUAL", "Brain"]
