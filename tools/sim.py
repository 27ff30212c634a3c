"""`noctule sim`: nights of a site, what they used and gave."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.termui import progressbar

from sim.engine import FAULTS, Fault
from sim.site.compile import night_of
from sim.site.model import Site, parse_duration
from sim.strategies import STRATEGIES
from sim.summary import simulate
from tools.common import (
    Day,
    Lang,
    check_span,
    check_writable,
    dump_json,
    instant,
    lamp_index,
    lang_option,
    open_site,
    site_argument,
    write_text,
)

_NAMES = {
    "site": {"fr": "ce site", "en": "this site"},
    "today": {"fr": "aujourd'hui", "en": "today"},
    "always_on": {"fr": "toute la nuit", "en": "always on"},
    "switch_off": {"fr": "extinction nocturne", "en": "switch-off"},
}
_HEAD = {
    "fr": ("", "kWh", "EUR", "kg CO2", "/ auj. %", "servis %", "noir %", "attente moy. s"),
    "en": ("", "kWh", "EUR", "kg CO2", "vs today %", "met %", "dark %", "mean wait s"),
}
_BAR_AFTER_S = 2.0
_STDOUT = Path("-")


@click.command()
@site_argument
@click.option("--from", "first", type=Day(), help="First night, YYYY-MM-DD [default: tonight].")
@click.option("--nights", default=7, show_default=True, type=click.IntRange(1, 3660))
@click.option("--seed", default=1, show_default=True, type=int, help="Of the people who pass.")
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    type=click.Choice(STRATEGIES),
    help="Only these (repeatable) [default: all].",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="LAMP:KIND@TIME[:BY]",
    help=f"A fault on demand (repeatable); kinds: {', '.join(FAULTS)}. "
    'For example "E05:sensor-stuck@2026-11-24 22:00"; BY: how wrong the clock is, or how long '
    'the cut lasts: "M01:mains-cut@2026-11-24 22:00:30 min".',
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path),
    help="Write the figures; - prints them.",
)
@click.option("--report", type=click.Path(path_type=Path), help="Write the report (HTML).")
@lang_option
def sim(
    site: Path,
    first: int | None,
    nights: int,
    seed: int,
    strategies: tuple[str, ...],
    faults: tuple[str, ...],
    json_file: Path | None,
    report: Path | None,
    lang: Lang,
) -> None:
    """Simulate nights of a site on the firmware's own code, beside other strategies."""
    made = open_site(site, lang)
    if first is None:
        first = int(time.time() // 86400) - 10957
    check_span(first, nights, "--nights")
    chosen = strategies or STRATEGIES
    befall = [_fault(made, text, lang, first, nights) for text in faults]
    written = [path for path in (json_file, report) if path is not None and path != _STDOUT]
    for path in written:
        check_writable(path)
    with _Progress(nights * len(chosen)) as progress:
        summary = simulate(made, first, nights, seed, chosen, befall, progress)
    if json_file == _STDOUT:
        click.echo(dump_json(summary), nl=False)
    elif json_file is not None:
        write_text(json_file, dump_json(summary))
    if report is not None:
        from sim.report import html  # charts take a second to import

        write_text(report, html(made, summary, first, seed))
    if json_file != _STDOUT:
        _print(summary, lang)
        for path in written:
            click.echo(path)


def _fault(site: Site, text: str, lang: Lang, first: int, nights: int) -> Fault:
    """A fault on demand; one that cannot befall this run is refused."""
    lamp, _, rest = text.partition(":")
    kind, _, when = rest.partition("@")
    if kind not in FAULTS or not when:
        raise click.BadParameter(
            f"{text!r}: write it as LAMP:KIND@TIME, with KIND one of {', '.join(FAULTS)}",
            param_hint="--fault",
        )
    by = 3_600_000
    if kind in ("clock-wrong", "mains-cut") and when.count(":") > 1:
        when, _, amount = when.rpartition(":")
        parsed = parse_duration(amount)
        if parsed is None or (kind == "mains-cut" and parsed <= 0):
            raise click.BadParameter(f"{amount!r} is no such duration", param_hint="--fault")
        by = parsed
    index = lamp_index(site, lamp, lang, "--fault")
    t = instant(when.strip(), site.site.timezone, "--fault")
    if not first <= night_of(site, t) < first + nights:
        raise click.BadParameter(f"{text!r}: not in the simulated nights", param_hint="--fault")
    x = site.luminaires[index]
    if (kind.startswith("sensor") and not x.sensor) or (
        kind.startswith("photocell") and not x.photocell
    ):
        raise click.BadParameter(f"{text!r}: {lamp} has none", param_hint="--fault")
    return Fault(index, kind, t, by)


class _Progress:
    """A bar on stderr, once the work has taken two seconds."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._done = 0
        self._start = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Callable[[], None]:
        return self._step

    def _step(self) -> None:
        self._done += 1
        if self._bar is not None:
            self._bar.update(1)
        elif time.monotonic() - self._start > _BAR_AFTER_S:
            bar = progressbar(length=self._steps, file=sys.stderr, hidden=not sys.stderr.isatty())
            self._bar = bar.__enter__()
            self._bar.update(self._done)

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(*error)


def _print(summary: dict[str, Any], lang: Lang) -> None:
    rows = [_HEAD[lang]]
    for name, entry in summary["strategies"].items():
        service = entry["service"]
        rows.append(
            (
                _NAMES[name][lang],
                _number(entry["energy_kwh"], 1, lang),
                _number(entry["cost_eur"], 2, lang),
                _number(entry["co2_kg"], 2, lang),
                _number(entry.get("vs_today_percent"), 1, lang, "+"),
                _number(service["met_percent"], 1, lang),
                _number(service["dark_percent"], 1, lang),
                _number(service["wait_mean_s"], 2, lang),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    click.echo(
        f"{summary['site']}: {summary['lamps']} "
        + ("points lumineux" if lang == "fr" else "luminaires")
        + f", {summary['nights']} "
        + ("nuit(s) à partir du " if lang == "fr" else "night(s) from ")
        + str(summary["from"])
    )
    for row in rows:
        click.echo(
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )


def _number(value: float | None, digits: int, lang: Lang, sign: str = "") -> str:
    if value is None:
        return "-"
    text = f"{value:{sign}.{digits}f}"
    return text.replace(".", ",") if lang == "fr" else text
