"""Sines and roots in whole numbers.

Angles are ten-thousandths of a degree ("e4": 90 degrees is 900_000). Sines are fractions of
`ONE`, chosen so that a product of two of them stays a 31-bit small int on a 32-bit MicroPython
(`ONE * ONE < 2**30`); its step is 3.1e-5, or 0.0017 degrees.
"""

from .const import const

ONE = const(32767)
TURN = const(3600000)
_QUARTER = const(900000)
_DEGREE = const(10000)
_RADIAN = const(572958)  # one radian, in e4

# ONE * sin of 0, 1, 2 ... 90 degrees; a test compares it with math.sin.
_SINE = (
    0, 572, 1144, 1715, 2286, 2856, 3425, 3993, 4560, 5126, 5690, 6252, 6813, 7371, 7927, 8481,
    9032, 9580, 10126, 10668, 11207, 11743, 12275, 12803, 13328, 13848, 14364, 14876, 15383, 15886,
    16383, 16876, 17364, 17846, 18323, 18794, 19260, 19720, 20173, 20621, 21062, 21497, 21925,
    22347, 22762, 23170, 23571, 23964, 24351, 24730, 25101, 25465, 25821, 26169, 26509, 26841,
    27165, 27481, 27788, 28087, 28377, 28659, 28932, 29196, 29451, 29697, 29934, 30162, 30381,
    30591, 30791, 30982, 31163, 31335, 31498, 31650, 31794, 31927, 32051, 32165, 32269, 32364,
    32448, 32523, 32587, 32642, 32687, 32722, 32747, 32762, 32767,
)


def product(a: int, b: int) -> int:
    """Product of two fractions of ONE, rounded."""
    return (a * b + 16383) // ONE


def sine(angle: int) -> int:
    """Sine of an angle in e4 (any number of turns), as a fraction of ONE.

    The angle is split into the nearest whole degree x and a rest f of at most half a degree:
    sin(x + f) = sin x + f cos x - f^2/2 sin x, whose next term is below 1.2e-7.
    """
    angle %= TURN
    sign = 1
    if angle >= TURN // 2:
        angle -= TURN // 2
        sign = -1
    if angle > _QUARTER:
        angle = TURN // 2 - angle
    whole = (angle + _DEGREE // 2) // _DEGREE
    rest = ((angle - whole * _DEGREE) * ONE) // _RADIAN
    s = _SINE[whole]
    return sign * (s + (_SINE[90 - whole] * rest - s * ((rest * rest) >> 16) + 16383) // ONE)


def cosine(angle: int) -> int:
    """Cosine of an angle in e4, as a fraction of ONE."""
    return sine(angle + _QUARTER)


def root(value: int) -> int:
    """Whole square root, rounded down, of 0 <= value < 2**30 (Newton, from above)."""
    if value < 2:
        return value
    guess = ONE
    better = (guess + value // guess) >> 1
    while better < guess:
        guess = better
        better = (guess + value // guess) >> 1
    return guess


def other_side(fraction: int) -> int:
    """sqrt(1 - x^2): the cosine that goes with a sine x, both fractions of ONE, never negative."""
    return root((ONE - fraction) * (ONE + fraction))


def arcsine(fraction: int) -> int:
    """Angle in e4, -90 to 90 degrees, of a sine given as a fraction of ONE.

    Above 45 degrees it goes by the cosine, where the arc of a sine would lose its digits.
    """
    if fraction < 0:
        return -arcsine(-fraction)
    if fraction > 23170:
        return _QUARTER - arcsine(other_side(fraction))
    low, high = 0, 46
    while high - low > 1:
        middle = (low + high) >> 1
        if _SINE[middle] <= fraction:
            low = middle
        else:
            high = middle
    # One Newton step from the whole degree, and its second-order term.
    run = _SINE[90 - low]
    rest = ((fraction - _SINE[low]) * ONE) // run
    rest += ((_SINE[low] * ((rest * rest) >> 16)) // run) if low else 0
    return low * _DEGREE + (rest * _RADIAN + 16383) // ONE


def arccosine(fraction: int) -> int:
    """Angle in e4, 0 to 180 degrees, of a cosine given as a fraction of ONE."""
    return _QUARTER - arcsine(fraction)
