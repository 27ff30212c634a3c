"""DS3231 clock (Maxim, 19-5170): its registers, and the time it keeps by the world's."""

from datetime import UTC, datetime, timedelta

from sim.board.parts.i2c import Device
from sim.board.parts.part import Host

__all__ = ["DS3231"]

_SECOND = 1_000_000
_REGISTERS = 19
_CONTROL, _STATUS, _AGING, _TEMPERATURE = 0x0E, 0x0F, 0x10, 0x11
_OFF_ON_BATTERY = 0x80  # EOSC, in the control
_CONVERT = 0x20
_STOPPED = 0x80  # OSF, in the status
_ONLY_CLEARED = 0x83  # OSF and the alarms' flags
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class DS3231(Device):
    """A clock with a battery.

    now: what it shows at first, in UTC; None: new from the shop, it has stood still and says so.
    ppm: how much it runs fast, beside what its aging register does. Faults besides a device's:
    `stuck` (its time stands, and it does not say so), `garbage` (all ones, as from a bad contact).
    """

    FAULTS = ("dead", "hanging", "stuck", "garbage")

    def __init__(
        self, now: datetime | None = None, *, ppm: float = 0.0, battery: bool = True
    ) -> None:
        super().__init__(0x68)
        self.ppm = ppm
        self.battery = battery
        self.celsius = 12.25
        self.sets = 0
        """How often its time was written."""
        self._pointer = 0
        self._fresh(None if now is None else _utc(now))

    def plug(self, host: Host) -> None:
        super().plug(host)
        self._since_us = host.now_us()

    # By hand.

    def set(self, now: datetime) -> None:
        """Have it show another time, as somebody with a screwdriver might have done."""
        self._show(_utc(now))
        self._other[_STATUS] &= ~_STOPPED

    def shift(self, seconds: float) -> None:
        """Have it be wrong by so much more; `shift(-3 * 365 * 86400)`: three years behind."""
        self.set(self.now() + timedelta(seconds=seconds))

    def stop_oscillator(self) -> None:
        """Have it lose its time, as with an empty battery: it begins with 2000 and says so."""
        self._fresh(None)

    def now(self) -> datetime:
        """What it shows; meaningless where nonsense was written into it."""
        return self._base + timedelta(microseconds=self._elapsed_us())

    @property
    def stopped(self) -> bool:
        """Whether it says that it has stood still."""
        return bool(self._other[_STATUS] & _STOPPED)

    # The world.

    def power(self, on: bool) -> None:
        if on and (not self.battery or self._other[_CONTROL] & _OFF_ON_BATTERY):
            self._fresh(None)
        self._pointer = 0

    def fail(self, fault: str) -> None:
        self._freeze()
        super().fail(fault)

    def mend(self) -> None:
        self._freeze()
        super().mend()

    # The bus.

    def write(self, data: bytes) -> None:
        self._pointer = data[0] % _REGISTERS
        if len(data) == 1:
            return
        time = bytearray(self._time())
        touched = False
        for byte in data[1:]:
            register, self._pointer = self._pointer, (self._pointer + 1) % _REGISTERS
            if register < 7:
                time[register] = byte
                touched = True
            elif register == _STATUS:
                old = self._other[_STATUS]
                kept = old & byte & _ONLY_CLEARED
                self._other[_STATUS] = kept | byte & 0x08 | old & 0x04
            elif register == _CONTROL:
                self._other[_CONTROL] = byte & ~_CONVERT  # a conversion is over before it is read
            elif register < _TEMPERATURE:
                if register == _AGING:
                    self._freeze()
                self._other[register] = byte
        if touched:
            self.sets += 1
            self._take(bytes(time))

    def read(self, count: int) -> bytes:
        if self.fault == "garbage":
            return b"\xff" * count
        time = self._time()  # one instant for the whole of the transfer
        quarters = round(self.celsius * 4) & 0x3FF
        registers = time + bytes(self._other[7:_TEMPERATURE])
        registers += bytes([quarters >> 2, (quarters & 3) << 6])
        start, self._pointer = self._pointer, (self._pointer + count) % _REGISTERS
        return bytes(registers[(start + i) % _REGISTERS] for i in range(count))

    # Its time: from `_base` at `_since_us` of the world's clock, or `_nonsense` as it was written.

    def _fresh(self, now: datetime | None) -> None:
        self._other = bytearray(_REGISTERS)
        self._other[_CONTROL], self._other[_STATUS] = 0x1C, 0x08 if now else 0x08 | _STOPPED
        self._show(now or _EPOCH)

    def _show(self, now: datetime) -> None:
        self._base = now
        self._weekday = now.isoweekday()
        self._twelve = False
        self._nonsense: bytes | None = None
        self._since_us = self.now_us()

    def _elapsed_us(self) -> int:
        if self.fault == "stuck":
            return 0
        aging = self._other[_AGING] - (self._other[_AGING] >> 7 << 8)
        rate = 1 + (self.ppm - aging * 0.1) / 1e6  # positive aging slows it, 0.1 ppm a step
        return int((self.now_us() - self._since_us) * rate)

    def _freeze(self) -> None:
        """Count on from here, at what is another speed from now on."""
        us = self._elapsed_us()
        self._since_us = self.now_us()
        self._base += timedelta(microseconds=us)

    def _time(self) -> bytes:
        if self._nonsense is not None:
            return self._nonsense
        now = self.now()
        days = (now.date() - self._base.date()).days
        hour = _bcd(now.hour)
        if self._twelve:
            hour = 0x40 | (0x20 if now.hour >= 12 else 0) | _bcd((now.hour + 11) % 12 + 1)
        century = 0x80 if now.year >= 2100 else 0
        weekday = (self._weekday - 1 + days) % 7 + 1
        date = [_bcd(now.day), _bcd(now.month) | century, _bcd(now.year % 100)]
        return bytes([_bcd(now.second), _bcd(now.minute), hour, weekday, *date])

    def _take(self, time: bytes) -> None:
        hour = time[2]
        try:
            if hour & 0x40:
                hours = _number(hour & 0x1F) % 12 + (12 if hour & 0x20 else 0)
            else:
                hours = _number(hour & 0x3F)
            year = _number(time[6]) + (2100 if time[5] & 0x80 else 2000)
            now = datetime(
                year, _number(time[5] & 0x1F), _number(time[4] & 0x3F),
                hours, _number(time[1] & 0x7F), _number(time[0] & 0x7F), tzinfo=UTC,
            )  # fmt: skip
        except ValueError:
            self._nonsense = time  # as it was written: the sheet says "undefined operation"
            return
        self._show(now)
        self._weekday = max(1, time[3] & 7)
        self._twelve = bool(hour & 0x40)


def _bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def _number(byte: int) -> int:
    """ValueError: not two decimal digits."""
    return int(f"{byte:02x}")


def _utc(now: datetime) -> datetime:
    """A time without a zone is UTC."""
    return now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
