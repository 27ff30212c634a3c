"""Sunset and sunrise of consecutive nights: what the almanac costs, counted by the runtime."""

from noctule.brain.almanac import SUNRISE, SUNSET, Almanac


def main(night, nights):
    almanac = Almanac(475170, 51080)
    total = 0
    for n in range(night, night + nights):
        total += almanac.event(n, SUNSET) + almanac.event(n, SUNRISE)
    print(total)
