"""Bytes of every sort for hours: what is left on the heap."""

import gc

from stand import Bench


def feed(bench, count, seed):
    for _ in range(count):
        piece = bytearray(64)
        for i in range(64):
            seed = seed * 1103 + 12345 & 0xFFFFF
            piece[i] = seed >> 7 & 0xFF
        bench.typed = piece
        bench.wait(1000)
        bench.printed = bytearray()
    return seed


def used():
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


def main(config, day, second):
    bench = Bench(config, {}, day, second)
    seed = feed(bench, 300, 5)
    before = used()
    feed(bench, 7200, seed)
    print("garbage", used() - before)
