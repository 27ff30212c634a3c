"""The numbers that manifests were given: a node takes nothing that is not newer than what it has.

ledger.json, in the workshop's folder:

    {"code esp32_devkitc": [{"sequence": 2, "digest": "..."}, ...],
     "node Val-Noctule/E05": [...]}

each list in the order in which the numbers were given; the digest is that of the manifest's
content, its sequence left out, so that the same input gets the same number and is the same, to
the byte. Old content that comes back gets a new number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sim.site.manifest import LAST_SEQUENCE
from tools.push.home import TextError, Texts, alone, home, put

FIRST: Final = 2
"""The first number that is given: 1 is what a virtual board's image has, whatever is in it."""

TEXTS: Final[Texts] = {
    "ledger-damaged": {
        "fr": "{path} n'est pas un registre de numéros : remettez-en une copie. Sans copie, "
        "ôtez-le, et donnez une fois --above N, au-dessus des numéros que les nœuds ont.",
        "en": "{path} is no ledger of numbers: put a copy of it back. Without a copy, take it "
        "away, and give --above N once, above the numbers that the nodes have.",
    },
    "numbers-used-up": {
        "fr": "{target} : il n'y a pas de numéro au-dessus de {last}",
        "en": "{target}: there is no number above {last}",
    },
}


class LedgerError(TextError):
    """No number can be given."""

    texts = TEXTS


@dataclass(frozen=True, slots=True)
class Issued:
    """A number, and whether it was given just now."""

    sequence: int
    fresh: bool


class Ledger:
    """`path`: of the file; without one, that of the workshop. `keeps`: what it gives is given;
    else it only says what it would."""

    def __init__(self, path: Path | None = None, keeps: bool = True) -> None:
        """Look at nothing yet."""
        self._keeps = keeps
        self.path = home() / "ledger.json" if path is None else path

    def number(self, target: str, digest: str, *, reissue: bool = False, above: int = 0) -> int:
        """The number of a target's content: see `numbers`."""
        return self.numbers({target: digest}, reissue=reissue, above=above)[target].sequence

    def numbers(
        self, digests: Mapping[str, str], *, reissue: bool = False, above: int = 0
    ) -> dict[str, Issued]:
        """The numbers of some targets' contents, by target; those that are new are kept.

        The latest number of a target where that was of the same content, else the one after its
        highest. `reissue`: a new one in any case; `above`: at least the one after that. Raises
        LedgerError, HomeError; nothing is kept then.
        """
        with alone(self.path.parent):
            known = self._read()
            issued: dict[str, Issued] = {}
            for target, digest in digests.items():
                entries = known.setdefault(target, [])
                if entries and not reissue:
                    latest = entries[-1]
                    if latest["digest"] == digest and latest["sequence"] > above:
                        issued[target] = Issued(latest["sequence"], False)
                        continue
                highest = max((entry["sequence"] for entry in entries), default=FIRST - 1)
                sequence = max(highest, above) + 1
                if sequence > LAST_SEQUENCE:
                    raise LedgerError("numbers-used-up", target=target, last=LAST_SEQUENCE)
                entries.append({"sequence": sequence, "digest": digest})
                issued[target] = Issued(sequence, True)
            if self._keeps and any(one.fresh for one in issued.values()):
                text = json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True)
                put(self.path, f"{text}\n".encode())
            return issued

    def _read(self) -> dict[str, list[dict[str, Any]]]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            raise LedgerError("ledger-damaged", path=self.path) from None
        if not _sound(found):
            raise LedgerError("ledger-damaged", path=self.path)
        return dict(found)


def _sound(found: object) -> bool:
    return isinstance(found, dict) and all(
        isinstance(entries, list)
        and all(
            isinstance(entry, dict)
            and set(entry) == {"sequence", "digest"}
            and type(entry["sequence"]) is int
            and 0 < entry["sequence"] <= LAST_SEQUENCE
            and isinstance(entry["digest"], str)
            for entry in entries
        )
        for entries in found.values()
    )
