"""The console's questions at MicroPython's prompt, after Ctrl-C or by mpremote.

    from noctule.prompt import *
    status()    why()    faults()    log(20)    crash()    lang("fr")

The node does not run there: its tasks stand still, its light is full. What it last knew is told
while it is in memory, else (after a soft reset) what it kept in flash.
"""

import sys

_FOLDER = "/keep/"
_lang = ""


def status():
    """What the node is and does."""
    _show(0)


def why():
    """Who decided the light, and all who spoke."""
    _show(1)


def faults():
    """What is wrong."""
    _show(2)


def log(count=10):
    """The last events, newest first."""
    _show(3, [str(count)])


def crash():
    """The last exception that ended a run."""
    try:
        with open(_FOLDER + "crash.txt") as file:
            for line in file:
                print(line, end="")
    except OSError:
        print("-")


def lang(which):
    """Language from now on: "fr" or "en"."""
    global _lang
    if which not in ("fr", "en"):
        raise ValueError(which)
    _lang = which


def _show(number, args=()):
    """Print what a command of the console says; number: in the order of console.NAMES."""
    from .link import commands

    # The node, while it is in memory: app.py leaves it there.
    node = getattr(sys.modules.get("noctule.app"), "node", None)
    here = None if node is None else node.console
    if here is None:
        from .link.kept import Kept

        here = Kept(_FOLDER)
        node = None
    before = here.lang
    if _lang:
        here.lang = _lang
    words = commands.language(here.lang)
    print(words.STOPPED)
    if node is not None or number > 1:
        lines = commands.run(here, number, args)
    else:
        lines = () if number else here.status(words)
    for line in lines:
        print(line)
    here.lang = before
