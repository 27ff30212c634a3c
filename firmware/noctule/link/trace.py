"""The timeline's grammar: one line a change of the brain.

    2026-11-22T16:03:11.000Z 60 5000 program:point:0.1 synced

TIME LEVEL RAMP REASON CLOCK: the instant in UTC with milliseconds; the level in percent of light
that the luminaire is sent to; the ramp in milliseconds; the deciding layer, why, and a detail;
the quality of the node's time (unset, virtual, holdover, synced). Details: PROGRAM.POINT counted
from 0 in the configuration's order (`-` = a program without switch points); hops of a neighbour;
EVENT.POINT of an event. Where the gear's minimum times keep the level the reason is
`gear:stays-on` or `gear:stays-off`. When the meter finds a fault, or finds it gone, the line is
`TIME LEVEL 0 faults:BITS CLOCK` (bits of `noctule.brain.faults`).

The simulator's timelines and a node's console write these lines, to the byte the same.
"""

from noctule.brain.dates import month_day, year_of
from noctule.brain.layers import (
    BEFORE_FIRST,
    BY_EVENT,
    BY_EVENT_PROGRAM,
    BY_NEIGHBOUR,
    BY_PROGRAM,
    DAYLIGHT,
    INACTIVE,
    NO_POINT,
    POINT,
)
from noctule.brain.luminaire import FREE, STAYS_ON

LAYERS = ("fault-state", "program", "presence", "relight", "override", "ceiling", "all-on")
WHY = (
    "quiet",
    "time-unknown",
    "point",
    "before-first",
    "inactive",
    "daylight",
    "forced-run",
    "power-up",
    "idle",
    "own-sensor",
    "neighbour",
    "vehicle",
    "level",
    "program",
    "request",
    "event",
    "event-program",
    "corridor",
    "all-lit",
)
QUALITY = ("unset", "virtual", "holdover", "synced")

_NUMBERED = (
    POINT,
    BEFORE_FIRST,
    INACTIVE,
    DAYLIGHT,
    BY_PROGRAM,
    BY_EVENT,
    BY_EVENT_PROGRAM,
)


def stamp(day: int, ms: int) -> str:
    """An instant as text: day number, millisecond of the day."""
    year = year_of(day)
    date = month_day(day, year)
    second = ms // 1000
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        year,
        date >> 5,
        date & 31,
        second // 3600,
        second // 60 % 60,
        second % 60,
        ms % 1000,
    )


def reason(layer: int, why: int, detail: int) -> str:
    """A layer's word as text."""
    text = LAYERS[layer] + ":" + WHY[why]
    if why in _NUMBERED:
        number = detail & 255
        text += ":%d.%s" % (detail >> 8, "-" if number == NO_POINT else str(number))
    elif why == BY_NEIGHBOUR:
        text += ":%d" % detail
    return text


def change(brain, day: int, ms: int) -> str:
    """The line of a step after which `brain.changed`, taken at an instant."""
    if brain.gear == FREE:
        stack = brain.stack
        decider = stack.decider
        why = reason(decider, stack.why[decider], stack.detail[decider])
    else:
        why = "gear:stays-on" if brain.gear == STAYS_ON else "gear:stays-off"
    return _line(brain, day, ms, brain.ramp, why)


def faults(brain, day: int, ms: int) -> str:
    """The line of a sample of the meter after which `brain.faults()` is not what it was."""
    return _line(brain, day, ms, 0, "faults:%d" % brain.faults())


def _line(brain, day: int, ms: int, ramp: int, why: str) -> str:
    return "%s %d %d %s %s" % (stamp(day, ms), brain.level, ramp, why, QUALITY[brain.quality])
