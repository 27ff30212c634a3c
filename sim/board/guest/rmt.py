"""`esp32.RMT` as the port has it: ports/esp32/esp32_rmt.c. Loops and carriers are not there."""

import time

from buses import asked, pin_number

_SOURCE = 80000000


class RMT:
    """A sender of pulses."""

    PULSE_MAX = 32767

    def __init__(
        self, id=-1, *, pin, resolution_hz=None, clock_div=None, idle_level=False,
        tx_carrier=None, num_symbols=64,
    ):
        if resolution_hz is not None and clock_div is not None:
            raise ValueError("resolution_hz and clock_div are mutually exclusive")
        if clock_div is not None and not 1 <= clock_div <= 255:
            raise ValueError("clock_div must be between 1 and 255")
        if resolution_hz is not None and resolution_hz <= 0:
            raise ValueError("resolution_hz must be positive")
        if tx_carrier is not None:
            raise NotImplementedError("no carrier here")
        least = int(asked("limit.symbols 0")[0])
        if num_symbols % 2 or num_symbols < least:
            raise ValueError("num_symbols must be even and at least %d" % least)
        self._hz = resolution_hz or (_SOURCE // clock_div if clock_div else 10000000)
        self._pin = pin_number(pin)
        self._idle = bool(idle_level)
        asked("rmt.open %d" % self._pin)
        self._level(0)  # until the first pulses, whatever the idle level

    def _level(self, level):
        asked("pin.mode %d 3 0" % self._pin)
        asked("pin.set %d %d" % (self._pin, level))

    def _there(self):
        if self._pin == -1:
            raise OSError("already deinitialized")

    def _left(self):
        """Milliseconds until all is sent, rounded up."""
        return -(-int(asked("rmt.left %d" % self._pin)[0]) // 1000)

    @staticmethod
    def source_freq():
        """Of the clock that is divided."""
        return _SOURCE

    def clock_div(self):
        """What it is divided by."""
        self._there()
        return _SOURCE // self._hz

    def active(self, value=None):
        """Whether it sends; or stop it."""
        if value:
            raise ValueError("activate by calling write_pulses()")
        return value is None and self._pin != -1 and self._left() > 0

    def wait_done(self, *, timeout=0):
        """Whether all is sent, after so many milliseconds at most (-1: as long as it takes)."""
        self._there()
        left = self._left()
        if left and timeout:
            time.sleep_ms(left if timeout < 0 else min(left, timeout))
            left = self._left()
        return left == 0

    def write_pulses(self, duration, data=True):
        """Send: durations with a first level, a duration with levels, or both as lists."""
        self._there()
        self.wait_done(timeout=-1)
        if not isinstance(data, (tuple, list)):
            durations = duration
            levels = [(i & 1) != bool(data) for i in range(len(duration))]
        elif isinstance(duration, int):
            levels = data
            durations = [duration] * len(data)
        else:
            durations, levels = duration, data
            if len(durations) != len(levels):
                raise ValueError("duration and data must have same length")
        if not durations:
            raise ValueError("No pulses")
        pulses = bytearray(2 * len(durations))
        for i in range(len(durations)):
            word = durations[i] & 0x7FFF | (0x8000 if levels[i] else 0)
            pulses[2 * i] = word >> 8
            pulses[2 * i + 1] = word & 255
        asked("pin.set %d %d" % (self._pin, self._idle))  # the pin as it is after them
        asked("rmt.send %d %d" % (self._pin, self._hz), pulses)

    def deinit(self):
        """Give the channel back."""
        if self._pin != -1:
            asked("rmt.close %d" % self._pin)
            self._pin = -1
