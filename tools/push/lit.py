"""How long a luminaire may be dark by its program: what new code on trial is held to."""

from __future__ import annotations

import datetime as dt
from typing import Final

from noctule.brain.brain import SYNCED, Brain
from noctule.brain.dates import day_number

_DAY_MS: Final = 86_400_000
_LONGEST_DAYS: Final = 10
_MARGIN_MIN: Final = 15
_LONG_MIN: Final = 5
"""So long it has to be lit in one go, to count."""


def lit_within(config: bytes, now: dt.datetime) -> int:
    """Minutes of mains from `now` (aware) within which the program lights, and fifteen more; 0: it
    does not within ten days, and need not.

    Asked of the brain itself, with nobody passing by and mains all the time.
    """
    brain = Brain(config)
    brain.start(0, False, None)
    utc = now.astimezone(dt.UTC)
    begin = day_number(utc.year, utc.month, utc.day) * _DAY_MS
    begin += (utc.hour * 3600 + utc.minute * 60 + utc.second) * 1000
    lit_since: int | None = None
    ms = 0
    while ms < _LONGEST_DAYS * _DAY_MS:
        day, at = divmod(begin + ms, _DAY_MS)
        wait = brain.step(day, at // 1000, at % 1000, ms & 0x3FFFFFFF, SYNCED)
        if not brain.output:
            lit_since = None
        elif lit_since is None:
            lit_since = ms
        ms += min(wait, 60_000)
        if lit_since is not None and ms - lit_since >= _LONG_MIN * 60_000:
            return ms // 60_000 + _MARGIN_MIN
    return 0
