"""noctule.prompt's functions, with a node in memory and without one; `folder`: what it kept."""

import sys

from noctule import prompt
from noctule.link.kept import Kept
from stand import Bench


class App:
    """In place of noctule.app."""

    node = None


def ask():
    prompt.status()
    prompt.why()
    prompt.faults()
    prompt.log()
    prompt.log(2)
    prompt.crash()


def main(config, day, second, folder):
    prompt._FOLDER = folder
    Kept.slot = "b"
    ask()
    prompt.lang("fr")
    ask()
    print("--- stopped")
    bench = Bench(config, {"node": "H1", "site": "Is", "board": "virtual"}, day, second)
    bench.wait(1000)
    bench.node.console = bench.console
    App.node = bench.node
    sys.modules["noctule.app"] = App
    ask()
    print(bench.console.lang)
    prompt.lang("en")
    ask()
    try:
        prompt.lang("de")
    except ValueError as error:
        print("no", error)
