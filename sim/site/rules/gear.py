"""What a luminaire is made of, against what its programs and its ceiling ask of it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.site import limits
from sim.site.document import Steps
from sim.site.findings import Findings
from sim.site.model import Driver, Luminaire, Program, Row, Site, Street


def written(site: Site) -> Iterator[tuple[Steps, Luminaire | Row, float]]:
    """Each luminaire or row as written, and how far along its street it reaches."""
    for i, lamp in enumerate(site.written_luminaires):
        yield ("luminaires", i), lamp, lamp.at_m if lamp.count == 1 else lamp.places_m[-1]
    for i, row in enumerate(site.rows):
        yield ("rows", i), row, row.start_m + (row.count - 1) * row.spacing_m


def _programs_of(site: Site, lamp: Luminaire | Row) -> tuple[str, ...]:
    if lamp.program is not None:
        return (lamp.program,)
    return site.calendars[str(lamp.calendar)].programs


def gear(site: Site, found: Findings) -> None:
    """Rules about what a luminaire is made of and what its programs ask of it."""
    for path, lamp, _ in written(site):
        driver = site.drivers[lamp.driver]
        circuit = site.circuit(lamp.circuit)
        programs = [(name, site.programs[name]) for name in _programs_of(site, lamp)]
        # what it runs today is simulated too, on the same pole
        today = [(lamp.today, site.programs[lamp.today])] if lamp.today is not None else []
        uses = [name for name, program in programs + today if program.uses_photocell]
        if uses and lamp.photocell is None and not circuit.switched:
            found.add("error", "photocell-missing", path, id=lamp.id, program=uses[0])
        elif lamp.photocell is not None and not uses:
            found.add("warning", "photocell-idle", (*path, "photocell"), id=lamp.id)
        if lamp.sensor is not None and not any(program.presence for _, program in programs):
            found.add(
                "warning", "sensor-idle", (*path, "sensor"), id=lamp.id, program=programs[0][0]
            )
        for name, program in programs:
            where: Steps = ("programs", name)
            if circuit.switched and "active" in program.model_fields_set:
                found.add(
                    "warning",
                    "active-ignored",
                    (*where, "active"),
                    circuit=circuit.id,
                    program=name,
                )
            if program.fault_state == 0 and _is_road(site.street(lamp.street)):
                found.add(
                    "warning",
                    "fault-dark",
                    (*where, "fault_state"),
                    program=name,
                    street=lamp.street,
                )
            levels_of(driver, lamp.driver, program, where, found)
        if lamp.sensor is not None or any(program.presence for _, program in programs):
            _discharge(driver, lamp, programs, path, found)
        if lamp.meter:
            behind = 1 if isinstance(lamp, Row) else lamp.count
            watts = driver.power_w * behind + driver.standby_w * behind + driver.node_w
            if watts > limits.POWER_METERED_MAX_W:
                found.add(
                    "error",
                    "power-too-large",
                    (*path, "meter"),
                    id=lamp.id,
                    watts=f"{watts:.0f}",
                    most=f"{limits.POWER_METERED_MAX_W:.0f}",
                )
    for name, driver in site.drivers.items():
        share = driver.clo[0][1] if driver.clo else 100
        if driver.virtual_output * share < driver.minimum_level * 100:
            found.add(
                "warning",
                "output-below-minimum",
                ("drivers", name),
                driver=name,
                output=round(driver.virtual_output * share / 100, 1),
                minimum=driver.minimum_level,
            )


def _discharge(
    driver: Driver,
    lamp: Luminaire | Row,
    programs: list[tuple[str, Program]],
    path: Steps,
    found: Findings,
) -> None:
    """A lamp that must warm up, or burn or rest for a time, does not follow passages."""
    if not (driver.minimum_on or driver.minimum_off or driver.warm_up):
        return
    for name, program in programs:
        if program.presence is not None:
            found.add(
                "warning", "discharge-presence", path, id=lamp.id, driver=lamp.driver, program=name
            )
            return


def ceilings(site: Site, found: Findings) -> None:
    """A dark corridor against what else is asked of its luminaires."""
    for _, lamp, _ in written(site):
        if lamp.ceiling is None:
            continue
        ceiling, street = site.ceilings[lamp.ceiling], site.street(lamp.street)
        where: Steps = ("ceilings", lamp.ceiling, "level")
        name, level = lamp.ceiling, ceiling.level
        if ceiling.level < street.asked_level:
            found.add(
                "warning",
                "ceiling-below-asked",
                where,
                name=name,
                level=level,
                street=street.id,
                asked=street.asked_level,
            )
        always = ceiling.from_ is None and not ceiling.windows  # holds without a clock, too
        for program in () if always else _programs_of(site, lamp):
            fault = site.programs[program].fault_state
            if fault > ceiling.level:
                found.add(
                    "warning",
                    "ceiling-below-fault",
                    where,
                    name=name,
                    level=level,
                    program=program,
                    fault=fault,
                )
        level_of(site.drivers[lamp.driver], lamp.driver, ceiling.level, where, found)


def _is_road(street: Street) -> bool:
    """Whether vehicles drive there, so that it should not go dark on a fault."""
    cars = any(traffic.kind == "car" for traffic in street.traffic)
    return cars or street.speed_limit_kmh is not None


def _levels(program: Program, path: Steps) -> Iterator[tuple[int, Steps]]:
    """Every level that a program asks for, and where it is written."""
    for i, point in enumerate(program.points):
        yield point.level, (*path, "points", i, "level")
    yield program.fault_state, (*path, "fault_state")
    if program.presence is not None:
        yield program.presence.level, (*path, "presence", "level")
        yield program.presence.idle, (*path, "presence", "idle")


def levels_of(driver: Driver, name: str, program: Program, path: Steps, found: Findings) -> None:
    """Whether a driver can give the levels that a program asks."""
    minimum = driver.minimum_level
    for level, where in _levels(program, path):
        if 0 < level < minimum:
            found.add("warning", "below-minimum", where, level=level, driver=name, minimum=minimum)
        elif level == 0 and where[2] == "points" and not driver.can_switch_off:
            found.add("warning", "cannot-switch-off", where, driver=name, minimum=minimum)


def level_of(driver: Driver, name: str, level: int, path: Steps, found: Findings) -> None:
    """Whether a driver can give a level that something else than a program asks."""
    minimum = driver.minimum_level
    if 0 < level < minimum:
        found.add("warning", "below-minimum", path, level=level, driver=name, minimum=minimum)
    elif level == 0 and not driver.can_switch_off:
        found.add("warning", "cannot-switch-off", path, driver=name, minimum=minimum)
