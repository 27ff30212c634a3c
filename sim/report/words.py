"""What the report says, in French and in English: one catalogue, key by key.

Values are `str.format` templates. A key that counts ends in ``.one`` and ``.other`` and is asked
for without its end (`Speech.count`). French gets its no-break spaces in `Speech`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Lang = Literal["fr", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("fr", "en")

WORDS: Final[Mapping[str, Mapping[Lang, str]]] = {
    # --- head ------------------------------------------------------------------------------------
    "language": {"fr": "Français", "en": "English"},
    "title": {"fr": "{site} : rapport de simulation", "en": "{site}: simulation report"},
    "kind": {"fr": "Noctule · rapport de simulation", "en": "Noctule · simulation report"},
    "period": {
        "fr": "{nights}, du {first} à midi au {last} à midi",
        "en": "{nights}, from noon on {first} to noon on {last}",
    },
    "period.pictures": {
        "fr": "Ce qui ne montre qu'une nuit montre la première, celle du {date}",
        "en": "What shows one night shows the first, that of {date}",
    },
    "nights.one": {"fr": "{n} nuit", "en": "{n} night"},
    "nights.other": {"fr": "{n} nuits", "en": "{n} nights"},
    "luminaires.one": {"fr": "{n} point lumineux", "en": "{n} luminaire"},
    "luminaires.other": {"fr": "{n} points lumineux", "en": "{n} luminaires"},
    "outputs.one": {"fr": "{n} nœud", "en": "{n} node"},
    "outputs.other": {"fr": "{n} nœuds", "en": "{n} nodes"},
    "cabinets.one": {"fr": "{n} armoire", "en": "{n} cabinet"},
    "cabinets.other": {"fr": "{n} armoires", "en": "{n} cabinets"},
    "streets.one": {"fr": "{n} rue", "en": "{n} street"},
    "streets.other": {"fr": "{n} rues", "en": "{n} streets"},
    "seed": {"fr": "graine du hasard {seed}", "en": "random seed {seed}"},
    "simulation": {
        "fr": "Ceci est une simulation, pas une mesure. Elle exécute le code même qui tourne dans "
        "les nœuds ; les passants, le prix et les appareillages sont des hypothèses du fichier de "
        "site, nommées à la fin de ce rapport.",
        "en": "This is a simulation, not a measurement. It runs the very code that runs in the "
        "nodes; passers-by, prices and gear are assumptions of the site file, named at the end "
        "of this report.",
    },
    "contents": {"fr": "Sommaire", "en": "Contents"},
    # --- in short --------------------------------------------------------------------------------
    "short": {"fr": "En bref", "en": "In short"},
    "short.versus": {
        "fr": "Les programmes du site, comparés à « {other} », sur les mêmes nuits et les mêmes "
        "passages.",
        "en": "The site's programs against “{other}”, over the same nights and the same passages.",
    },
    "short.alone": {
        "fr": "Les programmes du site ; rien n'a été simulé à quoi les comparer.",
        "en": "The site's programs; nothing was simulated to compare them with.",
    },
    "short.no-site": {
        "fr": "Les programmes du site n'ont pas été simulés ici : pas de résumé.",
        "en": "The site's own programs were not simulated here: there is no summary.",
    },
    "short.faultless": {
        "fr": "Les stratégies sont comparées sans les pannes demandées à cette simulation ; ce "
        "que celles-ci ajoutent ou retirent est dit à part.",
        "en": "Strategies are compared without the faults that this simulation was asked for; "
        "what these add or take is told apart.",
    },
    "energy": {"fr": "Énergie", "en": "Energy"},
    "cost": {"fr": "Coût", "en": "Cost"},
    "co2": {"fr": "CO₂", "en": "CO₂"},
    "met": {"fr": "Passages bien éclairés", "en": "Passages met"},
    "dark": {"fr": "Passages dans le noir", "en": "Passages in the dark"},
    "wait": {"fr": "Attente la plus longue", "en": "Longest wait"},
    "instead": {"fr": "au lieu de {value}", "en": "instead of {value}"},
    "less": {"fr": "{value} de moins", "en": "{value} less"},
    "more": {"fr": "{value} de plus", "en": "{value} more"},
    "same": {"fr": "autant", "en": "the same"},
    "mean-wait": {
        "fr": "moyenne {mean}, 95 % sous {p95}",
        "en": "mean {mean}, 95% within {p95}",
    },
    "none": {"fr": "–", "en": "–"},
    "period-only": {
        "fr": "Ces chiffres valent pour cette période et aucune autre : la longueur des nuits "
        "change au fil de l'année, ne les multipliez pas pour en faire une.",
        "en": "These figures hold for this period and no other: nights differ in length over the "
        "year, so do not multiply them into one.",
    },
    # --- where energy is added -------------------------------------------------------------------
    "adds": {"fr": "Là où le site consomme plus", "en": "Where the site uses more"},
    "colon": {"fr": " :", "en": ":"},
    "adds.why": {"fr": "Pourquoi ?", "en": "Why?"},
    "adds.none": {
        "fr": "Aucune rue ne consomme plus qu'aujourd'hui.",
        "en": "No street uses more than today.",
    },
    "adds.after": {
        "fr": "{after} sur la période, au lieu de {before} aujourd'hui",
        "en": "{after} over the period, instead of {before} today",
    },
    "adds.parts": {
        "fr": "dont lumière {light}, nœuds et veille {gear}",
        "en": "of which light {light}, nodes and standby {gear}",
    },
    "adds.gear-only": {
        "fr": "La même lumière qu'aujourd'hui : seules s'ajoutent la consommation des nœuds et la "
        "veille des appareillages.",
        "en": "The same light as today: only the nodes and the drivers' standby are added.",
    },
    "adds.presence": {
        "fr": "Cette rue est coupée aujourd'hui une partie de la nuit ; la présence l'y allume : "
        "{hours} d'éclairage de plus par point lumineux.",
        "en": "Today this street is cut for part of the night; presence lights it there: "
        "{hours} of light more a luminaire.",
    },
    "adds.longer": {
        "fr": "Allumée plus longtemps qu'aujourd'hui : {hours} de plus par point lumineux.",
        "en": "Lit longer than today: {hours} more a luminaire.",
    },
    "adds.relight": {
        "fr": "Rallumée {n} fois à la demande des riverains.",
        "en": "Lit {n} times because residents asked.",
    },
    "adds.brighter": {
        "fr": "Plus de lumière qu'aujourd'hui aux mêmes heures.",
        "en": "More light than today in the same hours.",
    },
    "adds.offset": {
        "fr": "L'abaissement aux autres heures fait plus que compenser cette lumière ; restent "
        "les nœuds et la veille.",
        "en": "Dimming at other hours more than makes up for that light; what remains is nodes "
        "and standby.",
    },
    "adds.tonight": {
        "fr": "La seule nuit du {date}, dans les heures coupées aujourd'hui, la lumière y ajoute "
        "{kwh}.",
        "en": "On the one night of {date}, in the hours cut today, light adds {kwh} there.",
    },
    "adds.service": {
        "fr": "Passages bien éclairés : {before} aujourd'hui, {after} ainsi.",
        "en": "Passages met: {before} today, {after} this way.",
    },
    # --- tonight ---------------------------------------------------------------------------------
    "tonight": {"fr": "Ce soir : les heures, rue par rue", "en": "Tonight: the times by street"},
    "tonight.date": {
        "fr": "Nuit du {evening} au {morning}, en heure locale ({zone}).",
        "en": "Night of {evening} to {morning}, in local time ({zone}).",
    },
    "tonight.quiet": {
        "fr": "Ce que font les programmes quand personne ne passe.",
        "en": "What the programs do while nobody passes.",
    },
    "tonight.cell": {
        "fr": "Les heures que décide une cellule dépendent du temps qu'il fera : elles sont ici "
        "celles d'un ciel tiré au hasard.",
        "en": "Times decided by a photocell depend on the weather: here they are those of one sky "
        "drawn at random.",
    },
    "sun.sunset": {"fr": "Coucher du soleil", "en": "Sunset"},
    "sun.dusk": {"fr": "Fin du crépuscule civil", "en": "Civil dusk"},
    "sun.solar-midnight": {"fr": "Minuit solaire", "en": "Solar midnight"},
    "sun.dawn": {"fr": "Aube civile", "en": "Civil dawn"},
    "sun.sunrise": {"fr": "Lever du soleil", "en": "Sunrise"},
    "sun.length": {"fr": "Durée de la nuit", "en": "Length of the night"},
    "sun.stays-up": {
        "fr": "Le soleil ne se couche pas cette nuit-là.",
        "en": "The sun does not set in this night.",
    },
    "sun.stays-down": {
        "fr": "Le soleil ne se lève pas : nuit polaire.",
        "en": "The sun does not rise: polar night.",
    },
    "sun.never": {"fr": "pas cette nuit", "en": "not this night"},
    "circuit": {"fr": "Départ {id}", "en": "Circuit {id}"},
    "supply.permanent": {"fr": "alimentation permanente", "en": "permanent supply"},
    "supply.switched": {
        "fr": "coupé par l'armoire, sous tension {windows}",
        "en": "switched by the cabinet, mains {windows}",
    },
    "clock.slow": {
        "fr": "l'horloge de l'armoire retarde de {by}",
        "en": "the cabinet's clock is {by} slow",
    },
    "clock.fast": {
        "fr": "l'horloge de l'armoire avance de {by}",
        "en": "the cabinet's clock is {by} fast",
    },
    "from-to": {"fr": "{start} → {end}", "en": "{start} → {end}"},
    "program": {"fr": "programme « {name} »", "en": "program “{name}”"},
    "time": {"fr": "Heure", "en": "Time"},
    "level": {"fr": "Niveau", "en": "Level"},
    "reason": {"fr": "Raison", "en": "Why"},
    "off": {"fr": "éteint", "en": "off"},
    "in": {"fr": "en {time}", "en": "in {time}"},
    "dark-all-night": {"fr": "Éteint toute la nuit.", "en": "Off all night."},
    "cut-all-night": {"fr": "Hors tension toute la nuit.", "en": "No mains all night."},
    "why.on": {"fr": "allumage : {moment}", "en": "on: {moment}"},
    "why.on-clock": {"fr": "allumage à heure fixe", "en": "on, by the clock"},
    "why.on-plain": {"fr": "allumage", "en": "on"},
    "why.off": {"fr": "extinction : {moment}", "en": "off: {moment}"},
    "why.off-clock": {"fr": "extinction à heure fixe", "en": "off, by the clock"},
    "why.off-plain": {"fr": "extinction", "en": "off"},
    "why.cell-on": {
        "fr": "allumage : la cellule mesure la nuit",
        "en": "on: dark by the photocell",
    },
    "why.cell-off": {
        "fr": "extinction : la cellule mesure le jour",
        "en": "off: daylight by the photocell",
    },
    "why.event": {"fr": "événement : {name}", "en": "event: {name}"},
    "why.event-order": {
        "fr": "événement : {name}, selon {order}",
        "en": "event: {name}, by {order}",
    },
    "why.override": {"fr": "forçage", "en": "override"},
    "why.by-request": {"fr": "rallumage demandé", "en": "light asked for"},
    "why.corridor": {"fr": "plafond de la trame noire", "en": "ceiling of the dark corridor"},
    "why.all-lit": {"fr": "tout allumé, par appel", "en": "all on, by a call"},
    "why.mains-on": {
        "fr": "mise sous tension par l'armoire ({moment})",
        "en": "mains on by the cabinet ({moment})",
    },
    "why.mains-on-plain": {"fr": "mise sous tension par l'armoire", "en": "mains on"},
    "why.mains-off": {
        "fr": "coupure par l'armoire ({moment})",
        "en": "mains off by the cabinet ({moment})",
    },
    "why.mains-off-plain": {"fr": "coupure par l'armoire", "en": "mains off by the cabinet"},
    "why.point": {"fr": "palier : {moment}", "en": "switch point: {moment}"},
    "why.point-clock": {"fr": "palier", "en": "switch point"},
    "why.before-first": {
        "fr": "niveau sur lequel finit la nuit d'avant",
        "en": "the level that the night before ends with",
    },
    "why.time-unknown": {"fr": "heure inconnue : repli", "en": "time unknown: fault state"},
    "why.forced-run": {
        "fr": "marche forcée : sous tension de jour",
        "en": "forced run: mains by day",
    },
    "why.power-up": {
        "fr": "plein feu dix minutes après une remise sous tension de jour",
        "en": "full light for ten minutes after mains returned by day",
    },
    "why.idle": {"fr": "présence : niveau de veille", "en": "presence: idle level"},
    "why.else": {"fr": "détection ou forçage", "en": "detection or override"},
    "event.sunset": {"fr": "coucher du soleil", "en": "sunset"},
    "event.sunrise": {"fr": "lever du soleil", "en": "sunrise"},
    "event.dusk": {"fr": "crépuscule civil", "en": "civil dusk"},
    "event.dawn": {"fr": "aube civile", "en": "civil dawn"},
    "event.nautical-dusk": {"fr": "crépuscule nautique", "en": "nautical dusk"},
    "event.nautical-dawn": {"fr": "aube nautique", "en": "nautical dawn"},
    "event.solar-midnight": {"fr": "minuit solaire", "en": "solar midnight"},
    "presence.max": {
        "fr": "Présence {windows} : au passage {level}, veille {idle}, temporisation {hold}, "
        "montée en {up}, descente en {down}",
        "en": "Presence {windows}: {level} when somebody passes, idle level {idle}, hold time "
        "{hold}, up in {up}, down in {down}",
    },
    "presence.add": {
        "fr": "Présence {windows} : au passage {level} de plus, veille {idle}, temporisation "
        "{hold}, montée en {up}, descente en {down}",
        "en": "Presence {windows}: {level} more when somebody passes, idle level {idle}, hold "
        "time {hold}, up in {up}, down in {down}",
    },
    "presence.always": {"fr": "toute la nuit", "en": "all night"},
    "presence.neighbours.one": {
        "fr": "avec {n} voisin de chaque côté",
        "en": "with {n} neighbour on either side",
    },
    "presence.neighbours.other": {
        "fr": "avec {n} voisins de chaque côté",
        "en": "with {n} neighbours on either side",
    },
    "presence.reach": {"fr": "et jusqu'à {metres}", "en": "and as far as {metres}"},
    "presence.section": {
        "fr": "un véhicule lève tout le tronçon si le détecteur le reconnaît",
        "en": "a vehicle raises the whole section where the sensor tells it from a walker",
    },
    # --- what is dated ---------------------------------------------------------------------------
    "dated": {
        "fr": "Travaux, événements et appels de ces nuits",
        "en": "Works, events and calls of these nights",
    },
    "dated.when": {"fr": "Quand", "en": "When"},
    "dated.what": {"fr": "Quoi", "en": "What"},
    "dated.where": {"fr": "Où", "en": "Where"},
    "dated.light": {"fr": "Lumière", "en": "Light"},
    "dated.order": {"fr": "Décidé par", "en": "Decided by"},
    "dated.evenings": {"fr": "{dates}, {window}", "en": "{dates}, {window}"},
    "dated.call": {"fr": "{date}, {time}, pendant {lasts}", "en": "{date}, {time}, for {lasts}"},
    "dated.scene": {"fr": "scène « {name} »", "en": "scene “{name}”"},
    "dated.by-call": {"fr": "appel", "en": "call"},
    "call.all-on": {"fr": "Tout allumer", "en": "All on"},
    "call.relight": {"fr": "Rallumage demandé", "en": "Light asked for"},
    "call.override": {"fr": "Forçage", "en": "Override"},
    "relight.may": {
        "fr": "Rallumage à la demande {window} : {level} pendant {lasts}.",
        "en": "Light on demand {window}: {level} for {lasts}.",
    },
    "relight.asked": {
        "fr": "Rallumages demandés par les riverains pendant ces nuits, {zone} : {n}, dont "
        "{taken} dans les heures prévues.",
        "en": "Lights that residents asked for in these nights, {zone}: {n}, of which {taken} "
        "within the hours.",
    },
    "ceiling.is": {
        "fr": "Trame noire : jamais plus de {level}, {when}",
        "en": "Dark corridor: never more than {level}, {when}",
    },
    "ceiling.always": {"fr": "toute l'année", "en": "all year"},
    "ceiling.order": {"fr": "selon {order}", "en": "by {order}"},
    "slide": {"fr": "← faites glisser le dessin →", "en": "← slide the drawing →"},
    # --- the village from above ------------------------------------------------------------------
    "village": {"fr": "Le plan", "en": "The plan"},
    "plan.about": {
        "fr": "Les rues en traits, les points lumineux en points, de la couleur de leur départ.",
        "en": "Streets as lines, luminaires as dots in the colour of their circuit.",
    },
    "plan.cut": {
        "fr": "Le tiretage marque de la campagne vide, raccourcie.",
        "en": "A dashed line marks empty country, shortened.",
    },
    "plan.svg": {"fr": "Plan de {site}", "en": "Plan of {site}"},
    "plan.desc": {
        "fr": "Les mêmes rues, départs et points lumineux sont dans la légende et les tableaux "
        "qui suivent.",
        "en": "The same streets, circuits and luminaires are in the legend and the tables that "
        "follow.",
    },
    "plan.circuit": {"fr": "Départ {id}, {cabinet}", "en": "Circuit {id}, {cabinet}"},
    "plan.street": {"fr": "{street} ({n})", "en": "{street} ({n})"},
    "plan.north": {"fr": "N ↑", "en": "N ↑"},
    # --- one answered complaint ------------------------------------------------------------------
    "question": {"fr": "Un appel à la mairie, et sa réponse", "en": "A call, and its answer"},
    "question.how": {
        "fr": "Pour n'importe quel point lumineux, à n'importe quel instant passé ou à venir, le "
        "nœud dit pourquoi. Par exemple :",
        "en": "For any luminaire, at any instant past or future, the node can say why. For "
        "example:",
    },
    "question.dark": {
        "fr": "« {date} à {time}, {street} : c'était éteint. Pourquoi ? » ({lamp})",
        "en": "“{date}, {time}, {street}: it was dark. Why?” ({lamp})",
    },
    "question.dim": {
        "fr": "« {date} à {time}, {street} : c'était faible. Pourquoi ? » ({lamp})",
        "en": "“{date}, {time}, {street}: it was dim. Why?” ({lamp})",
    },
    "question.lit": {
        "fr": "« {date} à {time}, {street} : c'était allumé. Pourquoi ? » ({lamp})",
        "en": "“{date}, {time}, {street}: it was lit. Why?” ({lamp})",
    },
    "question.layers": {
        "fr": "Ce que disait chaque couche, de la plus forte à la plus faible",
        "en": "What each layer said, the strongest first",
    },
    "question.layer": {"fr": "Couche", "en": "Layer"},
    "question.after": {"fr": "Niveau après elle", "en": "Level after it"},
    "question.command": {
        "fr": "La même question, à la ligne de commande :",
        "en": "The same question on the command line:",
    },
    # --- the year --------------------------------------------------------------------------------
    "year": {"fr": "L'année, nuit par nuit", "en": "The year, night by night"},
    "year.about": {
        "fr": "Du {first} au {last} : une colonne par nuit, le soir en haut, le matin en bas, à "
        "l'heure du mur ; la couleur est le niveau commandé quand personne ne passe.",
        "en": "From {first} to {last}: a column a night, evening at the top, morning at the "
        "bottom, by the clock on the wall; colour is the level commanded while nobody passes.",
    },
    "year.how": {
        "fr": "Les deux courbes sont le coucher et le lever du soleil ; leurs marches sont les "
        "changements d'heure. Au-dessus : les jours qui comptent pour un calendrier.",
        "en": "The two curves are sunset and sunrise; their steps are the clock changes. Above: "
        "the days that matter to a calendar.",
    },
    "year.svg": {
        "fr": "Une année de niveaux de lumière : {name}",
        "en": "A year of levels of light: {name}",
    },
    "year.calendar": {
        "fr": "Calendrier « {name} » : {programs}",
        "en": "Calendar “{name}”: {programs}",
    },
    "year.event": {"fr": "{name} : {dates}", "en": "{name}: {dates}"},
    "year.more": {
        "fr": "{n} autres sortes de points lumineux ne sont pas dessinées.",
        "en": "{n} more kinds of luminaires are not drawn.",
    },
    "year.weekends": {"fr": "week-end", "en": "weekend"},
    "year.holidays": {"fr": "fériés", "en": "holidays"},
    "year.school": {"fr": "vacances", "en": "school off"},
    "year.events": {"fr": "événements", "en": "events"},
    "year.calls": {"fr": "appels", "en": "calls"},
    "year.requests": {
        "fr": "Les traits clairs pendant la coupure sont des rallumages demandés par les "
        "riverains, tirés au hasard.",
        "en": "Bright strokes within the cut are lights that residents asked for, drawn at "
        "random.",
    },
    "scale": {"fr": "Niveau de lumière :", "en": "Level of light:"},
    # --- a street, a moment ----------------------------------------------------------------------
    "street.title": {"fr": "Une rue, un moment", "en": "A street, a moment"},
    "street.how": {
        "fr": "{street}, {length}, pendant la nuit du {date} : de bas en haut la position dans la "
        "rue, de gauche à droite l'heure, en couleur la lumière de chaque point lumineux ; chaque "
        "trait est quelqu'un qui passe.",
        "en": "{street}, {length}, through the night of {date}: position along the street "
        "upwards, time from left to right, the light of each luminaire as colour; each line is "
        "somebody who passes.",
    },
    "street.night": {"fr": "{street}, toute la nuit", "en": "{street}, the whole night"},
    "street.hour": {
        "fr": "{street}, de {start} à {end}",
        "en": "{street}, from {start} to {end}",
    },
    "street.svg": {
        "fr": "La lumière le long de la rue {street} au fil du temps, et qui y passe",
        "en": "Light along {street} as time goes, and who passes",
    },
    "moment": {"fr": "Le village à {time}", "en": "The village at {time}"},
    "moment.about": {
        "fr": "{date}, {time}, sous la simulation. En chemin : {there}. Un cercle vide est un "
        "point lumineux éteint.",
        "en": "{date}, {time}, as simulated. On their way: {there}. A hollow circle is a "
        "luminaire that is off.",
    },
    "moment.nobody": {"fr": "personne", "en": "nobody"},
    "moment.svg": {
        "fr": "La lumière de chaque point lumineux à {time}, sur le plan",
        "en": "The light of each luminaire at {time}, on the plan",
    },
    "moment.street": {"fr": "{street} : {level}", "en": "{street}: {level}"},
    "moment.there": {"fr": "{kind} {n}", "en": "{kind} {n}"},
    # --- faults ----------------------------------------------------------------------------------
    "health": {"fr": "Les pannes", "en": "Faults"},
    "health.how": {
        "fr": "Les pannes demandées à la simulation, ce que le point lumineux a fait de la "
        "panne au lever du soleil, et quand son nœud l'a signalée.",
        "en": "The faults that the simulation was asked for, what the luminaire did from the "
        "fault to sunrise, and when its node reported it.",
    },
    "health.none": {
        "fr": "Aucune panne n'a été demandée à cette simulation.",
        "en": "This simulation was not asked for any fault.",
    },
    "health.cost": {
        "fr": "Avec ces pannes, le site consomme {kwh} au lieu de {before} ({added}) ; les autres "
        "chapitres comptent sans elles.",
        "en": "With these faults the site uses {kwh} instead of {before} ({added}); the other "
        "chapters count without them.",
    },
    "health.cost-met": {
        "fr": "Passages bien éclairés : {met} au lieu de {before}.",
        "en": "Passages met: {met} instead of {before}.",
    },
    "health.not-drawn": {
        "fr": "non rejouée, seules les {n} premières pannes le sont",
        "en": "not run again, only the first {n} faults are",
    },
    "health.alarms-without": {
        "fr": "Et sans les pannes : {n}.",
        "en": "And without the faults: {n}.",
    },
    "health.alarms": {
        "fr": "Fausses alarmes en {nights} : {n}.",
        "en": "False alarms in {nights}: {n}.",
    },
    "health.not-simulated": {
        "fr": "Les signalements n'ont pas été simulés.",
        "en": "Reports of faults were not simulated.",
    },
    "health.table": {"fr": "Pannes et signalements", "en": "Faults and reports"},
    "health.lamp": {"fr": "Point lumineux", "en": "Luminaire"},
    "health.what": {"fr": "Panne", "en": "Fault"},
    "health.since": {"fr": "Depuis", "en": "Since"},
    "health.to": {"fr": "Jusqu'à", "en": "Until"},
    "health.did": {"fr": "Ce qu'il a fait", "en": "What it did"},
    "health.said": {"fr": "Signalée", "en": "Reported"},
    "health.same": {
        "fr": "la même lumière que sans la panne ({level} en moyenne)",
        "en": "the same light as without the fault ({level} on average)",
    },
    "health.instead": {
        "fr": "{level} de lumière en moyenne, au lieu de {sound}",
        "en": "{level} of light on average, instead of {sound}",
    },
    "health.after": {
        "fr": "« {fault} », le {time}, après {delay}",
        "en": "“{fault}”, on {time}, after {delay}",
    },
    "health.also": {"fr": "aussi {faults}", "en": "also {faults}"},
    "health.lasts": {"fr": "la fin", "en": "the end"},
    "health.night": {"fr": "{lamp} : {fault}", "en": "{lamp}: {fault}"},
    "health.chart": {
        "fr": "La lumière de cette nuit ; en tirets, sans la panne ; le trait rouge est la panne.",
        "en": "The light of that night; dashed, without the fault; the red line is the fault.",
    },
    "health.false": {
        "fr": "Signalées sans panne (fausses alarmes)",
        "en": "Reported without a fault (false alarms)",
    },
    "health.more": {"fr": "Et {n} autres.", "en": "And {n} more."},
    # --- profiles --------------------------------------------------------------------------------
    "profiles": {"fr": "La nuit de chaque programme", "en": "The night of each program"},
    "profiles.how": {
        "fr": "Le niveau de lumière au fil de la nuit du {date}, en heure locale, quand personne "
        "ne passe. Le fond gris-bleu va du coucher au lever du soleil.",
        "en": "The level of light through the night of {date}, in local time, while nobody "
        "passes. The shaded stretch runs from sunset to sunrise.",
    },
    "profiles.tonight": {"fr": "ce soir : {where}", "en": "tonight: {where}"},
    "profiles.not-tonight": {
        "fr": "pas ce soir ; dessiné comme si c'était son tour",
        "en": "not tonight; drawn as if it were its turn",
    },
    "profiles.today": {
        "fr": "fonctionnement actuel, que le site remplace",
        "en": "what runs today, and the site replaces",
    },
    "profiles.svg": {
        "fr": "Niveau de lumière du programme {name} dans la nuit",
        "en": "Level of light of program {name} through the night",
    },
    "profiles.change": {"fr": "{time} : {level}", "en": "{time}: {level}"},
    "profiles.never": {"fr": "jamais allumé", "en": "never lit"},
    "profiles.sunset": {"fr": "coucher {time}", "en": "sunset {time}"},
    "profiles.sunrise": {"fr": "lever {time}", "en": "sunrise {time}"},
    "profiles.no-mains": {"fr": "hors tension", "en": "no mains"},
    "profiles.no-sun-up": {"fr": "le soleil reste levé", "en": "the sun stays up"},
    "profiles.no-sun-down": {"fr": "nuit polaire", "en": "polar night"},
    "real": {
        "fr": "Une vraie nuit simulée : {lamp}, {street}",
        "en": "One real simulated night: {lamp}, {street}",
    },
    "real.how": {
        "fr": "Le point lumineux {lamp} pendant la nuit du {date}, avec les passages du tirage "
        "(graine {seed}) : chaque trait en dessous est quelqu'un qui traverse sa zone.",
        "en": "Luminaire {lamp} through the night of {date}, with the passages drawn (seed "
        "{seed}): each stroke below is somebody who crosses its zone.",
    },
    "real.svg": {
        "fr": "Niveau du point lumineux {lamp} et passages dans sa zone, nuit du {date}",
        "en": "Level of luminaire {lamp} and passages in its zone, night of {date}",
    },
    "real.desc": {
        "fr": "Du coucher au lever : {passages}, {rises} par la présence, {hours} en tout "
        "au-dessus de ce que donne le programme seul.",
        "en": "From sunset to sunrise: {passages}, {rises} by presence, {hours} in all above what "
        "the program alone gives.",
    },
    "rises.one": {"fr": "{n} montée", "en": "{n} rise"},
    "rises.other": {"fr": "{n} montées", "en": "{n} rises"},
    "passages.one": {"fr": "{n} passage", "en": "{n} passage"},
    "passages.other": {"fr": "{n} passages", "en": "{n} passages"},
    "kind.walker": {"fr": "à pied", "en": "on foot"},
    "kind.cyclist": {"fr": "à vélo", "en": "by bicycle"},
    "kind.car": {"fr": "voiture", "en": "car"},
    # --- energy and service ----------------------------------------------------------------------
    "compare": {"fr": "Énergie et service, côte à côte", "en": "Energy and service side by side"},
    "compare.how": {
        "fr": "Un passage est une personne ou un véhicule qui traverse la zone d'un point "
        "lumineux, du coucher au lever du soleil : qui longe dix points lumineux compte dix "
        "fois. Il est bien éclairé quand le niveau demandé à la rue est atteint pendant qu'il y "
        "est, et dans le noir quand la lumière est éteinte à mi-chemin.",
        "en": "A passage is one person or vehicle that crosses one luminaire's zone between "
        "sunset and sunrise: whoever walks past ten luminaires counts ten times. It is met when "
        "the level asked of the street is reached while they are in the zone, and in the dark "
        "when the light is off half way through.",
    },
    "strategy": {"fr": "Stratégie", "en": "Strategy"},
    "about.site": {
        "fr": "les programmes du fichier de site, sur des nœuds Noctule",
        "en": "the programs of the site file, on Noctule nodes",
    },
    "about.today": {
        "fr": "ce que le fichier de site dit du fonctionnement actuel, sans nœuds",
        "en": "what the site file says runs today, without nodes",
    },
    "about.always_on": {
        "fr": "plein feu du coucher au lever du soleil, sans nœuds",
        "en": "full light from sunset to sunrise, without nodes",
    },
    "about.switch_off": {
        "fr": "plein feu, éteint {window}, sans nœuds",
        "en": "full light, off {window}, without nodes",
    },
    "about.dimming": {
        "fr": "plein feu, abaissé à {dimmed} {dimming}, sans nœuds",
        "en": "full light, dimmed to {dimmed} {dimming}, without nodes",
    },
    "about.presence": {
        "fr": "un nœud et un détecteur sur chaque mât : {idle} en veille, {raised} au passage",
        "en": "a node and a sensor on each pole: {idle} idle, {raised} when somebody passes",
    },
    "about.relight": {
        "fr": "éteint {relight}, rallumé {lasts} à la demande des riverains, avec des nœuds",
        "en": "off {relight}, lit for {lasts} when residents ask, with nodes",
    },
    "chart.energy": {"fr": "Énergie par stratégie", "en": "Energy by strategy"},
    "chart.met": {
        "fr": "Passages bien éclairés par stratégie",
        "en": "Passages met by strategy",
    },
    "chart.dark": {
        "fr": "Passages dans le noir par stratégie",
        "en": "Passages in the dark by strategy",
    },
    "chart.streets-energy": {"fr": "Énergie par rue", "en": "Energy by street"},
    "chart.streets-met": {
        "fr": "Passages bien éclairés par rue",
        "en": "Passages met by street",
    },
    "chart.as-table": {
        "fr": "Les mêmes chiffres sont dans le tableau qui suit.",
        "en": "The same figures are in the table that follows.",
    },
    "chart.first": {
        "fr": "Les {n} rues qui consomment le plus ; toutes sont dans le tableau.",
        "en": "The {n} streets that use the most; all of them are in the table.",
    },
    "table.strategies": {
        "fr": "Énergie et service de chaque stratégie",
        "en": "Energy and service of each strategy",
    },
    "table.vs": {"fr": "contre « {other} »", "en": "against “{other}”"},
    "table.mean": {"fr": "Attente moyenne", "en": "Mean wait"},
    "table.p95": {"fr": "Attente, 95 %", "en": "Wait, 95%"},
    "table.max": {"fr": "Attente la plus longue", "en": "Longest wait"},
    "table.passages": {
        "fr": "Les mêmes {n} pour chaque stratégie. L'attente compte les passages bien éclairés.",
        "en": "The same {n} for each strategy. The wait is over the passages that were met.",
    },
    "table.levels": {
        "fr": "Heures de nœud à chaque niveau de lumière",
        "en": "Node-hours at each level of light",
    },
    "table.band": {"fr": "{low} à {high}", "en": "{low} to {high}"},
    "table.energy-streets": {
        "fr": "Énergie par rue, en kWh",
        "en": "Energy by street, in kWh",
    },
    "table.met-streets": {
        "fr": "Passages bien éclairés par rue, en %",
        "en": "Passages met by street, in %",
    },
    "table.dark-streets": {
        "fr": "Passages dans le noir par rue, en %",
        "en": "Passages in the dark by street, in %",
    },
    "street": {"fr": "Rue", "en": "Street"},
    "nodes": {"fr": "Nœuds", "en": "Nodes"},
    "asked": {"fr": "Niveau demandé", "en": "Level asked"},
    "passages": {"fr": "Passages", "en": "Passages"},
    "total": {"fr": "Ensemble", "en": "Total"},
    # --- by hand ---------------------------------------------------------------------------------
    "hand": {"fr": "À vérifier à la main", "en": "Check it by hand"},
    "hand.intro": {
        "fr": "{street}, stratégie « {strategy} » :",
        "en": "{street}, strategy “{strategy}”:",
    },
    "hand.hours": {
        "fr": "Les {hours} sont les heures à 100 % d'un point lumineux pendant {nights}, soit "
        "{mean} par nuit en moyenne.",
        "en": "The {hours} are one luminaire's hours at 100% over {nights}: {mean} a night on "
        "average.",
    },
    "hand.first": {
        "fr": "La première nuit, celle du {date}, va du coucher du soleil à {sunset} à son lever "
        "à {sunrise} : {length}.",
        "en": "The first night, that of {date}, runs from sunset at {sunset} to sunrise at "
        "{sunrise}: {length}.",
    },
    "hand.cost": {"fr": "Au prix de {price} : {cost}.", "en": "At {price}: {cost}."},
    "hand.none": {
        "fr": "Aucune rue n'a ici une seule puissance et un seul niveau, sans nœuds : pas de "
        "ligne à vérifier d'une multiplication.",
        "en": "No street here has one wattage and one level, without nodes: there is no line to "
        "check with one multiplication.",
    },
    # --- assumptions -----------------------------------------------------------------------------
    "assumptions": {"fr": "Hypothèses et sources", "en": "Assumptions and their sources"},
    "assume.price": {
        "fr": "Prix : {price}, au {date}. Source : {source}.",
        "en": "Price: {price}, as of {date}. Source: {source}.",
    },
    "assume.co2": {
        "fr": "CO₂ : {co2}, année {year}. Source : {source}.",
        "en": "CO₂: {co2}, year {year}. Source: {source}.",
    },
    "assume.gear": {"fr": "Appareillages", "en": "Gear"},
    "assume.gear-caption": {
        "fr": "Puissances du fichier de site ; entre les points, des droites",
        "en": "Watts from the site file; straight lines between the points",
    },
    "gear.driver": {"fr": "Appareillage", "en": "Driver"},
    "gear.full": {"fr": "À 100 %", "en": "At 100%"},
    "gear.points": {"fr": "Points de la courbe", "en": "Points of the curve"},
    "gear.standby": {"fr": "Veille", "en": "Standby"},
    "gear.node": {"fr": "Nœud", "en": "Node"},
    "gear.minimum": {"fr": "Niveau minimal", "en": "Lowest level"},
    "gear.point": {"fr": "{level} : {watts}", "en": "{level}: {watts}"},
    "gear.no-points": {
        "fr": "aucun : droite depuis {share} de la puissance, juste au-dessus de l'extinction",
        "en": "none: straight from {share} of full power, just above off",
    },
    "gear.no-dimming": {"fr": "ne se gradue pas", "en": "cannot be dimmed"},
    "gear.limits": {"fr": "{name} : {parts}.", "en": "{name}: {parts}."},
    "gear.virtual": {
        "fr": "100 % de lumière est {share} de la sortie",
        "en": "100% of light is {share} of the output",
    },
    "gear.clo": {
        "fr": "flux constant ({points})",
        "en": "constant light output ({points})",
    },
    "gear.clo-point": {"fr": "{share} à {hours}", "en": "{share} at {hours}"},
    "gear.warm-up": {
        "fr": "pleine lumière après {time}",
        "en": "full light after {time}",
    },
    "gear.minimum-on": {"fr": "allumé au moins {time}", "en": "on for at least {time}"},
    "gear.minimum-off": {"fr": "éteint au moins {time}", "en": "off for at least {time}"},
    "gear.contactor": {
        "fr": "Contacteur « {name} » : fermé au moins {on}, ouvert au moins {off}.",
        "en": "Contactor “{name}”: closed for at least {on}, open for at least {off}.",
    },
    "assume.meter": {
        "fr": "Mesure de puissance : bruit de {noise} (écart type).",
        "en": "Measured power: noise of {noise} (standard deviation).",
    },
    "assume.requests": {
        "fr": "Rallumages demandés, « {zone} » : de {least} à {most} par nuit et par zone, selon "
        "le mois, tirés au hasard.",
        "en": "Light asked for, “{zone}”: from {least} to {most} a night and zone by the month, "
        "drawn at random.",
    },
    "assume.requests-even": {
        "fr": "Rallumages demandés, « {zone} » : {most} par nuit et par zone, tirés au hasard.",
        "en": "Light asked for, “{zone}”: {most} a night and zone, drawn at random.",
    },
    "assume.without-nodes": {
        "fr": "Les stratégies sans nœuds ne comptent ni veille ni nœuds (l'armoire coupe le "
        "jour) : c'est au désavantage des programmes du site.",
        "en": "Strategies without nodes bear neither standby nor node power (the cabinet cuts by "
        "day), which is to the disadvantage of the site's programs.",
    },
    "assume.people": {"fr": "Passants et détecteurs", "en": "Passers-by and sensors"},
    "assume.traffic": {
        "fr": "Passages : hypothèses du fichier de site, tirés au hasard (Poisson) avec la graine "
        "{seed}, les mêmes pour chaque stratégie. Le service rendu vaut ce qu'elles valent.",
        "en": "Passages: assumptions of the site file, drawn at random (Poisson) with seed "
        "{seed}, the same for each strategy. The service is worth what they are worth.",
    },
    "assume.traffic-caption": {
        "fr": "Passants attendus par nuit (16 h à 8 h), par rue",
        "en": "Passers-by expected a night (16:00 to 08:00), by street",
    },
    "assume.counts": {
        "fr": "La forme horaire vient de vrais comptages d'un centre-ville de l'autre côté du "
        "monde : seule sa forme sert, mise à l'échelle du site.",
        "en": "The hourly shape comes from real counts of a city centre on the other side of the "
        "world: only its shape is used, scaled to the site.",
    },
    "assume.credit": {"fr": "Source :", "en": "Source:"},
    "assume.speeds": {
        "fr": "Vitesses : à pied {walker}, à vélo {cyclist}, voitures à {car} de la limite.",
        "en": "Speeds: on foot {walker}, by bicycle {cyclist}, cars at {car} of the limit.",
    },
    "assume.sensor": {
        "fr": "Détecteur « {name} » : portée {range}, {missed} des passages manqués, {false} "
        "fausses détections par heure.",
        "en": "Sensor “{name}”: range {range}, {missed} of passages missed, {false} false "
        "detections an hour.",
    },
    "assume.nodes": {"fr": "Nœuds", "en": "Nodes"},
    "assume.radio": {
        "fr": "Radio entre nœuds : {delay} par mât, {loss} des messages perdus.",
        "en": "Radio between nodes: {delay} a pole, {loss} of messages lost.",
    },
    "assume.boot": {
        "fr": "Démarrage : {boot} après la mise sous tension, plein feu en attendant.",
        "en": "Boot: {boot} after mains, full light until then.",
    },
    "assume.sun": {
        "fr": "Soleil : coucher et lever à −0,8333°, horizon plat, à {latitude}, {longitude}.",
        "en": "Sun: sunset and sunrise at −0.8333°, flat horizon, at {latitude}, {longitude}.",
    },
    "limits": {
        "fr": "Ce que la simulation ne montre pas",
        "en": "What the simulation does not show",
    },
    "limits.light": {
        "fr": "La lumière au sol : un niveau est un pourcentage du luminaire, pas des lux ; ni "
        "l'optique, ni l'encrassement, ni le vieillissement.",
        "en": "Light on the ground: a level is a percentage of the luminaire's, not lux; no "
        "optics, dirt or ageing.",
    },
    "limits.electric": {
        "fr": "Le réseau : puissance réactive, appel de courant, pertes en ligne.",
        "en": "The network: reactive power, inrush, losses in the cables.",
    },
    "limits.radio": {
        "fr": "La propagation radio, les défauts de PWM, une mémoire qui se fragmente.",
        "en": "Radio propagation, PWM glitches, a heap that fragments.",
    },
    "limits.people": {
        "fr": "Ce que la lumière change aux gens : personne ne sort ni ne rentre parce qu'une rue "
        "est éclairée.",
        "en": "What light does to people: nobody goes out or stays in because a street is lit.",
    },
    "limits.faults": {
        "fr": "Les pannes : seules celles nommées plus haut sont simulées, et la comparaison des "
        "stratégies est faite sans elles.",
        "en": "Faults: only those named above are simulated, and strategies are compared without "
        "them.",
    },
    "limits.norm": {
        "fr": "La conformité à une norme d'éclairage ou de sécurité : à établir par qui en a "
        "qualité.",
        "en": "Whether a lighting or safety standard is satisfied: for those entitled to say so.",
    },
}
