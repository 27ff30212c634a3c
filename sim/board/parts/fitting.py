"""What hangs on a node, by its wiring (`sim.site.wiring`): plugged in under usual names.

"i2c", "rtc", "light", "pir" or "radar", "meter", "wifi" or "cable", "ntp" ("ntp2", ...), "dali".
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sim.board.parts.bh1750 import BH1750
from sim.board.parts.dali import DaliBus, Gear, light_of
from sim.board.parts.ds3231 import DS3231
from sim.board.parts.i2c import Bus
from sim.board.parts.ld2410 import LD2410
from sim.board.parts.light import output_of
from sim.board.parts.meter import Lamp, Meter
from sim.board.parts.net import AccessPoint, Cable
from sim.board.parts.ntp import NtpServer
from sim.board.parts.part import Host, Part
from sim.board.parts.parts import Parts
from sim.board.parts.pins import Level, Pir

__all__ = ["fit"]

_IDLE_W = 0.5


def fit(
    parts: Parts,
    wiring: Mapping[str, Any],
    now: datetime,
    *,
    full_w: float = 60.0,
    minimum: float = 0.0,
    power: Callable[[float], float] | None = None,
    without: Collection[str] = (),
) -> None:
    """Plug in what the wiring of a node names; the clock and the servers show `now`.

    full_w: of the luminaire behind the meter; or else power: W that it takes at a percentage of
    its output, of which `minimum` is the least. without: names that are left out. ValueError:
    something is there already, or of a kind that is not known.
    """

    def plug(name: str, part: Part, on: str | None = None) -> None:
        if name not in without:
            parts.plug(name, part, on)

    draws = _output(plug, wiring.get("output", {}), full_w, minimum, power)
    if (i2c := wiring.get("i2c")) is not None:
        plug("i2c", Bus(scl=i2c["scl"], sda=i2c["sda"]))
    if (clock := wiring.get("clock")) is not None:
        _known(clock, "ds3231")
        plug("rtc", DS3231(now), on="i2c")
    if (light := wiring.get("light")) is not None:
        if _known(light, "bh1750", "ldr") == "bh1750":
            plug("light", BH1750(address=light["address"]), on="i2c")
        else:
            dark = min(raw for raw, lux in light["points"])
            plug("light", Level(light["pin"], dark))
    if (presence := wiring.get("presence")) is not None:
        if _known(presence, "pir", "ld2410") == "pir":
            pir = Pir(presence["pin"], inverted=bool(presence.get("invert", 0)))
            plug("pir", pir)
        else:
            plug("radar", LD2410(tx=presence["tx"], rx=presence["rx"]))
    if (meter := wiring.get("meter")) is not None:
        _known(meter, "bl0937")
        plug(
            "meter",
            Meter(
                meter["pin"],
                draws,
                pulse_uj=meter["pulse"] * 100,
                edges=not parts.kind.counters,
                smooth="dali" in parts,
            ),
        )
    if (network := wiring.get("network")) is not None:
        if _known(network, "wifi", "ethernet") == "wifi":
            plug("wifi", AccessPoint(network["ssid"], network["key"]))
        else:
            plug("cable", Cable())
    for number, address in enumerate(wiring.get("ntp", ()), 1):
        plug("ntp" if number == 1 else f"ntp{number}", NtpServer(address, now))


def _known(fitted: Mapping[str, Any], *kinds: str) -> str:
    if fitted["kind"] not in kinds:
        raise ValueError(f"the virtual board has no {fitted['kind']!r}, but {', '.join(kinds)}")
    return str(fitted["kind"])


def _output(
    plug: Callable[[str, Part], None],
    output: Mapping[str, Any],
    full_w: float,
    minimum: float,
    power: Callable[[float], float] | None,
) -> Callable[[Host], float]:
    """Plug in what the output needs; what the luminaire draws."""
    if not output:
        return Lamp(full_w=full_w).watts
    kind = _known(output, "pwm", "0-10V", "1-10V", "relay", "dali")
    if kind == "dali":
        bus = DaliBus(
            tx=output["tx"],
            rx=output["rx"],
            invert_tx=bool(output.get("invert_tx", 0)),
            invert_rx=bool(output.get("invert_rx", 0)),
        )
        gear = bus.add(Gear(address=max(0, output.get("address", 0))))
        plug("dali", bus)
        if power is not None:
            return lambda host: power(light_of(gear.level_at(host.now_us())))
        return lambda host: (
            _IDLE_W + (full_w - _IDLE_W) * light_of(gear.level_at(host.now_us())) / 100
        )
    if power is not None:
        return lambda host: power(output_of(output, minimum, host))
    if kind == "relay":
        inverted = bool(output.get("invert", 1))
        return Lamp(relay=output["pin"], relay_inverted=inverted, full_w=full_w).watts
    return Lamp(
        dim=output["pin"],
        relay=output.get("relay"),
        full_w=full_w,
        idle_w=_IDLE_W,
        full_at=output["high"] / output["full"] if "high" in output else 1.0,
        inverted=bool(output.get("invert", 0)),
        relay_inverted=bool(output.get("relay_invert", 1)),
    ).watts
