"""The photocell: dark or light, with hysteresis, or dead."""

from .const import const

DEAD = const(-1)  # instead of lux: the sensor gives no answer


class Photocell:
    """Until a first sample outside its band, an unknown state counts as dark."""

    def __init__(self) -> None:
        self.dark = True
        self.dead = False

    def sample(self, lux: int, on_lux: int, off_lux: int) -> bool:
        """Take a sample in lux, or DEAD. Returns whether anything changed."""
        dark, dead = self.dark, self.dead
        self.dead = lux < 0
        if not self.dead:
            if lux < on_lux:
                self.dark = True
            elif lux > off_lux:
                self.dark = False
        return self.dark != dark or self.dead != dead
