"""The stack of layers that decides the level, and its trace.

Each layer, lowest first, says an operation, a level and why, or is quiet. "Why is this lamp at
30 %?" is answered by reading the trace from the top.
"""

from .const import const

# Layers, lowest first.
FAULT_STATE = const(0)
PROGRAM = const(1)
PRESENCE = const(2)
RELIGHT = const(3)
OVERRIDE = const(4)
CEILING = const(5)
ALL_ON = const(6)
LAYERS = const(7)

# Operations, in the words of TALQ and uCIFI.
SET = const(1)
MIN = const(2)
MAX = const(3)
ADD = const(4)
SUB = const(5)
MUL = const(6)

# Why.
QUIET = const(0)
TIME_UNKNOWN = const(1)  # fault state
POINT = const(2)  # a switch point is in force; detail: program << 8 | number
BEFORE_FIRST = const(3)  # what the previous night's program ended with; detail likewise
INACTIVE = const(4)  # outside the active periods
DAYLIGHT = const(5)  # the photocell says it is light
FORCED_RUN = const(6)  # mains by day on a switched circuit
POWER_UP = const(7)  # mains just returned by day: whoever stands on the ladder sees it lit
IDLE = const(8)
OWN_SENSOR = const(9)
BY_NEIGHBOUR = const(10)  # detail: hops
BY_VEHICLE = const(11)
BY_LEVEL = const(12)  # override
BY_PROGRAM = const(13)  # override; detail as POINT
BY_REQUEST = const(14)  # relight
BY_EVENT = const(15)  # override by an event, to a level; detail: event << 8 | NO_POINT
BY_EVENT_PROGRAM = const(16)  # by an event, a program; detail: event << 8 | number of the point
CORRIDOR = const(17)  # ceiling
ALL_LIT = const(18)

NO_POINT = const(255)  # in a detail: a program without switch points


def combine(operation: int, level: int, value: int) -> int:
    """Level in percent after one layer."""
    if operation == SET:
        level = value
    elif operation == MIN:
        level = value if value < level else level
    elif operation == MAX:
        level = value if value > level else level
    elif operation == ADD:
        level += value
    elif operation == SUB:
        level -= value
    elif operation == MUL:
        level = level * value // 100
    return 0 if level < 0 else 100 if level > 100 else level


class Stack:
    """operation, value, why, detail, up, down: one entry a layer, as it last spoke (`why` QUIET =
    it does not); up and down are its ramps in ms. after: the level above each layer. decider: the
    highest layer that made the level what it is. settled: no layer has said anything new since
    the level was evaluated."""

    def __init__(self) -> None:
        self.operation = [SET] * LAYERS
        self.value = [0] * LAYERS
        self.why = [QUIET] * LAYERS
        self.detail = [0] * LAYERS
        self.up = [0] * LAYERS
        self.down = [0] * LAYERS
        self.after = [0] * LAYERS
        self.decider = FAULT_STATE
        self.level = 0
        self.settled = False

    def say(
        self, layer: int, operation: int, value: int, why: int, detail: int, up: int, down: int
    ) -> None:
        """A layer speaks. Saying the same again costs no evaluation."""
        if (
            self.why[layer] != why
            or self.value[layer] != value
            or self.detail[layer] != detail
            or self.operation[layer] != operation
        ):
            self.operation[layer] = operation
            self.value[layer] = value
            self.why[layer] = why
            self.detail[layer] = detail
            self.settled = False
        self.up[layer] = up
        self.down[layer] = down

    def hush(self, layer: int) -> None:
        """A layer falls quiet. Its ramps stay: the way down is the one it asked for."""
        if self.why[layer]:
            self.why[layer] = QUIET
            self.settled = False

    def evaluate(self) -> int:
        """The level, from all layers."""
        level = 0
        decider = FAULT_STATE
        why, after = self.why, self.after
        for layer in range(LAYERS):
            if why[layer]:
                operation = self.operation[layer]
                if operation == SET:
                    level = self.value[layer]
                    decider = layer
                else:
                    made = combine(operation, level, self.value[layer])
                    if made != level:
                        decider = layer
                        level = made
            after[layer] = level
        self.decider = decider
        self.level = level
        self.settled = True
        return level
