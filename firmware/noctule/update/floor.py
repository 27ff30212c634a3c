"""Below which number no code is taken: so what is old, and wrong, does not come back."""

from noctule.brain.state import get, put
from noctule.device.store import Copies


def floor(files) -> int:
    """The highest number of code that ran here confirmed and was left for an older one."""
    raw = Copies(files, "floor", 4).load()
    return 0 if raw is None else get(raw, 0, 4)


def raise_floor(files, sequence: int) -> None:
    """No older code from now on, whatever runs."""
    if sequence > floor(files):
        raw = bytearray(4)
        put(raw, 0, 4, sequence)
        Copies(files, "floor", 4).save(raw)
