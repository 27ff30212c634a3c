"""DALI's line and gear on any interpreter: the same text on each, no heap in steady state."""

from noctule.brain.luminaire import DALI, Luminaire
from noctule.device.dali_gear import DaliGear
from noctule.device.dali_line import Line
from noctule.device.output import Output

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    heap_lock = heap_unlock = int

_TICKS = 0x3FFFFFFF


class Wires:
    """RMT, SPI and the clock; what is sampled was put there before."""

    def __init__(self):
        self.us = 1073741000
        self.heard = bytearray(312)
        self.sum = 0

    def write_pulses(self, duration, levels):
        for level in levels:
            self.sum = self.sum * 2 + level & 0xFFFFF

    def readinto(self, buffer):
        for i in range(len(buffer)):
            buffer[i] = self.heard[i]


def answer(wires, byte, garbage):
    """The samples of an answer that begins 20 ms after its question did, listened to from 12."""
    halves = [0, 1]
    for i in range(7, -1, -1):
        halves += [0, 1] if byte >> i & 1 else [1, 0]
    for i in range(312):
        wires.heard[i] = 255 if not garbage else i * garbage & 255
    if garbage:
        return
    for i in range(len(halves) * 417 // 10):
        if not halves[i * 10 // 417]:
            k = 800 + i
            wires.heard[k >> 3] &= ~(128 >> (k & 7)) & 255


def line():
    wires = Wires()

    def micros():
        return wires.us

    it = Line(wires, wires, micros, 1, 0)
    found = []
    for byte in (0, 1, 85, 170, 254, 255, -1, -2, -3):
        answer(wires, byte if byte >= 0 else 0, 0 if byte >= 0 else 7 - byte)
        heap_lock()
        it.send(0x01A0 + byte & 0xFFFF)
        wires.us = wires.us - 1073741823 - 1 + 12000 & _TICKS
        in_time = it.listen()
        heard = it.answer()
        heap_unlock()
        found.append((in_time, heard))
    print(found, it.down, wires.sum)


class Answers:
    """A line whose gear answers by the book, DAPC and queries of its state."""

    down = False

    def __init__(self):
        self.level = 254
        self.frames = 0
        self.asked = 0

    def send(self, frame):
        self.frames += 1
        self.asked = frame
        if frame >> 8 == 0:
            self.level = frame & 255
        elif frame == 0x0105:
            self.level = 254
        elif frame == 0x0100:
            self.level = 0

    def listen(self):
        return self.frames % 50 != 0

    def answer(self):
        opcode = self.asked & 255
        if opcode == 0xA0:  # QUERY ACTUAL LEVEL
            return self.level
        if opcode == 0xA4 or opcode == 0xA3:  # QUERY SYSTEM FAILURE LEVEL, POWER ON LEVEL
            return 254
        if opcode == 0xA1:  # QUERY MAX LEVEL
            return 254
        if opcode == 0xA5 or opcode == 0xA2:  # QUERY FADE TIME/FADE RATE, MIN LEVEL
            return 7
        if opcode == 0x90:  # QUERY STATUS
            return 4
        return -1


def run(output, ticks, ms):
    left = ms
    while left > 0:
        wait = output.poll(ticks)
        ticks = ticks - 1073741823 - 1 + wait & _TICKS
        left -= wait
    return ticks


def gear():
    answers = Answers()
    driver = DaliGear(answers, 0, 0, 254)
    output = Output(driver, Luminaire(1, 1, True, DALI, 100, 0, 0, 0, 0, ()))
    ticks = run(output, 1073741000, 60000)  # set up; its memory is looked for
    print(driver.fault, driver.least, driver.most, answers.frames)
    heap_lock()
    for ramp in (0, 1000, 45000, 100000):
        for level in (10, 100, 0, 37):
            output.go(level, ramp, ticks)
            ticks = run(output, ticks, 120000)
    output.identify(5000, ticks)
    ticks = run(output, ticks, 170000)
    heap_unlock()
    print(driver.fault, driver.corrected, answers.level, answers.frames, ticks)


def main():
    line()
    gear()
