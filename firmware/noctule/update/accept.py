"""Whether the code that runs here takes the configuration that has come."""

from noctule.brain.const import const

from . import RefusedError
from .session import drop, forget

_COME = const("/next/config")


def accept(path: str) -> None:
    """path: of the manifest. RefusedError: no; the node would be lit all day."""
    try:
        from noctule.brain.config import Config
    except ImportError:
        return  # no code of ours runs here
    try:
        if _has_come(path):
            with open(_COME, "rb") as file:
                data = file.read()
            try:
                Config(data)
            except ValueError:
                raise RefusedError("config")
    finally:
        forget("noctule.brain.config")


def _has_come(path: str) -> bool:
    """Is there one of this manifest? What finds that out is forgotten before it is read."""
    from .flash import holds
    from .manifest import Manifest

    def look(number, digest, size, path):
        if path == "config" and holds(_COME, digest):
            return True

    come = Manifest(path).each(look) is not None
    drop(())
    return come
