"""Which of the product's languages a text is written in, by its letters."""

import re
from typing import Literal

Lang = Literal["ru", "en"]

_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_LATIN = re.compile(r"[A-Za-z]")


def language_of(text: str, *, default: Lang = "en") -> Lang:
    """The language of a text; code and names in Latin letters inside Russian prose do not make it English.

    One Cyrillic letter in three decides for Russian: prose about programming carries many Latin words, English prose
    carries next to no Cyrillic.
    """
    cyrillic = len(_CYRILLIC.findall(text))
    latin = len(_LATIN.findall(text))
    if cyrillic + latin == 0:
        return default
    return "ru" if cyrillic * 3 >= cyrillic + latin else "en"
