"""What hangs on the pins and buses of a virtual board: plugged in, driven and broken from the PC.

    board.parts.plug("i2c", Bus(scl=22, sda=21))
    board.parts.plug("rtc", DS3231(datetime(2026, 11, 1, 17, tzinfo=UTC)), on="i2c")
    with board.lock:
        board.parts["rtc"].fail("dead")

Each part is built from its data sheet; the port's side of the buses is in ../guest.
"""

from sim.board.parts.bh1750 import BH1750
from sim.board.parts.ds3231 import DS3231
from sim.board.parts.i2c import Bus
from sim.board.parts.kinds import KINDS, Kind
from sim.board.parts.ld2410 import LD2410
from sim.board.parts.meter import Lamp, Meter
from sim.board.parts.net import AccessPoint, Cable
from sim.board.parts.ntp import NtpServer
from sim.board.parts.part import Host, Part
from sim.board.parts.parts import Parts
from sim.board.parts.pins import Level, Pir, ldr

__all__ = [
    "BH1750",
    "DS3231",
    "KINDS",
    "LD2410",
    "AccessPoint",
    "Bus",
    "Cable",
    "Host",
    "Kind",
    "Lamp",
    "Level",
    "Meter",
    "NtpServer",
    "Part",
    "Parts",
    "Pir",
    "ldr",
]
