"""The buses of `machine` as the ESP32 port has them: I2C, UART, SPI, Counter; and PWM and ADC.

What hangs on them is the PC side's. An answer that begins with "!" is an exception of the port's.
A transfer takes the time that it takes on the wire.
"""

import time

from wire import ask

_ERRORS = {"OSError": OSError, "ValueError": ValueError, "RuntimeError": RuntimeError}
_BUS_TIMEOUT = 116  # ETIMEDOUT, of newlib
_MOST = 4096  # bytes in a question or an answer


def asked(words, data=b""):
    """Ask; raise what the port would."""
    text, answer = ask(words, data)
    if text[:1] == "!":
        kind, _, what = text[1:].partition(" ")
        raise _ERRORS[kind](int(what) if what.lstrip("-").isdigit() else what)
    return text, answer


def pin_number(pin):
    """The number of a Pin, or of what is one already."""
    return getattr(pin, "_pin", pin)


class _Wires:
    """The transfers that hardware and software I2C have in common (extmod/machine_i2c.c)."""

    def _move(self, address, data, count):
        """Write, unless None; then read so many."""
        if count > _MOST or (data is not None and len(data) > _MOST):
            raise NotImplementedError("at most %d bytes here" % _MOST)
        bits = (0 if data is None else 9 + 9 * len(data)) + (9 + 9 * count if count else 0)
        words = "i2c.move %d %d %d %d %d" % (
            self._scl, self._sda, address, data is not None, count
        )
        try:
            answer = asked(words, b"" if data is None else bytes(data))[1]
        except OSError as error:
            hung = error.args[0] == _BUS_TIMEOUT
            time.sleep_us(self._timeout if hung else 9000000 // self._freq)
            raise
        time.sleep_us(bits * 1000000 // self._freq)
        return answer

    def scan(self):
        """The addresses that answer."""
        return list(asked("i2c.scan %d %d" % (self._scl, self._sda))[1])

    def writeto(self, addr, buf, stop=True):
        """Write; how many bytes were acknowledged."""
        self._move(addr, buf, 0)
        return len(buf)

    def writevto(self, addr, vector, stop=True):
        """Write several buffers in one transfer."""
        return self.writeto(addr, b"".join([bytes(each) for each in vector]))

    def readfrom(self, addr, nbytes, stop=True):
        """Read."""
        return self._move(addr, None, nbytes)

    def readfrom_into(self, addr, buf, stop=True):
        """Read as many as the buffer holds."""
        buf[:] = self._move(addr, None, len(buf))

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        """Write a register's number, and read from there."""
        return self._move(addr, memaddr.to_bytes(addrsize // 8, "big"), nbytes)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        """Write a register's number, and read from there into a buffer."""
        buf[:] = self.readfrom_mem(addr, memaddr, len(buf), addrsize=addrsize)

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        """Write a register's number, and what goes there."""
        self._move(addr, memaddr.to_bytes(addrsize // 8, "big") + bytes(buf), 0)

    def __repr__(self):
        return "I2C(scl=%d, sda=%d, freq=%d, timeout=%d)" % (
            self._scl, self._sda, self._freq, self._timeout
        )


class I2C(_Wires):
    """A controller of the chip. What is not given stays as it was, within one run."""

    _known = {}

    def __init__(self, id=0, *, scl=None, sda=None, freq=-1, timeout=-1):
        text = asked("limit.i2c %d" % id)[0]  # ValueError: there is none of this number
        known = I2C._known.setdefault(id, [int(word) for word in text.split()])
        given = (
            -1 if scl is None else pin_number(scl), -1 if sda is None else pin_number(sda),
            freq, timeout,
        )
        for i, value in enumerate(given):
            if value != -1:
                known[i] = value
        self._scl, self._sda, self._freq, self._timeout = known


class SoftI2C(_Wires):
    """The same by software, on any pins: slower, and it waits 50 ms for a clock held low."""

    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        self._scl, self._sda = pin_number(scl), pin_number(sda)
        self._freq, self._timeout = freq, timeout


class UART:
    """A serial line. No interrupts here: `irq` is not there."""

    INV_TX = 32
    INV_RX = 4
    INV_RTS = 64
    INV_CTS = 8
    RTS = 1
    CTS = 2

    _known = {}

    def __new__(cls, id, *args, **more):
        """One object for each UART, as in the port."""
        known = cls._known.get(id)
        if known is None:
            tx, rx = asked("limit.uart %d" % id)[0].split()  # ValueError: there is none
            known = cls._known[id] = object.__new__(cls)
            known._id = id
            known._was = {
                "baudrate": 115200, "bits": 8, "parity": None, "stop": 1, "tx": int(tx),
                "rx": int(rx), "rts": -1, "cts": -1, "txbuf": 256, "rxbuf": 256, "timeout": 0,
                "timeout_char": 0, "invert": 0, "flow": 0,
            }
        return known

    def __init__(self, id, *args, **more):
        self.init(*args, **more)

    def init(self, *args, **more):
        """Change what is given, and forget what has come so far (machine_uart.c)."""
        if len(args) > 4:
            raise TypeError("function expected at most 4 arguments")
        for name, value in zip(("baudrate", "bits", "parity", "stop"), args):
            more[name] = value
        was = self._was
        for name, value in more.items():
            if name not in was:
                raise TypeError("extra keyword arguments given")
            if name in ("tx", "rx", "rts", "cts"):
                value = pin_number(value)
            if value == -1 or (value == 0 and name in ("baudrate", "bits", "stop")):
                continue
            was[name] = value
        if was["bits"] not in (5, 6, 7, 8):
            raise ValueError("invalid data bits")
        if was["stop"] not in (1, 2):
            raise ValueError("invalid stop bits")
        asked("uart.open %d %d %d %d %d" % (
            self._id, was["tx"], was["rx"], was["baudrate"], was["rxbuf"]
        ))

    def deinit(self):
        """Close it."""
        asked("uart.close %d" % self._id)

    def any(self):
        """How many bytes wait."""
        return int(asked("uart.any %d" % self._id)[0])

    def _take(self, count):
        """Bytes, waiting `timeout` for the first and `timeout_char` for each other."""
        count = min(count, _MOST)
        taken = asked("uart.read %d %d" % (self._id, count))[1]
        wait = self._was["timeout"] if not taken else self._was["timeout_char"]
        while wait > 0 and len(taken) < count:
            time.sleep_ms(1)
            more = asked("uart.read %d %d" % (self._id, count - len(taken)))[1]
            taken += more
            wait = self._was["timeout_char"] if more else wait - 1
        return taken

    def read(self, nbytes=-1):
        """Bytes, or None if there are none."""
        return self._take(_MOST if nbytes < 0 else nbytes) or (None if nbytes else b"")

    def readinto(self, buf, nbytes=-1):
        """Fill the buffer as far as there is something; how far, or None."""
        taken = self._take(len(buf) if nbytes < 0 else min(nbytes, len(buf)))
        buf[: len(taken)] = taken
        return len(taken) or None

    def readline(self):
        """Up to the end of a line, or None."""
        line = b""
        while not line.endswith(b"\n"):
            taken = self._take(1)
            if not taken:
                break
            line += taken
        return line or None

    def write(self, buf):
        """Send; how many bytes."""
        data = buf.encode() if isinstance(buf, str) else bytes(buf)
        for start in range(0, len(data), _MOST):
            asked("uart.write %d" % self._id, data[start : start + _MOST])
        return len(data)

    def txdone(self):
        """All was sent."""
        return True

    def flush(self):
        """Nothing waits."""

    def __repr__(self):
        was = self._was
        return "UART(%d, baudrate=%d, tx=%d, rx=%d, rxbuf=%d)" % (
            self._id, was["baudrate"], was["tx"], was["rx"], was["rxbuf"]
        )


class SPI:
    """An SPI controller, so far as it reads: MISO becomes bits, nothing else is connected."""

    MSB = 0
    LSB = 1

    def __init__(
        self, id, baudrate=1000000, *, polarity=0, phase=0, bits=8, firstbit=MSB, sck=-2, mosi=-2,
        miso=-2,
    ):
        self._miso = int(asked("limit.spi %d" % id)[0])  # ValueError: there is none
        self._hz = 1000000
        self.init(baudrate, firstbit=firstbit, sck=sck, mosi=mosi, miso=miso)

    def init(
        self, baudrate=-1, *, polarity=0, phase=0, bits=8, firstbit=MSB, sck=-2, mosi=-2, miso=-2
    ):
        """Change what is given. The clock is the 80 MHz divided by a whole number."""
        if baudrate != -1:
            self._hz = 80000000 // -(-80000000 // baudrate)
        if miso != -2:
            self._miso = -1 if miso is None else pin_number(miso)
        self._lsb = firstbit == self.LSB

    def deinit(self):
        """Nothing to give back."""

    def readinto(self, buf, write=0):
        """Fill the buffer with what MISO shows meanwhile."""
        time.sleep_us(len(buf) * 8000000 // self._hz)
        buf[:] = asked("spi.read %d %d %d" % (self._miso, self._hz, len(buf)))[1]
        if self._lsb:
            for i in range(len(buf)):
                buf[i] = int("".join(reversed("{:08b}".format(buf[i]))), 2)

    def read(self, nbytes, write=0):
        """What MISO shows, in new bytes."""
        data = bytearray(nbytes)
        self.readinto(data)
        return bytes(data)

    def write(self, buf):
        """Nobody listens."""
        time.sleep_us(len(buf) * 8000000 // self._hz)


class Counter:
    """Edges counted by hardware (modules/machine.py over esp32.PCNT)."""

    RISING = 1
    FALLING = 2
    UP = 1
    DOWN = 2

    _known = {}

    def __new__(cls, unit_id, *args, **more):
        """One object for each unit."""
        known = cls._known.get(unit_id)
        if known is None:
            asked("limit.counter %d" % unit_id)
            known = cls._known[unit_id] = object.__new__(cls)
            known._open = False
        return known

    def __init__(self, unit_id, *args, filter_ns=0, **more):
        self._unit = unit_id
        if self._open and not args and not more:
            return
        self._configure(*args, **more)

    def _configure(self, src, edge=RISING, direction=UP):
        self._sign = 1 if direction == self.UP else -1
        edges = (edge & 1) + (edge >> 1 & 1)
        asked("counter.open %d %d %d" % (self._unit, pin_number(src), edges))
        self._open = True
        self._offset = 0

    def init(self, *args, **more):
        """Configure it anew; it begins with 0."""
        self.__init__(self._unit, *args, **more)

    def deinit(self):
        """Let go of the unit."""
        self._open = False

    def value(self, value=None):
        """How many so far; then, if given, count on from there."""
        if not self._open:
            raise RuntimeError("not initialised")
        counted = self._sign * int(asked("counter.get %d" % self._unit)[0])
        found = counted + self._offset
        if value is not None:
            self._offset = value - counted
        return found


class PWM:
    """A channel of pulses (machine_pwm.c). Made without a duty it starts at half, also where the
    pin had another one before."""

    def __init__(self, dest, *args, **more):
        self._pin = pin_number(dest)
        asked("pin.open %d" % self._pin)
        found = asked("pwm.get %d" % self._pin)[0]
        self._freq = int(found.split()[0]) if found else 5000
        self._duty = 32768
        self._invert = 0
        self._active = True
        self.init(*args, **more)

    def init(
        self, freq=-1, duty=-1, *, duty_u16=-1, duty_ns=-1, invert=-1, light_sleep_enable=-1
    ):
        """Change what is given."""
        if freq != -1 and not 0 < freq <= 40000000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        hz = self._freq if freq == -1 else freq
        if duty_u16 >= 0:
            if duty_u16 > 65535:
                raise ValueError("duty_u16 must be from 0 to 65535")
            self._duty = duty_u16
        elif duty_ns >= 0:
            if duty_ns > 1000000000 // hz:
                raise ValueError("duty_ns must be from 0 to %d ns" % (1000000000 // hz))
            self._duty = min(65535, (duty_ns * 65535 * hz + 500000000) // 1000000000)
        elif duty >= 0:
            if duty > 1023:
                raise ValueError("duty must be from 0 to 1023")
            self._duty = duty << 6
        if invert >= 0:
            self._invert = int(bool(invert))
        words = "pwm.set %d %d %d %d" % (self._pin, hz, self._duty, self._invert)
        self._given = int(asked(words)[0])
        self._freq = hz
        self._active = True

    def _there(self):
        if not self._active:
            raise RuntimeError("PWM is inactive")

    def freq(self, value=None):
        """Read or set the frequency."""
        self._there()
        if value is None:
            return self._freq
        self.init(freq=value)

    def duty_u16(self, value=None):
        """Read or set the duty, 0 to 65535: what is read has the bits that the channel has."""
        self._there()
        if value is None:
            return self._given
        if value < 0:
            raise ValueError("duty_u16 must be from 0 to 65535")
        self.init(duty_u16=value)

    def duty(self, value=None):
        """Read or set the duty, 0 to 1023."""
        self._there()
        if value is None:
            return self._given >> 6
        if value < 0:
            raise ValueError("duty must be from 0 to 1023")
        self.init(duty=value)

    def duty_ns(self, value=None):
        """Read or set the time that a pulse is high."""
        self._there()
        if value is None:
            return self._given * 1000000000 // (self._freq * 65535)
        if value < 0:
            raise ValueError("duty_ns must be from 0 to %d ns" % (1000000000 // self._freq))
        self.init(duty_ns=value)

    def deinit(self):
        """Give the channel back; the pin idles low, or high if inverted."""
        asked("pwm.off %d" % self._pin)
        self._active = False


class ADC:
    """An analogue input: the PC side says what is on it."""

    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3
    WIDTH_9BIT = 9
    WIDTH_10BIT = 10
    WIDTH_11BIT = 11
    WIDTH_12BIT = 12

    def __init__(self, pin, *, atten=ATTN_0DB, sample_ns=0):
        self._pin = pin_number(pin)
        self._bits = 12
        asked("adc.open %d" % self._pin)  # ValueError: no such channel

    def init(self, *, atten=ATTN_0DB, sample_ns=0):
        """Taken, without effect: levels are given as `read_u16` has them."""

    def atten(self, value):
        """Taken, without effect."""

    def width(self, bits):
        """How many bits `read` has."""
        if not 9 <= bits <= 12:
            raise ValueError("invalid bits")
        self._bits = bits

    def read_u16(self):
        """0 to 65535."""
        return int(asked("adc.read %d" % self._pin)[0])

    def read(self):
        """As many bits as `width` says."""
        return self.read_u16() >> (16 - self._bits)

    def deinit(self):
        """Nothing to give back."""
