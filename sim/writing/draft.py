"""A first site file, with comments in one language: from a few answers, or from an inventory.

`from_answers` and `from_inventory` give the text of a site file that `sim.site.check` accepts
without an error; what they had to assume is said in its comments.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sim.site import limits
from sim.site.words import Lang
from sim.writing.answers import Answers, Notes
from sim.writing.cells import clean, commonest, is_out, plain
from sim.writing.columns import ROLES
from sim.writing.coordinates import WGS84
from sim.writing.inventory import Inventory, Lamp, said
from sim.writing.streets import GAP_M, Point, fit
from sim.writing.table import Table
from sim.writing.text import (
    DriverTable,
    FreeNames,
    LuminaireTable,
    SiteText,
    StreetTable,
    identifier,
    metre,
)


class DraftError(Exception):
    """A site that cannot be written; `text` says why and what to do."""

    def __init__(self, code: str, **params: str | int) -> None:
        """Keep what the message is made of."""
        super().__init__(code)
        self.code = code
        self.params = params

    def text(self, lang: Lang) -> str:
        """Say what is wrong, then what would be right."""
        return ERRORS[self.code][lang].format_map(self.params)


ERRORS: Final[Mapping[str, Mapping[Lang, str]]] = {
    "too-many-of": {
        "fr": "{count} {what} différent(e)s, {most} au plus. Est-ce la bonne colonne ? Une autre, "
        "ou aucune : --map {role}=COLONNE, --map {role}=-.",
        "en": "{count} different {what}, {most} at most. Is it the right column? Another one, or "
        "none: --map {role}=COLUMN, --map {role}=-.",
    },
    "too-long": {
        "fr": "{count} points lumineux à {spacing} m : la rue dépasserait {most} km. Moins de "
        "points, ou plus serrés.",
        "en": "{count} luminaires {spacing} m apart: the street would be longer than {most} km. "
        "Fewer of them, or nearer to one another.",
    },
    "too-large": {
        "fr": "le fichier de site dépasserait {most} Mio. Partagez la liste, par commune ou par "
        "armoire.",
        "en": "the site file would be larger than {most} MiB. Split the list, by commune or by "
        "cabinet.",
    },
}

_KIND_NAMES: Final[Mapping[str, Mapping[Lang, str]]] = {
    "led": {"fr": "LED", "en": "LED"},
    "sodium": {"fr": "sodium", "en": "sodium"},
    "mercury": {"fr": "mercure (ballon fluorescent)", "en": "mercury"},
    "halide": {"fr": "iodures métalliques", "en": "metal halide"},
    "fluorescent": {"fr": "fluorescent", "en": "fluorescent"},
    "halogen": {"fr": "halogène ou incandescence", "en": "halogen or incandescent"},
}
LAMPS: Final = tuple(_KIND_NAMES)
# Lamp and ballast, where a list does not say: assumptions, and said to be.
_USUAL_W: Final[Mapping[str, float]] = {
    "sodium": 83.0,
    "mercury": 139.0,
    "halide": 83.0,
    "fluorescent": 42.0,
    "halogen": 100.0,
}


def _program_of(kind: str) -> str:
    """Give the program of a kind of lamp: one that cannot dim stays on today's."""
    return "night" if kind == "led" else "today"


def _driver_key(kind: str, power_w: float) -> str:
    return f"{kind}-{power_w:g}".replace(".", "_")  # a dot would part the key


# --- from answers --------------------------------------------------------------------------------


def from_answers(answers: Answers, lang: Lang) -> str:
    """Write a site of one straight street, one cabinet, one circuit and one row."""
    a = answers
    out = SiteText(a, lang)
    out.head(Notes(), "")
    out.place()
    driver = DriverTable(_driver_key(a.lamp, a.power_w), a.lamp, a.power_w)
    out.drivers([driver])
    program = _program_of(a.lamp)
    out.programs({program, "today"})
    street = a.street or out.t("Grande Rue", "Main street")
    length = max(a.spacing_m * a.luminaires, 1.0)
    if length > limits.COORDINATE_MAX_M:
        most = round(limits.COORDINATE_MAX_M / 1000)
        raise DraftError("too-long", count=a.luminaires, spacing=f"{a.spacing_m:g}", most=most)
    id_ = identifier(street, "street").lower()
    out.streets([StreetTable(id_, street, ((0.0, 0.0), (math.ceil(length * 10) / 10, 0.0)))], True)
    out.cabinets([("A", out.t("Armoire A", "Cabinet A"), ["A1"])])
    out.title("Points lumineux", "Luminaires")
    out.say(
        "[[rows]] : des points lumineux à intervalle régulier, L01, L02... ; [[luminaires]] :\n"
        "un à un, avec at_m, leur place le long de la rue.",
        "[[rows]]: luminaires at equal spacing, L01, L02...; [[luminaires]]: one by one, with\n"
        "at_m, their place along the street.",
    )
    rest, start, number = a.luminaires, round(a.spacing_m / 2, 3), 0
    while rest:
        count = min(rest, limits.LUMINAIRES_PER_ROW)
        name = "L" if a.luminaires <= limits.LUMINAIRES_PER_ROW else f"L{number}-"
        out.add(
            "",
            "[[rows]]",
            f'id = "{name}"',
            f"count = {count}",
            f"start_m = {start:g}",
            f"spacing_m = {a.spacing_m:g}",
            'circuit = "A1"',
            f'street = "{id_}"',
            f'driver = "{driver.key}"',
            f'program = "{program}"',
        )
        if program != "today":
            out.add('today = "today"' + out.t("  # la comparaison", "  # to compare with"))
        rest -= count
        start = round(start + count * a.spacing_m, 3)
        number += 1
    out.strategies()
    return out.text()


# --- from an inventory ---------------------------------------------------------------------------


def from_inventory(
    inventory: Inventory,
    table: Table,
    mapping: Mapping[str, str],
    answers: Answers,
    lang: Lang,
    source: str,
) -> tuple[str, Notes]:
    """Write a site of the luminaires of a list, and say what was assumed and left aside.

    Raises DraftError where the list has more of something than a site may have.
    """
    out = SiteText(answers, lang)
    notes = Notes()
    lamps = inventory.lamps
    circuit_of, cabinets = _feeders(lamps, out, notes)
    driver_of, drivers = _gear(lamps, answers, table, out, notes)
    _doubts(inventory, table, out, notes)
    streets, placed = _streets(lamps, circuit_of, out, notes)
    units = _units(lamps, placed, circuit_of, driver_of, table, out, notes)
    _tell_read(table, mapping, inventory, notes, lang)
    notes.skipped += said(inventory.skipped, table, lang)
    if inventory.skipped:
        notes.skipped.insert(
            0,
            out.t(
                f"{len(inventory.skipped)} sur {len(table.records) + len(table.skipped)} :",
                f"{len(inventory.skipped)} of {len(table.records) + len(table.skipped)}:",
            ),
        )
    out.head(notes, clean(source))
    out.place()
    out.drivers(drivers)
    out.programs({unit.program for unit in units} | {"today"})
    out.streets(streets, traffic=False)
    out.cabinets(cabinets)
    out.title("Points lumineux", "Luminaires")
    out.say(
        "at_m : place le long de la rue, en mètres. today : le programme d'aujourd'hui, auquel\n"
        "comparer.",
        "at_m: the place along the street, in metres. today: the program of today, to compare\n"
        "with.",
    )
    for unit in units:
        out.add(
            "",
            "[[luminaires]]" + (f"  # {unit.where}" if unit.where else ""),
            f'id = "{unit.id}"',
            f'circuit = "{unit.circuit}"',
            f'street = "{unit.street}"',
            f"at_m = {metre(unit.at_m)}",
            f'driver = "{unit.driver}"',
            f'program = "{unit.program}"',
        )
        if unit.program != "today":
            out.add('today = "today"')
        if unit.pole:
            out.add(f'pole = "{unit.pole}"')
        if unit.count > 1:
            out.add(f"count = {unit.count}")
    out.strategies()
    text = out.text()
    if len(text.encode()) > limits.FILE_BYTES:
        raise DraftError("too-large", most=limits.FILE_BYTES // (1024 * 1024))
    return text, notes


def _tell_read(
    table: Table, mapping: Mapping[str, str], inventory: Inventory, notes: Notes, lang: Lang
) -> None:
    form = table.kind.upper() if table.kind == "csv" else "GeoJSON"
    detail = table.encoding + (f", « {table.delimiter} »" if table.delimiter.strip() else "")
    system = "" if inventory.crs == WGS84 else f", EPSG:{inventory.crs}"
    count, total = len(inventory.lamps), sum(lamp.count for lamp in inventory.lamps)
    what = "points lumineux" if lang == "fr" else "luminaires"
    if total != count:
        what += f" en {count} places" if lang == "fr" else f" at {count} places"
    notes.read.append(f"{total} {what}, {form} ({detail}{system})")
    for role, column in mapping.items():
        colon = " : " if lang == "fr" else ": "
        notes.read.append(f"{ROLES[role][lang]}{colon}{column}")
    unused = [column for column in table.columns if column not in mapping.values()]
    if unused:
        names = ", ".join(unused[:20]) + (", ..." if len(unused) > 20 else "")
        notes.read.append(("non employées : " if lang == "fr" else "not used: ") + names)


def _feeders(
    lamps: Sequence[Lamp], out: SiteText, notes: Notes
) -> tuple[Callable[[Lamp], str], list[tuple[str, str, list[str]]]]:
    """Give each lamp's circuit, and the cabinets as (id, name, circuits)."""
    names, circuit_names = FreeNames(), FreeNames()
    ids: dict[str, str] = {}
    circuits: dict[tuple[str, str], str] = {}
    of: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for lamp in sorted(lamps, key=lambda x: (not x.cabinet, x.cabinet, not x.circuit, x.circuit)):
        if lamp.cabinet not in ids:
            wanted = identifier(lamp.cabinet, "A" if not lamp.cabinet else "cabinet")
            ids[lamp.cabinet] = names.give(wanted)
            of[lamp.cabinet] = []
            titles[lamp.cabinet] = (
                out.t("Armoire ", "Cabinet ") + lamp.cabinet
                if lamp.cabinet and len(lamp.cabinet) <= 12
                else lamp.cabinet or out.t("Armoire inconnue", "Unknown cabinet")
            )
        key = (lamp.cabinet, lamp.circuit)
        if key not in circuits:
            cabinet = ids[lamp.cabinet]
            own = identifier(lamp.circuit, "1" if not lamp.circuit else "circuit")
            whole = own if own.startswith(cabinet) and own != cabinet else f"{cabinet}-{own}"
            circuits[key] = circuit_names.give(whole[: limits.ID_LENGTH].rstrip("-_."))
            of[lamp.cabinet].append(circuits[key])
    if len(of) > limits.CABINETS:
        raise DraftError(
            "too-many-of",
            count=len(of),
            what=out.t("armoires", "cabinets"),
            most=limits.CABINETS,
            role="cabinet",
        )
    fullest = max(len(held) for held in of.values())
    if fullest > limits.CIRCUITS_PER_CABINET:
        raise DraftError(
            "too-many-of",
            count=fullest,
            what=out.t("départs d'une armoire", "circuits of one cabinet"),
            most=limits.CIRCUITS_PER_CABINET,
            role="circuit",
        )
    for field_, fr, en in (
        ("cabinet", "armoire : mis sur une armoire inconnue", "cabinet: put on an unknown one"),
        ("circuit", "départ : mis sur le départ 1", "circuit: put on circuit 1"),
    ):
        missing = sum(1 for lamp in lamps if not getattr(lamp, field_))
        if missing:
            notes.assumed.append(f"{missing} × {out.t(fr, en)}")
    notes.assumed.append(
        out.t(
            f'alimentation des départs : supply = "{out.answers.supply}" (hypothèse)',
            f'supply of the circuits: supply = "{out.answers.supply}" (assumption)',
        )
    )
    cabinets = [(ids[name], titles[name], of[name]) for name in of]
    return lambda lamp: circuits[lamp.cabinet, lamp.circuit], cabinets


def _gear(
    lamps: Sequence[Lamp], answers: Answers, table: Table, out: SiteText, notes: Notes
) -> tuple[Callable[[Lamp], DriverTable], list[DriverTable]]:
    """Give each lamp's driver, and the drivers: one for each kind and power."""
    typical: dict[str, float] = {}
    for kind in {lamp.kind for lamp in lamps}:
        known = [x.power_w for x in lamps if x.kind == kind and x.power_w is not None]
        own = answers.power_w if (kind or answers.lamp) == answers.lamp else None
        usual = own or _USUAL_W.get(kind, answers.power_w)
        typical[kind] = statistics.median_low(known) if known else usual

    def exact(lamp: Lamp) -> tuple[str, float]:
        power = lamp.power_w if lamp.power_w is not None else typical[lamp.kind]
        return lamp.kind or answers.lamp, power

    step = 0.0
    for step in (0.0, 1.0, 5.0, 10.0, 50.0):
        if len({_stepped(*exact(lamp), step) for lamp in lamps}) <= 300:
            break
    if step:
        notes.assumed.append(
            out.t(
                f"puissances arrondies à {step:g} W : trop de valeurs différentes",
                f"powers rounded to {step:g} W: too many different values",
            )
        )
    unknown = Counter(lamp.kind for lamp in lamps if lamp.power_w is None and not lamp.power_text)
    for kind, count in sorted(unknown.items()):
        name = _KIND_NAMES[kind or answers.lamp][out.lang]
        notes.assumed.append(
            out.t(
                f"{count} × puissance ({name}) : {typical[kind]:g} W (hypothèse)",
                f"{count} × power ({name}): {typical[kind]:g} W (assumption)",
            )
        )
    for kind in sorted({lamp.kind for lamp in lamps if lamp.power_text}):
        bad = [lamp for lamp in lamps if lamp.power_text and lamp.kind == kind]
        where = _where([(lamp, lamp.power_text) for lamp in bad], table, out.lang)
        notes.assumed.append(
            out.t(
                f"{len(bad)} × puissance inutilisable ({where}) : {typical[kind]:g} W (hypothèse)",
                f"{len(bad)} × power that cannot be used ({where}): {typical[kind]:g} W "
                "(assumption)",
            )
        )
    if untyped := sum(1 for lamp in lamps if not lamp.kind):
        name = _KIND_NAMES[answers.lamp][out.lang]
        notes.assumed.append(
            out.t(
                f"{untyped} × type de lampe : {name} (hypothèse)",
                f"{untyped} × type of lamp: {name} (assumption)",
            )
        )
    made: dict[tuple[str, float], DriverTable] = {}
    for key in sorted({_stepped(*exact(lamp), step) for lamp in lamps}):
        made[key] = DriverTable(_driver_key(*key), *key)
    return lambda lamp: made[_stepped(*exact(lamp), step)], list(made.values())


_LINES: Final = 10  # of a list, named in a note


def _where(said: Sequence[tuple[Lamp, str]], table: Table, lang: Lang) -> str:
    """Name the lines, each with what it says."""
    named = [f"{table.place_word(lamp.where, lang)} {text!r}" for lamp, text in said[:_LINES]]
    return ", ".join(named) + (", ..." if len(said) > _LINES else "")


def _doubts(inventory: Inventory, table: Table, out: SiteText, notes: Notes) -> None:
    """Tell the numbers of luminaires that cannot be, and the luminaires out of service."""
    lamps = inventory.lamps
    if inventory.exchanged:
        notes.assumed.append(
            out.t(
                "latitude et longitude : échangées, la liste les donne l'une pour l'autre",
                "latitude and longitude: exchanged, the list gives one for the other",
            )
        )
    if bad := [(lamp, lamp.count_text) for lamp in lamps if lamp.count_text]:
        where = _where(bad, table, out.lang)
        notes.assumed.append(
            out.t(
                f"{len(bad)} × nombre de luminaires inutilisable ({where}) : compté 1",
                f"{len(bad)} × number of luminaires that cannot be used ({where}): counted 1",
            )
        )
    states = Counter(lamp.state for lamp in lamps if is_out(lamp.state))
    for state, count in sorted(states.items()):
        notes.assumed.append(out.t(f"{count} × « {state} » : gardé", f'{count} × "{state}": kept'))


def _stepped(kind: str, power_w: float, step: float) -> tuple[str, float]:
    return kind, max(step, round(power_w / step) * step) if step else power_w


_Placed = list[tuple[str, list[tuple[int, float]]]]  # street's id: (index of lamp, at_m)


def _streets(
    lamps: Sequence[Lamp], circuit_of: Callable[[Lamp], str], out: SiteText, notes: Notes
) -> tuple[list[StreetTable], _Placed]:
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, lamp in enumerate(lamps):
        key: tuple[str, ...]
        if lamp.street:
            key = ("1", plain(lamp.commune), " ".join(plain(lamp.street).split()))
        else:
            key = ("2", plain(lamp.commune), circuit_of(lamp))
        groups.setdefault(key, []).append(i)
    several = len({plain(lamp.commune) for lamp in lamps if lamp.commune}) > 1
    names = FreeNames()
    streets: list[StreetTable] = []
    placed: _Placed = []
    wide = 0
    for key in sorted(groups):
        members = groups[key]
        first = lamps[members[0]]
        named = key[0] == "1"
        name = commonest(lamps[i].street for i in members) or out.t(
            f"Sans nom, départ {key[2]}", f"No name, circuit {key[2]}"
        )
        wanted = identifier(
            name if named else f"{out.t('sans-nom', 'no-name')}-{key[2]}", "street"
        )
        if several and first.commune:
            name = f"{name} ({first.commune})"
        points = [(lamps[i].east, lamps[i].north) for i in members]
        pieces = fit(points, None if named else GAP_M)
        for number, piece in enumerate(pieces, 1):
            id_ = names.give(wanted.lower(), count=False)
            title = name if len(pieces) == 1 else f"{name} ({number})"
            ats = [at for _, at in piece.places]
            gap = max((b - a for a, b in zip(ats, ats[1:], strict=False)), default=0.0)
            note = ""
            if named and gap > 300:
                wide += 1
                note = out.t(
                    f"un vide de {gap:.0f} m : à vérifier", f"a gap of {gap:.0f} m: verify"
                )
            streets.append(StreetTable(id_, title, piece.path, note))
            placed.append((id_, [(members[i], at) for i, at in piece.places]))
    if len(streets) > limits.STREETS:
        raise DraftError(
            "too-many-of",
            count=len(streets),
            what=out.t("rues", "streets"),
            most=limits.STREETS,
            role="street",
        )
    if missing := sum(1 for lamp in lamps if not lamp.street):
        notes.assumed.append(
            out.t(
                f"{missing} × nom de rue : groupés par départ et par voisinage",
                f"{missing} × name of the street: grouped by circuit and nearness",
            )
        )
    if wide:
        notes.assumed.append(
            out.t(
                f"{wide} × rue avec un vide de plus de 300 m : deux rues de même nom ?",
                f"{wide} × street with a gap of more than 300 m: two streets of one name?",
            )
        )
    notes.assumed.append(
        out.t(
            "lignes des rues : menées d'un point lumineux au suivant (hypothèse)",
            "lines of the streets: laid from luminaire to luminaire (assumption)",
        )
    )
    return streets, placed


def _units(
    lamps: Sequence[Lamp],
    placed: _Placed,
    circuit_of: Callable[[Lamp], str],
    driver_of: Callable[[Lamp], DriverTable],
    table: Table,
    out: SiteText,
    notes: Notes,
) -> list[LuminaireTable]:
    names = FreeNames()
    width = max(3, len(str(len(lamps))))
    given: list[str] = []  # in the list's own order, so that the first keeps its name
    for number, lamp in enumerate(lamps, 1):
        wanted = identifier(lamp.id, "") or f"L{number:0{width}}"
        given.append(names.give(wanted, count=bool(lamp.id)))
    if names.changed:
        notes.assumed.append(
            out.t(
                f"{names.changed} × identifiant déjà pris : un numéro a été ajouté",
                f"{names.changed} × identifier taken already: a number was added",
            )
        )
    if missing := sum(1 for lamp in lamps if not lamp.id):
        notes.assumed.append(
            out.t(f"{missing} × identifiant : L...", f"{missing} × identifier: L...")
        )
    units: list[LuminaireTable] = []
    for street, members in placed:
        poles: dict[Point, str] = {}
        for i, at_m in members:
            lamp = lamps[i]
            driver = driver_of(lamp)
            program = _program_of(driver.kind)
            unit = LuminaireTable(given[i], circuit_of(lamp), street, at_m, driver.key, program)
            unit.count = lamp.count
            # two luminaires of one pole are one hop of a detection
            here = (round(lamp.east * 2) / 2, round(lamp.north * 2) / 2)
            pole = identifier(lamp.pole, "") if lamp.pole else poles.get(here, "")
            poles.setdefault(here, pole or unit.id)
            unit.pole = "" if pole == unit.id else pole
            unit.where = table.place_word(lamp.where, out.lang)
            units.append(unit)
    return units
