"""All that is plugged into one chip, and what the chip's buses answer to a program."""

from collections.abc import Iterator

from sim.board.parts.i2c import ETIMEDOUT, Bus, Device
from sim.board.parts.kinds import KINDS, Kind
from sim.board.parts.meter import Meter
from sim.board.parts.net import Networks
from sim.board.parts.part import Host, Part, RefusedError
from sim.board.parts.pins import Level
from sim.board.parts.pulses import Pulses
from sim.board.parts.uart import SerialDevice, Uart

__all__ = ["Parts"]

_WORDS = ("adc", "counter", "i2c", "lan", "limit", "rmt", "spi", "uart", "udp", "wifi")
"""First words of the questions that are answered here."""

_INVALID_STATE = 259  # ESP_ERR_INVALID_STATE


class Parts:
    """The parts by name. Names are free; a scenario and messages use them."""

    def __init__(self, host: Host, kind: Kind = KINDS["esp32"]) -> None:
        self.host = host
        self.kind = kind
        self._parts: dict[str, Part] = {}
        self._uarts: dict[int, Uart] = {}
        self._counters: dict[int, tuple[int, int, int]] = {}  # pin, edges a pulse, where it began
        self.networks = Networks(host, self._parts)
        self._pulses = Pulses(host, self._parts, kind.rmt)
        for word in _WORDS:
            host.plug(word, self.answer)
        host.watchers.append(self._output_changed)
        host.on_power.append(self._power)
        host.on_reset.append(self._reset)

    def plug(self, name: str, part: Part, on: str | None = None) -> None:
        """Connect a part; `on`: the name of the I2C bus on which it is. ValueError: the name or
        the address is taken, or there is no such bus."""
        if name in self._parts:
            raise ValueError(f"there is a part {name!r} already")
        if isinstance(part, Device):
            bus = self._parts.get(on or "")
            if not isinstance(bus, Bus):
                raise ValueError(f"{name!r} needs a bus to hang on, not {on!r}")
            bus.add(part)
        self._parts[name] = part
        part.plug(self.host)

    def __getitem__(self, name: str) -> Part:
        self.listen()  # what was said before belongs to what was then
        return self._parts[name]

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    # The world and the chip.

    def listen(self) -> None:
        """Let the UARTs take in what was said until now."""
        for uart in self._uarts.values():
            uart.listen(self.host.now_us())

    def _power(self, on: bool) -> None:
        for part in self._parts.values():
            part.power(on)

    def _reset(self, soft: bool) -> None:
        self._uarts.clear()
        self._counters.clear()
        self.networks.reset(soft)
        self._pulses.reset()
        for part in self._parts.values():
            part.reset(soft)

    def _output_changed(self) -> None:
        for part in self._parts.values():
            part.output_changed()

    # What a program asks.

    def answer(self, words: list[str], data: bytes) -> tuple[str, bytes]:
        """One question. RefusedError: the port raises. KeyError, ValueError: no such question."""
        what, *rest = words
        match what.partition(".")[0]:
            case "i2c":
                return self._i2c(what, [int(word) for word in rest], data)
            case "uart":
                return self._uart(what, [int(word) for word in rest], data)
            case "counter":
                return self._counter(what, [int(word) for word in rest]), b""
            case "adc":
                return self._adc(what, int(rest[0])), b""
            case "limit":
                return self._limits(what, int(rest[0])), b""
            case "lan" | "udp" | "wifi":
                return self.networks.answer(words, data)
            case "rmt" | "spi":
                return self._pulses.answer(words, data)
        raise KeyError(what)

    def _i2c(self, what: str, numbers: list[int], data: bytes) -> tuple[str, bytes]:
        bus = self._bus(numbers[0], numbers[1])
        if what == "i2c.scan":
            return "", bus.scan()
        _, _, address, writes, count = numbers
        return "", bus.transfer(address, data if writes else None, count)

    def _bus(self, scl: int, sda: int) -> Bus:
        for part in self._parts.values():
            if isinstance(part, Bus) and (part.scl, part.sda) == (scl, sda):
                return part
        return Bus(scl=scl, sda=sda)  # two wires that go nowhere

    def _uart(self, what: str, numbers: list[int], data: bytes) -> tuple[str, bytes]:
        number = numbers[0]
        now = self.host.now_us()
        if what == "uart.open":
            _, tx, rx, baud, size = numbers
            self._uarts[number] = Uart(self._on_line(tx, rx), baud, size, now)
            return "", b""
        uart = self._uarts.get(number)
        if uart is None:  # after `deinit`: the driver is gone
            raise RefusedError("OSError", -_INVALID_STATE)
        match what:
            case "uart.any":
                return str(uart.any(now)), b""
            case "uart.read":
                return "", uart.read(numbers[1], now)
            case "uart.write":
                uart.write(data, now)
                return "", b""
            case "uart.close":
                del self._uarts[number]
                return "", b""
        raise KeyError(what)

    def _on_line(self, tx: int, rx: int) -> SerialDevice | None:
        for part in self._parts.values():
            if isinstance(part, SerialDevice) and (part.tx, part.rx) == (tx, rx):
                return part
        return None

    def _counter(self, what: str, numbers: list[int]) -> str:
        unit = numbers[0]
        if what == "counter.open":
            _, pin, edges = numbers
            self._counters[unit] = (pin, edges, self._edges(pin, edges))
            return ""
        if what == "counter.get":
            pin, edges, begun = self._counters[unit]
            return str(self._edges(pin, edges) - begun)
        raise KeyError(what)

    def _edges(self, pin: int, edges: int) -> int:
        """Edges on a pin, `edges` of each pulse."""
        for part in self._parts.values():
            if isinstance(part, Meter) and part.pin == pin:
                return part.pulses * edges
        return 0

    def _adc(self, what: str, pin: int) -> str:
        if pin not in self.kind.adc1 and pin not in self.kind.adc2:
            raise RefusedError("ValueError", "invalid pin")
        if what == "adc.open":
            return ""
        if pin in self.kind.adc2 and self.networks.radio_on:
            raise RefusedError("OSError", ETIMEDOUT)
        for part in self._parts.values():
            if isinstance(part, Level) and part.pin == pin:
                return str(part.read_u16())
        return str(self.host.inputs.get(pin, 0))

    def _limits(self, what: str, number: int) -> str:
        """What of the chip a program may have. Texts: machine_i2c.c, machine_uart.c."""
        kind = self.kind
        match what:
            case "limit.ethernet":
                return str(int(kind.ethernet))
            case "limit.i2c":
                if not 0 <= number < len(kind.i2c):
                    raise RefusedError("ValueError", f"I2C({number}) doesn't exist")
                scl, sda = kind.i2c[number]
                return f"{scl} {sda} 400000 50000"
            case "limit.uart":
                if not 0 <= number < len(kind.uart):
                    raise RefusedError("ValueError", f"UART({number}) does not exist")
                tx, rx = kind.uart[number]
                return f"{tx} {rx}"
            case "limit.spi":
                if number not in kind.spi:
                    raise RefusedError("ValueError", f"SPI({number}) doesn't exist")
                return str(kind.miso[kind.spi.index(number)])
            case "limit.counters":
                return str(kind.counters)
            case "limit.symbols":
                return str(kind.rmt_symbols)
            case "limit.counter":
                if not 0 <= number < kind.counters:
                    raise RefusedError("ValueError", "invalid id")
                return ""
        raise KeyError(what)
