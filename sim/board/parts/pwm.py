"""The chip's PWM channels and timers, and what a duty comes to: ports/esp32/machine_pwm.c.

Channels of one frequency share a timer. The higher the frequency, the fewer bits the duty has;
the lower bits are cut off, and all ones are a level without pulses.
"""

from dataclasses import dataclass

from sim.board.parts.kinds import Kind
from sim.board.parts.part import RefusedError

__all__ = ["Channels"]

_CLOCK_HZ, _SLOW_HZ = 80_000_000, 1_000_000
_SLOW_BELOW = 10  # Hz: on the plain ESP32 other timers run from the slow clock
_BITS = 16


@dataclass(slots=True)
class _Channel:
    mode: int
    freq: int
    bits: int


class Channels:
    """Which pin has which channel."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._by_pin: dict[int, _Channel] = {}

    def clear(self) -> None:
        """Give all of them back."""
        self._by_pin.clear()

    def release(self, pin: int) -> None:
        """Give one back."""
        self._by_pin.pop(pin, None)

    def duty(self, pin: int, freq: int, duty: int) -> int:
        """Set a pin's frequency and duty (0 to 65535); the duty that it has then. RefusedError:
        there is no channel or timer left for it, or no such frequency."""
        kind = self._kind
        if not 0 < freq <= _CLOCK_HZ // 2:
            raise RefusedError("ValueError", "frequency must be from 1Hz to 40MHz")
        own = self._by_pin.get(pin)
        if own is None and len(self._by_pin) >= kind.pwm_channels:
            raise RefusedError("RuntimeError", f"out of PWM channels:{kind.pwm_channels}")
        if own is None or own.freq != freq:
            mode = self._mode(pin, freq)
            own = self._by_pin[pin] = _Channel(mode, freq, self._bits(freq))
        raw = duty >> (_BITS - own.bits)
        return 65535 if raw == (1 << own.bits) - 1 else raw << (_BITS - own.bits)

    def _mode(self, pin: int, freq: int) -> int:
        """The group of channels where the pin finds a timer: one with its frequency, else its own
        if nobody shares it, else a free one."""
        kind = self._kind
        others = [each for number, each in self._by_pin.items() if number != pin]
        roomy = [
            mode
            for mode in range(kind.pwm_modes)
            if sum(each.mode == mode for each in others) < kind.pwm_channels // kind.pwm_modes
        ]
        for mode in roomy:
            if any(each.mode == mode and each.freq == freq for each in others):
                return mode
        for mode in roomy:
            used = {each.freq for each in others if each.mode == mode}
            if len(used) < kind.pwm_timers // kind.pwm_modes:
                return mode
        raise RefusedError("RuntimeError", f"out of PWM timers:{kind.pwm_timers}")

    def _bits(self, freq: int) -> int:
        slow = self._kind.name == "esp32" and freq < _SLOW_BELOW
        clock = _SLOW_HZ if slow else _CLOCK_HZ
        return max(1, min(self._kind.pwm_bits, (clock // freq).bit_length() - 1))
