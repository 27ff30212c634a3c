"""What runs while nobody types, with the heap locked, and what a flood leaves behind."""

from stand import Bench

try:
    from micropython import heap_lock, heap_unlock
except ImportError:  # CPython has no such lock
    heap_lock = heap_unlock = int


class Quiet:
    """A line on which nothing comes, or what cannot be printed, and everything may go."""

    def __init__(self):
        self.noise = 0
        self.sent = 0

    def read(self, buffer):
        if not self.noise:
            return 0
        for i in range(len(buffer)):
            buffer[i] = self.noise
        return len(buffer)

    def write(self, data):
        self.sent += len(data)


def main(config, day, second):
    bench = Bench(config, {"lang": "fr"}, day, second)
    bench.wait(1000)
    console = bench.console
    line = Quiet()
    console._read = line.read
    console._write = line.write
    ticks = bench.node.ticks()
    console.changed(day, 5)
    heap_lock()
    waited = 0
    for _ in range(200):
        # Over the wrap of the ticks.
        wait = console.poll(ticks)
        ticks = ticks - 0x3FFFFFFF + wait - 1 & 0x3FFFFFFF  # in small integers
        waited += wait
        console.changed(day, 86399999)
        console.found(day, 86399999)
    line.noise = 0xFF
    for _ in range(200):
        console.poll(ticks)
        ticks = ticks - 0x3FFFFFFF + 19 & 0x3FFFFFFF
    heap_unlock()
    print("idle", waited, console.since_ms, line.sent)
