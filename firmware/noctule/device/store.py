"""What a node keeps in flash, so that a power cut at any write costs at most what was written.

Nothing that is good is ever overwritten: a *copy* goes where the newest is not, and is believed
once it has been read back; an event goes where the oldest events are.

    Copies    the same thing in two files or more, with a sequence and a digest: configuration,
              the brain's state
    Counters  numbers that only grow, in copies
    Log       the last events, in a fixed room

A file NAME.N of Copies: u8 4E, u24 sequence, u16 length, data, 8 bytes of SHA-256 of the name and
all before. An event, 16 bytes in LOG.N: u24 sequence, u16 day number (0: not known), u24 second
of the day (or since the start), u8 code, u32 value, u8 zero, CRC-16 of 0-13. Numbers are
little-endian. On littlefs a file of up to 128 bytes lies within its folder's own log, and costs
a few hundred bytes a write instead of a block: state and counters are small on purpose.
"""

import hashlib

from noctule.brain.const import const
from noctule.brain.state import check, get, put

_MARK = const(0x4E)
_HEAD = const(6)
_DIGEST = const(8)
_TURN = const(0xFFFFFF)  # sequences wrap
_HALF_TURN = const(0x800000)

_EVENT = const(16)
_MOST = const(0x3FFFFFFF)  # of a counter or value


class Files:
    """A folder of the filesystem. The only one here that touches it: tests put another in place.

    writes, written: how many, and bytes, since the start: what flash wear is counted by.
    """

    def __init__(self, folder: str = "") -> None:
        self.writes = 0
        self.written = 0
        self._folder = folder

    def read(self, name: str, most: int):
        """Bytes of a file, at most `most`; None if there is none or it cannot be read."""
        try:
            with open(self._folder + name, "rb") as file:
                return file.read(most)
        except OSError:
            return None

    def replace(self, name: str, data) -> None:
        """Make `data` all that a file holds. OSError: no room, or worse."""
        self._count(len(data))
        with open(self._folder + name, "wb") as file:
            file.write(data)

    def write_at(self, name: str, at: int, data) -> None:
        """Write into a file that is there, or on at its end. OSError: as `replace`, or no file."""
        self._count(len(data))
        with open(self._folder + name, "r+b") as file:
            file.seek(at)
            file.write(data)

    def _count(self, size: int) -> None:
        self.writes = self.writes + 1 & _MOST
        self.written = self.written + size & _MOST


class Copies:
    """files: Files. most: bytes of the data. copies: 2 or more.

    good, bad: copies that check, and files that are there and do not, at the last `load`.
    """

    def __init__(self, files, name: str, most: int, copies: int = 2) -> None:
        self.good = 0
        self.bad = 0
        self._files = files
        self._name = name
        self._most = most
        self._copies = copies
        self._sequence = -1  # of the newest; -1: none, or not looked yet
        self._newest = -1  # which copy it is

    def load(self):
        """The newest data that checks (bytes), or None."""
        self.good = self.bad = 0
        self._sequence = self._newest = -1
        newest = None
        for i in range(self._copies):
            raw = self._files.read(self._file(i), self._most + _HEAD + _DIGEST + 1)
            if not self._checks(raw):
                if raw is not None:
                    self.bad += 1
                continue
            self.good += 1
            sequence = get(raw, 1, 3)
            # Ahead by less than half a turn is newer.
            if newest is None or 0 < (sequence - self._sequence & _TURN) < _HALF_TURN:
                newest = raw
                self._sequence = sequence
                self._newest = i
            raw = None  # before the next is read
        return None if newest is None else newest[_HEAD:-_DIGEST]

    def save(self, data) -> bool:
        """Put `data` where the newest copy is not. Returns whether it is there: else what was
        there before still is. ValueError: too long."""
        if len(data) > self._most:
            raise ValueError("too long")
        if self._newest < 0:
            self.load()
        raw = bytearray(_HEAD + len(data) + _DIGEST)
        raw[0] = _MARK
        sequence = self._sequence + 1 & _TURN
        put(raw, 1, 3, sequence)
        put(raw, 4, 2, len(data))
        raw[_HEAD : _HEAD + len(data)] = data
        raw[_HEAD + len(data) :] = self._digest(raw, _HEAD + len(data))
        place = (self._newest + 1) % self._copies
        try:
            self._files.replace(self._file(place), raw)
        except OSError:
            return False
        if self._files.read(self._file(place), len(raw) + 1) != raw:
            return False
        self._sequence = sequence
        self._newest = place
        return True

    def save_all(self, data) -> bool:
        """Put `data` in every copy, one after the other: what is written seldom, and must not be
        lost when one copy rots. Returns whether at least the first is there."""
        done = False
        for _ in range(self._copies):
            if not self.save(data):
                break
            done = True
        return done

    def _file(self, copy: int) -> str:
        return self._name + "." + str(copy)

    def _digest(self, raw, size: int) -> bytes:
        found = hashlib.sha256(self._name.encode())
        found.update(memoryview(raw)[:size])
        return found.digest()[:_DIGEST]

    def _checks(self, raw) -> bool:
        """Is it a whole copy?"""
        if raw is None or len(raw) < _HEAD + _DIGEST or raw[0] != _MARK:
            return False
        size = get(raw, 4, 2)
        return (
            size <= self._most and len(raw) == size + _HEAD + _DIGEST
            and self._digest(raw, _HEAD + size) == raw[_HEAD + size :]
        )


class Counters:
    """Numbers of up to 30 bits that only grow, as Wh, burning seconds, starts.

    copies: Copies with room for 4 bytes each. values: of now; add to them with `add`. Saved when
    `save` is called: what was counted since is what a power cut costs.
    """

    def __init__(self, copies, count: int) -> None:
        self.values = [0] * count
        self._copies = copies
        self._raw = bytearray(4 * count)

    def load(self) -> bool:
        """Returns whether there were any. Fewer than there are now: the others begin at 0."""
        raw = self._copies.load()
        if raw is None:
            return False
        for i in range(len(self.values)):
            self.values[i] = get(raw, 4 * i, 4) if 4 * i + 4 <= len(raw) else 0
        return True

    def add(self, which: int, amount: int) -> None:
        """Stops at the most that a counter can be."""
        value = self.values[which]
        self.values[which] = value + amount if amount < _MOST - value else _MOST

    def save(self) -> bool:
        for i in range(len(self.values)):
            put(self._raw, 4 * i, 4, self.values[i])
        return self._copies.save(self._raw)


class Log:
    """The last events: at least (segments - 1) * per of them, at most segments * per.

    files: Files. lost: events since the start that could not be written.
    """

    def __init__(self, files, name: str = "log", segments: int = 4, per: int = 64) -> None:
        self.lost = 0
        self._files = files
        self._name = name
        self._segments = segments
        self._per = per
        self._event = bytearray(_EVENT)
        self._sequence = 0  # of the next
        self._segment = segments - 1  # where it goes: index `per` is the next segment's first
        self._index = per
        self._looked = False

    def load(self) -> int:
        """Find the end. Returns how many events there are."""
        count = 0
        newest = -1
        self._sequence = 0
        self._segment = self._segments - 1
        self._index = self._per
        for segment in range(self._segments):
            raw = self._read(segment)
            for at in range(0, len(raw) - _EVENT + 1, _EVENT):
                sequence = _sequence(raw, at)
                if sequence < 0:
                    continue
                count += 1
                if newest < 0 or 0 < (sequence - newest & _TURN) < _HALF_TURN:
                    newest = sequence
                    self._segment = segment
                    self._index = at // _EVENT + 1
        if newest >= 0:
            self._sequence = newest + 1 & _TURN
        self._looked = True
        return count

    def add(self, code: int, value: int, day: int, second: int) -> bool:
        """Write an event: code 0 to 255, value 0 to 2 ** 30 - 1, day number or 0, second of the
        day (or since the start). Returns whether it is there; never raises for what it is told."""
        if not self._looked:
            self.load()
        event = self._event
        put(event, 0, 3, self._sequence)
        put(event, 3, 2, day)
        put(event, 5, 3, second)
        put(event, 8, 1, code)
        put(event, 9, 4, value & _MOST)
        put(event, _EVENT - 2, 2, check(event, _EVENT - 2))
        if self._index < self._per:
            try:
                self._files.write_at(self._file(self._segment), self._index * _EVENT, event)
                return self._added()
            except OSError:
                pass  # the file is gone, or there is no room: the oldest make some
        self._segment = (self._segment + 1) % self._segments
        self._index = 0
        try:
            self._files.replace(self._file(self._segment), event)
        except OSError:
            self.lost += 1
            self._index = self._per
            return False
        return self._added()

    def back(self):
        """The events from the newest on, one at a time: (code, value, day, second) each."""
        if not self._looked:
            self.load()
        for back in range(self._segments):
            raw = self._read((self._segment - back) % self._segments)
            for at in range((len(raw) // _EVENT - 1) * _EVENT, -1, -_EVENT):
                if _sequence(raw, at) >= 0:
                    day = get(raw, at + 3, 2)
                    yield raw[at + 8], get(raw, at + 9, 4), day, get(raw, at + 5, 3)

    def last(self, most: int) -> list:
        """The newest events, newest first: (code, value, day, second) each."""
        found: list = []
        for event in self.back():
            if len(found) == most:
                break
            found.append(event)
        return found

    def _added(self) -> bool:
        self._sequence = self._sequence + 1 & _TURN
        self._index += 1
        return True

    def _file(self, segment: int) -> str:
        return self._name + "." + str(segment)

    def _read(self, segment: int):
        return self._files.read(self._file(segment), self._per * _EVENT) or b""


def _sequence(raw, at: int) -> int:
    """Sequence of the event at `at`, or -1 if it does not check."""
    event = raw[at : at + _EVENT]
    if get(event, _EVENT - 2, 2) != check(event, _EVENT - 2):
        return -1
    return get(event, 0, 3)
