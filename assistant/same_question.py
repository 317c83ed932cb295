"""Whether two questions ask the same: a careful rule, for a wrong yes is worse than ten wrong noes.

Meaning alone does not tell "enable" from "disable" or "homework 3" from "homework 4": this encoder puts such pairs at
cosines of 0.86 to 0.97, as near as true paraphrases. So the words decide too: none that turns the meaning round may be
on one side only, every number, name and piece of code must be in both, and one question must hold all content words of
the other. Measured 2026-11 on the shaped questions of both languages (`evals.same_questions`): 0 of 41,818 pairs of
different questions taken for the same; of a question typed in another way (short, chatty, with code) 123 of 198 known.
"""

import re

from knowledge.language import Lang
from knowledge.lexical import terms

# Cosines of question vectors moved to their language's centre. Half of true paraphrases with other words around the
# same terms are above 0.88; different questions with one's terms inside the other's reach 0.85.
SAME_WORDS_COSINE = 0.82
MORE_WORDS_COSINE = 0.88
# Close enough to be worth a look of a person who answers.
ALIKE_COSINE = 0.75

_WORD = re.compile(r"[^\W_]+(?:[./_'’-]\w+)*")
# A digit, a joint inside, or a capital that begins no word: "3", "np.mean", "A/B", "CUPED".
_NAMES = re.compile(r"\d|[./_]|(?<=.)[A-Z]")
_LATIN = re.compile(r"[A-Za-z]")
_NOT_SHORT = re.compile(r"n['’]t\b", re.IGNORECASE)
# What stands on one side only asks for something else, often for the opposite.
_TURNS: dict[Lang, tuple[frozenset[str], ...]] = {
    "en": (
        frozenset({"not", "no", "never", "without", "cannot", "none", "neither", "nor"}),
        frozenset({"before"}),
        frozenset({"after", "once"}),
        frozenset({"until", "till"}),
        frozenset({"except"}),
        frozenset({"instead"}),
        frozenset({"only"}),
        frozenset({"more"}),
        frozenset({"less", "fewer"}),
        frozenset({"all", "every"}),
    ),
    "ru": (
        frozenset({"не", "нет", "без", "нельзя", "ни", "никогда", "никакой"}),
        frozenset({"до"}),
        frozenset({"после"}),
        frozenset({"перед"}),
        frozenset({"кроме"}),
        frozenset({"вместо"}),
        frozenset({"только", "лишь"}),
        frozenset({"больше", "более"}),
        frozenset({"меньше", "менее"}),
        frozenset({"все", "весь", "каждый"}),
    ),
}


def asks_the_same(one: str, other: str, *, lang: Lang, cosine: float) -> bool:
    """Whether two questions of one language, at this centred cosine, may get the same answer."""
    if cosine < SAME_WORDS_COSINE or _turns(one, lang) != _turns(other, lang):
        return False
    if not (_names(one, lang) <= _words(other) and _names(other, lang) <= _words(one)):
        return False
    first, second = frozenset(terms(one)), frozenset(terms(other))
    if not first or not second:
        return False
    if first == second:
        return True
    return cosine >= MORE_WORDS_COSINE and (first < second or second < first)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))


def _names(text: str, lang: Lang) -> frozenset[str]:
    """What must stand in both: numbers, code, abbreviations, and in Russian every word in Latin letters."""
    found = _WORD.findall(text)
    return frozenset(word.casefold() for word in found if _NAMES.search(word) or (lang == "ru" and _LATIN.search(word)))


def _turns(text: str, lang: Lang) -> frozenset[int]:
    words = frozenset(re.findall(r"[^\W\d_]+", text.casefold()))
    negated = words | {"not"} if _NOT_SHORT.search(text) else words
    return frozenset(place for place, group in enumerate(_TURNS[lang]) if negated & group)
