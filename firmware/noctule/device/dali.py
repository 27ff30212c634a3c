"""DALI, as a controller of control gear sees it: frames, bits on the wire, fades, memory.

A *forward frame* of 16 bits goes to the gear, most significant bit first: an address byte and a
level or an opcode. A *backward frame* of 8 bits is an answer; none means "no". On the wire a bit
is two halves of 416.7 us (1200 bit/s): low then high is a 1, high then low a 0; a start bit 1
comes first, and an idle bus is high. The wire is given here as *runs*: how many microseconds it
was low, high, low and so on. Whoever drives pins turns runs into pulses and edges into runs.

Memory of D4i gear: DiiA 251 to 253; frames: IEC 62386-102, timing: IEC 62386-101.
"""

from ..brain.const import const

# Address bytes of all gear, and of all without a short address; see also `short` and `group`.
BROADCAST = const(0xFE)
UNADDRESSED = const(0xFC)

MASK = const(255)  # as a level: leave as it is; as a fail-safe level: keep the last one

# Opcodes of commands to an address. From 0x20 on they are sent twice, see `twice`.
OFF = const(0x00)
RECALL_MAX = const(0x05)
RECALL_MIN = const(0x06)
GO_TO_SCENE = const(0x10)  # + scene
RESET = const(0x20)
STORE_ACTUAL_IN_DTR0 = const(0x21)
SAVE_VARIABLES = const(0x22)
IDENTIFY = const(0x25)
SET_MAX_LEVEL = const(0x2A)
SET_MIN_LEVEL = const(0x2B)
SET_FAILURE_LEVEL = const(0x2C)
SET_POWER_ON_LEVEL = const(0x2D)
SET_FADE_TIME = const(0x2E)
SET_FADE_RATE = const(0x2F)
SET_EXTENDED_FADE = const(0x30)
SET_SCENE = const(0x40)  # + scene
ADD_TO_GROUP = const(0x60)  # + group
REMOVE_FROM_GROUP = const(0x70)  # + group
SET_SHORT_ADDRESS = const(0x80)
ENABLE_WRITE_MEMORY = const(0x81)
QUERY_STATUS = const(0x90)
QUERY_PRESENT = const(0x91)
QUERY_LAMP_FAILURE = const(0x92)
QUERY_LAMP_ON = const(0x93)
QUERY_VERSION = const(0x97)
QUERY_DTR0 = const(0x98)
QUERY_DEVICE_TYPE = const(0x99)
QUERY_PHYSICAL_MINIMUM = const(0x9A)
QUERY_POWER_FAILURE = const(0x9B)
QUERY_DTR1 = const(0x9C)
QUERY_LEVEL = const(0xA0)
QUERY_MAX_LEVEL = const(0xA1)
QUERY_MIN_LEVEL = const(0xA2)
QUERY_POWER_ON_LEVEL = const(0xA3)
QUERY_FAILURE_LEVEL = const(0xA4)
QUERY_FADE = const(0xA5)  # time * 16 + rate
QUERY_NEXT_DEVICE_TYPE = const(0xA7)
QUERY_EXTENDED_FADE = const(0xA8)
QUERY_GEAR_FAILURE = const(0xAA)
QUERY_GROUPS_LOW = const(0xC0)
QUERY_GROUPS_HIGH = const(0xC1)
READ_MEMORY = const(0xC5)
# Of LED gear (device type 6), each right after the special command ENABLE_TYPE.
SELECT_CURVE = const(0xE3)  # DTR0: 0 logarithmic, 1 linear
QUERY_CURVE = const(0xEE)
QUERY_EXTENDED_VERSION = const(0xFF)

# Special commands: the first byte; the second is their parameter.
TERMINATE = const(0xA1)
DTR0 = const(0xA3)
INITIALISE = const(0xA5)
RANDOMISE = const(0xA7)
COMPARE = const(0xA9)
WITHDRAW = const(0xAB)
SEARCH_HIGH = const(0xB1)
SEARCH_MIDDLE = const(0xB3)
SEARCH_LOW = const(0xB5)
PROGRAM_SHORT = const(0xB7)
VERIFY_SHORT = const(0xB9)
QUERY_SHORT = const(0xBB)
ENABLE_TYPE = const(0xC1)
DTR1 = const(0xC3)
DTR2 = const(0xC5)
WRITE_MEMORY = const(0xC7)
WRITE_MEMORY_SILENT = const(0xC9)

YES = const(255)
# Instead of an answer of 0 to 255. Where many are asked at once, GARBLED is a yes of several.
SILENCE = const(-1)
GARBLED = const(-2)

# Bits of the answer to QUERY_STATUS.
GEAR_FAILED = const(1)
LAMP_FAILED = const(2)
LAMP_ON = const(4)
LIMIT_ERROR = const(8)
FADING = const(16)
RESET_STATE = const(32)
NO_ADDRESS = const(64)
POWER_CYCLED = const(128)


def short(number: int) -> int:
    """Address byte of the gear with a short address, 0 to 63."""
    if number < 0 or number > 63:
        raise ValueError("short address")
    return number << 1


def group(number: int) -> int:
    """Address byte of a group, 0 to 15."""
    if number < 0 or number > 15:
        raise ValueError("group")
    return 0x80 | number << 1


def arc(address: int, level: int) -> int:
    """Frame "go to this level" (DAPC): 0 off, 1 to 254 by the gear's curve and fade, MASK stop."""
    return _addressed(address) << 8 | _byte(level)


def command(address: int, opcode: int) -> int:
    """Frame of a command or query to an address."""
    return (_addressed(address) | 1) << 8 | _byte(opcode)


def special(opcode: int, value: int = 0) -> int:
    """Frame of a special command, which all gear hears."""
    if opcode < TERMINATE or opcode > 0xFB or not opcode & 1:
        raise ValueError("special command")
    return opcode << 8 | _byte(value)


def _addressed(address: int) -> int:
    if address & 1 or address < 0 or address > BROADCAST or 0xA0 <= address < UNADDRESSED:
        raise ValueError("address")
    return address


def _byte(value: int) -> int:
    if value < 0 or value > 255:
        raise ValueError("byte")
    return value


def twice(frame: int, device_type: int = 0) -> bool:
    """Does a frame count only if it comes twice within 100 ms, with none between?

    device_type: what ENABLE_TYPE has named just before, or 0.
    """
    first, opcode = frame >> 8, frame & 255
    if not first & 1:
        return False
    if 0xA0 <= first < UNADDRESSED:
        return first == INITIALISE or first == RANDOMISE
    return RESET <= opcode < QUERY_STATUS or (device_type == 6 and 0xE0 <= opcode <= 0xE4)


def answered(frame: int, device_type: int = 0) -> bool:
    """May gear answer this frame? Silence can be an answer too."""
    first, opcode = frame >> 8, frame & 255
    if not first & 1:
        return False
    if 0xA0 <= first < UNADDRESSED:
        return (
            first == COMPARE
            or first == VERIFY_SHORT
            or first == QUERY_SHORT
            or first == WRITE_MEMORY
        )
    if QUERY_STATUS <= opcode <= READ_MEMORY or opcode == QUERY_EXTENDED_VERSION:
        return True
    return device_type == 6 and opcode >= 0xED


# The wire. All in microseconds. A sender keeps to the first; a receiver of version 1 gear and
# DALI-2 alike must take half bits of 333 to 500 and whole ones of 667 to 1000, and may judge as
# it likes between: slow edges and optocouplers lengthen the lows by what they take off the highs.
_HALF = const(417)
_TWO_HALVES = const(833)
_SHORTEST = const(300)
_PARTING = const(583)  # shorter is one half, longer two
_LONGEST = const(1100)
STOP = const(2400)  # high for so long: the frame is over
# An answer begins, counted from the last edge of the question: the first is short of DALI-2's
# 5500, since version 1 gear answers after 7 half bits and two stop bits, and the capture of a
# real one shows 4730.
REPLY_FROM = const(2400)
REPLY_BY = const(12400)
# From the last edge of any frame to the next question: DALI-2's lowest priority, which leaves
# room for other controllers; the second of a frame sent twice goes after the shortest.
SETTLE = const(19500)
SETTLE_TWICE = const(13500)

LONGEST_FRAME = const(49)  # runs of 24 bits at most


def encode(value: int, bits: int, runs) -> int:
    """Put a frame on the wire: fills `runs` (an array or list of LONGEST_FRAME) with lengths in
    us, low first. Returns how many: always odd, since the bus is high before and after.
    Allocates nothing."""
    runs[0] = _HALF  # the start bit's low half; its high one is in hand
    count = 1
    high = _HALF
    for i in range(bits - 1, -1, -1):
        if value >> i & 1:
            # Low, high. In hand: a high to be written, or a low to be made longer.
            if high:
                runs[count] = high
                runs[count + 1] = _HALF
                count += 2
            else:
                runs[count - 1] = _TWO_HALVES
            high = _HALF
        else:
            # High, low. A high in hand becomes one with it.
            runs[count] = _TWO_HALVES if high else _HALF
            runs[count + 1] = _HALF
            count += 2
            high = 0
    return count


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
    better sent in steps, or by an extended fade."""
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


_UNITS = (100, 1000, 10000, 60000)  # ms; multipliers 1 to 4


def extended_fade(ms: int) -> int:
    """DTR0 for SET_EXTENDED_FADE, which counts while the fade time is 0: the nearest to a ramp of
    `ms` that DALI-2 has, from 100 ms to 16 minutes; 0 for none."""
    code = 0
    best = ms
    for i in range(4):
        unit = _UNITS[i]
        steps = (ms + unit // 2) // unit
        steps = 1 if steps < 1 else 16 if steps > 16 else steps
        off = ms - steps * unit
        if off < 0:
            off = -off
        if off < best:
            best = off
            code = (i + 1) << 4 | steps - 1
    return code


def extended_fade_ms(code: int) -> int:
    """Length in ms of an extended fade."""
    unit = code >> 4
    return _UNITS[unit - 1] * ((code & 15) + 1) if 0 < unit < 5 else 0


# Memory. A place is (bank, first location, bytes); what `scaled` reads begins with the scale.
ENERGY = (202, 0x04, 7)  # Wh
POWER = (202, 0x0B, 5)  # W
APPARENT_ENERGY = (203, 0x04, 7)  # VAh
APPARENT_POWER = (203, 0x0B, 5)  # VA
LOAD_ENERGY = (204, 0x04, 7)  # Wh
LOAD_POWER = (204, 0x0B, 5)  # W
# What `number` reads.
GEAR_HOURS = (205, 0x04, 4)  # s
GEAR_STARTS = (205, 0x08, 3)
GEAR_VOLTAGE = (205, 0x0B, 2)  # 0.1 V
GEAR_FREQUENCY = (205, 0x0D, 1)  # Hz
GEAR_POWER_FACTOR = (205, 0x0E, 1)  # 0.01
GEAR_FAILURE = (205, 0x0F, 1)
GEAR_TEMPERATURE = (205, 0x1B, 1)  # degrees Celsius + 60
LAMP_STARTS = (206, 0x07, 3)
LAMP_HOURS = (206, 0x0E, 4)  # s
LAMP_VOLTAGE = (206, 0x12, 2)  # 0.1 V
LAMP_CURRENT = (206, 0x14, 2)  # mA
LAMP_TEMPERATURE = (206, 0x20, 1)  # degrees Celsius + 60

# Instead of a value, which is never below 0.
NOT_NOW = const(-1)  # TMASK: the gear does not know at this moment
NEVER = const(-2)  # MASK: it does not measure this, or will not tell
WRONG = const(-3)  # no sensible answer


def number(raw) -> int:
    """An unsigned value of any length (bytes, highest first): 0 or more, NOT_NOW or NEVER."""
    value = 0
    masked = True
    last = len(raw) - 1
    for i in range(last + 1):
        value = value << 8 | raw[i]
        if i < last and raw[i] != 255:
            masked = False
    if masked and raw[last] == 255:
        return NEVER
    return NOT_NOW if masked and raw[last] == 254 else value


def scaled(raw, places: int) -> int:
    """A value that begins with its own power of ten (-6 to 6), in units of 10 ** -places, rounded
    down: places 0 for Wh, 1 for 0.1 W. Else NOT_NOW, NEVER, or WRONG for another power."""
    power = raw[0] - 256 if raw[0] > 127 else raw[0]
    if power < -6 or power > 6:
        return WRONG
    value = number(raw[1:])
    if value < 0:
        return value
    power += places
    return value * 10**power if power >= 0 else value // 10**-power


# Conversations: generators that yield frames to send, are sent each answer (0 to 255, SILENCE or
# GARBLED) and return their result. Whoever drives the bus minds `twice`.


def read_memory(address: int, place):
    """Read a place of the memory of one gear, as it was at one instant (latched). Returns bytes,
    or None where it does not answer, or has missed which place."""
    bank, first, size = place
    raw = bytearray(size)
    yield special(DTR1, bank)
    answer = yield command(address, QUERY_DTR1)
    if answer != bank:
        return None
    yield special(DTR0, 2)
    yield command(address, ENABLE_WRITE_MEMORY)
    yield special(WRITE_MEMORY_SILENT, 0xAA)
    yield special(DTR0, first)
    for i in range(size):
        answer = yield command(address, READ_MEMORY)
        if answer < 0:
            return None
        raw[i] = answer
    # Every reading moves DTR0 on: had the gear missed a question, it would stand elsewhere.
    answer = yield command(address, QUERY_DTR0)
    return raw if answer == first + size else None


def set_and_check(address: int, setting: int, query: int, value: int):
    """Make one gear keep a value, as SET_FAILURE_LEVEL, and read it back with the query for it.
    Written only if it is another: the gear's memory wears. Returns whether the gear has it."""
    answer = yield command(address, query)
    if answer == value:
        return True
    yield special(DTR0, value)
    answer = yield command(address, QUERY_DTR0)
    if answer != value:
        return False
    yield command(address, setting)
    answer = yield command(address, query)
    return answer == value
