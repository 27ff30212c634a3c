"""What a finding says, in French and in English: what is wrong, then what would be right.

Each code has, by language, a message and a cure. Both are `str.format` templates over the
finding's parameters; ``{kind}`` is translated, and French writes decimals with a comma.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Lang = Literal["fr", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("fr", "en")

KINDS: Final[Mapping[str, Mapping[Lang, str]]] = {
    "program": {"fr": "programme", "en": "program"},
    "calendar": {"fr": "calendrier", "en": "calendar"},
    "driver": {"fr": "appareillage", "en": "driver"},
    "sensor": {"fr": "détecteur", "en": "sensor"},
    "photocell": {"fr": "cellule", "en": "photocell"},
    "street": {"fr": "rue", "en": "street"},
    "circuit": {"fr": "départ", "en": "circuit"},
    "cabinet": {"fr": "armoire", "en": "cabinet"},
    "luminaire": {"fr": "point lumineux", "en": "luminaire"},
    "contactor": {"fr": "contacteur", "en": "contactor"},
    "node": {"fr": "nœud", "en": "node"},
    "board": {"fr": "carte", "en": "board"},
    "ceiling": {"fr": "plafond", "en": "ceiling"},
    "relight": {"fr": "zone de rallumage", "en": "relight zone"},
    "scene": {"fr": "scène", "en": "scene"},
    "group": {"fr": "groupe", "en": "group"},
    "event": {"fr": "événement", "en": "event"},
    "call": {"fr": "appel", "en": "call"},
}

# code: {language: (message, cure)}
_WORDS: Final[Mapping[str, Mapping[Lang, tuple[str, str]]]] = {
    # --- the file --------------------------------------------------------------------------------
    "file-missing": {
        "fr": ("le fichier n'existe pas", "vérifiez le nom et le dossier"),
        "en": ("the file does not exist", "check its name and its folder"),
    },
    "file-directory": {
        "fr": ("c'est un dossier, pas un fichier", "donnez le fichier .toml qu'il contient"),
        "en": ("this is a folder, not a file", "give the .toml file inside it"),
    },
    "file-forbidden": {
        "fr": ("le fichier ne peut pas être lu", "vérifiez les droits de lecture"),
        "en": ("the file may not be read", "check its permissions"),
    },
    "file-unreadable": {
        "fr": ("le fichier ne peut pas être lu ({reason})", "vérifiez le nom et le support"),
        "en": ("the file cannot be read ({reason})", "check its name and the disk"),
    },
    "file-too-large": {
        "fr": ("le fichier dépasse {most} Mio", "est-ce bien un fichier de site ?"),
        "en": ("the file is larger than {most} MiB", "is it really a site file?"),
    },
    "not-utf-8": {
        "fr": (
            "l'octet {byte} n'est pas de l'UTF-8",
            "enregistrez le fichier en UTF-8 (et non en Windows-1252 ou Latin-1)",
        ),
        "en": (
            "byte {byte} is not UTF-8",
            "save the file as UTF-8 (not Windows-1252 or Latin-1)",
        ),
    },
    "utf-16": {
        "fr": ("le fichier est en UTF-16", "enregistrez-le en UTF-8"),
        "en": ("the file is in UTF-16", "save it as UTF-8"),
    },
    "key-too-long": {
        "fr": ("ce nom a plus de {most} parties", "un nom de site en a quatre au plus"),
        "en": ("this name has more than {most} parts", "those of a site file have four at most"),
    },
    "too-deep": {
        "fr": (
            "trop de crochets ou d'accolades imbriqués",
            "il manque sans doute un ] ou un }} plus haut",
        ),
        "en": ("brackets or braces nest too deeply", "a ] or }} is probably missing above"),
    },
    "number-too-long": {
        "fr": ("ce nombre a des centaines de chiffres", "écrivez un nombre ordinaire"),
        "en": ("this number has hundreds of digits", "write an ordinary number"),
    },
    # --- TOML ------------------------------------------------------------------------------------
    "toml": {
        "fr": ("ce n'est pas du TOML valable ({detail})", "corrigez la ligne"),
        "en": ("this is not valid TOML ({detail})", "correct the line"),
    },
    "toml-equals": {
        "fr": ("il manque le signe = après le nom", "écrivez par exemple : level = 60"),
        "en": ("the = sign after the name is missing", "write for example: level = 60"),
    },
    "toml-twice": {
        "fr": ("ce nom est déjà donné plus haut dans la même table", "n'en gardez qu'un"),
        "en": ("this name is already given above in the same table", "keep one of them"),
    },
    "toml-twice-table": {
        "fr": (
            "cette table est déjà écrite plus haut",
            "réunissez les deux, ou doublez les crochets [[...]] si c'est une liste",
        ),
        "en": (
            "this table is already written above",
            "merge the two, or double the brackets [[...]] if it is a list",
        ),
    },
    "toml-value": {
        "fr": (
            "il manque une valeur, ou elle est mal écrite",
            'nombres sans guillemets (60), textes entre guillemets ("22:00"), listes entre [ ]',
        ),
        "en": (
            "a value is missing or badly written",
            'numbers without quotes (60), texts in quotes ("22:00"), lists in [ ]',
        ),
    },
    "toml-quotes": {
        "fr": ("{got} : un texte s'écrit entre guillemets", 'écrivez "{got}"'),
        "en": ("{got}: a text is written in quotes", 'write "{got}"'),
    },
    "toml-time": {
        "fr": ("{got} : une heure s'écrit entre guillemets", 'écrivez "{got}"'),
        "en": ("{got}: a time is written in quotes", 'write "{got}"'),
    },
    "toml-date": {
        "fr": ("cette date n'existe pas", "écrivez année-mois-jour, par exemple 2026-12-24"),
        "en": ("there is no such date", "write year-month-day, for example 2026-12-24"),
    },
    "toml-key": {
        "fr": (
            "une ligne commence par un nom, [table] ou [[liste]]",
            "écrivez nom = valeur ; un commentaire commence par #",
        ),
        "en": (
            "a line begins with a name, [table] or [[list]]",
            "write name = value; a comment begins with #",
        ),
    },
    "toml-array": {
        "fr": ("une liste n'est pas fermée", "ajoutez le ] (ou la virgule) qui manque"),
        "en": ("a list is not closed", "add the missing ] (or comma)"),
    },
    "toml-inline": {
        "fr": (
            "une accolade n'est pas fermée sur sa ligne",
            "ajoutez le }} (ou la virgule) qui manque, sur la même ligne",
        ),
        "en": (
            "a brace is not closed on its line",
            "add the missing }} (or comma), on the same line",
        ),
    },
    "toml-string": {
        "fr": ("un texte n'est pas fermé", 'ajoutez le guillemet " qui manque'),
        "en": ("a text is not closed", 'add the missing quote "'),
    },
    "toml-character": {
        "fr": ("un caractère est interdit ici", "effacez-le et retapez la ligne"),
        "en": ("a character is not allowed here", "delete it and type the line again"),
    },
    "toml-backslash": {
        "fr": ("la barre \\ est mal employée dans ce texte", "doublez-la : \\\\"),
        "en": ("the backslash is misused in this text", "double it: \\\\"),
    },
    "toml-header": {
        "fr": ("l'en-tête de table n'est pas fermé", "écrivez [nom] ou [[nom]]"),
        "en": ("the table's header is not closed", "write [name] or [[name]]"),
    },
    "toml-newline": {
        "fr": ("il y a quelque chose de trop après la valeur", "allez à la ligne"),
        "en": ("there is something too many after the value", "begin a new line"),
    },
    # --- shapes ----------------------------------------------------------------------------------
    "missing-key": {
        "fr": ("il manque « {key} »", "ajoutez par exemple : {example}"),
        "en": ('"{key}" is missing', "add for example: {example}"),
    },
    "unknown-key": {
        "fr": ("« {key} » n'existe pas ici", "noms possibles : {known}"),
        "en": ('there is no "{key}" here', "possible names: {known}"),
    },
    "not-a-table": {
        "fr": (
            "il faut une table ici, pas {got}",
            "écrivez [{place}] puis des lignes nom = valeur",
        ),
        "en": ("a table is needed here, not {got}", "write [{place}], then lines name = value"),
    },
    "not-a-list": {
        "fr": ("il faut une liste ici, pas {got}", "mettez les éléments entre crochets [ ]"),
        "en": ("a list is needed here, not {got}", "put the items in brackets [ ]"),
    },
    "too-few": {
        "fr": ("{actual} élément(s), il en faut au moins {least}", "complétez la liste"),
        "en": ("{actual} item(s), at least {least} needed", "complete the list"),
    },
    "too-many": {
        "fr": ("{actual} éléments, {most} au plus", "retirez-en ou partagez-les"),
        "en": ("{actual} items, {most} at most", "remove some or split them"),
    },
    "invalid": {
        "fr": ("valeur refusée ({detail})", "voyez le modèle de fichier de site"),
        "en": ("value refused ({detail})", "see the model of a site file"),
    },
    "bad-choice": {
        "fr": ("{got} n'est pas un des mots possibles", "écrivez l'un de : {choices}"),
        "en": ("{got} is not one of the possible words", "write one of: {choices}"),
    },
    "bad-weekday": {
        "fr": ("{got} n'est pas un jour de la semaine", "écrivez l'un de : {choices}"),
        "en": ("{got} is not a day of the week", "write one of: {choices}"),
    },
    "bad-occurrence": {
        "fr": (
            "{got} n'est pas un rang dans le mois",
            'écrivez 1 à 5 (le n-ième du mois) ou "last" (le dernier)',
        ),
        "en": (
            "{got} is not a rank in the month",
            'write 1 to 5 (the n-th of the month) or "last"',
        ),
    },
    "bad-id": {
        "fr": (
            "{got} ne peut pas servir d'identifiant",
            "lettres sans accent, chiffres, _ . - ; commencez par une lettre ou un chiffre ; "
            "{length} caractères au plus",
        ),
        "en": (
            "{got} cannot be an identifier",
            "letters without accents, digits, _ . -; begin with a letter or digit; "
            "{length} characters at most",
        ),
    },
    "id-not-text": {
        "fr": ("un identifiant est un texte, pas {got}", 'mettez-le entre guillemets : "{got}"'),
        "en": ("an identifier is a text, not {got}", 'put it in quotes: "{got}"'),
    },
    "row-id-too-long": {
        "fr": (
            "avec son numéro, l'identifiant serait trop long",
            "{length} caractères au plus pour cette rangée",
        ),
        "en": (
            "with its number the identifier would be too long",
            "{length} characters at most for this row",
        ),
    },
    "not-text": {
        "fr": ("il faut un texte, pas {got}", "mettez-le entre guillemets"),
        "en": ("a text is needed, not {got}", "put it in quotes"),
    },
    "empty-text": {
        "fr": ("le texte est vide", "écrivez-le, ou retirez la ligne si elle est facultative"),
        "en": ("the text is empty", "write it, or remove the line if it is optional"),
    },
    "text-too-long": {
        "fr": ("le texte est trop long", "{length} caractères au plus"),
        "en": ("the text is too long", "{length} characters at most"),
    },
    "control-characters": {
        "fr": ("{got} contient des caractères invisibles", "retapez le texte"),
        "en": ("{got} contains invisible characters", "type the text again"),
    },
    "not-a-bool": {
        "fr": ("il faut oui ou non, pas {got}", "écrivez true (oui) ou false (non)"),
        "en": ("yes or no is needed, not {got}", "write true or false"),
    },
    "not-a-number": {
        "fr": ("il faut un nombre, pas {got}", "un nombre de {low} à {high}{unit}"),
        "en": ("a number is needed, not {got}", "a number from {low} to {high}{unit}"),
    },
    "not-finite": {
        "fr": ("{got} n'est pas un nombre utilisable", "un nombre de {low} à {high}{unit}"),
        "en": ("{got} is not a usable number", "a number from {low} to {high}{unit}"),
    },
    "not-whole": {
        "fr": ("{got} n'est pas un nombre entier", "un nombre entier de {low} à {high}{unit}"),
        "en": ("{got} is not a whole number", "a whole number from {low} to {high}{unit}"),
    },
    "above-range": {
        "fr": ("{got} est hors limites", "plus de {low}, et au plus {high}{unit}"),
        "en": ("{got} is out of range", "more than {low}, and at most {high}{unit}"),
    },
    "out-of-range": {
        "fr": ("{got} est hors limites", "de {low} à {high}{unit}"),
        "en": ("{got} is out of range", "from {low} to {high}{unit}"),
    },
    "duration-without-unit": {
        "fr": (
            "il faut une durée avec son unité, pas {got}",
            'écrivez par exemple "{example}" (unités : s, min, h)',
        ),
        "en": (
            "a duration with its unit is needed, not {got}",
            'write for example "{example}" (units: s, min, h)',
        ),
    },
    "not-a-duration": {
        "fr": (
            "{got} n'est pas une durée",
            'écrivez par exemple "5 s", "0.2 s", "10 min", "1 h 30 min"',
        ),
        "en": (
            "{got} is not a duration",
            'write for example "5 s", "0.2 s", "10 min", "1 h 30 min"',
        ),
    },
    "duration-out-of-range": {
        "fr": ("la durée {got} est hors limites", "de {low} à {high}"),
        "en": ("the duration {got} is out of range", "from {low} to {high}"),
    },
    "duration-step": {
        "fr": ("la durée {got} est trop fine", "un multiple de {step}"),
        "en": ("the duration {got} is too fine", "a multiple of {step}"),
    },
    "not-a-moment": {
        "fr": (
            "{got} n'est pas un moment de la nuit",
            'écrivez par exemple "22:00", "sunset", "sunrise - 30 min", "solar midnight + 2 h"',
        ),
        "en": (
            "{got} is not a moment of the night",
            'write for example "22:00", "sunset", "sunrise - 30 min", "solar midnight + 2 h"',
        ),
    },
    "no-such-time": {
        "fr": ("l'heure {got} n'existe pas", 'de "00:00" à "23:59:59" ; minuit s\'écrit "00:00"'),
        "en": ("there is no time {got}", 'from "00:00" to "23:59:59"; midnight is "00:00"'),
    },
    "unknown-event": {
        "fr": (
            "{got} n'est pas un événement du ciel connu",
            "écrivez l'un de : sunset, sunrise, dusk, dawn, nautical dusk, nautical dawn, "
            "solar midnight",
        ),
        "en": (
            "{got} is not an event of the sky that is known",
            "write one of: sunset, sunrise, dusk, dawn, nautical dusk, nautical dawn, "
            "solar midnight",
        ),
    },
    "whole-seconds": {
        "fr": ("le décalage dans {got} a des fractions de seconde", "des secondes entières"),
        "en": ("the offset in {got} has fractions of a second", "whole seconds"),
    },
    "offset-too-long": {
        "fr": ("le décalage dans {got} est trop grand", "{hours} h au plus, avant ou après"),
        "en": ("the offset in {got} is too long", "{hours} h at most, before or after"),
    },
    "not-a-date": {
        "fr": (
            "{got} n'est pas une date",
            'écrivez "12-24" (chaque année, mois-jour) ou 2026-12-24',
        ),
        "en": (
            "{got} is not a date",
            'write "12-24" (every year, month-day) or 2026-12-24',
        ),
    },
    "no-such-date": {
        "fr": ("la date {got} n'existe pas", "mois 01 à 12, puis un jour de ce mois"),
        "en": ("there is no date {got}", "month 01 to 12, then a day of that month"),
    },
    "year-out-of-range": {
        "fr": ("l'année de {got} est hors limites", "de {first} à {last}"),
        "en": ("the year of {got} is out of range", "from {first} to {last}"),
    },
    "full-date": {
        "fr": ("{got} n'a pas d'année", "écrivez par exemple 2026-02-01"),
        "en": ("{got} has no year", "write for example 2026-02-01"),
    },
    "bad-power-point": {
        "fr": (
            "{got} n'est pas un point de la courbe",
            "écrivez [niveau %, watts], le niveau entre 0 et 100 exclus : [50, 21.0]",
        ),
        "en": (
            "{got} is not a point of the curve",
            "write [level %, watts], the level strictly between 0 and 100: [50, 21.0]",
        ),
    },
    "power-does-not-rise": {
        "fr": (
            "à {level} % : {watts} W, alors qu'à {level_before} % : {watts_before} W",
            "de la veille à la pleine puissance, niveaux et watts vont en montant",
        ),
        "en": (
            "{watts} W at {level} %, but {watts_before} W at {level_before} %",
            "from standby to full power, levels and watts rise",
        ),
    },
    "bad-place": {
        "fr": (
            "{got} n'est pas un point au sol",
            "écrivez [est, nord] en mètres, {high} m au plus : [120, -40]",
        ),
        "en": (
            "{got} is not a place on the ground",
            "write [east, north] in metres, {high} m at most: [120, -40]",
        ),
    },
    "no-length": {
        "fr": ("la rue n'a pas de longueur", "donnez au moins deux points différents"),
        "en": ("the street has no length", "give at least two different points"),
    },
    "half-period": {
        "fr": (
            "il manque « {missing} » à cette période",
            "donnez from et to, ou ni l'un ni l'autre",
        ),
        "en": ('"{missing}" is missing in this period', "give both from and to, or neither"),
    },
    "active-shape": {
        "fr": (
            "{got} n'est pas une suite de périodes",
            'écrivez active = "always" (jour et nuit) ou [{{ from = "sunset", to = "sunrise" }}]',
        ),
        "en": (
            "{got} is not a list of periods",
            'write active = "always" (day and night) or [{{ from = "sunset", to = "sunrise" }}]',
        ),
    },
    "lux-order": {
        "fr": (
            "on_lux = {on_lux} n'est pas sous off_lux = {off_lux}",
            "allumage au seuil le plus bas, extinction au plus haut, par exemple 20 et 30",
        ),
        "en": (
            "on_lux = {on_lux} is not below off_lux = {off_lux}",
            "on at the lower threshold, off at the higher, for example 20 and 30",
        ),
    },
    "half-span": {
        "fr": ("il manque « {missing} » ici", "donnez from et to, ou dates"),
        "en": ('"{missing}" is missing here', "give both from and to, or dates"),
    },
    "dates-and-span": {
        "fr": (
            "dates et from/to ensemble",
            "faites-en deux : l'une avec dates, l'autre avec from et to",
        ),
        "en": (
            "dates together with from/to",
            "make two of it: one with dates, one with from and to",
        ),
    },
    "mixed-span": {
        "fr": (
            "{from} et {to} : l'une des dates a une année, l'autre non",
            "toutes deux avec l'année, ou toutes deux sans (chaque année)",
        ),
        "en": (
            "{from} and {to}: one date has a year, the other has not",
            "both with the year, or both without (every year)",
        ),
    },
    "span-order": {
        "fr": ("{to} vient avant {from}", "échangez from et to"),
        "en": ("{to} comes before {from}", "swap from and to"),
    },
    "occurrences-alone": {
        "fr": ("occurrences sans weekdays", 'dites de quel jour : weekdays = ["saturday"]'),
        "en": ("occurrences without weekdays", 'say of which day: weekdays = ["saturday"]'),
    },
    "not-a-date-time": {
        "fr": (
            "{got} n'est pas une date avec son heure",
            "écrivez par exemple 2026-11-25T02:40:00 (heure locale)",
        ),
        "en": (
            "{got} is not a date with its time",
            "write for example 2026-11-25T02:40:00 (local time)",
        ),
    },
    "local-date-time": {
        "fr": (
            "{got} : il faut une heure locale, à la seconde",
            "retirez le décalage (Z, +01:00) et les fractions : 2026-11-25T02:40:00",
        ),
        "en": (
            "{got}: a local time is needed, to the second",
            "remove the offset (Z, +01:00) and the fractions: 2026-11-25T02:40:00",
        ),
    },
    "bad-clo-point": {
        "fr": (
            "{got} n'est pas un point du flux constant",
            "écrivez [heures, %] : des heures de 0 à {most}, par dizaines, et un nombre entier "
            "de 1 à 100 : [20000, 95]",
        ),
        "en": (
            "{got} is not a point of the constant light output",
            "write [hours, %]: hours from 0 to {most}, in tens, and a whole number from 1 "
            "to 100: [20000, 95]",
        ),
    },
    "clo-hours": {
        "fr": (
            "les heures du flux constant ne vont pas en montant depuis 0",
            "commencez à 0 heure, puis toujours plus : clo = [[0, 80], [50000, 100]]",
        ),
        "en": (
            "the hours of the constant light output do not rise from 0",
            "begin at hour 0, then always more: clo = [[0, 80], [50000, 100]]",
        ),
    },
    "clo-end": {
        "fr": (
            "le flux constant finit à {got} %",
            "le dernier point est à 100 % ; pour moins de lumière : virtual_output",
        ),
        "en": (
            "the constant light output ends at {got} %",
            "the last point is at 100 %; for less light: virtual_output",
        ),
    },
    "bad-requests": {
        "fr": (
            "{got} n'est pas un nombre de demandes par nuit",
            "un nombre de 0 à {most}, ou douze (de janvier à décembre)",
        ),
        "en": (
            "{got} is not a number of requests a night",
            "a number from 0 to {most}, or twelve of them (January to December)",
        ),
    },
    "event-without-date": {
        "fr": (
            "l'événement {id} n'a pas de date",
            "donnez from et to, ou dates = [2026-12-24]",
        ),
        "en": (
            "the event {id} has no date",
            "give from and to, or dates = [2026-12-24]",
        ),
    },
    "event-one-of": {
        "fr": (
            "l'événement {id} demande une seule chose, ici : {given}",
            "donnez level, ou program, ou scene",
        ),
        "en": (
            "the event {id} asks exactly one thing, here: {given}",
            "give level, or program, or scene",
        ),
    },
    "scene-with-targets": {
        "fr": (
            "l'événement {id} a une scène et aussi des cibles",
            "retirez groups, streets, circuits et luminaires : la scène {scene} a ses groupes",
        ),
        "en": (
            "the event {id} has a scene and targets as well",
            "remove groups, streets, circuits and luminaires: the scene {scene} has its groups",
        ),
    },
    "no-target": {
        "fr": (
            "{id} ne dit pas quels points lumineux",
            'ajoutez groups, streets, circuits ou luminaires : streets = ["main-street"]',
        ),
        "en": (
            "{id} does not say which luminaires",
            'add groups, streets, circuits or luminaires: streets = ["main-street"]',
        ),
    },
    "call-key": {
        "fr": (
            'l\'appel {id} : {key} ne va pas avec kind = "{what}"',
            "retirez {key}, ou changez kind",
        ),
        "en": (
            'the call {id}: {key} does not go with kind = "{what}"',
            "remove {key}, or change kind",
        ),
    },
    "override-without-level": {
        "fr": ("l'appel {id} force un niveau et ne dit pas lequel", "ajoutez level = 50"),
        "en": ("the call {id} overrides the level and does not say which", "add level = 50"),
    },
    "relight-without-zone": {
        "fr": (
            "l'appel {id} rallume, et ne dit pas quelle zone",
            'ajoutez relight = "..." (un nom de [relights])',
        ),
        "en": (
            "the call {id} relights and does not say which zone",
            'add relight = "..." (a name of [relights])',
        ),
    },
    "spacing-of-one": {
        "fr": (
            "{id} a un espacement, mais un seul point lumineux",
            "donnez count, ou retirez spacing_m",
        ),
        "en": ("{id} has a spacing, but one luminaire only", "give count, or remove spacing_m"),
    },
    "one-rate": {
        "fr": (
            "il faut un seul débit, ici : {given}",
            "donnez per_night, ou per_hour, ou hours (24 nombres)",
        ),
        "en": (
            "exactly one rate is needed, here: {given}",
            "give per_night, or per_hour, or hours (24 numbers)",
        ),
    },
    "shape-without-night": {
        "fr": ("shape va avec per_night, pas avec {given}", "retirez shape"),
        "en": ("shape goes with per_night, not with {given}", "remove shape"),
    },
    "mains-of-permanent": {
        "fr": (
            "le départ {id} est permanent et a pourtant des heures de coupure",
            'écrivez supply = "switched", ou retirez mains',
        ),
        "en": (
            "circuit {id} is permanent and yet has mains hours",
            'write supply = "switched", or remove mains',
        ),
    },
    "program-and-calendar": {
        "fr": ("program et calendar ensemble", "gardez l'un des deux"),
        "en": ("program and calendar together", "keep one of the two"),
    },
    "no-program": {
        "fr": ("ni program ni calendar", 'ajoutez program = "..." ou calendar = "..."'),
        "en": ("neither program nor calendar", 'add program = "..." or calendar = "..."'),
    },
    "no-luminaire": {
        "fr": ("le site n'a aucun point lumineux", "ajoutez [[luminaires]] ou [[rows]]"),
        "en": ("the site has no luminaire", "add [[luminaires]] or [[rows]]"),
    },
    "too-many-luminaires": {
        "fr": (
            "{count} points lumineux, {most} au plus",
            "partagez le site en plusieurs fichiers",
        ),
        "en": ("{count} luminaires, {most} at most", "split the site into several files"),
    },
    "presence-operation": {
        "fr": (
            "operation = {got} : une détection ne baisse jamais la lumière",
            'écrivez "max" (monter au moins à) ou "add" (ajouter)',
        ),
        "en": (
            "operation = {got}: presence never lowers a level",
            'write "max" (raise at least to) or "add"',
        ),
    },
    # --- what a node is made of ------------------------------------------------------------------
    "curve-without-dali": {
        "fr": (
            'la courbe est celle de DALI, et control = "{control}"',
            'écrivez control = "dali", ou curve = "linear"',
        ),
        "en": (
            'the curve is DALI\'s, and control = "{control}"',
            'write control = "dali", or curve = "linear"',
        ),
    },
    "relay-dims": {
        "fr": (
            "un relais ne gradue pas, et minimum_level = {minimum}",
            "écrivez minimum_level = 100, ou une autre commande (control)",
        ),
        "en": (
            "a relay does not dim, and minimum_level = {minimum}",
            "write minimum_level = 100, or another control",
        ),
    },
    "control-key": {
        "fr": (
            '{key} ne va pas avec control = "{control}"',
            "retirez {key}, ou changez control",
        ),
        "en": ('{key} does not go with control = "{control}"', "remove {key}, or change control"),
    },
    "bad-volts": {
        "fr": (
            "volts = {got} : il faut deux tensions croissantes, de 0 à {high} V",
            "au minimum, puis à pleine lumière : volts = [1, 10]",
        ),
        "en": (
            "volts = {got}: two rising voltages are needed, from 0 to {high} V",
            "at the minimum, then at full light: volts = [1, 10]",
        ),
    },
    "volts-beyond": {
        "fr": (
            "{driver} est à pleine lumière à {volts} V, et l'interface de {node} n'en donne que "
            "{most}",
            "corrigez volts, ou output_v sous [nodes.{node}]",
        ),
        "en": (
            "{driver} is at full light at {volts} V, and the interface of {node} gives {most}",
            "correct volts, or output_v in [nodes.{node}]",
        ),
    },
    "relay-missing": {
        "fr": (
            "{id} doit s'éteindre, et en 1-10 V le fil n'éteint pas {driver}",
            "ajoutez un relais : relay = true ; s'il ne s'éteint jamais : can_switch_off = false",
        ),
        "en": (
            "{id} is to be switched off, and on 1-10 V the wire does not switch {driver} off",
            "add a relay: relay = true; if it is never off: can_switch_off = false",
        ),
    },
    "relay-open": {
        "fr": (
            "{node} sans courant, en panne ou retiré : la rue est noire",
            'câblez le contact fermé au repos et écrivez relay_rest = "closed"',
        ),
        "en": (
            "with {node} dead, in reset or taken away the street is dark",
            'wire the contact that is closed at rest, and write relay_rest = "closed"',
        ),
    },
    "radar-range": {
        "fr": (
            "le radar LD2410 voit à {most} m environ, pas à {range} m",
            'corrigez range_m ; pour un autre radar, par contact : kind = "pir"',
        ),
        "en": (
            "the LD2410 radar sees about {most} m, not {range} m",
            'correct range_m; for another radar, by a contact: kind = "pir"',
        ),
    },
    "points-without-ldr": {
        "fr": ("points ne vaut que pour une photorésistance", 'écrivez kind = "ldr"'),
        "en": ("points are those of an LDR only", 'write kind = "ldr"'),
    },
    "ldr-points": {
        "fr": (
            "une photorésistance demande deux points au moins, lectures croissantes",
            "points = [[2000, 0], [30000, 50], [60000, 1000]] : lecture (0 à 65535), lux",
        ),
        "en": (
            "an LDR needs two points at least, with rising readings",
            "points = [[2000, 0], [30000, 50], [60000, 1000]]: reading (0 to 65535), lux",
        ),
    },
    "bad-lux-point": {
        "fr": (
            "{got} n'est pas un point : [lecture de 0 à 65535, lux de 0 à {most}]",
            "écrivez par exemple [30000, 50]",
        ),
        "en": (
            "{got} is no point: [reading from 0 to 65535, lux from 0 to {most}]",
            "write for example [30000, 50]",
        ),
    },
    "not-numeric": {
        "fr": (
            "{got} n'est pas une adresse IPv4",
            'un nœud ne cherche pas de noms : "192.0.2.1"',
        ),
        "en": ("{got} is no IPv4 address", 'a node looks no names up: "192.0.2.1"'),
    },
    "wifi-without-ssid": {
        "fr": (
            "le Wi-Fi demande un ssid",
            'ajoutez ssid = "..." ; la clé se donne à noctule build ou push, jamais ici',
        ),
        "en": (
            "Wi-Fi needs an ssid",
            'add ssid = "..."; the key is given to noctule build or push, never here',
        ),
    },
    "ssid-without-wifi": {
        "fr": ("ssid sans Wi-Fi", 'ajoutez network = "wifi", ou retirez ssid'),
        "en": ("ssid without Wi-Fi", 'add network = "wifi", or remove ssid'),
    },
    "ntp-without-network": {
        "fr": ("ntp sans réseau", 'ajoutez network = "wifi" ou "ethernet", ou retirez ntp'),
        "en": ("ntp without a network", 'add network = "wifi" or "ethernet", or remove ntp'),
    },
    "board-unreadable": {
        "fr": ("{file} ne se lit pas ({detail})", "corrigez ce fichier de la carte"),
        "en": ("{file} cannot be read ({detail})", "correct this file of the board"),
    },
    "board-key-missing": {
        "fr": (
            "il manque {key} dans {file}",
            "ajoutez-le, comme l'ont les autres cartes",
        ),
        "en": ("{file} has no {key}", "add it, as the other boards have it"),
    },
    "board-key-wrong": {
        "fr": ("dans {file}, {key} ne convient pas ({value})", "ce qui convient : {like}"),
        "en": ("in {file}, {key} will not do ({value})", "what would do: {like}"),
    },
    "no-ethernet": {
        "fr": (
            "la carte {board} n'a pas d'Ethernet",
            "cartes qui en ont : {known}",
        ),
        "en": ("the board {board} has no Ethernet", "boards that have: {known}"),
    },
    "pin-missing": {
        "fr": (
            "{role} : la broche {pin} n'est pas sortie sur {board}",
            "broches libres qui conviennent : {can}",
        ),
        "en": ("{role}: {board} has no pin {pin} on a header", "free pins that can: {can}"),
    },
    "pin-taken": {
        "fr": (
            "{role} : la broche {pin} de {board} est prise ({what})",
            "broches libres qui conviennent : {can}",
        ),
        "en": ("{role}: pin {pin} of {board} is taken ({what})", "free pins that can: {can}"),
    },
    "pin-twice": {
        "fr": (
            "{role} : la broche {pin} sert déjà à {other}",
            "broches libres qui conviennent : {can}",
        ),
        "en": ("{role}: pin {pin} is that of {other} already", "free pins that can: {can}"),
    },
    "pin-input-only": {
        "fr": (
            "{role} : la broche {pin} de {board} est une entrée seulement",
            "broches libres qui conviennent : {can}",
        ),
        "en": ("{role}: pin {pin} of {board} is an input only", "free pins that can: {can}"),
    },
    "pin-strapping": {
        "fr": (
            "{role} : la broche {pin} doit être à {rail} au démarrage, sinon {board} ne démarre "
            "pas",
            "broches libres qui conviennent : {can}",
        ),
        "en": (
            "{role}: pin {pin} must be at {rail} when {board} starts, or it does not",
            "free pins that can: {can}",
        ),
    },
    "pin-edges": {
        "fr": (
            "{role} : la broche {pin} d'un {chip} signale des fronts qui n'existent pas",
            "broches libres qui conviennent : {can}",
        ),
        "en": (
            "{role}: pin {pin} of an {chip} reports edges that are none",
            "free pins that can: {can}",
        ),
    },
    "pin-not-analogue": {
        "fr": (
            "{role} : la broche {pin} de {board} ne mesure pas de tension",
            "broches libres qui conviennent : {can}",
        ),
        "en": ("{role}: pin {pin} of {board} measures no voltage", "free pins that can: {can}"),
    },
    "pin-adc2": {
        "fr": (
            "{role} : la broche {pin} ne mesure plus quand le Wi-Fi est en marche (ADC2)",
            "broches libres qui conviennent : {can}",
        ),
        "en": (
            "{role}: pin {pin} does not measure while Wi-Fi is on (ADC2)",
            "free pins that can: {can}",
        ),
    },
    "too-few-units": {
        "fr": (
            "la carte {board} n'a que {there} {what}, il en faut {needed}",
            "prenez une autre carte",
        ),
        "en": ("the board {board} has {there} {what}, {needed} are needed", "take another board"),
    },
    # --- across the site -------------------------------------------------------------------------
    "unknown-reference": {
        "fr": ("{kind} « {name} » : introuvable", "noms connus : {known}"),
        "en": ('unknown {kind}: "{name}"', "known names: {known}"),
    },
    "duplicate-id": {
        "fr": (
            "l'identifiant « {id} » ({kind}) est déjà pris, ligne {first_line}",
            "donnez à chacun le sien",
        ),
        "en": (
            'the identifier "{id}" ({kind}) is already taken, line {first_line}',
            "give each its own",
        ),
    },
    "beyond-street": {
        "fr": (
            "{id} serait à {at_m} m, or la rue {street} mesure {length_m} m",
            "corrigez la position, ou path_m de la rue",
        ),
        "en": (
            "{id} would stand at {at_m} m, but the street {street} is {length_m} m long",
            "correct the position, or the street's path_m",
        ),
    },
    "same-moment": {
        "fr": ("deux paliers au même moment ({at})", "n'en gardez qu'un"),
        "en": ("two switch points at the same moment ({at})", "keep one of them"),
    },
    "points-order": {
        "fr": (
            "{at} est écrit après {before}, mais vient avant dans la nuit",
            "la nuit va de midi à midi : rangez les paliers dans cet ordre",
        ),
        "en": (
            "{at} is written after {before}, but comes before it in the night",
            "a night runs from noon to noon: put the switch points in that order",
        ),
    },
    "points-cross": {
        "fr": (
            "vers le {date}, {at} passe avant {before} : le niveau ne sera pas celui voulu",
            "retirez le palier de trop (avant le premier, le niveau est celui de la fin de nuit) "
            "ou changez l'heure",
        ),
        "en": (
            "around {date}, {at} comes before {before}: the level will not be the one meant",
            "remove the point too many (before the first, the level is that of the night's end) "
            "or change the time",
        ),
    },
    "across-noon": {
        "fr": (
            "de {start} à {end} passe par midi, et une nuit va de midi à midi",
            'coupez en deux : de {start} à "11:59:59", et de "12:00" à {end}',
        ),
        "en": (
            "from {start} to {end} runs across noon, and a night runs from noon to noon",
            'split it in two: from {start} to "11:59:59", and from "12:00" to {end}',
        ),
    },
    "empty-period": {
        "fr": (
            "de {start} à {end} ne dure rien, aucune nuit de l'année",
            'échangez ou changez les deux ; pour jour et nuit : active = "always"',
        ),
        "en": (
            "from {start} to {end} lasts nothing, on no night of the year",
            'swap or change them; for day and night: active = "always"',
        ),
    },
    "ends-at-noon": {
        "fr": (
            "de {start} à midi : midi est le début d'une nuit, pas sa fin",
            'écrivez to = "11:59:59" ; pour jour et nuit : active = "always"',
        ),
        "en": (
            "from {start} to noon: noon is where a night begins, not its end",
            'write to = "11:59:59"; for day and night: active = "always"',
        ),
    },
    "mains-empty": {
        "fr": (
            "de {start} à {end} ne dure rien, aucune nuit de l'année",
            "échangez ou changez les deux ; "
            'si le départ n\'est jamais coupé : supply = "permanent"',
        ),
        "en": (
            "from {start} to {end} lasts nothing, on no night of the year",
            'swap or change them; if the circuit is never cut: supply = "permanent"',
        ),
    },
    "mains-end-at-noon": {
        "fr": (
            "de {start} à midi : midi est le début d'une nuit, pas sa fin",
            'écrivez to = "11:59:59" ; si le départ n\'est jamais coupé : supply = "permanent"',
        ),
        "en": (
            "from {start} to noon: noon is where a night begins, not its end",
            'write to = "11:59:59"; if the circuit is never cut: supply = "permanent"',
        ),
    },
    "carried-over": {
        "fr": (
            "la nuit d'après {other}, le programme {program} commence à {level} %, sur quoi "
            "{other} finit, jusqu'à son premier palier ({at})",
            'mettez en premier palier {{ at = "12:00", level = {own} }}',
        ),
        "en": (
            "on a night after {other}, program {program} begins at {level} %, which {other} "
            "ends with, until its first switch point ({at})",
            'add as first switch point {{ at = "12:00", level = {own} }}',
        ),
    },
    "no-school-zone": {
        "fr": (
            "la règle demande les vacances scolaires, et le site ne dit pas sa zone",
            'school_zone = "A" (ou "B", "C") sous [site]',
        ),
        "en": (
            "the rule asks for school holidays, and the site does not say its zone",
            'school_zone = "A" (or "B", "C") under [site]',
        ),
    },
    "holiday-not-here": {
        "fr": (
            "{name} n'est pas un jour férié de la zone {zone}",
            "retirez-le, ou corrigez holiday_zone ; ceux de la zone : {known}",
        ),
        "en": (
            "{name} is not a public holiday of zone {zone}",
            "remove it, or correct holiday_zone; those of the zone: {known}",
        ),
    },
    "rule-never": {
        "fr": (
            "cette règle ne tombe aucun jour connu",
            "ses conditions valent toutes ensemble : retirez-en une",
        ),
        "en": (
            "this rule matches on no day that is known",
            "all of its conditions must hold together: remove one",
        ),
    },
    "too-many-rules": {
        "fr": (
            "avec fériés et vacances, le calendrier a {count} règles, {most} au plus",
            "faites moins de règles sur les vacances scolaires",
        ),
        "en": (
            "with its holidays the calendar has {count} rules, {most} at most",
            "make fewer rules about school holidays",
        ),
    },
    "calendar-reach-public": {
        "fr": (
            "les jours fériés mobiles sont calculés jusqu'au {date}",
            "rien à faire d'ici là ; ensuite, recompilez le site avec une version plus récente",
        ),
        "en": (
            "movable public holidays are worked out until {date}",
            "nothing to do until then; later, compile the site anew with a newer version",
        ),
    },
    "calendar-reach": {
        "fr": (
            "les vacances scolaires (zone {zone}) sont connues jusqu'au {date} : après, ce sera "
            "comme s'il n'y en avait pas",
            "avant cette date, recompilez le site avec une version plus récente, et envoyez-le "
            "aux nœuds",
        ),
        "en": (
            "school holidays (zone {zone}) are known until {date}: after that it will be as if "
            "there were none",
            "before that date, compile the site anew with a newer version and send it to the "
            "nodes",
        ),
    },
    "aims-at-none": {
        "fr": (
            "{id} ne touche aucun point lumineux",
            "changez ses cibles : rues et départs en ont qui soient occupés",
        ),
        "en": ("{id} reaches no luminaire", "change its targets to ones that have luminaires"),
    },
    "too-many-events": {
        "fr": (
            "{id} est visé par {count} événements, {most} au plus",
            "retirez ceux qui sont passés, ou réunissez-en (dates = [...])",
        ),
        "en": (
            "{id} is the target of {count} events, {most} at most",
            "remove those that are past, or merge some (dates = [...])",
        ),
    },
    "events-overlap": {
        "fr": (
            "{id} et {other} visent le même point lumineux ({lamp}) à la même heure, vers le "
            "{date} : le premier écrit l'emporte",
            "séparez les heures ou les cibles, ou mettez en premier celui qui doit l'emporter",
        ),
        "en": (
            "{id} and {other} are about the same luminaire ({lamp}) at the same time, around "
            "{date}: the one written first wins",
            "part the hours or the targets, or write first the one that should win",
        ),
    },
    "event-by-day": {
        "fr": (
            "l'événement {id} éclaire de jour : de {start} à {end}, la nuit du {date}",
            'écrivez from = "sunset" ou to = "sunrise", ou resserrez les heures',
        ),
        "en": (
            "the event {id} lights by day: from {start} to {end}, on the night of {date}",
            'write from = "sunset" or to = "sunrise", or narrow the hours',
        ),
    },
    "event-unfed": {
        "fr": (
            "le départ {circuit} est coupé par l'armoire pendant l'événement {id} : pas de "
            "courant, pas de lumière",
            "pour cette date, faites remettre le courant à l'armoire",
        ),
        "en": (
            "circuit {circuit} is cut by its cabinet during the event {id}: no mains, no light",
            "have the cabinet give mains on that date",
        ),
    },
    "relight-unfed": {
        "fr": (
            "le départ {circuit} est coupé par l'armoire pendant les heures de rallumage "
            "({start} à {end}) : pas de courant, pas de lumière",
            'alimentez le nœud en permanence (supply = "permanent") et faites-lui commander le '
            "contacteur de l'armoire : un [[luminaires]] avec count et contactor, le programme "
            "coupant à ces heures",
        ),
        "en": (
            "circuit {circuit} is cut by its cabinet in the hours of relighting ({start} to "
            "{end}): no mains, no light",
            'feed the node all the time (supply = "permanent") and let it drive the cabinet\'s '
            "contactor: one [[luminaires]] with count and contactor, whose program cuts in "
            "those hours",
        ),
    },
    "relight-empty": {
        "fr": (
            "personne dans la zone de rallumage {name} : une demande n'allumerait rien",
            'ajoutez relight = "{name}" aux points lumineux de la zone',
        ),
        "en": (
            "nobody is in the relight zone {name}: a request would light nothing",
            'add relight = "{name}" to the luminaires of the zone',
        ),
    },
    "relight-cold": {
        "fr": (
            "un rallumage de {duration} laisse la lampe {driver} à peine chaude (montée en "
            "lumière : {warm_up})",
            "allongez duration ({most} au plus), ou prenez une autre lampe",
        ),
        "en": (
            "a relight of {duration} leaves the lamp {driver} barely warm (warm-up: {warm_up})",
            "make duration longer ({most} at most), or take another lamp",
        ),
    },
    "relight-short": {
        "fr": (
            "{id} reste allumé au moins {minimum}, plus que les {duration} du rallumage",
            "allongez duration, ou raccourcissez minimum_on",
        ),
        "en": (
            "{id} stays on for {minimum} at least, longer than the {duration} of the relight",
            "make duration longer, or minimum_on shorter",
        ),
    },
    "call-refused": {
        "fr": (
            "l'appel {id} est hors des heures de la zone {name} ({start} à {end}) : il sera "
            "refusé",
            "changez at, ou les heures de la zone",
        ),
        "en": (
            "the call {id} is outside the hours of zone {name} ({start} to {end}): it will be "
            "refused",
            "change at, or the hours of the zone",
        ),
    },
    "ceiling-below-asked": {
        "fr": (
            "le plafond {name} ({level} %) est sous le niveau demandé de la rue {street} "
            "({asked} %) : il ne sera jamais atteint",
            "baissez asked_level, ou montez le plafond",
        ),
        "en": (
            "the ceiling {name} ({level} %) is below what street {street} asks ({asked} %): that "
            "will never be reached",
            "lower asked_level, or raise the ceiling",
        ),
    },
    "ceiling-below-fault": {
        "fr": (
            "le plafond {name} est à {level} %, mais en défaut le programme {program} éclaire à "
            "{fault} % : sans l'heure, un nœud ne sait pas quand le plafond vaut",
            "fault_state = {level} au plus, si la trame noire passe avant",
        ),
        "en": (
            "the ceiling {name} is at {level} %, but on a fault program {program} lights at "
            "{fault} %: without the time a node does not know when the ceiling holds",
            "fault_state = {level} at most, if the dark corridor comes first",
        ),
    },
    "discharge-presence": {
        "fr": (
            "{id} a une lampe qui ne se rallume pas à volonté ({driver}), et le programme "
            "{program} suit les passages",
            "pas de présence sur cette lampe : une LED, ou un rallumage à la demande",
        ),
        "en": (
            "{id} has a lamp that cannot be switched at will ({driver}), and program {program} "
            "follows passages",
            "no presence on this lamp: an LED, or relight on demand",
        ),
    },
    "output-below-minimum": {
        "fr": (
            "le plein feu de l'appareillage {driver} vaut {output} % de sa sortie, sous son "
            "minimum ({minimum} %)",
            "montez virtual_output ou le début de clo",
        ),
        "en": (
            "full light of driver {driver} is {output} % of its output, below its minimum "
            "({minimum} %)",
            "raise virtual_output or the beginning of clo",
        ),
    },
    "power-too-large": {
        "fr": (
            "{id} : {watts} W derrière une sortie mesurée, {most} W au plus",
            "vérifiez power_w et count, ou retirez meter",
        ),
        "en": (
            "{id}: {watts} W behind one measured output, {most} W at most",
            "check power_w and count, or remove meter",
        ),
    },
    "lux-differ": {
        "fr": (
            "deux périodes du programme ont des seuils de cellule différents",
            "donnez-leur les mêmes on_lux et off_lux",
        ),
        "en": (
            "two periods of the program have different photocell thresholds",
            "give them the same on_lux and off_lux",
        ),
    },
    "photocell-missing": {
        "fr": (
            "{id} suit le programme {program}, qui demande une cellule, et n'en a pas",
            'ajoutez photocell = "..." au point lumineux',
        ),
        "en": (
            "{id} runs program {program}, which asks a photocell, and has none",
            'add photocell = "..." to the luminaire',
        ),
    },
    "photocell-idle": {
        "fr": (
            "{id} a une cellule qu'aucun de ses programmes ne demande",
            "retirez-la, ou donnez au programme une période active avec photocell",
        ),
        "en": (
            "{id} has a photocell that none of its programs asks",
            "remove it, or give the program an active period with a photocell",
        ),
    },
    "sensor-idle": {
        "fr": (
            "{id} a un détecteur, mais aucun de ses programmes n'a de présence",
            "retirez sensor, ou ajoutez [programs.{program}.presence]",
        ),
        "en": (
            "{id} has a sensor, but none of its programs has presence",
            "remove sensor, or add [programs.{program}.presence]",
        ),
    },
    "presence-unreachable": {
        "fr": (
            "aucune détection n'atteint {id} : ni détecteur, ni voisin qui en ait un",
            'ajoutez sensor = "...", ou augmentez neighbours ou reach_m du programme {program}',
        ),
        "en": (
            "no detection ever reaches {id}: neither a sensor nor a neighbour that has one",
            'add sensor = "...", or raise neighbours or reach_m of program {program}',
        ),
    },
    "presence-no-raise": {
        "fr": (
            "présence à {level} % pour une veille à {idle} % : un passage ne change rien",
            "montez level, qui doit dépasser idle",
        ),
        "en": (
            "presence at {level} % over an idle level of {idle} %: a passage changes nothing",
            "raise level, which must be above idle",
        ),
    },
    "presence-never-acts": {
        "fr": (
            "présence à {level} %, or le programme ne descend jamais sous {lowest} %",
            "baissez un palier du programme, ou montez level",
        ),
        "en": (
            "presence at {level} %, but the program never goes below {lowest} %",
            "lower a switch point of the program, or raise level",
        ),
    },
    "timezone-unknown": {
        "fr": ("fuseau horaire inconnu : {got}", 'écrivez par exemple "Europe/Paris"'),
        "en": ("unknown time zone: {got}", 'write for example "Europe/Paris"'),
    },
    "timezone-no-rule": {
        "fr": (
            "l'heure de {got} change à des dates qui ne suivent pas de règle annuelle",
            "prenez un fuseau de même heure à règle fixe (par exemple Etc/GMT-1)",
        ),
        "en": (
            "the clocks of {got} change on dates that follow no yearly rule",
            "take a zone of the same time with a fixed rule (for example Etc/GMT-1)",
        ),
    },
    "timezone-changed": {
        "fr": (
            "l'heure de {got} a changé de règle en {year}",
            "prenez un fuseau dont la règle tient depuis {since}",
        ),
        "en": (
            "the clocks of {got} changed their rule in {year}",
            "take a zone whose rule holds since {since}",
        ),
    },
    "timezone-far": {
        "fr": (
            "le fuseau {got} est loin de la longitude {longitude}°",
            "vérifiez que latitude et longitude ne sont pas échangées (ouest : négatif)",
        ),
        "en": (
            "time zone {got} is far from longitude {longitude}°",
            "check that latitude and longitude are not swapped (west is negative)",
        ),
    },
    "active-ignored": {
        "fr": (
            "le départ {circuit} est coupé par l'armoire : les périodes actives du programme "
            "{program} n'y comptent pas",
            "retirez active, ou mettez l'heure dans mains du départ",
        ),
        "en": (
            "circuit {circuit} is switched by its cabinet: the active periods of program "
            "{program} do not count there",
            "remove active, or put the hours in the circuit's mains",
        ),
    },
    "fault-dark": {
        "fr": (
            "en défaut, le programme {program} laisserait la rue {street} dans le noir",
            "fault_state = 100 pour une voirie ; 0 pour le patrimoine ou une trame noire",
        ),
        "en": (
            "on a fault, program {program} would leave the street {street} dark",
            "fault_state = 100 on a road; 0 for heritage or a dark corridor",
        ),
    },
    "cannot-switch-off": {
        "fr": (
            "l'appareillage {driver} ne sait pas s'éteindre : il restera à {minimum} %",
            "un niveau d'au moins {minimum} %, ou un appareillage qui s'éteint",
        ),
        "en": (
            "driver {driver} cannot switch off: it will stay at {minimum} %",
            "a level of at least {minimum} %, or a driver that switches off",
        ),
    },
    "below-minimum": {
        "fr": (
            "{level} % est sous le minimum de l'appareillage {driver} ({minimum} %)",
            "écrivez au moins {minimum} %, ou 0 pour éteindre",
        ),
        "en": (
            "{level} % is below the minimum of driver {driver} ({minimum} %)",
            "write at least {minimum} %, or 0 to switch off",
        ),
    },
    "unused": {
        "fr": ("{kind} « {name} » ne sert nulle part", "à retirer, ou à employer"),
        "en": ('{kind} "{name}" is used nowhere', "remove it, or use it"),
    },
    "section-short": {
        "fr": (
            "la section {section} fait {length_m} m, moins que la distance d'arrêt à "
            "{speed_kmh} km/h ({stop_m} m)",
            "allongez la section",
        ),
        "en": (
            "section {section} is {length_m} m long, less than the stopping distance at "
            "{speed_kmh} km/h ({stop_m} m)",
            "make the section longer",
        ),
    },
    "section-no-radar": {
        "fr": (
            'vehicles = "section", mais aucun détecteur de la section {section} ne reconnaît '
            "un véhicule",
            "un détecteur avec speed_known = true (radar), ou retirez vehicles",
        ),
        "en": (
            'vehicles = "section", but no sensor of section {section} tells a vehicle',
            "a sensor with speed_known = true (radar), or remove vehicles",
        ),
    },
    "rule-hidden": {
        "fr": (
            "cette règle ne servira jamais : la règle {number}, sans condition, passe avant",
            "donnez une condition à la règle {number}, ou mettez-la en dernier",
        ),
        "en": (
            "this rule will never apply: rule {number}, without a condition, comes first",
            "give rule {number} a condition, or put it last",
        ),
    },
    "too-many-programs": {
        "fr": (
            "le calendrier emploie {count} programmes, {most} au plus",
            "regroupez ceux qui se ressemblent",
        ),
        "en": (
            "the calendar uses {count} programs, {most} at most",
            "merge those that are alike",
        ),
    },
    "too-many-sections": {
        "fr": ("{count} sections, {most} au plus", "partagez le site en plusieurs fichiers"),
        "en": ("{count} sections, {most} at most", "split the site into several files"),
    },
    "too-many-findings": {
        "fr": ("et {count} autres constats", "corrigez d'abord ceux d'avant"),
        "en": ("and {count} more findings", "correct those above first"),
    },
    "internal": {
        "fr": (
            "ce fichier n'a pas pu être contrôlé ({detail})",
            "c'est un défaut de Noctule : signalez-le avec le fichier",
        ),
        "en": (
            "this file could not be checked ({detail})",
            "this is a defect of Noctule: report it with the file",
        ),
    },
}

_SUGGESTION: Final[Mapping[Lang, str]] = {
    "fr": "vouliez-vous dire « {} » ?",
    "en": 'did you mean "{}"?',
}

SEVERITIES: Final[Mapping[str, Mapping[Lang, str]]] = {
    "error": {"fr": "erreur", "en": "error"},
    "warning": {"fr": "attention", "en": "warning"},
}

CODES: Final = tuple(_WORDS)
"""Every code a finding may have."""


def _prepared(params: Mapping[str, object], lang: Lang) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, value in params.items():
        if name == "kind":
            shown[name] = KINDS[str(value)][lang]
        elif isinstance(value, float):
            number = f"{round(value, 1):g}"
            shown[name] = number.replace(".", ",") if lang == "fr" else number
        else:
            shown[name] = str(value)
    return shown


def message(code: str, params: Mapping[str, object], lang: Lang) -> str:
    """Say what is wrong."""
    return _WORDS[code][lang][0].format_map(_prepared(params, lang))


def cure(code: str, params: Mapping[str, object], lang: Lang) -> str:
    """Say what would be right; a near name, where there is one, comes first."""
    text = _WORDS[code][lang][1].format_map(_prepared(params, lang))
    if suggestion := params.get("suggestion"):
        return f"{_SUGGESTION[lang].format(suggestion)} {sentence(text)}"
    return text


def sentence(text: str) -> str:
    """Begin with a capital, unless it begins with what is to be typed as it stands."""
    word, _, rest = text.partition(" ")
    if "_" in word or rest.startswith("=") or word[:1] in ('"', "[", "{"):
        return text
    return text[:1].upper() + text[1:]


def severity(name: str, lang: Lang) -> str:
    """Give the word for a severity."""
    return SEVERITIES[name][lang]
