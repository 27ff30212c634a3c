"""`time` as the ESP32 port has it: epoch 2000, whole seconds, ticks that wrap at 2**30.

Seconds come from the chip's RTC, ticks from its start; the PC side knows when those were.
"""

import time as _unix

import clock as _clock
from clock import ticks_ms as ticks_ms
from clock import ticks_us as ticks_us
from wire import ask
from wire import sleep as _sleep

_EPOCH = 946684800  # of 2000, in Unix seconds
_PERIOD = 1 << 30
_HALF = 1 << 29


def _rtc_us():
    return _clock.now() - _clock.rtc_base


def _set_rtc_us(us):
    _clock.rtc_base = _clock.now() - us
    ask("rtc.base %d" % _clock.rtc_base)


def sleep_us(us):
    """Wait."""
    if _clock.jumps:
        _sleep(max(0, us))
    else:
        _unix.sleep_us(us // _clock.rate)


def sleep_ms(ms):
    """Wait, and handle what happens meanwhile."""
    _sleep(max(0, ms) * 1000)


def sleep(seconds):
    """Wait, and handle what happens meanwhile."""
    _sleep(max(0, int(seconds * 1000000)))


def time():
    """Whole seconds since 2000."""
    return (_clock.now() - _clock.rtc_base) // 1000000


def time_ns():
    """Nanoseconds since 2000, to the microsecond."""
    return _rtc_us() * 1000


def gmtime(seconds=None):
    """(year, month, day, hour, minute, second, weekday, day of the year); no time zones."""
    return _unix.gmtime((time() if seconds is None else int(seconds)) + _EPOCH)[:8]


localtime = gmtime


def mktime(parts):
    """Seconds since 2000."""
    return int(_unix.mktime(parts)) - _EPOCH


def ticks_cpu():
    """A counter at the processor's speed: here, as fine as the host's."""
    return _unix.ticks_cpu() % _PERIOD


def ticks_add(ticks, delta):
    """Ticks that much later; refuses what could not be told from its opposite."""
    if not -_HALF < delta < _HALF:
        raise OverflowError("ticks interval overflow")
    return (ticks + delta) % _PERIOD


def ticks_diff(end, start):
    """From one instant to another, half a period at most."""
    return (end - start + _HALF) % _PERIOD - _HALF
