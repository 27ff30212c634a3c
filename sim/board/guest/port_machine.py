"""`machine` as the ESP32 port has it, as far as it goes: the rest raises AttributeError.

Every pin, duty and reset is the PC side's; this only speaks for it.
"""

import time as _time

import machine as _unix
import wire as _wire
from buses import ADC, I2C, PWM, SPI, UART, SoftI2C, asked  # noqa: F401
from machine import *  # noqa: F403
from wire import ask, handlers, number

if number("limit.counters 0"):
    from buses import Counter  # noqa: F401

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_RTC_MEMORY = 2048


def reset_cause():
    """Why the chip started."""
    return number("cause")


def reset():
    """Reset the chip; does not come back."""
    ask("reset")


soft_reset = _unix.soft_reset


def unique_id():
    """Six bytes, the board's own."""
    return ask("id")[1]


def freq(hz=160000000):
    """The processor's frequency: a fixed answer."""
    return 160000000


def disable_irq():
    """No interrupt runs Python here."""
    return 0


def enable_irq(state):
    """No interrupt runs Python here."""


class Pin:
    """A GPIO."""

    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    DRIVE_0 = 0
    DRIVE_1 = 1
    DRIVE_2 = 2
    DRIVE_3 = 3

    def __init__(self, pin, mode=None, pull=-1, value=None, drive=None, hold=None):
        self._pin = getattr(pin, "_pin", pin)
        self._level = self._seen = -1  # as last read, at so many changes
        self._listens = asked("pin.open %d" % self._pin)[0] == "1"  # ValueError: no such pin
        if mode is not None or pull != -1 or value is not None:
            self.init(mode, pull, value)

    def init(self, mode=None, pull=-1, value=None, drive=None, hold=None):
        """Set the value first, then the direction, so that no other level comes between."""
        if mode is not None and mode & 2 and self._listens:
            raise ValueError("pin can only be input")
        if value is not None:
            ask("pin.set %d %d" % (self._pin, bool(value)))
        if mode is not None:
            ask("pin.mode %d %d %d" % (self._pin, mode, 0 if pull in (None, -1) else pull))

    def value(self, value=None):
        """Read the pin, or set it."""
        if value is None:
            if not _wire.unchanged(self._seen):
                self._level = number("pin.get %d" % self._pin)
                self._seen = _wire.changes
            return self._level
        ask("pin.set %d %d" % (self._pin, bool(value)))

    __call__ = value

    def irq(self, handler=None, trigger=3, wake=None, hard=False):
        """Call a handler with the pin at edges, wherever the program next waits."""
        if handler is None:
            handlers.pop(str(self._pin), None)
            trigger = 0
        else:
            handlers[str(self._pin)] = lambda: handler(self)
        ask("pin.irq %d %d" % (self._pin, trigger))

    def on(self):
        """Set it high."""
        self.value(1)

    def off(self):
        """Set it low."""
        self.value(0)

    def __repr__(self):
        return "Pin(%d)" % self._pin


class WDT:
    """The task watchdog: cannot be stopped, and runs on over a soft reset."""

    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError("WDT(%d) doesn't exist" % id)
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        ask("wdt.start %d" % timeout)

    def feed(self):
        """Begin the time anew."""
        _wire.feed()


class RTC:
    """The clock, and the memory that outlives everything but the power and the EN button."""

    def datetime(self, parts=None):
        """(year, month, day, weekday, hour, minute, second, microsecond): read, or set."""
        if parts is None:
            us = _time._rtc_us()
            t = _time.gmtime(us // 1000000)
            return t[:3] + (t[6],) + t[3:6] + (us % 1000000,)
        year, month, day, _, hour, minute, second, us = parts
        seconds = _time.mktime((year, month, day, hour, minute, second, 0, 0))
        _time._set_rtc_us(seconds * 1000000 + us)

    init = datetime

    def memory(self, data=None):
        """Read the bytes (new ones each time), or set them."""
        if data is None:
            return ask("rtc.get")[1]
        if len(data) > _RTC_MEMORY:
            raise ValueError("buffer too long")
        ask("rtc.set", bytes(data))
