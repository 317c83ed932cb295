"""Another encoder takes its place beside the old one: refused until it is filled, filled while the old one answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import anyio
import numpy as np
import pytest

from assistant.answer import Question
from companion.encoders import check_encoder, fill_index, index_identity, prune_index
from companion.upkeep import lay_out_shelves, verify_index
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.errors import Conflict, EncoderUnavailable, IndexUnavailable, Invalid
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.background import background_vectors, learn_background
from knowledge.encoder import Encoder, Vector
from knowledge.products import Collection
from knowledge.shelf import ShelfKey
from tests.api.serving import COVERED, LESSONS, NOT_COVERED
from tests.conftest import TakeIn
from tests.knowledge.looking import CountingEncoder, take_folder_in

KEY = ShelfKey(ProductSlug("bread"), Collection.LESSONS)
RUSSIAN = {"01.md": "# Хлеб\n\nТесто отдыхает четыре часа, прежде чем его формуют.\n"}


class OtherEncoder:
    """The real encoder by another name and, where a test says so, with another window, languages or vectors."""

    by_token = None

    def __init__(
        self,
        real: CachedEncoder,
        name: str = "other-encoder",
        *,
        max_tokens: int = 512,
        languages: frozenset[str] | None = None,
    ) -> None:
        self._real = real
        self.id, self.max_tokens, self.languages = name, max_tokens, languages
        self.exchange: Callable[[Vector], Vector] = lambda vector: vector
        self.told: list[str] = []

    @property
    def dim(self) -> int:
        return len(self.exchange(self._real.encode_passage("ready")))

    def count_tokens(self, text: str) -> int:
        return self._real.count_tokens(text)

    def encode_question(self, text: str) -> Vector:
        return self.exchange(_question(self._real, text))

    def encode_passage(self, text: str) -> Vector:
        self.told.append(text)
        return self.exchange(self._real.encode_passage(text))


@lru_cache(maxsize=2048)
def _question(real: CachedEncoder, text: str) -> Vector:
    """Remembered, since every home has the same background's questions encoded."""
    return real.encode_question(text)


@pytest.fixture
def other_encoder(encoder: CachedEncoder) -> OtherEncoder:
    return OtherEncoder(encoder)


@contextmanager
def beside(house: House, encoder: Encoder) -> Iterator[House]:
    """A second house on the home, while the first one holds it."""
    with open_house(Settings(home=house.settings.home, encode_workers=1), encoder=encoder) as opened:
        assert not opened.owns_lock()
        yield opened


def fill(house: House, product: str | None = None, *, anew: bool = False) -> dict[str, dict[str, object]]:
    """Fill, and give what was done by product."""
    done = fill_index(house, product, lambda _name: lambda _done, _total: None, anew=anew)
    assert done["refused"] == []
    return {one["product"]: one for one in done["products"]}


def replied(house: House, question: str = COVERED) -> tuple[object, ...]:
    told = anyio.run(house.answerer.reply, Question("bread", question))
    return told["outcome"], told["text"], told["citations"]


def test_another_encoder_is_refused_with_the_command_that_repairs_it(
    house: House, take_in: TakeIn, other_encoder: OtherEncoder
) -> None:
    take_in(LESSONS, "bread")
    with beside(house, other_encoder) as other:
        with pytest.raises(IndexUnavailable, match="companion index fill --product bread") as raised:
            other.shelves.shelf(KEY)
        assert house.encoder.id in str(raised.value)
        assert other.encoder.id in str(raised.value)
        with pytest.raises(IndexUnavailable, match="companion index fill"):
            replied(other)
        with pytest.raises(IndexUnavailable, match="companion index fill"):
            verify_index(other)
        assert index_identity(other)["lacking"] == [str(raised.value)]
        assert lay_out_shelves(other) == [str(raised.value)]


def test_it_is_filled_beside_the_old_one_which_goes_on_answering(
    house: House, take_in: TakeIn, other_encoder: OtherEncoder
) -> None:
    take_in(LESSONS, "bread")
    before = replied(house)
    assert before[0] == "answered"
    with beside(house, other_encoder) as other:
        done = fill(other)["bread"]
        assert done["encoded"] == done["texts"]
        assert replied(house) == before
        # The same vectors by another name, centred and judged as ever.
        assert replied(other)[0] == "answered"
        assert "four hours" in str(replied(other)[1])
        assert replied(other, NOT_COVERED)[0] == "declined"
        assert index_identity(other)["lacking"] == []
        assert verify_index(house)["agrees"] is True
        assert fill(other)["bread"]["encoded"] == 0


def test_filling_that_was_stopped_goes_on_where_it_stopped(
    house: House, take_in: TakeIn, other_encoder: OtherEncoder
) -> None:
    lessons = {f"{n:02}.md": f"# Lesson {n}\n\nLoaf number {n} bakes for {n + 20} minutes.\n" for n in range(60)}
    take_in(lessons, "bread")
    counting = CountingEncoder(other_encoder)
    counting.fails_after = 240 + 50
    with beside(house, counting) as other:
        with pytest.raises(EncoderUnavailable, match="switched off"):
            fill(other)
        made = index_identity(other)["vectors"][counting.id]
        assert made > 480
        counting.fails_after, counting.passages = None, 0
        done = fill(other)["bread"]
        assert done["encoded"] == 480 + int(str(done["texts"])) - made
        assert counting.passages < int(str(done["texts"]))
        assert index_identity(other)["lacking"] == []


def test_the_background_is_encoded_once_and_known_to_every_process(
    house: House, take_in: TakeIn, other_encoder: OtherEncoder
) -> None:
    take_in(LESSONS, "bread")
    with beside(house, other_encoder) as other:
        fill(other)
    kept = background_vectors(other_encoder.id)
    assert {name: vectors.shape for name, vectors in kept.items()} == {
        f"{lang}.{role}": (120, 384) for lang in ("ru", "en") for role in ("passage", "question")
    }
    for name, vectors in background_vectors(house.encoder.id).items():
        assert (np.einsum("nd,nd->n", vectors, kept[name]) > 0.99).all()
    # As another process would begin: it knows nothing, and reads it when it lays a shelf out.
    learn_background(other_encoder.id, {})
    other_encoder.told.clear()
    with beside(house, other_encoder) as other:
        other.shelves.shelf(KEY)
        assert background_vectors(other_encoder.id).keys() == kept.keys()
    assert other_encoder.told == []


def test_a_narrower_window_loses_no_words(house: House, take_in: TakeIn, encoder: CachedEncoder) -> None:
    steps = " ".join(f"Step {n} of the recipe takes {n + 3} minutes." for n in range(12))
    take_in({"01.md": f"# Recipe\n\n{steps} At last the harbour lantern is lit.\n"}, "bread")
    with beside(house, OtherEncoder(encoder, "narrow-encoder", max_tokens=64)) as other:
        fill(other)
        asked = other.encoder.told
        assert max(map(encoder.count_tokens, asked)) <= 64
        windows = other.shelves.shelf(KEY).entries.vectors
        assert windows.shape == house.shelves.shelf(KEY).entries.vectors.shape
        assert any("harbour lantern" in text and len(text) > 80 for text in asked)


def test_what_others_made_is_kept_until_it_is_pruned(
    house: House, take_in: TakeIn, other_encoder: OtherEncoder
) -> None:
    take_in(LESSONS, "bread")
    with beside(house, other_encoder) as other:
        fill(other)
        other_id = other.encoder.id
    before = replied(house)
    assert other_id in index_identity(house)["vectors"]
    done = prune_index(house)
    assert done["encoders"] == [other_id]
    assert done["removed"] > 0
    assert index_identity(house)["vectors"].keys() == {house.encoder.id}
    assert replied(house) == before
    assert prune_index(house)["removed"] == 0


def test_nothing_is_pruned_while_the_encoder_that_stays_lacks_vectors(
    house: House, take_in: TakeIn, other_encoder: OtherEncoder
) -> None:
    take_in(LESSONS, "bread")
    with beside(house, other_encoder) as other:
        with pytest.raises(Conflict, match="nothing was removed"):
            prune_index(other)
        assert index_identity(other)["vectors"].keys() == {house.encoder.id}


def test_an_encoder_for_another_language_is_refused_and_the_rest_is_filled(
    house: House, take_in: TakeIn, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(LESSONS, "bread")
    take_in(RUSSIAN, "hleb")
    with beside(house, OtherEncoder(encoder, languages=frozenset({"en"}))) as other:
        done = fill_index(other, None, lambda _name: lambda _done, _total: None)
        assert [one["product"] for one in done["products"]] == ["bread"]
        (refused,) = done["refused"]
        assert refused["product"] == "hleb"
        for advice in ("Russian", "COMPANION_ENCODER to local", "COMPANION_ENCODER_LANGUAGES=en,ru"):
            assert advice in refused["reason"]
        assert replied(other)[0] == "answered"
        for name, text in RUSSIAN.items():
            (tmp_path / "more").mkdir()
            (tmp_path / "more" / name).write_text(text, encoding="utf-8")
        with pytest.raises(Invalid, match="is written in Russian"):
            take_folder_in(other, tmp_path / "more", "hleb-2")
    with beside(house, OtherEncoder(encoder)) as other:
        assert fill(other, "hleb").keys() == {"hleb"}


def test_a_model_that_was_exchanged_under_its_name_is_noticed(
    house: House, take_in: TakeIn, other_encoder: OtherEncoder
) -> None:
    take_in(LESSONS, "bread")
    with beside(house, other_encoder) as other:
        fill(other)
        assert "384 dimensions" in check_encoder(other)
        other_encoder.exchange = lambda vector: vector[::-1]
        with pytest.raises(EncoderUnavailable, match="companion index fill --anew"):
            check_encoder(other)
        with pytest.raises(Conflict, match="stop it"):
            fill(other, anew=True)
    with beside(house, other_encoder) as other:
        other_encoder.exchange = lambda vector: vector[:256] / np.linalg.norm(vector[:256])
        with pytest.raises(EncoderUnavailable, match="companion index fill --anew"):
            check_encoder(other)
        with pytest.raises(IndexUnavailable, match="256 dimensions"):
            other.shelves.shelf(KEY)


def test_filling_anew_makes_every_vector_again(other_encoder: OtherEncoder, tmp_path: Path) -> None:
    alone = Settings(home=tmp_path / "alone", encode_workers=2)
    for name, text in LESSONS.items():
        (tmp_path / "lessons").mkdir(exist_ok=True)
        (tmp_path / "lessons" / name).write_text(text, encoding="utf-8")
    with open_house(alone, encoder=other_encoder) as opened:
        take_folder_in(opened, tmp_path / "lessons", "bread")
        before = replied(opened)
        other_encoder.exchange = lambda vector: vector[::-1]
        with pytest.raises(Invalid, match="leave --product out"):
            fill(opened, "bread", anew=True)
        done = fill(opened, anew=True)["bread"]
        assert done["encoded"] == done["texts"]
        assert "384 dimensions" in check_encoder(opened)
        assert replied(opened)[:2] == before[:2]
        assert verify_index(opened)["agrees"] is True


def test_a_home_without_products_has_nothing_to_fill(house: House) -> None:
    assert fill(house) == {}
    assert index_identity(house) == {"encoder": house.encoder.id, "vectors": {}, "lacking": []}
