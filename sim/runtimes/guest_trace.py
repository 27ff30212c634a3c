"""The guest of `noctule trace`: a node's timeline, printed."""

from timeline import play


def main(config, day, ms, length, events):
    play(config, day, ms, length, events, print)
