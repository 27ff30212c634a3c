"""The device layer: what a node is made of, each part by itself.

Only factories import `machine`, `esp32` or `network`; buses, pins and files are handed in. Nothing
here knows a schedule: levels come from the brain, readings go to it. A part that is run as a
task has `poll(ticks)`: it does what is due, waits for nothing, and says in how many ms it wants
to be asked again.

    control.py    asks the brain, tells the output
    output.py     the one owner of what lights; pwm.py (0-10 V too), relay.py, dali_gear.py below
    dali.py       frames, bits on the wire, and memory of digital gear; dali_line.py sends them
    sensors.py    presence (pir.py, ld2410.py), light (bh1750.py, ldr.py), power (bl0937.py, of
                  pulses.py)
    clock.py      the node's time, and whom to believe: ds3231.py with its battery, ntp.py
    network.py    Wi-Fi or Ethernet, kept up
    guard.py      the watchdog is fed while the tasks are well
    keeper.py     what is written to flash, and how often; store.py: so that it survives
    alarm.py      a task's sleep that others can shorten; events.py: codes and faults
"""
