"""Each rule of `check`: a small site with one fault gives that finding, at that place."""

import re
from pathlib import Path

import pytest
from noctule.brain.config import Config

from sim.site import Finding, Report, SiteErrors, boards, check, limits, load_site, words
from sim.site.compile import compile_site
from sim.site.rules.presence import stopping_distance_m
from sim.site.words import LANGUAGES
from tests.texts import CABINET, ENERGY, PLACE, STREET, edited, lamp_at

MINIMAL = f"""\
{PLACE}\
{ENERGY}\
[drivers.led]
power_w = 43.0
[sensors.pir]
range_m = 8
[photocells.cell]
[programs.p]
points = [
  {{ at = "22:00", level = 60, ramp = "5 s" }},
  {{ at = "05:30", level = 100 }},
]
[programs.p.presence]
operation = "max"
level = 100
hold = "60 s"
neighbours = 1
windows = [{{ from = "22:00", to = "05:30" }}]
[programs.q]
active = [{{ from = "sunset", to = "sunrise", photocell = {{ on_lux = 20, off_lux = 30 }} }}]
[calendars.c]
default = "p"
[[calendars.c.rules]]
program = "q"
weekdays = ["saturday"]
{STREET}\
speed_limit_kmh = 30
[[streets.traffic]]
kind = "walker"
per_night = 60
{CABINET}\
{lamp_at(10)}\
program = "p"
[[rows]]
id = "R"
count = 3
start_m = 30
spacing_m = 30
circuit = "A1"
street = "s"
driver = "led"
calendar = "c"
sensor = "pir"
photocell = "cell"
"""


def checked(text: str, tmp_path: Path) -> Report:
    path = tmp_path / "site.toml"
    path.write_bytes(text.encode())
    return check(path)


def test_the_minimal_site_is_fine(tmp_path: Path) -> None:
    report = checked(MINIMAL, tmp_path)
    assert report.findings == ()
    assert report.site is not None
    assert [lamp.id for lamp in report.site.luminaires] == ["L1", "R01", "R02", "R03"]
    assert load_site(tmp_path / "site.toml") == report.site


# code, text to replace and its replacement (several pairs where one is not enough), and a piece of
# the line that the finding must name; `#!` marks it where the line has nothing else of its own.
Edit = tuple[str, str]
ERRORS: list[tuple[str, list[Edit], str]] = []
WARNINGS: list[tuple[str, list[Edit], str]] = []


def error(code: str, *edits: Edit, line: str = "#!") -> None:
    ERRORS.append((code, list(edits), line))


def warning(code: str, *edits: Edit, line: str = "#!") -> None:
    WARNINGS.append((code, list(edits), line))


WEEKDAYS = 'weekdays = ["saturday"]'
RULE = "[[calendars.c.rules]]"

# --- values -------------------------------------------------------------------------------------
error("missing-key", ('name = "Essai"\n', ""), line="[site]")
error("missing-key", ("power_w = 43.0", ""), line="[drivers.led]")
error("unknown-key", ("power_w = 43.0", "power_w = 43.0\npowerpoints = [] #!"))
error("unknown-key", ("[programs.q]", "[programs.q]\nhold = 3 #!"))
error("unknown-key", ("[photocells.cell]", "[photocell.cell] #!"))
error("not-a-table", ("[sensors.pir]\nrange_m = 8", "[sensors]\npir = 8 #!"))
error("not-a-list", (WEEKDAYS, 'weekdays = "saturday" #!'))
error("too-few", (WEEKDAYS, "weekdays = [] #!"))
error("too-few", ("[[0, 0], [60, 80]]", "[[0, 0]] #!"))
error("too-many", ("per_night = 60", f"hours = {[1] * 25} #!"))
error("too-many", (RULE, "rules = " + str([{}] * 65).replace("{}", "{program='q'}") + "#!\n[x]\n"))
error("bad-choice", ('"permanent"', '"permanant" #!'))
error("bad-choice", ('kind = "walker"', 'kind = "dog" #!'))
error("bad-weekday", (WEEKDAYS, 'weekdays = ["samedi"] #!'))
error("bad-occurrence", (WEEKDAYS, WEEKDAYS + "\noccurrences = [6] #!"))
error("bad-id", ('id = "L1"', 'id = "Lampe n° 1" #!'))
error("bad-id", ("[photocells.cell]", '[photocells."été"] #!'))
error("id-not-text", ('id = "L1"', "id = 12 #!"))
error("row-id-too-long", ('id = "R"', f'id = "{"R" * 31}"'), line="[[rows]]")
error("not-text", ('name = "Rue"', "name = 12 #!"))
error("empty-text", ('name = "Rue"', 'name = " " #!'))
error("text-too-long", ('name = "Rue"', f'name = "{"x" * 201}" #!'))
error("control-characters", ('name = "Rue"', 'name = "\\u001b[2J" #!'))
error("not-a-bool", ("power_w = 43.0", 'power_w = 43.0\ncan_switch_off = "yes" #!'))
error("not-a-number", ("asked_level = 50", "asked_level = true #!"))
error("not-a-number", ("latitude = 47.517", 'latitude = "47,517" #!'))
error("not-finite", ("latitude = 47.517", "latitude = nan #!"))
error("not-finite", ("power_w = 43.0", "power_w = inf #!"))
error("not-whole", ("asked_level = 50", "asked_level = 50.5 #!"))
error("out-of-range", ("latitude = 47.517", "latitude = 90.1 #!"))
error("out-of-range", ("asked_level = 50", "asked_level = 101 #!"))
error("above-range", ("power_w = 43.0", "power_w = 0 #!"))
error("above-range", ("power_w = 43.0", "power_w = 100_000 #!"))
error("duration-without-unit", ('hold = "60 s"', "hold = 60 #!"))
error("not-a-duration", ('hold = "60 s"', 'hold = "60" #!'))
error("not-a-duration", ('hold = "60 s"', 'hold = "1 min 1 h" #!'))
error("duration-out-of-range", ('hold = "60 s"', 'hold = "3 h" #!'))
error("duration-step", ('hold = "60 s"', 'hold = "60 s"\nramp_up = "0.25 s" #!'))
error("not-a-moment", ('"22:00", level', '"22h", level'), line="22h")
error("no-such-time", ('"22:00", level', '"24:00", level'), line="24:00")
error("unknown-event", ('"22:00", level', '"sunste + 5 min", level'), line="sunste")
error("not-a-duration", ('"22:00", level', '"sunset + 5", level'), line="sunset + 5")
error("whole-seconds", ('"22:00", level', '"sunset + 0.5 s", level'), line="0.5 s")
error("offset-too-long", ('"22:00", level', '"sunset + 13 h", level'), line="13 h")
error("not-a-date", (WEEKDAYS, 'dates = ["24/12"] #!'))
error("no-such-date", (WEEKDAYS, 'dates = ["02-30"] #!'))
error("year-out-of-range", (WEEKDAYS, "dates = [1999-12-31] #!"))
error("full-date", ("price_date = 2026-02-01", 'price_date = "02-01" #!'))
error("bad-power-point", ("power_w = 43.0", "power_w = 43\npower_points = [[100, 40]] #!"))
error(
    "power-does-not-rise",
    ("power_w = 43.0", "power_w = 43\npower_points = [[50, 44]]"),
    line="[drivers.led]",
)
error("bad-place", ("[[0, 0], [60, 80]]", "[[0, 0], [60]] #!"))
error("no-length", ("[[0, 0], [60, 80]]", "[[0, 0], [0, 0]]"), line="[[streets]]")
error("half-period", (', to = "sunrise", photocell', ", photocell"), line="active =")
error("active-shape", ("[programs.p]", '[programs.p] #!\nactive = "never"'))
error("active-shape", ("[programs.p]", "[programs.p] #!\nactive = []"))
error("lux-order", ("on_lux = 20", "on_lux = 30"), line="active =")
error("half-span", (WEEKDAYS, 'from = "11-30"'), line=RULE)
error("dates-and-span", (WEEKDAYS, 'from = "11-30"\nto = "01-07"\ndates = ["07-14"]'), line=RULE)
error("mixed-span", (WEEKDAYS, 'from = "11-30"\nto = 2026-01-07'), line=RULE)
error("span-order", (WEEKDAYS, "from = 2026-11-30\nto = 2026-01-07"), line=RULE)
error("occurrences-alone", (WEEKDAYS, "occurrences = [1]"), line=RULE)
error("one-rate", ("per_night = 60", "per_night = 60\nper_hour = 1"), line="[[streets.traffic]]")
error("one-rate", ("per_night = 60", ""), line="[[streets.traffic]]")
error(
    "shape-without-night",
    ("per_night = 60", 'per_hour = 1\nshape = "even"'),
    line="[[streets.traffic]]",
)
error(
    "mains-of-permanent",
    ('"permanent"', '"permanent"\nmains = [{ from = "sunset", to = "23:00" }]'),
    line="[[cabinets.circuits]]",
)
error("program-and-calendar", ('program = "p"\n', 'program = "p"\ncalendar = "c"\n'), line="[[lum")
error("no-program", ('program = "p"\n', ""), line="[[luminaires]]")
error("presence-operation", ('operation = "max"', 'operation = "min" #!'))
error("presence-operation", ('operation = "max"', 'operation = "set" #!'))
error("no-luminaire", (MINIMAL[MINIMAL.index("[[luminaires]]") :], ""), line="[site]")

# --- names --------------------------------------------------------------------------------------
error("unknown-reference", ('street = "s"\nat_m', 'street = "z" #!\nat_m'))
error("unknown-reference", ('driver = "led"\nprogram', 'driver = "lde" #!\nprogram'))
error(
    "unknown-reference", ('circuit = "A1"\nstreet = "s"\nat', 'circuit = "B" #!\nstreet = "s"\nat')
)
error("unknown-reference", ('program = "q"', 'program = "r" #!'))
error("unknown-reference", ('default = "p"', 'default = "pp" #!'))
error("unknown-reference", ('sensor = "pir"', 'sensor = "radar" #!'))
error("unknown-reference", ('photocell = "cell"', 'photocell = "sell" #!'))
error("unknown-reference", ('calendar = "c"', 'calendar = "d" #!'))
error("unknown-reference", ('sensor = "pir"', 'sensor = "pir"\ntoday = "x" #!'))
error("duplicate-id", ('id = "L1"', 'id = "R02"'), line='id = "R"')
error("duplicate-id", ("[[rows]]", '[[streets]]\nid = "s" #!\n[[rows]]'))
error("duplicate-id", ("[[rows]]", '[[cabinets]]\nid = "A" #!\n[[rows]]'))
error("duplicate-id", ("[[luminaires]]", '[[cabinets.circuits]]\nid = "A1" #!\n[[luminaires]]'))

# --- across the site ----------------------------------------------------------------------------
error("beyond-street", ("at_m = 10", "at_m = 100.5 #!"))
error("beyond-street", ("count = 3", "count = 4 #!"))
error("same-moment", ('"05:30", level', '"22:00", level'), line='"22:00", level = 100')
error("points-order", ('"05:30", level', '"21:00", level'), line='"21:00"')
warning("points-cross", ('"05:30", level = 100', '"sunset", level = 90'), line="level = 90")
error(
    "across-noon", ('from = "22:00", to = "05:30"', 'from = "08:00", to = "20:00"'), line="windows"
)
error(
    "across-noon",
    ('"permanent"', '"switched"\nmains = [{ from = "08:00", to = "20:00" }] #!'),
)
error(
    "across-noon",
    ("[[rows]]", '[strategies]\nswitch_off = {from="5:00", to="23:00"} #!\n[[rows]]'),
)
error("ends-at-noon", ('to = "05:30" }]', 'to = "12:00" }] #!'))
error("empty-period", ('from = "22:00", to', 'from = "05:30", to'), line="windows")
error(
    "empty-period",
    ('from = "sunset", to = "sunrise", ph', 'from = "dawn", to = "dusk", ph'),
    line="active =",
)
error(
    "lux-differ",
    ("\nactive = [", "\nactive = [{ photocell = { on_lux = 1, off_lux = 2 } }, "),
    line="active =",
)
error(
    "mains-empty",
    ('"permanent"', '"switched"\nmains = [{ from = "05:30", to = "05:30" }] #!'),
)
error(
    "mains-empty",
    ('"permanent"', '"switched"\nmains = [{ from = "dawn", to = "dusk" }] #!'),
)
error(
    "mains-end-at-noon",
    ('"permanent"', '"switched"\nmains = [{ from = "12:00", to = "12:00" }] #!'),
)
error("photocell-missing", ('photocell = "cell"\n', ""), line="[[rows]]")
error("photocell-missing", ("at_m = 10", 'at_m = 10\ntoday = "q"'), line="[[luminaires]]")
# q, which has an evening in its own right, ends with 30 %
ENDS_LOW = ("[programs.q]", '[programs.q]\npoints = [{ at = "12:00", level = 30 }]')
warning("carried-over", ENDS_LOW, line="points = [")
warning("carried-over", ENDS_LOW, ('"05:30", level', '"sunrise", level'), line="points = [")
warning(
    "carried-over",
    ("[programs.q]", '[programs.q]\npoints = [{ at = "sunrise", level = 30 }]'),
    line="points = [",
)
warning(
    "carried-over",
    ('"05:30", level = 100', '"05:30", level = 80'),
    ("[programs.q]", '[programs.q]\npoints = [{ at = "23:00", level = 95 }] #!'),
)
warning("photocell-idle", ("at_m = 10", 'at_m = 10\nphotocell = "cell" #!'))
warning(
    "sensor-idle",
    ("at_m = 10", 'at_m = 10\nsensor = "pir" #!'),
    ("[programs.p.presence]", ""),
    ('operation = "max"\nlevel = 100\nhold = "60 s"\nneighbours = 1\n', ""),
    ('windows = [{ from = "22:00", to = "05:30" }]', ""),
)
warning("presence-unreachable", ("neighbours = 1", "neighbours = 0"), line="[[luminaires]]")
warning("presence-unreachable", ('sensor = "pir"\n', ""), line="[[luminaires]]")
warning("presence-no-raise", ("level = 100\nhold", "level = 100 #!\nidle = 100\nhold"))
warning("presence-never-acts", ("level = 100\nhold", "level = 60 #!\nhold"))
error("timezone-unknown", ('"Europe/Paris"', '"Europe/Pariss" #!'))
error("timezone-unknown", ('"Europe/Paris"', '"../../etc/passwd" #!'))
error("timezone-unknown", ('"Europe/Paris"', '"Europe" #!'))
error("timezone-no-rule", ('"Europe/Paris"', '"Asia/Gaza" #!'))
warning("timezone-far", ('"Europe/Paris"', '"America/New_York" #!'))
warning("active-ignored", ('"permanent"', '"switched"'), line="active =")
warning("fault-dark", ("[programs.p]", "[programs.p]\nfault_state = 0 #!"))
warning(
    "cannot-switch-off",
    ("power_w = 43.0", "power_w = 43\ncan_switch_off = false"),
    ("level = 60", "level = 0"),
    line="level = 0",
)
warning("below-minimum", ("power_w = 43.0", "power_w = 43\nminimum_level = 61"), line="level = 60")
warning("unused", ("[programs.p]", "[programs.old] #!\n[programs.p]"))
warning("unused", ("[sensors.pir]", "[sensors.radar] #!\nrange_m = 3\n[sensors.pir]"))
warning(
    "unused",
    (
        "[[cabinets]]",
        '[[streets]] #!\nid = "t"\nname = "T"\nasked_level = 1\n'
        "path_m = [[0, 0], [1, 1]]\n[[cabinets]]",
    ),
)
warning(
    "unused",
    (
        "[[luminaires]]",
        '[[cabinets.circuits]] #!\nid = "A9"\nsupply = "permanent"\n[[luminaires]]',
    ),
)
warning(
    "section-short",
    ("neighbours = 1", 'vehicles = "section"'),
    ("speed_limit_kmh = 30", "speed_limit_kmh = 130"),
    ("range_m = 8", "range_m = 8\nspeed_known = true"),
    line="[[luminaires]]",
)
warning("section-no-radar", ("neighbours = 1", 'neighbours = 1\nvehicles = "section" #!'))
warning("rule-hidden", (WEEKDAYS, f'{RULE} #!\nprogram = "p"'))

_PROGRAMS = "".join(f"[programs.x{i}]\n" for i in range(16))
_RULES = "".join(f'\n{RULE}\nprogram = "x{i}"\ndates = ["01-01"]' for i in range(16))
error(
    "too-many-programs",
    (WEEKDAYS, WEEKDAYS + _RULES),
    ("[programs.p]\n", _PROGRAMS + "[programs.p]\n"),
    line="[calendars.c]",
)
_MANY = "".join(
    f'[[rows]]\nid = "R{i}-"\ncount = 999\nstart_m = 0\nspacing_m = 0.1\n'
    'circuit = "A1"\nstreet = "s"\ndriver = "led"\nprogram = "p"\n'
    for i in range(101)
)
error("too-many-luminaires", ("[[rows]]\n", _MANY + "[[rows]]\n"), line="[site]")

# --- what a node is made of ----------------------------------------------------------------------
DRIVER = "power_w = 43.0"
CELL = "[photocells.cell]"


def node(*lines: str, board: str = "esp32_devkitc") -> Edit:
    """A [nodes] table, everybody's."""
    return CELL, "\n".join(["[nodes.n]", f'board = "{board}" #b', *lines, CELL])


error("unknown-reference", node(board="esp32-devkit"), line="#b")
error("unknown-reference", ('driver = "led"\nprogram', 'driver = "led"\nnode = "x" #!\nprogram'))
error("curve-without-dali", (DRIVER, f'{DRIVER}\ncurve = "dali"\ncontrol = "pwm"'), line="[dr")
error("relay-dims", (DRIVER, f'{DRIVER}\nminimum_level = 10\ncontrol = "relay"'), line="[dr")
error("control-key", (DRIVER, f'{DRIVER}\ncontrol = "pwm"\nvolts = [1, 8]'), line="[drivers")
error("control-key", (DRIVER, f"{DRIVER}\ndali_address = 3"), line="[drivers.led]")
error("bad-volts", (DRIVER, f"{DRIVER}\nvolts = [10, 1] #!"))
error("volts-beyond", (DRIVER, f"{DRIVER}\nvolts = [1, 12] #!"), node())
error("relay-missing", (DRIVER, f'{DRIVER}\ncontrol = "1-10V" #!'))
error("bad-choice", (DRIVER, f'{DRIVER}\ncontrol = "0-10 V" #!'))
error("points-without-ldr", (CELL, f"{CELL}\npoints = [[0, 0], [60000, 99]]"), line=CELL)
error("ldr-points", (CELL, f'{CELL}\nkind = "ldr"\npoints = [[9, 0], [9, 5]]'), line=CELL)
error("bad-lux-point", (CELL, f'{CELL}\nkind = "ldr"\npoints = [[9, 0], [70000, 5]] #!'))
error("bad-choice", (CELL, f"{CELL}\naddress = 36 #!"))
error("not-numeric", node('network = "ethernet"', 'ntp = ["pool.ntp.org"] #!'))
error("wifi-without-ssid", node('network = "wifi"'), line="[nodes.n]")
error("ssid-without-wifi", node('ssid = "x"'), line="[nodes.n]")
error("ntp-without-network", node('ntp = ["192.0.2.1"]'), line="[nodes.n]")
error("no-ethernet", node('network = "ethernet" #!'))
error("pin-missing", node("pins.output = 37 #!"))
error("pin-missing", node("pins.led = 40 #!"))
error("pin-taken", node("pins.output = 6 #!"))
error("pin-taken", node("pins.meter = 3 #!"))
error("pin-taken", node("pins.sda = 21 #!", board="olimex_esp32_poe"))
error("pin-input-only", node("pins.relay = 34 #!"))
error("pin-strapping", node("pins.output = 12 #!"))
error("pin-strapping", node("pins.output = 2 #!", board="esp32c3_devkitm"))
error("pin-strapping", node("pins.presence = 45 #!", board="esp32s3_devkitc"))
error("pin-edges", node("pins.presence = 36 #!"))
error("pin-not-analogue", node("pins.light = 23 #!"))
error("pin-adc2", node('network = "wifi"', 'ssid = "x"', "pins.light = 27 #!"))
error("pin-twice", node("pins.presence = 25 #!"))
error("pin-twice", node("pins.output = 27 #!"))
error("pin-twice", node("pins.output = 18", "pins.presence = 18 #!"))
warning("relay-open", (DRIVER, f"{DRIVER}\nrelay = true"), node('relay_rest = "open" #!'))
warning("radar-range", ("range_m = 8", 'range_m = 8 #!\nkind = "ld2410"'))
warning("unused", node(), ("[photocells.cell]", '[nodes.m] #!\nboard = "virtual"\n' + CELL))
# --- ceilings, light on demand, events, calls, holidays ------------------------------------------
DRIVER = "power_w = 43.0"
LAMP = "at_m = 10"


def plus(text: str) -> Edit:
    """More tables, before the others; what is in them is used by nobody unless an edit says so."""
    return "[sensors.pir]", f"{text}\n[sensors.pir]"


def event(text: str) -> Edit:
    usual = {
        "id": 'id = "E"',
        "when": "dates = [2026-11-25]",
        "hours": 'hours = { from = "22:00", to = "23:00" }',
        "what": "level = 80",
        "whom": 'streets = ["s"]',
    }
    for line in filter(None, text.split("\n")):
        key, _, rest = line.partition(": ")
        usual[key] = rest.replace("; ", "\n")
    return plus("[[events]] #E\n" + "\n".join(usual.values()))


def call(text: str) -> Edit:
    return plus(f'[[calls]] #C\nid = "K"\nat = 2026-11-25T02:40:00\n{text}')


CEILING = plus("[ceilings.c]\nlevel = 60 #!")
UNDER = (LAMP, f'{LAMP}\nceiling = "c"')
RELIGHT = '[relights.z] #Z\nhours = { from = "23:00", to = "05:00" } #H\n'
IN_ZONE = (LAMP, f'{LAMP}\nrelight = "z" #!')
HOLIDAY = (WEEKDAYS, 'holidays = ["public"] #!')
SCHOOL = (WEEKDAYS, 'school_holidays = ["all"] #!')
ZONE_A = ('name = "Essai"', 'name = "Essai"\nschool_zone = "A"')

error("bad-choice", ('name = "Essai"', 'name = "Essai"\nholiday_zone = "alsace" #!'))
error("bad-choice", ('name = "Essai"', 'name = "Essai"\nschool_zone = "D" #!'))
error("bad-choice", (WEEKDAYS, 'holidays = ["noel"] #!'))
error("bad-choice", (WEEKDAYS, 'school_holidays = ["easter"] #!'))
error("no-school-zone", SCHOOL)
warning("holiday-not-here", (WEEKDAYS, 'holidays = ["good-friday"] #!'))
warning("rule-never", (WEEKDAYS, 'holidays = ["christmas"]\ndates = ["12-24"]'), line=RULE)
warning("calendar-reach", SCHOOL, ZONE_A)
warning("calendar-reach-public", HOLIDAY)
warning(
    "rule-hidden",
    (WEEKDAYS, f'{HOLIDAY[1]}\n{RULE}\nprogram = "p"\n{RULE} #2\nprogram = "p"'),
    line="#2",
)
_SCHOOL_RULES = "".join(
    f'\n{RULE}\nprogram = "q"\nschool_holidays = ["all"]\nweekdays = ["{day}"]'
    for day in (
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        *("monday", "tuesday", "friday", "sunday"),
    )
)
error("too-many-rules", (WEEKDAYS, WEEKDAYS + _SCHOOL_RULES), ZONE_A, line="[calendars.c]")

error("bad-clo-point", (DRIVER, f"{DRIVER}\nclo = [[0, 80], [5, 100]] #!"))
error("bad-clo-point", (DRIVER, f"{DRIVER}\nclo = [[0, 0], [10, 100]] #!"))
error("clo-hours", (DRIVER, f"{DRIVER}\nclo = [[10, 80], [20, 100]]"), line="[drivers.led]")
error("clo-hours", (DRIVER, f"{DRIVER}\nclo = [[0, 80], [0, 100]]"), line="[drivers.led]")
error("clo-end", (DRIVER, f"{DRIVER}\nclo = [[0, 80], [20, 90]]"), line="[drivers.led]")
error("duration-out-of-range", (DRIVER, f'{DRIVER}\nminimum_on = "19 h" #!'))
error("duration-step", (DRIVER, f'{DRIVER}\nwarm_up = "1.5 s" #!'))
error("out-of-range", (DRIVER, f"{DRIVER}\nvirtual_output = 0 #!"))
error("out-of-range", (DRIVER, f"{DRIVER}\npower_tolerance_percent = 4 #!"))
warning(
    "output-below-minimum",
    (DRIVER, f"{DRIVER}\nminimum_level = 30\nvirtual_output = 20"),
    line="[drivers.led]",
)
error(
    "power-too-large", (DRIVER, "power_w = 9000"), (LAMP, f"{LAMP}\ncount = 100\nmeter = true #!")
)
error("not-a-bool", (LAMP, f"{LAMP}\nmeter = 1 #!"))
error("out-of-range", (LAMP, f"{LAMP}\nburning_hours = 200_001 #!"))
error("spacing-of-one", (LAMP, f"{LAMP}\nspacing_m = 45"), line="[[luminaires]]")
error("beyond-street", (LAMP, f"{LAMP}\ncount = 2\nspacing_m = 45 #!"))
error("beyond-street", (LAMP, "at_m = 90\ncount = 2\nspacing_m = 45 #!"))
error("unknown-reference", (LAMP, f'{LAMP}\ncontactor = "x" #!'))
error("unknown-reference", (LAMP, f'{LAMP}\nceiling = "x" #!'))
error("unknown-reference", (LAMP, f'{LAMP}\nrelight = "x" #!'))
warning("unused", plus('[contactors.x] #!\nminimum_on = "1 min"'))
warning("unused", CEILING, line="[ceilings.c]")
warning("discharge-presence", (DRIVER, f'{DRIVER}\nminimum_on = "10 min"'), line="[[luminaires]]")

error("half-period", plus('[ceilings.c] #!\nlevel = 60\nfrom = "04-01"'))
error("mixed-span", plus('[ceilings.c] #!\nlevel = 60\nfrom = "04-01"\nto = 2026-10-31'))
error("too-few", plus("[ceilings.c]\nlevel = 60\nwindows = [] #!"))
error("across-noon", plus('[ceilings.c]\nlevel = 60\nwindows = [{from="8:00", to="20:00"}] #!'))
error("empty-period", plus('[ceilings.c]\nlevel = 60\nwindows = [{from="dawn", to="dusk"}] #!'))
warning(
    "ceiling-below-asked", ("[sensors.pir]", "[ceilings.c]\nlevel = 40 #!\n[sensors.pir]"), UNDER
)
warning(
    "ceiling-below-fault",
    plus('[ceilings.c]\nlevel = 60 #!\nfrom = "04-01"\nto = "10-31"'),
    UNDER,
)
warning("below-minimum", CEILING, UNDER, (DRIVER, f"{DRIVER}\nminimum_level = 61"))

error("duration-out-of-range", plus(f'{RELIGHT}duration = "3 min" #!'), IN_ZONE)
error("bad-requests", plus(f"{RELIGHT}requests_per_night = [1, 2] #!"), IN_ZONE)
error("bad-requests", plus(f"{RELIGHT}requests_per_night = -1 #!"), IN_ZONE)
error("missing-key", plus("[relights.z] #!"), IN_ZONE)
error("out-of-range", plus(f"{RELIGHT}level = 0 #!"), IN_ZONE)
warning("relight-empty", plus(RELIGHT), line="#Z")
warning(
    "relight-cold", plus(RELIGHT), IN_ZONE, (DRIVER, f'{DRIVER}\nwarm_up = "6 min"'), line="#Z"
)
warning(
    "relight-short",
    plus(RELIGHT),
    IN_ZONE,
    (DRIVER, f'{DRIVER}\nminimum_on = "10 min"'),
    line="#Z",
)
warning(
    "relight-short",
    plus(f'{RELIGHT}[contactors.k]\nminimum_on = "10 min"'),
    (LAMP, f'{LAMP}\nrelight = "z"\ncontactor = "k"'),
    line="#Z",
)
CUT = (
    '"permanent"',
    '"switched"\nmains = [{from="sunset", to="23:00"}, {from="5:00", to="sunrise"}]',
)
error("relight-unfed", plus(RELIGHT), IN_ZONE, CUT)
error("unknown-reference", plus("[scenes.f]\nlevels = { nobody = 50 } #!"))
error("too-few", plus("[scenes.f]\nlevels = {} #!"))
warning("unused", plus("[scenes.f] #!\nlevels = { g = 50 }"), (LAMP, f'{LAMP}\ngroups = ["g"]'))

error("event-without-date", event("when: "), line="#E")
error("half-span", event("when: from = 2026-11-25"), line="#E")
error("event-one-of", event("what: "), line="#E")
error("event-one-of", event('what: level = 50; program = "p"'), line="#E")
error("no-target", event("whom: "), line="#E")
error("no-target", event("whom: streets = []"), line="#E")
error(
    "scene-with-targets",
    event('what: scene = "f"'),
    (DRIVER, f"{DRIVER}\n[scenes.f]\nlevels = {{ g = 50 }}"),
    (LAMP, f'{LAMP}\ngroups = ["g"]'),
    line="#E",
)
error("unknown-reference", event('whom: streets = ["t"] #!'))
error("unknown-reference", event('whom: groups = ["t"] #!'))
error("unknown-reference", event('whom: circuits = ["t"] #!'))
error("unknown-reference", event('whom: luminaires = ["L1", "R99"] #!'))
error("unknown-reference", event('what: program = "x" #!'))
error("unknown-reference", event('what: scene = "x" #!\nwhom: '))
error("missing-key", event("hours: "), line="#E")
error("across-noon", event('hours: hours = { from = "8:00", to = "20:00" } #!'))
error("duplicate-id", plus(event("")[1].replace("[sensors.pir]", "") * 2), line="id = ")
error("photocell-missing", event('what: program = "q" #!'))
warning("below-minimum", event("what: level = 5 #!"), (DRIVER, f"{DRIVER}\nminimum_level = 10"))
warning("rule-never", event('when: dates = [2026-11-25]; weekdays = ["monday"]'), line="#E")
warning("event-by-day", event('hours: hours = { from = "15:00", to = "23:00" } #!'))
warning(
    "event-by-day", event('when: dates = ["06-21"]\nhours: hours = {from="20:00", to="23:00"} #!')
)
warning("event-unfed", event('hours: hours = { from = "22:00", to = "04:00" }'), CUT, line="#E")
error(
    "too-many-events",
    plus(
        "".join(
            f'[[events]] #{i}\nid = "E{i}"\ndates = ["12-{i + 1:02}"]\nlevel = 80\n'
            'streets = ["s"]\nhours = { from = "22:00", to = "23:00" }\n'
            for i in range(17)
        )
    ),
    line="#16",
)
warning(
    "aims-at-none",
    event('whom: circuits = ["A2"]'),
    ("[[luminaires]]", '[[cabinets.circuits]]\nid = "A2"\nsupply = "permanent"\n[[luminaires]]'),
    line="#E",
)

error("unknown-reference", call('kind = "relight"\nrelight = "x" #!'))
error("unknown-reference", call('kind = "all-on"\nstreets = ["x"] #!'))
error("no-target", call('kind = "all-on"'), line="#C")
error("call-key", call('kind = "all-on"\nstreets = ["s"]\nlevel = 50'), line="#C")
error("call-key", call('kind = "override"\nstreets = ["s"]\nlevel = 50\nrelight = "z"'), line="#C")
error("call-key", call('kind = "relight"\nrelight = "z"\nduration = "6 min"'), line="#C")
error("override-without-level", call('kind = "override"\nstreets = ["s"]'), line="#C")
error("relight-without-zone", call('kind = "relight"'), line="#C")
error(
    "duration-out-of-range", call('kind = "all-on"\nstreets = ["s"]\nduration = "13 h"'), line="#C"
)
AT = "at = 2026-11-25T02:40:00"
for _code, _at in (
    ("not-a-date-time", "2026-11-25"),
    ("not-a-date-time", '"2:40"'),
    ("local-date-time", "2026-11-25T02:40:00Z"),
    ("local-date-time", "2026-11-25T02:40:00.5"),
    ("no-such-date", '"2026-02-30 02:40"'),
    ("year-out-of-range", "2126-11-25T02:40:00"),
):
    error(_code, plus(f'[[calls]]\nid = "K"\nat = {_at} #!\nkind = "all-on"\nstreets = ["s"]'))
warning(
    "call-refused",
    plus(
        f'{RELIGHT}[[calls]]\nid = "K"\nkind = "relight"\nrelight = "z"\n'
        "at = 2026-11-25T22:40:00 #!!"
    ),
    (LAMP, f'{LAMP}\nrelight = "z"'),
    line="#!!",
)
warning(
    "presence-no-raise",
    plus("[strategies]\npresence = { level = 10, idle = 10 } #!"),
)
error("across-noon", plus('[strategies]\ndimming = { from = "8:00", to = "20:00" } #!'))
error("missing-key", plus('[strategies]\nrelight = { from = "22:00" } #!'))

warning(
    "events-overlap",
    plus(
        event("")[1].replace("[sensors.pir]", "")
        + event('id: id = "F"\nhours: hours = {from="22:30", to="23:30"}')[1]
        .replace("#E", "#F")
        .replace("[sensors.pir]", "")
    ),
    line="#F",
)


def broken(edits: list[Edit]) -> str:
    return edited(MINIMAL, *edits)


def expect(
    tmp_path: Path, severity: str, code: str, edits: list[Edit], line: str
) -> list[Finding]:
    text = broken(edits)
    report = checked(text, tmp_path)
    lines = text.splitlines()
    found = [f for f in report.findings if f.code == code]
    assert found, [f.line_text() for f in report.findings]
    assert any(line in lines[f.line - 1] for f in found), [f.line_text() for f in found]
    assert all(f.severity == severity for f in found)
    for finding in report.findings:
        for lang in LANGUAGES:
            for piece in (finding.message(lang), finding.cure(lang)):
                # no placeholder is left; braces of a cure that is typed have a space inside
                assert piece.strip() and not re.search(r"\{\S", piece)
            assert finding.text(lang)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
        assert set(finding.to_json("fr")) == {
            "severity",
            "code",
            "file",
            "line",
            "column",
            "path",
            "message",
            "cure",
        }
    return found


@pytest.mark.parametrize(
    ("code", "edits", "line"), ERRORS, ids=[f"{i}-{case[0]}" for i, case in enumerate(ERRORS)]
)
def test_an_error(tmp_path: Path, code: str, edits: list[Edit], line: str) -> None:
    expect(tmp_path, "error", code, edits, line)
    with pytest.raises(SiteErrors) as raised:
        load_site(tmp_path / "site.toml")
    assert code in {finding.code for finding in raised.value.findings}


@pytest.mark.parametrize(
    ("code", "edits", "line"), WARNINGS, ids=[f"{i}-{case[0]}" for i, case in enumerate(WARNINGS)]
)
def test_a_warning(tmp_path: Path, code: str, edits: list[Edit], line: str) -> None:
    expect(tmp_path, "warning", code, edits, line)
    assert load_site(tmp_path / "site.toml")


def test_every_code_is_shown_by_some_test() -> None:
    elsewhere = {
        # test_document.py
        *(code for code in words.CODES if code.startswith(("toml", "file-", "utf-", "not-utf"))),
        "key-too-long",
        "too-deep",
        "number-too-long",
        # test_zone.py
        "timezone-changed",
        # tests/boards/test_boards.py: no chip here has so few
        "too-few-units",
        # below: the boards of boards/ are right
        "board-unreadable",
        "board-key-missing",
        "board-key-wrong",
        # below
        "too-many-findings",
        "too-many-sections",
        # a defect of Noctule, not of a file
        "internal",
        "invalid",
    }
    shown = {case[0] for case in ERRORS + WARNINGS}
    assert set(words.CODES) - shown == elsewhere


def test_two_on_a_pin_are_told_where_one_is_written(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(edited(MINIMAL, node("pins.output = 27")), encoding="utf-8")
    (finding,) = check(path).errors
    assert finding.path == ("nodes", "n", "pins", "output")
    assert "output: pin 27 is that of presence already" in finding.text("en")


@pytest.mark.parametrize(
    ("edit", "code", "says"),
    [
        (("title =", "titel ="), "board-key-missing", "has no title"),
        (('chip = "esp32"', 'chip = "avr"'), "board-key-wrong", "chip will not do (avr)"),
        (("output = 25", "output = "), "board-unreadable", "cannot be read"),
        (
            ("output = 25", "output = 34"),
            "pin-input-only",
            "wiring.output: pin 34 of mine is an input",
        ),
    ],
)
def test_a_broken_board_is_told_where_the_site_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Edit, code: str, says: str
) -> None:
    text = (boards.FOLDER / "esp32_devkitc" / "board.toml").read_text(encoding="utf-8")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "board.toml").write_text(text.replace(*edit), encoding="utf-8")
    (tmp_path / "chips.toml").write_bytes((boards.FOLDER / "chips.toml").read_bytes())
    monkeypatch.setattr(boards, "FOLDER", tmp_path)
    path = tmp_path / "site.toml"
    path.write_text(edited(MINIMAL, node(board="mine")), encoding="utf-8")
    boards.load.cache_clear()
    try:
        (finding,) = check(path).errors
    finally:
        boards.load.cache_clear()
    assert (finding.code, finding.path) == (code, ("nodes", "n", "board"))
    assert says in finding.text("en") and finding.text("fr") != finding.text("en")
    for lang in LANGUAGES:
        assert str(tmp_path / "mine" / "board.toml") in finding.text(lang)


@pytest.mark.parametrize("code", words.CODES)
def test_both_languages_say_every_code(code: str) -> None:
    class Any(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return key

    for lang in LANGUAGES:
        for say in (words.message, words.cure):
            template = words._WORDS[code][lang][say is words.cure]
            assert template.format_map(Any(kind="program")).strip()


@pytest.mark.parametrize(
    ("edit", "suggestion"),
    [
        (("power_w = 43.0", "power_w = 43.0\npowerpoints = []"), "power_points"),
        (('driver = "led"\nprogram', 'driver = "lde"\nprogram'), "led"),
        (('"Europe/Paris"', '"paris"'), "Europe/Paris"),
        (('"Europe/Paris"', '"Europe/Pariss"'), "Europe/Paris"),
        (('"22:00", level', '"sunste", level'), "sunset"),
        (('"permanent"', '"permanant"'), "permanent"),
        (('"saturday"', '"Saturdays"'), "saturday"),
        (('operation = "max"', 'operation = "Max"'), "max"),
    ],
)
def test_a_near_name_is_suggested(tmp_path: Path, edit: Edit, suggestion: str) -> None:
    report = checked(broken([edit]), tmp_path)
    assert any(f.params.get("suggestion") == suggestion for f in report.findings)
    assert any(suggestion in f.text("fr") for f in report.findings)


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    """A wrong shape in one place does not hide a wrong reference or program in another."""
    text = broken(
        [
            ("latitude = 47.517", "latitude = 91"),
            ('driver = "led"\nprogram', 'driver = "lde"\nprogram'),
            ('"05:30", level', '"21:00", level'),
            ('"Europe/Paris"', '"Mars/Olympus"'),
        ]
    )
    codes = {f.code for f in checked(text, tmp_path).findings}
    assert {"out-of-range", "unknown-reference", "points-order"} <= codes


def test_presence_that_would_lower_says_that_it_never_does(tmp_path: Path) -> None:
    (found,) = expect(tmp_path, "error", "presence-operation", [('"max"', '"min"')], "operation")
    assert "never lowers" in found.text("en")
    assert "ne baisse jamais" in found.text("fr")


CARRIED = 'points = [\n  { at = "22:00", level = 60, ramp = "5 s" },'


def test_what_is_carried_over_names_both_programs_the_level_and_the_cure(tmp_path: Path) -> None:
    (found,) = expect(tmp_path, "warning", "carried-over", [ENDS_LOW], "points = [")
    assert found.path == ("programs", "p", "points")
    assert found.params == {"program": "p", "other": "q", "level": 30, "at": "22:00", "own": 100}
    for lang in LANGUAGES:
        assert '{ at = "12:00", level = 100 }' in found.cure(lang)


@pytest.mark.parametrize(
    "edits",
    [
        # the cure
        [ENDS_LOW, (CARRIED, CARRIED.replace("[", '[{ at = "12:00", level = 100 },', 1))],
        # the other ends no lower
        [("[programs.q]", '[programs.q]\npoints = [{ at = "12:00", level = 100 }]')],
        # the other has an end that is lower, but not last in the night
        [
            (
                "[programs.q]",
                "[programs.q]\npoints = "
                '[{ at = "12:00", level = 30 }, { at = "sunrise - 1 h", level = 100 }]',
            )
        ],
        # the two are not of one calendar
        [
            (
                "[programs.q]",
                '[programs.z]\npoints = [{ at = "12:00", level = 30 }]\n[programs.q]',
            ),
            ("at_m = 10", 'at_m = 10\ntoday = "z"'),
        ],
        # off until the first point
        [ENDS_LOW, ('"22:00", level', '"sunset", level')],
    ],
)
def test_what_is_not_carried_over(tmp_path: Path, edits: list[Edit]) -> None:
    report = checked(broken(edits), tmp_path)
    assert [f.line_text() for f in report.findings] == []


@pytest.mark.parametrize(
    "edit",
    [
        # lit by day as well
        ("[programs.p]", '[programs.p]\nactive = "always"'),
        # a photocell may light it earlier
        (
            "[programs.p]",
            "[programs.p]\n"
            'active = [{ from = "sunset", to = "sunrise", photocell = { on_lux = 2, off_lux = 3,'
            ' window = "1 h" } }]',
        ),
        # the cabinet lights it
        ('"permanent"', '"switched"'),
    ],
)
def test_carried_over_until_sunset_where_it_may_be_lit_before(tmp_path: Path, edit: Edit) -> None:
    edits = [ENDS_LOW, ('"22:00", level', '"sunset", level'), edit]
    found = [f for f in checked(broken(edits), tmp_path).findings if f.code == "carried-over"]
    assert [f.params["at"] for f in found] == ["sunset"]


def test_a_photocell_that_only_today_asks_is_not_idle(tmp_path: Path) -> None:
    text = broken([("at_m = 10", 'at_m = 10\ntoday = "q"\nphotocell = "cell"')])
    assert checked(text, tmp_path).findings == ()


def test_no_always_for_the_mains_of_a_circuit(tmp_path: Path) -> None:
    for period in ('from = "12:00", to = "12:00"', 'from = "05:30", to = "05:30"'):
        text = broken([('"permanent"', f'"switched"\nmains = [{{ {period} }}]')])
        (found,) = checked(text, tmp_path).errors
        for lang in LANGUAGES:
            assert "always" not in found.text(lang)
            assert 'supply = "permanent"' in found.text(lang)


@pytest.mark.parametrize(
    ("cure", "sentence"),
    [
        ("remove it, or use it", "Remove it, or use it"),
        ("à retirer", "À retirer"),
        ("fault_state = 100 on a road", "fault_state = 100 on a road"),
        ("level = 60", "level = 60"),
        ("power_points rises", "power_points rises"),
        ('"sunset" or so', '"sunset" or so'),
        ("{ at = 1 }", "{ at = 1 }"),
        ("", ""),
    ],
)
def test_a_cure_begins_with_a_capital_unless_it_is_to_be_typed(cure: str, sentence: str) -> None:
    assert words.sentence(cure) == sentence


def test_the_capital_of_a_cure_in_the_text(tmp_path: Path) -> None:
    edits = [("[programs.p]", "[programs.p]\nfault_state = 0")]
    (found,) = expect(tmp_path, "warning", "fault-dark", edits, "fault_state")
    for lang in LANGUAGES:
        assert ". fault_state = 100 " in found.text(lang)


def test_findings_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = broken([("latitude = 47.517", "latitude = 91"), ("at_m = 10", "at_m = -1")])
    places = [(f.line, f.column) for f in checked(text, tmp_path).findings]
    assert places == sorted(places) and len(places) == 2


def test_thousands_of_findings_are_counted_not_listed(tmp_path: Path) -> None:
    lamps = "".join(f'[[luminaires]]\nid = "Z{i}"\n' for i in range(2000))
    report = checked(MINIMAL + lamps, tmp_path)
    assert len(report.findings) == limits.FINDINGS + 1
    assert report.findings[-1].code == "too-many-findings"
    assert report.site is None


def test_too_many_sections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECTIONS", 1)
    assert checked(MINIMAL, tmp_path).site is not None
    text = broken([("at_m = 10", 'at_m = 10\nsection = "other"')])
    assert [f.code for f in checked(text, tmp_path).errors] == ["too-many-sections"]


def test_what_stands_at_every_limit_fits_a_node(tmp_path: Path) -> None:
    points = "".join(
        f'{{ at = "{(12 + i) % 24:02}:30:59", level = {i}, ramp = "10 min" }},'
        for i in range(limits.POINTS_PER_PROGRAM)
    )
    cell = 'photocell = { on_lux = 59999, off_lux = 60000, window = "6 h" }'
    period = f'{{ from = "sunset - 12 h", to = "sunrise + 12 h", {cell} }},'
    window = '{ from = "nautical dusk - 12 h", to = "23:59:59" },'
    programs = "".join(
        f"[programs.p{i}]\npoints = [{points}]\nactive = [{period * limits.ACTIVE_PERIODS}]\n"
        f'[programs.p{i}.presence]\noperation = "add"\nlevel = 100\nidle = 99\n'
        'hold = "2 h"\nramp_up = "10 min"\nramp_down = "10 min"\nneighbours = 10\n'
        'reach_m = 1000\nvehicles = "section"\n'
        f"windows = [{window * limits.PRESENCE_WINDOWS}]\n"
        for i in range(limits.PROGRAMS_PER_CALENDAR)
    )
    dates = "2099-12-31, " * limits.DATES_PER_RULE
    rules = "".join(
        f'[[calendars.c.rules]]\nprogram = "p{i % 16}"\ndates = [{dates}]\n'
        'weekdays = ["monday", "sunday"]\noccurrences = [1, 2, 3, 4, 5, "last"]\n'
        for i in range(limits.RULES_PER_CALENDAR)
    )
    start = MINIMAL.index("[programs.p]")
    end = MINIMAL.index("[[streets]]")
    text = (
        MINIMAL[:start]
        + programs
        + '[calendars.c]\ndefault = "p0"\n'
        + rules
        + MINIMAL[end:]
        .replace('program = "p"', 'calendar = "c"\nphotocell = "cell"\ncount = 100')
        .replace('sensor = "pir"', 'sensor = "pir"\nsection = "' + "s" * limits.ID_LENGTH + '"')
    ).replace(
        "range_m = 8",
        'range_m = 200\ndebounce = "10 s"\nstuck_after = "18 h"\nwhen_stuck = "ignored"',
    )
    report = checked(text, tmp_path)
    assert report.errors == ()
    assert report.site is not None
    for node in compile_site(report.site):
        assert len(Config(node.config).programs) == 16


def test_stopping_distance() -> None:
    assert stopping_distance_m(0) == 0
    # 50 km/h: 13.9 m of reaction, 27.6 m of braking at 3.5 m/s2
    assert stopping_distance_m(50) == pytest.approx(13.89 + 27.56, abs=0.01)


@pytest.mark.parametrize(
    "edit",
    [
        ('name = "Rue"', "name = 7 #!"),
        ("asked_level = 50", 'asked_level = "50" #!'),
        ('supply = "permanent"', 'supply = "perm" #!'),
        ('name = "Armoire"', "name = [] #!"),
        ('weekdays = ["saturday"]', 'weekdays = ["saturdax"] #!'),
        ("power_w = 43.0", 'power_w = "x" #!'),
    ],
)
def test_what_is_wrong_with_the_only_one_is_told_once(tmp_path: Path, edit: Edit) -> None:
    report = checked(edited(MINIMAL, edit), tmp_path)
    assert [f.code for f in report.errors if f.code == "too-few"] == []
    assert len(report.errors) == 1, [f.line_text() for f in report.errors]
