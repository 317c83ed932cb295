"""False claims on true quotes: the sets are what they promise, and a sample of them is stopped."""

import json
import random
from pathlib import Path

import pytest

import evals.claims
from evals.claims import SPLITS, TRUE, Claim, claim_figures, claim_lines, read_claims, run_claims
from foundation.errors import ContentUnreadable

BASELINE = Path(evals.claims.__file__).parent / "baselines" / "claims.json"


@pytest.mark.parametrize("split", SPLITS)
def test_the_sets_are_as_large_as_promised_and_every_quote_is_true(split: str) -> None:
    claims = read_claims(split)
    assert len({claim.id for claim in claims}) == len(claims)
    false = [claim for claim in claims if claim.kind != TRUE]
    assert len(false) >= 100
    assert len(claims) - len(false) >= 100
    assert {claim.languages for claim in false} == {"ru", "en", "ru-over-en", "en-over-ru"}
    assert all(quote in claim.passage for claim in claims for quote in claim.quotes)


def test_no_passage_is_in_both_splits() -> None:
    dev, held_out = ({claim.passage for claim in read_claims(split)} for split in SPLITS)
    assert not dev & held_out


def test_a_sample_is_stopped_and_kept_as_the_baseline_says() -> None:
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    for split in SPLITS:
        figures = claim_figures(random.Random(7).sample(read_claims(split), 120))
        for name in ("false_stopped", "true_kept"):
            low, _ = baseline[split][name]["interval_95"]
            assert figures[name]["share"] >= low - 0.05, (split, name)


def test_figures_keep_false_and_true_apart() -> None:
    passage, quote = "Water boils at 100 degrees. Ice melts.", "Water boils at 100 degrees."
    claims = [
        Claim("a", quote, TRUE, passage, (quote,)),
        Claim("b", "Water boils at 90 degrees.", "number", passage, (quote,)),
        Claim("c", quote, "name", passage, (quote,)),
    ]
    figures = claim_figures(claims)
    assert (figures["false_stopped"]["share"], figures["true_kept"]["share"]) == (0.5, 1.0)
    assert {kind: share["share"] for kind, share in figures["by_kind"].items()} == {"name": 0.0, "number": 1.0}
    assert "false claims stopped 0.500" in next(claim_lines({"dev": figures}))


def test_a_line_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dev.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")
    monkeypatch.setattr(evals.claims, "FOLDER", tmp_path)
    with pytest.raises(ContentUnreadable, match=r"dev\.jsonl:1"):
        run_claims(("dev",))
