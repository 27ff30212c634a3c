"""A list of luminaires as read: its columns, its records, and the lines that were left aside.

Whatever cannot be used raises `InventoryError`, which says why and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sim.site.words import Lang

WORDS: Final[Mapping[str, Mapping[Lang, tuple[str, str]]]] = {
    "unreadable": {
        "fr": ("le fichier ne peut pas être lu ({reason})", "vérifiez le nom et les droits"),
        "en": ("the file cannot be read ({reason})", "check its name and its permissions"),
    },
    "too-large": {
        "fr": ("le fichier dépasse {most} Mio", "exportez une commune à la fois"),
        "en": ("the file is larger than {most} MiB", "export one commune at a time"),
    },
    "empty": {
        "fr": ("le fichier est vide", "exportez de nouveau la liste"),
        "en": ("the file is empty", "export the list again"),
    },
    "other-format": {
        "fr": ("c'est un fichier {kind}", "exportez-le en CSV (UTF-8) ou en GeoJSON"),
        "en": ("this is a {kind} file", "export it as CSV (UTF-8) or GeoJSON"),
    },
    "binary": {
        "fr": ("ce n'est pas du texte", "il faut du CSV (UTF-8) ou du GeoJSON"),
        "en": ("this is not text", "CSV (UTF-8) or GeoJSON is needed"),
    },
    "json": {
        "fr": (
            "ligne {line}, colonne {column} : ce n'est pas du JSON valable",
            "le fichier est peut-être coupé : exportez-le de nouveau",
        ),
        "en": (
            "line {line}, column {column}: this is not valid JSON",
            "the file may be cut short: export it again",
        ),
    },
    "json-number": {
        "fr": ("un nombre du fichier a des milliers de chiffres", "exportez-le de nouveau"),
        "en": ("a number of the file has thousands of digits", "export it again"),
    },
    "json-deep": {
        "fr": ("les listes du fichier sont trop imbriquées", "exportez-le de nouveau"),
        "en": ("the lists of the file nest too deeply", "export it again"),
    },
    "not-geojson": {
        "fr": (
            "ce JSON n'est pas du GeoJSON",
            "il faut une FeatureCollection de points : exportez depuis le SIG en GeoJSON",
        ),
        "en": (
            "this JSON is not GeoJSON",
            "a FeatureCollection of points is needed: export as GeoJSON from the GIS",
        ),
    },
    "csv": {
        "fr": (
            "ligne {line} : ce CSV ne se lit pas",
            'vérifiez les guillemets " avant cette ligne',
        ),
        "en": ("line {line}: this CSV cannot be read", 'check the quotes " before this line'),
    },
    "no-header": {
        "fr": (
            "la première ligne ne porte pas les noms des colonnes",
            "ajoutez une ligne de titres, par exemple : id;rue;puissance;latitude;longitude",
        ),
        "en": (
            "the first line does not have the columns' names",
            "add a line of titles, for example: id;street;power;latitude;longitude",
        ),
    },
    "too-many-columns": {
        "fr": ("plus de {most} colonnes", "exportez celles qui décrivent le point lumineux"),
        "en": ("more than {most} columns", "export those that describe the luminaire"),
    },
    "no-record": {
        "fr": ("aucun point lumineux dans ce fichier", "exportez de nouveau la liste"),
        "en": ("no luminaire in this file", "export the list again"),
    },
    "no-points": {
        "fr": ("les objets sont des {kind}, pas des points", "exportez les points lumineux"),
        "en": ("the features are {kind}, not points", "export the luminaires as points"),
    },
    "too-many": {
        "fr": ("plus de {most} points lumineux", "exportez une commune à la fois"),
        "en": ("more than {most} luminaires", "export one commune at a time"),
    },
    "no-role": {
        "fr": ("« {role} » n'est pas un rôle", "rôles : {known}"),
        "en": ('"{role}" is not a role', "roles: {known}"),
    },
    "no-column": {
        "fr": ("pas de colonne « {column} »", "colonnes : {known}"),
        "en": ('no column "{column}"', "columns: {known}"),
    },
    "no-position": {
        "fr": (
            "aucune colonne ne donne la position des points lumineux",
            "ajoutez latitude et longitude, ou X et Y (Lambert-93), ou nommez-les : "
            "--map latitude=COLONNE --map longitude=COLONNE ; colonnes : {known}",
        ),
        "en": (
            "no column gives the luminaires' positions",
            "add latitude and longitude, or X and Y (Lambert-93), or name them: "
            "--map latitude=COLUMN --map longitude=COLUMN; columns: {known}",
        ),
    },
    "crs-unknown": {
        "fr": (
            "système de coordonnées inconnu : {got}",
            "donnez son numéro : --crs EPSG:2154 (Lambert-93), EPSG:3942 à 3950 (CC42 à CC50), "
            "EPSG:4326 (degrés)",
        ),
        "en": (
            "unknown coordinate system: {got}",
            "give its number: --crs EPSG:2154 (Lambert-93), EPSG:3942 to 3950 (CC42 to CC50), "
            "EPSG:4326 (degrees)",
        ),
    },
    "crs-needed": {
        "fr": (
            "les coordonnées (par exemple {x}, {y}) ne sont ni des degrés, ni du Lambert-93",
            "donnez leur système : --crs EPSG:...",
        ),
        "en": (
            "the coordinates (for example {x}, {y}) are neither degrees nor Lambert-93",
            "give their system: --crs EPSG:...",
        ),
    },
    "nowhere": {
        "fr": (
            "aucun point lumineux n'a de position utilisable",
            "vérifiez les colonnes de position (--map) et leur système (--crs)",
        ),
        "en": (
            "no luminaire has a usable position",
            "check the columns of positions (--map) and their system (--crs)",
        ),
    },
}
"""What stops the reading: what is wrong, and its cure."""


class InventoryError(Exception):
    """A list that cannot be used; `text` says why and what to do."""

    def __init__(self, code: str, **params: str | int) -> None:
        """Keep what the message is made of."""
        super().__init__(code)
        self.code = code
        self.params = params

    def text(self, lang: Lang) -> str:
        """Say what is wrong, then what would be right."""
        wrong, cure = WORDS[self.code][lang]
        told = cure.format_map(self.params)
        return f"{wrong.format_map(self.params)}. {told[:1].upper()}{told[1:]}."


SKIPS: Final[Mapping[str, Mapping[Lang, str]]] = {
    "no-position": {"fr": "sans coordonnées", "en": "no coordinates"},
    "bad-position": {"fr": "coordonnées impossibles", "en": "impossible coordinates"},
    "far": {"fr": "à {km} km des autres", "en": "{km} km from the others"},
    "not-a-point": {"fr": "{kind} et non un point", "en": "{kind}, not a point"},
    "not-a-feature": {"fr": "pas un objet GeoJSON", "en": "not a GeoJSON feature"},
    "fields": {
        "fr": "{got} champs au lieu de {want}",
        "en": "{got} fields instead of {want}",
    },
    "twice": {"fr": "déjà donné, {first}", "en": "given already, {first}"},
    "removed": {"fr": "état « {state} »", "en": 'state "{state}"'},
}
"""Why a line is left aside."""


@dataclass(frozen=True, slots=True)
class Skip:
    """A line (CSV) or feature (GeoJSON), counted from 1, that was left aside, and why."""

    where: int
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """Say why."""
        return SKIPS[self.code][lang].format_map(self.params)


@dataclass(frozen=True, slots=True)
class Record:
    """One line or feature: its cells as texts, and its geometry's own x and y where it has one."""

    where: int
    cells: Mapping[str, str]
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A list as read. `crs` is the EPSG number that the file itself gives."""

    kind: str  # csv, geojson
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    skipped: tuple[Skip, ...]
    crs: int | None = None

    @property
    def has_places(self) -> bool:
        """Whether the records have a geometry of their own."""
        return any(record.place is not None for record in self.records)

    def examples(self, column: str, most: int = 3) -> tuple[str, ...]:
        """Give the first different values of a column."""
        found: dict[str, None] = {}
        for record in self.records[:5000]:
            if value := record.cells.get(column, ""):
                found[value[:40]] = None
            if len(found) == most:
                break
        return tuple(found)

    def place_word(self, where: int, lang: Lang) -> str:
        """Name a place in the file: ``line 12``."""
        if self.kind == "csv":
            return f"ligne {where}" if lang == "fr" else f"line {where}"
        return f"objet {where}" if lang == "fr" else f"feature {where}"
