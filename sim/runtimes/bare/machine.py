"""Hardware that takes everything and answers nothing, so that a node can be composed anywhere and
its memory be weighed. What behaves like a board is in sim/board."""

PWRON_RESET = 1


def reset_cause():
    return PWRON_RESET


def reset():
    raise SystemExit


class Pin:
    IN = 1
    OUT = 3
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self, number, mode=None, value=None):
        pass

    def irq(self, handler, trigger):
        pass

    def value(self, value=None):
        return 0


class PWM:
    def __init__(self, pin, freq=0, duty_u16=0, invert=0):
        pass

    def duty_u16(self, duty):
        pass


class I2C:
    def __init__(self, number, scl=None, sda=None, freq=0, timeout=0):
        pass

    def readfrom_mem_into(self, address, register, buffer):
        raise OSError(116)

    writeto_mem = writeto = readfrom_into = readfrom_mem_into


class UART:
    def __init__(self, number, baudrate=0, tx=0, rx=0, timeout=0, rxbuf=0):
        pass

    def readinto(self, buffer):
        return None

    def write(self, data):
        pass


class Counter:
    def __init__(self, number, pin):
        pass

    def value(self):
        return 0


class SPI:
    def __init__(self, number, **settings):
        pass

    def readinto(self, buffer):
        pass
