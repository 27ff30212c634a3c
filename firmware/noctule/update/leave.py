"""A session ends, and the node starts anew."""

from time import sleep_ms, ticks_diff, ticks_ms

from noctule.brain.const import const

_QUIET_MIN = const(10)  # minutes at most that a start is put off because somebody is there
_TURN = const(25)  # ms between two looks at the node
_PRESENCE = const(2)  # brain/layers.py
_PRESENT = const((9, 10, 11))  # why it holds the light up


def leave(session) -> None:
    """Reset, once nobody is there whom it lights, or after ten minutes."""
    node = session.node
    began = ticks_ms()
    while _busy(node) and ticks_diff(ticks_ms(), began) < _QUIET_MIN * 60000:
        session.live()
        sleep_ms(_TURN)
    if node is not None:
        node.reboot()
    from machine import reset

    reset()


def _busy(node) -> bool:
    """Does presence hold the light up?"""
    if node is None:
        return False
    stack = node.brain.stack
    return stack.why[_PRESENCE] in _PRESENT and (
        stack.after[_PRESENCE] > stack.after[_PRESENCE - 1]
    )
