"""The chips that the project knows, as the port has them: pins, channels, limits.

Pins: ports/esp32/machine_pin.h (boards without SPIRAM, USB serial left on). ADC: the data sheets'
tables of channels, as in ports/esp32/machine_adc.c. Counts of peripherals: ESP-IDF, soc_caps.h.
"""

from dataclasses import dataclass

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One chip."""

    name: str
    pins: frozenset[int]
    input_only: frozenset[int]
    adc1: frozenset[int]
    adc2: frozenset[int]
    """Cannot be read while Wi-Fi is on (docs/esp32/quickref.rst, "ADC")."""
    i2c: tuple[tuple[int, int], ...]
    """Of each controller, the pins (scl, sda) that it has unless told (machine_i2c.h)."""
    uart: tuple[tuple[int, int], ...]
    """Of each UART, the pins (tx, rx) that it has unless told; the first is the prompt's."""
    counters: int
    """Pulse counters; without any there is no `machine.Counter`."""
    rmt: int
    """Channels of the pulse sender."""
    rmt_symbols: int
    spi: tuple[int, ...]
    miso: tuple[int, ...]
    """Pins that the SPI controllers read unless told (machine_hw_spi.c)."""
    pwm_channels: int
    pwm_timers: int
    pwm_modes: int
    """Groups that channels and timers are divided into (fast and slow)."""
    pwm_bits: int
    """Of the duty, at most."""
    ethernet: bool


def _pins(*ranges: tuple[int, int]) -> frozenset[int]:
    return frozenset(pin for first, last in ranges for pin in range(first, last + 1))


KINDS = {
    "esp32": Kind(
        name="esp32",
        pins=_pins((0, 23), (25, 27), (32, 39)),
        input_only=_pins((34, 39)),
        adc1=_pins((32, 39)),
        adc2=frozenset((0, 2, 4, 12, 13, 14, 15, 25, 26, 27)),
        i2c=((18, 19), (25, 26)),
        uart=((1, 3), (10, 9), (17, 16)),
        counters=8,
        rmt=8,
        rmt_symbols=64,
        spi=(1, 2),
        miso=(12, 19),
        pwm_channels=16,
        pwm_timers=8,
        pwm_modes=2,
        pwm_bits=16,
        ethernet=True,
    ),
    "esp32c3": Kind(
        name="esp32c3",
        pins=_pins((0, 13), (20, 21)),
        input_only=frozenset(),
        adc1=_pins((0, 4)),
        adc2=frozenset((5,)),
        i2c=((18, 19),),
        uart=((21, 20), (10, 9)),
        counters=0,
        rmt=2,
        rmt_symbols=48,
        spi=(1,),
        miso=(2,),
        pwm_channels=6,
        pwm_timers=4,
        pwm_modes=1,
        pwm_bits=13,
        ethernet=False,
    ),
    "esp32s3": Kind(
        name="esp32s3",
        pins=_pins((0, 21), (26, 26), (33, 48)),
        input_only=frozenset(),
        adc1=_pins((1, 10)),
        adc2=_pins((11, 20)),
        i2c=((9, 8), (9, 8)),
        uart=((43, 44), (10, 9), (17, 16)),
        counters=4,
        rmt=4,
        rmt_symbols=48,
        spi=(1, 2),
        miso=(13, 37),
        pwm_channels=8,
        pwm_timers=4,
        pwm_modes=1,
        pwm_bits=13,
        ethernet=False,
    ),
}
