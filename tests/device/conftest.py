"""What the leaves' tests share: a `machine` for the factories."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from tests.device.twins import OutputPin, PwmPin


@pytest.fixture
def board(monkeypatch):
    """Stands in for `machine`: pins and pwms by number, as the factories made them."""
    pins: dict[int, OutputPin] = {}
    pwms: dict[int, PwmPin] = {}

    class Pin:
        OUT = 3

        def __new__(cls, number, mode=None, value=None):
            if mode is None:
                return number
            pins[number] = OutputPin(value)
            return pins[number]

    def pwm(pin, freq, duty_u16):
        pwms[pin] = PwmPin(duty_u16, freq)
        return pwms[pin]

    machine = ModuleType("machine")
    machine.Pin, machine.PWM = Pin, pwm
    monkeypatch.setitem(sys.modules, "machine", machine)
    return SimpleNamespace(pins=pins, pwms=pwms, machine=machine)
