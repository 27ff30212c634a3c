"""Bundles: the same for the same input, and nothing that is damaged or forged is read."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.site import Site, load_site
from sim.site.manifest import parse
from sim.site.tree import build_tree
from tests.tools.push.workshop import VILLAGE, key, settle
from tools.push import bundle as module
from tools.push.bundle import Bundle, BundleError, Signed, build
from tools.push.keys import Keys, KeysError, KeySet, set_data, verified
from tools.push.ledger import Ledger

LAMPS = ("R03", "E05", "M01")
PATH = Path("street.noctule")


@pytest.fixture(scope="module")
def village() -> Site:
    return load_site(VILLAGE)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        folder = settle(tmp_path_factory.mktemp("workshop"), patch)
        Keys.new().rotate()
    return folder


@pytest.fixture(scope="module")
def made(village: Site, workshop: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.json")
    return build(village, Keys(workshop / "keys"), ledger, lamps=LAMPS, board="virtual")


@pytest.fixture(scope="module")
def small(made: Bundle) -> Bundle:
    """One whose code has two files, to be quick."""
    files = {"main.py": b"pass\n", "noctule/app.mpy": b"M\x06"}
    lines = made.codes["virtual"].text.decode().splitlines(keepends=True)[:6] + [
        f"file {hashlib.sha256(data).hexdigest()} {len(data)} {path}\n"
        for path, data in sorted(files.items())
    ]
    own = made.nodes["E05"]
    wanted = {file.sha for file in own.manifest.files}
    kept = {sha: data for sha, data in made.files.items() if sha in wanted}
    kept |= {hashlib.sha256(data).hexdigest(): data for data in files.values()}
    return Bundle(
        made.site, {"virtual": signed("".join(lines).encode())}, {"E05": own}, made.keysets, kept
    )


def signed(text: bytes, by: int = 2) -> Signed:
    """Signed by the key that signs after one change."""
    return Signed(text, key(by).id, key(by).sign(text), parse(text))


def sealed(data: bytes) -> bytes:
    """An archive that was written over, with the digest that it then has."""
    body = data[: -module._END]
    return body + module._COMMENT + hashlib.sha256(body).hexdigest().encode()


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in entries.items():
            made.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
        made.comment = bytes(module._END)
    return sealed(out.getvalue())


def entries_of(data: bytes) -> dict[str, bytes]:
    return module._entries(data, PATH)


def code_of(data: bytes) -> str:
    with pytest.raises(BundleError) as caught:
        Bundle.from_bytes(data, PATH)
    assert str(PATH) in caught.value.text("fr") and str(PATH) in caught.value.text("en")
    return caught.value.code


# --- what is in it -------------------------------------------------------------------------------


def test_a_bundle_is_what_nodes_get(made: Bundle, village: Site, tmp_path: Path) -> None:
    assert made.site == "Val-Noctule" and list(made.codes) == ["virtual"]
    assert tuple(made.nodes) == LAMPS
    assert made.fresh == {"code virtual", *(f"node Val-Noctule/{lamp}" for lamp in LAMPS)}
    assert [keyset.number for keyset in made.keysets] == [1, 2]
    tree = build_tree(
        village, "E05", tmp_path / "tree", "virtual", code_sequence=2, node_sequence=2
    )
    code, own = made.codes["virtual"], made.nodes["E05"]
    assert (tree.folder / "a" / "manifest").read_bytes() == code.text
    assert (tree.folder / "keep" / "manifest").read_bytes() == own.text
    for file in code.manifest.files:
        assert (tree.folder / "a" / file.path).read_bytes() == made.files[file.sha]
    assert (tree.folder / "boot.py").read_bytes() == made.files[own.manifest.files[0].sha]
    for one in (*made.codes.values(), *made.nodes.values()):
        assert one.key == key(2).id and one.manifest.sequence == 2
        assert verified(made.keysets[-1], one.key, one.signature, one.text)


def test_each_board_gets_its_code(village: Site, workshop: Path, tmp_path: Path) -> None:
    keys, ledger = Keys(workshop / "keys"), Ledger(tmp_path / "ledger.json")
    made = build(village, keys, ledger)
    assert set(made.nodes) == {lamp.id for lamp in village.luminaires}
    assert set(made.codes) == {one.manifest.board for one in made.nodes.values()}
    for name, code in made.codes.items():
        assert code.manifest.board == name and code.manifest.mpy == (6, 3, 10)


def test_what_is_not_there_is_not_built(village: Site, workshop: Path, tmp_path: Path) -> None:
    keys, ledger = Keys(workshop / "keys"), Ledger(tmp_path / "ledger.json")
    with pytest.raises(KeyError):
        build(village, keys, ledger, lamps=["nobody"])
    with pytest.raises(KeyError):
        build(village, keys, ledger, lamps=["E05"], board="uno")
    assert not ledger.path.exists()


def test_no_number_is_given_without_a_key(
    village: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tmp_path / "workshop", monkeypatch)
    keys = Keys.new(encrypted="martre")
    with pytest.raises(KeysError):
        build(village, keys, Ledger(), lamps=["E05"], board="virtual")
    assert not Ledger().path.exists()


# --- the same bytes ------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(
    made: Bundle, village: Site, workshop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another folder, of the same keys and numbers, and of lamps named in another order."""
    made.write(tmp_path / "one.noctule")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    ledger = Ledger(tmp_path / "ledger.json")
    for turn in range(2):
        again = build(village, Keys(workshop / "keys"), ledger, lamps=LAMPS[::-1], board="virtual")
        again.write(Path("two.noctule"))
        assert Path("two.noctule").read_bytes() == (tmp_path / "one.noctule").read_bytes()
        assert bool(again.fresh) == (turn == 0)


def test_a_change_is_the_only_one_with_a_new_number(
    village: Site, workshop: Path, tmp_path: Path
) -> None:
    keys, ledger = Keys(workshop / "keys"), Ledger(tmp_path / "ledger.json")
    build(village, keys, ledger, lamps=LAMPS, board="virtual")
    lamp = next(one for one in village.luminaires if one.id == "M01")
    changed = village.model_copy(
        update={
            "luminaires": tuple(
                one.model_copy(update={"burning_hours": 9000}) if one is lamp else one
                for one in village.luminaires
            )
        }
    )
    made = build(changed, keys, ledger, lamps=LAMPS, board="virtual")
    assert made.fresh == {"node Val-Noctule/M01"}
    assert made.nodes["M01"].manifest.sequence == 3
    again = build(village, keys, ledger, lamps=LAMPS, board="virtual", reissue=True)
    assert {one.manifest.sequence for one in again.nodes.values()} == {3, 4}
    assert build(village, keys, ledger, lamps=["E05"], board="virtual", above=50).nodes[
        "E05"
    ].manifest.sequence == 51  # fmt: skip


def test_what_is_written_is_read(made: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "street.noctule"
    made.write(path)
    read = Bundle.read(path)
    assert read == dataclasses.replace(read, nodes=made.nodes, codes=made.codes)
    assert read.to_bytes() == path.read_bytes() and read.files == made.files
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


# --- damage --------------------------------------------------------------------------------------


def test_every_byte_counts(small: Bundle) -> None:
    data = small.to_bytes()
    assert Bundle.from_bytes(data, PATH).to_bytes() == data
    chance = random.Random(5)
    for at in {*range(0, len(data), 7), *range(80), *range(len(data) - 120, len(data))}:
        spoilt = bytearray(data)
        spoilt[at] ^= 1 << chance.randrange(8)
        assert code_of(bytes(spoilt)) in ("bundle-damaged", "bundle-none")


def test_what_is_cut_short_or_longer(small: Bundle) -> None:
    data = small.to_bytes()
    for end in (*range(0, 200, 3), *range(0, len(data), 97), *range(len(data) - 90, len(data))):
        assert code_of(data[:end]) in ("bundle-damaged", "bundle-none")
    for other in (data + b"\0", data + data, data[:-1] + b"\n", b"\0" + data):
        assert code_of(other) in ("bundle-damaged", "bundle-none")


def test_what_is_no_bundle(tmp_path: Path) -> None:
    for raw in (b"", b"PK", b"#!/bin/sh\n", VILLAGE.read_bytes()):
        assert code_of(raw) in ("bundle-damaged", "bundle-none")
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(BundleError) as caught:
            Bundle.read(path)
        assert caught.value.code == "bundle-unreadable"


# --- forgery: whole archives with the right digest -----------------------------------------------

Edit = Callable[[dict[str, bytes]], object]
E05 = "node/E05/manifest"


def flip(name: str, at: int = 50) -> Edit:
    def edit(entries: dict[str, bytes]) -> None:
        data = entries[name]
        entries[name] = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]

    return edit


def stranger(entries: dict[str, bytes]) -> None:
    """Signed well, by a key that is in no set."""
    entries["node/E05/signature"] = key(5).id + key(5).sign(entries[E05])


def revoked(entries: dict[str, bytes]) -> None:
    """By the key that signed before the newest set."""
    entries["node/E05/signature"] = key(0).id + key(0).sign(entries[E05])


def other_text(text: Callable[[bytes], bytes], name: str = E05) -> Edit:
    """Another text, which the signing key has signed."""

    def edit(entries: dict[str, bytes]) -> None:
        made = text(entries[name])
        entries[name] = made
        entries[name.replace("manifest", "signature")] = key(2).id + key(2).sign(made)

    return edit


def renamed(one: str, two: str) -> Edit:
    def edit(entries: dict[str, bytes]) -> None:
        for end in ("manifest", "signature"):
            entries[f"{two}/{end}"] = entries.pop(f"{one}/{end}")

    return edit


def keyset_of(number: int, by: int) -> Edit:
    def edit(entries: dict[str, bytes]) -> None:
        data = set_data(number, [key(2).modulus])
        entries["keys/0003/set"] = data
        entries["keys/0003/signature"] = key(by).id + key(by).sign(data)

    return edit


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (flip(E05), "signature-wrong"),
        (flip("node/E05/signature"), "signature-wrong"),
        (flip("node/E05/signature", 1), "signature-wrong"),
        (flip("code/virtual/manifest"), "signature-wrong"),
        (stranger, "signature-wrong"),
        (revoked, "signature-wrong"),
        (lambda e: e.update({"node/E05/signature": b""}), "signature-wrong"),
        (
            lambda e: e.update({"node/E05/signature": e["code/virtual/signature"]}),
            "signature-wrong",
        ),
        (other_text(lambda text: text + b"x\n"), "manifest-wrong"),
        (other_text(lambda text: text.replace(b"sequence 2", b"sequence 02")), "manifest-wrong"),
        (other_text(lambda text: text.replace(b"boot.py", b"main.py")), "manifest-wrong"),
        (other_text(lambda text: text.replace(b"node E05", b"node E06")), "file-wrong"),
        (renamed("node/E05", "node/E06"), "file-wrong"),
        (renamed("code/virtual", "code/esp32_devkitc"), "file-wrong"),
        (renamed("code/virtual", "node/virtual"), "file-wrong"),
        (flip("keys/0001/set"), "keys-wrong"),
        (flip("keys/0002/set", 5), "keys-wrong"),
        (flip("keys/0002/signature"), "keys-wrong"),
        (lambda e: e.update({"keys/0001/signature": bytes(388)}), "bundle-wrong"),
        (lambda e: e.pop("keys/0002/signature"), "bundle-wrong"),
        (lambda e: (e.pop("keys/0002/set"), e.pop("keys/0002/signature")), "signature-wrong"),
        (lambda e: e.pop("keys/0001/set"), "keys-wrong"),
        (keyset_of(3, 0), "keys-wrong"),  # by a key that the second set left out
        (keyset_of(4, 2), "keys-wrong"),  # none is left out
        (lambda e: e.pop("node/E05/signature"), "bundle-wrong"),
        (lambda e: e.pop(E05), "bundle-wrong"),
        (lambda e: e.update({"readme.txt": b""}), "bundle-wrong"),
        (lambda e: e.update({"node/../x/manifest": b""}), "bundle-wrong"),
        (lambda e: e.update({"files/" + "0" * 64: b""}), "bundle-wrong"),
        (lambda e: e.clear(), "bundle-wrong"),
    ],
)
def test_what_is_forged(small: Bundle, edit: Edit, code: str) -> None:
    entries = entries_of(small.to_bytes())
    edit(entries)
    assert code_of(archive(entries)) == code


def test_files_that_are_not_what_they_should_be(small: Bundle) -> None:
    entries = entries_of(small.to_bytes())
    for name in [name for name in entries if name.startswith("files/")]:
        data = entries[name]
        longer = archive(entries | {name: data + b"\0"})
        other = archive(entries | {name: bytes((data[0] ^ 1,)) + data[1:]})
        missing = archive({one: entries[one] for one in entries if one != name})
        assert [code_of(longer), code_of(other)] == ["file-wrong"] * 2
        assert code_of(missing) == "bundle-wrong"


def test_the_order_of_entries_is_no_matter(small: Bundle) -> None:
    """zip tools write them as they like; it is read all the same, and written as always."""
    entries = entries_of(small.to_bytes())
    other = archive(dict(reversed(entries.items())))
    assert Bundle.from_bytes(other, PATH).to_bytes() == small.to_bytes()


def test_nodes_of_two_sites(small: Bundle) -> None:
    entries = entries_of(small.to_bytes())
    text = entries[E05].replace(b"site Val-Noctule", b"site Elsewhere").replace(b"E05", b"E06")
    entries["node/E06/manifest"] = text
    entries["node/E06/signature"] = key(2).id + key(2).sign(text)
    assert code_of(archive(entries)) == "bundle-wrong"


def test_bounds(small: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("files/" + "0" * 64, bytes(1 << 20), zipfile.ZIP_DEFLATED)
        made.comment = bytes(module._END)
    assert code_of(sealed(out.getvalue())) == "bundle-wrong"
    data = small.to_bytes()
    monkeypatch.setattr(module, "LARGEST", len(data) - 1)
    assert code_of(data) == "bundle-large"
    monkeypatch.setattr(module, "LARGEST", len(data))
    assert Bundle.from_bytes(data, PATH)
    monkeypatch.setattr(module, "_MOST_ENTRIES", 3)
    assert code_of(data) == "bundle-large"


@pytest.mark.parametrize("seed", range(4))
def test_an_archive_of_nonsense_is_refused_in_one_way(small: Bundle, seed: int) -> None:
    """With the right digest: only then is it looked into."""
    chance = random.Random(seed)
    data = small.to_bytes()
    tail = data.rfind(b"PK\x05\x06")
    first = data.find(b"PK\x01\x02")
    for _ in range(400):
        raw = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            # mostly in the directory, where zipfile reads
            low = chance.choice((0, first, first, tail))
            raw[chance.randrange(low, len(data) - module._END)] = chance.randrange(256)
        try:
            Bundle.from_bytes(sealed(bytes(raw)), PATH)
        except BundleError as error:
            assert error.text("fr") and error.text("en")


def test_key_sets_are_what_a_push_sends(made: Bundle) -> None:
    """Data, key and signature, in this order."""
    first, second = made.keysets
    assert (first.key, first.signature) == (b"", b"") and isinstance(first, KeySet)
    data, name, signature = second
    assert name == key(0).id and key(0).sign(data) == signature
