"""Does the answer memory know the same question again, and never take another one for it.

The shaped questions are asked of each other: as a learner types it, a question must be known as the full one; no other
question of its course, full or as typed, may be. Typing errors are left out, because search mends them before anything
is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.same_question import asks_the_same
from evals.shaped import LANGS, QUESTIONS, ShapedQuestion, read_shaped
from knowledge.centring import centre
from knowledge.encoder import Encoder, Vector
from knowledge.language import Lang

_MENDED = frozenset({"layout", "translit", "typos"})


@dataclass(frozen=True, slots=True)
class _Asked:
    question: ShapedQuestion
    text: str
    vector: Vector


def run_same_questions(splits: Sequence[str], *, encoder: Encoder, most: int | None = None) -> dict[str, Any]:
    """By split and language: `known` of `n` questions typed in another way, and `confused` of `pairs` different ones.

    `most` is how many questions of a split and language are asked, all unless given; the first ones.
    """
    found: dict[str, Any] = {}
    for split in splits:
        for lang in LANGS:
            rows = [row for row in read_shaped(QUESTIONS / f"shaped-{lang}.jsonl") if row.split == split][:most]
            found.setdefault(split, {})[lang] = _figures(rows, "ru" if lang == "ru" else "en", encoder)
    return found


def _figures(rows: Sequence[ShapedQuestion], lang: Lang, encoder: Encoder) -> dict[str, Any]:
    full = [_asked(row, row.full, lang, encoder) for row in rows]
    typed = [_asked(row, row.shaped, lang, encoder) for row in rows if row.shape not in _MENDED]
    of = {each.question.id: each for each in full}
    known = sum(_same(of[each.question.id], each, lang) for each in typed)
    others = [(one, other) for one in full for other in (*full, *typed) if _differ(one.question, other.question)]
    confused = [(one.text, other.text) for one, other in others if _same(one, other, lang)]
    return {
        "n": len(typed),
        "known": known,
        "pairs": len(others),
        "confused": len(confused),
        "examples": [list(pair) for pair in confused[:5]],
    }


def _asked(row: ShapedQuestion, text: str, lang: Lang, encoder: Encoder) -> _Asked:
    vector = centre(encoder.encode_question(text), lang=lang, role="question", encoder_id=encoder.id)
    return _Asked(row, text, vector)


def _differ(one: ShapedQuestion, other: ShapedQuestion) -> bool:
    """Questions that one snippet answers may well be the same one."""
    return one.id != other.id and not set(one.gold) & set(other.gold)


def _same(one: _Asked, other: _Asked, lang: Lang) -> bool:
    return asks_the_same(one.text, other.text, lang=lang, cosine=float(one.vector @ other.vector))
