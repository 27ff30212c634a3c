"""Buses and inputs: what the ESP32 port does, each with its source, held against the double.

Paths are those of micropython/micropython, version 1.29.
"""

from datetime import UTC, datetime

import pytest

from sim.board import Board
from sim.board.parts import BH1750, DS3231, LD2410, Bus, Lamp, Level, Meter, Pir
from tests.sim.board.driving import run

SIZE = 64 << 10
NOW = datetime(2026, 11, 23, 17, 4, 5, tzinfo=UTC)
BUS = "from machine import I2C, Pin\ni = I2C(0, scl=Pin(22), sda=Pin(21), freq=100000)\n"
RADAR = "from machine import UART\nu = UART(1, baudrate=256000, tx=17, rx=16)\n"


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    made = Board(tmp_path_factory.mktemp("buses") / "flash.img", size=SIZE)
    made.parts.plug("i2c", Bus(scl=22, sda=21))
    made.parts.plug("rtc", DS3231(NOW), on="i2c")
    made.parts.plug("light", BH1750(120.0), on="i2c")
    made.parts.plug("pir", Pir(27))
    made.parts.plug("ldr", Level(36, 40000))
    made.parts.plug("meter", Meter(4, Lamp(full_w=5000.0).watts))
    made.parts.plug("radar", LD2410(tx=17, rx=16))
    with made:
        made.wait(lambda b: b.prompts)
        yield made
        assert made.error is None
        assert not made.crashes


@pytest.fixture(autouse=True)
def mended(board):
    yield
    with board.lock:
        for name in board.parts:
            board.parts[name].mend()


def raised(board, code, what, setup=BUS):
    """The arguments of the exception that some code raises."""
    (line,) = run(board, f"{setup}try: {code}\nexcept {what} as e: print(e.args)")
    return eval(line)


def test_scan_and_the_registers(board):
    """extmod/machine_i2c.c: scan tries 0x08 to 0x77; readfrom_mem writes the register first."""
    lines = run(board, BUS + "print(i.scan())\nprint(i.readfrom_mem(0x68, 4, 3))")
    assert lines == ["[35, 104]", "b'#\\x11&'"]


def test_all_the_ways_to_read_and_write(board):
    """extmod/machine_i2c.c: writeto gives the acknowledged bytes; *_into fill; *_mem address."""
    lines = run(
        board,
        BUS + "print(i.writeto(0x68, b'\\x07\\x11\\x22'))\n"
        "print(i.writevto(0x68, (b'\\x07', b'\\x33')))\n"
        "i.writeto_mem(0x68, 8, b'\\x44')\n"
        "b = bytearray(2); print(i.readfrom_mem_into(0x68, 7, b), b)\n"
        "i.writeto(0x68, b'\\x07', False); i.readfrom_into(0x68, b)\n"
        "print(b, i.readfrom(0x68, 1))",
    )
    assert lines == ["3", "2", "None bytearray(b'3D')", "bytearray(b'3D') b'\\x00'"]


def test_nobody_at_an_address_is_enodev(board):
    """ports/esp32/machine_i2c.c: ESP_FAIL becomes MP_ENODEV, 19."""
    assert raised(board, "i.readfrom(0x40, 1)", "OSError") == (19,)
    with board.lock:
        board.parts["rtc"].fail("dead")
    assert raised(board, "i.writeto(0x68, b'')", "OSError") == (19,)


def test_a_hanging_bus_is_etimedout_after_the_timeout(board):
    """ports/esp32/machine_i2c.c: ESP_ERR_TIMEOUT becomes MP_ETIMEDOUT, newlib's 116; 50 ms."""
    with board.lock:
        board.parts["rtc"].fail("hanging")
    code = (
        "import time\nfrom errno import ETIMEDOUT\nt = time.ticks_ms()\n"
        "try: i.readfrom(0x23, 2)\n"
        "except OSError as e: print(e.errno, e.errno == ETIMEDOUT)\n"
        "print(50 <= time.ticks_diff(time.ticks_ms(), t) < 500)"
    )
    assert run(board, BUS + code) == ["116 True", "True"]


def test_which_controllers_there_are(board):
    """ports/esp32/machine_i2c.c: two, and a text for others; positional pins are refused."""
    assert raised(board, "I2C(2)", "ValueError") == ("I2C(2) doesn't exist",)
    assert "I2C(0" in run(board, BUS + "print('I2C(0' if i else '')")[0]


def test_the_adc(board):
    """ports/esp32/machine_adc.c: read_u16 of 16 bits, read of 12; "invalid pin" for others."""
    lines = run(
        board,
        "from machine import ADC, Pin\na = ADC(Pin(36), atten=ADC.ATTN_11DB)\n"
        "print(a.read_u16(), a.read())\na.width(ADC.WIDTH_9BIT); print(a.read())",
    )
    assert lines == ["40000 2500", "312"]
    assert raised(board, "ADC(Pin(5))", "ValueError", "from machine import ADC, Pin\n") == (
        "invalid pin",
    )


def test_the_counter(board):
    """ports/esp32/modules/machine.py: one object a unit; value(n) gives the old and sets."""
    lines = run(
        board,
        "import machine, time\nc = machine.Counter(0, machine.Pin(4))\n"
        "time.sleep_ms(50); a = c.value(); time.sleep_ms(50); b = c.value(1000)\n"
        "print(0 < a < b, c.value() >= 1000, machine.Counter(0) is c)\n"
        "c.deinit()\ntry: c.value()\nexcept RuntimeError as e: print(e)",
    )
    assert lines == ["True True True", "not initialised"]


def test_the_uart(board):
    """ports/esp32/machine_uart.c: none is None; 256 bytes of buffer; one object a UART."""
    lines = run(
        board,
        RADAR + "import time\nprint(u.any(), u.read(), u.readinto(bytearray(4)))\n"
        "time.sleep_ms(150); print(u.any() in (23, 46), u.read(4))\n"
        "print(UART(1) is u, u.write(b'abc'), hasattr(u, 'readline'))",
    )
    assert lines == ["0 None None", "True b'\\xf4\\xf3\\xf2\\xf1'", "True 3 True"]


def test_the_uart_throws_away_what_came_before_init(board):
    """ports/esp32/machine_uart.c: "discard any input from previous configuration"."""
    code = "import time\ntime.sleep_ms(250)\nu.init(baudrate=256000)\nprint(u.any())"
    assert run(board, RADAR + code) == ["0"]


@pytest.mark.parametrize(
    "code, message",
    [
        ("UART(3)", "UART(3) does not exist"),
        ("UART(1, bits=9)", "invalid data bits"),
        ("UART(1, stop=3)", "invalid stop bits"),
    ],
)
def test_what_a_uart_refuses(board, code, message):
    """ports/esp32/machine_uart.c: the texts of its ValueErrors."""
    assert raised(board, code, "ValueError", RADAR) == (message,)


def test_a_closed_uart(board):
    """ports/esp32/machine_uart.c: check_esp_err raises where the driver is gone; init mends."""
    code = "u.deinit()\ntry: u.any()\nexcept OSError as e: print(e.errno)\n"
    code += "u.init()\nprint(u.any())"
    assert run(board, RADAR + code) == ["-259", "0"]


def test_a_movement_sensor_interrupts(board):
    """docs/library/machine.Pin.rst: irq on both edges; the handler is called with the pin."""
    run(
        board,
        "from machine import Pin\nseen = []\np = Pin(27, Pin.IN)\n"
        "p.irq(lambda pin: seen.append(pin.value()), Pin.IRQ_RISING | Pin.IRQ_FALLING)",
    )
    with board.lock:
        board.parts["pir"].presence(True)
        board.parts["pir"].presence(False)
    lines = run(board, "import time\ntime.sleep_ms(20)\nprint(seen)", soft_reset=False)
    assert lines == ["[0, 0]"]


def test_newlibs_numbers(board):
    """py/moderrno.c over newlib's errno.h; as the stubs of the port list them."""
    code = "from errno import ETIMEDOUT, EHOSTUNREACH, errorcode\n"
    code += "print(ETIMEDOUT, EHOSTUNREACH, errorcode[19])"
    assert run(board, code) == ["116 118 ENODEV"]
