"""Time from an NTP server: a client of SNTP (RFC 4330) that never waits.

Not the frozen `ntptime`: that waits up to a second for its answer, asks for the name, which holds
up the whole interpreter (`getaddrinfo`), looks at nothing in the answer but the time, takes zero
for the year 2036, and sets the clock whatever it finds. Here an answer must come from the server
that was asked, repeat the number that was sent to it, and be one of a server that knows the time;
what the time is worth is for `clock` to weigh.
"""

from noctule.brain.const import const

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

_TICKS = const(0x3FFFFFFF)
_SIZE = const(48)
_CLIENT = const(0x23)  # version 4, mode 3
_PORT = const(123)
_LOOK_MS = const(50)
_LONGEST_MS = const(2000)  # until an answer: half of it is the most that it can be late
_NO_NETWORK_MS = const(15000)
_PERIOD_MS = const(21600000)  # 6 hours
_DAY_MS = const(86400000)
_AGAIN_MS = const(64000)
_RETRY_MS = const(16000)  # doubled with each silence, up to a day
_CENTURY = const(36524)  # days from 1900-01-01 to 2000-01-01
_ERA_DAYS = const(49710)  # 2 ** 32 s, after which the count begins again in 2036
_ERA_S = const(23296)


class Ntp:
    """sockets: the module `socket`; servers: numeric addresses, asked in turn; random: a callable
    like os.urandom; seed: of the node (0 to 65535), so that not all ask at once after a power
    cut; network: anything with `up`, or None. ValueError: an address that is a name.

    fresh: there is an answer: day, second, millis, at the ticks of the poll that found it. Who
    takes it clears `fresh`. silences: requests without an answer since the last one. refused:
    answers thrown away so far, up to 65535. error: errno of the last trouble with the socket.
    """

    def __init__(self, sockets, servers, random, seed: int, network=None, port: int = _PORT):
        for server in servers:
            if not server.replace(".", "").isdigit():
                raise ValueError("ntp")
        self.fresh = False
        self.day = self.second = self.millis = 0
        self.silences = self.refused = self.error = 0
        self._sockets = sockets
        self._servers = servers
        self._random = random
        self._seed = seed
        self.network = network
        self._port = port
        self._socket: Any = None
        self._asked = -1  # who: index in servers
        self._unwelcome = 0  # servers that said so: bits
        self._from = -1  # ticks
        self._pause = seed % 8000
        self._request = bytearray(_SIZE)
        self._request[0] = _CLIENT
        self._answer = bytearray(_SIZE)

    def poll(self, ticks: int) -> int:
        """Ask, or look for the answer. Returns ms until the next. Allocates nothing but for a
        request."""
        if self._from < 0:
            self._from = ticks
        passed = ticks - self._from & _TICKS
        if self._socket is not None:
            return self._look(ticks, passed)
        if passed < self._pause:
            return self._pause - passed
        if self.network is not None and not self.network.up:
            if self.silences:  # it was perhaps nobody's fault but the network's
                self.silences = 0
                self._wait(ticks, self._seed % 8000)
            return _NO_NETWORK_MS
        return self._ask(ticks)

    def soon(self, ticks: int) -> int:
        """Ask again in a minute. Returns ms until then."""
        self._from = ticks
        self._pause = _AGAIN_MS
        return _AGAIN_MS

    def _ask(self, ticks: int) -> int:
        every = (1 << len(self._servers)) - 1
        if self._unwelcome == every:  # all of them: a day has passed
            self._unwelcome = 0
        self._asked = (self._asked + 1) % len(self._servers)
        while self._unwelcome >> self._asked & 1:
            self._asked = (self._asked + 1) % len(self._servers)
        # A number that only the server sees, in place of a time that nobody needs.
        self._request[40:48] = self._random(8)
        self._from = ticks
        sockets = self._sockets
        try:
            self._socket = sockets.socket(sockets.AF_INET, sockets.SOCK_DGRAM)
            self._socket.setblocking(False)
            # Connected: the port itself drops what others send.
            self._socket.connect((self._servers[self._asked], self._port))
            self._socket.send(self._request)
        except OSError as error:
            return self._failed(ticks, error)
        return _LOOK_MS

    def _look(self, ticks: int, passed: int) -> int:
        try:
            count = self._socket.readinto(self._answer)
        except OSError as error:
            return self._failed(ticks, error)
        if count is not None and passed <= _LONGEST_MS:
            kind = self._judge(count)
            if kind:
                self._close()
                self.silences = 0
                if kind == 16:
                    return self._sent_away(ticks)
                self._read(passed // 2)
                return self._wait(ticks, _PERIOD_MS)
            if self.refused < 65535:
                self.refused += 1
        if passed < _LONGEST_MS:
            return _LOOK_MS
        return self._silence(ticks)

    def _judge(self, count: int) -> int:
        """The stratum of an answer to what was asked: 1 to 15, 16 of one that wants no more
        questions, 0 of none."""
        answer, request = self._answer, self._request
        first = answer[0]
        version = first >> 3 & 7
        if count < _SIZE or first & 7 != 4 or version < 3 or version > 4:
            return 0
        for i in range(8):
            if answer[24 + i] != request[40 + i]:
                return 0
        stratum = answer[1]
        if not stratum:  # kiss of death
            return 16
        if first >> 6 == 3 or stratum > 15:  # it does not know the time itself
            return 0
        for i in range(40, 48):
            if answer[i]:
                return stratum
        return 0

    def _read(self, late: int) -> None:
        """The time when it was sent, and what it has been on its way."""
        answer = self._answer
        # Seconds since 1900 are 32 bits; a day is 675 * 128 of them.
        units = answer[40] << 17 | answer[41] << 9 | answer[42] << 1 | answer[43] >> 7
        day = units // 675 - _CENTURY
        second = units % 675 * 128 + (answer[43] & 127)
        if not answer[40] & 128:  # from 2036 on
            day += _ERA_DAYS
            second += _ERA_S
        millis = ((answer[44] << 8 | answer[45]) * 1000 >> 16) + late
        second += millis // 1000
        self.millis = millis % 1000
        self.second = second % 86400
        self.day = day + second // 86400
        self.fresh = True

    def _sent_away(self, ticks: int) -> int:
        self._unwelcome |= 1 << self._asked
        others = self._unwelcome != (1 << len(self._servers)) - 1
        return self._wait(ticks, _RETRY_MS if others else _DAY_MS)

    def _failed(self, ticks: int, error: OSError) -> int:
        self.error = error.errno or -1
        return self._silence(ticks)

    def _silence(self, ticks: int) -> int:
        self._close()
        if self.silences < 14:
            self.silences += 1
        pause = _RETRY_MS << self.silences - 1
        return self._wait(ticks, pause if pause < _DAY_MS else _DAY_MS)

    def _wait(self, ticks: int, pause: int) -> int:
        self._from = ticks
        # Up to a quarter more, each node its own.
        self._pause = pause + pause // 64 * (self._seed & 15)
        return self._pause

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def of(servers, network=None, seed: int = -1) -> Ntp:
    """By the wiring's list of addresses. seed: 0 to 65535, of the node; left out: any."""
    import os
    import socket

    if seed < 0:
        drawn = os.urandom(2)
        seed = drawn[0] << 8 | drawn[1]
    return Ntp(socket, servers, os.urandom, seed, network)
