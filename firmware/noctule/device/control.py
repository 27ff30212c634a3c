"""The `control` task: asks the brain what the level should be now, and has the output give it.

It waits for nobody: time, sensors and whoever commands tell the brain and shorten its sleep.
"""


from noctule.brain.const import const

_STEPS = const(0x3FFFFFFF)


class Control:
    """brain, clock, output: the node's. lit(ms), keep(ms): wake the tasks of output and log.

    watch: called as watch(day, ms of the day) after a step that changed something, or None.
    steps: how often it has asked, wrapping.
    """

    def __init__(self, brain, clock, output, lit, keep) -> None:
        self.watch = None
        self.steps = 0
        self._brain = brain
        self._clock = clock
        self._output = output
        self._lit = lit
        self._keep = keep
        self._asked = -1

    def anew(self) -> None:
        """Somebody else has told the output something: tell it again what it should be."""
        self._asked = -1

    def poll(self, ticks: int) -> int:
        self.steps = self.steps + 1 & _STEPS
        brain = self._brain
        clock = self._clock
        clock.now(ticks)
        wait = brain.step(clock.day, clock.second, clock.millis, ticks, clock.quality)
        if brain.output != self._asked:
            self._asked = brain.output
            self._output.go(brain.output, brain.ramp if brain.changed else 0, ticks)
            self._lit(0)
        if brain.announced():
            pass  # to the neighbours, once there is a radio
        if brain.unsaved:
            self._keep(0)
        if brain.changed and self.watch is not None:
            self.watch(clock.day, clock.second * 1000 + clock.millis)
        return wait
