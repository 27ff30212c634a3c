"""Nights of a node with nothing but its brain and its flash (guest_wear.py), on real littlefs."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.board.wear import years
from sim.runtimes import run_guest
from sim.site.check import load_site
from sim.site.compile import compile_site

VILLAGE = Path(__file__).parents[2] / "sim" / "demo" / "village.toml"
GUEST = Path(__file__).with_name("guest_wear.py")
STORES = ("noctule", "JSON on littlefs", "JSON on FAT")
_HEAP = 6 << 20  # a larger one is searched for longer than it is collected
LAMPS = {"permanent": "E05", "switched": "M03", "loose contact": "M03"}


@dataclass
class Life:
    """`files`: writes, bytes and erases by name; `erases` of each block."""

    days: int
    starts: int
    bytes: int
    files: dict[str, tuple[int, int, int]]
    erases: list[int]

    @property
    def years(self) -> float:
        """Until the block that is erased most often has had 100,000."""
        return years(max(self.erases), self.days)


@cache
def _config(lamp: str) -> bytes:
    nodes = compile_site(load_site(VILLAGE))
    return next(node.config for node in nodes if node.luminaire.id == lamp)


def live(supply: str, days: int, *, restless: bool = False, store: str = "noctule") -> Life:
    """So many days of a node. `supply`: of LAMPS. `restless`: a fault comes or goes each minute,
    and somebody asks for a level. `store`: of STORES. RuntimeMissingError: no MicroPython."""
    args = (_config(LAMPS[supply]), days, supply, int(restless), store)
    found = json.loads(run_guest("micropython", GUEST, args, heap=_HEAP).stdout)
    return Life(days, **found)
