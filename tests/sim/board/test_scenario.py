"""Scenarios: read, refused with file, line and cure, and played on a board."""

import contextlib
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from sim.board import Board, Clock
from sim.board.parts import BH1750, DS3231, KINDS, Parts, Pir
from sim.board.parts.dali import DaliBus
from sim.board.parts.fitting import fit
from sim.board.scenario import ScenarioError, load
from tests.sim.board.driving import put, run
from tests.sim.board.hosts import Bench

SIZE = 256 << 10
SECOND = 1_000_000
START = "start = 2026-11-23T16:00:00+01:00\n"
PIR = '[parts.pir]\nkind = "pir"\npin = 27\n'
WIRING = {
    "board": "virtual", "node": "H1", "i2c": {"id": 0, "sda": 21, "scl": 22, "freq": 100000},
    "output": {"kind": "0-10V", "pin": 25, "invert": 0, "freq": 1000, "low": 1000, "high": 10000,
               "full": 12000, "relay": 26, "relay_invert": 1},
    "clock": {"kind": "ds3231", "address": 104}, "light": {"kind": "bh1750", "address": 35},
    "presence": {"kind": "pir", "pin": 27, "invert": 1},
    "meter": {"kind": "bl0937", "pin": 4, "pulse": 17244, "invert": 0},
    "network": {"kind": "wifi", "ssid": "noctule", "key": "secret"},
    "ntp": ["192.0.2.1", "192.0.2.2"],
}  # fmt: skip


@pytest.fixture
def scenario(tmp_path):
    def read(text):
        path = tmp_path / "evening.toml"
        path.write_text(text)
        return load(path)

    return read


@pytest.fixture
def made(tmp_path):
    """A board that is not started."""
    board = Board(tmp_path / "flash.img", size=SIZE, clock=Clock.JUMP)
    yield board
    with contextlib.suppress(OSError):  # closed already where it was started
        board.flash.close()


def complaint(read, text):
    with pytest.raises(ScenarioError) as raised:
        read(text)
    return str(raised.value).partition("evening.toml:")[2]


# Reading.


def test_when_things_happen(scenario):
    read = scenario(
        START + '[[at]]\ntime = "22:10:05"\ndo = "mains off"\n'
        '[[at]]\nafter_s = 90\ndo = ["mains on", "reset"]\n'
        '[[at]]\ntime = "06:00"\ndo = "brown-out"\ntimes = 3\nevery_s = 2.5\n'
    )
    evening = 6 * 3600 + 605
    at = [step.at_us / SECOND for step in read._steps]
    assert at == [evening, evening + 90, evening + 90, 50400, 50402.5, 50405]
    assert read.end_us == 50405 * SECOND
    assert read.us(read.start + timedelta(hours=1)) == 3600 * SECOND


def test_what_it_says_of_the_board(scenario):
    read = scenario(START + 'clock = "jump"\nchip = "esp32c3"\n')
    assert (read.clock, read.kind) == (Clock.JUMP, "esp32c3")
    assert scenario(START + "clock = 60\n").clock == Clock.times(60)
    assert scenario(START).clock == Clock.REAL


@pytest.mark.parametrize(
    "text, line, says, cure",
    [
        ("clock = 5\n", 1, "start is missing", "add a line start"),
        ("start = 2026-11-23T16:00:00\n", 1, "offset", "+01:00"),
        ('start = "now"\n', 1, "'now' will not do", "datetime"),
        (START + 'clock = "warp"\n', 2, "'warp' is no clock", '"jump"'),
        (START + "clock = 0\n", 2, "0 is no clock", "how many times"),
        (START + 'chip = "avr"\n', 2, "esp32s3", "one of"),
        (START + "speed = 3\n", 2, "there is no speed", "take the line out"),
        (START + '[parts.x]\nkind = "lamp"\n', 2, "not known", "ds3231"),
        (START + "[parts.x]\npin = 3\n", 2, "not known", "bh1750"),
        (START + '[parts.x]\nkind = "pir"\n', 2, "pin is missing", "add a line pin"),
        (START + '[parts.x]\nkind = "pir"\npin = "a"\n', 4, "'a' will not do", "integer"),
        (START + '[parts.x]\nkind = "pir"\npin = 99\n', 4, "less than or equal to 48", ""),
        (START + '[parts.x]\nkind = "pir"\npin = 27\nhold = 3\n', 5, "there is no hold", ""),
        (START + '[[at]]\ndo = "reset"\n', 2, "when is it to happen", "after_s"),
        (START + '[[at]]\ntime = "25:00"\ndo = "reset"\n', 3, "no time of day", "22:10:05"),
        (START + '[[at]]\nafter_s = -1\ndo = "reset"\n', 3, "greater than or equal", ""),
        (START + "[[at]]\nafter_s = 1\n", 2, "do is missing", ""),
        (START + '[[at]]\nafter_s = 1\ndo = "reset"\ntimes = 9999999\n', 2, "too much", "at most"),
        ("start = 9999-12-31T23:59:59+00:00\n", 1, "too far away", "2000 to 2099"),
        ("start = 0001-01-01T00:00:00+14:00\n", 1, "too far away", "2000 to 2099"),
        (START + '[[at]]\nafter_s = 1e30\ndo = "reset"\n', 3, "1e+30", "less than"),
        (START + f'[[at]]\nafter_s = 1{"0" * 400}\ndo = "reset"\n', 3, "", ""),
        (START + '[[at]]\nafter_s = inf\ndo = "reset"\n', 3, "inf", "finite"),
        (START + '[[at]]\nafter_s = 1\nevery_s = 1e30\ndo = "reset"\n', 4, "1e+30", "less than"),
        (START + "[[at]]\nafter_s = 1\ntimes = 999999999\ndo = []\n", 2, "too much", "at most"),
        (START + '[[at]]\nafter_s = 3e7\ndo = "reset"\n' * 80, 77 * 3 - 1, "too late", "2099"),
        (
            START + '[[at]]\nafter_s = 1\ntimes = 90\nevery_s = 3e7\ndo = "reset"\n',
            2,
            "too late",
            "2099",
        ),
        (
            'start = 2099-12-31T23:59:59+00:00\n[[at]]\ntime = "01:00"\ndo = "reset"\n',
            2,
            "too late",
            "2099",
        ),
        ("start = \n", 1, "", ""),
        ("= 3", 1, "", ""),
    ],
)
def test_what_is_refused(scenario, text, line, says, cure):
    said = complaint(scenario, text)
    assert said.startswith(f"{line}:"), said
    assert ": error: " in said
    assert says.lower() in said.lower()
    assert cure.lower() in said.lower()


def test_a_part_with_a_number_beyond_all_time(scenario, made):
    text = '[parts.i2c]\nkind = "i2c"\nscl = 22\nsda = 21\n'
    read = scenario(START + text + '[parts.rtc]\nkind = "ds3231"\nwrong_s = 1e30\n')
    with pytest.raises(ScenarioError, match=r"toml:6:2: error: parts.rtc: a number is too large"):
        read.plug(made)


def test_no_such_file(tmp_path):
    with pytest.raises(ScenarioError, match="nothing.toml:1:1: error"):
        load(tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    "do, says",
    [
        ("pir presense on", "did you mean 'presence'"),
        ("pir", "presence, dead, stuck, chattering, well"),
        ("pri presence on", "did you mean 'pir'"),
        ("presence maybe", "write presence on|off"),
        ("mains", "write mains on|off"),
        ("dead", "name one of pir, rtc"),
        ("pin 99 1", "write pin NUMBER LEVEL"),
        ("", "nobody knows ''"),
    ],
)
def test_acts_that_nobody_can_do(scenario, made, do, says):
    text = START + PIR + '[parts.i2c]\nkind = "i2c"\nscl = 22\nsda = 21\n'
    text += '[parts.rtc]\nkind = "ds3231"\n'
    read = scenario(text + f'[[at]]\nafter_s = 1\ndo = "{do}"\n')
    with pytest.raises(ScenarioError) as raised:
        read.plug(made)
    said = str(raised.value)
    assert "evening.toml:13:" in said
    assert says.lower() in said.lower()


def test_parts_that_cannot_be_together(scenario, made):
    read = scenario(START + '[parts.rtc]\nkind = "ds3231"\n')
    with pytest.raises(ScenarioError, match=r"toml:2:.*needs a bus.*Give it another"):
        read.plug(made)


def test_any_file_is_read_or_refused(tmp_path):
    random = Random(7)
    words = [
        "start", "=", "2026-11-23T16:00:00+01:00", "\n", "[[at]]", "[parts.pir]", "kind", '"pir"',
        "pin", "27", "do", "after_s", "1e999", "nan", "[", "]", '"', "-3", "true", "time", "{}",
    ]  # fmt: skip
    path = tmp_path / "any.toml"
    for _ in range(500):
        path.write_text(" ".join(random.choices(words, k=random.randrange(20))))
        try:
            load(path)
        except ScenarioError as error:
            assert "any.toml:" in str(error)


# Playing.


def test_an_evening_is_played(scenario, made):
    """Presence, a dead clock and a power cut, each heard of by the program at its instant."""
    program = (
        "import time\nfrom machine import I2C, Pin\n"
        "i = I2C(0, scl=Pin(22), sda=Pin(21))\n"
        "p = Pin(27, Pin.IN)\n"
        "p.irq(lambda pin: print('presence', pin.value(), time.ticks_ms()), 3)\n"
        "print('up')\n"
        "while True:\n"
        " time.sleep(60)\n"
        " try: i.readfrom(0x68, 1)\n"
        " except OSError as e: print('clock', e.errno); break\n"
        "time.sleep(1000)\n"
    )
    read = scenario(
        START + 'clock = "jump"\n' + PIR + '[parts.i2c]\nkind = "i2c"\nscl = 22\nsda = 21\n'
        '[parts.rtc]\nkind = "ds3231"\n'
        '[[at]]\nafter_s = 10\ndo = "presence on"\n'
        '[[at]]\nafter_s = 3\ndo = "pir presence off"\n'
        '[[at]]\ntime = "16:03:10"\ndo = "rtc dead"\n'
        '[[at]]\nafter_s = 400\ndo = "mains off"\n'
        '[[at]]\nafter_s = 50\ndo = ["rtc well", "mains on"]\n'
        '[[at]]\nafter_s = 10\ndo = "presence on"\n'
    )
    with made:  # first the program, in real time at the prompt
        made.wait(lambda b: b.prompts)
        put(made, "main.py", program)
    board = Board(made.flash.path, size=SIZE, clock=read.clock, kind=read.kind)
    read.plug(board)
    with board:
        board.run_until(read.end_us + SECOND)
        assert board.error is None
        lines = [(us // SECOND, line) for us, line in board.serial.lines()]
    heard = [each for each in lines if each[1].startswith(("up", "presence", "clock"))]
    assert heard == [
        (0, "up"), (10, "presence 1 10000"), (13, "presence 0 13000"), (240, "clock 19"),
        (640, "up"), (650, "presence 1 10000"),
    ]  # fmt: skip


# What a node's wiring names.


def test_a_nodes_wiring_is_fitted():
    bench = Bench()
    parts = Parts(bench)
    fit(parts, WIRING, datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert sorted(parts) == ["i2c", "light", "meter", "ntp", "ntp2", "pir", "rtc", "wifi"]
    assert isinstance(parts["rtc"], DS3231) and isinstance(parts["light"], BH1750)
    assert parts["rtc"].now() == parts["ntp"].now() == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert isinstance(parts["pir"], Pir) and parts["pir"].inverted
    meter = parts["meter"]
    assert meter.pulse_uj == 1_724_400

    def watts():
        before = meter.joules
        bench.spend(SECOND)
        return round(meter.joules - before, 3)

    assert watts() == 60.0  # nobody drives the pins: full light
    bench.put(25, round(65535 * 5 / 12))
    assert watts() == pytest.approx(0.5 + 59.5 / 2, abs=0.01)
    bench.put(26, 65535)  # the coil opens the contact
    assert watts() == 0.0


def test_other_fittings():
    bench = Bench()
    parts = Parts(bench, KINDS["esp32c3"])
    wiring = {
        "output": {"kind": "dali", "tx": 5, "rx": 6, "invert_tx": 1, "address": -1},
        "presence": {"kind": "ld2410", "uart": 1, "tx": 7, "rx": 10},
        "light": {"kind": "ldr", "pin": 3, "points": [[500, 0], [60000, 300]]},
        "meter": {"kind": "bl0937", "pin": 4, "pulse": 17244},
        "network": {"kind": "ethernet", "mdc": 23},
    }
    fit(parts, wiring, datetime(2026, 11, 23, tzinfo=UTC))
    assert sorted(parts) == ["cable", "dali", "light", "meter", "radar"]
    assert isinstance(parts["dali"], DaliBus) and parts["dali"].gear[0].address == 0
    assert parts["meter"].edges and parts["meter"].smooth
    assert parts["light"].read_u16() == 500
    with pytest.raises(ValueError, match="no 'gps'"):
        fit(Parts(Bench()), {"clock": {"kind": "gps"}}, datetime(2026, 11, 23, tzinfo=UTC))


def test_a_part_of_the_file_takes_the_place_of_the_wirings(scenario, made):
    late = "[[at]]\nafter_s = 1\ndo = 'ntp shift -7200'\n"
    read = scenario(START + PIR.replace("27", "13") + late)
    read.plug(made, WIRING)
    assert made.parts["pir"].pin == 13
    assert "rtc" in made.parts


def test_the_boards_facts_and_the_ports_agree():
    """boards/chips.toml says what a site may use; here is what the port would take."""
    from sim.site.boards import load as load_board

    for folder in ("esp32_devkitc", "esp32c3_devkitm", "esp32s3_devkitc"):
        chip = load_board(folder).chip
        kind = KINDS[chip.name]
        free = chip.pins - set(chip.taken)
        assert free <= kind.pins, chip.name
        assert chip.input_only == kind.input_only
        assert chip.adc1 == kind.adc1
        assert chip.adc2 <= kind.adc2
        counted = {
            "pwm": kind.pwm_channels, "uart": len(kind.uart), "i2c": len(kind.i2c),
            "spi": len(kind.spi), "rmt": kind.rmt,
        }  # fmt: skip
        assert chip.count == counted


def test_a_scenario_types_on_the_serial_line(scenario, made):
    read = scenario(START + '[[at]]\nafter_s = 0\ndo = ["pin 35 1", "type print(6 * 7)"]\n')
    read.plug(made)
    with made:
        made.wait(lambda b: b.prompts)
        assert run(made, "from machine import Pin; print(Pin(35).value())") == ["1"]
