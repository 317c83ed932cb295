"""Keeps worked solutions out of what a model or the extractor gets to read in a turn.

What a key alone says is in no passage; a worked solution that learners may open on their lesson's page is, and is left
out of the turns of who has not solved its exercise yet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.extract import Evidence
from assistant.grounding import judge
from assistant.looking import Looked
from assistant.solution import Solution
from knowledge.lessons import Source


def without_worked(looked: Looked, solutions: Sequence[Solution]) -> Looked:
    """What was found, without worked solutions of these exercises; judged anew when there were any."""
    kept = tuple(item for item in looked.evidence if not is_worked(item.source, solutions))
    if len(kept) == len(looked.evidence):
        return looked
    gone = {item.source.passage for item in looked.evidence} - {item.source.passage for item in kept}
    hits = tuple(hit for hit in looked.ranking.hits if hit.place.passage not in gone)
    return _judged(replace(looked, ranking=replace(looked.ranking, hits=hits)), kept)


def _judged(looked: Looked, evidence: tuple[Evidence, ...]) -> Looked:
    judgement = judge(looked.ranking, evidence, shelf=looked.shelf, scale=looked.judgement.scale)
    return replace(looked, evidence=evidence, judgement=judgement)


def is_worked(source: Source, solutions: Iterable[Solution]) -> bool:
    """Whether a passage is a worked solution of one of these exercises."""
    exercises = (solution.exercise for solution in solutions)
    return any(source.lesson.id == each.lesson.id and source.anchor in each.worked for each in exercises)


def tells(text: str, solutions: Iterable[Solution]) -> bool:
    """Whether a course's own text tells anything of these solutions."""
    return any(solution.told_in(text) for solution in solutions)
