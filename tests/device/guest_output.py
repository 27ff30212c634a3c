"""The outputs on any interpreter: the same text on each, and no heap where it can be locked."""

from noctule.brain.luminaire import Luminaire
from noctule.device.output import Output
from noctule.device.pwm import Pwm
from noctule.device.relay import Relay

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    heap_lock = heap_unlock = int

_TICKS = 0x3FFFFFFF


class Pin:
    def __init__(self):
        self.total = 0
        self.last = 0

    def value(self, level):
        self.last = level
        self.total = self.total * 2 + level & 0xFFFF

    def duty_u16(self, duty):
        self.last = duty
        self.total = self.total + duty & 0xFFFFFFF


def run(output, ticks, polls):
    for _ in range(polls):
        wait = output.poll(ticks)
        ticks = (ticks - 1073741823 - 1 if ticks > 1000000000 else ticks) + wait & _TICKS
    return ticks


def steps(curve):
    gear = Luminaire(1, 10, True, curve, 100, 0, 0, 0, 0, ())
    pin = Pin()
    relay = Pin()
    if curve:
        driver = Relay(relay, 0)
    else:
        driver = Pwm(pin, 1000, 5461, 54612, 1000, 0, Relay(relay, 0), 500)
    output = Output(driver, gear)
    ticks = 1073740000
    heap_lock()
    for ramp in (0, 1, 1000, 60000, 3600000, 100000000):
        for level in (10, 100, 0, 37, 100, 55):
            output.go(level, ramp, ticks)
            ticks = run(output, ticks, 30)
            output.identify(2500, ticks)
            ticks = run(output, ticks, 5)
            seen = (output.output, output.settled) if ramp < 0 else output.output
    output.safe()
    ticks = run(output, ticks, 3)
    heap_unlock()
    print(seen, output.settled, output.fault)
    print(curve, ticks, output.command, pin.total, pin.last, relay.total, relay.last)


def main():
    steps(0)
    steps(1)
