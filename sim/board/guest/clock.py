"""The chip's time in the guest: virtual microseconds, reckoned without asking the PC side.

The PC side tells `offset` and `quiet_until` with each answer (wire.py).
"""

from time import ticks_us as _host_us

_PERIOD_MASK = (1 << 30) - 1
_LOOKS = 1000

jumps = False
"""Waiting costs no real time."""
rate = 0
"""Virtual microseconds to a real one: 0 where time passes only by waiting."""
offset = 0
"""now = rate x the host's microseconds + offset."""
quiet_until = 0
"""Before this instant nothing happens outside: the guest may wait without asking. The present
instant: no time may pass unasked; -1: something has happened already."""
ticks_base = 0
"""When the ticks were 0."""
rtc_base = 0
"""When the RTC was 2000-01-01."""
looks = 0
"""How often the program has looked at the clock since time last passed."""


def now():
    """Virtual microseconds."""
    return rate * _host_us() + offset if rate else offset


def ticks_ms():
    """Milliseconds since the chip started, wrapping.

    A program that only looks at the clock until it has moved would look for ever where time
    passes by waiting alone: so from the thousandth look on each costs 10 us.
    """
    global looks, offset
    if rate:
        return (rate * _host_us() + offset - ticks_base) // 1000 & _PERIOD_MASK
    looks += 1
    if looks > _LOOKS:
        offset += 10
    return (offset - ticks_base) // 1000 & _PERIOD_MASK


def ticks_us():
    """Microseconds since the chip started, wrapping."""
    global looks, offset
    if rate:
        return rate * _host_us() + offset - ticks_base & _PERIOD_MASK
    looks += 1
    if looks > _LOOKS:
        offset += 10
    return offset - ticks_base & _PERIOD_MASK
