"""A node's nights with the heap locked: who allocates is caught, with the call and the place.

`main(*jobs)`, a job being (name, config, saved, day, nights, people, flags, every): from midnight
UTC of a day, a state to begin with (or b""), so many people passing a night, and a step at every
wake-up that was asked for and after every `every` ms (0: not). Prints `NAME STEPS` a job. What
happens is drawn from a small generator, the same on each runtime, without allocating.

`Walk` is the runtime around the brain; `guest_fuel` uses it as well.
"""

import sys

from noctule.brain import Brain
from noctule.brain.const import const
from noctule.brain.state import SIZE

try:
    from micropython import heap_lock, heap_unlock
except ImportError:  # CPython has no such lock
    heap_lock = heap_unlock = int


SKY = const(1)  # flags: a photocell, with clouds, and dead now and then
OVERRIDES = const(2)  # by level and by program
NO_CLOCK = const(4)  # the time is never known
LOSES_CLOCK = const(8)  # it is lost and found
STUCK = const(16)  # the first detection never ends
ASKS = const(32)  # for light, and all on
METER = const(64)  # power is measured, and is wrong now and then

_DAY = const(86400000)
_HALF = const(43200000)
_TICKS = const(0x3FFFFFFF)
_NEVER = const(0x3FFFFFFF)


class Walk:
    """A brain, its clock, and what happens to it. Small integers only, and no garbage."""

    def __init__(self, brain, saved, day, nights, people, flags, every, ticks=0):
        self.brain = brain
        self.saved = saved
        self.day = day
        self.ms = 0
        self.ticks = ticks
        self.days = nights
        self.people = people
        self.flags = flags
        self.every = every
        self.steps = 0
        self.doing = "nothing"
        self.quality = 0 if flags & NO_CLOCK else 3
        self.active = False
        self.turn = 0
        self.random = 4242
        # ms until the next step, passage, sample of the photocell and of the meter, override, step
        # by the minute.
        self.due = 0
        self.passage = 1000 if people else _NEVER
        self.sample = 500 if flags & SKY else _NEVER
        self.measure = 30000 if flags & METER else _NEVER
        self.meddle = 3600000 if flags & (OVERRIDES | LOSES_CLOCK | ASKS) else _NEVER
        self.minute = every if every else _NEVER

    def go(self):
        """Run to the end."""
        while self.days > 0:
            wait = self.due
            if self.passage < wait:
                wait = self.passage
            if self.sample < wait:
                wait = self.sample
            if self.measure < wait:
                wait = self.measure
            if self.meddle < wait:
                wait = self.meddle
            if self.minute < wait:
                wait = self.minute
            self.pass_(wait)
            if self.passage == 0:
                self.people_pass()
            if self.sample == 0:
                self.look_at_the_sky()
            if self.measure == 0:
                self.read_the_meter()
            if self.meddle == 0:
                self.somebody_meddles()
            if self.minute == 0:
                self.minute = self.every
                self.due = 0
            if self.due == 0:
                self.step()

    def pass_(self, ms):
        self.due -= ms
        if self.people:
            self.passage -= ms
        if self.flags & SKY:
            self.sample -= ms
        if self.flags & METER:
            self.measure -= ms
        if self.meddle != _NEVER:
            self.meddle -= ms
        if self.every:
            self.minute -= ms
        self.ms += ms
        if self.ms >= _DAY:
            self.ms -= _DAY
            self.day += 1
            self.days -= 1
        if self.ticks > _TICKS - ms:
            self.ticks = self.ticks - _TICKS + ms - 1
        else:
            self.ticks += ms

    def draw(self):
        """The next of the generator: 0 to 1023."""
        self.random = (self.random * 1103 + 12345) & 0x7FFFF
        return self.random >> 9

    def told(self, due):
        if due < self.due:
            self.due = due

    def step(self):
        self.doing = "step"
        self.steps += 1
        self.due = self.brain.step(
            self.day, self.ms // 1000, self.ms % 1000, self.ticks, self.quality
        )
        self.doing = "announced"
        self.brain.announced()
        if self.brain.unsaved:
            self.doing = "save"
            self.brain.save(self.saved)

    def people_pass(self):
        if self.flags & STUCK and self.active:
            self.passage = _DAY
            return
        if self.active:
            self.active = False
            self.doing = "sensor off"
            self.told(self.brain.sensor(False, self.ticks))
        else:
            kind = self.draw() & 7
            if kind < 4:
                self.active = True
                self.doing = "sensor on"
                self.told(self.brain.sensor(True, self.ticks))
                # Some pass in a moment, a few stand for longer than a sensor is trusted.
                self.passage = 20 + self.draw() * (4 if kind < 3 else 3000)
                return
            self.doing = "heard"
            self.told(self.brain.heard(0, kind - 4, 25 * (kind - 4), kind == 7, self.ticks))
        self.passage = (_DAY // self.people >> 9) * (self.draw() + 1)

    def look_at_the_sky(self):
        self.sample = 300000
        cloud = self.draw()
        if cloud < 16:
            lux = -1
        elif self.ms < 6 * 3600000 or self.ms > 17 * 3600000:
            lux = cloud >> 6
        else:
            lux = cloud + 15
        self.doing = "light"
        self.told(self.brain.light(lux, self.ticks))

    def read_the_meter(self):
        health = self.brain.health
        power = 0 if health is None else health.expected(self.brain.output)
        # By day and by night a fault of some hours, now and then.
        fault = self.turn & 3
        if fault == 1:
            power += self.draw() * 4
        elif fault == 2 and self.draw() & 512:
            power = 0
        self.doing = "metered"
        self.measure = self.brain.metered(power, self.ticks)
        self.doing = "faults"
        self.brain.faults()

    def somebody_meddles(self):
        self.meddle = 7201000
        self.turn = (self.turn + 1) & 7
        turn = self.turn
        if self.flags & OVERRIDES:
            if turn == 1 or turn == 4:
                self.doing = "override_level"
                self.brain.override_level(self.draw() % 101, 5000 + self.draw(), 500, self.ticks)
            elif turn == 2 or turn == 6:
                self.doing = "override_program"
                self.brain.override_program(0, 10000, self.ticks)
            elif turn == 3:
                self.doing = "cancel_override"
                self.brain.cancel_override()
        if self.flags & ASKS:
            self.doing = "relight"
            self.told(self.brain.relight(self.draw() & 1, self.ticks))
            if turn == 5:
                self.doing = "all_on"
                self.brain.all_on(self.draw() * 2, self.ticks)
            elif turn == 7:
                self.doing = "end_all_on"
                self.brain.end_all_on()
        if self.flags & LOSES_CLOCK and turn > 4:
            self.quality = 0 if turn == 5 or turn == 7 else 2
        self.due = 0


def make(job, kind=Brain):
    """The walk of a job, ready to go: what a node allocates, it allocates here."""
    _, config, saved, day, nights, people, flags, every = job
    buffer = bytearray(SIZE)
    brain = kind(config)
    brain.start(0, len(saved) > 0, saved if saved else None)
    return Walk(brain, buffer, day, nights, people, flags, every)


def run(job, kind=Brain):
    """Walk with the heap locked. Returns whether nothing was allocated; says what was, if."""
    walk = make(job, kind)
    caught = None
    heap_lock()
    try:
        walk.go()
    except MemoryError as error:
        caught = error
    while heap_unlock():
        pass
    if caught is None:
        print(job[0], walk.steps)
        return True
    print(job[0], "ALLOCATES in", walk.doing, "on day", walk.day, "at ms", walk.ms)
    sys.print_exception(caught)
    return False


def main(*jobs):
    for job in jobs:
        run(job)
