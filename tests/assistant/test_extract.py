"""What is quoted, from likenesses made by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from assistant.extract import Evidence, Quote, extract
from knowledge.blocks import BlockKind
from knowledge.encoder import Vector
from knowledge.lessons import Source
from knowledge.lexical import LexicalIndex
from knowledge.passages import Segment
from knowledge.ragged import counts_to_first
from knowledge.search import Ranking
from knowledge.sentence_vectors import SentenceVectors, pack_sentences
from knowledge.sentences import sentence_spans
from knowledge.tokens import DIM, AskedTokens, TokenVectors
from tests.assistant.made_sources import source

PROSE, LIST, CODE, TASK = BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.CODE, BlockKind.EXERCISE
FAR = 0.1
FILLER = "Steam keeps the crust of a loaf soft in the first minutes. "


@dataclass(frozen=True)
class Told:
    """A passage, and how like the question each of its sentences is: as a whole, and in its nearest word."""

    blocks: Sequence[tuple[BlockKind, str]]
    near: dict[str, float]

    @property
    def text(self) -> str:
        return "\n\n".join(text for _, text in self.blocks)

    def segments(self) -> tuple[Segment, ...]:
        starts = np.cumsum([0, *[len(text) + 2 for _, text in self.blocks]]).tolist()
        return tuple(
            Segment(kind, start, start + len(text))
            for (kind, text), start in zip(self.blocks, starts[:-1], strict=True)
        )

    def sentences(self) -> list[tuple[int, int, float]]:
        found = []
        for segment in self.segments():
            text = self.text[segment.start : segment.end]
            spans = [(0, len(text))] if segment.kind is CODE else [(s.start, s.end) for s in sentence_spans(text)]
            for start, end in spans:
                likeness = max((near for part, near in self.near.items() if part in text[start:end]), default=FAR)
                found.append((segment.start + start, segment.start + end, likeness))
        return found


@dataclass(frozen=True)
class Shelf:
    """As much of a shelf as quoting asks for."""

    sentences: SentenceVectors
    tokens: TokenVectors
    lexical: LexicalIndex
    version: int = 1
    places: Sequence[object] = ()
    entries: object = None


def _vector(cosine: float, dim: int = 2) -> Vector:
    vector = np.zeros(dim, dtype=np.float32)
    vector[:2] = cosine, (1 - cosine**2) ** 0.5
    return vector


def quoted(passages: Sequence[Told], question: str = "What is it?", *, lang: str = "en") -> tuple[Quote, ...]:
    """What is quoted of passages that were found in this order, and stand in the course in the same."""
    rows = [(order, start, end, near) for order, told in enumerate(passages) for start, end, near in told.sentences()]
    vectors = np.stack([_vector(near) for *_, near in rows])
    codes = np.rint(np.stack([_vector(near, DIM) for *_, near in rows]) * 127).astype(np.int8)
    shelf = Shelf(
        pack_sentences(len(passages), [row[:3] for row in rows], vectors),
        TokenVectors(
            counts_to_first(np.bincount([row[0] for row in rows], minlength=len(passages))),
            codes,
            np.asarray([row[1] for row in rows], dtype=np.int32),
        ),
        LexicalIndex(told.text for told in passages),
    )
    one = np.ones(1, dtype=np.float32)
    asked = AskedTokens(np.rint(_vector(1.0, DIM) * 127).astype(np.int8)[None], one, one)
    ranking = Ranking(question, "en", (), _vector(1.0), (), asked)
    evidence = [Evidence(_source(told, number), lang, number, 1.0) for number, told in enumerate(passages)]
    return extract(ranking, evidence, shelf=shelf)


def _source(told: Told, number: int) -> Source:
    return replace(source(told.text, number), segments=told.segments())


def _words(quotes: Sequence[Quote]) -> int:
    return sum(len(quote.text.split()) for quote in quotes)


ALPHA = "Alpha is the risk of a false alarm."
LEANS = "It is chosen by the team before anybody has looked at any of the data."


def test_a_sentence_that_leans_on_the_one_before_brings_it_along() -> None:
    (quote,) = quoted([Told([(PROSE, f"{FILLER * 5}{ALPHA} {LEANS} {FILLER * 5}".strip())], {"chosen": 0.9})])
    assert quote.text == f"{ALPHA} {LEANS}"


def test_a_sentence_that_stands_by_itself_comes_alone() -> None:
    alone = LEANS.replace("It is", "Alpha is")
    (quote,) = quoted([Told([(PROSE, f"{FILLER * 5}{ALPHA} {alone} {FILLER * 5}".strip())], {"chosen": 0.9})])
    assert quote.text == alone


def test_a_russian_sentence_leans_too() -> None:
    before, leans = (
        "Альфа — это риск ложной тревоги.",
        "Его выбирают до того, как кто-нибудь увидит данные этого теста.",
    )
    filler = "Пар держит корку хлеба мягкой в первые минуты. " * 5
    told = Told([(PROSE, f"{filler}{before} {leans} {filler}".strip())], {"выбирают": 0.9})
    assert [quote.text for quote in quoted([told], lang="ru")] == [f"{before} {leans}"]


def _list(words: int) -> str:
    """A list of so many words: its marks are words as well."""
    lines = ["- " + " ".join(["step", *["flour"] * 8])] * ((words - 10) // 10)
    rest = words - 10 * len(lines)
    return "\n".join([*lines, "- " + " ".join(["knead", *["water"] * (rest - 2)])])


def test_a_list_of_up_to_110_words_comes_whole() -> None:
    listing = _list(110)
    assert len(listing.split()) == 110
    (quote,) = quoted([Told([(PROSE, FILLER * 8), (LIST, listing)], {"knead": 0.9})])
    assert quote.text == listing


def test_of_a_longer_list_the_item_comes_without_its_mark() -> None:
    listing = _list(124)
    assert len(listing.split()) == 124
    (quote,) = quoted([Told([(PROSE, FILLER * 8), (LIST, listing)], {"knead": 0.9})])
    assert quote.text == listing.splitlines()[-1].removeprefix("- ")


def test_more_is_quoted_where_sentences_are_alike_than_where_one_stands_out() -> None:
    text = " ".join(f"Loaf number {number} is baked for long enough in an oven that is hot." for number in range(10))
    clear = quoted([Told([(PROSE, text)], {"number 3 ": 0.9})])
    alike = quoted([Told([(PROSE, text)], {})])
    assert [quote.text for quote in clear] == ["Loaf number 3 is baked for long enough in an oven that is hot."]
    assert _words(alike) > 4 * _words(clear)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("How is the difference judged?", False),
        ("Как оценить разницу?", False),
        ("What does diff_ci do?", True),
        ("Which code judges the difference?", True),
        ("Покажи код, который оценивает разницу", True),
    ],
)
def test_code_is_not_quoted_unless_it_is_asked_for(question: str, code: bool) -> None:
    listing = "def diff_ci(one, other):\n    return one - other, spread(one, other)"
    told = Told([(PROSE, FILLER * 3 + LEANS), (CODE, listing)], {"diff_ci": 0.5, "chosen": 0.6})
    assert any(listing in quote.text for quote in quoted([told], question)) is code


def test_a_task_is_never_quoted() -> None:
    told = Told([(TASK, "Work out how long the dough rests."), (PROSE, FILLER * 2)], {"Work out": 0.9})
    assert all("Work out" not in quote.text for quote in quoted([told]))


def test_where_nothing_can_be_weighed_the_best_passage_comes_whole() -> None:
    told = Told([(TASK, "Work out how long the dough rests.")], {})
    assert [quote.text for quote in quoted([told, told])] == [told.text]


def test_quotes_are_the_authors_characters_in_course_order_and_no_more_than_150_words() -> None:
    passages = [
        Told(
            [(PROSE, " ".join(f"«Шаг»  {n}.{m} — ﬁne\tdough rests " + "long " * 24 + "…" for m in range(3)))],
            {".1 ": 0.5},
        )
        for n in range(6)
    ]
    quotes = quoted(passages)
    assert len(quotes) > 1
    assert 100 < _words(quotes) <= 150
    places = [(quote.source.passage, quote.start) for quote in quotes]
    assert places == sorted(places)
    for quote in quotes:
        assert quote.text == passages[int(quote.source.passage.removeprefix("p-"))].text[quote.start : quote.end]
        assert quote.text == quote.text.strip()


def test_sentences_side_by_side_are_one_quote() -> None:
    near = {"number 3 ": 0.9, "number 4 ": 0.9, "number 7 ": 0.9}
    text = " ".join(f"Loaf number {number} is baked for long enough in the oven." for number in range(20))
    quotes = [quote.text for quote in quoted([Told([(PROSE, text)], near)])]
    assert [quote.count("Loaf") for quote in quotes] == [2, 1]
