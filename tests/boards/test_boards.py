"""The boards as data: sound, and of one mind with their chips and with the firmware."""

import dataclasses
import json
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from sim.board.parts.kinds import KINDS
from sim.site import boards
from sim.site.boards import ROLES, Board, can, faults, load, names
from sim.site.model import Pins
from sim.site.tree import FIRMWARE, firmware_files, package_text

ALL = names()
# What one node may have on it together: an output, a presence sensor, and the rest.
OUTPUTS = (("output", "relay"), ("relay",), ("dali_tx", "dali_rx"))
SENSORS = (("presence",), ("radar_tx", "radar_rx"), ())
REST = ("sda", "scl", "light", "meter")


def test_the_boards_that_there_should_be() -> None:
    assert set(ALL) >= {
        "esp32_devkitc",
        "esp32c3_devkitm",
        "esp32s3_devkitc",
        "olimex_esp32_poe",
        "virtual",
    }


@pytest.mark.parametrize("name", ALL)
def test_a_board_says_where_its_facts_come_from(name: str) -> None:
    text = (boards.FOLDER / name / "board.toml").read_text(encoding="utf-8")
    assert "Source" in text.partition("title")[0] or name == "virtual"
    assert load(name).title


@pytest.mark.parametrize("name", ALL)
def test_everything_fits_its_wiring_together(name: str) -> None:
    """With Wi-Fi on, too: no default needs a cure."""
    board = load(name)
    for output in OUTPUTS:
        for sensor in SENSORS:
            led = ("led",) if "led" in board.wiring else ()
            uses = {role: board.wiring[role] for role in (*output, *sensor, *REST, *led)}
            assert list(faults(board, uses, wifi=True)) == []


@pytest.mark.parametrize("name", ALL)
def test_a_wiring_has_every_role(name: str) -> None:
    assert set(ROLES) - {"led"} <= set(load(name).wiring) <= set(ROLES)


def test_roles_are_the_keys_of_a_site_file() -> None:
    assert set(Pins.model_fields) == set(ROLES)


@pytest.mark.parametrize("name", ALL)
def test_soldered_pins_and_straps_are_pins_of_the_chip(name: str) -> None:
    board = load(name)
    chip = board.chip
    for pins in (board.soldered, chip.straps, chip.taken, chip.adc1, chip.adc2, chip.input_only):
        assert set(pins) <= chip.pins
    assert not chip.adc1 & chip.adc2
    assert set(chip.straps.values()) <= {"any", "3V3", "GND"}
    assert set(chip.count) == {"pwm", "uart", "i2c", "spi", "rmt"}


@pytest.mark.parametrize("name", ALL)
def test_what_can_be_proposed_is_accepted(name: str) -> None:
    board = load(name)
    for role, wifi in ((role, wifi) for role in ROLES for wifi in (False, True)):
        for pin in can(board, role, wifi=wifi):
            assert list(faults(board, {role: pin}, wifi)) == []
        for pin in set(range(50)) - set(can(board, role, wifi=wifi)):
            assert len(list(faults(board, {role: pin}, wifi))) == 1


# Facts that the issue names, and the pages that board.toml and chips.toml cite.
REFUSED: list[tuple[str, str, int, bool, str]] = [
    ("esp32_devkitc", "output", 34, False, "pin-input-only"),
    ("esp32_devkitc", "led", 39, False, "pin-input-only"),
    ("esp32_devkitc", "output", 6, False, "pin-taken"),
    ("esp32_devkitc", "output", 11, False, "pin-taken"),
    ("esp32_devkitc", "meter", 1, False, "pin-taken"),
    ("esp32_devkitc", "output", 0, False, "pin-taken"),  # Boot
    ("esp32_devkitc", "output", 12, False, "pin-strapping"),
    ("esp32_devkitc", "output", 20, False, "pin-missing"),
    ("esp32_devkitc", "light", 25, True, "pin-adc2"),
    ("esp32_devkitc", "light", 25, False, ""),
    ("esp32_devkitc", "light", 23, False, "pin-not-analogue"),
    ("esp32_devkitc", "presence", 39, False, "pin-edges"),
    ("esp32_devkitc", "presence", 34, False, ""),
    ("esp32_devkitc", "output", 5, False, ""),
    ("esp32c3_devkitm", "output", 2, False, "pin-strapping"),
    ("esp32c3_devkitm", "output", 8, False, "pin-taken"),  # RGB LED
    ("esp32c3_devkitm", "output", 9, False, "pin-taken"),  # Boot
    ("esp32c3_devkitm", "output", 12, False, "pin-taken"),  # flash
    ("esp32c3_devkitm", "presence", 18, False, "pin-taken"),  # USB
    ("esp32c3_devkitm", "light", 5, False, "pin-not-analogue"),
    ("esp32s3_devkitc", "output", 45, False, "pin-strapping"),
    ("esp32s3_devkitc", "output", 46, False, ""),
    ("esp32s3_devkitc", "output", 36, False, "pin-taken"),  # octal PSRAM
    ("esp32s3_devkitc", "output", 30, False, "pin-taken"),  # flash
    ("esp32s3_devkitc", "light", 12, True, "pin-adc2"),
    ("olimex_esp32_poe", "output", 12, False, "pin-taken"),  # power of the PHY
    ("olimex_esp32_poe", "sda", 21, False, "pin-taken"),  # RMII
    ("olimex_esp32_poe", "output", 17, False, "pin-taken"),  # its clock
    ("olimex_esp32_poe", "output", 27, False, "pin-taken"),
]


@pytest.mark.parametrize(("name", "role", "pin", "wifi", "code"), REFUSED)
def test_a_pin_that_cannot(name: str, role: str, pin: int, wifi: bool, code: str) -> None:
    found = [fault.code for fault in faults(load(name), {role: pin}, wifi)]
    assert found == ([code] if code else [])


def test_two_things_on_one_pin() -> None:
    board = load("esp32_devkitc")
    uses = {"output": 25, "relay": 26, "presence": 25}
    (fault,) = faults(board, uses)
    assert (fault.code, fault.role, fault.params["other"]) == ("pin-twice", "presence", "output")
    offered = {int(pin) for pin in str(fault.params["can"]).split(", ")}
    assert offered and not offered & {25, 26}


@pytest.mark.parametrize("what", ["pwm", "uart", "i2c", "spi", "rmt"])
def test_a_chip_with_too_few_of_something_is_refused(what: str) -> None:
    board = load("virtual")
    count = {**board.chip.count, what: 1 if what == "uart" else 0}
    poor = dataclasses.replace(board, chip=dataclasses.replace(board.chip, count=count))
    dimmed, dali = ("output", "radar_tx", "radar_rx", "sda", "scl"), ("dali_tx", "dali_rx")
    roles = dimmed if what in ("pwm", "uart", "i2c") else dali
    found = [f for f in faults(poor, {role: board.wiring[role] for role in roles})]
    assert [f.code for f in found] == ["too-few-units"] and found[0].params["what"] == what


def test_the_doubles_of_the_chips_are_of_the_same_mind() -> None:
    """What is accepted here, the virtual board has, and as many of each unit."""
    for board in map(load, ALL):
        chip, kind = board.chip, KINDS[board.chip.name]
        assert {pin for role in ROLES for pin in can(board, role)} <= kind.pins
        assert chip.input_only == kind.input_only
        assert chip.adc1 == kind.adc1 and chip.adc2 <= kind.adc2
        counted = (kind.pwm_channels, len(kind.uart), len(kind.i2c), len(kind.spi), kind.rmt)
        assert tuple(chip.count[what] for what in ("pwm", "uart", "i2c", "spi", "rmt")) == counted


@pytest.mark.parametrize("name", ALL)
def test_machine_is_that_of_its_own_chip_only(name: str) -> None:
    said = {
        "esp32": "Generic ESP32 module with ESP32",
        "esp32c3": "ESP32C3 module with ESP32C3",
        "esp32s3": "Generic ESP32S3 module with ESP32S3",
    }
    board = load(name)
    if name == "virtual":
        assert board.machine.search("linux [GCC 12.2.0] version")
        assert not any(board.machine.search(text) for text in said.values())
        return
    for chip, text in said.items():
        assert bool(board.machine.search(text)) == (chip == board.chip.name)
    assert board.machine.search(said[board.chip.name].replace("S3", "-S3"))  # as of 1.29


def test_the_ethernet_pins_are_taken() -> None:
    board = load("olimex_esp32_poe")
    assert board.ethernet is not None
    for key in ("mdc", "mdio", "power", "ref_clk"):
        assert board.soldered[board.ethernet[key]] == "ethernet"


@pytest.mark.parametrize("fault", ["chip", "header", "role", "title", "toml"])
def test_a_bad_board_says_which(tmp_path: Path, monkeypatch: Any, fault: str) -> None:
    text = (boards.FOLDER / "virtual" / "board.toml").read_text(encoding="utf-8")
    edits = {
        "chip": ('chip = "esp32"', 'chip = "esp8266"'),
        "header": ('"32-39"', '"32-41"'),
        "role": ("led = 2", "lamp = 2"),
        "title": ("title", "titel"),
        "toml": ("led = 2", "led = "),
    }
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "board.toml").write_text(text.replace(*edits[fault]), encoding="utf-8")
    (tmp_path / "chips.toml").write_bytes((boards.FOLDER / "chips.toml").read_bytes())
    monkeypatch.setattr(boards, "FOLDER", tmp_path)
    assert names() == ("mine",)
    with pytest.raises(boards.BoardError, match="mine") as raised:
        load.__wrapped__("mine")
    key, cure = SAYS[fault]
    assert key in str(raised.value) and cure in str(raised.value)
    assert list(boards.readable()) == []


SAYS = {
    "chip": ("chip will not do (esp8266)", '"esp32s3"'),
    "header": ("header will not do ([40, 41])", "header = [0, 1, 2"),
    "role": ("wiring.lamp", "radar_tx"),
    "title": ("has no title", "Add it"),
    "toml": ("cannot be read", "Correct this file"),
}
"""Of each fault: the key that is named, and the cure."""


@pytest.mark.parametrize("key", ["title", "chip", "machine", "header", "soldered", "wiring"])
@pytest.mark.parametrize("value", ["7", "true", '"(x"', "[1.5]", "[[]]", '{ output = "x" }'])
def test_a_key_of_any_kind_is_told(tmp_path: Path, monkeypatch: Any, key: str, value: str) -> None:
    """Whatever is written there: a board, or a BoardError that names the key."""
    values = tomllib.loads((boards.FOLDER / "virtual" / "board.toml").read_text(encoding="utf-8"))
    values[key] = tomllib.loads(f"x = {value}")["x"]
    try:
        boards._board("mine", tmp_path / "board.toml", values)
    except boards.BoardError as error:
        assert error.params["key"].startswith(key) and error.text("fr") != error.text("en")
    else:
        assert key == "title"


# --- what goes onto a board without `noctule provision` ------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_the_package_lists_the_firmware(name: str) -> None:
    """Else: .venv/bin/python -m sim.site.tree"""
    path = boards.FOLDER / name / "package.json"
    assert path.read_text(encoding="utf-8") == package_text()
    listed = json.loads(path.read_text(encoding="utf-8"))["urls"]
    there = [source.resolve() for _, source in firmware_files()]
    assert [(path.parent / url).resolve() for _, url in listed] == there
    assert there == sorted((FIRMWARE / "noctule").rglob("*.py"))


@pytest.mark.parametrize("name", ALL)
def test_the_manifest_freezes_the_firmware(name: str) -> None:
    """Read as MicroPython's makemanifest does, as far as it goes without its tree."""
    frozen: list[Path] = []
    ports: list[str] = []

    def run(manifest: Path) -> None:
        here = manifest.parent

        def place(path: str) -> Path | None:
            if path.startswith("$("):
                ports.append(path)
                return None
            return (here / path).resolve()

        def module(path: str, base_path: str = ".") -> None:
            folder = place(base_path)
            assert folder is not None
            frozen.append(folder / path)

        def package(path: str, base_path: str = ".") -> None:
            folder = place(base_path)
            assert folder is not None
            frozen.extend(sorted((folder / path).rglob("*.py")))

        def include(path: str) -> None:
            inner = place(path)
            if inner is not None:
                run(inner)

        def freeze(path: str, names: tuple[str, ...]) -> None:
            place(path)
            assert "_boot.py" not in names  # it would be there twice

        calls = {"module": module, "package": package, "include": include, "freeze": freeze}
        exec(compile(manifest.read_text(encoding="utf-8"), str(manifest), "exec"), calls)

    run(boards.FOLDER / name / "manifest.py")
    assert {source for _, source in firmware_files()} <= set(frozen)
    assert all(path.is_file() for path in frozen)
    assert all(a != b for a, b in combinations(frozen, 2))
    if name != "virtual":
        assert {path.name for path in frozen} >= {"_boot.py", "boot.py", "main.py"}
        assert ports == ["$(PORT_DIR)/modules", "$(MPY_DIR)/extmod/asyncio"]


def test_chips_and_boards_have_no_key_that_nobody_reads() -> None:
    known = {"title", "chip", "machine", "header", "soldered", "wiring", "ethernet", "arch"}
    for name in ALL:
        values = tomllib.loads((boards.FOLDER / name / "board.toml").read_text(encoding="utf-8"))
        assert set(values) <= known
    of_chip = {
        "pins", "input_only", "flash", "serial", "usb", "adc1", "adc2", "edges_unsure",
        "strapping", "count", "arch",
    }  # fmt: skip
    chips = tomllib.loads((boards.FOLDER / "chips.toml").read_text(encoding="utf-8"))
    assert all(set(values) <= of_chip for values in chips.values())


def test_a_board_is_frozen() -> None:
    board: Board = load("virtual")
    with pytest.raises(dataclasses.FrozenInstanceError):
        board.name = "x"  # type: ignore[misc]
