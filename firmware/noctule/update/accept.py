"""Whether the code that runs here takes the configuration that has come."""

from noctule.brain.const import const

from .flash import RefusedError, holds
from .manifest import Manifest
from .session import forget

_COME = const("/next/config")


def accept(session) -> None:
    """RefusedError: no; the node would be lit all day."""

    def check(number, digest, size, path):
        if path == "config" and holds(_COME, digest):
            _check()

    Manifest(session.manifest).each(check)


def _check() -> None:
    try:
        from noctule.brain.config import Config
    except ImportError:
        return  # no code of ours runs here
    with open(_COME, "rb") as file:
        data = file.read()
    try:
        Config(data)
    except Exception:
        raise RefusedError("config")
    finally:
        forget("noctule.brain.config")
