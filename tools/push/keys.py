"""The workshop's keys, and whom the nodes trust.

A key is RSA of 3072 bits, e = 65537; its id is the first 4 bytes of the SHA-256 of its modulus. It
signs by PKCS #1 v1.5 with SHA-256: so the same text has the same signature. In the workshop's
folder:

    keys/signing-ID.pem     PKCS #8, encrypted where there is a passphrase; only the owner reads it
    keys/spare-ID.pem       the spare, where it is not kept elsewhere
    keys/set-0001.nock      what a node trusts: b"NOCK", u16 number, u8 count, moduli of 384 bytes
    keys/set-0002.nock      the next set; a node takes it for the signature by a key of the one
    keys/set-0002.sig       before: 4 bytes of its id, 384 of signature

The first set is believed by a node that knows nobody. A set counts once its .nock file is there,
which is written last; the signing key is the one in the newest set.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tools.push.home import TextError, Texts, alone, home, put

PASSPHRASE: Final = "NOCTULE_KEY_PASSPHRASE"
KEY_BYTES: Final = 384
ID_BYTES: Final = 4
MOST_KEYS: Final = 3
_EXPONENT: Final = 65537
_MARK: Final = b"NOCK"
_HEAD: Final = 7
_LARGEST_PEM: Final = 1 << 16

Passphrase = Callable[[str], str | None]
"""Asked for the passphrase of a key, by its file's name; None: there is none."""

TEXTS: Final[Texts] = {
    "keys-none": {
        "fr": "il n'y a pas encore de clés dans {folder} : noctule keys new",
        "en": "there are no keys in {folder} yet: noctule keys new",
    },
    "keys-there": {
        "fr": "il y a déjà des clés dans {folder} ; pour en changer : noctule keys rotate",
        "en": "there are keys in {folder} already; to change them: noctule keys rotate",
    },
    "keys-damaged": {
        "fr": "{path} ne suit pas du jeu de clés d'avant, ou est abîmé : remettez-en une copie",
        "en": "{path} does not follow from the key set before, or is damaged: put a copy back",
    },
    "key-missing": {
        "fr": "la clé qui signe n'est pas dans {folder} : remettez-en une copie, ou, si elle est "
        "perdue, noctule keys revoke ID --with RECHANGE",
        "en": "the signing key is not in {folder}: put a copy back, or, if it is lost, noctule "
        "keys revoke ID --with SPARE",
    },
    "key-unreadable": {
        "fr": "{path} n'est pas une clé (RSA de 3072 bits, fichier PEM) : {reason}",
        "en": "{path} is no key (RSA of 3072 bits, a PEM file): {reason}",
    },
    "key-other": {
        "fr": "{path} est la clé {id}, pas celle de son nom",
        "en": "{path} is the key {id}, and not the one of its name",
    },
    "passphrase-missing": {
        "fr": f"{{path}} demande une phrase de passe : variable {PASSPHRASE}",
        "en": f"{{path}} asks for a passphrase: the variable {PASSPHRASE}",
    },
    "passphrase-wrong": {
        "fr": "ce n'est pas la phrase de passe de {path}, ou le fichier est abîmé",
        "en": "that is not the passphrase of {path}, or the file is damaged",
    },
    "file-there": {
        "fr": "{path} existe déjà : donnez un autre nom",
        "en": "{path} is there already: give another name",
    },
    "folder-missing": {
        "fr": "il n'y a pas de dossier {path}",
        "en": "there is no folder {path}",
    },
    "not-trusted": {
        "fr": "les nœuds ne croient pas la clé {id} : ce sont {known}",
        "en": "the nodes do not trust the key {id}: they are {known}",
    },
    "key-ambiguous": {
        "fr": "« {id} » n'est pas le nom d'une clé en entier : {known}",
        "en": '"{id}" is not a whole key id: {known}',
    },
    "last-key": {
        "fr": "{id} est la seule clé que les nœuds croient : sans elle, plus rien ne se signe",
        "en": "{id} is the only key that the nodes trust: without it nothing is signed any more",
    },
    "signed-by-revoked": {
        "fr": "une clé révoquée ne signe pas sa révocation : donnez --with et la clé de rechange",
        "en": "a revoked key does not sign its own revocation: give --with and the spare key",
    },
    "too-many-keys": {
        "fr": f"un jeu a {MOST_KEYS} clés au plus",
        "en": f"a set has {MOST_KEYS} keys at most",
    },
}


class KeysError(TextError):
    """Keys that are not there, or that will not do."""

    texts = TEXTS


def key_id(modulus: bytes) -> bytes:
    """The 4 bytes that name a key, by its modulus of 384 bytes."""
    return hashlib.sha256(modulus).digest()[:ID_BYTES]


class KeySet(NamedTuple):
    """What a node trusts, and who said so: the set's bytes, id of the key that signed it and its
    signature, both b"" for the first."""

    data: bytes
    key: bytes
    signature: bytes

    @property
    def number(self) -> int:
        """Its number, which rises."""
        return int.from_bytes(self.data[4:6], "little")

    @property
    def moduli(self) -> tuple[bytes, ...]:
        """The keys in it."""
        return tuple(
            self.data[at : at + KEY_BYTES] for at in range(_HEAD, len(self.data), KEY_BYTES)
        )

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The ids of the keys in it."""
        return tuple(map(key_id, self.moduli))


def set_data(number: int, moduli: Sequence[bytes]) -> bytes:
    """The bytes of a key set."""
    return b"".join((_MARK, number.to_bytes(2, "little"), bytes((len(moduli),)), *moduli))


def sound_set(data: bytes) -> bool:
    """Is it a key set?"""
    if len(data) < _HEAD or data[:4] != _MARK or not 0 < data[6] <= MOST_KEYS:
        return False
    moduli = KeySet(data, b"", b"").moduli
    return (
        len(data) == _HEAD + data[6] * KEY_BYTES
        and len(set(map(key_id, moduli))) == len(moduli)
        and all(modulus[0] & 0x80 and modulus[-1] & 1 for modulus in moduli)
    )


def verified(trusted: KeySet, key: bytes, signature: bytes, data: bytes) -> bool:
    """Is it a signature of `data` by the key of a set that has this id?"""
    for modulus in trusted.moduli:
        if key_id(modulus) == key and len(signature) == KEY_BYTES:
            numbers = rsa.RSAPublicNumbers(_EXPONENT, int.from_bytes(modulus, "big"))
            try:
                numbers.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            except (InvalidSignature, ValueError):
                return False
            return True
    return False


def first_wrong(sets: Sequence[KeySet]) -> int | None:
    """The number of the first key set that does not follow from the one before it, or None."""
    for number, made in enumerate(sets, 1):
        good = sound_set(made.data) and made.number == number
        if good and number > 1:
            good = verified(sets[number - 2], made.key, made.signature, made.data)
        elif good:
            good = not made.key and not made.signature
        if not good:
            return number
    return None


def from_environment(name: str) -> str | None:
    """The passphrase that the environment gives; "" is none."""
    return os.environ.get(PASSPHRASE) or None


class Key:
    """A private key: `modulus` of 384 bytes, `id` of 4."""

    def __init__(self, private: rsa.RSAPrivateKey) -> None:
        """Keep it."""
        self._private = private
        numbers = private.public_key().public_numbers()
        self.modulus = numbers.n.to_bytes(KEY_BYTES, "big")
        self.id = key_id(self.modulus)

    @classmethod
    def made(cls) -> Key:
        """Make one; it takes about a second."""
        return cls(rsa.generate_private_key(_EXPONENT, KEY_BYTES * 8))

    @classmethod
    def read(cls, path: Path, passphrase: Passphrase) -> Key:
        """The key of a file. Raises KeysError."""
        try:
            with path.open("rb") as file:
                pem = file.read(_LARGEST_PEM)
        except OSError as error:
            raise KeysError("key-unreadable", path=path, reason=error.strerror) from None
        if b"ENCRYPTED" in pem:
            word = passphrase(path.name)
            if not word:
                raise KeysError("passphrase-missing", path=path)
            secret: bytes | None = word.encode(errors="surrogateescape")
        else:
            secret = None
        try:
            private = load_pem_private_key(pem, secret)
        except Exception as error:  # of many kinds, by what is wrong in the file
            if secret is not None and isinstance(error, ValueError):
                raise KeysError("passphrase-wrong", path=path) from None
            raise KeysError("key-unreadable", path=path, reason="PEM") from None
        if not isinstance(private, rsa.RSAPrivateKey):
            raise KeysError("key-unreadable", path=path, reason=type(private).__name__)
        exponent = private.public_key().public_numbers().e
        if private.key_size != KEY_BYTES * 8 or exponent != _EXPONENT:
            reason = f"{private.key_size} bits, e = {exponent}"
            raise KeysError("key-unreadable", path=path, reason=reason)
        return cls(private)

    def write(self, path: Path, passphrase: str | None) -> None:
        """Write its file, which only the owner reads. Raises HomeError."""
        how: KeySerializationEncryption = NoEncryption()
        if passphrase:
            how = BestAvailableEncryption(passphrase.encode(errors="surrogateescape"))
        pem = self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
        put(path, pem, 0o600)

    def sign(self, data: bytes) -> bytes:
        """The signature of `data`: 384 bytes."""
        return self._private.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Keys:
    """The keys of a workshop. `sets`: whom its nodes trust, from the first set to the newest.

    `folder` is the folder of the keys; without one, that of the workshop.
    """

    def __init__(
        self, folder: Path | None = None, passphrase: Passphrase = from_environment
    ) -> None:
        """Read the sets. Raises KeysError where there are none, or one is not as it should be."""
        self.folder = home() / "keys" if folder is None else folder
        self.sets = _read_sets(self.folder)
        if not self.sets:
            raise KeysError("keys-none", folder=self.folder)
        self._passphrase = passphrase
        self._key: Key | None = None

    @classmethod
    def new(
        cls,
        folder: Path | None = None,
        *,
        spare: Path | None = None,
        encrypted: str | None = None,
        passphrase: Passphrase = from_environment,
    ) -> Keys:
        """Make the first keys of a workshop: one that signs, and a spare, which is written to
        `spare`, or beside. `encrypted` is their passphrase. Raises KeysError, HomeError."""
        folder = home() / "keys" if folder is None else folder
        with alone(folder):
            if _set_files(folder):
                raise KeysError("keys-there", folder=folder)
            _check_free(spare)
            signing, other = Key.made(), Key.made()
            _write_spare(folder, other, spare, encrypted)
            signing.write(folder / f"signing-{signing.id.hex()}.pem", encrypted)
            _write_set(folder, KeySet(set_data(1, (signing.modulus, other.modulus)), b"", b""))
        return cls(folder, passphrase)

    @property
    def newest(self) -> KeySet:
        """Whom the nodes trust that have been told."""
        return self.sets[-1]

    @property
    def signing(self) -> bytes | None:
        """The id of the key that signs; None where its file is not there."""
        for one in self.newest.ids:
            if (self.folder / f"signing-{one.hex()}.pem").exists():
                return one
        return None

    def file_of(self, key: bytes) -> Path | None:
        """The file of a key, by its id; None: it is kept elsewhere."""
        for kind in ("signing", "spare"):
            path = self.folder / f"{kind}-{key.hex()}.pem"
            if path.exists():
                return path
        return None

    def unlock(self) -> Key:
        """Read the key that signs, once; asks for its passphrase. Raises KeysError."""
        if self._key is None:
            signing = self.signing
            if signing is None:
                raise KeysError("key-missing", folder=self.folder)
            self._key = self._read(self.folder / f"signing-{signing.hex()}.pem", signing)
        return self._key

    def sign(self, data: bytes) -> tuple[bytes, bytes]:
        """Sign with the key that signs: its id, and 384 bytes. Raises KeysError."""
        key = self.unlock()
        return key.id, key.sign(data)

    def rotate(
        self,
        *,
        signer: Path | None = None,
        spare: Path | None = None,
        encrypted: str | None = None,
    ) -> Keys:
        """Make a new key that signs, in a new set that the old one signs, or that of the file
        `signer`. With `spare` there is a new spare key too, written there, in the old ones' place.
        Raises KeysError, HomeError; then all is as it was."""
        with alone(self.folder):
            self._still()
            leaving = self.signing
            if leaving is None and signer is None:
                raise KeysError("key-missing", folder=self.folder)
            by = self.unlock() if signer is None else self._trusted(signer)
            # without its file, the one that signed is the first
            leaving = leaving or self.newest.ids[0]
            staying = [] if spare else [m for m in self.newest.moduli if key_id(m) != leaving]
            return self._renew(by, staying, True, spare, encrypted)

    def revoke(
        self,
        key: str,
        *,
        signer: Path | None = None,
        spare: Path | None = None,
        encrypted: str | None = None,
    ) -> Keys:
        """Have the nodes no longer trust a key, by its id (8 hexadecimal digits).

        The new set is signed by the key that signs, or by that of the file `signer`, never by the
        revoked one; was that the one that signs, a new one is made. With `spare` there is a new
        spare key too, written there. Raises KeysError, HomeError; then all is as it was.
        """
        known = ", ".join(one.hex() for one in self.newest.ids)
        try:
            leaving = bytes.fromhex(key)
        except ValueError:
            raise KeysError("key-ambiguous", id=key, known=known) from None
        if len(leaving) != ID_BYTES:
            raise KeysError("key-ambiguous", id=key, known=known)
        if leaving not in self.newest.ids:
            raise KeysError("not-trusted", id=key, known=known)
        if len(self.newest.ids) == 1:
            raise KeysError("last-key", id=key)
        with alone(self.folder):
            self._still()
            signs = self.signing
            if signer is None and signs in (leaving, None):
                signer = next(
                    (self.file_of(one) for one in self.newest.ids if one != leaving), None
                )
                if signer is None:
                    raise KeysError("signed-by-revoked")
            by = self.unlock() if signer is None else self._trusted(signer)
            if by.id == leaving:
                raise KeysError("signed-by-revoked")
            staying = [m for m in self.newest.moduli if key_id(m) != leaving]
            return self._renew(by, staying, signs in (leaving, None), spare, encrypted)

    def _renew(
        self,
        by: Key,
        staying: Sequence[bytes],
        signs_anew: bool,
        spare: Path | None,
        encrypted: str | None,
    ) -> Keys:
        """The next set, signed `by`: with those staying, and new keys."""
        if len(staying) + signs_anew + (spare is not None) > MOST_KEYS:
            raise KeysError("too-many-keys")
        _check_free(spare)
        moduli = list(staying)
        if signs_anew:
            signing = Key.made()
            moduli.insert(0, signing.modulus)
            signing.write(self.folder / f"signing-{signing.id.hex()}.pem", encrypted)
        if spare is not None:
            other = Key.made()
            moduli.append(other.modulus)
            _write_spare(self.folder, other, spare, encrypted)
        data = set_data(self.newest.number + 1, moduli)
        _write_set(self.folder, KeySet(data, by.id, by.sign(data)))
        return Keys(self.folder, self._passphrase)

    def _still(self) -> None:
        """Somebody else may have been here meanwhile."""
        self.sets = _read_sets(self.folder)
        self._key = None

    def _trusted(self, path: Path) -> Key:
        key = Key.read(path, self._passphrase)
        if key.id not in self.newest.ids:
            known = ", ".join(one.hex() for one in self.newest.ids)
            raise KeysError("not-trusted", id=key.id.hex(), known=known)
        return key

    def _read(self, path: Path, known_as: bytes) -> Key:
        key = Key.read(path, self._passphrase)
        if key.id != known_as:
            raise KeysError("key-other", path=path, id=key.id.hex())
        return key


_SET = re.compile(r"set-([0-9]{4,5})\.nock")


def _set_files(folder: Path) -> list[Path]:
    """The files of sets, by their numbers."""
    if not folder.is_dir():
        return []
    named = ((_SET.fullmatch(path.name), path) for path in folder.iterdir())
    return [path for _, path in sorted((int(name[1]), path) for name, path in named if name)]


def _read_sets(folder: Path) -> tuple[KeySet, ...]:
    sets = []
    for number, path in enumerate(_set_files(folder), 1):
        said = b""
        try:
            data = path.read_bytes()
            if number > 1:
                said = path.with_suffix(".sig").read_bytes()
        except OSError:
            raise KeysError("keys-damaged", path=path) from None
        sets.append(KeySet(data, said[:ID_BYTES], said[ID_BYTES:]))
    wrong = first_wrong(sets)
    if wrong is not None:
        raise KeysError("keys-damaged", path=_set_files(folder)[wrong - 1])
    return tuple(sets)


def _write_set(folder: Path, made: KeySet) -> None:
    path = folder / f"set-{made.number:04}.nock"
    if made.key:
        put(path.with_suffix(".sig"), made.key + made.signature)
    put(path, made.data)


def _check_free(spare: Path | None) -> None:
    """A key that is there is never written over."""
    if spare is not None:
        if spare.exists():
            raise KeysError("file-there", path=spare)
        if not spare.parent.is_dir():  # a medium that is not there is not to be a folder here
            raise KeysError("folder-missing", path=spare.parent)


def _write_spare(folder: Path, key: Key, path: Path | None, encrypted: str | None) -> None:
    key.write(path or folder / f"spare-{key.id.hex()}.pem", encrypted)
