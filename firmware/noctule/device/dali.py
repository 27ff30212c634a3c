"""DALI, as a controller of control gear sees it: frames, bits on the wire, fades, memory.

A *forward frame* of 16 bits goes to the gear, most significant bit first: an address byte and a
level or an opcode. A *backward frame* of 8 bits is an answer; none means "no". On the wire a bit
is two halves of 416.7 us (1200 bit/s): low then high is a 1, high then low a 0; a start bit 1
comes first, and an idle bus is high. The wire is given here as *runs*: how many microseconds it
was low, high, low and so on. Whoever reads pins turns edges into runs.

An opcode has its name where it is used, as a private constant: those cost a node no memory.
Memory of D4i gear: DiiA 251 to 253; frames: IEC 62386-102, timing: IEC 62386-101.
"""

from noctule.brain.const import const

BROADCAST = const(0xFE)  # address byte of all gear; see also `short`
_UNADDRESSED = const(0xFC)

# Special commands, which all gear hears: frames, to which the parameter is added.
DTR0 = const(0xA300)
_DTR1 = const(0xC300)
_WRITE_MEMORY_SILENT = const(0xC900)  # no answer; see _WRITE_MEMORY
# First bytes of those that come twice, or are answered.
_SPECIAL = const(0xA0)
_INITIALISE = const(0xA5)
_RANDOMISE = const(0xA7)
_COMPARE = const(0xA9)
_VERIFY_SHORT = const(0xB9)
_QUERY_SHORT = const(0xBB)
_WRITE_MEMORY = const(0xC7)

# Opcodes of commands to an address.
_FIRST_TWICE = const(0x20)
_FIRST_QUERY = const(0x90)
_ENABLE_WRITE_MEMORY = const(0x81)
_QUERY_DTR0 = const(0x98)
_QUERY_DTR1 = const(0x9C)
_READ_MEMORY = const(0xC5)
_QUERY_EXTENDED_VERSION = const(0xFF)

# Instead of an answer of 0 to 255. Where many are asked at once, GARBLED is a yes of several.
SILENCE = const(-1)
GARBLED = const(-2)


def short(number: int) -> int:
    """Address byte of the gear with a short address, 0 to 63."""
    if number < 0 or number > 63:
        raise ValueError("short address")
    return number << 1


def command(address: int, opcode: int) -> int:
    """Frame of a command or query to an address byte. (That of a level has no 1 there: it is
    address << 8 | level.)"""
    return (address | 1) << 8 | opcode


def twice(frame: int, device_type: int = 0) -> bool:
    """Does a frame count only if it comes twice within 100 ms, with none between?

    device_type: what ENABLE_TYPE has named just before, or 0.
    """
    first, opcode = frame >> 8, frame & 255
    if not first & 1:
        return False
    if _SPECIAL <= first < _UNADDRESSED:
        return first == _INITIALISE or first == _RANDOMISE
    return _FIRST_TWICE <= opcode < _FIRST_QUERY or (device_type == 6 and 0xE0 <= opcode <= 0xE4)


def answered(frame: int, device_type: int = 0) -> bool:
    """May gear answer this frame? Silence can be an answer too."""
    first, opcode = frame >> 8, frame & 255
    if not first & 1:
        return False
    if _SPECIAL <= first < _UNADDRESSED:
        return (
            first == _COMPARE
            or first == _VERIFY_SHORT
            or first == _QUERY_SHORT
            or first == _WRITE_MEMORY
        )
    if _FIRST_QUERY <= opcode <= _READ_MEMORY or opcode == _QUERY_EXTENDED_VERSION:
        return True
    return device_type == 6 and opcode >= 0xED


# The wire. All in microseconds. A receiver of version 1 gear and DALI-2 alike must take half bits
# of 333 to 500 and whole ones of 667 to 1000, and may judge as it likes between: slow edges and
# optocouplers lengthen the lows by what they take off the highs.
_SHORTEST = const(300)
_PARTING = const(583)  # shorter is one half, longer two
_LONGEST = const(1100)
STOP = const(2400)  # high for so long: the frame is over


class Decoder:
    """Runs in, frames out, of any sender on the bus. Takes any garbage; allocates nothing.

    value: of the last frame. errors: frames given up, for the log; stays at 65535.
    """

    def __init__(self) -> None:
        self.value = 0
        self.errors = 0
        self._bits = -1  # so far; -1: before the start bit is whole
        self._first = -1  # level of the first half of the bit in hand; -1: none in hand
        self._broken = False
        self._begun = False

    def feed(self, high: int, us: int) -> int:
        """The wire was high (1) or low (0) for so long. Returns the bits of the frame that has
        ended (8, 16 or 24), GARBLED for one that makes no sense, else 0.

        A frame ends by being followed by a high of STOP: when no edge comes for so long, feed
        that; the whole length may be fed again when the edge does come.
        """
        if high and us >= STOP:
            return self._end()
        if not self._begun:
            if high:
                return 0
            self._begun = True
            self._broken = False
            self.value = 0
            self._bits = self._first = -1
        if us < _SHORTEST or us > _LONGEST:
            self._broken = True
        if self._broken:
            return 0
        self._half(high)
        if us >= _PARTING:
            self._half(high)
        return 0

    def _half(self, high: int) -> None:
        if self._first < 0:
            self._first = high
            return
        # The start bit is a 1; a bit has a low and a high half; no frame is longer than 24.
        if high == self._first or (self._bits < 0 and not high) or self._bits >= 24:
            self._broken = True
            return
        if self._bits >= 0:
            self.value = self.value << 1 | high
        self._bits += 1
        self._first = -1

    def _end(self) -> int:
        if not self._begun:
            return 0
        self._begun = False
        if not self._broken and self._first == 0:
            self._half(1)  # a last 1: its high half is one with the idle bus
        bits = self._bits
        if self._broken or self._first >= 0 or not (bits == 8 or bits == 16 or bits == 24):
            if self.errors < 65535:
                self.errors += 1
            return GARBLED
        return bits


# Fade times of codes 1 to 15 in ms: 500 * sqrt(2 ** code). Code 0: none, or the extended one.
_FADES = (
    707, 1000, 1414, 2000, 2828, 4000, 5657, 8000, 11314, 16000, 22627, 32000, 45255, 64000, 90510,
)


def fade_ms(code: int) -> int:
    """Length in ms of the fade with a code of 0 to 15."""
    return _FADES[code - 1] if code else 0


def fade_code(ms: int) -> int:
    """The code, 0 to 15, whose fade is nearest to a ramp of `ms`. Ramps of more than 90 s are
    better sent in steps."""
    code = 0
    best = ms
    for i in range(15):
        off = ms - _FADES[i]
        if off < 0:
            off = -off
        if off < best:
            best = off
            code = i + 1
    return code


# Values in memory: of `scaled`, which begin with their power of ten, and of `number`. Instead of a
# value, which is never below 0:
_NOT_NOW = const(-1)  # TMASK: the gear does not know at this moment
_NEVER = const(-2)  # MASK: it does not measure this, or will not tell
_WRONG = const(-3)  # no sensible answer


def number(raw) -> int:
    """An unsigned value of any length (bytes, highest first): 0 or more, _NOT_NOW or _NEVER."""
    value = 0
    masked = True
    last = len(raw) - 1
    for i in range(last + 1):
        value = value << 8 | raw[i]
        if i < last and raw[i] != 255:
            masked = False
    if masked and raw[last] == 255:
        return _NEVER
    return _NOT_NOW if masked and raw[last] == 254 else value


def scaled(raw, places: int) -> int:
    """A value that begins with its own power of ten (-6 to 6), in units of 10 ** -places, rounded
    down: places 0 for Wh, 1 for 0.1 W. Else _NOT_NOW, _NEVER, or _WRONG for another power."""
    power = raw[0] - 256 if raw[0] > 127 else raw[0]
    if power < -6 or power > 6:
        return _WRONG
    value = number(raw[1:])
    if value < 0:
        return value
    power += places
    return value * 10**power if power >= 0 else value // 10**-power


# Conversations: generators that yield frames to send, are sent each answer (0 to 255, SILENCE or
# GARBLED) and return their result. Whoever drives the bus minds `twice`.


def read_memory(address: int, place):
    """Read a place (bank, first location, bytes) of one gear's memory, as it was at one instant
    (latched). Returns bytes, or None where it does not answer, or has missed which place."""
    bank, first, size = place
    raw = bytearray(size)
    yield _DTR1 | bank
    answer = yield command(address, _QUERY_DTR1)
    if answer != bank:
        return None
    yield DTR0 | 2
    yield command(address, _ENABLE_WRITE_MEMORY)
    yield _WRITE_MEMORY_SILENT | 0xAA
    yield DTR0 | first
    for i in range(size):
        answer = yield command(address, _READ_MEMORY)
        if answer < 0:
            return None
        raw[i] = answer
    # Every reading moves DTR0 on: had the gear missed a question, it would stand elsewhere.
    answer = yield command(address, _QUERY_DTR0)
    return raw if answer == first + size else None


def set_and_check(address: int, setting: int, query: int, value: int):
    """Make one gear keep a value by the opcode `setting`, and read it back with the query for it.
    Written only if it is another: the gear's memory wears. Returns whether the gear has it."""
    answer = yield command(address, query)
    if answer == value:
        return True
    yield DTR0 | value
    answer = yield command(address, _QUERY_DTR0)
    if answer != value:
        return False
    yield command(address, setting)
    answer = yield command(address, query)
    return answer == value
