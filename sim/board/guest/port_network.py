"""`network` as the ESP32 port has it: ports/esp32/network_wlan.c, network_lan.c, network_common.c.

An access point of one's own, scans, and addresses that are set by hand are not there.
"""

from buses import asked as _asked

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
STAT_BEACON_TIMEOUT = 200
STAT_ASSOC_FAIL = 203
STAT_CONNECT_FAIL = 203
STAT_HANDSHAKE_TIMEOUT = 204
ETH_INITIALIZED = 0
ETH_STARTED = 1
ETH_STOPPED = 2
ETH_CONNECTED = 3
ETH_DISCONNECTED = 4
ETH_GOT_IP = 5
PHY_LAN8710 = 0
PHY_LAN8720 = 1
PHY_IP101 = 2
PHY_RTL8201 = 3
PHY_DP83848 = 4
PHY_KSZ8041 = 5
PHY_KSZ8081 = 6
PHY_LAN8670 = 7
PHY_GENERIC = 8

_name = "mpy-esp32"


def hostname(name=None):
    """The node's name in the network."""
    global _name
    if name is None:
        return _name
    _name = name


def country(code=None):
    """Taken, without effect."""
    return "XX" if code is None else None


class WLAN:
    """The Wi-Fi station: one, however often it is made."""

    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    _station = None

    def __new__(cls, interface_id=STA_IF):
        """The same object each time."""
        if interface_id == AP_IF:
            raise NotImplementedError("only the station here")
        if interface_id != STA_IF:
            raise ValueError("invalid WLAN interface identifier")
        if cls._station is None:
            cls._station = object.__new__(cls)
            cls._station._pm = cls.PM_PERFORMANCE
        return cls._station

    def __init__(self, interface_id=STA_IF):
        pass

    def active(self, is_active=None):
        """Whether the radio is on; or switch it."""
        words = "wifi.active" if is_active is None else "wifi.active %d" % bool(is_active)
        return _asked(words)[0] == "1"

    def connect(self, ssid=None, key=None, *, bssid=None):
        """Begin to connect. OSError: it is trying already, or connected, or off."""
        data = b"" if ssid is None else ssid.encode() + b"\0" + (key or "").encode()
        _asked("wifi.connect", data)

    def disconnect(self):
        """Give it up."""
        _asked("wifi.disconnect")

    def isconnected(self):
        """Whether it has an address."""
        return _asked("wifi.connected")[0] == "1"

    def status(self, param=None):
        """How far it is; with "rssi", how strong the other is."""
        if param is None:
            return int(_asked("wifi.status")[0])
        if param == "rssi":
            return int(_asked("wifi.rssi")[0])
        raise ValueError("unknown status param")

    def ifconfig(self, config=None):
        """Address, mask, gateway, name server."""
        if config is not None:
            raise NotImplementedError("addresses come from the network here")
        if self.isconnected():
            return ("192.0.2.100", "255.255.255.0", "192.0.2.254", "192.0.2.254")
        return ("0.0.0.0",) * 4

    def config(self, *params, **more):
        """Read one thing, or set several."""
        if params and more:
            raise TypeError("either pos or kw args are allowed")
        for name, value in more.items():
            if name == "reconnects":
                _asked("wifi.reconnects %d" % value)
            elif name == "pm":
                self._pm = value
            elif name in ("dhcp_hostname", "hostname"):
                hostname(value)
            elif name != "txpower":
                raise ValueError("unknown config param")
        if more:
            return None
        if len(params) != 1:
            raise TypeError("can query only one param")
        if params[0] == "reconnects":
            return int(_asked("wifi.reconnects")[0])
        if params[0] == "pm":
            return self._pm
        if params[0] == "mac":
            return b"\x24\x0a\xc4\x00\x00\x01"
        if params[0] in ("dhcp_hostname", "hostname"):
            return _name
        raise ValueError("unknown config param")


if _asked("limit.ethernet 0")[0] == "1":

    class LAN:
        """The Ethernet interface of the chip, with a PHY beside it: one."""

        _lan = None

        def __new__(cls, *args, **more):
            """The same object each time."""
            if cls._lan is None:
                cls._lan = object.__new__(cls)
            return cls._lan

        def __init__(
            self, id=0, *, mdc=None, mdio=None, reset=None, power=None, phy_addr=None,
            phy_type=None, spi=None, cs=None, int=None, ref_clk_mode=None, ref_clk=None,
        ):
            if phy_addr is None or not 0 <= phy_addr <= 31:
                raise ValueError("invalid phy address")
            if phy_type not in range(9):
                raise ValueError("invalid phy type")

        def active(self, is_active=None):
            """Whether it is on; or switch it."""
            words = "lan.active" if is_active is None else "lan.active %d" % bool(is_active)
            return _asked(words)[0] == "1"

        def isconnected(self):
            """Whether it has an address."""
            return _asked("lan.connected")[0] == "1"

        def status(self):
            """How far it is: one of ETH_..."""
            return int(_asked("lan.status")[0])

        def ifconfig(self, config=None):
            """Address, mask, gateway, name server."""
            if config is not None:
                raise NotImplementedError("addresses come from the network here")
            if self.isconnected():
                return ("192.0.2.101", "255.255.255.0", "192.0.2.254", "192.0.2.254")
            return ("0.0.0.0",) * 4

        def config(self, param):
            """Read one thing."""
            if param == "mac":
                return b"\x24\x0a\xc4\x00\x00\x02"
            raise ValueError("unknown config param")
