"""When the sun rises and sets, in whole numbers.

The sun's place is the low-precision series of the Astronomical Almanac (mean elements, equation
of the centre and reduction to the equator to two terms each), good to 0.01 degrees for a century
either side of 2000. Angles are e4 (see `trig`), times are whole seconds.

A night is named by its evening: `night` is the day number (days since 2000-01-01) on which the
solar night begins at noon. Its events, in seconds after 00:00 UTC of that day, are that
evening's sunset and dusks, its midnight, and the next morning's dawns and sunrise.
"""

from .const import const
from .trig import ONE, TURN, arccosine, cosine, other_side, product, sine

# Events, as they stand in a node's configuration. 0 is a local clock time.
LOCAL = const(0)
SUNSET = const(1)
DUSK = const(2)  # civil, -6 degrees
NAUTICAL_DUSK = const(3)  # -12
ASTRONOMICAL_DUSK = const(4)  # -18; in the trade "astronomical" means sunset: not for technicians
SOLAR_MIDNIGHT = const(5)
ASTRONOMICAL_DAWN = const(6)
NAUTICAL_DAWN = const(7)
DAWN = const(8)
SUNRISE = const(9)

# Instead of an instant: the sun does not cross that altitude in that half of the night.
NEVER_BELOW = const(-900001)  # it stays above (polar day, white nights)
NEVER_ABOVE = const(-900002)  # it stays below (polar night)
NEVER = const(-900000)  # this and anything below is no instant

DAY = const(86400)
_UNKNOWN = const(-900003)
_KEPT = const(4)  # nights kept: yesterday's, tonight's and tomorrow's are asked for together
_EVENTS = const(10)

# Geometric altitude of the sun's centre, e4. -0.8333: the upper limb seen through mean refraction.
_ALTITUDE = (0, -8333, -60000, -120000, -180000, 0, -180000, -120000, -60000, -8333)


class Sun:
    """The sun's declination and the equation of time at one instant.

    `place()` sets `sin_declination` and `cos_declination` (fractions of ONE) and `equation`
    (equation of time in e4 of rotation: how far the true sun is ahead of the mean one).
    """

    def __init__(self) -> None:
        self.sin_declination = 0
        self.cos_declination = ONE
        self.equation = 0

    def place(self, day: int, second: int) -> None:
        """Place the sun at `second` seconds (-2 days to +4 days) after 00:00 UTC of `day`."""
        # The mean longitude gains 0.98564736 degrees a day, the mean anomaly 0.98560028. Four
        # Julian years are nearly whole turns: taking them out keeps every product small.
        years, days = day // 1461, day % 1461
        noon = (second >> 2) - 10800  # since noon, in steps of 4 s: elements are for 12:00
        gained = days * 9856 + noon * 4563 // 10000
        longitude = 2804665 + gained + days * 4736 // 10000 + years * 3079 // 10
        anomaly = 3575291 + gained + days * 28 // 10000 - years * 3799 // 10
        s, c = sine(anomaly), cosine(anomaly)
        centre = (19134 * s + 400 * product(s, c)) // ONE  # 200 sin 2M
        apparent = longitude + centre - 57  # less the aberration
        s, c = sine(apparent), cosine(apparent)
        s2, c2 = 2 * product(s, c), ONE - 2 * product(s, s)
        # 24649 sin 2L - 530 sin 4L; the next term is 0.0015 degrees.
        self.equation = (24649 * s2 - 1060 * product(s2, c2)) // ONE - centre
        # The sine of the obliquity, 23.4393 degrees, falls by one step in 14.7 years.
        self.sin_declination = product(13034 - day // 5369, s)
        self.cos_declination = other_side(self.sin_declination)


class Almanac:
    """Solar events of one place. Give one to several brains of a site: it keeps what it computed.

    latitude, longitude: e4 of a degree, north and east positive.
    """

    def __init__(self, latitude: int, longitude: int) -> None:
        self._sin = sine(latitude)
        self._cos = cosine(latitude)
        self._noon = 43200 - longitude * 24 // 1000  # mean solar noon, seconds UTC
        self._sun = Sun()
        self._night = [_UNKNOWN] * _KEPT
        self._event = [_UNKNOWN] * (_KEPT * _EVENTS)

    def event(self, night: int, kind: int) -> int:
        """Instant of an event: seconds after 00:00 UTC of `night`, or NEVER_BELOW, NEVER_ABOVE."""
        slot = night & (_KEPT - 1)
        if self._night[slot] != night:
            self._night[slot] = night
            for i in range(slot * _EVENTS, (slot + 1) * _EVENTS):
                self._event[i] = _UNKNOWN
        slot = slot * _EVENTS + kind
        found = self._event[slot]
        if found == _UNKNOWN:
            found = self._midnight(night) if kind == SOLAR_MIDNIGHT else self._cross(night, kind)
            self._event[slot] = found
        return found

    def _midnight(self, night: int) -> int:
        middle = self._noon + DAY // 2
        self._sun.place(night, middle)
        return middle - self._sun.equation * 24 // 1000

    def _cross(self, night: int, kind: int) -> int:
        """Solve for the hour angle, moving the sun to the found instant until it stays: between
        two instants a minute apart the event moves by less than a second."""
        sun = self._sun
        rising = kind > SOLAR_MIDNIGHT
        noon = self._noon + DAY if rising else self._noon
        instant = noon - DAY // 4 if rising else noon + DAY // 4
        altitude = sine(_ALTITUDE[kind])
        never = 0
        for _ in range(6):
            sun.place(night, instant)
            above = altitude - product(self._sin, sun.sin_declination)
            scale = product(self._cos, sun.cos_declination)
            if above >= scale:
                never, angle = NEVER_ABOVE, 0
            elif above <= -scale:
                never, angle = NEVER_BELOW, TURN // 2
            else:
                never, angle = 0, arccosine(above * ONE // scale)
            hours = (-angle if rising else angle) - sun.equation
            found = noon + hours * 24 // 1000
            if -60 < found - instant < 60:
                break
            instant = found
        return never or found
