"""How much personal data is found does not fall behind what was measured."""

import json
from pathlib import Path

import pytest

from evals.redaction import LANGS, SPLITS, MarkedText, figures, marked_texts, run_redaction, score

BASELINE = Path(__file__).parents[2] / "evals" / "baselines" / "redaction.json"


@pytest.mark.parametrize("lang", LANGS)
def test_no_less_is_found_and_no_more_is_wrong_than_was_measured(lang: str) -> None:
    known, found = json.loads(BASELINE.read_text("utf-8")), run_redaction()
    for split in SPLITS:
        for figure in ("recall", "precision", "left_alone"):
            assert found[split][lang][figure]["share"] >= known[split][lang][figure]["share"]


def test_there_are_texts_enough_with_and_without_anything_personal() -> None:
    texts = [text for lang in LANGS for text in marked_texts(lang)]
    assert len(texts) >= 150
    assert sum(not text.personal for text in texts) >= 50


def test_a_piece_counts_as_found_only_when_nothing_of_it_is_left() -> None:
    text = "Call Ann Lee or write to ann@example.org"
    whole, name = (25, 40), (5, 12)
    assert text[slice(*name)] == "Ann Lee"
    scored = score(MarkedText(text, (name, whole)))
    assert (scored.found, scored.taken, scored.wrong) == (2, 2, 0)
    scored = score(MarkedText(text, ((0, 12),)))
    assert (scored.found, scored.wrong) == (0, 1)
    assert figures([scored])["recall"]["share"] == 0.0
