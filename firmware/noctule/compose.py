"""Puts a node together from what its flash says. Needed once a start: app.py forgets it after.

    begun(watchdog, mark, before)                      a node, ready to run
    composed(files, config, wiring, safe, power_on)    its parts only

Drivers are imported in functions: a node has only its own in memory. So are the other parts: the
brain is made first, and the reader of its configuration forgotten before they come, since it is
now that a node needs most memory.
"""

import json
import os
import sys
from time import ticks_ms

from noctule.brain.brain import Brain
from noctule.brain.const import const
from noctule.brain.state import SIZE, get, sound
from noctule.device import events
from noctule.device.guard import ASKED, PROMPT, SAFE_AFTER, Guard
from noctule.device.store import Copies, Counters, Files, Log

from .app import Health, Node, Task, Time, forget

_CONFIG = const(4000)  # bytes at most
_WIRING = const(1024)


def begun(watchdog, mark, before) -> Node:
    """The node of this flash, with its guard, its console and its tasks, and what there is to say
    of this start in its log. watchdog, mark, before: as of app.run."""
    from machine import PWRON_RESET, reset_cause

    failed, why, whose, _ = before
    safe = failed >= SAFE_AFTER
    _room("/keep")
    files = Files("/keep/")
    ended = _settled()
    cause = reset_cause()
    config, wiring, spoilt = kept(files)
    node = composed(files, config, wiring, safe, cause == PWRON_RESET)
    if spoilt:
        node.own(events.CONFIG_COPY)
    node.guard = guard = Guard(watchdog, mark, failed, safe)
    if cause != PWRON_RESET and why != ASKED:
        node.tell(events.ENDED, why << 8 | whose)
        if why != PROMPT:
            node.counters.add(events.RESETS, 1)
    if ended:
        node.tell(events.TAKEN_BACK, ord(ended))
    node.tell(events.START, cause << 8 | min(failed, 255))
    node.counters.add(events.STARTS, 1)
    if safe:
        node.tell(events.SAFE_MODE, failed)
    guard.tasks = node.tasks = (
        Task(events.CONTROL, node.control, node.alarm),
        Task(events.OUTPUT_TASK, node.output, node.output_alarm),
        Task(events.SENSORS, node.sensors, node.sensors_alarm),
        Task(events.TIME, Time(node.clock, node.network, node.act)),
        Task(events.HEALTH, Health(node)),
        Task(events.LOG, node.keeper, node.keep_alarm),
        Task(events.SERIAL, None),
    )
    from noctule.update.resume import listen

    listen(node)
    forget("noctule.update.resume")
    forget("noctule.update")
    # Tasks that the node cannot do without. A failure of another is recorded, and it is tried
    # again: an unwritable flash or a bug in the console must not darken a street.
    for number in (events.CONTROL, events.OUTPUT_TASK, events.SENSORS, events.HEALTH):
        node.tasks[number].vital = True
    return node


def composed(files, config, wiring, safe: bool, power_on: bool) -> Node:
    """config: bytes of the brain's, or None for lit all the time. wiring: what is on which pin, or
    None: not known. safe: no sensors and no network. power_on: mains came."""
    node = Node(files, {} if wiring is None else wiring, safe)
    if safe:
        node.own(events.SAFE)
    if wiring is None:
        node.own(events.WIRING_LOST)
    node.brain = brain = _brain(node, config)
    forget("noctule.brain.config")
    from noctule.device.clock import Clock
    from noctule.device.control import Control
    from noctule.device.keeper import Keeper
    from noctule.device.output import Output
    from noctule.device.sensors import Sensors

    # In full light from boot.py on, and until the brain is asked for the first time.
    node.output = Output(_fit(node, "output", _driver) or _NoDriver(), brain.luminaire)
    states = Copies(files, "state", SIZE)
    saved = states.load()
    node.log = Log(files)
    node.counters = Counters(Copies(files, "counts", 4 * events.COUNTERS), events.COUNTERS)
    node.counters.load()
    node.i2c = _fit(node, "i2c", _i2c)
    ntp = presence = cell = meter = None
    if not safe:
        node.network = _fit(node, "network", _network)
        ntp = _fit(node, "ntp", _ntp)
        presence = _fit(node, "presence", _presence)
        cell = _fit(node, "light", _cell)
        meter = _fit(node, "meter", _meter)
    node.clock = clock = Clock(_fit(node, "clock", _chip), ntp, _floor(saved), node.tell)
    node.sensors = Sensors(brain, clock, node.alarm.set, node.output, presence, cell, meter)
    node.keeper = Keeper(
        node.log, states, node.counters, clock, brain, node.keep_alarm.set, meter
    )
    node.control = Control(
        brain, clock, node.output, node.output_alarm.set, node.keep_alarm.set
    )
    clock.poll(node.ticks())  # so that the brain's first word is by the time
    brain.start(ticks_ms(), power_on, saved)
    if "presence" in node.wiring and presence is None:
        # Nobody is seen, which must not read as nobody being there.
        brain.sensor(True, ticks_ms())
    return node


def kept(files):
    """(configuration, wiring, whether a copy was spoilt): None where there is no good one."""
    configs = Copies(files, "config", _CONFIG)
    config = configs.load()
    wirings = Copies(files, "wiring", _WIRING)
    raw = wirings.load()
    spoilt = configs.bad or wirings.bad
    if config is not None:
        if configs.bad:
            configs.save(config)  # where the spoilt one is
        import hashlib

        if hashlib.sha256(config[:-32]).digest() != config[-32:]:
            config = None
    wiring = None
    if raw is not None:
        if wirings.bad:
            wirings.save(raw)
        try:
            wiring = json.loads(raw)
            if not isinstance(wiring, dict):
                wiring = None
        except ValueError as error:
            sys.print_exception(error)
    return config, wiring, spoilt


def _settled() -> str:
    """What an update left to be done at a start is done; why its trial ended, said once, or ""."""
    slot = __file__[1:2]
    if not _there("/next/manifest") and not _there("/keep/trial") and _own_main(slot):
        return ""
    from noctule.update.settle import settled

    why = ""
    try:
        why = settled(slot)
    except Exception as error:  # a flash that is full must not keep a street dark
        sys.print_exception(error)
    for name in ("place", "manifest", "settle", "slots", "change", "flash"):
        forget("noctule.update." + name)
    forget("noctule.update")
    return why


def _there(path: str) -> bool:
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def _own_main(slot: str) -> bool:
    """Is the main.py that runs the slot's own? Frozen code has none."""
    try:
        with open("/" + slot + "/main.py", "rb") as own:
            with open("/main.py", "rb") as file:
                return own.read() == file.read()
    except OSError:
        return not _there("/" + slot + "/main.py")


def _room(folder: str) -> None:
    """Make the folder, unless it is there."""
    try:
        os.mkdir(folder)
    except OSError:
        pass  # it is there; if it cannot be made, each write fails, and says so


def _floor(saved):
    """The time when the state was saved, (day, second), or None: not known."""
    if saved is not None and sound(saved) and get(saved, 34, 2):
        return get(saved, 34, 2), get(saved, 36, 3)
    return None


def _brain(node, config):
    """The brain; with the compiled-in configuration where there is none that it takes."""
    if config is not None:
        try:
            return Brain(config)
        except ValueError as error:
            sys.print_exception(error)
    from .default import CONFIG

    node.own(events.CONFIG_LOST)
    return Brain(CONFIG)


class _NoDriver:
    """Where the wiring is not known: the pins are as boot.py set them."""

    fault = False
    fades = False

    def put(self, command: int) -> None:
        pass

    def poll(self, ticks: int) -> int:
        return 60000


# What makes each part of a node from what its wiring says of it.


def _fit(node, name: str, make):
    """A part that the wiring names, or None. One that cannot be had is a fault, no more."""
    fitted = node.wiring.get(name)
    if fitted is None:
        return None
    try:
        return make(node, fitted)
    except Exception as error:
        sys.print_exception(error)
        node.own(events.WIRING_WRONG)
        return None


def _driver(node, fitted):
    from noctule.device.output import driver

    return driver(fitted, node.brain.luminaire)


def _i2c(node, fitted):
    from machine import I2C, Pin

    # 5 ms: a bus that hangs must not hang the node.
    return I2C(
        fitted["id"], scl=Pin(fitted["scl"]), sda=Pin(fitted["sda"]), freq=fitted["freq"],
        timeout=5000,
    )


def _chip(node, fitted):
    from noctule.device.ds3231 import Clock

    if node.i2c is None:
        raise ValueError("i2c")
    return Clock(node.i2c, fitted["address"])


def _ntp(node, servers):
    from noctule.device.ntp import of

    return of(servers, node.network)


def _network(node, fitted):
    from noctule.device.network import of

    return of(fitted, node.wrong_key)


def _presence(node, fitted):
    if fitted["kind"] == "ld2410":
        from noctule.device import ld2410

        return ld2410.of(fitted)
    if fitted["kind"] != "pir":
        raise ValueError(fitted["kind"])
    from noctule.device import pir

    return pir.of(fitted, node.edges)


def _cell(node, fitted):
    if fitted["kind"] == "ldr":
        from noctule.device.ldr import of

        return of(fitted)
    from noctule.device.bh1750 import Light

    if node.i2c is None or fitted["kind"] != "bh1750":
        raise ValueError(fitted["kind"])
    return Light(node.i2c, fitted["address"])


def _meter(node, fitted):
    from noctule.device.bl0937 import of

    return of(fitted)
