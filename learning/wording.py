"""Says in words, Russian and English, for what help is offered; from `texts/*.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from knowledge.language import Lang
from learning.stuck_score import Reason


def reason_words(reason: Reason, lang: Lang) -> str:
    """A reason with its count: "3 failed attempts in a row"."""
    forms = _forms(lang)[reason.sign]
    form = _form(reason.count, lang)
    return forms.get(form, forms["many"]).format(count=_number(reason.count, lang))


def _form(count: float, lang: Lang) -> str:
    """Which form of a word goes with a number: in Russian 1 and 21, 2 to 4 and 22, all others; a fraction is `few`."""
    if count != int(count):
        return "few"
    if lang == "en":
        return "one" if count == 1 else "many"
    last, teens = int(count) % 10, int(count) % 100 in range(11, 15)
    if last == 1 and not teens:
        return "one"
    return "few" if last in (2, 3, 4) and not teens else "many"


def _number(count: float, lang: Lang) -> str:
    told = f"{count:g}"
    return told.replace(".", ",") if lang == "ru" else told


@cache
def _forms(lang: Lang) -> dict[str, dict[str, str]]:
    told = tomllib.loads((files("learning") / "texts" / f"{lang}.toml").read_text(encoding="utf-8"))
    forms: dict[str, dict[str, str]] = told["signs"]
    return forms
