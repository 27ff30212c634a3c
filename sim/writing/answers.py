"""What a first site file is made of: what was answered, and what its reader must know."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sim.site.values import At


@dataclass(frozen=True, slots=True)
class Cut:
    """The hours without light, local: from `start` to `end`, both on the clock."""

    start: At
    end: At

    @property
    def words(self) -> str:
        """Give it as ``23:00-05:00``."""
        return f"{self.start}-{self.end}"


def parse_cut(text: str) -> Cut | None:
    """Read ``23:00-05:00`` (or ``23h-5h``); None where it is not hours of one night."""
    parts = re.fullmatch(r"\s*(\S+?)\s*(?:-|\u2013|\u2014|to|à|a|/)\s*(\S+?)\s*", text)
    if parts is None:
        return None
    times = []
    for part in parts.groups():
        match = re.fullmatch(r"([0-9]{1,2})(?:[:hH]([0-9]{2})?)?", part)
        if match is None or int(match[1]) > 24 or int(match[2] or 0) > 59:
            return None
        seconds = int(match[1]) % 24 * 3600 + int(match[2] or 0) * 60
        times.append(At("local", seconds))
    cut = Cut(*times)
    return cut if 0 < cut.start.since_noon() < cut.end.since_noon() else None


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked, with what is assumed where nothing was said.

    `cut`: the hours without light today, None when there are none. `supply` says who cuts:
    ``permanent`` (the node's own program) or ``switched`` (the cabinet). `schema` is what the
    ``#:schema`` line names. `lamp` is the kind and `power_w` the power where the list does not
    say.
    """

    name: str
    latitude: float
    longitude: float
    timezone: str = "Europe/Paris"
    street: str = ""
    luminaires: int = 20
    power_w: float = 43.0
    spacing_m: float = 30.0
    lamp: str = "led"
    cut: Cut | None = None
    supply: str = "permanent"
    schema: str = "noctule.schema.json"
    file: str = "site.toml"


@dataclass(slots=True)
class Notes:
    """What a reader of the new file must know: what was read, what was not known."""

    read: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
