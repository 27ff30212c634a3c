"""A bundle: all that a street's nodes are to get, signed, in one file. Whoever pushes it needs no
private key.

A zip archive, the same to the byte for the same input:

    keys/0001/set               key sets (`tools.push.keys`), from the first to the newest
    keys/0002/set, signature    signatures are 4 bytes of the key's id and 384 of signature
    code/BOARD/manifest, signature
    node/ID/manifest, signature
    files/SHA256

It ends with a comment that has the SHA-256 of all before it: damage is told from forgery.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sim.site.compile import compile_site
from sim.site.limits import ID_PATTERN
from sim.site.manifest import Kind, Manifest, ManifestError, content, parse
from sim.site.model import Site
from sim.site.tree import code_files, code_manifest, node_files, node_manifest
from sim.site.wiring import site_name
from tools.push.home import TextError, Texts, put
from tools.push.keys import ID_BYTES, KEY_BYTES, Keys, KeySet, first_wrong, verified
from tools.push.ledger import Ledger

LARGEST: Final = 64 << 20
"""Bytes of a bundle."""
_MOST_ENTRIES: Final = 20_000
_WHEN: Final = (2000, 1, 1, 0, 0, 0)
_COMMENT: Final = b"noctule-bundle 1 "
_END: Final = len(_COMMENT) + 64
_ENTRY: Final = re.compile(
    rf"keys/(?P<set>[0-9]{{4,5}})/(set|signature)|(?P<kind>code|node)/(?P<name>{ID_PATTERN})/"
    r"(manifest|signature)|files/(?P<sha>[0-9a-f]{64})"
)

TEXTS: Final[Texts] = {
    "bundle-unreadable": {
        "fr": "{path} ne peut pas être lu : {reason}",
        "en": "{path} cannot be read: {reason}",
    },
    "bundle-large": {
        "fr": "{path} est trop grand pour un paquet : plus de {most} Mio",
        "en": "{path} is too large for a bundle: more than {most} MiB",
    },
    "bundle-none": {
        "fr": "{path} n'est pas un paquet de noctule build",
        "en": "{path} is no bundle of noctule build",
    },
    "bundle-damaged": {
        "fr": "{path} est abîmé ou incomplet : copiez-le de nouveau, ou refaites-le",
        "en": "{path} is damaged or not whole: copy it again, or build it again",
    },
    "bundle-wrong": {
        "fr": "{path} : {entry} n'a pas à être là, ou manque",
        "en": "{path}: {entry} has no place there, or is missing",
    },
    "manifest-wrong": {
        "fr": "{path} : {entry}, ligne {line} : {said}",
        "en": "{path}: {entry}, line {line}: {said}",
    },
    "file-wrong": {
        "fr": "{path} : {entry} n'est pas ce que son nom ou son manifeste dit",
        "en": "{path}: {entry} is not what its name or its manifest says",
    },
    "keys-wrong": {
        "fr": "{path} : le jeu de clés n° {number} ne suit pas du précédent",
        "en": "{path}: key set {number} does not follow from the one before",
    },
    "signature-wrong": {
        "fr": "{path} : la signature de {entry} n'est pas d'une clé de son dernier jeu",
        "en": "{path}: the signature of {entry} is by no key of its newest set",
    },
}


class BundleError(TextError):
    """A bundle that is not to be pushed."""

    texts = TEXTS


@dataclass(frozen=True, slots=True)
class Signed:
    """A manifest's text, the id of the key that signed it and the signature; and what it says."""

    text: bytes
    key: bytes
    signature: bytes
    manifest: Manifest


@dataclass(slots=True)
class Bundle:
    """What nodes are to get. `codes` by board, `nodes` by luminaire, `files` by their SHA-256 in
    hexadecimal; `keysets` from the first to the newest. `fresh`, of one that was just built:
    targets, as the ledger names them, whose number is new."""

    site: str
    codes: dict[str, Signed]
    nodes: dict[str, Signed]
    keysets: list[KeySet]
    files: dict[str, bytes]
    fresh: frozenset[str] = field(default=frozenset(), compare=False)

    def to_bytes(self) -> bytes:
        """The bundle's file."""
        entries: dict[str, bytes] = {}
        for made in self.keysets:
            entries[f"keys/{made.number:04}/set"] = made.data
            if made.key:
                entries[f"keys/{made.number:04}/signature"] = made.key + made.signature
        for kind, several in (("code", self.codes), ("node", self.nodes)):
            for name, signed in several.items():
                entries[f"{kind}/{name}/manifest"] = signed.text
                entries[f"{kind}/{name}/signature"] = signed.key + signed.signature
        for sha, data in self.files.items():
            entries[f"files/{sha}"] = data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(entries):
                info = zipfile.ZipInfo(name, _WHEN)
                info.create_system = 3  # wherever it is made
                info.external_attr = 0o644 << 16
                archive.writestr(info, entries[name])
            archive.comment = bytes(_END)
        body = out.getvalue()[:-_END]
        return body + _COMMENT + hashlib.sha256(body).hexdigest().encode()

    def write(self, path: Path) -> None:
        """Write it, for its owner only: it may hold a Wi-Fi key. Raises HomeError."""
        put(path, self.to_bytes(), 0o600)

    @classmethod
    def read(cls, path: Path) -> Bundle:
        """Read a bundle, and prove all of it. Raises BundleError."""
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise BundleError("bundle-unreadable", path=path, reason=error.strerror) from None
        return cls.from_bytes(data, path)

    @classmethod
    def from_bytes(cls, data: bytes, path: Path) -> Bundle:
        """The bundle of a file's bytes; `path` is for what is said. Raises BundleError."""
        return _Reader(path).bundle(_entries(data, path))


def _entries(data: bytes, path: Path) -> dict[str, bytes]:
    """What is in an archive that nothing has happened to, by name."""
    if len(data) > LARGEST:
        raise BundleError("bundle-large", path=path, most=LARGEST >> 20)
    if not data.startswith(b"PK"):
        raise BundleError("bundle-none", path=path)
    body = data[:-_END]
    if data[len(body) :] != _COMMENT + hashlib.sha256(body).hexdigest().encode():
        raise BundleError("bundle-damaged", path=path)
    entries: dict[str, bytes] = {}
    left = LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > _MOST_ENTRIES:
                raise BundleError("bundle-large", path=path, most=LARGEST >> 20)
            for info in infos:
                left -= info.file_size
                if left < 0:
                    raise BundleError("bundle-large", path=path, most=LARGEST >> 20)
                stored = info.compress_type == zipfile.ZIP_STORED
                if not stored or info.filename in entries or not _ENTRY.fullmatch(info.filename):
                    name = ascii(info.filename)[1:61]
                    raise BundleError("bundle-wrong", path=path, entry=name)
                entries[info.filename] = archive.read(info)
    except BundleError:
        raise
    except Exception:  # zipfile has many, by what is wrong
        raise BundleError("bundle-none", path=path) from None
    return entries


class _Reader:
    """`path` is for what is said of the bundle."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._named: set[str] = set()

    def bundle(self, entries: Mapping[str, bytes]) -> Bundle:
        """Entries that are all of a bundle: nothing else is there, nothing is missing."""
        found = [match for name in sorted(entries) if (match := _ENTRY.fullmatch(name))]
        keysets = self._keysets(entries, sorted({int(m["set"]) for m in found if m["set"]}))
        codes: dict[str, Signed] = {}
        nodes: dict[str, Signed] = {}
        for match in found:
            if match["kind"] == "code":
                codes[match["name"]] = self._signed(entries, "code", match["name"], keysets[-1])
            elif match["kind"] == "node":
                nodes[match["name"]] = self._signed(entries, "node", match["name"], keysets[-1])
        files: dict[str, bytes] = {}
        for signed in (*codes.values(), *nodes.values()):
            for file in signed.manifest.files:
                name = f"files/{file.sha}"
                data = self._entry(entries, name)
                if len(data) != file.size:
                    raise BundleError("file-wrong", path=self._path, entry=name)
                files[file.sha] = data
        for sha, data in files.items():
            if hashlib.sha256(data).hexdigest() != sha:
                raise BundleError("file-wrong", path=self._path, entry=f"files/{sha}")
        for name in entries:
            if name not in self._named:
                raise BundleError("bundle-wrong", path=self._path, entry=name)
        sites = {signed.manifest.site for signed in nodes.values()}
        if len(sites) > 1:
            raise BundleError("bundle-wrong", path=self._path, entry=ascii(max(sites)))
        return Bundle("".join(sites), codes, nodes, keysets, files)

    def _entry(self, entries: Mapping[str, bytes], name: str) -> bytes:
        if name not in entries:
            raise BundleError("bundle-wrong", path=self._path, entry=name)
        self._named.add(name)
        return entries[name]

    def _keysets(self, entries: Mapping[str, bytes], numbers: Sequence[int]) -> list[KeySet]:
        keysets = []
        for number in numbers or (1,):
            data = self._entry(entries, f"keys/{number:04}/set")
            said = self._entry(entries, f"keys/{number:04}/signature") if number > 1 else b""
            keysets.append(KeySet(data, said[:ID_BYTES], said[ID_BYTES:]))
        wrong = first_wrong(keysets)
        if wrong is not None:
            raise BundleError("keys-wrong", path=self._path, number=wrong)
        return keysets

    def _signed(
        self, entries: Mapping[str, bytes], kind: Kind, name: str, trusted: KeySet
    ) -> Signed:
        entry = f"{kind}/{name}/manifest"
        text = self._entry(entries, entry)
        said = self._entry(entries, f"{kind}/{name}/signature")
        key, signature = said[:ID_BYTES], said[ID_BYTES:]
        # nothing of it is read before it is known whose it is
        if len(signature) != KEY_BYTES or not verified(trusted, key, signature, text):
            raise BundleError("signature-wrong", path=self._path, entry=entry)
        try:
            made = parse(text)
        except ManifestError as error:
            raise BundleError(
                "manifest-wrong", path=self._path, entry=entry, line=error.line, said=error.said
            ) from None
        if made.kind != kind or name != (made.board if kind == "code" else made.node):
            raise BundleError("file-wrong", path=self._path, entry=entry)
        return Signed(text, key, signature, made)


def code_target(board: str) -> str:
    """A board's code, as the ledger names it."""
    return f"code {board}"


def node_target(site: str, node: str) -> str:
    """A node's own files, as the ledger names them."""
    return f"node {site}/{node}"


def build(
    site: Site,
    keys: Keys,
    ledger: Ledger,
    *,
    lamps: Sequence[str] | None = None,
    board: str | None = None,
    wifi_key: str | None = None,
    reissue: bool = False,
    above: int = 0,
) -> Bundle:
    """The bundle of a site's luminaires, or of some, by their ids: their own files, and the code
    of each board among them.

    `board` takes the place of the site's. `reissue`, `above`: as in `Ledger.numbers`. The same
    input gives the same bundle. Raises KeysError, LedgerError, HomeError, before any number is
    given where it can; and what `sim.site.tree.node_files` raises.
    """
    keys.unlock()
    configs = {node.luminaire.id: node.config for node in compile_site(site)}
    name = site_name(site)
    own = {
        lamp: node_files(site, lamp, board, wifi_key, configs.get(lamp))
        for lamp in (configs if lamps is None else dict.fromkeys(lamps))
    }
    boards = {made.board.name: made.board for made in own.values()}
    code = {key: code_files(made) for key, made in sorted(boards.items())}
    digests = {code_target(key): content(code_manifest(code[key], boards[key])) for key in code}
    digests |= {node_target(name, key): content(node_manifest(own[key])) for key in own}
    issued = ledger.numbers(digests, reissue=reissue, above=above)

    def signed(text: bytes) -> Signed:
        return Signed(text, *keys.sign(text), parse(text))

    codes = {
        key: signed(code_manifest(code[key], boards[key], issued[code_target(key)].sequence))
        for key in code
    }
    nodes = {
        key: signed(node_manifest(own[key], issued[node_target(name, key)].sequence))
        for key in own
    }
    several = (*code.values(), *(made.files for made in own.values()))
    files = {hashlib.sha256(data).hexdigest(): data for made in several for data in made.values()}
    fresh = frozenset(target for target, one in issued.items() if one.fresh)
    return Bundle(name, codes, nodes, list(keys.sets), files, fresh)
