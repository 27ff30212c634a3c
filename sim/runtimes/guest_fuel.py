"""Steps of a brain to be paid for in fuel: prints how many. See `sim.runtimes.fuel`."""

from guest_alloc import make
from noctule.brain import Brain


class Nobody:
    """Instead of a brain: what the walk around it costs. It asks to be woken every hour."""

    unsaved = False

    def __init__(self, config):
        pass

    def start(self, ticks, power_on, saved):
        pass

    def step(self, day, second, millis, ticks, quality):
        return 3600000

    def announced(self):
        return False


def main(job, nobody):
    walk = make(job, Nobody if nobody else Brain)
    walk.go()
    print(walk.steps)
