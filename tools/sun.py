"""`noctule sun`: the brain's own sunsets and sunrises."""

from __future__ import annotations

import click
from noctule.brain import almanac

from sim.summary import iso_day
from tools.common import Day, check_span, dump_json, spoken

EVENTS = {
    "sunrise": almanac.SUNRISE,
    "sunset": almanac.SUNSET,
    "civil_dawn": almanac.DAWN,
    "civil_dusk": almanac.DUSK,
    "nautical_dawn": almanac.NAUTICAL_DAWN,
    "nautical_dusk": almanac.NAUTICAL_DUSK,
    "astronomical_dawn": almanac.ASTRONOMICAL_DAWN,
    "astronomical_dusk": almanac.ASTRONOMICAL_DUSK,
    "solar_midnight": almanac.SOLAR_MIDNIGHT,
}
_SHOWN = ("sunset", "civil_dusk", "solar_midnight", "civil_dawn", "sunrise")


def night_sun(sun: almanac.Almanac, night: int) -> dict[str, str | None]:
    """One night's events: UTC ISO 8601 with seconds, or None where the sun does not do it."""
    entry: dict[str, str | None] = {"date": iso_day(night)}
    for name, event in EVENTS.items():
        at = sun.event(night, event)
        entry[name] = None if at <= almanac.NEVER else _iso(night, at)
    return entry


def _iso(day: int, second: int) -> str:
    day += second // 86400
    second %= 86400
    return f"{iso_day(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


@click.command()
@click.option("--lat", required=True, type=click.FloatRange(-90, 90), help="Degrees north.")
@click.option("--lon", required=True, type=click.FloatRange(-180, 180), help="Degrees east.")
@click.option("--from", "first", required=True, type=Day(), help="First night, YYYY-MM-DD.")
@click.option("--days", default=1, show_default=True, type=click.IntRange(1, 36600))
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects, times in UTC.")
def sun(lat: float, lon: float, first: int, days: int, as_json: bool) -> None:
    """Sunset and sunrise, dusks and dawns, as the firmware computes them.

    A night is named by the day on which it begins at noon: its sunset and dusks are that
    evening's, its dawns and sunrise the next morning's. Times are UTC; null (or -) where the sun
    does not cross that altitude.
    """
    if lat != lat or lon != lon:
        raise click.UsageError(
            "--lat et --lon doivent être des nombres"
            if spoken() == "fr"
            else "--lat and --lon must be numbers"
        )
    check_span(first, days, "--days")
    made = almanac.Almanac(round(lat * 10_000), round(lon * 10_000))
    nights = [night_sun(made, night) for night in range(first, first + days)]
    if as_json:
        click.echo(dump_json(nights), nl=False)
        return
    click.echo("date        " + "".join(f"{name:22}" for name in _SHOWN) + "(UTC)")
    for night in nights:
        click.echo(f"{night['date']}  " + "".join(f"{night[name] or '-':22}" for name in _SHOWN))
