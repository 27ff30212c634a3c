"""Every bound of a site file, in one place.

The first group is what a node's compact configuration holds: the compiler relies on it. The
second keeps the numbers of a site plausible, the third keeps the reading of any file bounded.
Durations are milliseconds unless the name says otherwise.
"""

from typing import Final

# --- what a node's configuration holds -----------------------------------------------------------
ID_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}"
ID_LENGTH: Final = 32  # characters, all ASCII
POINTS_PER_PROGRAM: Final = 24
ACTIVE_PERIODS: Final = 4
PRESENCE_WINDOWS: Final = 4
PROGRAMS_PER_CALENDAR: Final = 16  # distinct ones, the default included
RULES_PER_CALENDAR: Final = 64
DATES_PER_RULE: Final = 32
HOLD_MIN_MS: Final = 1_000
HOLD_MAX_MS: Final = 2 * 3_600_000
RAMP_MAX_MS: Final = 600_000
RAMP_STEP_MS: Final = 100
OFFSET_MAX_S: Final = 12 * 3600  # either side of a solar event
LUX_MAX: Final = 60_000
NEIGHBOURS_MAX: Final = 10  # hops
REACH_MAX_M: Final = 1_000
LUMINAIRES_BEHIND_ONE_OUTPUT: Final = 100
DEBOUNCE_MAX_MS: Final = 10_000
STUCK_MIN_MS: Final = 60_000
STUCK_MAX_MS: Final = 18 * 3_600_000
PHOTOCELL_WINDOW_MAX_MS: Final = 6 * 3_600_000
CEILING_WINDOWS: Final = 4
EVENTS_PER_NODE: Final = 16
RULES_PER_NODE: Final = 255  # of a calendar, holidays resolved
DATES_PER_NODE_RULE: Final = 255
RELIGHTS: Final = 256
RELIGHT_MIN_MS: Final = 4 * 60_000
RELIGHT_MAX_MS: Final = 15 * 60_000
ALL_ON_MAX_MS: Final = 12 * 3_600_000
OVERRIDE_MAX_MS: Final = 31 * 24 * 3_600_000
REST_MAX_MS: Final = 18 * 3_600_000  # shortest times on and off
WARM_UP_MAX_MS: Final = 3_600_000
CLO_POINTS: Final = 8
BURNING_HOURS_MAX: Final = 200_000
POWER_POINTS_PER_NODE: Final = 8
POWER_METERED_MAX_W: Final = 800_000.0  # of all that is behind an output
TOLERANCE_MIN_PERCENT: Final = 5
TOLERANCE_MAX_PERCENT: Final = 50
PIN_MAX: Final = 48  # of the largest chip
PWM_MIN_HZ: Final = 100
PWM_MAX_HZ: Final = 20_000
INTERFACE_MAX_V: Final = 24.0
LDR_POINTS: Final = 8
LDR_LUX_MAX: Final = 10_000
PULSE_MIN_MJ: Final = 0.1
PULSE_MAX_MJ: Final = 100_000.0
SSID_LENGTH: Final = 32
NTP_SERVERS: Final = 3
SECTIONS: Final = 65_536  # of a site
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099

# --- what is plausible on a street ---------------------------------------------------------------
POWER_MAX_W: Final = 99_999.0
STANDBY_MAX_W: Final = 50.0
SPACING_MIN_M: Final = 0.1
SPACING_MAX_M: Final = 1_000.0
COORDINATE_MAX_M: Final = 100_000.0
SENSOR_RANGE_MAX_M: Final = 200.0
FALSE_PER_HOUR_MAX: Final = 3_600.0
TRAFFIC_PER_HOUR_MAX: Final = 10_000.0
TRAFFIC_PER_NIGHT_MAX: Final = 100_000.0
SPEED_LIMIT_MAX_KMH: Final = 150.0
REQUESTS_PER_NIGHT_MAX: Final = 1_000.0
CLOCK_ERROR_MAX_MS: Final = 12 * 3_600_000
PRICE_MAX_EUR: Final = 100.0  # a kWh
CO2_MAX_G: Final = 5_000.0  # a kWh
POWER_POINTS: Final = 32
MAINS_PERIODS: Final = 8
TEXT_LENGTH: Final = 200
DESCRIPTION_LENGTH: Final = 4_000

# --- what keeps the reading of a file bounded ----------------------------------------------------
FILE_BYTES: Final = 16 * 1024 * 1024
KEY_PARTS: Final = 32  # of a dotted key: tomllib takes quadratic time over them
LUMINAIRES: Final = 100_000  # after rows are expanded
ROWS: Final = 10_000
LUMINAIRES_PER_ROW: Final = 999  # ids have two digits, three when more than 99
STREETS: Final = 5_000
PATH_POINTS: Final = 1_000
TRAFFIC_PER_STREET: Final = 32
CABINETS: Final = 2_000
CIRCUITS_PER_CABINET: Final = 100
TABLE_ENTRIES: Final = 2_000  # drivers, sensors, photocells, programs, calendars: each
EVENTS: Final = 1_000
CALLS: Final = 1_000
TARGETS: Final = 1_000  # names of one kind, of one event or call
GROUPS_PER_LUMINAIRE: Final = 16
FINDINGS: Final = 500  # after which the rest is only counted
