"""What the gear behind the output can do with a level."""

from .const import const

LINEAR = const(0)
DALI = const(1)

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
    can_switch_off: or else 0 stays at the minimum. curve: LINEAR or DALI."""

    def __init__(self, count: int, minimum: int, can_switch_off: bool, curve: int) -> None:
        self.count = count
        self.minimum = minimum
        self.can_switch_off = can_switch_off
        self.curve = curve

    def attainable(self, level: int) -> int:
        """The level in percent that the gear gives when asked for `level`."""
        if level >= self.minimum:
            return level
        if level == 0 and self.can_switch_off:
            return 0
        return self.minimum

    def command(self, level: int) -> int:
        """What the driver is told: LINEAR 0..10000, DALI an arc power level 0..254."""
        if self.curve == DALI:
            return _ARC[level]
        return level * 100
