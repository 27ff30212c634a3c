"""As machine.py: Wi-Fi that never comes up."""

STA_IF = 0


class WLAN:
    def __init__(self, interface):
        pass

    def active(self, on):
        pass

    def isconnected(self):
        return False

    def config(self, **settings):
        pass

    def status(self):
        return 1001

    def connect(self, ssid, key):
        pass

    disconnect = isconnected
