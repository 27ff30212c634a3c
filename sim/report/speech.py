"""Numbers, dates, moments and sentences of the report, in one language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from sim.health import to_minute
from sim.report.words import WORDS, Lang
from sim.site.model import Names, Site, Window
from sim.site.values import At, Day, duration_text

_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_HOUR_MS = 3_600_000
NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


class Speech:
    """One language at one site: `lang` is ``fr`` or ``en``; times are the site's local ones."""

    def __init__(self, lang: Lang, site: Site) -> None:
        self.lang = lang
        self.locale = Locale.parse(_LOCALES[lang])
        self._site = site
        self._zone = ZoneInfo(site.site.timezone)

    # ---- words

    def say(self, key: str, **params: object) -> str:
        """The words of that key. Raises KeyError where there are none."""
        text = WORDS[key][self.lang]
        if self.lang == "fr":
            text = re.sub(r" ([;?!])", NARROW + r"\1", text)
            text = re.sub(r" ([:»%])", NBSP + r"\1", text).replace("« ", "«" + NBSP)
        return text.format(**params) if params else text

    def count(self, key: str, n: int) -> str:
        """So many of something: ``7 nights``."""
        form = "one" if self.locale.plural_form(n) == "one" else "other"
        return self.say(f"{key}.{form}", n=self.number(n)).replace(" ", NBSP, 1)

    def name(self, names: Names | None, key: str) -> str:
        """A program's name, else its key."""
        return names.text(self.lang) if names else key

    # ---- numbers

    def number(self, value: float, digits: int = 0, signed: bool = False) -> str:
        """A number with so many decimals, with its sign if `signed`."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        value = round(value, digits) + 0.0  # no minus nought
        text = format_decimal(abs(value), format=pattern, locale=self.locale)
        sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
        return sign + text

    def short(self, value: float) -> str:
        """A number with the decimals that it needs, six at most."""
        return format_decimal(value, format="#,##0.######", locale=self.locale).replace("-", MINUS)

    def unit(self, value: float, symbol: str, digits: int = 0, signed: bool = False) -> str:
        """A number and the symbol of its unit, which is the same in both languages."""
        return self.number(value, digits, signed) + NBSP + symbol

    def percent(self, value: float | None, digits: int = 0, signed: bool = False) -> str:
        """Percent, or a dash where there is none."""
        if value is None:
            return self.say("none")
        return self.number(value, digits, signed) + (NARROW + "%" if self.lang == "fr" else "%")

    def share(self, value: float) -> str:
        """Percent with the decimals that it needs."""
        return self.short(value) + (NARROW + "%" if self.lang == "fr" else "%")

    def seconds(self, value: float | None, digits: int = 1) -> str:
        """Seconds, or a dash where there are none."""
        return self.say("none") if value is None else self.unit(value, "s", digits)

    def euros(self, value: float, pattern_digits: int = 2) -> str:
        """An amount of money."""
        standard = self.locale.currency_formats["standard"].pattern
        pattern = re.sub(r"0\.0+", "0." + "0" * pattern_digits, standard)
        text = format_currency(
            value, "EUR", format=pattern, locale=self.locale, currency_digits=False
        )
        return text.replace("-", MINUS)

    def price(self) -> str:
        """What a kilowatt-hour costs."""
        value = self._site.energy.price_eur_per_kwh
        digits = 4 if round(value, 2) != value else 2
        return self.euros(value, digits) + "/kWh"

    # ---- times

    def local(self, t: int) -> dt.datetime:
        """The local time of `t`, ms since 2000 UTC."""
        return (_EPOCH + dt.timedelta(milliseconds=t)).astimezone(self._zone)

    def clock(self, t: int, seconds: bool = True) -> str:
        """The clock on the wall at `t`: HH:MM, with seconds unless they are 0 or not wanted (then
        to the nearest minute); with its offset in an hour that a clock change repeats."""
        if not seconds:
            t = to_minute(t)
        at = self.local(t)
        text = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
        if at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset():
            hours = (at.utcoffset() or dt.timedelta()) / dt.timedelta(hours=1)
            text += f"{NBSP}(UTC{self.number(hours, 0 if hours == int(hours) else 1, True)})"
        return text

    def moment_of(self, t: int) -> str:
        """The date and the clock on the wall at `t`, shortly."""
        day = self.calendar_date(self.local(t).date(), "d MMM")
        return f"{day}, {self.clock(t, seconds=False)}".replace(" ", NBSP)

    def date(self, day: int, form: str = "full") -> str:
        """The date of a day number: ``lundi 23 novembre 2026``."""
        return self.calendar_date(_EPOCH.date() + dt.timedelta(days=day), form)

    def calendar_date(self, date: dt.date, form: str = "long") -> str:
        """A date as people write it."""
        if self.lang == "en" and form == "full":
            form = "EEEE d MMMM y"  # no comma inside a sentence
        text = format_date(date, format=form, locale=self.locale)
        # The first of a month has a number of its own in French.
        return re.sub(r"\b1 (?=[a-zéû])", "1er ", text) if self.lang == "fr" else text

    def nights(self, first: int, last: int) -> str:
        """Nights, by their evenings, from one day number up to another."""
        start, end = self.date(first, "long"), self.date(last - 1, "long")
        return start if last - first == 1 else self.say("from-to", start=start, end=end)

    def day(self, day: Day) -> str:
        """A date of a site file, of one year or of every year."""
        date = dt.date(2000 if day.year is None else day.year, day.month, day.day)
        return self.calendar_date(date, "d MMMM" if day.year is None else "long")

    def duration(self, ms: int) -> str:
        """A length of time: ``1 min 30 s``."""
        return self.duration_of(duration_text(ms))

    def duration_of(self, text: str) -> str:
        """A length of time that is in words already."""
        text = text.replace(" ", NBSP)
        return text.replace(".", ",") if self.lang == "fr" else text

    def hours(self, ms: float) -> str:
        """A length of time in hours and minutes, to the minute."""
        return self.duration(round(ms / 60_000) * 60_000)

    def moment(self, at: At) -> str:
        """A moment of a site file: ``22:00``, ``minuit solaire + 4 h``."""
        if at.is_clock:
            return str(at)
        text = self.say("event." + at.event.replace(" ", "-"))
        if at.seconds:
            sign = MINUS if at.seconds < 0 else "+"
            text += f"{NBSP}{sign}{NBSP}{self.duration(abs(at.seconds) * 1000)}"
        return text

    def windows(self, windows: Iterable[Window]) -> str:
        """Stretches of every night: ``23:00 → 05:00``."""
        return ", ".join(
            self.say("from-to", start=self.moment(w.from_), end=self.moment(w.to)) for w in windows
        )


def digits_for(values: Iterable[float]) -> int:
    """How many decimals a column of such figures needs: three figures that count at the top."""
    most = max((abs(value) for value in values), default=0.0)
    return 1 if most >= 100 else 2 if most >= 1 else 3
