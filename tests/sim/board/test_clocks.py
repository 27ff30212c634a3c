"""The virtual board's clocks: what takes how long, and what happens when."""

import pytest

from sim.board import Board, Cause, Clock
from sim.board.serial import Serial
from tests.sim.board.driving import booted, mpremote, put, run

SIZE = 64 << 10
WRAP_MS = 1 << 30
SECOND = 1_000_000
HOUR = 3600 * SECOND


@pytest.fixture
def node(tmp_path):
    """Makes a held board whose main.py is this, at the instant of its power-up."""
    made = []

    def make(main, **settings):
        path = tmp_path / f"{len(made)}.img"
        with Board(path, size=SIZE) as plain:
            put(plain, "main.py", main)
        board = Board(path, **{"clock": Clock.JUMP, "hold": True, **settings})
        board.start()
        made.append(board)
        return board

    yield make
    for board in made:
        board.stop()
        assert board.error is None
        assert not board.crashes


def said(board):
    return [(at_us, line) for at_us, line in board.serial.lines() if not line.startswith(">>>")]


def test_a_jumped_wait_is_exact(node):
    """Seconds since 2000, ticks and the PC side's microseconds agree, by sleep and by asyncio."""
    board = node(
        "import asyncio, time\n"
        "print(time.ticks_ms(), time.time())\n"
        "time.sleep(3600)\n"
        "print(time.ticks_ms(), time.time())\n"
        "time.sleep_us(2500)\n"
        "print(time.ticks_us())\n"
        "async def main(): await asyncio.sleep(86400)\n"
        "asyncio.run(main())\n"
        "print(time.ticks_ms(), time.time())\n"
    )
    board.run_until(lambda b: b.prompts)
    day = 24 * HOUR
    assert said(board)[:4] == [
        (0, "0 0"),
        (HOUR, "3600000 3600"),
        (HOUR + 2500, str((HOUR + 2500) % (1 << 30))),
        # asyncio counts in whole ticks.
        (HOUR + 2500 + day, "90000002 90000"),
    ]


def test_time_can_begin_near_the_wrap_of_the_ticks(node):
    board = node(
        "import asyncio, time\n"
        "async def main():\n"
        " for _ in range(4):\n"
        "  await asyncio.sleep_ms(250)\n"
        "  print(time.ticks_ms())\n"
        "asyncio.run(main())\n",
        ticks_start_ms=WRAP_MS - 600,
    )
    board.run_until(SECOND)
    assert said(board)[:4] == [
        (250_000, str(WRAP_MS - 350)),
        (500_000, str(WRAP_MS - 100)),
        (750_000, "150"),
        (1_000_000, "400"),
    ]


LISTENING = """\
import asyncio, machine, select, sys, time
lamp = machine.Pin(2, machine.Pin.OUT, value=0)
def edge(pin):
    print("edge", time.ticks_ms(), pin.value())
    lamp.value(pin.value())
machine.Pin(27, machine.Pin.IN).irq(edge, 3)
async def tick():
    while True:
        await asyncio.sleep_ms(10000)
        print("tick", time.ticks_ms())
async def serial():
    stream = asyncio.StreamReader(sys.stdin)
    while True:
        print("typed", await stream.readexactly(1), time.ticks_ms())
async def main():
    asyncio.create_task(tick())
    await serial()
asyncio.run(main())
"""


def test_what_happens_outside_happens_at_its_instant(node):
    """Edges and what is typed, told beforehand by `chip.at` or done while time is held."""
    board = node(LISTENING)
    board.run_until(5 * SECOND)
    board.drive(27, 1)
    board.run_until(12 * SECOND)
    assert board.chip.now_us() == 12 * SECOND
    board.type("a")
    board.chip.at(15_500_000, lambda: board.type("b"))
    board.chip.at(16_250_000, lambda: board.drive(27, 0))
    board.run_until(lambda b: b.chip.level(2) == 0)
    assert board.chip.now_us() == 16_250_000
    board.run_until(40 * SECOND)
    assert said(board) == [
        (5_000_000, "edge 5000 1"),
        (10_000_000, "tick 10000"),
        (12_000_000, "typed b'a' 12000"),
        (15_500_000, "typed b'b' 15500"),
        (16_250_000, "edge 16250 0"),
        (20_000_000, "tick 20000"),
        (30_000_000, "tick 30000"),
        (40_000_000, "tick 40000"),
    ]
    assert [(e.at_us, e.level) for e in board.edges] == [
        (0, 0),
        (5_000_000, 65535),
        (16_250_000, 0),
    ]


def test_two_runs_are_the_same(node):
    """Nothing of the host's speed is in a jumped run."""
    seen = []
    for _ in range(2):
        board = node(LISTENING)
        board.chip.at(7_777_777, lambda b=board: b.drive(27, 1))
        board.chip.at(8_888_888, lambda b=board: b.type("x"))
        board.run_until(HOUR)
        seen.append((said(board), board.edges))
    assert seen[0] == seen[1]
    assert len(seen[0][0]) == 361  # an edge, a key, and ticks up to the hour


@pytest.mark.parametrize("clock", [Clock.REAL, Clock.times(50), Clock.JUMP], ids=str)
def test_what_is_typed_wakes_asyncio_in_every_clock(node, clock):
    board = node(LISTENING, clock=clock, hold=False)
    board.wait(lambda b: b.chip.level(2) is not None)
    assert b"typed b'z'" in booted(board, b"typed b'z'", typed=b"z")


@pytest.mark.parametrize("clock", [Clock.REAL, Clock.times(50), Clock.JUMP], ids=str)
def test_an_edge_wakes_asyncio_in_every_clock(node, clock):
    board = node(LISTENING, clock=clock, hold=False)
    board.wait(lambda b: b.chip.pin_at(27).irq)
    board.drive(27, 1)
    board.wait(lambda b: b.chip.level(2))


def test_so_many_times_as_fast_as_real_time(node):
    board = node(
        "import time\nprint('from', time.ticks_ms())\ntime.sleep(20)\nprint(time.ticks_ms())",
        clock=Clock.times(100),
        hold=False,
    )
    board.wait(lambda b: b.prompts)
    assert board.chip.now_us() >= 20 * SECOND
    first, second = [line.split()[-1] for _, line in said(board)[:2]]
    assert int(second) - int(first) >= 20_000
    with pytest.raises(ValueError, match="1 times"):
        Clock.times(0)


def test_a_loop_that_only_looks_at_the_clock_ends(node):
    """As drivers do that wait some milliseconds for a chip."""
    board = node(
        "import time\nt = time.ticks_ms()\n"
        "while time.ticks_diff(time.ticks_ms(), t) < 30: pass\nprint('over')"
    )
    board.run_until(lambda b: b.prompts)
    assert said(board)[0][1] == "over"


def test_a_loop_that_yields_but_never_waits_hears_the_world(node):
    board = node(
        "import asyncio, machine\n"
        "lamp = machine.Pin(2, machine.Pin.OUT, value=0)\n"
        "machine.Pin(27, machine.Pin.IN).irq(lambda pin: lamp.on(), 1)\n"
        "async def main():\n"
        " while True: await asyncio.sleep_ms(0)\n"
        "asyncio.run(main())",
        hold=False,
    )
    board.wait(lambda b: b.chip.pin_at(27).irq)
    board.drive(27, 1)
    board.wait(lambda b: b.chip.level(2))


def test_the_prompt_is_in_real_time(tmp_path):
    """What is due in a year does not come while somebody thinks; a sleep typed there jumps."""
    with Board(tmp_path / "flash.img", size=SIZE, clock=Clock.JUMP) as board:
        board.wait(lambda b: b.prompts)
        rung = []
        board.chip.at(board.chip.now_us() + 365 * 24 * HOUR, lambda: rung.append(1))
        first = run(board, "import time; print(time.ticks_ms())", soft_reset=False)
        second = run(board, "print(time.ticks_ms())", soft_reset=False)
        assert 0 < int(second[0]) - int(first[0]) < 60_000
        assert not rung
        run(board, "for _ in range(366): time.sleep(86400)", soft_reset=False)
        assert rung


POLLED = """\
import io, machine, select, sys, time
class Flag(io.IOBase):
    up = 0
    def ioctl(self, request, mask):
        return mask * self.up if request == 3 else -1
def raised(pin):
    flag.up = 1
flag = Flag()
machine.Pin(27, machine.Pin.IN).irq(raised, 1)
poll = select.poll()
poll.register(flag, select.POLLIN)
print(time.ticks_ms(), poll.poll(2500))
poll.register(sys.stdin, select.POLLIN)
print(time.ticks_ms(), poll.poll(2500))
(obj, mask), = poll.poll(20000)
print(time.ticks_ms(), obj is flag, mask)
flag.up = 0
(obj, mask), = poll.poll()
print(time.ticks_ms(), obj is sys.stdin, mask, sys.stdin.read(1), poll.poll(0))
poll.unregister(flag)
flag.up = 1
print(time.ticks_ms(), list(poll.ipoll(1000)))
try: poll.modify(flag, select.POLLIN)
except OSError as error: print(time.ticks_ms(), error.errno)
"""


def test_select_waits_in_the_clocks_time(node):
    """docs/library/select.rst; extmod/modselect.c: objects of Python by their ioctl, ENOENT."""
    board = node(POLLED)
    board.chip.at(9 * SECOND, lambda: board.drive(27, 1))
    board.chip.at(70 * SECOND, lambda: board.type("k"))
    board.run_until(80 * SECOND)
    assert [line for _, line in said(board)[:6]] == [
        "0 []",
        "2500 []",
        "9000 True 1",
        "70000 True 1 k []",
        "70000 []",
        "71000 2",
    ]


def test_a_flag_set_by_an_interrupt_wakes_a_task(node):
    """docs/library/asyncio.rst: ThreadSafeFlag, the way from an interrupt into asyncio."""
    board = node(
        "import asyncio, machine, time\n"
        "flag = asyncio.ThreadSafeFlag()\n"
        "machine.Pin(27, machine.Pin.IN).irq(lambda pin: flag.set(), 1)\n"
        "async def other():\n"
        " while True: await asyncio.sleep_ms(400)\n"
        "async def main():\n"
        " asyncio.create_task(other())\n"
        " while True:\n"
        "  await flag.wait()\n"
        "  print(time.ticks_ms())\n"
        "asyncio.run(main())"
    )
    for at_us in (3_141_592, 5_000_000):
        board.chip.at(at_us, lambda: (board.drive(27, 0), board.drive(27, 1)))
    board.run_until(6 * SECOND)
    assert said(board) == [(3_141_592, "3141"), (5_000_000, "5000")]


def test_a_pin_that_is_read_again_and_again_is_exact(node):
    """It need not be asked for each time: a change is seen at the next read all the same."""
    board = node(
        "from machine import Pin, PWM\n"
        "import time\n"
        "pin, out = Pin(27, Pin.IN), Pin(5, Pin.OUT)\n"
        "dimmed = PWM(Pin(18), freq=1000, duty_u16=16384)\n"
        "was, highs = 0, 0\n"
        "for i in range(30000):\n"
        " time.sleep_ms(1)\n"
        " now = pin.value()\n"
        " if now != was: print(time.ticks_ms(), now)\n"
        " was = now\n"
        " if i < 400:\n"
        "  out.value(i & 1)\n"
        "  assert out.value() == i & 1\n"
        "  highs += Pin(18).value()\n"
        " if i == 400: print(highs)\n"
    )
    for at_us, level in ((3_141_592, 1), (3_141_999, 0), (5_000_001, 1), (19 * SECOND, 0)):
        board.chip.at(at_us, lambda level=level: board.drive(27, level))
    board.run_until(20 * SECOND)
    heard = said(board)
    assert heard[1:] == [(5_001_000, "5001 1"), (19 * SECOND, "19000 0")]
    assert 95 <= int(heard[0][1]) <= 105  # a quarter of 400


# The watchdog.


def test_the_watchdog_is_in_the_clocks_time(node):
    """Fed for an hour, then forgotten: it bites its timeout later, and time goes on."""
    board = node(
        "import machine, time\n"
        "print(machine.reset_cause())\n"
        "if machine.reset_cause() == 3: time.sleep(3600)\n"
        "dog = machine.WDT(timeout=20000)\n"
        "for _ in range(360):\n"
        " time.sleep(10)\n"
        " dog.feed()\n"
        "time.sleep(60)\n"
    )
    board.run_until(HOUR + 60 * SECOND)
    assert board.starts == [Cause.POWER_ON, Cause.WATCHDOG]
    assert said(board) == [(0, "1"), (HOUR + 20 * SECOND, "3")]


@pytest.mark.parametrize("stuck", ["pass", "asyncio.sleep_ms(0)", "time.ticks_us"])
def test_the_watchdog_bites_what_never_waits(node, stuck):
    """Virtual time stands there: so many real seconds without a sign are too many."""
    board = node(
        "import asyncio, machine, time\n"
        "if machine.reset_cause() == 1:\n"
        " machine.WDT(timeout=600000)\n"
        f" while True: {stuck}\n"
        "time.sleep(9)\n",
        patience_s=0.5,
    )
    board.run_until(9 * SECOND)
    assert board.starts == [Cause.POWER_ON, Cause.WATCHDOG]


@pytest.mark.parametrize(
    "main",
    [
        "while True: pass",
        "import machine\ndog = machine.WDT(timeout=600000)\nwhile True: dog.feed()",
        "import machine\ndog = machine.WDT(timeout=600000)\n"
        "pin = machine.Pin(27, machine.Pin.IN)\nwhile not pin.value(): pass",
    ],
    ids=["no watchdog", "it feeds", "it looks at a pin"],
)
def test_what_never_waits_is_left_alone(node, main):
    """Without a watchdog, or as long as it gives a sign of life."""
    board = node(main, patience_s=0.1)
    with pytest.raises(TimeoutError, match="it runs at 0.000 s"):
        board.run_until(SECOND, real_timeout_s=0.5)
    assert board.starts == [Cause.POWER_ON]


# Power.

MEMORY = """\
import machine, time
memory = machine.RTC().memory
print(machine.reset_cause(), len(memory()), time.ticks_ms())
memory(memory() + b".")
time.sleep(99999)
"""


def test_a_brown_out_looks_like_a_power_up_but_the_rtc_memory_lives(node):
    """ports/esp32/modmachine.c: BROWNOUT is PWRON_RESET; RTC_NOINIT_ATTR is not cleared."""
    board = node(MEMORY)
    board.run_until(10 * SECOND)
    board.power_glitch()
    board.run_until(20 * SECOND)
    board.press_reset()
    board.run_until(30 * SECOND)
    assert said(board) == [(0, "1 0 0"), (10 * SECOND, "1 1 0"), (20 * SECOND, "1 0 0")]
    assert board.starts == [Cause.POWER_ON] * 3


def test_mains_switched_at_instants(node):
    """A cabinet's clock: off in the morning, on in the evening; time goes on without power."""
    board = node(MEMORY)
    board.chip.at(7 * HOUR, board.power_off)
    board.chip.at(17 * HOUR, board.power_on)
    board.run_until(12 * HOUR)
    assert board.chip.now_us() == 12 * HOUR
    assert not board.powered
    board.run_until(18 * HOUR)
    assert said(board) == [(0, "1 0 0"), (17 * HOUR, "1 0 0")]


def test_flash_operations_carry_their_instants(node):
    board = node(
        "import time\ntime.sleep(5)\nwith open('f', 'w') as f: f.write('1')\ntime.sleep(9)"
    )
    before = len(board.flash.operations)
    board.run_until(9 * SECOND)
    assert {each.at_us for each in board.flash.operations[before:]} == {5 * SECOND}


def test_mpremote_into_a_main_that_jumps(node):
    """Virtual years may pass until it gets a word in; then files can be copied as ever."""
    board = node(LISTENING, hold=False)
    board.wait(lambda b: b.serial.lines())
    assert mpremote(board, "eval", "6 * 7") == "42\n"
    assert "main.py" in mpremote(board, "fs", "ls")


def test_ctrl_c_ends_a_wait_at_its_instant(node):
    board = node(
        "import time\n"
        "try: time.sleep(3600)\n"
        "except KeyboardInterrupt: print('stopped', time.ticks_ms())\n"
        "time.sleep(9)"
    )
    board.run_until(5 * SECOND)
    board.type("\x03")
    board.run_until(10 * SECOND)
    assert said(board) == [(5 * SECOND, "stopped 5000")]


def test_an_edge_within_the_time_that_others_hold(node):
    """However much is driven under the lock, nobody waits for anybody."""
    board = node(LISTENING)
    board.run_until(SECOND)
    with board.lock:
        for _ in range(40_000):
            board.drive(27, 1)
            board.drive(27, 0)
    board.run_until(2 * SECOND)
    assert board.chip.level(2) == 0


# What the node said.


def test_the_record_of_the_serial_line_is_bounded():
    serial = Serial(most=100)
    for number in range(100):
        serial.add(number, b"line %02d\r\n" % number)
    assert len(serial.text()) <= 100
    assert serial.lines()[-1] == (99, "line 99")
    assert serial.text(since_us=98) == "line 98\r\nline 99\r\n"
    serial.add(100, b"half ")
    serial.add(101, b"a line\n")
    assert serial.lines(since_us=100) == [(100, "half a line")]
    serial.clear()
    assert serial.text() == ""
