"""`socket` as the ESP32 port has it, as far as datagrams go: ports/esp32/modsocket.c.

Streams raise NotImplementedError. Errors have newlib's numbers: 11 EAGAIN, 116 ETIMEDOUT, 118
EHOSTUNREACH (there is no route); a name that is not found is -202.
"""

from buses import asked as _asked
from clock import now as _now
from wire import handlers as _handlers
from wire import wait as _wait

AF_INET = 2
AF_INET6 = 10
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3
IPPROTO_IP = 0
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 4095
SO_REUSEADDR = 4
SO_BROADCAST = 32

_EAGAIN = 11
_ETIMEDOUT = 116
_POLL = 3
_READABLE = 1
_WRITABLE = 4

_arrivals = 0  # so often has something come, for one socket or another


def _arrived():
    global _arrivals
    _arrivals += 1


_handlers["udp"] = _arrived


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    """Addresses of a name. What is an address already asks nobody."""
    if host.replace(".", "").isdigit():
        found = host
    else:
        found = _asked("udp.name", host.encode())[0]
    return [(AF_INET, type or SOCK_STREAM, proto, "", (found, port))]


def _numeric(address):
    """Host and port, the name resolved: the port does so too, and waits for it."""
    return getaddrinfo(address[0], address[1])[0][4]


class socket:  # noqa: N801
    """A socket of datagrams."""

    def __init__(self, af=AF_INET, type=SOCK_STREAM, proto=IPPROTO_TCP):
        if af != AF_INET or type != SOCK_DGRAM:
            raise NotImplementedError("only AF_INET, SOCK_DGRAM here")
        self._number = int(_asked("udp.open")[0])
        self._wait_us = -1
        self._peer = None
        self._asked = -1  # at how many arrivals it was last asked whether something waits
        self._waits = False

    def setblocking(self, value):
        """Wait for what is to come, or not."""
        self._wait_us = -1 if value else 0

    def settimeout(self, value):
        """Wait so many seconds; None: for ever; 0: not."""
        self._wait_us = -1 if value is None else int(value * 1000000)

    def setsockopt(self, level, optname, value):
        """Taken, without effect."""

    def bind(self, address):
        """Have a port of one's own."""
        _asked("udp.bind %d %d" % (self._number, address[1]))

    def connect(self, address):
        """Talk to one address, and hear nobody else."""
        self._peer = _numeric(address)
        _asked("udp.connect %d %s %d" % ((self._number,) + self._peer))

    def sendto(self, data, address):
        """Send; how many bytes."""
        _asked("udp.send %d %s %d" % ((self._number,) + _numeric(address)), bytes(data))
        return len(data)

    def send(self, data):
        """Send to whom it is connected."""
        if self._peer is None:
            raise OSError(128)  # ENOTCONN
        return self.sendto(data, self._peer)

    write = send
    sendall = send

    def _take(self):
        end = _now() + self._wait_us
        while True:
            self._asked = -1
            try:
                return _asked("udp.take %d" % self._number)
            except OSError:
                if self._wait_us == 0:
                    raise
            left = end - _now() if self._wait_us > 0 else -1
            if self._wait_us > 0 and left <= 0:
                raise OSError(_ETIMEDOUT)
            _wait(left)

    def recvfrom(self, size):
        """A datagram and where it comes from. OSError: there is none."""
        source, data = self._take()
        host, port = source.split()
        return data[:size], (host, int(port))

    def recv(self, size):
        """A datagram. OSError: there is none."""
        return self._take()[1][:size]

    def readinto(self, buf, nbytes=-1):
        """A datagram into a buffer; its length, or None where there is none and one need not
        wait (extmod/modsocket.c, py/stream.c)."""
        try:
            data = self._take()[1]
        except OSError as error:
            if error.args[0] == _EAGAIN:
                return None
            raise
        count = min(len(data), len(buf) if nbytes < 0 else nbytes)
        buf[:count] = data[:count]
        return count

    def ioctl(self, request, mask):
        """What of it is ready, for `select`."""
        if request != _POLL:
            raise OSError(22)
        if self._asked != _arrivals:
            self._asked = _arrivals
            self._waits = _asked("udp.ready %d" % self._number)[0] == "1"
        return ((_READABLE if self._waits else 0) | _WRITABLE) & mask

    def close(self):
        """Give it back."""
        if self._number:
            _asked("udp.close %d" % self._number)
            self._number = 0
