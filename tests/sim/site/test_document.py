"""Reading a TOML file: its values, the place of each, and a clear error for anything else."""

from pathlib import Path

import pytest

from sim.site import check, limits
from sim.site.document import Document, DocumentError, lookup, parse, path_text, read
from sim.site.words import LANGUAGES

TEXT = """\
a.b."c d" = 1
[x.y]
z = [1, 2, # a comment, with [ and {
  { k = 1, "m".n = 2 }]
'é' . w = "é" # the key is one character wide
[[s]]
id = "été"
[[s.t]]
u = '''
several
lines'''
v = 1
[[s]]
d = 2026-01-01
[[s.t]]
[[s.t]]
  q = { r.w = 3, x = [[1, 2], [3, 4]] }
"q.r" = 5
["p.q".r]
"\\u0061" = 1
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("a", "b", "c d"), (1, 13), (1, 1)),
        (("a", "b"), (1, 1), (1, 1)),
        (("x",), (2, 2), (2, 2)),
        (("x", "y"), (2, 2), (2, 2)),
        (("x", "y", "z"), (3, 5), (3, 1)),
        (("x", "y", "z", 1), (3, 9), (3, 9)),
        (("x", "y", "z", 2, "m", "n"), (4, 20), (4, 12)),
        (("x", "y", "é", "w"), (5, 11), (5, 1)),
        (("s", 0), (6, 3), (6, 3)),
        (("s", 0, "id"), (7, 6), (7, 1)),
        (("s", 0, "t", 0, "u"), (9, 5), (9, 1)),
        (("s", 0, "t", 0, "v"), (12, 5), (12, 1)),
        (("s", 1, "d"), (14, 5), (14, 1)),
        (("s", 1, "t", 0), (15, 3), (15, 3)),
        (("s", 1, "t", 1, "q", "r", "w"), (17, 15), (17, 9)),
        (("s", 1, "t", 1, "q", "x", 1, 0), (17, 32), (17, 32)),
        (("s", 1, "t", 1, "q.r"), (18, 9), (18, 1)),
        (("p.q", "r", "a"), (20, 12), (20, 1)),
        # nothing there: the nearest parent
        (("x", "y", "z", 7), (3, 5), (3, 1)),
        (("s", 0, "nothing"), (6, 3), (6, 3)),
        (("s", 1, "t", 1, "q", "nothing"), (17, 7), (17, 3)),
        (("nothing", "at", "all"), (1, 1), (1, 1)),
        ((), (1, 1), (1, 1)),
    ],
)
def test_where_it_is_written(
    path: tuple[str | int, ...],
    value: tuple[int, int],
    key: tuple[int, int],
    ends: str,
    bom: bytes,
) -> None:
    document = parse(bom + TEXT.replace("\n", ends).encode())
    assert document.position(path) == value
    assert document.position(path, key=True) == key


def test_every_value_is_found_where_the_text_has_it() -> None:
    document = parse(TEXT.encode())
    lines = TEXT.split("\n")
    seen = 0

    def walk(value: object, path: tuple[str | int, ...]) -> None:
        nonlocal seen
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*path, key))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                walk(inner, (*path, index))
        else:
            line, column = document.position(path)
            written = lines[line - 1][column - 1 :]
            assert written.startswith((str(value), f'"{value}"', "'''"))
            seen += 1

    walk(document.values, ())
    assert seen == 17


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a 1\n", "toml-equals", 1, 3),
        ("a = 1\na = 2\n", "toml-twice", 2, None),
        ("[t]\na = 1\n[t]\n", "toml-twice-table", 3, None),
        ("a = { b = 1, b = 2 }\n", "toml-twice", 1, None),
        ("a = \n", "toml-value", 1, 5),
        ("a = 1\nb = hello\n", "toml-quotes", 2, 5),
        ("b = 22:00\n", "toml-time", 1, 5),
        ("b = 2026-02-30\n", "toml-date", 1, 5),
        ("= 1\n", "toml-key", 1, 1),
        ("é = 1\n", "toml-key", 1, 1),
        ("a = [1, 2\nb = 3\n", "toml-array", 2, None),
        ("a = { b = 1\n}\n", "toml-inline", 1, None),
        ('a = "b\n', "toml-character", 1, None),
        ('a = "b', "toml-string", 1, 7),
        ('a = "\\q"\n', "toml-backslash", 1, None),
        ("[a\n", "toml-header", 1, 3),
        ("a = 1 2\n", "toml-newline", 1, 7),
        ("a = 1\nb = \x00\n", None, 2, None),
        ("a = " + "[" * 20_000, "too-deep", 1, 36),
        ("a = " + "{b=" * 20_000, "too-deep", 1, None),
        ("a = 1\nb = " + "9" * 5000, "number-too-long", 2, 5),
        ("a = 1\n " + "a." * 3000 + "b = 1", "key-too-long", 2, 2),
        ("a = 1\n[" + '\'a b\' . "c\\"d".' * 17 + "b]", "key-too-long", 2, 2),
    ],
)
def test_bad_toml(text: str, code: str | None, line: int, column: int | None) -> None:
    with pytest.raises(DocumentError) as raised:
        parse(text.encode())
    assert raised.value.line == line
    if code is not None:
        assert raised.value.code == code
    if column is not None:
        assert raised.value.column == column


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b'a = 1\nb = "\xe9t\xe9"\n', "not-utf-8", 2, 6),
        (b"\xff", "not-utf-8", 1, 1),
        ("a = 1\n".encode("utf-16"), "utf-16", 1, 1),
        (b"#" * (limits.FILE_BYTES + 1), "file-too-large", 1, 1),
    ],
)
def test_bad_bytes(data: bytes, code: str, line: int, column: int) -> None:
    with pytest.raises(DocumentError) as raised:
        parse(data)
    assert (raised.value.code, raised.value.line, raised.value.column) == (code, line, column)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    for path, code in [
        (tmp_path / "none.toml", "file-missing"),
        (tmp_path, "file-directory"),
        (Path("a\0b"), "file-unreadable"),
        (Path("x" * 5000), "file-unreadable"),
        (loop, "file-unreadable"),
    ]:
        with pytest.raises(DocumentError) as raised:
            read(path)
        assert raised.value.code == code
        (finding,) = check(path).findings
        assert (finding.line, finding.column) == (1, 1)
        assert all(finding.line_text(lang) for lang in LANGUAGES)


def test_empty_files_miss_everything(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    for data in (b"", b"\xef\xbb\xbf", b"\r\n\r\n", b"# nothing"):
        path.write_bytes(data)
        report = check(path)
        assert report.site is None
        assert {f.code for f in report.findings} == {"missing-key"}


def test_a_long_header() -> None:
    text = "[" + ".".join(["k"] * 32) + "]\nv = 1\n"
    assert parse(text.encode()).position(("k",) * 32 + ("v",)) == (2, 5)


def test_paths_for_people() -> None:
    assert path_text(("programs", "p", "points", 1, "level")) == "programs.p.points[2].level"
    assert path_text(("drivers", "a.b", "é\x1b")) == 'drivers."a.b"."é\N{REPLACEMENT CHARACTER}"'
    assert len(path_text(("x" * 1000,))) < 70
    assert path_text(()) == ""


def test_lookup() -> None:
    document = Document("", {"a": [{"b": 1}]})
    assert lookup(document.values, ("a", 0, "b")) == 1
    assert lookup(document.values, ("a", 1, "b")) is None
    assert lookup(document.values, ("a", "b")) is None
