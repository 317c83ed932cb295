"""What learners said, word by word, without what would tell one of them apart.

A quote is a stretch of an item as it stands. Words that one learner alone uses, long numbers and addresses are left out
of it by ending the stretch before them: a name, a nickname or a place that slipped through redaction is such a word.
Known are ordinary words, those of the lesson, and those that two learners of the theme use.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from feedback.floor import Said, Voices
from knowledge.words import stem_of, stems_of, words_of

MOST_QUOTES = 3
LEAST_QUOTES = 2
MOST_CHARS = 240
# Of a large theme the first say what it is about; to look through all of it would take its time.
_CANDIDATES = 30
_LEAST_WORDS = 3
_ENOUGH_CHARS = 120
_CHUNK = re.compile(r"\S+")
# A year or a long number, letters with digits among them, an address.
_TELLING = re.compile(r"\d{4,}|[^\W\d_]\d|\d[^\W\d_]|@|://|\\")
_ENDS = re.compile(r"[.!?…][\"»”)]*$")


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim stretch of an item."""

    item: str
    text: str


def choose_quotes(
    said: Sequence[Said], voices: Voices, *, k: int, terms: Collection[str] = (), known: Collection[str]
) -> tuple[Quote, ...]:
    """At most three quotes of different learners who are hidden among `k`; those that name the theme's terms first.

    `known` are stems that tell nobody apart, beside those that two of these learners use.
    """
    said = [item for item in said if voices.hide(item.learner, k)][:_CANDIDATES]
    known = _shared_stems(said).union(known)
    wanted = stems_of(word for term in terms for word in words_of(term))
    found = []
    for item in said:
        text = clean_stretch(item.text, known)
        if text is not None:
            named = len(wanted & stems_in(text))
            found.append(((-named, -min(len(text), _ENOUGH_CHARS), item.created, item.id), item, text))
    found.sort(key=lambda each: each[0])
    return tuple(_chosen([(item, text) for _, item, text in found]))


def clean_stretch(text: str, known: Collection[str]) -> str | None:
    """The longest stretch of a text without a telling word, at most 240 characters; None where it has no three words.

    `known` are stems. A text that is clean as a whole may be shorter.
    """
    best = ""
    telling = frozenset(word for word in set(words_of(text)) if len(word) > 1 and stem_of(word) not in known)
    for start, end in _stretches(text, telling):
        stretch = text[start:end]
        if len(stretch) > len(best) and (stretch == text.strip() or len(words_of(stretch)) >= _LEAST_WORDS):
            best = stretch
    return best or None


def _stretches(text: str, telling: Collection[str]) -> Iterator[tuple[int, int]]:
    """Runs of chunks without a telling one, cut at the last sentence's end before they grow too long."""
    start = end = sentence = None
    for chunk in _CHUNK.finditer(text):
        if _tells(chunk[0], telling):
            if start is not None and end is not None:
                yield start, end
            start = end = sentence = None
            continue
        if start is not None and end is not None and chunk.end() - start > MOST_CHARS:
            yield start, sentence or end
            start = sentence = None
        if chunk.end() - chunk.start() > MOST_CHARS:
            start = end = sentence = None
            continue
        start, end = chunk.start() if start is None else start, chunk.end()
        sentence = end if _ENDS.search(chunk[0]) else sentence
    if start is not None and end is not None:
        yield start, end


def _chosen(told: Sequence[tuple[Said, str]]) -> list[Quote]:
    """One of each learner; what was quoted before only where there are not two without it."""
    first: dict[str, tuple[Said, str]] = {}
    again = []
    for item, text in told:
        words = " ".join(words_of(text))
        if words in first:
            again.append((item, text))
        elif all(item.learner != other.learner for other, _ in first.values()):
            first[words] = item, text
    chosen = list(first.values())[:MOST_QUOTES]
    for item, text in again:
        if len(chosen) < LEAST_QUOTES and all(item.learner != other.learner for other, _ in chosen):
            chosen.append((item, text))
    return [Quote(item.id, text) for item, text in chosen]


def _tells(chunk: str, telling: Collection[str]) -> bool:
    return _TELLING.search(chunk) is not None or any(word in telling for word in words_of(chunk))


def _shared_stems(said: Iterable[Said]) -> frozenset[str]:
    """Stems that two learners use."""
    users: dict[str, set[str]] = defaultdict(set)
    for item in said:
        for stem in stems_in(item.text):
            users[stem].add(str(item.learner))
    return frozenset(stem for stem, learners in users.items() if len(learners) >= LEAST_QUOTES)


def stems_in(text: str) -> frozenset[str]:
    """The stems of a text's words."""
    return stems_of(words_of(text))
