"""What was assumed, and from where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.engine import BOOT_MS, METER_NOISE, RADIO_HOP_MS, RADIO_LOSS
from sim.report.figures import expected, uses_counts
from sim.report.sections.section import Section
from sim.site.power import START_SHARE
from sim.strategies import FALSE_PER_HOUR, MISSED_PERCENT
from sim.world.counts import CREDIT
from sim.world.people import SPEEDS_M_S


class Assumptions(Section):
    """Assumptions and their sources."""

    def content(self) -> dict[str, object]:
        """What the template asks for."""
        return {"assume": self._assume()}


    def _assume(self) -> dict[str, object]:
        s, site = self.s, self._site
        energy = site.energy
        kinds = [
            kind
            for kind in ("walker", "cyclist", "car")
            if any(kind in expected(street) for street in site.streets)
        ]
        people = []
        for street in site.streets:
            mean = expected(street)
            cells = [s.number(mean[k]) if k in mean else s.say("none") for k in kinds]
            people.append((street.name, cells))
        gear = []
        for name, driver in site.drivers.items():
            points = ", ".join(
                s.say("gear.point", level=s.share(level), watts=self._watts(watts))
                for level, watts in driver.power_points
            )
            if driver.minimum_level == 100:
                points = s.say("gear.no-dimming")
            gear.append(
                (
                    name,
                    [
                        self._watts(driver.power_w),
                        points or s.say("gear.no-points", share=s.percent(100 * START_SHARE)),
                        self._watts(driver.standby_w),
                        self._watts(driver.node_w),
                        s.percent(driver.minimum_level),
                    ],
                )
            )

        def speed(kind: str) -> str:
            low, high = SPEEDS_M_S[kind]
            return f"{s.short(low)}\N{EN DASH}{s.short(high)}\N{NO-BREAK SPACE}m/s"

        used = {lamp.sensor for lamp in site.luminaires}
        return {
            "energy": [
                s.say(
                    "assume.price",
                    price=s.price(),
                    date=s.calendar_date(energy.price_date),
                    source=energy.price_source,
                ),
                s.say(
                    "assume.co2",
                    co2=f"{s.short(energy.co2_g_per_kwh)}\N{NO-BREAK SPACE}g/kWh",
                    year=energy.co2_year,
                    source=energy.co2_source,
                ),
            ],
            "gear_columns": [
                s.say(f"gear.{key}")
                for key in ("full", "points", "standby", "node", "minimum")
            ],
            "gear": gear,
            "limits": list(self._limits()),
            "traffic": s.say("assume.traffic", seed=self._facts.seed),
            "counts": CREDIT if uses_counts(site) else "",
            "kinds": [s.say(f"kind.{kind}") for kind in kinds],
            "people": people,
            "speeds": s.say(
                "assume.speeds",
                walker=speed("walker"),
                cyclist=speed("cyclist"),
                car=f"60\N{EN DASH}{s.percent(100)}",
            ),
            "sensors": [
                s.say(
                    "assume.sensor",
                    name=name,
                    range=f"{s.short(sensor.range_m)}\N{NO-BREAK SPACE}m",
                    missed=s.share(sensor.missed_percent),
                    false=s.short(sensor.false_per_hour),
                )
                for name, sensor in site.sensors.items()
                if name in used
            ]
            + self._strategies()
            + self._requests(),
            "nodes": [
                s.say("assume.boot", boot=s.duration(BOOT_MS)),
                s.say(
                    "assume.radio",
                    delay=s.unit(RADIO_HOP_MS, "ms"),
                    loss=s.percent(100 * RADIO_LOSS),
                ),
                *(
                    [s.say("assume.meter", noise=s.percent(100 * METER_NOISE))]
                    if any(lamp.meter for lamp in site.luminaires)
                    else []
                ),
                s.say(
                    "assume.sun",
                    latitude=self._degrees(site.site.latitude),
                    longitude=self._degrees(site.site.longitude),
                ),
            ],
        }

    def _degrees(self, value: float) -> str:
        return self.s.short(value) + "°"

    def _limits(self) -> Iterator[str]:
        """What gear cannot do at once, or gives less of, driver by driver."""
        s, site = self.s, self._site
        for name, driver in site.drivers.items():
            parts = []
            if driver.virtual_output < 100:
                parts.append(s.say("gear.virtual", share=s.percent(driver.virtual_output)))
            if driver.clo:
                points = ", ".join(
                    s.say("gear.clo-point", hours=s.unit(hours, "h"), share=s.percent(share))
                    for hours, share in driver.clo
                )
                parts.append(s.say("gear.clo", points=points))
            for key, ms in (
                ("warm-up", driver.warm_up),
                ("minimum-on", driver.minimum_on),
                ("minimum-off", driver.minimum_off),
            ):
                if ms:
                    parts.append(s.say(f"gear.{key}", time=s.duration(ms)))
            if parts:
                yield s.say("gear.limits", name=name, parts=", ".join(parts))
        for name, contactor in site.contactors.items():
            yield s.say(
                "gear.contactor",
                name=name,
                on=s.duration(contactor.minimum_on),
                off=s.duration(contactor.minimum_off),
            )

    def _strategies(self) -> list[str]:
        """What the strategies assume of their own."""
        s, told, found = self.s, self._site.strategies, []
        if "presence" in self._facts.names:
            found.append(
                s.say(
                    "assume.sensor",
                    name=self._strategy("presence"),
                    range=f"{s.short(told.presence.range_m)}\N{NO-BREAK SPACE}m",
                    missed=s.share(MISSED_PERCENT),
                    false=s.short(FALSE_PER_HOUR),
                )
            )
        if "relight" in self._facts.names:
            zone = self._strategy("relight")
            found.append(self._asked(zone, told.relight.requests_per_night))
        return found

    def _requests(self) -> list[str]:
        """How many ask for light, by zone."""
        return [
            self._asked(self.s.name(made.name, name), made.requests_per_night)
            for name, made in self._site.relights.items()
            if any(made.requests_per_night)
        ]

    def _asked(self, zone: str, months: Sequence[float]) -> str:
        s, least, most = self.s, min(months), max(months)
        if least == most:
            return s.say("assume.requests-even", zone=zone, most=s.short(most))
        return s.say("assume.requests", zone=zone, least=s.short(least), most=s.short(most))
