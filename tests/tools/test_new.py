"""`noctule new`: a first site file, from answers or from a list of luminaires, and bad lists."""

from __future__ import annotations

import copy
import json
import math
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sim.site import Report, check
from sim.site.check import check_document
from sim.site.document import parse
from sim.site.words import LANGUAGES
from sim.writing import inventory, reading
from sim.writing.answers import Answers, parse_cut
from sim.writing.cells import is_out, is_removed, lamp_kind, number, watts
from sim.writing.columns import ROLES, propose
from sim.writing.coordinates import guess_crs, parse_crs
from sim.writing.draft import ERRORS, DraftError, from_answers, from_inventory
from sim.writing.streets import fit
from sim.writing.table import SKIPS, WORDS, InventoryError
from sim.writing.text import identifier
from tools import new as command
from tools.new import new

PLACE = ("--latitude", "47.517", "--longitude", "5.108")


def run(*args: str, given: str | None = None) -> Result:
    return CliRunner().invoke(new, args, input=given)


def fine(file: Path) -> Report:
    """A file that `check` accepts, without an error and without a warning."""
    report = check(file)
    assert report.findings == (), [finding.line_text() for finding in report.findings]
    return report


# ---- from answers


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--cut", "23:00-05:00"),
        ("--cut", "23h-5h30", "--supply", "switched"),
        ("--lamp", "sodium", "--cut", "22:00-06:00"),
        ("--luminaires", "1", "--spacing", "0.1"),
        ("--luminaires", "2500", "--spacing", "12,5", "--power", "36,5"),
        ("--name", 'Saint-"Œ" \\ d\'Été', "--street", "8 mai 1945", "--no-schema"),
        ("--latitude", "-20.9", "--longitude", "55.5", "--timezone", "Indian/Reunion"),
    ],
)
def test_answers_make_a_site_without_a_finding(
    tmp_path: Path, lang: str, more: tuple[str, ...]
) -> None:
    file = tmp_path / "site.toml"
    result = run(str(file), *PLACE, "--yes", "--lang", lang, *more)
    assert result.exit_code == 0, result.output
    fine(file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("#:schema noctule.schema.json\n") == ("--no-schema" not in more)
    assert (tmp_path / "noctule.schema.json").exists() == ("--no-schema" not in more)
    assert ("hypothèse" in text) == (lang == "fr")
    assert ("assumption" in text) == (lang == "en")


def test_the_questions_are_asked_and_the_answers_are_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "v.toml"
    given = "Val-Test\n47,5\n5.1\nEurope/Nowhere\nEurope/Paris\nRue Haute\n12\nled\n30\n25\n"
    result = run(str(file), "--lang", "fr", given=given + "12h-5h\n23h-5h\nswitched\n")
    assert result.exit_code == 0, result.output
    site = fine(file).site
    assert site is not None
    assert (site.site.name, site.site.latitude, site.site.longitude) == ("Val-Test", 47.5, 5.1)
    assert [street.name for street in site.streets] == ["Rue Haute"]
    assert len(site.luminaires) == 12
    assert site.luminaires[1].at_m - site.luminaires[0].at_m == 25
    assert site.drivers[site.luminaires[0].driver].power_w == 30
    assert [str(w.to) for w in site.circuit("A1").mains] == ["23:00", "sunrise"]


def test_the_example_in_the_comments_can_be_used() -> None:
    for lang in LANGUAGES:
        text = from_answers(Answers("x", 47.5, 5.1), lang)
        begin = text.index("# [sensors.pir]")
        end = text.index("\n", text.index("# windows"))
        text = text[:begin] + text[begin:end].replace("# ", "") + text[end:]
        text = text.replace('today = "today"', 'sensor = "pir"\ntoday = "today"')
        report = check_document(parse(text.encode()), "site.toml")
        assert report.findings == (), [finding.line_text() for finding in report.findings]


def test_giving_up_writes_nothing(tmp_path: Path) -> None:
    result = run(str(tmp_path / "sub" / "v.toml"), given="Val-Test\n47.5\n")
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    file = tmp_path / "v.toml"
    file.write_text("mine", encoding="utf-8")
    (tmp_path / "noctule.schema.json").write_text("old", encoding="utf-8")
    args = (str(file), *PLACE, "--yes", "--lang", "en")
    result = run(*args)
    assert result.exit_code == 1
    assert "--force" in result.output
    assert file.read_text(encoding="utf-8") == "mine"
    assert run(*args, "--force").exit_code == 0
    fine(file)
    assert len((tmp_path / "noctule.schema.json").read_text(encoding="utf-8")) > 100
    other = tmp_path / "w.toml"
    (tmp_path / "noctule.schema.json").write_text("old", encoding="utf-8")
    assert "was kept" in run(str(other), *args[1:]).output
    assert (tmp_path / "noctule.schema.json").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    "args",
    [
        ("--yes",),
        (*PLACE, "--yes", "--latitude", "nan"),
        (*PLACE, "--yes", "--latitude", "91"),
        (*PLACE, "--yes", "--power", "0"),
        (*PLACE, "--yes", "--power", "inf"),
        (*PLACE, "--yes", "--cut", "5:00"),
        (*PLACE, "--yes", "--cut", "12:00-05:00"),
        (*PLACE, "--yes", "--cut", "05:00-23:00"),
        (*PLACE, "--yes", "--timezone", "Europe/Dijon"),
        (*PLACE, "--yes", "--name", " "),
        (*PLACE, "--yes", "--map", "id=x"),
        ("--yes", "--from", "x.csv", "--spacing", "30"),
    ],
)
def test_wrong_usage_is_refused_and_writes_nothing(tmp_path: Path, args: tuple[str, ...]) -> None:
    result = run(str(tmp_path / "v.toml"), *args)
    assert result.exit_code == 2, result.output
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_would_have_errors_is_not_written(tmp_path: Path) -> None:
    """From noon on, the cut leaves no evening: `check` says so, and nothing is written."""
    file = tmp_path / "v.toml"
    result = run(str(file), *PLACE, "--yes", "--cut", "12:01-06:00", "--lang", "en")
    assert result.exit_code == 1
    assert "nothing was written" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_street_longer_than_any_is_refused() -> None:
    with pytest.raises(DraftError) as caught:
        from_answers(Answers("x", 47, 5, luminaires=5000, spacing_m=1000), "en")
    assert "100 km" in caught.value.text("en")


# ---- lists that look like real ones: all of it is invented


def lamps_of(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Streets of twenty with a bend, staggered on both sides."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        street, k = divmod(n, 20)
        if not k:
            lat, lon = 47.50 + chance.random() / 20, 5.10 + chance.random() / 20
            angle = chance.random() * 6.3
        if k == 12:
            angle += 1.2
        lat += 28 * math.sin(angle) / 111_200
        lon += 28 * math.cos(angle) / 75_000
        side = (k % 2) * 7 / 111_200
        made.append(
            {
                "id_pl": f"PL-{n:05}",
                "nom_voie": f"Rue de l'Été n° {street}" if street % 5 else "Rue du Moulin",
                "armoire": f"A{street % 7:02}",
                "depart": f"D{street % 3}",
                "puissance": chance.choice(["43", "70", "36,5", ""]),
                "lampe": chance.choice(["LED", "SHP", "Iodures métalliques", "BF 125", ""]),
                "hauteur": "7",
                "date_pose": "2015-03-01",
                "commune": "Val-Noctule",
                "lat": round(lat + side, 6),
                "lon": round(lon, 6),
            }
        )
    return made


COLUMNS = ("id_pl", "nom_voie", "armoire", "depart", "puissance", "lampe", "hauteur")


def csv_of(rows: list[dict[str, Any]], mark: str = ";") -> str:
    names = [*COLUMNS, "date_pose", "commune", "latitude", "longitude"]
    lines = [mark.join(names)]
    for row in rows:
        cells = [str(row[name]) for name in names[:-2]]
        cells += [f"{row['lat']:.6f}".replace(".", ","), f"{row['lon']:.6f}".replace(".", ",")]
        lines.append(mark.join(f'"{c}"' if mark in c else c for c in cells))
    return "\r\n".join(lines) + "\r\n"


def geojson_of(rows: list[dict[str, Any]]) -> str:
    features = []
    for n, row in enumerate(rows):
        properties = {name: row[name] for name in (*COLUMNS, "date_pose", "commune")}
        properties["puissance"] = float(row["puissance"].replace(",", ".") or 0) or None
        features.append(
            {
                "type": "Feature",
                "id": n,
                "properties": properties,
                "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"], 251.3]},
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def drafted(data: bytes, lang: str = "en", **more: Any) -> tuple[Report, str, inventory.Inventory]:
    """The report of a site drafted from a list, by the way that the command takes."""
    table = reading.parse(data)
    mapping = propose(table)
    found = inventory.lamps(table, mapping)
    answers = Answers("Essai", found.latitude, found.longitude, **more)
    text, _ = from_inventory(found, table, mapping, answers, lang, "list")  # type: ignore[arg-type]
    return check_document(parse(text.encode()), "site.toml"), text, found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_a_csv_as_spreadsheets_write_it(tmp_path: Path, encoding: str, mark: str) -> None:
    rows = lamps_of(60)
    source, file = tmp_path / "lampes.csv", tmp_path / "site.toml"
    source.write_bytes(csv_of(rows, mark).encode(encoding))
    result = run(str(file), "--from", str(source), "--yes", "--lang", "fr", "--cut", "23h-5h")
    assert result.exit_code == 0, result.output
    site = fine(file).site
    assert site is not None
    assert site.site.name == "Val-Noctule"
    assert {lamp.id for lamp in site.luminaires} == {row["id_pl"] for row in rows}
    assert {street.name for street in site.streets} == {row["nom_voie"] for row in rows}
    assert {cabinet.id for cabinet in site.cabinets} == {"A00", "A01", "A02"}
    assert site.luminaires[0].circuit.startswith("A0")
    text = file.read_text(encoding="utf-8")
    assert "hauteur, date_pose" in text  # not used, and said
    assert "hypothèse" in text


def test_a_geojson_gives_the_same_site_as_the_csv() -> None:
    rows = lamps_of(100)
    _, one, _ = drafted(csv_of(rows).encode())
    report, other, _ = drafted(geojson_of(rows).encode())
    assert report.findings == ()

    def bare(text: str) -> str:
        return re.sub(r"#.*", "", text[text.index("[site]") :])

    assert bare(one) == bare(other)


def test_positions_and_spacing_are_those_of_the_list() -> None:
    rows = lamps_of(200)
    report, _, found = drafted(csv_of(rows).encode())
    site = report.site
    assert site is not None
    ground = {lamp.id: (lamp.east, lamp.north) for lamp in found.lamps}
    for street in site.streets:
        if street.name == "Rue du Moulin":
            continue  # there are two of them, in two places
        on = [lamp for lamp in site.luminaires if lamp.street == street.id]
        assert len(on) == 20
        assert [lamp.at_m for lamp in on] == sorted(lamp.at_m for lamp in on)
        for lamp in on:
            x, y = along(street.path_m, lamp.at_m)
            assert math.dist((x, y), ground[lamp.id]) < 12  # beside the line, not down it
        steps = [b.at_m - a.at_m for a, b in zip(on, on[1:], strict=False)]
        assert 20 < sum(steps) / len(steps) < 32


def along(path: Any, at_m: float) -> tuple[float, float]:
    for a, b in zip(path, path[1:], strict=False):
        length = math.dist(a, b)
        if at_m <= length or b == path[-1]:
            u = at_m / length
            return a[0] + u * (b[0] - a[0]), a[1] + u * (b[1] - a[1])
        at_m -= length
    raise AssertionError


def test_powers_types_and_counts_make_the_drivers() -> None:
    text = (
        "id;rue;puissance;type lampe;nb lampes;lat;lon\n"
        "1;Rue A;70 W;SHP 70;1;47.5;5.1\n"
        "2;Rue A;2x36;tube fluo;1;47.5001;5.1\n"
        "3;Rue A;43,5;LED;3;47.5002;5.1\n"
        "4;Rue A;;LED;;47.5003;5.1\n"
        "5;Rue A;n/a;?;0;47.5004;5.1\n"
    )
    report, written, _ = drafted(text.encode(), power_w=40.0)
    site = report.site
    assert site is not None
    by_id = {lamp.id: lamp for lamp in site.luminaires}
    assert by_id["1"].driver == "sodium-70"
    assert by_id["1"].program == "today"  # it cannot dim
    assert by_id["2"].driver == "fluorescent-72"
    assert by_id["3"].driver == "led-43_5"
    assert (by_id["3"].count, by_id["3"].program, by_id["3"].today) == (3, "night", "today")
    assert by_id["4"].driver == "led-43_5"  # as the other LED of the list
    assert by_id["5"].driver == "led-40"  # as was asked
    assert "1 × power (LED): 43.5 W (assumption)" in written
    assert "1 × type of lamp: LED (assumption)" in written


def test_what_cannot_be_used_is_left_aside_and_said(tmp_path: Path) -> None:
    source, file = tmp_path / "l.csv", tmp_path / "s.toml"
    source.write_text(
        "id;rue;latitude;longitude\n"
        "1;Rue A;47.5;5.1\n"
        "2;Rue A;;\n"
        "3;Rue A;0;0\n"
        "\n"
        "4;Rue A;48.9;5.1\n"
        "5;Rue A;97.5;5.1\n"
        "1;Rue A;47.5;5.1\n"
        "1;Rue A;47.5003;5.1\n"
        "6;Rue; A;47.5;5.1\n"
        "7\n"
        "8;Rue A;47.5006;5.1\n",
        encoding="utf-8",
    )
    result = run(str(file), "--from", str(source), "--yes", "--lang", "en")
    assert result.exit_code == 0, result.output
    site = fine(file).site
    assert site is not None
    assert [lamp.id for lamp in site.luminaires] == ["1", "1-2", "8"]
    for said in (
        "line 3: no coordinates",
        "line 4: no coordinates",
        "line 6: 156 km from the others",
        "line 7: impossible coordinates",
        "line 8: given already, line 2",
        "line 10: 5 fields instead of 4",
        "line 11: no coordinates",
        "1 × identifier taken already",
    ):
        assert said in result.output
        assert said in file.read_text(encoding="utf-8")
    french = run(str(file), "--from", str(source), "--yes", "--lang", "fr", "--force").output
    assert "ligne 10 : 5 champs au lieu de 4" in french


def test_a_mapping_is_told_asked_and_changed(tmp_path: Path) -> None:
    source, file = tmp_path / "l.csv", tmp_path / "s.toml"
    source.write_text(
        "a;b;c;d;e\nP1;Rue A;47.5;5.1;60\nP2;Rue A;47.501;5.1;60\n", encoding="utf-8"
    )
    assert run(str(file), "--from", str(source), "--yes").exit_code == 1
    told = [f"--map={pair}" for pair in ("id=a", "street=B", "latitude=c", "longitude=d")]
    result = run(str(file), "--from", str(source), "--yes", *told, "--map", "power=e")
    assert result.exit_code == 0, result.output
    site = fine(file).site
    assert site is not None
    assert [lamp.driver for lamp in site.luminaires] == ["led-60", "led-60"]
    answers = dict.fromkeys(ROLES, "-") | {"id": "a", "street": "nope\nb"}
    answers |= {"latitude": "c", "longitude": "d"}
    given = "n\n" + "\n".join(answers.values()) + "\ny\nVal\n\n-\n"
    result = run(str(file), "--from", str(source), "--force", "--lang", "en", given=given)
    assert result.exit_code == 0, result.output
    assert 'no column "nope"' in result.output
    site = fine(file).site
    assert site is not None
    assert site.site.name == "Val"
    assert [lamp.id for lamp in site.luminaires] == ["P1", "P2"]
    for bad, code in (("street", 2), ("road=b", 1), ("street=x", 1)):
        assert run(str(tmp_path / "t"), "--from", str(source), "--map", bad).exit_code == code
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            "objectid;num_pl;nom_voie;num_armoire;num_depart;puissance_lampe;type_lampe;x;y",
            {
                "id": "num_pl",
                "street": "nom_voie",
                "cabinet": "num_armoire",
                "circuit": "num_depart",
                "power": "puissance_lampe",
                "lamp": "type_lampe",
                "x": "x",
                "y": "y",
            },
        ),
        (
            "Repère;Rue;Armoire;Départ;P (W);Source;Mât;Lat;Long",
            {
                "id": "Repère",
                "street": "Rue",
                "cabinet": "Armoire",
                "circuit": "Départ",
                "lamp": "Source",
                "pole": "Mât",
                "latitude": "Lat",
                "longitude": "Long",
            },
        ),
        (
            "fid;matricule;adresse;N° d'armoire;puis_w;techno;geo_point_2d;departement",
            {
                "id": "matricule",
                "street": "adresse",
                "cabinet": "N° d'armoire",
                "power": "puis_w",
                "lamp": "techno",
                "point": "geo_point_2d",
            },
        ),
        (
            "asset_id;street_name;feeder pillar;feeder;wattage;lamp_type;easting;northing",
            {
                "id": "asset_id",
                "street": "street_name",
                "cabinet": "feeder pillar",
                "circuit": "feeder",
                "power": "wattage",
                "lamp": "lamp_type",
                "x": "easting",
                "y": "northing",
            },
        ),
    ],
)
def test_columns_are_guessed_by_name_and_by_value(columns: str, expected: dict[str, str]) -> None:
    values = {
        "puissance_lampe": "70", "puis_w": "70", "wattage": "70", "type_lampe": "SHP",
        "Source": "LED", "techno": "led", "lamp_type": "HPS", "x": "852000.1", "y": "6715000.2",
        "easting": "852000", "northing": "6715000", "Lat": "47,5", "Long": "5,1",
        "geo_point_2d": "47.5, 5.1", "departement": "21",
    }  # fmt: skip
    names = columns.split(";")
    rows = [";".join(values.get(name, f"{name[:3]}{n}") for name in names) for n in range(4)]
    mapping = propose(reading.parse("\n".join([columns, *rows]).encode()))
    assert {role: column for role, column in mapping.items() if role in expected} == expected
    assert "departement" not in mapping.values()


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [
        (None, 852_123.0, 6_720_000.0),  # Lambert-93
        ("EPSG:2154", 852_123.0, 6_720_000.0),
        (None, 1_851_100.0, 6_264_000.0),  # CC47
        ("CC47", 1_851_100.0, 6_264_000.0),
        ("EPSG:4326", 5.0, 47.56),
        (None, 5.0, 47.56),
    ],
)
def test_projected_coordinates_land_where_they_are(crs: str | None, x: float, y: float) -> None:
    step = 30 if x > 180 else 30 / 75_000
    rows = "\n".join(f"P{n};Rue A;{x + n * step};{y}" for n in range(5))
    table = reading.parse(f"id;rue;X;Y\n{rows}".encode())
    found = inventory.lamps(table, propose(table), parse_crs(crs) if crs else None)
    assert found.latitude == pytest.approx(47.56, abs=0.1)
    assert found.longitude == pytest.approx(5.0, abs=0.1)
    gaps = [b.east - a.east for a, b in zip(found.lamps, found.lamps[1:], strict=False)]
    assert all(gap == pytest.approx(30, rel=0.02) for gap in gaps)


def test_lambert_93_is_that_of_the_national_grid() -> None:
    """The origin of Lambert-93 is 46.5 N, 3 E, at X 700,000, Y 6,600,000."""
    table = reading.parse(b"id;x;y\na;700000;6600000\nb;700000;6600000\n")
    found = inventory.lamps(table, propose(table))
    assert (found.latitude, found.longitude, found.crs) == (46.5, 3.0, 2154)


def test_coordinates_of_no_known_system_are_refused() -> None:
    with pytest.raises(InventoryError) as caught:
        guess_crs([(450_000.0, 2_300_000.0)])
    assert "--crs" in caught.value.text("fr")
    for text in ("EPSG:1", "hello", "", "EPSG:999999"):
        table = reading.parse(b"id;x;y\na;700000;6600000\nb;700000;6600000\n")
        with pytest.raises(InventoryError):
            inventory.lamps(table, propose(table), parse_crs(text))


def test_points_come_from_geometry_cells_and_the_crs_member() -> None:
    point = {"type": "Point", "coordinates": [852_123, 6_720_000]}
    many = {"type": "MultiPoint", "coordinates": [[852_153, 6_720_000], [852_183, 6_720_000]]}
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    features: list[object] = [
        {"type": "Feature", "properties": {"rue": "A", "n": [1, {}]}, "geometry": point},
        {"type": "Feature", "properties": {"rue": "A", "id": 7.0}, "geometry": many},
        {"type": "Feature", "properties": None, "geometry": line},
        {"type": "Feature", "properties": {"rue": True}, "geometry": None},
        17,
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    whole = {"type": "FeatureCollection", "crs": crs, "features": features}
    report, text, found = drafted(json.dumps(whole).encode())
    assert report.errors == ()
    assert found.crs == 2154
    assert len(found.lamps) == 3
    assert "feature 3: LineString, not a point" in text
    assert "feature 4: no coordinates" in text
    assert "feature 5: not a GeoJSON feature" in text
    for cell in ("47.5, 5.1", "POINT (5.1 47.5)", "SRID=4326;POINT Z(5.1 47.5 3)"):
        table = reading.parse(f'id\tgeom\na\t"{cell}"\nb\t"{cell}"\n'.encode())
        got = inventory.lamps(table, propose(table))
        assert (got.latitude, got.longitude) == (47.5, 5.1)


def test_streets_without_a_name_and_of_two_communes() -> None:
    rows = ["id;commune;rue;depart;lat;lon"]
    for n in range(6):
        rows.append(f"a{n};Is;Rue de l'Église;D1;{47.5 + n * 0.0003:.5f};5.1")
        rows.append(f"b{n};Til;RUE DE L'EGLISE;D2;{47.55 + n * 0.0003:.5f};5.1")
        rows.append(f"c{n};Is;;D3;{47.52 + n * 0.0003:.5f};5.1")
        rows.append(f"d{n};Is;12 bis, chemin du Bois;D3;{47.53 + n * 0.0003:.5f};5.1")
    report, text, _ = drafted("\n".join(rows).encode(), "fr")
    assert report.findings == ()
    assert report.site is not None
    assert [street.name for street in report.site.streets] == [
        "chemin du Bois (Is)",
        "Rue de l'Église (Is)",
        "RUE DE L'EGLISE (Til)",
        "Sans nom, départ A-D3 (Is)",
    ]
    assert "6 × nom de rue" in text


def test_two_luminaires_of_a_pole_are_one_hop() -> None:
    text = "id;rue;lat;lon\na;R;47.5;5.1\nb;R;47.5;5.1\nc;R;47.5003;5.1\n"
    report, _, _ = drafted(text.encode())
    assert report.site is not None
    assert [lamp.pole for lamp in report.site.luminaires] == ["a", "a", "c"]


@pytest.mark.parametrize("data", [
    b"", b" \n\n", b"\x00\x01\x02", b"PK\x03\x04xx", b"<kml/>", b"{", b"[]", b"[1]", b"{}",
    b"null",
    b'{"type":"FeatureCollection"}', b'{"type":"FeatureCollection","features":[]}',
    b'{"type":"FeatureCollection","features":[{"type":"Feature"}]}',
    b'{"type":"Feature","geometry":{"type":"Polygon","coordinates":[]},"properties":{}}',
    b'[' * 100_000, b'{"type":' + b"9" * 5000 + b"}", b"id", b"id;lat;lon", b"1;2;3\n4;5;6",
    b"id;lat;lon\n;;", b"id;lat;lon\na;x;y", b'id;lat;lon\na;"' + b"x" * 200_000,
    b"\xff\xfe\x00", b";;;\n;;;", b"a;a;a\n1;1;1",
    b"id;lat;lon\n" + b";".join([b"x"] * 600), b";".join(b"c%d" % n for n in range(600)),
    b"sep=;\n", b"sep=;\nid;lat\n1;2",
])  # fmt: skip
def test_a_list_that_is_none_is_refused_with_a_cure(tmp_path: Path, data: bytes) -> None:
    source, file = tmp_path / "l", tmp_path / "s.toml"
    source.write_bytes(data)
    for lang in LANGUAGES:
        result = run(str(file), "--from", str(source), "--yes", "--lang", lang)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert str(source) in result.output
    assert not file.exists()


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    for source in (tmp_path / "none.csv", tmp_path):
        result = run(str(tmp_path / "s.toml"), "--from", str(source), "--yes")
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
    source = tmp_path / "l.csv"
    source.write_text(csv_of(lamps_of(3)), encoding="utf-8")
    result = run(str(source), "--from", str(source), "--yes", "--force")
    assert result.exit_code == 1
    assert source.read_text(encoding="utf-8").startswith("id_pl")


def test_too_many_cabinets_or_streets_point_at_the_column() -> None:
    for column, role in (("armoire", "cabinet"), ("depart", "circuit"), ("rue", "street")):
        rows = "\n".join(f"n{n};V{n};47.5;5.1" for n in range(5200))
        with pytest.raises(DraftError) as caught:
            drafted(f"id;{column};lat;lon\n{rows}".encode())
        for lang in LANGUAGES:
            assert f"--map {role}=" in caught.value.text(lang)


# ---- pieces


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("43", 43), ("43,5", 43.5), ("6 712 345,25", 6712345.25), ("1,234.5", 1234.5),
        ("1.234,5", 1234.5), ("-2", -2), ("\u22122", -2), ("1e3", 1000), ("", None), ("x", None),
        ("1 2", None), ("nan", None), ("1e99", 1e99), ("1.2.3", None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, value: float | None) -> None:
    assert number(text) == value


def test_watts_and_lamps_as_lists_have_them() -> None:
    for text, value in (
        ("70", 70), ("70W", 70), ("70 watts", 70), ("36,5 W", 36.5), ("2 x 36", 72), ("0", None),
        ("70/100", None), ("12000", None), ("LED", None),
    ):  # fmt: skip
        assert watts(text) == value
    for text, kind in (
        ("LED", "led"), ("Sodium HP", "sodium"), ("SHP70", "sodium"), ("Ballon fluo", "mercury"),
        ("IM 70 W", "halide"), ("Cosmopolis", "halide"), ("Tube fluorescent", "fluorescent"),
        ("Halogène", "halogen"), ("autre", ""), ("Module led 43W", "led"),
    ):  # fmt: skip
        assert lamp_kind(text) == kind, text


def test_identifiers_of_any_text() -> None:
    for text, expected in (
        ("Rue de l'Église", "Rue-de-l-Eglise"), ("  --x", "x"), ("Œuvre n° 1", "OEuvre-n-1"),
        ("日本", "none"), ("", "none"), ("x" * 40, "x" * 32), ("a/b\\c", "a-b-c"),
    ):  # fmt: skip
        assert identifier(text, "none") == expected


def test_a_cut_is_hours_of_one_night() -> None:
    for text in ("23:00-05:00", "23h-5h", "23h00 - 05h00", "23:00 à 5:00", "24:00-04:00"):
        assert parse_cut(text) is not None
    for text in ("", "-", "23:00", "5:00-23:00", "12:00-13:00", "25:00-26:00", "23:00-12:00"):
        assert parse_cut(text) is None


def test_lines_through_odd_places() -> None:
    chance = random.Random(3)
    cases: list[list[tuple[float, float]]] = [
        [(0, 0)],
        [(5, 5)] * 7,
        [(0, 0), (0.4, 0)],
        [(0, 0), (0, 30)],
        [(x * 30.0, 0.0) for x in range(50)],
        [(math.cos(a) * 200, math.sin(a) * 200) for a in range(60)],
        [(chance.uniform(-9e3, 9e3), chance.uniform(-9e3, 9e3)) for _ in range(400)],
        [(x * 30.0, (x % 2) * 9.0) for x in range(40)] + [(1200, y * 30.0) for y in range(40)],
        [(x * 900.0, 0.0) for x in range(60)],
    ]
    for points in cases:
        for gap in (None, 150.0):
            made = fit(points, gap)
            assert sorted(i for piece in made for i, _ in piece.places) == list(range(len(points)))
            for piece in made:
                length = sum(map(math.dist, piece.path, piece.path[1:]))
                assert 0 < length <= 20_100
                assert len(piece.path) <= 1000
                ats = [at for _, at in piece.places]
                assert ats == sorted(ats)
                assert ats[0] >= 0
                assert ats[-1] <= length
                if gap is None and len(made) == 1 and len(points) < 100:
                    for i, at in piece.places:
                        assert math.dist(along(piece.path, at), points[i]) < 25


def test_both_sides_of_a_street_share_one_line() -> None:
    both = [(x * 30.0, side) for x in range(20) for side in (0.0, 11.0)]
    bend = [(570.0 + side, y * 30.0) for y in range(1, 20) for side in (0.0, 11.0)]
    (made,) = fit(both + bend)
    length = sum(map(math.dist, made.path, made.path[1:]))
    assert length == pytest.approx(2 * 570, rel=0.05)


def test_every_sentence_has_both_languages() -> None:
    tables: list[Any] = [WORDS, SKIPS, ROLES, ERRORS, command.TEXTS]
    for table in tables:
        for code, texts in table.items():
            assert set(texts) == set(LANGUAGES), code
            fields = [
                {name for name in re.findall(r"{(\w+)}", str(texts[lang]))} for lang in LANGUAGES
            ]
            assert fields[0] == fields[1], code


# ---- large, and broken


def test_five_thousand_are_drafted() -> None:
    table = reading.parse(geojson_of(lamps_of(5_000)).encode())
    mapping = propose(table)
    found = inventory.lamps(table, mapping)
    answers = Answers("Essai", found.latitude, found.longitude)
    text, _ = from_inventory(found, table, mapping, answers, "fr", "l.geojson")
    assert text.count("[[luminaires]]  #") == 5_000


@pytest.mark.long
def test_thirty_thousand_check_without_a_finding() -> None:
    report, _, _ = drafted(csv_of(lamps_of(30_000)).encode("cp1252"))
    assert report.errors == ()
    assert report.site is not None
    assert len(report.site.luminaires) == 30_000


JUNK = (
    ";", ",", '"', "\n", "\r\n", "\t", "\x00", "\ufeff", "-", "NaN", "Infinity", "1e400", "null",
    "[]", "{}", "{", "}", "[", "]", ":", "0", "9" * 30, "-0", "1,5", "91", "181", "é", "\ud83d",
    "日本", "POINT(1 2)", "Rue", " ", "\u00a0", "'", "\\", "\\ud800", "true", "é" * 300, "#", "=",
    '"""', "{x}", "%s", "0,0", "6712345.2", "1" * 5000, "[" * 200,
)  # fmt: skip


def mutated(text: str, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice((1, 1, 3, 20, 200)))
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:at] + chance.choice(JUNK) + text[at:]
        elif kind == 1:
            text = text[:at] + text[end:]
        elif kind == 2:
            text = text[:at] + chance.choice(JUNK) + text[end:]
        elif kind == 3:
            text = text[:at] + text[at:end] * 2 + text[end:]
        elif kind == 4 and chance.random() < 0.2:
            text = text[:at]
        else:
            other = chance.randrange(len(text) + 1)
            text = text[:at] + text[other : other + end - at] + text[end:]
    encoding = chance.choice(("utf-8", "utf-8", "cp1252"))
    data = text.encode(encoding, errors="replace")
    if chance.random() < 0.05:
        at = chance.randrange(len(data) + 1)
        data = data[:at] + bytes([chance.randrange(256)]) + data[at:]
    return data


def survives(data: bytes) -> bool:
    """A clear error in both languages, or a site without an error; never anything else."""
    try:
        report, _, found = drafted(data, "fr", cut=parse_cut("23:00-05:00"))
    except (InventoryError, DraftError) as error:
        assert all(error.text(lang) for lang in LANGUAGES)
        return False
    # a place so far east that by this clock the sun always rises before the cut ends: the
    # command says so, and writes nothing
    off = found.longitude / 15 - 1
    codes = {finding.code for finding in report.errors}
    codes -= {"empty-period"} if abs(off) > 1.5 else set()
    assert not codes, (data, [finding.line_text() for finding in report.errors])
    return True


def small_csv(chance: random.Random) -> str:
    return csv_of(lamps_of(chance.choice((2, 9, 25)), chance.randrange(9)), chance.choice(";,\t"))


def small_geojson(chance: random.Random) -> str:
    """Half of them wrong inside, the text being whole."""
    text = geojson_of(lamps_of(chance.choice((2, 9, 25)), chance.randrange(9)))
    if chance.random() < 0.5:
        return text
    whole = json.loads(text)
    for _ in range(chance.choice((1, 2, 9))):
        node: Any = whole
        while isinstance(node, (dict, list)) and node:
            key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
            if chance.random() < 0.2 or not isinstance(node[key], (dict, list)):
                node[key] = copy.deepcopy(chance.choice(WRONG))
                break
            node = node[key]
    return json.dumps(whole, ensure_ascii=False)


WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 10**40, 10**400, 47.5, "", "x", "\x00", "70", [], {}, [[]], {"a": 1},
    [5.1], [5.1, 47.5], [47.5, 5.1], [5.1, None], ["5.1", "47.5"], [1e9, 1e9], [5.1, 47.5, "z"],
    float("nan"), float("inf"), {"type": "Point"}, {"type": "Feature"}, "Feature", "MultiPoint",
    {"lat": 47.5, "lon": 5.1}, {"type": "Point", "coordinates": [5.1, 47.5]}, "é" * 500, "{",
)  # fmt: skip


def fuzz(make: Callable[[random.Random], str], seeds: range) -> None:
    made = 0
    for seed in seeds:
        chance = random.Random(f"list/{seed}")
        text = make(chance)
        whole = make is small_geojson and chance.random() < 0.5
        made += survives(text.encode(errors="replace") if whole else mutated(text, chance))
    assert made > len(seeds) / 20  # it is no test of refusals alone


@pytest.mark.parametrize("make", [small_csv, small_geojson])
def test_mutated_lists(make: Callable[[random.Random], str]) -> None:
    fuzz(make, range(300))


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("make", [small_csv, small_geojson])
def test_ten_thousand_mutated_lists(make: Callable[[random.Random], str], part: int) -> None:
    fuzz(make, range(300 + part * 2500, 300 + (part + 1) * 2500))


# ---- what a list says that cannot be

_DOUBTFUL = """\
id;rue;puissance;nb_lampes;latitude;longitude;etat
1;Rue A;70;1;47.5170;5.1080;en service
2;Rue A;abc;2;47.5170;5.1083;en service
3;Rue A;99999;0;47.5170;5.1086;en service
4;Rue A;70;1;47.5170;5.1089;déposé
5;Rue A;;1;47.5170;5.1092;hors service
"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_cannot_be_is_told_with_its_lines(tmp_path: Path, lang: str) -> None:
    source, file = tmp_path / "l.csv", tmp_path / "n.toml"
    source.write_text(_DOUBTFUL, encoding="utf-8")
    result = run(str(file), "--from", str(source), "--yes", "--lang", lang)
    assert result.exit_code == 0, result.output
    fr = lang == "fr"
    head = "".join(x for x in file.read_text(encoding="utf-8").splitlines(True) if x[:1] == "#")
    for wanted in (
        "ligne 3 'abc', ligne 4 '99999'" if fr else "line 3 'abc', line 4 '99999'",
        "1 × puissance (LED)" if fr else "1 × power (LED)",  # the one that is not said
        "(ligne 4 '0') : compté 1" if fr else "(line 4 '0'): counted 1",
        "1 × « hors service »" if fr else '1 × "hors service"',
        "ligne 5 : état « déposé »" if fr else 'line 5: state "déposé"',
    ):
        assert wanted in result.output, wanted
        assert wanted in head, wanted
    # four places, of which one has two
    assert (": 5 points lumineux," if not fr else " : 5 points lumineux,") in result.output or (
        ": 5 luminaires," in result.output
    )
    assert ("5 points lumineux en 4 places" if fr else "5 luminaires at 4 places") in head
    kept = run(str(file), "--from", str(source), "--yes", "--force", "--map", "state=-")
    assert kept.exit_code == 0
    assert "déposé" not in kept.output.split("toml", 1)[1]


def _exchanged(tmp_path: Path) -> Path:
    source = tmp_path / "l.csv"
    lines = [f"{i};70;{5.1 + i / 1000};47.517" for i in range(1, 6)]
    source.write_text("id;puissance;lat;lon\n" + "\n".join(lines), encoding="utf-8")
    return source


def test_latitude_and_longitude_that_have_changed_places(tmp_path: Path) -> None:
    source, file = _exchanged(tmp_path), tmp_path / "n.toml"
    result = run(str(file), "--from", str(source), "--yes", "--lang", "fr")
    assert result.exit_code == 0, result.output
    site = fine(file).site
    assert site is not None
    assert (site.site.latitude, site.site.longitude) == (47.517, 5.103)
    assert "échangées" in result.output
    # somebody may know better, and so may the time zone
    args = (str(file), "--from", str(source), "--force", "--lang", "en")
    result = run(*args, given="y\nn\n\n\n-\n")
    assert "off Somalia" in result.output
    site = check(file).site
    assert site is not None and site.site.latitude == 5.103
    run(*args, "--yes", "--timezone", "Africa/Nairobi")
    site = check(file).site
    assert site is not None and site.site.latitude == 5.103


@pytest.mark.parametrize("answer", ["", "o", "oui", "O", "y", "yes"])
def test_yes_in_both_languages(tmp_path: Path, answer: str) -> None:
    source, file = tmp_path / "l.csv", tmp_path / "n.toml"
    source.write_text(_DOUBTFUL, encoding="utf-8")
    given = f"peut-être\n{answer}\n\n\n-\n"
    result = run(str(file), "--from", str(source), "--lang", "fr", given=given)
    assert result.exit_code == 0, result.output
    assert result.output.count("Est-ce juste ? [O/n]") == 2
    assert "Erreur : répondez o ou n" in result.output


@pytest.mark.parametrize("answer", ["n", "non", "No"])
def test_no_in_both_languages(tmp_path: Path, answer: str) -> None:
    source, file = tmp_path / "l.csv", tmp_path / "n.toml"
    source.write_text(_DOUBTFUL, encoding="utf-8")
    result = run(str(file), "--from", str(source), "--lang", "fr", given=f"{answer}\n")
    assert "Colonne pour chaque rôle" in result.output


@pytest.mark.parametrize(
    ("text", "removed", "out"),
    [
        ("Déposé", True, False),
        ("DEPOSEE le 12/03", True, False),
        ("supprimé", True, False),
        ("removed", True, False),
        ("à déposer", False, False),
        ("à supprimer", False, False),
        ("non déposé", False, False),
        ("posé", False, False),
        ("Hors service", False, True),
        ("HS", False, True),
        ("en panne", False, True),
        ("en service", False, False),
        ("", False, False),
    ],
)
def test_states(text: str, removed: bool, out: bool) -> None:
    assert (is_removed(text), is_out(text)) == (removed, out)
