"""People on streets and the sensors that see them."""

import math
import os
import random
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sim.world.people import (
    Crowd,
    Detection,
    Passage,
    crossings,
    detections,
    night_bounds,
    night_hours,
    passages,
    path_length,
    poisson,
    position_time,
)

PARIS = ZoneInfo("Europe/Paris")
HOUR = 3_600_000
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def night_of(year, month, day):
    return (date(year, month, day) - date(2000, 1, 1)).days


PLAIN = night_of(2026, 2, 10)
AUTUMN = night_of(2026, 10, 24)  # clocks go back at 3:00 on the 25th
SPRING = night_of(2026, 3, 28)  # forward at 2:00 on the 29th


def chi_square(counts, expected):
    return sum((c - e) ** 2 / e for c, e in zip(counts, expected, strict=True))


# --- nights


def test_a_night_runs_from_noon_to_noon():
    start, end = night_bounds(PARIS, PLAIN)
    assert EPOCH + timedelta(milliseconds=start) == datetime(2026, 2, 10, 11, tzinfo=UTC)
    assert end - start == 24 * HOUR
    assert [hour for _, _, hour in night_hours(PARIS, PLAIN)] == [*range(12, 24), *range(12)]


@pytest.mark.parametrize(
    ("zone", "night", "length"),
    [
        ("Europe/Paris", AUTUMN, 25),
        ("Europe/Paris", SPRING, 23),
        ("Australia/Lord_Howe", night_of(2026, 4, 4), 24.5),
        ("Australia/Lord_Howe", night_of(2026, 10, 3), 23.5),
        ("Asia/Kathmandu", PLAIN, 24),
        ("America/St_Johns", night_of(2026, 10, 31), 25),
    ],
)
def test_hours_cover_the_night_and_read_the_local_clock(zone, night, length):
    zone = ZoneInfo(zone)
    start, end = night_bounds(zone, night)
    assert end - start == length * HOUR
    pieces = night_hours(zone, night)
    assert pieces[0][0] == start and pieces[-1][1] == end
    assert all(a[1] == b[0] for a, b in zip(pieces, pieces[1:], strict=False))
    for begin, finish, hour in pieces:
        for t in (begin, (begin + finish) // 2, finish - 1):
            assert (EPOCH + timedelta(milliseconds=t)).astimezone(zone).hour == hour


def test_the_repeated_hour_is_twice_as_long_and_the_skipped_one_is_not_there():
    autumn = {hour: end - start for start, end, hour in night_hours(PARIS, AUTUMN)}
    assert autumn[2] == 2 * HOUR and autumn[1] == autumn[3] == HOUR
    spring = {hour: end - start for start, end, hour in night_hours(PARIS, SPRING)}
    assert 2 not in spring and len(spring) == 23


# --- arrivals


@pytest.mark.parametrize("mean", [0.3, 4.0, 75.0, 1200.0])
def test_poisson_numbers(mean):
    draw = random.Random("poisson").random
    numbers = [poisson(mean, draw) for _ in range(4000)]
    average = sum(numbers) / len(numbers)
    variance = sum((n - average) ** 2 for n in numbers) / (len(numbers) - 1)
    assert abs(average - mean) < 4 * math.sqrt(mean / len(numbers))
    assert abs(variance / mean - 1) < 4 * math.sqrt((2 + 1 / mean) / len(numbers))


def test_poisson_distribution():
    draw = random.Random("spread").random
    numbers = [poisson(2.5, draw) for _ in range(20_000)]
    expected = [20_000 * math.exp(-2.5) * 2.5**k / math.factorial(k) for k in range(9)]
    counts = [numbers.count(k) for k in range(9)]
    assert chi_square(counts, expected) < 27.9  # 9 degrees of freedom, one in a thousand


def test_nobody_comes_at_rate_zero():
    assert poisson(0.0, random.Random(1).random) == 0


def test_arrivals_follow_the_hours(build):
    hours = [0.0] * 24
    hours[22], hours[3] = 6.0, 2.0
    crowd = Crowd(build.site([build.street(traffic=[build.traffic(hours=hours)])]))
    nights = 500
    found = {}
    quarters = [0] * 4
    for night in range(PLAIN, PLAIN + nights):
        for p in crowd.passages(night, 1):
            local = (EPOCH + timedelta(milliseconds=p.start)).astimezone(PARIS)
            found[local.hour] = found.get(local.hour, 0) + 1
            quarters[local.minute // 15] += 1
    assert set(found) == {22, 3}
    assert abs(found[22] - 6 * nights) < 4 * math.sqrt(6 * nights)
    assert abs(found[3] - 2 * nights) < 4 * math.sqrt(2 * nights)
    assert chi_square(quarters, [sum(quarters) / 4] * 4) < 16.3  # 3 degrees of freedom


def test_per_night_counts_from_16_to_8(build):
    street = build.street(traffic=[build.traffic(per_night=60.0, shape="counts")])
    crowd = Crowd(build.site([street]))
    inside = 0
    nights = 200
    start_day = night_of(2026, 1, 1)  # winter: no change of clock
    for night in range(start_day, start_day + 80):
        inside += in_the_night(crowd.passages(night, 5))
    for night in range(start_day + 120, start_day + 240):
        inside += in_the_night(crowd.passages(night, 5))
    assert abs(inside - 60 * nights) < 4 * math.sqrt(60 * nights)


def in_the_night(people):
    hours = [(EPOCH + timedelta(milliseconds=p.start)).astimezone(PARIS).hour for p in people]
    return sum(hour >= 16 or hour < 8 for hour in hours)


def test_the_hour_of_a_clock_change(build):
    hours = [0.0] * 24
    hours[2] = 10.0
    crowd = Crowd(build.site([build.street(traffic=[build.traffic(hours=hours)])]))
    long = sum(len(crowd.passages(AUTUMN, seed)) for seed in range(200))
    assert abs(long - 20 * 200) < 4 * math.sqrt(20 * 200)
    assert not any(crowd.passages(SPRING, seed) for seed in range(20))


def test_time_at_high_level_is_one_minus_exp(build):
    """Walkers at rate L who each hold for T: high for 1 - exp(-L T) of the time."""
    rate, hold = 10.0, 60_000
    crowd = Crowd(build.site([build.street(traffic=[build.traffic(per_hour=rate)])]))
    high = total = 0
    for night in range(PLAIN, PLAIN + 40):  # before the clocks change
        start, end = night_bounds(PARIS, night)
        total += end - start
        until = 0
        for p in crowd.passages(night, 9):
            high += p.start + hold - max(p.start, until)
            until = p.start + hold
    expected = 1 - math.exp(-rate * hold / HOUR)
    assert high / total == pytest.approx(expected, rel=0.03)


# --- who walks


def test_speeds_and_directions(build):
    traffic = [build.traffic(kind, per_hour=20.0) for kind in ("walker", "cyclist", "car")]
    crowd = Crowd(build.site([build.street(traffic=traffic, limit=30.0)]))
    people = crowd.passages(PLAIN, 1)
    for kind, slow, quick in (
        ("walker", 1.1, 1.6),
        ("cyclist", 3.5, 6.0),
        ("car", 0.6 * 30 / 3.6, 30 / 3.6),
    ):
        those = [p for p in people if p.kind == kind]
        assert all(slow <= p.speed <= quick for p in those)
        mean = sum(p.speed for p in those) / len(those)
        assert mean == pytest.approx((slow + quick) / 2, rel=0.05)
        back = sum(p.backwards for p in those)
        assert abs(back - len(those) / 2) < 4 * math.sqrt(len(those)) / 2
    unlimited = Crowd(build.site([build.street(traffic=[build.traffic("car", per_hour=20.0)])]))
    assert max(p.speed for p in unlimited.passages(PLAIN, 1)) > 0.95 * 50 / 3.6


def test_sorted_and_inside_the_night(build):
    streets = [
        build.street(id, traffic=[build.traffic(per_hour=9.0), build.traffic("car", per_hour=9.0)])
        for id in "abc"
    ]
    people = Crowd(build.site(streets)).passages(AUTUMN, 3)
    start, end = night_bounds(PARIS, AUTUMN)
    assert all(start <= p.start < end for p in people)
    assert people == sorted(people, key=lambda p: (p.start, p.street))
    assert {p.street for p in people} == {0, 1, 2}


def test_people_know_nothing_of_lighting(build):
    walk = [build.traffic(per_hour=5.0)]
    bare = build.site([build.street("a", traffic=walk)])
    lit = build.site(
        [build.street("b", traffic=walk), build.street("a", traffic=walk)],
        [build.luminaire("L1", 10.0, "a"), build.luminaire("L2", 40.0, "b")],
    )
    alone = [(p.start, p.speed, p.backwards) for p in Crowd(bare).passages(PLAIN, 1)]
    among = [(p.start, p.speed, p.backwards) for p in Crowd(lit).passages(PLAIN, 1) if p.street]
    assert alone == among
    assert alone != [(p.start, p.speed, p.backwards) for p in Crowd(bare).passages(PLAIN, 2)]
    assert alone != [(p.start, p.speed, p.backwards) for p in Crowd(bare).passages(PLAIN + 1, 1)]


def test_two_lines_of_one_kind_are_different_people(build):
    twice = [build.traffic(per_hour=5.0), build.traffic(per_hour=5.0)]
    people = Crowd(build.site([build.street(traffic=twice)])).passages(PLAIN, 1)
    assert len({p.start for p in people}) == len(people)


def test_a_sensor_more_changes_nothing_for_the_others(build):
    sensors = {"pir": build.sensor(missed_percent=30.0, false_per_hour=0.5)}
    street = build.street(traffic=[build.traffic(per_hour=6.0)])
    one = build.site([street], [build.luminaire("B", 200.0)], sensors)
    two = build.site([street], [build.luminaire("A", 90.0), build.luminaire("B", 200.0)], sensors)
    people = passages(one, PLAIN, 4)
    alone = [d[:2] for d in detections(one, people, PLAIN, 4)]
    assert alone == [d[:2] for d in detections(two, people, PLAIN, 4) if d.luminaire == 1]


# --- geometry


def walker(start, backwards=False, speed=2.0, kind="walker", street=0):
    return Passage(start, speed, backwards, street, kind)


def test_position_time():
    assert position_time(walker(1000), 500.0, 30.0) == 16_000
    assert position_time(walker(1000, True), 500.0, 30.0) == 236_000


def test_path_length():
    assert path_length([(0, 0), (30, 40), (30, 100)]) == 110.0


def test_detection_by_hand(build):
    site = build.site([build.street()], [build.luminaire("A", 100.0)])
    found = detections(site, [walker(0), walker(1_000_000, True)], PLAIN, 1)
    # In range from 92 m to 108 m at 2 m/s; coming back, from 392 m to 408 m of way.
    assert found == [
        Detection(46_000, 54_000, 0, False),
        Detection(1_196_000, 1_204_000, 0, False),
    ]


def test_range_ends_with_the_street(build):
    site = build.site([build.street()], [build.luminaire("A", 3.0), build.luminaire("B", 499.0)])
    assert detections(site, [walker(0)], PLAIN, 1) == [
        Detection(0, 5_500, 0, False),
        Detection(245_500, 250_000, 1, False),
    ]


def test_overlapping_and_touching_are_one(build):
    site = build.site([build.street()], [build.luminaire("A", 100.0)])
    found = detections(site, [walker(0), walker(5_000), walker(13_000), walker(40_000)], PLAIN, 1)
    assert found == [Detection(46_000, 67_000, 0, False), Detection(86_000, 94_000, 0, False)]


def test_other_streets_are_not_seen(build):
    streets = [build.street("a"), build.street("b")]
    site = build.site(
        streets, [build.luminaire("A", 100.0, "a"), build.luminaire("X", 9, "a", None)]
    )
    assert detections(site, [walker(0, street=1)], PLAIN, 1) == []
    assert [d.luminaire for d in detections(site, [walker(0)], PLAIN, 1)] == [0]


def test_a_radar_tells_vehicles_and_a_pir_does_not(build):
    people = [walker(0), walker(45_000, speed=10.0, kind="car"), walker(500_000)]
    # The walker is in range from 46 s to 54 s, the car from 54.2 s to 55.8 s.
    lamp = [build.luminaire("A", 100.0, sensor="it")]
    pir = build.site([build.street()], lamp, {"it": build.sensor()})
    assert not any(d.fast for d in detections(pir, people, PLAIN, 1))
    radar = build.site([build.street()], lamp, {"it": build.sensor(speed_known=True)})
    assert [d.fast for d in detections(radar, people, PLAIN, 1)] == [False, True, False]


def test_a_vehicle_in_a_walkers_detection_counts_from_when_it_comes(build):
    people = [walker(0), walker(41_000, speed=10.0, kind="car"), walker(1_000)]
    radar = build.site(
        [build.street()], [build.luminaire("A", 100.0)], {"pir": build.sensor(speed_known=True)}
    )
    assert detections(radar, people, PLAIN, 1) == [
        Detection(46_000, 50_200, 0, False),
        Detection(50_200, 55_000, 0, True),
    ]


def test_missed_share(build):
    sensors = {"pir": build.sensor(missed_percent=20.0)}
    site = build.site([build.street()], [build.luminaire("A", 100.0)], sensors)
    people = [walker(i * 60_000, bool(i % 2)) for i in range(5000)]
    seen = len(detections(site, people, PLAIN, 1))
    assert abs(seen - 4000) < 4 * math.sqrt(5000 * 0.2 * 0.8)
    blind = build.site(
        [build.street()], [build.luminaire("A", 100.0)], {"pir": build.sensor(missed_percent=100)}
    )
    assert detections(blind, people, PLAIN, 1) == []


def test_false_detections(build):
    sensors = {"pir": build.sensor(false_per_hour=0.25)}
    site = build.site([build.street()], [build.luminaire("A", 100.0)], sensors)
    crowd = Crowd(site)
    count = 0
    for night in range(PLAIN, PLAIN + 40):
        start, end = night_bounds(PARIS, night)
        for d in crowd.detections([], night, 1):
            assert d.t_off - d.t_on >= 2000 and not d.fast
            assert start <= d.t_on < end
            count += 1
    assert abs(count - 240) < 4 * math.sqrt(240)


def test_sorted_detections_never_overlap_in_one_luminaire(build):
    sensors = {"pir": build.sensor(missed_percent=5.0, false_per_hour=1.0, speed_known=True)}
    traffic = [build.traffic(per_hour=40.0), build.traffic("car", per_hour=60.0)]
    lamps = [build.luminaire(f"L{i}", 10.0 + 25 * i) for i in range(12)]
    crowd = Crowd(build.site([build.street(traffic=traffic)], lamps, sensors))
    found = crowd.detections(crowd.passages(PLAIN, 1), PLAIN, 1)
    assert found == sorted(found)
    for index in range(12):
        mine = [d for d in found if d.luminaire == index]
        assert all(d.t_on < d.t_off for d in mine)
        for a, b in zip(mine, mine[1:], strict=False):
            # They touch only where a vehicle joins.
            assert a.t_off < b.t_on or (a.t_off == b.t_on and not a.fast and b.fast)


# --- zones


def test_zones(build):
    lamps = [build.luminaire(n, at) for n, at in (("A", 10), ("B", 40), ("C", 40), ("D", 60))]
    streets = [build.street("street", 65.0), build.street("lane", 30.0), build.street("way", 90.0)]
    lamps += [build.luminaire("E", 12, "lane"), build.luminaire("F", 50, "way")]
    crowd = Crowd(build.site(streets, lamps))
    zones = [crowd.zone_m(i) for i in range(6)]
    assert zones == [(0, 25), (25, 50), (25, 50), (50, 65), (0, 27), (35, 65)]


def test_crossings_by_hand(build):
    lamps = [build.luminaire("A", 10), build.luminaire("B", 40), build.luminaire("C", 80)]
    site = build.site([build.street("street", 100.0)], lamps)
    found = crossings(site, [walker(100_000, True), walker(0)])
    assert found == [
        [(0, 12_500, 1), (137_500, 150_000, 0)],
        [(12_500, 30_000, 1), (120_000, 137_500, 0)],
        [(30_000, 50_000, 1), (100_000, 120_000, 0)],
    ]


def test_crossings_agree_with_position_time(build):
    lamps = [build.luminaire(f"L{i}", 9.5 + 24.3 * i) for i in range(8)]
    site = build.site([build.street("street", 193.7, [build.traffic(per_hour=9.0)])], lamps)
    crowd = Crowd(site)
    people = crowd.passages(PLAIN, 2)
    for index, those in enumerate(crowd.crossings(people)):
        assert len(those) == len(people)
        assert those == sorted(those)
        ends = crowd.zone_m(index)
        for t_in, t_out, passage in those:
            times = sorted(position_time(people[passage], 193.7, at) for at in ends)
            assert abs(t_in - times[0]) <= 1 and abs(t_out - times[1]) <= 1


def test_luminaires_of_one_node_on_poles_of_their_own(build):
    lamps = [build.luminaire("A", 10), {**build.luminaire("B", 60), "count": 3, "spacing_m": 20}]
    site = build.site([build.street("street", 100.0)], lamps)
    crowd = Crowd(site)
    assert crowd.more_places == [1, 1]
    found = crowd.crossings([walker(0)])
    # Places at 10, 40, 60 and 80 m: the zones meet at 25, 50 and 70 m.
    assert found == [
        [(0, 12_500, 0)], [(12_500, 25_000, 0)], [(25_000, 35_000, 0)], [(35_000, 45_000, 0)],
    ]  # fmt: skip


def test_crossings_between_dusk_and_dawn_are_those_of_all_that_lie_there(build):
    traffic = [build.traffic(per_hour=30.0), build.traffic("car", per_hour=60.0)]
    lamps = [build.luminaire(f"L{i}", 9.5 + 24.3 * i) for i in range(8)]
    crowd = Crowd(build.site([build.street("street", 293.7, traffic)], lamps))
    people = crowd.passages(PLAIN, 2)
    dusk, dawn = people[100].start + 30_000, people[-200].start + 30_000
    found = crowd.crossings(people, dusk, dawn)
    assert found == [
        [c for c in those if c[0] >= dusk and c[1] < dawn] for those in crowd.crossings(people)
    ]
    for those, longest in zip(found, crowd.longest(people), strict=True):
        assert len(those) > 100
        slowest = max(t_out - t_in for t_in, t_out, _ in those)
        assert slowest <= longest < 1.5 * slowest


# --- the same everywhere

DIGEST_CODE = """
import hashlib, json, sys
from types import SimpleNamespace as S
from sim.world.people import Crowd
walk = [
    S(kind="walker", per_night=60.0, per_hour=None, hours=None, shape="counts"),
    S(kind="car", per_night=None, per_hour=3.0, hours=None, shape=None),
]
street = S(id="rue", path_m=[(0, 0), (300, 40), (520, 40)], traffic=walk, speed_limit_kmh=30)
sensor = S(range_m=8.0, missed_percent=2.0, false_per_hour=0.1, speed_known=True)
lamps = [
    S(id=f"M{i}", at_m=10 + 29.0 * i, places_m=(10 + 29.0 * i,), street="rue", sensor="pir")
    for i in range(18)
]
place = S(timezone="Europe/Paris")
site = S(site=place, streets=[street], luminaires=lamps, sensors={"pir": sensor})
crowd = Crowd(site)
world = []
for night in (9537, 9583, 9793):
    people = crowd.passages(night, 42)
    world.append([(p.start, p.speed.hex(), p.backwards, p.street, p.kind) for p in people])
    world.append(crowd.detections(people, night, 42))
    world.append(crowd.crossings(people))
print(hashlib.sha256(json.dumps(world).encode()).hexdigest())
"""


def test_same_world_whatever_the_hash_seed():
    path = os.pathsep.join(p for p in sys.path if p)
    digests = set()
    for hash_seed in ("0", "1", "4711"):
        env = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": hash_seed}
        run = subprocess.run(
            [sys.executable, "-c", DIGEST_CODE],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(run.stdout.strip())
    # Pinned: the same on every machine and every Python.
    assert digests == {PINNED}


def test_nights_can_be_asked_in_any_order(build):
    lamps = [build.luminaire("A", 100.0)]
    crowd = Crowd(build.site([build.street(traffic=[build.traffic(per_hour=4.0)])], lamps))
    first = crowd.passages(PLAIN, 1)
    crowd.detections(crowd.passages(PLAIN + 7, 1), PLAIN + 7, 1)
    assert crowd.passages(PLAIN, 1) == first


PINNED = "9765825beae35816ee5e3a975ad0a2295b59fabf3240dc202a48c259496a85bf"
