"""Networks and pulses: what the ESP32 port does, each with its source, held against the double.

Paths are those of micropython/micropython, version 1.29.
"""

from datetime import UTC, datetime

import pytest

from sim.board import Board, Clock
from sim.board.parts import AccessPoint, Cable, NtpServer
from sim.board.parts.part import Part
from tests.sim.board.driving import run

SIZE = 64 << 10
NOW = datetime(2026, 11, 23, 17, 4, 5, tzinfo=UTC)
STATION = (
    "import network, time\nw = network.WLAN(network.WLAN.IF_STA)\n"
    "w.active(False)\nw.active(True)\nw.disconnect()\nw.config(reconnects=-1)\n"
)
JOINED = (
    STATION + "w.connect('noctule', 'secret')\n"
    "while not w.isconnected(): time.sleep_ms(100)\n"
)
SOCKET = (
    "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "s.setblocking(False)\ns.connect(('192.0.2.1', 123))\n"
)
QUESTION = "b'\\x23' + bytes(39) + b'12345678'"


class Wire(Part):
    """Keeps what is sent, and shows a pattern to who samples."""

    def __init__(self):
        super().__init__()
        self.tx, self.rx = 17, 16
        self.said = []
        self.asked = []

    def sent(self, start_us, pulses):
        self.said.append((start_us, list(pulses)))

    def samples(self, start_us, hz, size):
        self.asked.append((start_us, hz, size))
        return bytes(range(0xA0, 0xA0 + size))


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "flash.img"
    made = Board(path, size=SIZE, clock=Clock.JUMP)
    made.parts.plug("wifi", AccessPoint("noctule", "secret"))
    made.parts.plug("ntp", NtpServer("192.0.2.1", NOW, names=["time.example"]))
    made.parts.plug("cable", Cable())
    made.parts.plug("wire", Wire())
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


def test_the_station_connects(board):
    """ports/esp32/network_wlan.c: IDLE, CONNECTING (1001), GOT_IP (1010); one object."""
    lines = run(
        board,
        STATION + "print(w.isconnected(), network.WLAN() is w)\n"
        "w.connect('noctule', 'secret'); print(w.status(), w.isconnected())\n"
        "time.sleep(3); print(w.status(), w.isconnected(), w.status('rssi'), w.ifconfig()[0])",
    )
    assert lines == ["False True", "1001 False", "1010 True -61 192.0.2.100"]


def test_connect_amid_a_try_is_an_error(board):
    """github.com/micropython/micropython/issues/17661: "Wifi Internal Error" until disconnect."""
    lines = run(
        board,
        STATION + "for i in range(2):\n"
        " w.connect('noctule', 'secret')\n"
        " try: w.connect('noctule', 'secret')\n"
        " except OSError as e: print(e)\n"
        " w.disconnect()\n"
        "print(w.status())",
    )
    assert lines == ["Wifi Internal Error"] * 2 + ["8"]


def test_a_wrong_key_is_tried_for_ever(board):
    """network_wlan.c: reconnects after every reason; status stays CONNECTING."""
    lines = run(
        board,
        STATION + "w.connect('noctule', 'wrong')\ntime.sleep(60)\n"
        "print(w.status(), w.isconnected())",
    )
    assert lines == ["1001 False"]


@pytest.mark.parametrize("ssid, reason", [("noctule", "15"), ("elsewhere", "201")])
def test_tries_can_be_bounded(board, ssid, reason):
    """network_wlan.c: config(reconnects=n) tries n times more; then status is the reason."""
    lines = run(
        board,
        STATION + f"w.config(reconnects=0)\nw.connect({ssid!r}, 'wrong')\n"
        "time.sleep(2); print(w.status())\ntime.sleep(2); print(w.status())\n"
        "print(w.config('reconnects')); w.disconnect(); w.connect(); print(w.status())",
    )
    assert lines == ["1001", reason, "0", "1001"]


def test_the_access_point_goes_and_comes(board):
    """network_wlan.c: after a lost beacon it tries again by itself."""
    run(board, JOINED)
    with board.lock:
        board.parts["wifi"].fail("dead")
    lines = run(board, "time.sleep(10); print(w.status(), w.isconnected())", soft_reset=False)
    assert lines == ["1001 False"]
    with board.lock:
        board.parts["wifi"].mend()
    lines = run(board, "time.sleep(10); print(w.status(), w.isconnected())", soft_reset=False)
    assert lines == ["1010 True"]


def test_a_soft_reset_leaves_the_radio_alone(board):
    """../shared/reference/micropython-esp32.md, 3.8: Wi-Fi outlives a soft reset."""
    run(board, JOINED)
    assert run(board, "import network; print(network.WLAN().isconnected())") == ["True"]


def test_without_the_radio(board):
    """network_wlan.c, esp_exceptions: connect while inactive is an OSError."""
    lines = run(
        board,
        STATION + "w.active(False)\nprint(w.active(), w.isconnected())\n"
        "try: w.connect('noctule', 'secret')\nexcept OSError as e: print(e)",
    )
    assert lines == ["False False", "Wifi Not Started"]


def test_ethernet(board):
    """ports/esp32/network_lan.c: status is one of ETH_...; connected once it has an address."""
    code = (
        "import network, time\nfrom machine import Pin\n"
        "l = network.LAN(mdc=Pin(23), mdio=Pin(18), power=Pin(12), phy_type=network.PHY_LAN8720,"
        " phy_addr=0, ref_clk=Pin(17), ref_clk_mode=Pin.OUT)\n"
        "l.active(False); print(l.status() == network.ETH_STOPPED)\n"
        "l.active(True); print(l.isconnected()); time.sleep(2)\n"
        "print(l.isconnected(), l.status() == network.ETH_GOT_IP)"
    )
    assert run(board, code) == ["True", "False", "True True"]
    with board.lock:
        board.parts["cable"].fail("dead")
    code = "print(l.isconnected(), l.status() == network.ETH_DISCONNECTED)\nl.active(False)"
    assert run(board, code, soft_reset=False) == ["False True"]


def test_datagrams_there_and_back(board):
    """extmod/modsocket.c: EAGAIN (11) of recv, None of readinto, where nothing is there yet."""
    lines = run(
        board,
        JOINED + SOCKET + "b = bytearray(48)\nprint(s.readinto(b))\n"
        "try: s.recv(48)\nexcept OSError as e: print(e.errno)\n"
        f"print(s.send({QUESTION}), s.readinto(b))\ntime.sleep_ms(100)\n"
        "print(s.readinto(b), b[24:32], s.readinto(b))\ns.close()",
    )
    assert lines == ["None", "11", "48 None", "48 bytearray(b'12345678') None"]


def test_waiting_for_a_datagram(board):
    """extmod/modsocket.c: settimeout; ETIMEDOUT is newlib's 116; select sees what is there."""
    lines = run(
        board,
        JOINED + SOCKET + "s.settimeout(2)\nt = time.ticks_ms()\n"
        "try: s.recv(48)\nexcept OSError as e: print(e.errno)\n"
        "print(time.ticks_diff(time.ticks_ms(), t) >= 2000)\n"
        f"s.send({QUESTION})\nimport select\np = select.poll(); p.register(s, select.POLLIN)\n"
        "t = time.ticks_ms(); n = p.poll(5000)[0][1]\n"
        "print(n, time.ticks_diff(time.ticks_ms(), t) >= 30)\n"
        "print(len(s.recv(48)), p.poll(1000))",
    )
    assert lines == ["116", "True", "1 True", "48 []"]


def test_without_a_network(board):
    """lwIP: no route is EHOSTUNREACH, 118; a name that is not found is -202 (modsocket.c)."""
    code = STATION + "import socket\n" + SOCKET
    code += "try: s.send(b'x')\nexcept OSError as e: print(e.errno)\n"
    code += "try: socket.getaddrinfo('time.example', 123)\nexcept OSError as e: print(e.errno)\n"
    assert run(board, code) == ["118", "-202"]
    code = JOINED + "import socket\n"
    code += "print(socket.getaddrinfo('time.example', 123)[0][-1])\n"
    code += "print(socket.getaddrinfo('192.0.2.77', 1)[0][-1])\n"
    code += "try: socket.getaddrinfo('elsewhere.example', 123)\n"
    code += "except OSError as e: print(e.errno)"
    assert run(board, code) == ["('192.0.2.1', 123)", "('192.0.2.77', 1)", "-202"]


def test_a_closed_socket(board):
    """lwIP: EBADF, 9, for a socket that was closed; closing it again is nothing."""
    code = "s.close()\ns.close()\n"
    code += "for call in (lambda: s.send(b'x'), lambda: s.recv(1)):\n"
    code += " try: call()\n except OSError as e: print(e.errno)"
    assert run(board, JOINED + SOCKET + code) == ["9", "9"]


def test_a_connected_socket_hears_nobody_else(board):
    """lwIP, udp_input: a connected pcb takes datagrams from its peer alone."""
    with board.lock:
        board.parts["ntp"].fail("elsewhere")
    code = f"s.send({QUESTION})\ntime.sleep(1)\nprint(s.readinto(bytearray(48)))"
    assert run(board, JOINED + SOCKET + code) == ["None"]


def test_pulses(board):
    """ports/esp32/esp32_rmt.c: three ways to give them; the next sequence waits for the last."""
    lines = run(
        board,
        "import esp32, time\nfrom machine import Pin\n"
        "r = esp32.RMT(0, pin=Pin(17), clock_div=80, idle_level=1)\n"
        "print(r.clock_div(), esp32.RMT.source_freq(), r.PULSE_MAX, r.wait_done())\n"
        "r.write_pulses((30000, 20, 32767, 1, 32767), 0)\nprint(r.active())\n"
        "r.write_pulses(417, [0, 1, 1])\nr.write_pulses([5, 6], [1, 0])\n"
        "print(r.wait_done(timeout=100), r.active())\n"
        "try: r.write_pulses([1], [1, 0])\nexcept ValueError as e: print(e)\n"
        "try: r.active(True)\nexcept ValueError as e: print(e)\n"
        "r.deinit(); r.active()\ntry: r.write_pulses([1], 1)\nexcept OSError as e: print(e)",
    )
    assert lines == [
        "80 80000000 32767 True", "True", "True False", "duration and data must have same length",
        "activate by calling write_pulses()", "already deinitialized",
    ]  # fmt: skip
    said = board.parts["wire"].said[-3:]
    assert [pulses for _, pulses in said] == [
        [(0, 30000), (1, 20), (0, 32767), (1, 1), (0, 32767)],
        [(0, 417), (1, 417), (1, 417)],
        [(1, 5), (0, 6)],
    ]
    assert said[1][0] >= said[0][0] + 95_555
    assert said[2][0] >= said[1][0] + 3 * 417


def test_the_first_level_is_low_whatever_the_idle_level(board):
    """ESP-IDF, rmt_tx.c: the idle level counts from the end of the first sequence on."""
    with board.lock:
        del board.chip.edges[:]
    run(
        board,
        "import esp32\nfrom machine import Pin\n"
        "r = esp32.RMT(pin=Pin(17), idle_level=1)\n"
        "r.write_pulses(10, [1, 0])\nr.wait_done(timeout=9)",
    )
    assert [edge.level for edge in board.edges if edge.pin == 17] == [0, 65535]


def test_spi_samples(board):
    """ports/esp32/machine_hw_spi.c: readinto clocks eight levels of MISO into each byte."""
    lines = run(
        board,
        "from machine import SPI, Pin\nimport time\n"
        "s = SPI(1, baudrate=100000, sck=None, mosi=None, miso=Pin(16))\n"
        "b = bytearray(25)\nt = time.ticks_us()\ns.readinto(b)\n"
        "print(time.ticks_diff(time.ticks_us(), t) >= 2000, b[:3])\n"
        "try: SPI(3)\nexcept ValueError as e: print(e)",
    )
    assert lines == ["True bytearray(b'\\xa0\\xa1\\xa2')", "SPI(3) doesn't exist"]
    start, hz, size = board.parts["wire"].asked[-1]
    assert (hz, size) == (100_000, 25)
