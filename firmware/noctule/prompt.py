"""The console's questions at MicroPython's prompt, after Ctrl-C or by mpremote.

    from noctule.prompt import *
    status()    why()    faults()    log(20)    crash()    lang("fr")
    time()    time("2026-11-23T21:00:00Z")    level(60)    identify(10)    sensors()

The node does not run there: its tasks stand still, its light is full. What it last knew is told
while it is in memory, else (after a soft reset) what it kept in flash. The second line needs the
node in memory: while such a function works, its light follows; then it stays as it is.
"""

import sys

_FOLDER = "/keep/"
_RAMP = 2000  # ms, and some more, of a level by hand
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


def time(said=""):
    """The node's time, or set it: 2026-11-23T21:00:00Z, with " !" after it if you are sure."""
    _show(4, said.lower().split())


def level(percent, minutes=15):
    """This much light, which stays for as long as nothing else runs."""
    if _show(6, [str(percent), str(minutes)]):
        _follow(_RAMP)


def identify(seconds=10):
    """Blink for so long, to be found."""
    if _show(5, [str(seconds)]):
        _follow(seconds * 1000 + _RAMP)


def sensors():
    """What the sensors see, for 30 s. Ctrl-C ends it."""
    _show(9)


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
    """Print what a command of the console says; number: in the order of console.NAMES. Returns
    whether there is a node in memory."""
    from noctule.link import commands

    node = _node()
    here = None if node is None else node.console
    if here is None:
        from noctule.link.kept import Kept

        here = Kept(_FOLDER)
        node = None
    before = here.lang
    if _lang:
        here.lang = _lang
    words = commands.language(here.lang)
    print(words.STOPPED)
    if node is not None or number in (2, 3):
        lines = commands.run(here, number, args)
    else:
        lines = () if number else here.status(words)
    for line in lines:
        if line is None:  # it shows what changes
            _follow(100)
        else:
            print(line)
    here.lang = before
    return node is not None


def _follow(ms):
    """Let the sensors be seen and the light follow: the tasks stand still at the prompt."""
    from time import sleep_ms

    node = _node()
    while ms > 0:
        for part in (node.sensors, node.control, node.output):
            part.poll(node.ticks())
        sleep_ms(20)
        ms -= 20


def _node():
    """The node, while it is in memory: app.py leaves it there."""
    return getattr(sys.modules.get("noctule.app"), "node", None)
