"""A light-dependent resistor on an ADC: lux by a table, since each divider has its own curve."""

from noctule.brain.photocell import DEAD


class Ldr:
    """adc: with `read_u16`. points: [[reading, lux], ...] by rising reading: a reading outside of
    them is a broken wire, or a short one. ValueError: fewer than two, or not rising."""

    def __init__(self, adc, points) -> None:
        if len(points) < 2:
            raise ValueError("points")
        for i in range(1, len(points)):
            if points[i][0] <= points[i - 1][0]:
                raise ValueError("points")
        self.wait_ms = 1
        self._adc = adc
        self._points = points

    def start(self) -> bool:
        return True

    def read(self) -> int:
        """Lux, between the points in a straight line, or DEAD."""
        reading = self._adc.read_u16()
        points = self._points
        if reading < points[0][0] or reading > points[-1][0]:
            return DEAD
        i = 1
        while reading > points[i][0]:
            i += 1
        below, above = points[i - 1], points[i]
        # At most 65535 * 10000 (lux): small.
        share = (above[1] - below[1]) * (reading - below[0])
        return below[1] + share // (above[0] - below[0])


def of(fitted) -> Ldr:
    """From its wiring: pin, points."""
    from machine import ADC, Pin

    return Ldr(ADC(Pin(fitted["pin"]), atten=ADC.ATTN_11DB), fitted["points"])
