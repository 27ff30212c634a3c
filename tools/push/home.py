"""The workshop's own folder: its keys, its ledger, its records. NOCTULE_HOME, or ~/.noctule."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Final

from tools.spoken import Lang

HOME: Final = "NOCTULE_HOME"

Texts = dict[str, dict[Lang, str]]

TEXTS: Final[Texts] = {
    "home-unwritable": {
        "fr": "{path} ne peut pas être écrit : {reason}. Le dossier de l'atelier est celui de la "
        f"variable {HOME}, sinon ~/.noctule.",
        "en": "{path} cannot be written: {reason}. The workshop's folder is that of the variable "
        f"{HOME}, else ~/.noctule.",
    },
    "unwritable": {
        "fr": "{path} ne peut pas être écrit : {reason}",
        "en": "{path} cannot be written: {reason}",
    },
}


class TextError(Exception):
    """What is said to people, in their language: `code` of the class's `texts`, and its
    parameters."""

    texts: ClassVar[Texts] = {}

    def __init__(self, code: str, **params: object) -> None:
        """Keep them; the message says it in English."""
        self.code = code
        self.params = params
        super().__init__(self.text("en"))

    def text(self, lang: Lang) -> str:
        """What it is, and what would help."""
        return self.texts[self.code][lang].format(**self.params)


class HomeError(TextError):
    """The workshop's folder cannot be used."""

    texts = TEXTS


def home() -> Path:
    """The workshop's folder, which may not be there yet."""
    named = os.environ.get(HOME)
    return Path(named) if named else Path.home() / ".noctule"


def make_folder(path: Path) -> Path:
    """Make a folder of the workshop, for its owner only. Raises HomeError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError("home-unwritable", path=path, reason=error.strerror) from None
    return path


def put(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a whole file or nothing: beside it first, then in its place. Raises HomeError."""
    try:
        # mkstemp: nobody else reads it, not even for a moment
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if mode != 0o600:
                os.chmod(beside, mode)
            os.replace(beside, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(beside)
            raise
    except OSError as error:
        raise HomeError("unwritable", path=path, reason=error.strerror) from None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one at a time, of those that change what is in a folder; others wait. HomeError."""
    make_folder(folder)
    try:
        import fcntl
    except ImportError:  # no such thing there
        yield
        return
    path = folder / ".lock"
    try:
        file = path.open("a")
    except OSError as error:
        raise HomeError("home-unwritable", path=path, reason=error.strerror) from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
