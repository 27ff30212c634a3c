"""BH1750FVI light sensor, on I2C: illuminance in whole lux.

One measurement at a time: it is started, takes its time, is read, and the chip sleeps. So a chip
that lost its power for a moment is asked anew each time, and cannot say dark for ever after.
(ROHM, technical note 2009.04 Rev.B: instruction set and measurement procedure.)
"""

from noctule.brain.const import const

ADDRESS = const(0x23)  # ADDR low; 0x5C when it is high
DEAD = const(-1)  # instead of lux: no answer; what the brain's photocell takes

# Modes: once, then power down.
HIGH = const(0x20)  # 1 lx, up to 54612 lx
HIGH_2 = const(0x21)  # 0.5 lx, up to 27306 lx
LOW = const(0x23)  # 4 lx, fast

_POWER_ON = const(0x01)
_TIME_HIGH = const(0x40)  # + top 3 bits
_TIME_LOW = const(0x60)  # + low 5 bits
DEFAULT_TIME = const(69)


class Light:
    """i2c: anything with I2C's `writeto` and `readfrom_into`.

    time: the measurement time register, 31 to 254, 69 by default: more sees through a darker
    window, and takes longer. wait_ms: from `start` until `read`, at the slowest. tenths: of lux,
    of the last reading. ValueError: no such mode or time.
    """

    def __init__(
        self, i2c, address: int = ADDRESS, mode: int = HIGH, time: int = DEFAULT_TIME
    ) -> None:
        if mode != HIGH and mode != HIGH_2 and mode != LOW:
            raise ValueError("mode")
        if time < 31 or time > 254:
            raise ValueError("time")
        longest = 24 if mode == LOW else 180
        self.wait_ms = longest * time // DEFAULT_TIME + 1
        self.tenths = 0
        self._i2c = i2c
        self._address = address
        self._divisor = time * (24 if mode == HIGH_2 else 12)
        self._started = False
        self._raw = bytearray(2)
        # One instruction a transfer: the chip takes no two without a stop between.
        self._start = (
            bytes((_POWER_ON,)),
            bytes((_TIME_HIGH | time >> 5,)),
            bytes((_TIME_LOW | time & 31,)),
            bytes((mode,)),
        )

    def start(self) -> bool:
        """Begin a measurement. Returns whether the chip is there."""
        self._started = False
        try:
            for instruction in self._start:
                self._i2c.writeto(self._address, instruction)
        except OSError:
            return False
        self._started = True
        return True

    def read(self) -> int:
        """Lux, rounded, or DEAD; also if `start` was not called or failed."""
        if not self._started:
            return DEAD
        self._started = False
        try:
            self._i2c.readfrom_into(self._address, self._raw)
        except OSError:
            return DEAD
        # A count is 1/1.2 lx at the default time; the longer the time, the less: 10 * 69 / 12.
        count = self._raw[0] << 8 | self._raw[1]
        half = self._divisor // 2
        self.tenths = (count * 6900 + half) // self._divisor
        return (count * 690 + half) // self._divisor
