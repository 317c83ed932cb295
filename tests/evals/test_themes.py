"""Themes scored against categories that people gave."""

import json
from pathlib import Path

import pytest

from evals.cached_encoder import CachedEncoder
from evals.themes import PLACES, read_opinions, run_themes, theme_figures
from foundation.errors import Invalid
from foundation.settings import Settings

SAID = {
    "exam": [
        "The exam was hard",
        "exams are unfair",
        "Экзамен трудный",
        "an exam on Monday",
        "the exam covers too much",
    ],
    "price": [
        "The price is high",
        "fees are high",
        "Цена слишком велика",
        "a discount on the price",
        "who pays this price",
        "the price again",
    ],
}


def _set(folder: Path, rows: list[dict[str, str]], name: str = "opinion_items.jsonl") -> Path:
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_opinions_come_out_in_the_themes_they_are_about(
    tmp_path: Path, settings: Settings, encoder: CachedEncoder
) -> None:
    rows = [
        {"id": f"{category}-{place}", "text": text, "category": category}
        for category, texts in SAID.items()
        for place, text in enumerate(texts)
    ]
    opinions = read_opinions(_set(tmp_path, [*rows, {"id": "odd", "text": "a red bicycle", "category": "odd"}]))
    figures = run_themes(opinions, settings=settings, encoder=encoder, progress=lambda _done, _total: None)
    assert (figures["v_measure"], figures["ari"], figures["purity"]) == (1.0, 1.0, 1.0)
    assert (figures["themes"], figures["n"], figures["in_no_theme"]) == (2, 12, 1)


def test_what_no_theme_took_is_scored_as_one() -> None:
    figures = theme_figures(["a", "a", "b", "c"], ["one", "one", "none", "none"])
    assert (figures["themes"], figures["in_no_theme"], figures["purity"]) == (1, 2, 0.75)
    assert figures["v_measure"] == pytest.approx(0.8)


def test_a_set_may_have_splits_and_says_where_it_is_wrong(tmp_path: Path) -> None:
    row = {"id": "1", "text": "t", "category": "c", "split": "dev"}
    assert len(read_opinions(_set(tmp_path, [row], "items.jsonl"), split="dev")) == 1
    with pytest.raises(Invalid, match="no items of the split 'test'"):
        read_opinions(tmp_path, split="test")
    with pytest.raises(Invalid, match=r"opinion_items.jsonl:2: category"):
        read_opinions(_set(tmp_path, [row, {"id": "2", "text": "t"}]))
    with pytest.raises(Invalid, match="has neither"):
        read_opinions(tmp_path / "nowhere")


def test_our_own_places_have_two_halves_that_share_no_place() -> None:
    rows = [json.loads(line) for line in PLACES.read_text(encoding="utf-8").splitlines()]
    halves = [{row["place"] for row in rows if row["split"] == split} for split in ("dev", "held-out")]
    assert all(halves)
    assert not halves[0] & halves[1]
    assert len({row["id"] for row in rows}) == len(rows)
