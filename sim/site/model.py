"""What a site is: the tables of its TOML file, as frozen pydantic models.

Units: metres, watts, percent of light, lux, milliseconds. Attribute names are the file's own, but
for ``from`` which is ``from_`` here. What does not fit raises pydantic's ``ValidationError``,
whose error types are codes of `sim.site.words`; rules that look across the site are in
`sim.site.rules`.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sim.site import limits
from sim.site.document import shown
from sim.site.values import (
    ALL,
    HOLIDAY_ZONES,
    LOCAL,
    PUBLIC,
    PUBLIC_HOLIDAYS,
    SCHOOL_HOLIDAYS,
    SUNRISE,
    SUNSET,
    Along,
    At,
    Bool,
    CloPoint,
    Corner,
    Date,
    Dates,
    DateTime,
    Day,
    FullDate,
    Hours,
    Identifier,
    Level,
    Lux,
    LuxPoint,
    Moment,
    Numeric,
    Occurrence,
    Pin,
    Power,
    PowerPoint,
    Ramp,
    RelightDuration,
    RequestsByMonth,
    Rest,
    Text,
    Volts,
    Watts,
    Weekdays,
    choice,
    duration_text,
    is_identifier,
    line,
    milliseconds,
    one_of,
    quantity,
)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# --- the site and its energy ---------------------------------------------------------------------


class Place(_Model):
    """``[site]``: where it is and what it is called."""

    name: Text
    latitude: Annotated[float, *quantity(-90, 90, "°")]
    longitude: Annotated[float, *quantity(-180, 180, "°")]
    timezone: Annotated[str, *line(64)]
    holiday_zone: Annotated[str, choice("bad-choice", *HOLIDAY_ZONES)] = HOLIDAY_ZONES[0]
    school_zone: Annotated[Literal["A", "B", "C"], choice("bad-choice", "A", "B", "C")] | None = (
        None
    )
    language: Annotated[Literal["fr", "en"], choice("bad-choice", "fr", "en")] = "fr"
    description: Annotated[str, *line(limits.DESCRIPTION_LENGTH)] | None = None


class Energy(_Model):
    """``[energy]``: what a kilowatt-hour costs and emits, and where each figure comes from."""

    price_eur_per_kwh: Annotated[float, *quantity(0, limits.PRICE_MAX_EUR, "EUR/kWh")]
    price_date: FullDate
    price_source: Text
    co2_g_per_kwh: Annotated[float, *quantity(0, limits.CO2_MAX_G, "g/kWh")]
    co2_year: Annotated[int, *quantity(1990, limits.LAST_YEAR, whole=True)]
    co2_source: Text


class Names(_Model):
    """A name in the languages of the reports."""

    fr: Text
    en: Text

    def text(self, lang: str) -> str:
        """Give the name in ``fr`` or ``en``."""
        return self.fr if lang == "fr" else self.en


def _both_languages(value: object) -> object:
    """Take a name given once for both languages."""
    if not isinstance(value, (str, dict, Names)):
        raise PydanticCustomError("not-text", "text", {"got": shown(value)})
    return {"fr": value, "en": value} if isinstance(value, str) else value


Label = Annotated[Names, BeforeValidator(_both_languages, json_schema_input_type=Names | str)]

# --- the gear ------------------------------------------------------------------------------------


Control = Literal["pwm", "0-10V", "1-10V", "relay", "dali"]
CONTROLS: tuple[Control, ...] = ("pwm", "0-10V", "1-10V", "relay", "dali")
_COMMAND_KEYS = {
    "relay": ("pwm", "0-10V", "1-10V"),
    "volts": ("0-10V", "1-10V"),
    "pwm_hz": ("pwm", "0-10V", "1-10V"),
    "dali_address": ("dali",),
}
"""Keys of a driver that only some of the ways to command it have."""


class Driver(_Model):
    """``[drivers.KEY]``: the gear of one luminaire; watts are those of one luminaire.

    `power_points` are (output %, W), strictly between 0 and 100 % and rising. `warm_up`,
    `minimum_on` and `minimum_off` are ms. `virtual_output` is the output (%) that 100 % of light
    means; `clo` its share at the hours burnt, (h, %), straight lines between.

    `control` is how a node commands it (None: see `how`). With a `relay` the node takes its mains
    away for off. `volts` are those at the minimum and at full light, of 0-10 V and 1-10 V.
    `dali_address` None is everything on the bus.
    """

    power_w: Power
    standby_w: Watts = 0.3
    node_w: Watts = 0.5
    minimum_level: Annotated[int, *quantity(1, 100, "%", whole=True)] = 1
    can_switch_off: Bool = True
    curve: Annotated[Literal["linear", "dali"], choice("bad-choice", "linear", "dali")] = "linear"
    power_points: Annotated[
        tuple[PowerPoint, ...],
        Field(max_length=limits.POWER_POINTS),
    ] = ()
    warm_up: Annotated[int, *milliseconds(0, limits.WARM_UP_MAX_MS, 1_000)] = 0
    minimum_on: Rest = 0
    minimum_off: Rest = 0
    virtual_output: Annotated[int, *quantity(1, 100, "%", whole=True)] = 100
    clo: Annotated[
        tuple[CloPoint, ...],
        Field(max_length=limits.CLO_POINTS),
    ] = ()
    power_tolerance_percent: Annotated[
        int, *quantity(limits.TOLERANCE_MIN_PERCENT, limits.TOLERANCE_MAX_PERCENT, "%", whole=True)
    ] = 20
    control: Annotated[Control, choice("bad-choice", *CONTROLS)] | None = None
    relay: Bool = False
    volts: Volts = (1.0, 10.0)
    pwm_hz: Annotated[int, *quantity(limits.PWM_MIN_HZ, limits.PWM_MAX_HZ, "Hz", whole=True)] = (
        1_000
    )
    dali_address: Annotated[int, *quantity(0, 63, whole=True)] | None = None

    @property
    def how(self) -> Control:
        """How a node commands it: as written, or by what it is.

        DALI where its curve is, a relay where it cannot be dimmed, else 0-10 V.
        """
        if self.control is not None:
            return self.control
        if self.curve == "dali":
            return "dali"
        return "relay" if self.minimum_level == 100 else "0-10V"

    @model_validator(mode="after")
    def _commanded(self) -> Self:
        """What is written goes with how it is commanded."""
        how = self.how
        if self.curve == "dali" and how != "dali":
            raise PydanticCustomError("curve-without-dali", "control", {"control": how})
        if how == "relay" and self.minimum_level < 100:
            raise PydanticCustomError("relay-dims", "control", {"minimum": self.minimum_level})
        for key, kinds in _COMMAND_KEYS.items():
            if key in self.model_fields_set and how not in kinds:
                raise PydanticCustomError("control-key", "control", {"key": key, "control": how})
        return self

    @model_validator(mode="after")
    def _clo_rises(self) -> Self:
        if not self.clo:
            return self
        hours = [point[0] for point in self.clo]
        if hours[0] != 0 or any(b <= a for a, b in zip(hours, hours[1:], strict=False)):
            raise PydanticCustomError("clo-hours", "clo", {})
        if self.clo[-1][1] != 100:
            raise PydanticCustomError("clo-end", "clo", {"got": self.clo[-1][1]})
        return self

    @model_validator(mode="after")
    def _rises(self) -> Self:
        before = (0.0, self.standby_w)
        for point in (*self.power_points, (100.0, self.power_w)):
            if point[0] <= before[0] or point[1] < before[1]:
                raise PydanticCustomError(
                    "power-does-not-rise",
                    "power",
                    {
                        "level": f"{point[0]:g}",
                        "watts": f"{point[1]:g}",
                        "level_before": f"{before[0]:g}",
                        "watts_before": f"{before[1]:g}",
                    },
                )
            before = point
        return self


INVERTIBLE = ("output", "relay", "presence", "meter", "dali_tx", "dali_rx")
"""Roles of pins whose circuit may turn the level round."""


class Sensor(_Model):
    """``[sensors.KEY]``: a presence detector and its faults in daily life.

    `kind`: a contact or level on a pin ("pir", whatever it looks with), or the serial reports of
    an HLK-LD2410 radar.
    """

    kind: Annotated[Literal["pir", "ld2410"], choice("bad-choice", "pir", "ld2410")] = "pir"
    range_m: Annotated[float, *quantity(0, limits.SENSOR_RANGE_MAX_M, "m", above=True)]
    missed_percent: Annotated[float, *quantity(0, 100, "%")] = 0.0
    false_per_hour: Annotated[float, *quantity(0, limits.FALSE_PER_HOUR_MAX, "/h")] = 0.0
    speed_known: Bool = False
    debounce: Annotated[int, *milliseconds(0, limits.DEBOUNCE_MAX_MS)] = 20
    stuck_after: Annotated[int, *milliseconds(limits.STUCK_MIN_MS, limits.STUCK_MAX_MS, 1_000)] = (
        1_800_000
    )
    when_stuck: Annotated[Literal["lit", "ignored"], choice("bad-choice", "lit", "ignored")] = (
        "lit"
    )


class Contactor(_Model):
    """``[contactors.KEY]``: the relay that switches an output; ms that it must rest."""

    minimum_on: Rest = 0
    minimum_off: Rest = 0


class Photocell(_Model):
    """``[photocells.KEY]``: a light sensor; its thresholds belong to the programs.

    `points` of an LDR are (reading of the ADC, 0 to 65535; lux), rising readings. `address` is a
    BH1750's on the I2C bus.
    """

    name: Text | None = None
    kind: Annotated[Literal["bh1750", "ldr"], choice("bad-choice", "bh1750", "ldr")] = "bh1750"
    address: Annotated[Literal[35, 92], *one_of(35, 92)] = 35
    points: Annotated[tuple[LuxPoint, ...], Field(max_length=limits.LDR_POINTS)] = ()

    @model_validator(mode="after")
    def _measured(self) -> Self:
        if self.kind != "ldr":
            if self.points:
                raise PydanticCustomError("points-without-ldr", "points", {})
            return self
        readings = [point[0] for point in self.points]
        if len(readings) < 2 or any(b <= a for a, b in zip(readings, readings[1:], strict=False)):
            raise PydanticCustomError("ldr-points", "points", {})
        return self


class Pins(_Model):
    """``nodes.KEY.pins``: GPIO numbers, where they are not those of the board's wiring.

    The keys are the roles of `sim.site.boards`.
    """

    output: Pin | None = None
    relay: Pin | None = None
    presence: Pin | None = None
    sda: Pin | None = None
    scl: Pin | None = None
    radar_tx: Pin | None = None
    radar_rx: Pin | None = None
    light: Pin | None = None
    meter: Pin | None = None
    dali_tx: Pin | None = None
    dali_rx: Pin | None = None
    led: Pin | None = None


class Hardware(_Model):
    """``[nodes.KEY]``: what a node is made of: its board, and what is around it.

    `inverted` are roles whose circuit turns the level round. `output_v` is what the interface of
    0-10 V gives at a duty of 100 %. `relay_rest` is the contact that the luminaire hangs on while
    the coil has no current. `meter_pulse_mj` is the energy of one pulse of the meter. A Wi-Fi key
    never stands in a site file.
    """

    board: Identifier
    pins: Pins = Pins()
    inverted: Annotated[
        tuple[Annotated[str, choice("bad-choice", *INVERTIBLE)], ...],
        Field(max_length=len(INVERTIBLE)),
    ] = ()
    relay_rest: Annotated[Literal["closed", "open"], choice("bad-choice", "closed", "open")] = (
        "closed"
    )
    output_v: Annotated[float, *quantity(1, limits.INTERFACE_MAX_V, "V")] = 10.0
    clock: Annotated[Literal["ds3231"], choice("bad-choice", "ds3231")] | None = None
    meter_pulse_mj: Annotated[float, *quantity(limits.PULSE_MIN_MJ, limits.PULSE_MAX_MJ, "mJ")] = (
        1724.4
    )
    network: (
        Annotated[Literal["wifi", "ethernet"], choice("bad-choice", "wifi", "ethernet")] | None
    ) = None
    ssid: Annotated[str, *line(limits.SSID_LENGTH)] | None = None
    ntp: Annotated[tuple[Numeric, ...], Field(max_length=limits.NTP_SERVERS)] = ()

    @model_validator(mode="after")
    def _connected(self) -> Self:
        if (self.network == "wifi") != (self.ssid is not None):
            code = "ssid-without-wifi" if self.ssid is not None else "wifi-without-ssid"
            raise PydanticCustomError(code, "network", {})
        if self.ntp and self.network is None:
            raise PydanticCustomError("ntp-without-network", "network", {})
        return self


# --- programs ------------------------------------------------------------------------------------


class Window(_Model):
    """A stretch of every night, from a moment to a moment."""

    from_: Moment = Field(alias="from")
    to: Moment


def window(from_: At, to: At) -> Window:
    """Build a `Window` in code."""
    return Window.model_validate({"from": str(from_), "to": str(to)})


class PhotocellPeriod(_Model):
    """Hysteresis of a photocell: on below `on_lux`, off above `off_lux`.

    With `window` (ms) it may act only that long either side of the period's from and to where
    the sun sets them (an end on the clock stays where it is);
    without it the photocell decides alone, and from and to are for when it fails.
    """

    on_lux: Lux
    off_lux: Lux
    window: Annotated[int, *milliseconds(60_000, limits.PHOTOCELL_WINDOW_MAX_MS, 1_000)] | None = (
        None
    )

    @model_validator(mode="after")
    def _hysteresis(self) -> Self:
        if self.on_lux >= self.off_lux:
            raise PydanticCustomError(
                "lux-order", "lux", {"on_lux": self.on_lux, "off_lux": self.off_lux}
            )
        return self


class ActivePeriod(_Model):
    """When the luminaire may be lit at all; outside every period it is off."""

    from_: Moment = Field(default=SUNSET, alias="from")
    to: Moment = SUNRISE
    photocell: PhotocellPeriod | None = None

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        if isinstance(value, dict) and ("from" in value) != ("to" in value):
            missing = "to" if "from" in value else "from"
            raise PydanticCustomError("half-period", "period", {"missing": missing})
        return value


class SwitchPoint(_Model):
    """From `at` on: `level` percent, reached in `ramp` milliseconds; lasts until the next."""

    at: Moment
    level: Level
    ramp: Ramp = 0


class Presence(_Model):
    """What a detection does: it raises the light, never lowers it.

    `windows` empty means the whole night.
    """

    operation: Annotated[Literal["max", "add"], choice("presence-operation", "max", "add")]
    level: Level
    idle: Level = 0
    hold: Annotated[int, *milliseconds(limits.HOLD_MIN_MS, limits.HOLD_MAX_MS, 1_000)]
    ramp_up: Ramp = 1_000
    ramp_down: Ramp = 5_000
    neighbours: Annotated[int, *quantity(0, limits.NEIGHBOURS_MAX, whole=True)] = 0
    reach_m: Annotated[int, *quantity(0, limits.REACH_MAX_M, "m", whole=True)] = 0
    vehicles: Annotated[
        Literal["neighbours", "section"], choice("bad-choice", "neighbours", "section")
    ] = "neighbours"
    windows: Annotated[
        tuple[Window, ...], Field(min_length=1, max_length=limits.PRESENCE_WINDOWS)
    ] = ()


class Program(_Model):
    """``[programs.KEY]``: levels through the night.

    `active` empty means the whole day (``active = "always"``). `points` empty means 100 %
    within the active periods.
    """

    name: Label | None = None
    order: Text | None = None
    active: Annotated[tuple[ActivePeriod, ...], Field(max_length=limits.ACTIVE_PERIODS)] = (
        ActivePeriod(),
    )
    points: Annotated[tuple[SwitchPoint, ...], Field(max_length=limits.POINTS_PER_PROGRAM)] = ()
    fault_state: Level = 100
    presence: Presence | None = None

    @model_validator(mode="before")
    @classmethod
    def _shorthands(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        if "active" in value:
            active = value["active"]
            if active == "always":
                value = {**value, "active": ()}
            elif isinstance(active, (dict, str)) or active == []:
                raise PydanticCustomError("active-shape", "active", {"got": shown(active)})
        return value

    @property
    def always(self) -> bool:
        """Whether it is active the whole day."""
        return not self.active

    @property
    def uses_photocell(self) -> bool:
        """Whether one of its active periods asks a photocell."""
        return any(period.photocell for period in self.active)


# --- calendars -----------------------------------------------------------------------------------


def _check_span(from_: Day | None, to: Day | None, dates: tuple[Day, ...] | None) -> None:
    """Prove that a span has both its ends, in order and of one kind, and no dates beside it."""
    if (from_ is None) != (to is None):
        raise PydanticCustomError("half-span", "span", {"missing": "from" if to else "to"})
    if from_ is None or to is None:
        return
    if dates is not None:
        raise PydanticCustomError("dates-and-span", "dates", {})
    ends = {"from": str(from_), "to": str(to)}
    if (from_.year is None) != (to.year is None):
        raise PydanticCustomError("mixed-span", "span", ends)
    if from_.year is not None and to < from_:
        raise PydanticCustomError("span-order", "span", ends)


class Rule(_Model):
    """One rule of a calendar: all the conditions given must hold.

    `holidays` and `school_holidays` are by name; `sim.site.holidays` gives their dates.
    """

    program: Identifier
    day: Annotated[Literal["evening", "morning"], choice("bad-choice", "evening", "morning")] = (
        "evening"
    )
    weekdays: Weekdays | None = None
    occurrences: (
        Annotated[
            tuple[Occurrence, ...],
            Field(min_length=1, max_length=6),
        ]
        | None
    ) = None
    from_: Date | None = Field(default=None, alias="from")
    to: Date | None = None
    dates: Dates | None = None
    holidays: (
        Annotated[
            tuple[Annotated[str, choice("bad-choice", PUBLIC, *PUBLIC_HOLIDAYS)], ...],
            Field(min_length=1, max_length=len(PUBLIC_HOLIDAYS)),
        ]
        | None
    ) = None
    school_holidays: (
        Annotated[
            tuple[Annotated[str, choice("bad-choice", ALL, *SCHOOL_HOLIDAYS)], ...],
            Field(min_length=1, max_length=len(SCHOOL_HOLIDAYS)),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _check_span(self.from_, self.to, self.dates)
        if self.occurrences is not None and self.weekdays is None:
            raise PydanticCustomError("occurrences-alone", "occurrences", {})
        return self


class Calendar(_Model):
    """``[calendars.KEY]``: which program a night runs; the first rule that matches wins."""

    default: Identifier
    rules: Annotated[tuple[Rule, ...], Field(max_length=limits.RULES_PER_CALENDAR)] = ()

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """The distinct programs, the default first, then in the order of the rules."""
        return tuple(dict.fromkeys([self.default, *(rule.program for rule in self.rules)]))


# --- ceilings, light on demand, scenes -----------------------------------------------------------


class Ceiling(_Model):
    """``[ceilings.KEY]``: a dark corridor caps the light at `level`, above presence and override.

    Between the dates `from` and `to` (all year without them), within `windows` (empty: the whole
    night).
    """

    level: Level
    from_: Date | None = Field(default=None, alias="from")
    to: Date | None = None
    windows: Annotated[
        tuple[Window, ...], Field(min_length=1, max_length=limits.CEILING_WINDOWS)
    ] = ()
    order: Text | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if (self.from_ is None) != (self.to is None):
            missing = "from" if self.to else "to"
            raise PydanticCustomError("half-period", "span", {"missing": missing})
        _check_span(self.from_, self.to, None)
        return self


class Relight(_Model):
    """``[relights.KEY]``: a zone whose residents may ask for light, within `hours`.

    Each request gives `level` for `duration` ms, from the last one on. `requests_per_night` is for
    the simulation, January first.
    """

    name: Label | None = None
    hours: Window
    duration: RelightDuration = 360_000
    level: Annotated[int, *quantity(1, 100, "%", whole=True)] = 100
    requests_per_night: RequestsByMonth = (0.0,) * 12


class Scene(_Model):
    """``[scenes.KEY]``: a level for each of some groups; of two for one luminaire, the higher."""

    name: Label | None = None
    levels: Annotated[
        dict[Identifier, Level], Field(min_length=1, max_length=limits.TABLE_ENTRIES)
    ]


# --- works, events, and what was asked by hand ---------------------------------------------------

Targets = Annotated[tuple[Identifier, ...], Field(max_length=limits.TARGETS)]
TARGETS = ("groups", "streets", "circuits", "luminaires")


class _Aimed(_Model):
    """What an event and a call share: a name, and the luminaires they are about."""

    id: Identifier
    name: Label | None = None
    groups: Targets = ()
    streets: Targets = ()
    circuits: Targets = ()
    luminaires: Targets = ()

    @property
    def aimed(self) -> bool:
        """Whether it names any target."""
        return any(getattr(self, kind) for kind in TARGETS)


class Event(_Aimed):
    """``[[events]]``: works and events: on some evenings, within `hours`, another level.

    Exactly one of `level`, `program` and `scene`; a scene names its own groups.
    """

    order: Text | None = None
    from_: Date | None = Field(default=None, alias="from")
    to: Date | None = None
    dates: Dates | None = None
    weekdays: Weekdays | None = None
    hours: Window
    level: Level | None = None
    program: Identifier | None = None
    scene: Identifier | None = None
    ramp: Ramp = 0

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _check_span(self.from_, self.to, self.dates)
        if self.from_ is None and self.dates is None:
            raise PydanticCustomError("event-without-date", "dates", {"id": self.id})
        given = [n for n in ("level", "program", "scene") if getattr(self, n) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "event-one-of", "event", {"id": self.id, "given": ", ".join(given) or "-"}
            )
        if self.scene is not None and self.aimed:
            raise PydanticCustomError(
                "scene-with-targets", "targets", {"id": self.id, "scene": self.scene}
            )
        if self.scene is None and not self.aimed:
            raise PydanticCustomError("no-target", "targets", {"id": self.id})
        return self


class Call(_Aimed):
    """``[[calls]]``: what was asked by hand, at a local time; no node's configuration has it.

    `duration` is ms: None for a relight, whose zone has its own; else filled in.
    """

    kind: Annotated[
        Literal["all-on", "relight", "override"],
        choice("bad-choice", "all-on", "relight", "override"),
    ]
    at: DateTime
    duration: Annotated[int, *milliseconds(1_000, limits.OVERRIDE_MAX_MS, 1_000)] | None = None
    level: Level | None = None
    relight: Identifier | None = None

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, value: object) -> object:
        if not isinstance(value, dict) or "duration" in value:
            return value
        usual = {"all-on": "30 min", "override": "2 h"}
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in usual:
            return value
        return {**value, "duration": usual[kind]}

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        kind = {"id": self.id, "what": self.kind}
        if self.kind != "override" and self.level is not None:
            raise PydanticCustomError("call-key", "level", {**kind, "key": "level"})
        if self.kind == "override" and self.level is None:
            raise PydanticCustomError("override-without-level", "level", kind)
        if self.kind == "relight":
            if self.relight is None:
                raise PydanticCustomError("relight-without-zone", "relight", kind)
            other = next((n for n in ("duration", *TARGETS) if getattr(self, n)), None)
            if other is not None:
                raise PydanticCustomError("call-key", "call", {**kind, "key": other})
        elif self.relight is not None:
            raise PydanticCustomError("call-key", "relight", {**kind, "key": "relight"})
        elif not self.aimed:
            raise PydanticCustomError("no-target", "targets", kind)
        if self.kind == "all-on" and (self.duration or 0) > limits.ALL_ON_MAX_MS:
            raise PydanticCustomError(
                "duration-out-of-range",
                "duration",
                {
                    "got": shown(duration_text(self.duration or 0)),
                    "low": duration_text(1_000),
                    "high": duration_text(limits.ALL_ON_MAX_MS),
                },
            )
        return self


# --- streets and who passes ----------------------------------------------------------------------


class Traffic(_Model):
    """How many pass: exactly one of `per_night`, `per_hour` (Poisson), `hours` (24 hourly rates).

    `shape` spreads `per_night` over 16:00 to 08:00 local: like real counts, or evenly.
    """

    kind: Annotated[
        Literal["walker", "cyclist", "car"], choice("bad-choice", "walker", "cyclist", "car")
    ]
    per_night: Annotated[float, *quantity(0, limits.TRAFFIC_PER_NIGHT_MAX)] | None = None
    per_hour: Annotated[float, *quantity(0, limits.TRAFFIC_PER_HOUR_MAX, "/h")] | None = None
    hours: (
        Annotated[
            tuple[Annotated[float, *quantity(0, limits.TRAFFIC_PER_HOUR_MAX, "/h")], ...],
            Field(min_length=24, max_length=24),
        ]
        | None
    ) = None
    shape: Annotated[Literal["counts", "even"], choice("bad-choice", "counts", "even")] = "counts"

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        given = [n for n in ("per_night", "per_hour", "hours") if getattr(self, n) is not None]
        if len(given) != 1:
            raise PydanticCustomError("one-rate", "rate", {"given": ", ".join(given) or "-"})
        if "shape" in self.model_fields_set and self.per_night is None:
            raise PydanticCustomError("shape-without-night", "shape", {"given": given[0]})
        return self


class Street(_Model):
    """``[[streets]]``: a line on the ground, in metres east and north of the site's origin."""

    id: Identifier
    name: Text
    path_m: Annotated[
        tuple[Corner, ...],
        Field(min_length=2, max_length=limits.PATH_POINTS),
    ]
    asked_level: Level
    speed_limit_kmh: (
        Annotated[float, *quantity(0, limits.SPEED_LIMIT_MAX_KMH, "km/h", above=True)] | None
    ) = None
    traffic: Annotated[tuple[Traffic, ...], Field(max_length=limits.TRAFFIC_PER_STREET)] = ()

    @cached_property
    def length_m(self) -> float:
        """Length of the path, metres."""
        return sum(math.dist(a, b) for a, b in zip(self.path_m, self.path_m[1:], strict=False))

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.length_m <= 0:
            raise PydanticCustomError("no-length", "length", {})
        return self


# --- cabinets and circuits -----------------------------------------------------------------------


class Circuit(_Model):
    """A feeder of a cabinet. `mains` counts for a switched one only, by the cabinet's clock."""

    id: Identifier
    supply: Annotated[
        Literal["permanent", "switched"], choice("bad-choice", "permanent", "switched")
    ]
    mains: Annotated[tuple[Window, ...], Field(min_length=1, max_length=limits.MAINS_PERIODS)] = (
        window(SUNSET, SUNRISE),
    )
    order: Text | None = None

    @model_validator(mode="after")
    def _hours_are_cut(self) -> Self:
        if self.supply == "permanent" and "mains" in self.model_fields_set:
            raise PydanticCustomError("mains-of-permanent", "mains", {"id": self.id})
        return self

    @property
    def switched(self) -> bool:
        """Whether the cabinet cuts its mains."""
        return self.supply == "switched"


class Cabinet(_Model):
    """``[[cabinets]]``: one cabinet; `clock_error` of its own clock, ms, positive when ahead."""

    id: Identifier
    name: Text
    clock_error: Annotated[
        int, *milliseconds(-limits.CLOCK_ERROR_MAX_MS, limits.CLOCK_ERROR_MAX_MS)
    ] = 0
    circuits: Annotated[
        tuple[Circuit, ...], Field(min_length=1, max_length=limits.CIRCUITS_PER_CABINET)
    ]


# --- luminaires ----------------------------------------------------------------------------------


def _with_default(value: object, key: str, source: str) -> object:
    """Fill in a name that is another one's when it is not written."""
    if not isinstance(value, dict) or key in value:
        return value
    name = value.get(source)
    # a bad name is told where it stands, not here again
    return {**value, key: name if is_identifier(name) else "0"}


class _Lit(_Model):
    """What a luminaire and a row of them share."""

    circuit: Identifier
    street: Identifier
    driver: Identifier
    program: Identifier | None = None
    calendar: Identifier | None = None
    sensor: Identifier | None = None
    photocell: Identifier | None = None
    section: Identifier = ""
    groups: Annotated[tuple[Identifier, ...], Field(max_length=limits.GROUPS_PER_LUMINAIRE)] = ()
    today: Identifier | None = None
    today_power_w: Power | None = None
    contactor: Identifier | None = None
    ceiling: Identifier | None = None
    relight: Identifier | None = None
    meter: Bool = False
    node: Identifier | None = None
    burning_hours: Hours = 0

    @model_validator(mode="before")
    @classmethod
    def _own_section(cls, value: object) -> object:
        return _with_default(value, "section", "street")

    @model_validator(mode="after")
    def _one_program(self) -> Self:
        if (self.program is None) == (self.calendar is None):
            code = "program-and-calendar" if self.program else "no-program"
            raise PydanticCustomError(code, "program", {})
        return self


class Luminaire(_Lit):
    """``[[luminaires]]``: one node's output on one pole, `count` luminaires behind it.

    `today` is the program that the site runs today, None when it is its own; `today_power_w`
    today's watts of one luminaire at 100 %, None when it is the driver's. `pole` is the id when
    it is not written, `section` the street. Where `count` luminaires stand on poles of their own,
    `spacing_m` is between these, and `at_m` is the middle of them.
    """

    id: Identifier
    at_m: Along
    pole: Identifier = ""
    count: Annotated[int, *quantity(1, limits.LUMINAIRES_BEHIND_ONE_OUTPUT, whole=True)] = 1
    spacing_m: (
        Annotated[float, *quantity(limits.SPACING_MIN_M, limits.SPACING_MAX_M, "m")] | None
    ) = None

    @model_validator(mode="before")
    @classmethod
    def _own_pole(cls, value: object) -> object:
        return _with_default(value, "pole", "id")

    @model_validator(mode="after")
    def _spaced(self) -> Self:
        if self.spacing_m is not None and self.count == 1:
            raise PydanticCustomError("spacing-of-one", "spacing", {"id": self.id})
        return self

    @property
    def places_m(self) -> tuple[float, ...]:
        """Where along the street each of its luminaires stands: one place, or `count` of them."""
        if self.spacing_m is None:
            return (self.at_m,)
        first = self.at_m - (self.count - 1) * self.spacing_m / 2
        return tuple(round(first + i * self.spacing_m, 3) for i in range(self.count))


class Row(_Lit):
    """``[[rows]]``: `count` luminaires at equal spacing, ids `id` with two digits (or three)."""

    id: Identifier
    count: Annotated[int, *quantity(1, limits.LUMINAIRES_PER_ROW, whole=True)]
    start_m: Along
    spacing_m: Annotated[float, *quantity(limits.SPACING_MIN_M, limits.SPACING_MAX_M, "m")]

    @model_validator(mode="after")
    def _ids_fit(self) -> Self:
        digits = 2 if self.count <= 99 else 3
        if len(self.id) + digits > limits.ID_LENGTH:
            raise PydanticCustomError(
                "row-id-too-long", "id", {"length": limits.ID_LENGTH - digits}
            )
        return self

    def expanded(self) -> list[Luminaire]:
        """Give the luminaires that the row stands for, in order."""
        digits = 2 if self.count <= 99 else 3
        shared = {name: getattr(self, name) for name in _Lit.model_fields}
        made = []
        for number in range(1, self.count + 1):
            name = f"{self.id}{number:0{digits}}"
            at_m = round(self.start_m + (number - 1) * self.spacing_m, 3)
            # every field was proven when the row was read
            made.append(
                Luminaire.model_construct(id=name, pole=name, at_m=at_m, count=1, **shared)
            )
        return made


# --- what the site is compared with --------------------------------------------------------------


class Dimming(Window):
    """``strategies.dimming``: one level for the middle of the night."""

    level: Level = 50


class PresenceEverywhere(_Model):
    """``strategies.presence``: what if every luminaire had a sensor."""

    level: Level = 100
    idle: Level = 10
    hold: Annotated[int, *milliseconds(limits.HOLD_MIN_MS, limits.HOLD_MAX_MS, 1_000)] = 60_000
    neighbours: Annotated[int, *quantity(0, limits.NEIGHBOURS_MAX, whole=True)] = 1
    range_m: Annotated[float, *quantity(0, limits.SENSOR_RANGE_MAX_M, "m", above=True)] = 8.0


class RelightEverywhere(Window):
    """``strategies.relight``: what if every street were off, and a zone that may ask for light."""

    duration: RelightDuration = 360_000
    requests_per_night: RequestsByMonth = (3.0,) * 12


class Strategies(_Model):
    """``[strategies]``: what the comparison strategies mean here."""

    switch_off: Window = window(At(LOCAL, 23 * 3600), At(LOCAL, 5 * 3600))
    dimming: Dimming = Dimming.model_validate({"from": "22:00", "to": "06:00"})
    presence: PresenceEverywhere = PresenceEverywhere()
    relight: RelightEverywhere = RelightEverywhere.model_validate({"from": "22:00", "to": "06:00"})


# --- the whole -----------------------------------------------------------------------------------


class Site(_Model):
    """A site file. `luminaires` has the rows already expanded, in the file's order, rows last."""

    site: Place
    energy: Energy
    drivers: Annotated[
        dict[Identifier, Driver], Field(min_length=1, max_length=limits.TABLE_ENTRIES)
    ]
    sensors: Annotated[dict[Identifier, Sensor], Field(max_length=limits.TABLE_ENTRIES)] = {}
    photocells: Annotated[dict[Identifier, Photocell], Field(max_length=limits.TABLE_ENTRIES)] = {}
    programs: Annotated[
        dict[Identifier, Program], Field(min_length=1, max_length=limits.TABLE_ENTRIES)
    ]
    calendars: Annotated[dict[Identifier, Calendar], Field(max_length=limits.TABLE_ENTRIES)] = {}
    contactors: Annotated[dict[Identifier, Contactor], Field(max_length=limits.TABLE_ENTRIES)] = {}
    nodes: Annotated[dict[Identifier, Hardware], Field(max_length=limits.TABLE_ENTRIES)] = {}
    ceilings: Annotated[dict[Identifier, Ceiling], Field(max_length=limits.TABLE_ENTRIES)] = {}
    relights: Annotated[dict[Identifier, Relight], Field(max_length=limits.RELIGHTS)] = {}
    scenes: Annotated[dict[Identifier, Scene], Field(max_length=limits.TABLE_ENTRIES)] = {}
    streets: Annotated[tuple[Street, ...], Field(min_length=1, max_length=limits.STREETS)]
    cabinets: Annotated[tuple[Cabinet, ...], Field(min_length=1, max_length=limits.CABINETS)]
    written_luminaires: Annotated[
        tuple[Luminaire, ...], Field(alias="luminaires", max_length=limits.LUMINAIRES)
    ] = ()
    rows: Annotated[tuple[Row, ...], Field(max_length=limits.ROWS)] = ()
    events: Annotated[tuple[Event, ...], Field(max_length=limits.EVENTS)] = ()
    calls: Annotated[tuple[Call, ...], Field(max_length=limits.CALLS)] = ()
    strategies: Strategies = Strategies()

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        count = len(self.written_luminaires) + sum(row.count for row in self.rows)
        if count > limits.LUMINAIRES:
            raise PydanticCustomError(
                "too-many-luminaires", "luminaires", {"count": count, "most": limits.LUMINAIRES}
            )
        if not count:
            raise PydanticCustomError("no-luminaire", "luminaires", {})
        return self

    @cached_property
    def luminaires(self) -> tuple[Luminaire, ...]:
        """Every luminaire: the written ones, then those of the rows."""
        made = list(self.written_luminaires)
        for row in self.rows:
            made += row.expanded()
        return tuple(made)

    @cached_property
    def luminaire_paths(self) -> tuple[tuple[str, int], ...]:
        """Where in the file each of `luminaires` is written: ``("rows", 2)``."""
        paths = [("luminaires", i) for i in range(len(self.written_luminaires))]
        for i, row in enumerate(self.rows):
            paths += [("rows", i)] * row.count
        return tuple(paths)

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        return {
            "street": {street.id: street for street in self.streets},
            "circuit": {c.id: c for cabinet in self.cabinets for c in cabinet.circuits},
            "cabinet": {c.id: cabinet for cabinet in self.cabinets for c in cabinet.circuits},
        }

    def street(self, id: str) -> Street:
        """Give the street of that id. Raises KeyError."""
        found: Street = self._by_id["street"][id]
        return found

    def circuit(self, id: str) -> Circuit:
        """Give the circuit of that id, of any cabinet. Raises KeyError."""
        found: Circuit = self._by_id["circuit"][id]
        return found

    def cabinet_of(self, circuit: str) -> Cabinet:
        """Give the cabinet that the circuit of that id leaves from. Raises KeyError."""
        found: Cabinet = self._by_id["cabinet"][circuit]
        return found

    def hardware_of(self, lamp: _Lit) -> Hardware | None:
        """What a luminaire's node is made of: by its name, or the only one there is; else None."""
        if lamp.node is not None:
            return self.nodes[lamp.node]
        return next(iter(self.nodes.values())) if len(self.nodes) == 1 else None

    def programs_of(self, lamp: _Lit) -> tuple[str, ...]:
        """Keys of the programs that a luminaire may run, its calendar's default first."""
        if lamp.program is not None:
            return (lamp.program,)
        return self.calendars[str(lamp.calendar)].programs

    @cached_property
    def _aimed_at(self) -> dict[str, dict[str, list[int]]]:
        """Indices of luminaires by kind of target and name."""
        by: dict[str, dict[str, list[int]]] = {kind: {} for kind in (*TARGETS, "relights")}
        for i, lamp in enumerate(self.luminaires):
            for group in dict.fromkeys(lamp.groups):
                by["groups"].setdefault(group, []).append(i)
            by["streets"].setdefault(lamp.street, []).append(i)
            by["circuits"].setdefault(lamp.circuit, []).append(i)
            by["luminaires"].setdefault(lamp.id, []).append(i)
            if lamp.relight is not None:
                by["relights"].setdefault(lamp.relight, []).append(i)
        return by

    def targets(self, aimed: Event | Call) -> tuple[int, ...]:
        """Indices of the luminaires that an event or a call is about, in order.

        Those of its scene's groups, of its relight zone, or of its groups, streets, circuits and
        luminaires.
        """
        by = self._aimed_at
        if isinstance(aimed, Event) and aimed.scene is not None:
            found = set().union(
                *(by["groups"].get(name, ()) for name in self.scenes[aimed.scene].levels)
            )
        elif isinstance(aimed, Call) and aimed.relight is not None:
            found = set(by["relights"].get(aimed.relight, ()))
        else:
            found = set().union(
                *(by[kind].get(name, ()) for kind in TARGETS for name in getattr(aimed, kind))
            )
        return tuple(sorted(found))

    def event_level(self, event: Event, lamp: Luminaire) -> int | None:
        """Level that an event asks of one of its luminaires, %; None where it asks a program.

        Of a scene, the highest of the luminaire's groups. Raises ValueError when it has none.
        """
        if event.scene is None:
            return event.level
        levels = self.scenes[event.scene].levels
        return max(levels[group] for group in lamp.groups if group in levels)

    @cached_property
    def events_of(self) -> tuple[tuple[int, ...], ...]:
        """For each luminaire, the indices of the events about it, in the file's order."""
        found: list[list[int]] = [[] for _ in self.luminaires]
        for number, event in enumerate(self.events):
            for i in self.targets(event):
                found[i].append(number)
        return tuple(tuple(numbers) for numbers in found)
