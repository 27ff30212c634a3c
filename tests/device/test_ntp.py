"""The NTP client: what it sends, what it believes, and for how long it leaves a server alone."""

import datetime
import os
import random
import socket
import struct
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain.brain import HOLDOVER, SYNCED
from noctule.device.clock import Clock
from noctule.device.ntp import Ntp

EPOCH = datetime.datetime(2000, 1, 1)
CENTURY = datetime.datetime(1900, 1, 1)
START = datetime.datetime(2026, 11, 23, 16)
TICKS = (1 << 30) - 1
DAY = 86400000


def stamp(when):
    """NTP's 64 bits: seconds since 1900, of which 2 ** 32 are lost, and a fraction."""
    ago = when - CENTURY
    seconds = ago.days * 86400 + ago.seconds
    return struct.pack(">II", seconds & 0xFFFFFFFF, ago.microseconds * 2**32 // 10**6)


def answer(request, when, first=0x24, stratum=2, origin=None, transmit=None):
    packet = bytearray(48)
    packet[0], packet[1] = first, stratum
    packet[24:32] = request[40:48] if origin is None else origin
    packet[32:40] = stamp(when)
    packet[40:48] = stamp(when) if transmit is None else transmit
    return bytes(packet)


class Net:
    """In place of the module `socket`: servers in virtual time.

    `serve(address, request)` gives datagrams, each (delay in ms, bytes).
    """

    AF_INET, SOCK_DGRAM = 2, 1

    def __init__(self, serve, first=TICKS - 9000):
        self.serve, self.first = serve, first
        self.ms = 0
        self.asked = []  # (ms, address, request)
        self.open = 0
        self.trouble = None  # name of the method that fails

    @property
    def ticks(self):
        return self.first + self.ms & TICKS

    @property
    def now(self):
        return START + datetime.timedelta(milliseconds=self.ms)

    def socket(self, family, kind):
        assert (family, kind) == (2, 1)
        if self.trouble == "socket":
            raise OSError(23)
        self.open += 1
        return Socket(self)

    def run(self, client, ms, taken=None):
        """Poll as it asks, and collect (day, second, millis, ms when it was found)."""
        end = self.ms + ms
        taken = [] if taken is None else taken
        while True:
            wait = client.poll(self.ticks)
            assert wait >= 1
            if client.fresh:
                client.fresh = False
                taken.append((client.day, client.second, client.millis, self.ms))
            if self.ms + wait > end:
                break
            self.ms += wait
        self.ms = end
        return taken


class Socket:
    def __init__(self, net):
        self.net = net
        self.address = None
        self.inbox = []
        self.blocking = True

    def setblocking(self, flag):
        self.blocking = flag

    def connect(self, address):
        if self.net.trouble == "connect":
            raise OSError(118)
        self.address = address

    def send(self, data):
        assert not self.blocking and len(data) == 48
        if self.net.trouble == "send":
            raise OSError(118)
        net = self.net
        net.asked.append((net.ms, self.address[0], bytes(data)))
        for delay, packet in net.serve(self.address, bytes(data)):
            self.inbox.append((net.ms + delay, packet))
        return 48

    def readinto(self, buffer):
        if self.net.trouble == "readinto":
            raise OSError(111)
        for i, (due, packet) in enumerate(self.inbox):
            if due <= self.net.ms:
                del self.inbox[i]
                count = min(len(packet), len(buffer))
                buffer[:count] = packet[:count]
                return count
        return None

    def close(self):
        self.net.open -= 1
        self.net = None


def client(net, servers=("192.0.2.1",), seed=0, network=None):
    rng = random.Random(seed)
    return Ntp(net, servers, rng.randbytes, seed, network)


def good(delay=40):
    """A server that is right, its answer `delay` ms on the way there and back."""
    net = Net(None)
    way = datetime.timedelta(milliseconds=delay / 2)
    net.serve = lambda address, request: [(delay, answer(request, net.now + way))]
    return net


def told(it):
    return EPOCH + datetime.timedelta(days=it.day, seconds=it.second, milliseconds=it.millis)


def test_what_it_asks():
    net = good()
    it = client(net)
    net.run(it, 4 * DAY)
    first, second = net.asked[0][2], net.asked[1][2]
    assert first[0] == 0x23 and not any(first[1:40]), "version 4, a client, and nothing of ours"
    assert first[40:] != second[40:] and any(first[40:])
    assert net.open == 0


@settings(max_examples=300)
@given(
    st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2100, 2, 28)),
    st.integers(0, 1900),
)
def test_any_time_until_2100_and_over_the_era_of_2036(when, delay):
    net = Net(lambda address, request: [(delay, answer(request, when))])
    it = client(net)
    ((day, second, millis, ms),) = net.run(it, 3000)
    found = EPOCH + datetime.timedelta(days=day, seconds=second, milliseconds=millis)
    late = (found - when) / datetime.timedelta(milliseconds=1)
    assert -1.01 <= late - (ms - net.asked[0][0]) / 2 <= 0.5
    assert 0 <= second < 86400 and 0 <= millis < 1000


@pytest.mark.parametrize(
    "when",
    [datetime.datetime(2036, 2, 7, 6, 28, s, 500000) for s in (14, 15, 16, 17)]
    + [datetime.datetime(2034, 1, 9, 13, 37, 4), datetime.datetime(2026, 12, 31, 23, 59, 59)],
)
def test_seconds_beside_the_wraps(when):
    net = Net(lambda address, request: [(0, answer(request, when))])
    it = client(net)
    it.poll(0)
    it.poll(0)
    assert it.fresh and told(it) == when


def test_zero_is_no_time():
    """Where ntptime says 2036."""
    net = Net(lambda address, request: [(5, answer(request, START, transmit=bytes(8)))])
    it = client(net)
    assert net.run(it, DAY) == [] and it.refused > 3


@pytest.mark.parametrize(
    "spoilt",
    [
        {"first": 0xE4},  # leap indicator 3: it does not know
        {"first": 0x23},  # a client
        {"first": 0x25},  # a broadcast
        {"first": 0x14},  # version 2
        {"first": 0x2C},  # version 5
        {"stratum": 16},
        {"stratum": 255},
        {"origin": bytes(8)},
        {"origin": b"12345678"},
    ],
)
def test_what_is_no_answer(spoilt):
    net = Net(None)
    net.serve = lambda address, request: [(5, answer(request, net.now, **spoilt))]
    it = client(net)
    assert net.run(it, DAY) == [] and it.refused and it.silences
    assert net.open <= 1


@pytest.mark.parametrize("length", [0, 1, 24, 47])
def test_short_answers(length):
    net = Net(None)
    net.serve = lambda address, request: [(5, answer(request, net.now)[:length])]
    it = client(net)
    assert net.run(it, DAY) == [] and it.refused


def test_an_answer_after_junk_is_taken_and_a_late_one_is_not():
    net = Net(None)
    net.serve = lambda address, request: [
        (10, b"junk"), (20, bytes(48)), (30, answer(request, net.now, origin=b"spoofed!")),
        (300, answer(request, net.now)),
    ]  # fmt: skip
    it = client(net)
    assert len(net.run(it, 3000)) == 1 and it.refused == 3
    net = Net(None)
    net.serve = lambda address, request: [(2060, answer(request, net.now))]
    assert net.run(client(net), DAY) == []


def test_an_answer_found_late_is_not_taken():
    """Nobody polled for ten seconds: it may have come at any moment of them."""
    net = good()
    it = client(net)
    it.poll(100)
    net.ms = 10000
    it.poll(10100)
    assert not it.fresh and it.silences == 1


def test_a_yesterday_s_answer_does_not_fit_today_s_question():
    net = Net(None)
    old = []

    def serve(address, request):
        old.append(answer(request, net.now))
        return [(5, old[-2])] if len(old) > 1 else []

    net.serve = serve
    assert net.run(client(net), DAY) == []


def test_it_asks_every_six_hours_and_each_node_at_its_own_moment():
    firsts, seconds = set(), set()
    for seed in range(0, 65536, 4099):
        net = good()
        it = client(net, seed=seed)
        taken = net.run(it, 10 * DAY)
        waits = [b[0] - a[0] for a, b in zip(net.asked, net.asked[1:], strict=False)]
        assert all(6 * 3600000 <= wait <= 7.6 * 3600000 for wait in waits)
        assert len(taken) == len(net.asked) and it.silences == 0
        assert net.asked[0][0] < 10000
        firsts.add(net.asked[0][0])
        seconds.add(waits[0])
    assert len(firsts) > 10 and len(seconds) > 5


def test_silence_is_met_with_patience_up_to_a_day():
    net = Net(lambda address, request: [])
    it = client(net, seed=5)
    net.run(it, 60 * DAY)
    waits = [b[0] - a[0] for a, b in zip(net.asked, net.asked[1:], strict=False)]
    assert 16000 < waits[0] < 25000 and waits == sorted(waits)
    assert DAY <= waits[-1] <= 1.25 * DAY and len(net.asked) < 75
    assert net.open <= 1 and it.silences == 14
    net.serve = lambda address, request: [(5, answer(request, net.now))]
    assert net.run(it, 3 * DAY) and it.silences == 0


def test_servers_in_turn():
    net = good()
    it = client(net, ("192.0.2.1", "192.0.2.2", "192.0.2.3"))
    net.run(it, 2 * DAY)
    assert [asked[1][-1] for asked in net.asked[:7]] == list("1231231")


def test_a_kiss_of_death_is_obeyed():
    net = Net(None)

    def serve(address, request):
        if address[0] == "192.0.2.1":
            return [(5, answer(request, net.now, first=0xE4, stratum=0))]
        return [(5, answer(request, net.now))]

    net.serve = serve
    it = client(net, ("192.0.2.1", "192.0.2.2"))
    taken = net.run(it, 30 * DAY)
    assert [asked[1] for asked in net.asked].count("192.0.2.1") == 1
    assert taken and taken[0][3] < 60000
    alone = Net(serve)
    net = alone
    it = client(alone)
    assert alone.run(it, 30 * DAY) == []
    waits = [b[0] - a[0] for a, b in zip(alone.asked, alone.asked[1:], strict=False)]
    assert min(waits) >= DAY and len(waits) > 20


def test_a_forged_kiss_is_nothing():
    net = Net(None)
    net.serve = lambda address, request: [
        (5, answer(request, net.now, stratum=0, origin=b"notthis!")),
        (9, answer(request, net.now)),
    ]
    assert len(net.run(client(net), 3000)) == 1


@pytest.mark.parametrize("trouble", ["socket", "connect", "send", "readinto"])
def test_no_route(trouble):
    net = good()
    net.trouble = trouble
    it = client(net)
    assert net.run(it, 2 * DAY) == [] and it.error and it.silences
    assert net.open == 0
    net.trouble = None
    assert net.run(it, 2 * DAY)


def test_without_a_network_it_does_not_ask_and_soon_after_it_does():
    class Link:
        up = True

    net = Net(lambda address, request: [])
    it = client(net, network=Link)
    net.run(it, DAY)
    asked = len(net.asked)
    Link.up = False
    net.run(it, 20 * DAY)
    assert len(net.asked) == asked and it.silences == 0
    Link.up = True
    net.serve = lambda address, request: [(5, answer(request, net.now))]
    assert net.run(it, 25000)


def test_names_are_not_looked_up():
    for name in ("pool.ntp.org", "", "::1"):
        with pytest.raises(ValueError, match="ntp"):
            Ntp(None, (name,), os.urandom, 0)


# Garbage.


def keeps_the_rules(packet, request):
    if len(packet) < 48 or packet[24:32] != request[40:48] or not any(packet[40:48]):
        return False
    leap, version, mode = packet[0] >> 6, packet[0] >> 3 & 7, packet[0] & 7
    return leap < 3 and version in (3, 4) and mode == 4 and 1 <= packet[1] <= 15


def said(packet):
    """Milliseconds since 1900."""
    seconds, fraction = struct.unpack(">II", packet[40:48])
    return (seconds + (seconds < 2**31) * 2**32) * 1000 + fraction * 1000 // 2**32


def fuzz(seed, count):
    """Packets of noise and packets a few bytes off, with the right origin or not: no exception,
    and a time is only taken from one that keeps all of the rules (said here in other words)."""
    rng = random.Random(seed)
    net = Net(None)
    rightful = []

    def serve(address, request):
        packets = []
        for _ in range(rng.randint(1, 4)):
            if rng.random() < 0.3:
                packet = bytearray(rng.randbytes(rng.choice([0, 1, 47, 48, 48, 60, 68, 500])))
            else:
                packet = bytearray(answer(request, net.now, rng.choice([0x24, 0x1C, 0xE4, 0x64])))
            if len(packet) >= 48:
                if rng.random() < 0.7:
                    packet[24:32] = request[40:48]
                for _ in range(rng.choice([0, 0, 1, 3])):
                    packet[rng.randrange(48)] = rng.choice([0, 1, 255, rng.randrange(256)])
            packets.append((rng.randint(0, 900), bytes(packet)))
        rightful.extend(said(packet) for _, packet in packets if keeps_the_rules(packet, request))
        return packets

    net.serve = serve
    it = client(net, seed=seed & 0xFFFF)
    taken = 0
    while len(net.asked) < count:
        rightful.clear()
        for day, second, millis, _ in net.run(it, 30000):
            taken += 1
            ms = ((day + 36524) * 86400 + second) * 1000 + millis
            assert any(0 <= ms - one <= 1000 for one in rightful)
        it.soon(net.ticks)
        it._unwelcome = 0
        net.ms += 65000
    assert taken > count // 5 and it.refused > count // 5


def test_garbage():
    fuzz(1, 500)


@pytest.mark.long
def test_much_garbage():
    fuzz(2, 10000)


# With the clock, and over a real socket.


def test_with_the_clock_over_two_years_and_packets_lost():
    rng = random.Random(3)
    net = Net(None)
    net.serve = lambda address, request: (
        [(d := rng.randint(1, 400), answer(request, net.now + datetime.timedelta(milliseconds=d)))]
        if rng.random() < 0.7
        else []
    )
    day = (START - EPOCH).days
    it = Clock(None, client(net, ("192.0.2.1", "192.0.2.7"), 77), (day - 1, 0))
    end = 730 * DAY
    synced = polls = 0
    while net.ms < end:
        wait = it.poll(net.ticks)
        polls += 1
        if it.quality:
            synced += it.quality == SYNCED
            off = told(it) - net.now
            assert abs(off) < datetime.timedelta(seconds=2.6)
        assert it.quality or net.ms < 600000
        net.ms += wait
    assert it.quality in (HOLDOVER, SYNCED) and synced > polls * 0.9 and polls < 100000


class Udp(socket.socket):
    """CPython's socket with the method that MicroPython's has."""

    def readinto(self, buffer):
        try:
            return self.recv_into(buffer)
        except BlockingIOError:
            return None


class Real:
    AF_INET, SOCK_DGRAM, socket = socket.AF_INET, socket.SOCK_DGRAM, Udp


def test_over_a_real_socket():
    """A server on this machine; and another that answers unasked, and is not heard."""
    when = START + datetime.timedelta(microseconds=250000)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        server.bind(("127.0.0.1", 0))
        server.settimeout(30)
        done = threading.Event()

        def serve():
            request, peer = server.recvfrom(100)
            other.sendto(answer(request, datetime.datetime(2050, 1, 1)), peer)
            server.sendto(answer(request, when), peer)
            done.set()

        thread = threading.Thread(target=serve)
        thread.start()
        it = Ntp(Real, ("127.0.0.1",), os.urandom, 0, None, server.getsockname()[1])
        it.poll(100)
        assert done.wait(30)
        thread.join()
        it.poll(100)
    assert it.fresh and told(it) == when and it.refused == 0
