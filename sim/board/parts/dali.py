"""A DALI bus on two pins of the chip, and LED control gear on it, with D4i memory.

Built from IEC 62386-101 and -102 as the field knows them (../shared/reference, 1.4) and DiiA 251
to 253; not from the firmware, whose frames it reads by itself. A bus is high when idle; who says
something pulls it low. All times are virtual microseconds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import ClassVar

from sim.board.parts.part import Part

__all__ = ["DaliBus", "Gear", "light_of"]

Low = tuple[int, int]
"""From when to when somebody pulls the bus low."""

_HALF = 417
_SECOND = 1_000_000
_TWICE_US = 100_000  # the second of two frames has come by then
_LOST_US = 500_000  # a bus low for so long has failed
_MASK = 255


def light_of(level: int) -> float:
    """Percent of light at an arc power level, by the standard curve."""
    return 10 ** ((level - 1) * 3 / 253 - 1) if level else 0.0


@dataclass
class Gear:
    """One control gear: it hears frames of 16 bits and answers some of them.

    reply_us: from the end of a question to its answer (version 1: 2.92 to 9.17 ms, DALI-2 5.5 to
    10.5). skew_us: by which its lows are longer, as real ones are.
    """

    address: int | None = 0
    groups: int = 0
    power_on: int = 254
    failure: int = 254
    minimum: int = 1
    maximum: int = 254
    physical_minimum: int = 1
    fade_time: int = 0
    extended_fade: int = 0
    curve: int = 0
    reply_us: int = 5500
    skew_us: int = 15
    banks: dict[int, dict[int, int]] = field(default_factory=dict)
    dead: bool = False
    powered: bool = True
    lamp_failed: bool = False
    gear_failed: bool = False
    deaf_to: Callable[[int], bool] = lambda frame: False
    writes: int = 0
    """To memory that wears."""
    level: int = 254

    def __post_init__(self) -> None:
        self.dtr = [0, 0, 0]
        self._fade = (0, 0, self.level, self.level)  # from when, for how long, from, to
        self._first: tuple[int, int] | None = None  # a frame that is to come twice, and when
        self._type = 0
        self._write_enabled = False
        self._latched: dict[int, dict[int, int]] = {}
        self._power_cycled = True

    # Physics.

    def level_at(self, us: int) -> int:
        """The arc power level now: in a fade it moves evenly."""
        begun, length, start, end = self._fade
        share = min(1.0, (us - begun) / length) if length else 1.0
        self.level = round(start + (end - start) * share)
        return self.level

    def lose_bus(self, us: int) -> None:
        """The bus has been low for half a second."""
        if self.failure != _MASK:
            self._go(self.failure, us, 0)

    def power_up(self, us: int) -> None:
        """Mains have come (back)."""
        self.powered = True
        self._power_cycled = True
        self._type, self._write_enabled, self._first = 0, False, None
        if self.power_on != _MASK:
            self._go(self.power_on, us, 0)

    def _go(self, level: int, us: int, length: int) -> None:
        start = self.level_at(us)
        end = level if level == 0 else max(self.minimum, min(self.maximum, level))
        self._fade = (us, length, start, end)
        self.level_at(us)

    def _fade_us(self) -> int:
        if self.fade_time:
            return int(500_000 * 2 ** (self.fade_time / 2))
        units = (0, 100, 1000, 10_000, 60_000)
        return units[self.extended_fade >> 4] * 1000 * ((self.extended_fade & 15) + 1)

    # Frames.

    def hear(self, frame: int, us: int) -> int | None:
        """A frame ends at this instant; the byte that it answers."""
        if self.dead or not self.powered or self.deaf_to(frame):
            return None
        first, self._first = self._first, None
        again = first is not None and first[0] == frame and us - first[1] <= _TWICE_US
        address, opcode = frame >> 8, frame & 255
        if 0xA0 <= address < 0xFC:
            return self._special(address, opcode)
        kind, self._type = self._type, 0
        if not self._mine(address):
            return None
        if not address & 1:
            self._power_cycled = self._write_enabled = False
            if opcode != _MASK:
                self._go(opcode, us, self._fade_us())
            return None
        if kind == 6 and opcode >= 0xE0:
            return self._led(opcode, again, frame, us)
        if 0x20 <= opcode < 0x90:
            if again:
                self._configure(opcode)
            else:
                self._first = (frame, us)
            return None
        self._write_enabled = self._write_enabled and opcode in (0x98, 0x9C)
        return self._answer(opcode, us)

    def _mine(self, address: int) -> bool:
        kind = address & 0xFE
        return (
            kind == 0xFE
            or (kind == 0xFC and self.address is None)
            or (address < 0x80 and address >> 1 == self.address)
            or (address & 0xE0 == 0x80 and bool(self.groups >> (address >> 1 & 15) & 1))
        )

    def _special(self, first: int, second: int) -> int | None:
        if first in (0xA3, 0xC3, 0xC5):
            self.dtr[(0xA3, 0xC3, 0xC5).index(first)] = second
        elif first == 0xC1:
            self._type = second
        elif first in (0xC7, 0xC9) and self._write_enabled:
            bank = self.banks.get(self.dtr[1])
            if bank is not None and self.dtr[0] == 2:
                bank[2] = second
                if second == 0xAA:
                    self._latched[self.dtr[1]] = dict(bank)
            self.dtr[0] = min(255, self.dtr[0] + 1)
            return second if first == 0xC7 and bank is not None else None
        return None

    def _configure(self, opcode: int) -> None:
        value = self.dtr[0]
        self._write_enabled = opcode == 0x81
        match opcode:
            case 0x2A:
                self.maximum = max(self.minimum, min(254, value))
            case 0x2B:
                self.minimum = max(self.physical_minimum, min(self.maximum, value))
            case 0x2C:
                self.failure = value
            case 0x2D:
                self.power_on = value
            case 0x2E:
                self.fade_time = min(15, value)
            case 0x30:
                self.extended_fade = value if value <= 0x4F else 0
            case _:
                return
        self.writes += 1

    def _led(self, opcode: int, again: bool, frame: int, us: int) -> int | None:
        if opcode == 0xE3:
            if again:
                self.curve = self.dtr[0] & 1
                self.writes += 1
            else:
                self._first, self._type = (frame, us), 6
            return None
        return self.curve if opcode == 0xEE else None

    def _answer(self, opcode: int, us: int) -> int | None:
        match opcode:
            case 0x00:
                self._power_cycled = False
                self._go(0, us, 0)
            case 0x05:
                self._power_cycled = False
                self._go(254, us, 0)
            case 0x06:
                self._go(1, us, 0)
            case 0x90:
                return self._status(us)
            case 0xC5:
                bank = self._latched.get(self.dtr[1], self.banks.get(self.dtr[1], {}))
                value = bank.get(self.dtr[0])
                self.dtr[0] = min(255, self.dtr[0] + 1)
                return value
        level = self.level_at(us)
        return {
            0x91: 255, 0x92: 255 if self.lamp_failed else None, 0x93: 255 if level else None,
            0x98: self.dtr[0], 0x99: 6, 0x9A: self.physical_minimum, 0x9C: self.dtr[1],
            0xA0: level, 0xA1: self.maximum, 0xA2: self.minimum, 0xA3: self.power_on,
            0xA4: self.failure, 0xA5: self.fade_time << 4 | 7, 0xA8: self.extended_fade,
            0xAA: 255 if self.gear_failed else None,
            0xC0: self.groups & 255, 0xC1: self.groups >> 8,
        }.get(opcode)  # fmt: skip

    def _status(self, us: int) -> int:
        fading = us < self._fade[0] + self._fade[1]
        return (
            self.gear_failed * 1 + self.lamp_failed * 2
            + (self.level_at(us) > 0 and not self.lamp_failed) * 4 + fading * 16
            + (self.address is None) * 64 + self._power_cycled * 128
        )  # fmt: skip


class DaliBus(Part):
    """The wires between the chip's interface and its gear.

    tx, rx: pins of the chip. invert_tx, invert_rx: the interface inverts (an optocoupler does).
    frames: what was said to the gear so far, (instant of its end, 16 bits or None: no frame).
    """

    FAULTS: ClassVar[tuple[str, ...]] = ("shorted", "cut", "noise")

    def __init__(
        self, *, tx: int, rx: int, invert_tx: bool = False, invert_rx: bool = False, seed: int = 0
    ) -> None:
        super().__init__()
        self.tx, self.rx = tx, rx
        self.invert_tx, self.invert_rx = invert_tx, invert_rx
        self.gear: list[Gear] = []
        self.frames: list[tuple[int, int | None]] = []
        self._lows: list[Low] = []
        self._noise = Random(seed)
        self._down_us: int | None = None

    def add(self, gear: Gear) -> Gear:
        """Connect gear."""
        self.gear.append(gear)
        return gear

    def power(self, on: bool) -> None:
        """Mains: the gear's too."""
        for gear in self.gear:
            if on:
                gear.power_up(self.now_us())
            else:
                gear.powered = False

    def changed(self) -> None:
        self.output_changed()

    def output_changed(self) -> None:
        """A bus that is held low has failed half a second later, and the gear knows what to do."""
        held = self._host.level(self.tx) if self._host is not None else None
        low = held is not None and (held > 0) == self.invert_tx
        if not low and self.fault != "shorted":
            self._down_us = None
        elif self._down_us is None:
            self._down_us = self.now_us()
            if self._host is not None:
                self.host.at(self._down_us + _LOST_US, self._lost)

    def _lost(self) -> None:
        if self._down_us is not None and self.now_us() - self._down_us >= _LOST_US:
            for gear in self.gear:
                gear.lose_bus(self.now_us())

    def sent(self, start_us: int, pulses: Iterable[tuple[int, int]]) -> None:
        """The chip drives tx: (level of the pin, how long in us), ..., idle before and after."""
        at = start_us
        runs: list[tuple[bool, int]] = []
        lows: list[Low] = []
        for level, us in pulses:
            high = bool(level) != self.invert_tx
            if not high:
                lows.append((at, at + us))
            if runs and runs[-1][0] == high:
                runs[-1] = (high, runs[-1][1] + us)
            else:
                runs.append((high, us))
            at += us
        if not lows:
            return
        self._say(lows)
        if self.fault in ("shorted", "cut"):
            return
        frame = _read(runs)
        self.frames.append((at, frame))
        if frame is None:
            return
        for gear in self.gear:
            answer = gear.hear(frame, at)
            if answer is not None:
                self._say(_answer(answer, at + gear.reply_us, gear.skew_us))

    def _say(self, lows: list[Low]) -> None:
        newest = lows[0][0]
        self._lows = [low for low in self._lows if low[1] > newest - _SECOND] + lows

    def samples(self, start_us: int, hz: int, size: int) -> bytes:
        """What a sampler on rx reads from an instant on: `size` bytes, the first bit on top."""
        count = size * 8
        line = bytearray(b"\1" * count)
        if self.fault == "shorted":
            line = bytearray(count)
        elif self.fault == "noise":
            line = bytearray(self._noise.choices((0, 1), (1, 3), k=count))
        if self.fault != "cut":
            for low, high in self._lows:
                first = max(0, -((start_us - low) * hz // _SECOND))
                last = min(count, -((start_us - high) * hz // _SECOND))
                if last > first:
                    line[first:last] = bytes(last - first)
        text = "".join(map(str, line))
        whole = int(text, 2) ^ ((1 << count) - 1 if self.invert_rx else 0)
        return whole.to_bytes(size, "big")


def _read(runs: list[tuple[bool, int]]) -> int | None:
    """The frame of 16 bits that these are, by halves of 334 to 500 us; None: it is none."""
    halves = ""
    for high, us in runs:
        if not 333 <= us <= 1000:
            if high and us > 1000:
                break  # it has ended
            return None
        halves += ("1" if high else "0") * (1 if us <= 500 else 2)
    halves += "1" * (len(halves) % 2)
    pairs = [halves[i : i + 2] for i in range(0, len(halves), 2)]
    if len(pairs) != 17 or pairs[0] != "01" or {"00", "11"} & set(pairs):
        return None
    return int("".join("1" if pair == "01" else "0" for pair in pairs[1:]), 2)


def _answer(byte: int, start_us: int, skew_us: int) -> list[Low]:
    halves = "01" + "".join("01" if byte >> i & 1 else "10" for i in range(7, -1, -1))
    lows: list[Low] = []
    for i, half in enumerate(halves):
        at = start_us + i * _HALF
        if half == "0" and i and halves[i - 1] == "0":
            lows[-1] = (lows[-1][0], at + _HALF + skew_us)
        elif half == "0":
            lows.append((at, at + _HALF + skew_us))
    return lows
