"""Tokens: where they stand, how they are kept and compared, and a shelf that has not all of them."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select

from companion.encoders import fill_index
from companion.upkeep import lay_out_shelves, products_without_tokens, verify_index
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.adapters.e5_encoder import E5Encoder, open_encoder
from knowledge.encoder import TokenStates
from knowledge.lexical import LexicalIndex
from knowledge.products import Collection
from knowledge.shelf import ShelfKey
from knowledge.tables import TokenVectorsRow
from knowledge.tokens import DIM, AskedTokens, TokenVectors, ask_tokens, axes_for, pack_tokens, unpack_tokens
from tests.conftest import TakeIn
from tests.knowledge.looking import CountingEncoder, WordEncoder, rank, take_folder_in
from tests.places import CACHE

KEY = ShelfKey(ProductSlug("course"), Collection.LESSONS)
COURSE = {
    "01.md": "# Dough\n\nThe dough rests for four hours. It is folded twice.\n",
    "02.md": "# Oven\n\nSteam keeps the crust soft while the loaf rises.\n",
    "03.md": "# Хлеб\n\nХлеб хранят в льняном мешке пять дней.\n",
}
ASKED = "How long does the dough rest?"


@pytest.fixture(scope="module")
def fast() -> E5Encoder:
    opened = open_encoder(CACHE / "encoder")
    assert isinstance(opened, E5Encoder)
    return opened


def _parts(text: str, tokens: TokenStates) -> list[str]:
    return [text[start:end].strip() for start, end in tokens.spans]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How long should the dough rest?", ["How", "long", "should", "the", "do", "ugh", "rest", "?"]),
        ("Тесто отдыхает четыре часа.", ["Тест", "о", "отдыха", "ет", "четыре", "часа", "."]),
        ("  ﬁve ofﬁces…end", ["ﬁve", "ofﬁce", "s", "…", "end"]),
        ("ＡＢＣ ａｂｃ １２３ x", ["ＡＢＣ", "ａｂ", "ｃ", "１２３", "x"]),
        ("½ cup №5 of ㎏", ["½", "cup", "№", "5", "of", "㎏"]),
        ("a🙂b 数据", ["a", "🙂", "b", "", "数据"]),
    ],
)
def test_a_token_stands_where_its_letters_do(fast: E5Encoder, text: str, parts: list[str]) -> None:
    for tokens in (fast.question_states(text), fast.passage_states(text)):
        assert _parts(text, tokens) == parts
        assert tokens.states.shape == (len(parts), fast.dim)
        assert tokens.information.shape == (len(parts),)
        assert np.linalg.norm(tokens.states, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_rare_words_inform_more_than_small_ones(fast: E5Encoder) -> None:
    text = "What is the variance of the metric?"
    tokens = fast.question_states(text)
    told = dict(zip(_parts(text, tokens), tokens.information.tolist(), strict=True))
    assert min(told["varia"], told["metric"]) > max(told["is"], told["the"], told["of"]) + 2


@pytest.mark.parametrize("text", ["How long?", "Тесто отдыхает.", "", "  ", "ﬁve", "слово " * 4_000, "\x00a\ud800b"])
def test_looking_at_tokens_does_not_change_the_vector(fast: E5Encoder, text: str) -> None:
    assert np.array_equal(fast.question_states(text).vector, fast.encode_question(text))
    assert np.array_equal(fast.passage_states(text).vector, fast.encode_passage(text))
    assert len(fast.passage_states(text).states) <= fast.max_tokens


def test_tokens_are_kept_with_their_places_and_nearly_their_vectors(fast: E5Encoder) -> None:
    axes = axes_for(fast)
    assert axes is not None
    text = "Хлеб\nТесто отдыхает: четыре часа — не меньше!"
    tokens = fast.passage_states(text)
    starts, codes = unpack_tokens(pack_tokens(text, tokens, axes))
    spoken = [row for row, (start, end) in enumerate(tokens.spans) if any(map(str.isalnum, text[start:end]))]
    assert len(spoken) < len(tokens.spans)
    assert starts[:3].tolist() == [0, 1, text.index("Тест")]
    assert all(text[start].isalnum() for start in starts)
    assert starts.tolist() == sorted(starts.tolist())
    assert (codes.shape, codes.dtype) == ((len(spoken), DIM), np.int8)
    exact = (tokens.states[spoken] - axes.centres["ru.passage"]) @ axes.axes
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    kept = codes / np.linalg.norm(codes.astype(np.float32), axis=1, keepdims=True)
    assert np.einsum("nd,nd->n", exact, kept).min() > 0.999


def test_a_text_without_words_and_one_too_long_have_no_tokens(fast: E5Encoder) -> None:
    axes = axes_for(fast)
    assert axes is not None
    for blob in (pack_tokens("?!", fast.passage_states("?!"), axes), b""):
        starts, codes = unpack_tokens(blob)
        assert (starts.shape, codes.shape) == ((0,), (0, DIM))


def _cosine(one: Sequence[int], other: Sequence[int]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True)) / 127 / 127


def test_likeness_is_each_asked_tokens_best_cosine_weighted() -> None:
    chance = np.random.default_rng(7)
    sizes = [3, 0, 1_500, 1]
    codes = chance.integers(-127, 128, size=(sum(sizes), DIM), dtype=np.int8)
    tokens = TokenVectors(np.cumsum([0, *sizes]), codes, np.arange(sum(sizes), dtype=np.int32))
    rarity = np.asarray([0.5, 0.2, 0.3], dtype=np.float32)
    asked = AskedTokens(chance.integers(-127, 128, size=(3, DIM), dtype=np.int8), rarity, rarity[::-1])
    for passages in ([2, 1, 0, 3, 0], [1], []):
        wanted = []
        for passage in passages:
            rows = codes[tokens.first[passage] : tokens.first[passage + 1]].tolist()
            best = [max((_cosine(row, asking) for row in rows), default=0.0) for asking in asked.codes.tolist()]
            wanted.append(sum(weight * cosine for weight, cosine in zip(rarity.tolist(), best, strict=True)))
        assert tokens.likeness(passages, asked).tolist() == pytest.approx(wanted, abs=1e-5)
    starts, cosines = tokens.cosines_of(0, asked)
    assert starts.tolist() == [0, 1, 2]
    assert cosines[1, 2] == pytest.approx(_cosine(codes[1].tolist(), asked.codes[2].tolist()), abs=1e-5)


def _asked(fast: E5Encoder, question: str, texts: Sequence[str]) -> AskedTokens | None:
    axes = axes_for(fast)
    assert axes is not None
    return ask_tokens(question, fast.question_states(question), axes, lang="en", lexical=LexicalIndex(texts))


def test_a_word_that_few_passages_have_counts_most(fast: E5Encoder) -> None:
    question = "Does the dough rest?"
    asked = _asked(fast, question, ["dough rest", "dough", "dough", "dough"])
    assert asked is not None
    parts = [part for part in _parts(question, fast.question_states(question)) if part != "?"]
    told = dict(zip(parts, asked.rarity.tolist(), strict=True))
    assert told["rest"] > told["ugh"] > told["the"] == told["Does"] == 0.0
    for weights in (asked.rarity, asked.information):
        assert float(weights.sum()) == pytest.approx(1.0, abs=1e-5)


def test_a_question_of_small_words_alone_weighs_them_alike(fast: E5Encoder) -> None:
    asked = _asked(fast, "What is it about?", ["dough"])
    assert asked is not None
    assert np.unique(asked.rarity).shape == (1,)
    assert float(asked.rarity.sum()) == pytest.approx(1.0, abs=1e-5)
    assert _asked(fast, "?!", ["dough"]) is None


def test_a_shelfs_tokens_say_where_they_stand_in_a_passage(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    shelf = house.shelves.shelf(KEY)
    assert shelf.tokens is not None
    text = "The dough rests for four hours. It is folded twice."
    asked = rank(house, "folded").tokens
    assert asked is not None
    starts, cosines = shelf.tokens.cosines_of(0, asked)
    # The heading's tokens come first, and stand nowhere in the passage.
    assert starts[0] == -1
    own = starts[starts >= 0].tolist()
    assert own == sorted(set(own))
    assert own[0] == 0
    assert text[starts[cosines.max(axis=1).argmax()] :].startswith("folded")
    assert text.index("It is") in own


def test_a_window_too_long_for_the_encoder_has_no_tokens_and_is_found(encoder: CachedEncoder, tmp_path: Path) -> None:
    code = "\n".join(f"lantern_{row} = light(harbour, {row})" for row in range(80))
    assert encoder.count_tokens(code) > encoder.max_tokens
    lesson = f"# Lamp\n\nThe lamp is lit at dusk.\n\n```python\n{code}\n```\n"
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "01.md").write_text(lesson, encoding="utf-8")
    home = Settings(home=tmp_path / "home", encode_workers=1)
    with open_house(home, encoder=WordEncoder(max_tokens=8_000)) as wide:
        take_folder_in(wide, tmp_path / "lessons", "course")
    with open_house(home, encoder=encoder) as opened:
        fill_index(opened, None, lambda _name: lambda _done, _total: None)
        with opened.database.read() as session:
            sizes = sorted(map(len, session.scalars(select(TokenVectorsRow.values))))
        assert sizes[0] == 0 < sizes[1]
        shelf = opened.shelves.shelf(KEY)
        assert shelf.tokens is not None
        (long,) = np.flatnonzero(np.diff(shelf.tokens.first) == 0)
        hits = rank(opened, "lantern_79 light(harbour)").hits
        assert hits[0].place.order == long
        assert hits[0].late_z is not None


def _strip(house: House, *, all_but: int = 0) -> None:
    """Make a home what it was before tokens were kept, or when some were."""
    with house.database.write() as session:
        hashes = session.scalars(select(TokenVectorsRow.input_hash).order_by(TokenVectorsRow.input_hash)).all()
        session.execute(delete(TokenVectorsRow).where(TokenVectorsRow.input_hash.in_(hashes[all_but:])))


@pytest.fixture
def older(take_in: TakeIn, house: House, tmp_path: Path) -> Iterator[tuple[House, CountingEncoder]]:
    """A home that has all of its vectors and one passage's tokens, and its encoder."""
    take_in(COURSE)
    _strip(house, all_but=1)
    counting = CountingEncoder(house.encoder)
    shutil.copytree(house.settings.home, tmp_path / "older")
    with open_house(Settings(home=tmp_path / "older", encode_workers=1), encoder=counting) as opened:
        yield opened, counting


def test_a_shelf_that_has_not_all_tokens_is_searched_without_and_says_so(
    older: tuple[House, CountingEncoder],
) -> None:
    opened, _ = older
    assert opened.shelves.shelf(KEY).tokens is None
    assert [hit.late_z for hit in rank(opened, ASKED).hits] == [None] * 3
    (line,) = lay_out_shelves(opened)
    assert "companion index fill --product course" in line
    assert products_without_tokens(opened) == [line]


def test_filling_adds_the_tokens_and_a_shelf_in_use_takes_them_up(older: tuple[House, CountingEncoder]) -> None:
    opened, counting = older
    assert opened.shelves.shelf(KEY).tokens is None
    (done,) = fill_index(opened, None, lambda _name: lambda _done, _total: None)["products"]
    assert (done["encoded"], counting.passages) == (2, 2)
    assert opened.shelves.shelf(KEY).tokens is not None
    assert all(hit.late_z is not None for hit in rank(opened, ASKED).hits)
    assert verify_index(opened)["agrees"] is True
    assert (lay_out_shelves(opened), products_without_tokens(opened)) == ([], [])
    assert fill_index(opened, None, lambda _name: lambda _done, _total: None)["products"][0]["encoded"] == 0


def test_taking_a_course_in_again_adds_its_tokens(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    before = [(hit.place.passage, hit.score) for hit in rank(house, ASKED).hits]
    _strip(house)
    house.shelves.refill(KEY)
    assert house.shelves.shelf(KEY).tokens is None
    report = take_in(COURSE)
    assert (report.added, report.removed, report.texts) == (0, 0, 3)
    assert [(hit.place.passage, hit.score) for hit in rank(house, ASKED).hits] == before


def test_an_encoder_without_tokens_lacks_none(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    _strip(house)
    with open_house(Settings(home=house.settings.home), encoder=WordEncoder()) as opened:
        assert products_without_tokens(opened) == []
