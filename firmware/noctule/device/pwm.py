"""Dimming by PWM: plain, or smoothed into the voltage of 0-10 V and 1-10 V gear.

Two voltages make the window: `low` at the luminaire's minimum, `high` at full light; between
them it is straight. `full` is what a duty of 100 % gives: the interface's supply, often 12 V for
10. Gear differs (full at 8, 9 or 10 V), so they are settings.

1-10 V gear is at its minimum at 1 V and cannot be switched off by the wire, and much 0-10 V gear
cannot either: then a relay does it. An open wire is full light by the standard (IEC 60929 Annex
E), since the gear is the source: so is a dead node whose interface lets go. A plain PWM input
has to be pulled to its level for light by the board, since a chip in reset drives nothing.
"""

from noctule.brain.const import const

from .relay import relay

_FULL = const(65535)
_TICKS = const(0x3FFFFFFF)
# The lowest timer clock of the chips (ESP32-C2; 80 MHz on most), and the fewest bits that the
# port leaves a slow PWM on any of them (machine_pwm.c: 14-bit timers use 13).
_CLOCK = const(60000000)
_BITS = const(13)


def least_duty(freq: int) -> int:
    """The least duty_u16 that is not cut down to nothing: the hardware has fewer than 16 bits,
    floor(log2(clock / freq)) (machine_pwm.c), and drops the lower ones."""
    bits = _BITS
    while bits and freq << bits > _CLOCK:
        bits -= 1
    return 65536 >> bits


class Pwm:
    """pwm: anything with PWM's `duty_u16`, giving full light now. off: a Relay, or None.

    minimum: LINEAR command of the luminaire's minimum. low, high: duty_u16 at the minimum and at
    full light. freq: Hz. invert: light is the pin's low. delay: ms at the minimum before the
    relay lets go.
    """

    fault = False
    fades = False

    def __init__(
        self, pwm, minimum: int, low: int, high: int, freq: int, invert: int, off=None,
        delay: int = 0,
    ) -> None:
        self._pwm = pwm
        self._minimum = minimum
        self._low = low
        self._span = high - low
        self._least = least_duty(freq)
        self._invert = invert
        self._off = off
        self._delay = delay
        self._going = False  # the relay waits for its delay
        self._dark = False
        self._since = -1

    def put(self, command: int) -> None:
        """Allocates nothing."""
        if command > 0:
            self._going = self._dark = False
            if self._off is not None:
                self._off.put(1)  # before the level, which is still the least: the softest start
            self._duty(self.duty(command))
        elif self._off is None:
            self._duty(0)
        elif self._dark:
            self._off.put(0)
        elif not self._going:
            self._going = True
            self._since = -1
            self._duty(self.duty(1))

    def poll(self, ticks: int) -> int:
        """Lets the relay go when its delay is over."""
        if not self._going:
            return 60000
        if self._since < 0:
            self._since = ticks
        left = self._delay - (ticks - self._since & _TICKS)
        if left > 0:
            return left
        self._going = False
        self._dark = True
        self._off.put(0)
        return 60000

    def duty(self, command: int) -> int:
        """duty_u16 for a command above 0, before inverting: never so little that it is dark."""
        if command >= 10000:
            duty = self._low + self._span
        elif command <= self._minimum:
            duty = self._low
        else:
            above = command - self._minimum
            duty = self._low + self._span * above // (10000 - self._minimum)
        return duty if duty > self._least else self._least

    def _duty(self, duty: int) -> None:
        self._pwm.duty_u16(_FULL - duty if self._invert else duty)


def fitted(wiring, luminaire) -> Pwm:
    """By the wiring: "pin", "freq", "invert"; "low", "high" and "full" in mV (kind "pwm" without
    them: the duty is the command); "relay", "relay_invert" (see relay.py), "relay_delay" in ms.
    ValueError: no such window, or the luminaire's curve is DALI's."""
    from machine import PWM, Pin

    minimum = luminaire.command(luminaire.minimum)
    freq = wiring.get("freq", 1000)
    invert = wiring.get("invert", 0)
    full = wiring.get("full", 0)
    if full:
        low = wiring["low"] * _FULL // full
        high = wiring["high"] * _FULL // full
    else:
        low = _FULL * minimum // 10000
        high = _FULL
    if not 0 <= low <= high <= _FULL or luminaire.curve or not (full or wiring["kind"] == "pwm"):
        raise ValueError("window")
    off = wiring.get("relay")
    if off is not None:
        off = relay(off, wiring.get("relay_invert", 1))
    # Never without a duty: the port would begin at 50 % (machine_pwm.c, PWM_DUTY).
    pwm = PWM(Pin(wiring["pin"]), freq=freq, duty_u16=_FULL - high if invert else high)
    delay = wiring.get("relay_delay", 0)
    return Pwm(pwm, minimum, low, high, freq, invert, off, delay)
