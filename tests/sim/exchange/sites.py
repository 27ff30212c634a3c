"""Random sites for the exchanges, and what their nights look like to the brain."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

from noctule.brain.config import Config
from noctule.brain.program import Night

from sim.exchange import toml
from sim.site.check import check_document
from sim.site.compile import compile_site, known_time
from sim.site.document import parse
from sim.site.model import Site

PLACES = (
    (47.517, 5.108, "Europe/Paris"),
    (43.3, 5.4, "Europe/Paris"),
    (50.9, 1.9, "Europe/Paris"),
    (51.5, -0.1, "Europe/London"),
    (59.3, 18.1, "Europe/Stockholm"),
    (-33.9, 151.2, "Australia/Sydney"),
    (14.6, -61.1, "America/Martinique"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def clock(rng: random.Random, low: float = 0, high: float = 24) -> str:
    """A clock time between two hours after noon, now and then with seconds."""
    second = int((low + rng.random() * (high - low)) * 3600) + 43_200
    if rng.random() < 0.9:
        second = second // 300 * 300
    second %= 86_400
    text = f"{second // 3600:02}:{second // 60 % 60:02}"
    return text + (f":{second % 60:02}" if second % 60 else "")


def _since_noon(text: str) -> int:
    parts = [int(part) for part in text.split(":")] + [0]
    return (parts[0] * 3600 + parts[1] * 60 + parts[2] - 43_200) % 86_400


def _solar(rng: random.Random, evening: bool, plain: bool) -> str:
    event = "sunset" if evening else "sunrise"
    if not plain and rng.random() < 0.3:
        event = rng.choice(["dusk", "nautical dusk"] if evening else ["dawn", "nautical dawn"])
    minutes = rng.choice([0, 0, 0, 5, 10, 15, 20, 30, 45, 60])
    sign = rng.choice("+-")
    if not plain and rng.random() < 0.1:
        return f"{event} {sign} {minutes} min 30 s" if minutes else f"{event} {sign} 30 s"
    return f"{event} {sign} {minutes} min" if minutes else event


def _active(rng: random.Random, plain: bool) -> Any:
    kind = rng.random()
    if kind < 0.25:
        return None
    if kind < 0.3:
        return "always"
    if kind < 0.5:
        return [{"from": _solar(rng, True, plain), "to": _solar(rng, False, plain)}]
    if kind < 0.65:
        start, end = sorted((clock(rng, 4, 12), clock(rng, 12.5, 22)), key=_since_noon)
        return [{"from": start, "to": end}]
    if kind < 0.85:
        cut = {"from": _solar(rng, True, plain), "to": clock(rng, 9, 14)}
        again = {"from": clock(rng, 15, 18.5), "to": _solar(rng, False, plain)}
        return rng.choice([[cut, again], [cut], [cut, again], [again]])
    lux = {"on_lux": rng.randint(5, 20), "off_lux": rng.randint(21, 60)}
    if rng.random() < 0.5:
        return [{"from": "sunset", "to": "sunrise", "photocell": lux}]
    window = rng.choice(["20 min", "45 min", "1 h"])
    return [
        {
            "from": _solar(rng, True, True),
            "to": _solar(rng, False, True),
            "photocell": {**lux, "window": window},
        }
    ]


def _points(rng: random.Random, plain: bool) -> list[dict[str, Any]]:
    count = rng.choice([0, 1, 2, 2, 3, 3, 4])
    clocks = sorted({_since_noon(clock(rng, 0.5, 20)) for _ in range(count)})
    if clocks and rng.random() < 0.4:
        clocks = [0, *clocks]
    made: list[dict[str, Any]] = []
    for second in clocks:
        at = (second + 43_200) % 86_400
        text = f"{at // 3600:02}:{at // 60 % 60:02}" + (f":{at % 60:02}" if at % 60 else "")
        made.append({"at": text, "level": rng.choice([0, 10, 30, 40, 60, 80, 100])})
    kind = rng.random()
    if kind < 0.1:
        made.insert(0, {"at": "sunset", "level": rng.choice([50, 100])})
    elif kind < 0.2:
        made = [
            {"at": f"sunset + {rng.randint(1, 3)} h", "level": 60},
            {"at": f"sunrise - {rng.randint(30, 90)} min", "level": 90},
        ]
    elif kind < 0.25 and not plain:
        made.append({"at": rng.choice(["solar midnight", "dawn"]), "level": 40})
    elif kind < 0.3:
        made.append({"at": "sunrise - 20 min", "level": 50})
    for point in made:
        if rng.random() < 0.3:
            point["ramp"] = rng.choice(["0.5 s", "5 s", "1 min"])
    return made


def _presence(rng: random.Random, plain: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operation": rng.choice(["max", "max", "add"]),
        "level": rng.choice([70, 100]),
        "hold": rng.choice(["30 s", "1 min", "5 min"]),
    }
    if rng.random() < 0.3:
        made["idle"] = rng.choice([0, 10, 50])
    if rng.random() < 0.5:
        made["ramp_up"], made["ramp_down"] = "0.5 s", "10 s"
    if rng.random() < 0.6:
        made["windows"] = [{"from": clock(rng, 8, 12), "to": clock(rng, 13, 19)}]
    elif not plain and rng.random() < 0.3:
        made["windows"] = [{"from": "sunset + 2 h", "to": "05:00"}]
    if not plain and rng.random() < 0.5:
        made["neighbours"] = 2
    return made


def _date(rng: random.Random, year: int | None = None) -> str:
    day = rng.choice(["01-01", "02-28", "02-29", "03-01", "12-31", "07-14", None, None, None])
    if day is None:
        day = f"{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    if year is not None:
        return f"{year}-{'02-28' if day == '02-29' else day}"
    return day


def _rule(rng: random.Random, programs: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"program": rng.choice(programs)}
    if rng.random() < 0.3:
        made["day"] = "morning"
    kind = rng.random()
    if kind < 0.25:
        made["from"], made["to"] = _date(rng), _date(rng)
    elif kind < 0.4:
        first, last = sorted((_date(rng, 2026), _date(rng, 2027)))
        made["from"], made["to"] = first, last
    elif kind < 0.6:
        made["dates"] = [
            _date(rng, rng.choice([None, None, 2027, 2028])) for _ in range(rng.randint(1, 4))
        ]
    elif kind < 0.7:
        made["holidays"] = [rng.choice(["public", "christmas", "easter-monday", "ascension"])]
    elif kind < 0.75:
        made["school_holidays"] = ["all"]
    if rng.random() < 0.4 or kind >= 0.75:
        made["weekdays"] = rng.sample(_WEEKDAYS, rng.randint(1, 5))
        if rng.random() < 0.4:
            made["occurrences"] = rng.sample([1, 2, 3, 4, 5, "last"], rng.randint(1, 6))
    return made


def random_toml(seed: int) -> str:
    """A site file with a few programs and calendars, each run by a luminaire.

    Two thirds of them keep to what TALQ has a word for; the others need not.
    """
    rng = random.Random(f"exchange/{seed}")
    plain = rng.random() < 0.67
    latitude, longitude, zone = rng.choice(PLACES)
    parts = [
        toml.table(
            "[site]",
            {
                "name": f"Site {seed}", "latitude": latitude, "longitude": longitude,
                "timezone": zone, "school_zone": "A",
            },
        ),
        toml.table(
            "[energy]",
            {
                "price_eur_per_kwh": 0.2, "price_date": "2026-01-01", "price_source": "a",
                "co2_g_per_kwh": 30, "co2_year": 2024, "co2_source": "a",
            },
        ),
        "[drivers.led]\npower_w = 40\n[sensors.pir]\nrange_m = 8\n[photocells.cell]\n",
    ]  # fmt: skip
    programs = [f"p{i}" for i in range(rng.randint(1, 4))]
    for name in programs:
        made: dict[str, Any] = {}
        active = _active(rng, plain)
        if active is not None:
            made["active"] = active
        points = _points(rng, plain)
        if points:
            made["points"] = points
        if rng.random() < 0.3:
            made["presence"] = _presence(rng, plain)
        parts.append(toml.table(f"[programs.{name}]", made))
    calendars = [f"c{i}" for i in range(rng.randint(0, 2))]
    for name in calendars:
        parts.append(toml.table(f"[calendars.{name}]", {"default": rng.choice(programs)}))
        for _ in range(rng.randint(0, 4)):
            parts.append(toml.table(f"[[calendars.{name}.rules]]", _rule(rng, programs)))
    parts.append(
        '[[streets]]\nid = "s"\nname = "Rue"\npath_m = [[0, 0], [300, 40]]\nasked_level = 50\n'
        '[[cabinets]]\nid = "A"\nname = "A"\n[[cabinets.circuits]]\nid = "A1"\n'
        'supply = "permanent"\n'
    )
    for i, (kind, name) in enumerate(
        [("program", name) for name in programs] + [("calendar", name) for name in calendars]
    ):
        lamp = {
            "id": f"L{i}", "circuit": "A1", "street": "s", "at_m": 10 + 30 * i, "driver": "led",
            kind: name, "sensor": "pir", "photocell": "cell", "groups": ["all"],
        }  # fmt: skip
        parts.append(toml.table("[[luminaires]]", lamp))
    return "\n".join(parts)


def site_of(text: str) -> Site | None:
    """The proven site, or None where the check refuses it."""
    return check_document(parse(text.encode()), "random.toml").site


@lru_cache(maxsize=64)
def random_site(seed: int) -> tuple[str, Site]:
    """The first of a seed's site files that the check has no fault to find with."""
    for i in range(100):
        text = random_toml(seed * 100 + i)
        site = site_of(text)
        if site is not None:
            return text, site
    raise AssertionError("a hundred refused")


Stretch = tuple[Any, ...]


def nights_of(site: Site, lamp: str, nights: list[int]) -> list[list[Stretch]]:
    """What the brain makes of a luminaire's program, night by night.

    Each stretch: its second, the level and ramp where an active period lights, and where a
    photocell would, where one that is dead would, and the presence that may add to it.
    """
    node = next(node for node in compile_site(site) if node.luminaire.id == lamp)
    config = Config(node.config)
    times = known_time(site)
    found = []
    for number in nights:
        before, tonight, after = (config.calendar.program(number + i) for i in (-1, 0, 1))
        night = Night()
        night.plan(times, number, config.programs, before, tonight, after, config.switched)
        settings = config.programs[tonight].presence
        stretches: list[Stretch] = []
        at = night.start
        while at < night.end:
            night.look(at)
            level = night.level[night.point]
            lit = (night.active, night.by_photocell, night.no_photocell)
            # 0 % and inactive are the same darkness, but where presence may add
            presence = None
            if night.presence and any(lit) and settings is not None:
                presence = (
                    settings.operation, settings.level, max(settings.idle, level), settings.hold,
                    settings.up, settings.down,
                )  # fmt: skip
            if level == 0 and presence is None:
                lit = (False, False, False)
            what = (level, lit, presence) if any(lit) else ()
            if not stretches or stretches[-1][1] != what:
                stretches.append((at, what, night.ramp[night.point] if what else 0))
            at = night.until
        found.append(stretches)
    return found
