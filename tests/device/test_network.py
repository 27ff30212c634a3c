"""The network's bring-up: a port as in network_wlan.c, weeks of trouble, and no waiting."""

import random
import shutil
import sys
import types
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from noctule.brain.brain import HOLDOVER, SYNCED
from noctule.device.events import CLOCK_BACK, CLOCK_DEAD, TIME_LOST, TIME_REFUSED, TIME_SET
from noctule.device.network import Network, of

from sim.board import Board, Clock
from sim.board.image import write_image
from sim.board.parts import DS3231, AccessPoint, Bus, NtpServer

FIRMWARE = Path(__file__).parents[2] / "firmware"

TICKS = (1 << 30) - 1
MINUTE = 60000
DAY = 86400000
CONNECTING, GOT_IP, IDLE = 1001, 1010, 1000
NO_AP, AUTH_FAIL, HANDSHAKE, BEACON = 201, 202, 15, 200


class Wlan:
    """WLAN(STA_IF) as network_wlan.c has it: connecting twice is an error, with reconnects
    unlimited (as it comes) it never says why. `air`: what becomes of an attempt: "good", or the
    reason; None: no end to it. `stuck`: only switching it off and on helps."""

    def __init__(self, net):
        self.net = net
        self.on = False
        self.air = "good"
        self.reconnects = -1
        self.connecting = self.connected = False
        self.since = 0
        self.reason = 0
        self.stuck = False
        self.calls = []

    def _pass(self):
        if self.connecting and self.net.ms - self.since >= 2500:
            if self.air == "good" and not self.stuck:
                self.connecting, self.connected, self.reason = False, True, 0
            elif self.air is not None and self.air != "good":
                self.reason = self.air
                self.connecting = self.reconnects == -1
        if self.connected and self.air != "good":
            self.connected, self.reason = False, BEACON
            self.connecting = self.reconnects == -1

    def active(self, on=None):
        if on is not None:
            self.calls.append(("active", on))
            if not on:
                self.connecting = self.connected = self.stuck = False
            self.on = on
        return self.on

    def config(self, **options):
        assert self.on and set(options) == {"reconnects"}
        self.reconnects = options["reconnects"]

    def disconnect(self):
        assert self.on
        self.connecting = self.connected = False

    def connect(self, ssid, key):
        self._pass()
        self.calls.append(("connect", self.net.ms))
        assert (ssid, key) == ("street", "lantern")
        if not self.on or self.connecting or self.connected:
            raise OSError("Wifi Internal Error")
        self.connecting, self.since = True, self.net.ms

    def isconnected(self):
        self._pass()
        return self.connected

    def status(self):
        self._pass()
        if self.connected:
            return GOT_IP
        if self.connecting:
            return CONNECTING
        return self.reason or IDLE


class Lan:
    def __init__(self, net):
        self.on = self.cable = False
        self.calls = []

    def active(self, on=None):
        if on is not None:
            self.calls.append(on)
            self.on = on
        return self.on

    def isconnected(self):
        return self.on and self.cable


class Net:
    def __init__(self, nic=Wlan, first=TICKS - 3000):
        self.ms, self.first = 0, first
        self.nic = nic(self)
        self.wrong = 0
        wifi = ("street", "lantern") if nic is Wlan else (None, None)
        self.it = Network(self.nic, *wifi, self.wrong_key)

    def wrong_key(self):
        self.wrong += 1

    def run(self, ms):
        end = self.ms + ms
        while True:
            wait = self.it.poll(self.first + self.ms & TICKS)
            assert 1 <= wait <= 30 * MINUTE
            if self.ms + wait > end:
                break
            self.ms += wait
        self.ms = end

    @property
    def tries(self):
        return [call[1] for call in self.nic.calls if call[0] == "connect"]


def test_it_comes_up_and_stays_up():
    net = Net()
    assert not net.it.up
    net.run(5000)
    assert net.it.up and net.nic.reconnects == 0
    net.run(30 * DAY)
    assert net.it.up and len(net.tries) == 1 and net.it.drops == 0


def test_it_looks_seldom_while_all_is_well():
    net = Net()
    net.run(5000)
    assert net.it.poll(net.first + net.ms & TICKS) == 30000


def test_it_comes_back_after_the_access_point_was_away():
    net = Net()
    net.run(5000)
    for away in (MINUTE, 10 * MINUTE, DAY):
        net.nic.air = NO_AP
        net.run(away)
        assert not net.it.up
        net.nic.air = "good"
        net.run(31 * MINUTE)
        assert net.it.up and net.it.failures == 0
    assert net.it.drops == 3


def test_it_rests_longer_and_longer():
    net = Net()
    net.nic.air = NO_AP
    net.run(10 * DAY)
    waits = [b - a for a, b in zip(net.tries, net.tries[1:], strict=False)]
    assert 5000 <= waits[0] <= 10000 and max(waits) <= 30 * MINUTE + 10000
    assert waits[:8] == sorted(waits[:8]) and waits[-1] > 29 * MINUTE
    assert len(net.tries) < 10 * 48 + 12


@pytest.mark.parametrize("reason", [AUTH_FAIL, HANDSHAKE, 204])
def test_a_wrong_key_is_told_once(reason):
    net = Net()
    net.nic.air = reason
    net.run(6000)
    assert net.wrong == 0, "once may be a weak signal"
    net.run(20 * DAY)
    assert net.wrong == 1 and net.it.refused
    net.nic.air = "good"
    net.run(31 * MINUTE)
    assert net.it.up and not net.it.refused
    net.nic.air = reason
    net.run(DAY)
    assert net.wrong == 2


def test_an_attempt_without_end_is_given_up():
    net = Net()
    net.nic.air = None
    net.run(DAY)
    assert 40 < len(net.tries) < 70 and net.wrong == 0 and net.it.error is None


def test_a_radio_that_is_stuck_is_switched_off_and_on():
    net = Net()
    net.nic.stuck = True
    net.run(3 * 3600000)
    assert net.it.up and ("active", False) in net.nic.calls


def test_a_soft_reset_finds_the_radio_busy():
    """The port goes on connecting over a soft reset: connect() alone would be an error."""
    net = Net()
    net.nic.on = net.nic.connecting = True
    net.nic.air = None
    net.run(2000)
    assert net.it.error is None and len(net.tries) == 1


@pytest.mark.parametrize("method", ["active", "config", "disconnect", "connect", "isconnected"])
def test_an_interface_that_raises(method):
    net = Net()
    right = getattr(net.nic, method)

    def wrong(*args, **options):
        raise OSError("Wifi Unknown Error 0x0101")

    setattr(net.nic, method, wrong)
    net.run(DAY)
    assert not net.it.up and net.it.failures > 10
    setattr(net.nic, method, right)
    net.run(31 * MINUTE)
    assert net.it.up and net.it.failures == 0


def test_a_month_of_bad_air():
    rng = random.Random(7)
    net = Net()
    for _ in range(4000):
        net.nic.air = rng.choice(["good", "good", "good", NO_AP, AUTH_FAIL, HANDSHAKE, None, 8])
        net.nic.stuck = net.nic.stuck or rng.random() < 0.02
        net.run(rng.randrange(20 * MINUTE))
    assert net.it.error is None, "never a call that the port refuses"
    assert net.it.drops > 100
    net.nic.air = "good"
    net.run(8 * 31 * MINUTE)
    assert net.it.up


def test_a_cable():
    net = Net(Lan)
    net.run(2 * DAY)
    assert not net.it.up
    net.nic.cable = True
    net.run(6000)
    assert net.it.up and net.it.drops == 0
    net.nic.cable = False
    net.run(10 * MINUTE)
    assert not net.it.up and net.it.drops == 1
    net.nic.cable = True
    net.run(6000)
    assert net.it.up


def test_a_phy_that_is_stuck_is_switched_off_and_on():
    net = Net(Lan)
    net.run(DAY)
    assert 2 <= net.nic.calls.count(False) <= 8


@pytest.fixture
def board(monkeypatch):
    """Stand-ins for the port's modules."""
    made = []
    network = types.ModuleType("network")
    network.STA_IF, network.PHY_LAN8720 = 0, 7
    network.WLAN = lambda kind: made.append(("WLAN", kind))
    network.LAN = lambda **options: made.append(("LAN", options))
    machine = types.ModuleType("machine")
    machine.Pin = type("Pin", (int,), {"OUT": 3, "IN": 1})
    monkeypatch.setitem(sys.modules, "network", network)
    monkeypatch.setitem(sys.modules, "machine", machine)
    return made


def test_what_a_wiring_names(board):
    of({"kind": "wifi", "ssid": "street", "key": "lantern"})
    of({
        "kind": "ethernet", "mdc": 23, "mdio": 18, "power": 12, "phy": "LAN8720", "address": 0,
        "ref_clk": 17, "ref_out": 1,
    })  # fmt: skip
    of({"kind": "ethernet", "mdc": 23, "mdio": 18, "phy": "LAN8720", "address": 1})
    assert board == [
        ("WLAN", 0),
        ("LAN", {"mdc": 23, "mdio": 18, "power": 12, "phy_type": 7, "phy_addr": 0, "ref_clk": 17,
                 "ref_clk_mode": 3}),
        ("LAN", {"mdc": 23, "mdio": 18, "phy_type": 7, "phy_addr": 1}),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="network"):
        of({"kind": "lora"})


# Clock, NTP and network together, on real MicroPython.

NODE = """
import sys
sys.path.insert(0, "/a")
from machine import I2C, Pin
from time import sleep_ms, ticks_ms
from noctule.device import clock, ds3231, network, ntp

def tell(code, value):
    print("event", code, value)

net = network.of({"kind": "wifi", "ssid": "noctule", "key": "secret"})
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=100000, timeout=5000)
it = clock.Clock(ds3231.Clock(i2c), ntp.of(["192.0.2.1"], net, 4711), (9820, 0), tell)
passed = shown = 0
while passed < 192 * 3600000:
    ticks = ticks_ms()
    wait = min(it.poll(ticks), net.poll(ticks))
    if passed >= shown:
        print("at", passed // 1000, it.day, it.second, it.quality, int(net.up))
        shown += 6 * 3600000
    sleep_ms(wait)
    passed += wait
"""


@pytest.fixture
def image(tmp_path):
    """A flash image with the firmware and the program above."""
    root = tmp_path / "flash"
    for folder in ("brain", "device"):
        source = FIRMWARE / "noctule" / folder
        shutil.copytree(
            source, root / "a" / "noctule" / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    (root / "main.py").write_text(NODE)
    write_image(root, tmp_path / "flash.img")
    return tmp_path / "flash.img"


def test_eight_days_on_the_virtual_board(image):
    """The chip 3 minutes behind; on the second day NTP lies by two hours; on the third the access
    point is off the air and the I2C bus hangs for two days; ticks wrap."""
    now = datetime(2026, 11, 23, 17, 4, 5, tzinfo=UTC)
    board = Board(image, clock=Clock.JUMP, ticks_start_ms=TICKS - 3600000, heap=4 << 20)
    chip, server = DS3231(now - timedelta(minutes=3), ppm=2), NtpServer("192.0.2.1", now)
    air = AccessPoint("noctule", "secret")
    for name, part in (("i2c", Bus(scl=22, sda=21)), ("wifi", air), ("ntp", server)):
        board.parts.plug(name, part)
    board.parts.plug("rtc", chip, on="i2c")
    due = [
        (24, lambda: server.shift(7200)),
        (48, lambda: server.shift(-7200)),
        (49, lambda: (air.fail("dead"), chip.fail("hanging"))),
        (97, lambda: (air.mend(), chip.mend())),
    ]
    for hour, call in due:
        board.chip.at(hour * 3600_000_000, call)
    with board:
        board.wait(lambda b: b.prompts, 60)
        assert board.error is None and not board.crashes
        text = board.serial.text()
    lines = [line.split() for line in text.splitlines() if line]
    assert {line[0] for line in lines} == {"at", "event"}, text
    start = datetime(2000, 1, 1, tzinfo=UTC) - now
    states = [tuple(map(int, line[1:])) for line in lines if line[0] == "at"]
    for passed, day, second, _, _ in states[1:]:  # the first before NTP has put the chip right
        off = start + timedelta(days=day, seconds=second - passed)
        assert abs(off) < timedelta(seconds=2.5)
    lived = [state[3:] for state in states]
    assert len(lived) == 32 and lived[1] == lived[7] == lived[-1] == (SYNCED, True)
    assert lived[14] == (HOLDOVER, False)
    events = [(int(line[1]), int(line[2])) for line in lines if line[0] == "event"]
    codes = [code for code, _ in events]
    assert codes == [TIME_SET, TIME_REFUSED, CLOCK_DEAD, TIME_LOST, CLOCK_BACK]
    assert abs(events[0][1] - 180) < 3 and abs(events[1][1] - 7200) < 3
    assert abs(chip.now() - server.now()) < timedelta(seconds=3)
