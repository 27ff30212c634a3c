"""No test of a board may hang the suite: one that waits for ever fails, and says where."""

import signal

import pytest

LONGEST_S = 60


@pytest.fixture(autouse=True)
def bounded(request):
    """Raises in whatever the test waits in; its traceback is the message."""
    if request.node.get_closest_marker("long"):
        yield
        return

    def late(number, frame):
        raise TimeoutError(f"{request.node.name} took longer than {LONGEST_S} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
