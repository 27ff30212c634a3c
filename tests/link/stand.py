"""A node on a bench, on any interpreter: real brain, clock, output, log and console; time, wires
and serial line are the test's. No asyncio: `wait` polls what is due, a millisecond resolution.
"""

from noctule.brain import Brain
from noctule.device import events
from noctule.device.clock import Clock
from noctule.device.control import Control
from noctule.device.output import Output
from noctule.device.store import Copies, Counters, Log
from noctule.link import console

TICKS = 0x3FFFFFFF


class Collector:
    """In place of `gc`: on wasm32 collecting frees what is in use."""

    collected = 0

    @classmethod
    def collect(cls):
        cls.collected += 1


console.gc = Collector


class Memory:
    """Files in a dict."""

    writes = 3
    written = 1234

    def __init__(self):
        self.files = {}

    def read(self, name, most):
        found = self.files.get(name)
        return found if found is None else found[:most]

    def replace(self, name, data):
        self.files[name] = bytes(data)

    def write_at(self, name, at, data):
        if name not in self.files:
            raise OSError(2)
        old = self.files[name]
        self.files[name] = old[:at] + bytes(data) + old[at + len(data) :]


class Driver:
    fades = False
    fault = 0

    def __init__(self):
        self.command = -1

    def put(self, command):
        self.command = command

    def poll(self, ticks):
        return 60000


class Chip:
    """A battery clock that stands still at what it was set to."""

    def __init__(self, day, second):
        self.day = day
        self.second = second

    def read(self):
        return 0

    def set(self, day, second):
        self.day = day
        self.second = second
        return 0


class Radar:
    detection_cm = 0
    reports = 65530
    spoilt = 2


class Meter:
    power = 0


class Sensors:
    def __init__(self):
        self.presence = Radar()
        self.meter = Meter()
        self.active = False
        self.lux = -2


class Alarm:
    def __init__(self):
        self.due = -1

    def set(self, ms):
        self.due = ms


class Task:
    longest = 7


class Node:
    def __init__(self, config, wiring, day, second, start=TICKS - 5000):
        self.now = start  # not wrapped
        self.day = day
        self.second = second
        self.wiring = wiring
        self.brain = Brain(config)
        self.files = Memory()
        self.log = Log(self.files)
        self.told = []
        self.counters = Counters(Copies(self.files, "counts", 16), events.COUNTERS)
        self.clock = Clock(Chip(day, second), tell=self.tell)
        self.output = Output(Driver(), self.brain.luminaire)
        self.sensors = Sensors()
        self.version = "1.2.3"
        self.slot = "a"
        self.up = 0  # minutes
        self.tasks = (Task(),)
        self.own = 0
        self.alarm = Alarm()
        self.output_alarm = Alarm()
        self.control = Control(
            self.brain, self.clock, self.output, self.output_alarm.set, self.nothing
        )
        self.restarted = 0
        self.brain.start(self.ticks(), False, None)
        self.clock.poll(self.ticks())

    def nothing(self, ms):
        pass

    def ticks(self):
        return self.now & TICKS

    def faults(self):
        return self.brain.faults() | self.own

    def tell(self, code, value):
        self.told.append((code, value))

    def act(self):
        self.alarm.set(0)

    def free(self):
        return 12345

    def minutes(self):
        return self.up

    def reboot(self):
        self.restarted += 1


class Bench:
    """A node and whoever sits at its serial line. `said`: what was printed since last asked."""

    def __init__(self, config, wiring, day, second):
        self.node = Node(config, wiring, day, second)
        self.typed = bytearray()
        self.printed = bytearray()
        self.longest = 0  # piece written at once
        self.console = console.Console(self.node, self.read, self.write)
        self.node.control.watch = self.console.changed
        self.control_at = self.console_at = self.output_at = self.node.now

    def read(self, buffer):
        count = min(len(buffer), len(self.typed))
        buffer[:count] = self.typed[:count]
        self.typed = self.typed[count:]
        return count

    def write(self, data):
        self.printed += data
        self.longest = max(self.longest, len(data))
        return len(data)

    def said(self):
        text = bytes(self.printed).decode()
        self.printed = bytearray()
        return text

    def wait(self, ms):
        """Let so much time pass."""
        node = self.node
        end = node.now + ms
        while True:
            if node.alarm.due >= 0:
                self.control_at = node.now + node.alarm.due
                node.alarm.due = -1
            if node.output_alarm.due >= 0:
                self.output_at = node.now + node.output_alarm.due
                node.output_alarm.due = -1
            due = min(self.control_at, self.console_at, self.output_at)
            if due > end:
                break
            node.now = max(node.now, due)
            if due == self.control_at:
                self.control_at = node.now + node.control.poll(node.ticks())
            elif due == self.output_at:
                self.output_at = node.now + node.output.poll(node.ticks())
            else:
                wait = self.console.poll(node.ticks())
                assert 0 < wait <= 200
                self.console_at = node.now + wait
        node.now = end

    def type(self, text):
        """Type it, and wait until nothing more comes."""
        self.typed += text if isinstance(text, bytes) else text.encode()
        self.wait(200)
        before = -1
        while before != len(self.printed):
            before = len(self.printed)
            self.wait(500)
        return self.said()

    def sensor(self, active):
        node = self.node
        node.sensors.active = active
        due = node.brain.sensor(active, node.ticks())
        node.alarm.set(due)
