"""A relay: the contact that is closed at rest, and nothing that dims."""

import pytest
from noctule.device.relay import Relay

from tests.device.twins import OutputPin


@pytest.mark.parametrize("lit", [0, 1])
def test_light_for_any_command_above_dark(lit):
    pin = OutputPin(lit)
    relay = Relay(pin, lit)
    for command in (10000, 100, 1, 254):
        relay.put(command)
        assert pin.level == lit
    relay.put(0)
    assert pin.level == 1 - lit
    assert relay.poll(0) > 1000 and not relay.fault and not relay.fades


def test_a_dead_node_lights(board):
    """By the wiring's default the coil at rest, which is a pin at low, is light."""
    from noctule.device.relay import fitted

    relay = fitted({"kind": "relay", "pin": 26}, None)
    assert board.pins[26].level == 0
    relay.put(0)
    assert board.pins[26].level == 1
    fitted({"kind": "relay", "pin": 27, "invert": 0}, None)
    assert board.pins[27].level == 1
