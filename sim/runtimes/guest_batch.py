"""Timelines of several nodes in one run: a line `# NAME` before each."""

from timeline import play


def main(*jobs):
    for name, config, day, ms, length, events in jobs:
        print("# " + name)
        play(config, day, ms, length, events, print)
