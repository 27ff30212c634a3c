"""Pulses of a meter, counted: by the chip's pulse counter where the port offers it, else by
interrupt (1.4 kW is some 800 pulses a second; a lantern some tens)."""

from noctule.brain.const import const

_MASK = const(0x3FFFFFFF)


class Pulses:
    """pin: machine.Pin, an input. value(): pulses so far, wrapping at 2 ** 30."""

    def __init__(self, pin) -> None:
        self._count = 0
        pin.irq(self._edge, pin.IRQ_RISING)

    def value(self) -> int:
        return self._count

    def _edge(self, pin) -> None:
        self._count = self._count + 1 & _MASK


def of(pin):
    """The chip's counter on a pin, or one by interrupt."""
    import machine

    if hasattr(machine, "Counter"):
        return machine.Counter(0, pin)
    return Pulses(pin)
