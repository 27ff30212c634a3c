"""A luminaire's node on a virtual board: its files on the flash, its parts on the pins."""

import datetime
import re
from itertools import pairwise
from pathlib import Path

from sim.board import Board, Clock
from sim.board.image import write_image
from sim.board.parts import (
    BH1750,
    DS3231,
    LD2410,
    AccessPoint,
    Bus,
    Level,
    Meter,
    NtpServer,
    Pir,
)
from sim.board.parts.dali import DaliBus, Gear, light_of
from sim.board.parts.light import output_of
from sim.site.check import load_site
from sim.site.compile import compile_site, power_table
from sim.site.model import Site
from sim.site.tree import build_tree

VILLAGE = Path(__file__).parents[2] / "sim" / "demo" / "village.toml"
EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
SECOND = 1_000_000  # us
MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR
FULL = 65535

_CHANGE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+ \d+ \S+ \S+$")


def night_of(year: int, month: int, day: int) -> int:
    """Day number of a date."""
    return (datetime.date(year, month, day) - EPOCH.date()).days


class Node:
    """`board` is the virtual board, held at its first instant; `begins` is that instant in UTC.

    What the luminaire's wiring names is plugged in under the wiring's names ("presence", "clock",
    "light", "meter", "network", "ntp0", "output" for a DALI bus); `fitted` gives another part, or
    None for none, in place of one. `edit(folder)` may change the files before. The meter measures
    what the site file says that the driver takes at the output that its pin or bus gives, times
    `health`.
    """

    def __init__(
        self,
        folder: Path,
        lamp: str,
        begins: datetime.datetime,
        *,
        site: Site | Path = VILLAGE,
        fitted: dict | None = None,
        edit=None,
        wifi_key: str | None = None,
        **more,
    ) -> None:
        self.site = load_site(site) if isinstance(site, Path) else site
        self.wifi_key = wifi_key
        self.tree = build_tree(self.site, lamp, folder / "tree", "virtual", wifi_key)
        if edit is not None:
            edit(folder / "tree")
            # The code that runs brings its own main.py: the one that was edited.
            own = folder / "tree" / "a" / "main.py"
            if own.exists():
                own.write_bytes((folder / "tree" / "main.py").read_bytes())
        write_image(folder / "tree", folder / "flash.img")
        self.begins = begins
        self.wiring = self.tree.wiring
        more.setdefault("clock", Clock.JUMP)
        self.board = Board(folder / "flash.img", hold=more["clock"] is Clock.JUMP, **more)
        self.lamp = next(x for x in self.site.luminaires if x.id == lamp)
        self.config = next(
            x.config for x in compile_site(self.site) if x.luminaire.id == lamp
        )
        self.driver = self.site.drivers[self.lamp.driver]
        self.health = 1.0
        self.bus: DaliBus | None = None
        self._plug(fitted or {})

    def _plug(self, fitted: dict) -> None:
        plug, wiring = self.board.parts.plug, self.wiring
        plug("i2c", Bus(scl=wiring["i2c"]["scl"], sda=wiring["i2c"]["sda"]))
        made = {"clock": lambda: DS3231(self.begins)}
        if "presence" in wiring:
            made["presence"] = lambda: (
                Pir(wiring["presence"]["pin"])
                if wiring["presence"]["kind"] == "pir"
                else LD2410(tx=wiring["presence"]["tx"], rx=wiring["presence"]["rx"])
            )
        if "light" in wiring:
            made["light"] = lambda: (
                BH1750() if wiring["light"]["kind"] == "bh1750" else Level(wiring["light"]["pin"])
            )
        output = wiring["output"]
        if output["kind"] == "dali":
            self.bus = DaliBus(tx=output["tx"], rx=output["rx"])
            self.bus.add(Gear())
            made["output"] = lambda: self.bus
        if "meter" in wiring:
            made["meter"] = lambda: Meter(
                wiring["meter"]["pin"], self.watts, smooth=self.bus is not None
            )
        if "network" in wiring:
            made["network"] = lambda: AccessPoint(wiring["network"]["ssid"], self.wifi_key)
        for i, address in enumerate(wiring.get("ntp", ())):
            made[f"ntp{i}"] = lambda address=address: NtpServer(address, self.begins)
        for name, make in made.items():
            part = fitted[name] if name in fitted else make()
            if part is not None:
                on = "i2c" if isinstance(part, DS3231 | BH1750) else None
                plug(name, part, on=on)

    def __enter__(self) -> "Node":
        self.board.start()
        return self

    def __exit__(self, *error) -> None:
        self.board.stop()

    def at(self, utc: datetime.datetime) -> int:
        """The board's instant, in us."""
        return int((utc - self.begins) / datetime.timedelta(microseconds=1))

    def run(self, us: int, real_timeout_s: float = 120.0) -> None:
        """Let that much time pass."""
        self.board.run_until(self.board.chip.now_us() + us, real_timeout_s)

    def ask(self, command: str, seconds: int = 8) -> str:
        """Type a command at the console; what it prints."""
        since = self.board.chip.now_us()
        self.board.type(f"\r\n{command}\r\n")
        self.run(seconds * SECOND)
        said = self.board.serial.text(since)
        return said.partition(command)[2].partition("noctule> ")[0].strip()

    def brain_level(self) -> int:
        """Percent of light that the node's brain wants, by its own words."""
        return int(self.ask("why").partition(" %")[0].split()[-1])

    def changes(self) -> list[str]:
        """Lines of the trace so far."""
        return [line for _, line in self.board.serial.lines() if _CHANGE.fullmatch(line)]

    def duty(self, at_us: int | None = None) -> int | None:
        """Level of the output's pin, 0 to 65535, now or at an instant; None: nobody drives it."""
        output = self.wiring["output"]
        level = None
        for edge in self.board.edges:
            if edge.pin == output["pin"] and (at_us is None or edge.at_us <= at_us):
                level = edge.level
        return level

    def output(self) -> float:
        """Percent of the gear's output, by what its pins or its bus say."""
        chip = self.board.chip
        if self.bus is not None:
            return light_of(self.bus.gear[0].level_at(chip.now_us()))
        return output_of(self.wiring["output"], self.driver.minimum_level, chip)

    def watts(self, host=None) -> float:
        """What the meter measures."""
        off, points = power_table(self.driver, self.lamp.count)
        output = self.output()
        if not output:
            return off / 10
        for (at, power), (beyond, more) in pairwise(points):
            if output <= beyond:
                here = power + (more - power) * (output - at) / (beyond - at)
                return (off + (here - off) * self.health) / 10
        raise AssertionError(output)


__all__ = ["DAY", "EPOCH", "FULL", "HOUR", "MINUTE", "SECOND", "VILLAGE", "Node", "night_of"]
