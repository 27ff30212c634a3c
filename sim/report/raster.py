"""Levels of light as colours, and small pictures of them (PNG) that stand inside a drawing.

The colours are the same on a light and on a dark page: they rise in brightness from a night blue
(off) over violet and orange to yellow (full light), so that they also tell on grey paper and to
eyes that do not tell red from green. By day there is nothing: the page shows through.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Final

from PIL import Image

BY_DAY: Final = 101
"""The value of a point that has no light and needs none."""

_STOPS = (
    (0, (38, 60, 104)), (1, (72, 62, 134)), (10, (108, 60, 144)), (25, (164, 62, 118)),
    (50, (212, 96, 72)), (75, (243, 156, 56)), (100, (255, 226, 110)),
)  # fmt: skip


def _rgb(level: float) -> tuple[int, int, int]:
    for (low, dark), (high, bright) in zip(_STOPS, _STOPS[1:], strict=False):
        if level <= high:
            share = (level - low) / (high - low)
            red, green, blue = (
                round(a + (b - a) * share) for a, b in zip(dark, bright, strict=True)
            )
            return red, green, blue
    return _STOPS[-1][1]


_PALETTE = bytes(part for level in range(101) for part in _rgb(level)) + bytes(3)


def colour(level: float) -> str:
    """The colour of a level, percent, as ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*_rgb(max(0.0, min(100.0, level))))


def png(rows: Sequence[bytes]) -> str:
    """A picture as a ``data:`` URL. rows: of one length, a byte a point: percent, or BY_DAY."""
    image = Image.frombytes("P", (len(rows[0]), len(rows)), b"".join(rows))
    image.putpalette(_PALETTE)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True, transparency=BY_DAY)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
