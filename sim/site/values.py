"""The values of a site file: what may stand after an equals sign, and how it is read.

`At` and `Day`, durations, the names of holidays and of the sun's events, and the annotated types
that the tables of `sim.site.model` are made of. A value that does not fit raises pydantic's
``PydanticCustomError``, whose types are codes of `sim.site.words`. Every duration is an int in
milliseconds; the offsets of an `At` are whole seconds.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
import re
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.site import limits
from sim.site.document import shown

# --- names ---------------------------------------------------------------------------------------

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SOLAR_EVENTS = (
    "sunset",
    "sunrise",
    "dusk",
    "dawn",
    "nautical dusk",
    "nautical dawn",
    "solar midnight",
)
LOCAL = "local"
HOLIDAY_ZONES = (
    "metropole",
    "alsace-moselle",
    "guadeloupe",
    "guyane",
    "martinique",
    "mayotte",
    "nouvelle-caledonie",
    "la-reunion",
    "polynesie-francaise",
    "saint-barthelemy",
    "saint-martin",
    "wallis-et-futuna",
    "saint-pierre-et-miquelon",
)
PUBLIC = "public"
PUBLIC_HOLIDAYS = (
    "new-year",
    "good-friday",
    "easter-monday",
    "labour-day",
    "victory-day",
    "ascension",
    "whit-monday",
    "bastille-day",
    "assumption",
    "all-saints",
    "armistice",
    "christmas",
    "saint-stephen",
    "abolition-of-slavery",
)
ALL = "all"
SCHOOL_HOLIDAYS = ("autumn", "christmas", "winter", "spring", "ascension", "summer")

# --- moments, dates, durations -------------------------------------------------------------------


class At(NamedTuple):
    """A moment of every night: a local clock time, or a solar event with an offset.

    `event` is ``"local"`` (then `seconds` counts from 00:00 on the clock on the wall, 0..86399)
    or one of `SOLAR_EVENTS` (then `seconds` is the signed offset).
    """

    event: str
    seconds: int

    @property
    def is_clock(self) -> bool:
        """Whether this is a time on the clock on the wall."""
        return self.event == LOCAL

    def since_noon(self) -> int:
        """Seconds since noon of a clock time, in the order in which a night runs."""
        return (self.seconds - 43_200) % 86_400

    def __str__(self) -> str:
        """Give it as it is written in a site file."""
        if self.is_clock:
            hours, rest = divmod(self.seconds, 3600)
            minutes, seconds = divmod(rest, 60)
            return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
        if not self.seconds:
            return self.event
        sign = "-" if self.seconds < 0 else "+"
        return f"{self.event} {sign} {duration_text(abs(self.seconds) * 1000)}"


SUNSET = At("sunset", 0)
SUNRISE = At("sunrise", 0)


class Day(NamedTuple):
    """A date: of one year, or of every year when `year` is None."""

    year: int | None
    month: int
    day: int

    def __str__(self) -> str:
        """Give it as it is written in a site file."""
        yearly = f"{self.month:02}-{self.day:02}"
        return yearly if self.year is None else f"{self.year:04}-{yearly}"


_UNITS_MS = {"h": 3_600_000, "min": 60_000, "s": 1_000, "ms": 1}
_PART = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,3}))?\s*(h|min|s|ms)")
_JSON_PART = r"[0-9]+(\.[0-9]+)?\s*(h|min|s|ms)"  # what an editor is told
_DURATION = re.compile(rf"\s*([+-]?)\s*({_PART.pattern}(?:\s+{_PART.pattern})*)\s*")
_CLOCK = re.compile(r"\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s*")
_EVENT = re.compile(r"\s*([A-Za-z]+(?:\s+[A-Za-z]+)?)\s*(?:([+−-])\s*(\S.*))?")
_YEARLY = re.compile(r"\s*(?:--)?([0-9]{2})-([0-9]{2})\s*")
_DATE = re.compile(r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})\s*")
_DATE_TIME = re.compile(
    r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?\s*"
)


def duration_text(ms: int) -> str:
    """Write a duration as in a site file: ``1 h 30 min``, ``0.2 s``."""
    sign, ms = ("-", -ms) if ms < 0 else ("", ms)
    hours, ms = divmod(ms, 3_600_000)
    minutes, ms = divmod(ms, 60_000)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    if ms or not parts:
        parts.append(f"{ms / 1000:g} s")
    return sign + " ".join(parts)


def parse_duration(text: str) -> int | None:
    """Milliseconds of a duration such as ``1 h 30 min``, or None when it is not one."""
    match = _DURATION.fullmatch(text) if len(text) <= 60 else None
    if match is None:
        return None
    total = 0
    order = ["h", "min", "s", "ms"]
    for whole, fraction, unit in _PART.findall(match[2]):
        if unit not in order:
            return None  # a unit twice, or out of order
        del order[: order.index(unit) + 1]
        micro = int(whole) * 1000 + int((fraction + "000")[:3])
        product = micro * _UNITS_MS[unit]
        if product % 1000:
            return None  # finer than a millisecond
        total += product // 1000
    return -total if match[1] == "-" else total


def _parse_at(value: object) -> At:
    if isinstance(value, dt.time) and value.tzinfo is None and not value.microsecond:
        return At(LOCAL, value.hour * 3600 + value.minute * 60 + value.second)
    if not isinstance(value, str) or len(value) > 100:
        raise PydanticCustomError("not-a-moment", "moment", {"got": shown(value)})
    if clock := _CLOCK.fullmatch(value):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        if hours > 23 or minutes > 59 or seconds > 59:
            raise PydanticCustomError("no-such-time", "time", {"got": shown(value)})
        return At(LOCAL, hours * 3600 + minutes * 60 + seconds)
    match = _EVENT.fullmatch(value)
    if match is None:
        raise PydanticCustomError("not-a-moment", "moment", {"got": shown(value)})
    event = " ".join(match[1].lower().split())
    if event not in SOLAR_EVENTS:
        raise PydanticCustomError(
            "unknown-event", "event", {"got": shown(match[1]), "word": event}
        )
    if match[2] is None:
        return At(event, 0)
    offset = parse_duration(match[3])
    if offset is None or match[3].strip()[0] in "+-":
        raise PydanticCustomError("not-a-duration", "duration", {"got": shown(match[3])})
    if offset % 1000:
        raise PydanticCustomError("whole-seconds", "seconds", {"got": shown(value)})
    seconds = offset // 1000
    if seconds > limits.OFFSET_MAX_S:
        raise PydanticCustomError(
            "offset-too-long",
            "offset",
            {"got": shown(value), "hours": limits.OFFSET_MAX_S // 3600},
        )
    return At(event, seconds if match[2] == "+" else -seconds)


def _parse_day(value: object) -> Day:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        day = Day(value.year, value.month, value.day)
    elif isinstance(value, str) and (match := _DATE.fullmatch(value)):
        day = Day(int(match[1]), int(match[2]), int(match[3]))
    elif isinstance(value, str) and (match := _YEARLY.fullmatch(value)):
        day = Day(None, int(match[1]), int(match[2]))
    else:
        raise PydanticCustomError("not-a-date", "date", {"got": shown(value)})
    if day.year is not None and not limits.FIRST_YEAR <= day.year <= limits.LAST_YEAR:
        raise PydanticCustomError(
            "year-out-of-range",
            "year",
            {"got": shown(value), "first": limits.FIRST_YEAR, "last": limits.LAST_YEAR},
        )
    try:
        dt.date(2000 if day.year is None else day.year, day.month, day.day)
    except ValueError:
        raise PydanticCustomError("no-such-date", "date", {"got": shown(value)}) from None
    return day


def _parse_full_date(value: object) -> dt.date:
    """Read a full date (price_date)."""
    day = _parse_day(value)
    if day.year is None:
        raise PydanticCustomError("full-date", "date", {"got": shown(value)})
    return dt.date(day.year, day.month, day.day)


def _parse_date_time(value: object) -> dt.datetime:
    """Read a local date and time, to the second."""
    if isinstance(value, str) and (match := _DATE_TIME.fullmatch(value)):
        try:
            year, month, day, *clock = (int(part or 0) for part in match.groups())
            value = dt.datetime(year, month, day, clock[0], clock[1], clock[2])
        except ValueError:
            raise PydanticCustomError("no-such-date", "date", {"got": shown(value)}) from None
    if not isinstance(value, dt.datetime):
        raise PydanticCustomError("not-a-date-time", "date", {"got": shown(value)})
    if value.tzinfo is not None or value.microsecond:
        raise PydanticCustomError("local-date-time", "date", {"got": shown(value)})
    if not limits.FIRST_YEAR <= value.year <= limits.LAST_YEAR:
        raise PydanticCustomError(
            "year-out-of-range",
            "year",
            {"got": shown(value), "first": limits.FIRST_YEAR, "last": limits.LAST_YEAR},
        )
    return value


def milliseconds(low: int, high: int, step: int = 1) -> tuple[PlainValidator, WithJsonSchema]:
    """Milliseconds from `low` to `high` in steps of `step`, written as ``"5 s"``."""

    def parse(value: object) -> int:
        if not isinstance(value, str):
            raise PydanticCustomError(
                "duration-without-unit",
                "duration",
                {"got": shown(value), "example": _duration_example(value)},
            )
        ms = parse_duration(value)
        if ms is None:
            raise PydanticCustomError("not-a-duration", "duration", {"got": shown(value)})
        if not low <= ms <= high:
            raise PydanticCustomError(
                "duration-out-of-range",
                "duration",
                {"got": shown(value), "low": duration_text(low), "high": duration_text(high)},
            )
        if ms % step:
            raise PydanticCustomError(
                "duration-step", "duration", {"got": shown(value), "step": duration_text(step)}
            )
        return ms

    return (
        PlainValidator(parse),
        WithJsonSchema(
            {
                "type": "string",
                "pattern": rf"^\s*[+-]?\s*{_JSON_PART}(\s+{_JSON_PART})*\s*$",
                "examples": [duration_text(max(low, min(high, 5000)))],
            }
        ),
    )


def _duration_example(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9:
        return f"{value:g} s"
    return "5 s"


# --- numbers, texts, choices ---------------------------------------------------------------------


def quantity(
    low: float, high: float, unit: str = "", *, whole: bool = False, above: bool = False
) -> tuple[PlainValidator, WithJsonSchema]:
    """Give a finite number from `low` (excluded when `above`) to `high`; never a boolean."""
    params = {
        "low": f"{low:g}" if not whole else str(int(low)),
        "high": f"{high:g}" if not whole else str(int(high)),
        "unit": f" {unit}" if unit else "",
    }

    def parse(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            code = "not-a-number"
        elif isinstance(value, float) and not math.isfinite(value):
            code = "not-finite"
        elif not low <= value <= high or (above and value == low):
            code = "above-range" if above else "out-of-range"
        elif whole and value != int(value):
            code = "not-whole"
        else:
            return int(value) if whole else float(value)
        raise PydanticCustomError(code, "number", {"got": shown(value), **params})

    return (
        PlainValidator(parse),
        WithJsonSchema(
            {
                "type": "integer" if whole else "number",
                "exclusiveMinimum" if above else "minimum": low,
                "maximum": high,
            }
        ),
    )


def line(length: int) -> tuple[PlainValidator, WithJsonSchema]:
    """Give a line of text for people: not empty, no control characters."""

    def parse(value: object) -> str:
        if not isinstance(value, str):
            raise PydanticCustomError("not-text", "text", {"got": shown(value)})
        if not value.strip():
            raise PydanticCustomError("empty-text", "text", {})
        if len(value) > length:
            raise PydanticCustomError("text-too-long", "text", {"length": length})
        if any(ord(c) < 32 and c not in "\n\t" or 0x7F <= ord(c) < 0xA0 for c in value):
            raise PydanticCustomError("control-characters", "text", {"got": shown(value)})
        return value

    return PlainValidator(parse), WithJsonSchema({"type": "string", "maxLength": length})


_IDENTIFIER = re.compile(limits.ID_PATTERN)


def is_identifier(value: object) -> bool:
    """Whether a value may be the name of something in a site file."""
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def _parse_identifier(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("id-not-text", "id", {"got": shown(value)})
    if not is_identifier(value):
        raise PydanticCustomError(
            "bad-id", "id", {"got": shown(value), "length": limits.ID_LENGTH}
        )
    return value


def choice(code: str, *words: str) -> PlainValidator:
    """Give one of some words; `code` says that it is none of them."""

    def parse(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise PydanticCustomError(
            code,
            "choice",
            {
                "got": shown(value),
                "word": value if isinstance(value, str) else "",
                "choices": ", ".join(f'"{word}"' for word in words),
            },
        )

    return PlainValidator(parse, json_schema_input_type=Literal[words])


def _parse_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise PydanticCustomError("not-a-bool", "bool", {"got": shown(value)})


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _parse_occurrence(value: object) -> int | Literal["last"]:
    if value == "last":
        return "last"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5:
        return value
    raise PydanticCustomError("bad-occurrence", "occurrence", {"got": shown(value)})


def _parse_power_point(value: object) -> tuple[float, float]:
    if (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in value)
        and 0 < value[0] < 100
        and 0 < value[1] <= limits.POWER_MAX_W
    ):
        return float(value[0]), float(value[1])
    raise PydanticCustomError("bad-power-point", "point", {"got": shown(value)})


def _parse_place(value: object) -> tuple[float, float]:
    high = limits.COORDINATE_MAX_M
    if (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in value)
        and all(-high <= x <= high for x in value)
    ):
        return float(value[0]), float(value[1])
    raise PydanticCustomError("bad-place", "place", {"got": shown(value), "high": f"{high:g}"})


def _parse_clo_point(value: object) -> tuple[int, int]:
    if (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(_is_number(x) for x in value)
        and 0 <= value[0] <= limits.BURNING_HOURS_MAX
        and 1 <= value[1] <= 100
        and value[0] % 10 == 0  # a node counts them in tens
        and value[1] % 1 == 0
    ):
        return int(value[0]), int(value[1])
    raise PydanticCustomError(
        "bad-clo-point", "point", {"got": shown(value), "most": limits.BURNING_HOURS_MAX}
    )


def _parse_volts(value: object) -> tuple[float, float]:
    high = limits.INTERFACE_MAX_V
    if (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(_is_number(x) for x in value)
        and 0 <= value[0] < value[1] <= high
    ):
        return float(value[0]), float(value[1])
    raise PydanticCustomError("bad-volts", "volts", {"got": shown(value), "high": f"{high:g}"})


def _parse_lux_point(value: object) -> tuple[int, int]:
    if (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(_is_number(x) and x % 1 == 0 for x in value)
        and 0 <= value[0] <= 65_535
        and 0 <= value[1] <= limits.LDR_LUX_MAX
    ):
        return int(value[0]), int(value[1])
    raise PydanticCustomError(
        "bad-lux-point", "point", {"got": shown(value), "most": limits.LDR_LUX_MAX}
    )


def _parse_numeric(value: object) -> str:
    """Read an IPv4 address: a node asks no name server."""
    try:
        return str(ipaddress.IPv4Address(value if isinstance(value, str) else ""))
    except ValueError:
        raise PydanticCustomError("not-numeric", "address", {"got": shown(value)}) from None


def one_of(*numbers: int) -> tuple[PlainValidator, WithJsonSchema]:
    """Give one of some numbers."""

    def parse(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value in numbers:
            return value
        choices = ", ".join(map(str, numbers))
        raise PydanticCustomError(
            "bad-choice", "number", {"got": shown(value), "choices": choices}
        )

    return PlainValidator(parse), WithJsonSchema({"enum": list(numbers)})


def _parse_requests(value: object) -> tuple[float, ...]:
    """Read one number, or twelve: January to December."""
    months = [value] * 12 if _is_number(value) else value
    if (
        isinstance(months, (list, tuple))
        and len(months) == 12
        and all(_is_number(x) and 0 <= x <= limits.REQUESTS_PER_NIGHT_MAX for x in months)
    ):
        return tuple(float(x) for x in months)
    raise PydanticCustomError(
        "bad-requests",
        "requests",
        {"got": shown(value), "most": f"{limits.REQUESTS_PER_NIGHT_MAX:g}"},
    )


# --- types ---------------------------------------------------------------------------------------

Identifier = Annotated[
    str,
    PlainValidator(_parse_identifier),
    WithJsonSchema({"type": "string", "pattern": f"^{limits.ID_PATTERN}$"}),
]
Moment = Annotated[
    At,
    PlainValidator(_parse_at),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\s*([0-9]{1,2}:[0-9]{2}(:[0-9]{2})?"
            r"|[A-Za-z]+(\s+[A-Za-z]+)?(\s*[+−-].*)?)\s*$",
            "examples": ["22:00", "sunset", "solar midnight + 4 h"],
        }
    ),
]
Date = Annotated[
    Day,
    PlainValidator(_parse_day),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\s*([0-9]{4}-|--)?[0-9]{2}-[0-9]{2}\s*$",
            "examples": ["11-30", "2026-11-30"],
        }
    ),
]
DateTime = Annotated[
    dt.datetime,
    PlainValidator(_parse_date_time),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2})?\s*$",
            "examples": ["2026-11-25T02:40:00"],
        }
    ),
]
FullDate = Annotated[
    dt.date, PlainValidator(_parse_full_date), WithJsonSchema({"type": "string", "format": "date"})
]
Bool = Annotated[bool, PlainValidator(_parse_bool), WithJsonSchema({"type": "boolean"})]
Text = Annotated[str, *line(limits.TEXT_LENGTH)]
Level = Annotated[int, *quantity(0, 100, "%", whole=True)]
Watts = Annotated[float, *quantity(0, limits.STANDBY_MAX_W, "W")]
Power = Annotated[float, *quantity(0, limits.POWER_MAX_W, "W", above=True)]
Ramp = Annotated[int, *milliseconds(0, limits.RAMP_MAX_MS, limits.RAMP_STEP_MS)]
Lux = Annotated[int, *quantity(0, limits.LUX_MAX, "lux", whole=True)]
Hours = Annotated[int, *quantity(0, limits.BURNING_HOURS_MAX, "h", whole=True)]
Rest = Annotated[int, *milliseconds(0, limits.REST_MAX_MS, 1_000)]
Along = Annotated[float, *quantity(0, limits.COORDINATE_MAX_M, "m")]
Corner = Annotated[
    tuple[float, float],
    PlainValidator(_parse_place),
    WithJsonSchema({"type": "array", "items": {"type": "number"}}),
]
PowerPoint = Annotated[
    tuple[float, float],
    PlainValidator(_parse_power_point),
    WithJsonSchema({"type": "array", "items": {"type": "number"}}),
]
CloPoint = Annotated[
    tuple[int, int],
    PlainValidator(_parse_clo_point),
    WithJsonSchema({"type": "array", "items": {"type": "integer"}}),
]
Volts = Annotated[
    tuple[float, float],
    PlainValidator(_parse_volts),
    WithJsonSchema({"type": "array", "items": {"type": "number"}}),
]
LuxPoint = Annotated[
    tuple[int, int],
    PlainValidator(_parse_lux_point),
    WithJsonSchema({"type": "array", "items": {"type": "integer"}}),
]
Numeric = Annotated[
    str, PlainValidator(_parse_numeric), WithJsonSchema({"type": "string", "format": "ipv4"})
]
Pin = Annotated[int, *quantity(0, limits.PIN_MAX, whole=True)]
Occurrence = Annotated[
    int | Literal["last"],
    PlainValidator(_parse_occurrence),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"const": "last"}]}),
]

Weekdays = Annotated[
    tuple[Annotated[str, choice("bad-weekday", *WEEKDAYS)], ...],
    Field(min_length=1, max_length=7),
]
Dates = Annotated[tuple[Date, ...], Field(min_length=1, max_length=limits.DATES_PER_RULE)]

RequestsByMonth = Annotated[
    tuple[float, ...],
    PlainValidator(_parse_requests),
    PlainSerializer(list, return_type=list[float]),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": limits.REQUESTS_PER_NIGHT_MAX},
                {
                    "type": "array",
                    "items": {
                        "type": "number",
                        "minimum": 0,
                        "maximum": limits.REQUESTS_PER_NIGHT_MAX,
                    },
                    "minItems": 12,
                    "maxItems": 12,
                },
            ]
        }
    ),
]
RelightDuration = Annotated[
    int, *milliseconds(limits.RELIGHT_MIN_MS, limits.RELIGHT_MAX_MS, 1_000)
]
