"""Networks: an access point and the chip's radio, an Ethernet cable, and servers reached by UDP.

The radio as ports/esp32/network_wlan.c has it. It tries again for ever after every failure, a
wrong key included, unless `reconnects` bounds it; `connect` amid a try, or once connected, is an
OSError; a soft reset leaves it as it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from sim.board.parts.part import Due, Host, Part, RefusedError

__all__ = ["AccessPoint", "Cable", "Datagram", "Networks", "Server"]

_MS = 1000
_IDLE, _CONNECTING, _GOT_IP = 1000, 1001, 1010
_LEFT, _HANDSHAKE, _BEACON, _NO_AP = 8, 15, 200, 201
_EBADF, _EAGAIN, _EHOSTUNREACH, _NO_NAME = 9, 11, 118, -202
_QUEUE = 6  # datagrams that lwIP holds for a socket: DEFAULT_UDP_RECVMBOX_SIZE in ESP-IDF

Address = tuple[str, int]


class AccessPoint(Part):
    """A Wi-Fi network. connect_ms: how long it takes from `connect` to an IP address, or to the
    news that it comes to nothing. Faults: `dead` (it is not on the air)."""

    FAULTS: ClassVar[tuple[str, ...]] = ("dead",)

    def __init__(self, ssid: str, key: str, *, connect_ms: int = 2500, rssi: int = -61) -> None:
        super().__init__()
        self.ssid, self.key = ssid, key
        self.connect_ms, self.rssi = connect_ms, rssi


class Cable(Part):
    """An Ethernet cable with a network behind it. Faults: `dead` (it is pulled out)."""

    FAULTS = ("dead",)

    def __init__(self, *, connect_ms: int = 1500) -> None:
        super().__init__()
        self.connect_ms = connect_ms


@dataclass(frozen=True, slots=True)
class Datagram:
    """What comes to the chip, so much later, and where it says that it comes from."""

    after_ms: float
    source: Address
    data: bytes


class Server(Part):
    """Something that answers datagrams at an address. Faults: `dead` (it does not answer)."""

    FAULTS: ClassVar[tuple[str, ...]] = ("dead",)

    def __init__(self, host: str, port: int, names: Iterable[str] = ()) -> None:
        super().__init__()
        self.address = (host, port)
        self.names = frozenset(names)
        self.asked = 0

    def heard(self, data: bytes) -> Iterator[Datagram]:
        """What it answers."""
        raise NotImplementedError


class _Link:
    """An interface of the chip: whether it is on, and whether it has an address."""

    def __init__(self) -> None:
        self.active = False
        self.connected = False
        self.due: Due | None = None

    def drop(self) -> None:
        """Give up what is under way, and what there is."""
        if self.due is not None:
            self.due.cancel()
            self.due = None
        self.connected = False


class _Station(_Link):
    """The Wi-Fi station."""

    def __init__(self) -> None:
        super().__init__()
        self.requested = False
        self.reason = 0
        self.most = -1
        """How often it tries again; -1: for ever."""
        self.tries = 0
        self.ssid = self.key = ""

    @property
    def gave_up(self) -> bool:
        """Whether it has tried as often as it may."""
        return self.most >= 0 and self.tries > self.most


@dataclass(slots=True)
class _Socket:
    port: int
    peer: Address | None
    waiting: list[tuple[Address, bytes]]


class Networks:
    """The chip's interfaces and sockets, and what there is outside."""

    def __init__(self, host: Host, parts: dict[str, Part]) -> None:
        self._host = host
        self._parts = parts
        self._station = _Station()
        self._lan = _Link()
        self._sockets: dict[int, _Socket] = {}
        self._numbers = 0

    def reset(self, soft: bool) -> None:
        """The chip begins anew, or only the program: then the interfaces stay as they are."""
        self._sockets.clear()
        if not soft:
            self._station.drop()
            self._lan.drop()
            self._station, self._lan = _Station(), _Link()

    @property
    def radio_on(self) -> bool:
        """Whether Wi-Fi is active, so that ADC2 cannot be read."""
        return self._station.active

    def disturb(self) -> None:
        """The station loses its access point for a moment."""
        if self._station.connected:
            self._failed(_BEACON)

    # What a program asks.

    def answer(self, words: list[str], data: bytes) -> tuple[str, bytes]:
        """One question."""
        self._look()
        what, *rest = words
        match what.partition(".")[0]:
            case "wifi":
                return self._wifi(what, [int(word) for word in rest], data), b""
            case "lan":
                return self._ethernet(what, [int(word) for word in rest]), b""
            case "udp":
                return self._udp(what, rest, data)
        raise KeyError(what)

    def _wifi(self, what: str, numbers: list[int], data: bytes) -> str:
        station = self._station
        match what:
            case "wifi.active":
                if numbers:
                    station.active = bool(numbers[0])
                    if not station.active:
                        station.drop()
                return str(int(station.active))
            case "wifi.connect":
                self._connect(data)
            case "wifi.disconnect":
                if not station.active:
                    raise RefusedError("OSError", "Wifi Not Started")
                station.requested = False
                if station.connected or station.due is not None:
                    station.reason = _LEFT
                station.drop()
            case "wifi.status":
                return str(self._status())
            case "wifi.connected":
                return str(int(station.connected))
            case "wifi.reconnects":
                if numbers:
                    station.most = numbers[0]
                return str(station.most)
            case "wifi.rssi":
                point = self._access_point(station.ssid) if station.connected else None
                if point is None:
                    raise RefusedError("OSError", "Wifi Not Connected")
                return str(point.rssi)
            case _:
                raise KeyError(what)
        return ""

    def _connect(self, data: bytes) -> None:
        station = self._station
        if not station.active:
            raise RefusedError("OSError", "Wifi Not Started")
        if station.due is not None or station.connected:
            raise RefusedError("OSError", "Wifi Internal Error")
        if data:
            ssid, _, key = data.partition(b"\0")
            station.ssid, station.key = ssid.decode(), key.decode()
        station.requested = True
        station.tries = 0
        self._try()

    def _try(self) -> None:
        point = self._access_point(self._station.ssid)
        wait = 2500 if point is None else point.connect_ms
        self._station.due = self._host.at(self._host.now_us() + wait * _MS, self._tried)

    def _tried(self) -> None:
        station = self._station
        station.due = None
        point = self._access_point(station.ssid)
        if point is None:
            self._failed(_NO_AP)
        elif point.key != station.key:
            self._failed(_HANDSHAKE)
        else:
            station.connected, station.reason = True, 0

    def _failed(self, reason: int) -> None:
        station = self._station
        station.connected = False
        station.reason = reason
        if station.requested:
            station.tries += 1
            if not station.gave_up:
                self._try()

    def _status(self) -> int:
        station = self._station
        if station.connected:
            return _GOT_IP
        if station.requested and not station.gave_up:
            return _CONNECTING
        return station.reason or _IDLE

    def _ethernet(self, what: str, numbers: list[int]) -> str:
        lan = self._lan
        match what:
            case "lan.active":
                if numbers and bool(numbers[0]) != lan.active:
                    lan.active = bool(numbers[0])
                    lan.drop()
                    if lan.active:
                        self._lan_up()
                return str(int(lan.active))
            case "lan.connected":
                return str(int(lan.connected))
            case "lan.status":  # ETH_STOPPED, ETH_DISCONNECTED, ETH_CONNECTED, ETH_GOT_IP
                if not lan.active:
                    return "2"
                return "5" if lan.connected else "3" if lan.due is not None else "4"
        raise KeyError(what)

    def _lan_up(self) -> None:
        cable = self._cable()
        if cable is not None:
            at = self._host.now_us() + cable.connect_ms * _MS
            self._lan.due = self._host.at(at, self._lan_connected)

    def _lan_connected(self) -> None:
        self._lan.due = None
        self._lan.connected = self._cable() is not None

    def _udp(self, what: str, words: list[str], data: bytes) -> tuple[str, bytes]:
        if what == "udp.open":
            self._numbers += 1
            self._sockets[self._numbers] = _Socket(49152 + self._numbers % 16384, None, [])
            return str(self._numbers), b""
        if what == "udp.name":
            return self._named(data.decode()), b""
        socket = self._sockets.get(int(words[0]))
        if socket is None:  # closed
            raise RefusedError("OSError", _EBADF)
        match what:
            case "udp.bind":
                socket.port = int(words[1])
            case "udp.connect":
                socket.peer = (words[1], int(words[2]))
                socket.waiting.clear()
            case "udp.send":
                self._send(socket, (words[1], int(words[2])), data)
            case "udp.take":
                if not socket.waiting:
                    raise RefusedError("OSError", _EAGAIN)
                (host, port), datagram = socket.waiting.pop(0)
                return f"{host} {port}", datagram
            case "udp.ready":
                return str(int(bool(socket.waiting))), b""
            case "udp.close":
                del self._sockets[int(words[0])]
            case _:
                raise KeyError(what)
        return "", b""

    def _named(self, name: str) -> str:
        if not self._routed():
            raise RefusedError("OSError", _NO_NAME)
        for server in self._servers():
            if name in server.names:
                return server.address[0]
        raise RefusedError("OSError", _NO_NAME)

    def _send(self, socket: _Socket, to: Address, data: bytes) -> None:
        if not self._routed():
            raise RefusedError("OSError", _EHOSTUNREACH)
        for server in self._servers():
            if server.address == to:
                server.asked += 1
                if server.fault == "dead":
                    return
                for datagram in server.heard(data):
                    self._arriving(socket, datagram)

    def _arriving(self, socket: _Socket, datagram: Datagram) -> None:
        def arrive() -> None:
            self._look()
            wanted = socket.peer in (None, datagram.source)
            if wanted and socket in self._sockets.values() and self._routed():
                socket.waiting.append((datagram.source, datagram.data))
                del socket.waiting[_QUEUE:]
                self._host.interrupt("udp")

        self._host.at(self._host.now_us() + int(datagram.after_ms * _MS), arrive)

    # What there is outside.

    def _look(self) -> None:
        """See which links are lost since a part broke, and which cable is back."""
        if self._station.connected and self._access_point(self._station.ssid) is None:
            self._failed(_BEACON)
        lan = self._lan
        if lan.connected and self._cable() is None:
            lan.drop()
        elif lan.active and not lan.connected and lan.due is None:
            self._lan_up()

    def _routed(self) -> bool:
        return self._station.connected or self._lan.connected

    def _access_point(self, ssid: str) -> AccessPoint | None:
        for part in self._parts.values():
            if isinstance(part, AccessPoint) and part.ssid == ssid and part.fault is None:
                return part
        return None

    def _cable(self) -> Cable | None:
        for part in self._parts.values():
            if isinstance(part, Cable) and part.fault is None:
                return part
        return None

    def _servers(self) -> Iterator[Server]:
        return (part for part in self._parts.values() if isinstance(part, Server))
