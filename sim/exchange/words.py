"""What the exports and imports say to a technician, in French and in English.

Three catalogues: what a model of the trade cannot say of a site file (`unsaid`), what a site file
cannot say of theirs (`THEIRS`), and what an import refuses or notes (`refusal`): message and cure.
Texts are `str.format` templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Lang = Literal["fr", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("fr", "en")

# --- what the other side cannot say --------------------------------------------------------------

UNSAID: Final[Mapping[str, Mapping[Lang, str]]] = {
    "site": {
        "fr": "{model} n'a pas de place pour cette indication sur le site",
        "en": "{model} has no place for this about the site",
    },
    "name": {
        "fr": "{model} n'a pas de nom en clair ici : l'identifiant reste",
        "en": "{model} has no name for people here: the id remains",
    },
    "order": {
        "fr": "{model} ne cite pas l'arrêté qui a décidé",
        "en": "{model} does not cite the order that decided it",
    },
    "simulation": {
        "fr": "sert à la simulation et aux comparaisons seulement : pas exporté",
        "en": "for simulation and comparisons only: not exported",
    },
    "standby": {
        "fr": "{model} ne connaît pas la consommation de veille",
        "en": "{model} does not know the power of standby",
    },
    "cannot-switch-off": {
        "fr": "{model} ne sait pas qu'un appareillage ne peut pas s'éteindre",
        "en": "{model} does not know that a driver cannot switch off",
    },
    "power-curve": {
        "fr": "{model} n'a pas de courbe de puissance mesurée : les points mesurés manquent",
        "en": "{model} has no measured power curve: the measured points are left out",
    },
    "minimum-times": {
        "fr": "{model} n'a pas cette durée minimale d'allumage ou d'extinction",
        "en": "{model} does not have this minimum time on or off",
    },
    "sensor": {
        "fr": "{model} ne règle pas ainsi le détecteur (anti-rebond, blocage, vitesse)",
        "en": "{model} does not set the sensor so (debounce, stuck, speed)",
    },
    "fault-state": {
        "fr": "{model} n'a pas d'état de repli par programme : celui des luminaires porte le plus "
        "haut",
        "en": "{model} has no fault state for a program: that of the lamps carries the highest",
    },
    "neighbours": {
        "fr": "{model} ne connaît pas la détection des voisins ni les tronçons",
        "en": "{model} does not know neighbours' detections, nor sections",
    },
    "idle": {
        "fr": "{model} n'a pas de niveau de veille au-dessus de celui du programme",
        "en": "{model} has no idle level above the program's",
    },
    "presence-windows": {
        "fr": "{model} ne connaît que l'heure pour les présences : toute la nuit est dite",
        "en": "{model} knows clock times only for presence: the whole night is said",
    },
    "photocell-fallback": {
        "fr": "{model} ne dit pas les heures qui remplacent une cellule en panne",
        "en": "{model} does not say the hours that stand in for a dead photocell",
    },
    "photocell-ends": {
        "fr": "{model} n'encadre une cellule qu'autour du coucher et du lever : c'est ce qui est "
        "dit",
        "en": "{model} bounds a photocell about sunset and sunrise only: that is what is said",
    },
    "photocell-thresholds": {
        "fr": "{model} met les seuils dans la cellule, pas dans le programme : un seul jeu par "
        "point lumineux",
        "en": "{model} has the thresholds in the photocell, not in the program: one pair a "
        "luminaire",
    },
    "whole-minutes": {
        "fr": "{model} compte ici en minutes entières : « {at} » est arrondi",
        "en": "{model} counts in whole minutes here: {at} is rounded",
    },
    "seconds": {
        "fr": "{model} ne garantit pas les secondes ici : « {at} »",
        "en": "{model} does not promise seconds here: {at}",
    },
    "twilight": {
        "fr": "{model} ne connaît pas les crépuscules : « {at} » devient un décalage sur {event}, "
        "à {minutes} min près",
        "en": "{model} does not know twilights: {at} becomes an offset from {event}, within "
        "{minutes} min",
    },
    "solar-midnight": {
        "fr": "{model} ne connaît pas le minuit solaire : « {at} » devient une heure fixe, à "
        "{minutes} min près",
        "en": "{model} does not know solar midnight: {at} becomes a clock time, within "
        "{minutes} min",
    },
    "solar-order": {
        "fr": "dans {model}, un palier à l'heure ne compte plus après un palier solaire, et "
        "l'ordre des deux change avec la saison : les niveaux peuvent différer",
        "en": "in {model} a clock point no longer counts after a solar one, and their order "
        "changes with the season: levels may differ",
    },
    "period": {
        "fr": "{model} ne sait pas dire cette période d'activité : du coucher au lever est dit, "
        "donc plus de lumière",
        "en": "{model} cannot say this active period: sunset to sunrise is said, which is more "
        "light",
    },
    "carried": {
        "fr": "{model} ne dit pas qu'avant le premier palier vaut la fin de la nuit d'avant : le "
        "programme boucle sur lui-même",
        "en": "{model} does not say that the end of the night before holds until the first point: "
        "the program follows itself",
    },
    "dates-until": {
        "fr": "{model} n'a pas cette règle (jours fériés, vacances, matin) : elle est dite par "
        "ses dates, jusqu'en {year}",
        "en": "{model} does not have this rule (holidays, mornings): it is said by its dates, "
        "until {year}",
    },
    "switched": {
        "fr": "{model} ne sait pas que la présence du secteur commande l'allumage ni ses heures",
        "en": "{model} does not know that mains present is the order to light, nor its hours",
    },
    "ceiling": {
        "fr": "{model} n'a pas de plafond au-dessus de la présence et des forçages (trame noire)",
        "en": "{model} has no ceiling above presence and overrides (dark corridor)",
    },
    "relight": {
        "fr": "{model} n'a pas de rallumage à la demande des riverains",
        "en": "{model} has no light on demand by residents",
    },
    "scene": {
        "fr": "{model} n'a pas de scènes : seuls les niveaux des événements datés sont dits",
        "en": "{model} has no scenes: only the levels of dated events are said",
    },
    "no-scenes": {
        "fr": "{model} n'a pas de scènes",
        "en": "{model} has no scenes",
    },
    "no-fault-state": {
        "fr": "{model} ne dit pas l'état de repli",
        "en": "{model} does not say the fault state",
    },
    "no-streets": {
        "fr": "{model} n'a pas de rues",
        "en": "{model} has no streets",
    },
    "event": {
        "fr": "{model} ne dit pas d'avance les travaux et les événements",
        "en": "{model} does not say works and events ahead",
    },
    "event-program": {
        "fr": "un forçage de {model} demande un niveau, pas un programme : événement non exporté",
        "en": "an override of {model} asks for a level, not a program: event not exported",
    },
    "event-dates": {
        "fr": "un forçage de {model} a une date : un événement de chaque année, ou de plus de "
        "{most} nuits, n'est pas exporté",
        "en": "an override of {model} has a date: an event of every year, or of more than {most} "
        "nights, is not exported",
    },
    "call": {
        "fr": "une demande faite à la main est du passé : pas exportée",
        "en": "what was asked by hand is past: not exported",
    },
    "street": {
        "fr": "{model} n'a pas de rues : il en reste l'identifiant",
        "en": "{model} has no streets: their id remains",
    },
    "meter": {
        "fr": "{model} ne dit pas ici si la puissance est mesurée",
        "en": "{model} does not say here whether power is measured",
    },
    "wiring": {
        "fr": "{model} ne dit pas de quoi un nœud est fait, ni ce qui est sur quelle broche",
        "en": "{model} does not say what a node is made of, nor what is on which pin",
    },
    "spacing": {
        "fr": "{model} ne connaît qu'une position pour les luminaires d'une même sortie",
        "en": "{model} knows one position for the luminaires behind one output",
    },
    "clo": {
        "fr": "{model} dit qu'un flux constant est actif, pas sa courbe",
        "en": "{model} says that constant light output is on, not its curve",
    },
    "whole-watts": {
        "fr": "{model} compte en watts entiers : arrondi",
        "en": "{model} counts in whole watts: rounded",
    },
    "groups": {
        "fr": "{model} n'a pas de groupes",
        "en": "{model} has no groups",
    },
    "count": {
        "fr": "{model} ne dit pas combien de luminaires une sortie commande",
        "en": "{model} does not say how many luminaires an output drives",
    },
    "gear": {
        "fr": "{model} ne décrit pas l'appareillage ainsi",
        "en": "{model} does not describe the gear so",
    },
    "place": {
        "fr": "{model} ne dit pas le lieu : l'objet est dans le luminaire",
        "en": "{model} does not say the place: the object is in the luminaire",
    },
    "cabinet": {
        "fr": "{model} n'a pas d'armoires ni de départs",
        "en": "{model} has no cabinets, nor circuits",
    },
    "cabinet-place": {
        "fr": "un site ne dit pas où est l'armoire : le milieu de ses points lumineux est donné",
        "en": "a site file does not say where the cabinet stands: the middle of its luminaires is "
        "given",
    },
    "cabinet-alone": {
        "fr": "{model} veut au moins un groupe par armoire : celle-ci n'alimente rien et manque",
        "en": "{model} wants a group for each cabinet: this one feeds nothing and is left out",
    },
    "status": {
        "fr": "{model} veut l'état de chaque luminaire, qu'un site ne connaît pas : « ok » est "
        "supposé",
        "en": "{model} wants the state of each luminaire, which a site file does not know: ok is "
        "supposed",
    },
    "levels": {
        "fr": "{model} n'a pas de paliers ni de rampes : les heures d'allumage seules sont dites",
        "en": "{model} has no switch points nor ramps: only the hours of light are said",
    },
    "presence": {
        "fr": "{model} n'a pas de détection de présence",
        "en": "{model} has no presence detection",
    },
    "photocell": {
        "fr": "{model} n'a pas de cellule : les heures du soleil sont dites",
        "en": "{model} has no photocell: the sun's hours are said",
    },
    "hours": {
        "fr": "les heures de {model} n'ont pas « {at} » : l'événement le plus proche est dit",
        "en": "the hours of {model} do not have {at}: the nearest event is said",
    },
    "rule": {
        "fr": "{model} dit des dates, pas les jours de semaine ni les fêtes : règle non exportée",
        "en": "{model} says dates, not weekdays nor holidays: rule not exported",
    },
    "one-group": {
        "fr": "{model} ne donne qu'un groupe à un luminaire ; les groupes, eux, donnent tous "
        "leurs luminaires",
        "en": "{model} gives one group to a luminaire; groups do give all their luminaires",
    },
}

# --- what a site file cannot say of theirs -------------------------------------------------------

THEIRS: Final[Mapping[str, Mapping[str, Mapping[Lang, str]]]] = {
    "talq": {
        "endless-override": {
            "fr": "un forçage sans fin : ici, tout forçage expire",
            "en": "an override without end: here every override expires",
        },
        "presence-lowers": {
            "fr": "une présence qui baisse la lumière (Set, Min, Sub, Mul) : ici, elle ne fait "
            "qu'ajouter",
            "en": "presence that lowers the light (Set, Min, Sub, Mul): here it only adds",
        },
        "solar-operation": {
            "fr": "un palier solaire qui calcule (Max, Min, Add, Sub, Mul) au lieu de fixer",
            "en": "a solar control that reckons (Max, Min, Add, Sub, Mul) instead of setting",
        },
        "value-period": {
            "fr": "une période d'activité selon la valeur d'un attribut quelconque",
            "en": "an active period by the value of any attribute",
        },
        "external-effect": {
            "fr": "une commande qui vient d'un capteur extérieur au réseau",
            "en": "a command from a sensor outside the network",
        },
        "several-presences": {
            "fr": "plusieurs effets de présence différents dans un programme, par priorité",
            "en": "several different effects of presence in one program, by priority",
        },
        "midnight-days": {
            "fr": "des jours de minuit à minuit : ici, une nuit va de midi à midi",
            "en": "days from midnight to midnight: here a night runs from noon to noon",
        },
        "noon": {
            "fr": "une période d'activité qui passe par midi (autre que « toujours »)",
            "en": 'an active period across noon (other than "always")',
        },
        "other-states": {
            "fr": "couleurs, températures de couleur, textes : ici, un seul niveau de lumière",
            "en": "colours, colour temperatures, texts: here a level of light only",
        },
        "nested-groups": {
            "fr": "des groupes de groupes, et des groupes d'autre chose que de luminaires",
            "en": "groups of groups, and of other things than luminaires",
        },
        "monitoring": {
            "fr": "les mesures, les alarmes réglables, les journaux et les paquets de données",
            "en": "measurements, alarms with thresholds, logs and data packages",
        },
        "assets": {
            "fr": "le patrimoine : mâts, crosses, contrôleurs, maintenance, garanties",
            "en": "assets: poles, brackets, controllers, maintenance, warranties",
        },
    },
    "lwm2m": {
        "scripts": {
            "fr": "des programmes sur toute ressource, avec toute valeur, texte compris",
            "en": "programs on any resource, with any value, texts too",
        },
        "compound": {
            "fr": "des programmes composés par priorité, y compris min, soustraire et multiplier",
            "en": "programs compounded by priority, with min, subtract and multiply as well",
        },
        "sensor-values": {
            "fr": "des paliers selon la valeur d'un ou de plusieurs capteurs",
            "en": "outputs by the value of one or several sensors",
        },
        "monthly-dates": {
            "fr": "des règles de date façon CRON : jours du mois croisés avec les mois",
            "en": "CRON-like date rules: days of the month crossed with months",
        },
        "day-calendar": {
            "fr": "des calendriers de minuit à minuit (type 0)",
            "en": "calendars from midnight to midnight (type 0)",
        },
        "endless-override": {
            "fr": "un forçage dont la fin est laissée au fabricant",
            "en": "an override whose end is left to the vendor",
        },
        "colour": {
            "fr": "la température de couleur, l'encrassement, les identités DALI",
            "en": "colour temperature, cleaning factor, DALI identities",
        },
        "exponential": {
            "fr": "des rampes exponentielles ou propres à l'appareil",
            "en": "exponential ramps, or the device's own",
        },
    },
    "ngsi-ld": {
        "state": {
            "fr": "l'état présent : allumé, éteint, défaut, dernières dates de commutation",
            "en": "the present state: on, off, faulty, last times of switching",
        },
        "measures": {
            "fr": "les mesures : tension, courant, énergie, phases de l'armoire",
            "en": "measurements: voltage, current, energy, the cabinet's phases",
        },
        "lantern": {
            "fr": "la hauteur de la lanterne, la catégorie du lieu, le modèle du mât",
            "en": "height of the lantern, category of the place, model of the column",
        },
        "owner": {
            "fr": "l'exploitant, la marque et le modèle de l'armoire, les dates de service",
            "en": "who is responsible, brand and model of the cabinet, dates of service",
        },
        "manual": {
            "fr": "une armoire commandée à la main",
            "en": "a cabinet that is worked by hand",
        },
    },
}

# --- what an import refuses or notes -------------------------------------------------------------

SEVERITIES: Final[Mapping[str, Mapping[Lang, str]]] = {
    "error": {"fr": "refusé", "en": "refused"},
    "note": {"fr": "à savoir", "en": "note"},
}

WHATS: Final[Mapping[str, str]] = {
    "control programs": "programmes",
    "calendars": "calendriers",
    "switch points": "paliers",
    "active periods": "périodes d'activité",
    "periods of dynamic controls": "plages de présence",
    "rules": "règles",
    "programs of a calendar": "programmes dans un calendrier",
}
"""What there may be too much of, English to French."""

REFUSALS: Final[Mapping[str, Mapping[Lang, tuple[str, str]]]] = {
    # --- the file --------------------------------------------------------------------------------
    "file-too-large": {
        "fr": (
            "le fichier dépasse {most} Mio",
            "Exportez les programmes et les calendriers seuls : ils suffisent.",
        ),
        "en": (
            "the file is larger than {most} MiB",
            "Export programs and calendars alone: they are enough.",
        ),
    },
    "not-utf-8": {
        "fr": ("l'octet {byte} n'est pas de l'UTF-8", "Enregistrez le fichier en UTF-8."),
        "en": ("byte {byte} is not UTF-8", "Save the file as UTF-8."),
    },
    "not-json": {
        "fr": (
            "ligne {line}, colonne {column} : ce n'est pas du JSON valable",
            "Exportez de nouveau le fichier, ou corrigez cet endroit.",
        ),
        "en": (
            "line {line}, column {column}: this is not valid JSON",
            "Export the file again, or correct this place.",
        ),
    },
    "json-number": {
        "fr": ("{got} n'est pas un nombre de JSON", "Écrivez un nombre ordinaire."),
        "en": ("{got} is no number of JSON", "Write an ordinary number."),
    },
    "too-deep": {
        "fr": (
            "des crochets ou accolades imbriqués par milliers",
            "Ce n'est pas un export TALQ.",
        ),
        "en": ("brackets or braces nested by the thousand", "This is no TALQ export."),
    },
    "nothing": {
        "fr": (
            "ni programme ni calendrier dans ce fichier",
            "Donnez une liste de ControlProgramOne ou de Calendar, ou un objet avec "
            "controlPrograms et calendars.",
        ),
        "en": (
            "neither program nor calendar in this file",
            "Give a list of ControlProgramOne or Calendar, or an object with controlPrograms and "
            "calendars.",
        ),
    },
    # --- shapes ----------------------------------------------------------------------------------
    "not-object": {
        "fr": ("{got} n'est pas un objet", "Écrivez un objet entre accolades."),
        "en": ("{got} is no object", "Write an object in braces."),
    },
    "not-list": {
        "fr": ("{got} n'est pas une liste", "Écrivez une liste entre crochets."),
        "en": ("{got} is no list", "Write a list in brackets."),
    },
    "list-too-long": {
        "fr": ("cette liste a plus de {most} éléments", "Un nœud n'en porte pas tant : coupez."),
        "en": ("this list has more than {most} items", "A node holds no more: split it."),
    },
    "not-text": {
        "fr": ("{got} n'est pas un texte", "Écrivez un texte entre guillemets."),
        "en": ("{got} is no text", "Write a text in quotes."),
    },
    "not-number": {
        "fr": ("{got} n'est pas un nombre", "Écrivez un nombre sans guillemets."),
        "en": ("{got} is no number", "Write a number without quotes."),
    },
    "missing": {
        "fr": ("« {key} » manque", "Le modèle TALQ 2.7.1 l'exige : ajoutez-le."),
        "en": ("{key} is missing", "The TALQ 2.7.1 model asks for it: add it."),
    },
    "range": {
        "fr": ("{got} n'est pas entre {low} et {high}", "Corrigez la valeur."),
        "en": ("{got} is not within {low} and {high}", "Correct the value."),
    },
    "step": {
        "fr": ("{got} n'est pas un multiple de {step}", "Arrondissez la valeur."),
        "en": ("{got} is no multiple of {step}", "Round the value."),
    },
    "unknown-word": {
        "fr": ("{got} n'est pas connu", "Connus : {choices}."),
        "en": ("{got} is not known", "Known are: {choices}."),
    },
    "unknown-operation": {
        "fr": ("{got} n'est pas une opération", "Les opérations de TALQ : {choices}."),
        "en": ("{got} is no operation", "TALQ's operations: {choices}."),
    },
    "not-a-time": {
        "fr": ("{got} n'est pas une heure", "Écrivez hh:mm:ss, par exemple 22:00:00."),
        "en": ("{got} is no time of day", "Write hh:mm:ss, for example 22:00:00."),
    },
    "not-a-date": {
        "fr": ("{got} n'est pas une date", "Écrivez 2026-11-30, ou --11-30 pour chaque année."),
        "en": ("{got} is no date", "Write 2026-11-30, or --11-30 for every year."),
    },
    "not-a-yearly-date": {
        "fr": (
            "{got} n'est pas une date de ccDate",
            "Écrivez --mm-jj pour chaque année, ou ---jj pour chaque mois.",
        ),
        "en": (
            "{got} is no date of a ccDate",
            "Write --mm-dd for every year, or ---dd for every month.",
        ),
    },
    "no-such-date": {
        "fr": ("le {got} n'existe pas", "Corrigez le mois ou le jour."),
        "en": ("there is no {got}", "Correct the month or the day."),
    },
    "year": {
        "fr": ("{got} est hors de {first} à {last}", "Corrigez l'année."),
        "en": ("{got} is outside {first} to {last}", "Correct the year."),
    },
    "twice": {
        "fr": ("l'identifiant {got} est donné deux fois", "N'en gardez qu'un."),
        "en": ("the id {got} is given twice", "Keep one of them."),
    },
    "too-many": {
        "fr": ("plus de {most} {what}", "Un nœud n'en porte pas plus : simplifiez."),
        "en": ("more than {most} {what}", "A node holds no more: simplify."),
    },
    # --- programs --------------------------------------------------------------------------------
    "not-a-level": {
        "fr": ("{got} n'est pas un niveau de lumière", "Seul LevelState, de 0 à 100, est lu."),
        "en": ("{got} is no level of light", "Only LevelState, 0 to 100, is read."),
    },
    "fixed-order": {
        "fr": (
            "{got} ne vient pas après l'heure précédente",
            "Rangez fixedTimeControls à partir de 00:00:00, chaque heure une fois.",
        ),
        "en": (
            "{got} does not come after the time before it",
            "Put fixedTimeControls in order from 00:00:00, each time once.",
        ),
    },
    "no-control": {
        "fr": (
            "ce programme ne demande aucun niveau",
            "Donnez au moins un fixedTimeControl, par exemple 100 % à 12:00:00.",
        ),
        "en": (
            "this program asks for no level",
            "Give at least one fixedTimeControl, for example 100 % at 12:00:00.",
        ),
    },
    "value-period": {
        "fr": (
            "une période d'activité selon la valeur d'un attribut ne se dit pas ici",
            "Prenez l'heure, le soleil ou une cellule.",
        ),
        "en": (
            "an active period by the value of an attribute cannot be said here",
            "Take the clock, the sun or a photocell.",
        ),
    },
    "across-noon": {
        "fr": (
            "de {start} à {end} passe par midi, où une nuit finit",
            "Coupez la période à midi, ou laissez la liste vide : active toute la journée.",
        ),
        "en": (
            "{start} to {end} runs across noon, where a night ends",
            "Split the period at noon, or leave the list empty: active all day.",
        ),
    },
    "lux-order": {
        "fr": (
            "onLevel {on} n'est pas sous offLevel {off}",
            "Donnez des lux, allumage sous extinction, par exemple 20 et 30. Une cellule "
            "tout-ou-rien (1 et 0) n'a pas de seuils à reprendre.",
        ),
        "en": (
            "onLevel {on} is not below offLevel {off}",
            "Give lux, on below off, for example 20 and 30. An on/off photocell (1 and 0) has no "
            "thresholds to take over.",
        ),
    },
    "cell-windows": {
        "fr": (
            "la cellule agit {evening} min le soir et {morning} min le matin",
            "Un site n'a qu'une fenêtre : donnez la même durée aux deux "
            "(décalage + pcActiveBefore).",
        ),
        "en": (
            "the photocell acts for {evening} min in the evening and {morning} min in the morning",
            "A site file has one window: give both the same length (offset + pcActiveBefore).",
        ),
    },
    "cell-window": {
        "fr": (
            "la cellule agit pendant {minutes} min",
            "Il faut de 2 min à 12 h (décalage + pcActiveBefore).",
        ),
        "en": (
            "the photocell acts for {minutes} min",
            "It takes 2 min to 12 h (offset + pcActiveBefore).",
        ),
    },
    "solar-operation": {
        "fr": (
            "l'opération {got} d'un palier solaire ne se dit pas ici",
            "Prenez Set, avec le niveau voulu.",
        ),
        "en": (
            "the operation {got} of a solar control cannot be said here",
            "Take Set, with the level that is meant.",
        ),
    },
    "solar-twice": {
        "fr": ("deux paliers solaires à « {at} »", "N'en gardez qu'un."),
        "en": ("two solar controls at {at}", "Keep one of them."),
    },
    "order-unknown": {
        "fr": (
            "un palier solaire l'emporte sur celui de {at} s'il vient avant : cela dépend du lieu",
            "Donnez le site avec --into.",
        ),
        "en": (
            "a solar control wins over that of {at} if it comes before: that depends on the place",
            "Give the site with --into.",
        ),
    },
    "order-varies": {
        "fr": (
            "un palier solaire vient tantôt avant, tantôt après celui de {at}, selon la saison",
            "Éloignez les deux, ou n'utilisez que l'heure ou que le soleil.",
        ),
        "en": (
            "a solar control comes now before and now after that of {at}, with the season",
            "Move them apart, or use the clock alone or the sun alone.",
        ),
    },
    "external-effect": {
        "fr": (
            "une commande venue d'un capteur extérieur ne se dit pas ici",
            "Prenez FixedControlEffect, avec le détecteur du point lumineux.",
        ),
        "en": (
            "a command from an outside sensor cannot be said here",
            "Take FixedControlEffect, with the luminaire's own sensor.",
        ),
    },
    "no-hold": {
        "fr": (
            "« holdTime » manque : la lumière tomberait avec le signal",
            "Donnez de 1 à 7200 secondes, par exemple 60.",
        ),
        "en": (
            "holdTime is missing: the light would drop with the signal",
            "Give 1 to 7200 seconds, for example 60.",
        ),
    },
    "presence-lowers": {
        "fr": (
            "avec {got} et {level} %, la présence pourrait baisser la lumière (jusqu'à "
            "{highest} % demandés)",
            "Une présence ne fait qu'ajouter : prenez Max ou Add.",
        ),
        "en": (
            "with {got} and {level} % presence could lower the light (up to {highest} % asked "
            "for)",
            "Presence only adds: take Max or Add.",
        ),
    },
    "presences-differ": {
        "fr": (
            "un deuxième effet de présence, différent du premier",
            "Un programme n'en a qu'un, avec plusieurs plages : faites deux programmes.",
        ),
        "en": (
            "a second effect of presence, other than the first",
            "A program has one, with several periods: make two programs.",
        ),
    },
    # --- calendars -------------------------------------------------------------------------------
    "no-default": {
        "fr": (
            "« defaultProgram » manque",
            "Dites quel programme vaut quand aucune règle ne s'applique.",
        ),
        "en": (
            "defaultProgram is missing",
            "Say which program holds when no rule applies.",
        ),
    },
    "unknown-program": {
        "fr": (
            "le programme {got} n'est ni dans ce fichier ni dans le site",
            "Exportez-le avec les calendriers, ou corrigez l'identifiant.",
        ),
        "en": (
            "the program {got} is neither in this file nor in the site",
            "Export it with the calendars, or correct the id.",
        ),
    },
    "day-offset": {
        "fr": (
            "dayOffset {got} : les jours vont de minuit à minuit",
            "Passez le système à 12 (midi à midi) et exportez de nouveau.",
        ),
        "en": (
            "dayOffset {got}: days run from midnight to midnight",
            "Set the system to 12 (noon to noon) and export again.",
        ),
    },
    "mixed-span": {
        "fr": (
            "{start} et {end} : une date de chaque année et une date datée",
            "Donnez deux dates du même genre.",
        ),
        "en": (
            "{start} and {end}: one of every year and one of a year",
            "Give two dates of one kind.",
        ),
    },
    "span-order": {
        "fr": ("la fin {end} vient avant le début {start}", "Échangez-les."),
        "en": ("the end {end} comes before the start {start}", "Swap them."),
    },
    "dates-order": {
        "fr": (
            "de {start} à {end} : la fin doit suivre le début, dans la même forme",
            "Au passage de l'an, faites deux éléments.",
        ),
        "en": (
            "{start} to {end}: the end must follow the start, in the same form",
            "Across New Year make two items.",
        ),
    },
    "days-order": {
        "fr": (
            "du jour {start} au jour {end} : la fin doit suivre le début",
            "Faites deux éléments, lundi étant 1 et dimanche 7.",
        ),
        "en": (
            "day {start} to day {end}: the end must follow the start",
            "Make two items; Monday is 1, Sunday 7.",
        ),
    },
    "occurrence": {
        "fr": ("{got} n'est pas une occurrence", "Écrivez un texte de « 1 » à « 5 », ou « L »."),
        "en": ("{got} is no occurrence", 'Write a text "1" to "5", or "L".'),
    },
    "no-days": {
        "fr": ("aucun jour ne remplit cette condition", "Corrigez-la, ou retirez la règle."),
        "en": ("no day meets this condition", "Correct it, or take the rule out."),
    },
    "dates-within-years": {
        "fr": (
            "des dates de chaque année entre deux années éloignées de {most} ans ou plus",
            "Raccourcissez la période, ou donnez-la sans année.",
        ),
        "en": (
            "dates of every year between two years {most} or more apart",
            "Shorten the span, or give it without years.",
        ),
    },
    "endless-override": {
        "fr": (
            "ce forçage n'a pas de fin",
            "Ici, tout forçage expire : donnez « expiration », ou retirez-le.",
        ),
        "en": (
            "this override has no end",
            "Here every override expires: give an expiration, or take it out.",
        ),
    },
    "beyond": {
        "fr": ("un site ne sait pas dire cela ({detail})", "Simplifiez cet élément."),
        "en": ("a site file cannot say this ({detail})", "Simplify this item."),
    },
    # --- notes -----------------------------------------------------------------------------------
    "not-read": {
        "fr": ("n'est pas lu", ""),
        "en": ("is not read", ""),
    },
    "override": {
        "fr": (
            "un forçage n'est pas importé",
            "Écrivez-le dans le site, comme [[events]], s'il est à venir.",
        ),
        "en": (
            "an override is not imported",
            "Write it in the site file, as [[events]], if it is still to come.",
        ),
    },
    "day-offset-unsaid": {
        "fr": (
            "le fichier ne dit pas dayOffset : les nuits sont prises de midi à midi",
            "Vérifiez que le système est réglé sur 12.",
        ),
        "en": (
            "the file does not say dayOffset: nights are taken from noon to noon",
            "Check that the system is set to 12.",
        ),
    },
    "renamed": {
        "fr": ("{got} devient {key}", ""),
        "en": ("{got} becomes {key}", ""),
    },
    "sensor-named": {
        "fr": (
            "le capteur nommé n'est pas repris : chaque point lumineux a le sien",
            'Écrivez sensor = "…" ou photocell = "…" aux points lumineux.',
        ),
        "en": (
            "the sensor that is named is not taken over: each luminaire has its own",
            'Write sensor = "..." or photocell = "..." at the luminaires.',
        ),
    },
    "set-as-max": {
        "fr": ("Set à {level} % est pris pour Max : il ne baisse rien", ""),
        "en": ("Set with {level} % is taken as Max: it lowers nothing", ""),
    },
    "one-program": {
        "fr": (
            "un calendrier d'un seul programme n'est pas repris : les points lumineux nomment le "
            "programme « {key} »",
            "",
        ),
        "en": (
            "a calendar of one program is not taken over: luminaires name the program {key}",
            "",
        ),
    },
    "unchanged": {
        "fr": ("programmes et calendriers inchangés, laissés comme ils sont : {count}", ""),
        "en": ("programs and calendars unchanged, left as the site has them: {count}", ""),
    },
    "kept": {
        "fr": ("le programme « {key} » garde du site ce que TALQ ne dit pas : {kept}", ""),
        "en": ("the program {key} keeps from the site what TALQ does not say: {kept}", ""),
    },
    "sun-kept": {
        "fr": (
            "programme « {key} », {place} : « {got} » est pris pour « {at} », que TALQ dit "
            "« {said} » : le site le garde",
            "Si l'heure est voulue, écrivez-la dans le site.",
        ),
        "en": (
            "program {key}, {place}: {got} is taken for {at}, which TALQ says as {said}: the site "
            "keeps it",
            "If the time is meant, write it in the site file.",
        ),
    },
    "sun-lost": {
        "fr": (
            "programme « {key} », {place} : « {before} » suivait le soleil et devient « {after} »",
            "S'il doit le suivre, écrivez-le de nouveau dans le site.",
        ),
        "en": (
            'program {key}, {place}: "{before}" went by the sun and becomes "{after}"',
            "If it is to go by the sun, write it so in the site file again.",
        ),
    },
    "sun-gone": {
        "fr": (
            "programme « {key} », {place} : « {before} » n'est plus dans TALQ : retiré",
            "",
        ),
        "en": ('program {key}, {place}: "{before}" is no more in TALQ: taken out', ""),
    },
    "periods": {
        "fr": ("programme « {key} », périodes d'activité : « {before} » devient « {after} »", ""),
        "en": ('program {key}, active periods: "{before}" becomes "{after}"', ""),
    },
    "always": {
        "fr": (
            "programme « {key} » : aucune période d'activité, donc actif jour et nuit (allumé à "
            "midi)",
            "Si c'est la nuit qui est voulue, donnez un AstroClockActivePeriod.",
        ),
        "en": (
            "program {key}: no active period, so it is active day and night (lit at noon)",
            "If the night is meant, give an AstroClockActivePeriod.",
        ),
    },
    "rules-gone": {
        "fr": (
            "calendrier « {key} » : le site a {count} règle(s), TALQ n'en a aucune : retirées",
            "Gardez l'ancien fichier si ce n'est pas voulu.",
        ),
        "en": (
            "calendar {key}: the site has {count} rule(s), TALQ has none: taken out",
            "Keep the old file if that is not meant.",
        ),
    },
    "rules-by-dates": {
        "fr": (
            "calendrier « {key} » : ses règles par jours fériés, vacances ou matins deviennent "
            "des dates",
            "Écrivez-les de nouveau par leur nom, pour qu'elles valent après la dernière.",
        ),
        "en": (
            "calendar {key}: its rules by holidays or mornings become dates",
            "Write them by their names again, so that they hold beyond the last.",
        ),
    },
    "comments-lost": {
        "fr": ("[{table}] est écrit de nouveau, sans ces commentaires : {comments}", ""),
        "en": ("[{table}] is written anew, without these comments: {comments}", ""),
    },
    "under-the-sun": {
        "fr": ("le palier de {at} reste toujours sous un palier solaire : laissé de côté", ""),
        "en": ("the control at {at} is always under a solar one: left out", ""),
    },
    "merge-elsewhere": {
        "fr": (
            "« {key} » est écrit dans le site sous une autre forme que [{kind}.{key}]",
            "Écrivez-le en tables avant d'importer.",
        ),
        "en": (
            "{key} is written in the site file in another form than [{kind}.{key}]",
            "Write it as tables before importing.",
        ),
    },
}


def unsaid(code: str, params: Mapping[str, str | int], lang: Lang) -> str:
    """Say what an export could not."""
    return UNSAID[code][lang].format_map(params)


def refusal(code: str, params: Mapping[str, str | int], lang: Lang) -> tuple[str, str]:
    """Give message and cure of what an import refuses or notes; a note may have no cure."""
    if lang == "fr" and "what" in params:
        params = {**params, "what": WHATS[str(params["what"])]}
    message, cure = REFUSALS[code][lang]
    return message.format_map(params), cure.format_map(params)


def severity(name: str, lang: Lang) -> str:
    """Give the word for a severity."""
    return SEVERITIES[name][lang]


def more(count: int, lang: Lang) -> str:
    """Say that there are more places."""
    if lang == "fr":
        return f" et {count} autre{'s' if count > 1 else ''}"
    return f" and {count} more"
