"""From a site to the wiring of each node: what is fitted, and on which pin.

A node reads it as JSON beside its configuration, and fits its parts by it
(`noctule.app`). The same site gives the same bytes.

    {"board": "esp32_devkitc", "node": "E05", "site": "Val-Noctule", "lang": "fr",
     "output": {"kind": "0-10V", "pin": 25, "invert": 0, "freq": 1000,
                "low": 1000, "high": 10000, "full": 10000},      mV: minimum, full light, full duty
     "presence": {"kind": "pir", "pin": 27, "invert": 0},
     "clock": {"kind": "ds3231", "address": 104}, "i2c": {"id": 0, "sda": 21, ...}, ...}

What is not fitted has no key. `invert` is 1 where light (of a meter: a pulse; of PIR: somebody) is
the pin's low; a relay's is about light, so the contact closed at rest, whose coil is driven to
switch off, has 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sim.site.boards import Board, Fault, faults, load
from sim.site.model import Driver, Hardware, Luminaire, Row, Site

MOST_BYTES: Final = 1024
"""What a node has room for (`noctule.app`)."""

_NAME_LENGTH = 40  # of the site, for the console and the manifest
_DS3231 = 0x68
_I2C_HZ = 100_000
_RADAR_UART = 1  # UART0 is the prompt's

Wiring = dict[str, Any]
Lit = tuple[tuple[int, int], ...]


class NoBoardError(Exception):
    """A site says of no board for a luminaire: `luminaire` is its id."""

    def __init__(self, luminaire: str) -> None:
        """Keep whose it is."""
        super().__init__(f"{luminaire}: no board")
        self.luminaire = luminaire


def hardware(site: Site, lamp: Luminaire, board: str | None = None) -> Hardware:
    """What a node is made of, on the board asked for in place of its own.

    Pins that the site gives are those of the site's board: on another one they do not count.
    Raises NoBoardError.
    """
    found = site.hardware_of(lamp)
    if board is None:
        if found is None:
            raise NoBoardError(lamp.id)
        return found
    if found is None:
        return Hardware(board=board)
    if found.board == board:
        return found
    known = found.model_dump(by_alias=True, exclude_unset=True)
    return Hardware.model_validate({**known, "board": board, "pins": {}})


def roles(site: Site, lamp: Luminaire | Row, node: Hardware, board: Board) -> dict[str, int]:
    """The pins that a luminaire's node uses, by role."""
    driver = site.drivers[lamp.driver]
    used: list[str] = []
    if driver.how == "dali":
        used += ["dali_tx", "dali_rx"]
    elif driver.how == "relay":
        used += ["relay"]
    else:
        used += ["output", "relay"] if _switched_off(driver, lamp) else ["output"]
    if lamp.sensor is not None:
        radar = site.sensors[lamp.sensor].kind == "ld2410"
        used += ["radar_tx", "radar_rx"] if radar else ["presence"]
    ldr = lamp.photocell is not None and site.photocells[lamp.photocell].kind == "ldr"
    if ldr:
        used += ["light"]
    if _clock(node, board) is not None or (lamp.photocell is not None and not ldr):
        used += ["sda", "scl"]
    if lamp.meter:
        used += ["meter"]
    if node.pins.led is not None or "led" in board.wiring:
        used += ["led"]
    return {role: pin for role in used if (pin := _pin(role, node, board)) is not None}


def _pin(role: str, node: Hardware, board: Board) -> int | None:
    own: int | None = getattr(node.pins, role)
    return board.wiring.get(role) if own is None else own


def _switched_off(driver: Driver, lamp: Luminaire | Row) -> bool:
    """Whether there is a relay beside the dimmed output; a contactor is one."""
    return driver.relay or lamp.contactor is not None


def _clock(node: Hardware, board: Board) -> str | None:
    return node.clock or board.clock


def pin_faults(site: Site, lamp: Luminaire | Row, node: Hardware, board: Board) -> list[Fault]:
    """What is wrong with the pins of a luminaire's node."""
    return list(faults(board, roles(site, lamp, node, board), node.network == "wifi"))


def site_name(site: Site) -> str:
    """A site's name as its nodes have it: a line, the first 40 characters."""
    return " ".join(site.site.name.split())[:_NAME_LENGTH].rstrip()


def wiring(
    site: Site, lamp: Luminaire, board: str | None = None, wifi_key: str | None = None
) -> Wiring:
    """The wiring of a luminaire's node, of a site that has been checked.

    `board` takes the place of the site's; `wifi_key` is needed where the network is Wi-Fi, "" for
    an open one. Raises NoBoardError, KeyError for an unknown board, ValueError without the key.
    """
    node = hardware(site, lamp, board)
    made = load(node.board)
    pins = roles(site, lamp, node, made)
    out: Wiring = {
        "board": made.name,
        "node": lamp.id,
        "site": site_name(site),
        "lang": site.site.language,
        "output": _output(site, lamp, node, pins),
    }
    if lamp.sensor is not None:
        if "radar_rx" in pins:
            out["presence"] = {
                "kind": "ld2410",
                "uart": _RADAR_UART,
                "tx": pins["radar_tx"],
                "rx": pins["radar_rx"],
            }
        else:
            out["presence"] = {
                "kind": "pir",
                "pin": pins["presence"],
                "invert": int("presence" in node.inverted),
            }
    if lamp.photocell is not None:
        cell = site.photocells[lamp.photocell]
        if cell.kind == "ldr":
            points = [list(point) for point in cell.points]
            out["light"] = {"kind": "ldr", "pin": pins["light"], "points": points}
        else:
            out["light"] = {"kind": "bh1750", "address": cell.address}
    if _clock(node, made) is not None:
        out["clock"] = {"kind": "ds3231", "address": _DS3231}
    if "sda" in pins:
        out["i2c"] = {"id": 0, "sda": pins["sda"], "scl": pins["scl"], "freq": _I2C_HZ}
    if lamp.meter:
        out["meter"] = {
            "kind": "bl0937",
            "pin": pins["meter"],
            "pulse": round(node.meter_pulse_mj * 10),  # 0.1 mJ
            "invert": int("meter" in node.inverted),
        }
    if node.network == "wifi":
        if wifi_key is None:
            raise ValueError("no Wi-Fi key")
        out["network"] = {"kind": "wifi", "ssid": node.ssid, "key": wifi_key}
    elif node.network == "ethernet" and made.ethernet is not None:
        out["network"] = {"kind": "ethernet", **made.ethernet}
    if node.ntp:
        out["ntp"] = list(node.ntp)
    if "led" in pins:
        out["led"] = pins["led"]
    return out


def _output(
    site: Site, lamp: Luminaire, node: Hardware, pins: Mapping[str, int]
) -> dict[str, Any]:
    driver = site.drivers[lamp.driver]
    how = driver.how
    # The contact closed at rest is opened by a coil with current.
    relay_invert = int((node.relay_rest == "closed") != ("relay" in node.inverted))
    if how == "dali":
        return {
            "kind": how,
            "tx": pins["dali_tx"],
            "rx": pins["dali_rx"],
            "invert_tx": int("dali_tx" in node.inverted),
            "invert_rx": int("dali_rx" in node.inverted),
            "address": -1 if driver.dali_address is None else driver.dali_address,
            # The gear's own levels at power-on and when its bus fails.
            "safe": max(site.programs[name].fault_state for name in site.programs_of(lamp)),
        }
    if how == "relay":
        return {"kind": how, "pin": pins["relay"], "invert": relay_invert}
    out = {
        "kind": how,
        "pin": pins["output"],
        "invert": int("output" in node.inverted),
        "freq": driver.pwm_hz,
    }
    if how != "pwm":
        low, high = (round(volts * 1000) for volts in driver.volts)
        out |= {"low": low, "high": high, "full": round(node.output_v * 1000)}
    if "relay" in pins:
        out |= {"relay": pins["relay"], "relay_invert": relay_invert}
    return out


def _fault_state(site: Site, lamp: Luminaire) -> int:
    """The light without a clock, in percent: the highest of the programs that it may run."""
    return max(site.programs[name].fault_state for name in site.programs_of(lamp))


def packed(made: Wiring) -> bytes:
    """The bytes that a node keeps. Raises ValueError where they are more than it has room for."""
    data = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data)} bytes of wiring, {MOST_BYTES} at most")
    return data


def lit(site: Site, lamp: Luminaire, made: Wiring) -> Lit:
    """Pins and the levels that boot.py puts on them first: the safe light, without a clock.

    Full light; dark only where that is the fault state of every program that the luminaire may
    run. The gear on a DALI bus that is left at rest keeps to its own power-on level.
    """
    output = made["output"]
    if output["kind"] == "dali":
        return ((output["tx"], 1 - output["invert_tx"]),)
    on = 1 if _fault_state(site, lamp) else 0
    pins = [(output["pin"], on ^ output["invert"])]
    if "relay" in output:
        # the relay last: the level is there when the gear gets its mains
        pins.append((output["relay"], on ^ output["relay_invert"]))
    return tuple(pins)
