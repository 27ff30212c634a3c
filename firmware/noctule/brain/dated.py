"""What is said for dates and hours besides the programs: ceilings, relighting, events.

Each has a calendar's rule for its nights, whose `program` is the level (or the program's number),
and spans of the night; `program.Night` lays them out with the night's program.
"""

from .calendar import Rule
from .program import Span


class Ceiling:
    """A dark corridor. rule: its dates, and the level in percent; windows: tuple of Span, none =
    the whole night. always: by neither date nor hour, so that it holds without a clock too."""

    def __init__(self, rule: Rule, windows: tuple) -> None:
        self.rule = rule
        self.windows = windows
        self.always = not (rule.flags or windows)


class Relight:
    """Light on demand. zone: whose requests count; level: percent; seconds: how long a request
    lasts; hours: Span in which requests are taken."""

    def __init__(self, zone: int, level: int, seconds: int, hours: Span) -> None:
        self.zone = zone
        self.level = level
        self.seconds = seconds
        self.hours = hours


class Event:
    """Works, a market, a feast: an override by date. rule: its nights, and the level or program;
    kind: override.LEVEL or PROGRAM; ramp: ms; hours: Span of those nights."""

    def __init__(self, rule: Rule, kind: int, ramp: int, hours: Span) -> None:
        self.rule = rule
        self.kind = kind
        self.ramp = ramp
        self.hours = hours
