"""A large written site, for what is measured: each luminaire is a table of its own."""

from tests.texts import ENERGY

_HEAD = (
    """\
[site]
name = "Grande ville"
latitude = 47.322
longitude = 5.041
timezone = "Europe/Paris"
school_zone = "A"
"""
    + ENERGY
    + """\
[drivers.led-43]
power_w = 43.0
minimum_level = 10
power_points = [[10, 6.0], [50, 20.5]]
virtual_output = 85
clo = [[0, 90], [50000, 100]]
[drivers.led-22]
power_w = 22.0
minimum_level = 10
curve = "dali"
[sensors.pir]
range_m = 8
[programs.main]
points = [{ at = "22:00", level = 60, ramp = "5 s" }, { at = "05:30", level = 100 }]
[programs.estate]
points = [{ at = "21:30", level = 10 }, { at = "06:00", level = 100 }]
[programs.estate.presence]
operation = "max"
level = 100
idle = 10
hold = "60 s"
neighbours = 2
[programs.closed]
points = [{ at = "12:00", level = 30 }, { at = "06:00", level = 100 }]
[programs.cut]
active = [{ from = "sunset", to = "23:00" }, { from = "05:00", to = "sunrise" }]
[calendars.school]
default = "main"
[[calendars.school.rules]]
program = "closed"
day = "morning"
holidays = ["public"]
[[calendars.school.rules]]
program = "closed"
day = "morning"
school_holidays = ["all"]
[ceilings.river]
level = 60
from = "04-01"
to = "10-31"
[relights.all]
hours = { from = "23:00", to = "05:00" }
[scenes.feast]
levels = { centre = 100, quiet = 50 }
[[events]]
id = "feast"
dates = ["07-14"]
hours = { from = "sunset", to = "02:00" }
scene = "feast"
[[events]]
id = "works"
from = 2026-11-23
to = 2026-11-27
hours = { from = "21:00", to = "06:00" }
level = 100
streets = ["s0", "s1"]
"""
)
_KINDS = (
    'driver = "led-43"\nprogram = "main"\ngroups = ["centre"]\nmeter = true\n',
    'driver = "led-22"\nprogram = "estate"\nsensor = "pir"\n',
    'driver = "led-22"\ncalendar = "school"\ngroups = ["quiet"]\nmeter = true\n',
    'driver = "led-43"\nprogram = "cut"\nrelight = "all"\n',
    'driver = "led-43"\nprogram = "main"\nceiling = "river"\nburning_hours = 12000\n',
)
_BY_STREET = 60
_BY_CABINET = 20  # streets


def big_site(n: int) -> str:
    """Write a site of `n` luminaires: 60 a street, 20 streets a cabinet, five kinds of street."""
    text = [_HEAD]
    streets = -(-n // _BY_STREET)
    for s in range(streets):
        text.append(
            f'[[streets]]\nid = "s{s}"\nname = "Rue {s}"\npath_m = [[0, {s * 50}],'
            f" [1800, {s * 50}]]\nasked_level = 50\nspeed_limit_kmh = 50\n"
            '[[streets.traffic]]\nkind = "walker"\nper_night = 40\n'
        )
    for c in range(-(-streets // _BY_CABINET)):
        text.append(f'[[cabinets]]\nid = "C{c}"\nname = "Armoire {c}"\n')
        for j in range(min(2, streets - c * _BY_CABINET)):
            text.append(f'[[cabinets.circuits]]\nid = "C{c}-{j}"\nsupply = "permanent"\n')
    for i in range(n):
        street, place = divmod(i, _BY_STREET)
        text.append(
            f'[[luminaires]]\nid = "L{i}"\nat_m = {10 + place * 29}\nstreet = "s{street}"\n'
            f'circuit = "C{street // _BY_CABINET}-{street % _BY_CABINET % 2}"\n'
            f"{_KINDS[street % len(_KINDS)]}"
        )
    return "".join(text)
