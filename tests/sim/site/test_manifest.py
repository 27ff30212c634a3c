"""Manifests: one way to write them, and nothing else is read."""

from __future__ import annotations

import hashlib
import random
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.update.manifest import Manifest as OnNode

from sim.site.manifest import (
    LARGEST_FILE,
    LAST_SEQUENCE,
    LONGEST_PATH,
    MOST_BYTES,
    MOST_FILES,
    OWN_FILES,
    Manifest,
    ManifestError,
    code_text,
    content,
    node_text,
    parse,
)

CODE_FILES = {
    "main.py": b"1",
    "noctule/app.mpy": b"",
    "noctule/a/b_2.mpy": b"22",
    "trial.mpy": b"3",
}
NODE_FILES = {"boot.py": b"LIT = ()\n", "config": b"\x00" * 80, "wiring": b"{}"}


def code(files: dict[str, bytes] = CODE_FILES, **more: object) -> bytes:
    said: dict = {
        "version": "0.1.0", "sequence": 12, "board": "esp32_devkitc", "mpy": (6, 3, 10),
        "micropython": (1, 28), **more,
    }  # fmt: skip
    return code_text(files, **said)


def own(files: dict[str, bytes] = NODE_FILES, **more: object) -> bytes:
    said: dict = {
        "site": "Val-Noctule", "node": "E05", "board": "esp32_devkitc", "sequence": 4, **more
    }  # fmt: skip
    return node_text(files, **said)


def test_code() -> None:
    text = code()
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in CODE_FILES.items()}
    assert text.decode() == (
        "noctule-code 1\nversion 0.1.0\nsequence 12\nboard esp32_devkitc\nmpy 6 3 10\n"
        f"micropython 1 28\nfile {digests['main.py']} 1 main.py\n"
        f"file {digests['noctule/a/b_2.mpy']} 2 noctule/a/b_2.mpy\n"
        f"file {digests['noctule/app.mpy']} 0 noctule/app.mpy\n"
        f"file {digests['trial.mpy']} 1 trial.mpy\n"
    )
    made = parse(text)
    assert (made.kind, made.version, made.sequence, made.board) == (
        "code", "0.1.0", 12, "esp32_devkitc",
    )  # fmt: skip
    assert (made.mpy, made.micropython, made.site, made.node) == ((6, 3, 10), (1, 28), "", "")
    assert {file.path: file.sha for file in made.files} == digests
    assert made.digest == hashlib.sha256(text).digest() and made.text == text


def test_a_nodes_own() -> None:
    made = parse(own(site="Saint-Étienne-du-Bois, 1re tranche"))
    assert (made.kind, made.site, made.node) == (
        "node",
        "Saint-Étienne-du-Bois, 1re tranche",
        "E05",
    )
    assert [(file.path, file.size) for file in made.files] == [
        ("boot.py", 9), ("config", 80), ("wiring", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [code(), own(site="Île d’Yeu")])
def test_a_node_reads_the_same(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "manifest").write_bytes(text)
    made, node = parse(text), OnNode(str(tmp_path / "manifest"))
    found: list[tuple[str, int, str]] = []
    node.each(lambda number, *file: found.append(file))
    assert found == [(file.sha, file.size, file.path) for file in made.files]
    assert node.number("sequence") == made.sequence and node.digest() == made.digest
    assert (node.field("board"), node.field("site")) == (made.board, made.site)
    assert node.field("mpy") == " ".join(map(str, made.mpy))


def test_content_is_the_same_whatever_the_number() -> None:
    assert content(code(sequence=1)) == content(code(sequence=2)) == parse(code()).content
    assert content(code()) != content(code(version="0.2.0"))
    assert content(code()) != content(code(CODE_FILES | {"main.py": b"2"}))


@pytest.mark.parametrize(
    "made",
    [
        lambda: code(sequence=0),
        lambda: code(sequence=LAST_SEQUENCE + 1),
        lambda: code(version="0.1.0 beta"),
        lambda: code(version=""),
        lambda: code(board="esp32\nmpy 6 3 2"),
        lambda: code(mpy=(6, 3)),
        lambda: code({"main.py": b""}),
        lambda: code(CODE_FILES | {"boot.py": b""}),
        lambda: code(CODE_FILES | {"noctule/x.py": b""}),
        lambda: code(CODE_FILES | {"noctule/../x.mpy": b""}),
        lambda: code(CODE_FILES | {"/noctule/x.mpy": b""}),
        lambda: code(CODE_FILES | {"noctule//x.mpy": b""}),
        lambda: code(CODE_FILES | {"noctule/X.mpy": b""}),
        lambda: code(CODE_FILES | {"noctule/.mpy": b""}),
        lambda: code(CODE_FILES | {"other/x.mpy": b""}),
        lambda: code(CODE_FILES | {"noctule/" + "x" * (LONGEST_PATH - 11) + ".mpy": b""}),
        lambda: code(CODE_FILES | {"noctule/x.mpy": bytes(LARGEST_FILE + 1)}),
        lambda: code(CODE_FILES | {f"noctule/x{n}.mpy": b"" for n in range(MOST_FILES)}),
        lambda: own(site=""),
        lambda: own(site=" Val"),
        lambda: own(site="Val\nnode E06"),
        lambda: own(site="Val\tNoctule"),
        lambda: own(site="Val\x9fNoctule"),
        lambda: own(site="x" * 41),
        lambda: own(node="../E05"),
        lambda: own({"boot.py": b"", "config": b""}),
        lambda: own(NODE_FILES | {"keys": b""}),
        lambda: own(NODE_FILES | {"wiring": bytes(OWN_FILES["wiring"] + 1)}),
    ],
)
def test_what_a_node_would_not_take_is_not_written(made) -> None:
    with pytest.raises(ManifestError):
        made()


def test_what_is_wrong_is_found_on_its_line() -> None:
    lines = code().decode().splitlines(keepends=True)
    for number in range(len(lines)):
        for bad in ("", "x" + lines[number], lines[number].replace(" ", "  ", 1), "\n"):
            text = "".join([*lines[:number], bad, *lines[number + 1 :]])
            if bad or number < 6 or "main.py" in lines[number] or "app.mpy" in lines[number]:
                with pytest.raises(ManifestError) as caught:
                    parse(text.encode())
                assert bad == "" or caught.value.line == number + 1
    swapped = "".join([*lines[:6], lines[7], lines[6], *lines[8:]])
    twice = "".join([*lines[:7], *lines[6:]])
    for text in (swapped, twice, "".join(lines)[:-1], "".join(lines).replace("\n", "\r\n")):
        with pytest.raises(ManifestError):
            parse(text.encode())
    for raw in (b"", b"\n", b"\xff\n", code() + b"x" * MOST_BYTES, code() + b"\n", code() + b"\0"):
        with pytest.raises(ManifestError):
            parse(raw)


def again(made: Manifest, files: dict[str, bytes]) -> bytes:
    """The text of what was read, written anew."""
    if made.kind == "code":
        return code(
            files, version=made.version, sequence=made.sequence, board=made.board,
            mpy=made.mpy, micropython=made.micropython,
        )  # fmt: skip
    return own(files, site=made.site, node=made.node, board=made.board, sequence=made.sequence)


@given(st.binary(max_size=300))
def test_nonsense_is_refused_in_one_way(raw: bytes) -> None:
    with pytest.raises(ManifestError):
        parse(raw)


@pytest.mark.parametrize("kind", ["code", "node"])
def test_one_text_for_one_meaning(kind: str) -> None:
    """Whatever is changed in a text: it is refused, or it is what its meaning is written as."""
    text = code() if kind == "code" else own()
    files = CODE_FILES if kind == "code" else NODE_FILES
    chance = random.Random(11)
    letters = (string.printable + "é\0").encode()
    taken = 0
    for _ in range(4000):
        raw = bytearray(text)
        for _ in range(chance.choice((1, 1, 1, 2))):
            at = chance.randrange(len(raw))
            what = chance.randrange(3)
            if what == 0:
                raw[at] = chance.choice(letters)
            elif what == 1:
                raw.insert(at, chance.choice(letters))
            else:
                del raw[at]
        try:
            made = parse(bytes(raw))
        except ManifestError:
            continue
        taken += 1
        if [file.path for file in made.files] == sorted(files):
            lines = again(made, files).splitlines()
            head = len(lines) - len(files)
            assert lines[:head] == bytes(raw).splitlines()[:head]
    assert taken > 20


@settings(max_examples=60)
@given(
    st.integers(1, LAST_SEQUENCE),
    st.text(max_size=40).map(lambda text: " ".join(text.split())),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", fullmatch=True),
)
def test_what_is_written_is_read(sequence: int, site: str, node: str) -> None:
    try:
        text = own(site=site, node=node, sequence=sequence)
    except (ManifestError, UnicodeEncodeError):
        assert (
            not site
            or any(ord(char) < 32 or 127 <= ord(char) < 160 for char in site)
            or any(0xD800 <= ord(char) < 0xE000 for char in site)
        )
        return
    made = parse(text)
    assert (made.site, made.node, made.sequence) == (site, node, sequence)
