"""The workshop's keys: the chain of sets, who may sign what, and nothing half-written."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.tools.push.workshop import key, noctule, settle
from tools import keys as command
from tools.push import home, keys
from tools.push.home import HomeError
from tools.push.keys import (
    KEY_BYTES,
    PASSPHRASE,
    Key,
    Keys,
    KeysError,
    KeySet,
    first_wrong,
    set_data,
    sound_set,
    verified,
)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return settle(tmp_path / "workshop", monkeypatch)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


def moved(made: Keys, number: int, to: Path) -> Path:
    """Take a key's file away from the others."""
    path = made.file_of(made.newest.ids[number])
    assert path is not None
    return path.rename(to / path.name)


# --- signing -------------------------------------------------------------------------------------


def test_a_signature_is_what_a_node_checks() -> None:
    """`pow`, and the padded digest built and compared, as in `noctule.update.check`."""
    signer, data = key(0), b"noctule-code 1\n"
    opened = pow(
        int.from_bytes(signer.sign(data), "big"), 65537, int.from_bytes(signer.modulus, "big")
    )
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(data).digest()
    filled = b"\x00\x01" + b"\xff" * (KEY_BYTES - 3 - len(info)) + b"\x00" + info
    assert opened.to_bytes(KEY_BYTES, "big") == filled
    assert signer.id == hashlib.sha256(signer.modulus).digest()[:4]


def test_new_keys_sign(workshop: Path) -> None:
    made = Keys.new()
    assert made.folder == workshop / "keys"
    assert made.newest.number == 1 and made.newest.ids == (key(0).id, key(1).id)
    assert made.newest.data == b"NOCK\x01\x00\x02" + key(0).modulus + key(1).modulus
    name, signature = made.sign(b"text")
    assert name == key(0).id == made.signing and len(signature) == KEY_BYTES
    assert made.sign(b"text") == (name, signature) == Keys().sign(b"text")
    assert verified(made.newest, name, signature, b"text")
    assert not verified(made.newest, name, signature, b"texT")
    assert not verified(made.newest, key(1).id, signature, b"text")
    assert not verified(made.newest, key(2).id, key(2).sign(b"text"), b"text")
    assert not verified(made.newest, name, signature[:-1], b"text")
    assert not verified(made.newest, name, b"\xff" * KEY_BYTES, b"text")


def test_without_keys_it_is_said(workshop: Path) -> None:
    with pytest.raises(KeysError, match="noctule keys new"):
        Keys()


def test_new_keys_never_take_the_place_of_others(workshop: Path) -> None:
    Keys.new()
    before = files(workshop / "keys")
    with pytest.raises(KeysError, match="already"):
        Keys.new()
    assert files(workshop / "keys") == before


# --- files ---------------------------------------------------------------------------------------


def test_only_the_owner_reads_private_keys(workshop: Path) -> None:
    made = Keys.new(spare=workshop.parent / "spare.pem")
    for path in (*made.folder.glob("*.pem"), workshop.parent / "spare.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700


def test_a_spare_goes_where_it_is_told(workshop: Path, tmp_path: Path) -> None:
    made = Keys.new(spare=tmp_path / "stick.pem")
    assert made.file_of(key(1).id) is None
    assert Key.read(tmp_path / "stick.pem", keys.from_environment).id == key(1).id


def test_a_spare_is_never_written_over_a_file(workshop: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(KeysError, match="already"):
        Keys.new(spare=tmp_path / "mine")
    with pytest.raises(KeysError, match="no folder"):
        Keys.new(spare=tmp_path / "not-plugged-in" / "spare.pem")
    assert (tmp_path / "mine").read_text() == "mine"
    assert files(workshop / "keys") == {}


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_what_cannot_be_written_leaves_no_set(
    workshop: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """A set is the last thing written; what is there besides counts for nothing."""
    fail_at(monkeypatch, failing)
    with pytest.raises(HomeError):
        Keys.new()
    monkeypatch.undo()
    settle(workshop, monkeypatch)
    with pytest.raises(KeysError, match="no keys"):
        Keys()
    assert Keys.new().sign(b"text")


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_change_that_fails_leaves_the_old_keys(
    workshop: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    made = Keys.new()
    fail_at(monkeypatch, failing)
    with pytest.raises(HomeError):
        made.rotate()
    again = Keys()
    assert again.sets == made.sets and again.sign(b"text")[0] == key(0).id
    monkeypatch.undo()
    monkeypatch.setenv(home.HOME, str(workshop))
    assert Keys().rotate().newest.number == 2


def fail_at(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Have the disk be full at the so-manieth file."""
    calls = []
    real = home.os.replace

    def replace(one: str, two: str) -> None:
        calls.append(two)
        if len(calls) == call:
            raise OSError(28, "No space left on device")
        real(one, two)

    monkeypatch.setattr(home.os, "replace", replace)


def test_the_workshop_is_named_where_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tmp_path / "file" / "inside", monkeypatch)
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError) as caught:
        Keys.new()
    assert home.HOME in caught.value.text("fr") and "cannot be written" in str(caught.value)


def test_the_workshop_is_in_the_home_folder_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(home.HOME, raising=False)
    assert home.home() == Path.home() / ".noctule"


# --- passphrases ---------------------------------------------------------------------------------


def test_a_passphrase_is_asked_for(workshop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Keys.new(encrypted="martre")
    path = workshop / "keys" / f"signing-{key(0).id.hex()}.pem"
    assert b"ENCRYPTED" in path.read_bytes()
    with pytest.raises(KeysError, match=PASSPHRASE):
        Keys().sign(b"text")
    monkeypatch.setenv(PASSPHRASE, "fouine")
    with pytest.raises(KeysError, match="not the passphrase"):
        Keys().sign(b"text")
    monkeypatch.setenv(PASSPHRASE, "martre")
    assert Keys().sign(b"text")[1] == key(0).sign(b"text")
    asked: list[str] = []
    made = Keys(passphrase=lambda name: asked.append(name) or "martre")
    assert made.sign(b"1") and made.sign(b"2") and asked == [path.name]


def test_sets_are_read_without_a_passphrase(workshop: Path) -> None:
    made = Keys.new(encrypted="martre")
    assert Keys().sets == made.sets and Keys().signing == key(0).id


def test_a_passphrase_is_not_needed_where_there_is_none(
    workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Keys.new()
    monkeypatch.setenv(PASSPHRASE, "martre")
    assert Keys().sign(b"text")


# --- files that are no keys ----------------------------------------------------------------------


def pem(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 50, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        pem(rsa.generate_private_key(65537, 2048)), pem(ec.generate_private_key(ec.SECP256R1())),
    ],
)  # fmt: skip
def test_a_file_that_is_no_key(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.pem").write_bytes(data)
    with pytest.raises(KeysError, match="is no key"):
        Key.read(tmp_path / "x.pem", keys.from_environment)
    with pytest.raises(KeysError, match="is no key"):
        Key.read(tmp_path / "nothing", keys.from_environment)


def test_a_key_under_anothers_name(workshop: Path) -> None:
    made = Keys.new()
    (made.folder / f"signing-{key(0).id.hex()}.pem").write_bytes(
        (made.folder / f"spare-{key(1).id.hex()}.pem").read_bytes()
    )
    with pytest.raises(KeysError, match=key(1).id.hex()):
        made.sign(b"text")


def test_the_signing_key_that_is_gone(workshop: Path, tmp_path: Path) -> None:
    made = Keys.new()
    moved(made, 0, tmp_path)
    assert made.signing is None
    with pytest.raises(KeysError, match="signing key is not in"):
        made.sign(b"text")


# --- the chain -----------------------------------------------------------------------------------


def chained(*links: tuple[tuple[int, ...], int]) -> list[KeySet]:
    """Sets of keys by number, each signed by a key of the one before, or by anybody."""
    made: list[KeySet] = []
    for number, (inside, by) in enumerate(links, 1):
        data = set_data(number, [key(one).modulus for one in inside])
        signed = (key(by).id, key(by).sign(data)) if number > 1 else (b"", b"")
        made.append(KeySet(data, *signed))
    return made


def test_a_chain_that_follows() -> None:
    good = chained(((0, 1), 0), ((2, 1), 0), ((2,), 2), ((0, 1, 2), 2))
    assert first_wrong(good) is None and first_wrong([]) is None


@pytest.mark.parametrize(
    ("links", "wrong"),
    [
        ([((0, 1), 0), ((2, 1), 2)], 2),  # by a key that is only in the new set
        ([((0, 1), 0), ((2, 1), 0), ((2, 0), 0)], 3),  # by one that was revoked
        ([((0, 1), 0), ((2, 1), 3)], 2),  # by a stranger
    ],
)
def test_a_chain_that_does_not_follow(
    links: list[tuple[tuple[int, ...], int]], wrong: int
) -> None:
    assert first_wrong(chained(*links)) == wrong


def test_a_chain_out_of_order() -> None:
    one, two, three = chained(((0, 1), 0), ((2, 1), 0), ((2,), 1))
    assert first_wrong([one, three]) == 2 and first_wrong([two, three]) == 1
    assert first_wrong([one, one]) == 2 and first_wrong([one, three, two]) == 2
    assert first_wrong([one._replace(key=key(0).id, signature=key(0).sign(one.data))]) == 1


def test_sets_that_are_none() -> None:
    good = set_data(1, [key(0).modulus, key(1).modulus])
    assert sound_set(good)
    several = [key(number).modulus for number in range(3)]
    assert sound_set(set_data(65535, several))
    bad = [
        b"", b"NOCK", good[:-1], good + b"\0", b"nock" + good[4:], set_data(1, []),
        good[:6] + b"\3" + good[7:], set_data(1, [*several, several[0]]),
        set_data(1, [several[0], several[0]]), set_data(1, [bytes(384)]),
        set_data(1, [b"\x80" + bytes(383)]), set_data(1, [b"\x01" * 384]),
    ]  # fmt: skip
    assert not any(map(sound_set, bad))


def test_a_set_of_the_folder_that_is_damaged(workshop: Path) -> None:
    made = Keys.new().rotate()
    for name in ("set-0002.nock", "set-0002.sig", "set-0001.nock"):
        path = made.folder / name
        data = path.read_bytes()
        for spoilt in (data[:-1], data[:9] + bytes((data[9] ^ 1,)) + data[10:], b""):
            path.write_bytes(spoilt)
            with pytest.raises(KeysError, match="does not follow"):
                Keys()
        path.unlink()
        if name == "set-0002.nock":  # as before it was made
            assert Keys().sets == made.sets[:1]
        else:
            with pytest.raises(KeysError, match="does not follow"):
                Keys()
        path.write_bytes(data)
    assert Keys().sets == made.sets


# --- changing keys -------------------------------------------------------------------------------


def test_a_new_signing_key(workshop: Path) -> None:
    made = Keys.new().rotate()
    assert made.newest.number == 2 and made.newest.ids == (key(2).id, key(1).id)
    assert made.newest.key == key(0).id
    assert made.sign(b"text") == (key(2).id, key(2).sign(b"text"))
    assert made.rotate().newest.key == key(2).id


def test_a_new_signing_key_that_the_spare_signs(workshop: Path, tmp_path: Path) -> None:
    """The old one may be lost."""
    made = Keys.new(spare=tmp_path / "spare.pem")
    moved(made, 0, tmp_path)
    with pytest.raises(KeysError, match="signing key is not in"):
        made.rotate()
    changed = made.rotate(signer=tmp_path / "spare.pem")
    assert changed.newest.key == key(1).id and changed.newest.ids == (key(2).id, key(1).id)


def test_a_new_spare_key(workshop: Path, tmp_path: Path) -> None:
    made = Keys.new().rotate(spare=tmp_path / "spare.pem")
    assert made.newest.ids == (key(2).id, key(3).id)
    assert Key.read(tmp_path / "spare.pem", keys.from_environment).id == key(3).id


def test_no_key_but_a_trusted_one_signs(workshop: Path, tmp_path: Path) -> None:
    made = Keys.new()
    key(5).write(tmp_path / "stranger.pem", None)
    for change in (made.rotate, lambda **how: made.revoke(key(1).id.hex(), **how)):
        with pytest.raises(KeysError, match="do not trust"):
            change(signer=tmp_path / "stranger.pem")
    old = made.rotate().rotate()  # the first is no longer trusted
    with pytest.raises(KeysError, match="do not trust"):
        old.rotate(signer=made.folder / f"signing-{key(0).id.hex()}.pem")
    assert Keys().newest.number == 3


def test_a_spare_is_revoked(workshop: Path) -> None:
    made = Keys.new().revoke(key(1).id.hex())
    assert made.newest.ids == (key(0).id,) and made.newest.key == key(0).id
    assert made.sign(b"text")[0] == key(0).id
    with pytest.raises(KeysError, match="only key"):
        made.revoke(key(0).id.hex())


def test_the_signing_key_is_revoked(workshop: Path, tmp_path: Path) -> None:
    made = Keys.new(spare=tmp_path / "spare.pem")
    stolen = made.folder / f"signing-{key(0).id.hex()}.pem"
    for signer in (None, stolen):
        with pytest.raises(KeysError, match="own revocation"):
            made.revoke(key(0).id.hex(), signer=signer)
    changed = made.revoke(key(0).id.hex(), signer=tmp_path / "spare.pem")
    assert changed.newest.ids == (key(2).id, key(1).id) and changed.newest.key == key(1).id
    assert changed.sign(b"text")[0] == key(2).id


def test_the_lost_signing_key_is_revoked(workshop: Path, tmp_path: Path) -> None:
    made = Keys.new()
    moved(made, 0, tmp_path)
    changed = made.revoke(key(0).id.hex())  # the spare is beside
    assert changed.newest.ids == (key(2).id, key(1).id) and changed.newest.key == key(1).id


def test_what_is_no_key_is_not_revoked(workshop: Path) -> None:
    made = Keys.new()
    for name, said in (("zz", "whole"), ("ab", "whole"), (key(5).id.hex(), "do not trust")):
        with pytest.raises(KeysError, match=said):
            made.revoke(name)
    assert Keys().sets == made.sets


# --- the command ---------------------------------------------------------------------------------


def test_the_command(workshop: Path, tmp_path: Path) -> None:
    first = noctule("keys", "show", "--lang", "fr")
    assert first.exit_code == 1 and "noctule keys new" in first.output
    made = noctule("keys", "new", "--lang", "fr")
    assert made.exit_code == 0, made.output
    assert "hors ligne" in made.output and "sans phrase de passe" in made.output
    assert f"{key(0).id.hex()}  signe : signing-" in made.output
    assert noctule("keys", "new", "--lang", "en").exit_code == 1
    turned = noctule("keys", "rotate", "--spare", tmp_path / "s.pem", "--lang", "en")
    assert turned.exit_code == 0 and "kept elsewhere" in turned.output, turned.output
    gone = noctule("keys", "revoke", key(2).id.hex(), "--lang", "en")
    assert gone.exit_code == 1 and "--with" in gone.output
    gone = noctule("keys", "revoke", key(2).id.hex(), "--with", tmp_path / "s.pem", "--lang", "en")
    assert gone.exit_code == 0 and f"{key(4).id.hex()}  signs" in gone.output, gone.output
    gone = noctule("keys", "revoke", key(3).id.hex(), "--lang", "en")
    assert gone.exit_code == 0 and "no spare key left" in gone.output
    shown = noctule("keys", "show", "--lang", "en")
    assert "key set 4" in shown.output and "set 1: " in shown.output
    assert not shown.exit_code and "Traceback" not in shown.output


def test_the_commands_passphrase(workshop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "martre")
    made = noctule("keys", "new", "--lang", "en")
    assert made.exit_code == 0 and "no passphrase" not in made.output
    assert noctule("keys", "rotate", "--lang", "en").exit_code == 0
    for path in (workshop / "keys").glob("*.pem"):
        assert b"ENCRYPTED" in path.read_bytes()
    monkeypatch.delenv(PASSPHRASE)
    refused = noctule("keys", "rotate", "--lang", "fr")
    assert refused.exit_code == 1 and PASSPHRASE in refused.output


def test_a_passphrase_at_the_terminal(workshop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter(["martre", "martre", "blaireau"])
    monkeypatch.setattr(command.sys, "stdin", type("Tty", (), {"isatty": lambda self: True})())
    monkeypatch.setattr(command.click, "prompt", lambda *_, **__: next(said))
    made = Keys.new(encrypted=command._new_passphrase("fr"))
    assert Keys(passphrase=command.passphrase("fr")).sign(b"text")
    with pytest.raises(KeysError, match="not the passphrase"):
        Keys(made.folder, command.passphrase("en")).sign(b"text")
