"""What of a chip is neither flash nor interpreter: pins, clocks, watchdog, what outlives what."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from sim.board.clock import Clock, Due, Time
from sim.board.parts.kinds import KINDS, Kind
from sim.board.parts.part import RefusedError
from sim.board.parts.pwm import Channels

__all__ = ["FULL", "Answer", "Cause", "Chip", "Edge"]

FULL = 65535
_STRIDE = 40502
"""Steps of this through FULL come to each phase of a pulse once, and are spread evenly at any
time: FULL / 1.618, with no divisor in common."""

Answer = Callable[[list[str], bytes], tuple[str, bytes]]
"""What answers a question's words and bytes with words and bytes. KeyError or ValueError: the
question makes no sense, a fault of the double."""


class Cause(enum.IntEnum):
    """`machine.reset_cause()`: ports/esp32/modmachine.c."""

    POWER_ON = 1
    HARD = 2
    WATCHDOG = 3
    DEEP_SLEEP = 4
    SOFT = 5


@dataclass(frozen=True, slots=True)
class Edge:
    """A pin's level (0 to 65535, None: nobody drives it) from an instant on."""

    at_us: int
    """Virtual microseconds since the board was made."""
    pin: int
    level: int | None


@dataclass(slots=True)
class _Pin:
    mode: int = 0
    pull: int = 0
    irq: int = 0
    """Edges that the program wants to hear of: 1 rising, 2 falling."""
    out: int = 0
    pwm: tuple[int, int, int] | None = None
    """Frequency, duty, inverted."""
    reads: int = 0
    """How often it was read under PWM."""

    @property
    def level(self) -> int | None:
        if self.pwm is not None:
            _, duty, inverted = self.pwm
            return FULL - duty if inverted else duty
        return (FULL if self.out else 0) if self.mode & 2 else None

    def sample(self) -> int:
        """The pad under PWM, at one more moment: over many, high for the level's share."""
        self.reads += 1
        return int(self.reads * _STRIDE % FULL < (self.level or 0))


class Chip:
    """The state, and the answers to what the guest asks of it."""

    def __init__(
        self,
        unique_id: bytes,
        ticks_start_ms: int = 0,
        clock: Clock = Clock.REAL,
        kind: Kind = KINDS["esp32"],
    ) -> None:
        self.unique_id = unique_id
        self.kind = kind
        self.ticks_start_ms = ticks_start_ms
        self.time = Time(clock)
        self.changes = 0
        """How often pins have changed, or may have: until it rises, none need be asked twice."""
        self.inputs: dict[int, int] = {}
        """What the world puts on pins: 0 or 1, and 0 to 65535 on those read by an ADC."""
        self.nvs: dict[tuple[str, str], bytes] = {}
        self.edges: list[Edge] = []
        self.pins: dict[int, _Pin] = {}
        self._channels = Channels(kind)
        self.deadline: int | None = None
        """When the watchdog bites, in virtual microseconds; None: it is off."""
        self.tell: Callable[[str], None] = lambda key: None
        """Brings the key of a handler to the guest: the board's."""
        self.on_reset: list[Callable[[bool], None]] = []
        """Called with whether it is only a soft reset, after each: what is plugged in may care."""
        self.on_power: list[Callable[[bool], None]] = []
        """Called when mains have gone (False) or come: what is plugged in hangs on them too."""
        self.watchers: list[Callable[[], None]] = []
        """Called after the level of an output has changed."""
        self._parts: dict[str, Answer] = {}
        self.rtc_base = 0
        self.power_on()

    def now_us(self) -> int:
        """Virtual microseconds since the board was made: never back, over resets and cuts."""
        return self.time.now_us()

    def at(self, us: int, call: Callable[[], object]) -> Due:
        """Have something called at an instant of `now_us`, in the board's thread, lock held."""
        return self.time.at(us, call)

    def plug(self, word: str, answer: Answer) -> None:
        """Let a part answer the questions whose first word is this one, or begins `word.`."""
        self._parts[word] = answer

    def interrupt(self, key: str | int) -> None:
        """Cut the guest's wait short now, and call the handler of that key there, if any."""
        self.tell(str(key))

    def power_on(self) -> None:
        """Mains come: nothing but the flash is remembered."""
        self.rtc_base = self.now_us()
        self.rtc_memory = b""
        self._start(Cause.POWER_ON)

    def mains(self, on: bool) -> None:
        """Mains have gone or come, for what is plugged in."""
        for call in self.on_power:
            call(on)

    def reset(self, cause: Cause) -> None:
        """`machine.reset()`, the watchdog, a panic, a brown-out: RTC and RTC memory live on."""
        self._start(cause)

    def soft_reset(self) -> None:
        """Ctrl-D: pins keep their state, the watchdog runs on, PWM pins go to 0.

        PWM goes to 0 even where it was inverted: `machine_pwm_deinit_all`, machine_pwm.c.
        """
        self.cause = Cause.SOFT
        self._channels.clear()
        for number, pin in self.pins.items():
            pin.irq = 0
            if pin.pwm is not None:
                pin.pwm, pin.out, pin.mode = None, 0, 3
                self._edge(number)
        for call in self.on_reset:
            call(True)

    def level(self, pin: int) -> int | None:
        """What a pin drives now."""
        state = self.pins.get(pin)
        return None if state is None else state.level

    def drive(self, pin: int, value: int) -> bool:
        """The world changes an input; whether the program wants to hear of that edge."""
        self.changes += 1
        before = self.inputs.get(pin, 0)
        self.inputs[pin] = value
        return bool(self.pin_at(pin).irq & (1 if value > before else 2 if value < before else 0))

    def pin_at(self, pin: int) -> _Pin:
        """The state of a pin."""
        return self.pins.setdefault(pin, _Pin())

    def feed(self, us: int) -> None:
        """The watchdog was fed at an instant."""
        if self.deadline is not None:
            self.deadline = us + self.timeout_us

    def overdue(self) -> bool:
        """Whether the watchdog has bitten."""
        return self.deadline is not None and self.now_us() >= self.deadline

    def next_us(self) -> int | None:
        """When something happens next that nobody asks for: what is due, or the watchdog."""
        due, bite = self.time.next_us(), self.deadline
        return due if bite is None else bite if due is None else min(due, bite)

    def answer(self, words: list[str], data: bytes) -> tuple[str, bytes]:
        """One question of the guest's. KeyError or ValueError: it asked nonsense.

        Text that begins with "!" is an exception of the port's: its name, and what it is given.
        """
        try:
            return self._answer(words, data)
        except RefusedError as refused:
            return f"!{refused}", b""

    def _answer(self, words: list[str], data: bytes) -> tuple[str, bytes]:
        what = words[0]
        part = self._parts.get(what.partition(".")[0])
        if part is not None:
            return part(words, data)
        numbers = [int(word) for word in words[1:]] if not what.startswith("nvs") else []
        match what:
            case "cause":
                return str(int(self.cause)), b""
            case "clock":
                time = self.time
                told = int(time.clock.jumps), time.rate, self.ticks_base, self.rtc_base
                return " ".join(map(str, told)), b""
            case "now":
                pass  # each question tells the guest's time
            case "id":
                return "", self.unique_id
            case "rtc.base":
                self.rtc_base = numbers[0]
            case "rtc.get":
                return "", self.rtc_memory
            case "rtc.set":
                self.rtc_memory = data[:2048]
            case "wdt.start":
                self.timeout_us = numbers[0] * 1000
                self.deadline = self.now_us() + self.timeout_us
            case "wdt.feed":
                self.feed(self.now_us())
            case "adc":
                return str(self.inputs.get(numbers[0], 0)), b""
            case "nvs.get" | "nvs.set" | "nvs.erase":
                return self._nvs(what, words[1:], data)
            case _:
                return self._pin(what, numbers), b""
        return "", b""

    def _pin(self, what: str, numbers: list[int]) -> str:
        number = numbers[0]
        if what == "pin.open":
            if number not in self.kind.pins:
                raise RefusedError("ValueError", "invalid pin")
            return str(int(number in self.kind.input_only))
        pin = self.pin_at(number)
        before = pin.level
        if what != "pin.get" or pin.pwm is not None:
            self.changes += 1
        match what:
            case "pin.mode":
                pin.mode, pin.pull, pin.pwm = numbers[1], numbers[2], None
            case "pin.set":
                pin.out = numbers[1]
            case "pin.get":
                if pin.pwm is not None:
                    return str(pin.sample())
                if pin.mode & 2:
                    return str(int(bool(pin.level)))
                return str(int(bool(self.inputs.get(number, pin.pull & 2))))
            case "pin.irq":
                pin.irq = numbers[1]
            case "pwm.get":
                return "" if pin.pwm is None else " ".join(map(str, pin.pwm))
            case "pwm.set":
                _, freq, duty, inverted = numbers
                if number in self.kind.input_only:
                    raise RefusedError("OSError", -258)  # ESP_ERR_INVALID_ARG
                given = self._channels.duty(number, freq, duty)
                pin.pwm = freq, given, inverted
            case "pwm.off":
                self._channels.release(number)
                inverted = pin.pwm is not None and pin.pwm[2]
                pin.pwm, pin.out, pin.mode = None, int(bool(inverted)), 3
            case _:
                raise ValueError(what)
        if pin.level != before:
            self._edge(number)
        return str(pin.pwm[1]) if what == "pwm.set" and pin.pwm is not None else ""

    def _nvs(self, what: str, words: list[str], data: bytes) -> tuple[str, bytes]:
        if what == "nvs.erase":
            gone = [key for key in self.nvs if key[0] == words[0]]
            for key in gone:
                del self.nvs[key]
            return str(int(bool(gone))), b""
        key = words[0], words[1]
        if what == "nvs.set":
            self.nvs[key] = data
            return "", b""
        return str(int(key in self.nvs)), self.nvs.get(key, b"")

    def _start(self, cause: Cause) -> None:
        """The chip begins anew: pins float, the watchdog is off."""
        self.cause = cause
        self.ticks_base = self.now_us() - self.ticks_start_ms * 1000
        driven = [number for number, pin in self.pins.items() if pin.level is not None]
        self.pins.clear()
        for number in driven:
            self._edge(number)
        self._channels.clear()
        self.timeout_us = 0
        self.deadline = None
        for call in self.on_reset:
            call(False)

    def _edge(self, pin: int) -> None:
        self.edges.append(Edge(self.now_us(), pin, self.level(pin)))
        for call in self.watchers:
            call()
