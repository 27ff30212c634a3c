"""The device layer's leaves on any interpreter: a smoke run of each, the same text on each.

Where the heap can be locked, what runs often is run with the heap locked.
"""


from noctule.device import bh1750, bl0937, dali, ds3231, ld2410, store

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    heap_lock = heap_unlock = int


class Line:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def readinto(self, buffer):
        count = 0
        while count < len(buffer) and self.at < len(self.data):
            buffer[count] = self.data[self.at]
            count += 1
            self.at += 1
        return count

    def write(self, data):
        return len(data)


class I2C:
    """One chip of registers; `value` is what a plain read gives."""

    def __init__(self):
        self.registers = bytearray(19)
        self.value = bytearray(b"\x83\x90")

    def readfrom_mem_into(self, address, register, buffer):
        for i in range(len(buffer)):
            buffer[i] = self.registers[register + i]

    def writeto_mem(self, address, register, data):
        for i in range(len(data)):
            self.registers[register + i] = data[i]

    def writeto(self, address, data):
        return 1

    def readfrom_into(self, address, buffer):
        buffer[0] = self.value[0]
        buffer[1] = self.value[1]


class Memory:
    """Files in a dict."""

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


def wire():
    decoder = dali.Decoder()
    total = 0
    ended = 0
    heap_lock()
    for value in range(0, 65536, 257):
        frame = 0x10000 | value
        level = us = 0
        for i in range(34):
            half = (frame >> 16 - (i >> 1) & 1) ^ 1 - (i & 1)  # a 1 is low, high
            if half != level:
                decoder.feed(level, us + (20 if level else -20))
                total += 1
                us = 0
            level = half
            us += 417
        if not level:
            decoder.feed(0, us - 20)
        ended += decoder.feed(1, dali.STOP)
        if decoder.value != value:
            total = -1
        decoder.feed(0, value)
        decoder.feed(1, 536870911)
        decoder.feed(1, 1073741823)
        dali.twice(value)
        dali.answered(value)
        dali.fade_code(value)
    heap_unlock()
    print("dali", total, ended, decoder.errors, dali.fade_code(5000))
    print(dali.scaled(b"\xff\x00\x00\x01\x85", 1), dali.number(b"\xff\xff\xff\xfe"))
    print(dali.scaled(b"\x06" + b"\x7f" * 6, 0))
    talk = dali.read_memory(dali.short(5), (202, 0x0B, 5))
    frames = [talk.send(None)]
    # READ MEMORY LOCATION, QUERY CONTENT DTR0 and DTR1
    answers = {dali.command(10, 0xC5): 7, dali.command(10, 0x98): 0x10}
    answers[dali.command(10, 0x9C)] = 202
    try:
        while True:
            frames.append(talk.send(answers.get(frames[-1], dali.SILENCE)))
    except StopIteration as end:
        print(frames, bytes(end.value))


def radar():
    report = b"\xf4\xf3\xf2\xf1\x0d\x00\x02\xaa\x02\x51\x00\x00\x00\x00\x3b\x00\x00\x55\x00"
    report += b"\xf8\xf7\xf6\xf5"
    noise = bytes([i * i & 255 for i in range(256)])
    line = Line(report[:9] + report * 5 + noise + report * 5)
    it = ld2410.Radar(line)
    it.end_engineering()
    found = 0
    heap_lock()
    for _ in range(20):
        found += it.poll()
    heap_unlock()
    print("radar", found, it.reports, it.state, it.moving_cm, it.still_energy, it.spoilt)


def buses():
    i2c = I2C()
    clock = ds3231.Clock(i2c)
    print("clock", clock.read(), clock.set(13500, 86399), clock.day, clock.second)
    light = bh1750.Light(i2c)
    sum_ = 0
    heap_lock()
    clock.read()
    clock.set(30000, 4711)
    light.start()
    sum_ += light.read()
    i2c.value[0] = i2c.value[1] = 255
    light.start()
    sum_ += light.read()
    heap_unlock()
    print("light", sum_, light.tenths, clock.day, clock.second, bytes(i2c.registers[:7]))


def meter():
    it = bl0937.Meter(bl0937.pulse_energy(1000, 2001))
    count, ticks, windows = 1073741000, 1073741000, 0
    heap_lock()
    for second in range(4000):
        count = (count + 35) & 0x3FFFFFFF if count < 1073741700 else 3
        ticks = ticks - 1073740824 if ticks >= 1073740824 else ticks + 1000
        windows += it.update(count, ticks)
        if second % 100 == 0:
            it.restart()
    it.update((count - 1060000000) & 0x3FFFFFFF, (ticks - 900000000) & 0x3FFFFFFF)
    it.update((count - 1060000001) & 0x3FFFFFFF, (ticks - 900000001) & 0x3FFFFFFF)
    heap_unlock()
    print("meter", windows, it.power, it.wh, it.rest, it.chattering)


def kept():
    files = Memory()
    for i in range(5):
        copies = store.Copies(files, "config", 2000)
        copies.load()
        copies.save_all(bytes([i]) * 1500)
    print("store", copies.load()[:3], copies.good, copies.bad, sorted(files.files))
    counters = store.Counters(store.Copies(files, "counters", 64), 3)
    counters.load()
    counters.add(1, 77)
    print(counters.save(), files.files["counters.0"])
    log = store.Log(files)
    for i in range(300):
        log.add(i & 255, i, 9825, i)
    print(store.Log(files).load(), store.Log(files).last(2), log.lost)


def main():
    wire()
    radar()
    buses()
    meter()
    kept()
