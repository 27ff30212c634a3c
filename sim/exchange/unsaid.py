"""What a model of the trade cannot say of a site: found, listed, told in both languages.

Each field of the site file has its line in the table of each export (`Coverage`): said, or the
code of `sim.exchange.words` that tells why not. `written` walks over what a site file says;
`Unsaid` is one entry of the list, with every place that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from sim.exchange import words
from sim.exchange.coverage import Coverage
from sim.exchange.words import Lang
from sim.site.document import Step, Steps, path_text
from sim.site.model import Site

_FILLED = {"section": "street", "pole": "id"}  # what a field is when it is not written
_SHOWN = 6  # places named in a line


@dataclass(frozen=True, slots=True)
class Unsaid:
    """One thing that an export leaves out or says otherwise, and where the site file says it."""

    code: str
    places: tuple[Steps, ...]
    params: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """Say what is not said, without its places."""
        return words.unsaid(self.code, self.params, lang)

    def line(self, lang: Lang) -> str:
        """Say it in one line, with its places (of many, the first)."""
        names = [path_text(place) for place in self.places]
        more = len(names) - _SHOWN
        where = ", ".join(names[:_SHOWN]) + (words.more(more, lang) if more > 0 else "")
        return f"{where}{' : ' if lang == 'fr' else ': '}{self.text(lang)}"

    def to_json(self, lang: Lang) -> dict[str, Any]:
        """Give the documented, stable form."""
        return {
            "code": self.code,
            "places": [path_text(place) for place in self.places],
            "text": self.text(lang),
        }


@dataclass(frozen=True, slots=True)
class Exported:
    """An export: the object to write as JSON, and what it could not say."""

    data: dict[str, Any]
    unsaid: tuple[Unsaid, ...]


class Losses:
    """Collects what an export cannot say; the same reason is told once, with all its places."""

    def __init__(self, model: str) -> None:
        """`model` is the name of the other side's model."""
        self._model = model
        self._found: dict[tuple[str, tuple[tuple[str, str | int], ...]], list[Steps]] = {}

    def add(self, code: str, path: Steps, **params: str | int) -> None:
        """Add a place."""
        places = self._found.setdefault((code, tuple(params.items())), [])
        if path not in places[-1:]:  # a field after the other of one thing
            places.append(path)

    def cover(self, site: Site, coverage: Coverage) -> None:
        """Add all that a table says has no place in the model."""
        for pattern, path in written(site):
            depth, code = covered(pattern, coverage)
            if code:
                self.add(code, path[:depth])

    def listed(self) -> tuple[Unsaid, ...]:
        """Give the list, in the order found."""
        return tuple(
            Unsaid(code, tuple(dict.fromkeys(places)), {"model": self._model, **dict(params)})
            for (code, params), places in self._found.items()
        )


def covered(pattern: str, coverage: Coverage) -> tuple[int, str]:
    """Give how many of its steps a table knows of a pattern, and what it says about them.

    Raises KeyError where it says nothing.
    """
    steps = pattern.split(".")
    for length in range(len(steps), 0, -1):
        found = coverage.get(".".join(steps[:length]))
        if found is not None:
            return length, found
    raise KeyError(pattern)


def written(site: Site) -> Iterator[tuple[str, Steps]]:
    """Pattern and path of every value of a site that is not what it would be if unwritten."""
    yield from _walk(site, "", ())


def _walk(model: BaseModel, pattern: str, path: Steps) -> Iterator[tuple[str, Steps]]:
    for name, info in type(model).model_fields.items():
        key = info.alias or name
        value = getattr(model, name)
        if name in _FILLED and value == getattr(model, _FILLED[name], None):
            continue
        if not info.is_required() and value == info.get_default(call_default_factory=True):
            continue
        inner = f"{pattern}.{key}" if pattern else key
        yield from _values(value, inner, (*path, key))


def _values(value: object, pattern: str, path: Steps) -> Iterator[tuple[str, Steps]]:
    if isinstance(value, BaseModel):
        yield from _walk(value, pattern, path)
        return
    items: Iterable[tuple[Step, object]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, tuple):
        items = enumerate(value)
    nested = [(step, item) for step, item in items if isinstance(item, BaseModel)]
    if not nested:
        yield pattern, path
    for step, item in nested:
        yield from _values(item, f"{pattern}.*", (*path, step))
