"""The device layer: what a node is made of, each part by itself.

Only leaf constructors import `machine`; buses, pins and files are handed in. Nothing here knows
a schedule: levels come from the brain, readings go to it.

    dali.py       frames, bits on the wire, and memory of digital gear
    ld2410.py     presence radar, on a serial line
    ds3231.py     battery-backed clock, on I2C
    bh1750.py     light sensor, on I2C
    bl0937.py     mains meter, by its pulses
    store.py      what is kept in flash: configuration, state, counters, events
"""
