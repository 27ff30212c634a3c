"""Of a visit what needs no board."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from noctule.device.store import Copies, Files

from tools.push.client import Held
from tools.push.visit import _config

OLD, NEW = b"what the node goes by", b"what the bundle has"


@pytest.mark.parametrize(
    ("sent", "digest", "kept", "found"),
    [
        (True, b"other", True, NEW),  # the node gets the bundle's
        (False, b"mine", True, NEW),  # it has it already
        (False, b"other", True, OLD),  # --code: it goes on with its own
        (False, b"other", False, NEW),  # it does not tell
    ],
)
def test_by_which_configuration_it_must_light(sent, digest, kept, found, tmp_path):
    """How long new code may be dark is reckoned from the program that the node goes by."""
    files = Files(f"{tmp_path}/")
    if kept:
        assert Copies(files, "config", 4000).save_all(OLD)
    client = SimpleNamespace(read=lambda path: files.read(path.removeprefix("/keep/"), 9999))
    manifest = SimpleNamespace(
        digest=b"mine and more", files=[SimpleNamespace(path="config", sha="sha")]
    )
    bundle = SimpleNamespace(nodes={"E05": SimpleNamespace(manifest=manifest)}, files={"sha": NEW})
    plan = SimpleNamespace(node="E05", own=object() if sent else None)
    hello = SimpleNamespace(own=Held(1, digest, "-"))
    assert _config(client, plan, hello, bundle) == found
