"""What a luminaire's node is made of: its board and pins, and how it commands the gear."""

from __future__ import annotations

from typing import Any

from sim.site import boards
from sim.site.document import Steps, shown
from sim.site.findings import Findings, suggest
from sim.site.model import Circuit, Hardware, Luminaire, Pins, Row, Site
from sim.site.rules.gear import written
from sim.site.wiring import roles

_RADAR_M = 6.0  # Hi-Link, HLK-LD2410 data sheet: 0.75 m to 6 m


def nodes(site: Site, found: Findings) -> None:
    """Rules about boards, pins and the wires to the gear."""
    made = {name: _board(name, node, found) for name, node in site.nodes.items()}
    names = {id(node): name for name, node in site.nodes.items()}
    for name, node in site.nodes.items():
        if (board := made[name]) is not None:
            _own_pins(name, node, board, found)
    seen: set[tuple[object, ...]] = set()
    for _, lamp, _ in written(site):
        _switched_off(site, lamp, found)
        own = site.hardware_of(lamp)
        if own is None:
            continue
        # those that are alike have the same to say
        alike = (id(own), lamp.driver, lamp.sensor, lamp.photocell, lamp.meter, lamp.contactor)
        if alike not in seen:
            seen.add(alike)
            _fitted(site, lamp, names[id(own)], own, made[names[id(own)]], found)
    for name, sensor in site.sensors.items():
        if sensor.kind == "ld2410" and sensor.range_m > _RADAR_M:
            found.add(
                "warning",
                "radar-range",
                ("sensors", name, "range_m"),
                range=sensor.range_m,
                most=_RADAR_M,
            )


def _board(name: str, node: Hardware, found: Findings) -> boards.Board | None:
    known = boards.names()
    if node.board not in known:
        params: dict[str, Any] = {
            "kind": "board",
            "name": shown(node.board)[1:-1],
            "known": ", ".join(known),
        }
        suggest(params, node.board, known)
        found.add("error", "unknown-reference", ("nodes", name, "board"), **params)
        return None
    try:
        board = boards.load(node.board)
    except boards.BoardError as error:
        why: dict[str, Any] = dict(error.params)
        found.add("error", error.code, ("nodes", name, "board"), **why)
        return None
    if node.network == "ethernet" and board.ethernet is None:
        found.add(
            "error",
            "no-ethernet",
            ("nodes", name, "network"),
            board=node.board,
            known=boards.with_ethernet(),
        )
    return board


def _own_pins(name: str, node: Hardware, board: boards.Board, found: Findings) -> None:
    """Each pin that is written, whether or not a luminaire uses it."""
    wifi = node.network == "wifi"
    for role in Pins.model_fields:
        pin = getattr(node.pins, role)
        if pin is not None:
            for fault in boards.faults(board, {role: pin}, wifi, board.wiring.values()):
                _tell(name, node, fault, found)


def _fitted(
    site: Site,
    lamp: Luminaire | Row,
    name: str,
    node: Hardware,
    board: boards.Board | None,
    found: Findings,
) -> None:
    """All that is fitted on the node of a luminaire, together."""
    driver = site.drivers[lamp.driver]
    if board is not None:
        told = {role for role in Pins.model_fields if getattr(node.pins, role) is not None}
        uses, wifi = roles(site, lamp, node, board), node.network == "wifi"
        for fault in boards.faults(board, uses, wifi, written=told):
            if fault.role not in told or fault.code == "pin-twice":
                _tell(name, node, fault, found)
    if driver.how in ("0-10V", "1-10V") and driver.volts[1] > node.output_v:
        found.add(
            "error",
            "volts-beyond",
            ("drivers", lamp.driver, "volts"),
            driver=lamp.driver,
            volts=driver.volts[1],
            node=name,
            most=node.output_v,
        )
    relay = driver.how == "relay" or driver.relay or lamp.contactor is not None
    if relay and node.relay_rest == "open":
        found.add("warning", "relay-open", ("nodes", name, "relay_rest"), node=name)


def _tell(name: str, node: Hardware, fault: boards.Fault, found: Findings) -> None:
    """A fault of a pin, where the pin is written, or the board whose wiring it is."""
    own = getattr(node.pins, fault.role) is not None
    path: Steps = ("nodes", name, "pins", fault.role) if own else ("nodes", name, "board")
    params: dict[str, Any] = dict(fault.params)
    found.add("error", fault.code, path, **params)


def _switched_off(site: Site, lamp: Luminaire | Row, found: Findings) -> None:
    """1-10 V is at its minimum at 1 V: who must go dark needs a relay."""
    driver = site.drivers[lamp.driver]
    if driver.how != "1-10V" or driver.relay or lamp.contactor or not driver.can_switch_off:
        return
    if _goes_dark(site, lamp, site.circuit(lamp.circuit)):
        where: Steps = ("drivers", lamp.driver, "control")
        found.add("error", "relay-missing", where, id=lamp.id, driver=lamp.driver)


def _goes_dark(site: Site, lamp: Luminaire | Row, circuit: Circuit) -> bool:
    """Whether something on its node switches it off: a program, or a ceiling."""
    if lamp.ceiling is not None and site.ceilings[lamp.ceiling].level == 0:
        return True
    return any(
        any(point.level == 0 for point in program.points)
        or not (program.always or circuit.switched)
        for program in (site.programs[name] for name in site.programs_of(lamp))
    )
