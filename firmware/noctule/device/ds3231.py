"""DS3231: a clock with a battery, on I2C.

It keeps UTC. A time is (day number since 2000-01-01, second of the day), as the brain has it.
Registers (Maxim 19-5170, figure 1): 00-06 seconds, minutes, hours, weekday 1-7, date, month with
the century in bit 7, year, all BCD; 0E control, 0F status with the oscillator-stop flag, 11-12
temperature. A burst reads one instant: the chip copies its time when the reading starts.
"""

from noctule.brain.const import const
from noctule.brain.dates import day_number, month_day, month_length, weekday, year_of

ADDRESS = const(0x68)

# What `read` and `set` find.
OK = const(0)
DEAD = const(1)  # no answer on the bus
STOPPED = const(2)  # the oscillator has stood still: the battery is empty, or it is new
IMPLAUSIBLE = const(3)  # no time at all, or none that can be

EARLIEST = const(9497)  # 2026-01-01: before this was written
LATEST = const(36583)  # 2100-02-28: the chip takes 2100 for a leap year

_REGISTERS = const(19)
_CONTROL = const(0x0E)
_STATUS = const(0x0F)
_STOPPED = const(0x80)  # in the status
_OFF_ON_BATTERY = const(0x80)  # in the control


class Clock:
    """i2c: anything with I2C's `readfrom_mem_into` and `writeto_mem`.

    day, second: what was read last. quarters: its temperature in quarters of a degree Celsius.
    """

    def __init__(self, i2c, address: int = ADDRESS) -> None:
        self.day = 0
        self.second = 0
        self.quarters = 0
        self._i2c = i2c
        self._address = address
        self._all = bytearray(_REGISTERS)
        self._time = bytearray(7)
        self._one = bytearray(1)

    def read(self) -> int:
        """Read the time. Unless it returns OK, `day` and `second` stay what they were. Allocates
        nothing while the bus is well."""
        registers = self._all
        try:
            self._i2c.readfrom_mem_into(self._address, 0, registers)
        except OSError:
            return DEAD
        if registers[_STATUS] & _STOPPED:
            return STOPPED
        second = _bcd(registers[0], 59)
        minute = _bcd(registers[1], 59)
        hour = _hour(registers[2])
        date = _bcd(registers[4], 31)
        month = _bcd(registers[5] & 0x7F, 12)
        year = _bcd(registers[6], 99)
        if second < 0 or minute < 0 or hour < 0 or date < 1 or month < 1 or year < 0:
            return IMPLAUSIBLE
        year += 2100 if registers[5] & 0x80 else 2000
        if date > month_length(year, month):
            return IMPLAUSIBLE
        day = day_number(year, month, date)
        if day < EARLIEST or day > LATEST:
            return IMPLAUSIBLE
        self.day = day
        self.second = hour * 3600 + minute * 60 + second
        quarters = registers[17] << 2 | registers[18] >> 6
        self.quarters = quarters - 1024 if quarters & 512 else quarters
        return OK

    def set(self, day: int, second: int) -> int:
        """Set it, and see that it took it. The oscillator-stop flag goes last: a cut between
        leaves a clock that says that it is not to be believed."""
        if day < EARLIEST or day > LATEST or second < 0 or second >= 86400:
            return IMPLAUSIBLE
        year = year_of(day)
        date = month_day(day, year)
        time = self._time
        time[0] = _to_bcd(second % 60)
        time[1] = _to_bcd(second // 60 % 60)
        time[2] = _to_bcd(second // 3600)
        time[3] = weekday(day) + 1
        time[4] = _to_bcd(date & 31)
        time[5] = _to_bcd(date >> 5) | (0x80 if year >= 2100 else 0)
        time[6] = _to_bcd(year % 100)
        try:
            self._clear(_CONTROL, _OFF_ON_BATTERY)
            self._i2c.writeto_mem(self._address, 0, time)
            self._clear(_STATUS, _STOPPED)
        except OSError:
            return DEAD
        found = self.read()
        if found != OK:
            return found
        late = self.second - second + (self.day - day) * 86400 if self.day - day < 2 else -1
        return OK if 0 <= late <= 2 else IMPLAUSIBLE

    def _clear(self, register: int, bit: int) -> None:
        one = self._one
        self._i2c.readfrom_mem_into(self._address, register, one)
        if one[0] & bit:
            one[0] &= ~bit & 255
            self._i2c.writeto_mem(self._address, register, one)


def _bcd(byte: int, most: int) -> int:
    """Two decimal digits, or -1 if they are none or too many."""
    value = (byte >> 4) * 10 + (byte & 15)
    return value if byte & 15 < 10 and byte >> 4 < 10 and value <= most else -1


def _hour(byte: int) -> int:
    """Of a day of 24, from either form that the chip has; -1 for none."""
    if byte & 0x80:
        return -1
    if not byte & 0x40:
        return _bcd(byte, 23)
    hour = _bcd(byte & 0x1F, 12)
    if hour < 1:
        return -1
    return hour % 12 + (12 if byte & 0x20 else 0)


def _to_bcd(value: int) -> int:
    return value // 10 << 4 | value % 10
