"""Measures the drafting of changes by what authors decided: each decided proposal is drafted again by today's rules.

On the home's own course and what learners said there. A share comes with its number and Wilson interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rapidfuzz.distance import Levenshtein
from sqlalchemy.orm import Session

from companion.tending import known_answers
from companion.wiring import House
from evals.wilson import wilson_interval
from feedback.decisions import DecisionCase, decision_cases, items_behind
from feedback.draft_changes import Asked
from feedback.drafting import Drafted, draft_by_rules
from feedback.reuse import Course
from feedback.theme import ThemeKind
from foundation.errors import NotFound
from foundation.ids import PassageId, ProductSlug
from knowledge.lessons import load_sources
from knowledge.revisions import state_of_revision


@dataclass(frozen=True, slots=True)
class Redrafted:
    """A decision and what today's rules draft; `likeness` is 1 for the author's very words, 0 for none of them."""

    case: DecisionCase
    kind: str
    words: str
    likeness: float


def run_decisions(house: House, product: str) -> dict[str, Any]:
    """How today's rules do on a product's decisions; raises NotFound, IndexUnavailable, EncoderUnavailable."""
    slug = ProductSlug(product)
    with house.database.read() as session:
        cases = decision_cases(session, product)
        course = Course(session, house.shelves, slug, known_answers(session, product))
        redrafted = [each for case in cases if (each := _redraft(session, course, case)) is not None]
    return scores(redrafted, decided=len(cases))


def scores(redrafted: Sequence[Redrafted], *, decided: int) -> dict[str, Any]:
    """`drafted`: there is a draft where the author approved one. `as_approved`: it is in the author's very words.

    `likeness` is the median with what was approved, `kind` the share of the same kind, `rejected_again` the share of
    rejected drafts that would be made again word by word.
    """
    approved = [each for each in redrafted if each.case.verdict != "rejected"]
    rejected = [each for each in redrafted if each.case.verdict == "rejected" and each.case.drafted]
    return {
        "decisions": decided,
        "compared": len(redrafted),
        "approved": len(approved),
        "drafted": _share(sum(bool(each.words) for each in approved), len(approved)),
        "as_approved": _share(sum(each.likeness == 1.0 for each in approved), len(approved)),
        "likeness": round(median(each.likeness for each in approved), 3) if approved else None,
        "kind": _share(sum(each.kind == each.case.kind for each in redrafted), len(redrafted)),
        "rejected_again": _share(sum(each.words == _words(each.case.drafted) for each in rejected), len(rejected)),
    }


def _redraft(session: Session, course: Course, case: DecisionCase) -> Redrafted | None:
    """None where the revision it was decided on, or all that was said, is gone."""
    items = items_behind(session, case.proposal)
    if not any(item.text for item in items):
        return None
    try:
        state = state_of_revision(session, case.base)
    except NotFound:
        return None
    passage = load_sources(session, [PassageId(case.passage)]) if case.passage else {}
    text = next((source.text for source in passage.values()), "")
    asked, kinds = Asked(items, case.terms), [ThemeKind(kind) for kind in case.kinds]
    made = draft_by_rules(course, state, case.anchor, asked, kinds=kinds, passage=text)
    return None if made is None else _compared(case, made)


def _compared(case: DecisionCase, made: Drafted) -> Redrafted:
    words = "\n\n".join(f"{change.kind}: {change.markdown}".strip() for change in made.draft.changes)
    return Redrafted(case, made.kind, words, Levenshtein.normalized_similarity(words, _words(case.decided)))


def _words(changes: Sequence[dict[str, Any]]) -> str:
    return "\n\n".join(f"{change['kind']}: {change['markdown']}".strip() for change in changes)


def _share(yes: int, n: int) -> dict[str, Any]:
    return {"n": n, "share": round(yes / n, 3) if n else None, "interval_95": wilson_interval(yes, n) if n else None}
