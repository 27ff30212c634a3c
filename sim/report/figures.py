"""Figures of the report that are worked out from the summary; nothing here is simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.site.compile import known_time
from sim.site.model import Luminaire, Site, Street
from sim.world.counts import NIGHT_HOURS
from sim.world.mains import mains
from sim.world.people import traffic_rates

Json = dict[str, Any]

ORDER = ("site", "today", "always_on", "switch_off")
BANDS = ((0, 0), (1, 25), (26, 50), (51, 75), (76, 99), (100, 100))
"""Levels, percent, that the table of hours puts together: lowest, highest."""


@dataclass(frozen=True, slots=True)
class HandCheck:
    """count × watts × hours = kwh, of a street under a strategy; hours and kwh are the summary's,
    those of one luminaire at 100 % over the whole period."""

    street: Street
    strategy: str
    count: int
    watts: float
    hours: float
    kwh: float
    cost: float


@dataclass(frozen=True, slots=True)
class Added:
    """A street that uses more under the site's programs than today, over the period, in kWh:
    before, after, and of the difference what is light and what is nodes and standby.

    hours: burning hours more, a luminaire. met: percent before and after. relit: how often
    residents had it lit.
    """

    street: Street
    before: float
    after: float
    light: float
    gear: float
    hours: float
    met_before: float | None
    met_after: float | None
    presence: bool
    relit: int

    @property
    def extra(self) -> float:
        """kWh more."""
        return self.after - self.before

    @property
    def light_only_rounds(self) -> bool:
        """Whether the light is today's, but for what rounding and seconds of boot make."""
        return abs(self.light) <= max(0.002, 0.005 * self.before)

    @property
    def longer(self) -> bool:
        """Whether it is lit longer than today, by more than a minute a luminaire."""
        return self.hours > 1 / 60


def strategies(summary: Json) -> list[str]:
    """The strategies that were simulated, in the report's order."""
    found = summary["strategies"]
    return [name for name in ORDER if name in found] + [n for n in found if n not in ORDER]


def other_than_site(names: Sequence[str]) -> str | None:
    """What the site is compared with first: today, else always on, else what there is."""
    return next((name for name in (*ORDER[1:], *names) if name in names and name != "site"), None)


def hand_check(site: Site, summary: Json) -> HandCheck | None:
    """A street whose energy is one multiplication: one wattage, one level, no nodes.

    The largest of those whose figures, rounded as they are, multiply to the watt-hour; else that
    which comes nearest.
    """
    best: tuple[float, HandCheck] | None = None
    for strategy in ("always_on", "switch_off", "today"):
        entry = summary["strategies"].get(strategy)
        if entry is None:
            continue
        by_energy = sorted(site.streets, key=lambda s: -entry["streets"][s.id]["energy_kwh"])
        for street in by_energy:
            part = entry["streets"][street.id]
            lamps = [lamp for lamp in site.luminaires if lamp.street == street.id]
            levels = part["lamp_hours_at_level"]
            watts = {
                lamp.today_power_w
                if strategy == "today" and lamp.today_power_w
                else site.drivers[lamp.driver].power_w
                for lamp in lamps
            }
            alike = len(watts) == 1 and len({lamp.count for lamp in lamps}) == 1
            if not alike or not levels.get("100") or not levels.keys() <= {"0", "100"}:
                continue
            power = watts.pop()
            hours = levels["100"] / len(lamps)
            count = sum(lamp.count for lamp in lamps)
            kwh = part["energy_kwh"]
            off = abs(count * power * round(hours, 3) / 1000 - kwh)
            if off > 0.001 * kwh + 0.001 or (best is not None and best[0] <= max(off, 0.001)):
                continue
            best = (
                off, HandCheck(street, strategy, count, power, hours, kwh, part["cost_eur"])
            )
    return best[1] if best else None


def added(site: Site, summary: Json, first: int) -> list[Added] | None:
    """Where the site's programs use more than today; None if one of them was not simulated."""
    after, before = (summary["strategies"].get(name) for name in ("site", "today"))
    if after is None or before is None:
        return None
    found = []
    for street in site.streets:
        if street.id not in after.get("adds_energy", ()):
            continue
        lamps = [lamp for lamp in site.luminaires if lamp.street == street.id]
        part, was = after["streets"][street.id], before["streets"][street.id]
        lit, was_lit = _lit(part), _lit(was)
        gear = _gear_kwh(site, lamps, lit, first, summary["nights"])
        found.append(
            Added(
                street,
                was["energy_kwh"],
                part["energy_kwh"],
                part["energy_kwh"] - was["energy_kwh"] - gear,
                gear,
                (lit - was_lit) / len(lamps),
                was["service"]["met_percent"],
                part["service"]["met_percent"],
                any(site.programs[p].presence for lamp in lamps for p in site.programs_of(lamp)),
                sum(
                    after.get("relights", {}).get(zone, {}).get("taken", 0)
                    for zone in {lamp.relight for lamp in lamps if lamp.relight}
                ),
            )
        )
    return found


def _lit(part: Json) -> float:
    """Lamp-hours with the light on."""
    return float(sum(h for level, h in part["lamp_hours_at_level"].items() if level != "0"))


def _gear_kwh(
    site: Site, lamps: Sequence[Luminaire], lit: float, first: int, nights: int
) -> float:
    """Energy of a street's nodes while there is mains, and of its drivers' standby while the
    light is off. Where standby differs in a street, off hours are shared out evenly."""
    times = known_time(site)
    live: dict[str, float] = {}
    for lamp in lamps:
        if lamp.circuit not in live:
            circuit = site.circuit(lamp.circuit)
            error = site.cabinet_of(lamp.circuit).clock_error
            ms = 0
            for night in range(first, first + nights):
                if circuit.switched:
                    ms += sum(off - on for on, off in mains(circuit, error, times, night))
                else:
                    ms += (times.end(night) - times.start(night)) * 1000
            live[lamp.circuit] = ms / 3_600_000
    with_mains = sum(live[lamp.circuit] for lamp in lamps)
    off_share = max(0.0, with_mains - lit) / with_mains if with_mains else 0.0
    watt_hours = 0.0
    for lamp in lamps:
        driver = site.drivers[lamp.driver]
        hours = live[lamp.circuit]
        watt_hours += driver.node_w * hours + driver.standby_w * lamp.count * hours * off_share
    return watt_hours / 1000


def bands(entry: Json) -> list[float]:
    """Node-hours of a strategy in each of BANDS."""
    hours = entry["lamp_hours_at_level"]
    return [
        sum(h for level, h in hours.items() if low <= int(level) <= high) for low, high in BANDS
    ]


def expected(street: Street) -> dict[str, float]:
    """People expected between local 16:00 and 08:00, by kind."""
    found: dict[str, float] = {}
    for traffic in street.traffic:
        rates = traffic_rates(traffic)
        total = sum(rates[hour] for hour in NIGHT_HOURS)
        found[traffic.kind] = found.get(traffic.kind, 0.0) + total
    return found


def uses_counts(site: Site) -> bool:
    """Whether anybody's hours follow the shape of real counts."""
    return any(
        traffic.per_night is not None and traffic.shape == "counts"
        for street in site.streets
        for traffic in street.traffic
    )
