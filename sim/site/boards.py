"""Boards: what is on their pins, and which pin can do what. The facts are data, in `boards/`.

`load` gives a `Board` by the name of its folder; `faults` says why pins cannot be used as asked,
in codes of `sim.site.words`. A *role* is what a pin is for: one of `ROLES`, the keys of a board's
``[wiring]`` and of ``pins`` in a site file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from sim.site import words

FOLDER: Final = Path(__file__).resolve().parents[2] / "boards"

# What a role asks of its pin.
_OUT, _IN, _EDGES, _ANALOGUE = "out", "in", "edges", "analogue"
ROLES: Final[Mapping[str, str]] = {
    "output": _OUT,
    "relay": _OUT,
    "presence": _EDGES,
    "sda": _OUT,
    "scl": _OUT,
    "radar_tx": _OUT,
    "radar_rx": _IN,
    "light": _ANALOGUE,
    "meter": _EDGES,
    "dali_tx": _OUT,
    "dali_rx": _IN,
    "led": _OUT,
}
"""What each role asks: to drive the pin, to read it, to be told its edges, or its voltage."""

ARCHITECTURES: Final[Mapping[str, int]] = {"xtensawin": 10, "rv32imc": 11, "x64": 2}
"""What native code is compiled for, as mpy-cross names it: the numbers of MicroPython."""


class BoardError(Exception):
    """A file of `boards/` that will not do: a code of `sim.site.words` and its parameters."""

    def __init__(self, code: str, path: Path, **params: str) -> None:
        """Keep them; the message says it in English."""
        self.code = code
        self.params: Mapping[str, str] = {"file": str(path), **params}
        super().__init__(self.text("en"))

    def text(self, lang: words.Lang) -> str:
        """What is wrong with which key of which file, and what would be right."""
        cure = words.sentence(words.cure(self.code, self.params, lang))
        return f"{words.message(self.code, self.params, lang)}. {cure}"


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip: `taken` are pins that no board has free, and by what; `straps` pins with the rail
    they must be at when it starts; `count` how many there are of pwm, uart, i2c, spi and rmt;
    `arch` is a key of ARCHITECTURES."""

    name: str
    arch: str
    pins: frozenset[int]
    input_only: frozenset[int]
    taken: Mapping[int, str]
    adc1: frozenset[int]
    adc2: frozenset[int]
    edges_unsure: frozenset[int]
    straps: Mapping[int, str]
    count: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Board:
    """A board: `soldered` is what takes a pin, by pin; `wiring` the pin of each role where a site
    says nothing; `machine` a pattern of its ``sys.implementation._machine``; `arch` a key of
    ARCHITECTURES, its chip's where its file does not say another."""

    name: str
    title: str
    chip: Chip
    machine: re.Pattern[str]
    arch: str
    header: frozenset[int]
    soldered: Mapping[int, str]
    wiring: Mapping[str, int]
    clock: str | None
    ethernet: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a role cannot have its pin: a code of `sim.site.words` and its parameters."""

    role: str
    code: str
    params: Mapping[str, str | int]


def names() -> tuple[str, ...]:
    """The boards there are: the folders of `boards/` with a board.toml."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/board.toml")))


@cache
def load(name: str) -> Board:
    """The board of a folder. Raises KeyError for none of that name, BoardError for a bad one."""
    if name not in names():
        raise KeyError(name)
    path = FOLDER / name / "board.toml"
    board = _board(name, path, _read(path))
    for role, pin in board.wiring.items():
        code, params = pin_fault(board, role, pin)
        if code:
            free = can(board, role, board.wiring.values())
            params |= {"board": name, "pin": pin, "can": ", ".join(map(str, free)) or "-"}
            raise BoardError(code, path, role=f"{path}, wiring.{role}", **params)
    return board


def readable() -> Iterator[Board]:
    """The boards that `load` gives: those whose files are as they should be."""
    for name in names():
        try:
            yield load(name)
        except BoardError:
            continue


def with_ethernet() -> str:
    """The names of the boards that have Ethernet, as a text."""
    return ", ".join(board.name for board in readable() if board.ethernet is not None)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BoardError("board-unreadable", path, detail=str(error)) from error


def _board(name: str, path: Path, values: dict[str, Any]) -> Board:
    """The board of a file's values. Raises BoardError, which names the first key that is wrong."""
    table = _Values(path, values)
    title = table.text("title", 'title = "ESP32-DevKitC V4"')
    known = ", ".join(f'"{chip}"' for chip in _chips())
    chip = _chips().get(table.text("chip", f"chip = {known}"))
    if chip is None:
        raise table.wrong("chip", values["chip"], f"chip = {known}")
    like = "machine = 'with ESP32$'"
    try:
        machine = re.compile(table.text("machine", like))
    except re.error:
        raise table.wrong("machine", values["machine"], like) from None
    arch = table.text("arch", 'arch = "x64"') if "arch" in values else chip.arch
    if arch not in ARCHITECTURES:
        raise table.wrong("arch", arch, ", ".join(ARCHITECTURES))
    header = table.pins("header", table.value("header"))
    if beyond := header - chip.pins:
        can = f"header = {sorted(chip.pins)}"
        raise table.wrong("header", sorted(beyond), can)
    soldered = table.table("soldered", "[soldered]")
    clock = soldered.pop("clock", None)
    if clock not in (None, "ds3231"):
        raise table.wrong("soldered.clock", clock, 'clock = "ds3231"')
    wiring = table.table("wiring", "[wiring]")
    for role, pin in wiring.items():
        if role not in ROLES:
            raise table.wrong(f"wiring.{role}", pin, ", ".join(ROLES))
        if type(pin) is not int:
            raise table.wrong(f"wiring.{role}", pin, f"{role} = 25")
    return Board(
        name,
        title,
        chip,
        machine,
        arch,
        header,
        {
            pin: what
            for what, pins in soldered.items()
            for pin in table.pins(f"soldered.{what}", pins)
        },
        wiring,
        clock,
        table.table("ethernet", "[ethernet]") if "ethernet" in values else None,
    )


@dataclass(frozen=True, slots=True)
class _Values:
    """A board file's keys, each of which is there and of its kind, or BoardError says so; `like`
    is how it may be written."""

    path: Path
    values: Mapping[str, Any]

    def value(self, key: str) -> Any:
        if key not in self.values:
            raise BoardError("board-key-missing", self.path, key=key)
        return self.values[key]

    def text(self, key: str, like: str) -> str:
        found = self.value(key)
        if not isinstance(found, str):
            raise self.wrong(key, found, like)
        return found

    def table(self, key: str, like: str) -> dict[str, Any]:
        found = self.value(key)
        if not isinstance(found, dict):
            raise self.wrong(key, found, like)
        return dict(found)

    def pins(self, key: str, found: Any) -> frozenset[int]:
        try:
            if isinstance(found, list):
                return _pins(found)
        except ValueError:
            pass
        raise self.wrong(key, found, f'{key.rpartition(".")[2]} = [0, "12-15"]')

    def wrong(self, key: str, value: object, like: str) -> BoardError:
        return BoardError("board-key-wrong", self.path, key=key, value=str(value)[:60], like=like)


_TAKEN: Final = ("flash", "serial", "usb")


@cache
def _chips() -> Mapping[str, Chip]:
    made = {}
    path = FOLDER / "chips.toml"
    for name, values in _read(path).items():
        try:
            made[name] = _chip(name, values)
        except KeyError as error:
            key = f"{name}.{error.args[0]}"
            raise BoardError("board-key-missing", path, key=key) from error
        except (TypeError, ValueError, AttributeError) as error:
            raise BoardError("board-unreadable", path, detail=f"{name}: {error}") from error
    return made


def _chip(name: str, values: Mapping[str, Any]) -> Chip:
    if values["arch"] not in ARCHITECTURES:
        raise ValueError(f"arch = {values['arch']!r}; {', '.join(ARCHITECTURES)}")
    return Chip(
        name,
        values["arch"],
        _pins(values["pins"]),
        _pins(values.get("input_only", ())),
        {pin: what for what in _TAKEN for pin in _pins(values.get(what, ()))},
        _pins(values["adc1"]),
        _pins(values["adc2"]),
        _pins(values.get("edges_unsure", ())),
        {int(pin): rail for pin, rail in values["strapping"].items()},
        values["count"],
    )


def _pins(written: Iterable[int | str]) -> frozenset[int]:
    """Pins of a list of numbers and of spans: ``[0, "12-15"]``."""
    found: set[int] = set()
    for item in written:
        first, _, last = str(item).partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


# --- what a pin can do ---------------------------------------------------------------------------


def pin_fault(board: Board, role: str, pin: int, wifi: bool = False) -> tuple[str, dict[str, Any]]:
    """Why a pin cannot have a role: code and parameters; ``""`` where it can.

    Parameters are without ``can``, which `faults` adds. `wifi`: whether the node uses Wi-Fi.
    """
    chip, asks = board.chip, ROLES[role]
    if (what := board.soldered.get(pin) or chip.taken.get(pin)) is not None:
        return "pin-taken", {"what": what}
    if pin not in board.header:
        return "pin-missing", {}
    if asks == _OUT and pin in chip.input_only:
        return "pin-input-only", {}
    if (rail := chip.straps.get(pin, "any")) != "any":
        return "pin-strapping", {"rail": rail}
    if asks == _EDGES and pin in chip.edges_unsure:
        return "pin-edges", {"chip": chip.name}
    if asks == _ANALOGUE and pin not in chip.adc1:
        if pin not in chip.adc2:
            return "pin-not-analogue", {}
        if wifi:
            return "pin-adc2", {}
    return "", {}


def can(board: Board, role: str, taken: Iterable[int] = (), wifi: bool = False) -> tuple[int, ...]:
    """The free pins that can have a role."""
    free = board.header - set(taken)
    return tuple(sorted(pin for pin in free if not pin_fault(board, role, pin, wifi)[0]))


def faults(
    board: Board,
    uses: Mapping[str, int],
    wifi: bool = False,
    taken: Iterable[int] = (),
    written: Collection[str] = (),
) -> Iterator[Fault]:
    """What is wrong with pins of roles that are used together on a node; `taken` are pins that are
    not offered instead, beside those used. Of two roles on a pin, it is the later one's fault,
    and rather that of a role whose pin was `written` than of one on the board's own."""
    first: dict[int, str] = {}
    for role, pin in sorted(uses.items(), key=lambda use: use[0] in written):
        code, params = pin_fault(board, role, pin, wifi)
        if not code and pin in first:
            code, params = "pin-twice", {"other": first[pin]}
        first.setdefault(pin, role)
        if code:
            pins = can(board, role, {*uses.values(), *taken}, wifi)
            params |= {"board": board.name, "can": ", ".join(map(str, pins)) or "-"}
            yield Fault(role, code, {"role": role, "pin": pin, **params})
    for what, needed in _needs(uses).items():
        there = board.chip.count[what]
        if needed > there:
            params = {"what": what, "needed": needed, "there": there, "board": board.name}
            yield Fault(next(iter(uses)), "too-few-units", params)


def _needs(uses: Mapping[str, int]) -> dict[str, int]:
    """How many of the chip's units the roles need: UART0 is the prompt's."""
    return {
        "pwm": int("output" in uses),
        "uart": 1 + int("radar_rx" in uses),
        "i2c": int("sda" in uses),
        "spi": int("dali_rx" in uses),  # samples the answers of the gear
        "rmt": int("dali_tx" in uses),
    }
