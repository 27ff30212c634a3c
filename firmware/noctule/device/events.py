"""What a node writes into its log, what it counts, and the faults that it finds in itself.

An event is a code and a value of 0 to 2 ** 30 - 1. Those of time are told by `clock`.
"""

from noctule.brain.const import const

START = const(1)  # reset cause << 8 | boots in a row that came to nothing
ENDED = const(2)  # why the run before ended: reason << 8 | task
FAULT = const(3)  # bits of faults that came
MENDED = const(4)  # bits that went
TIME_SET = const(5)  # by how many seconds; 2 ** 29 and more: that less, back
TIME_REFUSED = const(6)  # likewise
TIME_LOST = const(7)  # no source for a day: seconds of holdover
CLOCK_DEAD = const(8)  # what the chip said
CLOCK_BACK = const(9)
FAILED = const(10)  # an exception in a task: task
SAFE_MODE = const(11)  # boots in a row that came to nothing
COMMAND = const(12)  # by a technician at the console: which, see link
UNWRITTEN = const(13)  # events that were lost before this one
LEVEL = const(14)  # light in percent that a technician or the network asked for
WRONG_KEY = const(15)  # the network refuses the key
UPDATED = const(16)  # the trial of new code has ended well
TAKEN_BACK = const(17)  # the trial of new code has ended: why, as update/slots.py's letter
CONFIGURED = const(18)  # a new configuration: its number

# Faults of the node's own, beside those of the brain (brain/faults.py), which end at 512.
CLOCK_FAULT = const(1 << 10)  # the battery clock does not answer, or makes no sense
CONFIG_COPY = const(1 << 11)  # one copy of the configuration or the wiring is spoilt
CONFIG_LOST = const(1 << 12)  # both are: lit all the time
WIRING_LOST = const(1 << 13)  # what is on which pin is not known: the light is as boot.py set it
STORAGE = const(1 << 14)  # flash does not take what is written
OUTPUT = const(1 << 15)  # the driver does not answer
SENSOR_SILENT = const(1 << 16)  # the radar reports nothing: taken for somebody there
METER_MAD = const(1 << 17)  # more pulses than there can be power
TASK_FAILED = const(1 << 18)  # a task has failed since the start
SAFE = const(1 << 19)  # safe mode: no sensors, no network
WIRING_WRONG = const(1 << 20)  # a part that the wiring names cannot be had
TIME_DISPUTED = const(1 << 21)  # NTP says another time than the clock that is believed

# What counts, in Counters.
ENERGY_WH = const(0)
BURNING_S = const(1)
STARTS = const(2)
RESETS = const(3)  # that nobody asked for
COUNTERS = const(4)

# Tasks, in the order in which they are made.
CONTROL = const(0)
OUTPUT_TASK = const(1)
SENSORS = const(2)
TIME = const(3)
HEALTH = const(4)
LOG = const(5)
SERIAL = const(6)
NOBODY = const(255)
