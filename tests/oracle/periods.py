"""Named periods: `2021`, `2021-06`, `2021-Q2`, `2021-H1`, `2021-9M`, `2021-2025@programme`.

Civil periods begin on the 1st; administrative ones on the 15th of the month before
(Decree 09/2019/NĐ-CP): the first half of 2021 is 15 December 2020 to 14 June 2021.
"""

from datetime import date, timedelta


def month(index, day):
    return date(index // 12, index % 12 + 1, day)


def days(name):
    """First and last day."""
    text, _, calendar = name.partition("@")
    year, _, part = text.partition("-")
    start, length = int(year) * 12, 12
    if calendar == "programme":
        length = 60
    elif part.startswith("Q"):
        start, length = start + (int(part[1]) - 1) * 3, 3
    elif part.startswith("H"):
        start, length = start + (int(part[1]) - 1) * 6, 6
    elif part == "9M":
        length = 9
    elif part:
        start, length = start + int(part) - 1, 1
    if calendar == "administrative":
        return month(start - 1, 15), month(start + length - 1, 15) - timedelta(days=1)
    return month(start, 1), month(start + length, 1) - timedelta(days=1)


def plus_months(day, months):
    """The same day of a later month, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    first_of_next = month(index + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return month(index, min(day.day, last))
