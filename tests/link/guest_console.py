"""A technician's session, printed: what was typed, and what came.

A script is lines: `> COMMAND` is typed with Enter; `! WHAT ARGUMENTS` happens on the bench; all
else is left out. Printed are the same lines, each with the answer under it.
"""

from stand import Bench


def happen(bench, what, numbers):
    node = bench.node
    if what == "wait":
        bench.wait(numbers[0])
    elif what == "sensor":
        bench.sensor(numbers[0] == 1)
    elif what == "light":
        node.sensors.lux = numbers[0]
    elif what == "radar":
        node.sensors.presence.detection_cm = numbers[0]
        node.sensors.presence.reports = node.sensors.presence.reports + numbers[1] & 0xFFFF
    elif what == "power":
        node.sensors.meter.power = numbers[0]
    elif what == "faults":
        node.own = numbers[0]
    elif what == "counters":
        node.counters.values[:] = numbers
    elif what == "minutes":
        node.up = numbers[0]
    elif what == "event":
        node.log.add(*numbers)
    elif what == "unset":
        node.clock.quality = node.clock.source = 0
        node.clock.chip_state = 1
        node.clock.day = 0
        node.clock.second = 77
        node.act()
        bench.wait(10)
    elif what == "all-on":
        node.brain.all_on(numbers[0], node.ticks())
        node.act()
        bench.wait(10)
    elif what == "nothing-fitted":
        node.sensors.presence = node.sensors.meter = None
        node.sensors.lux = -2
    else:
        raise ValueError(what)


def main(config, lang, day, second, script):
    wiring = {"node": "H1", "site": "Is-sur-Tille", "board": "virtual", "lang": lang}
    wiring["clock"] = {"kind": "ds3231"}
    bench = Bench(config, wiring, day, second)
    bench.wait(1000)
    said = bench.type("\r")
    assert said == "noctule> ", said
    for line in script:
        print(line)
        if line[0] == "!":
            words = line.split()
            happen(bench, words[1], [int(word) for word in words[2:]])
            # What comes of itself, between two commands.
            said = bench.said()
        else:
            said = bench.type(line[2:] + "\r")
            if said.startswith(line[2:]):  # else it had gone to sleep
                said = said[len(line) - 2 :]
        for text in said.replace("\r\n", "\n").split("\n"):
            if text and text != "noctule> ":
                print("   ", text)
    print("told", bench.node.told)
    print("longest piece", bench.longest, "restarts", bench.node.restarted)
