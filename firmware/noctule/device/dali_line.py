"""The two wires of DALI: frames out by the RMT, answers in by the SPI used as a logic sampler.

Both are hardware, so that no Python has to be on time within a bit. The port's pin interrupts are
soft, run between bytecodes and may be dropped (ports/esp32, machine_pin.c): of no use for half
bits of 417 us. RMT sends only (esp32_rmt.c). So the receiver's pin is the MISO of an SPI that has
no other pins, and one read of 25 ms takes the bus down bit by bit: at 100 kHz, 10 us each, some 41
to a half bit. Slower would do, but the SPI of the S3, C3 and C6 divides by 1024 at most, to 78 kHz
(ESP-IDF, spi_ll.h: n to 64, prescaler to 16); and of bytes that are all high or all low most of
the reading is made, which is quick to judge.

Wire the sender so that a pin at rest (low, or driven by nobody) leaves the bus alone: invert_tx.
"""

from noctule.brain.const import const

from . import dali

_TICKS = const(0x3FFFFFFF)
_HALVES = const(34)  # of a frame of 16 bits with its start bit
_HALF = const(417)
_FRAME = const(14178)
_HZ = const(100000)
_SAMPLE = const(10)  # us
_BYTE = const(80)
# An answer begins, counted from the last edge of the question: the first is short of DALI-2's
# 5500, since version 1 gear answers after 7 half bits and two stop bits, and the capture of a
# real one shows 4730.
_REPLY_FROM = const(2400)
_REPLY_BY = const(12400)
# So listening begins 12 ms after the question did, whose end is heard too, and may be late until
# shortly before an answer can come; so long it lasts that one which begins last is whole.
_LATEST = const(16000)
_SIZE = const(312)
_DEAF = const(1000)  # us after the question; slow edges

LATE = const(-3)  # instead of an answer: it was not heard, nobody listened in time


class Line:
    """rmt: anything with RMT's `write_pulses(duration, levels)`, in us. spi: SPI's `readinto` at
    100 kHz. micros: time.ticks_us. invert_tx, invert_rx: a high pin is a low bus.

    down: at the last listening the bus was low throughout: no power on it, or a short.
    """

    def __init__(self, rmt, spi, micros, invert_tx: int, invert_rx: int) -> None:
        self.down = False
        self._rmt = rmt
        self._spi = spi
        self._micros = micros
        self._high = 0 if invert_tx else 1
        self._flip = 255 if invert_rx else 0
        # A list of halves, always as long: `write_pulses` takes whole lists, and a slice would be
        # made anew for each frame.
        self._halves = [0] * _HALVES
        self._samples = bytearray(_SIZE)
        self._decoder = dali.Decoder()
        self._sent = 0
        self._from = 0  # first byte that can belong to an answer

    def send(self, frame: int) -> None:
        """Begin to send 16 bits. Does not wait. Allocates nothing."""
        halves, high = self._halves, self._high
        low = 1 - high
        halves[0] = low
        halves[1] = high
        at = 2
        for i in range(15, -1, -1):
            bit = frame >> i & 1
            halves[at] = low if bit else high
            halves[at + 1] = high if bit else low
            at += 2
        self._sent = self._micros()
        self._rmt.write_pulses(_HALF, halves)

    def listen(self) -> bool:
        """To be called 12 ms after `send`; takes 25 ms. Whether it was in time."""
        passed = self._micros() - self._sent & _TICKS
        if passed > _LATEST:
            return False
        self._from = (_FRAME + _DEAF - passed) // _BYTE + 1
        if self._from < 0:
            self._from = 0
        self._spi.readinto(self._samples)
        return True

    def answer(self) -> int:
        """What was heard: 0 to 255, dali.SILENCE or dali.GARBLED. Allocates nothing."""
        decoder = self._decoder
        decoder.feed(1, dali.STOP)  # whatever it heard before is over
        samples, flip = self._samples, self._flip
        level = 1
        us = 0
        lows = 0
        for i in range(self._from, _SIZE):
            byte = samples[i] ^ flip
            if byte == (255 if level else 0):
                us += _BYTE
                continue
            for mask in (128, 64, 32, 16, 8, 4, 2, 1):
                high = 1 if byte & mask else 0
                if high != level:
                    bits = decoder.feed(level, us)
                    if bits:
                        return self._judged(bits)
                    lows += level
                    level = high
                    us = 0
                us += _SAMPLE
        bits = decoder.feed(level, us)
        if not bits:
            bits = decoder.feed(1, dali.STOP)
        self.down = lows == 1 and not level and us > _REPLY_BY
        return dali.SILENCE if self.down else self._judged(bits)

    def _judged(self, bits: int) -> int:
        self.down = False
        if bits == 8:
            return self._decoder.value
        return dali.GARBLED if bits else dali.SILENCE


def line(wiring) -> Line:
    """By the wiring: "tx", "rx", "invert_tx", "invert_rx"; the bus is at rest. The SPI is 1, or
    "spi"."""
    from time import ticks_us

    from esp32 import RMT
    from machine import SPI, Pin

    invert_tx = wiring.get("invert_tx", 0)
    rest = not invert_tx
    rmt = RMT(0, pin=Pin(wiring["tx"]), clock_div=80, idle_level=rest)  # of 80 MHz: 1 us
    # Until the first pulse it is low whatever the idle level (rmt_new_tx_channel, init_level).
    rmt.write_pulses(_HALF, [rest, rest])
    spi = SPI(wiring.get("spi", 1), baudrate=_HZ, sck=None, mosi=None, miso=Pin(wiring["rx"]))
    return Line(rmt, spi, ticks_us, invert_tx, wiring.get("invert_rx", 0))
