"""Talking: with people on the serial line, and with whoever reads a node's timeline.

    console.py    a technician's console on the serial line
    commands.py   what its commands do; loaded when one is typed, dropped after
    words_en.py   its words in English; words_fr.py: in French; as commands.py
    kept.py       what a node has kept in flash, for prompt.py where no node runs
    trace.py      the timeline's grammar: one line a change
"""
