"""The report of a simulated site: one HTML file, in French and in English, for any browser.

It stands alone: no script, no network, nothing beside it. The same input gives the same bytes.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from sim.report.figures import Json
from sim.report.page import html
from sim.site.model import Site

__all__ = ["html", "write"]


def write(path: str | os.PathLike[str], site: Site, summary: Json, first: int, seed: int) -> None:
    """Write the report of `summary` (of `sim.summary`) to `path`, whole or not at all.

    first: day number (days since 2000-01-01) of the first night; seed: the run's. Raises OSError
    if the file cannot be written; what was there before then stays.
    """
    target = Path(path)
    text = html(site, summary, first, seed)
    # Beside its target: a rename within one file system is whole or not at all.
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
