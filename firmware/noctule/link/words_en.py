"""The console's words in English. words_fr.py has the same names and the same gaps."""

LAYERS = (
    "fault state", "program", "presence", "relight on demand", "override", "ceiling", "all on",
)
# In the order of brain/layers.py.
WHY = (
    "quiet",
    "the time is not known",
    "program no. %d, switch point no. %d",
    "what the night before ends with: program no. %d, switch point no. %d",
    "outside the active periods of program no. %d",
    "the photocell says it is light",
    "forced run: mains by day",
    "mains has just returned, by day: lit for ten minutes",
    "idle level, nobody there",
    "passage seen by its own sensor, or its hold time",
    "passage seen by a neighbour (%d poles away), or its hold time",
    "vehicle in the section, or its hold time",
    "by hand",
    "by hand: program no. %d",
    "asked for by a resident",
    "event no. %d",
    "event no. %d",
    "dark corridor",
    "by hand, above everything",
)
NO_POINTS = "program no. %d, without switch points"
OPERATIONS = (
    "", "sets %d %%", "at most %d %%", "at least %d %%", "adds %d %%", "takes off %d %%",
    "multiplies by %d %%",
)
GEAR = (
    "", "lit a short while ago, the gear stays on", "off a short while ago, the gear stays off",
)
QUALITY = ("time not known", "virtual midnight", "holdover", "synchronised")
SOURCES = ("nobody", "the battery clock", "the network", "a technician")
CHIP = (
    "answers", "no answer", "stood still: battery empty, or new", "no time that can be",
    "answers, and is not believed",
)
# One a bit, of brain/faults.py and device/events.py.
FAULTS = (
    "time not known",
    "sensor stuck",
    "photocell dead",
    "sensor dead",
    "photocell stuck",
    "lamp out",
    "day burner",
    "cycling",
    "power too high",
    "power too low",
    "battery clock dead",
    "one copy of the configuration spoilt",
    "configuration lost: lit all the time",
    "wiring lost",
    "flash does not take what is written",
    "driver does not answer",
    "presence sensor silent or restless: taken for somebody there",
    "meter out of its mind",
    "a task has failed",
    "safe mode",
    "a part of the wiring cannot be had",
    "the network says another time",
)
# By code, of device/events.py.
EVENTS = (
    "",
    "start: %s; failed boots before: %d",
    "the run before ended: %s",
    "fault: %s",
    "mended: %s",
    "time set, by %s",
    "time refused, %s apart",
    "no source of time; holdover %s",
    "battery clock: %s",
    "battery clock is back",
    "failed: task %s",
    "safe mode; failed boots: %d",
    "console: %s",
    "events not written: %d",
    "level asked: %d %%",
    "the network refuses the key",
    "new code confirmed",
    "back to the code before; the new one: %s",
    "new configuration",
)
BACK = (  # by letter, of update/slots.py
    "crashed, or did not start", "was not well", "took too much memory", "did not light",
    "took no more updates", "as asked",
)
CAUSES = ("unknown", "power-on", "reset", "watchdog", "deep sleep", "soft reset")
ENDS = (
    "died", "asked for", "an exception", "a task fell silent", "stopped at the prompt",
    "out of safe mode",
)
TASKS = ("control", "output", "sensors", "time", "health", "log", "serial")

POINT = "."
NONE = "none"
YES = "yes"
NO = "no"
DEAD = "dead"
DAY = "d"

NODE = "node     %s, %s"
BOARD = "board    %s; noctule %s, slot %s"
LIGHT = "light    %d %%, asked %d %%; output %d %% of %d %%, %s"
STEADY = "steady"
MOVING = "moving"
CLOCK = "clock    %s"
CLOCK_IS = "%s, %s, by %s"
UP = "up       %s"
STARTS = "starts   %d; resets not asked for %d"
BURNT = "burnt    %d h, %s kWh"
MEMORY = "memory   %d B free; longest poll %d ms"
STORAGE = "storage  written %d times, %d B; events lost %d"
FAULTS_ARE = "faults   %s"

SENTENCE = "%d %%: %s"
LAYER = "%s (%s)"
HELD = "%s; asked by %s"
SINCE = ", since %s"
UNTIL = ", until %s"
NOT_BELOW = "Asked %d %%; the gear gives %d %%."
TAKES = "It takes %d %% of the gear's output."
STEP = "  %3d %%  %s: %s"
NO_FAULTS = "no faults"
NO_EVENTS = "no events"
AFTER_START = "start + %s"
RUNS = "confirmed %s ago; crystal corrected by %s%s ppm"
CHIP_SAYS = "battery clock: %s"
FAR = "Far from what the node knows: %s."
REPEAT = "If you are right: %s %s !"
BLINKS = "blinks for %s"
FOR = "%d %% for %s, then by itself as before; to end it now: %s"
ABOVE = "A higher layer speaks now; see %s."
CANCELLED = "as the program says"
SHOWN = "each change for %d s; any key ends it"
NO_SENSORS = "no sensor is fitted, or has said anything yet"
SENSORS = ("presence", "distance", "light", "power")
REPORTS = "reports of the radar %d, spoilt %d"
TRACING = "each change is printed; trace off ends it"
NOT_TRACING = "changes are not printed"
SPOKEN = "English"
STOPPED = "The node does not run: this is as it was. Ctrl-D starts it."
SAVED = "saved    %s"
CRASHED = "crash    see crash()"
NOT_KNOWN = "not known"
REBOOTS = "restarting"

USAGE = "Usage: %s"
RANGE = "%s: not a number from %d to %d"
NO_TIME = "%s: not a time like 2026-11-23T21:00:00Z"
CANNOT_BE = "%s: no time that can be"

# In the order of console.NAMES.
HELP = (
    ("status", "what the node is and does"),
    ("why", "who decides the light, and all who speak"),
    ("faults", "what is wrong"),
    ("log [1-256]", "the last events, newest first"),
    ("time [2026-11-23T21:00:00Z]", "the node's time, or set it (UTC)"),
    ("identify [1-600 s]", "blink, to be found"),
    ("level 0-100 [1-720 min]", "this light for a while (15 min)"),
    ("all-on [1-720 min]", "full light, above everything (30 min)"),
    ("cancel", "end level and all-on"),
    ("sensors", "what the sensors see, live"),
    ("trace [on|off]", "print each change of the light and its reason"),
    ("lang [fr|en]", "language, until the next start"),
    ("reboot", "restart the node"),
    ("help", "this"),
)
HELP_MORE = (
    "Ctrl-C stops the node, light full, and gives MicroPython's prompt. There:",
    "from noctule.prompt import *, then status(), why(), faults(), log(). Ctrl-D starts",
    "the node again.",
)
