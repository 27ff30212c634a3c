"""A list of luminaires as a commune or its syndicate has it: CSV or GeoJSON.

`read` gives a `Table` whatever the columns are called; `propose` says which column is probably
what; `lamps` gives the luminaires, and tells of every line that it leaves aside. Whatever cannot
be used raises `InventoryError`, and nothing else is raised.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from sim.site import limits
from sim.site.words import Lang

BYTES: Final = 256 * 1024 * 1024
COLUMNS: Final = 500
FAR_M: Final = 50_000.0
"""A luminaire further than this from the middle of the others is taken for a fault of typing."""

ROLES: Final[Mapping[str, Mapping[Lang, str]]] = {
    "id": {"fr": "identifiant du point lumineux", "en": "identifier of the luminaire"},
    "street": {"fr": "rue", "en": "street"},
    "commune": {"fr": "commune", "en": "commune"},
    "cabinet": {"fr": "armoire", "en": "cabinet"},
    "circuit": {"fr": "départ", "en": "circuit"},
    "power": {"fr": "puissance d'un luminaire, W", "en": "power of one luminaire, W"},
    "lamp": {"fr": "type de lampe", "en": "type of lamp"},
    "count": {"fr": "nombre de luminaires", "en": "number of luminaires"},
    "pole": {"fr": "mât", "en": "pole"},
    "latitude": {"fr": "latitude", "en": "latitude"},
    "longitude": {"fr": "longitude", "en": "longitude"},
    "x": {"fr": "X, vers l'est", "en": "X, to the east"},
    "y": {"fr": "Y, vers le nord", "en": "Y, to the north"},
    "point": {"fr": "point (latitude, longitude)", "en": "point (latitude, longitude)"},
}
"""What a column may be."""

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
}
"""Why a line is left aside."""


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


@dataclass(slots=True)
class Lamp:
    """A luminaire of the list: metres east and north of the origin; empty texts are unknown."""

    where: int
    east: float
    north: float
    id: str = ""
    street: str = ""
    commune: str = ""
    cabinet: str = ""
    circuit: str = ""
    pole: str = ""
    kind: str = ""
    power_w: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Inventory:
    """The luminaires of a list, around an origin in degrees."""

    latitude: float
    longitude: float
    crs: int
    lamps: tuple[Lamp, ...]
    skipped: tuple[Skip, ...]


# --- reading -------------------------------------------------------------------------------------

_OTHERS: Final = (
    (b"PK\x03\x04", "XLSX / ZIP"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x00\x00\x27\x0a", "SHP"),
    (b"SQLite format 3", "GeoPackage"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "GZIP"),
)


def read(path: Path) -> Table:
    """Read a CSV or GeoJSON file. Raises InventoryError."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InventoryError("unreadable", reason=reason) from None
    return parse(data)


def parse(data: bytes) -> Table:
    """Read the bytes of a CSV or GeoJSON file. Raises InventoryError."""
    if len(data) > BYTES:
        raise InventoryError("too-large", most=BYTES // (1024 * 1024))
    for start, kind in _OTHERS:
        if data.startswith(start):
            raise InventoryError("other-format", kind=kind)
    text, encoding = _decoded(data)
    head = text[:1000].lstrip()
    if not head:
        if text.strip():
            text = text.strip()
            head = text[:1]
        else:
            raise InventoryError("empty")
    if head[0] in "{[":
        return _geojson(text, encoding)
    if head[0] == "<":
        raise InventoryError("other-format", kind="XML / KML")
    return _csv(text, encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    """Decode: by the byte order mark, else UTF-8, else Windows-1252 as spreadsheets write."""
    for mark, name in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            return data.decode("utf-16", errors="replace"), name
    if data[:4096].count(0):
        raise InventoryError("binary")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "Windows-1252"


def clean(value: object, most: int = limits.TEXT_LENGTH) -> str:
    """Give any value as one line of printable text, at most so many characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = f"{value:.12g}" if math.isfinite(value) else ""
    elif isinstance(value, int):
        text = str(value) if abs(value) < 10**18 else ""
    elif isinstance(value, str):
        text = value
    else:
        return ""
    text = text[: most * 4]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:most].rstrip()


def _csv(text: str, encoding: str) -> Table:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip(" \t;,|")), "")
    bare = re.sub(r'"(?:[^"]|"")*"', "", first)
    delimiter = max(";,\t|", key=bare.count)
    # sep=; is how spreadsheets are told; it is no line of titles
    told = re.fullmatch(r"sep=([;,|:\t])", first.strip(" "))
    if told:
        delimiter = told[1]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: list[str] = []
    records: list[Record] = []
    skipped: list[Skip] = []
    line = 1
    try:
        for row in reader:
            where, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in row) or (told and not columns and len(row) < 3):
                if told and any(cell.strip() for cell in row):
                    told = None
                continue
            if not columns:
                columns = _titles(row)
                continue
            while len(row) > len(columns) and not row[-1].strip():
                row.pop()
            if len(row) > len(columns):
                skipped.append(Skip(where, "fields", {"got": len(row), "want": len(columns)}))
                continue
            cells = {name: clean(cell) for name, cell in zip(columns, row, strict=False)}
            records.append(Record(where, cells))
            if len(records) > limits.LUMINAIRES:
                raise InventoryError("too-many", most=limits.LUMINAIRES)
    except csv.Error:
        raise InventoryError("csv", line=line) from None
    if not records:
        raise InventoryError("no-record")
    return Table("csv", encoding, delimiter, tuple(columns), tuple(records), tuple(skipped))


def _titles(row: Sequence[str]) -> list[str]:
    names = [clean(cell, 60) for cell in row]
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS:
        raise InventoryError("too-many-columns", most=COLUMNS)
    filled = [name for name in names if name]
    if len(filled) < 2 or all(number(name) is not None for name in filled):
        raise InventoryError("no-header")
    return _distinct(names)


def _distinct(names: Iterable[str]) -> list[str]:
    given: dict[str, None] = {}
    for i, name in enumerate(names, 1):
        name = name or f"#{i}"
        tried, again = name, 2
        while tried in given:
            tried, again = f"{name} ({again})", again + 1
        given[tried] = None
    return list(given)


def _geojson(text: str, encoding: str) -> Table:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InventoryError("json", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise InventoryError("json-deep") from None
    except ValueError:
        raise InventoryError("json-number") from None
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        features = value.get("features")
    elif isinstance(value, dict) and value.get("type") == "Feature":
        features = [value]
    else:
        features = value
    if not isinstance(features, list) or not any(_is_feature(x) for x in features):
        if isinstance(features, list) and not features:
            raise InventoryError("no-record")
        raise InventoryError("not-geojson")
    columns: dict[str, None] = {}
    records: list[Record] = []
    skipped: list[Skip] = []
    for where, feature in enumerate(features, 1):
        if not _is_feature(feature):
            skipped.append(Skip(where, "not-a-feature"))
            continue
        places, kind = _points(feature.get("geometry"))
        if kind:
            skipped.append(Skip(where, "not-a-point", {"kind": kind}))
            continue
        properties = feature.get("properties")
        cells = {
            clean(name, 60): _cell(cell)
            for name, cell in (properties.items() if isinstance(properties, dict) else ())
            if clean(name, 60)
        }
        if "id" in feature and "id" not in cells:
            cells["id"] = clean(feature["id"])
        for name in cells:
            columns[name] = None
        if len(columns) > COLUMNS:
            raise InventoryError("too-many-columns", most=COLUMNS)
        for place in places or [None]:
            records.append(Record(where, cells, place))
        if len(records) > limits.LUMINAIRES:
            raise InventoryError("too-many", most=limits.LUMINAIRES)
    if not records:
        kinds = [str(skip.params["kind"]) for skip in skipped if skip.code == "not-a-point"]
        raise InventoryError("no-points", kind=kinds[0]) if kinds else InventoryError("no-record")
    crs = _crs_member(value.get("crs")) if isinstance(value, dict) else None
    return Table("geojson", encoding, "", tuple(columns), tuple(records), tuple(skipped), crs)


def _cell(value: object) -> str:
    """Give a property as text; a geo point of open data portals as ``latitude, longitude``."""
    if isinstance(value, dict):
        lat, lon = value.get("lat"), value.get("lon")
        return f"{clean(lat)}, {clean(lon)}" if lat is not None and lon is not None else ""
    if isinstance(value, list):
        return ", ".join(clean(x, 40) for x in value[:4])
    return clean(value)


def _is_feature(value: object) -> bool:
    return isinstance(value, dict) and value.get("type") == "Feature"


def _points(geometry: object) -> tuple[list[tuple[float, float] | None], str]:
    """Give the points of a geometry, or the name of what it is instead."""
    if not isinstance(geometry, dict):
        return [], ""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return [_pair(coordinates)], ""
    if kind == "MultiPoint":
        return [_pair(x) for x in coordinates] if isinstance(coordinates, list) else [], ""
    return [], clean(kind, 30) or "?"


def _pair(value: object) -> tuple[float, float] | None:
    if isinstance(value, list) and len(value) >= 2:
        x, y = value[0], value[1]
        if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (x, y)):
            try:
                return float(x), float(y)
            except OverflowError:
                return math.inf, math.inf
    return None


def _crs_member(value: object) -> int | None:
    """Read the EPSG number of the ``crs`` member that older GeoJSON has."""
    properties = value.get("properties") if isinstance(value, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    match = re.search(r"EPSG:+(?:[0-9.]*:)?([0-9]{4,6})$", name) if isinstance(name, str) else None
    return int(match[1]) if match else None


# --- values --------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")


def number(text: str) -> float | None:
    """Read a number as people write them: ``43``, ``43,5``, ``6 712 345,2``, ``1,234.5``."""
    text = text.strip().replace("\u2212", "-")
    text = re.sub(r"(?<=[0-9])[ '](?=[0-9]{3}(?![0-9]))", "", text)
    if "," in text:
        if text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        elif text.rfind(",") > text.rfind("."):
            text = text.replace(".", "").replace(",", ".")
        else:
            text = text.replace(",", "")
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


_WATTS = re.compile(
    r"(?:([0-9]{1,2})\s*[xX\u00d7*]\s*)?([0-9][0-9 ]*(?:[.,][0-9]+)?)\s*(?:[wW].*)?"
)


def watts(text: str) -> float | None:
    """Read a power: ``70``, ``70 W``, ``2x36``; None when it is missing or not plausible."""
    match = _WATTS.fullmatch(text.strip())
    value = number(match[2]) if match else None
    if match is None or value is None:
        return None
    value *= int(match[1] or 1)
    return round(value, 1) if 0.5 <= value <= 3000 else None


_KINDS: Final = (
    ("led", r"led|leds|diode\w*"),
    ("sodium", r"sodium|shp|hps|nav|son|sbp|lps|sap|st|sdt|shpi?\w*|nah\w*"),
    ("mercury", r"mercure|mercury|bf|hg|hql|hpl|hpm|vm|vapeur|ballons?|fluoballon"),
    ("halide", r"iodures?|iodure\w*|im|mh|hqi|hci|cdm\w*|cpo|cosmo\w*|cosmopolis|halide|mhl|hit"),
    ("fluorescent", r"fluo\w*|tubes?|tl|t5|t8|compacte?s?|lfc|cfl|pll?|plc|lbc"),
    ("halogen", r"halogenes?|halogen|incandescen\w*|hal"),
)
_KIND = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


@cache
def lamp_kind(text: str) -> str:
    """Give the kind of a lamp: a name of `_KINDS`, or nothing where the text does not say."""
    tokens = re.split(r"[^a-z]+", plain(text))
    for kind, pattern in _KIND:
        if any(pattern.fullmatch(token) for token in tokens if token):
            return kind
    return ""


def plain(text: str) -> str:
    """Give a text in lower case without accents."""
    text = text.lower().replace("\u0153", "oe").replace("\u00e6", "ae").replace("\u00b0", " ")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


_WKT = re.compile(
    r"(?:SRID=[0-9]+;)?\s*POINT\s*Z?M?\s*\(\s*(\S+)\s+([^\s)]+)[^)]*\)", re.IGNORECASE
)


def _point_cell(text: str) -> tuple[float, float] | None:
    """Read a point in a cell, as (x, y): ``latitude, longitude``, or well-known text."""
    if match := _WKT.fullmatch(text):
        x, y = number(match[1]), number(match[2])
    else:
        parts = re.split(r"\s*[;,]\s*|\s+", text.strip("[]() "))
        if len(parts) != 2:
            return None
        y, x = number(parts[0]), number(parts[1])
    return None if x is None or y is None else (x, y)


# --- which column is what ------------------------------------------------------------------------

_A = (
    r"(?:(?:id|num|numero|no|n|nom|code|ref|reference|lib|libelle|l|type|nature)_)?(?:d_|de_|du_)?"
)
_LIGHT = (
    r"(?:pl|pt_lum\w*|points?_lumineux|point|luminaires?|lampadaires?|foyers?|candelabres?|lum|"
    r"lamp|pole|light|streetlight|eclairage\w*|ep|ecl)"
)
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        rf"(?:id|num|numero|no|n|nom|code|ref|reference|matricule)_(?:du_|de_)?{_LIGHT}(?:_\w+)?",
        rf"(?:identifiant|matricule|repere|asset)(?:_\w+)?|{_LIGHT}(?:_(?:id|num|code|ref))?",
        r"id|identifier|ident|numero|num|no|n|code|reference|ref|nom|name|label|etiquette",
        r"(?:objectid|fid|gid|ogc_fid|globalid|uuid|recordid|osm_id)\w*",
    ),
    "street": (
        r"(?:nom_|lib_|libelle_|l_)?(?:de_|de_la_|la_)?(?:rue|voie)(?:_nom|_name|_libelle|s)?",
        r"(?:nomvoie|libvoie|nomrue|street|road)(?:_?name)?|(?:addr_|nom_)street",
        r"(?:adresse|address|adr)(?!_(?:mail|cp))\w*|\w*_(?:rue|voie|street)",
        r"localisation|lieu|lieu_dit|lieudit|emplacement|location|situation",
    ),
    "commune": (
        r"(?:nom_|lib_|libelle_)?(?:de_|de_la_)?(?:commune|ville|city|town|municipality)(?:_nom)?",
        r"nom_com|libgeo|nomcom|commune_\w+",
    ),
    "cabinet": (
        rf"{_A}(?:l_)?(?:armoire|cabinet|coffret)s?(?:_(?:id|num|nom|code|ep|commande))?",
        r"(?:num_|nom_|id_|code_)?(?:poste|point_de_commande|point_commande|pt_commande|pt_cmd)",
        r"arm|pdl|commande|(?:feeder_)?pillar|panel|controller",
    ),
    "circuit": (
        rf"{_A}(?:departs?|circuits?)(?:_(?:id|num|nom|code|ep))?",
        r"dep|feeder|ligne|boucle",
    ),
    "power": (
        r"(?:puissance|puiss|puis|power|wattage|watts?|pw)(?:_(?:w|watts?|lampe|source|nominale|"
        r"active|unitaire|led|lum|luminaire|lamp|foyer))*",
        r"(?:p_(?:w|lampe|nom|nominale)|(?:lampe|source|lamp)_(?:puissance|puiss|p|w|watts?|power))",
        r"(?:puissance|puiss|puis|power)(?!\w*(?:armoire|souscrite|totale|facteur|kva))_\w+",
        r"w|p",
    ),
    "lamp": (
        r"(?:type_|nature_|techno_|technologie_)?(?:de_|d_|de_la_)?(?:lampe|lamp|source|"
        r"light_source|ampoule)s?(?:_(?:type|techno|technologie|lumineuse|nature|lib))?",
        r"techno|technologie|technology|lamp_?type|light_?method|ty_lampe|typ_lampe",
        r"type|nature|modele|luminaire_type|type_luminaire|type_foyer",
    ),
    "count": (
        r"(?:nb|nbr|nbre|nombre|qte|quantite|number)_?(?:de_|of_)?(?:lampes?|foyers?|luminaires?|"
        r"sources?|lanternes?|pl|lamps?|lights?)",
        r"(?:light|lamp|lampe|foyer)s?_count|count|quantite|qte|nombre|nb",
    ),
    "pole": (r"(?:id_|num_|numero_|no_|n_)?(?:mat|support|poteau|pole|mast)(?:_(?:id|num|no))?",),
    "latitude": (r"lat|latitude|lat_?wgs84|wgs84_lat|y_?wgs84|coord_?lat|gps_?lat|latitude_\w+",),
    "longitude": (
        r"lon|lng|long|longitude|(?:lon|long)_?wgs84|wgs84_lon|x_?wgs84|coord_?lon|gps_?lon|"
        r"longitude_\w+",
    ),
    "x": (
        r"x|x_?l93|x_?lamb\w*|x_?rgf93|x_?cc[0-9]{2}|x_?2154|coord_?x|coordx|xcoord|point_x|"
        r"lambert_x|easting|x_coord\w*",
    ),
    "y": (
        r"y|y_?l93|y_?lamb\w*|y_?rgf93|y_?cc[0-9]{2}|y_?2154|coord_?y|coordy|ycoord|point_y|"
        r"lambert_y|northing|y_coord\w*",
    ),
    "point": (
        r"geo_?point(?:_?2d)?|wkt(?:_geom)?|the_geom|geom|geometry|wkb_geometry",
        r"coordonnees\w*|coordinates|gps|lat_?lon\w*|latlng|position|coords?|point_geo\w*|"
        r"localisation",
    ),
}
_PATTERNS = {
    role: tuple(re.compile(pattern) for pattern in patterns) for role, patterns in _NAMES.items()
}
_SAMPLE = 2000


def propose(table: Table) -> dict[str, str]:
    """Say which column is probably what, by its name, where its values can be that.

    Each column has at most one role, each role at most one column.
    """
    sample = table.records[:_SAMPLE]
    found: list[tuple[int, int, str, str]] = []
    for i, column in enumerate(table.columns):
        name = re.sub(r"[^a-z0-9]+", "_", plain(_split(column))).strip("_")
        values = [value for record in sample if (value := record.cells.get(column, ""))]
        for role, patterns in _PATTERNS.items():
            if table.has_places and role in ("latitude", "longitude", "x", "y", "point"):
                continue  # the geometry says it
            for rank, pattern in enumerate(patterns):
                if pattern.fullmatch(name):
                    if values and _plausible(role, rank, values):
                        found.append((rank, i, role, column))
                    break
    mapping: dict[str, str] = {}
    for _, _, role, column in sorted(found):
        if role not in mapping and column not in mapping.values():
            mapping[role] = column
    for one, other in (("latitude", "longitude"), ("x", "y")):
        if (one in mapping) != (other in mapping):  # half a place is none
            mapping.pop(one, None)
            mapping.pop(other, None)
    return {role: mapping[role] for role in ROLES if role in mapping}


def _split(name: str) -> str:
    """Split ``nomVoie`` as ``nom_Voie``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def _plausible(role: str, rank: int, values: Sequence[str]) -> bool:
    def share(test: Callable[[str], object]) -> float:
        return sum(1 for value in values if test(value)) / len(values)

    if role in ("x", "y", "latitude", "longitude"):
        return share(lambda value: number(value) is not None) >= 0.5
    if role == "power":
        return share(lambda value: watts(value) is not None) >= 0.3
    if role == "count":
        return share(lambda value: (number(value) or 0) >= 1) >= 0.5
    if role == "point":
        return share(lambda value: _point_cell(value) is not None) >= 0.5
    if role == "lamp" and rank:
        return share(lamp_kind) >= 0.3
    if role == "id":
        return len(set(values)) >= len(values) / 2
    if role == "pole":
        return len(set(values)) >= len(values) / 4
    if role == "street":
        return share(lambda value: any(c.isalpha() for c in value)) >= 0.3
    return True


def checked_mapping(table: Table, mapping: Mapping[str, str]) -> dict[str, str]:
    """Prove a mapping that people gave: roles and columns exist. Raises InventoryError."""
    by_lower = {column.lower(): column for column in table.columns}
    proven: dict[str, str] = {}
    for role, column in mapping.items():
        if role not in ROLES:
            raise InventoryError("no-role", role=clean(role, 40), known=", ".join(ROLES))
        name = column if column in table.columns else by_lower.get(column.lower())
        if name is None:
            raise InventoryError("no-column", column=clean(column, 40), known=_known(table))
        proven[role] = name
    return proven


def _known(table: Table) -> str:
    names = ", ".join(table.columns[:30])
    return names + (", ..." if len(table.columns) > 30 else "")


# --- luminaires ----------------------------------------------------------------------------------

WGS84: Final = 4326
_LAMBERT_93: Final = 2154


def parse_crs(text: str) -> int:
    """Read an EPSG number: ``EPSG:2154``, ``2154``, ``lambert-93``, ``CC47``. InventoryError."""
    name = re.sub(r"[^a-z0-9]", "", plain(text))
    if name in ("lambert93", "l93", "rgf93"):
        return _LAMBERT_93
    if name in ("wgs84", "degrees", "degres"):
        return WGS84
    if match := re.fullmatch(r"cc(4[2-9]|50)", name):
        return 3900 + int(match[1])
    if match := re.fullmatch(r"(?:epsg)?([0-9]{4,6})", name):
        return int(match[1])
    raise InventoryError("crs-unknown", got=clean(text, 40) or "-")


def guess_crs(pairs: Sequence[tuple[float, float]]) -> int:
    """Tell degrees, Lambert-93 and the nine conic zones of France apart by their numbers.

    Raises InventoryError where they are none of these. Over Corsica, Lambert-93 and the zone
    CC47 have the same numbers: Lambert-93 is the one in use there.
    """
    x = statistics.median(x for x, _ in pairs)
    y = statistics.median(y for _, y in pairs)
    if abs(x) <= 180 and abs(y) <= 90:
        return WGS84
    if 0 < x < 1_300_000 and 6_000_000 < y < 7_200_000:
        return _LAMBERT_93
    zone = round((y - 200_000) / 1_000_000)
    if 900_000 < x < 2_500_000 and 1 <= zone <= 9 and abs(y - 200_000 - zone * 1e6) < 180_000:
        return 3941 + zone
    raise InventoryError("crs-needed", x=f"{x:.12g}", y=f"{y:.12g}")


def _places(
    table: Table, mapping: Mapping[str, str], crs: int | None
) -> tuple[list[tuple[float, float] | None], int | None]:
    """Give the (x, y) of each record in the file's own system, and its EPSG number if known."""

    def pair(record: Record, x: str, y: str) -> tuple[float, float] | None:
        east, north = number(record.cells.get(x, "")), number(record.cells.get(y, ""))
        return None if east is None or north is None else (east, north)

    metres = "x" in mapping and "y" in mapping
    # degrees are certain; X and Y only where their system is told
    if {"latitude", "longitude"} <= mapping.keys() and (not metres or crs in (None, WGS84)):
        lat, lon = mapping["latitude"], mapping["longitude"]
        return [pair(record, lon, lat) for record in table.records], crs
    if metres:
        return [pair(record, mapping["x"], mapping["y"]) for record in table.records], crs
    if "point" in mapping:
        cells = (record.cells.get(mapping["point"], "") for record in table.records)
        return [_point_cell(cell) for cell in cells], crs
    if table.has_places:
        return [record.place for record in table.records], crs or table.crs
    raise InventoryError("no-position", known=_known(table))


def lamps(table: Table, mapping: Mapping[str, str], crs: int | None = None) -> Inventory:
    """Give the luminaires, in metres around the middle of them. Raises InventoryError.

    `crs` is the EPSG number of their coordinates; without it the file's own, or what their
    numbers look like.
    """
    raw, crs = _places(table, mapping, crs)
    usable = [p for p in raw if p is not None and all(map(math.isfinite, p)) and p != (0.0, 0.0)]
    if not usable:
        raise InventoryError("nowhere")
    if crs is None:
        crs = guess_crs(usable)
    degrees = _transformed(raw, crs)
    good = [d for d in degrees if isinstance(d, tuple)]
    if not good:
        raise InventoryError("nowhere")
    longitude = round(statistics.median(lon for lon, _ in good), 5)
    latitude = round(statistics.median(lat for _, lat in good), 5)
    ground = _metres([d if isinstance(d, tuple) else None for d in degrees], latitude, longitude)
    made: list[Lamp] = []
    skipped = list(table.skipped)
    seen: dict[tuple[object, ...], int] = {}
    for record, degree, place in zip(table.records, degrees, ground, strict=True):
        if place is None:
            code = degree if isinstance(degree, str) else "bad-position"
            skipped.append(Skip(record.where, code))
            continue
        distance = math.hypot(*place)
        if not distance <= FAR_M:
            skipped.append(Skip(record.where, "far", {"km": round(distance / 1000)}))
            continue
        lamp = _lamp(record, mapping, place)
        mark = (round(place[0], 1), round(place[1], 1), *sorted(record.cells.items()))
        if lamp.id and mark in seen:
            skipped.append(Skip(record.where, "twice", {"first": seen[mark]}))
            continue
        seen[mark] = record.where
        made.append(lamp)
    if not made:
        raise InventoryError("nowhere")
    skipped.sort(key=lambda skip: skip.where)
    return Inventory(latitude, longitude, crs, tuple(made), tuple(skipped))


def _transformed(
    raw: Sequence[tuple[float, float] | None], crs: int
) -> list[tuple[float, float] | str]:
    """Give (longitude, latitude) in degrees, or the code of why there is none."""
    import pyproj  # a moment to import, and only here

    xs = [p[0] if p is not None else math.nan for p in raw]
    ys = [p[1] if p is not None else math.nan for p in raw]
    if crs != WGS84:
        try:
            change = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
            xs, ys = change.transform(xs, ys)
        except pyproj.exceptions.ProjError:
            raise InventoryError("crs-unknown", got=f"EPSG:{crs}") from None
    made: list[tuple[float, float] | str] = []
    for place, lon, lat in zip(raw, xs, ys, strict=True):
        if place is None or place == (0.0, 0.0):
            made.append("no-position")
        elif abs(lon) <= 180 and abs(lat) <= 90:
            made.append((lon, lat))
        else:
            made.append("bad-position")
    return made


def _metres(
    degrees: Sequence[tuple[float, float] | None], latitude: float, longitude: float
) -> Iterator[tuple[float, float] | None]:
    """Give metres east and north of the origin: distances from it, and angles, are true."""
    import pyproj

    plane = pyproj.Proj(proj="aeqd", lat_0=latitude, lon_0=longitude, datum="WGS84")
    xs, ys = plane(
        [d[0] if d else math.nan for d in degrees], [d[1] if d else math.nan for d in degrees]
    )
    for degree, x, y in zip(degrees, xs, ys, strict=True):
        yield (x, y) if degree and math.isfinite(x) and math.isfinite(y) else None


_NUMBER_IN_STREET = re.compile(
    r"[0-9]{1,5}\s*(?:bis|ter|quater|[a-d])?\s*,?\s+(?=(?:rue|avenue|av|boulevard|bd|chemin|ch|"
    r"chem|impasse|imp|place|pl|route|rte|allees?|ruelle|quai|cours|lotissement|lot|hameau|"
    r"square|sentier|passage|cite|cit\u00e9|residence|r\u00e9sidence|all\u00e9es?|voie|mail|rond|"
    r"esplanade)\b)",
    re.IGNORECASE,
)


def _lamp(record: Record, mapping: Mapping[str, str], place: tuple[float, float]) -> Lamp:
    def cell(role: str) -> str:
        value = record.cells.get(mapping.get(role, ""), "")
        return "" if value.lower() in _NOTHING else value

    lamp = Lamp(record.where, *place)
    lamp.id, lamp.commune, lamp.pole = cell("id"), cell("commune"), cell("pole")
    lamp.street = _NUMBER_IN_STREET.sub("", cell("street"), count=1).strip(" ,;-")
    lamp.cabinet, lamp.circuit = cell("cabinet"), cell("circuit")
    text = cell("lamp")
    lamp.kind = lamp_kind(text) if text else ""
    lamp.power_w = watts(cell("power"))
    count = number(cell("count")) or 1
    lamp.count = round(count) if 1 <= count <= limits.LUMINAIRES_BEHIND_ONE_OUTPUT else 1
    return lamp


_NOTHING: Final = frozenset(
    ("", "-", "--", "?", "null", "none", "nan", "n/a", "na", "nc", "n.c.", "nr", "inconnu",
     "inconnue", "non renseigne", "non renseign\u00e9", "non renseign\u00e9e", "unknown", "#n/a")
)  # fmt: skip


def commonest(values: Iterable[str]) -> str:
    """Give the commonest text that is not empty, or nothing."""
    counts: Counter[str] = Counter(value for value in values if value)
    return counts.most_common(1)[0][0] if counts else ""


def said(skips: Sequence[Skip], table: Table, lang: Lang, most: int = 20) -> list[str]:
    """Say which lines were left aside and why; after so many, how many more."""
    lines = [
        f"{table.place_word(skip.where, lang)}: {_skip_text(skip, table, lang)}".replace(
            ": ", " : " if lang == "fr" else ": ", 1
        )
        for skip in skips[:most]
    ]
    if len(skips) > most:
        rest = len(skips) - most
        lines.append(f"... et {rest} de plus" if lang == "fr" else f"... and {rest} more")
    return lines


def _skip_text(skip: Skip, table: Table, lang: Lang) -> str:
    if skip.code != "twice":
        return skip.text(lang)
    params: dict[str, Any] = {"first": table.place_word(int(skip.params["first"]), lang)}
    return SKIPS[skip.code][lang].format_map(params)
