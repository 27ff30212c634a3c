"""The text of a site file, table by table, with comments in one language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.site import limits
from sim.site.values import At
from sim.site.words import Lang
from sim.writing.answers import Answers, Cut, Notes
from sim.writing.cells import clean, plain
from sim.writing.streets import Point

_SLOW = ("sodium", "mercury", "halide")  # minutes to full light, and to strike again


@dataclass(slots=True)
class DriverTable:
    key: str
    kind: str
    power_w: float


@dataclass(slots=True)
class StreetTable:
    id: str
    name: str
    path: Sequence[Point]
    note: str = ""


@dataclass(slots=True)
class LuminaireTable:
    """A luminaire as written."""

    id: str
    circuit: str
    street: str
    at_m: float
    driver: str
    program: str
    pole: str = ""
    count: int = 1
    where: str = ""


class SiteText:
    """Writes the lines of a site file, with comments in one language."""

    def __init__(self, answers: Answers, lang: Lang) -> None:
        self.answers = answers
        self.lang = lang
        self.lines: list[str] = []

    def t(self, fr: str, en: str) -> str:
        return fr if self.lang == "fr" else en

    def add(self, *lines: str) -> None:
        self.lines += lines

    def say(self, fr: str, en: str) -> None:
        self.lines += [f"# {line}".rstrip() for line in self.t(fr, en).split("\n")]

    def title(self, fr: str, en: str) -> None:
        self.lines += ["", f"# --- {self.t(fr, en)} ".ljust(99, "-"), ""]

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def head(self, notes: Notes, source: str) -> None:
        a = self.answers
        if a.schema:
            self.add(f"#:schema {a.schema}", "")
        name, file = clean(a.name), clean(a.file)
        by = self.t(f" d'après {source}", f" from {source}") if source else ""
        self.say(
            f"{name} : un premier fichier de site, écrit par « noctule new »{by}.\n"
            "Relisez-le : ce qui est marqué « hypothèse » n'a été lu nulle part.\n"
            f"Contrôler : noctule check {file}\n"
            f"Essayer :   noctule sim {file} --nights 7 --report rapport.html",
            f"{name}: a first site file, written by `noctule new`{by}.\n"
            'Read it through: what is marked "assumption" was read nowhere.\n'
            f"Check it: noctule check {file}\n"
            f"Try it:   noctule sim {file} --nights 7 --report report.html",
        )
        for items, fr, en in (
            (notes.read, "Lu :", "Read:"),
            (notes.assumed, "Pas dit par la liste :", "Not said by the list:"),
            (notes.skipped, "Laissé de côté :", "Left aside:"),
        ):
            if items:
                self.add("#")
                self.say(fr, en)
                self.add(*(f"#   {clean(item, 400)}" for item in items))

    def place(self) -> None:
        a = self.answers
        self.add(
            "",
            "[site]",
            f"name = {quoted(a.name)}",
            f"latitude = {a.latitude:.5f}".rstrip("0").removesuffix("."),
            f"longitude = {a.longitude:.5f}".rstrip("0").removesuffix("."),
            f"timezone = {quoted(a.timezone)}",
            f'language = "{self.lang}"'
            + self.t(
                "                   # langue des rapports", "                   # of reports"
            ),
        )
        note = self.t("hypothèse : mettez votre tarif", "assumption: put your own tariff")
        grid = self.t("hypothèse : mettez votre source", "assumption: put your own source")
        self.add(
            "",
            "[energy]",
            "price_eur_per_kwh = 0.20",
            "price_date = 2026-02-01",
            f'price_source = "{note}"',
            "co2_g_per_kwh = 30",
            "co2_year = 2024",
            f'co2_source = "{grid}"',
        )

    def drivers(self, drivers: Iterable[DriverTable]) -> None:
        self.title("Appareillages", "Gear")
        self.say(
            "power_w : watts d'un luminaire à 100 %. Hypothèses : une LED se gradue jusqu'à\n"
            "10 %, les autres lampes ne se graduent pas ; pour elles, ajoutez au besoin les\n"
            "pertes du ballast (par exemple 83 W pour une lampe sodium de 70 W).",
            "power_w: watts of one luminaire at 100 %. Assumptions: LED dims down to 10 %, other\n"
            "lamps do not dim; to those add the losses of the ballast where they are missing\n"
            "(for example 83 W for a sodium lamp of 70 W).",
        )
        for driver in drivers:
            self.add("", f"[drivers.{driver.key}]", f"power_w = {driver.power_w:g}")
            if driver.kind == "led":
                self.add("minimum_level = 10")
                continue
            self.add("standby_w = 0", "minimum_level = 100")
            if driver.kind in _SLOW:
                self.add('warm_up = "5 min"', 'minimum_off = "5 min"')

    def programs(self, used: set[str]) -> None:
        a = self.answers
        self.title("Programmes", "Programs")
        self.say(
            'Une nuit va de midi à midi. Moments possibles : "22:00", "sunset", '
            '"sunrise - 30 min",\n"solar midnight + 2 h".',
            'A night runs from noon to noon. Moments may be "22:00", "sunset", '
            '"sunrise - 30 min",\n"solar midnight + 2 h".',
        )
        active = ""
        if a.cut is not None and a.supply == "permanent":
            active = (
                f'active = [{{ from = "sunset", to = "{a.cut.start}" }}, '
                f'{{ from = "{a.cut.end}", to = "sunrise" }}]'
            )
        if "today" in used:
            self.add("", "[programs.today]")
            if active:
                name = f'fr = "Coupure {a.cut.words}", en = "Off {a.cut.words}"' if a.cut else ""
                self.add(f"name = {{ {name} }}", active)
            else:
                self.add('name = { fr = "Toute la nuit", en = "All night" }')
        if "night" not in used:
            return
        self.add("")
        self.say(
            "Le programme du site : une proposition à régler.",
            "The site's own program: a proposal, to be tuned.",
        )
        self.add("[programs.night]", 'name = { fr = "Abaissement", en = "Dimmed" }')
        if active:
            self.add(active + self.t("  # la coupure d'aujourd'hui", "  # as it is cut today"))
        self.add(
            "points = [",
            '  { at = "22:00", level = 60, ramp = "5 s" },',
            '  { at = "05:30", level = 100, ramp = "5 s" },',
            "]",
        )
        self.add("")
        self.say(
            'Avec des détecteurs (sensor = "pir" aux points lumineux) :\n'
            "[sensors.pir]\nrange_m = 8\n[programs.night.presence]\n"
            'operation = "max"\nlevel = 100\nhold = "60 s"\nneighbours = 1\n'
            'windows = [{ from = "22:00", to = "05:30" }]',
            'With sensors (sensor = "pir" at the luminaires):\n'
            "[sensors.pir]\nrange_m = 8\n[programs.night.presence]\n"
            'operation = "max"\nlevel = 100\nhold = "60 s"\nneighbours = 1\n'
            'windows = [{ from = "22:00", to = "05:30" }]',
        )

    def streets(self, streets: Iterable[StreetTable], traffic: bool) -> None:
        self.title("Rues", "Streets")
        self.say(
            "path_m : la ligne de la rue, en mètres à l'est et au nord du point de [site].\n"
            "asked_level : le niveau voulu au passage de quelqu'un (50 % : hypothèse).\n"
            "Facultatif : speed_limit_kmh = 30, et qui passe :\n"
            '[[streets.traffic]]\nkind = "walker"\nper_night = 20',
            "path_m: the street's line, in metres east and north of the place of [site].\n"
            "asked_level: the level wanted where somebody passes (50 %: assumption).\n"
            "Optional: speed_limit_kmh = 30, and who passes:\n"
            '[[streets.traffic]]\nkind = "walker"\nper_night = 20',
        )
        for street in streets:
            path = ", ".join(f"[{metre(x)}, {metre(y)}]" for x, y in street.path)
            self.add("", "[[streets]]", f'id = "{street.id}"', f"name = {quoted(street.name)}")
            if len(path) <= 85:
                self.add(f"path_m = [{path}]")
            else:
                self.add("path_m = [")
                corners = [f"[{metre(x)}, {metre(y)}]," for x, y in street.path]
                for i in range(0, len(corners), 5):
                    self.add("  " + " ".join(corners[i : i + 5]))
                self.add("]")
            if street.note:
                self.lines[-1] += f"  # {clean(street.note)}"
            self.add("asked_level = 50")
            if traffic:
                self.add(
                    "[[streets.traffic]]" + self.t("  # hypothèse", "  # assumption"),
                    'kind = "walker"',
                    "per_night = 20",
                )

    def cabinets(self, cabinets: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Write (id, name, circuits) of each."""
        a = self.answers
        self.title("Armoires et départs", "Cabinets and circuits")
        self.say(
            'supply : "permanent" (tension jour et nuit), ou "switched" (l\'armoire coupe, aux\n'
            "heures de mains).",
            'supply: "permanent" (mains day and night), or "switched" (the cabinet cuts, by the\n'
            "hours of mains).",
        )
        for id_, name, circuits in cabinets:
            self.add("", "[[cabinets]]", f'id = "{id_}"', f"name = {quoted(name)}")
            for circuit in circuits:
                self.add("[[cabinets.circuits]]", f'id = "{circuit}"', f'supply = "{a.supply}"')
                if a.supply == "switched" and a.cut is not None:
                    self.add(
                        f'mains = [{{ from = "sunset", to = "{a.cut.start}" }}, '
                        f'{{ from = "{a.cut.end}", to = "sunrise" }}]'
                    )

    def strategies(self) -> None:
        cut = self.answers.cut or Cut(At("local", 23 * 3600), At("local", 5 * 3600))
        self.title("Comparaison", "Comparison")
        self.add(
            "[strategies]"
            + self.t(
                "  # ce que « extinction » veut dire ici", '  # what "switch-off" means here'
            ),
            f'switch_off = {{ from = "{cut.start}", to = "{cut.end}" }}',
        )


# --- names and values ----------------------------------------------------------------------------


def identifier(text: str, fallback: str) -> str:
    """Make an identifier of any text: ``Rue de l'Église`` gives ``Rue-de-l-Eglise``."""
    bare = "".join(c for c in _ascii(text) if c.isascii())
    bare = re.sub(r"[^A-Za-z0-9_.-]+", "-", bare).lstrip("-_.")[: limits.ID_LENGTH].rstrip("-_.")
    return bare or fallback


def _ascii(text: str) -> str:
    """Take the accents off, keeping capitals."""
    return "".join(
        plain(c).upper() if c.isupper() else plain(c) if not c.isascii() else c for c in text
    )


class FreeNames:
    """Gives identifiers that are not taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}
        self.changed = 0

    def give(self, wanted: str, *, count: bool = True) -> str:
        name = wanted
        while name in self._taken:
            number = self._next.get(wanted, 2)
            self._next[wanted] = number + 1
            suffix = f"-{number}"
            name = wanted[: limits.ID_LENGTH - len(suffix)] + suffix
        self._taken.add(name)
        self.changed += count and name != wanted
        return name


def quoted(value: str) -> str:
    """Write a text as TOML does; it has no control characters."""
    return json.dumps(clean(value), ensure_ascii=False)


def metre(value: float) -> str:
    """Write metres, to a tenth."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0")
        if abs(value) < 0.05
        else (f"{value:.1f}".removesuffix(".0"))
    )
