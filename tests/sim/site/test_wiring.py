"""From a site to the wiring of a node: what is fitted, on which pin, and what lights first."""

import hashlib
import json
import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from noctule.device.store import Copies, Files

from sim.site import Site, check, load_site
from sim.site import tree as tree_module
from sim.site.boards import ARCHITECTURES, BoardError, load, names
from sim.site.compile import compile_site
from sim.site.manifest import parse
from sim.site.model import Hardware, Luminaire
from sim.site.tree import (
    BYTECODE,
    build_tree,
    code_files,
    code_manifest,
    firmware_files,
    node_files,
)
from sim.site.wiring import MOST_BYTES, NoBoardError, lit, packed, pin_faults, wiring
from tests.sim.site.test_rules import CELL, DRIVER, MINIMAL, node
from tests.sim.site.test_village import VILLAGE
from tests.texts import edited

SENSOR = "range_m = 8"
ROW = 'photocell = "cell"\n'


def site(tmp_path: Path, *edits: tuple[str, str]) -> Site:
    path = tmp_path / "site.toml"
    path.write_text(edited(MINIMAL, *edits), encoding="utf-8")
    assert [f.line_text() for f in check(path).errors] == []
    return load_site(path)


def made(tmp_path: Path, *edits: tuple[str, str], lamp: str = "R01") -> dict[str, Any]:
    known = site(tmp_path, *edits)
    return wiring(known, known.luminaires[[x.id for x in known.luminaires].index(lamp)])


def test_the_default_is_0_10_v_on_the_boards_own_pins(tmp_path: Path) -> None:
    assert made(tmp_path, node(), lamp="L1") == {
        "board": "esp32_devkitc",
        "node": "L1",
        "site": "Essai",
        "lang": "fr",
        "output": {
            "kind": "0-10V", "pin": 25, "invert": 0, "freq": 1000,
            "low": 1000, "high": 10000, "full": 10000,
        },
    }  # fmt: skip


def test_what_is_fitted_has_a_key(tmp_path: Path) -> None:
    found = made(tmp_path, node('clock = "ds3231"'), (ROW, ROW + "meter = true\n"))
    del found["output"]
    assert found == {
        "board": "esp32_devkitc",
        "node": "R01",
        "site": "Essai",
        "lang": "fr",
        "presence": {"kind": "pir", "pin": 27, "invert": 0},
        "light": {"kind": "bh1750", "address": 35},
        "clock": {"kind": "ds3231", "address": 104},
        "i2c": {"id": 0, "sda": 21, "scl": 22, "freq": 100000},
        "meter": {"kind": "bl0937", "pin": 4, "pulse": 17244, "invert": 0},
    }


def test_a_radar_an_ldr_and_own_pins(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        node("pins.radar_rx = 16", "pins.light = 35", "meter_pulse_mj = 100"),
        (SENSOR, 'range_m = 5\nkind = "ld2410"'),
        ("[programs.p]", 'kind = "ldr"\npoints = [[2000, 0], [60000, 900]]\n[programs.p]'),
        (ROW, ROW + "meter = true\n"),
    )
    assert found["presence"] == {"kind": "ld2410", "uart": 1, "tx": 32, "rx": 16}
    assert found["light"] == {"kind": "ldr", "pin": 35, "points": [[2000, 0], [60000, 900]]}
    assert found["meter"]["pulse"] == 1000
    assert "i2c" not in found and "clock" not in found


DIMMED = {"pin": 25, "invert": 0, "freq": 1000}
OUTPUTS: list[tuple[str, list[str], dict[str, Any], tuple[tuple[int, int], ...]]] = [
    # keys of the driver, lines of the node, what comes of it, what lights first
    ('control = "pwm"\npwm_hz = 5000', [], {"kind": "pwm", **DIMMED, "freq": 5000}, ((25, 1),)),
    (
        'control = "pwm"',
        ['inverted = ["output"]'],
        {"kind": "pwm", **DIMMED, "invert": 1},
        ((25, 0),),
    ),
    (
        "volts = [1.5, 9]",
        ["output_v = 12"],
        {"kind": "0-10V", **DIMMED, "low": 1500, "high": 9000, "full": 12000},
        ((25, 1),),
    ),
    (
        'control = "1-10V"\nrelay = true',
        [],
        {
            "kind": "1-10V", **DIMMED, "low": 1000, "high": 10000, "full": 10000,
            "relay": 26, "relay_invert": 1,
        },
        ((25, 1), (26, 0)),
    ),
    # the contact open at rest: the coil has current for light
    (
        'control = "pwm"\nrelay = true',
        ['relay_rest = "open"'],
        {"kind": "pwm", **DIMMED, "relay": 26, "relay_invert": 0},
        ((25, 1), (26, 1)),
    ),
    # a module whose coil has current when its pin is low
    (
        "minimum_level = 100",
        ['inverted = ["relay"]'],
        {"kind": "relay", "pin": 26, "invert": 0},
        ((26, 1),),
    ),
    ("minimum_level = 100", [], {"kind": "relay", "pin": 26, "invert": 1}, ((26, 0),)),
    (
        'curve = "dali"\ndali_address = 5',
        ['inverted = ["dali_tx"]'],
        {
            "kind": "dali", "tx": 25, "rx": 26, "invert_tx": 1, "invert_rx": 0, "address": 5,
            "safe": 100,
        },
        ((25, 0),),
    ),
    (
        'control = "dali"',
        [],
        {
            "kind": "dali", "tx": 25, "rx": 26, "invert_tx": 0, "invert_rx": 0, "address": -1,
            "safe": 100,
        },
        ((25, 1),),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "lines", "output", "light"), OUTPUTS)
def test_each_way_to_command_the_gear(
    tmp_path: Path,
    keys: str,
    lines: list[str],
    output: dict[str, Any],
    light: tuple[tuple[int, int], ...],
) -> None:
    known = site(tmp_path, (DRIVER, f"{DRIVER}\n{keys}"), node(*lines))
    found = wiring(known, known.luminaires[0])
    assert found["output"] == output
    assert lit(known, known.luminaires[0], found) == light


def test_dark_first_only_where_every_fault_state_is_dark(tmp_path: Path) -> None:
    dark = ("[programs.q]", "[programs.q]\nfault_state = 0")
    known = site(tmp_path, dark, node())
    row, lamp = known.luminaires[1], known.luminaires[0]
    assert lit(known, row, wiring(known, row)) == ((25, 1),)  # its other program lights
    gear = site(tmp_path, dark, node(), (DRIVER, f'{DRIVER}\ncontrol = "dali"'))
    assert wiring(gear, gear.luminaires[1])["output"]["safe"] == 100
    both = site(tmp_path, dark, ("[programs.p]", "[programs.p]\nfault_state = 0"), node())
    assert lit(both, row, wiring(both, row)) == ((25, 0),)
    assert lit(both, lamp, wiring(both, lamp)) == ((25, 0),)


def test_a_contactor_is_a_relay(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        ("[programs.p]", "[contactors.k]\n[programs.p]"),
        (ROW, ROW + 'contactor = "k"\n'),
        node(),
    )
    assert found["output"]["relay"] == 26


def test_networks(tmp_path: Path) -> None:
    known = site(tmp_path, node('network = "wifi"', 'ssid = "mât"', 'ntp = ["192.0.2.1"]'))
    lamp = known.luminaires[0]
    with pytest.raises(ValueError, match="key"):
        wiring(known, lamp)
    found = wiring(known, lamp, wifi_key="secret")
    assert found["network"] == {"kind": "wifi", "ssid": "mât", "key": "secret"}
    assert found["ntp"] == ["192.0.2.1"]
    wired = made(tmp_path, node('network = "ethernet"', board="olimex_esp32_poe"))
    assert wired["network"] == {
        "kind": "ethernet", "phy": "LAN8720", "address": 0, "mdc": 23, "mdio": 18, "power": 12,
        "ref_clk": 17, "ref_out": 1,
    }  # fmt: skip


def test_whose_node_it_is(tmp_path: Path) -> None:
    two = '[nodes.m]\nboard = "virtual"\n[nodes.n]\nboard = "esp32_devkitc"\n'
    known = site(tmp_path, (CELL, two + CELL), (ROW, ROW + 'node = "m"\n'))
    assert wiring(known, known.luminaires[1])["board"] == "virtual"
    with pytest.raises(NoBoardError):
        wiring(known, known.luminaires[0])
    # asked for, it needs no table; own pins are of the own board
    assert wiring(known, known.luminaires[0], "esp32s3_devkitc")["output"]["pin"] == 4
    one = site(tmp_path, node("pins.output = 18", 'inverted = ["output"]'))
    assert wiring(one, one.luminaires[0])["output"]["pin"] == 18
    moved = wiring(one, one.luminaires[0], "esp32c3_devkitm")
    assert (moved["output"]["pin"], moved["output"]["invert"]) == (6, 1)
    with pytest.raises(KeyError):
        wiring(one, one.luminaires[0], "arduino")


def test_a_site_without_a_word_of_it_works_on_every_board(tmp_path: Path) -> None:
    known = site(tmp_path)
    for name in names():
        for lamp in known.luminaires:
            found = wiring(known, lamp, name)
            assert json.loads(packed(found)) == found
            assert pin_faults(known, lamp, Hardware(board=name), load(name)) == []


def test_the_village_fits_every_board() -> None:
    village = load_site(VILLAGE)
    kinds = set()
    for name in names():
        for lamp in village.luminaires:
            found = wiring(village, lamp, name)
            kinds.add(found["output"]["kind"])
            assert len(packed(found)) < MOST_BYTES // 2
    assert kinds == {"0-10V", "dali", "relay"}


def test_bytes_are_compact_sorted_and_the_same(tmp_path: Path) -> None:
    known = site(tmp_path, node('clock = "ds3231"'))
    data = packed(wiring(known, known.luminaires[1]))
    assert data == packed(wiring(known, known.luminaires[1]))
    assert b" " not in data and list(json.loads(data)) == sorted(json.loads(data))


def test_the_largest_that_a_site_can_ask_fits(tmp_path: Path) -> None:
    """Names in the longest UTF-8, every part fitted, every number long."""
    place = "é\N{BRIDGE AT NIGHT}" * 100
    points = [[9000 + 7000 * i, 9990 + i] for i in range(8)]
    volts = "volts = [10.125, 23.875]"
    known = site(
        tmp_path,
        ('name = "Essai"', f'name = "{place}"'),
        ('id = "R"', f'id = "{"R" * 30}"'),
        (DRIVER, f'{DRIVER}\ncontrol = "1-10V"\nrelay = true\npwm_hz = 20000\n{volts}'),
        (SENSOR, 'range_m = 5\nkind = "ld2410"'),
        ("[programs.p]", f'kind = "ldr"\npoints = {points}\n[programs.p]'),
        (ROW, ROW + "meter = true\n"),
        node(
            'clock = "ds3231"', 'network = "wifi"', f'ssid = "{chr(0x1F309) * 32}"',
            'ntp = ["255.255.255.255", "255.255.255.254", "255.255.255.253"]',
            "output_v = 24", "meter_pulse_mj = 100000", "pins.led = 19",
        ),
    )  # fmt: skip
    data = packed(wiring(known, known.luminaires[1], wifi_key="k" * 63))
    assert 800 < len(data) <= MOST_BYTES
    with pytest.raises(ValueError, match="bytes"):
        packed(wiring(known, known.luminaires[1], wifi_key="k" * 400))


def test_random_pins_are_told_or_used_never_lost(tmp_path: Path) -> None:
    """Whatever pins a site gives: a finding, or these very pins in the wiring."""
    rng = random.Random("noctule pins")
    told = used = 0
    path = tmp_path / "site.toml"
    for _ in range(60):
        board = rng.choice(names())
        roles = rng.sample(["output", "presence", "sda", "scl"], rng.randint(1, 3))
        pins = {role: rng.randrange(49) for role in roles}
        lines = [f"pins.{role} = {pin}" for role, pin in pins.items()]
        path.write_text(edited(MINIMAL, node(*lines, board=board)), encoding="utf-8")
        report = check(path)
        if report.site is None:
            assert {f.code.partition("-")[0] for f in report.errors} == {"pin"}
            told += 1
            continue
        used += 1
        found = wiring(report.site, report.site.luminaires[1])
        flat = {
            "output": found["output"]["pin"], "presence": found["presence"]["pin"],
            "sda": found["i2c"]["sda"], "scl": found["i2c"]["scl"],
        }  # fmt: skip
        assert {role: flat[role] for role in pins} == pins
    assert told > 20 and used > 5


# --- the tree of files ---------------------------------------------------------------------------


def test_a_boot_py_that_does_not_compile_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (tree_module.FIRMWARE / "boot.py").read_text("utf-8")
    (tmp_path / "boot.py").write_text(text + "\nif\n", encoding="utf-8")
    monkeypatch.setattr(tree_module, "FIRMWARE", tmp_path)
    with pytest.raises(ValueError, match=r"(?s)boot\.py.*SyntaxError"):
        node_files(load_site(VILLAGE), "E05", "virtual")


def test_a_tree_is_what_a_node_reads(tmp_path: Path) -> None:
    village = load_site(VILLAGE)
    tree = build_tree(village, "E05", tmp_path / "tree", "virtual")
    paths = [path for path in tree.folder.rglob("*") if path.is_file()]
    assert {path.relative_to(tree.folder).as_posix() for path in paths} == set(tree.files)
    assert (tree.files[0], tree.files[-1]) == ("boot.py", "main.py")
    boot = (tree.folder / "boot.py").read_text(encoding="utf-8")
    assert f"\nLIT = {tree.lit!r}\n" in boot and compile(boot, "boot.py", "exec")
    files = Files(f"{tree.folder}/keep/")
    for what, most in (("config", 4000), ("wiring", MOST_BYTES)):
        copies = Copies(files, what, most)
        data = copies.load()
        assert (copies.good, copies.bad) == (2, 0)
        if what == "wiring":
            assert json.loads(data) == tree.wiring == wiring(village, _lamp(village), "virtual")
        else:
            assert data == next(
                node.config for node in compile_site(village) if node.luminaire.id == "E05"
            )
    assert (tree.folder / "slot").read_text() == "a"
    code = sorted(name for name in tree.files if name.startswith("a/") and name.endswith(".mpy"))
    modules = ("trial.py", *(name for name, _ in firmware_files()))
    assert code == sorted(f"a/{name[:-3]}.mpy" for name in modules)
    assert all((tree.folder / name).read_bytes()[:2] == b"M\x06" for name in code)
    slotted = [name for name in tree.files if name.startswith("a/") and name not in code]
    assert sorted(slotted) == ["a/main.py", "a/manifest"]
    assert (tree.folder / "a/main.py").read_bytes() == (tree.folder / "main.py").read_bytes()


def test_a_tree_says_what_it_is(tmp_path: Path) -> None:
    """In its manifests, as the updater reads them."""
    village = load_site(VILLAGE)
    trusted = b"NOCK\x01\x00\x01" + bytes(range(1, 193)) * 2
    tree = build_tree(
        village, "E05", tmp_path / "tree", "virtual",
        code_sequence=7, node_sequence=9, keyset=trusted,
    )  # fmt: skip
    code = parse((tree.folder / "a/manifest").read_bytes())
    assert (code.kind, code.board, code.sequence, code.mpy) == ("code", "virtual", 7, (6, 3, 2))
    for file in code.files:
        data = (tree.folder / "a" / file.path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.sha)
    assert len(code.files) == len([name for name in tree.files if name.startswith("a/")]) - 1
    own = parse((tree.folder / "keep/manifest").read_bytes())
    assert (own.site, own.node, own.board, own.sequence) == ("Val-Noctule", "E05", "virtual", 9)
    there = {"boot.py": (tree.folder / "boot.py").read_bytes()}
    for name in ("config", "wiring"):
        there[name] = Copies(Files(f"{tree.folder}/keep/"), name, 4000).load()
    assert {x.path: x.sha for x in own.files} == {
        name: hashlib.sha256(data).hexdigest() for name, data in there.items()
    }
    assert Copies(Files(f"{tree.folder}/keep/"), "keys", 1200).load() == trusted


@pytest.mark.parametrize("name", names())
def test_code_is_for_its_board(name: str) -> None:
    board = load(name)
    files = code_files(board)
    made = parse(code_manifest(files, board, 3))
    assert [file.path for file in made.files] == sorted(files)
    assert made.mpy == (*BYTECODE, ARCHITECTURES[board.arch])
    for path, data in files.items():
        # bytecode without native parts: the version only (MicroPython, mpyfiles.rst)
        assert path == "main.py" or (data[1], data[2] >> 2) == (BYTECODE[0], 0)


def _lamp(known: Site) -> Luminaire:
    return next(lamp for lamp in known.luminaires if lamp.id == "E05")


def test_a_tree_is_the_same_each_time(tmp_path: Path) -> None:
    village = load_site(VILLAGE)
    one, two = (build_tree(village, "M01", tmp_path / name, "virtual") for name in "xy")
    assert one.files == two.files
    for name in one.files:
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


def test_a_tree_refuses(tmp_path: Path) -> None:
    village = load_site(VILLAGE)
    with pytest.raises(KeyError):
        build_tree(village, "nobody", tmp_path / "x", "virtual")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("kept")
    with pytest.raises(FileExistsError):
        build_tree(village, "E05", tmp_path / "full", "virtual")


def test_the_demo_says_its_board() -> None:
    values = tomllib.loads(VILLAGE.read_text(encoding="utf-8"))
    assert values["nodes"]["lantern"]["board"] in names()
    assert issubclass(BoardError, Exception)
