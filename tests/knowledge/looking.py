"""What the tests of this room look at: what a product finds, what its tables hold, how often texts are encoded."""

import threading
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from companion.wiring import House
from foundation.database import Base, Database
from foundation.errors import EncoderUnavailable, IndexUnavailable
from foundation.ids import ProductSlug
from knowledge.background import LANGS, read_texts
from knowledge.encoder import Encoder, TokenEncoder, TokenStates, Vector
from knowledge.index import Entries, Near
from knowledge.ingest import IngestReport, Target, ingest
from knowledge.language import language_of
from knowledge.lessons import load_sources
from knowledge.products import Collection
from knowledge.readers import read_course
from knowledge.search import Ranking, search
from knowledge.shelf import ShelfKey

CONTENT = (
    "product",
    "lesson",
    "revision",
    "release",
    "release_lesson",
    "passage",
    "revision_passage",
    "window",
    "vector",
)
TIMES = ("created", "published", "at")
# 240 real paragraphs in two languages, with headings of one word.
BACKGROUND = tuple(f"{text.subject}\n{text.passage}" for lang in LANGS for text in read_texts(lang))


class CountingEncoder:
    """Passes everything on and counts passages; fails once `fails_after` of them were encoded."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self.passages = 0
        self.fails_after: int | None = None

    @property
    def id(self) -> str:
        return self._encoder.id

    @property
    def dim(self) -> int:
        return self._encoder.dim

    @property
    def max_tokens(self) -> int:
        return self._encoder.max_tokens

    @property
    def languages(self) -> frozenset[str] | None:
        return self._encoder.languages

    @property
    def by_token(self) -> TokenEncoder | None:
        return None if self._encoder.by_token is None else _CountingByToken(self, self._encoder.by_token)

    def count_tokens(self, text: str) -> int:
        return self._encoder.count_tokens(text)

    def encode_question(self, text: str) -> Vector:
        return self._encoder.encode_question(text)

    def encode_passage(self, text: str) -> Vector:
        self.count()
        return self._encoder.encode_passage(text)

    def count(self) -> None:
        """One passage more; raises EncoderUnavailable beyond `fails_after`."""
        with self._lock:
            self.passages += 1
            if self.fails_after is not None and self.passages > self.fails_after:
                raise EncoderUnavailable("the encoder was switched off for this test")


class _CountingByToken:
    """The same token by token: a passage is counted either way."""

    def __init__(self, counting: CountingEncoder, encoder: TokenEncoder) -> None:
        self._counting = counting
        self._encoder = encoder

    def question_states(self, text: str) -> TokenStates:
        return self._encoder.question_states(text)

    def passage_states(self, text: str) -> TokenStates:
        self._counting.count()
        return self._encoder.passage_states(text)


class WordEncoder:
    """Somebody else's encoder: a text is the sum of its words, and one word more for its language."""

    id = "words-1"
    dim = 32
    languages: frozenset[str] | None = None
    by_token = None

    def __init__(self, max_tokens: int = 512) -> None:
        self.max_tokens = max_tokens

    def count_tokens(self, text: str) -> int:
        return len(text) // 4

    def encode_question(self, text: str) -> Vector:
        words = [*text.lower().split(), *[language_of(text)] * 9]
        total = np.sum([_word(word, self.dim) for word in words], axis=0)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    encode_passage = encode_question


@cache
def _word(word: str, dim: int) -> Vector:
    return np.asarray(np.random.default_rng(zlib.crc32(word.encode())).normal(size=dim), dtype=np.float32)


class BrokenIndex:
    """An index that never answers."""

    def fill(self, shelf: str, entries: Entries) -> None:
        raise IndexUnavailable("the index is broken for this test")

    def nearest(self, shelf: str, vector: Vector, *, count: int) -> list[Near]:
        raise IndexUnavailable("the index is broken for this test")

    def differences(self, shelf: str, entries: Entries) -> list[str]:
        raise IndexUnavailable("the index is broken for this test")

    def drop(self, shelf: str) -> None:
        raise IndexUnavailable("the index is broken for this test")


def rank(house: House, question: str, product: str = "course", *, cases: bool = False) -> Ranking:
    """What a question finds."""
    key = ShelfKey(ProductSlug(product), Collection.CASES if cases else Collection.LESSONS)
    shelf = house.shelves.shelf(key)
    return search(question, shelf, encoder=house.encoder, index=house.shelves.index, count=20)


def found_lessons(house: House, question: str, product: str = "course", *, cases: bool = False) -> list[str]:
    """The authors' own ids of the lessons a question finds, best first, each once."""
    places = [hit.place.passage for hit in rank(house, question, product, cases=cases).hits]
    with house.database.read() as session:
        sources = load_sources(session, places)
    return list(dict.fromkeys(sources[place].lesson.external_id for place in places))


def content_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every content table but for times, in an order of its own."""
    with database.read() as session:
        return {
            name: sorted(
                (tuple(row) for row in session.execute(select(*[c for c in table.columns if c.name not in TIMES]))),
                key=repr,
            )
            for name, table in Base.metadata.tables.items()
            if name in CONTENT
        }


def take_folder_in(house: House, folder: Path, product: str) -> IngestReport:
    """Take a folder in as a product's lessons."""
    target = Target(ProductSlug(product))
    return ingest(read_course(folder), target, database=house.database, encoder=house.encoder, clock=house.clock)
