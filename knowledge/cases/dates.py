"""Dates as people and spreadsheets write them."""

import re
from datetime import date

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ]\d\d:\d\d(?::\d\d)?)?")
# 28.02.2026 and 02.2026; with a slash it is anybody's guess which of the two is the month.
_DOTTED = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})")


def parse_date(text: str) -> str | None:
    """A year, month or day as 2026, 2026-02 or 2026-02-28; None for anything else."""
    iso, dotted = _ISO.fullmatch(text.strip()), _DOTTED.fullmatch(text.strip())
    if iso:
        year, month, day = iso.groups()
    elif dotted:
        day, month, year = dotted.groups()
    else:
        return None
    try:
        whole = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return whole.isoformat()[: 10 if day else 7 if month else 4]


def parse_day(text: str) -> str | None:
    """A whole day as 2026-02-28; None for anything else."""
    found = parse_date(text)
    return found if found is not None and len(found) == 10 else None
