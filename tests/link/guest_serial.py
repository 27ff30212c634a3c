"""A console on the interpreter's own line, until somebody asks it to restart."""

import time

from noctule.link.console import Console
from noctule.link.serial import serial


class Node:
    wiring = {"lang": "fr"}
    running = True

    def tell(self, code, value):
        pass

    def reboot(self):
        self.running = False


def main():
    node = Node()
    console = Console(node, *serial()[:2])
    while node.running:
        time.sleep_ms(min(console.poll(time.ticks_ms()), 20))
