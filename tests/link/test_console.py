"""The console: sessions word for word, on each interpreter; and whatever else comes on its line.

session_en.txt and session_fr.txt are what guest_console.py prints, with `N` for the free memory.
"""

import random
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noctule.brain import Brain
from noctule.brain import faults as brain_faults
from noctule.brain.state import SIZE
from noctule.device import clock, ds3231, events
from noctule.device.store import Copies, Counters, Files, Log
from noctule.link import commands, words_en, words_fr
from noctule.link import console as console_module

from sim import health, wording
from sim.runtimes import RUNTIMES, RuntimeMissingError, run_guest, timeline
from tests.brain.helpers import DAY, MINUTE, at, small_node
from tests.link.stand import Bench

HERE = Path(__file__).parent
START = at("2026-11-23T21:00:00")
WHEN = (START // DAY, START % DAY // 1000)
CONFIG = small_node(
    {
        "street": {
            "points": [
                {"at": "sunset", "level": 100},
                {"at": "21:30", "level": 30, "ramp": "5 s"},
            ],
            "presence": {"operation": "max", "level": 80, "hold": "30 s"},
        }
    },
    meter=True,
)

LONG = "? line too long, ligne trop longue: > 80\r\nnoctule> "


@pytest.fixture
def bench():
    it = Bench(CONFIG, {"node": "H1", "site": "Is", "board": "virtual", "lang": "en"}, *WHEN)
    it.wait(1000)
    return it


def run(runtime, guest, *args):
    try:
        return run_guest(runtime, HERE / guest, args).stdout
    except RuntimeMissingError as missing:
        pytest.skip(str(missing))


# ---- word for word


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_session(lang, runtime):
    expected = (HERE / f"session_{lang}.txt").read_text("utf-8")
    script = [line for line in expected.splitlines() if line[:2] in ("> ", "! ")]
    found = run(runtime, "guest_console.py", CONFIG, lang, *WHEN, script)
    found = re.sub(r"\d+ (B free|o libres)", r"N \1", found)
    assert found.splitlines() == expected.splitlines()


def test_the_sessions_use_every_command_and_every_usage():
    for lang, words in (("en", words_en), ("fr", words_fr)):
        said = (HERE / f"session_{lang}.txt").read_text("utf-8")
        for usage, _ in words.HELP:
            assert f"\n> {usage.split()[0]}\n" in "\n" + said, usage
            if usage.split()[0] not in ("help", "aide"):
                assert words.USAGE % usage in said, usage


def test_silent_until_enter(bench):
    assert bench.type("status") == ""
    bench.wait(5000)
    assert bench.said() == ""
    assert bench.type("\r").startswith("node     H1, Is\r\n")  # what was typed counts


def test_a_first_line_that_makes_no_sense_only_wakes(bench):
    assert bench.type("\xff~~x\x00y\r") == "noctule> "
    assert bench.type("sing\r") == "sing\r\n? help, aide\r\nnoctule> "


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_ends(bench, end):
    assert bench.type(end) == "noctule> "
    assert bench.type("lang" + end) == "lang\r\nEnglish\r\nnoctule> "
    assert bench.type(end + end) == "\r\nnoctule> \r\nnoctule> "


def test_editing(bench):
    bench.type("\r")
    assert bench.type("lax\bn\x7fng\r") == ("lax\b \bn\b \bng\r\nEnglish\r\nnoctule> ")
    assert bench.type("\b\b\x7f") == ""
    assert bench.type("\x1b[A\x1b[1;5D\x1bOP\x1b[3~la\tn\x00g\x80\r") == (
        "lang\r\nEnglish\r\nnoctule> "
    )
    assert bench.type("LaNg\r") == "LaNg\r\nEnglish\r\nnoctule> "


def test_accents_are_typed_or_not(bench):
    bench.type("\r")
    bench.type("lang fr\r")
    for typed in ("état", "etat", "ETAT"):
        assert "nœud     H1" in bench.type(typed + "\r"), typed
    assert bench.type("défauts\r") == "defauts\r\naucun défaut\r\nnoctule> "


def test_a_line_too_long_is_thrown_away_with_one_word(bench):
    bench.type("\r")
    fits = "lang" + " " * 76
    assert bench.type(fits + "\r") == fits + "\r\nEnglish\r\nnoctule> "
    assert bench.type(fits + "x" * 500 + "\r") == fits + "\r\n" + LONG
    assert bench.type("lang\r") == "lang\r\nEnglish\r\nnoctule> "


def test_several_lines_at_once(bench):
    bench.type("\r")
    said = bench.type("lang fr\rdefauts\rsing\rlang en\r")
    assert said == (
        "lang fr\r\nfrançais\r\nnoctule> defauts\r\naucun défaut\r\nnoctule> "
        "sing\r\n? help, aide\r\nnoctule> lang en\r\nEnglish\r\nnoctule> "
    )


def test_it_falls_asleep(bench):
    bench.type("\r")
    bench.wait(590_000)
    bench.said()
    assert bench.type("l") == "l"
    bench.wait(601_000)
    assert bench.type("ang") == ""
    assert bench.type("\r") == "noctule> "  # half a line of long ago is none


def test_back_over_a_line_that_is_too_long_already(bench):
    bench.type("\r")
    assert bench.type("x" * 90 + "\b" * 90 + "lang\r") == "x" * 80 + "\r\n" + LONG


# ---- why


def why(config):
    """A bench whose answer to `why` is asked for by calling what is returned."""
    bench = Bench(config, {}, *WHEN)
    bench.wait(1000)
    bench.type("\r")
    return bench, lambda: bench.type("why\r").split("\r\n")[1:-1]


def test_why_the_gear_holds_it():
    lit = {"active": "always", "points": [{"at": "21:30", "level": 60}]}
    config = small_node({"p": lit}, driver={"minimum_on": "20 min"}, sensor=False)
    bench, asked = why(config)
    bench.type("level 0\r")
    held, *layers = asked()
    assert held.startswith(
        "60 %: lit a short while ago, the gear stays on; asked by override (by hand), since"
    )
    assert layers[0] == "    0 %  override (by hand): sets 0 %"
    bench.type("trace on\r")
    bench.type("cancel\r")
    assert "gear:stays-on" not in bench.said()
    assert " gear:stays-on synced\r\n" in bench.type("level 0\r")


def test_why_a_resident_asked():
    relight = {"hours": {"from": "21:00", "to": "05:00"}, "duration": "4 min"}
    config = small_node({"p": {"active": "always", "points": [{"at": "21:30", "level": 10}]}},
                        relight=relight)  # fmt: skip
    bench, asked = why(config)
    assert bench.node.brain.relight(0, bench.node.ticks()) == 0
    bench.node.act()
    text = asked()[0]
    assert "relight on demand (asked for by a resident), since 2026-11-23T21:00:02Z" in text
    assert text.endswith(", until 2026-11-23T21:04:02Z.")


def test_why_what_the_gear_makes_of_it():
    driver = {"virtual_output": 80, "minimum_level": 20}
    config = small_node({"p": {"active": "always", "points": []}}, driver=driver)
    bench, asked = why(config)
    assert asked()[0].startswith("100 %: program (program no. 1, without switch points), since")
    assert asked()[1] == "It takes 80 % of the gear's output."
    said = bench.type("level 5\r")
    assert said.endswith("Asked 5 %; the gear gives 20 %.\r\nnoctule> ")
    assert asked()[1] == "Asked 5 %; the gear gives 20 %."


def test_why_a_neighbour(bench):
    bench.type("\r")
    bench.node.brain.stack.say(2, 3, 80, 10, 3, 0, 0)
    said = bench.type("why\r")
    assert "passage seen by a neighbour (3 poles away), or its hold time): at least 80 %" in said


def test_since_is_left_out_where_the_time_was_not_known(bench):
    bench.type("\r")
    bench.console.changed(3, 500)
    assert ", since" not in bench.type("why\r")


def test_a_time_far_before_is_to_be_said_twice_too(bench):
    bench.type("\r")
    for typed in ("2026-11-23T20:30:00Z", "2026-11-23T21:30:00Z", "2036-11-23T21:30:00Z"):
        said = bench.type(f"time {typed}\r")
        assert said.endswith(f"If you are right: time {typed} !\r\nnoctule> ")
    assert bench.node.clock.second // 60 == 21 * 60
    assert "20:55:00Z" in bench.type("time 2026-11-23T20:55:00Z\r")


def test_identify_begins_at_once(bench):
    bench.type("\r")
    bench.type("level 30\r")
    bench.wait(5000)
    seen = []
    driver = bench.node.output._driver
    driver.put = seen.append
    bench.typed += b"identify 4\r"
    bench.wait(600)
    assert seen == [10_000]
    bench.wait(5000)
    assert seen[-1] == 3000 and len(seen) == 5


# ---- the task's word


def test_a_piece_a_poll(bench):
    bench.type("\r")
    for i in range(256):
        bench.node.log.add(events.FAULT, 0x1FFFFF, 9823, i)
    writes = []
    bench.console._write = writes.append
    bench.typed += b"log 256\r"
    console, polls = bench.console, 0
    while polls < 20 or writes[-1][-9:] != b"noctule> ":
        before = len(writes)
        wait = console.poll(bench.node.ticks())
        assert len(writes) - before <= 1
        bench.node.now += wait
        polls += 1
    assert max(map(len, writes)) == 96
    said = b"".join(writes).decode()
    assert said.count("\r\n") == 257 and "safe mode" in said


def test_what_a_poll_asks_for(bench):
    poll, node = bench.console.poll, bench.node
    assert poll(node.ticks()) == 200
    bench.typed += b"\r"
    assert poll(node.ticks()) == 20  # taken
    assert poll(node.ticks()) == 20  # printed
    assert poll(node.ticks()) == 20  # more keys soon
    node.now += 10_000
    assert poll(node.ticks()) == 200
    bench.type("sensors\r")
    assert poll(node.ticks()) == 100
    bench.type("x")
    node.now += 10_000
    assert poll(node.ticks()) == 200


def test_any_key_ends_what_is_live_but_not_its_own_line_end(bench):
    bench.type("\r")
    bench.node.sensors.lux = 5
    said = bench.type("sensors\r\n")
    assert said.endswith("light 5 lx\r\n0.0 s  power 0.0 W\r\n")
    bench.node.sensors.lux = 6
    bench.wait(1000)
    assert bench.said().endswith("light 6 lx\r\n")
    assert bench.type("q") == "noctule> "  # and the key itself is nothing
    assert bench.type("\r") == "\r\nnoctule> "


def test_modules_are_dropped_a_minute_after_the_last_command(bench):
    bench.type("\r")
    bench.type("lang fr\r")
    bench.type("trace on\r")
    loaded = {"noctule.link.commands", "noctule.link.words_fr", "noctule.link.trace"}
    assert loaded <= set(sys.modules)
    bench.wait(61_000)
    assert not {"noctule.link.commands", "noctule.link.words_fr"} & set(sys.modules)
    assert "noctule.link.trace" in sys.modules  # in use
    bench.type("trace off\r")
    assert loaded <= set(sys.modules)
    bench.wait(61_000)
    assert not loaded & set(sys.modules)
    assert "aucun défaut" in bench.type("faults\r")


def test_a_command_that_fails_is_told_and_written(bench):
    bench.type("\r")
    bench.node.counters = None
    said = bench.type("status\r")
    assert said.endswith(
        "! AttributeError 'NoneType' object has no attribute 'values'\r\nnoctule> "
    )
    assert bench.node.told == [(events.FAILED, events.SERIAL)]
    assert bench.type("faults\r").endswith("no faults\r\nnoctule> ")


# ---- trace


def tell(bench, what, *args):
    node = bench.node
    brain, ticks = node.brain, node.ticks()
    if what == timeline.SENSOR:
        bench.sensor(args[0] == 1)
    elif what == timeline.LEVEL:
        brain.override_level(*args, ticks)
        node.act()
    elif what == timeline.ALL_ON:
        brain.all_on(*args, ticks)
        node.act()
    elif what == timeline.METER:
        before = brain.faults()
        brain.metered(*args, ticks)
        if brain.faults() != before:
            node.clock.now(ticks)
            bench.console.found(node.clock.day, node.clock.second * 1000 + node.clock.millis)


def test_trace_is_the_timeline_to_the_byte():
    night = at("2026-11-23T12:00:00")
    length = DAY
    dice = random.Random(7)
    told = [(0, timeline.CLOCK, 3)]
    t = 4 * 60 * MINUTE
    while (t := t + dice.randrange(30 * MINUTE)) < 20 * 60 * MINUTE:
        told.append((t, timeline.SENSOR, 1))
        t += dice.randrange(60_000)
        told.append((t, timeline.SENSOR, 0))
    told.append((at("2026-11-23T20:00:00.500") - night, timeline.LEVEL, 45, 900, 700))
    told.append((at("2026-11-23T23:10:00.070") - night, timeline.ALL_ON, 60))
    for t in range(9 * 60 * MINUTE, 14 * 60 * MINUTE, MINUTE):
        told.append((t + 31_009, timeline.METER, 4))  # lit, and draws nothing
    told.sort()
    expected: list[str] = []
    timeline.play(CONFIG, night // DAY, night % DAY, length, told, expected.append)
    assert any(" faults:" in line for line in expected) and len(expected) > 40

    bench = Bench(CONFIG, {}, night // DAY, night % DAY // 1000)
    bench.console.trace(True)
    start = bench.node.now
    for t, what, *args in told[1:]:
        bench.wait(start + t - bench.node.now)
        tell(bench, what, *args)
    bench.wait(start + length - bench.node.now - 1)
    bench.wait(1000)
    found = bench.said().split("\r\n")
    assert found.pop() == ""
    assert [line for line in found if line < "2026-11-24T12:00:00"] == expected


def test_traced_lines_stand_alone(bench):
    bench.type("\r")
    bench.type("trace on\r")
    assert bench.type("lev") == "lev"
    bench.sensor(True)
    bench.wait(1000)
    said = bench.said()
    assert re.fullmatch(r"\r\n2026-\S+ 80 1000 presence:own-sensor synced\r\n", said)
    assert bench.type("el 50\r").startswith("el 50\r\n50 % for 15 min")


def test_more_changes_than_can_be_printed(bench):
    bench.console.trace(True)
    for i in range(16 + 5):
        bench.console.changed(9823, i)
    bench.wait(5000)
    lines = bench.said().split("\r\n")
    assert len(lines) == 16 + 2 and lines[15][17:24] == "00.015Z" and lines[16:] == ["# 5", ""]


# ---- whatever else comes


class Untouched:
    """What no garbage may change."""

    def __init__(self, bench):
        node = bench.node
        self.seen = (node.brain.override.kind, node.clock.source, node.brain.everything.kind)
        self.seen += (node.restarted, bench.console.lang, node.brain.level)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=8))
def test_fuzz(pieces):
    bench = Bench(CONFIG, {}, *WHEN)
    bench.type("\r")
    for piece in pieces:
        bench.typed += piece
        bench.wait(700)
        assert len(bench.console._out) <= 96 * 32
    bench.typed = bytearray()
    bench.type("\r\r")
    assert bench.type("lang\r") == "lang\r\nEnglish\r\nnoctule> "


COMMANDS = [name for name in console_module.NAMES.split() if name not in ("reboot", "redemarrer")]
ARGUMENTS = ["", "0", "1", "100", "999999", "-5", "on", "fr", "!", "é", "2030-01-01T21:00:00Z"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(COMMANDS), st.lists(st.sampled_from(ARGUMENTS), max_size=3)),
        max_size=5,
    )
)
def test_commands_never_fail_whatever_their_arguments(lines):
    bench = Bench(CONFIG, {}, *WHEN)
    bench.type("\r")
    for name, arguments in lines:
        bench.type(" ".join([name, *arguments]) + "\r")
    bench.wait(40_000)
    assert (events.FAILED, events.SERIAL) not in bench.node.told


@pytest.mark.parametrize("awake", [False, True])
def test_garbage_for_long_is_harmless(bench, awake):
    dice = random.Random(3)
    if awake:
        bench.type("\r")
    before = Untouched(bench).seen
    for _ in range(300):
        bench.typed += dice.randbytes(2000)
        bench.wait(1000)
        assert len(bench.printed) < 40_000
        bench.said()
        bench.typed = bytearray()
    assert Untouched(bench).seen == before and bench.node.told == []
    bench.type("\r\r")
    assert bench.type("lang\r") == "lang\r\nEnglish\r\nnoctule> "


def test_a_flood_is_taken_a_little_at_a_time(bench):
    bench.typed += b"\x00" * 10_000
    for polls in range(1, 50):
        bench.console.poll(bench.node.ticks())
        assert len(bench.typed) == 10_000 - 32 * polls


@pytest.mark.parametrize("runtime", ["micropython", "wasm32"])
def test_idle_allocates_nothing(runtime):
    assert run(runtime, "guest_hot.py", CONFIG, *WHEN) == "idle 40000 86399999 0\n"


def test_hours_of_garbage_leave_nothing_on_the_heap():
    said = run("micropython", "guest_garbage.py", CONFIG, *WHEN).split()
    assert said[0] == "garbage" and int(said[1]) < 200, said


# ---- the words


def names(words):
    return {name for name in vars(words) if name.isupper()}


def test_both_languages_have_the_same_words_and_gaps():
    assert names(words_en) == names(words_fr)
    for name in names(words_en):
        for english, french in zip(texts(words_en, name), texts(words_fr, name), strict=True):
            assert gaps(english) == gaps(french), name
            assert bool(english) == bool(french), name


def texts(words, name):
    value = getattr(words, name)
    if isinstance(value, str):
        return [value]
    return [text for item in value for text in ([item] if isinstance(item, str) else item)]


def gaps(text):
    return re.findall(r"%-?\d*[a-z]", text.replace("%%", ""))


def test_every_fault_event_layer_and_reason_has_its_word():
    bits = [value for name, value in vars(brain_faults).items() if name.isupper()]
    bits.remove(brain_faults.METERED)
    bits += [v for n, v in vars(events).items() if n.isupper() and v >= 1 << 10]
    codes = code_names()
    for words in (words_en, words_fr):
        assert sorted(bits) == [1 << i for i in range(len(words.FAULTS))]
        assert sorted(codes) == list(range(1, len(words.EVENTS)))
        assert all(words.EVENTS[code] for code in codes)
        assert len(words.LAYERS) == len(timeline.LAYERS)
        assert len(words.WHY) == len(timeline.WHY)
        assert len(words.QUALITY) == len(timeline.QUALITY)
        assert len(words.OPERATIONS) == 1 + 6
        assert len(words.GEAR) == 3
        assert len(words.TASKS) == events.SERIAL + 1
        assert len(words.BACK) == len("shmdur")
        assert len(words.SOURCES) == 1 + clock.HAND
        assert len(words.CHIP) == 1 + clock.UNFIT == 2 + ds3231.IMPLAUSIBLE
        assert len(words.HELP) == len(commands._COMMANDS)


def test_the_words_are_those_of_the_simulator():
    for choose, words in enumerate((words_fr, words_en)):
        for bit, name in health.FAULT_NAMES.items():
            assert words.FAULTS[bit.bit_length() - 1] == health.WORDS[name][choose]
        for prefix, keys, said in (
            ("layer", timeline.LAYERS, words.LAYERS),
            ("clock", timeline.QUALITY, words.QUALITY),
            ("operation", ("set", "min", "max", "add", "sub", "mul"), words.OPERATIONS[1:]),
        ):
            for key, text in zip(keys, said, strict=True):
                phrase = wording.PHRASES[f"{prefix}.{key}"][choose]
                assert text == phrase.replace("{value} %", "%d %%"), key
        # Of reasons, whose sentences are shorter here, the first words.
        for key, text in zip(timeline.WHY[1:], words.WHY[1:], strict=True):
            if key in ("daylight", "forced-run", "power-up", "idle", "own-sensor", "neighbour"):
                assert wording.PHRASES[f"why.{key}"][choose].startswith(text[:9]), key
            if key in ("vehicle", "corridor", "time-unknown"):
                assert wording.PHRASES[f"why.{key}"][choose].startswith(text.partition(",")[0])


def code_names():
    """Codes of the log: those before the faults in device/events.py."""
    source = Path(events.__file__).read_text("utf-8").partition("\n# Faults")[0]
    return [int(n) for n in re.findall(r"^[A-Z_]+ = const\((\d+)\)", source, re.MULTILINE)]


def test_ends_of_runs_and_causes_of_resets_have_words():
    boot = (Path(events.__file__).parents[2] / "boot.py").read_text("utf-8")
    ends = [int(n) for n in re.findall(r"^[A-Z_]+ = (\d)\b", boot, re.MULTILINE)]
    # machine.reset_cause() of the port: PWRON_RESET 1 ... SOFT_RESET 5; 0 is none of them.
    for words in (words_en, words_fr):
        assert ends == list(range(len(words.ENDS)))
        assert len(words.CAUSES) == 6


def test_names_and_commands_agree():
    listed = console_module.NAMES.split()
    assert len(listed) == 2 * len(commands._COMMANDS)
    for i, command in enumerate(commands._COMMANDS):
        assert command.__name__ == listed[2 * i].replace("-", "_")
        assert words_en.HELP[i][0].split()[0] == listed[2 * i]
        assert words_fr.HELP[i][0].split()[0] == listed[2 * i + 1]
    source = Path(commands.__file__).read_text("utf-8")
    numbers = re.findall(r"^_([A-Z_]+) = const\((\d+)\)", source, re.MULTILINE)[:6]
    for name, number in numbers:
        assert listed[2 * int(number)].replace("-", "_") == name.lower()


def test_lines_fit_a_terminal():
    for words in (words_en, words_fr):
        for usage, text in words.HELP:
            assert len(f"{usage:28} {text}") <= 80, text
        assert all(len(line) <= 84 for line in words.HELP_MORE)


def test_no_word_is_forgotten():
    """Each name in the words is used, and each that is used is there."""
    folder = Path(commands.__file__).parent
    source = "".join((folder / name).read_text("utf-8") for name in ("commands.py", "kept.py"))
    source += (folder.parent / "prompt.py").read_text("utf-8")
    assert set(re.findall(r"\bwords\.([A-Z_]+)", source)) == names(words_en)


# ---- the prompt


@pytest.fixture
def kept(tmp_path):
    folder = f"{tmp_path}/"
    files = Files(folder)
    wiring = b'{"node": "H1", "site": "Is", "board": "virtual", "lang": "en"}'
    assert Copies(files, "wiring", 1024).save_all(wiring)
    assert Copies(files, "config", 4000).save_all(CONFIG)
    (tmp_path / "config.1").write_bytes(b"spoilt")
    counters = Counters(Copies(files, "counts", 4 * events.COUNTERS), events.COUNTERS)
    for i, value in enumerate((1234, 7200, 5, 1)):
        counters.add(i, value)
    assert counters.save()
    log = Log(files)
    (tmp_path / "log.0").write_bytes(b"")
    log.add(events.START, 1 << 8, 9823, 60)
    log.add(events.FAULT, brain_faults.LAMP_OUT, 9823, 120)
    brain = Brain(CONFIG)
    brain.start(0, True, None)
    brain.health.faults = brain_faults.LAMP_OUT
    brain.step(9823, 500, 0, 100, 3)
    state = bytearray(SIZE)
    brain.save(state)
    assert Copies(files, "state", SIZE).save(state)
    (tmp_path / "crash.txt").write_text("Traceback\n  noctule/app.py\nOSError: 28\n")
    return folder


@pytest.mark.parametrize("runtime", ["cpython", "micropython"])
def test_the_prompt_with_and_without_a_node(kept, runtime):
    found = run(runtime, "guest_prompt.py", CONFIG, *WHEN, kept)
    found = re.sub(r"\d+ (B free|o libres)", r"N \1", found)
    assert found.splitlines() == (HERE / "prompt.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("runtime", ["cpython", "micropython"])
def test_the_prompt_with_nothing_kept(runtime):
    found = run(runtime, "guest_prompt.py", CONFIG, *WHEN, "/nowhere/at/all/")
    alone = found.partition("--- stopped")[0]
    assert "node     ?, ?" in alone and "wiring lost" in alone and "no events" in alone
