"""What a node can find wrong with itself and its luminaire: bits of `Brain.faults()`."""

from .const import const

TIME = const(1)
SENSOR_STUCK = const(2)
PHOTOCELL_DEAD = const(4)
SENSOR_DEAD = const(8)
PHOTOCELL_STUCK = const(16)
LAMP_OUT = const(32)
DAY_BURNER = const(64)
CYCLING = const(128)
POWER_HIGH = const(256)
POWER_LOW = const(512)
METERED = const(992)  # those from the meter
