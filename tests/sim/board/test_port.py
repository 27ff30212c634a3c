"""What the ESP32 port does, each with its source, held against the virtual board.

Paths are those of micropython/micropython, version 1.29.
"""

import pytest
from mpremote.transport_serial import SerialTransport

from sim.board import Board, Cause
from sim.board.board import HEAP
from tests.sim.board.driving import booted, put, run

SIZE = 64 << 10
WRAP_MS = 1 << 30


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    # Its ticks wrap five minutes after power-up: none of the tests comes near.
    path = tmp_path_factory.mktemp("port") / "flash.img"
    with Board(path, size=SIZE, ticks_start_ms=WRAP_MS - 300_000) as made:
        yield made
        assert made.error is None
        assert not made.crashes


def test_time_counts_whole_seconds_from_2000(board):
    """py/mpconfig.h MICROPY_EPOCH_IS_2000; extmod/modtime.c: time() is an int on this port."""
    lines = run(
        board,
        "import time\n"
        "print(time.gmtime(0)); print(type(time.time()))\n"
        "print(time.mktime((2000, 1, 2, 0, 0, 0, 0, 0)))\n"
        "print(time.localtime is time.gmtime, len(time.gmtime()))\n"
        "print(time.time_ns() // 10**9 - time.time() in (0, 1), hasattr(time, 'clock'))",
    )
    assert lines[0] == "(2000, 1, 1, 0, 0, 0, 5, 1)"
    assert lines[1:] == ["<class 'int'>", "86400", "True 8", "True False"]


def test_ticks_wrap_at_a_period_of_31_bits(board):
    """extmod/modtime.c: MICROPY_PY_TIME_TICKS_PERIOD, small ints of 31 bits: 2**30."""
    lines = run(
        board,
        "import time\n"
        "top = (1 << 30) - 1\n"
        "print(time.ticks_add(top, 1), time.ticks_diff(5, top), time.ticks_diff(top, 5))\n"
        "now = time.ticks_ms(); print(top - 300000 <= now <= top)\n"
        "then = time.ticks_add(now, 400000); print(time.ticks_diff(then, now), then < now)\n"
        "for far in (1 << 29, -(1 << 29)):\n"
        " try: time.ticks_add(0, far)\n"
        " except OverflowError as e: print(e)\n",
    )
    assert lines[:3] == ["0 6 -6", "True", "400000 True"]
    assert lines[3:] == ["ticks interval overflow"] * 2


def test_pwm_starts_at_half(board):
    """ports/esp32/machine_pwm.c: PWM_DUTY, 50 % where none is given; PWM_FREQ 5000."""
    lines = run(
        board,
        "from machine import Pin, PWM\np = PWM(Pin(4))\nprint(p.freq(), p.duty_u16(), p.duty())",
    )
    assert lines == ["5000 32768 512"]
    edges = [edge.level for edge in board.chip.edges if edge.pin == 4]
    assert edges[0] == 32768


def test_pwm_given_a_duty_never_shows_another(board):
    """ports/esp32/machine_pwm.c: the constructor's duty is there before the channel runs."""
    run(board, "from machine import Pin, PWM\np = PWM(Pin(16), freq=1000, duty_u16=65535)")
    assert [edge.level for edge in board.chip.edges if edge.pin == 16][0] == 65535
    run(board, "from machine import Pin, PWM\np = PWM(Pin(17), freq=1000, duty_u16=0, invert=1)")
    assert [edge.level for edge in board.chip.edges if edge.pin == 17][0] == 65535


def test_a_soft_reset_takes_pwm_to_zero_even_inverted(board):
    """ports/esp32/main.c calls machine_pwm_deinit_all: electrical 0 regardless of invert."""
    run(board, "from machine import Pin, PWM\np = PWM(Pin(18), freq=1000, duty_u16=0, invert=1)")
    assert board.chip.level(18) == 65535
    run(board, "pass")
    assert board.chip.level(18) == 0


def test_a_soft_reset_leaves_other_pins_alone(board):
    """ports/esp32/main.c: machine_pins_deinit only takes handlers off; the registers stay."""
    run(board, "from machine import Pin\nPin(19, Pin.OUT, value=1)")
    run(board, "pass")
    assert board.chip.level(19) == 65535


def test_pins_that_are_not_there_or_only_listen(board):
    """ports/esp32/machine_pin.c: "invalid pin", and GPIO 34 to 39 "can only be input"."""
    lines = run(
        board,
        "from machine import Pin\n"
        "for args in ((24,), (40,), (34, Pin.OUT)):\n"
        " try: Pin(*args)\n"
        " except ValueError as e: print(e)",
    )
    assert lines == ["invalid pin", "invalid pin", "pin can only be input"]


def test_inputs_are_the_worlds(board):
    """docs/library/machine.Pin.rst, machine.ADC.rst: value() reads; read_u16() is 0 to 65535."""
    with board.lock:
        board.chip.inputs.update({34: 1, 35: 0, 36: 40000})
    lines = run(
        board,
        "from machine import ADC, Pin\n"
        "print(Pin(34, Pin.IN).value(), Pin(35, Pin.IN)(), Pin(5, Pin.IN, Pin.PULL_UP).value())\n"
        "print(ADC(Pin(36)).read_u16(), ADC(36).read())",
    )
    assert lines == ["1 0 1", "40000 2500"]


CAUSE = "import machine; print(machine.reset_cause())"
BITE = "import machine; machine.WDT(timeout=50)"


def reset(board):
    """`machine.reset()`, as `mpremote reset` does it: without hearing more."""
    line = SerialTransport(board.port)
    try:
        line.enter_raw_repl(False)
        line.exec_raw_no_follow("import machine; machine.reset()")
    finally:
        line.close()


def test_reset_causes(tmp_path):
    """ports/esp32/modmachine.c machine_reset_cause: 1 power, 2 reset(), 3 watchdog, 5 soft."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        put(made, "main.py", "import machine\nprint('cause', machine.reset_cause())")
        run(made, "pass")
        assert run(made, CAUSE) == ["5"]
        for act, cause in (
            (lambda: reset(made), Cause.HARD),
            (made.press_reset, Cause.POWER_ON),
            (lambda: run(made, BITE), Cause.WATCHDOG),
        ):
            before = made.prompts
            starts = len(made.starts)
            act()
            made.wait(lambda b, c=cause, n=starts: c in b.starts[n:])
            made.wait(lambda b, n=before: b.prompts > n)
            assert run(made, CAUSE, soft_reset=False) == [str(int(cause))]


def test_the_rtc_memory_survives_all_but_the_power(tmp_path):
    """ports/esp32/machine_rtc.c RTC_NOINIT_ATTR, 2048 bytes; docs/library/machine.RTC.rst."""
    read = "import machine; print(machine.RTC().memory())"
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        lines = run(
            made,
            "import machine\nm = machine.RTC().memory\nm(b'kept'); print(m(), m() is m())\n"
            "try: m(bytes(2049))\nexcept ValueError as e: print(e)",
        )
        assert lines == ["b'kept' False", "buffer too long"]
        starts = len(made.starts)
        run(made, BITE)
        made.wait(lambda b: Cause.WATCHDOG in b.starts[starts:])
        assert run(made, read) == ["b'kept'"]
        reset(made)
        made.wait(lambda b: Cause.HARD in b.starts[starts:])
        assert run(made, read) == ["b'kept'"]
        made.press_reset()
        assert run(made, read) == ["b''"]


def test_the_clock_runs_on_over_resets_and_begins_in_2000_at_power_up(tmp_path):
    """docs/library/machine.RTC.rst; ports/esp32/machine_rtc.c: (y, m, d, weekday, h, m, s, us)."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        set_it = "import machine; machine.RTC().datetime((2026, 11, 23, 0, 17, 30, 0, 0))"
        read = "import machine, time; print(machine.RTC().datetime()[:6], time.gmtime()[:5])"
        then = ["(2026, 11, 23, 0, 17, 30) (2026, 11, 23, 17, 30)"]
        assert run(made, set_it + "\n" + read) == then
        reset(made)
        made.wait(lambda b: Cause.HARD in b.starts)
        assert run(made, read) == then
        made.press_reset()
        assert run(made, read) == ["(2000, 1, 1, 5, 0, 0) (2000, 1, 1, 0, 0)"]


def test_the_watchdog_runs_on_over_a_soft_reset(tmp_path):
    """ports/esp32/machine_wdt.c: the task watchdog, which no soft reset stops; it can be fed."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        run(made, "import machine; w = machine.WDT(timeout=60000); w.feed()")
        run(made, "pass")
        assert made.chip.deadline is not None
        lines = run(
            made,
            "import machine\n"
            "for args in ((1, 1000), (0, 0)):\n"
            " try: machine.WDT(*args)\n"
            " except ValueError as e: print(e)",
        )
        assert lines == ["WDT(1) doesn't exist", "WDT timeout too short"]
        starts = len(made.starts)
        run(made, BITE)
        made.wait(lambda b: Cause.WATCHDOG in b.starts[starts:])
        assert made.chip.deadline is None


def test_a_watchdog_bites_a_program_that_never_yields(tmp_path):
    """ports/esp32/machine_wdt.c: trigger_panic; the pins float from the reset on."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        made.wait(lambda b: b.prompts)
        put(
            made,
            "main.py",
            "import machine\n"
            "if machine.reset_cause() != machine.WDT_RESET:\n"
            " machine.Pin(2, machine.Pin.OUT, value=1)\n"
            " machine.WDT(timeout=100)\n"
            " while True: pass",
        )
        before = made.prompts
        made.press_reset()
        made.wait(lambda b: b.starts[-1] == Cause.WATCHDOG and b.prompts > before)
        levels = [edge.level for edge in made.chip.edges if edge.pin == 2]
        assert levels == [65535, None]


def test_an_exception_in_main_ends_at_the_prompt_with_the_pins_as_they_were(tmp_path):
    """ports/esp32/main.c: pyexec_file_if_exists, then the prompt; no reset."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        made.wait(lambda b: b.prompts)
        put(made, "boot.py", "print('boot first')")
        put(
            made,
            "main.py",
            "import machine\nmachine.Pin(2, machine.Pin.OUT, value=1)\nraise ValueError('main')",
        )
        heard = booted(made, b">>> ", typed=b"\r\x02\x04", after=b"ValueError: main\r\n")
        assert heard.index(b"soft reboot\r\n") < heard.index(b"boot first\r\n")
        assert b'File "main.py", line 3' in heard
        assert made.chip.level(2) == 65535
        put(made, "boot.py", "raise ValueError('boot')")
        heard = booted(made, b">>> ", typed=b"\r\x02\x04", after=b"ValueError: boot\r\n")
        assert b"ValueError: main" not in heard  # main.py only if boot.py did not raise


def test_sys_exit_is_a_soft_reset(tmp_path):
    """shared/runtime/pyexec.c: SystemExit is PYEXEC_FORCED_EXIT, and main.c starts anew."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        made.wait(lambda b: b.prompts)
        put(made, "main.py", "import machine, sys\nif machine.reset_cause() != 5: sys.exit()")
        made.press_reset()
        made.wait(lambda b: b.starts[-2:] == [Cause.POWER_ON, Cause.SOFT] and b.prompts)


def test_nvs(board):
    """ports/esp32/esp32_nvs.c: i32 and blob, what is missing is OSError, keys of 15 characters."""
    lines = run(
        board,
        "from esp32 import NVS\n"
        "n = NVS('node'); n.set_i32('starts', -7); n.set_blob('who', b'me'); n.commit()\n"
        "m = NVS('node'); b = bytearray(4); print(m.get_i32('starts'), m.get_blob('who', b), b)\n"
        "m.set_i32('lost', 1)\n"
        "for f in (lambda: NVS('node').get_i32('lost'), lambda: m.set_i32('x' * 16, 1)):\n"
        " try: f()\n"
        " except OSError as e: print(e.errno)",
    )
    assert lines == ["-7 2 bytearray(b'me\\x00\\x00')", "-4354", "-4361"]


def test_where_modules_come_from(board):
    """ports/esp32/main.c, py/runtime.c: "" and .frozen and /lib, and nothing of the PC's."""
    lines = run(
        board,
        "import sys, os\nprint(sys.path)\nprint('start' in sys.modules, 'wire' in sys.modules)\n"
        "print(os.getcwd())",
    )
    assert lines == ["['', '.frozen', '/lib']", "False False", "/"]


def test_a_file_left_open_is_closed_by_a_soft_reset(tmp_path):
    """ports/esp32/main.c gc_sweep_all; extmod/vfs_lfsx_file.c: __del__ is close."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        put(made, "data", "a" * 3000)
        run(made, "f = open('data', 'w')\nf.write('b' * 2000)")
        assert run(made, "d = open('data').read(); print(len(d), set(d))") == ["2000 {'b'}"]
        run(made, "f = open('data', 'w')\nf.write('c' * 1000)")
        made.press_reset()  # the power takes the file with it: the old content stands
        assert run(made, "d = open('data').read(); print(len(d), set(d))") == ["2000 {'b'}"]


ACROSS = """\
import asyncio, time
time._clock.ticks_base -= ((1 << 30) - 100 - time.ticks_ms()) * 1000
order = []
async def beat(name, ms, times):
    for _ in range(times):
        await asyncio.sleep_ms(ms)
    order.append((name, time.ticks_ms() < 1 << 29))
async def wait(event):
    await event.wait()
    order.append("event")
async def nap(): await asyncio.sleep(99)
async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(beat(n, m, t)) for n, m, t in (("c", 250, 1), ("b", 10, 16))]
    tasks.append(asyncio.create_task(beat("a", 10, 2)))
    waiting, lost = asyncio.create_task(wait(event)), asyncio.create_task(nap())
    await asyncio.sleep_ms(200)
    event.set()
    await waiting
    lost.cancel()
    try:
        await lost
    except asyncio.CancelledError:
        order.append("cancelled")
    try:
        await asyncio.wait_for_ms(nap(), 5)
    except asyncio.TimeoutError:
        order.append("late")
    await asyncio.gather(*tasks)
asyncio.run(main())
print(order)
"""


def test_asyncio_keeps_to_ticks_that_wrap(board):
    """extmod/modasyncio.c compares by the port's ticks_diff: sleeps go on across 2**30."""
    assert run(board, ACROSS) == [
        "[('a', False), ('b', True), 'event', 'cancelled', 'late', ('c', True)]"
    ]


def test_asyncio_tells_of_a_task_that_died(board):
    """extmod/asyncio/core.py: the exception handler hears of it; the loop runs on."""
    lines = run(
        board,
        "import asyncio\n"
        "async def die(): raise ValueError('dead')\n"
        "async def main():\n"
        " hear = lambda loop, context: print(repr(context['exception']))\n"
        " asyncio.get_event_loop().set_exception_handler(hear)\n"
        " asyncio.create_task(die())\n"
        " await asyncio.sleep_ms(20)\n"
        " print('alive')\n"
        "asyncio.run(main())",
    )
    assert lines == ["ValueError('dead',)", "alive"]


WATCH = """\
import machine, {0}
seen = []
def edge(pin):
    seen.append(pin.value())
    lamp.duty_u16(65535)
lamp = machine.PWM(machine.Pin(4), freq=1000, duty_u16=0)
machine.Pin(35, machine.Pin.IN).irq(edge, machine.Pin.IRQ_RISING)
{1}
"""
WAITS = "while True: time.sleep(1)"
AWAITS = """\
async def main():
    await asyncio.sleep(99)
asyncio.run(main())
"""


@pytest.mark.parametrize("code", [WATCH.format("time", WAITS), WATCH.format("asyncio", AWAITS)])
def test_an_edge_interrupts_what_waits(tmp_path, code):
    """docs/library/machine.Pin.rst irq; ports/esp32/machine_pin.c: scheduled, with the pin."""
    with Board(tmp_path / "flash.img", size=SIZE) as made:
        put(made, "main.py", code)
        made.press_reset()
        made.wait(lambda b: b.chip.pin_at(35).irq)
        assert made.chip.level(4) == 0
        made.drive(35, 1)
        made.wait(lambda b: b.chip.level(4))
        line = SerialTransport(made.port)
        try:
            line.enter_raw_repl(False)
            assert line.exec("print(seen[0], 0 in seen)") == b"1 False\r\n"
        finally:
            line.close()


def test_the_heap_is_the_nodes(board):
    """ports/esp32/mpconfigport.h: 56 KiB, doubled on demand; 1.43 times that in 64-bit objects."""
    (free,) = run(board, "import gc; gc.collect(); print(gc.mem_free())")
    assert 0.95 * HEAP < int(free) < 1.05 * HEAP
