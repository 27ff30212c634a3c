"""What the commands that talk to boards say, in both languages."""

from __future__ import annotations

from typing import Final

from tools.push.home import Texts
from tools.spoken import Lang

WHY_BACK: Final[Texts] = {
    "s": {"fr": "plantages ou démarrages ratés", "en": "crashes, or starts that came to nothing"},
    "h": {"fr": "n'allait pas bien", "en": "was not well"},
    "m": {"fr": "trop peu de mémoire", "en": "too little memory"},
    "d": {"fr": "n'éclairait pas", "en": "did not light"},
    "u": {"fr": "ne prenait plus de mise à jour", "en": "took no more updates"},
    "r": {"fr": "demandé", "en": "asked for"},
}
"""Why a trial was taken back: letters of `noctule.update.slots`."""

TROUBLES: Final[Texts] = {
    "no-port": {"fr": "il n'y a pas de port {port}", "en": "there is no port {port}"},
    "no-serial": {"fr": "{port} n'est pas un port série", "en": "{port} is no serial port"},
    "busy": {
        "fr": "{port} ne s'ouvre pas : un autre programme le tient, ou l'accès est refusé",
        "en": "{port} does not open: another program has it, or access is refused",
    },
    "silent": {
        "fr": "pas de MicroPython qui réponde sur {port}. Un autre programme parle peut-être sur "
        "ce port : fermez-le et réessayez. Sinon, mettez d'abord sur la carte l'image de "
        "micropython.org (1.28 ou plus), par esptool",
        "en": "no MicroPython answers on {port}. Another program may be talking on this port: "
        "close it and try again. Else put the image of micropython.org (1.28 or newer) on the "
        "board first, by esptool",
    },
    "gone": {
        "fr": "la carte sur {port} ne répond plus. Le nœud redémarre de lui-même, comme avant ou "
        "déjà comme le nouveau ; relancez la commande",
        "en": "the board on {port} no longer answers. The node starts again by itself, as before "
        "or as the new one already; run the command again",
    },
    "mute": {
        "fr": "le nœud sur {port} ne répond plus aux demandes. Il redémarre de lui-même, comme "
        "avant ; relancez la commande. {said}",
        "en": "the node on {port} no longer answers requests. It starts again by itself, as "
        "before; run the command again. {said}",
    },
    "no-updater": {
        "fr": "la carte sur {port} n'a pas le logiciel d'un nœud Noctule, ou un plus ancien : "
        "noctule provision, ou noctule recover",
        "en": "the board on {port} has no software of a Noctule node, or older one: noctule "
        "provision, or noctule recover",
    },
    "stopped": {
        "fr": "arrêté ; le nœud sur {port} continue, comme avant ou déjà comme le nouveau",
        "en": "stopped; the node on {port} goes on, as before or as the new one already",
    },
    "not-running": {
        "fr": "tout est en place sur {port}, mais le nœud ne tourne pas :\n{said}",
        "en": "all is in place on {port}, but the node does not run:\n{said}",
    },
    "not-heard": {
        "fr": "tout est en place sur {port}, mais le nœud n'a rien dit",
        "en": "all is in place on {port}, but the node said nothing",
    },
    "wrong-board": {
        "fr": "la carte sur {port} dit « {machine} », ce n'est pas une {board}",
        "en": 'the board on {port} says "{machine}", which is not {board}',
    },
    "no-node": {
        "fr": "aucun nœud ne tourne sur {port}",
        "en": "no node runs on {port}",
    },
    # refusals of the node's own: the first word of what it answers
    "refused-old": {
        "fr": "le nœud a déjà le numéro {what} ou plus : refaites le paquet par noctule build "
        "--above {what}",
        "en": "the node has number {what} or a higher one already: make the bundle anew by "
        "noctule build --above {what}",
    },
    "refused-board": {
        "fr": "ce paquet est pour une autre carte ({what})",
        "en": "this bundle is for another board ({what})",
    },
    "refused-node": {
        "fr": "ce nœud est {what} : noctule provision en fait un autre",
        "en": "this node is {what}: noctule provision makes another of it",
    },
    "refused-mpy": {
        "fr": "ce MicroPython ne lit pas ce bytecode ({what}) : mettez-le à jour par esptool",
        "en": "this MicroPython does not read this bytecode ({what}): update it by esptool",
    },
    "refused-micropython": {
        "fr": "il faut MicroPython {what} ou plus : mettez-le à jour par esptool",
        "en": "MicroPython {what} or newer is needed: update it by esptool",
    },
    "refused-signature": {
        "fr": "la signature n'est pas bonne : paquet altéré, ou fait ailleurs",
        "en": "the signature is not right: a bundle that was altered, or made elsewhere",
    },
    "refused-key": {
        "fr": "ce nœud ne connaît pas la clé qui a signé : c'est celle d'un autre atelier, ou il "
        "a manqué une rotation (noctule keys show)",
        "en": "this node does not know the key that signed: another workshop's, or it missed a "
        "rotation (noctule keys show)",
    },
    "refused-nobody": {
        "fr": "ce nœud ne connaît encore aucune clé : noctule provision",
        "en": "this node knows no key yet: noctule provision",
    },
    "refused-space": {
        "fr": "il n'y a pas assez de place sur la carte ({what})",
        "en": "there is not enough room on the board ({what})",
    },
    "refused-trial": {
        "fr": "un essai est en cours : attendez qu'il soit confirmé, ou noctule rollback",
        "en": "a trial is under way: wait until it is confirmed, or noctule rollback",
    },
    "refused-nothing": {
        "fr": "il n'y a rien à quoi revenir",
        "en": "there is nothing to go back to",
    },
    "refused-config": {
        "fr": "le logiciel de ce nœud ne lit pas cette configuration : envoyez d'abord le "
        "logiciel (--code), puis, une fois confirmé, la configuration",
        "en": "this node's code does not read this configuration: send the code first (--code), "
        "and the configuration once that is confirmed",
    },
    "refused-time": {"fr": "heure impossible", "en": "a time that cannot be"},
    "refused-other": {
        "fr": "le nœud refuse : {what}",
        "en": "the node refuses: {what}",
    },
}

PLANS: Final[Texts] = {
    "nobody-yet": {
        "fr": "n'est encore le nœud de personne : noctule provision",
        "en": "is nobody's node yet: noctule provision",
    },
    "not-in-bundle": {
        "fr": "est {node} ({site}), qui n'est pas du paquet ; il y a : {known}",
        "en": "is {node} ({site}), which the bundle has not; there are: {known}",
    },
    "other-site": {
        "fr": "est {node} d'un autre site ({site}) : dites ce qu'elle devient, par --lamp",
        "en": "is {node} of another site ({site}): say what it is to be, by --lamp",
    },
    "other-board": {
        "fr": "était une {board}, le site y veut une {meant} : dites laquelle, par --board",
        "en": "was {board}, where the site wants {meant}: say which, by --board",
    },
    "board": {
        "fr": "est une {board}, le paquet y veut une {meant} ; avec le site, --board en décide",
        "en": "is {board}, where the bundle wants {meant}; with the site, --board decides",
    },
    "no-code": {
        "fr": "le paquet n'a pas de logiciel pour {board}",
        "en": "the bundle has no code for {board}",
    },
    "trial": {
        "fr": "un essai est en cours : attendez qu'il soit confirmé, ou noctule rollback",
        "en": "a trial is under way: wait until it is confirmed, or noctule rollback",
    },
}

SAYS: Final[Texts] = {
    "no-ports": {
        "fr": "aucune carte trouvée sur un port USB : branchez-la, ou donnez --port",
        "en": "no board found on a USB port: plug it in, or give --port",
    },
    "several-ports": {
        "fr": "plusieurs ports : {ports}. Donnez --port, ou --all",
        "en": "several ports: {ports}. Give --port, or --all",
    },
    "lamp-absent": {
        "fr": "aucune de ces cartes n'est {lamp}",
        "en": "none of these boards is {lamp}",
    },
    "is": {
        "fr": "{port} : {node} ({board})",
        "en": "{port}: {node} ({board})",
    },
    "nothing": {"fr": "rien à faire, tout y est", "en": "nothing to do, it has all of it"},
    "keys": {"fr": "clés : {count} jeu(x)", "en": "keys: {count} set(s)"},
    "own": {
        "fr": "configuration : n° {old} → {new} ({files})",
        "en": "configuration: no. {old} → {new} ({files})",
    },
    "code": {
        "fr": "logiciel : {old} → {new}, au plus {size} Kio à envoyer ; à l'essai",
        "en": "code: {old} → {new}, {size} KiB to send at most; on trial",
    },
    "dry": {"fr": "Rien n'a été envoyé.", "en": "Nothing was sent."},
    "ask": {"fr": "Envoyer à {count} carte(s) ?", "en": "Send to {count} board(s)?"},
    "first": {
        "fr": "{port} d'abord, les autres s'il réussit",
        "en": "{port} first, the others if it succeeds",
    },
    "too-many": {
        "fr": "arrêté après {count} échec(s) : {left} carte(s) n'ont pas été touchées",
        "en": "stopped after {count} failure(s): {left} board(s) were not touched",
    },
    "done-config": {"fr": "à jour, sans redémarrer", "en": "up to date, without a restart"},
    "done-start": {"fr": "à jour, redémarré", "en": "up to date, started anew"},
    "done-trial": {
        "fr": "à jour, à l'essai : confirmé après une demi-heure sous tension et de la lumière",
        "en": "up to date, on trial: confirmed after half an hour of mains, and light",
    },
    "untouched": {"fr": "pas touchée", "en": "not touched"},
    "runs": {"fr": "{node} tourne sur {port}.", "en": "{node} runs on {port}."},
    "back": {
        "fr": "{port} : l'autre logiciel démarre.",
        "en": "{port}: the other code starts.",
    },
    "time-set": {"fr": "{port} : {time}", "en": "{port}: {time}"},
    "was": {
        "fr": "cette carte était {node} ({site}) : ce qu'elle a appris et compté est effacé",
        "en": "this board was {node} ({site}): what it has learnt and counted is erased",
    },
    "format": {
        "fr": "pas de système de fichiers lisible sur {port} : il en faut un nouveau",
        "en": "no file system that can be read on {port}: it takes a new one",
    },
    "result": {"fr": "Résultat", "en": "Result"},
    "slot": {"fr": "emplacement", "en": "slot"},
    "st-node": {"fr": "nœud       {node}, {site}", "en": "node       {node}, {site}"},
    "st-board": {
        "fr": "carte      {board} ; {machine}, MicroPython {runtime}",
        "en": "board      {board}; {machine}, MicroPython {runtime}",
    },
    "st-code": {
        "fr": "logiciel   {version}, n° {number}, emplacement {slot} ; {terms}",
        "en": "code       {version}, no. {number}, slot {slot}; {terms}",
    },
    "st-own": {"fr": "config.    n° {number}", "en": "config.    no. {number}"},
    "st-keys": {"fr": "clés       jeu n° {number}", "en": "keys       set no. {number}"},
    "st-up": {"fr": "marche     {minutes} min", "en": "up         {minutes} min"},
    "st-time": {"fr": "heure      {time}", "en": "clock      {time}"},
    "st-light": {
        "fr": "lumière    {level} %, sortie {output} %",
        "en": "light      {level} %, output {output} %",
    },
    "st-memory": {"fr": "mémoire    {free} o libres", "en": "memory     {free} B free"},
    "st-flash": {"fr": "flash      {free} Kio libres", "en": "flash      {free} KiB free"},
    "st-faults": {"fr": "défauts    {faults}", "en": "faults     {faults}"},
    "st-idle": {
        "fr": "           le nœud ne tournait pas",
        "en": "           the node did not run",
    },
    "confirmed": {"fr": "confirmé", "en": "confirmed"},
    "on-trial": {
        "fr": "à l'essai, encore {left} démarrage(s)",
        "en": "on trial, {left} start(s) left",
    },
    "taken-back": {
        "fr": "le suivant a été repris : {why}",
        "en": "the next one was taken back: {why}",
    },
    "unknown-time": {"fr": "inconnue", "en": "not known"},
    "none": {"fr": "aucun", "en": "none"},
    "no-events": {"fr": "aucun événement", "en": "no events"},
    "start-plus": {"fr": "démarrage + {seconds} s", "en": "start + {seconds} s"},
}


def said(key: str, lang: Lang, **params: object) -> str:
    """A sentence of SAYS."""
    return SAYS[key][lang].format(**params)
