"""The timeline of a night: one line a change, the same bytes on every runtime.

The lines are those of `noctule.link.trace`, which says their grammar; a node's console writes
them too. Where mains is cut the line is `TIME 0 0 mains:off -`, and while the node boots the
driver's own full light, `TIME 100 0 mains:on -`.

This file runs on MicroPython too: it is the runtime around the brain in `noctule trace`.
"""

from noctule.brain import Brain
from noctule.brain.state import SIZE
from noctule.link.trace import LAYERS, QUALITY, WHY, change, faults, reason, stamp

__all__ = ["LAYERS", "QUALITY", "WHY", "play", "reason", "stamp"]

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Events = Sequence[Sequence[Any]]
    Write = Callable[[str], object]

DAY_MS = 86400000
TICKS = 0x3FFFFFFF

# What can happen to a node: (ms since the start, what, argument, ...).
MAINS = "mains"  # 0 = cut, 2 = back (the driver's own full light), 1 = the node has booted
CLOCK = "clock"  # quality of time from now on
SENSOR = "sensor"  # 1 or 0
HEARD = "heard"  # section, hops, distance in metres, 1 = a vehicle
LUX = "lux"  # lux, -1 = dead
LEVEL = "level"  # override: percent, seconds, ramp in ms
PROGRAM = "program"  # override: number, seconds
CANCEL = "cancel"
RELIGHT = "relight"  # zone: somebody asks for light
ALL_ON = "all-on"  # seconds
END_ALL_ON = "end-all-on"
METER = "meter"  # power, 0.1 W


def play(config: bytes, day: int, ms: int, length: int, events: "Events", write: "Write") -> None:
    """Run a node from (day, ms) for `length` ms over `events`, sorted by time; the first of them
    should set the clock. `write` gets each line. Mains is present unless an event cuts it."""
    brain = Brain(config)
    brain.start(ms & TICKS, False, None)
    saved = bytearray(SIZE)
    quality = 0
    powered = True
    wake = 0
    i = 0
    while True:
        now = events[i][0] if i < len(events) and events[i][0] <= wake else wake
        if now >= length:
            break
        at = ms + now
        today = day + at // DAY_MS
        at %= DAY_MS
        ticks = (ms + now) & TICKS
        while i < len(events) and events[i][0] <= now:
            event = events[i]
            i += 1
            what = event[1]
            due = 0
            if what == MAINS:
                powered = event[2] == 1
                quality = 0
                if powered:
                    brain = Brain(config)
                    brain.start(ticks, True, saved)
                elif event[2]:
                    write(stamp(today, at) + " 100 0 mains:on -")
                else:
                    write(stamp(today, at) + " 0 0 mains:off -")
            elif what == CLOCK:
                quality = event[2]
            elif not powered:
                continue
            elif what == SENSOR:
                due = brain.sensor(event[2] == 1, ticks)
            elif what == HEARD:
                due = brain.heard(event[2], event[3], event[4], event[5] == 1, ticks)
            elif what == LUX:
                due = brain.light(event[2], ticks)
            elif what == LEVEL:
                brain.override_level(event[2], event[3], event[4], ticks)
            elif what == PROGRAM:
                brain.override_program(event[2], event[3], ticks)
            elif what == CANCEL:
                brain.cancel_override()
            elif what == RELIGHT:
                due = brain.relight(event[2], ticks)
            elif what == ALL_ON:
                brain.all_on(event[2], ticks)
            elif what == END_ALL_ON:
                brain.end_all_on()
            elif what == METER:
                before = brain.faults()
                brain.metered(event[2], ticks)
                due = wake - now
                if brain.faults() != before:
                    write(faults(brain, today, at))
            if now + due < wake:
                wake = now + due
        if not powered:
            wake = events[i][0] if i < len(events) else length
            continue
        if wake > now:
            continue
        wake = now + brain.step(today, at // 1000, at % 1000, ticks, quality)
        brain.announced()
        if brain.unsaved:
            brain.save(saved)
        if brain.changed:
            write(change(brain, today, at))
