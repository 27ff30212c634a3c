"""`noctule sim`: nights of a site, what they used and gave."""

from __future__ import annotations

import datetime as dt
import difflib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from click.termui import progressbar

from sim.engine import FAULTS, GEAR_FAULTS, Fault
from sim.health import delay_text, to_minute, unseen_words, words
from sim.site.compile import night_of
from sim.site.model import Site
from sim.site.values import parse_duration
from sim.strategies import NAMES, STRATEGIES
from sim.summary import TIMED_FAULTS, WITH_FAULTS, runs_of, simulate
from tools.common import (
    EPOCH,
    Day,
    Lang,
    check_outputs,
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

_HEAD = {
    "fr": (
        "", "kWh", "EUR", "kg CO2", "/ auj. %", "bien éclairés %", "dans le noir %",
        "attente moy. s",
    ),
    "en": ("", "kWh", "EUR", "kg CO2", "vs today %", "met %", "in the dark %", "mean wait s"),
}  # fmt: skip
_WITH_FAULTS = {"fr": "  avec les pannes", "en": "  with the faults"}
_COMPARED = {
    "fr": "Les stratégies sont comparées sans les pannes ; le site les a eues à part.",
    "en": "Strategies are compared without the faults; the site had them in a run of its own.",
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
    help="Only this one (repeatable) [default: all].",
)
@click.option(
    "--strategies",
    "listed",
    metavar="LIST",
    help=f"Only these, separated by commas: {', '.join(STRATEGIES)}.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="LAMP:KIND@TIME[:BY]",
    help=f"A fault on demand, of a run of the site beside the others (repeatable); kinds: "
    f"{', '.join(FAULTS)}. "
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
@click.option(
    "--at",
    "moment",
    metavar="TIME",
    help='The moment of the report\'s map, "2026-11-24 06:10", local [default: a lively one of '
    "the first night].",
)
@click.option(
    "--complaint",
    metavar="LAMP@TIME",
    help='The call that the report answers, "H1@2026-11-24 02:10" [default: one of the first '
    "night].",
)
@lang_option
def sim(
    site: Path,
    first: int | None,
    nights: int,
    seed: int,
    strategies: tuple[str, ...],
    listed: str | None,
    faults: tuple[str, ...],
    json_file: Path | None,
    report: Path | None,
    moment: str | None,
    complaint: str | None,
    lang: Lang,
) -> None:
    """Simulate nights of a site on the firmware's own code, beside other strategies."""
    made = open_site(site, lang)
    if first is None:
        first = int(time.time() // 86400) - 10957
    check_span(first, nights, "--nights")
    wanted = {*strategies, *_listed(listed, lang)}
    chosen = tuple(name for name in STRATEGIES if name in wanted or not wanted)
    befall = [_fault(made, text, lang, first, nights) for text in faults]
    if befall and "site" not in chosen:
        raise click.UsageError(
            "--fault s'applique à la stratégie site, qui n'est pas demandée"
            if lang == "fr"
            else "--fault befalls the strategy site, which is not among those asked"
        )
    shown = _shown(made, moment, complaint, report, first, nights, lang)
    written = [path for path in (json_file, report) if path is not None and path != _STDOUT]
    check_outputs([site], written, lang)
    for path in written:
        check_writable(path)
    with _Progress(nights * len(runs_of(chosen, befall))) as progress:
        summary = simulate(made, first, nights, seed, chosen, befall, progress)
    if json_file == _STDOUT:
        click.echo(dump_json(summary), nl=False)
    elif json_file is not None:
        write_text(json_file, dump_json(summary))
    if report is not None:
        from sim.report import html  # charts take a second to import

        write_text(report, html(made, summary, first, seed, *shown))
    if json_file != _STDOUT:
        _print(summary, lang)
        _print_health(made, summary, lang)
        for path in written:
            click.echo(path)


def _shown(
    site: Site,
    moment: str | None,
    complaint: str | None,
    report: Path | None,
    first: int,
    nights: int,
    lang: Lang,
) -> tuple[int | None, tuple[int, int] | None]:
    """The instant of the report's map and the complaint (index of a luminaire, instant) that it
    answers, where they were asked for."""
    fr = lang == "fr"
    for name, value in (("--at", moment), ("--complaint", complaint)):
        if value is not None and report is None:
            raise click.UsageError(
                f"{name} choisit ce que montre le rapport : donnez aussi --report"
                if fr
                else f"{name} chooses what the report shows: give --report too"
            )
    t = None
    if moment is not None:
        t = instant(moment, site.site.timezone, "--at")
        if not first <= night_of(site, t) < first + nights:
            raise click.BadParameter(
                f"« {moment} » : pas dans les nuits simulées"
                if fr
                else f'"{moment}": not in the simulated nights',
                param_hint="--at",
            )
    if complaint is None:
        return t, None
    lamp, at, when = complaint.partition("@")
    if not at:
        raise click.BadParameter(
            f"« {complaint} » : écrivez POINT@HEURE, par exemple H1@2026-11-24 02:10"
            if fr
            else f'"{complaint}": write it as LAMP@TIME, for example H1@2026-11-24 02:10',
            param_hint="--complaint",
        )
    index = lamp_index(site, lamp, lang, "--complaint")
    return t, (index, instant(when.strip(), site.site.timezone, "--complaint"))


def _listed(value: str | None, lang: Lang) -> tuple[str, ...]:
    """Names of strategies, separated by commas."""
    if value is None:
        return ()
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    known = ", ".join(STRATEGIES)
    for name in names:
        if name not in STRATEGIES:
            near = difflib.get_close_matches(name, STRATEGIES, 1)
            if lang == "fr":
                text = f"« {name} » n'est aucune de {known}"
                text += f" ; peut-être {near[0]} ?" if near else ""
            else:
                text = f'"{name}" is none of {known}'
                text += f"; did you mean {near[0]}?" if near else ""
            raise click.BadParameter(text, param_hint="--strategies")
    if not names:
        raise click.BadParameter(
            f"nommez-en au moins une : {known}" if lang == "fr" else f"name at least one: {known}",
            param_hint="--strategies",
        )
    return names


_REFUSED = {
    "shape": (
        "« {text} » : écrivez POINT:DÉFAUT@HEURE, avec un défaut parmi {kinds}",
        '"{text}": write it as LAMP:KIND@TIME, with KIND one of {kinds}',
    ),
    "duration": (
        "« {text} » n'est pas une durée possible : après l'heure, sans secondes, vient BY, par "
        'exemple "M01:mains-cut@2026-11-24 22:00:30 min"',
        '"{text}" is no such duration: after the time, which has no seconds, comes BY, for '
        'example "M01:mains-cut@2026-11-24 22:00:30 min"',
    ),
    "nights": (
        "« {text} » : pas dans les nuits simulées",
        '"{text}": not in the simulated nights',
    ),
    "none": ("« {text} » : {lamp} n'en a pas", '"{text}": {lamp} has none'),
    "meter": (
        "{lamp} n'a pas de compteur : son nœud ne peut pas signaler ce défaut",
        "{lamp} has no meter: its node cannot report this fault",
    ),
}


def _fault(site: Site, text: str, lang: Lang, first: int, nights: int) -> Fault:
    """A fault on demand; one that cannot befall this run is refused."""

    def say(why: str, **facts: str) -> str:
        return _REFUSED[why][0 if lang == "fr" else 1].format(**{"text": text, **facts})

    def refused(why: str, **facts: str) -> click.BadParameter:
        return click.BadParameter(say(why, **facts), param_hint="--fault")

    lamp, _, rest = text.partition(":")
    kind, _, when = rest.partition("@")
    if kind not in FAULTS or not when:
        raise refused("shape", kinds=", ".join(FAULTS))
    by = 3_600_000
    if kind in TIMED_FAULTS and when.count(":") > 1:
        when, _, amount = when.rpartition(":")
        parsed = parse_duration(amount)
        if parsed is None or (kind == "mains-cut" and parsed <= 0):
            raise refused("duration", text=amount)
        by = parsed
    index = lamp_index(site, lamp, lang, "--fault")
    t = instant(when.strip(), site.site.timezone, "--fault")
    if not first <= night_of(site, t) < first + nights:
        raise refused("nights")
    x = site.luminaires[index]
    if (kind.startswith("sensor") and not x.sensor) or (
        kind.startswith("photocell") and not x.photocell
    ):
        raise refused("none", lamp=lamp)
    if kind in GEAR_FAULTS and not x.meter:
        click.echo(say("meter", lamp=lamp), err=True)
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
    entries = []
    for name, entry in summary["strategies"].items():
        entries.append((NAMES[name][lang], entry))
        if name == "site" and WITH_FAULTS in summary:
            entries.append((_WITH_FAULTS[lang], summary[WITH_FAULTS]))
    for name, entry in entries:
        service = entry["service"]
        rows.append(
            (
                name,
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
    fr = lang == "fr"
    nodes, lamps = summary["nodes"], summary["luminaires"]
    head = f"{summary['site']}: {lamps} " + ("points lumineux" if fr else "luminaires")
    if nodes != lamps:
        head += f" ({nodes} " + ("nœuds)" if fr else "nodes)")
    head += f", {summary['nights']} " + ("nuit(s) à partir du " if fr else "night(s) from ")
    click.echo(head + str(summary["from"]))
    for row in rows:
        click.echo(
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )
    if WITH_FAULTS in summary:
        click.echo(_COMPARED[lang])


_REPORTED = {
    "fr": "signalé par « {name} » après {after} ({at})",
    "en": 'reported as "{name}" after {after} ({at})',
}
_ALARMS = {
    "fr": ("Fausses alarmes : {count}.", "  {lamp} : {name}, {at}", "Et sans les pannes : {n}."),
    "en": ("False alarms: {count}.", "  {lamp}: {name}, {at}", "And without the faults: {n}."),
}
_MOST_ALARMS = 20


def _print_health(site: Site, summary: dict[str, Any], lang: Lang) -> None:
    """What failed and when it was reported; what was reported and had not failed."""
    if "health" not in summary:
        return
    zone = ZoneInfo(site.site.timezone)

    def ms(text: str) -> int:
        return (dt.datetime.fromisoformat(text) - EPOCH) // dt.timedelta(milliseconds=1)

    def local(text: str) -> str:
        at = EPOCH + dt.timedelta(milliseconds=to_minute(ms(text)))
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    for fault in summary["faults"]:
        found = fault["detected"]
        if found:
            after = delay_text(ms(found["at"]) - ms(fault["at"]))
            told = _REPORTED[lang].format(
                name=words(found["fault"], lang),
                after=after.replace(".", ",") if lang == "fr" else after,
                at=local(found["at"]),
            )
        else:
            told = unseen_words(fault["unseen"], lang)
        colon = " : " if lang == "fr" else ": "
        kind = words(fault["kind"], lang)
        click.echo(f"{fault['lamp']}, {kind}, {local(fault['at'])}{colon}{told}")
    alarms = [entry for entry in summary["health"] if not entry["asked"]]
    head, line, without = _ALARMS[lang]
    told = head.format(count=summary["false_alarms"])
    if WITH_FAULTS in summary:
        told += " " + without.format(n=summary["strategies"]["site"]["false_alarms"])
    click.echo(told)
    for entry in alarms[:_MOST_ALARMS]:
        name = words(entry["fault"], lang)
        click.echo(line.format(lamp=entry["lamp"], name=name, at=local(entry["from"])))
    if len(alarms) > _MOST_ALARMS:
        click.echo("  ...")


def _number(value: float | None, digits: int, lang: Lang, sign: str = "") -> str:
    if value is None:
        return "-"
    text = f"{value:{sign}.{digits}f}"
    return text.replace(".", ",") if lang == "fr" else text
