"""`select` in the chip's time, over what the unix port can poll and over the doubles' objects.

A double that can be polled has `ioctl(3, mask)` (MP_STREAM_POLL, py/stream.h), which says which
of the events asked for are there. It is asked anew after each thing that happens outside: so the
PC side has to interrupt where it makes one ready.
"""

import select as _unix

import clock as _clock
import wire as _wire

POLLIN = _unix.POLLIN
POLLOUT = _unix.POLLOUT
POLLERR = _unix.POLLERR
POLLHUP = _unix.POLLHUP

_STREAM_POLL = 3


class poll:  # noqa: N801
    """What the program waits for."""

    def __init__(self):
        self._native = None  # made with the first native object
        self._doubles = {}

    def register(self, obj, mask=POLLIN | POLLOUT):
        """Wait for this too, or for other events of it."""
        _wire.stirred = True
        if hasattr(obj, "ioctl"):
            self._doubles[id(obj)] = (obj, mask)
            return
        if self._native is None:
            self._native = _unix.poll()
            self._native.register(_wire.events, POLLIN)
        self._native.register(obj, mask)

    def unregister(self, obj):
        """Wait for it no more."""
        if hasattr(obj, "ioctl"):
            self._doubles.pop(id(obj), None)
        elif self._native is not None:
            self._native.unregister(obj)

    def modify(self, obj, mask):
        """Wait for other events of it. OSError ENOENT: it is not waited for."""
        _wire.stirred = True
        if hasattr(obj, "ioctl"):
            if id(obj) not in self._doubles:
                raise OSError(2)
            self._doubles[id(obj)] = (obj, mask)
        elif self._native is None:
            raise OSError(2)
        else:
            self._native.modify(obj, mask)

    def _ready(self):
        """What is ready now: a list of (object, events)."""
        found = []
        for obj, mask in self._doubles.values():
            there = obj.ioctl(_STREAM_POLL, mask)
            if there:
                found.append((obj, there))
        # Where waiting costs no time, the PC side says when something was typed: asking the
        # host each time would cost more than all the rest.
        if self._native is not None and (_wire.stirred or _clock.rate):
            quiet = True
            for obj, there in self._native.poll(0):
                quiet = False
                if obj is not _wire.events:
                    found.append((obj, there))
            if quiet:
                _wire.stirred = False
        return found

    def poll(self, ms=-1):
        """Wait so long (-1: for ever) until something is ready: a list of (object, events)."""
        end = -1 if ms < 0 else _clock.now() + ms * 1000
        while True:
            found = self._ready()
            if found:
                return found
            left = -1 if end < 0 else end - _clock.now()
            if left < 0 <= end:
                left = 0
            if self._native is None or _clock.rate == 0:
                happened = _wire.wait(left)
            else:  # at the prompt also where time jumps: `mpremote mount` waits for the PC so
                happened = self._wait_native(left)
            if not happened and (end >= 0 and _clock.now() >= end):
                return self._ready()

    def _wait_native(self, us):
        """Wait in real time for what the host can poll, or for something to happen outside."""
        ms = us if us < 0 else -(-us // (1000 * _clock.rate))
        happened = False
        for obj, _ in self._native.poll(ms):
            happened = True
            if obj is _wire.events:
                _wire.handle()
        return happened

    def ipoll(self, ms=-1, flags=0):
        """As `poll`."""
        if ms == 0 and not self._doubles and self._native is not None and _clock.rate:
            # Asked before each byte of the serial line: so the short way, if there is one.
            found = self._native.poll(0)
            if not found or (len(found) == 1 and found[0][0] is not _wire.events):
                return found
        if ms == 0 and not self._doubles and _clock.rate == 0 and not _wire.stirred:
            if not _wire.wait(0):
                return ()
        return self.poll(ms)
