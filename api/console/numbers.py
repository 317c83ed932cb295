"""Numbers as people read them in each language."""

from collections.abc import Callable, Sequence

from knowledge.language import Lang

_NO_BREAK = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


def percent(share: float, lang: Lang) -> str:
    """A share from 0 to 1 as per cent, with a decimal where it is small."""
    return f"{_hundredths(share, lang)}{_NO_BREAK if lang == 'ru' else ''}%"


def points(difference: float, lang: Lang) -> str:
    """A difference of two shares, -1 to 1, in percentage points."""
    return f"{_hundredths(difference, lang)}{_NO_BREAK}{'п.' + _NO_BREAK + 'п.' if lang == 'ru' else 'pp'}"


def plain(number: float, lang: Lang) -> str:
    """A number with at most one decimal."""
    return _signed(number, 0 if round(number, 1) == round(number) else 1, lang)


def between(ends: Sequence[float], form: Callable[[float], str]) -> str:
    """An interval by its two ends."""
    return " … ".join(map(form, ends))


def _hundredths(share: float, lang: Lang) -> str:
    number = share * 100
    digits = 1 if 0 < abs(number) < 9.95 and round(number) != round(number, 1) else 0
    return _signed(number, digits, lang)


def _signed(number: float, digits: int, lang: Lang) -> str:
    told = f"{abs(number):.{digits}f}"
    minus = _MINUS if number < 0 and float(told) else ""
    return minus + (told.replace(".", ",") if lang == "ru" else told)
