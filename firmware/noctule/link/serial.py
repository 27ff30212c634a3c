"""The serial line that MicroPython's own prompt is on, for whoever the node lets talk on it."""

import sys
from select import POLLIN, poll


def serial():
    """(read, write, wait). read(buffer): takes bytes that are there, says how many, never waits.
    write(bytes): as they are. wait(ms): until there are some, so long at most; whether there are.
    """
    source = sys.stdin.buffer
    ready = poll()
    ready.register(sys.stdin, POLLIN)
    one = bytearray(1)

    def wait(ms: int) -> bool:
        for _ in ready.ipoll(ms):
            return True
        return False

    def read(buffer) -> int:
        # A byte at a time: asked for more, the port waits until they have come.
        for count in range(len(buffer)):
            if not wait(0):
                return count
            source.readinto(one)
            buffer[count] = one[0]
        return len(buffer)

    return read, sys.stdout.buffer.write, wait
