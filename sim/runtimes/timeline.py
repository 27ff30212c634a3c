"""The timeline of a night: one line a change, the same bytes on every runtime.

    2026-11-22T16:03:11.000Z 60 5000 program:point:0.1 synced

TIME LEVEL RAMP REASON CLOCK: the instant in UTC with milliseconds; the level in percent of light
that the luminaire is sent to; the ramp in milliseconds; the deciding layer, why, and a detail;
the quality of the node's time (unset, virtual, holdover, synced). Details: PROGRAM.POINT counted
from 0 in the configuration's order (`-` = a program without switch points); hops of a neighbour;
EVENT.POINT of an event. Where the gear's minimum times keep the level the reason is
`gear:stays-on` or `gear:stays-off`. When the meter finds a fault, or finds it gone, the line is
`TIME LEVEL 0 faults:BITS CLOCK` (bits of `noctule.brain.faults`).
Where mains is cut the line is `TIME 0 0 mains:off -`, and while the node boots the driver's own
full light, `TIME 100 0 mains:on -`.

This file runs on MicroPython too: it is the runtime around the brain in `noctule trace`.
"""

from noctule.brain import Brain
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
from noctule.brain.state import SIZE

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Events = Sequence[Sequence[Any]]
    Write = Callable[[str], object]

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
                    said = "%s %d 0 faults:%d %s"
                    at_once = stamp(today, at)
                    clock = QUALITY[brain.quality]
                    write(said % (at_once, brain.level, brain.faults(), clock))
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
            decider = brain.stack.decider
            if brain.gear == FREE:
                why = reason(decider, brain.stack.why[decider], brain.stack.detail[decider])
            else:
                why = "gear:stays-on" if brain.gear == STAYS_ON else "gear:stays-off"
            write(
                "%s %d %d %s %s"
                % (stamp(today, at), brain.level, brain.ramp, why, QUALITY[brain.quality])
            )
