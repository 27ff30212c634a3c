"""As machine.py: the peripheral that sends DALI."""


class RMT:
    def __init__(self, number, pin=None, clock_div=0, idle_level=0):
        pass

    def write_pulses(self, duration, levels):
        pass
