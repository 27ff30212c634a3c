"""The node goes by another configuration, without a start."""

import sys

from noctule import app
from noctule.brain.state import SIZE
from noctule.device import events


def take(node, config) -> bool:
    """Have it go by another configuration from now on, with what the brain's state keeps, as after
    a reset that took no time. False: it has to start anew for it, and soon."""
    brain = node.brain
    saved = bytearray(SIZE)
    brain.save(saved)
    try:
        brain.__init__(config)
    except Exception as error:  # the brain is as it was, or, without memory, half another
        sys.print_exception(error)
        return False
    app.forget("noctule.brain.config")
    brain.start(node.ticks(), False, saved)
    node.tell(events.CONFIGURED, 0)
    brain.sensor(node.sensors.active, node.ticks())
    node.control.anew()
    node.act()
    return node.output.follow(brain.luminaire)
