"""HLK-LD2410 presence radar, on its serial line (256000 baud, 8N1).

24 GHz; it sees somebody walking to about 6 m, and standing still to about 4: good for a path or
a porch with the luminaire close by, not for a road from a mast of 8 m. It says that somebody is
there and how far, not how fast: `speed_known` is for other radars.

A report, ten a second (Hi-Link, "Serial communication protocol" V1.02, 2.3):

    F4 F3 F2 F1, u16 length, u8 02 (01: engineering), AA, u8 state, u16 moving cm, u8 energy,
    u16 still cm, u8 energy, u16 detection cm, [in engineering mode: energies of gates], 55, 00,
    F8 F7 F6 F5

Numbers are little-endian, energies 0 to 100. There is no checksum: a report counts if all of its
fixed bytes, its length and its ranges are right.
"""

from noctule.brain.const import const

BAUD = const(256000)

# Bits of `state`.
MOVING = const(1)
STILL = const(2)

_HEAD = b"\xf4\xf3\xf2\xf1"
_TAIL = b"\xf8\xf7\xf6\xf5"
_BASIC = const(13)  # lengths
_ENGINEERING = const(35)
_AROUND = const(10)  # head, length and tail
_TICKS = const(0x3FFFFFFF)
_LOOK = const(100)  # ms
_SILENCE = const(2000)  # ms; it sends ten reports a second
_SIZE = const(64)  # more than any report
_FARTHEST = const(1000)  # cm; beyond what it can see

# Configuration on; end engineering mode; configuration off.
_QUIET = (
    b"\xfd\xfc\xfb\xfa\x04\x00\xff\x00\x01\x00\x04\x03\x02\x01",
    b"\xfd\xfc\xfb\xfa\x02\x00\x63\x00\x04\x03\x02\x01",
    b"\xfd\xfc\xfb\xfa\x02\x00\xfe\x00\x04\x03\x02\x01",
)


class Radar:
    """uart: anything with UART's `readinto` that does not wait (timeout 0) and `write`.

    state: MOVING and STILL; 0: nobody. moving_cm, still_cm, detection_cm; moving_energy,
    still_energy: of the last report. reports: how many so far, wrapping at 65536. spoilt: reports
    and bytes thrown away, up to 65535. silent: there was no report for two seconds.

    active: somebody is there, since tick; also while it is silent: who does not see must not say
    that nobody is there. `look` and `next` are what a task asks for.
    """

    def __init__(self, uart) -> None:
        self.state = 0
        self.moving_cm = self.moving_energy = 0
        self.still_cm = self.still_energy = 0
        self.detection_cm = 0
        self.reports = 0
        self.spoilt = 0
        self.silent = False
        self.active = False
        self.tick = 0
        self._heard = -1  # when the last report came; -1: not looked yet
        self._uart = uart
        self._in = bytearray(_SIZE)
        self._buffer = bytearray(_SIZE)
        self._count = 0

    def end_engineering(self) -> None:
        """Have it send short reports. Long ones are understood as well, and only take longer."""
        for command in _QUIET:
            self._uart.write(command)

    def look(self, ticks: int) -> int:
        """Take what has come. Returns ms until it wants to be looked at again."""
        self.tick = ticks
        if self.poll() or self._heard < 0:
            self._heard = ticks
            self.silent = False
        elif ticks - self._heard & _TICKS > _SILENCE:
            self._heard = ticks - _SILENCE & _TICKS
            self.silent = True
        return _LOOK

    def next(self) -> bool:
        """Has `active` changed with what `look` took?"""
        if self.active == (self.silent or self.state != 0):
            return False
        self.active = not self.active
        return True

    def poll(self) -> int:
        """Take what has come, at most 64 bytes. Returns how many reports were in it. Allocates
        nothing. Call it ten times a second or more: the port's buffer holds 256 bytes."""
        count = self._uart.readinto(self._in)
        if not count:
            return 0
        found = 0
        for i in range(count):
            self._buffer[self._count] = self._in[i]
            self._count += 1
            if self._look():
                found += 1
        return found

    def _look(self) -> bool:
        """Is a whole report in the buffer? What cannot be the beginning of one is let go."""
        while self._count:
            need = self._need()
            if need > self._count:
                return False
            if need:
                self._take()
                self._count = 0
                return True
            self._drop()
        return False

    def _need(self) -> int:
        """Bytes of the report that the buffer begins with, as far as one sees; 0: it is none."""
        buffer, count = self._buffer, self._count
        for i in range(count if count < 4 else 4):
            if buffer[i] != _HEAD[i]:
                return 0
        if count < 6:
            return 6
        length = buffer[4] | buffer[5] << 8
        if length != _BASIC and length != _ENGINEERING:
            return 0
        size = length + _AROUND
        if count < size:
            return size
        for i in range(4):
            if buffer[size - 4 + i] != _TAIL[i]:
                return 0
        if buffer[6] != (2 if length == _BASIC else 1) or buffer[7] != 0xAA:
            return 0
        if buffer[size - 6] != 0x55 or buffer[size - 5] or buffer[8] > 3:
            return 0
        if buffer[11] > 100 or buffer[14] > 100:
            return 0
        for i in (9, 12, 15):
            if buffer[i] | buffer[i + 1] << 8 > _FARTHEST:
                return 0
        return size

    def _take(self) -> None:
        buffer = self._buffer
        self.state = buffer[8]
        self.moving_cm = buffer[9] | buffer[10] << 8
        self.moving_energy = buffer[11]
        self.still_cm = buffer[12] | buffer[13] << 8
        self.still_energy = buffer[14]
        self.detection_cm = buffer[15] | buffer[16] << 8
        self.reports = self.reports + 1 & 0xFFFF

    def _drop(self) -> None:
        """Let the first byte go, and all up to the next that can begin a report."""
        buffer, count = self._buffer, self._count
        at = 1
        while at < count and buffer[at] != _HEAD[0]:
            at += 1
        for i in range(at, count):
            buffer[i - at] = buffer[i]
        self._count = count - at
        if self.spoilt < 65535:
            self.spoilt += 1


def of(fitted) -> Radar:
    """From its wiring: uart, tx, rx."""
    from machine import UART

    radar = Radar(UART(fitted["uart"], baudrate=BAUD, tx=fitted["tx"], rx=fitted["rx"], timeout=0))
    radar.end_engineering()
    return radar
