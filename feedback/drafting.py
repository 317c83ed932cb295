"""From what learners said at a place to the kind of mending and its draft: the rules as one function."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.draft_changes import Asked, Draft, draft_change
from feedback.mending import kind_wanted
from feedback.proposal import ProposalKind
from feedback.reuse import Course
from feedback.section import Section, section_at
from feedback.theme import ThemeKind
from knowledge.revisions import LessonState


@dataclass(frozen=True, slots=True)
class Drafted:
    """The kind that was chosen, the section it is about, and its draft, which may be empty."""

    kind: ProposalKind
    at: Section
    draft: Draft


def draft_by_rules(
    course: Course, state: LessonState, anchor: str, asked: Asked, *, kinds: Sequence[ThemeKind], passage: str = ""
) -> Drafted | None:
    """What the rules make of it in this revision; None for a lesson of which learners see nothing.

    `kinds` are those of the themes behind it, each as often as learners stand behind it; `passage` is the text of the
    passage they are bound to.
    """
    at = section_at(state, anchor, said=[item.text for item in asked.items], passage=passage)
    if at is None:
        return None
    kind = kind_wanted(asked.items, kinds)
    return Drafted(kind, at, draft_change(kind, at, asked, course))
