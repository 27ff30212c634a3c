"""A site's own facts as words of one language: moments, dates, rules, orders, lists of lamps.

`why` and `diff` speak with these. PHRASES is their whole catalogue, French and English; values
are `str.format` templates.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal
from pydantic import BaseModel

from sim.site.holidays import known_in, public_days, resolved
from sim.site.model import (
    ActivePeriod,
    Call,
    Event,
    Names,
    PhotocellPeriod,
    Place,
    Rule,
    Site,
    SwitchPoint,
    Window,
)
from sim.site.values import SCHOOL_HOLIDAYS, WEEKDAYS, At, Day, duration_text

Lang = Literal["fr", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("fr", "en")

_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_DAY_0 = dt.date(2000, 1, 1)
_LONG_RUN = 6  # nights after the first: a week is named as a stretch
_FAR_MS = 12 * 3_600_000
_REGULAR = 4  # times that a weekday comes, to be named as one that comes again
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}

PHRASES: Final[Mapping[str, tuple[str, str]]] = {
    # --- moments and dates
    "event.sunset": ("coucher", "sunset"),
    "event.sunrise": ("lever", "sunrise"),
    "event.dusk": ("crépuscule", "dusk"),
    "event.dawn": ("aube", "dawn"),
    "event.nautical dusk": ("crépuscule nautique", "nautical dusk"),
    "event.nautical dawn": ("aube nautique", "nautical dawn"),
    "event.solar midnight": ("minuit solaire", "solar midnight"),
    "moment": ("{day} à {time}", "{day} at {time}"),
    "day": ("le {day}", "{day}"),
    "day.span": ("du {first} au {last}", "{first} to {last}"),
    "by-cell": ("cellule {on_lux}/{off_lux} lx", "photocell {on_lux}/{off_lux} lx"),
    "point": ("{at} → {level} %", "{at} → {level} %"),
    "point.ramp": ("{at} → {level} % en {ramp}", "{at} → {level} % in {ramp}"),
    "always": ("jour et nuit", "day and night"),
    "yes": ("oui", "yes"),
    "no": ("non", "no"),
    "nothing": ("rien", "nothing"),
    "order": (", selon {order}", ", as decided by {order}"),
    # --- a calendar's rules
    "rule": ("« {program} » {when}", '"{program}" {when}'),
    "rule.morning": ("le matin", "in the morning"),
    "rule.every": ("chaque jour", "every day"),
    "rule.public": ("jours fériés", "public holidays"),
    "rule.school": ("vacances scolaires", "school holidays"),
    "rule.some": ("{what} ({which})", "{what} ({which})"),
    "rule.last": ("dernier du mois", "last of the month"),
    "rule.nth": ("n° {n} du mois", "no. {n} of the month"),
    "rule.of-night": (
        "calendrier « {calendar} », nuit du {night} : {why}",
        'calendar "{calendar}", night of {night}: {why}',
    ),
    "rule.default": (
        "par défaut, aucune règle ne dit autre chose",
        "by default, no rule says otherwise",
    ),
    "rule.of-morning": ("{why}, le matin du {day}", "{why}, on the morning of {day}"),
    "rule.holiday": ("{name}, jour férié", "{name}, a public holiday"),
    "rule.school-holiday": (
        "vacances scolaires ({name}, zone {zone})",
        "school holidays ({name}, zone {zone})",
    ),
    # --- holidays by their names in a site file
    "holiday.new-year": ("jour de l'An", "New Year's Day"),
    "holiday.good-friday": ("Vendredi saint", "Good Friday"),
    "holiday.easter-monday": ("lundi de Pâques", "Easter Monday"),
    "holiday.labour-day": ("fête du Travail", "Labour Day"),
    "holiday.victory-day": ("Victoire de 1945", "Victory Day"),
    "holiday.ascension": ("Ascension", "Ascension Day"),
    "holiday.whit-monday": ("lundi de Pentecôte", "Whit Monday"),
    "holiday.bastille-day": ("fête nationale", "Bastille Day"),
    "holiday.assumption": ("Assomption", "Assumption"),
    "holiday.all-saints": ("Toussaint", "All Saints' Day"),
    "holiday.armistice": ("Armistice de 1918", "Armistice Day"),
    "holiday.christmas": ("Noël", "Christmas Day"),
    "holiday.saint-stephen": ("Saint-Étienne", "Saint Stephen's Day"),
    "holiday.abolition-of-slavery": ("abolition de l'esclavage", "Abolition of Slavery"),
    "school.autumn": ("Toussaint", "autumn"),
    "school.christmas": ("Noël", "Christmas"),
    "school.winter": ("hiver", "winter"),
    "school.spring": ("printemps", "spring"),
    "school.ascension": ("pont de l'Ascension", "Ascension"),
    "school.summer": ("été", "summer"),
    # --- weekdays of nights
    "weekday.each": ("chaque {day}", "every {day}"),
    "weekday.span": ("du {first} au {last}", "{first} to {last}"),
    "nights.one": ("{n} nuit", "{n} night"),
    "nights.other": ("{n} nuits", "{n} nights"),
    "poles.one": ("{n} mât", "{n} pole"),
    "poles.other": ("{n} mâts", "{n} poles"),
    "nights.all": ("toutes les nuits", "every night"),
    "nights.more.one": ("{n} autre période", "{n} more stretch"),
    "nights.more.other": ("{n} autres périodes", "{n} more stretches"),
    "lamps.span": ("{first} à {last}", "{first} to {last}"),
    "lamps.more.one": ("{n} autre", "{n} other"),
    "lamps.more.other": ("{n} autres", "{n} others"),
    # --- why: layers, lowest first
    "layer.fault-state": ("état de repli", "fault state"),
    "layer.program": ("programme", "program"),
    "layer.presence": ("présence", "presence"),
    "layer.relight": ("rallumage à la demande", "relight on demand"),
    "layer.override": ("forçage", "override"),
    "layer.ceiling": ("plafond", "ceiling"),
    "layer.all-on": ("tout allumé", "all on"),
    "layer": ("{layer} : {why}", "{layer}: {why}"),
    # --- why: what a layer does to the level beneath it
    "operation.set": ("impose {value} %", "sets {value} %"),
    "operation.max": ("au moins {value} %", "at least {value} %"),
    "operation.min": ("au plus {value} %", "at most {value} %"),
    "operation.add": ("ajoute {value} %", "adds {value} %"),
    "operation.sub": ("retire {value} %", "takes off {value} %"),
    "operation.mul": ("multiplie par {value} %", "multiplies by {value} %"),
    # --- why: what a layer says
    "why.time-unknown": (
        "l'heure n'est pas connue : état de repli",
        "the time is not known: fault state",
    ),
    "why.point": (
        "palier « {at} » du programme « {program} »{rule}{order}",
        'switch point "{at}" of the program "{program}"{rule}{order}',
    ),
    "why.before-first": (
        "avant le premier palier de la nuit : ce sur quoi finit la nuit d'avant, "
        "palier « {at} » du programme « {program} »{rule}{order}",
        "before the night's first switch point: what the previous night ends with, "
        'switch point "{at}" of the program "{program}"{rule}{order}',
    ),
    "why.no-points": (
        "programme « {program} », sans palier : 100 % pendant ses périodes actives{rule}{order}",
        'program "{program}", without switch points: 100 % in its active periods{rule}{order}',
    ),
    "why.inactive": (
        "hors des périodes actives du programme « {program} » ({periods}){rule}{order}",
        'outside the active periods of the program "{program}" ({periods}){rule}{order}',
    ),
    "why.cut": (
        "coupé de {from_} à {to} par le programme « {program} »{rule}{order}",
        'cut from {from_} to {to} by the program "{program}"{rule}{order}',
    ),
    "why.daylight": ("la cellule dit qu'il fait jour", "the photocell says it is light"),
    "why.forced-run": (
        "marche forcée : le départ est sous tension de jour (maintenance)",
        "forced run: the circuit has mains by day (maintenance)",
    ),
    "why.power-up": (
        "la tension vient de revenir, de jour : plein éclairage pendant dix minutes",
        "mains has just returned, by day: full light for ten minutes",
    ),
    "why.idle": ("niveau de veille, personne", "idle level, nobody there"),
    "why.own-sensor": (
        "passage vu par son détecteur, ou temporisation de {hold} en cours",
        "passage seen by its own sensor, or its hold time of {hold} running",
    ),
    "why.stuck": (
        "son détecteur est bloqué{since} et tient la lumière",
        "its own sensor is stuck{since} and keeps the light up",
    ),
    "why.neighbour": (
        "passage vu par un voisin (à {poles}), ou temporisation de {hold} en cours",
        "passage seen by a neighbour ({poles} away), or its hold time of {hold} running",
    ),
    "why.vehicle": (
        "véhicule dans le tronçon, ou temporisation de {hold} en cours",
        "vehicle in the section, or its hold time of {hold} running",
    ),
    "why.level": (
        "forçage à {value} %{asked}{name}{until}",
        "override to {value} %{asked}{name}{until}",
    ),
    "why.program": (
        "forçage du programme « {program} »{asked}{name}{until}",
        'override by the program "{program}"{asked}{name}{until}',
    ),
    "why.request": (
        "rallumage à la demande par un habitant ({name}){asked}{until}",
        "relight on demand by a resident ({name}){asked}{until}",
    ),
    "why.event": (
        "« {event} », de {from_} à {to}, {when}{order}",
        '"{event}", {from_} to {to}, {when}{order}',
    ),
    "why.event-scene": (
        "scène « {scene} » pour « {event} », de {from_} à {to}, {when}{order}",
        'scene "{scene}" for "{event}", {from_} to {to}, {when}{order}',
    ),
    "why.event-program": (
        "programme « {program} » pour « {event} », de {from_} à {to}, {when}{order}",
        'program "{program}" for "{event}", {from_} to {to}, {when}{order}',
    ),
    "why.corridor": (
        "trame noire « {ceiling} » : pas plus de {value} %{when}{order}",
        'dark corridor "{ceiling}": no more than {value} %{when}{order}',
    ),
    "why.all-lit": ("tout allumé{asked}{name}{until}", "all on{asked}{name}{until}"),
    "why.mains-off": (
        "pas de tension, coupée par l'horloge de l'armoire ({armoire}, départ {circuit} : "
        "tension {mains}){order}",
        "no mains, cut by the cabinet's clock ({armoire}, circuit {circuit}: mains {mains})"
        "{order}",
    ),
    "why.mains-cut": (
        "pas de tension, coupée de {from_} à {to} par l'horloge de l'armoire ({armoire}, départ "
        "{circuit}){order}",
        "no mains, cut from {from_} to {to} by the cabinet's clock ({armoire}, circuit "
        "{circuit}){order}",
    ),
    "why.outage": (
        "pas de tension : panne de secteur, demandée à la simulation",
        "no mains: an outage, asked of the simulation",
    ),
    "why.booting": (
        "la tension vient de revenir, le nœud démarre : le driver donne son plein éclairage",
        "mains has just returned, the node is booting: the driver gives its full light",
    ),
    "why.stays-on": (
        "allumé depuis peu : l'appareillage le reste au moins {least}, jusqu'à {time}",
        "lit a short while ago: the gear stays on for at least {least}, until {time}",
    ),
    "why.stays-off": (
        "éteint depuis peu : l'appareillage le reste au moins {least}, jusqu'à {time}",
        "switched off a short while ago: the gear stays off for at least {least}, until {time}",
    ),
    "why.held": (
        "{held} ; demandé : {asked} % ({why})",
        "{held}; asked: {asked} % ({why})",
    ),
    "why.broken": (
        "en panne ; devrait être à {level} % ({why})",
        "broken; should be at {level} % ({why})",
    ),
    "part.name": (" (« {name} »)", ' ("{name}")'),
    "part.asked": (", demandé à {time}", ", asked at {time}"),
    "part.asked-on": (", demandé le {time}", ", asked on {time}"),
    "part.until": (", jusqu'à {time}", ", until {time}"),
    "part.until-on": (", jusqu'au {time}", ", until {time}"),
    "part.rule": (" ({rule})", " ({rule})"),
    "part.reported": (", signalé depuis le {time},", ", reported since {time},"),
    "part.passage": ("{lamps} à {time}", "{lamps} at {time}"),
    "part.no-passage": ("personne cette nuit sous {lamps}", "nobody this night under {lamps}"),
    "part.when": (", {when}", ", {when}"),
    # --- why: sentences
    "say.head": (
        "{date} à {time} : {lamp}, {street}, {state}. Pourquoi : {why}.",
        "{date}, {time}: {lamp}, {street}, {state}. Why: {why}.",
    ),
    "say.off": ("éteint", "off"),
    "say.off.many": ("éteints", "off"),
    "say.at": ("à {level} %", "at {level} %"),
    "say.until": (
        " Sans passage ni forçage, jusqu'à {time}.",
        " With no passage and no override, until {time}.",
    ),
    "say.until-on": (
        " Sans passage ni forçage, jusqu'au {time}.",
        " With no passage and no override, until {time}.",
    ),
    "say.until-anyway": (" Cela dure jusqu'à {time}.", " This lasts until {time}."),
    "say.until-anyway-on": (" Cela dure jusqu'au {time}.", " This lasts until {time}."),
    "say.until-asked": (
        " Sauf autre demande, jusqu'à {time}.",
        " Unless something else is asked for, until {time}.",
    ),
    "say.until-asked-on": (
        " Sauf autre demande, jusqu'au {time}.",
        " Unless something else is asked for, until {time}.",
    ),
    "say.until-begins": (
        " Cela dure jusqu'à {time} au plus : alors commence « {what} ».",
        ' This lasts until {time} at most, when "{what}" begins.',
    ),
    "say.until-begins-on": (
        " Cela dure jusqu'au {time} au plus : alors commence « {what} ».",
        ' This lasts until {time} at most, when "{what}" begins.',
    ),
    "say.until-stuck": (
        " Sans réparation ni forçage, jusqu'à {time}.",
        " With no repair and no override, until {time}.",
    ),
    "say.until-stuck-on": (
        " Sans réparation ni forçage, jusqu'au {time}.",
        " With no repair and no override, until {time}.",
    ),
    "say.minimum": (
        " Demandé : {asked} % ; l'appareillage ne descend pas sous {level} %.",
        " Asked: {asked} %; the gear does not go below {level} %.",
    ),
    "say.warming": (
        " La lampe monte en régime : {light} % pour l'instant, pleine lumière à {time}.",
        " The lamp is warming up: {light} % for now, full light at {time}.",
    ),
    "say.output": (
        " L'appareillage donne pour cela {output} % de son flux ({parts}).",
        " The gear gives {output} % of its output for it ({parts}).",
    ),
    "say.virtual-output": ("flux virtuel {percent} %", "virtual output {percent} %"),
    "say.clo": (
        "flux constant à {hours} h de fonctionnement",
        "constant light output at {hours} burning hours",
    ),
    "say.virtual": (
        " Le nœud ne connaît pas l'heure et compte par minuit virtuel.",
        " The node does not know the time and goes by virtual midnight.",
    ),
    "say.wrong-clock": (
        " L'horloge du nœud est fausse de {by}.",
        " The node's clock is wrong by {by}.",
    ),
    "say.may-ask": (
        " Les habitants ({name}) peuvent demander la lumière de {from_} à {to}, pour {duration}.",
        " Residents ({name}) may ask for light from {from_} to {to}, for {duration}.",
    ),
    "say.last-request": (
        " Dernière demande de lumière à {time}.",
        " Light was last asked for at {time}.",
    ),
    "say.passing": (" Quelqu'un y passe en ce moment.", " Somebody is passing now."),
    "say.last-passage": (" Dernier passage à {time}.", " Last passage at {time}."),
    "say.passing-at": (
        " Quelqu'un passe en ce moment sous {lamps}.",
        " Somebody is passing under {lamps} now.",
    ),
    "say.passages": (" Derniers passages : {passages}.", " Last passages: {passages}."),
    "passages.before.one": ("{n} autre plus tôt", "{n} other earlier"),
    "passages.before.other": ("{n} autres plus tôt", "{n} others earlier"),
    "say.no-passage": (" Personne n'est passé cette nuit.", " Nobody has passed this night."),
    "say.reported": (" Signalé : {faults}.", " Reported: {faults}."),
    "say.since": ("{fault} (depuis le {time})", "{fault} (since {time})"),
    # --- why: the node's clock
    "clock": ("horloge du nœud : {clock}", "the node's clock: {clock}"),
    "clock.off": ("hors tension", "no mains"),
    "clock.unset": ("heure inconnue", "time not known"),
    "clock.virtual": ("minuit virtuel", "virtual midnight"),
    "clock.holdover": ("réserve de marche", "holdover"),
    "clock.synced": ("à l'heure", "synchronised"),
    # --- two sites compared
    "diff.elsewhere": (
        "Ce ne sont pas les mêmes lieux : « {old} » et « {new} » n'ont pas le même ciel ou pas "
        "la même heure.",
        'These are not the same place: "{old}" and "{new}" have another sky or another clock.',
    ),
    "diff.strangers": (
        "Les deux sites n'ont aucun point lumineux en commun.",
        "The two sites share no luminaire.",
    ),
    "diff.written": ("Ce qui est écrit autrement :", "What is written otherwise:"),
    "diff.nothing-written": (
        "Rien n'est écrit autrement : les deux fichiers disent la même chose.",
        "Nothing is written otherwise: the two files say the same.",
    ),
    "diff.added": ("+ {what}", "+ {what}"),
    "diff.removed": ("- {what}", "- {what}"),
    "diff.changed": ("{what} : {fields}", "{what}: {fields}"),
    "diff.and": (" ; ", "; "),
    "diff.quoted": ("« {name} »", '"{name}"'),
    "diff.field": ("{name} {what}", "{name} {what}"),
    "diff.to": ("{old} ⇒ {new}", "{old} ⇒ {new}"),
    "diff.gone": ("sans {what}", "without {what}"),
    "diff.come": ("plus {what}", "with {what}"),
    "diff.otherwise": ("{name} autrement", "{name} otherwise"),
    "diff.nobody": ("sans passants", "with nobody passing"),
    "diff.people": ("avec passants (graine {seed})", "with people (seed {seed})"),
    "diff.when": (
        "{nights} à partir du {first}, {people}",
        "{nights} from {first}, {people}",
    ),
    "diff.nothing": (
        "{when} : ni la lumière ni l'énergie ne changent.",
        "{when}: neither light nor energy changes.",
    ),
    "diff.nights": ("{when} :", "{when}:"),
    "diff.group": ("{street}, {lamps} ({count}) : {runs}", "{street}, {lamps} ({count}): {runs}"),
    "diff.new-lamp": ("nouveau, {new}", "new, {new}"),
    "diff.gone-lamp": ("supprimé, {old}", "gone, {old}"),
    "diff.light-nights": (
        "autre lumière : {nights} ({count})",
        "other light: {nights} ({count})",
    ),
    "diff.energy-nights": (
        "autre énergie : {nights} ({count})",
        "other energy: {nights} ({count})",
    ),
    "diff.light_h": (
        "lumière {old} ⇒ {new} h à pleine lumière ({by}{percent})",
        "light {old} ⇒ {new} h at full light ({by}{percent})",
    ),
    "diff.light_h.same": (
        "lumière {new} h à pleine lumière, comme avant",
        "light {new} h at full light, as before",
    ),
    "diff.energy_kwh": (
        "énergie {old} ⇒ {new} kWh ({by}{percent})",
        "energy {old} ⇒ {new} kWh ({by}{percent})",
    ),
    "diff.energy_kwh.same": ("énergie {new} kWh, comme avant", "energy {new} kWh, as before"),
    "diff.cost_eur": (
        "coût {old} ⇒ {new} EUR ({by}{percent})",
        "cost {old} ⇒ {new} EUR ({by}{percent})",
    ),
    "diff.cost_eur.same": ("coût {new} EUR, comme avant", "cost {new} EUR, as before"),
    "diff.cost_eur.cent": (
        "coût {new} EUR, à moins d'un centime près",
        "cost {new} EUR, within a cent",
    ),
    "diff.by-price": (
        ", par le seul prix du kWh ({old} ⇒ {new} EUR)",
        ", by the price of a kWh alone ({old} ⇒ {new} EUR)",
    ),
    "diff.percent": (" ; {n} %", "; {n} %"),
    "diff.more.one": (
        "et {n} autre groupe, qui change moins : --json le donne aussi",
        "and {n} more group, which changes less: --json has it too",
    ),
    "diff.more.other": (
        "et {n} autres groupes, qui changent moins : --json les donne tous",
        "and {n} more groups, which change less: --json has them all",
    ),
    "diff.total": (
        "En tout ({old} ⇒ {new} points lumineux)",
        "In all ({old} ⇒ {new} luminaires)",
    ),
}


FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "active": ("périodes actives", "active periods"),
    "address": ("adresse", "address"),
    "asked_level": ("niveau demandé", "asked level"),
    "at": ("à", "at"),
    "at_m": ("place", "place"),
    "board": ("carte", "board"),
    "burning_hours": ("heures déjà brûlées", "hours burnt before"),
    "calendar": ("calendrier", "calendar"),
    "can_switch_off": ("peut s'éteindre", "can switch off"),
    "ceiling": ("trame noire", "ceiling"),
    "circuit": ("départ", "circuit"),
    "circuits": ("départs", "circuits"),
    "clo": ("flux constant", "constant light output"),
    "clock": ("horloge", "clock"),
    "clock_error": ("erreur de l'horloge", "clock error"),
    "co2_g_per_kwh": ("CO2", "CO2"),
    "co2_source": ("source du CO2", "source of the CO2"),
    "co2_year": ("année du CO2", "year of the CO2"),
    "contactor": ("contacteur", "contactor"),
    "control": ("commande", "control"),
    "count": ("nombre", "count"),
    "curve": ("courbe", "curve"),
    "dali_address": ("adresse DALI", "DALI address"),
    "dali_rx": ("réception DALI", "DALI receiving"),
    "dali_tx": ("émission DALI", "DALI sending"),
    "dates": ("dates", "dates"),
    "day": ("jour", "day"),
    "debounce": ("antirebond", "debounce"),
    "default": ("par défaut", "default"),
    "description": ("description", "description"),
    "dimming": ("abaissement", "dimming"),
    "driver": ("appareillage", "gear"),
    "duration": ("durée", "duration"),
    "false_per_hour": ("fausses détections", "false detections"),
    "fault_state": ("état de repli", "fault state"),
    "from": ("du", "from"),
    "groups": ("groupes", "groups"),
    "hold": ("temporisation", "hold time"),
    "holiday_zone": ("zone des jours fériés", "public holidays' zone"),
    "holidays": ("jours fériés", "public holidays"),
    "hours": ("heures", "hours"),
    "id": ("identifiant", "id"),
    "idle": ("veille", "idle level"),
    "inverted": ("broches inversées", "inverted pins"),
    "kind": ("genre", "kind"),
    "language": ("langue", "language"),
    "latitude": ("latitude", "latitude"),
    "led": ("témoin", "light of the board"),
    "level": ("niveau", "level"),
    "levels": ("niveaux", "levels"),
    "light": ("photorésistance", "LDR"),
    "longitude": ("longitude", "longitude"),
    "luminaires": ("points lumineux", "luminaires"),
    "mains": ("heures de tension", "hours of mains"),
    "meter": ("mesure de puissance", "power meter"),
    "meter_pulse_mj": ("énergie d'une impulsion", "energy of a pulse"),
    "minimum_level": ("niveau minimal", "minimum level"),
    "minimum_off": ("arrêt minimal", "minimum off time"),
    "minimum_on": ("marche minimale", "minimum on time"),
    "missed_percent": ("passages manqués", "missed passages"),
    "name": ("nom", "name"),
    "neighbours": ("voisins", "neighbours"),
    "network": ("réseau", "network"),
    "node": ("nœud", "node"),
    "node_w": ("puissance du nœud", "node power"),
    "ntp": ("serveurs de temps", "time servers"),
    "occurrences": ("occurrences", "occurrences"),
    "off_lux": ("seuil d'extinction", "off threshold"),
    "on_lux": ("seuil d'allumage", "on threshold"),
    "operation": ("opération", "operation"),
    "order": ("décision", "decision"),
    "output": ("commande", "output"),
    "output_v": ("tension à pleine commande", "voltage at full duty"),
    "path_m": ("tracé", "path"),
    "per_hour": ("passages par heure", "passages an hour"),
    "per_night": ("passages par nuit", "passages a night"),
    "photocell": ("cellule", "photocell"),
    "pins": ("broches", "pins"),
    "points": ("paliers", "switch points"),
    "pole": ("mât", "pole"),
    "power_points": ("points de puissance", "power points"),
    "power_tolerance_percent": ("tolérance de puissance", "power tolerance"),
    "power_w": ("puissance", "power"),
    "presence": ("présence", "presence"),
    "price_date": ("date du prix", "date of the price"),
    "price_eur_per_kwh": ("prix", "price"),
    "price_source": ("source du prix", "source of the price"),
    "program": ("programme", "program"),
    "pwm_hz": ("fréquence", "frequency"),
    "radar_rx": ("réception du radar", "radar receiving"),
    "radar_tx": ("émission vers le radar", "radar sending"),
    "ramp": ("rampe", "ramp"),
    "ramp_down": ("rampe de descente", "ramp down"),
    "ramp_up": ("rampe de montée", "ramp up"),
    "range_m": ("portée", "range"),
    "reach_m": ("rayon", "reach"),
    "relay": ("relais", "relay"),
    "relay_rest": ("contact au repos", "contact at rest"),
    "relight": ("rallumage à la demande", "relight on demand"),
    "requests_per_night": ("demandes par nuit", "requests a night"),
    "rules": ("règles", "rules"),
    "scene": ("scène", "scene"),
    "school_holidays": ("vacances scolaires", "school holidays"),
    "school_zone": ("zone scolaire", "school zone"),
    "scl": ("horloge I2C", "I2C clock"),
    "sda": ("données I2C", "I2C data"),
    "section": ("tronçon", "section"),
    "sensor": ("détecteur", "sensor"),
    "shape": ("forme", "shape"),
    "spacing_m": ("espacement", "spacing"),
    "speed_known": ("vitesse connue", "speed known"),
    "speed_limit_kmh": ("vitesse limite", "speed limit"),
    "ssid": ("nom du Wi-Fi", "Wi-Fi name"),
    "standby_w": ("puissance en veille", "standby power"),
    "start_m": ("début", "start"),
    "street": ("rue", "street"),
    "streets": ("rues", "streets"),
    "stuck_after": ("coincé au bout de", "stuck after"),
    "supply": ("alimentation", "supply"),
    "switch_off": ("coupure", "switch-off"),
    "timezone": ("fuseau horaire", "time zone"),
    "to": ("au", "to"),
    "today": ("programme d'aujourd'hui", "today's program"),
    "today_power_w": ("puissance d'aujourd'hui", "today's power"),
    "traffic": ("passages", "traffic"),
    "vehicles": ("véhicules", "vehicles"),
    "virtual_output": ("flux virtuel", "virtual output"),
    "volts": ("tensions", "voltages"),
    "warm_up": ("montée en régime", "warm-up"),
    "weekdays": ("jours de la semaine", "weekdays"),
    "when_stuck": ("s'il est coincé", "when stuck"),
    "window": ("fenêtre", "window"),
    "windows": ("plages", "windows"),
}
"""What each key of a site file is called."""


class Words:
    """A site in one language."""

    def __init__(self, site: Site, lang: Lang) -> None:
        self.site = site
        self.lang = lang
        self._choose = LANGUAGES.index(lang)
        self._locale = _LOCALES[lang]
        self._zone = ZoneInfo(site.site.timezone)

    def say(self, key: str, **facts: object) -> str:
        """A phrase of the catalogue. Raises KeyError where there is none."""
        return PHRASES[key][self._choose].format(**facts)

    def counted(self, key: str, n: int) -> str:
        """So many of something: 1 night, 2 nights."""
        one = n < 2 if self.lang == "fr" else n == 1
        return self.say(f"{key}.one" if one else f"{key}.other", n=n)

    # ---- instants, ms since 2000 UTC

    def local(self, t: int) -> dt.datetime:
        """The time on the clock on the wall."""
        return (_EPOCH + dt.timedelta(milliseconds=t)).astimezone(self._zone)

    def instant(self, local: dt.datetime) -> int:
        """ms since 2000 of a local time without zone; one that comes twice is the first."""
        return (local.replace(tzinfo=self._zone) - _EPOCH) // dt.timedelta(milliseconds=1)

    def date(self, t: int) -> str:
        """The day of an instant: Tuesday 24 November 2026."""
        text = format_date(self.local(t), "EEEE d MMMM y", locale=self._locale)
        return text.replace(" 1 ", " 1er ") if self.lang == "fr" else text

    def time(self, t: int) -> str:
        """The time of an instant: 02:10, with seconds where there are any."""
        local = self.local(t)
        text = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
            return text
        offset = f"{local:%z}"
        return f"{text} (UTC{offset[:3]}:{offset[3:]})"  # an hour that comes twice

    def moment(self, t: int) -> str:
        """Day and time of an instant."""
        day = self.calendar_date(self.local(t).date())
        return self.say("moment", day=day, time=self.time(t))

    def say_time(self, key: str, t: int, now: int, **facts: object) -> str:
        """A phrase with the time of an instant; its form `key`-on, with the day too, where the
        instant is so far from `now` that the time alone would mislead."""
        same_day = self.local(t).date() == self.local(now).date()
        if same_day or abs(t - now) < _FAR_MS:
            return self.say(key, time=self.time(t), **facts)
        return self.say(f"{key}-on", time=self.moment(t), **facts)

    def calendar_date(self, date: dt.date, year: bool = True) -> str:
        """24 November 2026; in French the first of a month is its 1er."""
        text = format_date(date, "d MMMM y" if year else "d MMMM", locale=self._locale)
        return "1er" + text[1:] if self.lang == "fr" and date.day == 1 else text

    def night(self, night: int, year: bool = True) -> str:
        """The evening of a day number."""
        return self.calendar_date(_DAY_0 + dt.timedelta(days=night), year)

    # ---- quantities

    def number(self, value: float, digits: int = 0, sign: bool = False) -> str:
        """A number with so many decimals."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        if round(value, digits) == 0:
            value = 0.0
        text = format_decimal(abs(value), format=pattern, locale=self._locale)
        return ("-" if value < 0 else "+" if sign and value > 0 else "") + text

    def short(self, value: float) -> str:
        """A number with the decimals that it needs, six at most."""
        return format_decimal(value, format="#,##0.######", locale=self._locale)

    def duration(self, ms: int) -> str:
        """1 min 30 s."""
        text = duration_text(ms)
        return text.replace(".", ",") if self.lang == "fr" else text

    # ---- what a site file says

    def at(self, at: At) -> str:
        """A moment of every night: 22:00, sunset + 10 min."""
        if at.is_clock:
            return str(at)
        return str(at).replace(at.event, self.say(f"event.{at.event}"))

    def spans(self, spans: Iterable[Window | ActivePeriod]) -> str:
        """from–to, from–to."""
        return ", ".join(f"{self.at(span.from_)}–{self.at(span.to)}" for span in spans)

    def day(self, day: Day, year: bool = True) -> str:
        """A date of one year, or of every year."""
        date = dt.date(2000 if day.year is None else day.year, day.month, day.day)
        return self.calendar_date(date, year and day.year is not None)

    def days(self, first: Day, last: Day) -> str:
        """From a date to a date."""
        if first == last:
            return self.say("day", day=self.day(first))
        return self.say(
            "day.span", first=self.day(first, first.year != last.year), last=self.day(last)
        )

    def name(self, names: Names | str | None, key: str) -> str:
        """A name in the language, else the key."""
        if isinstance(names, Names):
            return names.text(self.lang)
        return names or key

    def program(self, key: str) -> str:
        """A program's name."""
        return self.name(self.site.programs[key].name, key)

    def event(self, event: Event | Call) -> str:
        """An event's name, or a call's."""
        return self.name(event.name, event.id)

    def order(self, order: str | None) -> str:
        """Who decided it, as an end of a sentence: empty where that is not written."""
        return self.say("order", order=order) if order else ""

    # ---- lists

    def listed(self, parts: Sequence[str]) -> str:
        """a, b and c."""
        return format_list(list(parts), locale=self._locale)

    def weekday(self, number: int) -> str:
        """A day of the week, Monday 0."""
        return str(get_day_names("wide", locale=self._locale)[number])

    def weekdays(self, numbers: Iterable[int]) -> str:
        """Every Friday; Sunday to Thursday."""
        days = sorted(numbers)
        if 3 <= len(days) < 7:
            for shift in range(7):
                turned = sorted((day - shift) % 7 for day in days)
                if turned == list(range(len(days))):
                    return self.say(
                        "weekday.span",
                        first=self.weekday(shift),
                        last=self.weekday((shift + len(days) - 1) % 7),
                    )
        return self.say("weekday.each", day=self.listed([self.weekday(day) for day in days]))

    def lamps(self, ids: Sequence[str], most: int = 8) -> str:
        """Ids in their order, runs of numbers joined: E01 to E16, S03."""
        runs: list[list[str]] = []
        for name in ids:
            if runs and _follows(runs[-1][-1], name):
                runs[-1].append(name)
            else:
                runs.append([name])
        parts: list[str] = []
        for run in runs[:most]:
            if len(run) > 2:
                parts.append(self.say("lamps.span", first=run[0], last=run[-1]))
            else:
                parts += run
        left = sum(len(run) for run in runs[most:])
        if left:
            parts.append(self.counted("lamps.more", left))
        return ", ".join(parts)

    def nights(self, nights: Sequence[int], first: int, count: int, most: int = 4) -> str:
        """Nights (sorted day numbers) among the `count` from `first` on, as people say them."""
        if len(nights) == count:
            return self.say("nights.all")
        found = stretches(nights, first, count)
        parts = []
        for one in found[:most]:
            if one.weekdays and (one.first, one.last) == (first, first + count - 1):
                parts.append(self.weekdays(one.weekdays))
                continue
            if one.first == one.last:
                parts.append(self.say("day", day=self.night(one.first)))
                continue
            years = [(_DAY_0 + dt.timedelta(days=day)).year for day in (one.first, one.last)]
            text = self.say(
                "day.span",
                first=self.night(one.first, years[0] != years[1]),
                last=self.night(one.last),
            )
            parts.append(f"{self.weekdays(one.weekdays)} {text}" if one.weekdays else text)
        if len(found) > most:
            parts.append(self.counted("nights.more", len(found) - most))
        return ", ".join(parts)

    def rule(self, rule: Rule) -> str:
        """A calendar's rule."""
        return self.say("rule", program=self.program(rule.program), when=self.when(rule))

    def when(self, rule: Rule | Event) -> str:
        """The nights that a rule or an event asks for."""
        parts = []
        if rule.weekdays:
            text = self.weekdays(sorted({WEEKDAYS.index(day) for day in rule.weekdays}))
            occurrences = getattr(rule, "occurrences", None)
            if occurrences:
                which = [
                    self.say("rule.last") if n == "last" else self.say("rule.nth", n=n)
                    for n in occurrences
                ]
                text = self.say("rule.some", what=text, which=", ".join(which))
            parts.append(text)
        for key, what in (("holidays", "rule.public"), ("school_holidays", "rule.school")):
            named = getattr(rule, key, None)
            if named and tuple(named) in (("public",), ("all",)):
                parts.append(self.say(what))
            elif named:
                parts.append(self.say("rule.some", what=self.say(what), which=", ".join(named)))
        if rule.from_ and rule.to:
            parts.append(self.days(rule.from_, rule.to))
        if rule.dates:
            parts.append(", ".join(self.say("day", day=self.day(day)) for day in rule.dates))
        text = ", ".join(parts) or self.say("rule.every")
        if getattr(rule, "day", "evening") == "morning":
            text += ", " + self.say("rule.morning")
        return text

    def why_rule(self, calendar: str, rule: Rule | None, night: int) -> str:
        """Why the calendar gives a night its program: by that rule, None by default."""
        evening = self.night(night)
        if rule is None:
            why = self.say("rule.default")
        else:
            morning = rule.day == "morning"
            why = self._matched(rule, night + morning)
            if morning:
                why = self.say("rule.of-morning", why=why, day=self.night(night + 1, False))
        return self.say("rule.of-night", calendar=calendar, night=evening, why=why)

    def _matched(self, rule: Rule, day: int) -> str:
        """What of a day (its number) a rule asks for that matches it."""
        date = _DAY_0 + dt.timedelta(days=day)
        place = self.site.site
        parts = []
        if rule.holidays:
            names = [self.say(f"holiday.{name}") for name in _public_names(date, place)]
            parts.append(self.say("rule.holiday", name=self.listed(names)))
        if rule.school_holidays:
            names = [self.say(f"school.{name}") for name in _school_names(date, place)]
            name = self.listed(names)
            parts.append(self.say("rule.school-holiday", name=name, zone=place.school_zone))
        if rule.weekdays:
            text = self.weekday(_weekday(day))
            if rule.occurrences:
                which = [
                    self.say("rule.last") if n == "last" else self.say("rule.nth", n=n)
                    for n in rule.occurrences
                ]
                text = self.say("rule.some", what=text, which=", ".join(which))
            parts.append(text)
        if rule.from_ and rule.to:
            parts.append(self.days(rule.from_, rule.to))
        if rule.dates:
            parts.append(self.say("day", day=self.calendar_date(date, False)))
        return ", ".join(parts) or self.say("rule.every")

    # ---- any key and value of a site file

    def key(self, key: str) -> str:
        """What a key of a site file is called."""
        return FIELDS[key][self._choose] if key in FIELDS else key

    def value(self, field: str, value: Any) -> str:
        """A value as it reads in a sentence; `field` is its key in the file."""
        if value is None or value == () or value == {}:
            return self.say("always" if field == "active" else "nothing")
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        for kind, write in self._writers():
            if isinstance(value, kind):
                return write(value)
        if isinstance(value, BaseModel):
            # what is as it is when nothing is written needs no word
            parts = [
                f"{self.key(name.rstrip('_'))} {self.value(name, getattr(value, name))}"
                for name, info in type(value).model_fields.items()
                if getattr(value, name) != info.get_default(call_default_factory=True)
            ]
            return ", ".join(parts) or self.say("nothing")
        if isinstance(value, Mapping):
            return ", ".join(f"{key} {self.value('level', one)}" for key, one in value.items())
        if isinstance(value, (tuple, list)):
            if field == "clo":
                return ", ".join(f"{self.short(h)} h → {level} %" for h, level in value)
            if field == "power_points":
                return ", ".join(f"{self.short(x)} % → {self.short(w)} W" for x, w in value)
            return ", ".join(self.value(field, one) for one in value)
        if isinstance(value, dt.datetime):
            return f"{self.calendar_date(value.date())} {value:%H:%M}"
        if isinstance(value, dt.date):
            return self.calendar_date(value)
        if isinstance(value, (int, float)):
            return self._quantity(field, value)
        return str(value)

    def _writers(self) -> tuple[tuple[type, Callable[[Any], str]], ...]:
        return (
            (At, self.at),
            (Day, self.day),
            (Names, lambda names: str(names.text(self.lang))),
            (SwitchPoint, self.point),
            (Rule, self.rule),
            (Window, lambda span: self.spans((span,))),
            (ActivePeriod, self._period),
        )

    def point(self, point: SwitchPoint) -> str:
        """A switch point: 22:00 → 60 % in 5 s."""
        facts = {"at": self.at(point.at), "level": point.level}
        if not point.ramp:
            return self.say("point", **facts)
        return self.say("point.ramp", **facts, ramp=self.duration(point.ramp))

    def point_at(self, point: SwitchPoint) -> str:
        """A switch point without its ramp: 22:00 → 60 %."""
        return self.say("point", at=self.at(point.at), level=point.level)

    def _period(self, period: ActivePeriod) -> str:
        text = self.spans((period,))
        cell: PhotocellPeriod | None = period.photocell
        if cell is None:
            return text
        cell_text = self.say("by-cell", on_lux=cell.on_lux, off_lux=cell.off_lux)
        if cell.window is not None:
            cell_text += f" ± {self.duration(cell.window)}"
        return f"{text} ({cell_text})"

    def _quantity(self, field: str, value: float) -> str:
        if field in DURATIONS:
            return self.duration(int(value))
        if field in _PERCENT:
            return f"{self.short(value)} %"
        for end, unit in _UNITS:
            if field.endswith(end):
                return f"{self.short(value)} {unit}"
        return self.short(value) if abs(value) >= 1e4 or value != int(value) else str(int(value))


DURATIONS: Final = frozenset(
    {
        "clock_error", "debounce", "duration", "hold", "minimum_off", "minimum_on", "ramp",
        "ramp_down", "ramp_up", "stuck_after", "warm_up", "window",
    }
)  # fmt: skip
"""Keys whose values are milliseconds in the model."""

_PERCENT = frozenset(
    {"asked_level", "fault_state", "idle", "level", "levels", "minimum_level", "virtual_output"}
)
_UNITS = (
    ("_percent", "%"), ("_per_hour", "/h"), ("_eur_per_kwh", "EUR/kWh"), ("_g_per_kwh", "g/kWh"),
    ("_kmh", "km/h"), ("_w", "W"), ("_m", "m"), ("_lux", "lx"), ("_hours", "h"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """Nights from `first` to `last` (day numbers): every one, or those of some weekdays alone
    (Monday 0)."""

    first: int
    last: int
    weekdays: tuple[int, ...] = ()


def stretches(nights: Sequence[int], first: int, count: int) -> list[Stretch]:
    """Nights (sorted day numbers) among the `count` from `first` on, as few stretches as people
    would name: weeks on end, then weekdays that come again and again, then what is left.

    A stretch of weekdays begins and ends where the compared nights do, if no such weekday lies
    between.
    """
    plain = _runs(nights, range(7), set(nights))
    whole = [run for run in plain if run[1] - run[0] >= _LONG_RUN]
    rest = [night for night in nights if not any(a <= night <= b for a, b in whole)]
    counts = Counter(_weekday(night) for night in rest)
    regular = tuple(sorted(day for day, times in counts.items() if times >= _REGULAR))
    weekly = _runs([n for n in rest if _weekday(n) in regular], regular, set(nights))
    odd = _runs([n for n in rest if _weekday(n) not in regular], range(7), set(nights))
    if len(regular) == 7 or len(whole) + len(weekly) + len(odd) >= len(plain):
        return [Stretch(a, b) for a, b in plain]
    found = [Stretch(a, b) for a, b in (*whole, *odd)]
    for start, end in weekly:
        if not any(_weekday(day) in regular for day in range(first, start)):
            start = first
        if not any(_weekday(day) in regular for day in range(end + 1, first + count)):
            end = first + count - 1
        found.append(Stretch(start, end, regular))
    return sorted(found, key=lambda one: (one.first, -one.last))


def _runs(
    nights: Sequence[int], weekdays: Iterable[int], present: Set[int]
) -> list[tuple[int, int]]:
    """First and last of runs of nights without a night of those weekdays that is not present."""
    wanted = set(weekdays)
    found: list[tuple[int, int]] = []
    for night in nights:
        between = range(found[-1][1] + 1, night) if found else ()
        if found and all(d in present or _weekday(d) not in wanted for d in between):
            found[-1] = (found[-1][0], night)
        else:
            found.append((night, night))
    return found


def _weekday(night: int) -> int:
    return (night + 5) % 7  # 2000-01-01 was a Saturday


def _public_names(date: dt.date, place: Place) -> list[str]:
    """Names, in a site file, of the public holidays that a day is."""
    return [
        name
        for name in known_in(place.holiday_zone)
        if _is_one(date, public_days(Rule(program="any", holidays=(name,)), place))
    ]


def _school_names(date: dt.date, place: Place) -> list[str]:
    """Names, in a site file, of the school holidays that a day is in."""
    day = Day(date.year, date.month, date.day)
    return [
        name
        for name in SCHOOL_HOLIDAYS
        if any(
            (one.from_ <= day <= one.to)
            if one.from_ and one.to
            else _is_one(date, one.dates or ())
            for one in resolved(Rule(program="any", school_holidays=(name,)), place)
        )
    ]


def _is_one(date: dt.date, days: Iterable[Day]) -> bool:
    """Is a date one of some days, of a year or of every year?"""
    return any(day[1:] == (date.month, date.day) and day.year in (None, date.year) for day in days)


_NUMBERED = re.compile(r"(.*?)([0-9]+)", re.DOTALL)


def _follows(before: str, name: str) -> bool:
    """Is the number at the end of an id the next one, written alike?"""
    a, b = _NUMBERED.fullmatch(before), _NUMBERED.fullmatch(name)
    if a is None or b is None or a[1] != b[1] or int(a[2]) + 1 != int(b[2]):
        return False
    return len(a[2]) == len(b[2]) or (a[2][0] != "0" and b[2][0] != "0")
