"""The JSON Schema of a site file, so that editors complete and check it: from the model itself.

Editors read it through the first line of a site file, ``#:schema PATH`` (Even Better TOML and
others that stand on Taplo). Taplo knows the drafts up to 7 and shows nothing that stands beside a
``$ref``: so it is draft 7, with every table written out where it is used. A schema proves shapes;
what looks across the site is for `sim.site.rules`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from sim.site.model import Site
from sim.site.values import duration_text

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
FILE: Final = Path(__file__).with_name("noctule.schema.json")

# What an editor shows, in French and in English: by model and key, or by key where it means the
# same everywhere.
_SAID: Final[dict[str, tuple[str, str]]] = {
    "Site.site": ("Le site : nom, lieu, fuseau, zones", "The site: name, place, time zone"),
    "Site.energy": ("Prix et CO2 du kWh, avec leurs sources", "Price and CO2 of a kWh, sourced"),
    "Site.drivers": ("Appareillages", "Gear (drivers)"),
    "Site.sensors": ("Détecteurs de présence", "Presence sensors"),
    "Site.photocells": ("Cellules", "Photocells"),
    "Site.contactors": ("Contacteurs et leurs temps minimaux", "Contactors, minimum times"),
    "Site.nodes": ("Nœuds : carte, broches, réseau", "Nodes: board, pins, network"),
    "Site.programs": ("Programmes : les niveaux d'une nuit", "Programs: the levels of a night"),
    "Site.calendars": (
        "Calendriers : quel programme, quelle nuit",
        "Which program on which night",
    ),
    "Site.ceilings": ("Plafonds des trames noires", "Ceilings of dark corridors"),
    "Site.relights": ("Zones de rallumage à la demande", "Zones of light on demand"),
    "Site.scenes": ("Scènes : un niveau par groupe", "Scenes: a level for each group"),
    "Site.events": ("Travaux et événements datés", "Works and events, dated"),
    "Site.calls": ("Ce qui a été demandé à la main", "What was asked by hand"),
    "Site.streets": ("Rues, et qui y passe", "Streets, and who passes"),
    "Site.cabinets": ("Armoires et départs", "Cabinets and their circuits"),
    "Site.luminaires": ("Points lumineux, un par un", "Luminaires, one by one"),
    "Site.rows": ("Rangées de points lumineux", "Rows of luminaires"),
    "Site.strategies": ("Ce à quoi le site est comparé", "What the site is compared with"),
    "id": ("Identifiant, unique", "Identifier, unique"),
    "name": ("Nom, pour les gens", "Name, for people"),
    "fr": ("En français", "In French"),
    "en": ("En anglais", "In English"),
    "order": ("L'arrêté qui le décide", "The order that decided it"),
    "description": ("Quelques phrases", "A few sentences"),
    "latitude": ("Latitude, degrés, nord positif", "Latitude, degrees, north positive"),
    "longitude": ("Longitude, degrés, est positif", "Longitude, degrees, east positive"),
    "timezone": ("Fuseau, nom IANA : Europe/Paris", "Time zone, IANA name: Europe/Paris"),
    "language": ("Langue des rapports", "Language of the reports"),
    "holiday_zone": ("Zone des jours fériés", "Zone of public holidays"),
    "school_zone": ("Zone des vacances scolaires", "Zone of school holidays"),
    "price_eur_per_kwh": ("Prix, EUR par kWh", "Price, EUR a kWh"),
    "price_date": ("Date du prix", "Date of the price"),
    "price_source": ("D'où vient le prix", "Where the price comes from"),
    "co2_g_per_kwh": ("CO2, grammes par kWh", "CO2, grams a kWh"),
    "co2_year": ("Année du chiffre", "Year of the figure"),
    "co2_source": ("D'où vient le chiffre", "Where the figure comes from"),
    "power_w": ("Watts à 100 % de la sortie, un point lumineux", "Watts at full output, of one"),
    "standby_w": ("Watts éteint", "Watts when off"),
    "node_w": ("Watts du nœud", "Watts of the node"),
    "minimum_level": ("Plus basse sortie, %", "Lowest output, %"),
    "can_switch_off": ("Sait s'éteindre tout à fait", "Can switch off altogether"),
    "curve": ("Courbe de commande", "Curve of the command"),
    "power_points": ("Points mesurés : [% de la sortie, W]", "Measured points: [% of output, W]"),
    "warm_up": ("Montée en lumière de la lampe", "Until full light"),
    "minimum_on": ("Une fois allumé, le reste si longtemps", "Once on, stays on so long"),
    "minimum_off": ("Une fois éteint, le reste si longtemps", "Once off, stays off so long"),
    "virtual_output": ("Sortie (%) que 100 % veut dire", "Output (%) that 100 % means"),
    "clo": ("Flux constant : [heures, % de la sortie]", "Constant light: [hours, % of output]"),
    "power_tolerance_percent": ("Écart de puissance toléré, %", "Power deviation allowed, %"),
    "control": (
        "Commande : par défaut dali si la courbe l'est, sinon 0-10V",
        "How it is commanded",
    ),
    "Driver.relay": ("Un relais coupe l'alimentation", "A relay takes its mains away for off"),
    "volts": ("0-10 V, 1-10 V : [au minimum, à pleine lumière]", "[at minimum, at full light]"),
    "pwm_hz": ("Fréquence du PWM, Hz", "Frequency of the PWM, Hz"),
    "dali_address": ("Adresse courte DALI ; sinon à tous", "DALI short address; else to all"),
    "Sensor.kind": (
        "pir : un contact ; ld2410 : radar, en série",
        "pir: a contact; ld2410: serial",
    ),
    "Photocell.kind": ("bh1750 (I2C), ou ldr : photorésistance", "bh1750 (I2C), or ldr"),
    "address": ("Adresse I2C : 35, ou 92", "I2C address: 35, or 92"),
    "Photocell.points": ("[lecture de 0 à 65535, lux]", "[reading from 0 to 65535, lux]"),
    "board": ("Carte : un dossier de boards/", "Board: a folder of boards/"),
    "pins": ("Broches autres que celles de la carte", "Pins other than the board's wiring"),
    "output": ("Commande PWM, 0-10 V, 1-10 V", "PWM, 0-10 V, 1-10 V"),
    "Pins.relay": ("Relais", "Relay"),
    "Pins.presence": ("Détecteur par contact", "Sensor by a contact"),
    "sda": ("I2C, données", "I2C, data"),
    "scl": ("I2C, horloge", "I2C, clock"),
    "radar_tx": ("Vers le radar", "To the radar"),
    "radar_rx": ("Du radar", "From the radar"),
    "light": ("Photorésistance", "LDR"),
    "Pins.meter": ("Impulsions du compteur", "Pulses of the meter"),
    "dali_tx": ("DALI, émission", "DALI, sending"),
    "dali_rx": ("DALI, réception", "DALI, receiving"),
    "led": ("Témoin", "Light of the board"),
    "inverted": ("Broches dont le circuit inverse le niveau", "Pins whose circuit inverts"),
    "relay_rest": ("Contact du luminaire, bobine au repos", "The contact, coil at rest"),
    "output_v": ("Tension à 100 % de PWM, V", "Voltage at a duty of 100 %, V"),
    "clock": ("Horloge à pile", "Battery clock"),
    "meter_pulse_mj": ("Énergie d'une impulsion, mJ", "Energy of a pulse, mJ"),
    "network": ("Réseau, pour l'heure", "Network, for the time"),
    "ssid": ("Nom du Wi-Fi ; sa clé n'est jamais ici", "Name of the Wi-Fi; its key is never here"),
    "ntp": ("Serveurs de temps, adresses IPv4", "Time servers, IPv4 addresses"),
    "node": ("Nœud (un nom de [nodes])", "Node (a name of [nodes])"),
    "range_m": ("Portée du détecteur, m", "Range of the sensor, m"),
    "missed_percent": ("Passages manqués, % (simulation)", "Passages missed, % (simulation)"),
    "false_per_hour": ("Fausses détections par heure (simulation)", "False ones an hour"),
    "speed_known": ("Reconnaît un véhicule (radar)", "Tells a vehicle (radar)"),
    "debounce": ("Antirebond", "Debounce"),
    "stuck_after": ("Durée d'une présence incroyable : bloqué", "After so long it is stuck"),
    "when_stuck": ("Bloqué : allumé, ou ignoré", "When stuck: lit, or ignored"),
    "active": ("Quand il peut être allumé ; éteint hors de là", "When it may be lit; else off"),
    "points": ("Paliers : chacun dure jusqu'au suivant", "Each switch point lasts till the next"),
    "fault_state": ("Niveau quand le nœud ne peut savoir, %", "Level when a node cannot know, %"),
    "Program.presence": ("Ce que fait une détection", "What a detection does"),
    "Strategies.presence": ("Si chaque point avait un détecteur", "If each had a sensor"),
    "from": ("Début", "Beginning"),
    "to": ("Fin", "End"),
    "Rule.from": ("Premier jour : 12-24 (chaque année) ou 2026-12-24", "First day"),
    "Rule.to": ("Dernier jour", "Last day"),
    "Event.from": ("Premier soir", "First evening"),
    "Event.to": ("Dernier soir", "Last evening"),
    "Ceiling.from": ("Premier jour", "First day"),
    "Ceiling.to": ("Dernier jour", "Last day"),
    "ActivePeriod.photocell": ("Seuils de la cellule", "Thresholds of the photocell"),
    "on_lux": ("Allumage sous ce seuil, lux", "On below this, lux"),
    "off_lux": ("Extinction au-dessus, lux", "Off above this, lux"),
    "window": ("Marge de la cellule autour du soleil", "Its margin either side of the sun"),
    "SwitchPoint.at": ("Dès ce moment", "From this moment on"),
    "level": ("Niveau de lumière, %", "Level of light, %"),
    "ramp": ("Durée du fondu", "Time of the ramp"),
    "operation": ("max : au moins ; add : en plus", "max: at least; add: on top"),
    "idle": ("Niveau de veille, %", "Idle level, %"),
    "hold": ("Maintien après la dernière détection", "Hold after the last detection"),
    "ramp_up": ("Fondu à la montée", "Ramp up"),
    "ramp_down": ("Fondu à la descente", "Ramp down"),
    "neighbours": ("Mâts voisins levés, de chaque côté", "Poles raised either side"),
    "reach_m": ("ou distance levée, m", "or distance raised, m"),
    "vehicles": ("Ce qu'un véhicule lève", "What a vehicle raises"),
    "windows": ("Heures où cela vaut", "Hours in which it holds"),
    "default": ("Programme des autres nuits", "Program of all other nights"),
    "rules": ("Règles : la première qui convient l'emporte", "Rules: the first match wins"),
    "program": ("Programme (un nom de [programs])", "Program (a name of [programs])"),
    "day": ("La règle parle du soir, ou du matin", "The rule asks about evening or morning"),
    "weekdays": ("Jours de la semaine", "Days of the week"),
    "occurrences": ("Rang dans le mois : 1 à 5, last", "Rank in the month: 1 to 5, last"),
    "dates": ("Jours : 12-24 ou 2026-12-24", "Days: 12-24 or 2026-12-24"),
    "holidays": ("Jours fériés : public (tous), ou par nom", "public (all), or by name"),
    "school_holidays": ("Vacances scolaires : all, ou par nom", "all, or by name"),
    "hours": ("Heures", "Hours"),
    "Traffic.hours": ("Passages par heure, 0 h à 23 h", "Passages an hour, 0:00 to 23:00"),
    "Relight.hours": ("Heures où l'on peut demander", "When one may ask"),
    "duration": ("Durée", "Duration"),
    "requests_per_night": ("Demandes par nuit (simulation)", "Requests a night (simulation)"),
    "levels": ("Groupe = niveau %", "Group = level %"),
    "scene": ("Scène (un nom de [scenes])", "Scene (a name of [scenes])"),
    "groups": ("Groupes", "Groups"),
    "Event.streets": ("Rues visées", "Streets aimed at"),
    "Call.streets": ("Rues visées", "Streets aimed at"),
    "Event.circuits": ("Départs visés", "Circuits aimed at"),
    "Call.circuits": ("Départs visés", "Circuits aimed at"),
    "Event.luminaires": ("Points lumineux visés", "Luminaires aimed at"),
    "Call.luminaires": ("Points lumineux visés", "Luminaires aimed at"),
    "Call.kind": ("Tout allumer, rallumer, forcer", "All on, relight, override"),
    "Call.at": ("Date et heure locales", "Local date and time"),
    "Call.relight": ("Zone de rallumage demandée", "Relight zone asked"),
    "path_m": ("Tracé : [est, nord] en mètres", "Path: [east, north] in metres"),
    "asked_level": ("Niveau demandé quand quelqu'un passe, %", "Level asked when one passes, %"),
    "speed_limit_kmh": ("Limite de vitesse, km/h", "Speed limit, km/h"),
    "traffic": ("Qui passe", "Who passes"),
    "Traffic.kind": ("Piéton, cycliste, voiture", "Walker, cyclist, car"),
    "per_night": ("Passages par nuit", "Passages a night"),
    "per_hour": ("Passages par heure", "Passages an hour"),
    "shape": ("Répartition dans la nuit", "How they spread over the night"),
    "clock_error": ("Erreur de l'horloge de l'armoire", "Error of the cabinet's clock"),
    "Cabinet.circuits": ("Départs de l'armoire", "Circuits of the cabinet"),
    "supply": ("Permanent, ou coupé par l'armoire", "Permanent, or switched by the cabinet"),
    "mains": ("Heures où l'armoire donne le courant", "When the cabinet gives mains"),
    "circuit": ("Départ", "Circuit"),
    "street": ("Rue", "Street"),
    "driver": ("Appareillage (un nom de [drivers])", "Gear (a name of [drivers])"),
    "calendar": ("Calendrier, au lieu de program", "Calendar, instead of program"),
    "sensor": ("Détecteur (un nom de [sensors])", "Sensor (a name of [sensors])"),
    "photocell": ("Cellule (un nom de [photocells])", "Photocell (a name of [photocells])"),
    "section": ("Section levée par un véhicule", "Section that a vehicle raises"),
    "today": ("Programme d'aujourd'hui, pour comparer", "Today's program, to compare"),
    "today_power_w": ("Watts d'aujourd'hui, pour comparer", "Today's watts, to compare"),
    "contactor": ("Contacteur (un nom de [contactors])", "Contactor (a name of [contactors])"),
    "ceiling": ("Plafond (un nom de [ceilings])", "Ceiling (a name of [ceilings])"),
    "relight": ("Zone de rallumage (un nom de [relights])", "Zone (a name of [relights])"),
    "Strategies.relight": ("Si chaque rue se rallumait à la demande", "If each street relit"),
    "meter": ("Son nœud mesure la puissance", "Its node measures power"),
    "burning_hours": ("Heures brûlées avant le nœud", "Hours burnt before the node came"),
    "at_m": ("Position le long de la rue, m", "Place along the street, m"),
    "pole": ("Mât, s'il est partagé", "Pole, when shared"),
    "count": ("Combien de points lumineux", "How many luminaires"),
    "Luminaire.spacing_m": (
        "Entre les mâts des count points, centrés sur at_m, m",
        "Between the poles of the count luminaires, centred on at_m, m",
    ),
    "spacing_m": ("Espacement, m", "Spacing, m"),
    "start_m": ("Position du premier, m", "Place of the first, m"),
    "switch_off": ("Heures d'une extinction", "Hours of a switch-off"),
    "dimming": ("Heures et niveau d'un abaissement", "Hours and level of a dimming"),
}


def said(model: str, key: str) -> tuple[str, str]:
    """What a key means, in French and in English. Raises KeyError for one without words."""
    return _SAID.get(f"{model}.{key}") or _SAID[key]


def json_schema() -> dict[str, Any]:
    """The schema of a site file, draft 7, without references."""
    made = Site.model_json_schema(by_alias=True)
    known = made.pop("$defs")
    schema = _written_out(made, known, "Site")
    head = {"$schema": DRAFT, "title": "Noctule : fichier de site / site file"}
    head["description"] = (
        "Armoires, départs, points lumineux ; programmes, calendriers, présence.\n"
        "Cabinets, circuits, luminaires; programs, calendars, presence."
    )
    return {**head, **{key: value for key, value in schema.items() if key not in head}}


def text() -> str:
    """The schema as it is in its file."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"


def _written_out(schema: dict[str, Any], known: dict[str, Any], model: str) -> dict[str, Any]:
    """A schema with its references replaced by what they name, and words for each key.

    What pydantic says of its own (titles, defaults that are tables) is left out.
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _written_out(known[name], known, name)
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("title", "description"):
            continue
        if key == "default":
            if isinstance(value, (str, int, float)) and value != "":
                out[key] = value
        elif key == "properties":
            out[key] = {
                name: _described(_written_out(inner, known, model), model, name)
                for name, inner in value.items()
            }
        elif key in ("items", "additionalProperties", "propertyNames") and isinstance(value, dict):
            out[key] = _written_out(value, known, model)
        elif key == "patternProperties":
            out["additionalProperties"] = False
            out[key] = {name: _written_out(inner, known, model) for name, inner in value.items()}
        elif key == "anyOf":
            # TOML has no null: what may be None may be left out
            some = [_written_out(one, known, model) for one in value if one != {"type": "null"}]
            if len(some) == 1:
                out.update(some[0])
            else:
                out[key] = some
        else:
            out[key] = value
    return out


def _described(schema: dict[str, Any], model: str, key: str) -> dict[str, Any]:
    french, english = said(model, key)
    if (model, key) == ("Program", "active"):  # the word is read before its shape is proven
        schema = {"anyOf": [{"enum": ["always"]}, {**schema, "minItems": 1}]}
    default = schema.get("default")
    if schema.get("type") == "string" and isinstance(default, int):
        schema = {**schema, "default": duration_text(default)}
    return {"title": key, "description": f"{french}\n{english}", **schema}
