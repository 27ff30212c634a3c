"""Days and dates: the proleptic Gregorian calendar, counted from day 0 = 2000-01-01."""

SATURDAY = 5  # weekday of day 0; Monday is 0


def day_number(year: int, month: int, day: int) -> int:
    """Days since 2000-01-01. Years are counted from March, so that 29 February comes last."""
    if month < 3:
        year -= 1
        month += 12
    leaps = year // 4 - year // 100 + year // 400
    return year * 365 + leaps + (month * 153 - 457) // 5 + day - 730426


def year_of(day: int) -> int:
    """Calendar year of a day number."""
    year = 2000 + day * 400 // 146097  # right, or a day off at the turn of some years
    if day < day_number(year, 1, 1):
        return year - 1
    return year + 1 if day >= day_number(year + 1, 1, 1) else year


def month_day(day: int, year: int) -> int:
    """Month * 32 + day of the month, of a day number that lies in `year`."""
    month = 12
    while day < day_number(year, month, 1):
        month -= 1
    return month * 32 + day - day_number(year, month, 1) + 1


def weekday(day: int) -> int:
    """0 = Monday ... 6 = Sunday."""
    return (day + SATURDAY) % 7


def month_length(year: int, month: int) -> int:
    """Days in a month."""
    if month == 12:
        return 31
    return day_number(year, month + 1, 1) - day_number(year, month, 1)
