"""Numbers as people read them in each language."""

from collections.abc import Callable, Sequence

from knowledge.language import Lang

_NO_BREAK = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


def percent(share: float, lang: Lang) -> str:
    """A share from -1 to 1 as per cent, with a decimal where it is small."""
    number = share * 100
    digits = 1 if 0 < abs(number) < 9.95 and round(number) != round(number, 1) else 0
    return f"{_signed(number, digits, lang)}{_NO_BREAK}%" if lang == "ru" else f"{_signed(number, digits, lang)}%"


def plain(number: float, lang: Lang) -> str:
    """A number with at most one decimal."""
    return _signed(number, 0 if round(number, 1) == round(number) else 1, lang)


def between(ends: Sequence[float], form: Callable[[float], str]) -> str:
    """An interval by its two ends."""
    return " … ".join(map(form, ends))


def _signed(number: float, digits: int, lang: Lang) -> str:
    told = f"{abs(number):.{digits}f}"
    minus = _MINUS if number < 0 and float(told) else ""
    return minus + (told.replace(".", ",") if lang == "ru" else told)
