"""The I2C bus: who answers at an address, and what the port makes of silence.

ports/esp32/machine_i2c.c: nobody at an address is ENODEV; a bus that is held low is ETIMEDOUT
after the controller's `timeout`, 50 ms unless told.
"""

from typing import ClassVar

from sim.board.parts.part import Part, RefusedError

__all__ = ["ENODEV", "ETIMEDOUT", "Bus", "Device"]

ENODEV = 19
ETIMEDOUT = 116  # newlib's


class Device(Part):
    """A chip on the bus. `dead`: it does not answer; `hanging`: it holds the clock low."""

    FAULTS: ClassVar[tuple[str, ...]] = ("dead", "hanging")

    def __init__(self, address: int) -> None:
        super().__init__()
        self.address = address

    def write(self, data: bytes) -> None:
        """Take what is written to it in one transfer."""
        raise NotImplementedError

    def read(self, count: int) -> bytes:
        """Give what is read from it in one transfer."""
        raise NotImplementedError


class Bus(Part):
    """Two wires on two pins, with pull-ups. `hanging`: one of them is held low."""

    FAULTS = ("hanging",)

    def __init__(self, *, scl: int, sda: int) -> None:
        super().__init__()
        self.scl, self.sda = scl, sda
        self.devices: dict[int, Device] = {}
        self.transfers = 0

    def add(self, device: Device) -> None:
        """Connect a chip; `Parts.plug` does. ValueError: its address is taken."""
        if device.address in self.devices:
            raise ValueError(f"address {device.address:#x} is taken")
        self.devices[device.address] = device

    def hangs(self) -> bool:
        """Whether nothing can be said on it."""
        faults = [device.fault for device in self.devices.values()]
        return self.fault == "hanging" or "hanging" in faults

    def scan(self) -> bytes:
        """The addresses at which somebody answers."""
        if self.hangs():
            return b""
        there = (d.address for d in self.devices.values() if d.fault != "dead")
        return bytes(sorted(address for address in there if 0x08 <= address < 0x78))

    def transfer(self, address: int, data: bytes | None, count: int) -> bytes:
        """Write (unless None), then read if there is something to read. Refused as by the port."""
        self.transfers += 1
        if self.hangs():
            raise RefusedError("OSError", ETIMEDOUT)
        device = self.devices.get(address)
        if device is None or device.fault == "dead":
            raise RefusedError("OSError", ENODEV)
        if data:
            device.write(data)
        return device.read(count) if count else b""
