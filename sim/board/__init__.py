"""The virtual board: real MicroPython behind a serial line that unmodified mpremote drives.

`Board` is the whole of it; what it shows and what it cannot is in README.md beside this file.
"""

from sim.board.board import Board, BoardError
from sim.board.chip import Cause, Chip, Edge
from sim.board.clock import Clock
from sim.board.flash import Cut, Flash, Operation
from sim.board.sweep import Found, SweepError, sweep

__all__ = [
    "Board",
    "BoardError",
    "Cause",
    "Chip",
    "Clock",
    "Cut",
    "Edge",
    "Flash",
    "Found",
    "Operation",
    "SweepError",
    "sweep",
]
