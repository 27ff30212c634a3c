"""New code on trial, looked after by the code that it is to replace.

boot.py counts the starts of a trial, and takes it back after three that did not live for a
minute. Here is the rest: it stands in the watchdog's place, so that whatever the new code does to
stay alive is seen here. Each minute of mains that it lives it has to be healthy: the control loop
runs, the serial line is listened to, no fault is there that was not there before, memory is left
for the next update, whose code loads. Three minutes in a row that are not, or three crashes, and
the kept code runs again.
After half an hour of healthy ones, which may take several nights, it is confirmed, once it has
been seen to light: not by its word, but on the pins. If it has not lit for as long as its program
may be dark, it goes.

A slot brings this file at its own top, beside the package; its record is of update/switch.py.
"""

import gc
import os
import sys
from time import ticks_diff, ticks_ms

import __main__  # type: ignore[import-not-found]

_RECORD = "/keep/trial"
_SIZE = 13
_CONFIRM = 30  # minutes
_PATIENCE = 3  # minutes that it may be ill
_CRASHES = 3  # that it may have
_SAVE = 5  # minutes of mains that a power cut may cost
_FLOOR = 10240  # bytes of heap: what an update takes on 32 bits (make bench), and some more
_RESERVE = 5120  # bytes of heap: for a main.py of 4 KB, and to write it
_LOOKS = 400  # at a pin that may be dimmed, each time: some periods of 1 kHz
_LIT_MIN = 1
_ASKED = (1, 4, 5)  # of boot.py: ends of a run that are no crash
_UPDATED = 16  # of device/events.py
# Of device/events.py: configuration lost, wiring lost, output, a task has failed, safe mode, a
# part of the wiring that cannot be had. Others come and go with the world.
_FAULTS = 1 << 12 | 1 << 13 | 1 << 15 | 1 << 18 | 1 << 19 | 1 << 20


class Trial:
    """watchdog: the real one. slot: on trial. kept: the other."""

    def __init__(self, watchdog, slot, kept):
        self._watchdog = watchdog
        self._slot = slot
        self._kept = kept
        record = b""
        try:
            with open(_RECORD, "rb") as file:
                record = file.read()
        except OSError as error:  # then it only takes longer
            sys.print_exception(error)
        if len(record) != _SIZE:
            record = bytes(_SIZE)
        self._powered = record[0] | record[1] << 8
        self._healthy = record[2] | record[3] << 8
        self._lit = record[4] | record[5] << 8
        self._lit_within = record[6] | record[7] << 8
        self._faults = record[8] | record[9] << 8 | record[10] << 16 | (record[11] & 63) << 24
        self._crashes = record[12]
        self._ill = 0
        self._at = ticks_ms()
        self._minutes = 0  # of this run
        self._light = False  # in this minute, at some time
        self._steps = -1
        self._pins = None
        self._over = False
        self._closed = False  # to the next update
        # For `_end`, which must come to its end also where no memory is left.
        self._reserve = bytearray(_RESERVE)
        if __main__.reset_cause() != __main__.PWRON_RESET and __main__._why not in _ASKED:
            self._crashes += 1
            self._save()
            if self._crashes >= _CRASHES:
                self._end("s")

    def feed(self):
        """The app says that it is well."""
        self._watchdog.feed()
        if not self._over:
            try:
                self._judge()
            except Exception as error:  # a fault here must not end a node that lights
                sys.print_exception(error)

    def _judge(self):
        if not self._light:
            self._light = self._lights()
        now = ticks_ms()
        if ticks_diff(now, self._at) >= 60000:
            self._at = now
            self._minute()

    def _minute(self):
        if not self._on():
            self._over = True  # somebody has decided; the next start is another's
            return
        self._minutes += 1
        self._powered += 1
        if self._minutes == 1:
            self._point(self._slot + "3")  # it has come to something
        elif self._light:
            self._lit += 1
        why = self._illness()
        self._light = False
        if why:
            self._ill += 1
            if self._ill >= _PATIENCE:
                return self._end(why)
        else:
            self._ill = 0
            self._healthy += 1
        lit = self._lit >= _LIT_MIN or not self._lit_within
        if not lit and self._powered >= self._lit_within:
            return self._end("d")
        if lit and self._healthy >= _CONFIRM:
            return self._confirm()
        if self._powered % _SAVE == 0 or self._minutes <= _SAVE:
            self._save()

    def _illness(self):
        """Why it is not well, as in update/slots.py, or ""."""
        app = sys.modules.get("noctule.app")
        node = getattr(app, "node", None)
        if node is None or node.safe:
            return "h"
        steps = node.control.steps
        alarm = node.alarm
        # It sleeps for an hour at most, and is late by 8 s at most.
        moving = steps != self._steps or ticks_diff(ticks_ms(), alarm.due) < 8000
        self._steps = steps
        if not steps or not moving or node.faults() & _FAULTS & ~self._faults:
            return "h"
        if node.console is not None and not node.console.polls:  # None: somebody is being served
            return "h"
        if node.output.asked and not self._light:
            return "d"
        gc.collect()
        if gc.mem_free() + len(self._reserve) < _FLOOR:
            return "m"
        if self._minutes == 2:
            self._closed = not self._updater()
        return "u" if self._closed else ""

    def _updater(self):
        """Whether the next update can come at all. The new code's session says so of its parts,
        which the code before cannot know."""
        session = "noctule.update.session"
        if session in sys.modules:
            return True  # it is at work
        try:
            __import__(session)
            sys.modules[session].loads()
            return True
        except Exception as error:
            sys.print_exception(error)
            return False
        finally:
            for name in [name for name in sys.modules if name.startswith("noctule.update")]:
                sys.modules.pop(name)
            if hasattr(sys.modules["noctule"], "update"):
                delattr(sys.modules["noctule"], "update")
            gc.collect()

    def _lights(self):
        """Whether there is light now, by the pins that boot.py sets for its safe light; where
        these do not tell (a DALI line at rest), by the gear's answers."""
        if self._pins is None:
            from machine import Pin

            self._pins = [(Pin(pin), level) for pin, level in __main__.LIT]
        node = getattr(sys.modules.get("noctule.app"), "node", None)
        if node is not None and node.wiring.get("output", {}).get("kind") == "dali":
            return node.output.command > 0 and not node.output.fault
        for pin, level in self._pins:
            for _ in range(_LOOKS):
                if pin.value() == level:
                    break
            else:
                return False
        return True

    def _on(self):
        """Is it this code's trial still, by the small file?"""
        with open("/slot", "rb") as file:
            said = file.read(3)
        return said[:1] == self._slot.encode() and said[1:] in (b"0", b"1", b"2", b"3")

    def _point(self, text):
        """Boot.py's way, since nothing of the new code is to be relied upon here."""
        __main__.put("/slot", text.encode())

    def _save(self):
        record = bytearray(_SIZE)
        for at, value in ((0, self._powered), (2, self._healthy), (4, self._lit)):
            record[at] = value & 255
            record[at + 1] = value >> 8
        record[6] = self._lit_within & 255
        record[7] = self._lit_within >> 8
        for i in range(4):
            record[8 + i] = self._faults >> 8 * i & 255
        record[12] = self._crashes
        __main__.put(_RECORD, record)

    def _end(self, why):
        """Back to the kept code."""
        from machine import reset

        self._reserve = bytearray()
        gc.collect()
        try:
            with open("/" + self._kept + "/main.py", "rb") as file:
                __main__.put("/main.py", file.read())
            self._point(self._kept + "!" + why)
            sys.modules["noctule.app"].node.reboot()
        finally:
            reset()  # what failed here is one start less

    def _confirm(self):
        self._point(self._slot)
        self._over = True
        self._reserve = bytearray()
        os.remove(_RECORD)
        gc.collect()
        sys.modules["noctule.app"].node.tell(_UPDATED, 0)
