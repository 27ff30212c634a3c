"""Whether an update can come at all: for trial.py, of the code before, which cannot know."""

from noctule.brain.const import const

from .session import drop

_PARTS = const(
    (
        "begin", "tell", "receive", "trust", "check", "prepare", "fill", "inflate", "switch",
        "back", "own", "accept", "resume", "leave",
    )
)  # fmt: skip


def loads() -> None:
    """Load each part of the updater: whichever cannot be loaded raises."""
    for part in _PARTS:
        __import__("noctule.update." + part)
        drop()
