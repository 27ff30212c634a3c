"""The network, brought up and kept up: Wi-Fi or Ethernet.

It waits for nothing: each poll looks how far things are and does at most one call. Light does not
depend on it. What the port does by itself is switched off, for it retries for ever, the wrong key
too, and says nothing but "connecting" meanwhile (network_wlan.c, with `reconnects` unlimited).
"""

from noctule.brain.const import const

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

_TICKS = const(0x3FFFFFFF)
_LOOK_MS = const(500)
_UP_MS = const(30000)  # between looks while it is up
_LONGEST_MS = const(20000)  # until an address, by Wi-Fi; a cable may be plugged in any time
_LEAST_MS = const(5000)  # of rest, doubled with each failure
_MOST_MS = const(1800000)
_RADIO = const(8)  # failures in a row, and each so many, after which it is switched off and on
_SURE = const(3)  # failures in a row, before a refused key is called wrong: a weak signal looks so

# What the port's status() says (network_wlan.c; numbers of esp_wifi_types.h).
_CONNECTING = const(1001)
_WRONG_KEY = (202, 15, 204)  # authentication failed, and how access points of today show it

# States.
_OFF = const(0)
_IDLE = const(1)
_TRYING = const(2)
_UP = const(3)


class Network:
    """nic: anything with `active`, `isconnected`, and for Wi-Fi `config`, `status`, `connect`,
    `disconnect`; ssid, key: of the Wi-Fi, None for Ethernet; wrong_key: called once when the key
    is refused again and again, and not once more before it has worked.

    up: there is an address. failures: in a row. drops: how often it was lost, up to 65535.
    refused: the key is. error: errno or text of the last trouble with the interface, or None.
    """

    def __init__(self, nic, ssid=None, key=None, wrong_key=None) -> None:
        self.up = False
        self.failures = self.drops = 0
        self.refused = False
        self.error: Any = None
        self._nic = nic
        self._ssid = ssid
        self._key = key
        self._wrong_key = wrong_key
        self._longest = _MOST_MS if ssid is None else _LONGEST_MS
        self._most = _LEAST_MS if ssid is None else _MOST_MS
        self._state = _OFF
        self._from = -1  # ticks
        self._pause = 0

    def poll(self, ticks: int) -> int:
        """Look, and do what is next. Returns ms until the next. Allocates nothing while the
        network stays as it is."""
        if self._from < 0:
            self._from = ticks
        passed = ticks - self._from & _TICKS
        try:
            if self._state == _UP:
                return self._watch(ticks)
            if self._state == _TRYING:
                return self._look(ticks, passed)
            if passed < self._pause:
                return self._pause - passed
            return self._begin(ticks)
        except OSError as error:  # "Wifi Internal Error", or no memory for the radio
            self.error = error.errno
            return self._failed(ticks)

    def _begin(self, ticks: int) -> int:
        nic = self._nic
        self._from = ticks
        if self._state == _OFF:
            nic.active(True)
            if self._ssid is not None:
                nic.config(reconnects=0)
            self._state = _IDLE
            self._pause = _LOOK_MS  # connecting is the next poll's
            return _LOOK_MS
        self._state = _TRYING
        if self._ssid is not None:
            # connect() while the port still tries is an error (micropython#17661).
            nic.disconnect()
            nic.connect(self._ssid, self._key)
        return _LOOK_MS

    def _look(self, ticks: int, passed: int) -> int:
        nic = self._nic
        if nic.isconnected():
            self._state = _UP
            self.up = True
            self.failures = 0
            self.refused = False
            return _UP_MS
        status = _CONNECTING if self._ssid is None else nic.status()
        if status == _CONNECTING and passed < self._longest:
            return _LOOK_MS
        if status in _WRONG_KEY and self.failures + 1 >= _SURE and not self.refused:
            self.refused = True
            if self._wrong_key is not None:
                self._wrong_key()
        return self._failed(ticks)

    def _watch(self, ticks: int) -> int:
        if self._nic.isconnected():
            return _UP_MS
        if self.drops < 65535:
            self.drops += 1
        return self._failed(ticks)

    def _failed(self, ticks: int) -> int:
        """Rest, each time longer. The radio goes off now and then: some boards come back by
        nothing else (micropython#15563)."""
        self.up = False
        self._from = ticks
        if self._state != _OFF:
            self._state = _IDLE
        pause = _LEAST_MS << self.failures if self.failures < 9 else _MOST_MS
        self._pause = pause if pause < self._most else self._most
        self.failures = self.failures + 1 if self.failures < 1000 else 1000 - _RADIO
        if self.failures % _RADIO == 0:
            self._state = _OFF
            try:
                self._nic.active(False)
            except OSError as error:
                self.error = error.errno
        return self._pause


def of(wiring, wrong_key=None):
    """The network that a wiring names: {"kind": "wifi", "ssid", "key"}, or {"kind": "ethernet",
    "mdc", "mdio", "phy": a PHY_ name of the module network, "address", and where the board has
    them "power", "ref_clk", "ref_out"}. ValueError: another kind."""
    import network

    kind = wiring["kind"]
    if kind == "wifi":
        nic = network.WLAN(network.STA_IF)
        return Network(nic, wiring["ssid"], wiring["key"], wrong_key)
    if kind != "ethernet":
        raise ValueError("network")
    from machine import Pin

    pins: Any = {}
    for name in ("mdc", "mdio", "power", "ref_clk"):
        if name in wiring:
            pins[name] = Pin(wiring[name])
    if "ref_clk" in pins:
        pins["ref_clk_mode"] = Pin.OUT if wiring.get("ref_out") else Pin.IN
    phy = getattr(network, "PHY_" + wiring["phy"])
    return Network(network.LAN(phy_type=phy, phy_addr=wiring["address"], **pins))
