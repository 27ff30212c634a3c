"""A first site file, with comments in one language: from a few answers, or from an inventory.

`from_answers` and `from_inventory` give the text of a site file that `sim.site.check` accepts
without an error; what they had to assume is said in its comments. `fit` lays a street's line
through its luminaires.
"""

from __future__ import annotations

import json
import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.site import limits
from sim.site.inventory import (
    ROLES,
    WGS84,
    Inventory,
    Lamp,
    Table,
    clean,
    commonest,
    plain,
    said,
)
from sim.site.model import At
from sim.site.words import Lang

Point = tuple[float, float]


class DraftError(Exception):
    """A site that cannot be written; `text` says why and what to do."""

    def __init__(self, code: str, **params: str | int) -> None:
        """Keep what the message is made of."""
        super().__init__(code)
        self.code = code
        self.params = params

    def text(self, lang: Lang) -> str:
        """Say what is wrong, then what would be right."""
        return ERRORS[self.code][lang].format_map(self.params)


ERRORS: Final[Mapping[str, Mapping[Lang, str]]] = {
    "too-many-of": {
        "fr": "{count} {what} différent(e)s, {most} au plus. Est-ce la bonne colonne ? Une autre, "
        "ou aucune : --map {role}=COLONNE, --map {role}=-.",
        "en": "{count} different {what}, {most} at most. Is it the right column? Another one, or "
        "none: --map {role}=COLUMN, --map {role}=-.",
    },
    "too-long": {
        "fr": "{count} points lumineux à {spacing} m : la rue dépasserait {most} km. Moins de "
        "points, ou plus serrés.",
        "en": "{count} luminaires {spacing} m apart: the street would be longer than {most} km. "
        "Fewer of them, or nearer to one another.",
    },
    "too-large": {
        "fr": "le fichier de site dépasserait {most} Mio. Partagez la liste, par commune ou par "
        "armoire.",
        "en": "the site file would be larger than {most} MiB. Split the list, by commune or by "
        "cabinet.",
    },
}


@dataclass(frozen=True, slots=True)
class Cut:
    """The hours without light, local: from `start` to `end`, both on the clock."""

    start: At
    end: At

    @property
    def words(self) -> str:
        """Give it as ``23:00-05:00``."""
        return f"{self.start}-{self.end}"


def parse_cut(text: str) -> Cut | None:
    """Read ``23:00-05:00`` (or ``23h-5h``); None where it is not hours of one night."""
    parts = re.fullmatch(r"\s*(\S+?)\s*(?:-|\u2013|\u2014|to|à|a|/)\s*(\S+?)\s*", text)
    if parts is None:
        return None
    times = []
    for part in parts.groups():
        match = re.fullmatch(r"([0-9]{1,2})(?:[:hH]([0-9]{2})?)?", part)
        if match is None or int(match[1]) > 24 or int(match[2] or 0) > 59:
            return None
        seconds = int(match[1]) % 24 * 3600 + int(match[2] or 0) * 60
        times.append(At("local", seconds))
    cut = Cut(*times)
    return cut if 0 < cut.start.since_noon() < cut.end.since_noon() else None


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked, with what is assumed where nothing was said.

    `cut`: the hours without light today, None when there are none. `supply` says who cuts:
    ``permanent`` (the node's own program) or ``switched`` (the cabinet). `schema` is what the
    ``#:schema`` line names. `lamp` is the kind and `power_w` the power where the list does not
    say.
    """

    name: str
    latitude: float
    longitude: float
    timezone: str = "Europe/Paris"
    street: str = ""
    luminaires: int = 20
    power_w: float = 43.0
    spacing_m: float = 30.0
    lamp: str = "led"
    cut: Cut | None = None
    supply: str = "permanent"
    schema: str = "noctule.schema.json"
    file: str = "site.toml"


@dataclass(slots=True)
class Notes:
    """What a reader of the new file must know: what was read, what was not known."""

    read: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


# --- a street's line -----------------------------------------------------------------------------

_WIDTH_M = 24.0  # a street with luminaires on both sides, and a little bend
_TOGETHER_M = 15.0  # luminaires this near are one place of the line: both sides of a street
_BEND_M = 4.0  # finer bends are left out of the line
_STUB_M = 15.0  # either side of a lone luminaire
_GAP_M = 150.0  # a wider gap parts luminaires that have no street's name
_LONGEST_M = 20_000.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A line through luminaires: its corners, and (index of the luminaire, metres along)."""

    path: tuple[Point, ...]
    places: tuple[tuple[int, float], ...]


def fit(points: Sequence[Point], gap_m: float | None = None) -> list[Fitted]:
    """Lay lines through luminaires on the ground, metres.

    Straight where they stand within a street's width of their axis; else from place to nearest
    place. One line, or several where it would be longer than any street, or where `gap_m` is
    exceeded. A line begins at the end where the list begins. Corners are rounded to 0.1 m, and
    no luminaire stands beyond the end.
    """
    return [_as_listed(piece) for piece in _lines(points, gap_m)]


def _as_listed(piece: Fitted) -> Fitted:
    length = _length(piece.path)
    _, at_first = min(piece.places)
    if at_first <= length / 2:
        return piece
    end = math.floor(length * 10) / 10
    places = tuple((i, min(max(round(length - at, 1), 0.0), end)) for i, at in piece.places[::-1])
    return Fitted(piece.path[::-1], places)


def _lines(points: Sequence[Point], gap_m: float | None) -> list[Fitted]:
    if not points:
        return []
    order, along, across = _axis(points)
    length = along[order[-1]] - along[order[0]]
    widest = max((along[b] - along[a] for a, b in zip(order, order[1:], strict=False)), default=0)
    if (
        max(across) - min(across) <= _WIDTH_M
        and length <= _LONGEST_M
        and (gap_m is None or widest <= gap_m)
    ):
        return [_straight(points)]
    spots = _together(points)
    centres = [
        (sum(points[i][0] for i in spot) / len(spot), sum(points[i][1] for i in spot) / len(spot))
        for spot in spots
    ]
    chain = _chain(centres)
    pieces: list[list[int]] = []
    run = math.inf
    for before, spot in zip([-1, *chain], chain, strict=False):
        step = math.dist(centres[before], centres[spot]) if before >= 0 else math.inf
        if run + step > _LONGEST_M or (gap_m is not None and step > gap_m):
            pieces.append([])
            run = step = 0.0
        run += step
        pieces[-1].append(spot)
    made = []
    for piece in pieces:
        if len(piece) < len(chain):
            members = [i for spot in piece for i in spots[spot]]
            _, _, side = _axis([points[i] for i in members])
            if max(side) - min(side) <= _WIDTH_M:
                straight = _straight([points[i] for i in members])
                places = tuple((members[i], at) for i, at in straight.places)
                made.append(Fitted(straight.path, places))
                continue
        made.append(_bent(points, spots, centres, piece))
    return made


def _axis(points: Sequence[Point]) -> tuple[list[int], list[float], list[float]]:
    """Give the order along the principal axis, and the metres along and across it."""
    x0 = sum(x for x, _ in points) / len(points)
    y0 = sum(y for _, y in points) / len(points)
    xx = sum((x - x0) ** 2 for x, _ in points)
    yy = sum((y - y0) ** 2 for _, y in points)
    xy = sum((x - x0) * (y - y0) for x, y in points)
    angle = math.atan2(2 * xy, xx - yy) / 2
    c, s = math.cos(angle), math.sin(angle)
    along = [(x - x0) * c + (y - y0) * s for x, y in points]
    across = [(y - y0) * c - (x - x0) * s for x, y in points]
    return sorted(range(len(points)), key=along.__getitem__), along, across


def _straight(points: Sequence[Point]) -> Fitted:
    """Lay one straight line along the axis, through the middle of the width."""
    order, along, across = _axis(points)
    first, last = order[0], order[-1]
    low, high = along[first], along[last]
    x0 = sum(x for x, _ in points) / len(points)
    y0 = sum(y for _, y in points) / len(points)
    middle = (max(across) + min(across)) / 2
    if high - low < 1.0:
        low, high = (low + high) / 2 - _STUB_M, (low + high) / 2 + _STUB_M
        c, s = 1.0, 0.0  # any direction will do: to the east
        along = [x - x0 for x, _ in points]
        middle = 0.0
    else:
        # the axis again, from two luminaires: their along and across are a turn of x and y
        dx, dy = points[last][0] - points[first][0], points[last][1] - points[first][1]
        da, db = along[last] - along[first], across[last] - across[first]
        scale = da * da + db * db
        c, s = (dx * da + dy * db) / scale, (dy * da - dx * db) / scale

    def place(t: float) -> Point:
        return round(x0 + t * c - middle * s, 1), round(y0 + t * s + middle * c, 1)

    path = (place(low), place(high))
    end = math.floor(math.dist(*path) * 10) / 10
    return Fitted(path, tuple((i, min(max(round(along[i] - low, 1), 0.0), end)) for i in order))


def _together(points: Sequence[Point]) -> list[list[int]]:
    """Group the luminaires that stand at one place of a street, both sides of it."""
    spots: list[list[int]] = []
    cells: dict[tuple[int, int], list[int]] = {}
    for i, (x, y) in enumerate(points):
        column, row = int(x // _TOGETHER_M), int(y // _TOGETHER_M)
        near = [
            spot
            for a in (-1, 0, 1)
            for b in (-1, 0, 1)
            for spot in cells.get((column + a, row + b), ())
            if math.dist(points[spots[spot][0]], (x, y)) <= _TOGETHER_M
        ]
        if near:
            best = min(near, key=lambda spot: math.dist(points[spots[spot][0]], (x, y)))
            spots[best].append(i)
        else:
            cells.setdefault((column, row), []).append(len(spots))
            spots.append([i])
    return spots


def _chain(points: Sequence[Point]) -> list[int]:
    """Order places along a street: the shorter of the axis and of nearest to nearest."""
    order, along, _ = _axis(points)
    if len(points) < 3:
        return order
    chains = [order]
    for start in (order[0], order[-1]):
        chains.append(_nearest_chain(points, start))
    best = min(chains, key=lambda chain: _length([points[i] for i in chain]))
    return _uncrossed(points, best) if len(points) <= 120 else best


def _length(points: Sequence[Point]) -> float:
    return sum(map(math.dist, points, points[1:]))


_CELL_M = 60.0
_SCANS = 50


def _nearest_chain(points: Sequence[Point], start: int) -> list[int]:
    cells: dict[tuple[int, int], set[int]] = {}
    for i, (x, y) in enumerate(points):
        cells.setdefault((int(x // _CELL_M), int(y // _CELL_M)), set()).add(i)

    def take(i: int) -> None:
        key = (int(points[i][0] // _CELL_M), int(points[i][1] // _CELL_M))
        cells[key].discard(i)
        if not cells[key]:
            del cells[key]

    chain = [start]
    scans = 0
    take(start)
    while cells:
        here = points[chain[-1]]
        column, row = int(here[0] // _CELL_M), int(here[1] // _CELL_M)
        near: Iterable[int] = ()
        for ring in range(1, 6):  # a square of cells; what it holds may hide no nearer one
            if near := [
                i
                for a in range(-ring, ring + 1)
                for b in range(-ring, ring + 1)
                for i in cells.get((column + a, row + b), ())
                if math.dist(points[i], here) <= ring * _CELL_M
            ]:
                break
        else:
            scans += 1
            if scans > _SCANS:  # scattered over a county: no street, and no order to be found
                left = {i for held in cells.values() for i in held}
                return chain + [i for i in _axis(points)[0] if i in left]
            near = (i for held in cells.values() for i in held)
        chain.append(min(near, key=lambda i: (math.dist(points[i], here), i)))
        take(chain[-1])
    return chain


def _uncrossed(points: Sequence[Point], chain: list[int]) -> list[int]:
    """Turn stretches round as long as that makes the line shorter."""
    chain = list(chain)
    for _ in range(20):
        shorter = False
        for i in range(len(chain) - 1):
            for j in range(i + 1, len(chain)):
                one, two = chain[i], chain[j]
                gain = 0.0
                if i:
                    before = points[chain[i - 1]]
                    gain += math.dist(before, points[one]) - math.dist(before, points[two])
                if j + 1 < len(chain):
                    after = points[chain[j + 1]]
                    gain += math.dist(points[two], after) - math.dist(points[one], after)
                if gain > 0.01:
                    chain[i : j + 1] = chain[i : j + 1][::-1]
                    shorter = True
        if not shorter:
            break
    return chain


def _bent(
    points: Sequence[Point],
    spots: Sequence[Sequence[int]],
    centres: Sequence[Point],
    chain: Sequence[int],
) -> Fitted:
    """Lay a line from place to place, without its smallest bends."""
    if len(chain) == 1:
        members = list(spots[chain[0]])
        straight = _straight([points[i] for i in members])
        return Fitted(straight.path, tuple((members[i], at) for i, at in straight.places))
    line = _smoothed([centres[spot] for spot in chain])
    bend = _BEND_M
    kept = _simplified(line, bend)
    while len(kept) > limits.PATH_POINTS:
        bend *= 2
        kept = _simplified(line, bend)
    path = [(round(line[k][0], 1), round(line[k][1], 1)) for k in kept]
    sums = [0.0]
    for a, b in zip(path, path[1:], strict=False):
        sums.append(sums[-1] + math.dist(a, b))
    end = math.floor(sums[-1] * 10) / 10
    places: list[tuple[int, float]] = []
    segment = 0
    for k, spot in enumerate(chain):
        while segment + 2 < len(kept) and kept[segment + 1] < k:
            segment += 1
        near = [segment]
        if kept[segment + 1] == k and segment + 2 < len(kept):
            near.append(segment + 1)
        for i in spots[spot]:
            _, at = min(_projected(points[i], path[n], path[n + 1], sums[n]) for n in near)
            places.append((i, min(max(round(at, 1), 0.0), end)))
    places.sort(key=lambda place: place[1])
    return Fitted(tuple(path), tuple(places))


def _smoothed(line: Sequence[Point]) -> list[Point]:
    """Bring a line that goes from side to side of a street to its middle; the ends stay."""
    inner = [
        ((a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4)
        for a, b, c in zip(line, line[1:], line[2:], strict=False)
    ]
    return [line[0], *inner, line[-1]]


def _projected(point: Point, a: Point, b: Point, start: float) -> tuple[float, float]:
    """Give the distance from a segment, and how far along the line its nearest place is."""
    length = math.dist(a, b)
    if not length:
        return math.dist(point, a), start
    u = (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])
    u = min(max(u / (length * length), 0.0), 1.0)
    foot = (a[0] + u * (b[0] - a[0]), a[1] + u * (b[1] - a[1]))
    return math.dist(point, foot), start + u * length


def _simplified(line: Sequence[Point], bend: float) -> list[int]:
    """Give the indexes of the corners that keep the line within `bend` metres of all others."""
    kept = {0, len(line) - 1}
    stack = [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        far, furthest = max(
            (_projected(line[k], line[first], line[last], 0.0)[0], k)
            for k in range(first + 1, last)
        )
        if far > bend:
            kept.add(furthest)
            stack += [(first, furthest), (furthest, last)]
    return sorted(kept)


# --- names ---------------------------------------------------------------------------------------


def identifier(text: str, fallback: str) -> str:
    """Make an identifier of any text: ``Rue de l'Église`` gives ``Rue-de-l-Eglise``."""
    bare = "".join(c for c in _ascii(text) if c.isascii())
    bare = re.sub(r"[^A-Za-z0-9_.-]+", "-", bare).lstrip("-_.")[: limits.ID_LENGTH].rstrip("-_.")
    return bare or fallback


def _ascii(text: str) -> str:
    """Take the accents off, keeping capitals."""
    return "".join(
        plain(c).upper() if c.isupper() else plain(c) if not c.isascii() else c for c in text
    )


class _Names:
    """Gives identifiers that are not taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}
        self.changed = 0

    def give(self, wanted: str, *, count: bool = True) -> str:
        name = wanted
        while name in self._taken:
            number = self._next.get(wanted, 2)
            self._next[wanted] = number + 1
            suffix = f"-{number}"
            name = wanted[: limits.ID_LENGTH - len(suffix)] + suffix
        self._taken.add(name)
        self.changed += count and name != wanted
        return name


def _text(value: str) -> str:
    """Write a text as TOML does; it has no control characters."""
    return json.dumps(clean(value), ensure_ascii=False)


def _metre(value: float) -> str:
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0")
        if abs(value) < 0.05
        else (f"{value:.1f}".removesuffix(".0"))
    )


# --- the text ------------------------------------------------------------------------------------

_KIND_NAMES: Final[Mapping[str, Mapping[Lang, str]]] = {
    "led": {"fr": "LED", "en": "LED"},
    "sodium": {"fr": "sodium", "en": "sodium"},
    "mercury": {"fr": "mercure (ballon fluorescent)", "en": "mercury"},
    "halide": {"fr": "iodures métalliques", "en": "metal halide"},
    "fluorescent": {"fr": "fluorescent", "en": "fluorescent"},
    "halogen": {"fr": "halogène ou incandescence", "en": "halogen or incandescent"},
}
LAMPS: Final = tuple(_KIND_NAMES)
# Lamp and ballast, where a list does not say: assumptions, and said to be.
_USUAL_W: Final[Mapping[str, float]] = {
    "sodium": 83.0,
    "mercury": 139.0,
    "halide": 83.0,
    "fluorescent": 42.0,
    "halogen": 100.0,
}
_SLOW = ("sodium", "mercury", "halide")  # minutes to full light, and to strike again


@dataclass(slots=True)
class _Driver:
    key: str
    kind: str
    power_w: float


@dataclass(slots=True)
class _Street:
    id: str
    name: str
    path: Sequence[Point]
    note: str = ""


@dataclass(slots=True)
class _Unit:
    """A luminaire as written."""

    id: str
    circuit: str
    street: str
    at_m: float
    driver: str
    program: str
    pole: str = ""
    count: int = 1
    where: str = ""


class _Text:
    """Writes the lines of a site file, with comments in one language."""

    def __init__(self, answers: Answers, lang: Lang) -> None:
        self.answers = answers
        self.lang = lang
        self.lines: list[str] = []

    def t(self, fr: str, en: str) -> str:
        return fr if self.lang == "fr" else en

    def add(self, *lines: str) -> None:
        self.lines += lines

    def say(self, fr: str, en: str) -> None:
        self.lines += [f"# {line}".rstrip() for line in self.t(fr, en).split("\n")]

    def title(self, fr: str, en: str) -> None:
        self.lines += ["", f"# --- {self.t(fr, en)} ".ljust(99, "-"), ""]

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def head(self, notes: Notes, source: str) -> None:
        a = self.answers
        if a.schema:
            self.add(f"#:schema {a.schema}", "")
        name, file = clean(a.name), clean(a.file)
        by = self.t(f" d'après {source}", f" from {source}") if source else ""
        self.say(
            f"{name} : un premier fichier de site, écrit par « noctule new »{by}.\n"
            "Relisez-le : ce qui est marqué « hypothèse » n'a été lu nulle part.\n"
            f"Contrôler : noctule check {file}\n"
            f"Essayer :   noctule sim {file} --nights 7 --report rapport.html",
            f"{name}: a first site file, written by `noctule new`{by}.\n"
            'Read it through: what is marked "assumption" was read nowhere.\n'
            f"Check it: noctule check {file}\n"
            f"Try it:   noctule sim {file} --nights 7 --report report.html",
        )
        for items, fr, en in (
            (notes.read, "Lu :", "Read:"),
            (notes.assumed, "Pas dit par la liste :", "Not said by the list:"),
            (notes.skipped, "Laissé de côté :", "Left aside:"),
        ):
            if items:
                self.add("#")
                self.say(fr, en)
                self.add(*(f"#   {clean(item, 400)}" for item in items))

    def place(self) -> None:
        a = self.answers
        self.add(
            "",
            "[site]",
            f"name = {_text(a.name)}",
            f"latitude = {a.latitude:.5f}".rstrip("0").removesuffix("."),
            f"longitude = {a.longitude:.5f}".rstrip("0").removesuffix("."),
            f"timezone = {_text(a.timezone)}",
            f'language = "{self.lang}"'
            + self.t(
                "                   # langue des rapports", "                   # of reports"
            ),
        )
        note = self.t("hypothèse : mettez votre tarif", "assumption: put your own tariff")
        grid = self.t("hypothèse : mettez votre source", "assumption: put your own source")
        self.add(
            "",
            "[energy]",
            "price_eur_per_kwh = 0.20",
            "price_date = 2026-02-01",
            f'price_source = "{note}"',
            "co2_g_per_kwh = 30",
            "co2_year = 2024",
            f'co2_source = "{grid}"',
        )

    def drivers(self, drivers: Iterable[_Driver]) -> None:
        self.title("Appareillages", "Gear")
        self.say(
            "power_w : watts d'un luminaire à 100 %. Hypothèses : une LED se gradue jusqu'à\n"
            "10 %, les autres lampes ne se graduent pas ; pour elles, ajoutez au besoin les\n"
            "pertes du ballast (par exemple 83 W pour une lampe sodium de 70 W).",
            "power_w: watts of one luminaire at 100 %. Assumptions: LED dims down to 10 %, other\n"
            "lamps do not dim; to those add the losses of the ballast where they are missing\n"
            "(for example 83 W for a sodium lamp of 70 W).",
        )
        for driver in drivers:
            self.add("", f"[drivers.{driver.key}]", f"power_w = {driver.power_w:g}")
            if driver.kind == "led":
                self.add("minimum_level = 10")
                continue
            self.add("standby_w = 0", "minimum_level = 100")
            if driver.kind in _SLOW:
                self.add('warm_up = "5 min"', 'minimum_off = "5 min"')

    def programs(self, used: set[str]) -> None:
        a = self.answers
        self.title("Programmes", "Programs")
        self.say(
            'Une nuit va de midi à midi. Moments possibles : "22:00", "sunset", '
            '"sunrise - 30 min",\n"solar midnight + 2 h".',
            'A night runs from noon to noon. Moments may be "22:00", "sunset", '
            '"sunrise - 30 min",\n"solar midnight + 2 h".',
        )
        active = ""
        if a.cut is not None and a.supply == "permanent":
            active = (
                f'active = [{{ from = "sunset", to = "{a.cut.start}" }}, '
                f'{{ from = "{a.cut.end}", to = "sunrise" }}]'
            )
        if "today" in used:
            self.add("", "[programs.today]")
            if active:
                name = f'fr = "Coupure {a.cut.words}", en = "Off {a.cut.words}"' if a.cut else ""
                self.add(f"name = {{ {name} }}", active)
            else:
                self.add('name = { fr = "Toute la nuit", en = "All night" }')
        if "night" not in used:
            return
        self.add("")
        self.say(
            "Le programme du site : une proposition à régler.",
            "The site's own program: a proposal, to be tuned.",
        )
        self.add("[programs.night]", 'name = { fr = "Abaissement", en = "Dimmed" }')
        if active:
            self.add(active + self.t("  # la coupure d'aujourd'hui", "  # as it is cut today"))
        self.add(
            "points = [",
            '  { at = "22:00", level = 60, ramp = "5 s" },',
            '  { at = "05:30", level = 100, ramp = "5 s" },',
            "]",
        )
        self.add("")
        self.say(
            'Avec des détecteurs (sensor = "pir" aux points lumineux) :\n'
            "[sensors.pir]\nrange_m = 8\n[programs.night.presence]\n"
            'operation = "max"\nlevel = 100\nhold = "60 s"\nneighbours = 1\n'
            'windows = [{ from = "22:00", to = "05:30" }]',
            'With sensors (sensor = "pir" at the luminaires):\n'
            "[sensors.pir]\nrange_m = 8\n[programs.night.presence]\n"
            'operation = "max"\nlevel = 100\nhold = "60 s"\nneighbours = 1\n'
            'windows = [{ from = "22:00", to = "05:30" }]',
        )

    def streets(self, streets: Iterable[_Street], traffic: bool) -> None:
        self.title("Rues", "Streets")
        self.say(
            "path_m : la ligne de la rue, en mètres à l'est et au nord du point de [site].\n"
            "asked_level : le niveau voulu au passage de quelqu'un (50 % : hypothèse).\n"
            "Facultatif : speed_limit_kmh = 30, et qui passe :\n"
            '[[streets.traffic]]\nkind = "walker"\nper_night = 20',
            "path_m: the street's line, in metres east and north of the place of [site].\n"
            "asked_level: the level wanted where somebody passes (50 %: assumption).\n"
            "Optional: speed_limit_kmh = 30, and who passes:\n"
            '[[streets.traffic]]\nkind = "walker"\nper_night = 20',
        )
        for street in streets:
            path = ", ".join(f"[{_metre(x)}, {_metre(y)}]" for x, y in street.path)
            self.add("", "[[streets]]", f'id = "{street.id}"', f"name = {_text(street.name)}")
            if len(path) <= 85:
                self.add(f"path_m = [{path}]")
            else:
                self.add("path_m = [")
                corners = [f"[{_metre(x)}, {_metre(y)}]," for x, y in street.path]
                for i in range(0, len(corners), 5):
                    self.add("  " + " ".join(corners[i : i + 5]))
                self.add("]")
            if street.note:
                self.lines[-1] += f"  # {clean(street.note)}"
            self.add("asked_level = 50")
            if traffic:
                self.add(
                    "[[streets.traffic]]" + self.t("  # hypothèse", "  # assumption"),
                    'kind = "walker"',
                    "per_night = 20",
                )

    def cabinets(self, cabinets: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Write (id, name, circuits) of each."""
        a = self.answers
        self.title("Armoires et départs", "Cabinets and circuits")
        self.say(
            'supply : "permanent" (tension jour et nuit), ou "switched" (l\'armoire coupe, aux\n'
            "heures de mains).",
            'supply: "permanent" (mains day and night), or "switched" (the cabinet cuts, by the\n'
            "hours of mains).",
        )
        for id_, name, circuits in cabinets:
            self.add("", "[[cabinets]]", f'id = "{id_}"', f"name = {_text(name)}")
            for circuit in circuits:
                self.add("[[cabinets.circuits]]", f'id = "{circuit}"', f'supply = "{a.supply}"')
                if a.supply == "switched" and a.cut is not None:
                    self.add(
                        f'mains = [{{ from = "sunset", to = "{a.cut.start}" }}, '
                        f'{{ from = "{a.cut.end}", to = "sunrise" }}]'
                    )

    def strategies(self) -> None:
        cut = self.answers.cut or Cut(At("local", 23 * 3600), At("local", 5 * 3600))
        self.title("Comparaison", "Comparison")
        self.add(
            "[strategies]"
            + self.t(
                "  # ce que « extinction » veut dire ici", '  # what "switch-off" means here'
            ),
            f'switch_off = {{ from = "{cut.start}", to = "{cut.end}" }}',
        )


def _program_of(kind: str) -> str:
    """Give the program of a kind of lamp: one that cannot dim stays on today's."""
    return "night" if kind == "led" else "today"


def _driver_key(kind: str, power_w: float) -> str:
    return f"{kind}-{power_w:g}".replace(".", "_")  # a dot would part the key


def from_answers(answers: Answers, lang: Lang) -> str:
    """Write a site of one straight street, one cabinet, one circuit and one row."""
    a = answers
    out = _Text(a, lang)
    out.head(Notes(), "")
    out.place()
    driver = _Driver(_driver_key(a.lamp, a.power_w), a.lamp, a.power_w)
    out.drivers([driver])
    program = _program_of(a.lamp)
    out.programs({program, "today"})
    street = a.street or out.t("Grande Rue", "Main street")
    length = max(a.spacing_m * a.luminaires, 1.0)
    if length > limits.COORDINATE_MAX_M:
        most = round(limits.COORDINATE_MAX_M / 1000)
        raise DraftError("too-long", count=a.luminaires, spacing=f"{a.spacing_m:g}", most=most)
    id_ = identifier(street, "street").lower()
    out.streets([_Street(id_, street, ((0.0, 0.0), (math.ceil(length * 10) / 10, 0.0)))], True)
    out.cabinets([("A", out.t("Armoire A", "Cabinet A"), ["A1"])])
    out.title("Points lumineux", "Luminaires")
    out.say(
        "[[rows]] : des points lumineux à intervalle régulier, L01, L02... ; [[luminaires]] :\n"
        "un à un, avec at_m, leur place le long de la rue.",
        "[[rows]]: luminaires at equal spacing, L01, L02...; [[luminaires]]: one by one, with\n"
        "at_m, their place along the street.",
    )
    rest, start, number = a.luminaires, round(a.spacing_m / 2, 3), 0
    while rest:
        count = min(rest, limits.LUMINAIRES_PER_ROW)
        name = "L" if a.luminaires <= limits.LUMINAIRES_PER_ROW else f"L{number}-"
        out.add(
            "",
            "[[rows]]",
            f'id = "{name}"',
            f"count = {count}",
            f"start_m = {start:g}",
            f"spacing_m = {a.spacing_m:g}",
            'circuit = "A1"',
            f'street = "{id_}"',
            f'driver = "{driver.key}"',
            f'program = "{program}"',
        )
        if program != "today":
            out.add('today = "today"' + out.t("  # la comparaison", "  # to compare with"))
        rest -= count
        start = round(start + count * a.spacing_m, 3)
        number += 1
    out.strategies()
    return out.text()


# --- from an inventory ---------------------------------------------------------------------------


def from_inventory(
    inventory: Inventory,
    table: Table,
    mapping: Mapping[str, str],
    answers: Answers,
    lang: Lang,
    source: str,
) -> tuple[str, Notes]:
    """Write a site of the luminaires of a list, and say what was assumed and left aside.

    Raises DraftError where the list has more of something than a site may have.
    """
    out = _Text(answers, lang)
    notes = Notes()
    lamps = inventory.lamps
    circuit_of, cabinets = _feeders(lamps, out, notes)
    driver_of, drivers = _gear(lamps, answers, out, notes)
    streets, placed = _streets(lamps, circuit_of, out, notes)
    units = _units(lamps, placed, circuit_of, driver_of, table, out, notes)
    _tell_read(table, mapping, inventory, notes, lang)
    notes.skipped += said(inventory.skipped, table, lang)
    if inventory.skipped:
        notes.skipped.insert(
            0,
            out.t(
                f"{len(inventory.skipped)} sur {len(table.records) + len(table.skipped)} :",
                f"{len(inventory.skipped)} of {len(table.records) + len(table.skipped)}:",
            ),
        )
    out.head(notes, clean(source))
    out.place()
    out.drivers(drivers)
    out.programs({unit.program for unit in units} | {"today"})
    out.streets(streets, traffic=False)
    out.cabinets(cabinets)
    out.title("Points lumineux", "Luminaires")
    out.say(
        "at_m : place le long de la rue, en mètres. today : le programme d'aujourd'hui, auquel\n"
        "comparer.",
        "at_m: the place along the street, in metres. today: the program of today, to compare\n"
        "with.",
    )
    for unit in units:
        out.add(
            "",
            "[[luminaires]]" + (f"  # {unit.where}" if unit.where else ""),
            f'id = "{unit.id}"',
            f'circuit = "{unit.circuit}"',
            f'street = "{unit.street}"',
            f"at_m = {_metre(unit.at_m)}",
            f'driver = "{unit.driver}"',
            f'program = "{unit.program}"',
        )
        if unit.program != "today":
            out.add('today = "today"')
        if unit.pole:
            out.add(f'pole = "{unit.pole}"')
        if unit.count > 1:
            out.add(f"count = {unit.count}")
    out.strategies()
    text = out.text()
    if len(text.encode()) > limits.FILE_BYTES:
        raise DraftError("too-large", most=limits.FILE_BYTES // (1024 * 1024))
    return text, notes


def _tell_read(
    table: Table, mapping: Mapping[str, str], inventory: Inventory, notes: Notes, lang: Lang
) -> None:
    form = table.kind.upper() if table.kind == "csv" else "GeoJSON"
    detail = table.encoding + (f", « {table.delimiter} »" if table.delimiter.strip() else "")
    system = "" if inventory.crs == WGS84 else f", EPSG:{inventory.crs}"
    count = len(inventory.lamps)
    what = "points lumineux" if lang == "fr" else "luminaires"
    notes.read.append(f"{count} {what}, {form} ({detail}{system})")
    for role, column in mapping.items():
        colon = " : " if lang == "fr" else ": "
        notes.read.append(f"{ROLES[role][lang]}{colon}{column}")
    unused = [column for column in table.columns if column not in mapping.values()]
    if unused:
        names = ", ".join(unused[:20]) + (", ..." if len(unused) > 20 else "")
        notes.read.append(("non employées : " if lang == "fr" else "not used: ") + names)


def _feeders(
    lamps: Sequence[Lamp], out: _Text, notes: Notes
) -> tuple[Callable[[Lamp], str], list[tuple[str, str, list[str]]]]:
    """Give each lamp's circuit, and the cabinets as (id, name, circuits)."""
    names, circuit_names = _Names(), _Names()
    ids: dict[str, str] = {}
    circuits: dict[tuple[str, str], str] = {}
    of: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for lamp in sorted(lamps, key=lambda x: (not x.cabinet, x.cabinet, not x.circuit, x.circuit)):
        if lamp.cabinet not in ids:
            wanted = identifier(lamp.cabinet, "A" if not lamp.cabinet else "cabinet")
            ids[lamp.cabinet] = names.give(wanted)
            of[lamp.cabinet] = []
            titles[lamp.cabinet] = (
                out.t("Armoire ", "Cabinet ") + lamp.cabinet
                if lamp.cabinet and len(lamp.cabinet) <= 12
                else lamp.cabinet or out.t("Armoire inconnue", "Unknown cabinet")
            )
        key = (lamp.cabinet, lamp.circuit)
        if key not in circuits:
            cabinet = ids[lamp.cabinet]
            own = identifier(lamp.circuit, "1" if not lamp.circuit else "circuit")
            whole = own if own.startswith(cabinet) and own != cabinet else f"{cabinet}-{own}"
            circuits[key] = circuit_names.give(whole[: limits.ID_LENGTH].rstrip("-_."))
            of[lamp.cabinet].append(circuits[key])
    if len(of) > limits.CABINETS:
        raise DraftError(
            "too-many-of",
            count=len(of),
            what=out.t("armoires", "cabinets"),
            most=limits.CABINETS,
            role="cabinet",
        )
    fullest = max(len(held) for held in of.values())
    if fullest > limits.CIRCUITS_PER_CABINET:
        raise DraftError(
            "too-many-of",
            count=fullest,
            what=out.t("départs d'une armoire", "circuits of one cabinet"),
            most=limits.CIRCUITS_PER_CABINET,
            role="circuit",
        )
    for field_, fr, en in (
        ("cabinet", "armoire : mis sur une armoire inconnue", "cabinet: put on an unknown one"),
        ("circuit", "départ : mis sur le départ 1", "circuit: put on circuit 1"),
    ):
        missing = sum(1 for lamp in lamps if not getattr(lamp, field_))
        if missing:
            notes.assumed.append(f"{missing} × {out.t(fr, en)}")
    notes.assumed.append(
        out.t(
            f'alimentation des départs : supply = "{out.answers.supply}" (hypothèse)',
            f'supply of the circuits: supply = "{out.answers.supply}" (assumption)',
        )
    )
    cabinets = [(ids[name], titles[name], of[name]) for name in of]
    return lambda lamp: circuits[lamp.cabinet, lamp.circuit], cabinets


def _gear(
    lamps: Sequence[Lamp], answers: Answers, out: _Text, notes: Notes
) -> tuple[Callable[[Lamp], _Driver], list[_Driver]]:
    """Give each lamp's driver, and the drivers: one for each kind and power."""
    typical: dict[str, float] = {}
    for kind in {lamp.kind for lamp in lamps}:
        known = [x.power_w for x in lamps if x.kind == kind and x.power_w is not None]
        own = answers.power_w if (kind or answers.lamp) == answers.lamp else None
        usual = own or _USUAL_W.get(kind, answers.power_w)
        typical[kind] = statistics.median_low(known) if known else usual

    def exact(lamp: Lamp) -> tuple[str, float]:
        power = lamp.power_w if lamp.power_w is not None else typical[lamp.kind]
        return lamp.kind or answers.lamp, power

    step = 0.0
    for step in (0.0, 1.0, 5.0, 10.0, 50.0):
        if len({_stepped(*exact(lamp), step) for lamp in lamps}) <= 300:
            break
    if step:
        notes.assumed.append(
            out.t(
                f"puissances arrondies à {step:g} W : trop de valeurs différentes",
                f"powers rounded to {step:g} W: too many different values",
            )
        )
    unknown = Counter(lamp.kind for lamp in lamps if lamp.power_w is None)
    for kind, count in sorted(unknown.items()):
        name = _KIND_NAMES[kind or answers.lamp][out.lang]
        notes.assumed.append(
            out.t(
                f"{count} × puissance ({name}) : {typical[kind]:g} W (hypothèse)",
                f"{count} × power ({name}): {typical[kind]:g} W (assumption)",
            )
        )
    if untyped := sum(1 for lamp in lamps if not lamp.kind):
        name = _KIND_NAMES[answers.lamp][out.lang]
        notes.assumed.append(
            out.t(
                f"{untyped} × type de lampe : {name} (hypothèse)",
                f"{untyped} × type of lamp: {name} (assumption)",
            )
        )
    made: dict[tuple[str, float], _Driver] = {}
    for key in sorted({_stepped(*exact(lamp), step) for lamp in lamps}):
        made[key] = _Driver(_driver_key(*key), *key)
    return lambda lamp: made[_stepped(*exact(lamp), step)], list(made.values())


def _stepped(kind: str, power_w: float, step: float) -> tuple[str, float]:
    return kind, max(step, round(power_w / step) * step) if step else power_w


_Placed = list[tuple[str, list[tuple[int, float]]]]  # street's id: (index of lamp, at_m)


def _streets(
    lamps: Sequence[Lamp], circuit_of: Callable[[Lamp], str], out: _Text, notes: Notes
) -> tuple[list[_Street], _Placed]:
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, lamp in enumerate(lamps):
        key: tuple[str, ...]
        if lamp.street:
            key = ("1", plain(lamp.commune), " ".join(plain(lamp.street).split()))
        else:
            key = ("2", plain(lamp.commune), circuit_of(lamp))
        groups.setdefault(key, []).append(i)
    several = len({plain(lamp.commune) for lamp in lamps if lamp.commune}) > 1
    names = _Names()
    streets: list[_Street] = []
    placed: _Placed = []
    wide = 0
    for key in sorted(groups):
        members = groups[key]
        first = lamps[members[0]]
        named = key[0] == "1"
        name = commonest(lamps[i].street for i in members) or out.t(
            f"Sans nom, départ {key[2]}", f"No name, circuit {key[2]}"
        )
        wanted = identifier(
            name if named else f"{out.t('sans-nom', 'no-name')}-{key[2]}", "street"
        )
        if several and first.commune:
            name = f"{name} ({first.commune})"
        points = [(lamps[i].east, lamps[i].north) for i in members]
        pieces = fit(points, None if named else _GAP_M)
        for number, piece in enumerate(pieces, 1):
            id_ = names.give(wanted.lower(), count=False)
            title = name if len(pieces) == 1 else f"{name} ({number})"
            ats = [at for _, at in piece.places]
            gap = max((b - a for a, b in zip(ats, ats[1:], strict=False)), default=0.0)
            note = ""
            if named and gap > 300:
                wide += 1
                note = out.t(
                    f"un vide de {gap:.0f} m : à vérifier", f"a gap of {gap:.0f} m: verify"
                )
            streets.append(_Street(id_, title, piece.path, note))
            placed.append((id_, [(members[i], at) for i, at in piece.places]))
    if len(streets) > limits.STREETS:
        raise DraftError(
            "too-many-of",
            count=len(streets),
            what=out.t("rues", "streets"),
            most=limits.STREETS,
            role="street",
        )
    if missing := sum(1 for lamp in lamps if not lamp.street):
        notes.assumed.append(
            out.t(
                f"{missing} × nom de rue : groupés par départ et par voisinage",
                f"{missing} × name of the street: grouped by circuit and nearness",
            )
        )
    if wide:
        notes.assumed.append(
            out.t(
                f"{wide} × rue avec un vide de plus de 300 m : deux rues de même nom ?",
                f"{wide} × street with a gap of more than 300 m: two streets of one name?",
            )
        )
    notes.assumed.append(
        out.t(
            "lignes des rues : menées d'un point lumineux au suivant (hypothèse)",
            "lines of the streets: laid from luminaire to luminaire (assumption)",
        )
    )
    return streets, placed


def _units(
    lamps: Sequence[Lamp],
    placed: _Placed,
    circuit_of: Callable[[Lamp], str],
    driver_of: Callable[[Lamp], _Driver],
    table: Table,
    out: _Text,
    notes: Notes,
) -> list[_Unit]:
    names = _Names()
    width = max(3, len(str(len(lamps))))
    given: list[str] = []  # in the list's own order, so that the first keeps its name
    for number, lamp in enumerate(lamps, 1):
        wanted = identifier(lamp.id, "") or f"L{number:0{width}}"
        given.append(names.give(wanted, count=bool(lamp.id)))
    if names.changed:
        notes.assumed.append(
            out.t(
                f"{names.changed} × identifiant déjà pris : un numéro a été ajouté",
                f"{names.changed} × identifier taken already: a number was added",
            )
        )
    if missing := sum(1 for lamp in lamps if not lamp.id):
        notes.assumed.append(
            out.t(f"{missing} × identifiant : L...", f"{missing} × identifier: L...")
        )
    units: list[_Unit] = []
    for street, members in placed:
        poles: dict[Point, str] = {}
        for i, at_m in members:
            lamp = lamps[i]
            driver = driver_of(lamp)
            program = _program_of(driver.kind)
            unit = _Unit(given[i], circuit_of(lamp), street, at_m, driver.key, program)
            unit.count = lamp.count
            # two luminaires of one pole are one hop of a detection
            here = (round(lamp.east * 2) / 2, round(lamp.north * 2) / 2)
            pole = identifier(lamp.pole, "") if lamp.pole else poles.get(here, "")
            poles.setdefault(here, pole or unit.id)
            unit.pole = "" if pole == unit.id else pole
            unit.where = table.place_word(lamp.where, out.lang)
            units.append(unit)
    return units
