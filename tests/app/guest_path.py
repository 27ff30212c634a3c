"""The control path with the heap locked: sensor, brain, output, driver, a day and a night.

`main(config, day)`: prints `polls N, changes N, puts N`. Who allocates is named with the place.
"""

import sys
import time

if not hasattr(time, "ticks_ms"):  # CPython
    time.ticks_ms = lambda: 0

from noctule.brain.brain import Brain
from noctule.device import pir as pir_module
from noctule.device.clock import Clock
from noctule.device.control import Control
from noctule.device.output import Output
from noctule.device.pwm import Pwm
from noctule.device.sensors import Sensors

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    heap_lock = heap_unlock = int

TICKS = 0x3FFFFFFF


class Now:
    def __init__(self):
        self.ticks = TICKS - 30000000  # the ticks wrap in the night


now = Now()


class Channel:
    def __init__(self):
        self.puts = 0

    def duty_u16(self, duty):
        self.puts += 1


class Pin:
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self):
        self.level = 0

    def irq(self, handler, trigger):
        self.handler = handler

    def value(self):
        return self.level


class Due:
    """When the tasks are due: what their alarms are on a board."""

    def __init__(self):
        self.control = self.output = self.sensors = now.ticks

    def act(self, ms):
        self.control = later(ms)

    def lit(self, ms):
        self.output = later(ms)

    def set(self):
        self.sensors = now.ticks

    def nothing(self, ms):
        pass


class Changes:
    def __init__(self):
        self.count = 0

    def __call__(self, day, ms):
        self.count += 1


def later(ms):
    """The tick in so many ms: each intermediate is a small integer."""
    return now.ticks - TICKS - 1 + ms & TICKS


def left(due):
    passed = due - now.ticks & TICKS
    return passed if passed < 0x20000000 else 0


def main(config, day):
    pir_module.ticks_ms = ticks_ms
    due, changes, channel, pin = Due(), Changes(), Channel(), Pin()
    clock = Clock()
    clock.set_by_hand(day, 43200, now.ticks)
    brain = Brain(config)
    pwm = Pwm(channel, 1000, 6553, 65535, 1000, 0)
    output = Output(pwm, brain.luminaire)
    presence = pir_module.Pir(pin, False, due)
    sensors = Sensors(brain, clock, due.act, output, presence)
    control = Control(brain, clock, output, due.lit, due.nothing)
    control.watch = changes
    brain.start(now.ticks, True, None)
    polls = 0
    seconds = 0
    begun = now.ticks
    edge = later(60000)
    while seconds < 86400:
        heap_lock()
        try:
            ms = left(due.control)
            if left(due.output) < ms:
                ms = left(due.output)
            if left(due.sensors) < ms:
                ms = left(due.sensors)
            if left(edge) <= ms:
                now.ticks = edge
                pin.level ^= 1
                pin.handler(pin)
                # Somebody for 7 s, each 20 minutes.
                edge = later(7000 if pin.level else 1193000)
            else:
                now.ticks = later(ms)
            if not left(due.sensors):
                due.sensors = later(sensors.poll(now.ticks))
            if not left(due.control):
                due.control = later(control.poll(now.ticks))
            if not left(due.output):
                due.output = later(output.poll(now.ticks))
            if brain.unsaved:
                brain.unsaved = False
            polls += 1
            seconds = (now.ticks - begun & TICKS) // 1000
        finally:
            heap_unlock()
    print("polls %d, changes %d, puts %d" % (polls, changes.count, channel.puts))


def ticks_ms():
    return now.ticks


if __name__ == "__main__":
    main(eval(sys.argv[1]), int(sys.argv[2]))
