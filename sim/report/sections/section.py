"""What every section knows."""

from __future__ import annotations

from collections.abc import Mapping

from sim.report.facts import Facts
from sim.report.figures import Json
from sim.report.speech import Speech
from sim.strategies import NAMES


class Section:
    """A part of the page in one language: `s` speaks it, `_facts` are the same in both."""

    def __init__(self, speech: Speech, facts: Facts) -> None:
        self.s = speech
        self._facts = facts
        self._site = facts.site
        self._entries: Mapping[str, Json] = facts.summary["strategies"]

    def _strategy(self, name: str) -> str:
        return NAMES[name][self.s.lang] if name in NAMES else name

    def _night(self) -> str:
        """The evening of the first night, of which the pictures of one night are."""
        return self.s.date(self._facts.first)

    def _watts(self, watts: float) -> str:
        return self.s.short(watts) + "\N{NO-BREAK SPACE}W"

    def _program_name(self, key: str) -> str:
        return self.s.name(self._site.programs[key].name, key)
