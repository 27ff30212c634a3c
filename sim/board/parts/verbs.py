"""What can be done to a part, in words: for scenarios."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.board.parts.bh1750 import BH1750
from sim.board.parts.ds3231 import DS3231
from sim.board.parts.ld2410 import LD2410
from sim.board.parts.meter import Meter
from sim.board.parts.ntp import NtpServer
from sim.board.parts.part import Part
from sim.board.parts.pins import Level, Pir

__all__ = ["Act", "Verb", "plain", "switch", "verbs_of"]

Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done: how it is written, and what makes the act of its words.

    `make` raises ValueError for words that are none of its own.
    """

    usage: str
    make: Callable[[Any, list[str]], Act]


def plain(call: Callable[[Any], object]) -> Callable[[Any, list[str]], Act]:
    def make(on: Any, rest: list[str]) -> Act:
        if rest:
            raise ValueError
        return lambda: call(on)

    return make


def numbers(
    call: Callable[..., object], least: int = 1, most: int = 1
) -> Callable[[Any, list[str]], Act]:
    def make(on: Any, rest: list[str]) -> Act:
        if not least <= len(rest) <= most:
            raise ValueError
        values = [float(word) for word in rest]
        return lambda: call(on, *values)

    return make


def switch(call: Callable[[Any, bool], object]) -> Callable[[Any, list[str]], Act]:
    def make(on: Any, rest: list[str]) -> Act:
        if rest not in (["on"], ["off"]):
            raise ValueError
        return lambda: call(on, rest == ["on"])

    return make


def _radar_presence(radar: LD2410, present: bool) -> None:
    if present:
        radar.person(3.0)
    else:
        radar.nobody()


def _set_lux(light: BH1750, lux: float) -> None:
    light.lux = lux


_PART_VERBS: Mapping[type[Part], Mapping[str, Verb]] = {
    Pir: {"presence": Verb("presence on|off", switch(Pir.presence))},
    LD2410: {
        "presence": Verb("presence on|off", switch(_radar_presence)),
        "person": Verb("person METRES [METRES_A_SECOND]", numbers(LD2410.person, 1, 2)),
        "nobody": Verb("nobody", plain(LD2410.nobody)),
    },
    Level: {"level": Verb("level 0..65535", numbers(lambda on, value: on.set(int(value))))},
    BH1750: {"lux": Verb("lux LUX", numbers(_set_lux))},
    DS3231: {
        "shift": Verb("shift SECONDS", numbers(DS3231.shift)),
        "stop": Verb("stop (the oscillator)", plain(DS3231.stop_oscillator)),
    },
    Meter: {"share": Verb("share 0..1 (of its power)", numbers(Meter.set_share))},
    NtpServer: {"shift": Verb("shift SECONDS", numbers(NtpServer.shift))},
}


def _failing(fault: str) -> Callable[[Part], object]:
    return lambda part: part.fail(fault)


def verbs_of(part: Part) -> dict[str, Verb]:
    """What can be done to a part, by the first word."""
    found = dict(_PART_VERBS.get(type(part), {}))
    for fault in part.FAULTS:
        found[fault] = Verb(fault, plain(_failing(fault)))
    if part.FAULTS:
        found["well"] = Verb("well", plain(Part.mend))
    return found
