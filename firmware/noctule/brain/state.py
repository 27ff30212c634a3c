"""What must outlive a reset, in one small buffer.

    0      version of this layout
    1      override: kind
    2      override: value
    3-4    override: ramp, 0.1 s
    5-6    override: expiry, day number (0 = not known)
    7-9    override: expiry, second of day
    10-12  override: seconds left
    13-16  burning seconds (light on)
    17-18  presence: seconds of hold left
    19     presence: why
    20-31  lengths of the last six nights or half nights, minutes
    32-33  length of the running one + 1, minutes
    34-35  when it was saved: day number (0 = time not known)
    36-38  when it was saved: second of day
    39-46  relighting: expiry (day number, second of day), seconds left
    47-54  all-on: likewise
    55     messages of neighbours since the own sensor last saw anybody
    56-57  faults of health that the meter has found
    58-61  zero
    62-63  CRC-16/CCITT of 0-61

Numbers are little-endian. A buffer that does not check is as good as none.
"""

from .const import const

SIZE = const(64)
VERSION = const(2)


def put(buffer: bytearray, at: int, size: int, value: int) -> None:
    for i in range(at, at + size):
        buffer[i] = value & 255
        value >>= 8


def get(buffer: bytes | bytearray, at: int, size: int) -> int:
    """Unsigned number. Four bytes must stay a small int: the top two bits are left out."""
    value = 0
    if size == 4:
        value = buffer[at + 3] & 63
        size = 3
    for i in range(at + size - 1, at - 1, -1):
        value = value << 8 | buffer[i]
    return value


# CRC-16/CCITT of one nibble; a test computes it afresh.
_NIBBLE = (
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
)


def check(buffer: bytes | bytearray, size: int) -> int:
    """CRC-16/CCITT (polynomial 0x1021, from 0xFFFF) of the first `size` bytes."""
    crc = 0xFFFF
    for i in range(size):
        byte = buffer[i]
        crc = ((crc & 0xFFF) << 4) ^ _NIBBLE[(crc >> 12) ^ (byte >> 4)]
        crc = ((crc & 0xFFF) << 4) ^ _NIBBLE[(crc >> 12) ^ (byte & 15)]
    return crc


def seal(buffer: bytearray) -> None:
    buffer[0] = VERSION
    put(buffer, SIZE - 2, 2, check(buffer, SIZE - 2))


def sound(buffer: bytes | bytearray) -> bool:
    """Is this a state that a brain of this version saved?"""
    if len(buffer) < SIZE or buffer[0] != VERSION:
        return False
    return get(buffer, SIZE - 2, 2) == check(buffer, SIZE - 2)
