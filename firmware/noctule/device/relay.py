"""A relay in the luminaire's mains, as its only driver or as the "off" of gear that has none.

Wire it to the contact that is closed at rest: then a node without power, in reset or taken away
leaves the light on. Such a coil is driven to switch off: the pin is inverted, which is what the
wiring says unless told otherwise. On the other contact a dead node is a dark street.

How long a lamp must stay on or off is the brain's business.
"""


class Relay:
    """pin: anything with Pin's `value`, lit now. lit: the pin's level for light, 0 or 1."""

    fault = False
    fades = False

    def __init__(self, pin, lit: int) -> None:
        self._pin = pin
        self._lit = lit

    def put(self, command: int) -> None:
        """Light for any command above 0."""
        self._pin.value(self._lit if command > 0 else 1 - self._lit)

    def poll(self, ticks: int) -> int:
        return 60000


def relay(number: int, invert: int) -> Relay:
    """The relay on a pin, lit. invert: light is the pin's low."""
    from machine import Pin

    lit = 0 if invert else 1
    return Relay(Pin(number, Pin.OUT, value=lit), lit)


def fitted(wiring, luminaire) -> Relay:
    """By the wiring: "pin", and "invert": 1 (if not given) for the contact closed at rest."""
    return relay(wiring["pin"], wiring.get("invert", 1))
