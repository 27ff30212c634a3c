"""The three runtimes: they run the same guest alike, and fail loudly."""

from pathlib import Path
from textwrap import dedent

import pytest

from sim import runtimes
from sim.runtimes import (
    HEAP_MAX,
    RUNTIMES,
    GuestError,
    RuntimeMissingError,
    memory32,
    run_guest,
)


@pytest.fixture
def guest(tmp_path):
    """Writes a guest of the test's own and gives its path."""

    def write(source: str) -> Path:
        path = tmp_path / "guest_own.py"
        path.write_text(dedent(source), encoding="utf-8")
        return path

    return write


def test_the_same_bytes_on_each():
    args = (
        7,
        -(2**40),
        b"\0ab\xff'",
        "Armoire \u00c9, d'ici \u2192 l\u00e0\n",
        None,
        True,
        (1, (2,)),
        [3],
    )
    printed = {runtime: run_guest(runtime, "hello", args).stdout for runtime in RUNTIMES}
    assert printed["cpython"].startswith("hello\n7\n-1099511627776\n")
    assert (
        "\nArmoire \u00c9, d'ici \u2192 l\u00e0\n\nNone\nTrue\n(1, (2,))\n[3]\n"
        in printed["cpython"]
    )
    assert set(printed.values()) == {printed["cpython"]}


def test_much_is_handed_over(guest):
    path = guest("def main(numbers, data): print(sum(numbers), len(data))")
    args = (list(range(20_000)), bytes(200_000))
    for runtime in RUNTIMES:
        assert run_guest(runtime, path, args).stdout == "199990000 200000\n"


def test_the_brain_is_there_and_the_guests_folder(guest, tmp_path):
    (tmp_path / "beside.py").write_text("WORD = 'beside'\n")
    path = guest("""
        import beside
        from noctule.brain.const import const

        def main():
            print(beside.WORD, const(5))
    """)
    for runtime in RUNTIMES:
        assert run_guest(runtime, path).stdout == "beside 5\n"


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_guests_error_surfaces(runtime, guest):
    path = guest("""
        def deep():
            raise ValueError("no such lamp")

        def main():
            print("before")
            deep()
    """)
    with pytest.raises(GuestError) as caught:
        run_guest(runtime, path)
    assert caught.value.stdout == "before\n"
    assert caught.value.traceback.startswith("Traceback (most recent call last):\n")
    assert "guest_own.py" in caught.value.traceback and "in deep" in caught.value.traceback
    assert caught.value.traceback.endswith("ValueError: no such lamp")


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_an_exit_status_and_an_import_error_surface(runtime, guest):
    with pytest.raises(GuestError, match="exit status 3"):
        run_guest(runtime, guest("import sys\ndef main(): sys.exit(3)"))
    with pytest.raises(GuestError, match="no_such_module"):
        run_guest(runtime, guest("import no_such_module"))


def test_packages_of_the_pc_are_not_there(guest):
    path = guest("import pydantic\ndef main(): pass")
    for runtime in RUNTIMES:
        with pytest.raises(GuestError, match="pydantic"):
            run_guest(runtime, path)


def test_small_integers_have_31_bits_on_wasm32(guest):
    path = guest("""
        import micropython

        def allocates(a, b):
            micropython.heap_lock()
            try:
                a + b
                return False
            except MemoryError:
                return True
            finally:
                micropython.heap_unlock()

        def main():
            top = 2**30 - 1
            for a, b in ((top - 1, 1), (top, 1), (-top, -1), (-top, -2)):
                print(allocates(a, b))
    """)
    assert run_guest("wasm32", path).stdout == "False\nTrue\nFalse\nTrue\n"
    assert run_guest("micropython", path).stdout == "False\n" * 4


def test_an_allocation_left_under_the_lock_surfaces(guest):
    path = guest("""
        import micropython

        def main():
            micropython.heap_lock()
            [0] * 100
    """)
    for runtime in ("micropython", "wasm32"):
        with pytest.raises(GuestError, match="MemoryError"):
            run_guest(runtime, path)


def test_fuel_is_exact_and_limits(guest):
    path = guest("def main(n):\n    for _ in range(n): pass")
    first, second, longer = (run_guest("wasm32", path, [n]).fuel for n in (1000, 1000, 9000))
    assert first == second < longer
    with pytest.raises(GuestError, match="out of fuel"):
        run_guest("wasm32", path, [10**9], fuel=100_000_000)


@pytest.mark.parametrize("runtime", HEAP_MAX)
def test_the_heap_is_what_was_asked_for(runtime, guest):
    path = guest("import gc\ndef main(): print(gc.mem_free())")
    for heap in (1 << 20, 16 << 20, HEAP_MAX[runtime]):
        assert 0.95 * heap < int(run_guest(runtime, path, heap=heap).stdout) <= 1.02 * heap
    with pytest.raises(ValueError, match="at most"):
        run_guest(runtime, path, heap=HEAP_MAX[runtime] + 1)


def test_wasm32_writes_nowhere(guest, tmp_path):
    path = guest("def main(): open('/guest/made', 'w')")
    with pytest.raises(GuestError, match="OSError"):
        run_guest("wasm32", path)
    assert not (tmp_path / "made").exists()


def test_wrong_use_is_told():
    with pytest.raises(ValueError, match="cpython, micropython, wasm32"):
        run_guest("jython", "hello")
    with pytest.raises(TypeError, match="not float"):
        run_guest("cpython", "hello", [(1.5,)])
    with pytest.raises(FileNotFoundError, match="guest_missing.py"):
        run_guest("cpython", "missing")


def test_a_missing_interpreter_comes_with_a_cure(monkeypatch, tmp_path):
    monkeypatch.setenv("NOCTULE_MICROPYTHON", str(tmp_path / "nowhere"))
    with pytest.raises(RuntimeMissingError, match="NOCTULE_MICROPYTHON"):
        run_guest("micropython", "hello")
    monkeypatch.delenv("NOCTULE_MICROPYTHON")
    monkeypatch.setattr(runtimes.sysconfig, "get_path", lambda _: str(tmp_path))
    with pytest.raises(RuntimeMissingError, match="make setup"):
        run_guest("micropython", "hello")
    monkeypatch.setattr(runtimes.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(RuntimeMissingError, match="make setup"):
        runtimes._need_wasm()


def test_another_interpreter_can_be_named(monkeypatch, tmp_path):
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\necho other interpreter\n")
    other.chmod(0o755)
    monkeypatch.setenv("NOCTULE_MICROPYTHON", str(other))
    assert run_guest("micropython", "hello").stdout == "other interpreter\n"


def test_memory_of_the_brain_on_32_bit():
    """In `make bench`; here only that each module comes after those it imports."""
    order = memory32.import_order()
    assert order[0] == "noctule" and len(order) == len(set(order))
    assert order.index("noctule.brain.trig") < order.index("noctule.brain.almanac")
