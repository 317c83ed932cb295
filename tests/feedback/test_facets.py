"""What learners speak of, told from their words and from an encoder."""

from collections.abc import Iterator

import numpy as np
import pytest

from evals.cached_encoder import CachedEncoder
from feedback.arrange import facet_of
from feedback.facet_vectors import facet_vectors, remember_facets
from feedback.facets import FacetSet, facet_name, read_facets, score_facets
from foundation.database import Database, open_database
from knowledge.language import language_of
from tests.fakes import FixedClock
from tests.feedback.grouped import vector_of


def _facet(which: FacetSet, text: str) -> str:
    scores = score_facets(which, [text], np.zeros((1, 4), dtype=np.float32), [language_of(text)], at=None)
    return facet_of(which, scores[0])


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("the final exam was unfair", "tests"),
        ("Экзамен был трудный", "tests"),
        ("our tutor tells a lot of jokes", "person"),
        ("преподаватель грубит", "rapport"),
        ("this class is very hard", "difficulty"),
        ("the recordings and slides are hard to read", "materials"),
        ("what is a derivative", ""),
    ],
)
def test_an_opinion_goes_to_what_it_names_first(text: str, facet: str) -> None:
    assert _facet(FacetSet.COURSE, text) == facet


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("ссылка не открывается", "broken"),
        ("there is a typo in the second formula", "mistake"),
        ("в новой версии этого меню больше нет", "outdated"),
        ("please add an example", "example"),
        ("", ""),
    ],
)
def test_what_is_wrong_with_a_section_is_told_from_its_words(text: str, facet: str) -> None:
    assert _facet(FacetSet.LESSON, text) == facet


def test_a_facet_has_a_name_and_as_many_sentences_in_both_languages() -> None:
    course, lesson = ({facet.id for facet in read_facets(which).facets} for which in FacetSet)
    assert not course & lesson
    for which in FacetSet:
        for facet in read_facets(which).facets:
            assert facet_name(facet.id, "ru") != facet_name(facet.id, "en")
            assert len(facet.sentences["ru"]) == len(facet.sentences["en"]) == 6
    assert facet_name("unheard-of", "en") == ""


class _Made:
    """An encoder of four dimensions that counts what it reads."""

    id = "made-by-hand"
    dim, max_tokens, languages, by_token = 32, 512, None, None

    def __init__(self) -> None:
        self.read = 0

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def encode_question(self, text: str) -> np.ndarray:
        self.read += 1
        return vector_of(text, len(text) % 30)

    encode_passage = encode_question


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_database(tmp_path_factory.mktemp("facets"), clock=FixedClock())
    yield opened
    opened.close()


def test_sentences_in_either_language_lie_nearest_to_their_own_facet(
    database: Database, encoder: CachedEncoder
) -> None:
    with database.read() as session:
        at = facet_vectors(session, FacetSet.LESSON, encoder_id=encoder.id, dim=encoder.dim)
    assert at is not None, "the sentences have changed: run `python -m evals.calibrate_encoder`"
    said = ["Страница с упражнением падает", "the picture shows a menu that was taken away years ago"]
    vectors = np.stack([encoder.encode_question(text) for text in said])
    nearest = at.nearness(vectors, ["ru", "en"]).argmax(axis=1)
    assert [read_facets(FacetSet.LESSON).facets[each].id for each in nearest] == ["broken", "outdated"]


def test_another_encoder_reads_the_sentences_once(database: Database) -> None:
    encoder = _Made()
    with database.read() as session:
        assert facet_vectors(session, FacetSet.COURSE, encoder_id=encoder.id, dim=32) is None
    read = remember_facets(database, encoder)  # type: ignore[arg-type]
    assert read == encoder.read > 300
    assert remember_facets(database, encoder) == 0  # type: ignore[arg-type]
    with database.read() as session:
        at = facet_vectors(session, FacetSet.COURSE, encoder_id=encoder.id, dim=32)
    assert at is not None
    assert at.facets["ru"].shape == (len(read_facets(FacetSet.COURSE).facets), 32)


def test_the_encoder_that_comes_with_the_product_needs_to_read_nothing(
    database: Database, encoder: CachedEncoder
) -> None:
    assert remember_facets(database, encoder) == 0
