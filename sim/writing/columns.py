"""Which column of a list is what: `propose` guesses, `checked_mapping` proves what people say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sim.site.words import Lang
from sim.writing.cells import (
    clean,
    is_out,
    is_removed,
    lamp_kind,
    number,
    plain,
    point_cell,
    watts,
)
from sim.writing.table import InventoryError, Table

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
    "state": {"fr": "état (déposé : laissé de côté)", "en": "state (removed: left aside)"},
    "latitude": {"fr": "latitude", "en": "latitude"},
    "longitude": {"fr": "longitude", "en": "longitude"},
    "x": {"fr": "X, vers l'est", "en": "X, to the east"},
    "y": {"fr": "Y, vers le nord", "en": "Y, to the north"},
    "point": {"fr": "point (latitude, longitude)", "en": "point (latitude, longitude)"},
}
"""What a column may be."""

# --- what columns are called ---------------------------------------------------------------------

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
    "state": (r"(?:l_)?(?:etat|statut|status|state|condition)s?(?:_\w+)?|\w*_(?:etat|statut)",),
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

# --- a proposal, and what people say -------------------------------------------------------------

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
        return share(lambda value: point_cell(value) is not None) >= 0.5
    if role == "lamp" and rank:
        return share(lamp_kind) >= 0.3
    if role == "id":
        return len(set(values)) >= len(values) / 2
    if role == "pole":
        return len(set(values)) >= len(values) / 4
    if role == "state":
        return any(is_removed(value) or is_out(value) for value in values)
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
            raise InventoryError("no-column", column=clean(column, 40), known=columns_of(table))
        proven[role] = name
    return proven


def columns_of(table: Table) -> str:
    """Name the columns, the first thirty of them."""
    names = ", ".join(table.columns[:30])
    return names + (", ..." if len(table.columns) > 30 else "")
