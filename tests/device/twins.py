"""Simulated twins of what hangs on a node's buses, with their physics: for tests of the drivers.

Each is built from its data sheet, not from our driver, and speaks at the bus: bytes or the wire.
"""

from sim.board.parts.dali import Gear, light_of


class WireGear(Gear):
    """The virtual board's gear, spoken to in runs of the wire (us, low first) and answering so.

    Time passes by `pass_ms`.
    """

    def __init__(self, address: int | None = 0, skew: int = 15) -> None:
        super().__init__(address=address, skew_us=skew)
        self._us = 0

    def pass_ms(self, ms: float) -> None:
        self._us += round(ms * 1000)
        self.level_at(self._us)

    @property
    def light(self) -> float:
        return light_of(self.level)

    def hear_runs(self, runs: list[int]) -> list[int]:
        """A frame on the bus; what it answers (empty: nothing)."""
        halves = "".join("01"[i % 2] * (1 if us < 583 else 2) for i, us in enumerate(runs))
        halves += "1" * (len(halves) % 2)
        bits = "".join({"01": "1", "10": "0"}[halves[i : i + 2]] for i in range(0, len(halves), 2))
        assert bits[0] == "1" and len(bits) == 17, bits
        answer = self.hear(int(bits[1:], 2), self._us)
        return [] if answer is None else self.say(answer)

    def say(self, byte: int) -> list[int]:
        halves = "01" + "".join("01" if byte >> i & 1 else "10" for i in range(7, -1, -1))
        runs: list[int] = []
        level = ""
        for half in halves.rstrip("1"):
            if half == level:
                runs[-1] += 417
            else:
                runs.append(417 + (self.skew_us if half == "0" else -self.skew_us))
            level = half
        return runs


class Bus:
    """I2C with chips by address. `down`: it hangs, and every transfer is an OSError."""

    def __init__(self, **chips: "Chip") -> None:
        self.chips = {chip.address: chip for chip in chips.values()}
        self.down = False
        self.transfers = 0

    def _chip(self, address: int) -> "Chip":
        self.transfers += 1
        if self.down or address not in self.chips or self.chips[address].dead:
            raise OSError(19 if not self.down else 110)
        return self.chips[address]

    def writeto(self, address: int, data: bytes) -> int:
        self._chip(address).write(bytes(data))
        return len(data) + 1

    def readfrom_into(self, address: int, buffer: bytearray) -> None:
        chip = self._chip(address)
        for i in range(len(buffer)):
            buffer[i] = chip.read()

    def writeto_mem(self, address: int, register: int, data: bytes) -> None:
        self._chip(address).write(bytes([register]) + bytes(data))

    def readfrom_mem_into(self, address: int, register: int, buffer: bytearray) -> None:
        self._chip(address).write(bytes([register]))
        self.readfrom_into(address, buffer)


class Chip:
    address = 0
    dead = False

    def write(self, data: bytes) -> None:
        raise NotImplementedError

    def read(self) -> int:
        raise NotImplementedError


class ClockChip(Chip):
    """DS3231: it counts its own calendar in BCD; the battery keeps it, if there is one."""

    address = 0x68

    def __init__(self, ppm: float = 0.0, battery: bool = True) -> None:
        self.registers = bytearray(19)
        self.registers[3:7] = b"\x01\x01\x01\x00"
        self.registers[0x0E], self.registers[0x0F] = 0x1C, 0x88  # new: it has stood still
        self.registers[0x11], self.registers[0x12] = 0x19, 0x40  # 25.25 degrees, as in the sheet
        self.ppm, self.battery = ppm, battery
        self.pointer = 0
        self.latched = bytes(7)
        self._rest = 0.0

    def power(self, on: bool) -> None:
        if not on and (not self.battery or self.registers[0x0E] & 0x80):
            self.registers[0x0F] |= 0x80

    def pass_seconds(self, seconds: float) -> None:
        self._rest += seconds * (1 + self.ppm / 1e6)
        while self._rest >= 1:
            self._rest -= 1
            self._second()

    def _second(self) -> None:
        r = self.registers

        def up(i: int, mask: int, last: int, first: int) -> bool:
            value = (r[i] & mask & 0xF0) // 16 * 10 + (r[i] & mask & 15)
            wrapped = value >= last
            value = first if wrapped else value + 1
            r[i] = r[i] & ~mask & 255 | value // 10 << 4 | value % 10
            return wrapped

        if not (up(0, 0x7F, 59, 0) and up(1, 0x7F, 59, 0) and up(2, 0x3F, 23, 0)):
            return
        r[3] = r[3] % 7 + 1
        month = (r[5] >> 4 & 1) * 10 + (r[5] & 15)
        year = (r[6] >> 4) * 10 + (r[6] & 15)
        days = [31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        if up(4, 0x3F, days[month - 1], 1) and up(5, 0x1F, 12, 1) and up(6, 0xFF, 99, 0):
            r[5] ^= 0x80

    def write(self, data: bytes) -> None:
        self.pointer = data[0] % 19
        for byte in data[1:]:
            if self.pointer == 0x0F:  # the flag can only be cleared
                byte = byte & 0x7F | byte & self.registers[0x0F] & 0x80
            if self.pointer == 0:
                self._rest = 0.0
            if self.pointer < 0x11:
                self.registers[self.pointer] = byte
            self.pointer = (self.pointer + 1) % 19
        self.latched = bytes(self.registers[:7])

    def read(self) -> int:
        at, self.pointer = self.pointer, (self.pointer + 1) % 19
        return self.latched[at] if at < 7 else self.registers[at]


class LightChip(Chip):
    """BH1750: a measurement takes its time, and only then is there a new value."""

    address = 0x23

    def __init__(self, lux: float = 0.0) -> None:
        self.lux = lux
        self.on = False
        self.time = 69
        self.value = 0
        self._mode = 0
        self._left = 0.0
        self._next = 0

    def pass_ms(self, ms: float) -> None:
        if not self._mode:
            return
        self._left -= ms
        if self._left <= 0:
            gain = 2 if self._mode & 3 == 1 else 1
            step = 4 if self._mode & 3 == 3 else 1
            counts = self.lux * 1.2 * gain * self.time / 69
            self.value = min(65535, int(counts) // step * step)
            self.on = self._mode < 0x20
            self._mode = 0

    def lose_power(self) -> None:
        self.on, self.time, self.value, self._mode = False, 69, 0, 0

    def write(self, data: bytes) -> None:
        assert len(data) == 1, "one instruction a transfer"
        code = data[0]
        if code == 0x00:
            self.on = False
        elif code == 0x01:
            self.on = True
        elif code & 0xF8 == 0x40:
            self.time = self.time & 31 | (code & 7) << 5
        elif code & 0xE0 == 0x60:
            self.time = self.time & 0xE0 | code & 31
        elif code & 0xEC in (0x00, 0x20) and code & 3 != 2 and code & 0x30 and self.on:
            self._mode = code
            self._left = (24 if code & 3 == 3 else 180) * self.time / 69
        self._next = 0

    def read(self) -> int:
        byte = (self.value >> 8, self.value & 255)[self._next]
        self._next ^= 1
        return byte


class RadarPort:
    """LD2410 on a UART: somebody at `metres` walking `speed`, reports ten a second."""

    def __init__(self) -> None:
        self.metres: float | None = None
        self.speed = 0.0
        self.engineering = False
        self.hold = 5000.0  # ms for which it goes on saying that somebody is there
        self.configuring = False
        self.acknowledged: list[int] = []
        self._last: tuple[int, int] = (0, 0)
        self._seen = -1e9
        self._now = 0.0
        self._due = 0.0
        self._out = bytearray()

    def pass_ms(self, ms: float) -> None:
        end = self._now + ms
        while self._due <= end:
            if self.metres is not None:
                self.metres += self.speed * (self._due - self._now) / 1000
            self._now = self._due
            self._due += 100
            if not self.configuring:
                self._out += self.report()
        if self.metres is not None:
            self.metres += self.speed * (end - self._now) / 1000
        self._now = end
        del self._out[:-256]  # the port's buffer

    def report(self) -> bytes:
        state = moving = still = 0
        strength = 0
        if self.metres is not None:
            reach = 6.0 if self.speed else 4.0
            if abs(self.metres) <= reach:
                self._seen = self._now
                cm = round(abs(self.metres) * 100)
                strength = max(1, min(100, int(100 - abs(self.metres) * 12)))
                state = 1 if self.speed else 2
                moving, still = (cm, 0) if self.speed else (0, cm)
                self._last = (moving, still)
        if not state and self._now - self._seen < self.hold:
            state, (moving, still) = 2, self._last
        body = bytes([2, 0xAA, state]) + moving.to_bytes(2, "little")
        body += bytes([strength if moving else 0]) + still.to_bytes(2, "little")
        body += bytes([strength if still else 0]) + max(moving, still).to_bytes(2, "little")
        if self.engineering:
            body = b"\1" + body[1:] + b"\x08\x08" + bytes(range(18)) + b"\0\0"
        body += b"\x55\0"
        size = len(body).to_bytes(2, "little")
        return b"\xf4\xf3\xf2\xf1" + size + body + b"\xf8\xf7\xf6\xf5"

    # The port.

    def disturb(self, noise: bytes) -> None:
        self._out += noise
        del self._out[:-256]

    def readinto(self, buffer: bytearray) -> int | None:
        count = min(len(buffer), len(self._out))
        buffer[:count] = self._out[:count]
        del self._out[:count]
        return count or None

    def write(self, data: bytes) -> int:
        assert data[:4] == b"\xfd\xfc\xfb\xfa" and data[-4:] == b"\4\3\2\1"
        assert len(data) == int.from_bytes(data[4:6], "little") + 10
        word = int.from_bytes(data[6:8], "little")
        if word == 0xFF:
            self.configuring = True
        elif self.configuring and word in (0x62, 0x63):
            self.engineering = word == 0x62
        elif word == 0xFE:
            self.configuring = False
        self.acknowledged.append(word)
        body = (word | 0x100).to_bytes(2, "little") + b"\0\0"
        self._out += b"\xfd\xfc\xfb\xfa" + len(body).to_bytes(2, "little") + body + b"\4\3\2\1"
        return len(data)


class MeterPulses:
    """BL0937 behind a shunt and a divider, with a counter that wraps after `mask`."""

    def __init__(self, shunt_ohm: float = 0.001, divider: int = 2001, mask: int = 0xFFFF) -> None:
        self.watts = 0.0
        self.joules = 0.0
        self.volts = 230.0
        self._gain = 1721506 / 1.218**2 * shunt_ohm / divider
        self._pulses = 0.0
        self._mask = mask

    @property
    def count(self) -> int:
        return int(self._pulses) & self._mask

    def pass_ms(self, ms: float) -> None:
        amperes = self.watts / self.volts
        self._pulses += self._gain * self.volts * amperes * ms / 1000
        self.joules += self.watts * ms / 1000


Write = tuple[str, str, int, bytes]  # "replace" or "write_at", name, at, data


class Disk:
    """Files in memory, with every write on record, so that power can be cut at each of them.

    It is less kind than littlefs, which commits a file at once when it is closed: here a cut may
    leave any part of what was being written, and anything at all in the rest of it.
    """

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = dict(files or {})
        self.record: list[Write] = []
        self.full = False
        self.writes = self.written = 0

    def read(self, name: str, most: int) -> bytes | None:
        found = self.files.get(name)
        return None if found is None else found[:most]

    def replace(self, name: str, data: bytes) -> None:
        self._do(("replace", name, 0, bytes(data)))

    def write_at(self, name: str, at: int, data: bytes) -> None:
        if name not in self.files:
            raise OSError(2)
        self._do(("write_at", name, at, bytes(data)))

    def _do(self, write: Write) -> None:
        if self.full:
            raise OSError(28)
        self.record.append(write)
        self.writes += 1
        self.written += len(write[3])
        apply(self.files, write)


def apply(files: dict[str, bytes], write: Write) -> None:
    kind, name, at, data = write
    old = b"" if kind == "replace" else files[name]
    files[name] = old[:at].ljust(at, b"\0") + data + old[at + len(data) :]


def torn(files: dict[str, bytes], write: Write) -> list[dict[str, bytes]]:
    """What may be found after power was cut in a write: before, after, and all between."""
    kind, name, at, data = write
    old = files.get(name, b"")
    before = b"" if kind == "replace" else old[:at].ljust(at, b"\0")
    after = b"" if kind == "replace" else old[at + len(data) :]
    beneath = b"" if kind == "replace" else old[at : at + len(data)]
    ends = [dict(files)]
    for done in range(len(data) + 1):
        rest = len(data) - done
        for left in (b"", b"\xff" * rest, b"\0" * rest, bytes(b ^ 0x5A for b in data[done:])):
            ends.append({**files, name: before + data[:done] + (left + after if left else b"")})
        if kind == "write_at":
            ends.append({**files, name: before + data[:done] + beneath[done:] + after})
        elif old:
            ends.append({**files, name: data[:done] + old[done:]})
    return ends


class OutputPin:
    """A pin that drives something. `history`: the levels it had, in a list that may be shared."""

    def __init__(self, level: int, history: list[tuple[str, int]] | None = None) -> None:
        self.level = level
        self.history = [] if history is None else history

    def value(self, level: int | None = None) -> int:
        if level is not None:
            self.level = level
            self.history.append(("relay", level))
        return self.level


class PwmPin:
    """PWM of a chip's timer: what of the duty is left in its bits (machine_pwm.c: floor(log2(
    clock / freq)), at most 16, one less than the most on chips with fewer)."""

    def __init__(
        self, duty: int, freq: int = 1000, clock: int = 80_000_000, most: int = 16,
        history: list[tuple[str, int]] | None = None,
    ) -> None:  # fmt: skip
        bits = min(most, (clock // freq).bit_length() - 1)
        self.bits = bits - 1 if bits == most and most < 16 else bits
        self.history = [] if history is None else history
        self.duty_u16(duty)

    def duty_u16(self, duty: int) -> None:
        assert 0 <= duty <= 65535
        self.duty = 1.0 if duty == 65535 else (duty >> (16 - self.bits)) / 2**self.bits
        self.history.append(("duty", duty))
