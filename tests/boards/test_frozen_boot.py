"""The frozen _boot.py, on real MicroPython: the light first, and what no file system leads to."""

from pathlib import Path

from sim.runtimes import run_guest

BOOT = Path("boards/_boot.py").resolve()
GUEST = Path(__file__).with_name("guest_boot.py")
LIGHT = "[(25, 3, 1), (26, 3, 0)]"


def starts(case: str) -> list[str]:
    printed = run_guest("micropython", GUEST, [str(BOOT), case]).stdout.splitlines()
    return [line for line in printed if not line.startswith("noctule:")]


def test_a_blank_flash_is_formatted_at_once() -> None:
    assert starts("blank") == [f"{LIGHT} [] 0", f"{LIGHT} [] 0"]


def test_garbage_is_left_alone_twice_then_made_anew() -> None:
    """Never without the light, which is on before anything is tried."""
    assert starts("garbage") == [
        f"{LIGHT} [] None",
        f"{LIGHT} None 1",
        f"{LIGHT} None 2",
        f"{LIGHT} [] 0",
        f"{LIGHT} [] 0",
        f"{LIGHT} ['new.txt'] 0",
    ]


def test_two_bad_starts_lose_nothing_and_count_only_in_a_row() -> None:
    good, bad = f"{LIGHT} ['kept.txt'] 0", [f"{LIGHT} None 1", f"{LIGHT} None 2"]
    assert starts("deaf twice") == [f"{LIGHT} [] None", *bad, good, *bad, good]


def test_a_passing_trouble_is_not_even_counted() -> None:
    assert starts("deaf once") == [f"{LIGHT} [] None", f"{LIGHT} ['kept.txt'] None"]


def test_without_nvs_nothing_is_formatted() -> None:
    """What cannot be counted cannot be three times."""
    assert starts("nvs full")[1] == f"{LIGHT} None None"


def test_never_flashed_no_pin_is_touched() -> None:
    assert starts("no light")[1] == "[] ['kept.txt'] None"
