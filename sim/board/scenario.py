"""A scenario: what hangs on a board, and what happens to it at which instant, as a TOML file.

    start = 2026-11-23T16:00:00+01:00     # the world's time at the board's first instant
    clock = "jump"                        # or "real" (unless said), or how many times as fast

    [parts.pir]                           # beside what the node's wiring names, or in its place
    kind = "pir"
    pin = 27

    [[at]]
    time = "22:10:05"                     # the next such instant after the one before
    do = "pir presence on"

    [[at]]
    after_s = 90                          # after the one before
    do = ["pir dead", "mains off"]

`load` reads it; `Scenario.plug` puts it on a board that has not started. Both raise ScenarioError,
whose text names file, line and cure. What can be done is in parts/verbs.py and `BOARD_VERBS`.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from sim.board.board import Board
from sim.board.clock import Clock
from sim.board.parts import Part
from sim.board.parts.fitting import fit
from sim.board.parts.tables import I2C, AnyPart, Number, PartTable, Table
from sim.board.parts.verbs import Act, Verb, plain, switch, verbs_of
from sim.site import words
from sim.site.document import Document, DocumentError, Steps, path_text, read

__all__ = ["BOARD_VERBS", "Scenario", "ScenarioError", "load"]

_MOST_STEPS = 100_000
_US = 1_000_000
_MOST_S = 366 * 86_400
"""The longest wait in one entry: a year."""
_FIRST, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""The years of a DS3231, from the first of them until after the last."""
_YEARS = "write a time from 2000 to 2099, in UTC"


class ScenarioError(Exception):
    """A scenario that cannot be played: one line, ``file:line:column: error: what. Cure.``"""


# The file's tables.


class _At(Table):
    time: str | None = None
    after_s: Annotated[Number, Field(ge=0, le=_MOST_S)] | None = None
    do: str | list[str]
    times: Annotated[int, Field(ge=1)] = 1
    every_s: Annotated[Number, Field(gt=0, le=_MOST_S)] = 1.0


class _File(Table):
    start: datetime
    chip: Literal["esp32", "esp32c3", "esp32s3"] = "esp32"
    clock: str | int = "real"
    parts: dict[str, AnyPart] = {}
    at: list[_At] = []


# What can be done to the board itself.


def _mains(board: Board, on: bool) -> None:
    if on:
        board.power_on()
    else:
        board.power_off()


def _typing(board: Board, rest: list[str]) -> Act:
    return lambda: board.type(" ".join(rest) + "\r")


def _driving(board: Board, rest: list[str]) -> Act:
    if len(rest) != 2:
        raise ValueError
    pin, value = int(rest[0]), int(rest[1])
    if pin not in board.chip.kind.pins or not 0 <= value <= 65535:
        raise ValueError
    return lambda: board.drive(pin, value)


BOARD_VERBS: Mapping[str, Verb] = {
    "mains": Verb("mains on|off", switch(_mains)),
    "brown-out": Verb("brown-out", plain(Board.power_glitch)),
    "reset": Verb("reset (the EN button)", plain(Board.press_reset)),
    "type": Verb("type TEXT (on the serial line, with Enter)", _typing),
    "pin": Verb("pin NUMBER LEVEL", _driving),
}


# Reading and playing.


@dataclass(frozen=True, slots=True)
class _Step:
    """Something to be done at an instant, and where it is written."""

    at_us: int
    text: str
    path: Steps


class Scenario:
    """A scenario that was read. `clock`, `kind`: for `Board`; `start`: the world's time at 0."""

    def __init__(self, file: str, document: Document, table: _File) -> None:
        self.file = file
        self.start = table.start
        self.kind = table.chip
        self._document = document
        self._parts = table.parts
        if table.start.tzinfo is None:
            cure = "give it an offset from UTC: 2026-11-23T16:00:00+01:00"
            raise self._error(("start",), "a time without an offset is not an instant", cure)
        if not _FIRST <= table.start < _END:
            raise self._error(("start",), f"{table.start} is too far away", _YEARS)
        try:
            self.clock = Clock.named(str(table.clock))
        except ValueError:
            cure = '"real", "jump", or how many times as fast as real time'
            raise self._error(("clock",), f"{table.clock!r} is no clock", cure) from None
        self._steps = self._timed(table.at)

    @property
    def end_us(self) -> int:
        """When the last thing happens, in microseconds of `chip.now_us`."""
        return max((step.at_us for step in self._steps), default=0)

    def us(self, when: datetime) -> int:
        """An instant of the world in microseconds of `chip.now_us`."""
        return round((when - self.start) / timedelta(microseconds=1))

    def plug(
        self,
        board: Board,
        wiring: Mapping[str, Any] | None = None,
        minimum: float = 0.0,
        power: Callable[[float], float] | None = None,
    ) -> None:
        """Put it on a board that has not started: parts, of the wiring too, and what happens.

        A part of the file takes the place of the wiring's one of the same name. minimum, power:
        of the luminaire, as of `fit`. ScenarioError: parts that cannot be there together, acts
        that nobody can do.
        """
        own = [each for each in self._parts.items() if isinstance(each[1], I2C)]
        self._plug(board, own)  # first, since others hang on them
        if wiring is not None:
            own_parts = frozenset(self._parts)
            fit(board.parts, wiring, self.start, minimum=minimum, power=power, without=own_parts)
        self._plug(board, [each for each in self._parts.items() if each not in own])
        acts = [(step.at_us, self._act(board, step)) for step in self._steps]
        for at_us, act in acts:
            board.chip.at(at_us, act)

    def _plug(self, board: Board, tables: Iterable[tuple[str, PartTable]]) -> None:
        for name, table in tables:
            try:
                board.parts.plug(name, table.make(self.start), on=table.on_bus)
            except OverflowError:
                cure = "write smaller numbers"
                raise self._error(("parts", name), "a number is too large", cure) from None
            except ValueError as error:
                cure = "give it another name, bus or address"
                raise self._error(("parts", name), str(error), cure) from None

    def _timed(self, entries: Iterable[_At]) -> list[_Step]:
        steps: list[_Step] = []
        before = self.start
        for number, entry in enumerate(entries):
            path: Steps = ("at", number)
            if (entry.time is None) == (entry.after_s is None):
                cure = 'either time = "22:10:05", or after_s = 12.5 after the one before'
                raise self._error(path, "when is it to happen?", cure)
            before = self._instant(entry, before, path)
            texts = [entry.do] if isinstance(entry.do, str) else entry.do
            if len(steps) + entry.times * max(1, len(texts)) > _MOST_STEPS:
                cure = f"at most {_MOST_STEPS} in one scenario"
                raise self._error(path, "that is too much to do", cure)
            last_us = self.us(before) + round((entry.times - 1) * entry.every_s * _US)
            if last_us >= self.us(_END):
                cure = "a scenario ends with the year 2099"
                raise self._error(path, "that is too late", cure)
            for repeat in range(entry.times):
                at_us = self.us(before) + round(repeat * entry.every_s * _US)
                steps += [_Step(at_us, text, (*path, "do")) for text in texts]
        return sorted(steps, key=lambda step: step.at_us)

    def _instant(self, entry: _At, before: datetime, path: Steps) -> datetime:
        if entry.time is None:
            return before + timedelta(seconds=entry.after_s or 0.0)
        try:
            of_day = time.fromisoformat(entry.time)
            if of_day.tzinfo is not None:
                raise ValueError
        except ValueError:
            cure = f'"22:10:05", in the time zone of start ({self.start:%z})'
            raise self._error((*path, "time"), f"{entry.time!r} is no time of day", cure) from None
        found = datetime.combine(before.date(), of_day, self.start.tzinfo)
        return found if found >= before else found + timedelta(days=1)

    def _act(self, board: Board, step: _Step) -> Act:
        """What a text means on this board."""
        first, *rest = step.text.split() or [""]
        if first in board.parts:
            part = board.parts[first]
            verbs = verbs_of(part)
            if not rest or rest[0] not in verbs:
                raise self._unknown(step, " ".join(rest), verbs, f"the part {first!r} knows")
            return self._made(board, step, verbs[rest[0]], part, rest[1:])
        if first in BOARD_VERBS:
            return self._made(board, step, BOARD_VERBS[first], board, rest)
        able = [name for name in board.parts if first in verbs_of(board.parts[name])]
        if len(able) == 1:
            part = board.parts[able[0]]
            return self._made(board, step, verbs_of(part)[first], part, rest)
        if able:
            cure = f"name one of {', '.join(able)} first: {able[0]} {step.text}"
            raise self._error(step.path, f"several parts know {first!r}", cure)
        names = [*board.parts, *BOARD_VERBS]
        raise self._unknown(step, first, names, "there are")

    def _made(
        self, board: Board, step: _Step, verb: Verb, on: Part | Board, rest: list[str]
    ) -> Act:
        try:
            act = verb.make(on, rest)
        except (ValueError, OverflowError):
            said = f"{step.text!r} is not understood"
            raise self._error(step.path, said, f"write {verb.usage}") from None

        def done() -> None:
            board.parts.listen()  # what was said so far belongs to what was so far
            act()

        return done

    def _unknown(self, step: _Step, word: str, known: Iterable[str], what: str) -> ScenarioError:
        known = list(known)
        near = difflib.get_close_matches(word.split(" ")[0], known, 1)
        cure = f"did you mean {near[0]!r}? " if near else ""
        cure += f"{what} {', '.join(known)}"
        return self._error(step.path, f"nobody knows {word or step.text!r}", cure)

    def _error(self, path: Steps, said: str, cure: str) -> ScenarioError:
        line, column = self._document.position(path)
        place = path_text(path)
        head = f"{place}: " if place else ""
        return ScenarioError(
            f"{self.file}:{line}:{column}: error: {head}{said}. {_sentence(cure)}"
        )


def load(path: str | Path) -> Scenario:
    """Read a scenario. Raises ScenarioError."""
    file = str(path)
    try:
        document = read(path)
    except DocumentError as error:
        said = words.message(error.code, error.params, "en")
        cure = words.cure(error.code, error.params, "en")
        raise ScenarioError(
            f"{file}:{error.line}:{error.column}: error: {said}. {_sentence(cure)}"
        ) from None
    try:
        table = _File.model_validate(document.values)
    except ValidationError as errors:
        raise _shape_error(file, document, errors) from None
    return Scenario(file, document, table)


def _shape_error(file: str, document: Document, errors: ValidationError) -> ScenarioError:
    """The first thing that has the wrong shape, and what would be right."""
    first = errors.errors()[0]
    path = _steps(document.values, first["loc"])
    said, cure = str(first["msg"]), "see sim/board/README.md"
    match first["type"]:
        case "missing":
            said, cure = f"{path[-1]} is missing", f"add a line {path[-1]} = ..."
            path = path[:-1]
        case "extra_forbidden":
            said, cure = f"there is no {path[-1]} here", "take the line out"
        case "union_tag_invalid" | "union_tag_not_found":
            expected = str(first.get("ctx", {}).get("expected_tags", _KINDS))
            said, cure = "a part of a kind that is not known", f"kind is one of {expected}"
        case "literal_error":
            cure = f"one of {first['ctx']['expected']}"
        case kind if kind.endswith(("_type", "_than", "_than_equal", "finite_number")):
            cure = f"{said.removeprefix('Input should be ')} is wanted here"
            said = f"{first['input']!r} will not do"
    line, column = document.position(path, key=first["type"] == "extra_forbidden")
    place = path_text(path)
    head = f"{place}: " if place else ""
    return ScenarioError(f"{file}:{line}:{column}: error: {head}{said}. {_sentence(cure)}")


_KINDS = "i2c, ds3231, bh1750, pir, level, ld2410, meter, wifi, ethernet, ntp, dali"


def _steps(values: Any, loc: tuple[int | str, ...]) -> Steps:
    """The path in the file of what pydantic names: without the kinds and types that it adds."""
    path: list[int | str] = []
    here = values
    for number, step in enumerate(loc):
        last = number == len(loc) - 1
        if isinstance(here, Mapping) and (step in here or last):
            here = here.get(step) if isinstance(step, str) else None
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            continue
        path.append(step)
    return tuple(path)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
