"""Les mots de la console en français : les mêmes noms et les mêmes places que words_en.py."""

LAYERS = (
    "état de repli", "programme", "présence", "rallumage à la demande", "forçage", "plafond",
    "tout allumé",
)
# Dans l'ordre de brain/layers.py.
WHY = (
    "muet",
    "l'heure n'est pas connue",
    "programme n° %d, palier n° %d",
    "ce sur quoi finit la nuit d'avant : programme n° %d, palier n° %d",
    "hors des périodes actives du programme n° %d",
    "la cellule dit qu'il fait jour",
    "marche forcée : sous tension de jour",
    "la tension vient de revenir, de jour : allumé pendant dix minutes",
    "niveau de veille, personne",
    "passage vu par son détecteur, ou sa temporisation",
    "passage vu par un voisin (à %d mâts), ou sa temporisation",
    "véhicule dans le tronçon, ou sa temporisation",
    "à la main",
    "à la main : programme n° %d",
    "demandé par un habitant",
    "événement n° %d",
    "événement n° %d",
    "trame noire",
    "à la main, au-dessus de tout",
)
NO_POINTS = "programme n° %d, sans palier"
OPERATIONS = (
    "", "impose %d %%", "au plus %d %%", "au moins %d %%", "ajoute %d %%", "retire %d %%",
    "multiplie par %d %%",
)
GEAR = (
    "", "allumé depuis peu, l'appareillage le reste", "éteint depuis peu, l'appareillage le reste",
)
QUALITY = ("heure inconnue", "minuit virtuel", "réserve de marche", "à l'heure")
SOURCES = ("personne", "l'horloge à pile", "le réseau", "un technicien")
CHIP = (
    "répond", "ne répond pas", "s'est arrêtée : pile vide, ou neuve", "heure impossible",
    "répond, mais n'est pas crue",
)
# Un par bit, de brain/faults.py et device/events.py.
FAULTS = (
    "heure inconnue",
    "détecteur bloqué",
    "cellule en panne",
    "détecteur muet",
    "cellule figée",
    "lampe en panne",
    "allumé de jour",
    "cyclage",
    "puissance trop haute",
    "puissance trop basse",
    "horloge à pile en panne",
    "une copie de la configuration est abîmée",
    "configuration perdue : allumé tout le temps",
    "câblage perdu",
    "la mémoire flash ne prend pas ce qu'on écrit",
    "le driver ne répond pas",
    "capteur de présence muet ou affolé : compté comme quelqu'un",
    "compteur incohérent",
    "une tâche a échoué",
    "mode de secours",
    "une pièce du câblage est introuvable",
    "le réseau donne une autre heure",
)
# Par code, de device/events.py.
EVENTS = (
    "",
    "démarrage : %s ; démarrages ratés avant : %d",
    "fin de la marche précédente : %s",
    "défaut : %s",
    "défaut disparu : %s",
    "heure réglée, de %s",
    "heure refusée, écart %s",
    "aucune source d'heure ; réserve de marche %s",
    "horloge à pile : %s",
    "horloge à pile revenue",
    "échec : tâche %s",
    "mode de secours ; démarrages ratés : %d",
    "console : %s",
    "événements non écrits : %d",
    "niveau demandé : %d %%",
    "le réseau refuse la clé",
    "nouveau logiciel confirmé",
    "retour au logiciel d'avant ; le nouveau : %s",
    "nouvelle configuration",
)
BACK = (  # par lettre, de update/slots.py
    "plantait, ou ne démarrait pas", "n'allait pas bien", "prenait trop de mémoire",
    "n'éclairait pas", "ne prenait plus de mise à jour", "à la demande",
)
CAUSES = (
    "inconnue", "mise sous tension", "redémarrage", "chien de garde", "sommeil profond",
    "redémarrage logiciel",
)
ENDS = (
    "arrêt brutal", "demandée", "une exception", "une tâche s'est tue", "arrêté à l'invite",
    "sortie du mode de secours",
)
TASKS = ("commande", "sortie", "capteurs", "heure", "santé", "journal", "série")

POINT = ","
NONE = "aucun"
YES = "oui"
NO = "non"
DEAD = "en panne"
DAY = "j"

NODE = "nœud     %s, %s"
BOARD = "carte    %s ; noctule %s, emplacement %s"
LIGHT = "lumière  %d %%, demandé %d %% ; sortie %d %% sur %d %%, %s"
STEADY = "stable"
MOVING = "en mouvement"
CLOCK = "heure    %s"
CLOCK_IS = "%s, %s, par %s"
UP = "marche   %s"
STARTS = "reprises %d ; redémarrages subis %d"
BURNT = "allumé   %d h, %s kWh"
MEMORY = "mémoire  %d o libres ; tour le plus long %d ms"
STORAGE = "flash    %d écritures, %d o ; événements perdus %d"
FAULTS_ARE = "défauts  %s"

SENTENCE = "%d %% : %s"
LAYER = "%s (%s)"
HELD = "%s ; demandé par %s"
SINCE = ", depuis le %s"
UNTIL = ", jusqu'au %s"
NOT_BELOW = "Demandé %d %% ; l'appareillage donne %d %%."
TAKES = "Il y faut %d %% du flux de l'appareillage."
STEP = "  %3d %%  %s : %s"
NO_FAULTS = "aucun défaut"
NO_EVENTS = "aucun événement"
AFTER_START = "démarrage + %s"
RUNS = "confirmée il y a %s ; quartz corrigé de %s%s ppm"
CHIP_SAYS = "horloge à pile : %s"
FAR = "Loin de ce que sait le nœud : %s."
REPEAT = "Si c'est vous qui avez raison : %s %s !"
BLINKS = "clignote pendant %s"
FOR = "%d %% pendant %s, puis de lui-même comme avant ; pour finir tout de suite : %s"
ABOVE = "Une couche plus haute parle en ce moment ; voir %s."
CANCELLED = "selon le programme"
SHOWN = "chaque changement pendant %d s ; une touche y met fin"
NO_SENSORS = "aucun capteur, ou aucun n'a encore rien dit"
SENSORS = ("présence", "distance", "lumière", "puissance")
REPORTS = "messages du radar %d, abîmés %d"
TRACING = "chaque changement est affiché ; trace off y met fin"
NOT_TRACING = "les changements ne sont pas affichés"
SPOKEN = "français"
STOPPED = "Le nœud ne tourne pas : voici ce qui était. Ctrl-D le relance."
SAVED = "gardé    %s"
CRASHED = "panne    voir crash()"
NOT_KNOWN = "inconnu"
REBOOTS = "redémarrage"

USAGE = "Usage : %s"
RANGE = "%s : n'est pas un nombre de %d à %d"
NO_TIME = "%s : n'est pas une heure comme 2026-11-23T21:00:00Z"
CANNOT_BE = "%s : heure impossible"

# Dans l'ordre de console.NAMES.
HELP = (
    ("etat", "ce qu'est le nœud et ce qu'il fait"),
    ("pourquoi", "qui décide de la lumière, et tous ceux qui parlent"),
    ("defauts", "ce qui ne va pas"),
    ("journal [1-256]", "les derniers événements, le plus récent d'abord"),
    ("heure [2026-11-23T21:00:00Z]", "l'heure du nœud, ou la régler (UTC)"),
    ("reperer [1-600 s]", "clignoter, pour être trouvé"),
    ("niveau 0-100 [1-720 min]", "cette lumière pour un moment (15 min)"),
    ("tout-allumer [1-720 min]", "pleine lumière, au-dessus de tout (30 min)"),
    ("annuler", "mettre fin à niveau et à tout-allumer"),
    ("capteurs", "ce que voient les capteurs, en direct"),
    ("trace [on|off]", "afficher chaque changement et sa raison"),
    ("langue [fr|en]", "la langue, jusqu'au prochain démarrage"),
    ("redemarrer", "redémarrer le nœud"),
    ("aide", "ceci"),
)
HELP_MORE = (
    "Ctrl-C arrête le nœud, pleine lumière, et donne l'invite de MicroPython. Là :",
    "from noctule.prompt import *, puis status(), why(), faults(), log(). Ctrl-D",
    "relance le nœud.",
)
