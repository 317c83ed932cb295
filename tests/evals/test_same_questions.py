"""The answer memory's rule on the shaped questions, a few of each language."""

from evals.cached_encoder import CachedEncoder
from evals.same_questions import run_same_questions


def test_questions_are_known_again_and_not_confused(encoder: CachedEncoder) -> None:
    found = run_same_questions(["dev"], encoder=encoder, most=12)["dev"]
    for lang in ("ru", "en"):
        assert found[lang]["confused"] == 0, found[lang]["examples"]
        assert found[lang]["pairs"] > 100
        assert 0 < found[lang]["known"] <= found[lang]["n"]
