"""Labels themes in their learners' own words.

A label is up to three short phrases that several learners used, those that set the theme apart from what else is said
at its place. Only learners who count (`feedback.floor`) put words into it, and every phrase is of two of them or more:
nobody's own words stand there, and no crowd of fresh browsers can write it. Where nothing is shared, the name of the
theme's facet stands instead.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bm25s.stopwords import STOPWORDS_EN_PLUS, STOPWORDS_RUSSIAN
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.facets import facet_name
from feedback.floor import Said, browsers_that_came_back, voices_in
from feedback.item import Voice
from feedback.tables import ItemRow, ThemeRow
from foundation.database import moment
from knowledge.language import Lang, language_of
from knowledge.words import common_words, fold, is_cyrillic, stem_of

MOST_PHRASES = 3
LEAST_VOICES = 2
BY_RULE, BY_MODEL, BY_PERSON = "rule", "model", "person"

# The newest say what a theme is about; to read all of a large one would take its time.
_MOST_READ = 300
_LONGEST = 3
# A phrase says more than a word of it: a share of what one word more is worth.
_LONGER = 0.5
_SMOOTH = 0.05
_TOKEN = re.compile(r"[^\W_]+(?:[-_.'’][^\W_]+)*|[.!?…;:,()\n]")
_STOP = frozenset(map(fold, (*STOPWORDS_EN_PLUS, *STOPWORDS_RUSSIAN)))
_ELSE = {"ru": "разное", "en": "various"}

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """What a theme is called, and the phrases it is made of; none where the name is that of its facet."""

    text: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one learner said, in one item; `learner` None: of nobody who counts."""

    learner: str | None
    text: str


def label_anew(session: Session, themes: Collection[str]) -> None:
    """Label these themes by what is in them now.

    A label that a person gave stays, and one that a model worded while its words are still said there.
    """
    for name in sorted(themes):
        row = session.get(ThemeRow, name)
        if row is None or row.label_by == BY_PERSON:
            continue
        inside = _spoken(session, row, inside=True)
        if row.label_by == BY_MODEL and _says(inside, row.terms):
            continue
        label = label_of(inside, _spoken(session, row, inside=False), facet=row.facet)
        row.label, row.terms, row.label_by = label.text, list(label.terms), BY_RULE
    session.flush()


def _spoken(session: Session, theme: ThemeRow, *, inside: bool) -> list[Spoken]:
    """The newest items in a theme, or around it at its place, by learners who count."""
    place = ItemRow.lesson.is_(None) if theme.lesson is None else ItemRow.lesson == theme.lesson
    there = ItemRow.product == theme.product, place, ItemRow.anchor == theme.anchor, ItemRow.theme != theme.id
    wanted = (ItemRow.theme == theme.id,) if inside else there
    columns = ItemRow.id, ItemRow.learner, ItemRow.voice, ItemRow.text, ItemRow.created
    newest = select(*columns).where(ItemRow.product == theme.product, *wanted, ItemRow.text != "")
    # A bare column lets SQLite walk all the product's items by date to find those of one theme.
    when = func.coalesce(ItemRow.created, ItemRow.created) if inside else ItemRow.created
    rows = session.execute(newest.order_by(when.desc(), ItemRow.id).limit(_MOST_READ)).all()
    said = [Said(row.id, row.learner, Voice(row.voice), row.text, row.created) for row in rows]
    came_back = browsers_that_came_back(session, theme.product, said, until=moment(session)) if inside else ()
    counted = voices_in(said, came_back=came_back).learners
    return [Spoken(each.learner if each.learner in counted else None, each.text) for each in said]


def label_of(inside: Sequence[Spoken], around: Sequence[Spoken], *, facet: str) -> Label:
    """The label of a theme by what is said in it, and around it at the same place."""
    lang = main_language(each.text for each in inside)
    counted = [each for each in inside if each.learner is not None]
    voices = len({each.learner for each in counted})
    used = _used(counted)
    shared = {phrase: whose for phrase, whose in used.items() if len(whose) >= LEAST_VOICES}
    told = [each for each in shared if _is_of(each, lang)] or list(shared)
    elsewhere = _used(around)
    others = max(len({each.learner or each.text for each in around}), 1)
    worth = {
        phrase: _worth(phrase, len(shared[phrase]) / voices, len(elsewhere.get(phrase, ())) / others) for phrase in told
    }
    chosen = _choose(worth)
    if not chosen:
        return Label(facet_name(facet, lang) or _ELSE[lang], ())
    surfaces = _surfaces(counted, chosen)
    terms = tuple(surfaces[phrase] for phrase in chosen)
    return Label(", ".join(terms), terms)


def telling_words(text: str) -> list[str]:
    """A text's words that tell anything, in order, as they stand."""
    return [word for word in _TOKEN.findall(text) if word[0].isalnum() and (_tells(word) or word.isdigit())]


def main_language(texts: Iterable[str]) -> Lang:
    """The language most of these texts are in; English where there are none."""
    counted = Counter(map(language_of, texts))
    return "ru" if counted["ru"] > counted["en"] else "en"


def _says(said: Iterable[Spoken], terms: Iterable[str]) -> bool:
    """Whether all of these words are said by learners who count."""
    stems = {stem_of(fold(word)) for each in said if each.learner is not None for word in telling_words(each.text)}
    return all(stem_of(fold(term)) in stems for term in terms)


def _worth(phrase: Phrase, share: float, elsewhere: float) -> float:
    """How well a phrase tells a theme: how many use it, how much more than around it, and that it is no usual word."""
    apart = math.log((share + _SMOOTH) / (elsewhere + _SMOOTH)) if share > elsewhere else 0.0
    usual = common_words().certain_stems
    rare = sum(stem not in usual for stem in phrase) / len(phrase)
    return share * (1.0 + max(apart, 0.0)) * (1.0 + _LONGER * (len(phrase) - 1)) * (1.0 + rare)


def _choose(worth: Mapping[Phrase, float]) -> list[Phrase]:
    """The best phrases, no two with a word in common; much weaker ones than the first are left out."""
    chosen: list[Phrase] = []
    ranked = sorted(worth, key=lambda phrase: (-worth[phrase], phrase))
    for phrase in ranked:
        if len(chosen) == MOST_PHRASES or worth[phrase] < worth[ranked[0]] / 4:
            break
        if not any(set(phrase) & set(other) for other in chosen):
            chosen.append(phrase)
    return chosen


def _used(said: Iterable[Spoken]) -> dict[Phrase, set[str]]:
    """Who used each phrase; where nobody is known, each text is one who did."""
    used: dict[Phrase, set[str]] = defaultdict(set)
    for each in said:
        for phrase, _ in _phrases(each.text):
            used[phrase].add(each.learner or f"text {each.text}")
    return used


def _surfaces(said: Sequence[Spoken], phrases: Sequence[Phrase]) -> dict[Phrase, str]:
    """How each phrase is mostly written by different learners."""
    wanted = set(phrases)
    written: dict[Phrase, set[tuple[str, str | None]]] = defaultdict(set)
    for each in said:
        for phrase, surface in _phrases(each.text):
            if phrase in wanted:
                written[phrase].add((surface, each.learner))
    counted = {phrase: Counter(surface for surface, _ in pairs) for phrase, pairs in written.items()}
    return {phrase: min(count, key=lambda each: (-count[each], len(each), each)) for phrase, count in counted.items()}


def _phrases(text: str) -> Iterator[tuple[Phrase, str]]:
    """Stems and wording of each stretch of up to three words in a sentence that begins and ends with a telling one."""
    run: list[str] = []
    for token in (*_TOKEN.findall(text), "."):
        if token[0].isalnum():
            run.append(token)
            continue
        yield from _stretches(run)
        run = []


def _stretches(words: Sequence[str]) -> Iterator[tuple[Phrase, str]]:
    stems = [stem_of(fold(word)) for word in words]
    tells = [_tells(word) for word in words]
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST, len(words)) + 1):
            if tells[start] and tells[end - 1]:
                yield tuple(stems[start:end]), " ".join(map(_plain, words[start:end]))


def _tells(word: str) -> bool:
    return len(word) > 1 and fold(word) not in _STOP and not word.isdigit()


def _plain(word: str) -> str:
    """In small letters, unless it is a name of code or an abbreviation."""
    return word if any(letter.isupper() for letter in word[1:]) and len(word) > 1 else word.lower()


def _is_of(phrase: Phrase, lang: Lang) -> bool:
    """Whether a phrase reads in a language; code in Latin letters reads in both."""
    return lang == "ru" or not any(map(is_cyrillic, phrase))
