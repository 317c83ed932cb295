"""BM25 as arrays, and arrays in which every passage has as many rows as it needs."""

import bm25s
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.lexical import LexicalIndex, count_texts, terms
from knowledge.postings import count_terms, lay_out_postings
from knowledge.ragged import Ragged, counts_to_first, joined, picked, rows_of
from tests.knowledge.looking import BACKGROUND

SIZES = st.lists(st.integers(0, 4), max_size=8)


def test_scores_are_those_of_the_reference_implementation() -> None:
    corpus = [terms(text) for text in BACKGROUND]
    reference = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    reference.index(corpus, show_progress=False)
    postings = lay_out_postings(count_terms(corpus))
    asked = 0
    for text in BACKGROUND[::7]:
        question = [term for term in terms(text)[:6] if postings.frequency(term)]
        asked += len(question)
        assert np.allclose(postings.of(question), reference.get_scores(question), atol=1e-5)
    assert asked > 100


def test_a_term_that_is_asked_twice_counts_twice_and_one_nobody_has_not_at_all() -> None:
    postings = lay_out_postings(count_terms([["cat", "dog"], ["dog"], []]))
    once = postings.of(["cat"])
    assert once[0] > 0
    assert once[1:].tolist() == [0, 0]
    assert np.allclose(postings.of(["cat", "cat"]), 2 * once)
    assert postings.of(["bird"]).tolist() == [0, 0, 0]
    assert (postings.frequency("dog"), postings.frequency("bird")) == (2, 0)


def test_texts_without_any_term_have_an_index_that_finds_nothing() -> None:
    for texts in ([], ["!?", ""]):
        index = LexicalIndex(texts)
        assert index.scores(["cat"]).tolist() == [0.0] * len(texts)
        assert index.known_share(["cat"]) == 0.0


def test_an_index_over_counted_texts_is_the_one_over_the_texts() -> None:
    texts = BACKGROUND[:40]
    first, second = count_texts(texts[:25]), count_texts(texts[25:])
    whole, again = LexicalIndex(texts), LexicalIndex.over(joined([first, second]))
    for text in texts[::5]:
        question = terms(text)[:5]
        assert np.array_equal(whole.scores(question), again.scores(question))


def _made(sizes: list[int], start: int) -> Ragged:
    values = np.arange(start, start + sum(sizes), dtype=np.int64)
    return Ragged(counts_to_first(sizes), {"value": values, "pair": np.stack([values, -values], axis=1)})


def _lists(rows: Ragged) -> list[list[int]]:
    return [part.tolist() for part in np.split(rows.columns["value"], rows.first[1:-1])] if rows.passages else []


@given(SIZES, SIZES, st.data())
def test_rows_are_taken_from_old_and_new_in_the_order_that_is_asked_for(
    old: list[int], new: list[int], data: st.DataObject
) -> None:
    before, fresh = _made(old, 0), _made(new, 1_000)
    kept = data.draw(st.lists(st.integers(0, len(old) - 1), unique=True)) if old else []
    order = data.draw(st.permutations([*kept, *[-1] * len(new)]))
    coming = iter(_lists(fresh))
    wanted = [_lists(before)[row] if row >= 0 else next(coming) for row in order]
    found = picked(before, fresh, np.asarray(order, dtype=np.int64))
    assert _lists(found) == wanted
    assert np.array_equal(found.columns["pair"][:, 1], -found.columns["value"])


@given(SIZES, st.data())
def test_the_rows_of_some_passages_come_one_passage_after_another(sizes: list[int], data: st.DataObject) -> None:
    made = _made(sizes, 0)
    asked = data.draw(st.lists(st.integers(0, len(sizes) - 1))) if sizes else []
    rows, starts = rows_of(made.first, asked)
    parts = [rows[starts[place] : starts[place + 1]].tolist() for place in range(len(asked))]
    assert parts == [_lists(made)[passage] for passage in asked]
