"""The parts as tables of a scenario file: what each kind takes, and the part that it makes."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.board.parts.bh1750 import BH1750
from sim.board.parts.dali import DaliBus, Gear
from sim.board.parts.ds3231 import DS3231
from sim.board.parts.i2c import Bus
from sim.board.parts.ld2410 import LD2410
from sim.board.parts.meter import Lamp, Meter
from sim.board.parts.net import AccessPoint, Cable
from sim.board.parts.ntp import NtpServer
from sim.board.parts.part import Part
from sim.board.parts.pins import Level, Pir

__all__ = ["I2C", "AnyPart", "Number", "PartTable", "Table"]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PartTable(Table):
    """A part."""

    @property
    def on_bus(self) -> str | None:
        """The name of the I2C bus that it hangs on."""
        return getattr(self, "bus", None)

    def make(self, now: datetime) -> Part:
        """The part; its clock, if it has one, shows `now`."""
        raise NotImplementedError


Number = Annotated[float, Field(strict=False, allow_inf_nan=False)]
_PinNumber = Annotated[int, Field(ge=0, le=48)]


class I2C(PartTable):
    kind: Literal["i2c"]
    scl: _PinNumber
    sda: _PinNumber

    def make(self, now: datetime) -> Part:
        return Bus(scl=self.scl, sda=self.sda)


class _DS3231(PartTable):
    kind: Literal["ds3231"]
    bus: str = "i2c"
    wrong_s: Number = 0.0
    ppm: Number = 0.0
    battery: bool = True
    new: bool = False

    def make(self, now: datetime) -> Part:
        shown = None if self.new else now + timedelta(seconds=self.wrong_s)
        return DS3231(shown, ppm=self.ppm, battery=self.battery)


class _BH1750(PartTable):
    kind: Literal["bh1750"]
    bus: str = "i2c"
    lux: Number = 0.0
    address: int = 0x23

    def make(self, now: datetime) -> Part:
        return BH1750(self.lux, self.address)


class _Pir(PartTable):
    kind: Literal["pir"]
    pin: _PinNumber
    inverted: bool = False
    hold_ms: Annotated[int, Field(ge=0)] = 0
    chatter_ms: Annotated[int, Field(ge=1)] = 20

    def make(self, now: datetime) -> Part:
        return Pir(
            self.pin, inverted=self.inverted, hold_ms=self.hold_ms, chatter_ms=self.chatter_ms
        )


class _Level(PartTable):
    kind: Literal["level"]
    pin: _PinNumber
    level: Annotated[int, Field(ge=0, le=65535)] = 0

    def make(self, now: datetime) -> Part:
        return Level(self.pin, self.level)


class _LD2410(PartTable):
    kind: Literal["ld2410"]
    tx: _PinNumber
    rx: _PinNumber
    hold_s: Annotated[Number, Field(ge=0)] = 5.0

    def make(self, now: datetime) -> Part:
        return LD2410(tx=self.tx, rx=self.rx, hold_s=self.hold_s)


class _Meter(PartTable):
    kind: Literal["meter"]
    pin: _PinNumber
    pulse_mj: Annotated[Number, Field(gt=0)] = 1724.4
    edges: bool = False
    dim: _PinNumber | None = None
    relay: _PinNumber | None = None
    full_w: Annotated[Number, Field(ge=0)] = 60.0
    idle_w: Annotated[Number, Field(ge=0)] = 0.5
    full_at: Annotated[Number, Field(gt=0, le=1)] = 1.0
    inverted: bool = False
    relay_inverted: bool = False

    def make(self, now: datetime) -> Part:
        lamp = Lamp(
            dim=self.dim,
            relay=self.relay,
            full_w=self.full_w,
            idle_w=self.idle_w,
            full_at=self.full_at,
            inverted=self.inverted,
            relay_inverted=self.relay_inverted,
        )
        pulse_uj = max(1, round(self.pulse_mj * 1000))
        return Meter(self.pin, lamp.watts, pulse_uj=pulse_uj, edges=self.edges)


class _Wifi(PartTable):
    kind: Literal["wifi"]
    ssid: str
    key: str
    connect_ms: Annotated[int, Field(ge=0)] = 2500

    def make(self, now: datetime) -> Part:
        return AccessPoint(self.ssid, self.key, connect_ms=self.connect_ms)


class _Ethernet(PartTable):
    kind: Literal["ethernet"]
    connect_ms: Annotated[int, Field(ge=0)] = 1500

    def make(self, now: datetime) -> Part:
        return Cable(connect_ms=self.connect_ms)


class _Ntp(PartTable):
    kind: Literal["ntp"]
    address: str
    wrong_s: Number = 0.0
    delay_ms: Annotated[Number, Field(ge=0)] = 30.0
    names: list[str] = []

    def make(self, now: datetime) -> Part:
        server = NtpServer(self.address, now, delay_ms=self.delay_ms, names=self.names)
        server.shift(self.wrong_s)
        return server


class _Dali(PartTable):
    kind: Literal["dali"]
    tx: _PinNumber
    rx: _PinNumber
    invert_tx: bool = False
    invert_rx: bool = False
    gear: list[Annotated[int, Field(ge=0, le=63)]] = [0]

    def make(self, now: datetime) -> Part:
        bus = DaliBus(tx=self.tx, rx=self.rx, invert_tx=self.invert_tx, invert_rx=self.invert_rx)
        for address in self.gear:
            bus.add(Gear(address=address))
        return bus


AnyPart = Annotated[
    I2C | _DS3231 | _BH1750 | _Pir | _Level | _LD2410 | _Meter | _Wifi | _Ethernet | _Ntp | _Dali,
    Field(discriminator="kind"),
]
