"""Networks and servers by themselves: the firmware's own client asks, through the guest's socket.
"""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from noctule.device import ntp
from noctule.device.network import Network

from sim.board.parts import KINDS, AccessPoint, Cable, NtpServer, Parts
from tests.sim.board.hosts import Bench, guest

NOW = datetime(2026, 11, 23, 17, 4, 5, tzinfo=UTC)
SECOND = 1_000_000
QUESTION = bytes([0x23]) + bytes(39) + b"12345678"


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def parts(bench):
    made = Parts(bench)
    made.plug("wifi", AccessPoint("noctule", "secret"))
    made.plug("ntp", NtpServer("192.0.2.1", NOW))
    return made


def station(bench):
    network = guest(bench, "port_network")
    made = network.WLAN(network.STA_IF)
    made.active(True)
    return made


def joined(bench):
    made = station(bench)
    made.connect("noctule", "secret")
    bench.spend(3 * SECOND)
    assert made.isconnected()
    return made


def polled(bench, part, seconds, until=lambda: False):
    end = bench.us + seconds * SECOND
    while bench.us < end and not until():
        wait = part.poll(bench.us // 1000 % (1 << 30))
        bench.spend(min(wait, 1000) * 1000)


def asked(bench):
    """The firmware's client, once it has asked and heard, or has given up."""
    client = ntp.Ntp(guest(bench, "port_socket"), ["192.0.2.1"], Random(1).randbytes, 0)
    polled(bench, client, 12, lambda: client.fresh)
    return client


def utc(client):
    days = timedelta(days=client.day, seconds=client.second, milliseconds=client.millis)
    return datetime(2000, 1, 1, tzinfo=UTC) + days


def test_the_right_time(bench, parts):
    joined(bench)
    bench.spend(100 * SECOND)
    client = asked(bench)
    assert client.fresh
    now = NOW + timedelta(microseconds=bench.us)
    assert abs((utc(client) - now).total_seconds()) < 2.1


@pytest.mark.parametrize("hours", [-7, 3, 24 * 400])
def test_a_time_that_is_wrong(bench, parts, hours):
    joined(bench)
    parts["ntp"].shift(hours * 3600)
    client = asked(bench)
    assert client.fresh
    wrong = utc(client) - NOW - timedelta(microseconds=bench.us)
    assert wrong.total_seconds() == pytest.approx(hours * 3600, abs=2.1)


@pytest.mark.parametrize("fault", NtpServer.FAULTS)
def test_answers_that_are_none(bench, parts, fault):
    """The client takes none of them, whatever it is."""
    joined(bench)
    parts["ntp"].fail(fault)
    client = asked(bench)
    assert not client.fresh
    assert parts["ntp"].asked >= 1
    unheard = fault in ("dead", "elsewhere", "kiss")  # or obeyed
    assert (client.refused == 0) == unheard
    parts["ntp"].mend()
    assert asked(bench).fresh


def test_no_question_no_answer(bench, parts):
    joined(bench)
    socket = guest(bench, "port_socket")
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.settimeout(1)
    line.connect(("192.0.2.1", 123))
    for bad in (b"", b"x" * 47, bytes(48), bytes([0x24]) + bytes(47)):
        line.send(bad)
        with pytest.raises(OSError):
            line.recv(48)
    line.send(QUESTION)
    assert line.recv(48)[24:32] == b"12345678"


def test_what_comes_too_much_is_lost(bench, parts):
    joined(bench)
    socket = guest(bench, "port_socket")
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.setblocking(False)
    for _ in range(50):
        line.sendto(QUESTION, ("192.0.2.1", 123))
    bench.spend(SECOND)
    heard = 0
    while line.readinto(bytearray(48)):
        heard += 1
    assert heard == 6


def test_the_firmwares_network_part_connects_and_comes_back(bench, parts):
    network = guest(bench, "port_network")
    part = Network(network.WLAN(network.STA_IF), "noctule", "secret")
    polled(bench, part, 60, lambda: part.up)
    assert part.up
    parts["wifi"].fail("dead")
    polled(bench, part, 600)
    assert not part.up
    parts["wifi"].mend()
    polled(bench, part, 4000, lambda: part.up)
    assert part.up


def test_a_disturbance_is_mended_by_the_port(bench, parts):
    wifi = joined(bench)
    parts.networks.disturb()
    assert wifi.status() == 1001
    bench.spend(3 * SECOND)
    assert wifi.status() == 1010


def test_resets(bench, parts):
    wifi = joined(bench)
    bench.reset(soft=True)
    assert wifi.isconnected()
    bench.reset()
    assert not wifi.isconnected()
    assert not wifi.active()
    bench.spend(10 * SECOND)
    assert not wifi.isconnected()


def test_a_cable_in_and_out(bench):
    parts = Parts(bench)
    parts.plug("cable", Cable())
    network = guest(bench, "port_network")
    lan = network.LAN(phy_type=network.PHY_LAN8720, phy_addr=0)
    lan.active(True)
    bench.spend(2 * SECOND)
    assert lan.isconnected()
    parts["cable"].fail("dead")
    assert not lan.isconnected()
    parts["cable"].mend()
    assert not lan.isconnected()
    bench.spend(2 * SECOND)
    assert lan.isconnected()
    with pytest.raises(ValueError, match="phy"):
        network.LAN(phy_addr=0)


def test_no_ethernet_on_the_c3(bench):
    Parts(bench, KINDS["esp32c3"])
    assert not hasattr(guest(bench, "port_network"), "LAN")
