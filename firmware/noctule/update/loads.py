"""Whether an update can come at all: for trial.py of other versions, which cannot know."""

from noctule.brain.const import const

from .session import drop, forget

_PARTS = const(
    (
        "begin", "requests", "tell", "coming", "proof", "receive", "trust", "check", "prepare",
        "inflate", "own", "place", "settle", "commit", "accept", "take", "switch", "back",
        "resume", "leave",
    )
)  # fmt: skip


def loads() -> None:
    """Load each part of the updater, with what they share: whichever cannot be loaded raises."""
    for part in _PARTS:
        __import__("noctule.update." + part)
        forget("noctule.update." + part)
    drop(())
