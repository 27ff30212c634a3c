"""Faults of what hangs on a node, in a dimmed evening on the virtual board: at every instant there
is at least the light that the program asks by the true time, and the log says what was wrong.

`python -m pytest -rP tests/app/test_faults.py tests/app/test_boot.py | grep '^|'` prints a table:
fault, least light above what was asked, codes and faults in the log.
"""

import datetime
import re

import pytest
from noctule.brain.faults import (
    LAMP_OUT,
    PHOTOCELL_DEAD,
    PHOTOCELL_STUCK,
    POWER_HIGH,
    SENSOR_STUCK,
    TIME,
)
from noctule.device import events
from noctule.device.events import (
    CLOCK_DEAD,
    CLOCK_FAULT,
    METER_MAD,
    SENSOR_SILENT,
    TIME_DISPUTED,
    TIME_LOST,
    TIME_REFUSED,
    WRONG_KEY,
)

from sim.board.parts import BH1750, DS3231, AccessPoint, Level, NtpServer
from sim.site.check import load_site
from tests.app.node import VILLAGE
from tests.app.watched import EVENING, MINUTE, SITE, Watched, mostly_long

SITES = {VILLAGE: load_site(VILLAGE), SITE: load_site(SITE)}
KEY = "secret"
YEARS = 3 * 365 * 86400
BOUND = 60  # ms: a poll with a bus that hangs


def node(folder, lamp, *, site=SITE, **more):
    key = KEY if lamp == "net" else None
    begins = more.pop("begins", EVENING)
    return Watched(folder, lamp, begins, site=SITES[site], wifi_key=key, **more)


def dims(seen, to=20):
    """It did dim, as it should: so it was not just lit all the time."""
    assert min(light for _, light in seen.light) == pytest.approx(to, abs=0.5)


def stays_full(seen):
    assert min(light for _, light in seen.light) == 100


def longest_poll(seen):
    """ms, as the console's status has it."""
    return int(re.search(r"(?:longest poll|tour le plus long) (\d+) ms", seen.ask("status"))[1])


def broken(seen, part, fault):
    with seen.board.lock:
        seen.board.parts[part].fail(fault)


# --- Sensors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lamp", "site", "to"), mostly_long([("E05", VILLAGE, 10), ("cell", SITE, 20)], "cell")
)
@pytest.mark.parametrize("fault", ["dead", "stuck", "chattering"])
def test_pir(fault, lamp, site, to, tmp_path):
    with node(tmp_path, lamp, site=site) as seen:
        pir = seen.board.parts["presence"]
        seen.run(8 * MINUTE)
        with seen.board.lock:
            pir.presence(fault == "stuck")
            pir.fail(fault)
            pir.presence(False)
        seen.run((33 if fault == "stuck" else 2) * MINUTE)
        if fault == "chattering":
            assert seen.output() == 100
            with seen.board.lock:
                pir.mend()
            seen.run(4 * MINUTE)
            assert seen.output() == pytest.approx(to, abs=0.5)
    seen.told(f"PIR {fault}, {lamp}")
    seen.enough()
    dims(seen, to)
    if fault == "chattering":
        assert (events.MENDED, SENSOR_SILENT) in seen.events()
    if fault == "stuck":
        assert seen.light[-1][1] == 100 and seen.faults() & SENSOR_STUCK
    assert seen.board.starts == [1]


@pytest.mark.parametrize(
    ("fault", "expected", "minutes"),
    mostly_long(
        [
            ("dead", SENSOR_SILENT, 6),
            ("garbage", SENSOR_SILENT, 6),
            ("half", SENSOR_SILENT, 6),
            ("stuck", SENSOR_STUCK, 18),
        ],
        "garbage",
    ),
)
def test_radar(fault, expected, minutes, tmp_path):
    """A radar that says nothing that makes sense is taken for one that sees somebody."""
    with node(tmp_path, "radar") as seen:
        seen.run(8 * MINUTE)
        with seen.board.lock:
            radar = seen.board.parts["presence"]
            radar.person(3.0, -0.1)
            radar.fail(fault)
            radar.nobody()
        seen.run(minutes * MINUTE)
        assert seen.output() == 100
        longest = longest_poll(seen)
        with seen.board.lock:
            seen.board.parts["presence"].mend()
        seen.run(3 * MINUTE)
        assert seen.output() == pytest.approx(20, abs=0.5)
    seen.told(f"radar {fault}")
    seen.enough()
    dims(seen)
    assert seen.faults() == expected and longest <= BOUND
    assert (events.MENDED, expected) in seen.events()


def test_radar_that_was_never_there(tmp_path):
    with node(tmp_path, "radar", fitted={"presence": None}) as seen:
        seen.run(8 * MINUTE)
    seen.told("radar missing")
    assert seen.light[-1][1] == 100 and seen.faults() == SENSOR_SILENT
    seen.enough()


@pytest.mark.parametrize("fault", mostly_long(["dead", "hanging", "missing"], "hanging"))
def test_light_sensor_on_the_bus(fault, tmp_path):
    fitted = {"light": None} if fault == "missing" else {}
    with node(tmp_path, "cell", fitted=fitted) as seen:
        seen.run(3 * MINUTE)
        if not fitted:
            broken(seen, "light", fault)
        seen.run(6 * MINUTE)
        longest = longest_poll(seen)
    seen.told(f"BH1750 {fault}")
    seen.enough()
    dims(seen)
    assert seen.faults() & PHOTOCELL_DEAD and longest <= BOUND


@pytest.mark.parametrize("fault", mostly_long(["broken wire", "short", "stuck"], "short"))
def test_light_sensor_on_the_adc(fault, tmp_path):
    with node(tmp_path, "ldr", fitted={"light": Level(34, 4000)}) as seen:
        seen.run(3 * MINUTE)
        if fault == "short":
            with seen.board.lock:
                seen.board.parts["light"].set(65535)
        else:
            broken(seen, "light", "dead" if fault == "broken wire" else fault)
        seen.run(6 * MINUTE)
    seen.told(f"LDR {fault}")
    seen.enough()
    dims(seen)
    assert seen.faults() == (0 if fault == "stuck" else PHOTOCELL_DEAD)


DUSK = datetime.datetime(2026, 11, 23, 15, 30, tzinfo=datetime.UTC)
AFTER = 56 * MINUTE  # half an hour past sunset: the photocell's window is over


@pytest.mark.parametrize(
    "fault", mostly_long(["stuck in the light", "chattering"], "stuck in the light")
)
def test_light_sensor_that_lies_at_dusk(fault, tmp_path):
    """It may act half an hour either side of sunset, and so be wrong for no longer."""

    def lux(us):
        if fault == "chattering":
            return 0 if us // MINUTE % 2 else 500
        return 500

    with node(tmp_path, "cell", begins=DUSK, fitted={"light": BH1750(lux=lux)}) as seen:
        seen.run(65 * MINUTE)
    seen.told(f"BH1750 {fault}", AFTER)
    seen.enough(since_us=AFTER)
    assert min(light for us, light in seen.light if us > AFTER) == 100


@pytest.mark.long
def test_light_sensor_stuck_in_the_light_is_found(tmp_path):
    noon = datetime.datetime(2026, 11, 23, 11, 0, tzinfo=datetime.UTC)
    with node(tmp_path, "cell", begins=noon, fitted={"light": BH1750(lux=500)}) as seen:
        seen.run(20 * 60 * MINUTE)
    seen.told("BH1750 stuck in the light, for a night")
    assert seen.faults() & PHOTOCELL_STUCK


@pytest.mark.parametrize(("fault", "expected"), [("dead", LAMP_OUT), ("flood", POWER_HIGH)])
def test_meter(fault, expected, tmp_path):
    with node(tmp_path, "cell") as seen:
        seen.run(8 * MINUTE)
        broken(seen, "meter", fault)
        seen.run(17 * MINUTE)
    seen.told(f"meter {fault}")
    seen.enough()
    dims(seen)
    assert seen.faults() & (expected | METER_MAD)


# --- The battery clock, and its bus --------------------------------------------------------------


class Torn(DS3231):
    """Every third reading has the minute or the hour of another instant."""

    reads = 0

    def _time(self):
        self.reads += 1
        time = bytearray(super()._time())
        if self.reads % 3 == 0:
            time[1 + self.reads // 3 % 2] ^= 0x01
        return bytes(time)


@pytest.mark.parametrize(
    ("fault", "expected"),
    mostly_long(
        [
            ("dead", CLOCK_DEAD),
            ("hanging", CLOCK_DEAD),
            ("stuck", TIME_REFUSED),
            ("garbage", CLOCK_DEAD),
            ("stopped", CLOCK_DEAD),
            ("missing", CLOCK_DEAD),
            ("past", CLOCK_DEAD),
            ("torn", None),
        ],
        "hanging", "stuck",
    ),
)
def test_clock_from_the_start(fault, expected, tmp_path):
    """Without the time: the fault state, full light."""
    clock = DS3231(EVENING)
    if fault == "stopped":
        clock = DS3231(None)
    elif fault == "past":
        clock = DS3231(EVENING - datetime.timedelta(days=8 * 365))
    elif fault == "torn":
        clock = Torn(EVENING)
    elif fault == "missing":
        clock = None
    else:
        clock.fail(fault)
    with node(tmp_path, "cell", fitted={"clock": clock}) as seen:
        seen.run(15 * MINUTE)
        longest = longest_poll(seen)
    seen.told(f"RTC {fault} from the start")
    seen.enough()
    assert longest <= BOUND
    if fault == "torn":
        # Asked ever more seldom: a chip that fails each proof does not fill the log.
        assert len(seen.events()) <= 14 and seen.faults() & CLOCK_FAULT
    else:
        stays_full(seen)
        assert seen.faults() & TIME and seen.faults() & CLOCK_FAULT and expected in seen.codes()


@pytest.mark.parametrize(
    ("fault", "expected"),
    mostly_long(
        [
            ("dead", CLOCK_DEAD),
            ("hanging", CLOCK_DEAD),
            ("bus hanging", CLOCK_DEAD),
            ("stuck", TIME_REFUSED),
            ("garbage", CLOCK_DEAD),
            ("stopped", CLOCK_DEAD),
            ("years behind", CLOCK_DEAD),
            ("years ahead", TIME_REFUSED),
            ("hours ahead", TIME_REFUSED),
        ],
        "bus hanging", "years ahead",
    ),
)
def test_clock_later(fault, expected, tmp_path):
    """The node goes on by itself from the time that it knows."""
    with node(tmp_path, "cell") as seen:
        seen.run(3 * MINUTE)
        with seen.board.lock:
            clock = seen.board.parts["clock"]
            if fault == "bus hanging":
                seen.board.parts["i2c"].fail("hanging")
            elif fault == "stopped":
                clock.stop_oscillator()
            elif fault in clock.FAULTS:
                clock.fail(fault)
            else:
                clock.shift({"b": -YEARS, "a": YEARS}[fault[6]] if fault[0] == "y" else 7200)
        seen.run(70 * MINUTE)
        longest = longest_poll(seen)
    seen.told(f"RTC {fault} later")
    seen.enough()
    dims(seen)
    assert longest <= BOUND
    assert expected in seen.codes() and seen.faults() & CLOCK_FAULT and not seen.faults() & TIME


@pytest.mark.parametrize("shift", mostly_long([-YEARS, YEARS], YEARS))
def test_clock_wrong_by_years_after_a_night_without_mains(shift, tmp_path):
    """The node has saved its state, and with it the time that it was."""
    with node(tmp_path, "cell", begins=EVENING - datetime.timedelta(hours=2)) as seen:
        seen.run(65 * MINUTE)
        with seen.board.lock:
            seen.board.parts["clock"].shift(shift)
        seen.board.power_off()
        seen.run(MINUTE)
        seen.board.power_on()
        seen.run(10 * MINUTE)
    seen.told(f"RTC {shift // 31_536_000:+d} years at a power-up")
    seen.enough()
    assert seen.light[-1][1] == 100
    assert seen.faults() & TIME and seen.codes() & {CLOCK_DEAD, TIME_REFUSED}


# --- The network's time --------------------------------------------------------------------------


LIES = ["ahead", "behind", "years"]
FAULTS = NtpServer.FAULTS


def _lie(server, lie):
    server.shift({"ahead": 7200, "behind": -7200, "years": YEARS}[lie])


@pytest.mark.parametrize("lie", mostly_long(LIES, "ahead"))
def test_ntp_that_lies_beside_a_battery_clock(lie, tmp_path):
    with node(tmp_path, "net") as seen:
        with seen.board.lock:
            _lie(seen.board.parts["ntp0"], lie)
        seen.run(15 * MINUTE)
    seen.told(f"NTP {lie}")
    seen.enough()
    dims(seen)
    assert seen.faults() & TIME_DISPUTED and TIME_REFUSED in seen.codes()


@pytest.mark.parametrize("fault", mostly_long(FAULTS, "zero", "garbage"))
def test_ntp_that_fails_without_a_battery_clock(fault, tmp_path):
    with node(tmp_path, "net", fitted={"clock": None}) as seen:
        broken(seen, "ntp0", fault)
        seen.run(15 * MINUTE)
    seen.told(f"NTP {fault}, no RTC")
    seen.enough()
    stays_full(seen)
    assert seen.faults() & TIME and {CLOCK_DEAD, TIME_LOST} <= seen.codes()


def test_ntp_that_fails_beside_a_battery_clock(tmp_path):
    """One after the other: nothing of it matters."""
    with node(tmp_path, "net") as seen:
        for fault in FAULTS:
            broken(seen, "ntp0", fault)
            seen.run(2 * MINUTE)
    seen.told("NTP failing in all ways beside an RTC")
    seen.enough()
    dims(seen)
    assert not seen.faults() & TIME


def test_ntp_that_lies_from_the_start_without_a_battery_clock(tmp_path):
    """The one case in which a lie is believed: a new node that has nothing else to go by. Its time
    counts as holdover, until a later answer agrees."""
    with node(tmp_path, "net", fitted={"clock": None}) as seen:
        with seen.board.lock:
            _lie(seen.board.parts["ntp0"], "ahead")
        seen.run(4 * MINUTE)
    print(f"| NTP ahead from the first minute on, no RTC | {seen.short():+.1f} % | believed | |")
    assert CLOCK_DEAD in seen.codes() and seen.light[-1][1] == pytest.approx(20, abs=0.5)


@pytest.mark.long
@pytest.mark.parametrize("lie", LIES)
def test_ntp_that_lies_later_without_a_battery_clock(lie, tmp_path):
    """It was asked before, and the node has saved its state since."""
    begins = EVENING - datetime.timedelta(hours=8)
    with node(tmp_path, "net", begins=begins, fitted={"clock": None}) as seen:
        seen.run(70 * MINUTE)
        seen.board.power_glitch()
        seen.run(5 * MINUTE)
        with seen.board.lock:
            _lie(seen.board.parts["ntp0"], lie)
        seen.run(7 * 60 * MINUTE)
    seen.told(f"NTP {lie} later, no RTC")
    # From after dusk on, which a clock by the network may have a second late.
    seen.enough(4 * 60 * MINUTE)
    assert seen.light[-1][1] == pytest.approx(20, abs=0.5)
    assert TIME_REFUSED in seen.codes()


@pytest.mark.parametrize("network", mostly_long(["never there", "wrong key", "lost"], "wrong key"))
def test_network(network, tmp_path):
    fitted = {"never there": None, "wrong key": AccessPoint("town", "another")}
    parts = {"network": fitted[network]} if network in fitted else {}
    with node(tmp_path, "net", fitted=parts) as seen:
        seen.run(4 * MINUTE)
        if network == "lost":
            broken(seen, "network", "dead")
        seen.run(10 * MINUTE)
        longest = longest_poll(seen)
    seen.told(f"Wi-Fi {network}")
    seen.enough()
    dims(seen)
    assert longest <= BOUND
    assert (WRONG_KEY in seen.codes()) == (network == "wrong key")


# --- Output --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", mostly_long(["cut", "shorted", "noise", "dead gear"], "shorted"))
def test_dali(fault, tmp_path):
    """Who hears nothing keeps its level; a bus that fails is the gear's own business: full."""
    with node(tmp_path, "E05", site=VILLAGE) as seen:
        seen.run(8 * MINUTE)
        if fault == "dead gear":
            with seen.board.lock:
                seen.bus.gear[0].dead = True
        else:
            broken(seen, "output", fault)
        seen.run(5 * MINUTE)
        longest = longest_poll(seen)
    seen.told(f"DALI {fault}")
    seen.enough()
    dims(seen, 10)
    assert seen.faults() & events.OUTPUT and longest <= BOUND


def test_relay_only_lamp(tmp_path):
    """Its clock dies a minute before it would be cut: it goes on by its own time."""
    begins = EVENING + datetime.timedelta(minutes=90)
    with node(tmp_path, "relay", begins=begins) as seen:
        seen.run(2 * MINUTE)
        broken(seen, "clock", "dead")
        seen.run(8 * MINUTE)
    seen.told("relay, RTC dead")
    seen.enough()
    dims(seen, 0)
