"""Who does what to whom: whether a sentence gives the words of its quote other parts to play.

By order, prepositions and cases alone, so it sees the plain swaps: "iron is better than copper", "на внешний" for "на
первичный", "куратор выбирает студента".
"""

import re
from collections.abc import Sequence

from assistant.claim_reading import Word, says
from assistant.claim_vocabulary import folded
from assistant.same_words import Words, is_same
from knowledge.language import Lang

VERB = re.compile(r"(?:[аеиоуыя]л|[аеиоуыя]л[аои]|ть|ться|тся|ет|ит|ют|ят|ут|ed|ing)$")
# A verb, or what one thing is more than another.
_IS_OR_DOES = re.compile(rf"{VERB.pattern}|(?:ее|ше|же|че)$")
_THAN = ("than", "чем")
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being"})
_PREPOSITIONS = frozenset(
    {"from", "to", "into", "onto", "with", "for", "on", "in", "at", "above", "below", "under", "over", "unlike"}
    | {"на", "от", "к", "из", "для", "в", "во", "до", "под", "над", "через", "у", "по"}
)


def roles_changed(statements: Sequence[Sequence[Word]], told: Sequence[Word], *, lang: Lang) -> bool:
    """Whether the statements of a sentence and the words of its quote, in their language `lang`, play other parts."""
    one, other = _compared_with([word for each in statements for word in each]), _compared_with(told)
    if one is not None and other is not None and not is_same(one, other):
        return True
    trade = _trade_places if lang == "en" else _trade_cases
    return any(_bound_otherwise(each, told) or trade(each, told) for each in statements)


def _bound_otherwise(claimed: Sequence[Word], told: Sequence[Word]) -> bool:
    """Whether a preposition moved from one word of the quote to another one: "на внешний" for "на первичный"."""
    own, other = _bound(claimed), _bound(told)
    for preposition, words in own.items():
        theirs = other.get(preposition, ())
        moved = [word for word in words if Words(told).has(word) and not Words(theirs).has(word)]
        left = [word for word in theirs if Words(claimed).has(word) and not Words(words).has(word)]
        if moved and left and len(moved) == len(words):
            return True
    return False


def _bound(words: Sequence[Word]) -> dict[str, list[Word]]:
    """The two words after each preposition."""
    bound: dict[str, list[Word]] = {}
    for place, word in enumerate(words):
        if (low := folded(word.text)) in _PREPOSITIONS:
            content = [each for each in words[place + 1 : place + 4] if says(each)]
            bound.setdefault(low, []).extend(content[:2])
    return bound


def _trade_places(claimed: Sequence[Word], told: Sequence[Word]) -> bool:
    """Whether who does it and whom it is done to changed places around one word, or kept them in the passive."""
    own, other = _triples(claimed), _triples(told)
    turned = _is_passive(claimed) != _is_passive(told)
    return any(
        is_same(verb, same)
        and is_same(first, last if not turned else one)
        and is_same(second, one if not turned else last)
        for first, verb, second in own
        for one, same, last in other
    )


def _triples(words: Sequence[Word]) -> list[tuple[Word, Word, Word]]:
    content = [word for word in words if word.is_content]
    return list(zip(content, content[1:], content[2:], strict=False))


def _is_passive(words: Sequence[Word]) -> bool:
    low = [folded(word.text) for word in words]
    return "by" in low and not _BE.isdisjoint(low)


def _trade_cases(claimed: Sequence[Word], told: Sequence[Word]) -> bool:
    """Whether two words both changed their cases beside a verb that did not change at all."""
    forms = {word.meaning.stem: folded(word.text) for word in told if says(word)}
    both = [(forms[word.meaning.stem], folded(word.text)) for word in claimed if word.meaning.stem in forms]
    kept = any(then == now and _IS_OR_DOES.search(now) for then, now in both)
    return kept and sum(then != now and not _IS_OR_DOES.search(now) for then, now in both) >= 2


def _compared_with(words: Sequence[Word]) -> Word | None:
    """The word after "than"."""
    for place, word in enumerate(words):
        if folded(word.text) in _THAN:
            return next((each for each in words[place + 1 :] if says(each)), None)
    return None
