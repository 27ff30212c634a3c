"""What the gear behind the output can do with a level."""

from .const import const

LINEAR = const(0)
DALI = const(1)

# What the gear's own times make of the level that was asked for.
FREE = const(0)
STAYS_ON = const(1)  # its minimum time on has not passed
STAYS_OFF = const(2)  # its minimum time off

# The arc power level whose light, by DALI's logarithmic curve 10^((n-1)*3/253 - 1) percent, is
# nearest to 0, 1, 2 ... 100 % (IEC 62386-102; a test computes it afresh).
_ARC = (
    0, 85, 111, 126, 136, 144, 151, 157, 161, 166, 170, 173, 176, 179, 182, 185, 187, 189, 191,
    193, 195, 197, 199, 200, 202, 203, 205, 206, 207, 209, 210, 211, 212, 213, 214, 216, 217, 218,
    219, 220, 220, 221, 222, 223, 224, 225, 226, 226, 227, 228, 229, 229, 230, 231, 231, 232, 233,
    233, 234, 235, 235, 236, 236, 237, 238, 238, 239, 239, 240, 240, 241, 241, 242, 242, 243, 243,
    244, 244, 245, 245, 246, 246, 247, 247, 248, 248, 248, 249, 249, 250, 250, 251, 251, 251, 252,
    252, 253, 253, 253, 254, 254,
)


class Luminaire:
    """count: luminaires behind the output. minimum: percent, the least light above off.
    can_switch_off: or else 0 stays at the minimum. curve: LINEAR or DALI.

    virtual_output: percent of the gear's output that 100 % of light means. warm_up, minimum_on,
    minimum_off: seconds that a discharge lamp or a contactor needs. burnt: hours burnt before the
    node came; clo: constant light output, a flat tuple of (burning hours, percent of output)...,
    or empty; hours in tens.
    """

    def __init__(
        self, count: int, minimum: int, can_switch_off: bool, curve: int, virtual_output: int,
        warm_up: int, minimum_on: int, minimum_off: int, burnt: int, clo: tuple,
    ) -> None:
        self.count = count
        self.minimum = minimum
        self.can_switch_off = can_switch_off
        self.curve = curve
        self.warm_up = warm_up
        self.minimum_on = minimum_on
        self.minimum_off = minimum_off
        self._virtual_output = virtual_output
        self._burnt = burnt
        self._clo = clo

    def attainable(self, level: int) -> int:
        """The level in percent that the gear gives when asked for `level`."""
        if level >= self.minimum:
            return level
        if level == 0 and self.can_switch_off:
            return 0
        return self.minimum

    def scale(self, burning_s: int) -> int:
        """Output, in ten-thousandths of the gear's own, that 100 % of light takes after so many
        seconds of burning under this node."""
        clo = self._clo
        if not clo:
            return self._virtual_output * 100
        hours = self._burnt + burning_s // 36000
        last = len(clo) - 2
        share = clo[last + 1] * 100
        for i in range(0, last, 2):
            if hours < clo[i + 2]:
                share = clo[i + 1] * 100 + (
                    (clo[i + 3] - clo[i + 1]) * (hours - clo[i]) * 100 // (clo[i + 2] - clo[i])
                )
                break
        return self._virtual_output * share // 100

    def output(self, level: int, burning_s: int) -> int:
        """Percent of the gear's output for an attainable `level`, never less than its minimum."""
        if level == 0:
            return 0
        output = (level * self.scale(burning_s) + 5000) // 10000
        return output if output > self.minimum else self.minimum

    def command(self, output: int) -> int:
        """What the driver is told for an output: LINEAR 0..10000, DALI an arc power level."""
        if self.curve == DALI:
            return _ARC[output]
        return output * 100
