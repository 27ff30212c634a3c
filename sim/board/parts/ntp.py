"""An NTP server (RFC 5905, the client's and the server's modes): right, or wrong in many ways."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from sim.board.parts.net import Datagram, Server
from sim.board.parts.part import Host

__all__ = ["NtpServer"]

_PORT = 123
_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_SERVER, _CLIENT = 4, 3
_ALARM = 3  # leap indicator: its clock is not set


class NtpServer(Server):
    """A server that keeps the world's time.

    now: the time, in UTC, when it is plugged in. delay_ms: there and back. Faults: `dead`, `zero`
    (all its times are 0), `garbage` (random bytes), `short` (a piece of an answer), `kiss` (told
    to go away: stratum 0 and RATE), `unset` (it says itself that it does not know), `elsewhere`
    (the answer comes from another address), `echo` (it is the answer to another question). For a
    time that is wrong by hours, `shift`.
    """

    FAULTS = ("dead", "zero", "garbage", "short", "kiss", "unset", "elsewhere", "echo")

    def __init__(
        self,
        host: str,
        now: datetime,
        *,
        delay_ms: float = 30.0,
        names: Iterable[str] = (),
        seed: int = 0,
    ) -> None:
        super().__init__(host, _PORT, names)
        self.delay_ms = delay_ms
        self.stratum = 2
        self._start = now.astimezone(UTC)
        self._plugged_us = 0
        self._random = Random(seed)

    def plug(self, host: Host) -> None:
        super().plug(host)
        self._plugged_us = host.now_us()

    def shift(self, seconds: float) -> None:
        """Have it be wrong by so much more."""
        self._start += timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Its time."""
        return self._start + timedelta(microseconds=self.now_us() - self._plugged_us)

    def heard(self, data: bytes) -> Iterator[Datagram]:
        if len(data) < 48 or data[0] & 7 != _CLIENT:
            return
        answer = self._answer(data)
        source = self.address
        match self.fault:
            case "garbage":
                answer = self._random.randbytes(48)
            case "short":
                answer = answer[: self._random.randrange(48)]
            case "elsewhere":
                source = ("203.0.113.99", _PORT)
        yield Datagram(self.delay_ms, source, answer)

    def _answer(self, question: bytes) -> bytes:
        leap = _ALARM if self.fault in ("kiss", "unset") else 0
        version = question[0] >> 3 & 7
        stratum = {"kiss": 0, "unset": 16}.get(self.fault or "", self.stratum)
        reference = b"RATE" if self.fault == "kiss" else b"\xc0\x00\x02\x01"
        half = timedelta(milliseconds=self.delay_ms / 2)
        now = self.now() + half  # the question has come half of the way
        head = bytes([leap << 6 | version << 3 | _SERVER, stratum, 6, 0xEC])
        head += bytes(4) + b"\x00\x00\x02\x00" + reference
        origin = question[40:48]
        if self.fault == "echo":
            origin = bytes(byte ^ 0x5A for byte in origin)
        if self.fault == "zero":
            return head + bytes(8) + origin + bytes(16)
        set_at = _stamp(now - timedelta(seconds=17))
        return head + set_at + origin + _stamp(now) + _stamp(now)


def _stamp(time: datetime) -> bytes:
    """64 bits: seconds since 1900, of the era at hand, and their fraction."""
    since = time - _EPOCH
    seconds = since.days * 86400 + since.seconds
    return (seconds & 0xFFFFFFFF).to_bytes(4, "big") + (
        (since.microseconds << 32) // 1_000_000
    ).to_bytes(4, "big")
