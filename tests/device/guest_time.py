"""Clock, NTP and network on any interpreter: the same story on each, the heap locked where it
must not be touched. Small integers only: on 32 bits a larger number is on the heap."""

from noctule.device.clock import Clock
from noctule.device.network import Network
from noctule.device.ntp import Ntp

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    heap_lock = heap_unlock = int

TICKS = 0x3FFFFFFF
HOUR = 3600000


def later(ticks, ms):
    left = TICKS - ticks
    return ticks + ms if ms <= left else ms - left - 1


class Time:
    """True time in small integers: a day, a second, ms; and ticks that wrap."""

    def __init__(self, day, second):
        self.day = day
        self.second = second
        self.millis = 0
        self.ticks = TICKS - 20000

    def walk(self, ms):
        self.ticks = later(self.ticks, ms)
        ms += self.millis
        self.millis = ms % 1000
        second = self.second + ms // 1000
        self.second = second % 86400
        self.day += second // 86400


class Chip:
    def __init__(self, time):
        self.time = time
        self.day = self.second = 0
        self.slip = 0  # seconds
        self.dead = False

    def read(self):
        if self.dead:
            return 1
        second = self.time.second + self.slip
        self.day = self.time.day + second // 86400
        self.second = second % 86400
        return 0

    def set(self, day, second):
        if self.dead:
            return 1
        self.slip = (day - self.time.day) * 86400 + second - self.time.second
        return 0


class Line:
    """A server behind a socket; it answers what was asked, with the time it has."""

    AF_INET = SOCK_DGRAM = 0

    def __init__(self, time):
        self.time = time
        self.ahead = 0
        self.silent = False
        self.data = bytearray(48)
        self.up = True
        self.waits = False

    def socket(self, family, kind):
        return self

    def setblocking(self, flag):
        pass

    def close(self):
        self.waits = False

    def connect(self, address):
        pass

    def send(self, request):
        self.data[0] = 0x24
        self.data[1] = 1
        self.data[24:32] = request[40:48]
        self.waits = True
        return 48

    def readinto(self, buffer):
        if self.silent or not self.waits:
            return None
        second = self.time.second + self.ahead
        day = self.time.day + 36524 + second // 86400
        second %= 86400
        units = day * 675 + second // 128
        data = self.data
        data[40] = units >> 17 & 255
        data[41] = units >> 9 & 255
        data[42] = units >> 1 & 255
        data[43] = (units & 1) << 7 | second & 127
        data[44] = self.time.millis * 256 // 1000
        for i in range(48):
            buffer[i] = data[i]
        return 48


class Radio:
    def __init__(self):
        self.connected = False

    def active(self, on):
        pass

    def config(self, reconnects):
        pass

    def disconnect(self):
        self.connected = False

    def connect(self, ssid, key):
        self.connected = True

    def isconnected(self):
        return self.connected

    def status(self):
        return 201


class Story:
    def __init__(self):
        self.sum = 0
        self.told = 0

    def tell(self, code, value):
        self.told += 1
        self.sum = (self.sum * 31 + code * 7919 + value) % 1000003


def noise(count):
    return b"\x01\x02\x03\x04\x05\x06\x07\x08"


def run(name, day, second):
    time = Time(day, second)
    story = Story()
    chip = Chip(time)
    line = Line(time)
    it = Clock(chip, Ntp(line, ("192.0.2.1",), noise, 4711, line), (day - 2, 0), story.tell)
    it.poll(time.ticks)
    time.walk(1000)
    it.poll(time.ticks)
    asking = it._ntp
    polls = 0
    for step in range(6000):
        chip.dead = 700 < step < 3000
        chip.slip = 7200 if 3300 < step < 3500 else 0
        line.ahead = 5000 if step % 100 < 5 else 0
        line.silent = step % 500 > 400
        # Sending a request needs a socket, and so the heap; all else does not.
        asks = asking._socket is None and step % 8
        line.up = asking._socket is not None or asks
        if not asks:
            heap_lock()
        wait = it.poll(time.ticks)
        if not asks:
            heap_unlock()
        time.walk(wait if wait < 1900000 else 1900000)
        it.now(time.ticks)
        polls += 1
    print(name, polls, it.day, it.second, it.millis, it.quality, it.drift, it.holdover_s, it.fault)
    print(story.told, story.sum, asking.silences, asking.refused, it.apart, time.day, time.second)
    it.set_by_hand(day, second, time.ticks)
    lonely = Clock(chip, None, None, story.tell)
    heap_lock()
    for step in range(20000):
        chip.dead = step > 5000
        lonely.poll(time.ticks)
        time.walk(HOUR - step)
        lonely.now(time.ticks)
    lonely.drift = -2000
    for _ in range(20):
        time.walk(500000000)
        lonely.now(time.ticks)
    heap_unlock()
    print(lonely.day, lonely.second, lonely.millis, lonely.quality, lonely.holdover_s)


def link():
    radio = Radio()
    it = Network(radio, "street", "lantern")
    ticks = TICKS - 1000
    for _ in range(4):
        ticks = later(ticks, it.poll(ticks))
    heap_lock()
    for step in range(5000):
        if step % 300 == 299:
            radio.connected = False
        ticks = later(ticks, it.poll(ticks))
    heap_unlock()
    print("network", it.up, it.drops, it.failures, ticks)


def main():
    run("now", 9823, 57600)
    run("2034", 12427, 40000)
    run("2036", 13186, 23200)
    link()
