"""What is kept in flash, with power cut at every write and in every way."""

import hashlib
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from noctule.brain.state import SIZE
from noctule.device.store import Copies, Counters, Files, Log

from sim.runtimes import RuntimeMissingError, run_guest
from tests.device.twins import Disk, apply, torn

CONFIG = bytes(range(256)) * 3


def test_the_layout_of_a_copy():
    disk = Disk()
    assert Copies(disk, "config", 4000).save(b"hello")
    head = b"\x4e" + (0).to_bytes(3, "little") + (5).to_bytes(2, "little") + b"hello"
    digest = hashlib.sha256(b"config" + head).digest()[:8]
    assert disk.files == {"config.0": head + digest}


def test_saved_and_loaded():
    disk = Disk()
    assert Copies(disk, "state", 64).load() is None
    for i in range(1, 20):
        copies = Copies(disk, "state", SIZE)
        if i % 3:
            copies.load()
        assert copies.save(bytes([i]) * SIZE)
        after = Copies(disk, "state", SIZE)
        assert after.load() == bytes([i]) * SIZE and (after.good, after.bad) == (min(i, 2), 0)
    assert max(len(file) for file in disk.files.values()) <= 128  # stays inline on littlefs


def test_each_write_spares_the_newest():
    disk = Disk()
    copies = Copies(disk, "state", 64, copies=3)
    for i in range(9):
        copies.save(bytes([i]))
    assert [name for _, name, _, _ in disk.record] == ["state.0", "state.1", "state.2"] * 3


def test_the_sequence_wraps():
    disk = Disk()
    copies = Copies(disk, "state", 64)
    copies._sequence, copies._newest = 0xFFFFFE - 1, 1
    for i in range(6):
        assert copies.save(bytes([i]))
        assert Copies(disk, "state", 64).load() == bytes([i])


def test_corrupt_in_one_and_in_both():
    disk = Disk()
    assert Copies(disk, "config", 4000).save_all(CONFIG)
    assert len(disk.files) == 2
    good = dict(disk.files)
    for name in good:
        for at in range(0, len(good[name]), 5):
            disk.files = dict(good)
            rotten = bytearray(good[name])
            rotten[at] ^= 1 << at % 8
            disk.files[name] = bytes(rotten)
            copies = Copies(disk, "config", 4000)
            assert copies.load() == CONFIG and (copies.good, copies.bad) == (1, 1)
            assert copies.save(CONFIG)  # mended: and where the spoilt one was
            assert copies.load() == CONFIG and (copies.good, copies.bad) == (2, 0)
    for rot in (b"", b"N", bytes(2000), CONFIG, b"\xff" * 4096, good["config.0"] + b"x"):
        disk.files = {"config.0": rot, "config.1": rot + b"y"}
        copies = Copies(disk, "config", 4000)
        assert copies.load() is None and (copies.good, copies.bad) == (0, 2)
        assert copies.save_all(CONFIG) and copies.load() == CONFIG and copies.good == 2


def test_one_name_is_not_taken_for_another():
    disk = Disk()
    Copies(disk, "state", 64).save(b"x")
    disk.files["config.0"] = disk.files["state.0"]
    assert Copies(disk, "config", 64).load() is None


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_files_of_garbage(one, other):
    disk = Disk({"config.0": one, "config.1": other, "log.0": one, "log.3": other})
    assert Copies(disk, "config", 100).load() is None
    log = Log(disk)
    log.load()
    assert log.add(1, 2, 3, 4) and log.last(1) == [(1, 2, 3, 4)]


def test_no_room_and_too_long():
    disk = Disk()
    copies = Copies(disk, "config", 10)
    assert copies.save(b"old")
    disk.full = True
    assert not copies.save(b"new") and not copies.save_all(b"new")
    assert copies.load() == b"old"
    log = Log(disk)
    assert not log.add(1, 0, 0, 0) and log.lost == 1
    disk.full = False
    assert log.add(2, 0, 0, 0) and log.last(9) == [(2, 0, 0, 0)] and copies.save(b"new")
    with pytest.raises(ValueError):
        copies.save(b"x" * 11)


def test_a_write_that_does_not_arrive_is_noticed():
    class Liar(Disk):
        def replace(self, name, data):
            super().replace(name, bytes(data)[:-1] + b"?")

    assert not Copies(Liar(), "state", 64).save(b"x")


class Life:
    """A night's writing of everything: and what has to be found after a cut."""

    def __init__(self, files):
        self.disk = Disk(files)
        self.config = Copies(self.disk, "config", 400)
        self.state = Copies(self.disk, "state", SIZE)
        self.counters = Counters(Copies(self.disk, "counters", 64), 3)
        self.log = Log(self.disk, segments=3, per=4)
        self.found = (
            self.config.load(),
            self.state.load(),
            self.counters.values if self.counters.load() else None,
            self.log.last(99),
        )


def test_power_cut_at_every_write():
    """Each write in the middle, at every byte, with every rest: nothing else is touched."""
    life = Life({})
    kept = [None, None, None, []]  # what has been saved for good
    trials = 0
    for step in range(30):
        before = dict(life.disk.files)
        begun = len(life.disk.record)
        coming = list(kept)
        if step % 10 == 0:
            coming[0] = bytes([step]) * 40
            assert life.config.save_all(coming[0])
        elif step % 3 == 0:
            coming[1] = bytes([step]) * SIZE
            assert life.state.save(coming[1])
        elif step % 3 == 1:
            life.counters.add(0, 1000 + step)
            life.counters.add(2, 1)
            coming[2] = list(life.counters.values)
            assert life.counters.save()
        else:
            coming[3] = [(step, step * 1000, 9825, step * 60), *kept[3]]
            assert life.log.add(*coming[3][0])
        files = before
        for write in life.disk.record[begun:]:
            for after in torn(files, write):
                trials += 1
                found = Life(after).found
                for i in range(3):
                    assert found[i] in (kept[i], coming[i]), (step, write[:3])
                if found[0] == coming[0]:
                    kept[0] = coming[0] if kept[0] is None else kept[0]
                least = kept[3][:8]  # two whole segments
                assert found[3][: len(least)] == least or found[3][1:][: len(least)] == least
                assert all(event in coming[3] for event in found[3])
            files = dict(files)
            apply(files, write)
        kept = coming
    print(f"{trials} cuts in {len(life.disk.record)} writes")
    assert trials > 5000 and life.found[0] is None


def test_cut_after_cut():
    """Many lives, each ended within a write and begun where that left the files."""
    chance = random.Random(5)
    files = {}
    config = state = None
    energy = 0
    newest = -1
    for number in range(600):
        life = Life(files)
        found = life.found
        assert found[0] in (config if isinstance(config, tuple) else (config,))
        assert found[1] in (state if isinstance(state, tuple) else (state,))
        assert (found[2] or [0])[0] >= energy
        energy = (found[2] or [0])[0]
        values = [event[1] for event in found[3]]
        assert values == sorted(values, reverse=True) and (values or [-1])[0] >= newest
        assert number < 40 or len(values) >= 8
        newest = (values or [-1])[0]
        config, state = found[0], found[1]
        for _ in range(chance.randrange(4)):
            newest += 1
            assert life.log.add(1, newest, 0, 0)
        life.counters.add(0, 5)
        assert life.counters.save()
        energy = life.counters.values[0]
        whole = dict(life.disk.files)
        begun = len(life.disk.record)
        what = chance.randrange(4)
        if what == 0:
            assert life.state.save(bytes([number & 255]) * SIZE)
            state = (state, bytes([number & 255]) * SIZE)
        elif what == 1:
            assert life.config.save_all(bytes([number & 255]) * 99)
            config = (config, bytes([number & 255]) * 99)
        elif what == 2:
            life.counters.add(0, 1)
            assert life.counters.save()
        else:
            assert life.log.add(1, newest + 1, 0, 0)
        writes = life.disk.record[begun:]
        cut = chance.randrange(len(writes))
        for write in writes[:cut]:
            apply(whole, write)
        files = chance.choice(torn(whole, writes[cut]))
    assert newest > 300


def test_counters():
    disk = Disk()
    counters = Counters(Copies(disk, "counters", 64), 3)
    assert not counters.load()
    counters.add(0, 2**30 - 5)
    counters.add(0, 2**30 - 1)
    counters.add(1, 7)
    assert counters.values == [2**30 - 1, 7, 0] and counters.save()
    more = Counters(Copies(disk, "counters", 64), 5)
    assert more.load() and more.values == [2**30 - 1, 7, 0, 0, 0]
    fewer = Counters(Copies(disk, "counters", 64), 1)
    assert fewer.load() and fewer.values == [2**30 - 1]


def test_the_log_keeps_the_last():
    disk = Disk()
    log = Log(disk)
    for i in range(1000):
        if i % 97 == 0:
            log = Log(disk)  # a reset
        assert log.add(i & 255, i, 9825 + i // 100, i % 86400)
        if i % 50 == 49:
            found = log.last(1000)
            assert 192 <= len(found) <= 256 or len(found) == i + 1
            assert [event[1] for event in found] == list(range(i, i - len(found), -1))
    assert log.last(2) == [(231, 999, 9834, 999), (230, 998, 9834, 998)]
    assert sum(map(len, disk.files.values())) <= 4096 and Log(disk).load() >= 192
    del disk.files["log.3"], disk.files["log.2"]  # by somebody's hand
    assert log.add(1, 1, 1, 1) and log.last(1) == [(1, 1, 1, 1)]


def test_the_sequence_of_events_wraps():
    disk = Disk()
    log = Log(disk)
    log.load()
    log._sequence = 0xFFFFFF - 20
    for i in range(300):
        assert log.add(2, i, 0, 0)
        fresh = Log(disk)
        assert fresh.load() and fresh.last(1) == [(2, i, 0, 0)]
        assert (fresh._sequence, fresh._index) == (log._sequence, log._index)
    assert [event[1] for event in log.last(200)] == list(range(299, 99, -1))


def test_real_files(tmp_path):
    files = Files(f"{tmp_path}/")
    assert files.read("none", 9) is None
    copies = Copies(files, "config", 4000)
    assert copies.save_all(CONFIG) and Copies(files, "config", 4000).load() == CONFIG
    log = Log(files)
    for i in range(300):
        assert log.add(1, i, 0, 0)
    assert [event[1] for event in Log(files).last(3)] == [299, 298, 297]
    assert files.writes == 302 and files.written == 300 * 16 + 2 * (768 + 14)
    assert not Copies(Files(f"{tmp_path}/none/"), "x", 9).save(b"x")
    assert not Log(Files(f"{tmp_path}/none/")).add(1, 1, 1, 1)


@pytest.mark.parametrize("steps", [48, pytest.param(200, marks=pytest.mark.long)])
def test_real_littlefs_with_power_cut(steps):
    """On MicroPython: each write and erase of the flash, torn too, then mounted and looked at."""
    guest = Path(__file__).with_name("guest_littlefs.py")
    try:
        text = run_guest("micropython", guest, [steps]).stdout
    except RuntimeMissingError as missing:
        pytest.skip(str(missing))
    print(text)
    images, bad = (int(word) for word in text.split()[:2])
    assert images > steps * 10 and bad == 0, text
