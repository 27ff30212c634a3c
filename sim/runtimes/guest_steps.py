"""Steps of a brain, of one kind, to be counted by the runtime."""

from noctule.brain import SYNCED, Brain


def main(config, day, kind, times):
    brain = Brain(config)
    brain.start(0, False, None)
    second = 75600  # 21:00 UTC
    for i in range(times):
        if kind == "plan":  # each in another night: calendar, sun, switch points
            brain.step(day + i, second, 0, i * 1000, SYNCED)
        elif kind == "quiet":  # nothing new
            brain.step(day, second + i % 3600, 0, i * 1000, SYNCED)
        elif kind == "passage":  # seen, raised, gone, lowered: two sensor edges and three steps
            now = i * 100000
            at = second + i % 30 * 100
            brain.sensor(True, now)
            brain.step(day, at, 200, now + 200, SYNCED)
            brain.sensor(False, now + 9000)
            brain.step(day, at + 69, 0, now + 69000, SYNCED)
            brain.step(day, at + 99, 0, now + 99000, SYNCED)
    print(brain.level)
